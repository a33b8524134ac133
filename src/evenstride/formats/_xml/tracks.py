"""From points to samples: in time order, one a moment, with distance and speed where they lack."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evenstride.formats._doubt.paces import checked_distance, checked_speed
from evenstride.formats._doubt.strays import spans, stray_times
from evenstride.formats._xml.points import BELIEVED, Floats, Points
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.recording import SAMPLES, Spacing

Ints: TypeAlias = NDArray[np.int64]
Steps: TypeAlias = Literal["one foot", "both feet"]

ON_FOOT = {"running", "walking", "hiking"}
EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid (Moritz 2000, 10.1007/s001900050278)."""

SPEED_OVER_S = 20.0
"""Positions of single seconds jump about; over this long half the values
come within 0.2 m/s of a watch's (one run that a watch and a portal wrote both)."""

MOST_PARTS = 32
"""Runs that one track may hold by mistake, a day apart or more."""

_GAP_S = 10.0
_SHORTEST_PAUSE_S = 5.0
_FASTEST_MPS = 15.0
_STRIDES_BELOW = 120.0  # no runner makes as many strides with one foot, none so few steps with both


@dataclass(frozen=True)
class Track:
    """Points in time order.

    Attributes
    ----------
    start
        Moment of the first point.
    time_s
        Seconds since then, strictly rising, shape ``(points,)``.
    part
        Number of the part of the track each point belongs to.
    columns
        Those of `BELIEVED`, NaN where there is no value.
    issues
        What putting them in order took.
    """

    start: datetime
    time_s: Floats
    part: Ints
    columns: dict[str, Floats]
    issues: tuple[Issue, ...]


def tracks_of(points: Points, where: str) -> Iterator[Track]:
    """Yield the points in time order, in parts where they reach over more than two days."""
    times, part = points.times(), points.parts()
    if not times.size:
        return
    stray = stray_times(np.floor(times).astype(np.int64))
    issues = list(_stray_issue(int(stray.sum()), where))
    kept = np.flatnonzero(~stray)
    if (np.diff(times[kept]) < 0).any():
        backward = int((np.diff(times[kept]) < 0).sum())
        says = f"The clock went backward {backward} times; samples were put in time order."
        issues.append(Issue("warning", where, says))
        kept = kept[np.argsort(times[kept], kind="stable")]
    first = np.flatnonzero(np.diff(times[kept], prepend=-np.inf) > 0)
    doubled = kept.size - first.size
    if doubled:
        says = (
            f"Points that repeat a moment already there: {doubled}; of each moment the first value "
            "of each kind was kept."
        )
        issues.append(Issue("info", where, says))
    group = np.repeat(np.arange(first.size), np.diff(first, append=kept.size))
    columns = {name: _merged(points.column(name)[kept], first, group) for name in BELIEVED}
    times, part = times[kept][first], part[kept][first]
    cuts = list(spans(np.floor(times).astype(np.int64)))
    if len(cuts) > 1:
        says = f"The points reach over days; cut at the largest pauses into {len(cuts)} parts"
        more = f", of which the first {MOST_PARTS} were kept" if len(cuts) > MOST_PARTS else ""
        issues.append(Issue("warning", where, f"{says}{more}."))
    for begin, after in cuts[:MOST_PARTS]:
        inside = slice(begin, after)
        yield Track(
            datetime.fromtimestamp(float(times[begin]), UTC).astimezone(points.zone.tzinfo),
            times[inside] - times[begin],
            part[inside],
            {name: column[inside] for name, column in columns.items()},
            tuple(issues),
        )


def _stray_issue(count: int, where: str) -> Iterator[Issue]:
    if count:
        says = f"Points that bear a time far from all others: {count}; they were left out."
        yield Issue("warning", where, says)


def _merged(column: Floats, first: Ints, group: Ints) -> Floats:
    """Return for each moment the first value that is there."""
    merged = column[first]
    known = ~np.isnan(column)
    merged[group[known][::-1]] = column[known][::-1]
    return merged


@dataclass(frozen=True)
class Table:
    """A track as a table.

    Attributes
    ----------
    samples
        A table of `SAMPLES`.
    spacing
        How regularly points were written.
    issues
        What was drawn from something else, or set aside.
    """

    samples: pl.DataFrame
    spacing: Spacing
    issues: tuple[Issue, ...]


def table_of(track: Track, sport: str, where: str) -> Table:
    """Return the samples of a track."""
    issues: list[Issue] = []
    on_foot = sport in ON_FOOT or sport == "unknown"
    known = {name: track.columns[name] for name in BELIEVED if name in SAMPLES.names}
    known["distance_m"] = _distance(track, issues, where)
    known["speed_mps"] = _speed(track, known["distance_m"], issues, where)
    checked = [checked_distance(known["distance_m"], track.time_s, where)]
    known["distance_m"] = checked[0].values
    if on_foot:
        checked.append(checked_speed(known["speed_mps"], track.time_s, where))
        known["speed_mps"] = checked[1].values
        known["cadence_spm"] = _steps(track.columns["cadence"], issues, where)
    known["time_s"] = track.time_s
    empty = pl.repeat(None, track.time_s.size, dtype=pl.Float64, eager=True)
    samples = pl.DataFrame(
        [
            pl.Series(name, known[name], nan_to_null=True) if name in known else empty.alias(name)
            for name in SAMPLES.names
        ]
    )
    found = tuple(issue for each in checked for issue in each.issues)
    return Table(samples, _spacing(track.time_s), (*track.issues, *issues, *found))


def _spacing(time_s: Floats) -> Spacing:
    if time_s.size < 10:
        return "unknown"
    return "every second" if (np.rint(np.diff(time_s)) <= 1).mean() >= 0.9 else "smart"


