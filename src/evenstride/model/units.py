"""The closed list of units. A column's name ends in its unit's suffix, so a reader never asks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit of measurement.

    Attributes
    ----------
    suffix
        How a name that carries this unit ends, without the underscore.
    symbol
        How it is written for people.
    says
        The unit in words.
    """

    suffix: str
    symbol: str
    says: str


UNITS = {
    unit.suffix: unit
    for unit in (
        Unit("s", "s", "seconds"),
        Unit("ms", "ms", "milliseconds"),
        Unit("m", "m", "metres"),
        Unit("mm", "mm", "millimetres"),
        Unit("mps", "m/s", "metres per second"),
        Unit("spm", "steps/min", "steps per minute, both feet counted"),
        Unit("bpm", "beats/min", "heart beats per minute"),
        Unit("pct", "%", "per cent"),
        Unit("pp", "pp", "percentage points"),
        Unit("w", "W", "watts"),
        Unit("kn_per_m", "kN/m", "kilonewtons per metre"),
        Unit("c", "°C", "degrees Celsius"),
        Unit("sd", "SD", "this run's own one-second noise"),
    )
}


def unit_of(name: str) -> Unit | None:
    """Return the unit a name carries, or None where it carries none.

    Examples
    --------
    >>> unit_of("contact_time_ms").symbol
    'ms'
    >>> unit_of("leg_spring_stiffness_kn_per_m").symbol
    'kN/m'
    >>> unit_of("trigger") is None
    True
    """
    for suffix in sorted(UNITS, key=len, reverse=True):
        if name.endswith("_" + suffix):
            return UNITS[suffix]
    return None
