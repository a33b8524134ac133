"""Runs, words, labels, clips and devices, filed and read back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from evenstride.model.archive import (
    Clip,
    DeviceSplit,
    FiledRecording,
    FiledRun,
    Label,
    Outcome,
    run_id,
)
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.store.archive import Archive, open_archive

Filed = Callable[..., FiledRun]
Invented = Callable[..., FiledRecording]


def marks(run: str, made: datetime, at_s: float = 120.0) -> Label:
    """Return a label with a loss and a return."""
    return Label(run, "marks", (at_s,), (at_s + 600.0,), made)


def test_a_filed_run_is_read_back_as_it_was(archive: Archive, filed: Filed) -> None:
    with archive.writing() as w:
        run = filed(w, b"a", title="Morning")
    with open_archive(archive.folder) as again:
        assert again.runs() == (run,)
        assert (run.title, run.device, run.duration_s) == ("Morning", "Garmin fenix 5X", 3600.5)
        assert run.run == run_id(run.recordings[0].sha256, 0)
        assert again.original(run.recordings[0].sha256) == b"a"
        assert again.original_name(run.recordings[0].sha256) == "run.fit"


def test_what_was_put_counts_only_once_it_is_filed(
    archive: Archive, now: datetime, invented: Invented
) -> None:
    with archive.writing() as w:
        sha256 = w.put(b"a", "a.fit", now)
        assert not archive.has(sha256)
        w.file([invented(b"a")])
        assert archive.has(sha256)


def test_filing_twice_files_once(archive: Archive, filed: Filed) -> None:
    with archive.writing() as w:
        first = filed(w, b"a", title="Morning")
        before = archive.digest()
        assert filed(w, b"a", title="Morning") == first
    assert archive.digest() == before
    assert len(list(archive.layout.recordings.iterdir())) == 1


def test_words_that_come_later_are_added_and_never_lost(archive: Archive, filed: Filed) -> None:
    with archive.writing() as w:
        filed(w, b"a")
        assert filed(w, b"a", title="Gone 2min").title == "Gone 2min"
        assert filed(w, b"a", title="Abend").title == "Abend / Gone 2min"


def test_a_recording_whose_original_was_never_put_is_refused(
    archive: Archive, invented: Invented
) -> None:
    with archive.writing() as w, pytest.raises(EvenstrideError, match="was not put"):
        w.file([invented(b"a")])
    assert archive.runs() == ()


def test_a_file_with_two_runs_is_filed_whole_or_not_at_all(
    archive: Archive, now: datetime, invented: Invented
) -> None:
    two = [invented(b"a", part=0), invented(b"a", part=1, day=1)]
    with archive.writing() as w:
        w.put(b"a", "a.fit", now)
        with pytest.raises(EvenstrideError, match="no recording"), w.together():
            w.file(w.file(two[:1]).recordings[1:])
        assert archive.runs() == ()
        with w.together():
            for one in two:
                w.file([one])
    assert [run.recordings for run in archive.runs()] == [(two[0],), (two[1],)]


def test_what_fails_inside_a_larger_change_is_taken_back_alone(
    archive: Archive, filed: Filed
) -> None:
    with archive.writing() as w, w.together():
        filed(w, b"a")
        with pytest.raises(EvenstrideError, match="no run"):
            filed(w, b"b", into="ffffffff")
    assert len(archive.runs()) == 1


def test_a_second_source_joins_the_run_and_the_earliest_start_counts(
    archive: Archive, filed: Filed, now: datetime
) -> None:
    with archive.writing() as w:
        run = filed(w, b"a", title="watch").run
        w.add_label(marks(run, now))
        w.put(b"clip", "clip.mov", now)
        clip = archive.layout.recordings
        sha256 = next(p.name for p in clip.iterdir() if p.read_bytes() == b"clip")
        w.add_clip(Clip(sha256, run, "clip.mov", at_s=30.0))
        joined = filed(w, b"b", into=run, late_s=-5.0, title="pod")
    assert [one.start for one in joined.recordings] == sorted(o.start for o in joined.recordings)
    assert (joined.run, joined.title, joined.duration_s) == (run, "pod / watch", 3605.5)
    assert archive.labels(run)[0].gone_s == (125.0,)
    assert archive.clips(run)[0].at_s == 35.0


def test_a_split_run_is_two_again_and_stays_apart(archive: Archive, filed: Filed) -> None:
    with archive.writing() as w:
        run = filed(w, b"a").run
        filed(w, b"b", into=run, late_s=2.0)
        one, other = w.split_run(run)
        assert (one.run, len(one.recordings), len(other.recordings)) == (run, 1, 1)
        with pytest.raises(EvenstrideError, match="one source only"):
            w.split_run(run)
    assert archive.apart(one.run) == (other.run,)
    assert archive.apart(other.run) == (one.run,)


def test_joined_runs_keep_the_second_one_s_id_and_all_that_was_said(
    archive: Archive, filed: Filed, now: datetime
) -> None:
    with archive.writing() as w:
        one, into = filed(w, b"a", title="watch").run, filed(w, b"b", late_s=4.0, title="pod").run
        w.add_label(marks(one, now))
        w.keep_outcomes([Outcome("a.fit", "imported", "fit", one)])
        joined = w.join_runs(one, into)
        assert w.join_runs(into, into) == joined
    assert (joined.run, joined.title, len(joined.recordings)) == (into, "watch / pod", 2)
    assert archive.runs() == (joined,)
    assert [label.gone_s for label in archive.labels(into)] == [(120.0,)]
    assert archive.outcomes()[0].run == into


def test_runs_that_were_split_are_not_joined_again(archive: Archive, filed: Filed) -> None:
    with archive.writing() as w:
        run = filed(w, b"a").run
        filed(w, b"b", into=run, late_s=2.0)
        one, other = w.split_run(run)
        with pytest.raises(EvenstrideError, match="stay apart"):
            w.join_runs(other.run, one.run)


def test_what_another_process_writes_is_noticed(archive: Archive, filed: Filed) -> None:
    before = archive.version()
    with open_archive(archive.folder) as other, other.writing() as w:
        filed(w, b"a")
    assert archive.version() != before


def test_runs_kept_apart_say_so_from_both_sides(archive: Archive, filed: Filed) -> None:
    with archive.writing() as w:
        one, other, third = (filed(w, data, late_s=n) for n, data in enumerate((b"a", b"b", b"c")))
        w.keep_apart(other.run, one.run)
    assert [archive.apart(r.run) for r in (one, other, third)] == [(other.run,), (one.run,), ()]


def test_recordings_of_different_runs_are_not_joined_in_passing(
    archive: Archive, filed: Filed, invented: Invented
) -> None:
    with archive.writing() as w:
        filed(w, b"a")
        other = filed(w, b"b", day=1)
        with pytest.raises(EvenstrideError, match="different runs"):
            w.file([invented(b"a")], into=other.run)


def test_ids_grow_where_two_runs_would_share_one(
    archive: Archive, filed: Filed, invented: Invented
) -> None:
    taken = run_id(invented(b"a").sha256, 0)
    with archive.writing() as w:
        with archive.reading() as db:
            db.execute("INSERT INTO runs VALUES (?)", (taken,))
        run = filed(w, b"a")
    assert run.run == run_id(invented(b"a").sha256, 0, 9)


def test_the_last_word_counts_and_undoing_brings_back_the_one_before(
    archive: Archive, filed: Filed, now: datetime
) -> None:
    with archive.writing() as w:
        run = filed(w, b"a").run
        first, second = marks(run, now), Label(run, "fine", (), (), now + timedelta(days=1))
        w.add_label(first)
        w.add_label(second)
        assert archive.labels(run) == (second,)
        assert w.undo_label(run, now) == (first,)
        assert w.undo_label(run, now) == ()
        with pytest.raises(EvenstrideError, match="Nothing was said"):
            w.undo_label(run, now)
    assert archive.label_history(run) == (replace(first, undone=now), replace(second, undone=now))
    assert archive.all_labels() == {}


def test_what_was_told_and_what_was_noted_stand_side_by_side(
    archive: Archive, filed: Filed, now: datetime
) -> None:
    with archive.writing() as w:
        run = filed(w, b"a").run
        told = Label(run, "off-throughout", (), (), now)
        noted = replace(marks(run, now), source="noted")
        w.add_label(told)
        w.add_label(noted)
    assert archive.labels(run) == (told, noted)
    assert archive.all_labels() == {run: (told, noted)}


def test_a_clip_is_kept_byte_for_byte(archive: Archive, filed: Filed, now: datetime) -> None:
    with archive.writing() as w:
        run = filed(w, b"a").run
        sha256 = w.put(b"a film", "IMG_1.MOV", now)
        assert not archive.has(sha256)
        clip = Clip(sha256, run, "IMG_1.MOV", now, 870.0, "rear", "left foot")
        w.add_clip(replace(clip, view="side"))
        w.add_clip(clip)
    assert archive.clips(run) == (clip,)
    assert archive.has(sha256)
    assert archive.original(sha256) == b"a film"


def test_device_splits_and_flips_are_kept_and_taken_back(archive: Archive) -> None:
    split = DeviceSplit("Garmin fenix 5X", date(2024, 5, 1))
    with archive.writing() as w:
        w.split_device(split)
        w.split_device(split)
        assert w.flip_device('HRM "Pro" é') == ('HRM "Pro" é',)
        assert w.flip_device("A") == ("A", 'HRM "Pro" é')
        assert archive.splits() == (split,)
        w.join_device(split)
        assert w.flip_device("A", undo=True) == archive.flipped() == ('HRM "Pro" é',)
        with pytest.raises(EvenstrideError, match="not split"):
            w.join_device(split)
    assert archive.splits() == ()


def test_flipping_leaves_the_rest_of_the_settings_as_it_is(archive: Archive) -> None:
    archive.layout.settings.write_text('# mine\nunits = "mi"\nflipped = ["B"]\n[limits]\nx = 1\n')
    with archive.writing() as w:
        w.flip_device("A")
    assert archive.layout.settings.read_text() == (
        'flipped = ["A", "B"]\n# mine\nunits = "mi"\n[limits]\nx = 1\n'
    )


@pytest.mark.parametrize("text", ["flipped = 3", "flipped = [", 'x = """\nflipped = []\n"""'])
def test_settings_that_cannot_be_changed_safely_are_left_alone(archive: Archive, text: str) -> None:
    archive.layout.settings.write_text(text)
    with archive.writing() as w, pytest.raises(EvenstrideError, match=r"settings\.toml"):
        w.flip_device("A")
    assert archive.layout.settings.read_text() == text


def test_the_last_import_is_remembered_whole(archive: Archive) -> None:
    bad = Issue("error", "a.fit", "Broken.", "Sync again.")
    outcomes = (
        Outcome("a.zip > a.fit", "failed", "", None, (bad,)),
        Outcome("\udcff.fit", "skipped", "sleep"),
    )
    with archive.writing() as w:
        w.keep_outcomes(outcomes[:1])
        w.keep_outcomes(outcomes)
    assert archive.outcomes() == (outcomes[0], replace(outcomes[1], name="\\udcff.fit"))


@pytest.mark.parametrize("asked", ["last", "2024-05-03", "2024-05-03 06:00", "2024-05-03T06:00"])
def test_a_run_is_found_as_a_runner_would_name_it(
    archive: Archive, filed: Filed, asked: str
) -> None:
    with archive.writing() as w:
        runs = [filed(w, bytes([n]), day=n) for n in range(3)]
    assert archive.find(asked) == runs[2]
    assert archive.find(runs[2].run) == archive.find(runs[2].run[:4].upper()) == runs[2]


def test_a_date_is_meant_where_the_runner_is(archive: Archive, filed: Filed) -> None:
    with archive.writing() as w:
        filed(w, b"a")
    assert archive.find("2024-04-30", ZoneInfo("America/Los_Angeles")) == archive.runs()[0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [("2024-05-01", "fits 2 runs"), ("2023-01-01", "no run"), ("zz", "no run"), ("abc", "no run")],
)
def test_what_names_no_run_or_several_is_refused(
    archive: Archive, filed: Filed, asked: str, said: str
) -> None:
    with archive.writing() as w:
        filed(w, b"a")
        filed(w, b"b", late_s=7200)
    with pytest.raises(EvenstrideError, match=said):
        archive.find(asked)


def test_an_empty_archive_says_how_to_begin(archive: Archive) -> None:
    with pytest.raises(EvenstrideError, match="holds no runs"):
        archive.find("last")
    with pytest.raises(EvenstrideError, match="no run abcd"):
        archive.labels("abcd")


def test_something_computed_is_written_whole_under_a_plain_name(archive: Archive) -> None:
    path = archive.derived("views", "0123abcd-7.json")
    archive.write_derived(path, b"[]")
    archive.write_derived(path, b"[1]")
    assert path.read_bytes() == b"[1]"
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    with pytest.raises(EvenstrideError, match="does not lie"):
        archive.write_derived(archive.folder / "views" / "x", b"")


@pytest.mark.parametrize("key", ["../facts.sqlite", "a/b", "", ".x", "a\\b", "x.part", "a\n", "é"])
def test_a_name_that_could_lead_elsewhere_is_refused(archive: Archive, key: str) -> None:
    with pytest.raises(EvenstrideError, match="no name"):
        archive.derived("views", key)
    with pytest.raises(EvenstrideError, match="no name"):
        archive.derived(key, "x")


def test_a_derived_folder_that_was_deleted_comes_back(archive: Archive) -> None:
    archive.layout.derived.rmdir()
    with archive.writing():
        archive.write_derived(archive.derived("views", "x"), b"1")
    assert archive.derived("views", "x").read_bytes() == b"1"


def test_a_path_is_copied_and_left_alone(archive: Archive, tmp_path: Path, now: datetime) -> None:
    film = tmp_path / "film.mov"
    film.write_bytes(bytes(3_000_000))
    with archive.writing() as w:
        sha256 = w.put(film, "../../film.mov", now)
    assert archive.original(sha256) == film.read_bytes()


def test_a_damaged_original_is_told_and_healed_by_putting_it_again(
    archive: Archive, filed: Filed
) -> None:
    with archive.writing() as w:
        sha256 = filed(w, b"a").recordings[0].sha256
        archive.original_path(sha256).write_bytes(b"b")
        with pytest.raises(EvenstrideError, match="damaged"):
            archive.original(sha256)
        filed(w, b"a")
        assert archive.original(sha256) == b"a"
        archive.original_path(sha256).unlink()
        with pytest.raises(EvenstrideError, match="missing"):
            archive.original(sha256)
