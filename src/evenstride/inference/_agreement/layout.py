"""Runs laid over each other, so that the marks of one can be held against another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenstride.model.agreement import FeltAndMeasured
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Bools, Floats

MOST_POINTS = 3600
"""An hour at one a second; longer runs are looked at more coarsely."""


@dataclass(frozen=True)
class Layout:
    """Runs on one common grid, all arrays of shape ``(runs, points)``.

    Attributes
    ----------
    judged, felt, measured
        What holds at each point; `felt` also says what marks would say of a longer run.
    point_s
        Seconds that a point of each run stands for, shape ``(runs,)``.
    """

    judged: Bools
    felt: Bools
    measured: Bools
    point_s: Floats

    @property
    def judged_s(self) -> float:
        """Judged seconds of all runs together."""
        return float(self.judged.sum(axis=1) @ self.point_s)


def by_clock(runs: Sequence[FeltAndMeasured]) -> Layout:
    """Lay runs over each other at their start, minute for minute.

    Beyond the end of the run they were made in, marks go on saying what they said last.
    """
    longest_s = max(run.seconds for run in runs)
    step_s = max(1.0, float(np.ceil(longest_s / MOST_POINTS)))
    time_s = np.arange(step_s / 2, max(longest_s, step_s), step_s)
    return _laid([time_s] * len(runs), runs, np.full(len(runs), step_s))


def by_share(runs: Sequence[FeltAndMeasured]) -> Layout:
    """Lay runs over each other from start to end, the middle of one on the middle of another."""
    share = (np.arange(MOST_POINTS) + 0.5) / MOST_POINTS
    lengths_s = np.array([run.seconds for run in runs])
    return _laid([share * length_s for length_s in lengths_s], runs, lengths_s / MOST_POINTS)


def _laid(times_s: list[Floats], runs: Sequence[FeltAndMeasured], point_s: Floats) -> Layout:
    each = list(zip(times_s, runs, strict=True))
    return Layout(
        np.array([inside(run.judged, time_s) for time_s, run in each]),
        np.array([inside(run.felt, np.minimum(t_s, run.seconds - 1e-6)) for t_s, run in each]),
        np.array([inside(run.seen, time_s) for time_s, run in each]),
        point_s,
    )


def inside(stretches: Sequence[Stretch], time_s: Floats) -> Bools:
    """Return True at the times that lie inside one of half-open stretches.

    Examples
    --------
    >>> inside([Stretch(1.0, 3.0)], np.arange(4.0)).tolist()
    [False, True, True, False]
    """
    found = np.zeros(time_s.shape, dtype=np.bool_)
    for stretch in stretches:
        found |= (time_s >= stretch.from_s) & (time_s < stretch.to_s)
    return found


def agreeing_s(laid: Layout) -> Floats:
    """Return the seconds on which the marks of run j agree with what run i measured, ``[i, j]``."""
    judged = laid.judged.astype(np.float64)
    felt = laid.felt.astype(np.float64)
    seen = judged * laid.measured
    fine = (judged - seen).sum(axis=1)[:, None]
    points = fine + (2.0 * seen - judged) @ felt.T
    return np.asarray(points * laid.point_s[:, None])


def agreeing_when_moved_s(laid: Layout) -> list[Floats]:
    """Return for each run the agreeing seconds with its marks moved by 0, 1, 2 ... judged points.

    What is moved beyond the last judged point comes in again at the first.
    """
    return [
        _moved(felt[judged], seen[judged]) * point_s
        for judged, felt, seen, point_s in zip(
            laid.judged, laid.felt, laid.measured, laid.point_s, strict=True
        )
    ]


def _moved(felt: Bools, seen: Bools) -> Floats:
    size = felt.size
    overlap = np.fft.irfft(
        np.fft.rfft(seen.astype(np.float64)) * np.conj(np.fft.rfft(felt.astype(np.float64))), size
    )
    return np.asarray(size - float(felt.sum()) - float(seen.sum()) + 2.0 * np.rint(overlap))
