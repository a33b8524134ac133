"""What an archive must endure, as a program: writers that are killed, and disks that fill up.

``kill FOLDER TIMES SEED``, ``fill FOLDER SIZES`` or ``restore FOLDER TIMES SEED`` say which. Each
trial is a process that does the next steps of a fixed story and dies in the middle.
Afterwards the facts must be exactly those after the last step that was said to be done, or after
the one begun; when a restore dies, those before it or those of the backup.
"""

import hashlib
import json
import os
import random
import resource
import select
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from evenstride.model.archive import Clip, DeviceSplit, FiledRecording, Label, Outcome, run_id
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import Archive, open_archive
from evenstride.store.backup import backup
from evenstride.store.health import check
from evenstride.store.layout import UNFINISHED
from evenstride.store.restoring import restore
from evenstride.store.writing import Writing

START = datetime(2024, 1, 1, 6, tzinfo=UTC)
Step = Callable[[Archive, Writing], None]
FULL = "the disk is full"


def data_of(number: int) -> bytes:
    """Return the bytes of an invented original, of 4 to 60 KB."""
    rng = random.Random(number)  # noqa: S311 - nothing here is secret
    return rng.randbytes(rng.randrange(4_000, 60_000))


def sha_of(number: int) -> str:
    """Return an invented original's digest."""
    return hashlib.sha256(data_of(number)).hexdigest()


def recording(number: int, part: int = 0) -> FiledRecording:
    """Return an invented recording."""
    start = START + timedelta(days=number, hours=part)
    return FiledRecording(sha_of(number), part, "fit", "Watch", "1", "running", start, 1800.0, 5e3)


def run(number: int) -> str:
    """Return the id of an original's first run."""
    return run_id(sha_of(number), 0)


def file_one(number: int) -> Step:
    """Return a step that imports a file with one run."""

    def step(_: Archive, w: Writing) -> None:
        w.put(data_of(number), f"{number}.fit", START)
        w.file([recording(number)], title=f"run {number}")

    return step


def file_two(number: int) -> Step:
    """Return a step that imports a file with two runs."""

    def step(_: Archive, w: Writing) -> None:
        w.put(data_of(number), f"{number}.fit", START)
        with w.together():
            w.file([recording(number)])
            w.file([recording(number, part=1)])

    return step


def attach(number: int, to: int) -> Step:
    """Return a step that keeps a clip."""

    def step(_: Archive, w: Writing) -> None:
        sha256 = w.put(data_of(number), "clip.mov", START)
        w.add_clip(Clip(sha256, run(to), "clip.mov", START, 10.0 * number))

    return step


def label(to: int) -> Step:
    """Return a step that says something about a run."""
    return lambda _, w: w.add_label(Label(run(to), "marks", (60.0,), (600.0,), START))


def leave_backup(archive: Archive, _: Writing | None) -> None:
    """Make a backup: no fact is changed by it."""
    backup(archive, archive.folder.parent / "all.backup", START, over=True)


def outcomes(_: Archive, w: Writing) -> None:
    """Keep what became of each input: no fact, either."""
    w.keep_outcomes([Outcome(f"{n}.fit", "imported", "fit", run(0)) for n in range(50)])


def story() -> list[Step]:
    """Return everything that is done to the archive, in order."""
    steps: list[Step] = []
    for n in range(0, 30, 3):
        steps += [
            file_one(n),
            file_two(n + 1),
            label(n),
            attach(n + 2, n),
            lambda _, w, n=n: w.split_device(DeviceSplit("Watch", date(2024, 1, 1 + n))),  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            leave_backup,
            lambda _, w, n=n: w.flip_device(f"Watch {n}"),  # type: ignore[misc]  # the same
            outcomes,
        ]
        if n % 2:
            steps += [lambda _, w, n=n: w.undo_label(run(n), START)]  # type: ignore[misc]  # the same
            steps += [lambda _, w, n=n: w.forget(run(n))]  # type: ignore[misc]  # the same
    return steps


STORY = story()


def digests_of(folder: Path) -> list[str]:
    """Return the digest before the first step, and after each, when nothing goes wrong."""
    with open_archive(folder) as archive, archive.writing() as w:
        found = [archive.digest()]
        for step in STORY:
            step(archive, w)
            found.append(archive.digest())
    shutil.rmtree(folder)
    return found


def do_from(folder: Path, first: int, said: int) -> None:
    """Do the story's steps from one on, and say each that is done."""
    with open_archive(folder) as archive, archive.writing() as w:
        for number in range(first, len(STORY)):
            STORY[number](archive, w)
            os.write(said, b".")


def child(work: Callable[[int], None]) -> tuple[int, int]:
    """Begin work in a process of its own; return its id and where it says what is done."""
    hear, say = os.pipe()
    pid = os.fork()
    if pid:
        os.close(say)
        return pid, hear
    os.close(hear)
    code = 70
    try:
        work(say)
        code = 0
    except EvenstrideError as error:
        code = 28 if " is full" in error.problem else 71
        os.write(2, f"{error}\n".encode())
    except BaseException as error:  # noqa: BLE001 - whatever else comes out is a defect to be told
        os.write(2, f"{error!r}\n".encode())
    os._exit(code)


