"""Settings that come back with restored facts: both are exchanged in one step, or neither.

Settings are a file of their own. So restored facts carry them along until they are in place;
whoever reads in between reads them there.
"""

import sqlite3

from evenstride.store.chosen import flipped_devices, flipped_in, replace_settings
from evenstride.store.durable import erase
from evenstride.store.layout import Layout


def note_settings(db: sqlite3.Connection, content: bytes) -> None:
    """Let facts carry settings; empty where the backup had none."""
    db.execute("DELETE FROM arriving_settings")
    db.execute("INSERT INTO arriving_settings VALUES (?)", (content,))


def put_settings_in_place(db: sqlite3.Connection, layout: Layout) -> None:
    """Write what the facts carry into the settings, also what an interrupted restore left."""
    content = _carried(db)
    if content is None:
        return
    if content:
        replace_settings(layout, content)
    else:
        erase(layout.settings)
    db.execute("DELETE FROM arriving_settings")


def flipped_now(db: sqlite3.Connection, layout: Layout) -> tuple[str, ...]:
    """Return the devices that take left for right, in alphabetical order."""
    content = _carried(db)
    return flipped_devices(layout) if content is None else flipped_in(content, layout)


def _carried(db: sqlite3.Connection) -> bytes | None:
    row = db.execute("SELECT content FROM arriving_settings").fetchone()
    return None if row is None else bytes(row[0])
