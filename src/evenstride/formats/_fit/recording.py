"""From a FIT file's messages to recordings: one a session, in this house's tables and units."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, timezone

import numpy as np
import polars as pl

from evenstride.formats._doubt.paces import checked_distance, checked_speed
from evenstride.formats._doubt.strays import APART_S
from evenstride.formats._fit import profile
from evenstride.formats._fit.devices import device_of, sensors_of, serial_of
from evenstride.formats._fit.legs import Leg, date_of, legs_of, too_small
from evenstride.formats._fit.messages import Array, Column, Floats, Ints, Messages, Stack, any_of
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.recording import (
    BEATS,
    LAPS,
    SAMPLES,
    DeveloperField,
    Recording,
    Source,
    Spacing,
)

_ON_FOOT = {"running", "walking", "hiking"}
_LOCAL_TIME = 5
_QUARTER_S = 900  # time zones differ by quarters of an hour
_MOST_QUARTERS = 14 * 4
_ZONE_SLACK_S = 60  # a difference that is no time zone is two moments
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
class _Activity:
    """One FIT file's messages, with what every leg of it shares."""

    messages: Messages
    source: Source
    records: Stack
    legs: tuple[Leg, ...]
    device: str
    serial: str
    sensors: tuple[str, ...]
    notes: tuple[str, ...]
    zone: timezone

    def leg_at(self, time: float) -> int:
        """Return the place of the leg a moment belongs to."""
        starts = [int(leg.times[0]) for leg in self.legs]
        return max(0, int(np.searchsorted(starts, time, side="right")) - 1)


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
    legs, issues = legs_of(messages, records, where)
    yield from issues
    if not legs:
        return
    activity = _Activity(
        messages,
        source,
        records,
        legs,
        device=device_of(messages),
        serial=serial_of(messages),
        sensors=sensors_of(messages),
        notes=tuple(_notes(messages)),
        zone=_zone(messages),
    )
    columns = _sample_columns(records)
    extras = records.developer_columns()
    covered = 0.0
    for place, leg in enumerate(legs):
        samples, doubts = _samples(columns, leg, where)
        samples, covered = _from_zero(samples, covered)
        small = too_small(leg, legs, where)
        if small:
            yield small
            continue
        laps, strays = _laps(activity, place, where)
        found = _recording(activity, place, samples, list(extras.values()))
        yield replace(found, laps=laps, issues=leg.issues + doubts + strays)


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


def _samples(
    columns: dict[str, Floats], leg: Leg, where: str
) -> tuple[pl.DataFrame, tuple[Issue, ...]]:
    """Return one leg's table of samples, and what in it was set aside."""
    empty = pl.repeat(None, leg.times.size, dtype=pl.Float64, eager=True)
    time_s = (leg.times - leg.times[0]).astype(np.float64)
    known = {
        name: leg.taken(column) for name, column in columns.items() if _fits(name, columns, leg)
    }
    checked = [checked_distance(known["distance_m"], time_s, where)]
    known["distance_m"] = checked[0].values
    if leg.session.sport in _ON_FOOT:
        checked.append(checked_speed(known["speed_mps"], time_s, where))
        known["speed_mps"] = checked[1].values
    known["time_s"] = time_s
    table = pl.DataFrame(
        [
            pl.Series(name, known[name], nan_to_null=True) if name in known else empty.alias(name)
            for name in SAMPLES.names
        ]
    )
    return table, tuple(issue for each in checked for issue in each.issues)


def _fits(name: str, columns: dict[str, Floats], leg: Leg) -> bool:
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
        start=date_of(int(leg.times[0])).astimezone(activity.zone),
        samples=samples,
        pauses=tuple(_pauses(activity, place)),
        developer_fields=tuple(_developer_fields(extras, leg)),
        beats=_beats(activity, place),
        evaluation=leg.session.evaluation,
        notes=activity.notes,
        spacing=_spacing(leg.times),
        serial=activity.serial,
        sensors=activity.sensors,
    )


def _spacing(times: Ints) -> Spacing:
    """Return how regularly samples were written."""
    if times.size < 10:
        return "unknown"
    return "every second" if (np.diff(times) == 1).mean() >= 0.9 else "smart"


def _first(values: Floats) -> float:
    """Return the first value that is there, NaN where none is."""
    known = values[~np.isnan(values)]
    return float(known[0]) if known.size else float("nan")


def _zone(messages: Messages) -> timezone:
    """Return how far the runner's clock was ahead of UTC, UTC itself where nothing tells."""
    closing = messages.of(profile.ACTIVITY)
    ahead = closing.numbers(_LOCAL_TIME) - np.where(closing.times > 0, closing.times, np.nan)
    ahead_s = _first(ahead)
    quarters = 0 if np.isnan(ahead_s) else round(ahead_s / _QUARTER_S)
    off_s = abs(ahead_s - quarters * _QUARTER_S)
    if not quarters or abs(quarters) > _MOST_QUARTERS or off_s > _ZONE_SLACK_S:
        return UTC
    return timezone(timedelta(seconds=quarters * _QUARTER_S))


def _laps(activity: _Activity, place: int, where: str) -> tuple[pl.DataFrame, tuple[Issue, ...]]:
    """Return the laps that lie in one leg, and how many reach far beyond it."""
    stack = activity.messages.of(profile.LAP)
    starts, elapsed, triggers = (stack.numbers(number) for number in (2, 7, 24))
    stamps = np.where(stack.times > 0, stack.times, np.nan)
    leg = activity.legs[place]
    zero, last = int(leg.times[0]), int(leg.times[-1])
    starts = np.where(np.isnan(starts), stamps - elapsed, starts) - zero
    ends = np.where(np.isnan(elapsed), stamps - zero, starts + elapsed)
    rows = [
        (start, end, profile.names("lap_trigger").get(int(np.nan_to_num(trigger, nan=-1))))
        for start, end, trigger in zip(starts, ends, triggers, strict=True)
        if not np.isnan(start + end) and activity.leg_at(zero + (start + end) / 2) == place
    ]
    near = [row for row in rows if row[0] >= -APART_S and row[1] <= last - zero + APART_S]
    table = pl.DataFrame(
        sorted(near, key=lambda row: row[:2]), schema=LAPS.empty().schema, orient="row"
    )
    beyond = len(rows) - len(near)
    if not beyond:
        return table, ()
    says = f"Laps that begin or end far outside the run: {beyond}; they were left out."
    return table, (Issue("warning", where, says),)


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


def _developer_fields(extras: list[Column], leg: Leg) -> Iterator[DeveloperField]:
    """Yield the columns other makers added, as far as they hold anything in this leg."""
    for column in extras:
        if column.developer is None or not column.valid[leg.rows].any():
            continue
        application, index, number = column.developer
        series = _series(leg.taken(column.stored))
        yield DeveloperField(application, index, number, column.name, column.unit or None, series)


def _series(values: Array) -> pl.Series:
    """Return a developer field's values, null where there are none."""
    if values.dtype == object:
        return pl.Series(values.tolist(), strict=False)
    if values.ndim == 1:
        return pl.Series(values, nan_to_null=True)
    there = pl.lit(pl.Series(any_of(~np.isnan(values))))
    lists = pl.lit(pl.Series(values).arr.to_list())
    return pl.select(pl.when(there).then(lists)).to_series()


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
