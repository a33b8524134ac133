"""What a watch makes of a body: it smooths, wavers, sticks at stops, rounds and drops out."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evenstride.model.intervals import Stretch
from evenstride.model.recording import SAMPLES, Spacing
from evenstride.model.signal import Floats
from evenstride.simulate.noise import STRAP, WRIST, Noise, NoiseModel
from evenstride.simulate.pace import RUNNING, STANDING, WALKING, Movement, trailing_mean

Kit: TypeAlias = Literal["wrist", "strap", "strap+stryd"]
Columns: TypeAlias = dict[str, Floats]
Rows: TypeAlias = NDArray[np.int64]

NOISE_OF: dict[Kit, NoiseModel] = {"wrist": WRIST, "strap": STRAP, "strap+stryd": STRAP}

SMOOTHING_S = {
    "contact_balance_left_pct": 12,
    "contact_time_ms": 6,
    "vertical_oscillation_mm": 6,
    "cadence_spm": 3,
}
"""Seconds over which the watch averages what the body does, before it writes a value.

The measured noise has been through a watch already; only what is put in here is smoothed.
"""

RESTART_SD = {
    "contact_balance_left_pct": 1.0,
    "contact_time_ms": 1.0,
    "vertical_oscillation_mm": 0.7,
}
"""Scale, in noise SD, of the false start after a stop, drawn from Student's t with 3 degrees.

With a decay over 20 s, and noise as in the runs it was read from, this gives the median deviation
seen after 61 restarts of straps: 0.7 pp at once, 0.46 after 15 s, 0.33 after 30 s.
"""

RESTART_DECAY_S, STOP_LEAD_S = 20.0, 6.0

WALKING_NOISE = 2.5
"""How much louder the noise is while walking, for which these values are not made."""

GPS_NOISE_MPS = 0.05
START_ALTITUDE_M = 100.0

# How long a watch on "smart recording" waits before the next sample: share of gaps of 1, 2, ... s.
SMART_GAP_SHARE = (0.10, 0.15, 0.20, 0.20, 0.15, 0.10, 0.06, 0.04)


@dataclass(frozen=True)
class DropOut:
    """A sensor that loses contact for a while.

    Attributes
    ----------
    columns
        Columns of the samples table that are lost.
    at_s, length_s
        Seconds since the start, and for how long.
    holds
        True where the last value is repeated; False where nothing is written.
    """

    columns: tuple[str, ...]
    at_s: float
    length_s: float
    holds: bool = False


def drop_out(columns: Columns, drop_outs: tuple[DropOut, ...]) -> Columns:
    """Return the columns with what was lost held or, as NaN, left out.

    Examples
    --------
    >>> lost = DropOut(("cadence_spm",), at_s=1, length_s=2, holds=True)
    >>> drop_out({"cadence_spm": np.array([1.0, 2.0, 3.0, 4.0])}, (lost,))["cadence_spm"].tolist()
    [1.0, 1.0, 1.0, 4.0]
    """
    out = dict(columns)
    for lost in drop_outs:
        first, end = math.ceil(lost.at_s), math.ceil(lost.at_s + lost.length_s)
        for name in set(lost.columns) & set(out):
            values = out[name].copy()
            values[first:end] = values[max(first - 1, 0)] if lost.holds else np.nan
            out[name] = values
    return out


def false_starts(name: str, movement: Movement, rng: np.random.Generator) -> Floats:
    """Return deviations around stops and walk breaks in noise SD, shape ``(seconds,)``."""
    time_s = np.arange(movement.mode.size, dtype=float)
    out = np.zeros(time_s.size)
    for bout in movement.bouts:
        size = np.clip(rng.standard_t(3, size=2), -6, 6) * RESTART_SD.get(name, 0.0)
        since = time_s - bout.from_s
        out += size[0] * np.exp(-np.clip(since, 0, None) / RESTART_DECAY_S) * (since >= 0)
        if bout.to_s < time_s.size:
            until = bout.to_s - time_s
            out += size[1] * np.exp(-np.clip(until, 0, None) / STOP_LEAD_S) * (until >= 0)
    return out


def _held(movement: Movement) -> Rows:
    """Return, for each second, the last second in which the runner moved."""
    index = np.arange(movement.mode.size)
    moving = np.where(movement.mode == STANDING, 0, index)
    return np.asarray(np.maximum.accumulate(moving))


def measure(body: Columns, noise: Noise, movement: Movement, rng: np.random.Generator) -> Columns:
    """Return what the kit would show of the body before rounding, for each channel it has.

    While the runner stands, every value is the one before, as Garmin does.
    """
    held = _held(movement)
    loud = np.where(movement.mode == WALKING, WALKING_NOISE, 1.0)
    return {
        name: (
            trailing_mean(body[name], SMOOTHING_S[name])
            + noise.of(name) * loud
            + false_starts(name, movement, rng) * noise.sd_of(name)
        )[held]
        for name in noise.names
    }


def _rounded(values: Floats, per_unit: float) -> Floats:
    """Return values as whole numbers of ``1 / per_unit``, as a file's integer would hold them."""
    return np.asarray(np.rint(values * per_unit) / per_unit)


