"""How far long work is: how many are done, how many a second, and how long the rest will take."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from evenstride.report.characters import plain

Advance = Callable[[str, int, int], None]
_QUIET_S = 1.0
_LONGEST_NAME = 28


class _Rate(ProgressColumn):
    """How many are done a second."""

    def render(self, task: Task) -> Text:
        """Return the rate, nothing while it is not known."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")


@contextmanager
def working(console: Console, what: str) -> Iterator[Advance]:
    """Give a function that says how far the work is; drawn from the first second on.

    Parameters
    ----------
    console
        Nothing is drawn where it is no terminal.
    what
        What is being done, in a word.
    """
    bar = Progress(
        SpinnerColumn(),
        TextColumn(what),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task("", total=None)

    def advance(name: str, done: int, total: int) -> None:
        bar.update(
            task, description=plain(name)[-_LONGEST_NAME:], completed=done, total=total or None
        )

    starter = threading.Timer(_QUIET_S, bar.start)
    starter.daemon = True
    starter.start()
    try:
        yield advance
    finally:
        starter.cancel()
        starter.join()
        bar.stop()
