"""One simulated runner over many runs."""

from datetime import timedelta
from itertools import pairwise

import numpy as np

from evenstride.simulate.days import ROBUST_SD_OF_T3
from evenstride.simulate.run import simulate
from evenstride.simulate.years import DAY_TO_DAY, Day, Life, draw_days, off_throughout


def plain(life: Life, seed: int = 3) -> tuple[Day, ...]:
    """Return a runner's days."""
    return draw_days(life, seed)


def test_the_same_seed_gives_the_same_runs_and_more_where_more_are_asked_for() -> None:
    few, many = plain(Life(runs=3)), plain(Life(runs=6))
    assert few == many[:3]
    assert plain(Life(runs=3), seed=4) != few


def test_runs_are_days_apart_and_as_long_as_asked() -> None:
    days = plain(Life(runs=9, every_days=3.0, minutes=(20.0, 40.0)))
    starts = [day.scenario.start for day in days]
    assert all(b - a == timedelta(days=3) for a, b in pairwise(starts))
    assert all(20.0 <= day.scenario.minutes <= 40.0 for day in days)


def test_one_runner_keeps_one_answer_to_pace_but_for_the_day() -> None:
    days = plain(Life(runs=40, answer_spread=0.0))
    # A bent answer is told anew at each day's plain pace: only its bend stays the same number.
    bends = {
        day.scenario.runner.contact_time.per_mps_squared for day in days if day.scenario.runner
    }
    slopes = {day.scenario.runner.contact_time.per_grade_pct for day in days if day.scenario.runner}
    assert len(bends) == len(slopes) == 1


def test_the_answer_at_one_pace_is_the_same_whatever_the_days_own_pace() -> None:
    days = plain(Life(runs=12, answer_spread=0.0))
    at_3_mps = []
    for day in days:
        runner = day.scenario.runner
        assert runner is not None
        faster = np.full(60, 3.0 - day.scenario.pace.speed_mps)
        at_3_mps.append(runner.contact_time.at(faster, np.zeros(60))[-1] - day.level[1])
    assert np.ptp(at_3_mps) < 1e-6


def test_levels_spread_from_day_to_day_as_told() -> None:
    low, high = DAY_TO_DAY[0]
    spreads = []
    for seed in range(12):
        level = np.array([day.level[0] for day in plain(Life(runs=40), seed)])
        steps = np.diff(level)
        spreads.append(1.4826 * float(np.median(np.abs(steps))) / np.sqrt(2.0))
    assert low * 0.8 < np.median(spreads) < high * 1.3
    assert 1.0 < ROBUST_SD_OF_T3 < 1.3


def test_a_new_device_has_a_name_and_a_level_of_its_own() -> None:
    life = Life(runs=30, new_device_at=(15,))
    same, changed = plain(Life(runs=30)), plain(life)
    assert len({day.device for day in changed[:15]}) == 1
    assert changed[14].device != changed[15].device
    moved = [b.level[1] - a.level[1] for a, b in zip(same, changed, strict=True)]
    assert max(abs(one) for one in moved[:15]) == 0.0
    assert min(abs(one) for one in moved[15:]) > 0.0


def test_a_run_off_throughout_is_moved_from_first_to_last() -> None:
    day = plain(Life(runs=1, kit="wrist", minutes=(12.0, 13.0)))[0]
    calm, off = day.recording(), day.recording(off_throughout(3.0, "contact_time_ms"))
    moved = (off.samples["contact_time_ms"] - calm.samples["contact_time_ms"]).to_numpy()[60:]
    noise_ms = simulate(day.scenario, day.seed).truth.noise_sd["contact_time_ms"]
    assert abs(float(np.median(moved)) - 3.0 * noise_ms) < 1.0
    assert off.device == day.device
