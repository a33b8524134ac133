"""What a command costs as a whole cold process: CPU seconds and memory.

``python bench/cost.py`` measures on simulated runs of 1 and 4 hours, and writes
docs/science/cost.md.
"""

import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "science" / "cost.md"
TIMES = 5
MEGABYTE = 1024**2

# The verb alone, on one thread as the command sets it; what is imported before is not counted.
INSIDE = """
import os, sys, time
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", POLARS_MAX_THREADS="1")
from pathlib import Path
from evenstride.app.analyze import analyze
from evenstride.model.marks import RunnersWord
before = time.process_time()
analyze([Path(sys.argv[1])], RunnersWord())
print(time.process_time() - before)
"""

# Every detector on 10,000 seconds of 8 channels, all searched, with a change inside.
WIDE = """
import os, time
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", POLARS_MAX_THREADS="1")
import numpy as np
import evenstride.episodes
from evenstride.app.healthy_tail import healthy_tails
from evenstride.coordination.channels import QUANTITIES
from evenstride.model.intervals import Stretch
from evenstride.model.marks import RunnersWord
from evenstride.model.signal import Channel, Signal
from evenstride.plugins import Detector, discover

seconds, rng = 10_000, np.random.default_rng(1)
there = (np.arange(seconds) >= 3000) & (np.arange(seconds) < 6000)
slow = np.exp(-np.arange(60) / 12.0)

def channel(quantity):
    noise = np.convolve(rng.standard_normal(seconds), slow, mode="same")
    values = noise / noise.std() + 2.0 * there
    named = quantity.name, quantity.name, quantity.unit, quantity.says
    return Channel(*named, "bench", True, values, np.zeros(seconds), 1.0)

signal = Signal(
    channels=tuple(channel(quantity) for quantity in QUANTITIES[:8]),
    running=np.ones(seconds, dtype=np.bool_),
    covariates=np.zeros((seconds, 0)),
    excluded=(),
    moving_s=float(seconds),
    bouts=(Stretch(0.0, float(seconds)),),
    distance_m=3.0 * np.arange(seconds),
    speed_mps=np.full(seconds, 3.0),
    grade_pct=np.zeros(seconds),
)
before = time.process_time()
for detector in discover(evenstride.episodes, Detector):
    detector.search(signal, RunnersWord(), (), healthy_tails())
print(time.process_time() - before)
"""


@dataclass(frozen=True)
class Budget:
    """One thing to be measured, and what it may cost."""

    says: str
    words: tuple[str, ...]
    cpu_s: float | None = None
    memory_mb: float | None = None


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    cpu_s: float
    memory_mb: float
    out: bytes


def run(words: Sequence[str], folder: Path) -> Cost:
    """Run a process to its end and return what it took, its children not counted."""
    paper = folder / "out"
    with paper.open("wb") as out, (folder / "err").open("wb") as err:
        actions = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, err.fileno(), 2)]
        child = os.posix_spawn(words[0], list(words), os.environ, file_actions=actions)
        _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(words)} failed:\n{(folder / 'err').read_text()}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss * unit / MEGABYTE, paper.read_bytes())


def simulate(file: Path, minutes: str, kit: str, folder: Path) -> None:
    """Write a simulated run, in a process of its own.

    Linux counts the memory of the process that starts another as the other's, so this one must
    stay small.
    """
    asked = ("simulate", "--minutes", minutes, "--kit", kit, "--out", str(file))
    changed = ("--onset", "12:00", "--recovery", "40:00", "--seed", "7")
    run((sys.executable, "-m", "evenstride.cli", *asked, *changed), folder)


