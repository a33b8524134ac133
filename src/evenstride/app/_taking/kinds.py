"""What is no run at all, told by its first bytes before anything costly is done with it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import evenstride.formats
from evenstride.app._taking.names import ending
from evenstride.plugins import Reader, discover

HEAD_BYTES = 1 << 14
"""As much of a file as is looked at to tell what it is."""

_FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_ACTIVITY = 4
# FIT profile 21, enum "file"; the last ones as Garmin's own exports use them.
_FIT_KINDS = {
    4: "no samples",
    1: "device description",
    2: "settings",
    3: "sport settings",
    5: "workout",
    6: "course",
    7: "schedule",
    9: "weight",
    10: "totals",
    11: "goals",
    14: "blood pressure",
    15: "monitoring",
    20: "activity summary",
    28: "monitoring",
    32: "monitoring",
    34: "segment",
    35: "segment list",
    40: "device configuration",
    41: "race",
    44: "metrics",
    49: "sleep",
    68: "hrv status",
}
_NEVER_A_RUN = {1, 2, 3, 7, 9, 10, 11, 14, 15, 28, 32, 34, 35, 40, 44, 49, 68}
_BY_FIRST_BYTES = (
    (b"\xff\xd8\xff", "image"),
    (b"\x89PNG", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"%PDF", "PDF"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"SQLite format 3", "database"),
)
_BY_ENDING = {
    "image": "jpg jpeg png gif heic heif webp tif tiff bmp svg",
    "video": "mov mp4 m4v avi mkv webm 3gp lrv",
    "sound": "mp3 m4a wav aac ogg",
    "PDF": "pdf",
    "JSON": "json ndjson geojson",
    "table": "csv tsv xls xlsx ods",
    "text": "txt md rtf log ini cfg toml yaml yml doc docx odt epub",
    "web page": "html htm css js",
    "map": "kml kmz osm img",
    "XML": "xml plist",
    "database": "db sqlite sqlite3",
    "program": "exe dll dmg apk jar sh bat py",
}
_KIND_OF = {f".{end}": kind for kind, ends in _BY_ENDING.items() for end in ends.split()}
_PACKED_OTHERWISE = (
    (b"7z\xbc\xaf\x27\x1c", 0, "7z"),
    (b"Rar!\x1a\x07", 0, "RAR"),
    (b"\xfd7zXZ\0", 0, "xz"),
    (b"BZh", 0, "bzip2"),
    (b"\x28\xb5\x2f\xfd", 0, "zstd"),
    (b"ustar", 257, "tar"),
)


@dataclass(frozen=True)
class FitFile:
    """What the first message of a FIT file says.

    Attributes
    ----------
    type
        FIT's number of the kind of file; 4 is a recorded activity.
    created
        When the device began it, None where it does not say.
    end
        Byte after the file, its checksum counted, as its header says.
    """

    type: int
    created: datetime | None
    end: int


def fit_file(head: bytes) -> FitFile | None:
    """Return what a FIT file says it is, None where it does not say.

    Only the header and the first message are read, by FIT protocol 2.0.

    Examples
    --------
    >>> fit_file(b"no such file") is None
    True
    """
    at = head[0] if head[8:12] == b".FIT" else 0
    if at < 12 or len(head) < at + 6 or head[at] & 0xD0 != 0x40:
        return None
    order = "big" if head[at + 2] == 1 else "little"
    fields = head[at + 6 : at + 6 + 3 * head[at + 5]]
    after = at + 6 + len(fields)
    if head[at + 3 : at + 5] != b"\0\0" or head[at] & 0x20 or not head[after:]:
        return None
    if head[after] != head[at] & 0x0F:
        return None
    values = _values(head, after + 1, fields)
    if len(values.get(0, b"")) != 1:
        return None
    created = values.get(4, b"")
    moment = int.from_bytes(created, "big" if order == "big" else "little")
    known = len(created) == 4 and 0x10000000 <= moment < 0xFFFFFFFF
    return FitFile(
        values[0][0],
        _FIT_EPOCH + timedelta(seconds=moment) if known else None,
        at + int.from_bytes(head[4:8], "little") + 2,
    )


def _values(head: bytes, at: int, fields: bytes) -> dict[int, bytes]:
    """Return the bytes of each field of the message that begins at `at`."""
    values = {}
    for spot in range(0, len(fields) - 2, 3):
        number, size = fields[spot], fields[spot + 1]
        values[number] = head[at : at + size]
        at += size
    return values


def reader_for(head: bytes) -> Reader | None:
    """Return the reader that knows a file by its first bytes, None where none does."""
    return next((one for one in readers() if one.recognises(head)), None)


def readers() -> tuple[Reader, ...]:
    """Return every reader, by the name of its module."""
    return discover(evenstride.formats, Reader)


def bears_a_readers_name(name: str) -> bool:
    """Return whether a name ends as files of a reader do, so that it should have been readable."""
    return name.casefold().endswith(tuple(e for one in readers() for e in one.suffixes)) and (
        ending(name) not in {".csv", ".json", ".xml"}
    )


def packed_otherwise(head: bytes) -> str:
    """Return by which program files were packed in a way that is not opened here, else nothing."""
    return next((name for magic, at, name in _PACKED_OTHERWISE if head.startswith(magic, at)), "")


def sort_out(name: str, head: bytes, size: int) -> str | None:
    """Return what a file is when it can be no run, None where it must be read to know.

    Parameters
    ----------
    name
        Its name: only asked where the content does not tell.
    head
        Its first bytes, as many as `HEAD_BYTES`.
    size
        How many bytes it has.

    Examples
    --------
    >>> sort_out("photo.jpg", bytes.fromhex("ffd8ffe0"), 4), sort_out("a.json", b"{}", 2)
    ('image', 'JSON')
    >>> sort_out("run.fit", b"", 0) is None
    True
    """
    if reader_for(head) is not None:
        return fit_kind(head, size)
    return other_kind(name, head)


def other_kind(name: str, head: bytes) -> str | None:
    """Return what a file is that no reader knows, None where neither content nor name tell."""
    by_content = next((kind for magic, kind in _BY_FIRST_BYTES if head.startswith(magic)), None)
    if by_content:
        return by_content
    if head[4:8] == b"ftyp":
        return "image" if head[8:11] in {b"hei", b"mif", b"avi"} else "video"
    return kind_by_name(name)


def kind_by_name(name: str) -> str | None:
    """Return what a file is that its name alone tells, None where it does not."""
    return _KIND_OF.get(ending(name))


def fit_kind(head: bytes, size: int) -> str | None:
    """Return what a FIT file is when it surely holds no activity, None where it must be read.

    Some programs write activities and call them something else; so only what watches write by the
    thousand is told by its name alone, and nothing that another file may be chained on to.
    """
    found = fit_file(head)
    if found is None or found.type not in _NEVER_A_RUN or 12 <= found.end < size - 12:
        return None
    return fit_type(found.type)


def fit_type(number: int) -> str:
    """Return what kind of file a FIT file calls itself."""
    return _FIT_KINDS.get(number, f"FIT file of type {number}")
