"""More than one episode in a run: found one after the other, then each again beside the rest."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from evenstride.episodes._shift.aspects import Aspect, aspects_of
from evenstride.episodes._shift.bins import BIN_S, Bins
from evenstride.episodes._shift.evidence import SHORTEST_S, Evidence, weigh
from evenstride.episodes._shift.posterior import FAMILIES, Shares, beside, likeliest, share_out
from evenstride.episodes._shift.shapes import Shape
from evenstride.model.marks import RunnersWord
from evenstride.model.signal import Floats
from evenstride.model.tail import LEAST_LOG_BF

MOST = 4
"""More episodes than that in one run are not told apart."""
SEVERAL_PRIOR = 0.2
"""How often a run that holds one episode holds another."""
ONE_MORE = 1.5
"""Log evidence a further episode needs beside the others: a change that did not come or go quite as
the model has it must not pass for a second one."""
_SWEEPS = 2
_STILL_OFF = 0.5
"""Where at least this share of the largest change is left, the run is still off."""


@dataclass(frozen=True)
class Found:
    """One episode, weighed beside the others of its run.

    Attributes
    ----------
    shape
        Its likeliest times.
    evidence, shares
        For it, with the others counted as known.
    agreed
        False where the runner's word rules out all of it.
    """

    shape: Shape
    evidence: Evidence
    shares: Shares
    agreed: bool


@dataclass(frozen=True)
class Searched:
    """A run searched for one episode and for one more.

    Attributes
    ----------
    one
        The likeliest episode.
    more
        The likeliest beside it, None where nothing speaks for even one.
    """

    one: Found
    more: Found | None

    @property
    def log_bayes_factor(self) -> float:
        """Return the log evidence for one episode or several, against none."""
        alone = self.one.evidence.log_bayes_factor + math.log(1.0 - SEVERAL_PRIOR)
        if self.more is None:
            return alone
        both = self.one.evidence.log_bayes_factor + self.more.evidence.log_bayes_factor
        return float(np.logaddexp(alone, both + math.log(SEVERAL_PRIOR)))


def look_twice(bins: Bins, word: RunnersWord) -> Searched:
    """Search a run for an episode, and for one more beside the likeliest."""
    one = _look(bins, word, ())
    worth_it = one.evidence.log_bayes_factor > 0
    return Searched(one, _look(bins, word, (one.shape,)) if worth_it else None)


def find_all(bins: Bins, word: RunnersWord, least_log_bf: float) -> list[Found]:
    """Return every episode of a run that passes, in time order.

    The strongest is found first and then counted as known, by whatever size; what is left is
    searched again. Two episodes with clean running between may first be found as one long change
    and its opposite inside: the changes are put together, and cut where the run is near its normal.
    At last every episode is weighed again beside the rest.

    Parameters
    ----------
    bins
        The run.
    word
        What the runner knows; it rules out readings, never adds evidence.
    least_log_bf
        What the run as a whole must pass.
    """
    searched = look_twice(bins, word)
    if searched.log_bayes_factor < least_log_bf:
        return []
    several = _weighed_together(bins, word, apart(bins, _greedy(bins, word, searched)))
    if len(several) > 1:
        return several
    return [searched.one] if searched.one.evidence.log_bayes_factor >= LEAST_LOG_BF else []


def _greedy(bins: Bins, word: RunnersWord, searched: Searched) -> tuple[Shape, ...]:
    shapes = [searched.one.shape]
    more = searched.more
    while more is not None and more.evidence.log_bayes_factor >= ONE_MORE:
        shapes.append(more.shape)
        more = _look(bins, word, tuple(shapes)) if len(shapes) < MOST else None
    return tuple(shapes)


def _look(bins: Bins, word: RunnersWord, known: tuple[Shape, ...]) -> Found:
    evidence = weigh(bins, known)
    shares, agreed = share_out(evidence, word)
    family = max(FAMILIES, key=shares.of)
    return Found(likeliest(family, shares, evidence.grid_s), evidence, shares, agreed)


def _beside(bins: Bins, word: RunnersWord, others: tuple[Shape, ...]) -> Found:
    found = _look(bins, word, others)
    shares = beside(found.shares, found.evidence.grid_s, others)
    family = max(FAMILIES, key=shares.of)
    shape = likeliest(family, shares, found.evidence.grid_s)
    return replace(found, shape=shape, shares=shares)


def _weighed_together(bins: Bins, word: RunnersWord, shapes: tuple[Shape, ...]) -> list[Found]:
    """Weigh each beside the rest; drop the weakest as long as one does not pass."""
    kept = list(shapes)
    while len(kept) > 1:
        found = _each_beside_the_rest(bins, word, kept)
        weakest = int(np.argmin([one.evidence.log_bayes_factor for one in found]))
        if found[weakest].evidence.log_bayes_factor >= ONE_MORE:
            return sorted(found, key=lambda one: one.shape.onset_s)
        kept = [one.shape for k, one in enumerate(found) if k != weakest]
    return []


def _each_beside_the_rest(bins: Bins, word: RunnersWord, shapes: list[Shape]) -> list[Found]:
    """Weigh every episode with the others known, once more where that moved any of them."""
    kept = list(shapes)
    found: list[Found] = []
    for _ in range(_SWEEPS):
        before = list(kept)
        found = []
        for k in range(len(kept)):
            found.append(_beside(bins, word, (*kept[:k], *kept[k + 1 :])))
            kept[k] = found[-1].shape
        if kept == before:
            break
    return found


def apart(bins: Bins, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return the stretches in which a run is off, all its changes put together.

    Between the times at which anything changes, the changes' sizes are added; a stretch is off
    where half of the largest is left. Neighbours that are off in the same direction
    are one episode.
    """
    if len(shapes) == 1:
        return shapes
    sizes = _sizes(bins, shapes)
    begin_s = float(bins.index[0]) * BIN_S
    end_s = float(bins.index[-1] + 1) * BIN_S
    starts = [max(shape.onset_s, begin_s) for shape in shapes]
    ends = [min(shape.recovery_s, end_s) for shape in shapes]
    edges = sorted({*starts, *ends})
    inside = np.array(
        [[a < (e + f) / 2 < b for a, b in zip(starts, ends, strict=True)] for e, f in _pairs(edges)]
    )
    moved = inside @ sizes
    off = np.array(
        [_is_off(way, sizes[covering]) for way, covering in zip(moved, inside, strict=True)]
    )
    pieces: list[tuple[float, float, Floats]] = []
    for (from_s, to_s), is_off, way in zip(_pairs(edges), off, moved, strict=True):
        if not is_off:
            continue
        if pieces and pieces[-1][1] == from_s and float(pieces[-1][2] @ way) > 0:
            pieces[-1] = (pieces[-1][0], to_s, pieces[-1][2])
        else:
            pieces.append((from_s, to_s, way))
    ramps = dict(zip(starts, shapes, strict=True))
    return tuple(
        _piece(from_s, to_s, ramps.get(from_s), (begin_s, end_s))
        for from_s, to_s, _ in pieces
        if to_s - from_s >= SHORTEST_S
    )


