"""Exporting: everything in a plain folder, for people and for other programs."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from evenstride.model.archive import Clip, FiledRun
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.store import facts
from evenstride.store.archive import Archive
from evenstride.store.database import one_moment
from evenstride.store.digest import facts_digest
from evenstride.store.durable import chunks_of, sync_folder, telling, write_synced
from evenstride.store.layout import UNFINISHED, make_private_folder
from evenstride.store.manifest import MANIFEST, Manifest, manifest_of

_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}(\.gz)?$")
_PACKED = b"\x1f\x8b"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Exported:
    """What was exported.

    Attributes
    ----------
    folder
        Where to.
    runs, originals
        How many.
    issues
        Originals that are missing or damaged, and so were left out.
    """

    folder: Path
    runs: int
    originals: int
    issues: tuple[Issue, ...]


def export(archive: Archive, folder: Path) -> Exported:
    """Write originals under readable names, and all facts as JSON and CSV.

    Importing the folder into an empty archive gives the same digest.

    Parameters
    ----------
    archive
        The archive.
    folder
        A new or an empty folder; one that is made is readable by its owner only.

    Raises
    ------
    EvenstrideError
        If the folder is not empty, lies inside the archive, or the disk is full.
    """
    _refuse_place(archive, folder)
    with telling(folder):
        make_private_folder(folder)
        with archive.reading() as db, one_moment(db):
            runs = facts.filed_runs(db)
            names = _readable_names(archive, runs, facts.all_clips(db), facts.kept_originals(db))
            manifest = manifest_of(
                db, facts_digest(db, archive.flipped()), names, archive.flipped()
            )
        issues = _copy_originals(archive, folder, names)
        for name, rows in _tables(manifest, runs).items():
            write_synced(folder / name, [_csv(rows)])
        write_synced(folder / MANIFEST, [msgspec.json.format(msgspec.json.encode(manifest))])
        sync_folder(folder)
    return Exported(folder, len(runs), len(names) - len(issues), issues)


def _refuse_place(archive: Archive, folder: Path) -> None:
    if folder.resolve().is_relative_to(archive.folder.resolve()):
        raise EvenstrideError(
            "An export inside the archive would be lost with it.", "Name another place."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EvenstrideError(f"{folder} is not empty.", "Name a new or an empty folder.")


def _readable_names(
    archive: Archive,
    runs: Iterable[FiledRun],
    clips: dict[str, tuple[Clip, ...]],
    kept: dict[str, tuple[str, int]],
) -> dict[str, str]:
    """Return a readable file name for each original: date, short id, what it is."""
    stems: dict[str, str] = {}
    for run in runs:
        stem = f"{run.start:%Y-%m-%d}_{run.run}"
        for number, sha256 in enumerate(dict.fromkeys(r.sha256 for r in run.recordings), 1):
            stems.setdefault(sha256, f"{stem}_{number}" if number > 1 else stem)
        for number, clip in enumerate(clips.get(run.run, ()), 1):
            stems.setdefault(clip.sha256, f"{stem}_clip{number}")
    return {
        sha256: stem + _suffix(kept[sha256][0], archive.original_path(sha256))
        for sha256, stem in stems.items()
    }


def _suffix(name: str, path: Path) -> str:
    """Return the ending of the name it came with, as long as it tells the truth."""
    found = _SUFFIX.search(name.lower())
    suffix = found[0] if found else ""
    if suffix.endswith(".gz") and path.is_file():
        with path.open("rb") as file:
            return suffix if file.read(2) == _PACKED else suffix.removesuffix(".gz")
    return suffix


def _copy_originals(archive: Archive, folder: Path, names: dict[str, str]) -> tuple[Issue, ...]:
    issues = []
    for sha256, name in names.items():
        path, arriving = archive.original_path(sha256), folder / (name + UNFINISHED)
        if path.is_file() and write_synced(arriving, chunks_of(path))[0] == sha256:
            arriving.replace(folder / name)
            continue
        arriving.unlink(missing_ok=True)
        problem = "This original is missing or damaged; it was left out."
        issues.append(Issue("error", name, problem, "Import its file again, or restore a backup."))
    return tuple(issues)


def _tables(manifest: Manifest, runs: Sequence[FiledRun]) -> dict[str, list[dict[str, object]]]:
    """Return the facts as tables, by file name."""
    files = {one.sha256: one.file for one in manifest.originals}
    recordings = [(run, one) for run in runs for one in run.recordings]
    labels = [one for run in manifest.runs for one in run.labels]
    clips = [one for run in manifest.runs for one in run.clips]
    return {
        "runs.csv": [
            {
                "run": run.run,
                "start": run.start.isoformat(),
                "title": run.title,
                "note": run.note,
                "device": run.device,
                "duration_s": run.duration_s,
                "distance_m": run.distance_m,
            }
            for run in runs
        ],
        "recordings.csv": [
            {
                "run": run.run,
                "file": files[one.sha256],
                "part": one.part,
                "format": one.format,
                "device": one.device,
                "serial": one.serial,
                "sport": one.sport,
                "start": one.start.isoformat(),
                "duration_s": one.duration_s,
                "distance_m": one.distance_m,
                "sha256": one.sha256,
            }
            for run, one in recordings
        ],
        "labels.csv": [
            {
                "run": one.run,
                "kind": one.kind,
                "gone_s": " ".join(map(str, one.gone_s)),
                "back_s": " ".join(map(str, one.back_s)),
                "laps": " ".join(one.laps),
                "made": one.made.isoformat(),
                "source": one.source,
                "words": one.words,
                "undone": one.undone.isoformat() if one.undone else None,
            }
            for one in labels
        ],
        "clips.csv": [
            {
                "run": one.run,
                "file": files[one.sha256],
                "name": one.name,
                "taken": one.taken.isoformat() if one.taken else None,
                "at_s": one.at_s,
                "view": one.view,
                "note": one.note,
            }
            for one in clips
        ],
    }


def _csv(rows: Sequence[dict[str, object]]) -> bytes:
    """Return a table as CSV; text that a spreadsheet would run as a formula is quoted for it."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
