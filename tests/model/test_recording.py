"""A recording holds what a device wrote, and nothing that is not so."""

import math
from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest

from evenstride.model.errors import EvenstrideError
from evenstride.model.recording import (
    BEATS,
    LAPS,
    SAMPLES,
    DeveloperField,
    Recording,
    Source,
)

START = datetime(2026, 5, 3, 7, 30, tzinfo=UTC)
SOURCE = Source("run.fit", "0" * 64, "FIT")


def samples(time_s: list[float]) -> pl.DataFrame:
    """Return samples at the given moments, all else missing."""
    return SAMPLES.check(
        pl.DataFrame({"time_s": time_s}, schema={"time_s": pl.Float64}).select(
            pl.col("time_s") if c.name == "time_s" else pl.lit(None, c.dtype).alias(c.name)
            for c in SAMPLES.columns
        )
    )


def recording(
    time_s: list[float],
    *,
    start: datetime = START,
    table: pl.DataFrame | None = None,
    laps: pl.DataFrame | None = None,
    beats: pl.DataFrame | None = None,
    extra: tuple[DeveloperField, ...] = (),
) -> Recording:
    """Return a recording of a run."""
    return Recording(
        SOURCE,
        "a watch",
        "running",
        "generic",
        start,
        samples(time_s) if table is None else table,
        laps=LAPS.empty() if laps is None else laps,
        beats=BEATS.empty() if beats is None else beats,
        developer_fields=extra,
    )


def power(values: list[float | None], index: int = 0, number: int = 0) -> DeveloperField:
    """Return a developer field called Power."""
    return DeveloperField(
        "ab" * 16, index, number, "Power", "W", pl.Series(values, dtype=pl.Float64)
    )


@pytest.mark.parametrize(
    ("time_s", "duration_s"), [([], 0.0), ([0.0], 0.0), ([0.0, 1.0, 9.5], 9.5)]
)
def test_a_recording_lasts_until_its_last_sample(time_s: list[float], duration_s: float) -> None:
    assert recording(time_s).duration_s == duration_s


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(EvenstrideError, match="no time zone"):
        recording([0.0], start=START.replace(tzinfo=None))


def test_any_time_zone_will_do() -> None:
    zone = timezone(timedelta(hours=-7))
    assert recording([0.0], start=START.astimezone(zone)).start == START


def test_nan_in_the_samples_is_refused() -> None:
    table = samples([0.0, 1.0]).with_columns(speed_mps=pl.Series([3.1, math.nan]))
    with pytest.raises(EvenstrideError, match="speed_mps of samples holds NaN"):
        recording([], table=table)


def test_laps_and_beats_must_be_tables_of_their_kind() -> None:
    with pytest.raises(EvenstrideError, match="not a table of laps"):
        recording([0.0], laps=BEATS.empty())
    with pytest.raises(EvenstrideError, match="not a table of beats"):
        recording([0.0], beats=LAPS.empty())


@pytest.mark.parametrize("values", [[], [250.0], [250.0, None, 251.0]])
def test_a_developer_field_out_of_step_with_the_samples_is_refused(
    values: list[float | None],
) -> None:
    with pytest.raises(EvenstrideError, match=f"{len(values)} values for 2 samples"):
        recording([0.0, 1.0], extra=(power(values),))


def test_a_developer_field_in_step_with_the_samples_is_kept() -> None:
    kept = recording([0.0, 1.0], extra=(power([250.0, None]),)).developer_fields
    assert kept[0].values.to_list() == [250.0, None]


def test_two_fields_of_one_name_stay_two() -> None:
    fields = (power([250.0]), power([248.0], index=1), power([31.0], number=4))
    assert len({field.key for field in recording([0.0], extra=fields).developer_fields}) == 3
