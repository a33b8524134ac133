"""The sentences a runner reads."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from evenstride.app.views import AgreementView, Analysis, BoutsView, OnsetView
from evenstride.model.issue import Issue
from evenstride.report import facts, words

Made = Callable[[str], Analysis]


def test_the_headline_is_what_the_view_says(made: Made) -> None:
    run = made("early_matching").run
    assert words.headline(run) == run.episodes[0].says


def test_a_felt_moment_the_watch_did_not_show_still_counts(made: Made) -> None:
    assert words.headline(made("felt_only").run) == (
        "Felt: gone 2:00, back 38:00. The watch did not show it; your mark counts."
    )


def test_what_is_too_short_to_judge_is_told_as_such(made: Made) -> None:
    assert words.headline(made("ten_minutes").run).endswith(
        "The watch cannot judge this; your mark counts."
    )


def test_a_recording_that_cannot_show_it_says_so(made: Made) -> None:
    bare = made("no_channel").run
    assert "holds nothing" in words.headline(bare)
    assert words.nothing(bare) == "nothing in this recording that could show it"
    felt = replace(bare, marks=made("felt_only").run.marks)
    assert words.headline(felt).endswith("This recording cannot show it; your mark counts.")


def test_nothing_found_promises_nothing(made: Made) -> None:
    run = made("nothing_found").run
    assert words.headline(run) == words.NOTHING_SEEN
    assert words.nothing(run) == "no change beyond this runner's own noise"
    assert words.limits(run) == ("Less than 1:30 of unbroken running is too short to judge.",)


def test_what_only_bouts_show_is_neither_nothing_nor_normal(made: Made) -> None:
    run = made("nothing_found").run
    onset = OnsetView(60.0, 50.0, 80.0, 16, 14, "left", 0.0001, ())
    shown = replace(run, bouts=BoutsView(16, 16, 90.0, 45.0, onset, "In 14 of 16 bouts."))
    assert words.headline(shown) == "In 14 of 16 bouts."
    assert words.nothing(shown).startswith("seen in the bouts together")
    assert words.has_band(run)
    assert not words.has_band(shown)


def test_too_little_running_is_not_called_no_change(made: Made) -> None:
    run = made("too_short").run
    assert words.headline(run) == words.TOO_LITTLE
    assert words.nothing(run) == "too little running to judge"
    felt = replace(run, marks=made("felt_only").run.marks)
    assert words.headline(felt).endswith("too little running to judge; your mark counts.")
    rows = facts.felt_beside_measured(felt, "km")
    assert {row.measured for row in rows} == {"too little running to judge"}


def test_a_press_told_to_be_a_plain_mark_is_not_asked_about(made: Made) -> None:
    run = made("run_walk").run
    assert len(words.untold_presses(run)) == 40
    assert words.untold_presses(replace(run, issues=())) == ()


def test_an_unknown_smallest_change_is_not_made_up(made: Made) -> None:
    run = made("nothing_found").run
    blind = replace(
        run,
        channels=tuple(
            replace(channel, smallest_change_60_s=None, smallest_change_300_s=None)
            for channel in run.channels
        ),
    )
    assert not words.noise_known(blind)
    assert words.noise_known(run)
    seen = facts.seeable(blind)
    assert {row.one_minute for row in seen} == {row.five_minutes for row in seen}
    assert seen[0].five_minutes == facts.NOTHING


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("wrist_only", "No foot can be named: this recording has no left-right measurement."),
        ("early_matching", "Which foot changed is not which leg is the cause."),
        ("ambiguous", "Which part of the run was normal is assumed, not told."),
        ("run_walk", "Less than 2:00 of unbroken running is too short to judge."),
    ],
)
def test_what_cannot_be_seen_follows_from_the_run(made: Made, name: str, sentence: str) -> None:
    assert sentence in words.limits(made(name).run)


def test_balance_without_a_named_foot_is_told_as_a_share(made: Made) -> None:
    run = replace(made("early_matching").run, can_name_foot=False)
    assert words.limits(run)[0].startswith("Balance is a share")


@pytest.mark.parametrize(
    ("channel", "short", "up"),
    [
        ("contact_time_left", "Contact time, left foot", "longer"),
        ("stryd.contact_time", "Ground contact time (stryd)", "longer on the ground"),
        ("cadence_variability", "Cadence, how unsteady", "less steady"),
    ],
)
def test_channels_have_names_and_directions(channel: str, short: str, up: str) -> None:
    said = words.directions(channel)
    assert words.short_name(channel, "") == short
    assert said is not None
    assert said[0] == up


def test_an_unknown_channel_goes_by_its_own_words() -> None:
    assert words.directions("new_thing") is None
    assert words.short_name("new_thing", "") == "new thing"


def test_felt_and_measured_stand_side_by_side(made: Made) -> None:
    rows = facts.felt_beside_measured(made("early_matching").run, "km")
    assert [(row.what, row.felt, row.difference) for row in rows] == [
        ("It went", "2:00 (lap press, in the moment)", "measured 0:11 later"),
        ("It came back", "38:00 (lap press, in the moment)", "measured 0:15 earlier"),
    ]
    assert rows[0].measured == "2:11 (1:49–2:37) at 0.4 km"


def test_felt_moments_alone_keep_their_rows(made: Made) -> None:
    rows = facts.felt_beside_measured(made("felt_only").run, "km")
    assert [(row.felt, row.measured) for row in rows] == [
        ("2:00 (told, recalled)", "not shown"),
        ("38:00 (told, recalled)", "not shown"),
    ]


def test_presses_without_a_meaning_are_asked_about(made: Made) -> None:
    assert facts.presses_without_meaning(made("run_walk").run).startswith("40 lap presses, mean")
    assert facts.presses_without_meaning(made("ten_minutes").run).startswith("1 lap press, meaning")
    assert facts.presses_without_meaning(made("early_matching").run) == ""


def test_moments_that_were_not_compared_stand_in_order_of_time(made: Made) -> None:
    rows = facts.felt_beside_measured(made("four_hours").run, "mi")
    assert [row.felt for row in rows[:3]] == [
        "33:10 (lap press, in the moment)",
        facts.NOTHING,
        facts.NOTHING,
    ]
    assert rows[0].measured == "no change measured near it"


def test_a_comparison_with_a_mark_that_is_gone_still_names_its_time(made: Made) -> None:
    run = replace(made("early_matching").run, marks=())
    assert facts.felt_beside_measured(run, "km")[0].felt == "2:00"


def test_a_change_that_never_came_back_says_so(made: Made) -> None:
    rows = facts.felt_beside_measured(made("ambiguous").run, "km")
    assert [row.measured for row in rows] == [
        "22:00 (21:38–22:26) at 4.1 km",
        "not back by the end",
    ]


def test_shifts_carry_units_and_intervals(made: Made) -> None:
    (row,) = facts.moved(made("early_matching").run)
    assert (row.shift, row.interval) == ("1.40 pp", "1.10 to 1.70 pp")


def test_strong_evidence_is_not_drawn_out_into_digits(made: Made) -> None:
    run = made("early_matching").run
    sure = replace(run, episodes=(replace(run.episodes[0], bayes_factor=1e12),))
    assert "more than 1,000 times likelier" in facts.evidence(sure)[0]


def test_how_rarely_healthy_running_alarms_is_told_in_hours(made: Made) -> None:
    run = replace(made("early_matching").run, false_alarms_per_10h=0.5)
    assert facts.evidence(run)[1] == (
        "In healthy running some change is reported about once in 20 hours of running."
    )
    assert len(facts.evidence(replace(run, false_alarms_per_10h=None))) == 1
    rarely = facts.evidence(replace(run, false_alarms_per_10h=0.071))[1]
    assert rarely.endswith("about once in 140 hours of running.")


def test_what_only_a_command_line_can_do_is_not_put_before_a_doctor(made: Made) -> None:
    issue = Issue("error", "run.fit", "It ends early.", "Give it with --more.")
    run = replace(made("run_walk").run, issues=(*made("run_walk").run.issues, issue, issue))
    assert facts.good_to_know(run) == (("Error", "run.fit", "It ends early."),)


def test_what_was_set_aside_is_summed_by_reason(made: Made) -> None:
    assert facts.set_aside(made("four_hours").run) == (("30 s after a restart", "7×", "3:30"),)


def test_stops_and_what_follows_them_are_counted_once(made: Made) -> None:
    joined = words.not_judged(made("run_walk"))
    assert len(joined) == 20
    assert joined[0] == (120.0, 210.0)


def test_a_start_that_is_no_time_stands_as_it_is() -> None:
    assert words.day_and_time("last Tuesday") == "last Tuesday"


def test_a_small_difference_is_the_same_second(made: Made) -> None:
    run = made("early_matching").run
    agreement = AgreementView(0.2, None)
    seen = replace(run.episodes[0], onset_s=120.2, felt_agreement=agreement)
    rows = facts.felt_beside_measured(replace(run, episodes=(seen,)), "km")
    assert rows[0].difference == "at the same second"
    assert [row.difference for row in rows[1:]] == [facts.NOTHING, facts.NOTHING]
