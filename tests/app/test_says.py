"""One plain sentence, and no more than the channels show."""

from dataclasses import replace

import numpy as np
import pytest

from evenstride.app.says import clock, foot_changed, sentence, toward
from evenstride.model.episode import ChannelShift, Reading, Span
from evenstride.model.signal import Channel

NOTHING = np.zeros(1)


def shift(name: str, value: float, reach: float = 0.5, unit: str = "ms") -> ChannelShift:
    return ChannelShift(name, unit, Span(value, value - reach, value + reach))


def reading(*shifts: ChannelShift) -> Reading:
    return Reading(Span(720.0, 700.0, 745.0), Span(2400.0, 2390.0, 2420.0), False, 0.0, shifts)


def searched(name: str, noise_sd: float) -> Channel:
    return Channel(name, name, "ms", "", "Watch", True, NOTHING, NOTHING, noise_sd)


@pytest.mark.parametrize(("value", "side"), [(1.7, "left"), (-1.7, "right"), (0.3, None)])
def test_contact_moved_toward_a_side_only_where_that_is_clear(
    value: float, side: str | None
) -> None:
    assert toward(reading(shift("contact_balance_left", value))) == side


def test_without_balance_no_side_is_named() -> None:
    assert toward(reading(shift("contact_time", 9.0))) is None


@pytest.mark.parametrize(
    ("left", "right", "foot"),
    [(9.0, 0.1, "left"), (0.1, -9.0, "right"), (9.0, -9.0, None), (0.1, 0.1, None)],
)
def test_a_foot_is_named_only_where_it_alone_changed(
    left: float, right: float, foot: str | None
) -> None:
    found = reading(shift("contact_time_left", left), shift("contact_time_right", right))
    assert foot_changed(found) == foot


def test_one_foot_alone_is_not_enough_to_name_it() -> None:
    assert foot_changed(reading(shift("contact_time_left", 9.0))) is None


def test_a_clear_move_of_balance_comes_first() -> None:
    found = reading(shift("contact_balance_left", -1.74, unit="pp"), shift("contact_time", 20.0))
    assert sentence(found, (searched("contact_time", 5.0),)) == (
        "Contact moved 1.7 percentage points toward the right foot at 12:00 (between 11:40 and "
        "12:25) and came back at 40:00 (between 39:50 and 40:20)."
    )


def test_without_it_the_channel_that_moved_most_is_told() -> None:
    found = reading(shift("contact_time", 10.0), shift("vertical_oscillation", -8.0, unit="mm"))
    channels = (searched("contact_time", 5.0), searched("vertical_oscillation", 2.0))
    assert sentence(found, channels).startswith("Vertical oscillation fell by 8.0 mm at 12:00")
    one = reading(shift("stryd.contact_time", 10.0))
    assert sentence(one, (searched("stryd.contact_time", 5.0),)).startswith(
        "Contact time rose by 10.0 ms"
    )


def test_a_channel_without_a_word_of_its_own_is_told_by_its_name() -> None:
    odd = reading(shift("step_length", 10.0, unit="mm"))
    assert sentence(odd, (searched("step_length", 5.0),)).startswith("step_length rose by 10.0 mm")


def test_where_nothing_searched_moved_that_is_all_that_is_said() -> None:
    assert sentence(reading(), ()).startswith("The signal left its own normal at 12:00")


def test_from_the_start_and_not_back_are_told_in_words() -> None:
    found = replace(reading(), present_at_start=True, recovery_s=None)
    assert sentence(found, ()) == (
        "The signal left its own normal from the start or soon after and had not come back by the "
        "end."
    )


@pytest.mark.parametrize(
    ("t_s", "text"), [(0.0, "0:00"), (59.6, "1:00"), (3599.6, "1:00:00"), (36000.0, "10:00:00")]
)
def test_times_are_read_as_on_a_watch(t_s: float, text: str) -> None:
    assert clock(t_s) == text
