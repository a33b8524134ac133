"""One clock of whole seconds for everything a run holds."""

import numpy as np
import polars as pl

from evenstride.model.recording import Recording
from evenstride.model.signal import Floats

LONGEST_HELD_GAP_S = 10.0
"""Smart recording writes every 2 to 8 s; a longer silence is a gap, not a spacing."""


def seconds_of(recording: Recording, offset_s: float = 0.0) -> int:
    """Return how many whole seconds a clock needs to hold `recording` begun `offset_s` late."""
    return int(np.floor(recording.duration_s + offset_s)) + 1


def on_clock(time_s: Floats, values: pl.Series, seconds: int, *, smart: bool) -> Floats:
    """Put samples on whole seconds.

    Parameters
    ----------
    time_s
        Sample times, non-decreasing, seconds since the clock's start, shape ``(samples,)``.
    values
        One value or null a sample.
    seconds
        Length of the clock.
    smart
        True where the device wrote only now and then: values are then drawn straight between
        neighbours no more than `LONGEST_HELD_GAP_S` apart. Otherwise nothing is filled in.

    Returns
    -------
    Floats
        Shape ``(seconds,)``, NaN where there was no value.

    Examples
    --------
    >>> time_s = np.array([0.0, 4.0, 30.0])
    >>> on_clock(time_s, pl.Series([1.0, 3.0, 5.0]), 6, smart=True).tolist()
    [1.0, 1.5, 2.0, 2.5, 3.0, nan]
    """
    column = values.cast(pl.Float64).to_numpy()
    known = np.isfinite(column)
    clock = np.full(seconds, np.nan)
    if not known.any():
        return clock
    at, what = time_s[known], column[known]
    place = np.rint(at).astype(np.int64)
    inside = (place >= 0) & (place < seconds)
    # Written backwards so that the first of several values in one second stays.
    clock[place[inside][::-1]] = what[inside][::-1]
    if smart:
        clock = _draw_between(clock, at, what)
    return clock


def _draw_between(clock: Floats, at: Floats, what: Floats) -> Floats:
    seconds = np.arange(clock.size, dtype=np.float64)
    after = np.clip(np.searchsorted(at, seconds), 1, max(at.size - 1, 1))
    if at.size < 2:
        return clock
    bridged = (
        (at[after] - at[after - 1] <= LONGEST_HELD_GAP_S) & (seconds >= at[0]) & (seconds <= at[-1])
    )
    empty = np.isnan(clock) & bridged
    clock[empty] = np.interp(seconds[empty], at, what)
    return clock


def moving_mean(values: Floats, width_s: int) -> Floats:
    """Return the centred mean over `width_s` seconds of what is known, NaN where nothing is.

    Examples
    --------
    >>> moving_mean(np.array([1.0, 2.0, np.nan, 4.0]), 3).tolist()
    [1.5, 1.5, 3.0, 4.0]
    """
    known = np.isfinite(values)
    ones = np.ones(width_s)
    total = np.convolve(np.where(known, values, 0.0), ones, mode="full")
    count = np.convolve(known.astype(np.float64), ones, mode="full")
    left = (width_s - 1) // 2
    total, count = total[left : left + values.size], count[left : left + values.size]
    mean = np.full(values.size, np.nan)
    np.divide(total, count, out=mean, where=count > 0.5)
    return mean
