"""From bytes to framed messages: where each message stands and by which definition to read it.

A definition gives a local number its layout; the messages after it bear that local number in
their first byte. Walking is the only step that must go message by message, so it does no more.
"""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from evenstride.formats._fit.profile import (
    BASE_TYPES,
    BYTES,
    DEVELOPER_DATA_ID,
    DEVICE_INFO,
    FIELD_DESCRIPTION,
    FILE_ID,
    LAP,
    MEMO_GLOB,
    SESSION,
    TIMESTAMP,
    BaseType,
)

_DEFINES = 0x40  # bit 6: this message is a definition
_CARRIES_DEVELOPER_FIELDS = 0x20
_COMPRESSED = 0x80  # bit 7: a data message whose header holds five bits of time
_HEADER_OF_DEFINITION = 6
_STRIDE = 1 << 20
_DESCRIBING = {FIELD_DESCRIPTION, DEVELOPER_DATA_ID}
_ONE_BY_ONE = {*_DESCRIBING, DEVICE_INFO, FILE_ID, LAP, MEMO_GLOB, SESSION}
_RUN = 256  # messages taken at once

MOST_MESSAGES = 1_000_000  # six days of seconds, with heart beats
MOST_OF_A_KIND = 5_000  # of the kinds looked at one by one; a six-day race has 2,000 laps
MOST_LAYOUTS = 2_000
MOST_FIELDS = 100_000  # in the layouts of all files chained inside
_LAYOUT = 8  # a layout costs as much as so many fields


@dataclass(frozen=True)
class StoredField:
    """Where one field stands in a message.

    Attributes
    ----------
    number
        The field's number in its message, or in its developer's list.
    start, size
        Bytes from the message's first byte on.
    base
        How its values are stored; bare bytes for developer fields, whose descriptions tell.
    developer_index
        The file's index of the developer who defined it, None for FIT's own fields.
    """

    number: int
    start: int
    size: int
    base: BaseType
    developer_index: int | None = None


@dataclass(frozen=True)
class Definition:
    """The layout of a kind of message.

    Attributes
    ----------
    at
        Byte at which the definition stands.
    message
        FIT's number of the message type.
    little
        True where the low byte comes first.
    fields
        In stored order.
    size
        Bytes of one message, its header byte counted.
    time_start
        Where the timestamp stands in a message, 0 where it has none.
    """

    at: int
    message: int
    little: bool
    fields: tuple[StoredField, ...]
    size: int
    time_start: int


@dataclass(frozen=True)
class Frames:
    """All messages of one layout: its definition and the byte at which each one stands."""

    definition: Definition
    offsets: "array[int]"


def base_type(code: int, size: int) -> BaseType:
    """Return how values are stored; bare bytes where the code is unknown or the size is odd."""
    base = BASE_TYPES.get(code, BYTES)
    return base if size % base.size == 0 else BYTES


def definition_end(data: bytes, at: int, limit: int) -> int:
    """Return the byte after the definition at `at`, or 0 where it would end past `limit`."""
    end = at + _HEADER_OF_DEFINITION
    if end <= limit:
        end += 3 * data[end - 1]
        if data[at] & _CARRIES_DEVELOPER_FIELDS:
            end += 1 + (3 * data[end] if end < limit else limit)
    return end if end <= limit else 0


def read_definition(data: bytes, at: int) -> Definition:
    """Return the definition that stands whole at `at`."""
    little = data[at + 2] == 0
    message = int.from_bytes(data[at + 3 : at + 5], "little" if little else "big")
    fields = []
    start = 1
    first = at + _HEADER_OF_DEFINITION
    after = first + 3 * data[first - 1]
    for spot in range(first, after, 3):
        number, size, code = data[spot : spot + 3]
        fields.append(StoredField(number, start, size, base_type(code, size)))
        start += size
    if data[at] & _CARRIES_DEVELOPER_FIELDS:
        for spot in range(after + 1, after + 1 + 3 * data[after], 3):
            number, size, developer = data[spot : spot + 3]
            fields.append(StoredField(number, start, size, BYTES, developer))
            start += size
    return Definition(at, message, little, tuple(fields), start, _time_start(fields))


def _time_start(fields: list[StoredField]) -> int:
    """Return where the timestamp stands, 0 where there is none."""
    for spot in fields:
        if spot.number == TIMESTAMP and spot.size == 4 and spot.developer_index is None:
            return spot.start
    return 0


def local_number(first: int) -> int:
    """Return the local number in the first byte of a data message."""
    return first >> 5 & 3 if first & _COMPRESSED else first & 0x0F


def _ignore(_: int) -> None:
    """Stand where no message is defined."""


