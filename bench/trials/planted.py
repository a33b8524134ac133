"""Simulated runs with planted episodes, and with the truth about them.

Everything is planted into the body, before the watch smooths and rounds.
"""

from dataclasses import dataclass, replace

import numpy as np

from evenstride.model.episode import EpisodeKind
from evenstride.model.recording import Recording
from evenstride.model.signal import Floats
from evenstride.simulate.device import Kit
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from trials.decoys import decoyed
from trials.healthy import BALANCE, CONTACT, Asked, healthy_scenario

MINUTES = 60.0
_EPISODE = 98
_LEAD_S, _TAIL_S, _GAP_S = 360.0, 360.0, 360.0
KIT: dict[str, Kit] = {
    "contact time": "wrist",
    "balance": "strap",
    "one foot": "strap",
    "wrist": "wrist",
    "strap": "strap",
    "strap+stryd": "strap+stryd",
}
COLUMN = {"contact time": "contact_time_ms", "balance": "contact_balance_left_pct"}
QUANTITY = {"contact time": CONTACT, "balance": BALANCE}
SIDES = {1.0: "left", -1.0: "right"}


@dataclass(frozen=True)
class Cell:
    """What is planted.

    Attributes
    ----------
    what
        ``contact time``, ``balance`` or ``one foot``; a device kit where nothing is planted.
    size_sd
        In units of the run's own one-second noise; for one foot, of balance.
    ramp_s, minutes
        How long it takes to come, and how long it lasts; None: to the end of the run. Several
        episodes last 8 to 10 minutes each, drawn at random.
    mixed
        True where the run is drawn from the unkind mix of healthy runs.
    compared
        True where other methods look at it too.
    group
        Which part of the benchmark it belongs to.
    count
        How many episodes, with at least six clean minutes between them.
    kind
        ``shift``; ``variability``: `size_sd` is the factor by which noise grows; ``bursts``.
    bursts_per_min, burst_s
        How often and how long, for ``bursts``.
    onset_s
        A fixed onset; None draws one.
    decoy
        Name of something that is no episode (`trials.decoys.DECOYS`).
    run_minutes
        Length of the run, or of what is to be judged of it where `mixed`.
    """

    what: str
    size_sd: float = 0.0
    ramp_s: float = 0.0
    minutes: float | None = None
    mixed: bool = False
    compared: bool = False
    group: str = ""
    count: int = 1
    kind: EpisodeKind = "shift"
    bursts_per_min: float = 4.0
    burst_s: float = 3.0
    onset_s: float | None = None
    decoy: str = ""
    run_minutes: float = MINUTES


@dataclass(frozen=True)
class Trial:
    """One run of a cell; size 0 plants nothing. With a file, that real run is planted into."""

    cell: Cell
    seed: int
    file: str = ""

    @property
    def half(self) -> str:
        """Even seeds are for setting, odd ones for reporting; of real runs, see halves.toml."""
        return "reporting" if self.seed % 2 else "setting"


@dataclass(frozen=True)
class Truth:
    """One planted episode; no recovery: it lasts to the end."""

    onset_s: float
    recovery_s: float | None
    ramp_s: float


def recording_of(trial: Trial) -> tuple[Recording, tuple[Truth, ...], float]:
    """Return a simulated trial as the watch recorded it, the truth, and the side it went to."""
    scenario, side = planted_scenario(trial)
    recording = decoyed(trial.cell.decoy, scenario, trial.seed)
    return recording, truths(scenario.episodes), side


def truths(episodes: tuple[PlantedEpisode, ...]) -> tuple[Truth, ...]:
    """Return what was planted, without how."""
    return tuple(Truth(one.onset_s, one.recovery_s, one.ramp_s) for one in episodes)


