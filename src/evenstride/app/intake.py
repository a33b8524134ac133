"""Files become recordings; a bad file becomes an issue and stops nothing."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evenstride.app._taking.kinds import HEAD_BYTES, fit_file, fit_type, reader_for, readers
from evenstride.app.twins import poorer_twins
from evenstride.app.unwrap import Unwrapped, is_gzip, unwrap
from evenstride.model.issue import Issue
from evenstride.model.recording import Recording
from evenstride.plugins import Contents

LARGEST_BYTES = 200_000_000
"""A day of running with everything switched on is some 20 MB."""

LONGEST_S = 48 * 3600.0

_RUNNING_PACE_MPS = (1.8, 5.0)
_RUNNING_CADENCE_SPM = (140.0, 230.0)
_FASTEST_USUAL_MPS = 6.5
_MOVING_ABOVE_MPS = 0.5
_FEWEST_SAMPLES = 30

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Intake:
    """What one file gave.

    Attributes
    ----------
    file
        Its name, without the folder.
    runs
        The recordings of running inside.
    issues
        Why there is none, or what else the file holds.
    """

    file: str
    runs: tuple[Recording, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Decoded:
    """What the bytes of one file gave.

    Attributes
    ----------
    format
        Name of the reader that read it, empty where none knows it.
    runs
        The recordings of running inside.
    parts
        Which recording of the file each of them is, counted from 0.
    kinds
        What else it holds, such as ``"cycling"`` or ``"no samples"``.
    issues
        What was damaged, and why there is no run.
    """

    format: str
    runs: tuple[Recording, ...] = ()
    parts: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


def take_in(files: Sequence[Path], progress: Progress | None = None) -> tuple[Intake, ...]:
    """Read files, in the order given.

    A file given twice, or twice under different names, is read once. Of one recording in two
    formats the one that shows more is kept.
    """
    seen: dict[str, str] = {}
    taken = []
    for done, file in enumerate(files):
        if progress is not None:
            progress(_name_of(file), done, len(files))
        taken.append(_take_in_one(file, seen))
    return _without_twins(taken)


def _without_twins(taken: list[Intake]) -> tuple[Intake, ...]:
    """Leave out recordings that another file holds as well or better."""
    runs = [(place, run) for place, one in enumerate(taken) for run in one.runs]
    twins = poorer_twins([run for _, run in runs])
    for twin, better in twins.items():
        place, run = runs[twin]
        one = taken[place]
        says = (
            f"The same recording as {better.source.file}, which shows as much or more; looked at "
            "once."
        )
        kept = tuple(other for other in one.runs if other is not run)
        taken[place] = Intake(one.file, kept, (*one.issues, Issue("info", one.file, says)))
    return tuple(taken)


def _take_in_one(file: Path, seen: dict[str, str]) -> Intake:
    name = _name_of(file)
    data, problem = _bytes_of(file)
    if problem is not None:
        return Intake(name, (), (problem,))
    digest = hashlib.sha256(data).hexdigest()
    inner = _unpacked(data, name)
    same = _seen_before(digest, inner, name, seen)
    if same is not None:
        return Intake(name, (), (same,))
    decoded = _decoded(inner, name, digest)
    return Intake(name, decoded.runs, decoded.issues)


def decode(data: bytes, name: str) -> Decoded:
    """Return the runs in the bytes of one file, packed with gzip or not.

    Parameters
    ----------
    data
        Any bytes at all; damage becomes issues, nothing is raised.
    name
        How issues call the file.

    Examples
    --------
    >>> decode(b"", "run.fit").issues[0].problem
    'This file is empty.'
    """
    return _decoded(_unpacked(data, name), name, hashlib.sha256(data).hexdigest())


def _unpacked(data: bytes, name: str) -> Unwrapped:
    return unwrap(data, name, LARGEST_BYTES) if is_gzip(data) else Unwrapped(data, packed=False)


def _decoded(inner: Unwrapped, name: str, digest: str) -> Decoded:
    reader = reader_for(inner.data)
    if reader is None:
        return Decoded("", issues=(*inner.issues, _unknown(name, inner.data)))
    contents = reader.read(inner.data, name)
    recordings = tuple(_as_given(r, digest) for r in contents.recordings)
    issues = (*inner.issues, *contents.issues)
    decoded = _running_only(name, replace(contents, recordings=recordings, issues=issues))
    kinds = decoded.kinds or _kinds_without_recordings(contents, inner.data)
    return replace(decoded, format=reader.name, kinds=kinds)


def _kinds_without_recordings(contents: Contents, data: bytes) -> tuple[str, ...]:
    """Return what a sound file is that holds no recording at all."""
    if contents.averages is not None:
        return ("averages of runs",)
    if contents.recordings or any(issue.level == "error" for issue in contents.issues):
        return ()
    fit = fit_file(data[:HEAD_BYTES])
    return ("no samples" if fit is None else fit_type(fit.type),)


def _seen_before(digest: str, inner: Unwrapped, name: str, seen: dict[str, str]) -> Issue | None:
    """Return that a file, packed or not, was already given."""
    digests = {digest}
    if inner.packed and inner.data:
        digests.add(hashlib.sha256(inner.data).hexdigest())
    known = next((seen[one] for one in sorted(digests) if one in seen), None)
    if known is not None:
        return Issue("info", name, f"The same file as {known}; looked at once.")
    seen.update(dict.fromkeys(digests, name))
    return None


def _as_given(recording: Recording, digest: str) -> Recording:
    """Return the recording as one of the file's own bytes, packed or not."""
    return replace(recording, source=replace(recording.source, sha256=digest))


