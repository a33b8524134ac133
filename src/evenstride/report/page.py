"""One self-contained page for one run: nothing is fetched, nothing runs."""

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from evenstride.app.views import Analysis
from evenstride.report import facts, words
from evenstride.report.emergency import UNCHECKED, emergency_signs
from evenstride.report.inline import inline
from evenstride.report.picture import draw_sheet
from evenstride.report.sheet import WIDTH, plan

_POINTS = 72


def page(analysis: Analysis, units: words.Units, svg: str | None = None) -> str:
    """Return the page of one run as HTML.

    Parameters
    ----------
    analysis
        The run and its strip.
    units
        Kilometres or miles.
    svg
        The run's picture where it was drawn already, in the same units.

    Returns
    -------
    str
        A whole document. Its content policy allows its own style sheet, by digest, and nothing
        else: no script, no image, no request.
    """
    sheet = plan(analysis, units)
    drawn = draw_sheet(sheet).svg if svg is None else svg
    top, floor = sheet.lanes["pace"].top + 0.04, sheet.lanes["axis"].floor
    window = (0.0, _POINTS * (sheet.height - top), _POINTS * WIDTH, _POINTS * (top - floor))
    picture = inline(drawn, window)
    css = f"\n{_text('page.css')}\n{picture.rules}\n"
    template = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string(_text("page.html"))
    return template.render(
        analysis=analysis,
        run=analysis.run,
        css=css,
        css_digest=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        picture=picture.markup,
        identity=identity(analysis),
        signs=emergency_signs(),
        unchecked=UNCHECKED,
        words=words,
        facts=facts,
        units=units,
    )


def identity(analysis: Analysis) -> str:
    """Return a digest that is the same for the same recordings and start, and no other."""
    parts = (analysis.run.start, *(source.sha256 for source in analysis.run.sources))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _text(name: str) -> str:
    return files("evenstride.report").joinpath(name).read_text("utf-8")
