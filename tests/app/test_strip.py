"""The strip: what the picture draws beyond the contract."""

import numpy as np
import pytest

from evenstride.app.analyze import analyze_run
from evenstride.app.same_run import Run
from evenstride.app.strip import STEP_S
from evenstride.app.views import Analysis, Strip
from evenstride.model.marks import RunnersWord
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.pace import PacePlan, RunWalk, Stop
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

PLANTED = PlantedEpisode(1200, 2100, balance_pp=4.0)


def analysed(scenario: Scenario, seed: int = 1) -> Analysis:
    return analyze_run(Run((simulate(scenario, seed).recording(),)), RunnersWord())


@pytest.fixture(scope="module")
def plain() -> Strip:
    pace = PacePlan(speed_mps=3.0, wander_share=0.0)
    return analysed(Scenario(minutes=30, pace=pace, stops=(Stop(600, 60),))).strip


def test_steps_are_equal_and_everything_stands_on_them(plain: Strip) -> None:
    assert np.diff(plain.time_s).tolist() == [float(STEP_S)] * (plain.time_s.size - 1)
    assert plain.time_s.size == 180
    columns = (plain.distance_m, plain.pace_s_per_km, plain.grade_pct)
    assert {column.size for column in (*columns, *(line.values for line in plain.lines))} == {180}


def test_pace_is_told_while_moving_and_unknown_while_standing(plain: Strip) -> None:
    assert np.nanmedian(plain.pace_s_per_km) == pytest.approx(1000 / 3.0, rel=0.05)
    standing = (plain.time_s > 620) & (plain.time_s < 640)
    assert np.isnan(plain.pace_s_per_km[standing]).all()


def test_stops_are_what_lies_between_bouts(plain: Strip) -> None:
    [stop] = plain.stops
    assert (stop.from_s, stop.to_s) == pytest.approx((600.0, 660.0), abs=5)


def test_what_was_set_aside_is_not_drawn(plain: Strip) -> None:
    aside = plain.time_s < 30
    for line in plain.lines:
        assert np.isnan(line.values[aside]).all()
        assert np.isfinite(line.values[~aside]).sum() > 150


def test_the_channel_that_says_most_comes_first_on_its_own_level(plain: Strip) -> None:
    names = [line.name for line in plain.lines]
    assert names == ["contact_balance_left", "contact_time", "vertical_oscillation"]
    assert 40 < np.nanmedian(plain.lines[0].values) < 60
    assert 180 < np.nanmedian(plain.lines[1].values) < 330


@pytest.mark.parametrize("seed", range(3))
def test_nine_in_ten_coordinated_values_lie_in_the_band_and_few_of_an_episode(seed: int) -> None:
    found = analysed(Scenario(minutes=60, episodes=(PLANTED,)), seed)
    assert len(found.run.episodes) == 1
    line = found.strip.lines[0]
    inside = (line.values >= line.band_lo) & (line.values <= line.band_hi)
    time_s = found.strip.time_s
    off = (time_s > PLANTED.onset_s + 60) & (time_s < 2100 - 60)
    calm = ~((time_s > PLANTED.onset_s - 60) & (time_s < 2100 + 60)) & np.isfinite(line.values)
    assert 0.75 < inside[calm].mean() <= 1.0
    assert inside[off].mean() < 0.3


def test_a_run_with_nothing_to_search_has_no_line_but_its_pace() -> None:
    walk = analysed(Scenario(minutes=10, run_walk=RunWalk(10, 600)))
    assert walk.strip.lines == ()
    assert np.isfinite(walk.strip.pace_s_per_km).any()
    assert [(stop.from_s, stop.to_s) for stop in walk.strip.stops] == [(0.0, 600.0)]
