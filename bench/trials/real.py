"""Real recordings of running: public, healthy as far as is known, never part of the project."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from evenstride.app.intake import take_in
from evenstride.model.recording import SAMPLES, Recording, Source

DATA = Path(
    os.environ.get("EVENSTRIDE_REAL_DATA", Path(__file__).parents[3] / "shared" / "data")
).resolve()

STRAP_CSV = {
    "time_s": ("elapsed_seconds", 1.0),
    "distance_m": ("distance", 1.0),
    "speed_mps": ("enhanced_speed", 1.0),
    "altitude_m": ("enhanced_altitude", 1.0),
    "grade_pct": ("incline_pct_grade", 1.0),
    "cadence_spm": ("hrm_cadence", 2.0),
    "contact_time_ms": ("hrm_stance_time", 1.0),
    "contact_balance_left_pct": ("hrm_stance_time_balance", 1.0),
    "vertical_oscillation_mm": ("hrm_vertical_oscillation", 10.0),
}
"""Our columns from a published table of a Garmin strap: its column, and times what."""


@dataclass(frozen=True)
class RealRun:
    """One real run: where it lies, and what is in it."""

    name: str
    recording: Recording


def real_runs() -> list[RealRun]:
    """Return every real run in the shared data once; empty where the data is not here.

    Damaged copies of a run begin when it does and are left out.
    """
    found: dict[datetime, RealRun] = {}
    for run in (*_from_fit(), *_from_tables()):
        found.setdefault(run.recording.start, run)
    return list(found.values())


def _from_fit() -> Iterator[RealRun]:
    # The folder of damaged files comes last, so that a sound file goes before its copies.
    files = sorted(DATA.glob("fit/*/*.fit"), key=lambda file: (file.parent.name == "bad", file))
    for file in files:
        for taken in take_in([file]):
            for recording in taken.runs:
                yield RealRun(f"{file.parent.name}/{file.name}", recording)


def _from_tables() -> Iterator[RealRun]:
    for file in sorted((DATA / "watch-csv" / "inlab-vs-realworld").glob("*.csv")):
        yield RealRun(f"inlab-vs-realworld/{file.name}", _from_table(file, STRAP_CSV))
    for file in sorted((DATA / "watch-csv" / "stryd-powercenter").glob("*.csv")):
        for taken in take_in([file]):
            for recording in taken.runs:
                yield RealRun(f"stryd-powercenter/{file.name}", recording)


def _from_table(file: Path, columns: dict[str, tuple[str, float]]) -> Recording:
    table = pl.read_csv(file, infer_schema_length=None)
    samples = (
        SAMPLES.empty()
        .clear(table.height)
        .with_columns(
            (table[theirs].cast(pl.Float64, strict=False).fill_nan(None) * times).alias(ours)
            for ours, (theirs, times) in columns.items()
        )
    )
    return Recording(
        Source(file.name, "", "CSV"),
        "table",
        "running",
        "generic",
        datetime.fromtimestamp(int(table["posix_timestamp"][0]), UTC),
        samples.with_columns(pl.col("time_s") - pl.col("time_s").first()),
        spacing="every second",
    )
