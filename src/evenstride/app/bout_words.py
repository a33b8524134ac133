"""What bouts of running show together, as the contract and a plain sentence tell it."""

from collections.abc import Callable
from math import ceil, floor

from evenstride.app.says import moved, side
from evenstride.app.views import (
    BoutLatencyView,
    BoutsView,
    LatenciesView,
    OnsetView,
    ShiftView,
)
from evenstride.coordination.running import AFTER_RESTART_S
from evenstride.model.bouts import BoutLatency, LatencySpread, PooledBouts, PooledOnset
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
        latencies=None if onset.latencies is None else _latencies_view(onset.latencies),
    )


def _latencies_view(found: LatencySpread) -> LatenciesView:
    median, first, last = found.median_s, found.half_from_s, found.half_to_s
    return LatenciesView(
        *(median.value, median.lo, median.hi),
        *(first.value, first.lo, first.hi),
        *(last.value, last.lo, last.hi),
        judged=found.judged,
        before_30_s=round(found.before.value),
        before_30_lo=round(found.before.lo),
        before_30_hi=round(found.before.hi),
        without=round(found.without.value),
        without_lo=round(found.without.lo),
        without_hi=round(found.without.hi),
        unclear=found.unclear,
        trend=found.trends,
        trend_per_bout=found.trend.value,
        trend_lo=found.trend.lo,
        trend_hi=found.trend.hi,
        bouts=tuple(_bout_view(bout) for bout in found.bouts),
    )


def _bout_view(bout: BoutLatency) -> BoutLatencyView:
    if bout.latency_s is None:
        return BoutLatencyView(bout.kind, None, None, None)
    return BoutLatencyView(bout.kind, bout.latency_s.value, bout.latency_s.lo, bout.latency_s.hi)


def latency_words(found: LatencySpread) -> str:
    """Say how the latency differs from bout to bout, and in how many bouts it did not come.

    Examples
    --------
    >>> from evenstride.model.episode import Span
    >>> about = Span(60.0, 55.0, 66.0)
    >>> none, three, flat = Span(0.0, 0.0, 0.0), Span(3.0, 2.0, 4.0), Span(0.0, -0.1, 0.1)
    >>> halves = Span(45.0, 40.0, 50.0), Span(80.0, 70.0, 90.0)
    >>> said = latency_words(LatencySpread(about, *halves, about, 14, none, three, flat, ()))
    >>> said.split("; ")[0]
    'Half of the times it came between 45 s and 1:20 after the start'
    """
    told = [_half(found)]
    without, before = round(found.without.value), round(found.before.value)
    if before:
        told.append(f"in {before} of {found.judged} bouts it was there before {AFTER_RESTART_S} s")
    if without:
        told.append(f"in {without} of {found.judged} bouts it did not come")
    words = "; ".join(told) + "."
    if found.unclear:
        bouts = "1 bout" if found.unclear == 1 else f"{found.unclear} bouts"
        words += f" In {bouts} this is not sure."
    if found.trends == "cannot tell":
        return words
    return f"{words} It came {found.trends} as the session went on."


def _half(found: LatencySpread) -> str:
    """Say between which latencies half of them lie; those before 30 s are one."""
    first, last = found.half_from_s.value, found.half_to_s.value
    if last < AFTER_RESTART_S:
        return f"Mostly it was there before {AFTER_RESTART_S} s"
    if first < AFTER_RESTART_S:
        return f"Three times in four it came before {_clock(last)} after the start"
    if _clock(first) == _clock(last):
        return "It came at nearly the same time in each"
    return f"Half of the times it came between {_clock(first)} and {_clock(last)} after the start"


def _clock(seconds: float, to_whole: Callable[[float], int] = round) -> str:
    """Return a latency in steps of 5 s: nothing finer can be told."""
    rounded = 5 * to_whole(seconds / 5.0)
    return f"{rounded} s" if rounded < 60 else f"{rounded // 60}:{rounded % 60:02d}"


def _measured(found: PooledBouts, signal: Signal) -> str:
    if found.onset is not None:
        return _onset(found.onset, signal)
    if found.earliest_s is not None:
        return (
            "Nothing was seen to come again in bout after bout. A change of twice this run's noise "
            f"that begins {_clock(found.earliest_s)} after the start of every bout, and lasts, "
            "would have shown nine times in ten."
        )
    too = f"These {found.count} bouts of running are too few or too short to be judged together"
    if found.shortest_s is None:
        return f"{too}."
    return f"{too}; as many would each have to last about {found.shortest_s:.0f} s."


def _onset(onset: PooledOnset, signal: Signal) -> str:
    what, size, way = moved(onset.shifts[:1], signal.searched)
    span = onset.onset_s
    words = "" if onset.latencies is None else f" {latency_words(onset.latencies)}"
    first, last = _clock(span.lo, floor), _clock(span.hi, ceil)
    return (
        f"{_in_bouts(onset)} {what[0].lower()}{what[1:]}{way} about {_clock(span.value)} "
        f"({first} to {last}) after the start of a bout, on average{size}.{words}"
    )


def _in_bouts(onset: PooledOnset) -> str:
    """Say in how many bouts it came: the rest are those of which it is said that it did not."""
    if onset.latencies is None:
        return f"In {onset.agreeing} of {onset.bouts} bouts"
    judged = onset.latencies.judged
    return f"In {judged - round(onset.latencies.without.value)} of {judged} bouts"


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