def planted_scenario(trial: Trial) -> tuple[Scenario, float]:
    """Return the run of a trial with its episode, and +1 for more or left, -1 for less or right."""
    cell = trial.cell
    kit = KIT[cell.what]
    scenario = Scenario(minutes=cell.run_minutes, kit=kit)
    if cell.mixed:
        scenario, _ = healthy_scenario(Asked(kit, cell.run_minutes, trial.seed))
    rng = np.random.default_rng((trial.seed, _EPISODE))
    side = float(rng.choice((-1.0, 1.0)))
    if not cell.size_sd:
        return scenario, side
    episodes = tuple(
        _sized(PlantedEpisode(onset_s, recovery_s, ramp_s=cell.ramp_s), scenario, trial, side)
        for onset_s, recovery_s in moments(cell, rng)
    )
    return replace(scenario, episodes=episodes), side


def moments(cell: Cell, rng: np.random.Generator) -> list[tuple[float, float | None]]:
    """Draw onset and recovery of every episode of a cell."""
    if cell.count > 1:
        return _several(cell, rng)
    if cell.onset_s is not None:
        return [(cell.onset_s, None if cell.minutes is None else cell.minutes * 60)]
    if cell.minutes is None:
        latest_s = min(2700.0, cell.run_minutes * 60 - cell.ramp_s - _TAIL_S)
        return [(float(rng.uniform(480, latest_s)), None)]
    latest_s = (cell.run_minutes - cell.minutes) * 60 - _TAIL_S
    onset_s = float(rng.uniform(_LEAD_S, latest_s))
    return [(onset_s, onset_s + cell.minutes * 60)]


def _several(cell: Cell, rng: np.random.Generator) -> list[tuple[float, float | None]]:
    lengths_s = rng.uniform(480, 600, size=cell.count)
    fixed_s = lengths_s.sum() + _LEAD_S + _TAIL_S / 2 + _GAP_S * (cell.count - 1)
    free_s = rng.dirichlet(np.ones(cell.count + 1)) * (cell.run_minutes * 60 - fixed_s)
    gaps_s = free_s[:-1] + np.array([_LEAD_S] + [_GAP_S] * (cell.count - 1))
    onsets_s = np.cumsum(gaps_s) + np.concatenate(([0.0], np.cumsum(lengths_s)[:-1]))
    return [(float(a), float(a + b)) for a, b in zip(onsets_s, lengths_s, strict=True)]


def _sized(
    episode: PlantedEpisode, scenario: Scenario, trial: Trial, side: float
) -> PlantedEpisode:
    cell = trial.cell
    if cell.kind == "variability":
        return replace(episode, kind=cell.kind, noise_gain=cell.size_sd)
    if cell.kind == "bursts":
        episode = replace(
            episode, kind=cell.kind, bursts_per_min=cell.bursts_per_min, burst_s=cell.burst_s
        )
    if cell.what in COLUMN:
        return replace(episode, size_sd=((COLUMN[cell.what], side * cell.size_sd),))
    return _one_foot(episode, scenario, trial, side)


def _one_foot(
    episode: PlantedEpisode, scenario: Scenario, trial: Trial, side: float
) -> PlantedEpisode:
    truth = simulate(scenario, trial.seed).truth
    # 100 L / (L + R) moves by 100 x / (4 contact time) when one foot's time grows by x.
    moved_pp = trial.cell.size_sd * truth.noise_sd["contact_balance_left_pct"]
    longer_ms = moved_pp / 100 * 4 * truth.runner.contact_time.level
    if side > 0:
        return replace(episode, left_contact_time_ms=longer_ms)
    return replace(episode, right_contact_time_ms=longer_ms)


def envelope(cell: Cell, truth: Truth, seconds: int, rng: np.random.Generator) -> Floats:
    """Return how fully an episode is there at each second, bursts drawn, shape ``(seconds,)``.

    For real runs; the simulation has its own.
    """
    time_s = np.arange(seconds, dtype=np.float64)
    end_s = np.inf if truth.recovery_s is None else truth.recovery_s
    coming = (time_s - truth.onset_s) / truth.ramp_s if truth.ramp_s else np.inf
    here = np.where((time_s >= truth.onset_s) & (time_s < end_s), np.clip(coming, 0, 1), 0.0)
    if cell.kind != "bursts":
        return here
    starts = rng.random(seconds) < cell.bursts_per_min / 60
    bad = np.convolve(starts, np.ones(max(round(cell.burst_s), 1)))[:seconds] > 0
    return np.asarray(here * bad)
