"""What bouts show together, told to the runner."""

import json
from dataclasses import replace

import numpy as np
import pytest

from evenstride.app.analyze import analyze_run
from evenstride.app.bout_words import bouts_view, latency_words
from evenstride.app.contract import to_json
from evenstride.app.same_run import group_by_run
from evenstride.app.says import moved
from evenstride.app.views import Analysis, BoutsView
from evenstride.model.bouts import BoutLatency, LatencySpread, PooledBouts, PooledOnset
from evenstride.model.episode import ChannelShift, Span
from evenstride.model.intervals import Stretch
from evenstride.model.marks import Mark, RunnersWord
from evenstride.model.signal import Channel, Signal
from evenstride.report.words import bouts_beside, headline
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.laps import LapButton
from evenstride.simulate.pace import RunWalk
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

NOTHING = np.zeros(1)
SHIFTS = (
    ChannelShift("contact_balance_left", "pp", Span(1.7, 1.2, 2.2)),
    ChannelShift("contact_time", "ms", Span(1.0, -3.0, 5.0)),
)
ONSET = PooledOnset(Span(60.0, 50.0, 80.0), 16, 14, SHIFTS, 0.0001)
FOUND = PooledBouts(16, 16, 90.0, 45.0, ONSET)
SEEN_NOTHING = replace(FOUND, onset=None)
TOO_SHORT = PooledBouts(8, 0, 120.0, None, None)
TOO_FEW = PooledBouts(6, 6, None, None, None)


def signal() -> Signal:
    channels = tuple(
        Channel(shift.name, shift.name, "ms", "", "Watch", True, NOTHING, NOTHING, 1.0)
        for shift in SHIFTS
    )
    bouts = tuple(Stretch(180.0 * k, 180.0 * k + 120.0) for k in range(16))
    still = np.ones(1, dtype=np.bool_)
    return Signal(channels, still, np.empty((1, 0)), (), 1.0, bouts, NOTHING, NOTHING, NOTHING)


def gone(*moments_s: float) -> tuple[Mark, ...]:
    return tuple(Mark(t_s, None, "gone", "lap", recalled=False) for t_s in moments_s)


def test_what_bouts_share_is_one_plain_sentence_and_the_limit_another() -> None:
    what, size, way = moved(SHIFTS[:1], ())
    assert (what, way) == ("Contact moved", " toward the left foot")
    assert bouts_view(FOUND, signal(), ()).says == (
        "In 14 of 16 bouts contact moved toward the left foot about 1:00 (50 s to 1:20) after the "
        f"start of a bout, on average{size}. The watch cannot judge what begins in the first 45 s "
        "of a bout; your mark counts."
    )


def spread(*quarters_s: float, without: float = 0.0, trend: float = 0.0) -> LatencySpread:
    median, first, last = (Span(one, one - 5.0, one + 5.0) for one in quarters_s)
    none, missed = Span(0.0, 0.0, 0.0), Span(without, without, without)
    slope = Span(trend, trend - 0.01, trend + 0.01)
    return LatencySpread(median, first, last, none, 14, none, missed, slope, ())


COMES, LATER = "after the start", "as the session went on"
QUARTERS = f"Half of the times it came between 45 s and 1:20 {COMES}"
EARLIER = f"Three times in four it came before 1:00 {COMES}. It came earlier {LATER}."
SAME = f"It came at nearly the same time in each. It came later {LATER}."


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (spread(60.0, 45.0, 80.0, without=3.0), f"{QUARTERS}; in 3 of 14 bouts it did not come."),
        (spread(40.0, 25.0, 59.0, trend=-0.05), EARLIER),
        (spread(20.0, 15.0, 25.0), "Mostly it was there before 30 s."),
        (spread(60.0, 59.0, 61.0, trend=0.05), SAME),
    ],
)
def test_how_the_latency_differs_is_said_in_a_sentence(found: LatencySpread, words: str) -> None:
    assert latency_words(found) == words


def test_what_is_before_30_s_or_unclear_is_counted() -> None:
    unclear = (BoutLatency("unclear", None), BoutLatency("unclear", None))
    found = replace(spread(60.0, 45.0, 80.0), before=Span(2.0, 1.0, 3.0), bouts=unclear)
    assert latency_words(found).endswith(
        "; in 2 of 14 bouts it was there before 30 s. In 2 bouts this is not sure."
    )


def test_the_sentence_about_the_onset_is_followed_by_that_about_latencies() -> None:
    found = replace(FOUND, onset=replace(ONSET, latencies=spread(60.0, 45.0, 80.0, without=3.0)))
    view = bouts_view(found, signal(), ())
    assert view.says.startswith("In 11 of 14 bouts ")
    assert "the start; in 3 of 14 bouts it did not come. The " in view.says
    assert view.onset is not None
    assert view.onset.latencies is not None
    assert view.onset.latencies.trend == "cannot tell"


