"""Files become recordings; whatever else they are becomes a sentence."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evenstride.app.intake import LARGEST_BYTES, Intake, take_in

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
