"""What people give: files, folders, zips and zips in zips, opened one entry at a time.

Nothing from outside is trusted: no name becomes a path, no size is believed, no link is followed,
and what is no run is sorted out by its first bytes. Each input ends as an `Entry` to be read or as
a `Refused` that says why not; one bad entry stops nothing.
"""

import os
from array import array
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal

from evenstride.app._taking.caps import MEGABYTE, SMALL_BYTES, Caps, UnwantedError, load_caps, over
from evenstride.app._taking.contents import Content, OfBytes, OfFile, OfMember, open_plain
from evenstride.app._taking.kinds import (
    bears_a_readers_name,
    fit_file,
    fit_kind,
    kind_by_name,
    other_kind,
    packed_otherwise,
    reader_for,
    sort_out,
)
from evenstride.app._taking.names import INSIDE, shown
from evenstride.app._taking.zips import Listed, Member, Places, find_list, looks_like_zip, members
from evenstride.app.takeouts import (
    STRAVA_LIST,
    Listing,
    Moments,
    Told,
    is_garmin_list,
    is_strava_list,
    read_strava_list,
)
from evenstride.app.unwrap import is_gzip, unwrap
from evenstride.model.issue import Issue

__all__ = ["Caps", "Entry", "Refused", "entries", "load_caps", "sort_out"]

_LIST = "list of activities"
_HIDDEN, _SIDE_FILE, _LINK = "hidden file", "macOS side file", "link"
_LONGEST_LIST = 20 * MEGABYTE  # of 10,000 activities; twice that costs seconds and 400 MB
_COULD_BE_A_RUN = {"table", "XML", "JSON", "text"}
_UNKNOWN, _NO_FILE = "file of an unknown kind", "no plain file"


@dataclass(frozen=True)
class Entry:
    """One input that may be a recording.

    Attributes
    ----------
    name
        The way to it for people, ``"export.zip > activities/12.fit.gz"``; never a path.
    data
        Its bytes: unpacked where it was packed whole, as given where the packing is damaged.
    title, note, gear
        What the export tells about it beside the file, empty where nothing.
    taken
        When the export says it began, None where it does not.
    """

    name: str
    data: bytes
    title: str = ""
    note: str = ""
    gear: str = ""
    taken: datetime | None = None


@dataclass(frozen=True)
class Refused:
    """One input that is not read.

    Attributes
    ----------
    name
        As of an `Entry`.
    kind
        What it is, where it was passed over because it can be no run; empty where it failed.
    issues
        Why it failed, with a remedy; of what was passed over, what is good to know.
    """

    name: str
    kind: str = ""
    issues: tuple[Issue, ...] = ()

    @property
    def fate(self) -> Literal["skipped", "failed"]:
        """What became of it."""
        return "skipped" if self.kind else "failed"


Item = Entry | Refused


def entries(path: Path, caps: Caps | None = None) -> Iterator[Item]:
    """Yield every file in what was given, in an order that is always the same.

    Parameters
    ----------
    path
        A file, a folder, a ``.gz`` or a ``.zip``; it need not exist.
    caps
        How much is let in.

    Yields
    ------
    Entry or Refused
        One for each file, however deep; no more than one is held in memory. Nothing is raised.

    Examples
    --------
    >>> [one.fate for one in entries(Path("no such file.zip")) if isinstance(one, Refused)]
    ['failed']
    """
    way_in = _WayIn(caps or Caps())
    where = _Where(shown(path.name or str(path)), given=True)
    if path.is_dir():
        yield from way_in.folder(path, where)
    else:
        yield from way_in.file(path, where)


