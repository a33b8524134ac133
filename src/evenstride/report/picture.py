"""One figure a neurologist reads in ten seconds, as PNG and SVG.

Both come out the same, byte for byte, for the same run. Text in the SVG stays text: it can be
selected, searched and read aloud, and the file is a third of its size with outlines. Every width
is reckoned for DejaVu Sans, one of the widest common fonts, so another font leaves room.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from evenstride.app.views import Analysis
from evenstride.report import words
from evenstride.report.ink import (
    BODY,
    FONT,
    HATCHING,
    HEAD,
    INK,
    MEASURED,
    MUTED,
    PAPER,
    RULE,
    SMALL,
    Dots,
    Line,
    Mark,
    Pen,
    Ring,
    Shape,
    Sign,
    Stroke,
    Type,
    Words,
)
from evenstride.report.lanes import draw_felt, draw_measured, draw_set_aside
from evenstride.report.layout import distance_ticks, time_ticks
from evenstride.report.panels import draw_pace, draw_signal, draw_slope
from evenstride.report.sheet import EDGE, INDENT, LEFT, PLOT, SAYS_ROW, WIDTH, Sheet, plan

PNG_DPI = 200
_SIGNS: dict[Sign, str] = {
    "disc": "o",
    "diamond": "D",
    "triangle": "^",
    "square": "s",
    "dash": "_",
}
_FONTS = "'DejaVu Sans', Verdana, 'Segoe UI', sans-serif"


@dataclass(frozen=True)
class Picture:
    """A finished picture: PNG bytes at 200 dots an inch, and SVG text."""

    png: bytes
    svg: str


def draw_run(analysis: Analysis, units: words.Units) -> Picture:
    """Return the picture of one run.

    Parameters
    ----------
    analysis
        The run and its strip.
    units
        Kilometres or miles, for pace and the second axis.

    Returns
    -------
    Picture
        7.5 inches wide, so it prints at full size on A4 and Letter; as high as it needs.
    """
    return draw_sheet(plan(analysis, units))


def draw_sheet(sheet: Sheet) -> Picture:
    """Return the picture of a sheet already planned."""
    return render(marks_of(sheet), sheet.height)


def marks_of(sheet: Sheet) -> tuple[Mark, ...]:
    """Return everything that is drawn on a sheet, in inches."""
    pen = Pen()
    _words(pen, sheet)
    draw_pace(pen, sheet)
    draw_slope(pen, sheet)
    for index in range(sum(lane.startswith("line ") for lane in sheet.lanes)):
        draw_signal(pen, sheet, index)
    draw_set_aside(pen, sheet)
    draw_felt(pen, sheet)
    draw_measured(pen, sheet)
    _axis(pen, sheet)
    return tuple(pen.marks)


def render(marks: tuple[Mark, ...], height: float) -> Picture:
    """Draw a sheet of the usual width in matplotlib, taken in here since it costs a second."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    png, svg = BytesIO(), BytesIO()
    with rc_context(
        {
            "font.family": FONT,
            "svg.fonttype": "none",
            "svg.hashsalt": "evenstride",
            "hatch.linewidth": 0.5,
            "path.simplify": False,
        }
    ):
        figure = Figure(figsize=(WIDTH, height), facecolor=PAPER)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(0, height)
        axes.set_autoscale_on(False)
        ways: dict[type, Callable[..., object]] = {
            Words: axes.text,
            Line: axes.plot,
            Ring: axes.plot,
            Dots: axes.plot,
            Shape: axes.fill,
        }
        for mark in marks:
            arguments, look = _in_matplotlib(mark)
            ways[type(mark)](*arguments, **look)
        figure.savefig(png, format="png", dpi=PNG_DPI, metadata={"Software": None})
        # Dates and versions would make equal pictures differ.
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(svg, format="svg", metadata=nothing)
    return Picture(png.getvalue(), svg.getvalue().decode().replace(f"'{FONT}'", _FONTS))


