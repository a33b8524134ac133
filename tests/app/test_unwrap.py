"""Packed files: everything that can be unpacked is, and never more than allowed."""

import gzip
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.app.unwrap import is_gzip, unwrap

DATA = bytes(range(256)) * 200


def problem(packed: bytes, largest: int = 10**6) -> tuple[bytes, str]:
    found = unwrap(packed, "run.fit.gz", largest)
    [issue] = found.issues
    assert issue.level == "warning"
    assert issue.where.startswith("run.fit.gz, byte ")
    return found.data, issue.problem


@given(st.lists(st.binary(max_size=9000), min_size=1, max_size=4), st.integers(0, 9))
def test_all_members_come_out_whole_and_zeros_after_them_mean_nothing(
    parts: list[bytes], level: int
) -> None:
    packed = b"".join(gzip.compress(part, level) for part in parts)
    for padded in (packed, packed + bytes(700)):
        found = unwrap(padded, "x", 10**6)
        assert (found.data, found.issues) == (b"".join(parts), ())


def test_names_comments_and_extras_in_the_header_are_passed_over() -> None:
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = body.compress(DATA) + body.flush()
    head = b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x03\0abc" + b"run.fit\0" + b"hello\0" + b"\0\0"
    tail = zlib.crc32(DATA).to_bytes(4, "little") + len(DATA).to_bytes(4, "little")
    found = unwrap(head + packed + tail, "x", 10**6)
    assert (found.data, found.issues) == (DATA, ())


def test_a_file_cut_short_gives_what_stands_before() -> None:
    packed = gzip.compress(DATA, 0)
    data, says = problem(packed[: len(packed) // 2])
    assert DATA.startswith(data)
    assert len(data) > 0.4 * len(DATA)
    assert "ends in the middle" in says
    data, says = problem(packed[:-3])
    assert data == DATA
    assert "ends in the middle" in says


def test_a_wrong_checksum_keeps_everything_and_says_so() -> None:
    packed = bytearray(gzip.compress(DATA))
    packed[-6] ^= 1
    data, says = problem(bytes(packed))
    assert data == DATA
    assert "checksum is wrong" in says


def test_damage_inside_keeps_what_stands_before() -> None:
    packed = bytearray(gzip.compress(DATA, 0))
    packed[-15_000:-14_000] = b"\xff" * 1000
    whole = gzip.compress(DATA[:40_000]) + bytes(packed[:11]) + b"\xff" * 50
    data, says = problem(whole)
    assert data[:40_000] == DATA[:40_000]
    assert "is damaged" in says


def test_what_follows_that_is_not_packed_is_left_out_and_told() -> None:
    data, says = problem(gzip.compress(DATA) + b"hello")
    assert data == DATA
    assert "something else" in says


def test_a_bomb_is_cut_off_at_the_limit_and_takes_no_more_memory() -> None:
    bomb = gzip.compress(bytes(50_000_000), 9)
    tracemalloc.start()
    data, says = problem(bomb, 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(data) == 1_000_000
    assert peak < 4_000_000
    assert "larger than 1 MB" in says


def test_a_file_of_very_many_pieces_is_cut_off() -> None:
    _, says = problem(gzip.compress(b"") * 1500)
    assert "pieces" in says


@given(st.binary(max_size=300), st.integers(0, 10**6), st.integers(0, 255))
def test_nothing_raises(noise: bytes, place: int, byte: int) -> None:
    packed = bytearray(gzip.compress(DATA))
    packed[place % len(packed)] = byte
    for data in (b"\x1f\x8b\x08" + noise, bytes(packed)):
        assert len(unwrap(data, "x", 10**5).data) <= 10**5


def test_a_real_packed_file_is_no_fit_file_but_holds_one(real_data: Path) -> None:
    packed = (real_data / "fit" / "bad" / "made-gzip.fit").read_bytes()
    assert is_gzip(packed)
    assert unwrap(packed, "x", 10**8).data[8:12] == b".FIT"


@pytest.mark.parametrize("data", [b"", b"\x1f\x8b", b".FIT", b"PK\x03\x04"])
def test_only_gzip_is_taken_for_gzip(data: bytes) -> None:
    assert not is_gzip(data)
