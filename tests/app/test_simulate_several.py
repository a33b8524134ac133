"""A simulated run that goes and comes back more than once."""

from pathlib import Path

import pytest

from evenstride.app.simulation import SimulationRequest, again, write_simulated
from evenstride.model.errors import EvenstrideError
from evenstride.report.terminal import draw_simulated, open_console

TWICE = SimulationRequest(minutes=10, onset_s=60, recovery_s=180, later_s=((300.0, 480.0),))


def test_lap_is_pressed_each_time_and_all_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = write_simulated(TWICE, tmp_path / "two.fit")
    assert len(made.presses_s) == 4
    assert [round(at / 60) for at in made.presses_s] == [1, 3, 5, 8]
    draw_simulated(made, open_console())
    assert "from 1:00 to 3:00 and from 5:00 to 8:00." in capsys.readouterr().out


def test_times_belong_together_in_order_and_the_last_may_stay_gone() -> None:
    assert again((60.0, 300.0), (180.0, 480.0)) == TWICE.later_s
    assert again((60.0, 300.0), (180.0,)) == ((300.0, None),)
    assert again((), ()) == ()


def test_it_cannot_come_back_more_often_than_it_goes() -> None:
    with pytest.raises(EvenstrideError, match="more often than it goes"):
        again((60.0,), (180.0, 480.0))


@pytest.mark.parametrize(
    ("first_back", "later", "problem"),
    [
        (400.0, (300.0, 480.0), "cannot go again at 5:00, before it is back"),
        (None, (300.0, 480.0), "cannot go again at 5:00, before it is back"),
        (180.0, (660.0, None), "The run is over at 10:00"),
        (180.0, (480.0, 300.0), "cannot come back at 5:00"),
    ],
)
def test_times_that_do_not_follow_each_other_are_a_wrong_request(
    tmp_path: Path, first_back: float | None, later: tuple[float, float | None], problem: str
) -> None:
    wrong = SimulationRequest(minutes=10, onset_s=60, recovery_s=first_back, later_s=(later,))
    with pytest.raises(EvenstrideError, match=problem):
        write_simulated(wrong, tmp_path / "two.fit")
