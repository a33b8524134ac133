"""Where each quantity stands in a file, whoever measured it."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from evenstride.coordination.channels import Measured, measured_channels, measured_names
from evenstride.model.recording import DeveloperField, Recording

Recorded = Callable[..., Recording]
Extra = Callable[..., DeveloperField]
SECONDS = 100
OTHER_APP = "0123456789abcdef0123456789abcdef"
WATCH = {"cadence_spm": np.full(SECONDS, 170.0)}


def found(recording: Recording) -> dict[str, Measured]:
    return {one.name: one for one in measured_channels(recording, 0.0, SECONDS)}


def test_each_known_column_is_a_channel_and_an_empty_one_is_none(recorded: Recorded) -> None:
    recording = recorded(
        {
            "contact_time_ms": np.full(SECONDS, 250.0),
            "contact_balance_left_pct": np.full(SECONDS, np.nan),
            "heart_rate_bpm": np.full(SECONDS, 150.0),
        }
    )
    assert set(found(recording)) == {"contact_time"}


@pytest.mark.parametrize(
    ("name", "unit", "given", "wanted"),
    [
        ("Vertical Oscillation", "Centimeters", 8.5, ("vertical_oscillation", 85.0)),
        ("Vertical Oscillation", "mm", 85.0, ("vertical_oscillation", 85.0)),
        ("Cadence", "RPM", 85.0, ("cadence", 170.0)),
        ("Cadence", "spm", 170.0, ("cadence", 170.0)),
        ("Ground Time", "Milliseconds", 240.0, ("contact_time", 240.0)),
        ("stance time", "s", 0.24, ("contact_time", 240.0)),
        ("Leg Spring Stiffness", "KN/m", 9.5, ("leg_spring_stiffness", 9.5)),
        ("Ground Contact Time Left", "ms", 240.0, ("contact_time_left", 240.0)),
        ("Ground Time (L)", "ms", 240.0, ("contact_time_left", 240.0)),
        ("Left Ground Contact Time", "ms", 240.0, ("contact_time_left", 240.0)),
        ("Right Stance Time ", "ms", 240.0, ("contact_time_right", 240.0)),
        ("contact time right", "s", 0.24, ("contact_time_right", 240.0)),
    ],
)
def test_another_makers_field_is_known_by_its_name_and_brought_to_our_unit(
    recorded: Recorded, extra: Extra, name: str, unit: str, given: float, wanted: tuple[str, float]
) -> None:
    field = extra(name, unit, np.full(SECONDS, given))
    one = found(recorded(WATCH, developer_fields=(field,)))[f"stryd.{wanted[0]}"]
    assert one.device == "Stryd"
    assert one.values == pytest.approx(wanted[1])


@pytest.mark.parametrize("name", ["Power", "Form Power", "", None, "Air Power", "Ground"])
def test_fields_that_tell_nothing_of_the_legs_are_passed_over(
    recorded: Recorded, extra: Extra, name: str | None
) -> None:
    field = extra(name, "ms", np.full(SECONDS, 240.0))
    assert set(found(recorded(WATCH, developer_fields=(field,)))) == {"cadence"}


def test_a_field_of_text_is_passed_over(recorded: Recorded) -> None:
    text = pl.Series("extra", ["170"] * SECONDS)
    field = DeveloperField(OTHER_APP, 0, 1, "Cadence", "spm", text)
    assert set(found(recorded(WATCH, developer_fields=(field,)))) == {"cadence"}


def test_equal_names_of_different_makers_stay_apart(recorded: Recorded, extra: Extra) -> None:
    fields = (
        extra("Cadence", "RPM", np.full(SECONDS, 84.0)),
        extra("Cadence", "spm", np.full(SECONDS, 169.0), application=OTHER_APP),
        extra("Cadence", "spm", np.full(SECONDS, 165.0), application=""),
    )
    channels = found(recorded(WATCH, developer_fields=fields))
    assert {name: one.values[0] for name, one in channels.items()} == {
        "cadence": 170.0,
        "stryd.cadence": 168.0,
        "app-01234567.cadence": 169.0,
        "app-unnamed.cadence": 165.0,
    }


def test_each_foot_follows_from_contact_time_and_balance(recorded: Recorded) -> None:
    recording = recorded(
        {
            "contact_time_ms": np.full(SECONDS, 250.0),
            "contact_balance_left_pct": np.full(SECONDS, 51.0),
        }
    )
    channels = found(recording)
    assert channels["contact_time_left"].values == pytest.approx(255.0)
    assert channels["contact_time_right"].values == pytest.approx(245.0)


@pytest.mark.parametrize("missing", ["contact_time_ms", "contact_balance_left_pct"])
def test_without_one_of_the_two_no_foot_is_made_up(recorded: Recorded, missing: str) -> None:
    columns = {"contact_time_ms": 250.0, "contact_balance_left_pct": 51.0}
    columns.pop(missing)
    recording = recorded({name: np.full(SECONDS, value) for name, value in columns.items()})
    assert not {"contact_time_left", "contact_time_right"} & set(found(recording))


def test_a_value_no_runner_can_have_is_set_aside_and_remembered(
    recorded: Recorded, extra: Extra
) -> None:
    contact = np.full(SECONDS, 250.0)
    contact[10], contact[11] = 999.0, 0.0
    pod = np.full(SECONDS, 240.0)
    pod[50:60] = 0.0
    field = extra("Ground Time", "Milliseconds", pod)
    channels = found(recorded({"contact_time_ms": contact}, developer_fields=(field,)))
    assert np.flatnonzero(channels["contact_time"].implausible).tolist() == [10, 11]
    assert np.isnan(channels["contact_time"].values[10:12]).all()
    assert channels["stryd.contact_time"].implausible.sum() == 10
    assert np.isnan(channels["stryd.contact_time"].values[50:60]).all()


def test_names_are_told_by_the_device_that_measured(recorded: Recorded, extra: Extra) -> None:
    field = extra("Ground Time", "Milliseconds", np.full(SECONDS, 240.0))
    recording = recorded(WATCH, developer_fields=(field,))
    assert measured_names([recording]) == [
        {"Watch": ("cadence",), "Stryd": ("stryd.contact_time",)}
    ]
    assert measured_names([recording, recording])[1] == {
        "Watch": ("device-2.cadence",),
        "Stryd": ("device-2.stryd.contact_time",),
    }
    bare = recorded({"heart_rate_bpm": np.full(SECONDS, 150.0)})
    assert measured_names([bare]) == [{"Watch": ()}]


def test_smart_recording_is_drawn_between_samples_for_every_channel(
    recorded: Recorded, extra: Extra
) -> None:
    time_s = np.arange(0.0, SECONDS, 4.0)
    field = extra("Ground Time", "ms", np.full(time_s.size, 240.0))
    recording = recorded(
        {"time_s": time_s, "cadence_spm": np.full(time_s.size, 170.0)},
        developer_fields=(field,),
        spacing="smart",
    )
    channels = found(recording)
    assert np.isfinite(channels["cadence"].values[:97]).all()
    assert np.isfinite(channels["stryd.contact_time"].values[:97]).all()
