"""Numbers, times, dates and balances as people and portals write them."""

import math
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal[".", ","]
DayOrder: TypeAlias = Literal["day first", "month first", "unknown"]

NONE = float("nan")
_PLAIN = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,12})?")
_DECIMALS = {mark: re.compile(rf"-?\d+(?:[.,\s]\d{{3}})*\{mark}\d{{1,2}}") for mark in ".,"}
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:[.,]\d{1,3})?)")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_LOCAL = re.compile(
    r"(\d{1,2})([./])(\d{1,2})[./](\d{4})(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AaPp])[Mm])?)?"
)
_SHARE_THEN_FOOT = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*%?\s*([LR左右])(?![\w])")
_FOOT_THEN_SHARE = re.compile(r"([左右])\W*(\d{1,2}(?:[.,]\d{1,2})?)")
_SUM_SLACK_PCT = 0.3


def decimal_mark(cells: Iterable[str]) -> Mark:
    """Return what stands before the decimals, a point where nothing tells.

    Examples
    --------
    >>> decimal_mark(["9,33", "8.630", "1,07"])
    ','
    """
    points = commas = 0
    for cell in cells:
        points += bool(_DECIMALS["."].fullmatch(cell))
        commas += bool(_DECIMALS[","].fullmatch(cell))
    return "," if commas > points else "."


def number(cell: str, mark: Mark) -> float:
    """Return a number, NaN where there is none; marks between thousands are passed over.

    Examples
    --------
    >>> number("1,045.5", "."), number("8.630", ","), number("--", ".")
    (1045.5, 8630.0, nan)
    """
    text = cell.strip().lstrip("'").replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    text = text.replace("." if mark == "," else ",", "").replace(",", ".")
    return float(text) if _PLAIN.fullmatch(text) else NONE


def clock_s(cell: str) -> float:
    """Return seconds from ``h:mm:ss`` or ``mm:ss``, NaN where it is neither.

    Examples
    --------
    >>> clock_s("00:47:42"), clock_s("45:12.3"), clock_s("00:00:19,6"), clock_s("--:--:--")
    (2862.0, 2712.3, 19.6, nan)
    """
    found = _CLOCK.fullmatch(cell.strip())
    if found is None:
        return NONE
    hours, minutes, seconds = found.groups()
    return 3600.0 * int(hours or 0) + 60.0 * int(minutes) + float(seconds.replace(",", "."))


def left_share(cell: str) -> float:
    """Return the left foot's share from a balance in words, NaN where it cannot be told.

    Both shares must be there and make 100 %.

    Examples
    --------
    >>> left_share("49.4% L / 50.6% R"), left_share("50,6% L / 49,4% R"), left_share("50.1")
    (49.4, 50.6, nan)
    """
    pairs = [(foot, share) for share, foot in _SHARE_THEN_FOOT.findall(cell)]
    pairs = pairs if len(pairs) == 2 else _FOOT_THEN_SHARE.findall(cell)
    shares = {("L" if foot in "L左" else "R"): float(s.replace(",", ".")) for foot, s in pairs}
    if len(pairs) != 2 or len(shares) != 2 or abs(sum(shares.values()) - 100) > _SUM_SLACK_PCT:
        return NONE
    return shares["L"]


def day_order(cells: Iterable[str]) -> DayOrder:
    """Return whether dates such as ``7/4/2020`` name the day or the month first.

    Dates with points name the day first; others tell it only by a number above 12.

    Examples
    --------
    >>> day_order(["7/4/2020", "7/14/2020"]), day_order(["7/4/2020"]), day_order(["4.7.2020"])
    ('month first', 'unknown', 'day first')
    """
    for found in filter(None, map(_LOCAL.match, cells)):
        if found[2] == "." or int(found[1]) > 12:
            return "day first"
        if int(found[3]) > 12:
            return "month first"
    return "unknown"


def moment(cell: str, order: DayOrder) -> str | None:
    """Return a local date and time as ISO text, None where it cannot be told.

    Examples
    --------
    >>> moment("2026-05-10 10:35:22", "unknown"), moment("7/4/2020 3:36 PM", "month first")
    ('2026-05-10T10:35:22', '2020-07-04T15:36:00')
    """
    text = cell.strip()
    iso, local = _ISO.fullmatch(text), _LOCAL.fullmatch(text)
    if iso:
        return _iso(iso.group(1, 2, 3), iso.group(4, 5, 6), "")
    if local and order != "unknown":
        month, day = (3, 1) if order == "day first" else (1, 3)
        return _iso(local.group(4, month, day), local.group(5, 6, 7), local[8] or "")
    return None


def _iso(date: tuple[str | None, ...], time: tuple[str | None, ...], half: str) -> str | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in (*date, *time))
    if half:
        hour = hour % 12 + (12 if half in "Pp" else 0)
    text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return None


def nearest_scale(ratio: float, scales: dict[str, float], slack: float) -> str:
    """Return the scale that brings a ratio to 1, empty where none comes close.

    Examples
    --------
    >>> nearest_scale(0.62, {"km": 1.0, "miles": 1.609344}, slack=0.15)
    'miles'
    """
    if not math.isfinite(ratio) or ratio <= 0:
        return ""
    best = min(scales, key=lambda name: abs(math.log(ratio * scales[name])))
    return best if abs(math.log(ratio * scales[best])) <= slack else ""
