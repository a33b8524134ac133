"""What a worker may use, held by the operating system: memory, CPU time, no files, no core dumps.

Windows has none of these; there only the clock of the parent holds.
"""

import importlib
import math
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

_RESOURCE = importlib.import_module("resource") if find_spec("resource") else None
_KILOBYTE, _MEGABYTE = 1024, 1024 * 1024
_STATUS = Path("/proc/self/status")


def bound(memory_mb: int) -> None:
    """Allow this process `memory_mb` more than it holds now, no files written and no core dumps.

    Memory is held on Linux only, where the system says how much there is already.
    """
    if _RESOURCE is None:
        return
    _RESOURCE.setrlimit(_RESOURCE.RLIMIT_CORE, (0, 0))
    with suppress(OSError, ValueError):
        _RESOURCE.setrlimit(_RESOURCE.RLIMIT_FSIZE, (0, 0))
    held_kb = _status_kb("VmSize")
    if held_kb:
        most = held_kb * _KILOBYTE + memory_mb * _MEGABYTE
        _RESOURCE.setrlimit(_RESOURCE.RLIMIT_AS, (most, most))


def allow_cpu(seconds: float) -> None:
    """Let the system kill this process after so many more seconds of computing."""
    if _RESOURCE is None:
        return
    until = math.ceil(time.process_time() + seconds)
    _, hard = _RESOURCE.getrlimit(_RESOURCE.RLIMIT_CPU)
    _RESOURCE.setrlimit(_RESOURCE.RLIMIT_CPU, (until, hard))


def peak_mb() -> float:
    """Return the most memory this process ever held; 0 where the system does not tell.

    Linux hands the figure of `getrusage` down from parent to child; its own status begins anew.
    """
    held_kb = _status_kb("VmHWM")
    if held_kb or _RESOURCE is None:
        return held_kb / _KILOBYTE
    most = float(_RESOURCE.getrusage(_RESOURCE.RUSAGE_SELF).ru_maxrss)
    return most / (_MEGABYTE if sys.platform == "darwin" else _KILOBYTE)


def _status_kb(field: str) -> int:
    with suppress(OSError, ValueError, IndexError):
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1])
    return 0
