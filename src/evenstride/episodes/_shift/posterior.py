"""The posterior sorted into the ways a run can be read, and which of them comes first."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from evenstride.episodes._shift.evidence import RAMPS_S, Evidence
from evenstride.episodes._shift.shapes import Shape
from evenstride.model.intervals import Stretch
from evenstride.model.marks import Mark, RunnersWord, felt_stretches
from evenstride.model.signal import Floats

Family: TypeAlias = Literal["closed", "opened", "started"]
FAMILIES: tuple[Family, ...] = ("closed", "opened", "started")
_WORTH_TELLING = 0.1
_MOST_SHARED = 0.1


@dataclass(frozen=True)
class Shares:
    """The posterior, sorted into the three ways a run can be read.

    Attributes
    ----------
    closed
        Gone and back again inside the run, by ramp, onset and recovery.
    opened
        Gone and not back by the end, by ramp and onset.
    early
        Off from the first minutes and back later, by ramp, onset and recovery.
    started
        Off from before the first judged second and back later, by ramp of clearing and recovery.
    """

    closed: Floats
    opened: Floats
    early: Floats
    started: Floats

    def of(self, family: Family) -> float:
        """Return the share of one way to read the run."""
        total = {
            "closed": self.closed.sum(),
            "opened": self.opened.sum(),
            "started": self.early.sum() + self.started.sum(),
        }
        return float(total[family])


def share_out(evidence: Evidence, word: RunnersWord) -> tuple[Shares, bool]:
    """Sort the posterior into readings, leaving out what the runner ruled out.

    Returns
    -------
    tuple[Shares, bool]
        The shares, summing to 1, and False where the runner's word rules out everything the
        recording shows; then nothing is left out.
    """
    early = evidence.early[None, :, None]
    shares = Shares(
        np.where(early, 0.0, evidence.closed),
        evidence.opened,
        np.where(early, evidence.closed, 0.0),
        evidence.started,
    )
    if not word.normal and not word.off_at_start:
        return shares, True
    kept = _agreeing(shares, evidence.grid_s, word)
    total = sum(kept.of(family) for family in FAMILIES)
    if total <= 1e-6:
        return shares, False
    return Shares(
        *(part / total for part in (kept.closed, kept.opened, kept.early, kept.started))
    ), True


def beside(shares: Shares, grid_s: Floats, others: tuple[Shape, ...]) -> Shares:
    """Leave out what overlaps other episodes; all of it stays where nothing else would.

    Beside a known episode whose size is open, one that begins where it ends and one that spans it
    look the same: the first is meant.
    """
    first_s, last_s = float(grid_s[0]), float(grid_s[-1])
    known = tuple(Stretch(max(one.onset_s, first_s), min(one.recovery_s, last_s)) for one in others)
    kept = _agreeing(shares, grid_s, RunnersWord(normal=known), _MOST_SHARED)
    total = sum(kept.of(family) for family in FAMILIES)
    return (
        shares
        if total <= 1e-6
        else Shares(
            *(part / total for part in (kept.closed, kept.opened, kept.early, kept.started))
        )
    )


def _agreeing(shares: Shares, grid_s: Floats, word: RunnersWord, share: float = 0.5) -> Shares:
    """Keep the episodes that take no more than that share of every told normal stretch."""
    inside = np.ones((grid_s.size, grid_s.size), dtype=np.bool_)
    after = np.ones(grid_s.size, dtype=np.bool_)
    before = np.ones(grid_s.size, dtype=np.bool_)
    for told in word.normal:
        most = share * told.seconds
        from_on = told.to_s - np.clip(grid_s, told.from_s, told.to_s)
        inside &= from_on[:, None] - from_on[None, :] <= most
        after &= from_on <= most
        before &= told.seconds - from_on <= most
    if word.off_at_start:
        inside[:] = False
        after[:] = False
    return Shares(
        shares.closed * inside,
        shares.opened * after,
        shares.early * inside,
        shares.started * before,
    )


def preferred(shares: Shares, grid_s: Floats, marks: tuple[Mark, ...]) -> list[Family]:
    """Return the ways to read the run, the preferred first, those worth telling only.

    "Gone and not back" and "off from the start, then back" look the same inside one run. Which of
    the two comes first is the runner's to say, and so is whether another reading is worth telling:
    with felt marks, those that fit the felt stretches less well than the first are left out. Felt
    marks decide nothing else; times, sizes and probabilities stay as measured.
    """
    fits = {family: _fit(family, shares, grid_s, marks) for family in FAMILIES}
    order = sorted(FAMILIES, key=shares.of, reverse=True)
    if order[0] != "closed":
        # Of these two the likelihood knows nothing; their shares differ by the prior alone.
        order.sort(key=lambda f: (f == "closed", -fits[f], -shares.of(f)))
    return [
        order[0],
        *(
            family
            for family in order[1:]
            if shares.of(family) >= _WORTH_TELLING and fits[family] >= fits[order[0]]
        ),
    ]


def _fit(family: Family, shares: Shares, grid_s: Floats, marks: tuple[Mark, ...]) -> float:
    """Return in how much of the run a reading and the felt marks agree; 0 without marks."""
    felt = felt_stretches(marks, float(grid_s[-1]))
    if not felt or shares.of(family) <= 0:
        return 0.0
    shape = likeliest(family, shares, grid_s)
    measured_off = (grid_s >= shape.onset_s) & (grid_s < shape.recovery_s)
    felt_off = np.any([(grid_s >= off.from_s) & (grid_s < off.to_s) for off in felt], axis=0)
    return float((measured_off == felt_off).mean())


def likeliest(family: Family, shares: Shares, grid_s: Floats) -> Shape:
    """Return the likeliest onset and recovery together, ramps summed over, then their ramp."""
    if family == "opened":
        onset = int(np.argmax(shares.opened.sum(axis=0)))
        return Shape(float(grid_s[onset]), math.inf, _ramp_at(shares.opened[:, onset]))
    inside = shares.closed if family == "closed" else shares.early
    together = inside.sum(axis=0)
    onset, back = (int(k) for k in np.unravel_index(int(np.argmax(together)), together.shape))
    started = shares.started.sum(axis=0)
    if family == "started" and started.max() >= together.max():
        back = int(np.argmax(started))
        return Shape(-math.inf, float(grid_s[back]), _ramp_at(shares.started[:, back]))
    return Shape(float(grid_s[onset]), float(grid_s[back]), _ramp_at(inside[:, onset, back]))


def _ramp_at(weight: Floats) -> float:
    return float(RAMPS_S[int(np.argmax(weight))])


def draws(family: Family, shares: Shares, grid_s: Floats, count: int) -> list[Shape]:
    """Return `count` equally likely shapes that stand for the posterior of one reading.

    Taken at equal steps of the summed posterior, so that the same run gives the same shapes.
    """
    parts = {
        "closed": [shares.closed],
        "opened": [shares.opened],
        "started": [shares.early, shares.started],
    }[family]
    weight = np.concatenate([part.ravel() for part in parts])
    steps = np.cumsum(weight)
    places = np.searchsorted(steps, steps[-1] * (np.arange(count) + 0.5) / count)
    return [_shape_at(int(min(k, weight.size - 1)), parts, grid_s) for k in places]


def _shape_at(place: int, parts: list[Floats], grid_s: Floats) -> Shape:
    if place >= parts[0].size:
        ramp, back = np.unravel_index(place - parts[0].size, parts[1].shape)
        return Shape(-math.inf, float(grid_s[back]), RAMPS_S[int(ramp)])
    at = [int(k) for k in np.unravel_index(place, parts[0].shape)]
    recovery_s = float(grid_s[at[2]]) if len(at) > 2 else math.inf
    return Shape(float(grid_s[at[1]]), recovery_s, RAMPS_S[at[0]])


def gradual_share(family: Family, shares: Shares) -> float:
    """Return the probability that the beginning took 60 s or longer, within one reading."""
    weights = ramp_weights(family, shares)
    unseen = shares.started.sum() if family == "started" else 0.0
    total = weights.sum() + unseen
    return float(1.0 - (weights[0] + unseen) / total) if total > 0 else 0.0


def ramp_weights(family: Family, shares: Shares) -> Floats:
    """Return how likely each of `RAMPS_S` is, within one reading, not normed."""
    parts = {"closed": shares.closed, "opened": shares.opened, "started": shares.early}
    part = parts[family]
    return np.asarray(part.reshape(part.shape[0], -1).sum(axis=1))
