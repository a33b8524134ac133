"""How long after the measured moment a runner marks it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenstride.model.agreement import Delay, FeltAndMeasured, Measured
from evenstride.model.episode import Span
from evenstride.model.marks import MarkKind
from evenstride.model.signal import Floats

_PEAKED = np.array([0.10, 0.18, 0.32, 1.01])
"""SD of four equally likely normals, over half a 90 % interval, that together are near Cauchy's.

The evidence for a moment is peaked: it is mostly far closer than its interval is wide, and
sometimes off by as much as that.
"""
_LEAST_REACH_S = 2.0
_LEAST_WIDTH_S = 20.0
_USUAL = 0.8
_ROOT_2_PI = 2.5066
_FINE_S, _MIDDLE_S = np.arange(0.0, 90.0, 2.0), np.arange(90.0, 300.0, 10.0)
_LATE_S = np.concatenate([_FINE_S, _MIDDLE_S, np.arange(300.0, 601.0, 30.0)])
_TYPICAL_S = np.concatenate([-_LATE_S[:0:-1], _LATE_S])
_SPREADS_S = np.geomspace(2.0, 120.0, 12)
_STRAY = (np.arange(6) + 0.5) / 6
_TYPICAL_SCALE_S = 60.0
_SPREAD_SCALE_S = 20.0
_TAILS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class _Candidate:
    """One mark, the measured moments of its run, and how dense stray marks are there."""

    run: int
    mark_s: float
    moments_s: Floats
    reach_s: Floats
    probability: Floats
    stray: float


def delay_of(runs: Sequence[FeltAndMeasured], kind: MarkKind) -> Delay | None:
    """Return how long after the measured onsets (``gone``) or recoveries (``back``) marks come.

    A mark belongs to a measured moment of its run, late by a normal delay to which the moment's
    own uncertainty adds; or it is a stray: mostly as marks of other runs lie, else anywhere in the
    run, so that a usual time of pressing is not taken for a delay. The typical delay, its
    spread and the share of strays are unknown alike; their posterior stands on a grid. The priors
    are wide: Student's t with 3 degrees of freedom for the typical delay (scale 60 s) and the
    spread (20 s), uniform for the strays. Matched and stray points as a mixture: Fraley and Raftery
    (1998), 10.1093/comjnl/41.8.578.

    Returns
    -------
    Delay | None
        None where no mark of this kind has a measured moment in its run.
    """
    marked = [[m.t_s for m in run.marks or () if m.kind == kind] for run in runs]
    candidates = [
        candidate
        for at, run in enumerate(runs)
        for candidate in _candidates(at, run, marked, _known(run, kind))
    ]
    if not candidates:
        return None
    matched = [_matched(one) for one in candidates]
    posterior = _posterior(candidates, matched)
    typical, spread = posterior.sum(axis=(1, 2)), posterior.sum(axis=(0, 2))
    return Delay(
        _span(_TYPICAL_S, typical),
        _span(_SPREADS_S, spread),
        _pairs(candidates, matched, posterior),
        sum(map(len, marked)),
    )


def _known(run: FeltAndMeasured, kind: MarkKind) -> list[tuple[Span, float]]:
    moments = ((_moment(one, kind), one.probability) for one in run.measured)
    return [(moment, probability) for moment, probability in moments if moment is not None]


def _candidates(
    at: int, run: FeltAndMeasured, marked: list[list[float]], known: list[tuple[Span, float]]
) -> list[_Candidate]:
    if not known:
        return []
    moments_s = np.array([moment.value for moment, _ in known])
    reach_s = np.array([max(0.5 * (m.hi - m.lo), _LEAST_REACH_S) for m, _ in known])
    probability = np.array([share for _, share in known])
    others_s = np.array([t_s for place, ts in enumerate(marked) if place != at for t_s in ts])
    return [
        _Candidate(at, t_s, moments_s, reach_s, probability, _stray(t_s, others_s, run.seconds))
        for t_s in marked[at]
    ]


def _stray(mark_s: float, others_s: Floats, run_s: float) -> float:
    """Return how dense marks are there that belong to nothing measured, per second."""
    if others_s.size < 2:
        return 1.0 / run_s
    # Silverman (1986), 10.1201/9781315140919: the width that suits a normal.
    width_s = max(1.06 * float(others_s.std()) * others_s.size**-0.2, _LEAST_WIDTH_S)
    usual = np.exp(-0.5 * ((mark_s - others_s) / width_s) ** 2).mean() / width_s / _ROOT_2_PI
    return (1.0 - _USUAL) / run_s + _USUAL * float(usual)


def _moment(one: Measured, kind: MarkKind) -> Span | None:
    if kind == "back":
        return one.recovery_s
    return None if one.present_at_start else one.onset_s


def _posterior(candidates: Sequence[_Candidate], matched: Sequence[Floats]) -> Floats:
    """Return the probability of each typical delay, spread and share of strays, adding up to 1."""
    log = _log_prior()
    for one, density in zip(candidates, matched, strict=True):
        log = log + np.log((1.0 - _STRAY) * density.sum(axis=0)[:, :, None] + _unmatched(one))
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def _matched(one: _Candidate) -> Floats:
    """Return the density of a mark for each moment, shape ``(moments, typical, spreads)``."""
    away = one.mark_s - one.moments_s[:, None, None] - _TYPICAL_S[:, None]
    density = np.zeros(1)
    for share in _PEAKED:
        sd_s = np.hypot(_SPREADS_S, share * one.reach_s[:, None, None])
        density = density + np.exp(-0.5 * (away / sd_s) ** 2) / sd_s / _ROOT_2_PI / _PEAKED.size
    return np.asarray(density * one.probability[:, None, None] / one.moments_s.size)


def _unmatched(one: _Candidate) -> Floats:
    """Return the density of a mark that belongs to none, for each share of strays."""
    matching = (1.0 - _STRAY) * float(one.probability.mean())
    return np.asarray((1.0 - matching) * one.stray)


def _log_prior() -> Floats:
    typical = _student(_TYPICAL_S / _TYPICAL_SCALE_S) * np.gradient(_TYPICAL_S)
    spread = _student(_SPREADS_S / _SPREAD_SCALE_S) * np.gradient(_SPREADS_S)
    return np.asarray(np.log(typical[:, None, None] * spread[:, None]) + np.zeros(_STRAY.size))


def _student(x: Floats) -> Floats:
    return np.asarray((1.0 + x**2 / 3.0) ** -2)


def _pairs(candidates: Sequence[_Candidate], matched: Sequence[Floats], posterior: Floats) -> int:
    """Return how many marks belong to a moment, each moment taken once."""
    taken: set[tuple[int, int]] = set()
    for one, density in zip(candidates, matched, strict=True):
        own = density[:, :, :, None] * (1.0 - _STRAY)
        share = own / (own.sum(axis=0) + _unmatched(one))
        belongs = (share * posterior).sum(axis=(1, 2, 3))
        nearest = int(np.argmax(belongs))
        if belongs.sum() > 0.5:
            taken.add((one.run, nearest))
    return len(taken)


def _span(grid: Floats, weight: Floats) -> Span:
    """Return median and 90 % interval of weights on a grid, each spread over its own cell."""
    middles = 0.5 * (grid[1:] + grid[:-1])
    edges = np.concatenate([grid[:1], middles, grid[-1:]])
    share = np.concatenate([[0.0], np.cumsum(weight)])
    lo, middle, hi = np.interp(_TAILS, share / share[-1], edges)
    return Span(float(middle), float(lo), float(hi))
