"""Readers at work in processes of their own, where a file can do no harm but to itself.

Each worker is bounded in memory and CPU time by the operating system and in wall time by a clock
here. One that dies, hangs or grows costs its file: the outcome says so, a new worker takes its
place, and the batch goes on. Bytes go in by a pipe, plain data comes back; nothing is unpickled.
On Linux all three bounds hold, on macOS CPU and wall time, on Windows wall time.
"""

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from queue import LifoQueue
from typing import IO, Generic, Self, TypeVar

import msgspec

from evenstride.app._taking.caps import MEGABYTE, Limits, load_limits
from evenstride.app._working.answers import from_bytes
from evenstride.app._working.serving import ANSWER, JOB, READY, too_large
from evenstride.app.intake import Decoded
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue

__all__ = ["Decoded", "Decoder", "Limits", "load_limits"]

_SERVING = "evenstride.app._working.serving"
_TO_START_S = 120.0
_AHEAD = 2  # jobs waiting for each worker
_AHEAD_BYTES = 64 * MEGABYTE
_MOST_WAITING = 1000
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
T = TypeVar("T")


class Decoder:
    """A pool of workers that read files; a context manager, closed at its end.

    Parameters
    ----------
    workers
        How many at most; as many as there are processors where None. Each is started when it is
        first needed.
    limits
        What each may use for one file.

    Examples
    --------
    >>> with Decoder(workers=1) as decoder:
    ...     decoder.decode(b"<html>", "run.fit").issues[0].problem
    'This is no file of a known format.'
    """

    def __init__(self, workers: int | None = None, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._count = workers or _processors()
        self._idle: LifoQueue[_Worker] = LifoQueue()
        self._all = [_Worker(self._limits) for _ in range(self._count)]
        for worker in self._all:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all workers."""
        self.close()

    def close(self) -> None:
        """End all workers, those at work too."""
        for worker in self._all:
            worker.close()

    @property
    def processes(self) -> tuple[int, ...]:
        """Numbers of the processes now alive."""
        return tuple(number for worker in self._all for number in worker.numbers)

    def decode(self, data: bytes, name: str) -> Decoded:
        """Return what a file gave; may be called from several threads.

        Parameters
        ----------
        data
            Any bytes at all.
        name
            How issues call the file.

        Returns
        -------
        Decoded
            Where the worker died or was stopped: no runs, and an issue with its remedy.

        Raises
        ------
        EvenstrideError
            If no worker can be started on this machine.
        """
        worker = self._idle.get()
        try:
            return worker.decode(data, name)
        finally:
            self._idle.put(worker)

    def decode_each(
        self, items: Iterable[T], job: Callable[[T], tuple[bytes, str] | None]
    ) -> Iterator[tuple[T, Decoded | None]]:
        """Yield every item with what its file gave, in the order given, several at a time.

        Parameters
        ----------
        items
            Taken one after the other, only a few ahead of what was yielded.
        job
            Data and name of an item's file; None for an item that needs no reading.

        Yields
        ------
        tuple
            The item, and what its file gave; None where there was nothing to read.
        """
        line: deque[_Waiting[T]] = deque()
        pool = ThreadPoolExecutor(self._count)
        try:
            for item in items:
                asked = job(item)
                future = None if asked is None else pool.submit(self.decode, *asked)
                line.append(_Waiting(item, future, len(asked[0]) if asked else 0))
                while line and (line[0].is_done or self._is_long(line)):
                    yield line.popleft().result()
            while line:
                yield line.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _is_long(self, line: "deque[_Waiting[T]]") -> bool:
        if len(line) > _MOST_WAITING:
            return True
        jobs = [one.size for one in line if one.future is not None]
        return len(jobs) > _AHEAD * self._count or sum(jobs) > _AHEAD_BYTES


@dataclass(frozen=True)
class _Waiting(Generic[T]):
    """An item in line for its answer."""

    item: T
    future: Future[Decoded] | None
    size: int

    @property
    def is_done(self) -> bool:
        return self.future is None or self.future.done()

    def result(self) -> tuple[T, Decoded | None]:
        return self.item, None if self.future is None else self.future.result()


@dataclass(frozen=True)
class _Ended:
    """How a process ended: what it left with, and whether before its time was up."""

    code: int
    in_time: bool

    @property
    def by_others(self) -> bool:
        return self.in_time and self.code in {-signal.SIGTERM, -getattr(signal, "SIGKILL", 0)}


class _Worker:
    """One place in the pool, and the process that fills it, if any."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The process's number, if there is one."""
        return () if self._process is None else (self._process.pid,)

    def decode(self, data: bytes, name: str) -> Decoded:
        """Return what a file gave, whatever becomes of the process.

        Where somebody else ended the process, such as a system short of memory, another one tries.
        """
        tried = self._tried(data, name)
        if isinstance(tried, _Ended) and tried.by_others:
            tried = self._tried(data, name)
        if isinstance(tried, Decoded):
            return tried
        problem, remedy = self._why(tried)
        return Decoded("", issues=(Issue("error", name, problem, remedy),))

    def _tried(self, data: bytes, name: str) -> "Decoded | _Ended":
        process = self._running() or self._start()
        stopped = threading.Event()
        clock = threading.Timer(self._limits.wall_s, _stop, (process, stopped))
        clock.daemon = True
        clock.start()
        try:
            return self._asked(process, data, name)
        except (OSError, EOFError, msgspec.MsgspecError, EvenstrideError):
            self.end()
            return _Ended(process.wait(), in_time=not stopped.is_set())
        finally:
            clock.cancel()
            if stopped.is_set():  # it may have struck just after the answer
                self.end()

    def _running(self) -> "subprocess.Popen[bytes] | None":
        """Return the process if it is alive: one may have been killed while it waited."""
        if self._process is not None and self._process.poll() is not None:
            self.end()
        return self._process

    def _asked(self, process: "subprocess.Popen[bytes]", data: bytes, name: str) -> Decoded:
        jobs, answers = _pipes(process)
        called = name.encode("utf-8", "replace")
        jobs.write(JOB.pack(len(called), len(data)))
        jobs.write(called)
        jobs.write(data)
        jobs.flush()
        last, length = ANSWER.unpack(_exactly(answers, ANSWER.size))
        if length > self._limits.memory_mb * MEGABYTE:
            raise EOFError
        decoded = from_bytes(_exactly(answers, length))
        if last:
            self.end()
        return decoded

    def _why(self, ended: "_Ended") -> tuple[str, str]:
        """Return why a process ended, and what can be done about it."""
        if not ended.in_time:
            return _too_slow("wall_s", f"{self._limits.wall_s:g} s")
        if ended.code == -getattr(signal, "SIGXCPU", 0):
            return _too_slow("cpu_s", f"{self._limits.cpu_s:g} s of computing")
        if ended.code == -signal.SIGABRT:  # how compiled parts end where memory does
            return too_large(self._limits.memory_mb)
        says = "The process that read it broke down; everything else goes on."
        return says, "Export the file again; if that does not help, leave it out."

    def _start(self) -> "subprocess.Popen[bytes]":
        if self._closed:
            raise EvenstrideError("The readers were closed.", "Open them again.")
        limits = (str(self._limits.memory_mb), str(self._limits.cpu_s))
        # -P: nothing is imported from the folder one happens to stand in.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, numbers
            [sys.executable, "-P", "-m", _SERVING, *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | dict.fromkeys(_ONE_THREAD, "1"),
        )
        clock = threading.Timer(_TO_START_S, process.kill)
        clock.start()
        ready = _pipes(process)[1].read(len(READY))
        clock.cancel()
        self._process = process
        if ready != READY:
            self.end()
            raise EvenstrideError(
                "The process that reads files could not be started.",
                "Free some memory and try again; `python -m evenstride.app._working.serving 512 10`"
                " says what is wrong.",
            )
        return process

    def close(self) -> None:
        """End the process and start no other."""
        self._closed = True
        self.end()

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in _pipes(process):
            with suppress(OSError):
                pipe.close()


def _stop(process: "subprocess.Popen[bytes]", stopped: threading.Event) -> None:
    stopped.set()
    process.kill()


def _too_slow(limit: str, long: str) -> tuple[str, str]:
    return (
        f"Reading it took longer than {long}; it was given up.",
        f"If it is your own and in order, raise {limit} under [import] in settings.toml.",
    )


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    return process.stdin, process.stdout


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _processors() -> int:
    """Return how many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
