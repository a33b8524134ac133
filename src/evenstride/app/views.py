"""What a verb returns: frozen, complete, the same for terminal, page and JSON.

`RunView` is the JSON contract ``evenstride.run/1`` field by field, in its order. `Strip` is what
the picture needs beyond it.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from evenstride.model.episode import Beginning, EpisodeKind, Side
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark
from evenstride.model.signal import Floats

SCHEMA = "evenstride.run/1"
NormalPart: TypeAlias = Literal["told", "baseline", "assumed"]


@dataclass(frozen=True)
class SourceView:
    """One device's recording in one file."""

    file: str
    sha256: str
    format: str
    device: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class ChannelView:
    """What one channel can show in this very run, in its own unit."""

    name: str
    unit: str
    says: str
    median: float
    noise_sd: float
    smallest_change_60_s: float | None
    smallest_change_300_s: float | None


@dataclass(frozen=True)
class BaselineView:
    """What the run was compared with."""

    kind: Literal["this-run", "personal"]
    runs: int
    seconds: float


@dataclass(frozen=True)
class ShiftView:
    """How far a channel moved, in its own unit, with a 90 % interval."""

    name: str
    unit: str
    shift: float
    lo: float
    hi: float


@dataclass(frozen=True)
class AgreementView:
    """Measured minus felt, in seconds; None where one of the two is missing."""

    onset_difference_s: float | None
    recovery_difference_s: float | None


@dataclass(frozen=True)
class ReadingView:
    """One way to read a change; every lo and hi bounds a 90 % interval."""

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
    """One measured episode, in the reading preferred, with the other beside it."""

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
class RunView:
    """One run, all devices together."""

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


@dataclass(frozen=True)
class FailedView:
    """A file that gave no run: its issues say why and what to do."""

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
        The channels searched, the one that says most first; empty where there is none.
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
    """What `analyze` returns for one run."""

    run: RunView
    strip: Strip
