"""The exact evidence for every episode a run may hold, and the posterior over them.

For given times the size of a change is Gaussian, so it is integrated out in closed form; times are
then compared by sums over a grid. Nothing is sampled, nothing is fitted.
"""

from dataclasses import dataclass, replace

import numpy as np

from evenstride.episodes._shift.aspects import (
    Aspect,
    Aspects,
    Singles,
    aspects_of,
    kinds_evidence,
)
from evenstride.episodes._shift.bins import BIN_S, Bins
from evenstride.episodes._shift.shapes import Shape, templates
from evenstride.model.episode import EpisodeKind
from evenstride.model.signal import Bools, Floats

RAMPS_S = (0.0, 60.0, 180.0, 360.0, 900.0, 1800.0)
RAMP_PRIOR = (0.5, 0.13, 0.13, 0.12, 0.06, 0.06)
"""Sudden or gradual: even odds. The long ones are a slow worsening."""
SHORTEST_S = 90.0
EARLY_S = 300.0
"""An onset this soon after the first judged second may be one the watch could not see."""
FINE_STEP_S = 15.0
MOST_ONSETS = 320
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
        Posterior of "off from the start, clear from j on", by how long it took to clear, same
        shape. All of `closed`, `opened` and `started` together sum to 1.
    kinds
        Posterior share of each kind of loss.
    """

    log_bayes_factor: float
    grid_s: Floats
    step_s: float
    closed: Floats
    opened: Floats
    started: Floats
    kinds: dict[EpisodeKind, float]

    @property
    def early(self) -> Bools:
        """True for grid times soon after the first judged second."""
        return np.asarray(self.grid_s < self.grid_s[0] + EARLY_S)


@dataclass(frozen=True)
class _Weighed:
    """Log evidence against none by kind: ``(kinds, ramps, i, j)`` and ``(kinds, ramps, i)``.

    `started` is of the level alone, ``(ramps, j)``.
    """

    closed: Singles
    opened: Singles
    started: Singles


def weigh(bins: Bins, known: tuple[Shape, ...] = ()) -> Evidence:
    """Weigh every episode the bins may hold against none.

    Parameters
    ----------
    bins
        At least `LEAST_BINS` of them.
    known
        Episodes already found, to be told apart from one more.
    """
    aspects = aspects_of(bins, known)
    step_s = _step(bins)
    grid_s = np.arange(
        bins.index[0] * BIN_S + BIN_S, (bins.index[-1] + 1) * BIN_S - BIN_S + 1, step_s
    )
    return _posterior(_weigh_all(aspects, bins, grid_s), aspects, grid_s, step_s)


def _step(bins: Bins) -> float:
    span_s = (bins.index[-1] - bins.index[0]) * BIN_S
    return float(FINE_STEP_S * max(1.0, np.ceil(span_s / FINE_STEP_S / MOST_ONSETS)))


@dataclass(frozen=True)
class _Onsets:
    """Templates of one aspect: scores ``(lines, times)``, shapes ``(bins - 1, times)``."""

    score: Singles
    shape: Singles

    @property
    def size(self) -> Singles:
        return np.asarray((self.shape**2).sum(axis=0))

    def between(self, back: "_Onsets") -> tuple[Singles, Singles]:
        """Return score and size of gone here and back there, for every pair of times."""
        cross = self.shape.T @ back.shape
        return (
            self.score[:, :, None] - back.score[:, None, :],
            self.size[:, None] - 2.0 * cross + back.size[None, :],
        )


def _weigh_all(aspects: Aspects, bins: Bins, grid_s: Floats) -> _Weighed:
    length_s = grid_s[None, :] - grid_s[:, None]
    both = [aspects.level] + ([] if aspects.unsteadiness is None else [aspects.unsteadiness])
    seen = [_onsets(aspect, bins, grid_s) for aspect in both]
    # With the level unknown, gone from here on and off until here are the same change.
    known = aspects.level.level_known
    closed, opened, started = [], [], []
    for r, ramp_s in enumerate(RAMPS_S):
        one = [ramps[r] for ramps in seen]
        opened.append(_kinds(aspects, [(o.score, o.size) for o in one]))
        started.append(_until(aspects, bins, one[0]) if known else opened[-1][0])
        pairs = [o.between(ramps[0]) for o, ramps in zip(one, seen, strict=True)]
        allowed = length_s >= max(SHORTEST_S, ramp_s)
        closed.append(np.where(allowed, _kinds(aspects, pairs), -np.inf))
    return _Weighed(np.stack(closed, axis=1), np.stack(opened, axis=1), np.stack(started))


def _until(aspects: Aspects, bins: Bins, onsets: _Onsets) -> Singles:
    """Return the log evidence for a level off from before the start until each time."""
    whole = aspects.level.seen(np.ones((bins.index.size, 1))).astype(np.float32)
    before = _Onsets((aspects.level.lines.T @ whole).astype(np.float32), whole)
    scores, sizes = before.between(onsets)
    alone = replace(aspects, unsteadiness=None)
    score, size = scores[:, 0, :], sizes[0]
    return np.asarray(kinds_evidence(alone, (score, score), (size, size))[0])


def _onsets(aspect: Aspect, bins: Bins, grid_s: Floats) -> list[_Onsets]:
    shapes = aspect.seen(np.hstack([templates(bins.index, grid_s, ramp) for ramp in RAMPS_S]))
    return [
        _Onsets((aspect.lines.T @ shape).astype(np.float32), shape.astype(np.float32))
        for shape in np.split(shapes, len(RAMPS_S), axis=1)
    ]


def _kinds(aspects: Aspects, found: list[tuple[Singles, Singles]]) -> Singles:
    (level, level_size), (other, other_size) = found[0], found[-1]
    return kinds_evidence(aspects, (level, other), (level_size, other_size))


def _posterior(found: _Weighed, aspects: Aspects, grid_s: Floats, step_s: float) -> Evidence:
    ramp_prior = np.array(RAMP_PRIOR)[:, None]
    top = float(max(found.closed.max(), found.opened.max(), found.started.max()))
    share = aspects.kind_prior
    prior = _closed_prior(np.isfinite(found.closed[0]), grid_s)
    closed = prior * share[:, None, None, None] * np.exp(found.closed - top)
    held = share[:, None, None] * ramp_prior * np.exp(found.opened - top) / grid_s.size
    opened = PRIOR_OPEN * held
    # Unsteadiness only grows, so what grows from here on was not there before: off from the start
    # is not read, nor is a beginning so early that it would only say "steadier later".
    closed[1:, :, grid_s < grid_s[0] + EARLY_S, :] = 0.0
    until = share[0] * ramp_prior * np.exp(found.started - top) / grid_s.size
    started = PRIOR_START * until
    by_kind = closed.sum(axis=(1, 2, 3)) + opened.sum(axis=(1, 2))
    by_kind[0] += started.sum()
    total = float(by_kind.sum())
    return Evidence(
        float(top + np.log(total)),
        grid_s,
        step_s,
        closed.sum(axis=0) / total,
        opened.sum(axis=0) / total,
        started / total,
        {kind: float(mass / total) for kind, mass in zip(aspects.kinds, by_kind, strict=True)},
    )


def _closed_prior(allowed: Bools, grid_s: Floats) -> Floats:
    """Return the prior of closed episodes by ramp, onset and recovery."""
    ramp_prior = np.array(RAMP_PRIOR)
    early = grid_s < grid_s[0] + EARLY_S
    per_ramp = np.maximum(allowed.sum(axis=(1, 2)), 1)
    prior = np.broadcast_to(
        (PRIOR_CLOSED * ramp_prior / per_ramp)[:, None, None], allowed.shape
    ).copy()
    among_early = np.maximum((allowed & early[None, :, None]).sum(axis=(1, 2)), 1)
    prior[:, early, :] += (PRIOR_EARLY * ramp_prior / among_early)[:, None, None]
    return prior
