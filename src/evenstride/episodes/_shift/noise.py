"""What healthy running does by itself, and how it is taken out of the half minutes.

Noise of one channel is an AR(4) process, a slower wandering, and a drift over the whole run; its
covariance is written down exactly, so bins that were set aside simply are not there. The AR(4)
coefficients and the drift were measured on real healthy runs. Deviations from that source: AR(4)
and drift alone forget too soon, real running remembers for minutes, so a slow wandering stands for
that and takes over half of the drift's size; and runners warm up and tire, so a fading beginning
and a straight trend of unknown size cost nothing (``docs/decisions``).
"""

from dataclasses import dataclass

import numpy as np

from evenstride.episodes._shift.bins import BIN_S
from evenstride.model.signal import Floats

WARM_UP_S = 240.0
"""A body warming up changes its running, and fades into the rest of the run in minutes."""
DRIFT_SHARE = 0.5
LEVEL_SD = 30.0
"""The level is unknown: a prior so wide that it says nothing."""
CLIP = 2.5
"""Innovations beyond this many robust SD count as this many."""
_ECHO = 400


@dataclass(frozen=True)
class HealthyNoise:
    """Noise of one channel's half minutes in healthy runs.

    Attributes
    ----------
    ar
        AR(4) coefficients.
    innovation_sd
        SD of the innovations, in units of the channel's 1-s noise.
    drift_sd
        SD of the first four cosines' amplitudes, same unit.
    wander_sd
        Slow wandering, in units of the innovation's SD.
    wander_s
        Time in which that forgets.
    warm_up_sd, trend_sd
        SD of a beginning that fades within minutes, and of a straight trend at either end of the
        run, in units of the innovation's SD.
    level_sd
        SD of the run's level about what is expected, same unit; `LEVEL_SD` where it is unknown.
    """

    ar: tuple[float, float, float, float]
    innovation_sd: float
    drift_sd: tuple[float, float, float, float]
    wander_sd: float = 0.7
    wander_s: float = 150.0
    warm_up_sd: float = 1.0
    trend_sd: float = 0.5
    level_sd: float = LEVEL_SD


HEALTHY = {
    "contact_balance_left": HealthyNoise(
        (0.414, -0.063, -0.022, 0.024), 0.527, (0.357, 0.315, 0.188, 0.187)
    ),
    "contact_time": HealthyNoise(
        (0.248, -0.022, -0.011, -0.008), 0.673, (0.194, 0.094, 0.117, 0.100)
    ),
    "vertical_oscillation": HealthyNoise(
        (0.287, -0.024, -0.016, 0.009), 0.632, (0.266, 0.142, 0.126, 0.096)
    ),
    "strap contact_time": HealthyNoise(
        (0.359, -0.014, 0.003, -0.046), 0.665, (0.167, 0.253, 0.295, 0.209)
    ),
}
"""Measured: 18.6 h of one runner's wrist device, 5.1 h of five runners' straps. What was not
measured (cadence, other makers' channels) is taken to behave like oscillation."""

UNSTEADINESS = HealthyNoise(
    (0.0, 0.0, 0.0, 0.0),
    1.0,
    (0.0, 0.0, 0.0, 0.0),
    wander_sd=0.5,
    wander_s=200.0,
    warm_up_sd=0.5,
    trend_sd=0.25,
)
"""How unsteadiness wavers by itself, in units of its own innovation. Chosen on simulated runs, not
fitted. Some real healthy runs wander further than that, for minutes; a model that lets them do so
lets every loss do so too, and sees none. So the model is plain, and what healthy running does
beyond it is met by how little a loss of steadiness alone is expected (`aspects.KIND_PRIOR`)."""


def healthy_noise(quantities: tuple[str, ...]) -> HealthyNoise:
    """Return the mean noise of a set of channels: one time course serves all of them.

    Examples
    --------
    >>> healthy_noise(("contact_time",)).innovation_sd
    0.673
    """
    strap = "contact_balance_left" in quantities
    found = []
    for quantity in quantities:
        name = f"strap {quantity}" if strap and quantity == "contact_time" else quantity
        found.append(HEALTHY.get(name, HEALTHY["vertical_oscillation"]))
    ar = np.mean([noise.ar for noise in found], axis=0)
    drift = np.mean([np.array(n.drift_sd) / n.innovation_sd for n in found], axis=0)
    innovation = float(np.mean([noise.innovation_sd for noise in found]))
    a, b, c, d = (float(value) for value in ar)
    e, f, g, h = (float(value) * innovation for value in drift)
    return HealthyNoise((a, b, c, d), innovation, (e, f, g, h))


def ar_covariance(ar: tuple[float, ...], lags: int) -> Floats:
    """Return the autocovariance of an autoregression with unit innovations at lags 0, 1, ...

    Examples
    --------
    >>> ar_covariance((0.5,), 3).round(4).tolist()
    [1.3333, 0.6667, 0.3333]
    """
    echo = np.zeros(_ECHO + len(ar))
    echo[len(ar)] = 1.0
    for t in range(len(ar) + 1, echo.size):
        echo[t] = sum(phi * echo[t - 1 - k] for k, phi in enumerate(ar))
    echo = echo[len(ar) :]
    wanted = min(lags, _ECHO)
    out = np.zeros(lags)
    out[:wanted] = [echo[: echo.size - k] @ echo[k:] for k in range(wanted)]
    return out


