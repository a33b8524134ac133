"""The noise of healthy running, drawn from what was measured on real runs.

Every number comes from residuals of healthy runs after pace and slope were taken out, stops and
20 s around them removed: 18.6 h of one runner's wrist device, 5.1 h of five runners' straps.

Four choices, with their reasons:

* No autoregressive model. Noise has the measured autocorrelation to 600 s, fading to nothing at
  1200 s, by circulant embedding. A detector built on an autoregression must not be judged on one.
* No drift on top. The measured autocorrelation is that of the whole residual, so drift is in it:
  hours drawn here, put through the same regression, have SDs of 0.30, 0.32, 0.26, 0.23 for
  balance's first four cosines, and 0.36, 0.32, 0.19, 0.19 were measured (contact time at the
  wrist: 0.20, 0.21, 0.20, 0.16 and 0.19, 0.09, 0.12, 0.10).
* Heavy tails by rare gross excursions and a slowly changing loudness, set so that the kurtosis of
  differences of 30-s medians has the measured order.
* Balance holds less above 0.1 Hz than the mean of the five runs, which mixes devices and would put
  95 % of its power below 0.13 Hz; single files have it below 0.055 to 0.078 Hz. The variance
  is kept, so slow noise is a little louder than measured. From lag 10 s on the two agree within
  0.07.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from evenstride.model.signal import Floats

LAGS_S = (0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600)
"""Lags at which autocorrelation was measured, seconds."""

FADED_S = 1200
"""Lag from which the noise no longer remembers, seconds; nothing was measured beyond 600 s."""

Acf = tuple[float, ...]

# fmt: off
WRIST_CONTACT_TIME_ACF: Acf = (
    1.0, 0.919, 0.831, 0.75, 0.623, 0.497, 0.445, 0.344, 0.288, 0.224, 0.172, 0.153, 0.148, 0.115,
    0.077, 0.036, 0.035, 0.018)
WRIST_OSCILLATION_ACF: Acf = (
    1.0, 0.923, 0.838, 0.761, 0.649, 0.543, 0.494, 0.401, 0.339, 0.265, 0.202, 0.174, 0.151, 0.144,
    0.102, 0.064, 0.052, 0.017)
STRAP_BALANCE_ACF: Acf = (
    1.0, 0.947, 0.869, 0.825, 0.781, 0.724, 0.696, 0.622, 0.551, 0.461, 0.366, 0.291, 0.229, 0.225,
    0.182, 0.106, 0.094, 0.045)
STRAP_CONTACT_TIME_ACF: Acf = (
    1.0, 0.952, 0.89, 0.835, 0.75, 0.648, 0.597, 0.481, 0.396, 0.351, 0.303, 0.248, 0.167, 0.146,
    0.088, 0.044, 0.004, -0.027)
# fmt: on


@dataclass(frozen=True)
class ChannelNoise:
    """How one channel wavers while nothing happens.

    Attributes
    ----------
    name
        The channel's column in the samples table.
    sd
        Standard deviation from second to second, in the channel's unit.
    acf
        Autocorrelation at `LAGS_S`.
    smoothing_s
        Width of a Gaussian low-pass on top of `acf`, seconds; 0 for none.
    excursions_per_h
        How often the value runs away for 20 to 60 s.
    excursion_sd
        How far it typically goes then, in units of `sd`.
    """

    name: str
    sd: float
    acf: Acf
    smoothing_s: float = 0.0
    excursions_per_h: float = 0.0
    excursion_sd: float = 0.0


@dataclass(frozen=True)
class NoiseModel:
    """All channels of one device kit.

    Attributes
    ----------
    channels
        In the order of `correlation`.
    correlation
        Between channels at the same second.
    scale_spread
        SD of the logarithm of a run's own loudness: some runners and days are quieter.
    volatility
        SD of the logarithm of loudness within a run, changing over some minutes.
    """

    channels: tuple[ChannelNoise, ...]
    correlation: tuple[tuple[float, ...], ...]
    scale_spread: float = 0.25
    volatility: float = 0.25


@dataclass(frozen=True)
class Noise:
    """One run's noise.

    Attributes
    ----------
    names
        The channels.
    values
        Shape ``(channels, seconds)``, in each channel's unit.
    sd
        This run's own standard deviation per channel, excursions left out, shape ``(channels,)``.
    """

    names: tuple[str, ...]
    values: Floats
    sd: Floats

    def of(self, name: str) -> Floats:
        """Return one channel's noise, shape ``(seconds,)``."""
        return np.asarray(self.values[self.names.index(name)])

    def sd_of(self, name: str) -> float:
        """Return one channel's standard deviation in its own unit."""
        return float(self.sd[self.names.index(name)])


