"""Whether a whole run lies off the runner's own usual on the same device.

What is lost from the first step to the last makes no change inside the run; only other days can
show it.

The mean of a healthy day is the usual mean plus Student's t with three degrees times the runner's
own robust SD from run to run: single odd runs (41.3, 55.5 %) were seen in healthy runners. What few
runs leave open about mean and SD widens it, and so does the slow wandering of the mean.
"""

import math

import numpy as np
import polars as pl

from evenstride.coordination.normal import level_of, usual_of
from evenstride.model.episode import Side, Span
from evenstride.model.normal import Normal, RunSummary, Usual
from evenstride.model.signal import Floats, Signal
from evenstride.model.whole_run import ChannelBeside, RunMeans, WholeRun

FEWEST_RUNS = 5
LATEST_RUNS = 50
"""Of a longer history the latest runs count: medians wander by up to 1.4 pp over the quarters."""

FALSE_ALARMS = 0.01
"""Share of healthy runs that may be called off, all counted quantities together."""

LEAST_BAYES_FACTOR = 3.0
LEAST_RUNNING_S = 600.0
LEAST_CADENCE_SPM = 140.0
"""Below this average, much of an activity was not running."""

_BALANCE = "contact_balance_left"
_COLUMNS = (
    (_BALANCE, "pct", "contact_balance_left_pct"),
    ("contact_time", "ms", "contact_time_ms"),
    ("vertical_oscillation", "mm", "vertical_oscillation_mm"),
    ("vertical_ratio", "pct", "vertical_ratio_pct"),
    ("cadence", "spm", "cadence_spm"),
)
_COUNTED = {_BALANCE}
"""The others follow pace, and averages carry no pace to adjust them by."""
_COUNTED_AT_LIKE_PACE = {_BALANCE, "contact_time"}

_SD_PRIOR = {_BALANCE: (math.log(0.45), 0.35)}
"""Log of the robust SD of run means, and its spread, over four runners (0.31 to 0.63 pp)."""

_WANDER_A_RUN = {_BALANCE: 0.045}
"""SD by which the mean wanders from one run to the next: 0.3 pp in a quarter of 45 runs."""

_LOSS = {_BALANCE: 2.0}
_LOSS_IN_SD = 4.0
"""Scale of what a run that is off may differ by; elsewhere in SD."""

_ROBUST_SD_OF_T3 = 1.4826 * 0.7649
_MEDIAN_ERROR = 1.85  # times scale squared over runs: variance of the median of a t with 3 degrees
_SD_ERROR = 1.2  # over the root of runs: relative error of the median absolute deviation
_NODES = 25


def normal_of(averages: pl.DataFrame, device: str) -> Normal:
    """Return what averages of healthy runs show to be normal; they carry no pace to adjust by.

    Parameters
    ----------
    averages
        A table of `evenstride.model.averages.RUN_AVERAGES`, in time order. Leave out runs in which
        something was felt.
    device
        Who measured them: a list does not tell, so only one device's runs may be in it.

    Returns
    -------
    Normal
        Median and robust SD of the latest `LATEST_RUNS` runs by quantity; runs under ten minutes,
        or with so few steps that much was not running, are left out.

    Examples
    --------
    >>> from evenstride.model.averages import RUN_AVERAGES
    >>> normal_of(RUN_AVERAGES.empty(), "strap").usual
    ()
    """
    running = averages.filter(
        (pl.col("duration_s").is_null() | (pl.col("duration_s") >= LEAST_RUNNING_S))
        & (pl.col("cadence_spm").is_null() | (pl.col("cadence_spm") >= LEAST_CADENCE_SPM))
    )
    usual = (
        usual_of(quantity, unit, running[column].drop_nulls().tail(LATEST_RUNS).to_numpy())
        for quantity, unit, column in _COLUMNS
        if running[column].drop_nulls().len()
    )
    return Normal(device, tuple(usual), runs=running.height)


def run_means_of(signal: Signal, device: str) -> RunMeans:
    """Return the means of a run over its judged seconds, of what `device` measured itself.

    Examples
    --------
    >>> none = np.empty((0,))
    >>> empty = Signal((), none > 0, none[:, None], (), 0.0, (), none, none, none)
    >>> dict(run_means_of(empty, "strap").values)
    {}
    """
    values = {}
    for channel in signal.channels:
        own = channel.values[signal.running & np.isfinite(channel.values)]
        if channel.device == device and channel.name == channel.quantity and own.size:
            values[channel.quantity] = float(own.mean())
    return RunMeans(device, values)


