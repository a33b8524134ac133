"""One file that holds everything, made while others write, verified before it replaces anything."""

import json
import os
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from evenstride.model.archive import Clip, FiledRun, Label
from evenstride.model.errors import EvenstrideError
from evenstride.store import migrations
from evenstride.store.archive import Archive, open_archive
from evenstride.store.backup import backup
from evenstride.store.restoring import restore

Filed = Callable[..., FiledRun]


@pytest.fixture
def full(archive: Archive, filed: Filed, now: datetime) -> Archive:
    """Return an archive with runs, words, a label, a clip and settings."""
    with archive.writing() as w:
        for n in range(5):
            filed(w, bytes([n]) * 3000, title=f"run {n}", day=n)
        run = archive.runs()[0].run
        w.add_label(Label(run, "marks", (60.0,), (600.0,), now))
        w.add_clip(Clip(w.put(b"film", "f.mov", now), run, "f.mov"))
        w.flip_device("A")
    return archive


@pytest.fixture
def saved(full: Archive, tmp_path: Path, now: datetime) -> Path:
    """Return a backup of it."""
    backup(full, tmp_path / "all.backup", now)
    return tmp_path / "all.backup"


def test_what_was_backed_up_comes_back_whole(full: Archive, saved: Path, tmp_path: Path) -> None:
    assert restore(saved, tmp_path / "deep" / "new") == ()
    with open_archive(tmp_path / "deep" / "new") as restored:
        assert restored.digest() == full.digest()
        assert restored.runs() == full.runs()
        assert restored.clips(full.runs()[0].run) == full.clips(full.runs()[0].run)
        assert [one.file for one in restored.backups()] == [str(saved.resolve())]
        for path in full.layout.recordings.iterdir():
            assert restored.original(path.name) == path.read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_a_backup_and_what_is_restored_are_for_their_owner_only(
    saved: Path, tmp_path: Path
) -> None:
    restore(saved, tmp_path / "new")
    files = [saved, *(p for p in (tmp_path / "new").rglob("*") if p.is_file())]
    assert {stat.S_IMODE(p.stat().st_mode) for p in files} == {0o600}


def test_an_archive_that_holds_runs_is_replaced_only_when_asked(
    saved: Path, tmp_path: Path, full: Archive, filed: Filed
) -> None:
    with open_archive(tmp_path / "other") as other:
        with other.writing() as w:
            filed(w, b"another life", title="other", day=99)
            w.flip_device("B")
            other.write_derived(other.derived("views", "x"), b"1")
        before = other.digest()
        with pytest.raises(EvenstrideError, match="--over"):
            restore(saved, other.folder)
        assert other.digest() == before
        restore(saved, other.folder, over=True)
        assert (other.digest(), other.flipped()) == (full.digest(), ("A",))
        kept = {path.name for path in other.layout.recordings.iterdir()}
        assert kept == {path.name for path in full.layout.recordings.iterdir()}
        assert not other.derived("views", "x").exists()


