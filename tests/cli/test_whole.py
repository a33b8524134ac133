"""The whole way, as a runner goes it: a file in, a summary, a page and JSON out."""

import json
import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from evenstride.app.simulation import SimulationRequest, write_simulated


def evenstride(*words: str, cwd: Path) -> CompletedProcess[str]:
    """Run the program as a shell would, with settings of its own."""
    return subprocess.run(
        [sys.executable, "-m", "evenstride.cli", *words],
        cwd=cwd,
        env=os.environ | {"EVENSTRIDE_CONFIG": str(cwd / "config"), "COLUMNS": "80"},
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an hour with lap presses whose change is large enough for any detector."""
    request = SimulationRequest(onset_s=720, recovery_s=2400, shift_pp=3.0, seed=7)
    return write_simulated(request, tmp_path_factory.mktemp("runs") / "run.fit").file


def test_a_large_change_is_found_and_told_beside_the_marks(hour: Path, tmp_path: Path) -> None:
    said = evenstride("analyze", str(hour), "--laps", "gone,back", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert "toward the left foot" in said.stdout
    assert "you felt" in said.stdout
    assert len(said.stdout.splitlines()) <= 34
    assert max(len(line) for line in said.stdout.splitlines()) <= 80


def test_the_contract_holds_what_was_planted(hour: Path, tmp_path: Path) -> None:
    said = evenstride("analyze", str(hour), "--laps", "gone,back", "--json", cwd=tmp_path)
    found = json.loads(said.stdout)
    assert said.stderr == ""
    assert [mark["kind"] for mark in found["marks"]] == ["gone", "back"]
    assert found["episodes"][0]["onset_s"] == pytest.approx(720, abs=60)
    assert found["episodes"][0]["recovery_s"] == pytest.approx(2400, abs=60)
    assert found["episodes"][0]["toward"] == "left"
    excluded = sum(stretch["to_s"] - stretch["from_s"] for stretch in found["excluded"])
    whole = found["coordinated_s"] + found["off_s"] + excluded
    assert whole == pytest.approx(found["moving_s"], abs=1)


def test_the_page_and_the_picture_are_where_it_says(hour: Path, tmp_path: Path) -> None:
    said = evenstride("analyze", str(hour), "--out", "my run", cwd=tmp_path)
    told = [
        line.removeprefix("Written: ") for line in said.stdout.splitlines() if "Written" in line
    ]
    assert {Path(path).suffix for path in told} == {".html", ".png", ".svg"}
    assert all((tmp_path / path).stat().st_size > 1000 for path in told)


def test_what_is_no_run_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a run")
    (tmp_path / "empty.fit").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for name in ("notes.txt", "empty.fit", "folder", "missing.fit", "../missing.fit"):
        said = evenstride("analyze", name, cwd=tmp_path)
        assert said.returncode == 4, name
        assert Path(name).name in said.stdout, name
        assert "Traceback" not in said.stdout + said.stderr, name


def test_one_bad_file_among_good_ones_stops_nothing(hour: Path, tmp_path: Path) -> None:
    said = evenstride("analyze", str(hour), "missing.fit", "--json", cwd=tmp_path)
    first, second = json.loads(said.stdout)
    assert said.returncode == 3
    assert first["sources"][0]["file"] == "run.fit"
    assert second["issues"][0]["level"] == "error"


def test_the_demo_ends_with_a_page_and_a_picture(tmp_path: Path) -> None:
    said = evenstride("demo", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    made = {path.suffix for path in (tmp_path / "evenstride-demo").iterdir()}
    assert made == {".fit", ".html", ".png", ".svg"}
    assert "Written: " in said.stdout
