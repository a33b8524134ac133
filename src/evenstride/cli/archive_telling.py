"""Commands with which the runner says something: label, attach, device."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from evenstride.cli.analysing import meanings_of
from evenstride.cli.archive_folder import (
    ARCHIVE_PANEL,
    ArchiveFolder,
    AsJson,
    RunName,
    folder_of,
    look_at_waiting,
)
from evenstride.cli.said import Said
from evenstride.cli.telling import somebody_is_there
from evenstride.cli.times import day_of, last_day_of, second_of, seconds_of

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
# what your lap presses meant, in one run, and in all runs since 2024
evenstride label last --laps gone,back
evenstride label --laps gone,back --since 2024-01
# nothing went wrong, from start to end
evenstride label 2024-05-01 --fine
evenstride label 2024-05-01 --undo
# what your own title or note was read as, let it count
evenstride label 2024-05-01 --take
```
""",
)
def label(
    runs: Annotated[
        list[str],
        typer.Argument(
            default_factory=list,
            metavar="[RUN]...",
            help="Short ids, days (2024-05-01), or last. With --since or --until, none.",
            show_default=False,
        ),
    ],
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
    laps: Annotated[
        str | None,
        typer.Option(
            "--laps",
            metavar="gone,back,...",
            help="What each press of the lap button meant, in order: gone, back, mark or skip;"
            " where a run has more presses, over and over.",
        ),
    ] = None,
    fine: Annotated[
        bool, typer.Option("--fine", help="You felt nothing amiss in this run.")
    ] = False,
    off_throughout: Annotated[
        bool, typer.Option("--off-throughout", help="It was gone from start to end.")
    ] = False,
    take: Annotated[
        bool, typer.Option("--take", help="Let count what your title or note was read as.")
    ] = False,
    refuse: Annotated[
        bool, typer.Option("--refuse", help="Your title or note was not meant so.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what you said last of this run.")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="DAY",
            help="With --laps: every run from this day on that has lap presses, and of which you"
            " said nothing. With --take or --refuse: every run whose words offer something.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="The last day of these: 2024-12-31 or 2024."),
    ] = None,
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """Say what you felt in runs of the archive. Your word counts, and stays beside the watch's."""
    told = Said(
        seconds_of("--gone", gone),
        seconds_of("--back", back),
        meanings_of("--laps", laps),
        _kind(
            marks=bool(gone or back or laps),
            fine=fine,
            off_throughout=off_throughout,
            take=take,
            refuse=refuse,
            undo=undo,
        ),
    )
    days = (
        None if since is None else day_of("--since", since),
        None if until is None else last_day_of("--until", until),
    )
    _check_runs(runs, told, in_days=any(days))
    from evenstride.cli.labelling import say_of_days, say_of_runs
    from evenstride.report.archive import deliver_labelled

    folder, now = folder_of(archive), datetime.now(UTC)
    if any(days) and told.kind == "marks":
        look_at_waiting(archive)
    by_day = any(days)
    view = say_of_days(folder, days, told, now) if by_day else say_of_runs(folder, runs, told, now)
    look_at_waiting(archive)
    if code := deliver_labelled(view, as_json=as_json):
        raise typer.Exit(code)


def _kind(**said: bool) -> str:
    """Return the one thing that is said of a run."""
    kinds = [name for name, it_is in said.items() if it_is]
    if len(kinds) != 1:
        raise typer.BadParameter(
            "Say one thing of a run: --gone and --back with times, --laps, --fine,"
            " --off-throughout, --take, --refuse or --undo."
        )
    return kinds[0]


def _check_runs(runs: list[str], told: Said, *, in_days: bool) -> None:
    """Refuse what names no run, and what cannot be said of several."""
    if bool(runs) == in_days:
        raise typer.BadParameter("Name runs, or give --since or --until.", param_hint="RUN")
    if in_days and (told.moments or told.kind not in {"marks", "take", "refuse"}):
        raise typer.BadParameter(
            "It goes with --laps, --take or --refuse; else name each run.", param_hint="--since"
        )
    if len(runs) > 1 and told.moments:
        raise typer.BadParameter("Times are of one run.", param_hint="--gone")


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
    """Say that a device takes left for right. Its runs are analysed anew; originals stay.

    The same list as config flip: analyze honours it too.
    """
    from evenstride.app.devices import flip_device as flip
    from evenstride.app.place import open_existing
    from evenstride.app.settings import settings_file

    file = settings_file(os.environ) if archive is None else None
    with open_existing(folder_of(archive)) as opened:
        flip(opened, device, undo=undo, file=file)
    look_at_waiting(archive)
    _deliver_devices(archive, as_json=as_json)
