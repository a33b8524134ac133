"""Looking after an archive: what is wrong with it, and what to do about each."""

import os
import shutil
import sqlite3
from collections.abc import Iterator

from evenstride.model.issue import Issue
from evenstride.store.archive import Archive
from evenstride.store.database import SAFE_WAL, journal_mode
from evenstride.store.durable import digest_of, telling
from evenstride.store.facts import kept_originals
from evenstride.store.layout import UNFINISHED, Layout
from evenstride.store.migrations import schema_at, schema_of, version_of
from evenstride.store.originals import lying_originals

_LITTLE_BYTES = 1 << 30
_FOR_OTHERS = 0o077
_BACK = "Import its file again, or restore a backup into a new folder."


def check(archive: Archive) -> tuple[Issue, ...]:
    """Look at everything, every byte of every original too, and return what should be known.

    ``info`` is good to know, ``warning`` should be seen to, ``error`` means something is lost
    unless a backup has it.
    """
    layout = archive.layout
    with telling(layout.folder), archive.reading() as db:
        return (
            *_library(),
            *_disk(layout),
            *_permissions(layout),
            *_facts(db, layout),
            *_originals(db, layout),
            *_unfinished(db, layout),
            *_derived(layout),
            *_backups(archive),
        )


def _library() -> Iterator[Issue]:
    version, safe = sqlite3.sqlite_version, ".".join(map(str, SAFE_WAL))
    how = (
        "the write-ahead log is safe and in use"
        if journal_mode() == "wal"
        else f"before {safe} the write-ahead log is not safe, so the slower journal is in use"
    )
    yield Issue("info", "SQLite", f"Version {version}: {how}.")


def _disk(layout: Layout) -> Iterator[Issue]:
    free = shutil.disk_usage(layout.folder).free
    said = f"{free / 1e9:.1f} GB are free on its disk."
    if free < _LITTLE_BYTES:
        yield Issue("warning", str(layout.folder), said, "Free some space.")
    else:
        yield Issue("info", str(layout.folder), said)


def _permissions(layout: Layout) -> Iterator[Issue]:
    if os.name == "nt":
        return
    everything = (layout.folder, *layout.folder.rglob("*"))
    open_ = [path for path in everything if path.stat().st_mode & _FOR_OTHERS]
    if open_:
        yield Issue(
            "warning",
            str(open_[0]),
            f"Other users of this computer may read or change {len(open_)} of its files.",
            f"chmod -R go= '{layout.folder}'",
        )


def _facts(db: sqlite3.Connection, layout: Layout) -> Iterator[Issue]:
    found = [row[0] for row in db.execute("PRAGMA integrity_check(5)").fetchall()]
    loose = db.execute("PRAGMA foreign_key_check").fetchall()
    if schema_of(db) != schema_at(version_of(db)):
        yield Issue(
            "error",
            str(layout.facts),
            "The facts have other tables than an archive of this version has.",
            "Restore a backup into a new folder, or import the folder recordings into a new "
            "archive: the runs come back, labels do not.",
        )
    if found != ["ok"] or loose:
        said = "; ".join(found) if found != ["ok"] else f"{len(loose)} facts lead nowhere"
        yield Issue(
            "error",
            str(layout.facts),
            f"The facts are damaged: {said}.",
            "Restore a backup into a new folder: evenstride restore FILE.",
        )


def _originals(db: sqlite3.Connection, layout: Layout) -> Iterator[Issue]:
    entered = kept_originals(db)
    for sha256 in entered:
        path = layout.original(sha256)
        if not path.is_file():
            yield Issue("error", str(path), "An original is missing.", _BACK)
        elif digest_of(path) != sha256:
            yield Issue("error", str(path), "An original is damaged.", _BACK)
    loose = [name for name in lying_originals(layout) if name not in entered]
    if loose:
        yield Issue(
            "warning",
            str(layout.original(loose[0])),
            f"{len(loose)} files lie among the originals that no run knows: an import was stopped.",
            "Repeat the import.",
        )


def _unfinished(db: sqlite3.Connection, layout: Layout) -> Iterator[Issue]:
    left = [path for path in layout.files() if path.name.endswith(UNFINISHED)]
    if left:
        problem = f"{len(left)} half-written files are left over."
        yield Issue("info", str(left[0]), problem, "The next import takes them away.")
    if db.execute("SELECT count(*) FROM to_erase").fetchone()[0]:
        yield Issue(
            "warning",
            str(layout.folder),
            "Forgetting a run was interrupted.",
            "The next import or label finishes it.",
        )


def _derived(layout: Layout) -> Iterator[Issue]:
    sizes = [path.stat().st_size for path in layout.derived.rglob("*") if path.is_file()]
    yield Issue(
        "info",
        str(layout.derived),
        f"{len(sizes)} computed files take {sum(sizes) / 1e6:.0f} MB; they may be deleted.",
    )


def _backups(archive: Archive) -> Iterator[Issue]:
    known = archive.backups()
    if known:
        yield Issue("info", known[-1].file, f"The last backup was made {known[-1].made:%Y-%m-%d}.")
    else:
        problem = "No backup was made yet."
        yield Issue("info", str(archive.folder), problem, "evenstride backup FILE")
