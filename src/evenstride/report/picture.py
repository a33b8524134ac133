"""One figure a neurologist reads in ten seconds, as PNG and SVG.

Both come out the same, byte for byte, for the same run. Text in the SVG stays text: it can be
selected, searched and read aloud, and the file is a third of its size with outlines. Every width
is reckoned for DejaVu Sans, one of the widest common fonts, so another font leaves room.
"""

from io import BytesIO, StringIO

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from evenstride.app.views import Analysis
from evenstride.report import words
from evenstride.report.ink import BODY, HEAD, INK, MUTED, PAPER, RULE, SMALL, STYLE, Pen, Type
from evenstride.report.lanes import draw_felt, draw_measured, draw_set_aside, name
from evenstride.report.layout import distance_ticks, time_ticks
from evenstride.report.panels import draw_pace, draw_signal, draw_slope
from evenstride.report.sheet import EDGE, LEFT, PLOT, WIDTH, Sheet, plan

PNG_DPI = 200
FONTS = "'DejaVu Sans', Verdana, 'Segoe UI', sans-serif"


def draw_run(analysis: Analysis, units: words.Units) -> Figure:
    """Return the picture of one run.

    Parameters
    ----------
    analysis
        The run and its strip.
    units
        Kilometres or miles, for pace and the second axis.

    Returns
    -------
    matplotlib.figure.Figure
        7.5 inches wide, so it prints at full size on A4 and Letter; as high as it needs.
    """
    return draw_sheet(plan(analysis, units))


def draw_sheet(sheet: Sheet) -> Figure:
    """Return the picture of a sheet already planned."""
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, sheet.height), facecolor=PAPER)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(0, sheet.height)
        axes.set_autoscale_on(False)
        pen = Pen(axes)
        _words(pen, sheet)
        draw_pace(pen, sheet)
        draw_slope(pen, sheet)
        for index in range(len([lane for lane in sheet.lanes if lane.startswith("line ")])):
            draw_signal(pen, sheet, index)
        draw_set_aside(pen, sheet)
        draw_felt(pen, sheet)
        draw_measured(pen, sheet)
        _axis(pen, sheet)
    return figure


def png_bytes(figure: Figure) -> bytes:
    """Return the picture as PNG, 200 dots an inch, the same bytes for the same run."""
    out = BytesIO()
    with rc_context(STYLE):
        figure.set_dpi(PNG_DPI)
        FigureCanvasAgg(figure).print_png(out, metadata={"Software": None})
    return out.getvalue()


def svg_text(figure: Figure) -> str:
    """Return the picture as SVG text, the same for the same run."""
    out = StringIO()
    with rc_context(STYLE):
        # Dates and versions would make equal pictures differ.
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        FigureCanvasSVG(figure).print_svg(out, metadata=nothing)
    return out.getvalue().replace("'DejaVu Sans'", FONTS)


def _words(pen: Pen, sheet: Sheet) -> None:
    y = sheet.height - 0.12
    for line in sheet.headline:
        y -= 0.21
        pen.text((EDGE, y + 0.04), line, Type(HEAD, INK, bold=True))
    for line in sheet.about:
        y -= 0.17
        pen.text((EDGE, y + 0.03), line, Type(BODY, MUTED))
    y = 0.12 + 0.135 * len(sheet.notes)
    pen.line([EDGE, WIDTH - EDGE], [y + 0.04] * 2, color=RULE, linewidth=0.6)
    for line in sheet.notes:
        y -= 0.135
        pen.text((EDGE, y + 0.03), line, Type(SMALL, MUTED))


def _axis(pen: Pen, sheet: Sheet) -> None:
    lane = sheet.lanes["axis"]
    run, strip = sheet.analysis.run, sheet.analysis.strip
    pen.line([LEFT, LEFT + PLOT], [lane.top] * 2, color=INK, linewidth=0.8)
    pen.text((EDGE, lane.top - 0.16), "Time", Type(SMALL, MUTED))
    for seconds in time_ticks(run.duration_s):
        _tick(pen, (sheet.x(seconds), lane.top), words.clock(seconds))
    ticks = distance_ticks(strip.distance_m, strip.time_s, words.METRES[sheet.units])
    if not ticks:
        return
    floor = lane.top - 0.24
    pen.line([LEFT, LEFT + PLOT], [floor] * 2, color=RULE, linewidth=0.6)
    pen.text((EDGE, floor - 0.16), f"Distance, {sheet.units}", Type(SMALL, MUTED))
    for seconds, covered in ticks:
        _tick(pen, (sheet.x(seconds), floor), str(covered))


def _tick(pen: Pen, at: tuple[float, float], text: str) -> None:
    x, y = at
    pen.line([x, x], [y, y - 0.04], color=MUTED, linewidth=0.6)
    pen.text((x, y - 0.16), text, Type(SMALL, INK), "center")