def test_a_folder_that_is_no_archive_is_never_restored_into(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("hello")
    with pytest.raises(EvenstrideError, match="not an archive"):
        restore(saved, tmp_path / "letters", over=True)


def test_a_backup_taken_while_another_writes_holds_every_run_whole(
    full: Archive, filed: Filed, tmp_path: Path, now: datetime
) -> None:
    count, stop = [0], threading.Event()

    def write() -> None:
        with open_archive(full.folder) as mine, mine.writing() as w:
            while not stop.is_set():
                count[0] += 1
                filed(w, os.urandom(40_000), day=count[0], late_s=7.0)

    writer = threading.Thread(target=write)
    writer.start()
    while count[0] < 3:
        stop.wait(0.01)
    try:
        made = [backup(full, tmp_path / f"{n}.backup", now) for n in range(4)]
    finally:
        stop.set()
        writer.join()
    assert made[-1].originals > made[0].originals >= 6 + 2
    for n, one in enumerate(made):
        assert restore(tmp_path / f"{n}.backup", tmp_path / f"restored{n}") == ()
        with open_archive(tmp_path / f"restored{n}") as restored:
            assert len(restored.runs()) == one.originals - 1  # one of them is a clip
            assert all(restored.original(r.recordings[0].sha256) for r in restored.runs())


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_damage_is_found_before_anything_is_replaced(
    saved: Path, tmp_path: Path, place: int
) -> None:
    data = bytearray(saved.read_bytes())
    data[len(data) * place // 100] ^= 0xFF
    saved.write_bytes(data)
    with pytest.raises(EvenstrideError, match="not a whole backup"):
        restore(saved, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.999])
def test_a_backup_cut_short_is_refused(saved: Path, tmp_path: Path, part: float) -> None:
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(EvenstrideError, match="not a whole backup"):
        restore(saved, tmp_path / "new")


Forge = Callable[[dict[str, bytes]], object]


def evil(members: dict[str, bytes]) -> None:
    """Add a file that would land elsewhere if names were paths."""
    members["../../escaped.txt"] = b"out"


def two_names(members: dict[str, bytes]) -> None:
    """Name an original by what is no digest, in the list, too."""
    contents = json.loads(members["backup.json"])
    contents["originals"]["../../escaped"] = 3
    members["recordings/../../escaped"] = b"out"
    members["backup.json"] = json.dumps(contents).encode()


def no_list(members: dict[str, bytes]) -> None:
    """Leave out the list."""
    del members["backup.json"]


def other_kind(members: dict[str, bytes]) -> None:
    """Claim a kind of backup that is not known."""
    members["backup.json"] = members["backup.json"].replace(b"backup/1", b"backup/2")


@pytest.mark.parametrize("forge", [evil, two_names, no_list, other_kind])
def test_a_forged_backup_is_refused_and_nothing_escapes(
    saved: Path, tmp_path: Path, forge: Forge
) -> None:
    with zipfile.ZipFile(saved) as sealed:
        members = {name: sealed.read(name) for name in sealed.namelist()}
    forge(members)
    with zipfile.ZipFile(saved, "w") as sealed:
        for name, data in members.items():
            sealed.writestr(name, data)
    with pytest.raises(EvenstrideError, match="backup"):
        restore(saved, tmp_path / "deep" / "er" / "new")
    assert not list(tmp_path.rglob("*escaped*"))


def with_facts(saved: Path, change: Callable[[sqlite3.Connection], object], tmp_path: Path) -> None:
    """Change the facts inside a backup, and its list with them."""
    with zipfile.ZipFile(saved) as sealed:
        members = {name: sealed.read(name) for name in sealed.namelist()}
    (tmp_path / "f").write_bytes(members["facts.sqlite"])
    db = sqlite3.connect(tmp_path / "f", isolation_level=None)
    change(db)
    db.close()
    members["facts.sqlite"] = (tmp_path / "f").read_bytes()
    contents = json.loads(members["backup.json"])
    digest = sha256(members["facts.sqlite"]).hexdigest()
    contents["facts"] = {"sha256": digest, "size": len(members["facts.sqlite"])}
    members["backup.json"] = json.dumps(contents).encode()
    with zipfile.ZipFile(saved, "w") as sealed:
        for name, data in members.items():
            sealed.writestr(name, data)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM labels; END", "damaged"),
        ("CREATE VIEW v AS SELECT 1", "damaged"),
        ("DROP TABLE words", "damaged"),
        ("DELETE FROM originals", "damaged|other originals"),
        ("UPDATE recordings SET start = 'soon'", "damaged"),
        ("UPDATE recordings SET duration_s = -1", "duration"),
        ("PRAGMA user_version = 99", "newer evenstride"),
        ("PRAGMA application_id = 1", "not of evenstride"),
    ],
)
def test_facts_that_are_not_ours_are_refused_though_their_digest_fits(
    saved: Path, tmp_path: Path, filed: Filed, statement: str, said: str
) -> None:
    with_facts(saved, lambda db: db.execute(statement), tmp_path)
    with open_archive(tmp_path / "other") as other:
        with other.writing() as w:
            filed(w, b"mine", day=50)
        before = other.digest()
        with pytest.raises(EvenstrideError, match=said):
            restore(saved, other.folder, over=True)
        assert other.digest() == before


def test_a_backup_of_an_older_archive_is_brought_up_to_date(
    saved: Path, full: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (*migrations.STEPS, "CREATE TABLE extra (a)")
    for room in ("archive", "restoring", "migrations"):
        monkeypatch.setattr(f"evenstride.store.{room}.NEWEST", 2)
    for room in ("archive", "restoring"):
        newer = lambda db: migrations.migrate(db, steps)  # noqa: E731 - one line, twice
        monkeypatch.setattr(f"evenstride.store.{room}.migrate", newer)
    restore(saved, tmp_path / "new")
    with open_archive(tmp_path / "new") as restored, restored.reading() as db:
        assert migrations.version_of(db) == 2
        assert restored.digest() == full.digest()


def test_a_missing_or_damaged_original_does_not_stop_the_backup_and_is_told(
    full: Archive, tmp_path: Path, now: datetime
) -> None:
    first, second, *_ = (one.recordings[0].sha256 for one in full.runs())
    full.original_path(first).unlink()
    full.original_path(second).write_bytes(b"rot")
    made = backup(full, tmp_path / "b", now)
    assert {one.where for one in made.issues} == {first, second}
    assert made.originals == 4
    assert restore(tmp_path / "b", tmp_path / "new") == made.issues
    with open_archive(tmp_path / "new") as restored:
        assert restored.digest() == full.digest()


def test_only_an_older_backup_is_replaced_and_only_when_asked(
    full: Archive, saved: Path, tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(EvenstrideError, match="exists already"):
        backup(full, saved, now)
    backup(full, saved, now, over=True)
    assert len(full.backups()) == 1
    thesis = tmp_path / "thesis.docx"
    thesis.write_bytes(b"three years of work")
    with pytest.raises(EvenstrideError, match="not a whole backup"):
        backup(full, thesis, now, over=True)
    assert thesis.read_bytes() == b"three years of work"


@pytest.mark.parametrize("place", ["archive/all.backup", "nowhere/all.backup"])
def test_a_backup_is_not_written_where_it_would_be_lost(
    full: Archive, tmp_path: Path, place: str, now: datetime
) -> None:
    with pytest.raises(EvenstrideError, match=r"lost with it|no folder"):
        backup(full, tmp_path / place, now)


def test_a_run_forgotten_while_the_backup_is_made_is_not_in_it(
    full: Archive, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with full.writing() as w:
        run, real = full.runs()[0].run, zipfile.ZipFile.close

        def close(sealed: zipfile.ZipFile) -> None:
            monkeypatch.setattr(zipfile.ZipFile, "close", real)
            w.forget(run)
            real(sealed)

        monkeypatch.setattr(zipfile.ZipFile, "close", close)
        with pytest.raises(EvenstrideError, match="forgotten while"):
            backup(full, tmp_path / "b", now)
    assert not (tmp_path / "b").exists()
    assert not list(tmp_path.glob(".b*"))
