"""What the archive's verbs return: frozen, complete, the same for terminal, picture and JSON."""

from dataclasses import dataclass

from evenstride.app.views import RunView
from evenstride.model.archive import Fate, LabelKind, LabelSource
from evenstride.model.issue import Issue
from evenstride.model.marks import LapMeaning

RUNS_SCHEMA = "evenstride.runs/1"
SHOWN_SCHEMA = "evenstride.show/1"
LABELLED_SCHEMA = "evenstride.label/1"
LABELLED_RUNS_SCHEMA = "evenstride.labels/1"
ATTACHED_SCHEMA = "evenstride.attach/1"
DEVICES_SCHEMA = "evenstride.devices/1"
TREND_SCHEMA = "evenstride.trend/1"
IMPORTED_SCHEMA = "evenstride.import/1"
KEPT_SCHEMA = "evenstride.kept/1"
DOCTOR_SCHEMA = "evenstride.doctor/1"


@dataclass(frozen=True)
class EventView:
    """When it went and came back, by one witness; several episodes are told by their first.

    Attributes
    ----------
    gone_s, gone_m
        Seconds and metres after the start at which it went; null where only the return is known,
        or the way is not.
    back_s, back_m
        The same of its return; null where it did not come back before the recording ended.
    gone_lo_s, gone_hi_s, back_lo_s, back_hi_s
        Bounds of the 90 % intervals; null for what was felt.
    at_start
        True where it was there from the start.
    """

    gone_s: float | None
    gone_m: float | None
    back_s: float | None
    back_m: float | None
    gone_lo_s: float | None
    gone_hi_s: float | None
    back_lo_s: float | None
    back_hi_s: float | None
    at_start: bool


