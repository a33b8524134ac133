"""What is to be simulated."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from evenstride.model.errors import EvenstrideError
from evenstride.model.recording import Spacing
from evenstride.simulate.course import Hills
from evenstride.simulate.device import DropOut, Kit
from evenstride.simulate.episode import Latencies, PlantedEpisode
from evenstride.simulate.laps import LapButton
from evenstride.simulate.pace import PacePlan, RunWalk, Stop
from evenstride.simulate.runner import Runner

START = datetime(2024, 1, 1, 8, tzinfo=UTC)
"""When simulated runs begin, unless told."""


@dataclass(frozen=True)
class Scenario:
    """What is to be simulated; every part has a plain default.

    Attributes
    ----------
    minutes
        Length of the recording, pauses included.
    pace, hills
        The plan and the course.
    runner
        Level and responses; None draws a runner from the seed.
    kit
        ``wrist``: no balance; ``strap``: with it; ``strap+stryd``: and a foot pod as second device.
    spacing
        ``every second`` or ``smart``.
    stops, run_walk
        Where the runner stands or walks.
    episodes
        Planted, times from the recording's start.
    bout_episode
        Planted into every bout of running between stops and walk breaks, times from its start.
    laps
        How the lap button is used.
    noise_gain
        1: noise and false starts as measured; 0: none, to see the truth alone. Sizes given in noise
        shrink with it.
    start
        Moment of second 0.
    drop_outs
        Where a sensor loses contact.
    """

    minutes: float = 60.0
    pace: PacePlan = field(default_factory=PacePlan)
    hills: Hills = field(default_factory=Hills)
    runner: Runner | None = None
    kit: Kit = "strap"
    spacing: Spacing = "every second"
    stops: tuple[Stop, ...] = ()
    run_walk: RunWalk | None = None
    episodes: tuple[PlantedEpisode, ...] = ()
    bout_episode: PlantedEpisode | None = None
    laps: LapButton = field(default_factory=LapButton)
    noise_gain: float = 1.0
    start: datetime = START
    bout_latencies: Latencies = field(default_factory=Latencies)
    drop_outs: tuple[DropOut, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a run too short to hold anything."""
        if self.minutes * 60 < 10:
            raise EvenstrideError("A run of less than 10 s cannot be simulated.", "Ask for more.")