def _is_off(moved: Floats, covering: Floats) -> bool:
    """Return whether a stretch keeps half of the largest change that covers it, in its direction.

    Along that direction alone, so that lines that did not move do not count by their noise.
    """
    if not len(covering):
        return False
    largest = max(covering, key=lambda change: float(change @ change))
    return float(moved @ largest) >= _STILL_OFF * float(largest @ largest)


def _pairs(edges: list[float]) -> list[tuple[float, float]]:
    return list(pairwise(edges))


def _piece(from_s: float, to_s: float, origin: Shape | None, run: tuple[float, float]) -> Shape:
    ramp_s = min(origin.ramp_s, to_s - from_s) if origin is not None else 0.0
    whole = Shape(from_s, to_s, ramp_s)
    if from_s <= run[0]:
        whole = replace(whole, onset_s=-np.inf, ramp_s=0.0)
    return replace(whole, recovery_s=np.inf) if to_s >= run[1] and from_s > run[0] else whole


def _sizes(bins: Bins, shapes: tuple[Shape, ...]) -> Floats:
    """Return the sizes of all changes fitted together, shape ``(shapes, lines)``."""
    aspects = aspects_of(bins, ())
    found = [_fitted(aspects.level, bins, shapes)]
    if aspects.unsteadiness is not None:
        found.append(_fitted(aspects.unsteadiness, bins, shapes))
    return np.hstack(found)


def _fitted(aspect: Aspect, bins: Bins, shapes: tuple[Shape, ...]) -> Floats:
    design = aspect.seen(np.column_stack([shape.share(bins.index) for shape in shapes]))
    ridge = 1e-3 * np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(design.T @ design + ridge, design.T @ aspect.white.values))
