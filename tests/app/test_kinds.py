"""A loss of each kind, and several in a run, as the contract tells them."""

from dataclasses import replace

import numpy as np
import pytest

from evenstride.app.analyze import analyze_run
from evenstride.app.episode_views import episode_views, lead_channels
from evenstride.app.same_run import Run
from evenstride.app.says import foot_changed, sentence, toward, unsteadier
from evenstride.app.strip import strip_of
from evenstride.app.views import Analysis
from evenstride.coordination.deviation import build_signal
from evenstride.model.episode import ChannelShift, Episode, EpisodeKind, Reading, Span
from evenstride.model.marks import Mark, MarkKind, RunnersWord
from evenstride.model.signal import Channel, Signal
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

SECONDS = np.zeros(3600)


def shift(name: str, value: float, reach: float = 0.5) -> ChannelShift:
    return ChannelShift(name, "ms", Span(value, value - reach, value + reach))


def channel(name: str, noise_sd: float) -> Channel:
    return Channel(name, name, "ms", "", "Watch", True, SECONDS, SECONDS, noise_sd)


def reading(*shifts: ChannelShift, ramp_s: float = 0.0) -> Reading:
    return Reading(
        Span(720.0, 700.0, 745.0), Span(2400.0, 2390.0, 2420.0), False, ramp_s, tuple(shifts)
    )


GROWN = (shift("contact_balance_left", 2.0), shift("contact_time_variability", 0.8))
FOLLOWED = (channel("contact_time", 5.0), channel("contact_time_variability", 0.2))
SLOW = reading(shift("contact_balance_left", 1.5), ramp_s=1200.0)


def test_unsteadiness_is_told_as_a_multiple_of_its_calm_level() -> None:
    calm = {"contact_time_variability": 1.0}
    assert sentence(reading(*GROWN), FOLLOWED, "variability", calm) == (
        "Contact time became unsteady from moment to moment (1.8 times its calm level) at 12:00 "
        "(between 11:40 and 12:25) and was steadier again at 40:00 (between 39:50 and 40:20)."
    )
    lasting = replace(reading(*GROWN), recovery_s=None)
    assert sentence(lasting, FOLLOWED, "variability", calm).endswith(
        "and had not steadied by the end."
    )


@pytest.mark.parametrize("calm", [{}, {"contact_time_variability": 0.0}])
def test_without_a_calm_level_no_multiple_is_made_up(calm: dict[str, float]) -> None:
    assert unsteadier(GROWN, FOLLOWED, calm) == "Contact time became unsteady from moment to moment"


def test_the_channel_that_wavers_most_beyond_its_own_noise_is_told() -> None:
    both = (shift("contact_time_variability", 0.8), shift("vertical_oscillation_variability", 0.6))
    quiet = (*FOLLOWED, channel("vertical_oscillation_variability", 0.05))
    assert unsteadier(both, quiet, {}).startswith("Vertical oscillation became unsteady")
    fell = (shift("contact_time_variability", -0.8),)
    assert unsteadier(fell, FOLLOWED, {}).startswith("Running became unsteady")


def test_unsteady_balance_names_no_foot() -> None:
    said = unsteadier((shift("contact_balance_left_variability", 0.2),), (), {})
    assert said.startswith("Left-right balance became unsteady")
    assert "left foot" not in said


def test_where_only_unsteadiness_grew_no_side_and_no_foot_is_named() -> None:
    moved = reading(*GROWN, shift("contact_time_left", 9.0), shift("contact_time_right", 0.1))
    assert (toward(moved, "shift"), foot_changed(moved, "shift")) == ("left", "left")
    assert (toward(moved, "variability"), foot_changed(moved, "variability")) == (None, None)


def test_bursts_are_told_as_bad_moments_and_their_mean() -> None:
    bad = reading(shift("contact_time", 12.0))
    assert sentence(bad, FOLLOWED, "bursts") == (
        "Short bad moments came again and again from 12:00 (between 11:40 and 12:25) to 40:00 "
        "(between 39:50 and 40:20); contact time rose by 12.0 ms on average."
    )
    unclear = reading(shift("contact_time", 0.2))
    assert sentence(unclear, FOLLOWED, "bursts").endswith("40:20).")
    lasting = replace(bad, recovery_s=None, present_at_start=True)
    assert "from the start or soon after to the end;" in sentence(lasting, FOLLOWED, "bursts")


def test_what_creeps_in_is_told_with_how_long_it_took() -> None:
    assert sentence(SLOW, FOLLOWED) == (
        "Contact moved 1.5 percentage points toward the left foot little by little over about 20 "
        "minutes from 12:00 (between 11:40 and 12:25) and came back at 40:00 (between 39:50 and "
        "40:20)."
    )
    bad = replace(SLOW, shifts=(shift("contact_time", 12.0),))
    assert "again, more and more over about 20 minutes, from" in sentence(bad, FOLLOWED, "bursts")
    quick = replace(SLOW, ramp_s=600.0)
    assert "little by little" not in sentence(quick, FOLLOWED)


