"""Garmin Connect's list of activities ("Activities.csv"): one row an activity, averages only.

The file names no unit and no time zone, and its words and numbers follow the account's language.
Names are known as public exports carry them, see `formats/_csv/garmin_names.py`. Whether distances
are kilometres or miles is worked out from cadence times step length times time, and left empty
where those are missing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from evenstride.formats._csv.garmin_names import RUNNING, places_of
from evenstride.formats._csv.rows import Table, header_of, left_out, plain, table_of
from evenstride.formats._csv.written import (
    clock_s,
    day_order,
    decimal_mark,
    left_share,
    moment,
    nearest_scale,
    number,
)
from evenstride.model.averages import RUN_AVERAGES
from evenstride.model.issue import Issue
from evenstride.model.signal import Floats
from evenstride.plugins import Contents, Reader

_NAME = "Garmin activity list"
_NEEDED = {"activity", "start", "title", "distance", "duration"}
_ONE_OF = {"cadence", "heart_rate", "moving"}
_MOST_ROWS = 50_000
_LONGEST_CELL = 200
_METRES = {"kilometres": 1000.0, "miles": 1609.344}
_MILLIMETRES = {"centimetres": 10.0, "inches": 25.4, "millimetres": 1.0}
_SLACK = 0.15
"""How far, in logarithm, averages may be from each other; kilometres and miles lie 0.48 apart."""
_BELIEVED: dict[str, tuple[float, float]] = {
    "distance_m": (0.0, 1e6),
    "duration_s": (0.0, 1e6),
    "moving_s": (0.0, 1e6),
    "cadence_spm": (1.0, 300.0),
    "heart_rate_bpm": (25.0, 250.0),
    "power_w": (1.0, 2000.0),
    "contact_time_ms": (100.0, 1000.0),
    "contact_balance_left_pct": (20.0, 80.0),
    "vertical_oscillation_mm": (10.0, 300.0),
    "vertical_ratio_pct": (0.5, 40.0),
    "step_length_mm": (200.0, 3000.0),
}


@dataclass(frozen=True)
class _Runs:
    """The rows of running, as written.

    Attributes
    ----------
    cells
        One list a run.
    places
        Where each known column stands.
    others
        What else the list holds, and how often.
    """

    cells: tuple[list[str], ...]
    places: dict[str, int]
    others: Counter[str]

    def texts(self, what: str) -> list[str]:
        """Return a column's cells, empty ones where the list has no such column."""
        place = self.places.get(what)
        if place is None:
            return [""] * len(self.cells)
        return [row[place] for row in self.cells]


def recognises(data: bytes) -> bool:
    """Return whether the first line names the columns of Garmin's list, in a known language.

    Examples
    --------
    >>> recognises(b"Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR")
    True
    """
    header = header_of(data)
    if header is None:
        return False
    places = places_of(header.plain).keys()
    return places >= _NEEDED and bool(places & _ONE_OF)


def read(data: bytes, name: str) -> Contents:
    """Return the averages of the runs in a list of activities.

    Parameters
    ----------
    data
        The file's bytes; any bytes at all, damage becomes issues.
    name
        The file's name, without its folder.

    Returns
    -------
    Contents
        No recording, but `averages` where there is a run; an error says what they cannot show.
    """
    table = table_of(data)
    if table is None or not recognises(data):
        problem = "The first line does not name the columns of Garmin's list of activities."
        return Contents((), (Issue("error", name, problem, "Export the list again."),))
    runs = _runs(table)
    issues = [*left_out(table.left, name), *_left_out(runs, name)]
    if not runs.cells:
        says = "There is no run in this list of activities."
        remedy = "Give the original file of a run."
        return Contents((), (*issues, Issue("error", name, says, remedy)))
    averages, doubts = _averages(runs, name)
    return Contents((), (_what_it_is(averages, name), *issues, *doubts), averages)


def _is_running(activity: str) -> bool:
    words = plain(activity)
    return words in {"run", "trail"} or any(part in words for part in RUNNING)


