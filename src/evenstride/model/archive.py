"""What the archive holds: runs with their recordings, labels and clips, and each file's fate."""

import hashlib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.model.marks import LapMeaning

Fate: TypeAlias = Literal["imported", "already here", "enriched", "skipped", "failed"]
LabelKind: TypeAlias = Literal["fine", "off-throughout", "marks"]
LabelSource: TypeAlias = Literal["told", "noted"]
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Outcome:
    """What became of one input.

    Attributes
    ----------
    name
        The way in, for people, such as ``"export.zip > activities/12.fit.gz"``.
    fate
        ``imported``; ``already here``; ``enriched``: more than we had, both kept as one run;
        ``skipped``: no run; ``failed``: the issues say why.
    kind
        Name of the format where imported, what it is where skipped (``"sleep"``, ``"cycling"``,
        ``"no samples"`` ...), else empty.
    run
        The run it belongs to, None where it belongs to none.
    issues
        What was met on the way.
    """

    name: str
    fate: Fate
    kind: str = ""
    run: str | None = None
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class FiledRecording:
    """One recording in the archive: what is known of it without reading it again.

    Attributes
    ----------
    sha256
        Digest of the original it was read from.
    part
        Which recording of that original, from 0.
    format
        Name of the reader that read it.
    device, serial, sport
        As the device says; empty where it says nothing.
    start
        Time-zone-aware moment of second 0.
    duration_s
        Seconds from the start to the last sample.
    distance_m
        Metres covered, None where not recorded.
    """

    sha256: str
    part: int
    format: str
    device: str
    serial: str
    sport: str
    start: datetime
    duration_s: float
    distance_m: float | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be told from another recording, or placed in time."""
        if not _SHA256.fullmatch(self.sha256) or self.part < 0:
            raise EvenstrideError(
                "A filed recording has no digest of its original.", "Give 64 hexadecimal digits."
            )
        if self.start.tzinfo is None:
            raise EvenstrideError(
                "A filed recording's start has no time zone.", "Give an aware datetime."
            )
        if not all(math.isfinite(n) and n >= 0 for n in (self.duration_s, self.distance_m or 0.0)):
            raise EvenstrideError(
                "A filed recording's duration or distance is no number from 0 up.",
                "Give a distance of None where it is not known.",
            )

    @property
    def key(self) -> tuple[str, int]:
        """What tells this recording from every other."""
        return (self.sha256, self.part)


@dataclass(frozen=True)
class FiledRun:
    """One run in the archive.

    Attributes
    ----------
    run
        Its id: 8 hexadecimal digits, more where two runs would share them.
    start
        Time-zone-aware moment at which its earliest recording began. Seconds of labels and clips
        count from here.
    title, note
        What came along with the recordings, empty where nothing did.
    recordings
        At least one; the earliest first.
    """

    run: str
    start: datetime
    title: str
    note: str
    recordings: tuple[FiledRecording, ...]

    @property
    def device(self) -> str:
        """The device of the first recording that names one; empty where none does."""
        return next((one.device for one in self.recordings if one.device), "")

    @property
    def duration_s(self) -> float:
        """Seconds from the run's start to the last sample of any recording."""
        return max((r.start - self.start).total_seconds() + r.duration_s for r in self.recordings)

    @property
    def distance_m(self) -> float | None:
        """Metres covered, by the first recording that knows; None where none does."""
        return next((r.distance_m for r in self.recordings if r.distance_m is not None), None)


@dataclass(frozen=True)
class Label:
    """What the runner said about a run, after it.

    Attributes
    ----------
    run
        The run's id.
    kind
        ``fine``; ``off-throughout``: lost from start to end; ``marks``: lost and back at moments.
    gone_s, back_s
        As recalled, seconds since the run's start; empty but for ``marks``.
    made
        When it was said.
    source
        ``told``: said to the program; ``noted``: offered from a title or a note.
    undone
        When it was taken back, None where it was not.
    laps
        What each lap press of the run meant, in order; empty where nothing was said of them, and
        but for ``marks``.
    words
        The words it was read from, where it was offered; else empty.
    """

    run: str
    kind: LabelKind
    gone_s: tuple[float, ...]
    back_s: tuple[float, ...]
    made: datetime
    source: LabelSource = "told"
    undone: datetime | None = None
    laps: tuple[LapMeaning, ...] = ()
    words: str = ""

    def __post_init__(self) -> None:
        """Refuse moments that are none."""
        if self.made.tzinfo is None or not all(map(math.isfinite, self.gone_s + self.back_s)):
            raise EvenstrideError(
                "A label holds a moment that is none.", "Give aware datetimes and finite seconds."
            )


@dataclass(frozen=True)
class Clip:
    """A film or photo kept with a run, byte for byte.

    Attributes
    ----------
    sha256
        Digest of the original.
    run
        The run's id.
    name
        The file's name as the runner had it.
    taken
        When it was taken, None where not known.
    at_s
        Seconds since the run's start, None where not known.
    view
        From where it was taken, such as ``"rear"``; empty where not said.
    note
        What the runner wrote with it.
    """

    sha256: str
    run: str
    name: str
    taken: datetime | None = None
    at_s: float | None = None
    view: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse moments that are none."""
        naive = self.taken is not None and self.taken.tzinfo is None
        if naive or not math.isfinite(self.at_s or 0.0):
            raise EvenstrideError(
                "A clip holds a moment that is none.", "Give aware datetimes and finite seconds."
            )


@dataclass(frozen=True)
class DeviceSplit:
    """From a day on, the same name is another device: a new strap, a new watch of the same make.

    Attributes
    ----------
    device
        The name both carry.
    begins
        The first day of the new one.
    """

    device: str
    begins: date


@dataclass(frozen=True)
class KnownBackup:
    """A backup that was made of the archive.

    Attributes
    ----------
    file
        Where it was written.
    made
        When.
    sha256
        Digest of the file's bytes.
    """

    file: str
    made: datetime
    sha256: str


def open_offer(labels: Iterable[Label]) -> Label | None:
    """Return what a run's title or note offers, None where nothing or where the runner has spoken.

    Parameters
    ----------
    labels
        In force.

    Examples
    --------
    >>> day = datetime.fromisoformat("2024-05-01T07:30+00:00")
    >>> noted = Label("9f3a12bc", "marks", (120.0,), (), day, "noted", words="gone 2min")
    >>> open_offer([noted]) is noted, open_offer([Label("9f3a12bc", "fine", (), (), day), noted])
    (True, None)
    """
    said = list(labels)
    told = any(label.source == "told" for label in said)
    return None if told else next((label for label in said if label.source == "noted"), None)


def run_id(sha256: str, part: int, digits: int = 8) -> str:
    """Return the id of the run first made from a recording.

    Examples
    --------
    >>> run_id("00" * 32, 0)
    '6a2ea17c'
    """
    return hashlib.sha256(f"{sha256}:{part}".encode()).hexdigest()[:digits]


def device_known_as(device: str, day: date, splits: Iterable[DeviceSplit]) -> str:
    """Return a device's name for people on a day: numbered from its first split on.

    Examples
    --------
    >>> new_strap = DeviceSplit("Garmin fenix 5X", date(2024, 5, 1))
    >>> device_known_as("Garmin fenix 5X", date(2024, 4, 30), [new_strap])
    'Garmin fenix 5X'
    >>> device_known_as("Garmin fenix 5X", date(2024, 5, 1), [new_strap])
    'Garmin fenix 5X (2)'
    """
    begun = sum(one.device == device and one.begins <= day for one in splits)
    return f"{device} ({begun + 1})" if begun else device
