"""How the runner moves: pace, stops, walk breaks."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evenstride.model.intervals import Stretch
from evenstride.model.signal import Floats
from evenstride.simulate.course import Course

PaceKind: TypeAlias = Literal["easy", "intervals", "progression"]
Modes = NDArray[np.int8]

RUNNING, WALKING, STANDING = 0, 1, 2

# A runner gives away about 3 % of speed for each per cent uphill and gets half of it back downhill.
_UPHILL_LOSS, _DOWNHILL_GAIN = 0.03, 0.015


@dataclass(frozen=True)
class Surge:
    """A stretch at another pace.

    Attributes
    ----------
    at_s, length_s
        Seconds since the start, and for how long.
    gain
        Times the planned speed.
    """

    at_s: float
    length_s: float
    gain: float


@dataclass(frozen=True)
class PacePlan:
    """What the runner means to do.

    Attributes
    ----------
    kind
        ``easy``: one pace; ``intervals``: fast and slow in turns after ten minutes of easy running;
        ``progression``: from the plain pace to `gain` times that.
    speed_mps
        The plain pace.
    wander_share
        SD of natural wandering around the plan, as a share of speed.
    wander_s
        How long such a wandering lasts.
    fast_s, slow_s
        Length of the turns of ``intervals``.
    gain
        How much faster than the plain pace the fast turns, or the end, are.
    surges
        Stretches at another pace on top.
    """

    kind: PaceKind = "easy"
    speed_mps: float = 2.9
    wander_share: float = 0.04
    wander_s: float = 90.0
    fast_s: float = 180.0
    slow_s: float = 120.0
    gain: float = 1.25
    surges: tuple[Surge, ...] = ()


@dataclass(frozen=True)
class Stop:
    """Standing still.

    Attributes
    ----------
    at_s, length_s
        Seconds since the start, and for how long.
    paused
        True where the runner, or auto-pause, stops the timer: nothing is recorded then.
    """

    at_s: float
    length_s: float
    paused: bool = False


@dataclass(frozen=True)
class RunWalk:
    """Running in bouts with walk breaks between.

    Attributes
    ----------
    run_s, walk_s
        Lengths of bout and break.
    walk_speed_mps
        Speed of walking.
    """

    run_s: float = 240.0
    walk_s: float = 60.0
    walk_speed_mps: float = 1.6


@dataclass(frozen=True)
class Movement:
    """Where the runner is and how they move, second by second.

    Attributes
    ----------
    mode
        `RUNNING`, `WALKING` or `STANDING`.
    speed_mps, grade_pct, distance_m
        True values, shape ``(seconds,)``.
    """

    mode: Modes
    speed_mps: Floats
    grade_pct: Floats
    distance_m: Floats

    @property
    def bouts(self) -> tuple[Stretch, ...]:
        """Stretches of running, in order."""
        running = np.concatenate(([0], (self.mode == RUNNING).astype(np.int8), [0]))
        edges = np.flatnonzero(np.diff(running))
        return tuple(
            Stretch(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)
        )


def modes(seconds: int, run_walk: RunWalk | None, stops: tuple[Stop, ...]) -> Modes:
    """Return what the runner does at each second.

    Examples
    --------
    >>> modes(6, RunWalk(run_s=2, walk_s=1), (Stop(4, 1),)).tolist()
    [0, 0, 1, 0, 2, 1]
    """
    time_s = np.arange(seconds)
    mode = np.full(seconds, RUNNING, dtype=np.int8)
    if run_walk is not None:
        mode[time_s % (run_walk.run_s + run_walk.walk_s) >= run_walk.run_s] = WALKING
    for stop in stops:
        mode[(time_s >= stop.at_s) & (time_s < stop.at_s + stop.length_s)] = STANDING
    return mode


def trailing_mean(values: Floats, width_s: int) -> Floats:
    """Return the mean of each second and the ones before it, `width_s` in all.

    Works along the last axis. Before the start, the first value is taken to have lasted forever.

    Examples
    --------
    >>> trailing_mean(np.array([0.0, 3.0, 3.0, 3.0]), 3).tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    if width_s <= 1:
        return values
    first = np.repeat(values[..., :1], width_s, axis=-1)
    total = np.cumsum(np.concatenate((first, values), axis=-1), axis=-1)
    return np.asarray((total[..., width_s:] - total[..., :-width_s]) / width_s)


def _planned_mps(plan: PacePlan, seconds: int) -> Floats:
    time_s = np.arange(seconds, dtype=float)
    speed_mps = _plain_mps(plan, time_s)
    for surge in plan.surges:
        speed_mps[(time_s >= surge.at_s) & (time_s < surge.at_s + surge.length_s)] *= surge.gain
    return speed_mps


def _plain_mps(plan: PacePlan, time_s: Floats) -> Floats:
    if plan.kind == "progression":
        return np.asarray(plan.speed_mps * np.linspace(1, plan.gain, time_s.size))
    speed_mps = np.full(time_s.size, plan.speed_mps)
    if plan.kind == "intervals":
        turn_s = (time_s - 600) % (plan.fast_s + plan.slow_s)
        speed_mps[(time_s >= 600) & (turn_s < plan.fast_s)] *= plan.gain
    return speed_mps


def _wander(plan: PacePlan, seconds: int, rng: np.random.Generator) -> Floats:
    """Return relative wandering of pace with a flat spectrum below 1 / (2 * wander_s)."""
    knots = np.arange(0, seconds + 2 * plan.wander_s, plan.wander_s / 2)
    drawn = trailing_mean(rng.standard_normal(knots.size), 2) * np.sqrt(2)
    return np.asarray(plan.wander_share * np.interp(np.arange(seconds), knots, drawn))


def _slope_factor(grade_pct: Floats) -> Floats:
    return np.where(grade_pct > 0, 1 - _UPHILL_LOSS * grade_pct, 1 - _DOWNHILL_GAIN * grade_pct)


def move(
    plan: PacePlan, mode: Modes, walk_mps: float, course: Course, rng: np.random.Generator
) -> Movement:
    """Run the plan over the course.

    Returns
    -------
    Movement
        True speed (m/s), slope (%) and distance (m), shape ``(seconds,)``.
    """
    wished = _planned_mps(plan, mode.size) * (1 + _wander(plan, mode.size, rng))
    wished = np.choose(mode, (wished, np.full(mode.size, walk_mps), np.zeros(mode.size)))
    speed = trailing_mean(wished, 3)
    for _ in range(2):
        distance = np.cumsum(speed) - speed[0]
        grade = course.grade_pct(distance)
        speed = trailing_mean(wished * _slope_factor(grade), 3)
    speed = np.where(mode == STANDING, 0.0, speed)
    return Movement(mode, speed, grade, np.cumsum(speed) - speed[0])
