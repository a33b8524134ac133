"""Processes that analyse, bounded like those that read: what one run costs, no other pays."""

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from io import BytesIO
from multiprocessing import get_context, parent_process
from pathlib import Path

import polars as pl

from evenstride.app._taking.caps import Limits
from evenstride.app._working.bounds import allow_cpu, bound

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
_TIMES = 6
"""An analysis may take so many times the time of a reading; a run of ten hours takes 6 s."""


@contextmanager
def bounded_crew(count: int, limits: Limits) -> Iterator[ProcessPoolExecutor]:
    """Give processes that end with this one, however it ends; each computes on one thread.

    Parameters
    ----------
    count
        How many.
    limits
        What each may use beyond what it holds when it begins.
    """
    for threads in _THREADS:
        os.environ.setdefault(threads, "1")
    crew = ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=_begin, initargs=(limits.memory_mb,)
    )
    try:
        yield crew
    finally:
        crew.shutdown(cancel_futures=True)


@contextmanager
def time_bounded(limits: Limits) -> Iterator[None]:
    """End this process where what is done inside takes too long; for processes of a crew only."""
    allow_cpu(_TIMES * limits.cpu_s)
    with Path(os.devnull).open("w", encoding="ascii") as nowhere:
        # This clock runs outside Python: it strikes also where compiled code never returns.
        faulthandler.dump_traceback_later(_TIMES * limits.wall_s, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def given_up(limits: Limits) -> tuple[str, str]:
    """Return problem and remedy of a run whose analysis ended its process."""
    computing_s, wall_s = _TIMES * limits.cpu_s, _TIMES * limits.wall_s
    says = f"It could not be analysed with {limits.memory_mb} MB of memory, {computing_s} s of"
    return (
        f"{says} computing and {wall_s} s by the clock; it was given up.",
        "If the run is in order, raise memory_mb, cpu_s or wall_s under [import] in settings.toml.",
    )


def _begin(memory_mb: int) -> None:
    """Leave Ctrl-C to the process that asked, end when it ends, and stay within bounds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pl.DataFrame({"x": [1.0]}).write_parquet(BytesIO())  # what it starts counts as held already
    with suppress(OSError, ValueError):
        bound(memory_mb)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        sys.stderr.flush()
        os._exit(1)
