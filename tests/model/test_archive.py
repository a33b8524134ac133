"""The archive's nouns refuse what they cannot mean."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from evenstride.model.archive import (
    Clip,
    DeviceSplit,
    FiledRecording,
    FiledRun,
    Label,
    device_known_as,
    run_id,
)
from evenstride.model.errors import EvenstrideError

START = datetime(2024, 5, 1, 6, tzinfo=UTC)
WATCH = FiledRecording("ab" * 32, 0, "fit", "Watch", "1", "running", START, 100.0, 300.0)
POD = replace(
    WATCH, sha256="cd" * 32, device="", start=START + timedelta(seconds=5), distance_m=None
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha256": "ab"},
        {"sha256": "AB" * 32},
        {"part": -1},
        {"start": START.replace(tzinfo=None)},
        {"duration_s": float("nan")},
        {"duration_s": -1.0},
        {"distance_m": float("inf")},
        {"distance_m": -1.0},
    ],
)
def test_a_recording_that_could_not_be_found_again_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(EvenstrideError, match="A filed recording"):
        replace(WATCH, **wrong)  # type: ignore[arg-type]  # one field each, some of a wrong kind


@pytest.mark.parametrize(
    "make",
    [
        lambda: Label("r", "marks", (float("nan"),), (), START),
        lambda: Label("r", "marks", (), (float("inf"),), START),
        lambda: Label("r", "fine", (), (), START.replace(tzinfo=None)),
        lambda: Clip("ab" * 32, "r", "f.mov", START.replace(tzinfo=None)),
        lambda: Clip("ab" * 32, "r", "f.mov", at_s=float("nan")),
    ],
)
def test_a_moment_that_is_none_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(EvenstrideError, match="moment that is none"):
        make()


def test_a_run_tells_what_its_recordings_know() -> None:
    run = FiledRun("r", START, "", "", (POD, WATCH))
    assert (run.device, run.distance_m, run.duration_s) == ("Watch", 300.0, 105.0)
    alone = FiledRun("r", POD.start, "", "", (POD,))
    assert (alone.device, alone.distance_m, alone.duration_s) == ("", None, 100.0)


def test_a_recording_s_run_has_the_same_id_everywhere_and_another_for_each_part() -> None:
    assert run_id("ab" * 32, 0) == run_id("ab" * 32, 0, 12)[:8]
    assert run_id("ab" * 32, 0) != run_id("ab" * 32, 1)


def test_each_split_makes_another_device_of_the_same_name() -> None:
    days = [date(2024, 5, 1), date(2025, 5, 1)]
    splits = [DeviceSplit("Watch", day) for day in reversed(days)] + [DeviceSplit("Pod", days[0])]
    names = [device_known_as("Watch", day, splits) for day in (date(2024, 4, 30), *days)]
    assert names == ["Watch", "Watch (2)", "Watch (3)"]
    assert device_known_as("Other", days[1], splits) == "Other"
