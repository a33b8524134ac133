"""Write one run as Stryd's PowerCenter exports it: a row a second, the pod's columns by name.

The names and units stand here a second time, so that a mistake in the reader cannot hide. They are
those of public exports; the balance columns are those two public programs name, and no public
sample of them was found.
"""

import math
from collections.abc import Sequence
from datetime import datetime

import polars as pl

from evenstride.model.recording import SAMPLES, DeveloperField

_HEADER = (
    "Timestamp",
    "Power (w/kg)",
    "Form Power (w/kg)",
    "Air Power (w/kg)",
    "Watch Speed (m/s)",
    "Stryd Speed (m/s)",
    "Watch Distance (meters)",
    "Stryd Distance (meters)",
    "Stiffness",
    "Stiffness/kg",
    "Ground Time (ms)",
    "Cadence (spm)",
    "Vertical Oscillation (cm)",
    "Watch Elevation (m)",
    "Stryd Elevation (m)",
)
_BALANCES = ("Ground Time Balance", "Leg Spring Stiffness Balance")


def write_powercenter(
    start: datetime,
    samples: pl.DataFrame,
    pod: Sequence[DeveloperField],
    weight_kg: float = 70.0,
    *,
    two_pods: bool = False,
) -> bytes:
    """Return a run as the bytes of a PowerCenter export.

    Parameters
    ----------
    start
        Aware moment of second 0.
    samples
        A table of `SAMPLES` on whole seconds.
    pod
        The pod's fields as a watch stores them: ``Power``, ``Cadence``, ``Ground Time`` ...
    weight_kg
        By which power is divided.
    two_pods
        Whether to write balance columns, from ``contact_balance_left_pct``.

    Returns
    -------
    bytes
        UTF-8, one line a sample.

    Examples
    --------
    >>> from datetime import UTC
    >>> write_powercenter(datetime(2026, 5, 4, tzinfo=UTC), SAMPLES.empty(), ())[:22]
    b'Timestamp,Power (w/kg)'
    """
    SAMPLES.check(samples)
    fields = {extra.name: extra.values.fill_null(0).to_list() for extra in pod}
    nothing = [0.0] * samples.height

    def of(name: str, factor: float = 1.0) -> list[float]:
        return [value * factor for value in fields.get(name, nothing)]

    def watch(name: str) -> list[float]:
        return samples[name].fill_null(0.0).to_list()

    columns = [
        [math.floor(start.timestamp() + second) for second in samples["time_s"].to_list()],
        of("Power", 1 / weight_kg),
        of("Form Power", 1 / weight_kg),
        nothing,
        watch("speed_mps"),
        watch("speed_mps"),
        watch("distance_m"),
        watch("distance_m"),
        of("Leg Spring Stiffness"),
        of("Leg Spring Stiffness", 1 / weight_kg),
        of("Ground Time"),
        of("Cadence", 2.0),
        of("Vertical Oscillation"),
        watch("altitude_m"),
        watch("altitude_m"),
    ]
    header: tuple[str, ...] = _HEADER
    if two_pods:
        header += _BALANCES
        columns += [watch("contact_balance_left_pct"), [50.0] * samples.height]
    lines = [",".join(header), *(",".join(map(_said, row)) for row in zip(*columns, strict=True))]
    return ("\n".join(lines) + "\n").encode()


def _said(value: float) -> str:
    """Return a number as the export writes it: whole ones without a point, none cut short."""
    return str(int(value)) if value == int(value) else repr(value)
