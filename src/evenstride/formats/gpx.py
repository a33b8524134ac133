"""GPX: the GPS exchange format, 1.0 and 1.1, with the extensions that runners' programs write."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from evenstride.formats._xml.points import Doubts, PointReader, Points
from evenstride.formats._xml.pull import Damage, Pull, root_of
from evenstride.formats._xml.reading import cannot_show, damage_issue, not_this_format
from evenstride.formats._xml.tracks import pauses_between_parts, table_of, tracks_of
from evenstride.model.issue import Issue
from evenstride.model.recording import Recording, Source
from evenstride.plugins import Contents, Reader

_ROOT = "gpx"
_MOST_TRACKS = 128
_MOST_RECORDINGS = 128

# What the numbers mean that Strava writes as a track's type.
_STRAVA = {"1": "cycling", "4": "hiking", "9": "running", "10": "walking"}
_WORDS = (
    (r"\brun(s|ner|ning)?\b|\bjog", "running"),
    (r"\bwalk", "walking"),
    (r"\bhik", "hiking"),
    (r"\b(cycl|bik|rid)(e|es|ing)?\b|biking", "cycling"),
    (r"\bswim", "swimming"),
)
_SUB_SPORTS = ("treadmill", "trail", "track", "street")

_CANNOT_SHOW = (
    "GPX holds no contact time and no laps: what changes only there cannot be seen, and presses of "
    "the lap button are not in it."
)

_COLUMNS = {
    "time": "time",
    "ele": "altitude_m",
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "cad": "cadence",
    "cadence": "cadence",
    "speed": "speed_mps",
    "distance": "distance_m",
    "atemp": "temperature_c",
    "temp": "temperature_c",
    "power": "power_w",
    "PowerInWatts": "power_w",
}
_KNOWN_NOT_NEEDED = (
    "extensions TrackPointExtension PowerExtension course bearing heading magvar geoidheight name "
    "cmt desc src url urlname link text type sym fix sat hdop vdop pdop ageofdgpsdata dgpsid wtemp "
    "depth"
)
_PASSED_OVER = frozenset(_KNOWN_NOT_NEEDED.split())


@dataclass
class _Track:
    """One track as it is being read."""

    points: Points = field(default_factory=Points)
    kind: str = ""
    notes: list[str] = field(default_factory=list)


class _Sink:
    """Turns the elements of a file into tracks."""

    def __init__(self, doubts: Doubts) -> None:
        self.tracks: list[_Track] = []
        self.device = ""
        self.left_out = 0
        self.planned = False
        self._reader = PointReader(_COLUMNS, _PASSED_OVER, doubts)
        self._doubts = doubts
        self._track: _Track | None = None
        self._in_point = False
        self._part = 0
        self._parents: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in that an element begins."""
        if self._in_point:
            return
        self._parents.append(name)
        if name == "trkpt":
            self._begin_point(attributes)
        elif name == "trkseg":
            self._part += 1
        elif name == "trk":
            self._begin_track()
        elif name == "gpx":
            self.device = " ".join(attributes.get("creator", "").split())[:100]
        elif name in {"rte", "wpt"}:
            self.planned = True

    def _begin_point(self, attributes: dict[str, str]) -> None:
        self._in_point = True
        self._reader.begin()
        for short, column in (("lat", "latitude_deg"), ("lon", "longitude_deg")):
            if short in attributes:
                self._reader.put(column, attributes[short], short)

    def _begin_track(self) -> None:
        if len(self.tracks) >= _MOST_TRACKS:
            self.left_out += 1
            return
        self._track = _Track()
        self.tracks.append(self._track)

    def end(self, name: str, text: str) -> None:
        """Take in that an element ends."""
        if self._in_point:
            self._end_in_point(name, text)
            return
        self._parents.pop()
        if name == "trk":
            self._track = None
        elif self._track is not None and self._parents[-1:] == ["trk"]:
            if name == "type":
                self._track.kind = text.strip()[:40]
            elif name in {"desc", "cmt"} and text.strip():
                self._track.notes.append(text.strip())

    def _end_in_point(self, name: str, text: str) -> None:
        if name != "trkpt":
            self._reader.take(name, text)
            return
        self._parents.pop()
        self._in_point = False
        if self._track is not None:
            self._reader.finish(self._track.points, self._part)


