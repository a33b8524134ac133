"""The bench's own table, as shipped."""

from itertools import pairwise

from evenstride.app.healthy_tail import healthy_tails


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
