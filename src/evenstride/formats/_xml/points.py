"""Points as a file gives them, one row each, and what in them could not be taken."""

from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from evenstride.model.issue import Issue, Level

MOST_POINTS = 250_000
"""Nearly three days of seconds."""

BELIEVED: dict[str, tuple[float, float]] = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 180.0),
    "altitude_m": (-1000.0, 20_000.0),
    "distance_m": (0.0, 1e7),
    "speed_mps": (0.0, 1000.0),
    "cadence": (0.0, 300.0),
    "heart_rate_bpm": (0.0, 300.0),
    "power_w": (0.0, 10_000.0),
    "temperature_c": (-90.0, 90.0),
}
"""What a point may hold, and between which bounds a number can mean anything."""

_YEARS = range(1970, 2200)


@dataclass
class Doubts:
    """Counts what could not be taken, and where that first was.

    Attributes
    ----------
    line
        Gives the line being read.
    """

    line: Callable[[], int]
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    firsts: dict[tuple[str, str], int] = field(default_factory=dict)

    def note(self, kind: str, name: str) -> None:
        """Count one more of a kind."""
        if (kind, name) not in self.counts:
            if len(self.counts) >= 100:
                return
            self.firsts[kind, name] = self.line()
        self.counts[kind, name] += 1

    def issues(self, where: str) -> tuple[Issue, ...]:
        """Return what was counted, one issue a kind."""
        kinds = dict.fromkeys(kind for kind, _ in self.counts)
        return tuple(self._issue(kind, where) for kind in kinds)

    def _issue(self, kind: str, where: str) -> Issue:
        level, says = _SAYS[kind]
        own = [(name, count) for (of, name), count in self.counts.items() if of == kind]
        listed = ", ".join(f"{name} ({count})" for name, count in own[:6])
        first = min(line for (of, _), line in self.firsts.items() if of == kind)
        more = ", ..." if len(own) > 6 else ""
        return Issue(level, f"{where}, line {first}", says.format(listed=listed + more))


_SAYS: dict[str, tuple[Level, str]] = {
    "number": ("warning", "Not numbers, or beyond what they can be; left out: {listed}."),
    "time": ("warning", "Moments that are none; left out: {listed}."),
    "zone": (
        "warning",
        "Moments without a time zone, so that nobody can tell when they were; left out: {listed}.",
    ),
    "unread": ("info", "Not read, since no two programs mean the same by it: {listed}."),
    "timeless": ("warning", "Points without a time; left out: {listed}."),
    "many": ("warning", f"More than {MOST_POINTS:,} points; the rest was left out: {{listed}}."),
}


def number(text: str, name: str, doubts: Doubts) -> float:
    """Return a plain finite number, NaN where the text is none.

    Examples
    --------
    >>> doubts = Doubts(lambda: 7)
    >>> number(" 3.5 ", "Speed", doubts), number("inf", "Speed", doubts)
    (3.5, nan)
    >>> doubts.issues("run.tcx")[0].where
    'run.tcx, line 7'
    """
    try:
        value = float(text)
    except ValueError:
        value = nan
    if not isfinite(value) or "_" in text:
        doubts.note("number", name)
        return nan
    return value


def moment(text: str, name: str, doubts: Doubts) -> datetime | None:
    """Return an aware moment, None where the text is none or has no time zone.

    Examples
    --------
    >>> doubts = Doubts(lambda: 7)
    >>> moment("2024-05-01T06:00:00Z", "Time", doubts).isoformat()
    '2024-05-01T06:00:00+00:00'
    >>> moment("2024-05-01T06:00:00", "Time", doubts), doubts.issues("run.tcx")[0].level
    (None, 'warning')
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        doubts.note("time", name)
        return None
    if found.tzinfo is None:
        doubts.note("zone", name)
        return None
    if found.year not in _YEARS:
        doubts.note("time", name)
        return None
    return found


Floats = NDArray[np.float64]


class Points:
    """Points in the order of the file.

    Attributes
    ----------
    zone
        Time zone of the first moment read.
    """

    def __init__(self) -> None:
        self.zone: datetime = datetime(2000, 1, 1, tzinfo=UTC)
        self._time = array("d")
        self._part = array("q")
        self._columns = {name: array("d") for name in BELIEVED}

    def __len__(self) -> int:
        """Return how many points were taken."""
        return len(self._time)

    def add(self, time: datetime, values: dict[str, float], part: int) -> None:
        """Take in one point of the part of the track with this number."""
        if not self._time:
            self.zone = time
        self._time.append(time.timestamp())
        self._part.append(part)
        found = values.get
        for name, column in self._columns.items():
            column.append(found(name, nan))

    def times(self) -> Floats:
        """Return seconds since 1970, shape ``(points,)``."""
        return np.array(self._time, dtype=np.float64)

    def parts(self) -> NDArray[np.int64]:
        """Return the number of the part of the track each point belongs to."""
        return np.array(self._part, dtype=np.int64)

    def column(self, name: str) -> Floats:
        """Return a column of `BELIEVED`, NaN where there was no value."""
        return np.array(self._columns[name], dtype=np.float64)


class PointReader:
    """Puts the elements of one point together.

    Parameters
    ----------
    columns
        For each element's name the column it fills.
    passed_over
        Names of elements that are known and not needed; others are named in an issue.
    doubts
        Where to count what cannot be taken.
    """

    def __init__(
        self, columns: dict[str, str], passed_over: frozenset[str], doubts: Doubts
    ) -> None:
        self._column_of = columns
        self._passed_over = passed_over
        self._doubts = doubts
        self._values: dict[str, float] = {}
        self._time: datetime | None = None
        self._had_time = False

    def begin(self) -> None:
        """Begin a point."""
        self._values = {}
        self._time = None
        self._had_time = False

    def take(self, name: str, text: str) -> None:
        """Take in an element inside the point; the first of its kind counts."""
        column = self._column_of.get(name)
        if column is None:
            if name not in self._passed_over and text.strip():
                self._doubts.note("unread", name[:40])
        elif column == "time":
            self._had_time = True
            self._time = self._time or moment(text, name, self._doubts)
        elif column not in self._values:
            self.put(column, text, name)

    def put(self, column: str, text: str, name: str) -> None:
        """Take in a value of a column, if it can be one; `name` is what the file calls it."""
        value = number(text, name, self._doubts)
        lowest, highest = BELIEVED[column]
        if lowest <= value <= highest:
            self._values[column] = value
        elif isfinite(value):
            self._doubts.note("number", name)

    def finish(self, points: Points, part: int) -> None:
        """End the point and add it, if it has a time."""
        if self._time is None:
            if not self._had_time:
                self._doubts.note("timeless", "points")
            return
        if len(points) >= MOST_POINTS:
            self._doubts.note("many", "points")
            return
        points.add(self._time, self._values, part)
