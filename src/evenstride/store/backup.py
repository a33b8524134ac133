"""Backing up: one file that holds everything, made while others read and write."""

import os
import sqlite3
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from evenstride.model.archive import KnownBackup
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.store import sealed as seal
from evenstride.store.archive import Archive
from evenstride.store.database import change
from evenstride.store.durable import chunks_of, digest_of, sync_folder, telling
from evenstride.store.facts import kept_originals
from evenstride.store.layout import FILE_MODE, UNFINISHED, Layout, touch_private
from evenstride.store.lock import held


@dataclass(frozen=True)
class Backup:
    """A backup that was made and read back.

    Attributes
    ----------
    known
        Where, when, and its digest: as the archive remembers it.
    originals
        How many it holds.
    size_bytes
        How long the file is.
    issues
        Originals that are missing or damaged, and so are not in it.
    """

    known: KnownBackup
    originals: int
    size_bytes: int
    issues: tuple[Issue, ...]


def backup(archive: Archive, file: Path, now: datetime, *, over: bool = False) -> Backup:
    """Write everything the archive holds into one file, and read it back.

    Others may read and write meanwhile; the backup holds what was filed when it began.

    Parameters
    ----------
    archive
        The archive.
    file
        Where to write it.
    now
        The moment, which the archive remembers with the file's place.
    over
        True to replace an older backup of that name.

    Raises
    ------
    EvenstrideError
        If something else has that name, the disk is full, or a run was forgotten meanwhile.
    """
    home = file.resolve()
    _refuse_place(archive.layout, home, over=over)
    arriving = home.with_name(f".{home.name}{UNFINISHED}")
    with telling(home), held(archive.layout.backup_lock):
        try:
            contents = _write(archive, arriving, now)
            with seal.opened(arriving) as (sealed, found):
                seal.verify(sealed, found, arriving)
            known = KnownBackup(str(home), now, digest_of(arriving))
            issues = (*contents.issues(), *_remember(archive, known, contents))
            arriving.replace(home)
            sync_folder(home.parent)
        finally:
            with suppress(FileNotFoundError):
                arriving.unlink()
    return Backup(known, len(contents.originals), home.stat().st_size, issues)


def _refuse_place(layout: Layout, file: Path, *, over: bool) -> None:
    if file.is_relative_to(layout.folder.resolve()):
        raise EvenstrideError(
            "A backup inside the archive would be lost with it.", "Name another place."
        )
    if not file.parent.is_dir():
        raise EvenstrideError(f"There is no folder {file.parent}.", "Make it, or name another.")
    if not file.exists():
        return
    if not over:
        raise EvenstrideError(f"{file} exists already.", "Choose another name.")
    with telling(file), seal.opened(file):  # only a backup may be replaced, nothing else
        pass


def _write(archive: Archive, arriving: Path, now: datetime) -> seal.Contents:
    handle = os.open(arriving, os.O_CREAT | os.O_RDWR | os.O_TRUNC, FILE_MODE)
    with os.fdopen(handle, "w+b") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as sealed:
            facts, originals, last = _put_facts(archive, sealed)
            settings = _put_settings(archive.layout, sealed)
            held_, lost = _put_originals(archive.layout, sealed, originals)
            contents = seal.Contents(seal.SCHEMA, now, last, facts, settings, held_, tuple(lost))
            seal.add_member(sealed, seal.CONTENTS, iter([msgspec.json.encode(contents)]))
        raw.flush()
        os.fsync(raw.fileno())
    return contents


def _put_facts(
    archive: Archive, sealed: zipfile.ZipFile
) -> tuple[seal.Member, tuple[str, ...], int]:
    """Put in the facts as they are at one moment; return which originals belong to them."""
    layout = archive.layout
    copy = layout.facts_out
    with held(layout.unfinished_lock, shared=True), archive.reading() as db:
        touch_private(copy)
        try:
            originals, last = _copy_facts(db, copy)
            return seal.add_member(sealed, seal.FACTS, chunks_of(copy)), originals, last
        finally:
            copy.unlink()


def _copy_facts(db: sqlite3.Connection, copy: Path) -> tuple[tuple[str, ...], int]:
    target = sqlite3.connect(copy, isolation_level=None)
    try:
        db.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        last = target.execute("SELECT coalesce(max(id), 0) FROM originals").fetchone()[0]
        return tuple(kept_originals(target)), int(last)
    finally:
        target.close()


def _put_settings(layout: Layout, sealed: zipfile.ZipFile) -> seal.Member | None:
    if not layout.settings.exists():
        return None
    return seal.add_member(sealed, seal.SETTINGS, chunks_of(layout.settings))


def _put_originals(
    layout: Layout, sealed: zipfile.ZipFile, originals: Iterable[str]
) -> tuple[dict[str, int], list[str]]:
    """Put in the originals that are whole; return their sizes, and the digests of the others."""
    sizes: dict[str, int] = {}
    lost: list[str] = []
    for sha256 in originals:
        path = layout.original(sha256)
        if path.is_file() and digest_of(path) == sha256:
            member = seal.add_member(sealed, seal.member_name(sha256), chunks_of(path))
            sizes[sha256] = member.size
        else:
            lost.append(sha256)
    return sizes, lost


def _remember(archive: Archive, known: KnownBackup, contents: seal.Contents) -> tuple[Issue, ...]:
    """Enter the backup, so that forgetting can name it; on a full disk it is made all the same."""
    try:
        with archive.reading() as db, change(db, archive.folder):
            gone = {*contents.originals, *contents.lost} - kept_originals(db).keys()
            if not gone:
                enter_backup(db, known, contents.last_original)
    except EvenstrideError as error:
        return (
            Issue(
                "warning",
                str(archive.folder),
                f"The archive cannot remember this backup: {error.problem}",
                "Delete it by hand when you forget a run.",
            ),
        )
    if gone:
        raise EvenstrideError(
            "A run was forgotten while the backup was made.", "Start the backup again."
        )
    return ()


def enter_backup(db: sqlite3.Connection, known: KnownBackup, last_original: int) -> None:
    """Remember where a backup lies, in place of an older one of the same name."""
    db.execute("DELETE FROM backups WHERE file = ?", (known.file,))
    db.execute(
        "INSERT INTO backups (file, made, sha256, last_original) VALUES (?, ?, ?, ?)",
        (known.file, known.made.isoformat(), known.sha256, last_original),
    )
