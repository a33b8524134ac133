"""Distances and speeds no runner covers: what a changed bit or a lost signal left behind."""

from dataclasses import dataclass

import numpy as np

from evenstride.formats._doubt.strays import out_of_order, stretches
from evenstride.model.issue import Issue
from evenstride.model.signal import Bools, Floats

FASTEST_MPS = 15.0  # above any sprint
_SLACK_M = 50.0
_LONGEST_SPIKE = 5  # samples; a longer fall is a counter that began anew
_FARTHEST_M = 1e7
_LEAP_M = 1000.0
_LEAP_MPS = 100.0


@dataclass(frozen=True)
class Checked:
    """A column without what cannot be, and what was found.

    Attributes
    ----------
    values
        NaN where a value was set aside.
    issues
        How many, and from which second on.
    """

    values: Floats
    issues: tuple[Issue, ...]


def checked_speed(speed_mps: Floats, time_s: Floats, where: str) -> Checked:
    """Return speeds on foot without those above `FASTEST_MPS`.

    Examples
    --------
    >>> checked_speed(np.array([3.0, 65.5]), np.array([0.0, 1.0]), "run.fit").values.tolist()
    [3.0, nan]
    """
    away = speed_mps > FASTEST_MPS
    if not away.any():
        return Checked(speed_mps, ())
    says = (
        f"{_counted(int(away.sum()), 'speed')} set aside: above {FASTEST_MPS:g} m/s, faster "
        "than anyone runs."
    )
    return Checked(np.where(away, np.nan, speed_mps), (_issue(where, time_s[away][0], says),))


def checked_distance(distance_m: Floats, time_s: Floats, where: str) -> Checked:
    """Return distances without single values far from their neighbours.

    Where the counter begins anew within the run, values stay as written.

    Examples
    --------
    >>> wild = np.array([0.0, 3.0, 9000.0, 9.0, 12.0])
    >>> checked_distance(wild, np.arange(5.0), "run.fit").values.tolist()
    [0.0, 3.0, nan, 9.0, 12.0]
    """
    known = np.flatnonzero(~np.isnan(distance_m))
    values, times = distance_m[known], time_s[known]
    away = _spikes(values, times)
    issues = []
    if away.any():
        says = f"{_counted(int(away.sum()), 'distance')} set aside: far from those around."
        issues.append(_issue(where, times[away][0], says))
    left = values[~away]
    falls = np.flatnonzero(left < np.maximum.accumulate(left) - _SLACK_M)
    if falls.size:
        says = (
            "The distance falls back within the run; the watch began to count anew. "
            "It was left as written."
        )
        issues.append(_issue(where, times[~away][falls[0]], says))
    if not away.any():
        return Checked(distance_m, tuple(issues))
    kept = distance_m.copy()
    kept[known[away]] = np.nan
    return Checked(kept, tuple(issues))


def _spikes(values: Floats, times: Floats) -> Bools:
    """Return the values that cannot be: out of reach, out of order for a moment, a last leap."""
    away = (values < 0) | (values > _FARTHEST_M)
    inside = np.flatnonzero(~away)
    wild = out_of_order(values[inside], _SLACK_M)
    for first, after in stretches(wild):
        away[inside[first:after]] = after - first <= _LONGEST_SPIKE
    inside = np.flatnonzero(~away)
    leaps = _leaps(values[inside], times[inside])
    away[inside[leaps:]] = True
    return away


def _leaps(values: Floats, times: Floats) -> int:
    """Return the place from which the last few values lie beyond reach, their number if none."""
    first = max(values.size - _LONGEST_SPIKE, 1)
    steps, seconds = np.diff(values[first - 1 :]), np.diff(times[first - 1 :])
    beyond = np.flatnonzero((steps > _LEAP_M) & (steps > _LEAP_MPS * seconds))
    return first + int(beyond[0]) if beyond.size else values.size


def _counted(count: int, noun: str) -> str:
    """Return a number of things with "was" or "were"."""
    return f"1 {noun} was" if count == 1 else f"{count} {noun}s were"


def _issue(where: str, second: float, says: str) -> Issue:
    """Return a warning about what begins at a second."""
    return Issue("warning", f"{where}, second {int(second)}", says)
