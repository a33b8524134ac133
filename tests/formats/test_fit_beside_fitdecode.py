"""Every value beside fitdecode's, on real files; needs the shared recordings."""

import io
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import fitdecode
import numpy as np
import pytest

from evenstride.formats._fit.messages import Column, Table
from evenstride.formats.fit import decode

Values: TypeAlias = list[str | tuple[float | None, ...]]
Message: TypeAlias = dict[str, Values]

COMPARED = {"record", "event", "lap", "session", "device_info", "hrv"}

# Where we differ on purpose, from which byte on. Both files are damaged there: fitdecode goes on
# reading the damage as messages and then gives up; we leave out the bytes from the last sound
# message on, find the way back and read the rest.
DEVIATIONS = {
    "made-1k-zero-hole.fit": 59_956,
    "strava-android-app-201.10-b1218918.fit": 7_442,
}


def plain(value: object) -> str | tuple[float | None, ...] | None:
    """Return a value as text or as a tuple of numbers, None where there is none."""
    if isinstance(value, str):
        return value
    parts = value if isinstance(value, tuple | list) else (value,)
    numbers = tuple(float(part) if isinstance(part, int | float) else None for part in parts)
    return None if all(number is None for number in numbers) else numbers


def theirs(data: bytes) -> Iterator[tuple[int, str, Message]]:
    """Yield byte, name and values of every compared message fitdecode gets to."""
    options = {"check_crc": fitdecode.CrcCheck.DISABLED, "keep_raw_chunks": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for frame in fitdecode.FitReader(io.BytesIO(data), **options):
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name in COMPARED:
                yield frame.chunk.offset, frame.name, their_message(frame)


def their_message(frame: fitdecode.FitDataMessage) -> Message:
    """Return the values of one message by field name, developer fields by index and number."""
    message: Message = {}
    for field in frame.fields:
        is_number = isinstance(field.value, int | float | tuple) and not isinstance(
            field.value, bool
        )
        value = plain(field.value if is_number else field.raw_value)
        if value is not None:
            message.setdefault(their_name(field), []).append(value)
    return {name: sorted(values, key=str) for name, values in message.items()}


def their_name(field: fitdecode.types.FieldData) -> str:
    """Return what to call a field of fitdecode's."""
    if field.field_type == "devfield":
        return f"developer {field.field_def.dev_data_index} {field.field_def.def_num}"
    return str(field.name)


def our_name(column: Column) -> str:
    """Return what to call a field of ours."""
    if column.developer is not None:
        return f"developer {column.developer[1]} {column.developer[2]}"
    return str(column.name)


def ours(data: bytes) -> dict[int, tuple[str, Message]]:
    """Return name and values of every compared message by byte."""
    tables = [table for part in decode(data).files for table in part.tables]
    found: dict[int, tuple[str, Message]] = {}
    for table in tables:
        if table.name in COMPARED:
            for at, row in zip(table.offsets.tolist(), our_messages(table), strict=True):
                found[at] = (table.name, row)
    return found


def our_messages(table: Table) -> list[Message]:
    """Return the values of one layout's messages by field name."""
    rows: list[Message] = [{} for _ in table.offsets]
    for column in table.columns():
        fill(rows, column)
    return [{name: sorted(values, key=str) for name, values in row.items()} for row in rows]


def fill(rows: list[Message], column: Column) -> None:
    """Add one column's values to the messages they belong to."""
    name, values = our_name(column), column.values
    for row in np.flatnonzero(column.valid.reshape(len(rows), -1).any(axis=1)).tolist():
        value = values[row]
        if isinstance(value, np.ndarray):
            numbers = tuple(None if math.isnan(part) else part for part in value.tolist())
        else:
            numbers = (float(value),) if not isinstance(value, str) else ()
        rows[row].setdefault(name, []).append(value if isinstance(value, str) else numbers)


def compare(path: Path) -> int:
    """Check every message fitdecode yields before it gives up and return how many there were."""
    data = path.read_bytes()
    own = ours(data)
    sound = DEVIATIONS.get(path.name, len(data))
    compared = 0
    try:
        for at, name, message in theirs(data):
            if at >= sound:
                assert len(own) > compared, f"{path.name}: nothing was read after the damage"
                return compared
            assert own.get(at) == (name, message), f"{path.name}, byte {at}"
            compared += 1
    except (fitdecode.FitError, ValueError):
        return compared
    assert compared == len(own), f"{path.name}: {compared} beside {len(own)} messages"
    return compared


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.fit"))


def test_small_real_files_decode_to_the_values_of_fitdecode(real_data: Path) -> None:
    small = [path for path in files(real_data / "fit") if path.stat().st_size < 10_000]
    assert sum(compare(path) for path in small) > 1_500


@pytest.mark.slow
def test_all_real_files_decode_to_the_values_of_fitdecode(real_data: Path) -> None:
    assert sum(compare(path) for path in files(real_data / "fit")) > 90_000
