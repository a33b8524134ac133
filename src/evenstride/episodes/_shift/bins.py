"""The signal in half minutes: its level, and how unsteady it is inside them.

Half a minute is coarse enough for a watch's smoothing. The level is a median, robust to spikes;
unsteadiness is the logarithm of the root mean square change over a few seconds, which sees a leg
that wavers or misfires now and then even where the level stays. Over one second a watch that
smooths its channels shows next to nothing of a misfire.
"""

from dataclasses import dataclass

import numpy as np

from evenstride.coordination.deviation import CHANGE_OVER_S
from evenstride.coordination.expectation import expect
from evenstride.model.signal import Bools, Channel, Floats, Signal

BIN_S = 30
LEAST_SECONDS = 15
LEAST_BINS = 12
"""Six minutes of running: below it no level can be told from another."""
_NEARLY_ALL = 0.8
_STILL = 0.02
"""Changes in noise SD that count as none, so that a value held for seconds has a logarithm."""
_STUCK_SHARE = 0.2
"""Where more half minutes than that hold one value throughout, changes say nothing."""


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
        Natural logarithm of the root mean square change over `CHANGE_OVER_S` seconds, same shape; a
        column of NaN where a channel moves too rarely for its changes to say anything.
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
    """Return the logarithm of the root mean square change over 8 s, of each half minute.

    NaN where under 15 such changes of it are known.

    Examples
    --------
    >>> wavering = np.tile(np.repeat([-0.99, 0.99], 8), 15)
    >>> bin_unsteadiness(wavering, np.ones(240, dtype=bool))[1:].round(3).tolist()
    [0.683, 0.683, 0.683, 0.683, 0.683, 0.683, 0.683]
    """
    known = np.where(judged, deviation, np.nan)
    change = np.full(known.size, np.nan)
    change[CHANGE_OVER_S:] = known[CHANGE_OVER_S:] - known[:-CHANGE_OVER_S]
    return np.asarray(0.5 * np.log(bin_means(change**2, judged) + _STILL**2))


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
        np.column_stack([_unsteady(c, signal, rows) for c in channels]),
    )


def _unsteady(channel: Channel, signal: Signal, rows: Bools) -> Floats:
    """Return one channel's unsteadiness after pace, or nothing but NaN.

    Single gaps are filled with its middle. Intervals are run less evenly than what lies between
    them, and that is no loss.
    """
    found = bin_unsteadiness(channel.deviation, signal.running)[rows]
    known = np.isfinite(found)
    step = np.abs(np.diff(channel.deviation, prepend=np.nan))
    still = bin_means(step, signal.running)[rows] <= _STILL
    if not known.any() or (~known | still).mean() > _STUCK_SHARE:
        return np.full(found.size, np.nan)
    pace = bin_means(signal.speed_mps, signal.running)[rows]
    return np.where(known, found - expect(found, _bends(pace), known), 0.0)


def _bends(pace: Floats) -> Floats:
    """Return pace and its square, standardised; nothing of them where pace is hardly known."""
    known = np.isfinite(pace)
    if known.mean() < 1.0 - _STUCK_SHARE or np.ptp(pace[known]) == 0.0:
        return np.empty((pace.size, 0))
    off = np.where(known, pace - pace[known].mean(), 0.0) / pace[known].std()
    return np.column_stack([off, off**2])
