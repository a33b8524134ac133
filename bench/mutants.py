"""How every reader takes damaged files: 2,000 mutants of each format, through the user's own door.

``python bench/mutants.py`` writes docs/science/mutants.md; ``--quick`` draws a tenth of the mutants
and writes nothing; names of formats try only those and write nothing; ``--keep FOLDER`` writes
every mutant that did harm into that folder. Leaves with 1 where any did, or where a reader has no
sample.
"""

import gc
import multiprocessing
import os
import platform
import resource
import signal
import sys
import tempfile
import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Self

import numpy as np

from evenstride.app.analyze import analyze
from evenstride.app.contract import to_json
from evenstride.app.intake import take_in
from evenstride.model.marks import RunnersWord
from trials.mutations import MEGABYTE, ways_for
from trials.pages import table, write
from trials.pool import THREADS, quick
from trials.samples import readers, samples_of

MUTANTS = 2000
MINUTES = 12.0
LONGEST_S = 5.0
MOST_MB = 512
ANALYSED_EVERY = 5
PATIENCE_S = 60.0  # of waiting for a process that no longer listens
DAMAGE = 40_507


@dataclass(frozen=True)
class Job:
    """A mutant on disk, and whether the whole verb is to be tried on it."""

    file: str
    whole: bool


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant.

    Attributes
    ----------
    harm
        ``hang``, ``memory``, ``silent`` (neither a run nor an issue), ``died``, or the name of what
        was raised; empty where all went well.
    cpu_s, whole_s
        CPU seconds of reading and of the whole analysis; 0 where it was not tried.
    memory_mb
        Most memory held above a process that has read a sound file.
    runs, issues
        Runs and averages read, and issues told.
    """

    harm: str = ""
    cpu_s: float = 0.0
    whole_s: float = 0.0
    memory_mb: float = 0.0
    runs: int = 0
    issues: int = 0


class Hang(BaseException):
    """The alarm rang. No ``except Exception`` may stop it."""


# --- in the process that reads ---


@dataclass
class Watched:
    """Takes the time and holds what was raised."""

    raised: str = ""
    cpu_s: float = 0.0
    _before: float = field(default=0.0)

    def __enter__(self) -> Self:
        """Set the alarm."""
        self._before = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """Note what was raised, whatever it is: it is the result."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        self.cpu_s = time.process_time() - self._before
        if kind is not None:
            named = {Hang: "hang", MemoryError: "memory"}
            self.raised = named.get(kind, kind.__name__)
        return kind is None or issubclass(kind, Exception | Hang)


def serve(jobs: Connection, sound: str) -> None:
    """Read one mutant after another until there are no more, in no more memory than allowed."""
    signal.signal(signal.SIGPROF, _ring)
    warnings.simplefilter("error")  # a runner would see it on their screen
    for _unused in range(2):
        analyze([Path(sound)], RunnersWord())
    gc.freeze()
    baseline_mb = status_mb("VmRSS")
    most = int(status_mb("VmSize") + MOST_MB + baseline_mb) * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    jobs.send(Outcome())
    while True:
        job = jobs.recv()
        if job is None:
            return
        jobs.send(tried(job, baseline_mb))


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise Hang


def tried(job: Job, baseline_mb: float) -> Outcome:
    """Take one mutant in, and analyse it where asked."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    runs = issues = 0
    file = Path(job.file)
    with Watched() as reading:
        (taken,) = take_in([file])
        runs = len(taken.runs)
        issues = len(taken.issues) + sum(len(run.issues) for run in taken.runs)
    whole = Watched()
    if job.whole and not reading.raised:
        with whole:
            to_json(analyze([file], RunnersWord()))
    memory_mb = status_mb("VmHWM") - baseline_mb
    harm = reading.raised or whole.raised or ("" if runs or issues else "silent")
    if not harm and memory_mb > MOST_MB:
        harm = "memory"
    return Outcome(harm, reading.cpu_s, whole.cpu_s, memory_mb, runs, issues)


def status_mb(what: str) -> float:
    """Return what the system says of this process's memory."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(what + ":")).split()[1]) / 1024


# --- in the process that makes them ---


class Room:
    """A process that reads, and a new one whenever it hangs or dies."""

    def __init__(self, sound: Path) -> None:
        self._sound = sound
        self._context = multiprocessing.get_context("spawn")
        self._open()

    def _open(self) -> None:
        self._ours, theirs = self._context.Pipe()
        self._process = self._context.Process(target=serve, args=(theirs, str(self._sound)))
        self._process.start()
        theirs.close()
        self._ours.recv()  # a process that cannot read a sound file ends everything here

    def outcome(self, job: Job) -> Outcome:
        """Return what became of a mutant."""
        self._ours.send(job)
        try:
            if self._ours.poll(PATIENCE_S):
                found: Outcome = self._ours.recv()
                return found
            harm = "hang"
        except (EOFError, ConnectionError):
            harm = "died"
        self._process.kill()
        self._process.join()
        self._open()
        return Outcome(harm)

    def close(self) -> None:
        """End the process."""
        self._ours.send(None)
        self._process.join()


@dataclass(frozen=True)
class Mutant:
    """One mutant: how it was made, and its bytes."""

    way: str
    data: bytes


