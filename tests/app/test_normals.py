"""What is normal for the runner, learnt from the archive's runs, and a run beside it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from evenstride.app._importing.homes import filed_recording
from evenstride.app.appraise import appraisal_of, appraise, wanted
from evenstride.app.first_look import Appraisal
from evenstride.app.intake import decode
from evenstride.app.normals import Normals, normals_of
from evenstride.app.overview import overview
from evenstride.app.show import show
from evenstride.model.archive import DeviceSplit
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import simulate
from evenstride.simulate.runner import draw_runner
from evenstride.simulate.scenario import Scenario
from evenstride.store.archive import Archive, open_archive

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = datetime(2024, 5, 1, 7, tzinfo=UTC)
RUNS, ODD = 12, 7


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Return an archive of one runner's runs, one of which lies 5 pp to the left throughout."""
    folder: Path = tmp_path_factory.mktemp("years")
    runner = draw_runner(np.random.default_rng(3))
    with open_archive(folder / "archive") as opened:
        for day in range(RUNS):
            level = runner.balance.level + (5.0 if day == ODD else 0.0)
            today = replace(runner, balance=replace(runner.balance, level=level))
            scenario = Scenario(minutes=20, runner=today, start=START + timedelta(days=day))
            data = fit_bytes(simulate(scenario, day))
            (recording,) = decode(data, "run").runs
            with opened.writing() as writing:
                sha256 = writing.put(data, "run", NOW)
                writing.file([filed_recording(recording, sha256, 0, "FIT")])
        appraise(opened, workers=0)
        yield opened


@pytest.fixture(scope="module")
def kept(archive: Archive) -> list[Appraisal]:
    return [found for one in wanted(archive) if (found := appraisal_of(archive, one)) is not None]


def test_a_run_off_throughout_is_found_beside_the_others(archive: Archive) -> None:
    table = overview(archive)
    assert table["off_throughout"].to_list() == [day == ODD for day in range(RUNS)]


def test_usual_balance_stands_beside_every_run(archive: Archive) -> None:
    rows = overview(archive)
    usual = rows["balance_usual_pct"]
    assert usual.null_count() == 0
    assert np.ptp(usual.to_numpy()) < 1.0
    inside = rows["balance_left_pct"].is_between(rows["balance_lo_pct"], rows["balance_hi_pct"])
    assert inside.sum() == RUNS - 1


def test_a_device_that_was_split_is_normal_for_itself_only(kept: list[Appraisal]) -> None:
    device = kept[0].whole[0].device
    begins = date(2024, 5, 7)
    normals = Normals.learnt(kept, [DeviceSplit(device, begins)])
    assert {normal.device for normal in normals.known} == {device, f"{device} (2)"}
    before, after = (normals.at(START + timedelta(days=day)) for day in (0, 11))
    assert [normal.device for normal in (*before, *after)] == [device, device]
    assert before[0].usual != after[0].usual


def test_too_few_runs_say_nothing(kept: list[Appraisal]) -> None:
    normals = Normals.learnt(kept[:3], [])
    assert not normals.known
    assert normals.weigh(kept[0]) is None


def test_what_is_normal_is_kept_until_the_runs_change(archive: Archive) -> None:
    normals = normals_of(archive)
    assert normals.known
    (path,) = (archive.folder / "derived" / "normals").iterdir()
    data = path.read_bytes()
    assert normals_of(archive) == normals
    path.write_bytes(b"damaged")
    assert normals_of(archive) == normals
    assert path.read_bytes() == data


def test_a_run_is_shown_beside_what_is_normal(archive: Archive) -> None:
    shown, _ = show(archive, archive.runs()[ODD].run)
    assert shown.view.baseline.kind == "personal"
    assert shown.view.baseline.runs == RUNS
    assert shown.view.normal_part == "baseline"
