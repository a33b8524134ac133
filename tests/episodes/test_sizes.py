"""What is said of an episode: its size with an interval, its times, how likely it is still on."""

import tracemalloc
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from evenstride.episodes._shift.bins import bin_signal
from evenstride.episodes._shift.evidence import RAMPS_S, weigh
from evenstride.episodes._shift.posterior import Family, Shares, draws, share_out
from evenstride.episodes._shift.shapes import Shape
from evenstride.episodes._shift.sizes import size_of
from evenstride.episodes.shift import search
from evenstride.model.episode import Episode, Span
from evenstride.model.intervals import Stretch
from evenstride.model.marks import RunnersWord
from evenstride.model.signal import Floats, Signal
from evenstride.model.tail import Tails

Steady = Callable[[int, Floats], Signal]
SILENT = RunnersWord()
HOUR = 3600


def moved(onset_s: int, back_s: int, size: float = 4.0, ramp_s: int = 0) -> Floats:
    time_s = np.arange(HOUR)
    coming = np.clip((time_s - onset_s) / ramp_s, 0, 1) if ramp_s else (time_s >= onset_s) * 1.0
    return np.asarray(size * coming * (time_s < back_s))


def only(signal: Signal, tails: Tails, word: RunnersWord = SILENT) -> Episode:
    [episode] = search(signal, word, (), tails).episodes
    return episode


