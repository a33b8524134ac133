"""The command that fills the archive: import."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from evenstride.cli.archive_folder import (
    ARCHIVE_PANEL,
    ArchiveFolder,
    folder_of,
    look_at_waiting,
)
from evenstride.cli.telling import tell
from evenstride.model.errors import EvenstrideError

app = typer.Typer()


@app.command(
    "import",
    rich_help_panel=ARCHIVE_PANEL,
    epilog="""
**Examples**

```
# the export of your account as you downloaded it, a folder, a single run
evenstride import export.zip folder run.fit
# go on with runs not analysed yet
evenstride import
```

Ctrl-C stops; the same command goes on where it stopped.

**Exit codes:** 0 every input found its place. 1 the request cannot be met. 3 some inputs failed.
4 all failed.
""",
)
def import_files(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILES...",
            help="Recordings, folders, zips, packed or in each other, as Garmin and Strava export"
            " them.",
            show_default=False,
        ),
    ] = None,
    save_list: Annotated[
        Path | None,
        typer.Option(
            "--save-list",
            metavar="FILE",
            help="Write what became of each input into a new text file, a line each, with tabs.",
        ),
    ] = None,
    later: Annotated[
        bool,
        typer.Option("--later", help="Only keep the runs; the next import analyses them."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON (evenstride.import/1) and nothing else.")
    ] = False,
    archive: ArchiveFolder = None,
) -> None:
    """Keep your runs for good, once each, and analyse them. Nothing leaves this machine.

    Every input ends as imported, already here, enriched, skipped or failed, and is told so.
    """
    _refuse_what_is_there(save_list)
    code = _take_in(files, save_list, archive, as_json=as_json) if files else 0
    if not later:
        look_at_waiting(archive)
    if code:
        raise typer.Exit(code)


def _take_in(
    files: list[Path], save_list: Path | None, archive: Path | None, *, as_json: bool
) -> int:
    from evenstride.app.containers import load_caps
    from evenstride.app.flips import begin_with_settings
    from evenstride.app.imported import imported_view
    from evenstride.app.importing import import_files as take_in
    from evenstride.app.label import Days, runs_with_offer
    from evenstride.app.settings import settings_file
    from evenstride.app.workers import Decoder, load_limits
    from evenstride.report.archive import deliver_imported, save_imported
    from evenstride.report.terminal import open_console
    from evenstride.report.working import working
    from evenstride.store.archive import open_archive

    settings = settings_file(os.environ)
    caps, limits = load_caps(settings), load_limits(settings)
    try:
        with (
            Decoder(limits=limits) as decoder,
            open_archive(folder_of(archive)) as opened,
            working(open_console(stderr=True), "Importing") as advance,
        ):
            begun = begin_with_settings(opened, os.environ)
            report = take_in(files, opened, datetime.now(UTC), advance, caps, decoder)
            offers = len(runs_with_offer(opened, Days()))
            view = imported_view(report.outcomes, len(opened.runs()), offers)
    except KeyboardInterrupt:
        tell("Stopped. What was imported is kept; the same command goes on from here.")
        raise
    for device in begun:
        tell(f"{device} takes left for right, as your settings say: kept with the archive.")
    if save_list is not None:
        save_imported(view, save_list)
    return deliver_imported(view, as_json=as_json)


def _refuse_what_is_there(file: Path | None) -> None:
    if file is not None and os.path.lexists(file):
        raise EvenstrideError(
            f"{file} is there already.", "Give --save-list the name of a new file."
        )
