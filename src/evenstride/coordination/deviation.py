"""Recordings become a signal: what was measured, what was to be expected, what was set aside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenstride.coordination.channels import Measured, measured_channels, named_apart
from evenstride.coordination.clock import on_clock, seconds_of
from evenstride.coordination.expectation import (
    covariates,
    expect,
    grade_from,
    winsorised_sd,
)
from evenstride.coordination.held import held_too_long
from evenstride.coordination.normal import Seen, expect_normal, terms_of
from evenstride.coordination.running import Running, find_running, missing_stretches
from evenstride.coordination.sides import side_issues
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.model.normal import Normal
from evenstride.model.recording import Recording
from evenstride.model.signal import Bools, Channel, Floats, Signal

SEARCHED = ("contact_balance_left", "contact_time", "vertical_oscillation")
"""Quantities a detector may use; cadence only where a run has none of them.

Step length and vertical ratio repeat cadence and oscillation once pace is known, so they would
buy false alarms and no power. They still tell what moved.
"""
LEAST_KNOWN = 0.5
"""A channel missing in more than half of the judged time is reported, not searched."""
LEAST_SHOWN = 0.05
"""A channel known in no more than that of the judged time tells nothing."""
CHANGE_OVER_S = 8
"""About as long as watches smooth contact time and balance (6 and 12 s): over one second a smoothed
channel shows next to nothing of a misfire."""
_VARIABILITY_S = 30


@dataclass(frozen=True)
class Track:
    """Where the runner was and how fast, on the run's clock, NaN where unknown."""

    distance_m: Floats
    speed_mps: Floats
    grade_pct: Floats
    cadence_spm: Floats
    paused: Bools


def build_signal(
    recordings: Sequence[Recording],
    offsets_s: Sequence[float],
    flipped: Sequence[str] = (),
    normals: Sequence[Normal] = (),
) -> tuple[Signal, tuple[Issue, ...]]:
    """Turn one run, seen by one or several devices, into a signal.

    Parameters
    ----------
    recordings
        All of the same run; the first that knows pace or cadence tells where it was running.
    offsets_s
        When each began, seconds after the run's start.
    flipped
        Devices whose left and right the runner set to be exchanged.
    normals
        What is normal for the runner when the run began, one a device, such as
        `evenstride.model.normal.in_force` chooses; where none is known, a channel's expectation is
        made from this very run.

    Returns
    -------
    tuple[Signal, tuple[Issue, ...]]
        The signal, and what is missing or doubtful in it.

    Raises
    ------
    EvenstrideError
        If no recording is given.
    """
    if not recordings:
        raise EvenstrideError("There is no recording to look at.", "Give at least one run.")
    pairs = list(zip(recordings, offsets_s, strict=True))
    seconds = max(seconds_of(recording, offset) for recording, offset in pairs)
    tracks = [track_of(recording, offset, seconds) for recording, offset in pairs]
    track = max(tracks, key=lambda t: int(np.isfinite(t.speed_mps).sum()))
    running = find_running(track.cadence_spm, track.speed_mps, track.paused)
    table = covariates(track.speed_mps, track.grade_pct, running.judged)
    measured = [
        m
        for recording, offset in pairs
        for m in measured_channels(recording, offset, seconds, flipped)
    ]
    channels = _channels(
        named_apart(measured), _Known(table, _by_device(normals, track, running)), running
    )
    judged = _judged(running.judged, channels)
    channels = tuple(c for c in channels if _known_share(c.values, judged) > LEAST_SHOWN)
    lost = missing_stretches(running.judged, judged, "nothing measured")
    signal = Signal(
        channels=channels,
        running=judged,
        covariates=table,
        excluded=tuple(sorted((*running.set_aside, *lost), key=lambda s: s.from_s)),
        moving_s=running.moving_s,
        bouts=running.bouts,
        distance_m=track.distance_m,
        speed_mps=track.speed_mps,
        grade_pct=track.grade_pct,
    )
    sided = {one.device: one.exchanged for one in measured if one.is_sided}
    return signal, (*_issues(signal, measured, running), *side_issues(sided, flipped))