@dataclass
class Framing:
    """What is known while walking: the layouts in force and the messages framed so far.

    Attributes
    ----------
    data
        The file.
    sizes
        Bytes of a message, by its first byte; 0 where no definition is in force.
    sinks
        Where the offset of a message goes, by its first byte.
    frames
        Everything framed, by the definition's bytes and, where it has developer fields, how many
        messages had described such fields by then.
    in_force, layouts
        What each local number means now: where its messages go, and their layout.
    described
        How many messages described developer fields so far.
    room
        How many fields may still be defined.
    """

    data: bytes
    sizes: list[int] = field(default_factory=lambda: [0] * 256)
    sinks: list[Callable[[int], None]] = field(default_factory=lambda: [_ignore] * 256)
    frames: dict[tuple[bytes, int], Frames] = field(default_factory=dict)
    in_force: dict[int, Frames] = field(default_factory=dict)
    layouts: dict[int, Definition] = field(default_factory=dict)
    described: int = 0
    room: int = MOST_FIELDS

    @property
    def is_crowded(self) -> bool:
        """True where there are more layouts than any recorded activity has."""
        return len(self.frames) > MOST_LAYOUTS or self.room < 0

    @property
    def is_full(self) -> bool:
        """True where there is more than any recorded activity holds."""
        messages = sum(len(frames.offsets) for frames in self.frames.values())
        return messages > MOST_MESSAGES or self.is_crowded

    def define(self, at: int, end: int) -> None:
        """Put the definition from `at` to `end` in force."""
        body = self.data[at + 1 : end]
        carries = self.data[at] & _CARRIES_DEVELOPER_FIELDS
        key = (body, 1 + self.described if carries else 0)
        if key not in self.frames:
            definition = read_definition(self.data, at)
            self.frames[key] = Frames(definition, array("q"))
            self.room -= _LAYOUT + len(definition.fields)
        self.put_in_force(self.data[at] & 0x0F, self.frames[key])

    def take_run(self, at: int, stop: int) -> int:
        """Frame the message at `at` and those like it that follow at once; return what is next.

        As long as first bytes are the same at steps of a message's size, so are the messages.
        """
        first = self.data[at]
        size = self.sizes[first]
        firsts = self.data[at : min(stop, at + _RUN * size) : size]
        after = at + size * (len(firsts) - len(firsts.lstrip(self.data[at : at + 1])))
        frames = self.in_force[local_number(first)]
        frames.offsets.extend(range(at, after, size))
        if frames.definition.message in _DESCRIBING:
            self.described += (after - at) // size
        return after

    def put_in_force(self, local: int, frames: Frames | None) -> None:
        """Read messages of a local number by this layout from now on; None forgets it."""
        if frames is None:
            self.in_force.pop(local, None)
            self.layouts.pop(local, None)
        else:
            self.in_force[local], self.layouts[local] = frames, frames.definition
        size = frames.definition.size if frames else 0
        sink = self._sink(frames) if frames else _ignore
        for first in (local, local | 0x10, local | 0x20, local | 0x30):
            self.sizes[first], self.sinks[first] = size, sink
        if local < 4:
            low = _COMPRESSED | local << 5
            self.sizes[low : low + 32] = [size] * 32
            self.sinks[low : low + 32] = [sink] * 32

    def _sink(self, frames: Frames) -> Callable[[int], None]:
        """Return where the offsets of messages of a layout go."""
        if frames.definition.message not in _DESCRIBING:
            return frames.offsets.append

        def describe(at: int) -> None:
            frames.offsets.append(at)
            self.described += 1

        return describe


def walk(data: bytes, start: int, end: int, room: int = MOST_FIELDS) -> Framing | None:
    """Frame the messages from `start` to `end`, trusting every byte.

    Parameters
    ----------
    data
        The file.
    start, end
        Where messages begin and end.
    room
        How many fields may be defined.

    Returns
    -------
    Framing or None
        None where a message has no definition, the last one does not end at `end`, or there are
        more than any activity holds.
    """
    framing = Framing(data, room=room)
    at = start
    while at < end:
        stop = min(at + _STRIDE, end)
        at = _walk_to(stop, at, end, framing)
        if at < stop or framing.is_full:
            return None
    return framing if at == end else None


def few_of_each_kind(frames: Iterable[Frames]) -> tuple[tuple[Frames, ...], int]:
    """Return frames without more than `MOST_OF_A_KIND` of what is looked at one by one.

    Parameters
    ----------
    frames
        Of one FIT file.

    Returns
    -------
    tuple[tuple[Frames, ...], int]
        The first of each kind, and how many messages were left out.
    """
    room = dict.fromkeys(_ONE_BY_ONE, MOST_OF_A_KIND)
    kept, left_out = [], 0
    for part in frames:
        kind, count = part.definition.message, len(part.offsets)
        taken = min(count, room.get(kind, count))
        if kind in room:
            room[kind] -= taken
        left_out += count - taken
        kept.append(part if taken == count else replace(part, offsets=part.offsets[:taken]))
    return tuple(kept), left_out


def _walk_to(stop: int, at: int, end: int, framing: Framing) -> int:
    """Walk from `at` to the first message at or after `stop`; less than `stop` means stuck."""
    data, sizes, sinks = framing.data, framing.sizes, framing.sinks
    before = -1
    while at < stop:
        first = data[at]
        size = sizes[first]
        if size:
            if first == before:
                at = framing.take_run(at, stop)
            else:
                sinks[first](at)
                at += size
            before = first
            continue
        after = definition_end(data, at, end) if first & 0xC0 == _DEFINES else 0
        if not after or framing.is_crowded:
            return at
        framing.define(at, after)
        at = after
    return at
