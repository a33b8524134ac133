"""Account exports with a known truth: Garmin's zip of zips, Strava's zip with its list.

Names, folders and what stands beside the runs are those of real exports; every person, device and
number is made up. A few runs are simulated and written many times, each with a start and a serial
number of its own, so that ten thousand entries take seconds.
"""

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from evenstride.model.recording import SAMPLES
from evenstride.simulate.fit import DEVICES_OF
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.xml import gpx_bytes, tcx_bytes
from evenstride.writers.fit import EPOCH, Activity, checksum, write_activity

_FIRST_DAY = datetime(2018, 3, 1, 6, 30, tzinfo=UTC)
_TEMPLATES = 4
_PART = 4000  # entries of one of Garmin's inner zips
_PERSON = "runner@example.org"
_UPLOADED = "DI_CONNECT/DI-Connect-Uploaded-Files"
_FITNESS = "DI_CONNECT/DI-Connect-Fitness"
# Of a hundred files a watch sends, as real exports have them: FIT's number, share, what it is.
_SENT = (
    (32, 70, "monitoring"),
    (49, 10, "sleep"),
    (68, 8, "hrv status"),
    (44, 6, "metrics"),
    (2, 3, "settings"),
    (5, 3, "workout"),
)
_TITLES = ("Morning run", "Gone 2min, back mile 4, left", "Easy", "Läufchen, ganz locker 🏃", "")
_NOTES = ("", "", "foot turned in at 5k, clear after 6", "no symptoms", 'said "fine", was not')
_STRAVA_COLUMNS = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,"
    "Distance,Max Heart Rate,Relative Effort,Commute,Activity Private Note,Activity Gear,Filename,"
    "Athlete Weight,Bike Weight,Elapsed Time,Moving Time,Distance"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class RunInside:
    """One run in an export, and what the export tells about it.

    Attributes
    ----------
    name
        Its entry, ``"inner.zip > file.fit"`` where it stands in a zip inside.
    start
        When it began.
    title, note, gear
        As the export tells them.
    """

    name: str
    start: datetime
    title: str = ""
    note: str = ""
    gear: str = ""


@dataclass(frozen=True)
class Takeout:
    """What an export holds.

    Attributes
    ----------
    runs
        Every run.
    others
        What every other entry is, by its name.
    """

    runs: tuple[RunInside, ...]
    others: Mapping[str, str]


@dataclass(frozen=True)
class _Made:
    """One entry before it is put into a zip; `kind` is empty for a run."""

    name: str
    data: bytes
    kind: str = ""
    run: RunInside | None = None


def templates(minutes: float, seed: int) -> tuple[SimulatedRun, ...]:
    """Return the few runs an export's many are made of."""
    scenario = Scenario(minutes=minutes, start=_FIRST_DAY)
    return tuple(simulate(scenario, seed=seed + n) for n in range(_TEMPLATES))


def fit_of(run: SimulatedRun, start: datetime, serial: int, sport: str = "running") -> bytes:
    """Return a run as a FIT file that began at `start`, by the watch with this serial number."""
    watch, *others = DEVICES_OF[run.scenario.kit]
    devices = (replace(watch, serial=serial), *others)
    return write_activity(
        Activity(
            start,
            run.samples,
            run.laps,
            run.pauses,
            run.developer_fields,
            devices=devices,
            sport=sport,
        )
    )


def side_file(file_type: int, created: datetime, serial: int, messages: int = 40) -> bytes:
    """Return a FIT file that is no activity: what a watch writes all day and night.

    Examples
    --------
    >>> data = side_file(32, datetime(2024, 1, 1, tzinfo=UTC), serial=7)
    >>> data[8:12], checksum(data)
    (b'.FIT', 0)
    """
    moment = round((created - EPOCH).total_seconds())
    file_id = struct.pack("<5BB12B", 0x40, 0, 0, 0, 0, 4, *_FILE_ID_FIELDS)
    body = file_id + struct.pack("<BBHII", 0, file_type, 1, serial, moment)
    body += struct.pack("<BBBHB6B", 0x41, 0, 0, 55, 2, 253, 4, 0x86, 3, 4, 0x86)
    body += b"".join(
        struct.pack("<BII", 1, moment + 60 * n, 120 * n + serial % 97) for n in range(messages)
    )
    head = struct.pack("<BBHI4s", 14, 0x20, 2194, len(body), b".FIT")
    data = head + struct.pack("<H", checksum(head)) + body
    return data + struct.pack("<H", checksum(data))


