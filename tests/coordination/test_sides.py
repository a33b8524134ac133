"""Left and right exchanged, for devices the runner set."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from evenstride.coordination.channels import Measured, measured_channels, measured_names
from evenstride.coordination.deviation import build_signal
from evenstride.coordination.sides import is_flipped, other_foot, side_issues
from evenstride.model.issue import Issue
from evenstride.model.recording import Recording
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

WATCH = "evenstride simulated watch"


@pytest.fixture(scope="module")
def recording() -> Recording:
    """Return ten healthy minutes with strap and pod."""
    return simulate(Scenario(minutes=10, kit="strap+stryd"), 1).recording()


def measured(recording: Recording, flipped: Sequence[str] = ()) -> dict[str, Measured]:
    """Return what was measured, by name."""
    found = measured_channels(recording, 0.0, 600, flipped)
    return {one.name: one for one in found}


def told(recording: Recording, *flipped: str) -> list[Issue]:
    """Return what is said of sides."""
    _, issues = build_signal([recording], [0.0], flipped)
    return [issue for issue in issues if "exchanged" in issue.problem]


def test_the_simulated_watch_is_called_as_here(recording: Recording) -> None:
    assert recording.device == WATCH


def test_balance_and_both_feet_change_sides_and_nothing_else_moves(recording: Recording) -> None:
    plain, flipped = measured(recording), measured(recording, [WATCH.upper()])
    assert list(plain) == list(flipped)
    balance = "contact_balance_left"
    np.testing.assert_allclose(flipped[balance].values, 100.0 - plain[balance].values)
    for own, other in (("left", "right"), ("right", "left")):
        np.testing.assert_allclose(
            flipped[f"contact_time_{own}"].values, plain[f"contact_time_{other}"].values
        )
    for name in plain.keys() - {balance, "contact_time_left", "contact_time_right"}:
        np.testing.assert_array_equal(flipped[name].values, plain[name].values)
        assert not flipped[name].exchanged


def test_the_recording_itself_is_left_as_it_is(recording: Recording) -> None:
    before = recording.samples.clone()
    measured(recording, [WATCH])
    assert recording.samples.equals(before)


def test_a_makers_own_feet_change_sides_by_the_makers_name(recording: Recording) -> None:
    (pod, *_) = recording.developer_fields
    feet = tuple(
        type(pod)(pod.application, pod.developer_index, 90 + k, f"{side} Ground Time", "ms", values)
        for k, (side, values) in enumerate(
            (
                ("Left", pl.Series([200.0 + s % 7 for s in range(600)])),
                ("Right", pl.Series([210.0 + s % 5 for s in range(600)])),
            )
        )
    )
    bare = Recording(
        recording.source, "Watch", "running", "generic", recording.start, recording.samples
    )
    both = type(bare)(**{**vars(bare), "developer_fields": feet})
    plain, flipped = measured(both), measured(both, ["STRYD"])
    assert [n for n in plain if "stryd" in n] == sorted(n for n in flipped if "stryd" in n)
    for own, other in (("left", "right"), ("right", "left")):
        one, two = flipped[f"stryd.contact_time_{own}"], plain[f"stryd.contact_time_{other}"]
        np.testing.assert_array_equal(one.values, two.values)
        assert one.quantity.name == f"contact_time_{own}"
    assert flipped["contact_balance_left"].exchanged is False
    assert measured_names([both], ["stryd"])[0]["Stryd"] == (
        "stryd.contact_time_right",
        "stryd.contact_time_left",
    )
    assert [issue.where for issue in told(both, "Stryd", "Another")] == ["Stryd"]


def test_every_result_says_that_sides_were_exchanged(recording: Recording) -> None:
    (said,) = told(recording, "EVENSTRIDE simulated  watch")
    assert said.level == "info"
    assert said.problem == f"Left and right of {WATCH} are exchanged, as you set."
    assert "--undo" in said.remedy
    assert told(recording) == []


def test_a_name_that_nearly_fits_is_told_and_changes_nothing(recording: Recording) -> None:
    (said,) = told(recording, "Simulated watch")
    assert f"this is {WATCH}; its sides were not exchanged" in said.problem
    assert f'evenstride config flip "{WATCH}"' in said.remedy
    assert told(recording, "Garmin fenix 5X", "") == []


def test_a_device_that_tells_no_sides_is_not_said_to_be_exchanged() -> None:
    wrist = simulate(Scenario(minutes=5, kit="wrist"), 1).recording()
    assert told(wrist, WATCH) == []


def test_sides_come_back_when_exchanged_twice() -> None:
    assert other_foot(other_foot("contact_time_left")) == "contact_time_left"
    assert other_foot("cadence") == "cadence"
    assert not is_flipped("Garmin fenix 5X", ["Garmin fenix 5"])
    assert side_issues({"Garmin fenix 5X": False}, ["Garmin fenix 5"]) == ()
