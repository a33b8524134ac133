"""Tails, bounds and quantiles, each with its source."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import beta, chi2

from evenstride.model.signal import Floats

ENOUGH = 10
"""So many runs beyond a quantile say where it lies; below that the tail is continued."""


def tail_threshold(values: Floats, share: float) -> float:
    """Return the value that a share of all runs passes.

    The plain quantile where `ENOUGH` runs lie beyond it. Farther out an exponential goes on from
    where they do, its scale from the median excess: a mean would follow the one or two odd runs at
    the very end, and did.
    """
    passing = share * values.size
    if passing >= ENOUGH:
        return float(np.quantile(values, 1.0 - share))
    start = float(np.quantile(values, 1.0 - ENOUGH / values.size))
    scale = float(np.median(values[values > start] - start) / np.log(2.0))
    return start + scale * float(np.log(ENOUGH / passing))


def poisson_bounds(count: int, hours: float) -> tuple[float, float]:
    """Return the exact 90 % interval of a rate per 10 h (Garwood 1936, 10.2307/2333958)."""
    low = float(chi2.ppf(0.05, 2 * count)) / 2 if count else 0.0
    return 10 * low / hours, 10 * float(chi2.ppf(0.95, 2 * count + 2)) / 2 / hours


def share_bounds(hits: int, of: int) -> tuple[float, float]:
    """Return the exact 90 % interval of a share (Clopper and Pearson 1934, 10.2307/2331986)."""
    low = float(beta.ppf(0.05, hits, of - hits + 1)) if hits else 0.0
    return low, float(beta.ppf(0.95, hits + 1, of - hits)) if hits < of else 1.0


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile, NaN of nothing."""
    return float(np.quantile(values, share)) if len(values) else float("nan")
