"""How the latency differs from bout to bout, and each bout's own."""

import time
from collections.abc import Sequence

import numpy as np
import pytest

from evenstride.coordination.deviation import build_signal
from evenstride.episodes._pooled.courses import courses, told_apart
from evenstride.episodes._pooled.latencies import Fitted, latencies
from evenstride.episodes._pooled.population import MEDIANS, SPREADS, quantiles, shares
from evenstride.episodes._pooled.varied import varied
from evenstride.episodes.pooled import pool_bouts
from evenstride.model.bouts import BoutLatency, LatencySpread
from evenstride.model.episode import Span
from evenstride.model.signal import Floats
from evenstride.simulate.episode import Latencies, PlantedEpisode
from evenstride.simulate.pace import RunWalk
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

LAG_S = np.arange(35.0, 300.0, 10.0)
BOUT_S = 180.0


def bouts(
    latencies_s: Sequence[float], size: float = 2.0, wander: float = 0.2, seed: int = 11
) -> Floats:
    """Return one channel's bouts of 3 min, each off from its own latency on."""
    rng = np.random.default_rng(seed)
    out = []
    for latency_s in latencies_s:
        white = rng.standard_normal(LAG_S.size + 20)
        noise = np.convolve(white, 0.55 ** np.arange(20))[20 : 20 + LAG_S.size]
        course = size * np.clip((LAG_S - latency_s) / 10.0, 0.0, 1.0)
        seen = 0.5 * noise + course + wander * rng.standard_normal()
        out.append(np.where(LAG_S < BOUT_S - 15.0, seen, np.nan))
    return np.array(out)[:, None]


def read(values: Floats) -> Fitted:
    return latencies(values, LAG_S, np.full(values.shape[0], BOUT_S), 1.5)


def log_normal(spread: float, count: int) -> list[float]:
    """Return latencies at the quantiles of a log-normal distribution about 75 s, mixed."""
    z = np.random.default_rng(3).permutation(np.linspace(-1.6, 1.6, count))
    return [float(one) for one in 75.0 * np.exp(spread * z)]


@pytest.mark.parametrize("spread", [0.0, 0.3, 0.5])
def test_median_spread_and_size_are_found_again(spread: float) -> None:
    found = read(bouts(log_normal(spread, 20)))
    said = found.spread
    assert said.median_s.lo <= 75.0 <= said.median_s.hi
    assert said.spread.lo <= spread <= said.spread.hi
    assert said.half_from_s.value <= said.median_s.value <= said.half_to_s.value
    assert said.before.lo == said.without.lo == 0.0


def test_the_size_is_that_of_each_bout_at_its_own_latency() -> None:
    sizes = [read(bouts(log_normal(0.4, 20), seed=seed)).size for seed in range(8)]
    assert np.mean(sizes) == pytest.approx(2.0, abs=0.2)


def test_each_bout_tells_its_own_latency() -> None:
    planted = log_normal(0.4, 16)
    said = read(bouts(planted)).spread
    held = [
        one.latency_s.lo - 5.0 <= truth <= one.latency_s.hi + 5.0
        for one, truth in zip(said.bouts, planted, strict=True)
        if one.latency_s is not None
    ]
    assert len(held) >= 14
    assert sum(held) >= 0.8 * len(held)


def test_bouts_in_which_it_does_not_come_are_counted_not_averaged() -> None:
    said = read(bouts([75.0] * 12 + [1000.0] * 5)).spread
    assert said.without.lo <= 5 <= said.without.hi
    assert said.median_s.lo <= 75.0 <= said.median_s.hi
    assert [one.kind for one in said.bouts[12:]] == ["not"] * 5


def test_a_bout_off_all_through_had_it_before_30_s() -> None:
    said = read(bouts([75.0] * 12 + [0.0] * 3, size=3.0)).spread
    assert [one.kind for one in said.bouts[12:]] == ["before"] * 3
    assert said.before.lo <= 3 <= said.before.hi
    assert said.without.value == 0.0


def test_where_levels_wander_a_flat_bout_is_not_told_for_sure() -> None:
    calm = read(bouts([75.0] * 12 + [0.0, 1000.0], size=3.0)).spread
    assert {one.kind for one in calm.bouts[12:]} == {"before", "not"}
    planted = [75.0] * 12 + [0.0] * 3 + [1000.0] * 3
    wild = read(bouts(planted, size=1.2, wander=1.5)).spread
    assert [one.kind for one in wild.bouts[12:]].count("unclear") >= 3
    assert wild.unclear >= 3


