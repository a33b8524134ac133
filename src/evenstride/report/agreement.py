"""Felt beside measured over many runs, drawn for the terminal."""

import sys
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evenstride.app.agreement_views import BesideView, ManyRunsView
from evenstride.app.contract import json_of
from evenstride.model.agreement import Standing
from evenstride.model.intervals import Stretch
from evenstride.report.characters import plain
from evenstride.report.delivery import NONE_WORKED, SOME_FAILED
from evenstride.report.terminal import RED_FLAGS, open_console
from evenstride.report.words import LEVELS, NO_DIAGNOSIS, UNTESTED, clock

_WIDTH = 36
_STANDINGS: dict[Standing, str] = {
    "both": "felt and seen",
    "apart": "felt and seen, apart",
    "only felt": "felt, not seen",
    "only measured": "seen, not marked",
    "neither": "neither",
    "not said": "not counted: no word",
    "not judged": "not counted: too short",
}
_BLOCKS = {"felt": "▀", "seen": "▄", "both": "█", "fine": "·", "aside": " "}
_LETTERS = {"felt": "f", "seen": "s", "both": "B", "fine": ".", "aside": " "}


def deliver_agreement(view: ManyRunsView, *, as_json: bool) -> None:
    """Print what was found: the contract and nothing else, or a summary to read."""
    if as_json:
        sys.stdout.buffer.write(json_of(view))
        sys.stdout.flush()
    else:
        draw_agreement(view, open_console())


def agreement_exit_code(view: ManyRunsView) -> int:
    """Return 0 where every run could be told, 3 where some were left out, 4 where all were."""
    if not view.runs:
        return NONE_WORKED
    return SOME_FAILED if view.issues else 0


def draw_agreement(view: ManyRunsView, console: Console) -> None:
    """Print one line for each run, felt above measured, and what they say together."""
    console.print(Text(RED_FLAGS, style="bold"))
    console.print()
    if view.runs:
        signs = _BLOCKS if _shows_blocks(console) else _LETTERS
        console.print(_lanes(view.runs, signs))
        console.print(Text(_legend(signs), style="dim"))
        console.print()
    for line in view.says:
        console.print(Text(plain(line)))
    for issue in view.issues:
        said = f"{LEVELS[issue.level]} ({plain(issue.where)}): {plain(issue.problem)}"
        console.print(Text(f"{said} {plain(issue.remedy)}"))
    console.print()
    console.print(Text(f"{UNTESTED} {NO_DIAGNOSIS}", style="italic"))


def _shows_blocks(console: Console) -> bool:
    try:
        "".join(_BLOCKS.values()).encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _lanes(runs: Sequence[BesideView], signs: dict[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    longest_s = max(run.duration_s for run in runs)
    for head in ("run", f"0:00 to {clock(longest_s)}", ""):
        table.add_column(Text(head), overflow="fold")
    for run in runs:
        table.add_row(
            Text(f"{_day(run)} {plain(' + '.join(run.files))}"),
            Text(lane(run, longest_s, signs), no_wrap=True),
            Text(_STANDINGS[run.standing]),
        )
    return table


def _day(run: BesideView) -> str:
    return datetime.fromisoformat(run.start).strftime("%Y-%m-%d")


def lane(run: BesideView, longest_s: float, signs: dict[str, str]) -> str:
    """Return a run as a line of signs, as long as its share of the longest run.

    Examples
    --------
    >>> off = (Stretch(600.0, 1800.0),)
    >>> run = BesideView((), "", 3600.0, "both", 0, 0, 0, 0, off, off, (Stretch(0.0, 3600.0),))
    >>> lane(run, 7200.0, _LETTERS)
    '...BBBBBB.........'
    """
    step_s = longest_s / _WIDTH
    middles_s = [(k + 0.5) * step_s for k in range(_WIDTH) if (k + 0.5) * step_s < run.duration_s]
    return "".join(signs[_sign(run, at_s)] for at_s in middles_s)


def _sign(run: BesideView, at_s: float) -> str:
    felt, seen = _holds(run.felt, at_s), _holds(run.measured, at_s)
    if felt or seen:
        return "both" if felt and seen else "felt" if felt else "seen"
    return "fine" if _holds(run.judged, at_s) else "aside"


def _holds(stretches: Sequence[Stretch], at_s: float) -> bool:
    return any(one.from_s <= at_s < one.to_s for one in stretches)


def _legend(signs: dict[str, str]) -> str:
    return (
        f"{signs['felt']} you felt it gone   {signs['seen']} the watch saw it"
        f"   {signs['both']} both   {signs['fine']} neither   blank: not judged"
    )
