"""Stretches of time: half-open, in seconds since the recording's start."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stretch:
    """A half-open stretch ``[from_s, to_s)`` and, where it was set aside, why.

    Attributes
    ----------
    from_s, to_s
        Where it begins, and where it ends: that second is no longer part of it.
    reason
        Why it was set aside; empty where it was not.

    Examples
    --------
    >>> Stretch(10.0, 40.0, "after a stop").seconds
    30.0
    """

    from_s: float
    to_s: float
    reason: str = ""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.to_s - self.from_s