# Cadence: residual SD 1.6, 2.5 and 4.4 steps/min on three public runs, fading like contact time
# (0.92, 0.77, 0.65, 0.46, 0.24 at 1, 3, 5, 10, 30 s); r with contact time -0.57 on one of them.
_CADENCE = ChannelNoise("cadence_spm", 2.2, WRIST_CONTACT_TIME_ACF)

WRIST = NoiseModel(
    (
        ChannelNoise("contact_time_ms", 5.91, WRIST_CONTACT_TIME_ACF, 0.0, 0.12, 16.0),
        ChannelNoise("vertical_oscillation_mm", 3.34, WRIST_OSCILLATION_ACF, 0.0, 0.3, 3.5),
        _CADENCE,
    ),
    ((1.0, 0.77, -0.4), (0.77, 1.0, -0.4), (-0.4, -0.4, 1.0)),
)
"""One runner's wrist device."""

STRAP = NoiseModel(
    (
        ChannelNoise("contact_balance_left_pct", 0.81, STRAP_BALANCE_ACF, 1.4, 0.3, 3.5),
        ChannelNoise("contact_time_ms", 11.88, STRAP_CONTACT_TIME_ACF, 0.0, 0.15, 13.0),
        ChannelNoise("vertical_oscillation_mm", 3.34, WRIST_OSCILLATION_ACF, 0.0, 0.3, 3.5),
        _CADENCE,
    ),
    (
        (1.0, -0.28, -0.1, 0.1),
        (-0.28, 1.0, 0.3, -0.4),
        (-0.1, 0.3, 1.0, -0.4),
        (0.1, -0.4, -0.4, 1.0),
    ),
)
"""Five runners' straps.

Contact time and oscillation were not measured together there; 0.3 stands between 0.77 at the wrist
and -0.16 in one public strap file.
"""


def autocorrelation(acf: Acf) -> Floats:
    """Return the autocorrelation at every lag from 0 to `FADED_S` seconds.

    Between the measured lags it is interpolated linearly over ``log(1 + lag)``; beyond 600 s a
    half cosine takes it to zero.

    Returns
    -------
    Shape ``(FADED_S + 1,)``.

    Examples
    --------
    >>> autocorrelation(WRIST_CONTACT_TIME_ACF)[[0, 1, 60, 1200]].round(3).tolist()
    [1.0, 0.919, 0.153, 0.0]
    """
    lag = np.arange(FADED_S + 1)
    known = np.interp(np.log1p(lag), np.log1p(LAGS_S), acf)
    fade = 0.5 + 0.5 * np.cos(np.pi * np.clip((lag - LAGS_S[-1]) / (FADED_S - LAGS_S[-1]), 0, 1))
    return np.asarray(known * fade)


