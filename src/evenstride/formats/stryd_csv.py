"""Stryd PowerCenter: one run as a table, a row a second.

Column names as public exports and the programs that read them agree: gchris79/Stryder (whose two
files are read in the tests), and for the balance columns of two pods the names two further public
programs give. Which foot a balance counts is not said in the file; those programs, and two more
that read Stryd's FIT fields, take it as the left foot's share.
"""

import hashlib
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from evenstride.formats._csv.rows import MOST_TEXTS, Header, Table, header_of, left_out, table_of
from evenstride.formats._doubt.paces import checked_distance, checked_speed
from evenstride.formats._doubt.strays import Ints, spans, stray_times
from evenstride.model.issue import Issue
from evenstride.model.recording import SAMPLES, DeveloperField, Recording, Source, Spacing
from evenstride.model.signal import Bools, Floats
from evenstride.plugins import Contents, Reader

_NAME = "Stryd CSV"
_TIME = "timestamp"
_SIGNS = {
    "stryd speed (m/s)",
    "stryd distance (meters)",
    "stryd elevation (m)",
    "form power (w/kg)",
    "form power (w)",
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "distance_m": ("stryd distance (meters)", "watch distance (meters)"),
    "speed_mps": ("stryd speed (m/s)", "watch speed (m/s)"),
    "altitude_m": ("watch elevation (m)", "stryd elevation (m)"),
    "cadence_spm": ("cadence (spm)",),
    "heart_rate_bpm": ("heart rate (bpm)",),
    "power_w": ("power (w)",),
    "contact_time_ms": ("ground time (ms)",),
    "contact_balance_left_pct": ("ground time balance",),
    "vertical_oscillation_mm": ("vertical oscillation (cm)",),
    "vertical_ratio_pct": ("vertical ratio",),
    "leg_spring_stiffness_kn_per_m": ("stiffness",),
}
"""Our columns, and theirs, the one to prefer first."""
_TIMES = {"vertical_oscillation_mm": 10.0}
_NEVER_ZERO = {
    "heart rate (bpm)",
    "ground time (ms)",
    "ground time balance",
    "vertical oscillation (cm)",
    "vertical oscillation balance",
    "vertical ratio",
    "stiffness",
    "stiffness/kg",
    "leg spring stiffness balance",
    "impact loading rate balance",
}
"""Where 0 cannot be: no runner touches the ground for 0 ms, and no foot has no share at all."""
_NEVER_NEGATIVE = {name for name in _NEVER_ZERO if "balance" not in name} | {
    "cadence (spm)",
    "power (w)",
    "power (w/kg)",
    "stryd speed (m/s)",
    "watch speed (m/s)",
}
_BELIEVED = {"contact_balance_left_pct": (20.0, 80.0), "vertical_ratio_pct": (2.0, 25.0)}
"""Median of a column whose unit no header says; elsewhere it is kept as written, unused."""
_BALANCE = "ground time balance"
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_MOST_PARTS = 20
_MOST = 1e17  # beyond the microseconds since 1970; nothing in such a file is larger
_UNIT = re.compile(r"(.*\S)\s*\(([^()]+)\)")
_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0  # the years 2000 to 2100
_MILLISECONDS, _MICROSECONDS = 1e11, 1e14


@dataclass(frozen=True)
class _Column:
    """One column as read: numbers, NaN where there are none, and its text where it is no number."""

    name: str
    values: Floats
    texts: tuple[str, ...] | None
    unreadable: int


def recognises(data: bytes) -> bool:
    """Return whether the first line names Stryd's columns.

    Examples
    --------
    >>> recognises(b"Timestamp,Power (w/kg),Stryd Speed (m/s)")
    True
    """
    header = header_of(data)
    return header is not None and _TIME in header.plain and bool(_SIGNS & set(header.plain))


