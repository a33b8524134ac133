"""Framed messages as columns: NumPy arrays of field values, decoded only when asked for."""

import math
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evenstride.formats._fit import profile
from evenstride.formats._fit.profile import BASE_TYPES, BYTES, BaseType, Component, Meaning
from evenstride.formats._fit.walk import Definition, Frames, StoredField

Array: TypeAlias = NDArray[Any]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]
Identity: TypeAlias = tuple[str, int, int]


@dataclass(frozen=True)
class DeveloperMeaning:
    """What a developer field is, as the file itself describes it.

    Attributes
    ----------
    identity
        Application id as hexadecimal text (empty where not given), developer index, field number.
    name, unit
        As in the file, None where it gives none.
    base
        How values are stored.
    scale, offset
        The value is ``stored / scale - offset``; 0 where stored values need no change.
    """

    identity: Identity
    name: str | None
    unit: str | None
    base: BaseType = BYTES
    scale: float = 0.0
    offset: float = 0.0


@dataclass(frozen=True)
class Column:
    """One field of the messages of one layout.

    Attributes
    ----------
    number
        The field's number.
    name
        By the FIT profile, ``unknown_<number>``, or what the developer called it (may be None).
    unit
        Empty where there is none.
    stored
        The values as stored: ``(rows,)``, or ``(rows, k)`` for lists; objects for text, None where
        missing.
    valid
        False where there is no value; same shape, except ``(rows,)`` for bare bytes.
    scale, offset
        The value is ``stored / scale - offset``; 0 where stored values need no change.
    developer
        Who added it, None for FIT's own fields.
    expanded
        True for a field unpacked from the bits of another.
    """

    number: int
    name: str | None
    unit: str
    stored: Array
    valid: Bools
    scale: float = 0.0
    offset: float = 0.0
    developer: Identity | None = None
    expanded: bool = False

    @property
    def values(self) -> Array:
        """Values in the field's unit: text as objects (None: missing), numbers as floats.

        NaN where missing or not finite; bare bytes are given as whole numbers below 256, one row
        of them each.
        """
        if self.stored.dtype == object:
            return self.stored
        numbers: Floats = self.stored.astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            if self.scale:
                numbers /= self.scale
            if self.offset:
                numbers -= self.offset
        valid = self.valid if self.stored.dtype.kind != "f" else self.valid & np.isfinite(numbers)
        numbers[~valid] = np.nan
        return numbers


def _text(row: bytes) -> str | None:
    """Return what stands before the first zero byte, None where nothing does."""
    return row.split(b"\0", 1)[0].decode("utf-8", "replace") or None


