"""Someone else's method can be run on the benchmark's cases, beside ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"
METHOD = """
import numpy as np

def highest(time_s, series):
    values = np.where(series["running"] > 0, series["contact_time deviation"], np.nan)
    windows = values[: time_s.size // 600 * 600].reshape(-1, 600)
    means = np.abs(np.nanmean(windows, axis=1) - np.nanmedian(values))
    best = int(np.argmax(means))
    return [(600.0 * best, 600.0 * (best + 1), float(means[best]))]
"""
RUN = """
import json
from trials.looking import look_with
from trials.planted import Cell, Trial

cells = (
    Cell("contact time", 3.0, minutes=20.0),
    Cell("contact time"),
    Cell("contact time", 3.0, minutes=15.0, kind="variability"),
    Cell("balance", decoy="sensor silent for 5 min"),
)
rows = [look_with(Trial(cell, 1), "strangers_module:highest").row() for cell in cells]
print(json.dumps(rows))
"""


@pytest.mark.slow
def test_a_method_from_elsewhere_sees_the_cases_and_is_written_down_beside_ours(
    tmp_path: Path,
) -> None:
    (tmp_path / "strangers_module.py").write_text(METHOD, encoding="utf-8")
    folders = os.pathsep.join([*sys.path, str(BENCH), str(tmp_path)])
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        env={**os.environ, "PYTHONPATH": folders, "OMP_NUM_THREADS": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    planted, healthy, unsteady, decoy = json.loads(done.stdout)
    truth, theirs = planted["planted"][0], planted["told"]["strangers_module:highest"][0]
    assert theirs["onset_s"] < truth["recovery_s"]
    assert theirs["recovery_s"] > truth["onset_s"]
    assert theirs["score"] > healthy["told"]["strangers_module:highest"][0]["score"]
    assert healthy["planted"] == decoy["planted"] == []
    assert unsteady["kind"] == "variability"
    assert {row["half"] for row in (planted, healthy, unsteady, decoy)} == {"reporting"}
