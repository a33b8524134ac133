"""An archive's facts as one JSON file: what an export says, and taking it over into an archive."""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass

import msgspec

from evenstride.model.archive import (
    Clip,
    DeviceSplit,
    FiledRecording,
    Label,
    Outcome,
)
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.store import facts, filing

MANIFEST = "evenstride-export.json"
SCHEMA = "evenstride.export/1"


@dataclass(frozen=True)
class ExportedOriginal:
    """One original of an export.

    Attributes
    ----------
    sha256
        Digest of its bytes: by it, and never by the name, the file is found.
    name
        The name it came with.
    file
        Its name in the export's folder, for people.
    """

    sha256: str
    name: str
    file: str


@dataclass(frozen=True)
class ExportedWords:
    """A title and a note, and the recording they came along with."""

    sha256: str
    part: int
    title: str
    note: str


@dataclass(frozen=True)
class ExportedRun:
    """One run with everything that is known of it; labels with their history."""

    run: str
    recordings: tuple[FiledRecording, ...]
    words: tuple[ExportedWords, ...]
    labels: tuple[Label, ...]
    clips: tuple[Clip, ...]


@dataclass(frozen=True)
class Manifest:
    """All facts of an archive."""

    schema: str
    digest: str
    originals: tuple[ExportedOriginal, ...]
    runs: tuple[ExportedRun, ...]
    apart: tuple[tuple[tuple[str, int], tuple[str, int]], ...]
    splits: tuple[DeviceSplit, ...]
    flipped: tuple[str, ...]


def read_manifest(data: bytes) -> Manifest:
    """Return what an export's manifest says.

    Raises
    ------
    EvenstrideError
        If it is none, or one of a later evenstride.
    """
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, EvenstrideError, ValueError, RecursionError) as error:
        raise EvenstrideError(
            f"This is not the list of an export ({MANIFEST}): {error}.",
            "Import the files beside it by themselves.",
        ) from error
    if manifest.schema != SCHEMA:
        raise EvenstrideError(
            f"This export is of another kind: {manifest.schema}.", "Update evenstride."
        )
    return manifest


def manifest_of(
    db: sqlite3.Connection, digest: str, files: dict[str, str], flipped: tuple[str, ...]
) -> Manifest:
    """Return all facts; `files` names each original in the export's folder, by digest."""
    words = defaultdict(list)
    for one in facts.words_of_all(db):
        words[one.sha256, one.part].append(ExportedWords(*one))
    histories, clips = facts.all_label_histories(db), facts.all_clips(db)
    runs = tuple(
        ExportedRun(
            run=run.run,
            recordings=run.recordings,
            words=tuple(one for r in run.recordings for one in words[r.key]),
            labels=histories.get(run.run, ()),
            clips=clips.get(run.run, ()),
        )
        for run in facts.filed_runs(db)
    )
    names = facts.kept_originals(db)
    return Manifest(
        schema=SCHEMA,
        digest=digest,
        originals=tuple(ExportedOriginal(s, names[s][0], files[s]) for s in files),
        runs=runs,
        apart=facts.apart_pairs(db),
        splits=facts.device_splits(db),
        flipped=flipped,
    )


def take_over(db: sqlite3.Connection, manifest: Manifest) -> tuple[Outcome, ...]:
    """Enter a manifest's facts, as part of one change; return what became of each run."""
    entered = frozenset(facts.kept_originals(db))
    outcomes = tuple(_take_run(db, run, entered) for run in manifest.runs)
    for pair in manifest.apart:
        if all(facts.run_of(db, *key) for key in pair):
            filing.keep_apart(db, pair[:1], pair[1:])
    db.executemany(
        "INSERT INTO device_splits VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(filing.storable(one.device), one.begins.isoformat()) for one in manifest.splits],
    )
    return outcomes


def _take_run(db: sqlite3.Connection, exported: ExportedRun, entered: frozenset[str]) -> Outcome:
    there = [one for one in exported.recordings if one.sha256 in entered]
    if not there:
        missing = Issue(
            "error",
            exported.run,
            "The files of this run are not beside the export's list.",
            "Import the whole folder of the export.",
        )
        return Outcome(exported.run, "failed", issues=(missing,))
    before = {facts.run_of(db, *one.key) for one in there} - {None}
    run = _home(db, exported, there)
    _take_what_was_said(db, exported, run, entered)
    return Outcome(exported.run, "already here" if before else "imported", there[0].format, run)


def _home(db: sqlite3.Connection, exported: ExportedRun, there: list[FiledRecording]) -> str:
    places = {one.key: facts.run_of(db, *one.key) for one in there}
    runs = list(dict.fromkeys(run for run in places.values() if run))
    run = runs[0] if runs else filing.new_run(db, there, exported.run)
    for other in runs[1:]:
        if other not in facts.apart_from(db, run):
            filing.join_runs(db, other, run)
    filing.add_recordings(db, run, [one for one in there if places[one.key] is None])
    return run


def _take_what_was_said(
    db: sqlite3.Connection, exported: ExportedRun, run: str, entered: frozenset[str]
) -> None:
    start = min(one.start for one in exported.recordings)
    for one in exported.words:
        if facts.run_of(db, one.sha256, one.part):
            filing.add_words(db, [(one.sha256, one.part)], one.title, one.note)
    known = {_said(label) for label in facts.label_history(db, run)}
    for label in exported.labels:
        if _said(label) not in known:
            filing.add_label(db, run, label, start)
    for clip in exported.clips:
        if clip.sha256 in entered:
            filing.add_clip(db, run, clip, start)


def _said(label: Label) -> tuple[object, ...]:
    return (label.kind, label.made, label.source, label.laps)
