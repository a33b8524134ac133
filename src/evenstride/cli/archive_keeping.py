"""Commands that keep the archive: export, backup, restore, forget, doctor."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from evenstride.cli.archive_folder import (
    ARCHIVE_PANEL,
    ArchiveFolder,
    AsJson,
    folder_of,
)
from evenstride.cli.telling import somebody_is_there
from evenstride.model.errors import EvenstrideError

app = typer.Typer()


@app.command(rich_help_panel=ARCHIVE_PANEL, epilog="**Example**\n\n`evenstride export my-runs`")
def export(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A new or an empty folder.", show_default=False),
    ],
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """Write everything out: originals under readable names, all facts as JSON and CSV."""
    from evenstride.app.keeping import export_archive
    from evenstride.app.place import open_existing
    from evenstride.report.archive import deliver_kept

    with open_existing(folder_of(archive)) as opened:
        view = export_archive(opened, folder)
    deliver_kept(view, as_json=as_json)


@app.command(
    rich_help_panel=ARCHIVE_PANEL, epilog="**Example**\n\n`evenstride backup runs-2026.zip`"
)
def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write.", show_default=False)
    ],
    over: Annotated[
        bool, typer.Option("--over", help="Replace an older backup of that name.")
    ] = False,
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """Write the whole archive into one file, read it back, and say that it is whole."""
    from evenstride.app.keeping import backup_archive
    from evenstride.app.place import open_existing
    from evenstride.report.archive import deliver_kept

    with open_existing(folder_of(archive)) as opened:
        view = backup_archive(opened, file, datetime.now(UTC), over=over)
    deliver_kept(view, as_json=as_json)


@app.command(
    rich_help_panel=ARCHIVE_PANEL,
    epilog="**Example**\n\n`evenstride restore runs-2026.zip --archive elsewhere`",
)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.", show_default=False)],
    over: Annotated[
        bool, typer.Option("--over", help="Replace what the archive there holds.")
    ] = False,
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """Put a backup back in place. It is verified first; runs are analysed with the next import."""
    from evenstride.app.keeping import restore_archive
    from evenstride.report.archive import deliver_kept

    deliver_kept(restore_archive(file, folder_of(archive), over=over), as_json=as_json)


@app.command(
    rich_help_panel=ARCHIVE_PANEL,
    epilog="**Example**\n\n`evenstride forget 2024-05-01`",
)
def forget(
    run: Annotated[
        str | None,
        typer.Argument(metavar="RUN", help="Its short id, its day, or last.", show_default=False),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Forget all runs, and all that was said.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """Erase a run for good: originals, clips, what was said and computed. It asks first."""
    if everything == (run is not None):
        raise typer.BadParameter("Name one run, or ask for --everything.")
    from evenstride.app.keeping import forget_everything, forget_run
    from evenstride.app.place import open_existing
    from evenstride.report.archive import deliver_kept
    from evenstride.report.words import day_and_time

    with open_existing(folder_of(archive)) as opened:
        if run is None:
            _make_sure(f"all {len(opened.runs())} runs in {opened.folder}", yes=yes)
            view = forget_everything(opened)
        else:
            found = opened.find(run)
            _make_sure(f"run {found.run} of {day_and_time(found.start.isoformat())}", yes=yes)
            view = forget_run(opened, found.run)
    deliver_kept(view, as_json=as_json)


def _make_sure(what: str, *, yes: bool) -> None:
    if yes:
        return
    if not somebody_is_there():
        raise EvenstrideError(
            f"Nobody could be asked whether to forget {what}.", "Say so with --yes."
        )
    if not typer.confirm(f"Forget {what}? It cannot be undone.", err=True):
        raise EvenstrideError("Nothing was forgotten.", "Answer y to forget.")


@app.command(rich_help_panel=ARCHIVE_PANEL)
def doctor(as_json: AsJson = False, archive: ArchiveFolder = None) -> None:
    """Look whether all is well: versions, disk, permissions, every original by its digest."""
    from evenstride.app.keeping import doctor as look
    from evenstride.app.place import open_existing
    from evenstride.report.archive import draw_doctor
    from evenstride.report.delivery import deliver_json
    from evenstride.report.terminal import open_console

    with open_existing(folder_of(archive)) as opened:
        view = look(opened)
    if as_json:
        deliver_json(view)
    else:
        draw_doctor(view, open_console())
    if any(issue.level == "error" for issue in view.issues):
        raise typer.Exit(1)
