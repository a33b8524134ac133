"""A simulated run: its two ways out, its truth, its sameness and its cost."""

import io
import time
from dataclasses import replace
from datetime import timedelta

import fitdecode
import numpy as np
import pytest

from evenstride.model.errors import EvenstrideError
from evenstride.simulate.course import Hills
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.laps import LapButton
from evenstride.simulate.pace import RunWalk, Stop
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.scenario import START, Scenario

SHORT = Scenario(
    minutes=12, episodes=(PlantedEpisode(120, 400, balance_pp=1.5, contact_time_ms=8),)
)
SCENARIOS = [
    pytest.param(replace(SHORT, kit="wrist"), id="wrist"),
    pytest.param(SHORT, id="strap"),
    pytest.param(replace(SHORT, kit="strap+stryd"), id="strap and pod"),
    pytest.param(replace(SHORT, spacing="smart", laps=LapButton(every_m=500.0)), id="smart"),
    pytest.param(
        replace(SHORT, stops=(Stop(200, 30), Stop(500, 40, paused=True)), run_walk=RunWalk(90, 30)),
        id="stops and walks",
    ),
]

NATIVE = {
    "distance_m": "distance",
    "speed_mps": "enhanced_speed",
    "altitude_m": "enhanced_altitude",
    "heart_rate_bpm": "heart_rate",
    "contact_time_ms": "stance_time",
    "contact_balance_left_pct": "stance_time_balance",
    "vertical_oscillation_mm": "vertical_oscillation",
    "vertical_ratio_pct": "vertical_ratio",
    "step_length_mm": "step_length",
    "temperature_c": "temperature",
}


def decoded(run: SimulatedRun, name: str) -> list[fitdecode.FitDataMessage]:
    with fitdecode.FitReader(
        io.BytesIO(fit_bytes(run)),
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.RAISE,
    ) as reader:
        return [f for f in reader if isinstance(f, fitdecode.FitDataMessage) and f.name == name]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_file_carries_the_samples_of_the_recording(scenario: Scenario) -> None:
    run = simulate(scenario, 3)
    samples = run.recording().samples
    records = decoded(run, "record")
    times = [(r.get_value("timestamp") - START).total_seconds() for r in records]
    assert times == samples["time_s"].to_list()
    for ours, theirs in NATIVE.items():
        found = [r.get_value(theirs, fallback=None) for r in records]
        assert found == samples[ours].to_list(), ours
    strides = [r.get_value("cadence") + r.get_value("fractional_cadence") for r in records]
    assert [2 * s for s in strides] == samples["cadence_spm"].to_list()
    for extra in run.developer_fields:
        found = [
            f.value
            for r in records
            for f in r.fields
            if isinstance(f.field_def, fitdecode.types.DevFieldDefinition)
            and f.field_def.def_num == extra.number
        ]
        assert found == extra.values.to_list(), extra.name


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_file_carries_the_laps_and_the_pauses(scenario: Scenario) -> None:
    run = simulate(scenario, 3)
    found = [
        (
            (lap.get_value("start_time") - START).total_seconds(),
            (lap.get_value("timestamp") - START).total_seconds(),
            lap.get_value("lap_trigger"),
        )
        for lap in decoded(run, "lap")
    ]
    assert found == run.laps.rows()
    stopped = [
        event.get_value("timestamp") - START
        for event in decoded(run, "event")
        if event.get_value("event_type") == "stop_all"
    ]
    assert stopped[:-1] == [timedelta(seconds=p.from_s) for p in run.pauses]


def test_a_wrist_file_has_no_trace_of_balance_or_strap() -> None:
    run = simulate(replace(SHORT, kit="wrist"), 4)
    for name in ("record", "lap", "session"):
        for message in decoded(run, name):
            assert not [f.name for f in message.fields if "balance" in f.name]
    assert len(decoded(run, "device_info")) == 1


def test_a_strap_file_names_the_strap_as_running_dynamics() -> None:
    kinds = [m.get_raw_value("antplus_device_type", fallback=None) for m in _infos()]
    assert kinds == [None, 30, 124]


def _infos() -> list[fitdecode.FitDataMessage]:
    return decoded(simulate(replace(SHORT, kit="strap+stryd"), 1), "device_info")


def test_the_same_scenario_and_seed_give_the_same_bytes() -> None:
    scenario = replace(SHORT, kit="strap+stryd", spacing="smart", hills=Hills(grade_sd_pct=3))
    assert fit_bytes(simulate(scenario, 9)) == fit_bytes(simulate(replace(scenario), 9))


def test_another_seed_gives_another_run() -> None:
    assert fit_bytes(simulate(SHORT, 9)) != fit_bytes(simulate(SHORT, 10))


def test_the_truth_says_what_was_planted_felt_and_drawn() -> None:
    run = simulate(SHORT, 5)
    truth = run.truth
    assert truth.planted[0].episode == SHORT.episodes[0]
    assert truth.planted[0].shifts == {"contact_balance_left_pct": 1.5, "contact_time_ms": 8.0}
    assert [press.meaning for press in truth.presses] == ["gone", "back"]
    assert set(truth.noise_sd) == {
        "contact_balance_left_pct",
        "contact_time_ms",
        "vertical_oscillation_mm",
        "cadence_spm",
    }
    assert truth.speed_mps.shape == truth.grade_pct.shape == (720,)
    assert [(b.from_s, b.to_s) for b in truth.bouts] == [(0.0, 720.0)]


def test_the_recording_says_that_it_is_simulated() -> None:
    recording = simulate(replace(SHORT, spacing="smart"), 5).recording()
    assert recording.source.format == "simulated"
    assert recording.spacing == "smart"
    assert recording.start == START
    assert recording.sport == "running"


def test_without_noise_the_body_shows_pace_and_slope_alone() -> None:
    quiet = replace(SHORT, episodes=(), noise_gain=0.0, hills=Hills(kind="flat"))
    run = simulate(quiet, 6)
    contact = run.samples["contact_time_ms"].to_numpy()[60:]
    pace = run.truth.speed_mps[60:]
    assert np.corrcoef(contact, pace)[0, 1] < -0.8
    assert contact.std() < 10


def test_a_run_of_seconds_is_refused() -> None:
    with pytest.raises(EvenstrideError, match="10 s"):
        Scenario(minutes=0.1)


def test_an_hour_costs_at_most_fifty_milliseconds() -> None:
    scenario = Scenario(episodes=(PlantedEpisode(720, 2400, balance_pp=1.5),))
    simulate(scenario, 0)
    costs = []
    for seed in range(5):
        before = time.process_time()
        simulate(scenario, seed).recording()
        costs.append(time.process_time() - before)
    assert min(costs) < 0.05


def test_an_hour_is_written_in_far_less_than_a_third_of_a_second() -> None:
    run = simulate(Scenario(kit="strap+stryd"), 0)
    fit_bytes(run)
    before = time.process_time()
    fit_bytes(run)
    assert time.process_time() - before < 0.15
