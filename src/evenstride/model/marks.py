"""The runner's own word: what they felt, when, and whether in the moment or recalled."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from evenstride.model.intervals import Stretch

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


LapMeaning: TypeAlias = Literal["gone", "back", "mark", "skip"]


@dataclass(frozen=True)
class RunnersWord:
    """What the runner told the program about one run, after the run.

    Attributes
    ----------
    gone_s, back_s
        Moments coordination went and returned, as recalled, seconds since the start.
    laps
        What each manual lap press meant, in order; ``skip`` for a press without meaning. Empty
        where nothing was said.
    normal
        Stretches the runner knows to have been normal.
    off_at_start
        True where it was lost before the recording began.
    """

    gone_s: tuple[float, ...] = ()
    back_s: tuple[float, ...] = ()
    laps: tuple[LapMeaning, ...] = ()
    normal: tuple[Stretch, ...] = ()
    off_at_start: bool = False
