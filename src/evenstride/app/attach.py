"""The verb `attach`: a film or photo is kept with a run, byte for byte. Nothing is computed."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evenstride.app.archive_views import ATTACHED_SCHEMA, AttachedView, ClipView
from evenstride.app.clip_dates import Taken, taken_of
from evenstride.app.says import clock
from evenstride.model.archive import Clip, FiledRun
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.store.archive import Archive

_NEAR_S = 3600.0
"""Warming up and walking home belong to a run; a clip from another hour may not."""
_LONGEST_WORDS = 2000


@dataclass(frozen=True)
class SaidOfClip:
    """What the runner says of a clip.

    Attributes
    ----------
    view
        From where it was taken, such as ``"rear"``.
    note
        Their own words.
    at_s
        Seconds after the run's start; None: by the clip's own clock.
    """

    view: str = ""
    note: str = ""
    at_s: float | None = None


def look_at(file: Path) -> Taken:
    """Return what a film or photo says of itself.

    Raises
    ------
    EvenstrideError
        If it cannot be read, or is neither.
    """
    try:
        with file.open("rb") as stream:
            taken = taken_of(stream)
    except OSError as reason:
        raise EvenstrideError(
            f"{file} could not be opened: {reason.strerror}.", "Name a film or a photo."
        ) from reason
    if taken is None:
        raise EvenstrideError(
            f"{file} is no film or photo that evenstride knows.",
            "MP4, MOV, MKV, AVI, JPEG, HEIC and PNG are kept.",
        )
    return taken


def attach(
    archive: Archive, text: str, file: Path, now: datetime, said: SaidOfClip | None = None
) -> AttachedView:
    """Keep a film or photo with a run; the same one again replaces what was said of it.

    Parameters
    ----------
    archive
        Open.
    text
        The run: its id, a date, or ``last``.
    file
        Is copied and stays where it is.
    now
        When it is kept.
    said
        What the runner says of it.

    Raises
    ------
    EvenstrideError
        If no run is meant, the moment does not fit it, or the file is neither film nor photo.
    """
    said = said or SaidOfClip()
    run, taken = archive.find(text), look_at(file)
    _check(run, said)
    moment, assumed = _in_the_runs_zone(taken.moment, run)
    at_s = said.at_s
    if at_s is None and moment is not None:
        at_s = round((moment - run.start).total_seconds(), 3)
    with archive.writing() as writing:
        sha256 = writing.put(file, file.name, now)
        clip = Clip(sha256, run.run, file.name, moment, at_s, said.view, said.note)
        writing.add_clip(clip)
    issues = tuple(_doubts(clip, run, assumed=assumed and said.at_s is None))
    kept = clip_views([clip])[0]
    return AttachedView(ATTACHED_SCHEMA, run.run, run.start.isoformat(), kept, issues)


def clip_views(clips: Sequence[Clip]) -> tuple[ClipView, ...]:
    """Return clips as they are shown."""
    return tuple(
        ClipView(
            one.sha256,
            one.name,
            one.taken.isoformat() if one.taken else None,
            one.at_s,
            one.view,
            one.note,
        )
        for one in clips
    )


def _check(run: FiledRun, said: SaidOfClip) -> None:
    if said.at_s is not None and said.at_s > run.duration_s:
        raise EvenstrideError(
            f"{clock(said.at_s)} lies after the end of the run ({clock(run.duration_s)}).",
            "Give a moment inside the run, counted from its start.",
        )
    for words in (said.view, said.note):
        if len(words) > _LONGEST_WORDS or any(unicodedata.category(c) == "Cc" for c in words):
            raise EvenstrideError(
                "The view or the note is too long, or holds control characters.",
                f"Write plain text of up to {_LONGEST_WORDS} characters.",
            )


def _in_the_runs_zone(moment: datetime | None, run: FiledRun) -> tuple[datetime | None, bool]:
    """Return the moment with a time zone, and whether that had to be assumed."""
    if moment is None or moment.tzinfo is not None:
        return moment, False
    return moment.replace(tzinfo=run.start.tzinfo or UTC), True


def _doubts(clip: Clip, run: FiledRun, *, assumed: bool) -> list[Issue]:
    tell = "If that is wrong, attach it again with --at and the time in the run."
    if clip.at_s is None:
        problem = "The clip does not say when it was taken, so it is tied to the run only."
        return [Issue("info", clip.name, problem, tell)]
    doubts = []
    if assumed:
        problem = (
            f"The photo gives its time without a time zone; that of the run is assumed, so it was"
            f" taken at {clock(clip.at_s)}."
        )
        doubts.append(Issue("info", clip.name, problem, tell))
    outside = max(-clip.at_s, clip.at_s - run.duration_s)
    if outside > _NEAR_S:
        when = "before the run began" if clip.at_s < 0 else "after the run ended"
        far = timedelta(seconds=round(outside))
        problem = f"By its own clock the clip was taken {far} {when}: is it of another run?"
        doubts.append(Issue("warning", clip.name, problem, tell))
    return doubts
