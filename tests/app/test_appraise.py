"""The first analysis of every run: kept, done once, rebuilt to the byte."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from evenstride.app._importing.homes import filed_recording
from evenstride.app.appraise import (
    Wanted,
    appraisal_of,
    appraise,
    run_of,
    samples_path,
    wanted,
)
from evenstride.app.first_look import Appraisal, code_version, word_of
from evenstride.app.intake import decode
from evenstride.app.views import RunView
from evenstride.model.archive import FiledRun, Label, LabelKind
from evenstride.model.marks import RunnersWord
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.xml import tcx_bytes
from evenstride.store.archive import Archive, open_archive

pytestmark = pytest.mark.slow  # every process started costs a second

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = datetime(2024, 5, 1, 7, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        yield opened


def made(seed: int = 1, *episodes: PlantedEpisode, minutes: float = 25) -> SimulatedRun:
    start = START + timedelta(days=seed)
    return simulate(Scenario(minutes=minutes, start=start, episodes=episodes), seed)


def file(archive: Archive, *copies: bytes) -> FiledRun:
    """File the recordings of one run."""
    with archive.writing() as writing:
        run = None
        for data in copies:
            decoded = decode(data, "run")
            sha256 = writing.put(data, "run", NOW)
            one = filed_recording(decoded.runs[0], sha256, decoded.parts[0], decoded.format)
            run = writing.file([one], into=run.run if run else None)
        assert run is not None
        return run


def wanted_of(archive: Archive, run: FiledRun) -> Wanted:
    return next(one for one in wanted(archive) if one.filed.run == run.run)


def view_of(archive: Archive, run: FiledRun) -> RunView | None:
    kept = appraisal_of(archive, wanted_of(archive, run))
    return None if kept is None else kept.view


def say(archive: Archive, run: FiledRun, kind: LabelKind, *gone_s: float) -> None:
    with archive.writing() as writing:
        writing.add_label(Label(run.run, kind, gone_s, (), NOW))


def computed(archive: Archive) -> dict[str, bytes]:
    derived = archive.folder / "derived"
    return {str(p): p.read_bytes() for p in sorted(derived.rglob("*")) if p.is_file()}


def test_every_run_is_analysed_once(archive: Archive) -> None:
    for seed in (1, 2):
        file(archive, fit_bytes(made(seed)))
    said: list[tuple[int, int]] = []
    report = appraise(archive, lambda _, done, total: said.append((done, total)), workers=0)
    assert (report.analysed, report.known, report.issues) == (2, 0, ())
    assert said == [(1, 2), (2, 2)]
    again = appraise(archive, workers=0)
    assert (again.analysed, again.known) == (0, 2)


def test_worker_processes_give_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    data = [fit_bytes(made(seed)) for seed in (1, 2)]
    with open_archive(tmp_path / "other") as other:
        for one in data:
            file(archive, one)
            file(other, one)
        appraise(archive, workers=0)
        appraise(other, workers=2)
        assert list(computed(archive).values()) == list(computed(other).values())


def test_deleting_what_was_computed_brings_it_back_to_the_byte(archive: Archive) -> None:
    run = file(archive, fit_bytes(made(1, PlantedEpisode(600, 1000, balance_pp=3.0))))
    file(archive, fit_bytes(made(2)))
    say(archive, run, "marks", 600.0)
    appraise(archive, workers=0)
    before = computed(archive)
    assert before
    shutil.rmtree(archive.folder / "derived" / "runs")
    shutil.rmtree(archive.folder / "derived" / "samples")
    appraise(archive, workers=0)
    assert computed(archive) == before


def test_only_what_is_missing_is_done_again(archive: Archive) -> None:
    first = file(archive, fit_bytes(made(1)))
    file(archive, fit_bytes(made(2)))
    appraise(archive, workers=0)
    say(archive, first, "marks", 300.0)
    report = appraise(archive, workers=0)
    assert (report.analysed, report.known) == (1, 1)
    view = view_of(archive, first)
    assert view is not None
    assert [(mark.kind, mark.t_s) for mark in view.marks] == [("gone", 300.0)]


def test_what_is_half_there_is_no_analysis(archive: Archive) -> None:
    run = file(archive, fit_bytes(made(1)))
    assert view_of(archive, run) is None
    appraise(archive, workers=0)
    (path,) = (archive.folder / "derived" / "runs").iterdir()
    path.write_bytes(path.read_bytes()[:100])
    assert appraisal_of(archive, wanted_of(archive, run)) is None


def test_samples_are_kept_small_and_as_they_were(archive: Archive) -> None:
    run = file(archive, fit_bytes(made(1, minutes=60)))
    appraise(archive, workers=0)
    path = samples_path(archive, run.recordings[0])
    samples = pl.read_parquet(path)
    assert set(samples.dtypes) == {pl.Float32}
    assert samples.height == 3600
    assert "leg_spring_stiffness_kn_per_m" not in samples.columns
    sizes = [one.stat().st_size for one in (archive.folder / "derived").rglob("*.*")]
    assert sum(sizes) < 150_000


def test_what_is_kept_of_runs_that_are_no_more_is_taken_away(archive: Archive) -> None:
    first = file(archive, fit_bytes(made(1)))
    appraise(archive, workers=0)
    before = set(computed(archive))
    say(archive, first, "fine")
    appraise(archive, workers=0)
    after = set(computed(archive))
    assert len(after) == len(before) == 2
    assert len(after & before) == 1


def test_the_name_of_an_analysis_depends_on_what_it_depends_on(archive: Archive) -> None:
    run = file(archive, fit_bytes(made(1)))
    names = [wanted_of(archive, run).key]
    say(archive, run, "fine")
    names.append(wanted_of(archive, run).key)
    with archive.writing() as writing:
        writing.flip_device(run.device)
    names.append(wanted_of(archive, run).key)
    assert len(set(names)) == 3
    with archive.writing() as writing:
        writing.flip_device(run.device, undo=True)
        writing.undo_label(run.run, NOW)
        writing.add_label(Label(run.run, "marks", (60.0,), (), NOW, "noted"))
    assert wanted_of(archive, run).key == names[0]


def test_another_devices_flip_leaves_an_analysis_as_it_is(archive: Archive) -> None:
    run = file(archive, fit_bytes(made(1)))
    other = file(archive, tcx_bytes(made(2)))
    key = wanted_of(archive, run).key
    with archive.writing() as writing:
        writing.flip_device(other.device)
    assert wanted_of(archive, run).key == key
    with archive.writing() as writing:
        writing.flip_device("Stryd")  # a pod can be inside any file
    assert wanted_of(archive, run).key != key


def test_one_recording_in_two_formats_counts_once(archive: Archive) -> None:
    run = file(archive, fit_bytes(made(1)), tcx_bytes(made(1)))
    assert len(run.recordings) == 2
    looked_at, issues = run_of(archive, run)
    assert [one.source.format for one in looked_at.recordings] == ["FIT"]
    assert any("looked at once" in issue.problem for issue in issues)
    appraise(archive, workers=0)
    assert len(list((archive.folder / "derived" / "samples").iterdir())) == 2


def test_a_damaged_original_costs_its_run_only(archive: Archive) -> None:
    broken, _ = (file(archive, fit_bytes(made(seed))) for seed in (1, 2))
    path = archive.original_path(broken.recordings[0].sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    report = appraise(archive, workers=0)
    assert report.analysed == 1
    assert [issue.where for issue in report.issues] == [broken.run]
    assert all(issue.remedy for issue in report.issues)


def test_a_label_that_does_not_fit_its_run_is_left_out_and_told(archive: Archive) -> None:
    run = file(archive, fit_bytes(made(1)))
    say(archive, run, "marks", 1e6)
    appraise(archive, workers=0)
    view = view_of(archive, run)
    assert view is not None
    assert not view.marks
    assert any("left out" in issue.problem for issue in view.issues)


def test_what_the_normal_is_learnt_from_is_kept_but_of_runs_off_throughout(
    archive: Archive,
) -> None:
    well, off = (file(archive, fit_bytes(made(seed))) for seed in (1, 2))
    say(archive, off, "off-throughout")
    appraise(archive, workers=0)
    kept = {one.filed.run: appraisal_of(archive, one) for one in wanted(archive)}
    assert all(isinstance(one, Appraisal) for one in kept.values())
    summaries = {run: one.summaries for run, one in kept.items() if one is not None}
    assert [one.run for one in summaries[well.run]] == [well.run]
    assert summaries[off.run] == ()


@pytest.mark.parametrize(
    ("label", "word"),
    [
        (Label("r", "fine", (), (), NOW), "normal"),
        (Label("r", "off-throughout", (), (), NOW), "off_at_start"),
        (Label("r", "marks", (60.0,), (120.0,), NOW), "gone_s"),
        (Label("r", "marks", (), (), NOW, laps=("gone", "back")), "laps"),
    ],
)
def test_each_label_is_the_runners_word(label: Label, word: str) -> None:
    assert getattr(word_of([label], 3600.0), word)
    offered = replace(label, source="noted")
    assert word_of([offered], 3600.0) == RunnersWord()


def test_a_run_too_short_to_show_what_is_normal_is_fine_all_the_same() -> None:
    assert word_of([Label("r", "fine", (), (), NOW)], 60.0) == RunnersWord()


def test_the_code_has_a_version() -> None:
    assert len(code_version()) == 12
    assert code_version() == code_version()
