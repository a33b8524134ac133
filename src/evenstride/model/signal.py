"""A run as deviation from the runner's own expectation, second by second."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenstride.model.intervals import Stretch

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Channel:
    """One quantity followed through the run.

    Attributes
    ----------
    name
        Stable name, such as ``"contact_balance_left"``; a second device's channel carries the
        device in front, such as ``"stryd.contact_time"``.
    quantity
        What is measured, whoever measured it, such as ``"contact_time"``.
    unit
        Suffix of `evenstride.model.units.UNITS`.
    says
        What it is, in plain words.
    device
        Who measured it.
    searched
        True where the detector may use it; the others only tell what moved.
    values
        One value a second as measured, shape ``(seconds,)``, NaN where there was none.
    expected
        What pace and slope let expect there, same shape and unit.
    noise_sd
        Standard deviation of ``values - expected`` over the judged seconds, spikes cut at 4 robust
        SD, in the channel's unit.
    level_sd
        Where `expected` is the runner's own normal: how far a healthy day's level lies from it, in
        the channel's unit. None where it was made from this very run, whose level tells nothing.
    """

    name: str
    quantity: str
    unit: str
    says: str
    device: str
    searched: bool
    values: Floats
    expected: Floats
    noise_sd: float
    level_sd: float | None = None

    @property
    def deviation(self) -> Floats:
        """``(values - expected) / noise_sd``: the signal, in units of its own noise."""
        return (self.values - self.expected) / self.noise_sd


@dataclass(frozen=True)
class Signal:
    """A run, ready to be searched for a change.

    Attributes
    ----------
    channels
        The quantities this run offers; all arrays share one clock of whole seconds.
    running
        True where the runner was running and nothing was set aside, shape ``(seconds,)``.
    covariates
        Pace and slope as used for the expectation, shape ``(seconds, n)``, standardised.
    excluded
        Moving time that was set aside, with reasons.
    moving_s
        Seconds of running and walking.
    bouts
        Stretches of running between stops and walk breaks.
    distance_m
        Distance at each second, NaN where unknown.
    speed_mps, grade_pct
        For the picture.
    """

    channels: tuple[Channel, ...]
    running: Bools
    covariates: Floats
    excluded: tuple[Stretch, ...]
    moving_s: float
    bouts: tuple[Stretch, ...]
    distance_m: Floats
    speed_mps: Floats
    grade_pct: Floats

    @property
    def searched(self) -> tuple[Channel, ...]:
        """The channels a detector may use."""
        return tuple(channel for channel in self.channels if channel.searched)

    @property
    def seconds(self) -> int:
        """Length of the run's clock."""
        return int(self.running.size)
