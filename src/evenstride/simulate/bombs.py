"""Inputs made to do harm, as small files: what no export holds and every importer meets one day.

Each is to end in words within seconds and a few megabytes. None holds a run but the one whose
names try to climb out of the folder.
"""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.takeouts import fit_of

_MANY = 300_000
_ZEROS = 100_000_000
_STORED, _DEFLATED, _LZMA = 0, 8, 14
_NOT_TOLD = 0xFFFFFFFF


@dataclass(frozen=True)
class Bomb:
    """One harmful input.

    Attributes
    ----------
    name
        The file's name.
    does
        What it tries.
    make
        Returns its bytes; equal every time.
    says
        Words that must stand in what is said about it; empty where a run comes out of it.
    """

    name: str
    does: str
    make: Callable[[], bytes]
    says: str


@dataclass(frozen=True)
class _Listed:
    """One entry as a zip's list of contents tells it, true or not."""

    name: bytes
    at: int
    packed: int
    size: int
    crc: int = 0
    method: int = _STORED
    flags: int = 0
    extra: bytes = b""

    def own_header(self) -> bytes:
        head = struct.pack(
            "<4s5H3IHH",
            b"PK\3\4",
            20,
            self.flags,
            self.method,
            0,
            33,
            self.crc,
            self.packed,
            self.size,
            len(self.name),
            0,
        )
        return head + self.name

    def in_list(self) -> bytes:
        head = struct.pack(
            "<4s6H3I5HII",
            b"PK\1\2",
            20,
            20,
            self.flags,
            self.method,
            0,
            33,
            self.crc,
            self.packed,
            self.size,
            len(self.name),
            len(self.extra),
            0,
            0,
            0,
            0,
            self.at,
        )
        return head + self.name + self.extra


def _zip(before: bytes, listed: bytes, count: int) -> bytes:
    """Return a zip of what stands before the list, the list, and the end."""
    end = struct.pack(
        "<4s4HIIH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(listed), len(before), 0
    )
    return before + listed + end


def _one(data: bytes, told: _Listed) -> bytes:
    """Return a zip of one entry that is told as `told`, whatever it holds."""
    return _zip(told.own_header() + data, told.in_list(), 1)


