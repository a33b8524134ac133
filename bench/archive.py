"""What the archive costs and what it withstands: import, first analysis, reading, kill -9.

``python bench/archive.py`` makes 3,000 simulated one-hour runs with a strap and writes
docs/science/archive.md. ``--runs`` and ``--kills`` make smaller trials, which write nothing.
"""

import argparse
import hashlib
import json
import os
import platform
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from evenstride.app.appraise import appraise
from evenstride.app.importing import import_files
from evenstride.app.intake import Decoded, decode
from evenstride.app.overview import overview
from evenstride.app.runs import list_runs
from evenstride.app.trend import trend
from evenstride.app.workers import Decoder
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.store.archive import open_archive
from evenstride.store.exporting import export
from evenstride.store.health import check
from evenstride.writers.fit import Activity, Device, write_activity

PAGE = Path(__file__).parents[1] / "docs" / "science" / "archive.md"
RUNS, KILLS, FEW = 3000, 200, 300
COPIES = 10
CORES = 2
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_DAY = datetime(2016, 1, 1, 6, 30, tzinfo=UTC)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")


@dataclass(frozen=True)
class Cost:
    """What a step took: CPU of this process and of those it started, the clock, memory."""

    own_s: float
    helpers_s: float
    wall_s: float
    memory_mb: float

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all processes."""
        return self.own_s + self.helpers_s


# ---- the runs ----------------------------------------------------------------------------------


def write_copies(folder: Path, count: int, seed: int) -> None:
    """Simulate one run and write it several times, each with its own start and watch."""
    made = simulate(Scenario(), seed)
    for copy in range(count):
        number = seed * COPIES + copy
        start = FIRST_DAY + timedelta(days=number, minutes=number % 90)
        watch = Device("evenstride simulated watch", serial=1000 + number % 3)
        activity = Activity(start, made.samples, made.laps, made.pauses, devices=(watch,))
        (folder / f"{number:05}.fit").write_bytes(write_activity(activity))


def make_corpus(folder: Path, runs: int) -> None:
    """Write `runs` files; every simulated run is used ten times."""
    folder.mkdir()
    with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as crew:
        whole, rest = divmod(runs, COPIES)
        jobs = [(seed, COPIES) for seed in range(whole)] + ([(whole, rest)] if rest else [])
        for job in [crew.submit(write_copies, folder, count, seed) for seed, count in jobs]:
            job.result()


# ---- steps, each measured in a process of its own -------------------------------------------


def step_import(archive: Path, given: Path) -> dict[str, object]:
    """Import a folder."""
    with open_archive(archive) as opened:
        before = opened.digest()
        report = import_files([given], opened, NOW)
        fates = {fate: report.count(fate) for fate in ("imported", "already here", "failed")}
        after = opened.digest()
        return {**fates, "runs": len(opened.runs()), "digest": after, "changed": before != after}


def step_appraise(archive: Path) -> dict[str, object]:
    """Analyse what has not been analysed."""
    with open_archive(archive) as opened:
        report = appraise(opened, workers=CORES)
        table = overview(opened)
    return {
        "analysed": report.analysed,
        "known": report.known,
        "failed": len(report.issues),
        "rows": table.height,
    }


def step_read(archive: Path) -> dict[str, object]:
    """Read the archive as `runs` and `trend` do, once everything is imported."""
    empty = archive.with_name("empty")
    took: dict[str, object] = {}
    for folder in (empty, archive):
        for name, verb in (("runs", list_runs), ("trend", trend)):
            before = time.process_time()
            with open_archive(folder) as opened:
                verb(opened, overview(opened))
            took[name] = time.process_time() - before
    shutil.rmtree(empty)
    return took


def step_export(archive: Path, folder: Path, other: Path) -> dict[str, object]:
    """Export an archive and import the folder into an empty one."""
    with open_archive(archive) as opened, open_archive(other) as second:
        export(opened, folder)
        report = import_files([folder], second, NOW)
        return {"same": opened.digest() == second.digest(), "failed": report.count("failed")}


STEPS: dict[str, Callable[..., dict[str, object]]] = {
    "import": step_import,
    "appraise": step_appraise,
    "read": step_read,
    "export": step_export,
}


def measured(step: str, *paths: Path) -> tuple[dict[str, object], Cost]:
    """Run a step in a process of its own; return what it found and what it cost."""
    reader, writer = os.pipe()
    words = [sys.executable, __file__, "--step", step, "--to", str(writer), *map(str, paths)]
    os.set_inheritable(writer, True)
    child = os.posix_spawn(sys.executable, words, os.environ)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as answers:
        said = answers.read()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        sys.exit(f"{step} failed.")
    found = json.loads(said)
    return found["found"], Cost(**found["cost"])


def do_step(step: str, to: int, paths: list[Path]) -> None:
    """Be the process of one step."""
    begun = time.monotonic()
    started = os.times()
    found = STEPS[step](*paths)
    ended = os.times()
    peaks = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    unit = 1024**2 if sys.platform == "darwin" else 1024
    cost = Cost(
        ended.user + ended.system - started.user - started.system,
        ended.children_user + ended.children_system,
        time.monotonic() - begun,
        max(peaks) / unit,
    )
    with os.fdopen(to, "w", encoding="utf-8") as out:
        json.dump({"found": found, "cost": vars(cost)}, out)


# ---- kill -9 ---------------------------------------------------------------------------------


class Here(Decoder):
    """Reads in this very process: what is killed is the one that writes."""

    def decode(self, data: bytes, name: str) -> Decoded:
        """Return what a file gave."""
        return decode(data, name)


def import_until_killed(archive: Path, given: Path, said: Path) -> None:
    """Import, and write down each input as soon as it is announced."""
    with said.open("ab", buffering=0) as out, open_archive(archive) as opened:

        def announce(name: str, done: int, total: int) -> None:
            out.write(f"{name} {done} {total}\n".encode())

        with Here(workers=1) as decoder:
            import_files([given], opened, NOW, announce, decoder=decoder)
        out.write(b"all\n")


@dataclass
class Tally:
    """What was seen after all kills."""

    kills: int = 0
    amid: int = 0
    finished: int = 0
    lost: int = 0
    double: int = 0
    unsound: int = 0


def kill_often(folder: Path, kills: int, seed: int = 1) -> Tally:
    """Kill an import again and again at random moments, and look at what is left."""
    given, archive, said = folder / "short", folder / "killed", folder / "said"
    names = _short_runs(given)
    chance, tally = np.random.default_rng(seed), Tally()
    context = get_context("forkserver")
    context.set_forkserver_preload([import_files.__module__])
    longest_s = 60.0  # the first one is left to its end, to see how long that takes
    while tally.kills < kills:
        child = context.Process(target=import_until_killed, args=(archive, given, said))
        begun = time.monotonic()
        child.start()
        child.join(chance.uniform(0.0, 1.1 * longest_s) if tally.finished else None)
        if child.is_alive():
            with suppress(ProcessLookupError):
                os.kill(child.pid or 0, signal.SIGKILL)
            tally.kills += 1
        child.join()
        done = said.read_bytes().endswith(b"all\n") if said.exists() else False
        if done:
            longest_s = time.monotonic() - begun
        _look(archive, said, len(names), tally)
        if done:
            tally.finished += 1
            shutil.rmtree(archive)
            said.unlink()
    return tally


def _short_runs(given: Path) -> list[str]:
    given.mkdir()
    made = simulate(replace(Scenario(), minutes=3), 5)
    names = [f"{number:02}.fit" for number in range(40)]
    for number, name in enumerate(names):
        start = FIRST_DAY + timedelta(days=number)
        (given / name).write_bytes(write_activity(Activity(start, made.samples, made.laps)))
    return names


def _look(archive: Path, said: Path, files: int, tally: Tally) -> None:
    """Count what was announced and is not there, is there twice, or is not whole."""
    announced = set(said.read_text(encoding="utf-8").split()) if said.exists() else set()
    announced = {name for name in announced if name.endswith(".fit")}
    tally.amid += 0 < len(announced) < files
    with open_archive(archive) as opened, opened.writing():
        runs = opened.runs()
        kept = {opened.original_name(run.recordings[0].sha256) for run in runs}
        tally.lost += len(announced - kept)
        tally.double += len(runs) - len(kept)
        tally.unsound += any(issue.level == "error" for issue in check(opened))


# ---- the page --------------------------------------------------------------------------------


def tree(folder: Path) -> str:
    """Return a digest of all files below a folder and their names."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def size_kb(folder: Path) -> float:
    """Return the kilobytes of all files below a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1000


def row(says: str, value: str, limit: str = "", *, kept: bool = True) -> str:
    """Return one row of the table."""
    line = f"| {says} | {value} | {limit if kept or not limit else f'{limit} (missed)'} |"
    print(line, flush=True)
    return line


def at_most(says: str, value: float, limit: float, form: str = ".2f") -> str:
    """Return a row with an upper limit."""
    return row(says, f"{value:{form}}", f"at most {limit:g}", kept=value <= limit)


def importing(work: Path, runs: int) -> list[str]:
    """Measure the import of a few runs and of all."""
    given, archive = work / "given", work / "archive"
    few = work / "few"
    few.mkdir()
    for path in sorted(given.iterdir())[:FEW]:
        os.link(path, few / path.name)
    found, small = measured("import", work / "few_archive", few)
    found, whole = measured("import", archive, given)
    if found["imported"] != runs or found["runs"] != runs:
        sys.exit(f"Imported {found}, not {runs}.")
    rate = min(runs / whole.own_s, CORES * runs / whole.cpu_s)
    again, cost = measured("import", archive, given)
    return [
        row(
            "files imported a second, as the CPU allows on 2 cores",
            f"{rate:.0f}",
            "at least 20",
            kept=rate >= 20,
        ),
        row("the same by the clock, on a machine that did other things, too", _rate(runs, whole)),
        row("CPU ms a file: the one that writes", f"{1000 * whole.own_s / runs:.1f}"),
        row("CPU ms a file: those that read, start-up in", f"{1000 * whole.helpers_s / runs:.1f}"),
        at_most(
            f"memory MB of the largest process, {min(FEW, runs)} runs", small.memory_mb, 300, ".0f"
        ),
        at_most(f"memory MB of the largest process, {runs:,} runs", whole.memory_mb, 300, ".0f"),
        row(
            "importing everything again: new runs",
            f"{int(str(again['runs'])) - runs}",
            "0",
            kept=not again["changed"],
        ),
        row("importing everything again: CPU ms a file", f"{1000 * cost.cpu_s / runs:.1f}"),
    ]


def _rate(runs: int, cost: Cost) -> str:
    return f"{runs / cost.wall_s:.1f}"


def analysing(work: Path, runs: int) -> list[str]:
    """Measure the first analysis, what it keeps, and reading it."""
    archive = work / "archive"
    found, cost = measured("appraise", archive)
    if (found["analysed"], found["rows"]) != (runs, runs):
        sys.exit(f"Analysed {found}, not {runs}.")
    again, idle = measured("appraise", archive)
    took, reading = measured("read", archive)
    beside = (size_kb(archive) - size_kb(archive / "recordings")) / runs
    return [
        at_most("CPU s of the first analysis, a run, start-up in", cost.cpu_s / runs, 0.25, ".3f"),
        row("runs analysed a second by the clock, on that machine", _rate(runs, cost)),
        row(
            "analysing again: runs analysed",
            f"{again['analysed']}",
            "0",
            kept=not again["analysed"],
        ),
        row("analysing again: CPU s for all", f"{idle.cpu_s:.2f}"),
        at_most("memory MB of the largest process", cost.memory_mb, 300, ".0f"),
        at_most("`runs`: CPU s after start-up", float(str(took["runs"])), 0.5),
        at_most("`trend`: CPU s after start-up", float(str(took["trend"])), 0.5),
        at_most("reading: memory MB", reading.memory_mb, 300, ".0f"),
        at_most("KB on disk beside the original, a run", beside, 150, ".0f"),
    ]


def rebuilding(work: Path, runs: int) -> list[str]:
    """Delete what was computed and see that it comes back; export and import."""
    archive = work / "few_archive"
    few = min(FEW, runs)
    measured("appraise", archive)
    before = tree(archive / "derived")
    shutil.rmtree(archive / "derived")
    (archive / "derived").mkdir(mode=0o700)
    measured("appraise", archive)
    same = tree(archive / "derived") == before
    found, _ = measured("export", work / "archive", work / "export", work / "second")
    return [
        row(f"`derived/` of {few} runs deleted and rebuilt", _bytes(same=same), "same", kept=same),
        row(
            f"export of {runs:,} runs, imported into an empty archive",
            "same digest" if found["same"] else "another digest",
            "same",
            kept=bool(found["same"]),
        ),
    ]


def _bytes(*, same: bool) -> str:
    return "same bytes" if same else "other bytes"


def killing(work: Path, kills: int) -> list[str]:
    """Kill the import again and again."""
    tally = kill_often(work, kills)
    return [
        row("kills", f"{tally.kills} (after {tally.amid} some files were announced, not all)"),
        row("announced and not there", f"{tally.lost}", "0", kept=not tally.lost),
        row("filed twice", f"{tally.double}", "0", kept=not tally.double),
        row("archives that were not sound", f"{tally.unsound}", "0", kept=not tally.unsound),
        row("imports that went on to their end", f"{tally.finished}"),
    ]


def page(sections: dict[str, list[str]], runs: int) -> str:
    """Return the page."""
    head = (
        "# What the archive costs, and what it withstands\n\n"
        "<!-- Written by `make bench`. -->\n\n"
        f"{runs:,} simulated runs of one hour with a strap, one FIT file each. {runs // COPIES:,} "
        f"different runs were simulated; each is used {COPIES} times, with another start and one "
        "of three watches. CPU seconds are user and system, of all processes. Memory is the most "
        "that any one process held.\n\n"
        f"Measured on {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}.\n"
    )
    tables = (
        f"\n## {title}\n\n| what | found | wanted |\n|---|---:|---:|\n" + "\n".join(rows) + "\n"
        for title, rows in sections.items()
    )
    foot = (
        "\nThe kills hit the process that writes, at moments drawn at random over an import of 40 "
        "short runs; reading is done inside it. After each kill the archive is opened, every "
        "original is compared with its digest, and the next import goes on.\n"
    )
    return head + "".join(tables) + foot


def main() -> None:
    """Measure, print, and write the page where everything was asked for in full."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=RUNS)
    asked.add_argument("--kills", type=int, default=KILLS)
    asked.add_argument("--step", choices=STEPS)
    asked.add_argument("--to", type=int)
    asked.add_argument("paths", type=Path, nargs="*")
    told = asked.parse_args()
    os.environ.update(dict.fromkeys(THREADS, "1"))
    if told.step:
        do_step(told.step, told.to, told.paths)
        return
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        make_corpus(work / "given", told.runs)
        sections = {
            "Import": importing(work, told.runs),
            "First analysis, and reading": analysing(work, told.runs),
            "Rebuilding": rebuilding(work, told.runs),
            "kill -9": killing(work, told.kills),
        }
    if told.runs >= RUNS and told.kills >= KILLS:
        PAGE.write_text(page(sections, told.runs), encoding="utf-8")


if __name__ == "__main__":
    main()
