"""What people give: whole exports and inputs made to do harm, through the door and the readers.

``python bench/containers.py`` writes docs/science/containers.md; ``--quick`` makes exports of a
tenth of the size and writes nothing. Leaves with 1 where a run is lost, an entry goes without a
word, or a bomb takes too long or too much. Reads ``/proc``, so it runs on Linux only.
"""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evenstride.app.containers import Entry, Refused, entries
from evenstride.app.workers import Decoder
from evenstride.simulate.bombs import BOMBS, Bomb
from evenstride.simulate.takeouts import (
    Takeout,
    fit_of,
    templates,
    write_garmin_export,
    write_strava_export,
)
from trials.pages import table, write
from trials.pool import quick

ENTRIES, RUNS = 10_000, 1_000
MINUTES = 2.0
HOURS = 300
LONGEST_S, MOST_MB = 5.0, 512
TICKS = os.sysconf("SC_CLK_TCK")

INTRO = """# Whole exports, and inputs made to do harm

Everything given goes through one door, `evenstride.app.containers`, and is read by worker
processes bounded in memory, CPU time and wall time. Everything here is simulated; the layouts are
those of real exports.
"""


@dataclass(frozen=True)
class Spent:
    """CPU seconds of this process and its workers, and the most memory of the largest, in MB."""

    cpu_s: float
    memory_mb: float


def spent(decoder: Decoder) -> Spent:
    """Return what was spent until now; memory since the last `forget_peaks`."""
    numbers = (os.getpid(), *decoder.processes)
    stats = [Path(f"/proc/{n}/stat").read_text().rpartition(")")[2].split() for n in numbers]
    cpu = sum(int(fields[11]) + int(fields[12]) for fields in stats) / TICKS
    return Spent(cpu, max(peak_mb(n) for n in numbers))


