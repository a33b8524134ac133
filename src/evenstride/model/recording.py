"""What one device wrote down about one activity, as read: nothing repaired, nothing left out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

import polars as pl

from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.schema import Column, Schema

_FIT = "FIT profile"
_FIELD = "watch-industry usage; see docs/reference/tables.md"

SAMPLES = Schema(
    "samples",
    (
        Column("time_s", pl.Float64, "time since the recording's start", _FIT),
        Column("distance_m", pl.Float64, "distance covered since the start", _FIT),
        Column("speed_mps", pl.Float64, "speed over ground", _FIT),
        Column("altitude_m", pl.Float64, "height above sea level", _FIT),
        Column("grade_pct", pl.Float64, "slope as the device gives it, rise over run", _FIT),
        Column("cadence_spm", pl.Float64, "steps per minute, both feet counted", _FIT),
        Column("heart_rate_bpm", pl.Float64, "heart rate", _FIT),
        Column("power_w", pl.Float64, "running power", _FIT),
        Column("contact_time_ms", pl.Float64, "ground contact time, mean of both feet", _FIT),
        Column(
            "contact_balance_left_pct",
            pl.Float64,
            "the left foot's share of ground contact time",
            "FIT record field 84; left by Garmin's own export",
        ),
        Column("vertical_oscillation_mm", pl.Float64, "rise and fall of the trunk a step", _FIT),
        Column("vertical_ratio_pct", pl.Float64, "oscillation over step length", _FIT),
        Column("step_length_mm", pl.Float64, "length of one step", _FIT),
        Column("leg_spring_stiffness_kn_per_m", pl.Float64, "leg spring stiffness", _FIELD),
        Column("temperature_c", pl.Float64, "temperature at the device", _FIT),
    ),
)

LAPS = Schema(
    "laps",
    (
        Column("start_s", pl.Float64, "where the lap begins", _FIT),
        Column("end_s", pl.Float64, "where the lap ends: the moment of the press", _FIT),
        Column("trigger", pl.String, "manual, distance, time, position, session_end ...", _FIT),
    ),
)

BEATS = Schema(
    "beats",
    (
        Column("time_s", pl.Float64, "time of the record the interval was stored with", _FIT),
        Column("rr_ms", pl.Float64, "time between two heart beats", _FIT),
    ),
)

Spacing: TypeAlias = Literal["every second", "smart", "unknown"]


@dataclass(frozen=True)
class Source:
    """Where a recording came from.

    Attributes
    ----------
    file
        The file's name, without its folder.
    sha256
        Digest of the file's bytes.
    format
        Name of the reader that read it.
    """

    file: str
    sha256: str
    format: str


@dataclass(frozen=True)
class DeveloperField:
    """A column some other maker's program or sensor added to the file.

    Two fields are the same only when application, developer index and field number are; names
    prove nothing, since two makers may both call theirs ``Power`` and some give none.

    Attributes
    ----------
    application
        The application's id as hexadecimal text, empty where the file gives none.
    developer_index, number
        The file's own index of that application, and the field's number within it.
    name, unit
        As the file gives them, None where it gives none.
    values
        One value a sample, null where there was none.
    """

    application: str
    developer_index: int
    number: int
    name: str | None
    unit: str | None
    values: pl.Series

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells this field from every other."""
        return (self.application, self.developer_index, self.number)


@dataclass(frozen=True)
class SelfEvaluation:
    """How the runner said it was, on the watch, after the run.

    Attributes
    ----------
    feel_pct
        0 (very weak) to 100 (very strong); None where not said.
    effort
        Perceived exertion, 0 to 10; None where not said.
    """

    feel_pct: float | None = None
    effort: float | None = None


@dataclass(frozen=True, eq=False)
class Recording:
    """One activity by one device; two are equal only when they are the same object.

    Attributes
    ----------
    source
        The file it came from.
    device
        Maker and product for people, such as ``"Garmin fenix 5X"``.
    sport, sub_sport
        As the device says: ``"running"``, ``"walking"``, ``"cycling"`` ... or ``"unknown"``.
    start
        Time-zone-aware moment of second 0.
    samples
        A table of `SAMPLES`, in time order.
    laps
        A table of `LAPS`, in time order.
    pauses
        Stretches in which the timer was stopped.
    developer_fields
        Columns added by other makers, aligned with `samples` row by row.
    beats
        A table of `BEATS`.
    evaluation
        Feel and effort, if given on the watch.
    notes
        Free text found in the file.
    spacing
        Whether a sample was written every second or only now and then ("smart recording").
    issues
        What could not be read, or is doubtful.
    serial
        The device's serial number as text, empty where the file gives none.
    sensors
        Straps and pods it listened to, each with its number, such as
        ``"Garmin HRM-Pro 3312345678"``; sorted.
    """

    source: Source
    device: str
    sport: str
    sub_sport: str
    start: datetime
    samples: pl.DataFrame
    laps: pl.DataFrame = field(default_factory=LAPS.empty)
    pauses: tuple[Stretch, ...] = ()
    developer_fields: tuple[DeveloperField, ...] = ()
    beats: pl.DataFrame = field(default_factory=BEATS.empty)
    evaluation: SelfEvaluation = SelfEvaluation()
    notes: tuple[str, ...] = ()
    spacing: Spacing = "unknown"
    issues: tuple[Issue, ...] = ()
    serial: str = ""
    sensors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse tables that are not what they claim, and moments without a time zone."""
        if self.start.tzinfo is None:
            raise EvenstrideError(
                "A recording's start has no time zone.", "Give an aware datetime, such as UTC."
            )
        SAMPLES.check(self.samples)
        LAPS.check(self.laps)
        BEATS.check(self.beats)
        for extra in self.developer_fields:
            if extra.values.len() != self.samples.height:
                raise EvenstrideError(
                    f"Developer field {extra.name!r} has {extra.values.len()} values for "
                    f"{self.samples.height} samples.",
                    "Give one value, or null, for every sample.",
                )

    @property
    def duration_s(self) -> float:
        """Seconds from the start to the last sample; 0 where there is none."""
        last = self.samples["time_s"].max() if self.samples.height else None
        return float(last) if isinstance(last, int | float) else 0.0
