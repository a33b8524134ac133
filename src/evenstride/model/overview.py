"""The overview: one row a run, all that a list of runs and a trend over years need."""

import polars as pl

from evenstride.model.schema import Column, Schema

_RUN = "evenstride.run/1"
_ARCHIVE = "the archive"
_TOLD = "the runner"
_BASELINE = "the personal baseline"

OVERVIEW = Schema(
    "overview",
    (
        Column("run", pl.String, "the run's id", _ARCHIVE),
        Column("start", pl.String, "moment of second 0, ISO 8601 with its offset", _RUN),
        Column("device", pl.String, "the first device, as its maker and product say it", _RUN),
        Column("duration_s", pl.Float64, "from the start to the last sample", _RUN),
        Column("distance_m", pl.Float64, "distance covered", _RUN),
        Column("moving_s", pl.Float64, "time spent running", _RUN),
        Column("coordinated_s", pl.Float64, "judged running outside episodes", _RUN),
        Column("off_s", pl.Float64, "judged running inside episodes", _RUN),
        Column("episodes", pl.Int64, "measured episodes", _RUN, counts=True),
        Column("onset_s", pl.Float64, "when the first episode began", _RUN),
        Column("onset_lo_s", pl.Float64, "lower bound of its 90 % interval", _RUN),
        Column("onset_hi_s", pl.Float64, "upper bound of its 90 % interval", _RUN),
        Column("onset_distance_m", pl.Float64, "where on the way it began", _RUN),
        Column("present_at_start", pl.Boolean, "the first episode was there from the start", _RUN),
        Column(
            "recovery_s",
            pl.Float64,
            "when the first episode was over; null with an onset: not before the recording ended",
            _RUN,
        ),
        Column("recovery_lo_s", pl.Float64, "lower bound of its 90 % interval", _RUN),
        Column("recovery_hi_s", pl.Float64, "upper bound of its 90 % interval", _RUN),
        Column("recovery_distance_m", pl.Float64, "where on the way it was over", _RUN),
        Column("toward", pl.String, "the foot contact moved toward in the first episode", _RUN),
        Column("felt_gone_s", pl.Float64, "when it was first felt to go", _TOLD),
        Column("felt_back_s", pl.Float64, "when it was then felt to come back", _TOLD),
        Column("felt_gone_m", pl.Float64, "where on the way it was felt to go", _TOLD),
        Column("felt_back_m", pl.Float64, "where on the way it was felt to come back", _TOLD),
        Column(
            "untold_presses",
            pl.Int64,
            "lap presses whose meaning was not told",
            _TOLD,
            counts=True,
        ),
        Column(
            "label",
            pl.String,
            "what the runner said of the whole run: fine, off-throughout or marks",
            _TOLD,
        ),
        Column(
            "off_throughout",
            pl.Boolean,
            "measured as off from start to end; null where no baseline could say so",
            _BASELINE,
        ),
        Column(
            "balance_left_pct",
            pl.Float64,
            "median over the running of the left foot's share of ground contact time",
            _RUN,
        ),
        Column(
            "balance_usual_pct",
            pl.Float64,
            "what is usual for this runner on this device, at this run's pace and slope",
            _BASELINE,
        ),
        Column(
            "balance_lo_pct",
            pl.Float64,
            "lower bound of what nine in ten usual runs give",
            _BASELINE,
        ),
        Column(
            "balance_hi_pct",
            pl.Float64,
            "upper bound of what nine in ten usual runs give",
            _BASELINE,
        ),
    ),
)
"""Null is: not known, not there, or not yet analysed."""
