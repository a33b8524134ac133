"""The lanes between the panels: what was felt, what was measured, what was not judged."""

from evenstride.app.views import EpisodeView, ReadingView
from evenstride.report import words
from evenstride.report.ink import (
    BAR,
    BODY,
    FELT,
    HATCHING,
    INK,
    MEASURED,
    MUTED,
    PAPER,
    RECALLED,
    SMALL,
    SOLID,
    THIN,
    Fill,
    Pen,
    Stroke,
    Type,
)
from evenstride.report.sheet import (
    EDGE,
    FLAG_ROW,
    LEFT,
    PLOT,
    TEXT_ROW,
    UNSAID_ROW,
    BarPlan,
    FlagPlan,
    Sheet,
    bar_row,
)

_PIECE, _GAP = 0.05, 0.035  # of a bar of short bad moments
HATCHED = Fill(None, hatch="//////", outline=Stroke(HATCHING, 0.0))


def draw_felt(pen: Pen, sheet: Sheet) -> None:
    """Draw the marks as flags over a floor that is thick where the runner felt it gone."""
    lane = sheet.lanes["felt"]
    unsaid = sheet.unsaid
    name(pen, "Felt", lane.floor + 0.04 + UNSAID_ROW * len(unsaid), FELT)
    run = sheet.analysis.run
    if not run.marks:
        pen.text((LEFT, lane.floor + 0.04), "no mark was set", Type(BODY, MUTED))
        return
    for start, end in words.felt_pairs(run):
        pen.boxes([(sheet.x(start), sheet.x(end))], lane.floor, 0.06, Fill(FELT))
    for flag in sheet.flags:
        _flag(pen, flag, lane.floor)
    for i, said in enumerate(reversed(unsaid)):
        pen.text((EDGE, lane.floor + 0.03 + UNSAID_ROW * i), said, Type(SMALL, MUTED))


def _flag(pen: Pen, flag: FlagPlan, floor: float) -> None:
    if words.untold(flag.mark):
        _press(pen, flag, floor)
        return
    x, y = flag.x, floor + 0.12 + FLAG_ROW * flag.row + 0.05
    dashes = RECALLED if flag.mark.recalled else SOLID
    pen.line([x, x], [floor, y], Stroke(FELT, 0.9, dashes))
    side = -1 if flag.leftward else 1
    if flag.mark.recalled:
        pen.ring((x, y), FELT)
    else:
        wide, tall = 0.09 * side, 0.05
        pen.shape([(x, y + tall), (x + wide, y), (x, y - tall)], Fill(FELT))
    if flag.text:
        at = (x + (0.09 if flag.mark.recalled else 0.13) * side, y - 0.035)
        pen.text(at, flag.text, Type(BODY, INK), "right" if flag.leftward else "left")


def _press(pen: Pen, flag: FlagPlan, floor: float) -> None:
    """Draw a lap press that claims nothing: small and grey."""
    y = floor + 0.12 + FLAG_ROW * flag.row
    pen.line([flag.x, flag.x], [floor, y if flag.text else floor + 0.1], Stroke(THIN, 0.8))
    if flag.text:
        at = (flag.x + (-0.04 if flag.leftward else 0.04), y)
        pen.text(at, flag.text, Type(SMALL, MUTED), "right" if flag.leftward else "left")


def draw_measured(pen: Pen, sheet: Sheet) -> None:
    """Draw each reading as a bar with its words, its ends bracketed by their 90 % intervals."""
    lane = sheet.lanes["measured"]
    if not sheet.bars:
        name(pen, "Measured", lane.floor + 0.07, MEASURED)
        pen.text((LEFT, lane.floor + 0.07), words.nothing(sheet.analysis.run), Type(BODY, MUTED))
        return
    tall = bar_row(sheet.bars)
    name(pen, "Measured", lane.top - tall + 0.09, MEASURED)
    for bar in sheet.bars:
        _bar(pen, sheet, bar, lane.top - tall * (bar.row + 1))


def _bar(pen: Pen, sheet: Sheet, bar: BarPlan, floor: float) -> None:
    pen.boxes([(bar.start, bar.end)], floor + 0.07, 0.1, _look(bar))
    if bar.kind == "bursts" and not bar.light:
        pen.boxes(_pieces(bar), floor + 0.07, 0.1, Fill(MEASURED))
    for low, high in ends(bar.reading):
        _bracket(pen, (sheet.x(low), sheet.x(high)), floor + 0.12, light=bar.light)
    how = Type(BODY, MUTED if bar.light else INK)
    for x, line, text in bar.labels:
        pen.text((x, floor + 0.235 + TEXT_ROW * line), text, how)


def _look(bar: BarPlan) -> Fill:
    if bar.light:
        return Fill(PAPER, outline=Stroke(MEASURED, 0.7, (3, 2)))
    edge = Stroke(MEASURED, 0.7)
    if bar.kind == "variability":
        # Without a ground of its own, which would stay white in the dark scheme.
        return Fill(None, hatch="||||||", outline=edge)
    return Fill(PAPER if bar.kind == "bursts" else BAR, outline=edge)


def _pieces(bar: BarPlan) -> list[tuple[float, float]]:
    """Return from and to of each piece of a bar of short bad moments, inches."""
    count = max(int((bar.end - bar.start) / (_PIECE + _GAP)), 1)
    step = (bar.end - bar.start) / count
    wide = min(_PIECE, 0.6 * step)
    return [
        (bar.start + step * (i + 0.5) - wide / 2, bar.start + step * (i + 0.5) + wide / 2)
        for i in range(count)
    ]


def ends(reading: EpisodeView | ReadingView) -> list[tuple[float, float]]:
    """Return the 90 % intervals of onset and recovery in seconds, those that exist."""
    found = []
    if not reading.present_at_start:
        found.append((reading.onset_lo_s, reading.onset_hi_s))
    if reading.recovery_lo_s is not None and reading.recovery_hi_s is not None:
        found.append((reading.recovery_lo_s, reading.recovery_hi_s))
    return found


def _bracket(pen: Pen, extent: tuple[float, float], y: float, *, light: bool) -> None:
    low, high = extent
    up, down = y + 0.07, y - 0.07
    pen.line(
        [low, low, low, high, high, high],
        [down, up, y, y, up, down],
        Stroke(MUTED, 0.7) if light else Stroke(INK, 1.1),
    )


def draw_set_aside(pen: Pen, sheet: Sheet) -> None:
    """Draw where the run was not judged: stops, walk breaks and what was set aside."""
    lane = sheet.lanes["set aside"]
    extents = not_judged(sheet)
    if not extents:
        return
    name(pen, "Not judged", lane.floor + 0.025, MUTED)
    pen.boxes(extents, lane.floor, lane.height, HATCHED)
    total = words.clock(sum(b - a for a, b in words.not_judged(sheet.analysis)))
    pen.text((LEFT + PLOT + 0.08, lane.floor + 0.025), f"{total} in all", Type(SMALL, MUTED))


def not_judged(sheet: Sheet) -> list[tuple[float, float]]:
    """Return from and to of every stop and every stretch set aside, inches."""
    return [(sheet.x(start), sheet.x(end)) for start, end in words.not_judged(sheet.analysis)]


def name(pen: Pen, text: str, y: float, colour: str = INK) -> None:
    """Write a lane's name in the left margin."""
    pen.text((EDGE, y), text, Type(BODY, colour, bold=True))
