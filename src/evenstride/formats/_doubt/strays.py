"""Single records that a changed bit or a wrong clock threw far from all the others.

A few records that stand apart are strays; many that do are how the device wrote, and are kept.
"""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bools: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[Any]
Span: TypeAlias = tuple[int, int]

APART_S = 6 * 3600  # a few records further away than this from all others are strays
MOST_PAUSED_S = 24 * 3600  # a night's pause stays in one recording, a longer one does not
LONGEST_S = 48 * 3600
_OUT_OF_PLACE_S = 60  # records written a little late are put in order instead
_FEWEST, _MOST = 3, 59
_MOST_OF_ALL = 0.1


def most_strays(of: int) -> int:
    """Return how many of so many records can be strays: under 1 % and 60, or three of 30.

    Examples
    --------
    >>> most_strays(1800), most_strays(60), most_strays(100_000)
    (17, 3, 59)
    """
    return max(min(_MOST, (of - 1) // 100), min(_FEWEST, of // 10))


def stray_times(times: Ints) -> Bools:
    """Return which records bear a time that is far from the others'.

    Parameters
    ----------
    times
        Seconds, in file order.

    Returns
    -------
    numpy.ndarray
        True for records whose time leaves the order of the file for a few records and then
        returns, and for a few records more than six hours from all others.
    """
    stray = _leaves_order(times)
    kept = np.flatnonzero(~stray)
    stray[kept[_far_apart(times[kept])]] = True
    if (~stray).sum() < (1 - _MOST_OF_ALL) * times.size:
        return np.zeros(times.size, dtype=np.bool_)
    return stray


def _leaves_order(times: Ints) -> Bools:
    """Return the few records that stand out of the order of all others by more than a minute.

    Where many do, a clock was set back; then only those that stand alone are strays.
    """
    most = most_strays(times.size)
    away = out_of_order(times, _OUT_OF_PLACE_S)
    if away.sum() > most:
        before, own, after = times[:-2], times[1:-1], times[2:]
        alone = (own < before - _OUT_OF_PLACE_S) | (own > after + _OUT_OF_PLACE_S)
        away = np.concatenate([[False], alone & (before <= after), [False]])
    return away if away.sum() <= most else np.zeros(times.size, dtype=np.bool_)


def _far_apart(times: Ints) -> Ints:
    """Return the places of the few times more than `APART_S` from all others."""
    order = np.argsort(times, kind="stable")
    cuts = np.flatnonzero(np.diff(times[order]) > APART_S) + 1
    sizes = np.diff(cuts, prepend=0, append=times.size)
    few = (sizes < sizes.max()) & (sizes <= most_strays(times.size))
    far: Ints = order[np.repeat(few, sizes)]
    return far


def out_of_order(values: Numbers, slack: float) -> Bools:
    """Return the fewest values that must go for the others to rise.

    Parameters
    ----------
    values
        Numbers, none missing.
    slack
        Values no further than this from their place are left in.

    Examples
    --------
    >>> out_of_order(np.array([0, 1, 900, 3, 4, 2, 5]), slack=60).tolist()
    [False, False, True, False, False, False, False]
    """
    if (np.diff(values) >= -slack).all():
        return np.zeros(values.size, dtype=np.bool_)
    rising = _longest_rise(values.tolist())
    bounds = np.concatenate([[-np.inf], values[rising], [np.inf]])
    places = np.arange(values.size)
    low = bounds[np.searchsorted(rising, places, side="right")]
    high = bounds[np.searchsorted(rising, places, side="left") + 1]
    away: Bools = (values < low - slack) | (values > high + slack)
    return away


def _longest_rise(values: list[float]) -> Ints:
    """Return the places of a longest part of the values that never falls (patience sorting)."""
    tops: list[float] = []
    top_places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        pile = bisect_right(tops, value)
        before.append(top_places[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(value)
            top_places.append(place)
        else:
            tops[pile], top_places[pile] = value, place
    found = []
    place = top_places[-1]
    while place >= 0:
        found.append(place)
        place = before[place]
    return np.array(found[::-1], np.int64)


def stretches(mask: Bools) -> Iterator[Span]:
    """Yield first and after-last place of each unbroken stretch of True.

    Examples
    --------
    >>> list(stretches(np.array([True, False, True, True])))
    [(0, 1), (2, 4)]
    """
    padded = np.concatenate([[0], mask.astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(padded)).tolist()
    yield from zip(edges[::2], edges[1::2], strict=True)


def spans(times: Ints) -> Iterator[Span]:
    """Yield first and after-last place of parts with no pause above a day, none above two days.

    Parameters
    ----------
    times
        Seconds, rising.

    Examples
    --------
    >>> list(spans(np.array([0, 1, 90_000, 90_001])))
    [(0, 2), (2, 4)]
    """
    cuts = np.flatnonzero(np.diff(times) > MOST_PAUSED_S) + 1
    for part in pairwise([0, *cuts.tolist(), times.size]):
        yield from _halved(times, part)


def _halved(times: Ints, part: Span) -> Iterator[Span]:
    """Yield a part, cut at the largest pauses of its middle half until none is too long."""
    waiting = [part]
    while waiting:
        first, after = waiting.pop()
        length = int(times[after - 1] - times[first])
        if length <= LONGEST_S:
            yield first, after
            continue
        middle = (times[first] + length // 4, times[first] + 3 * length // 4)
        low, high = np.searchsorted(times[first:after], middle).tolist()
        low, high = first + max(low, 1), first + min(max(high, low, 1), after - first - 1)
        steps = np.diff(times[low - 1 : high + 1])
        cut = low + int(steps.argmax())
        waiting += [(cut, after), (first, cut)]
