"""Where things go on the sheet: pure arithmetic in inches, seconds and rows."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evenstride.model.signal import Floats

_TIME_STEPS_S = (30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200)


@dataclass(frozen=True)
class Flag:
    """Where one label stands: its row above the lane's floor, and to which side it reads."""

    row: int
    leftward: bool


def flags(poles: Sequence[float], widths: Sequence[float], edge: float) -> tuple[Flag, ...]:
    """Return a row for each label so that no label covers another label or another's pole.

    Parameters
    ----------
    poles
        Where the poles stand, inches from the left, ascending.
    widths
        How wide each label is, inches, gap included.
    edge
        No label may reach beyond it; those that would read to the left.

    Examples
    --------
    >>> [flag.row for flag in flags([1.0, 1.2, 4.0], [1.0, 1.0, 1.0], 6.0)]
    [1, 0, 0]
    """
    count = len(poles)
    leftward = [False] * count
    for i in reversed(range(count)):
        end = poles[i] + widths[i]
        leftward[i] = end > edge or any(leftward[j] and poles[j] < end for j in range(i + 1, count))
    rows = [0] * count
    for i in (i for i in reversed(range(count)) if not leftward[i]):
        under = (rows[j] for j in range(i + 1, count) if poles[j] < poles[i] + widths[i])
        rows[i] = 1 + max(under, default=-1)
    for i in (i for i in range(count) if leftward[i]):
        start = poles[i] - widths[i]
        reach = (poles[j] + (0 if leftward[j] else widths[j]) for j in range(i))
        rows[i] = 1 + max((rows[j] for j, x in enumerate(reach) if x > start), default=-1)
    return tuple(Flag(row, left) for row, left in zip(rows, leftward, strict=True))


def first_fit(extents: Sequence[tuple[float, float]], gap: float) -> tuple[int, ...]:
    """Return for each extent the first row in which it touches no earlier one.

    Examples
    --------
    >>> first_fit([(0.0, 2.0), (1.0, 3.0), (2.5, 4.0)], 0.1)
    (0, 1, 0)
    """
    taken: list[list[tuple[float, float]]] = []
    rows = []
    for start, end in extents:
        free = (
            row
            for row, others in enumerate(taken)
            if all(end + gap <= a or b + gap <= start for a, b in others)
        )
        row = next(free, len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append((start, end))
        rows.append(row)
    return tuple(rows)


def wrap(text: str, width: float, measure: Callable[[str], float]) -> tuple[str, ...]:
    """Return the text in lines no wider than `width`, broken between words.

    Examples
    --------
    >>> wrap("gone at two, back at forty", 12.0, len)
    ('gone at two,', 'back at', 'forty')
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and measure(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return (*lines, line) if line else tuple(lines)


def time_ticks(duration_s: float) -> list[float]:
    """Return round times from 0 to the end, at most ten.

    Examples
    --------
    >>> time_ticks(600.0)[:3]
    [0.0, 60.0, 120.0]
    """
    fits = (step for step in _TIME_STEPS_S if duration_s / step <= 10)
    step = next(fits, 7200 * math.ceil(duration_s / 72_000))
    return [float(second) for second in range(0, int(duration_s) + 1, step)]


def distance_ticks(distance_m: Floats, time_s: Floats, metres: float) -> list[tuple[float, float]]:
    """Return ``(seconds, kilometres or miles)`` where round distances are reached.

    Parameters
    ----------
    distance_m, time_s
        The strip's, NaN where unknown.
    metres
        Length of the unit.

    Examples
    --------
    >>> distance_ticks(np.array([0.0, 1000.0, 2000.0]), np.array([0.0, 300.0, 600.0]), 1000.0)
    [(0.0, 0.0), (150.0, 0.5), (300.0, 1.0), (450.0, 1.5), (600.0, 2.0)]
    """
    known = np.isfinite(distance_m)
    if known.sum() < 2:
        return []
    covered = distance_m[known] / metres
    step = next(size for size in _steps() if covered[-1] / size <= 9)
    # The first sample may come some metres after the start: that is still the start.
    first, last = math.ceil(covered[0] / step - 0.2), math.floor(covered[-1] / step)
    rounds = [step * i for i in range(first, last + 1)]
    # Standing still gives one distance at many times: the first time it was reached counts.
    reached = np.searchsorted(np.maximum.accumulate(covered), rounds)
    return [
        (float(_time_at(i, mark, covered, time_s[known])), mark)
        for i, mark in zip(reached, rounds, strict=True)
    ]


def value_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Return round values between two limits, `most` of them or fewer.

    Examples
    --------
    >>> value_ticks(51.2, 57.9, 5)
    (52.0, 54.0, 56.0)
    """
    if not (math.isfinite(high - low) and high > low):
        return ()
    least = (high - low) / most
    size = 10.0 ** math.floor(math.log10(least))
    step = next(step for step in (size, 2 * size, 5 * size, 10 * size) if step >= least)
    first, last = math.ceil(low / step), math.floor(high / step)
    # Rounded, since a step such as 0.1 times 3 is not 0.3.
    return tuple(round(step * i, 9) + 0.0 for i in range(first, last + 1))


def _steps() -> tuple[float, ...]:
    return (0.1, 0.2, 0.5, *(size * 10.0**power for power in range(6) for size in (1, 2, 5)))


def _time_at(i: int, mark: float, covered: Floats, time_s: Floats) -> float:
    if i == 0:
        return float(time_s[0])
    before, after = covered[i - 1], covered[i]
    share = (mark - before) / (after - before) if after > before else 1.0
    return float(time_s[i - 1] + share * (time_s[i] - time_s[i - 1]))


def smooth(values: Floats, steps: int) -> Floats:
    """Return the centred moving mean over `steps` known values, NaN where `values` is NaN.

    Examples
    --------
    >>> smooth(np.array([1.0, 3.0, np.nan, 5.0]), 3).tolist()
    [2.0, 2.0, nan, 5.0]
    """
    known = np.isfinite(values)
    kernel = np.ones(2 * (steps // 2) + 1)
    half = steps // 2
    total = np.convolve(np.where(known, values, 0.0), kernel)[half : half + values.size]
    count = np.convolve(known.astype(float), kernel)[half : half + values.size]
    means: Floats = np.where(known, total / np.maximum(count, 1.0), np.nan)
    return means


def room(values: Floats, band: tuple[float, float], share: float = 0.12) -> tuple[float, float]:
    """Return axis limits that hold the band and all but the wildest values.

    Examples
    --------
    >>> room(np.array([1.0, 2.0, 3.0]), (0.0, 4.0), 0.25)
    (-1.0, 5.0)
    """
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, [0.5, 99.5]) if known.size else band
    low, high = min(float(low), band[0]), max(float(high), band[1])
    pad = share * (high - low) or 1.0
    return low - pad, high + pad
