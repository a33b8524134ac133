"""How long after the measured moment a runner marks it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenstride.model.agreement import Delay, FeltAndMeasured, Measured
from evenstride.model.episode import Span
from evenstride.model.marks import MarkKind
from evenstride.model.signal import Floats

_SD_OF_90 = 2.0 * 1.6449
_LEAST_SD_S = 1.0
_TYPICAL_S = np.concatenate(
    [np.arange(-600.0, -120.0, 10.0), np.arange(-120.0, 120.0, 2.0), np.arange(120.0, 601.0, 10.0)]
)
_SPREADS_S = np.geomspace(2.0, 150.0, 16)
_STRAY = (np.arange(10) + 0.5) / 10
_TYPICAL_SCALE_S = 60.0
_SPREAD_SCALE_S = 20.0
_TAILS = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class _Candidate:
    """One mark and the measured moments of its run, with SD and probability of each."""

    run: int
    mark_s: float
    moments_s: Floats
    sd_s: Floats
    probability: Floats
    run_s: float


def delay_of(runs: Sequence[FeltAndMeasured], kind: MarkKind) -> Delay | None:
    """Return how long after the measured onsets (``gone``) or recoveries (``back``) marks come.

    A mark belongs to a measured moment of its run, late by a normal delay to which the moment's
    own uncertainty adds; or it is a stray, anywhere in the run. The typical delay, its spread and
    the share of strays are unknown alike: their posterior stands on a grid. The priors are wide:
    Student's t with 3 degrees of freedom for the typical delay (scale 60 s) and the spread (20 s),
    uniform for the strays. Mixtures of matched and stray points: Fraley and Raftery (1998),
    10.1093/comjnl/41.8.578.

    Returns
    -------
    Delay | None
        None where no mark of this kind has a measured moment in its run.
    """
    candidates = [one for at, run in enumerate(runs) for one in _candidates(at, run, kind)]
    marks = sum(mark.kind == kind for run in runs for mark in run.marks or ())
    if not candidates:
        return None
    posterior = _posterior(candidates)
    typical, spread = posterior.sum(axis=(1, 2)), posterior.sum(axis=(0, 2))
    return Delay(
        _span(_TYPICAL_S, typical), _span(_SPREADS_S, spread), _pairs(candidates, posterior), marks
    )


def _candidates(at: int, run: FeltAndMeasured, kind: MarkKind) -> list[_Candidate]:
    known = [(moment, one) for one in run.measured if (moment := _moment(one, kind)) is not None]
    if not known:
        return []
    moments = np.array([moment.value for moment, _ in known])
    sd = np.array([max((m.hi - m.lo) / _SD_OF_90, _LEAST_SD_S) for m, _ in known])
    probability = np.array([one.probability for _, one in known])
    return [
        _Candidate(at, mark.t_s, moments, sd, probability, run.seconds)
        for mark in run.marks or ()
        if mark.kind == kind
    ]


def _moment(one: Measured, kind: MarkKind) -> Span | None:
    if kind == "back":
        return one.recovery_s
    return None if one.present_at_start else one.onset_s


def _posterior(candidates: Sequence[_Candidate]) -> Floats:
    """Return the probability of each typical delay, spread and share of strays, adding up to 1."""
    log = _log_prior()
    for one in candidates:
        matched = _matched(one).sum(axis=0)[:, :, None]
        log = log + np.log((1.0 - _STRAY) * matched + _unmatched(one))
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def _matched(one: _Candidate) -> Floats:
    """Return the density of a mark for each moment, shape ``(moments, typical, spreads)``."""
    away = one.mark_s - one.moments_s[:, None, None] - _TYPICAL_S[:, None]
    variance = _SPREADS_S**2 + one.sd_s[:, None, None] ** 2
    density = np.exp(-0.5 * away**2 / variance) / np.sqrt(2.0 * np.pi * variance)
    return np.asarray(density * one.probability[:, None, None] / one.moments_s.size)


def _unmatched(one: _Candidate) -> Floats:
    """Return the density of a mark that belongs to none, for each share of strays."""
    matching = (1.0 - _STRAY) * float(one.probability.mean())
    return np.asarray((1.0 - matching) / one.run_s)


def _log_prior() -> Floats:
    typical = _student(_TYPICAL_S / _TYPICAL_SCALE_S) * np.gradient(_TYPICAL_S)
    spread = _student(_SPREADS_S / _SPREAD_SCALE_S) * np.gradient(_SPREADS_S)
    return np.asarray(np.log(typical[:, None, None] * spread[:, None]) + np.zeros(_STRAY.size))


def _student(x: Floats) -> Floats:
    return np.asarray((1.0 + x**2 / 3.0) ** -2)


def _pairs(candidates: Sequence[_Candidate], posterior: Floats) -> int:
    """Return how many marks belong to a moment, each moment taken once."""
    taken: set[tuple[int, int]] = set()
    for one in candidates:
        matched = _matched(one)[:, :, :, None] * (1.0 - _STRAY)
        share = matched / (matched.sum(axis=0) + _unmatched(one))
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
