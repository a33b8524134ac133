"""Two processes for many small runs, each with one thread."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

PROCESSES = 2
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


def quick() -> bool:
    """Return whether only a rough first look was asked for."""
    return "--quick" in sys.argv[1:]


def each(work: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
    """Yield ``work(item)`` in order, with a line of progress now and then.

    The processes start afresh, so that NumPy reads there how many threads it may have.
    """
    os.environ.update(dict.fromkeys(THREADS, "1"))
    often = max(len(items) // 10, 1)
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        for done, result in enumerate(pool.map(work, items, chunksize=8), start=1):
            if done % often == 0:
                print(f"  {done} of {len(items)}", flush=True)
            yield result
