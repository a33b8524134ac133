"""The first analysis of every run in the archive: in parallel, kept, and done once."""

import hashlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path

import msgspec

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
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")

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
    archive: Archive, progress: Progress | None = None, workers: int | None = None
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
        How many processes; None takes one a core, 0 does it in this one.
    """
    every = wanted(archive)
    missing = [one for one in every if not is_kept(archive, one)]
    issues: list[Issue] = []
    for done, (one, looked) in enumerate(_looked_at(archive, missing, workers)):
        if isinstance(looked, Looked):
            _keep(archive, one, looked)
        else:
            issues.append(looked)
        if progress is not None:
            progress(one.filed.run, done + 1, len(missing))
    _sweep(archive, every)
    return AppraisalReport(len(missing) - len(issues), len(every) - len(missing), tuple(issues))


def is_kept(archive: Archive, one: Wanted) -> bool:
    """Return whether an analysis of the run is kept."""
    return _kept_at(archive, one).exists()


def appraisal_of(archive: Archive, one: Wanted) -> Appraisal | None:
    """Return the analysis that is kept of a run, None where there is none, or none whole."""
    try:
        return msgspec.json.decode(_kept_at(archive, one).read_bytes(), type=Appraisal)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


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
        if not path.exists():
            archive.write_derived(path, data)
    # Last: where the analysis lies, the samples do, too.
    archive.write_derived(_kept_at(archive, one), looked.appraisal)


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
    archive: Archive, missing: Sequence[Wanted], workers: int | None
) -> Iterator[tuple[Wanted, Looked | Issue]]:
    """Yield each run with what a look at it gave, as they are done."""
    if workers == 0:
        for one in missing:
            yield one, _look_from_disk(*_task(archive, one))
        return
    count = min(workers or os.cpu_count() or 1, len(missing))
    left = {one.key: one for one in missing}
    while left:
        with _crew(count) as crew:
            for one, looked in _through(crew, archive, list(left.values()), count):
                del left[one.key]
                yield one, looked
        # A process died: who made it die shows where each run has one of its own.
        for one in islice(list(left.values()), count * _WAITING_A_WORKER):
            yield left.pop(one.key), _alone(archive, one)


def _through(
    crew: ProcessPoolExecutor, archive: Archive, missing: Sequence[Wanted], count: int
) -> Iterator[tuple[Wanted, Looked | Issue]]:
    """Yield what comes back until all is done or a process died."""
    waiting = iter(missing)
    under_way: dict[Future[Looked | Issue], Wanted] = {}
    while True:
        for one in islice(waiting, count * _WAITING_A_WORKER - len(under_way)):
            under_way[_submitted(crew, archive, one)] = one
        if not under_way:
            return
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            one = under_way.pop(future)
            looked = _given(future, one)
            if looked is None:
                return
            yield one, looked


def _given(future: "Future[Looked | Issue]", one: Wanted) -> Looked | Issue | None:
    """Return what came back; None where the process died. A fault of ours costs its run only."""
    fault = future.exception()
    if fault is None:
        return future.result()
    if isinstance(fault, BrokenProcessPool):
        return None
    says = f"This run could not be analysed: {type(fault).__name__}: {fault}."
    return Issue("error", one.filed.run, says, "Please report this.")


def _alone(archive: Archive, one: Wanted) -> Looked | Issue:
    with _crew(1) as crew:
        looked = _given(_submitted(crew, archive, one), one)
    return looked or Issue(
        "error",
        one.filed.run,
        "Analysing this run ended the process that did it.",
        "It may need more memory than there is; please report this.",
    )


def _submitted(
    crew: ProcessPoolExecutor, archive: Archive, one: Wanted
) -> "Future[Looked | Issue]":
    return crew.submit(_look_from_disk, *_task(archive, one))


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


@contextmanager
def _crew(count: int) -> Iterator[ProcessPoolExecutor]:
    """Give processes that end with this one, however it ends; each computes on one thread."""
    for threads in _THREADS:
        os.environ.setdefault(threads, "1")
    crew = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield crew
    finally:
        crew.shutdown(cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the process that asked, and end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        sys.stderr.flush()
        os._exit(1)
