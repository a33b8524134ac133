"""Restoring a backup: verified whole before a byte of the archive is touched."""

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from evenstride.model.archive import KnownBackup
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.store import erasing
from evenstride.store import sealed as seal
from evenstride.store.archive import Archive, open_archive
from evenstride.store.arriving import note_settings, put_settings_in_place
from evenstride.store.backup import enter_backup
from evenstride.store.database import change, connect
from evenstride.store.derived import clear_derived
from evenstride.store.durable import digest_of, telling, write_synced
from evenstride.store.facts import all_label_histories, filed_runs, kept_originals
from evenstride.store.layout import Layout
from evenstride.store.migrations import (
    NEWEST,
    migrate,
    refuse_newer,
    schema_at,
    schema_of,
    version_of,
)
from evenstride.store.originals import put_original


def restore(file: Path, folder: Path, *, over: bool = False) -> tuple[Issue, ...]:
    """Put a backup back in place; return what was lost before it was made.

    Everything in the backup is verified first. Then originals are put beside those that lie
    there, and the facts are exchanged in one step; an interrupted restore is simply repeated.

    Parameters
    ----------
    file
        The backup.
    folder
        A new or empty folder, or an archive.
    over
        True to replace what an archive there holds.

    Raises
    ------
    EvenstrideError
        If the backup is damaged, a newer evenstride made it, or the archive there holds runs and
        `over` was not asked for.
    """
    with telling(file), seal.opened(file) as (sealed, contents):
        seal.verify(sealed, contents, file)
        known = KnownBackup(str(file.resolve()), contents.made, digest_of(file))
        with telling(folder), open_archive(folder) as archive, archive.writing():
            _refuse_to_replace(archive, over=over)
            with _verified_facts(sealed, contents, file, archive.layout) as facts:
                _exchange(archive, sealed, contents, facts, known)
    return contents.issues()


@contextmanager
def _verified_facts(
    sealed: zipfile.ZipFile, contents: seal.Contents, file: Path, layout: Layout
) -> Iterator[sqlite3.Connection]:
    """Give the backup's facts, verified and brought up to date, from a private copy."""
    write_synced(layout.facts_in, seal.chunks_in(sealed, seal.FACTS))
    try:
        with _told_as_damage(file):
            db = connect(layout.facts_in)
        try:
            with _told_as_damage(file):
                _bring_up_to_date(db, contents, file)
            yield db
        finally:
            db.close()
    finally:
        layout.facts_in.unlink()


@contextmanager
def _told_as_damage(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError:  # the disk, not the backup
        raise
    except (sqlite3.Error, ValueError, KeyError) as error:
        raise seal.not_a_backup(file, f"its facts are damaged: {error}") from error


def _bring_up_to_date(db: sqlite3.Connection, contents: seal.Contents, file: Path) -> None:
    version = version_of(db)
    refuse_newer(version, file)
    _check_facts(db, version, contents, file)
    if version < NEWEST:
        migrate(db)
    filed_runs(db)
    all_label_histories(db)


def _check_facts(db: sqlite3.Connection, version: int, contents: seal.Contents, file: Path) -> None:
    whole = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    linked = not db.execute("PRAGMA foreign_key_check").fetchall()
    ours = version > 0 and schema_of(db) == schema_at(version)
    if not (whole and linked and ours):
        raise seal.not_a_backup(file, "its facts are damaged")
    if kept_originals(db).keys() != {*contents.originals, *contents.lost}:
        raise seal.not_a_backup(file, "its facts speak of other originals")


def _refuse_to_replace(archive: Archive, *, over: bool) -> None:
    if archive.runs() and not over:
        raise EvenstrideError(
            f"The archive in {archive.folder} holds runs; restoring would replace them.",
            "Restore into a new folder, or ask for it: evenstride restore FILE --over.",
        )


def _exchange(
    archive: Archive,
    sealed: zipfile.ZipFile,
    contents: seal.Contents,
    facts: sqlite3.Connection,
    known: KnownBackup,
) -> None:
    layout = archive.layout
    with archive.reading() as db:
        for sha256 in contents.originals:
            put_original(layout, seal.chunks_in(sealed, seal.member_name(sha256)))
        listed = db.execute("SELECT file, made, sha256, last_original FROM backups").fetchall()
        _list_backups(facts, layout, [*listed, _row(known, contents)])
        note_settings(facts, _settings_in(sealed, contents))
        facts.backup(db)
        put_settings_in_place(db, layout)
        erasing.erase_loose(db, layout)
        clear_derived(layout)


def _row(known: KnownBackup, contents: seal.Contents) -> tuple[str, str, str, int]:
    return (known.file, known.made.isoformat(), known.sha256, contents.last_original)


def _list_backups(
    db: sqlite3.Connection, layout: Layout, rows: list[tuple[str, str, str, int]]
) -> None:
    """Add to the backup's own list those the archive knew, and the backup itself."""
    with change(db, layout.folder):
        for file, made, sha256, last in rows:
            moment = datetime.fromisoformat(made)
            enter_backup(db, KnownBackup(file, moment, sha256), last)


def _settings_in(sealed: zipfile.ZipFile, contents: seal.Contents) -> bytes:
    return b"".join(seal.chunks_in(sealed, seal.SETTINGS)) if contents.settings else b""
