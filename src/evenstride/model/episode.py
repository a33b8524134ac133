"""A stretch of a run in which coordination was lost, as measured."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Side: TypeAlias = Literal["left", "right"]
Beginning: TypeAlias = Literal["sudden", "gradual"]
EpisodeKind: TypeAlias = Literal["shift", "variability", "bursts"]


@dataclass(frozen=True)
class Span:
    """A number with the interval that holds it nine times in ten.

    Attributes
    ----------
    value
        Where the posterior is highest.
    lo, hi
        Bounds of the 90 % interval.
    """

    value: float
    lo: float
    hi: float


@dataclass(frozen=True)
class ChannelShift:
    """How far one channel moved inside an episode, in its own unit, with a 90 % interval."""

    name: str
    unit: str
    shift: Span


@dataclass(frozen=True)
class Reading:
    """One way to read a change: when coordination went and when, if ever, it came back.

    Attributes
    ----------
    onset_s
        Seconds since the recording's start; value 0 where it was present from the start.
    recovery_s
        None where it did not come back before the recording ended.
    present_at_start
        True where the first judged second is already inside the episode.
    ramp_s
        How long it likeliest took to come in full.
    shifts
        What moved, channel by channel, from coordinated to not.
    """

    onset_s: Span
    recovery_s: Span | None
    present_at_start: bool
    ramp_s: float
    shifts: tuple[ChannelShift, ...]


@dataclass(frozen=True)
class Episode:
    """A half-open stretch ``[onset, recovery)`` in which the signal left the runner's own normal.

    Attributes
    ----------
    reading
        The reading the runner's word, a baseline or the prior prefers.
    other_reading
        The one the recording alone cannot rule out, None where there is none.
    beginning
        ``gradual`` where a ramp of 60 s or more is likelier than not.
    kind
        What changed: the level, its variability, or single bad seconds.
    probability
        That some episode is there, at even prior odds. Never the probability of a condition.
    bayes_factor
        Evidence for an episode against none.
    size_sd
        Shift of the channel that moved most, in units of its ``noise_sd``.
    gradual
        Probability that it took 60 s or more to come in full.
    not_recovered
        Probability that it had not passed when the recording ended.
    """

    reading: Reading
    other_reading: Reading | None
    beginning: Beginning
    kind: EpisodeKind
    probability: float
    bayes_factor: float
    size_sd: float
    gradual: float
    not_recovered: float
