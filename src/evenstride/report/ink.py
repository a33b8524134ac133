"""Colours, sizes and strokes of the picture, and the pen that draws in inches.

Blue is what the runner felt, vermilion what the watch measured (Okabe & Ito's pair, told apart
with every kind of colour vision). Nothing rests on hue alone: shapes, dashes, hatching and words
say the same in black and white.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.textpath import text_to_path

from evenstride.model.signal import Floats

INK = "#1b1f24"
MUTED = "#525a63"
RULE = "#c3c9d0"
PALE = "#a9b1ba"
BAND = "#eceff2"
PAPER = "#ffffff"
THIN = "#7d8792"
HATCHING = "#89929c"
FELT = "#0062a3"
MEASURED = "#b84a00"
TINT = "#fbd9c0"
BAR = "#f0a878"

FONT = "DejaVu Sans"  # ships with matplotlib: the picture looks the same on every machine
SMALL, BODY, HEAD = 7.2, 8.0, 12.0

STYLE = {
    "font.family": FONT,
    "svg.fonttype": "none",
    "svg.hashsalt": "evenstride",
    "hatch.linewidth": 0.5,
    "path.simplify": False,
}


@dataclass(frozen=True)
class Type:
    """How a text is set: size in points, weight and colour."""

    size: float = BODY
    colour: str = INK
    bold: bool = False


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:  # noqa: FBT001, FBT002 - `wrap` and `cache` pass it by position
    """Return the width of a text in inches.

    Examples
    --------
    >>> text_width("gone 2:00", 8.0) < text_width("gone 12:00", 8.0)
    True
    """
    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(drawable(text), font, ismath=False)
    return float(width) / 72


def drawable(text: str) -> str:
    """Return the text with what the font cannot draw as a box, and control characters as spaces.

    Examples
    --------
    >>> drawable("run\\x07 走.fit")
    'run  □.fit'
    """
    known = _glyphs()
    shown = (c if ord(c) in known else "□" for c in text)
    return "".join(" " if ord(c) < 32 else s for c, s in zip(text, shown, strict=True))


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT)).get_charmap())


@dataclass(frozen=True)
class Pen:
    """Draws on a sheet measured in inches from its lower left corner.

    Attributes
    ----------
    axes
        Covers the whole figure; one unit is one inch.
    """

    axes: Axes

    def text(self, at: tuple[float, float], text: str, how: Type, align: str = "left") -> None:
        """Set one line of text; `at` is its baseline's left end, middle or right end."""
        self.axes.text(
            *at,
            drawable(text),
            fontsize=how.size,
            color=how.colour,
            fontweight="bold" if how.bold else "normal",
            ha=align,
            va="baseline",
            parse_math=False,
        )

    def line(self, x: Sequence[float] | Floats, y: Sequence[float] | Floats, **how: object) -> None:
        """Draw a line; NaN breaks it."""
        self.axes.plot(x, y, solid_capstyle="butt", **how)  # type: ignore[arg-type]

    def boxes(
        self, extents: Sequence[tuple[float, float]], floor: float, height: float, **how: object
    ) -> None:
        """Fill boxes of one height, from and to in inches, as one shape."""
        corners = [
            [(a, floor), (b, floor), (b, floor + height), (a, floor + height), (a, floor)]
            for a, b in extents
        ]
        if corners:
            codes = [Outline.MOVETO, *[Outline.LINETO] * 3, Outline.CLOSEPOLY] * len(corners)
            outline = Outline(np.array(corners).reshape(-1, 2), codes)
            self.axes.add_patch(PathPatch(outline, **how))  # type: ignore[arg-type]