def read(data: bytes, name: str) -> Contents:
    """Return the run in an export of Stryd's PowerCenter.

    Parameters
    ----------
    data
        The file's bytes; any bytes at all, damage becomes issues.
    name
        The file's name, without its folder.

    Returns
    -------
    Contents
        One recording; several where more than a day lies between parts of the file.
    """
    table = table_of(data)
    if table is None or _TIME not in table.header.plain:
        problem = "The first line does not name the columns of a Stryd export."
        return Contents((), (Issue("error", name, problem, "Export the run again."),))
    columns = _columns(table)
    issues = list(left_out(table.left, name))
    time_s, doubts = _clock(columns[_TIME], name)
    issues += doubts
    if not np.isfinite(time_s).any():
        says = "No row has a time that can be read."
        return Contents((), (*issues, Issue("error", name, says, "Export the run again.")))
    issues += _not_numbers(columns, name)
    issues += _emptied(columns, name)
    source = Source(name, hashlib.sha256(data).hexdigest(), _NAME)
    recordings, found = _recordings(columns, time_s, source)
    return Contents(recordings, tuple(dict.fromkeys((*issues, *found))))


# --- the columns as written --------------------------------------------------------------------


def _number(cell: str) -> float:
    value = float(cell) if _NUMBER.fullmatch(cell) else math.nan
    return value if abs(value) < _MOST else math.nan


def _columns(table: Table) -> dict[str, _Column]:
    """Return every column by its plain name; a name's second column gets its place beside it."""
    width = len(table.header.names)
    numbers = [array("d") for _ in range(width)]
    texts: list[dict[int, str]] = [{} for _ in range(width)]
    comma = table.header.delimiter != ","
    height, kept = 0, 0
    for row, cells in enumerate(table.rows):
        if kept > MOST_TEXTS:
            table.left.rest = True
            break
        height = row + 1
        for place, cell in enumerate(cells):
            stripped = cell.strip()
            value = _number(stripped.replace(",", ".") if comma else stripped)
            numbers[place].append(value)
            if stripped and math.isnan(value):
                texts[place][row] = stripped
                kept += 1
    found: dict[str, _Column] = {}
    for key, column in _named(table.header, numbers, texts, height):
        found[f"{key} {len(found)}" if key in found else key] = column
    return found


def _named(
    header: Header, numbers: "list[array[float]]", texts: list[dict[int, str]], height: int
) -> Iterator[tuple[str, _Column]]:
    for place, (name, key) in enumerate(zip(header.names, header.plain, strict=True)):
        values = np.array(numbers[place], dtype=np.float64)
        values[~np.isfinite(values)] = np.nan
        numeric = int(np.isfinite(values).sum())
        other = texts[place]
        known = key == _TIME or any(key in names for names in _CHOICES.values())
        is_text = not known and len(other) > numeric
        whole = tuple(other.get(row, "") for row in range(height)) if is_text else None
        yield key, _Column(name, values, whole, 0 if is_text else len(other))


def _not_numbers(columns: dict[str, _Column], where: str) -> Iterator[Issue]:
    counts = [f"{c.name} {c.unreadable}" for k, c in columns.items() if c.unreadable and k != _TIME]
    if counts:
        says = f"Cells that hold no number were left empty: {', '.join(counts)}."
        yield Issue("warning", where, says)


def _emptied(columns: dict[str, _Column], where: str) -> Iterator[Issue]:
    """Empty, in place, the values that cannot be, and yield how many there were."""
    zeros, negative = [], []
    for key, column in columns.items():
        if key in _NEVER_NEGATIVE:
            negative += _without(column, column.values < 0)
        if key in _NEVER_ZERO:
            zeros += _without(column, column.values == 0)
    if zeros:
        says = f"Zeros that mean no value were left empty: {', '.join(zeros)}."
        yield Issue("info", where, says)
    if negative:
        says = f"Values below zero, which cannot be, were left empty: {', '.join(negative)}."
        yield Issue("warning", where, says)
    if _BALANCE in columns and not np.isfinite(columns[_BALANCE].values).any():
        says = "The balance columns are empty: one pod was worn, so left and right are not told."
        yield Issue("info", where, says)


def _without(column: _Column, away: Bools) -> list[str]:
    column.values[away] = np.nan
    return [f"{column.name} {int(away.sum())}"] if away.any() else []


def _clock(column: _Column, where: str) -> tuple[Floats, tuple[Issue, ...]]:
    """Return whole seconds since 1970, NaN where a row has no time that can be."""
    times = column.values.copy()
    middle = float(np.nanmedian(times)) if np.isfinite(times).any() else 0.0
    times /= 1e6 if middle > _MICROSECONDS else 1e3 if middle > _MILLISECONDS else 1.0
    times = np.rint(times)
    away = ~((times >= _EARLIEST) & (times < _LATEST))
    if not away.any():
        return times, ()
    times[away] = np.nan
    says = f"{_rows(away, 'has', 'have')} no time, or one outside the years 2000 to 2100; left out."
    return times, (Issue("warning", where, says),)


