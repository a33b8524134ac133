"""The ideal test knows the noise the simulation draws, and keeps to its rate of false alarms."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"
COVARIANCE = """
import json
from dataclasses import replace
import numpy as np
from evenstride.simulate.noise import STRAP, draw_noise
from trials.ideal import _between

quiet = tuple(replace(channel, excursions_per_h=0.0) for channel in STRAP.channels)
model = replace(STRAP, volatility=0.0, scale_spread=0.0, channels=quiet)
rng = np.random.default_rng(1)
runs = [draw_noise(model, 3600, rng) for _ in range(150)]
means = np.array([(run.values / run.sd[:, None]).reshape(4, 120, 30).mean(2) for run in runs])
pairs = []
for a, b in ((0, 0), (0, 1), (1, 1)):
    known = _between(model, (a, b), 30, 120)[0]
    for lag in (0, 1, 4):
        drawn = (means[:, a, : 120 - lag] * means[:, b, lag:]).mean()
        pairs.append((float(known[lag]), float(drawn)))
print(json.dumps(pairs))
"""
DETECTION = """
import json
from trials.ideal import FALSE_ALARMS, IDEALS, detection

print(json.dumps(detection(IDEALS[0], "contact time", (0.001, 1.0, 2.0, 5.0), 10.0)))
"""


def printed(code: str) -> object:
    """Run code that can import the bench, and return what it prints as JSON."""
    folders = os.pathsep.join([*sys.path, str(BENCH)])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": folders, "OMP_NUM_THREADS": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_the_covariance_it_knows_is_that_of_the_noise_drawn() -> None:
    pairs = printed(COVARIANCE)
    assert isinstance(pairs, list)
    for known, drawn in pairs:
        assert drawn == pytest.approx(known, abs=0.03)


@pytest.mark.slow
def test_nothing_planted_is_found_as_often_as_false_alarms_and_more_with_size() -> None:
    shares = printed(DETECTION)
    assert isinstance(shares, list)
    assert shares[0] == pytest.approx(0.05, abs=0.01)
    assert sorted(shares) == shares
    assert shares[-1] > 0.999
