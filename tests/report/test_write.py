"""Reports into a folder: safe names, nothing overwritten that is another run's."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.app.views import Analysis, RunView
from evenstride.model.errors import EvenstrideError
from evenstride.report.write import safe_name, write_report

Made = Callable[[str], Analysis]


def named(run: RunView, file: str, start: str = "2025-06-05T07:12:00+02:00") -> RunView:
    return replace(run, sources=(replace(run.sources[0], file=file),), start=start)


@pytest.fixture
def quick(made: Made) -> Analysis:
    """Return the run that is drawn fastest."""
    return made("no_channel")


def test_a_run_becomes_page_picture_and_drawing(quick: Analysis, tmp_path: Path) -> None:
    paths = write_report([quick], tmp_path / "new" / "folder", "km")
    assert [path.name for path in paths] == [
        "2025-06-05-0712-2025-06-05-morning.html",
        "2025-06-05-0712-2025-06-05-morning.png",
        "2025-06-05-0712-2025-06-05-morning.svg",
    ]
    assert paths[0].read_text("utf-8").startswith("<!doctype html>")
    assert paths[1].read_bytes().startswith(b"\x89PNG")
    assert "<svg" in paths[2].read_text("utf-8")
    assert sorted((tmp_path / "new" / "folder").iterdir()) == sorted(paths)


def test_the_same_run_again_replaces_its_own_files(quick: Analysis, tmp_path: Path) -> None:
    first = write_report([quick], tmp_path, "km")
    second = write_report([quick], tmp_path, "mi")
    assert first == second
    assert "Distance, mi" in second[2].read_text("utf-8")


def test_another_run_of_the_same_name_gets_a_number(quick: Analysis, tmp_path: Path) -> None:
    other = replace(
        quick, run=replace(quick.run, sources=(replace(quick.run.sources[0], sha256="ab" * 32),))
    )
    first = write_report([quick], tmp_path, "km")
    before = [path.read_bytes() for path in first]
    second = write_report([other], tmp_path, "km")
    assert second[0].name == "2025-06-05-0712-2025-06-05-morning-2.html"
    assert [path.read_bytes() for path in first] == before
    assert write_report([other], tmp_path, "km") == second


def test_someone_elses_picture_of_that_name_is_left_alone(quick: Analysis, tmp_path: Path) -> None:
    theirs = tmp_path / "2025-06-05-0712-2025-06-05-morning.png"
    theirs.write_bytes(b"a holiday")
    paths = write_report([quick], tmp_path, "km")
    assert theirs.read_bytes() == b"a holiday"
    assert paths[1].name.endswith("-2.png")


def test_no_link_planted_in_the_folder_is_written_through(quick: Analysis, tmp_path: Path) -> None:
    precious, folder = tmp_path / "precious", tmp_path / "report"
    precious.write_bytes(b"mine")
    folder.mkdir()
    name = "2025-06-05-0712-2025-06-05-morning"
    for ending in ("html", "png", "svg"):
        (folder / f"{name}.{ending}.part").symlink_to(precious)
    (folder / f"{name}.png").symlink_to("nowhere")
    paths = write_report([quick], folder, "km")
    assert precious.read_bytes() == b"mine"
    assert paths[0].name == f"{name}-2.html"
    assert all(path.is_file() and not path.is_symlink() for path in paths)


def test_two_sessions_of_one_file_become_two_reports(quick: Analysis, tmp_path: Path) -> None:
    later = replace(quick, run=replace(quick.run, start="2025-06-05T09:00:00+02:00"))
    assert len(set(write_report([quick, later], tmp_path, "km"))) == 6


@pytest.mark.parametrize(
    ("file", "start", "name"),
    [
        ("../../etc/passwd.fit", "2025-06-05T07:12:00Z", "2025-06-05-0712-passwd"),
        ("C:\\runs\\Sunday Löng.FIT", "2025-06-05T07:12:00Z", "2025-06-05-0712-sunday-long"),
        ("走る.fit", "unknown", "run"),
        ("", "2025-06-05T07:12:00Z", "2025-06-05-0712"),
        ("2025-06-05-0712.fit", "2025-06-05T07:12:00Z", "2025-06-05-0712"),
    ],
)
def test_names_are_made_harmless(made: Made, file: str, start: str, name: str) -> None:
    assert safe_name(named(made("no_channel").run, file, start)) == name


@given(file=st.text(max_size=300), start=st.text(max_size=30))
def test_no_name_leaves_the_folder_or_grows_long(quiet: Analysis, file: str, start: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,80}", safe_name(named(quiet.run, file, start)))


def test_a_run_without_sources_still_has_a_name(made: Made) -> None:
    run = replace(made("no_channel").run, sources=(), start="")
    assert safe_name(run) == "run"


def test_a_folder_that_is_a_file_is_refused_with_a_remedy(quick: Analysis, tmp_path: Path) -> None:
    occupied = tmp_path / "taken"
    occupied.write_text("a file")
    with pytest.raises(EvenstrideError, match="could not be written") as refused:
        write_report([quick], occupied, "km")
    assert "--out" in refused.value.remedy
