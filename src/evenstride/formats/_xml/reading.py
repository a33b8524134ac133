"""What every XML reader says of a file as a whole."""

from evenstride.formats._xml.pull import Damage
from evenstride.model.issue import Issue


def damage_issue(damage: Damage, where: str, points: int) -> Issue:
    """Return where a file could not be read on, and how much stands before."""
    place = f"{where}, line {damage.line} (byte {damage.byte})"
    if points:
        says = f"Reading ended here: {damage.reason}. The {points} points before it were read."
        return Issue("warning", place, says, "Export the run again for the rest.")
    says = f"Nothing could be read: {damage.reason}."
    return Issue("error", place, says, "Export the run again.")


def cannot_show(where: str, says: str) -> Issue:
    """Return what such a file cannot show, and which file could."""
    return Issue("info", where, says, "Give the watch's original FIT file, if there is one.")


def not_this_format(data: bytes, where: str, name: str) -> Issue:
    """Return why bytes that are no such file give nothing."""
    if not data.strip():
        return Issue("error", where, "The file is empty.", "Export it again.")
    return Issue("error", where, f"This is no {name} file.", "Give the file as it was exported.")
