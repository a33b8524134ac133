"""Write a FIT activity: records, laps, events, other makers' fields, session, checksums.

Every number of the format stands here a second time: the reader's are not used, so that a mistake
in one cannot hide in the other. Only base fields are written, never subfields or components.

Source: FIT protocol and profile 21, as public decoders agree on them.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.recording import BEATS, LAPS, SAMPLES, DeveloperField, SelfEvaluation

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
"""Moment zero of FIT timestamps."""

DEVELOPMENT = 255
"""FIT's manufacturer number for what no maker sells."""

RUNNING_DYNAMICS, FOOT_POD = 30, 124
"""ANT+ device types: a strap's running dynamics, a foot pod."""

SPORTS = {"generic": 0, "running": 1, "cycling": 2, "swimming": 5, "walking": 11, "hiking": 17}
SUB_SPORTS = {"generic": 0, "treadmill": 1, "street": 2, "trail": 3, "track": 4}
LAP_TRIGGERS = {"manual": 0, "time": 1, "distance": 2, "session_end": 7}

Raw = NDArray[np.int64]


@dataclass(frozen=True)
class Device:
    """One device that took part.

    Attributes
    ----------
    name
        For people.
    manufacturer, product
        Numbers of the FIT profile.
    serial
        Serial number; None leaves it out.
    antplus_type
        ANT+ device type for a sensor; None for the watch itself.
    """

    name: str
    manufacturer: int = DEVELOPMENT
    product: int = 1
    serial: int | None = None
    antplus_type: int | None = None


WATCH = Device("evenstride simulated watch")


@dataclass(frozen=True)
class Activity:
    """What is written.

    Attributes
    ----------
    start
        Aware moment of second 0, a whole second.
    samples
        A table of `SAMPLES` in time order, on whole seconds.
    laps
        A table of `LAPS`; where empty, one lap holds everything.
    pauses
        Stretches in which the timer was stopped.
    developer_fields
        Other makers' columns, one value a sample.
    beats
        A table of `BEATS`.
    evaluation
        Feel and effort, if the runner gave them.
    devices
        The watch first.
    sport, sub_sport
        Keys of `SPORTS` and `SUB_SPORTS`.
    """

    start: datetime
    samples: pl.DataFrame
    laps: pl.DataFrame = field(default_factory=LAPS.empty)
    pauses: tuple[Stretch, ...] = ()
    developer_fields: tuple[DeveloperField, ...] = ()
    beats: pl.DataFrame = field(default_factory=BEATS.empty)
    evaluation: SelfEvaluation = field(default_factory=SelfEvaluation)
    devices: tuple[Device, ...] = (WATCH,)
    sport: str = "running"
    sub_sport: str = "generic"

    def __post_init__(self) -> None:
        """Refuse what a FIT file cannot say."""
        SAMPLES.check(self.samples)
        LAPS.check(self.laps)
        BEATS.check(self.beats)
        if self.start.tzinfo is None or self.start.microsecond:
            raise EvenstrideError(
                "A FIT file starts on a whole second of a known time zone.",
                "Give an aware datetime without fractions.",
            )
        if (self.samples["time_s"] % 1 != 0).any():
            raise EvenstrideError("FIT records stand on whole seconds.", "Round the times first.")
        if self.samples["leg_spring_stiffness_kn_per_m"].count():
            raise EvenstrideError(
                "FIT has no field of its own for leg spring stiffness.",
                "Give it as a developer field.",
            )


# ---- the protocol ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Base:
    """A base type: its number in the file, how Python and NumPy pack it, and "no value"."""

    number: int
    pack: str
    invalid: int


_ENUM = _Base(0x00, "B", 0xFF)
_SINT8 = _Base(0x01, "b", 0x7F)
_UINT8 = _Base(0x02, "B", 0xFF)
_STRING = _Base(0x07, "s", 0)
_BYTE = _Base(0x0D, "s", 0xFF)
_UINT16 = _Base(0x84, "H", 0xFFFF)
_SINT16 = _Base(0x83, "h", 0x7FFF)
_UINT32 = _Base(0x86, "I", 0xFFFFFFFF)
_FLOAT32 = _Base(0x88, "f", 0xFFFFFFFF)
_UINT32Z = _Base(0x8C, "I", 0)

