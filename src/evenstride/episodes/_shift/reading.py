"""From a posterior to words a runner can use: onset, recovery, and what the run cannot tell."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from evenstride.coordination.expectation import left_over
from evenstride.coordination.settled import share_off
from evenstride.episodes._shift.bins import LEAST_BINS, bin_means, bin_medians
from evenstride.episodes._shift.evidence import RAMPS_S, Evidence
from evenstride.episodes._shift.noise import covariance, healthy_noise, innovations
from evenstride.model.episode import ChannelShift, Reading, Span
from evenstride.model.marks import Mark, RunnersWord, felt_stretches
from evenstride.model.signal import Channel, Floats, Signal

Family: TypeAlias = Literal["closed", "opened", "started"]
_FLAT_SD = 10.0
_TAIL = 0.05
_WORTH_TELLING = 0.1


@dataclass(frozen=True)
class Shares:
    """The posterior, sorted into the three ways a run can be read.

    Attributes
    ----------
    closed
        Gone and back again inside the run, by ramp, onset and recovery.
    opened
        Gone and not back by the end, by ramp and onset.
    early
        Off from the first minutes and back later, by ramp, onset and recovery.
    started
        Off from before the first judged second and back later, by recovery.
    """

    closed: Floats
    opened: Floats
    early: Floats
    started: Floats

    def of(self, family: Family) -> float:
        """Return the share of one way to read the run."""
        total = {
            "closed": self.closed.sum(),
            "opened": self.opened.sum(),
            "started": self.early.sum() + self.started.sum(),
        }
        return float(total[family])


def share_out(evidence: Evidence, word: RunnersWord) -> tuple[Shares, bool]:
    """Sort the posterior into readings, leaving out what the runner ruled out.

    Returns
    -------
    tuple[Shares, bool]
        The shares, summing to 1, and False where the runner's word rules out everything the
        recording shows; then nothing is left out.
    """
    early = evidence.early[None, :, None]
    shares = Shares(
        np.where(early, 0.0, evidence.closed),
        evidence.opened,
        np.where(early, evidence.closed, 0.0),
        evidence.started,
    )
    if not word.normal and not word.off_at_start:
        return shares, True
    kept = _agreeing(shares, evidence.grid_s, word)
    total = sum(kept.of(f) for f in ("closed", "opened", "started"))
    if total <= 1e-6:
        return shares, False
    return Shares(
        *(part / total for part in (kept.closed, kept.opened, kept.early, kept.started))
    ), True


def _agreeing(shares: Shares, grid_s: Floats, word: RunnersWord) -> Shares:
    """Keep the episodes that leave more than half of every told normal stretch alone."""
    inside = np.ones((grid_s.size, grid_s.size), dtype=np.bool_)
    after = np.ones(grid_s.size, dtype=np.bool_)
    before = np.ones(grid_s.size, dtype=np.bool_)
    for told in word.normal:
        most = 0.5 * told.seconds
        from_on = told.to_s - np.clip(grid_s, told.from_s, told.to_s)
        inside &= from_on[:, None] - from_on[None, :] <= most
        after &= from_on <= most
        before &= told.seconds - from_on <= most
    if word.off_at_start:
        inside[:] = False
        after[:] = False
    return Shares(
        shares.closed * inside,
        shares.opened * after,
        shares.early * inside,
        shares.started * before,
    )


def preferred(shares: Shares, grid_s: Floats, marks: tuple[Mark, ...]) -> list[Family]:
    """Return the ways to read the run, the preferred first, those worth telling only.

    "Gone and not back" and "off from the start, then back" look the same inside one run. Which of
    the two comes first is the runner's to say, and so is whether another reading is worth telling:
    with felt marks, those that fit the felt stretches less well than the first are left out. Felt
    marks decide nothing else; times, sizes and probabilities stay as measured.
    """
    families: list[Family] = ["closed", "opened", "started"]
    fits = {family: _fit(family, shares, grid_s, marks) for family in families}
    order = sorted(families, key=shares.of, reverse=True)
    if order[0] != "closed":
        # Of these two the likelihood knows nothing; their shares differ by the prior alone.
        order.sort(key=lambda f: (f == "closed", -fits[f], -shares.of(f)))
    return [
        order[0],
        *(
            family
            for family in order[1:]
            if shares.of(family) >= _WORTH_TELLING and fits[family] >= fits[order[0]]
        ),
    ]


def _fit(family: Family, shares: Shares, grid_s: Floats, marks: tuple[Mark, ...]) -> float:
    """Return in how much of the run a reading and the felt marks agree; 0 without marks."""
    felt = felt_stretches(marks, float(grid_s[-1]))
    if not felt or shares.of(family) <= 0:
        return 0.0
    onset_s, recovery_s = _likeliest(family, shares, grid_s)
    measured_off = (grid_s >= onset_s) & (grid_s < recovery_s)
    felt_off = np.any([(grid_s >= off.from_s) & (grid_s < off.to_s) for off in felt], axis=0)
    return float((measured_off == felt_off).mean())


def _likeliest(family: Family, shares: Shares, grid_s: Floats) -> tuple[float, float]:
    if family == "opened":
        return float(grid_s[int(np.argmax(shares.opened.sum(axis=0)))]), math.inf
    if family == "closed":
        return _likeliest_in(shares.closed, grid_s)
    back = shares.early.sum(axis=(0, 1)) + shares.started
    return 0.0, float(grid_s[int(np.argmax(back))])


def read(family: Family, shares: Shares, evidence: Evidence, signal: Signal) -> Reading:
    """Put one way to read the run into times and sizes."""
    grid_s, step_s = evidence.grid_s, evidence.step_s
    onset, recovery, at_start = _marginals(family, shares)
    onset_s = _span(np.concatenate([[at_start], onset]), np.concatenate([[0.0], grid_s]), step_s)
    at_start_likelier = at_start > 0 and at_start >= float(onset.max())
    likeliest_s = (
        _likeliest_in(shares.closed if family == "closed" else shares.early, grid_s)
        if family != "opened" and not at_start_likelier
        else None
    )
    if at_start_likelier:
        onset_s = Span(0.0, 0.0, max(onset_s.hi, float(grid_s[0])))
    recovery_s = None if recovery is None else _span(recovery, grid_s, step_s)
    if likeliest_s is not None and recovery_s is not None:
        # Taken one by one, the likeliest onset may lie after the likeliest recovery.
        onset_s, recovery_s = _around(onset_s, likeliest_s[0]), _around(recovery_s, likeliest_s[1])
    ramp_s = 0.0 if at_start_likelier else _likeliest_ramp(family, shares)
    shape = (onset_s.value, None if recovery_s is None else recovery_s.value, ramp_s)
    shifts = tuple(
        found for c in signal.channels if (found := size_of(c, signal, shape)) is not None
    )
    return Reading(onset_s, recovery_s, at_start_likelier, ramp_s, shifts)


def _marginals(family: Family, shares: Shares) -> tuple[Floats, Floats | None, float]:
    """Return the weights of each onset and recovery, and of an onset before all of them."""
    if family == "opened":
        return shares.opened.sum(axis=0), None, 0.0
    if family == "closed":
        return shares.closed.sum(axis=(0, 2)), shares.closed.sum(axis=(0, 1)), 0.0
    recovery = shares.early.sum(axis=(0, 1)) + shares.started
    return shares.early.sum(axis=(0, 2)), recovery, float(shares.started.sum())


def _likeliest_in(weight: Floats, grid_s: Floats) -> tuple[float, float]:
    """Return the likeliest onset and recovery together, ramps summed over."""
    together = weight.sum(axis=0)
    onset, recovery = np.unravel_index(int(np.argmax(together)), together.shape)
    return float(grid_s[onset]), float(grid_s[recovery])


def _around(span: Span, value_s: float) -> Span:
    return Span(value_s, min(span.lo, value_s), max(span.hi, value_s))


def _span(weight: Floats, grid_s: Floats, step_s: float) -> Span:
    share = np.cumsum(weight) / weight.sum()
    lo = grid_s[int(np.searchsorted(share, _TAIL))] - 0.5 * step_s
    hi = grid_s[min(int(np.searchsorted(share, 1.0 - _TAIL)), grid_s.size - 1)] + 0.5 * step_s
    span = Span(0.0, max(float(lo), 0.0), float(hi))
    return _around(span, float(grid_s[int(np.argmax(weight))]))


def _ramp_weights(family: Family, shares: Shares) -> Floats:
    parts = {"closed": shares.closed, "opened": shares.opened, "started": shares.early}
    part = parts[family]
    return np.asarray(part.reshape(part.shape[0], -1).sum(axis=1))


def _likeliest_ramp(family: Family, shares: Shares) -> float:
    return float(RAMPS_S[int(np.argmax(_ramp_weights(family, shares)))])


def gradual_share(family: Family, shares: Shares) -> float:
    """Return the probability that the beginning took 60 s or longer, within one reading."""
    weights = _ramp_weights(family, shares)
    sudden = weights[0] + (shares.started.sum() if family == "started" else 0.0)
    total = weights.sum() + (shares.started.sum() if family == "started" else 0.0)
    return float(1.0 - sudden / total) if total > 0 else 0.0


def size_of(
    channel: Channel, signal: Signal, shape: tuple[float, float | None, float]
) -> ChannelShift | None:
    """Return how far one channel moved inside an episode of known times.

    Generalised least squares on the channel's half-minute medians under healthy noise, with what
    pace and slope took of the change put back; the interval holds at the times given and leaves
    their own uncertainty out.

    Parameters
    ----------
    channel
        Any channel of the signal, searched or not.
    signal
        For its judged seconds.
    shape
        Onset, recovery (None: to the end) and ramp, in seconds.

    Returns
    -------
    ChannelShift | None
        In the channel's unit; None where too little of the channel is known.
    """
    medians = bin_medians(channel.deviation, signal.running)
    known = np.isfinite(medians)
    index = np.flatnonzero(known).astype(np.float64)
    if index.size < LEAST_BINS:
        return None
    judged = signal.running & np.isfinite(channel.values)
    change = left_over(share_off(*shape, signal.seconds), signal.covariates, judged)
    root = np.linalg.cholesky(covariance(index, healthy_noise((channel.quantity,))))
    design = np.linalg.solve(root, bin_means(change, judged)[known])[1:]
    seen = innovations(np.asarray(root), medians[known][:, None])[1:, 0]
    scale = max(1.4826 * float(np.median(np.abs(seen))), float(seen.std()), 1e-9)
    precision = float(design @ design) + 1.0 / _FLAT_SD**2
    size = float(design @ seen) / precision * channel.noise_sd
    reach = 1.645 * scale / np.sqrt(precision) * channel.noise_sd
    unit = "pp" if channel.unit == "pct" else channel.unit
    return ChannelShift(channel.name, unit, Span(size, float(size - reach), float(size + reach)))
