"""What a method tells of a run, in one form for all methods."""

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np

import evenstride.episodes
from evenstride.app.healthy_tail import healthy_tails
from evenstride.model.episode import Episode, Reading, Span
from evenstride.model.marks import RunnersWord
from evenstride.model.recording import SAMPLES, Recording
from evenstride.model.signal import Floats, Signal
from evenstride.model.tail import Tails
from evenstride.plugins import Detector, discover

OURS = "evenstride, as shipped"
OURS_GRADED = "evenstride"
NEVER = -1e3

Range: TypeAlias = tuple[float, float]
Claim: TypeAlias = tuple[float, float | None, float]
"""Onset in seconds, recovery in seconds or None, and a score: the higher, the surer."""
Stranger: TypeAlias = Callable[[Floats, dict[str, Floats]], Iterable[Claim]]


@dataclass(frozen=True)
class Told:
    """One episode, as a method tells it; what it does not tell is empty or NaN.

    Attributes
    ----------
    onset_s, recovery_s
        When; no recovery: to the end.
    score
        How sure the method is, on its own scale: an alarm where it passes a limit.
    onset_90_s, recovery_90_s
        90 % intervals.
    other_s
        Onset and recovery of a second reading, where the run cannot tell the two apart.
    at_start
        True where it says "from the start".
    kind
        What changed.
    probability, gradual, not_recovered
        Of an episode, of a ramp of 60 s or more, and that it had not passed at the end.
    """

    onset_s: float
    recovery_s: float | None
    score: float
    onset_90_s: Range | None = None
    recovery_90_s: Range | None = None
    other_s: tuple[float, float | None] | None = None
    at_start: bool = False
    kind: str = ""
    probability: float = float("nan")
    gradual: float = float("nan")
    not_recovered: float = float("nan")


def ours(signal: Signal) -> tuple[Told, ...]:
    """Return what every detector tells at the thresholds the program ships."""
    return _told(signal, healthy_tails())


def ours_graded(signal: Signal) -> tuple[Told, ...]:
    """Return what every detector would tell at the lowest threshold it knows."""
    return _told(signal, lowest(healthy_tails()))


def lowest(tails: Tails) -> Tails:
    """Return tails that every run passes, down to the least evidence that is called positive."""
    return replace(
        tails,
        tails=tuple(replace(one, thresholds=(NEVER,) * len(one.minutes)) for one in tails.tails),
    )


def _told(signal: Signal, tails: Tails) -> tuple[Told, ...]:
    return tuple(
        _of(episode)
        for detector in discover(evenstride.episodes, Detector)
        for episode in detector.search(signal, RunnersWord(), (), tails).episodes
    )


def _of(episode: Episode) -> Told:
    first, second = episode.reading, episode.other_reading
    return Told(
        first.onset_s.value,
        _value(first.recovery_s),
        float(np.log(episode.bayes_factor)),
        _range(first.onset_s),
        _range(first.recovery_s),
        None if second is None else _moments(second),
        first.present_at_start,
        episode.kind,
        episode.probability,
        episode.gradual,
        episode.not_recovered,
    )


def _moments(reading: Reading) -> tuple[float, float | None]:
    return reading.onset_s.value, _value(reading.recovery_s)


def _value(span: Span | None) -> float | None:
    return None if span is None else span.value


def _range(span: Span | None) -> Range | None:
    return None if span is None else (span.lo, span.hi)


@lru_cache(maxsize=4)
def stranger(name: str) -> Stranger:
    """Return someone else's method, named ``module:function``."""
    module, _, function = name.partition(":")
    method: Stranger = getattr(importlib.import_module(module), function)
    return method


def strangers_told(name: str, recording: Recording, signal: Signal) -> tuple[Told, ...]:
    """Return what someone else's method tells of a run."""
    time_s, series = series_for_strangers(recording, signal)
    return tuple(Told(*claim) for claim in stranger(name)(time_s, series))


def series_for_strangers(recording: Recording, signal: Signal) -> tuple[Floats, dict[str, Floats]]:
    """Return the seconds of a run, and everything recorded on them, NaN where there is nothing.

    Beside the columns as recorded (``contact_time_ms``, ``speed_mps`` ...) there are, ready made,
    ``running`` (1 where the second can be judged) and for each searched channel its ``deviation``:
    pace and slope taken out, in units of its own noise.
    """
    time_s = np.arange(signal.seconds, dtype=np.float64)
    place = np.clip(np.rint(recording.samples["time_s"].to_numpy()).astype(int), 0, time_s.size - 1)
    series: dict[str, Floats] = {"running": signal.running.astype(np.float64)}
    for name in SAMPLES.names[1:]:
        column = recording.samples[name]
        if column.null_count() < column.len():
            series[name] = np.full(time_s.size, np.nan)
            series[name][place] = column.to_numpy()
    for channel in signal.searched:
        series[f"{channel.name} deviation"] = channel.deviation
    return time_s, series
