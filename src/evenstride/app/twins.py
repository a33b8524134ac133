"""The same recording exported twice, in two formats: looked at once, in the one that shows more."""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from evenstride.model.recording import Recording

_FOLLOWED = (
    "cadence_spm",
    "contact_time_ms",
    "contact_balance_left_pct",
    "vertical_oscillation_mm",
    "vertical_ratio_pct",
    "step_length_mm",
    "leg_spring_stiffness_kn_per_m",
)
# Formats round: whole beats, whole strides of one foot.
_ROUNDED_BY = {"heart_rate_bpm": 1.0, "cadence_spm": 2.0}
_AGREE = 0.98
_FEWEST_SHARED_S = 120


def poorer_twins(recordings: Sequence[Recording]) -> dict[int, Recording]:
    """Return the places of recordings that another shows as well or better, and which does.

    Two recordings of different formats are one and the same where heart rate and cadence agree to
    within rounding at nearly every second both hold. Two devices on one run do not agree so well.
    """
    if len({recording.source.format for recording in recordings}) < 2:
        return {}
    order = sorted(range(len(recordings)), key=lambda i: _wealth(recordings[i]), reverse=True)
    found: dict[int, Recording] = {}
    for rank, poorer in enumerate(order):
        for richer in order[:rank]:
            if richer not in found and _is_twin(recordings[poorer], recordings[richer]):
                found[poorer] = recordings[richer]
                break
    return found


def _wealth(recording: Recording) -> tuple[int, int, int]:
    return (len(_filled(recording)), len(recording.developer_fields), recording.laps.height)


def _filled(recording: Recording) -> set[str]:
    return {name for name in _FOLLOWED if recording.samples[name].count()}


def _is_twin(poorer: Recording, richer: Recording) -> bool:
    if poorer.source.format == richer.source.format or poorer.developer_fields:
        return False
    if not _overlap(poorer, richer) or not _filled(poorer) <= _filled(richer):
        return False
    both = _by_second(poorer).join(_by_second(richer), on="second", suffix="_richer")
    shared = [
        both.select((pl.col(name) - pl.col(f"{name}_richer")).abs()).to_series().drop_nulls()
        for name in _ROUNDED_BY
    ]
    known = [
        int((off <= limit).sum()) / off.len()
        for off, limit in zip(shared, _ROUNDED_BY.values(), strict=True)
        if off.len() >= _FEWEST_SHARED_S
    ]
    # One quantity alone can agree by chance.
    return len(known) == len(_ROUNDED_BY) and min(known) >= _AGREE


def _overlap(one: Recording, other: Recording) -> bool:
    ends = (r.start + timedelta(seconds=r.duration_s) for r in (one, other))
    return max(one.start, other.start) <= min(ends)


def _by_second(recording: Recording) -> pl.DataFrame:
    """Return heart rate and cadence by the second of the clock on the wall."""
    begun = recording.start.timestamp()
    return recording.samples.select(
        (pl.col("time_s") + begun).round().cast(pl.Int64).alias("second"), *_ROUNDED_BY
    ).unique("second", keep="first")
