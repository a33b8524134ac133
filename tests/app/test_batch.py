"""Many files at once, some of them broken: one result each, in the order given."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evenstride.app.analyze import analyze
from evenstride.app.views import Analysis, FailedView
from evenstride.model.marks import RunnersWord
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.xml import gpx_bytes, tcx_bytes

WRITERS = (fit_bytes, tcx_bytes, lambda run: gzip.compress(fit_bytes(run), 1), gpx_bytes)


def broken(k: int) -> bytes | None:
    """Return bytes that are no run, None for a file that is missing; each one unlike the others."""
    own = b"%d" % k
    ways = (
        b"\x0e\x20\x92\x08\x30\0\0\0.FIT\0\0" + own,
        b"<!DOCTYPE html><html>Please sign in" + own,
        b'<?xml version="1.0"?><gpx><trk><trkseg>' + own,
        b"Timestamp,Power\n" + own,
        b"\x1f\x8b\x08\0" + own,
        bytes(1000) + own,
        b'<!DOCTYPE a [<!ENTITY b "c">]><TrainingCenterDatabase>&b;' + own,
        None,
    )
    return ways[k % len(ways)]


def batch(folder: Path, count: int) -> Iterator[tuple[Path, bool]]:
    """Yield files and whether each holds a run; every fourth does not."""
    scenario = Scenario(minutes=1.5)
    runs = [simulate(scenario, seed) for seed in range(4)]
    for k in range(count):
        file = folder / f"{(k * 37) % count}.fit"
        sound = k % 4 != 2
        start = scenario.start + timedelta(days=(k * 11) % count)
        run = replace(runs[k % 4], scenario=replace(scenario, start=start))
        data = WRITERS[k // 4 % 4](run) if sound else broken(k // 4)
        if data is not None:
            file.write_bytes(data)
        yield file, sound


def check(folder: Path, count: int) -> None:
    """Analyse a batch and hold the results to it."""
    files, sound = zip(*batch(folder, count), strict=True)
    told: list[tuple[str, int, int]] = []
    items = analyze(files, RunnersWord(), lambda *now: told.append(now))
    assert len(items) == count
    assert [isinstance(item, Analysis) for item in items] == list(sound)
    for file, item in zip(files, items, strict=True):
        if isinstance(item, Analysis):
            assert [source.file for source in item.run.sources] == [file.name]
        else:
            assert isinstance(item, FailedView)
            assert {issue.where.split(",")[0] for issue in item.issues} == {file.name}
            assert any(issue.level == "error" and issue.remedy for issue in item.issues)
    assert [name for name, _, _ in told] == [file.name for file in files]


def test_twenty_files_with_five_broken_give_twenty_results_in_order(tmp_path: Path) -> None:
    check(tmp_path, 20)


@pytest.mark.slow
def test_two_hundred_files_with_fifty_broken_give_two_hundred_results_in_order(
    tmp_path: Path,
) -> None:
    check(tmp_path, 200)
