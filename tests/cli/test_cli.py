"""The command line: what it takes, what it says, with which code it leaves."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from typer.testing import CliRunner

from evenstride import __version__
from evenstride.app.views import Analysis
from evenstride.cli.program import app
from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.marks import RunnersWord

Command = Callable[..., CompletedProcess[str]]
UNTESTED = "Tested on simulated and healthy running only"


def folded(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize(
    "words", [[], ["analyze"], ["simulate"], ["formats"], ["config"], ["demo"]]
)
def test_help_tells_what_each_command_is_for(words: list[str]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "80"})
    assert shown.exit_code == 0
    assert "Usage: " in shown.output
    assert "None" not in shown.output


def test_the_first_help_names_every_exit_code_and_what_this_is_not(evenstride: Command) -> None:
    shown = folded(evenstride("--help").stdout)
    assert "Exit codes:" in shown
    assert [code for code in (0, 1, 2, 3, 4, 70, 130) if f" {code} " not in shown] == []
    assert UNTESTED in shown
    assert "Not a diagnosis" in shown


def test_no_words_at_all_show_the_help(evenstride: Command) -> None:
    shown = evenstride()
    assert "Usage: evenstride" in shown.stdout + shown.stderr


def test_version_is_said(evenstride: Command) -> None:
    said = evenstride("--version")
    assert (said.returncode, said.stdout) == (0, f"evenstride {__version__}\n")


def test_a_shell_is_given_its_completion(
    evenstride: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_EVENSTRIDE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "evenstride an")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert evenstride().stdout.split() == ["analyze"]


def test_a_run_is_summed_up_and_the_code_is_0(evenstride: Command) -> None:
    said = evenstride("analyze", "run.fit")
    assert said.returncode == 0
    assert "contact moved toward the left foot" in said.stdout
    assert UNTESTED in said.stdout
    assert said.stderr == ""


def test_what_the_runner_says_reaches_the_verb(
    evenstride: Command, told: list[RunnersWord]
) -> None:
    evenstride(
        *("analyze", "run.fit", "--gone", "2:00", "--gone", "1:05:30", "--back", "38:00,70:00"),
        *("--laps", "gone, Back,mark,skip", "--normal", "45:00-60:00", "--off-at-start"),
    )
    assert told == [
        RunnersWord(
            gone_s=(120.0, 3930.0),
            back_s=(2280.0, 4200.0),
            laps=("gone", "back", "mark", "skip"),
            normal=(Stretch(2700.0, 3600.0),),
            off_at_start=True,
        )
    ]


@pytest.mark.parametrize(
    "time", ["120", "2", "2:60", "2:0", "1:60:00", "-2:00", "2.00", "soon", ""]
)
def test_what_is_no_time_is_refused_with_an_example(
    evenstride: Command, told: list[RunnersWord], time: str
) -> None:
    said = evenstride("analyze", "run.fit", f"--gone={time}")
    assert said.returncode == 2
    assert "--gone" in said.stderr
    assert "such as 2:00 or 1:05:30" in folded(said.stderr)
    assert told == []


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("--normal=45:00", "such as 45:00-60:00"),
        ("--normal=60:00-45:00", "earlier time first"),
        ("--normal=1:00-2:00-3:00", "such as 45:00-60:00"),
        ("--laps=gone,left", "gone, back, mark or skip"),
        ("--laps=", "gone, back, mark or skip"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(
    evenstride: Command, option: str, hint: str
) -> None:
    said = evenstride("analyze", "run.fit", option)
    assert said.returncode == 2
    assert hint in folded(said.stderr)


def test_no_file_and_unknown_options_are_usage_errors(evenstride: Command) -> None:
    assert evenstride("analyze").returncode == 2
    assert evenstride("analyze", "run.fit", "--magic").returncode == 2
    assert evenstride("cure").returncode == 2


def test_some_files_failed_is_3_and_all_failed_is_4(evenstride: Command) -> None:
    mixed = evenstride("analyze", "run.fit", "bad.fit")
    assert mixed.returncode == 3
    assert "This is no FIT file. Export it again." in mixed.stdout
    assert evenstride("analyze", "bad.fit", "bad2.fit").returncode == 4


def test_json_is_the_contract_and_nothing_else(evenstride: Command) -> None:
    one = evenstride("analyze", "run.fit", "--json")
    assert json.loads(one.stdout)["schema"] == "evenstride.run/1"
    several = evenstride("analyze", "run.fit", "bad.fit", "other.fit", "--json")
    found = json.loads(several.stdout)
    assert [item.get("sources", [{}])[0].get("file") for item in found] == [
        "run.fit",
        None,
        "other.fit",
    ]
    assert several.returncode == 3
    assert (one.stderr, several.stderr) == ("", "")


def test_a_wrong_request_is_told_with_its_remedy_and_no_traceback(
    evenstride: Command, surprises: list[BaseException]
) -> None:
    surprises.append(EvenstrideError("The run ends before 99:00.", "Give an earlier time."))
    said = evenstride("analyze", "run.fit", "--json", "--gone", "99:00")
    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr == "Error: The run ends before 99:00. Give an earlier time.\n"


def test_a_defect_is_one_sentence_and_a_way_to_the_traceback(
    evenstride: Command, surprises: list[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    surprises.append(ZeroDivisionError("oh\x1b[31m"))
    said = evenstride("analyze", "run.fit")
    assert said.returncode == 70
    assert "Traceback" not in said.stderr
    assert "ZeroDivisionError: oh\\x1b[31m" in said.stderr
    assert "EVENSTRIDE_DEBUG=1" in said.stderr
    monkeypatch.setenv("EVENSTRIDE_DEBUG", "1")
    assert "Traceback" in evenstride("analyze", "run.fit").stderr


def test_ctrl_c_leaves_with_130_and_no_traceback(
    evenstride: Command, surprises: list[BaseException]
) -> None:
    surprises.append(KeyboardInterrupt())
    said = evenstride("analyze", "run.fit")
    assert said.returncode == 130
    assert "Traceback" not in said.stderr


def test_picture_and_page_are_written_where_asked_and_named(
    evenstride: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(analyses: list[Analysis], folder: Path, units: str) -> tuple[Path, ...]:
        return tuple(folder / f"{item.run.sources[0].file}-{units}.html" for item in analyses)

    monkeypatch.setattr("evenstride.report.write.write_report", write)
    said = evenstride("analyze", "run.fit", "bad.fit", "--out", "monday")
    assert f"Written: {Path('monday') / 'run.fit-km.html'}\n" in said.stdout
    quiet = evenstride("analyze", "run.fit", "--json", "--out", "monday")
    assert json.loads(quiet.stdout)["schema"] == "evenstride.run/1"
    assert "run.fit-km.html" in quiet.stderr
    assert evenstride("analyze", "bad.fit", "--out", "monday").returncode == 4


def test_a_folder_that_cannot_be_written_is_a_wrong_request(
    evenstride: Command, tmp_path: Path, told: list[RunnersWord]
) -> None:
    (tmp_path / "a-file").write_text("mine")
    said = evenstride("analyze", "run.fit", "--out", "a-file")
    assert said.returncode == 1
    assert "a-file is a file" in said.stderr
    assert told == [], "refused before the work, not after"
    denied = evenstride("analyze", "run.fit", "--out", "/proc/nowhere")
    assert denied.returncode == 1
    assert "--out" in denied.stderr


def test_a_file_name_can_neither_colour_nor_clear_the_screen(evenstride: Command) -> None:
    said = evenstride("analyze", "[red]a\x1b[2Jb\u202ec\r\n.fit")
    assert "[red]a\\x1b[2Jb\\u202ec\\r\\n.fit" in said.stdout
    assert "\x1b" not in said.stdout + said.stderr


def test_a_file_name_that_is_not_utf_8_is_shown_and_still_makes_json(evenstride: Command) -> None:
    name = b"l\xe4ufe.fit".decode("utf-8", "surrogateescape")
    assert "l\\udce4ufe.fit" in evenstride("analyze", name).stdout
    found = json.loads(evenstride("analyze", name, "--json").stdout)
    assert found["sources"][0]["file"] == "l\\udce4ufe.fit"


# --- settings ---------------------------------------------------------------------------------


def test_units_are_shown_set_and_used(evenstride: Command, tmp_path: Path) -> None:
    assert evenstride("config", "units").stdout == "units km\n"
    assert "km" in evenstride("analyze", "run.fit").stdout
    changed = evenstride("config", "units", "mi")
    kept = tmp_path / "config" / "settings.toml"
    assert changed.stdout.splitlines() == ["units mi", f"kept in {kept}"]
    assert kept.read_text() == 'units = "mi"\n'
    summary = evenstride("analyze", "run.fit").stdout
    assert " mi" in summary
    assert " km" not in summary
    assert "/km" not in summary


def test_units_nobody_knows_are_refused(evenstride: Command, tmp_path: Path) -> None:
    assert evenstride("config", "units", "furlongs").returncode == 2
    assert evenstride("config", "colour", "red").returncode == 2
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text('units = "furlongs"\n')
    said = evenstride("analyze", "run.fit")
    assert said.returncode == 1
    assert "evenstride config units km" in said.stderr


def test_a_device_is_flipped_shown_used_and_undone(
    evenstride: Command, tmp_path: Path, exchanged: list[tuple[str, ...]]
) -> None:
    kept = f"kept in {tmp_path / 'config' / 'settings.toml'}"
    assert evenstride("config", "flip").stdout == "flip no device\n"
    set_now = evenstride("config", "flip", "Garmin fenix 5X")
    assert set_now.stdout.splitlines() == ["flip Garmin fenix 5X", kept]
    assert evenstride("config").stdout.splitlines() == ["units km", "flip Garmin fenix 5X", kept]
    evenstride("analyze", "run.fit")
    undone = evenstride("config", "flip", "garmin FENIX 5x", "--undo")
    assert undone.stdout.splitlines() == ["flip no device", kept]
    evenstride("analyze", "run.fit")
    assert exchanged == [("Garmin fenix 5X",), ()]


def test_undo_without_a_device_and_a_device_never_set_are_refused(evenstride: Command) -> None:
    assert evenstride("config", "--undo").returncode == 2
    assert evenstride("config", "units", "km", "--undo").returncode == 2
    said = evenstride("config", "flip", "Stryd", "--undo")
    assert said.returncode == 1
    assert "nothing to undo" in said.stderr
