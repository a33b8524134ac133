"""What a verb found, handed over: as JSON or as a summary, with a picture and a page if wished."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenstride.app.contract import to_json
from evenstride.app.settings import Units
from evenstride.app.views import Analysis, FailedView
from evenstride.model.marks import LapMeaning
from evenstride.report.characters import plain
from evenstride.report.terminal import draw_summary, open_console, unlabelled_presses
from evenstride.report.words import clock, distance
from evenstride.report.write import write_report

SOME_FAILED, NONE_WORKED = 3, 4
Items = Sequence[Analysis | FailedView]
_MEANINGS: dict[str, LapMeaning] = {
    word[:length]: word
    for word in ("gone", "back", "mark", "skip")
    for length in range(1, len(word) + 1)
}
_QUESTION = (
    "What did each press of the lap button mean? Answer gone, back, mark (something else) or skip"
    " (nothing). Enter leaves it as a mark.\n"
)


@dataclass(frozen=True)
class Wish:
    """How the runner wants a result.

    Attributes
    ----------
    as_json
        The contract on standard output, and nothing else there.
    out
        Folder for picture and page, None for neither.
    units
        How distance and pace are shown.
    """

    as_json: bool
    out: Path | None
    units: Units


def deliver(items: Items, wish: Wish) -> None:
    """Print the result as wished, and write picture and page where asked.

    Raises
    ------
    EvenstrideError
        If the folder cannot be written to.
    """
    if wish.as_json:
        sys.stdout.buffer.write(to_json(items))
        sys.stdout.flush()
    else:
        draw_summary(items, open_console(), wish.units)
    runs = [item for item in items if isinstance(item, Analysis)]
    if wish.out is not None and runs:
        _write(runs, wish.out, wish)


def exit_code(items: Items) -> int:
    """Return 0 where every file gave a run, 3 where some did, 4 where none did.

    Examples
    --------
    >>> exit_code([FailedView("evenstride.run/1", ())])
    4
    """
    failed = [item for item in items if isinstance(item, FailedView)]
    if len(failed) == len(items):
        return NONE_WORKED
    return SOME_FAILED if failed else 0


def ask_meanings(items: Items, units: Units, ask: Callable[[str], str]) -> tuple[LapMeaning, ...]:
    """Return what each lap press of the one run meant; empty where there is nothing to ask.

    Parameters
    ----------
    items
        What was found. Several runs are not asked about: one answer could not fit them all.
    units
        How distances are shown.
    ask
        Shows a prompt and returns the answer; raises EOFError where nobody answers.
    """
    runs = [item.run for item in items if isinstance(item, Analysis)]
    presses = unlabelled_presses(runs[0]) if len(runs) == 1 else ()
    meanings: list[LapMeaning] = []
    for number, press in enumerate(presses, start=1):
        place = "" if press.distance_m is None else f", {distance(press.distance_m, units)}"
        prompt = f"Lap press {number} of {len(presses)}, at {clock(press.t_s)}{place}: "
        meanings.append(_answer(_QUESTION + prompt if number == 1 else prompt, ask))
    return tuple(meanings) if set(meanings) - {"mark"} else ()


def _answer(prompt: str, ask: Callable[[str], str]) -> LapMeaning:
    while True:
        try:
            said = ask(prompt).strip().lower()
        except EOFError:
            return "mark"
        if not said:
            return "mark"
        if said in _MEANINGS:
            return _MEANINGS[said]
        prompt = "Please answer gone, back, mark or skip: "


def _write(runs: Sequence[Analysis], folder: Path, wish: Wish) -> None:
    written = write_report(runs, folder, wish.units)
    console = open_console(stderr=wish.as_json)
    for path in written:
        console.print(f"Written: {plain(str(path))}", soft_wrap=True)
