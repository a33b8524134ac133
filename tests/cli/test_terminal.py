"""The summary a runner reads: what is in it, how long, how wide, how safe."""

import io
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from evenstride.app.formats import FormatView
from evenstride.app.settings import Units
from evenstride.app.simulation import SimulatedFile, SimulationRequest
from evenstride.app.views import (
    Analysis,
    ChannelView,
    FailedView,
    ReadingView,
    RunView,
    ShiftView,
    Strip,
)
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark
from evenstride.report.terminal import (
    draw_formats,
    draw_simulated,
    draw_summary,
    open_console,
    progress,
)

NOTHING = np.zeros(0)


def drawn(item: RunView | FailedView, units: Units = "km", width: int = 80) -> str:
    """Return the summary as it is piped into a file."""
    paper = io.StringIO()
    strip = Strip(NOTHING, NOTHING, NOTHING, NOTHING, (), ())
    whole = Analysis(item, strip) if isinstance(item, RunView) else item
    draw_summary([whole], Console(file=paper, width=width, markup=False), units)
    return paper.getvalue()


def row(text: str, start: str) -> str:
    """Return the one line that starts so, its air taken out."""
    [line] = [line for line in text.splitlines() if line.startswith(start)]
    return " ".join(line.split())


def test_an_hour_fits_one_screen_at_80_columns(run: RunView) -> None:
    lines = drawn(run).splitlines()
    assert len(lines) <= 30
    assert max(len(line) for line in lines) <= 80


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(run: RunView, width: int) -> None:
    text = drawn(run, width=width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert [word for word in ("2:05", "38:10", "6.9", "1:00", "agrees", "later") if word in text]
    assert "…" not in text


def test_red_flags_come_first_and_the_honest_note_last(run: RunView) -> None:
    lines = drawn(run).strip().splitlines()
    assert lines[0].startswith("First: sudden weakness")
    assert " ".join(" ".join(lines[-2:]).split()).endswith(
        "Tested on simulated and healthy running only; no recording of a person with dystonia was"
        " available. Not a diagnosis."
    )


def test_felt_stands_beside_measured_with_how_far_they_are_apart(run: RunView) -> None:
    text = drawn(run, width=100)
    assert row(text, "went") == "went 2:00, 0.4 km 2:05 (1:40–2:31), 0.4 km watch 0:05 later"
    assert row(text, "came back").endswith("38:10 (37:50–38:30), 6.9 km watch 0:10 later")


def test_the_runners_units_are_used_everywhere(run: RunView) -> None:
    text = drawn(run, "mi")
    assert "6.7 mi" in text
    assert "8:52 /mi" in text
    assert "km" not in text


def test_what_was_felt_and_not_measured_keeps_its_row(run: RunView) -> None:
    marks = (*run.marks, Mark(3000.0, None, "gone", "told", recalled=True))
    text = drawn(replace(run, marks=marks), width=100)
    assert "50:00, recalled" in text
    only_felt = drawn(replace(run, episodes=(), normal_part="told"))
    assert row(only_felt, "went") == "went 2:00, 0.4 km –"
    assert "your mark counts" in only_felt


def test_a_measured_change_nobody_felt_keeps_its_row(run: RunView) -> None:
    [episode] = run.episodes
    off = replace(
        episode, felt_agreement=None, present_at_start=True, onset_s=0.0, recovery_lo_s=None
    )
    text = drawn(replace(run, marks=(), episodes=(off,)), width=100)
    assert row(text, "went") == "went – off from the start"
    assert row(text, "came back") == "came back – 38:10, 6.9 km"
    never = replace(off, recovery_s=None, recovery_distance_m=None)
    assert "came back" not in drawn(replace(run, marks=(), episodes=(never,)))


def test_a_felt_moment_that_agrees_to_the_second_says_so(run: RunView) -> None:
    [episode] = run.episodes
    same = replace(episode, onset_s=120.0, recovery_s=2270.0)
    assert episode.felt_agreement is not None
    agreement = replace(episode.felt_agreement, onset_difference_s=0.0, recovery_difference_s=-10.0)
    text = drawn(replace(run, episodes=(replace(same, felt_agreement=agreement),)), width=100)
    assert row(text, "went").endswith("agrees")
    assert row(text, "came back").endswith("watch 0:10 earlier")


def test_an_agreement_without_its_mark_joins_nothing(run: RunView) -> None:
    text = drawn(replace(run, marks=run.marks[:1]), width=100)
    assert row(text, "came back").startswith("came back – 38:10")


def test_a_run_nothing_was_said_about_tells_how_to_say_it(run: RunView) -> None:
    text = drawn(replace(run, marks=(), episodes=()))
    assert "--gone m:ss --back m:ss" in text
    assert "what moved" not in text


def test_the_other_reading_and_how_to_settle_it_are_shown(run: RunView) -> None:
    [episode] = run.episodes
    other = ReadingView(
        onset_s=0.0,
        onset_lo_s=0.0,
        onset_hi_s=0.0,
        onset_distance_m=None,
        recovery_s=125.0,
        recovery_lo_s=100.0,
        recovery_hi_s=151.0,
        recovery_distance_m=None,
        present_at_start=True,
        toward="right",
        foot_changed=None,
        channels=(),
        says="off from the start until 2:05.",
    )
    text = drawn(replace(run, episodes=(replace(episode, other_reading=other),)), width=100)
    assert "This recording alone cannot rule out: off from the start until 2:05." in text
    assert "evenstride analyze FILE --normal 45:00-1:00:00, or --off-at-start" in " ".join(
        text.split()
    )
    assert "assumed, not told" not in text
    assert "--off-at-start" not in drawn(run), "where one reading is left there is nothing to ask"
    said = replace(run, episodes=(replace(episode, other_reading=other),), normal_part="told")
    assert "--off-at-start" not in drawn(said)


def test_what_was_set_aside_is_summed_by_reason(run: RunView) -> None:
    text = " ".join(drawn(run).split())
    assert "Set aside: 1:00 of 59:30 moving (after a stop 1:00)." in text
    assert "Set aside" not in drawn(replace(run, excluded=()))


def test_many_channels_and_issues_are_cut_short_with_a_pointer(run: RunView) -> None:
    many = tuple(ChannelView(f"odd_{i}", "x/y", f"odd {i}", 1.0, 0.1, None, 0.2) for i in range(7))
    issues = tuple(Issue("info", "", f"Thing {i}.") for i in range(7))
    text = drawn(replace(run, channels=many, issues=(*issues, *issues)))
    assert "and 4 more: --json lists them" in text
    assert "and 2 more: --json lists them" in text
    assert row(text, "odd 0") == "odd 0 – 0.20 x/y"
    assert text.count("Thing 0.") == 1


def test_the_worst_issue_comes_first(failed: FailedView) -> None:
    [error] = failed.issues
    text = drawn(replace(failed, issues=(Issue("info", "a.fit", "Good to know."), error)))
    assert text.index("Error (broken.fit)") < text.index("Note (a.fit)")


def test_a_run_without_distance_or_channels_is_still_a_summary(run: RunView) -> None:
    bare = replace(run, distance_m=None, channels=(), episodes=(), marks=(), issues=())
    text = drawn(bare)
    assert "/km" not in text
    assert "differ by noise alone" not in text


def test_a_press_of_untold_meaning_is_a_line_and_no_row(run: RunView) -> None:
    press = Mark(60.0, None, "mark", "lap", recalled=False)
    untold = Issue("info", "laps", "One lap press has no told meaning.", "Tell it with --laps.")
    text = drawn(replace(run, marks=(*run.marks, press), issues=(untold,)))
    untold_press = "1 lap press, meaning not told. Tell it with --laps."
    assert untold_press in text.splitlines()
    assert "1:00, recalled" not in text
    assert "marked" not in text
    alone = drawn(replace(run, marks=(press,), episodes=(), issues=(untold,)))
    assert alone.count("lap press") == 1
    named = drawn(replace(run, marks=(press,), episodes=(), issues=()))
    assert "lap press" not in named, "a press told to be a plain mark needs no more words"


def test_felt_rows_stand_in_order_of_time(run: RunView) -> None:
    between = Mark(123.0, None, "back", "lap", recalled=False)
    lines = drawn(replace(run, marks=(*run.marks, between)), width=100).splitlines()
    starts = [line.split()[0] for line in lines if line.startswith(("went", "came"))]
    assert starts == ["went", "came", "came"]


def test_only_what_clearly_moved_has_a_row(run: RunView) -> None:
    [episode] = run.episodes
    vague = ShiftView("cadence", "spm", 0.1, -0.4, 0.6)
    both = replace(episode, channels=(vague, *episode.channels))
    text = drawn(replace(run, episodes=(both,)))
    assert "1 channel did not clearly move" in text
    assert "Cadence" not in text
    five = drawn(replace(run, episodes=(replace(episode, channels=episode.channels * 3),)))
    assert "and 3 more" in five.splitlines()
    none = drawn(replace(run, episodes=(replace(episode, channels=(vague, vague)),)))
    assert "2 channels did not clearly move" in none
    assert "what moved" not in none
    two = drawn(replace(run, episodes=(episode, replace(episode, onset_s=2700.0))))
    assert "1. what moved" in two
    assert "2. what moved" in two


def test_a_run_too_short_says_so_and_nothing_else_about_change(run: RunView) -> None:
    blind = tuple(
        replace(channel, smallest_change_60_s=None, smallest_change_300_s=None)
        for channel in run.channels
    )
    short = replace(
        run, coordinated_s=0.0, off_s=0.0, episodes=(), marks=(), channels=blind, issues=()
    )
    lines = drawn(short).splitlines()
    assert "Too little running to judge." in lines
    assert "How far two stretches differ by noise alone: too little running to know." in lines


def test_that_no_foot_can_be_named_is_said_once(run: RunView) -> None:
    wrist = replace(run, channels=run.channels[1:], can_name_foot=False, episodes=(), issues=())
    assert "No foot can be named" in drawn(wrist)
    hint = Issue("info", "balance", "There is no balance, so no foot can be named.", "Wear it.")
    assert "No foot can be named" not in drawn(replace(wrist, issues=(hint,)))


def test_texts_from_files_are_neither_markup_nor_control_codes(run: RunView) -> None:
    [source] = run.sources
    evil = "[bold]x[/bold]\x1b[31m\x07\u202e"
    channels = (replace(run.channels[0], name="x", says=evil),)
    issues = (Issue("warning", evil, evil, evil),)
    sources = (replace(source, file=evil, device=evil),)
    text = drawn(replace(run, sources=sources, channels=channels, issues=issues, start=evil))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert "[bold]x[/bold]" in text


def test_no_colour_is_sent_where_nobody_wants_it(
    run: RunView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    paper = io.StringIO()
    strip = Strip(NOTHING, NOTHING, NOTHING, NOTHING, (), ())
    console = Console(file=paper, width=80, force_terminal=True)
    draw_summary([Analysis(run, strip)], console, "km")
    assert not [code for code in ("[31", "[33", ";31", ";33") if code in paper.getvalue()]


def test_a_wide_terminal_gets_lines_one_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert open_console().width == 100


def test_formats_are_listed_with_what_they_can_show() -> None:
    paper = io.StringIO()
    draw_formats([FormatView("FIT", (".fit",), "Shows much.")], Console(file=paper, width=80))
    assert paper.getvalue().split("\n")[1].split() == ["FIT", ".fit", "Shows", "much."]


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (SimulationRequest(), "The runner stays well."),
        (
            SimulationRequest(onset_s=120.0, recovery_s=2280.0),
            "Contact moves 1.5 pp toward the left foot from 2:00 to 38:00.",
        ),
        (
            SimulationRequest(onset_s=120.0, shift_pp=-2.0, kit="wrist"),
            "2 pp toward the right foot from 2:00 to the end. A wrist watch does not record it.",
        ),
    ],
)
def test_a_simulated_file_says_what_is_in_it(request_: SimulationRequest, says: str) -> None:
    paper = io.StringIO()
    made = SimulatedFile(Path("run.fit"), request_, (124.0,))
    draw_simulated(made, Console(file=paper, width=80))
    assert says in paper.getvalue()
    assert "pressed at 2:04" in paper.getvalue()
    draw_simulated(replace(made, presses_s=()), Console(file=paper))
    assert paper.getvalue().count("pressed") == 1


def test_quick_work_and_work_without_a_terminal_show_no_progress() -> None:
    paper = io.StringIO()
    with progress(Console(file=paper, force_terminal=True)) as advance:
        advance("run.fit", 1, 3)
    with progress(Console(file=paper)) as advance:
        advance("run.fit", 0, 0)
    assert paper.getvalue() == ""


def test_slow_work_at_a_terminal_shows_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenstride.report.terminal._QUIET_S", 0.0)
    paper = io.StringIO()
    with progress(Console(file=paper, force_terminal=True, width=80)) as advance:
        for done in range(30):
            advance("[b]run\x1b.fit", done, 30)
            threading.Event().wait(0.02)
    assert "[b]run\\x1b.fit" in paper.getvalue()
