"""Whether anything comes in the bouts at all, though not at the same time in each."""

from dataclasses import dataclass, replace

import numpy as np

from evenstride.episodes._pooled.courses import Courses, courses
from evenstride.episodes._pooled.moved import (
    SIZE_SD,
    Shared,
    any_level,
    begin,
    fit,
    log_likelihood,
    log_prior,
    size_error,
    without,
)
from evenstride.episodes._pooled.population import expected, normal, plausible, shares, weigh
from evenstride.model.signal import Floats

SEARCHED_S = 210.0
"""Later lags of long bouts tell of slow noise more than of a beginning."""
_FIRST_SIZE = 1.2
_QUIETER = 0.8
_MOST = 4.0
"""No bout adds more than this to the log evidence: what one bout does is not what bouts do."""
_TRUST = 0.5
"""Power of the evidence (Grünwald and van Ommen 2017, 10.1214/17-BA1085): noise is never quite as
modelled. docs/science/bouts.md has what it costs."""


@dataclass(frozen=True)
class Varied:
    """The strongest channel.

    Attributes
    ----------
    channel
        Its column.
    size
        How far it moves, noise SD.
    p_value
        One over the tempered evidence, times the channels tried: evidence is as large as that by
        chance no more often (Vovk and Wang 2021, 10.1214/20-AOS2020).
    """

    channel: int
    size: float
    p_value: float


def varied(values: Floats, lag_s: Floats) -> Varied:
    """Weigh a step whose latency differs from bout to bout against none, channel by channel.

    A bout's level is free, and all bouts may share an artefact and a trend, with a step or without.
    Evidence for a step the other way, which noise gives as readily, is taken off.

    Parameters
    ----------
    values
        Shape ``(bouts, channels, lags)``, NaN where not judged.
    lag_s
        Middles of the lag bins, seconds.
    """
    early = np.where(lag_s <= SEARCHED_S, values, np.nan)
    found = [_channel(early[:, [k]], lag_s) for k in range(values.shape[1])]
    best = int(np.argmax([log for log, _ in found]))
    log, size = found[best]
    return Varied(best, size, float(min(len(found) * np.exp(-_TRUST * log), 1.0)))


def _channel(values: Floats, lag_s: Floats) -> tuple[float, float]:
    """Return the log evidence of one channel and the size it is for."""
    seen = any_level(courses(values, lag_s))
    none = without(seen, begin(np.zeros(1), levels=False))
    up, down = (_way(seen, none, way) for way in (1.0, -1.0))
    more, less = (up, down) if up[0] >= down[0] else (down, up)
    return more[0] - max(less[0], 0.0), more[1]


def _way(seen: Courses, none: Shared, way: float) -> tuple[float, float]:
    """Return the log evidence for a step up or down, and its size."""
    shared = replace(none, size=np.array([way * _FIRST_SIZE]), loud=_QUIETER * none.loud)
    beforehand = plausible()
    beforehand -= np.logaddexp.reduce(beforehand, axis=None)
    prior = expected(normal(beforehand), shares())
    for rounds in (5, 4):
        shared = fit(seen, shared, prior, rounds)
        told = log_likelihood(seen, shared)
        grid = weigh(told, beforehand, shares())
        prior = expected(normal(grid.log), shares())
    base = log_likelihood(seen, none)[:, -1]
    gain = np.log(np.maximum(np.exp(told - base[:, None]) @ prior, 1e-300))
    width = float(np.log(size_error(seen, shared, prior)[0] / SIZE_SD))
    log = float(np.logaddexp.reduce(grid.log, axis=None) - base.sum()) + width
    log += log_prior(shared) - log_prior(none)
    return log - float(np.maximum(gain - _MOST, 0.0).sum()), float(shared.size[0])
