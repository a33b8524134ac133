"""XML read element by element, from files that may be damaged or meant to do harm.

Nothing is built in memory: elements are handed on as they come, so that all that stands before a
damaged place is kept. Entities and external references are refused (defusedxml); nesting, names,
attributes and text are bounded.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from xml.parsers.expat import ExpatError, errors

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

LARGEST_BYTES = 48_000_000
MOST_ELEMENTS = 1_250_000
"""A day of running written once a second is some 40 MB of TCX, in 1.1 million elements."""

_DEEPEST = 64
_MOST_ATTRIBUTES = 64
_MOST_NAMES = 4096
_LONGEST_TEXT = 4096
_LONGEST_SILENCE = 1 << 20  # bytes in which no element begins or ends
_HEAD = 8192
_SPACE = b" \t\r\n"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CUT_SHORT = {errors.XML_ERROR_NO_ELEMENTS, errors.XML_ERROR_UNCLOSED_TOKEN}
_MISNAMED = {errors.XML_ERROR_UNKNOWN_ENCODING, errors.XML_ERROR_INCORRECT_ENCODING}


class Sink(Protocol):
    """What takes in elements, in the order of the file; names come without their namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in that an element begins."""

    def end(self, name: str, text: str) -> None:
        """Take in that an element ends, and the text in it since the last start or end."""


class RefusedError(Exception):
    """Reading must not go on, and why."""


@dataclass(frozen=True)
class Damage:
    """Where reading came to an end before the file did.

    Attributes
    ----------
    line, byte
        Of the file.
    reason
        A clause, such as ``"the file ends in the middle"``.
    """

    line: int
    byte: int
    reason: str


def root_of(data: bytes) -> str:
    """Return the name of the outermost element without its namespace, empty where there is none.

    Examples
    --------
    >>> root_of(b'<?xml version="1.0"?><!-- by hand --><a:gpx xmlns:a="x">')
    'gpx'
    """
    text = _head_as_text(data).lstrip()
    while text.startswith(("<?", "<!")):
        closing = "-->" if text.startswith("<!--") else "]>" if "[" in text.split(">")[0] else ">"
        text = text.partition(closing)[2].lstrip()
    if not text.startswith("<"):
        return ""
    name = text[1:].replace("/", ">").partition(">")[0].split(maxsplit=1)[:1]
    return name[0].rpartition(":")[2] if name else ""


def _head_as_text(data: bytes) -> str:
    head = data[:_HEAD]
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return head.decode(encoding, "ignore").removeprefix("\ufeff")
    if head[1:2] == b"\0" or head[:1] == b"\0":
        return head.decode("utf-16-le" if head[1:2] == b"\0" else "utf-16-be", "ignore")
    return head.decode("latin-1")


class Pull:
    """One reading of one file.

    Examples
    --------
    >>> class Names:
    ...     def start(self, name, attributes): print(name, attributes)
    ...     def end(self, name, text): print(name, repr(text))
    >>> Pull(b'<a><b c="1">two</b>').read(Names())
    a {}
    b {'c': '1'}
    b 'two'
    Damage(line=1, byte=19, reason='the file ends in the middle')
    """

    def __init__(self, data: bytes) -> None:
        # Some exports begin with spaces, which XML forbids before its declaration.
        stripped = data.lstrip(_SPACE) if data[:1] in {b" ", b"\t", b"\r", b"\n"} else data
        self._skipped = len(data) - len(stripped)
        self._skipped_lines = data[: self._skipped].count(b"\n")
        self._data, self._cut = _bounded(stripped)
        self._parser: Any = None
        self._watched: _Watch | None = None

    @property
    def line(self) -> int:
        """The line of the file that is being read."""
        return int(self._parser.CurrentLineNumber) + self._skipped_lines

    def read(self, sink: Sink) -> Damage | None:
        """Hand all elements to `sink`; return where and why that ended early, if it did."""
        found = self._attempt(sink, None)
        if found is not None and found.reason in _MISNAMED and not self._begun():
            found = self._attempt(sink, "utf-8")
        return found

    def _begun(self) -> bool:
        return self._watched is not None and self._watched.count > 0

    def _attempt(self, sink: Sink, encoding: str | None) -> Damage | None:
        # Its guards are set on expat itself, which is then used bare: five times as quick.
        self._parser = DefusedXMLParser(encoding=encoding).parser
        self._watch(sink)
        try:
            self._parser.Parse(self._data, not self._cut)
        except ExpatError as trouble:
            return self._damage(errors.messages[trouble.code])
        except DefusedXmlException:
            return self._damage("it defines entities, which could hide anything")
        except (LookupError, ValueError):
            return self._damage(errors.XML_ERROR_UNKNOWN_ENCODING)
        except RefusedError as refused:
            return self._damage(str(refused))
        return self._damage(self._cut) if self._cut else None

    def _damage(self, reason: str) -> Damage:
        byte = max(int(self._parser.CurrentByteIndex), 0)
        if reason in _CUT_SHORT:
            byte, reason = len(self._data), "the file ends in the middle"
        return Damage(self.line, byte + self._skipped, reason)

    def _watch(self, sink: Sink) -> None:
        watch = _Watch(sink)
        self._watched = watch
        handlers = {
            "ordered_attributes": False,
            "StartElementHandler": watch.start,
            "EndElementHandler": watch.end,
            "CharacterDataHandler": watch.text,
            "StartNamespaceDeclHandler": _prefixes(),
            "DefaultHandlerExpand": None,
            "CommentHandler": None,
            "ProcessingInstructionHandler": None,
        }
        for name, handler in handlers.items():
            setattr(self._parser, name, handler)


class _Watch:
    """Stands between expat and a sink: keeps the text of an element, and counts."""

    def __init__(self, sink: Sink) -> None:
        self.count = 0
        self._sink = sink
        self._names: dict[str, str] = {}
        self._kept: list[str] = []
        self._kept_length = 0
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            raise RefusedError(f"elements lie more than {_DEEPEST} deep in each other")
        if self.count > MOST_ELEMENTS:
            raise RefusedError(f"only the first {MOST_ELEMENTS:,} elements are read")
        if attributes:
            attributes = _named(attributes, self._names)
        self._kept.clear()
        self._kept_length = 0
        self._sink.start(self._names.get(tag) or _local(tag, self._names), attributes)

    def text(self, piece: str) -> None:
        if self._kept_length < _LONGEST_TEXT:
            self._kept.append(piece)
            self._kept_length += len(piece)

    def end(self, tag: str) -> None:
        self._depth -= 1
        text = "".join(self._kept)[:_LONGEST_TEXT] if self._kept else ""
        self._kept.clear()
        self._kept_length = 0
        self._sink.end(self._names[tag], text)


def _local(tag: str, names: dict[str, str]) -> str:
    """Return a name without its namespace, remembered: names are few unless meant to do harm."""
    if len(names) >= _MOST_NAMES:
        raise RefusedError(f"it has more than {_MOST_NAMES} different names")
    # Kept whole in the file; cut here so that a message can show it.
    names[tag] = tag.rpartition("}")[2][:100]
    return names[tag]


def _named(attributes: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    if len(attributes) > _MOST_ATTRIBUTES:
        raise RefusedError(f"an element has more than {_MOST_ATTRIBUTES} attributes")
    return {names.get(tag) or _local(tag, names): value for tag, value in attributes.items()}


def _prefixes() -> Callable[[str | None, str | None], None]:
    known: set[str | None] = set()

    def declare(prefix: str | None, _: str | None) -> None:
        known.add(prefix)
        if len(known) > _MOST_NAMES:
            raise RefusedError(f"it has more than {_MOST_NAMES} different names")

    return declare


def _bounded(data: bytes) -> tuple[bytes, str]:
    """Return as much of the data as is safe to read, and why not all of it."""
    reason = ""
    if len(data) > LARGEST_BYTES:
        reason = f"only the first {LARGEST_BYTES // 1_000_000} MB of such a file are read"
        data = data[:LARGEST_BYTES]
    place = 0
    while len(data) - place > _LONGEST_SILENCE:
        following = data.rfind(b"<", place + 1, place + 1 + _LONGEST_SILENCE)
        if following < 0:
            return data[:place], "what follows is no XML"
        place = following
    return data, reason
