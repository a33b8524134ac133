"""One writer at a time, whatever the number of processes."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Event

from evenstride.model.errors import EvenstrideError
from evenstride.store.durable import telling
from evenstride.store.layout import FILE_MODE

WAIT_S = 30.0
_PAUSE_S = 0.05
_BYTE = 1 << 30  # Windows keeps others from reading a locked byte: lock one far behind the text

_HELD = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_WINDOWS = os.name == "nt"
_system = import_module("msvcrt" if _WINDOWS else "fcntl")  # each system has one of the two


def _take(handle: int, *, shared: bool) -> None:
    """Take the lock or raise OSError; Windows knows only locks for one."""
    if _WINDOWS:
        os.lseek(handle, _BYTE, os.SEEK_SET)
        _system.locking(handle, _system.LK_NBLCK, 1)
    else:
        kind = _system.LOCK_SH if shared else _system.LOCK_EX
        _system.flock(handle, kind | _system.LOCK_NB)


def _release(handle: int) -> None:
    if _WINDOWS:
        os.lseek(handle, _BYTE, os.SEEK_SET)
        _system.locking(handle, _system.LK_UNLCK, 1)
    else:
        _system.flock(handle, _system.LOCK_UN)


@contextmanager
def held(path: Path, *, wait_s: float = WAIT_S, shared: bool = False) -> Iterator[None]:
    """Hold a lock that ends with the process at the latest.

    Parameters
    ----------
    path
        The file that stands for the lock; it stays.
    wait_s
        How long to wait for it.
    shared
        True to hold it together with others who share it.

    Raises
    ------
    EvenstrideError
        If another process holds it for longer than `wait_s`; it is named.
    """
    with telling(path):
        handle = os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE)
    try:
        with telling(path):
            _wait(handle, path, wait_s, shared=shared)
        try:
            if not shared:
                _sign(handle)
            yield
        finally:
            _release(handle)
    finally:
        os.close(handle)


def _wait(handle: int, path: Path, wait_s: float, *, shared: bool) -> None:
    pause = Event()
    for _ in range(max(1, round(wait_s / _PAUSE_S))):
        if _taken(handle, shared=shared):
            return
        if wait_s:
            pause.wait(_PAUSE_S)
    raise EvenstrideError(
        f"Another evenstride{_signature(handle)} is writing to the archive in {path.parent}.",
        "Wait until it has finished, or stop it, then try again.",
    )


def _taken(handle: int, *, shared: bool) -> bool:
    """Return whether the lock could be taken; what is no holder's doing is raised."""
    try:
        _take(handle, shared=shared)
    except OSError as error:
        if error.errno not in _HELD:
            raise
        return False
    return True


def _sign(handle: int) -> None:
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, f"{os.getpid()}\n".encode())


def _signature(handle: int) -> str:
    os.lseek(handle, 0, os.SEEK_SET)
    said = os.read(handle, 20).decode("ascii", "replace").strip()
    return f" (process {said})" if said.isdigit() else ""
