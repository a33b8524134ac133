"""Originals, byte for byte, each under its own digest."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from evenstride.model.errors import EvenstrideError
from evenstride.store.durable import (
    Source,
    chunks_of,
    digest_of,
    sync_folder,
    telling,
    write_synced,
)
from evenstride.store.layout import UNFINISHED, Layout


def put_original(layout: Layout, source: Source) -> tuple[str, int]:
    """Keep a copy of bytes, of a file's content or of chunks; return its digest and size.

    When this returns, the copy survives a power cut. A copy that is there already is compared,
    and replaced where the disk has damaged it. The caller holds the archive's lock.

    Raises
    ------
    EvenstrideError
        If it cannot be read or written; nothing half-written stays.
    """
    with telling(layout.folder):
        if isinstance(source, bytes):
            sha256 = hashlib.sha256(source).hexdigest()
            if _is_intact(layout.original(sha256), sha256):
                sync_folder(layout.recordings)
                return sha256, len(source)
        arriving = layout.recordings / f"arriving{UNFINISHED}"
        sha256, size = write_synced(arriving, chunks_of(source))
        _settle(arriving, layout.original(sha256), sha256)
        sync_folder(layout.recordings)
    return sha256, size


def _settle(arriving: Path, home: Path, sha256: str) -> None:
    try:
        if _is_intact(home, sha256):
            arriving.unlink()
        else:
            arriving.replace(home)
    except BaseException:
        with suppress(OSError):
            arriving.unlink()
        raise


def _is_intact(path: Path, sha256: str) -> bool:
    return path.is_file() and digest_of(path) == sha256


def read_original(layout: Layout, sha256: str) -> bytes:
    """Return an original's bytes.

    Raises
    ------
    EvenstrideError
        If it is missing, or is no longer what was kept.
    """
    path = layout.original(sha256)
    if not path.is_file():
        raise EvenstrideError(
            f"The original {sha256[:12]} is missing from the archive.",
            "Import its file again, or restore a backup.",
        )
    with telling(layout.folder):
        data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EvenstrideError(
            f"The original {sha256[:12]} is damaged on the disk.",
            "Import its file again, or restore a backup.",
        )
    return data


def lying_originals(layout: Layout) -> Iterator[str]:
    """Yield the name of everything that lies among the originals and is whole."""
    for path in sorted(layout.recordings.iterdir()):
        if not path.name.endswith(UNFINISHED):
            yield path.name


def sweep_unfinished(folder: Path) -> int:
    """Take away what an interrupted write left behind; return how many files."""
    left = [path for path in folder.rglob(f"*{UNFINISHED}") if path.is_file()]
    for path in left:
        path.unlink()
    return len(left)
