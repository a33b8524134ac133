"""When a film or photo was taken, by its own metadata: MP4 and MOV films, JPEG photos.

Only the few bytes that hold the moment are read; nothing is decoded, and whatever is damaged or
unknown gives no moment rather than a wrong one. Films: the ``mvhd`` box of ISO/IEC 14496-12 and
Apple's ``com.apple.quicktime.creationdate``. Photos: DateTimeOriginal of Exif 2.32 (JEITA
CP-3451C) with its OffsetTimeOriginal.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Literal, TypeAlias

ClipKind: TypeAlias = Literal["film", "photo"]
_FIRST_BYTES = 16
_PNG, _MATROSKA = b"\x89PNG\r\n\x1a\n", b"\x1aE\xdf\xa3"
_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free"}
_PHOTO_BRANDS = {b"heic", b"heix", b"mif1", b"avif"}
_MOST_BOXES = 10_000
_LARGEST_MOOV = 64_000_000
_LARGEST_SEGMENTS = 2_000_000
_MOST_ENTRIES = 1_000
_MAC_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_EARLIEST_YEAR = 1990
_WRITTEN = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})")
_APPLE_KEY = b"com.apple.quicktime.creationdate"
_EXIF_IFD, _ORIGINAL, _OFFSET_ORIGINAL = 0x8769, 0x9003, 0x9011


@dataclass(frozen=True)
class Taken:
    """What a film or photo says about itself.

    Attributes
    ----------
    kind
        ``film`` or ``photo``.
    moment
        When it was taken; without a time zone where the file gives none; None where it does not
        say.
    """

    kind: ClipKind
    moment: datetime | None


def taken_of(stream: BinaryIO) -> Taken | None:
    """Return when a film or photo was taken, None where it is neither.

    Parameters
    ----------
    stream
        Of the whole file, at its beginning; must be able to seek.
    """
    head = stream.read(_FIRST_BYTES)
    box, brand = head[4:8], head[8:12]
    if head[:3] == b"\xff\xd8\xff":
        return Taken("photo", _plausible(_of_jpeg(stream)))
    if head[:8] == _PNG or (box == b"ftyp" and brand in _PHOTO_BRANDS):
        return Taken("photo", None)
    if box in _FIRST_BOXES:
        return Taken("film", _plausible(_of_film(stream)))
    if head[:4] == _MATROSKA or (head[:4] == b"RIFF" and brand == b"AVI "):
        return Taken("film", None)
    return None


def _plausible(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment.year >= _EARLIEST_YEAR else None


# --- films --------------------------------------------------------------------------------------


def _of_film(stream: BinaryIO) -> datetime | None:
    size = stream.seek(0, 2)
    for kind, start, end in _file_boxes(stream, size):
        if kind == b"moov":
            stream.seek(start)
            return _of_moov(stream.read(min(end - start, _LARGEST_MOOV)))
    return None


def _file_boxes(stream: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, first byte and end of each box, jumping over what it holds."""
    at = 0
    for _ in range(_MOST_BOXES):
        stream.seek(at)
        head = stream.read(16)
        box = _box(head, 0, size - at)
        if box is None:
            return
        kind, start, end = box
        yield kind, at + start, at + end
        at += end


def _box(data: bytes, at: int, size: int) -> tuple[bytes, int, int] | None:
    """Return kind, first byte and end of the box at a place, None where there is none."""
    if len(data) - at < 8 or size - at < 8:
        return None
    length, kind = struct.unpack_from(">I4s", data, at)
    start = at + 8
    if length == 1 and len(data) - at >= 16:
        length = struct.unpack_from(">Q", data, at + 8)[0]
        start = at + 16
    end = size if length == 0 else at + length
    return (kind, start, end) if start <= end <= size else None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MOST_BOXES):
        box = _box(data, at, len(data))
        if box is None:
            return
        kind, start, at = box
        yield kind, data[start:at]


def _of_moov(moov: bytes) -> datetime | None:
    """Return Apple's own moment, which knows the place's time, else that of the film's header."""
    boxes = list(_boxes(moov))
    for kind, inner in boxes:
        if kind == b"meta" and _APPLE_KEY in inner:
            written = _WRITTEN.search(inner)
            if written:
                return _iso(written[0].decode("ascii"))
    return next((_of_mvhd(inner) for kind, inner in boxes if kind == b"mvhd"), None)


def _of_mvhd(inner: bytes) -> datetime | None:
    wide = inner[:1] == b"\x01"
    if len(inner) < (12 if wide else 8):
        return None
    seconds: int = struct.unpack_from(">Q" if wide else ">I", inner, 4)[0]
    try:
        return _MAC_EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


# --- photos -------------------------------------------------------------------------------------


def _of_jpeg(stream: BinaryIO) -> datetime | None:
    stream.seek(2)
    data = stream.read(_LARGEST_SEGMENTS)
    at = 0
    while len(data) - at >= 4 and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = struct.unpack_from(">H", data, at + 2)[0]
        inner = data[at + 4 : at + 2 + length]
        if data[at + 1] == 0xE1 and inner[:6] == b"Exif\x00\x00":
            return _of_tiff(inner[6:])
        at += 2 + max(length, 2)
    return None


def _of_tiff(tiff: bytes) -> datetime | None:
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return None
    first = _entries(tiff, order, struct.unpack_from(f"{order}I", tiff, 4)[0])
    if _EXIF_IFD not in first:
        return None
    exif = _entries(tiff, order, struct.unpack(f"{order}I", first[_EXIF_IFD])[0])
    text = _ascii(tiff, order, exif.get(_ORIGINAL), 19)
    offset = _ascii(tiff, order, exif.get(_OFFSET_ORIGINAL), 6)
    found = re.fullmatch(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", text)
    if found is None:
        return None
    zone = offset if re.fullmatch(r"[+-]\d\d:\d\d", offset) else ""
    return _iso(f"{found[1]}-{found[2]}-{found[3]}T{found[4]}{zone}")


def _entries(tiff: bytes, order: str, at: int) -> dict[int, bytes]:
    """Return the four value bytes of each entry of a directory, by tag."""
    if len(tiff) - at < 2:
        return {}
    count = min(struct.unpack_from(f"{order}H", tiff, at)[0], _MOST_ENTRIES)
    whole = min(count, (len(tiff) - at - 2) // 12)
    places = (at + 2 + 12 * i for i in range(whole))
    return {
        struct.unpack_from(f"{order}H", tiff, place)[0]: tiff[place + 8 : place + 12]
        for place in places
    }


def _ascii(tiff: bytes, order: str, value: bytes | None, length: int) -> str:
    """Return a text too long for the entry itself, which then says where it lies."""
    if value is None:
        return ""
    at = struct.unpack(f"{order}I", value)[0]
    return tiff[at : at + length].decode("ascii", "replace").rstrip("\x00 ")
