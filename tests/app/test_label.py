"""What the runner says of runs: lap presses, and what their own words offer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from evenstride.app import label as verb
from evenstride.app.label import (
    Days,
    Word,
    label_presses,
    label_run,
    label_runs,
    refuse_offer,
    runs_with_offer,
    take_back_label,
    take_offer,
)
from evenstride.app.runs import list_runs, was_off
from evenstride.model.archive import FiledRecording, FiledRun, Label
from evenstride.model.errors import EvenstrideError
from evenstride.model.overview import OVERVIEW
from evenstride.store.archive import Archive, open_archive

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = datetime(2024, 5, 1, 7, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        yield opened


@pytest.fixture
def runs(archive: Archive) -> tuple[FiledRun, ...]:
    """Return three runs, a month apart."""
    filed = []
    with archive.writing() as writing:
        for n in range(3):
            sha256 = writing.put(f"run {n}".encode(), f"{n}.fit", NOW)
            start = START + timedelta(days=30 * n)
            one = FiledRecording(sha256, 0, "FIT", "Garmin fenix 5X", "7", "", start, 3600.0, 9e3)
            filed.append(writing.file([one]))
    return tuple(filed)


def overview_of(runs: tuple[FiledRun, ...], *presses: int) -> pl.DataFrame:
    """Return the overview of runs with so many lap presses."""
    empty = dict.fromkeys(OVERVIEW.names) | {"episodes": 0}
    rows = [
        empty
        | {"run": run.run, "start": run.start.isoformat(), "duration_s": 3600.0, "device": ""}
        | {"untold_presses": count}
        for run, count in zip(runs, presses, strict=True)
    ]
    return pl.DataFrame(rows, schema=OVERVIEW.empty().schema)


def offer(archive: Archive, run: FiledRun) -> Label:
    """Offer what a title says."""
    label = Label(
        run.run, "marks", (120.0,), (2160.0,), NOW, "noted", words="gone 2min, back mile 4"
    )
    with archive.writing() as writing:
        writing.add_label(label)
    return label


def test_a_year_of_presses_is_told_at_once_and_taken_back_run_by_run(
    archive: Archive, runs: tuple[FiledRun, ...]
) -> None:
    said = label_presses(archive, overview_of(runs, 2, 4, 3), ("gone", "back"), Days(), NOW)
    assert [one.run for one in said.runs] == [runs[0].run, runs[1].run]
    assert [one.labels[0].laps for one in said.runs] == [("gone", "back"), ("gone", "back") * 2]
    (left,) = said.left_out
    assert left.where == runs[2].run
    assert "--laps gone,back,gone" in left.remedy
    assert take_back_label(archive, runs[0].run, NOW).labels == ()
    assert archive.labels(runs[1].run)[0].laps == ("gone", "back") * 2


def test_only_runs_of_the_days_with_presses_and_without_a_word_are_told(
    archive: Archive, runs: tuple[FiledRun, ...]
) -> None:
    label_run(archive, runs[1].run, Word("fine"), NOW)
    table = overview_of(runs, 2, 2, 2)
    some = Days(date(2024, 5, 2), date(2024, 6, 1))
    with pytest.raises(EvenstrideError, match="no run with lap presses"):
        label_presses(archive, table, ("gone", "back"), some, NOW)
    said = label_presses(archive, table, ("gone", "back"), Days(until=date(2024, 6, 1)), NOW)
    assert [one.run for one in said.runs] == [runs[0].run]
    assert archive.labels(runs[1].run)[0].kind == "fine"


def test_presses_of_one_run_are_told_as_many_as_there_are(
    archive: Archive, runs: tuple[FiledRun, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verb, "run_of", lambda *_: (None, ()))
    monkeypatch.setattr(verb, "manual_presses", lambda _: [60.0, 90.0, 600.0])
    said = label_run(archive, "last", Word("marks", laps=("gone", "skip", "back")), NOW)
    assert said.labels[0].laps == ("gone", "skip", "back")
    with pytest.raises(EvenstrideError, match="has 3 lap presses, which gone,back does not fit"):
        label_run(archive, "last", Word("marks", laps=("gone", "back")), NOW)
    monkeypatch.setattr(verb, "manual_presses", lambda _: [])
    with pytest.raises(EvenstrideError, match="has no lap press"):
        label_run(archive, runs[0].run, Word("marks", laps=("gone",)), NOW)


def test_an_offer_is_a_sign_and_nothing_more_until_it_is_taken(
    archive: Archive, runs: tuple[FiledRun, ...]
) -> None:
    offer(archive, runs[0])
    table = overview_of(runs, 0, 0, 0)
    line = list_runs(archive, table).runs[0]
    assert line.offer is not None
    assert (line.offer.words, line.felt, line.label) == ("gone 2min, back mile 4", None, None)
    assert not was_off(line)
    assert runs_with_offer(archive, Days()) == (runs[0].run,)
    taken = take_offer(archive, runs[0].run, NOW)
    assert (taken.labels[0].gone_s, taken.labels[0].source) == ((120.0,), "told")
    line = list_runs(archive, table).runs[0]
    assert (line.offer, line.label, was_off(line)) == (None, "marks", True)
    assert runs_with_offer(archive, Days()) == ()


def test_an_offer_taken_by_mistake_is_offered_again_and_a_refused_one_is_not(
    archive: Archive, runs: tuple[FiledRun, ...]
) -> None:
    first = offer(archive, runs[0])
    with archive.writing() as writing:
        writing.add_label(replace(first, gone_s=(180.0,)))
    take_offer(archive, runs[0].run, NOW)
    assert take_back_label(archive, runs[0].run, NOW).offer is not None
    refused = refuse_offer(archive, runs[0].run, NOW)
    assert (refused.labels, refused.offer) == ((), None)
    for answer in (take_offer, refuse_offer):
        with pytest.raises(EvenstrideError, match="offer nothing"):
            answer(archive, runs[0].run, NOW)


def test_what_the_runner_says_stands_before_what_is_offered(
    archive: Archive, runs: tuple[FiledRun, ...]
) -> None:
    label_run(archive, runs[0].run, Word("fine"), NOW)
    offer(archive, runs[0])
    assert runs_with_offer(archive, Days()) == ()
    with pytest.raises(EvenstrideError) as refused:
        take_offer(archive, runs[0].run, NOW)
    assert "--undo" in refused.value.remedy


def test_one_run_of_several_that_cannot_be_told_stops_nothing(
    archive: Archive, runs: tuple[FiledRun, ...]
) -> None:
    offer(archive, runs[1])
    named = [run.run for run in runs]
    said = label_runs(archive, named, lambda run: take_offer(archive, run, NOW))
    assert [one.run for one in said.runs] == [runs[1].run]
    assert [one.where for one in said.left_out] == [runs[0].run, runs[2].run]
