"""From a FIT file's messages to recordings: one a session, in this house's tables and units."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from evenstride.formats._fit import profile
from evenstride.formats._fit.messages import Array, Column, Floats, Ints, Messages, Stack
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.recording import (
    BEATS,
    LAPS,
    SAMPLES,
    DeveloperField,
    Recording,
    SelfEvaluation,
    Source,
    Spacing,
)

_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_CLOCK_SET = 0x10000000  # FIT times below count from power-on: the device did not know the date
_ON_FOOT = {"running", "walking", "hiking"}
_SLACK_S = 60  # records may run on a little after their session's last word
_TIMER = 0
_STARTS, _STOPS = {0}, {1, 4, 8, 9}

_FIELDS = {
    "distance_m": 5,
    "grade_pct": 9,
    "heart_rate_bpm": 3,
    "power_w": 7,
    "contact_time_ms": 41,
    "contact_balance_left_pct": 84,
    "vertical_oscillation_mm": 39,
    "vertical_ratio_pct": 83,
    "step_length_mm": 85,
    "temperature_c": 13,
}
# What newer devices call "enhanced", the plain field, and the plain field packed with distance.
_SPEED, _ENHANCED_SPEED, _PACKED, _DISTANCE = 6, 73, 8, 5
_ALTITUDE, _ENHANCED_ALTITUDE = 2, 78
_CADENCE, _FRACTIONAL_CADENCE = 4, 53


@dataclass(frozen=True)
class _Session:
    """One session as the device summed it up; times in FIT seconds, 0 where unknown."""

    start: int
    end: int
    sport: str
    sub_sport: str
    evaluation: SelfEvaluation


@dataclass(frozen=True)
class _Leg:
    """The part of a file that becomes one recording.

    Attributes
    ----------
    session
        What the device says of it.
    rows
        Its records, in time order.
    times
        FIT seconds of its samples, strictly rising.
    issues
        What putting them in order took.
    sharing
        For each record the sample it belongs to, None where each is a sample of its own.
    """

    session: _Session
    rows: Ints
    times: Ints
    issues: tuple[Issue, ...]
    sharing: Ints | None = None

    def taken(self, values: Array) -> Array:
        """Return a column's values, one a sample: the first that is there in each second."""
        taken = values[self.rows]
        if self.sharing is None:
            return taken
        first = np.flatnonzero(np.diff(self.sharing, prepend=-1))
        whole = taken[first]
        there = taken != np.array(None) if taken.dtype == object else ~np.isnan(taken)
        whole[self.sharing[there][::-1]] = taken[there][::-1]
        return whole


@dataclass(frozen=True)
class _Activity:
    """One FIT file's messages, with what every leg of it shares."""

    messages: Messages
    source: Source
    records: Stack
    legs: tuple[_Leg, ...]
    device: str
    notes: tuple[str, ...]

    def leg_at(self, time: float) -> int:
        """Return the place of the leg a moment belongs to."""
        starts = [int(leg.times[0]) for leg in self.legs]
        return max(0, int(np.searchsorted(starts, time, side="right")) - 1)


def _name(kind: str, value: float) -> str:
    """Return the profile's name of a value, ``"unknown"`` where it has none."""
    return "unknown" if np.isnan(value) else profile.names(kind).get(int(value), "unknown")


def _optional(value: float, scale: float = 1.0) -> float | None:
    """Return a number, None where it is missing."""
    return None if np.isnan(value) else float(value) / scale


def kind_of(messages: Messages) -> str:
    """Return what a FIT file says it is: ``activity``, ``settings`` ..., empty where it does not.

    Parameters
    ----------
    messages
        Of one FIT file.
    """
    kinds = messages.of(profile.FILE_ID).numbers(0)
    kinds = kinds[~np.isnan(kinds)]
    if not kinds.size:
        return ""
    return profile.names("file").get(int(kinds[0]), f"type {int(kinds[0])}")


def read_recordings(messages: Messages, source: Source, where: str) -> Iterator[Recording | Issue]:
    """Yield a recording a session, and what keeps a session from becoming one.

    Parameters
    ----------
    messages
        Of one FIT file.
    source
        Where they come from.
    where
        How issues name the file.
    """
    kind = kind_of(messages)
    records = messages.of(profile.RECORD)
    is_activity = kind in {"activity", ""}
    if not is_activity and not (records.height and messages.of(profile.SESSION).height):
        yield Issue("info", where, f"Skipped: this is a {kind} file, not a recorded activity.")
        return
    if not is_activity:
        says = f"The file calls itself a {kind} file but holds a recorded activity; it was read."
        yield Issue("warning", where, says)
    if not records.height:
        yield _without_samples(kind, where)
        return
    times = records.times
    legs = tuple(_legs(messages, times, where))
    if not legs:
        yield Issue("error", where, "None of its samples has a time.")
        return
    activity = _Activity(
        messages, source, records, legs, device_of(messages), tuple(_notes(messages))
    )
    columns = _sample_columns(records)
    extras = records.developer_columns()
    covered = 0.0
    for place, leg in enumerate(legs):
        samples, covered = _from_zero(_samples(columns, leg), covered)
        yield _recording(activity, place, samples, list(extras.values()))


