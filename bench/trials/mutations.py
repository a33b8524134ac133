"""Ways to damage a file: by accident, by a bad program, by intent.

Every way takes chance, a sound file and a file of another format, and returns bytes. Those for
bytes fit every file; those for text, XML and FIT fit such files only.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

import numpy as np

from evenstride.writers.fit import checksum

Chance: TypeAlias = np.random.Generator
Damage: TypeAlias = Callable[[Chance, bytes, bytes], bytes]

T = TypeVar("T")

MEGABYTE = 1024**2
_LIES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1)
_NUMBER = re.compile(rb"(?<![\w.])[-+]?\d+(?:\.\d+)?(?![\w.])")
_ODD_NUMBERS = (
    *(b"nan", b"NaN", b"inf", b"-inf", b"1e999", b"-1e308", b"1e-320", b"-0", b"", b" ", b"null"),
    *(b"9" * 30, b"9" * 5000, b"-1", b"1,5", b"1.2.3", b"0x10", b"1_000", b"--", b"#REF!", b"=1+1"),
    *("٣".encode(), "１２".encode(), "½".encode(), b"1e5000000", b"-99999999999999999999"),
)
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\d")
_ODD_DATES = (
    *(b"0000-00-00", b"9999-12-31", b"0001-01-01", b"2024-02-30", b"1969-12-31", b"99999-01-01"),
    *(b"", b"2024-13-01", b"-2024-01-01", b"T"),
)
_ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "cp037")
_DECLARED = (b"UTF-16", b"UTF-32", b"UTF-7", b"IBM037", b"ISO-8859-1", b"x-none", b"idna", b"hex")
_SEPARATORS = (b";", b"\t", b"|", b",,", b'","', b"\0", b"\r", b"\x0b")
_FLOODS = (
    *(b"<a>", b"<!--", b"<![CDATA[", b"</a>", b"<a/>", b"&#48;", b"&lt;", b"<?a ?>", b"<a b='"),
    *(b"<x:a>", b"<!DOCTYPE a [", b"]]>", b"<trk><trkseg>", b"<Track/>"),
)


# --- any file ---


def one_of(chance: Chance, options: Sequence[T]) -> T:
    """Return one of several; NumPy's own choice would cut zeros off bytes."""
    return options[int(chance.integers(len(options)))]


def place(chance: Chance, data: bytes) -> int:
    """Return a place in a file: half of the time near its beginning, where the promises stand."""
    near = min(len(data), 600)
    return int(chance.integers(0, max(near if chance.random() < 0.5 else len(data), 1)))


def block(chance: Chance, data: bytes, longest: int = 2000) -> tuple[int, int]:
    """Return first and after-last byte of a block."""
    first = place(chance, data)
    return first, min(len(data), first + int(chance.integers(1, longest)))


