"""Healthy simulated runs of every kind, and the search's statistic on each.

The mix is meant to be unkind: it holds the changes of pace, slope and recording that a poor
adjustment would take for a change of the runner.
"""

from dataclasses import dataclass, replace

import numpy as np

from evenstride.coordination.deviation import build_signal
from evenstride.episodes._shift.bins import BIN_S
from evenstride.episodes.shift import statistic
from evenstride.model.signal import Signal
from evenstride.simulate.course import Hills
from evenstride.simulate.device import Kit
from evenstride.simulate.pace import PaceKind, PacePlan, RunWalk, Stop
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

Quantities = tuple[str, ...]

BALANCE, CONTACT = "contact_balance_left", "contact_time"
OSCILLATION, CADENCE = "vertical_oscillation", "cadence"

SETS: dict[Kit, tuple[Quantities, ...]] = {
    "strap": (
        (BALANCE, CONTACT, OSCILLATION),
        (BALANCE, CONTACT),
        (BALANCE, OSCILLATION),
        (BALANCE,),
    ),
    "wrist": ((CONTACT, OSCILLATION), (CONTACT,), (OSCILLATION,), (CADENCE,)),
}
"""Every set of quantities a search may rest on, by the kit it is measured with."""

_SCENARIO = 99
"""Own stream of chance, so that what happens in a run does not depend on its noise."""
_RESTART_COSTS_S = 45.0


@dataclass(frozen=True)
class Asked:
    """One healthy run to be drawn: with what, about how long judged, from which seed."""

    kit: Kit
    minutes: float
    seed: int


@dataclass(frozen=True)
class Drawn:
    """What the search saw in one healthy run.

    Attributes
    ----------
    asked
        What was asked for.
    kinds
        What happened in the run.
    judged_h
        Hours of running judged.
    log_bf
        The statistic for each set of quantities.
    """

    asked: Asked
    kinds: tuple[str, ...]
    judged_h: float
    log_bf: dict[Quantities, float]


def healthy_scenario(asked: Asked) -> tuple[Scenario, tuple[str, ...]]:
    """Return what happens in a healthy run, and the words for it.

    The recording is made longer by what stops and walk breaks will take away, so that about
    `asked.minutes` are left to judge.
    """
    rng = np.random.default_rng((asked.seed, _SCENARIO))
    run_walk = _run_walk(rng)
    pace = _pace(rng, steady=run_walk is not None)
    hills = _hills(rng)
    bout_s = run_walk.run_s if run_walk else np.inf
    kept = 1.0 if run_walk is None else (bout_s - _RESTART_COSTS_S) / (bout_s + run_walk.walk_s)
    lengths_s = rng.uniform(15, 150, size=rng.integers(1, 4)) if rng.random() < 0.35 else ()
    total_s = (
        30 + asked.minutes * 60 / kept + sum(length + _RESTART_COSTS_S for length in lengths_s)
    )
    stops = tuple(
        Stop(float(rng.uniform(120, total_s - 300)), float(length), paused=bool(rng.random() < 0.5))
        for length in lengths_s
    )
    smart = rng.random() < 0.15
    kinds = (
        "run and walk" if run_walk else pace.kind,
        {0.0: "flat", 1.5: "rolling", 3.0: "hilly"}[hills.grade_sd_pct],
        "with stops" if stops else "without stops",
        "smart recording" if smart else "every second",
    )
    scenario = Scenario(
        minutes=total_s / 60,
        pace=pace,
        hills=hills,
        kit=asked.kit,
        spacing="smart" if smart else "every second",
        stops=stops,
        run_walk=run_walk,
    )
    return scenario, kinds


def _run_walk(rng: np.random.Generator) -> RunWalk | None:
    if rng.random() >= 0.1:
        return None
    return RunWalk(run_s=float(rng.uniform(360, 900)), walk_s=float(rng.uniform(45, 120)))


def _pace(rng: np.random.Generator, *, steady: bool) -> PacePlan:
    kinds: tuple[PaceKind, ...] = ("easy", "intervals", "progression")
    kind = "easy" if steady else kinds[rng.choice(3, p=(0.5, 0.3, 0.2))]
    return PacePlan(
        kind=kind,
        speed_mps=float(rng.uniform(2.5, 3.6)),
        wander_share=float(rng.uniform(0.02, 0.06)),
        fast_s=float(rng.uniform(60, 300)),
        slow_s=float(rng.uniform(60, 180)),
        gain=float(rng.uniform(1.1, 1.35)),
    )


def _hills(rng: np.random.Generator) -> Hills:
    grade = (0.0, 1.5, 3.0)[rng.choice(3, p=(0.25, 0.4, 0.35))]
    return Hills(kind="rolling" if grade else "flat", grade_sd_pct=grade)


def only(signal: Signal, quantities: Quantities) -> Signal:
    """Return the signal as if only the watch's own channels of `quantities` could be searched."""
    return replace(
        signal,
        channels=tuple(
            replace(channel, searched=channel.name in quantities) for channel in signal.channels
        ),
    )


def draw(asked: Asked) -> Drawn:
    """Simulate one healthy run and weigh it with every set of quantities its kit gives."""
    scenario, kinds = healthy_scenario(asked)
    signal, _ = build_signal((simulate(scenario, asked.seed).recording(),), (0.0,))
    found = {chosen: statistic(only(signal, chosen)) for chosen in SETS[asked.kit]}
    judged_h = max(bins.index.size for _, bins in found.values()) * BIN_S / 3600
    return Drawn(asked, kinds, judged_h, {chosen: value for chosen, (value, _) in found.items()})
