"""What FIT's numbers mean: messages, fields and the few lists of names the reader needs.

The facts stand in ``profile.csv`` and ``names.csv`` beside this file, from the public FIT profile
21.171 as published with fitdecode (MIT). What is not listed there is kept by number.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

FILE_ID, SPORT, SESSION, LAP, RECORD, EVENT = 0, 12, 18, 19, 20, 21
DEVICE_INFO, ACTIVITY, HRV, MEMO_GLOB = 23, 34, 78, 145
FIELD_DESCRIPTION, DEVELOPER_DATA_ID = 206, 207
TIMESTAMP = 253


@dataclass(frozen=True)
class BaseType:
    """How a value is stored.

    Attributes
    ----------
    code
        NumPy's letter and width, without byte order; ``"S"`` for text, ``"byte"`` for bare bytes.
    size
        Bytes of one value.
    missing
        The stored value that means "none"; None for floats (NaN) and text.
    """

    code: str
    size: int
    missing: int | None


BYTES = BaseType("byte", 1, 0xFF)
BASE_TYPES = {
    0x00: BaseType("u1", 1, 0xFF),
    0x01: BaseType("i1", 1, 0x7F),
    0x02: BaseType("u1", 1, 0xFF),
    0x83: BaseType("i2", 2, 0x7FFF),
    0x84: BaseType("u2", 2, 0xFFFF),
    0x85: BaseType("i4", 4, 0x7FFFFFFF),
    0x86: BaseType("u4", 4, 0xFFFFFFFF),
    0x07: BaseType("S", 1, None),
    0x88: BaseType("f4", 4, None),
    0x89: BaseType("f8", 8, None),
    0x0A: BaseType("u1", 1, 0),
    0x8B: BaseType("u2", 2, 0),
    0x8C: BaseType("u4", 4, 0),
    0x0D: BYTES,
    0x8E: BaseType("i8", 8, 0x7FFFFFFFFFFFFFFF),
    0x8F: BaseType("u8", 8, 0xFFFFFFFFFFFFFFFF),
    0x90: BaseType("u8", 8, 0),
}


@dataclass(frozen=True)
class Component:
    """A field packed into some bits of another.

    Attributes
    ----------
    target
        Number of the field it becomes.
    bits, shift
        How many bits, from which on.
    scale, offset
        As in `Field`.
    accumulates
        True where only the low bits are stored and the whole must be added up.
    """

    target: int
    bits: int
    shift: int
    scale: float
    offset: float
    accumulates: bool


@dataclass(frozen=True)
class Meaning:
    """What a field number means in a message.

    Attributes
    ----------
    name
        As in the FIT profile.
    scale, offset
        The value is ``stored / scale - offset``; 0 where stored values need no change.
    unit
        As in the FIT profile, empty where there is none.
    components
        Fields packed inside.
    when
        Pairs of field number and stored value, any of which makes a field mean this; empty for a
        field that always does.
    variants
        What else it may mean, in the profile's order.
    """

    name: str
    scale: float = 0.0
    offset: float = 0.0
    unit: str = ""
    components: tuple[Component, ...] = ()
    when: tuple[tuple[int, int], ...] = ()
    variants: tuple["Meaning", ...] = ()


@dataclass(frozen=True)
class MessageType:
    """A message's name and its fields by number."""

    name: str
    fields: dict[int, Meaning]


def _number(text: str) -> float:
    """Return a number, 0 for none."""
    return float(text) if text else 0.0


def _component(text: str) -> Component:
    """Return one component from ``target:bits:shift:scale:offset:+``."""
    target, bits, shift, scale, offset, plus = text.split(":")
    return Component(
        int(target), int(bits), int(shift), _number(scale), _number(offset), plus == "+"
    )


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    """Yield field number and value from ``number=value;number=value``."""
    for pair in filter(None, text.split(";")):
        number, value = pair.split("=")
        yield int(number), int(value)


def _meaning(row: list[str], variants: tuple[Meaning, ...]) -> Meaning:
    """Return what one line of the profile says."""
    name, _, scale, offset, unit, components, when = row[3:]
    return Meaning(
        name=name,
        scale=_number(scale),
        offset=_number(offset),
        unit=unit,
        components=tuple(map(_component, components.split(";"))) if components else (),
        when=tuple(_pairs(when)) if when else (),
        variants=variants,
    )


def _lines(name: str) -> Iterator[list[str]]:
    """Yield the rows of a table beside this file, without its headline."""
    text = (files(__package__) / name).read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines())
    next(rows)
    return rows


@cache
def messages() -> dict[int, MessageType]:
    """Return the message types this reader knows, by number.

    Examples
    --------
    >>> messages()[RECORD].fields[84].name, messages()[RECORD].fields[84].scale
    ('stance_time_balance', 100.0)
    """
    known: dict[int, MessageType] = {}
    variants: dict[tuple[int, int], list[Meaning]] = {}
    rows = list(_lines("profile.csv"))
    for row in rows:
        if row[-1]:
            variants.setdefault((int(row[0]), int(row[2])), []).append(_meaning(row, ()))
    for row in rows:
        if not row[-1]:
            message, number = int(row[0]), int(row[2])
            kind = known.setdefault(message, MessageType(row[1], {}))
            kind.fields[number] = _meaning(row, tuple(variants.get((message, number), ())))
    return known


@cache
def accumulating() -> tuple[tuple[int, int, Component], ...]:
    """Return message, field and component wherever only the low bits of a sum are stored."""
    return tuple(
        (message, number, part)
        for message, kind in messages().items()
        for number, meaning in kind.fields.items()
        for part in meaning.components
        if part.accumulates
    )


def names(kind: str) -> dict[int, str]:
    """Return one of the profile's lists of names, by value.

    Examples
    --------
    >>> names("lap_trigger")[0]
    'manual'
    """
    return _names()[kind]


@cache
def _names() -> dict[str, dict[int, str]]:
    """Return all lists of names."""
    found: dict[str, dict[int, str]] = {}
    for kind, value, name in _lines("names.csv"):
        found.setdefault(kind, {})[int(value)] = name
    return found