def budgets(hour: Path, four: Path, folder: Path) -> tuple[Budget, ...]:
    """Return everything that is measured as a whole process."""
    return (
        Budget("`--help`", ("--help",), 0.4),
        Budget("`analyze --help`", ("analyze", "--help"), 0.4),
        Budget("`analyze`, 1 hour", ("analyze", str(hour)), 2.5, 350),
        Budget("`analyze --json`, 1 hour", ("analyze", str(hour), "--json"), 2.5, 350),
        Budget(
            "`analyze --out`, 1 hour",
            ("analyze", str(hour), "--out", str(folder / "page")),
            3.5,
            350,
        ),
        Budget("`analyze`, 4 hours", ("analyze", str(four)), None, 350),
        Budget("`analyze --out`, 4 hours", ("analyze", str(four), "--out", str(folder / "page"))),
    )


def whole(budget: Budget, folder: Path) -> str:
    """Return one row: the median of several cold processes."""
    words = (sys.executable, "-m", "evenstride.cli", *budget.words)
    costs = [run(words, folder) for _ in range(TIMES)]
    cpu_s = statistics.median(cost.cpu_s for cost in costs)
    memory_mb = max(cost.memory_mb for cost in costs)
    return _row(budget.says, (cpu_s, budget.cpu_s), (memory_mb, budget.memory_mb))


def inside(says: str, file: Path, limit_s: float, folder: Path) -> str:
    """Return one row: the verb alone, imports not counted."""
    words = (sys.executable, "-c", INSIDE, str(file))
    cpu_s = statistics.median(float(run(words, folder).out) for _ in range(TIMES))
    return _row(says, (cpu_s, limit_s), None)


def wide(folder: Path) -> str:
    """Return one row: searching 10,000 seconds of 8 channels; memory of the whole process."""
    costs = [run((sys.executable, "-c", WIDE), folder) for _ in range(TIMES)]
    cpu_s = statistics.median(float(cost.out) for cost in costs)
    memory_mb = max(cost.memory_mb for cost in costs)
    return _row("the search alone, 10,000 s of 8 channels", (cpu_s, 1.0), (memory_mb, 300))


def _row(
    says: str, cpu: tuple[float, float | None], memory: tuple[float, float | None] | None
) -> str:
    cells = [says, f"{cpu[0]:.2f}", _limit(cpu), *(_memory(memory))]
    line = "| " + " | ".join(cells) + " |"
    print(line)
    return line


def _memory(memory: tuple[float, float | None] | None) -> tuple[str, str]:
    return ("", "") if memory is None else (f"{memory[0]:.0f}", _limit(memory))


def _limit(found: tuple[float, float | None]) -> str:
    value, limit = found
    if limit is None:
        return ""
    return f"{limit:g}" if value <= limit else f"{limit:g} (missed)"


def machine() -> str:
    """Return what this was measured on."""
    parts = [f"Python {platform.python_version()}"]
    parts += [f"{name} {version(name)}" for name in ("numpy", "polars", "typer", "matplotlib")]
    return f"{platform.machine()}, {os.cpu_count()} cores; {', '.join(parts)}"


def main() -> None:
    """Measure and write the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["EVENSTRIDE_CONFIG"] = str(folder / "config")
        hour, four = folder / "hour.fit", folder / "four.fit"
        simulate(hour, "60", "strap+stryd", folder)
        simulate(four, "240", "strap", folder)
        rows = [whole(budget, folder) for budget in budgets(hour, four, folder)]
        rows.append(inside("the verb alone, 1 hour", hour, 0.8, folder))
        rows.append(inside("the verb alone, 4 hours", four, 2.5, folder))
        rows.append(wide(folder))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(
        "# What a command costs\n\n"
        "<!-- Written by `make bench`. -->\n\n"
        f"CPU seconds (user and system, all threads): the median of {TIMES} cold processes. Memory:"
        " the largest resident size of them. Runs are simulated; the hour has a strap and a second"
        " device. Everything runs on one thread, as the command sets it.\n\n"
        f"Measured on {machine()}.\n\n"
        "| what | CPU s | at most | memory MB | at most |\n"
        "|---|---:|---:|---:|---:|\n" + "\n".join(rows) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
