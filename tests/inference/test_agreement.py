"""Felt beside measured over many runs: what is counted, what chance does, how late the press is."""

import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenstride.inference._agreement.chance import moved_to_other_runs
from evenstride.inference._agreement.layout import by_clock
from evenstride.inference.agreement import agree
from evenstride.model.agreement import Agreement, Delay, FeltAndMeasured, Measured
from evenstride.model.episode import Span
from evenstride.model.intervals import Stretch
from evenstride.model.marks import Mark, MarkKind

HOUR_S = 3600.0
Off = tuple[float, float]


def mark(t_s: float, kind: MarkKind) -> Mark:
    return Mark(t_s, None, kind, "lap", recalled=False)


def a_run(
    felt: Off | None, seen: Off | None, seconds: float = HOUR_S, reach: float = 15.0
) -> FeltAndMeasured:
    """Return a run, judged from 0:30 on, with one felt and one measured stretch."""
    spans = [Span(at, at - reach, at + reach) for at in seen or ()]
    return FeltAndMeasured(
        "run",
        seconds,
        (Stretch(30.0, seconds),),
        () if felt is None else (mark(felt[0], "gone"), mark(felt[1], "back")),
        (Measured(spans[0], spans[1]),) if spans else (),
    )


def agreed(runs: list[FeltAndMeasured], seed: int = 1, draws: int = 999) -> Agreement:
    return agree(runs, np.random.default_rng(seed), draws)


def the_delay(found: Delay | None) -> Delay:
    assert found is not None
    return found


FIVE = [
    a_run((600.0 * k + late, 600.0 * k + 420 + late), (600.0 * k, 600.0 * k + 420))
    for k, late in zip(range(1, 6), (12, 25, 18, 30, 15), strict=True)
]


def test_marks_that_follow_in_five_runs_give_the_smallest_p_there_is() -> None:
    found = agreed(FIVE)
    assert found.verdict == "beyond chance"
    assert found.other_runs is not None
    assert found.other_runs.exact
    assert found.other_runs.p_value == found.other_runs.smallest_p == 1 / 120
    assert found.other_runs.arrangements == 120


def test_the_p_value_is_what_counting_second_by_second_gives() -> None:
    rng = np.random.default_rng(4)
    runs = [
        a_run((at, at + 500), (seen, seen + 700))
        for at, seen in zip(*rng.integers(100, 2500, (2, 5)), strict=True)
    ]

    def alike(marks: FeltAndMeasured, other: FeltAndMeasured) -> int:
        [felt], [seen] = marks.felt, other.seen
        return sum(
            (felt.from_s <= t + 0.5 < felt.to_s) == (seen.from_s <= t + 0.5 < seen.to_s)
            for t in range(30, 3600)
        )

    table = [[alike(marks, other) for marks in runs] for other in runs]
    sums = [sum(table[i][j] for i, j in enumerate(order)) for order in permutations(range(5))]
    found = agreed(runs)
    assert found.other_runs is not None
    assert found.other_runs.p_value == sum(s >= sums[0] for s in sums) / 120
    assert found.share == pytest.approx(sums[0] / (5 * 3570))
    assert found.other_runs.expected_share == pytest.approx(np.mean(sums) / (5 * 3570), abs=1e-6)


def test_marks_moved_in_time_go_round_the_judged_part_of_their_run() -> None:
    run = replace(
        a_run((100.0, 150.0), (90.0, 130.0), 240.0), judged=(Stretch(20, 60), Stretch(80, 200))
    )
    judged = [t for t in range(240) if 20 <= t < 60 or 80 <= t < 200]
    felt, seen = [100 <= t < 150 for t in judged], [90 <= t < 130 for t in judged]
    sums = [
        sum(f == s for f, s in zip(felt[k:] + felt[:k], seen, strict=True))
        for k in range(len(judged))
    ]
    chance = agreed([run]).other_times
    assert chance is not None
    assert (chance.arrangements, chance.exact) == (160, True)
    assert chance.p_value == sum(s >= sums[0] for s in sums) / 160
    assert chance.expected_share == pytest.approx(np.mean(sums) / 160)