def test_another_channel_is_said_to_rise_or_fall() -> None:
    fell = ChannelShift("contact_time", "ms", Span(-9.0, -12.0, -6.0))
    view = bouts_view(replace(FOUND, onset=replace(ONSET, shifts=(fell,))), signal(), ())
    assert "bouts contact time fell about 1:00" in view.says
    assert "on average by 9.0 ms" in view.says
    assert view.onset is not None
    assert view.onset.toward is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            SEEN_NOTHING,
            "begins 45 s after the start of every bout, and lasts, would have shown nine times in",
        ),
        (TOO_SHORT, "as many would each have to last about 120 s. The watch cannot judge how"),
        (TOO_FEW, "too few or too short to be judged together. The watch cannot judge how"),
    ],
)
def test_what_cannot_be_seen_is_said(found: PooledBouts, words: str) -> None:
    view = bouts_view(found, signal(), ())
    assert words in view.says
    assert view.onset is None
    assert view.says.endswith("your mark counts.")


def test_marks_below_the_limit_are_counted_and_count() -> None:
    marks = gone(20.0, 180.0 + 44.0, 360.0 + 60.0)
    view = bouts_view(SEEN_NOTHING, signal(), marks)
    assert view.says.endswith(
        "You felt it go in the first 45 s of 2 bouts. The watch cannot judge this; your mark "
        "counts."
    )
    view = bouts_view(TOO_SHORT, signal(), gone(100.0))
    assert view.says.endswith(
        "You felt it go in 1 bout. The watch cannot judge this; your mark counts."
    )


def test_a_felt_return_or_a_press_without_meaning_is_no_loss() -> None:
    marks = tuple(replace(mark, kind="back") for mark in gone(20.0))
    marks += tuple(replace(mark, kind="mark") for mark in gone(200.0))
    assert "You felt" not in bouts_view(TOO_SHORT, signal(), marks).says


def analysis(run_s: float, count: int, size_sd: float = 0.0) -> Analysis:
    episode = PlantedEpisode(60.0, size_sd=(("contact_balance_left_pct", size_sd),))
    scenario = Scenario(
        count * (run_s + 60.0) / 60.0,
        run_walk=RunWalk(run_s, 60.0),
        bout_episode=episode if size_sd else None,
        laps=LapButton(presses_gone=False, presses_back=False),
    )
    [run] = group_by_run([simulate(scenario, 3).recording()])
    return analyze_run(run, RunnersWord())


def bouts(found: Analysis) -> BoutsView:
    assert found.run.bouts is not None
    return found.run.bouts


def test_a_run_walk_run_tells_of_its_bouts_in_json() -> None:
    found = json.loads(to_json([analysis(120.0, 16, 2.5)]))["bouts"]
    assert tuple(found) == (
        *("count", "judged", "shortest_judgeable_s", "earliest_onset_s", "onset", "says"),
    )
    assert tuple(found["onset"]) == (
        *("onset_s", "onset_lo_s", "onset_hi_s", "bouts", "agreeing", "toward", "p_value"),
        *("channels", "latencies"),
    )
    latencies = found["onset"]["latencies"]
    assert len(latencies["bouts"]) == found["count"]
    assert tuple(latencies["bouts"][0]) == ("kind", "latency_s", "latency_lo_s", "latency_hi_s")
    assert latencies["half_from_s"] <= latencies["median_s"] <= latencies["half_to_s"]
    assert 0 <= latencies["without_lo"] <= latencies["without"] <= latencies["without_hi"] <= 16
    assert found["onset"]["toward"] == "left"
    assert found["onset"]["onset_lo_s"] <= 60.0 <= found["onset"]["onset_hi_s"]
    assert (found["count"], found["judged"]) == (16, 16)


def test_the_run_and_its_bouts_agree_on_the_shortest_that_can_be_judged() -> None:
    for one in (analysis(120.0, 16), analysis(60.0, 10)):
        assert bouts(one).shortest_judgeable_s is not None
        assert one.run.shortest_judgeable_s == bouts(one).shortest_judgeable_s


def test_a_run_without_breaks_has_no_bouts_to_tell_of() -> None:
    [run] = group_by_run([simulate(Scenario(15), 1).recording()])
    found = analyze_run(run, RunnersWord()).run
    assert found.bouts is None
    assert bouts_beside(found) == ""


def test_what_bouts_share_is_never_told_as_nothing_or_twice() -> None:
    shared = analysis(120.0, 16, 2.5).run
    assert shared.bouts is not None
    told = replace(shared, episodes=())
    assert headline(told) == shared.bouts.says
    assert bouts_beside(told) == ""
    nothing = replace(told, bouts=replace(shared.bouts, onset=None))
    assert headline(nothing) != shared.bouts.says
    assert bouts_beside(nothing) == shared.bouts.says
