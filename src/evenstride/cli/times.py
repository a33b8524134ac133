"""Times, stretches of time and days as a runner writes them."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date

import typer

from evenstride.model.intervals import Stretch

_TIME = re.compile(r"(?:(\d{1,3}):([0-5]\d)|(\d{1,4})):([0-5]\d)")
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_REMEDY = "Write times as m:ss or h:mm:ss, such as 2:00 or 1:05:30."


def second_of(option: str, text: str) -> float:
    """Return the seconds a time such as 1:05:30 means; a usage error where it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no time. {_REMEDY}", param_hint=option)
    hours, minutes, plain_minutes, seconds = found.groups(default="0")
    return float(3600 * int(hours) + 60 * (int(minutes) + int(plain_minutes)) + int(seconds))


def seconds_of(option: str, texts: Sequence[str] | None) -> tuple[float, ...]:
    """Return the seconds of every time in texts, several in one parted by commas."""
    return tuple(second_of(option, part) for text in texts or () for part in text.split(","))


def stretches_of(option: str, texts: Sequence[str] | None) -> tuple[Stretch, ...]:
    """Return every stretch such as 45:00-60:00 in texts, several in one parted by commas."""
    return tuple(_stretch(option, part) for text in texts or () for part in text.split(","))


def _stretch(option: str, text: str) -> Stretch:
    parts = re.split("[-–]", text)
    if len(parts) != 2:
        raise typer.BadParameter(
            f"{text!r} is no stretch of time. Write it as m:ss-m:ss, such as 45:00-60:00.",
            param_hint=option,
        )
    from_s, to_s = (second_of(option, part) for part in parts)
    if to_s <= from_s:
        raise typer.BadParameter(
            f"{text!r} ends before it begins. Write the earlier time first.", param_hint=option
        )
    return Stretch(from_s, to_s)


def day_of(option: str, text: str) -> date:
    """Return the day that 2024-05-01 means, or the first one of 2024-05 or of 2024."""
    found = _DAY.fullmatch(text.strip())
    try:
        year, month, day = found.groups(default="1") if found else ("", "", "")
        return date(int(year), int(month), int(day))
    except ValueError as no_day:
        raise typer.BadParameter(
            f"{text!r} is no day. Write it as 2024-05-01, or 2024-05, or 2024.", param_hint=option
        ) from no_day


def last_day_of(option: str, text: str) -> date:
    """Return the day that 2024-05-01 means, or the last one of 2024-05 or of 2024."""
    first = day_of(option, text)
    named = text.count("-")
    if named == 2:
        return first
    last_month = 12 if named == 0 else first.month
    return date(first.year, last_month, monthrange(first.year, last_month)[1])
