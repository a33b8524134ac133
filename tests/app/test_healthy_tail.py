"""The bench's own table, as shipped."""

from itertools import pairwise

import numpy as np

from evenstride.app.healthy_tail import healthy_tails, personal_tails, tails_for
from evenstride.model.signal import Channel, Signal


def test_every_tail_is_a_limit_over_rising_lengths() -> None:
    tails = healthy_tails().tails
    assert tails
    for tail in tails:
        assert list(tail.channels) == sorted(tail.channels)
        assert len(tail.minutes) == len(tail.thresholds) >= 1
        assert all(shorter < longer for shorter, longer in pairwise(tail.minutes))
        assert tail.minutes[0] > 0


def test_no_set_of_channels_stands_there_twice() -> None:
    names = [tail.channels for tail in healthy_tails().tails]
    assert len(names) == len(set(names))


def test_every_rate_keeps_the_budget_of_one_false_alarm_in_twenty_hours() -> None:
    assert all(0 <= tail.false_alarms_per_10h <= 0.5 for tail in healthy_tails().tails)


def a_signal(*level_sd: float | None) -> Signal:
    """Return a signal with one searched channel for each."""
    nothing, names = np.zeros(60), ("contact_time", "vertical_oscillation")
    channels = tuple(
        Channel(name, name, "ms", "", "Watch", True, nothing, nothing, 1.0, known)
        for name, known in zip(names, level_sd, strict=False)
    )
    return Signal(
        channels, nothing == 0, np.empty((60, 0)), (), 60.0, (), nothing, nothing, nothing
    )


def test_a_run_beside_its_runners_normal_has_limits_of_its_own() -> None:
    assert tails_for(a_signal(1.0, 2.0)) is personal_tails()
    assert tails_for(a_signal(1.0, None)) is healthy_tails()
    assert tails_for(a_signal()) is healthy_tails()


def test_a_set_never_measured_beside_a_baseline_meets_the_strictest_limit() -> None:
    tail, measured = personal_tails().of(("cadence", "leg_spring_stiffness"))
    strictest = max(one.threshold(60.0) for one in personal_tails().tails)
    assert not measured
    assert tail.threshold(60.0) == strictest