def track_of(recording: Recording, offset_s: float, seconds: int) -> Track:
    """Return where the runner was and how fast, as `recording` tells it."""
    samples = recording.samples
    time_s = samples["time_s"].to_numpy() + offset_s

    def clocked(name: str) -> Floats:
        return on_clock(time_s, samples[name], seconds, smart=recording.spacing == "smart")

    distance = clocked("distance_m")
    grade = clocked("grade_pct")
    if not np.isfinite(grade).any():
        grade = grade_from(clocked("altitude_m"), distance)
    paused = np.zeros(seconds, dtype=np.bool_)
    for pause in recording.pauses:
        paused[max(int(pause.from_s + offset_s), 0) : max(int(pause.to_s + offset_s), 0)] = True
    return Track(distance, clocked("speed_mps"), grade, clocked("cadence_spm"), paused)


@dataclass(frozen=True)
class _Known:
    """What an expectation can be made from: this run's pace and slope, and the runner's normals.

    Attributes
    ----------
    table
        Covariates of this run.
    normals
        By device, each with what explains a channel second by second.
    """

    table: Floats
    normals: dict[str, tuple[Normal, Floats]]


def _by_device(
    normals: Sequence[Normal], track: Track, running: Running
) -> dict[str, tuple[Normal, Floats]]:
    terms = terms_of(track.speed_mps, track.grade_pct, running) if normals else None
    return {} if terms is None else {normal.device: (normal, terms) for normal in normals}


def _channels(measured: list[Measured], known: _Known, running: Running) -> tuple[Channel, ...]:
    usable = [
        one
        for one in measured
        if _known_share(one.values, running.judged) > LEAST_SHOWN
        and not _stuck(one, running.judged)
    ]
    usable = [replace(one, values=np.where(_held(one), np.nan, one.values)) for one in usable]
    searched = _searched(usable, running.judged)
    channels = [
        _channel(one, known, running.judged, searched=one.name in searched) for one in usable
    ]
    spread = [
        _variability(channel, known.table, running.judged)
        for channel in channels
        if channel.searched
    ]
    return tuple(channel for channel in (*channels, *spread) if channel.noise_sd > 0)


def _known_share(values: Floats, judged: Bools) -> float:
    return float(np.isfinite(values[judged]).mean()) if judged.any() else 0.0


def _stuck(one: Measured, judged: Bools) -> bool:
    """Return whether a channel hardly moves from second to second: no body runs so evenly."""
    step = np.diff(one.values)[judged[1:]]
    return float(np.sqrt(np.nanmean(step**2))) < one.quantity.quietest if step.size else True


def _held(one: Measured) -> Bools:
    """Return where a sensor only repeated itself; a cadence may well stay the same."""
    if one.quantity.name == "cadence":
        return np.zeros(one.values.size, dtype=np.bool_)
    return held_too_long(one.values)


def _searched(usable: list[Measured], judged: Bools) -> set[str]:
    """Choose one channel for each quantity: the first device that has it most of the time."""
    known = [one for one in usable if _known_share(one.values, judged) >= LEAST_KNOWN]
    wanted = [q for q in SEARCHED if any(one.quantity.name == q for one in known)] or ["cadence"]
    return {
        next(one.name for one in known if one.quantity.name == quantity)
        for quantity in wanted
        if any(one.quantity.name == quantity for one in known)
    }


def _channel(one: Measured, known: _Known, judged: Bools, *, searched: bool) -> Channel:
    found = None
    if one.device in known.normals:
        normal, terms = known.normals[one.device]
        found = expect_normal(normal, one.quantity.name, Seen(one.values, terms, judged))
    expected = expect(one.values, known.table, judged) if found is None else found.values
    return Channel(
        name=one.name,
        quantity=one.quantity.name,
        unit=one.quantity.unit,
        says=one.quantity.says,
        device=one.device,
        searched=searched,
        values=one.values,
        expected=expected,
        noise_sd=winsorised_sd((one.values - expected)[judged]),
        level_sd=None if found is None else found.level_sd,
    )


