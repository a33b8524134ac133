"""Short beginnings: what comes again in every bout, and what only seems to."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evenstride.episodes
from evenstride.coordination.bouts import lags_s
from evenstride.coordination.deviation import build_signal
from evenstride.episodes._pooled.contrast import ONSETS_S, contrasts, weights
from evenstride.episodes._pooled.limits import allowed
from evenstride.episodes._pooled.pooling import LEAST_BOUTS, pool
from evenstride.episodes._pooled.student import critical, two_sided
from evenstride.episodes.pooled import pool_bouts
from evenstride.model.bouts import PooledBouts, PooledOnset
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Channel, Floats, Signal
from evenstride.plugins import BoutPool, discover
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.pace import RunWalk
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

BOUT_S, WALK_S = 120, 60
Course = Callable[[Floats], Floats]


def nothing(since_s: Floats) -> Floats:
    return np.zeros(since_s.size)


def step(onset_s: float, size: float) -> Course:
    """Return a sudden change as a watch shows it, within 10 s."""
    return lambda since_s: np.asarray(size * np.clip((since_s - onset_s) / 10.0, 0.0, 1.0))


def run_of(*courses: Course, bouts: int = 12, bout_s: int = BOUT_S, seed: int = 1) -> Signal:
    """Return a run whose channels follow a course in every bout, under noise with some memory."""
    length = bout_s + WALK_S
    seconds = bouts * length
    running = np.tile(np.arange(length) < bout_s, bouts)
    judged = np.tile((np.arange(length) >= 30) & (np.arange(length) < bout_s - 15), bouts)
    since_s = np.tile(np.arange(float(length)), bouts)
    level = np.zeros(seconds)
    channels = []
    for k, course in enumerate(courses):
        values = course(since_s) + noise(seconds, seed + 100 * k)
        name = ("contact_balance_left", "contact_time")[k]
        channels.append(Channel(name, name, "pct", "", "Watch", True, values, level, 1.0))
    return Signal(
        tuple(channels),
        judged,
        np.empty((seconds, 0)),
        (),
        float(running.sum()),
        tuple(Stretch(float(k * length), float(k * length + bout_s)) for k in range(bouts)),
        level,
        level,
        level,
    )


def noise(seconds: int, seed: int) -> Floats:
    white = np.random.default_rng(seed).standard_normal(seconds + 400)
    short = np.convolve(white, np.exp(-np.arange(100) / 12.0))[400 : 400 + seconds]
    return np.asarray(short / short.std())


def onset_of(signal: Signal) -> PooledOnset | None:
    found = pool_bouts(signal)
    assert found is not None
    return found.onset


def pooled(signal: Signal) -> PooledBouts:
    found = pool_bouts(signal)
    assert found is not None
    return found


@pytest.mark.parametrize("size", [2.5, -2.5])
@pytest.mark.parametrize("onset_s", [50.0, 60.0, 80.0])
def test_a_step_in_every_bout_is_found_with_its_time_size_and_direction(
    onset_s: float, size: float
) -> None:
    found = onset_of(run_of(step(onset_s, size), nothing, bouts=16))
    assert found is not None
    assert found.onset_s.lo <= onset_s <= found.onset_s.hi
    assert found.bouts == 16
    assert found.agreeing >= 14
    leading = found.shifts[0]
    assert leading.name == "contact_balance_left"
    assert leading.unit == "pp"
    assert leading.shift.lo <= size <= leading.shift.hi
    assert found.p_value < allowed(16 * BOUT_S / 3600)


def test_the_channel_that_did_not_move_says_so() -> None:
    found = onset_of(run_of(nothing, step(60.0, 3.0), bouts=16))
    assert found is not None
    shifts = {shift.name: shift.shift for shift in found.shifts}
    assert found.shifts[0].name == "contact_time"
    assert shifts["contact_balance_left"].lo < 0 < shifts["contact_balance_left"].hi


def fading(since_s: Floats) -> Floats:
    return np.asarray(3.0 * np.exp(-since_s / 30.0))


def trend(since_s: Floats) -> Floats:
    return np.asarray(2.0 * since_s / BOUT_S)


@pytest.mark.parametrize("course", [nothing, fading, trend])
@pytest.mark.parametrize("seed", range(5))
def test_healthy_bouts_fading_artefacts_and_trends_are_no_onset(course: Course, seed: int) -> None:
    assert onset_of(run_of(course, course, bouts=14, seed=seed)) is None


def test_an_artefact_that_fades_does_not_bend_the_onset() -> None:
    plain = onset_of(run_of(step(70.0, 3.0), bouts=16))
    bent = onset_of(run_of(lambda s: step(70.0, 3.0)(s) + 2 * fading(s), bouts=16))
    assert plain is not None
    assert bent is not None
    assert abs(bent.onset_s.value - plain.onset_s.value) <= 5.0


def test_a_step_in_one_bout_is_not_one_of_all() -> None:
    signal = run_of(nothing, bouts=12)
    [channel] = signal.channels
    values = channel.values.copy()
    values[60:BOUT_S] += 12.0
    assert onset_of(replace(signal, channels=(replace(channel, values=values),))) is None


def test_one_wild_bout_does_not_hide_what_the_others_share() -> None:
    signal = run_of(step(60.0, 3.0), bouts=14)
    [channel] = signal.channels
    values = channel.values.copy()
    values[60:BOUT_S] -= 15.0
    found = onset_of(replace(signal, channels=(replace(channel, values=values),)))
    assert found is not None
    assert found.agreeing < found.bouts


def test_off_before_what_is_judged_in_every_bout_cannot_be_told() -> None:
    found = pooled(run_of(step(15.0, 3.0), bouts=16))
    assert found.onset is None
    assert found.earliest_s is not None
    assert found.earliest_s >= 40.0


def test_fewer_than_six_bouts_are_not_pooled() -> None:
    assert pool_bouts(run_of(step(60.0, 3.0), bouts=LEAST_BOUTS - 1)) is None
    assert pool_bouts(run_of(step(60.0, 3.0), bouts=LEAST_BOUTS)) is not None


def test_without_a_searched_channel_nothing_is_pooled() -> None:
    signal = run_of(nothing)
    unsearched = tuple(replace(channel, searched=False) for channel in signal.channels)
    assert pool_bouts(replace(signal, channels=unsearched)) is None


@pytest.mark.parametrize("bout_s", [30, 45, 60])
def test_bouts_of_up_to_a_minute_cannot_be_judged_and_say_what_they_would_need(bout_s: int) -> None:
    found = pooled(run_of(step(45.0, 5.0), bouts=20, bout_s=bout_s))
    assert (found.count, found.judged, found.onset, found.earliest_s) == (20, 0, None, None)
    assert found.shortest_s is not None
    assert found.shortest_s > bout_s


def test_more_bouts_need_less_length_and_show_earlier_onsets() -> None:
    few, many = (pooled(run_of(nothing, bouts=n)) for n in (8, 30))
    assert few.shortest_s is not None
    assert many.shortest_s is not None
    assert many.shortest_s < few.shortest_s
    assert many.earliest_s is not None
    assert few.earliest_s is None or many.earliest_s <= few.earliest_s


def test_bouts_of_unlike_length_take_part_as_far_as_they_reach() -> None:
    signal = run_of(step(90.0, 3.0), bouts=20)
    judged = signal.running.copy()
    for bout in signal.bouts[::2]:
        judged[int(bout.from_s) + 75 : int(bout.to_s)] = False
    found = pooled(replace(signal, running=judged))
    assert found.judged == 20
    assert found.onset is not None
    assert found.onset.bouts == 10


def test_the_same_run_gives_the_same_answer() -> None:
    assert pool_bouts(run_of(step(60.0, 2.0))) == pool_bouts(run_of(step(60.0, 2.0)))


@given(st.floats(-50, 50), st.floats(-20, 20))
def test_a_bout_s_level_and_a_fading_artefact_leave_its_contrast_alone(
    level: float, size: float
) -> None:
    lag_s = lags_s(105.0)
    rng = np.random.default_rng(1)
    plain = rng.standard_normal((1, 1, lag_s.size))
    moved = plain + level + size * np.exp(-lag_s / 30.0)
    before, after = contrasts(plain, lag_s), contrasts(moved, lag_s)
    np.testing.assert_allclose(after.size[0], before.size[0], atol=1e-8)
    np.testing.assert_allclose(after.rest[0], before.rest[0], atol=1e-6)


def test_a_clean_step_is_measured_in_full_at_its_own_onset() -> None:
    lag_s = lags_s(225.0)
    by_second = step(80.0, 1.0)(np.arange(30.0, 230.0, 0.1))
    seen = by_second.reshape(-1, 100).mean(axis=1)[: lag_s.size]
    found = contrasts(seen[None, None], lag_s)
    here = int(np.flatnonzero(ONSETS_S == 80.0)[0])
    np.testing.assert_allclose(found.size[:, 0, 0, here], 1.0, atol=0.02)
    np.testing.assert_allclose(found.rest[:, 0, 0, here], 0.0, atol=0.01)


def test_too_few_lags_have_no_weights() -> None:
    assert not np.isfinite(weights(lags_s(45.0)).variance).any()


def test_pooling_too_few_bouts_gives_nothing() -> None:
    lag_s = lags_s(105.0)
    values = np.random.default_rng(2).standard_normal((LEAST_BOUTS - 1, 1, lag_s.size))
    found = pool(contrasts(values, lag_s))
    assert found.trials == 0
    assert not np.isfinite(found.t).any()


@pytest.mark.parametrize(
    ("t", "freedom", "p"),
    [
        (12.706, 1, 0.05),
        (4.303, 2, 0.05),
        (2.776, 4, 0.05),
        (2.845, 20, 0.01),
        (3.385, 60, 0.00126),
    ],
)
def test_student_s_tail_is_that_of_the_tables(t: float, freedom: int, p: float) -> None:
    assert two_sided(t, freedom) == pytest.approx(p, rel=0.01)


@given(st.floats(1e-9, 0.9), st.integers(1, 200))
def test_the_critical_value_has_the_tail_it_was_asked_for(p: float, freedom: int) -> None:
    t = critical(p, freedom)
    assert t >= 100.0 - 1e-6 or two_sided(t, freedom) == pytest.approx(p, rel=1e-4, abs=1e-12)


def test_there_is_one_way_to_pool_and_it_says_what_it_does() -> None:
    [found] = discover(evenstride.episodes, BoutPool)
    assert found.name == "pooled"
    assert "bout" in found.says


def test_a_simulated_run_walk_runner_is_read_right() -> None:
    episode = PlantedEpisode(60.0, size_sd=(("contact_balance_left_pct", -2.5),))
    scenario = Scenario(48, run_walk=RunWalk(120, 60), bout_episode=episode)
    signal, _ = build_signal((simulate(scenario, 3).recording(),), (0.0,))
    found = onset_of(signal)
    assert found is not None
    assert found.onset_s.lo <= 60.0 <= found.onset_s.hi
    assert found.shifts[0].name == "contact_balance_left"
    assert found.shifts[0].shift.hi < 0


@pytest.mark.slow
def test_healthy_run_walk_runs_raise_at_most_the_alarms_they_may() -> None:
    alarms = 0
    for seed in range(150):
        scenario = Scenario(45, kit="strap", run_walk=RunWalk(120, 60))
        signal, _ = build_signal((simulate(scenario, 40_000 + seed).recording(),), (0.0,))
        alarms += onset_of(signal) is not None
    # 75 h of running may raise 0.75; more than 4 comes up in under one suite in a thousand.
    assert alarms <= 4
