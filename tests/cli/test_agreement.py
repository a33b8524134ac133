"""The command `agreement`, from files to what is read or kept."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from rich.console import Console

from evenstride.app.agreement_views import AGREEMENT_SCHEMA, BesideView, ManyRunsView
from evenstride.cli.program import main
from evenstride.model.agreement import WordOnRuns
from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.report.agreement import agreement_exit_code, draw_agreement
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import START, Scenario

Command = Callable[..., CompletedProcess[str]]
OFF = (Stretch(900.0, 1800.0),)
RUN = BesideView(
    ("a\x1b[31m.fit",),
    START.isoformat(),
    3600.0,
    "both",
    *(800.0, 100.0, 200.0, 2400.0),
    OFF,
    (Stretch(1000.0, 2000.0),),
    (Stretch(30.0, 3600.0),),
)
VIEW = ManyRunsView(
    schema=AGREEMENT_SCHEMA,
    runs=(RUN, replace(RUN, duration_s=1200.0, standing="not said", felt=())),
    counted=1,
    share=0.9,
    verdict="too few",
    other_runs=None,
    other_times=None,
    onset_delay=None,
    recovery_delay=None,
    says=("A sentence.",),
    issues=(Issue("error", "b.fit", "It is left out.", "Say more."),),
)


@pytest.fixture
def evenstride(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Command:
    """Run a command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def command(*words: str) -> CompletedProcess[str]:
        with pytest.raises(SystemExit) as left:
            main(words)
        heard = capsys.readouterr()
        return CompletedProcess(words, int(left.value.code or 0), heard.out, heard.err)

    return command


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[WordOnRuns]:
    """Stand in for the verb, and keep what it was told."""
    heard: list[WordOnRuns] = []

    def agreement(_: object, word: WordOnRuns, __: object) -> ManyRunsView:
        heard.append(word)
        if not word.laps:
            raise EvenstrideError("You have not said it.", "Say it.")
        return VIEW

    monkeypatch.setattr("evenstride.app.agreement.agreement", agreement)
    return heard


def test_laps_hold_for_all_files_or_for_one(evenstride: Command, told: list[WordOnRuns]) -> None:
    said = evenstride(
        *("agreement", "a.fit", "b=1.fit", "--laps", "gone,back", "--laps", "b=1.fit=Gone"),
        *("--fine", "c.fit"),
    )
    assert said.returncode == 3
    assert told == [WordOnRuns(("gone", "back"), (("b=1.fit", ("gone",)),), ("c.fit",))]


def test_a_meaning_that_is_none_is_refused(evenstride: Command, told: list[WordOnRuns]) -> None:
    said = evenstride("agreement", "a.fit", "--laps", "a.fit=bad")
    assert (said.returncode, told) == (2, [])
    assert "'bad' is no meaning" in said.stderr


def test_nothing_told_is_a_wrong_request(evenstride: Command, told: list[WordOnRuns]) -> None:
    said = evenstride("agreement", "a.fit")
    assert (said.returncode, said.stdout, len(told)) == (1, "", 1)
    assert said.stderr == "Error: You have not said it. Say it.\n"


def test_json_is_the_contract_and_nothing_else(evenstride: Command, told: list[WordOnRuns]) -> None:
    said = evenstride("agreement", "a.fit", "--laps", "gone", "--json")
    view = json.loads(said.stdout)
    assert list(view) == [
        *("schema", "runs", "counted", "share", "verdict", "other_runs", "other_times"),
        *("onset_delay", "recovery_delay", "says", "issues"),
    ]
    assert view["schema"] == "evenstride.agreement/1"
    assert view["runs"][0]["felt"] == [{"from_s": 900.0, "to_s": 1800.0, "reason": ""}]
    assert len(told) == 1


def drawn(view: ManyRunsView, encoding: str = "utf-8") -> str:
    class Stream(StringIO):
        encoding = "utf-8"

    Stream.encoding = encoding
    stream = Stream()
    draw_agreement(view, Console(file=stream, width=90, markup=False, emoji=False))
    return stream.getvalue()


def test_every_run_is_one_line_felt_above_measured() -> None:
    lines = drawn(VIEW).splitlines()
    [first] = [line for line in lines if "felt and seen" in line]
    assert "·········▀██████·" not in first
    assert "2024-01-01 a\\x1b[31m.fit" in first
    assert "·········▀████████▄▄················" in first
    assert first.index("▀") < first.index("█") < first.index("▄")
    [second] = [line for line in lines if "not counted: no word" in line]
    assert second.count("·") + second.count("▄") == 12


def test_a_terminal_without_blocks_gets_letters() -> None:
    text = drawn(VIEW, "ascii")
    assert "fBBBBBBBBss" in text
    assert "▀" not in text


def test_the_words_the_issues_and_the_limits_stand_below() -> None:
    text = " ".join(drawn(VIEW).split())
    assert "A sentence. Error (b.fit): It is left out. Say more." in text
    assert "emergency care" in text
    assert text.endswith("Not a diagnosis.")


def test_the_exit_code_says_what_was_left_out() -> None:
    assert agreement_exit_code(VIEW) == 3
    assert agreement_exit_code(replace(VIEW, issues=())) == 0
    assert agreement_exit_code(replace(VIEW, runs=())) == 4


def test_from_files_to_a_line_a_run(evenstride: Command) -> None:
    for day in range(2):
        scenario = Scenario(
            minutes=12,
            episodes=(PlantedEpisode(240, 480, balance_pp=6.0),),
            start=START + timedelta(days=day),
        )
        Path(f"{day}.fit").write_bytes(fit_bytes(simulate(scenario, day)))
    said = evenstride("agreement", "1.fit", "0.fit", "--laps", "gone,back")
    assert (said.returncode, said.stderr) == (0, "")
    words = " ".join(said.stdout.split())
    assert words.index("2024-01-01 0.fit") < words.index("2024-01-02 1.fit")
    assert "Fewer than 5 runs with your word are too few" in words
    assert "your mark counts" in words
