"""Many files in, agreement out: blind, batch-safe, and said in plain words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evenstride.app.agreement import agreement
from evenstride.app.agreement_words import MARK_COUNTS, odds, sentences
from evenstride.app.analyze import analyze
from evenstride.app.views import Analysis
from evenstride.model.agreement import Agreement, Beside, Chance, Delay, Verdict, WordOnRuns
from evenstride.model.episode import Span
from evenstride.model.errors import EvenstrideError
from evenstride.model.marks import RunnersWord
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.laps import LapButton
from evenstride.simulate.pace import Stop
from evenstride.simulate.scenario import START, Scenario

Writer = Callable[..., Path]
BOTH = WordOnRuns(laps=("gone", "back"))
OFF = PlantedEpisode(300.0, 600.0, balance_pp=6.0)
RUN = Scenario(minutes=15, episodes=(OFF,))


@pytest.fixture
def three(fit_file: Writer) -> list[Path]:
    """Return three days: pressed twice, pressed once, fine."""
    once = LapButton(presses_back=False)
    return [
        fit_file("a.fit", RUN, 1),
        fit_file("b.fit", replace(RUN, laps=once, start=START + timedelta(days=1)), 2),
        fit_file("c.fit", replace(RUN, episodes=(), start=START + timedelta(days=2)), 3),
    ]


def test_presses_that_do_not_fit_leave_their_run_out_and_nothing_else(three: list[Path]) -> None:
    view = agreement(three, BOTH)
    assert [run.files for run in view.runs] == [("a.fit",), ("c.fit",)]
    assert [run.standing for run in view.runs][1] == "not said"
    [issue] = view.issues
    assert (issue.level, issue.where) == ("error", "b.fit")
    assert "1 lap press does not fit gone,back" in issue.problem
    assert "--laps b.fit=gone, or skip; if you felt nothing, --fine b.fit." in issue.remedy


def test_a_run_can_have_its_own_word_and_another_none_of_trouble(three: list[Path]) -> None:
    word = replace(BOTH, of_file=(("b.fit", ("gone",)),), fine=("c.fit",))
    view = agreement(three, word)
    assert (len(view.runs), view.counted, view.issues) == (3, 3, ())
    assert view.runs[1].felt[0].to_s == view.runs[1].duration_s
    assert view.runs[2].felt == ()
    assert view.verdict == "too few"


def test_what_is_measured_does_not_know_what_was_felt(three: list[Path]) -> None:
    one, other = (
        agreement(three[:1], WordOnRuns(laps=laps)) for laps in (("gone", "back"), ("back", "gone"))
    )
    assert one.runs[0].felt != other.runs[0].felt
    assert one.runs[0].measured == other.runs[0].measured


def test_a_press_for_something_else_is_no_word(three: list[Path]) -> None:
    view = agreement(three[:1], WordOnRuns(laps=("mark", "skip")))
    assert (view.runs[0].standing, view.counted) == ("not said", 0)


def test_the_word_goes_on_over_and_over(fit_file: Writer) -> None:
    twice = replace(RUN, episodes=(PlantedEpisode(200, 300), PlantedEpisode(500, 700)))
    view = agreement([fit_file("a.fit", twice)], BOTH)
    assert len(view.runs[0].felt) == 2


def test_the_judged_seconds_are_those_of_the_analysis(fit_file: Writer) -> None:
    file = fit_file("a.fit", replace(RUN, stops=(Stop(420, 40), Stop(640, 30, paused=True))))
    [view] = agreement([file], WordOnRuns(fine=("a.fit",))).runs
    [item] = analyze([file], RunnersWord())
    assert isinstance(item, Analysis)
    judged_s = sum(one.seconds for one in view.judged)
    assert judged_s == pytest.approx(item.run.coordinated_s + item.run.off_s, abs=1)


def test_a_bad_file_stops_nothing(three: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.fit"
    bad.write_text("no run")
    seen: list[tuple[str, int, int]] = []
    view = agreement([bad, three[0]], BOTH, lambda *said: seen.append(said))
    assert [issue.where for issue in view.issues] == ["bad.fit"]
    assert len(view.runs) == 1
    assert seen[-1] == ("a.fit", 0, 1)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        (WordOnRuns(), "not said what your lap presses meant"),
        (replace(BOTH, fine=("z.fit",)), "z.fit, which is not among the files"),
        (WordOnRuns(of_file=(("z.fit", ("gone",)),)), "z.fit"),
    ],
)
def test_a_word_about_nothing_is_a_wrong_request(word: WordOnRuns, says: str) -> None:
    with pytest.raises(EvenstrideError, match=says):
        agreement([Path("a.fit")], word)
    with pytest.raises(EvenstrideError, match="No file"):
        agreement([], BOTH)


def found(verdict: Verdict, p_runs: float = 0.001, delay: Delay | None = None) -> Agreement:
    runs = Chance(0.61, 0.7, p_runs, 0.0001, 9999, exact=False)
    return Agreement((), 11, 0.874, verdict, runs, replace(runs, p_value=0.0001), delay, None)


LATE = Delay(Span(12.2, 5.1, 29.6), Span(9.7, 4.0, 20.0), 9, 11)


def test_a_link_is_told_with_its_odds_and_the_delay() -> None:
    shared, worth, late, last = sentences(found("beyond chance", delay=LATE))
    assert shared == (
        "In 11 runs with your word, you and the watch agree in 87 % of the running that could be"
        " judged; marks moved to other runs agree in 61 %."
    )
    assert worth == (
        "That is more than chance: marks moved to other runs agree as well in 1 of 1,000, marks"
        " moved to other times in 1 of 10,000."
    )
    assert late == (
        "You pressed 12 s (5 to 30) after the watch saw it go, for 9 of 11 presses; from press to"
        " press it differs by about 10 s."
    )
    assert last == MARK_COUNTS


@pytest.mark.parametrize(
    ("typical", "says"),
    [
        (Span(-12.0, -30.0, -5.0), "12 s (5 to 30) before the watch saw it go"),
        (Span(4.0, -5.0, 12.0), "at about the time the watch saw it go (from 5 s before to 12 s"),
    ],
)
def test_a_press_may_come_first(typical: Span, says: str) -> None:
    told = sentences(found("beyond chance", delay=replace(LATE, typical_s=typical)))
    assert says in told[2]


def test_few_pairs_tell_no_delay() -> None:
    [said] = sentences(found("beyond chance", delay=replace(LATE, pairs=1)))[2:3]
    assert said.endswith("too few to say, 1 of 11 presses lies near what the watch saw.")


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        ("too few", "Fewer than 5 runs"),
        ("too alike", "too alike"),
        ("habit", "these runs cannot tell"),
        ("no clear link", "31 of 100. It does not say which of the two is right."),
    ],
)
def test_without_a_link_no_delay_is_told_and_the_mark_counts(verdict: Verdict, says: str) -> None:
    told = sentences(found(verdict, 0.31, LATE))
    assert says in told[1]
    assert told[2:] == (MARK_COUNTS,)


@pytest.mark.parametrize(
    ("beside", "says"),
    [
        (Beside("", "only felt", only_felt_s=600.0), "The watch saw nothing"),
        (Beside("", "only measured", only_measured_s=600.0), "You felt nothing"),
        (Beside("", "both", both_s=600.0), "too alike, or too different in length"),
    ],
)
def test_where_there_is_nothing_to_tell_apart_the_reason_is_told(beside: Beside, says: str) -> None:
    told = sentences(replace(found("too alike"), runs=(beside,) * 5))
    assert says in told[1]


def test_odds_are_read_as_a_runner_reads_them() -> None:
    assert [odds(p) for p in (1.0, 0.05, 1 / 24)] == ["100 of 100", "1 of 20", "1 of 24"]
