"""A table is what it claims, or it is refused with a sentence."""

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.model.errors import EvenstrideError
from evenstride.model.recording import BEATS, LAPS, SAMPLES
from evenstride.model.schema import Column, Schema

TABLES = pytest.mark.parametrize("schema", [SAMPLES, LAPS, BEATS], ids=lambda s: s.name)
STEPS = Schema(
    "steps",
    (
        Column("time_s", pl.Float64, "when", "made up"),
        Column("number", pl.Int64, "which", "made up", counts=True),
        Column("foot", pl.String, "left or right", "made up"),
    ),
)


def steps(**changed: pl.Series) -> pl.DataFrame:
    """Return a table of steps with some columns changed."""
    right = {
        "time_s": pl.Series([0.0, 0.4]),
        "number": pl.Series([1, 2]),
        "foot": pl.Series(["left", None]),
    }
    return pl.DataFrame(right | changed)


@TABLES
def test_the_empty_table_is_a_table_of_its_kind(schema: Schema) -> None:
    assert schema.check(schema.empty()).height == 0
    assert tuple(schema.empty().columns) == schema.names


@TABLES
def test_every_column_says_what_it_is_and_who_defined_it(schema: Schema) -> None:
    assert [c.name for c in schema.columns if not (c.says and c.source)] == []


@TABLES
def test_no_table_has_two_columns_of_one_name(schema: Schema) -> None:
    assert len(set(schema.names)) == len(schema.names)


def test_a_right_table_comes_back_as_it_went_in() -> None:
    table = steps()
    assert STEPS.check(table) is table


def test_missing_is_null() -> None:
    assert STEPS.check(steps(time_s=pl.Series([None, 0.4], dtype=pl.Float64))).height == 2


def test_nan_is_refused() -> None:
    with pytest.raises(EvenstrideError, match="time_s of steps holds NaN") as refused:
        STEPS.check(steps(time_s=pl.Series([0.0, math.nan])))
    assert refused.value.remedy == "Missing is null."


@given(values=st.lists(st.one_of(st.none(), st.floats(allow_nan=True)), min_size=1, max_size=8))
def test_a_column_passes_exactly_when_it_holds_no_nan(values: list[float | None]) -> None:
    column = pl.Series(values, dtype=pl.Float64)
    others = {"number": pl.Series(range(len(values))), "foot": pl.Series(["left"] * len(values))}
    table = pl.DataFrame({"time_s": column} | others)
    if any(value is not None and math.isnan(value) for value in values):
        with pytest.raises(EvenstrideError):
            STEPS.check(table)
    else:
        assert STEPS.check(table) is table


@pytest.mark.parametrize(
    ("table", "named"),
    [
        (steps().drop("foot"), "foot"),
        (steps(shoe=pl.Series(["a", "b"])), "shoe"),
        (steps(time_s=pl.Series([0, 1])), "time_s"),
        (steps(number=pl.Series(["1", "2"])), "number"),
    ],
    ids=["missing", "unknown", "whole seconds", "text for a number"],
)
def test_another_table_is_refused_and_the_odd_column_named(table: pl.DataFrame, named: str) -> None:
    with pytest.raises(EvenstrideError, match="not a table of steps") as refused:
        STEPS.check(table)
    assert named in refused.value.problem
    assert "time_s, number, foot" in refused.value.remedy


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Float32, pl.Int64, pl.Int32])
def test_a_number_without_a_unit_is_refused_when_it_is_declared(dtype: type[pl.DataType]) -> None:
    with pytest.raises(EvenstrideError, match="'pace' is a number without a unit"):
        Column("pace", dtype, "how fast", "made up")


def test_a_count_and_a_text_need_no_unit() -> None:
    assert Column("number", pl.Int64, "which", "made up", counts=True).unit is None
    assert Column("foot", pl.String, "which", "made up").unit is None
