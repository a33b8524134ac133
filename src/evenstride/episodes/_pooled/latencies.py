"""The latency's distribution over bouts, and each bout's own latency."""

from dataclasses import dataclass

import numpy as np

from evenstride.episodes._pooled.courses import LATENCIES_S, Courses, Ints, courses, told_apart
from evenstride.episodes._pooled.moved import (
    Shared,
    begin,
    fit,
    log_likelihood,
    log_prior,
    size_error,
    sized,
)
from evenstride.episodes._pooled.population import (
    MEDIANS,
    SPREADS,
    WITHOUT,
    Grid,
    before,
    expected,
    normal,
    quantiles,
    roomy,
    weigh,
)
from evenstride.model.bouts import BoutKind, BoutLatency, LatencySpread
from evenstride.model.episode import Span
from evenstride.model.signal import Bools, Floats

_TAILS = (0.05, 0.5, 0.95)
_AWAY = np.array([-1.6, -0.8, 0.0, 0.8, 1.6])
"""Standard errors by which the sizes may be off: how far it moves is not known either."""
_FEWEST_LAGS = 2
_QUARTILE = 0.6744898
_SURE = 2.0 / 3.0
_CLEAR = 2.0
"""Log likelihood ratio by which its own level must tell a bout that is off all through from one in
which nothing happens: else it is the other bouts that speak."""
_TILTS = np.linspace(-2.0, 2.0, 17)
"""Changes of log latency from the first bout to the last that are tried."""
_TILT_SD = 1.0
_JOINT = 0.8


@dataclass(frozen=True)
class Fitted:
    """The latencies, and how far the leading channel moves.

    Attributes
    ----------
    spread
        The latencies.
    size, error
        Of the leading channel, noise SD.
    """

    spread: LatencySpread
    size: float
    error: float


@dataclass(frozen=True)
class _Read:
    """The bouts read at sizes a little smaller and larger than the likeliest.

    Attributes
    ----------
    told
        Log likelihood of every latency, shape ``(sizes, bouts, latencies)``.
    grids
        One a size.
    belief
        Over sizes, medians, spreads and shares without, summing to 1.
    ends
        The first latency that lies past each bout's end, shape ``(bouts,)``.
    judged
        True for bouts that say something.
    """

    told: Floats
    grids: tuple[Grid, ...]
    belief: Floats
    ends: Ints
    judged: Bools


def latencies(values: Floats, lag_s: Floats, lengths_s: Floats, size: float) -> Fitted:
    """Return how the latency is spread over bouts.

    Parameters
    ----------
    values
        Shape ``(bouts, channels, lags)``, NaN where not judged; the first channel leads.
    lag_s
        Middles of the lag bins, seconds.
    lengths_s
        Of the bouts, shape ``(bouts,)``.
    size
        A first guess of how far the leading channel moves, noise SD.
    """
    seen = courses(told_apart(_together(values)), lag_s)
    shared, prior = _settled(seen, size)
    error = size_error(seen, shared, prior)
    read = _read(seen, _sizes(seen, shared, prior, error), lengths_s)
    return Fitted(_spread(read), float(shared.size[0]), float(error[0]))


def _together(values: Floats) -> Floats:
    """Return the channels, or the leading one alone where the others miss too much beside it."""
    together = np.isfinite(values).all(axis=1).sum()
    return values if together >= _JOINT * np.isfinite(values[:, 0]).sum() else values[:, :1]


def _settled(seen: Courses, size: float) -> tuple[Shared, Floats]:
    """Return what the bouts share, and how likely each latency is in a bout yet to come."""
    first = np.zeros(seen.told.shape[0])
    first[0] = size
    shared, prior = begin(first, levels=True), expected(normal(before()), roomy())
    for _ in range(3):
        shared = fit(seen, shared, prior)
        grid = weigh(log_likelihood(seen, shared), before(), roomy())
        prior = expected(normal(grid.log), roomy())
    return shared, prior


def _sizes(seen: Courses, shared: Shared, prior: Floats, error: Floats) -> tuple[Shared, ...]:
    """Return the fit with all sizes a little smaller and larger."""
    unsure = 1.0 / np.sqrt(max(float(((shared.size / error) ** 2).sum()), 1e-9))
    times = np.maximum(1.0 + unsure * _AWAY, 0.1)
    return tuple(sized(seen, shared, prior, float(one)) for one in times)


def _read(seen: Courses, each: tuple[Shared, ...], lengths_s: Floats) -> _Read:
    told = [log_likelihood(seen, one) for one in each]
    grids = tuple(
        weigh(one, before() + log_prior(by), roomy()) for one, by in zip(told, each, strict=True)
    )
    return _Read(
        np.array(told),
        grids,
        normal(np.array([grid.log for grid in grids])),
        1 + np.searchsorted(LATENCIES_S, lengths_s),
        seen.lags >= _FEWEST_LAGS,
    )


def _spread(read: _Read) -> LatencySpread:
    both = read.belief.sum(axis=(0, 3))
    quartile = _QUARTILE * SPREADS
    return LatencySpread(
        median_s=_seconds(MEDIANS, both.sum(axis=1)),
        half_from_s=_seconds(MEDIANS[:, None] - quartile, both),
        half_to_s=_seconds(MEDIANS[:, None] + quartile, both),
        spread=_width(both.sum(axis=0)),
        judged=int(read.judged.sum()),
        before=_number(read, _gone_before(read)),
        without=_number(read, _not_come(read)),
        trend=_trend(read),
        bouts=_each(read),
    )


