"""Runners with a known truth. Knows the nouns and the writers only: no mistake can be shared."""

from evenstride.simulate.body import Planted
from evenstride.simulate.course import Hills
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.laps import LapButton, Press
from evenstride.simulate.pace import PacePlan, RunWalk, Stop
from evenstride.simulate.run import SimulatedRun, Truth, simulate
from evenstride.simulate.runner import Response, Runner
from evenstride.simulate.scenario import Scenario

__all__ = [
    "Hills",
    "LapButton",
    "PacePlan",
    "Planted",
    "PlantedEpisode",
    "Press",
    "Response",
    "RunWalk",
    "Runner",
    "Scenario",
    "SimulatedRun",
    "Stop",
    "Truth",
    "simulate",
]
