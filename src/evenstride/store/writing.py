"""What the one writer may do to an archive."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from evenstride.model.archive import (
    Clip,
    DeviceSplit,
    FiledRecording,
    FiledRun,
    KnownBackup,
    Label,
    LabelSource,
    Outcome,
)
from evenstride.model.errors import EvenstrideError
from evenstride.store import erasing, facts, filing
from evenstride.store.chosen import flipped_devices, set_flipped
from evenstride.store.database import change
from evenstride.store.durable import telling
from evenstride.store.layout import Layout
from evenstride.store.manifest import Manifest, take_over
from evenstride.store.originals import put_original


@dataclass(frozen=True)
class Arrived:
    """An original that lies on the disk and is entered with the first thing filed from it."""

    name: str
    size: int
    kept: datetime


@dataclass(frozen=True)
class Writing:
    """The archive, open for writing; made by `Archive.writing`, and by nothing else.

    Each method is one change that comes about whole or not at all, and lasts once it returned.
    """

    db: sqlite3.Connection
    layout: Layout
    arrived: dict[str, Arrived] = field(default_factory=dict)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make several changes one: all of them come about, or none.

        For a file that holds several runs, so that it never counts as filed with half of them.
        """
        with change(self.db, self.layout.folder):
            yield

    @contextmanager
    def _one_change(self) -> Iterator[None]:
        with telling(self.layout.folder), self.together():
            yield

    def put(self, source: bytes | Path, name: str, now: datetime) -> str:
        """Keep an original, byte for byte; return its SHA-256.

        It is entered with the first recording or clip that is filed from it. A path's content is
        copied; its name is remembered, and never used as a path.

        Raises
        ------
        EvenstrideError
            If it cannot be read or written; nothing half-written stays.
        """
        sha256, size = put_original(self.layout, source)
        self.arrived[sha256] = Arrived(name, size, now)
        return sha256

    def file(
        self,
        recordings: Sequence[FiledRecording],
        title: str = "",
        note: str = "",
        into: str | None = None,
    ) -> FiledRun:
        """File recordings as one run, and return it.

        Parameters
        ----------
        recordings
            At least one; their originals were put before. What is filed already stays where it
            is, and the others join its run, so that filing twice files once.
        title, note
            What came along with them; kept with each of them, and never twice.
        into
            The run they are further sources of; None for a new one.

        Raises
        ------
        EvenstrideError
            If an original was not put, or if the recordings belong to different runs already.
        """
        with self._one_change():
            self._enter(one.sha256 for one in recordings)
            run = filing.file_run(self.db, recordings, into)
            filing.add_words(self.db, [one.key for one in recordings], title, note)
            return facts.filed_run(self.db, run)

    def _enter(self, originals: Iterable[str]) -> None:
        for sha256 in dict.fromkeys(originals):
            arrived = self.arrived.get(sha256)
            if arrived:
                filing.enter_original(self.db, sha256, arrived.name, arrived.size, arrived.kept)
            elif not facts.is_filed(self.db, sha256):
                raise EvenstrideError(
                    f"The original {sha256[:12]} was not put into the archive.", "Put it first."
                )

    def split_run(self, run: str) -> tuple[FiledRun, ...]:
        """Give each source of a run its own run, keep them apart, and return them.

        Labels and clips stay with the source the run was named after.

        Raises
        ------
        EvenstrideError
            If there is no such run, or it has one source only.
        """
        with self._one_change():
            return tuple(facts.filed_run(self.db, r) for r in filing.split_run(self.db, run))

    def join_runs(self, run: str, into: str) -> FiledRun:
        """Make two runs one, which keeps the second one's id, and return it.

        Raises
        ------
        EvenstrideError
            If one of them is not there, or the runner keeps them apart.
        """
        with self._one_change():
            if run != facts.filed_run(self.db, into).run:
                facts.filed_run(self.db, run)
                if run in facts.apart_from(self.db, into):
                    raise EvenstrideError(
                        f"Runs {run} and {into} were split; they stay apart.", "Leave them so."
                    )
                filing.join_runs(self.db, run, into)
            return facts.filed_run(self.db, into)

    def keep_apart(self, run: str, other: str) -> None:
        """Remember that two runs are not one, however alike they look."""
        with self._one_change():
            some, others = (facts.filed_run(self.db, one).recordings for one in (run, other))
            filing.keep_apart(self.db, [r.key for r in some], [r.key for r in others])

    def add_label(self, label: Label) -> None:
        """Add what was said about a run; it is in force instead of what its source said before."""
        with self._one_change():
            start = facts.filed_run(self.db, label.run).start
            filing.add_label(self.db, label.run, label, start)

    def undo_label(
        self, run: str, now: datetime, source: LabelSource = "told"
    ) -> tuple[Label, ...]:
        """Take back what was told, or noted, last about a run; return what is in force now.

        It stays in the history, and what was said before it is in force again.

        Raises
        ------
        EvenstrideError
            If nothing that was said is in force.
        """
        with self._one_change():
            facts.filed_run(self.db, run)
            filing.undo_label(self.db, run, now, source)
            return facts.in_force(facts.label_history(self.db, run))

    def add_clip(self, clip: Clip) -> None:
        """Keep a clip, whose original was put before, with a run.

        The same clip with the same run again replaces what was said about it.
        """
        with self._one_change():
            start = facts.filed_run(self.db, clip.run).start
            self._enter([clip.sha256])
            filing.add_clip(self.db, clip.run, clip, start)

    def split_device(self, split: DeviceSplit) -> None:
        """Remember that from a day on a device's name stands for another device."""
        with self._one_change():
            self.db.execute(
                "INSERT INTO device_splits VALUES (?, ?) ON CONFLICT DO NOTHING",
                (filing.storable(split.device), split.begins.isoformat()),
            )

    def join_device(self, split: DeviceSplit) -> None:
        """Take back a device's split.

        Raises
        ------
        EvenstrideError
            If there is none from that day on.
        """
        with self._one_change():
            gone = self.db.execute(
                "DELETE FROM device_splits WHERE device = ? AND begins = ?",
                (split.device, split.begins.isoformat()),
            ).rowcount
            if not gone:
                raise EvenstrideError(
                    f"{split.device} is not split from {split.begins} on.",
                    "evenstride device list shows the splits.",
                )

    def flip_device(self, device: str, *, undo: bool = False) -> tuple[str, ...]:
        """Set, or undo, that a device takes left for right; return all that do.

        Raises
        ------
        EvenstrideError
            If the settings cannot be read or written.
        """
        others = tuple(one for one in flipped_devices(self.layout) if one != device)
        set_flipped(self.layout, others if undo else (*others, filing.storable(device)))
        return flipped_devices(self.layout)

    def keep_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Keep what became of each input of this import, in place of the last one's."""
        with self._one_change():
            filing.keep_outcomes(self.db, outcomes)

    def take_over(self, manifest: Manifest) -> tuple[Outcome, ...]:
        """Take over the facts of an exported archive; return what became of each of its runs.

        Its originals are put before; a run of which no original is there is told as failed.
        Doing it again changes nothing.
        """
        with self._one_change():
            there = {one.sha256: one for one in manifest.originals}
            for sha256 in there.keys() & self.arrived.keys():
                arrived = self.arrived[sha256]
                filing.enter_original(
                    self.db, sha256, there[sha256].name, arrived.size, arrived.kept
                )
            outcomes = take_over(self.db, manifest)
        for device in manifest.flipped:
            self.flip_device(device)
        return outcomes

    def forget(self, run: str) -> tuple[KnownBackup, ...]:
        """Erase a run: facts, originals no other run uses, clips, everything computed.

        Returns the backups that still hold it. An erasing that was interrupted is finished by
        the next writer.

        Raises
        ------
        EvenstrideError
            If there is no such run.
        """
        with telling(self.layout.folder):
            backups = erasing.forget(self.db, self.layout, run)
            erasing.finish(self.db, self.layout)
        self._forget_arrived()
        return backups

    def forget_everything(self) -> tuple[KnownBackup, ...]:
        """Erase all runs, settings and everything computed; return all backups ever made."""
        with telling(self.layout.folder):
            backups = erasing.forget_everything(self.db, self.layout)
            erasing.finish(self.db, self.layout)
        self._forget_arrived()
        return backups

    def erase_loose(self) -> int:
        """Erase originals that lie on the disk but were never entered; return how many."""
        with telling(self.layout.folder):
            self._forget_arrived()
            return erasing.erase_loose(self.db, self.layout)

    def _forget_arrived(self) -> None:
        self.arrived.clear()
