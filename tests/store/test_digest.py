"""The same facts give the same digest, in whatever order and at whatever moment they came."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from evenstride.model.archive import Clip, DeviceSplit, FiledRecording, Label, run_id
from evenstride.store.archive import Archive, open_archive
from evenstride.store.writing import Writing

Invented = Callable[..., FiledRecording]
DATA = [bytes([n]) * 20 for n in range(8)]
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def fill(folder: Path, invented: Invented, seed: int) -> str:
    """File eight recordings as six runs, with words, labels and clips; return the digest."""
    rng = Random(seed)  # noqa: S311 - nothing here is secret
    order = rng.sample(range(8), 8)
    homes: dict[int, str] = {}
    now = MOMENT + timedelta(days=seed)
    with open_archive(folder) as archive, archive.writing() as w:
        for n in order:
            pair = n // 2 if n < 4 else n  # the first four are two runs with two sources
            w.put(DATA[n], f"{seed}-{n}.fit", now)
            recording = invented(DATA[n], day=pair, late_s=float(n))
            run = w.file([recording], f"run {n}", "note", homes.get(pair))
            homes[pair] = run.run
        later: list[Callable[[], object]] = [
            lambda: w.keep_apart(homes[4], homes[5]),
            lambda: w.keep_apart(homes[5], homes[6]),
            lambda: w.split_device(DeviceSplit("A", date(2024, 1, 1))),
            lambda: w.split_device(DeviceSplit("A", date(2024, 2, 1))),
            lambda: w.flip_device("A"),
            lambda: w.flip_device("B"),
            lambda: _say(w, homes[0], now),
            lambda: w.add_label(Label(homes[7], "off-throughout", (), (), now, "noted")),
            lambda: _attach(w, homes[1]),
        ]
        for step in rng.sample(later, len(later)):
            step()
        return archive.digest()


def _say(w: Writing, run: str, now: datetime) -> None:
    w.add_label(Label(run, "marks", (60.0,), (600.25,), now))
    w.add_label(Label(run, "fine", (), (), now))
    w.undo_label(run, now)


def _attach(w: Writing, run: str) -> None:
    taken = datetime(2024, 5, 1, 7, tzinfo=UTC)
    w.add_clip(Clip(w.put(b"film", "f.mov", MOMENT), run, "f.mov", taken, 60.0, "rear", "left"))


def test_no_order_of_filing_and_no_moment_of_it_changes_the_digest(
    tmp_path: Path, invented: Invented
) -> None:
    digests = {fill(tmp_path / str(seed), invented, seed) for seed in range(8)}
    assert len(digests) == 1


@pytest.fixture
def one(archive: Archive, invented: Invented) -> tuple[Archive, Writing, str]:
    """Return an archive with one run, its writer, and the run."""
    w = Writing(archive._db, archive.layout)  # noqa: SLF001 - a writer without its lock, for brevity
    w.put(b"a", "a.fit", MOMENT)
    return archive, w, w.file([invented(b"a")], "t", "n").run


Change = Callable[[Writing, str, Invented], object]


def take_back(w: Writing, run: str) -> None:
    """Say something and take it back."""
    w.add_label(Label(run, "fine", (), (), MOMENT))
    w.undo_label(run, MOMENT)


def attach(w: Writing, run: str, at_s: float | None) -> None:
    """Keep a clip with a run."""
    w.add_clip(Clip(w.put(b"film", "f", MOMENT), run, "f", at_s=at_s))


CHANGES: list[Change] = [
    lambda w, _, i: (w.put(b"b", "b", MOMENT), w.file([i(b"b", day=1)])),
    lambda w, r, i: (w.put(b"b", "b", MOMENT), w.file([i(b"b", late_s=3)], into=r)),
    lambda w, _, i: w.file([i(b"a")], "another title"),
    lambda w, _, i: w.file([i(b"a")], "", "another note"),
    lambda w, r, _: w.add_label(Label(r, "fine", (), (), MOMENT)),
    lambda w, r, _: w.add_label(Label(r, "marks", (1.0,), (), MOMENT)),
    lambda w, r, _: w.add_label(Label(r, "marks", (), (1.0,), MOMENT)),
    lambda w, r, _: w.add_label(Label(r, "marks", (), (), MOMENT, laps=("gone", "back"))),
    lambda w, r, _: w.add_label(Label(r, "fine", (), (), MOMENT, "noted")),
    lambda w, r, _: w.add_label(Label(r, "fine", (), (), MOMENT, "noted", words="all clear")),
    lambda w, r, _: take_back(w, r),
    lambda w, r, _: attach(w, r, None),
    lambda w, r, _: attach(w, r, 1.0),
    lambda w, _, __: w.split_device(DeviceSplit("A", date(2024, 1, 1))),
    lambda w, _, __: w.flip_device("A"),
    lambda w, r, _: w.forget(r),
]


def test_every_change_of_a_fact_changes_the_digest(tmp_path: Path, invented: Invented) -> None:
    seen = set()
    for number, change in enumerate([lambda *_: None, *CHANGES]):
        with open_archive(tmp_path / str(number)) as archive, archive.writing() as w:
            w.put(b"a", "a.fit", MOMENT)
            run = w.file([invented(b"a")], "t", "n").run
            change(w, run, invented)
            seen.add(archive.digest())
    assert len(seen) == len(CHANGES) + 1


def test_what_is_no_fact_leaves_the_digest_alone(
    one: tuple[Archive, Writing, str], invented: Invented
) -> None:
    archive, w, run = one
    before = archive.digest()
    w.keep_outcomes([])
    archive.write_derived(archive.derived("views", run), b"1")
    w.put(b"a", "another name.fit", MOMENT + timedelta(days=1))
    w.file([invented(b"a")], "t", "n")
    assert archive.digest() == before


def test_the_zone_a_moment_is_written_in_is_no_fact(tmp_path: Path, invented: Invented) -> None:
    from_utc = invented(b"a")
    local = replace(from_utc, start=from_utc.start.astimezone())
    digests = set()
    for number, recording in enumerate((from_utc, local)):
        with open_archive(tmp_path / str(number)) as archive, archive.writing() as w:
            w.put(b"a", "a.fit", MOMENT)
            w.file([recording])
            digests.add(archive.digest())
    assert len(digests) == 1


def test_a_run_is_named_after_the_recording_it_was_first_made_from(
    archive: Archive, invented: Invented
) -> None:
    late, early = invented(b"a", late_s=5), invented(b"b")
    with archive.writing() as w:
        w.put(b"a", "a", MOMENT)
        w.put(b"b", "b", MOMENT)
        assert w.file([late, early]).run == run_id(early.sha256, 0)
