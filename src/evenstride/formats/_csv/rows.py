"""Bytes of a table of text, line by line: any bytes at all, in bounded time and memory.

Each line is a row of its own. A quote that is never closed, or a line break inside quotes, costs
the lines it stands in and no others.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from evenstride.model.issue import Issue

LONGEST_HEADER = 65_536
LONGEST_LINE = 8_192
MOST_COLUMNS = 400
MOST_LINES = 1_000_000
MOST_CELLS = 2_700_000  # two days at a row a second, 15 columns
MOST_TEXTS = 400_000
_MOST_WIDE_BYTES = 40_000_000  # of a file with two bytes a letter
_DELIMITERS = (",", ";", "\t")
_WIDE_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_PEEK = 400


@dataclass(frozen=True)
class Header:
    """The first line of a table.

    Attributes
    ----------
    names
        As written, without the spaces around them.
    delimiter
        What stands between two cells.
    """

    names: tuple[str, ...]
    delimiter: str

    @property
    def plain(self) -> tuple[str, ...]:
        """The names in small letters, single spaces, for comparing."""
        return tuple(plain(name) for name in self.names)


@dataclass
class Left:
    """What was left out of a table while it was read.

    Attributes
    ----------
    odd
        Lines with another number of cells than the header, or far too long.
    first_odd
        Number of the first such line, counted from 1; 0 where there is none.
    rest
        True where the table was longer than was read.
    unended
        True where the last line does not end.
    """

    odd: int = 0
    first_odd: int = 0
    rest: bool = False
    unended: bool = False


@dataclass(frozen=True)
class Table:
    """A table of text; its rows are read once, one by one.

    Attributes
    ----------
    header
        Its first line.
    rows
        As many cells each as the header has names.
    left
        What was left out; complete after the last row.
    """

    header: Header
    rows: Iterator[list[str]]
    left: Left = field(default_factory=Left)


def plain(text: str) -> str:
    """Return a name in small letters with single spaces.

    Examples
    --------
    >>> plain(" Avg  Run Cadence")
    'avg run cadence'
    """
    return " ".join(text.casefold().split())


def header_of(data: bytes) -> Header | None:
    """Return the first line of a table, None where there can be none.

    Examples
    --------
    >>> header_of(b"Timestamp;Power (w)").names
    ('Timestamp', 'Power (w)')
    >>> header_of(b"<!DOCTYPE html>") is None
    True
    """
    return _first_line(_narrow(data[: 2 * LONGEST_HEADER]))[0]


def table_of(data: bytes) -> Table | None:
    """Return a table, None where there can be none.

    Parameters
    ----------
    data
        The file's bytes; any bytes at all.
    """
    narrow = _narrow(data)
    header, start, number = _first_line(narrow)
    if header is None:
        return None
    left = Left(unended=not narrow.endswith((b"\n", b"\r")))
    left.rest = len(data) > _MOST_WIDE_BYTES and narrow is not data and bool(_wide(data))
    return Table(header, _rows(narrow, start, number, header, left), left)


def left_out(left: Left, where: str) -> Iterator[Issue]:
    """Yield what a table lost while it was read.

    Parameters
    ----------
    left
        Of a table whose rows have all been read.
    where
        How issues name the file.
    """
    if left.odd:
        lines = "1 line has" if left.odd == 1 else f"{left.odd} lines have"
        yield Issue(
            "warning",
            f"{where}, line {left.first_odd}",
            f"{lines} another number of cells than the first line names; left out.",
            "Export the file again, and do not save it from a spreadsheet.",
        )
    if left.rest:
        says = "The table is longer than any such export; only its beginning was read."
        yield Issue("warning", where, says)
    if left.unended:
        yield Issue("info", where, "The last line does not end; its last number may be cut short.")


def _wide(data: bytes) -> str:
    """Return the encoding of text with two bytes a letter, empty where it has one."""
    marked = _WIDE_MARKS.get(data[:2])
    if marked:
        return marked
    head = data[:_PEEK]
    for name, place in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = head[place::2]
        if len(head) >= 8 and zeros.count(0) == len(zeros) and 0 not in head[1 - place :: 2]:
            return name
    return ""


def _narrow(data: bytes) -> bytes:
    """Return text as UTF-8 where it had two bytes a letter, without the mark that tells so."""
    wide = _wide(data)
    if not wide:
        return data[3:] if data.startswith(codecs.BOM_UTF8) else data
    text = data[:_MOST_WIDE_BYTES].decode(wide, "replace")
    return text.removeprefix("\ufeff").encode("utf-8", "replace")


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _cells(line: bytes, delimiter: str) -> list[str]:
    try:
        return next(csv.reader((_text(line),), delimiter=delimiter), [])
    except csv.Error:
        return []


def _end_of_line(data: bytes) -> bytes:
    return b"\n" if data.find(b"\n", 0, LONGEST_HEADER) >= 0 else b"\r"


def _first_line(data: bytes) -> tuple[Header | None, int, int]:
    """Return the header, where the line after it begins, and that line's number."""
    ending = _end_of_line(data)
    start, number = 0, 1
    while start < min(len(data), LONGEST_HEADER):
        end = data.find(ending, start, start + LONGEST_HEADER)
        end = len(data) if end < 0 else end
        line = data[start:end].strip()
        if line:
            return _header(line), end + 1, number + 1
        start, number = end + 1, number + 1
    return None, 0, 0


def _header(line: bytes) -> Header | None:
    if len(line) > LONGEST_HEADER or line[:1] in {b"<", b"{"} or 0 in line:
        return None
    counts = [line.count(delimiter.encode()) for delimiter in _DELIMITERS]
    if not 0 < max(counts) < MOST_COLUMNS:
        return None
    delimiter = _DELIMITERS[counts.index(max(counts))]
    names = [name.strip() for name in _cells(line, delimiter)]
    while names and not names[-1]:
        names.pop()
    return Header(tuple(names), delimiter) if len(names) > 1 else None


def _lines(data: bytes, start: int, left: Left) -> Iterator[bytes]:
    """Yield the lines after the header; of one that is too long only its beginning."""
    ending = _end_of_line(data)
    for _ in range(MOST_LINES):
        if start >= len(data):
            return
        end = data.find(ending, start)
        end = len(data) if end < 0 else end
        yield data[start : min(end, start + LONGEST_LINE + 1)]
        start = end + 1
    left.rest = start < len(data)


def _rows(data: bytes, start: int, number: int, header: Header, left: Left) -> Iterator[list[str]]:
    width, mark = len(header.names), header.delimiter.encode()
    room = MOST_CELLS // width
    for place, line in enumerate(_lines(data, start, left), number):
        if not line.strip():
            continue
        # Counting is quick; taking a hopeless line apart is not.
        fits = len(line) <= LONGEST_LINE and line.count(mark) <= 2 * width + 50
        cells = _trimmed(_cells(line, header.delimiter), width) if fits else []
        if len(cells) != width:
            left.odd += 1
            left.first_odd = left.first_odd or place
            continue
        if not room:
            left.rest = True
            return
        room -= 1
        yield cells


def _trimmed(cells: list[str], width: int) -> list[str]:
    """Return cells without empty ones beyond the header."""
    return cells[:width] if len(cells) > width and not any(cells[width:]) else cells
