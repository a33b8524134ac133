"""Pace and slope taken out, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.coordination.expectation import covariates, expect, grade_from, winsorised_sd
from evenstride.model.signal import Floats

SECONDS = 3000
ALL = np.ones(SECONDS, dtype=bool)
FLAT: Floats = np.full(SECONDS, np.nan)


def wandering(seed: int, mean: float, size: float, over_s: int = 60) -> Floats:
    rng = np.random.default_rng(seed)
    once = np.convolve(rng.normal(size=SECONDS + 2 * over_s), np.ones(over_s), mode="valid")
    twice = np.convolve(once, np.ones(over_s), mode="valid")[:SECONDS]
    return np.asarray(mean + size * twice / twice.std())


def late(values: Floats, lag_s: int) -> Floats:
    return np.concatenate([np.full(lag_s, values[0]), values[: values.size - lag_s]])


@pytest.mark.parametrize("lag_s", [0, 10, 20, 30])
def test_an_answer_to_pace_is_taken_out_at_whatever_lag(lag_s: int) -> None:
    speed = wandering(1, 3.0, 0.3)
    seen = 250.0 - 25.0 * (late(speed, lag_s) - 3.0)
    rest = seen - expect(seen, covariates(speed, FLAT, ALL), ALL)
    assert seen.std() > 6
    assert rest[60:].std() < 0.2 * seen.std()


def test_an_answer_to_the_square_of_pace_and_to_slope_is_taken_out() -> None:
    speed, grade = wandering(2, 3.0, 0.3), wandering(3, 0.0, 2.0)
    seen = 50.0 + 0.8 * (speed - 3.0) ** 2 + 0.1 * np.abs(grade) - 0.05 * late(grade, 15)
    rest = seen - expect(seen, covariates(speed, grade, ALL), ALL)
    assert rest[60:].std() < 0.15 * seen.std()


def test_an_episode_neither_passes_for_pace_nor_pace_for_an_episode() -> None:
    speed = wandering(4, 3.0, 0.3)
    table = covariates(speed, FLAT, ALL)
    rng = np.random.default_rng(5)
    seen = 250.0 - 25.0 * (speed - 3.0) + rng.normal(size=SECONDS)
    off = np.zeros(SECONDS)
    off[1200:1900] = 8.0
    plain, bent = expect(seen, table, ALL), expect(seen + off, table, ALL)
    assert np.std(bent - plain) < 1.0, "the slopes hardly move"
    rest = seen + off - bent
    found = np.median(rest[1200:1900]) - np.median(rest[off == 0])
    assert found == pytest.approx(8.0, abs=0.8)


def test_spikes_do_not_bend_the_expectation() -> None:
    speed = wandering(6, 3.0, 0.3)
    table = covariates(speed, FLAT, ALL)
    seen = 250.0 - 25.0 * (speed - 3.0) + np.random.default_rng(7).normal(size=SECONDS)
    spiked = seen.copy()
    spiked[::50] += 150.0
    moved = expect(spiked, table, ALL) - expect(seen, table, ALL)
    assert np.abs(moved).max() < 1.0


def test_only_judged_seconds_make_the_expectation_and_all_seconds_have_one() -> None:
    speed = wandering(8, 3.0, 0.3)
    seen = 250.0 - 25.0 * (speed - 3.0)
    wild = seen.copy()
    wild[:500] = 999.0
    judged = np.arange(SECONDS) >= 500
    fitted = expect(wild, covariates(speed, FLAT, ALL), judged)
    assert np.isfinite(fitted).all()
    assert np.abs(fitted - seen).max() < 1.0


def test_too_few_values_give_their_median_and_none_gives_nothing() -> None:
    table = np.ones((30, 4))
    judged = np.arange(30) < 3
    values = np.arange(30.0)
    assert expect(values, table, judged).tolist() == [1.0] * 30
    assert np.isnan(expect(values, table, np.zeros(30, dtype=bool))).all()


def test_covariates_are_standardised_and_what_does_not_vary_is_left_out() -> None:
    table = covariates(wandering(9, 3.0, 0.3), wandering(10, 0.0, 2.0), ALL)
    assert table.shape == (SECONDS, 9)
    assert table.mean(axis=0) == pytest.approx(np.zeros(9), abs=1e-9)
    assert table.std(axis=0) == pytest.approx(np.ones(9))
    assert covariates(np.full(SECONDS, 3.0), FLAT, ALL).shape == (SECONDS, 0)
    assert covariates(FLAT, wandering(11, 0.0, 2.0), ALL).shape == (SECONDS, 3)
    assert covariates(FLAT, FLAT, ALL).shape == (SECONDS, 0)


def test_pace_known_in_less_than_half_of_the_time_is_not_used() -> None:
    speed = wandering(12, 3.0, 0.3)
    speed[: SECONDS // 2 + 10] = np.nan
    assert covariates(speed, FLAT, ALL).shape == (SECONDS, 0)


def test_slope_follows_from_altitude_even_in_a_barometers_steps() -> None:
    distance: Floats = np.arange(0.0, 1800.0, 3.0)
    altitude: Floats = 100.0 + np.where(distance < 900, 0.05 * distance, 45.0)
    stepped: Floats = np.round(altitude / 0.2) * 0.2
    assert grade_from(altitude, distance)[50:240] == pytest.approx(5.0, abs=0.01)
    assert grade_from(stepped, distance)[50:240] == pytest.approx(5.0, abs=0.25)
    assert grade_from(stepped, distance)[350:560] == pytest.approx(0.0, abs=0.25)


def test_slope_is_unknown_while_standing_and_never_beyond_forty_per_cent() -> None:
    standing = np.full(100, 500.0)
    assert np.isnan(grade_from(np.full(100, 80.0), standing)).all()
    distance: Floats = np.arange(0.0, 300.0, 3.0)
    assert np.nanmax(grade_from(5.0 * distance, distance)) == 40.0


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=40), st.floats(0.1, 50))
def test_the_noise_of_a_channel_scales_with_its_unit(values: list[float], gain: float) -> None:
    array = np.array(values)
    sd = winsorised_sd(array)
    assert winsorised_sd(array * gain + 3.0) == pytest.approx(gain * sd, rel=1e-6, abs=1e-6)
    assert sd <= array.std() + 1e-9


def test_the_noise_of_nothing_is_no_number_and_spikes_hardly_count() -> None:
    assert np.isnan(winsorised_sd(np.array([np.nan, np.nan])))
    noise = np.random.default_rng(13).normal(size=4000)
    spiked = noise.copy()
    spiked[::200] = 500.0
    assert winsorised_sd(noise) == pytest.approx(1.0, abs=0.05)
    assert winsorised_sd(spiked) == pytest.approx(1.0, abs=0.1)
