"""The picture of years: when it went, how long it lasted, what stayed coordinated, and balance."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

from evenstride.app.archive_views import TrendRunView, TrendView
from evenstride.app.settings import replace_file
from evenstride.app.trend import went
from evenstride.model.errors import EvenstrideError
from evenstride.model.signal import Bools, Floats
from evenstride.report.ink import (
    BAND,
    BAR,
    BODY,
    FELT,
    HEAD,
    INK,
    MEASURED,
    MUTED,
    PALE,
    RULE,
    SMALL,
    THIN,
    Dots,
    Fill,
    Mark,
    Pen,
    Stroke,
    Type,
    text_width,
)
from evenstride.report.lanes import HATCHED, name
from evenstride.report.layout import value_ticks
from evenstride.report.picture import Picture, render
from evenstride.report.sheet import EDGE, LEFT, PLOT, WIDTH, Lane
from evenstride.report.trend_sheet import (
    DEVICE_ROW,
    TrendSheet,
    day_of,
    length_of,
    plan_trend,
)
from evenstride.report.words import Units, clock

_RIGHT = LEFT + PLOT
_MINUTES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
_EARLIEST_S, _START_ROW = 30.0, 0.18
_MOST_INTERVALS = 200
_SMOOTHED_RUNS, _FEWEST_SMOOTHED = 15, 5
_MOST_NAMED_MONTHS = 30


@dataclass(frozen=True)
class Scale:
    """Values onto a lane, from `low` at its floor to `high` at its top."""

    lane: Lane
    low: float
    high: float

    def y(self, values: Floats) -> Floats:
        """Return heights in inches, kept on the lane, NaN where unknown."""
        share = np.clip((values - self.low) / (self.high - self.low), 0.0, 1.0)
        heights: Floats = self.lane.floor + self.lane.height * share
        return heights

    def at(self, value: float) -> float:
        """Return the height of one value."""
        return float(self.y(np.array([value]))[0])


def draw_trend_picture(view: TrendView, units: Units) -> Picture:
    """Return the picture of years, 7.5 inches wide as every picture.

    Raises
    ------
    EvenstrideError
        If no run has been analysed: there is nothing to draw.
    """
    if not view.runs:
        raise EvenstrideError(
            "No run of the archive has been analysed yet, so there is nothing to draw.",
            "Import runs first: evenstride import FILES",
        )
    sheet = plan_trend(view, units)
    return render(trend_marks(sheet), sheet.height)


def write_trend(view: TrendView, folder: Path, units: Units) -> tuple[Path, ...]:
    """Write the picture as trend.png and trend.svg into a folder and return where they are.

    Raises
    ------
    EvenstrideError
        If there is nothing to draw, or the folder cannot be written.
    """
    picture = draw_trend_picture(view, units)
    contents = {"trend.png": picture.png, "trend.svg": picture.svg.encode()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            replace_file(folder / file, content)
    except OSError as error:
        raise EvenstrideError(
            f"The picture could not be written to {folder}: {error.strerror or error}.",
            "Choose a folder you may write to, with --out.",
        ) from error
    return tuple(folder / file for file in contents)


def trend_marks(sheet: TrendSheet) -> tuple[Mark, ...]:
    """Return everything that is drawn, in inches."""
    pen = Pen()
    _words(pen, sheet)
    _years(pen, sheet)
    for draw in (_runs, _latency, _recovery, _share, _balance, _devices):
        draw(pen, sheet)
    return tuple(pen.marks)


def _words(pen: Pen, sheet: TrendSheet) -> None:
    y = sheet.height - 0.12
    for line in sheet.headline:
        y -= 0.21
        pen.text((EDGE, y + 0.04), line, Type(HEAD, INK, bold=True))
    for line in sheet.about:
        y -= 0.17
        pen.text((EDGE, y + 0.03), line, Type(BODY, MUTED))
    y = 0.12 + 0.135 * len(sheet.notes)
    pen.line([EDGE, WIDTH - EDGE], [y + 0.04] * 2, Stroke(RULE, 0.6))
    for line in sheet.notes:
        y -= 0.135
        pen.text((EDGE, y + 0.03), line, Type(SMALL, MUTED))


def _lane(pen: Pen, lane: Lane, title: str, *says: str, colour: str = INK) -> None:
    """Write a lane's name and what it counts into the left margin, and draw its floor."""
    name(pen, title, lane.top - 0.11, colour)
    for row, said in enumerate(says):
        pen.text((EDGE, lane.top - 0.24 - 0.12 * row), said, Type(SMALL, MUTED))
    pen.line([LEFT, _RIGHT], [lane.floor] * 2, Stroke(RULE, 0.6))


