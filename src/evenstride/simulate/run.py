"""A simulated run: a scenario and a seed in; samples, laps and the truth out."""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import polars as pl

from evenstride.model.intervals import Stretch
from evenstride.model.recording import DeveloperField, Recording, Source
from evenstride.model.signal import Floats
from evenstride.simulate.body import Planted, all_planted, plant, undisturbed
from evenstride.simulate.course import draw_course
from evenstride.simulate.device import (
    NOISE_OF,
    Columns,
    Rows,
    drop_out,
    kept_rows,
    measure,
    sample_columns,
    samples_table,
    watch_speed,
)
from evenstride.simulate.episode import draw_latencies, in_bouts
from evenstride.simulate.laps import Press, draw_presses, laps_table
from evenstride.simulate.noise import Noise, draw_noise
from evenstride.simulate.pace import Movement, modes, move
from evenstride.simulate.runner import Runner, draw_runner
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.stryd import stryd_fields
from evenstride.writers.fit import WATCH


class Stream(IntEnum):
    """Chance is drawn apart for each purpose: an episode more leaves the noise as it was."""

    RUNNER = 0
    COURSE = 1
    PACE = 2
    NOISE = 3
    DEVICE = 4
    EPISODE = 5
    LAPS = 6
    STRYD = 7
    SPACING = 8
    BOUTS = 9


@dataclass(frozen=True)
class Truth:
    """What an analysis should find.

    Attributes
    ----------
    planted
        Every episode, those of bouts one by one.
    noise_sd
        This run's own one-second noise by channel, in the channel's unit.
    runner
        Level and responses used.
    presses
        Presses of the lap button and what they meant.
    bouts
        Stretches of running.
    speed_mps, grade_pct
        True values for every second, whether written or not, shape ``(seconds,)``.
    bout_latencies_s
        When coordination was to go in each bout, seconds after its start, even where the bout ended
        before; None where nothing happens in it. Empty where nothing is planted into bouts.
    """

    planted: tuple[Planted, ...]
    noise_sd: dict[str, float]
    runner: Runner
    presses: tuple[Press, ...]
    bouts: tuple[Stretch, ...]
    speed_mps: Floats
    grade_pct: Floats
    bout_latencies_s: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class SimulatedRun:
    """A run as a watch would have written it, and the truth behind it.

    Attributes
    ----------
    samples, laps, pauses, developer_fields
        As in `Recording`.
    truth
        What was planted.
    scenario, seed
        What it was drawn from.
    """

    samples: pl.DataFrame
    laps: pl.DataFrame
    pauses: tuple[Stretch, ...]
    developer_fields: tuple[DeveloperField, ...]
    truth: Truth
    scenario: Scenario
    seed: int

    def recording(self) -> Recording:
        """Return the run as if read from a file; no bytes are made."""
        return Recording(
            Source(f"simulated-{self.seed}.fit", "", "simulated"),
            WATCH.name,
            "running",
            "generic",
            self.scenario.start,
            self.samples,
            self.laps,
            self.pauses,
            self.developer_fields,
            spacing=self.scenario.spacing,
        )


def _chance(seed: int, purpose: Stream) -> np.random.Generator:
    return np.random.default_rng((seed, int(purpose)))


def _movement(scenario: Scenario, seed: int) -> Movement:
    walk_mps = scenario.run_walk.walk_speed_mps if scenario.run_walk else 0.0
    return move(
        scenario.pace,
        modes(round(scenario.minutes * 60), scenario.run_walk, scenario.stops),
        walk_mps,
        draw_course(scenario.hills, _chance(seed, Stream.COURSE)),
        _chance(seed, Stream.PACE),
    )


def _noise(scenario: Scenario, seed: int) -> Noise:
    seconds = round(scenario.minutes * 60)
    noise = draw_noise(NOISE_OF[scenario.kit], seconds, _chance(seed, Stream.NOISE))
    return replace(
        noise, values=noise.values * scenario.noise_gain, sd=noise.sd * scenario.noise_gain
    )


def _pauses(scenario: Scenario) -> tuple[Stretch, ...]:
    reason = "the timer was stopped"
    return tuple(Stretch(s.at_s, s.at_s + s.length_s, reason) for s in scenario.stops if s.paused)


def _pod(
    scenario: Scenario, seed: int, body: Columns, noise: Noise, movement: Movement
) -> tuple[DeveloperField, ...]:
    if scenario.kit != "strap+stryd":
        return ()
    return stryd_fields(body, noise, movement, _chance(seed, Stream.STRYD))


def _at(rows: Rows, fields: tuple[DeveloperField, ...]) -> tuple[DeveloperField, ...]:
    return tuple(replace(extra, values=extra.values.gather(rows)) for extra in fields)


def _latencies_s(scenario: Scenario, seed: int, bouts: int) -> tuple[float | None, ...]:
    if scenario.bout_episode is None:
        return ()
    median_s = scenario.bout_episode.onset_s
    return draw_latencies(median_s, scenario.bout_latencies, bouts, _chance(seed, Stream.BOUTS))


def _true(scenario: Scenario, seed: int, runner: Runner, noise: Noise, movement: Movement) -> Truth:
    latencies_s = _latencies_s(scenario, seed, len(movement.bouts))
    wanted = scenario.episodes
    if scenario.bout_episode is not None:
        wanted += in_bouts(scenario.bout_episode, movement.bouts, latencies_s)
    planted = all_planted(runner, noise, wanted)
    episodes = tuple(one.episode for one in planted)
    presses = draw_presses(scenario.laps, episodes, movement.mode.size, _chance(seed, Stream.LAPS))
    return Truth(
        planted,
        {name: noise.sd_of(name) for name in noise.names},
        runner,
        presses,
        movement.bouts,
        movement.speed_mps,
        movement.grade_pct,
        latencies_s,
    )


def simulate(scenario: Scenario, seed: int) -> SimulatedRun:
    """Simulate one run.

    Parameters
    ----------
    scenario
        What happens.
    seed
        A whole number from 0; the same scenario and seed give the same run, byte for byte.

    Examples
    --------
    >>> from evenstride.simulate.episode import PlantedEpisode
    >>> run = simulate(Scenario(minutes=20, episodes=(PlantedEpisode(300, 900, balance_pp=2),)), 7)
    >>> run.samples.height, [press.meaning for press in run.truth.presses]
    (1200, ['gone', 'back'])
    """
    movement = _movement(scenario, seed)
    runner = scenario.runner or draw_runner(_chance(seed, Stream.RUNNER))
    noise = _noise(scenario, seed)
    truth = _true(scenario, seed, runner, noise, movement)
    body = undisturbed(scenario, runner, movement)
    chance = _chance(seed, Stream.EPISODE)
    for planted in truth.planted:
        noise = plant(body, noise, planted, chance)
    chance = _chance(seed, Stream.DEVICE)
    shown = measure(body, noise, movement, chance)
    columns = sample_columns(shown, movement, watch_speed(movement, chance), runner.heart_rate_bpm)
    pauses = _pauses(scenario)
    rows = kept_rows(movement, pauses, scenario.spacing, _chance(seed, Stream.SPACING))
    return SimulatedRun(
        samples_table(drop_out(columns, scenario.drop_outs), rows),
        laps_table(truth.presses, movement.distance_m, scenario.laps.every_m),
        pauses,
        _at(rows, _pod(scenario, seed, body, noise, movement)),
        truth,
        scenario,
        seed,
    )