def _steps(cadence: Floats, issues: list[Issue], where: str) -> Floats:
    """Return steps of both feet; which of the two the file counts shows in its median."""
    turning = cadence[cadence > 0]
    if not turning.size or np.median(turning) < _STRIDES_BELOW:
        return 2.0 * cadence
    says = "Its cadence counts the steps of both feet, not the strides of one; read as such."
    issues.append(Issue("info", where, says))
    return cadence


def _mostly_there(column: Floats) -> bool:
    return bool(column.size) and float((~np.isnan(column)).mean()) >= 0.5


def _distance(track: Track, issues: list[Issue], where: str) -> Floats:
    """Return the distance as given, else as drawn from positions."""
    given = track.columns["distance_m"]
    if _mostly_there(given):
        return given
    latitude, longitude = track.columns["latitude_deg"], track.columns["longitude_deg"]
    known = np.flatnonzero(~np.isnan(latitude + longitude))
    if known.size < 2:
        return given
    known = _without_leaps(track, known, issues, where)
    metres = steps_m(latitude[known], longitude[known])
    # What lies between two parts of a track was not recorded.
    metres[np.diff(track.part[known]) != 0] = 0.0
    distance = np.full(track.time_s.size, np.nan)
    distance[known] = np.concatenate([[0.0], np.cumsum(metres)])
    says = "The file gives no distance; it was drawn from the positions, which tend to add some."
    issues.append(Issue("info", where, says))
    return distance


def _without_leaps(track: Track, known: Ints, issues: list[Issue], where: str) -> Ints:
    """Return the places of positions but single ones no runner reaches and returns from."""
    if known.size < 3:
        return known
    latitude, longitude = (track.columns[n][known] for n in ("latitude_deg", "longitude_deg"))
    time_s = track.time_s[known]
    fast = steps_m(latitude, longitude) > _FASTEST_MPS * np.diff(time_s)
    across = steps_m(latitude[::2], longitude[::2]), steps_m(latitude[1::2], longitude[1::2])
    over = np.empty(known.size - 2)
    over[::2], over[1::2] = across
    wild = fast[:-1] & fast[1:] & (over <= _FASTEST_MPS * (time_s[2:] - time_s[:-2]))
    if wild.any():
        says = f"Positions far from those around: {int(wild.sum())}; they were set aside."
        second = int(time_s[1:-1][wild][0])
        issues.append(Issue("warning", f"{where}, second {second}", says))
    kept: Ints = known[np.concatenate([[True], ~wild, [True]])]
    return kept


def steps_m(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Return the great-circle distance from each position to the next, shape ``(points - 1,)``.

    By the haversine formula (Sinnott 1984, Sky and Telescope 68:159); on a sphere it is up to
    0.5 % off.

    Examples
    --------
    >>> steps_m(np.array([0.0, 1.0]), np.array([0.0, 0.0])).round(1).tolist()
    [111195.1]
    """
    phi, lam = np.radians(latitude_deg), np.radians(longitude_deg)
    half = (
        np.sin(np.diff(phi) / 2) ** 2
        + np.cos(phi[:-1]) * np.cos(phi[1:]) * np.sin(np.diff(lam) / 2) ** 2
    )
    metres: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return metres


def _speed(track: Track, distance_m: Floats, issues: list[Issue], where: str) -> Floats:
    """Return the speed as given, else as drawn from the distance."""
    given = track.columns["speed_mps"]
    known = np.flatnonzero(~np.isnan(distance_m))
    if _mostly_there(given) or known.size < 2:
        return given
    speed = np.full(track.time_s.size, np.nan)
    speed[known] = drawn_speed(track.time_s[known], distance_m[known], track.part[known])
    says = (
        f"The file gives no speed; it was drawn from the distance, over {SPEED_OVER_S:g} s around "
        "each sample."
    )
    issues.append(Issue("info", where, says))
    return speed


def drawn_speed(time_s: Floats, distance_m: Floats, part: Ints) -> Floats:
    """Return speed over `SPEED_OVER_S` around each moment, never across a gap.

    Parameters
    ----------
    time_s, distance_m
        Shape ``(points,)``, none missing, times strictly rising.
    part
        A change of number is a gap, as are more than ten seconds without a point.

    Returns
    -------
    Floats
        NaN where a point stands alone, or the distance falls.

    Examples
    --------
    >>> drawn_speed(np.arange(4.0), np.array([0.0, 3.0, 6.0, 9.0]), np.zeros(4, int)).tolist()
    [3.0, 3.0, 3.0, 3.0]
    """
    gap = (np.diff(time_s) > _GAP_S) | (np.diff(part) != 0)
    edges = np.concatenate([[0], np.flatnonzero(gap) + 1, [time_s.size]])
    piece = np.repeat(np.arange(edges.size - 1), np.diff(edges))
    low = np.maximum(time_s - SPEED_OVER_S / 2, time_s[edges[:-1]][piece])
    high = np.minimum(time_s + SPEED_OVER_S / 2, time_s[edges[1:] - 1][piece])
    covered = np.interp(high, time_s, distance_m) - np.interp(low, time_s, distance_m)
    speed = np.full(time_s.size, np.nan)
    np.divide(covered, high - low, out=speed, where=(high > low) & (covered >= 0))
    return speed


def pauses_between_parts(track: Track) -> tuple[Stretch, ...]:
    """Return the stretches between the parts of a track, where the timer was stopped."""
    after = np.flatnonzero(
        (np.diff(track.part) != 0) & (np.diff(track.time_s) >= _SHORTEST_PAUSE_S)
    )
    return tuple(
        Stretch(float(track.time_s[i]), float(track.time_s[i + 1]), "the timer was stopped")
        for i in after.tolist()
    )
