"""What is wrong with data, as a value that reaches the report."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Issue:
    """One thing a reader or an analysis met that the runner should know.

    Attributes
    ----------
    level
        ``error``: nothing could be read from there; ``warning``: something is missing or doubtful;
        ``info``: good to know.
    where
        The file, and the byte, second or channel inside it where that is known.
    problem
        One sentence.
    remedy
        What to do about it; empty where nothing can be done.
    """

    level: Level
    where: str
    problem: str
    remedy: str = ""
