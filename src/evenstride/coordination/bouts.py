"""Bouts of running laid over each other at their start."""

from dataclasses import dataclass

import numpy as np

from evenstride.coordination.running import AFTER_RESTART_S
from evenstride.model.signal import Channel, Floats, Signal

LAG_STEP_S = 10
"""As long as a watch smooths: nothing shorter can be told apart."""
LAST_LAG_S = 300
"""Short beginnings lie in the first minutes; what comes later needs no pooling."""
LEAST_KNOWN_S = 5


@dataclass(frozen=True)
class AlignedBouts:
    """The signal of every bout by the time since that bout began.

    Attributes
    ----------
    channels
        In the order of the columns.
    lag_s
        Middle of each lag bin, seconds after a bout's start, shape ``(lags,)``.
    values
        Mean deviation in units of the channel's ``noise_sd``, shape ``(bouts, channels, lags)``,
        NaN where under 5 of its 10 seconds were judged.
    """

    channels: tuple[Channel, ...]
    lag_s: Floats
    values: Floats


def lags_s(until_s: float = LAST_LAG_S) -> Floats:
    """Return the middles of the lag bins a bout of judged running up to `until_s` fills.

    Examples
    --------
    >>> lags_s(75.0).tolist()
    [35.0, 45.0, 55.0, 65.0, 75.0]
    """
    begins = np.arange(AFTER_RESTART_S, LAST_LAG_S, LAG_STEP_S, dtype=np.float64)
    return begins[until_s - begins >= LEAST_KNOWN_S] + LAG_STEP_S / 2


def align_bouts(signal: Signal, channels: tuple[Channel, ...]) -> AlignedBouts:
    """Lay the bouts of a run over each other at their start.

    The first 30 s of each bout and the last 15 s before a stop stay set aside, so a bout of 60 s
    gives 15 s.
    """
    table = np.full((len(signal.bouts), len(channels), lags_s().size), np.nan)
    for column, channel in enumerate(channels):
        judged = np.where(signal.running, channel.deviation, np.nan)
        for row, bout in enumerate(signal.bouts):
            table[row, column] = _by_lag(judged[int(bout.from_s) : int(bout.to_s)])
    return AlignedBouts(channels, lags_s(), table)


def _by_lag(bout: Floats) -> Floats:
    inside = bout[AFTER_RESTART_S:LAST_LAG_S]
    padded = np.full(LAST_LAG_S - AFTER_RESTART_S, np.nan)
    padded[: inside.size] = inside
    table = padded.reshape(-1, LAG_STEP_S)
    known = np.isfinite(table)
    count = known.sum(axis=1)
    mean = np.full(count.size, np.nan)
    np.divide(
        np.where(known, table, 0.0).sum(axis=1), count, out=mean, where=count >= LEAST_KNOWN_S
    )
    return mean
