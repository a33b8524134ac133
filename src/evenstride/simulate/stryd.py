"""A second device on the same run: a foot pod of another maker, with its own noise and offset."""

import numpy as np
import polars as pl

from evenstride.model.recording import DeveloperField
from evenstride.model.signal import Floats
from evenstride.simulate.device import Columns
from evenstride.simulate.noise import (
    WRIST_CONTACT_TIME_ACF,
    ChannelNoise,
    Noise,
    NoiseModel,
    draw_noise,
)
from evenstride.simulate.pace import STANDING, Movement, trailing_mean

APPLICATION = "660a581e5301460c8f2f034c8b6dc90f"
"""Stryd's application id, as public files carry it."""

SHARED_R = 0.76
"""Correlation of its contact time with the watch's after pace and slope, one public run."""

OFFSET_MS = (-27.0, -3.0)
"""Its contact time minus Garmin's lies between these over four files."""

# Residual SDs of one public run: 8.4 ms, 0.22 cm, 0.28 kN/m, 1.4 W, 12.8 W, 1.8 steps/min.
_OWN = NoiseModel(
    tuple(
        ChannelNoise(name, sd, WRIST_CONTACT_TIME_ACF)
        for name, sd in (
            ("contact_time_ms", 8.4),
            ("oscillation_cm", 0.22),
            ("stiffness", 0.25),
            ("form_power_w", 1.4),
            ("power_w", 12.8),
            ("cadence_spm", 1.8),
        )
    ),
    tuple(tuple(1.0 if i == j else 0.0 for j in range(6)) for i in range(6)),
)


def _contact_time(body: Columns, noise: Noise, own: Noise, offset_ms: float) -> Floats:
    shared = noise.of("contact_time_ms") / noise.sd_of("contact_time_ms")
    apart = np.sqrt(1 - SHARED_R**2) * own.of("contact_time_ms")
    level = trailing_mean(body["contact_time_ms"], 4) + offset_ms
    return np.asarray(level + SHARED_R * own.sd_of("contact_time_ms") * shared + apart)


def _field(number: int, name: str, unit: str, values: Floats) -> DeveloperField:
    return DeveloperField(APPLICATION, 0, number, name, unit, pl.Series(name, values))


def stryd_fields(
    body: Columns, noise: Noise, movement: Movement, rng: np.random.Generator
) -> tuple[DeveloperField, ...]:
    """Return the pod's fields, one value a second, rounded as it rounds; 0 while standing."""
    own = draw_noise(_OWN, movement.mode.size, rng)
    contact = _contact_time(body, noise, own, float(rng.uniform(*OFFSET_MS)))
    usual = float(np.median(contact))
    power = 75 * movement.speed_mps * (1 + 0.03 * movement.grade_pct) + own.of("power_w")
    oscillation = (trailing_mean(body["vertical_oscillation_mm"], 4) - 5) / 10
    stiffness = 10.0 - 0.018 * (contact - usual) + own.of("stiffness")
    columns = (
        (0, "Power", "Watts", np.rint(power)),
        (2, "Cadence", "RPM", np.rint((body["cadence_spm"] + own.of("cadence_spm")) / 2)),
        (3, "Ground Time", "Milliseconds", np.rint(contact / 2) * 2),
        (
            4,
            "Vertical Oscillation",
            "Centimeters",
            np.rint((oscillation + own.of("oscillation_cm")) * 8) / 8,
        ),
        (
            8,
            "Form Power",
            "Watts",
            np.rint(72 + own.of("form_power_w") + 2 * (movement.speed_mps - 2.9)),
        ),
        (9, "Leg Spring Stiffness", "KN/m", np.rint(stiffness * 8) / 8),
    )
    standing = movement.mode == STANDING
    return tuple(
        _field(number, name, unit, np.where(standing, 0.0, np.clip(values, 0, 60000)))
        for number, name, unit, values in columns
    )
