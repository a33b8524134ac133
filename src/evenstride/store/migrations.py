"""The facts' tables, as numbered steps that are never changed once they were released."""

import sqlite3
from pathlib import Path

from evenstride.model.errors import EvenstrideError

APPLICATION_ID = 0x6576656E  # "even": how a file of facts is told from any other database

_FIRST = """
CREATE TABLE originals (
    -- every file that was kept, films and photos too
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order they came
    sha256 TEXT NOT NULL UNIQUE, -- digest of its bytes, and its name in recordings/
    name TEXT NOT NULL, -- the name it came with, for people
    size INTEGER NOT NULL, -- in bytes
    kept TEXT NOT NULL -- when it was put into the archive
);
CREATE TABLE runs (
    -- every run
    run TEXT PRIMARY KEY -- its id
);
CREATE TABLE recordings (
    -- what was recorded of a run: one row for each device
    sha256 TEXT NOT NULL REFERENCES originals (sha256), -- the original it was read from
    part INTEGER NOT NULL, -- which recording of that original, from 0
    run TEXT NOT NULL REFERENCES runs (run), -- the run it belongs to
    format TEXT NOT NULL, -- the file format
    device TEXT NOT NULL, -- as the device says
    serial TEXT NOT NULL, -- as the device says
    sport TEXT NOT NULL, -- as the device says
    start TEXT NOT NULL, -- moment of its second 0
    duration_s REAL NOT NULL, -- from the start to the last sample
    distance_m REAL, -- null where not recorded
    PRIMARY KEY (sha256, part)
);
CREATE INDEX recordings_of_run ON recordings (run);
CREATE TABLE words (
    -- titles and notes that came along with a recording
    sha256 TEXT NOT NULL, -- the recording's original
    part INTEGER NOT NULL, -- and its part
    title TEXT NOT NULL, -- empty where there was none
    note TEXT NOT NULL, -- empty where there was none
    PRIMARY KEY (sha256, part, title, note),
    FOREIGN KEY (sha256, part) REFERENCES recordings (sha256, part) ON DELETE CASCADE
);
CREATE TABLE apart (
    -- pairs of recordings that the runner said are not one run
    sha256_a TEXT NOT NULL, -- the one
    part_a INTEGER NOT NULL, -- its part
    sha256_b TEXT NOT NULL, -- the other
    part_b INTEGER NOT NULL, -- its part
    PRIMARY KEY (sha256_a, part_a, sha256_b, part_b),
    FOREIGN KEY (sha256_a, part_a) REFERENCES recordings (sha256, part) ON DELETE CASCADE,
    FOREIGN KEY (sha256_b, part_b) REFERENCES recordings (sha256, part) ON DELETE CASCADE
);
CREATE TABLE labels (
    -- what the runner said about a run, with its history
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order it was said
    run TEXT NOT NULL REFERENCES runs (run), -- the run
    kind TEXT NOT NULL CHECK (kind IN ('fine', 'off-throughout', 'marks')), -- what was said
    gone_s TEXT NOT NULL, -- moments of loss, seconds as a JSON array
    back_s TEXT NOT NULL, -- moments of return, seconds as a JSON array
    laps TEXT NOT NULL, -- what each lap press meant, as a JSON array
    counted_from TEXT NOT NULL, -- the moment those seconds count from
    made TEXT NOT NULL, -- when it was said
    source TEXT NOT NULL CHECK (source IN ('told', 'noted')), -- to the program, or in a note
    words TEXT NOT NULL, -- those it was read from, empty where it was told
    undone TEXT -- when it was taken back, null where it is in force
);
CREATE INDEX labels_of_run ON labels (run);
CREATE TABLE clips (
    -- films and photos kept with a run
    run TEXT NOT NULL REFERENCES runs (run), -- the run
    sha256 TEXT NOT NULL REFERENCES originals (sha256), -- the original
    name TEXT NOT NULL, -- the name it came with, for people
    taken TEXT, -- when it was taken, null where not known
    at_s REAL, -- where in the run, seconds, null where not known
    counted_from TEXT NOT NULL, -- the moment those seconds count from
    view TEXT NOT NULL, -- from where it was taken
    note TEXT NOT NULL, -- what the runner wrote with it
    PRIMARY KEY (run, sha256)
);
CREATE TABLE device_splits (
    -- days from which on a device's name stands for another device
    device TEXT NOT NULL, -- the name
    begins TEXT NOT NULL, -- the first day of the other device
    PRIMARY KEY (device, begins)
);
CREATE TABLE outcomes (
    -- what became of each input of the last import
    id INTEGER PRIMARY KEY, -- in the order of the import
    name TEXT NOT NULL, -- the way in, for people
    fate TEXT NOT NULL, -- imported, already here, enriched, skipped or failed
    kind TEXT NOT NULL, -- the format, or what it was that was skipped
    run TEXT, -- the run, null where it is none
    issues TEXT NOT NULL -- what was met on the way, as JSON
);
CREATE TABLE backups (
    -- backups that were made, so that forgetting can name them
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order they were made
    file TEXT NOT NULL, -- where it was written
    made TEXT NOT NULL, -- when
    sha256 TEXT NOT NULL, -- digest of its bytes
    last_original INTEGER NOT NULL -- the last original it holds, by id
);
CREATE TABLE to_erase (
    -- what a forgetting has yet to erase: empty but for moments
    sha256 TEXT PRIMARY KEY -- an original, or empty for everything computed
);
CREATE TABLE arriving_settings (
    -- settings of a restored backup that have yet to be put in place: empty but for moments
    content BLOB NOT NULL -- the file as it was, empty where there was none
);
"""

STEPS = (_FIRST,)
NEWEST = len(STEPS)


def version_of(db: sqlite3.Connection) -> int:
    """Return the number of steps a file of facts has taken; 0 for a new one.

    Raises
    ------
    EvenstrideError
        If it is a database of something else.
    """
    ours = _pragma(db, "application_id") == APPLICATION_ID
    version = _pragma(db, "user_version")
    new = not version and not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if ours or new:
        return version
    raise EvenstrideError(
        "facts.sqlite is a database, but not of evenstride.", "Name a new or an empty folder."
    )


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


def refuse_newer(version: int, place: Path) -> None:
    """Refuse facts that a later evenstride wrote.

    Raises
    ------
    EvenstrideError
        If they are of a version this one does not know.
    """
    if version > NEWEST:
        raise EvenstrideError(
            f"{place} was written by a newer evenstride: its facts are version {version}, "
            f"this evenstride knows versions up to {NEWEST}.",
            "Update evenstride; nothing was changed.",
        )


def migrate(db: sqlite3.Connection, steps: tuple[str, ...] = STEPS) -> None:
    """Take all steps that are missing, in one transaction: all of them or none.

    Parameters
    ----------
    db
        A connection in autocommit mode, whose writer holds the archive's lock.
    steps
        Every step there is, the first first.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        for number in range(version_of(db), len(steps)):
            for statement in steps[number].split(";"):
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(steps)}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def schema_of(db: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Return name and definition of every table and index, to compare with what they should be."""
    found = db.execute("SELECT name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return frozenset((name, sql) for name, sql in found)


def schema_at(version: int) -> frozenset[tuple[str, str]]:
    """Return the schema that facts of a version have."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(db, STEPS[:version])
        return schema_of(db)
    finally:
        db.close()
