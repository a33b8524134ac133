"""How well what a runner feels and what was measured agree, and how late the runner marks it."""

from collections.abc import Sequence

import numpy as np

from evenstride.inference._agreement.chance import moved_to_other_runs, moved_to_other_times
from evenstride.inference._agreement.delay import delay_of
from evenstride.inference._agreement.layout import by_clock, by_share, inside
from evenstride.model.agreement import (
    Agreement,
    Beside,
    Chance,
    FeltAndMeasured,
    Standing,
    Verdict,
)
from evenstride.model.signal import Floats

FEWEST_RUNS = 5
CLEAR = 0.05
DRAWS = 9_999
LEAST_JUDGED_S = 60
_STANDING: dict[tuple[bool, bool], Standing] = {
    (True, True): "apart",
    (True, False): "only felt",
    (False, True): "only measured",
    (False, False): "neither",
}


def agree(
    runs: Sequence[FeltAndMeasured], rng: np.random.Generator, draws: int = DRAWS
) -> Agreement:
    """Return how well felt and measured agree over many runs. Neither is changed.

    Agreement is the share of judged seconds on which both say "gone" or both say "fine". It is
    held against marks moved to other runs at the same place, which keeps every habit of time, and
    against marks moved round the judged time of their own run. The p-values are those of
    permutation tests, the true arrangement counted in (Phipson and Smyth 2010,
    10.2202/1544-6115.1585). A run without a word of the runner counts nowhere.

    Parameters
    ----------
    runs
        In any order. What was measured must not have been chosen with the marks.
    rng
        Where there are too many arrangements to look at all, they are drawn.
    draws
        How many are drawn.

    Examples
    --------
    >>> from evenstride.model.agreement import Measured
    >>> from evenstride.model.episode import Span
    >>> from evenstride.model.intervals import Stretch
    >>> from evenstride.model.marks import Mark
    >>> def run(felt_s: float, seen_s: float) -> FeltAndMeasured:
    ...     gone = Mark(felt_s, None, "gone", "lap", recalled=False)
    ...     seen = Measured(Span(seen_s, seen_s - 15, seen_s + 15), None)
    ...     return FeltAndMeasured("", 3600.0, (Stretch(0.0, 3600.0),), (gone,), (seen,))
    >>> runs = [run(600.0 * k + 20, 600.0 * k) for k in range(1, 6)]
    >>> found = agree(runs, np.random.default_rng(1))
    >>> found.verdict, found.other_runs.p_value == 1 / 120, round(found.onset.typical_s.value)
    ('beyond chance', True, 20)
    """
    counted = [run for run in runs if run.marks is not None and _is_judged(run)]
    if not counted:
        beside = tuple(_beside(run) for run in runs)
        return Agreement(beside, 0, None, "too few", None, None, None, None)
    clock = by_clock(counted)
    lengths_s = np.array([run.seconds for run in counted])
    other_runs = moved_to_other_runs((clock, by_share(counted)), lengths_s, rng, draws)
    other_times = moved_to_other_times(clock, rng, draws)
    beside = tuple(_beside(run) for run in runs)
    agreeing_s = sum(one.both_s + one.neither_s for one in beside)
    differing_s = sum(one.only_felt_s + one.only_measured_s for one in beside)
    return Agreement(
        runs=beside,
        counted=len(counted),
        share=agreeing_s / (agreeing_s + differing_s),
        verdict=_verdict(len(counted), other_runs, other_times),
        other_runs=other_runs,
        other_times=other_times,
        onset=delay_of(counted, "gone"),
        recovery=delay_of(counted, "back"),
    )


def _is_judged(run: FeltAndMeasured) -> bool:
    return int(inside(run.judged, _seconds(run)).sum()) >= LEAST_JUDGED_S


def _seconds(run: FeltAndMeasured) -> Floats:
    return np.arange(0.5, run.seconds)


def _beside(run: FeltAndMeasured) -> Beside:
    if not _is_judged(run):
        return Beside(run.name, "not judged")
    if run.marks is None:
        return Beside(run.name, "not said")
    time_s = _seconds(run)
    judged = inside(run.judged, time_s)
    felt, seen = inside(run.felt, time_s)[judged], inside(run.seen, time_s)[judged]
    both_s, felt_s, seen_s = int((felt & seen).sum()), int(felt.sum()), int(seen.sum())
    return Beside(
        run.name,
        "both" if both_s else _STANDING[bool(felt_s), bool(seen_s)],
        float(both_s),
        float(felt_s - both_s),
        float(seen_s - both_s),
        float(felt.size - felt_s - seen_s + both_s),
    )


def _verdict(counted: int, other_runs: Chance | None, other_times: Chance) -> Verdict:
    if other_runs is None or counted < FEWEST_RUNS:
        return "too few"
    if other_runs.p_value <= CLEAR:
        return "beyond chance"
    if other_runs.smallest_p > CLEAR:
        return "too alike"
    return "habit" if other_times.p_value <= CLEAR else "no clear link"
