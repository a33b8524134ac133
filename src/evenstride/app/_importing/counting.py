"""How many inputs were given, to say how long they will take; nothing depends on it."""

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from evenstride.app._taking.caps import UnwantedError
from evenstride.app._taking.zips import find_list, members

_MOST = 200_000
_ZIP = ".zip"


def how_many(paths: Sequence[Path]) -> int:
    """Return how many files stand in what was given; 0 where it cannot be known beforehand.

    Zips are counted by their own lists. What stands in a zip inside another is not known before
    that one is opened, as in the export of a Garmin account.
    """
    total = 0
    for file in islice(_files(paths), _MOST):
        count = _in_zip(file) if file.suffix.casefold() == _ZIP else 1
        if not count:
            return 0
        total += count
    return total


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            for folder, _, names in os.walk(path):
                yield from (Path(folder) / name for name in names)
        else:
            yield path


def _in_zip(file: Path) -> int:
    """Return how many files a zip lists, 0 where one of them is a zip, or it has no list."""
    try:
        with file.open("rb") as stream:
            listed = islice(members(stream, find_list(stream)), _MOST)
            names = [member.name.casefold() for member in listed if not member.is_folder]
    except (OSError, UnwantedError):
        return 0
    return 0 if any(name.endswith(_ZIP) for name in names) else len(names)