def _rows(mask: Bools, one: str, several: str) -> str:
    """Return how many rows do something."""
    count = int(mask.sum())
    return f"1 row {one}" if count == 1 else f"{count} rows {several}"


# --- from columns to recordings ----------------------------------------------------------------


@dataclass(frozen=True)
class _Order:
    """Rows put in time order, one a second.

    Attributes
    ----------
    rows
        Places in the file, in time order.
    sample
        For each of them the sample it belongs to.
    times
        Seconds since 1970 of each sample, rising.
    """

    rows: Ints
    sample: Ints
    times: Ints

    def taken(self, values: Floats) -> Floats:
        """Return a column, one value a sample: the first that is there in each second."""
        own = values[self.rows]
        whole = np.full(self.times.size, np.nan)
        there = np.flatnonzero(np.isfinite(own))[::-1]
        whole[self.sample[there]] = own[there]
        return whole

    def told(self, texts: Sequence[str]) -> pl.Series:
        """Return a column of text, one a sample, null where there was none."""
        whole: list[str | None] = [None] * self.times.size
        for row, sample in zip(self.rows.tolist(), self.sample.tolist(), strict=True):
            whole[sample] = whole[sample] or texts[row] or None
        return pl.Series(whole, dtype=pl.String)


def _ordered(time_s: Floats, where: str) -> tuple[_Order, tuple[Issue, ...]]:
    rows = np.flatnonzero(np.isfinite(time_s))
    stray = stray_times(time_s[rows].astype(np.int64))
    issues = []
    if stray.any():
        says = f"{_rows(stray, 'bears', 'bear')} a time far from all others; left out."
        issues.append(Issue("warning", where, says))
    rows = rows[~stray]
    backward = int((np.diff(time_s[rows]) < 0).sum())
    if backward:
        often = "once" if backward == 1 else f"{backward} times"
        says = f"The clock went backward {often}; samples were put in time order."
        issues.append(Issue("warning", where, says))
    rows = rows[np.argsort(time_s[rows], kind="stable")]
    times = time_s[rows]
    fresh = np.diff(times, prepend=times[0] - 1) > 0
    if not fresh.all():
        says = (
            f"{_rows(~fresh, 'repeats', 'repeat')} a second already there; "
            "of each second the first value of each kind was kept."
        )
        issues.append(Issue("info", where, says))
    return _Order(rows, np.cumsum(fresh) - 1, times[fresh].astype(np.int64)), tuple(issues)


def _recordings(
    columns: dict[str, _Column], time_s: Floats, source: Source
) -> tuple[tuple[Recording, ...], tuple[Issue, ...]]:
    order, ordered = _ordered(time_s, source.file)
    ours, issues = _ours(columns, source.file)
    issues += ordered
    used = {theirs for theirs, _ in ours.values()}
    values = {name: order.taken(column) for name, (_, column) in ours.items()}
    extras = [
        _extra(number, column, order)
        for number, (key, column) in enumerate(columns.items())
        if key not in used and key != _TIME
    ]
    parts = list(spans(order.times))
    kept = parts[:_MOST_PARTS]
    found = [_recording(values, extras, order.times, part, source) for part in kept]
    if len(parts) > 1:
        says = f"Its samples span days; the file was cut at its pauses into {len(parts)} parts."
        rest = "" if len(kept) == len(parts) else f" The first {_MOST_PARTS} were read."
        issues = (*issues, Issue("warning", source.file, says + rest))
    return tuple(found), issues


def _ours(
    columns: dict[str, _Column], where: str
) -> tuple[dict[str, tuple[str, Floats]], tuple[Issue, ...]]:
    """Return, for each of our columns the file fills, its own name there and the values."""
    issues: list[Issue] = []
    ours = {}
    for name, choices in _CHOICES.items():
        key = next((k for k in choices if k in columns and _any(columns[k].values)), None)
        if key is None:
            continue
        values = columns[key].values * _TIMES.get(name, 1.0)
        low, high = _BELIEVED.get(name, (-np.inf, np.inf))
        if not low <= float(np.nanmedian(values)) <= high:
            says = f"{columns[key].name} is not in the unit that was expected; it was not used."
            issues.append(Issue("warning", where, says))
            continue
        ours[name] = (key, values)
    issues += _said(ours, columns, where)
    watts = _watts(columns)
    if "power_w" not in ours and watts is not None:
        ours["power_w"] = ("", watts)
        says = "Watts were worked out from W/kg with the weight the file itself holds."
        issues.append(Issue("info", where, says))
    return ours, tuple(issues)


