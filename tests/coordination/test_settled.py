"""What a run can show once a found episode is counted as such."""

from dataclasses import replace

import numpy as np
import pytest

from evenstride.coordination.settled import (
    block_sd,
    settled,
    share_off,
    shortest_stretch_s,
    smallest_change,
)
from evenstride.model.episode import ChannelShift, Reading, Span
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Channel, Floats, Signal

SECONDS = 3600


def at(value: float) -> Span:
    return Span(value, value - 10, value + 10)


def run(values: Floats, noise_sd: float = 1.0) -> Signal:
    size = values.size
    channel = Channel(
        "contact_time", "contact_time", "ms", "", "Watch", True, values, np.zeros(size), noise_sd
    )
    unknown = np.full(size, np.nan)
    return Signal(
        channels=(channel,),
        running=np.ones(size, dtype=bool),
        covariates=np.empty((size, 0)),
        excluded=(),
        moving_s=float(size),
        bouts=(Stretch(0.0, float(size)),),
        distance_m=unknown,
        speed_mps=unknown,
        grade_pct=unknown,
    )


def white(seconds: int = SECONDS) -> Floats:
    return np.random.default_rng(1).normal(size=seconds)


SHIFT = ChannelShift("contact_time", "ms", Span(6.0, 5.0, 7.0))
READING = Reading(at(1000.0), at(2000.0), present_at_start=False, ramp_s=0.0, shifts=(SHIFT,))


@pytest.mark.parametrize(
    ("reading", "wanted"),
    [
        (READING, {999: 0.0, 1001: 1.0, 1999: 1.0, 2000: 0.0}),
        (
            replace(READING, ramp_s=100.0),
            {999: 0.0, 1049: 0.495, 1050: 0.505, 1100: 1.0, 2000: 0.0},
        ),
        (replace(READING, recovery_s=None), {999: 0.0, 3599: 1.0}),
        (replace(READING, present_at_start=True, onset_s=at(0.0)), {0: 1.0, 1999: 1.0, 2000: 0.0}),
    ],
    ids=["sudden", "gradual", "not back", "from the start"],
)
def test_how_far_inside_an_episode_each_second_is(
    reading: Reading, wanted: dict[int, float]
) -> None:
    recovery_s = None if reading.recovery_s is None else reading.recovery_s.value
    share = share_off(reading.onset_s.value, recovery_s, reading.ramp_s, SECONDS)
    assert {second: share[second] for second in wanted} == wanted


def test_an_episode_does_not_count_as_the_runners_own_noise() -> None:
    off = 6.0 * share_off(1000.0, 2000.0, 0.0, SECONDS)
    signal = run(white() + off, noise_sd=3.0)
    [channel] = settled(signal, (READING,)).channels
    assert channel.noise_sd == pytest.approx(1.0, rel=0.05)
    assert channel.expected == pytest.approx(off)


def test_every_episode_counts_and_their_shifts_add_up() -> None:
    later = replace(READING, onset_s=at(1500.0), recovery_s=at(2500.0))
    both = 6.0 * share_off(1000.0, 2000.0, 0.0, SECONDS) + 6.0 * share_off(
        1500.0, 2500.0, 0.0, SECONDS
    )
    [channel] = settled(run(white() + both, noise_sd=3.0), (READING, later)).channels
    assert channel.noise_sd == pytest.approx(1.0, rel=0.05)
    assert channel.expected == pytest.approx(both)


def test_without_an_episode_the_signal_stays_as_it_is() -> None:
    signal = run(white())
    assert settled(signal, ()) is signal


def test_the_smallest_change_falls_with_the_time_it_lasts() -> None:
    signal = run(white())
    [channel] = signal.channels
    changes = [smallest_change(channel, signal, width) for width in (30, 60, 120, 300)]
    sizes = [change for change in changes if change is not None]
    assert len(sizes) == 4
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[1] == pytest.approx(1.96 * np.sqrt(2 / 60), rel=0.25)


def test_the_smallest_change_is_unknown_in_a_run_of_under_five_such_stretches() -> None:
    signal = run(white(250))
    assert smallest_change(signal.channels[0], signal, 60) is None
    assert block_sd(white(360), np.ones(360, dtype=bool), 60) is not None


def test_time_set_aside_makes_no_stretch() -> None:
    values = white()
    values[500:600] = 1000.0
    judged = np.ones(SECONDS, dtype=bool)
    judged[500:600] = False
    found = block_sd(values, judged, 60)
    assert found is not None
    assert found < 0.3


def test_blocks_broken_everywhere_say_nothing() -> None:
    judged = np.arange(SECONDS) % 2 == 0
    assert block_sd(white(), judged, 60) is None


def test_a_steady_run_can_be_judged_in_short_stretches_and_a_drifting_one_in_none() -> None:
    steady = shortest_stretch_s(run(white()))
    assert steady == 15.0
    slow = np.sin(np.arange(SECONDS) / 500.0) * 50.0
    assert shortest_stretch_s(run(slow, noise_sd=1.0)) is None