def covariance(index: Floats, noise: HealthyNoise) -> Floats:
    """Return the noise covariance of bins ``index``, in squared innovation SDs, shape (n, n)."""
    place = index.astype(np.int64)
    span = int(place[-1] - place[0]) + 1
    lag = np.abs(place[:, None] - place[None, :])
    total = ar_covariance(noise.ar, span)[lag]
    total = total + noise.wander_sd**2 * np.exp(-lag * BIN_S / noise.wander_s)
    phase = np.pi * (place - place[0] + 0.5) / span
    for k, sd in enumerate(noise.drift_sd, start=1):
        wave = np.cos(k * phase) * DRIFT_SHARE * sd / noise.innovation_sd
        total = total + np.outer(wave, wave)
    since_s = (place - place[0]) * float(BIN_S)
    for shape in (
        noise.warm_up_sd * np.exp(-since_s / WARM_UP_S),
        noise.trend_sd * (2.0 * since_s / (span * BIN_S) - 1.0),
    ):
        total = total + np.outer(shape, shape)
    return np.asarray(total + noise.level_sd**2)


@dataclass(frozen=True)
class White:
    """The signal with its own memory taken out.

    Attributes
    ----------
    inverse
        Inverse of the Cholesky factor of the noise covariance, shape ``(bins, bins)``.
    values
        Innovations, clipped, uncorrelated between channels, shape ``(bins - 1, channels)``.
    scale
        Robust SD of each channel's innovations, in the unit of the values.
    unmix
        What made the channels uncorrelated: ``values = clipped @ unmix.T``.
    """

    inverse: Floats
    values: Floats
    scale: Floats
    unmix: Floats


def whiten(values: Floats, noise_covariance: Floats) -> White:
    """Take memory, drift and the correlation between channels out of half minutes.

    The first innovation only sets the level and is dropped. Clipping keeps a spike from passing
    for a change.

    Parameters
    ----------
    values
        Shape ``(bins, channels)``.
    noise_covariance
        Of one channel, from `covariance`, with whatever else is to cost nothing added.
    """
    root, inverse = factors(noise_covariance)
    innovation = innovations(root, inverse, values)[1:]
    scale = np.maximum(1.4826 * np.median(np.abs(innovation), axis=0), 1e-9)
    clipped = np.clip(innovation / scale, -CLIP, CLIP)
    between = clipped.T @ clipped / clipped.shape[0]
    spread = np.sqrt(np.maximum(np.diag(between), 1e-9))
    clipped = clipped / spread
    mixed = np.linalg.cholesky(_shrunk(between / np.outer(spread, spread)))
    unmix = np.linalg.inv(mixed)
    return White(inverse, clipped @ unmix.T, np.asarray(scale * spread), np.asarray(unmix))


def factors(noise_covariance: Floats) -> tuple[Floats, Floats]:
    """Return the Cholesky factor of a covariance, and its inverse."""
    root = np.linalg.cholesky(noise_covariance)
    return np.asarray(root), np.asarray(np.linalg.inv(root))


def innovations(root: Floats, inverse: Floats, values: Floats) -> Floats:
    """Return what each bin brings that the bins before it did not let expect, spikes cut.

    Every innovation is clipped before the next is predicted, as in a robust Kalman filter
    (Masreliez and Martin 1977, 10.1109/TAC.1977.1101538). Clipped only afterwards, one spike would
    first spoil the prediction of every bin that follows.

    Parameters
    ----------
    root, inverse
        Cholesky factor of the noise covariance, and its inverse, shape ``(bins, bins)``.
    values
        The bins, shape ``(bins, channels)``.

    Returns
    -------
    Floats
        In units of the innovation SD, shape ``(bins, channels)``; the first only sets the level.

    Examples
    --------
    >>> spiked = np.array([[0.0], [1.0], [-1.0], [1.0], [99.0]])
    >>> innovations(np.eye(5), np.eye(5), spiked).ravel().round(1).tolist()
    [0.0, 1.0, -1.0, 1.0, 3.7]
    """
    plain = inverse @ values
    reach = CLIP * 1.4826 * np.median(np.abs(plain[1:]), axis=0)
    cut = np.zeros_like(plain)
    cut[0] = plain[0]
    for t in range(1, root.shape[0]):
        cut[t] = np.clip((values[t] - root[t, :t] @ cut[:t]) / root[t, t], -reach, reach)
    return cut


def _shrunk(correlation: Floats) -> Floats:
    """Pull correlations a little toward none, so that two copies of one channel cannot break it."""
    return np.asarray(0.97 * correlation + 0.03 * np.eye(correlation.shape[0]))