def _nothing(pen: Pen, lane: Lane, says: str) -> None:
    pen.text((LEFT + 0.08, lane.floor + lane.height / 2 - 0.04), says, Type(BODY, MUTED))


def _tick(pen: Pen, y: float, text: str, *, ruled: bool = True) -> None:
    if ruled:
        pen.line([LEFT, _RIGHT], [y, y], Stroke(BAND, 0.6))
    pen.text((_RIGHT + 0.08, y - 0.035), text, Type(SMALL, MUTED))


# --- the calendar -------------------------------------------------------------------------------


def _years(pen: Pen, sheet: TrendSheet) -> None:
    """Draw the axis: years, or months where there are few."""
    axis, top = sheet.lanes["axis"], sheet.lanes["runs"].top
    pen.line([LEFT, _RIGHT], [axis.top] * 2, Stroke(INK, 0.8))
    for month in _months(sheet.first, sheet.last):
        x = sheet.x(month)
        if month.month == 1:
            pen.line([x, x], [axis.top - 0.1, top], Stroke(RULE, 0.5))
        pen.line([x, x], [axis.top, axis.top - 0.04], Stroke(MUTED, 0.5))
    for x, text, how in _named(sheet):
        pen.text((x, axis.top - 0.17), text, how, "center")
    _year_numbers(pen, sheet)


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        if month >= first:
            yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _named(sheet: TrendSheet) -> list[tuple[float, str, Type]]:
    """Return the names of months, where there are not too many."""
    months = list(_months(sheet.first, sheet.last))
    if len(months) > _MOST_NAMED_MONTHS:
        return []
    every = 1 + len(months) // 13
    how = Type(SMALL, INK)
    return [
        (sheet.x(month), f"{month:%b}", how)
        for month in months
        if (month.month - 1) % every == 0 and LEFT < sheet.x(month) < _RIGHT
    ]


def _year_numbers(pen: Pen, sheet: TrendSheet) -> None:
    low = 0.3 if _named(sheet) else 0.18
    y = sheet.lanes["axis"].top - low
    years = range(sheet.first.year, sheet.last.year + 1)
    middles = {
        year: (
            sheet.x(max(date(year, 1, 1), sheet.first))
            + sheet.x(min(date(year, 12, 31), sheet.last))
        )
        / 2
        for year in years
    }
    room = text_width("2000", Type(BODY)) + 0.04
    last = -room
    for year in years[:: _every(sheet, room)]:
        if middles[year] - last >= room:
            last = middles[year]
            pen.text((last, y), f"{year}", Type(BODY, INK), "center")


def _every(sheet: TrendSheet, room: float) -> int:
    """Return how many years apart the numbers may stand."""
    whole_year = sheet.x(date(2001, 1, 1)) - sheet.x(date(2000, 1, 1))
    return next((step for step in (1, 2, 5, 10) if step * whole_year >= room), 20)


def _runs(pen: Pen, sheet: TrendSheet) -> None:
    """Draw how many runs there were each month, those in which it went at the bottom."""
    lane = sheet.lanes["runs"]
    _lane(pen, lane, "Runs a month", "dark: it went")
    for gap in sheet.view.gaps:
        start, end = (sheet.x(date.fromisoformat(day)) for day in (gap.first, gap.last))
        start, end = max(start, LEFT), min(end, _RIGHT)
        if end > start:
            pen.boxes([(start, end)], lane.floor, lane.height, HATCHED)
    months = {
        month: list(own)
        for month, own in groupby(sheet.view.runs, lambda run: day_of(run).replace(day=1))
    }
    most = max(len(own) for own in months.values())
    for month, own in months.items():
        start = max(sheet.x(month), LEFT)
        end = min(sheet.x((month + timedelta(days=32)).replace(day=1)), _RIGHT)
        off = sum(went(run) for run in own)
        wide = (start, max(end - 0.012, start + 0.01))
        pen.boxes([wide], lane.floor, lane.height * len(own) / most, Fill(PALE))
        if off:
            pen.boxes([wide], lane.floor, lane.height * off / most, Fill(MEASURED))
    pen.text((_RIGHT + 0.08, lane.top - 0.08), f"{most}", Type(SMALL, MUTED))
    if sheet.view.gaps:
        pen.text((_RIGHT + 0.08, lane.floor), "hatched: none", Type(SMALL, MUTED))


