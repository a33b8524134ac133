"""An archive to try, and invented recordings to put into it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from evenstride.model.archive import FiledRecording, FiledRun
from evenstride.store.archive import Archive, open_archive
from evenstride.store.writing import Writing

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in memory where there is one: waiting for a disk proves nothing here."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def now() -> datetime:
    """Return the moment at which everything is filed here."""
    return NOW


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Return an empty archive."""
    with open_archive(tmp_path / "archive") as opened:
        yield opened


@pytest.fixture
def invented() -> Callable[..., FiledRecording]:
    """Return a maker of recordings: data, day, part, and seconds after six o'clock."""

    def make(data: bytes, day: int = 0, part: int = 0, late_s: float = 0.0) -> FiledRecording:
        return FiledRecording(
            sha256=sha256(data).hexdigest(),
            part=part,
            format="fit",
            device="Garmin fenix 5X",
            serial="3929",
            sport="running",
            start=datetime(2024, 5, 1, 6, tzinfo=UTC) + timedelta(days=day, seconds=late_s),
            duration_s=3600.5,
            distance_m=10_000.25,
        )

    return make


@pytest.fixture
def filed(invented: Callable[..., FiledRecording]) -> Callable[..., FiledRun]:
    """Return what puts data and files it as one recording: writing, data, then as `invented`."""

    def file(
        w: Writing, data: bytes, title: str = "", into: str | None = None, **how: float
    ) -> FiledRun:
        w.put(data, "run.fit", NOW)
        return w.file([invented(data, **how)], title=title, into=into)

    return file