def _without_samples(kind: str, where: str) -> Issue:
    """Return why messages without a record give no recording."""
    if kind:
        says = "This activity holds no samples: nothing was recorded second by second."
        return Issue("warning", where, says)
    return Issue("info", where, "Skipped: messages that belong to no recorded activity.")


def _from_zero(samples: pl.DataFrame, covered: float) -> tuple[pl.DataFrame, float]:
    """Return samples whose distance counts from their own start, and the device's last distance.

    Some devices count on from leg to leg, some begin each leg at zero.
    """
    distance = samples["distance_m"].drop_nulls()
    if not distance.len():
        return samples, covered
    first, last = float(distance[0]), float(distance[-1])
    if covered and first >= covered:
        samples = samples.with_columns(pl.col("distance_m") - covered)
    return samples, last


def _legs(messages: Messages, times: Ints, where: str) -> Iterator[_Leg]:
    """Yield the part of the records that belongs to each session, later ones without a session."""
    rows = np.flatnonzero(times > 0)
    sessions = list(_sessions(messages))
    if not rows.size:
        return
    if not sessions:
        yield _leg(_without_session(messages), rows, times, where)
        return
    starts = np.array([session.start for session in sessions])
    owner = np.clip(np.searchsorted(starts, times[rows], side="right") - 1, 0, None)
    owner[times[rows] > sessions[-1].end + _SLACK_S] = len(sessions)
    sessions.append(_without_session(messages))
    for place, session in enumerate(sessions):
        own = rows[owner == place]
        if own.size:
            yield _leg(session, own, times, where)


def _sessions(messages: Messages) -> Iterator[_Session]:
    """Yield the sessions in time order."""
    stack = messages.of(profile.SESSION)
    numbers = {number: stack.numbers(number) for number in (2, 5, 6, 7, 192, 193)}
    ends = stack.times.astype(np.float64)
    starts = np.where(np.isnan(numbers[2]), ends - np.nan_to_num(numbers[7]), numbers[2])
    ends = np.fmax(ends, starts + np.nan_to_num(numbers[7]))
    for row in np.argsort(starts, kind="stable").tolist():
        yield _Session(
            start=int(starts[row]),
            end=int(ends[row]),
            sport=_name("sport", numbers[5][row]),
            sub_sport=_name("sub_sport", numbers[6][row]),
            evaluation=SelfEvaluation(
                _optional(numbers[192][row]), _optional(numbers[193][row], 10)
            ),
        )


def _without_session(messages: Messages) -> _Session:
    """Return what is known of records no session message speaks for."""
    laps, sport = messages.of(profile.LAP), messages.of(profile.SPORT)
    said = np.concatenate([laps.numbers(25), sport.numbers(0)])
    finer = np.concatenate([laps.numbers(39), sport.numbers(1)])
    said, finer = said[~np.isnan(said)], finer[~np.isnan(finer)]
    return _Session(
        start=0,
        end=0,
        sport=_name("sport", said[-1]) if said.size else "unknown",
        sub_sport=_name("sub_sport", finer[-1]) if finer.size else "unknown",
        evaluation=SelfEvaluation(),
    )


def _leg(session: _Session, rows: Ints, times: Ints, where: str) -> _Leg:
    """Put rows in time order, one a second, and say where that took something."""
    issues = []
    own = times[rows]
    backward = int((np.diff(own) < 0).sum())
    if backward:
        order = np.argsort(own, kind="stable")
        rows, own = rows[order], own[order]
        says = f"The clock went backward {backward} times; samples were put in time order."
        issues.append(Issue("warning", where, says))
    sharing = None
    fresh = np.diff(own, prepend=own[0] - 1) > 0
    if not fresh.all():
        sharing, own = np.cumsum(fresh) - 1, own[fresh]
        says = (
            f"{int((~fresh).sum())} records repeat a second already there; "
            "of each second the first value of each kind was kept."
        )
        issues.append(Issue("info", where, says))
    if own[0] < _CLOCK_SET:
        says = "The device did not know the date; only times within the run are right."
        issues.append(Issue("warning", where, says))
    return _Leg(session, rows, own, tuple(issues), sharing)