@dataclass(frozen=True)
class Table:
    """The messages of one layout.

    Attributes
    ----------
    definition
        Their layout.
    offsets
        Byte at which each message stands, shape ``(rows,)``, rising.
    order
        Place of each message among all messages of its file, from 0 on.
    times
        FIT timestamps (seconds since 1989-12-31 UTC), 0 where a message has none.
    """

    definition: Definition
    offsets: Ints
    order: Ints
    times: Ints
    rows: NDArray[np.uint8] = field(repr=False)
    developers: Mapping[tuple[int, int], DeveloperMeaning] = field(repr=False)
    running_sums: Mapping[int, Ints] = field(repr=False)

    @property
    def name(self) -> str:
        """The message's name, ``unknown_<number>`` where the profile has none."""
        kind = profile.messages().get(self.definition.message)
        return kind.name if kind else f"unknown_{self.definition.message}"

    def stored(self, spot: StoredField, base: BaseType) -> tuple[Array, Bools]:
        """Return one field's values as stored, and where there are any."""
        block = np.ascontiguousarray(self.rows[:, spot.start : spot.start + spot.size])
        if base.code == "S":
            texts = np.array([None, *(_text(row.tobytes()) for row in block)], dtype=object)[1:]
            return texts, np.array([text is not None for text in texts], dtype=np.bool_)
        if base.code == "byte":
            return block, (block != 0xFF).any(axis=1)
        order = "<" if self.definition.little else ">"
        values = block.view(order + base.code).astype(base.code)
        if values.shape[1] == 1:
            values = values[:, 0]
        if base.missing is None:
            return values, np.isfinite(values)
        return values, np.not_equal(values, base.missing)

    def developer_column(self, spot: StoredField) -> Column:
        """Return a developer field."""
        index = spot.developer_index or 0
        known = self.developers.get((index, spot.number))
        meaning = known or DeveloperMeaning(("", index, spot.number), None, None)
        base = meaning.base if spot.size % meaning.base.size == 0 else BYTES
        stored, valid = self.stored(spot, base)
        return Column(
            number=spot.number,
            name=meaning.name,
            unit=meaning.unit or "",
            stored=stored,
            valid=valid,
            scale=meaning.scale,
            offset=meaning.offset,
            developer=meaning.identity,
        )

    def column(self, number: int) -> Column | None:
        """Return FIT's own field as it is stored under this number, None where there is none."""
        spot = self.spots.get(number)
        if spot is None:
            return None
        meaning = self.meanings.get(number, Meaning(f"unknown_{number}"))
        stored, valid = self.stored(spot, spot.base)
        return _column(number, meaning, stored, valid)

    @cached_property
    def spots(self) -> dict[int, StoredField]:
        """FIT's own fields by number; the first where a number is given twice."""
        own = [spot for spot in self.definition.fields if spot.developer_index is None]
        return {spot.number: spot for spot in reversed(own)}

    @property
    def meanings(self) -> Mapping[int, Meaning]:
        """What the profile says about this message's fields."""
        kind = profile.messages().get(self.definition.message)
        return kind.fields if kind else {}

    def columns(self) -> Iterator[Column]:
        """Yield every field: as stored, by its variant, unpacked from others, and developers'.

        A field with variants comes once a variant, valid only in the rows that mean it.
        """
        for spot in self.definition.fields:
            if spot.developer_index is not None:
                yield self.developer_column(spot)
                continue
            meaning = self.meanings.get(spot.number, Meaning(f"unknown_{spot.number}"))
            stored, valid = self.stored(spot, spot.base)
            for part, where in self._split(meaning):
                shown = valid & _like(where, valid)
                yield _column(spot.number, part, stored, shown)
                for component in part.components:
                    yield from self._unpacked(component, stored, shown)
        if (self.rows[:, :1] & 0x80).any():
            when = Meaning("timestamp", unit="s")
            column = _column(profile.TIMESTAMP, when, self.times, self.rows[:, 0] >= 0x80)
            yield replace(column, expanded=True)

    def expanded(self, source: int, target: int) -> Column | None:
        """Return the field `target` as unpacked from the field `source`, where that is stored."""
        meaning = self.meanings.get(source)
        spot = self.spots.get(source)
        if meaning is None or spot is None:
            return None
        stored, valid = self.stored(spot, spot.base)
        parts = [part for part in meaning.components if part.target == target]
        return next((c for part in parts for c in self._unpacked(part, stored, valid)), None)

    def _split(self, meaning: Meaning) -> list[tuple[Meaning, Bools]]:
        """Return each thing a field may mean with the rows in which it does."""
        left = np.ones(self.offsets.size, dtype=np.bool_)
        parts: list[tuple[Meaning, Bools]] = []
        for variant in meaning.variants:
            here = left & self._applies(variant)
            if here.any():
                parts.append((variant, here))
                left &= ~here
        if left.any() or not parts:
            parts.append((meaning, left))
        return parts

    def _applies(self, variant: Meaning) -> Bools:
        """Return the rows in which a variant's condition holds."""
        applies = np.zeros(self.offsets.size, dtype=np.bool_)
        for number, value in variant.when:
            spot = self.spots.get(number)
            if spot is not None:
                stored, valid = self.stored(spot, spot.base)
                if stored.ndim == 1 and stored.dtype != object:
                    applies |= (stored == value) & valid
        return applies

    def _unpacked(self, part: Component, stored: Array, valid: Bools) -> Iterator[Column]:
        """Yield the field some bits of another stand for, none where the bits are not there."""
        bits = unpacked_bits(part, stored)
        if bits is None:
            return
        if part.accumulates:
            bits = self.running_sums.get(part.target, bits)
        target = self.meanings.get(part.target, Meaning(f"unknown_{part.target}"))
        scaled = replace(target, scale=part.scale, offset=part.offset)
        rows = any_of(valid)
        for variant, where in self._split(target):
            named = replace(scaled, name=variant.name, unit=variant.unit)
            yield replace(_column(part.target, named, bits, rows & where), expanded=True)


def any_of(valid: Bools) -> Bools:
    """Return the rows that hold any value."""
    return valid if valid.ndim == 1 else np.logical_or.reduce(valid, axis=1)


