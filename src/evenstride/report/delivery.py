"""What a verb found, handed over: as JSON or as a summary, and with which exit code."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from evenstride.app.contract import json_of, to_json
from evenstride.app.settings import Units
from evenstride.app.views import Analysis, FailedView
from evenstride.model.marks import LapMeaning
from evenstride.report.characters import plain
from evenstride.report.terminal import draw_summary, open_console
from evenstride.report.words import clock, distance, untold_presses

SOME_FAILED, NONE_WORKED = 3, 4
Items = Sequence[Analysis | FailedView]
_MEANINGS: dict[str, LapMeaning] = {
    word[:length]: word
    for word in ("gone", "back", "mark", "skip")
    for length in range(1, len(word) + 1)
}
_QUESTION = (
    "What did each press of the lap button mean? Answer gone, back, mark (something else) or skip"
    " (nothing). Enter alone leaves this and all the rest.\n"
)


def deliver(items: Items, units: Units, *, as_json: bool) -> None:
    """Print what was found: the contract and nothing else, or a summary to read."""
    if as_json:
        sys.stdout.buffer.write(to_json(items))
        sys.stdout.flush()
    else:
        draw_summary(items, open_console(), units)


def deliver_json(view: object) -> None:
    """Print a view as JSON and nothing else."""
    sys.stdout.buffer.write(json_of(view))
    sys.stdout.flush()


def runs_of(items: Items) -> list[Analysis]:
    """Return the runs among what was found."""
    return [item for item in items if isinstance(item, Analysis)]


def say_written(paths: Sequence[Path], *, stderr: bool = False) -> None:
    """Print where picture and page are."""
    console = open_console(stderr=stderr)
    for path in paths:
        console.print(f"Written: {plain(str(path))}", soft_wrap=True)


def exit_code(items: Items) -> int:
    """Return 0 where every file gave a run, 3 where some did, 4 where none did.

    A file given twice is looked at once, and that is no failure.

    Examples
    --------
    >>> exit_code([FailedView("evenstride.run/1", ())])
    4
    """
    if not runs_of(items):
        return NONE_WORKED
    return SOME_FAILED if any(_has_failed(item) for item in items) else 0


def _has_failed(item: Analysis | FailedView) -> bool:
    return isinstance(item, FailedView) and any(issue.level == "error" for issue in item.issues)


def ask_meanings(items: Items, units: Units, ask: Callable[[str], str]) -> tuple[LapMeaning, ...]:
    """Return what the lap presses of the one run meant, in order, as far as it was told.

    Parameters
    ----------
    items
        What was found. Several runs are not asked about: one answer could not fit them all.
    units
        How distances are shown.
    ask
        Shows a prompt and returns the answer; raises EOFError where nobody answers.
    """
    runs = runs_of(items)
    presses = untold_presses(runs[0].run) if len(runs) == 1 else ()
    meanings: list[LapMeaning] = []
    for number, press in enumerate(presses, start=1):
        place = "" if press.distance_m is None else f", {distance(press.distance_m, units)}"
        prompt = f"Lap press {number} of {len(presses)}, at {clock(press.t_s)}{place}: "
        meaning = _answer(_QUESTION + prompt if number == 1 else prompt, ask)
        if meaning is None:
            break
        meanings.append(meaning)
    return tuple(meanings)


def _answer(prompt: str, ask: Callable[[str], str]) -> LapMeaning | None:
    """Return the meaning told, None where nobody answers or Enter alone is pressed."""
    while True:
        try:
            said = ask(prompt).strip().lower()
        except EOFError:
            return None
        if not said:
            return None
        if said in _MEANINGS:
            return _MEANINGS[said]
        prompt = "Please answer gone, back, mark or skip: "