def _variability(channel: Channel, table: Floats, judged: Bools) -> Channel:
    """Return how unsteady a channel is over a few seconds, in half a minute."""
    values = local_spread(np.where(judged, channel.values - channel.expected, np.nan))
    expected = expect(values, table, judged)
    return Channel(
        name=f"{channel.name}_variability",
        quantity=f"{channel.quantity}_variability",
        unit="pp" if channel.unit == "pct" else channel.unit,
        says=f"unsteadiness from moment to moment of: {channel.says}",
        device=channel.device,
        searched=False,
        values=values,
        expected=expected,
        noise_sd=winsorised_sd((values - expected)[judged]),
    )


def local_spread(values: Floats) -> Floats:
    """Return the root mean square change over 8 s, in 30 s around, NaN where under 15 are known.

    Examples
    --------
    >>> wavering = np.tile(np.repeat([0.0, 2.0], 8), 10)
    >>> bool(np.nanmax(local_spread(wavering)) == 2.0)
    True
    """
    change = np.full(values.size, np.nan)
    change[CHANGE_OVER_S:] = values[CHANGE_OVER_S:] - values[:-CHANGE_OVER_S]
    known = np.isfinite(change)
    ones = np.ones(_VARIABILITY_S)
    total = np.convolve(np.where(known, change, 0.0) ** 2, ones, mode="same")
    count = np.convolve(known.astype(np.float64), ones, mode="same")
    mean = np.full(change.size, np.nan)
    np.divide(total, count, out=mean, where=count > _VARIABILITY_S / 2)
    return np.asarray(np.sqrt(mean))


def _judged(judged: Bools, channels: tuple[Channel, ...]) -> Bools:
    known = np.zeros(judged.size, dtype=np.bool_)
    for channel in channels:
        if channel.searched:
            known |= np.isfinite(channel.values)
    return judged & known


def _issues(signal: Signal, measured: list[Measured], running: Running) -> tuple[Issue, ...]:
    found = [
        Issue(
            "warning",
            one.name,
            f"{count} s of this channel cannot be a runner's and were set aside "
            f"({one.quantity.says}).",
        )
        for one in measured
        if (count := int((one.implausible & running.judged).sum()))
    ]
    found += [
        Issue(
            "warning",
            one.name,
            f"This channel repeated one value for {count} s of running, as a sensor does that lost "
            "contact; they were set aside.",
            "Check the strap or pod and its battery.",
        )
        for one in measured
        if _known_share(one.values, running.judged) > LEAST_SHOWN
        and not _stuck(one, running.judged)
        and (count := int((_held(one) & running.judged).sum()))
    ]
    found += [
        Issue(
            "warning",
            one.name,
            f"This channel does not move ({one.quantity.says}), as if its sensor were stuck; it "
            "was left out.",
            "Check the strap or pod and its battery.",
        )
        for one in measured
        if _known_share(one.values, running.judged) > LEAST_SHOWN and _stuck(one, running.judged)
    ]
    if not running.bouts:
        found.append(
            Issue(
                "warning",
                "whole recording",
                "No running of at least 20 s was found.",
                "If this was a run, the recording lacks both cadence and speed.",
            )
        )
    elif not signal.searched:
        found.append(
            Issue(
                "warning",
                "whole recording",
                "The recording has no contact time, balance, oscillation or cadence, so only your "
                "marks can tell.",
                "Wear a chest strap or pod with running dynamics, or press lap when it goes.",
            )
        )
    if running.bouts and not signal.covariates.shape[1]:
        found.append(
            Issue(
                "warning",
                "pace and slope",
                "The recording has no pace and no slope, so changes they cause were not taken out.",
                "Record with GPS, or with a pod on the treadmill.",
            )
        )
    return tuple(found)
