"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no defect: an example may take its time.
settings.register_profile("house", parent=settings(), deadline=None)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of public real recordings, or skip: they are never part of the project."""
    folder = Path(os.environ.get("EVENSTRIDE_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "fit").is_dir():
        pytest.skip("the real recordings are not on this machine (EVENSTRIDE_REAL_DATA)")
    return folder
