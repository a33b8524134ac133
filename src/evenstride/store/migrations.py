"""The facts' tables, as numbered steps that are never changed once they were released."""

import sqlite3
from pathlib import Path

from evenstride.model.errors import EvenstrideError

APPLICATION_ID = 0x6576656E  # "even": how a file of facts is told from any other database

_FIRST = """
CREATE TABLE originals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    kept TEXT NOT NULL
);
CREATE TABLE runs (run TEXT PRIMARY KEY);
CREATE TABLE recordings (
    sha256 TEXT NOT NULL REFERENCES originals (sha256),
    part INTEGER NOT NULL,
    run TEXT NOT NULL REFERENCES runs (run),
    format TEXT NOT NULL,
    device TEXT NOT NULL,
    serial TEXT NOT NULL,
    sport TEXT NOT NULL,
    start TEXT NOT NULL,
    duration_s REAL NOT NULL,
    distance_m REAL,
    PRIMARY KEY (sha256, part)
);
CREATE INDEX recordings_of_run ON recordings (run);
CREATE TABLE words (
    sha256 TEXT NOT NULL,
    part INTEGER NOT NULL,
    title TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (sha256, part, title, note),
    FOREIGN KEY (sha256, part) REFERENCES recordings (sha256, part) ON DELETE CASCADE
);
CREATE TABLE apart (
    sha256_a TEXT NOT NULL,
    part_a INTEGER NOT NULL,
    sha256_b TEXT NOT NULL,
    part_b INTEGER NOT NULL,
    PRIMARY KEY (sha256_a, part_a, sha256_b, part_b),
    FOREIGN KEY (sha256_a, part_a) REFERENCES recordings (sha256, part) ON DELETE CASCADE,
    FOREIGN KEY (sha256_b, part_b) REFERENCES recordings (sha256, part) ON DELETE CASCADE
);
CREATE TABLE labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL REFERENCES runs (run),
    kind TEXT NOT NULL CHECK (kind IN ('fine', 'off-throughout', 'marks')),
    gone_s TEXT NOT NULL,
    back_s TEXT NOT NULL,
    counted_from TEXT NOT NULL,
    made TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('told', 'noted')),
    undone TEXT
);
CREATE INDEX labels_of_run ON labels (run);
CREATE TABLE clips (
    run TEXT NOT NULL REFERENCES runs (run),
    sha256 TEXT NOT NULL REFERENCES originals (sha256),
    name TEXT NOT NULL,
    taken TEXT,
    at_s REAL,
    counted_from TEXT NOT NULL,
    view TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (run, sha256)
);
CREATE TABLE device_splits (
    device TEXT NOT NULL,
    begins TEXT NOT NULL,
    PRIMARY KEY (device, begins)
);
CREATE TABLE outcomes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    fate TEXT NOT NULL,
    kind TEXT NOT NULL,
    run TEXT,
    issues TEXT NOT NULL
);
CREATE TABLE backups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL,
    made TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    last_original INTEGER NOT NULL
);
CREATE TABLE to_erase (sha256 TEXT PRIMARY KEY);
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