def peak_mb(number: int) -> float:
    """Return the most memory a process held since it was last reset."""
    for line in Path(f"/proc/{number}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def forget_peaks(decoder: Decoder) -> None:
    """Let the most memory held be counted from now."""
    for number in (os.getpid(), *decoder.processes):
        Path(f"/proc/{number}/clear_refs").write_text("5")


def job(item: Entry | Refused) -> tuple[bytes, str] | None:
    """Return what is to be read of an input."""
    return (item.data, item.name) if isinstance(item, Entry) else None


# --- exports ---


@dataclass(frozen=True)
class Found:
    """What was found in an export, beside the truth."""

    entries: int
    runs: int
    runs_found: int
    others: int
    others_named: int
    door_s: float
    all: Spent

    @property
    def is_whole(self) -> bool:
        """True where nothing was lost."""
        return (self.runs, self.others) == (self.runs_found, self.others_named)


Writer = Callable[..., Takeout]


def taken(file: Path, truth: Takeout, decoder: Decoder) -> Found:
    """Take an export in, and hold it against what was put into it."""
    before = time.process_time()
    seen = sum(1 for _ in entries(file))
    door_s = time.process_time() - before
    forget_peaks(decoder)
    started = spent(decoder)
    runs, others = set(), {}
    for item, decoded in decoder.decode_each(entries(file), job):
        name = item.name.removeprefix(f"{file.name} > ")
        if isinstance(item, Refused):
            others[name] = item.kind
        elif decoded and decoded.runs:
            runs.add((name, decoded.runs[0].start, item.title, item.note, item.gear))
        elif decoded:
            others[name] = decoded.kinds[0] if decoded.kinds else ""
    ended = spent(decoder)
    wanted = {(one.name, one.start, one.title, one.note, one.gear) for one in truth.runs}
    named = sum(others.get(name) == kind for name, kind in truth.others.items())
    used = Spent(ended.cpu_s - started.cpu_s, ended.memory_mb)
    return Found(seen, len(wanted), len(wanted & runs), len(truth.others), named, door_s, used)


def export_rows(folder: Path, decoder: Decoder) -> Iterator[tuple[str, Found]]:
    """Yield each layout with what was found in it."""
    share = 0.1 if quick() else 1.0
    layouts: dict[str, Writer] = {"Garmin": write_garmin_export, "Strava": write_strava_export}
    for name, writer in layouts.items():
        file = folder / "export.zip"
        truth = writer(file, round(ENTRIES * share), round(RUNS * share), minutes=MINUTES)
        yield name, taken(file, truth, decoder)


def exports(found: dict[str, Found]) -> str:
    """Return what was found in each export as a table."""
    head = (
        "layout",
        "entries",
        "runs",
        "found",
        "others",
        "named rightly",
        "door, CPU s",
        "all, CPU s",
        "files a CPU s",
        "largest process, MB",
    )
    rows = [
        (
            name,
            f"{one.entries:,}",
            f"{one.runs:,}",
            f"{one.runs_found:,}",
            f"{one.others:,}",
            f"{one.others_named:,}",
            f"{one.door_s:.1f}",
            f"{one.all.cpu_s:.1f}",
            f"{one.entries / one.all.cpu_s:,.0f}",
            f"{one.all.memory_mb:.0f}",
        )
        for name, one in found.items()
    ]
    return table(head, rows)


def hour_files(decoder: Decoder) -> tuple[int, int, Spent]:
    """Return how many one-hour FIT files were read, their mean size, and what it took."""
    pattern = templates(60, 1)[0]
    data = fit_of(pattern, pattern.scenario.start, serial=1)
    count = HOURS // 10 if quick() else HOURS
    list(decoder.decode_each([data] * 4, lambda one: (one, "run.fit")))
    forget_peaks(decoder)
    before = spent(decoder)
    read = sum(
        len(decoded.runs) if decoded else 0
        for _, decoded in decoder.decode_each([data] * count, lambda one: (one, "run.fit"))
    )
    after = spent(decoder)
    return read, len(data), Spent(after.cpu_s - before.cpu_s, after.memory_mb)


# --- bombs ---


@dataclass(frozen=True)
class Ended:
    """How a bomb ended."""

    bomb: Bomb
    size: int
    inputs: int
    first: str
    answered: bool
    used: Spent

    @property
    def did_harm(self) -> bool:
        """True where it took too long, too much, or went without a word."""
        late = self.used.cpu_s > LONGEST_S or self.used.memory_mb > MOST_MB
        return late or not self.answered


def ended(bomb: Bomb, folder: Path, decoder: Decoder) -> Ended:
    """Let a bomb in."""
    file = folder / bomb.name
    file.write_bytes(bomb.make())
    decoder.decode(b"", "run.fit")
    forget_peaks(decoder)
    before, inputs, said = spent(decoder), 0, []
    for item, decoded in decoder.decode_each(entries(file), job):
        inputs += 1
        issues = item.issues if isinstance(item, Refused) else decoded.issues if decoded else ()
        said += [issue.problem for issue in issues]
        said += ["a run"] * (len(decoded.runs) if decoded else 0)
    after = spent(decoder)
    size = file.stat().st_size
    file.unlink()
    answered = any(bomb.says in one for one in said)
    used = Spent(after.cpu_s - before.cpu_s, after.memory_mb)
    return Ended(bomb, size, inputs, said[0] if said else "", answered, used)


def bombs(found: list[Ended]) -> str:
    """Return how each bomb ended as a table."""
    rows = [
        (
            one.bomb.does,
            f"{one.size / 1000:,.1f}",
            f"{one.inputs:,}",
            f"{one.used.cpu_s:.2f}",
            f"{one.used.memory_mb:.0f}",
            one.first,
        )
        for one in found
    ]
    head = ("what it tries", "KB", "entries told", "CPU s", "largest process, MB", "first words")
    return table(head, rows)


def page(found: dict[str, Found], hours: tuple[int, int, Spent], ends: list[Ended]) -> str:
    """Return the page."""
    read, size, used = hours
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"""{INTRO}
* Door: opening, sorting out and unpacking only. All: the door, the readers in their workers, and
  the way between them; CPU seconds of all processes.
* Named rightly: entries that are no run and end with their kind, such as sleep, or cycling.
  Titles, notes and gear were compared too; a run counts as found only with its own.
* Largest process: the most memory of any one process, its libraries counted.

Measured on {machine}.

## Exports of {ENTRIES:,} entries

{exports(found)}

## One-hour files

{read} files of an hour with a strap, {size / 1000:,.0f} KB each, took {used.cpu_s:.1f} CPU s in all
processes: {1000 * used.cpu_s / read:.1f} ms a file, or {2 * read / used.cpu_s:,.0f} files a
second on two cores. The largest process held {used.memory_mb:.0f} MB.

## {len(ends)} inputs made to do harm

None may take longer than {LONGEST_S:g} CPU s, hold more than {MOST_MB} MB in any process, or end
without a word. Did harm: {sum(one.did_harm for one in ends)}.

{bombs(ends)}

Each limit is a setting under `[import]` in `settings.toml`; what is refused says which.
"""


def main() -> int:
    """Measure, write the page, and return 1 where something was lost or did harm."""
    with tempfile.TemporaryDirectory() as name, Decoder() as decoder:
        folder = Path(name)
        ends = [ended(bomb, folder, decoder) for bomb in BOMBS]
        hours = hour_files(decoder)
        found = dict(export_rows(folder, decoder))
    text = page(found, hours, ends)
    if quick():
        print(text)
    else:
        write("containers.md", "containers.py", text)
    whole = all(one.is_whole for one in found.values())
    return int(not whole or any(one.did_harm for one in ends))


if __name__ == "__main__":
    sys.exit(main())
