"""Files become recordings; whatever else they are becomes a sentence."""

import gzip
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evenstride.app.intake import LARGEST_BYTES, Intake, take_in
from evenstride.app.simulation import SimulationRequest, write_simulated

FitFile = Callable[..., Path]


def taken(*files: Path) -> tuple[Intake, ...]:
    return take_in(files)


def problem(file: Path) -> str:
    [one] = taken(file)
    [issue] = one.issues
    assert one.runs == ()
    assert issue.level == "error"
    assert issue.where == file.name
    assert issue.remedy
    return issue.problem


def test_a_run_is_taken_in_with_its_name_and_digest(fit_file: FitFile) -> None:
    [one] = taken(fit_file("morning.fit"))
    assert one.issues == ()
    [recording] = one.runs
    assert recording.source.file == "morning.fit"
    assert len(recording.source.sha256) == 64
    assert recording.source.format == "FIT"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Please log in</body></html>", "no file of a known format"),
        (gzip.compress(b"\x0e\x10" * 50), "no file of a known format"),
        (os.urandom(64).replace(b".FIT", b"...."), "no file of a known format"),
    ],
    ids=["empty", "html", "gzip", "noise"],
)
def test_what_is_no_recording_is_told_as_such(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "run.fit"
    file.write_bytes(content)
    assert says in problem(file)


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    assert "folder" in problem(tmp_path)
    assert "does not exist" in problem(tmp_path / "missing.fit")
    assert "does not exist" in problem(tmp_path / "odd\0name.fit")
    assert "cannot be read" in problem(tmp_path / ("long" * 200))


def test_a_file_that_may_not_be_read_says_why(
    fit_file: FitFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fit_file()

    def denied(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert problem(file) == "This file cannot be read: Permission denied."


def test_a_file_far_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "huge.fit"
    with file.open("wb") as out:
        out.truncate(3_000_000_000)

    def opened(_: Path) -> bytes:
        pytest.fail("it was read")

    monkeypatch.setattr(Path, "read_bytes", opened)
    assert problem(file) == f"This file is larger than {LARGEST_BYTES // 1_000_000} MB."


def test_a_name_is_only_a_name(fit_file: FitFile, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    odd = fit_file("<script>alert(1)<script>.fit")
    [one] = taken(tmp_path / "inner" / ".." / odd.name)
    assert one.runs[0].source.file == odd.name
    [lost] = taken(tmp_path / "inner" / ".." / "lost.fit")
    assert lost.file == "lost.fit"


def test_the_same_file_is_looked_at_once_under_whatever_name(
    fit_file: FitFile, tmp_path: Path
) -> None:
    file = fit_file("first.fit")
    copy = tmp_path / "copy.fit"
    copy.write_bytes(file.read_bytes())
    first, again, third = taken(file, file, copy)
    assert len(first.runs) == 1
    for one, name in ((again, "first.fit"), (third, "copy.fit")):
        assert one.runs == ()
        [issue] = one.issues
        assert (issue.level, issue.where) == ("info", name)
        assert "first.fit" in issue.problem


@pytest.mark.parametrize("sport", ["walking", "cycling", "swimming", "hiking"])
def test_other_sports_are_left_out_and_that_is_told(fit_file: FitFile, sport: str) -> None:
    [one] = taken(fit_file("other.fit", sport=sport))
    assert one.runs == ()
    assert [issue.level for issue in one.issues] == ["info", "error"]
    assert sport in one.issues[0].problem
    assert one.issues[1].problem == "There is no run in this file."


def test_the_other_legs_of_a_triathlon_are_left_out(fit_file: FitFile, tmp_path: Path) -> None:
    legs = [fit_file(f"{k}.fit", None, k, sport) for k, sport in enumerate(("cycling", "running"))]
    whole = tmp_path / "triathlon.fit"
    whole.write_bytes(b"".join(leg.read_bytes() for leg in legs))
    [one] = taken(whole)
    assert [recording.sport for recording in one.runs] == ["running"]
    assert [issue.problem for issue in one.issues] == [
        "Left out, since only running is analysed: cycling."
    ]


def test_progress_names_each_file_before_it_is_read(fit_file: FitFile, tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    take_in([fit_file(), tmp_path / "missing.fit"], lambda *words: heard.append(words))
    assert heard == [("run.fit", 0, 2), ("missing.fit", 1, 2)]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"l\xe4ufe.fit", "l\ufffdufe.fit"),
        ("l\u00e4ufe \U0001f600.fit".encode(), "l\u00e4ufe \U0001f600.fit"),
    ],
)
@pytest.mark.parametrize("system", ["utf-8", "ascii"])
def test_a_name_becomes_text_whatever_the_system_makes_of_it(
    tmp_path: Path, raw: bytes, shown: str, system: str
) -> None:
    told: list[str] = []
    name = raw.decode(system, "surrogateescape")
    [one] = take_in([tmp_path / name], lambda what, _, __: told.append(what))
    assert (one.file, one.issues[0].where, told) == (shown, shown, [shown])


def test_half_a_character_of_windows_is_still_a_name(tmp_path: Path) -> None:
    assert taken(tmp_path / "run\ud800.fit")[0].file == "run?.fit"


@pytest.mark.parametrize("members", [1, 3])
def test_a_packed_file_is_read_as_the_file_inside(
    fit_file: FitFile, tmp_path: Path, members: int
) -> None:
    data = fit_file("plain.fit").read_bytes()
    step = -(-len(data) // members)
    packed = tmp_path / "run.fit.gz"
    packed.write_bytes(
        b"".join(gzip.compress(data[at : at + step]) for at in range(0, len(data), step))
    )
    [one] = taken(packed)
    [run] = one.runs
    assert one.issues == ()
    assert (run.source.file, run.source.format) == ("run.fit.gz", "FIT")
    assert run.source.sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()


def test_a_file_and_the_same_file_packed_are_looked_at_once(
    fit_file: FitFile, tmp_path: Path
) -> None:
    plain = fit_file("plain.fit")
    packed = tmp_path / "packed.fit.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for first, second in ((plain, packed), (packed, plain)):
        one, again = taken(first, second)
        assert (len(one.runs), len(again.runs)) == (1, 0)
        assert first.name in again.issues[0].problem


def simulated(folder: Path, *names: str) -> list[Path]:
    """Write the same run under each name, in the format the name ends in."""
    request = SimulationRequest(minutes=6, seed=3)
    return [write_simulated(request, folder / name).file for name in names]


def test_of_one_run_in_three_formats_the_one_that_shows_most_is_kept(tmp_path: Path) -> None:
    for names in (("run.gpx", "run.tcx", "run.fit"), ("run.fit", "run.tcx", "run.gpx")):
        found = taken(*simulated(tmp_path, *names))
        assert {one.file: len(one.runs) for one in found} == {
            "run.fit": 1,
            "run.tcx": 0,
            "run.gpx": 0,
        }
        for one in found:
            told = "\n".join(issue.problem for issue in one.issues)
            assert ("The same recording as run.fit" in told) == (one.file != "run.fit")


def test_another_run_in_another_format_is_no_twin(tmp_path: Path) -> None:
    [tcx] = simulated(tmp_path, "run.tcx")
    other = write_simulated(SimulationRequest(minutes=6, seed=4), tmp_path / "run.fit").file
    assert [len(one.runs) for one in taken(tcx, other)] == [1, 1]


def as_gpx(folder: Path, mps: float, cadence: int | None, kind: str = "") -> Path:
    """Write a steady track of ten minutes."""
    inner = "" if cadence is None else f"<extensions><cad>{cadence}</cad></extensions>"
    points = (
        f'<trkpt lat="{-48.5 + mps * s / 111_195:.8f}" lon="-123.25">'
        f"<time>2024-05-01T06:{s // 60:02d}:{s % 60:02d}Z</time>{inner}</trkpt>"
        for s in range(600)
    )
    file = folder / "track.gpx"
    file.write_text(f"<gpx><trk>{kind}<trkseg>{''.join(points)}</trkseg></trk></gpx>")
    return file


@pytest.mark.parametrize(
    ("mps", "cadence", "runs"),
    [
        (2.8, 85, 1),
        (2.8, None, 1),
        (4.4, 92, 1),
        (2.8, 58, 0),
        (1.3, 55, 0),
        (1.3, None, 0),
        (7.5, 85, 0),
        (7.5, None, 0),
        (0.0, None, 0),
    ],
)
def test_a_track_without_a_sport_is_a_run_only_if_it_moves_like_one(
    tmp_path: Path, mps: float, cadence: int | None, runs: int
) -> None:
    [one] = taken(as_gpx(tmp_path, mps, cadence))
    assert len(one.runs) == runs
    told = "\n".join(issue.problem for issue in one.issues)
    assert ("taken for running" in told) == bool(runs)
    assert ("names no sport" in told) != bool(runs)


def test_a_track_that_names_its_sport_is_believed(tmp_path: Path) -> None:
    [slow] = taken(as_gpx(tmp_path, 1.3, None, "<type>running</type>"))
    assert len(slow.runs) == 1
    assert slow.issues == ()
    [ride] = taken(as_gpx(tmp_path, 2.8, 85, "<type>cycling</type>"))
    assert ride.runs == ()