@dataclass(frozen=True)
class _Where:
    """Where an input stands.

    Attributes
    ----------
    name
        For people.
    path
        Its path in the folder or zip that holds it, only to be looked up in a list.
    listing
        The list in force there.
    depth
        How many containers stand around it.
    given
        True where the runner named this very file.
    """

    name: str
    path: str = ""
    listing: Listing = field(default_factory=Listing)
    depth: int = 0
    given: bool = False

    def inside(self, path: str, listing: Listing) -> "_Where":
        """Return where an entry of this container stands."""
        return _Where(self.name + INSIDE + shown(path), path, listing, self.depth)


def _failed(where: _Where, reason: UnwantedError) -> Refused:
    return Refused(where.name, "", (Issue("error", where.name, reason.problem, reason.remedy),))


class _WayIn:
    """One walk through what was given, with what is left of the caps."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._entries_left = caps.entries
        self._bytes_left = caps.total_mb * MEGABYTE
        self._moments = Moments()

    # --- on disk ---

    def folder(self, top: Path, where: _Where) -> Iterator[Item]:
        """Yield what stands in a folder and all below it, by name; files before folders."""
        waiting = [(top, "", where.listing)]
        while waiting:
            folder, below, listing = waiting.pop()
            try:
                found = self._scanned(folder)
            except UnwantedError as reason:
                yield _failed(replace(where, name=_beside(where.name, below)), reason)
                continue
            listing = listing.with_(self._list_on_disk(found, below))
            deeper = []
            for one in found:
                here = _Where(_beside(where.name, below + one.name), below + one.name, listing)
                kind = _passed_over(one)
                if kind:
                    yield Refused(here.name, kind)
                elif one.is_dir(follow_symlinks=False):
                    deeper.append((Path(one.path), f"{below}{one.name}/", listing))
                else:
                    yield from self.file(Path(one.path), here)
            waiting += reversed(deeper)

    def _scanned(self, folder: Path) -> list["os.DirEntry[str]"]:
        try:
            with os.scandir(folder) as listed:
                found = list(islice(listed, self._entries_left + 1))
        except OSError as reason:
            says = f"This folder cannot be read: {reason.strerror}."
            raise UnwantedError(says, "Check its permissions.") from reason
        self._count(len(found))
        return sorted(found, key=lambda one: one.name)

    def _list_on_disk(self, found: list["os.DirEntry[str]"], below: str) -> Listing:
        """Read the lists of activities in a folder."""
        listing = Listing()
        for one in found:
            if one.is_file(follow_symlinks=False) and _is_list(one.name):
                with (
                    suppress(UnwantedError, OSError),
                    open_plain(Path(one.path), follow=False) as file,
                ):
                    listing = listing.with_(self._list_from(below + one.name, OfFile(file)))
        return listing

    def file(self, path: Path, where: _Where) -> Iterator[Item]:
        """Yield what a file on disk holds."""
        try:
            with open_plain(path, follow=where.given) as file:
                yield from self._leaf(where, OfFile(file))
        except UnwantedError as reason:
            yield _failed(where, reason)
        except OSError as reason:
            says = f"This file cannot be read: {reason.strerror}."
            yield _failed(where, UnwantedError(says, "Check the disk, and try again."))

    # --- one input, wherever it stands ---

    def _leaf(self, where: _Where, content: Content) -> Iterator[Item]:
        """Yield what one input holds: itself, or what stands inside."""
        claimed = reader_for(content.head) is not None
        kind = _kind_of(where, content, claimed=claimed)
        if kind:
            yield Refused(where.name, kind, where.listing.issues if kind == _LIST else ())
        elif looks_like_zip(content.head) and not claimed:
            inside = self._deeper(where)
            with content.as_file() as file:
                yield from self._zip(file, inside)
        elif is_gzip(content.head):
            yield from self._gzip(where, self._whole(content))
        else:
            yield self._entry(where, content)

    def _entry(self, where: _Where, content: Content) -> Entry:
        fit = fit_file(content.head)
        told = where.listing.of(where.path)
        if told == Told() and fit is not None:
            told = self._moments.near(fit.created)
        data = self._whole(content)
        return Entry(where.name, data, told.title, told.note, told.gear, told.taken)

    def _whole(self, content: Content) -> bytes:
        if content.size > self._caps.entry_mb * MEGABYTE:
            says = f"This file has {content.size // MEGABYTE:,} MB; at most "
            raise over("entry_mb", f"{says}{self._caps.entry_mb} MB are taken.")
        return content.whole()

    def _gzip(self, where: _Where, packed: bytes) -> Iterator[Item]:
        """Yield what a gzip file holds; the file itself where its packing is damaged."""
        by_ratio = max(SMALL_BYTES, self._caps.ratio * len(packed))
        largest = min(by_ratio, self._caps.entry_mb * MEGABYTE)
        inner = unwrap(packed, where.name, largest)
        if inner.issues and len(inner.data) >= largest:
            raise self._too_large_by("ratio" if largest == by_ratio else "entry_mb")
        self._take_out(len(inner.data))
        path = where.path.removesuffix(".gz").removesuffix(".GZ")
        unpacked = self._deeper(replace(where, path=path, listing=Listing()))
        told = where.listing.of(where.path)
        for item in self._leaf(unpacked, OfBytes(inner.data)):
            yield _as_packed(item, told, packed if inner.issues else None)

    def _deeper(self, where: _Where) -> _Where:
        if where.depth >= self._caps.depth:
            raise self._too_large_by("depth")
        return replace(where, depth=where.depth + 1)

    # --- zips ---

    def _zip(self, file: BinaryIO, where: _Where) -> Iterator[Item]:
        """Yield what a zip holds, by the order of its own list."""
        listed = find_list(file)
        places, listing = self._surveyed(file, listed)
        for member in members(file, listed):
            if member.is_folder:
                continue
            here = where.inside(member.name, listing)
            kind = _side_kind(member.name)
            if kind:
                yield Refused(here.name, kind)
                continue
            try:
                yield from self._leaf(here, self._member(file, member, places))
            except UnwantedError as reason:
                yield _failed(here, reason)

    def _surveyed(self, file: BinaryIO, listed: Listed) -> tuple[Places, Listing]:
        """Walk a zip's list once: count, note where entries begin, read lists of activities."""
        starts, lists = array("q"), []
        with suppress(UnwantedError):  # where the list is damaged is told when it is walked again
            for member in islice(members(file, listed), self._entries_left + 1):
                starts.append(max(-1, min(member.at, listed.end)))
                if _is_list(member.name):
                    lists.append(member)
        self._count(len(starts))
        places, listing = Places(starts, listed.start), Listing()
        for member in lists:
            with suppress(UnwantedError):
                content = self._member(file, member, places)
                listing = listing.with_(self._list_from(member.name, content))
        return places, listing

    def _member(self, file: BinaryIO, member: Member, places: Places) -> Content:
        if member.size > max(SMALL_BYTES, self._caps.ratio * member.packed):
            raise self._too_large_by("ratio")
        return _Counted(OfMember(file, member, places), self._take_out)

    def _list_from(self, path: str, content: Content) -> Listing:
        """Read one of the lists that exports hold; return what it tells by the files' names."""
        if is_strava_list(path) and reader_for(content.head) is None:
            if content.size > _LONGEST_LIST:
                return _too_long(content.size, shown(path))
            folder = path[: len(path) - len(STRAVA_LIST)].replace("\\", "/")
            return read_strava_list(self._whole(content), shown(path)).below(folder)
        if is_garmin_list(path) and content.size <= _LONGEST_LIST:
            self._moments.add(self._whole(content))
        return Listing()

    # --- what is left of the caps ---

    def _count(self, entries: int) -> None:
        self._entries_left -= entries
        if self._entries_left < 0:
            self._entries_left = 0
            raise self._too_large_by("entries")

    def _take_out(self, size: int) -> None:
        if size > self._bytes_left:
            raise self._too_large_by("total_mb")
        self._bytes_left -= size

    def _too_large_by(self, cap: str) -> UnwantedError:
        caps = self._caps
        says = {
            "entries": f"Here are more files than the {caps.entries:,} that are taken at once.",
            "total_mb": f"All files together unpack to more than {caps.total_mb:,} MB.",
            "entry_mb": f"Unpacked, this file has more than the {caps.entry_mb} MB that are taken.",
            "ratio": (
                f"It unpacks to more than {caps.ratio} times its size, as a zip bomb does; no "
                "recording can be packed so well."
            ),
            "depth": f"Zips stand more than {caps.depth} deep inside each other.",
        }
        return over(cap, says[cap])


