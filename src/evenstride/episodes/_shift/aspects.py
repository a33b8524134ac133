"""What a kind of loss would change: the level, its unsteadiness, or both in one channel.

Level and unsteadiness are two aspects of the same half minutes, each whitened under its own healthy
noise. A *line* is one direction in which an aspect may move; a case is one line or several at once,
and a kind of loss is a mixture of cases. For given times every line is Gaussian, so every case has
its evidence in closed form, and cases are added with their prior odds.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evenstride.episodes._shift.bins import Bins
from evenstride.episodes._shift.noise import (
    LEVEL_SD,
    UNSTEADINESS,
    HealthyNoise,
    White,
    covariance,
    healthy_noise,
    whiten,
)
from evenstride.episodes._shift.shapes import Shape
from evenstride.model.episode import EpisodeKind
from evenstride.model.signal import Channel, Floats

Singles = NDArray[np.float32]
"""There are hundreds of thousands of pairs of times, and their logarithms need no more."""

SIZE_PRIOR_SD = 1.5
"""SD of a change's size before it is seen, in innovation SDs: about one 1-s noise SD."""
KIND_PRIOR: dict[EpisodeKind, float] = {"shift": 0.985, "variability": 0.005, "bursts": 0.010}
"""Each kind's share of the one budget of false alarms rather than how common it is: unsteadiness
wanders in healthy running, so it must speak plainly. Even odds would spend nearly all of the budget
on it, and every shift would need the evidence that only unsteadiness needs."""
_STEEPEST = 50.0
_LOGISTIC = 1.702
"""Scale at which a logistic curve follows the normal one to within 0.01."""


@dataclass(frozen=True)
class Aspect:
    """One aspect of the half minutes, with its own memory taken out.

    Attributes
    ----------
    white
        Its innovations.
    lines
        Innovations along each direction it may move in, shape ``(bins - 1, lines)``: first those
        that stand for all channels together, then each channel alone.
    channels
        Number of the channel each of the last lines stands for.
    level_known
        True where the runner's normal says at what level the run should lie.
    """

    white: White
    lines: Floats
    channels: tuple[int, ...]
    level_known: bool = False

    def seen(self, shapes: Floats) -> Floats:
        """Return shapes as the whitening sees them, the first half minute dropped."""
        return np.asarray((self.white.inverse @ shapes)[1:])


@dataclass(frozen=True)
class Aspects:
    """Both aspects; unsteadiness is None where no channel's steps say anything."""

    level: Aspect
    unsteadiness: Aspect | None

    @property
    def kinds(self) -> tuple[EpisodeKind, ...]:
        """The kinds of loss that can be told."""
        return ("shift",) if self.unsteadiness is None else ("shift", "variability", "bursts")

    @property
    def kind_prior(self) -> Floats:
        """Their prior shares, summing to 1."""
        share = np.array([KIND_PRIOR[kind] for kind in self.kinds])
        return np.asarray(share / share.sum())


def aspects_of(bins: Bins, known: tuple[Shape, ...]) -> Aspects:
    """Whiten both aspects, with everything that is to cost nothing left free.

    Parameters
    ----------
    bins
        At least `LEAST_BINS` of them.
    known
        Episodes already found: what they changed, by whatever amount, is no evidence any more.
    """
    free = _free(bins, known)
    usable = np.flatnonzero(np.isfinite(bins.unsteadiness).all(axis=0))
    noise = level_noise(bins.channels)
    level = _level(_whitened(bins.values, bins, noise, free), len(bins.channels))
    level = replace(level, level_known=noise.level_sd < LEVEL_SD)
    if not usable.size:
        return Aspects(level, None)
    white = _whitened(bins.unsteadiness[:, usable], bins, UNSTEADINESS, free)
    return Aspects(level, _unsteadiness(white, tuple(int(k) for k in usable)))


def level_noise(channels: tuple[Channel, ...]) -> HealthyNoise:
    """Return the noise of a set of channels, and how far their level may lie from the expected.

    One covariance serves all of them, so the channel that is known least well sets how well the
    level is known; one channel whose normal is not known leaves it unknown.
    """
    noise = healthy_noise(tuple(channel.quantity for channel in channels))
    known = [c.level_sd / c.noise_sd for c in channels if c.level_sd is not None]
    if len(known) < len(channels):
        return noise
    return replace(noise, level_sd=min(max(known) / noise.innovation_sd, LEVEL_SD))


def _free(bins: Bins, known: tuple[Shape, ...]) -> Floats:
    """Return what known episodes may have changed, by any amount, as a covariance."""
    total = np.zeros((bins.index.size, bins.index.size))
    for shape in known:
        share = LEVEL_SD * shape.share(bins.index)
        total += np.outer(share, share)
    return total


