"""Recordings made by hand, column by column."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from numpy.typing import ArrayLike

from evenstride.model.recording import SAMPLES, DeveloperField, Recording, Source

Recorded = Callable[..., Recording]
START = datetime(2024, 5, 1, 6, tzinfo=UTC)


@pytest.fixture
def recorded() -> Recorded:
    """Return a maker of recordings: columns by name, NaN for what is missing."""

    def make(columns: Mapping[str, ArrayLike], **more: object) -> Recording:
        given = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
        height = len(next(iter(given.values())))
        given.setdefault("time_s", np.arange(height, dtype=np.float64))
        nothing = np.full(height, np.nan)
        samples = pl.DataFrame(
            {n: pl.Series(n, given.get(n, nothing)).fill_nan(None) for n in SAMPLES.names}
        )
        device = str(more.pop("device", "Watch"))
        source = Source(f"{device}.fit", device, "FIT")
        made = Recording(source, device, "running", "generic", START, samples, **more)  # type: ignore[arg-type]  # each test gives the right ones
        assert made.samples.height == height
        return made

    return make


@pytest.fixture
def extra() -> Callable[..., DeveloperField]:
    """Return a maker of developer fields; Stryd's unless another application is told."""

    def make(
        name: str | None,
        unit: str | None,
        values: ArrayLike,
        application: str = "660a581e5301460c8f2f034c8b6dc90f",
        number: int = 0,
    ) -> DeveloperField:
        series = pl.Series("extra", np.asarray(values, dtype=np.float64)).fill_nan(None)
        return DeveloperField(application, 0, number, name, unit, series)

    return make
