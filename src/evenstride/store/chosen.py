"""The archive's settings.toml: which devices take left for right."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from evenstride.model.errors import EvenstrideError
from evenstride.store.durable import sync_folder, telling, write_synced
from evenstride.store.layout import UNFINISHED, Layout

_LINE = re.compile(r"^[ \t]*flipped[ \t]*=[^\n]*\n?", re.MULTILINE)


def flipped_devices(layout: Layout) -> tuple[str, ...]:
    """Return the devices that take left for right, in alphabetical order.

    Raises
    ------
    EvenstrideError
        If the settings cannot be read.
    """
    return _devices(_text(layout.settings), layout)


def flipped_in(content: bytes, layout: Layout) -> tuple[str, ...]:
    """Return the same of settings that have yet to be put in place."""
    return _devices(content.decode("utf-8", "replace"), layout)


def _devices(text: str, layout: Layout) -> tuple[str, ...]:
    devices = _parsed(text, layout.settings).get("flipped", [])
    if not isinstance(devices, list) or not all(isinstance(one, str) for one in devices):
        raise _not_understood(layout.settings)
    return tuple(sorted(devices))


def set_flipped(layout: Layout, devices: tuple[str, ...]) -> None:
    """Write which devices take left for right; whatever else the file says stays.

    Raises
    ------
    EvenstrideError
        If the settings cannot be read or written.
    """
    before = _text(layout.settings)
    line = f"flipped = {json.dumps(sorted(devices), ensure_ascii=False)}\n"
    after = line + _LINE.sub("", before)
    said = {**_parsed(before, layout.settings), "flipped": sorted(devices)}
    if _parsed(after, layout.settings) != said:
        raise EvenstrideError(
            f"{layout.settings} is written in a way evenstride cannot change.",
            f"Write this line into it by hand: {line.strip()}",
        )
    replace_settings(layout, after.encode())


def replace_settings(layout: Layout, data: bytes) -> None:
    """Write the settings as given, in one step."""
    arriving = layout.settings.with_name(layout.settings.name + UNFINISHED)
    with telling(layout.folder):
        write_synced(arriving, [data])
        arriving.replace(layout.settings)
        sync_folder(layout.folder)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise _not_understood(file) from error


def _parsed(text: str, file: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_understood(file) from error


def _not_understood(file: Path) -> EvenstrideError:
    return EvenstrideError(
        f"{file} cannot be read as settings.", "Correct it, or delete it to begin anew."
    )
