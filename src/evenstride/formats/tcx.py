"""TCX: Garmin's Training Center XML, as watches' portals and many programs export it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from evenstride.formats._xml.laps import Lap, lap_table, spans_of, stops_in_laps
from evenstride.formats._xml.points import Doubts, PointReader, Points, moment, number
from evenstride.formats._xml.pull import Damage, Pull, root_of
from evenstride.formats._xml.reading import cannot_show, damage_issue, not_this_format
from evenstride.formats._xml.tracks import Track, pauses_between_parts, table_of, tracks_of
from evenstride.model.issue import Issue
from evenstride.model.recording import Recording, Source
from evenstride.plugins import Contents, Reader

_ROOT = "TrainingCenterDatabase"
_SPORTS = {"biking": "cycling"}
_MOST_ACTIVITIES = 128
_MOST_RECORDINGS = 128
_MOST_LAPS = 10_000

_CANNOT_SHOW = "TCX holds no contact time: what changes only there cannot be seen."

_COLUMNS = {
    "Time": "time",
    "LatitudeDegrees": "latitude_deg",
    "LongitudeDegrees": "longitude_deg",
    "AltitudeMeters": "altitude_m",
    "DistanceMeters": "distance_m",
    "HeartRateBpm": "heart_rate_bpm",
    "RunCadence": "cadence",
    "Cadence": "cadence",
    "Speed": "speed_mps",
    "Watts": "power_w",
}
_PASSED_OVER = frozenset({"Position", "SensorState", "Extensions", "TPX", "Trackpoint"})


@dataclass
class _Activity:
    """One activity as it is being read."""

    sport: str
    device: str = ""
    serial: str = ""
    points: Points = field(default_factory=Points)
    laps: list[Lap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Sink:
    """Turns the elements of a file into activities."""

    def __init__(self, doubts: Doubts) -> None:
        self.activities: list[_Activity] = []
        self.left_out = 0
        self._doubts = doubts
        self._reader = PointReader(_COLUMNS, _PASSED_OVER, doubts)
        self._activity: _Activity | None = None
        self._lap: Lap | None = None
        self._in_point = False
        self._part = 0
        self._tracks_in_lap = 0
        self._parents: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in that an element begins."""
        self._parents.append(name)
        if self._in_point or name not in _BEGINNINGS:
            return
        if name in {"Activity", "Transition"}:
            self._begin_activity(name, attributes.get("Sport", ""))
        if name in {"Lap", "Transition"}:
            self._begin_lap(attributes.get("StartTime"))
        elif name == "Track":
            self._part += self._tracks_in_lap > 0
            self._tracks_in_lap += 1
        elif name == "Trackpoint":
            self._in_point = True
            self._reader.begin()

    def _begin_activity(self, name: str, sport: str) -> None:
        said = sport.strip().lower()[:40] if name == "Activity" else "transition"
        if len(self.activities) >= _MOST_ACTIVITIES:
            self.left_out += 1
            return
        self._activity = _Activity(_SPORTS.get(said, said) or "unknown")
        self.activities.append(self._activity)

    def _begin_lap(self, start: str | None) -> None:
        self._tracks_in_lap = 0
        self._lap = None
        if self._activity is None or len(self._activity.laps) >= _MOST_LAPS:
            return
        self._lap = Lap(None if start is None else moment(start, "StartTime", self._doubts))
        self._activity.laps.append(self._lap)

    def end(self, name: str, text: str) -> None:
        """Take in that an element ends."""
        self._parents.pop()
        if self._in_point:
            self._end_in_point(name, text)
        elif name in {"Activity", "Transition"}:
            self._end_lap()
            self._activity = None
        elif name == "Lap":
            self._end_lap()
        elif self._activity is not None and self._parents:
            self._take(name, text, self._parents[-1], self._activity)

    def _end_in_point(self, name: str, text: str) -> None:
        if name == "Trackpoint":
            self._in_point = False
            if self._activity is not None:
                self._reader.finish(self._activity.points, self._part)
        elif name == "Value":
            self._reader.take(self._parents[-1], text)
        elif name != "HeartRateBpm":
            self._reader.take(name, text)

    def _end_lap(self) -> None:
        if self._lap is not None:
            self._lap.whole = True
        self._lap = None

    def _take(self, name: str, text: str, parent: str, activity: _Activity) -> None:
        """Take in what stands in a lap or an activity, outside its points."""
        if name == "Notes" and text.strip() and len(activity.notes) < _MOST_LAPS:
            activity.notes.append(text.strip())
        elif parent == "Creator" and name == "Name":
            activity.device = " ".join(text.split())[:100]
        elif parent == "Creator" and name == "UnitId":
            activity.serial = _serial(text)
        elif parent in {"Lap", "Transition"} and self._lap is not None:
            if name == "TotalTimeSeconds":
                self._lap.timer_s = number(text, name, self._doubts)
            elif name == "DistanceMeters":
                self._lap.distance_m = number(text, name, self._doubts)
            elif name == "TriggerMethod":
                self._lap.trigger = text.strip()


