"""The watch smooths, sticks, starts falsely, rounds and skips as real ones do."""

from dataclasses import replace
from pathlib import Path

import fitdecode
import numpy as np
import polars as pl
import pytest

from evenstride.model.recording import SAMPLES
from evenstride.simulate.course import Hills, draw_course
from evenstride.simulate.device import RESTART_SD, false_starts
from evenstride.simulate.noise import STRAP
from evenstride.simulate.pace import PacePlan, RunWalk, Stop, modes, move
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

HOUR = Scenario()


@pytest.fixture(scope="module")
def samples() -> pl.DataFrame:
    return pl.concat([simulate(HOUR, seed).samples for seed in range(8)])


def whole(values: pl.Series, per_unit: float) -> bool:
    scaled = values.drop_nulls().to_numpy() * per_unit
    return bool(np.abs(scaled - np.rint(scaled)).max() < 1e-6)


@pytest.mark.parametrize(
    ("name", "per_unit"),
    [
        ("time_s", 1),
        ("contact_time_ms", 1),
        ("vertical_oscillation_mm", 10),
        ("vertical_ratio_pct", 100),
        ("step_length_mm", 1),
        ("cadence_spm", 1),
        ("heart_rate_bpm", 1),
        ("speed_mps", 1000),
        ("distance_m", 100),
        ("altitude_m", 5),
    ],
)
def test_columns_come_in_the_steps_of_real_files(
    samples: pl.DataFrame, name: str, per_unit: float
) -> None:
    assert samples[name].null_count() == 0
    assert whole(samples[name], per_unit)


def test_balance_comes_in_steps_of_a_thirty_second_cut_after_two_decimals(
    samples: pl.DataFrame,
) -> None:
    hundredths = np.rint(samples["contact_balance_left_pct"].to_numpy() * 100).astype(int)
    allowed = {int(np.floor(k * 100 / 32)) for k in range(32 * 100 + 1)}
    assert set(hundredths.tolist()) <= allowed
    assert len(set(hundredths.tolist())) > 100


def test_a_real_watch_keeps_the_same_steps(real_data: Path) -> None:
    file = real_data / "fit" / "python-fitparse" / "garmin-fenix-5-run.fit"
    with fitdecode.FitReader(file) as reader:
        found = {
            frame.get_raw_value("stance_time_balance", fallback=None)
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record"
        } - {None}
    assert len(found) > 8
    assert found <= {int(np.floor(k * 100 / 32)) for k in range(32 * 100 + 1)}


def test_recorded_balance_is_as_slow_as_in_real_files() -> None:
    below, one_second = [], []
    for seed in range(30):
        run = simulate(Scenario(episodes=()), seed)
        balance = run.samples["contact_balance_left_pct"].to_numpy()[60:]
        centred = balance - balance.mean()
        power = np.abs(np.fft.rfft(centred)) ** 2
        below.append(power[np.fft.rfftfreq(centred.size) < 0.06].sum() / power.sum())
        one_second.append(np.corrcoef(centred[1:], centred[:-1])[0, 1])
    assert np.mean(below) > 0.95
    assert min(one_second) > 0.94
    assert max(one_second) < 0.995


def test_while_standing_the_last_values_repeat_and_pace_is_zero() -> None:
    table = simulate(replace(HOUR, stops=(Stop(600, 60),)), 2).samples
    still = table.slice(600, 60)
    for name in ("contact_balance_left_pct", "contact_time_ms", "vertical_oscillation_mm"):
        assert still[name].n_unique() == 1
        assert still[name][0] == table[name][599]
    assert still["speed_mps"].max() == 0
    assert still["cadence_spm"].max() == 0
    assert still["distance_m"].n_unique() == 1


def test_a_paused_stop_leaves_a_gap_and_a_pause() -> None:
    run = simulate(replace(HOUR, stops=(Stop(600, 60, paused=True),)), 2)
    times = run.samples["time_s"].to_numpy()
    assert not ((times >= 600) & (times < 660)).any()
    assert times.size == 3540
    assert [(p.from_s, p.to_s) for p in run.pauses] == [(600, 660)]