def _ordered(found: Floats) -> tuple[float, float, float]:
    """Return value, lower and upper bound from lower bound, middle and upper bound."""
    return float(found[1]), float(found[0]), float(found[2])


def _width(belief: Floats) -> Span:
    """Return the spread; below 0.1 it cannot be told from 0, latencies being told to 5 s."""
    low, middle, high = (float(one) for one in quantiles(SPREADS, belief, _TAILS))
    return Span(middle, low if low >= SPREADS[1] else 0.0, high)


def _seconds(logs: Floats, belief: Floats) -> Span:
    order = np.argsort(logs, axis=None)
    found = quantiles(logs.ravel()[order], belief.ravel()[order], _TAILS)
    return Span(*_ordered(np.exp(found)))


def _gone_before(read: _Read) -> list[Floats]:
    """Return how well each bout goes with "before 30 s", one array of the grid's shape a size."""
    early = roomy()[:, :, 0, None] * (1.0 - WITHOUT)
    best = read.told.max(axis=2)
    likely = np.exp(read.told[:, :, 0] - best)
    return [one[:, None, None, None] * early for one in likely]


def _not_come(read: _Read) -> list[Floats]:
    """Return how well each bout goes with "not before its end", likewise."""
    late = np.flip(np.cumsum(np.flip(roomy(), axis=2), axis=2), axis=2)
    past = np.moveaxis(late[:, :, read.ends], 2, 0)[..., None] * (1.0 - WITHOUT) + WITHOUT
    return [grid.none[:, None, None, None] * past for grid in read.grids]


def _number(read: _Read, goes: list[Floats]) -> Span:
    """Return in how many of the judged bouts it is so, whole bouts."""
    total = np.zeros(read.judged.sum() + 1)
    for grid, belief, part in zip(read.grids, read.belief, goes, strict=True):
        came, none = grid.came[read.judged], grid.none[read.judged]
        either = came[..., None] * (1.0 - WITHOUT) + none[:, None, None, None] * WITHOUT
        share = belief.sum(axis=(0, 1))
        chance = (part[read.judged] / np.maximum(either, 1e-300) * belief).sum(axis=(1, 2))
        total += share @ _how_many(np.clip(chance / np.maximum(share, 1e-300), 0.0, 1.0))
    found = np.searchsorted(np.cumsum(total) / total.sum(), _TAILS)
    return Span(*_ordered(found.astype(np.float64)))


def _how_many(chance: Floats) -> Floats:
    """Return how likely each number of hits is; shape ``(bouts, n)`` in, ``(n, bouts + 1)`` out."""
    number = np.zeros((chance.shape[1], chance.shape[0] + 1))
    number[:, 0] = 1.0
    for one in chance[:, :, None]:
        more = np.roll(number, 1, axis=1)
        number = number * (1.0 - one) + more * one
    return number


def _each(read: _Read) -> tuple[BoutLatency, ...]:
    """Return what each bout says, the others' latencies being its prior."""
    likely = np.zeros(read.told.shape[1:])
    for told, belief in zip(read.told, read.belief, strict=True):
        weight = max(float(belief.sum()), 1e-300)
        one = np.exp(told - told.max(axis=1, keepdims=True)) * expected(belief / weight, roomy())
        likely += weight * one / np.maximum(one.sum(axis=1, keepdims=True), 1e-300)
    middle = read.told[_AWAY.size // 2]
    clear = np.abs(middle[:, 0] - middle[:, -1]) >= _CLEAR
    return tuple(
        _bout(one, int(end), clear=bool(sure)) if judged else BoutLatency("unjudged", None)
        for one, end, sure, judged in zip(likely, read.ends, clear, read.judged, strict=True)
    )


def _bout(likely: Floats, end: int, *, clear: bool) -> BoutLatency:
    """Return what one bout says.

    `end` is the first latency past its end; `clear` where its own level tells on from off.
    """
    within = likely[1:end]
    chances: dict[BoutKind, float] = {
        "came": float(within.sum()),
        "before": float(likely[0]),
        "not": float(likely[end:].sum()),
    }
    kind = max(chances, key=lambda one: chances[one])
    if chances[kind] < _SURE or (kind != "came" and not clear):
        return BoutLatency("unclear", None)
    if kind != "came":
        return BoutLatency(kind, None)
    found = quantiles(LATENCIES_S[: end - 1], within / within.sum(), _TAILS)
    return BoutLatency(kind, Span(*_ordered(found)))


def _trend(read: _Read) -> Span:
    """Return the slope of log latency over bouts, at the likeliest size."""
    grid = read.grids[_AWAY.size // 2]
    some = slice(None, None, 2)
    place = np.linspace(-0.5, 0.5, read.judged.size)
    step = MEDIANS[1] - MEDIANS[0]
    at = np.arange(MEDIANS.size)[some]
    log = before()[some, :, some] - 0.5 * (_TILTS[:, None, None, None] / _TILT_SD) ** 2
    for came, none, here in zip(grid.came, grid.none, place, strict=True):
        moved = np.clip(at + _TILTS[:, None] * here / step, 0, MEDIANS.size - 1.001)
        low = moved.astype(np.int64)
        part = (moved - low)[:, :, None]
        one = came[low] * (1.0 - part) + came[low + 1] * part
        log = log + np.log(
            np.maximum(one[..., None] * (1.0 - WITHOUT[some]) + none * WITHOUT[some], 1e-300)
        )
    found = quantiles(_TILTS, normal(log).sum(axis=(1, 2, 3)), _TAILS)
    return Span(*_ordered(found / max(read.judged.size - 1, 1)))
