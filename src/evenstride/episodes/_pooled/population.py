"""How latencies are spread over bouts: a grid over median, spread and share of bouts without.

Latencies are log-normal: positive, skewed, and what shortens or lengthens them acts by a factor
(Limpert, Stahel and Abbt 2001, 10.1641/0006-3568(2001)051[0341:LNDATS]2.0.CO;2). What lies past a
bout's end is only known not to have come before it.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from evenstride.episodes._pooled.courses import LATENCIES_S
from evenstride.model.signal import Floats

MEDIANS = np.arange(math.log(12.0), math.log(420.0), 0.07)
"""Logarithms of the medians tried (s)."""
SPREADS = np.array([0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5])
"""SD of log latency tried."""
WITHOUT = np.array([0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
"""Shares of bouts in which nothing happens tried."""
_SPREAD_SD = 0.6
_UNLIKE = 0.03
_LEAST = 1e-60
_AT_ONCE = 5
"""Bouts multiplied before a logarithm is taken: logarithms take the longest."""


def _edges() -> Floats:
    step_s = LATENCIES_S[1] - LATENCIES_S[0]
    inner = np.append(LATENCIES_S - 0.5 * step_s, LATENCIES_S[-1] + 0.5 * step_s)
    return np.concatenate([[1e-3], inner, [1e9]])


def _normal(z: Floats) -> Floats:
    """Return the normal distribution's share below z (Abramowitz and Stegun 1964, 26.2.17)."""
    t = 1.0 / (1.0 + 0.2316419 * np.abs(z))
    series = np.full(t.shape, 1.330274429)
    for term in (-1.821255978, 1.781477937, -0.356563782, 0.319381530):
        series = series * t + term
    tail = np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi) * series * t
    return np.asarray(np.where(z > 0, 1.0 - tail, tail))


@cache
def roomy() -> Floats:
    """Return `shares` with room for a bout unlike the others: three in a hundred come anywhere.

    A third of these before 30 s, a third at any time after, a third later than tried.
    """
    anywhere = np.full(LATENCIES_S.size + 2, 1.0 / (3.0 * LATENCIES_S.size))
    anywhere[[0, -1]] = 1.0 / 3.0
    return (1.0 - _UNLIKE) * shares() + _UNLIKE * anywhere


@cache
def shares() -> Floats:
    """Return how often each latency comes for every median and spread.

    Returns
    -------
    Floats
        Shape ``(medians, spreads, latencies)``: before 30 s, each of `LATENCIES_S`, later.

    Examples
    --------
    >>> bool(np.allclose(shares().sum(axis=2), 1.0))
    True
    """
    z = (np.log(_edges()) - MEDIANS[:, None, None]) / SPREADS[:, None]
    return np.asarray(np.maximum(np.diff(_normal(z), axis=2), 0.0))


def before() -> Floats:
    """Return the logarithm of what is believed beforehand, shape of the grid, summing to 1.

    Every median is as likely as any other of the same factor; spreads fall off as a half-normal of
    0.6; shares without as 1 minus the share.
    """
    width = np.gradient(SPREADS)
    spread = width * np.exp(-0.5 * (SPREADS / _SPREAD_SD) ** 2)
    without = np.gradient(WITHOUT) * (1.0 - WITHOUT)
    belief = np.ones((MEDIANS.size, 1, 1)) * spread[:, None] * without
    return np.asarray(np.log(belief / belief.sum()))


@dataclass(frozen=True)
class Grid:
    """What the bouts say of every median, spread and share.

    Attributes
    ----------
    came
        How well each bout goes with a latency drawn from each median and spread, over its best
        latency, shape ``(bouts, medians, spreads)``.
    none
        How well it goes with nothing at all, shape ``(bouts,)``.
    log
        Logarithm of belief, not yet summing to 1, shape ``(medians, spreads, shares)``.
    """

    came: Floats
    none: Floats
    log: Floats


def plausible() -> Floats:
    """Return `before` with only what a search may take for trouble.

    Medians from 30 to 150 s, most bouts alike within a factor of 2, and in at least four of ten:
    anything wider would explain the noise of healthy running.
    """
    few = (np.exp(MEDIANS) >= 30.0) & (np.exp(MEDIANS) <= 150.0)
    tried = few[:, None, None] & (SPREADS <= 0.7)[:, None] & (WITHOUT <= 0.6)
    return np.where(tried, before(), -np.inf)


def weigh(log_likelihood: Floats, beforehand: Floats, share: Floats) -> Grid:
    """Return the grid, given each bout's log likelihood of every latency.

    Parameters
    ----------
    log_likelihood
        Shape ``(bouts, latencies)``.
    beforehand
        Log belief, `before` or `plausible`.
    share
        How often each latency comes, `shares` or `roomy`.
    """
    best = log_likelihood.max(axis=1, keepdims=True)
    told = np.exp(log_likelihood - best)
    came = (told @ share.reshape(-1, share.shape[2]).T).reshape(-1, *share.shape[:2])
    none = told[:, -1]
    log = beforehand + float(best.sum())
    for first in range(0, none.size, _AT_ONCE):
        few = slice(first, first + _AT_ONCE)
        either = came[few, :, :, None] * (1.0 - WITHOUT) + none[few, None, None, None] * WITHOUT
        log += np.log(np.maximum(either, _LEAST).prod(axis=0))
    return Grid(came, none, log)


def normal(log: Floats) -> Floats:
    """Return beliefs that sum to 1."""
    belief = np.exp(log - log.max())
    return np.asarray(belief / belief.sum())


def expected(belief: Floats, share: Floats) -> Floats:
    """Return how likely every latency is in a bout yet to come, the last class nothing as well."""
    likely = np.tensordot(belief @ (1.0 - WITHOUT), share, 2)
    likely[-1] += float((belief * WITHOUT).sum())
    return np.asarray(likely)


def quantiles(values: Floats, belief: Floats, at: tuple[float, ...]) -> Floats:
    """Return quantiles of a belief over sorted grid values, each value spread over its cell.

    Examples
    --------
    >>> quantiles(np.array([0.0, 1.0, 2.0]), np.array([0.25, 0.5, 0.25]), (0.5,)).tolist()
    [1.0]
    """
    middle = 0.5 * (values[1:] + values[:-1])
    edges = np.concatenate([values[:1], middle, values[-1:]])
    return np.asarray(np.interp(at, np.append(0.0, np.cumsum(belief)), edges))
