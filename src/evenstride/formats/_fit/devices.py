"""Who wrote a FIT file, and which sensors it listened to."""

from typing import TypeAlias

import numpy as np

from evenstride.formats._fit import profile
from evenstride.formats._fit.legs import name_of
from evenstride.formats._fit.messages import Floats, Messages

_MAKER, _PRODUCT, _SERIAL, _LABEL = 1, 2, 3, 8  # of file_id
_INDEX, _INFO_MAKER, _INFO_SERIAL, _INFO_PRODUCT = 0, 2, 3, 4  # of device_info
_ANT_NUMBER, _SOURCE, _INFO_LABEL = 21, 25, 27
_CREATOR, _BUILT_IN = 0, 5
_Sayings: TypeAlias = tuple[bool, bool, bool]
_MOST_SENSORS = 32  # a cyclist with everything wears a dozen


def device_of(messages: Messages) -> str:
    """Return maker and product of the device that wrote the file, for people.

    Parameters
    ----------
    messages
        Of one FIT file.
    """
    file_id, info = messages.of(profile.FILE_ID), messages.of(profile.DEVICE_INFO)
    maker, product = (_first(file_id.numbers(number)) for number in (_MAKER, _PRODUCT))
    creator = info.numbers(_INDEX) == _CREATOR
    if np.isnan(maker):
        numbers = (_INFO_MAKER, _INFO_PRODUCT)
        maker, product = (_first(info.numbers(number)[creator]) for number in numbers)
    creators = np.array(info.texts(_INFO_LABEL), dtype=object)[creator].tolist()
    label = next((text for text in [*file_id.texts(_LABEL), *creators] if text), None)
    return _named(maker, product, label)


def serial_of(messages: Messages) -> str:
    """Return the serial number of the device that wrote the file, empty where it gives none.

    Parameters
    ----------
    messages
        Of one FIT file.
    """
    file_id, info = messages.of(profile.FILE_ID), messages.of(profile.DEVICE_INFO)
    creator = info.numbers(_INDEX) == _CREATOR
    known = (_first(file_id.numbers(_SERIAL)), _first(info.numbers(_INFO_SERIAL)[creator]))
    return next((_digits(serial) for serial in known if _digits(serial)), "")


def sensors_of(messages: Messages) -> tuple[str, ...]:
    """Return the straps and pods the device listened to, with their numbers, for people.

    A sensor is told from others by its serial number or, where it keeps that to itself, by its
    number on the air; one without either cannot be told from another of its kind and is left out,
    as is what is built into the watch.

    Parameters
    ----------
    messages
        Of one FIT file.
    """
    info = messages.of(profile.DEVICE_INFO)
    worn = (info.numbers(_INDEX) != _CREATOR) & (info.numbers(_SOURCE) != _BUILT_IN)
    columns = (_INFO_SERIAL, _ANT_NUMBER, _INFO_MAKER, _INFO_PRODUCT)
    numbers = [info.numbers(column)[worn].tolist() for column in columns]
    labels = [text for text, kept in zip(info.texts(_INFO_LABEL), worn, strict=True) if kept]
    own = serial_of(messages)
    found: dict[str, tuple[_Sayings, str]] = {}
    for serial, on_air, maker, product, label in zip(*numbers, labels, strict=True):
        number = _digits(serial) or _digits(on_air)
        if number and number != own and (number in found or len(found) < _MOST_SENSORS):
            said = _said_of(maker, product, label)
            found[number] = max(found.get(number, said), said)
    return tuple(sorted(f"{name} {number}" for number, (_, name) in found.items()))


def _said_of(maker: float, product: float, label: str | None) -> tuple[_Sayings, str]:
    """Return how much a message says of a sensor, and its name: some messages say less."""
    sayings = (bool(label), product > 0, name_of("manufacturer", maker) != "unknown")
    return sayings, _named(maker, product, label)


def _named(maker: float, product: float, label: str | None) -> str:
    """Return maker and product for people."""
    maker_name = name_of("manufacturer", maker).replace("_", " ")
    label = label or _product(maker_name, product)
    maker_name = maker_name[:1].upper() + maker_name[1:]
    return label if label.lower().startswith(maker_name.lower()) else f"{maker_name} {label}"


def _product(maker: str, product: float) -> str:
    """Return a product's name, or its number where the table has none."""
    if np.isnan(product):
        return "device"
    known = profile.names("garmin_product") if maker == "garmin" else {}
    return known.get(int(product), f"product {int(product)}").replace("_", " ")


def _first(values: Floats) -> float:
    """Return the first value that is there, NaN where none is."""
    known = values[~np.isnan(values)]
    return float(known[0]) if known.size else float("nan")


def _digits(number: float) -> str:
    """Return a whole number as text, empty for none."""
    return str(int(number)) if number > 0 else ""
