"""What is wrong with an archive is told, each with a remedy."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from evenstride.model.archive import FiledRun
from evenstride.store.archive import Archive
from evenstride.store.backup import backup
from evenstride.store.health import check


class Usage(NamedTuple):
    """A disk, as the system tells of it."""

    total: int
    used: int
    free: int


@pytest.fixture
def run(archive: Archive, filed: Callable[..., FiledRun]) -> FiledRun:
    """Return a filed run."""
    with archive.writing() as w:
        return filed(w, b"a")


def worse(archive: Archive) -> list[str]:
    """Return the problems that are more than good to know."""
    found = [one for one in check(archive) if one.level != "info"]
    assert all(one.remedy for one in found)
    return [one.problem for one in found]


def test_a_healthy_archive_says_only_what_is_good_to_know(
    archive: Archive, run: FiledRun, tmp_path: Path, now: datetime
) -> None:
    archive.write_derived(archive.derived("views", run.run), bytes(2_000_000))
    said = " ".join(one.problem for one in check(archive))
    assert worse(archive) == []
    assert "GB are free" in said
    assert "1 computed files take 2 MB" in said
    assert "No backup was made yet" in said
    backup(archive, tmp_path / "b", now)
    assert any("last backup was made 2026-01-02" in one.problem for one in check(archive))


@pytest.mark.parametrize("safe", [True, False])
def test_the_library_s_version_is_told(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, *, safe: bool
) -> None:
    monkeypatch.setattr("evenstride.store.health.journal_mode", lambda: "wal" if safe else "delete")
    said = next(one for one in check(archive) if one.where == "SQLite").problem
    assert ("safe and in use" in said) is safe


def test_an_original_that_is_missing_or_damaged_is_an_error(
    archive: Archive, run: FiledRun
) -> None:
    path = archive.original_path(run.recordings[0].sha256)
    path.write_bytes(b"rot")
    assert worse(archive) == ["An original is damaged."]
    path.unlink()
    assert worse(archive) == ["An original is missing."]


def test_facts_that_lead_nowhere_are_an_error(archive: Archive, run: FiledRun) -> None:
    with archive.reading() as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("DELETE FROM runs WHERE run = ?", (run.run,))
    assert worse(archive) == ["The facts are damaged: 1 facts lead nowhere."]


def test_facts_with_other_tables_are_an_error(archive: Archive) -> None:
    with archive.reading() as db:
        db.execute("DROP TABLE outcomes")
    assert ["other tables" in problem for problem in worse(archive)] == [True]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_files_that_others_may_read_are_told(archive: Archive, run: FiledRun) -> None:
    archive.original_path(run.recordings[0].sha256).chmod(0o644)
    assert worse(archive) == ["Other users of this computer may read or change 1 of its files."]


def test_what_was_left_half_written_is_told(archive: Archive) -> None:
    (archive.layout.recordings / "arriving.part").write_bytes(b"1")
    assert any("half-written" in one.problem for one in check(archive))


def test_a_disk_that_is_nearly_full_is_told(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(9, 8, 1))
    assert worse(archive) == ["0.0 GB are free on its disk."]
