"""What is normal for one runner on one device, and the little of each run it is learnt from."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

TERMS = (
    "pace",
    "pace squared",
    "pace in 10 s",
    "pace 10 s ago",
    "pace 30 s ago",
    "slope",
    "slope either way",
    "slope 15 s ago",
    "slope times pace",
    "warming up",
    "tiring",
)
"""What a channel is explained by: pace in m/s above 3, slope in %, and two shares of time since
running began: ``exp(-t / 4 min)`` and ``1 - exp(-t / 1 h)``."""

SLOPE_TERMS = slice(5, 9)
"""Those that a run without a known slope does not have."""


@dataclass(frozen=True)
class Moments:
    """One channel's second-by-second values in one run, spikes cut, as few numbers.

    Attributes
    ----------
    quantity, unit
        What it is, and the suffix of its unit.
    mean, variance
        Of its values.
    noise_sd
        One-second noise after pace and slope.
    along
        Covariance with each of `TERMS`.
    """

    quantity: str
    unit: str
    mean: float
    variance: float
    noise_sd: float
    along: tuple[float, ...]


@dataclass(frozen=True)
class RunSummary:
    """All that learning what is normal takes from one run of one device.

    Attributes
    ----------
    run
        Id of the run.
    start
        When it began.
    device
        Who measured it.
    seconds
        How many judged seconds are in it, those found or told off left out.
    slope_known
        False where the recording has no slope; its terms are then 0.
    pace_mps, slope_pct
        Between which 96 % of its seconds lie.
    terms
        Mean of each of `TERMS`.
    within
        Their covariance inside the run, upper triangle row by row.
    channels
        One a quantity.
    """

    run: str
    start: datetime
    device: str
    seconds: int
    slope_known: bool
    pace_mps: tuple[float, float]
    slope_pct: tuple[float, float]
    terms: tuple[float, ...]
    within: tuple[float, ...]
    channels: tuple[Moments, ...]


@dataclass(frozen=True)
class Usual:
    """One quantity of a runner's healthy running on one device.

    Attributes
    ----------
    quantity
        What is measured, such as ``"contact_balance_left"``.
    unit
        Suffix of `evenstride.model.units.UNITS`.
    mean
        Where run means lie, their median; at `Effects.about` where effects are known.
    between_run_sd
        Robust SD from run to run: 1.4826 times the median absolute deviation.
    runs
        How many runs these two rest on.
    noise_sd
        One-second noise of the runs, their median; NaN where it is not known.
    response
        Change for one unit of each of `TERMS`; empty where pace and slope were not known or the
        runs are too few.
    gain_sd
        By what share the answer to pace, and to slope, differs from day to day; empty where
        `response` is.
    """

    quantity: str
    unit: str
    mean: float
    between_run_sd: float
    runs: int
    noise_sd: float = float("nan")
    response: tuple[float, ...] = ()
    gain_sd: tuple[float, ...] = ()


@dataclass(frozen=True)
class Normal:
    """What is normal for one runner on one device; a new strap or watch is a new device.

    Attributes
    ----------
    device
        Whose values these are.
    usual
        One a quantity.
    runs, hours
        How many runs it was learnt from, and how much judged running was in them.
    since
        Start of the first of them; None where dates are not known.
    valid
        First moment for which it stands, and the first for which it no longer does; None: for all.
    about
        Values of `TERMS` at which `Usual.mean` is told; empty where no response is known.
    pace_mps, slope_pct
        Between which it has seen the runner run; beyond, it lets nothing expect.
    """

    device: str
    usual: tuple[Usual, ...]
    runs: int = 0
    hours: float = 0.0
    since: datetime | None = None
    valid: tuple[datetime, datetime] | None = None
    about: tuple[float, ...] = ()
    pace_mps: tuple[float, float] = (0.0, float("inf"))
    slope_pct: tuple[float, float] = (float("-inf"), float("inf"))

    def of(self, quantity: str) -> Usual | None:
        """Return what is usual for a quantity, None where it is not known."""
        return next((usual for usual in self.usual if usual.quantity == quantity), None)

    @property
    def digest(self) -> str:
        """SHA-256 of all that is in it, in hex; the same runs in any order give the same.

        Examples
        --------
        >>> Normal("strap", ()).digest == Normal("strap", ()).digest
        True
        >>> Normal("strap", ()).digest == Normal("strap (2)", ()).digest
        False
        """
        return hashlib.sha256(repr(self).encode()).hexdigest()


def in_force(normals: tuple[Normal, ...], start: datetime) -> tuple[Normal, ...]:
    """Return what was normal when a run began: one a device.

    A run before the first or after the last for which anything stands takes the nearest.

    Examples
    --------
    >>> [normal.device for normal in in_force((Normal("strap", ()),), datetime(2024, 5, 1))]
    ['strap']
    """
    nearest: dict[str, tuple[float, Normal]] = {}
    for normal in normals:
        away = _away_s(normal, start)
        if normal.device not in nearest or away < nearest[normal.device][0]:
            nearest[normal.device] = (away, normal)
    return tuple(normal for _, normal in nearest.values())


def _away_s(normal: Normal, start: datetime) -> float:
    if normal.valid is None:
        return 0.0
    begins, ends = normal.valid
    before, after = (begins - start).total_seconds(), (start - ends).total_seconds()
    return max(before, after, 0.0)
