"""What ``evenstride analyze --json`` prints, key by key, from files as a runner has them."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evenstride.cli.program import main
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.laps import LapButton
from evenstride.simulate.pace import RunWalk, Stop
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import START, Scenario

Check = Callable[[Any], bool]
Printed = Callable[..., Any]

UNIT = re.compile(r"s|ms|m|mm|mps|spm|bpm|pct|pp|w|kn_per_m|c|sd")


def number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def no_less_than_none(value: object) -> bool:
    return number(value) and isinstance(value, int | float) and value >= 0


def text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def yes_or_no(value: object) -> bool:
    return isinstance(value, bool)


def one_of(*words: object) -> Check:
    return lambda value: any(value is word or value == word for word in words)


def or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def unit(value: object) -> bool:
    return isinstance(value, str) and bool(UNIT.fullmatch(value))


SIDE = one_of("left", "right", None)
SOURCE: Mapping[str, Check] = {
    "file": text,
    "sha256": lambda value: bool(re.fullmatch(r"[0-9a-f]{64}", value)),
    "format": one_of("FIT"),
    "device": text,
    "channels": lambda value: all(text(name) for name in value),
}
CHANGE: Mapping[str, Check] = {
    "name": text,
    "unit": unit,
    "shift": number,
    "lo": number,
    "hi": number,
}
TIMES: Mapping[str, Check] = {
    "onset_s": no_less_than_none,
    "onset_lo_s": no_less_than_none,
    "onset_hi_s": no_less_than_none,
    "onset_distance_m": or_null(no_less_than_none),
    "recovery_s": or_null(no_less_than_none),
    "recovery_lo_s": or_null(no_less_than_none),
    "recovery_hi_s": or_null(no_less_than_none),
    "recovery_distance_m": or_null(no_less_than_none),
    "present_at_start": yes_or_no,
}
EPISODE: Mapping[str, Check] = {
    **TIMES,
    "beginning": one_of("sudden", "gradual"),
    "kind": one_of("shift", "variability", "bursts"),
    "toward": SIDE,
    "foot_changed": SIDE,
    "probability": lambda value: 0 <= value <= 1,
    "bayes_factor": no_less_than_none,
    "size_sd": no_less_than_none,
    "channels": lambda value: isinstance(value, list),
    "other_reading": or_null(lambda value: isinstance(value, dict)),
    "felt_agreement": or_null(lambda value: isinstance(value, dict)),
    "says": text,
}
OTHER: Mapping[str, Check] = {
    **TIMES,
    "toward": SIDE,
    "foot_changed": SIDE,
    "channels": lambda value: isinstance(value, list),
    "says": text,
}
RUN: Mapping[str, Check] = {
    "schema": one_of("evenstride.run/1"),
    "sources": lambda value: len(value) > 0,
    "start": lambda value: datetime.fromisoformat(value).tzinfo is not None,
    "duration_s": no_less_than_none,
    "distance_m": or_null(no_less_than_none),
    "moving_s": no_less_than_none,
    "excluded": lambda value: isinstance(value, list),
    "can_name_foot": yes_or_no,
    "shortest_judgeable_s": or_null(no_less_than_none),
    "channels": lambda value: isinstance(value, list),
    "baseline": lambda value: isinstance(value, dict),
    "normal_part": one_of("told", "baseline", "assumed"),
    "marks": lambda value: isinstance(value, list),
    "episodes": lambda value: isinstance(value, list),
    "coordinated_s": no_less_than_none,
    "off_s": no_less_than_none,
    "false_alarms_per_10h": or_null(no_less_than_none),
    "issues": lambda value: isinstance(value, list),
}
EXCLUDED: Mapping[str, Check] = {"from_s": number, "to_s": number, "reason": text}
CHANNEL: Mapping[str, Check] = {
    "name": text,
    "unit": unit,
    "says": text,
    "median": number,
    "noise_sd": lambda value: value > 0,
    "smallest_change_60_s": or_null(no_less_than_none),
    "smallest_change_300_s": or_null(no_less_than_none),
}
BASELINE: Mapping[str, Check] = {
    "kind": one_of("this-run", "personal"),
    "runs": lambda value: isinstance(value, int) and value >= 1,
    "seconds": no_less_than_none,
}
MARK: Mapping[str, Check] = {
    "t_s": no_less_than_none,
    "distance_m": or_null(no_less_than_none),
    "kind": one_of("gone", "back", "mark"),
    "source": one_of("lap", "told", "note", "diary"),
    "recalled": yes_or_no,
}
AGREEMENT: Mapping[str, Check] = {
    "onset_difference_s": or_null(number),
    "recovery_difference_s": or_null(number),
}
ISSUE: Mapping[str, Check] = {
    "level": one_of("info", "warning", "error"),
    "where": text,
    "problem": text,
    "remedy": lambda value: isinstance(value, str),
}


def holds(found: Mapping[str, Any], agreed: Mapping[str, Check]) -> None:
    """Check that an object has exactly the agreed keys, in order, each with a fitting value."""
    assert list(found) == list(agreed)
    wrong = {key: found[key] for key, check in agreed.items() if not check(found[key])}
    assert wrong == {}


def holds_a_run(run: Mapping[str, Any]) -> None:
    """Check a whole run; what its bouts show together follows what was agreed first."""
    holds({key: run[key] for key in list(run)[: len(RUN)]}, RUN)
    assert list(run)[len(RUN) :] == ["bouts"]
    parts = (
        ("sources", SOURCE),
        ("excluded", EXCLUDED),
        ("channels", CHANNEL),
        ("marks", MARK),
        ("episodes", EPISODE),
        ("issues", ISSUE),
    )
    for key, agreed in parts:
        for one in run[key]:
            holds(one, agreed)
    holds(run["baseline"], BASELINE)
    for episode in run["episodes"]:
        holds_an_episode(episode)
    aside = sum(stretch["to_s"] - stretch["from_s"] for stretch in run["excluded"])
    assert run["coordinated_s"] + run["off_s"] + aside == pytest.approx(run["moving_s"], abs=0.01)
    assert run["moving_s"] <= run["duration_s"]
    assert all(mark["t_s"] <= run["duration_s"] for mark in run["marks"])


def holds_an_episode(episode: Mapping[str, Any]) -> None:
    """Check what an episode holds inside."""
    if episode["felt_agreement"] is not None:
        holds(episode["felt_agreement"], AGREEMENT)
    readings = [episode]
    if episode["other_reading"] is not None:
        holds(episode["other_reading"], OTHER)
        readings.append(episode["other_reading"])
    for reading in readings:
        assert reading["onset_lo_s"] <= reading["onset_s"] <= reading["onset_hi_s"]
        assert not reading["present_at_start"] or reading["onset_s"] == 0
        back = [reading[f"recovery_{end}s"] for end in ("lo_", "", "hi_")]
        assert back == [None] * 3 or back == sorted(back)
        for change in reading["channels"]:
            holds(change, CHANGE)
            assert change["lo"] <= change["shift"] <= change["hi"]


@pytest.fixture
def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Printed:
    """Return a caller of ``evenstride analyze ... --json``: what it printed, read again."""
    monkeypatch.setenv("EVENSTRIDE_CONFIG", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    def call(*words: str, leaves: int = 0) -> Any:  # noqa: ANN401 - JSON can be anything
        with pytest.raises(SystemExit) as left:
            main(["analyze", *words, "--json"])
        heard = capsys.readouterr()
        assert int(left.value.code or 0) == leaves
        assert heard.err == ""
        return json.loads(heard.out, parse_constant=pytest.fail)

    return call


def write(name: str, scenario: Scenario, seed: int = 1) -> str:
    """Write a simulated run into the current folder."""
    Path(name).write_bytes(fit_bytes(simulate(scenario, seed)))
    return name


OFF = PlantedEpisode(720, 1680, balance_pp=6.0)
HALF_HOUR = Scenario(minutes=40, episodes=(OFF,))


def test_a_run_that_went_and_came_back(printed: Printed) -> None:
    run = printed(write("run.fit", HALF_HOUR), "--laps", "gone,back", "--normal", "2:00-8:00")
    holds_a_run(run)
    assert run["start"] == START.isoformat()
    assert run["normal_part"] == "told"
    assert run["can_name_foot"] is True
    [episode] = run["episodes"]
    assert episode["toward"] == "left"
    assert episode["felt_agreement"] is not None
    assert {change["unit"] for change in episode["channels"]} >= {"pp", "ms", "mm", "spm"}
    assert [(mark["kind"], mark["recalled"]) for mark in run["marks"]] == [
        ("gone", False),
        ("back", False),
    ]
    assert run["off_s"] == pytest.approx(960, abs=120)


def test_a_run_that_reads_two_ways(printed: Printed) -> None:
    lasting = replace(OFF, onset_s=1500.0, recovery_s=None)
    run = printed(write("run.fit", Scenario(minutes=50, episodes=(lasting,)), 2))
    holds_a_run(run)
    [episode] = run["episodes"]
    assert episode["other_reading"] is not None
    assert run["normal_part"] == "assumed"


@pytest.mark.parametrize(
    "scenario",
    [
        replace(HALF_HOUR, stops=(Stop(300, 40), Stop(1200, 60, paused=True))),
        replace(HALF_HOUR, run_walk=RunWalk(120, 60)),
        replace(HALF_HOUR, spacing="smart"),
        replace(HALF_HOUR, kit="wrist"),
        replace(HALF_HOUR, kit="strap+stryd", laps=LapButton(every_m=1000.0)),
        Scenario(minutes=1),
    ],
    ids=["stops", "run and walk", "smart", "wrist", "strap and pod", "one minute"],
)
def test_whatever_the_runner_wears_and_does(printed: Printed, scenario: Scenario) -> None:
    holds_a_run(printed(write("run.fit", scenario), "--gone", "0:30", "--back", "0:50"))


def test_several_files_are_an_array_in_the_order_given(printed: Printed) -> None:
    other = replace(HALF_HOUR, start=START + timedelta(days=1), episodes=())
    Path("login.fit").write_text("<html>")
    names = [write("b.fit", other, 2), "login.fit", write("a.fit", HALF_HOUR), "b.fit"]
    first, failed, second, again = printed(*names, leaves=3)
    for run, name in ((first, "b.fit"), (second, "a.fit")):
        holds_a_run(run)
        assert [source["file"] for source in run["sources"]] == [name]
    for item, level in ((failed, "error"), (again, "info")):
        assert list(item) == ["schema", "issues"]
        assert [issue["level"] for issue in item["issues"]] == [level]
        holds(item["issues"][0], ISSUE)


def test_two_devices_of_one_run_are_one_object_with_two_sources(printed: Printed) -> None:
    wrist = write("watch.fit", replace(HALF_HOUR, kit="wrist"))
    strap = write("strap.fit", replace(HALF_HOUR, start=START + timedelta(seconds=30)), 2)
    run = printed(wrist, strap)
    holds_a_run(run)
    assert [source["file"] for source in run["sources"]] == ["watch.fit", "strap.fit"]


def test_a_chained_file_is_an_array_of_its_runs(printed: Printed) -> None:
    later = replace(HALF_HOUR, start=START + timedelta(hours=3))
    parts = [write("a.fit", HALF_HOUR), write("b.fit", later)]
    Path("day.fit").write_bytes(b"".join(Path(part).read_bytes() for part in parts))
    runs = printed("day.fit")
    assert [run["start"] for run in runs] == [START.isoformat(), later.start.isoformat()]
    for run in runs:
        holds_a_run(run)


def test_one_file_that_fails_is_one_object_of_issues(printed: Printed) -> None:
    item = printed("missing.fit", leaves=4)
    assert list(item) == ["schema", "issues"]
    holds(item["issues"][0], ISSUE)


def test_a_strange_name_comes_out_as_it_went_in(printed: Printed) -> None:
    name = write("<script>alert('é')<_script>.fit", Scenario(minutes=10))
    Path("inner").mkdir()
    run = printed(f"inner/../{name}")
    holds_a_run(run)
    assert run["sources"][0]["file"] == name
