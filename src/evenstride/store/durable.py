"""Writing that survives a power cut, erasing that leaves nothing, and saying why neither worked."""

import errno
import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from evenstride.model.errors import EvenstrideError
from evenstride.store.layout import FILE_MODE

Source: TypeAlias = bytes | Path | Iterator[bytes]
CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_UNKNOWN = {errno.EINVAL, errno.ENOTSUP}
_NOTHING_LOST = "What was imported before is safe; the same command goes on where it stopped."


@contextmanager
def telling(place: Path) -> Iterator[None]:
    """Tell what the operating system or the database refused, in the runner's words."""
    try:
        yield
    except OSError as error:
        raise _of_system(error, place) from error
    except sqlite3.Error as error:
        raise _of_database(error, place) from error


def _of_system(error: OSError, place: Path) -> EvenstrideError:
    if error.errno in _FULL:
        return _full(place)
    if error.errno in _FORBIDDEN:
        return EvenstrideError(
            f"{error.filename or place} may not be read or written.",
            "Check who owns the folder and whether the disk is writable.",
        )
    where = error.filename or place
    return EvenstrideError(f"{where}: {error.strerror or error}.", _NOTHING_LOST)


def _of_database(error: sqlite3.Error, place: Path) -> EvenstrideError:
    said = str(error)
    if "full" in said or "disk I/O" in said:
        return _full(place)
    if "locked" in said or "busy" in said:
        return EvenstrideError(
            f"The archive in {place} is in use by another program.",
            "Wait until it has finished, then try again.",
        )
    if "readonly" in said or "unable to open" in said:
        return EvenstrideError(
            f"The facts of the archive in {place} may not be written.",
            "Check who owns the folder and whether the disk is writable.",
        )
    return EvenstrideError(
        f"The facts of the archive in {place} cannot be read: {said}.",
        "Run evenstride doctor. If it says so, too, restore a backup into a new folder.",
    )


def _full(place: Path) -> EvenstrideError:
    return EvenstrideError(
        f"The disk that holds {place} is full, or takes no more writing.",
        f"Free some space and try again. {_NOTHING_LOST}",
    )


def sync_folder(folder: Path) -> None:
    """Make a folder's own entries survive a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _UNKNOWN:  # some network and USB file systems cannot
            raise
    finally:
        os.close(handle)


def write_synced(path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    """Write a private file, wait until it is on the disk; return its digest and size.

    A file that could not be written whole is taken away again.
    """
    digest, size = hashlib.sha256(), 0
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, FILE_MODE)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:
            for chunk in chunks:
                _write_all(file.fileno(), chunk)
                digest.update(chunk)
                size += len(chunk)
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    return digest.hexdigest(), size


def _write_all(handle: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(handle, view) :]


def chunks_of(source: Source) -> Iterator[bytes]:
    """Yield what is to be kept, a megabyte at a time."""
    if isinstance(source, Iterator):
        yield from source
        return
    if isinstance(source, bytes):
        for at in range(0, len(source), CHUNK):
            yield source[at : at + CHUNK]
        return
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for chunk in chunks_of(path):
        digest.update(chunk)
    return digest.hexdigest()


def erase(path: Path) -> None:
    """Overwrite a file and take it away; a file with a second name is only taken away.

    On flash memory and on file systems that copy on write, old blocks can outlive the file.
    """
    with suppress(FileNotFoundError):
        if path.stat().st_nlink == 1:
            _overwrite(path)
        path.unlink()


def _overwrite(path: Path) -> None:
    with path.open("r+b", buffering=0) as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, CHUNK)))
        os.fsync(file.fileno())
