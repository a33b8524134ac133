"""How far a channel moved inside an episode whose times are known only so well."""

from collections import Counter

import numpy as np

from evenstride.coordination.expectation import left_over
from evenstride.coordination.settled import share_off
from evenstride.episodes._shift.aspects import level_noise
from evenstride.episodes._shift.bins import BIN_S, LEAST_BINS, bin_means, bin_medians
from evenstride.episodes._shift.noise import (
    LEVEL_SD,
    UNSTEADINESS,
    HealthyNoise,
    covariance,
    factors,
    innovations,
)
from evenstride.episodes._shift.shapes import Shape
from evenstride.model.episode import ChannelShift, Span
from evenstride.model.signal import Channel, Floats, Signal

_FLAT_SD = 10.0
_PASSES = 3


def size_of(
    channel: Channel, signal: Signal, possible: tuple[Shape, ...], others: tuple[Shape, ...] = ()
) -> ChannelShift | None:
    """Return how far one channel moved inside an episode.

    Generalised least squares on the channel's half-minute medians under healthy noise, once for
    each shape the episode may have; the interval holds the spread between the shapes too. Spikes
    are cut from what is left once the change is taken out, so that the change is not cut with them.

    Parameters
    ----------
    channel
        Any channel of the signal, searched or not.
    signal
        For its judged seconds, and for pace and slope, which may have taken a share of the change.
    possible
        Equally likely shapes of the episode.
    others
        Other episodes of the run, whose own sizes are left open.

    Returns
    -------
    ChannelShift | None
        In the channel's unit; None where too little of the channel is known.
    """
    medians = bin_medians(channel.deviation, signal.running)
    known = np.isfinite(medians)
    index = np.flatnonzero(known).astype(np.float64)
    if index.size < LEAST_BINS:
        return None
    spread = covariance(index, _noise_of(channel))
    for other in _seen(others, channel, signal)[known].T:
        spread = spread + LEVEL_SD**2 * np.outer(other, other)
    often = Counter(possible)
    shares = _seen(tuple(often), channel, signal)[known]
    weight = np.array(list(often.values())) / len(possible)
    size, variance = _sizes(medians[known], spread, shares)
    middle = float(weight @ size)
    reach = 1.645 * float(np.sqrt(weight @ (variance + (size - middle) ** 2)))
    span = Span(*(channel.noise_sd * bound for bound in (middle, middle - reach, middle + reach)))
    unit = "pp" if channel.unit == "pct" else channel.unit
    return ChannelShift(channel.name, unit, span)


def _seen(shapes: tuple[Shape, ...], channel: Channel, signal: Signal) -> Floats:
    """Return the shares of shapes that pace and slope leave, by half minute, one column a shape.

    They leave all of it where the expectation is the runner's own normal: it was not fitted here.
    """
    rest = [_share(shape, signal.seconds) for shape in shapes]
    if not rest:
        return np.empty((signal.seconds // BIN_S, 0))
    judged = np.asarray(signal.running & np.isfinite(channel.values))
    if channel.level_sd is None:
        rest = list(left_over(np.column_stack(rest), signal.covariates, judged).T)
    return np.nan_to_num(np.column_stack([bin_means(column, judged) for column in rest]))


def _share(shape: Shape, seconds: int) -> Floats:
    if not np.isfinite(shape.onset_s):
        return 1.0 - share_off(shape.recovery_s, None, shape.ramp_s, seconds)
    recovery_s = shape.recovery_s if np.isfinite(shape.recovery_s) else None
    return share_off(shape.onset_s, recovery_s, shape.ramp_s, seconds)


def _noise_of(channel: Channel) -> HealthyNoise:
    if channel.quantity.endswith("_variability"):
        return UNSTEADINESS
    return level_noise((channel,))


def _sizes(values: Floats, spread: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Return the size of each shape in the unit of `values`, and its variance."""
    root, inverse = factors(spread)
    design = (inverse @ shares)[1:]
    precision = (design**2).sum(axis=0) + 1.0 / _FLAT_SD**2
    size = np.zeros(shares.shape[1])
    left = design
    for _ in range(_PASSES):
        left = innovations(root, inverse, values[:, None] - size * shares)[1:]
        size = (design * (left + size * design)).sum(axis=0) / precision
    robust = 1.4826 * np.median(np.abs(left), axis=0)
    scale = np.maximum(np.maximum(robust, left.std(axis=0)), 1e-9)
    return size, scale**2 / precision
