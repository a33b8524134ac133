"""Everything in a plain folder, and back from there with the same digest."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from evenstride.model.archive import Clip, DeviceSplit, FiledRecording, FiledRun, Label
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import Archive, open_archive
from evenstride.store.exporting import export
from evenstride.store.manifest import MANIFEST, read_manifest

Filed = Callable[..., FiledRun]


@pytest.fixture
def full(
    archive: Archive,
    filed: Filed,
    invented: Callable[..., FiledRecording],
    now: datetime,
) -> Archive:
    """Return an archive with one of everything."""
    with archive.writing() as w:
        run = filed(w, b"a", title="=HYPERLINK(1)").run
        w.file([invented(b"a")], "Morning", "gone 2min\nback 20")
        w.add_label(Label(run, "marks", (60.0, 90.5), (600.0,), now))
        filed(w, b"b", into=run, late_s=-3.25)
        w.add_label(Label(run, "fine", (), (), now + timedelta(days=1), "noted", words="=clear"))
        w.add_label(Label(run, "marks", (), (), now, laps=("gone", "skip", "back")))
        w.undo_label(run, now + timedelta(days=2))
        w.put(b"two runs", "two.tcx.gz", now)
        w.file([invented(b"two runs", day=1)])
        w.file([invented(b"two runs", day=2, part=1)])
        other = filed(w, b"c", day=3).run
        filed(w, b"d", into=other, day=3, late_s=1)
        w.split_run(other)
        film = w.put(b"film", "../IMG 1.MOV", now)
        w.add_clip(Clip(film, run, "../IMG 1.MOV", now, 12.5, "rear", "left"))
        w.split_device(DeviceSplit("Garmin fenix 5X", date(2024, 5, 2)))
        w.flip_device("Garmin fenix 5X")
    return archive


def take(folder: Path, archive: Archive, now: datetime) -> tuple[str, ...]:
    """Take an export over as an import would; return what became of each run."""
    manifest = read_manifest((folder / MANIFEST).read_bytes())
    wanted = {one.sha256 for one in manifest.originals}
    with archive.writing() as w:
        for path in sorted(folder.iterdir()):
            if sha256(path.read_bytes()).hexdigest() in wanted:
                w.put(path, path.name, now)
        return tuple(one.fate for one in w.take_over(manifest))


def test_an_export_taken_over_by_an_empty_archive_gives_the_same_digest(
    full: Archive, tmp_path: Path, now: datetime
) -> None:
    export(full, tmp_path / "out")
    with open_archive(tmp_path / "new") as new:
        assert take(tmp_path / "out", new, now + timedelta(days=99)) == ("imported",) * 5
        assert new.digest() == full.digest()
        assert new.runs() == full.runs()
        assert new.label_history(full.runs()[0].run) == full.label_history(full.runs()[0].run)
        film = full.clips(full.runs()[0].run)[0].sha256
        assert new.original_name(film) == "../IMG 1.MOV"
        assert take(tmp_path / "out", new, now) == ("already here",) * 5
        assert new.digest() == full.digest()
        export(new, tmp_path / "again")
    for path in (tmp_path / "out").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_runs_that_were_imported_apart_are_joined_as_the_export_says(
    full: Archive, tmp_path: Path, filed: Filed, now: datetime
) -> None:
    export(full, tmp_path / "out")
    with open_archive(tmp_path / "new") as new:
        with new.writing() as w:
            filed(w, b"a")
            filed(w, b"b", late_s=-3.25)
        take(tmp_path / "out", new, now)
        assert new.digest() == full.digest()


def test_a_run_whose_files_are_missing_is_told(
    full: Archive, tmp_path: Path, now: datetime
) -> None:
    export(full, tmp_path / "out")
    for path in (tmp_path / "out").glob("*.fit"):
        path.unlink()
    with open_archive(tmp_path / "new") as new:
        fates = take(tmp_path / "out", new, now)
        assert sorted(fates) == ["failed"] * 3 + ["imported"] * 2
        assert len(new.runs()) == 2


def test_files_have_readable_names_and_the_bytes_of_the_originals(
    full: Archive, tmp_path: Path
) -> None:
    done = export(full, tmp_path / "out")
    first, second = (one.run for one in full.runs()[:2])
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {
        f"2024-05-01_{first}.fit",
        f"2024-05-01_{first}_2.fit",
        f"2024-05-01_{first}_clip1.mov",
        f"2024-05-02_{second}.tcx",  # it came as .tcx.gz, but these bytes are not packed
    } <= names
    assert (done.runs, done.originals, done.issues) == (5, 6, ())
    assert (tmp_path / "out" / f"2024-05-01_{first}_clip1.mov").read_bytes() == b"film"


def test_tables_say_what_the_archive_says_and_run_no_formula(full: Archive, tmp_path: Path) -> None:
    export(full, tmp_path / "out")
    tables = {
        path.stem: list(csv.DictReader(path.read_text("utf-8").splitlines()))
        for path in (tmp_path / "out").glob("*.csv")
        if path.stem != "runs"
    }
    with (tmp_path / "out" / "runs.csv").open(encoding="utf-8", newline="") as file:
        runs = list(csv.DictReader(file))
    assert runs[0]["title"] == "'=HYPERLINK(1) / Morning"
    assert runs[0]["note"] == "gone 2min\nback 20"
    assert tables["labels"][0]["gone_s"] == "63.25 93.75"
    assert tables["labels"][1]["words"] == "'=clear"
    assert tables["labels"][2]["laps"] == "gone skip back"
    assert tables["clips"][0]["at_s"] == "12.5"
    assert len(tables["recordings"]) == 6


@pytest.mark.parametrize("place", ["archive/out", "letters"])
def test_an_export_goes_into_an_empty_folder_outside_the_archive(
    full: Archive, tmp_path: Path, place: str
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("hello")
    with pytest.raises(EvenstrideError, match=r"lost with it|not empty"):
        export(full, tmp_path / place)


def test_a_damaged_original_is_left_out_and_told(full: Archive, tmp_path: Path) -> None:
    sha = full.runs()[0].recordings[0].sha256
    full.original_path(sha).write_bytes(b"rot")
    done = export(full, tmp_path / "out")
    assert [one.level for one in done.issues] == ["error"]
    assert done.originals == 5
    assert not (tmp_path / "out" / done.issues[0].where).exists()


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[1]", b"\xff", b"[" * 100_000, b'{"schema": "evenstride.export/1"}'],
)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(EvenstrideError, match="not the list of an export"):
        read_manifest(data)


def test_a_manifest_of_another_kind_or_with_an_impossible_run_is_refused(
    full: Archive, tmp_path: Path
) -> None:
    export(full, tmp_path / "out")
    said = json.loads((tmp_path / "out" / MANIFEST).read_text("utf-8"))
    with pytest.raises(EvenstrideError, match="another kind"):
        read_manifest(json.dumps({**said, "schema": "evenstride.export/9"}).encode())
    said["runs"][0]["recordings"][0]["start"] = "2024-01-01T00:00:00"
    with pytest.raises(EvenstrideError, match="no time zone"):
        read_manifest(json.dumps(said).encode())


def test_an_id_that_is_none_is_not_taken_over(full: Archive, tmp_path: Path, now: datetime) -> None:
    export(full, tmp_path / "out")
    manifest = read_manifest((tmp_path / "out" / MANIFEST).read_bytes())
    forged = replace(manifest, runs=(replace(manifest.runs[0], run="../../x"), *manifest.runs[1:]))
    with open_archive(tmp_path / "new") as new, new.writing() as w:
        for path in (tmp_path / "out").glob("*_*"):
            w.put(path, path.name, now)
        w.take_over(forged)
        assert all(run.run.isalnum() for run in new.runs())
        assert new.digest() == full.digest()
