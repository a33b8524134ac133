"""Learning what is normal for a runner on each of their devices, from many runs.

Each run gives a small summary: means of its channels and of what explains them, and how they went
together inside the run. From summaries alone follow the answer to pace, slope and time, the level
at like pace, its spread from day to day, and the noise. Nothing depends on the order of the runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from evenstride.coordination.clock import moving_mean
from evenstride.coordination.expectation import LAGS_S, SLOPE_LAG_S, filled, lagged
from evenstride.coordination.running import Running
from evenstride.model.intervals import Stretch
from evenstride.model.normal import SLOPE_TERMS, TERMS, Moments, Normal, RunSummary, Usual
from evenstride.model.signal import Bools, Channel, Floats, Signal

LEARNT = ("contact_balance_left", "contact_time", "vertical_oscillation", "cadence")
"""The quantities a detector may search; the others only tell what moved."""
LEAST_SECONDS = 600
"""Less of a run says little of its level."""
LEAST_KNOWN = 0.5
FEWEST_RUNS = 5
FEWEST_FOR_EFFECTS = 10
LATEST_FOR_EFFECTS = 100
LATEST_FOR_LEVEL = 40
"""How many runs nearest in time speak: levels wander over the quarters, answers to pace less so."""
REFERENCE_MPS = 3.0
WARM_UP_S, TIRING_S = 240.0, 3600.0
CUT_SD = 3.0
LEAST_SD = {"pct": 0.05, "ms": 1.0, "mm": 0.5, "spm": 0.5}
"""Below what a list's rounding resolves."""
LEVEL_WIDER = 1.5
"""The SD of a t with three degrees, beside its robust one: single odd days were seen."""
_MEDIAN_ERROR = 1.25
"""Times the SD over the root of runs: standard error of a median."""
LEAST_INSIDE = 0.9
MEMORY_S = 60.0
"""So many seconds of a channel's noise say as much as one that remembers nothing, beside pace and
slope that change within minutes."""
SMALLEST_GAIN_SD, LARGEST_GAIN_SD = 0.05, 0.5
_PARTS = ((0, 1, 2, 3, 4, 8), (5, 6, 7))
"""The answer to pace, slope times pace among it, and to slope: each may be stronger on one day."""
_WIDER = 0.15
_DIGITS = 6


def terms_of(speed_mps: Floats, grade_pct: Floats, running: Running) -> Floats | None:
    """Return what explains a channel, one column for each of `TERMS`, shape ``(seconds, 11)``.

    Slope terms are NaN where the recording has no slope; None where it has no pace.
    """
    return _terms(speed_mps, grade_pct, running.judged, running.bouts)


def _terms(
    speed_mps: Floats, grade_pct: Floats, judged: Bools, bouts: tuple[Stretch, ...]
) -> Floats | None:
    speed = filled(moving_mean(speed_mps, 5), judged)
    if speed is None or not bouts:
        return None
    pace = speed - REFERENCE_MPS
    grade = filled(grade_pct, judged)
    slope = np.full(pace.size, np.nan) if grade is None else grade
    since_s = np.maximum(np.arange(pace.size) - bouts[0].from_s, 0.0)
    return np.column_stack(
        [
            pace,
            pace**2,
            *(lagged(pace, lag) for lag in LAGS_S),
            slope,
            np.abs(slope),
            lagged(slope, SLOPE_LAG_S),
            slope * pace,
            np.exp(-since_s / WARM_UP_S),
            1.0 - np.exp(-since_s / TIRING_S),
        ]
    )


