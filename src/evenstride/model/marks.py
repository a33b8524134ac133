"""The runner's own word: what they felt, when, and whether in the moment or recalled."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

MarkKind: TypeAlias = Literal["gone", "back", "mark"]
MarkSource: TypeAlias = Literal["lap", "told", "note", "diary"]


@dataclass(frozen=True)
class Mark:
    """One felt moment in a run.

    Attributes
    ----------
    t_s
        Seconds since the recording's start.
    distance_m
        Where on the way, None where the recording has no distance.
    kind
        ``gone``: coordination went; ``back``: it returned; ``mark``: a press whose meaning the
        runner has not told.
    source
        ``lap``: pressed in the run; ``told``: said to the program; ``note``, ``diary``: written.
    recalled
        False for what was set down in the moment.
    """

    t_s: float
    distance_m: float | None
    kind: MarkKind
    source: MarkSource
    recalled: bool
