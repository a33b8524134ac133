"""The panels: pace, slope and the signal with its band of nine in ten values."""

from dataclasses import dataclass

import numpy as np

from evenstride.app.views import EpisodeView, ReadingView, StripLine
from evenstride.model.signal import Floats
from evenstride.report import words
from evenstride.report.ink import (
    BAND,
    BAR,
    BODY,
    FELT,
    INK,
    MEASURED,
    MUTED,
    PALE,
    RECALLED,
    RULE,
    SMALL,
    SOLID,
    THIN,
    TINT,
    Fill,
    Pen,
    Stroke,
    Type,
    text_width,
)
from evenstride.report.lanes import HATCHED, ends, name, not_judged
from evenstride.report.layout import room, smooth, value_ticks, wrap
from evenstride.report.sheet import EDGE, LEFT, PLOT, WIDTH, Lane, Sheet

_RIGHT = LEFT + PLOT
_SMOOTH_S, _LONG_SMOOTH_S, _LONG_S = 60.0, 180.0, 7200.0
_MOST_POINTS = 1500


@dataclass(frozen=True)
class Scale:
    """Values onto a lane; `low` lies at its floor and may be the greater one."""

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


def across(sheet: Sheet) -> Floats:
    """Return where each step of the strip lies, inches."""
    share = sheet.analysis.strip.time_s / max(sheet.analysis.run.duration_s, 1.0)
    places: Floats = LEFT + PLOT * np.clip(share, 0.0, 1.0)
    return places


def every(sheet: Sheet) -> int:
    """Return how many strip steps one drawn point stands for: long runs draw fewer."""
    return 1 + sheet.analysis.strip.time_s.size // _MOST_POINTS


def draw_pace(pen: Pen, sheet: Sheet) -> None:
    """Draw the pace, faster above, with its quickest and slowest usual values named."""
    lane = sheet.lanes["pace"]
    name(pen, "Pace", lane.top - 0.12)
    values = sheet.analysis.strip.pace_s_per_km
    known = values[np.isfinite(values)]
    if not known.size:
        pen.text((LEFT, lane.floor + 0.15), "not recorded", Type(BODY, MUTED))
        return
    fast, slow = (float(p) for p in np.percentile(known, [3, 97]))
    pad = 0.15 * (slow - fast) + 2.0
    scale = Scale(lane, slow + pad, fast - pad)
    _mean_pace(pen, sheet, scale)
    step = every(sheet)
    pen.line(across(sheet)[::step], scale.y(values[::step]), Stroke(INK, 0.8))
    pen.text((EDGE, lane.top - 0.25), f"per {sheet.units}, faster ↑", Type(SMALL, MUTED))


def _mean_pace(pen: Pen, sheet: Sheet, scale: Scale) -> None:
    run = sheet.analysis.run
    said = words.mean_pace(run, sheet.units)
    if said and run.distance_m:
        y = scale.at(1000 * run.moving_s / run.distance_m)
        pen.line([LEFT, _RIGHT], [y, y], Stroke(RULE, 0.6))
        pen.text((_RIGHT + 0.08, y - 0.035), f"mean {said}", Type(SMALL, MUTED))


def draw_slope(pen: Pen, sheet: Sheet) -> None:
    """Draw the slope as hills filled from the level line."""
    lane = sheet.lanes["slope"]
    name(pen, "Slope", lane.top - 0.12)
    values = sheet.analysis.strip.grade_pct
    known = np.abs(values[np.isfinite(values)])
    if not known.size:
        pen.text((LEFT, lane.floor + 0.1), "not recorded", Type(BODY, MUTED))
        return
    most = max(float(np.percentile(known, 99)), 2.0)
    scale = Scale(lane, -most, most)
    level = scale.at(0.0)
    step = every(sheet)
    x, hills = across(sheet)[::step], np.nan_to_num(scale.y(values[::step]), nan=level)
    ends_on_level = ((x[-1], level), (x[0], level))
    pen.shape(np.vstack((np.column_stack((x, hills)), ends_on_level)), Fill(PALE))
    pen.line([LEFT, _RIGHT], [level, level], Stroke(MUTED, 0.5))
    pen.text((EDGE, lane.top - 0.25), "uphill ↑", Type(SMALL, MUTED))
    pen.text((_RIGHT + 0.08, level - 0.035), f"up to {most:.0f} %", Type(SMALL, MUTED))


def draw_signal(pen: Pen, sheet: Sheet, index: int) -> None:
    """Draw one channel: band, episodes, what was set aside, values and their one-minute mean."""
    line = sheet.analysis.strip.lines[index]
    lane = sheet.lanes[f"line {index}"]
    scale = Scale(lane, *_room(sheet, line))
    if words.has_band(sheet.analysis.run):
        _band(pen, scale, line, named=index == 0)
    _shade(pen, sheet, lane)
    _values(pen, sheet, scale, line)
    _moments(pen, sheet, lane)
    if index == 0:
        _numbers(pen, sheet, lane)
    _names(pen, scale, line)
    _ticks(pen, scale)
    if index == 0 and has_mean(sheet):
        minutes = round(mean_over_s(sheet) / 60)
        for i, said in enumerate(("thick line:", f"{minutes}-minute", "mean")):
            pen.text((EDGE, lane.floor + 0.27 - 0.115 * i), said, Type(SMALL, MUTED))


def mean_over_s(sheet: Sheet) -> float:
    """Return over how many seconds the thick line is the mean: more in long runs."""
    return _LONG_SMOOTH_S if sheet.analysis.run.duration_s > _LONG_S else _SMOOTH_S