# --- when it went -------------------------------------------------------------------------------


def _latency(pen: Pen, sheet: TrendSheet) -> None:
    """Draw after how many minutes it went: by the watch, as felt, and runs in which it did not."""
    lane = sheet.lanes["latency"]
    _lane(pen, lane, "It went", "minutes after the", "start; lower: sooner")
    above = Lane(lane.floor + _START_ROW, lane.height - _START_ROW)
    longest = max(run.duration_s for run in sheet.view.runs)
    scale = Scale(above, math.log(_EARLIEST_S), math.log(max(longest, 2 * _EARLIEST_S)))
    for minutes in _MINUTES:
        if 60 * minutes <= longest:
            _tick(pen, scale.at(math.log(60 * minutes)), f"{minutes:g} min")
    _tick(pen, lane.floor + 0.03, "at the start", ruled=False)
    runs, x = sheet.view.runs, sheet.across
    quiet = np.array([run.share is not None and not went(run) for run in runs], dtype=bool)
    lasted = _logs([run.duration_s for run in runs])
    pen.dots(Dots(x[quiet], scale.y(lasted)[quiet], "dash", PALE, 2.4))
    _intervals(pen, sheet, scale)
    start = lane.floor + 0.05
    seen = np.array([_gone_s(run) for run in runs])
    y = np.where(seen <= 0, start, scale.y(_logs(seen)))
    pen.dots(Dots(x, y, "disc", MEASURED, 3.4))
    felt = np.array([_felt_gone_s(run) for run in runs])
    y = np.where(felt <= 0, start, scale.y(_logs(felt)))
    pen.dots(Dots(x, y, "diamond", FELT, 2.8))
    if not np.isfinite(np.concatenate((seen, felt))).any():
        _nothing(pen, Lane(lane.floor, 0.3), "no run in which it was seen or felt to go")


def _logs(seconds: Sequence[float] | Floats) -> Floats:
    logs: Floats = np.log(np.maximum(np.asarray(seconds, dtype=float), 1.0))
    return logs


def _gone_s(run: TrendRunView) -> float:
    """Return when the watch saw it go, 0 from the start, NaN where it saw nothing."""
    if run.measured is None:
        return 0.0 if run.off_throughout else math.nan
    return 0.0 if run.measured.at_start else run.measured.gone_s or 0.0


def _felt_gone_s(run: TrendRunView) -> float:
    if run.felt is None:
        return 0.0 if run.label == "off-throughout" else math.nan
    return 0.0 if run.felt.at_start else run.felt.gone_s or 0.0


def _intervals(pen: Pen, sheet: TrendSheet, scale: Scale) -> None:
    """Draw the 90 % intervals of the moments it went, where they are not too many to tell apart."""
    ends = [
        (x, run.measured.gone_lo_s, run.measured.gone_hi_s)
        for x, run in zip(sheet.across, sheet.view.runs, strict=True)
        if run.measured is not None and not run.measured.at_start
    ]
    known = [(x, lo, hi) for x, lo, hi in ends if lo is not None and hi is not None]
    if known and len(known) <= _MOST_INTERVALS:
        x, lo, hi = np.array(known).T
        _stems(pen, x, (scale.y(_logs(lo)), scale.y(_logs(hi))), Stroke(BAR, 1.0))


