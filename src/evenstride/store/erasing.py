"""Forgetting: what is erased leaves no byte in any file of the archive."""

import sqlite3

from evenstride.model.archive import KnownBackup
from evenstride.store.database import change
from evenstride.store.derived import clear_derived
from evenstride.store.durable import erase, sync_folder
from evenstride.store.facts import (
    apart_from,
    filed_run,
    is_filed,
    kept_originals,
    known_backups,
)
from evenstride.store.layout import Layout
from evenstride.store.originals import lying_originals, sweep_unfinished

_FORGET_RUN = (
    "DELETE FROM labels WHERE run = ?",
    "DELETE FROM clips WHERE run = ?",
    "DELETE FROM recordings WHERE run = ?",
    "DELETE FROM outcomes WHERE run = ?",
    "DELETE FROM runs WHERE run = ?",
)
_FORGET_EVERYTHING = (
    "DELETE FROM apart",
    "DELETE FROM words",
    "DELETE FROM labels",
    "DELETE FROM clips",
    "DELETE FROM recordings",
    "DELETE FROM runs",
    "DELETE FROM device_splits",
    "DELETE FROM outcomes",
    "DELETE FROM originals",
    "DELETE FROM backups",
)
_EVERYTHING_COMPUTED = ""  # stands in the list of what is to be erased for derived/ and free pages


def forget(db: sqlite3.Connection, layout: Layout, run: str) -> tuple[KnownBackup, ...]:
    """Delete a run's facts and note which files are to be erased; return backups that hold it."""
    with change(db, layout.folder):
        filed_run(db, run)
        originals = _originals_of(db, run)
        backups = known_backups(db, _first_entered(db, originals))
        for split in apart_from(db, run):  # the list of the last import may name this run so
            db.execute("DELETE FROM outcomes WHERE run = ?", (split,))
        for statement in _FORGET_RUN:
            db.execute(statement, (run,))
        _to_be_erased(db, [one for one in originals if not is_filed(db, one)])
    return backups


def forget_everything(db: sqlite3.Connection, layout: Layout) -> tuple[KnownBackup, ...]:
    """Delete all facts and settings and note that every original is to be erased."""
    with change(db, layout.folder):
        backups = known_backups(db)
        originals = [*lying_originals(layout), *kept_originals(db)]
        for statement in _FORGET_EVERYTHING:
            db.execute(statement)
        _to_be_erased(db, originals)
    erase(layout.settings)
    return backups


def _originals_of(db: sqlite3.Connection, run: str) -> list[str]:
    asked = (
        "SELECT sha256 FROM recordings WHERE run = ?1 UNION SELECT sha256 FROM clips WHERE run = ?1"
    )
    return [row[0] for row in db.execute(asked, (run,)).fetchall()]


def _first_entered(db: sqlite3.Connection, originals: list[str]) -> int:
    asked = "SELECT id FROM originals WHERE sha256 = ?"
    return min(int(db.execute(asked, (one,)).fetchone()[0]) for one in originals)


def _to_be_erased(db: sqlite3.Connection, originals: list[str]) -> None:
    for one in originals:
        db.execute("DELETE FROM originals WHERE sha256 = ?", (one,))
    db.executemany(
        "INSERT OR IGNORE INTO to_erase VALUES (?)",
        [(one,) for one in (*originals, _EVERYTHING_COMPUTED)],
    )


def finish(db: sqlite3.Connection, layout: Layout) -> None:
    """Erase what is noted to be erased, also what an earlier process did not come to.

    Files go first: that makes room for tidying the facts on a full disk.
    """
    pending = [row[0] for row in db.execute("SELECT sha256 FROM to_erase").fetchall()]
    if not pending:
        return
    for sha256 in pending:
        if sha256 != _EVERYTHING_COMPUTED and not is_filed(db, sha256):
            erase(layout.original(sha256))
    sweep_unfinished(layout.recordings)
    sync_folder(layout.recordings)
    clear_derived(layout)
    db.execute("DELETE FROM to_erase WHERE sha256 != ?", (_EVERYTHING_COMPUTED,))
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute("DELETE FROM to_erase")


def erase_loose(db: sqlite3.Connection, layout: Layout) -> int:
    """Erase originals that lie on the disk but were never entered; return how many."""
    entered = kept_originals(db)
    loose = [name for name in lying_originals(layout) if name not in entered]
    for name in loose:
        erase(layout.original(name))
    return len(loose)
