"""The archive's commands, over a real archive with simple facts."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl
import pytest

from evenstride.cli.program import main
from evenstride.model.archive import FiledRecording, FiledRun
from evenstride.model.overview import OVERVIEW
from evenstride.store.archive import open_archive

Command = Callable[..., CompletedProcess[str]]
START = datetime(2024, 5, 1, 7, 30, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xd9" + bytes(20)


@pytest.fixture
def evenstride(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Command:
    """Run a command in this process, in an empty folder, with settings of its own."""
    monkeypatch.setenv("EVENSTRIDE_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> CompletedProcess[str]:
        with pytest.raises(SystemExit) as left:
            main(words)
        heard = capsys.readouterr()
        return CompletedProcess(words, int(left.value.code or 0), heard.out, heard.err)

    return command


@pytest.fixture
def filed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[FiledRun, ...]:
    """File three runs, two of them on one day; the first is analysed, and it went in it."""
    folder = tmp_path / "archive"
    monkeypatch.setenv("EVENSTRIDE_ARCHIVE", str(folder))
    runs = []
    with open_archive(folder) as archive, archive.writing() as writing:
        for i, hours in enumerate((0, 5, 24 * 40)):
            sha256 = writing.put(f"run {i}".encode(), f"{i}.fit", START)
            start = START + timedelta(hours=hours)
            one = FiledRecording(sha256, 0, "FIT", "Garmin fenix 5X", "7", "", start, 3600.0, 9e3)
            runs.append(writing.file([one], title="A [b]run[/b]\x1b[2J" if i == 0 else ""))
    row = dict.fromkeys(OVERVIEW.names) | {
        "run": runs[0].run,
        "start": START.isoformat(),
        "device": "Garmin fenix 5X",
        "duration_s": 3600.0,
        "distance_m": 9000.0,
        "moving_s": 3600.0,
        "coordinated_s": 1200.0,
        "off_s": 2300.0,
        "episodes": 1,
        "onset_s": 125.0,
        "onset_distance_m": 310.0,
        "present_at_start": False,
        "felt_gone_s": 120.0,
    }
    table = pl.DataFrame([row], schema=OVERVIEW.empty().schema)
    monkeypatch.setattr("evenstride.app.overview.overview", lambda _: table)
    monkeypatch.setattr("evenstride.cli.archive_telling.look_at_waiting", lambda _: None)
    return tuple(runs)


def test_runs_alone_lists_them_and_a_title_is_data(
    evenstride: Command, filed: tuple[FiledRun, ...]
) -> None:
    said = evenstride("runs")
    assert said.returncode == 0
    lines = said.stdout.splitlines()
    assert [line[:8].strip() for line in lines[1:4]] == [run.run for run in filed]
    assert "2:05–not back" in lines[1]
    assert "\x1b" not in said.stdout
    assert "3 runs in the archive; 2 not analysed yet" in lines[4]


def test_runs_can_be_asked_for_by_day_and_by_what_was_seen(
    evenstride: Command, filed: tuple[FiledRun, ...]
) -> None:
    later = json.loads(evenstride("runs", "--since", "2024-06", "--json").stdout)
    assert [run["run"] for run in later["runs"]] == [filed[2].run]
    assert (later["schema"], later["in_archive"]) == ("evenstride.runs/1", 3)
    off = json.loads(evenstride("runs", "--off", "--json").stdout)
    assert [run["run"] for run in off["runs"]] == [filed[0].run]
    assert off["runs"][0]["measured"]["gone_s"] == 125.0
    assert evenstride("runs", "--since", "May").returncode == 2


def test_a_run_with_one_source_cannot_be_split(
    evenstride: Command, filed: tuple[FiledRun, ...]
) -> None:
    said = evenstride("runs", "split", filed[2].run)
    assert said.returncode == 1
    assert "one source only" in said.stderr


def test_a_label_is_said_shown_and_taken_back(
    evenstride: Command, filed: tuple[FiledRun, ...]
) -> None:
    said = evenstride("label", "last", "--gone", "12:00", "--back", "40:00", "--json")
    (label,) = json.loads(said.stdout)["labels"]
    assert (label["kind"], label["gone_s"], label["back_s"]) == ("marks", [720.0], [2400.0])
    assert "12:00–40:00" in evenstride("runs").stdout
    assert "fine" in evenstride("label", filed[2].run, "--fine").stdout
    assert "gone 12:00" in evenstride("label", "last", "--undo").stdout
    assert "nothing said" in evenstride("label", "last", "--undo").stdout
    assert evenstride("label", "last", "--undo").returncode == 1


@pytest.mark.parametrize("words", [[], ["--fine", "--undo"], ["--fine", "--gone", "2:00"]])
def test_one_thing_is_said_of_a_run_at_a_time(
    evenstride: Command, filed: tuple[FiledRun, ...], words: list[str]
) -> None:
    assert filed
    assert evenstride("label", "last", *words).returncode == 2


def test_a_moment_beyond_the_run_and_a_day_with_two_runs_are_refused(
    evenstride: Command, filed: tuple[FiledRun, ...]
) -> None:
    late = evenstride("label", "last", "--gone", "1:20:00")
    assert (late.returncode, "after the end of the run (1:00:00)" in late.stderr) == (1, True)
    two = evenstride("label", "2024-05-01", "--fine")
    assert two.returncode == 1
    assert all(run.run in two.stderr for run in filed[:2])


def test_a_clip_is_kept_byte_for_byte_and_its_moment_is_told(
    evenstride: Command, filed: tuple[FiledRun, ...], tmp_path: Path
) -> None:
    (tmp_path / "clip.jpg").write_bytes(JPEG)
    said = evenstride("attach", "last", "clip.jpg", "--view", "rear", "--at", "14:30", "--json")
    kept = json.loads(said.stdout)
    assert (kept["clip"]["at_s"], kept["clip"]["view"]) == (870.0, "rear")
    with open_archive(tmp_path / "archive") as archive:
        assert archive.original(kept["clip"]["sha256"]) == JPEG
    undated = evenstride("attach", filed[0].run, "clip.jpg")
    assert "does not say when it was taken" in " ".join(undated.stdout.split())
    (tmp_path / "notes.txt").write_text("hello")
    assert evenstride("attach", "last", "notes.txt").returncode == 1
    assert evenstride("attach", "last", "gone.mov").returncode == 1


def test_a_device_is_parted_from_its_successor_and_flipped(
    evenstride: Command, filed: tuple[FiledRun, ...]
) -> None:
    assert filed
    said = evenstride("device", "split", "garmin fenix 5x", "--from", "2024-06-01", "--json")
    devices = json.loads(said.stdout)["devices"]
    assert [(one["name"], one["runs"]) for one in devices] == [
        ("Garmin fenix 5X", 2),
        ("Garmin fenix 5X (2)", 1),
    ]
    assert evenstride("device", "split", "Garmin fenix 5X", "--from", "2020").returncode == 1
    assert "flipped" in evenstride("device", "flip", "Garmin fenix 5X").stdout
    unknown = evenstride("device", "flip", "Polar")
    assert (unknown.returncode, '"Garmin fenix 5X"' in unknown.stderr) == (1, True)


def test_trend_sums_up_each_year_and_draws_it(
    evenstride: Command, filed: tuple[FiledRun, ...]
) -> None:
    assert filed
    said = evenstride("trend", "--out", "years")
    assert "The watch saw a change in 1 of the one run" not in said.stdout
    assert "1 of 1" in said.stdout
    assert "trend.png" in said.stdout
    (year,) = json.loads(evenstride("trend", "--json").stdout)["years"]
    assert (year["off"], year["not_cleared"], year["recovery_m"]) == (1, 1, None)


def test_what_is_kept_can_be_exported_backed_up_and_restored(
    evenstride: Command, filed: tuple[FiledRun, ...], tmp_path: Path
) -> None:
    assert len(filed) == 3
    assert json.loads(evenstride("export", "out", "--json").stdout)["runs"] == 3
    assert "read back" in evenstride("backup", "runs.zip").stdout
    assert evenstride("backup", "runs.zip").returncode == 1
    restored = evenstride("restore", "runs.zip", "--archive", "elsewhere")
    assert "3 runs restored" in restored.stdout
    with open_archive(tmp_path / "elsewhere") as new, open_archive(tmp_path / "archive") as old:
        assert new.digest() == old.digest()


def test_forgetting_asks_first_and_names_the_backups(
    evenstride: Command, filed: tuple[FiledRun, ...]
) -> None:
    evenstride("backup", "runs.zip")
    asked = evenstride("forget", filed[0].run)
    assert (asked.returncode, "--yes" in asked.stderr) == (1, True)
    said = evenstride("forget", filed[0].run, "--yes")
    assert "runs.zip" in said.stdout
    assert json.loads(evenstride("runs", "--json").stdout)["in_archive"] == 2
    assert evenstride("forget", "last", "--everything").returncode == 2
    assert "2 runs forgotten" in evenstride("forget", "--everything", "--yes").stdout


def test_doctor_says_how_all_stands_and_fails_where_an_original_is_lost(
    evenstride: Command, filed: tuple[FiledRun, ...], tmp_path: Path
) -> None:
    assert evenstride("doctor").returncode == 0
    (tmp_path / "archive" / "recordings" / filed[0].recordings[0].sha256).unlink()
    said = evenstride("doctor", "--json")
    assert said.returncode == 1
    assert [i for i in json.loads(said.stdout)["issues"] if i["level"] == "error"] != []


def test_an_archive_that_is_not_there_is_not_made_by_looking(
    evenstride: Command, tmp_path: Path
) -> None:
    for words in (["runs"], ["trend"], ["show", "last"], ["device", "list"], ["doctor"]):
        said = evenstride(*words, "--archive", "nowhere")
        assert (said.returncode, "There is no archive in nowhere yet" in said.stderr) == (1, True)
    assert not (tmp_path / "nowhere").exists()