def test_after_restarts_balance_strays_as_seen_in_sixty_one_real_ones() -> None:
    mode = modes(200_000, None, tuple(Stop(at, 30) for at in range(200, 200_000, 400)))
    course = draw_course(Hills(kind="flat"), np.random.default_rng(1))
    movement = move(PacePlan(), mode, 0.0, course, np.random.default_rng(2))
    rng = np.random.default_rng(3)
    strays = false_starts("contact_balance_left_pct", movement, rng) * STRAP.channels[0].sd
    starts = np.array([b.from_s for b in movement.bouts[1:]], dtype=int)
    # The runs in which restarts were watched had a median deviation of 0.33 pp at rest.
    rest = rng.normal(0, 0.33 / 0.6745, size=strays.size)
    for after_s, median, near in ((0, 0.70, 0.08), (15, 0.46, 0.05), (30, 0.33, 0.06)):
        assert np.median(np.abs((strays + rest)[starts + after_s])) == pytest.approx(
            median, abs=near
        )
    assert np.quantile(np.abs((strays + rest)[starts]), 0.9) == pytest.approx(2.3, abs=0.5)


def test_contact_time_starts_falsely_too_and_cadence_does_not() -> None:
    assert RESTART_SD["contact_time_ms"] > 0
    assert "cadence_spm" not in RESTART_SD


def test_walking_looks_like_walking() -> None:
    table = simulate(replace(HOUR, run_walk=RunWalk(240, 60)), 4).samples
    walking = table.filter(pl.col("time_s").is_between(260, 295))
    assert walking["cadence_spm"].mean() == pytest.approx(112, abs=20)
    assert float(walking["contact_time_ms"].min()) > 400  # type: ignore[arg-type]  # a number
    assert float(walking["speed_mps"].max()) < 2.1  # type: ignore[arg-type]  # a number


def test_smart_recording_writes_few_seconds_and_the_same_values() -> None:
    every = simulate(HOUR, 5)
    smart = simulate(replace(HOUR, spacing="smart"), 5)
    gaps = np.diff(smart.samples["time_s"].to_numpy())
    assert gaps.min() == 1
    assert gaps.max() <= 8
    assert 0.04 < (gaps == 1).mean() < 0.14
    kept = every.samples.filter(pl.col("time_s").is_in(smart.samples["time_s"].to_list()))
    assert kept.equals(smart.samples)
    assert smart.samples["time_s"][-1] == 3599


def test_the_wrist_has_no_balance_anywhere() -> None:
    run = simulate(replace(HOUR, kit="wrist"), 6)
    assert run.samples["contact_balance_left_pct"].null_count() == run.samples.height
    assert "contact_balance_left_pct" not in run.truth.noise_sd
    assert run.samples["contact_time_ms"].null_count() == 0


def test_a_watch_gives_neither_slope_nor_power_nor_stiffness() -> None:
    table = simulate(HOUR, 6).samples
    SAMPLES.check(table)
    for name in ("grade_pct", "power_w", "leg_spring_stiffness_kn_per_m"):
        assert table[name].null_count() == table.height


def test_the_pod_is_a_second_device_that_agrees_only_in_part() -> None:
    run = simulate(replace(HOUR, kit="strap+stryd"), 7)
    fields = {extra.name: extra.values.to_numpy() for extra in run.developer_fields}
    assert list(fields) == [
        "Power",
        "Cadence",
        "Ground Time",
        "Vertical Oscillation",
        "Form Power",
        "Leg Spring Stiffness",
    ]
    watch = run.samples["contact_time_ms"].to_numpy()
    assert -35 < np.median(fields["Ground Time"] - watch) < 0
    assert 0.5 < np.corrcoef(fields["Ground Time"], watch)[0, 1] < 0.97
    assert np.median(fields["Leg Spring Stiffness"]) == pytest.approx(10, abs=0.5)


def test_the_pod_sees_the_planted_change_and_shows_zero_while_standing() -> None:
    scenario = replace(HOUR, kit="strap+stryd", stops=(Stop(600, 60),))
    run = simulate(scenario, 8)
    ground = run.developer_fields[2].values.to_numpy()
    assert ground[605:660].max() == 0
