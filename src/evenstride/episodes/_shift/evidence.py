"""The exact evidence for every episode a run may hold, and the posterior over them.

For given times the size of a shift is Gaussian, so it is integrated out in closed form; times are
then compared by sums over a grid. Nothing is sampled, nothing is fitted.
"""

from dataclasses import dataclass

import numpy as np

from evenstride.episodes._shift.bins import BIN_S, Bins
from evenstride.episodes._shift.noise import White, templates, whiten
from evenstride.model.signal import Bools, Floats

RAMPS_S = (0.0, 60.0, 180.0, 360.0)
RAMP_PRIOR = (0.5, 1 / 6, 1 / 6, 1 / 6)
"""Sudden or gradual: even odds."""
SHORTEST_S = 90.0
EARLY_S = 300.0
"""An onset this soon after the first judged second may be one the watch could not see."""
SIZE_PRIOR_SD = 1.5
"""SD of a shift's size before it is seen, in innovation SDs: about one 1-s noise SD."""
FINE_STEP_S = 15.0
MOST_ONSETS = 480
PRIOR_CLOSED, PRIOR_OPEN, PRIOR_START, PRIOR_EARLY = 0.5, 0.25, 0.125, 0.125


@dataclass(frozen=True)
class Evidence:
    """How strongly a run speaks for an episode, and for which.

    Attributes
    ----------
    log_bayes_factor
        Natural logarithm of the evidence for some episode against none.
    grid_s
        Times at which an onset or a recovery was tried, seconds since the start.
    step_s
        Distance between them.
    closed
        Posterior of "gone at i, back at j" by ramp, shape ``(ramps, times, times)``.
    opened
        Posterior of "gone at i, not back by the end", shape ``(ramps, times)``.
    started
        Posterior of "off from the start, back at j", shape ``(times,)``.
        All of `closed`, `opened` and `started` together sum to 1.
    """

    log_bayes_factor: float
    grid_s: Floats
    step_s: float
    closed: Floats
    opened: Floats
    started: Floats

    @property
    def early(self) -> Bools:
        """True for grid times soon after the first judged second."""
        return np.asarray(self.grid_s < self.grid_s[0] + EARLY_S)


def weigh(bins: Bins) -> Evidence:
    """Weigh every episode the bins may hold against none.

    Parameters
    ----------
    bins
        At least `LEAST_BINS` of them.
    """
    white = whiten(bins)
    step_s = _step(bins)
    grid_s = np.arange(
        bins.index[0] * BIN_S + BIN_S, (bins.index[-1] + 1) * BIN_S - BIN_S + 1, step_s
    )
    shapes = _white_shapes(white, bins, grid_s)
    log_closed, log_opened = _log_evidence(white, shapes, grid_s)
    return _posterior(log_closed, log_opened, grid_s, step_s)


def _step(bins: Bins) -> float:
    span_s = (bins.index[-1] - bins.index[0]) * BIN_S
    return float(FINE_STEP_S * max(1.0, np.ceil(span_s / FINE_STEP_S / MOST_ONSETS)))


def _white_shapes(white: White, bins: Bins, grid_s: Floats) -> list[Floats]:
    """Return the templates as the whitening sees them, one array a ramp."""
    shapes = np.hstack([templates(bins.index, grid_s, ramp) for ramp in RAMPS_S])
    return np.split(np.linalg.solve(white.root, shapes)[1:], len(RAMPS_S), axis=1)


def _log_evidence(white: White, shapes: list[Floats], grid_s: Floats) -> tuple[Floats, Floats]:
    """Return log evidence against none of closed (ramp, i, j) and opened (ramp, i) episodes."""
    sudden = shapes[0]
    back = sudden.T @ white.values
    back_size = (sudden**2).sum(axis=0)
    length_s = grid_s[None, :] - grid_s[:, None]
    closed, opened = [], []
    for ramp, shape in zip(RAMPS_S, shapes, strict=True):
        score = shape.T @ white.values
        size = (shape**2).sum(axis=0)
        opened.append(_integrated(score, size, white.unmix))
        both = size[:, None] - 2.0 * (shape.T @ sudden) + back_size[None, :]
        found = _integrated(score[:, None, :] - back[None, :, :], both, white.unmix)
        closed.append(np.where(length_s >= max(SHORTEST_S, ramp), found, -np.inf))
    return np.array(closed), np.array(opened)


def _integrated(score: Floats, size: Floats, unmix: Floats) -> Floats:
    """Return log evidence with the size of the shift integrated out.

    Even prior odds between a shift of all channels together and of any one of them alone; the
    conjugate prior N(0, SIZE_PRIOR_SD^2 noise covariance) makes every case the same one-line
    formula.

    Parameters
    ----------
    score
        Template times signal, shape ``(..., channels)``, channels uncorrelated.
    size
        Squared length of the template, shape ``(...)``.
    unmix
        From `White`.
    """
    channels = score.shape[-1]
    prior = SIZE_PRIOR_SD**2
    size = np.maximum(size, 1e-9)
    shrink = 0.5 * prior / (1.0 + prior * size)
    cost = 0.5 * np.log1p(prior * size)
    together = shrink * (score**2).sum(axis=-1) - channels * cost
    if channels == 1:
        return np.asarray(together)
    direction = unmix / np.linalg.norm(unmix, axis=0, keepdims=True)
    alone = [shrink * (score @ direction[:, k]) ** 2 - cost for k in range(channels)]
    cases = np.array([together, *alone])
    weight = np.array([0.5, *[0.5 / channels] * channels])
    top = cases.max(axis=0)
    shape = (channels + 1,) + (1,) * top.ndim
    return np.asarray(top + np.log((weight.reshape(shape) * np.exp(cases - top)).sum(axis=0)))


def _posterior(log_closed: Floats, log_opened: Floats, grid_s: Floats, step_s: float) -> Evidence:
    ramp_prior = np.array(RAMP_PRIOR)
    allowed = np.isfinite(log_closed)
    early = grid_s < grid_s[0] + EARLY_S
    per_ramp = np.maximum(allowed.sum(axis=(1, 2)), 1)
    prior = np.broadcast_to(
        (PRIOR_CLOSED * ramp_prior / per_ramp)[:, None, None], log_closed.shape
    ).copy()
    among_early = np.maximum((allowed & early[None, :, None]).sum(axis=(1, 2)), 1)
    prior[:, early, :] += (PRIOR_EARLY * ramp_prior / among_early)[:, None, None]
    top = max(float(log_closed.max()), float(log_opened.max()))
    closed = prior * np.exp(log_closed - top)
    held = np.exp(log_opened - top) / grid_s.size
    opened = PRIOR_OPEN * ramp_prior[:, None] * held
    started = PRIOR_START * (ramp_prior[:, None] * held).sum(axis=0)
    total = closed.sum() + opened.sum() + started.sum()
    return Evidence(
        float(top + np.log(total)), grid_s, step_s, closed / total, opened / total, started / total
    )