def _serial(text: str) -> str:
    """Return a serial number as other formats write it, empty for none: many programs write 0."""
    said = text.strip()
    return said.lstrip("0")[:20] if said.isascii() and said.isdigit() else ""


_BEGINNINGS = {"Activity", "Transition", "Lap", "Track", "Trackpoint"}


def read(data: bytes, name: str) -> Contents:
    """Return the recordings in a TCX file: one an activity, each leg of a multisport one too.

    Parameters
    ----------
    data
        The file's bytes; any bytes at all.
    name
        The file's name, without its folder.

    Returns
    -------
    Contents
        Damage becomes issues that name the line; what stands before it is kept.

    Examples
    --------
    >>> read(b"<html>", "run.tcx").issues[0].problem
    'This is no TCX file.'
    """
    if root_of(data) != _ROOT:
        return Contents((), (not_this_format(data, name, "TCX"),))
    pull = Pull(data)
    doubts = Doubts(lambda: pull.line)
    sink = _Sink(doubts)
    damage = pull.read(sink)
    source = Source(name, hashlib.sha256(data).hexdigest(), "TCX")
    recordings = tuple(
        recording
        for activity in sink.activities
        for recording in _recordings(activity, source, damaged=damage is not None)
    )[:_MOST_RECORDINGS]
    return Contents(recordings, tuple(_issues(sink, damage, doubts, name)))


def _recordings(activity: _Activity, source: Source, *, damaged: bool) -> Iterator[Recording]:
    if activity.laps and not damaged:
        activity.laps[-1].whole = True
    for track in tracks_of(activity.points, source.file):
        yield _recording(activity, track, source)


def _recording(activity: _Activity, track: Track, source: Source) -> Recording:
    table = table_of(track, activity.sport, source.file)
    spans, doubts = spans_of(activity.laps, track, source.file)
    return Recording(
        source=source,
        device=activity.device or "Unknown device",
        sport=activity.sport,
        sub_sport="unknown",
        start=track.start,
        samples=table.samples,
        laps=lap_table(spans),
        pauses=stops_in_laps(spans, track, pauses_between_parts(track)),
        notes=tuple(activity.notes),
        spacing=table.spacing,
        issues=(cannot_show(source.file, _CANNOT_SHOW), *table.issues, *doubts),
        serial=activity.serial,
    )


def _issues(sink: _Sink, damage: Damage | None, doubts: Doubts, where: str) -> Iterator[Issue]:
    points = sum(len(activity.points) for activity in sink.activities)
    if damage is not None:
        yield damage_issue(damage, where, points)
    yield from doubts.issues(where)
    if sink.left_out:
        says = f"More than {_MOST_ACTIVITIES} activities in one file; the rest was left out."
        yield Issue("warning", where, says)
    if not points and damage is None:
        yield _without_points(sink, where)


def _without_points(sink: _Sink, where: str) -> Issue:
    if not sink.activities:
        says = "This file plans something, such as a course or a workout; no run was recorded."
        return Issue("error", where, says, "Export the activity instead.")
    says = "This activity holds no points with a time: nothing was recorded second by second."
    return Issue("error", where, says, "Export the run as FIT, if you can.")


def recognises(head: bytes) -> bool:
    """Return whether the outermost element is that of a TCX file."""
    return root_of(head) == _ROOT


reader = Reader(
    name="TCX",
    suffixes=(".tcx", ".tcx.gz"),
    says=(
        "Garmin's Training Center XML, which most portals and programs export: pace, height, laps "
        "and what ended them, cadence and power where there were any. No contact time and no "
        "balance, so no foot; change is searched in cadence, and your marks count."
    ),
    recognises=recognises,
    read=read,
    columns=(
        "time_s",
        "distance_m",
        "speed_mps",
        "altitude_m",
        "cadence_spm",
        "heart_rate_bpm",
        "power_w",
    ),
)
