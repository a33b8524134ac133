"""What bouts of running show together, as the contract and a plain sentence tell it."""

from evenstride.app.says import moved, side
from evenstride.app.views import BoutsView, OnsetView, ShiftView
from evenstride.model.bouts import PooledBouts, PooledOnset
from evenstride.model.marks import Mark
from evenstride.model.signal import Signal


def bouts_view(found: PooledBouts, signal: Signal, marks: tuple[Mark, ...]) -> BoutsView:
    """Return the pooled bouts as the contract tells them, with what only a mark can tell."""
    return BoutsView(
        count=found.count,
        judged=found.judged,
        shortest_judgeable_s=found.shortest_s,
        earliest_onset_s=found.earliest_s,
        onset=None if found.onset is None else _onset_view(found.onset),
        says=f"{_measured(found, signal)} {_beyond(found, signal, marks)}",
    )


def _onset_view(onset: PooledOnset) -> OnsetView:
    return OnsetView(
        onset_s=onset.onset_s.value,
        onset_lo_s=onset.onset_s.lo,
        onset_hi_s=onset.onset_s.hi,
        bouts=onset.bouts,
        agreeing=onset.agreeing,
        toward=side(onset.shifts),
        p_value=onset.p_value,
        channels=tuple(
            ShiftView(s.name, s.unit, s.shift.value, s.shift.lo, s.shift.hi) for s in onset.shifts
        ),
    )


def _measured(found: PooledBouts, signal: Signal) -> str:
    if found.onset is not None:
        return _onset(found.onset, signal)
    if found.earliest_s is not None:
        return (
            "Nothing came again in bout after bout: a change of twice this run's noise that begins "
            f"{found.earliest_s:.0f} s after the start of each, and lasts, would have shown."
        )
    too = f"These {found.count} bouts of running are too few or too short to be judged together"
    if found.shortest_s is None:
        return f"{too}."
    return f"{too}; as many would each have to last about {found.shortest_s:.0f} s."


def _onset(onset: PooledOnset, signal: Signal) -> str:
    what, size, way = moved(onset.shifts[:1], signal.searched)
    span = onset.onset_s
    return (
        f"In {onset.agreeing} of {onset.bouts} bouts {what[0].lower()}{what[1:]}{way} about "
        f"{span.value:.0f} s ({span.lo:.0f} to {span.hi:.0f} s) after the start of a bout, on "
        f"average{size}."
    )


def _beyond(found: PooledBouts, signal: Signal, marks: tuple[Mark, ...]) -> str:
    """Say what the watch cannot judge, and how often the runner felt just that."""
    if found.earliest_s is None:
        begins, inside = "how they begin", "in"
    else:
        first = f"in the first {found.earliest_s:.0f} s of"
        begins, inside = f"what begins {first} a bout", first
    felt = _felt_unseen(found, signal, marks)
    if not felt:
        return f"The watch cannot judge {begins}; your mark counts."
    bouts = "1 bout" if felt == 1 else f"{felt} bouts"
    return f"You felt it go {inside} {bouts}. The watch cannot judge this; your mark counts."


def _felt_unseen(found: PooledBouts, signal: Signal, marks: tuple[Mark, ...]) -> int:
    """Return in how many bouts it was felt to go before what the watch can judge."""
    gone_s = [mark.t_s for mark in marks if mark.kind == "gone"]
    ends_s = [
        bout.to_s if found.earliest_s is None else min(bout.from_s + found.earliest_s, bout.to_s)
        for bout in signal.bouts
    ]
    return sum(
        any(bout.from_s <= moment < end_s for moment in gone_s)
        for bout, end_s in zip(signal.bouts, ends_s, strict=True)
    )
