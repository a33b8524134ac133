"""What every reader must keep, found by folder and held to it with a sample of its own."""

import time
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import evenstride.formats
from evenstride.model.issue import Issue
from evenstride.model.recording import SAMPLES, Recording
from evenstride.plugins import Contents, Reader, discover

BENCH = Path(__file__).parents[2] / "bench"
READERS = discover(evenstride.formats, Reader)
LONGEST_S = 2.0
CUTS = 20
MOST_ISSUES = 150

every_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
Samples = Callable[[Reader], tuple[bytes, ...]]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """Return the bench's samples: the mutants there begin with the same."""
    spec = spec_from_file_location("bench_samples", BENCH / "trials" / "samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def samples(bench: ModuleType) -> Samples:
    """Return sound files of a minute for a reader; each is made once."""
    made: dict[str, tuple[bytes, ...]] = {}

    def of(reader: Reader) -> tuple[bytes, ...]:
        if reader.name not in made:
            made[reader.name] = tuple(bench.samples_of(reader, 1.0))
        return made[reader.name]

    return of


def lawful(reader: Reader, data: bytes, name: str = "run.x") -> Contents:
    """Read, and hold what comes back to every law that holds for any bytes."""
    before = time.process_time()
    contents = reader.read(data, name)
    assert time.process_time() - before < LONGEST_S
    issues = all_issues(contents)
    assert contents.recordings or contents.averages is not None or issues
    assert len(issues) <= MOST_ISSUES
    for issue in issues:
        well_told(issue)
    for recording in contents.recordings:
        well_made(recording, reader)
    return contents


def all_issues(contents: Contents) -> list[Issue]:
    """Return what is told of the file and of each recording."""
    return [*contents.issues, *(i for r in contents.recordings for i in r.issues)]


def well_told(issue: Issue) -> None:
    """Hold an issue to its form: sentences, and a remedy for every error."""
    assert issue.where
    assert issue.problem.endswith("."), issue
    assert issue.remedy.endswith(".") or not issue.remedy, issue
    assert issue.remedy or issue.level != "error", issue
    assert issue.level in {"info", "warning", "error"}
    assert "\n" not in issue.problem + issue.remedy
    (issue.where + issue.problem + issue.remedy).encode()


def well_made(recording: Recording, reader: Reader) -> None:
    """Hold a recording to its form, beyond what it refuses itself."""
    samples = recording.samples
    time_s = samples["time_s"]
    assert samples.height
    assert time_s.null_count() == 0
    assert time_s[0] == 0
    assert all(one < two for one, two in pairwise(time_s.to_list()))
    filled = {name for name in SAMPLES.names if samples[name].null_count() < samples.height}
    assert filled <= {"time_s", *reader.columns}
    assert not samples.select(pl.any_horizontal(pl.all().is_infinite().any())).item()
    assert recording.source.format == reader.name
    assert recording.device
    assert recording.start.utcoffset() is not None


def same(one: Contents, two: Contents) -> bool:
    """Return whether two readings are equal, names of files aside."""
    tables = [
        [*(r.samples for r in c.recordings), *(r.laps for r in c.recordings)] for c in (one, two)
    ]
    said = [[(i.level, i.problem, i.remedy) for i in all_issues(c)] for c in (one, two)]
    plain = [[(r.device, r.sport, r.start, r.pauses) for r in c.recordings] for c in (one, two)]
    return (
        said[0] == said[1]
        and plain[0] == plain[1]
        and all(a.equals(b) for a, b in zip(*tables, strict=True))
    )


@every_reader
def test_a_reader_has_a_sample_and_makes_something_of_it(reader: Reader, samples: Samples) -> None:
    for data in samples(reader):
        contents = lawful(reader, data)
        assert contents.recordings or contents.averages is not None


def test_a_reader_without_a_sample_is_refused(bench: ModuleType) -> None:
    odd = Reader("odd", (".odd",), "Nothing.", lambda _: False, lambda _, __: Contents(()))
    with pytest.raises(Exception, match="no sample of odd"):
        bench.samples_of(odd, 1.0)


@every_reader
def test_a_reader_recognises_its_own_sample_and_no_other_readers(
    reader: Reader, samples: Samples
) -> None:
    for other in READERS:
        for data in samples(other):
            assert reader.recognises(data) == (other is reader)
            assert reader.recognises(data[:1000]) == (other is reader)


@every_reader
def test_what_is_another_formats_gives_an_error_and_nothing_else(
    reader: Reader, samples: Samples
) -> None:
    for other in READERS:
        if other is not reader:
            contents = lawful(reader, samples(other)[0])
            assert contents.recordings == ()
            assert any(issue.level == "error" for issue in contents.issues)


@every_reader
def test_reading_depends_on_the_bytes_alone(reader: Reader, samples: Samples) -> None:
    for data in samples(reader):
        first = lawful(reader, data)
        for name in ("run.x", "a.fit", "b.tcx", "c.gpx", "d.csv", "e.gz", "\u00e4 b", "x" * 300):
            assert same(first, lawful(reader, data, name))


@every_reader
def test_an_empty_file_is_an_error_and_nobodys_own(reader: Reader) -> None:
    contents = lawful(reader, b"")
    assert contents.recordings == ()
    assert [issue.level for issue in contents.issues] == ["error"]
    assert not reader.recognises(b"")


@every_reader
def test_a_file_cut_anywhere_gives_a_run_or_a_reason(reader: Reader, samples: Samples) -> None:
    (data, *_) = samples(reader)
    for k in range(CUTS):
        lawful(reader, data[: len(data) * k // CUTS])
        lawful(reader, data[len(data) * k // CUTS :])


hurt = st.lists(
    st.tuples(
        st.sampled_from(["change", "insert", "delete", "repeat", "zero"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=40),
    ),
    min_size=1,
    max_size=6,
)


def hurt_bytes(data: bytes, ways: list[tuple[str, float, bytes]]) -> bytes:
    """Return the bytes after each damage in turn."""
    for way, share, extra in ways:
        at = int(share * len(data))
        after = at + len(extra)
        data = {
            "change": data[:at] + extra + data[after:],
            "insert": data[:at] + extra + data[at:],
            "delete": data[:at] + data[at + 7 * len(extra) :],
            "repeat": data[:after] + data[at:after] * 30 + data[after:],
            "zero": data[:at] + bytes(len(extra)) + data[after:],
        }[way]
    return data


@every_reader
@settings(
    max_examples=50,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ways=hurt)
def test_a_damaged_file_gives_a_run_or_a_reason(
    reader: Reader, samples: Samples, ways: list[tuple[str, float, bytes]]
) -> None:
    (data, *_) = samples(reader)
    lawful(reader, hurt_bytes(data, ways))
