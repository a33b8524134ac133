"""What was computed and is damaged on the disk is noticed, made again, and never ends anything."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from evenstride.app._importing.homes import filed_recording
from evenstride.app._taking.caps import Limits
from evenstride.app.appraise import appraise, samples_path
from evenstride.app.intake import decode
from evenstride.app.normals import normals_of
from evenstride.app.overview import overview
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.store.archive import Archive, open_archive

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Damage = Callable[[Path], object]


def as_folder(path: Path) -> None:
    path.unlink()
    (path / "deeper").mkdir(parents=True)


DAMAGES: dict[str, Damage] = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "other JSON": lambda path: path.write_bytes(b'{"view": 1}'),
    "garbage": lambda path: path.write_bytes(b"PAR1" + bytes(range(256)) * 9),
    "a folder": as_folder,
}


def filed(archive: Archive, minutes: float, day: int) -> None:
    start = NOW + timedelta(days=day)
    data = fit_bytes(simulate(Scenario(minutes=minutes, start=start), day))
    read = decode(data, "run")
    with archive.writing() as writing:
        sha256 = writing.put(data, "run", NOW)
        writing.file([filed_recording(read.runs[0], sha256, read.parts[0], read.format)])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with everything computed."""
    folder = tmp_path_factory.mktemp("made") / "archive"
    with open_archive(folder) as archive:
        filed(archive, 5, 1)
        appraise(archive, workers=0)
        overview(archive)
    return folder


def computed(folder: Path) -> dict[str, bytes]:
    files = sorted((folder / "derived").rglob("*"))
    return {str(p.relative_to(folder)): p.read_bytes() for p in files if p.is_file()}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_anything_computed_is_noticed_and_made_good(
    made: Path, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "archive"
    shutil.copytree(made, folder)
    before = computed(folder)
    assert {Path(name).parent.name for name in before} == {"runs", "samples", "overview", "normals"}
    for name in before:
        DAMAGES[damage](folder / name)
    with open_archive(folder) as archive:
        assert overview(archive).height == 0
        assert normals_of(archive).known == ()
        assert appraise(archive, workers=0).analysed == 1
        assert overview(archive).height == 1
    assert computed(folder) == before


def test_an_analysis_damaged_alone_leaves_the_list_as_it_is(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    shutil.copytree(made, folder)
    (path,) = (folder / "derived" / "runs").iterdir()
    path.write_bytes(b"{}")
    with open_archive(folder) as archive:
        assert overview(archive).height == 1
        normals_of(archive)
        assert appraise(archive, workers=0).analysed == 1
        assert normals_of(archive) == normals_of(archive)
        assert overview(archive).height == 1
        assert pl.read_parquet(samples_path(archive, archive.runs()[0].recordings[0])).height == 300


@pytest.mark.slow
def test_a_run_that_needs_too_much_costs_itself_and_no_other(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive") as archive:
        filed(archive, 2400, 1)
        filed(archive, 5, 3)
        huge, small = (run.run for run in archive.runs())
        report = appraise(archive, workers=1, limits=Limits(memory_mb=220))
        assert report.analysed == 1
        assert [issue.where for issue in report.issues] == [huge]
        assert "memory_mb" in report.issues[0].remedy
        assert overview(archive)["run"].to_list() == [small]
