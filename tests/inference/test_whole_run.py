"""Whether a whole run lies off the runner's own usual."""

import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from evenstride.coordination.normal import usual_of
from evenstride.formats.garmin_csv import read
from evenstride.inference.whole_run import (
    LATEST_RUNS,
    at_like_pace,
    normal_of,
    run_means_of,
    weigh_whole_run,
)
from evenstride.model.averages import RUN_AVERAGES
from evenstride.model.intervals import Stretch
from evenstride.model.normal import TERMS, Moments, Normal, RunSummary, Usual
from evenstride.model.signal import Channel, Floats, Signal
from evenstride.model.whole_run import RunMeans, WholeRun
from evenstride.simulate.days import DayToDay, draw_run_means
from evenstride.writers.garmin_csv import write_activity_list

BALANCE = "contact_balance_left"


def usual(runs: int = 50, sd: float = 0.45, mean: float = 50.0) -> Normal:
    """Return a baseline of balance alone."""
    return Normal("strap", (Usual(BALANCE, "pct", mean, sd, runs),))


def weighed(mean: float, baseline: Normal) -> WholeRun:
    """Return what is said of a run with this mean balance."""
    return weigh_whole_run(RunMeans("strap", {BALANCE: mean}), baseline)


def table_of(balance: Floats) -> pl.DataFrame:
    """Return averages of runs with these balances, one a day."""
    days = pl.date_range(pl.date(2024, 1, 1), pl.date(2027, 1, 1), eager=True)
    columns = {
        "start": days[: balance.size].cast(pl.String) + "T07:00:00",
        "sport": ["running"] * balance.size,
        "activity": ["Running"] * balance.size,
        "title": ["Round"] * balance.size,
        "contact_balance_left_pct": balance,
    }
    empty = {
        name: pl.Series([None] * balance.size, dtype=dtype)
        for name, dtype in RUN_AVERAGES.empty().schema.items()
    }
    return pl.DataFrame(empty | columns).select(RUN_AVERAGES.names)


def test_a_run_on_the_usual_is_not_off() -> None:
    found = weighed(50.1, usual())
    assert found.judged
    assert not found.off
    assert found.toward is None
    assert found.bayes_factor < 1
    assert found.probability < 0.5


@pytest.mark.parametrize(("mean", "toward"), [(54.0, "left"), (46.0, "right")])
def test_a_run_far_off_is_told_with_its_foot(mean: float, toward: str) -> None:
    found = weighed(mean, usual())
    assert found.off
    assert found.toward == toward
    assert found.bayes_factor > 3
    assert found.channels[0].chance < 0.01


def test_even_the_farthest_run_leaves_room_for_an_odd_day() -> None:
    assert weighed(80.0, usual()).probability < 0.9999


def test_evidence_grows_with_distance_and_falls_with_the_runners_own_spread() -> None:
    factors = [weighed(50.0 + away, usual()).bayes_factor for away in (0.0, 1.0, 2.0, 3.0)]
    assert factors == sorted(factors)
    assert weighed(53.0, usual(sd=0.9)).bayes_factor < weighed(53.0, usual()).bayes_factor


def test_few_runs_make_a_wide_band() -> None:
    bands = [weighed(50.0, usual(runs)).channels[0].usual for runs in (5, 10, 30)]
    widths = [band.hi - band.lo for band in bands]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(
    ("run", "baseline", "says"),
    [
        (RunMeans("strap", {BALANCE: 55.0}), usual(runs=4), "Only 4 earlier runs"),
        (RunMeans("pod", {BALANCE: 55.0}), usual(), "another device"),
        (RunMeans("strap", {"cadence": 170.0}), usual(), "Left and right"),
        (RunMeans("strap", {BALANCE: 55.0}), Normal("strap", ()), "Left and right"),
    ],
)
def test_where_it_cannot_judge_it_says_why(run: RunMeans, baseline: Normal, says: str) -> None:
    found = weigh_whole_run(run, baseline)
    assert not found.judged
    assert not found.off
    assert math.isnan(found.probability)
    assert says in found.reason


def test_what_follows_pace_is_told_but_decides_nothing() -> None:
    both = Normal("strap", (*usual().usual, Usual("contact_time", "ms", 250.0, 4.0, 50)))
    found = weigh_whole_run(RunMeans("strap", {BALANCE: 50.0, "contact_time": 320.0}), both)
    assert not found.off
    assert [(one.quantity, one.counted) for one in found.channels] == [
        (BALANCE, True),
        ("contact_time", False),
    ]
    assert found.channels[1].chance < 0.01


def test_a_baseline_is_not_moved_by_odd_runs_and_counts_the_latest() -> None:
    old = np.full(100, 45.0)
    late = np.resize([49.8, 50.0, 50.2], LATEST_RUNS)
    late[7] = 41.3
    found = normal_of(table_of(np.concatenate((old, late))), "strap").of(BALANCE)
    assert found is not None
    assert found.mean == 50.0
    assert found.runs == LATEST_RUNS
    assert found.between_run_sd < 0.4