def test_a_habit_of_both_is_no_link() -> None:
    rng = np.random.default_rng(7)
    runs = [
        a_run((float(a), 1500.0 + a), (float(b), 1500.0 + b))
        for a, b in 600 + rng.normal(0, 60, (12, 2))
    ]
    found = agreed(runs)
    assert found.verdict == "habit"
    assert found.other_times is not None
    assert found.other_times.p_value < 0.01


def test_a_habit_of_the_last_part_of_a_run_is_no_link_either() -> None:
    rng = np.random.default_rng(5)
    lengths_s = rng.uniform(3000, 4000, 12)
    runs = [
        a_run((felt * s, s - 1), (seen * s, s - 1), float(s))
        for s, (felt, seen) in zip(lengths_s, rng.normal(0.6, 0.02, (12, 2)), strict=True)
    ]
    by_the_clock = moved_to_other_runs([by_clock(runs)], lengths_s, np.random.default_rng(1), 999)
    assert by_the_clock is not None
    assert by_the_clock.p_value <= 0.05
    assert agreed(runs).verdict == "habit"


def test_runs_that_are_all_the_same_cannot_tell() -> None:
    found = agreed([a_run((600.0, 1500.0), (620.0, 1480.0))] * 8)
    assert found.verdict == "too alike"
    assert found.other_runs is not None
    assert found.other_runs.p_value == found.other_runs.smallest_p == 1


def test_four_runs_are_too_few() -> None:
    assert agreed(FIVE[:4]).verdict == "too few"


def test_marks_do_not_change_places_with_a_run_of_another_length() -> None:
    lengths_s = (1800, 2600, 3600, 5000, 7000)
    runs = [a_run((0.4 * s, 0.6 * s), (0.4 * s, 0.6 * s), float(s)) for s in lengths_s]
    found = agreed(runs)
    assert found.other_runs is not None
    assert found.other_runs.arrangements == 1
    assert found.verdict == "too alike"


def test_a_mark_of_a_shorter_run_goes_on_saying_what_it_said_last() -> None:
    short = replace(a_run((900.0, 1000.0), None, 1200.0), marks=(mark(900.0, "gone"),))
    felt = by_clock([short, a_run(None, None, 1600.0)]).felt
    assert (felt[0].sum(), felt[1].sum()) == (700, 0)


def test_a_usual_time_of_pressing_is_not_taken_for_a_delay() -> None:
    rng = np.random.default_rng(8)
    runs = [
        a_run((float(a), 1500.0 + a), (float(b), 1500.0 + b))
        for a, b in 600 + rng.normal(0, 60, (16, 2))
    ]
    assert the_delay(agreed(runs).onset).pairs < 8


def test_a_run_without_a_word_counts_nowhere() -> None:
    silent = replace(a_run(None, (900.0, 1500.0)), marks=None)
    with_it, without = agreed([*FIVE, silent]), agreed(FIVE)
    assert with_it.runs[-1].standing == "not said"
    assert with_it.runs[-1].only_measured_s == 0
    assert replace(with_it, runs=()) == replace(without, runs=())


def test_a_run_said_to_be_fine_counts_as_felt_nothing() -> None:
    found = agreed([*FIVE, a_run(None, (900.0, 1500.0))])
    assert found.counted == 6
    assert (found.runs[-1].standing, found.runs[-1].only_measured_s) == ("only measured", 600)


def test_a_run_that_could_not_be_judged_counts_nowhere() -> None:
    blind = replace(FIVE[0], judged=(Stretch(30.0, 80.0),))
    found = agreed([*FIVE, blind])
    assert (found.counted, found.runs[-1].standing) == (5, "not judged")
    assert agreed([blind]).share is None


@pytest.mark.parametrize(
    ("felt", "seen", "standing"),
    [
        ((600.0, 900.0), (610.0, 910.0), "both"),
        ((600.0, 900.0), (1200.0, 1500.0), "apart"),
        ((600.0, 900.0), None, "only felt"),
        (None, (600.0, 900.0), "only measured"),
        (None, None, "neither"),
    ],
)
def test_each_run_says_who_saw_what(felt: Off | None, seen: Off | None, standing: str) -> None:
    [one] = agreed([a_run(felt, seen)]).runs
    assert one.standing == standing


