"""Simulated runners with 100 runs: what is learnt of each, and what it then shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenstride.coordination.deviation import build_signal
from evenstride.coordination.normal import learn, summary_of
from evenstride.episodes._shift.bins import BIN_S, bin_signal
from evenstride.episodes._shift.posterior import Family, preferred
from evenstride.episodes._shift.several import look_twice
from evenstride.inference.whole_run import at_like_pace, weigh_whole_run
from evenstride.model.marks import RunnersWord
from evenstride.model.normal import Normal, RunSummary, in_force
from evenstride.model.recording import Recording
from evenstride.model.signal import Signal
from evenstride.model.whole_run import WholeRun
from evenstride.simulate.device import Kit
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.years import NEW_DEVICE_STEP, Day, Life, draw_days
from trials.healthy import BALANCE, CONTACT, OSCILLATION, Quantities
from trials.planted import COLUMN

RUNS = 100
SEARCHED: dict[Kit, Quantities] = {
    "wrist": (CONTACT, OSCILLATION),
    "strap": (BALANCE, CONTACT, OSCILLATION),
}
PLANTED: dict[Kit, str] = {"wrist": "contact time", "strap": "balance"}
QUANTITY: dict[Kit, str] = {"wrist": CONTACT, "strap": BALANCE}
PLACES: dict[str, Family] = {
    "10 to 20 min in the middle": "closed",
    "gone in the first 5 min, back 15 to 40 min later": "started",
    "gone, and not back by the end": "opened",
}
SIZE_SD = 1.0
WHOLE_SD = (0.0, 1.0, 1.5, 2.0, 3.0)
NULL_EVERY, PLANTED_EVERY = 2, 8
NEW_DEVICE_FROM = 60
_STREAM = 95


@dataclass(frozen=True)
class Asked:
    """A runner; even seeds are for setting, odd ones for reporting."""

    kit: Kit
    seed: int

    @property
    def half(self) -> str:
        """Return which half the runner belongs to."""
        return "reporting" if self.seed % 2 else "setting"


@dataclass(frozen=True)
class Looked:
    """One run, searched without and with what is normal for the runner.

    Attributes
    ----------
    place
        Which of `PLACES` was planted; empty where nothing was.
    hours
        Judged.
    without, having
        The search's statistic.
    first_without, first_having
        Which reading comes first.
    other_without, other_having
        Whether a second reading is told.
    """

    place: str
    hours: float
    without: float
    having: float
    first_without: Family
    first_having: Family
    other_without: bool
    other_having: bool


@dataclass(frozen=True)
class Seen:
    """What came of one runner.

    Attributes
    ----------
    looked
        Searched runs.
    off
        By size of `WHOLE_SD`: whether each run, moved so far throughout, was called off.
    new_device_known, new_device_mixed
        Whether each healthy run after a change of device was called off, where the change is known
        and where both devices are taken for one.
    spread
        The planted quantity's robust SD from run to run, learnt, in its unit.
    normal
        Of the last month.
    """

    asked: Asked
    looked: tuple[Looked, ...]
    off: dict[float, list[bool]]
    new_device_known: list[bool]
    new_device_mixed: list[bool]
    spread: float
    normal: Normal


def look(asked: Asked) -> Seen:
    """Draw a runner, learn what is normal, and search with it and without."""
    days = draw_days(Life(runs=RUNS, kit=asked.kit), asked.seed)
    recordings = [day.recording() for day in days]
    signals = [build_signal((one,), (0.0,))[0] for one in recordings]
    summaries = _summaries(signals, days)
    normals = learn(summaries)
    looked = [
        _looked("", recordings[k], signals[k], normals, days[k]) for k in range(0, RUNS, NULL_EVERY)
    ]
    for number in range(PLANTED_EVERY // 2, RUNS, PLANTED_EVERY):
        for place in PLACES:
            recording = days[number].recording(_episode(place, asked, days[number]))
            signal, _ = build_signal((recording,), (0.0,))
            looked.append(_looked(place, recording, signal, normals, days[number]))
    known, mixed = _new_device(summaries, asked)
    usual = normals[-1].of(QUANTITY[asked.kit])
    return Seen(
        asked,
        tuple(looked),
        {size: _called_off(summaries, asked, size) for size in WHOLE_SD},
        known,
        mixed,
        float("nan") if usual is None else usual.between_run_sd,
        normals[-1],
    )


def _summaries(signals: Sequence[Signal], days: Sequence[Day]) -> list[RunSummary]:
    return [
        one
        for number, (signal, day) in enumerate(zip(signals, days, strict=True))
        for one in summary_of(signal, f"{number:08x}", day.scenario.start)
    ]


def _looked(
    place: str, recording: Recording, signal: Signal, normals: tuple[Normal, ...], day: Day
) -> Looked:
    chosen = in_force(normals, day.scenario.start)
    beside, _ = build_signal((recording,), (0.0,), normals=chosen)
    without, first_without, other_without = _searched(signal)
    having, first_having, other_having = _searched(beside)
    hours = bin_signal(signal).index.size * BIN_S / 3600
    return Looked(
        place,
        hours,
        without,
        having,
        first_without,
        first_having,
        other_without,
        other_having,
    )


def _searched(signal: Signal) -> tuple[float, Family, bool]:
    found = look_twice(bin_signal(signal), RunnersWord())
    order = preferred(found.one.shares, found.one.evidence.grid_s, ())
    return found.log_bayes_factor, order[0], len(order) > 1


def _episode(place: str, asked: Asked, day: Day) -> PlantedEpisode:
    rng = np.random.default_rng((day.seed, _STREAM))
    end_s = day.scenario.minutes * 60
    side = float(rng.choice((-1.0, 1.0)))
    size = ((COLUMN[PLANTED[asked.kit]], side * SIZE_SD),)
    if PLACES[place] == "closed":
        length_s = float(rng.uniform(600, min(1200, end_s - 900)))
        onset_s = float(rng.uniform(360, end_s - length_s - 300))
        return PlantedEpisode(onset_s, onset_s + length_s, size_sd=size)
    if PLACES[place] == "started":
        onset_s = float(rng.uniform(30, 300))
        length_s = float(rng.uniform(900, min(2400, end_s - 600)))
        return PlantedEpisode(onset_s, onset_s + length_s, size_sd=size)
    return PlantedEpisode(float(rng.uniform(300, 0.75 * end_s)), None, size_sd=size)


def _called_off(summaries: Sequence[RunSummary], asked: Asked, size_sd: float) -> list[bool]:
    """Move each run in turn by so much throughout, and weigh it; it stays among those learnt."""
    called = []
    for number, summary in enumerate(summaries):
        moved = moved_throughout(summary, QUANTITY[asked.kit], size_sd * (1 - 2 * (number % 2)))
        others = (*summaries[:number], moved, *summaries[number + 1 :])
        called.append(_weighed(moved, others).off)
    return called


def moved_throughout(summary: RunSummary, quantity: str, size_sd: float) -> RunSummary:
    """Return a run's summary as if one channel had stood elsewhere from first step to last."""
    return replace(
        summary,
        channels=tuple(
            replace(one, mean=one.mean + size_sd * one.noise_sd)
            if one.quantity == quantity
            else one
            for one in summary.channels
        ),
    )


def _weighed(summary: RunSummary, others: Sequence[RunSummary]) -> WholeRun:
    (normal,) = in_force(
        tuple(one for one in learn(others) if one.device == summary.device), summary.start
    )
    return weigh_whole_run(at_like_pace(summary, normal), normal)


def _new_device(summaries: Sequence[RunSummary], asked: Asked) -> tuple[list[bool], list[bool]]:
    """Wear another device from run 60 on, and weigh the healthy runs after that."""
    rng = np.random.default_rng((asked.seed, _STREAM))
    steps = dict(
        zip((BALANCE, CONTACT, OSCILLATION, "cadence"), rng.normal(0, NEW_DEVICE_STEP), strict=True)
    )
    later = [
        replace(
            one,
            channels=tuple(replace(c, mean=c.mean + steps[c.quantity]) for c in one.channels),
        )
        for one in summaries[NEW_DEVICE_FROM:]
    ]
    before = list(summaries[:NEW_DEVICE_FROM])
    named = [replace(one, device=f"{one.device} (2)") for one in later]
    known = [_weighed(one, (*before, *named)).off for one in named]
    mixed = [_weighed(one, (*before, *later)).off for one in later]
    return known, mixed
