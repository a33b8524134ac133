"""Short beginnings: what happens in every bout of running some time after it has begun.

One bout of a minute or two says little: its first half minute is a restart's artefact, and the
watch smooths. Bouts laid over each other at their start say more. Each bout gives a contrast, its
level after some lag minus its level before; across bouts the contrasts are a plain sample, and
what happens by chance in one bout does not come again in the next.
"""

import numpy as np

from evenstride.coordination.bouts import align_bouts
from evenstride.episodes._pooled.contrast import ARRIVES_S, ONSETS_S, Contrasts, contrasts
from evenstride.episodes._pooled.limits import allowed, earliest_onset_s, shortest_bout_s
from evenstride.episodes._pooled.pooling import LEAST_BOUTS, Pooled, pool
from evenstride.episodes._pooled.student import critical, two_sided
from evenstride.model.bouts import PooledBouts, PooledOnset
from evenstride.model.episode import ChannelShift, Span
from evenstride.model.signal import Channel, Floats, Signal
from evenstride.plugins import BoutPool

_TAIL = 0.05


def pool_bouts(signal: Signal) -> PooledBouts | None:
    """Pool the bouts of a run.

    Returns
    -------
    PooledBouts | None
        None where there are fewer than six bouts, or no channel to search.
    """
    count = len(signal.bouts)
    if count < LEAST_BOUTS or not signal.searched:
        return None
    aligned = align_bouts(signal, signal.searched)
    found = contrasts(aligned.values, aligned.lag_s)
    pooled = pool(found)
    running_h = sum(bout.seconds for bout in signal.bouts) / 3600.0
    onset = _onset(signal, found, pooled) if pooled.trials else None
    return PooledBouts(
        count=count,
        judged=int(np.isfinite(found.size[0]).any(axis=(1, 2)).sum()),
        shortest_s=shortest_bout_s(count, pooled),
        earliest_s=earliest_onset_s(pooled, running_h),
        onset=onset if onset is not None and onset.p_value <= allowed(running_h) else None,
    )


def _onset(signal: Signal, found: Contrasts, pooled: Pooled) -> PooledOnset:
    """Return the strongest onset, whatever it is worth, with Bonferroni's bound on its chance."""
    t = pooled.t
    channel, onset = np.unravel_index(int(np.nanargmax(np.abs(t))), t.shape)
    sizes = found.size[0, :, channel, onset]
    way = np.sign(t[channel, onset])
    chance = two_sided(float(t[channel, onset]), int(pooled.freedom[channel, onset]))
    return PooledOnset(
        onset_s=_when(t[channel], pooled.freedom[channel]),
        bouts=int(pooled.bouts[channel, onset]),
        agreeing=int((np.sign(sizes[np.isfinite(sizes)]) == way).sum()),
        shifts=_shifts(signal, signal.searched[int(channel)], int(onset)),
        p_value=min(pooled.trials * chance, 1.0),
    )


def _when(t: Floats, freedom: Floats) -> Span:
    """Return the onset from the profile likelihood of Student's t, all onsets equally likely.

    The interval is wider by half the time in which a watch shows a change: how long this very watch
    takes is not known.
    """
    known = np.isfinite(t)
    onsets = ONSETS_S[known]
    unsure_s = 0.5 * (ONSETS_S[1] - ONSETS_S[0] + ARRIVES_S)
    log = 0.5 * (freedom[known] + 1.0) * np.log1p(t[known] ** 2 / freedom[known])
    share = np.cumsum(np.exp(log - log.max()))
    share /= share[-1]
    lo = onsets[int(np.searchsorted(share, _TAIL))] - unsure_s
    hi = onsets[min(int(np.searchsorted(share, 1.0 - _TAIL)), onsets.size - 1)] + unsure_s
    return Span(float(onsets[int(np.argmax(log))]), float(lo), float(hi))


def _shifts(signal: Signal, leading: Channel, onset: int) -> tuple[ChannelShift, ...]:
    """Return how far every channel moved at that onset, the leading one first."""
    order = tuple(sorted(signal.channels, key=lambda channel: channel.name != leading.name))
    aligned = align_bouts(signal, order)
    pooled = pool(contrasts(aligned.values, aligned.lag_s))
    shifts = []
    for k, channel in enumerate(order):
        size, error = pooled.size[0, k, onset], pooled.error[0, k, onset]
        if np.isfinite(size):
            reach = critical(2.0 * _TAIL, int(pooled.freedom[k, onset])) * error
            bounds = np.array([size, size - reach, size + reach]) * channel.noise_sd
            unit = "pp" if channel.unit == "pct" else channel.unit
            shifts.append(ChannelShift(channel.name, unit, Span(*(float(b) for b in bounds))))
    return tuple(shifts)


bout_pool = BoutPool(
    name="pooled",
    says="a change that comes again in every bout of running, some time after its start",
    pool=pool_bouts,
)
