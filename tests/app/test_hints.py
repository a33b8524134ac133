"""What to change to see more next time."""

from evenstride.app.hints import hints
from evenstride.coordination.deviation import build_signal
from evenstride.model.marks import Mark
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

GONE = Mark(120.0, None, "gone", "lap", recalled=False)


def told(scenario: Scenario, *marks: Mark) -> dict[str, str]:
    recording = simulate(scenario, 1).recording()
    signal, _ = build_signal([recording], [0.0])
    return {h.where: h.problem + h.remedy for h in hints((recording,), signal, marks)}


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


def test_two_devices_are_told_to_be_one_run() -> None:
    recording = simulate(Scenario(minutes=15), 1).recording()
    signal, _ = build_signal([recording, recording], [0.0, 0.0])
    [hint] = hints((recording, recording), signal, (GONE,))
    assert "seen by 2 devices" in hint.problem
