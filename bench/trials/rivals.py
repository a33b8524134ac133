"""Other ways to find a change, each on one series of half-minute medians.

Every method answers with the largest threshold at which it would still alarm, so that all can be
set to the same rate of false alarms; and with its onset at just that threshold.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import ruptures
from skchange.detectors import CAPA
from skchange.interval_scorers import L2Saving

from evenstride.episodes._shift.bins import BIN_S, bin_medians, bin_signal
from evenstride.episodes._shift.noise import whiten
from evenstride.model.signal import Channel, Floats, Signal

LEAST_BINS = 3
"""An episode of 90 s, as short as evenstride's own search allows."""
MOVING_BINS = 20
_NO_PRUNING = 1e9


@dataclass(frozen=True)
class Verdict:
    """What one method says of one run: how strongly something changed, and when."""

    statistic: float
    onset_s: float


def series_of(signal: Signal, channel: Channel) -> dict[str, tuple[Floats, Floats]]:
    """Return the start of each bin and its value: raw, adjusted for pace and slope, whitened."""
    raw = bin_medians(channel.values, signal.running)
    adjusted = bin_medians(channel.deviation, signal.running)
    known = np.isfinite(adjusted)
    start_s = np.asarray(np.flatnonzero(known) * float(BIN_S), dtype=np.float64)
    white = whiten(bin_signal(signal)).values[:, 0]
    return {
        "raw": (start_s, _standard(raw[known])),
        "adjusted": (start_s, _standard(adjusted[known])),
        "whitened": (start_s[1:], _standard(white)),
    }


def _standard(values: Floats) -> Floats:
    rest = values - np.median(values)
    return np.asarray(rest / (1.4826 * np.median(np.abs(rest))))


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


RIVALS: dict[str, Callable[[Floats], tuple[float, int]]] = {
    "binary segmentation (ruptures)": binary_segmentation,
    "PELT (ruptures)": pelt,
    "CAPA (skchange)": capa,
    "moving mean, 10 min": moving_mean,
}


def rival_verdicts(signal: Signal, channel: Channel) -> dict[tuple[str, str], Verdict]:
    """Return what every rival says of every form of one channel, by rival and form."""
    verdicts = {}
    for form, (start_s, values) in series_of(signal, channel).items():
        for name, method in RIVALS.items():
            statistic, first = method(values)
            verdicts[name, form] = Verdict(statistic, float(start_s[first]))
    return verdicts
