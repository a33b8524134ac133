"""Courses, pace plans, stops and walk breaks."""

import numpy as np
import pytest

from evenstride.simulate.course import Hills, draw_course
from evenstride.simulate.pace import (
    RUNNING,
    STANDING,
    WALKING,
    Movement,
    PacePlan,
    RunWalk,
    Stop,
    modes,
    move,
    trailing_mean,
)

FLAT = Hills(kind="flat")


def movement(
    plan: PacePlan, hills: Hills = FLAT, run_walk: RunWalk | None = None, *stops: Stop
) -> Movement:
    course = draw_course(hills, np.random.default_rng(5))
    return move(plan, modes(3600, run_walk, stops), 1.6, course, np.random.default_rng(6))


def test_slopes_have_the_asked_spread_and_stay_runnable() -> None:
    course = draw_course(Hills(grade_sd_pct=3.0), np.random.default_rng(1))
    grade = course.grade_pct(np.arange(0.0, 100_000, 10))
    assert grade.std() == pytest.approx(3.0, rel=0.15)
    assert np.abs(grade).max() <= 15


def test_an_easy_run_wanders_around_its_pace() -> None:
    speed = movement(PacePlan(speed_mps=3.0, wander_share=0.04)).speed_mps
    assert speed.mean() == pytest.approx(3.0, rel=0.03)
    assert 0.02 < speed.std() / 3.0 < 0.06


def test_intervals_are_fast_and_slow_in_turns() -> None:
    plan = PacePlan("intervals", 3.0, wander_share=0.0, fast_s=180, slow_s=120, gain=1.25)
    speed = movement(plan).speed_mps
    assert speed[300] == pytest.approx(3.0)
    assert speed[700] == pytest.approx(3.75)
    assert speed[850] == pytest.approx(3.0)


def test_a_progression_ends_faster() -> None:
    speed = movement(PacePlan("progression", 3.0, wander_share=0.0, gain=1.2)).speed_mps
    assert speed[-1] == pytest.approx(3.6, rel=0.01)
    assert (np.diff(speed) >= 0).all()


def test_uphill_is_slower_and_downhill_faster() -> None:
    hilly = movement(PacePlan(wander_share=0.0), Hills(grade_sd_pct=3.0))
    assert np.corrcoef(hilly.speed_mps, hilly.grade_pct)[0, 1] < -0.9


def test_stops_and_walk_breaks_stand_where_they_were_asked() -> None:
    run = movement(PacePlan(), FLAT, RunWalk(240, 60), Stop(100, 30))
    assert (run.mode[100:130] == STANDING).all()
    assert (run.mode[240:300] == WALKING).all()
    assert run.mode[300] == RUNNING
    assert (run.speed_mps[100:130] == 0).all()
    assert run.speed_mps[245:300].max() < 2.0
    assert [(b.from_s, b.to_s) for b in run.bouts[:3]] == [(0, 100), (130, 240), (300, 540)]


def test_distance_is_speed_summed_and_begins_at_zero() -> None:
    run = movement(PacePlan())
    assert run.distance_m[0] == 0.0
    assert np.diff(run.distance_m) == pytest.approx(run.speed_mps[1:])


def test_a_mean_over_one_second_is_the_value_itself() -> None:
    assert trailing_mean(np.array([1.0, 5.0]), 1).tolist() == [1.0, 5.0]
