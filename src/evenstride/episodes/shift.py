"""A lasting change of level or steadiness: when it began, whether it passed, how sure that is.

Half minutes of the pace-adjusted signal are whitened under a model of healthy running, all channels
together; for every onset, recovery and ramp on a grid the evidence for a change is computed in
closed form. It alarms only where the summed evidence passes what healthy runs of that length reach
by themselves; then the run is searched for more.
"""

import math

import numpy as np

from evenstride.coordination.settled import settled
from evenstride.episodes._shift.bins import Bins, bin_signal
from evenstride.episodes._shift.posterior import FAMILIES, gradual_share, preferred
from evenstride.episodes._shift.reading import read
from evenstride.episodes._shift.several import Found, find_all, look_twice
from evenstride.episodes._shift.shapes import Shape
from evenstride.model.episode import Episode, EpisodeKind, Reading
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark, RunnersWord
from evenstride.model.signal import Signal
from evenstride.model.tail import Tails
from evenstride.plugins import Detector, Search

HIGHEST_LOG = 300.0
"""Evidence beyond this says no more; it keeps the Bayes factor a finite number."""


MOST_MINUTES = 24 * 60.0
"""Every half minute is weighed beside every other: longer runs would cost gigabytes."""


def statistic(signal: Signal) -> tuple[float, Bins]:
    """Return the log Bayes factor of a whole run for some episode, and the bins it rests on.

    Returns
    -------
    tuple[float, Bins]
        Minus infinity where the run is too short or has no channel to search.
    """
    bins = bin_signal(signal)
    if not bins.enough:
        return -math.inf, bins
    return look_twice(bins, RunnersWord()).log_bayes_factor, bins


def search(signal: Signal, word: RunnersWord, marks: tuple[Mark, ...], tails: Tails) -> Search:
    """Search a run for episodes.

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
        Its episodes in time order, at most four.
    """
    bins = bin_signal(signal)
    if not bins.enough:
        return Search((), None, _too_little(signal), judged=False)
    if bins.minutes > MOST_MINUTES:
        return Search((), None, (_too_long(),), judged=False)
    tail, measured = tails.of(tuple(channel.quantity for channel in bins.channels))
    issues = () if measured else (_never_measured(bins),)
    found = find_all(bins, word, tail.threshold(bins.minutes))
    episodes = [
        _episode(one, tuple(o.shape for o in found if o is not one), signal, marks) for one in found
    ]
    # Which reading of an episode is told, and so its onset, is chosen only now.
    episodes.sort(key=lambda one: one.reading.onset_s.value)
    if not all(one.agreed for one in found):
        issues = (*issues, _disagrees())
    return Search(tuple(episodes), tail.false_alarms_per_10h if measured else None, issues)


def _episode(
    found: Found, others: tuple[Shape, ...], signal: Signal, marks: tuple[Mark, ...]
) -> Episode:
    evidence, shares = found.evidence, found.shares
    order = preferred(shares, evidence.grid_s, marks)
    readings = [read(family, shares, evidence, signal, others) for family in order[:2]]
    kind = max(evidence.kinds, key=lambda one: evidence.kinds[one])
    gradual = gradual_share(order[0], shares)
    log_bf = min(evidence.log_bayes_factor, HIGHEST_LOG)
    return Episode(
        reading=readings[0],
        other_reading=readings[1] if len(readings) > 1 else None,
        beginning="gradual" if gradual > 0.5 else "sudden",
        kind=kind,
        probability=float(1.0 / (1.0 + np.exp(-log_bf))),
        bayes_factor=float(np.exp(log_bf)),
        size_sd=_size_sd(readings[0], kind, signal),
        gradual=gradual,
        not_recovered=shares.of("opened") / sum(shares.of(family) for family in FAMILIES),
    )


def _size_sd(reading: Reading, kind: EpisodeKind, signal: Signal) -> float:
    """Return the largest change in units of noise: of unsteadiness where that is what changed."""
    calm = settled(signal, (reading,))
    ending = "_variability" if kind == "variability" else ""
    names = {f"{channel.name}{ending}" for channel in signal.searched}
    noise = {channel.name: channel.noise_sd for channel in calm.channels if channel.name in names}
    sizes = [abs(s.shift.value) / noise[s.name] for s in reading.shifts if s.name in noise]
    return max(sizes, default=0.0)


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


def _too_long() -> Issue:
    return Issue(
        "warning",
        "whole recording",
        "This is more than 24 hours of running, too much to be judged at once.",
        "Cut the recording into days and look at each.",
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
    says="a lasting change of level or steadiness in balance, contact time or oscillation",
    search=search,
)