def _stems(pen: Pen, x: Floats, ends: tuple[Floats, Floats], how: Stroke) -> None:
    """Draw many upright lines as one."""
    nothing = np.full(x.shape, np.nan)
    pen.line(
        np.column_stack((x, x, nothing)).ravel(), np.column_stack((*ends, nothing)).ravel(), how
    )


# --- how long it lasted -------------------------------------------------------------------------


def _recovery(pen: Pen, sheet: TrendSheet) -> None:
    """Draw how much farther or longer until it came back, or how long at least it did not."""
    lane = sheet.lanes["recovery"]
    far = sheet.in_metres
    what = f"{sheet.units} after it went" if far else "minutes after"
    _lane(pen, lane, "It came back", what, *(() if far else ("it went",)))
    lengths = np.array([_length(run, sheet) for run in sheet.view.runs], dtype=float)
    if not np.isfinite(lengths).any():
        _nothing(pen, lane, "nothing that could have come back")
        return
    back = np.array([_came_back(run) for run in sheet.view.runs], dtype=bool)
    scale = Scale(lane, 0.0, 1.06 * max(float(np.nanmax(lengths)), 0.1))
    for value in value_ticks(0.0, scale.high, 4):
        if value:
            _tick(pen, scale.at(value), f"{value:g} {sheet.units if far else 'min'}")
    x, y = sheet.across, scale.y(lengths)
    pen.dots(Dots(x[back], y[back], "disc", MEASURED, 3.4))
    pen.dots(Dots(x[~back], y[~back], "triangle", MEASURED, 4.4, hollow=True))
    said = _last_censored(sheet, ~back & np.isfinite(lengths), lengths)
    for row, line in enumerate(said):
        pen.text((EDGE, lane.top - 0.52 - 0.12 * row), line, Type(SMALL, MUTED))


def _length(run: TrendRunView, sheet: TrendSheet) -> float:
    """Return for how long it was gone, at least; NaN where it was not."""
    if run.measured is None:
        if not run.off_throughout:
            return math.nan
        seconds, metres = run.duration_s, run.distance_m
    else:
        seconds, metres = length_of(run.measured, run)
    if not sheet.in_metres:
        return seconds / 60
    return math.nan if metres is None else metres / sheet.unit


def _came_back(run: TrendRunView) -> bool:
    return run.measured is not None and run.measured.back_s is not None


def _last_censored(sheet: TrendSheet, censored: Bools, lengths: Floats) -> tuple[str, ...]:
    """Say of the latest run that ended too early how far it had been gone."""
    if not censored.any():
        return ()
    length = float(lengths[np.flatnonzero(censored)[-1]])
    said = f"{length:.1f} {sheet.units}" if sheet.in_metres else clock(60 * length)
    return "latest triangle:", f"not back in {said}"


# --- the share ----------------------------------------------------------------------------------


def _share(pen: Pen, sheet: TrendSheet) -> None:
    """Draw which part of each run was coordinated, hanging from the whole, and each quarter's."""
    lane = sheet.lanes["share"]
    _lane(pen, lane, "Coordinated", "part of each run;", "line: each quarter")
    scale = Scale(lane, 0.0, 1.0)
    for percent in (100, 50, 0):
        _tick(pen, scale.at(percent / 100), f"{percent} %", ruled=percent == 50)
    shares = np.array([math.nan if r.share is None else r.share for r in sheet.view.runs])
    if not np.isfinite(shares).any():
        _nothing(pen, lane, "no run could be judged")
        return
    lost = shares < 1
    whole = np.full(int(lost.sum()), lane.top)
    _stems(pen, sheet.across[lost], (whole, scale.y(shares[lost])), Stroke(BAR, 1.0))
    for quarter, own in groupby(sheet.view.runs, _quarter):
        judged = [(r.share, r.judged_s) for r in own if r.share is not None]
        if judged:
            mean = sum(share * s for share, s in judged) / sum(s for _, s in judged)
            end = (quarter + timedelta(days=95)).replace(day=1) - timedelta(days=1)
            ends = (sheet.x(max(quarter, sheet.first)), sheet.x(min(end, sheet.last)))
            pen.line(ends, [scale.at(mean)] * 2, Stroke(INK, 1.2))


def _quarter(run: TrendRunView) -> date:
    day = day_of(run)
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