def _like(rows: Bools, valid: Bools) -> Bools:
    """Return a mask of rows in a shape that meets `valid`."""
    return rows if valid.ndim == 1 else rows[:, None]


def _column(number: int, meaning: Meaning, stored: Array, valid: Bools) -> Column:
    """Return a column of FIT's own."""
    return Column(number, meaning.name, meaning.unit, stored, valid, meaning.scale, meaning.offset)


def unpacked_bits(part: Component, stored: Array) -> Ints | None:
    """Return the bits of a component, low byte first over lists, None where the field is short."""
    if stored.dtype == object or stored.dtype.kind == "f":
        return None
    if stored.ndim == 1:
        whole = stored.astype(np.int64)
    else:
        if part.shift >= 8 * stored.shape[1]:
            return None
        whole = np.zeros(stored.shape[0], np.int64)
        for place in range(min(stored.shape[1], 7)):
            whole += stored[:, place].astype(np.int64) << (8 * place)
    return (whole >> part.shift) & ((1 << part.bits) - 1)


@dataclass(frozen=True)
class Messages:
    """All messages of one FIT file, by layout.

    Attributes
    ----------
    tables
        One a layout, in the order in which layouts first appear.
    """

    tables: tuple[Table, ...]

    def of(self, message: int) -> "Stack":
        """Return all messages of one type, whatever their layout."""
        return self._stacks.get(message, Stack(()))

    @cached_property
    def _stacks(self) -> dict[int, "Stack"]:
        """All messages by type."""
        found: dict[int, list[Table]] = {}
        for table in self.tables:
            found.setdefault(table.definition.message, []).append(table)
        return {message: Stack(tuple(tables)) for message, tables in found.items()}

    @property
    def count(self) -> int:
        """Number of messages."""
        return sum(table.offsets.size for table in self.tables)


@dataclass(frozen=True)
class Stack:
    """Messages of one type in file order, over all layouts they came in."""

    tables: tuple[Table, ...]

    @cached_property
    def _places(self) -> list[Ints]:
        """Row of each table's messages in file order."""
        order = np.concatenate([np.zeros(0, np.int64), *(table.order for table in self.tables)])
        ranks = np.empty(order.size, np.int64)
        ranks[np.argsort(order, kind="stable")] = np.arange(order.size)
        sizes = np.cumsum([table.order.size for table in self.tables])[:-1]
        return np.split(ranks, sizes) if self.tables else []

    @cached_property
    def height(self) -> int:
        """Number of messages."""
        return sum(table.order.size for table in self.tables)

    def _merged(self, parts: Iterable[Ints]) -> Ints:
        """Return one array in file order from one a table."""
        whole = np.zeros(self.height, np.int64)
        for place, part in zip(self._places, parts, strict=True):
            whole[place] = part
        return whole

    @cached_property
    def order(self) -> Ints:
        """Place of each message among all messages of its file."""
        return self._merged(table.order for table in self.tables)

    @cached_property
    def offsets(self) -> Ints:
        """Byte at which each message stands."""
        return self._merged(table.offsets for table in self.tables)

    @cached_property
    def times(self) -> Ints:
        """FIT timestamps, 0 where a message has none."""
        return self._merged(table.times for table in self.tables)

    def numbers(self, number: int) -> Floats:
        """Return a field's values in its unit, NaN where missing or not a single number."""
        return self._filled(table.column(number) for table in self.tables)

    def expanded(self, source: int, target: int) -> Floats:
        """Return a field as unpacked from another, NaN where missing."""
        return self._filled(table.expanded(source, target) for table in self.tables)

    def _filled(self, columns: Iterable[Column | None]) -> Floats:
        """Return one column in file order from one a table."""
        whole = np.full(self.height, np.nan)
        for place, column in zip(self._places, columns, strict=True):
            if column is not None and column.stored.ndim == 1 and column.stored.dtype != object:
                whole[place] = column.values
        return whole

    def texts(self, number: int) -> list[str | None]:
        """Return a field's text, None where missing."""
        whole: list[str | None] = [None] * self.height
        for place, table in zip(self._places, self.tables, strict=True):
            column = table.column(number)
            if column is not None and column.stored.dtype == object:
                for row, text in zip(place.tolist(), column.stored.tolist(), strict=True):
                    whole[row] = text
        return whole

    def developer_columns(self) -> dict[Identity, Column]:
        """Return every developer field in file order over all layouts, missing where not stored.

        Text, and lists of changing length, are given as objects.
        """
        parts: dict[Identity, list[tuple[Ints, Column]]] = {}
        for place, table in zip(self._places, self.tables, strict=True):
            for spot in table.definition.fields:
                if spot.developer_index is not None:
                    column = table.developer_column(spot)
                    identity = column.developer or ("", 0, 0)
                    parts.setdefault(identity, []).append((place, column))
        return {identity: self._joined(found) for identity, found in parts.items()}

    def _joined(self, found: list[tuple[Ints, Column]]) -> Column:
        """Return one developer field from its pieces."""
        shapes = {c.stored.shape[1:] for _, c in found if c.stored.dtype != object}
        alike = len(shapes) == 1 and all(c.stored.dtype != object for _, c in found)
        stored: Array = np.full(self.height, None, object)
        if alike:
            stored = np.full((self.height, *shapes.pop()), np.nan)
        valid = np.zeros(self.height, dtype=np.bool_)
        for place, column in found:
            values = column.values
            whole = alike or values.ndim == 1
            stored[place] = values if whole else [tuple(row) for row in values.tolist()]
            valid[place] = any_of(column.valid)
        return replace(found[-1][1], stored=stored, valid=valid, scale=0.0, offset=0.0)


