"""Which recordings are of one run: the same device's, or two devices' that moved alike.

Whether two recordings are linked depends on these two alone, and a run is everything that hangs
together, so the order in which files come makes no difference.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import polars as pl

from evenstride.model.archive import FiledRecording
from evenstride.model.recording import Recording
from evenstride.model.signal import Floats

OVERLAP = 0.9
"""Share of the shorter recording's time that both must hold."""

AGREE_R = 0.9
BLOCK_S = 30
"""Speeds are compared as means over this time.

Two devices on real runs agreed with r = 0.82 and 0.96 second by second, and with 0.92 and 0.99 in
blocks of 30 s: a watch and a pod smooth differently, and their clocks differ by a few seconds.
"""

FEWEST_BLOCKS = 10
_SAME_START_S = 5.0
_LONGEST_S = 48 * 3600.0

Key: TypeAlias = tuple[str, int]
Bond: TypeAlias = Literal["device", "speed"]


@dataclass(frozen=True, eq=False)
class Course:
    """How fast a recording went, in blocks of `BLOCK_S` of the clock on the wall.

    Attributes
    ----------
    first
        Number of the first block since 1970.
    speed_mps
        Mean speed of each block, NaN where none was written, shape ``(blocks,)``.
    """

    first: int
    speed_mps: Floats


def course_of(recording: Recording) -> Course:
    """Return how fast a recording went, block by block.

    Examples
    --------
    >>> from evenstride.simulate.run import simulate
    >>> from evenstride.simulate.scenario import Scenario
    >>> course_of(simulate(Scenario(minutes=10), seed=1).recording()).speed_mps.size
    20
    """
    begun = recording.start.timestamp()
    known = recording.samples.select("time_s", "speed_mps").drop_nulls()
    block = ((known["time_s"].to_numpy() + begun) // BLOCK_S).astype(np.int64)
    if not block.size:
        return Course(int(begun // BLOCK_S), np.full(0, np.nan))
    first = int(block.min())
    count = np.bincount(block - first)
    total = np.bincount(block - first, known["speed_mps"].cast(pl.Float64).to_numpy())
    with np.errstate(invalid="ignore"):
        return Course(first, np.asarray(total / count))


def speeds_agree(one: Course, other: Course) -> bool:
    """Return whether two recordings went alike in the blocks both hold.

    False where there are fewer than `FEWEST_BLOCKS`, or where one never changed its pace: then
    nothing tells the two apart from any others.
    """
    first = max(one.first, other.first)
    last = min(one.first + one.speed_mps.size, other.first + other.speed_mps.size)
    if last - first < FEWEST_BLOCKS:
        return False
    a, b = (c.speed_mps[first - c.first : last - c.first] for c in (one, other))
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < FEWEST_BLOCKS:
        return False
    a, b = a[both] - a[both].mean(), b[both] - b[both].mean()
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return spread > 0 and float(a @ b) >= AGREE_R * spread


def overlap(one: FiledRecording, other: FiledRecording) -> float:
    """Return how much of the shorter recording's time both hold, 0 to 1."""
    shorter = min(one.duration_s, other.duration_s)
    # The same way round whichever is given first: rounding must not decide.
    one, other = sorted((one, other), key=lambda each: (each.start, each.key))
    apart = (other.start - one.start).total_seconds()
    shared = min(one.duration_s - apart, other.duration_s)
    return max(0.0, shared / shorter) if shorter > 0 else 0.0


def of_one_device(one: FiledRecording, other: FiledRecording) -> bool:
    """Return whether one device wrote both of one activity: the same run, exported twice."""
    return (
        bool(one.serial)
        and (one.serial, one.sport) == (other.serial, other.sport)
        and abs((one.start - other.start).total_seconds()) <= _SAME_START_S
    )


def bond(
    one: FiledRecording, other: FiledRecording, course: Callable[[FiledRecording], Course | None]
) -> Bond | None:
    """Return what makes two recordings one run, None where they stay apart.

    Parameters
    ----------
    one, other
        Two recordings. Two parts of one file are never linked with each other.
    course
        Called for both where speeds must decide; None where it cannot be known any more.
    """
    if one.sha256 == other.sha256:
        return None
    if of_one_device(one, other):
        return "device"
    if overlap(one, other) < OVERLAP:
        return None
    courses = course(one), course(other)
    if courses[0] is None or courses[1] is None:
        return None
    return "speed" if speeds_agree(courses[0], courses[1]) else None


class Calendar:
    """Recordings by time, to find those near another without looking at all."""

    def __init__(self, recordings: Iterable[FiledRecording] = ()) -> None:
        self._of: dict[Key, FiledRecording] = {one.key: one for one in recordings}
        self._starts = sorted((one.start.timestamp(), one.key) for one in self._of.values())
        self._by_original: dict[str, list[FiledRecording]] = {}
        for one in sorted(self._of.values(), key=lambda each: each.key):
            self._by_original.setdefault(one.sha256, []).append(one)

    def add(self, recording: FiledRecording) -> None:
        """Take in one more recording."""
        if recording.key not in self._of:
            self._of[recording.key] = recording
            insort(self._starts, (recording.start.timestamp(), recording.key))
            of_one = self._by_original.setdefault(recording.sha256, [])
            insort(of_one, recording, key=lambda each: each.key)

    def filed_from(self, sha256: str) -> tuple[FiledRecording, ...]:
        """Return the recordings of one original, by their parts."""
        return tuple(self._by_original.get(sha256, ()))

    def near(self, recording: FiledRecording) -> Iterator[FiledRecording]:
        """Yield the recordings that can be of the same run as another, in order of time."""
        begun = recording.start.timestamp()
        ended = begun + recording.duration_s + _SAME_START_S
        low = bisect_left(self._starts, (begun - _LONGEST_S - _SAME_START_S, ("", 0)))
        high = bisect_right(self._starts, (ended, ("g", 0)))
        for started, key in self._starts[low:high]:
            other = self._of[key]
            if started + other.duration_s + _SAME_START_S >= begun and key != recording.key:
                yield other
