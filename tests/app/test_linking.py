"""Which recordings are one run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.app.linking import (
    BLOCK_S,
    Calendar,
    Course,
    bond,
    course_of,
    overlap,
    speeds_agree,
)
from evenstride.model.archive import FiledRecording
from evenstride.model.recording import SAMPLES, Recording, Source

START = datetime(2024, 5, 1, 7, tzinfo=UTC)


def filed(
    name: str = "a",
    *,
    after_s: float = 0.0,
    duration_s: float = 3600.0,
    serial: str = "",
    sport: str = "running",
    part: int = 0,
) -> FiledRecording:
    return FiledRecording(
        name.encode().hex().ljust(64, "0"),
        part,
        "FIT",
        "watch",
        serial,
        sport,
        START + timedelta(seconds=after_s),
        duration_s,
    )


def speeds(seed: int, blocks: int = 120) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 3.0 + np.random.default_rng(seed).normal(0, 0.3, blocks)


def courses(**of: Course) -> Callable[[FiledRecording], Course | None]:
    by_digest = {filed(name).sha256: course for name, course in of.items()}
    return lambda recording: by_digest.get(recording.sha256)


def unasked(_: FiledRecording) -> Course:
    raise AssertionError("the speeds need not be asked for")


ALIKE = courses(a=Course(0, speeds(1)), b=Course(0, speeds(1) + 0.05 * speeds(2)))
UNLIKE = courses(a=Course(0, speeds(1)), b=Course(0, speeds(2)))


def test_one_device_at_one_time_is_one_run_whatever_the_speeds() -> None:
    one, other = filed("a", serial="7"), filed("b", serial="7", after_s=3, duration_s=1800)
    assert bond(one, other, unasked) == "device"


@pytest.mark.parametrize(
    "other",
    [
        filed("b", serial="8"),
        filed("b", serial="7", after_s=60),
        filed("b", serial="7", sport="walking"),
        filed("b"),
    ],
    ids=["another device", "another start", "another sport", "no number"],
)
def test_without_the_same_device_start_and_sport_the_speeds_decide(other: FiledRecording) -> None:
    assert bond(filed("a", serial="7"), other, ALIKE) == "speed"
    assert bond(filed("a", serial="7"), other, UNLIKE) is None


def test_two_devices_without_a_number_are_not_one_device() -> None:
    assert bond(filed("a"), filed("b"), UNLIKE) is None


def test_recordings_that_share_less_than_nine_tenths_stay_apart() -> None:
    assert bond(filed("a"), filed("b", after_s=361), unasked) is None
    assert bond(filed("a"), filed("b", after_s=359), ALIKE) == "speed"


def test_the_shorter_ones_time_counts() -> None:
    assert bond(filed("a"), filed("b", after_s=1800, duration_s=900), ALIKE) == "speed"


def test_parts_of_one_file_are_never_linked() -> None:
    assert bond(filed("a"), filed("a", part=1), unasked) is None


def test_what_cannot_be_read_any_more_stays_apart() -> None:
    assert bond(filed("a"), filed("b"), courses(a=Course(0, speeds(1)))) is None


def test_speeds_that_agree_only_in_too_few_blocks_do_not_count() -> None:
    assert speeds_agree(Course(0, speeds(1, 10)), Course(0, speeds(1, 10)))
    assert not speeds_agree(Course(0, speeds(1, 9)), Course(0, speeds(1, 9)))
    assert not speeds_agree(Course(0, speeds(1)), Course(111, speeds(1)))


def test_a_pace_that_never_changes_tells_nothing() -> None:
    even = Course(0, np.full(50, 3.0))
    assert not speeds_agree(even, even)


def test_speeds_are_compared_at_the_same_time() -> None:
    assert speeds_agree(Course(5, speeds(1)), Course(25, speeds(1)[20:]))
    assert not speeds_agree(Course(5, speeds(1)), Course(26, speeds(1)[20:]))


def test_missing_blocks_are_passed_over() -> None:
    gaps = speeds(1)
    gaps[::3] = np.nan
    assert speeds_agree(Course(0, gaps), Course(0, speeds(1)))
    assert not speeds_agree(Course(0, np.full(50, np.nan)), Course(0, speeds(1)))


def recording(speed: list[float | None], start: datetime = START) -> Recording:
    rows = [
        dict.fromkeys(SAMPLES.names) | {"time_s": float(s), "speed_mps": v}
        for s, v in enumerate(speed)
    ]
    samples = pl.DataFrame(rows, schema=SAMPLES.empty().schema)
    return Recording(Source("a.fit", "", "FIT"), "watch", "running", "generic", start, samples)


def test_a_course_holds_the_mean_of_each_block_of_the_wall_clock() -> None:
    late = START + timedelta(seconds=BLOCK_S / 2)
    course = course_of(recording([2.0] * 15 + [3.0] * 30 + [None] * 30 + [4.0], late))
    assert course.first == START.timestamp() // BLOCK_S
    assert course.speed_mps[:2].tolist() == [2.0, 3.0]
    assert np.isnan(course.speed_mps[2])
    assert course.speed_mps[3] == 4.0


def test_a_recording_without_speed_has_an_empty_course() -> None:
    assert not course_of(recording([None] * 40)).speed_mps.size


@given(
    st.floats(-8000, 8000),
    st.floats(1, 7200),
    st.floats(1, 7200),
    st.sampled_from("78"),
    st.sampled_from([ALIKE, UNLIKE]),
)
def test_what_links_two_recordings_does_not_depend_on_which_comes_first(
    after_s: float,
    first_s: float,
    second_s: float,
    serial: str,
    course: Callable[[FiledRecording], Course | None],
) -> None:
    one = filed("a", duration_s=first_s, serial="7")
    other = filed("b", after_s=after_s, duration_s=second_s, serial=serial)
    assert bond(one, other, course) == bond(other, one, course)
    assert overlap(one, other) == overlap(other, one)


@given(st.lists(st.tuples(st.floats(0, 400_000), st.floats(0, 90_000)), max_size=12))
def test_the_calendar_finds_everything_that_can_be_linked(times: list[tuple[float, float]]) -> None:
    given_ = [
        filed(f"r{place}", after_s=after_s, duration_s=duration_s, serial=str(place % 2))
        for place, (after_s, duration_s) in enumerate(times)
    ]
    calendar = Calendar(given_[::2])
    for one in given_[1::2]:
        calendar.add(one)
    for one in given_:
        linked = {o.key for o in given_ if o is not one and bond(one, o, lambda _: ALL_ALIKE)}
        assert linked <= {other.key for other in calendar.near(one)}


ALL_ALIKE = Course(0, speeds(1))


def test_the_calendar_leaves_out_what_is_far_away() -> None:
    calendar = Calendar([filed("a"), filed("b", after_s=86_400)])
    assert [one.key for one in calendar.near(filed("c", after_s=60))] == [filed("a").key]
