"""The contracts: what a plug-in of each room is, and how a folder becomes its registry.

A plug-in is a value. Each file in `formats/` and `episodes/` ends in one module-level frozen
dataclass from this module; listing the folder is the registration. Adding one is adding a file.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TypeVar

import polars as pl

from evenstride.model.averages import RUN_AVERAGES
from evenstride.model.bouts import PooledBouts
from evenstride.model.episode import Episode
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark, RunnersWord
from evenstride.model.recording import Recording
from evenstride.model.signal import Signal
from evenstride.model.tail import Tails

P = TypeVar("P")


@dataclass(frozen=True)
class Contents:
    """What a reader found in a file.

    Attributes
    ----------
    recordings
        One for each session of each file chained inside; empty where nothing could be read.
    issues
        What concerns the file as a whole.
    averages
        A table of `RUN_AVERAGES` where the file holds averages of whole runs; None elsewhere.
    """

    recordings: tuple[Recording, ...]
    issues: tuple[Issue, ...] = ()
    averages: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        """Refuse averages that are not what they claim."""
        if self.averages is not None:
            RUN_AVERAGES.check(self.averages)


@dataclass(frozen=True)
class Reader:
    """One file format.

    Attributes
    ----------
    name
        Short name, such as ``"FIT"``.
    suffixes
        File endings it is known by, lower case with the dot.
    says
        What it can and cannot show, for people.
    recognises
        True for the first bytes of such a file; must look at content, never at the name.
    read
        ``read(data, file_name)`` returns the contents. Damage becomes issues; never raises.
    columns
        Names of the columns of `SAMPLES` it can fill, in their order; empty for a format that
        holds no samples. From it comes the page that says which file can show what.
    """

    name: str
    suffixes: tuple[str, ...]
    says: str
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, str], Contents]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """What a detector found in one run.

    Attributes
    ----------
    episodes
        In time order; empty where nothing passed what healthy running does by itself.
    false_alarms_per_10h
        Measured rate for the channels searched, None where it was never measured.
    issues
        What kept it from searching, or makes its answer doubtful.
    judged
        False where there was too little running to say anything.
    """

    episodes: tuple[Episode, ...]
    false_alarms_per_10h: float | None
    issues: tuple[Issue, ...] = ()
    judged: bool = True


@dataclass(frozen=True)
class Detector:
    """One way to find episodes.

    Attributes
    ----------
    name, says
        For people.
    search
        ``search(signal, word, marks, tails)`` returns what was found. Felt marks never move it;
        they only choose between readings a recording cannot tell apart.
    """

    name: str
    says: str
    search: Callable[[Signal, RunnersWord, tuple[Mark, ...], Tails], Search]


@dataclass(frozen=True)
class BoutPool:
    """One way to find what comes again in every bout of running.

    Attributes
    ----------
    name, says
        For people.
    pool
        ``pool(signal)`` returns what the bouts share, None where there are too few.
    """

    name: str
    says: str
    pool: Callable[[Signal], PooledBouts | None]


def discover(package: ModuleType, kind: type[P]) -> tuple[P, ...]:
    """Return every value of type `kind` that a module of `package` ends in, by module name.

    Names that begin with an underscore are a plug-in's own parts and are passed over.

    Examples
    --------
    >>> import evenstride.formats
    >>> "FIT" in [reader.name for reader in discover(evenstride.formats, Reader)]
    True
    """
    found: list[P] = []
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        found += [value for value in vars(loaded).values() if isinstance(value, kind)]
    return tuple(found)
