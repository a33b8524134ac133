"""The verb `agreement`: many runs in; how well felt and measured agree, out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenstride.app.agreement_views import (
    AGREEMENT_SCHEMA,
    BesideView,
    ChanceView,
    DelayView,
    ManyRunsView,
)
from evenstride.app.agreement_words import sentences
from evenstride.app.analyze import analyze_run
from evenstride.app.intake import Progress, take_in
from evenstride.app.same_run import Run, group_by_run
from evenstride.app.views import Analysis, EpisodeView
from evenstride.inference.agreement import agree
from evenstride.model.agreement import (
    Beside,
    Chance,
    Delay,
    FeltAndMeasured,
    Measured,
    WordOnRuns,
)
from evenstride.model.episode import Span
from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.marks import LapMeaning, Mark, RunnersWord

SEED = 1
"""The same files give the same answer."""


@dataclass(frozen=True)
class _Told:
    """One run analysed blind, and what the runner said of it."""

    files: tuple[str, ...]
    start: str
    record: FeltAndMeasured


def agreement(
    files: Sequence[Path], word: WordOnRuns, progress: Progress | None = None
) -> ManyRunsView:
    """Say how well felt and measured agree over many runs.

    Every run is analysed without a word of the runner, so that nothing measured was chosen with
    the marks; the marks are laid beside it afterwards.

    Parameters
    ----------
    files
        Recordings, as `analyze` takes them.
    word
        What the lap presses meant, and in which runs nothing was felt.
    progress
        Called with what is being done, how many are done, and how many there are.

    Raises
    ------
    EvenstrideError
        If no file is given, nothing is told, or something is told of a file that is not given.
    """
    _check(files, word)
    taken = take_in(files, progress)
    issues = [issue for one in taken for issue in one.issues if issue.level == "error"]
    runs = sorted(
        group_by_run([recording for one in taken for recording in one.runs]),
        key=lambda run: run.start,
    )
    told: list[_Told] = []
    for done, run in enumerate(runs):
        name = " + ".join(_files_of(run))
        if progress is not None:
            progress(name, done, len(runs))
        try:
            told.append(_told(run, word))
        except EvenstrideError as refused:
            issues.append(Issue("error", name, refused.problem, refused.remedy))
    found = agree([one.record for one in told], np.random.default_rng(SEED))
    return ManyRunsView(
        schema=AGREEMENT_SCHEMA,
        runs=tuple(_beside(*pair) for pair in zip(told, found.runs, strict=True)),
        counted=found.counted,
        share=found.share,
        verdict=found.verdict,
        other_runs=_chance(found.other_runs),
        other_times=_chance(found.other_times),
        onset_delay=_delay(found.onset),
        recovery_delay=_delay(found.recovery),
        says=sentences(found),
        issues=tuple(issues),
    )


def _check(files: Sequence[Path], word: WordOnRuns) -> None:
    if not files:
        raise EvenstrideError("No file was given.", "Give the recordings of several runs.")
    if word == WordOnRuns():
        raise EvenstrideError(
            "You have not said what your lap presses meant.",
            "Say it for all runs with --laps gone,back, and --fine FILE for a run in which you"
            " felt nothing.",
        )
    given = {file.name for file in files}
    for name in (*(name for name, _ in word.of_file), *word.fine):
        if name not in given:
            raise EvenstrideError(
                f"You told about {name}, which is not among the files.",
                "Give the file too, or its name as it stands there, without the folder.",
            )


def _files_of(run: Run) -> tuple[str, ...]:
    return tuple(dict.fromkeys(recording.source.file for recording in run.recordings))


def _told(run: Run, word: WordOnRuns) -> _Told:
    """Return a run analysed without a word, and the marks laid beside it.

    Raises
    ------
    EvenstrideError
        If the presses of the lap button do not fit what was told of them.
    """
    files = _files_of(run)
    analysis = analyze_run(run, RunnersWord())
    record = FeltAndMeasured(
        name=" + ".join(files),
        seconds=analysis.run.duration_s,
        judged=_judged(analysis),
        marks=_marks(analysis.run.marks, files, word),
        measured=tuple(_measured(episode) for episode in analysis.run.episodes),
    )
    return _Told(files, analysis.run.start, record)


def _marks(
    presses: tuple[Mark, ...], files: tuple[str, ...], word: WordOnRuns
) -> tuple[Mark, ...] | None:
    """Return the presses with their meaning; None where nothing is known of what was felt."""
    if set(files) & set(word.fine):
        return ()
    own = next((meanings for name, meanings in word.of_file if name in files), None)
    meanings = _over_and_over(word.laps, len(presses)) if own is None else own
    if len(meanings) != len(presses):
        raise EvenstrideError(
            f"It is left out: its {_counted(len(presses))} not fit {','.join(own or word.laps)}.",
            _how_to_tell(files[0], len(presses)),
        )
    marks = tuple(
        Mark(press.t_s, press.distance_m, meaning, press.source, press.recalled)
        for press, meaning in zip(presses, meanings, strict=True)
        if meaning != "skip"
    )
    return marks if any(mark.kind != "mark" for mark in marks) else None


def _how_to_tell(file: str, presses: int) -> str:
    """Return what to type, with as many words as presses, to be copied and mended."""
    fine = f"if you felt nothing, --fine {file}."
    if not presses:
        return f"Leave out its words, or, {fine}"
    words = ",".join(("gone", "back")[place % 2] for place in range(presses))
    return f"Say what each press meant, such as --laps {file}={words}, or skip; {fine}"


def _over_and_over(laps: tuple[LapMeaning, ...], presses: int) -> tuple[LapMeaning, ...]:
    if not laps:
        untold: list[LapMeaning] = ["mark"] * presses
        return tuple(untold)
    return laps * (presses // len(laps))


def _counted(presses: int) -> str:
    return "1 lap press does" if presses == 1 else f"{presses} lap presses do"


def _judged(analysis: Analysis) -> tuple[Stretch, ...]:
    """Return the running that was judged: all between the stops but what was set aside."""
    aside = sorted((*analysis.strip.stops, *analysis.run.excluded), key=lambda one: one.from_s)
    judged, free_s = [], 0.0
    for one in aside:
        if one.from_s > free_s:
            judged.append(Stretch(free_s, one.from_s))
        free_s = max(free_s, one.to_s)
    if analysis.run.duration_s > free_s:
        judged.append(Stretch(free_s, analysis.run.duration_s))
    return tuple(judged)


def _measured(episode: EpisodeView) -> Measured:
    back_s, lo_s, hi_s = episode.recovery_s, episode.recovery_lo_s, episode.recovery_hi_s
    back = None
    if back_s is not None and lo_s is not None and hi_s is not None:
        back = Span(back_s, lo_s, hi_s)
    return Measured(
        onset_s=Span(episode.onset_s, episode.onset_lo_s, episode.onset_hi_s),
        recovery_s=back,
        present_at_start=episode.present_at_start,
        probability=episode.probability,
    )


def _beside(told: _Told, beside: Beside) -> BesideView:
    record = told.record
    return BesideView(
        files=told.files,
        start=told.start,
        duration_s=record.seconds,
        standing=beside.standing,
        both_s=beside.both_s,
        only_felt_s=beside.only_felt_s,
        only_measured_s=beside.only_measured_s,
        neither_s=beside.neither_s,
        felt=record.felt,
        measured=record.seen,
        judged=record.judged,
    )


def _chance(chance: Chance | None) -> ChanceView | None:
    return None if chance is None else ChanceView(**vars(chance))


def _delay(delay: Delay | None) -> DelayView | None:
    if delay is None:
        return None
    typical, spread = delay.typical_s, delay.spread_s
    return DelayView(
        typical_s=typical.value,
        typical_lo_s=typical.lo,
        typical_hi_s=typical.hi,
        spread_s=spread.value,
        spread_lo_s=spread.lo,
        spread_hi_s=spread.hi,
        pairs=delay.pairs,
        marks=delay.marks,
    )
