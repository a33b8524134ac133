"""Lap presses whose meaning nobody told: asked at a terminal, shown elsewhere, never guessed."""

from collections.abc import Callable
from dataclasses import replace
from subprocess import CompletedProcess

import pytest

from evenstride.app.views import RunView
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark, RunnersWord

Command = Callable[..., CompletedProcess[str]]
Somebody = Callable[..., list[str]]


@pytest.fixture
def run(run: RunView) -> RunView:
    """Return the run with three presses that may mean anything."""
    presses = (Mark(t_s, t_s * 3, "mark", "lap", recalled=False) for t_s in (120.0, 700.0, 2280.0))
    untold = Issue("info", "laps", "3 lap presses have no told meaning.", "Tell it with --laps.")
    return replace(run, marks=tuple(presses), issues=(untold,))


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> Somebody:
    """Put somebody at the terminal who gives these answers, and then leaves."""

    def sits(*answers: str) -> list[str]:
        given = iter(answers)
        asked: list[str] = []

        def answer(_: object, prompt: str) -> str:
            asked.append(prompt)
            try:
                return next(given)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr("evenstride.cli.analysing.somebody_is_there", lambda: True)
        monkeypatch.setattr("rich.console.Console.input", answer)
        return asked

    return sits


def test_each_press_is_asked_about_once(
    evenstride: Command, somebody: Somebody, told: list[RunnersWord]
) -> None:
    asked = somebody("gone", "mark", "B")
    said = evenstride("analyze", "run.fit", "--gone", "1:55")
    assert [word.laps for word in told] == [(), ("gone", "mark", "back")]
    assert told[1].gone_s == (115.0,), "what was told before stays told"
    assert len(asked) == 3
    assert "Enter alone leaves this and all the rest" in asked[0]
    assert "at 2:00, 0.4 km" in asked[0]
    assert "Enter" not in asked[1]
    assert "--laps gone,mark,back" in said.stderr


def test_an_answer_nobody_understands_is_asked_for_again(
    evenstride: Command, somebody: Somebody, told: list[RunnersWord]
) -> None:
    asked = somebody("left?", "skip", "mark", "mark")
    evenstride("analyze", "run.fit")
    assert told[-1].laps == ("skip", "mark", "mark"), "a press told to be a mark is told"
    assert asked[1] == "Please answer gone, back, mark or skip: "


def test_enter_alone_leaves_the_rest_untold(
    evenstride: Command, somebody: Somebody, told: list[RunnersWord]
) -> None:
    asked = somebody("gone", "", "back")
    evenstride("analyze", "run.fit")
    assert told[-1].laps == ("gone",)
    assert len(asked) == 2


def test_somebody_who_says_nothing_leaves_them_untold(
    evenstride: Command, somebody: Somebody, told: list[RunnersWord]
) -> None:
    somebody()
    said = evenstride("analyze", "run.fit")
    assert [word.laps for word in told] == [()]
    assert "3 lap presses, meaning not told. Tell it with --laps." in said.stdout


def test_nobody_is_asked_for_json_or_when_the_meaning_is_told(
    evenstride: Command, somebody: Somebody, told: list[RunnersWord]
) -> None:
    asked = somebody("gone", "gone", "gone")
    evenstride("analyze", "run.fit", "--json")
    evenstride("analyze", "run.fit", "--laps", "gone,skip,back")
    evenstride("analyze", "run.fit", "other.fit")
    assert asked == [], "two runs cannot share one answer"
    assert len(told) == 3


def test_without_a_terminal_the_presses_are_one_line_with_the_remedy(
    evenstride: Command, told: list[RunnersWord]
) -> None:
    said = evenstride("analyze", "run.fit")
    assert [word.laps for word in told] == [()]
    assert said.stdout.count("lap press") == 1
    assert said.stdout.count("Tell it with --laps.") == 1
