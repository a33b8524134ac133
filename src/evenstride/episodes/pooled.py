"""Short beginnings: what happens in every bout of running some time after it has begun.

One bout of a minute or two says little: its first half minute is a restart's artefact, and the
watch smooths. Bouts laid over each other at their start say more. Each bout gives a contrast, its
level after some lag minus its level before; across bouts the contrasts are a plain sample, and
what happens by chance in one bout does not come again in the next. How long it takes differs from
bout to bout; how much, each bout's own latency, and the bouts in which it did not come, are told
from what all bouts have in common.
"""

from dataclasses import dataclass

import numpy as np

from evenstride.coordination.bouts import AlignedBouts, align_bouts
from evenstride.episodes._pooled.contrast import ARRIVES_S, ONSETS_S, Contrasts, contrasts
from evenstride.episodes._pooled.latencies import Fitted, latencies
from evenstride.episodes._pooled.limits import allowed, earliest_onset_s, shortest_bout_s
from evenstride.episodes._pooled.pooling import LEAST_BOUTS, Pooled, pool
from evenstride.episodes._pooled.student import critical, two_sided
from evenstride.episodes._pooled.varied import Varied, varied
from evenstride.model.bouts import PooledBouts, PooledOnset
from evenstride.model.episode import ChannelShift, Span
from evenstride.model.signal import Channel, Floats, Signal
from evenstride.plugins import BoutPool

_TAIL = 0.05
_NINE_TENTHS = 1.645


def pool_bouts(signal: Signal) -> PooledBouts | None:
    """Pool the bouts of a run.

    A change that comes at the same time in every bout is searched for first, then one whose
    latency differs from bout to bout.

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
    strongest = _strongest(aligned, pooled, allowed(running_h))
    return PooledBouts(
        count=count,
        judged=int(np.isfinite(found.size[0]).any(axis=(1, 2)).sum()),
        shortest_s=shortest_bout_s(count, pooled),
        earliest_s=earliest_onset_s(pooled, running_h),
        onset=None if strongest is None else _onset(signal, aligned, found, strongest),
    )


@dataclass(frozen=True)
class _Strongest:
    """What is reported: which channel, at which onset, how likely by chance.

    `when` is None where the latencies differ too much to speak of one onset; `size` in noise SD.
    """

    channel: int
    onset: int
    size: float
    p_value: float
    when: Span | None


def _strongest(aligned: AlignedBouts, pooled: Pooled, allowed_p: float) -> _Strongest | None:
    """Return what the bouts share beyond chance, None where nothing is."""
    if not pooled.trials:
        return None
    t = pooled.t
    channel, onset = (int(k) for k in np.unravel_index(int(np.nanargmax(np.abs(t))), t.shape))
    chance = pooled.trials * two_sided(
        float(t[channel, onset]), int(pooled.freedom[channel, onset])
    )
    other = varied(aligned.values, aligned.lag_s)
    if min(chance, other.p_value) > allowed_p:
        return None
    if chance > allowed_p or (other.p_value <= allowed_p and _differs(other, channel, t, onset)):
        return _Strongest(other.channel, onset, other.size, other.p_value, None)
    size = float(pooled.size[:, channel, onset].mean())
    when = _when(t[channel], pooled.freedom[channel])
    return _Strongest(channel, onset, size, min(chance, 1.0), when)


def _differs(other: Varied, channel: int, t: Floats, onset: int) -> bool:
    """Return whether the two searches found different things: another channel, another way."""
    return other.channel != channel or other.size * t[channel, onset] < 0.0


def _onset(signal: Signal, aligned: AlignedBouts, found: Contrasts, one: _Strongest) -> PooledOnset:
    """Return the onset that is reported, with the latencies of all bouts."""
    order = [one.channel, *(k for k in range(len(aligned.channels)) if k != one.channel)]
    lengths_s = np.array([bout.seconds for bout in signal.bouts])
    fitted = latencies(aligned.values[:, order], aligned.lag_s, lengths_s, one.size)
    leading, onset = aligned.channels[one.channel], one.onset
    if one.when is None:
        told = np.isfinite(found.size[0, :, one.channel]).sum(axis=0) >= LEAST_BOUTS
        away = np.where(told, np.abs(ONSETS_S - fitted.spread.median_s.value), np.inf)
        onset = int(np.argmin(away))
    shifts = _shifts(signal, leading, onset)
    if one.when is None:
        shifts = (_fitted(leading, fitted), *shifts[1:])
    sizes = found.size[0, :, one.channel, onset]
    sizes = sizes[np.isfinite(sizes)]
    return PooledOnset(
        onset_s=one.when or fitted.spread.median_s,
        bouts=sizes.size,
        agreeing=int((np.sign(sizes) == np.sign(one.size)).sum()),
        shifts=shifts,
        p_value=one.p_value,
        latencies=fitted.spread,
    )


def _fitted(channel: Channel, fitted: Fitted) -> ChannelShift:
    """Return how far the leading channel moved, each bout at its own latency."""
    reach = _NINE_TENTHS * fitted.error
    bounds = np.array([fitted.size, fitted.size - reach, fitted.size + reach]) * channel.noise_sd
    return ChannelShift(channel.name, _unit(channel), Span(*(float(b) for b in bounds)))


def _unit(channel: Channel) -> str:
    return "pp" if channel.unit == "pct" else channel.unit


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
            shifts.append(
                ChannelShift(channel.name, _unit(channel), Span(*(float(b) for b in bounds)))
            )
    return tuple(shifts)


bout_pool = BoutPool(
    name="pooled",
    says="a change that comes again in every bout of running, some time after its start",
    pool=pool_bouts,
)
