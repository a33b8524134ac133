"""The runner's own marks: lap presses and what was told, with how certain each is."""

import numpy as np

from evenstride.app.same_run import Run
from evenstride.app.says import clock
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.model.marks import LAPS, LapMeaning, Mark, MarkKind, RunnersWord
from evenstride.model.signal import Signal

_END_S = 3.0
"""The press that ends a recording closes a lap too; it is no mark."""


def felt_marks(
    run: Run, signal: Signal, word: RunnersWord
) -> tuple[tuple[Mark, ...], tuple[Issue, ...]]:
    """Return the felt marks of a run, in time order, and what about them is unclear.

    Lap presses were made in the moment; what was told afterwards is recalled. Laps the watch made
    by itself are no marks. A press without a told meaning stays a plain mark: never guessed.

    Raises
    ------
    EvenstrideError
        If more lap meanings are told than laps were pressed, or a told moment lies outside the run.
    """
    presses = manual_presses(run)
    marks = [
        Mark(t_s, distance_at(signal, t_s), meaning, "lap", recalled=False)
        for t_s, meaning in zip(presses, _meanings(presses, word.laps), strict=True)
        if meaning != "skip"
    ]
    marks.extend(_told(signal, t_s, "gone") for t_s in word.gone_s)
    marks.extend(_told(signal, t_s, "back") for t_s in word.back_s)
    if word.off_at_start:
        marks.append(_told(signal, 0.0, "gone"))
    unclear = len(presses) - len(word.laps)
    issues = (_say_what_they_meant(unclear),) if unclear else ()
    return tuple(sorted(marks, key=lambda mark: mark.t_s)), issues


def _told(signal: Signal, t_s: float, kind: MarkKind) -> Mark:
    if t_s > signal.seconds:
        raise EvenstrideError(
            f"{clock(t_s)} lies after the end of the run ({clock(signal.seconds)}).",
            "Give a moment inside the run.",
        )
    return Mark(t_s, distance_at(signal, t_s), kind, "told", recalled=True)


def manual_presses(run: Run) -> list[float]:
    """Return when the lap button was pressed by hand, seconds since the run's start."""
    presses = []
    for recording, offset_s in zip(run.recordings, run.offsets_s, strict=True):
        last_s = recording.duration_s - _END_S
        manual = recording.laps.filter(recording.laps["trigger"] == "manual")
        presses += [end_s + offset_s for end_s in manual["end_s"].to_list() if 0 < end_s < last_s]
    return sorted(presses)


def _meanings(presses: list[float], told: tuple[LapMeaning, ...]) -> list[LapMeaning]:
    if len(told) > len(presses):
        raise EvenstrideError(
            f"You told what {len(told)} lap presses meant, but the recording has {len(presses)}.",
            "Laps the watch made by itself do not count. Use --gone and --back to tell moments.",
        )
    plain: list[LapMeaning] = ["mark"] * (len(presses) - len(told))
    return [*told, *plain]


def distance_at(signal: Signal, t_s: float) -> float | None:
    """Return the distance covered at a moment, None where the recording does not know."""
    known = np.flatnonzero(np.isfinite(signal.distance_m))
    if not known.size:
        return None
    return float(np.interp(t_s, known, signal.distance_m[known]))


def _say_what_they_meant(count: int) -> Issue:
    problem = (
        "One lap press has no told meaning and stands as a plain mark."
        if count == 1
        else f"{count} lap presses have no told meaning and stand as plain marks."
    )
    return Issue("info", LAPS, problem, "Tell it with --laps, in order: gone, back, mark or skip.")
