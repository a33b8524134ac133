"""A number says its unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.model.units import UNITS, unit_of


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("time_s", "s"),
        ("contact_time_ms", "ms"),
        ("speed_mps", "mps"),
        ("leg_spring_stiffness_kn_per_m", "kn_per_m"),
        ("size_sd", "sd"),
        ("grade_pct", "pct"),
    ],
)
def test_a_name_ends_in_its_unit(name: str, suffix: str) -> None:
    unit = unit_of(name)
    assert unit is not None
    assert unit.suffix == suffix


@pytest.mark.parametrize("name", ["trigger", "s", "laps", "alarms", "items", "", "_"])
def test_a_name_that_only_looks_like_a_unit_has_none(name: str) -> None:
    assert unit_of(name) is None


@given(quantity=st.from_regex(r"[a-z]{1,9}", fullmatch=True), suffix=st.sampled_from(sorted(UNITS)))
def test_the_longest_suffix_wins(quantity: str, suffix: str) -> None:
    found = unit_of(f"{quantity}_{suffix}")
    assert found is not None
    assert found.suffix.endswith(suffix)
    assert len(found.suffix) >= len(suffix)


def test_every_unit_is_written_and_said() -> None:
    assert all(unit.symbol and unit.says for unit in UNITS.values())
    assert all(unit.suffix == key for key, unit in UNITS.items())