def _too_long(size: int, name: str) -> Listing:
    says = (
        f"This list of activities has {size // MEGABYTE} MB; at most {_LONGEST_LIST // MEGABYTE} MB"
        " are read. Titles and notes were left out."
    )
    remedy = "Part it, keep its first line in each, and import each beside its files."
    return Listing({}, (Issue("warning", name, says, remedy),))


class _Counted:
    """An entry of a zip, counted against the caps when it is taken out."""

    def __init__(self, content: Content, take_out: Callable[[int], None]) -> None:
        self._content, self._take_out = content, take_out
        self.size, self.head = content.size, content.head

    def whole(self) -> bytes:
        """Return all of it."""
        self._take_out(self.size)
        return self._content.whole()

    def as_file(self) -> AbstractContextManager[BinaryIO]:
        """Return it as a file."""
        self._take_out(self.size)
        return self._content.as_file()


def _kind_of(where: _Where, content: Content, *, claimed: bool) -> str | None:
    """Return what an input is when it can be no run, None where it must be opened or read.

    Raises
    ------
    UnwantedError
        If it is packed by a program whose files are not opened here.
    """
    name, head = where.path or where.name, content.head
    if claimed or is_gzip(head):
        return fit_kind(head, content.size)
    if looks_like_zip(head):
        return kind_by_name(name)
    if is_strava_list(name) and where.listing != Listing():
        return _LIST
    program = packed_otherwise(head)
    if program:
        says = f"It is packed by {program}, which is not opened here."
        raise UnwantedError(says, "Unpack it yourself and give the folder.")
    kind = other_kind(name, head)
    if where.given and kind in _COULD_BE_A_RUN:
        return None  # named by the runner: they should hear why it cannot be read
    hopeless = not where.given and not bears_a_readers_name(name)
    return kind or (_UNKNOWN if hopeless else None)


