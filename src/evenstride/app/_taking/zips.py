"""Zips, read by our own rules: every size is checked before anything is unpacked.

The zips of others are no friends. Python before 3.11.8 reads entries that lie over each other, so
that 109 KB become 19.5 GB; and a list of a million entries fills the memory before the first one
is opened. Here the list of contents is walked record by record and nothing of it is kept but where
entries begin.

Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
"""

import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from evenstride.app._taking.caps import UnwantedError

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_END, _END_64, _LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_ENTRY, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"
_END_SIZE, _LOCATOR_SIZE, _END_64_SIZE, _ENTRY_SIZE, _LOCAL_SIZE = 22, 20, 56, 46, 30
_LONGEST_COMMENT = 0xFFFF
_SEE_64 = 0xFFFFFFFF
_EXTRA_64 = 1
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_UTF_8 = 0x0800
_STORED, _DEFLATED = 0, 8
_FIRST_PIECE, _PIECE = 1 << 14, 1 << 16
_AGAIN = "Download or copy the zip again."


@dataclass(frozen=True)
class Member:
    """One entry of a zip, as its list of contents tells it.

    Attributes
    ----------
    name
        As written there: shown, never used as a path.
    at
        Byte at which its own header stands.
    packed, size
        Bytes packed and unpacked.
    crc
        Checksum of what comes out.
    method, flags
        How it is packed.
    """

    name: str
    at: int
    packed: int
    size: int
    crc: int
    method: int
    flags: int

    @property
    def is_folder(self) -> bool:
        """True for an entry that only names a folder."""
        return self.name.endswith("/") and self.size == 0


@dataclass(frozen=True)
class Listed:
    """A zip's list of contents: where it stands, and by how much all its offsets are off."""

    start: int
    end: int
    shift: int


def looks_like_zip(head: bytes) -> bool:
    """Return whether bytes begin as a zip does, an empty one too."""
    return head.startswith(MAGIC)


def find_list(file: BinaryIO) -> Listed:
    """Return where a zip's list of contents stands.

    Raises
    ------
    UnwantedError
        If it has none, as when a download was cut off.
    """
    size = file.seek(0, 2)
    first = max(0, size - _END_SIZE - _LONGEST_COMMENT)
    tail = _read(file, first, size - first)
    found = tail.rfind(_END)
    if found < 0 or len(tail) - found < _END_SIZE:
        raise UnwantedError(
            "The zip ends early: the list of what it holds, which stands at the end, is missing.",
            _AGAIN,
        )
    disk, _, _, _, length, start = struct.unpack_from("<4HII", tail, found + 4)
    end = first + found
    if _SEE_64 in {length, start} or 0xFFFF in struct.unpack_from("<4H", tail, found + 4):
        end, length, start = _list_64(file, end) or (end, length, start)
    shift = end - length - start
    if disk not in {0, 0xFFFF} or shift < 0 or length > end:
        raise UnwantedError(
            "The zip's list of what it holds is damaged, or it is one of parts.", _AGAIN
        )
    return Listed(end - length, end, shift)


def _list_64(file: BinaryIO, end: int) -> tuple[int, int, int] | None:
    """Return end, length and start of the list in a zip beyond 4 GB, None where it is none."""
    locator = _read(file, end - _LOCATOR_SIZE, _LOCATOR_SIZE) if end >= _LOCATOR_SIZE else b""
    at = end - _LOCATOR_SIZE - _END_64_SIZE
    if locator[:4] != _LOCATOR_64 or at < 0:
        return None
    record = _read(file, at, _END_64_SIZE)
    if record[:4] != _END_64 or len(record) < _END_64_SIZE:
        return None
    length, start = struct.unpack_from("<QQ", record, 40)
    return at, length, start


def members(file: BinaryIO, listed: Listed) -> Iterator[Member]:
    """Yield the entries of a zip in the order of its list, reading one at a time.

    Raises
    ------
    UnwantedError
        Where the list is damaged.
    """
    at = listed.start
    while at < listed.end:
        head = _read(file, at, _ENTRY_SIZE)
        if len(head) < _ENTRY_SIZE or head[:4] != _ENTRY:
            raise UnwantedError(
                "The zip's list of what it holds is damaged; the rest is lost.", _AGAIN
            )
        lengths = struct.unpack_from("<HHH", head, 28)
        text = _read(file, at + _ENTRY_SIZE, lengths[0] + lengths[1])
        yield _member(head, text[: lengths[0]], text[lengths[0] :], listed.shift)
        at += _ENTRY_SIZE + sum(lengths)


