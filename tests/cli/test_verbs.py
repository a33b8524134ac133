"""The small verbs from the command line, for real."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from evenstride import __version__

Command = Callable[..., CompletedProcess[str]]


def process(*words: str, cwd: Path, **environment: str) -> CompletedProcess[str]:
    """Run the program as a shell would."""
    return subprocess.run(
        [sys.executable, "-m", "evenstride.cli", *words],
        cwd=cwd,
        env=os.environ | {"EVENSTRIDE_CONFIG": str(cwd / "config")} | environment,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_formats_names_fit(evenstride: Command) -> None:
    said = evenstride("formats")
    assert said.returncode == 0
    assert ".fit" in said.stdout


def test_a_run_is_simulated_as_asked(evenstride: Command, tmp_path: Path) -> None:
    said = evenstride(
        *("simulate", "--minutes", "5", "--onset", "1:00", "--recovery", "4:00"),
        *("--shift-pp", "-1.5", "--ramp", "0:30", "--seed", "7", "--kit", "strap+stryd"),
        *("--recording", "smart", "--run-walk", "120/60", "--no-laps", "--out", "new/run.fit"),
    )
    assert said.returncode == 0
    assert "1.5 pp toward the right foot from 1:00 to 4:00" in said.stdout
    assert "Next: evenstride analyze new/run.fit" in said.stdout
    assert (tmp_path / "new" / "run.fit").stat().st_size > 1000


@pytest.mark.parametrize("bouts", ["120", "0/60", "120/0", "2:00/1:00", "a/b"])
def test_bouts_that_are_none_are_refused(evenstride: Command, bouts: str) -> None:
    said = evenstride("simulate", "--out", "run.fit", "--run-walk", bouts)
    assert said.returncode == 2
    assert "120/60" in said.stderr


def test_a_run_that_cannot_be_is_a_wrong_request(evenstride: Command) -> None:
    said = evenstride("simulate", "--out", "run.fit", "--recovery", "4:00")
    assert said.returncode == 1
    assert said.stderr == (
        "Error: Coordination cannot come back when it never goes. Give --onset too.\n"
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--onset", "61:00"), "The run is over at 1:00:00, before the onset at 1:01:00."),
        (("--onset", "9:00", "--recovery", "60:00"), "before the recovery at 1:00:00."),
        (("--onset", "9:00", "--recovery", "8:00"), "come back at 8:00, before it goes at 9:00."),
        (
            ("--onset", "9:00", "--recovery", "10:00", "--ramp", "2:00"),
            "The change takes 2:00 to come in full, but lasts only 1:00.",
        ),
    ],
)
def test_times_that_cannot_be_are_told_as_clock_times(
    evenstride: Command, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    said = evenstride("simulate", "--out", "run.fit", *words)
    assert said.returncode == 1
    assert says in said.stderr
    assert not (tmp_path / "run.fit").exists()


def test_the_demo_writes_a_run_a_page_and_a_picture_and_ends(
    evenstride: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenstride.report.write.write_report", _written)
    said = evenstride("demo")
    assert said.returncode == 0
    assert "Written: " in said.stdout
    assert (tmp_path / "evenstride-demo" / "simulated-runner.fit").exists()
    (tmp_path / "taken").write_text("")
    assert evenstride("demo", "--out", "taken").returncode == 1


def _written(_: object, folder: Path, __: str) -> tuple[Path, ...]:
    return (folder / "run.html", folder / "run.png")


def test_the_program_runs_as_a_process(tmp_path: Path) -> None:
    said = process("--version", cwd=tmp_path)
    assert (said.returncode, said.stdout) == (0, f"evenstride {__version__}\n")


def test_help_takes_in_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom evenstride.cli.program import main\n"
        "try:\n    main(['--help'])\nfinally:\n"
        "    heavy = {'numpy', 'polars', 'matplotlib', 'jinja2', 'msgspec'} & set(sys.modules)\n"
        "    assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_that_knows_no_unicode_gets_something_readable(tmp_path: Path) -> None:
    said = process(
        *("simulate", "--minutes", "2", "--out", "l\u00e4ufe.fit"),
        cwd=tmp_path,
        PYTHONIOENCODING="ascii",
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert "l\\xe4ufe.fit" in said.stdout


def test_a_pipe_that_closes_early_leaves_no_traceback(tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m evenstride.cli analyze --help | head -1'
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