def test_no_run_at_all_is_too_few() -> None:
    found = agreed([])
    assert (found.counted, found.share, found.verdict) == (0, None, "too few")


def test_the_typical_delay_is_found_and_strays_do_not_move_it() -> None:
    rng = np.random.default_rng(2)
    runs = []
    for k in range(20):
        onset_s = rng.uniform(300, 2400)
        pressed_s = onset_s + rng.normal(25, 8) if k % 4 else rng.uniform(300, 2400)
        seen_s = onset_s + rng.normal(0, 8)
        runs.append(a_run((pressed_s, pressed_s + 600), (seen_s, seen_s + 600)))
    delay = the_delay(agreed(runs).onset)
    assert delay.typical_s.lo < 25 < delay.typical_s.hi
    assert delay.typical_s.hi - delay.typical_s.lo < 25
    assert 13 <= delay.pairs <= 16
    assert delay.marks == 20


def test_a_press_before_the_watch_saw_it_is_a_negative_delay() -> None:
    runs = [a_run((f.felt[0].from_s - 60, 3590.0), (f.seen[0].from_s, 3580.0)) for f in FIVE]
    assert the_delay(agreed(runs).onset).typical_s.hi < 0


def test_a_measured_moment_that_is_less_sure_tells_less_of_the_delay() -> None:
    def width(reach: float) -> float:
        runs = [
            a_run((600.0 * k + 20, 3500.0), (600.0 * k, 3400.0), reach=reach) for k in range(1, 6)
        ]
        typical = the_delay(agreed(runs).onset).typical_s
        return typical.hi - typical.lo

    assert width(200) > 1.5 * width(15)


def test_a_moment_belongs_to_one_mark_only() -> None:
    twice = replace(FIVE[0], marks=(mark(610, "gone"), mark(614, "back"), mark(618, "gone")))
    delay = the_delay(agreed([twice, *FIVE[1:]]).onset)
    assert (delay.pairs, delay.marks) == (5, 6)


def test_an_onset_that_was_not_seen_has_no_delay() -> None:
    unseen = Measured(Span(0.0, 0.0, 90.0), None, present_at_start=True)
    found = agreed([replace(one, measured=(unseen,)) for one in FIVE])
    assert found.onset is None
    assert found.recovery is None


def test_the_same_draws_give_the_same_answer() -> None:
    runs = [replace(one, name=str(k)) for k in range(2) for one in FIVE]
    assert agreed(runs, 3) == agreed(runs, 3)


times = st.integers(0, 1100).map(float)
stretches = st.none() | st.tuples(times, times).filter(lambda pair: pair[0] < pair[1])


@settings(max_examples=40)
@given(st.lists(st.tuples(stretches, stretches), min_size=1, max_size=6))
def test_whatever_was_felt_and_seen_the_seconds_add_up(
    pairs: list[tuple[Off | None, Off | None]],
) -> None:
    runs = [a_run(felt, seen, 1200.0) for felt, seen in pairs]
    found = agreed(runs, draws=99)
    for one in found.runs:
        assert one.both_s + one.only_felt_s + one.only_measured_s + one.neither_s == 1170
    assert found.share is not None
    assert 0 <= found.share <= 1
    for chance in (found.other_runs, found.other_times):
        if chance is not None:
            assert 0 < chance.smallest_p <= chance.p_value <= 1
            assert chance.coefficient is None or chance.coefficient <= 1
    for delay in (found.onset, found.recovery):
        if delay is not None:
            assert delay.typical_s.lo <= delay.typical_s.value <= delay.typical_s.hi
            assert delay.pairs <= delay.marks


@settings(max_examples=20)
@given(st.permutations(range(5)))
def test_the_order_of_the_runs_says_nothing(order: list[int]) -> None:
    uneven = [replace(one, marks=one.marks if k % 2 else ()) for k, one in enumerate(FIVE)]
    found, again = agreed(uneven), agreed([uneven[k] for k in order])
    assert found.other_runs is not None
    assert again.other_runs is not None
    assert math.isclose(found.other_runs.p_value, again.other_runs.p_value)
    assert found.share == again.share
