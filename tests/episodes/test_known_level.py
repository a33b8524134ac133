"""A search that knows at what level the run should lie."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from evenstride.episodes._shift.aspects import level_noise
from evenstride.episodes._shift.noise import LEVEL_SD, covariance, healthy_noise
from evenstride.episodes.shift import search, statistic
from evenstride.model.marks import RunnersWord
from evenstride.model.signal import Floats, Signal
from evenstride.model.tail import Tails

NAMES = ("contact_time", "vertical_oscillation")
HALF_HOUR = 1800
LEVEL = 0.3
"""Spread of the level from day to day, in the noise's innovation SD."""

Steady = Callable[[int, Floats], Signal]


@pytest.fixture
def steady(signal_of: Callable[[Mapping[str, Floats]], Signal]) -> Steady:
    """Return a maker of runs of healthy noise about a level that differs little from day to day."""

    def make(seed: int, added: Floats) -> Signal:
        count = added.size // 30
        noise = replace(healthy_noise(NAMES), level_sd=LEVEL)
        root = np.linalg.cholesky(covariance(np.arange(float(count)), noise))
        rng = np.random.default_rng(seed)
        drawn = noise.innovation_sd * np.repeat(root @ rng.normal(size=(count, 2)), 30, axis=0)
        return signal_of({NAMES[0]: drawn[:, 0] + added, NAMES[1]: drawn[:, 1]})

    return make


def knowing(signal: Signal, level_sd: float | None) -> Signal:
    """Return the signal as if its level were known that well, in noise SD."""
    return replace(
        signal, channels=tuple(replace(one, level_sd=level_sd) for one in signal.channels)
    )


@pytest.fixture
def gone_and_not_back(steady: Steady) -> Signal:
    """Return an hour that lies where it should in its first half and 3 SD off in its second."""
    return steady(5, np.repeat([0.0, 3.0], HALF_HOUR))


@pytest.fixture
def off_then_back(steady: Steady) -> Signal:
    """Return an hour that is 3 SD off in its first half and where it should be in its second."""
    return steady(5, np.repeat([3.0, 0.0], HALF_HOUR))


def test_inside_one_run_alone_both_readings_are_told(
    gone_and_not_back: Signal, off_then_back: Signal, usual: Tails
) -> None:
    for signal in (gone_and_not_back, off_then_back):
        (episode,) = search(signal, RunnersWord(), (), usual).episodes
        assert episode.other_reading is not None


def test_a_known_level_says_which_half_is_normal(
    gone_and_not_back: Signal, off_then_back: Signal, usual: Tails
) -> None:
    (gone,) = search(knowing(gone_and_not_back, 0.5), RunnersWord(), (), usual).episodes
    assert gone.other_reading is None
    assert gone.reading.recovery_s is None
    assert abs(gone.reading.onset_s.value - HALF_HOUR) <= 60
    (back,) = search(knowing(off_then_back, 0.5), RunnersWord(), (), usual).episodes
    assert back.reading.recovery_s is not None
    assert back.reading.onset_s.value < 300
    assert abs(back.reading.recovery_s.value - HALF_HOUR) <= 60


def test_a_level_known_badly_says_as_little_as_none(off_then_back: Signal) -> None:
    wide, _ = statistic(knowing(off_then_back, 100.0))
    none, _ = statistic(off_then_back)
    assert wide == pytest.approx(none, abs=0.05)


def test_what_is_off_nearly_throughout_shows_only_beside_a_known_level(steady: Steady) -> None:
    added = np.full(3600, 2.5)
    added[3360:] = 0.0
    signal = steady(6, added)
    assert statistic(knowing(signal, 0.3))[0] > statistic(signal)[0] + 2.0


def test_a_healthy_run_at_its_level_is_no_more_alarming(steady: Steady) -> None:
    signal = steady(7, np.zeros(3600))
    assert statistic(knowing(signal, 0.5))[0] < 1.0


def test_the_least_known_channel_sets_how_well_the_level_is_known(off_then_back: Signal) -> None:
    one, two = off_then_back.channels
    noise = healthy_noise((one.quantity, two.quantity))
    both = level_noise((replace(one, level_sd=0.3), replace(two, level_sd=0.6)))
    assert both.level_sd == pytest.approx(0.6 / noise.innovation_sd)
    assert level_noise((replace(one, level_sd=0.3), two)) == noise
    assert noise.level_sd == LEVEL_SD


def test_the_shift_of_an_episode_is_told_from_the_known_level(
    gone_and_not_back: Signal, usual: Tails
) -> None:
    (episode,) = search(knowing(gone_and_not_back, 0.5), RunnersWord(), (), usual).episodes
    shift = next(s for s in episode.reading.shifts if s.name == "contact_time").shift
    assert shift.lo < 3.0 < shift.hi


def test_the_covariance_grows_with_the_levels_own(off_then_back: Signal) -> None:
    noise = healthy_noise(tuple(one.quantity for one in off_then_back.channels))
    index = np.arange(20.0)
    known = covariance(index, replace(noise, level_sd=2.0))
    assert np.allclose(covariance(index, noise) - known, LEVEL_SD**2 - 4.0)
