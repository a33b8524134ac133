"""Bouts as the latency's fit needs them: products of what was seen with a level and a step.

The step is tried at every latency; its first column is a bout that was off before anything could
be judged, its last one a bout in which nothing happened before the end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenstride.coordination.running import AFTER_RESTART_S
from evenstride.episodes._pooled.contrast import FADES_S, noise, steps
from evenstride.model.signal import Floats

Ints = NDArray[np.int64]

LATENCIES_S = np.arange(30.0, 301.0, 5.0)
"""Latencies told apart, seconds after a bout's start; earlier and later ones are one class each."""
_ARTEFACT_SD = 0.5
"""How much a restart's artefact at 30 s differs between bouts, in noise SD."""
_TREND_SD = 0.1
"""How much a bout's straight trend differs between bouts, in noise SD per 30 s."""
_KEPT = 0.9
_CUT = 3.0


@dataclass(frozen=True)
class Courses:
    """Products under the noise inside a bout; bouts without a judged lag hold zeros.

    What may happen beside a step is a level, a restart's artefact that fades, and a straight trend:
    the plain shapes.

    Attributes
    ----------
    lags
        Judged lags of each bout, shape ``(bouts,)``.
    plain
        Of the plain shapes with each other, shape ``(bouts, 3, 3)``.
    mixed
        Of plain shapes and step, shape ``(bouts, latencies, 3)``.
    stepped
        Of the step with itself, shape ``(bouts, latencies)``.
    told
        Of plain shapes and what was seen, shape ``(channels, bouts, 3)``.
    along
        Of step and what was seen, shape ``(channels, bouts, latencies)``.
    square
        Of what was seen with itself, shape ``(channels, bouts)``.
    """

    lags: Floats
    plain: Floats
    mixed: Floats
    stepped: Floats
    told: Floats
    along: Floats
    square: Floats


def courses(values: Floats, lag_s: Floats) -> Courses:
    """Return the products of every bout.

    Parameters
    ----------
    values
        Shape ``(bouts, channels, lags)``, NaN where not judged; a lag counts where every channel
        has it.
    lag_s
        Middles of the lag bins, seconds.
    """
    known = np.isfinite(values).all(axis=1)
    bouts, channels, _ = values.shape
    tried = LATENCIES_S.size + 2
    out = Courses(
        known.sum(axis=1).astype(np.float64),
        np.zeros((bouts, 3, 3)),
        np.zeros((bouts, tried, 3)),
        np.zeros((bouts, tried)),
        np.zeros((channels, bouts, 3)),
        np.zeros((channels, bouts, tried)),
        np.zeros((channels, bouts)),
    )
    patterns, place = np.unique(known, axis=0, return_inverse=True)
    for number, here in enumerate(patterns):
        if here.any():
            which = np.flatnonzero(place.ravel() == number)
            _enter(out, which, values[which][:, :, here], lag_s[here])
    return out


def _enter(out: Courses, which: Ints, seen: Floats, lag_s: Floats) -> None:
    """Write the products of bouts judged at the same lags."""
    shapes = np.column_stack([np.ones(lag_s.size), _fading(lag_s), _trend(lag_s)])
    step = _hypotheses(lag_s)
    precision = np.linalg.inv(_inside(lag_s))
    weighed = (seen @ precision).transpose(1, 0, 2)
    out.plain[which] = shapes.T @ precision @ shapes
    out.mixed[which] = step.T @ precision @ shapes
    out.stepped[which] = (step * (precision @ step)).sum(axis=0)
    out.told[:, which] = weighed @ shapes
    out.along[:, which] = weighed @ step
    out.square[:, which] = (weighed * seen.transpose(1, 0, 2)).sum(axis=2)


def told_apart(values: Floats) -> Floats:
    """Return channels that share no noise from one lag to the next, the first one as it was.

    What a channel's steps from lag to lag share with those of the channels before it is taken out.
    Shape in and out ``(bouts, channels, lags)``.
    """
    if values.shape[1] == 1:
        return values
    change = np.diff(values, axis=2).transpose(0, 2, 1).reshape(-1, values.shape[1])
    change = change[np.isfinite(change).all(axis=1)]
    if change.shape[0] < 5 * values.shape[1]:
        return values
    scale = np.maximum(1.4826 * np.median(np.abs(change), axis=0), 1e-9)
    change = np.clip(change / scale, -_CUT, _CUT)
    shared = _KEPT * np.corrcoef(change.T) + (1.0 - _KEPT) * np.eye(scale.size)
    apart = np.diag(scale) @ np.linalg.inv(np.linalg.cholesky(shared)) @ np.diag(1.0 / scale)
    return np.asarray(np.einsum("jk,bkl->bjl", apart, values))


def _hypotheses(lag_s: Floats) -> Floats:
    """Return the step of every latency, shape ``(lags, 2 + latencies)``."""
    first, last = np.ones(lag_s.size), np.zeros(lag_s.size)
    return np.column_stack([first, steps(lag_s, LATENCIES_S), last])


def _fading(lag_s: Floats) -> Floats:
    return np.asarray(np.exp(-(lag_s - AFTER_RESTART_S) / FADES_S))


def _trend(lag_s: Floats) -> Floats:
    return np.asarray((lag_s - AFTER_RESTART_S) / FADES_S)


def _inside(lag_s: Floats) -> Floats:
    """Return the covariance inside a bout: memory, a restart's artefact, a trend."""
    fading, trend = _fading(lag_s), _trend(lag_s) - _trend(lag_s).mean()
    spread = _ARTEFACT_SD**2 * np.outer(fading, fading) + _TREND_SD**2 * np.outer(trend, trend)
    return np.asarray(noise(lag_s) + spread)
