"""A device that takes left for right, through the whole verb."""

import json
from pathlib import Path

import pytest

from evenstride.app.analyze import analyze
from evenstride.app.contract import to_json
from evenstride.app.views import Analysis, RunView
from evenstride.model.marks import RunnersWord
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

WATCH = "Development evenstride simulated watch"
LONGER_ON_THE_LEFT = PlantedEpisode(900, 1800, left_contact_time_ms=35.0)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Analysis, Analysis]:
    """Return a run whose left foot changed, as it is and with the sides exchanged."""
    file = tmp_path_factory.mktemp("flipped") / "run.fit"
    made = simulate(Scenario(minutes=35, episodes=(LONGER_ON_THE_LEFT,)), 3)
    file.write_bytes(fit_bytes(made))
    return only_one(file), only_one(file, WATCH.upper())


def only_one(file: Path, *flipped: str) -> Analysis:
    """Return the only run in a file."""
    (item,) = analyze([file], RunnersWord(), None, flipped)
    assert isinstance(item, Analysis)
    return item


def shifts(run: RunView) -> dict[str, float]:
    """Return how far each channel moved in the first episode."""
    return {channel.name: channel.shift for channel in run.episodes[0].channels}


def test_a_shift_to_the_left_of_a_flipped_device_is_told_as_one_to_the_right(
    read: tuple[Analysis, Analysis],
) -> None:
    plain, flipped = (one.run.episodes[0] for one in read)
    assert (plain.toward, plain.foot_changed) == ("left", "left")
    assert (flipped.toward, flipped.foot_changed) == ("right", "right")
    assert flipped.says == plain.says.replace("left foot", "right foot")
    assert (flipped.onset_s, flipped.recovery_s) == (plain.onset_s, plain.recovery_s)
    assert flipped.probability == pytest.approx(plain.probability)


def test_each_foots_channel_and_the_balance_change_sides(read: tuple[Analysis, Analysis]) -> None:
    plain, flipped = (shifts(one.run) for one in read)
    assert flipped["contact_balance_left"] == pytest.approx(-plain["contact_balance_left"])
    assert flipped["contact_time_left"] == pytest.approx(plain["contact_time_right"])
    assert flipped["contact_time_right"] == pytest.approx(plain["contact_time_left"])
    assert flipped["contact_time"] == pytest.approx(plain["contact_time"])


def test_the_contract_keeps_its_shape_and_says_once_that_sides_were_exchanged(
    read: tuple[Analysis, Analysis],
) -> None:
    plain, flipped = (json.loads(to_json([one])) for one in read)
    assert list(plain) == list(flipped)
    assert plain["sources"] == flipped["sources"]
    assert [c["name"] for c in plain["channels"]] == [c["name"] for c in flipped["channels"]]
    says = f"Left and right of {WATCH} are exchanged, as you set."
    assert [i["level"] for i in flipped["issues"] if i["problem"] == says] == ["info"]
    assert [i for i in flipped["issues"] if i["problem"] != says] == plain["issues"]
