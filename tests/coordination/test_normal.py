"""Learning what is normal for a runner from many runs, and expecting it of another."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
import numpy as np
import pytest

from evenstride.coordination.deviation import build_signal
from evenstride.coordination.normal import (
    FEWEST_FOR_EFFECTS,
    FEWEST_RUNS,
    LATEST_FOR_LEVEL,
    Seen,
    expect_normal,
    learn,
    level_of,
    summary_of,
)
from evenstride.model.intervals import Stretch
from evenstride.model.normal import SLOPE_TERMS, TERMS, Moments, RunSummary
from evenstride.model.recording import Recording
from evenstride.model.signal import Signal
from evenstride.simulate.years import Day, Life, draw_days

CONTACT = "contact_time"
ANSWER = np.linspace(-2.0, 2.0, len(TERMS))


def summary(number: int, level: float = 250.0, seed: int = 0) -> RunSummary:
    """Return a made summary of a run whose channel follows `ANSWER` but for its level."""
    rng = np.random.default_rng((seed, number))
    x = rng.standard_normal((900, len(TERMS)))
    y = level + x @ ANSWER
    away, middle = x - x.mean(axis=0), x.mean(axis=0)
    along = away.T @ (y - y.mean()) / len(y)
    within = (away.T @ away / len(y))[np.triu_indices(len(TERMS))]
    return RunSummary(
        f"{number:08x}",
        datetime(2024, 1, 10, tzinfo=UTC) + timedelta(hours=6 * number),
        "strap",
        900,
        slope_known=True,
        pace_mps=(2.0, 4.0),
        slope_pct=(-5.0, 5.0),
        terms=tuple(middle.tolist()),
        within=tuple(within.tolist()),
        channels=(
            Moments(CONTACT, "ms", float(y.mean()), float(y.var()), 6.0, tuple(along.tolist())),
        ),
    )


def spread_out(count: int, sd: float = 3.0) -> list[RunSummary]:
    """Return summaries whose levels lie evenly about 250 ms."""
    levels = 250.0 + sd * np.random.default_rng(1).standard_normal(count)
    return [summary(k, float(level)) for k, level in enumerate(levels)]


@lru_cache(maxsize=1)
def days() -> tuple[Day, ...]:
    """Return a simulated runner's runs with a wrist device."""
    life = Life(runs=14, kit="wrist", minutes=(15.0, 25.0), answer_spread=0.0)
    return draw_days(life, 11)


@lru_cache(maxsize=1)
def recorded_days() -> tuple[Recording, ...]:
    """Return them as recordings."""
    return tuple(day.recording() for day in days())


@lru_cache(maxsize=1)
def signals() -> tuple[Signal, ...]:
    """Return them as signals, each with its expectation from itself."""
    return tuple(build_signal((one,), (0.0,))[0] for one in recorded_days())


@lru_cache(maxsize=1)
def summaries() -> tuple[RunSummary, ...]:
    """Return what they add to the runner's normal."""
    return tuple(
        one
        for number, (signal, day) in enumerate(zip(signals(), days(), strict=True))
        for one in summary_of(signal, f"{number:08x}", day.scenario.start)
    )


def test_answers_level_and_spread_come_back() -> None:
    (normal,) = learn(spread_out(40))
    usual = normal.of(CONTACT)
    assert usual is not None
    assert np.allclose(usual.response, ANSWER, atol=1e-3)
    assert usual.mean == pytest.approx(250.0 + np.array(normal.about) @ ANSWER, abs=1.0)
    assert 2.0 < usual.between_run_sd < 4.0
    assert (normal.runs, usual.runs) == (40, 40)
    assert normal.since == datetime(2024, 1, 10, tzinfo=UTC)


def test_the_order_of_the_runs_changes_nothing() -> None:
    runs = spread_out(30)
    mixed = [runs[k] for k in np.random.default_rng(2).permutation(30)]
    assert [one.digest for one in learn(runs)] == [one.digest for one in learn(mixed)]


