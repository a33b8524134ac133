"""Episodes planted into real healthy runs, as the watch would have recorded them.

The watch's own smoothing is put on what is added, and the sum is rounded to the device's own step
again. So the noise is real, and only the episode is not.
"""

import tomllib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from evenstride.coordination.deviation import build_signal
from evenstride.model.recording import Recording
from evenstride.model.signal import Channel, Floats, Signal
from trials.planted import COLUMN, QUANTITY, Cell, Trial, Truth, envelope
from trials.real import real_runs

SMOOTHED_S = {"contact_balance_left_pct": 12, "contact_time_ms": 6}
"""Seconds a watch averages over before it writes: balance steps come in over 12 s, the others over
6 s. Set here anew, so that the bench does not rest on the simulation's constants."""
_WHEN = 95
_LEAD_S, _TAIL_S = 240.0, 180.0
LEAST_TIMES = 2.0
"""An episode is planted only where at least this many times its length can be judged."""


def halves() -> dict[str, tuple[str, ...]]:
    """Return the files of each half."""
    with (Path(__file__).parent / "halves.toml").open("rb") as file:
        return {half: tuple(names) for half, names in tomllib.load(file).items()}


def half_of(name: str) -> str:
    """Return the half a file belongs to."""
    return next(half for half, names in halves().items() if name in names)


@lru_cache(maxsize=1)
def _recordings() -> dict[str, Recording]:
    named = {name for names in halves().values() for name in names}
    return {run.name: run.recording for run in real_runs() if run.name in named}


@lru_cache(maxsize=32)
def _signal(name: str) -> Signal:
    return build_signal((_recordings()[name],), (0.0,))[0]


def _channel(name: str, what: str) -> Channel | None:
    searched = (one for one in _signal(name).searched if one.name == QUANTITY.get(what))
    return next(searched, None)


def room_for(cell: Cell) -> list[str]:
    """Return the real runs with that channel that are long enough for the cell."""
    least_s = LEAST_TIMES * 60 * (cell.minutes or 0.0)
    return [
        name
        for name in _recordings()
        if _channel(name, cell.what) is not None and _signal(name).running.sum() >= least_s
    ]


def planted_recording(trial: Trial) -> tuple[Recording, tuple[Truth, ...], float]:
    """Return a real run with the episode of a trial in it, the truth, and the side it went to."""
    recording, cell = _recordings()[trial.file], trial.cell
    channel = _channel(trial.file, cell.what)
    rng = np.random.default_rng((trial.seed, _WHEN))
    side = float(rng.choice((-1.0, 1.0)))
    if not cell.size_sd or channel is None:
        return recording, (), side
    truth = _truth(cell, _signal(trial.file), rng)
    here = envelope(cell, truth, channel.values.size, rng)
    column = COLUMN[cell.what]
    added = _added(cell, channel, _smoothed(here, SMOOTHED_S[column]), side)
    samples = recording.samples
    place = np.clip(np.rint(samples["time_s"].to_numpy()).astype(int), 0, added.size - 1)
    values = rounded(samples[column].to_numpy() + added[place], column)
    changed = pl.Series(column, values).fill_nan(None)
    return replace(recording, samples=samples.with_columns(changed)), (truth,), side


def rounded(values: Floats, column: str) -> Floats:
    """Return values in the steps of a watch: whole ms, or 1/32 % cut off after two decimals."""
    if column == "contact_balance_left_pct":
        return np.asarray(np.floor(np.rint(values * 32) * (100 / 32) + 1e-6) / 100)
    return np.asarray(np.rint(values))


def _truth(cell: Cell, signal: Signal, rng: np.random.Generator) -> Truth:
    judged = np.flatnonzero(signal.running)
    length_s = 60 * (cell.minutes or 0.0)
    onset_s = float(rng.uniform(judged[0] + _LEAD_S, judged[-1] - _TAIL_S - length_s))
    return Truth(onset_s, onset_s + length_s, cell.ramp_s)


def _added(cell: Cell, channel: Channel, here: Floats, side: float) -> Floats:
    if cell.kind == "variability":
        rest = np.nan_to_num(channel.values - channel.expected)
        return np.asarray((cell.size_sd - 1.0) * here * rest)
    return np.asarray(side * cell.size_sd * channel.noise_sd * here)


def _smoothed(values: Floats, width_s: int) -> Floats:
    """Return the mean of each second and the ones before it, nothing before the start."""
    return np.convolve(values, np.full(width_s, 1.0 / width_s))[: values.size]
