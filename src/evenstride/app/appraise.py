"""The first analysis of every run in the archive: in parallel, kept, and done once."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import msgspec

from evenstride.app._taking.caps import Limits
from evenstride.app._working.crew import bounded_crew, given_up, time_bounded
from evenstride.app.first_look import (
    Appraisal,
    Asked,
    Looked,
    Original,
    ReadAgain,
    code_version,
    look,
    read_again,
)
from evenstride.app.same_run import Run
from evenstride.model.archive import FiledRecording, FiledRun, Label
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.store.archive import Archive

KIND, SAMPLES_KIND = "runs", "samples"
_WAITING_A_WORKER = 2
_NO_MATTER = {"run", "made", "undone", "words"}  # of a label, to the analysis
_PARQUET = b"PAR1"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class AppraisalReport:
    """What looking at the archive's runs came to.

    Attributes
    ----------
    analysed
        How many runs were analysed now.
    known
        How many had been analysed before.
    issues
        Runs that could not be analysed, and why.
    """

    analysed: int
    known: int
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Wanted:
    """One run and the name its analysis goes by.

    Attributes
    ----------
    filed
        The run.
    labels
        In force, told ones only: what was merely offered changes no analysis.
    flipped
        Devices that take left for right, as far as this run can have them.
    key
        Depends on all that the analysis depends on: originals, labels, flips and the code.
    """

    filed: FiledRun
    labels: tuple[Label, ...]
    flipped: tuple[str, ...]
    key: str


def wanted(archive: Archive) -> tuple[Wanted, ...]:
    """Return every run with the name of its analysis, in time order."""
    runs, labels, flipped = archive.runs(), archive.all_labels(), archive.flipped()
    own = {recording.device.casefold() for run in runs for recording in run.recordings}
    return tuple(_wanted(run, labels.get(run.run, ()), flipped, own) for run in runs)


def _wanted(
    filed: FiledRun, labels: Sequence[Label], flipped: Sequence[str], own: set[str]
) -> Wanted:
    devices = {recording.device.casefold() for recording in filed.recordings}
    # A pod inside a watch's file is no recording's device: any run may hold it.
    theirs = tuple(d for d in flipped if d.casefold() in devices or d.casefold() not in own)
    told = tuple(label for label in labels if label.source == "told")
    said = [{k: v for k, v in vars(one).items() if k not in _NO_MATTER} for one in told]
    parts = [code_version(), [one.key for one in filed.recordings], said, theirs]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
    return Wanted(filed, told, theirs, digest)


def appraise(
    archive: Archive,
    progress: Progress | None = None,
    workers: int | None = None,
    limits: Limits | None = None,
) -> AppraisalReport:
    """Analyse every run against itself that has not been analysed yet.

    Each result is kept as soon as it is there: a later call goes on where an earlier one stopped.

    Parameters
    ----------
    archive
        The archive; its facts stay as they are.
    progress
        Called with the run's id, how many are done, and how many there are to do.
    workers
        How many processes; None takes one a core, 0 does it in this one, unbounded.
    limits
        What one analysis may use. A run that needs more is told and costs no other.
    """
    every = wanted(archive)
    missing = [one for one in every if not _is_whole(archive, one)]
    issues: list[Issue] = []
    for done, (one, looked) in enumerate(_looked_at(archive, missing, workers, limits or Limits())):
        if isinstance(looked, Looked):
            _keep(archive, one, looked)
        else:
            issues.append(looked)
        if progress is not None:
            progress(one.filed.run, done + 1, len(missing))
    _sweep(archive, every)
    return AppraisalReport(len(missing) - len(issues), len(every) - len(missing), tuple(issues))


def is_kept(archive: Archive, one: Wanted) -> bool:
    """Return whether an analysis of the run is kept; whether it is whole shows when it is read."""
    return _kept_at(archive, one).exists()


def _is_whole(archive: Archive, one: Wanted) -> bool:
    """Return whether all that is kept of a run is whole; what is damaged is taken away."""
    samples = [samples_path(archive, recording) for recording in one.filed.recordings]
    return archive.computed(_kept_at(archive, one)) is not None and all(map(_is_parquet, samples))


def _is_parquet(path: Path) -> bool:
    """Return whether a file begins and ends as a whole Parquet file does."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_PARQUET))
            file.seek(-len(_PARQUET), os.SEEK_END)
            return head == file.read() == _PARQUET
    except OSError:
        return False


def appraisal_of(archive: Archive, one: Wanted) -> Appraisal | None:
    """Return the analysis that is kept of a run, None where there is none, or none whole."""
    kept = archive.computed(_kept_at(archive, one))
    return None if kept is None else msgspec.json.decode(kept, type=Appraisal)


def samples_path(archive: Archive, recording: FiledRecording) -> Path:
    """Return where a recording's samples lie once its run was analysed, as Parquet."""
    key = f"{recording.sha256}-{recording.part}-{code_version()}.parquet"
    return archive.derived(SAMPLES_KIND, key)


def read_run(archive: Archive, filed: FiledRun) -> ReadAgain:
    """Return the recordings of a run, read again from their originals.

    Raises
    ------
    EvenstrideError
        If an original is missing or damaged.
    """
    originals = _originals(archive, filed)
    return read_again(originals, {one.sha256: archive.original(one.sha256) for one in originals})


def run_of(archive: Archive, filed: FiledRun) -> tuple[Run, tuple[Issue, ...]]:
    """Return a run as `analyze_run` takes it, and what reading it met."""
    again = read_run(archive, filed)
    return Run(again.worth_it), again.issues


