"""Files become runs of the archive, each exactly once."""

import gzip
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from evenstride.app.importing import ImportReport, import_files
from evenstride.app.workers import Decoder
from evenstride.model.archive import Label, Outcome
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.xml import tcx_bytes
from evenstride.store.archive import Archive, open_archive
from evenstride.store.exporting import export
from evenstride.writers.fit import Activity, Device, write_activity

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = datetime(2024, 5, 1, 7, tzinfo=UTC)
WATCH = Device("watch", serial=7)
OTHER = Device("other watch", serial=8)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder(workers=1) as readers:
        yield readers


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "given"
    made.mkdir()
    return made


def made(seed: int = 1, start: datetime = START, minutes: float = 12) -> SimulatedRun:
    return simulate(Scenario(minutes=minutes, start=start), seed)


def fit(run: SimulatedRun, device: Device = WATCH, sport: str = "running") -> bytes:
    return write_activity(
        Activity(run.scenario.start, run.samples, run.laps, devices=(device,), sport=sport)
    )


def part_of(run: SimulatedRun, from_s: float, to_s: float) -> SimulatedRun:
    """Return the run as a device would have it that was on for a part of the time."""
    inside = run.samples.filter(pl.col("time_s").is_between(from_s, to_s, closed="left"))
    scenario = replace(run.scenario, start=run.scenario.start + timedelta(seconds=from_s))
    samples = inside.with_columns(pl.col("time_s") - from_s)
    return replace(run, samples=samples, laps=run.laps.clear(), scenario=scenario)


def write(folder: Path, **files: bytes) -> list[Path]:
    paths = [folder / name.replace("_", ".") for name in files]
    for path, data in zip(paths, files.values(), strict=True):
        path.write_bytes(data)
    return paths


def fates(report: ImportReport) -> dict[str, str]:
    return {one.name.rpartition("/")[2]: one.fate for one in report.outcomes}


