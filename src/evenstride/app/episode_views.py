"""A found episode as the contract tells it."""

from collections.abc import Sequence

import numpy as np

from evenstride.app.felt import distance_at
from evenstride.app.says import foot_changed, sentence, toward
from evenstride.app.views import AgreementView, EpisodeView, ReadingView, ShiftView
from evenstride.model.episode import Episode, Reading
from evenstride.model.marks import Mark, MarkKind, felt_stretches
from evenstride.model.signal import Bools, Signal


def inside(readings: Sequence[Reading], seconds: int) -> Bools:
    """Return which seconds lie inside any episode, half-open, shape ``(seconds,)``."""
    time_s = np.arange(seconds)
    off = np.zeros(seconds, dtype=np.bool_)
    for reading in readings:
        recovery_s = seconds if reading.recovery_s is None else reading.recovery_s.value
        off |= (time_s >= reading.onset_s.value) & (time_s < recovery_s)
    return off


def episode_view(episode: Episode, signal: Signal, marks: tuple[Mark, ...]) -> EpisodeView:
    """Return an episode as the contract tells it, felt beside measured."""
    main = reading_view(episode.reading, signal)
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
        other_reading=None if other is None else reading_view(other, signal),
        felt_agreement=_agreement(episode.reading, marks, signal.seconds),
        says=main.says,
    )


def reading_view(reading: Reading, signal: Signal) -> ReadingView:
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
        toward=toward(reading),
        foot_changed=foot_changed(reading),
        channels=tuple(
            ShiftView(s.name, s.unit, s.shift.value, s.shift.lo, s.shift.hi) for s in reading.shifts
        ),
        says=sentence(reading, signal.searched),
    )


def _agreement(reading: Reading, marks: tuple[Mark, ...], seconds: int) -> AgreementView | None:
    """Return measured minus felt for the felt stretch that shares most time with the measured one.

    An onset before the first judged second has no difference.
    """
    recovery_s = seconds if reading.recovery_s is None else reading.recovery_s.value
    shared = [
        (min(felt.to_s, recovery_s) - max(felt.from_s, reading.onset_s.value), felt)
        for felt in felt_stretches(marks, seconds)
    ]
    together = [pair for pair in shared if pair[0] > 0]
    if not together:
        return None
    felt = max(together, key=lambda pair: pair[0])[1]
    onset_s = None if reading.present_at_start else reading.onset_s.value
    found = AgreementView(
        _difference(onset_s, felt.from_s, marks, "gone"),
        _difference(
            None if reading.recovery_s is None else reading.recovery_s.value,
            felt.to_s,
            marks,
            "back",
        ),
    )
    return None if found == AgreementView(None, None) else found


def _difference(
    measured_s: float | None, felt_s: float, marks: tuple[Mark, ...], kind: MarkKind
) -> float | None:
    """Return measured minus felt; None where either end was not measured or not marked."""
    marked = any(mark.t_s == felt_s and mark.kind == kind for mark in marks)
    return measured_s - felt_s if marked and measured_s is not None else None
