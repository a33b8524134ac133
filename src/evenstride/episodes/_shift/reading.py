"""From a posterior to words a runner can use: onset, recovery, and what moved by how much."""

import numpy as np

from evenstride.episodes._shift.evidence import RAMPS_S, Evidence
from evenstride.episodes._shift.posterior import Family, Shares, draws, likeliest, ramp_weights
from evenstride.episodes._shift.shapes import Shape
from evenstride.episodes._shift.sizes import size_of
from evenstride.model.episode import Reading, Span
from evenstride.model.signal import Floats, Signal

_TAIL = 0.05
_DRAWS = 40


def read(
    family: Family,
    shares: Shares,
    evidence: Evidence,
    signal: Signal,
    others: tuple[Shape, ...] = (),
) -> Reading:
    """Put one way to read the run into times and sizes."""
    grid_s, step_s = evidence.grid_s, evidence.step_s
    onset, recovery, at_start = _marginals(family, shares)
    onset_s = _span(np.concatenate([[at_start], onset]), np.concatenate([[0.0], grid_s]), step_s)
    shape = likeliest(family, shares, grid_s)
    at_start_likelier = at_start > 0 and at_start >= float(onset.max())
    if at_start_likelier:
        onset_s = Span(0.0, 0.0, max(onset_s.hi, float(grid_s[0])))
    recovery_s = None if recovery is None else _span(recovery, grid_s, step_s)
    if recovery_s is not None and not at_start_likelier and np.isfinite(shape.onset_s):
        # Taken one by one, the likeliest onset may lie after the likeliest recovery.
        onset_s, recovery_s = _around(onset_s, shape.onset_s), _around(recovery_s, shape.recovery_s)
    ramp_s = 0.0 if at_start_likelier else _likeliest_ramp(family, shares)
    possible = tuple(draws(family, shares, grid_s, _DRAWS))
    shifts = tuple(
        found
        for channel in signal.channels
        if (found := size_of(channel, signal, possible, others)) is not None
    )
    return Reading(onset_s, recovery_s, at_start_likelier, ramp_s, shifts)


def _marginals(family: Family, shares: Shares) -> tuple[Floats, Floats | None, float]:
    """Return the weights of each onset and recovery, and of an onset before all of them."""
    if family == "opened":
        return shares.opened.sum(axis=0), None, 0.0
    if family == "closed":
        return shares.closed.sum(axis=(0, 2)), shares.closed.sum(axis=(0, 1)), 0.0
    recovery = shares.early.sum(axis=(0, 1)) + shares.started.sum(axis=0)
    return shares.early.sum(axis=(0, 2)), recovery, float(shares.started.sum())


def _around(span: Span, value_s: float) -> Span:
    return Span(value_s, min(span.lo, value_s), max(span.hi, value_s))


def _span(weight: Floats, grid_s: Floats, step_s: float) -> Span:
    share = np.cumsum(weight) / weight.sum()
    lo = grid_s[int(np.searchsorted(share, _TAIL))] - 0.5 * step_s
    hi = grid_s[min(int(np.searchsorted(share, 1.0 - _TAIL)), grid_s.size - 1)] + 0.5 * step_s
    span = Span(0.0, max(float(lo), 0.0), float(hi))
    return _around(span, float(grid_s[int(np.argmax(weight))]))


def _likeliest_ramp(family: Family, shares: Shares) -> float:
    return float(RAMPS_S[int(np.argmax(ramp_weights(family, shares)))])
