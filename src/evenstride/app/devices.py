"""The verbs `device list`, `device split` and `device flip`."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl

from evenstride.app.archive_views import DEVICES_SCHEMA, DevicesView, DeviceView, RunLineView
from evenstride.app.flips import flip_in
from evenstride.app.runs import run_lines
from evenstride.model.archive import DeviceSplit
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import Archive


def list_devices(archive: Archive, overview: pl.DataFrame) -> DevicesView:
    """Return every device that recorded a run, in the order of their first run."""
    return DevicesView(
        DEVICES_SCHEMA, device_views(run_lines(archive, overview), overview, archive.flipped())
    )


def device_views(
    lines: Sequence[RunLineView], overview: pl.DataFrame, flipped: Sequence[str]
) -> tuple[DeviceView, ...]:
    """Return the devices of some runs, those without a name left out."""
    balanced = set(overview.filter(pl.col("balance_left_pct").is_not_null())["run"].to_list())
    runs: dict[str, list[RunLineView]] = defaultdict(list)
    for line in lines:
        if line.device:
            runs[line.device].append(line)
    exchanged = {name.casefold() for name in flipped}
    return tuple(
        DeviceView(
            name=name,
            first=_day(own[0]),
            last=_day(own[-1]),
            runs=len(own),
            with_balance=sum(line.run in balanced for line in own),
            flipped=name.casefold() in exchanged,
        )
        for name, own in runs.items()
    )


def _day(line: RunLineView) -> str:
    return datetime.fromisoformat(line.start).date().isoformat()


def split_device(archive: Archive, device: str, begins: date, *, undo: bool = False) -> str:
    """Say that from a day on a device is another one; return the name it is known by.

    A new strap, or a new watch of the same make, has a level of its own.

    Raises
    ------
    EvenstrideError
        If no run was recorded by a device of this name, or all of its runs lie on one side.
    """
    known = _known(archive, device)
    days = [run.start.date() for run in archive.runs() if run.device == known]
    if not undo and (begins <= min(days) or begins > max(days)):
        raise EvenstrideError(
            f"{known} has runs from {min(days)} to {max(days)}; {begins} does not part them.",
            "Give the day of the first run with the new one.",
        )
    split = DeviceSplit(known, begins)
    with archive.writing() as writing:
        if undo:
            writing.join_device(split)
        else:
            writing.split_device(split)
    return known


def flip_device(
    archive: Archive, device: str, *, undo: bool = False, file: Path | None = None
) -> None:
    """Say, or take back, that a device takes left for right.

    Parameters
    ----------
    archive
        Open.
    device
        Its name.
    undo
        True to take it back.
    file
        The settings, from which it is then taken too; None leaves them alone.

    Raises
    ------
    EvenstrideError
        If no run was recorded by a device of this name, or it was not flipped.
    """
    if not undo:
        device = _known(archive, device)
    flip_in(archive, device, undo=undo, file=file)


def _known(archive: Archive, device: str) -> str:
    """Return a device's name as the archive spells it."""
    names = dict.fromkeys(run.device for run in archive.runs() if run.device)
    wanted = " ".join(device.split()).casefold()
    known = next((name for name in names if name.casefold() == wanted), None)
    if known is None:
        listed = ", ".join(f'"{name}"' for name in names)
        raise EvenstrideError(
            f'No run was recorded by a device called "{device}".',
            f"There are: {listed}." if listed else "The archive holds no runs yet.",
        )
    return known
