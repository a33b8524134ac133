"""Reading the facts: rows become nouns."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from evenstride.model.archive import (
    Clip,
    DeviceSplit,
    FiledRecording,
    FiledRun,
    KnownBackup,
    Label,
    Outcome,
)
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.model.marks import LapMeaning
from evenstride.store.database import one_moment

_OF_RUN = " WHERE run = ?"
_RECORDINGS = """
    SELECT run, sha256, part, format, device, serial, sport, start, duration_s, distance_m
    FROM recordings
"""
_WORDS = "SELECT sha256, part, title, note FROM words JOIN recordings USING (sha256, part)"
_LABELS = """
    SELECT run, kind, gone_s, back_s, laps, made, source, words, undone, counted_from FROM labels
"""
_CLIPS = "SELECT sha256, run, name, taken, at_s, view, note, counted_from FROM clips"
_IN_ORDER = " ORDER BY id"
_ISSUES = msgspec.json.Decoder(tuple[Issue, ...])
_SECONDS = msgspec.json.Decoder(tuple[float, ...])
_LAPS = msgspec.json.Decoder(tuple[LapMeaning, ...])


class Words(NamedTuple):
    """A title and a note that came along with a recording."""

    sha256: str
    part: int
    title: str
    note: str


def filed_runs(db: sqlite3.Connection) -> tuple[FiledRun, ...]:
    """Return every run, the earliest first."""
    with one_moment(db):
        rows = db.execute(_RECORDINGS).fetchall()
        words = words_of_all(db)
    return _runs(rows, words)


def filed_run(db: sqlite3.Connection, run: str) -> FiledRun:
    """Return one run.

    Raises
    ------
    EvenstrideError
        If there is none with this id.
    """
    with one_moment(db):
        found = db.execute(_RECORDINGS + _OF_RUN, (run,)).fetchall()
        words = db.execute(_WORDS + _OF_RUN, (run,)).fetchall()
    if not found:
        raise EvenstrideError(
            f"There is no run {run} in the archive.", "evenstride runs lists them."
        )
    return _runs(found, [Words(*row) for row in words])[0]


def words_of_all(db: sqlite3.Connection) -> list[Words]:
    """Return every title and note with the recording it came with."""
    return [Words(*row) for row in db.execute(_WORDS)]


def _runs(rows: Iterable[Sequence[object]], words: Iterable[Words]) -> tuple[FiledRun, ...]:
    recordings: dict[str, list[FiledRecording]] = defaultdict(list)
    for run, *row in rows:
        recordings[str(run)].append(_recording(row))
    said: dict[tuple[str, int], list[Words]] = defaultdict(list)
    for one in words:
        said[one.sha256, one.part].append(one)
    runs = (_run(run, together, said) for run, together in recordings.items())
    return tuple(sorted(runs, key=lambda run: (run.start, run.run)))


def _recording(row: Sequence[object]) -> FiledRecording:
    sha256, part, form, device, serial, sport, start, duration_s, distance_m = row
    return FiledRecording(
        sha256=str(sha256),
        part=int(str(part)),
        format=str(form),
        device=str(device),
        serial=str(serial),
        sport=str(sport),
        start=datetime.fromisoformat(str(start)),
        duration_s=float(str(duration_s)),
        distance_m=None if distance_m is None else float(str(distance_m)),
    )


def _run(
    run: str, recordings: list[FiledRecording], said: dict[tuple[str, int], list[Words]]
) -> FiledRun:
    ordered = sorted(recordings, key=lambda one: (one.start, *one.key))
    words = [one for recording in ordered for one in sorted(said[recording.key])]
    return FiledRun(
        run=run,
        start=ordered[0].start,
        title=" / ".join(_distinct(one.title for one in words)),
        note="\n".join(_distinct(one.note for one in words)),
        recordings=tuple(ordered),
    )


def _distinct(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]


def run_of(db: sqlite3.Connection, sha256: str, part: int) -> str | None:
    """Return the run a recording belongs to, None where it is not filed."""
    found = db.execute(
        "SELECT run FROM recordings WHERE sha256 = ? AND part = ?", (sha256, part)
    ).fetchone()
    return str(found[0]) if found else None


def is_filed(db: sqlite3.Connection, sha256: str) -> bool:
    """Return whether a recording or a clip of this original is filed."""
    asked = (
        "SELECT EXISTS (SELECT 1 FROM recordings WHERE sha256 = ?1) "
        "OR EXISTS (SELECT 1 FROM clips WHERE sha256 = ?1)"
    )
    return bool(db.execute(asked, (sha256,)).fetchone()[0])


def kept_originals(db: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    """Return name and size of every original, by digest, in the order they came."""
    rows = db.execute("SELECT sha256, name, size FROM originals ORDER BY id").fetchall()
    return {sha256: (name, size) for sha256, name, size in rows}


def label_history(db: sqlite3.Connection, run: str) -> tuple[Label, ...]:
    """Return everything that was said about a run, what was taken back too, in order."""
    with one_moment(db):
        start = filed_run(db, run).start
        return tuple(
            _label(row, start)
            for row in db.execute(_LABELS + _OF_RUN + _IN_ORDER, (run,)).fetchall()
        )


def all_label_histories(db: sqlite3.Connection) -> dict[str, tuple[Label, ...]]:
    """Return what was said about every run of which something was said, by run."""
    with one_moment(db):
        starts = {run.run: run.start for run in filed_runs(db)}
        rows = db.execute(_LABELS + _IN_ORDER).fetchall()
    said: dict[str, list[Label]] = defaultdict(list)
    for row in rows:
        said[row[0]].append(_label(row, starts[row[0]]))
    return {run: tuple(labels) for run, labels in said.items()}


def in_force(history: Iterable[Label]) -> tuple[Label, ...]:
    """Return the last label of each source that was not taken back: told before noted."""
    last = {one.source: one for one in history if one.undone is None}
    return tuple(sorted(last.values(), key=lambda one: one.source != "told"))


def _label(row: Sequence[str], start: datetime) -> Label:
    run, kind, gone_s, back_s, laps, made, source, words, undone, counted_from = row
    later_s = (datetime.fromisoformat(counted_from) - start).total_seconds()
    return msgspec.convert(
        {
            "run": run,
            "kind": kind,
            "gone_s": _counted_anew(_SECONDS.decode(gone_s), later_s),
            "back_s": _counted_anew(_SECONDS.decode(back_s), later_s),
            "laps": _LAPS.decode(laps),
            "made": made,
            "source": source,
            "words": words,
            "undone": undone,
        },
        Label,
    )


def _counted_anew(seconds: tuple[float, ...], later_s: float) -> tuple[float, ...]:
    """Return seconds counted from another start: a source that began earlier moves them."""
    return tuple(round(one + later_s, 3) for one in seconds) if later_s else seconds


def clips_of(db: sqlite3.Connection, run: str) -> tuple[Clip, ...]:
    """Return the clips kept with a run, those with a moment first, in their order."""
    with one_moment(db):
        start = filed_run(db, run).start
        rows = db.execute(_CLIPS + _OF_RUN, (run,)).fetchall()
    return _clips_in_order(_clip(row, start) for row in rows)


def all_clips(db: sqlite3.Connection) -> dict[str, tuple[Clip, ...]]:
    """Return the clips of every run that has some, by run."""
    with one_moment(db):
        starts = {run.run: run.start for run in filed_runs(db)}
        rows = db.execute(_CLIPS).fetchall()
    kept: dict[str, list[Clip]] = defaultdict(list)
    for row in rows:
        kept[row[1]].append(_clip(row, starts[row[1]]))
    return {run: _clips_in_order(clips) for run, clips in kept.items()}


def _clips_in_order(clips: Iterable[Clip]) -> tuple[Clip, ...]:
    return tuple(sorted(clips, key=lambda c: (c.at_s is None, c.at_s or 0.0, c.sha256)))


def _clip(row: Sequence[object], start: datetime) -> Clip:
    sha256, run, name, taken, at_s, view, note, counted_from = row
    later_s = (datetime.fromisoformat(str(counted_from)) - start).total_seconds()
    return Clip(
        sha256=str(sha256),
        run=str(run),
        name=str(name),
        taken=None if taken is None else datetime.fromisoformat(str(taken)),
        at_s=None if at_s is None else _counted_anew((float(str(at_s)),), later_s)[0],
        view=str(view),
        note=str(note),
    )


def device_splits(db: sqlite3.Connection) -> tuple[DeviceSplit, ...]:
    """Return from which days on a device's name stands for another device."""
    rows = db.execute("SELECT device, begins FROM device_splits ORDER BY device, begins")
    return tuple(DeviceSplit(device, date.fromisoformat(begins)) for device, begins in rows)