def _name_of(file: Path) -> str:
    """Return the name as text any page can hold: bytes that are no UTF-8 become a replacement."""
    name = file.name or str(file)
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "replace").decode()


def _bytes_of(file: Path) -> tuple[bytes, Issue | None]:
    name = _name_of(file)
    try:
        if file.is_dir():
            return b"", Issue("error", name, "This is a folder.", "Give the files inside it.")
        if not file.is_file():
            return b"", Issue("error", name, "This file does not exist.", "Check the path.")
        if file.stat().st_size > LARGEST_BYTES:
            return b"", Issue(
                "error",
                name,
                f"This file is larger than {LARGEST_BYTES // 1_000_000} MB.",
                "A recording of a run is far smaller; check what it is.",
            )
        return file.read_bytes(), None
    except OSError as trouble:
        return b"", Issue(
            "error",
            name,
            f"This file cannot be read: {trouble.strerror}.",
            "Check its permissions.",
        )


def _unknown(name: str, data: bytes) -> Issue:
    if not data:
        return Issue("error", name, "This file is empty.", "Export it again from the watch.")
    known = ", ".join(reader.name for reader in readers())
    return Issue(
        "error",
        name,
        "This is no file of a known format.",
        f"Give the watch's original file. Known formats: {known}.",
    )


def _running_only(name: str, contents: Contents) -> Decoded:
    running = [(n, r) for n, r in enumerate(contents.recordings) if is_running(r)]
    parts, runs = _not_too_long(running)
    others = Counter(_called(r) for r in contents.recordings if not is_running(r))
    issues = list(contents.issues)
    if any(r.sport == "unknown" for _, r in running):
        issues.append(_taken_for_running(name))
    if others:
        left_out = ", ".join(f"{n} times {s}" if n > 1 else s for s, n in others.items())
        issues.append(Issue("info", name, f"Left out, since only running is analysed: {left_out}."))
    if len(runs) < len(running):
        issues.append(
            Issue(
                "error",
                name,
                "A recording longer than 48 hours was left out; its clock cannot be right.",
                "Export the run again from the watch.",
            )
        )
    if not runs and not any(issue.level == "error" for issue in issues):
        issues.append(
            Issue("error", name, "There is no run in this file.", "Give a recording of running.")
        )
    return Decoded("", runs, parts, tuple(others), tuple(issues))


def _not_too_long(
    running: Sequence[tuple[int, Recording]],
) -> tuple[tuple[int, ...], tuple[Recording, ...]]:
    kept = [(n, r) for n, r in running if r.duration_s <= LONGEST_S]
    return tuple(n for n, _ in kept), tuple(r for _, r in kept)


def _called(recording: Recording) -> str:
    if recording.sport == "unknown":
        return "a recording that names no sport and does not move like running"
    return recording.sport.replace("_", " ")


def _taken_for_running(name: str) -> Issue:
    return Issue(
        "warning",
        name,
        "The file does not name the sport; it was taken for running by what it shows.",
        "If it was something else, leave it out.",
    )


def is_running(recording: Recording) -> bool:
    """Return whether a recording may be analysed as running.

    Where the file does not say which sport it was, contact time tells: only a run has it. Without
    contact time pace and, where there is one, cadence must be those of running: GPX files of
    phones often name no sport. Slow rides can pass; nothing is searched for in their pace.
    """
    if recording.sport != "unknown":
        return recording.sport == "running"
    return recording.samples["contact_time_ms"].count() > 0 or _moves_like_running(recording)


def _moves_like_running(recording: Recording) -> bool:
    samples = recording.samples
    moving = samples.filter(samples["speed_mps"] >= _MOVING_ABOVE_MPS)
    if moving.height < _FEWEST_SAMPLES:
        return False
    pace, fast = (moving["speed_mps"].quantile(share) for share in (0.5, 0.95))
    turning = moving.filter(moving["cadence_spm"] > 0)["cadence_spm"]
    steps = turning.median() if turning.len() else None
    return (
        _within(pace, _RUNNING_PACE_MPS)
        and _within(fast, (0.0, _FASTEST_USUAL_MPS))
        and (steps is None or _within(steps, _RUNNING_CADENCE_SPM))
    )


def _within(value: object, bounds: tuple[float, float]) -> bool:
    return isinstance(value, float) and bounds[0] <= value <= bounds[1]
