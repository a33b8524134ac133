"""What is said of runs on the command line."""

from dataclasses import dataclass

from evenstride.model.marks import LapMeaning


@dataclass(frozen=True)
class Said:
    """What one command says of runs.

    Attributes
    ----------
    gone_s, back_s
        Moments, seconds since the start.
    laps
        What the lap presses meant.
    kind
        ``marks``, ``fine``, ``off_throughout``, ``take``, ``refuse`` or ``undo``.
    """

    gone_s: tuple[float, ...]
    back_s: tuple[float, ...]
    laps: tuple[LapMeaning, ...]
    kind: str

    @property
    def moments(self) -> bool:
        """Whether moments were told, which are of one run only."""
        return bool(self.gone_s or self.back_s)