def apart_pairs(db: sqlite3.Connection) -> tuple[tuple[tuple[str, int], tuple[str, int]], ...]:
    """Return the pairs of recordings that the runner keeps apart."""
    rows = db.execute("SELECT * FROM apart ORDER BY sha256_a, part_a, sha256_b, part_b")
    return tuple(((a, part_a), (b, part_b)) for a, part_a, b, part_b in rows)


def apart_from(db: sqlite3.Connection, run: str) -> tuple[str, ...]:
    """Return the runs that must not be joined with a run, because the runner said so."""
    asked = (
        "SELECT b.run FROM apart JOIN recordings a ON a.sha256 = sha256_a AND a.part = part_a "
        "JOIN recordings b ON b.sha256 = sha256_b AND b.part = part_b WHERE a.run = ?1 "
        "UNION "
        "SELECT a.run FROM apart JOIN recordings a ON a.sha256 = sha256_a AND a.part = part_a "
        "JOIN recordings b ON b.sha256 = sha256_b AND b.part = part_b WHERE b.run = ?1"
    )
    return tuple(sorted(row[0] for row in db.execute(asked, (run,)).fetchall()))


def last_outcomes(db: sqlite3.Connection) -> tuple[Outcome, ...]:
    """Return what became of every input of the last import."""
    rows = db.execute("SELECT name, fate, kind, run, issues FROM outcomes ORDER BY id").fetchall()
    return tuple(
        Outcome(name, fate, kind, run, _ISSUES.decode(issues))
        for name, fate, kind, run, issues in rows
    )


def known_backups(db: sqlite3.Connection, since_original: int = 0) -> tuple[KnownBackup, ...]:
    """Return the backups made once an original was there, the first made first."""
    rows = db.execute(
        "SELECT file, made, sha256 FROM backups WHERE last_original >= ? ORDER BY id",
        (since_original,),
    )
    return tuple(KnownBackup(f, datetime.fromisoformat(made), sha) for f, made, sha in rows)


def original_name(db: sqlite3.Connection, sha256: str) -> str:
    """Return the name an original came with; empty where it is not entered."""
    found = db.execute("SELECT name FROM originals WHERE sha256 = ?", (sha256,)).fetchone()
    return str(found[0]) if found else ""
