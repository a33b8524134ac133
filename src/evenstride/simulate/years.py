"""One runner over many runs: what differs by day, by quarter and by strap.

Balance from day to day is as measured (`evenstride.simulate.days`). How contact time, oscillation
and cadence go from day to day at like pace and slope was not measured: beside the wrist's
one-second noise they are set as large as balance beside the strap's, about half of it. Nor was how
much a runner's answer to pace differs from day to day: a tenth is assumed.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from evenstride.model.recording import Recording
from evenstride.model.signal import Floats
from evenstride.simulate.course import Hills
from evenstride.simulate.days import ODD_BY_PP, ODD_RUN, ROBUST_SD_OF_T3, RUNS_A_QUARTER
from evenstride.simulate.device import Kit
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.pace import PaceKind, PacePlan, Stop
from evenstride.simulate.run import simulate
from evenstride.simulate.runner import Response, Runner, draw_runner
from evenstride.simulate.scenario import START, Scenario
from evenstride.writers.fit import WATCH

DAY_TO_DAY = ((0.31, 0.63), (2.0, 4.5), (1.2, 2.6), (0.8, 1.7))
"""Robust SD of a run's level, lowest and highest of runners: balance in percentage points, contact
time in ms, oscillation in mm, cadence in steps a minute."""
QUARTERLY_STEP = (0.3, 2.0, 1.2, 0.8)
"""SD of the step from one quarter to the next, in the same order."""
NEW_DEVICE_STEP = (1.0, 8.0, 4.0, 0.5)
"""SD of how far a new strap or watch stands from the old one, in the same order."""
_STREAM = 90


@dataclass(frozen=True)
class Life:
    """What a runner's many runs are like.

    Attributes
    ----------
    runs
        How many.
    kit
        What they are measured with.
    begins
        Moment of the first.
    every_days
        Days from one run to the next.
    minutes
        Shortest and longest run.
    new_device_at
        Numbers of the runs from which a new device, with a level of its own, is worn.
    answer_spread
        SD by which the answer to pace and slope differs from day to day, as a share of it.
    """

    runs: int = 100
    kit: Kit = "strap"
    begins: datetime = START
    every_days: float = 2.0
    minutes: tuple[float, float] = (30.0, 75.0)
    new_device_at: tuple[int, ...] = ()
    answer_spread: float = 0.1


@dataclass(frozen=True)
class Day:
    """One of a runner's runs.

    Attributes
    ----------
    scenario, seed
        What `evenstride.simulate.run.simulate` makes it from.
    device
        Name of what it was measured with.
    level
        How far each of `evenstride.simulate.runner.CHANNELS` stood that day from where the runner
        began.
    """

    scenario: Scenario
    seed: int
    device: str
    level: tuple[float, ...]

    def recording(self, *episodes: PlantedEpisode) -> Recording:
        """Return the day's run as a watch recorded it, with `episodes` planted into it."""
        scenario = replace(self.scenario, episodes=(*self.scenario.episodes, *episodes))
        return replace(simulate(scenario, self.seed).recording(), device=self.device)


def off_throughout(size_sd: float, column: str) -> PlantedEpisode:
    """Return what is off from the first step to the last, by so many SD of one-second noise."""
    return PlantedEpisode(0.0, None, size_sd=((column, size_sd),))


def draw_days(life: Life, seed: int) -> tuple[Day, ...]:
    """Draw a runner and all of their runs.

    Parameters
    ----------
    life
        How many runs, how far apart, with what.
    seed
        A whole number from 0. The same seed gives the same runner and the same runs, and more of
        them where more are asked for.

    Examples
    --------
    >>> days = draw_days(Life(runs=3, new_device_at=(2,)), 1)
    >>> [day.device for day in days]
    ['evenstride simulated watch', 'evenstride simulated watch', 'evenstride simulated watch (2)']
    """
    rng = np.random.default_rng((seed, _STREAM))
    runner, plain_mps = draw_runner(rng), float(rng.uniform(2.6, 3.3))
    daily = np.array([rng.uniform(*bounds) for bounds in DAY_TO_DAY]) / ROBUST_SD_OF_T3
    step = np.array(QUARTERLY_STEP) / np.sqrt(RUNS_A_QUARTER)
    course, device_level, device = np.zeros(4), np.zeros(4), 1
    days = []
    for number in range(life.runs):
        own = np.random.default_rng((seed, _STREAM, number + 1))
        course = course + step * own.standard_normal(4)
        if number in life.new_device_at:
            device_level, device = own.normal(0.0, NEW_DEVICE_STEP), device + 1
        level = course + device_level + daily * own.standard_t(3, size=4) + _odd(own)
        days.append(
            Day(
                _scenario(life, number, _today(runner, level, life.answer_spread, own), plain_mps),
                seed * 10_000 + number,
                WATCH.name if device == 1 else f"{WATCH.name} ({device})",
                tuple(float(value) for value in level),
            )
        )
    return tuple(replace(day, scenario=_what_happens(day, plain_mps)) for day in days)


