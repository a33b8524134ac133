"""The search for a lasting shift: what it finds, what it leaves open, what may not move it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from evenstride.coordination.deviation import build_signal
from evenstride.episodes._shift.bins import bin_signal
from evenstride.episodes._shift.evidence import weigh
from evenstride.episodes._shift.posterior import share_out
from evenstride.episodes._shift.several import SEVERAL_PRIOR, look_twice
from evenstride.episodes.shift import HIGHEST_LOG, search, statistic
from evenstride.model.episode import Episode
from evenstride.model.intervals import Stretch
from evenstride.model.marks import Mark, MarkKind, RunnersWord
from evenstride.model.signal import Floats, Signal
from evenstride.model.tail import Tail, Tails
from evenstride.plugins import Search
from evenstride.simulate.device import Kit
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario

Steady = Callable[[int, Floats], Signal]
SILENT = RunnersWord()
HOUR = 3600
SEEDS = range(4)


def runner(seed: int, *episodes: PlantedEpisode, kit: Kit = "strap") -> Signal:
    made = simulate(Scenario(minutes=60, kit=kit, episodes=episodes), seed)
    return build_signal([made.recording()], [0.0])[0]


def step(onset_s: int, back_s: int = HOUR, size: float = 4.0, ramp_s: int = 0) -> Floats:
    time_s = np.arange(HOUR)
    coming = np.clip((time_s - onset_s) / ramp_s, 0, 1) if ramp_s else (time_s >= onset_s) * 1.0
    return np.asarray(size * coming * (time_s < back_s))


def only(found: Search) -> Episode:
    [episode] = found.episodes
    return episode


def felt(*moments: tuple[float, MarkKind]) -> tuple[Mark, ...]:
    return tuple(Mark(t_s, None, kind, "lap", recalled=False) for t_s, kind in moments)


@pytest.mark.parametrize(
    ("kit", "channel"), [("wrist", "contact_time_ms"), ("strap", "contact_balance_left_pct")]
)
def test_a_planted_shift_of_three_sd_is_found_within_a_minute(
    usual: Tails, kit: Kit, channel: str
) -> None:
    planted = PlantedEpisode(1200, 2280, size_sd=((channel, 3.0),))
    runs = [search(runner(seed, planted, kit=kit), SILENT, (), usual) for seed in SEEDS]
    found = [only(run) for run in runs if run.episodes]
    assert len(found) >= len(runs) - 1
    for episode in found:
        assert episode.reading.onset_s.value == pytest.approx(1200, abs=60)
        assert episode.reading.recovery_s is not None
        assert episode.reading.recovery_s.value == pytest.approx(2280, abs=60)
        assert episode.other_reading is None
        assert episode.kind == "shift"
        assert 1.5 < episode.size_sd < 5
        assert episode.probability > 0.95


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_balance_moves_to_the_side_it_was_planted_on(usual: Tails, seed: int, sign: float) -> None:
    planted = PlantedEpisode(1200, 2280, size_sd=(("contact_balance_left_pct", 5.0 * sign),))
    episode = only(search(runner(seed, planted), SILENT, (), usual))
    [balance] = [s for s in episode.reading.shifts if s.name == "contact_balance_left"]
    assert balance.unit == "pp"
    assert balance.shift.lo < balance.shift.value < balance.shift.hi
    assert min(sign * balance.shift.lo, sign * balance.shift.hi) > 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kit", ["wrist", "strap", "strap+stryd"])
def test_healthy_running_passes_no_strict_limit(strict: Tails, seed: int, kit: Kit) -> None:
    found = search(runner(seed, kit=kit), SILENT, (), strict)
    assert found.episodes == ()
    assert found.false_alarms_per_10h == 0.5
    assert found.issues == ()


def test_an_alarm_is_a_matter_of_the_limit_alone(steady: Steady) -> None:
    signal = steady(1, step(1200, 2400))
    either, _ = statistic(signal)
    one = weigh(bin_signal(signal)).log_bayes_factor + np.log(1 - SEVERAL_PRIOR)
    sets = tuple(sorted(c.quantity for c in signal.searched))

    def limited(threshold: float) -> Tails:
        return Tails((Tail(sets, (60.0,), (threshold,), 0.5),))

    assert search(signal, SILENT, (), limited(one - 0.01)).episodes
    assert not search(signal, SILENT, (), limited(either + 0.01)).episodes


def test_evidence_is_told_as_odds_and_never_as_infinity(steady: Steady, usual: Tails) -> None:
    episode = only(search(steady(2, step(1200, 2400, size=3.0)), SILENT, (), usual))
    assert episode.probability == pytest.approx(episode.bayes_factor / (1 + episode.bayes_factor))
    huge = only(search(steady(2, step(1200, 2400, size=60.0)), SILENT, (), usual))
    assert np.isfinite(huge.bayes_factor)
    assert huge.bayes_factor <= np.exp(HIGHEST_LOG)


def test_felt_marks_move_neither_the_evidence_nor_the_times(steady: Steady, usual: Tails) -> None:
    signal = steady(3, step(1200, 2400))
    alone = only(search(signal, SILENT, (), usual))
    for marks in (felt((60, "gone"), (3000, "back")), felt((1300, "back")), felt((5, "mark"))):
        assert only(search(signal, SILENT, marks, usual)) == alone


def test_one_lasting_change_is_read_both_ways(steady: Steady, usual: Tails) -> None:
    runs = [only(search(steady(k, step(1800)), SILENT, (), usual)) for k in range(6)]
    both = 0
    for episode in runs:
        assert episode.other_reading is not None
        readings = (episode.reading, episode.other_reading)
        [gone] = [reading for reading in readings if reading.recovery_s is None]
        assert gone.onset_s.value == pytest.approx(1800, abs=60)
        for reading in readings:
            if reading.present_at_start and reading.recovery_s is not None:
                assert reading.recovery_s.value == pytest.approx(1800, abs=60)
                sizes = [one.shifts[0].shift.value for one in (gone, reading)]
                assert sizes[0] > 0 > sizes[1], "the same change, seen from the other end"
                both += 1
    assert both >= 4


@pytest.mark.parametrize(
    ("marks", "back"),
    [(felt((1750, "gone")), False), (felt((1850, "back")), True), (felt((100, "mark")), None)],
    ids=["felt gone", "felt back", "a plain press"],
)
def test_a_felt_mark_chooses_between_two_readings(
    steady: Steady,
    usual: Tails,
    marks: tuple[Mark, ...],
    back: bool | None,  # noqa: FBT001 - a parameter of the case
) -> None:
    signal = steady(1, step(1800))
    alone = only(search(signal, SILENT, (), usual))
    episode = only(search(signal, SILENT, marks, usual))
    assert episode.bayes_factor == alone.bayes_factor
    assert alone.other_reading is not None
    if back is None:
        assert episode == alone
        return
    assert episode.reading in {alone.reading, alone.other_reading}
    assert episode.other_reading is None
    assert (episode.reading.recovery_s is not None) == back


@pytest.mark.parametrize(
    ("word", "back"),
    [
        (RunnersWord(normal=(Stretch(300, 900),)), False),
        (RunnersWord(normal=(Stretch(2700, 3300),)), True),
        (RunnersWord(off_at_start=True), True),
    ],
    ids=["normal before", "normal after", "off at the start"],
)
def test_the_runners_word_closes_the_other_reading(
    steady: Steady,
    usual: Tails,
    word: RunnersWord,
    back: bool,  # noqa: FBT001 - a parameter of the case
) -> None:
    found = search(steady(1, step(1800)), word, (), usual)
    episode = only(found)
    assert (episode.reading.recovery_s is not None) == back
    assert episode.other_reading is None
    assert found.issues == ()


def test_off_from_the_start_is_said_to_be_present_at_the_start(
    steady: Steady, usual: Tails
) -> None:
    signal = steady(1, step(0, 1800))
    reading = only(search(signal, RunnersWord(off_at_start=True), (), usual)).reading
    assert reading.present_at_start
    assert reading.onset_s.value == 0.0
    assert reading.onset_s.lo == 0.0
    assert reading.recovery_s is not None
    assert reading.recovery_s.lo < 1800 < reading.recovery_s.hi


def test_a_word_the_recording_contradicts_is_told_and_changes_nothing(
    steady: Steady, usual: Tails
) -> None:
    signal = steady(1, step(1200, 2400, size=8.0))
    found = search(signal, RunnersWord(normal=(Stretch(1300, 2300),)), (), usual)
    assert [issue.where for issue in found.issues] == ["normal part"]
    assert only(found) == only(search(signal, SILENT, (), usual))


@pytest.mark.parametrize(("ramp_s", "least"), [(0, (4, 0)), (360, (0, 6))])
def test_a_clear_beginning_is_told_sudden_or_gradual(
    steady: Steady, usual: Tails, ramp_s: int, least: tuple[int, int]
) -> None:
    added = step(1200, 2700, ramp_s=ramp_s)
    runs = [only(search(steady(seed, added), SILENT, (), usual)) for seed in range(6)]
    told = [episode.beginning for episode in runs]
    assert told.count("sudden") >= least[0]
    assert told.count("gradual") >= least[1]


def test_a_run_too_short_to_judge_says_so(steady: Steady, usual: Tails) -> None:
    found = search(steady(1, np.zeros(330)), SILENT, (), usual)
    assert found.episodes == ()
    assert found.false_alarms_per_10h is None
    [issue] = found.issues
    assert "too little" in issue.problem
    assert issue.remedy


def test_more_than_a_day_of_running_is_not_judged_at_once(steady: Steady, usual: Tails) -> None:
    day = steady(1, np.zeros(3600))
    long = replace(
        day,
        running=np.ones(90_000, dtype=np.bool_),
        speed_mps=np.full(90_000, 3.0),
        channels=tuple(
            replace(c, values=np.resize(c.values, 90_000), expected=np.zeros(90_000))
            for c in day.channels
        ),
    )
    found = search(long, SILENT, (), usual)
    assert (found.episodes, found.judged) == ((), False)
    assert "24 hours" in found.issues[0].problem


def test_a_run_without_a_channel_leaves_the_word_to_others(steady: Steady, usual: Tails) -> None:
    nothing = replace(steady(1, np.zeros(HOUR)), channels=())
    assert search(nothing, SILENT, (), usual) == Search((), None, (), judged=False)


def test_a_set_of_channels_never_measured_is_told_and_has_no_rate(
    steady: Steady, strict: Tails
) -> None:
    signal = steady(1, np.zeros(HOUR))
    odd = tuple(replace(c, quantity="cadence") for c in signal.channels)
    found = search(replace(signal, channels=odd), SILENT, (), strict)
    assert found.false_alarms_per_10h is None
    assert "never measured" in found.issues[0].problem


def test_a_strap_that_loses_contact_leaves_the_rest_to_be_searched(
    steady: Steady, usual: Tails
) -> None:
    signal = steady(1, step(1200, 2400))
    lost = signal.channels[0].values.copy()
    lost[600:2000] = np.nan
    strap = replace(
        signal.channels[0],
        name="contact_balance_left",
        quantity="contact_balance_left",
        values=lost,
    )
    with_strap = replace(signal, channels=(*signal.channels, strap))
    assert only(search(with_strap, SILENT, (), usual)).reading.onset_s == (
        only(search(signal, SILENT, (), usual)).reading.onset_s
    )


def test_the_statistic_is_the_evidence_an_alarm_rests_on(steady: Steady) -> None:
    signal = steady(1, step(1200, 2400))
    found, bins = statistic(signal)
    one = weigh(bins).log_bayes_factor
    searched = look_twice(bins, SILENT)
    assert found == searched.log_bayes_factor
    assert searched.one.evidence.log_bayes_factor == one
    assert searched.more is not None
    two = one + searched.more.evidence.log_bayes_factor
    either = (1 - SEVERAL_PRIOR) * np.exp(one) + SEVERAL_PRIOR * np.exp(two)
    assert found == pytest.approx(np.log(either))
    assert statistic(steady(1, np.zeros(330)))[0] == -np.inf


def test_a_channel_known_too_little_is_not_said_to_have_moved(steady: Steady, usual: Tails) -> None:
    signal = steady(1, step(1200, 2400))
    patchy = signal.channels[0].values.copy()
    patchy[300:] = np.nan
    told = replace(signal.channels[0], name="cadence", searched=False, values=patchy)
    found = search(replace(signal, channels=(*signal.channels, told)), SILENT, (), usual)
    names = [shift.name for shift in only(found).reading.shifts]
    assert names == ["contact_time", "vertical_oscillation"]


def test_shares_of_all_readings_are_one_whatever_was_told(steady: Steady) -> None:
    evidence = weigh(bin_signal(steady(5, step(1200, 2400, size=1.0))))
    for word in (SILENT, RunnersWord(normal=(Stretch(0, 600),)), RunnersWord(off_at_start=True)):
        shares, agreed = share_out(evidence, word)
        assert agreed
        total = sum(shares.of(family) for family in ("closed", "opened", "started"))
        assert total == pytest.approx(1.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_interval_holds_its_value(steady: Steady, usual: Tails, seed: int) -> None:
    for added in (step(1200, 2400), step(1800), step(0, 900, size=5.0), step(1500, size=-4.0)):
        episode = only(search(steady(seed, added), SILENT, (), usual))
        for reading in (episode.reading, episode.other_reading):
            if reading is None:
                continue
            spans = [reading.onset_s, *(shift.shift for shift in reading.shifts)]
            spans += [] if reading.recovery_s is None else [reading.recovery_s]
            assert all(span.lo <= span.value <= span.hi for span in spans)
            if reading.recovery_s is not None:
                assert reading.recovery_s.value > reading.onset_s.value


def test_a_recovery_follows_its_onset_and_each_lies_in_its_interval(
    steady: Steady, usual: Tails
) -> None:
    short = [steady(seed, step(900 + 150 * seed, 1080 + 150 * seed)) for seed in range(14)]
    found = [
        episode.reading for run in short for episode in search(run, SILENT, (), usual).episodes
    ]
    back = [(reading.onset_s, reading.recovery_s) for reading in found if reading.recovery_s]
    assert len(back) >= 4
    for onset_s, recovery_s in back:
        assert onset_s.lo <= onset_s.value <= onset_s.hi
        assert recovery_s.lo <= recovery_s.value <= recovery_s.hi
        assert onset_s.value < recovery_s.value
