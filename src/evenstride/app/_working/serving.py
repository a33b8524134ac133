"""One worker: reads a file's bytes from its standard input, answers on its standard output.

Started as a module of its own, so that no script of the user's is run a second time in it. It
ends when its input does, also when the program that started it was killed.
"""

import os
import signal
import struct
import sys
from typing import BinaryIO

from evenstride.app._working.answers import to_bytes
from evenstride.app._working.bounds import allow_cpu, bound, peak_mb
from evenstride.app.intake import Decoded, decode
from evenstride.model.issue import Issue

READY = b"evenstride"
JOB, ANSWER = struct.Struct("<QQ"), struct.Struct("<?Q")
"""A job: lengths of name and data. An answer: whether it is the last one, and its length."""

_LARGE_MB = 300
"""A worker that once held so much is replaced: what was freed is seldom given back."""


def answer(data: bytes, name: str, memory_mb: int) -> tuple[Decoded, bool]:
    """Return what a file gave, and whether this worker should end."""
    try:
        return decode(data, name), peak_mb() > _LARGE_MB
    except MemoryError:
        return _failed(name, *too_large(memory_mb)), True
    except Exception as fault:  # noqa: BLE001 - whatever a reader does, it costs one file
        says = f"The reader stumbled over it ({type(fault).__name__})."
        return _failed(name, says, "It is kept out; please report the file's kind."), True


def too_large(memory_mb: int) -> tuple[str, str]:
    """Return problem and remedy of a file that needs too much memory."""
    return (
        f"Reading it needs more than {memory_mb} MB of memory.",
        "If it is your own and in order, raise memory_mb under [import] in settings.toml.",
    )


def _failed(name: str, problem: str, remedy: str) -> Decoded:
    return Decoded("", issues=(Issue("error", name, problem, remedy),))


def serve(jobs: BinaryIO, answers: BinaryIO, memory_mb: int, cpu_s: float) -> None:
    """Answer one job after the other until there are no more."""
    answers.write(READY)
    answers.flush()
    last = False
    while not last:
        head = jobs.read(JOB.size)
        if len(head) < JOB.size:
            return
        name_length, length = JOB.unpack(head)
        name = jobs.read(name_length).decode("utf-8", "replace")
        allow_cpu(cpu_s)
        decoded, last = answer(jobs.read(length), name, memory_mb)
        said = to_bytes(decoded)
        answers.write(ANSWER.pack(last, len(said)))
        answers.write(said)
        answers.flush()


def main() -> None:
    """Serve on the standard streams, within the bounds on the command line."""
    memory_mb, cpu_s = int(sys.argv[1]), float(sys.argv[2])
    # Ctrl-C reaches every process of the terminal; what is to be done about it the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # nothing a library prints may stand between answers
        decode(b"", "")
        bound(memory_mb)
        serve(sys.stdin.buffer, answers, memory_mb, cpu_s)


if __name__ == "__main__":
    main()
