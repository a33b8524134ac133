"""What all bouts have in common, fitted while each bout keeps its own latency.

Every bout has its own level about a shared one, and moves by a shared size at a latency that is not
known; expectation and maximisation in turns (Dempster, Laird and Rubin 1977,
10.1111/j.2517-6161.1977.tb01600.x). A wild bout counts as one three times as noisy.
"""

from dataclasses import dataclass, replace

import numpy as np

from evenstride.episodes._pooled.courses import Courses
from evenstride.model.signal import Floats

SIZE_SD = 2.0
"""Sizes of this many noise SD are as large as expected beforehand."""
_SEARCHED_SD = (100.0, 1.0, 0.3)
"""So much, in noise SD, may all bouts share of a level, of an artefact at 30 s, and of a straight
trend per 30 s, with nothing being off, while it is not known whether anything is."""
_FOUND_SD = (100.0, 0.5, 0.1)
"""The same once something was found: a trend would else make it larger than it is."""
_ROUNDS = 8
_LEVEL = 0.5
_LEVEL_TRUST = 4.0
_NOISE_TRUST = 20.0
_WILD = 0.05
_WILD_VARIANCE = 9.0


@dataclass(frozen=True)
class Shared:
    """What the bouts share, channel by channel, in noise SD.

    Attributes
    ----------
    plain
        Level, artefact and trend without the step, shape ``(channels, 3)``.
    size
        How far it moves, shape ``(channels,)``; zeros: nothing happens.
    wander
        Variance of a bout's level in units of `loud`, shape ``(channels,)``; 0: none are
        left in the data.
    loud
        Variance of the noise in units of what its memory implies, shape ``(channels,)``.
    """

    plain: Floats
    size: Floats
    wander: Floats
    loud: Floats
    shape_sd: tuple[float, ...]


def begin(size: Floats, *, levels: bool) -> Shared:
    """Return where a fit begins; without `levels` those of the bouts are no longer in the data."""
    wander = np.full(size.size, _LEVEL**2 if levels else 0.0)
    shape_sd = _FOUND_SD if levels else _SEARCHED_SD
    return Shared(np.zeros((size.size, 3)), size, wander, np.ones(size.size), shape_sd)


def fit(seen: Courses, shared: Shared, prior: Floats, rounds: int = _ROUNDS) -> Shared:
    """Return level, size and noise fitted.

    Parameters
    ----------
    seen
        The bouts.
    shared
        From where.
    prior
        How likely each latency is beforehand, shape ``(latencies,)``.
    rounds
        How often.
    """
    for _ in range(rounds):
        weight = _weights(seen, shared, prior)
        shared = _noise(seen, _moved(seen, shared, weight, hold=False), weight)
    return shared


def without(seen: Courses, shared: Shared) -> Shared:
    """Return what the bouts share if nothing happens in any of them."""
    nothing = np.zeros(seen.stepped.shape[1])
    nothing[-1] = 1.0
    shared = replace(shared, size=np.zeros_like(shared.size))
    for _ in range(4):
        weight = _weights(seen, shared, nothing)
        shared = _noise(seen, _moved(seen, shared, weight, hold=True), weight)
    return shared


def sized(seen: Courses, shared: Shared, prior: Floats, times: float) -> Shared:
    """Return the fit if sizes were `times` as large: level and shapes anew, the noise as it is."""
    shared = replace(shared, size=times * shared.size)
    for _ in range(2):
        shared = _moved(seen, shared, _weights(seen, shared, prior), hold=True)
    return shared


def size_error(seen: Courses, shared: Shared, prior: Floats) -> Floats:
    """Return the standard error of each channel's size, shape ``(channels,)``."""
    weight = _weights(seen, shared, prior)
    told = (_normal(seen, shared, k, weight)[0] for k in range(shared.size.size))
    return np.array([np.sqrt(np.linalg.inv(one)[-1, -1]) for one in told])


def log_prior(shared: Shared) -> float:
    """Return how likely such shapes and sizes are beforehand, but for a constant."""
    shapes = (shared.plain[:, 1:] / np.array(shared.shape_sd[1:])) ** 2
    return float(-0.5 * (shapes.sum() + ((shared.size / SIZE_SD) ** 2).sum()))


def log_likelihood(seen: Courses, shared: Shared) -> Floats:
    """Return each bout's log likelihood of every latency, shape ``(bouts, latencies)``."""
    tame, wild = _log_both(seen, shared)
    return np.asarray(np.logaddexp(tame, wild))


def any_level(seen: Courses) -> Courses:
    """Return the products with every bout at whatever level it likes: it tells one lag less."""
    keeps = 1.0 / np.maximum(seen.plain[:, 0, 0], 1e-9)
    shapes, step, level = seen.plain[:, 0], seen.mixed[:, :, 0], seen.told[:, :, 0]
    return Courses(
        np.maximum(seen.lags - 1.0, 0.0),
        seen.plain - keeps[:, None, None] * shapes[:, :, None] * shapes[:, None],
        seen.mixed - keeps[:, None, None] * step[:, :, None] * shapes[:, None],
        seen.stepped - keeps[:, None] * step**2,
        seen.told - (keeps * level)[:, :, None] * shapes,
        seen.along - (keeps * level)[:, :, None] * step,
        seen.square - keeps * level**2,
    )


