"""The run as a strip: what the picture draws beyond the contract."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evenstride.app.views import Strip, StripLine
from evenstride.coordination.clock import moving_mean
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Bools, Channel, Floats, Signal

Steps = NDArray[np.int64]

STEP_S = 10
_SMOOTH_S = 30
_NINE_IN_TEN = (5.0, 95.0)
_SLOWEST_MPS = 0.5


def strip_of(raw: Signal, settled: Signal, off: Bools, lead: Sequence[str] = ()) -> Strip:
    """Lay a run out in steps of 10 s.

    Parameters
    ----------
    raw
        The signal against what pace and slope let expect.
    settled
        The same with a found episode counted as expected: its spread is the runner's own normal.
    off
        True inside measured episodes, shape ``(seconds,)``.
    lead
        Names of the channels that show what was found, most telling first; they stand before the
        other searched ones.
    """
    normal = {channel.name: channel for channel in settled.channels}
    middle = np.arange(STEP_S // 2, raw.seconds, STEP_S, dtype=np.int64)
    speed = moving_mean(raw.speed_mps, _SMOOTH_S)[middle]
    pace = np.full(speed.size, np.nan)
    np.divide(1000.0, speed, out=pace, where=speed >= _SLOWEST_MPS)
    return Strip(
        time_s=middle.astype(np.float64),
        distance_m=raw.distance_m[middle],
        pace_s_per_km=pace,
        grade_pct=moving_mean(raw.grade_pct, _SMOOTH_S)[middle],
        lines=tuple(
            _line(channel, normal[channel.name], raw.running, off, middle)
            for channel in _drawn(raw, lead)
        ),
        stops=_between(raw.bouts, raw.seconds),
    )


def _drawn(signal: Signal, lead: Sequence[str]) -> tuple[Channel, ...]:
    known = {channel.name: channel for channel in signal.channels}
    names = dict.fromkeys((*lead, *(channel.name for channel in signal.searched)))
    return tuple(known[name] for name in names if name in known)


def _line(channel: Channel, normal: Channel, judged: Bools, off: Bools, middle: Steps) -> StripLine:
    rest = np.where(judged, channel.values - channel.expected, np.nan)
    calm = np.where(judged, normal.values - normal.expected, np.nan)
    level = float(np.nanmedian(np.where(judged, channel.values, np.nan)))
    coordinated = np.where(off, np.nan, rest)
    zero = float(np.nanmedian(coordinated if np.isfinite(coordinated).any() else calm))
    smooth = _smoothed(calm - np.nanmedian(calm), judged)
    low, high = np.nanpercentile(smooth, _NINE_IN_TEN)
    return StripLine(
        channel.name,
        channel.unit,
        channel.says,
        (_smoothed(rest, judged) + level)[middle],
        # Nothing that can only be positive has a normal below none.
        max(level + zero + float(low), 0.0),
        level + zero + float(high),
    )


def _smoothed(values: Floats, judged: Bools) -> Floats:
    return np.where(judged, moving_mean(values, _SMOOTH_S), np.nan)


def _between(bouts: tuple[Stretch, ...], seconds: int) -> tuple[Stretch, ...]:
    edges = [0.0, *(t for bout in bouts for t in (bout.from_s, bout.to_s)), float(seconds)]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple(Stretch(a, b, "not running") for a, b in pairs if b > a)