def test_a_latency_that_shortens_is_said_to_come_earlier() -> None:
    planted = [float(one) for one in 80.0 * np.exp(-0.06 * (np.arange(20) - 9.5))]
    said = read(bouts(planted)).spread
    assert said.trends == "earlier"
    assert said.trend.lo <= -0.06 <= said.trend.hi
    assert read(bouts(planted[::-1])).spread.trends == "later"
    assert read(bouts(log_normal(0.3, 20))).spread.trends == "cannot tell"


def test_a_bout_without_judged_seconds_is_unjudged_and_counts_for_nothing() -> None:
    values = bouts([75.0] * 12)
    values[3] = np.nan
    said = read(values).spread
    assert said.bouts[3] == BoutLatency("unjudged", None)
    assert said.judged == 11


def test_latencies_that_differ_are_found_and_healthy_bouts_are_not() -> None:
    assert varied(bouts(log_normal(0.5, 20)), LAG_S).p_value < 0.005
    assert varied(bouts([1000.0] * 20), LAG_S).p_value > 0.1


def test_what_one_bout_does_alone_is_not_found() -> None:
    values = bouts([1000.0] * 12)
    values[0, 0, LAG_S > 60.0] += 10.0
    assert varied(values, LAG_S).p_value > 0.1


def test_the_way_it_moves_does_not_matter() -> None:
    up, down = (varied(way * bouts(log_normal(0.4, 14)), LAG_S) for way in (1.0, -1.0))
    assert up.p_value == pytest.approx(down.p_value, rel=1e-6)
    assert up.size == pytest.approx(-down.size)


def test_shares_sum_to_one_and_halve_at_the_median() -> None:
    share = shares()
    np.testing.assert_allclose(share.sum(axis=2), 1.0, atol=1e-6)
    k = int(np.argmin(np.abs(np.exp(MEDIANS) - 75.0)))
    early = share[k, int(np.searchsorted(SPREADS, 0.5))][: int(np.exp(MEDIANS[k]) - 30) // 5 + 2]
    assert early.sum() == pytest.approx(0.5, abs=0.05)


def test_quantiles_of_all_belief_at_one_value_span_its_cell() -> None:
    found = quantiles(
        np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0]), (1e-9, 0.5, 1.0 - 1e-9)
    ).round(6)
    assert found.tolist() == [1.5, 2.0, 2.5]


def test_channels_told_apart_keep_the_first_and_lose_what_they_share() -> None:
    rng = np.random.default_rng(2)
    first = rng.standard_normal((40, 1, 20))
    second = 0.8 * first + 0.6 * rng.standard_normal((40, 1, 20))
    apart = told_apart(np.concatenate([first, second], axis=1))
    np.testing.assert_array_equal(apart[:, :1], first)
    assert abs(np.corrcoef(apart[:, 0].ravel(), apart[:, 1].ravel())[0, 1]) < 0.25


def test_products_of_nothing_judged_are_zeros() -> None:
    seen = courses(np.full((3, 2, LAG_S.size), np.nan), LAG_S)
    assert not seen.plain.any()
    assert not seen.along.any()


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(-0.1, -0.2, -0.01), "earlier"),
        (Span(0.1, 0.01, 0.2), "later"),
        (Span(0.1, -0.1, 0.3), "cannot tell"),
    ],
)
def test_a_trend_is_told_only_where_its_interval_leaves_nothing_out(span: Span, said: str) -> None:
    none = Span(0.0, 0.0, 0.0)
    assert LatencySpread(none, none, none, none, 0, none, none, span, ()).trends == said


def session(kit_seed: int, count: int, how: Latencies) -> LatencySpread | None:
    episode = PlantedEpisode(75.0, size_sd=(("contact_balance_left_pct", 3.0),))
    scenario = Scenario(
        count * 4.0, run_walk=RunWalk(BOUT_S, 60.0), bout_episode=episode, bout_latencies=how
    )
    signal, _ = build_signal((simulate(scenario, kit_seed).recording(),), (0.0,))
    began = time.process_time()
    found = pool_bouts(signal)
    assert time.process_time() - began < 1.0
    assert found is not None
    return None if found.onset is None else found.onset.latencies


def test_a_simulated_runner_whose_latency_differs_is_read_right() -> None:
    said = session(4, 24, Latencies(0.4, 0.2))
    assert said is not None
    assert said.median_s.lo <= 75.0 <= said.median_s.hi
    assert said.spread.lo <= 0.4 <= said.spread.hi