_Value = tuple[int, _Base, int | bytes | None]

_OTHER, _RECORD = 0, 1  # local message types


def _crc_table() -> tuple[int, ...]:
    """Return the remainders of the reflected polynomial 0xA001, one a byte."""
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_CRC = _crc_table()


def checksum(data: bytes) -> int:
    """Return the FIT checksum of `data`.

    Examples
    --------
    >>> hex(checksum(b"123456789"))
    '0xbb3d'
    """
    crc, table = 0, _CRC
    for byte in data:
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return crc


def _definition(local: int, number: int, sizes: Iterable[tuple[int, int, int]]) -> bytes:
    listed = [struct.pack("<BBB", *size) for size in sizes]
    head = struct.pack("<BBBHB", 0x40 | local, 0, 0, number, len(listed))
    return head + b"".join(listed)


def _message(number: int, *values: _Value) -> bytes:
    """Return one message with its own definition; values of None are left out."""
    sizes, data = [], [bytes([_OTHER])]
    for field_number, base, value in values:
        if value is None:
            continue
        packed = value if isinstance(value, bytes) else struct.pack("<" + base.pack, value)
        sizes.append((field_number, len(packed), base.number))
        data.append(packed)
    return _definition(_OTHER, number, sizes) + b"".join(data)


def _text(value: str | None) -> bytes | None:
    return None if value is None else value.encode()[:200] + b"\0"


# ---- records ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Native:
    """A record field: number in the profile, base type, scale and offset of a samples column."""

    column: str
    number: int
    base: _Base
    scale: int = 1
    offset: int = 0


_NATIVE = (
    _Native("distance_m", 5, _UINT32, 100),
    _Native("speed_mps", 73, _UINT32, 1000),
    _Native("altitude_m", 78, _UINT32, 5, 500),
    _Native("grade_pct", 9, _SINT16, 100),
    _Native("heart_rate_bpm", 3, _UINT8),
    _Native("power_w", 7, _UINT16),
    _Native("contact_time_ms", 41, _UINT16, 10),
    _Native("contact_balance_left_pct", 84, _UINT16, 100),
    _Native("vertical_oscillation_mm", 39, _UINT16, 10),
    _Native("vertical_ratio_pct", 83, _UINT16, 100),
    _Native("step_length_mm", 85, _UINT16, 10),
    _Native("temperature_c", 13, _SINT8),
)

_CADENCE, _FRACTIONAL_CADENCE, _TIMESTAMP = 4, 53, 253


@dataclass(frozen=True)
class _Packed:
    """A column ready to be written: number, base type, raw values, developer index if any."""

    number: int
    base: _Base
    raw: NDArray[np.int64] | NDArray[np.float64]
    developer: int | None = None

    @property
    def size(self) -> int:
        return struct.calcsize("<" + self.base.pack)


def _raw(native: _Native, values: pl.Series) -> Raw:
    """Return a column's whole numbers, with the base type's "no value" where it is null."""
    scaled = values.fill_null(0).to_numpy() * native.scale + native.offset * native.scale
    raw = np.rint(scaled).astype(np.int64)
    lowest = -native.base.invalid if native.base.pack.islower() else 0
    if raw.size and (raw.min() < lowest or raw.max() >= native.base.invalid):
        raise EvenstrideError(
            f"Column {native.column} holds a value FIT has no room for.", "Check its unit."
        )
    return np.where(values.is_null().to_numpy(), native.base.invalid, raw)


