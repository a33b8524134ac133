"""Simulated runs with one planted episode, and what the search makes of them."""

from dataclasses import dataclass, field, replace

import numpy as np

from evenstride.app.episode_views import episode_view
from evenstride.app.healthy_tail import healthy_tails
from evenstride.coordination.deviation import build_signal
from evenstride.episodes._shift.bins import bin_signal
from evenstride.episodes._shift.evidence import weigh
from evenstride.episodes._shift.reading import gradual_share, preferred, share_out
from evenstride.episodes.shift import search, statistic
from evenstride.model.episode import Episode, Reading
from evenstride.model.marks import RunnersWord
from evenstride.model.signal import Signal
from evenstride.simulate.device import Kit
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from trials.healthy import BALANCE, CONTACT, Asked, healthy_scenario, only
from trials.rivals import Verdict, rival_verdicts

MINUTES = 60.0
_EPISODE = 98
KIT: dict[str, Kit] = {"contact time": "wrist", "balance": "strap", "one foot": "strap"}
COLUMN = {"contact time": "contact_time_ms", "balance": "contact_balance_left_pct"}
QUANTITY = {"contact time": CONTACT, "balance": BALANCE}
SIDES = {1.0: "left", -1.0: "right"}


@dataclass(frozen=True)
class Cell:
    """What is planted.

    Attributes
    ----------
    what
        ``contact time``, ``balance`` or ``one foot``.
    size_sd
        In units of the run's own one-second noise; for one foot, of balance.
    ramp_s, minutes
        How long it takes to come, and how long it lasts; None: to the end of the run.
    mixed
        True where the run is drawn from the unkind mix of healthy runs.
    rivals
        True where the other methods look at it too.
    """

    what: str
    size_sd: float
    ramp_s: float = 0.0
    minutes: float | None = None
    mixed: bool = False
    rivals: bool = False


