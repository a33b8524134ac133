"""Runners answer to pace and slope as the measured ones do."""

import numpy as np
import pytest

from evenstride.simulate.runner import BALANCE_SD_PP, PACE_SD_MPS, Response, draw_runner


def test_an_answer_is_the_sum_of_its_parts() -> None:
    response = Response(250.0, -30.0, 5.0, 1.0, 0.5)
    assert response.at(np.array([0.5]), np.array([-2.0]))[0] == pytest.approx(
        250 - 15 + 1.25 - 2 + 1
    )


def test_a_late_answer_arrives_in_the_end() -> None:
    step = np.concatenate((np.zeros(50), np.ones(300)))
    course = Response(0.0, 10.0, lagging_share=0.5, lag_s=20.0).at(step, np.zeros(350))
    assert course[49] == 0.0
    assert course[50] == pytest.approx(5.0, abs=0.3)
    assert course[70] == pytest.approx(10 - 5 * np.exp(-1), abs=0.3)
    assert course[-1] == pytest.approx(10.0)


def test_runners_differ_in_the_sign_of_balance_with_pace_as_measured() -> None:
    rng = np.random.default_rng(2)
    slopes = np.array([draw_runner(rng).balance.per_mps for _ in range(1000)])
    explained = slopes * PACE_SD_MPS
    r = explained / np.sqrt(explained**2 + BALANCE_SD_PP**2)
    assert r.min() == pytest.approx(-0.46, abs=1e-9)
    assert r.max() == pytest.approx(0.63, abs=1e-9)
    assert 0.3 < (r < 0).mean() < 0.6


def test_balance_leans_right_uphill_by_a_fiftieth_of_a_point_on_average() -> None:
    rng = np.random.default_rng(3)
    slopes = [draw_runner(rng).balance.per_grade_pct for _ in range(1000)]
    assert np.mean(slopes) == pytest.approx(-0.02, abs=0.003)


def test_lags_stay_within_half_a_minute() -> None:
    rng = np.random.default_rng(4)
    lags = [r.lag_s for _ in range(200) for r in draw_runner(rng).responses()]
    assert min(lags) >= 0
    assert max(lags) <= 30
