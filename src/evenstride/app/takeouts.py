"""What the exports of an account look like, and what they tell about the runs inside.

Strava: ``activities.csv`` beside a folder ``activities``, one row an activity; the columns' names
come in the account's language, their places have not changed but once. Garmin: a zip of zips with
every file the watch ever sent, and beside them ``..._summarizedActivities.json`` with the title of
each activity and the moment it began, which is all that ties the two.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from evenstride.model.issue import Issue

STRAVA_LIST = "activities.csv"
_GARMIN_LIST = "summarizedactivities"
_FILE_OF_ACTIVITY = re.compile(r"^activities/[^/]+\.(?:fit|gpx|tcx)(?:\.gz)?$", re.IGNORECASE)
_ID, _DATE, _NAME, _DESCRIPTION = 0, 1, 2, 4
_BEFORE_THE_FILE = 5  # columns that have always stood first
_LONGEST_TEXT = 4000
_NEAREST_S = 90

_NOTE_NAMES = {
    "activity private note",
    "private notizen zu aktivitäten",
    "private notiz zur aktivität",
    "soukromá poznámka k aktivitě",
}
_GEAR_NAMES = {"activity gear", "aktivitätsausrüstung", "vybavení na aktivitu"}
_FILE_NAMES = {"filename", "dateiname", "název souboru"}
_KNOWN_NAMES = {"activity name", "name der aktivität", "název aktivity"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_DATE = re.compile(
    r"(?P<month>[A-Za-z]{3})[a-z]*\.? (?P<day>\d{1,2}), (?P<year>\d{4}),? "
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)\s*(?P<half>[AaPp][Mm])?"
)
_DOTTED_DATE = re.compile(
    r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4}),? "
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)()"
)


@dataclass(frozen=True)
class Told:
    """What an export tells about one activity, beside its file.

    Attributes
    ----------
    title, note, gear
        As the runner typed them, empty where they did not.
    taken
        When it began, None where that is not understood.
    """

    title: str = ""
    note: str = ""
    gear: str = ""
    taken: datetime | None = None


@dataclass(frozen=True)
class Listing:
    """What an export tells about its files.

    Attributes
    ----------
    told
        By the file's path beside the list, as written there.
    issues
        What of it was not understood.
    """

    told: Mapping[str, Told] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    def of(self, path: str) -> Told:
        """Return what is told about the file at `path`, packed or not; nothing where not listed."""
        plain = path.replace("\\", "/")
        ways = (plain, plain.removesuffix(".gz"), f"{plain}.gz")
        return next((self.told[way] for way in ways if way in self.told), Told())

    def with_(self, other: "Listing") -> "Listing":
        """Return both lists as one; where both tell of a file, the other one's word counts."""
        if other == Listing():
            return self
        return Listing({**self.told, **other.told}, self.issues + other.issues)

    def below(self, folder: str) -> "Listing":
        """Return the same list where it stands in `folder`, named with its last slash."""
        return Listing({folder + path: told for path, told in self.told.items()}, self.issues)


def is_strava_list(path: str) -> bool:
    """Return whether a path names Strava's list of activities."""
    return path.replace("\\", "/").rpartition("/")[2].casefold() == STRAVA_LIST


def is_garmin_list(path: str) -> bool:
    """Return whether a path names one of Garmin's lists of activities.

    Examples
    --------
    >>> is_garmin_list("DI_CONNECT/DI-Connect-Fitness/me@example.org_0_summarizedActivities.json")
    True
    """
    name = path.replace("\\", "/").rpartition("/")[2].casefold()
    return _GARMIN_LIST in name and name.endswith(".json")


def read_strava_list(data: bytes, name: str) -> Listing:
    r"""Return what Strava's ``activities.csv`` tells.

    Parameters
    ----------
    data
        Its bytes; any bytes at all.
    name
        How issues call it.

    Examples
    --------
    >>> head = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Filename"
    >>> row = '7,"Jan 2, 2024, 6:30:00 AM",Gone at 2 min,Run,,activities/9.fit'
    >>> told = read_strava_list(f"{head}\n{row}".encode(), "a.csv").of("activities/9.fit")
    >>> told.title, str(told.taken)
    ('Gone at 2 min', '2024-01-02 06:30:00+00:00')
    """
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"), newline="")))
    except csv.Error:
        rows = []
    header = tuple(" ".join(one.casefold().split()) for one in rows[0]) if rows else ()
    places = _places(header, rows[1:])
    if places is None:
        says = "The list of activities is not understood; titles and notes were left out."
        return Listing({}, (Issue("warning", name, says, "Export the account again."),))
    told = {
        row[places.file].replace("\\", "/"): _told(row, places)
        for row in rows[1:]
        if len(row) > places.file and _FILE_OF_ACTIVITY.match(row[places.file])
    }
    return Listing(told, tuple(_doubts(header, len(rows) - 1 - len(told), name)))


@dataclass(frozen=True)
class _Places:
    """Columns of the list: which one names the file, the private note, the gear."""

    file: int
    note: int | None
    gear: int | None