def test_what_had_not_come_in_full_is_told_without_the_size_it_never_reached() -> None:
    cut = replace(SLOW, onset_s=Span(3000.0, 2900.0, 3100.0), recovery_s=None)
    assert sentence(cut, FOLLOWED) == (
        "Contact moved toward the left foot little by little from 50:00 (between 48:20 and 51:40) "
        "and had not come back by the end."
    )


@pytest.fixture(scope="module")
def signal() -> Signal:
    return build_signal([simulate(Scenario(minutes=30), 1).recording()], [0.0])[0]


def episode(onset_s: float, recovery_s: float, kind: EpisodeKind = "shift") -> Episode:
    times = (Span(onset_s, onset_s - 20, onset_s + 20), Span(recovery_s, recovery_s, recovery_s))
    shifts = (shift("contact_balance_left", 1.5), shift("vertical_oscillation_variability", 1.0))
    return Episode(
        reading=Reading(times[0], times[1], False, 0.0, shifts),
        other_reading=None,
        beginning="sudden",
        kind=kind,
        probability=0.99,
        bayes_factor=99.0,
        size_sd=2.0,
        gradual=0.1,
        not_recovered=0.2,
    )


def felt(*moments: tuple[float, MarkKind]) -> tuple[Mark, ...]:
    return tuple(Mark(t_s, None, kind, "told", recalled=True) for t_s, kind in moments)


def apart(
    signal: Signal, episodes: tuple[Episode, ...], marks: tuple[Mark, ...]
) -> list[tuple[float | None, float | None] | None]:
    return [
        None if a is None else (a.onset_difference_s, a.recovery_difference_s)
        for a in (view.felt_agreement for view in episode_views(episodes, signal, marks))
    ]


def test_each_episode_is_compared_with_the_felt_stretch_it_shares_most_time_with(
    signal: Signal,
) -> None:
    pair = (episode(300, 600), episode(900, 1200))
    marks = felt((290, "gone"), (610, "back"), (950, "gone"), (1190, "back"))
    assert apart(signal, pair, marks) == [(10.0, -10.0), (-50.0, 10.0)]
    assert apart(signal, pair, marks[:2]) == [(10.0, -10.0), None]


def test_a_felt_moment_is_compared_with_one_episode_only(signal: Signal) -> None:
    three = (episode(300, 500), episode(700, 900), episode(1000, 1200))
    marks = felt((290, "gone"), (1210, "back"))
    assert apart(signal, three, marks) == [(10.0, None), None, (None, -10.0)]


def test_the_calm_level_is_that_of_seconds_outside_all_episodes(signal: Signal) -> None:
    name = "vertical_oscillation_variability"
    loud = np.zeros(signal.seconds, dtype=bool)
    loud[300:900] = loud[1000:1500] = True
    raised = tuple(
        replace(c, values=np.where(loud, 5.0, 2.0)) if c.name == name else c
        for c in signal.channels
    )
    two = (episode(300, 900, "variability"), episode(1000, 1500, "variability"))
    views = episode_views(two, replace(signal, channels=raised), ())
    assert all("(1.5 times its calm level)" in view.says for view in views)
    assert [view.toward for view in views] == [None, None]


def test_the_line_that_shows_what_was_found_comes_first(signal: Signal) -> None:
    unsteady = episode(300, 600, "variability")
    off = np.zeros(signal.seconds, dtype=bool)
    lead = lead_channels((unsteady,), signal)
    assert lead == ("vertical_oscillation_variability", "vertical_oscillation")
    names = [line.name for line in strip_of(signal, signal, off, lead).lines]
    assert names == [*lead, "contact_balance_left", "contact_time"]
    both = lead_channels((unsteady, episode(900, 1200)), signal)
    assert both == ("contact_balance_left", *lead)
    bad = lead_channels((episode(300, 600, "bursts"),), signal)
    assert bad == ("contact_balance_left", "contact_balance_left_variability")


def analysed(*planted: PlantedEpisode, seed: int, minutes: float) -> Analysis:
    scenario = Scenario(minutes=minutes, episodes=planted)
    return analyze_run(Run((simulate(scenario, seed).recording(),)), RunnersWord())


def test_a_run_that_shifts_and_later_wavers_is_told_as_both() -> None:
    found = analysed(
        PlantedEpisode(600, 1200, balance_pp=2.5),
        PlantedEpisode(2400, 3300, kind="variability", noise_gain=2.5),
        seed=2,
        minutes=70,
    )
    run = found.run
    assert [view.kind for view in run.episodes] == ["shift", "variability"]
    assert [view.toward for view in run.episodes] == ["left", None]
    assert "toward the left foot at" in run.episodes[0].says
    assert "unsteady from moment to moment (2." in run.episodes[1].says
    assert found.strip.lines[0].name == "contact_balance_left"
    assert found.strip.lines[1].name.endswith("_variability")
    aside = sum(stretch.seconds for stretch in run.excluded)
    assert run.coordinated_s + run.off_s + aside == pytest.approx(run.moving_s)
    lasting = sum((view.recovery_s or 0) - view.onset_s for view in run.episodes)
    assert run.off_s == pytest.approx(lasting, abs=90)
