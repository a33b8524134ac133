"""What agreement is worth: how well marks agree that were moved elsewhere."""

import math
from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from evenstride.inference._agreement.layout import (
    Layout,
    agreeing_s,
    agreeing_when_moved_s,
)
from evenstride.model.agreement import Chance
from evenstride.model.signal import Floats

Orders = NDArray[np.int64]
MOST_EXACT = 5040
"""All orders of seven runs; beyond it they are drawn."""
LIKE = 1.35
"""An hour and an hour and twenty minutes are of like length; an hour and half an hour are not."""
_SAME_S = 1e-6


def moved_to_other_runs(
    layouts: Sequence[Layout], lengths_s: Floats, rng: np.random.Generator, draws: int
) -> Chance | None:
    """Return agreement beside that of marks moved to other runs, at the same place in each.

    What is felt and what is measured may both come early, or late, in every run: such a habit
    stays when marks change runs, so it does not count as agreement. Both may also come in long
    runs only: marks change places among runs of like length, the longest at most `LIKE` times the
    shortest.

    Parameters
    ----------
    layouts
        What "the same place" may mean; the one that speaks least for agreement is told.
    lengths_s
        Of the runs.
    rng, draws
        Beyond `MOST_EXACT` arrangements they are drawn, this many.

    Returns
    -------
    Chance | None
        None below two runs.
    """
    count = layouts[0].judged.shape[0]
    if count < 2:
        return None
    alike = of_like_length(lengths_s)
    exact = math.prod(math.factorial(len(group)) for group in alike) <= MOST_EXACT
    orders = _all_orders(alike, count) if exact else _drawn_orders(alike, count, rng, draws)
    told = []
    for laid in layouts:
        agreeing = agreeing_s(laid)
        null = agreeing[np.arange(count), orders].sum(axis=1)
        told.append(_beside(float(np.trace(agreeing)), null, laid.judged_s, exact=exact))
    return max(told, key=lambda chance: chance.p_value)


def of_like_length(lengths_s: Floats) -> list[Orders]:
    """Return groups of runs, by their place, in which the longest is at most `LIKE` the shortest.

    Examples
    --------
    >>> [group.tolist() for group in of_like_length(np.array([3600.0, 1800.0, 1900.0, 3500.0]))]
    [[1, 2], [3, 0]]
    """
    groups: list[list[int]] = []
    for place in np.argsort(lengths_s, kind="stable").tolist():
        if groups and lengths_s[place] <= LIKE * lengths_s[groups[-1][0]]:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [np.array(group, dtype=np.int64) for group in groups]


def _all_orders(alike: Sequence[Orders], count: int) -> Orders:
    orders = np.arange(count)[None, :]
    for group in alike:
        inner = group[np.array(list(permutations(range(group.size))))]
        orders = np.repeat(orders, len(inner), axis=0)
        orders[:, group] = np.tile(inner, (len(orders) // len(inner), 1))
    return orders


def _drawn_orders(
    alike: Sequence[Orders], count: int, rng: np.random.Generator, draws: int
) -> Orders:
    orders = np.tile(np.arange(count), (draws, 1))
    for group in alike:
        orders[:, group] = rng.permuted(np.tile(group, (draws, 1)), axis=1)
    return orders


def moved_to_other_times(laid: Layout, rng: np.random.Generator, draws: int) -> Chance:
    """Return agreement beside that of marks moved to other times of the same run.

    Every run's marks are moved round its own judged time by an own random step. A habit, such as
    trouble at minute ten of every run, counts as agreement here.
    """
    moved = agreeing_when_moved_s(laid)
    exact = math.prod(one.size for one in moved) <= MOST_EXACT
    null = _all_steps(moved) if exact else _drawn_steps(moved, rng, draws)
    return _beside(sum(float(one[0]) for one in moved), null, laid.judged_s, exact=exact)


def _all_steps(moved: Sequence[Floats]) -> Floats:
    null = np.zeros(1)
    for one in moved:
        null = (null[:, None] + one).ravel()
    return null


def _drawn_steps(moved: Sequence[Floats], rng: np.random.Generator, draws: int) -> Floats:
    return np.asarray(sum(one[rng.integers(one.size, size=draws)] for one in moved))


def _beside(true_s: float, null_s: Floats, judged_s: float, *, exact: bool) -> Chance:
    judged_s = max(judged_s, _SAME_S)
    expected = float(null_s.mean()) / judged_s
    left = 1.0 - expected
    # The true arrangement is one of all; among drawn ones it has to be counted in.
    own = 0 if exact else 1
    best_s = max(float(null_s.max()), true_s)
    return Chance(
        expected_share=expected,
        coefficient=(true_s / judged_s - expected) / left if left > _SAME_S else None,
        p_value=_share_from(null_s, true_s, own),
        smallest_p=_share_from(null_s, best_s, own),
        arrangements=null_s.size,
        exact=exact,
    )


def _share_from(null_s: Floats, least_s: float, own: int) -> float:
    return (own + int((null_s >= least_s - _SAME_S).sum())) / (own + null_s.size)
