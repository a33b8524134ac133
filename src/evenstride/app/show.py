"""The verb `show`: one run of the archive in full, read again from its originals."""

from dataclasses import replace

from evenstride.app.appraise import run_of
from evenstride.app.archive_views import SHOWN_SCHEMA, ShownView
from evenstride.app.attach import clip_views
from evenstride.app.first_look import analyzed, word_of
from evenstride.app.normals import normals_of
from evenstride.app.said import label_views, offer_view
from evenstride.app.views import Analysis, RunView
from evenstride.model.marks import LAPS
from evenstride.store.archive import Archive


def show(archive: Archive, text: str) -> tuple[ShownView, Analysis]:
    """Return a run of the archive, and what its picture needs.

    Parameters
    ----------
    archive
        Open.
    text
        The run: its id, a date, or ``last``.

    Raises
    ------
    EvenstrideError
        If no run is meant, or an original is missing or damaged.
    """
    filed = archive.find(text)
    run, issues = run_of(archive, filed)
    labels = archive.labels(filed.run)
    word, normals = word_of(labels, filed.duration_s), normals_of(archive).at(run.start)
    analysis = analyzed(run, word, issues, archive.flipped(), normals)
    analysis = replace(analysis, run=_as_filed(analysis.run, filed.run))
    shown = ShownView(
        schema=SHOWN_SCHEMA,
        run=filed.run,
        title=filed.title,
        note=filed.note,
        labels=label_views(labels),
        offer=offer_view(labels),
        clips=clip_views(archive.clips(filed.run)),
        view=analysis.run,
    )
    return shown, analysis


def _as_filed(view: RunView, run: str) -> RunView:
    """Return a run's view, in which lap presses are told with the archive's own command."""
    presses = sum(mark.kind == "mark" and mark.source == "lap" for mark in view.marks)
    words = ",".join(("gone", "back")[place % 2] for place in range(presses))
    remedy = f"Tell it, such as: evenstride label {run} --laps {words} (or mark, or skip)."
    issues = (replace(i, remedy=remedy) if i.where == LAPS else i for i in view.issues)
    return replace(view, issues=tuple(issues))