def heard(hear: int) -> int:
    """Return how many steps a process said it has done before it ended."""
    said = 0
    while got := os.read(hear, 4096):
        said += len(got)
    os.close(hear)
    return said


def faults_after(folder: Path, done: int, expected: list[str]) -> tuple[list[str], int]:
    """Return what is wrong after a death, and how many steps the facts hold."""
    with open_archive(folder) as archive:
        digest = archive.digest()
        wrong = [i.problem for i in check(archive) if i.level == "error"]
        while done + 1 < len(expected) and digest != expected[done]:
            done += 1
            if digest == expected[done]:
                break
            wrong.append(f"the facts after step {done - 1} are neither before nor after the next")
            break
        with archive.writing() as w:
            left = [p.name for p in archive.layout.files() if p.name.endswith(UNFINISHED)]
            if w.erase_loose() > 1:
                wrong.append("more than the file being imported lay about")
        kept = {p.name for p in archive.layout.recordings.iterdir()}
        if kept != set(shas_used(archive)):
            wrong.append("originals and facts differ")
    return [*wrong, *(f"half-written {name}" for name in left)], done


def shas_used(archive: Archive) -> list[str]:
    """Return the digests of all originals that recordings and clips speak of."""
    runs = archive.runs()
    clips = [clip.sha256 for one in runs for clip in archive.clips(one.run)]
    return [r.sha256 for one in runs for r in one.recordings] + clips


def killed(folder: Path, times: int, seed: int) -> dict[str, object]:
    """Kill writers at random moments; return what was wrong after any of it."""
    expected, rng, faults = digests_of(folder), random.Random(seed), []  # noqa: S311 - no secret
    deaths, done, stories = 0, 0, 0
    while deaths < times:
        pid, hear = child(lambda say, first=done: do_from(folder, first, say))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        if rng.random() < 0.9:  # mostly amid the work, sometimes while it begins
            select.select([hear], [], [], 5.0)
        select.select([], [], [], rng.uniform(0.0, 0.12))
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        deaths += os.WIFSIGNALED(status)
        wrong, done = faults_after(folder, done + heard(hear), expected)
        faults += wrong
        if done == len(STORY):
            shutil.rmtree(folder)
            done, stories = 0, stories + 1
    do_from(folder, done, os.open(os.devnull, os.O_WRONLY))
    with open_archive(folder) as archive:
        finished = archive.digest() == expected[-1]
    return {"deaths": deaths, "stories": stories, "faults": faults, "finished": finished}


def filled(folder: Path, sizes: int) -> dict[str, object]:
    """Let no file grow beyond a size, for many sizes; return what was wrong after any of it."""
    expected, faults, codes, done = digests_of(folder), [], [], 0
    for number in range(sizes):
        limit = 2_000 + number * (130_000 // sizes)

        def limited(say: int, first: int = done, limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            do_from(folder, first, say)

        pid, hear = child(limited)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        wrong, done = faults_after(folder, done + heard(hear), expected)
        faults += wrong
    do_from(folder, done, os.open(os.devnull, os.O_WRONLY))
    with open_archive(folder) as archive:
        finished = archive.digest() == expected[-1]
    return {"codes": codes, "faults": faults, "finished": finished}


def restored(folder: Path, times: int, seed: int) -> dict[str, object]:
    """Kill restores over an archive at random moments; return what was wrong after any of it."""
    rng, faults, seen, deaths = random.Random(seed), [], set[str](), 0  # noqa: S311 - no secret
    do_from(folder, 0, os.open(os.devnull, os.O_WRONLY))
    with open_archive(folder) as archive:
        leave_backup(archive, None)
        wanted = archive.digest()
    file, other = folder.parent / "all.backup", folder.parent / "other"
    while deaths < times:
        shutil.rmtree(other, ignore_errors=True)
        with open_archive(other) as archive, archive.writing() as w:
            file_one(99)(archive, w)
            before = archive.digest()
        pid, hear = child(lambda _: (restore(file, other, over=True), None)[1])
        select.select([], [], [], rng.uniform(0.0, 0.25))
        os.kill(pid, signal.SIGKILL)
        deaths += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
        os.close(hear)
        with open_archive(other) as archive:
            seen.add({before: "before", wanted: "after"}.get(archive.digest(), "neither"))
            faults += [i.problem for i in check(archive) if i.level == "error"]
        restore(file, other, over=True)
        with open_archive(other) as archive:
            faults += [] if archive.digest() == wanted else ["the second restore is not the backup"]
            kept = {p.name for p in archive.layout.recordings.iterdir()}
            faults += [] if kept == set(shas_used(archive)) else ["originals and facts differ"]
    return {"deaths": deaths, "seen": sorted(seen), "faults": faults}


if __name__ == "__main__":
    what, where, *numbers = sys.argv[1:]
    trial = {"kill": killed, "fill": filled, "restore": restored}[what]
    sys.stdout.write(json.dumps(trial(Path(where), *map(int, numbers))))  # type: ignore[operator]  # the two take one number or two