def _in_matplotlib(mark: Mark) -> tuple[tuple[object, ...], dict[str, object]]:
    """Return what matplotlib is told to draw a mark: arguments and look."""
    match mark:
        case Words((x, y), text, how, align):
            weight = "bold" if how.bold else "normal"
            look = {"fontsize": how.size, "color": how.colour, "fontweight": weight, "ha": align}
            return (x, y, text), {**look, "parse_math": False}
        case Line(x, y, stroke):
            return (x, y), {**_stroke(stroke, "color"), "solid_capstyle": "butt"}
        case Ring((x, y), colour):
            return (x, y, "o"), {"markersize": 5, "color": colour, "markerfacecolor": PAPER}
        case Dots(x, y, sign, colour, size, hollow):
            look = {"markersize": size, "color": colour, "linestyle": "none"}
            face = {"markerfacecolor": PAPER} if hollow else {"markeredgewidth": 0.0}
            return (x, y), {**look, "marker": _SIGNS[sign], **({} if sign == "dash" else face)}
        case Shape(polygons, fill):
            outline = fill.outline or Stroke(HATCHING, 0.0)
            look = {"facecolor": fill.colour or "none", "alpha": fill.opacity, "hatch": fill.hatch}
            sides = tuple(side for polygon in polygons for side in (polygon[:, 0], polygon[:, 1]))
            return sides, {**look, **_stroke(outline, "edgecolor")}


def _stroke(stroke: Stroke, colour: str) -> dict[str, object]:
    dashes = (0, stroke.dashes) if stroke.dashes else "-"
    return {colour: stroke.colour, "linewidth": stroke.width, "linestyle": dashes}


def _words(pen: Pen, sheet: Sheet) -> None:
    y = sheet.height - 0.12
    for line in sheet.headline:
        y -= 0.21
        pen.text((EDGE, y + 0.04), line, Type(HEAD, INK, bold=True))
    for line in sheet.about:
        y -= 0.17
        pen.text((EDGE, y + 0.03), line, Type(BODY, MUTED))
    y -= 0.05
    for number, line in sheet.says:
        y -= SAYS_ROW
        pen.text((EDGE, y + 0.03), number, Type(BODY, MEASURED, bold=True))
        pen.text((EDGE + INDENT, y + 0.03), line, Type(BODY, INK))
    y = 0.12 + 0.135 * len(sheet.notes)
    pen.line([EDGE, WIDTH - EDGE], [y + 0.04] * 2, Stroke(RULE, 0.6))
    for line in sheet.notes:
        y -= 0.135
        pen.text((EDGE, y + 0.03), line, Type(SMALL, MUTED))


def _axis(pen: Pen, sheet: Sheet) -> None:
    lane = sheet.lanes["axis"]
    run, strip = sheet.analysis.run, sheet.analysis.strip
    pen.line([LEFT, LEFT + PLOT], [lane.top] * 2, Stroke(INK, 0.8))
    pen.text((EDGE, lane.top - 0.16), "Time", Type(SMALL, MUTED))
    for seconds in time_ticks(run.duration_s):
        _tick(pen, (sheet.x(seconds), lane.top), words.clock(seconds))
    ticks = distance_ticks(strip.distance_m, strip.time_s, words.METRES[sheet.units])
    if not ticks:
        return
    floor = lane.top - 0.24
    pen.line([LEFT, LEFT + PLOT], [floor] * 2, Stroke(RULE, 0.6))
    pen.text((EDGE, floor - 0.16), f"Distance, {sheet.units}", Type(SMALL, MUTED))
    for seconds, covered in ticks:
        _tick(pen, (sheet.x(seconds), floor), f"{covered:g}")


def _tick(pen: Pen, at: tuple[float, float], text: str) -> None:
    x, y = at
    pen.line([x, x], [y, y - 0.04], Stroke(MUTED, 0.6))
    pen.text((x, y - 0.16), text, Type(SMALL, INK), "center")
