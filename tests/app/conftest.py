"""Simulated runs as files, as a runner would give them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evenstride.simulate.fit import DEVICES_OF, fit_bytes
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.writers.fit import Activity, write_activity


@pytest.fixture
def fit_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of simulated runs: name, scenario, seed and, where it is no run, sport."""

    def write(
        name: str = "run.fit",
        scenario: Scenario | None = None,
        seed: int = 1,
        sport: str = "running",
    ) -> Path:
        made = simulate(scenario or Scenario(minutes=15), seed)
        data = fit_bytes(made)
        if sport != "running":
            data = write_activity(
                Activity(
                    made.scenario.start,
                    made.samples,
                    made.laps,
                    devices=DEVICES_OF[made.scenario.kit],
                    sport=sport,
                )
            )
        file = tmp_path / name
        file.write_bytes(data)
        return file

    return write
