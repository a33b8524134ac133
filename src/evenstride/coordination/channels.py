"""The quantities a watch file may offer, and where in it each one stands."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from evenstride.coordination.clock import on_clock
from evenstride.coordination.sides import is_flipped, other_foot
from evenstride.model.recording import DeveloperField, Recording
from evenstride.model.signal import Bools, Floats

MAKERS = {"660a581e5301460c8f2f034c8b6dc90f": "Stryd"}
"""Application ids of makers whose sensors write into a watch's file."""

_ONE_FOOT = (
    r"{side} (ground )?(contact|ground|stance) time"
    r"|(ground )?(contact|ground|stance) time\W+({side}|{initial})\W?"
)


@dataclass(frozen=True)
class Quantity:
    """One quantity, wherever it was measured.

    Attributes
    ----------
    name
        Stable name.
    unit
        Suffix of the unit the values are in.
    says
        What it is, in plain words.
    plausible
        Lowest and highest value a runner can have; values outside are set aside and counted.
    quietest
        Noise below which no body was measured: finer than any device resolves.
    column
        The `SAMPLES` column that holds it, empty where none does.
    developer
        Pattern for the name other makers give it, empty where none is known.
    """

    name: str
    unit: str
    says: str
    plausible: tuple[float, float]
    quietest: float
    column: str = ""
    developer: str = ""


QUANTITIES = (
    Quantity(
        "contact_balance_left",
        "pct",
        "the left foot's share of ground contact time",
        (35.0, 65.0),
        0.01,
        "contact_balance_left_pct",
    ),
    Quantity(
        "contact_time",
        "ms",
        "time a foot stays on the ground",
        (100.0, 450.0),
        0.2,
        "contact_time_ms",
        r"ground time|ground contact time|stance time",
    ),
    Quantity(
        "contact_time_left",
        "ms",
        "time the left foot stays on the ground",
        (100.0, 450.0),
        0.2,
        developer=_ONE_FOOT.format(side="left", initial="l"),
    ),
    Quantity(
        "contact_time_right",
        "ms",
        "time the right foot stays on the ground",
        (100.0, 450.0),
        0.2,
        developer=_ONE_FOOT.format(side="right", initial="r"),
    ),
    Quantity(
        "vertical_oscillation",
        "mm",
        "rise and fall of the trunk in a step",
        (20.0, 200.0),
        0.1,
        "vertical_oscillation_mm",
        r"vertical oscillation",
    ),
    Quantity(
        "vertical_ratio",
        "pct",
        "rise and fall of the trunk over step length",
        (2.0, 25.0),
        0.005,
        "vertical_ratio_pct",
    ),
    Quantity(
        "step_length", "mm", "length of a step at this pace", (300.0, 2500.0), 0.5, "step_length_mm"
    ),
    Quantity(
        "cadence",
        "spm",
        "steps a minute at this pace",
        (135.0, 260.0),
        0.05,
        "cadence_spm",
        r"cadence",
    ),
    Quantity(
        "leg_spring_stiffness",
        "kn_per_m",
        "stiffness of the leg as a spring",
        (2.0, 40.0),
        0.005,
        "leg_spring_stiffness_kn_per_m",
        r"leg spring stiffness",
    ),
)

_QUANTITY = {quantity.name: quantity for quantity in QUANTITIES}
_BALANCE = "contact_balance_left"
_EACH_FOOT = ("contact_time_left", "contact_time_right")

_TO_OUR_UNIT = {
    ("mm", "centimeters"): 10.0,
    ("mm", "cm"): 10.0,
    ("spm", "rpm"): 2.0,
    ("spm", "strides/min"): 2.0,
    ("ms", "s"): 1000.0,
}


@dataclass(frozen=True)
class Measured:
    """One quantity as one device measured it, on the run's clock, NaN where there is none.

    Attributes
    ----------
    quantity
        What it is.
    name
        The quantity's name, with the maker in front where the watch did not measure it itself.
    device
        Who measured it.
    values
        Shape ``(seconds,)``.
    implausible
        True where a value was set aside because no runner can have it.
    exchanged
        True where left and right were exchanged, as the runner set for this device.
    """

    quantity: Quantity
    name: str
    device: str
    values: Floats
    implausible: Bools
    exchanged: bool = False

    @property
    def is_sided(self) -> bool:
        """True where the quantity tells left from right."""
        return self.quantity.name == _BALANCE or self.quantity.name in _EACH_FOOT


