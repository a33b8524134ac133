"""Running told from stops and walk breaks, each exclusion with its reason."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenstride.coordination.running import Running, find_running, missing_stretches
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Floats

RUN, WALK, STAND = (170.0, 3.0), (115.0, 1.5), (0.0, 0.0)
Piece = tuple[int, tuple[float, float]]


def told_apart(*pieces: Piece, paused: Stretch | None = None) -> Running:
    cadence = np.concatenate([np.full(seconds, kind[0]) for seconds, kind in pieces])
    speed = np.concatenate([np.full(seconds, kind[1]) for seconds, kind in pieces])
    off = np.zeros(cadence.size, dtype=bool)
    if paused is not None:
        off[int(paused.from_s) : int(paused.to_s)] = True
    return find_running(cadence, speed, off)


def bouts(found: Running) -> list[tuple[float, float]]:
    return [(bout.from_s, bout.to_s) for bout in found.bouts]


def adds_up(found: Running) -> bool:
    aside = sum(stretch.seconds for stretch in found.set_aside)
    return float(found.judged.sum()) + aside == found.moving_s


def test_a_stop_ends_a_bout_and_sets_its_edges_aside() -> None:
    found = told_apart((300, RUN), (60, STAND), (300, RUN))
    assert bouts(found) == [(0.0, 300.0), (360.0, 660.0)]
    assert found.set_aside == (
        Stretch(0.0, 30.0, "the first 30 s of running"),
        Stretch(285.0, 300.0, "15 s before a stop"),
        Stretch(360.0, 390.0, "30 s after a restart"),
    )
    assert found.moving_s == 600.0
    assert adds_up(found)


def test_standing_is_no_moving_time_and_walking_is_moving_time_set_aside() -> None:
    found = told_apart((300, RUN), (60, WALK), (300, RUN))
    assert Stretch(300.0, 360.0, "walking or a short run of under 20 s") in found.set_aside
    assert found.moving_s == 660.0
    assert adds_up(found)


@pytest.mark.parametrize(("seconds", "kept"), [(19, 0), (20, 1)])
def test_a_bout_lasts_at_least_twenty_seconds(seconds: int, kept: int) -> None:
    found = told_apart((50, STAND), (seconds, RUN), (50, STAND))
    assert len(found.bouts) == kept
    assert found.moving_s == seconds
    assert not found.judged.any()
    assert adds_up(found)


def test_a_bout_shorter_than_its_edges_is_set_aside_once() -> None:
    found = told_apart((50, STAND), (40, RUN), (50, STAND))
    assert [stretch.seconds for stretch in found.set_aside] == [30.0, 10.0]
    assert adds_up(found)


def test_a_gap_of_under_five_seconds_is_no_stop() -> None:
    assert len(told_apart((100, RUN), (4, STAND), (100, RUN)).bouts) == 1
    assert len(told_apart((100, RUN), (5, STAND), (100, RUN)).bouts) == 2
    assert adds_up(told_apart((100, RUN), (4, STAND), (100, RUN)))


def test_a_pause_ends_a_bout_even_where_the_cadence_goes_on() -> None:
    found = told_apart((400, RUN), paused=Stretch(200, 260))
    assert bouts(found) == [(0.0, 200.0), (260.0, 400.0)]
    assert found.moving_s == 340.0
    assert adds_up(found)


def test_a_bout_that_lasts_to_the_end_is_judged_to_the_end() -> None:
    found = told_apart((200, RUN))
    assert found.judged[30:].all()
    assert not found.judged[:30].any()


@pytest.mark.parametrize(("speed_mps", "runs"), [(2.0, False), (2.2, True)])
def test_without_cadence_speed_tells_running(speed_mps: float, runs: bool) -> None:  # noqa: FBT001 - a parameter of the case
    unknown: Floats = np.full(100, np.nan)
    found = find_running(unknown, np.full(100, speed_mps), np.zeros(100, dtype=bool))
    assert bool(found.bouts) == runs
    assert found.moving_s == 100.0
    assert adds_up(found)


def test_without_speed_steps_tell_moving() -> None:
    unknown: Floats = np.full(100, np.nan)
    still = np.zeros(100, dtype=bool)
    assert find_running(np.full(100, 110.0), unknown, still).moving_s == 100.0
    assert find_running(np.zeros(100), unknown, still).moving_s == 0.0
    assert find_running(unknown, unknown, still).moving_s == 0.0


PIECES = st.lists(
    st.tuples(
        st.integers(1, 90),
        st.sampled_from([RUN, WALK, STAND, (np.nan, 3.0), (170.0, np.nan), (np.nan, np.nan)]),
    ),
    min_size=1,
    max_size=12,
)


@given(PIECES, st.integers(0, 300), st.integers(0, 60))
@settings(max_examples=60)
def test_judged_and_set_aside_add_up_to_moving_time_and_never_overlap(
    pieces: list[Piece], pause_s: int, length_s: int
) -> None:
    found = told_apart(*pieces, paused=Stretch(pause_s, pause_s + length_s))
    assert adds_up(found)
    counted = found.judged.astype(int)
    for stretch in found.set_aside:
        assert stretch.seconds > 0
        assert stretch.reason
        counted[int(stretch.from_s) : int(stretch.to_s)] += 1
    assert counted.max() <= 1
    assert list(found.set_aside) == sorted(found.set_aside, key=lambda stretch: stretch.from_s)


def test_judged_time_without_a_value_is_told_as_stretches() -> None:
    judged = np.array([False, True, True, True, True, True])
    known = np.array([True, True, False, False, True, False])
    assert missing_stretches(judged, known, "lost") == [
        Stretch(2.0, 4.0, "lost"),
        Stretch(5.0, 6.0, "lost"),
    ]