def test_single_odd_runs_move_level_and_spread_little() -> None:
    runs = spread_out(40)
    odd = [summary(k, 250.0 + 40.0) if k % 10 == 0 else one for k, one in enumerate(runs)]
    (plain,), (bent,) = learn(runs), learn(odd)
    before, after = plain.of(CONTACT), bent.of(CONTACT)
    assert before is not None
    assert after is not None
    assert abs(after.mean - before.mean) < before.between_run_sd
    assert after.between_run_sd < 1.6 * before.between_run_sd


def test_too_few_runs_teach_no_answer_and_fewer_teach_nothing() -> None:
    assert learn(spread_out(FEWEST_RUNS - 1)) == ()
    (few,), (enough,) = learn(spread_out(FEWEST_RUNS)), learn(spread_out(FEWEST_FOR_EFFECTS))
    assert [len(one.usual[0].response) for one in (few, enough)] == [0, len(TERMS)]


def test_a_level_that_drifts_is_learnt_month_by_month() -> None:
    # Six months, rising by 2 ms each.
    runs = [
        replace(
            summary(k, 250.0 + 2.0 * k / 30),
            start=datetime(2024, 1, 2, tzinfo=UTC) + timedelta(days=k),
        )
        for k in range(180)
    ]
    normals = learn(runs)
    levels = [one.usual[0].mean - np.array(one.about) @ ANSWER for one in normals]
    assert len(normals) == 6
    assert np.allclose(np.diff(levels)[1:-1], 2.0, atol=0.7)
    assert all(one.usual[0].runs == LATEST_FOR_LEVEL for one in normals)


def test_far_months_stay_as_they_are_when_runs_are_added() -> None:
    start = datetime(2022, 1, 2, tzinfo=UTC)
    runs = [replace(summary(k), start=start + timedelta(days=2 * k)) for k in range(170)]
    before, after = learn(runs[:155]), learn(runs)
    assert before[0].digest == after[0].digest
    assert before[-1].digest != after[len(before) - 1].digest


def test_a_new_device_starts_anew() -> None:
    old, new = spread_out(20), [replace(one, device="strap (2)") for one in spread_out(20, sd=1.0)]
    moved = [
        replace(one, channels=tuple(replace(c, mean=c.mean + 30.0) for c in one.channels))
        for one in new
    ]
    known = {one.device: one.usual[0].mean for one in learn([*old, *moved])}
    assert known["strap (2)"] - known["strap"] > 20.0


def test_runs_without_slope_take_part() -> None:
    def flat(one: RunSummary) -> RunSummary:
        terms, within = np.array(one.terms), np.zeros((len(TERMS), len(TERMS)))
        rows = np.triu_indices(len(TERMS))
        within[rows] = one.within
        terms[SLOPE_TERMS] = 0.0
        within[SLOPE_TERMS, :] = within[:, SLOPE_TERMS] = 0.0
        return replace(
            one, slope_known=False, terms=tuple(terms.tolist()), within=tuple(within[rows].tolist())
        )

    (normal,) = learn([flat(one) if k % 4 == 0 else one for k, one in enumerate(spread_out(40))])
    usual = normal.of(CONTACT)
    assert usual is not None
    assert np.isfinite(usual.response).all()
    assert abs(usual.mean - 250.0) < 3.0


def test_a_summary_is_small_and_comes_back_from_json_as_it_was() -> None:
    data = msgspec.json.encode(summaries()[0])
    assert len(data) <= 2048
    assert msgspec.json.decode(data, type=RunSummary) == summaries()[0]


def test_what_is_off_is_left_out_of_a_summary() -> None:
    signal, start = signals()[0], days()[0].scenario.start
    (whole,) = summary_of(signal, "0", start)
    (part,) = summary_of(signal, "0", start, (Stretch(300.0, 480.5),))
    judged = signal.running[300:481].sum()
    assert 0 < whole.seconds - part.seconds <= judged
    assert summary_of(signal, "0", start, (Stretch(0.0, 4000.0),)) == ()


