"""How far healthy running goes by itself: alarm thresholds, and how often they are passed.

``python bench/healthy_tail.py`` draws healthy runs, writes the thresholds the program uses
(src/evenstride/app/healthy_tail.json) and docs/science/false-alarms.md. ``--quick`` draws a tenth
of the runs and writes nothing.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from trials.chance import poisson_bounds, safe_threshold
from trials.healthy import SETS, Asked, Drawn, Quantities, draw
from trials.pool import each, quick

from evenstride.model.tail import Tail, Tails

TABLE = Path(__file__).parents[1] / "src" / "evenstride" / "app" / "healthy_tail.json"
BUDGET_PER_H = 0.05
RUNS = {15: 800, 30: 800, 60: 600, 120: 300, 240: 160}
"""How many healthy runs of each length, in minutes, set the thresholds; as many test them."""
SETTING, TESTING = 0, 1


def asked(part: int) -> list[Asked]:
    """Return the runs of one part, the longest first; setting has even seeds, testing odd ones."""
    return [
        Asked(kit, minutes, 2 * (100_000 * place + k) + part)
        for place, (minutes, kit) in enumerate((m, kit) for m in sorted(RUNS)[::-1] for kit in SETS)
        for k in range(RUNS[minutes] // (10 if quick() else 1))
    ]


def of_set(drawn: Sequence[Drawn], chosen: Quantities, minutes: float) -> list[Drawn]:
    """Return the runs of one length that could be searched with a set of quantities."""
    return [one for one in drawn if chosen in one.log_bf and one.asked.minutes == minutes]


def thresholds(drawn: Sequence[Drawn], chosen: Quantities) -> list[tuple[float, float]]:
    """Return each length's threshold, as estimated and with its safety margin."""
    rng = np.random.default_rng(0)
    return [
        safe_threshold(
            np.array([one.log_bf[chosen] for one in of_set(drawn, chosen, minutes)]),
            BUDGET_PER_H * minutes / 60,
            rng,
        )
        for minutes in RUNS
    ]


def alarms(drawn: Sequence[Drawn], tail: Tail, chosen: Quantities) -> tuple[int, float]:
    """Return how many runs pass their threshold, and the hours judged."""
    passed = sum(one.log_bf[chosen] >= tail.threshold(60 * one.judged_h) for one in drawn)
    return passed, sum(one.judged_h for one in drawn)
