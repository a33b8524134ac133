"""A run with a known truth, written as a file of a watch or a portal."""

import gzip
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from evenstride.app.says import clock
from evenstride.app.settings import replace_file
from evenstride.app.unwrap import is_gzip, unwrap
from evenstride.model.errors import EvenstrideError
from evenstride.model.recording import SAMPLES, Spacing
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.laps import LapButton
from evenstride.simulate.pace import RunWalk
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.scenario import START, Scenario
from evenstride.simulate.xml import gpx_bytes, tcx_bytes
from evenstride.writers import gpx, tcx

Kit: TypeAlias = Literal["wrist", "strap", "strap+stryd"]
RecordingMode: TypeAlias = Literal["every-second", "smart"]
LONGEST_MINUTES = 24 * 60
_SPACING: dict[RecordingMode, Spacing] = {"every-second": "every second", "smart": "smart"}
_FILE_HEAD_BYTES = 4096
_OUR_MARK = b"evenstride simulated"
_FIRST_MESSAGE_BYTES = 128
_XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_OUR_XML = (
    _XML + b"<!-- evenstride simulated",
    _XML + b'<gpx version="1.1" creator="evenstride simulated',
)


@dataclass(frozen=True)
class _Kind:
    """One format a simulated run can be written in, and the samples' columns it has room for."""

    name: str
    to_bytes: Callable[[SimulatedRun], bytes]
    holds: tuple[str, ...]


_FIT = _Kind("FIT", fit_bytes, SAMPLES.names)
_KINDS = {
    ".tcx": _Kind("TCX", tcx_bytes, tcx.HOLDS),
    ".gpx": _Kind("GPX", gpx_bytes, gpx.HOLDS),
}


@dataclass(frozen=True)
class SimulationRequest:
    """What is to be simulated, in the words of the command line.

    Attributes
    ----------
    minutes
        Length of the recording.
    onset_s, recovery_s
        When coordination goes and returns; no onset: the runner stays well, no recovery: it does
        not return.
    shift_pp
        How far ground contact moves: toward the left foot where positive.
    ramp_s
        How long the change takes to come in full.
    seed
        The same request and seed give the same bytes.
    kit, recording
        What the runner wears, and how the watch records.
    run_walk_s
        Seconds of running and of walking, None for a run without walk breaks.
    laps
        Whether the runner presses lap when it goes and when it comes back.
    later_s
        When it goes and returns again, once or more.
    day
        The day of the run, None for that of every other simulated run.
    """

    minutes: float = 60.0
    onset_s: float | None = None
    recovery_s: float | None = None
    shift_pp: float = 1.5
    ramp_s: float = 0.0
    seed: int = 0
    kit: Kit = "strap"
    recording: RecordingMode = "every-second"
    run_walk_s: tuple[float, float] | None = None
    laps: bool = True
    later_s: tuple[tuple[float, float | None], ...] = ()
    day: date | None = None

    @property
    def times_s(self) -> tuple[tuple[float, float | None], ...]:
        """When coordination goes and returns, each time; empty where the runner stays well."""
        return () if self.onset_s is None else ((self.onset_s, self.recovery_s), *self.later_s)


def again(
    onsets_s: tuple[float, ...], recoveries_s: tuple[float, ...]
) -> tuple[tuple[float, float | None], ...]:
    """Return the second and every later time it goes, with the return that belongs to it.

    Examples
    --------
    >>> again((60.0, 600.0), (300.0,)), again((60.0,), (300.0,))
    (((600.0, None),), ())

    Raises
    ------
    EvenstrideError
        If it returns more often than it goes.
    """
    if len(recoveries_s) > max(len(onsets_s), 1):
        raise EvenstrideError(
            "Coordination cannot come back more often than it goes.",
            "Give an --onset for each --recovery.",
        )
    missing = (None,) * (len(onsets_s) - len(recoveries_s))
    return tuple(zip(onsets_s, (*recoveries_s, *missing), strict=False))[1:]


@dataclass(frozen=True)
class SimulatedFile:
    """A simulated run on disk.

    Attributes
    ----------
    file
        The file.
    request
        What it holds.
    presses_s
        When the runner pressed lap, seconds since the start.
    left_out
        What the format has no room for, as a sentence; empty where it holds everything.
    """

    file: Path
    request: SimulationRequest
    presses_s: tuple[float, ...]
    left_out: str = ""


def write_simulated(request: SimulationRequest, file: Path) -> SimulatedFile:
    """Simulate a run and write it to `file`, in the format its name ends in.

    TCX for ``.tcx``, GPX for ``.gpx``, else FIT; packed where ``.gz`` follows. A file that
    evenstride simulated earlier is replaced; any other is left alone.

    Raises
    ------
    EvenstrideError
        If the run cannot be, or `file` cannot be written.
    """
    _check(request)
    _spare(file)
    run = simulate(_scenario(request), request.seed)
    packed = file.suffix.lower() == ".gz"
    kind = _KINDS.get((Path(file.stem) if packed else file).suffix.lower(), _FIT)
    data = kind.to_bytes(run)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Without a date inside, so that equal runs give equal bytes.
        replace_file(file, gzip.compress(data, mtime=0) if packed else data)
    except OSError as reason:
        raise EvenstrideError(
            f"{file} could not be written: {reason.strerror}.", "Choose another place with --out."
        ) from reason
    presses_s = tuple(press.t_s for press in run.truth.presses)
    return SimulatedFile(file, request, presses_s, _left_out(run, kind))


