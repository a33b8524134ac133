"""The verb `analyze`: runs in; when coordination went and came back, felt and measured, out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import evenstride.episodes
from evenstride.app.bout_words import bouts_view
from evenstride.app.episode_views import episode_views, inside, lead_channels
from evenstride.app.felt import felt_marks
from evenstride.app.healthy_tail import healthy_tails
from evenstride.app.hints import hints
from evenstride.app.intake import Intake, Progress, take_in
from evenstride.app.same_run import Run, group_by_run
from evenstride.app.says import clock
from evenstride.app.strip import strip_of
from evenstride.app.views import (
    SCHEMA,
    Analysis,
    BaselineView,
    BoutsView,
    ChannelView,
    EpisodeView,
    FailedView,
    NormalPart,
    RunView,
    SourceView,
)
from evenstride.coordination.channels import measured_names
from evenstride.coordination.deviation import build_signal
from evenstride.coordination.running import AFTER_RESTART_S, BEFORE_STOP_S, missing_stretches
from evenstride.coordination.settled import settled, shortest_stretch_s, smallest_change
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark, RunnersWord
from evenstride.model.normal import Normal
from evenstride.model.signal import Bools, Channel, Signal
from evenstride.plugins import BoutPool, Detector, discover

_ROUNDED_S = 60.0
"""A runner rounds the end of a run; a minute beyond it is no mistake."""
_LEAST_NORMAL_S = 120.0


@dataclass(frozen=True)
class Findings:
    """All that is known of one run before it is told.

    Attributes
    ----------
    signal
        The run with the found episodes counted as expected.
    marks, episodes, issues
        As in `RunView`.
    off
        True inside measured episodes, shape ``(seconds,)``.
    judged
        True for the seconds that could be judged, shape ``(seconds,)``.
    false_alarms_per_10h
        Measured rate for the channels searched.
    bouts
        What bouts share, None where there are too few.
    """

    signal: Signal
    marks: tuple[Mark, ...]
    episodes: tuple[EpisodeView, ...]
    off: Bools
    judged: Bools
    false_alarms_per_10h: float | None
    issues: tuple[Issue, ...]
    bouts: BoutsView | None


def analyze(
    files: Sequence[Path],
    word: RunnersWord,
    progress: Progress | None = None,
    flipped: Sequence[str] = (),
) -> tuple[Analysis | FailedView, ...]:
    """Analyse runs: when coordination went and came back, felt and measured.

    Parameters
    ----------
    files
        Recordings. Files that overlap in time by 80 % or more are one run with several sources.
    word
        What the runner knows about the run.
    progress
        Called with what is being done, how many files are done, and how many there are.
    flipped
        Devices that take left for right, as the runner set; their sides are exchanged.

    Returns
    -------
    tuple[Analysis | FailedView, ...]
        One item a run, in the order given; a file that gave none is a `FailedView`.

    Raises
    ------
    EvenstrideError
        If no file is given, or the word does not fit the run, or is given for several runs.
    """
    if not files:
        raise EvenstrideError("No file was given.", "Give the recording of a run.")
    taken = take_in(files, progress)
    runs = group_by_run([recording for one in taken for recording in one.runs])
    if len(runs) > 1 and word != RunnersWord():
        raise EvenstrideError(
            f"You told about one run, but the files hold {len(runs)}.",
            "Give one run at a time with --gone, --back, --laps, --normal or --off-at-start.",
        )
    items: list[Analysis | FailedView] = []
    for one in taken:
        if not one.runs:
            items.append(FailedView(SCHEMA, one.issues))
        items += [
            analyze_run(run, word, _issues_of_files(run, taken), flipped)
            for run in runs
            if run.recordings[0] in one.runs
        ]
    return tuple(items)


def _issues_of_files(run: Run, taken: tuple[Intake, ...]) -> tuple[Issue, ...]:
    return tuple(
        issue
        for one in taken
        if any(recording in one.runs for recording in run.recordings)
        for issue in one.issues
    )


def analyze_run(
    run: Run,
    word: RunnersWord,
    issues: tuple[Issue, ...] = (),
    flipped: Sequence[str] = (),
    normals: Sequence[Normal] = (),
) -> Analysis:
    """Analyse one run, already read.

    Parameters
    ----------
    run
        All recordings of it.
    word
        What the runner knows about it.
    issues
        What reading the files already met.
    flipped
        Devices whose left and right are exchanged.
    normals
        What was normal for the runner when the run began, one a device; where nothing is known of
        a device, the run is compared with itself.

    Raises
    ------
    EvenstrideError
        If the word does not fit the run.
    """
    signal, doubts = build_signal(run.recordings, run.offsets_s, flipped, normals)
    marks, unclear = felt_marks(run, signal, word)
    _check_normal(word, signal)
    bouts = _bouts(signal, marks)
    searches = [
        detector.search(signal, word, marks, healthy_tails())
        for detector in discover(evenstride.episodes, Detector)
    ]
    found = [episode for search in searches for episode in search.episodes]
    readings = [episode.reading for episode in found]
    episodes = episode_views(found, signal, marks)
    findings = Findings(
        signal=settled(signal, readings),
        marks=marks,
        episodes=episodes,
        off=inside(readings, signal.seconds),
        judged=signal.running
        & (
            any(search.judged for search in searches)
            or (bouts is not None and bouts.earliest_onset_s is not None)
        ),
        false_alarms_per_10h=next((s.false_alarms_per_10h for s in searches), None),
        issues=(
            *issues,
            *(issue for recording in run.recordings for issue in recording.issues),
            *doubts,
            *unclear,
            *(issue for search in searches for issue in search.issues),
            *hints(run.recordings, signal, marks),
        ),
        bouts=bouts,
    )
    view = _beside_normal(_run_view(run, findings, word, _sources(run, flipped)), signal, normals)
    lead = lead_channels(found, signal)
    return Analysis(view, strip_of(signal, findings.signal, findings.off, lead), signal)


def _bouts(signal: Signal, marks: tuple[Mark, ...]) -> BoutsView | None:
    pooled = [bout_pool.pool(signal) for bout_pool in discover(evenstride.episodes, BoutPool)]
    return next((bouts_view(found, signal, marks) for found in pooled if found is not None), None)


def _check_normal(word: RunnersWord, signal: Signal) -> None:
    for told in word.normal:
        part = f"The normal part {clock(told.from_s)}-{clock(told.to_s)}"
        if told.from_s >= told.to_s or told.to_s > signal.seconds + _ROUNDED_S:
            raise EvenstrideError(
                f"{part} is not inside the run, which is {clock(signal.seconds)} long.",
                "Give it as start-end, such as 45:00-60:00.",
            )
        if told.seconds < _LEAST_NORMAL_S:
            raise EvenstrideError(
                f"{part} is too short to show what is normal.", "Give two minutes or more."
            )


def _run_view(
    run: Run, findings: Findings, word: RunnersWord, sources: tuple[SourceView, ...]
) -> RunView:
    signal = findings.signal
    coordinated_s = float((findings.judged & ~findings.off).sum())
    unjudged = missing_stretches(signal.running, findings.judged, "too little running to judge")
    known = np.flatnonzero(np.isfinite(signal.distance_m))
    names = {channel.name for channel in signal.channels}
    return RunView(
        schema=SCHEMA,
        sources=sources,
        start=run.start.isoformat(),
        duration_s=float(signal.seconds),
        distance_m=float(signal.distance_m[known[-1]]) if known.size else None,
        moving_s=signal.moving_s,
        excluded=tuple(sorted((*signal.excluded, *unjudged), key=lambda s: s.from_s)),
        can_name_foot={"contact_time_left", "contact_time_right"} <= names,
        shortest_judgeable_s=_shortest_judgeable_s(signal, findings.bouts),
        channels=tuple(_channel_view(channel, signal) for channel in signal.channels),
        baseline=BaselineView("this-run", 1, coordinated_s),
        normal_part="told" if word.normal or _was_felt(findings.marks) else "assumed",
        marks=findings.marks,
        episodes=findings.episodes,
        coordinated_s=coordinated_s,
        off_s=float((findings.judged & findings.off).sum()),
        false_alarms_per_10h=findings.false_alarms_per_10h,
        issues=findings.issues,
        bouts=findings.bouts,
    )


def _beside_normal(view: RunView, signal: Signal, normals: Sequence[Normal]) -> RunView:
    """Say what the run was compared with, where that is what is normal for the runner."""
    devices = {channel.device for channel in signal.searched if channel.level_sd is not None}
    used = [normal for normal in normals if normal.device in devices]
    if not used:
        return view
    most = max(used, key=lambda normal: normal.hours)
    baseline = BaselineView("personal", most.runs, 3600.0 * most.hours)
    part: NormalPart = "told" if view.normal_part == "told" else "baseline"
    return replace(view, baseline=baseline, normal_part=part)


def _was_felt(marks: tuple[Mark, ...]) -> bool:
    return any(mark.kind != "mark" for mark in marks)


def _sources(run: Run, flipped: Sequence[str]) -> tuple[SourceView, ...]:
    named = measured_names(run.recordings, flipped)
    return tuple(
        SourceView(r.source.file, r.source.sha256, r.source.format, device, names)
        for r, by_device in zip(run.recordings, named, strict=True)
        for device, names in by_device.items()
    )


def _channel_view(channel: Channel, signal: Signal) -> ChannelView:
    return ChannelView(
        name=channel.name,
        unit=channel.unit,
        says=channel.says,
        median=float(np.nanmedian(np.where(signal.running, channel.values, np.nan))),
        noise_sd=channel.noise_sd,
        smallest_change_60_s=smallest_change(channel, signal, 60),
        smallest_change_300_s=smallest_change(channel, signal, 300),
    )


def _shortest_judgeable_s(signal: Signal, bouts: BoutsView | None) -> float | None:
    """Return what pooling needs of each bout where bouts are pooled, else what one bout needs."""
    if bouts is not None and bouts.shortest_judgeable_s is not None:
        return bouts.shortest_judgeable_s
    stretch_s = shortest_stretch_s(signal)
    return None if stretch_s is None else AFTER_RESTART_S + stretch_s + BEFORE_STOP_S
