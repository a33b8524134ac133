"""An import loses nothing it said, doubles nothing and leaves nothing half-written."""

import os
import random
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from evenstride.app.importing import ImportReport, import_files
from evenstride.app.workers import Decoder
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.store.archive import open_archive
from evenstride.store.backup import backup
from evenstride.store.health import check
from evenstride.store.layout import UNFINISHED
from evenstride.store.restoring import restore
from evenstride.writers.fit import Activity, Device, write_activity

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KILLS = int(os.environ.get("EVENSTRIDE_KILLS", "25"))
FILES = 48
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="kills and limits as on POSIX systems"),
]

CHILD = """
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from evenstride.app.importing import import_files
from evenstride.app.workers import Decoder
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import open_archive

if len(sys.argv) > 3:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    with open_archive(Path(sys.argv[1])) as archive, Decoder(workers=1) as decoder:
        print("ready", flush=True)
        now = datetime(2026, 1, 1, tzinfo=UTC)
        say = lambda name, *_: print(name, flush=True)
        import_files([Path(sys.argv[2])], archive, now, say, decoder=decoder)
except EvenstrideError as told:
    print(told, file=sys.stderr)
    sys.exit(28)
"""


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of runs, each of its own day."""
    folder = tmp_path_factory.mktemp("given")
    made = simulate(Scenario(minutes=3), 1)
    for day in range(FILES):
        start = made.scenario.start + timedelta(days=day)
        run = Activity(start, made.samples, made.laps, devices=(Device("watch", serial=1),))
        (folder / f"{day:02}.fit").write_bytes(write_activity(run))
    return folder


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder(workers=1) as readers:
        yield readers


Import = Callable[[Path], ImportReport]


@pytest.fixture(scope="module")
def all_in(given: Path, decoder: Decoder) -> Import:
    """Return what imports everything, in this process."""

    def run(folder: Path) -> ImportReport:
        with open_archive(folder) as archive:
            return import_files([given], archive, NOW, decoder=decoder)

    return run


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, all_in: Import) -> str:
    """Return the digest of an archive that holds everything."""
    folder = tmp_path_factory.mktemp("whole") / "archive"
    assert all_in(folder).count("imported") == FILES
    return digest_of(folder)


def digest_of(folder: Path) -> str:
    with open_archive(folder) as archive:
        return archive.digest()


def begun(*arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def heard(said: IO[str] | None, most: int) -> list[str]:
    """Return the next lines a process says, up to so many."""
    assert said is not None
    return [line.strip() for _, line in zip(range(most), said, strict=False)]


def faults(folder: Path, said: list[str]) -> list[str]:
    """Return what is wrong in an archive of which so many were said to be safe."""
    with open_archive(folder) as archive:
        runs = archive.runs()
        kept = [recording.sha256 for run in runs for recording in run.recordings]
        names = {archive.original_name(sha256).rpartition("/")[2] for sha256 in kept}
        wrong = [issue.problem for issue in check(archive) if issue.level == "error"]
        wrong += [f"lost {one}" for one in said if one and one.rpartition("/")[2] not in names]
        wrong += ["doubled"] if len(kept) != len(set(kept)) or len(runs) != len(kept) else []
        with archive.writing():
            pass
        left = [one.name for one in archive.layout.files() if UNFINISHED in one.name]
    return [*wrong, *(f"half-written {one}" for one in left)]


def test_an_import_killed_at_any_moment_loses_doubles_and_halves_nothing(
    tmp_path: Path, given: Path, all_in: Import, whole: str
) -> None:
    rng, deaths, archives = random.Random(4), 0, 0  # noqa: S311 - nothing here is secret
    while deaths < KILLS:
        folder = tmp_path / f"archive{archives}"
        child = begun(folder, given)
        said = heard(child.stdout, rng.randrange(FILES))
        select.select([], [], [], rng.uniform(0.0, 0.08))
        child.kill()
        rest, told = child.communicate()
        if child.returncode == 0:  # it was faster: begin anew
            archives += 1
            continue
        deaths += 1
        assert told == ""
        said = [*said, *rest.split("\n")[:-1]][1:]
        if folder.exists():
            assert faults(folder, said) == [], said
    for number in range(archives + 1):
        folder = tmp_path / f"archive{number}"
        all_in(folder)
        assert digest_of(folder) == whole
        again = all_in(folder)
        assert again.count("already here") == FILES
        assert digest_of(folder) == whole


def test_a_disk_that_fills_up_during_an_import_is_told_and_loses_nothing(
    tmp_path: Path, given: Path, all_in: Import, whole: str
) -> None:
    folder = tmp_path / "archive"
    codes = []
    for size in (6_000, 70_000, 90_000, 110_000):
        child = begun(folder, given, size)
        said, told = child.communicate()
        codes.append(child.returncode)
        assert child.returncode in {0, 28}, told
        assert child.returncode == 0 or " is full" in told
        if folder.exists():
            assert faults(folder, said.splitlines()[1:]) == []
    assert codes[0] == 28
    all_in(folder)
    assert digest_of(folder) == whole


def test_a_backup_taken_during_an_import_is_whole_and_the_import_goes_on_from_it(
    tmp_path: Path, given: Path, all_in: Import, whole: str
) -> None:
    folder = tmp_path / "archive"
    child = begun(folder, given)
    taken: list[tuple[Path, set[str]]] = []
    while heard(child.stdout, 15):
        file = tmp_path / f"{len(taken)}.backup"
        with open_archive(folder) as archive:
            before = {run.run for run in archive.runs()}
            backup(archive, file, NOW)
        taken.append((file, before))
    assert (child.communicate()[1], child.returncode) == ("", 0)
    for file, before in taken[:-1] or taken:
        other = tmp_path / f"restored{file.stem}"
        restore(file, other)
        assert faults(other, []) == []
        with open_archive(other) as archive:
            assert before <= {run.run for run in archive.runs()}
        all_in(other)
        assert digest_of(other) == whole
