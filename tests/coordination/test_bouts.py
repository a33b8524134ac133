"""Bouts laid over each other at their start."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.coordination.bouts import LAST_LAG_S, align_bouts, lags_s
from evenstride.coordination.running import find_running
from evenstride.model.signal import Bools, Channel, Floats, Signal


def channel(values: Floats, noise_sd: float = 1.0) -> Channel:
    return Channel("c", "c", "ms", "", "Watch", True, values, np.zeros(values.size), noise_sd)


def run_of(cadence_spm: Floats, values: Floats, noise_sd: float = 1.0) -> Signal:
    none: Bools = np.zeros(values.size, dtype=np.bool_)
    running = find_running(cadence_spm, np.full(values.size, 3.0), none)
    nothing = np.full(values.size, np.nan)
    return Signal(
        (channel(values, noise_sd),),
        running.judged,
        np.empty((values.size, 0)),
        running.set_aside,
        running.moving_s,
        running.bouts,
        nothing,
        nothing,
        nothing,
    )


def bouts_of(*lengths_s: int) -> Floats:
    """Return a cadence of running bouts with a minute of walking after each."""
    return np.concatenate([np.r_[np.full(n, 170.0), np.full(60, 110.0)] for n in lengths_s])


def since_start(cadence_spm: Floats) -> Floats:
    """Return seconds since the last change between running and walking."""
    out = np.zeros(cadence_spm.size)
    for k in range(1, out.size):
        out[k] = out[k - 1] + 1 if cadence_spm[k] == cadence_spm[k - 1] else 0
    return out


def test_every_bout_is_told_by_the_time_since_it_began() -> None:
    cadence = bouts_of(120, 200)
    signal = run_of(cadence, since_start(cadence))
    found = align_bouts(signal, signal.channels)
    assert found.values.shape == (2, 1, found.lag_s.size)
    for bout in found.values[:, 0]:
        known = np.isfinite(bout)
        # Seconds 30 to 39 have the mean 34.5; the bin's middle is 35.
        np.testing.assert_allclose(bout[known][:-1], found.lag_s[known][:-1] - 0.5)


@pytest.mark.parametrize(("bout_s", "bins"), [(30, 0), (50, 1), (60, 2), (90, 5), (120, 8)])
def test_the_edges_of_a_bout_stay_set_aside(bout_s: int, bins: int) -> None:
    cadence = bouts_of(bout_s, 100)
    signal = run_of(cadence, np.ones(cadence.size))
    known = np.isfinite(align_bouts(signal, signal.channels).values[0, 0])
    assert known.sum() == bins
    assert known[:bins].all()
    assert lags_s(bout_s - 15.0).size == bins, "the limits are reckoned with the same lags"


def test_a_bin_with_fewer_than_five_known_seconds_is_missing() -> None:
    cadence = bouts_of(120)
    values = np.ones(cadence.size)
    values[30:36] = np.nan
    values[40:45] = np.nan
    signal = run_of(cadence, values)
    first, second = align_bouts(signal, signal.channels).values[0, 0, :2]
    assert np.isnan(first)
    assert second == 1.0


def test_values_are_told_in_units_of_the_noise() -> None:
    cadence = bouts_of(120)
    signal = run_of(cadence, np.full(cadence.size, 6.0), noise_sd=2.0)
    assert np.nanmax(align_bouts(signal, signal.channels).values) == 3.0


@given(st.integers(20, 900))
def test_no_lag_beyond_five_minutes_is_looked_at(bout_s: int) -> None:
    cadence = bouts_of(bout_s, 20)
    signal = run_of(cadence, np.ones(cadence.size))
    found = align_bouts(signal, signal.channels)
    assert found.lag_s[-1] < LAST_LAG_S
    assert found.values.shape[2] == found.lag_s.size


def test_a_run_without_bouts_or_channels_gives_an_empty_table() -> None:
    signal = run_of(np.full(100, 110.0), np.ones(100))
    assert align_bouts(signal, signal.channels).values.shape[:2] == (0, 1)
    assert align_bouts(signal, ()).values.shape[:2] == (0, 0)
