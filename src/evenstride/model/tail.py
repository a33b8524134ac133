"""How far healthy running goes by itself: what an alarm has to pass."""

import math
from dataclasses import dataclass

LEAST_LOG_BF = math.log(2.0)
"""Less than two to one for an episode is no alarm, however quiet healthy running is."""


@dataclass(frozen=True)
class Tail:
    """The healthy tail of the search's statistic for one set of channels.

    Attributes
    ----------
    channels
        Quantities searched together, sorted.
    minutes
        Judged lengths the tail was drawn at, rising.
    thresholds
        Log Bayes factor that healthy runs of that length pass at the budgeted rate.
    false_alarms_per_10h
        Rate measured on other healthy runs at these thresholds.
    """

    channels: tuple[str, ...]
    minutes: tuple[float, ...]
    thresholds: tuple[float, ...]
    false_alarms_per_10h: float

    def threshold(self, minutes: float) -> float:
        """Return what a run of that judged length must pass.

        Between the drawn lengths it is interpolated over the logarithm of length; outside them the
        nearest is taken. Never below `LEAST_LOG_BF`.

        Examples
        --------
        >>> round(Tail(("cadence",), (30.0, 120.0), (3.0, 1.0), 0.4).threshold(60.0), 6)
        2.0
        """
        return max(self._drawn(minutes), LEAST_LOG_BF)

    def _drawn(self, minutes: float) -> float:
        logs = [math.log(m) for m in self.minutes]
        at = min(max(math.log(max(minutes, 1e-9)), logs[0]), logs[-1])
        for k in range(len(logs) - 1):
            if at <= logs[k + 1]:
                share = (at - logs[k]) / (logs[k + 1] - logs[k])
                return self.thresholds[k] + share * (self.thresholds[k + 1] - self.thresholds[k])
        return self.thresholds[-1]


@dataclass(frozen=True)
class Tails:
    """The healthy tails of every set of channels that was measured."""

    tails: tuple[Tail, ...]

    def of(self, channels: tuple[str, ...]) -> tuple[Tail, bool]:
        """Return the tail for a set of quantities, and whether that very set was measured.

        For a set never measured the strictest tail is taken, so that nothing is alarmed lightly.
        """
        wanted = tuple(sorted(channels))
        for tail in self.tails:
            if tail.channels == wanted:
                return tail, True
        return max(self.tails, key=lambda tail: tail.threshold(60.0)), False