def _runs(table: Table) -> _Runs:
    places = places_of(table.header.plain)
    place = places["activity"]
    cells: list[list[str]] = []
    others: Counter[str] = Counter()
    for row in table.rows:
        if not _is_running(row[place]):
            others[row[place].strip()[:40] or "without a name"] += 1
        elif len(cells) < _MOST_ROWS:
            cells.append([cell.strip()[:_LONGEST_CELL] for cell in row])
        else:
            table.left.rest = True
    return _Runs(tuple(cells), places, others)


def _left_out(runs: _Runs, where: str) -> Iterator[Issue]:
    if runs.others:
        most = runs.others.most_common(8)
        told = ", ".join(f"{n} times {what}" if n > 1 else what for what, n in most)
        more = ", and others" if len(runs.others) > len(most) else ""
        yield Issue("info", where, f"Left out, since only running is looked at: {told}{more}.")


def _averages(runs: _Runs, where: str) -> tuple[pl.DataFrame, tuple[Issue, ...]]:
    """Return the table, and what in it could not be told."""
    mark = decimal_mark(cell for row in runs.cells[:2000] for cell in row)
    raw = {
        what: np.array([number(cell, mark) for cell in runs.texts(what)])
        for what in (
            *("distance", "cadence", "heart_rate", "power"),
            *("contact_time", "oscillation", "ratio", "step_length"),
        )
    }
    raw |= {w: np.array([clock_s(cell) for cell in runs.texts(w)]) for w in ("duration", "moving")}
    balance, issues = _balance(runs, where)
    step_mm = _step_mm(raw["step_length"])
    distance_m, told = _distance_m(raw, step_mm, where)
    oscillation_mm, also = _oscillation_mm(raw, step_mm, where)
    columns = {
        "distance_m": distance_m,
        "duration_s": raw["duration"],
        "moving_s": raw["moving"],
        "cadence_spm": raw["cadence"],
        "heart_rate_bpm": raw["heart_rate"],
        "power_w": raw["power"],
        "contact_time_ms": raw["contact_time"],
        "contact_balance_left_pct": balance,
        "vertical_oscillation_mm": oscillation_mm,
        "vertical_ratio_pct": raw["ratio"],
        "step_length_mm": step_mm,
    }
    dates, undated = _dates(runs, where)
    issues += (*told, *also, *undated, *_set_aside(columns, where))
    return _table(runs, dates, columns), issues


def _table(runs: _Runs, dates: Sequence[str | None], columns: dict[str, Floats]) -> pl.DataFrame:
    texts = {
        "start": pl.Series(dates, dtype=pl.String),
        "sport": pl.Series(["running"] * len(dates), dtype=pl.String),
        "activity": pl.Series(runs.texts("activity"), dtype=pl.String),
        "title": pl.Series(runs.texts("title"), dtype=pl.String),
    }
    numbers = {name: pl.Series(values, nan_to_null=True) for name, values in columns.items()}
    frame = pl.DataFrame(texts | numbers).select(RUN_AVERAGES.names)
    return frame.unique(maintain_order=True).sort("start", nulls_last=True, maintain_order=True)


# --- units the file does not say ----------------------------------------------------------------


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _step_mm(step: Floats) -> Floats:
    """Return step length in millimetres from metres, feet or centimetres, by its size alone."""
    known = np.where(step > 0, step, np.nan)
    middle = _median(known)
    per_unit = 10.0 if middle > 20 else 304.8 if middle > 2.1 else 1000.0
    return np.asarray(known * per_unit)


def _distance_m(
    raw: dict[str, Floats], step_mm: Floats, where: str
) -> tuple[Floats, tuple[Issue, ...]]:
    """Return distances in metres; nothing where cadence, step and time cannot tell the unit."""
    seconds = np.where(np.isfinite(raw["moving"]), raw["moving"], raw["duration"])
    stepped_km = raw["cadence"] / 60.0 * seconds * step_mm / 1e6
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _median(np.where(stepped_km > 0.2, raw["distance"] / stepped_km, np.nan))
    unit = nearest_scale(ratio, {u: m / 1000.0 for u, m in _METRES.items()}, _SLACK)
    if unit:
        says = f"Distances are in {unit}: cadence, step length and time agree on it."
        return raw["distance"] * _METRES[unit], (Issue("info", where, says),)
    says = "The list does not say whether distances are kilometres or miles; they were left empty."
    return np.full(step_mm.size, np.nan), (Issue("warning", where, says),)