def _balance(values: Floats) -> Floats:
    """Return balance in steps of 1/32 %, cut off after two decimals."""
    return np.asarray(np.floor(np.rint(values * 32) * (100 / 32) + 1e-6) / 100)


def watch_speed(movement: Movement, rng: np.random.Generator) -> Floats:
    """Return the speed a watch shows: averaged over 5 s, with satellite noise, in m/s."""
    wobble = trailing_mean(rng.standard_normal(movement.mode.size), 5) * np.sqrt(5)
    shown = trailing_mean(movement.speed_mps, 5) + GPS_NOISE_MPS * wobble
    return np.where(movement.mode == STANDING, 0.0, np.clip(shown, 0, None))


def _heart_rate(movement: Movement, level_bpm: float) -> Floats:
    effort = movement.speed_mps * (1 + 0.04 * np.clip(movement.grade_pct, 0, None))
    plain = np.median(movement.speed_mps[movement.mode == RUNNING])
    drift = 8.0 * np.arange(effort.size) / 3600
    return np.asarray(level_bpm + 18 * trailing_mean(effort - plain, 60) + drift)


def sample_columns(
    shown: Columns, movement: Movement, speed_mps: Floats, level_bpm: float
) -> Columns:
    """Return every column of the samples table the kit can fill, rounded as files hold them."""
    standing = movement.mode == STANDING
    climb = np.cumsum(movement.speed_mps * movement.grade_pct / 100)
    columns = {
        "time_s": np.arange(movement.mode.size, dtype=float),
        "distance_m": _rounded(movement.distance_m, 100),
        "speed_mps": _rounded(speed_mps, 1000),
        "altitude_m": np.rint((START_ALTITUDE_M + climb + 500) * 5) / 5 - 500,
        "heart_rate_bpm": np.clip(np.rint(_heart_rate(movement, level_bpm)), 40, 220),
        "temperature_c": np.full(movement.mode.size, 15.0),
    }
    cadence = np.clip(np.rint(shown["cadence_spm"]), 40, 250)
    contact = np.clip(_rounded(shown["contact_time_ms"], 1), 100, 1500)
    oscillation = np.clip(_rounded(shown["vertical_oscillation_mm"], 10), 5, 200)
    step = np.clip(np.rint(60000 * movement.speed_mps / cadence), 300, 2500)[_held(movement)]
    columns |= {
        "cadence_spm": np.where(standing, 0.0, cadence),
        "contact_time_ms": contact,
        "vertical_oscillation_mm": oscillation,
        "step_length_mm": step,
        "vertical_ratio_pct": _rounded(100 * oscillation / step, 100),
    }
    if "contact_balance_left_pct" in shown:
        columns["contact_balance_left_pct"] = np.clip(
            _balance(shown["contact_balance_left_pct"]), 0, 100
        )
    return columns


def kept_rows(
    movement: Movement, pauses: tuple[Stretch, ...], spacing: Spacing, rng: np.random.Generator
) -> Rows:
    """Return which seconds are written: none while paused, few with smart recording."""
    seconds = movement.mode.size
    written = np.ones(seconds, dtype=bool)
    for pause in pauses:
        written[math.ceil(pause.from_s) : math.ceil(pause.to_s)] = False
    if spacing == "smart":
        gaps = rng.choice(np.arange(1, len(SMART_GAP_SHARE) + 1), size=seconds, p=SMART_GAP_SHARE)
        at = np.concatenate(([0], np.cumsum(gaps)))
        chosen = np.zeros(seconds, dtype=bool)
        chosen[at[at < seconds]] = True
        chosen[-1] = True
        written &= chosen
    return np.flatnonzero(written)


def samples_table(columns: Columns, rows: Rows) -> pl.DataFrame:
    """Return the table of `SAMPLES`; what the kit does not measure is null."""
    height = rows.size
    data = {
        name: pl.Series(name, columns[name][rows]).fill_nan(None)
        if name in columns
        else pl.repeat(None, height, dtype=pl.Float64, eager=True).alias(name)
        for name in SAMPLES.names
    }
    return pl.DataFrame(data)
