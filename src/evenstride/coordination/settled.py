"""A signal with a found episode taken into account, and what it can then show."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evenstride.coordination.clock import moving_mean
from evenstride.coordination.expectation import winsorised_sd
from evenstride.model.episode import Reading
from evenstride.model.signal import Bools, Channel, Floats, Signal

_TWO_MEASUREMENTS = 1.96 * np.sqrt(2.0)
_LEAST_WIDTHS = 5
"""Fewer stretches than these cannot tell how much they differ by themselves."""
_WIDTHS_S = (15, 30, 60, 90, 120, 180, 240, 300, 420, 600)
TOLD_APART_SD = 2.0
"""A shift of twice a channel's one-second noise is what a bout must be long enough to show."""


def share_off(onset_s: float, recovery_s: float | None, ramp_s: float, seconds: int) -> Floats:
    """Return how far inside an episode each second is, 0 to 1, shape ``(seconds,)``.

    Examples
    --------
    >>> share_off(1.0, 4.0, 2.0, 5).tolist()
    [0.0, 0.25, 0.75, 1.0, 0.0]
    """
    middle_s = np.arange(seconds) + 0.5
    share = np.clip((middle_s - onset_s) / max(ramp_s, 1e-9), 0.0, 1.0)
    return share if recovery_s is None else np.where(middle_s >= recovery_s, 0.0, share)


def settled(signal: Signal, readings: Sequence[Reading]) -> Signal:
    """Return the signal with the shifts of `readings` counted as expected, and its noise anew.

    Without this an episode would count as the runner's own noise.
    """
    if not readings:
        return signal
    moved: dict[str, Floats] = {}
    for reading in readings:
        recovery_s = None if reading.recovery_s is None else reading.recovery_s.value
        share = share_off(reading.onset_s.value, recovery_s, reading.ramp_s, signal.seconds)
        for shift in reading.shifts:
            moved[shift.name] = moved.get(shift.name, 0.0) + shift.shift.value * share
    channels = [
        replace(channel, expected=channel.expected + moved.get(channel.name, 0.0))
        for channel in signal.channels
    ]
    return replace(
        signal,
        channels=tuple(
            replace(c, noise_sd=max(winsorised_sd((c.values - c.expected)[signal.running]), 1e-9))
            for c in channels
        ),
    )


def block_sd(rest: Floats, judged: Bools, width_s: int) -> float | None:
    """Return the SD of means over `width_s` seconds of judged time, in the unit of `rest`.

    Blocks overlap by four fifths. None where there are fewer than five blocks' worth of them.

    Examples
    --------
    >>> block_sd(np.tile([-1.0, 1.0], 300), np.ones(600, dtype=bool), 60)
    0.0
    """
    known = judged & np.isfinite(rest)
    means = moving_mean(np.where(known, rest, np.nan), width_s)
    full = moving_mean(known.astype(np.float64), width_s) >= 0.8
    if full.sum() < _LEAST_WIDTHS * width_s:
        return None
    return float(means[full][:: max(width_s // 5, 1)].std())


def smallest_change(channel: Channel, signal: Signal, width_s: int) -> float | None:
    """Return the smallest change between two stretches of `width_s` that is not noise.

    1.96 times the square root of 2 times the standard error, as defined by Weir 2005
    (10.1519/15184.1); the standard error is the SD of means over that width in this very run.

    Returns
    -------
    float | None
        In the channel's unit; None where the run is too short to know.
    """
    sd = block_sd(channel.values - channel.expected, signal.running, width_s)
    return None if sd is None else float(_TWO_MEASUREMENTS * sd)


def shortest_stretch_s(signal: Signal) -> float | None:
    """Return the shortest stretch in which a shift of 2 SD in some searched channel would show.

    Returns
    -------
    float | None
        Seconds of judged running; None where no width tried is enough.
    """
    for width_s in _WIDTHS_S:
        for channel in signal.searched:
            change = smallest_change(channel, signal, width_s)
            if change is not None and change <= TOLD_APART_SD * channel.noise_sd:
                return float(width_s)
    return None
