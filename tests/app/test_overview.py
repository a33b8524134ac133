"""One row a run: all that a list and a trend need."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from evenstride.app._importing.homes import filed_recording
from evenstride.app.appraise import appraise
from evenstride.app.intake import decode
from evenstride.app.overview import overview
from evenstride.model.archive import FiledRun, Label
from evenstride.model.overview import OVERVIEW
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.store.archive import Archive, open_archive

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = datetime(2024, 5, 1, 7, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        yield opened


def file(archive: Archive, day: int, *episodes: PlantedEpisode) -> FiledRun:
    scenario = Scenario(minutes=30, start=START + timedelta(days=day), episodes=episodes)
    data = fit_bytes(simulate(scenario, day))
    decoded = decode(data, "run")
    with archive.writing() as writing:
        sha256 = writing.put(data, "run", NOW)
        return writing.file([filed_recording(decoded.runs[0], sha256, 0, "FIT")])


def test_there_is_a_row_for_every_run_that_was_analysed(archive: Archive) -> None:
    assert overview(archive).equals(OVERVIEW.empty())
    second, first = file(archive, 2), file(archive, 1)
    assert overview(archive).height == 0
    appraise(archive, workers=0)
    assert overview(archive)["run"].to_list() == [first.run, second.run]
    file(archive, 3)
    assert overview(archive).height == 2


def test_a_row_tells_the_first_episode_and_what_was_felt(archive: Archive) -> None:
    run = file(archive, 1, PlantedEpisode(500, 1100, balance_pp=4.0))
    with archive.writing() as writing:
        writing.add_label(Label(run.run, "marks", (510.0,), (1110.0,), NOW))
    appraise(archive, workers=0)
    (row,) = overview(archive).iter_rows(named=True)
    assert row["start"] == "2024-05-02T07:00:00+00:00"
    assert row["device"] == run.device
    assert row["episodes"] == 1
    assert row["onset_s"] == pytest.approx(500, abs=60)
    assert row["onset_lo_s"] <= row["onset_s"] <= row["onset_hi_s"]
    assert row["recovery_s"] == pytest.approx(1100, abs=60)
    assert row["toward"] == "left"
    assert (row["felt_gone_s"], row["felt_back_s"]) == (510.0, 1110.0)
    assert row["felt_gone_m"] < row["felt_back_m"] < row["distance_m"]
    assert row["label"] == "marks"
    assert row["off_s"] > 400
    assert 40 < row["balance_left_pct"] < 60
    assert row["balance_usual_pct"] is None


def test_a_run_without_an_episode_has_no_onset(archive: Archive) -> None:
    file(archive, 1)
    appraise(archive, workers=0)
    (row,) = overview(archive).iter_rows(named=True)
    assert row["episodes"] == 0
    assert row["onset_s"] is row["felt_gone_s"] is row["label"] is None


def test_the_table_is_kept_and_only_what_is_new_is_read(archive: Archive) -> None:
    first = file(archive, 1)
    file(archive, 2)
    appraise(archive, workers=0)
    table = overview(archive)
    kept = archive.folder / "derived" / "overview" / "overview.parquet"
    data = kept.read_bytes()
    for path in (archive.folder / "derived" / "runs").iterdir():
        path.unlink()
    assert overview(archive).equals(table)
    kept.write_bytes(b"damaged")
    assert overview(archive).height == 0
    appraise(archive, workers=0)
    assert overview(archive).equals(table)
    assert kept.read_bytes() == data
    with archive.writing() as writing:
        writing.forget(first.run)
    appraise(archive, workers=0)
    assert overview(archive).equals(table.filter(pl.col("run") != first.run))