def _as_packed(item: Item, told: Told, packed: bytes | None) -> Item:
    """Return what stood in a gzip file with what is told of it, as packed where that is damaged."""
    if isinstance(item, Refused):
        return item
    data = item.data if packed is None else packed
    if told == Told():
        return replace(item, data=data)
    return Entry(item.name, data, told.title, told.note, told.gear, told.taken)


def _is_list(path: str) -> bool:
    return is_strava_list(path) or is_garmin_list(path)


def _beside(name: str, path: str) -> str:
    return "/".join((name, *(shown(part) for part in path.split("/") if part)))


def _passed_over(one: "os.DirEntry[str]") -> str | None:
    """Return what a file in a folder is when it is not even opened."""
    kind = _side_kind(one.name)
    if kind:
        return kind
    if one.is_symlink():
        return _LINK
    plain = one.is_file(follow_symlinks=False) or one.is_dir(follow_symlinks=False)
    return None if plain else _NO_FILE


def _side_kind(path: str) -> str | None:
    """Return what a file is whose name hides it or marks it as another's shadow."""
    parts = path.replace("\\", "/").split("/")
    if "__MACOSX" in parts or parts[-1].startswith("._"):
        return _SIDE_FILE
    return (
        _HIDDEN if any(part.startswith(".") and part not in {".", ".."} for part in parts) else None
    )
