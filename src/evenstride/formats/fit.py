"""FIT: the files of sports watches, straight from the watch or exported from a portal."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy.ma  # noqa: F401 - polars asks for it at its first table; a read need not wait for it

from evenstride.formats._fit.messages import Messages, read_messages
from evenstride.formats._fit.recording import read_recordings
from evenstride.formats._fit.split import looks_like_fit, split
from evenstride.formats._fit.walk import few_of_each_kind
from evenstride.model.issue import Issue
from evenstride.model.recording import SAMPLES, Recording, Source
from evenstride.plugins import Contents, Reader

_MOST_TOLD = 60


@dataclass(frozen=True)
class Decoded:
    """A file's messages, before anything is made of them.

    Attributes
    ----------
    files
        The messages of each FIT file chained inside.
    issues
        What was damaged, and at which byte.
    """

    files: tuple[Messages, ...]
    issues: tuple[Issue, ...]


def decode(data: bytes, name: str = "file") -> Decoded:
    """Return all messages of a FIT file as columns.

    Parameters
    ----------
    data
        The file's bytes; any bytes at all, damage becomes issues.
    name
        How issues call the file.

    Returns
    -------
    Decoded
        One `Messages` for each FIT file chained inside, and what was wrong.

    Examples
    --------
    >>> decode(b"<!DOCTYPE html>").issues[0].problem
    'This is a web page, not a FIT file.'
    """
    found: list[Messages] = []
    issues: list[Issue] = []
    for part in split(data, name):
        frames, left_out = few_of_each_kind(part.frames)
        found.append(read_messages(data, frames))
        issues += part.issues
        if left_out:
            says = f"There are more laps or notes than any recorded run has; {left_out} left out."
            issues.append(Issue("warning", name, says))
    return Decoded(
        tuple(messages for messages in found if messages.tables), tuple(_few(issues, name))
    )


def _few(issues: list[Issue], name: str) -> Iterator[Issue]:
    """Yield all errors, and the first of the others: nobody reads thousands."""
    left = _MOST_TOLD
    for issue in issues:
        left -= issue.level != "error"
        if left >= 0 or issue.level == "error":
            yield issue
    if left < 0:
        says = f"{-left} more places in this file are damaged or odd; they are not told one by one."
        yield Issue("warning", name, says)


def read(data: bytes, name: str) -> Contents:
    """Return the recordings in a FIT file: one a session of each file chained inside.

    Parameters
    ----------
    data
        The file's bytes.
    name
        The file's name, without its folder.

    Returns
    -------
    Contents
        Damage and files that are no recorded activity become issues; nothing is raised.

    Examples
    --------
    >>> read(b"", "run.fit").issues[0].problem
    'The file is empty.'
    """
    decoded = decode(data, name)
    source = Source(name, hashlib.sha256(data).hexdigest(), "FIT")
    found = [item for part in decoded.files for item in read_recordings(part, source, name)]
    recordings = tuple(item for item in found if isinstance(item, Recording))
    issues = decoded.issues + tuple(item for item in found if isinstance(item, Issue))
    return Contents(recordings, tuple(dict.fromkeys(issues)))


reader = Reader(
    name="FIT",
    suffixes=(".fit", ".fit.gz"),
    says=(
        "Files of Garmin, COROS, Suunto, Wahoo and other watches: pace, slope, cadence, running "
        "dynamics, left-right balance where a strap or pod gave it, laps, heart beats, fields of "
        "other makers such as Stryd."
    ),
    recognises=looks_like_fit,
    read=read,
    # Leg spring stiffness is no field of FIT's own: it comes as another maker's field.
    columns=tuple(name for name in SAMPLES.names if name != "leg_spring_stiffness_kn_per_m"),
)
