"""What is planted is what comes out."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Floats
from evenstride.simulate.course import Hills
from evenstride.simulate.device import SMOOTHING_S
from evenstride.simulate.episode import (
    Latencies,
    PlantedEpisode,
    draw_latencies,
    envelope,
    in_bouts,
    shifts,
)
from evenstride.simulate.pace import PacePlan, RunWalk
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.runner import Response, Runner
from evenstride.simulate.scenario import Scenario

STEADY = Runner(Response(50.0), Response(250.0), Response(85.0), Response(170.0))
PLAIN = Scenario(
    minutes=20,
    pace=PacePlan(wander_share=0.0),
    hills=Hills(kind="flat"),
    runner=STEADY,
)
SILENT = replace(PLAIN, noise_gain=0.0)


def column(run: SimulatedRun, name: str) -> Floats:
    return run.samples[name].to_numpy()


def planted(scenario: Scenario, *episodes: PlantedEpisode, seed: int = 1) -> SimulatedRun:
    return simulate(replace(scenario, episodes=episodes), seed)


@pytest.mark.parametrize(
    ("episode", "name", "size"),
    [
        (PlantedEpisode(300, 900, balance_pp=1.5), "contact_balance_left_pct", 1.5),
        (PlantedEpisode(300, 900, balance_pp=-1.5), "contact_balance_left_pct", -1.5),
        (PlantedEpisode(300, 900, contact_time_ms=12), "contact_time_ms", 12.0),
        (PlantedEpisode(300, 900, vertical_oscillation_mm=-4), "vertical_oscillation_mm", -4.0),
        (PlantedEpisode(300, 900, cadence_spm=5), "cadence_spm", 5.0),
    ],
)
def test_a_plain_difference_of_means_recovers_the_shift(
    episode: PlantedEpisode, name: str, size: float
) -> None:
    with_it = [column(planted(PLAIN, episode, seed=s), name) for s in range(12)]
    differences = [v[320:900].mean() - np.concatenate((v[60:300], v[920:])).mean() for v in with_it]
    chance = np.std(differences, ddof=1) / np.sqrt(len(differences))
    assert abs(np.mean(differences) - size) < 4 * chance
    assert chance < abs(size) / 4


def test_an_episode_changes_nothing_but_its_own_stretch() -> None:
    without = simulate(PLAIN, 3)
    with_it = planted(PLAIN, PlantedEpisode(300, 900, balance_pp=2.0), seed=3)
    name = "contact_balance_left_pct"
    change = column(with_it, name) - column(without, name)
    assert np.abs(change[:300]).max() == 0
    assert change[312:900] == pytest.approx(2.0, abs=0.02)
    assert np.abs(change[912:]).max() == 0
    others = [c for c in with_it.samples.columns if c != name]
    assert with_it.samples.select(others).equals(without.samples.select(others))


def test_a_sudden_shift_is_smoothed_by_the_watch_as_long_as_it_smooths() -> None:
    balance = column(
        planted(SILENT, PlantedEpisode(600, balance_pp=2.0)), "contact_balance_left_pct"
    )
    width = SMOOTHING_S["contact_balance_left_pct"]
    assert balance[599] == 50.0
    assert balance[600 + width // 2] == pytest.approx(51.1, abs=0.2)
    assert balance[600 + width] == 52.0


def test_a_ramp_rises_evenly_and_ends_at_once() -> None:
    episode = PlantedEpisode(300, 900, ramp_s=300, contact_time_ms=40)
    contact = column(planted(SILENT, episode), "contact_time_ms") - 250
    late_s = (SMOOTHING_S["contact_time_ms"] - 1) / 2
    expected = 40 * (np.arange(320, 600) - late_s - 300) / 300
    assert contact[320:600] == pytest.approx(expected, abs=0.6)
    assert contact[620:900] == pytest.approx(40.0)
    assert contact[910:].max() == 0


def test_clearing_falls_evenly() -> None:
    here = envelope(PlantedEpisode(10, 50, clearing_s=20), 60)
    assert here[30:50] == pytest.approx(np.arange(20, 0, -1) / 20)
    assert here[50:].max() == 0


def test_without_recovery_it_lasts_to_the_end() -> None:
    assert envelope(PlantedEpisode(10), 60)[10:].min() == 1.0


def test_sizes_in_noise_are_of_this_runs_own_noise() -> None:
    episode = PlantedEpisode(300, 900, size_sd=(("contact_time_ms", 1.5),))
    run = planted(replace(PLAIN, kit="wrist"), episode, seed=5)
    noise_sd = run.truth.noise_sd["contact_time_ms"]
    assert run.truth.planted[0].shifts == {"contact_time_ms": pytest.approx(1.5 * noise_sd)}
    assert 2 < noise_sd < 15


def test_one_foots_change_moves_balance_and_the_mean() -> None:
    longer_left = shifts(PlantedEpisode(0, left_contact_time_ms=20), 250.0, {})
    shorter_right = shifts(PlantedEpisode(0, right_contact_time_ms=-20), 250.0, {})
    assert longer_left["contact_time_ms"] == 10
    assert longer_left["contact_balance_left_pct"] == pytest.approx(100 * 270 / 520 - 50, abs=1e-3)
    assert shorter_right["contact_time_ms"] == -10
    assert shorter_right["contact_balance_left_pct"] > 0


def test_more_noise_leaves_the_level() -> None:
    episode = PlantedEpisode(600, kind="variability", noise_gain=3.0)
    runs = [column(planted(PLAIN, episode, seed=s), "contact_time_ms") for s in range(8)]
    calm, loud = (np.mean([v[a:b].std() for v in runs]) for a, b in ((60, 600), (620, 1200)))
    assert 2.2 < loud / calm < 3.8
    assert abs(np.mean([v[620:].mean() for v in runs]) - 250) < 12


def test_bursts_are_single_bad_seconds() -> None:
    episode = PlantedEpisode(
        300, 900, contact_time_ms=60, kind="bursts", bursts_per_min=4, burst_s=3
    )
    contact = column(planted(SILENT, episode), "contact_time_ms") - 250
    assert contact[:300].max() == 0
    assert contact[910:].max() == 0
    inside = contact[300:900]
    assert 0.15 < (inside > 0).mean() < 0.7
    assert inside.max() >= 25


def test_in_bouts_it_goes_again_in_every_bout_that_is_long_enough() -> None:
    bouts = (Stretch(0, 240), Stretch(300, 350), Stretch(400, 640))
    repeated = in_bouts(PlantedEpisode(60, 120, balance_pp=1.0), bouts)
    assert [(e.onset_s, e.recovery_s) for e in repeated] == [(60, 120), (460, 520)]
    open_ended = in_bouts(PlantedEpisode(60, balance_pp=1.0), bouts)
    assert [(e.onset_s, e.recovery_s) for e in open_ended] == [(60, 240), (460, 640)]


def test_a_run_walk_session_carries_its_bout_episode_and_its_presses() -> None:
    scenario = replace(
        SILENT, run_walk=RunWalk(240, 60), bout_episode=PlantedEpisode(90, contact_time_ms=30)
    )
    run = simulate(scenario, 1)
    assert len(run.truth.planted) == 4
    contact = column(run, "contact_time_ms")
    assert contact[80] == 250
    assert contact[120] == 280
    assert contact[300 + 80] == 250
    assert contact[300 + 120] == 280
    manual = run.laps.filter(pl.col("trigger") == "manual")["end_s"].to_list()
    assert manual == [press.t_s for press in run.truth.presses]
    assert [press.meaning for press in run.truth.presses] == ["gone", "back"] * 4


def test_an_episode_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(EvenstrideError, match="cannot be over"):
        PlantedEpisode(100, 90)


def test_an_unknown_channel_is_refused() -> None:
    with pytest.raises(EvenstrideError, match="heart_rate"):
        shifts(PlantedEpisode(0, size_sd=(("heart_rate_bpm", 1.0),)), 250.0, {})


def test_latencies_are_log_normal_about_their_median_with_a_share_of_bouts_without() -> None:
    drawn = draw_latencies(60.0, Latencies(0.4, 0.3), 4000, np.random.default_rng(1))
    came = np.log([one for one in drawn if one is not None])
    assert np.median(came) == pytest.approx(np.log(60.0), abs=0.03)
    assert came.std() == pytest.approx(0.4, abs=0.02)
    assert 1 - came.size / 4000 == pytest.approx(0.3, abs=0.03)


def test_a_trend_of_latencies_turns_about_the_middle_bout() -> None:
    drawn = draw_latencies(60.0, Latencies(trend=-0.1), 5, np.random.default_rng(1))
    assert drawn == pytest.approx([60.0 * np.exp(0.1 * place) for place in (2, 1, 0, -1, -2)])


def test_a_bout_too_short_for_its_own_latency_and_one_without_hold_nothing() -> None:
    bouts = tuple(Stretch(200.0 * k, 200.0 * k + 120.0) for k in range(3))
    [planted] = in_bouts(PlantedEpisode(60.0, balance_pp=1.0), bouts, (50.0, None, 130.0))
    assert (planted.onset_s, planted.recovery_s) == (50.0, 120.0)


def test_the_truth_keeps_every_bout_s_latency() -> None:
    scenario = Scenario(
        30,
        run_walk=RunWalk(120, 60),
        bout_episode=PlantedEpisode(60, contact_time_ms=30),
        bout_latencies=Latencies(0.5, 0.3),
    )
    truth = simulate(scenario, 5).truth
    reached = [
        bout.from_s + latency_s
        for bout, latency_s in zip(truth.bouts, truth.bout_latencies_s, strict=True)
        if latency_s is not None and latency_s < bout.seconds
    ]
    assert [one.episode.onset_s for one in truth.planted] == pytest.approx(reached)
    assert simulate(scenario, 5).truth.bout_latencies_s == truth.bout_latencies_s
    assert simulate(Scenario(30), 5).truth.bout_latencies_s == ()


@pytest.mark.parametrize("wrong", [{"spread": -0.1}, {"share_without": 1.2}])
def test_latencies_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(EvenstrideError):
        Latencies(**wrong)
