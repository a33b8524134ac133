"""Colours, sizes and strokes of the picture, and the pen that sets them down in inches.

Blue is what the runner felt, vermilion what the watch measured (Okabe & Ito's pair, told apart
with every kind of colour vision). Nothing rests on hue alone: shapes, dashes, hatching and words
say the same in black and white.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal, TypeAlias

import numpy as np

from evenstride.model.signal import Floats

INK = "#1b1f24"
MUTED = "#525a63"
RULE = "#c3c9d0"
PALE = "#a9b1ba"
BAND = "#f0f2f4"
PAPER = "#ffffff"
THIN = "#7d8792"
HATCHING = "#89929c"
FELT = "#0062a3"
MEASURED = "#b84a00"
TINT = "#f9d2b5"
BAR = "#f0a878"

FONT = "DejaVu Sans"  # ships with matplotlib: the picture looks the same on every machine
SMALL, BODY, HEAD = 7.2, 8.0, 12.0

Dashes: TypeAlias = tuple[float, ...]
Align: TypeAlias = Literal["left", "center", "right"]
Sign: TypeAlias = Literal["disc", "diamond", "triangle", "square", "dash"]
SOLID: Dashes = ()
RECALLED: Dashes = (2.5, 1.5)


@dataclass(frozen=True)
class Type:
    """How a text is set: size in points, weight and colour."""

    size: float = BODY
    colour: str = INK
    bold: bool = False


@dataclass(frozen=True)
class Stroke:
    """How a line is drawn: colour, width in points, dashes in line widths (empty: solid)."""

    colour: str = INK
    width: float = 1.0
    dashes: Dashes = SOLID


@dataclass(frozen=True)
class Fill:
    """How a shape is filled: colour (None: not), opacity, hatching, and its outline."""

    colour: str | None
    opacity: float = 1.0
    hatch: str = ""
    outline: Stroke | None = None


@dataclass(frozen=True)
class Words:
    """One line of text; `at` is its baseline's left end, middle or right end, as `align` says."""

    at: tuple[float, float]
    text: str
    how: Type
    align: Align


@dataclass(frozen=True)
class Line:
    """A line through points; NaN breaks it."""

    x: Floats
    y: Floats
    how: Stroke


@dataclass(frozen=True)
class Ring:
    """A small hollow circle, five points wide."""

    at: tuple[float, float]
    colour: str


@dataclass(frozen=True)
class Dots:
    """Many equal signs, `size` points wide; hollow ones show the paper."""

    x: Floats
    y: Floats
    sign: Sign
    colour: str
    size: float
    hollow: bool = False


@dataclass(frozen=True)
class Shape:
    """Closed polygons drawn as one, each of shape ``(corners, 2)``."""

    polygons: tuple[Floats, ...]
    how: Fill


Mark: TypeAlias = Words | Line | Ring | Dots | Shape


@dataclass
class Pen:
    """Collects what is to be drawn, in inches from the sheet's lower left corner."""

    marks: list[Mark] = field(default_factory=list)

    def text(self, at: tuple[float, float], text: str, how: Type, align: Align = "left") -> None:
        """Set one line of text, with what the font cannot draw shown as a box."""
        self.marks.append(Words(at, drawable(text), how, align))

    def line(self, x: Sequence[float] | Floats, y: Sequence[float] | Floats, how: Stroke) -> None:
        """Draw a line; NaN breaks it."""
        self.marks.append(Line(np.asarray(x, dtype=float), np.asarray(y, dtype=float), how))

    def ring(self, at: tuple[float, float], colour: str) -> None:
        """Draw a small hollow circle."""
        self.marks.append(Ring(at, colour))

    def dots(self, dots: Dots) -> None:
        """Draw many equal signs, those whose place is not known left out."""
        known = np.isfinite(dots.x) & np.isfinite(dots.y)
        if known.any():
            self.marks.append(replace(dots, x=dots.x[known], y=dots.y[known]))

    def shape(self, corners: Sequence[tuple[float, float]] | Floats, how: Fill) -> None:
        """Fill one polygon."""
        self.marks.append(Shape((np.asarray(corners, dtype=float),), how))

    def boxes(
        self, extents: Sequence[tuple[float, float]], floor: float, height: float, how: Fill
    ) -> None:
        """Fill boxes of one height, from and to in inches, as one shape."""
        top = floor + height
        polygons = tuple(np.array([(a, floor), (b, floor), (b, top), (a, top)]) for a, b in extents)
        if polygons:
            self.marks.append(Shape(polygons, how))


@cache
def text_width(text: str, how: Type) -> float:
    """Return the width of a text in inches.

    Examples
    --------
    >>> text_width("gone 2:00", Type(8.0)) < text_width("gone 12:00", Type(8.0))
    True
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=how.size, weight="bold" if how.bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(drawable(text), font, ismath=False)
    return float(width) / 72


def drawable(text: str) -> str:
    r"""Return the text with what the font cannot draw as a box, and control characters as spaces.

    Examples
    --------
    >>> drawable("run\x07 走.fit")
    'run  □.fit'
    """
    known = _glyphs()
    return "".join(" " if ord(c) < 32 else c if ord(c) in known else "□" for c in text)


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(FONT)).get_charmap())
