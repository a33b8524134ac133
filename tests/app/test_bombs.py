"""What is made to do harm ends in words, quickly and in little memory."""

import time
import tracemalloc
from pathlib import Path

import pytest

from evenstride.app.containers import Entry, Refused, entries
from evenstride.app.intake import decode
from evenstride.simulate.bombs import BOMBS, Bomb

MEGABYTE = 1_000_000
SLOWEST_S = 5.0


def told(file: Path) -> list[str]:
    """Return everything said about a file, at the door and by the readers."""
    said = []
    for item in entries(file):
        if isinstance(item, Refused):
            assert item.kind or item.issues
            said += [f"{issue.problem} {issue.remedy}" for issue in item.issues]
        else:
            found = decode(item.data, item.name)
            assert found.runs or found.issues
            said += [issue.problem for issue in found.issues]
            said += ["a run"] * len(found.runs)
    return said


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_bomb_ends_in_words_soon(bomb: Bomb, tmp_path: Path) -> None:
    file = tmp_path / bomb.name
    file.write_bytes(bomb.make())
    before = time.process_time()
    said = told(file)
    assert time.process_time() - before < SLOWEST_S
    assert said
    assert any(bomb.says in one for one in said)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "name", ["packed.zip", "same.zip", "quoted.zip", "wide.zip", "many.zip", "zeros.fit.gz"]
)
def test_what_opens_a_bomb_stays_small(name: str, tmp_path: Path) -> None:
    [bomb] = [one for one in BOMBS if one.name == name]
    file = tmp_path / name
    file.write_bytes(bomb.make())
    tracemalloc.start()
    try:
        for _ in entries(file):
            pass
        assert tracemalloc.get_traced_memory()[1] < 64 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_names_that_climb_are_shown_and_nothing_else(tmp_path: Path) -> None:
    [bomb] = [one for one in BOMBS if one.name == "names.zip"]
    file = tmp_path / "names.zip"
    file.write_bytes(bomb.make())
    found = [item for item in entries(file) if isinstance(item, Entry)]
    assert [item.name for item in found] == [
        "names.zip > ../../run.fit",
        "names.zip > /etc/run.fit",
        "names.zip > C:\\run?[31m?.fit",
    ]


def test_there_are_at_least_twenty() -> None:
    assert len({bomb.name for bomb in BOMBS}) >= 20