def _member(head: bytes, name: bytes, extra: bytes, shift: int) -> Member:
    flags, method = struct.unpack_from("<HH", head, 8)
    crc, packed, size = struct.unpack_from("<III", head, 16)
    (at,) = struct.unpack_from("<I", head, 42)
    size, packed, at = _wide((size, packed, at), extra)
    text = name.decode("utf-8" if flags & _UTF_8 else "cp437", "replace")
    return Member(text, at + shift, packed, size, crc, method, flags)


def _wide(numbers: tuple[int, int, int], extra: bytes) -> tuple[int, int, int]:
    """Return size, packed size and offset, those that need 64 bits from where they stand."""
    wide = _field_64(extra)
    out = []
    for number in numbers:
        if number == _SEE_64 and len(wide) >= 8:
            out.append(int.from_bytes(wide[:8], "little"))
            wide = wide[8:]
        else:
            out.append(number)
    return out[0], out[1], out[2]


def _field_64(extra: bytes) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _EXTRA_64:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return b""


class Places:
    """Where the entries of a zip begin, so that none reaches into the next."""

    def __init__(self, starts: "array[int]", end: int) -> None:
        self._starts = array("q", sorted(starts))
        self.end = end

    def room(self, at: int) -> int:
        """Return the byte before which an entry at `at` must end; `at` where two begin there."""
        after = bisect_right(self._starts, at)
        if after > 1 and self._starts[after - 2] == at:
            return at
        return self._starts[after] if after < len(self._starts) else self.end


def refusal(member: Member) -> UnwantedError | None:
    """Return why an entry cannot be unpacked at all, None where it can."""
    if member.flags & _ENCRYPTED:
        return UnwantedError(
            "It is locked with a password.", "Unpack the zip yourself and give the folder."
        )
    if member.method not in {_STORED, _DEFLATED}:
        return UnwantedError(
            f"It is packed in a way that is not read here (method {member.method}).",
            "Unpack the zip yourself and give the folder.",
        )
    return None


def unpacked(file: BinaryIO, member: Member, places: Places) -> Iterator[bytes]:
    """Yield what an entry holds, piece by piece; never more than its list of contents says.

    Raises
    ------
    UnwantedError
        Where it is damaged, overlaps another entry, or holds something else than was said.
    """
    start = _data_start(file, member, places)
    if start + member.packed > places.room(member.at):
        raise UnwantedError(
            "It lies over another entry of the zip, as in a zip bomb.",
            "Make a new zip of the files, or give the folder.",
        )
    crc = done = 0
    pieces = _inflated if member.method == _DEFLATED else _stored
    for piece in pieces(file, start, member):
        crc = zlib.crc32(piece, crc)
        done += len(piece)
        if done > member.size:
            raise UnwantedError("It holds more than the zip says.", _AGAIN)
        yield piece
    if done != member.size or crc != member.crc:
        raise UnwantedError("It is damaged: its checksum or length does not fit.", _AGAIN)


def _data_start(file: BinaryIO, member: Member, places: Places) -> int:
    head = _read(file, member.at, _LOCAL_SIZE) if 0 <= member.at < places.end else b""
    if len(head) < _LOCAL_SIZE or head[:4] != _LOCAL:
        raise UnwantedError("It is not where the zip says it stands.", _AGAIN)
    name, extra = struct.unpack_from("<HH", head, 26)
    return member.at + _LOCAL_SIZE + int(name) + int(extra)


def _stored(file: BinaryIO, start: int, member: Member) -> Iterator[bytes]:
    end, step = start + member.packed, _FIRST_PIECE
    while start < end:
        piece = _read(file, start, min(step, end - start))
        if not piece:
            return
        yield piece
        start += len(piece)
        step = _PIECE


def _inflated(file: BinaryIO, start: int, member: Member) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    step = _FIRST_PIECE
    for given in _stored(file, start, member):
        waiting = given
        while waiting and not unpacking.eof:
            try:
                piece = unpacking.decompress(waiting, step)
            except zlib.error as reason:
                raise UnwantedError("It is damaged and cannot be unpacked.", _AGAIN) from reason
            waiting, step = unpacking.unconsumed_tail, _PIECE
            if piece:
                yield piece
    while not unpacking.eof and (piece := unpacking.decompress(b"", _PIECE)):
        yield piece


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    try:
        file.seek(at)
        return file.read(length)
    except (OSError, OverflowError, ValueError) as reason:
        raise UnwantedError(f"It cannot be read: {reason}.", _AGAIN) from reason
