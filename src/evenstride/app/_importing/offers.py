"""Words that came along with a recording, offered as what the runner may have said of the run."""

from collections.abc import Sequence
from datetime import datetime

from evenstride.app.noted import marks_in
from evenstride.model.archive import FiledRecording, FiledRun, Label
from evenstride.model.recording import Recording


def offered(
    run: FiledRun, filed: FiledRecording, recording: Recording, text: str, now: datetime
) -> Label | None:
    """Return what a text offers for a run, None where it offers nothing.

    Parameters
    ----------
    run
        The run; moments count from its start.
    filed, recording
        The recording the text came along with: its times and distances count from its own start.
    text
        As the runner typed it.
    now
        When it is offered.
    """
    said = marks_in(text, recording.samples)
    if said.fine:
        return Label(run.run, "fine", (), (), now, "noted", words=said.fine)
    if not said.marks:
        return None
    later_s = (filed.start - run.start).total_seconds()
    gone_s, back_s = (
        tuple(round(one.t_s + later_s, 3) for one in said.marks if one.kind == kind)
        for kind in ("gone", "back")
    )
    words = ", ".join(one.words for one in said.marks)
    return Label(run.run, "marks", gone_s, back_s, now, "noted", words=words)


def is_new(label: Label, history: Sequence[Label]) -> bool:
    """Return whether nothing of the same content was offered before, taken back or not."""
    return not any(
        (one.source, one.kind, one.gone_s, one.back_s)
        == (label.source, label.kind, label.gone_s, label.back_s)
        for one in history
    )
