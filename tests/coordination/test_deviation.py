"""Recordings become a signal, one device or two, with what is missing told."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from evenstride.coordination.deviation import build_signal, local_spread
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.model.recording import DeveloperField, Recording
from evenstride.model.signal import Floats, Signal
from evenstride.simulate.pace import RunWalk, Stop
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

Recorded = Callable[..., Recording]
SECONDS = 1200


def noisy(seed: int, level: float, sd: float) -> Floats:
    return np.random.default_rng(seed).normal(level, sd, SECONDS)


def basic(**more: Floats) -> dict[str, Floats]:
    speed = noisy(1, 3.0, 0.1)
    moving = {"speed_mps": speed, "distance_m": np.cumsum(speed), "cadence_spm": noisy(2, 170, 1)}
    return moving | more


def built(*recordings: Recording) -> tuple[Signal, tuple[Issue, ...]]:
    return build_signal(recordings, [0.0] * len(recordings))


def searched(signal: Signal) -> list[str]:
    return [channel.name for channel in signal.searched]


def adds_up(signal: Signal) -> bool:
    aside = sum(stretch.seconds for stretch in signal.excluded)
    return float(signal.running.sum()) + aside == signal.moving_s


def test_balance_contact_time_and_oscillation_are_searched_and_the_rest_told(
    recorded: Recorded,
) -> None:
    signal, issues = built(
        recorded(
            basic(
                contact_time_ms=noisy(3, 250, 5),
                contact_balance_left_pct=noisy(4, 50, 0.5),
                vertical_oscillation_mm=noisy(5, 85, 2),
                step_length_mm=noisy(6, 1050, 10),
            )
        )
    )
    wanted = ["contact_balance_left", "contact_time", "vertical_oscillation"]
    assert searched(signal) == wanted
    names = {channel.name for channel in signal.channels}
    assert {"step_length", "cadence", "contact_time_left", "contact_time_right"} <= names
    assert {f"{name}_variability" for name in wanted} <= names
    assert issues == ()
    assert adds_up(signal)


def test_cadence_is_searched_only_where_there_is_nothing_better(recorded: Recorded) -> None:
    signal, issues = built(recorded(basic()))
    assert searched(signal) == ["cadence"]
    assert issues == ()


def test_each_deviation_is_in_units_of_its_own_noise(recorded: Recorded) -> None:
    signal, _ = built(recorded(basic(contact_time_ms=noisy(3, 250, 5))))
    [channel] = signal.searched
    assert channel.noise_sd == pytest.approx(5.0, rel=0.1)
    assert np.nanstd(channel.deviation[signal.running]) == pytest.approx(1.0, rel=0.05)
    assert channel.unit == "ms"


def test_a_channel_missing_in_more_than_half_is_told_and_not_searched(recorded: Recorded) -> None:
    patchy = noisy(3, 250, 5)
    patchy[: int(0.7 * SECONDS)] = np.nan
    signal, _ = built(
        recorded(basic(contact_time_ms=patchy, vertical_oscillation_mm=noisy(5, 85, 2)))
    )
    assert searched(signal) == ["vertical_oscillation"]
    assert "contact_time" in {channel.name for channel in signal.channels}


def test_a_channel_known_only_where_nothing_is_judged_is_left_out(recorded: Recorded) -> None:
    early, late = noisy(3, 250, 5), noisy(5, 85, 2)
    early[700:] = np.nan
    late[:700] = np.nan
    signal, _ = built(recorded(basic(contact_time_ms=early, vertical_oscillation_mm=late)))
    assert searched(signal) == ["contact_time"]
    assert "vertical_oscillation" not in {channel.name for channel in signal.channels}
    assert all(np.isfinite(c.values[signal.running]).any() for c in signal.channels)
    assert adds_up(signal)


def test_moving_time_without_a_value_is_set_aside_with_that_reason(recorded: Recorded) -> None:
    lost = noisy(3, 250, 5)
    lost[400:500] = np.nan
    signal, _ = built(recorded(basic(contact_time_ms=lost)))
    [stretch] = [s for s in signal.excluded if s.reason == "nothing measured"]
    assert (stretch.from_s, stretch.to_s) == (400.0, 500.0)
    assert adds_up(signal)


def test_a_wrist_has_no_balance_and_no_foot_of_its_own() -> None:
    for seed in range(4):
        signal, _ = built(simulate(Scenario(minutes=20, kit="wrist"), seed).recording())
        quantities = {channel.quantity for channel in signal.channels}
        assert not {"contact_balance_left", "contact_time_left", "contact_time_right"} & quantities
        assert searched(signal) == ["contact_time", "vertical_oscillation"]


def test_a_foot_pod_in_the_file_is_a_second_device_beside_the_watch() -> None:
    signal, _ = built(simulate(Scenario(minutes=20, kit="strap+stryd"), 3).recording())
    devices = {channel.name: channel.device for channel in signal.channels}
    assert devices["stryd.contact_time"] == "Stryd"
    assert devices["contact_time"] != "Stryd"
    assert "stryd.contact_time" not in searched(signal), "one channel for each quantity"


def test_two_watches_on_one_run_keep_their_channels_apart(recorded: Recorded) -> None:
    first = recorded(basic(contact_time_ms=noisy(3, 250, 5)))
    second = recorded(
        {"contact_time_ms": noisy(4, 240, 5), "vertical_oscillation_mm": noisy(5, 85, 2)},
        device="Other",
    )
    signal, _ = built(first, second)
    devices = {channel.name: channel.device for channel in signal.channels}
    assert devices["contact_time"] == "Watch"
    assert devices["device-2.contact_time"] == "Other"
    assert searched(signal) == ["contact_time", "vertical_oscillation"]


def test_equal_names_of_one_maker_stay_apart(
    recorded: Recorded, extra: Callable[..., DeveloperField]
) -> None:
    fields = tuple(extra("Cadence", "spm", noisy(k, 170, 1), number=k) for k in (7, 8))
    signal, _ = built(recorded(basic(), developer_fields=fields))
    names = [channel.name for channel in signal.channels]
    assert {"stryd.cadence", "device-2.stryd.cadence"} <= set(names)
    assert len(names) == len(set(names))


def test_a_device_begun_late_lies_where_it_belongs_on_the_common_clock(recorded: Recorded) -> None:
    first = recorded(basic())
    second = recorded({"contact_time_ms": noisy(3, 250, 5)}, device="Other")
    signal, _ = build_signal((first, second), (0.0, 90.0))
    [channel] = [c for c in signal.channels if c.name == "contact_time"]
    assert signal.seconds == SECONDS + 90
    assert np.isnan(channel.values[:90]).all()
    assert channel.values[90] == second.samples["contact_time_ms"][0]


def test_the_device_that_knows_pace_tells_where_it_was_running(recorded: Recorded) -> None:
    pod = recorded({"contact_time_ms": noisy(3, 250, 5)}, device="Pod")
    signal, issues = built(pod, recorded(basic()))
    assert len(signal.bouts) == 1
    assert issues == ()


def test_without_pace_and_slope_nothing_was_taken_out_and_that_is_told(recorded: Recorded) -> None:
    columns = {"cadence_spm": noisy(2, 170, 1), "contact_time_ms": noisy(3, 250, 5)}
    signal, issues = built(recorded(columns))
    assert searched(signal) == ["contact_time"]
    assert [issue.where for issue in issues] == ["pace and slope"]


def test_without_pace_and_cadence_no_running_is_found_and_that_is_told(recorded: Recorded) -> None:
    signal, issues = built(recorded({"contact_time_ms": noisy(3, 250, 5)}))
    assert signal.bouts == ()
    assert signal.channels == ()
    assert [issue.problem for issue in issues] == ["No running of at least 20 s was found."]
    assert issues[0].remedy


def test_without_any_channel_only_the_marks_can_tell(recorded: Recorded) -> None:
    speed = noisy(1, 3.0, 0.1)
    signal, issues = built(recorded({"speed_mps": speed, "distance_m": np.cumsum(speed)}))
    assert len(signal.bouts) == 1
    assert signal.searched == ()
    assert "only your marks can tell" in issues[0].problem
    assert adds_up(signal)


def test_values_no_runner_can_have_are_counted_where_they_were_judged(recorded: Recorded) -> None:
    contact = noisy(3, 250, 5)
    contact[5] = 999.0
    contact[600:610] = 999.0
    _, issues = built(recorded(basic(contact_time_ms=contact)))
    [issue] = issues
    assert issue.where == "contact_time"
    assert "10 s of this channel cannot be a runner's" in issue.problem


def test_a_sensor_that_repeats_itself_is_set_aside_and_told(recorded: Recorded) -> None:
    contact = noisy(3, 250, 5)
    contact[600:720] = contact[599]
    contact[900:930] = contact[899]
    signal, issues = built(recorded(basic(contact_time_ms=contact)))
    [channel] = [one for one in signal.channels if one.name == "contact_time"]
    assert np.flatnonzero(np.isnan(channel.values)).tolist() == list(range(599, 720))
    [issue] = issues
    assert "repeated one value for 121 s" in issue.problem
    assert issue.remedy


def test_a_recording_without_a_sample_gives_an_empty_signal(recorded: Recorded) -> None:
    signal, issues = built(recorded({"time_s": []}))
    assert signal.channels == ()
    assert signal.moving_s == 0
    assert issues


def test_no_recording_is_a_wrong_request() -> None:
    with pytest.raises(EvenstrideError, match="no recording"):
        build_signal((), ())


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(minutes=30, stops=(Stop(300, 40), Stop(900, 60, paused=True))),
        Scenario(minutes=30, run_walk=RunWalk(120, 60)),
        Scenario(minutes=30, spacing="smart", stops=(Stop(600, 90, paused=True),)),
    ],
    ids=["stops", "run and walk", "smart"],
)
def test_judged_and_set_aside_time_add_up_to_moving_time(scenario: Scenario) -> None:
    signal, _ = built(simulate(scenario, 5).recording())
    assert adds_up(signal)
    assert signal.running.sum() > 300
    standing_s = sum(stop.length_s for stop in scenario.stops)
    assert signal.moving_s == pytest.approx(1800 - standing_s, abs=12)


def test_unsteadiness_is_the_change_over_seconds_and_unknown_where_little_is() -> None:
    values = np.tile(np.repeat([0.0, 2.0], 8), 12)
    values[60:120] = np.nan
    spread = local_spread(values)
    assert spread[40] == pytest.approx(2.0)
    assert np.isnan(spread[90])


def test_a_stuck_sensor_is_left_out_and_told() -> None:
    recording = simulate(Scenario(minutes=15), 1).recording()
    stuck = replace(
        recording, samples=recording.samples.with_columns(contact_time_ms=pl.lit(250.0))
    )
    signal, issues = build_signal([stuck], [0.0])
    assert "contact_time" not in {channel.name for channel in signal.channels}
    assert any("stuck" in issue.problem for issue in issues)


def test_a_long_pause_does_not_switch_off_the_pace_adjustment() -> None:
    recording = simulate(Scenario(minutes=20), 1).recording()
    late = (
        pl.when(pl.col("time_s") > 600).then(pl.col("time_s") + 18000).otherwise(pl.col("time_s"))
    )
    broken = replace(recording, samples=recording.samples.with_columns(time_s=late))
    signal, issues = build_signal([broken], [0.0])
    assert signal.covariates.shape[1] > 3
    assert not any("no pace" in issue.problem for issue in issues)
