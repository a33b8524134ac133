"""What the runner says of kept runs on the command line, and what an import says."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from evenstride.app.archive_views import LabelledRunsView, LabelledView, LabelView
from evenstride.app.imported import imported_view
from evenstride.cli.program import main
from evenstride.cli.times import last_day_of
from evenstride.model.archive import FiledRecording, FiledRun, Label, Outcome
from evenstride.model.issue import Issue
from evenstride.report.archive import draw_imported, draw_labelled_runs, saved_list
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.store.archive import open_archive

START = datetime(2024, 5, 1, 7, 30, tzinfo=UTC)
OFFER = LabelView("marks", (120.0,), (2160.0,), "", "noted", words="gone 2min, back mile 4")


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FiledRun:
    """File a run whose title offers marks."""
    monkeypatch.setenv("EVENSTRIDE_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setenv("EVENSTRIDE_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("evenstride.cli.archive_telling.look_at_waiting", lambda _: None)
    with open_archive(tmp_path / "archive") as archive, archive.writing() as writing:
        sha256 = writing.put(b"run", "run.fit", START)
        one = FiledRecording(sha256, 0, "FIT", "Garmin fenix 5X", "7", "", START, 3600.0, 9e3)
        run = writing.file([one], title="gone 2min, back mile 4")
        writing.add_label(
            Label(run.run, "marks", (120.0,), (2160.0,), START, "noted", words=OFFER.words)
        )
    return run


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run a command in this process; return its exit code and all it printed."""
    with pytest.raises(SystemExit) as left:
        main(words)
    heard = capsys.readouterr()
    return int(left.value.code or 0), heard.out + heard.err


def test_an_offer_has_a_question_mark_until_it_is_answered(
    capsys: pytest.CaptureFixture[str], noted: FiledRun
) -> None:
    listed = said(capsys, "runs")[1]
    assert "2:00–36:00?" in listed
    assert "--take, or --refuse" in listed
    assert said(capsys, "label", noted.run, "--take")[1].endswith("gone 2:00, back 36:00.\n")
    listed = said(capsys, "runs")[1]
    assert "2:00–36:00" in listed
    assert "?" not in listed
    again = said(capsys, "label", "last", "--undo")[1]
    assert 'Your words "gone 2min, back mile 4" were read as: gone 2:00, back 36:00.' in again
    assert said(capsys, "label", "--refuse", "--since", "2024")[0] == 0
    assert said(capsys, "label", "--take", "--since", "2024")[0] == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--laps", "gone,back"],
        ["last", "--laps", "gone,back", "--since", "2024"],
        ["--fine", "--since", "2024"],
        ["--gone", "2:00", "--until", "2024"],
        ["last", "2024-05-01", "--gone", "2:00"],
        ["last", "--laps", "gone,sideways"],
        ["last", "--take", "--refuse"],
    ],
)
def test_what_cannot_be_meant_is_refused(
    capsys: pytest.CaptureFixture[str], noted: FiledRun, words: list[str]
) -> None:
    assert noted.run
    assert said(capsys, "label", *words)[0] == 2


@pytest.mark.parametrize(
    ("text", "day"), [("2024", "2024-12-31"), ("2024-02", "2024-02-29"), ("2024-05-01", "")]
)
def test_the_last_day_of_a_year_or_a_month_is_counted_in(text: str, day: str) -> None:
    assert last_day_of("--until", text).isoformat() == (day or text)


def test_many_runs_told_at_once_are_counted_and_those_left_out_are_named() -> None:
    label = LabelView("marks", (), (), "", "told", ("gone", "back"))
    days = [START + timedelta(days=n) for n in range(30)]
    runs = tuple(
        LabelledView("", f"{n:08x}", d.isoformat(), (label,), None) for n, d in enumerate(days)
    )
    left = Issue("warning", "9f3a12bc", "Run 9f3a12bc has 3 lap presses.", "Say each.")
    console = Console(file=StringIO(), width=100)
    draw_labelled_runs(LabelledRunsView("", runs, (left,)), console)
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert "and 10 more" in text
    assert "9f3a12bc" in text
    assert "Said of 30 runs; 1 left out." in text


def test_an_import_says_how_each_input_ended_and_what_words_offer() -> None:
    outcomes = [
        Outcome("a.fit", "imported", "FIT", "9f3a12bc"),
        Outcome("sleep.fit", "skipped", "sleep"),
        Outcome("=cmd.fit", "failed", issues=(Issue("error", "", "It\tis cut.", "Copy it."),)),
    ]
    view = imported_view(outcomes, 1, 1)
    console = Console(file=StringIO(), width=100)
    draw_imported(view, console)
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    assert [line.split(maxsplit=1) for line in lines[:3]] == [
        ["1", "imported"],
        ["1", "skipped (sleep 1)"],
        ["1", "failed"],
    ]
    assert "In 1 run your title or note says what you felt." in lines[-1]
    table = [line.split("\t") for line in saved_list(view).splitlines()]
    assert {len(row) for row in table} == {5}
    assert [row[1] for row in table] == ["fate", "imported", "skipped", "failed"]
    assert table[3][0] == "'=cmd.fit"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_ctrl_c_leaves_what_was_imported_and_the_same_command_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(24):
        run = simulate(Scenario(minutes=2, start=START + timedelta(days=n)), n)
        (folder / f"{n}.fit").write_bytes(fit_bytes(run))
    archive = tmp_path / "archive"
    command = [sys.executable, "-m", "evenstride.cli", "import", str(folder), "--later", "--json"]
    where = {"EVENSTRIDE_ARCHIVE": str(archive), "EVENSTRIDE_CONFIG": str(tmp_path / "config")}
    with subprocess.Popen(
        [*command, "--archive", str(archive)],
        env={**os.environ, **where},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        while child.poll() is None and not _some(archive):
            time.sleep(0.02)
        os.killpg(child.pid, signal.SIGINT)  # as a terminal does: the workers hear it too
        out, err = child.communicate(timeout=120)
    assert child.returncode == 130
    assert "the same command goes on from here" in err
    assert "Traceback" not in err
    assert out == ""
    with open_archive(archive) as opened:
        before = {run.run for run in opened.runs()}
    assert 0 < len(before) < 24
    again = subprocess.run(
        command, env={**os.environ, **where}, capture_output=True, text=True, check=True
    )
    told = json.loads(again.stdout)
    assert (told["already_here"], told["imported"]) == (len(before), 24 - len(before))
    with open_archive(archive) as opened:
        assert len(opened.runs()) == 24


def _some(archive: Path) -> bool:
    if not (archive / "facts.sqlite").exists():
        return False
    with open_archive(archive) as opened:
        return bool(opened.runs())
