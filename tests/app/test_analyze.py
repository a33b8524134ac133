"""The verb: files in; one item a run out, in order, nothing lost and nothing guessed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evenstride.app.analyze import analyze, analyze_run
from evenstride.app.contract import to_json
from evenstride.app.same_run import Run
from evenstride.app.views import Analysis, FailedView, RunView
from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.marks import RunnersWord
from evenstride.simulate.device import Kit
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.laps import LapButton
from evenstride.simulate.pace import RunWalk, Stop
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import START, Scenario

FitFile = Callable[..., Path]
SILENT = RunnersWord()
EPISODE = PlantedEpisode(900, 1500, balance_pp=5.0)
SHORT = Scenario(minutes=15)


def runs(*files: Path, word: RunnersWord = SILENT) -> list[RunView]:
    return [item.run for item in analyze(files, word) if isinstance(item, Analysis)]


def only(file: Path, word: RunnersWord = SILENT) -> RunView:
    [run] = runs(file, word=word)
    return run


def simulated(scenario: Scenario, seed: int, word: RunnersWord = SILENT) -> RunView:
    return analyze_run(Run((simulate(scenario, seed).recording(),)), word).run


def adds_up(run: RunView) -> bool:
    aside = sum(stretch.seconds for stretch in run.excluded)
    return run.coordinated_s + run.off_s + aside == run.moving_s


def test_no_file_is_a_wrong_request() -> None:
    with pytest.raises(EvenstrideError, match="No file"):
        analyze([], SILENT)


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(minutes=40, episodes=(EPISODE,)),
        Scenario(minutes=40, episodes=(EPISODE,), stops=(Stop(300, 45), Stop(1000, 90, True))),
        Scenario(minutes=40, run_walk=RunWalk(240, 60)),
        Scenario(minutes=40, run_walk=RunWalk(40, 40)),
        Scenario(minutes=40, episodes=(EPISODE,), spacing="smart"),
        Scenario(minutes=40, kit="wrist", stops=(Stop(0, 30), Stop(2370, 30))),
        Scenario(minutes=2),
    ],
    ids=["plain", "stops", "run and walk", "short bouts", "smart", "wrist", "two minutes"],
)
def test_coordinated_off_and_set_aside_are_all_of_moving_time(
    fit_file: FitFile, scenario: Scenario
) -> None:
    run = only(fit_file("run.fit", scenario, 3))
    assert adds_up(run)
    assert 0 < run.moving_s <= run.duration_s
    assert all(stretch.reason and stretch.seconds > 0 for stretch in run.excluded)
    assert run.baseline.seconds == run.coordinated_s


def test_two_files_that_overlap_are_one_run_with_two_sources(fit_file: FitFile) -> None:
    first = fit_file("watch.fit", replace(SHORT, kit="wrist"), 1)
    late = replace(SHORT, start=START + timedelta(seconds=60))
    run = only_one(analyze([first, fit_file("strap.fit", late, 2)], SILENT))
    assert [source.file for source in run.sources] == ["watch.fit", "strap.fit"]
    assert run.can_name_foot
    names = [channel.name for channel in run.channels]
    assert "device-2.contact_time" in names
    assert len(names) == len(set(names))
    assert run.duration_s == 960.0
    assert adds_up(run)


def only_one(items: tuple[Analysis | FailedView, ...]) -> RunView:
    [item] = items
    assert isinstance(item, Analysis)
    return item.run


def test_files_of_different_days_are_items_in_the_order_given(fit_file: FitFile) -> None:
    days = [replace(SHORT, start=START + timedelta(days=day)) for day in (3, 1, 2)]
    files = [fit_file(f"{k}.fit", day, k) for k, day in enumerate(days)]
    found = runs(*files)
    assert [run.sources[0].file for run in found] == ["0.fit", "1.fit", "2.fit"]


def test_a_chained_file_gives_its_runs_in_order_and_no_other_sport(
    fit_file: FitFile, tmp_path: Path
) -> None:
    morning = fit_file("a.fit", SHORT, 1)
    ride = fit_file("b.fit", replace(SHORT, start=START + timedelta(hours=1)), 2, "cycling")
    evening = fit_file("c.fit", replace(SHORT, start=START + timedelta(hours=9)), 3)
    chained = tmp_path / "day.fit"
    chained.write_bytes(b"".join(file.read_bytes() for file in (morning, ride, evening)))
    items = analyze([chained], SILENT)
    found = [item.run for item in items if isinstance(item, Analysis)]
    assert len(items) == len(found) == 2
    assert [run.start for run in found] == [
        START.isoformat(),
        (START + timedelta(hours=9)).isoformat(),
    ]
    assert any("cycling" in issue.problem for issue in found[0].issues)


def test_a_run_chained_to_itself_is_no_trouble(fit_file: FitFile, tmp_path: Path) -> None:
    twice = tmp_path / "twice.fit"
    twice.write_bytes(fit_file("once.fit").read_bytes() * 2)
    first, second = runs(twice)
    assert first == second


def test_a_file_that_gives_no_run_is_an_item_of_issues_in_its_place(
    fit_file: FitFile, tmp_path: Path
) -> None:
    (tmp_path / "login.fit").write_text("<html>")
    files = [tmp_path / "missing.fit", fit_file(), tmp_path / "login.fit", tmp_path]
    items = analyze(files, SILENT)
    assert [type(item) for item in items] == [FailedView, Analysis, FailedView, FailedView]
    for item in items:
        if isinstance(item, FailedView):
            assert [issue.level for issue in item.issues] == ["error"]
            assert item.issues[0].remedy


def test_the_same_file_twice_is_one_run(fit_file: FitFile) -> None:
    file = fit_file()
    run, again = analyze([file, file], SILENT)
    assert isinstance(run, Analysis)
    assert isinstance(again, FailedView)
    assert again.issues[0].level == "info"


@pytest.mark.parametrize("sport", ["walking", "cycling"])
def test_what_is_no_run_is_never_analysed(fit_file: FitFile, sport: str) -> None:
    [item] = analyze([fit_file("x.fit", SHORT, 1, sport)], SILENT)
    assert isinstance(item, FailedView)


def test_walking_filed_as_a_run_is_set_aside_whole(fit_file: FitFile) -> None:
    run = only(fit_file("walk.fit", Scenario(minutes=15, run_walk=RunWalk(10, 890)), 1))
    assert run.episodes == ()
    assert run.coordinated_s == run.off_s == 0
    assert adds_up(run)
    assert any("No running" in issue.problem for issue in run.issues)


@pytest.mark.parametrize("seed", range(6))
def test_a_wrist_never_names_a_foot_whatever_it_finds(seed: int) -> None:
    off = PlantedEpisode(1200, 2400, left_contact_time_ms=40.0, vertical_oscillation_mm=12.0)
    run = simulated(Scenario(kit="wrist", episodes=(off,)), seed)
    assert not run.can_name_foot
    assert run.episodes
    readings = [r for e in run.episodes for r in (e, e.other_reading) if r is not None]
    assert {(reading.toward, reading.foot_changed) for reading in readings} == {(None, None)}
    assert not any("foot" in reading.says for reading in readings)
    assert not any("left" in channel.name or "right" in channel.name for channel in run.channels)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_strap_names_the_side_contact_moved_to(side: str) -> None:
    shift = 5.0 if side == "left" else -5.0
    run = simulated(Scenario(minutes=45, episodes=(replace(EPISODE, balance_pp=shift),)), 2)
    assert run.can_name_foot
    assert [episode.toward for episode in run.episodes] == [side]


def test_presses_are_marks_in_the_moment_and_words_are_recalled(fit_file: FitFile) -> None:
    file = fit_file("run.fit", Scenario(minutes=40, episodes=(EPISODE,)), 1)
    word = RunnersWord(laps=("gone", "back"), gone_s=(600.0,))
    run = only(file, word)
    assert [(m.kind, m.source, m.recalled) for m in run.marks] == [
        ("gone", "told", True),
        ("gone", "lap", False),
        ("back", "lap", False),
    ]
    assert [m.kind for m in only(file).marks] == ["mark", "mark"]


def test_laps_by_distance_are_no_marks() -> None:
    button = LapButton(presses_gone=False, presses_back=False, every_m=1000.0)
    run = simulated(Scenario(minutes=40, episodes=(EPISODE,), laps=button), 1)
    assert run.marks == ()


def test_what_was_felt_never_moves_what_was_measured(fit_file: FitFile) -> None:
    file = fit_file("run.fit", Scenario(minutes=40, episodes=(EPISODE,)), 1)
    plain = only(file)
    told = only(file, RunnersWord(gone_s=(800.0,), back_s=(2000.0,), laps=("skip", "mark")))
    assert plain.episodes
    assert [replace(e, felt_agreement=None, other_reading=None) for e in told.episodes] == [
        replace(e, felt_agreement=None, other_reading=None) for e in plain.episodes
    ]
    assert told.episodes[0].felt_agreement is not None
    assert (told.coordinated_s, told.off_s) == (plain.coordinated_s, plain.off_s)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        (RunnersWord(gone_s=(5000.0,)), "after the end"),
        (RunnersWord(back_s=(5000.0,)), "after the end"),
        (RunnersWord(normal=(Stretch(5000.0, 6000.0),)), "not inside the run"),
        (RunnersWord(normal=(Stretch(300.0, 200.0),)), "not inside the run"),
        (RunnersWord(normal=(Stretch(200.0, 205.0),)), "too short"),
        (RunnersWord(laps=("gone",)), "lap press"),
    ],
)
def test_a_word_that_does_not_fit_the_run_is_a_wrong_request(
    fit_file: FitFile, word: RunnersWord, says: str
) -> None:
    with pytest.raises(EvenstrideError, match=says) as refused:
        analyze([fit_file()], word)
    assert refused.value.remedy


def test_one_word_for_several_runs_is_a_wrong_request(fit_file: FitFile) -> None:
    other = fit_file("b.fit", replace(SHORT, start=START + timedelta(days=1)), 2)
    with pytest.raises(EvenstrideError, match="hold 2"):
        analyze([fit_file("a.fit"), other], RunnersWord(gone_s=(60.0,)))


@pytest.mark.parametrize(
    ("word", "part"),
    [
        (SILENT, "assumed"),
        (RunnersWord(gone_s=(60.0,)), "told"),
        (RunnersWord(normal=(Stretch(100.0, 300.0),)), "told"),
        (RunnersWord(off_at_start=True), "told"),
    ],
)
def test_how_the_normal_part_was_known_is_told(
    fit_file: FitFile, word: RunnersWord, part: str
) -> None:
    assert only(fit_file(), word).normal_part == part


@pytest.mark.parametrize("kit", ["wrist", "strap", "strap+stryd"])
def test_every_channel_says_what_this_run_can_show(fit_file: FitFile, kit: Kit) -> None:
    run = only(fit_file("run.fit", Scenario(minutes=30, kit=kit), 2))
    assert run.channels
    for channel in run.channels:
        assert channel.noise_sd > 0
        assert channel.says
        assert channel.smallest_change_60_s is not None
        assert channel.smallest_change_300_s is not None
    listed = {name for source in run.sources for name in source.channels}
    assert {c.name for c in run.channels if not c.name.endswith("_variability")} <= listed


def test_the_shortest_judgeable_bout_holds_what_is_set_aside_after_a_restart() -> None:
    run = simulated(Scenario(minutes=60), 3)
    assert run.shortest_judgeable_s is not None
    assert run.shortest_judgeable_s >= 45.0
    assert simulated(Scenario(minutes=1), 3).shortest_judgeable_s is None


def test_a_file_in_pieces_gives_what_stands_in_it(fit_file: FitFile, tmp_path: Path) -> None:
    data = fit_file("whole.fit", Scenario(minutes=30), 1).read_bytes()
    half = tmp_path / "half.fit"
    half.write_bytes(data[: len(data) // 2])
    run = only(half)
    assert 600 < run.duration_s < 1200
    assert any("byte" in issue.where + issue.problem for issue in run.issues)


def test_the_same_files_give_the_same_bytes(fit_file: FitFile) -> None:
    files = [fit_file("a.fit", Scenario(minutes=40, episodes=(EPISODE,)), 1)]
    first, again = (to_json(analyze(files, SILENT)) for _ in range(2))
    assert first == again
    assert json.loads(first)["episodes"]
