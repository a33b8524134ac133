"""Which kind of loss it was: a level that moved, a leg that wavers, or single bad seconds."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from evenstride.coordination.deviation import build_signal
from evenstride.coordination.expectation import left_over
from evenstride.episodes._shift.aspects import aspects_of
from evenstride.episodes._shift.bins import bin_signal
from evenstride.episodes._shift.evidence import weigh
from evenstride.episodes.shift import search
from evenstride.model.marks import RunnersWord
from evenstride.model.signal import Channel, Floats, Signal
from evenstride.model.tail import Tails
from evenstride.plugins import Search
from evenstride.simulate.device import Kit
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

pytestmark = pytest.mark.slow

SignalOf = Callable[[Mapping[str, Floats]], Signal]
SEEDS = range(4)
WRIST = ("contact_time", "vertical_oscillation")


def searched(tails: Tails, seed: int, planted: PlantedEpisode, kit: Kit = "strap") -> Search:
    made = simulate(Scenario(minutes=60, kit=kit, episodes=(planted,)), seed)
    return search(build_signal([made.recording()], [0.0])[0], RunnersWord(), (), tails)


@pytest.mark.parametrize("kit", ["wrist", "strap"])
def test_a_leg_that_wavers_is_told_as_variability_and_not_as_a_shift(
    usual: Tails, kit: Kit
) -> None:
    planted = PlantedEpisode(1200, 2400, kind="variability", noise_gain=3.0)
    for seed in SEEDS:
        found = searched(usual, seed, planted, kit).episodes
        strongest = max(found, key=lambda one: one.bayes_factor)
        assert strongest.kind == "variability"
        assert strongest.reading.onset_s.value == pytest.approx(1200, abs=60)
        assert strongest.reading.recovery_s is not None
        assert strongest.reading.recovery_s.value == pytest.approx(2400, abs=90)
        assert strongest.size_sd > 1


def test_a_leg_that_wavers_is_never_told_as_a_shift_of_balance(usual: Tails) -> None:
    planted = PlantedEpisode(1200, 2400, kind="variability", noise_gain=3.0)
    found = [one for seed in range(6) for one in searched(usual, seed, planted).episodes]
    assert len(found) >= 5
    assert {one.kind for one in found} == {"variability"}
    for one in found:
        [unsteady] = [s for s in one.reading.shifts if s.name == "contact_balance_left_variability"]
        assert unsteady.shift.lo > 0


@pytest.mark.parametrize("kit", ["wrist", "strap"])
def test_running_that_becomes_steadier_is_not_told_as_a_loss(usual: Tails, kit: Kit) -> None:
    planted = PlantedEpisode(1200, 2400, kind="variability", noise_gain=0.4)
    found = [one for seed in SEEDS for one in searched(usual, seed, planted, kit).episodes]
    assert len(found) <= 1
    for one in found:
        assert one.reading.onset_s.value >= 2400, "less steady again is all that may be told"


def test_single_bad_seconds_are_told_as_bursts(usual: Tails) -> None:
    planted = PlantedEpisode(
        1200,
        2400,
        kind="bursts",
        size_sd=(("contact_balance_left_pct", 6.0),),
        bursts_per_min=6.0,
    )
    kinds = [one.kind for seed in range(6) for one in searched(usual, seed, planted).episodes]
    assert kinds.count("bursts") >= 4
    assert kinds.count("variability") <= 1


def wavering(seed: int, gain: float, from_s: int = 600, to_s: int = 1500) -> dict[str, Floats]:
    """Return 40 min of lively seconds, wavering more or less for a while."""
    drawn = np.random.default_rng(seed).normal(size=(2, 2400))
    drawn[:, from_s:to_s] *= gain
    return dict(zip(WRIST, drawn, strict=True))


def test_a_rise_of_unsteadiness_is_evidence_and_a_fall_is_none(signal_of: SignalOf) -> None:
    risen, same, fallen = (
        weigh(bin_signal(signal_of(wavering(2, gain)))) for gain in (2.0, 1.0, 0.5)
    )
    assert risen.log_bayes_factor > 4
    assert risen.kinds["variability"] > 0.5
    assert same.log_bayes_factor < 1
    assert fallen.log_bayes_factor < risen.log_bayes_factor - 3


def test_the_shares_of_all_kinds_are_one(signal_of: SignalOf) -> None:
    kinds = weigh(bin_signal(signal_of(wavering(3, 1.5)))).kinds
    assert list(kinds) == ["shift", "variability", "bursts"]
    assert sum(kinds.values()) == pytest.approx(1.0)


def test_a_channel_that_holds_its_values_takes_part_with_its_level_only(
    signal_of: SignalOf,
) -> None:
    lively = wavering(4, 1.0)
    held = {WRIST[0]: np.repeat(lively[WRIST[0]][::30], 30), WRIST[1]: lively[WRIST[1]]}
    bins = bin_signal(signal_of(held))
    assert np.isnan(bins.unsteadiness[:, 0]).all()
    assert np.isfinite(bins.unsteadiness[:, 1]).all()
    aspects = aspects_of(bins, ())
    assert aspects.level.channels == (0, 1)
    assert aspects.unsteadiness is not None
    assert aspects.unsteadiness.channels == (1,)
    assert weigh(bins).kinds.keys() == {"shift", "variability", "bursts"}


def test_where_no_channel_moves_from_second_to_second_only_a_shift_can_be_told(
    signal_of: SignalOf,
) -> None:
    held = {name: np.repeat(values[::30], 30) for name, values in wavering(5, 1.0).items()}
    held[WRIST[0]][600:1500] += 3.0
    assert weigh(bin_signal(signal_of(held))).kinds == pytest.approx({"shift": 1.0})


def test_a_few_seconds_that_stick_do_not_silence_a_channel(signal_of: SignalOf) -> None:
    lively = wavering(6, 1.0)
    lively[WRIST[0]][900:1080] = 0.0
    unsteadiness = bin_signal(signal_of(lively)).unsteadiness
    assert np.isfinite(unsteadiness).all()
    assert unsteadiness[32, 0] < unsteadiness[:, 0].mean() - 2


def with_pace(signal_of: SignalOf, gain: float) -> Signal:
    """Return 40 min in which a runner runs faster for a while, and contact time goes along."""
    faster = np.zeros(2400)
    faster[600:1500] = 1.0
    drawn = wavering(8, 1.0)
    drawn[WRIST[0]] = drawn[WRIST[0]] + gain * faster
    pace = ((faster - faster.mean()) / faster.std())[:, None]
    signal = replace(signal_of(drawn), covariates=pace)
    return replace(signal, channels=tuple(adjusted(one, pace) for one in signal.channels))


def adjusted(channel: Channel, pace: Floats) -> Channel:
    rest = left_over(channel.values[:, None], pace, np.isfinite(channel.values))[:, 0]
    return replace(channel, expected=channel.values - rest)


def test_a_change_that_goes_with_pace_is_no_evidence(signal_of: SignalOf) -> None:
    signal = with_pace(signal_of, 4.0)
    plain = replace(
        signal,
        channels=tuple(replace(c, expected=np.zeros(signal.seconds)) for c in signal.channels),
    )
    assert weigh(bin_signal(plain)).log_bayes_factor > 10
    assert weigh(bin_signal(signal)).log_bayes_factor < 1
