"""Half-minute medians, and which channels may speak."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from evenstride.episodes._shift.bins import LEAST_BINS, bin_medians, bin_signal
from evenstride.model.signal import Floats, Signal

SignalOf = Callable[[Mapping[str, Floats]], Signal]


def white(seed: int, seconds: int = 1800) -> Floats:
    return np.random.default_rng(seed).normal(size=seconds)


@pytest.mark.parametrize(("judged_s", "known"), [(14, False), (15, True)])
def test_a_half_minute_speaks_where_half_of_it_is_known(judged_s: int, known: bool) -> None:  # noqa: FBT001 - a parameter of the case
    found = bin_medians(np.arange(30.0), np.arange(30) < judged_s)
    assert bool(np.isfinite(found[0])) == known


def test_a_second_of_nonsense_does_not_move_a_half_minute() -> None:
    values = np.ones(60)
    values[[3, 35]] = 1e6
    assert bin_medians(values, np.ones(60, dtype=bool)).tolist() == [1.0, 1.0]


def test_what_is_set_aside_is_not_there(signal_of: SignalOf) -> None:
    signal = signal_of({"contact_time": white(1)})
    judged = signal.running.copy()
    judged[300:600] = False
    bins = bin_signal(replace(signal, running=judged))
    assert set(range(60)) - {int(k) for k in bins.index} == set(range(10, 20))


def test_a_strap_that_lost_contact_does_not_take_the_others_time(signal_of: SignalOf) -> None:
    balance = white(1)
    balance[900:1500] = np.nan
    bins = bin_signal(signal_of({"contact_balance_left": balance, "contact_time": white(2)}))
    assert [channel.name for channel in bins.channels] == ["contact_time"]
    assert bins.index.size == 60


def test_a_short_loss_costs_only_its_own_half_minutes(signal_of: SignalOf) -> None:
    balance = white(1)
    balance[900:1000] = np.nan
    bins = bin_signal(signal_of({"contact_balance_left": balance, "contact_time": white(2)}))
    assert len(bins.channels) == 2
    assert bins.index.size == 57
    assert np.isfinite(bins.values).all()


def test_channels_not_to_be_searched_are_not(signal_of: SignalOf) -> None:
    signal = signal_of({"contact_time": white(1), "cadence": white(2)})
    told = tuple(replace(c, searched=c.name == "cadence") for c in signal.channels)
    assert [c.name for c in bin_signal(replace(signal, channels=told)).channels] == ["cadence"]


def test_without_a_channel_or_a_second_there_is_nothing_to_search(signal_of: SignalOf) -> None:
    signal = signal_of({"contact_time": white(1)})
    assert not bin_signal(replace(signal, channels=())).enough
    assert not bin_signal(replace(signal, running=np.zeros(1800, dtype=bool))).enough


@pytest.mark.parametrize(("seconds", "enough"), [(30 * LEAST_BINS - 1, False), (360, True)])
def test_six_minutes_are_the_least(signal_of: SignalOf, seconds: int, enough: bool) -> None:  # noqa: FBT001 - a parameter of the case
    assert bin_signal(signal_of({"contact_time": white(1, seconds)})).enough == enough
