"""The verb `import`: files, folders and exports become runs of the archive, each exactly once.

What was announced is safe on the disk. Whatever ends an import, the same command goes on where it
stopped: what is filed is known by its content, and files are filed in batches that come about
whole or not at all. Readers work in processes of their own; only this one writes.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evenstride.app._importing.counting import how_many
from evenstride.app._importing.exports import is_export, take_over_export
from evenstride.app._importing.homes import Home, Homes, filed_recording
from evenstride.app._importing.offers import is_new, offered
from evenstride.app.containers import Caps, Entry, Refused, entries
from evenstride.app.workers import Decoded, Decoder
from evenstride.model.archive import Fate, FiledRecording, Outcome
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.model.recording import Recording
from evenstride.store.archive import Archive
from evenstride.store.writing import Writing

_BATCH = 16
_BATCH_BYTES = 16_000_000

Progress = Callable[[str, int, int], None]
_Read = tuple[Entry | Refused, Decoded | None]


@dataclass(frozen=True)
class ImportReport:
    """What became of everything that was given.

    Attributes
    ----------
    outcomes
        One for each input, in the order in which they were met.
    """

    outcomes: tuple[Outcome, ...]

    def count(self, fate: Fate) -> int:
        """Return how many inputs ended so."""
        return Counter(one.fate for one in self.outcomes)[fate]


def import_files(
    paths: Sequence[Path],
    archive: Archive,
    now: datetime,
    progress: Progress | None = None,
    caps: Caps | None = None,
    decoder: Decoder | None = None,
) -> ImportReport:
    """Import recordings into the archive; one bad file stops nothing.

    Parameters
    ----------
    paths
        Files, folders, packed files, exports of portals, or a folder an archive was exported to.
    archive
        Where they go.
    now
        The moment, kept with each original.
    progress
        Called after each input with its name, how many are done, and how many there are; 0 where
        that is not known, because zips stand inside zips.
    caps
        How much is let in.
    decoder
        The processes that read; None starts one a core.

    Returns
    -------
    ImportReport
        Also kept in the archive. Which run a recording belongs to does not depend on the order in
        which files are given.

    Raises
    ------
    EvenstrideError
        If the archive cannot be written; everything announced before is safe.
    """
    with nullcontext(decoder) if decoder else Decoder() as crew:
        running = _Import(archive, now, crew)
        with _keeping_outcomes(running):
            _go(running.through(paths, caps or Caps()), paths, progress)
    return ImportReport(tuple(running.outcomes))


def _go(names: Iterator[str], paths: Sequence[Path], progress: Progress | None) -> None:
    expected = how_many(paths) if progress else 0
    for done, name in enumerate(names, 1):
        if progress is not None:
            progress(name, done, max(expected, done) if expected else 0)


@contextmanager
def _keeping_outcomes(running: "_Import") -> Iterator[None]:
    """Keep what became of each input, also of those before an interruption."""
    try:
        yield
    except BaseException:
        with suppress(EvenstrideError):
            running.keep_outcomes()
        raise
    running.keep_outcomes()


class _Import:
    """One import under way."""

    def __init__(self, archive: Archive, now: datetime, decoder: Decoder) -> None:
        self.outcomes: list[Outcome] = []
        self._archive = archive
        self._now = now
        self._decoder = decoder
        self._homes = Homes(archive, decoder)
        self._taken_over: set[str] = set()

    def keep_outcomes(self) -> None:
        """Keep what became of each input so far."""
        with self._archive.writing() as writing:
            writing.keep_outcomes(self.outcomes)

    def through(self, paths: Sequence[Path], caps: Caps) -> Iterator[str]:
        """Import everything; yield the name of each input once it is safe."""
        for path in paths:
            if is_export(path):
                new, failed = take_over_export(path, self._archive, self._now)
                self._taken_over |= new
                self.outcomes += failed
        given = (item for path in paths for item in entries(path, caps))
        for batch in _batches(self._decoder.decode_each(given, self._job)):
            settled = self._settle_all(batch)
            self.outcomes += settled
            yield from (one.name for one in settled)

    def _job(self, item: Entry | Refused) -> tuple[bytes, str] | None:
        """Return what is to be read, None where the content is known already."""
        if isinstance(item, Refused) or self._is_known(_digest(item)):
            return None
        return item.data, item.name

    def _is_known(self, sha256: str) -> bool:
        return sha256 not in self._taken_over and self._archive.has(sha256)

    def _settle_all(self, batch: Sequence[_Read]) -> list[Outcome]:
        with self._archive.writing() as writing, writing.together():
            self._homes.refresh()
            return [self._settle(writing, item, decoded) for item, decoded in batch]

    def _settle(self, writing: Writing, item: Entry | Refused, decoded: Decoded | None) -> Outcome:
        if isinstance(item, Refused):
            return Outcome(item.name, item.fate, item.kind, issues=item.issues)
        sha256 = _digest(item)
        if self._is_known(sha256):
            return self._already_here(writing, item, sha256)
        if decoded is None:  # forgotten by another process meanwhile
            decoded = self._decoder.decode(item.data, item.name)
        if not decoded.runs:
            return _not_a_run(item.name, decoded)
        return self._file(writing, item, decoded, sha256)

    def _already_here(self, writing: Writing, entry: Entry, sha256: str) -> Outcome:
        """Return that a file is there; what its title and note say anew is kept, and offered."""
        filed = self._homes.filed_from(sha256)
        if not filed:
            return Outcome(entry.name, "already here")  # a film or a photo
        run = self._archive.run_of(*filed[0].key)
        known = self._archive.run(run) if run else None
        for one in filed:
            writing.file([one], entry.title, _note_of(entry))
        if run and known != self._archive.run(run):
            decoded = self._decoder.decode(entry.data, entry.name)
            for part, recording in zip(decoded.parts, decoded.runs, strict=True):
                words = _text_of(entry.title, entry.note)
                again = next((one for one in filed if one.part == part), None)
                if again is not None:
                    self._offer(writing, again, recording, words)
        return Outcome(entry.name, "already here", run=run)

    def _file(self, writing: Writing, entry: Entry, decoded: Decoded, sha256: str) -> Outcome:
        try:
            filed = [
                filed_recording(recording, sha256, part, decoded.format)
                for recording, part in zip(decoded.runs, decoded.parts, strict=True)
            ]
        except EvenstrideError as refused:
            issue = Issue("error", entry.name, refused.problem, refused.remedy)
            return Outcome(entry.name, "failed", issues=(*decoded.issues, issue))
        writing.put(entry.data, entry.name, self._now)
        with writing.together():
            placed = [
                self._place(writing, entry, one, recording)
                for one, recording in zip(filed, decoded.runs, strict=True)
            ]
        self._taken_over.discard(sha256)
        return _outcome_of(entry.name, decoded, placed)

    def _place(
        self, writing: Writing, entry: Entry, filed: FiledRecording, recording: Recording
    ) -> "_Placed":
        """File one recording: as a run of its own, or as a further source of those it is of."""
        own = self._archive.run_of(*filed.key)
        homes = [one for one in self._homes.of(filed, recording) if one.run != own]
        into = own or (homes[0].run if homes else None)
        run = writing.file([filed], entry.title, _note_of(entry), into)
        if recording.notes:
            writing.file([filed], "", "\n".join(recording.notes))
        for other in homes:
            if other.run != run.run and other.run not in self._archive.apart(run.run):
                run = writing.join_runs(other.run, run.run)
        self._homes.add(filed)
        for text in (_text_of(entry.title, entry.note), "\n".join(recording.notes)):
            self._offer(writing, filed, recording, text)
        return _Placed(run.run, tuple(homes), taken_over=own is not None)

    def _offer(
        self, writing: Writing, filed: FiledRecording, recording: Recording, text: str
    ) -> None:
        """Offer what the runner's own words say, once."""
        run = self._archive.run_of(*filed.key) if text else None
        if run is None:
            return
        label = offered(self._archive.run(run), filed, recording, text, self._now)
        if label is not None and is_new(label, self._archive.label_history(run)):
            writing.add_label(label)


