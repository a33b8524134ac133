"""How much is let in, and what is said where it is more."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from evenstride.model.errors import EvenstrideError

MEGABYTE = 1_000_000
TABLE = "import"
SMALL_BYTES = 1_000_000
"""What unpacks to no more than this is never a bomb, however well it was packed."""


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
    depth: int = 4


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


def caps_in(said: Mapping[str, object], file: Path) -> Caps:
    """Return the caps that settings ask for; the defaults for what they leave out.

    Raises
    ------
    EvenstrideError
        If a value is no whole number above zero.

    Examples
    --------
    >>> caps_in({"import": {"entry_mb": 300}}, Path("settings.toml")).entry_mb
    300
    """
    table = said.get(TABLE, {})
    table = table if isinstance(table, dict) else {TABLE: table}
    asked = {one.name: table[one.name] for one in fields(Caps) if one.name in table}
    for name, value in asked.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise EvenstrideError(
                f"The settings in {file} ask for {name} = {value!r} under [{TABLE}].",
                "Give a whole number above zero.",
            )
    return Caps(**asked)


def load_caps(file: Path) -> Caps:
    """Return the caps in a settings file; the defaults where there is none.

    Raises
    ------
    EvenstrideError
        If the file cannot be read or asks for a cap that is none.
    """
    try:
        return caps_in(tomllib.loads(file.read_text(encoding="utf-8")), file)
    except FileNotFoundError:
        return Caps()
    except (OSError, ValueError, RecursionError) as reason:
        raise EvenstrideError(
            f"The settings in {file} cannot be read.", "Mend the file or delete it."
        ) from reason