def _cadence(spm: pl.Series) -> list[_Packed]:
    """Return both cadence fields: whole strides a minute, and the fraction in 1/128."""
    missing = spm.is_null().to_numpy()
    strides_128 = np.rint(spm.fill_null(0).to_numpy() * 64).astype(np.int64)
    return [
        _Packed(number, _UINT8, np.where(missing, _UINT8.invalid, raw))
        for number, raw in (
            (_CADENCE, strides_128 // 128),
            (_FRACTIONAL_CADENCE, strides_128 % 128),
        )
    ]


def _developer(extra: DeveloperField) -> _Packed:
    """Return a developer field: whole numbers as 16 bits where they fit, else as float."""
    missing = extra.values.is_null().to_numpy()
    values = extra.values.cast(pl.Float64).fill_null(0).to_numpy()
    whole = bool(np.all((values == np.rint(values)) & (values >= 0) & (values < _UINT16.invalid)))
    if whole:
        raw = np.where(missing, _UINT16.invalid, values.astype(np.int64))
        return _Packed(extra.number, _UINT16, raw, extra.developer_index)
    return _Packed(extra.number, _FLOAT32, np.where(missing, np.nan, values), extra.developer_index)


def _columns(activity: Activity, start: int) -> list[_Packed]:
    samples = activity.samples
    time = np.rint(samples["time_s"].to_numpy()).astype(np.int64) + start
    packed = [_Packed(_TIMESTAMP, _UINT32, time)]
    packed += [
        _Packed(native.number, native.base, _raw(native, samples[native.column]))
        for native in _NATIVE
        if samples[native.column].count()
    ]
    if samples["cadence_spm"].count():
        packed += _cadence(samples["cadence_spm"])
    return packed + [_developer(extra) for extra in activity.developer_fields]


def _record_definition(columns: list[_Packed]) -> bytes:
    native = [(c.number, c.size, c.base.number) for c in columns if c.developer is None]
    extra = [(c.number, c.size, c.developer) for c in columns if c.developer is not None]
    defined = bytearray(_definition(_RECORD, 20, native))
    if extra:
        defined[0] |= 0x20
        defined += bytes([len(extra)]) + b"".join(struct.pack("<BBB", *size) for size in extra)
    return bytes(defined)


def _record_rows(columns: list[_Packed]) -> tuple[bytes, int]:
    """Return all records one after the other, and the length of one."""
    layout = [("header", "u1")] + [(f"f{i}", "<" + c.base.pack) for i, c in enumerate(columns)]
    rows = np.zeros(columns[0].raw.size, dtype=np.dtype(layout))
    rows["header"] = _RECORD
    for i, column in enumerate(columns):
        rows[f"f{i}"] = column.raw
    return rows.tobytes(), rows.dtype.itemsize


# ---- everything around the records -----------------------------------------------------------


@dataclass(frozen=True)
class _Clock:
    """Turns seconds since the start into what the file holds."""

    start: int
    pauses: tuple[Stretch, ...]

    def at(self, time_s: float) -> int:
        return self.start + round(time_s)

    def timer_ms(self, from_s: float, to_s: float) -> int:
        """Return the time the timer ran between two moments, in ms."""
        off = sum(max(0.0, min(to_s, p.to_s) - max(from_s, p.from_s)) for p in self.pauses)
        return round(1000 * (to_s - from_s - off))


def _file_id(watch: Device, clock: _Clock) -> bytes:
    return _message(
        0,
        (0, _ENUM, 4),
        (1, _UINT16, watch.manufacturer),
        (2, _UINT16, watch.product),
        (3, _UINT32Z, watch.serial),
        (4, _UINT32, clock.start),
        (8, _STRING, _text(watch.name)),
    )


def _device_info(index: int, device: Device, clock: _Clock) -> bytes:
    antplus, local = 1, 5
    return _message(
        23,
        (253, _UINT32, clock.start),
        (0, _UINT8, index),
        (1, _UINT8, device.antplus_type),
        (2, _UINT16, device.manufacturer),
        (3, _UINT32Z, device.serial),
        (4, _UINT16, device.product),
        (25, _ENUM, local if device.antplus_type is None else antplus),
        (27, _STRING, _text(device.name)),
    )


def _developers(activity: Activity) -> bytes:
    """Return who the developers are and what their fields mean."""
    applications = {extra.developer_index: extra.application for extra in activity.developer_fields}
    out = [
        _message(207, (1, _BYTE, bytes.fromhex(application) or None), (3, _UINT8, index))
        for index, application in sorted(applications.items())
    ]
    out += [
        _message(
            206,
            (0, _UINT8, extra.developer_index),
            (1, _UINT8, extra.number),
            (2, _UINT8, _developer(extra).base.number),
            (3, _STRING, _text(extra.name)),
            (8, _STRING, _text(extra.unit)),
        )
        for extra in activity.developer_fields
    ]
    return b"".join(out)


def _timer(clock: _Clock, time_s: float, *, starts: bool) -> bytes:
    start, stop_all = 0, 4
    return _message(
        21,
        (253, _UINT32, clock.at(time_s)),
        (3, _UINT32, 0),
        (0, _ENUM, 0),
        (1, _ENUM, start if starts else stop_all),
        (4, _UINT8, 0),
    )


@dataclass(frozen=True)
class _Totals:
    """What samples say about a stretch: distance covered and mean balance, raw."""

    distance: int | None
    balance: int | None


def _totals(samples: pl.DataFrame, from_s: float, to_s: float) -> _Totals:
    inside = samples.filter(pl.col("time_s").is_between(from_s, to_s))
    reached = [inside["distance_m"].min(), inside["distance_m"].max()]
    mean = inside["contact_balance_left_pct"].mean()
    first, last = (m if isinstance(m, float) else None for m in reached)
    return _Totals(
        None if first is None or last is None else round(100 * (last - first)),
        round(100 * mean) if isinstance(mean, float) else None,
    )


def _lap(index: int, lap: tuple[float, float, str], activity: Activity, clock: _Clock) -> bytes:
    start_s, end_s, trigger = lap
    totals = _totals(activity.samples, start_s, end_s)
    return _message(
        19,
        (254, _UINT16, index),
        (253, _UINT32, clock.at(end_s)),
        (0, _ENUM, 9),
        (1, _ENUM, 1),
        (2, _UINT32, clock.at(start_s)),
        (7, _UINT32, round(1000 * (end_s - start_s))),
        (8, _UINT32, clock.timer_ms(start_s, end_s)),
        (9, _UINT32, totals.distance),
        (24, _ENUM, _known(trigger, LAP_TRIGGERS, "lap trigger")),
        (25, _ENUM, _known(activity.sport, SPORTS, "sport")),
        (119, _UINT16, totals.balance),
    )


def _known(name: str, numbers: dict[str, int], what: str) -> int:
    if name not in numbers:
        raise EvenstrideError(
            f"No number is known for the {what} {name!r}.", f"Choose from {', '.join(numbers)}."
        )
    return numbers[name]


def _session(activity: Activity, laps: int, end_s: float, clock: _Clock) -> bytes:
    totals = _totals(activity.samples, 0.0, end_s)
    feel, effort = activity.evaluation.feel_pct, activity.evaluation.effort
    return _message(
        18,
        (254, _UINT16, 0),
        (253, _UINT32, clock.at(end_s)),
        (0, _ENUM, 8),
        (1, _ENUM, 1),
        (2, _UINT32, clock.start),
        (5, _ENUM, _known(activity.sport, SPORTS, "sport")),
        (6, _ENUM, _known(activity.sub_sport, SUB_SPORTS, "sub-sport")),
        (7, _UINT32, round(1000 * end_s)),
        (8, _UINT32, clock.timer_ms(0.0, end_s)),
        (9, _UINT32, totals.distance),
        (25, _UINT16, 0),
        (26, _UINT16, laps),
        (28, _ENUM, 0),
        (133, _UINT16, totals.balance),
        (192, _UINT8, None if feel is None else round(feel)),
        (193, _UINT8, None if effort is None else round(10 * effort)),
    )


def _closing(activity: Activity, end_s: float, clock: _Clock) -> bytes:
    offset = activity.start.utcoffset()
    ahead_s = 0 if offset is None else round(offset.total_seconds())
    return _message(
        34,
        (253, _UINT32, clock.at(end_s)),
        (0, _UINT32, clock.timer_ms(0.0, end_s)),
        (1, _UINT16, 1),
        (2, _ENUM, 0),
        (3, _ENUM, 26),
        (4, _ENUM, 1),
        (5, _UINT32, clock.at(end_s) + ahead_s),
    )


def _beats(beats: pl.DataFrame) -> list[tuple[float, bytes]]:
    """Return a message for every record's beats, at most five each, with its time."""
    out = []
    for (time_s,), group in beats.group_by("time_s", maintain_order=True):
        rr = np.rint(group["rr_ms"].to_numpy()).astype(np.int64)
        for at in range(0, rr.size, 5):
            five = np.full(5, _UINT16.invalid, dtype="<u2")
            part = rr[at : at + 5]
            five[: part.size] = part
            out.append((float(str(time_s)), _message(78, (0, _UINT16, five.tobytes()))))
    return out


def _asides(
    activity: Activity, laps: list[tuple[float, float, str]], clock: _Clock
) -> list[tuple[float, bytes]]:
    """Return what stands between records: each with the time of the first record after it."""
    just_after = 0.5
    out = [(time_s + just_after, data) for time_s, data in _beats(activity.beats)]
    out += [
        (lap[1] + just_after, _lap(index, lap, activity, clock)) for index, lap in enumerate(laps)
    ]
    for pause in activity.pauses:
        out.append((pause.from_s, _timer(clock, pause.from_s, starts=False)))
        out.append((pause.to_s, _timer(clock, pause.to_s, starts=True)))
    return sorted(out, key=lambda aside: aside[0])


def _body(activity: Activity, asides: list[tuple[float, bytes]], clock: _Clock) -> bytes:
    """Return definition and records with everything else at its place between them."""
    columns = _columns(activity, clock.start)
    rows, size = _record_rows(columns)
    time_s = activity.samples["time_s"].to_numpy()
    places = np.searchsorted(time_s, [at for at, _ in asides]) * size
    out, done = [_record_definition(columns)], 0
    for place, (_, data) in zip(places.tolist(), asides, strict=True):
        out += (rows[done:place], data)
        done = place
    return b"".join((*out, rows[done:]))


def write_activity(activity: Activity) -> bytes:
    """Return the activity as a FIT file, checksums included.

    Equal activities give equal bytes.

    Examples
    --------
    >>> row = dict.fromkeys(SAMPLES.names) | {"time_s": 0.0, "heart_rate_bpm": 120.0}
    >>> samples = pl.DataFrame([row], schema=dict(SAMPLES.empty().schema))
    >>> data = write_activity(Activity(datetime(2024, 1, 1, 8, tzinfo=UTC), samples))
    >>> data[8:12], checksum(data)
    (b'.FIT', 0)
    """
    times = activity.samples["time_s"]
    clock = _Clock(round((activity.start - EPOCH).total_seconds()), activity.pauses)
    laps = [(float(a), float(b), str(t)) for a, b, t in activity.laps.iter_rows()]
    last_s = float(times[-1]) if times.len() else 0.0
    end_s = max([last_s, *(lap[1] for lap in laps), *(p.to_s for p in activity.pauses)])
    laps = laps or [(0.0, end_s, "session_end")]
    content = b"".join(
        (
            _file_id(activity.devices[0], clock),
            *(_device_info(i, device, clock) for i, device in enumerate(activity.devices)),
            _developers(activity),
            _timer(clock, 0.0, starts=True),
            _body(activity, _asides(activity, laps, clock), clock),
            _timer(clock, end_s, starts=False),
            _session(activity, len(laps), end_s, clock),
            _closing(activity, end_s, clock),
        )
    )
    head = struct.pack("<BBHI4s", 14, 0x20, 2194, len(content), b".FIT")
    data = head + struct.pack("<H", checksum(head)) + content
    return data + struct.pack("<H", checksum(data))
