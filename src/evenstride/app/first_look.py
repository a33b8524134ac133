"""One run of the archive, read again and analysed against itself: bytes in, bytes out.

Everything here runs in a worker process and touches nothing but its arguments.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from io import BytesIO

import msgspec
import polars as pl

from evenstride.app.analyze import analyze_run
from evenstride.app.contract import json_of
from evenstride.app.intake import decode
from evenstride.app.linking import of_one_device
from evenstride.app.same_run import Run
from evenstride.app.twins import poorer_twins
from evenstride.app.views import Analysis, RunView
from evenstride.coordination.normal import summary_of
from evenstride.model.archive import FiledRecording, Label
from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.marks import RunnersWord, felt_stretches
from evenstride.model.normal import Normal, RunSummary
from evenstride.model.recording import Recording

_ROOMS = ("model", "plugins.py", "formats", "coordination", "episodes", "inference", "app")
_CODE = (".py", ".csv", ".json")
_LEAST_NORMAL_S = 120.0


@dataclass(frozen=True)
class Appraisal:
    """What is kept of the first analysis of a run.

    Attributes
    ----------
    view
        As `analyze` gives it.
    sensors
        Straps and pods that took part, with their numbers.
    summaries
        What the runner's normal is learnt from, one a device: the run without what was felt or
        found off; empty where the whole run was off.
    whole
        The same of the whole run, to be weighed against what is normal.
    """

    view: RunView
    sensors: tuple[str, ...]
    summaries: tuple[RunSummary, ...] = ()
    whole: tuple[RunSummary, ...] = ()


@dataclass(frozen=True)
class Original:
    """One original and what of it belongs to the run.

    Attributes
    ----------
    sha256
        Digest of its bytes.
    name
        As it came, for people.
    recordings
        The recordings of the run that stand in it.
    """

    sha256: str
    name: str
    recordings: tuple[FiledRecording, ...]


@dataclass(frozen=True)
class Looked:
    """What a look at one run gave.

    Attributes
    ----------
    appraisal
        An `Appraisal` as JSON.
    samples
        One Parquet file for each recording of the run, by ``(sha256, part)``.
    """

    appraisal: bytes
    samples: dict[tuple[str, int], bytes]


@dataclass(frozen=True)
class Asked:
    """One run to be looked at.

    Attributes
    ----------
    run
        Its id.
    originals
        Where its recordings stand.
    labels
        What is in force of what was said about it.
    flipped
        Devices that take left for right.
    """

    run: str
    originals: tuple[Original, ...]
    labels: tuple[Label, ...] = ()
    flipped: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return a digest of all code that results come from, 12 hexadecimal digits."""
    root = resources.files("evenstride")
    files = {name: file for room in _ROOMS for name, file in _code_in(room, root.joinpath(room))}
    digest = hashlib.sha256()
    for name, file in sorted(files.items()):
        digest.update(name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _code_in(name: str, place: Traversable) -> Iterator[tuple[str, Traversable]]:
    if place.is_dir():
        for one in place.iterdir():
            yield from _code_in(f"{name}/{one.name}", one)
    elif name.endswith(_CODE):
        yield name, place


def word_of(labels: Sequence[Label], seconds: float) -> RunnersWord:
    """Return what the runner said about a run, as the analysis takes it.

    Parameters
    ----------
    labels
        In force. What was offered from a title or a note is not what the runner told: it is left
        out.
    seconds
        How long the run is.

    Examples
    --------
    >>> word_of([], 3600.0)
    RunnersWord(gone_s=(), back_s=(), laps=(), normal=(), off_at_start=False)
    """
    told = next((label for label in labels if label.source == "told"), None)
    if told is None:
        return RunnersWord()
    if told.kind == "fine":
        long_enough = seconds >= _LEAST_NORMAL_S
        return RunnersWord(normal=(Stretch(0.0, seconds),) if long_enough else ())
    if told.kind == "off-throughout":
        return RunnersWord(off_at_start=True)
    return RunnersWord(gone_s=told.gone_s, back_s=told.back_s, laps=told.laps)


@dataclass(frozen=True)
class ReadAgain:
    """A run's recordings as they were read again.

    Attributes
    ----------
    all_of_it
        Every recording, by ``(sha256, part)``.
    worth_it
        Those to be looked at: of copies of one recording, the one that shows most.
    issues
        What reading met, and what was left out.
    """

    all_of_it: Mapping[tuple[str, int], Recording]
    worth_it: tuple[Recording, ...]
    issues: tuple[Issue, ...]


def read_again(originals: Sequence[Original], data: Mapping[str, bytes]) -> ReadAgain:
    """Read a run's recordings again.

    Parameters
    ----------
    originals
        Where they stand.
    data
        The originals' bytes, by digest.

    Raises
    ------
    EvenstrideError
        If a recording that was filed is not in its original any more.
    """
    found: list[tuple[FiledRecording, Recording]] = []
    issues: list[Issue] = []
    for original in originals:
        decoded = decode(data[original.sha256], original.name)
        issues += decoded.issues
        runs = dict(zip(decoded.parts, decoded.runs, strict=True))
        for filed in original.recordings:
            if filed.part not in runs:
                raise EvenstrideError(
                    f"{original.name} no longer gives the recording that was imported from it.",
                    "Run evenstride doctor; if it finds nothing, please report this.",
                )
            found.append((filed, runs[filed.part]))
    found.sort(key=lambda one: (one[0].start, one[0].key))
    worth_it, left_out = _without_copies(found)
    return ReadAgain({f.key: r for f, r in found}, worth_it, (*issues, *left_out))


def _without_copies(
    found: Sequence[tuple[FiledRecording, Recording]],
) -> tuple[tuple[Recording, ...], tuple[Issue, ...]]:
    """Leave out copies: one device's recording exported twice must not count twice."""
    kept: list[tuple[FiledRecording, Recording]] = []
    better: dict[int, Recording] = {}
    for filed, recording in sorted(found, key=lambda one: _wealth(*one), reverse=True):
        richer = next((r for f, r in kept if of_one_device(f, filed)), None)
        if richer is None:
            kept.append((filed, recording))
        else:
            better[id(recording)] = richer
    twins = poorer_twins([recording for _, recording in kept])
    better |= {id(kept[place][1]): richer for place, richer in twins.items()}
    issues = [_left_out(one, better[id(one)]) for _, one in found if id(one) in better]
    return tuple(r for _, r in found if id(r) not in better), tuple(issues)


def _wealth(filed: FiledRecording, recording: Recording) -> tuple[object, ...]:
    samples = recording.samples
    held = sum(samples[name].count() > 0 for name in samples.columns)
    sizes = (len(recording.developer_fields), samples.height, recording.laps.height)
    return (held, *sizes, filed.key)


def _left_out(copy: Recording, richer: Recording) -> Issue:
    says = f"The same recording as {richer.source.file}, which shows as much or more; kept, and "
    return Issue("info", copy.source.file, f"{says}looked at once.")


def look(asked: Asked, data: Mapping[str, bytes]) -> Looked:
    """Analyse a run against itself.

    Parameters
    ----------
    asked
        The run.
    data
        Its originals' bytes, by digest.

    Raises
    ------
    EvenstrideError
        If it cannot be read or analysed any more.
    """
    again = read_again(asked.originals, data)
    run = Run(again.worth_it)
    seconds = max(
        offset_s + recording.duration_s
        for offset_s, recording in zip(run.offsets_s, run.recordings, strict=True)
    )
    analysis = analyzed(run, word_of(asked.labels, seconds), again.issues, asked.flipped)
    sensors = sorted({one for recording in run.recordings for one in recording.sensors})
    summaries, whole = _summaries(asked, analysis, run.start)
    kept = {
        "view": msgspec.Raw(json_of(analysis.run)),
        "sensors": sensors,
        "summaries": summaries,
        "whole": whole,
    }
    samples = {key: samples_bytes(recording) for key, recording in again.all_of_it.items()}
    return Looked(msgspec.json.encode(kept), samples)


def analyzed(
    run: Run,
    word: RunnersWord,
    issues: tuple[Issue, ...],
    flipped: Sequence[str],
    normals: Sequence[Normal] = (),
) -> Analysis:
    """Return the analysis of a run; a label that does not fit it is left out and told.

    Parameters
    ----------
    run
        Its recordings.
    word
        What the runner said of it.
    issues
        What reading it met.
    flipped
        Devices that take left for right.
    normals
        What is normal for the runner; empty to see the run against itself.
    """
    try:
        return analyze_run(run, word, issues, flipped, normals)
    except EvenstrideError as misfit:
        if word == RunnersWord():
            raise
        doubt = Issue("warning", "label", f"{misfit.problem} It was left out.", misfit.remedy)
        return analyze_run(run, RunnersWord(), (*issues, doubt), flipped, normals)


def _summaries(
    asked: Asked, analysis: Analysis, start: datetime
) -> tuple[tuple[RunSummary, ...], tuple[RunSummary, ...]]:
    """Return what the runner's normal is learnt from, and the same of the whole run."""
    if analysis.signal is None:
        return (), ()
    whole = summary_of(analysis.signal, asked.run, start)
    if any(label.kind == "off-throughout" for label in asked.labels):
        return (), whole
    off = (*_felt_off(analysis.run), *_found_off(analysis.run))
    return summary_of(analysis.signal, asked.run, start, off) if off else whole, whole


def _felt_off(view: RunView) -> tuple[Stretch, ...]:
    return felt_stretches(view.marks, view.duration_s)


def _found_off(view: RunView) -> Iterator[Stretch]:
    """Yield what may have been off: of an episode that can be read in two ways, both."""
    for episode in view.episodes:
        for reading in (episode, episode.other_reading):
            if reading is not None:
                end_s = view.duration_s if reading.recovery_s is None else reading.recovery_s
                yield Stretch(reading.onset_s, end_s)


def samples_bytes(recording: Recording) -> bytes:
    """Return a recording's samples as Parquet: the columns that hold anything, as float32."""
    samples = recording.samples
    held = [name for name in samples.columns if samples[name].count()]
    written = BytesIO()
    samples.select(pl.col(held).cast(pl.Float32)).write_parquet(written, statistics=False)
    return written.getvalue()
