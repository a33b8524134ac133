"""The runner's archive: open it, read it, write to it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from types import TracebackType
from typing import Self

from evenstride.model.archive import (
    Clip,
    DeviceSplit,
    FiledRun,
    KnownBackup,
    Label,
    Outcome,
)
from evenstride.model.errors import EvenstrideError
from evenstride.store import erasing, facts
from evenstride.store.arriving import flipped_now, put_settings_in_place
from evenstride.store.database import connect
from evenstride.store.derived import read_sealed, sweep_without_lock, write_derived, write_sealed
from evenstride.store.digest import facts_digest
from evenstride.store.durable import sync_folder, telling
from evenstride.store.finding import find_run
from evenstride.store.layout import Layout, touch_private
from evenstride.store.lock import WAIT_S, held
from evenstride.store.migrations import NEWEST, migrate, refuse_newer, version_of
from evenstride.store.originals import read_original, sweep_unfinished
from evenstride.store.writing import Writing


class Archive:
    """An open archive. Reading needs no lock; writing goes through `writing`.

    Use it as a context manager, or call `close`. One thread at a time.

    Attributes
    ----------
    layout
        Where its parts lie.
    """

    def __init__(self, layout: Layout, db: sqlite3.Connection) -> None:
        self.layout = layout
        self._db = db
        self._writing = False

    def __enter__(self) -> Self:
        """Return the archive."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the archive."""
        self.close()

    def close(self) -> None:
        """Close the archive; closing twice does no harm."""
        self._db.close()

    @property
    def folder(self) -> Path:
        """The folder it lies in."""
        return self.layout.folder

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the facts to the rest of this room; what goes wrong is told in plain words."""
        with telling(self.folder):
            yield self._db

    @contextmanager
    def writing(self, wait_s: float = WAIT_S) -> Iterator[Writing]:
        """Be the one writer; what an interrupted one left half-done is finished or taken away.

        Raises
        ------
        EvenstrideError
            If another process writes for longer than `wait_s`; it is named.
        """
        if self._writing:
            raise EvenstrideError(
                "This archive is being written to already.", "Use the writing that is open."
            )
        with held(self.layout.lock, wait_s=wait_s):
            self._writing = True
            try:
                self._tidy()
                yield Writing(self._db, self.layout)
            finally:
                self._writing = False

    def _tidy(self) -> None:
        with telling(self.folder):
            sweep_unfinished(self.layout.recordings)
            sweep_without_lock(self.layout)
            put_settings_in_place(self._db, self.layout)
            erasing.finish(self._db, self.layout)

    def runs(self) -> tuple[FiledRun, ...]:
        """Return every run, the earliest first."""
        with self.reading() as db:
            return facts.filed_runs(db)

    def run(self, run: str) -> FiledRun:
        """Return the run with exactly this id, or refuse."""
        with self.reading() as db:
            return facts.filed_run(db, run)

    def find(self, text: str, zone: tzinfo | None = None) -> FiledRun:
        """Return the run a runner means by an id, the beginning of one, a date, or ``last``.

        Raises
        ------
        EvenstrideError
            If there is none, or more than one.
        """
        return find_run(self.runs(), text, zone)

    def has(self, sha256: str) -> bool:
        """Return whether a recording or a clip of this original is filed."""
        with self.reading() as db:
            return facts.is_filed(db, sha256)

    def run_of(self, sha256: str, part: int = 0) -> str | None:
        """Return the run a recording belongs to, None where it is not filed."""
        with self.reading() as db:
            return facts.run_of(db, sha256, part)

    def apart(self, run: str) -> tuple[str, ...]:
        """Return the runs that must not be joined with this one, because the runner said so."""
        with self.reading() as db:
            return facts.apart_from(db, run)

    def original(self, sha256: str) -> bytes:
        """Return an original's bytes.

        Raises
        ------
        EvenstrideError
            If it is missing, or is no longer what was kept.
        """
        return read_original(self.layout, sha256)

    def original_path(self, sha256: str) -> Path:
        """Return where an original lies; to be read, never written."""
        return self.layout.original(sha256)

    def original_name(self, sha256: str) -> str:
        """Return the name an original came with; for people, never a path."""
        with self.reading() as db:
            return facts.original_name(db, sha256)

    def labels(self, run: str) -> tuple[Label, ...]:
        """Return what is in force of what was said about a run: told first, then noted."""
        return facts.in_force(self.label_history(run))

    def all_labels(self) -> dict[str, tuple[Label, ...]]:
        """Return what is in force for every run of which something was said, by run."""
        with self.reading() as db:
            said = facts.all_label_histories(db)
        return {run: now for run, all_ in said.items() if (now := facts.in_force(all_))}

    def label_history(self, run: str) -> tuple[Label, ...]:
        """Return everything that was said about a run, what was taken back too, in order."""
        with self.reading() as db:
            return facts.label_history(db, run)

    def clips(self, run: str) -> tuple[Clip, ...]:
        """Return the films and photos kept with a run."""
        with self.reading() as db:
            return facts.clips_of(db, run)

    def splits(self) -> tuple[DeviceSplit, ...]:
        """Return from which days on a device's name stands for another device."""
        with self.reading() as db:
            return facts.device_splits(db)

    def flipped(self) -> tuple[str, ...]:
        """Return the devices that take left for right."""
        with self.reading() as db:
            return flipped_now(db, self.layout)

    def outcomes(self) -> tuple[Outcome, ...]:
        """Return what became of every input of the last import."""
        with self.reading() as db:
            return facts.last_outcomes(db)

    def backups(self) -> tuple[KnownBackup, ...]:
        """Return the backups that were made, the first made first."""
        with self.reading() as db:
            return facts.known_backups(db)

    def version(self) -> int:
        """Return a number that changes whenever another process has changed the facts."""
        with self.reading() as db:
            return int(db.execute("PRAGMA data_version").fetchone()[0])

    def digest(self) -> str:
        """Return a digest of all facts, whatever the order and the moments they came in."""
        with self.reading() as db:
            return facts_digest(db, self.flipped())

    def derived(self, kind: str, key: str) -> Path:
        """Return where something computed lies, or would lie.

        Raises
        ------
        EvenstrideError
            If kind or key is more than letters, digits, dot, dash and underscore.
        """
        return self.layout.derived_file(kind, key)

    def write_derived(self, path: Path, data: bytes) -> None:
        """Write something computed, whole or not at all; needs no writer's lock.

        Raises
        ------
        EvenstrideError
            If the path was not given by `derived`, or the disk is full.
        """
        write_derived(self.layout, path, data)

    def keep_computed(self, path: Path, data: bytes) -> None:
        """Write something computed so that damage to it is noticed when it is read.

        Raises
        ------
        EvenstrideError
            If the path was not given by `derived`, or the disk is full.
        """
        write_sealed(self.layout, path, data)

    def computed(self, path: Path) -> bytes | None:
        """Return what `keep_computed` wrote; None where it is missing or damaged.

        What is damaged is taken away, so that it is made again.
        """
        return read_sealed(path)


def open_archive(folder: Path) -> Archive:
    """Return the archive in a folder, made anew where nothing lies there yet.

    Raises
    ------
    EvenstrideError
        If something else lies there, if a newer evenstride wrote it, or if it cannot be read.
    """
    layout = Layout(folder)
    with telling(folder):
        if layout.is_new or not layout.facts.exists():
            _begin(layout)
        return Archive(layout, _open_facts(layout))


def _begin(layout: Layout) -> None:
    layout.make()
    with held(layout.lock):
        touch_private(layout.facts)
        db = connect(layout.facts)
        try:
            if version_of(db) == 0:
                migrate(db)
        finally:
            db.close()
        sync_folder(layout.folder)


def _open_facts(layout: Layout) -> sqlite3.Connection:
    db = connect(layout.facts)
    try:
        version = version_of(db)
        refuse_newer(version, layout.folder)
        if version < NEWEST:
            layout.make()
            with held(layout.lock):
                migrate(db)
    except BaseException:
        db.close()
        raise
    return db
