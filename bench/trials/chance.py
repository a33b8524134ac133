"""Tails, bounds and quantiles, each with its source."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import beta, chi2

from evenstride.model.signal import Floats


def tail_threshold(values: Floats, share: float) -> float:
    """Return the value that a share of all runs passes, by an exponential fitted to the tail.

    Fitted close to where it is asked for, to the excesses over the quantile that half as many more
    runs pass, or 6 % of them. The tail of a log Bayes factor falls off more slowly the farther
    out, so that a fit from farther in would ask too much.
    """
    upper = max(0.06, 1.5 * share)
    start = float(np.quantile(values, 1.0 - upper))
    excess = values[values > start] - start
    return start + float(excess.mean()) * float(np.log(upper / share))


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
