"""What an episode of given times looks like in half minutes."""

from dataclasses import dataclass

import numpy as np

from evenstride.episodes._shift.bins import BIN_S
from evenstride.model.signal import Floats


@dataclass(frozen=True)
class Shape:
    """An episode's times.

    Attributes
    ----------
    onset_s
        Seconds since the start; minus infinity where it was off before the first judged second.
    recovery_s
        Infinity where it had not come back by the end.
    ramp_s
        How long it takes to come in full; where it was off from the start, how long to clear.
    """

    onset_s: float
    recovery_s: float
    ramp_s: float = 0.0

    def share(self, index: Floats) -> Floats:
        """Return the share of a full change each bin holds, shape ``(bins,)``.

        Examples
        --------
        >>> Shape(30.0, 75.0).share(np.arange(4.0)).tolist()
        [0.0, 1.0, 0.5, 0.0]
        """
        if not np.isfinite(self.onset_s):
            return 1.0 - templates(index, np.array([self.recovery_s]), self.ramp_s)[:, 0]
        came = templates(index, np.array([self.onset_s]), self.ramp_s)[:, 0]
        if np.isfinite(self.recovery_s):
            came = came - templates(index, np.array([self.recovery_s]), 0.0)[:, 0]
        return came


def templates(index: Floats, onsets_s: Floats, ramp_s: float) -> Floats:
    """Return the share of a full shift each bin holds if it begins at each onset.

    Returns
    -------
    Shape ``(bins, onsets)``, 0 before, 1 once the ramp is over.

    Examples
    --------
    >>> templates(np.array([0.0, 1.0]), np.array([15.0]), 0.0).ravel().tolist()
    [0.5, 1.0]
    """
    begin = index[:, None] * BIN_S - onsets_s[None, :]
    return (_held(begin + BIN_S, ramp_s) - _held(begin, ramp_s)) / BIN_S


def _held(since_s: Floats, ramp_s: float) -> Floats:
    """Return the integral of a ramp from 0 to 1, `since_s` after it began."""
    since = np.maximum(since_s, 0.0)
    if ramp_s == 0:
        return since
    rising = np.minimum(since, ramp_s)
    return rising**2 / (2.0 * ramp_s) + np.maximum(since - ramp_s, 0.0)
