"""Saying something of one run, of several, or of all runs of some days."""

from datetime import date, datetime
from pathlib import Path

from evenstride.app.archive_views import LabelledRunsView, LabelledView
from evenstride.app.label import (
    Days,
    Word,
    label_presses,
    label_run,
    label_runs,
    refuse_offer,
    runs_with_offer,
    take_back_label,
    take_offer,
)
from evenstride.app.overview import overview
from evenstride.app.place import open_existing
from evenstride.cli.said import Said
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import Archive


def say_of_runs(
    folder: Path, runs: list[str], told: Said, now: datetime
) -> LabelledView | LabelledRunsView:
    """Say something of runs that are named."""
    with open_existing(folder) as archive:
        if len(runs) == 1:
            return _say(archive, runs[0], told, now)
        return label_runs(archive, runs, lambda run: _say(archive, run, told, now))


def say_of_days(
    folder: Path, days: tuple[date | None, date | None], told: Said, now: datetime
) -> LabelledRunsView:
    """Say what lap presses meant, or take or refuse what is offered, in all runs of some days."""
    with open_existing(folder) as archive:
        if told.kind == "marks":
            return label_presses(archive, overview(archive), told.laps, Days(*days), now)
        runs = runs_with_offer(archive, Days(*days))
        if not runs:
            raise EvenstrideError(
                "In these days no title or note offers anything.", "evenstride runs lists the runs."
            )
        return label_runs(archive, runs, lambda run: _say(archive, run, told, now))


def _say(archive: Archive, run: str, told: Said, now: datetime) -> LabelledView:
    answers = {"take": take_offer, "refuse": refuse_offer, "undo": take_back_label}
    if told.kind in answers:
        return answers[told.kind](archive, run, now)
    if told.kind == "marks":
        word = Word("marks", told.gone_s, told.back_s, told.laps)
    else:
        word = Word("fine" if told.kind == "fine" else "off-throughout")
    return label_run(archive, run, word, now)
