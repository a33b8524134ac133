"""Files packed with gzip, as portals export them: unpacked in memory, up to a limit."""

import zlib
from dataclasses import dataclass
from io import BytesIO

from evenstride.model.issue import Issue

_MAGIC = b"\x1f\x8b\x08"
_FIXED_HEADER, _TRAILER = 10, 8
_HEADER_CHECKSUM, _EXTRA, _NAME, _COMMENT = 0x02, 0x04, 0x08, 0x10
_CHUNK = 4096  # of what is damaged, no more than this is lost
_MOST_MEMBERS = 1000


@dataclass(frozen=True)
class Unwrapped:
    """What a packed file holds.

    Attributes
    ----------
    data
        As much as could be unpacked.
    issues
        What was damaged, or too large.
    packed
        False for a file that was not packed at all.
    """

    data: bytes
    issues: tuple[Issue, ...] = ()
    packed: bool = True


def is_gzip(data: bytes) -> bool:
    """Return whether bytes begin as a gzip file does (RFC 1952)."""
    return data.startswith(_MAGIC)


def unwrap(data: bytes, name: str, largest: int) -> Unwrapped:
    """Unpack a gzip file, all its members one after the other.

    Parameters
    ----------
    data
        The packed bytes.
    name
        How issues call the file.
    largest
        How many bytes may come out; what would be more is left out, and that is said.

    Examples
    --------
    >>> import gzip
    >>> packed = gzip.compress(b"first ") + gzip.compress(b"second")
    >>> unwrap(packed, "run.fit.gz", 100).data
    b'first second'
    >>> unwrap(packed[:-10], "run.fit.gz", 100).issues[0].problem
    'The packed file ends in the middle; what stands before was unpacked.'
    """
    out, place, says = BytesIO(), 0, ""
    for _ in range(_MOST_MEMBERS):
        place, says = _member(data, place, out, largest)
        rest = data[place : place + _CHUNK]
        if says or not rest.strip(b"\0"):
            break
        if not is_gzip(rest):
            says = "After the packed part stands something else; it was left out"
            break
    else:
        says = f"It is packed in more than {_MOST_MEMBERS} pieces; the rest was left out"
    if not says:
        return Unwrapped(out.getvalue())
    issue = Issue("warning", f"{name}, byte {place}", f"{says}.", "Export the run again.")
    return Unwrapped(out.getvalue(), (issue,))


def _member(data: bytes, place: int, out: BytesIO, largest: int) -> tuple[int, str]:
    """Unpack one member; return where the next begins, and what was wrong."""
    before = out.tell()
    place = _after_header(data, place)
    # Bare: else what was unpacked last is lost where the checksum is wrong.
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    checksum = 0
    while not unpacking.eof:
        piece = unpacking.unconsumed_tail or data[place : place + _CHUNK]
        if not unpacking.unconsumed_tail:
            place += len(piece)
        if not piece:
            return len(data), "The packed file ends in the middle; what stands before was unpacked"
        try:
            found = unpacking.decompress(piece, min(_CHUNK, largest - out.tell() + 1))
        except zlib.error:
            return place - len(piece), "The packed file is damaged; what stands before was unpacked"
        checksum = zlib.crc32(found, checksum)
        out.write(found)
        if out.tell() > largest:
            out.truncate(out.seek(largest))
            return place, f"Unpacked, it is larger than {largest // 1_000_000} MB; cut off there"
    place -= len(unpacking.unused_data)
    trailer = data[place : place + _TRAILER]
    said = checksum.to_bytes(4, "little") + (out.tell() - before & 0xFFFFFFFF).to_bytes(4, "little")
    if trailer == said:
        return place + _TRAILER, ""
    if len(trailer) < _TRAILER:
        return len(data), "The packed file ends in the middle; what stands before was unpacked"
    return place + _TRAILER, "Its checksum is wrong, so something in it may be changed"


def _after_header(data: bytes, place: int) -> int:
    """Return where the packed bytes begin."""
    flags = data[place + 3] if place + 3 < len(data) else 0
    place += _FIXED_HEADER
    if flags & _EXTRA:
        place += 2 + int.from_bytes(data[place : place + 2], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = data.find(b"\0", place)
            place = len(data) if end < 0 else end + 1
    return place + (2 if flags & _HEADER_CHECKSUM else 0)
