"""The runner's own word: what they felt, when, and whether in the moment or recalled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from evenstride.model.intervals import Stretch

MarkKind: TypeAlias = Literal["gone", "back", "mark"]
MarkSource: TypeAlias = Literal["lap", "told", "note", "diary"]
LAPS = "laps"
"""Where the issue about lap presses without a told meaning stands."""


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


def felt_stretches(marks: Sequence[Mark], end_s: float) -> tuple[Stretch, ...]:
    """Return the stretches in which coordination was felt to be gone.

    A loss without a return lasts to `end_s`; a return without a loss before it began at the start.

    Examples
    --------
    >>> back = Mark(600.0, None, "back", "lap", recalled=False)
    >>> [(off.from_s, off.to_s) for off in felt_stretches([back], 1200.0)]
    [(0.0, 600.0)]
    """
    stretches: list[Stretch] = []
    gone_s: float | None = None
    for mark in sorted(marks, key=lambda one: one.t_s):
        if mark.kind == "gone" and gone_s is None:
            gone_s = mark.t_s
        elif mark.kind == "back":
            if gone_s is not None or not stretches:
                stretches.append(Stretch(0.0 if gone_s is None else gone_s, mark.t_s))
            gone_s = None
    if gone_s is not None:
        stretches.append(Stretch(gone_s, end_s))
    return tuple(stretches)


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