def summary_of(
    signal: Signal, run: str, start: datetime, off: Sequence[Stretch] = ()
) -> tuple[RunSummary, ...]:
    """Return what a run adds to what is known of the runner's normal, one summary a device.

    Parameters
    ----------
    signal
        The run, its expectation made from itself.
    run, start
        Its id, and when it began.
    off
        What was told or found off; both readings of an episode that can be read in two ways.

    Returns
    -------
    tuple[RunSummary, ...]
        None for a device with under ten minutes left, and none at all without pace.
    """
    terms = _terms(signal.speed_mps, signal.grade_pct, signal.running, signal.bouts)
    if terms is None:
        return ()
    kept = signal.running.copy()
    for stretch in off:
        kept[max(int(stretch.from_s), 0) : max(int(np.ceil(stretch.to_s)), 0)] = False
    devices = {channel.device for channel in signal.channels}
    found = (_summary(signal, terms, kept, device, run, start) for device in sorted(devices))
    return tuple(one for one in found if one is not None)


def _summary(
    signal: Signal, terms: Floats, kept: Bools, device: str, run: str, start: datetime
) -> RunSummary | None:
    if kept.sum() < LEAST_SECONDS:
        return None
    own = _own_channels(signal, device, kept)
    known = kept & np.all([np.isfinite(channel.values) for channel in own], axis=0)
    if not own or known.sum() < LEAST_SECONDS:
        return None
    slope_known = bool(np.isfinite(terms[:, SLOPE_TERMS]).all())
    x = np.nan_to_num(terms[known])
    middle = x.mean(axis=0)
    away = x - middle
    within = away.T @ away / len(x)
    return RunSummary(
        run=run,
        start=start.astimezone(UTC),
        device=device,
        seconds=int(known.sum()),
        slope_known=slope_known,
        pace_mps=_range(x[:, 0] + REFERENCE_MPS),
        slope_pct=_range(x[:, SLOPE_TERMS.start]),
        terms=_rounded(middle),
        within=_rounded(within[np.triu_indices(len(TERMS))]),
        channels=tuple(_moments(channel, known, away) for channel in own),
    )


def _own_channels(signal: Signal, device: str, kept: Bools) -> list[Channel]:
    """Return the device's channels worth learning, one a quantity."""
    own: dict[str, Channel] = {}
    for channel in signal.channels:
        often = float(np.isfinite(channel.values[kept]).mean())
        if channel.device == device and channel.quantity in LEARNT and often >= LEAST_KNOWN:
            own.setdefault(channel.quantity, channel)
    if not own:
        return []
    # A strap that lost contact must not take the other channels' seconds with it.
    most = max(np.isfinite(channel.values[kept]).mean() for channel in own.values())
    return [c for c in own.values() if np.isfinite(c.values[kept]).mean() >= 0.9 * most]


def _moments(channel: Channel, known: Bools, away: Floats) -> Moments:
    rest = (channel.values - channel.expected)[known]
    level = float(np.median(rest))
    reach = CUT_SD * channel.noise_sd
    values = channel.expected[known] + level + np.clip(rest - level, -reach, reach)
    mean = float(values.mean())
    return Moments(
        channel.quantity,
        channel.unit,
        _round(mean),
        _round(float(values.var())),
        _round(channel.noise_sd),
        _rounded(away.T @ (values - mean) / values.size),
    )


def _range(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, (0.02, 0.98))
    return _round(float(low)), _round(float(high))


