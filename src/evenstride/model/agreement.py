"""What a runner felt and what was measured, over many runs: how well the two agree."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from evenstride.model.episode import Span
from evenstride.model.intervals import Stretch
from evenstride.model.marks import LapMeaning, Mark, felt_stretches

Standing: TypeAlias = Literal[
    "both", "apart", "only felt", "only measured", "neither", "not said", "not judged"
]
Verdict: TypeAlias = Literal["too few", "too alike", "beyond chance", "habit", "no clear link"]


@dataclass(frozen=True)
class Measured:
    """One measured stretch ``[onset, recovery)``: of an episode, what agreement needs.

    Attributes
    ----------
    onset_s
        Seconds since the recording's start, with its 90 % interval.
    recovery_s
        None where it did not come back before the recording ended.
    present_at_start
        True where it was there from the first judged second: its onset was not seen.
    probability
        That some episode is there.
    """

    onset_s: Span
    recovery_s: Span | None
    present_at_start: bool = False
    probability: float = 1.0

    def until(self, end_s: float) -> Stretch:
        """Return the stretch at its likeliest times; without a recovery it lasts to `end_s`.

        Examples
        --------
        >>> Measured(Span(120.0, 90.0, 150.0), None).until(600.0)
        Stretch(from_s=120.0, to_s=600.0, reason='')
        """
        last_s = end_s if self.recovery_s is None else self.recovery_s.value
        return Stretch(self.onset_s.value, last_s)


@dataclass(frozen=True)
class FeltAndMeasured:
    """One run: what was felt in it beside what was measured, neither knowing of the other.

    Attributes
    ----------
    name
        What the runner calls it.
    seconds
        Its length.
    judged
        Where the recording could be judged. Only there can the two agree or differ.
    marks
        What the runner marked. None: nothing was said, so nothing is known of what was felt.
        Empty: the runner said that it was fine.
    measured
        What was measured without a look at the marks.
    """

    name: str
    seconds: float
    judged: tuple[Stretch, ...]
    marks: tuple[Mark, ...] | None
    measured: tuple[Measured, ...]

    @property
    def felt(self) -> tuple[Stretch, ...]:
        """Stretches felt to be gone; a plain mark makes none."""
        return felt_stretches(self.marks or (), self.seconds)

    @property
    def seen(self) -> tuple[Stretch, ...]:
        """Stretches measured to be gone."""
        return tuple(one.until(self.seconds) for one in self.measured)


@dataclass(frozen=True)
class Chance:
    """Agreement beside that of marks which belong elsewhere.

    Attributes
    ----------
    expected_share
        Share of judged seconds on which felt and measured agree when the marks are moved.
    coefficient
        How much of the way from there to full agreement was gone: 0 as by chance, 1 always alike,
        negative where they agree less than moved marks do. None where moved marks always agree.
    p_value
        Share of arrangements, the true one among them, that agree as well.
    smallest_p
        The smallest that these runs could have given.
    arrangements
        How many were looked at.
    exact
        True where these are all there are; False where they were drawn at random.
    """

    expected_share: float
    coefficient: float | None
    p_value: float
    smallest_p: float
    arrangements: int
    exact: bool


@dataclass(frozen=True)
class Delay:
    """How long after the measured moment the runner marks it; negative where before.

    Attributes
    ----------
    typical_s
        The middle delay, with its 90 % interval.
    spread_s
        Standard deviation from one mark to the next, what the measurement does not know of its
        own moment taken out.
    pairs
        Marks that likelier belong to a measured moment than not.
    marks
        Marks of this kind in the runs judged, those far from anything measured among them.
    """

    typical_s: Span
    spread_s: Span
    pairs: int
    marks: int


@dataclass(frozen=True)
class Beside:
    """One run: judged seconds by who said that coordination was gone.

    Attributes
    ----------
    name
        Of the run.
    standing
        ``both``: felt and measured share time; ``apart``: both, but never at the same time;
        ``only felt``, ``only measured``, ``neither``; ``not said``: without a word of the runner;
        ``not judged``: less than a minute of the recording could be judged.
    both_s, only_felt_s, only_measured_s, neither_s
        Judged seconds; all 0 where nothing was said or judged.
    """

    name: str
    standing: Standing
    both_s: float = 0.0
    only_felt_s: float = 0.0
    only_measured_s: float = 0.0
    neither_s: float = 0.0


@dataclass(frozen=True)
class Agreement:
    """How felt and measured agree over many runs. It corrects neither.

    Attributes
    ----------
    runs
        Every run given, in that order.
    counted
        Runs in which the runner said something and the recording could be judged.
    share
        Share of judged seconds in those on which the two agree; None where there are none.
    verdict
        ``too few`` runs to say; ``too alike`` from run to run to say; ``beyond chance``: better
        than marks of other runs; ``habit``: better than at other times of the same run, but marks
        of other runs fit as well; ``no clear link``.
    other_runs
        Beside marks moved to other runs; None below two runs.
    other_times
        Beside marks moved to other times of the same run; None where no run counts.
    onset, recovery
        The runner's delay when it goes and when it comes back; None where no mark has a measured
        moment in its run.
    """

    runs: tuple[Beside, ...]
    counted: int
    share: float | None
    verdict: Verdict
    other_runs: Chance | None
    other_times: Chance | None
    onset: Delay | None
    recovery: Delay | None


@dataclass(frozen=True)
class WordOnRuns:
    """What the runner told about many runs at once.

    Attributes
    ----------
    laps
        What presses of the lap button meant, over and over: ``gone, back`` fits two presses and
        four, not three. Empty where nothing was said.
    of_file
        The same for single files, one meaning for each press.
    fine
        Files of runs in which nothing was felt; a press in them meant nothing.
    """

    laps: tuple[LapMeaning, ...] = ()
    of_file: tuple[tuple[str, tuple[LapMeaning, ...]], ...] = ()
    fine: tuple[str, ...] = ()
