"""The bytes of one input, wherever they stand: looked at from the front, taken when wanted."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Protocol

from evenstride.app._taking.caps import UnwantedError
from evenstride.app._taking.kinds import HEAD_BYTES
from evenstride.app._taking.zips import Member, Places, refusal, unpacked

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_PLAIN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Content(Protocol):
    """The bytes of one input."""

    @property
    def size(self) -> int:
        """How many bytes it has, unpacked."""

    @property
    def head(self) -> bytes:
        """Its first bytes."""

    def whole(self) -> bytes:
        """Return all of it."""

    def as_file(self) -> AbstractContextManager[BinaryIO]:
        """Return it as a file one can jump about in."""


class OfBytes:
    """What is in memory already."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)
        self.head = data[:HEAD_BYTES]

    def whole(self) -> bytes:
        """Return all of it."""
        return self._data

    def as_file(self) -> AbstractContextManager[BinaryIO]:
        """Return it as a file in memory."""
        return BytesIO(self._data)


class OfFile:
    """A file on disk, open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        file.seek(0)
        self.head = file.read(HEAD_BYTES)

    def whole(self) -> bytes:
        """Return all of it, as long as it was when it was opened."""
        self._file.seek(0)
        return self._file.read(self.size)

    def as_file(self) -> AbstractContextManager[BinaryIO]:
        """Return the file itself."""
        return nullcontext(self._file)


class OfMember:
    """An entry of a zip; its bytes can be taken once."""

    def __init__(self, file: BinaryIO, member: Member, places: Places) -> None:
        refused = refusal(member)
        if refused:
            raise refused
        self.size = member.size
        self._pieces = unpacked(file, member, places)
        self._first = next(self._pieces, b"")
        self.head = self._first[:HEAD_BYTES]

    def whole(self) -> bytes:
        """Return all of it."""
        return b"".join((self._first, *self._pieces))

    @contextmanager
    def as_file(self) -> Iterator[BinaryIO]:
        """Unpack it to a file without a name that only this process can open."""
        with _temporary() as file:
            for piece in chain((self._first,), self._pieces):
                _write(file, piece)
            yield file


def _temporary() -> AbstractContextManager[BinaryIO]:
    try:
        return tempfile.TemporaryFile(prefix="evenstride-")
    except OSError as reason:
        raise _no_room(reason) from reason


def _write(file: BinaryIO, piece: bytes) -> None:
    try:
        file.write(piece)
    except OSError as reason:
        raise _no_room(reason) from reason


def _no_room(reason: OSError) -> UnwantedError:
    return UnwantedError(
        f"A zip inside could not be unpacked to the folder for temporary files: {reason.strerror}.",
        "Make room there, or name another folder with TMPDIR.",
    )


def open_plain(path: Path, *, follow: bool) -> BinaryIO:
    """Open a plain file; never one that would wait, such as a pipe.

    Raises
    ------
    UnwantedError
        If there is none, it may not be read, or it is something else.
    """
    try:
        number = os.open(path, _PLAIN | (0 if follow else _NO_LINK))
    except FileNotFoundError as reason:
        raise UnwantedError("This file does not exist.", "Check the path.") from reason
    except OSError as reason:
        says = f"This file cannot be read: {reason.strerror}."
        raise UnwantedError(says, "Check its permissions.") from reason
    except ValueError as reason:
        raise UnwantedError("This file does not exist.", "Check the path.") from reason
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise UnwantedError("This is no plain file.", "Give a file, a folder or a zip.")
    return os.fdopen(number, "rb")