def outcome(report: ImportReport, name: str) -> Outcome:
    return next(one for one in report.outcomes if one.name.endswith(name))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_input_ends_in_exactly_one_way(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    good = fit(made())
    write(
        folder,
        a_fit=good,
        b_fit=b"no FIT file at all",
        c_fit=good[: len(good) // 2],
        d_fit=b"",
        e_fit=fit(made(2), sport="cycling"),
        f_jpg=b"\xff\xd8\xff\xe0",
        g_fit=fit(made(3, START + timedelta(days=1))),
        h_fit=good,
    )
    report = import_files([folder], archive, NOW, decoder=decoder)
    assert fates(report) == {
        "a.fit": "imported",
        "b.fit": "failed",
        "c.fit": "enriched",
        "d.fit": "failed",
        "e.fit": "skipped",
        "f.jpg": "skipped",
        "g.fit": "imported",
        "h.fit": "already here",
    }
    assert outcome(report, "e.fit").kind == "cycling"
    assert outcome(report, "f.jpg").kind == "image"
    assert outcome(report, "a.fit").kind == "FIT"
    assert outcome(report, "h.fit").run == outcome(report, "a.fit").run
    for name in ("b.fit", "d.fit"):
        errors = [one for one in outcome(report, name).issues if one.level == "error"]
        assert errors
        assert all(one.remedy for one in errors)
    assert archive.outcomes() == report.outcomes


def test_what_is_imported_lies_there_byte_for_byte(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    data = fit(made())
    import_files(write(folder, a_fit=data), archive, NOW, decoder=decoder)
    (run,) = archive.runs()
    (recording,) = run.recordings
    assert archive.original(recording.sha256) == data
    assert (recording.format, recording.serial, recording.sport) == ("FIT", "7", "running")
    assert recording.start == START
    assert recording.duration_s == 719.0
    assert recording.distance_m == pytest.approx(made().samples["distance_m"].max(), abs=0.01)


def test_importing_everything_again_adds_nothing(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    write(folder, a_fit=fit(made()), b_fit=fit(made(2, START + timedelta(days=1))), c_fit=b"bad")
    import_files([folder], archive, NOW, decoder=decoder)
    before, digest = contents(archive.folder / "recordings"), archive.digest()
    later = import_files([folder], archive, NOW + timedelta(days=1), decoder=decoder)
    assert fates(later) == {"a.fit": "already here", "b.fit": "already here", "c.fit": "failed"}
    assert archive.digest() == digest
    assert contents(archive.folder / "recordings") == before


def test_the_same_file_packed_or_renamed_is_there_already(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    data = fit(made())
    files = write(folder, a_fit=data, b_fit_gz=gzip.compress(data), c_fit=data)
    report = import_files(files, archive, NOW, decoder=decoder)
    assert list(fates(report).values()) == ["imported", "already here", "already here"]
    assert len(archive.runs()) == 1


def test_one_devices_recording_exported_twice_is_one_run_with_both_kept(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    short = fit(part_of(made(), 0, 300))
    files = write(folder, a_fit=short, b_fit=fit(made()))
    report = import_files(files, archive, NOW, decoder=decoder)
    assert fates(report) == {"a.fit": "imported", "b.fit": "enriched"}
    (run,) = archive.runs()
    assert {archive.original(one.sha256) for one in run.recordings} == {short, fit(made())}
    (announced,) = [one for one in outcome(report, "b.fit").issues if "same run" in one.problem]
    assert f"evenstride runs split {run.run}" in announced.remedy


def test_two_devices_whose_speeds_agree_are_one_run_and_it_is_said(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    files = write(folder, a_fit=fit(made()), b_tcx=tcx_bytes(made()))
    report = import_files(files, archive, NOW, decoder=decoder)
    assert fates(report) == {"a.fit": "imported", "b.tcx": "enriched"}
    assert len(archive.runs()) == 1
    assert any("speeds agree" in one.problem for one in outcome(report, "b.tcx").issues)


def test_two_runners_at_the_same_time_stay_apart(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    files = write(folder, a_fit=fit(made()), b_fit=fit(made(2), OTHER))
    report = import_files(files, archive, NOW, decoder=decoder)
    assert set(fates(report).values()) == {"imported"}
    assert len(archive.runs()) == 2


def test_a_run_and_its_copy_are_linked_when_the_archive_was_opened_anew(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    first, second = write(folder, a_fit=fit(made()), b_tcx=tcx_bytes(made()))
    import_files([first], archive, NOW, decoder=decoder)
    with open_archive(archive.folder) as again:
        report = import_files([second], again, NOW, decoder=decoder)
    assert fates(report) == {"b.tcx": "enriched"}
    assert len(archive.runs()) == 1


def digest_of(order: Sequence[Path], place: Path, decoder: Decoder, *, at_once: bool) -> str:
    with open_archive(place) as archive:
        for files in [order] if at_once else [[file] for file in order]:
            import_files(files, archive, NOW, decoder=decoder)
        return archive.digest()


def test_the_order_of_files_makes_no_difference(
    folder: Path, tmp_path: Path, decoder: Decoder
) -> None:
    long = made(minutes=24)
    files = write(
        folder,
        whole_fit=fit(long),
        first_fit=fit(part_of(long, 0, 700), OTHER),
        second_fit=fit(part_of(long, 720, 1440), OTHER),
        copy_tcx=tcx_bytes(long),
        stranger_fit=fit(made(5, minutes=24), Device("third watch", serial=9)),
    )
    orders = list(itertools.permutations(files))[::23]
    assert len(orders) > 5
    digests = {
        digest_of(order, tmp_path / str(i), decoder, at_once=i % 2 == 0)
        for i, order in enumerate(orders)
    }
    assert len(digests) == 1
    with open_archive(tmp_path / "0") as archive:
        assert sorted(len(run.recordings) for run in archive.runs()) == [1, 4]


def test_a_run_that_links_two_others_makes_them_one(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    long = made(minutes=24)
    halves = write(
        folder,
        a_fit=fit(part_of(long, 0, 700), OTHER),
        b_fit=fit(part_of(long, 720, 1440), OTHER),
    )
    import_files(halves, archive, NOW, decoder=decoder)
    first, second = archive.runs()
    with archive.writing() as writing:
        writing.add_label(Label(second.run, "marks", (60.0,), (), NOW))
    (whole,) = write(folder, c_fit=fit(long))
    import_files([whole], archive, NOW, decoder=decoder)
    (run,) = archive.runs()
    assert run.run == first.run
    assert len(run.recordings) == 3
    (label,) = archive.labels(run.run)
    assert label.gone_s == (780.0,)


def test_what_was_split_stays_apart_whatever_comes_later(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    files = write(folder, a_fit=fit(made()), b_tcx=tcx_bytes(made()))
    import_files(files, archive, NOW, decoder=decoder)
    with archive.writing() as writing:
        writing.split_run(archive.runs()[0].run)
    (more,) = write(folder, c_fit=fit(part_of(made(), 0, 600), OTHER))
    import_files([*files, more], archive, NOW, decoder=decoder)
    assert sorted(len(run.recordings) for run in archive.runs()) == [1, 2]


def test_an_exported_archive_comes_back_as_it_was(
    archive: Archive, folder: Path, tmp_path: Path, decoder: Decoder
) -> None:
    files = write(
        folder,
        a_fit=fit(made()),
        b_tcx=tcx_bytes(made()),
        c_fit=fit(made(2, START + timedelta(days=1))),
        d_fit=fit(part_of(made(3, START + timedelta(days=2)), 0, 300)),
        e_fit=fit(made(3, START + timedelta(days=2))),
    )
    import_files(files, archive, NOW, decoder=decoder)
    with archive.writing() as writing:
        first, second, _ = archive.runs()
        writing.add_label(Label(second.run, "fine", (), (), NOW))
        writing.split_run(first.run)
    export(archive, tmp_path / "export")
    with open_archive(tmp_path / "other") as other:
        report = import_files([tmp_path / "export"], other, NOW, decoder=decoder)
        assert other.digest() == archive.digest()
        assert report.count("imported") == 5
        assert report.count("failed") == 0
        again = import_files([tmp_path / "export"], other, NOW, decoder=decoder)
        assert other.digest() == archive.digest()
        assert again.count("already here") == 5


def test_an_export_joins_what_is_there_already(
    archive: Archive, folder: Path, tmp_path: Path, decoder: Decoder
) -> None:
    first, second = write(folder, a_fit=fit(made()), b_tcx=tcx_bytes(made()))
    import_files([first], archive, NOW, decoder=decoder)
    export(archive, tmp_path / "export")
    with open_archive(tmp_path / "other") as other:
        import_files([second], other, NOW, decoder=decoder)
        import_files([tmp_path / "export"], other, NOW, decoder=decoder)
        (run,) = other.runs()
        assert len(run.recordings) == 2


def test_a_damaged_list_of_an_export_is_told_and_its_files_are_imported(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    write(folder, a_fit=fit(made()))
    (folder / "evenstride-export.json").write_bytes(b"{}")
    report = import_files([folder], archive, NOW, decoder=decoder)
    assert fates(report)["a.fit"] == "imported"
    assert report.count("failed") == 1


class _Interrupted:
    """Presses Ctrl-C after some inputs."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, name: str, done: int, total: int) -> None:
        assert name
        assert total == 0 or done <= total
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("after", [1, 5, 17])
def test_an_interrupted_import_goes_on_where_it_stopped(
    archive: Archive, folder: Path, tmp_path: Path, decoder: Decoder, after: int
) -> None:
    for day in range(18):
        run = part_of(made(), 0, 120)
        scenario = replace(run.scenario, start=START + timedelta(days=day))
        (folder / f"{day:02}.fit").write_bytes(fit(replace(run, scenario=scenario)))
    with pytest.raises(KeyboardInterrupt):
        import_files([folder], archive, NOW, _Interrupted(after), decoder=decoder)
    safe = {one.name for one in archive.outcomes() if one.fate == "imported"}
    assert len(safe) >= after
    assert len(archive.runs()) == len(safe)
    report = import_files([folder], archive, NOW, decoder=decoder)
    assert {o.name for o in report.outcomes if o.fate == "already here"} == safe
    assert len(archive.runs()) == 18
    assert archive.digest() == digest_of([folder], tmp_path / "new", decoder, at_once=True)


def test_an_original_that_was_kept_but_not_filed_is_filed_by_the_next_import(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    with archive.writing() as writing:
        writing.put(fit(made()), "a.fit", NOW)
    report = import_files(write(folder, a_fit=fit(made())), archive, NOW, decoder=decoder)
    assert fates(report) == {"a.fit": "imported"}
    assert len(archive.runs()) == 1


def test_progress_says_how_many_there_are_where_that_is_known(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    write(folder, a_fit=fit(made()), b_jpg=b"\xff\xd8\xff\xe0", c_fit=b"bad")
    said: list[tuple[int, int]] = []
    import_files(
        [folder], archive, NOW, lambda _, done, total: said.append((done, total)), decoder=decoder
    )
    assert said == [(1, 3), (2, 3), (3, 3)]


def test_what_another_process_filed_meanwhile_is_known(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    first, second = write(folder, a_fit=fit(made()), b_tcx=tcx_bytes(made()))
    with open_archive(archive.folder) as other:
        import_files([first], other, NOW, decoder=decoder)
        import_files([second], archive, NOW, decoder=decoder)
        assert len(other.runs()) == 1
        assert len(archive.runs()[0].recordings) == 2


def strava_export(folder: Path, title: str, note: str, data: bytes) -> Path:
    """Write an unpacked Strava export of one run."""
    (folder / "activities").mkdir(parents=True)
    (folder / "activities" / "1.fit").write_bytes(data)
    (folder / "activities.csv").write_text(
        "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Filename\n"
        f'1,"1 May 2024, 07:00:00","{title}",Run,"{note}",activities/1.fit\n',
        encoding="utf-8",
    )
    return folder


def test_titles_and_notes_come_along_and_offer_marks(
    archive: Archive, folder: Path, decoder: Decoder
) -> None:
    strava = strava_export(folder / "strava", "Gone 2min, back 6min, left", "easy", fit(made()))
    import_files([strava], archive, NOW, decoder=decoder)
    (run,) = archive.runs()
    assert (run.title, run.note) == ("Gone 2min, back 6min, left", "easy")
    (label,) = archive.labels(run.run)
    assert (label.source, label.gone_s, label.back_s) == ("noted", (120.0,), (360.0,))
    assert label.words == "Gone 2min, back 6min"


@pytest.mark.parametrize("titled_first", [True, False])
def test_a_title_counts_whichever_copy_came_first(
    archive: Archive, folder: Path, decoder: Decoder, *, titled_first: bool
) -> None:
    (plain,) = write(folder, a_fit=fit(made()))
    strava = strava_export(folder / "strava", "Gone 2min", "", fit(made()))
    files = [strava, plain] if titled_first else [plain, strava]
    for file in (*files, *files):
        import_files([file], archive, NOW, decoder=decoder)
    (run,) = archive.runs()
    assert run.title == "Gone 2min"
    assert len(archive.label_history(run.run)) == 1