def _whitened(values: Floats, bins: Bins, noise: HealthyNoise, free: Floats) -> White:
    return whiten(values, covariance(bins.index, noise) + free)


def _level(white: White, count: int) -> Aspect:
    alone = white.values @ _directions(white, np.eye(count))
    together = white.values if count > 1 else np.empty((white.values.shape[0], 0))
    return Aspect(white, np.hstack([together, alone]), tuple(range(count)))


def _unsteadiness(white: White, channels: tuple[int, ...]) -> Aspect:
    count = len(channels)
    ways = np.eye(count) if count == 1 else np.hstack([np.ones((count, 1)), np.eye(count)])
    return Aspect(white, white.values @ _directions(white, ways), channels)


def _directions(white: White, ways: Floats) -> Floats:
    """Return unit vectors along which the uncorrelated innovations move for changes `ways`."""
    turned = white.unmix @ ways
    return np.asarray(turned / np.linalg.norm(turned, axis=0, keepdims=True))


def kinds_evidence(
    aspects: Aspects, scores: tuple[Singles, Singles], sizes: tuple[Singles, Singles]
) -> Singles:
    """Return log evidence of every kind against none, shape ``(kinds, ...)``.

    Parameters
    ----------
    aspects
        Whose kinds.
    scores
        Template times line of level and of unsteadiness, shape ``(lines, ...)``.
    sizes
        Squared length of the template as each aspect sees it, shape ``(...)``.
    """
    count = len(aspects.level.channels)
    alone = _lines(scores[0][-count:], sizes[0])
    kinds = [_mixed(_together(scores[0][:-count], sizes[0]), list(alone))]
    if aspects.unsteadiness is not None:
        rising = _lines(scores[1], sizes[1]) + _rising(scores[1], sizes[1])
        each = rising[-len(aspects.unsteadiness.channels) :]
        kinds.append(_mixed(list(rising[: len(rising) - len(each)]), list(each)))
        pairs = zip(aspects.unsteadiness.channels, each, strict=True)
        kinds.append(_mixed([], [alone[k] + unsteady for k, unsteady in pairs]))
    return np.array(kinds)


def _lines(score: Singles, size: Singles) -> Singles:
    """Return log evidence of each line with the size of its change integrated out.

    The conjugate prior is N(0, SIZE_PRIOR_SD^2) in innovation SDs.
    """
    prior = SIZE_PRIOR_SD**2
    size = np.maximum(size, 1e-9)
    return np.asarray(0.5 * prior / (1.0 + prior * size) * score**2 - 0.5 * np.log1p(prior * size))


def _together(score: Singles, size: Singles) -> list[Singles]:
    """Return log evidence of all lines moving at once, each by what it will; nothing of no line."""
    if not len(score):
        return []
    prior = SIZE_PRIOR_SD**2
    size = np.maximum(size, 1e-9)
    found = 0.5 * prior / (1.0 + prior * size) * (score**2).sum(axis=0)
    return [np.asarray(found - len(score) * 0.5 * np.log1p(prior * size), dtype=np.float32)]


def _rising(score: Singles, size: Singles) -> Singles:
    """Return what it adds to know that unsteadiness grows: losing control makes nobody steadier."""
    prior = SIZE_PRIOR_SD**2
    away = score * np.sqrt(prior / (1.0 + prior * np.maximum(size, 1e-9)))
    found = math.log(2.0) - np.log1p(np.exp(np.minimum(-_LOGISTIC * away, _STEEPEST)))
    return np.asarray(found, dtype=np.float32)


def _mixed(together: list[Singles], alone: list[Singles]) -> Singles:
    """Return the evidence at even odds between all channels together and any of them alone."""
    share = 0.5 if together else 1.0
    cases = np.array([*together, *alone])
    weight = np.array(
        [*[0.5] * len(together), *[share / len(alone)] * len(alone)], dtype=cases.dtype
    )
    return log_mean(cases, weight)


def log_mean(logs: Singles, weight: Singles) -> Singles:
    """Return ``log(sum(weight * exp(logs)))`` along the first axis.

    Examples
    --------
    >>> logs = np.array([0.0, 80.0], dtype=np.float32)
    >>> f"{float(log_mean(logs, np.full(2, 0.5, dtype=np.float32))):.1f}"
    '79.3'
    """
    top = logs.max(axis=0)
    shape = (-1,) + (1,) * top.ndim
    return np.asarray(top + np.log((weight.reshape(shape) * np.exp(logs - top)).sum(axis=0)))
