"""What to change to see more next time."""

import pytest

from evenstride.app.analyze import analyze_run
from evenstride.app.hints import hints
from evenstride.app.same_run import Run
from evenstride.app.views import RunView
from evenstride.coordination.deviation import build_signal
from evenstride.model.marks import Mark, RunnersWord
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

GONE = Mark(120.0, None, "gone", "lap", recalled=False)


def told(scenario: Scenario, *marks: Mark) -> dict[str, str]:
    recording = simulate(scenario, 1).recording()
    signal, _ = build_signal([recording], [0.0])
    return {h.where: h.problem + h.remedy for h in hints((recording,), signal, marks, ())}


def test_a_full_recording_with_a_mark_leaves_nothing_to_wish() -> None:
    assert told(Scenario(minutes=15), GONE) == {}


def test_smart_recording_is_told_with_its_remedy() -> None:
    [text] = told(Scenario(minutes=15, spacing="smart"), GONE).values()
    assert "record every second" in text


def test_a_wrist_is_told_what_a_strap_would_give() -> None:
    found = told(Scenario(minutes=15, kit="wrist"), GONE)
    assert "no foot can be named" in found["balance"]
    assert "strap" in found["balance"]


def test_a_run_without_a_mark_is_asked_for_one() -> None:
    assert "Press lap" in told(Scenario(minutes=15))["marks"]


@pytest.fixture(scope="module")
def two_ways() -> RunView:
    lasting = PlantedEpisode(1500, balance_pp=5.0)
    made = simulate(Scenario(minutes=50, episodes=(lasting,)), 2)
    return analyze_run(Run((made.recording(),)), RunnersWord()).run


def test_a_change_that_reads_two_ways_asks_for_the_runners_word(two_ways: RunView) -> None:
    [episode] = two_ways.episodes
    assert episode.other_reading is not None
    [hint] = [issue for issue in two_ways.issues if issue.where == "reading"]
    assert "--normal" in hint.remedy
    assert "--off-at-start" in hint.remedy
