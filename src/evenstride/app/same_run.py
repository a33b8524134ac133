"""Which recordings are of the same run: those that overlap in time by 80 % or more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evenstride.model.recording import Recording

OVERLAP = 0.8


@dataclass(frozen=True)
class Run:
    """One run, as seen by one or several devices.

    Attributes
    ----------
    recordings
        In the order given.
    """

    recordings: tuple[Recording, ...]

    @property
    def start(self) -> datetime:
        """When the first device was started."""
        return min(recording.start for recording in self.recordings)

    @property
    def offsets_s(self) -> tuple[float, ...]:
        """When each device was started, seconds after the first."""
        return tuple((r.start - self.start).total_seconds() for r in self.recordings)


def group_by_run(recordings: Sequence[Recording]) -> tuple[Run, ...]:
    """Return the runs that `recordings` are of, in the order in which each first appears.

    Two recordings are of one run where they come from different files and share 80 % of the
    shorter one's time.
    """
    groups: list[list[Recording]] = []
    for recording in recordings:
        home = next((g for g in groups if any(_same_run(recording, one) for one in g)), None)
        if home is None:
            groups.append([recording])
        else:
            home.append(recording)
    return tuple(Run(tuple(group)) for group in groups)


def _same_run(a: Recording, b: Recording) -> bool:
    if a.source.sha256 == b.source.sha256 and a.source.file == b.source.file:
        return False
    shorter = min(a.duration_s, b.duration_s)
    end = min(_end(a), _end(b))
    shared = (end - max(a.start, b.start)).total_seconds()
    return shorter > 0 and shared >= OVERLAP * shorter


def _end(recording: Recording) -> datetime:
    return recording.start + timedelta(seconds=recording.duration_s)
