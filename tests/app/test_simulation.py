"""Runs with a known truth, from the command line's words to a FIT file."""

import gzip
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import evenstride.formats
from evenstride.app.formats import list_formats
from evenstride.app.intake import take_in
from evenstride.app.simulation import SimulationRequest, write_simulated
from evenstride.model.errors import EvenstrideError
from evenstride.model.recording import Recording
from evenstride.plugins import Reader, discover

SHORT = SimulationRequest(minutes=6, onset_s=60, recovery_s=300, shift_pp=3, seed=7)


def read(file: Path) -> Recording:
    [reader] = [one for one in discover(evenstride.formats, Reader) if one.name == "FIT"]
    [recording] = reader.read(file.read_bytes(), file.name).recordings
    return recording


def balance(recording: Recording, from_s: float, to_s: float) -> float:
    samples = recording.samples
    inside = samples.filter((samples["time_s"] >= from_s) & (samples["time_s"] < to_s))
    mean = inside["contact_balance_left_pct"].mean()
    assert isinstance(mean, float)
    return mean


def test_a_simulated_file_is_read_as_any_other(tmp_path: Path) -> None:
    made = write_simulated(SHORT, tmp_path / "run.fit")
    recording = read(made.file)
    assert recording.sport == "running"
    assert recording.duration_s == pytest.approx(360, abs=2)
    manual = recording.laps.filter(recording.laps["trigger"] == "manual")
    assert manual["end_s"].to_list() == pytest.approx(made.presses_s, abs=1)


def test_plus_moves_contact_toward_the_left_foot_and_minus_toward_the_right(tmp_path: Path) -> None:
    left = read(write_simulated(SHORT, tmp_path / "left.fit").file)
    right = read(write_simulated(replace(SHORT, shift_pp=-3), tmp_path / "right.fit").file)
    well = read(write_simulated(replace(SHORT, shift_pp=0), tmp_path / "well.fit").file)
    assert balance(left, 90, 290) - balance(well, 90, 290) == pytest.approx(3, abs=0.1)
    assert balance(right, 90, 290) - balance(well, 90, 290) == pytest.approx(-3, abs=0.1)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first = write_simulated(SHORT, tmp_path / "a.fit").file.read_bytes()
    assert write_simulated(SHORT, tmp_path / "b.fit").file.read_bytes() == first
    other = write_simulated(replace(SHORT, seed=8), tmp_path / "c.fit").file.read_bytes()
    assert other != first


def test_what_was_asked_for_is_in_the_file(tmp_path: Path) -> None:
    wrist = read(write_simulated(replace(SHORT, kit="wrist"), tmp_path / "w.fit").file)
    assert wrist.samples["contact_balance_left_pct"].null_count() == wrist.samples.height
    pod = read(write_simulated(replace(SHORT, kit="strap+stryd"), tmp_path / "s.fit").file)
    assert pod.developer_fields
    smart = read(write_simulated(replace(SHORT, recording="smart"), tmp_path / "m.fit").file)
    assert smart.samples.height < 300
    quiet = write_simulated(replace(SHORT, laps=False), tmp_path / "q.fit")
    assert quiet.presses_s == ()
    bouts = replace(SHORT, onset_s=None, recovery_s=None, run_walk_s=(60, 30))
    walks = read(write_simulated(bouts, tmp_path / "b.fit").file)
    speed = walks.samples.filter(walks.samples["time_s"].is_between(65, 85))["speed_mps"].mean()
    assert isinstance(speed, float)
    assert speed < 2.2


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (replace(SHORT, minutes=0.5), "minutes cannot be simulated"),
        (replace(SHORT, minutes=float("nan")), "minutes cannot be simulated"),
        (replace(SHORT, minutes=1e9), "minutes cannot be simulated"),
        (replace(SHORT, shift_pp=float("inf")), "percentage points"),
        (replace(SHORT, shift_pp=50), "percentage points"),
        (replace(SHORT, onset_s=None), "never goes"),
        (replace(SHORT, recovery_s=3000), "over at 6:00, before the recovery at 50:00"),
        (replace(SHORT, onset_s=360, recovery_s=None), "over at 6:00, before the onset"),
        (replace(SHORT, onset_s=300, recovery_s=60), "come back at 1:00, before it goes at 5:00"),
        (replace(SHORT, ramp_s=241), "lasts only 4:00"),
        (replace(SHORT, recovery_s=None, ramp_s=301), "lasts only 5:00"),
        (replace(SHORT, onset_s=None, recovery_s=None, ramp_s=60), "never begins"),
    ],
)
def test_a_run_that_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, request_: SimulationRequest, says: str
) -> None:
    with pytest.raises(EvenstrideError, match=says):
        write_simulated(request_, tmp_path / "run.fit")
    assert list(tmp_path.iterdir()) == []


