"""The way under the runner: slopes over distance."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from evenstride.model.signal import Floats

CourseKind: TypeAlias = Literal["flat", "rolling"]


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
    """

    kind: CourseKind = "rolling"
    grade_sd_pct: float = 1.5
    shortest_m: float = 150.0
    longest_m: float = 2000.0


@dataclass(frozen=True)
class Course:
    """A drawn course: the slope at any distance.

    Attributes
    ----------
    amplitude_pct, wavelength_m, phase
        One entry a wave; phase in radians.
    """

    amplitude_pct: Floats
    wavelength_m: Floats
    phase: Floats

    def grade_pct(self, distance_m: Floats) -> Floats:
        """Return the slope at each distance, same shape, in per cent, at most 15 either way."""
        angle = 2 * np.pi * distance_m[:, None] / self.wavelength_m + self.phase
        return np.asarray(np.clip(np.sin(angle) @ self.amplitude_pct, -15, 15))


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
    return Course(amplitude_pct, wavelength_m, rng.uniform(0, 2 * np.pi, size=waves))
