"""The way under the runner: slopes over distance."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from evenstride.model.signal import Floats

CourseKind: TypeAlias = Literal["flat", "rolling"]

EDGE_M = 30.0
"""A climb reaches its full slope, and leaves it, over this distance."""


@dataclass(frozen=True)
class Climb:
    """One hill on the way.

    Attributes
    ----------
    from_m, length_m
        Where it begins, metres from the start, and how long it is.
    grade_pct
        Its slope, on top of the course's own; negative: downhill.
    """

    from_m: float
    length_m: float
    grade_pct: float


@dataclass(frozen=True)
class Hills:
    """A course.

    Attributes
    ----------
    kind
        ``rolling``: waves of many lengths, mixed; ``flat``: none.
    grade_sd_pct
        Standard deviation of the slope, rise over run.
    shortest_m, longest_m
        Between these the lengths of the waves lie.
    climbs
        Single hills on top.
    """

    kind: CourseKind = "rolling"
    grade_sd_pct: float = 1.5
    shortest_m: float = 150.0
    longest_m: float = 2000.0
    climbs: tuple[Climb, ...] = ()


@dataclass(frozen=True)
class Course:
    """A drawn course: the slope at any distance.

    Attributes
    ----------
    amplitude_pct, wavelength_m, phase
        One entry a wave; phase in radians.
    climbs
        Single hills on top.
    """

    amplitude_pct: Floats
    wavelength_m: Floats
    phase: Floats
    climbs: tuple[Climb, ...] = ()

    def grade_pct(self, distance_m: Floats) -> Floats:
        """Return the slope at each distance, same shape, in per cent, at most 15 either way."""
        angle = 2 * np.pi * distance_m[:, None] / self.wavelength_m + self.phase
        grade_pct = np.sin(angle) @ self.amplitude_pct
        for climb in self.climbs:
            inside_m = np.minimum(
                distance_m - climb.from_m, climb.from_m + climb.length_m - distance_m
            )
            grade_pct = grade_pct + climb.grade_pct * np.clip(inside_m / EDGE_M, 0, 1)
        return np.asarray(np.clip(grade_pct, -15, 15))


def draw_course(hills: Hills, rng: np.random.Generator) -> Course:
    """Draw a course of six waves.

    Examples
    --------
    >>> course = draw_course(Hills(kind="flat"), np.random.default_rng(1))
    >>> course.grade_pct(np.array([0.0, 500.0])).tolist()
    [0.0, 0.0]
    """
    waves = 6
    sd_pct = 0.0 if hills.kind == "flat" else hills.grade_sd_pct
    wavelength_m = np.exp(
        rng.uniform(np.log(hills.shortest_m), np.log(hills.longest_m), size=waves)
    )
    amplitude_pct = np.full(waves, sd_pct * np.sqrt(2 / waves))
    return Course(amplitude_pct, wavelength_m, rng.uniform(0, 2 * np.pi, size=waves), hills.climbs)
