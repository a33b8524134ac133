"""What is no episode but may look like one: each with its amplitude and its length."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from evenstride.model.recording import Recording
from evenstride.simulate.course import Climb, Hills
from evenstride.simulate.device import DropOut
from evenstride.simulate.pace import Stop, Surge
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

SENSOR = ("contact_time_ms", "contact_balance_left_pct", "vertical_oscillation_mm")
"""What a strap, or the watch's own sensor, stops telling when it loses contact."""
_WHEN = 96
# As the simulation has it: 3 % of speed is lost for each per cent uphill, 1.5 % won downhill.
_UPHILL, _DOWNHILL = 0.03, 0.015

Change = Callable[[Scenario, float], Scenario]


@dataclass(frozen=True)
class Decoy:
    """One decoy.

    Attributes
    ----------
    happens
        ``happens(scenario, at_s)`` returns the scenario with it.
    minutes
        How long it lasts.
    gated
        True where it must not alarm; False where it is only reported.
    unseen
        True where the watch records neither the speed nor the distance of it.
    """

    happens: Change
    minutes: float
    gated: bool = True
    unseen: bool = False


def _climb(grade_pct: float, minutes: float) -> Decoy:
    def happens(scenario: Scenario, at_s: float) -> Scenario:
        plain_mps = scenario.pace.speed_mps
        share = 1 - (_UPHILL if grade_pct > 0 else _DOWNHILL) * grade_pct
        climb = Climb(plain_mps * at_s, plain_mps * share * minutes * 60, grade_pct)
        return replace(scenario, hills=replace(scenario.hills, climbs=(climb,)))

    return Decoy(happens, minutes)


def _surge(gain: float, minutes: float, *, belt: bool = False) -> Decoy:
    def happens(scenario: Scenario, at_s: float) -> Scenario:
        pace = replace(scenario.pace, surges=(Surge(at_s, minutes * 60, gain),))
        hills = Hills(kind="flat") if belt else scenario.hills
        return replace(scenario, pace=pace, hills=hills)

    return Decoy(happens, minutes, gated=not belt, unseen=belt)


def _stop(length_s: float, *, paused: bool = False) -> Decoy:
    def happens(scenario: Scenario, at_s: float) -> Scenario:
        return replace(scenario, stops=(Stop(at_s, length_s, paused=paused),))

    return Decoy(happens, length_s / 60)


def _lost(minutes: float, *, holds: bool) -> Decoy:
    def happens(scenario: Scenario, at_s: float) -> Scenario:
        return replace(scenario, drop_outs=(DropOut(SENSOR, at_s, minutes * 60, holds=holds),))

    return Decoy(happens, minutes)


DECOYS = {
    "hill up, 6 % for 5 min": _climb(6.0, 5.0),
    "hill up, 8 % for 10 min": _climb(8.0, 10.0),
    "hill down, 6 % for 5 min": _climb(-6.0, 5.0),
    "surge, 20 % faster for 3 min": _surge(1.2, 3.0),
    "surge, 20 % faster for 8 min": _surge(1.2, 8.0),
    "stop of 60 s": _stop(60.0),
    "stop of 300 s": _stop(300.0),
    "shoe stop: 40 s, nothing changed after": _stop(40.0),
    "timer paused for 120 s": _stop(120.0, paused=True),
    "sensor silent for 5 min": _lost(5.0, holds=False),
    "sensor repeats its last value for 2 min": _lost(2.0, holds=True),
    "treadmill belt 10 % faster for 10 min, not recorded": _surge(1.1, 10.0, belt=True),
}
"""Every decoy by its name; the last is reported, the others must not alarm."""


def decoyed(name: str, scenario: Scenario, seed: int) -> Recording:
    """Return the recording of a scenario, with a decoy where one is named."""
    if not name:
        return simulate(scenario, seed).recording()
    decoy = DECOYS[name]
    latest_s = (scenario.minutes - decoy.minutes - 10) * 60
    at_s = float(np.random.default_rng((seed, _WHEN)).uniform(600, latest_s))
    changed = decoy.happens(scenario, at_s)
    recording = simulate(changed, seed).recording()
    if not decoy.unseen:
        return recording
    without = replace(changed, pace=replace(changed.pace, surges=()))
    shown = simulate(without, seed).samples.select("speed_mps", "distance_m")
    return replace(recording, samples=recording.samples.with_columns(*shown.get_columns()))
