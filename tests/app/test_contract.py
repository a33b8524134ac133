"""The JSON contract, key by key, as it was agreed."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.app.contract import to_json
from evenstride.app.views import (
    SCHEMA,
    AgreementView,
    Analysis,
    BaselineView,
    ChannelView,
    EpisodeView,
    FailedView,
    ReadingView,
    RunView,
    ShiftView,
    SourceView,
    Strip,
)
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark

RUN = (
    *("schema", "sources", "start", "duration_s", "distance_m", "moving_s", "excluded"),
    *("can_name_foot", "shortest_judgeable_s", "channels", "baseline", "normal_part", "marks"),
    *("episodes", "coordinated_s", "off_s", "false_alarms_per_10h", "issues", "bouts"),
)
CHANGE = ("name", "unit", "shift", "lo", "hi")
TIMES = (
    *("onset_s", "onset_lo_s", "onset_hi_s", "onset_distance_m"),
    *("recovery_s", "recovery_lo_s", "recovery_hi_s", "recovery_distance_m", "present_at_start"),
)
EPISODE = (
    *TIMES,
    *("beginning", "kind", "toward", "foot_changed", "probability", "bayes_factor", "size_sd"),
    *("channels", "other_reading", "felt_agreement", "says"),
)
CHANNEL = (
    *("name", "unit", "says", "median", "noise_sd"),
    *("smallest_change_60_s", "smallest_change_300_s"),
)
FAILED = FailedView(SCHEMA, (Issue("error", "bad.fit", "No FIT file.", "Export it again."),))
SHIFT = ShiftView("contact_time", "ms", 3.14159265, 1.0, 5.0)
OTHER = ReadingView(
    0.0, 0.0, 0.0, None, 125.0, 100.0, 151.0, 375.0, True, "right", None, (SHIFT,), "the other way"
)


def episode() -> EpisodeView:
    return EpisodeView(
        onset_s=125.00049,
        onset_lo_s=100.0,
        onset_hi_s=151.0,
        onset_distance_m=375.123456,
        recovery_s=None,
        recovery_lo_s=None,
        recovery_hi_s=None,
        recovery_distance_m=None,
        present_at_start=False,
        beginning="sudden",
        kind="shift",
        toward="left",
        foot_changed=None,
        probability=0.99912345678,
        bayes_factor=1140.123456789,
        size_sd=2.1,
        channels=(SHIFT,),
        other_reading=OTHER,
        felt_agreement=AgreementView(5.0, None),
        says="It went.",
    )


def run() -> Analysis:
    view = RunView(
        schema=SCHEMA,
        sources=(SourceView("run.fit", "9f", "FIT", "fenix", ("stiffness",)),),
        start="2025-06-05T07:12:00+02:00",
        duration_s=3600.0,
        distance_m=None,
        moving_s=3570.0,
        excluded=(Stretch(0.0, 30.0, "after a stop"),),
        can_name_foot=False,
        shortest_judgeable_s=90.0,
        channels=(
            ChannelView("stiffness", "kn_per_m", "stiff", 9.5, 0.00012345678, 0.0004321, None),
        ),
        baseline=BaselineView("this-run", 1, 1350.0),
        normal_part="assumed",
        marks=(Mark(120.0, None, "gone", "told", recalled=True),),
        episodes=(episode(),),
        coordinated_s=95.0,
        off_s=3445.0,
        false_alarms_per_10h=None,
        issues=(Issue("info", "run.fit", "Good to know."),),
    )
    nothing = np.zeros(0)
    return Analysis(view, Strip(nothing, nothing, nothing, nothing, (), ()))


def as_read(*items: Analysis | FailedView) -> Any:  # noqa: ANN401 - JSON can be anything
    return json.loads(to_json(items), parse_constant=pytest.fail)


def test_a_run_has_every_key_of_the_contract_in_its_order() -> None:
    found = as_read(run())
    assert tuple(found) == RUN
    assert tuple(found["sources"][0]) == ("file", "sha256", "format", "device", "channels")
    assert tuple(found["excluded"][0]) == ("from_s", "to_s", "reason")
    assert tuple(found["channels"][0]) == CHANNEL
    assert tuple(found["baseline"]) == ("kind", "runs", "seconds")
    assert tuple(found["marks"][0]) == ("t_s", "distance_m", "kind", "source", "recalled")
    assert tuple(found["issues"][0]) == ("level", "where", "problem", "remedy")


def test_an_episode_has_every_key_of_the_contract_in_its_order() -> None:
    [found] = as_read(run())["episodes"]
    assert tuple(found) == EPISODE
    assert tuple(found["channels"][0]) == CHANGE
    assert tuple(found["felt_agreement"]) == ("onset_difference_s", "recovery_difference_s")
    other = found["other_reading"]
    assert tuple(other) == (*TIMES, "toward", "foot_changed", "channels", "says")
    assert tuple(other["channels"][0]) == CHANGE


def test_what_is_missing_is_null_and_stays_there() -> None:
    found = as_read(run())
    assert found["distance_m"] is None
    assert found["false_alarms_per_10h"] is None
    assert found["episodes"][0]["recovery_s"] is None


def test_one_item_is_an_object_and_any_other_number_an_array() -> None:
    assert as_read(FAILED) == {
        "schema": "evenstride.run/1",
        "issues": [
            {
                "level": "error",
                "where": "bad.fit",
                "problem": "No FIT file.",
                "remedy": "Export it again.",
            }
        ],
    }
    assert [item["schema"] for item in as_read(run(), FAILED)] == [SCHEMA, SCHEMA]
    assert as_read() == []


def test_numbers_are_rounded_only_where_nobody_can_miss_it() -> None:
    found = as_read(run())
    [channel], [change] = found["channels"], found["episodes"][0]["channels"]
    assert found["episodes"][0]["onset_s"] == 125.0
    assert found["episodes"][0]["onset_distance_m"] == 375.12
    assert found["episodes"][0]["probability"] == 0.999123
    assert found["episodes"][0]["bayes_factor"] == 1140.12
    assert change["shift"] == 3.14159
    assert channel["noise_sd"] == 0.000123457
    assert channel["smallest_change_60_s"] == 0.0004321, "this is no time"


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_no_number_that_json_does_not_know_gets_out(odd: float) -> None:
    whole = run()
    view = replace(whole.run, distance_m=odd, moving_s=odd, false_alarms_per_10h=odd)
    found = as_read(replace(whole, run=view))
    assert [found[name] for name in ("distance_m", "moving_s", "false_alarms_per_10h")] == [
        None
    ] * 3


@given(st.floats(0, 1e6), st.floats(-1e9, 1e9))
def test_rounding_never_moves_a_time_by_more_than_half_a_millisecond(
    time_s: float, x: float
) -> None:
    whole = run()
    view = replace(whole.run, off_s=time_s, false_alarms_per_10h=x)
    found = as_read(replace(whole, run=view))
    assert found["off_s"] == pytest.approx(time_s, abs=0.00051)
    assert found["false_alarms_per_10h"] == pytest.approx(x, rel=1e-5)


@given(st.text(st.characters(codec=None), max_size=20))
def test_any_text_makes_json_that_can_be_read_again(text: str) -> None:
    issue = Issue("error", text, text, text)
    found = as_read(FailedView(SCHEMA, (issue,)))
    assert isinstance(found["issues"][0]["where"], str)


def test_the_layout_is_indented_by_two_and_ends_in_a_line_feed() -> None:
    text = to_json([FAILED]).decode()
    assert text.startswith('{\n  "schema": "evenstride.run/1",\n  "issues": [\n    {\n')
    assert text.endswith("}\n")