def _deflated(data: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packing.compress(data) + packing.flush()


def _packed(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _zeros() -> tuple[bytes, int]:
    """Return many zeros packed, and their checksum, without ever holding them."""
    packing, crc, piece = zlib.compressobj(9, zlib.DEFLATED, -15), 0, bytes(1_000_000)
    out = []
    for _ in range(_ZEROS // len(piece)):
        out.append(packing.compress(piece))
        crc = zlib.crc32(piece, crc)
    return b"".join((*out, packing.flush())), crc


def _well_packed() -> bytes:
    data, crc = _zeros()
    return _one(data, _Listed(b"run.fit", 0, len(data), _ZEROS, crc, _DEFLATED))


def _same_place() -> bytes:
    """Return many entries that all stand at one place."""
    data = _deflated(bytes(900_000))
    told = _Listed(b"run.fit", 0, len(data), 900_000, zlib.crc32(bytes(900_000)), _DEFLATED)
    return _zip(told.own_header() + data, told.in_list() * 5000, 5000)


def _quoted() -> bytes:
    """Return entries each of which holds the headers of all that follow."""
    kernel = _deflated(bytes(900_000))
    told = [_Listed(f"{n:04d}.fit".encode(), n * 38, 0, 900_000, 1, _DEFLATED) for n in range(900)]
    end = 900 * 38 + len(kernel)
    told = [replace(one, packed=end - one.at - 38) for one in told]
    before = b"".join(one.own_header() for one in told) + kernel
    return _zip(before, b"".join(one.in_list() for one in told), len(told))


def _deep(count: int, wrap: Callable[[bytes], bytes]) -> bytes:
    data = b"no run"
    for _ in range(count):
        data = wrap(data)
    return data


def _wide() -> bytes:
    """Return zips of zips, sixteen at each of five floors: a million at the bottom."""
    data = b"no run"
    for floor in range(5):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for n in range(16):
                made.writestr(zipfile.ZipInfo(f"{floor}{n}.zip"), data, zipfile.ZIP_DEFLATED)
        data = out.getvalue()
    return data


def _too_many() -> bytes:
    told = _Listed(b"a.fit", 0, 0, 0)
    return _zip(told.own_header(), told.in_list() * _MANY, _MANY)


def _more_than_told() -> bytes:
    data = _deflated(bytes(5_000_000))
    return _one(data, _Listed(b"run.fit", 0, len(data), 100_000, 0, _DEFLATED))


def _absurd() -> bytes:
    wide = struct.pack("<HHQQ", 1, 16, 1 << 62, 1 << 61)
    told = _Listed(b"run.fit", 0, _NOT_TOLD, _NOT_TOLD, extra=wide)
    return _zip(replace(told, packed=6, size=6).own_header() + b"no run", told.in_list(), 1)


def _elsewhere() -> bytes:
    wide = struct.pack("<HHQ", 1, 8, 1 << 62)
    told = _Listed(b"run.fit", _NOT_TOLD, 6, 6, extra=wide)
    return _zip(told.own_header() + b"no run", told.in_list(), 1)


def _climbing() -> bytes:
    """Return a run under names that would climb out of the folder, were they used."""
    run = simulate(Scenario(minutes=2), seed=3)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for n, name in enumerate(("../../run.fit", "/etc/run.fit", "C:\\run\x1b[31m\u202e.fit")):
            start = datetime(2024, 1, 1 + n, 8, tzinfo=UTC)
            made.writestr(zipfile.ZipInfo(name), fit_of(run, start, 7))
    return out.getvalue()


def _laughs() -> bytes:
    """Return a billion laughs: ten entities, each ten times the one before."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    return f'<?xml version="1.0"?><!DOCTYPE gpx [{entities}]><gpx>&l9;</gpx>'.encode()


def _quadratic() -> bytes:
    body = "&a;" * 10_000
    return f'<!DOCTYPE gpx [<!ENTITY a "{"a" * 60_000}">]><gpx>{body}</gpx>'.encode()


def _outside() -> bytes:
    entity = '<!ENTITY x SYSTEM "file:///etc/passwd">'
    return (
        f"<!DOCTYPE TrainingCenterDatabase [{entity}]>"
        "<TrainingCenterDatabase><Notes>&x;</Notes></TrainingCenterDatabase>"
    ).encode()


_SOUND = _Listed(b"run.fit", 0, 6, 6, zlib.crc32(b"no run"))
_BILLION = "no recording can be packed so well"

BOMBS: tuple[Bomb, ...] = (
    Bomb("packed.zip", "100 MB of zeros in 97 KB", _well_packed, _BILLION),
    Bomb("same.zip", "5,000 entries at one place", _same_place, "lies over another entry"),
    Bomb("quoted.zip", "each entry holds all the next", _quoted, "lies over another entry"),
    Bomb(
        "deep.zip",
        "30 zips in each other",
        lambda: _deep(30, lambda data: _packed("a.zip", data)),
        "deep inside each other",
    ),
    Bomb("wide.zip", "a million zips on five floors", _wide, "deep inside each other"),
    Bomb("many.zip", "300,000 entries in 15 MB", _too_many, "more files than"),
    Bomb("more.zip", "an entry longer than told", _more_than_told, "holds more than the zip says"),
    Bomb("absurd.zip", "an entry of 4 million TB", _absurd, "lies over another entry"),
    Bomb("elsewhere.zip", "an entry far behind the end", _elsewhere, "not where the zip says"),
    Bomb(
        "locked.zip",
        "an entry locked with a password",
        lambda: _one(b"no run", replace(_SOUND, flags=1)),
        "locked with a password",
    ),
    Bomb(
        "odd.zip",
        "a way of packing few programs know",
        lambda: _one(b"no run", replace(_SOUND, method=_LZMA)),
        "method 14",
    ),
    Bomb(
        "changed.zip",
        "an entry whose checksum is wrong",
        lambda: _one(b"no fun", _SOUND),
        "checksum or length",
    ),
    Bomb(
        "cut.zip",
        "the first half of a zip",
        lambda: _packed("run.fit", bytes(range(256)) * 40)[:-60],
        "ends early",
    ),
    Bomb("names.zip", "names that climb out of the folder", _climbing, ""),
    Bomb(
        "zeros.fit.gz",
        "100 MB of zeros in 97 KB",
        lambda: gzip.compress(bytes(100_000_000), 9, mtime=0),
        _BILLION,
    ),
    Bomb(
        "deep.fit.gz",
        "30 gzip files in each other",
        lambda: _deep(30, lambda data: gzip.compress(data, mtime=0)),
        "deep inside each other",
    ),
    Bomb(
        "pieces.fit.gz",
        "100,000 empty gzip files in a row",
        lambda: gzip.compress(b"", mtime=0) * 100_000,
        "pieces",
    ),
    Bomb("laughs.gpx", "entities of entities: a billion laughs", _laughs, "entit"),
    Bomb("quadratic.gpx", "one long entity, 10,000 times", _quadratic, "no file of a known format"),
    Bomb("outside.tcx", "an entity that reads another file", _outside, "entit"),
    Bomb("nested.gpx", "200,000 elements in each other", lambda: b"<gpx>" + b"<a>" * 200_000, ""),
    Bomb(
        "line.csv",
        "one line of 20 MB",
        lambda: b"Timestamp,Power (w/kg),Stryd Speed (m/s)\n" + b"1" * 20_000_000,
        "",
    ),
)