def mutants(name: str, samples: Sequence[bytes], others: Sequence[bytes]) -> Iterator[Mutant]:
    """Yield the mutants of a format: each way in turn, the same ones every time."""
    for k in range(MUTANTS // (10 if quick() else 1)):
        chance = np.random.default_rng((DAMAGE, zlib.crc32(name.encode()), k))
        data = samples[int(chance.integers(len(samples)))]
        other = others[int(chance.integers(len(others)))]
        ways = ways_for(data)
        way = list(ways)[k % len(ways)]
        yield Mutant(way, ways[way](chance, data, other))


@dataclass(frozen=True)
class Tried:
    """A format's name, and what became of its mutants, each with how it was made."""

    name: str
    outcomes: tuple[tuple[str, Outcome], ...]

    def count(self, fits: Callable[[Outcome], bool]) -> str:
        """Return how many outcomes fit."""
        return str(sum(fits(outcome) for _, outcome in self.outcomes))

    @property
    def harms(self) -> list[str]:
        """What each mutant did."""
        return [outcome.harm for _, outcome in self.outcomes]

    def most(self, of: Callable[[Outcome], float], places: int) -> str:
        """Return the largest of a number."""
        return f"{max(of(outcome) for _, outcome in self.outcomes):.{places}f}"


def try_all(name: str, samples: Sequence[bytes], others: Sequence[bytes], folder: Path) -> Tried:
    """Try every mutant of a format."""
    sound = folder / "sound"
    sound.write_bytes(samples[0])
    room = Room(sound)
    found = []
    for k, mutant in enumerate(mutants(name, samples, others)):
        file = folder / "mutant"
        file.write_bytes(mutant.data)
        outcome = room.outcome(Job(str(file), k % ANALYSED_EVERY == 0))
        if outcome.harm:
            print(f"  {name} {k}, {mutant.way}: {outcome.harm}", flush=True)
            keep(f"{name}-{k}-{outcome.harm}", mutant.data)
        found.append((mutant.way, outcome))
    room.close()
    return Tried(name, tuple(found))


def keep(name: str, data: bytes) -> None:
    """Write a mutant that did harm where ``--keep`` says, nowhere without it."""
    if "--keep" in sys.argv:
        folder = Path(sys.argv[sys.argv.index("--keep") + 1])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name.replace(" ", "-")).write_bytes(data)


HARMS: dict[str, Callable[[str], bool]] = {
    "hangs": lambda harm: harm == "hang",
    "over memory": lambda harm: harm in {"memory", "died"},
    "exceptions": lambda harm: harm not in {"", "hang", "memory", "died", "silent"},
    "silent": lambda harm: harm == "silent",
}


def formats_table(tried_all: Sequence[Tried]) -> str:
    """Return a row for each format."""
    head = ["format", "mutants", *HARMS, "slowest, s", "whole analysis, s", "most memory, MB"]
    rows = [
        (
            one.name,
            str(len(one.outcomes)),
            *(str(sum(fits(harm) for harm in one.harms)) for fits in HARMS.values()),
            one.most(lambda o: o.cpu_s, 2),
            one.most(lambda o: o.whole_s, 2),
            one.most(lambda o: o.memory_mb, 0),
            one.count(lambda o: o.runs > 0),
            one.count(lambda o: o.issues > 0),
            one.most(lambda o: o.issues, 0),
        )
        for one in tried_all
    ]
    return table([*head, "gave a run", "gave an issue", "most issues"], rows)


def ways_table(tried_all: Sequence[Tried]) -> str:
    """Return a row for each way of damaging, over all formats."""
    by_way: dict[str, list[tuple[str, Outcome]]] = {}
    for one in tried_all:
        for way, outcome in one.outcomes:
            by_way.setdefault(way, []).append((way, outcome))
    each = [Tried(way, tuple(found)) for way, found in by_way.items()]
    return table(
        ["damage", "mutants", "gave a run", "gave an issue", "slowest, s", "most memory, MB"],
        [
            (
                one.name,
                str(len(one.outcomes)),
                one.count(lambda o: o.runs > 0),
                one.count(lambda o: o.issues > 0),
                one.most(lambda o: o.cpu_s, 2),
                one.most(lambda o: o.memory_mb, 0),
            )
            for one in each
        ],
    )


def page(tried_all: Sequence[Tried]) -> str:
    """Return the page."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"""# Damaged files

{MUTANTS:,} mutants of each format, drawn with a fixed seed from sound files of {MINUTES:.0f} min
that evenstride makes itself: no one's recording. Each is a file on disk and goes through the door a
runner uses, in a process apart with a limit to its memory and an alarm after {LONGEST_S:.0f} CPU
seconds; every {ANALYSED_EVERY}th goes through the whole analysis to JSON, under the same limits.

* Hangs: longer than {LONGEST_S:.0f} CPU s. Over memory: more than {MOST_MB} MB above a process that
  has read a sound file, or a process that died.
* Exceptions: anything raised, evenstride's own error counted too. Silent: neither run nor issue.
* Slowest and most memory are of one mutant, its own bytes counted.
* Damage that cannot be known, such as a changed number within reason in a format without a
  checksum, gives a run and no issue.

Measured on {machine}.

{formats_table(tried_all)}

## By kind of damage

Over all formats that the damage fits.

{ways_table(tried_all)}

A file that was only compressed, concatenated or shuffled may be as good as before; so a run is no
failure there, nor is none.
"""


def main() -> None:
    """Try all formats, and write the page; leave with 1 where any mutant did harm."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    asked = {reader.name for reader in readers()} & set(sys.argv[1:])
    wanted = [one for one in readers() if not asked or one.name in asked]
    samples = {reader.name: samples_of(reader, MINUTES) for reader in wanted}
    tried_all = []
    with tempfile.TemporaryDirectory() as folder:
        for name, own in samples.items():
            print(name, flush=True)
            others = [data for other, them in samples.items() if other != name for data in them]
            tried_all.append(try_all(name, own, others or own, Path(folder)))
    print(formats_table(tried_all))
    if not quick() and not asked:
        write("mutants.md", "mutants.py", page(tried_all))
    if any(harm for one in tried_all for harm in one.harms):
        sys.exit(1)


if __name__ == "__main__":
    main()
