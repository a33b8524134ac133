"""A worker that dies, hangs or grows costs its file, and nothing else."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

from evenstride.app import workers
from evenstride.app._working.answers import from_bytes, to_bytes
from evenstride.app.intake import decode
from evenstride.app.workers import Decoder, Limits, load_limits
from evenstride.model.errors import EvenstrideError
from evenstride.model.recording import Recording
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.takeouts import fit_of

pytestmark = pytest.mark.slow  # every process started costs a second

ODD_SERVING = """
import os, pathlib, signal, sys, time
from evenstride.app._working import serving

def odd(data, name):
    sys.stdout.write("nothing a library prints may come between")
    if data == b"spin":
        while True: pass
    if data == b"sleep": time.sleep(600)
    if data == b"grow":
        held = bytearray(400 << 20)
    if data == b"die": os.kill(os.getpid(), signal.SIGSEGV)
    if data == b"abort": os.abort()
    if data == b"raise": raise RuntimeError("odd")
    if data == b"write": pathlib.Path(sys.argv[0] + ".written").write_text("x")
    if data == b"leave": os._exit(0)
    return real(data, name)

real = serving.decode
serving.decode = odd
serving.main()
"""


@pytest.fixture(scope="module")
def run() -> bytes:
    pattern = simulate(Scenario(minutes=2, kit="strap+stryd"), seed=5)
    return fit_of(pattern, datetime(2024, 5, 1, 6, tzinfo=UTC), serial=77)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """Return a pool of one that many tests share: starting a process takes a second."""
    with Decoder(1) as one:
        yield one


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Limits], Decoder]]:
    """Return a maker of pools whose workers do harm when they are told to."""
    (tmp_path / "odd_serving.py").write_text(ODD_SERVING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(workers, "_SERVING", "odd_serving")
    with ExitStack() as pools:
        yield lambda limits: pools.enter_context(Decoder(1, limits))


def same(one: Recording, other: Recording) -> bool:
    """Return whether two recordings hold the same, tables and all."""
    pairs = [(getattr(one, f.name), getattr(other, f.name)) for f in fields(Recording)]
    plain = [(a, b) for a, b in pairs if not isinstance(a, pl.DataFrame)]
    tables = [(a, b) for a, b in pairs if isinstance(a, pl.DataFrame)]
    extras = zip(one.developer_fields, other.developer_fields, strict=True)
    return (
        all(a.equals(b) for a, b in tables)
        and all(a == b for a, b in plain if a is not one.developer_fields)
        and all(a.key == b.key and a.values.equals(b.values) for a, b in extras)
    )


def test_a_worker_gives_what_reading_here_gives(decoder: Decoder, run: bytes) -> None:
    here = decode(run, "run.fit")
    there = decoder.decode(run, "run.fit")
    assert len(here.runs[0].developer_fields) == 6
    assert same(here.runs[0], there.runs[0])
    assert replace(here, runs=()) == replace(there, runs=())


def test_an_answer_survives_its_way_and_nothing_else_passes(run: bytes) -> None:
    decoded = decode(run, "run.fit")
    data = to_bytes(decoded)
    assert same(from_bytes(data).runs[0], decoded.runs[0])
    for wrong in (b"", b"\x80\x04K\x01.", data[:-1], b"\x93\x01\x02\x03"):
        with pytest.raises(ValueError, match=r".+"):
            from_bytes(wrong)


@pytest.mark.parametrize("hours", [-9.5, 0, 8])
def test_an_answer_keeps_the_clock_of_the_runners_place(run: bytes, hours: float) -> None:
    decoded = decode(run, "run.fit")
    start = decoded.runs[0].start.astimezone(timezone(timedelta(hours=hours)))
    there = replace(decoded, runs=(replace(decoded.runs[0], start=start),))
    assert from_bytes(to_bytes(there)).runs[0].start.isoformat() == start.isoformat()


def problem(decoder: Decoder, harm: bytes) -> str:
    """Return what is said about a file that does harm, with its remedy."""
    harmed = decoder.decode(harm, "odd.fit")
    [issue] = harmed.issues
    assert harmed.runs == ()
    assert (issue.level, issue.where) == ("error", "odd.fit")
    assert issue.remedy
    return f"{issue.problem} {issue.remedy}"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are told otherwise there")
def test_harm_costs_one_file_and_the_batch_goes_on_in_order(
    odd: Callable[[Limits], Decoder], run: bytes
) -> None:
    pool = odd(Limits())
    files = [run, b"die", b"", run, b"raise", run]
    answered = list(pool.decode_each(enumerate(files), lambda one: (one[1], f"{one[0]}.fit")))
    assert [item[0] for item, _ in answered] == [0, 1, 2, 3, 4, 5]
    assert [len(found.runs) if found else -1 for _, found in answered] == [1, 0, 0, 1, 0, 1]
    said = [found.issues[0].problem for _, found in answered if found and found.issues]
    assert said[0] == "The process that read it broke down; everything else goes on."
    assert said[2] == "The reader stumbled over it (RuntimeError)."


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="all bounds hold on Linux only")
@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (
            b"spin",
            "longer than 1 s of computing; it was given up. If it is your own and in order, ",
        ),
        (b"grow", "more than 256 MB of memory. If it is your own and in order, raise memory_mb"),
        (b"abort", "more than 256 MB"),
        (b"leave", "broke down"),
        (b"write", "stumbled over it (OSError)"),
    ],
)
def test_every_harm_costs_one_file(
    odd: Callable[[Limits], Decoder], run: bytes, harm: bytes, says: str
) -> None:
    pool = odd(Limits(memory_mb=256, cpu_s=1, wall_s=120))
    assert says in problem(pool, harm)
    assert len(pool.decode(run, "run.fit").runs) == 1


def test_a_worker_that_sleeps_is_stopped_by_the_clock(odd: Callable[[Limits], Decoder]) -> None:
    said = problem(odd(Limits(wall_s=1)), b"sleep")
    assert "longer than 1 s;" in said
    assert "raise wall_s under [import]" in said


def test_items_without_a_file_pass_through_and_few_are_taken_ahead(
    decoder: Decoder, run: bytes
) -> None:
    taken = []

    def items() -> Iterator[int]:
        for n in range(40):
            taken.append(n)
            yield n

    def job(n: int) -> tuple[bytes, str] | None:
        return (run, "run.fit") if n % 2 else None

    answered = decoder.decode_each(items(), job)
    first = [next(answered) for _ in range(2)]
    assert len(taken) < 12
    found = first + list(answered)
    assert [item for item, _ in found] == list(range(40))
    assert [decoded is None for _, decoded in found] == [n % 2 == 0 for n in range(40)]


def test_a_process_killed_while_idle_costs_nothing(decoder: Decoder, run: bytes) -> None:
    assert decoder.decode(run, "run.fit").runs
    [number] = decoder.processes
    os.kill(number, signal.SIGTERM)
    assert decoder.decode(run, "run.fit").runs


def test_a_pool_starts_late_ends_whole_and_may_be_left_half_way(run: bytes) -> None:
    with Decoder(1) as pool:
        assert not pool.processes
        for _ in pool.decode_each([run] * 50, lambda data: (data, "run.fit")):
            break
        alive = len(pool.processes)
    assert (alive, len(pool.processes)) == (1, 0)
    with pytest.raises(EvenstrideError, match="closed"):
        pool.decode(run, "run.fit")


def test_where_no_worker_can_start_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_SERVING", "no_such_module")
    with Decoder(1) as decoder, pytest.raises(EvenstrideError, match="could not be started"):
        decoder.decode(b"", "run.fit")


def test_a_module_in_the_folder_one_stands_in_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: bytes
) -> None:
    (tmp_path / "polars.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    with Decoder(1) as decoder:
        assert decoder.decode(run, "run.fit").runs


def test_limits_are_settings(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    assert load_limits(file) == Limits()
    file.write_text("[import]\ncpu_s = 33\nentries = 5\n")
    assert load_limits(file) == Limits(cpu_s=33)
    for wrong in ("[import]\ncpu_s = 0", "[import]\ncpu_s = true", "import = 3", "[import"):
        file.write_text(wrong)
        with pytest.raises(EvenstrideError, match=r"settings\.toml"):
            load_limits(file)