def read_messages(data: bytes, frames: Iterable[Frames]) -> Messages:
    """Return framed messages as tables whose columns can be asked for.

    Parameters
    ----------
    data
        The whole file.
    frames
        What the walk found in it.
    """
    found = [part for part in frames if len(part.offsets)]
    offsets = [np.array(part.offsets, np.int64) for part in found]
    everything = np.sort(np.concatenate([np.zeros(0, np.int64), *offsets]))
    buffer = np.frombuffer(data, np.uint8)
    tables = [
        Table(
            definition=part.definition,
            offsets=at,
            order=np.searchsorted(everything, at),
            times=np.zeros(at.size, np.int64),
            rows=np.lib.stride_tricks.sliding_window_view(buffer, part.definition.size)[at],
            developers={},
            running_sums={},
        )
        for part, at in zip(found, offsets, strict=True)
    ]
    tables = _with_times(tables)
    tables = _with_developers(tables)
    return Messages(tuple(_with_running_sums(tables)))


def _with_times(tables: list[Table]) -> list[Table]:
    """Fill in timestamps, those of compressed headers counted on from the last whole one."""
    timed = []
    for table in tables:
        column = table.column(profile.TIMESTAMP)
        if column is not None and column.stored.dtype == np.uint32 and column.stored.ndim == 1:
            times = np.where(column.valid, column.stored.astype(np.int64), 0)
            timed.append(replace(table, times=times))
        else:
            timed.append(table)
    if not any((table.rows[:, 0] >= 0x80).any() for table in timed):
        return timed
    return _counted_on(timed)


def _counted_on(tables: list[Table]) -> list[Table]:
    """Give messages with a compressed header their time: five bits, rolling over."""
    order = np.concatenate([table.order for table in tables])
    times = np.concatenate([table.times for table in tables])
    first = np.concatenate([table.rows[:, 0] for table in tables]).astype(np.int64)
    compressed = first >= 0x80
    keep = np.flatnonzero(compressed | (times > 0))
    keep = keep[np.argsort(order[keep])]
    short, whole = compressed[keep], times[keep]
    low = np.where(short, first[keep], whole) & 31
    steps = np.where(short, np.diff(low, prepend=0) & 31, 0)
    since = np.cumsum(steps)
    anchor = np.maximum.accumulate(np.where(short, -1, np.arange(keep.size)))
    start = np.where(anchor >= 0, whole[anchor] - since[anchor], 0)
    times[keep] = np.where(short, start + since, whole)
    pieces = np.split(times, np.cumsum([table.order.size for table in tables])[:-1])
    return [replace(table, times=part) for table, part in zip(tables, pieces, strict=True)]


def _with_developers(tables: list[Table]) -> list[Table]:
    """Tell each table what the developer fields in its layout were described as by then."""
    told: dict[tuple[int, int], list[tuple[int, DeveloperMeaning]]] = {}
    for at, meaning in sorted(_descriptions(tables), key=lambda found: found[0]):
        told.setdefault(meaning.identity[1:], []).append((at, meaning))
    return [
        replace(table, developers=_told_by_then(table.definition, told)) if told else table
        for table in tables
    ]


