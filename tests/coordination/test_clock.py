"""One clock of whole seconds: nothing invented, nothing moved."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.coordination.clock import LONGEST_HELD_GAP_S, moving_mean, on_clock, seconds_of
from evenstride.model.recording import Recording

KNOWN = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=40)


def placed(times: list[float], values: list[float | None], *, smart: bool) -> list[float]:
    series = pl.Series("x", values, dtype=pl.Float64)
    return [float(x) for x in on_clock(np.array(times), series, 30, smart=smart)]


@given(KNOWN)
def test_a_value_a_second_comes_back_as_it_was(values: list[float | None]) -> None:
    series = pl.Series("x", values, dtype=pl.Float64)
    clock = on_clock(np.arange(len(values), dtype=float), series, len(values), smart=False)
    assert clock.tolist() == pytest.approx(
        [np.nan if one is None else one for one in values], nan_ok=True
    )


def test_smart_recording_is_drawn_straight_between_neighbours() -> None:
    clock = placed([0.0, 4.0, 8.0], [100.0, 104.0, 100.0], smart=True)
    assert clock[:9] == [100.0, 101.0, 102.0, 103.0, 104.0, 103.0, 102.0, 101.0, 100.0]
    assert np.isnan(clock[9:]).all(), "nothing is drawn beyond the last sample"


def test_nothing_is_drawn_before_the_first_sample() -> None:
    clock = placed([5.0, 7.0], [1.0, 3.0], smart=True)
    assert np.isnan(clock[:5]).all()
    assert clock[5:8] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(("gap_s", "bridged"), [(LONGEST_HELD_GAP_S, True), (11.0, False)])
def test_a_silence_of_more_than_ten_seconds_stays_empty(gap_s: float, bridged: bool) -> None:  # noqa: FBT001 - a parameter of the case
    clock = placed([0.0, gap_s, gap_s + 2.0], [1.0, 1.0, 1.0], smart=True)
    assert np.isfinite(clock[1 : int(gap_s)]).all() == bridged
    assert clock[int(gap_s) + 1] == 1.0


def test_a_watch_that_writes_every_second_is_never_filled_in() -> None:
    clock = placed([0.0, 2.0], [1.0, 3.0], smart=False)
    assert clock[0] == 1.0
    assert np.isnan(clock[1])
    assert clock[2] == 3.0


def test_a_missing_value_is_no_support_for_drawing() -> None:
    clock = placed([0.0, 2.0, 4.0], [1.0, None, 5.0], smart=True)
    assert clock[:5] == [1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize("smart", [True, False])
def test_of_two_values_in_one_second_the_first_stays(smart: bool) -> None:  # noqa: FBT001 - a parameter of the case
    assert placed([0.0, 1.0, 1.0, 1.2], [1.0, 2.0, 9.0, 8.0], smart=smart)[1] == 2.0


@pytest.mark.parametrize("smart", [True, False])
def test_samples_outside_the_clock_are_left_out(smart: bool) -> None:  # noqa: FBT001 - a parameter of the case
    clock = placed([-3.0, 0.0, 31.0], [1.0, 2.0, 3.0], smart=smart)
    assert clock[0] == 2.0
    assert np.nansum(clock) == 2.0


@pytest.mark.parametrize("values", [[7.0, None], [None, None]])
def test_one_sample_or_none_gives_no_more_than_that(values: list[float | None]) -> None:
    clock = placed([0.0, 1.0], values, smart=True)
    assert np.isfinite(clock).sum() == sum(one is not None for one in values)


@given(KNOWN, st.integers(1, 9))
def test_the_moving_mean_is_the_mean_of_what_is_known_around(
    values: list[float | None], width_s: int
) -> None:
    array = np.array([np.nan if one is None else one for one in values])
    left, right = width_s // 2, (width_s - 1) // 2
    for at, found in enumerate(moving_mean(array, width_s)):
        window = array[max(at - left, 0) : at + right + 1]
        known = window[np.isfinite(window)]
        wanted = known.mean() if known.size else np.nan
        assert found == pytest.approx(wanted, rel=1e-6, abs=1e-6, nan_ok=True)


def test_a_clock_holds_the_last_sample_of_a_device_begun_late(
    recorded: Callable[..., Recording],
) -> None:
    assert seconds_of(recorded({"speed_mps": np.ones(60)})) == 60
    assert seconds_of(recorded({"speed_mps": np.ones(60)}), 12.4) == 72