def shift_of(episode: Episode) -> Span:
    [found] = [one.shift for one in episode.reading.shifts if one.name == "contact_time"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("size", [2.5, 4.0])
def test_nine_intervals_in_ten_hold_the_size_and_it_is_not_biased(
    steady: Steady, usual: Tails, size: float
) -> None:
    found = [
        shift_of(episode)
        for seed in range(40)
        for episode in search(steady(seed, moved(1200, 2400, size)), SILENT, (), usual).episodes
    ]
    assert len(found) >= 38
    held = np.mean([one.lo <= size <= one.hi for one in found])
    assert 0.8 <= held <= 0.98
    assert np.mean([one.value for one in found]) == pytest.approx(size, rel=0.1)


def test_sizes_at_known_times_are_unbiased(steady: Steady) -> None:
    shape = (Shape(1200.0, 2400.0),)
    found = []
    for seed in range(40):
        signal = steady(seed, moved(1200, 2400, 3.0))
        told = size_of(signal.channels[0], signal, shape)
        assert told is not None
        found.append(told.shift)
    assert np.mean([one.value for one in found]) == pytest.approx(3.0, rel=0.1)
    assert 0.8 <= np.mean([one.lo <= 3.0 <= one.hi for one in found]) <= 1.0


def test_times_known_less_well_make_the_interval_wider(steady: Steady) -> None:
    signal = steady(1, moved(1200, 2400))
    channel = signal.channels[0]
    sure = size_of(channel, signal, (Shape(1200.0, 2400.0),))
    unsure = size_of(
        channel, signal, tuple(Shape(1200.0 + late_s, 2400.0) for late_s in range(0, 700, 100))
    )
    assert sure is not None
    assert unsure is not None
    assert unsure.shift.hi - unsure.shift.lo > 1.2 * (sure.shift.hi - sure.shift.lo)


def test_another_episode_does_not_take_from_a_size(steady: Steady) -> None:
    signal = steady(1, moved(600, 1500) + moved(1800, HOUR))
    first, other = Shape(600.0, 1500.0), Shape(1800.0, float("inf"))
    channel = signal.channels[0]
    beside, alone = size_of(channel, signal, (first,), (other,)), size_of(channel, signal, (first,))
    assert beside is not None
    assert alone is not None
    assert abs(beside.shift.value - 4.0) < abs(alone.shift.value - 4.0)
    assert beside.shift.lo < 4.0 < beside.shift.hi


@pytest.mark.parametrize("family", ["closed", "opened", "started"])
def test_draws_stand_for_the_posterior(steady: Steady, family: Family) -> None:
    evidence = weigh(bin_signal(steady(5, moved(1800, HOUR, size=1.5))))
    shares, _ = share_out(evidence, SILENT)
    shapes = draws(family, shares, evidence.grid_s, 4000)
    weights = by_shape(family, shares, evidence.grid_s)
    total = sum(weights.values())
    counted: dict[Shape, int] = {}
    for shape in shapes:
        counted[shape] = counted.get(shape, 0) + 1
    assert len(shapes) == 4000
    assert len(counted) > 10
    for shape, weight in weights.items():
        assert counted.get(shape, 0) / 4000 == pytest.approx(weight / total, abs=2 / 4000)
    assert draws(family, shares, evidence.grid_s, 4000) == shapes


def by_shape(family: Family, shares: Shares, grid_s: Floats) -> dict[Shape, float]:
    """Return the share of every shape of a reading."""
    times = [float(t) for t in grid_s]
    infinite = float("inf")
    found: dict[Shape, float] = {}
    if family == "opened":
        for (r, ramp_s), (i, onset_s) in product(enumerate(RAMPS_S), enumerate(times)):
            found[Shape(onset_s, infinite, ramp_s)] = float(shares.opened[r, i])
        return found
    inside = shares.closed if family == "closed" else shares.early
    for r, i, j in np.argwhere(inside > 0):
        found[Shape(times[i], times[j], RAMPS_S[r])] = float(inside[r, i, j])
    if family == "started":
        for (r, ramp_s), (j, back_s) in product(enumerate(RAMPS_S), enumerate(times)):
            found[Shape(-infinite, back_s, ramp_s)] = float(shares.started[r, j])
    return found


def test_a_few_draws_have_the_middle_and_the_spread_of_the_posterior(steady: Steady) -> None:
    evidence = weigh(bin_signal(steady(5, moved(1200, 2400, size=1.5))))
    shares, _ = share_out(evidence, SILENT)
    onsets_s = [shape.onset_s for shape in draws("closed", shares, evidence.grid_s, 40)]
    weight = shares.closed.sum(axis=(0, 2)) / shares.closed.sum()
    middle_s = float(weight @ evidence.grid_s)
    spread_s = float(np.sqrt(weight @ (evidence.grid_s - middle_s) ** 2))
    assert np.mean(onsets_s) == pytest.approx(middle_s, abs=0.2 * spread_s + 5)
    assert np.std(onsets_s) == pytest.approx(spread_s, rel=0.4)


def test_a_change_to_the_end_told_normal_before_has_not_recovered(
    steady: Steady, usual: Tails
) -> None:
    signal = steady(1, moved(1800, HOUR))
    before = RunnersWord(normal=(Stretch(300, 1500),))
    assert only(signal, usual, before).not_recovered > 0.95
    assert 0.3 < only(signal, usual).not_recovered < 0.9, "the recording alone cannot tell"
    after = RunnersWord(normal=(Stretch(2100, 3300),))
    assert only(signal, usual, after).not_recovered < 0.05


def test_a_change_that_passed_has_recovered(steady: Steady, usual: Tails) -> None:
    for seed in range(4):
        assert only(steady(seed, moved(1200, 2400)), usual).not_recovered < 0.05


def test_how_gradual_it_was_is_told_as_a_probability(steady: Steady, usual: Tails) -> None:
    sudden = [only(steady(k, moved(1200, 2700, size=6.0)), usual).gradual for k in range(6)]
    slow = [
        only(steady(k, moved(1200, 2700, size=6.0, ramp_s=600)), usual).gradual for k in range(6)
    ]
    assert all(0 <= one <= 1 for one in (*sudden, *slow))
    assert max(sudden) < 0.5
    assert min(slow) > 0.9


def test_a_slow_worsening_has_a_long_ramp(steady: Steady, usual: Tails) -> None:
    for seed in range(4):
        signal = steady(seed, moved(600, 3300, size=6.0, ramp_s=1800))
        episode = only(signal, usual)
        assert episode.beginning == "gradual"
        assert episode.reading.ramp_s >= 900
        assert shift_of(episode).value == pytest.approx(6.0, abs=2.0)


def test_a_run_of_four_hours_needs_no_more_memory_than_any_machine_has(
    steady: Steady, usual: Tails
) -> None:
    added = np.zeros(4 * HOUR)
    added[5000:7000] = 4.0
    signal = steady(1, added)
    tracemalloc.start()
    try:
        found = search(signal, SILENT, (), usual).episodes
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == 1
    assert peak < 250e6
