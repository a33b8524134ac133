"""What was computed: written whole or not at all, and free to delete."""

import hashlib
import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path

from evenstride.model.errors import EvenstrideError
from evenstride.store.durable import telling, write_synced
from evenstride.store.layout import UNFINISHED, Layout, make_private_folder
from evenstride.store.lock import held
from evenstride.store.originals import sweep_unfinished

_SEAL = hashlib.sha256().digest_size


def write_derived(layout: Layout, path: Path, data: bytes) -> None:
    """Write something computed; readers see all of it or none.

    Raises
    ------
    EvenstrideError
        If the path lies elsewhere, or the disk is full.
    """
    if path != layout.derived_file(path.parent.name, path.name):
        raise EvenstrideError(
            f"{path} does not lie among what is computed.", "Ask the archive for the path."
        )
    with telling(layout.folder), held(layout.unfinished_lock, shared=True):
        make_private_folder(path.parent)
        if path.is_dir():
            take_away(path)
        writer = f"{os.getpid()}-{threading.get_ident()}"
        arriving = path.with_name(f".{path.name}.{writer}{UNFINISHED}")
        write_synced(arriving, [data])
        arriving.replace(path)


def write_sealed(layout: Layout, path: Path, data: bytes) -> None:
    """Write something computed with a digest behind it, so that damage is seen.

    Raises
    ------
    EvenstrideError
        If the path lies elsewhere, or the disk is full.
    """
    write_derived(layout, path, data + hashlib.sha256(data).digest())


def read_sealed(path: Path) -> bytes | None:
    """Return what `write_sealed` wrote, None where it is not there.

    What is damaged is taken away and counts as not there: it is made again.
    """
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:  # a folder in its place, or a disk that cannot give it back
        written = b""
    data, seal = written[:-_SEAL], written[-_SEAL:]
    if hashlib.sha256(data).digest() == seal:
        return data
    take_away(path)
    return None


def take_away(path: Path) -> None:
    """Take away what is damaged, if that can be: it is made again, or counts as not there."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def sweep_without_lock(layout: Layout) -> None:
    """Take away what those left half-written who write without being the one writer.

    Only while none of them is at work; else it is left to the next time.
    """
    with suppress(EvenstrideError), held(layout.unfinished_lock, wait_s=0.0):
        sweep_unfinished(layout.derived)
        for path in layout.folder.glob(f"*{UNFINISHED}*"):
            path.unlink()


def clear_derived(layout: Layout) -> None:
    """Take away everything computed."""
    with telling(layout.folder), held(layout.unfinished_lock):
        for path in sorted(layout.derived.glob("*")):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