# --- balance and devices ------------------------------------------------------------------------


def _balance(pen: Pen, sheet: TrendSheet) -> None:
    """Draw each run's mean balance on the band that is usual for its device."""
    lane = sheet.lanes["balance"]
    _lane(pen, lane, "Balance", "left foot's share;", "band: usual on", "this device")
    rows = [
        (x, run.balance.mean_pct, run.balance.lo_pct, run.balance.hi_pct)
        if run.balance is not None
        else (x, None, None, None)
        for x, run in zip(sheet.across, sheet.view.runs, strict=True)
    ]
    x, mean, low, high = np.array(rows, dtype=float).T
    if not np.isfinite(mean).any():
        _nothing(pen, lane, "no device recorded the left-right share of ground contact")
        return
    every = np.concatenate((np.nanpercentile(mean, [1, 99]), low, high))
    bottom, top = float(np.nanmin(every)), float(np.nanmax(every))
    pad = 0.1 * (top - bottom) + 0.1
    scale = Scale(lane, bottom - pad, top + pad)
    for own in _unbroken(sheet):
        _band(pen, x[own], (scale.y(low[own]), scale.y(high[own])))
    for value in value_ticks(scale.low, scale.high, 4):
        _tick(pen, scale.at(value), f"{value:g} %")
    off = np.array([went(run) for run in sheet.view.runs], dtype=bool)
    y = scale.y(mean)
    pen.dots(Dots(x[~off], y[~off], "disc", THIN, 1.8))
    pen.dots(Dots(x[off], y[off], "disc", MEASURED, 2.6))
    for own in _unbroken(sheet):
        known = own[np.isfinite(mean[own])]
        if known.size >= _FEWEST_SMOOTHED:
            pen.line(x[known], scale.y(_running_median(mean[known])), Stroke(INK, 1.0))


def _unbroken(sheet: TrendSheet) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Return the places of runs on one device without a long gap between, stretch by stretch."""
    by_device: dict[str, list[int]] = {}
    for i, run in enumerate(sheet.view.runs):
        by_device.setdefault(run.device, []).append(i)
    stretches: list[list[int]] = []
    for places in by_device.values():
        stretches.append([places[0]])
        for before, i in pairwise(places):
            apart = day_of(sheet.view.runs[i]) - day_of(sheet.view.runs[before])
            if apart > timedelta(days=28):
                stretches.append([])
            stretches[-1].append(i)
    return [np.array(stretch) for stretch in stretches]


def _band(pen: Pen, x: Floats, ends: tuple[Floats, Floats]) -> None:
    low, high = ends
    known = np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return
    low, high = _running_median(low[known]), _running_median(high[known])
    start, end = x[known][0] - 0.015, x[known][-1] + 0.015
    across = np.concatenate(([start], x[known][1:-1], [end]))
    if low.size < 2:
        low, high, across = low[[0, 0]], high[[0, 0]], np.array([start, end])
    elif across.size != low.size:
        across = x[known]
    corners = np.column_stack(
        (np.concatenate((across, across[::-1])), np.concatenate((low, high[::-1])))
    )
    pen.shape(corners, Fill(BAND))


def _running_median(values: Floats) -> Floats:
    """Return the centred running median, over fewer values at both ends."""
    half = _SMOOTHED_RUNS // 2
    return np.array(
        [np.median(values[max(i - half, 0) : i + half + 1]) for i in range(values.size)]
    )


def _devices(pen: Pen, sheet: TrendSheet) -> None:
    """Draw from when to when each device was used."""
    lane = sheet.lanes["devices"]
    name(pen, "Devices", lane.top - 0.11)
    if not sheet.devices:
        pen.text((LEFT + 0.08, lane.floor + 0.05), "not named", Type(SMALL, MUTED))
    for device in sheet.devices:
        y = lane.top - DEVICE_ROW * device.row
        pen.line([device.start, device.end], [y - 0.02] * 2, Stroke(INK, 2.0))
        wide = text_width(device.name, Type(SMALL))
        x = min(device.start, WIDTH - EDGE - wide)
        pen.text((x, y - 0.13), device.name, Type(SMALL, INK))