def measured_channels(
    recording: Recording, offset_s: float, seconds: int, flipped: Sequence[str] = ()
) -> list[Measured]:
    """Return every known quantity of `recording` on a clock of `seconds`.

    The watch's own columns come first, then other makers' developer fields. Left and right contact
    time follow from contact time and balance together where the file has both. Left and right of
    the devices in `flipped` are exchanged before anything else is made of them.
    """
    time_s = recording.samples["time_s"].to_numpy() + offset_s
    smart = recording.spacing == "smart"

    def clocked(values: pl.Series) -> Floats:
        return on_clock(time_s, values, seconds, smart=smart)

    own = [
        _sides_set(
            _measured(
                quantity, quantity.name, recording.device, clocked(recording.samples[column])
            ),
            flipped,
        )
        for quantity in QUANTITIES
        if (column := quantity.column) and recording.samples[column].null_count() < len(time_s)
    ]
    others = [
        _sides_set(found, flipped)
        for extra in recording.developer_fields
        if (found := _from_developer(extra, clocked)) is not None
    ]
    return own + _each_foot(own) + others


def named_apart(measured: Iterable[Measured]) -> list[Measured]:
    """Give channels of the same name from several devices names of their own, in order."""
    seen: dict[str, int] = {}
    apart = []
    for one in measured:
        seen[one.name] = seen.get(one.name, 0) + 1
        name = one.name if seen[one.name] == 1 else f"device-{seen[one.name]}.{one.name}"
        apart.append(replace(one, name=name))
    return apart


def measured_names(
    recordings: Sequence[Recording], flipped: Sequence[str] = ()
) -> list[dict[str, tuple[str, ...]]]:
    """Return, for each recording, its known channels by the device that measured them."""
    each = [measured_channels(recording, 0.0, 1, flipped) for recording in recordings]
    names = iter(one.name for one in named_apart(one for own in each for one in own))
    told = []
    for recording, own in zip(recordings, each, strict=True):
        by_device: dict[str, tuple[str, ...]] = {recording.device: ()}
        for one in own:
            by_device[one.device] = (*by_device.get(one.device, ()), next(names))
        told.append(by_device)
    return told


def _measured(quantity: Quantity, name: str, device: str, values: Floats) -> Measured:
    low, high = quantity.plausible
    odd = np.isfinite(values) & ((values < low) | (values > high))
    return Measured(quantity, name, device, np.where(odd, np.nan, values), odd)


def _from_developer(
    extra: DeveloperField, clocked: Callable[[pl.Series], Floats]
) -> Measured | None:
    label = (extra.name or "").strip().lower()
    quantity = next(
        (q for q in QUANTITIES if q.developer and re.fullmatch(q.developer, label)), None
    )
    if quantity is None or not extra.values.dtype.is_numeric():
        return None
    maker = MAKERS.get(extra.application, f"app {extra.application[:8] or 'unnamed'}")
    factor = _TO_OUR_UNIT.get((quantity.unit, (extra.unit or "").lower()), 1.0)
    name = f"{maker.lower().replace(' ', '-')}.{quantity.name}"
    return _measured(quantity, name, maker, clocked(extra.values) * factor)


def _each_foot(own: list[Measured]) -> list[Measured]:
    found = {measured.name: measured for measured in own}
    balance, both = found.get(_BALANCE), found.get("contact_time")
    if balance is None or both is None:
        return []
    left_share = balance.values / 100.0
    each = (2.0 * both.values * left_share, 2.0 * both.values * (1.0 - left_share))
    return [
        replace(_measured(_QUANTITY[name], name, both.device, values), exchanged=balance.exchanged)
        for name, values in zip(_EACH_FOOT, each, strict=True)
    ]


def _sides_set(one: Measured, flipped: Sequence[str]) -> Measured:
    """Return what a device measured, left and right exchanged where the runner set it so."""
    if not one.is_sided or not is_flipped(one.device, flipped):
        return one
    if one.quantity.name == _BALANCE:
        return replace(one, values=100.0 - one.values, exchanged=True)
    other = _QUANTITY[other_foot(one.quantity.name)]
    return replace(one, quantity=other, name=other_foot(one.name), exchanged=True)