def weigh_whole_run(run: RunMeans, normal: Normal) -> WholeRun:
    """Weigh a whole run against the runner's own usual.

    Parameters
    ----------
    run
        Means of the run, such as `run_means_of` or `at_like_pace` gives.
    normal
        Of the same device.

    Returns
    -------
    WholeRun
        Not judged where devices differ, no counted quantity is in both, or fewer than
        `FEWEST_RUNS` runs stand behind it.

    Examples
    --------
    >>> usual = Normal("strap", (Usual("contact_balance_left", "pct", 49.8, 0.4, 50),))
    >>> weighed = weigh_whole_run(RunMeans("strap", {"contact_balance_left": 53.5}), usual)
    >>> weighed.off, weighed.toward
    (True, 'left')
    """
    counted_ones = _COUNTED_AT_LIKE_PACE if run.at_like_pace else _COUNTED
    reason = _why_not(run, normal, counted_ones)
    if reason:
        return WholeRun(False, False, math.nan, math.nan, None, (), reason)
    pairs = [(u, run.values[u.quantity]) for u in normal.usual if u.quantity in run.values]
    beside = [
        _beside(usual, mean, counted=usual.quantity in counted_ones)
        for usual, mean in pairs
        if usual.runs >= FEWEST_RUNS
    ]
    channels = tuple(sorted(beside, key=lambda one: (not one.counted, one.chance)))
    counted = [one for one in channels if one.counted]
    first = counted[0]
    off = first.chance <= FALSE_ALARMS / len(counted)
    off = off and first.bayes_factor >= LEAST_BAYES_FACTOR
    toward: Side = "left" if first.mean > first.usual.value else "right"
    return WholeRun(
        True,
        off,
        first.bayes_factor / (1.0 + first.bayes_factor),
        first.bayes_factor,
        toward if off and first.quantity == _BALANCE else None,
        channels,
    )


def at_like_pace(summary: RunSummary, normal: Normal) -> RunMeans:
    """Return a run's means as they would be at the pace, slope and time `normal` is told at.

    Quantities whose answer to pace is not known are left out. The summary is to hold the whole run,
    with nothing found off left out of it.
    """
    found = {
        one.quantity: level
        for one in summary.channels
        if (level := level_of(one, summary, normal)) is not None
    }
    return RunMeans(summary.device, found, at_like_pace=True)


def _why_not(run: RunMeans, normal: Normal, counted: set[str]) -> str:
    if run.device != normal.device:
        return "The baseline is another device's; devices disagree even in sign."
    known = [normal.of(quantity) for quantity in sorted(counted & run.values.keys())]
    runs = [usual.runs for usual in known if usual is not None]
    if not runs and run.at_like_pace:
        return "Neither balance nor contact time is known both of this run and of earlier ones."
    if not runs:
        return "Left and right were not measured both in this run and in earlier ones."
    if max(runs) < FEWEST_RUNS:
        return f"Only {max(runs)} earlier runs are known; a judgement needs {FEWEST_RUNS}."
    return ""


def _beside(usual: Usual, mean: float, *, counted: bool) -> ChannelBeside:
    healthy = _scales(usual)
    loss = _LOSS.get(usual.quantity, _LOSS_IN_SD * usual.between_run_sd)
    away = mean - usual.mean
    half = _half_width(healthy, 0.1)
    return ChannelBeside(
        usual.quantity,
        usual.unit,
        mean,
        Span(usual.mean, usual.mean - half, usual.mean + half),
        _two_sided(away, healthy),
        _density(away, np.hypot(healthy, loss)) / _density(away, healthy),
        counted,
    )


def _scales(usual: Usual) -> Floats:
    """Return equally likely scales of a healthy run's t distribution, shape ``(_NODES,)``."""
    log_sd, error = math.log(usual.between_run_sd), _SD_ERROR / math.sqrt(usual.runs)
    if usual.quantity in _SD_PRIOR:
        prior, spread = _SD_PRIOR[usual.quantity]
        weight = spread**2 / (spread**2 + error**2)
        log_sd = weight * log_sd + (1.0 - weight) * prior
        error *= math.sqrt(weight)
    daily = np.exp(log_sd + error * _normal_nodes()) / _ROBUST_SD_OF_T3
    wander = _WANDER_A_RUN.get(usual.quantity, 0.0) * math.sqrt(usual.runs / 3.0)
    return np.asarray(np.sqrt(daily**2 * (1.0 + _MEDIAN_ERROR / usual.runs) + wander**2))


def _normal_nodes() -> Floats:
    """Return equally likely values of a standard normal, by Tukey's lambda approximation."""
    share = (np.arange(_NODES) + 0.5) / _NODES
    return np.asarray((share**0.135 - (1.0 - share) ** 0.135) / 0.1975)


def _density(away: float, scales: Floats) -> float:
    """Return the mean density of t with three degrees over the scales."""
    t = away / scales
    return float(np.mean(6.0 * math.sqrt(3.0) / (math.pi * (3.0 + t**2) ** 2) / scales))


def _two_sided(away: float, scales: Floats) -> float:
    """Return the chance of being at least this far off, on either side (t with 3, closed form)."""
    x = abs(away) / scales / math.sqrt(3.0)
    return float(np.mean(1.0 - 2.0 / math.pi * (x / (1.0 + x**2) + np.arctan(x))))


def _half_width(scales: Floats, share: float) -> float:
    """Return how far from the usual a share of healthy runs lies."""
    low, high = 0.0, 100.0 * float(scales.max())
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _two_sided(middle, scales) > share else (low, middle)
    return high
