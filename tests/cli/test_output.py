"""Where the command line's words go: full disks, closed streams, odd names."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from evenstride.app.simulation import SimulationRequest, write_simulated
from evenstride.app.views import SCHEMA, Analysis, FailedView
from evenstride.model.issue import Issue
from evenstride.model.marks import RunnersWord
from evenstride.report.delivery import exit_code

Command = Callable[..., CompletedProcess[str]]
PROGRAM = f"{shlex.quote(sys.executable)} -m evenstride.cli"
UNWRITTEN = "Error: The output could not be written: "


def shell(words: str, folder: Path, **environment: str) -> CompletedProcess[str]:
    """Run the program with redirections, as a shell would."""
    return subprocess.run(
        ["/bin/sh", "-c", f"{PROGRAM} {words}"],
        cwd=folder,
        env=os.environ | {"EVENSTRIDE_CONFIG": str(folder / "config")} | environment,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk always full")
@pytest.mark.parametrize("words", ["config", "analyze missing.fit", "analyze missing.fit --json"])
def test_a_full_disk_is_named_and_not_blamed_on_the_program(tmp_path: Path, words: str) -> None:
    said = shell(f"{words} >/dev/full", tmp_path)
    assert said.returncode == 1
    assert said.stderr.startswith(f"{UNWRITTEN}No space left on device. ")
    assert len(said.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", ["formats", "analyze missing.fit --json", "demo --out d"])
def test_a_closed_output_is_told_before_the_work(tmp_path: Path, words: str) -> None:
    said = shell(f"{words} >&-", tmp_path)
    assert said.returncode == 1
    assert said.stderr.startswith(f"{UNWRITTEN}standard output is closed. ")
    assert len(said.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_without_input_and_messages_the_exit_code_still_tells(tmp_path: Path) -> None:
    said = shell("analyze missing.fit <&- 2>&-", tmp_path)
    assert said.returncode == 4
    assert "does not exist" in said.stdout
    assert shell("simulate --out r.fit --recovery 1:00 2>&-", tmp_path).returncode == 1


def test_trouble_with_a_file_nobody_foresaw_stays_a_defect(
    evenstride: Command, surprises: list[BaseException]
) -> None:
    surprises.append(OSError(5, "Input/output error", "fonts.json"))
    assert evenstride("analyze", "run.fit").returncode == 70


@pytest.mark.parametrize("command", ["analyze run.fit", "demo", "simulate"])
def test_a_name_too_long_for_the_disk_is_a_wrong_request(
    evenstride: Command, told: list[RunnersWord], command: str
) -> None:
    said = evenstride(*command.split(), "--out", "long" * 75)
    assert said.returncode == 1
    assert "too long" in said.stderr
    assert "--out" in said.stderr
    assert told == [], "refused before the work, not after"


@pytest.mark.parametrize("command", ["analyze run.fit", "demo"])
def test_a_link_to_nowhere_is_no_folder(
    evenstride: Command, told: list[RunnersWord], tmp_path: Path, command: str
) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    assert evenstride(*command.split(), "--out", "link").returncode == 1
    assert told == []


def test_a_file_given_twice_is_no_failure(analysis: Analysis, failed: FailedView) -> None:
    twice = FailedView(SCHEMA, (Issue("info", "run.fit", "The same file as run.fit."),))
    assert exit_code([analysis, twice]) == 0
    assert exit_code([analysis, replace(failed, issues=twice.issues + failed.issues)]) == 3
    assert exit_code([analysis, twice, failed]) == 3
    assert exit_code([failed, twice]) == 4


@pytest.mark.parametrize(
    ("name", "locale"),
    [
        (b"bad\xff\xfe.fit", {}),
        ("l\u00e4ufe \U0001f600 \u05e9\u05dc.fit".encode(), {"LC_ALL": "C", "PYTHONUTF8": "0"}),
    ],
    ids=["no UTF-8", "no UTF-8 system"],
)
def test_every_name_gets_its_page(tmp_path: Path, name: bytes, locale: dict[str, str]) -> None:
    made = write_simulated(SimulationRequest(minutes=12, seed=7), tmp_path / "run.fit").file
    made.rename(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    said = shell("analyze *.fit --out report", tmp_path, **locale)
    assert (said.returncode, said.stderr) == (0, "")
    [page] = (tmp_path / "report").glob("*.html")
    assert name.decode("utf-8", "replace") in page.read_text("utf-8")