def test_only_a_simulated_file_is_ever_replaced(tmp_path: Path) -> None:
    again = tmp_path / "again.fit"
    write_simulated(SHORT, again)
    write_simulated(replace(SHORT, seed=8), again)
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


@pytest.mark.parametrize(
    "content",
    [
        b"my own run",
        b"About files that evenstride simulated: my notes.",
        b"\x0e\x20\x92\x08\x00\x01\x00\x00.FIT" + bytes(400) + b"evenstride simulated",
        b"",
    ],
    ids=["run", "notes", "FIT", "empty"],
)
def test_a_file_of_anothers_making_is_left_alone(tmp_path: Path, content: bytes) -> None:
    mine = tmp_path / "mine.fit"
    mine.write_bytes(content)
    with pytest.raises(EvenstrideError, match="left as it is"):
        write_simulated(SHORT, mine)
    assert mine.read_bytes() == content


def test_what_is_no_file_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe.fit", tmp_path / "link.fit"
    os.mkfifo(pipe)
    link.symlink_to("nowhere")
    for place in (pipe, link):
        with pytest.raises(EvenstrideError, match="left as it is"):
            write_simulated(SHORT, place)
    assert link.is_symlink()


def test_what_cannot_be_read_is_never_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_simulated(SHORT, tmp_path / "secret.fit")

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(EvenstrideError, match="left as it is"):
        write_simulated(SHORT, tmp_path / "secret.fit")


def test_a_place_that_cannot_be_written_is_a_wrong_request(tmp_path: Path) -> None:
    with pytest.raises(EvenstrideError, match="is a folder"):
        write_simulated(SHORT, tmp_path)
    (tmp_path / "file").write_text("")
    too_long = tmp_path / ("long" * 75)
    for place in (tmp_path / "file" / "run.fit", Path("/proc/nowhere/run.fit"), too_long):
        with pytest.raises(EvenstrideError, match="--out"):
            write_simulated(SHORT, place)


def test_every_format_says_what_it_can_show() -> None:
    formats = list_formats()
    assert "FIT" in [view.name for view in formats]
    assert all(view.says and view.suffixes for view in formats)


@pytest.mark.parametrize("name", ["run.tcx", "run.gpx", "run.fit.gz", "run.TCX.GZ", "run.gpx.gz"])
def test_the_names_ending_chooses_the_format_and_the_file_is_read_as_any_other(
    tmp_path: Path, name: str
) -> None:
    made = write_simulated(SHORT, tmp_path / name)
    [taken] = take_in([made.file])
    assert taken.issues == ()
    assert taken.runs[0].source.format == name.split(".")[1].upper()
    assert taken.runs[0].duration_s == pytest.approx(360, abs=2)
    first = made.file.read_bytes()
    assert write_simulated(SHORT, made.file).file.read_bytes() == first
    write_simulated(replace(SHORT, seed=8), made.file)
    assert made.file.read_bytes() != first


def test_what_a_format_has_no_room_for_is_told(tmp_path: Path) -> None:
    assert write_simulated(SHORT, tmp_path / "run.fit").left_out == ""
    tcx = write_simulated(SHORT, tmp_path / "run.tcx").left_out
    gpx = write_simulated(SHORT, tmp_path / "run.gpx").left_out
    assert tcx.startswith("TCX has no room for these")
    for lost in ("contact time", "contact balance left", "step length"):
        assert lost in tcx
        assert lost in gpx
    assert "laps" in gpx
    assert "laps" not in tcx
    pod = write_simulated(replace(SHORT, kit="strap+stryd"), tmp_path / "run.tcx").left_out
    assert "the pod's own fields" in pod


@pytest.mark.parametrize("name", ["mine.tcx", "mine.gpx", "mine.fit.gz"])
def test_what_others_wrote_is_left_alone_in_every_format(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    for content in (
        b"<gpx>evenstride simulated</gpx>",
        gzip.compress(b"evenstride simulated"),
        b"\x1f\x8b\x08",
    ):
        mine.write_bytes(content)
        with pytest.raises(EvenstrideError, match="left as it is"):
            write_simulated(SHORT, mine)
        assert mine.read_bytes() == content


def test_a_run_may_be_of_any_day(tmp_path: Path) -> None:
    file = tmp_path / "run.fit"
    write_simulated(SimulationRequest(minutes=5, day=date(2025, 3, 1)), file)
    [taken] = take_in([file])
    assert taken.runs[0].start.date() == date(2025, 3, 1)
    with pytest.raises(EvenstrideError, match="No watch"):
        write_simulated(SimulationRequest(minutes=5, day=date(1980, 3, 1)), file)
