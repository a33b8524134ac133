"""What a portal's list of activities says of each run: averages over the whole run, no more."""

import polars as pl

from evenstride.model.schema import Column, Schema

_GARMIN = "Garmin Connect's list of activities"

RUN_AVERAGES = Schema(
    "run averages",
    (
        Column("start", pl.String, "local date and time, ISO 8601; the list has no zone", _GARMIN),
        Column("sport", pl.String, "running; other activities are left out", _GARMIN),
        Column("activity", pl.String, "kind of activity, in the list's own words", _GARMIN),
        Column("title", pl.String, "the runner's title", _GARMIN),
        Column("distance_m", pl.Float64, "distance; null where its unit is not told", _GARMIN),
        Column("duration_s", pl.Float64, "time with the timer running", _GARMIN),
        Column("moving_s", pl.Float64, "time in movement", _GARMIN),
        Column("cadence_spm", pl.Float64, "steps per minute, both feet counted", _GARMIN),
        Column("heart_rate_bpm", pl.Float64, "heart rate", _GARMIN),
        Column("power_w", pl.Float64, "running power", _GARMIN),
        Column("contact_time_ms", pl.Float64, "ground contact time, mean of both feet", _GARMIN),
        Column(
            "contact_balance_left_pct",
            pl.Float64,
            "the left foot's share of ground contact time",
            _GARMIN,
        ),
        Column("vertical_oscillation_mm", pl.Float64, "rise and fall of the trunk a step", _GARMIN),
        Column("vertical_ratio_pct", pl.Float64, "oscillation over step length", _GARMIN),
        Column("step_length_mm", pl.Float64, "length of one step", _GARMIN),
    ),
)
"""One row a run, the earliest first; runs without a date come last."""
