"""A backup's file: what lies in it, and whether all of it is what was put in."""

import hashlib
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.store.durable import CHUNK

SCHEMA = "evenstride.backup/1"
FACTS, SETTINGS, CONTENTS = "facts.sqlite", "settings.toml", "backup.json"
_LONGEST_LIST = 1 << 28
_ORIGINAL = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Member:
    """One file in a backup: its digest and size as it was put in."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself.

    Attributes
    ----------
    schema
        The kind of backup.
    made
        When it was made.
    last_original
        Number of the last original it holds.
    facts, settings
        The facts, and the settings where there were any.
    originals
        Size of each original, by digest.
    lost
        Originals that were missing or damaged when the backup was made.
    """

    schema: str
    made: datetime
    last_original: int
    facts: Member
    settings: Member | None
    originals: dict[str, int]
    lost: tuple[str, ...]

    def members(self) -> dict[str, Member]:
        """Return every file that must lie in it, by name."""
        named = {member_name(sha256): Member(sha256, n) for sha256, n in self.originals.items()}
        settings = {SETTINGS: self.settings} if self.settings else {}
        return {FACTS: self.facts, **settings, **named}

    def issues(self) -> tuple[Issue, ...]:
        """Return what was lost before the backup was made."""
        return tuple(
            Issue(
                "error",
                one,
                "This original was missing or damaged when the backup was made; it is not in it.",
                "Import its file again.",
            )
            for one in self.lost
        )


def member_name(sha256: str) -> str:
    """Return the name of an original in a backup."""
    return f"recordings/{sha256}"


@contextmanager
def opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, Contents]]:
    """Open a backup, and refuse what is none.

    Raises
    ------
    EvenstrideError
        If it is no backup, a later evenstride made it, or its list does not fit its files.
    """
    try:
        with zipfile.ZipFile(file) as sealed:
            contents = _contents(sealed, file)
            _check_list(sealed, contents, file)
            yield sealed, contents
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as error:
        raise not_a_backup(file, str(error)) from error


def _contents(sealed: zipfile.ZipFile, file: Path) -> Contents:
    try:
        info = sealed.getinfo(CONTENTS)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > _LONGEST_LIST:
            raise not_a_backup(file, "its list is packed or too long")
        contents = msgspec.json.decode(sealed.read(info), type=Contents)
    except (KeyError, msgspec.DecodeError, RuntimeError, ValueError) as error:
        raise not_a_backup(file, str(error)) from error
    if contents.schema != SCHEMA:
        raise EvenstrideError(
            f"{file} is a backup of another kind: {contents.schema}.", "Update evenstride."
        )
    return contents


def _check_list(sealed: zipfile.ZipFile, contents: Contents, file: Path) -> None:
    """Compare what the list promises with what lies there, before a byte of it is believed."""
    wanted = {name: member.size for name, member in contents.members().items()}
    found = [info for info in sealed.infolist() if info.filename != CONTENTS]
    stored = all(info.compress_type == zipfile.ZIP_STORED for info in sealed.infolist())
    fits = {info.filename: info.file_size for info in found} == wanted
    once = len(sealed.infolist()) == len(wanted) + 1
    named = all(_ORIGINAL.fullmatch(one) for one in (*contents.originals, *contents.lost))
    whole = sum(wanted.values()) <= file.stat().st_size
    if not (stored and fits and once and named and whole):
        raise not_a_backup(file, "its list does not fit what lies in it")


def not_a_backup(file: Path, why: str) -> EvenstrideError:
    """Return the error for a file that is no backup, or no longer one."""
    return EvenstrideError(
        f"{file} is not a whole backup of evenstride: {why.rstrip('.')}.",
        "Take another backup. Nothing was changed.",
    )


def chunks_in(sealed: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield a member's bytes, a megabyte at a time."""
    with sealed.open(name) as member:
        while chunk := member.read(CHUNK):
            yield chunk


def verify(sealed: zipfile.ZipFile, contents: Contents, file: Path) -> None:
    """Read every byte and compare it with what was put in.

    Raises
    ------
    EvenstrideError
        If a single byte differs.
    """
    for name, member in contents.members().items():
        digest = hashlib.sha256()
        for chunk in chunks_in(sealed, name):
            digest.update(chunk)
        if digest.hexdigest() != member.sha256:
            raise not_a_backup(file, f"{name} is damaged")


def add_member(sealed: zipfile.ZipFile, name: str, source: Iterator[bytes]) -> Member:
    """Write one file into a backup; return what was put in."""
    digest, size = hashlib.sha256(), 0
    with _begun(sealed, name) as member:
        for chunk in source:
            member.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return Member(digest.hexdigest(), size)


def _begun(sealed: zipfile.ZipFile, name: str) -> IO[bytes]:
    return sealed.open(zipfile.ZipInfo(name), "w", force_zip64=True)
