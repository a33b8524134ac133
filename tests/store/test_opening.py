"""What is an archive, who may read it, and what a newer or a foreign one is told."""

import errno
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evenstride.model.archive import FiledRun
from evenstride.model.errors import EvenstrideError
from evenstride.store import database, migrations
from evenstride.store.archive import Archive, open_archive
from evenstride.store.durable import sync_folder
from evenstride.store.lock import held

NOBODY = 65534
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")


@POSIX
def test_folders_and_files_are_for_their_owner_only(
    tmp_path: Path, filed: Callable[..., FiledRun]
) -> None:
    before = os.umask(0)
    try:
        with open_archive(tmp_path / "a") as archive, archive.writing() as w:
            filed(w, b"a")
            w.flip_device("A")
            archive.write_derived(archive.derived("views", "x"), b"1")
            modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "a").rglob("*")}
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert len(modes) >= 9


@pytest.fixture
def open_place() -> Iterator[Path]:
    """Return a folder that every user may look into."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


AS_USER = f"""
import os, sys
from pathlib import Path
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import open_archive
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
"""


def as_user(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    """Run code as an ordinary user: as nobody, where the tests run as root."""
    return subprocess.run(
        [sys.executable, "-c", AS_USER + code, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
    )


@POSIX
@pytest.mark.skipif(os.name != "nt" and os.geteuid() != 0, reason="asks to be another user")
def test_another_user_sees_nothing(open_place: Path) -> None:
    with open_archive(open_place / "a"):
        pass
    looked = as_user("os.listdir(sys.argv[1])", open_place / "a")
    assert "PermissionError" in looked.stderr


@POSIX
def test_a_place_that_may_not_be_written_is_told_in_plain_words(open_place: Path) -> None:
    open_place.chmod(0o555)
    code = "try: open_archive(Path(sys.argv[1]))\nexcept EvenstrideError as error: print(error)"
    said = as_user(code, open_place / "a")
    assert "may not be read or written. Check who owns the folder" in said.stdout, said.stderr


def test_an_empty_folder_becomes_an_archive_and_a_full_one_does_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    with open_archive(tmp_path / "empty"):
        assert stat.S_IMODE((tmp_path / "empty").stat().st_mode) in {0o700, 0o777}
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("hello")
    with pytest.raises(EvenstrideError, match="not an archive"):
        open_archive(tmp_path / "letters")
    with pytest.raises(EvenstrideError, match="not an archive"):
        open_archive(tmp_path / "letters" / "dear.txt")
    assert [p.name for p in (tmp_path / "letters").iterdir()] == ["dear.txt"]


def test_a_beginning_that_was_interrupted_is_begun_again(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with open_archive(folder):
        pass
    (folder / "facts.sqlite").unlink()
    with open_archive(folder):
        pass
    (folder / "facts.sqlite").write_bytes(b"")
    with open_archive(folder) as archive:
        assert archive.runs() == ()


def test_originals_without_facts_are_never_taken_for_a_new_archive(
    archive: Archive, filed: Callable[..., FiledRun]
) -> None:
    with archive.writing() as w:
        filed(w, b"a")
    archive.close()
    archive.layout.facts.unlink()
    with pytest.raises(EvenstrideError, match=r"facts\.sqlite is missing"):
        open_archive(archive.folder)


def test_a_newer_archive_is_refused_and_left_alone(archive: Archive) -> None:
    with archive.reading() as db:
        db.execute("PRAGMA user_version = 99")
    before = archive.layout.facts.read_bytes()
    with pytest.raises(EvenstrideError, match=r"newer evenstride.*version 99.*up to 1\. Update"):
        open_archive(archive.folder)
    assert archive.layout.facts.read_bytes() == before


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "facts.sqlite")
    db.execute("CREATE TABLE songs (name)")
    db.close()
    with pytest.raises(EvenstrideError, match="not of evenstride"):
        open_archive(tmp_path)


@pytest.mark.parametrize("damage", [b"no database at all, just text\n" * 99, bytes(8192)])
def test_damaged_facts_are_told_with_what_to_do(archive: Archive, damage: bytes) -> None:
    archive.close()
    archive.layout.facts.write_bytes(damage)
    with pytest.raises(EvenstrideError, match=r"cannot be read.*doctor"):
        open_archive(archive.folder)


def test_steps_are_taken_together_or_not_at_all(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "facts.sqlite", isolation_level=None)
    migrations.migrate(db)
    broken = (*migrations.STEPS, "CREATE TABLE extra (a); CREATE TABLE runs (b)")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrations.migrate(db, broken)
    assert migrations.version_of(db) == 1
    assert migrations.schema_of(db) == migrations.schema_at(1)
    migrations.migrate(db, (*migrations.STEPS, "CREATE TABLE extra (a)"))
    assert migrations.version_of(db) == 2
    db.close()


def test_an_older_archive_is_brought_up_to_date_when_it_is_opened(
    archive: Archive, filed: Callable[..., FiledRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    with archive.writing() as w:
        run = filed(w, b"a")
    monkeypatch.setattr("evenstride.store.archive.NEWEST", 2)
    steps = (*migrations.STEPS, "CREATE TABLE extra (a)")
    monkeypatch.setattr(
        "evenstride.store.archive.migrate", lambda db: migrations.migrate(db, steps)
    )
    monkeypatch.setattr("evenstride.store.migrations.NEWEST", 2)
    with open_archive(archive.folder) as again:
        assert again.runs() == (run,)
        with again.reading() as db:
            assert migrations.version_of(db) == 2


@pytest.mark.parametrize(
    ("library", "journal"),
    [((3, 40, 1), "delete"), ((3, 51, 2), "delete"), ((3, 51, 3), "wal"), ((4, 0, 0), "wal")],
)
def test_the_write_ahead_log_is_used_only_where_it_is_safe(
    library: tuple[int, ...], journal: str
) -> None:
    assert database.journal_mode(library) == journal


def test_the_facts_are_overwritten_when_deleted_and_every_commit_waits_for_the_disk(
    archive: Archive,
) -> None:
    names = ("secure_delete", "synchronous", "foreign_keys", "temp_store")
    with archive.reading() as db:
        found = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
        journal = db.execute("PRAGMA journal_mode").fetchone()[0]
    assert found == [1, 2, 1, 2]
    assert journal == database.journal_mode()


def test_an_archive_with_a_write_ahead_log_works_and_goes_back_where_it_is_not_safe(
    tmp_path: Path, filed: Callable[..., FiledRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "journal_mode", lambda: "wal")
    with open_archive(tmp_path / "a") as archive, archive.writing() as w:
        kept = filed(w, b"a")
        w.forget(filed(w, b"b", title="a canary", day=1).run)
        everything = [path.read_bytes() for path in archive.layout.files()]
        assert not any(b"a canary" in data for data in everything)
    monkeypatch.setattr(database, "journal_mode", lambda: "delete")
    with open_archive(tmp_path / "a") as archive:
        assert archive.runs() == (kept,)
        assert not (tmp_path / "a" / "facts.sqlite-wal").exists()


def test_a_second_writer_waits_and_is_then_told_who_writes(archive: Archive) -> None:
    with archive.writing(), open_archive(archive.folder) as other:
        assert other.runs() == ()
        with (
            pytest.raises(EvenstrideError, match=rf"process {os.getpid()}\) is writing"),
            other.writing(wait_s=0.1),
        ):
            pass
    with open_archive(archive.folder) as other, other.writing():
        pass


def test_writing_within_writing_is_refused_at_once(archive: Archive) -> None:
    with archive.writing(), pytest.raises(EvenstrideError, match="already"), archive.writing():
        pass
    with archive.writing():
        pass


def test_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), held(tmp_path / "lock"):
        raise ZeroDivisionError
    with held(tmp_path / "lock", wait_s=0.0):
        pass


def test_those_who_share_a_lock_keep_only_the_others_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        held(path, shared=True),
        held(path, shared=True, wait_s=0.0),
        pytest.raises(EvenstrideError, match="Another evenstride"),
        held(path, wait_s=0.0),
    ):
        pass


def test_an_error_of_the_caller_is_not_taken_for_the_archives(archive: Archive) -> None:
    with pytest.raises(FileNotFoundError), archive.writing() as w, w.together():
        Path("no such file").read_bytes()


def test_a_disk_that_knows_no_locks_is_not_mistaken_for_a_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int, *, shared: bool) -> None:
        raise OSError(errno.ENOLCK, f"No locks available {shared}")

    monkeypatch.setattr("evenstride.store.lock._take", refuse)
    with pytest.raises(EvenstrideError, match="No locks"), held(tmp_path / "lock"):
        pass


def test_a_disk_that_cannot_sync_a_folder_is_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    number = errno.EINVAL
    sync_folder(tmp_path)
    number = errno.EIO
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        sync_folder(tmp_path)
