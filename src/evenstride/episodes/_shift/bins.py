"""The signal in half minutes: its level, and how unsteady it is inside them.

Half a minute is coarse enough for a watch's smoothing. The level is a median, robust to spikes;
unsteadiness is the logarithm of the mean step from one second to the next, which sees a leg that
wavers or misfires now and then even where the level stays.
"""

from dataclasses import dataclass

import numpy as np

from evenstride.model.signal import Bools, Channel, Floats, Signal

BIN_S = 30
LEAST_SECONDS = 15
LEAST_BINS = 12
"""Six minutes of running: below it no level can be told from another."""
_NEARLY_ALL = 0.8
_STILL = 0.02
"""Steps in noise SD that count as none, so that a value held for seconds has a logarithm."""
_STUCK_SHARE = 0.2
"""Where more half minutes than that hold one value throughout, steps say nothing."""


@dataclass(frozen=True)
class Bins:
    """The signal in bins of `BIN_S` seconds, those with too few values left out.

    Attributes
    ----------
    channels
        Which channels, in order of the columns.
    index
        Number of each bin on the run's clock; bin ``k`` covers ``[30 k, 30 k + 30)`` seconds.
    values
        Median deviation in units of the channel's ``noise_sd``, shape ``(bins, channels)``.
    unsteadiness
        Natural logarithm of the mean step between seconds, same shape; a column of NaN where a
        channel moves too rarely for its steps to say anything.
    """

    channels: tuple[Channel, ...]
    index: Floats
    values: Floats
    unsteadiness: Floats

    @property
    def enough(self) -> bool:
        """True where there is anything to search."""
        return bool(self.channels) and self.index.size >= LEAST_BINS

    @property
    def minutes(self) -> float:
        """How much running there is to judge."""
        return self.index.size * BIN_S / 60.0


def bin_medians(deviation: Floats, judged: Bools) -> Floats:
    """Return the median of each half minute, NaN where under 15 s of it are known.

    Examples
    --------
    >>> medians = bin_medians(np.arange(60.0), np.arange(60) < 40)
    >>> medians.tolist()
    [14.5, nan]
    """
    table, known = _by_bin(deviation, judged)
    medians = np.full(known.size, np.nan)
    if known.any():
        medians[known] = np.nanmedian(table[known], axis=1)
    return medians


def bin_means(values: Floats, judged: Bools) -> Floats:
    """Return the mean of each half minute, NaN where under 15 s of it are known."""
    table, known = _by_bin(values, judged)
    means = np.full(known.size, np.nan)
    if known.any():
        means[known] = np.nanmean(table[known], axis=1)
    return means


def bin_unsteadiness(deviation: Floats, judged: Bools) -> Floats:
    """Return the logarithm of the mean step between seconds of each half minute.

    NaN where under 15 steps of it are known.

    Examples
    --------
    >>> wavering = np.tile([-0.99, 0.99], 15)
    >>> bin_unsteadiness(wavering, np.ones(30, dtype=bool)).round(3).tolist()
    [0.693]
    """
    step = np.abs(np.diff(deviation, prepend=np.nan))
    return np.asarray(np.log(bin_means(step, judged & np.roll(judged, 1)) + _STILL))


def _by_bin(values: Floats, judged: Bools) -> tuple[Floats, Bools]:
    count = judged.size // BIN_S
    table = np.where(judged, values, np.nan)[: count * BIN_S].reshape(count, BIN_S)
    return table, np.isfinite(table).sum(axis=1) >= LEAST_SECONDS


def bin_signal(signal: Signal) -> Bins:
    """Bin the channels that may be searched.

    A channel known in clearly fewer bins than the best one is left out, so that a strap that lost
    contact does not take the other channels' time with it.
    """
    columns = [bin_medians(c.deviation, signal.running) for c in signal.searched]
    known = [int(np.isfinite(column).sum()) for column in columns]
    best = max(known, default=0)
    kept = [k for k, count in enumerate(known) if count and count >= _NEARLY_ALL * best]
    if not kept:
        nothing = np.empty((0, 0))
        return Bins((), np.empty(0), nothing, nothing)
    table = np.column_stack([columns[k] for k in kept])
    rows = np.asarray(np.isfinite(table).all(axis=1))
    channels = tuple(signal.searched[k] for k in kept)
    return Bins(
        channels,
        np.flatnonzero(rows).astype(float),
        table[rows],
        np.column_stack([_unsteady(c, signal.running, rows) for c in channels]),
    )


def _unsteady(channel: Channel, judged: Bools, rows: Bools) -> Floats:
    """Return one channel's unsteadiness, single gaps filled with its middle, or nothing but NaN."""
    found = bin_unsteadiness(channel.deviation, judged)[rows]
    known = np.isfinite(found)
    still = found <= np.log(2.0 * _STILL)
    if not known.any() or (~known | still).mean() > _STUCK_SHARE:
        return np.full(found.size, np.nan)
    return np.where(known, found, np.median(found[known]))
