"""Where in the archive a recording belongs."""

import math
from collections import OrderedDict
from dataclasses import dataclass

from evenstride.app.linking import Bond, Calendar, Course, bond, course_of
from evenstride.app.workers import Decoder
from evenstride.model.archive import FiledRecording
from evenstride.model.errors import EvenstrideError
from evenstride.model.recording import Recording
from evenstride.store.archive import Archive

_COURSES_KEPT = 256


@dataclass(frozen=True)
class Home:
    """A run that a recording is a further source of, and why.

    Attributes
    ----------
    run
        Its id.
    why
        What links the two.
    beside
        The recording it is linked with.
    """

    run: str
    why: Bond
    beside: FiledRecording


def filed_recording(recording: Recording, sha256: str, part: int, form: str) -> FiledRecording:
    """Return what the archive keeps of a recording.

    Parameters
    ----------
    recording
        As read.
    sha256
        Digest of its original.
    part
        Which recording of that original, from 0.
    form
        Name of the format.
    """
    covered = recording.samples["distance_m"].max()
    known = isinstance(covered, float) and math.isfinite(covered) and covered >= 0
    return FiledRecording(
        sha256=sha256,
        part=part,
        format=form,
        device=recording.device,
        serial=recording.serial,
        sport=recording.sport,
        start=recording.start,
        duration_s=recording.duration_s,
        distance_m=covered if known and isinstance(covered, float) else None,
    )


class Homes:
    """All recordings that are filed, and which of them a new one belongs to.

    Parameters
    ----------
    archive
        Where they are filed.
    decoder
        Reads an original again where speeds must be compared.
    """

    def __init__(self, archive: Archive, decoder: Decoder) -> None:
        self._archive = archive
        self._decoder = decoder
        self._courses: OrderedDict[tuple[str, int], Course | None] = OrderedDict()
        self._version = -1
        self._calendar = Calendar()

    def refresh(self) -> None:
        """Look again where another process has written since."""
        version = self._archive.version()
        if version != self._version:
            runs = self._archive.runs()
            self._calendar = Calendar(one for run in runs for one in run.recordings)
            self._version = version

    def filed_from(self, sha256: str) -> tuple[FiledRecording, ...]:
        """Return the recordings that were filed from an original."""
        return self._calendar.filed_from(sha256)

    def add(self, filed: FiledRecording) -> None:
        """Take note of a recording that was filed now."""
        self._calendar.add(filed)

    def of(self, filed: FiledRecording, recording: Recording) -> tuple[Home, ...]:
        """Return the runs a new recording is a further source of, the earliest first."""
        own = filed.key

        def course(one: FiledRecording) -> Course | None:
            return self._course(one, recording if one.key == own else None)

        homes: dict[str, Home] = {}
        for other in self._calendar.near(filed):
            run = self._archive.run_of(*other.key)
            why = bond(filed, other, course) if run and run not in homes else None
            if run and why:
                homes[run] = Home(run, why, other)
        return tuple(homes.values())

    def _course(self, one: FiledRecording, recording: Recording | None) -> Course | None:
        if one.key not in self._courses:
            again = recording or self._again(one)
            self._courses[one.key] = None if again is None else course_of(again)
            while len(self._courses) > _COURSES_KEPT:
                self._courses.popitem(last=False)
        return self._courses[one.key]

    def _again(self, one: FiledRecording) -> Recording | None:
        try:
            data = self._archive.original(one.sha256)
        except EvenstrideError:
            return None  # missing or damaged: doctor tells, and nothing is linked with it
        decoded = self._decoder.decode(data, one.sha256[:12])
        return dict(zip(decoded.parts, decoded.runs, strict=True)).get(one.part)
