"""Stretches are half-open, so lengths add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.model.intervals import Stretch

SECONDS = st.integers(0, 20_000)


@given(st.tuples(SECONDS, SECONDS, SECONDS).map(sorted))
def test_two_stretches_that_meet_are_as_long_as_the_one_around_them(cuts: list[int]) -> None:
    first, second, third = cuts
    whole = Stretch(first, third).seconds
    assert Stretch(first, second).seconds + Stretch(second, third).seconds == whole


def test_a_stretch_keeps_its_reason() -> None:
    assert Stretch(10.0, 40.0, "after a stop").reason == "after a stop"
    assert Stretch(10.0, 40.0).seconds == pytest.approx(30.0)