def sport_of(kind: str) -> str:
    """Return the sport a track's type names, ``"unknown"`` where it names none.

    Examples
    --------
    >>> [sport_of(kind) for kind in ("9", "trail_running", "Run", "", "e-bike ride", "yoga")]
    ['running', 'running', 'running', 'unknown', 'cycling', 'yoga']
    """
    plain = kind.strip().lower().replace("_", " ").replace("-", " ")
    if plain.isdigit():
        return _STRAVA.get(plain, f"type {plain}")
    found = (sport for pattern, sport in _WORDS if re.search(pattern, plain))
    return next(found, plain or "unknown")


def read(data: bytes, name: str) -> Contents:
    """Return the recordings in a GPX file: one a track.

    Parameters
    ----------
    data
        The file's bytes; any bytes at all.
    name
        The file's name, without its folder.

    Returns
    -------
    Contents
        Damage becomes issues that name the line; what stands before it is kept. Positions serve
        to draw distance and speed where the file gives none; they are not kept.

    Examples
    --------
    >>> read(b"<html>", "run.gpx").issues[0].problem
    'This is no GPX file.'
    """
    if root_of(data) != _ROOT:
        return Contents((), (not_this_format(data, name, "GPX"),))
    pull = Pull(data)
    doubts = Doubts(lambda: pull.line)
    sink = _Sink(doubts)
    damage = pull.read(sink)
    source = Source(name, hashlib.sha256(data).hexdigest(), "GPX")
    recordings = tuple(
        recording for track in sink.tracks for recording in _recordings(track, sink.device, source)
    )[:_MOST_RECORDINGS]
    return Contents(recordings, tuple(_issues(sink, damage, doubts, name)))


def _recordings(track: _Track, device: str, source: Source) -> Iterator[Recording]:
    sport = sport_of(track.kind)
    words = track.kind.lower().replace("_", " ").split()
    for part in tracks_of(track.points, source.file):
        table = table_of(part, sport, source.file)
        yield Recording(
            source=source,
            device=device or "Unknown device",
            sport=sport,
            sub_sport=next((word for word in _SUB_SPORTS if word in words), "unknown"),
            start=part.start,
            samples=table.samples,
            pauses=pauses_between_parts(part),
            notes=tuple(track.notes),
            spacing=table.spacing,
            issues=(cannot_show(source.file, _CANNOT_SHOW), *table.issues),
        )


def _issues(sink: _Sink, damage: Damage | None, doubts: Doubts, where: str) -> Iterator[Issue]:
    points = sum(len(track.points) for track in sink.tracks)
    if damage is not None:
        yield damage_issue(damage, where, points)
    yield from doubts.issues(where)
    if sink.left_out:
        says = f"More than {_MOST_TRACKS} tracks in one file; the rest was left out."
        yield Issue("warning", where, says)
    if not points and damage is None:
        yield _without_points(sink, where)


def _without_points(sink: _Sink, where: str) -> Issue:
    if sink.tracks or not sink.planned:
        says = "This file holds no point with a time: a way, but not when it was run."
        return Issue("error", where, says, "Export the recorded activity, with its times.")
    says = "This file holds a route or places, no recorded track."
    return Issue("error", where, says, "Export the recorded activity.")


def recognises(head: bytes) -> bool:
    """Return whether the outermost element is that of a GPX file."""
    return root_of(head) == _ROOT


reader = Reader(
    name="GPX",
    suffixes=(".gpx", ".gpx.gz"),
    says=(
        "Tracks of phones, portals and watches: pace drawn from positions, height, cadence where "
        "the program wrote it. No laps, so no presses: tell your moments with --gone and --back. "
        "No contact time and no balance, so no foot."
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
        "temperature_c",
    ),
)