def test_the_simulated_runners_answer_to_pace_is_learnt() -> None:
    (normal,) = learn(summaries())
    usual = normal.of(CONTACT)
    assert usual is not None
    runner = days()[0].scenario.runner
    assert runner is not None
    pace = slice(2, 5)
    per_mps = usual.response[0] + sum(usual.response[pace])
    true = runner.contact_time.per_mps
    assert abs(per_mps - true) < 0.35 * abs(true)


def test_a_run_beside_its_normal_lies_where_the_day_put_it() -> None:
    (normal,) = learn(summaries())
    levels = [level_of(one.channels[0], one, normal) for one in summaries()]
    quantity = summaries()[0].channels[0].quantity
    column = {"contact_time": 1, "vertical_oscillation": 2, "cadence": 3}[quantity]
    true = [day.level[column] for day in days()]
    assert np.corrcoef(np.array(levels, dtype=float), true)[0, 1] > 0.7


def test_a_signal_with_a_normal_is_told_from_it_and_knows_its_level() -> None:
    normals = learn(summaries())
    signal, _ = build_signal((recorded_days()[3],), (0.0,), normals=normals)
    by_name = {channel.name: channel for channel in signal.channels}
    usual = normals[0].of(CONTACT)
    assert usual is not None
    level_sd = by_name[CONTACT].level_sd
    assert level_sd is not None
    assert level_sd > usual.between_run_sd
    assert by_name["step_length"].level_sd is None
    assert 0.5 < by_name[CONTACT].noise_sd / signals()[3].channels[0].noise_sd < 2.0


def test_without_a_normal_nothing_changes() -> None:
    other = replace(learn(summaries())[0], device="another")
    plain, _ = build_signal((recorded_days()[3],), (0.0,))
    beside, _ = build_signal((recorded_days()[3],), (0.0,), normals=(other,))
    for one, two in zip(plain.channels, beside.channels, strict=True):
        assert one.level_sd is two.level_sd is None
        assert np.array_equal(one.expected, two.expected)
        assert one.noise_sd == two.noise_sd


def test_paces_never_seen_are_not_expected() -> None:
    (normal,) = learn(spread_out(20))
    terms, values = np.zeros((600, len(TERMS))), np.full(600, 250.0)
    judged = np.ones(600, dtype=np.bool_)
    assert expect_normal(normal, CONTACT, Seen(values, terms, judged)) is not None
    assert expect_normal(normal, "cadence", Seen(values, terms, judged)) is None
    terms[:, 0] = 4.0
    assert expect_normal(normal, CONTACT, Seen(values, terms, judged)) is None


def test_a_stronger_answer_of_the_day_is_followed_as_far_as_other_days_differed() -> None:
    (normal,) = learn(spread_out(20))
    rng = np.random.default_rng(3)
    terms = np.zeros((3000, len(TERMS)))
    terms[:, 0] = np.repeat(rng.uniform(-0.8, 0.8, size=20), 150)
    usual = normal.usual[0]
    plain = usual.mean + (terms - np.array(normal.about)) @ np.array(usual.response)
    stronger = plain + 0.3 * usual.response[0] * terms[:, 0]
    judged = np.ones(3000, dtype=np.bool_)
    left = []
    for gain_sd in (0.02, 0.4):
        bent = replace(normal, usual=(replace(usual, gain_sd=(gain_sd, gain_sd), noise_sd=0.2),))
        found = expect_normal(bent, CONTACT, Seen(stronger, terms, judged))
        assert found is not None
        left.append(float(np.std(stronger - found.values)))
    assert left[1] < 0.5 * left[0]
    assert left[0] < 1.01 * float(np.std(stronger - plain))
