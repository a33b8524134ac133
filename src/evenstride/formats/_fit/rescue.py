"""Walking through a damaged file: doubt every message, and find the way back after a bad place.

A message is believed when its number is defined, its definition can be one, and its time lies
near the times around it. Where that fails, the bytes after the last believed message are searched
for the next place from which several messages in a row can be believed again.
"""

from array import array
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from evenstride.formats._fit.profile import BASE_TYPES
from evenstride.formats._fit.walk import (
    MOST_FIELDS,
    MOST_MESSAGES,
    Definition,
    Frames,
    Framing,
    definition_end,
    local_number,
    read_definition,
)

Trouble: TypeAlias = Literal["undefined", "definition", "time", "short", ""]
Kind: TypeAlias = Literal["lost", "time", "short", "tail", "endless"]

_UNTIMED = {0, 0xFFFFFFFF}
_FIRST_DATE, _LAST_DATE = 0x10000000, 0x60000000  # 1998 to 2041, in FIT seconds
_NEAR_S = 7 * 86_400  # a pause of a week is the longest we believe
_CHAIN = 32  # messages looked at to believe a place
_CHAIN_TIMES = 3  # how many near times among them are enough to stop looking
_BLOCK = 1 << 14
_REACH = 260  # how far into a message its time may stand
_MOST_DAMAGES = 200  # between which several messages in a row were searched for
_MOST_ALONE = 2_000  # places in one file from which one message that stands alone is searched for
_NEARBY = 1 << 10
_BREACH = 512  # bytes of messages given up before one that stands alone is believed
_SOON_S = 600
_MET_OFTEN = 3
_LOST = 0xFFFF  # FIT's number for "no message type"
_TAIL = 16  # bytes at the end that may be no message without casting doubt on those before
_MOST_TRIES = 600  # places tried in one file before giving up
_MOST_SCANNED = 1 << 22  # bytes searched in one file before giving up


@dataclass(frozen=True)
class Damage:
    """A stretch of bytes that could not be believed.

    Attributes
    ----------
    at, until
        First byte, and the byte from which on messages are believed again; None where none is.
    kind
        ``lost``: what stood there is unknown; ``time``: one message with an impossible time;
        ``short``: the data ends inside a message; ``tail``: a few bytes too many;
        ``endless``: more messages than a recorded activity has.
    """

    at: int
    until: int | None
    kind: Kind


@dataclass
class Patience:
    """How much may still be searched in a file, all FIT files chained inside together.

    Attributes
    ----------
    tries
        Places from which several messages in a row may be tried.
    scanned
        Bytes that may be searched for such places.
    alone
        Searches for one message that stands alone.
    room
        Fields that may be defined.
    """

    tries: int = _MOST_TRIES
    scanned: int = _MOST_SCANNED
    alone: int = _MOST_ALONE
    room: int = MOST_FIELDS


