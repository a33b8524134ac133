"""What a verb returns: frozen, complete, the same for terminal, page and JSON.

`RunView` is the JSON contract ``evenstride.run/1`` field by field, in its order. `Strip` is what
the picture needs beyond it.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from evenstride.model.bouts import BoutKind, TrendKind
from evenstride.model.episode import Beginning, EpisodeKind, Side
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark
from evenstride.model.signal import Floats, Signal

SCHEMA = "evenstride.run/1"
NormalPart: TypeAlias = Literal["told", "baseline", "assumed"]


@dataclass(frozen=True)
class SourceView:
    """One device's recording in one file.

    Attributes
    ----------
    file
        The file's name, without its folder.
    sha256
        Digest of the file's bytes.
    format
        Name of the format it was read as.
    device
        Maker and product.
    channels
        Names of the channels this device gave.
    """

    file: str
    sha256: str
    format: str
    device: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class ChannelView:
    """What one channel can show in this very run, in its own unit.

    Attributes
    ----------
    name
        Stable name; see the list of channels.
    unit
        Suffix of the unit its numbers are in.
    says
        What it is, in plain words.
    median
        The run's own middle value.
    noise_sd
        Robust standard deviation from one second to the next, after pace and slope.
    smallest_change_60_s, smallest_change_300_s
        The smallest change over 1 and over 5 minutes this run could have shown; null where it is
        too short to say.
    """

    name: str
    unit: str
    says: str
    median: float
    noise_sd: float
    smallest_change_60_s: float | None
    smallest_change_300_s: float | None


@dataclass(frozen=True)
class BaselineView:
    """What the run was compared with.

    Attributes
    ----------
    kind
        ``this-run``: with the rest of itself; ``personal``: with earlier runs on the same device.
    runs
        How many runs.
    seconds
        How many seconds of running.
    """

    kind: Literal["this-run", "personal"]
    runs: int
    seconds: float


@dataclass(frozen=True)
class ShiftView:
    """How far a channel moved, in its own unit, with a 90 % interval.

    Attributes
    ----------
    name, unit
        Of the channel.
    shift
        From coordinated to not.
    lo, hi
        Bounds of the 90 % interval.
    """

    name: str
    unit: str
    shift: float
    lo: float
    hi: float


@dataclass(frozen=True)
class AgreementView:
    """Measured minus felt; null where one of the two is missing.

    Attributes
    ----------
    onset_difference_s, recovery_difference_s
        Positive where it was measured later than felt.
    """

    onset_difference_s: float | None
    recovery_difference_s: float | None


@dataclass(frozen=True)
class ReadingView:
    """One way to read a change.

    Attributes
    ----------
    onset_s
        When it began: the likeliest second; 0 where it was present from the start.
    onset_lo_s, onset_hi_s
        Bounds of the 90 % interval of the onset.
    onset_distance_m
        Where on the way it began; null where the recording has no distance.
    recovery_s
        When it came back; null where it did not before the recording ended.
    recovery_lo_s, recovery_hi_s
        Bounds of the 90 % interval of the recovery.
    recovery_distance_m
        Where on the way it came back.
    present_at_start
        True where the first judged second is already inside the episode.
    toward
        The foot ground contact moved toward; null where the channels do not say.
    foot_changed
        The foot whose own contact time changed; null unless that is shown.
    channels
        What moved, channel by channel.
    says
        The reading in one sentence.
    """

    onset_s: float
    onset_lo_s: float
    onset_hi_s: float
    onset_distance_m: float | None
    recovery_s: float | None
    recovery_lo_s: float | None
    recovery_hi_s: float | None
    recovery_distance_m: float | None
    present_at_start: bool
    toward: Side | None
    foot_changed: Side | None
    channels: tuple[ShiftView, ...]
    says: str


@dataclass(frozen=True)
class EpisodeView:
    """One measured episode, in the reading preferred, with the other beside it.

    Attributes
    ----------
    onset_s
        When it began: the likeliest second; 0 where it was present from the start.
    onset_lo_s, onset_hi_s
        Bounds of the 90 % interval of the onset.
    onset_distance_m
        Where on the way it began; null where the recording has no distance.
    recovery_s
        When it came back; null where it did not before the recording ended.
    recovery_lo_s, recovery_hi_s
        Bounds of the 90 % interval of the recovery.
    recovery_distance_m
        Where on the way it came back.
    present_at_start
        True where the first judged second is already inside the episode.
    beginning
        ``gradual`` where a ramp of 60 s or more is likelier than not, else ``sudden``.
    kind
        What changed: the level (``shift``); how unsteady it is from moment to moment, the level
        staying (``variability``); or both in short bad moments (``bursts``).
    toward
        The foot ground contact moved toward; null where the channels do not say, and where only
        unsteadiness grew.
    foot_changed
        The foot whose own contact time changed; null unless that is shown.
    probability
        That some episode is there, at even prior odds. Never the probability of a condition.
    bayes_factor
        Evidence for an episode against none.
    size_sd
        Shift of the channel that moved most, in units of its ``noise_sd``.
    channels
        What moved, channel by channel.
    other_reading
        The reading this recording alone cannot rule out; null where there is none.
    felt_agreement
        How far felt and measured lie apart; null where nothing was felt. Of several episodes in one
        felt stretch, its beginning belongs to the first and its end to the last.
    says
        The episode in one sentence.
    """

    onset_s: float
    onset_lo_s: float
    onset_hi_s: float
    onset_distance_m: float | None
    recovery_s: float | None
    recovery_lo_s: float | None
    recovery_hi_s: float | None
    recovery_distance_m: float | None
    present_at_start: bool
    beginning: Beginning
    kind: EpisodeKind
    toward: Side | None
    foot_changed: Side | None
    probability: float
    bayes_factor: float
    size_sd: float
    channels: tuple[ShiftView, ...]
    other_reading: ReadingView | None
    felt_agreement: AgreementView | None
    says: str


@dataclass(frozen=True)
class BoutLatencyView:
    """What one bout of running says of its own latency.

    Attributes
    ----------
    kind
        ``came``: inside what could be judged; ``before``: off from before the first 30 s were over;
        ``not``: not before the bout's end; ``unclear``: it is not sure which of these;
        ``unjudged``: too little of it could be judged.
    latency_s, latency_lo_s, latency_hi_s
        Seconds after the bout's start with the 90 % interval; null unless it came.
    """

    kind: BoutKind
    latency_s: float | None
    latency_lo_s: float | None
    latency_hi_s: float | None


@dataclass(frozen=True)
class LatenciesView:
    """How the latency differs from bout to bout; ``lo`` and ``hi`` bound 90 % intervals.

    Attributes
    ----------
    median_s, median_lo_s, median_hi_s
        Half of the latencies are shorter; under 30 s means "before 30 s".
    half_from_s, half_from_lo_s, half_from_hi_s, half_to_s, half_to_lo_s, half_to_hi_s
        Half of the latencies lie between these two.
    judged
        Bouts that say something of their latency.
    before_30_s, before_30_lo, before_30_hi
        In how many of these it had gone before 30 s.
    without, without_lo, without_hi
        In how many of these it had not gone before the bout's end.
    unclear
        In how many of these it is not sure whether it came; they are counted where they likeliest
        belong.
    trend
        Whether it comes ``earlier`` or ``later`` as the session goes on, or this ``cannot tell``.
    trend_per_bout, trend_lo, trend_hi
        Change of the natural logarithm of the latency from one bout to the next.
    bouts
        Every bout, in order.
    """

    median_s: float
    median_lo_s: float
    median_hi_s: float
    half_from_s: float
    half_from_lo_s: float
    half_from_hi_s: float
    half_to_s: float
    half_to_lo_s: float
    half_to_hi_s: float
    judged: int
    before_30_s: int
    before_30_lo: int
    before_30_hi: int
    without: int
    without_lo: int
    without_hi: int
    unclear: int
    trend: TrendKind
    trend_per_bout: float
    trend_lo: float
    trend_hi: float
    bouts: tuple[BoutLatencyView, ...]


@dataclass(frozen=True)
class OnsetView:
    """A change that comes again in bout after bout.

    Attributes
    ----------
    onset_s
        The likeliest second after the start of a bout.
    onset_lo_s, onset_hi_s
        Bounds of its 90 % interval.
    bouts
        How many bouts were judged before and after it.
    agreeing
        How many of them moved the same way.
    toward
        The foot ground contact moved toward; null where the channels do not say.
    p_value
        How often healthy running would show as much, everything tried counted.
    channels
        What moved, channel by channel, from before it to the end of a bout, on average; the one
        that moved most clearly first.
    latencies
        How it differs from bout to bout; null where this was not read.
    """

    onset_s: float
    onset_lo_s: float
    onset_hi_s: float
    bouts: int
    agreeing: int
    toward: Side | None
    p_value: float
    channels: tuple[ShiftView, ...]
    latencies: LatenciesView | None = None


@dataclass(frozen=True)
class BoutsView:
    """All bouts of running between stops and walk breaks, laid over each other at their start.

    Attributes
    ----------
    count
        How many there are.
    judged
        How many were long enough to take part.
    shortest_judgeable_s
        How long as many bouts would each have to last to show a change of 2 SD nine times in ten;
        null where five minutes would not be enough.
    earliest_onset_s
        The earliest onset after the start of a bout that these bouts could show so; null where
        they can show none.
    onset
        What comes again in them; null where nothing does.
    says
        The bouts in one or two sentences.
    """

    count: int
    judged: int
    shortest_judgeable_s: float | None
    earliest_onset_s: float | None
    onset: OnsetView | None
    says: str


@dataclass(frozen=True)
class RunView:
    """One run, all devices together. Seconds count from the recording's start.

    Attributes
    ----------
    schema
        Name and version of this contract.
    sources
        The recordings it was made from.
    start
        Moment of second 0, ISO 8601 with its offset from UTC.
    duration_s
        From the start to the last sample.
    distance_m
        Distance covered; null where the recording has none.
    moving_s
        Time spent running: coordinated, off and excluded seconds add up to it.
    excluded
        Moving time set aside, each stretch with its reason.
    can_name_foot
        True where this recording could show which foot changed.
    shortest_judgeable_s
        The shortest bout of running this recording can judge; null where it can judge none.
    channels
        What each channel can show in this run.
    baseline
        What the run was compared with.
    normal_part
        How the normal part was known: ``told`` by the runner, from a ``baseline``, or ``assumed``.
    marks
        What the runner felt, never mixed with what was measured.
    episodes
        What was measured, in order of time.
    coordinated_s, off_s
        Judged running outside and inside episodes.
    false_alarms_per_10h
        How often healthy running raises an alarm with these channels, as measured; null where it
        was not.
    issues
        What could not be read, or is doubtful.
    bouts
        What short bouts of running show together; null where there are fewer than six.
    """

    schema: str
    sources: tuple[SourceView, ...]
    start: str
    duration_s: float
    distance_m: float | None
    moving_s: float
    excluded: tuple[Stretch, ...]
    can_name_foot: bool
    shortest_judgeable_s: float | None
    channels: tuple[ChannelView, ...]
    baseline: BaselineView
    normal_part: NormalPart
    marks: tuple[Mark, ...]
    episodes: tuple[EpisodeView, ...]
    coordinated_s: float
    off_s: float
    false_alarms_per_10h: float | None
    issues: tuple[Issue, ...]
    bouts: BoutsView | None = None


@dataclass(frozen=True)
class FailedView:
    """A file that gave no run.

    Attributes
    ----------
    schema
        Name and version of this contract.
    issues
        Why it gave none, and what to do.
    """

    schema: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class StripLine:
    """One channel as drawn: pace and slope taken out, put back on the run's own level.

    Attributes
    ----------
    name, unit, says
        As in `ChannelView`.
    values
        One value a strip step, in the channel's unit, NaN where set aside or missing.
    band_lo, band_hi
        Between them lie nine in ten values while coordinated, in the channel's unit.
    """

    name: str
    unit: str
    says: str
    values: Floats
    band_lo: float
    band_hi: float


@dataclass(frozen=True)
class Strip:
    """The run as a strip: everything the picture draws that is not in `RunView`.

    Attributes
    ----------
    time_s
        Middle of each step, seconds since the start; steps are equally long.
    distance_m, pace_s_per_km, grade_pct
        At each step, NaN where unknown or standing.
    lines
        The channels searched, the one that says most first; before them those that show an
        unsteady leg or short bad moments, where such were found. Empty where there is none.
    stops
        Stretches without running: stops and walk breaks.
    """

    time_s: Floats
    distance_m: Floats
    pace_s_per_km: Floats
    grade_pct: Floats
    lines: tuple[StripLine, ...]
    stops: tuple[Stretch, ...]


@dataclass(frozen=True)
class Analysis:
    """What `analyze` returns for one run.

    Attributes
    ----------
    run
        The contract.
    strip
        What the picture needs beyond it.
    signal
        The run as it was searched, to learn from.
    """

    run: RunView
    strip: Strip
    signal: Signal | None = None