def _oscillation_mm(
    raw: dict[str, Floats], step_mm: Floats, where: str
) -> tuple[Floats, tuple[Issue, ...]]:
    """Return vertical oscillation in mm: ratio times step tells the unit, else its size."""
    given = np.where(raw["oscillation"] > 0, raw["oscillation"], np.nan)
    expected = raw["ratio"] / 100.0 * step_mm
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _median(np.where(expected > 0, given / expected, np.nan))
    unit = nearest_scale(ratio, _MILLIMETRES, _SLACK)
    if not unit and 5.0 <= _median(given) <= 20.0:
        unit = "centimetres"
    if unit or not np.isfinite(given).any():
        return given * _MILLIMETRES.get(unit, 1.0), ()
    says = "Nothing tells the unit of vertical oscillation; it was left empty."
    return np.full(given.size, np.nan), (Issue("warning", where, says),)


def _balance(runs: _Runs, where: str) -> tuple[Floats, tuple[Issue, ...]]:
    """Return the left foot's share; a column of another name is taken if it speaks of both feet."""
    issues: list[Issue] = []
    texts = runs.texts("balance")
    if "balance" not in runs.places:
        texts = next(iter(_speaking_of_feet(runs)), texts)
        if any(texts):
            says = "A column whose values name both feet was read as ground contact balance."
            issues.append(Issue("info", where, says))
    shares = np.array([left_share(text) for text in texts])
    unread = sum(bool(any(c.isdigit() for c in text)) for text in texts) - int(
        np.isfinite(shares).sum()
    )
    if unread:
        runs_have = "1 run has" if unread == 1 else f"{unread} runs have"
        says = f"{runs_have} a balance that does not say which foot is which; left empty."
        issues.append(Issue("warning", where, says))
    return shares, tuple(issues)


def _speaking_of_feet(runs: _Runs) -> Iterator[list[str]]:
    for place in range(len(runs.cells[0])):
        column = [row[place] for row in runs.cells]
        if any(np.isfinite(left_share(cell)) for cell in column):
            yield column


def _dates(runs: _Runs, where: str) -> tuple[list[str | None], tuple[Issue, ...]]:
    texts = runs.texts("start")
    order = day_order(texts)
    dates = [moment(text, order) for text in texts]
    missing = dates.count(None)
    if not missing:
        return dates, ()
    rows = "1 run has" if missing == 1 else f"{missing} runs have"
    says = f"{rows} a date that cannot be told for certain; left empty."
    remedy = "Export the list again, and do not save it from a spreadsheet."
    return dates, (Issue("warning", where, says, remedy),)


def _set_aside(columns: dict[str, Floats], where: str) -> Iterator[Issue]:
    """Empty, in place, what no run has; zeros there mean no value and need no word."""
    counts = []
    for name, values in columns.items():
        low, high = _BELIEVED[name]
        away = np.isfinite(values) & ((values < low) | (values > high))
        count = int((away & (values != 0)).sum())
        values[away] = np.nan
        counts += [f"{name.rsplit('_', 1)[0].replace('_', ' ')} {count}"] if count else []
    if counts:
        yield Issue("warning", where, f"Values no run has were left empty: {', '.join(counts)}.")


def _what_it_is(averages: pl.DataFrame, where: str) -> Issue:
    days = averages["start"].drop_nulls().str.slice(0, 10)
    count = "1 run" if averages.height == 1 else f"{averages.height} runs"
    between = f" from {days[0]} to {days[-1]}" if days.len() > 1 else ""
    return Issue(
        "error",
        where,
        f"This list holds averages of {count}{between}. An average over a whole run cannot show "
        "when inside it coordination went.",
        "Give a run's original FIT file: in Garmin Connect open the run, then the gear, then "
        "export the original. The averages can serve as your own baseline later.",
    )


reader = Reader(
    name=_NAME,
    suffixes=(".csv",),
    says=(
        "Garmin Connect's list of activities: each run's averages of cadence, contact time, "
        "balance, oscillation. They can serve as a baseline; they cannot show when inside a run "
        "coordination went."
    ),
    recognises=recognises,
    read=read,
)
