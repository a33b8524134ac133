"""An SVG made fit for a page: no inline styles, so the strictest content policy holds.

Every ``style`` attribute becomes a class, every colour a property of the page, so the picture
follows its dark and its print scheme. The headline and the footnote are cropped: the page has its
own.
"""

import re
from dataclasses import dataclass

from evenstride.report import ink

_COLOURS = {
    ink.INK: "ink",
    ink.MUTED: "muted",
    ink.RULE: "rule",
    ink.PALE: "pale",
    ink.BAND: "band",
    ink.PAPER: "paper",
    ink.THIN: "thin",
    ink.HATCHING: "hatching",
    ink.FELT: "felt",
    ink.MEASURED: "measured",
    ink.TINT: "tint",
    ink.BAR: "bar",
}
_STYLE = re.compile(r' style="([^"]*)"')
_OWN_SHEET = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
_ROOT = re.compile(r"<svg[^>]*>")


@dataclass(frozen=True)
class InlinePicture:
    """The picture's markup and the rules its classes need."""

    markup: str
    rules: str


def inline(svg: str, window: tuple[float, float, float, float]) -> InlinePicture:
    """Return an SVG document as markup for a page.

    Parameters
    ----------
    svg
        A whole document as `evenstride.report.picture.draw_run` gives it.
    window
        What to show of it: left, top, width and height in points.

    Examples
    --------
    >>> made = inline('<svg a="b"><path style="fill: #1b1f24"/></svg>', (0, 10, 540, 300))
    >>> made.rules
    '.p0{fill: var(--ink)}'
    >>> '<path class="p0"/>' in made.markup
    True
    """
    body = _OWN_SHEET.sub("", svg[svg.index("<svg") :])
    classes: dict[str, str] = {}

    def as_class(found: re.Match[str]) -> str:
        return f' class="{classes.setdefault(found[1], f"p{len(classes)}")}"'

    body = _STYLE.sub(as_class, body)
    view = " ".join(f"{edge:g}" for edge in window)
    root = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{view}" role="img" aria-labelledby="answer">'
    )
    rules = "\n".join(f".{name}{{{style}}}" for style, name in classes.items())
    for colour, name in _COLOURS.items():
        rules = rules.replace(colour, f"var(--{name})")
    return InlinePicture(_ROOT.sub(root, body, count=1), rules.replace("&quot;", '"'))