@dataclass(frozen=True)
class LabelView:
    """What the runner said of a run, after it.

    Attributes
    ----------
    kind
        ``fine``, ``off-throughout`` or ``marks``.
    gone_s, back_s
        Seconds since the run's start; empty but for ``marks``.
    made
        When it was said, ISO 8601.
    source
        ``told`` to the program, or ``noted``: offered from a title or a note.
    laps
        What each lap press meant, in order; empty where nothing was said of them.
    words
        The words it was read from, where it is offered; else empty.
    """

    kind: LabelKind
    gone_s: tuple[float, ...]
    back_s: tuple[float, ...]
    made: str
    source: LabelSource
    laps: tuple[LapMeaning, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class RunLineView:
    """One run of the list.

    Attributes
    ----------
    run
        Its id, as every command takes it.
    start
        Moment of second 0, ISO 8601 with its offset from UTC.
    title
        What it was called where it came from; empty where nothing came along.
    device
        Its first device, numbered where another took over its name.
    sources
        How many recordings there are of it.
    duration_s, distance_m, moving_s
        As in `analyze`; null where not known.
    analysed
        False where it has been imported but not yet looked at.
    coordinated_s, off_s
        Judged running outside and inside episodes; null where not analysed.
    episodes
        How many were measured; null where not analysed.
    measured
        What the watch saw; null where it saw nothing.
    felt
        What the runner felt; null where nothing was said.
    label
        What the runner said of the whole run: ``fine``, ``off-throughout`` or ``marks``; null
        where nothing was said.
    off_throughout
        Measured as off from start to end, beside the personal baseline; null where that could not
        be asked.
    untold_presses
        Lap presses whose meaning was not told; null where not analysed.
    offer
        What its title or note offers; null where nothing, or where something was said.
    """

    run: str
    start: str
    title: str
    device: str
    sources: int
    duration_s: float
    distance_m: float | None
    moving_s: float | None
    analysed: bool
    coordinated_s: float | None
    off_s: float | None
    episodes: int | None
    measured: EventView | None
    felt: EventView | None
    label: LabelKind | None
    off_throughout: bool | None
    untold_presses: int | None
    offer: LabelView | None


@dataclass(frozen=True)
class RunsView:
    """The runs of the archive that were asked for, in order of time.

    Attributes
    ----------
    schema
        Name and version of this contract.
    in_archive
        How many runs the archive holds.
    waiting
        How many of them have not been analysed yet.
    runs
        Those asked for.
    """

    schema: str
    in_archive: int
    waiting: int
    runs: tuple[RunLineView, ...]


@dataclass(frozen=True)
class ClipView:
    """A film or photo kept with a run. Nothing is computed from it.

    Attributes
    ----------
    sha256
        Digest of its bytes.
    name
        The file's name as the runner had it.
    taken
        When it was taken, ISO 8601; null where not known.
    at_s
        Seconds after the run's start; null where not known.
    view
        From where it was taken; empty where not said.
    note
        What the runner wrote with it.
    """

    sha256: str
    name: str
    taken: str | None
    at_s: float | None
    view: str
    note: str


@dataclass(frozen=True)
class ShownView:
    """One run of the archive, in full.

    Attributes
    ----------
    schema
        Name and version of this contract.
    run
        Its id.
    title, note
        What came along with it; empty where nothing did.
    labels
        What the runner said of it, in force.
    offer
        What its title or note offers, and is not in force; null where nothing, or where something
        was said.
    clips
        Films and photos kept with it.
    view
        As `analyze --json` prints it, beside the personal baseline where there is one.
    """

    schema: str
    run: str
    title: str
    note: str
    labels: tuple[LabelView, ...]
    offer: LabelView | None
    clips: tuple[ClipView, ...]
    view: RunView


@dataclass(frozen=True)
class LabelledView:
    """What is now said of a run.

    Attributes
    ----------
    schema
        Name and version of this contract.
    run
        Its id.
    start
        Its start, ISO 8601.
    labels
        In force now; empty where nothing is said.
    offer
        What its title or note offers, and is not in force; null where nothing, or where something
        was said.
    """

    schema: str
    run: str
    start: str
    labels: tuple[LabelView, ...]
    offer: LabelView | None


@dataclass(frozen=True)
class LabelledRunsView:
    """What is now said of several runs.

    Attributes
    ----------
    schema
        Name and version of this contract.
    runs
        Those of which it was said, in order of time.
    left_out
        Those of which it could not be said, and why.
    """

    schema: str
    runs: tuple[LabelledView, ...]
    left_out: tuple[Issue, ...]


@dataclass(frozen=True)
class AttachedView:
    """A film or photo that is now kept.

    Attributes
    ----------
    schema
        Name and version of this contract.
    run
        The run it is kept with.
    start
        The run's start, ISO 8601.
    clip
        As kept.
    issues
        What is doubtful, such as a clip taken outside the run.
    """

    schema: str
    run: str
    start: str
    clip: ClipView
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class DeviceView:
    """One device that recorded runs.

    Attributes
    ----------
    name
        As runs name it; numbered where another took over its name.
    first, last
        Days of its first and last run, ISO 8601.
    runs
        How many it recorded.
    with_balance
        How many of those hold the left-right share of ground contact.
    flipped
        True where it takes left for right, as the runner said.
    """

    name: str
    first: str
    last: str
    runs: int
    with_balance: int
    flipped: bool


@dataclass(frozen=True)
class DevicesView:
    """All devices of the archive.

    Attributes
    ----------
    schema
        Name and version of this contract.
    devices
        In the order of their first run.
    """

    schema: str
    devices: tuple[DeviceView, ...]


@dataclass(frozen=True)
class BalanceView:
    """A run's mean balance beside what is usual; in per cent on the left foot.

    Attributes
    ----------
    mean_pct
        Mean over the running of the left foot's share of ground contact time.
    usual_pct
        What is usual for this runner on this device, at this run's pace and slope; null where
        nothing is known yet.
    lo_pct, hi_pct
        Nine in ten usual runs lie between these two.
    """

    mean_pct: float
    usual_pct: float | None
    lo_pct: float | None
    hi_pct: float | None


@dataclass(frozen=True)
class TrendRunView:
    """One run in the trend.

    Attributes
    ----------
    run
        Its id.
    start
        Its start, ISO 8601.
    device
        As `runs` names it.
    duration_s, distance_m
        How long and how far; beyond that nothing is known of it.
    judged_s, share
        Running that could be judged, and which part of it was coordinated, 0 to 1; null where none
        could be judged.
    measured, felt
        When it went and came back, by each witness; null where nothing was seen, or said.
    off_throughout
        Measured as off from start to end, beside the personal baseline; null where that could not
        be asked.
    label
        What the runner said of the whole run; null where nothing was said.
    balance
        Its mean balance; null where the recording has none.
    """

    run: str
    start: str
    device: str
    duration_s: float
    distance_m: float | None
    judged_s: float
    share: float | None
    measured: EventView | None
    felt: EventView | None
    off_throughout: bool | None
    label: LabelKind | None
    balance: BalanceView | None


@dataclass(frozen=True)
class SpanView:
    """A stretch of the calendar.

    Attributes
    ----------
    first, last
        Its first and last day, ISO 8601.
    """

    first: str
    last: str


@dataclass(frozen=True)
class YearView:
    """One year's runs. What had not come back when a recording ended is counted as lasting longer.

    Attributes
    ----------
    year
        Of the calendar.
    runs, judged
        How many there are, and in how many any running could be judged.
    off
        In how many a change was measured, those off from start to end counted in.
    felt
        In how many the runner said that it went.
    latency_s
        Seconds after the start at which it went, the middle one of the runs in which it did; null
        where it never did.
    cleared, not_cleared
        In how many of the runs with a measured change it came back, and in how many it had not
        when the recording ended.
    recovery_m, recovery_s
        How much farther and longer until half of them had come back; null where fewer than half
        did, or the way is not known.
    share
        Coordinated part of all judged running, 0 to 1; null where none could be judged.
    """

    year: int
    runs: int
    judged: int
    off: int
    felt: int
    latency_s: float | None
    cleared: int
    not_cleared: int
    recovery_m: float | None
    recovery_s: float | None
    share: float | None


@dataclass(frozen=True)
class TrendView:
    """Years of running at a glance.

    Attributes
    ----------
    schema
        Name and version of this contract.
    waiting
        How many runs have not been analysed yet, and are not in here.
    devices
        In the order of their first run.
    gaps
        Where no run is kept for four weeks or longer.
    years
        Each year in sum.
    runs
        Every analysed run, in order of time.
    """

    schema: str
    waiting: int
    devices: tuple[DeviceView, ...]
    gaps: tuple[SpanView, ...]
    years: tuple[YearView, ...]
    runs: tuple[TrendRunView, ...]


@dataclass(frozen=True)
class OutcomeView:
    """What became of one input.

    Attributes
    ----------
    name
        The way in, such as ``export.zip > activities/12.fit.gz``.
    fate
        ``imported``, ``already here``, ``enriched`` (more than was there: both are kept, as one
        run), ``skipped`` or ``failed``.
    kind
        Its format, or what it is where skipped; else empty.
    run
        The run it belongs to; null where it belongs to none.
    issues
        Why, and what to do.
    """

    name: str
    fate: Fate
    kind: str
    run: str | None
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class ImportedView:
    """What became of everything that was given to `import`.

    Attributes
    ----------
    schema
        Name and version of this contract.
    inputs
        How many there were.
    imported, already_here, enriched, skipped, failed
        How many of them ended so; together they are all.
    in_archive
        How many runs the archive now holds.
    offers
        Of how many of them a title or note offers what was felt, and nothing was said yet.
    outcomes
        Each input.
    """

    schema: str
    inputs: int
    imported: int
    already_here: int
    enriched: int
    skipped: int
    failed: int
    in_archive: int
    offers: int
    outcomes: tuple[OutcomeView, ...]


@dataclass(frozen=True)
class KeptView:
    """What export, backup, restore, forget or split did.

    Attributes
    ----------
    schema
        Name and version of this contract.
    done
        In one sentence.
    path
        Where it was written; null where nothing was.
    runs
        How many runs it holds, or were touched.
    also
        What else to know, a sentence each: such as the backups that still hold what is forgotten.
    """

    schema: str
    done: str
    path: str | None
    runs: int
    also: tuple[str, ...]


@dataclass(frozen=True)
class CheckView:
    """One thing `doctor` looked at.

    Attributes
    ----------
    name
        What it is.
    found
        How it stands.
    """

    name: str
    found: str


@dataclass(frozen=True)
class DoctorView:
    """The state of the archive and of what evenstride stands on.

    Attributes
    ----------
    schema
        Name and version of this contract.
    checks
        What was looked at, and how it stands.
    issues
        What is wrong, with its remedy; empty where all is well.
    """

    schema: str
    checks: tuple[CheckView, ...]
    issues: tuple[Issue, ...]
