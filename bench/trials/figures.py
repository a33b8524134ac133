"""Figures of many outcomes: found, how far off, how often an interval holds, how well believed."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from trials.chance import quantile, share_bounds
from trials.looking import Outcome
from trials.pages import number, percent
from trials.planted import KIT, Truth
from trials.telling import OURS, OURS_GRADED, Range, Told

FALSE_ALARMS = 0.05
"""Every method is set to alarm in this share of healthy runs of an hour."""

Outcomes = Sequence[Outcome]
Limits = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Match:
    """A planted episode and the told one that fits it best; None where nothing does."""

    outcome: Outcome
    truth: Truth
    told: Told | None

    @property
    def plain(self) -> bool:
        """True where it was found and has one reading only."""
        return self.told is not None and self.told.other_s is None


def half(outcomes: Outcomes, name: str) -> list[Outcome]:
    """Return the outcomes of one half."""
    return [one for one in outcomes if one.trial.half == name]


def of_group(outcomes: Outcomes, *groups: str) -> list[Outcome]:
    """Return the outcomes of some parts of the benchmark."""
    return [one for one in outcomes if one.trial.cell.group in groups]


def set_limits(outcomes: Outcomes) -> Limits:
    """Return the score each method must pass, from the healthy runs of the setting half."""
    null = half(of_group(outcomes, "null"), "setting")
    methods = {name for one in null for name in one.told}
    kinds = {one.trial.cell.what for one in null}
    limits = {
        (name, what): quantile(
            [highest(one.told[name]) for one in null if one.trial.cell.what == what],
            1 - FALSE_ALARMS,
        )
        for name in methods
        for what in kinds
    }
    return limits | {(OURS, what): -math.inf for what in kinds}


def highest(told: Iterable[Told]) -> float:
    """Return the highest score, a very low one where nothing was told."""
    return max((one.score for one in told), default=-1e9)


def alarms(outcome: Outcome, method: str, limits: Limits) -> tuple[Told, ...]:
    """Return what a method tells above its limit; a method without one is taken at its word."""
    like = "contact time" if KIT[outcome.trial.cell.what] == "wrist" else "balance"
    limit = limits.get((method, like), -math.inf)
    return tuple(one for one in outcome.told.get(method, ()) if one.score > limit)


def overlap_s(told: Told, truth: Truth) -> float:
    """Return how long the better fitting reading and the planted episode last together."""
    readings = [(told.onset_s, told.recovery_s), *([told.other_s] if told.other_s else [])]
    return max(shared_s(reading, truth) for reading in readings)


def shared_s(reading: tuple[float, float | None], truth: Truth) -> float:
    """Return how long one reading and the planted episode last together."""
    far = 1e6
    ends = (reading[1], truth.recovery_s)
    first_end = min(far if end is None else end for end in ends)
    return max(first_end - max(reading[0], truth.onset_s), 0.0)


def matches(outcome: Outcome, told: Sequence[Told]) -> list[Match]:
    """Give every planted episode the told one that fits it best, none to two."""
    pairs = sorted(
        ((overlap_s(one, truth), i, k) for i, truth in enumerate(outcome.truths)
         for k, one in enumerate(told)),
        reverse=True,
    )  # fmt: skip
    given: dict[int, int] = {}
    for shared, i, k in pairs:
        if shared > 0 and i not in given and k not in given.values():
            given[i] = k
    return [
        Match(outcome, truth, told[given[i]] if i in given else None)
        for i, truth in enumerate(outcome.truths)
    ]


def ours_matched(outcomes: Outcomes) -> list[Match]:
    """Return every planted episode beside what the shipped search tells of it."""
    return [match for one in outcomes for match in matches(one, one.told[OURS])]


def found_count(outcomes: Outcomes, method: str, limits: Limits) -> int:
    """Return in how many runs a method found a planted episode.

    Of the rivals any alarm counts, wherever it lies; of the others only one that overlaps.
    """
    strict = method in {OURS, OURS_GRADED} or ":" in method
    return sum(
        any(match.told for match in matches(one, told)) if strict else bool(told)
        for one in outcomes
        for told in [alarms(one, method, limits)]
    )


def share_cell(hits: int, of: int) -> str:
    """Return a share with its exact 90 % interval."""
    low, high = share_bounds(hits, of)
    return f"{percent(hits, of)} ({100 * low:.0f}–{100 * high:.0f})" if of else "–"


def found_cell(found: Sequence[Match]) -> str:
    """Return the share found."""
    return share_cell(sum(one.told is not None for one in found), len(found))


def plain(found: Sequence[Match]) -> list[tuple[Truth, Told]]:
    """Return what was found with one reading."""
    return [(one.truth, one.told) for one in found if one.told and one.plain]


def onset_errors_s(found: Sequence[Match]) -> list[float]:
    """Return how far plain onsets lie from the truth."""
    return [abs(told.onset_s - truth.onset_s) for truth, told in plain(found)]


def recovery_errors_s(found: Sequence[Match]) -> list[float]:
    """Return how far plain recoveries lie from the truth, where both are there."""
    return [
        abs(told.recovery_s - truth.recovery_s)
        for truth, told in plain(found)
        if told.recovery_s is not None and truth.recovery_s is not None
    ]


Times = Callable[[Truth, Told], tuple[float | None, Range | None]]


def onset_times(truth: Truth, told: Told) -> tuple[float | None, Range | None]:
    """Return the true onset and its interval."""
    return truth.onset_s, told.onset_90_s


def recovery_times(truth: Truth, told: Told) -> tuple[float | None, Range | None]:
    """Return the true recovery and its interval, None where one is missing."""
    return truth.recovery_s, told.recovery_90_s


def covered(pairs: Sequence[tuple[Truth, Told]], times: Times) -> tuple[int, int]:
    """Return how many intervals hold the truth, of how many."""
    known = [
        span[0] <= true_s <= span[1]
        for true_s, span in (times(*pair) for pair in pairs)
        if true_s is not None and span is not None
    ]
    return sum(known), len(known)


def width_s(pairs: Sequence[tuple[Truth, Told]], times: Times) -> float:
    """Return the median width of the intervals."""
    spans = [span for _, span in (times(*pair) for pair in pairs) if span is not None]
    return quantile([high - low for low, high in spans], 0.5)


def errors_cells(errors_s: Sequence[float]) -> list[str]:
    """Return median and 90th percentile."""
    return [number(quantile(errors_s, 0.5)), number(quantile(errors_s, 0.9))]


HEAD = [
    "planted",
    "found (90 %)",
    "onset error s: median",
    "90th",
    "recovery error s: median",
    "90th",
    "onset covered",
    "width s",
    "recovery covered",
    "width s",
    "two readings",
    "first fits",
]


def row(name: str, outcomes: Outcomes) -> list[str]:
    """Return one row of the long tables."""
    found = ours_matched(outcomes)
    pairs = plain(found)
    told = [(one.told, one.truth) for one in found if one.told]
    agreed = sum(shared_s((one.onset_s, one.recovery_s), truth) > 0 for one, truth in told)
    return [
        name,
        found_cell(found),
        *errors_cells(onset_errors_s(found)),
        *errors_cells(recovery_errors_s(found)),
        share_of(covered(pairs, onset_times)),
        number(width_s(pairs, onset_times)),
        share_of(covered(pairs, recovery_times)),
        number(width_s(pairs, recovery_times)),
        percent(sum(one.other_s is not None for one, _ in told), len(told)),
        percent(agreed, len(told)),
    ]


def share_of(counted: tuple[int, int]) -> str:
    """Return a share and of how many."""
    return f"{percent(*counted)} of {counted[1]}" if counted[1] else "–"


def brier(beliefs: Sequence[float], true: Sequence[bool]) -> tuple[float, float]:
    """Return the Brier score (Brier 1950), and that of always saying the base rate."""
    said, was = np.asarray(beliefs), np.asarray(true, dtype=np.float64)
    if not said.size:
        return math.nan, math.nan
    return float(((said - was) ** 2).mean()), float(((was.mean() - was) ** 2).mean())