def _kept_at(archive: Archive, one: Wanted) -> Path:
    return archive.derived(KIND, f"{one.key}.json")


def _originals(archive: Archive, filed: FiledRun) -> tuple[Original, ...]:
    digests = sorted({recording.sha256 for recording in filed.recordings})
    return tuple(
        Original(
            sha256,
            archive.original_name(sha256),
            tuple(one for one in filed.recordings if one.sha256 == sha256),
        )
        for sha256 in digests
    )


def _keep(archive: Archive, one: Wanted, looked: Looked) -> None:
    recordings = {recording.key: recording for recording in one.filed.recordings}
    for key, data in looked.samples.items():
        path = samples_path(archive, recordings[key])
        if not _is_parquet(path):
            archive.write_derived(path, data)
    # Last: where the analysis lies, the samples do, too.
    archive.keep_computed(_kept_at(archive, one), looked.appraisal)


def _sweep(archive: Archive, every: Sequence[Wanted]) -> None:
    """Take away what is kept of runs, labels and code that are no more."""
    current = {_kept_at(archive, one) for one in every}
    current |= {samples_path(archive, r) for one in every for r in one.filed.recordings}
    for kind in (KIND, SAMPLES_KIND):
        folder = archive.derived(kind, "any").parent
        for path in folder.glob("[0-9a-f]*") if folder.is_dir() else ():
            if path not in current:
                path.unlink(missing_ok=True)


# ---- worker processes --------------------------------------------------------------------------


def _looked_at(
    archive: Archive, missing: Sequence[Wanted], workers: int | None, limits: Limits
) -> Iterator[tuple[Wanted, Looked | Issue]]:
    """Yield each run with what a look at it gave, as they are done."""
    if workers == 0:
        for one in missing:
            yield one, _look_from_disk(*_task(archive, one))
        return
    count = min(workers or os.cpu_count() or 1, len(missing))
    left = {one.key: one for one in missing}
    while left:
        with bounded_crew(count, limits) as crew:
            jobs = _Jobs(crew, archive, limits)
            for one, looked in jobs.through(list(left.values()), count):
                del left[one.key]
                yield one, looked
        # A process died: who made it die shows where each run has one of its own.
        for one in islice(list(left.values()), count * _WAITING_A_WORKER):
            yield left.pop(one.key), _alone(archive, one, limits)


@dataclass(frozen=True)
class _Jobs:
    """Runs on their way through a crew."""

    crew: ProcessPoolExecutor
    archive: Archive
    limits: Limits

    def through(
        self, missing: Sequence[Wanted], count: int
    ) -> Iterator[tuple[Wanted, Looked | Issue]]:
        """Yield what comes back until all is done or a process died."""
        waiting = iter(missing)
        under_way: dict[Future[Looked | Issue], Wanted] = {}
        while True:
            for one in islice(waiting, count * _WAITING_A_WORKER - len(under_way)):
                future = self.submitted(one)
                if future is None:
                    return
                under_way[future] = one
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                one = under_way.pop(future)
                looked = _given(future, one)
                if looked is None:
                    return
                yield one, looked

    def submitted(self, one: Wanted) -> "Future[Looked | Issue] | None":
        """Return what will come back; None where a process died before."""
        try:
            return self.crew.submit(_look_bounded, *_task(self.archive, one), self.limits)
        except BrokenProcessPool:
            return None


def _given(future: "Future[Looked | Issue]", one: Wanted) -> Looked | Issue | None:
    """Return what came back; None where the process died. A fault of ours costs its run only."""
    fault = future.exception()
    if fault is None:
        return future.result()
    if isinstance(fault, BrokenProcessPool):
        return None
    says = f"This run could not be analysed: {type(fault).__name__}: {fault}."
    return Issue("error", one.filed.run, says, "Please report this.")


def _alone(archive: Archive, one: Wanted, limits: Limits) -> Looked | Issue:
    with bounded_crew(1, limits) as crew:
        future = _Jobs(crew, archive, limits).submitted(one)
        looked = None if future is None else _given(future, one)
    return looked or Issue("error", one.filed.run, *given_up(limits))


def _task(archive: Archive, one: Wanted) -> tuple[Asked, dict[str, str]]:
    originals = _originals(archive, one.filed)
    paths = {o.sha256: str(archive.original_path(o.sha256)) for o in originals}
    return Asked(one.filed.run, originals, one.labels, one.flipped), paths


def _look_from_disk(asked: Asked, paths: Mapping[str, str]) -> Looked | Issue:
    """Read the originals and analyse; runs in a worker. What goes wrong is a value."""
    try:
        return look(asked, {sha256: _intact(Path(path), sha256) for sha256, path in paths.items()})
    except EvenstrideError as refused:
        return Issue("error", asked.run, refused.problem, refused.remedy)


def _look_bounded(asked: Asked, paths: Mapping[str, str], limits: Limits) -> Looked | Issue:
    """Look at a run within bounds; in a process of a crew only."""
    with time_bounded(limits):
        try:
            return _look_from_disk(asked, paths)
        except MemoryError:
            return Issue("error", asked.run, *given_up(limits))


def _intact(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as missing:
        raise EvenstrideError(
            f"The original {sha256[:12]} cannot be read: {missing.strerror}.",
            "Import its file again, or restore a backup.",
        ) from missing
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EvenstrideError(
            f"The original {sha256[:12]} is damaged on the disk.",
            "Import its file again, or restore a backup.",
        )
    return data
