"""Nothing that was said to be done is lost, doubled or left half-done, whatever happens."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from evenstride.model.archive import FiledRecording, FiledRun
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import Archive, open_archive
from evenstride.store.backup import backup
from evenstride.store.exporting import export
from evenstride.store.health import check
from evenstride.store.layout import UNFINISHED
from evenstride.store.writing import Writing

ENDURED = Path(__file__).with_name("endured.py")
KILLS = int(os.environ.get("EVENSTRIDE_KILLS", "25"))
pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills and limits as on POSIX systems")


def endured(*arguments: object) -> dict[str, object]:
    """Return what one run of the program found."""
    ran = subprocess.run(
        [sys.executable, ENDURED, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, object] = json.loads(ran.stdout)
    return {**found, "stderr": ran.stderr}


def test_a_writer_killed_at_any_moment_loses_nothing_and_leaves_nothing_half_done(
    tmp_path: Path,
) -> None:
    found = endured("kill", tmp_path / "a", KILLS, 11)
    assert found == {
        "deaths": KILLS,
        "stories": found["stories"],
        "faults": [],
        "finished": True,
        "stderr": "",
    }


def test_a_restore_killed_at_any_moment_leaves_the_old_facts_or_the_new(tmp_path: Path) -> None:
    found = endured("restore", tmp_path / "a", max(8, KILLS // 4), 5)
    assert found["faults"] == []
    assert set(found["seen"]) <= {"before", "after"}  # type: ignore[call-overload]  # a list, read from JSON


def test_a_disk_that_takes_no_more_is_told_and_the_work_goes_on_afterwards(tmp_path: Path) -> None:
    found = endured("fill", tmp_path / "a", 40)
    assert (found["faults"], found["finished"]) == ([], True)
    assert found["codes"] == [28] * 40, found["stderr"]


WRITES = ("write", "fsync", "replace", "open", "unlink")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return what makes the n-th of all system calls that write fail as on a full disk."""
    kept = {name: getattr(os, name) for name in WRITES}

    def fail_at(nth: int) -> None:
        left = iter(range(nth, -1, -1))

        def call(name: str) -> Callable[..., object]:
            def count(*given: object, **named: object) -> object:
                if next(left, 1) == 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return kept[name](*given, **named)

            return count

        for name in WRITES:
            monkeypatch.setattr(os, name, call(name))

    return fail_at


Act = Callable[[Archive, Writing, Path], object]


def acts(invented: Callable[..., FiledRecording], now: datetime) -> Iterator[tuple[str, Act]]:
    """Yield everything that writes files by itself."""

    def put(_: Archive, w: Writing, __: Path) -> object:
        w.put(b"new", "new.fit", now)
        return w.file([invented(b"new", day=9)])

    yield "put", put
    yield "flip", lambda _, w, __: w.flip_device("A")
    yield "derive", lambda a, _, __: a.write_derived(a.derived("views", "x"), b"12")
    yield "forget", lambda a, w, __: w.forget(a.runs()[0].run)
    yield "backup", lambda a, _, out: backup(a, out / "b", now)
    yield "export", lambda a, _, out: export(a, out / "e")


@pytest.mark.parametrize("which", ["put", "flip", "derive", "forget", "backup", "export"])
def test_a_full_disk_at_each_single_call_loses_nothing(  # noqa: PLR0913, PLR0917 - each is a fixture
    tmp_path: Path,
    filed: Callable[..., FiledRun],
    invented: Callable[..., FiledRecording],
    now: datetime,
    failing: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    which: str,
) -> None:
    act = dict(acts(invented, now))[which]
    for nth in range(200):
        with open_archive(tmp_path / f"a{nth}") as archive, archive.writing() as w:
            filed(w, b"old")
            filed(w, b"older", day=-3)
            before, out = archive.digest(), tmp_path / f"out{nth}"
            out.mkdir()
            failing(nth)
            try:
                act(archive, w, out)
                told = None
            except EvenstrideError as error:
                told = error
            finally:
                monkeypatch.undo()
            after = archive.digest()
        assert told is None or " is full" in told.problem
        with open_archive(tmp_path / f"a{nth}") as archive, archive.writing() as w:
            assert archive.digest() == after
            assert after == before or told is None or which in {"forget", "flip"}
            assert [i for i in check(archive) if i.level == "error"] == []
            assert not list(archive.folder.rglob(f"*{UNFINISHED}*"))
            assert not list(out.glob(f".*{UNFINISHED}")) or told
        if told is None:
            break
    assert 2 <= nth < 199


TWO = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from evenstride.model.archive import FiledRecording
from evenstride.store.archive import open_archive
folder, name = sys.argv[1:]
start = datetime(2024, 1, 1, tzinfo=UTC)
for n in range(12):
    with open_archive(Path(folder)) as a, a.writing() as w:
        for who in (name, "both"):
            sha = w.put(f"{who} {n}".encode(), "x.fit", start)
            late = timedelta(days=n, hours=len(who))
            w.file([FiledRecording(sha, 0, "fit", "W", "1", "running", start + late, 60.0)])
        a.write_derived(a.derived("views", f"{n}"), b"1" * 9999)
"""


def test_two_processes_at_once_do_not_hurt_each_other(tmp_path: Path) -> None:
    with open_archive(tmp_path / "a") as archive:
        writers = [
            subprocess.Popen([sys.executable, "-c", TWO, tmp_path / "a", name])
            for name in ("me", "you")
        ]
        seen = [len(archive.runs())]
        while any(writer.poll() is None for writer in writers):
            seen.append(len(archive.runs()))
        assert [writer.wait() for writer in writers] == [0, 0]
        assert seen == sorted(seen)
        assert len(archive.runs()) == 36
        assert [i for i in check(archive) if i.level != "info"] == []