# Type, manufacturer, serial number, time of creation: number, size and base type of each.
_FILE_ID_FIELDS = (0, 1, 0x00, 1, 2, 0x84, 3, 4, 0x8C, 4, 4, 0x86)


def write_garmin_export(
    file: Path, entries: int, runs: int, *, minutes: float = 2, seed: int = 0
) -> Takeout:
    """Write an account export as Garmin makes it: zips inside a zip, JSON beside them.

    Parameters
    ----------
    file
        Where to.
    entries
        How many files in all, about.
    runs
        How many of them are runs; a ride and an activity without samples come with every 20.
    minutes, seed
        Length of each run, and what they are drawn from.
    """
    patterns = templates(minutes, seed)
    sent = [*_activities(patterns, runs), *_side_files(entries - runs - runs // 10 - 4)]
    held: list[_Made] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as outer:
        for part, at in enumerate(range(0, len(sent), _PART), 1):
            name = f"{_UPLOADED}/UploadedFiles_0-_Part{part}.zip"
            inside = _mixed(sent[at : at + _PART])
            outer.writestr(_info(name), _zipped(inside))
            held += [replace(one, name=f"{name} > {one.name}") for one in inside]
        told = [one.run for one in sent if one.run is not None]
        beside = [_summary(told), *_wellness()]
        for one in beside:
            outer.writestr(_info(one.name), one.data)
    return _truth((*held, *beside))


def write_strava_export(
    file: Path, entries: int, runs: int, *, minutes: float = 2, seed: int = 0
) -> Takeout:
    """Write an account export as Strava makes it: files, most of them packed, and a list.

    Parameters
    ----------
    file
        Where to.
    entries
        How many files in all, about: what is no run is rides, pictures and small tables.
    runs
        How many of them are runs: FIT, TCX and GPX.
    minutes, seed
        Length of each run, and what they are drawn from.
    """
    patterns = templates(minutes, seed)
    made = [_strava_run(patterns, n) for n in range(runs)]
    rides = max(0, (entries - runs) // 10)
    made += _rides(patterns, rides)
    made += [
        _Made(f"media/{n:08x}.jpg", b"\xff\xd8\xff\xe0" + struct.pack("<I", n) * 20, "image")
        for n in range(entries - runs - rides - 4)
    ]
    beside = (
        _Made("bikes.csv", b"Bike Name,Bike Brand\nGrey,\n", "table"),
        _Made("profile.csv", b"Athlete ID,First Name\n1,A\n", "table"),
        _Made("profile.jpg", b"\xff\xd8\xff\xe0", "image"),
        _Made("activities.csv", _strava_list(made).encode(), "list of activities"),
    )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as outer:
        for one in (*beside, *made):
            outer.writestr(_info(one.name), one.data)
    return _truth((*beside, *made))


def _truth(made: Sequence[_Made]) -> Takeout:
    runs = tuple(replace(one.run, name=one.name) for one in made if one.run is not None)
    return Takeout(runs, {one.name: one.kind for one in made if one.kind})


def _info(name: str) -> zipfile.ZipInfo:
    """Return an entry without a date of its own: equal exports are equal bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _zipped(made: Sequence[_Made]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as inner:
        for one in made:
            inner.writestr(_info(one.name), one.data)
    return out.getvalue()


def _mixed(made: Sequence[_Made]) -> list[_Made]:
    """Return entries as they come: runs between everything else."""
    return sorted(made, key=lambda one: one.name)


def _start(n: int) -> datetime:
    return _FIRST_DAY + timedelta(days=n, minutes=n * 37 % 600)


def _activities(patterns: Sequence[SimulatedRun], runs: int) -> Iterator[_Made]:
    """Yield the activities of a watch: runs, and now and then a ride or one without samples."""
    for n in range(runs):
        start, title = _start(n), _TITLES[n % len(_TITLES)]
        name = _sent_name(n * 11)
        data = fit_of(patterns[n % _TEMPLATES], start, serial=3_900_000_001 + n // 500)
        yield _Made(name, data, run=RunInside(name, start, title))
        if n % 20 == 19:
            ride = fit_of(patterns[0], start + timedelta(hours=8), 3_900_000_001, "cycling")
            yield _Made(_sent_name(n * 11 + 1), ride, "cycling")
            yield _Made(_sent_name(n * 11 + 2), _empty(start + timedelta(hours=9)), "no samples")


def _empty(start: datetime) -> bytes:
    none: pl.DataFrame = SAMPLES.empty()
    return write_activity(Activity(start, none))


def _sent_name(n: int) -> str:
    return f"{_PERSON}_{10_000_000_000 + n * 7919}.fit"


def _side_files(count: int) -> Iterator[_Made]:
    """Yield what a watch sends beside activities, by its usual shares."""
    kinds = [(number, kind) for number, share, kind in _SENT for _ in range(share)]
    for n in range(max(0, count)):
        number, kind = kinds[n * 37 % len(kinds)]
        data = side_file(number, _FIRST_DAY + timedelta(hours=5 * n), serial=3_900_000_001)
        yield _Made(f"{_PERSON}_{20_000_000_000 + n * 4243}.fit", data, kind)


def _summary(runs: Sequence[RunInside]) -> _Made:
    """Return Garmin's list: titles by the moment an activity began, in ms."""
    listed = [
        {
            "activityId": 5_000_000_000 + n,
            "name": run.title,
            "activityType": "running",
            "beginTimestamp": 1000.0 * run.start.timestamp(),
            "distance": 500_000.0,
        }
        for n, run in enumerate(runs)
    ]
    name = f"{_FITNESS}/{_PERSON}_0_summarizedActivities.json"
    return _Made(name, json.dumps([{"summarizedActivitiesExport": listed}]).encode(), "JSON")


def _wellness() -> Iterator[_Made]:
    for name in ("DI-Connect-Wellness/2024_sleepData", "DI-Connect-User/user_profile"):
        yield _Made(f"DI_CONNECT/{name}.json", b'[{"calendarDate": "2024-01-01"}]', "JSON")
    yield _Made("customer_data/customer.json", b"{}", "JSON")


def _strava_run(patterns: Sequence[SimulatedRun], n: int) -> _Made:
    run, start = patterns[n % _TEMPLATES], _start(n)
    ending, write = _STRAVA_FILES[n % len(_STRAVA_FILES)]
    packed = ending.endswith(".gz")
    name = f"activities/{4_000_000_000 + n * 7919}{ending}"
    dated = replace(run, scenario=replace(run.scenario, start=start))
    data = write(dated, n)
    told = RunInside(
        name,
        start,
        _TITLES[n % len(_TITLES)],
        _NOTES[n % len(_NOTES)],
        ("", "Old shoes", "New shoes")[n % 3],
    )
    return _Made(name, gzip.compress(data, 6, mtime=0) if packed else data, run=told)


def _strava_tcx(run: SimulatedRun, _: int) -> bytes:
    """Return a TCX file as Strava hands it out: ten spaces stand before it."""
    return b" " * 10 + tcx_bytes(run)


_STRAVA_FILES: tuple[tuple[str, Callable[[SimulatedRun, int], bytes]], ...] = (
    (".fit.gz", lambda run, n: fit_of(run, run.scenario.start, 3_900_000_001 + n // 500)),
    (".fit.gz", lambda run, n: fit_of(run, run.scenario.start, 3_900_000_001 + n // 500)),
    (".tcx.gz", _strava_tcx),
    (".gpx", lambda run, _: gpx_bytes(run)),
)


def _rides(patterns: Sequence[SimulatedRun], count: int) -> list[_Made]:
    """Return rides: one file under many dates would be one file, so each has its own."""
    short = replace(patterns[0], samples=patterns[0].samples.head(60))
    made = []
    for n in range(count):
        data = fit_of(short, _start(n) + timedelta(hours=9), 3_900_000_002, "cycling")
        packed = gzip.compress(data, 6, mtime=0)
        made.append(_Made(f"activities/{6_000_000_000 + n * 31}.fit.gz", packed, "cycling"))
    return made


def _strava_list(made: Sequence[_Made]) -> str:
    rows = [_STRAVA_COLUMNS]
    for n, one in enumerate(made):
        if one.name.startswith("activities/"):
            run = one.run or RunInside(one.name, _start(n), "Afternoon ride")
            sport = "Run" if one.run else "Ride"
            cells = [str(9_000_000_000 + n), _strava_date(run.start), run.title, sport, run.note]
            cells += [
                "120",
                "0.3",
                "",
                "",
                "false",
                "",
                run.gear,
                run.name,
                "",
                "",
                "120.0",
                "",
                "",
            ]
            rows.append(",".join(_quoted(cell) for cell in cells))
    return "\n".join(rows) + "\n"


def _strava_date(at: datetime) -> str:
    half = "AM" if at.hour < 12 else "PM"
    hour = at.hour % 12 or 12
    return f"{_MONTHS[at.month - 1]} {at.day}, {at.year}, {hour}:{at:%M:%S} {half}"


def _quoted(cell: str) -> str:
    plain = not any(mark in cell for mark in ',"\n')
    return cell if plain else '"' + cell.replace('"', '""') + '"'