def _round(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(_round(float(value)) for value in values)


@dataclass(frozen=True)
class _Stack:
    """The summaries of one device in time order, as arrays with one row a run."""

    summaries: tuple[RunSummary, ...]
    at_s: Floats
    seconds: Floats
    slope_known: Bools
    terms: Floats
    within: Floats

    @classmethod
    def of(cls, summaries: Sequence[RunSummary]) -> "_Stack":
        count, rows = len(TERMS), np.triu_indices(len(TERMS))
        within = np.zeros((len(summaries), count, count))
        within[:, rows[0], rows[1]] = [one.within for one in summaries]
        within[:, rows[1], rows[0]] = [one.within for one in summaries]
        return cls(
            tuple(summaries),
            np.array([one.start.timestamp() for one in summaries]),
            np.array([float(one.seconds) for one in summaries]),
            np.array([one.slope_known for one in summaries]),
            np.array([one.terms for one in summaries]),
            within,
        )

    def near(self, at_s: float, count: int) -> "_Stack":
        """Return the runs nearest in time, in time order."""
        away = np.abs(self.at_s - at_s)
        rows = np.sort(np.lexsort((np.arange(away.size), away))[:count])
        return _Stack(
            tuple(self.summaries[k] for k in rows),
            self.at_s[rows],
            self.seconds[rows],
            self.slope_known[rows],
            self.terms[rows],
            self.within[rows],
        )


def learn(summaries: Sequence[RunSummary]) -> tuple[Normal, ...]:
    """Return what is normal, one for each device and each month in which it was worn.

    What a runner's runs have in common wanders over the quarters, so each month has its own: its
    level from the 40 runs of that device nearest to its middle, its answers to pace, slope and time
    from the 100 nearest. A later import of other months' runs leaves it as it is.

    Parameters
    ----------
    summaries
        In any order; leave out runs that were off throughout.

    Returns
    -------
    tuple[Normal, ...]
        By device and month; none for a device with fewer than five runs.

    Examples
    --------
    >>> learn(())
    ()
    """
    by_device: dict[str, list[RunSummary]] = {}
    for one in sorted(summaries, key=lambda one: (one.start, one.run)):
        by_device.setdefault(one.device, []).append(one)
    return tuple(
        normal
        for device, own in sorted(by_device.items())
        if len(own) >= FEWEST_RUNS
        for normal in _by_month(device, _Stack.of(own))
    )


def _by_month(device: str, runs: _Stack) -> list[Normal]:
    months = sorted({(one.start.year, one.start.month) for one in runs.summaries})
    return [_in_month(device, runs, year, month) for year, month in months]


def _in_month(device: str, runs: _Stack, year: int, month: int) -> Normal:
    begins = datetime(year, month, 1, tzinfo=UTC)
    ends = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    middle_s = 0.5 * (begins.timestamp() + ends.timestamp())
    near = runs.near(middle_s, LATEST_FOR_EFFECTS)
    about = _about(near)
    quantities = {one.quantity: one.unit for run in near.summaries for one in run.channels}
    usual = (
        _usual(quantity, unit, near, about, middle_s)
        for quantity, unit in sorted(quantities.items())
    )
    return Normal(
        device,
        tuple(one for one in usual if one is not None),
        runs=len(near.summaries),
        hours=_round(float(near.seconds.sum()) / 3600),
        since=near.summaries[0].start,
        valid=(begins, ends),
        about=_rounded(about),
        pace_mps=_widest([one.pace_mps for one in near.summaries]),
        slope_pct=_widest([one.slope_pct for one in near.summaries if one.slope_known]),
    )


def _widest(ranges: list[tuple[float, float]]) -> tuple[float, float]:
    """Return a range a little wider than all but the oddest runs', from single runs' ranges."""
    if not ranges:
        return (float("-inf"), float("inf"))
    low = float(np.quantile([low for low, _ in ranges], 0.05))
    high = float(np.quantile([high for _, high in ranges], 0.95))
    more = _WIDER * (high - low)
    return _round(low - more), _round(high + more)


def _about(runs: _Stack) -> Floats:
    about = np.median(runs.terms, axis=0)
    if runs.slope_known.any():
        about[SLOPE_TERMS] = np.median(runs.terms[runs.slope_known][:, SLOPE_TERMS], axis=0)
    return np.asarray(about)


@dataclass(frozen=True)
class _OneChannel:
    """One quantity over runs: row numbers in the stack and the moments of each."""

    mean: Floats
    variance: Floats
    noise_sd: Floats
    along: Floats
    runs: _Stack

    @classmethod
    def of(cls, quantity: str, runs: _Stack) -> "_OneChannel":
        found = [
            (row, one)
            for row, run in enumerate(runs.summaries)
            for one in run.channels
            if one.quantity == quantity
        ]
        rows = np.array([row for row, _ in found])
        kept = _Stack(
            tuple(runs.summaries[k] for k in rows),
            runs.at_s[rows],
            runs.seconds[rows],
            runs.slope_known[rows],
            runs.terms[rows],
            runs.within[rows],
        )
        return cls(
            np.array([one.mean for _, one in found]),
            np.array([one.variance for _, one in found]),
            np.array([one.noise_sd for _, one in found]),
            np.array([one.along for _, one in found]),
            kept,
        )


def _usual(quantity: str, unit: str, runs: _Stack, about: Floats, at_s: float) -> Usual | None:
    one = _OneChannel.of(quantity, runs)
    if one.mean.size < FEWEST_RUNS:
        return None
    enough = one.mean.size >= FEWEST_FOR_EFFECTS
    response = _response(one) if enough else np.zeros(len(TERMS))
    levels = one.mean - _moved(one.runs.terms, one.runs.slope_known, about) @ response
    near = np.sort(np.argsort(np.abs(one.runs.at_s - at_s), kind="stable")[:LATEST_FOR_LEVEL])
    found = usual_of(quantity, unit, levels[near])
    return replace(
        found,
        mean=_round(found.mean),
        between_run_sd=_round(found.between_run_sd),
        noise_sd=_round(float(np.median(one.noise_sd))),
        response=_rounded(response) if enough else (),
        gain_sd=_rounded(_gain_sd(one, response)) if enough else (),
    )


def _gain_sd(one: _OneChannel, response: Floats) -> Floats:
    """Return how much stronger or weaker the answer to pace and to slope is from day to day.

    SD of the factor about 1, by moments, what the noise of each run lets waver taken out.
    """
    found = []
    for part in _parts(response):
        seen = np.einsum("i,rij,j->r", part, one.runs.within, part)
        left = one.along @ part - np.einsum("i,rij,j->r", part, one.runs.within, response)
        known = seen > 1e-9 * np.maximum(one.variance, 1e-9)
        gain = np.divide(left, seen, out=np.zeros(seen.size), where=known)
        error = np.full(seen.size, np.inf)
        np.divide(MEMORY_S * one.noise_sd**2, one.runs.seconds * seen, out=error, where=known)
        weight = 1.0 / (error + 0.01) ** 2
        square = np.minimum(gain**2, 9.0 * (error + 0.01))
        excess = np.where(known, square - np.where(known, error, 0.0), 0.0)
        total = float(weight.sum())
        found.append(float(weight @ excess) / total if total > 0 else 0.0)
    return np.asarray(np.sqrt(np.clip(found, SMALLEST_GAIN_SD**2, LARGEST_GAIN_SD**2)))


def _parts(response: Floats) -> list[Floats]:
    return [np.where(np.isin(np.arange(response.size), rows), response, 0.0) for rows in _PARTS]


def usual_of(quantity: str, unit: str, means: Floats) -> Usual:
    """Return what is usual from the means of several runs.

    Examples
    --------
    >>> usual_of("contact_balance_left", "pct", np.array([49.5, 50.0, 50.0, 50.2, 55.5])).mean
    50.0
    """
    middle = float(np.median(means))
    spread = 1.4826 * float(np.median(np.abs(means - middle)))
    return Usual(quantity, unit, middle, max(spread, LEAST_SD.get(unit, 0.0)), int(means.size))


def _moved(terms: Floats, slope_known: Bools, about: Floats) -> Floats:
    """Return how far terms are from those a level is told at; nothing where slope is not known."""
    away = terms - about
    away[~slope_known, SLOPE_TERMS] = 0.0
    return np.asarray(away)


def _response(one: _OneChannel) -> Floats:
    """Return the channel's answer to each term, from what goes together inside runs only.

    Runs that the answer leaves louder than most count less, so that a day that was off in part,
    without anyone telling, bends it little.
    """
    weight = one.runs.seconds / one.runs.seconds.sum()
    response = np.zeros(len(TERMS))
    for _ in range(2):
        spread = np.tensordot(weight, one.runs.within, axes=1)
        scale = np.sqrt(np.diag(spread))
        used = scale > 1e-6
        response = np.zeros(len(TERMS))
        scaled = spread[np.ix_(used, used)] / np.outer(scale[used], scale[used])
        ridged = scaled + 1e-6 * np.eye(int(used.sum()))
        right = (weight @ one.along)[used] / scale[used]
        response[used] = np.linalg.solve(ridged, right) / scale[used]
        left = (
            one.variance
            - 2.0 * one.along @ response
            + np.einsum("i,rij,j->r", response, one.runs.within, response)
        )
        left = np.maximum(left, 1e-9)
        louder = np.minimum(np.median(left) / left, 1.0)
        weight = one.runs.seconds * louder
        weight = weight / weight.sum()
    return response


def level_of(one: Moments, summary: RunSummary, normal: Normal) -> float | None:
    """Return a channel's mean in one run, as it would be where `normal` is told.

    None where the answer to pace and slope is not known.
    """
    usual = normal.of(one.quantity)
    if usual is None or not usual.response or normal.device != summary.device:
        return None
    known = np.array([summary.slope_known])
    away = _moved(np.array([summary.terms]), known, np.array(normal.about))
    return float(one.mean - away[0] @ np.array(usual.response))


@dataclass(frozen=True)
class Seen:
    """One channel of a run, and what explains it.

    Attributes
    ----------
    values
        One a second, NaN where there was none.
    terms
        From `terms_of`.
    judged
        Which seconds count, shape ``(seconds,)``.
    """

    values: Floats
    terms: Floats
    judged: Bools


@dataclass(frozen=True)
class Expected:
    """What a runner's normal lets expect of one channel.

    Attributes
    ----------
    values
        One a second, in the channel's unit.
    level_sd
        How far the level of a healthy day lies from it.
    """

    values: Floats
    level_sd: float


def expect_normal(normal: Normal, quantity: str, seen: Seen) -> Expected | None:
    """Return what the runner's normal lets expect of a channel in one run.

    The answer to pace and to slope may each be a little stronger or weaker than usual on that day;
    how much is fitted to the run, held by how much it differed on other days.

    Parameters
    ----------
    normal
        Of the device that measured the channel.
    quantity
        What was measured.
    seen
        The run.

    Returns
    -------
    Expected | None
        None where the answer to pace and slope is not known, or more than a tenth of the run lies
        outside the paces and slopes it was learnt at.
    """
    usual = normal.of(quantity)
    if usual is None or not usual.response or not seen.judged.any():
        return None
    pace_mps, slope_pct = seen.terms[:, 0] + REFERENCE_MPS, seen.terms[:, SLOPE_TERMS.start]
    inside = (pace_mps >= normal.pace_mps[0]) & (pace_mps <= normal.pace_mps[1])
    inside &= ~((slope_pct < normal.slope_pct[0]) | (slope_pct > normal.slope_pct[1]))
    if inside[seen.judged].mean() < LEAST_INSIDE:
        return None
    away = np.nan_to_num(seen.terms - np.array(normal.about))
    response = np.array(usual.response)
    parts = np.column_stack([away @ part for part in _parts(response)])
    values = usual.mean + away @ response
    values = values + parts @ _gains(seen.values - values, parts, usual, seen.judged)
    level_sd = LEVEL_WIDER * usual.between_run_sd
    error = _MEDIAN_ERROR * usual.between_run_sd / np.sqrt(usual.runs)
    return Expected(np.asarray(values), float(np.hypot(level_sd, error)))


def _gains(rest: Floats, parts: Floats, usual: Usual, judged: Bools) -> Floats:
    """Return by which factor each part of the answer is stronger than usual, less one."""
    known = judged & np.isfinite(rest)
    if not known.any() or not usual.gain_sd:
        return np.zeros(parts.shape[1])
    x = parts[known] - parts[known].mean(axis=0)
    y = rest[known] - np.median(rest[known])
    reach = CUT_SD * max(float(1.4826 * np.median(np.abs(y))), 1e-9)
    noise = MEMORY_S * usual.noise_sd**2
    held = x.T @ x / noise + np.diag(1.0 / np.array(usual.gain_sd) ** 2)
    return np.asarray(np.linalg.solve(held, x.T @ np.clip(y, -reach, reach) / noise))
