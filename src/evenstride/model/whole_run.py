"""A whole run beside the runner's own usual."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenstride.model.episode import Side, Span


@dataclass(frozen=True)
class RunMeans:
    """Means over one whole run.

    Attributes
    ----------
    device
        Who measured it.
    values
        Mean by quantity, in the quantity's unit.
    at_like_pace
        True where what pace, slope and time do was taken out, so that what follows pace counts too.
    """

    device: str
    values: Mapping[str, float]
    at_like_pace: bool = False


@dataclass(frozen=True)
class ChannelBeside:
    """One quantity of a whole run beside the runner's usual.

    Attributes
    ----------
    quantity, unit
        What it is.
    mean
        Of this run.
    usual
        The usual mean, and where nine in ten healthy runs lie.
    chance
        How often a healthy run of this runner lies at least this far off, on either side.
    bayes_factor
        Evidence for a run that is off against a usual day.
    counted
        False for what follows pace: it is told, but decides nothing.
    """

    quantity: str
    unit: str
    mean: float
    usual: Span
    chance: float
    bayes_factor: float
    counted: bool


@dataclass(frozen=True)
class WholeRun:
    """Whether a run as a whole lies off the runner's own usual.

    Attributes
    ----------
    judged
        False where the baseline cannot carry a judgement; `reason` says why.
    off
        True where it lies further off than one healthy run in a hundred.
    probability
        That the run is off, at even prior odds; NaN where not judged. Never the probability of a
        condition.
    bayes_factor
        Evidence for that; NaN where not judged.
    toward
        Foot toward which ground contact moved, where the run is off.
    channels
        Each quantity, the furthest off first.
    reason
        Why it was not judged; empty where it was.
    """

    judged: bool
    off: bool
    probability: float
    bayes_factor: float
    toward: Side | None
    channels: tuple[ChannelBeside, ...]
    reason: str = ""
