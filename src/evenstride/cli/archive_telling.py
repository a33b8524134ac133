"""Commands with which the runner says something: label, attach, device."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from evenstride.cli.archive_folder import (
    ARCHIVE_PANEL,
    ArchiveFolder,
    AsJson,
    RunName,
    folder_of,
    look_at_waiting,
)
from evenstride.cli.telling import somebody_is_there
from evenstride.cli.times import day_of, second_of, seconds_of
from evenstride.model.archive import LabelKind

app = typer.Typer()
device_app = typer.Typer(
    help="List the devices of your runs, part one from its successor, or exchange its sides.",
    no_args_is_help=True,
)
app.add_typer(device_app, name="device", rich_help_panel=ARCHIVE_PANEL)

_DEVICE = typer.Argument(
    metavar="DEVICE", help="Its name, as device list shows it.", show_default=False
)


@app.command(
    rich_help_panel=ARCHIVE_PANEL,
    epilog="""
**Examples**

```
evenstride label last --gone 12:00 --back 40:00
# nothing went wrong, from start to end
evenstride label 2024-05-01 --fine
evenstride label 2024-05-01 --undo
```
""",
)
def label(
    run: RunName,
    gone: Annotated[
        list[str] | None,
        typer.Option(
            "--gone",
            metavar="m:ss",
            help="When it went, counted from the start of the run. Repeat it for more than once.",
        ),
    ] = None,
    back: Annotated[
        list[str] | None,
        typer.Option(
            "--back", metavar="m:ss", help="When it came back. Repeat it for more than once."
        ),
    ] = None,
    fine: Annotated[
        bool, typer.Option("--fine", help="You felt nothing amiss in this run.")
    ] = False,
    off_throughout: Annotated[
        bool, typer.Option("--off-throughout", help="It was gone from start to end.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what you said last of this run.")
    ] = False,
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """Say what you felt in a run of the archive. Your word counts, and stays beside the watch's."""
    moments = (seconds_of("--gone", gone), seconds_of("--back", back))
    kind = _kind(marks=any(moments), fine=fine, off_throughout=off_throughout, undo=undo)
    from evenstride.app.label import label_run, take_back_label
    from evenstride.app.place import open_existing
    from evenstride.report.archive import draw_labelled
    from evenstride.report.delivery import deliver_json
    from evenstride.report.terminal import open_console

    now = datetime.now(UTC)
    with open_existing(folder_of(archive)) as opened:
        if kind is None:
            view = take_back_label(opened, run, now)
        else:
            view = label_run(opened, run, kind, now, moments)
    look_at_waiting(archive)
    if as_json:
        deliver_json(view)
    else:
        draw_labelled(view, open_console())


def _kind(*, marks: bool, fine: bool, off_throughout: bool, undo: bool) -> LabelKind | None:
    """Return what is said of a run, None where something is taken back."""
    if sum((marks, fine, off_throughout, undo)) != 1:
        raise typer.BadParameter(
            "Say one thing of a run: --gone and --back with times, or --fine, or --off-throughout,"
            " or --undo."
        )
    if undo:
        return None
    if marks:
        return "marks"
    return "fine" if fine else "off-throughout"


@app.command(
    rich_help_panel=ARCHIVE_PANEL,
    epilog="""
**Examples**

```
evenstride attach last clip.mov --view rear
evenstride attach 2024-05-01 clip.mp4 --at 14:30 --note "left foot"
```
""",
)
def attach(
    run: RunName,
    clip: Annotated[
        Path, typer.Argument(metavar="CLIP", help="A film or a photo.", show_default=False)
    ],
    view: Annotated[
        str, typer.Option("--view", metavar="TEXT", help="From where it was taken, such as rear.")
    ] = "",
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="m:ss",
            help="When in the run it was taken. Without it: by the clip's own clock.",
        ),
    ] = None,
    note: Annotated[
        str, typer.Option("--note", metavar="TEXT", help="Your own words about it.")
    ] = "",
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """Keep a film or photo with a run, byte for byte. Nothing is computed from it yet."""
    at_s = None if at is None else second_of("--at", at)
    from evenstride.app.attach import SaidOfClip, look_at
    from evenstride.app.attach import attach as keep
    from evenstride.app.place import open_existing
    from evenstride.report.archive import draw_attached
    from evenstride.report.delivery import deliver_json
    from evenstride.report.terminal import open_console

    with open_existing(folder_of(archive)) as opened:
        opened.find(run)
        undated = look_at(clip).moment is None
        if undated and at_s is None and not as_json and somebody_is_there():
            at_s = _asked_moment()
        kept = keep(opened, run, clip, datetime.now(UTC), SaidOfClip(view, note, at_s))
    if as_json:
        deliver_json(kept)
    else:
        draw_attached(kept, open_console())


def _asked_moment() -> float | None:
    said = typer.prompt(
        "The clip does not say when it was taken. When in the run was it? m:ss, or Enter to leave"
        " it open",
        default="",
        show_default=False,
        err=True,
    )
    return second_of("--at", said) if said.strip() else None


@device_app.command("list")
def list_devices(as_json: AsJson = False, archive: ArchiveFolder = None) -> None:
    """List the devices that recorded your runs."""
    _deliver_devices(archive, as_json=as_json)


def _deliver_devices(archive: Path | None, *, as_json: bool) -> None:
    from evenstride.app.devices import list_devices as listed
    from evenstride.app.overview import overview
    from evenstride.app.place import open_existing
    from evenstride.report.archive import draw_devices
    from evenstride.report.delivery import deliver_json
    from evenstride.report.terminal import open_console

    with open_existing(folder_of(archive)) as opened:
        view = listed(opened, overview(opened))
    if as_json:
        deliver_json(view)
    else:
        draw_devices(view, open_console())


@device_app.command("split")
def split_device(
    device: Annotated[str, _DEVICE],
    begins: Annotated[
        str,
        typer.Option(
            "--from", metavar="DAY", help="The first day of the new one.", show_default=False
        ),
    ],
    undo: Annotated[bool, typer.Option("--undo", help="It was the same device after all.")] = False,
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """Say that from a day on a device is another one: a new strap, a new watch of the same make.

    A change of level on that day is then the device's, and each gets a baseline of its own.
    """
    first = day_of("--from", begins)
    from evenstride.app.devices import split_device as split
    from evenstride.app.place import open_existing

    with open_existing(folder_of(archive)) as opened:
        split(opened, device, first, undo=undo)
    _deliver_devices(archive, as_json=as_json)


@device_app.command("flip")
def flip_device(
    device: Annotated[str, _DEVICE],
    undo: Annotated[bool, typer.Option("--undo", help="The device is right after all.")] = False,
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """Say that a device takes left for right. Its runs are analysed anew; originals stay."""
    from evenstride.app.devices import flip_device as flip
    from evenstride.app.place import open_existing

    with open_existing(folder_of(archive)) as opened:
        flip(opened, device, undo=undo)
    look_at_waiting(archive)
    _deliver_devices(archive, as_json=as_json)
