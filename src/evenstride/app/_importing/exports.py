"""A folder that an archive was exported to: its facts are taken over as they are."""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from evenstride.model.archive import Outcome
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.store.archive import Archive
from evenstride.store.manifest import MANIFEST, Manifest, read_manifest

_LARGEST_BYTES = 500_000_000


def is_export(path: Path) -> bool:
    """Return whether a folder says of itself that an archive was exported to it."""
    return (path / MANIFEST).is_file()


def take_over_export(
    folder: Path, archive: Archive, now: datetime
) -> tuple[frozenset[str], tuple[Outcome, ...]]:
    """Take over an exported archive: runs, words, labels, clips, what was split or flipped.

    Returns
    -------
    tuple
        Digests of the originals that came with it and were not filed before; and what failed: the
        list itself, or runs of which no original is there.
    """
    name = f"{folder.name} > {MANIFEST}"
    try:
        manifest = _manifest(folder)
    except EvenstrideError as refused:
        problem = Issue("error", name, refused.problem, refused.remedy)
        return frozenset(), (Outcome(name, "failed", issues=(problem,)),)
    with archive.writing() as writing:
        files = dict(_originals(folder, manifest))
        new = frozenset(sha256 for sha256 in files if not archive.has(sha256))
        names = {one.sha256: one.name for one in manifest.originals}
        for sha256 in new:
            writing.put(files[sha256], names[sha256], now)
        outcomes = writing.take_over(manifest)
    return new, tuple(one for one in outcomes if one.fate == "failed")


def _manifest(folder: Path) -> Manifest:
    file = folder / MANIFEST
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise EvenstrideError("This list of an export is too large.", "Check what it is.")
        return read_manifest(file.read_bytes())
    except OSError as reason:
        raise EvenstrideError(
            f"This list of an export cannot be read: {reason.strerror}.", "Check its permissions."
        ) from reason


def _originals(folder: Path, manifest: Manifest) -> Iterator[tuple[str, Path]]:
    """Yield the files that hold an original, found by their content, never by their name."""
    wanted = {one.sha256 for one in manifest.originals}
    with os.scandir(folder) as found:
        files = sorted(one.path for one in found if one.is_file(follow_symlinks=False))
    for path in files:
        with Path(path).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 in wanted:
            yield sha256, Path(path)
