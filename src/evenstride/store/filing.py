"""Writing the facts: each function is part of one change of the caller's."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import product

import msgspec

from evenstride.model.archive import Clip, FiledRecording, Label, LabelSource, Outcome, run_id
from evenstride.model.errors import EvenstrideError
from evenstride.store.facts import filed_run, run_of

Key = tuple[str, int]
_DIGITS = range(8, 65)
_ID = re.compile(r"[0-9a-f]{8,64}")
_ADD_RECORDING = """
    INSERT INTO recordings
    (run, sha256, part, format, device, serial, sport, start, duration_s, distance_m)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_JOIN = (
    "UPDATE recordings SET run = :into WHERE run = :run",
    "UPDATE labels SET run = :into WHERE run = :run",
    "UPDATE OR IGNORE clips SET run = :into WHERE run = :run",
    "DELETE FROM clips WHERE run = :run",
    "UPDATE outcomes SET run = :into WHERE run = :run",
    "DELETE FROM runs WHERE run = :run",
)


def storable(text: str) -> str:
    """Return text as the database can hold it: what is no character is written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def enter_original(
    db: sqlite3.Connection, sha256: str, name: str, size: int, kept: datetime
) -> None:
    """Enter an original that lies on the disk; one that is entered stays as it is."""
    db.execute(
        "INSERT INTO originals (sha256, name, size, kept) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (sha256, storable(name), size, kept.isoformat()),
    )


def file_run(db: sqlite3.Connection, recordings: Sequence[FiledRecording], into: str | None) -> str:
    """File recordings of one run; return its id.

    Recordings that are filed already stay where they are, and the others join them.

    Raises
    ------
    EvenstrideError
        If they belong to different runs already.
    """
    if not recordings:
        raise EvenstrideError("A run has no recording.", "Give at least one.")
    places = {one.key: run_of(db, *one.key) for one in recordings}
    runs = {run for run in places.values() if run} | ({into} if into else set())
    if len(runs) > 1:
        raise EvenstrideError(
            f"These recordings belong to different runs already: {', '.join(sorted(runs))}.",
            "Leave them apart, or forget one of the runs.",
        )
    run = filed_run(db, runs.pop()).run if runs else new_run(db, recordings)
    add_recordings(db, run, [one for one in recordings if places[one.key] is None])
    return run


def new_run(
    db: sqlite3.Connection, recordings: Iterable[FiledRecording], wanted: str | None = None
) -> str:
    """Enter a run, named after its earliest recording or as wanted where that is an id and free."""
    first = min(recordings, key=lambda one: (one.start, *one.key))
    names = (run_id(*first.key, digits) for digits in _DIGITS)
    asked = [wanted] if wanted and _ID.fullmatch(wanted) else []
    run = next(name for name in (*asked, *names) if _is_free(db, name))
    db.execute("INSERT INTO runs (run) VALUES (?)", (run,))
    return run


def _is_free(db: sqlite3.Connection, run: str) -> bool:
    return db.execute("SELECT 1 FROM runs WHERE run = ?", (run,)).fetchone() is None


def add_recordings(db: sqlite3.Connection, run: str, recordings: Iterable[FiledRecording]) -> None:
    """Enter recordings of a run that are not filed yet."""
    rows = [
        (
            run,
            one.sha256,
            one.part,
            storable(one.format),
            storable(one.device),
            storable(one.serial),
            storable(one.sport),
            one.start.isoformat(),
            one.duration_s,
            one.distance_m,
        )
        for one in recordings
    ]
    db.executemany(_ADD_RECORDING, rows)


def add_words(db: sqlite3.Connection, keys: Iterable[Key], title: str, note: str) -> None:
    """Keep a title and a note with recordings; the same words twice are kept once."""
    if title or note:
        db.executemany(
            "INSERT INTO words (sha256, part, title, note) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            [(*key, storable(title), storable(note)) for key in keys],
        )


def join_runs(db: sqlite3.Connection, run: str, into: str) -> None:
    """Move everything of one run into another."""
    for statement in _JOIN:
        db.execute(statement, {"run": run, "into": into})


def split_run(db: sqlite3.Connection, run: str) -> tuple[str, ...]:
    """Give each recording a run of its own, and keep them apart; return the runs' ids.

    Labels and clips stay with the recording the run was named after.

    Raises
    ------
    EvenstrideError
        If it has one recording only.
    """
    recordings = filed_run(db, run).recordings
    if len(recordings) == 1:
        raise EvenstrideError(f"Run {run} has one source only.", "There is nothing to split.")
    stays = next((r for r in recordings if run_id(*r.key, len(run)) == run), recordings[0])
    runs = [run]
    for one in recordings:
        if one.key != stays.key:
            runs.append(new_run(db, [one]))
            db.execute(
                "UPDATE recordings SET run = ? WHERE sha256 = ? AND part = ?", (runs[-1], *one.key)
            )
    keep_apart(db, [one.key for one in recordings], [one.key for one in recordings])
    return tuple(runs)


def keep_apart(db: sqlite3.Connection, some: Iterable[Key], others: Iterable[Key]) -> None:
    """Remember that no recording of the ones is the same run as any of the others."""
    pairs = {tuple(sorted((a, b))) for a, b in product(tuple(some), tuple(others)) if a != b}
    db.executemany(
        "INSERT INTO apart VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(*a, *b) for a, b in sorted(pairs)],
    )


def add_label(db: sqlite3.Connection, run: str, label: Label, counted_from: datetime) -> None:
    """Add what was said about a run, in seconds from a moment."""
    db.execute(
        "INSERT INTO labels "
        "(run, kind, gone_s, back_s, laps, counted_from, made, source, words, undone) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run,
            label.kind,
            msgspec.json.encode(label.gone_s).decode(),
            msgspec.json.encode(label.back_s).decode(),
            msgspec.json.encode(label.laps).decode(),
            counted_from.isoformat(),
            label.made.isoformat(),
            label.source,
            storable(label.words),
            label.undone.isoformat() if label.undone else None,
        ),
    )


def undo_label(db: sqlite3.Connection, run: str, now: datetime, source: LabelSource) -> None:
    """Take back what a source said last about a run; it stays in the history.

    Raises
    ------
    EvenstrideError
        If nothing that was said is in force.
    """
    asked = "SELECT max(id) FROM labels WHERE run = ? AND source = ? AND undone IS NULL"
    last = db.execute(asked, (run, source)).fetchone()[0]
    if last is None:
        raise EvenstrideError(
            f"Nothing was said about run {run} that could be taken back.",
            "evenstride label says something about it.",
        )
    db.execute("UPDATE labels SET undone = ? WHERE id = ?", (now.isoformat(), last))


def add_clip(db: sqlite3.Connection, run: str, clip: Clip, counted_from: datetime) -> None:
    """Keep a clip with a run; the same clip again replaces what was said about it."""
    db.execute(
        "INSERT OR REPLACE INTO clips "
        "(run, sha256, name, taken, at_s, counted_from, view, note) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run,
            clip.sha256,
            storable(clip.name),
            clip.taken.isoformat() if clip.taken else None,
            clip.at_s,
            counted_from.isoformat(),
            storable(clip.view),
            storable(clip.note),
        ),
    )


def keep_outcomes(db: sqlite3.Connection, outcomes: Iterable[Outcome]) -> None:
    """Replace the list of what became of each input."""
    db.execute("DELETE FROM outcomes")
    db.executemany(
        "INSERT INTO outcomes (name, fate, kind, run, issues) VALUES (?, ?, ?, ?, ?)",
        (
            (
                storable(one.name),
                one.fate,
                storable(one.kind),
                one.run,
                storable(msgspec.json.encode(one.issues).decode()),
            )
            for one in outcomes
        ),
    )
