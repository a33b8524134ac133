"""What the verb `agreement` returns: the contract ``evenstride.agreement/1``, field by field."""

from dataclasses import dataclass

from evenstride.model.agreement import Standing, Verdict
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue

AGREEMENT_SCHEMA = "evenstride.agreement/1"


@dataclass(frozen=True)
class BesideView:
    """One run: felt beside measured. Seconds count from the recording's start.

    Attributes
    ----------
    files
        The files it was read from, without their folders.
    start
        Moment of second 0, ISO 8601 with its offset from UTC.
    duration_s
        From the start to the last sample.
    standing
        ``both``: felt and measured share time; ``apart``: both, but never at the same time;
        ``only felt``; ``only measured``; ``neither``; ``not said``: nothing is known of what was
        felt, and the run counts nowhere; ``not judged``: less than a minute could be judged.
    both_s, only_felt_s, only_measured_s, neither_s
        Judged seconds by who said that coordination was gone; all 0 where nothing was said or
        judged.
    felt
        What was felt, from the marks.
    measured
        What was measured, without a look at the marks.
    judged
        Where the recording could be judged.
    """

    files: tuple[str, ...]
    start: str
    duration_s: float
    standing: Standing
    both_s: float
    only_felt_s: float
    only_measured_s: float
    neither_s: float
    felt: tuple[Stretch, ...]
    measured: tuple[Stretch, ...]
    judged: tuple[Stretch, ...]


@dataclass(frozen=True)
class ChanceView:
    """Agreement beside that of marks which were moved elsewhere.

    Attributes
    ----------
    expected_share
        Share of judged seconds on which moved marks agree with what was measured.
    coefficient
        How much of the way from there to full agreement was gone: 0 as by chance, 1 always alike;
        null where moved marks always agree.
    p_value
        Share of arrangements, the true one among them, that agree as well.
    smallest_p
        The smallest that these runs could have given.
    arrangements
        How many were looked at.
    exact
        True where these are all there are; false where they were drawn at random.
    """

    expected_share: float
    coefficient: float | None
    p_value: float
    smallest_p: float
    arrangements: int
    exact: bool


@dataclass(frozen=True)
class DelayView:
    """How long after the measured moment the runner presses; negative where before it.

    It means something only where the verdict is ``beyond chance`` and there are 5 pairs or more.

    Attributes
    ----------
    typical_s
        The middle delay.
    typical_lo_s, typical_hi_s
        Bounds of its 90 % interval.
    spread_s
        Standard deviation from one press to the next.
    spread_lo_s, spread_hi_s
        Bounds of its 90 % interval.
    pairs
        Presses that likelier belong to a measured moment than not.
    marks
        Presses of this kind in the runs counted.
    """

    typical_s: float
    typical_lo_s: float
    typical_hi_s: float
    spread_s: float
    spread_lo_s: float
    spread_hi_s: float
    pairs: int
    marks: int


@dataclass(frozen=True)
class ManyRunsView:
    """How felt and measured agree over many runs. Neither is corrected by the other.

    Attributes
    ----------
    schema
        Name and version of this contract.
    runs
        Every run that could be read, by its start.
    counted
        Runs in which the runner said something and the recording could be judged.
    share
        Share of judged seconds in those on which the two agree; null where there are none.
    verdict
        ``too few`` runs to say; ``too alike`` from run to run to say; ``beyond chance``: better
        than marks of other runs; ``habit``: better than at other times of the same run, but marks
        of other runs fit as well; ``no clear link``.
    other_runs
        Beside marks moved to other runs, at the same place in each; null below two runs.
    other_times
        Beside marks moved round the judged time of their own run; null where no run counts.
    onset_delay, recovery_delay
        When it goes, and when it comes back; null where no press has a measured moment in its run.
    says
        All this in plain sentences.
    issues
        What was left out, and why.
    """

    schema: str
    runs: tuple[BesideView, ...]
    counted: int
    share: float | None
    verdict: Verdict
    other_runs: ChanceView | None
    other_times: ChanceView | None
    onset_delay: DelayView | None
    recovery_delay: DelayView | None
    says: tuple[str, ...]
    issues: tuple[Issue, ...]