def _told_by_then(
    layout: Definition, told: Mapping[tuple[int, int], list[tuple[int, DeveloperMeaning]]]
) -> dict[tuple[int, int], DeveloperMeaning]:
    """Return the last description of each developer field that stands before its layout."""
    known = {}
    for spot in layout.fields:
        key = (spot.developer_index or 0, spot.number)
        before = bisect(told.get(key, []), layout.at, key=lambda found: found[0])
        if spot.developer_index is not None and before:
            known[key] = told[key][before - 1][1]
    return known


def _descriptions(tables: list[Table]) -> Iterator[tuple[int, DeveloperMeaning]]:
    """Yield each developer field's description with the byte at which it stands."""
    applications: dict[int, list[tuple[int, str]]] = {}
    for table in tables:
        if table.definition.message == profile.DEVELOPER_DATA_ID:
            for at, index, text in _applications(table):
                applications.setdefault(index, []).append((at, text))
    for table in tables:
        if table.definition.message == profile.FIELD_DESCRIPTION:
            yield from _described(table, applications)


def _described(
    table: Table, applications: Mapping[int, list[tuple[int, str]]]
) -> Iterator[tuple[int, DeveloperMeaning]]:
    """Yield the descriptions in one table."""
    stack = Stack((table,))
    names, units = stack.texts(3), stack.texts(8)
    numbers = np.stack([stack.numbers(number) for number in (0, 1, 2, 6, 7)], axis=1)
    for row, at in enumerate(table.offsets.tolist()):
        index, number, code, scale, offset = numbers[row].tolist()
        if math.isnan(index) or math.isnan(number):
            continue
        known = [text for place, text in sorted(applications.get(int(index), [])) if place < at]
        identity = (known[-1] if known else "", int(index), int(number))
        base = BYTES if np.isnan(code) else _described_base(int(code))
        scale, offset = float(np.nan_to_num(scale)), float(np.nan_to_num(offset))
        yield at, DeveloperMeaning(identity, names[row], units[row], base, scale, offset)


def _described_base(code: int) -> BaseType:
    """Return a described type; writers sometimes leave out the bit that says "has a byte order"."""
    return BASE_TYPES.get(code) or BASE_TYPES.get(code | 0x80) or BYTES


def _applications(table: Table) -> Iterator[tuple[int, int, str]]:
    """Yield byte, developer index and application id in hexadecimal, empty where none is given."""
    index, application = Stack((table,)).numbers(3), table.column(1)
    if application is not None and application.stored.dtype == object:
        application = None  # an id given as text is none
    for row, at in enumerate(table.offsets.tolist()):
        text = ""
        if application is not None and application.valid[row].any():
            text = application.stored[row].tobytes().hex()
        if not np.isnan(index[row]):
            yield at, int(index[row]), text


def _with_running_sums(tables: list[Table]) -> list[Table]:
    """Add up the components of which only the low bits are stored, over all layouts."""
    sums: list[dict[int, Ints]] = [{} for _ in tables]
    for message, source, part in profile.accumulating():
        _add_up(tables, sums, (message, source), part)
    return [replace(table, running_sums=own) for table, own in zip(tables, sums, strict=True)]


def _add_up(
    tables: list[Table], sums: list[dict[int, Ints]], source: tuple[int, int], part: Component
) -> None:
    """Add up one component over the tables that store it, in file order, from zero on."""
    holders = []
    for place, table in enumerate(tables):
        if table.definition.message == source[0] and source[1] in table.spots:
            stored, valid = table.stored(table.spots[source[1]], table.spots[source[1]].base)
            bits = unpacked_bits(part, stored)
            if bits is not None:
                holders.append((place, bits, any_of(valid)))
    if not holders:
        return
    order = np.concatenate([tables[place].order[valid] for place, _, valid in holders])
    bits = np.concatenate([bits[valid] for _, bits, valid in holders])
    ranks = np.argsort(order)
    total = np.empty_like(bits)
    total[ranks] = np.cumsum(np.diff(bits[ranks], prepend=0) & ((1 << part.bits) - 1))
    start = 0
    for place, own, valid in holders:
        whole = np.zeros_like(own)
        count = int(valid.sum())
        whole[valid] = total[start : start + count]
        sums[place][part.target] = whole
        start += count
