"""The embedded runner: always the same, analysed by the public verbs."""

from pathlib import Path

import pytest

from evenstride.app.demo import DEMO_FILE, run_demo
from evenstride.app.views import Analysis
from evenstride.model.errors import EvenstrideError


def test_the_demo_tells_its_marks_and_is_always_the_same(tmp_path: Path) -> None:
    [first] = run_demo(tmp_path / "a")
    assert isinstance(first, Analysis)
    assert [mark.kind for mark in first.run.marks] == ["gone", "back"]
    assert [mark.t_s for mark in first.run.marks] == pytest.approx([120, 2280], abs=20)
    run_demo(tmp_path / "b")
    assert (tmp_path / "a" / DEMO_FILE).read_bytes() == (tmp_path / "b" / DEMO_FILE).read_bytes()


def test_the_demo_can_be_run_again_into_the_same_folder(tmp_path: Path) -> None:
    [first] = run_demo(tmp_path)
    [again] = run_demo(tmp_path)
    assert isinstance(first, Analysis)
    assert isinstance(again, Analysis)
    assert again.run == first.run


def test_a_folder_that_cannot_be_made_is_a_wrong_request(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EvenstrideError, match="--out"):
        run_demo(tmp_path / "file" / "folder")
