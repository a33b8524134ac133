"""One bout against itself: its level after a lag minus its level before, at every lag tried."""

from dataclasses import dataclass

import numpy as np

from evenstride.coordination.bouts import LAG_STEP_S
from evenstride.model.signal import Floats

ONSETS_S = np.arange(40.0, 151.0, 5.0)
"""Onsets tried, seconds after a bout's start. What is judged begins at 30 s."""
ARRIVES_S = 10.0
"""A watch shows a sudden change over about this time."""
FADES_S = 30.0
"""A restart's artefact is all but over by then; what fades this slowly still shows at 40 s."""
MEMORY = ((0.5, 15.0), (0.4, 120.0))
"""Share and length (s) of what the noise of 10-s means remembers; read from the autocorrelation of
healthy balance and contact time (0.6-0.7, 0.35-0.46, 0.25-0.29, 0.15-0.22 at 10, 30, 60, 120 s)."""
_FORGETFUL = 0.02
_WIDEST = 3.0
"""A contrast with a standard error beyond this many noise SD says nothing."""
SHAPES = 2
_FITTED = 3


@dataclass(frozen=True)
class Weights:
    """How the lags of a bout are turned into contrasts.

    Attributes
    ----------
    weight
        How each lag counts, shape ``(2, onsets, lags)``, NaN where the lags cannot tell.
    variance
        Of each contrast under the noise's memory, shape ``(2, onsets)``.
    free
        Quadratic form of what level and nuisance shape leave, shape ``(2, lags, lags)``.
    """

    weight: Floats
    variance: Floats
    free: Floats


@dataclass(frozen=True)
class Contrasts:
    """What every bout says about a step at every onset tried.

    The first axis is what else may have happened in the bout and was taken out beside its level:
    0, an artefact that fades; 1, a straight trend. Shapes are ``(2, bouts, channels, onsets)``;
    NaN where a bout was not judged on both sides.

    Attributes
    ----------
    size
        Size of the step in noise SD.
    variance
        Its variance if the noise were just what its memory implies.
    rest
        Sum of squares that level, nuisance and step leave inside the bout, over what they would
        leave by that memory.
    spare
        Lags beyond those the fit used up, shape ``(bouts, channels)``.
    """

    size: Floats
    variance: Floats
    rest: Floats
    spare: Floats


def contrasts(values: Floats, lag_s: Floats) -> Contrasts:
    """Return every bout's contrasts.

    Parameters
    ----------
    values
        Shape ``(bouts, channels, lags)``, NaN where not judged.
    lag_s
        Middles of the lag bins, seconds.
    """
    bouts, channels, _ = values.shape
    size = np.full((SHAPES, bouts, channels, ONSETS_S.size), np.nan)
    variance, rest = size.copy(), size.copy()
    known = np.isfinite(values)
    ready: dict[bytes, Weights] = {}
    for bout, channel in np.argwhere(known.any(axis=2)):
        here = known[bout, channel]
        judged = here.tobytes()
        if judged not in ready:
            ready[judged] = weights(lag_s[here])
        by = ready[judged]
        seen = values[bout, channel, here]
        size[:, bout, channel] = by.weight @ seen
        variance[:, bout, channel] = by.variance
        rest[:, bout, channel] = (by.free @ seen @ seen)[:, None]
    rest = np.maximum(rest - size**2 / variance, 0.0)
    return Contrasts(size, variance, rest, np.maximum(known.sum(axis=2) - _FITTED, 0.0))


def weights(lag_s: Floats) -> Weights:
    """Return how the lags of a bout are turned into contrasts.

    Generalised least squares of a step, with the bout's level and one nuisance shape free.

    Examples
    --------
    >>> by = weights(np.array([35.0, 45.0, 55.0, 65.0, 75.0]))
    >>> bool(np.abs(by.weight[0, 3].sum()) < 1e-9)
    True
    >>> ONSETS_S[np.isfinite(by.variance[0])].tolist()
    [40.0, 45.0, 50.0, 55.0, 60.0]
    """
    shapes = (np.exp(-(lag_s - 30.0) / FADES_S), lag_s / FADES_S)
    weight = np.full((SHAPES, ONSETS_S.size, lag_s.size), np.nan)
    variance = np.full((SHAPES, ONSETS_S.size), np.nan)
    free = np.zeros((SHAPES, lag_s.size, lag_s.size))
    if lag_s.size > SHAPES:
        step = steps(lag_s, ONSETS_S)
        precision = np.asarray(np.linalg.inv(noise(lag_s)), dtype=np.float64)
        for k, shape in enumerate(shapes):
            free[k] = _without(np.column_stack([np.ones(lag_s.size), shape]), precision)
            told = step.T @ free[k]
            variance[k] = 1.0 / np.maximum(np.einsum("ol,lo->o", told, step), 1e-9)
            weight[k] = told * variance[k][:, None]
        both = (step == 0).any(axis=0) & (step == 1).any(axis=0)
        told = both & (variance <= _WIDEST**2).all(axis=0)
        weight[:, ~told], variance[:, ~told] = np.nan, np.nan
    return Weights(weight, variance, free)


def steps(lag_s: Floats, onsets_s: Floats) -> Floats:
    """Return what share of a full step each lag bin holds, shape ``(lags, onsets)``."""
    since_s = lag_s[:, None] - onsets_s
    half_s = 0.5 * LAG_STEP_S
    return np.asarray((_held(since_s + half_s) - _held(since_s - half_s)) / LAG_STEP_S)


def _held(since_s: Floats) -> Floats:
    """Return the integral of a step that takes `ARRIVES_S` to arrive."""
    rising = np.clip(since_s, 0.0, ARRIVES_S)
    return np.asarray(rising**2 / (2.0 * ARRIVES_S) + np.maximum(since_s - ARRIVES_S, 0.0))


def noise(lag_s: Floats) -> Floats:
    """Return the covariance of 10-s means by the noise's memory, shape ``(lags, lags)``."""
    apart = np.abs(lag_s[:, None] - lag_s)
    kept = sum(share * np.exp(-apart / length_s) for share, length_s in MEMORY)
    return np.asarray(kept + _FORGETFUL * np.eye(lag_s.size))


def _without(nuisance: Floats, precision: Floats) -> Floats:
    seen = precision @ nuisance
    return np.asarray(precision - seen @ np.linalg.solve(nuisance.T @ seen, seen.T))
