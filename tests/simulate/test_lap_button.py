"""The lap button is pressed late, by people."""

import numpy as np
import pytest

from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.laps import LapButton, Press, draw_presses, laps_table


def test_hands_are_late_by_the_asked_median() -> None:
    episodes = tuple(PlantedEpisode(t, t + 30) for t in range(0, 60_000, 60))
    presses = draw_presses(LapButton(), episodes, 60_060, np.random.default_rng(1))
    onsets = np.array([e.onset_s for e in episodes])
    delay = np.array([p.t_s for p in presses if p.meaning == "gone"]) - onsets[: len(onsets)]
    assert np.median(delay) == pytest.approx(5, abs=0.6)
    assert delay.min() >= 0
    assert np.quantile(delay, 0.95) == pytest.approx(5 * np.exp(0.5 * 1.645), rel=0.2)


def test_half_a_ramp_must_have_come_or_gone_to_be_felt() -> None:
    button = LapButton(delay_s=5.0, delay_spread=0.0)
    episode = PlantedEpisode(100, 400, ramp_s=60, clearing_s=40)
    presses = draw_presses(button, (episode,), 1000, np.random.default_rng(1))
    assert presses == (Press(135.0, "gone"), Press(385.0, "back"))


@pytest.mark.parametrize(
    ("button", "meanings"),
    [
        (LapButton(), ["gone", "back"]),
        (LapButton(presses_gone=False), ["back"]),
        (LapButton(presses_back=False), ["gone"]),
        (LapButton(presses_gone=False, presses_back=False), []),
    ],
)
def test_runners_press_what_they_press(button: LapButton, meanings: list[str]) -> None:
    presses = draw_presses(button, (PlantedEpisode(100, 400),), 1000, np.random.default_rng(1))
    assert [press.meaning for press in presses] == meanings


def test_no_press_falls_behind_the_end() -> None:
    assert draw_presses(LapButton(), (PlantedEpisode(58),), 60, np.random.default_rng(1)) == ()


def test_laps_hold_the_whole_run_without_gap() -> None:
    distance_m = np.arange(0.0, 3600.0) * 3
    table = laps_table((Press(700.0, "gone"), Press(2100.0, "back")), distance_m, 1000.0)
    assert table["start_s"].to_list() == [0.0, *table["end_s"].to_list()[:-1]]
    assert table["end_s"][-1] == 3599.0
    counts = dict(table["trigger"].value_counts().iter_rows())
    assert counts == {"distance": 10, "manual": 2, "session_end": 1}
    assert table.filter(table["trigger"] == "manual")["end_s"].to_list() == [700.0, 2100.0]


def test_a_press_wins_over_an_automatic_lap_in_the_same_second() -> None:
    table = laps_table((Press(500.0, "gone"),), np.arange(0.0, 1000.0) * 2, 1000.0)
    assert table.rows() == [(0.0, 500.0, "manual"), (500.0, 999.0, "session_end")]
