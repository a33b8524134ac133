"""The runner that comes with evenstride: simulated, always the same, analysed as any other."""

from collections.abc import Callable
from pathlib import Path

from evenstride.app.analyze import analyze
from evenstride.app.simulation import SimulationRequest, write_simulated
from evenstride.app.views import Analysis, FailedView
from evenstride.model.errors import EvenstrideError
from evenstride.model.marks import RunnersWord

# One founding runner's pattern: it goes two minutes in, and clears miles later. Size and seed are
# chosen so that a watch shows it; docs/science/early-onset.md says how often a watch does not.
DEMO_REQUEST = SimulationRequest(
    minutes=60, onset_s=120, recovery_s=2280, shift_pp=2.5, seed=3, kit="strap"
)
DEMO_FILE = "simulated-runner.fit"


def run_demo(
    folder: Path, progress: Callable[[str, int, int], None] | None = None
) -> tuple[Analysis | FailedView, ...]:
    """Write the simulated runner's FIT file into `folder` and return its analysis.

    Parameters
    ----------
    folder
        Made if missing.
    progress
        Told how far the analysis is, as in `analyze`.

    Raises
    ------
    EvenstrideError
        If the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise EvenstrideError(
            f"The folder {folder} could not be made: {reason.strerror}.",
            "Choose another one with --out.",
        ) from reason
    run = write_simulated(DEMO_REQUEST, folder / DEMO_FILE)
    return analyze([run.file], RunnersWord(laps=("gone", "back")), progress)