def _left_out(run: SimulatedRun, kind: _Kind) -> str:
    """Return what of a run a format has no room for, as a sentence."""
    lost = [
        column.name.removesuffix(f"_{column.unit.suffix}" if column.unit else "").replace("_", " ")
        for column in SAMPLES.columns
        if column.name not in kind.holds and run.samples[column.name].count()
    ]
    if kind is not _FIT and run.developer_fields:
        lost.append("the pod's own fields")
    if kind.name == "GPX":
        lost.append("laps")
    if not lost:
        return ""
    return f"{kind.name} has no room for these, so they were left out: {', '.join(lost)}."


def _scenario(request: SimulationRequest) -> Scenario:
    return Scenario(
        minutes=request.minutes,
        kit=request.kit,
        spacing=_SPACING[request.recording],
        run_walk=None if request.run_walk_s is None else RunWalk(*request.run_walk_s),
        episodes=_episodes(request),
        laps=LapButton(presses_gone=request.laps, presses_back=request.laps),
        start=START if request.day is None else datetime.combine(request.day, START.timetz()),
    )


def _episodes(request: SimulationRequest) -> tuple[PlantedEpisode, ...]:
    return tuple(
        PlantedEpisode(onset_s, recovery_s, ramp_s=request.ramp_s, balance_pp=request.shift_pp)
        for onset_s, recovery_s in request.times_s
    )


def _check(request: SimulationRequest) -> None:
    if not 1 <= request.minutes <= LONGEST_MINUTES:
        raise EvenstrideError(
            f"A run of {request.minutes:g} minutes cannot be simulated.",
            f"Ask for 1 to {LONGEST_MINUTES} minutes.",
        )
    if request.day is not None and not 1990 <= request.day.year <= 2100:
        raise EvenstrideError(
            f"No watch writes runs of {request.day}.", "Ask for a day from 1990 to 2100."
        )
    if not math.isfinite(request.shift_pp) or abs(request.shift_pp) > 20:
        raise EvenstrideError(
            f"Contact cannot move by {request.shift_pp:g} percentage points.",
            "Ask for -20 to 20; healthy runs stay within about 1.",
        )
    _check_times(request)


def _check_times(request: SimulationRequest) -> None:
    end_s = request.minutes * 60
    if request.onset_s is None and request.recovery_s is not None:
        raise EvenstrideError(
            "Coordination cannot come back when it never goes.", "Give --onset too."
        )
    if request.onset_s is None and request.ramp_s > 0:
        raise EvenstrideError(
            f"A change that never begins cannot take {clock(request.ramp_s)}.", "Give --onset too."
        )
    over_s = 0.0
    for onset_s, recovery_s in request.times_s:
        if onset_s < over_s:
            raise EvenstrideError(
                f"Coordination cannot go again at {clock(onset_s)}, before it is back.",
                "Give --onset and --recovery in order of time, each pair after the one before.",
            )
        over_s = end_s if recovery_s is None else recovery_s
        _check_inside(onset_s, recovery_s, end_s)
        _check_episode(onset_s, over_s, request.ramp_s)


def _check_inside(onset_s: float, recovery_s: float | None, end_s: float) -> None:
    for what, moment in (("onset", onset_s), ("recovery", recovery_s)):
        if moment is not None and moment >= end_s:
            raise EvenstrideError(
                f"The run is over at {clock(end_s)}, before the {what} at {clock(moment)}.",
                "Give an earlier time, or more --minutes. Leave --recovery out if it never comes"
                " back.",
            )


def _check_episode(onset_s: float, back_s: float, ramp_s: float) -> None:
    if back_s <= onset_s:
        raise EvenstrideError(
            f"Coordination cannot come back at {clock(back_s)}, before it goes at"
            f" {clock(onset_s)}.",
            "Give a --recovery later than --onset.",
        )
    if ramp_s > back_s - onset_s:
        raise EvenstrideError(
            f"The change takes {clock(ramp_s)} to come in full, but lasts only"
            f" {clock(back_s - onset_s)}.",
            "Give a shorter --ramp, or a longer time between --onset and --recovery.",
        )


def _spare(file: Path) -> None:
    """Refuse to write over anything that evenstride did not simulate itself."""
    try:
        file.lstat()
    except FileNotFoundError:
        return
    except OSError as reason:
        raise EvenstrideError(
            f"{file} could not be written: {reason.strerror}.", "Choose another place with --out."
        ) from reason
    if file.is_dir():
        raise EvenstrideError(f"{file} is a folder.", "Name a file, such as run.fit.")
    if not _is_ours(file):
        raise EvenstrideError(
            f"{file} exists and is no simulated run; it is left as it is.",
            "Choose another name with --out.",
        )


def _is_ours(file: Path) -> bool:
    """Return whether a file names the simulated watch where its format names a watch."""
    # A pipe or a device could be read for ever.
    if not file.is_file():
        return False
    try:
        with file.open("rb") as stream:
            head = stream.read(_FILE_HEAD_BYTES)
    except OSError:
        return False
    if is_gzip(head):
        head = unwrap(head, file.name, _FILE_HEAD_BYTES).data
    first = head[:_FIRST_MESSAGE_BYTES]
    return (first[8:12] == b".FIT" and _OUR_MARK in first) or head.startswith(_OUR_XML)
