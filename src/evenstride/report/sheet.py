"""The picture's plan: what stands where, before anything is drawn. All lengths in inches."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from evenstride.app.views import Analysis, EpisodeView, ReadingView, RunView
from evenstride.model.episode import EpisodeKind
from evenstride.model.marks import Mark
from evenstride.report import words
from evenstride.report.ink import BODY, HEAD, SMALL, Type, text_width
from evenstride.report.layout import first_fit, flags, wrap

WIDTH, LEFT, RIGHT = 7.5, 1.28, 0.98
PLOT = WIDTH - LEFT - RIGHT
EDGE = 0.12
INDENT = 0.16
FLAG_ROW, TEXT_ROW, BAR_ROW, UNSAID_ROW, SAYS_ROW = 0.165, 0.135, 0.22, 0.12, 0.15
_LONG_BAR = 1.5  # room for words at both ends
_POLE = 0.14  # from the pole to its label's first letter
_MOST_FLAG_ROWS = 5
_TALL = (1.7, 0.85, 0.85)
_USUAL_LINES = 2


@dataclass(frozen=True)
class FlagPlan:
    """One felt mark: where its pole stands and what is written beside it, at which row."""

    mark: Mark
    x: float
    text: str
    row: int
    leftward: bool


@dataclass(frozen=True)
class BarPlan:
    """One reading of an episode as a bar with its words above.

    Attributes
    ----------
    kind
        What changed in it.
    number
        Of the episode, from 1; 0 where there is only one.
    light
        True for the reading the recording cannot rule out, beside the preferred one.
    start, end
        The bar's ends, inches.
    labels
        Left end in inches, line above the bar, words.
    row
        Which row of bars it stands in, the first on top.
    """

    reading: EpisodeView | ReadingView
    kind: EpisodeKind
    number: int
    light: bool
    start: float
    end: float
    labels: tuple[tuple[float, int, str], ...]
    row: int


@dataclass(frozen=True)
class Lane:
    """A horizontal strip of the sheet."""

    floor: float
    height: float

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.floor + self.height


@dataclass(frozen=True)
class Sheet:
    """Everything placed.

    Attributes
    ----------
    headline, about, says, notes
        Lines of text above and below; `says` tells several episodes one by one.
    flags, bars
        What was felt, what was measured.
    lanes
        By name: ``pace``, ``slope``, ``felt``, ``measured``, ``line 0`` ..., ``set aside``,
        ``axis``.
    height
        Of the whole sheet.
    """

    analysis: Analysis
    units: words.Units
    headline: tuple[str, ...]
    about: tuple[str, ...]
    says: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    flags: tuple[FlagPlan, ...]
    bars: tuple[BarPlan, ...]
    lanes: dict[str, Lane]
    height: float

    @property
    def unsaid(self) -> tuple[str, ...]:
        """What the flags had no room to say, a line each."""
        return _unsaid(self.flags)

    def x(self, seconds: float) -> float:
        """Return where a moment lies."""
        return place(seconds, self.analysis.run.duration_s)


def _unsaid(placed: tuple[FlagPlan, ...]) -> tuple[str, ...]:
    silent = sum(not flag.text and words.untold(flag.mark) for flag in placed)
    said = [words.counted_presses(silent)] if silent else []
    if any(flag.mark.recalled and "recalled" not in flag.text for flag in placed):
        said.append("○ recalled later")
    return tuple(said)


def place(seconds: float, duration_s: float) -> float:
    """Return where a moment lies, kept on the strip.

    Examples
    --------
    >>> place(0.0, 600.0) == LEFT, place(600.0, 600.0) == LEFT + PLOT
    (True, True)
    """
    return LEFT + PLOT * min(max(seconds / max(duration_s, 1.0), 0.0), 1.0)


def plan(analysis: Analysis, units: words.Units) -> Sheet:
    """Return the sheet for one run: texts wrapped, labels placed, heights known."""
    run = analysis.run
    headline = _lines(words.headline(run), HEAD, bold=True)
    about = _lines(words.about(run, units), BODY)
    says = _numbered(run)
    notes = _lines(" ".join((*words.limits(run), words.UNTESTED, words.NO_DIAGNOSIS)), SMALL)
    felt = plan_flags(run)
    bars = plan_bars(run)
    heights = _heights(analysis, felt, bars)
    below = 0.3 + 0.135 * len(notes)
    above = (
        0.27
        + 0.21 * len(headline)
        + 0.17 * len(about)
        + (SAYS_ROW * len(says) + 0.06 if says else 0)
    )
    height = above + sum(tall + gap for _, tall, gap in heights) + below
    lanes = _stack(heights, height - above)
    return Sheet(analysis, units, headline, about, says, notes, felt, bars, lanes, height)


def _lines(text: str, size: float, *, bold: bool = False, indent: float = 0) -> tuple[str, ...]:
    room = WIDTH - 2 * EDGE - indent
    return wrap(text, room, lambda line: text_width(line, Type(size, bold=bold)))


def _numbered(run: RunView) -> tuple[tuple[str, str], ...]:
    """Return the lines that tell several episodes, each with its number where one begins."""
    said = []
    for number, sentence in enumerate(words.sentences(run), start=1):
        lines = _lines(sentence, BODY, indent=INDENT)
        said += [(str(number) if i == 0 else "", line) for i, line in enumerate(lines)]
    return tuple(said)


def _heights(
    analysis: Analysis, felt: tuple[FlagPlan, ...], bars: tuple[BarPlan, ...]
) -> list[tuple[str, float, float]]:
    rows = max((flag.row for flag in felt), default=0) + 1
    bar_rows = max((bar.row for bar in bars), default=0) + 1
    heights = [
        ("pace", 0.44, 0.1),
        ("slope", 0.3, 0.12),
        ("felt", max(FLAG_ROW * rows + 0.12, 0.18 + UNSAID_ROW * len(_unsaid(felt))), 0.08),
        # Numbers stand between it and the signal.
        ("measured", bar_row(bars) * bar_rows if bars else 0.24, 0.2 if _several(bars) else 0.1),
    ]
    heights += [(f"line {i}", _TALL[i], 0.12) for i in range(_lines_shown(analysis))]
    aside = 0.13 if analysis.strip.stops or analysis.run.excluded else 0.0
    return [*heights, ("set aside", aside, 0.04), ("axis", 0.46, 0.0)]


def _several(bars: tuple[BarPlan, ...]) -> bool:
    return any(bar.number for bar in bars)


def _lines_shown(analysis: Analysis) -> int:
    """Return how many channels are drawn: one more where several episodes are no mere shift."""
    others = sum(episode.kind != "shift" for episode in analysis.run.episodes)
    return min(len(analysis.strip.lines), len(_TALL) if others > 1 else _USUAL_LINES)


def _stack(heights: Iterable[tuple[str, float, float]], top: float) -> dict[str, Lane]:
    lanes = {}
    for name, tall, gap in heights:
        lanes[name] = Lane(top - tall, tall)
        top -= tall + gap
    return lanes


def plan_flags(run: RunView) -> tuple[FlagPlan, ...]:
    """Return the run's marks as flags, with as many words as there is room for.

    Few marks carry all their words; many lap presses lose their label before a felt moment does.
    """
    marks = sorted(run.marks, key=lambda mark: mark.t_s)
    choices = (
        [words.mark_words(mark) for mark in marks],
        ["" if words.untold(mark) else words.mark_words(mark) for mark in marks],
        [words.short_mark_words(mark) for mark in marks],
        words.pair_words(marks),
    )
    for texts in choices:
        placed = _placed(marks, texts, run.duration_s)
        if max((flag.row for flag in placed), default=0) < _MOST_FLAG_ROWS:
            return placed
    return _placed(marks, [""] * len(marks), run.duration_s)


def _placed(marks: list[Mark], texts: list[str], duration_s: float) -> tuple[FlagPlan, ...]:
    poles = [place(mark.t_s, duration_s) for mark in marks]
    worded = [i for i, text in enumerate(texts) if text]
    widths = [_POLE + 0.08 + text_width(texts[i], Type()) for i in worded]
    spots = dict(zip(worded, flags([poles[i] for i in worded], widths, WIDTH - EDGE), strict=True))
    # A mark without words keeps the floor; worded flags then stand above it.
    lift = 1 if len(worded) < len(marks) and worded else 0
    return tuple(
        FlagPlan(
            mark,
            poles[i],
            texts[i],
            spots[i].row + lift if i in spots else 0,
            spots[i].leftward if i in spots else False,
        )
        for i, mark in enumerate(marks)
    )


def plan_bars(run: RunView) -> tuple[BarPlan, ...]:
    """Return every episode, and its other reading where there is one, as bars in rows."""
    blocks: list[BarPlan] = []
    for number, episode in enumerate(run.episodes, start=1):
        who = (episode.kind, number if len(run.episodes) > 1 else 0)
        blocks.append(_block(episode, run.duration_s, who, light=False))
        if episode.other_reading is not None:
            blocks.append(_block(episode.other_reading, run.duration_s, who, light=True))
    extents = [
        (
            min(block.start, *(x for x, _, _ in block.labels)),
            max(block.end, *(x + text_width(text, Type()) for x, _, text in block.labels)),
        )
        for block in blocks
    ]
    rows = first_fit(extents, 0.1)
    return tuple(replace(block, row=row) for block, row in zip(blocks, rows, strict=True))


def _block(
    reading: EpisodeView | ReadingView,
    duration_s: float,
    who: tuple[EpisodeKind, int],
    *,
    light: bool,
) -> BarPlan:
    kind, number = who
    start = place(0.0 if reading.present_at_start else reading.onset_s, duration_s)
    end = place(duration_s if reading.recovery_s is None else reading.recovery_s, duration_s)
    which = f"{number} " if number else ""
    went = f"{which}{'or: ' if light else ''}{words.onset_words(reading, kind)}"
    labels = _bar_labels((start, end), went, words.recovery_words(reading, kind))
    return BarPlan(reading, kind, number, light, start, end, labels, 0)


def _bar_labels(
    bar: tuple[float, float], went: str, back: str
) -> tuple[tuple[float, int, str], ...]:
    start, end = bar
    went_wide, back_wide = text_width(went, Type()), text_width(back, Type())
    right = max(end - back_wide, start + went_wide + 0.2)
    if end - start >= _LONG_BAR and right + back_wide <= WIDTH - EDGE:
        return ((start, 0, went), (right, 0, back))
    left = min(start, WIDTH - EDGE - max(went_wide, back_wide))
    return ((left, 1, went), (left, 0, back))


def bar_row(bars: tuple[BarPlan, ...]) -> float:
    """Return the height of one row of bars: a bar and the lines of words above it."""
    lines = 1 + max((line for bar in bars for _, line, _ in bar.labels), default=0)
    return BAR_ROW + TEXT_ROW * lines
