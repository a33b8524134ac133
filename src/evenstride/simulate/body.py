"""The body: what runner, pace and slope make of each channel, and what is planted into it."""

from dataclasses import dataclass, replace

import numpy as np

from evenstride.simulate.device import Columns
from evenstride.simulate.episode import PlantedEpisode, bad_seconds, envelope, shifts
from evenstride.simulate.noise import Noise
from evenstride.simulate.pace import RUNNING, WALKING, Movement
from evenstride.simulate.runner import CHANNELS, WALK, Runner
from evenstride.simulate.scenario import Scenario


@dataclass(frozen=True)
class Planted:
    """An episode as it went into the body.

    Attributes
    ----------
    episode
        With times from the recording's start.
    shifts
        Full change by channel, in the channel's unit.
    """

    episode: PlantedEpisode
    shifts: dict[str, float]


def undisturbed(scenario: Scenario, runner: Runner, movement: Movement) -> Columns:
    """Return what the body does by pace and slope alone, by channel."""
    faster = np.clip(movement.speed_mps - scenario.pace.speed_mps, -1.5, None)
    faster = np.where(movement.mode == RUNNING, faster, 0.0)
    walking = movement.mode == WALKING
    return {
        name: response.at(faster, movement.grade_pct) + WALK[name] * walking
        for name, response in zip(CHANNELS, runner.responses(), strict=True)
    }


def plant(body: Columns, noise: Noise, planted: Planted, rng: np.random.Generator) -> Noise:
    """Add one episode to the body, in place, and return the noise it leaves."""
    seconds = noise.values.shape[1]
    here = envelope(planted.episode, seconds)
    if planted.episode.kind == "variability":
        louder = 1 + (planted.episode.noise_gain - 1) * here
        return replace(noise, values=noise.values * louder)
    if planted.episode.kind == "bursts":
        here = here * bad_seconds(planted.episode, seconds, rng)
    for name, size in planted.shifts.items():
        body[name] = body[name] + size * here
    return noise


def all_planted(
    runner: Runner, noise: Noise, wanted: tuple[PlantedEpisode, ...]
) -> tuple[Planted, ...]:
    """Return the episodes wanted, with their sizes."""
    sd = {name: noise.sd_of(name) for name in noise.names}
    contact_ms = runner.contact_time.level
    return tuple(Planted(episode, shifts(episode, contact_ms, sd)) for episode in wanted)
