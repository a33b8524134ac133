"""The verb `show`: one run of the archive in full, read again from its originals."""

from evenstride.app.analyze import analyze_run
from evenstride.app.appraise import run_of
from evenstride.app.archive_views import SHOWN_SCHEMA, ShownView
from evenstride.app.attach import clip_views
from evenstride.app.first_look import word_of
from evenstride.app.label import label_views
from evenstride.app.normals import normals_of
from evenstride.app.views import Analysis
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
    analysis = analyze_run(run, word, issues, archive.flipped(), normals)
    shown = ShownView(
        schema=SHOWN_SCHEMA,
        run=filed.run,
        title=filed.title,
        note=filed.note,
        labels=label_views(labels),
        clips=clip_views(archive.clips(filed.run)),
        view=analysis.run,
    )
    return shown, analysis
