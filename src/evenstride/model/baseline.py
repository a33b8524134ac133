"""What is usual for one runner on one device, over whole runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenstride.model.episode import Side, Span


@dataclass(frozen=True)
class Usual:
    """One quantity's run means on healthy days.

    Attributes
    ----------
    quantity
        What is measured, such as ``"contact_balance_left"``.
    unit
        Suffix of `evenstride.model.units.UNITS`.
    mean
        Where run means lie, their median.
    between_run_sd
        Robust SD from run to run: 1.4826 times the median absolute deviation.
    runs
        How many runs that rests on.
    """

    quantity: str
    unit: str
    mean: float
    between_run_sd: float
    runs: int


@dataclass(frozen=True)
class Baseline:
    """One runner's usual on one device; a new strap or watch is a new device.

    Attributes
    ----------
    device
        Whose values these are, as in `RunMeans.device`.
    usual
        One a quantity.
    """

    device: str
    usual: tuple[Usual, ...]

    def of(self, quantity: str) -> Usual | None:
        """Return what is usual for a quantity, None where it is not known."""
        return next((usual for usual in self.usual if usual.quantity == quantity), None)


@dataclass(frozen=True)
class RunMeans:
    """Means over one whole run.

    Attributes
    ----------
    device
        Who measured it.
    values
        Mean by quantity, in the quantity's unit.
    """

    device: str
    values: Mapping[str, float]


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
