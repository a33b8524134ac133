"""What the runner chose once for every run: one small file of settings, theirs to read and edit."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, TypeGuard

from platformdirs import user_config_path

from evenstride.model.errors import EvenstrideError

Units: TypeAlias = Literal["km", "mi"]
FOLDER_VARIABLE = "EVENSTRIDE_CONFIG"
_UNITS_LINE = re.compile(r"^[ \t]*units[ \t]*=.*$", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_FLIPPED_LINE = re.compile(r"^[ \t]*flipped[ \t]*=", re.MULTILINE)
_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|(#[^\n]*)')
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Settings:
    """The runner's settings.

    Attributes
    ----------
    units
        ``"km"`` or ``"mi"``: how distance and pace are shown. Files and JSON keep metres.
    flipped
        Devices that take left for right, named as `analyze` names its sources. Their balance and
        their left and right contact times are exchanged in every result; recordings stay as they
        are. A new archive begins with this list, and from then on the archive's own
        ``settings.toml`` keeps it.
    """

    units: Units = "km"
    flipped: tuple[str, ...] = ()


def is_units(text: object) -> TypeGuard[Units]:
    """Return whether `text` names units evenstride can show.

    Examples
    --------
    >>> is_units("mi"), is_units("furlongs")
    (True, False)
    """
    return isinstance(text, str) and text in {"km", "mi"}


def settings_file(environment: Mapping[str, str]) -> Path:
    """Return where the settings are kept, whether or not the file exists yet.

    Parameters
    ----------
    environment
        Usually ``os.environ``. ``EVENSTRIDE_CONFIG`` names the folder; without it the user's
        own configuration folder is taken.

    Examples
    --------
    >>> settings_file({"EVENSTRIDE_CONFIG": "somewhere"}).as_posix()
    'somewhere/settings.toml'
    """
    chosen = environment.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen) / "settings.toml"
    return user_config_path("evenstride", appauthor=False) / "settings.toml"


def load_settings(file: Path) -> Settings:
    """Return the settings in `file`; the defaults where there is no such file.

    Raises
    ------
    EvenstrideError
        If the file cannot be read or says something evenstride does not know.
    """
    said = _parsed(_text_of(file), file)
    units = said.get("units", "km")
    if not is_units(units):
        raise EvenstrideError(
            f"The settings in {file} ask for units {units!r}.",
            "Choose km or mi: evenstride config units km",
        )
    return Settings(units=units, flipped=_names_in(said.get("flipped", []), file))


def save_units(file: Path, units: Units) -> Settings:
    """Write the units to `file` and return the settings now in force.

    Whatever else the file holds, comments too, stays as it is. The file is replaced in one step,
    so a power cut leaves either the old or the new one.

    Raises
    ------
    EvenstrideError
        If the file cannot be read or written.
    """
    _save(file, _with_units(_text_of(file), f'units = "{units}"'))
    return load_settings(file)


def save_flip(file: Path, device: str, *, undo: bool = False) -> Settings:
    """Set or undo that a device takes left for right; return the settings now in force.

    Parameters
    ----------
    file
        The settings.
    device
        Its name as `analyze` names its sources; capitals and spaces make no difference.
    undo
        True to take it off the list.

    Raises
    ------
    EvenstrideError
        If the name is none, is not on the list to be undone, or the file cannot be read or
        written.
    """
    name = device_name(device)
    settings = load_settings(file)
    others = tuple(one for one in settings.flipped if one.casefold() != name.casefold())
    listed = len(others) < len(settings.flipped)
    if undo and not listed:
        raise _not_listed(name, settings.flipped)
    if listed and not undo:
        return settings
    flipped = others if undo else (*others, name)
    text = _text_of(file)
    changed = _with_flipped(text, flipped)
    if _parsed(changed, file) != {**_parsed(text, file), "flipped": list(flipped)}:
        raise EvenstrideError(
            f"The line of flipped devices in {file} is written in a way evenstride cannot change.",
            f"Edit it by hand: {_flipped_line(flipped)}",
        )
    _save(file, changed)
    return load_settings(file)


def device_name(text: str) -> str:
    """Return a device's name without needless spaces.

    Raises
    ------
    EvenstrideError
        If it is none.

    Examples
    --------
    >>> device_name("Garmin  fenix 5X ")
    'Garmin fenix 5X'
    """
    name = " ".join(text.split())
    if not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        raise EvenstrideError(
            "That is no name of a device.",
            "Give it as evenstride analyze names it, in quotes: "
            'evenstride config flip "Garmin fenix 5X"',
        )
    return name


def _not_listed(name: str, flipped: tuple[str, ...]) -> EvenstrideError:
    listed = ", ".join(f'"{one}"' for one in flipped)
    return EvenstrideError(
        f'"{name}" was not flipped, so there is nothing to undo.',
        f"Flipped are: {listed}." if flipped else "No device is flipped.",
    )


def _names_in(said: object, file: Path) -> tuple[str, ...]:
    names = [name for name in said if isinstance(name, str)] if isinstance(said, list) else []
    if not isinstance(said, list) or len(names) < len(said):
        raise EvenstrideError(
            f"The settings in {file} do not name flipped devices as a list of texts.",
            'Write it as flipped = ["Garmin fenix 5X"], or delete the line.',
        )
    return tuple(" ".join(name.split()) for name in names)


def _flipped_line(flipped: tuple[str, ...]) -> str:
    return f"flipped = {json.dumps(flipped, ensure_ascii=False)}"


def _with_flipped(text: str, flipped: tuple[str, ...]) -> str:
    """Return `text` with a new list of flipped devices; comments in the old one go above it."""
    first_table = _TABLE.search(text)
    found = _FLIPPED_LINE.search(text, 0, first_table.start() if first_table else len(text))
    line = _flipped_line(flipped)
    if found is None:
        return f"{line}\n{text}"
    start, end = found.start(), _end_of_value(text, found.start())
    comments = filter(None, _STRING_OR_COMMENT.findall(text[start:end]))
    return text[:start] + "\n".join((*comments, line)) + text[end:]


def _end_of_value(text: str, start: int) -> int:
    """Return where the setting that begins at `start` ends: an array may take several lines."""
    for stop in re.finditer(r"\n|\Z", text[start:]):
        with suppress(ValueError):
            tomllib.loads(text[start : start + stop.start()])
            return start + stop.start()
    return len(text)


def _save(file: Path, changed: str) -> None:
    _parsed(changed, file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, changed.encode())
    except OSError as reason:
        raise EvenstrideError(
            f"The settings could not be written to {file}: {reason.strerror}.",
            f"Choose a folder you may write to with {FOLDER_VARIABLE}.",
        ) from reason


def replace_file(file: Path, content: bytes) -> None:
    """Write `content` to a new file beside `file`, flush it to disk, and rename.

    Nothing that stands in the folder is written to or through, whatever it is called; where
    `file` is a link, the link is replaced and what it points to stays.

    Raises
    ------
    OSError
        If the folder cannot be written to; an existing `file` is then unchanged.
    """
    part, stream = _new_file_beside(file)
    try:
        with stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _new_file_beside(file: Path) -> tuple[Path, BinaryIO]:
    # Not called after `file`: a name that just fits the file system must stay writable.
    wishes = (file.with_name(f".evenstride-{os.getpid()}-{i}.part") for i in count())
    part = next(wish for wish in wishes if not os.path.lexists(wish))
    # "x" neither follows a link nor takes a file put there since.
    return part, part.open("xb")


def _with_units(text: str, line: str) -> str:
    first_table = _TABLE.search(text)
    own = text[: first_table.start()] if first_table else text
    others = text[len(own) :]
    if _UNITS_LINE.search(own):
        return _UNITS_LINE.sub(line, own, count=1) + others
    return f"{line}\n{text}"


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as reason:
        raise EvenstrideError(
            f"The settings in {file} cannot be read.", "Delete the file; it will be made anew."
        ) from reason


def _parsed(text: str, file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as reason:
        raise EvenstrideError(
            f"The settings in {file} are not valid TOML: {reason}.",
            "Mend the line or delete the file; it will be made anew.",
        ) from reason
