"""Which files evenstride reads."""

from dataclasses import dataclass

import evenstride.formats
from evenstride.plugins import Reader, discover


@dataclass(frozen=True)
class FormatView:
    """One file format: its name, its endings, and what it can and cannot show."""

    name: str
    suffixes: tuple[str, ...]
    says: str


def list_formats() -> tuple[FormatView, ...]:
    """Return every format a reader exists for, by name.

    Examples
    --------
    >>> "FIT" in [view.name for view in list_formats()]
    True
    """
    readers = discover(evenstride.formats, Reader)
    views = (FormatView(reader.name, reader.suffixes, reader.says) for reader in readers)
    return tuple(sorted(views, key=lambda view: view.name))
