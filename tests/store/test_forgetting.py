"""What is forgotten leaves no byte in any file of the archive, and the backups are named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from evenstride.model.archive import (
    Clip,
    DeviceSplit,
    FiledRecording,
    FiledRun,
    Label,
    Outcome,
    run_id,
)
from evenstride.model.errors import EvenstrideError
from evenstride.store import erasing
from evenstride.store.archive import Archive, open_archive
from evenstride.store.backup import backup
from evenstride.store.health import check
from evenstride.store.writing import Writing

Filed = Callable[..., FiledRun]
CANARY = "kanarienvogel"


def sing(w: Writing, archive: Archive, invented: Callable[..., FiledRecording]) -> str:
    """File a run that says the canary's name wherever a run can say anything; return its id."""
    data, film = CANARY.encode() * 999, b"film " + CANARY.encode() * 999
    now = datetime.fromisoformat("2024-06-01T00:00:00+00:00")
    recording = replace(
        invented(data, day=3), device=CANARY, serial=CANARY, sport=CANARY, format=CANARY
    )
    w.put(data, f"{CANARY}.fit", now)
    run = w.file([recording], f"title {CANARY}", f"note {CANARY}").run
    w.add_label(Label(run, "marks", (123.456,), (), now))
    w.undo_label(run, now)
    w.add_clip(Clip(w.put(film, f"{CANARY}.mov", now), run, CANARY, now, 1.0, CANARY, CANARY))
    w.keep_apart(run, archive.runs()[0].run)
    w.keep_outcomes([Outcome(f"x > {CANARY}", "imported", "fit", run), Outcome("y", "skipped")])
    archive.write_derived(archive.derived("views", f"{run}.json"), data)
    archive.write_derived(archive.derived("overview", "all.parquet"), data)
    return run


def files_that_say(folder: Path, word: str) -> list[str]:
    """Return the files below a folder with a word in their bytes or their name."""
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and (word.encode() in path.read_bytes() or word in path.name)
    ]


@pytest.fixture
def sung(archive: Archive, filed: Filed, invented: Callable[..., FiledRecording]) -> str:
    """Return a run that is to be forgotten, in an archive with ten others."""
    with archive.writing() as w:
        for n in range(10):
            filed(w, bytes([n]) * 500, title=f"run {n}", day=n)
        run = sing(w, archive, invented)
    assert len(files_that_say(archive.folder, CANARY)) == 5
    return run


def test_no_file_of_the_archive_holds_a_byte_of_a_forgotten_run(
    archive: Archive, sung: str
) -> None:
    others = [run for run in archive.runs() if run.run != sung]
    digests = {r.sha256 for r in archive.run(sung).recordings}
    with archive.writing() as w:
        w.forget(sung)
        for word in (CANARY, sung, "123.456", *digests):
            assert files_that_say(archive.folder, word) == []
    assert list(archive.runs()) == others
    assert [one.name for one in archive.outcomes()] == ["y"]
    assert [i for i in check(archive) if i.level != "info"] == []
    with pytest.raises(EvenstrideError, match="no run"), archive.writing() as w:
        w.forget(sung)


def test_a_run_that_was_split_off_leaves_no_name_in_the_list_of_the_last_import(
    archive: Archive, filed: Filed
) -> None:
    with archive.writing() as w:
        run = filed(w, b"a").run
        filed(w, b"b", into=run, late_s=1.0)
        w.keep_outcomes([Outcome(f"{CANARY}.fit", "enriched", "fit", run)])
        w.forget(w.split_run(run)[1].run)
    assert files_that_say(archive.folder, CANARY) == []


def test_forgetting_everything_leaves_an_empty_archive(archive: Archive, sung: str) -> None:
    with archive.writing() as w:
        w.split_device(DeviceSplit(CANARY, datetime.fromisoformat("2024-01-01").date()))
        w.flip_device(CANARY)
        w.forget_everything()
    assert files_that_say(archive.folder, CANARY) == files_that_say(archive.folder, sung) == []
    assert (archive.runs(), archive.outcomes(), archive.splits(), archive.flipped()) == ((),) * 4
    assert list(archive.layout.recordings.iterdir()) == list(archive.layout.derived.iterdir()) == []


def test_an_original_that_another_run_uses_stays(
    archive: Archive, invented: Callable[..., FiledRecording], now: datetime
) -> None:
    with archive.writing() as w:
        sha256 = w.put(b"two runs", "two.fit", now)
        w.file([invented(b"two runs")])
        w.file([invented(b"two runs", part=1, day=1)])
        w.forget(run_id(sha256, 0))
        assert archive.original(sha256) == b"two runs"
        w.forget(run_id(sha256, 1))
        assert not archive.original_path(sha256).exists()


def test_an_erasing_that_was_interrupted_is_finished_by_the_next_writer(
    archive: Archive, sung: str
) -> None:
    with archive.reading() as db:
        erasing.forget(db, archive.layout, sung)  # and here the power goes
    assert files_that_say(archive.folder, CANARY)
    assert any("interrupted" in issue.problem for issue in check(archive))
    with open_archive(archive.folder) as again, again.writing():
        assert files_that_say(archive.folder, CANARY) == []


def test_what_is_imported_again_after_an_interrupted_erasing_is_kept(
    archive: Archive, filed: Filed
) -> None:
    with archive.writing() as w:
        run = filed(w, b"a").run
        with archive.reading() as db:
            erasing.forget(db, archive.layout, run)
        again = filed(w, b"a")
    with archive.writing():
        assert archive.original(again.recordings[0].sha256) == b"a"


def test_the_backups_that_still_hold_a_run_are_named(
    archive: Archive, filed: Filed, tmp_path: Path, now: datetime
) -> None:
    with archive.writing() as w:
        old = filed(w, b"old").run
        first = backup(archive, tmp_path / "first.backup", now).known
        new = filed(w, b"new", day=1).run
        second = backup(archive, tmp_path / "second.backup", now + timedelta(days=1)).known
        assert archive.backups() == (first, second)
        assert w.forget(new) == (second,)
        assert w.forget(old) == (first, second)
        assert w.forget_everything() == (first, second)
    assert archive.backups() == ()


def test_a_file_with_a_second_name_elsewhere_is_not_wiped_there(
    archive: Archive, filed: Filed, tmp_path: Path
) -> None:
    with archive.writing() as w:
        run = filed(w, b"a film of my own")
        path = archive.original_path(run.recordings[0].sha256)
        (tmp_path / "mine").hardlink_to(path)
        w.forget(run.run)
    assert not path.exists()
    assert (tmp_path / "mine").read_bytes() == b"a film of my own"


def test_originals_that_were_never_entered_can_be_erased(
    archive: Archive, filed: Filed, now: datetime
) -> None:
    with archive.writing() as w:
        run = filed(w, b"a")
        w.put(b"never filed", "x.fit", now)
    assert any("no run knows" in issue.problem for issue in check(archive))
    with archive.writing() as w:
        assert w.erase_loose() == 1
    assert archive.original(run.recordings[0].sha256) == b"a"