@dataclass(frozen=True)
class _Placed:
    """Where one recording went, and what it was found to be the same run as."""

    run: str
    homes: tuple[Home, ...]
    taken_over: bool


def _digest(entry: Entry) -> str:
    return hashlib.sha256(entry.data).hexdigest()


def _text_of(title: str, note: str) -> str:
    return "\n".join(filter(None, (title, note)))


def _note_of(entry: Entry) -> str:
    gear = f"Gear: {entry.gear}" if entry.gear else ""
    return "\n".join(filter(None, (entry.note, gear)))


def _batches(read: Iterable[_Read]) -> Iterator[list[_Read]]:
    """Yield what is settled together: few enough to lose little, many enough to wait seldom."""
    batch: list[_Read] = []
    size = 0
    for item, decoded in read:
        batch.append((item, decoded))
        size += len(item.data) if isinstance(item, Entry) else 0
        if len(batch) >= _BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _not_a_run(name: str, decoded: Decoded) -> Outcome:
    """Return what became of a file that holds no run: passed over by its kind, or failed."""
    if decoded.kinds:
        told = tuple(one for one in decoded.issues if one.level != "error")
        return Outcome(name, "skipped", ", ".join(decoded.kinds), issues=told)
    return Outcome(name, "failed", issues=decoded.issues)


def _outcome_of(name: str, decoded: Decoded, placed: Sequence[_Placed]) -> Outcome:
    links = tuple(_announced(name, one, home) for one in placed for home in one.homes)
    issues = (*decoded.issues, *links)
    if all(one.homes and not one.taken_over for one in placed):
        return Outcome(name, "enriched", run=placed[0].run, issues=issues)
    return Outcome(name, "imported", decoded.format, placed[0].run, issues)


def _announced(name: str, placed: _Placed, home: Home) -> Issue:
    """Return that two recordings were found to be one run, and how to undo it."""
    device = home.beside.device or "another device"
    why = (
        "the same device, start and sport"
        if home.why == "device"
        else "they overlap in time and their speeds agree"
    )
    return Issue(
        "info",
        name,
        f"The same run as the one {device} recorded ({why}); both are kept, as run {placed.run}.",
        f"If they are two runs: evenstride runs split {placed.run}",
    )
