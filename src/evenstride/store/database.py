"""Opening the file of facts so that neither a crash nor a second process can hurt it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evenstride.model.errors import EvenstrideError
from evenstride.store.durable import telling

BUSY_S = 30.0
# SQLite 3.7.0 to 3.51.2 can corrupt a database when it resets a write-ahead log.
SAFE_WAL = (3, 51, 3)
_OUTER = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_INNER = ("SAVEPOINT inner", "RELEASE inner", ("ROLLBACK TO inner", "RELEASE inner"))


def journal_mode(library: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """Return the journal that is safe with a version of the SQLite library.

    Examples
    --------
    >>> journal_mode((3, 51, 2)), journal_mode((3, 51, 3))
    ('delete', 'wal')
    """
    return "wal" if library >= SAFE_WAL else "delete"


def connect(file: Path) -> sqlite3.Connection:
    """Return a connection in autocommit mode to a file of facts.

    Deleted rows are overwritten, foreign keys are held, temporary tables stay in memory, and
    every commit waits for the disk.
    """
    db = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)
    try:
        for setting in (
            "secure_delete = ON",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "synchronous = FULL",
            "trusted_schema = OFF",
        ):
            db.execute(f"PRAGMA {setting}")
        _choose_journal(db, file)
    except BaseException:
        db.close()
        raise
    return db


def _choose_journal(db: sqlite3.Connection, file: Path) -> None:
    wanted = journal_mode()
    if db.execute("PRAGMA journal_mode").fetchone()[0] == wanted:
        return
    if db.execute(f"PRAGMA journal_mode = {wanted}").fetchone()[0] != wanted:
        raise EvenstrideError(
            f"Another program keeps {file.parent} open in a way this SQLite library "
            f"({sqlite3.sqlite_version}) cannot safely share.",
            "Close the other program, then try again.",
        )


@contextmanager
def change(db: sqlite3.Connection, place: Path) -> Iterator[None]:
    """Make changes that come about together or not at all; inside another change, as part of it.

    `place` is named where the disk is full.
    """
    begin, commit, undo = _INNER if db.in_transaction else _OUTER
    with telling(place):
        db.execute(begin)
    try:
        yield
        with telling(place):
            db.execute(commit)
    except BaseException:
        _undo(db, undo)
        raise


def _undo(db: sqlite3.Connection, statements: tuple[str, ...]) -> None:
    """Take changes back, unless the database did so itself when the disk was full."""
    if db.in_transaction:
        for statement in statements:
            db.execute(statement)


@contextmanager
def one_moment(db: sqlite3.Connection) -> Iterator[None]:
    """Read several tables as they were at one moment, whoever writes meanwhile."""
    if db.in_transaction:
        yield
        return
    db.execute("BEGIN")
    try:
        yield
    finally:
        _undo(db, ("ROLLBACK",))
