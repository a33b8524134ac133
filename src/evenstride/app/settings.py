"""What the runner chose once for every run: one small file of settings, theirs to read and edit."""

import os
import re
import tomllib
from collections.abc import Mapping
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


@dataclass(frozen=True)
class Settings:
    """The runner's settings.

    Attributes
    ----------
    units
        ``"km"`` or ``"mi"``: how distance and pace are shown. Files and JSON keep metres.
    """

    units: Units = "km"


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
    text = _text_of(file)
    units = _parsed(text, file).get("units", "km")
    if not is_units(units):
        raise EvenstrideError(
            f"The settings in {file} ask for units {units!r}.",
            "Choose km or mi: evenstride config units km",
        )
    return Settings(units=units)


def save_units(file: Path, units: Units) -> Settings:
    """Write the units to `file` and return the settings now in force.

    Whatever else the file holds, comments too, stays as it is. The file is replaced in one step,
    so a power cut leaves either the old or the new one.

    Raises
    ------
    EvenstrideError
        If the file cannot be read or written.
    """
    text = _text_of(file)
    changed = _with_units(text, f'units = "{units}"')
    _parsed(changed, file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, changed.encode())
    except OSError as reason:
        raise EvenstrideError(
            f"The settings could not be written to {file}: {reason.strerror}.",
            f"Choose a folder you may write to with {FOLDER_VARIABLE}.",
        ) from reason
    return load_settings(file)


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
