"""What was computed: written whole or not at all, and free to delete."""

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
        writer = f"{os.getpid()}-{threading.get_ident()}"
        arriving = path.with_name(f".{path.name}.{writer}{UNFINISHED}")
        write_synced(arriving, [data])
        arriving.replace(path)


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
