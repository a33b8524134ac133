"""From a file's bytes to the FIT files chained inside, their checksums checked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from evenstride.formats._fit.crc import crc16
from evenstride.formats._fit.rescue import Damage, Patience, Rescue
from evenstride.formats._fit.walk import Frames, walk
from evenstride.model.issue import Issue

MARK = b".FIT"
LARGEST = 24 << 20  # bytes; four days of seconds with all there is
MOST_FILES = 64  # chained in one

_SHORT_HEADER, _LONG_HEADER = 12, 14
_OTHER_FORMATS = (
    (b"\x1f\x8b", "This is a gzip file, not a FIT file.", "Unpack it and give the file inside."),
    (b"PK\x03\x04", "This is a ZIP file, not a FIT file.", "Unpack it and give the file inside."),
    (b"<?xml", "This is an XML file, such as GPX or TCX, not a FIT file.", "Export it as FIT."),
    (b"<!DOC", "This is a web page, not a FIT file.", "Sign in to the portal and export again."),
    (b"<html", "This is a web page, not a FIT file.", "Sign in to the portal and export again."),
)
_ASK_AGAIN = "Copy the file from the watch again, or export it again."


@dataclass(frozen=True)
class Part:
    """One FIT file inside a file.

    Attributes
    ----------
    frames
        Its messages, framed.
    issues
        What is wrong with it.
    """

    frames: tuple[Frames, ...]
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class _Header:
    """What a header says; `end` is where its messages end, as stated."""

    at: int
    start: int
    end: int
    sum_fits: bool


def looks_like_fit(data: bytes) -> bool:
    """Return True where the first bytes can be those of a FIT file, with or without its header."""
    return data[8:12] == MARK or _messages_begin(data, 0) or _damaged_header(data) > 0


def split(data: bytes, name: str) -> Iterator[Part]:
    """Yield the FIT files chained in `data`.

    Parameters
    ----------
    data
        The whole file.
    name
        How issues call it.
    """
    refused = _refusal(data, name)
    if refused:
        yield Part((), (refused,))
        return
    at, patience = 0, Patience()
    for _ in range(MOST_FILES):
        if at >= len(data):
            return
        header = _header(data, at)
        if header is None:
            after, part = _without_header(data, at, name, patience)
        else:
            after, part = _with_header(data, header, name, patience)
        yield part
        at = max(after, at + 1)
    says = f"More than {MOST_FILES} files are chained here; the rest was left out."
    yield Part((), (Issue("warning", f"{name}, byte {at}", says),))


def _refusal(data: bytes, name: str) -> Issue | None:
    """Return why a file is not read at all."""
    if not data:
        return Issue("error", name, "The file is empty.", _ASK_AGAIN)
    if len(data) > LARGEST:
        says = f"The file has {len(data) >> 20} MB; no recorded run is that large."
        return Issue("error", name, says, "Check that this is the right file.")
    if data[8:12] == MARK:
        return None
    for first, problem, remedy in _OTHER_FORMATS:
        if data[:5].lstrip().lower().startswith(first.lower()):
            return Issue("error", name, problem, remedy)
    return None


def _header(data: bytes, at: int) -> _Header | None:
    """Return the header that stands at `at`, None where none does."""
    size = data[at]
    if data[at + 8 : at + 12] != MARK or size < _SHORT_HEADER or at + size > len(data):
        return None
    start = at + size
    stated = int.from_bytes(data[at + 4 : at + 8], "little")
    own = data[at + 12 : at + 14] if size >= _LONG_HEADER else b"\0\0"
    fits = own == b"\0\0" or crc16(data[at : at + 14]) == 0
    return _Header(at, start, start + stated, fits)


def _with_header(data: bytes, header: _Header, name: str, patience: Patience) -> tuple[int, Part]:
    """Return where the next file may begin, and the one whose header this is."""
    issues = []
    if not header.sum_fits:
        says = "The header's checksum does not fit its content."
        issues.append(Issue("info", f"{name}, byte {header.at}", says))
    after = header.end + 2
    if header.start < header.end and after <= len(data):
        if crc16(memoryview(data)[header.at : after]) == 0:
            framing = walk(data, header.start, header.end, patience.room)
            if framing is not None:
                patience.room = framing.room
                return after, Part(tuple(framing.frames.values()), tuple(issues))
        else:
            says = "The file's checksum does not fit its content: some bytes were changed or lost."
            issues.append(Issue("warning", f"{name}, byte {header.end}", says, _ASK_AGAIN))
    limit = _next_header(data, header.start)
    issues += _size_issue(header, limit, name)
    return _rescued(data, header, limit, (name, issues), patience)


def _size_issue(header: _Header, limit: int, name: str) -> Iterator[Issue]:
    """Yield what is wrong with the size the header gives."""
    if header.start < header.end <= limit - 2:
        return
    stated, there = header.end - header.start, max(0, limit - 2 - header.start)
    says = f"The header speaks of {stated} bytes of messages; {there} are there."
    yield Issue("warning", f"{name}, byte {header.at + 4}", says, _ASK_AGAIN)


def _next_header(data: bytes, start: int) -> int:
    """Return where the next file's header stands after `start`, the data's end where none does."""
    found = data.find(MARK, start + 8)
    while found >= 0:
        if data[found - 8] in {_SHORT_HEADER, _LONG_HEADER}:
            return found - 8
        found = data.find(MARK, found + 1)
    return len(data)


def _rescued(
    data: bytes, header: _Header, limit: int, told: tuple[str, list[Issue]], patience: Patience
) -> tuple[int, Part]:
    """Return where the next file may begin, and what could be believed of this one."""
    name, issues = told
    end = max(header.start, limit - 2)
    stated = header.end if header.start < header.end <= end else 0
    rescue = Rescue(data, end, stated, replace(patience))
    reached = rescue.walk(header.start)
    if rescue.damages and rescue.damages[-1].kind == "short" and limit == len(data):
        # Without a checksum, two more bytes are messages.
        rescue = Rescue(data, limit, stated, replace(patience))
        reached = rescue.walk(header.start)
    vars(patience).update(vars(rescue.patience) | {"room": rescue.framing.room})
    issues += [_damage_issue(damage, name, limit) for damage in rescue.damages]
    after = reached + 2 if stated and reached == stated else limit
    return after, Part(tuple(rescue.framing.frames.values()), tuple(issues))


def _damage_issue(damage: Damage, name: str, limit: int) -> Issue:
    """Return a damaged stretch as an issue; one without an end reaches to `limit`."""
    where = f"{name}, byte {damage.at}"
    lost = (damage.until or limit) - damage.at
    says = {
        "short": "The file ends early, in the middle of a message; what stands before was read.",
        "endless": "There are more messages than any recorded run has; the rest was left out.",
        "tail": "A few bytes at the end are no message; they were left out.",
        "time": "A message bears a time that cannot be; it was left out.",
        "lost": f"The file is damaged here: {lost} bytes were left out, what follows was read.",
    }[damage.kind]
    if damage.kind == "lost" and damage.until is None:
        says = f"The file is damaged from here on: {lost} bytes could not be read."
    return Issue("warning", where, says, _ASK_AGAIN)


def _messages_begin(data: bytes, at: int) -> bool:
    """Return True where a file's first definition (its ``file_id``) can stand at `at`."""
    head = data[at : at + 6]
    return (
        len(head) == 6
        and head[0] & 0xD0 == 0x40
        and head[1] == 0
        and head[2] < 2
        and head[3:5] == b"\0\0"
        and 0 < head[5] < 32
    )


def _damaged_header(data: bytes) -> int:
    """Return the size of a header that is there but damaged, 0 where there is none."""
    sizes = (size for size in (_LONG_HEADER, _SHORT_HEADER) if _messages_begin(data, size))
    return next(sizes, 0)


def _without_header(data: bytes, at: int, name: str, patience: Patience) -> tuple[int, Part]:
    """Return where the next file may begin, and what stands at `at` without a header."""
    where = f"{name}, byte {at}"
    limit = _next_header(data, at + 1)
    start = at if _messages_begin(data, at) else at + _damaged_header(data[at : at + 32])
    if start == at and not _messages_begin(data, at):
        problem = f"{limit - at} bytes here are no FIT messages; they were left out."
        if at == 0 and limit == len(data):
            remedy = "Give the FIT file of a recorded run, as exported by the watch or portal."
            return limit, Part((), (Issue("error", name, "This is not a FIT file.", remedy),))
        return limit, Part((), (Issue("warning", where, problem),))
    says = "The file's header is missing or damaged; the messages after it were read."
    header = _Header(at, start, 0, sum_fits=True)
    told = (name, [Issue("warning", where, says, _ASK_AGAIN)])
    return _rescued(data, header, limit, told, patience)
