"""A found episode as the contract tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from evenstride.app.felt import distance_at
from evenstride.app.says import (
    UNSTEADY,
    foot_changed,
    most_told,
    most_unsteady,
    sentence,
    toward,
)
from evenstride.app.views import AgreementView, EpisodeView, ReadingView, ShiftView
from evenstride.model.episode import Episode, EpisodeKind, Reading
from evenstride.model.intervals import Stretch
from evenstride.model.marks import Mark, MarkKind, felt_stretches
from evenstride.model.signal import Bools, Channel, Signal


def inside(readings: Sequence[Reading], seconds: int) -> Bools:
    """Return which seconds lie inside any episode, half-open, shape ``(seconds,)``."""
    time_s = np.arange(seconds)
    off = np.zeros(seconds, dtype=np.bool_)
    for reading in readings:
        recovery_s = seconds if reading.recovery_s is None else reading.recovery_s.value
        off |= (time_s >= reading.onset_s.value) & (time_s < recovery_s)
    return off


def episode_views(
    episodes: Sequence[Episode], signal: Signal, marks: tuple[Mark, ...]
) -> tuple[EpisodeView, ...]:
    """Return all episodes of a run as the contract tells them, felt beside measured.

    Where several lie in one felt stretch, its beginning is compared with the first of them and its
    end with the last.
    """
    calm = _calm(signal, inside([one.reading for one in episodes], signal.seconds))
    felt = [_felt_with(one.reading, marks, signal.seconds) for one in episodes]
    views = []
    for number, episode in enumerate(episodes):
        view = _view(episode, signal, calm)
        mine = felt[number]
        if mine is not None:
            first, last = mine not in felt[:number], mine not in felt[number + 1 :]
            agreement = _agreement(episode.reading, mine, marks, ends=(first, last))
            view = replace(view, felt_agreement=agreement)
        views.append(view)
    return tuple(views)


def followed(signal: Signal) -> tuple[Channel, ...]:
    """Return the channels the detector searched and those that follow their unsteadiness."""
    unsteady = {f"{channel.name}{UNSTEADY}" for channel in signal.searched}
    return tuple(c for c in signal.channels if c.searched or c.name in unsteady)


def lead_channels(episodes: Sequence[Episode], signal: Signal) -> tuple[str, ...]:
    """Return the names of the channels that show the episodes, those of shifts of level first.

    Unsteadiness stands before the level of its channel where only it grew, after it in bursts.
    """
    ordered = sorted(episodes, key=lambda one: one.kind != "shift")
    return tuple(dict.fromkeys(name for one in ordered for name in _telling(one, signal)))


def _telling(episode: Episode, signal: Signal) -> tuple[str, ...]:
    shifts = episode.reading.shifts
    if episode.kind == "variability":
        grown = most_unsteady(shifts, followed(signal))
        return () if grown is None else (grown.name, grown.name.removesuffix(UNSTEADY))
    most = most_told(shifts, signal.searched)
    if most is None:
        return ()
    return (most.name,) if episode.kind == "shift" else (most.name, f"{most.name}{UNSTEADY}")


def _calm(signal: Signal, off: Bools) -> dict[str, float]:
    """Return the middle of each followed channel outside all episodes, where it has one."""
    levels = {}
    for channel in followed(signal):
        known = channel.values[signal.running & ~off]
        known = known[np.isfinite(known)]
        if known.size:
            levels[channel.name] = float(np.median(known))
    return levels


def _view(episode: Episode, signal: Signal, calm: Mapping[str, float]) -> EpisodeView:
    main = reading_view(episode.reading, signal, episode.kind, calm)
    other = episode.other_reading
    return EpisodeView(
        onset_s=main.onset_s,
        onset_lo_s=main.onset_lo_s,
        onset_hi_s=main.onset_hi_s,
        onset_distance_m=main.onset_distance_m,
        recovery_s=main.recovery_s,
        recovery_lo_s=main.recovery_lo_s,
        recovery_hi_s=main.recovery_hi_s,
        recovery_distance_m=main.recovery_distance_m,
        present_at_start=main.present_at_start,
        beginning=episode.beginning,
        kind=episode.kind,
        toward=main.toward,
        foot_changed=main.foot_changed,
        probability=episode.probability,
        bayes_factor=episode.bayes_factor,
        size_sd=episode.size_sd,
        channels=main.channels,
        other_reading=None if other is None else reading_view(other, signal, episode.kind, calm),
        felt_agreement=None,
        says=main.says,
    )


def reading_view(
    reading: Reading,
    signal: Signal,
    kind: EpisodeKind = "shift",
    calm: Mapping[str, float] | None = None,
) -> ReadingView:
    """Return one way to read a change as the contract tells it."""
    onset, recovery = reading.onset_s, reading.recovery_s
    return ReadingView(
        onset_s=onset.value,
        onset_lo_s=onset.lo,
        onset_hi_s=onset.hi,
        onset_distance_m=distance_at(signal, onset.value),
        recovery_s=None if recovery is None else recovery.value,
        recovery_lo_s=None if recovery is None else recovery.lo,
        recovery_hi_s=None if recovery is None else recovery.hi,
        recovery_distance_m=None if recovery is None else distance_at(signal, recovery.value),
        present_at_start=reading.present_at_start,
        toward=toward(reading, kind),
        foot_changed=foot_changed(reading, kind),
        channels=tuple(
            ShiftView(s.name, s.unit, s.shift.value, s.shift.lo, s.shift.hi) for s in reading.shifts
        ),
        says=sentence(reading, followed(signal), kind, calm),
    )


def _felt_with(reading: Reading, marks: tuple[Mark, ...], seconds: int) -> Stretch | None:
    """Return the felt stretch that shares most time with a measured one, if any does."""
    recovery_s = seconds if reading.recovery_s is None else reading.recovery_s.value
    shared = [
        (min(felt.to_s, recovery_s) - max(felt.from_s, reading.onset_s.value), felt)
        for felt in felt_stretches(marks, seconds)
    ]
    together = [pair for pair in shared if pair[0] > 0]
    return max(together, key=lambda pair: pair[0])[1] if together else None


def _agreement(
    reading: Reading, felt: Stretch, marks: tuple[Mark, ...], ends: tuple[bool, bool]
) -> AgreementView | None:
    """Return measured minus felt at the ends that are this episode's to compare.

    An onset before the first judged second has no difference.
    """
    onset_s = None if reading.present_at_start else reading.onset_s.value
    recovery_s = None if reading.recovery_s is None else reading.recovery_s.value
    found = AgreementView(
        _difference(onset_s if ends[0] else None, felt.from_s, marks, "gone"),
        _difference(recovery_s if ends[1] else None, felt.to_s, marks, "back"),
    )
    return None if found == AgreementView(None, None) else found


def _difference(
    measured_s: float | None, felt_s: float, marks: tuple[Mark, ...], kind: MarkKind
) -> float | None:
    """Return measured minus felt; None where either end was not measured or not marked."""
    marked = any(mark.t_s == felt_s and mark.kind == kind for mark in marks)
    return measured_s - felt_s if marked and measured_s is not None else None
