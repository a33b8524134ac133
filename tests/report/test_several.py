"""Several episodes, and episodes that are no shift, as the runner reads and sees them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from itertools import pairwise

import pytest
from rich.console import Console

from evenstride.app.views import Analysis
from evenstride.model.episode import EpisodeKind
from evenstride.model.intervals import Stretch
from evenstride.model.marks import Mark as Felt
from evenstride.model.marks import MarkKind
from evenstride.report import facts, ink, words
from evenstride.report.ink import Line, Mark, Shape, Words
from evenstride.report.page import page
from evenstride.report.picture import marks_of
from evenstride.report.sheet import plan, plan_flags
from evenstride.report.terminal import draw_summary

Made = Callable[[str], Analysis]


def told(t_s: float, kind: MarkKind) -> Felt:
    return Felt(t_s, None, kind, "told", recalled=True)


def printed(analysis: Analysis, width: int) -> str:
    out = StringIO()
    console = Console(file=out, width=width, markup=False, emoji=False, highlight=False)
    draw_summary([analysis], console, "km")
    return out.getvalue()


def said(text: str) -> str:
    return " ".join(text.split())


def drawn(analysis: Analysis) -> tuple[Mark, ...]:
    return marks_of(plan(analysis, "km"))


def shapes(analysis: Analysis) -> Iterator[Shape]:
    return (mark for mark in drawn(analysis) if isinstance(mark, Shape))


def test_the_headline_counts_and_says_what_kind_and_when(made: Made) -> None:
    assert words.headline(made("every_kind").run) == (
        "Three episodes: gone 15:05–18:10, unsteady 39:50–42:55 and bad moments from 1:10:10 to"
        " the end."
    )
    assert words.headline(made("four_short").run).startswith("Four episodes: gone 10:00–13:00, 20")


def test_one_episode_is_told_in_its_own_sentence_and_has_no_number(made: Made) -> None:
    run = made("wavering").run
    assert words.headline(run) == "Contact time became unsteady."
    assert words.sentences(run) == ()
    assert words.numbered(0, run) == ""


def test_an_episode_from_the_start_to_the_end_is_told_as_such(made: Made) -> None:
    seen = replace(made("early_matching").run.episodes[0], present_at_start=True, recovery_s=None)
    assert words.stretch_words(seen) == "from the start to the end"


@pytest.mark.parametrize(
    ("kind", "went", "back", "never"),
    [
        ("shift", "gone 15:05", "back 18:10", "not back by the end"),
        ("variability", "unsteady 15:05", "steadier 18:10", "not steadier by the end"),
        ("bursts", "bad moments 15:05", "over 18:10", "not over by the end"),
    ],
)
def test_each_kind_has_its_own_words_at_the_bar(
    made: Made, kind: EpisodeKind, went: str, back: str, never: str
) -> None:
    seen = made("every_kind").run.episodes[0]
    assert words.onset_words(seen, kind).startswith(f"{went} (")
    assert words.recovery_words(seen, kind).startswith(f"{back} (")
    assert words.recovery_words(replace(seen, recovery_s=None), kind) == never


def test_kinds_are_told_apart_by_more_than_colour(made: Made) -> None:
    bars = [one.how for one in shapes(made("every_kind")) if one.how.outline is not None]
    striped = [how for how in bars if "|" in how.hatch]
    plain = [how for how in bars if how.colour == ink.BAR]
    assert (len(striped), len(plain)) == (1, 1)
    pieces = [one for one in shapes(made("every_kind")) if one.how == ink.Fill(ink.MEASURED)]
    assert len(pieces) == 1
    assert len(pieces[0].polygons) > 5
    for one, other in pairwise(pieces[0].polygons):
        assert one[:, 0].max() < other[:, 0].min()


def test_each_episode_has_its_band_its_whiskers_its_number_and_its_sentence(made: Made) -> None:
    analysis = made("four_short")
    marks = drawn(analysis)
    lines = len([name for name in plan(analysis, "km").lanes if name.startswith("line ")])
    tints = [one for one in shapes(analysis) if one.how.colour == ink.TINT]
    assert len(tints) == 4 * lines
    brackets = [
        one for one in marks if isinstance(one, Line) and one.how == ink.Stroke(ink.INK, 1.1)
    ]
    assert len(brackets) == 8
    bold = [one.text for one in marks if isinstance(one, Words) and one.how.bold]
    assert [bold.count(number) for number in "1234"] == [2, 2, 2, 2]
    texts = said(" ".join(one.text for one in marks if isinstance(one, Words)))
    for episode in analysis.run.episodes:
        assert episode.says in texts


def test_the_number_over_the_signal_stands_over_its_own_band(made: Made) -> None:
    analysis = made("every_kind")
    sheet = plan(analysis, "km")
    over = [
        one
        for one in marks_of(sheet)
        if isinstance(one, Words) and one.align == "center" and one.how.bold
    ]
    for number, (word, episode) in enumerate(zip(over, analysis.run.episodes, strict=True), 1):
        assert word.text == str(number)
        assert sheet.x(episode.onset_s) < word.at[0] < sheet.x(episode.recovery_s or 5400.0)


def test_unsteadiness_has_a_panel_of_its_own(made: Made) -> None:
    texts = " ".join(one.text for one in drawn(made("every_kind")) if isinstance(one, Words))
    assert "how unsteady" in said(texts)
    assert "↑ less steady" in texts
    lanes = plan(made("every_kind"), "km").lanes
    assert "line 2" in lanes
    assert "line 2" not in plan(made("wavering"), "km").lanes


def test_close_felt_stretches_keep_their_times_where_single_marks_lose_their_words(
    made: Made,
) -> None:
    starts = (900.0, 1900.0, 2900.0, 4200.0)
    ends: tuple[tuple[float, MarkKind], ...] = ((0.0, "gone"), (200.0, "back"))
    marks = tuple(told(s + t, kind) for s in starts for t, kind in ends)
    placed = plan_flags(replace(made("every_kind").run, marks=marks))
    assert [flag.text for flag in placed[::2]] == [
        "15:00–18:20",
        "31:40–35:00",
        "48:20–51:40",
        "1:10:00–1:13:20",
    ]
    assert {flag.text for flag in placed[1::2]} == {""}


def test_felt_but_not_measured_and_measured_but_not_felt_are_both_said(made: Made) -> None:
    run = made("every_kind").run
    assert facts.felt_alone(run) == (
        "Felt from 50:00 to 56:40: the watch saw nothing there; the mark counts.",
    )
    assert facts.measured_alone(run) == (
        "Measured from 39:50 to 42:55: no mark says it was felt.",
        "Measured from 1:10:10 to the end: no mark says it was felt.",
    )


def test_where_nothing_was_marked_nobody_is_asked_why(made: Made) -> None:
    assert facts.measured_alone(replace(made("every_kind").run, marks=())) == ()
    assert facts.felt_alone(made("felt_only").run) == ()


def test_why_the_watch_saw_nothing_there_is_told_where_it_is_known(made: Made) -> None:
    run = made("every_kind").run
    short = facts.felt_alone(replace(run, shortest_judgeable_s=500.0))
    assert short[0].endswith("too short for this recording to judge; the mark counts.")
    blind = facts.felt_alone(replace(run, excluded=(Stretch(2990.0, 3300.0, "a stop"),)))
    assert blind[0].endswith("most of it could not be judged; the mark counts.")


def test_unsteady_alone_names_no_foot_and_tells_its_own_channels_first(made: Made) -> None:
    run = made("wavering").run
    assert words.limits(run)[0].startswith("Which foot is unsteady cannot be told")
    assert next(row.channel for row in facts.moved(run)) == "Ground contact time, how unsteady"
    both = made("every_kind").run
    assert not words.limits(both)[0].startswith("Which foot is unsteady")


def test_rows_of_moments_carry_the_number_and_the_kind(made: Made) -> None:
    rows = facts.felt_beside_measured(made("every_kind").run, "km")
    assert [row.what for row in rows] == [
        "1. It went",
        "1. It came back",
        "It came back",
        "2. It went",
        "2. It came back",
        "It went",
        "It came back",
        "3. It went",
        "3. It came back",
    ]
    assert rows[0].difference == "measured 0:25 later"
    assert rows[3].measured.startswith("unsteady 39:50 (")
    assert rows[4].measured.startswith("steadier 42:55 (")
    assert rows[8].measured == "not over by the end"


def test_what_moved_stands_under_its_episode_and_the_rest_is_named(made: Made) -> None:
    groups = facts.moved_groups(made("every_kind").run)
    assert [heading for heading, _ in groups] == [
        "1. Gone 15:05–18:10",
        "2. Unsteady 39:50–42:55",
        "3. Bad moments from 1:10:10 to the end",
    ]
    assert [row.channel for row in groups[1][1]] == ["Ground contact time, how unsteady"]
    assert facts.unmoved(made("every_kind").run) == (
        "Did not clearly move in 2: Ground contact, left foot's share.",
    )


def test_the_page_lists_them_by_number_and_says_how_to_tell_kinds_apart(made: Made) -> None:
    html = page(made("every_kind"), "km")
    listed = re.search(r'<ol class="lead">(.*?)</ol>', html, re.DOTALL)
    assert listed is not None
    sentences = re.findall(r"<li>(.*?)</li>", listed[1])
    assert sentences == [episode.says for episode in made("every_kind").run.episodes]
    assert "A striped bar" in html
    assert "Felt from 50:00 to 56:40" in html
    assert "no mark says it was felt" in html
    alone = page(made("early_matching"), "km")
    assert "<ol" not in alone
    assert "A striped bar" not in alone


def test_another_reading_names_the_episode_it_is_of(made: Made) -> None:
    assert "1 can be read another way:" in page(made("four_short"), "km")
    assert "1. This recording alone cannot rule out:" in printed(made("four_short"), 80)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_terminal_tells_every_episode_at_every_width(made: Made, width: int) -> None:
    for name in ("every_kind", "four_short"):
        analysis = made(name)
        out = printed(analysis, width)
        assert max(map(len, out.splitlines())) <= width
        assert words.headline(analysis.run) in said(out)
        for number, episode in enumerate(analysis.run.episodes, 1):
            assert re.search(rf"^{number}\. {episode.says[:20]}", out, re.MULTILINE)
            assert re.search(rf"^{number}\. what moved", out, re.MULTILINE)
        for line in (*facts.felt_alone(analysis.run), *facts.measured_alone(analysis.run)):
            assert line in said(out)


def test_the_terminal_names_the_kind_beside_the_moment(made: Made) -> None:
    out = printed(made("every_kind"), 100)
    assert re.search(r"2\. went +– +unsteady 39:50", out)
    assert re.search(r"2\. came back +– +steadier 42:55", out)
    assert re.search(r"1\. went +14:40, .* 15:05 .* watch 0:25 later", out)


def test_the_stripes_have_no_ground_that_would_stay_white_in_the_dark(made: Made) -> None:
    html = page(made("wavering"), "km")
    assert "<pattern" in html
    assert 'fill="#ffffff"' not in html
