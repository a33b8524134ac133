"""The most that any method could find: the optimal test in Gaussian noise that is fully known.

The likelihood ratio of Neyman and Pearson (1933, 10.1098/rsta.1933.0009), averaged over what the
test is not told: the onset, uniform where one is planted, and the sign. It is told the size, the
length and the noise's exact autocorrelation. The level is unknown and taken out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from evenstride.model.signal import Floats
from evenstride.simulate.device import NOISE_OF, SMOOTHING_S
from evenstride.simulate.noise import NoiseModel, spectrum
from evenstride.simulate.pace import trailing_mean
from trials.planted import COLUMN, KIT, MINUTES

DRAWS = 20_000
ONSET_STEP_S = 15
FALSE_ALARMS = 0.05
_CIRCLE_S = 8192
_LEAD_S, _TAIL_S = 360, 360


@dataclass(frozen=True)
class Ideal:
    """What the ideal test sees.

    Attributes
    ----------
    says
        For people.
    bin_s
        It gets means over so many seconds.
    every_channel
        True where it gets all channels of the kit and knows how they go together; False where it
        gets the planted one alone.
    """

    says: str
    bin_s: int
    every_channel: bool


IDEALS = (
    Ideal("ideal test, this channel alone, 30-s means", 30, every_channel=False),
    Ideal("ideal test, all channels, 30-s means", 30, every_channel=True),
    Ideal("ideal test, all channels, 6-s means", 6, every_channel=True),
)


def detection(ideal: Ideal, what: str, sizes: Sequence[float], minutes: float) -> list[float]:
    """Return the share of planted shifts the ideal test finds, one a size.

    As many healthy runs raise an alarm as `FALSE_ALARMS` says, at every size.
    """
    weights, energy = _matched(ideal, what, minutes)
    rng = np.random.default_rng(1)
    null = rng.standard_normal((DRAWS, weights.shape[1])) @ weights.T
    moved = rng.standard_normal((DRAWS, weights.shape[1])) @ weights.T
    at = rng.integers(0, weights.shape[0], size=DRAWS)
    toward = weights[at] @ weights.T
    found = []
    for size in sizes:
        limit = np.quantile(_log_ratio(null, energy, size), 1 - FALSE_ALARMS)
        score = _log_ratio(moved + size * toward, energy, size)
        found.append(float((score > limit).mean()))
    return found


def _log_ratio(score: Floats, energy: Floats, size: float) -> Floats:
    """Return the log likelihood ratio, averaged over onset and sign, but for a constant."""
    each = np.logaddexp(size * score, -size * score) - 0.5 * size**2 * energy
    most = each.max(axis=1, keepdims=True)
    return np.asarray(most[:, 0] + np.log(np.exp(each - most).mean(axis=1)))


@lru_cache(maxsize=8)
def _matched(ideal: Ideal, what: str, minutes: float) -> tuple[Floats, Floats]:
    """Return whitened templates, one row an onset, and their energies.

    With whitened noise z the matched filter of template s is s' z, and its energy s' s.
    """
    root, place, level = _whitening(ideal, what)
    shapes = _templates(what, minutes, ideal.bin_s)
    planted = np.zeros((level.shape[0], shapes.shape[0]))
    planted[place] = shapes.T
    white = np.linalg.solve(root, planted)
    flat, _ = np.linalg.qr(np.linalg.solve(root, level))
    weights = (white - flat @ (flat.T @ white)).T
    return np.asarray(weights), np.asarray((weights**2).sum(axis=1))


@lru_cache(maxsize=8)
def _whitening(ideal: Ideal, what: str) -> tuple[Floats, slice, Floats]:
    """Return the noise's Cholesky factor, where the planted channel lies, and the levels."""
    model = NOISE_OF[KIT[what]]
    names = [channel.name for channel in model.channels]
    planted = names.index(COLUMN[what])
    chosen = list(range(len(names))) if ideal.every_channel else [planted]
    bins = round(MINUTES * 60) // ideal.bin_s
    covariance = np.block(
        [[_between(model, (a, b), ideal.bin_s, bins) for b in chosen] for a in chosen]
    )
    at = chosen.index(planted) * bins
    level = np.asarray(np.kron(np.eye(len(chosen)), np.ones((bins, 1))), dtype=np.float64)
    return np.asarray(np.linalg.cholesky(covariance)), slice(at, at + bins), level


def _between(model: NoiseModel, pair: tuple[int, int], bin_s: int, bins: int) -> Floats:
    """Return the covariance of two channels' means over bins, each channel with an SD of one.

    The simulation gives channels of unlike spectra the wanted correlation at the same second; so
    their cross spectrum is the geometric mean of their spectra, scaled to that correlation.
    """
    one, other = (model.channels[k] for k in pair)
    power = np.sqrt(
        spectrum(one.acf, one.smoothing_s, _CIRCLE_S)
        * spectrum(other.acf, other.smoothing_s, _CIRCLE_S)
    )
    shared = np.fft.irfft(power, _CIRCLE_S)
    wanted = model.correlation[pair[0]][pair[1]]
    by_second = np.asarray(shared * wanted / shared[0])
    return _of_means(by_second, bin_s, bins)


def _of_means(by_second: Floats, bin_s: int, bins: int) -> Floats:
    """Return the covariance of bin means from the covariance at each lag in seconds."""
    offset = np.arange(-bin_s + 1, bin_s)
    weight = (bin_s - np.abs(offset)) / bin_s**2
    lags = np.arange(bins) * bin_s
    by_bin = (by_second[np.abs(lags[:, None] + offset[None, :])] * weight).sum(axis=1)
    step = np.abs(np.arange(bins)[:, None] - np.arange(bins)[None, :])
    return np.asarray(by_bin[step])


def _templates(what: str, minutes: float, bin_s: int) -> Floats:
    """Return a shift of one SD as the watch shows it, in bin means, one row an onset."""
    seconds = round(MINUTES * 60)
    time_s = np.arange(seconds)
    onsets = np.arange(_LEAD_S, seconds - _TAIL_S - minutes * 60, ONSET_STEP_S)
    inside = (time_s >= onsets[:, None]) & (time_s < onsets[:, None] + minutes * 60)
    shown = trailing_mean(inside.astype(np.float64), SMOOTHING_S[COLUMN[what]])
    return np.asarray(shown.reshape(onsets.size, -1, bin_s).mean(axis=2))
