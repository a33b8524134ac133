"""Which recordings are of one run."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evenstride.app.same_run import group_by_run
from evenstride.model.recording import Recording, Source
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import START, Scenario


def recorded(name: str, late_s: float = 0.0, minutes: float = 10.0) -> Recording:
    start = START + timedelta(seconds=late_s)
    made = simulate(Scenario(minutes=minutes, start=start), 1).recording()
    return replace(made, source=Source(name, name, "FIT"))


@pytest.mark.parametrize(("late_s", "runs"), [(0, 1), (110, 1), (130, 2), (900, 2), (-110, 1)])
def test_four_fifths_of_the_shorter_ones_time_make_one_run(late_s: float, runs: int) -> None:
    found = group_by_run([recorded("a"), recorded("b", late_s)])
    assert len(found) == runs


def test_a_short_recording_inside_a_long_one_is_of_the_same_run() -> None:
    [run] = group_by_run([recorded("long", minutes=20), recorded("short", 300, minutes=5)])
    assert run.offsets_s == (0.0, 300.0)


def test_the_first_device_started_sets_second_zero() -> None:
    [run] = group_by_run([recorded("late", 60), recorded("early")])
    assert run.start == START
    assert run.offsets_s == (60.0, 0.0)
    assert [r.source.file for r in run.recordings] == ["late", "early"], "in the order given"


def test_sessions_of_one_file_are_runs_of_their_own() -> None:
    assert len(group_by_run([recorded("a"), recorded("a")])) == 2


def test_runs_stay_in_the_order_in_which_each_first_appears() -> None:
    given = [recorded("b", 9000), recorded("a"), recorded("b2", 9010), recorded("a2", 10)]
    found = [[r.source.file for r in run.recordings] for run in group_by_run(given)]
    assert found == [["b", "b2"], ["a", "a2"]]


def test_a_recording_without_length_is_of_no_other_run() -> None:
    empty = replace(recorded("empty"), samples=recorded("x").samples.head(1))
    assert len(group_by_run([recorded("a"), empty])) == 2