def bits_flipped(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Change single bits."""
    out = bytearray(data)
    for _unused in range(int(2 ** chance.uniform(0, 8))):
        out[place(chance, data)] ^= 1 << int(chance.integers(8))
    return bytes(out)


def bytes_inserted(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Put foreign bytes in."""
    at = place(chance, data)
    return data[:at] + chance.bytes(int(chance.integers(1, 300))) + data[at:]


def bytes_deleted(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Lose a block."""
    first, after = block(chance, data)
    return data[:first] + data[after:]


def blocks_swapped(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Exchange two blocks."""
    cuts = sorted(int(cut) for cut in chance.integers(0, len(data), 4))
    one, two, three, four = cuts
    return data[:one] + data[three:four] + data[two:three] + data[one:two] + data[four:]


def block_repeated(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Write a block many times, up to a few megabytes in all."""
    first, after = block(chance, data, 400)
    most = 4 * MEGABYTE // max(after - first, 1)
    times = int(2 ** chance.uniform(1, np.log2(max(most, 4))))
    return data[:after] + data[first:after] * times + data[after:]


def hole_of_zeros(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Leave a hole, as a disk does that was not written to."""
    first, after = block(chance, data, 8000)
    return data[:first] + bytes([one_of(chance, [0, 0, 255])]) * (after - first) + data[after:]


def cut_short(chance: Chance, data: bytes, _: bytes) -> bytes:
    """End early, or begin late."""
    at = place(chance, data)
    return data[at:] if chance.random() < 0.2 else data[:at]


def spliced(chance: Chance, data: bytes, other: bytes) -> bytes:
    """Go on as a file of another format, or let it stand in the middle."""
    at, cut = place(chance, data), place(chance, other)
    tail = data[at:] if chance.random() < 0.5 else b""
    return data[:at] + other[cut:] + tail


def beginning_damaged(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Write over the first bytes."""
    length = int(chance.integers(1, 64))
    first = int(chance.integers(0, 32))
    return data[:first] + chance.bytes(length) + data[first + length :]


def lengths_that_lie(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Put a number that is far too large or small where a length or count may stand."""
    out = bytearray(data)
    for _unused in range(int(chance.integers(1, 4))):
        size = one_of(chance, [1, 2, 4, 8])
        lie = one_of(chance, _LIES) & (256**size - 1)
        at = place(chance, data)
        out[at : at + size] = lie.to_bytes(size, "little")
    return bytes(out)


def concatenated(chance: Chance, data: bytes, other: bytes) -> bytes:
    """Write files one after another."""
    if chance.random() < 0.3:
        return data + other + data
    return data * int(2 ** chance.uniform(1, 5))


def random_after_the_beginning(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Keep a few bytes and fill up with chance."""
    kept = one_of(chance, [0, 4, 14, 60, 500])
    return data[:kept] + chance.bytes(int(2 ** chance.uniform(0, 20)))


def compressed(chance: Chance, data: bytes, other: bytes) -> bytes:
    """Compress: soundly, twice, cut, changed, followed by more, or as a bomb."""
    packed = gzip.compress(data, 1, mtime=0)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: packed,
        lambda: gzip.compress(packed, 1, mtime=0),
        lambda: cut_short(chance, packed, other),
        lambda: bits_flipped(chance, packed, other),
        lambda: packed + gzip.compress(other, 1, mtime=0),
        lambda: packed + b"no more",
        lambda: gzip.compress(block_repeated(chance, data, other), 1, mtime=0),
        lambda: gzip.compress(any_damage(chance, data, other), 1, mtime=0),
        lambda: bomb(chance, data),
        lambda: packed[:10] + zlib.compress(data, 1),
    )
    return one_of(chance, ways)()


def bomb(chance: Chance, data: bytes) -> bytes:
    """Return a small file that unpacks to some gigabytes."""
    filling = one_of(chance, [b"\0", b" ", b"\n", data[:1] or b"<"])
    member = gzip.compress(bytes(filling) * (16 * MEGABYTE), 9, mtime=0)
    return gzip.compress(data, 1, mtime=0) + member * int(chance.integers(2, 200))


def any_damage(chance: Chance, data: bytes, other: bytes) -> bytes:
    """Damage in one of the plain ways for any file."""
    ways = tuple(ANY.values())[:-2]
    return one_of(chance, ways)(chance, data, other)


def twice_damaged(chance: Chance, data: bytes, other: bytes) -> bytes:
    """Damage in two ways."""
    return any_damage(chance, any_damage(chance, data, other) or data, other)


ANY: dict[str, Damage] = {
    "bits flipped": bits_flipped,
    "bytes inserted": bytes_inserted,
    "bytes deleted": bytes_deleted,
    "blocks swapped": blocks_swapped,
    "a block repeated": block_repeated,
    "holes of zeros": hole_of_zeros,
    "cut short": cut_short,
    "spliced with another format": spliced,
    "beginning damaged": beginning_damaged,
    "lengths that lie": lengths_that_lie,
    "concatenated": concatenated,
    "random": random_after_the_beginning,
    "compressed": compressed,
    "damaged twice": twice_damaged,
}


# --- text ---


def numbers_replaced(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Replace some numbers, or all, by what a program or a table calculator makes of them."""
    share = one_of(chance, [0.001, 0.05, 1.0])
    odd = one_of(chance, _ODD_NUMBERS)
    longest = 2 * MEGABYTE // max(len(odd), 1)
    left = [longest]

    def replaced(found: re.Match[bytes]) -> bytes:
        if left[0] and chance.random() < share:
            left[0] -= 1
            return odd
        return found[0]

    return _NUMBER.sub(replaced, data)


def dates_replaced(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Replace some dates, or all, by days that never were."""
    share = one_of(chance, [0.02, 1.0])
    odd = one_of(chance, _ODD_DATES)
    return _MOMENT.sub(lambda found: odd if chance.random() < share else found[0], data)


def encoded_anew(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Write in another encoding, or put bytes in that are none."""
    text = data.decode("utf-8", "replace")
    way = int(chance.integers(len(_ENCODINGS) + 2))
    if way < len(_ENCODINGS):
        return text.encode(_ENCODINGS[way], "replace")
    at = place(chance, data)
    odd = b"\xff\xfe\xfd\x80\xe4" if way == len(_ENCODINGS) else b"\xed\xa0\x80\0\xf4\x90\x80\x80"
    return data[:at] + odd + data[at:]


def lines_shuffled(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Put lines in another order, or lose, or repeat some."""
    lines = data.splitlines(keepends=True)
    order = chance.permutation(len(lines)) if chance.random() < 0.5 else np.arange(len(lines))
    kept = order[chance.random(order.size) > one_of(chance, [0.0, 0.1, 0.9])]
    times = 1 if chance.random() < 0.7 else int(chance.integers(2, 50))
    return b"".join(lines[k] for k in kept) * times


def giant_line(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Put in a line, or a word, of some megabytes."""
    at = place(chance, data)
    piece = one_of(chance, [b"x", b",", b'"', b"1,", b" ", b"1", b"e", b"-"])
    return data[:at] + bytes(piece) * int(2 ** chance.uniform(10, 21)) + data[at:]


def separators_replaced(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Separate by something else."""
    other = one_of(chance, _SEPARATORS)
    old = one_of(chance, [b",", b"\n", b":", b"."])
    return data.replace(old, other, one_of(chance, [1, 50, -1]))


TEXT: dict[str, Damage] = {
    "numbers replaced": numbers_replaced,
    "dates replaced": dates_replaced,
    "encoded anew": encoded_anew,
    "lines shuffled": lines_shuffled,
    "giant lines": giant_line,
    "separators replaced": separators_replaced,
}


# --- XML ---


def nested_deeply(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Open tags and never, or much later, close them."""
    depth = int(2 ** chance.uniform(6, 19))
    at = data.find(b">", place(chance, data)) + 1
    names: list[bytes] = re.findall(rb"<(\w+)", data) or [b"a"]
    name = one_of(chance, names)
    closed = b"</" + name + b">" if chance.random() < 0.5 else b""
    return data[:at] + (b"<" + name + b">") * depth + closed * depth + data[at:]


def entities(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Declare entities that grow, that loop, or that ask for a file or an address."""
    tenfold = b"".join(b'<!ENTITY e%d "%b">' % (k, b"&e%d;" % (k - 1) * 10) for k in range(1, 12))
    declared = (
        b'<!ENTITY e0 "ha">' + tenfold,
        b'<!ENTITY e11 "' + b"x" * MEGABYTE + b'">',
        b'<!ENTITY e11 SYSTEM "file:///etc/hostname">',
        b'<!ENTITY e11 SYSTEM "http://127.0.0.1:9/x">',
        b'<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;',
        b'<!ENTITY e11 "&e11;">',
        b'<!ATTLIST a b CDATA "' + b"x" * 1000 + b'">',
    )
    inner = one_of(chance, declared)
    start = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
    body = _NUMBER.sub(b"&e11;", data[start:], count=one_of(chance, [1, 50, 1000]))
    return data[:start] + b"<!DOCTYPE a [" + inner + b"]>" + body


def flooded(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Put the same piece of markup in, very often."""
    piece = one_of(chance, _FLOODS)
    at = data.find(b">", place(chance, data)) + 1
    return data[:at] + piece * int(2 ** chance.uniform(4, 18)) + data[at:]


def tags_renamed(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Call a tag by another's name, lose it, or write it where it does not belong."""
    names = sorted(set(re.findall(rb"<([\w:]+)", data))) or [b"a"]
    one, two = (names[int(k)] for k in chance.integers(len(names), size=2))
    ways = (
        data.replace(b"<" + one, b"<" + two).replace(b"</" + one, b"</" + two),
        data.replace(b"</" + one + b">", b"", one_of(chance, [1, 50, -1])),
        data.replace(b"<" + one, b"<" + two, one_of(chance, [1, 50])),
        data.replace(b"<" + one, b"<n:" + one + b" xmlns:n='urn:x'", 40),
        re.sub(rb' xmlns(:\w+)?="[^"]*"', b"", data),
        re.sub(rb'="[^"]*"', b'="x"', data, count=int(chance.integers(1, 100))),
    )
    return one_of(chance, ways)


def declared_otherwise(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Declare an encoding the file is not in, or begin with something else."""
    name = one_of(chance, _DECLARED)
    body = data[data.find(b"?>") + 2 :] if data.startswith(b"<?xml") else data
    first = one_of(chance, [b"", b"\n ", b"\xef\xbb\xbf", b"\0", b"<!DOCTYPE html>", b"<html/>"])
    return bytes(first) + b'<?xml version="1.0" encoding="' + name + b'"?>' + body


XML: dict[str, Damage] = {
    "nested deeply": nested_deeply,
    "entities": entities,
    "flooded with markup": flooded,
    "tags renamed": tags_renamed,
    "declared otherwise": declared_otherwise,
}


# --- FIT ---


def sealed(data: bytes) -> bytes:
    """Return a FIT file whose header and checksums fit its content again, damaged or not."""
    if len(data) < 14:
        return data
    head = bytes([14]) + data[1:4] + max(len(data) - 16, 0).to_bytes(4, "little") + b".FIT"
    body = head + checksum(head).to_bytes(2, "little") + data[14:-2]
    return body + checksum(body).to_bytes(2, "little")


def damaged_and_sealed(chance: Chance, data: bytes, other: bytes) -> bytes:
    """Damage, then mend the checksums, so that the reader has no warning."""
    ways = (bits_flipped, lengths_that_lie, bytes_inserted, bytes_deleted, hole_of_zeros)
    return sealed(one_of(chance, ways)(chance, data, other))


def layouts_that_lie(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Change sizes, types and numbers of fields where layouts are given, and mend the checksums."""
    out = bytearray(data)
    starts = [k for k in range(14, min(len(data) - 8, 4000)) if data[k : k + 2] in _LAYOUTS]
    for _unused in range(int(chance.integers(1, 8))):
        at = one_of(chance, starts) if starts else 14
        spot = at + int(chance.integers(2, 40))
        out[min(spot, len(out) - 1)] = int(chance.integers(256))
    return sealed(bytes(out))


_LAYOUTS = {bytes([0x40 | developer | local, 0]) for developer in (0, 0x20) for local in range(16)}


def layouts_in_thousands(chance: Chance, data: bytes, _: bytes) -> bytes:
    """Give a layout anew before every message, each time another one; one-byte messages too."""
    count = int(2 ** chance.uniform(4, 15))
    fields = one_of(chance, [0, 1, 60, 255])
    pieces = []
    for k in range(count):
        spots = bytes((k + s) % 256 if b == 0 else b for s in range(fields) for b in (0, 1, 2))
        pieces.append(b"\x40\0\0" + (k % 65536).to_bytes(2, "little") + bytes([fields]) + spots)
        pieces.append(bytes(1 + fields))
        if sum(map(len, pieces[-2:])) * k > 2 * MEGABYTE:
            break
    return sealed(data[:-2] + b"".join(pieces) + data[-2:])


def chained(chance: Chance, data: bytes, other: bytes) -> bytes:
    """Chain small files, sound or damaged, in their hundreds."""
    small = sealed(data[: int(chance.integers(14, min(len(data), 3000)))])
    if chance.random() < 0.5:
        small = any_damage(chance, small, other)[:3000]
    return small * int(2 ** chance.uniform(1, 12)) + data


FIT: dict[str, Damage] = {
    "damaged, checksums mended": damaged_and_sealed,
    "layouts that lie": layouts_that_lie,
    "layouts in thousands": layouts_in_thousands,
    "chained in hundreds": chained,
}


def ways_for(data: bytes) -> dict[str, Damage]:
    """Return the ways to damage a file of this kind.

    Examples
    --------
    >>> "entities" in ways_for(b"<gpx/>"), "entities" in ways_for(b"a,b")
    (True, False)
    """
    if data[8:12] == b".FIT":
        return ANY | FIT
    if data.lstrip(b"\xef\xbb\xbf \n").startswith(b"<"):
        return ANY | TEXT | XML
    return ANY | TEXT
