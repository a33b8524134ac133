"""Laps as Training Center XML gives them: what ended each, and when the timer stood still."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from math import isfinite, nan
from statistics import median

import numpy as np
import polars as pl

from evenstride.formats._xml.tracks import Track
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.recording import LAPS

TRIGGERS = {
    "Manual": "manual",
    "Distance": "distance",
    "Time": "time",
    "Location": "position",
    "HeartRate": "heart_rate",
}
"""What ended a lap, in the words of `LAPS`."""

_FEWEST_ALIKE = 3
_ALIKE = 0.01
_SHORTEST_STOP_S = 10.0  # smart recording writes every 2 to 8 s
_TIMER_SLACK_S = 3.0


@dataclass
class Lap:
    """One lap as it is being read.

    Attributes
    ----------
    start
        None where the file gives no moment.
    timer_s, distance_m
        NaN where the file gives none.
    trigger
        A word of `TRIGGERS`, empty where the file gives none.
    whole
        False where the file ends before the lap does.
    """

    start: datetime | None
    timer_s: float = nan
    distance_m: float = nan
    trigger: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Span:
    """A lap on the recording's clock."""

    start_s: float
    end_s: float
    trigger: str | None
    timer_s: float


def spans_of(laps: list[Lap], track: Track, where: str) -> tuple[list[Span], list[Issue]]:
    """Return the laps that lie in a track, in time order, and what of them is doubtful.

    A lap ends where the next begins. The last lap ends with the recording, whatever made the
    program write a trigger for it too: it is no press.
    """
    known = sorted(
        ((lap.start, i, lap) for i, lap in enumerate(laps) if lap.start is not None),
        key=lambda one: one[:2],
    )
    starts = [(start - track.start).total_seconds() for start, _, _ in known]
    automatic = _all_alike([lap for _, _, lap in known])
    last_s = float(track.time_s[-1])
    found = []
    for place, (_, _, lap) in enumerate(known):
        final = place == len(known) - 1
        end_s = max(last_s, starts[place]) if final else starts[place + 1]
        trigger = TRIGGERS.get(lap.trigger)
        if final:
            trigger = "session_end" if lap.whole else None
        elif automatic and trigger == "manual":
            trigger = "distance"
        if starts[place] <= last_s and end_s >= 0:
            found.append(Span(starts[place], min(end_s, last_s), trigger, lap.timer_s))
    issues = [_automatic(where)] if automatic else []
    if len(known) < len(laps):
        says = f"Laps without a start: {len(laps) - len(known)}; they were left out."
        issues.append(Issue("warning", where, says))
    return found, issues


def _all_alike(laps: list[Lap]) -> bool:
    """Return whether laps said to be pressed by hand are all of one length, as no hand does it."""
    ended = laps[:-1]
    lengths = [lap.distance_m for lap in ended]
    if len(ended) < _FEWEST_ALIKE or not all(isfinite(m) and m > 0 for m in lengths):
        return False
    if any(lap.trigger != "Manual" for lap in ended):
        return False
    middle = median(lengths)
    return all(abs(metres - middle) <= _ALIKE * middle for metres in lengths)


def _automatic(where: str) -> Issue:
    says = (
        "Every lap is said to be pressed by hand, but all are equally long; they were taken as "
        "laps the watch made by itself."
    )
    return Issue("info", where, says, "If you did press them, tell the moments instead.")


def lap_table(spans: list[Span]) -> pl.DataFrame:
    """Return a table of `LAPS`."""
    rows = [(span.start_s, span.end_s, span.trigger) for span in spans]
    return pl.DataFrame(rows, schema=LAPS.empty().schema, orient="row")


def stops_in_laps(
    spans: list[Span], track: Track, known: tuple[Stretch, ...]
) -> tuple[Stretch, ...]:
    """Return all pauses: those `known`, and the silences that a lap's timer did not count.

    Parameters
    ----------
    spans
        The track's laps.
    track
        Its points.
    known
        Pauses between the parts of the track.
    """
    found = list(known)
    silent = np.flatnonzero(np.diff(track.time_s) >= _SHORTEST_STOP_S)
    taken = {stretch.from_s for stretch in known}
    silences = [(float(track.time_s[i]), float(track.time_s[i + 1])) for i in silent.tolist()]
    silences = [one for one in silences if one[0] not in taken]
    begun, known_begun = [one[0] for one in silences], [one.from_s for one in known]
    for span in spans:
        if not isfinite(span.timer_s):
            continue
        low, high = (bisect_left(known_begun, edge) for edge in (span.start_s, span.end_s))
        missing_s = span.end_s - span.start_s - span.timer_s
        missing_s -= sum(stretch.seconds for stretch in known[low:high])
        low, high = (bisect_left(begun, edge) for edge in (span.start_s, span.end_s))
        own = silences[low:high]
        for from_s, to_s in sorted(own, key=lambda one: one[0] - one[1]):
            if to_s - from_s <= missing_s + _TIMER_SLACK_S:
                found.append(Stretch(from_s, to_s, "the timer was stopped"))
                missing_s -= to_s - from_s
    return tuple(sorted(found, key=lambda stretch: stretch.from_s))
