"""How much is let in, and what is said where it is more."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

from evenstride.model.errors import EvenstrideError

MEGABYTE = 1_000_000
TABLE = "import"
SMALL_BYTES = 1_000_000
"""What unpacks to no more than this is never a bomb, however well it was packed."""

S = TypeVar("S", "Caps", "Limits")


@dataclass(frozen=True)
class Caps:
    """How much one import may hold. Real exports stay far below; bombs do not.

    Attributes
    ----------
    entries
        Files in everything given, those inside zips counted.
    total_mb
        Megabytes of all files that are taken out of zips, together.
    entry_mb
        Megabytes of one file, unpacked.
    ratio
        How many times larger a file may be than its packed form.
    depth
        How many containers may stand inside each other.
    """

    entries: int = 200_000
    total_mb: int = 50_000
    entry_mb: int = 100
    ratio: int = 200
    depth: int = 3


@dataclass(frozen=True)
class Limits:
    """What the reading of one file may use. A day of running takes a tenth of it.

    Attributes
    ----------
    memory_mb
        Megabytes beyond what the reading program itself holds; held on Linux only.
    cpu_s
        Seconds of computing; not held on Windows.
    wall_s
        Seconds by the clock, waiting counted.
    """

    memory_mb: int = 512
    cpu_s: int = 10
    wall_s: int = 60


class UnwantedError(Exception):
    """Why one input is not taken; it never leaves the way in."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def over(cap: str, problem: str) -> UnwantedError:
    """Return a refusal by a cap, with the setting that raises it."""
    return UnwantedError(
        problem, f"If it is your own and in order, raise {cap} under [{TABLE}] in settings.toml."
    )


def chosen(kind: type[S], said: Mapping[str, object], file: Path) -> S:
    """Return the caps or limits that settings ask for; the defaults for what they leave out.

    Raises
    ------
    EvenstrideError
        If a value is no whole number above zero.

    Examples
    --------
    >>> chosen(Caps, {"import": {"entry_mb": 300}}, Path("settings.toml")).entry_mb
    300
    """
    table = said.get(TABLE, {})
    if not isinstance(table, dict):
        raise _no_number(file, TABLE, table)
    asked = {one.name: table[one.name] for one in fields(kind) if one.name in table}
    for name, value in asked.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise _no_number(file, name, value)
    return kind(**asked)


def _no_number(file: Path, name: str, value: object) -> EvenstrideError:
    return EvenstrideError(
        f"The settings in {file} ask for {name} = {value!r} under [{TABLE}].",
        "Give a whole number above zero.",
    )


def load_caps(file: Path) -> Caps:
    """Return the caps in a settings file; the defaults where there is none.

    Raises
    ------
    EvenstrideError
        If the file cannot be read or asks for what is no cap.
    """
    return chosen(Caps, _said_in(file), file)


def load_limits(file: Path) -> Limits:
    """Return the limits in a settings file; the defaults where there is none.

    Raises
    ------
    EvenstrideError
        If the file cannot be read or asks for what is no limit.
    """
    return chosen(Limits, _said_in(file), file)


def _said_in(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as reason:
        raise EvenstrideError(
            f"The settings in {file} cannot be read.", "Mend the file or delete it."
        ) from reason
