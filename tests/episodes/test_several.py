"""More than one episode in a run: told apart, counted right, and never made up."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pytest

from evenstride.coordination.deviation import build_signal
from evenstride.episodes._shift.bins import Bins, bin_signal
from evenstride.episodes._shift.evidence import weigh
from evenstride.episodes._shift.several import MOST, apart, find_all
from evenstride.episodes._shift.shapes import Shape
from evenstride.episodes.shift import search
from evenstride.model.episode import Episode, Reading
from evenstride.model.marks import RunnersWord
from evenstride.model.signal import Floats, Signal
from evenstride.model.tail import Tails
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

pytestmark = pytest.mark.slow

SignalOf = Callable[[Mapping[str, Floats]], Signal]
Steady = Callable[[int, Floats], Signal]
BinsOf = Callable[..., Bins]
SILENT = RunnersWord()
HOUR = 3600
INFINITE = float("inf")


def episode(
    onset_s: float, recovery_s: float | None, size_sd: float = 3.0, ramp_s: float = 0.0
) -> PlantedEpisode:
    """Return a shift of balance to be planted."""
    size = (("contact_balance_left_pct", size_sd),)
    return PlantedEpisode(onset_s, recovery_s, ramp_s=ramp_s, size_sd=size)


def told(tails: Tails, seed: int, *planted: PlantedEpisode) -> tuple[Episode, ...]:
    made = simulate(Scenario(minutes=60, kit="strap", episodes=planted), seed)
    return search(build_signal([made.recording()], [0.0])[0], SILENT, (), tails).episodes


def stretches(*parts: tuple[int, int, float]) -> Floats:
    """Return an hour with a level added from one second to another, part by part."""
    added = np.zeros(HOUR)
    for from_s, to_s, size in parts:
        added[from_s:to_s] += size
    return added


def times(found: tuple[Episode, ...]) -> list[tuple[float, float]]:
    readings = [one.reading for one in found]
    return [
        (r.onset_s.value, INFINITE if r.recovery_s is None else r.recovery_s.value)
        for r in readings
    ]


def near_the_end(found: tuple[Episode, ...], back_s: float) -> bool:
    return len(found) == 1 and bool(np.isclose(times(found)[0][1], back_s, rtol=0, atol=240))


def swallowed_s(reading: Reading, other: Reading) -> float:
    """Return how much of another episode one reading holds."""
    [(from_s, to_s), (onset_s, back_s)] = [
        (r.onset_s.value, HOUR if r.recovery_s is None else r.recovery_s.value)
        for r in (reading, other)
    ]
    return min(to_s, back_s) - max(from_s, onset_s)


def near(found: tuple[Episode, ...], *wanted: tuple[float, float]) -> bool:
    return len(found) == len(wanted) and np.allclose(times(found), wanted, rtol=0, atol=90)


@pytest.mark.parametrize(("size_sd", "least"), [(3.0, 5), (4.5, 6)])
def test_two_episodes_with_clean_running_between_are_two_and_not_one_long_one(
    usual: Tails, size_sd: float, least: int
) -> None:
    planted = (episode(900, 1500, size_sd), episode(2100, 2700, size_sd))
    runs = [told(usual, seed, *planted) for seed in range(8)]
    assert sum(len(run) == 2 for run in runs) >= least
    assert sum(near(run, (900, 2700)) for run in runs) <= 1
    assert not any(near(run, (1500, 2100)) for run in runs), "the clean running is no episode"
    assert all(len(run) <= 2 for run in runs)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("size", [4.0, -4.0])
def test_two_clear_changes_of_level_are_two(
    steady: Steady, usual: Tails, seed: int, size: float
) -> None:
    added = stretches((900, 1500, size), (2100, 2700, size))
    found = search(steady(seed, added), SILENT, (), usual).episodes
    assert near(found, (900, 1500), (2100, 2700))
    for one in found:
        [moved] = [shift for shift in one.reading.shifts if shift.name == "contact_time"]
        assert moved.shift.value == pytest.approx(size, abs=1.2)


@pytest.mark.parametrize("seed", range(2))
def test_three_clear_changes_of_level_are_three(steady: Steady, usual: Tails, seed: int) -> None:
    added = stretches((480, 1020, 4.0), (1500, 2040, 4.0), (2520, 3060, 4.0))
    found = search(steady(seed, added), SILENT, (), usual).episodes
    assert near(found, (480, 1020), (1500, 2040), (2520, 3060))


@pytest.mark.parametrize(
    ("planted", "back_s"),
    [
        (episode(1200, 2400), 2400.0),
        (episode(1200, 2400, ramp_s=180), 2400.0),
        (episode(900, 3000, ramp_s=900), 3000.0),
        (episode(900, None, size_sd=4.0, ramp_s=1500), INFINITE),
        (episode(1200, None), INFINITE),
    ],
    ids=["sudden", "three minutes", "slow worsening", "slow, to the end", "to the end"],
)
def test_one_episode_is_never_told_as_two(
    usual: Tails, planted: PlantedEpisode, back_s: float
) -> None:
    runs = [told(usual, seed, planted) for seed in range(3)]
    assert max(len(run) for run in runs) == 1
    assert sum(near_the_end(run, back_s) for run in runs) >= 2


def test_a_worsening_in_two_steps_is_mostly_one_episode_and_never_one_with_a_gap(
    usual: Tails,
) -> None:
    steps = (episode(1200, 2700, 2.5), episode(1800, 2700, 2.5))
    runs = [told(usual, seed, *steps) for seed in range(3)]
    assert [len(run) for run in runs].count(1) >= 2
    for run in runs:
        told_s = times(run)
        assert 1000 < told_s[0][0] < 2000, "at the first step or at the second"
        assert told_s[-1][1] == pytest.approx(2700, abs=60)
        for before, after in pairwise(told_s):
            assert after[0] == before[1]


@pytest.mark.parametrize("seed", range(2))
def test_opposite_changes_after_each_other_stay_two(
    steady: Steady, usual: Tails, seed: int
) -> None:
    added = stretches((1200, 1800, 4.0), (1800, 2400, -4.0))
    found = search(steady(seed, added), SILENT, (), usual).episodes
    assert near(found, (1200, 1800), (1800, 2400))


def test_opposite_changes_with_clean_running_between_stay_two(steady: Steady, usual: Tails) -> None:
    added = stretches((900, 1500, 4.0), (2100, 2700, -4.0))
    for seed in range(4):
        found = search(steady(seed, added), SILENT, (), usual).episodes
        assert near(found, (900, 1500), (2100, 2700))


def test_episodes_are_told_in_the_order_of_their_onsets(usual: Tails) -> None:
    for seed in range(4):
        found = told(usual, seed, episode(1200, 1800), episode(1800, 2400, -3.0))
        onsets = [onset_s for onset_s, _ in times(found)]
        assert onsets == sorted(onsets)


def test_more_episodes_than_that_are_not_told_apart(steady: Steady, usual: Tails) -> None:
    parts = [(240 + 560 * k, 520 + 560 * k, 5.0) for k in range(6)]
    found = search(steady(1, stretches(*parts)), SILENT, (), usual).episodes
    assert len(found) <= MOST


@pytest.mark.parametrize("seed", range(3))
def test_an_episode_found_before_is_no_evidence_for_another(steady: Steady, seed: int) -> None:
    bins = bin_signal(steady(seed, stretches((1200, 2400, 4.0))))
    assert weigh(bins).log_bayes_factor > 10
    assert weigh(bins, (Shape(1200.0, 2400.0),)).log_bayes_factor < 2


def test_another_reading_never_swallows_another_episode(steady: Steady, usual: Tails) -> None:
    for seed in range(4):
        added = stretches((900, 1500, 4.0), (2400, HOUR, 4.0))
        found = search(steady(seed, added), SILENT, (), usual).episodes
        assert near(found, (900, 1500), (2400, INFINITE))
        first, last = found
        for one, other in ((first, last), (last, first)):
            for reading in (one.reading, one.other_reading):
                assert reading is None or swallowed_s(reading, other.reading) < 300


def test_a_run_below_its_limit_holds_nothing(steady: Steady) -> None:
    bins = bin_signal(steady(1, stretches((900, 1500, 4.0), (2100, 2700, 4.0))))
    assert len(find_all(bins, SILENT, 3.0)) == 2
    assert find_all(bins, SILENT, 1000.0) == []


def test_the_same_run_gives_the_same_answer(steady: Steady, usual: Tails) -> None:
    signal = steady(3, stretches((900, 1500, 4.0), (2100, 2700, 4.0)))
    assert search(signal, SILENT, (), usual) == search(signal, SILENT, (), usual)


def levels(*parts: tuple[int, int, float]) -> Mapping[str, Floats]:
    """Return 120 half minutes of contact time with stretches moved."""
    values = np.random.default_rng(1).normal(size=120)
    for from_bin, to_bin, size in parts:
        values[from_bin:to_bin] += size
    return {"contact_time": values}


def test_a_single_change_is_left_as_it_is(bins_of: BinsOf) -> None:
    one = (Shape(600.0, 1200.0, 60.0),)
    assert apart(bins_of(levels((20, 40, 5.0))), one) == one


def test_a_long_change_with_its_opposite_inside_is_two(bins_of: BinsOf) -> None:
    bins = bins_of(levels((20, 90, 5.0), (40, 60, -5.0)))
    whole, inside = Shape(600.0, 2700.0, 60.0), Shape(1200.0, 1800.0)
    assert apart(bins, (whole, inside)) == (Shape(600.0, 1200.0, 60.0), Shape(1800.0, 2700.0))


def test_what_other_channels_do_by_themselves_does_not_join_two_episodes(bins_of: BinsOf) -> None:
    names = ("contact_balance_left", "contact_time", "vertical_oscillation")
    table = np.random.default_rng(2).normal(size=(120, 3))
    table[30:50, 0] += 3.0
    table[70:90, 0] += 3.0
    bins = bins_of(
        dict(zip(names, table.T, strict=True)), np.random.default_rng(3).normal(size=(120, 3))
    )
    found = apart(bins, (Shape(900.0, 2700.0), Shape(1500.0, 2100.0)))
    assert found == (Shape(900.0, 1500.0), Shape(2100.0, 2700.0))


def test_a_change_inside_a_change_the_same_way_is_one(bins_of: BinsOf) -> None:
    bins = bins_of(levels((20, 90, 3.0), (40, 90, 3.0)))
    whole, inside = Shape(600.0, 2700.0), Shape(1200.0, 2700.0)
    assert apart(bins, (whole, inside)) == (whole,)


def test_neighbours_that_move_opposite_ways_are_two(bins_of: BinsOf) -> None:
    bins = bins_of(levels((20, 40, 5.0), (40, 60, -5.0)))
    both = (Shape(600.0, 1200.0), Shape(1200.0, 1800.0))
    assert apart(bins, both) == both


def test_what_touches_the_ends_of_a_run_is_open_there(bins_of: BinsOf) -> None:
    bins = bins_of(levels((0, 20, 5.0), (90, 120, 5.0)))
    ends = (Shape(-INFINITE, 600.0), Shape(2700.0, INFINITE))
    assert apart(bins, ends) == ends
    bins = bins_of(levels((10, 20, 5.0), (90, 120, 5.0)))
    found = apart(bins, (Shape(300.0, INFINITE), Shape(600.0, 2700.0)))
    assert found == (Shape(300.0, 600.0), Shape(2700.0, INFINITE))


def test_a_stretch_too_short_for_an_episode_is_none(bins_of: BinsOf) -> None:
    bins = bins_of(levels((20, 22, 5.0), (60, 90, 5.0)))
    kept = apart(bins, (Shape(600.0, 660.0), Shape(1800.0, 2700.0)))
    assert kept == (Shape(1800.0, 2700.0),)