def _places(header: Sequence[str], rows: Sequence[Sequence[str]]) -> _Places | None:
    """Return where things stand: by the names known, else by content and the order of columns."""
    file = _first_of(header, _FILE_NAMES)
    if file is None:
        hits = [at for row in rows for at, cell in enumerate(row) if _FILE_OF_ACTIVITY.match(cell)]
        file = max(sorted(set(hits)), key=hits.count) if hits else None
    if file is None or file < _BEFORE_THE_FILE or not _begins_with_numbers(rows):
        return None
    note, gear = _first_of(header, _NOTE_NAMES), _first_of(header, _GEAR_NAMES)
    if gear is None and file >= _GEAR_SINCE:
        gear = file - 1
    if note is None and file >= _NOTE_SINCE:
        note = file - 2
    return _Places(file, note, gear)


# The file stood at 10 for years, the gear before it; since the private note came, at 12.
_GEAR_SINCE, _NOTE_SINCE = 10, 12


def _first_of(header: Sequence[str], names: set[str]) -> int | None:
    return next((at for at, one in enumerate(header) if one in names), None)


def _begins_with_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first column holds the portal's numbers, as it always has."""
    return all(row[_ID].strip().isdecimal() for row in rows if row and row[_ID].strip())


def _told(row: Sequence[str], places: _Places) -> Told:
    private = _cell(row, places.note)
    said = [text for text in (_cell(row, _DESCRIPTION), private) if text]
    return Told(_cell(row, _NAME), "\n".join(said), _cell(row, places.gear), moment(row[_DATE]))


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip()[:_LONGEST_TEXT] if place is not None and place < len(row) else ""


def _doubts(header: Sequence[str], without: int, name: str) -> Iterator[Issue]:
    if _first_of(header, _KNOWN_NAMES) is None:
        says = (
            "The names of its columns are in a language not known here; titles and notes were "
            "taken by the order of the columns."
        )
        yield Issue("info", name, says, "See with `evenstride show` whether they fit.")
    if without:
        says = f"{without} activities in the list have no file: typed in by hand, or taken away."
        yield Issue("info", name, says)


def moment(text: str) -> datetime | None:
    """Return a moment as Strava's list writes it, in UTC; None where it could be another.

    Dates with slashes are left alone: day and month may stand either way round.

    Examples
    --------
    >>> str(moment("May 15, 2017, 5:52:52 PM")), str(moment("6. 9. 2026 11:18:40"))
    ('2017-05-15 17:52:52+00:00', '2026-09-06 11:18:40+00:00')
    >>> moment("03/04/2024 10:00:00") is None
    True
    """
    found = _ENGLISH_DATE.fullmatch(text.strip()) or _DOTTED_DATE.fullmatch(text.strip())
    if found is None:
        return None
    named = found["month"].casefold()
    if not named.isdecimal() and named not in _MONTHS:
        return None
    month = int(named) if named.isdecimal() else 1 + _MONTHS.index(named)
    half = found.groupdict().get("half")
    hour = int(found["hour"]) if half is None else int(found["hour"]) % 12
    try:
        day = datetime(int(found["year"]), month, int(found["day"]), hour, tzinfo=UTC)
    except ValueError:
        return None
    past = timedelta(minutes=int(found["minute"]), seconds=int(found["second"]))
    return day + past + timedelta(hours=12 if (half or "").casefold() == "pm" else 0)


class _GarminActivity(msgspec.Struct, rename="camel"):
    """What is used of one activity in Garmin's list; the rest is not even kept in memory."""

    begin_timestamp: float | None = None
    name: str | None = None
    description: str | None = None


class _GarminPart(msgspec.Struct, rename="camel"):
    summarized_activities_export: list[_GarminActivity] = []


class Moments:
    """What Garmin's lists tell, by the moment an activity began."""

    def __init__(self) -> None:
        self._told: dict[int, Told] = {}

    def add(self, data: bytes) -> bool:
        """Take in a list; return whether it was understood."""
        try:
            parts = msgspec.json.decode(data, type=list[_GarminPart])
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return False
        for one in (one for part in parts for one in part.summarized_activities_export):
            self._enter(one)
        return True

    def _enter(self, one: _GarminActivity) -> None:
        if one.begin_timestamp is None or not 0 < one.begin_timestamp < _LAST_MS:
            return
        second = round(one.begin_timestamp / 1000)
        title, note = ((text or "").strip()[:_LONGEST_TEXT] for text in (one.name, one.description))
        self._told[second] = Told(title, note, "", datetime.fromtimestamp(second, UTC))

    def near(self, created: datetime | None) -> Told:
        """Return what is told about the activity begun then; nothing where none fits or two do.

        A watch makes its file a moment before or after it calls the activity begun.
        """
        if created is None or not self._told:
            return Told()
        at = round(created.timestamp())
        near = [
            self._told[s] for s in range(at - _NEAREST_S, at + _NEAREST_S + 1) if s in self._told
        ]
        return near[0] if len(near) == 1 else Told()


_LAST_MS = 4e12  # the year 2096