@lru_cache(maxsize=64)
def spectrum(acf: Acf, smoothing_s: float, length: int) -> Floats:
    """Return the power spectrum of noise with that autocorrelation, on a circle of `length` s.

    Negative powers, which a measured autocorrelation may imply, are cut; the variance is restored.

    Returns
    -------
    Shape ``(length // 2 + 1,)``, for `numpy.fft.rfft`; mean over the whole circle 1.
    """
    half = autocorrelation(acf)
    circle = np.zeros(length)
    circle[: FADED_S + 1] = half
    circle[-FADED_S:] = half[:0:-1]
    frequency_hz = np.fft.rfftfreq(length)
    power = np.clip(np.fft.rfft(circle).real, 0, None)
    power *= np.exp(-((2 * np.pi * frequency_hz * smoothing_s) ** 2))
    weight = np.full(power.size, 2.0)
    weight[[0, -1]] = 1.0
    return np.asarray(power * length / (power @ weight))


def _circle(seconds: int) -> int:
    """Return an even length that holds the run and twice the memory, quick to transform."""
    wanted = seconds + FADED_S
    step = 1 << max(int(wanted).bit_length() - 4, 1)
    return max(-(-wanted // step) * step, 2 * FADED_S + 2)


def _mixing(model: NoiseModel, power: Floats) -> Floats:
    """Return the factor that gives channels of unlike spectra the wanted correlation."""
    root = np.sqrt(power)
    shared = root @ root.T
    own = np.sqrt(np.diag(shared))
    wanted = np.asarray(model.correlation) / (shared / np.outer(own, own))
    np.fill_diagonal(wanted, 1.0)
    return np.asarray(np.linalg.cholesky(wanted))


@lru_cache(maxsize=16)
def _prepared(model: NoiseModel, length: int) -> tuple[Floats, Floats]:
    power = np.array([spectrum(c.acf, c.smoothing_s, length) for c in model.channels])
    return np.sqrt(power), _mixing(model, power)


_MINUTES_LONG: Acf = tuple(float(np.exp(-lag / 180)) for lag in LAGS_S)


def _loudness(volatility: float, seconds: int, rng: np.random.Generator) -> Floats:
    """Return a slowly changing positive gain whose square is 1 on average."""
    length = _circle(seconds)
    white = np.fft.rfft(rng.standard_normal(length))
    log = np.fft.irfft(white * np.sqrt(spectrum(_MINUTES_LONG, 0.0, length)), length)[:seconds]
    return np.asarray(np.exp(volatility * log - volatility**2))


def _excursions(channel: ChannelNoise, seconds: int, rng: np.random.Generator) -> Floats:
    """Return rare gross excursions of 20 to 60 s in units of the channel's SD."""
    away = np.zeros(seconds)
    for _ in range(int(rng.poisson(channel.excursions_per_h * seconds / 3600))):
        start, length = rng.uniform(0, seconds), rng.uniform(20, 60)
        height = rng.choice((-1.0, 1.0)) * channel.excursion_sd * rng.lognormal(0, 0.4)
        since = np.arange(seconds) - start
        edge = np.minimum(since, length - since) / 5
        away += height * np.clip(edge, 0, 1)
    return away


def draw_noise(model: NoiseModel, seconds: int, rng: np.random.Generator) -> Noise:
    """Draw one run's noise.

    Returns
    -------
    Noise
        Values of shape ``(channels, seconds)`` in each channel's unit, with this run's own SDs.

    Examples
    --------
    >>> noise = draw_noise(WRIST, 3600, np.random.default_rng(1))
    >>> noise.values.shape
    (3, 3600)
    """
    length = _circle(seconds)
    amplitude, mixing = _prepared(model, length)
    white = mixing @ rng.standard_normal((len(model.channels), length))
    values = np.fft.irfft(np.fft.rfft(white) * amplitude, length)[:, :seconds]
    values = values * _loudness(model.volatility, seconds, rng)
    spread = model.scale_spread
    scale = np.exp(spread * rng.standard_normal(len(model.channels)) - spread**2)
    sd = scale * np.array([channel.sd for channel in model.channels])
    away = np.array([_excursions(channel, seconds, rng) for channel in model.channels])
    return Noise(tuple(c.name for c in model.channels), (values + away) * sd[:, None], sd)