def _odd(rng: np.random.Generator) -> Floats:
    odd = np.zeros(4)
    odd[0] = (rng.random() < ODD_RUN) * rng.uniform(*ODD_BY_PP) * rng.choice((-1.0, 1.0))
    return odd


def _today(runner: Runner, level: Floats, spread: float, rng: np.random.Generator) -> Runner:
    """Return the runner as they answer today."""
    gain = 1.0 + spread * rng.standard_normal(4)
    today = [
        replace(
            answer,
            level=answer.level + float(moved),
            per_mps=answer.per_mps * float(times),
            per_grade_pct=answer.per_grade_pct * float(times),
        )
        for answer, moved, times in zip(runner.responses(), level, gain, strict=True)
    ]
    return _runner(today, runner.heart_rate_bpm)


def _runner(answers: list[Response], heart_rate_bpm: float) -> Runner:
    balance, contact_time, oscillation, cadence = answers
    return Runner(balance, contact_time, oscillation, cadence, heart_rate_bpm)


def _scenario(life: Life, number: int, runner: Runner, plain_mps: float) -> Scenario:
    """Return a run as long as `life` has them; what happens in it is drawn apart."""
    low, high = life.minutes
    return Scenario(
        minutes=low + (high - low) * ((0.618 * number) % 1.0),
        runner=runner,
        kit=life.kit,
        pace=PacePlan(speed_mps=plain_mps),
        start=life.begins + timedelta(days=round(life.every_days * number, 3)),
    )


def _what_happens(day: Day, plain_mps: float) -> Scenario:
    """Draw pace, hills and stops of a day, and stand the runner's answers at that day's pace."""
    rng = np.random.default_rng((day.seed, _STREAM))
    kinds: tuple[PaceKind, ...] = ("easy", "intervals", "progression")
    kind = kinds[rng.choice(3, p=(0.6, 0.2, 0.2))]
    pace = PacePlan(
        kind=kind,
        speed_mps=plain_mps * float(np.exp(0.06 * rng.standard_normal())),
        wander_share=float(rng.uniform(0.02, 0.06)),
        fast_s=float(rng.uniform(60, 300)),
        slow_s=float(rng.uniform(60, 180)),
        gain=float(rng.uniform(1.1, 1.35)),
    )
    grade = (0.0, 1.5, 3.0)[rng.choice(3, p=(0.25, 0.4, 0.35))]
    lengths_s = rng.uniform(15, 150, size=rng.integers(1, 4)) if rng.random() < 0.3 else ()
    latest_s = day.scenario.minutes * 60 - 300
    stops = tuple(
        Stop(float(rng.uniform(120, latest_s)), float(length), paused=bool(rng.random() < 0.5))
        for length in lengths_s
    )
    runner = day.scenario.runner or draw_runner(rng)
    at_pace = [_standing_at(one, pace.speed_mps - plain_mps) for one in runner.responses()]
    return replace(
        day.scenario,
        pace=pace,
        hills=Hills(kind="rolling" if grade else "flat", grade_sd_pct=grade),
        stops=stops,
        runner=_runner(at_pace, runner.heart_rate_bpm),
    )


def _standing_at(answer: Response, faster_mps: float) -> Response:
    """Return the same answer to pace, told from another plain pace.

    Examples
    --------
    >>> _standing_at(Response(50.0, per_mps=1.0, per_mps_squared=2.0), 0.5).level
    51.0
    """
    bend = answer.per_mps_squared
    return replace(
        answer,
        level=answer.level + answer.per_mps * faster_mps + bend * faster_mps**2,
        per_mps=answer.per_mps + 2.0 * bend * faster_mps,
    )
