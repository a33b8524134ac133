"""What bouts like these could show at all: the shortest bout, the earliest onset."""

import numpy as np

from evenstride.coordination.bouts import lags_s
from evenstride.coordination.running import BEFORE_STOP_S
from evenstride.coordination.settled import TOLD_APART_SD
from evenstride.episodes._pooled.contrast import ONSETS_S, weights
from evenstride.episodes._pooled.pooling import LEAST_BOUTS, PRIOR_FREEDOM, Pooled, trials
from evenstride.episodes._pooled.student import critical
from evenstride.model.signal import Floats

ALARMS_PER_H = 0.01
"""The pooled search's share of the 0.05 false alarms an hour that all searches have together."""
LENGTHS_S = np.arange(60.0, 301.0, 15.0)
_NINE_IN_TEN = 1.28


def allowed(running_h: float) -> float:
    """Return the p-value a run of that many hours of running may report, at most 1 %.

    Examples
    --------
    >>> allowed(0.5), allowed(4.0)
    (0.005, 0.01)
    """
    return min(ALARMS_PER_H * running_h, ALARMS_PER_H)


def earliest_onset_s(pooled: Pooled, running_h: float) -> float | None:
    """Return the earliest onset at which these bouts would show 2 SD nine times in ten."""
    tried = np.isfinite(pooled.t)
    p = allowed(running_h) / max(pooled.trials, 1)
    for column in np.flatnonzero(tried.any(axis=0)):
        for row in np.flatnonzero(tried[:, column]):
            need = critical(p, int(pooled.freedom[row, column])) + _NINE_IN_TEN
            if need * pooled.error[:, row, column].max() <= TOLD_APART_SD:
                return float(ONSETS_S[column])
    return None


def shortest_bout_s(count: int, pooled: Pooled) -> float | None:
    """Return how long bouts must last for `count` of them to show 2 SD at some onset so.

    Lengths are tried in steps of 15 s; the noise is that of the quietest channel, the memory that
    of healthy running.
    """
    noise = _quietest(pooled)
    for length_s in LENGTHS_S:
        error = noise * np.sqrt(_variance(float(length_s)) / count)
        tried = pooled.bouts.shape[0] * trials(np.isfinite(error))
        if not tried or count < LEAST_BOUTS:
            continue
        p = allowed(count * float(length_s) / 3600.0) / tried
        need = critical(p, PRIOR_FREEDOM + count - 1) + _NINE_IN_TEN
        if need * np.nanmin(error) <= TOLD_APART_SD:
            return float(length_s)
    return None


def _quietest(pooled: Pooled) -> float:
    """Return the SD of the quietest channel's contrasts, 1 where no bout gives one."""
    known = np.isfinite(pooled.size).any(axis=(0, 2))
    if not known.any():
        return 1.0
    return float(np.sqrt(np.nanmedian(pooled.variance[:, known], axis=(0, 2)).min()))


def _variance(length_s: float) -> Floats:
    """Return the variance of a bout's contrasts at each onset, the worse of the two shapes."""
    return np.asarray(weights(lags_s(length_s - BEFORE_STOP_S)).variance.max(axis=0))
