"""Other ways to find a change, each on one series of half-minute values.

A rival takes values and gives a statistic and the first changed value: the largest threshold at
which it would still alarm, so that all can be set to the same rate of false alarms, and its onset
at just that threshold. This is the one place of the benchmark that looks inside the search: for the
medians and the whitening that the rivals are given as a courtesy.
"""

from collections.abc import Callable

import numpy as np
import Rbeast
import ruptures
from skchange.detectors import CAPA
from skchange.interval_scorers import L2Saving

from evenstride.episodes._shift.bins import BIN_S, bin_means, bin_medians
from evenstride.episodes._shift.noise import (
    CLIP,
    HealthyNoise,
    covariance,
    factors,
    healthy_noise,
    innovations,
)
from evenstride.model.signal import Channel, Floats, Signal

LEAST_BINS = 3
"""An episode of 90 s, as short as evenstride's own search allows."""
MOVING_BINS = 20
_NO_PRUNING = 1e9

LEVELS = ("raw", "adjusted", "whitened")
"""Series of a channel's level: as recorded, pace and slope taken out, memory taken out too."""
_DRIFT = (0.4, 0.3, 0.2, 0.2)
SPREADS = {
    "log spread of steps": HealthyNoise((0.39, 0.12, 0.08, 0.05), 1.0, _DRIFT),
    "log spread around the median": HealthyNoise((0.22, 0.12, 0.04, 0.06), 1.0, _DRIFT),
}
"""Series of a channel's unsteadiness in half a minute, from second to second and as a whole; and
how it wavers by itself: AR(4) by Yule and Walker from 60 healthy runs of the setting half."""


def series_of(signal: Signal, channel: Channel) -> dict[str, tuple[Floats, Floats]]:
    """Return the start of each bin and its value, for each of `LEVELS`."""
    raw = bin_medians(channel.values, signal.running)
    adjusted = bin_medians(channel.deviation, signal.running)
    white = whitened(adjusted, healthy_noise((channel.quantity,)))
    return {
        form: _known(values) for form, values in zip(LEVELS, (raw, adjusted, white), strict=True)
    }


def whitened(values: Floats, noise: HealthyNoise) -> Floats:
    """Return each half minute's own news under a model of healthy noise, spikes cut as we cut them.

    NaN where nothing is known, and in the first, which only sets the level.
    """
    index = np.flatnonzero(np.isfinite(values))
    root, inverse = factors(covariance(index.astype(np.float64), noise))
    news = innovations(root, inverse, values[index][:, None])[1:, 0]
    reach = CLIP * 1.4826 * np.median(np.abs(news))
    white = np.full(values.size, np.nan)
    white[index[1:]] = np.clip(news, -reach, reach)
    return white


def spreads_of(signal: Signal, channel: Channel) -> dict[str, tuple[Floats, Floats]]:
    """Return the same for each of `SPREADS`, pace and slope taken out first; plain and whitened."""
    level = bin_medians(channel.deviation, signal.running)
    held = np.repeat(level, BIN_S)
    around = np.full(channel.deviation.size, np.nan)
    around[: held.size] = np.abs(channel.deviation[: held.size] - held)
    steps = np.abs(np.diff(channel.deviation, prepend=np.nan))
    series = {}
    for (form, noise), sizes in zip(SPREADS.items(), (steps, around), strict=True):
        spread = np.log(np.maximum(bin_means(sizes, signal.running), 1e-3))
        series[form] = _known(spread)
        series[f"{form}, whitened"] = _known(whitened(_standard_where_known(spread), noise))
    return series


def _standard_where_known(values: Floats) -> Floats:
    known = np.isfinite(values)
    out = np.full(values.size, np.nan)
    out[known] = _standard(values[known])
    return out


def _known(values: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(values)
    start_s = np.asarray(np.flatnonzero(known) * float(BIN_S), dtype=np.float64)
    return start_s, _standard(values[known])


def _standard(values: Floats) -> Floats:
    """Return values in robust SD; in plain ones where a coarse device leaves no robust one."""
    rest = values - np.median(values)
    return np.asarray(rest / (1.4826 * float(np.median(np.abs(rest))) or float(rest.std()) or 1.0))


def binary_segmentation(values: Floats) -> tuple[float, int]:
    """Return the gain of the first split, and the first of two splits."""
    fitted = ruptures.Binseg(model="l2", min_size=LEAST_BINS, jump=1).fit(values)
    whole = fitted.cost.sum_of_costs([values.size])
    gain = whole - fitted.cost.sum_of_costs(fitted.predict(n_bkps=1))
    return float(gain), int(fitted.predict(n_bkps=2)[0])


def pelt(values: Floats) -> tuple[float, int]:
    """Return the largest penalty at which the optimal segmentation has a change, and its first."""
    fitted = ruptures.KernelCPD(kernel="linear", min_size=LEAST_BINS).fit(values[:, None])
    low, high = 0.0, float((values**2).sum())
    first = 0
    for _ in range(16):
        middle = (low + high) / 2
        found = fitted.predict(pen=middle)
        if len(found) > 1:
            low, first = middle, int(found[0])
        else:
            high = middle
    return low, first


def capa(values: Floats) -> tuple[float, int]:
    """Return the largest penalty at which CAPA names a segment, and where that begins."""
    fitted = CAPA(
        L2Saving(baseline_mean=0.0),
        segment_penalty=_NO_PRUNING,
        point_penalty=_NO_PRUNING,
        min_segment_length=LEAST_BINS,
    ).fit(values[:, None])
    found = fitted.predict_all(values[:, None])
    best = int(np.argmax(found["segment_savings"]))
    return float(found["segment_savings"][best]) + _NO_PRUNING, int(found["segment_starts"][best])


def moving_mean(values: Floats) -> tuple[float, int]:
    """Return the farthest mean over 10 minutes, and where that window begins."""
    means = np.convolve(values, np.full(MOVING_BINS, 1.0 / MOVING_BINS), mode="valid")
    best = int(np.argmax(np.abs(means)))
    return float(abs(means[best])), best


def beast(values: Floats) -> tuple[float, int]:
    """Return the highest probability of a change point in the trend, and where it is.

    Rbeast as it comes, without a season; one chain of its sampler instead of three.
    """
    found = Rbeast.beast(
        values,
        season="none",
        mcmc_chains=1,
        mcmc_seed=1,
        quiet=True,
        print_progress=False,
        print_options=False,
        print_warning=False,
    ).trend
    chance, place = np.atleast_1d(found.cpPr), np.atleast_1d(found.cp)
    if not np.isfinite(chance).any():
        return 0.0, 0
    best = int(np.nanargmax(chance))
    return float(chance[best]), int(place[best]) - 1


RIVALS: dict[str, Callable[[Floats], tuple[float, int]]] = {
    "binary segmentation (ruptures)": binary_segmentation,
    "PELT (ruptures)": pelt,
    "CAPA (skchange)": capa,
    "BEAST (Rbeast)": beast,
    "moving mean, 10 min": moving_mean,
}


def rivals_told(
    signal: Signal, channel: Channel, *, spread: bool
) -> dict[str, tuple[float, float]]:
    """Return each rival's statistic and onset on each series, by rival and series.

    With `spread`, on the series of unsteadiness as well.
    """
    series = series_of(signal, channel) | (spreads_of(signal, channel) if spread else {})
    told = {}
    for form, (start_s, values) in series.items():
        for name, method in RIVALS.items():
            statistic, first = method(values)
            told[f"{name}, {form}"] = (statistic, float(start_s[first]))
    return told