def _said(
    ours: dict[str, tuple[str, Floats]], columns: dict[str, _Column], where: str
) -> Iterator[Issue]:
    if {"stryd speed (m/s)", "watch speed (m/s)"} <= columns.keys():
        yield Issue("info", where, "Pace and distance are the pod's; the watch's are kept beside.")
    if "contact_balance_left_pct" in ours:
        yield Issue(
            "warning",
            where,
            "The file does not say whose share its ground time balance is; it was read as the "
            "left foot's.",
            "Try once: walk, resting longer on your left foot. If the number falls, say in the "
            "settings that this device's sides are exchanged.",
        )


def _any(values: Floats) -> bool:
    return bool(np.isfinite(values).any())


def _watts(columns: dict[str, _Column]) -> Floats | None:
    """Return power in watts where the file tells the weight: stiffness over stiffness per kg."""
    needed = ("power (w/kg)", "stiffness", "stiffness/kg")
    if not all(key in columns for key in needed):
        return None
    per_kg, stiff, stiff_per_kg = (columns[key].values for key in needed)
    there = (stiff > 0) & (stiff_per_kg > 1e-3)
    weight = stiff[there] / stiff_per_kg[there]
    if not weight.size or np.ptp(weight) > 0.01 * float(np.median(weight)):
        return None
    return np.asarray(np.round(per_kg * float(np.median(weight)), 3))


def _extra(number: int, column: _Column, order: _Order) -> DeveloperField:
    said = _UNIT.fullmatch(column.name)
    name, unit = (said[1], said[2]) if said else (column.name, None)
    if column.texts is not None:
        return DeveloperField("", 0, number, name, unit, order.told(column.texts))
    series = pl.Series(order.taken(column.values), nan_to_null=True)
    return DeveloperField("", 0, number, name, unit, series)


def _recording(
    values: dict[str, Floats],
    extras: list[DeveloperField],
    times: Ints,
    part: tuple[int, int],
    source: Source,
) -> Recording:
    first, after = part
    time_s = (times[first:after] - times[first]).astype(np.float64)
    known = {name: column[first:after] for name, column in values.items()} | {"time_s": time_s}
    issues: tuple[Issue, ...] = ()
    for name, check in (("distance_m", checked_distance), ("speed_mps", checked_speed)):
        if name in known:
            checked = check(known[name], time_s, source.file)
            known[name], issues = checked.values, issues + checked.issues
    empty = pl.repeat(None, time_s.size, dtype=pl.Float64, eager=True)
    samples = pl.DataFrame(
        [
            pl.Series(name, known[name], nan_to_null=True) if name in known else empty.alias(name)
            for name in SAMPLES.names
        ]
    )
    own = (_part_of(extra, first, after) for extra in extras)
    return Recording(
        source,
        "Stryd",
        "running",
        "generic",
        datetime.fromtimestamp(int(times[first]), UTC),
        samples,
        developer_fields=tuple(x for x in own if x.values.null_count() < time_s.size),
        spacing=_spacing(time_s),
        issues=issues,
    )


def _part_of(extra: DeveloperField, first: int, after: int) -> DeveloperField:
    return DeveloperField(
        extra.application,
        extra.developer_index,
        extra.number,
        extra.name,
        extra.unit,
        extra.values.slice(first, after - first),
    )


def _spacing(time_s: Floats) -> Spacing:
    """Return how regularly rows were written, as for every other file."""
    if time_s.size < 10:
        return "unknown"
    return "every second" if (np.diff(time_s) == 1).mean() >= 0.9 else "smart"


reader = Reader(
    name=_NAME,
    suffixes=(".csv",),
    says=(
        "Exports of Stryd PowerCenter, one run at 1 Hz: the pod's pace, cadence, contact time, "
        "oscillation, leg spring stiffness, power. Left and right only with two pods. No laps, so "
        "no marks, no pauses, no position, no time zone."
    ),
    recognises=recognises,
    read=read,
    columns=tuple(name for name in SAMPLES.names if name in _CHOICES or name == "time_s"),
)