def _sample_columns(records: Stack) -> dict[str, Floats]:
    """Return every sample column but time and cadence for all records of a file."""
    columns = {name: records.numbers(number) for name, number in _FIELDS.items()}
    columns["speed_mps"] = _first_known(
        records.numbers(_ENHANCED_SPEED),
        records.numbers(_SPEED),
        records.expanded(_PACKED, _SPEED),
    )
    columns["altitude_m"] = _first_known(
        records.numbers(_ENHANCED_ALTITUDE), records.numbers(_ALTITUDE)
    )
    columns["distance_m"] = _first_known(
        columns["distance_m"], records.expanded(_PACKED, _DISTANCE)
    )
    cadence = records.numbers(_CADENCE)
    fraction = records.numbers(_FRACTIONAL_CADENCE)
    columns["cadence_spm"] = 2.0 * (cadence + np.nan_to_num(fraction))
    return columns


def _first_known(*choices: Floats) -> Floats:
    """Return, row by row, the first value that is there."""
    known = choices[0]
    for choice in choices[1:]:
        known = np.where(np.isnan(known), choice, known)
    return known


def _samples(columns: dict[str, Floats], leg: _Leg) -> pl.DataFrame:
    """Return one leg's table of samples."""
    empty = pl.repeat(None, leg.times.size, dtype=pl.Float64, eager=True)
    known: dict[str, Floats] = {"time_s": (leg.times - leg.times[0]).astype(np.float64)}
    for name, column in columns.items():
        if _fits(name, columns, leg):
            known[name] = leg.taken(column)
    return pl.DataFrame(
        [
            pl.Series(name, known[name], nan_to_null=True) if name in known else empty.alias(name)
            for name in SAMPLES.names
        ]
    )


def _fits(name: str, columns: dict[str, Floats], leg: _Leg) -> bool:
    """Return False for the cadence of cranks and strokes, which are not steps.

    Where the sport is unknown, ground contact shows that the cadence is one of feet.
    """
    if name != "cadence_spm" or leg.session.sport in _ON_FOOT:
        return True
    contact = columns["contact_time_ms"][leg.rows]
    return leg.session.sport in {"unknown", "generic"} and bool((~np.isnan(contact)).any())


def _recording(
    activity: _Activity, place: int, samples: pl.DataFrame, extras: list[Column]
) -> Recording:
    """Return one leg as a recording."""
    leg = activity.legs[place]
    return Recording(
        source=activity.source,
        device=activity.device,
        sport=leg.session.sport,
        sub_sport=leg.session.sub_sport,
        start=_EPOCH + timedelta(seconds=int(leg.times[0])),
        samples=samples,
        laps=_laps(activity, place),
        pauses=tuple(_pauses(activity, place)),
        developer_fields=tuple(_developer_fields(extras, leg)),
        beats=_beats(activity, place),
        evaluation=leg.session.evaluation,
        notes=activity.notes,
        spacing=_spacing(leg.times),
        issues=leg.issues,
    )


def _spacing(times: Ints) -> Spacing:
    """Return how regularly samples were written."""
    if times.size < 10:
        return "unknown"
    return "every second" if (np.diff(times) == 1).mean() >= 0.9 else "smart"


def device_of(messages: Messages) -> str:
    """Return maker and product of the device that wrote the file, for people.

    Parameters
    ----------
    messages
        Of one FIT file.
    """
    file_id, info = messages.of(profile.FILE_ID), messages.of(profile.DEVICE_INFO)
    maker, product = (_first(file_id.numbers(number)) for number in (1, 2))
    creator = info.numbers(0) == 0
    if np.isnan(maker):
        maker, product = (_first(info.numbers(number)[creator]) for number in (2, 4))
    labels = [*file_id.texts(8), *np.array(info.texts(27), dtype=object)[creator].tolist()]
    maker_name = _name("manufacturer", maker).replace("_", " ")
    label = next((text for text in labels if text), None) or _product(maker_name, product)
    maker_name = maker_name[:1].upper() + maker_name[1:]
    return label if label.lower().startswith(maker_name.lower()) else f"{maker_name} {label}"


def _first(values: Floats) -> float:
    """Return the first value that is there, NaN where none is."""
    known = values[~np.isnan(values)]
    return float(known[0]) if known.size else float("nan")


def _product(maker: str, product: float) -> str:
    """Return a product's name, or its number where the table has none."""
    if np.isnan(product):
        return "device"
    known = profile.names("garmin_product") if maker == "garmin" else {}
    return known.get(int(product), f"product {int(product)}").replace("_", " ")