@dataclass(frozen=True)
class Trial:
    """One run of a cell; size 0 plants nothing."""

    cell: Cell
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What came of one trial.

    Attributes
    ----------
    trial
        What was planted.
    onset_s
        When it was; NaN where nothing was planted.
    log_bf, alone_log_bf
        The statistic with all channels of the kit, and with the planted one alone; NaN where no
        other method looks at the run.
    alarmed
        Whether the search told of an episode.
    found
        Whether one of its readings overlaps the planted episode.
    ambiguous, at_start, agreed
        Whether there is a second reading; whether the first says "from the start"; whether the
        first overlaps the planted episode.
    onset_error_s, onset_covered, onset_width_s
        Of the first reading; measured minus true.
    recovery_error_s, recovery_covered
        The same; None where either the truth or the reading has no recovery.
    gradual
        Probability of a ramp of 60 s or more.
    foot
        ``right`` or ``wrong`` foot named, or ``none``.
    verdicts
        Of the other methods.
    """

    trial: Trial
    onset_s: float = float("nan")
    log_bf: float = float("nan")
    alone_log_bf: float = float("nan")
    alarmed: bool = False
    found: bool = False
    ambiguous: bool = False
    at_start: bool = False
    agreed: bool = False
    onset_error_s: float = float("nan")
    onset_covered: bool = False
    onset_width_s: float = float("nan")
    recovery_error_s: float | None = None
    recovery_covered: bool | None = None
    gradual: float = float("nan")
    foot: str = "none"
    verdicts: dict[tuple[str, str], Verdict] = field(default_factory=dict)


def look(trial: Trial) -> Outcome:
    """Simulate one trial and search it as the program does."""
    scenario, side = planted_scenario(trial)
    signal, _ = build_signal((simulate(scenario, trial.seed).recording(),), (0.0,))
    outcome = Outcome(trial, scenario.episodes[0].onset_s if scenario.episodes else np.nan)
    if trial.cell.rivals:
        alone = only(signal, (QUANTITY[trial.cell.what],))
        outcome = replace(
            outcome,
            log_bf=statistic(signal)[0],
            alone_log_bf=statistic(alone)[0],
            verdicts=rival_verdicts(alone, alone.searched[0]),
        )
    if not scenario.episodes:
        return outcome
    episodes = search(signal, RunnersWord(), (), healthy_tails()).episodes
    return _compared(outcome, episodes[0], signal, (scenario, side)) if episodes else outcome


def planted_scenario(trial: Trial) -> tuple[Scenario, float]:
    """Return the run of a trial with its episode, and +1 for more or left, -1 for less or right."""
    cell = trial.cell
    kit = KIT[cell.what]
    scenario = Scenario(minutes=MINUTES, kit=kit)
    if cell.mixed:
        scenario, _ = healthy_scenario(Asked(kit, MINUTES, trial.seed))
    rng = np.random.default_rng((trial.seed, _EPISODE))
    side = float(rng.choice((-1.0, 1.0)))
    if not cell.size_sd:
        return scenario, side
    latest_s = 2700.0 if cell.minutes is None else (MINUTES - 6 - cell.minutes) * 60
    onset_s = float(rng.uniform(480 if cell.minutes is None else 360, latest_s))
    end_s = None if cell.minutes is None else onset_s + cell.minutes * 60
    episode = PlantedEpisode(onset_s, end_s, ramp_s=cell.ramp_s)
    return replace(scenario, episodes=(_sized(episode, scenario, trial, side),)), side


def _sized(
    episode: PlantedEpisode, scenario: Scenario, trial: Trial, side: float
) -> PlantedEpisode:
    cell = trial.cell
    if cell.what in COLUMN:
        return replace(episode, size_sd=((COLUMN[cell.what], side * cell.size_sd),))
    truth = simulate(scenario, trial.seed).truth
    # 100 L / (L + R) moves by 100 x / (4 contact time) when one foot's time grows by x.
    moved_pp = cell.size_sd * truth.noise_sd["contact_balance_left_pct"]
    longer_ms = moved_pp / 100 * 4 * truth.runner.contact_time.level
    if side > 0:
        return replace(episode, left_contact_time_ms=longer_ms)
    return replace(episode, right_contact_time_ms=longer_ms)


def _compared(
    outcome: Outcome, episode: Episode, signal: Signal, planted: tuple[Scenario, float]
) -> Outcome:
    scenario, side = planted
    true = scenario.episodes[0]
    reading = episode.reading
    recovery = reading.recovery_s if true.recovery_s is not None else None
    foot = episode_view(episode, signal, ()).foot_changed
    return replace(
        outcome,
        alarmed=True,
        found=any(
            overlaps(one, true) for one in (reading, episode.other_reading) if one is not None
        ),
        ambiguous=episode.other_reading is not None,
        at_start=reading.present_at_start,
        agreed=overlaps(reading, true),
        onset_error_s=reading.onset_s.value - true.onset_s,
        onset_covered=reading.onset_s.lo <= true.onset_s <= reading.onset_s.hi,
        onset_width_s=reading.onset_s.hi - reading.onset_s.lo,
        recovery_error_s=None if recovery is None else recovery.value - (true.recovery_s or 0.0),
        recovery_covered=None
        if recovery is None
        else recovery.lo <= (true.recovery_s or 0.0) <= recovery.hi,
        gradual=gradual_probability(signal),
        foot="none" if foot is None else "right" if foot == SIDES[side] else "wrong",
    )


def overlaps(reading: Reading, true: PlantedEpisode) -> bool:
    """Return whether a reading and the planted episode share any time."""
    end_s = np.inf if reading.recovery_s is None else reading.recovery_s.value
    true_end_s = np.inf if true.recovery_s is None else true.recovery_s
    return bool(min(end_s, true_end_s) > max(reading.onset_s.value, true.onset_s))


def gradual_probability(signal: Signal) -> float:
    """Return what the search believes of the beginning, before it says sudden or gradual."""
    evidence = weigh(bin_signal(signal))
    shares, _ = share_out(evidence, RunnersWord())
    return gradual_share(preferred(shares, evidence.grid_s, ())[0], shares)
