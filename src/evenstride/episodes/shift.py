"""A lasting shift in level: when it began, whether it passed, and how sure that is.

Half-minute medians of the pace-adjusted signal are whitened under a model of healthy running, all
channels together; for every onset, recovery and ramp on a grid the evidence for a shift is computed
in closed form. It alarms only where the summed evidence passes what healthy runs of that length
reach by themselves.
"""

import math

import numpy as np

from evenstride.coordination.settled import settled
from evenstride.episodes._shift.bins import BIN_S, Bins, bin_signal
from evenstride.episodes._shift.evidence import Evidence, weigh
from evenstride.episodes._shift.reading import (
    Family,
    Shares,
    gradual_share,
    preferred,
    read,
    share_out,
)
from evenstride.model.episode import Episode
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark, RunnersWord
from evenstride.model.signal import Signal
from evenstride.model.tail import Tails
from evenstride.plugins import Detector, Search

HIGHEST_LOG = 300.0
"""Evidence beyond this says no more; it keeps the Bayes factor a finite number."""


def statistic(signal: Signal) -> tuple[float, Bins]:
    """Return the log Bayes factor of a whole run for some episode, and the bins it rests on.

    Returns
    -------
    tuple[float, Bins]
        Minus infinity where the run is too short or has no channel to search.
    """
    bins = bin_signal(signal)
    return (weigh(bins).log_bayes_factor if bins.enough else -math.inf), bins


def search(signal: Signal, word: RunnersWord, marks: tuple[Mark, ...], tails: Tails) -> Search:
    """Search a run for one episode.

    Parameters
    ----------
    signal
        The run.
    word
        What the runner knows to be normal, and whether it was off from the start.
    marks
        What was felt; used only to choose between two readings the recording cannot tell apart.
    tails
        What healthy running reaches by itself.

    Returns
    -------
    Search
        At most one episode.
    """
    bins = bin_signal(signal)
    if not bins.enough:
        return Search((), None, _too_little(signal), judged=False)
    evidence = weigh(bins)
    minutes = bins.index.size * BIN_S / 60.0
    tail, measured = tails.of(tuple(channel.quantity for channel in bins.channels))
    issues = () if measured else (_never_measured(bins),)
    rate = tail.false_alarms_per_10h if measured else None
    if evidence.log_bayes_factor < tail.threshold(minutes):
        return Search((), rate, issues)
    shares, agreed = share_out(evidence, word)
    order = preferred(shares, evidence.grid_s, marks)
    episode = _episode(order, shares, evidence, signal)
    return Search((episode,), rate, issues if agreed else (*issues, _disagrees()))


def _episode(order: list[Family], shares: Shares, evidence: Evidence, signal: Signal) -> Episode:
    reading = read(order[0], shares, evidence, signal)
    other = read(order[1], shares, evidence, signal) if len(order) > 1 else None
    noise = {c.name: c.noise_sd for c in settled(signal, reading).searched}
    sizes = [s.shift.value / noise[s.name] for s in reading.shifts if s.name in noise]
    log_bf = min(evidence.log_bayes_factor, HIGHEST_LOG)
    return Episode(
        reading=reading,
        other_reading=other,
        beginning="gradual" if gradual_share(order[0], shares) > 0.5 else "sudden",
        kind="shift",
        probability=float(1.0 / (1.0 + np.exp(-log_bf))),
        bayes_factor=float(np.exp(log_bf)),
        size_sd=max((abs(size) for size in sizes), default=0.0),
    )


def _too_little(signal: Signal) -> tuple[Issue, ...]:
    if not signal.searched:
        return ()
    return (
        Issue(
            "info",
            "whole recording",
            "Less than six minutes of running could be judged, too little to tell one level from "
            "another.",
            "Your marks count; run longer between stops to let the watch see more.",
        ),
    )


def _never_measured(bins: Bins) -> Issue:
    names = ", ".join(channel.name for channel in bins.channels)
    return Issue(
        "info",
        names,
        "How often this set of channels raises a false alarm was never measured; the strictest "
        "limit of all sets was used.",
    )


def _disagrees() -> Issue:
    return Issue(
        "warning",
        "normal part",
        "What the recording shows does not fit the part you called normal.",
        "Look at the picture; both are shown side by side.",
    )


detector = Detector(
    name="shift",
    says="a lasting change of level in balance, contact time or oscillation",
    search=search,
)
