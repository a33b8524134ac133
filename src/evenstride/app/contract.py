"""The JSON contract ``evenstride.run/1``: views in, bytes out."""

import math
from collections.abc import Sequence

import msgspec

from evenstride.app.views import Analysis, FailedView

_DECIMALS = {"_s": 3, "_m": 2}
_IN_THE_CHANNELS_UNIT = ("smallest_change_60_s", "smallest_change_300_s")
_SIGNIFICANT_DIGITS = 6


def to_json(items: Sequence[Analysis | FailedView]) -> bytes:
    """Return the contract as UTF-8 JSON, indented by two, ending in a line feed.

    One item gives an object, any other number an array in the order given. Keys stand in the
    order of `evenstride.app.views`. Times are rounded to 1 ms, distances to 1 cm, every other
    number to six significant digits. What is missing, or is not a finite number, is null.

    Examples
    --------
    >>> to_json([FailedView("evenstride.run/1", ())]).decode().split()
    ['{', '"schema":', '"evenstride.run/1",', '"issues":', '[]', '}']
    """
    views = [_contract_of(item) for item in items]
    return json_of(views[0] if len(views) == 1 else views)


def json_of(view: object) -> bytes:
    """Return any view, or a list of views, as `to_json` writes them.

    Examples
    --------
    >>> json_of(FailedView("evenstride.run/1", ())) == to_json([FailedView("evenstride.run/1", ())])
    True
    """
    whole = _clean(msgspec.to_builtins(view))
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


def _contract_of(item: Analysis | FailedView) -> object:
    return item.run if isinstance(item, Analysis) else item


def _clean(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _clean(inner, name) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner, key) for inner in value]
    if isinstance(value, float):
        return _rounded(value, key)
    if isinstance(value, str):
        # A file name need not be UTF-8; JSON must be.
        return value.encode("utf-8", "backslashreplace").decode()
    return value


def _rounded(value: float, key: str) -> float | None:
    if not math.isfinite(value):
        return None
    decimals = _DECIMALS.get(key[-2:])
    if decimals is None or key in _IN_THE_CHANNELS_UNIT:
        return float(f"{value:.{_SIGNIFICANT_DIGITS}g}")
    return round(value, decimals) + 0.0