def test_a_baseline_passes_over_what_was_not_running() -> None:
    averages = table_of(np.array([50.0] * 6 + [60.0] * 6)).with_columns(
        cadence_spm=pl.Series([170.0] * 6 + [60.0] * 6),
        duration_s=pl.Series([3600.0] * 5 + [60.0] + [3600.0] * 6),
    )
    found = normal_of(averages, "strap").of(BALANCE)
    assert found is not None
    assert (found.mean, found.runs) == (50.0, 5)


def test_from_a_list_of_activities_to_a_judgement() -> None:
    balance = draw_run_means(DayToDay(0.4, odd_run=0.0), 30, np.random.default_rng(5))
    contents = read(write_activity_list(table_of(balance)), "Activities.csv")
    assert contents.averages is not None
    baseline = normal_of(contents.averages, "strap")
    assert not weighed(float(np.median(balance)), baseline).off
    assert weighed(float(np.median(balance)) + 4.0, baseline).toward == "left"


def test_run_means_are_of_running_seconds_and_of_one_device() -> None:
    seconds = 100
    values = np.full(seconds, 50.0)
    values[:20], values[50] = 60.0, np.nan
    none = np.full(seconds, np.nan)

    def channel(name: str, quantity: str, device: str) -> Channel:
        return Channel(name, quantity, "pct", "", device, True, values, none, 1.0)

    signal = Signal(
        (channel(BALANCE, BALANCE, "strap"), channel("pod.balance", BALANCE, "pod")),
        np.arange(seconds) >= 20,
        np.empty((seconds, 0)),
        (),
        80.0,
        (Stretch(20, 100),),
        none,
        none,
        none,
    )
    assert run_means_of(signal, "strap") == RunMeans("strap", {BALANCE: 50.0})
    assert run_means_of(signal, "pod").values == {}


@pytest.mark.parametrize("runs", [5, 50])
def test_a_healthy_day_is_called_off_about_once_in_a_hundred(runs: int) -> None:
    rng = np.random.default_rng(runs)
    often = 200
    off = moved = 0
    for _ in range(often):
        means = draw_run_means(DayToDay(float(rng.uniform(0.31, 0.63))), runs + 1, rng)
        baseline = Normal("strap", (usual_of(BALANCE, "pct", means[:-1]),))
        off += weighed(float(means[-1]), baseline).off
        moved += weighed(float(means[-1]) + 3.0, baseline).off
    # The exact bounds of 1 in 100 over 200 draws, with room: 0 to 8.
    assert off <= 8
    assert moved > 0.45 * often


def test_healthy_days_are_drawn_with_the_spread_they_were_measured_with() -> None:
    means = draw_run_means(DayToDay(0.5, 0.0), 20_000, np.random.default_rng(2))
    spread = 1.4826 * np.median(np.abs(means - np.median(means)))
    assert spread == pytest.approx(0.5, rel=0.05)
    assert (np.abs(means - np.median(means)) > 4).mean() > 0.001


def a_summary(contact_ms: float, *, slope_known: bool = True) -> RunSummary:
    """Return a run at 3.5 m/s on the flat with this contact time."""
    terms = (0.5,) + (0.0,) * (len(TERMS) - 1)
    contact = Moments("contact_time", "ms", contact_ms, 36.0, 6.0, (0.0,) * len(TERMS))
    return RunSummary(
        "0" * 8,
        datetime(2024, 5, 1, tzinfo=UTC),
        "watch",
        3000,
        slope_known=slope_known,
        pace_mps=(3.0, 4.0),
        slope_pct=(-1.0, 1.0),
        terms=terms,
        within=(0.0,) * (len(TERMS) * (len(TERMS) + 1) // 2),
        channels=(contact,),
    )


def runner_of_contact_time(runs: int = 40) -> Normal:
    """Return a normal of 250 ms at 3 m/s, 20 ms shorter for each m/s faster."""
    response = (-20.0,) + (0.0,) * (len(TERMS) - 1)
    usual_contact = Usual("contact_time", "ms", 250.0, 3.0, runs, 6.0, response)
    return Normal("watch", (usual_contact,), runs=runs, about=(0.0,) * len(TERMS))


def test_at_like_pace_contact_time_counts_too() -> None:
    normal = runner_of_contact_time()
    means = at_like_pace(a_summary(240.0), normal)
    assert means.values["contact_time"] == pytest.approx(250.0)
    assert not weigh_whole_run(means, normal).off
    off = weigh_whole_run(at_like_pace(a_summary(285.0), normal), normal)
    assert off.off
    assert off.toward is None
    assert off.channels[0].quantity == "contact_time"


def test_without_an_answer_to_pace_there_is_no_like_pace() -> None:
    normal = runner_of_contact_time()
    bare = Normal("watch", (Usual("contact_time", "ms", 250.0, 3.0, 40),))
    assert not at_like_pace(a_summary(240.0), bare).values
    assert "contact time" in weigh_whole_run(at_like_pace(a_summary(240.0), bare), bare).reason
    few = runner_of_contact_time(4)
    assert "Only 4" in weigh_whole_run(at_like_pace(a_summary(240.0), few), few).reason
    assert weigh_whole_run(at_like_pace(a_summary(240.0, slope_known=False), normal), normal).judged
