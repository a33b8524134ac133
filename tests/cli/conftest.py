"""A run as the founders describe it, and a command line that finds it in every file."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType

import numpy as np
import pytest

from evenstride.app.views import (
    SCHEMA,
    AgreementView,
    Analysis,
    BaselineView,
    ChannelView,
    EpisodeView,
    FailedView,
    RunView,
    ShiftView,
    SourceView,
    Strip,
)
from evenstride.cli.program import main
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark, RunnersWord

Items = tuple[Analysis | FailedView, ...]
Verb = Callable[..., Items]
Command = Callable[..., CompletedProcess[str]]
Progress = Callable[[str, int, int], None]
BALANCE = ("contact_balance_left", "pct", "the left foot's share of ground contact time")
CONTACT = ("contact_time", "ms", "ground contact time, mean of both feet")


@pytest.fixture
def episode() -> EpisodeView:
    """Off from 2:00 to 38:00, toward the left foot."""
    return EpisodeView(
        onset_s=125.0,
        onset_lo_s=100.0,
        onset_hi_s=151.0,
        onset_distance_m=375.0,
        recovery_s=2290.0,
        recovery_lo_s=2270.0,
        recovery_hi_s=2310.0,
        recovery_distance_m=6870.0,
        present_at_start=False,
        beginning="sudden",
        kind="shift",
        toward="left",
        foot_changed=None,
        probability=0.998,
        bayes_factor=640.0,
        size_sd=2.1,
        channels=(
            ShiftView("contact_balance_left", "pct", 1.6, 1.4, 1.8),
            ShiftView("contact_time", "ms", -3.2, -5.0, -1.4),
        ),
        other_reading=None,
        felt_agreement=AgreementView(5.0, 10.0),
        says="From 2:05 to 38:10 contact moved toward the left foot by 1.6 points.",
    )


@pytest.fixture
def run(episode: EpisodeView) -> RunView:
    """Return an hour with two lap presses, told apart, and what the watch saw."""
    channels = tuple(
        ChannelView(*what, middle, sd, 2.4 * sd, 1.3 * sd)
        for what, middle, sd in ((BALANCE, 50.2, 0.7), (CONTACT, 243.0, 5.5))
    )
    return RunView(
        schema=SCHEMA,
        sources=(SourceView("run.fit", "9f" * 32, "FIT", "fenix 7", ("contact_balance_left",)),),
        start="2025-06-05T07:12:00+02:00",
        duration_s=3600.0,
        distance_m=10800.0,
        moving_s=3570.0,
        excluded=(Stretch(0.0, 30.0, "after a stop"), Stretch(1500.0, 1530.0, "after a stop")),
        can_name_foot=True,
        shortest_judgeable_s=90.0,
        channels=channels,
        baseline=BaselineView("this-run", 1, 1350.0),
        normal_part="assumed",
        marks=(
            Mark(120.0, 360.0, "gone", "lap", recalled=False),
            Mark(2280.0, 6840.0, "back", "lap", recalled=False),
        ),
        episodes=(episode,),
        coordinated_s=1345.0,
        off_s=2165.0,
        false_alarms_per_10h=0.42,
        issues=(Issue("warning", "run.fit", "The speed stands still twice.", "Nothing to do."),),
    )


def analysis_of(run: RunView) -> Analysis:
    """Return a run with an empty strip: nothing here draws it."""
    nothing = np.zeros(0)
    return Analysis(run, Strip(nothing, nothing, nothing, nothing, (), ()))


@pytest.fixture
def analysis(run: RunView) -> Analysis:
    return analysis_of(run)


@pytest.fixture
def failed() -> FailedView:
    return FailedView(
        SCHEMA, (Issue("error", "broken.fit", "This is no FIT file.", "Export it again."),)
    )


@pytest.fixture
def told() -> list[RunnersWord]:
    """Return what the verb was told, call by call."""
    return []


@pytest.fixture
def exchanged() -> list[tuple[str, ...]]:
    """Return the devices whose sides the verb was to exchange, call by call."""
    return []


@pytest.fixture
def surprises() -> list[BaseException]:
    """Put an exception in here, and the verb raises it."""
    return []


@pytest.fixture
def evenstride(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    verb: Verb,
) -> Command:
    """Run a command in this process, in an empty folder, with settings of its own.

    The verb `analyze` is a stand-in that fails for files called bad.
    """
    module = ModuleType("evenstride.app.analyze")
    vars(module)["analyze"] = verb
    monkeypatch.setitem(sys.modules, "evenstride.app.analyze", module)
    # The demo holds on to the verb it was imported with: in here it is imported anew, and after
    # the test forgotten.
    monkeypatch.setitem(sys.modules, "evenstride.app.demo", module)
    monkeypatch.delitem(sys.modules, "evenstride.app.demo")
    monkeypatch.setenv("EVENSTRIDE_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("EVENSTRIDE_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("EVENSTRIDE_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> CompletedProcess[str]:
        with pytest.raises(SystemExit) as left:
            main(words)
        heard = capsys.readouterr()
        return CompletedProcess(words, int(left.value.code or 0), heard.out, heard.err)

    return command


@pytest.fixture
def verb(
    run: RunView,
    failed: FailedView,
    told: list[RunnersWord],
    exchanged: list[tuple[str, ...]],
    surprises: list[BaseException],
) -> Verb:
    """Stand in for the verb `analyze`."""

    def found(file: Path) -> Analysis | FailedView:
        source = replace(run.sources[0], file=file.name)
        return failed if "bad" in file.name else analysis_of(replace(run, sources=(source,)))

    def analyze(
        files: Sequence[Path],
        word: RunnersWord,
        progress: Progress | None = None,
        flipped: Sequence[str] = (),
    ) -> Items:
        told.append(word)
        exchanged.append(tuple(flipped))
        if progress is not None:
            progress("run.fit", 1, len(files))
        if surprises:
            raise surprises[0]
        return tuple(found(file) for file in files)

    return analyze
