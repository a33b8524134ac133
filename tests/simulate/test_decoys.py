"""What may look like a lost leg and is none: hills, surges, sensors that drop out."""

import numpy as np
import pytest

from evenstride.model.recording import SAMPLES
from evenstride.simulate.course import Climb, Hills, draw_course
from evenstride.simulate.device import DropOut
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.pace import PacePlan, Surge
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

LOST = ("contact_time_ms", "contact_balance_left_pct")


def test_a_climb_has_its_slope_inside_and_none_outside() -> None:
    course = draw_course(
        Hills(kind="flat", climbs=(Climb(1000, 500, 6.0),)), np.random.default_rng(1)
    )
    assert course.grade_pct(np.array([990.0, 1250.0, 1510.0])).tolist() == [0.0, 6.0, 0.0]


def test_a_climb_slows_the_runner() -> None:
    hill = Scenario(minutes=20, hills=Hills(kind="flat", climbs=(Climb(1000, 600, 8.0),)))
    plain = Scenario(minutes=20, hills=Hills(kind="flat"))
    up = simulate(hill, 3).truth.grade_pct > 7
    slower = simulate(hill, 3).truth.speed_mps[up] / simulate(plain, 3).truth.speed_mps[up]
    assert slower.mean() == pytest.approx(0.76, abs=0.02)


def test_a_surge_is_faster_while_it_lasts_and_only_then() -> None:
    flat = Hills(kind="flat")
    faster = Scenario(minutes=20, hills=flat, pace=PacePlan(surges=(Surge(300, 180, 1.2),)))
    plain = Scenario(minutes=20, hills=flat)
    with_surge, without = (simulate(one, 3).truth.speed_mps for one in (faster, plain))
    ratio = with_surge / without
    assert ratio[303:480] == pytest.approx(1.2)
    assert ratio[483:] == pytest.approx(1.0)
    assert ratio[:300] == pytest.approx(1.0)


def test_what_drops_out_is_missing_or_held_and_the_rest_stays() -> None:
    plain = simulate(Scenario(minutes=10), 3).samples
    for holds in (False, True):
        scenario = Scenario(minutes=10, drop_outs=(DropOut(LOST, 120, 60, holds=holds),))
        samples = simulate(scenario, 3).samples
        SAMPLES.check(samples)
        for name in LOST:
            lost = samples[name][120:180]
            assert lost.null_count() == (0 if holds else 60)
            assert not holds or lost.n_unique() == 1
            assert samples[name][180:].equals(plain[name][180:])
        assert samples.drop(LOST).equals(plain.drop(LOST))


def test_a_run_with_a_lost_sensor_can_be_written_as_a_file() -> None:
    scenario = Scenario(minutes=5, drop_outs=(DropOut(LOST, 60, 60),))
    assert len(fit_bytes(simulate(scenario, 3))) > 1000
