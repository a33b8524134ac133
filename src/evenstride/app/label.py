"""The verb `label`: what the runner says of runs of the archive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from evenstride.app.appraise import run_of
from evenstride.app.archive_views import (
    LABELLED_RUNS_SCHEMA,
    LABELLED_SCHEMA,
    LabelledRunsView,
    LabelledView,
)
from evenstride.app.felt import manual_presses
from evenstride.app.said import label_views, offer_view
from evenstride.app.says import clock
from evenstride.model.archive import FiledRun, Label, LabelKind, open_offer
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.model.marks import LapMeaning
from evenstride.store.archive import Archive

_ROUNDED_S = 60.0
"""A runner rounds the end of a run; a minute beyond it is no mistake."""


@dataclass(frozen=True)
class Word:
    """What is said of a run.

    Attributes
    ----------
    kind
        ``fine``, ``off-throughout``, or ``marks`` with moments or lap presses.
    gone_s, back_s
        When it went and when it came back, seconds since the run's start; for ``marks`` only.
    laps
        What each lap press meant, in order; where there are more presses, over and over.
    """

    kind: LabelKind
    gone_s: tuple[float, ...] = ()
    back_s: tuple[float, ...] = ()
    laps: tuple[LapMeaning, ...] = ()


@dataclass(frozen=True)
class Days:
    """Runs of which days are meant; None leaves an end open."""

    since: date | None = None
    until: date | None = None

    def hold(self, run: FiledRun) -> bool:
        """Return whether a run began on one of these days."""
        day = run.start.date()
        return (self.since is None or day >= self.since) and (
            self.until is None or day <= self.until
        )


def label_run(archive: Archive, text: str, word: Word, now: datetime) -> LabelledView:
    """Keep what the runner says of a run; what was said before stays in the history.

    Parameters
    ----------
    archive
        Open.
    text
        The run: its id, a date, or ``last``.
    word
        What is said.
    now
        When it is said.

    Raises
    ------
    EvenstrideError
        If no run is meant, or the moments or lap presses do not fit it.
    """
    run = archive.find(text)
    word = replace(word, gone_s=tuple(sorted(word.gone_s)), back_s=tuple(sorted(word.back_s)))
    _check(run, word)
    if word.laps:
        presses = len(manual_presses(run_of(archive, run)[0]))
        word = replace(word, laps=_for_each_press(run.run, word.laps, presses))
    with archive.writing() as writing:
        writing.add_label(_label(run.run, word, now))
    return labelled(archive, run)


def label_presses(
    archive: Archive,
    overview: pl.DataFrame,
    laps: tuple[LapMeaning, ...],
    days: Days,
    now: datetime,
) -> LabelledRunsView:
    """Say what the lap presses meant in every run of which nothing was said yet.

    Parameters
    ----------
    archive
        Open.
    overview
        What is known of each run, a table of `OVERVIEW`: how often lap was pressed in it.
    laps
        What the presses meant, in order; where a run has more, over and over.
    days
        Which runs are meant.
    now
        When it is said.

    Raises
    ------
    EvenstrideError
        If there is no such run.
    """
    presses = dict(overview.select("run", "untold_presses").iter_rows())
    said = archive.all_labels()
    runs = [
        run
        for run in archive.runs()
        if days.hold(run)
        and presses.get(run.run)
        and not any(label.source == "told" for label in said.get(run.run, ()))
    ]
    if not runs:
        raise EvenstrideError(
            "In these days there is no run with lap presses of which nothing was said.",
            "evenstride runs lists the runs; name one to say it anew.",
        )

    def say(run: FiledRun) -> None:
        each = _for_each_press(run.run, laps, presses[run.run])
        writing.add_label(_label(run.run, Word("marks", laps=each), now))

    with archive.writing() as writing, writing.together():
        return _each(archive, runs, say)


def label_runs(
    archive: Archive, texts: Sequence[str], say: Callable[[str], object]
) -> LabelledRunsView:
    """Say something of several runs, one by one; one of which it cannot be said stops nothing.

    Parameters
    ----------
    archive
        Open.
    texts
        The runs: ids, dates, or ``last``.
    say
        Says it of one run, named by its id.
    """
    return _each(archive, [archive.find(text) for text in texts], lambda run: say(run.run))


def _each(
    archive: Archive, runs: Sequence[FiledRun], say: Callable[[FiledRun], object]
) -> LabelledRunsView:
    done, left_out = [], []
    for run in runs:
        try:
            say(run)
        except EvenstrideError as misfit:
            left_out.append(Issue("warning", run.run, misfit.problem, misfit.remedy))
        else:
            done.append(labelled(archive, run))
    return LabelledRunsView(LABELLED_RUNS_SCHEMA, tuple(done), tuple(left_out))


def take_back_label(archive: Archive, text: str, now: datetime) -> LabelledView:
    """Take back what was said last of a run; what was said before it holds again.

    Raises
    ------
    EvenstrideError
        If no run is meant, or nothing was said of it.
    """
    run = archive.find(text)
    with archive.writing() as writing:
        writing.undo_label(run.run, now)
    return labelled(archive, run)


def runs_with_offer(archive: Archive, days: Days) -> tuple[str, ...]:
    """Return the runs whose title or note offers something, and of which nothing was said."""
    said = archive.all_labels()
    runs = (run for run in archive.runs() if days.hold(run))
    return tuple(run.run for run in runs if open_offer(said.get(run.run, ())))


def take_offer(archive: Archive, text: str, now: datetime) -> LabelledView:
    """Take what a run's title or note offers as the runner's word; taking it back offers it again.

    Raises
    ------
    EvenstrideError
        If no run is meant, or nothing is offered.
    """
    run = archive.find(text)
    offer = _offer_of(archive, run)
    with archive.writing() as writing:
        writing.add_label(replace(offer, source="told", made=now, words=""))
    return labelled(archive, run)


def refuse_offer(archive: Archive, text: str, now: datetime) -> LabelledView:
    """Refuse what a run's title or note offers: it is not offered again.

    Raises
    ------
    EvenstrideError
        If no run is meant, or nothing is offered.
    """
    run = archive.find(text)
    _offer_of(archive, run)
    with archive.writing() as writing, writing.together():
        while open_offer(archive.labels(run.run)):
            writing.undo_label(run.run, now, "noted")
    return labelled(archive, run)


def _offer_of(archive: Archive, run: FiledRun) -> Label:
    said = archive.labels(run.run)
    offer = open_offer(said)
    if offer is None:
        if any(label.source == "told" for label in said):
            remedy = "You have said something of it yourself; --undo takes that back."
        else:
            remedy = "Say it with --gone and --back, --laps, --fine or --off-throughout."
        raise EvenstrideError(f"The words of run {run.run} offer nothing.", remedy)
    return offer


def labelled(archive: Archive, run: FiledRun) -> LabelledView:
    """Return what is said of a run now."""
    said = archive.labels(run.run)
    start = run.start.isoformat()
    return LabelledView(LABELLED_SCHEMA, run.run, start, label_views(said), offer_view(said))


def _label(run: str, word: Word, now: datetime) -> Label:
    return Label(run, word.kind, word.gone_s, word.back_s, now, laps=word.laps)


def _for_each_press(run: str, laps: tuple[LapMeaning, ...], presses: int) -> tuple[LapMeaning, ...]:
    """Return a meaning for each press: those told, over and over."""
    if not presses:
        raise EvenstrideError(
            f"Run {run} has no lap press.",
            "Laps the watch made by itself do not count. Tell moments with --gone and --back.",
        )
    times, over = divmod(presses, len(laps))
    if over or not times:
        counted = "1 lap press" if presses == 1 else f"{presses} lap presses"
        words = ",".join(("gone", "back")[place % 2] for place in range(presses))
        raise EvenstrideError(
            f"Run {run} has {counted}, which {','.join(laps)} does not fit.",
            f"Say what each meant, such as: evenstride label {run} --laps {words} (or skip).",
        )
    return laps * times


def _check(run: FiledRun, word: Word) -> None:
    gone_s, back_s = word.gone_s, word.back_s
    if (word.kind == "marks") != bool(gone_s or back_s or word.laps):
        raise EvenstrideError(
            "It was not said when it went or came back.",
            "Say --gone and --back with times, or --laps, or --fine, or --off-throughout.",
        )
    late = [second for second in (*gone_s, *back_s) if second > run.duration_s + _ROUNDED_S]
    if late:
        raise EvenstrideError(
            f"{clock(late[0])} lies after the end of the run ({clock(run.duration_s)}).",
            "Give a moment inside the run, counted from its start.",
        )
    if set(gone_s) & set(back_s):
        both = min(set(gone_s) & set(back_s))
        raise EvenstrideError(
            f"It cannot have gone and come back in the same second, {clock(both)}.",
            "Give two different times.",
        )
