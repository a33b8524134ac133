"""A found episode as the contract tells it, felt beside measured."""

from dataclasses import replace

import numpy as np
import pytest

from evenstride.app.episode_views import episode_views, inside
from evenstride.coordination.deviation import build_signal
from evenstride.model.episode import ChannelShift, Episode, Reading, Span
from evenstride.model.marks import Mark, MarkKind
from evenstride.model.signal import Signal
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

MOVED = ChannelShift("contact_balance_left", "pp", Span(1.5, 1.0, 2.0))
READING = Reading(Span(300.0, 280.0, 330.0), Span(600.0, 590.0, 640.0), False, 0.0, (MOVED,))
EPISODE = Episode(READING, None, "sudden", "shift", 0.99, 120.0, 2.2, 0.1, 0.2)


@pytest.fixture(scope="module")
def signal() -> Signal:
    return build_signal([simulate(Scenario(minutes=15), 1).recording()], [0.0])[0]


def felt(*moments: tuple[float, MarkKind]) -> tuple[Mark, ...]:
    return tuple(Mark(t_s, None, kind, "told", recalled=True) for t_s, kind in moments)


def test_times_intervals_and_places_are_those_of_the_reading(signal: Signal) -> None:
    view = episode_views((EPISODE,), signal, ())[0]
    assert (view.onset_s, view.onset_lo_s, view.onset_hi_s) == (300.0, 280.0, 330.0)
    assert (view.recovery_s, view.recovery_lo_s, view.recovery_hi_s) == (600.0, 590.0, 640.0)
    assert view.onset_distance_m == pytest.approx(signal.distance_m[300])
    assert view.recovery_distance_m == pytest.approx(signal.distance_m[600])
    assert (view.toward, view.foot_changed) == ("left", None)
    assert [(c.name, c.shift, c.lo, c.hi) for c in view.channels] == [
        ("contact_balance_left", 1.5, 1.0, 2.0)
    ]
    assert view.says.startswith("Contact moved 1.5 percentage points toward the left foot")


def test_what_did_not_come_back_has_no_recovery(signal: Signal) -> None:
    lasting = replace(EPISODE, reading=replace(READING, recovery_s=None))
    view = episode_views((lasting,), signal, ())[0]
    found = (
        view.recovery_s,
        view.recovery_lo_s,
        view.recovery_hi_s,
        view.recovery_distance_m,
    )
    assert found == (None,) * 4


def test_the_other_reading_stands_beside_it_with_its_own_sentence(signal: Signal) -> None:
    other = Reading(Span(0.0, 0.0, 60.0), Span(300.0, 290.0, 310.0), True, 0.0, (MOVED,))
    view = episode_views((replace(EPISODE, other_reading=other),), signal, ())[0]
    assert view.other_reading is not None
    assert view.other_reading.present_at_start
    assert view.other_reading.recovery_s == 300.0
    assert "from the start" in view.other_reading.says
    assert view.other_reading.says != view.says


@pytest.mark.parametrize(
    ("marks", "wanted"),
    [
        (felt((290, "gone"), (640, "back")), (10.0, -40.0)),
        (felt((290, "gone")), (10.0, None)),
        (felt((640, "back")), (None, -40.0)),
        (felt((100, "gone"), (320, "gone"), (900, "gone")), (200.0, None)),
        (felt((290, "mark")), None),
        (felt((10, "gone"), (120, "back"), (700, "gone")), None),
        ((), None),
    ],
)
def test_felt_and_measured_are_compared_where_they_overlap(
    signal: Signal, marks: tuple[Mark, ...], wanted: tuple[float | None, float | None] | None
) -> None:
    found = episode_views((EPISODE,), signal, marks)[0].felt_agreement
    if wanted is None:
        assert found is None
    else:
        assert found is not None
        assert (found.onset_difference_s, found.recovery_difference_s) == wanted


def test_an_onset_before_the_first_judged_second_has_no_difference(signal: Signal) -> None:
    start = replace(EPISODE, reading=replace(READING, present_at_start=True))
    found = episode_views((start,), signal, felt((10, "gone"), (600, "back")))[0].felt_agreement
    assert found is not None
    assert (found.onset_difference_s, found.recovery_difference_s) == (None, 0.0)


def test_an_episode_is_half_open() -> None:
    off = inside((READING,), 900)
    assert np.flatnonzero(off)[[0, -1]].tolist() == [300, 599]
    assert inside((replace(READING, recovery_s=None),), 900).sum() == 600
    assert not inside((), 900).any()
