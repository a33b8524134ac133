"""The runner's own marks: pressed or told, never guessed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from evenstride.app.felt import distance_at, felt_marks, manual_presses
from evenstride.app.same_run import Run
from evenstride.coordination.deviation import build_signal
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.model.marks import LapMeaning, Mark, RunnersWord
from evenstride.model.recording import LAPS, Recording
from evenstride.model.signal import Signal
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

Pressed = Callable[..., tuple[Run, Signal]]
SILENT = RunnersWord()


@pytest.fixture(scope="module")
def plain() -> Recording:
    return simulate(Scenario(minutes=15), 1).recording()


@pytest.fixture(scope="module")
def signal(plain: Recording) -> Signal:
    return build_signal([plain], [0.0])[0]


@pytest.fixture
def pressed(plain: Recording, signal: Signal) -> Pressed:
    """Return a maker of the same run with laps ending at given moments."""

    def make(*ends: float, trigger: str = "manual") -> tuple[Run, Signal]:
        laps = pl.DataFrame(
            {
                "start_s": [0.0, *ends[:-1]],
                "end_s": list(ends),
                "trigger": [trigger] * len(ends),
            },
            schema=dict(LAPS.empty().schema),
        )
        return Run((replace(plain, laps=laps),)), signal

    return make


def marks(
    run: tuple[Run, Signal], word: RunnersWord = SILENT
) -> tuple[tuple[Mark, ...], tuple[Issue, ...]]:
    return felt_marks(*run, word)


def test_a_press_without_a_told_meaning_stays_a_plain_mark_and_is_asked_about(
    pressed: Pressed,
) -> None:
    found, issues = marks(pressed(120.0, 600.0))
    assert [(m.t_s, m.kind, m.source, m.recalled) for m in found] == [
        (120.0, "mark", "lap", False),
        (600.0, "mark", "lap", False),
    ]
    assert issues[0].problem.startswith("2 lap presses")
    assert "--laps" in issues[0].remedy
    assert marks(pressed(120.0))[1][0].problem.startswith("One lap press has")


def test_told_meanings_go_to_presses_in_order_and_skip_leaves_one_out(pressed: Pressed) -> None:
    told: tuple[LapMeaning, ...] = ("skip", "gone", "back")
    found, issues = marks(pressed(60.0, 120.0, 600.0), RunnersWord(laps=told))
    assert [(m.t_s, m.kind) for m in found] == [(120.0, "gone"), (600.0, "back")]
    assert all(not mark.recalled for mark in found)
    assert issues == ()


def test_presses_beyond_what_was_told_stay_plain(pressed: Pressed) -> None:
    found, issues = marks(pressed(120.0, 600.0), RunnersWord(laps=("gone",)))
    assert [mark.kind for mark in found] == ["gone", "mark"]
    assert len(issues) == 1


def test_more_meanings_than_presses_are_a_wrong_request(pressed: Pressed) -> None:
    with pytest.raises(EvenstrideError, match="has 1") as refused:
        marks(pressed(120.0), RunnersWord(laps=("gone", "back")))
    assert "--gone" in refused.value.remedy


@pytest.mark.parametrize("trigger", ["distance", "time", "session_end", "position", "unknown"])
def test_laps_the_watch_made_by_itself_are_no_marks(pressed: Pressed, trigger: str) -> None:
    assert marks(pressed(120.0, 600.0, trigger=trigger)) == ((), ())


def test_the_press_that_ends_the_recording_is_no_mark(pressed: Pressed) -> None:
    run, _ = pressed(0.0, 120.0, 897.0, 899.0)
    assert manual_presses(run) == [120.0]


def test_what_is_told_afterwards_is_recalled_and_stands_in_time_order(pressed: Pressed) -> None:
    word = RunnersWord(gone_s=(300.0, 60.0), back_s=(200.0,), laps=("gone",))
    found, _ = marks(pressed(120.0), word)
    assert [(m.t_s, m.kind, m.source, m.recalled) for m in found] == [
        (60.0, "gone", "told", True),
        (120.0, "gone", "lap", False),
        (200.0, "back", "told", True),
        (300.0, "gone", "told", True),
    ]


@pytest.mark.parametrize("word", [RunnersWord(gone_s=(901.0,)), RunnersWord(back_s=(4000.0,))])
def test_a_moment_after_the_end_is_a_wrong_request(pressed: Pressed, word: RunnersWord) -> None:
    with pytest.raises(EvenstrideError, match=r"after the end of the run \(15:00\)"):
        marks(pressed(120.0), word)


def test_a_mark_stands_where_the_runner_was(pressed: Pressed, signal: Signal) -> None:
    [mark], _ = marks(pressed(120.0))
    assert mark.distance_m == pytest.approx(signal.distance_m[120])
    assert distance_at(signal, 120.5) == pytest.approx(signal.distance_m[120:122].mean())
    lost = replace(signal, distance_m=np.full(signal.seconds, np.nan))
    assert distance_at(lost, 120.0) is None


def test_presses_on_the_second_device_count_on_the_runs_clock(plain: Recording) -> None:
    late = replace(plain, start=plain.start.replace(minute=1))
    laps = pl.DataFrame(
        {"start_s": [0.0], "end_s": [100.0], "trigger": ["manual"]},
        schema=dict(LAPS.empty().schema),
    )
    assert manual_presses(Run((plain, replace(late, laps=laps)))) == [160.0]
