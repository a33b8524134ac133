"""Half-minute medians of the signal: coarse enough for a watch's smoothing, robust to spikes."""

from dataclasses import dataclass

import numpy as np

from evenstride.model.signal import Bools, Channel, Floats, Signal

BIN_S = 30
LEAST_SECONDS = 15
LEAST_BINS = 12
"""Six minutes of running: below it no level can be told from another."""
_NEARLY_ALL = 0.8


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
    """

    channels: tuple[Channel, ...]
    index: Floats
    values: Floats

    @property
    def enough(self) -> bool:
        """True where there is anything to search."""
        return bool(self.channels) and self.index.size >= LEAST_BINS


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
        return Bins((), np.empty(0), np.empty((0, 0)))
    table = np.column_stack([columns[k] for k in kept])
    rows = np.isfinite(table).all(axis=1)
    return Bins(
        tuple(signal.searched[k] for k in kept), np.flatnonzero(rows).astype(float), table[rows]
    )