def has_mean(sheet: Sheet) -> bool:
    """Return True where the run is long enough for a mean that is more than one flat line."""
    return sheet.analysis.run.duration_s >= 2 * _SMOOTH_S


def _room(sheet: Sheet, line: StripLine) -> tuple[float, float]:
    known = line.values[np.isfinite(line.values)]
    if words.judged(sheet.analysis.run) or not known.size:
        return room(line.values, (line.band_lo, line.band_hi))
    return room(line.values, (float(known.min()), float(known.max())))


def _shade(pen: Pen, sheet: Sheet, lane: Lane) -> None:
    for bar in sheet.bars:
        if bar.light:
            continue
        pen.boxes([(bar.start, bar.end)], lane.floor, lane.height, Fill(TINT, 0.65))
        zones = [(sheet.x(low), sheet.x(high)) for low, high in ends(bar.reading)]
        pen.boxes(zones, lane.floor, lane.height, Fill(BAR))
    pen.boxes(not_judged(sheet), lane.floor, lane.height, HATCHED)


def _band(pen: Pen, scale: Scale, line: StripLine, *, named: bool) -> None:
    low, high = scale.at(line.band_lo), scale.at(line.band_hi)
    pen.boxes([(LEFT, _RIGHT)], low, high - low, Fill(BAND))
    for y in (low, high):
        pen.line([LEFT, _RIGHT], [y, y], Stroke(MUTED, 0.7, (4, 2.5)))
    x = _RIGHT + 0.08
    if named:
        middle = (low + high) / 2
        pen.line([_RIGHT + 0.03] * 2, [low, high], Stroke(MUTED, 1.0))
        pen.text((x, middle + 0.03), "9 in 10", Type(SMALL, MUTED))
        pen.text((x, middle - 0.09), "normal values", Type(SMALL, MUTED))


def _values(pen: Pen, sheet: Sheet, scale: Scale, line: StripLine) -> None:
    strip = sheet.analysis.strip
    apart = (
        float(strip.time_s[1] - strip.time_s[0]) if strip.time_s.size > 1 else mean_over_s(sheet)
    )
    step = every(sheet)
    x = across(sheet)[::step]
    if not has_mean(sheet):
        pen.line(x, scale.y(line.values[::step]), Stroke(INK, 0.8))
        return
    calm = smooth(line.values, max(1, round(mean_over_s(sheet) / apart)))
    pen.line(x, scale.y(line.values[::step]), Stroke(THIN, 0.45))
    pen.line(x, scale.y(calm[::step]), Stroke(INK, 1.3))


def _moments(pen: Pen, sheet: Sheet, lane: Lane) -> None:
    for bar in sheet.bars:
        if not bar.light:
            for x in _edges(sheet, bar.reading):
                pen.line([x, x], [lane.floor, lane.top], Stroke(MEASURED, 1.1))
    for flag in sheet.flags:
        if flag.mark.kind != "mark":
            how = Stroke(FELT, 0.8, RECALLED if flag.mark.recalled else SOLID)
            pen.line([flag.x, flag.x], [lane.floor, lane.top + 0.06], how)


def _numbers(pen: Pen, sheet: Sheet, lane: Lane) -> None:
    """Write each of several episodes' numbers over its tint."""
    for bar in sheet.bars:
        if bar.number and not bar.light:
            at = ((bar.start + bar.end) / 2, lane.top + 0.04)
            pen.text(at, str(bar.number), Type(SMALL, MEASURED, bold=True), "center")


def _edges(sheet: Sheet, reading: EpisodeView | ReadingView) -> list[float]:
    found = [] if reading.present_at_start else [sheet.x(reading.onset_s)]
    return found if reading.recovery_s is None else [*found, sheet.x(reading.recovery_s)]


def _names(pen: Pen, scale: Scale, line: StripLine) -> None:
    lane = scale.lane
    pen.line([LEFT, LEFT], [lane.floor, lane.top], Stroke(MUTED, 0.6))
    title = words.short_name(line.name, line.says)
    lines = wrap(title, LEFT - EDGE - 0.42, lambda text: text_width(text, Type(BODY, bold=True)))
    for i, text in enumerate(lines):
        name(pen, text, lane.top - 0.12 - 0.125 * i)
    under = lane.top - 0.115 - 0.125 * len(lines)
    pen.text((EDGE, under), words.symbol(line.unit), Type(SMALL, MUTED))
    said = words.directions(line.name)
    if said:
        _direction(pen, f"↑ {said[0]}", lane.top - 0.08)
        _direction(pen, f"↓ {said[1]}", lane.floor + 0.02, upward=True)


def _ticks(pen: Pen, scale: Scale) -> None:
    """Write round values at the axis, so that the size of a change can be read off."""
    ticks = value_ticks(scale.low, scale.high, most=5 if scale.lane.height > 1.2 else 3)
    decimals = max((len(f"{value:g}".partition(".")[2]) for value in ticks), default=0)
    for value in ticks:
        y = scale.at(value)
        pen.line([LEFT - 0.04, LEFT], [y, y], Stroke(MUTED, 0.6))
        said = f"{value:.{decimals}f}".replace("-", "−")
        pen.text((LEFT - 0.06, y - 0.035), said, Type(SMALL, MUTED), "right")


def _direction(pen: Pen, text: str, y: float, *, upward: bool = False) -> None:
    x, how = _RIGHT + 0.08, Type(SMALL, INK)
    lines = wrap(text, WIDTH - x - 0.04, lambda part: text_width(part, Type(SMALL)))
    top = y + 0.115 * (len(lines) - 1) if upward else y
    for i, part in enumerate(lines):
        pen.text((x, top - 0.115 * i), part, how)