@dataclass(frozen=True)
class _Products:
    """`Courses` of one channel with the bouts' own levels integrated out."""

    plain: Floats
    mixed: Floats
    stepped: Floats
    told: Floats
    along: Floats
    square: Floats


def _products(seen: Courses, shared: Shared, k: int) -> _Products:
    if shared.wander[k] == 0.0:
        parts = seen.told[k], seen.along[k], seen.square[k]
        return _Products(seen.plain, seen.mixed, seen.stepped, *parts)
    keeps = 1.0 / (1.0 / shared.wander[k] + seen.plain[:, 0, 0])
    shapes, step, level = seen.plain[:, 0], seen.mixed[:, :, 0], seen.told[k, :, 0]
    return _Products(
        seen.plain - keeps[:, None, None] * shapes[:, :, None] * shapes[:, None],
        seen.mixed - keeps[:, None, None] * step[:, :, None] * shapes[:, None],
        seen.stepped - keeps[:, None] * step**2,
        seen.told[k] - (keeps * level)[:, None] * shapes,
        seen.along[k] - (keeps * level)[:, None] * step,
        seen.square[k] - keeps * level**2,
    )


def _squares(seen: Courses, shared: Shared, k: int) -> Floats:
    """Return what one channel's shapes and step leave, shape ``(bouts, latencies)``."""
    has, plain, size = _products(seen, shared, k), shared.plain[k], shared.size[k]
    alone = has.square - 2.0 * has.told @ plain + (has.plain @ plain) @ plain
    step = size * (size * has.stepped + 2.0 * (has.mixed @ plain - has.along))
    return np.asarray(np.maximum(alone[:, None] + step, 0.0))


def _log_both(seen: Courses, shared: Shared) -> tuple[Floats, Floats]:
    channels = range(shared.size.size)
    far = sum((_squares(seen, shared, k) / shared.loud[k] for k in channels), np.zeros(()))
    spare = seen.lags[:, None]
    quiet = -0.5 * spare * np.log(shared.loud).sum()
    louder = spare * shared.size.size * np.log(_WILD_VARIANCE)
    tame = np.log1p(-_WILD) + quiet - 0.5 * far
    return tame, np.log(_WILD) + quiet - 0.5 * (far / _WILD_VARIANCE + louder)


def _weights(seen: Courses, shared: Shared, prior: Floats) -> Floats:
    """Return how much every latency of every bout counts, shape ``(bouts, latencies)``."""
    tame, wild = _log_both(seen, shared)
    both = np.logaddexp(tame, wild)
    likely = np.log(np.maximum(prior, 1e-300)) + both
    likely = np.exp(likely - likely.max(axis=1, keepdims=True))
    calm = np.exp(tame - both)
    weight = likely / likely.sum(axis=1, keepdims=True)
    return np.asarray(weight * (calm + (1.0 - calm) / _WILD_VARIANCE))


def _normal(seen: Courses, shared: Shared, k: int, weight: Floats) -> tuple[Floats, Floats]:
    """Return the normal equations of one channel's shapes and size."""
    has, each = _products(seen, shared, k), weight.sum(axis=1)
    left = np.diag(np.array([*shared.shape_sd, SIZE_SD]) ** -2.0)
    left[:3, :3] += np.tensordot(each, has.plain, 1) / shared.loud[k]
    left[3, :3] += np.tensordot(weight, has.mixed, 2) / shared.loud[k]
    left[:3, 3] = left[3, :3]
    left[3, 3] += (weight * has.stepped).sum() / shared.loud[k]
    right = np.append(each @ has.told, (weight * has.along).sum()) / shared.loud[k]
    return left, right


def _moved(seen: Courses, shared: Shared, weight: Floats, *, hold: bool) -> Shared:
    """Return shapes and sizes by weighted least squares; `hold`: the sizes stay."""
    plain, size = shared.plain.copy(), shared.size.copy()
    for k in range(size.size):
        left, right = _normal(seen, shared, k, weight)
        if hold:
            plain[k] = np.linalg.solve(left[:3, :3], right[:3] - left[:3, 3] * size[k])
        else:
            *plain[k], size[k] = np.linalg.solve(left, right)
    return replace(shared, plain=plain, size=size)


def _noise(seen: Courses, shared: Shared, weight: Floats) -> Shared:
    """Return how loud the noise is, and how far the bouts' levels wander."""
    count = float(weight.sum(axis=1) @ seen.lags)
    judged = weight * (seen.lags > 0)[:, None]
    loud, wander = shared.loud.copy(), shared.wander.copy()
    for k in range(loud.size):
        squares = float((weight * _squares(seen, shared, k)).sum())
        loud[k] = max((squares + _NOISE_TRUST) / (count + _NOISE_TRUST), 1e-6)
        if wander[k] == 0.0:
            continue
        sure = 1.0 / (1.0 / shared.wander[k] + seen.plain[:, 0, 0])[:, None]
        alone = (seen.told[k, :, 0] - seen.plain[:, 0] @ shared.plain[k])[:, None]
        level = sure * (alone - shared.size[k] * seen.mixed[:, :, 0])
        total = float((judged * (level**2 / loud[k] + sure)).sum())
        wander[k] = (total + _LEVEL_TRUST * _LEVEL**2) / (judged.sum() + _LEVEL_TRUST)
    return replace(shared, loud=loud, wander=wander)
