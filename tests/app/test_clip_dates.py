"""When a film or photo was taken, by its own metadata."""

import io
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.app.clip_dates import Taken, taken_of

TAKEN = datetime(2024, 5, 1, 17, 3, 20, tzinfo=UTC)
SINCE_1904 = int((TAKEN - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())


def box(kind: bytes, inner: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(inner), kind) + inner


def film(*in_moov: bytes) -> bytes:
    return box(b"ftyp", b"isom") + box(b"mdat", bytes(64)) + box(b"moov", b"".join(in_moov))


def header(seconds: int = SINCE_1904, version: int = 0) -> bytes:
    return box(b"mvhd", bytes([version, 0, 0, 0]) + struct.pack(">Q" if version else ">I", seconds))


def photo(order: str, moment: bytes = b"2024:05:01 19:03:20\0", offset: bytes = b"") -> bytes:
    """Return a JPEG that holds nothing but Exif's moment, and its offset where given."""
    tags = [(0x9003, moment), *([(0x9011, offset)] if offset else [])]
    directory, texts = struct.pack(f"{order}H", len(tags)), b""
    first_text = 26 + 2 + 12 * len(tags) + 4
    for tag, text in tags:
        directory += struct.pack(f"{order}HHII", tag, 2, len(text), first_text + len(texts))
        texts += text
    tiff = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    tiff += struct.pack(f"{order}HHHIII", 1, 0x8769, 4, 1, 26, 0) + directory + bytes(4) + texts
    exif = b"Exif\0\0" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + b"\xff\xda"


def of(data: bytes) -> Taken | None:
    return taken_of(io.BytesIO(data))


@pytest.mark.parametrize("version", [0, 1])
def test_a_film_tells_its_moment_in_its_header(version: int) -> None:
    assert of(film(header(version=version))) == Taken("film", TAKEN)


def test_a_phone_s_own_moment_with_its_zone_comes_first() -> None:
    keys = box(b"meta", b"com.apple.quicktime.creationdate" + b"2024-05-01T19:04:00+0200")
    assert of(film(header(), keys)) == Taken(
        "film", datetime.fromisoformat("2024-05-01T19:04:00+02:00")
    )


@pytest.mark.parametrize("seconds", [0, 1, 2**32 - 1 - SINCE_1904])
def test_a_film_whose_clock_was_never_set_tells_no_moment(seconds: int) -> None:
    found = of(film(header(seconds % 10)))
    assert found == Taken("film", None)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_tells_when_it_was_taken(order: str) -> None:
    assert of(photo(order)) == Taken("photo", datetime.fromisoformat("2024-05-01T19:03:20"))
    zoned = of(photo(order, offset=b"+02:00\0"))
    assert zoned == Taken("photo", datetime.fromisoformat("2024-05-01T19:03:20+02:00"))


@pytest.mark.parametrize("moment", [b"0000:00:00 00:00:00\0", b"yesterday, at noon \0"])
def test_a_photo_without_a_true_moment_tells_none(moment: bytes) -> None:
    assert of(photo("<", moment)) == Taken("photo", None)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\3\4" + bytes(40), b".FIT" + bytes(40)])
def test_what_is_neither_film_nor_photo_is_known_as_such(data: bytes) -> None:
    assert of(data) is None


@given(st.data())
def test_damage_gives_a_moment_or_none_and_nothing_else(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([film(header()), photo("<"), photo(">")]))
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(broken)))
    found = of(bytes(broken[:cut]))
    assert found is None or found.kind in {"film", "photo"}