def _laps(activity: _Activity, place: int) -> pl.DataFrame:
    """Return the laps that lie in one leg."""
    stack = activity.messages.of(profile.LAP)
    starts, elapsed, triggers = (stack.numbers(number) for number in (2, 7, 24))
    stamps = np.where(stack.times > 0, stack.times, np.nan)
    zero = int(activity.legs[place].times[0])
    starts = np.where(np.isnan(starts), stamps - elapsed, starts) - zero
    ends = np.where(np.isnan(elapsed), stamps - zero, starts + elapsed)
    rows = [
        (start, end, profile.names("lap_trigger").get(int(np.nan_to_num(trigger, nan=-1))))
        for start, end, trigger in zip(starts, ends, triggers, strict=True)
        if not np.isnan(start + end) and activity.leg_at(zero + (start + end) / 2) == place
    ]
    return pl.DataFrame(
        sorted(rows, key=lambda row: row[:2]), schema=LAPS.empty().schema, orient="row"
    )


def _pauses(activity: _Activity, place: int) -> Iterator[Stretch]:
    """Yield the stretches of one leg between a stop of the timer and its next start."""
    stack = activity.messages.of(profile.EVENT)
    events, kinds, how = (stack.numbers(number) for number in (0, 1, 3))
    leg = activity.legs[place]
    zero, last = int(leg.times[0]), int(leg.times[-1])
    stopped: float | None = None
    reason = ""
    for row in np.flatnonzero((events == _TIMER) & (stack.times > 0)).tolist():
        moment = int(stack.times[row])
        if kinds[row] in _STOPS and stopped is None:
            stopped = moment
            reason = "the timer stopped by itself" if how[row] == 1 else "the timer was stopped"
        elif kinds[row] in _STARTS and stopped is not None:
            if zero <= stopped <= last and moment > stopped:
                yield Stretch(float(stopped - zero), float(min(moment, last) - zero), reason)
            stopped = None


def _developer_fields(extras: list[Column], leg: _Leg) -> Iterator[DeveloperField]:
    """Yield the columns other makers added, as far as they hold anything in this leg."""
    for column in extras:
        if column.developer is None or not column.valid[leg.rows].any():
            continue
        values = leg.taken(column.stored)
        if values.dtype == object:
            series = pl.Series(values.tolist(), strict=False)
        else:
            series = pl.Series(values, nan_to_null=True)
        application, index, number = column.developer
        yield DeveloperField(application, index, number, column.name, column.unit or None, series)


def _beats(activity: _Activity, place: int) -> pl.DataFrame:
    """Return the beat-to-beat intervals stored beside one leg's records."""
    stack = activity.messages.of(profile.HRV)
    pieces = list(_intervals(stack))
    if not pieces:
        return BEATS.empty()
    order = np.concatenate([at for at, _ in pieces])
    values = np.concatenate([rr for _, rr in pieces])
    sequence = np.argsort(order, kind="stable")
    before = np.searchsorted(activity.records.order, order[sequence]) - 1
    times = activity.records.times[np.clip(before, 0, None)]
    starts = np.array([leg.times[0] for leg in activity.legs])
    own = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None) == place
    seconds = (times[own] - starts[place]).astype(np.float64)
    return pl.DataFrame({"time_s": seconds, "rr_ms": values[sequence][own]})


def _intervals(stack: Stack) -> Iterator[tuple[Ints, Floats]]:
    """Yield place in the file and length in milliseconds of each stored interval."""
    for table in stack.tables:
        column = table.column(0)
        if column is not None and column.stored.dtype == np.uint16:
            stored = column.stored.reshape(table.order.size, -1)
            valid = column.valid.reshape(stored.shape)
            order = np.broadcast_to(table.order[:, None], stored.shape)
            yield order[valid], stored[valid].astype(np.float64)


def _notes(messages: Messages) -> Iterator[str]:
    """Yield the texts stored in pieces."""
    pieces: dict[tuple[float, ...], list[tuple[float, bytes]]] = {}
    for table in messages.of(profile.MEMO_GLOB).tables:
        stack = Stack((table,))
        keys = np.stack([stack.numbers(number) for number in (1, 2, 3, 250)], axis=1)
        text = table.column(0) or table.column(4)
        if text is not None and text.stored.dtype == np.uint8:
            for key, part in zip(np.nan_to_num(keys, nan=-1).tolist(), text.stored, strict=True):
                pieces.setdefault(tuple(key[:3]), []).append((key[3], part.tobytes()))
    for parts in pieces.values():
        whole = b"".join(part for _, part in sorted(parts))
        text_of = whole.replace(b"\xff", b"").split(b"\0", 1)[0].decode("utf-8", "replace").strip()
        if text_of:
            yield text_of
