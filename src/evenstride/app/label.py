"""The verb `label`: what the runner says of a run of the archive."""

from datetime import datetime

from evenstride.app.archive_views import LABELLED_SCHEMA, LabelledView, LabelView
from evenstride.app.says import clock
from evenstride.model.archive import FiledRun, Label, LabelKind
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import Archive

_ROUNDED_S = 60.0
"""A runner rounds the end of a run; a minute beyond it is no mistake."""


def label_run(
    archive: Archive,
    text: str,
    kind: LabelKind,
    now: datetime,
    moments_s: tuple[tuple[float, ...], tuple[float, ...]] = ((), ()),
) -> LabelledView:
    """Keep what the runner says of a run; what was said before stays in the history.

    Parameters
    ----------
    archive
        Open.
    text
        The run: its id, a date, or ``last``.
    kind
        ``fine``, ``off-throughout``, or ``marks`` with moments.
    now
        When it is said.
    moments_s
        When it went and when it came back, seconds since the run's start; for ``marks`` only.

    Raises
    ------
    EvenstrideError
        If no run is meant, or the moments do not fit it.
    """
    run = archive.find(text)
    gone_s, back_s = (tuple(sorted(moments)) for moments in moments_s)
    _check(run, kind, gone_s, back_s)
    with archive.writing() as writing:
        writing.add_label(Label(run.run, kind, gone_s, back_s, now))
    return labelled(archive, run)


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


def labelled(archive: Archive, run: FiledRun) -> LabelledView:
    """Return what is said of a run now."""
    return LabelledView(
        LABELLED_SCHEMA, run.run, run.start.isoformat(), label_views(archive.labels(run.run))
    )


def label_views(labels: tuple[Label, ...]) -> tuple[LabelView, ...]:
    """Return labels as they are shown."""
    return tuple(
        LabelView(one.kind, one.gone_s, one.back_s, one.made.isoformat(), one.source)
        for one in labels
    )


def _check(
    run: FiledRun, kind: LabelKind, gone_s: tuple[float, ...], back_s: tuple[float, ...]
) -> None:
    if (kind == "marks") != bool(gone_s or back_s):
        raise EvenstrideError(
            "It was not said when it went or came back.",
            "Say --gone and --back with times, or --fine, or --off-throughout.",
        )
    late = [second for second in (*gone_s, *back_s) if second > run.duration_s + _ROUNDED_S]
    if late:
        raise EvenstrideError(
            f"{clock(late[0])} lies after the end of the run ({clock(run.duration_s)}).",
            "Give a moment inside the run, counted from its start.",
        )
    if set(gone_s) & set(back_s):
        raise EvenstrideError(
            f"It cannot have gone and come back in the same second, {clock(gone_s[0])}.",
            "Give two different times.",
        )