@dataclass
class Rescue:
    """A walk that believes nothing.

    Attributes
    ----------
    data
        The file.
    end
        Where this walk must stop.
    stated
        Where the header says the messages end, 0 where it says nothing believable.
    patience
        How much may be searched; less is left afterwards.
    framing
        What was believed.
    damages
        What was not, in file order.
    """

    data: bytes
    end: int
    stated: int = 0
    patience: Patience = field(default_factory=Patience)
    framing: Framing = field(init=False)
    damages: list[Damage] = field(default_factory=list)
    _time: int = 0
    _last_good: int = 0
    _after_good: int = 0
    _since: list[Frames] = field(default_factory=list)
    _replaced: list[tuple[int, Frames | None]] = field(default_factory=list)
    _hopeless: bool = False
    _gap: tuple[int, int, int] = (0, 0, 0)
    _met: int = 0

    def __post_init__(self) -> None:
        """Start with no layout known."""
        self.framing = Framing(self.data, room=self.patience.room)

    def walk(self, start: int) -> int:
        """Frame what can be believed from `start` on and return where that ended."""
        at = self._last_good = self._after_good = start
        for _ in range(MOST_MESSAGES):
            if at >= self.end or self._stops_as_stated(at):
                return at
            trouble, after = self._look(at, self.framing.layouts, self._time)
            if not trouble:
                self._accept(at, after)
                at = after
                continue
            found = self._recover(at, after, trouble)
            if found is None:
                return self.damages[-1].at
            at = found
        self.damages.append(Damage(at, None, "endless"))
        return at

    def _stops_as_stated(self, at: int) -> bool:
        """Return True where the header ends the messages and what follows is none."""
        return at == self.stated and not self._chain(at, self._time)

    def _look(self, at: int, layouts: dict[int, Definition], near: int) -> tuple[Trouble, int]:
        """Return what is doubtful about the message at `at`, and where it ends."""
        first = self.data[at]
        if first & 0xC0 == 0x40:
            after = definition_end(self.data, at, self.end)
            if not after:
                return ("short" if self._may_define(at) else "definition"), at
            return ("" if self._defines(at) else "definition"), after
        layout = layouts.get(local_number(first))
        if layout is None or layout.size < 2 or (first < 0x80 and first & 0x30):
            return "undefined", at
        after = at + layout.size
        if after > self.end:
            return "short", at
        time = self._time_of(at, layout)
        return ("" if time in _UNTIMED or _is_near(time, near) else "time"), after

    def _time_of(self, at: int, layout: Definition) -> int:
        """Return the timestamp of the message at `at`; 0 where its layout has none.

        No device writes a zero there, so a stored zero comes back as 1, which is near to nothing.
        """
        if not layout.time_start:
            return 0
        at += layout.time_start
        return int.from_bytes(self.data[at : at + 4], "little" if layout.little else "big") or 1

    def _may_define(self, at: int) -> bool:
        """Return True where a definition may begin at `at`."""
        head = self.data[at : at + 3]
        return not head[0] & 0x10 and not any(head[1:2]) and all(byte < 2 for byte in head[2:])

    def _defines(self, at: int) -> bool:
        """Return True where the whole definition at `at` can be one."""
        after = at + 6 + 3 * self.data[at + 5]
        return (
            self._may_define(at)
            and after > at + 6
            and all(self.data[at + 7 : after : 3])
            and all(code in BASE_TYPES for code in self.data[at + 8 : after : 3])
            and not self.framing.is_crowded
        )

    def _accept(self, at: int, after: int) -> None:
        """Believe the message from `at` to `after`."""
        first = self.data[at]
        if first & 0xC0 == 0x40:
            self._replaced.append((first & 0x0F, self.framing.in_force.get(first & 0x0F)))
            self.framing.define(at, after)
            return
        frames = self.framing.in_force[local_number(first)]
        self.framing.sinks[first](at)
        self._since.append(frames)
        time = self._time_of(at, frames.definition)
        if time not in _UNTIMED:
            self._time, self._last_good, self._after_good = time, at, after
            self._since = [frames]
            self._replaced.clear()

    def _recover(self, at: int, after: int, trouble: Trouble) -> int | None:
        """Take back what cannot be believed and return where belief starts again."""
        if trouble == "time" and self._chain(after, self._time):
            self.damages.append(Damage(at, after, "time"))
            return after
        if self._learns_size():
            return self._after_good
        found = self._next_place(self._last_good + 1)
        alone = self._next_alone()
        if alone and (found is None or found > alone + _BREACH):
            found = alone
        if found is None and (trouble == "short" or self.end - at <= _TAIL):
            self.damages.append(Damage(at, None, "short" if trouble == "short" else "tail"))
            return None
        self._take_back()
        self.damages.append(Damage(self._last_good, found, "lost"))
        self._last_good = found or self._last_good
        return found

    def _next_alone(self) -> int:
        """Return where the next message stands whose time follows closely, 0 where none is near.

        Such a time is hardly ever met by chance, so it is believed without those after it.
        """
        if not self._time or self.patience.alone <= 0:
            return 0
        self.patience.alone -= 1
        layouts, start = self._layouts_before(), self._after_good + 1
        for size in (_NEARBY, _BLOCK):
            places = self._candidates(start, layouts, self._time, size)
            found = next((at for at in places if self._follows_closely(at, layouts)), 0)
            if found:
                return found
        return 0

    def _follows_closely(self, at: int, layouts: dict[int, Definition]) -> bool:
        """Return True where a message with a time soon after the last one stands whole at `at`."""
        layout = layouts.get(self.data[at])
        if layout is None or not layout.time_start or at + layout.size > self.end:
            return False
        return 0 <= self._time_of(at, layout) - self._time <= _SOON_S

    def _learns_size(self) -> bool:
        """Return True where the size of a message of lost layout became clear, now in force.

        Where the same first byte and the same number of bytes are met between one message and the
        next, and again after that, those are messages whose definition was lost.
        """
        found = self._next_alone()
        if not found or self._after_good >= self.end:
            return False
        first, size = self.data[self._after_good], found - self._after_good
        again = (first, size, self._last_good) == self._gap
        self._gap = (first, size, found)
        self._met = self._met + 1 if again else 1
        if first > 0x0F or self._met < _MET_OFTEN:
            return False
        self._take_back(keep=1)
        lost = Definition(self._after_good, _LOST, little=True, fields=(), size=size, time_start=0)
        self.framing.put_in_force(first, Frames(lost, array("q")))
        return True

    def _take_back(self, keep: int = 0) -> None:
        """Forget what followed the last believed message, and that one too unless it is kept."""
        for frames in self._since[keep:]:
            frames.offsets.pop()
        for local, before in reversed(self._replaced):
            self.framing.put_in_force(local, before)
        self._since.clear()
        self._replaced.clear()

    def _next_place(self, start: int) -> int | None:
        """Return the next place after `start` from which messages can be believed.

        First by the time known so far; where nothing follows that time, by any date that holds on.
        """
        layouts = self._layouts_before()
        end = min(self.end, start + 4 * _BLOCK) if self._hopeless else self.end
        for near in dict.fromkeys((self._time, 0)):
            for block in range(start, end, _BLOCK):
                self.patience.scanned -= _BLOCK
                if self.patience.scanned < 0 or len(self.damages) > _MOST_DAMAGES:
                    return None
                places = self._candidates(block, layouts, near)
                found = next((at for at in places if self._chain_at(at, near, layouts)), None)
                if found is not None:
                    return found
        self._hopeless = True  # searching all the rest once is enough
        return None

    def _chain_at(self, at: int, near: int, layouts: dict[int, Definition]) -> bool:
        """Try one more place, as long as there are tries left."""
        self.patience.tries -= 1
        return self.patience.tries > 0 and self._chain(at, near, layouts)

    def _layouts_before(self) -> dict[int, Definition]:
        """Return the layouts that were in force at the last believed message."""
        layouts = dict(self.framing.layouts)
        for local, before in reversed(self._replaced):
            layouts.pop(local, None)
            if before is not None:
                layouts[local] = before.definition
        return layouts

    def _candidates(
        self, start: int, layouts: dict[int, Definition], near: int, size: int = _BLOCK
    ) -> list[int]:
        """Return the places in a block where a definition or a near timed message may stand."""
        window = np.frombuffer(self.data, np.uint8)[start : min(start + size + _REACH, self.end)]
        maybe = np.zeros(window.size, dtype=np.bool_)
        maybe[:-2] = ((window & 0xD0)[:-2] == 0x40) & (window[1:-1] == 0) & (window[2:] < 2)
        for local, layout in layouts.items():
            if 0 < layout.time_start < _REACH - 4:
                maybe |= (window == local) & _has_near_time(window, layout, near)
        return (start + np.flatnonzero(maybe[:size])).tolist()

    def _chain(self, at: int, near: int, layouts: dict[int, Definition] | None = None) -> bool:
        """Return True where several messages in a row can be believed from `at` on."""
        known = dict(self.framing.layouts if layouts is None else layouts)
        since = near
        timed = 0
        for _ in range(_CHAIN):
            if at >= self.end or timed >= _CHAIN_TIMES:
                break
            trouble, after = self._look(at, known, near)
            if trouble:
                return False
            first = self.data[at]
            if first & 0xC0 == 0x40:
                known[first & 0x0F] = read_definition(self.data, at)
            else:
                time = self._time_of(at, known[local_number(first)])
                timed += time not in _UNTIMED
                near = near if time in _UNTIMED else time
            at = after
        return timed >= (1 if since else _CHAIN_TIMES)


def _is_near(time: int, near: int) -> bool:
    """Return True where a time can follow another; the first one is any date, or a small count."""
    if near < _FIRST_DATE <= time < _LAST_DATE:
        return True
    return (near == 0 and 1 < time < _FIRST_DATE) or abs(time - near) <= _NEAR_S


def _has_near_time(window: NDArray[np.uint8], layout: Definition, near: int) -> NDArray[np.bool_]:
    """Return for each byte whether a message of a layout standing there has a near time."""
    found = np.zeros(window.size, dtype=np.bool_)
    count = window.size - layout.time_start - 3
    if count > 0:
        parts = [window[layout.time_start + k :][:count].astype(np.int64) for k in range(4)]
        low_first = parts if layout.little else parts[::-1]
        times = sum(part << (8 * k) for k, part in enumerate(low_first))
        if near:
            found[:count] = np.abs(times - near) <= _NEAR_S
        else:
            found[:count] = (times >= _FIRST_DATE) & (times < _LAST_DATE)
    return found
