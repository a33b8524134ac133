"""Which run a runner means: by id, by date, or the last one."""

import re
from collections.abc import Sequence
from datetime import tzinfo

from evenstride.model.archive import FiledRun
from evenstride.model.errors import EvenstrideError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2})?")
_PREFIX = re.compile(r"[0-9a-f]{4,64}")
_SHOWN = 5
_LIST = "evenstride runs lists them."


def find_run(runs: Sequence[FiledRun], text: str, zone: tzinfo | None = None) -> FiledRun:
    """Return the run that is meant.

    Parameters
    ----------
    runs
        All there are, the earliest first.
    text
        An id or the beginning of one, at least 4 digits; a date such as ``2024-05-01``, with the
        time (``2024-05-01 18:30``) where there were several that day; or ``last``.
    zone
        Where dates are meant to be; None for the zone each run's start is given in.

    Raises
    ------
    EvenstrideError
        If there is none, or more than one.
    """
    asked = text.strip().lower()
    if asked == "last":
        found = list(runs[-1:])
    elif _DAY.fullmatch(asked.upper()):
        found = [run for run in runs if _moment(run, zone).startswith(asked.replace("t", " "))]
    else:
        found = _by_id(runs, asked)
    if len(found) == 1:
        return found[0]
    raise _several(text, found, zone) if found else _none(runs, text)


def _by_id(runs: Sequence[FiledRun], asked: str) -> list[FiledRun]:
    exactly = [run for run in runs if run.run == asked]
    if exactly or not _PREFIX.fullmatch(asked):
        return exactly
    return [run for run in runs if run.run.startswith(asked)]


def _moment(run: FiledRun, zone: tzinfo | None) -> str:
    return f"{run.start.astimezone(zone) if zone else run.start:%Y-%m-%d %H:%M}"


def _none(runs: Sequence[FiledRun], text: str) -> EvenstrideError:
    if not runs:
        return EvenstrideError("The archive holds no runs.", "Import some: evenstride import FILE")
    return EvenstrideError(f"There is no run {text!r} in the archive.", _LIST)


def _several(text: str, found: Sequence[FiledRun], zone: tzinfo | None) -> EvenstrideError:
    named = ", ".join(f"{run.run} ({_moment(run, zone)})" for run in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return EvenstrideError(
        f"{text!r} fits {len(found)} runs: {named}{more}.", "Name one by its id."
    )
