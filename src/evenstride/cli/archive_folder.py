"""What every command of the archive takes: where it lies, which run is meant, and JSON."""

import os
from pathlib import Path
from typing import Annotated

import typer

ARCHIVE_PANEL = "The archive"

ArchiveFolder = Annotated[
    Path | None,
    typer.Option(
        "--archive",
        metavar="DIR",
        help="The archive's folder. Without it: the one EVENSTRIDE_ARCHIVE names, else one in your"
        " own data folder.",
        show_default=False,
    ),
]
RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="Its short id, its day (2024-05-01, with the time where there were several), or last.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def folder_of(archive: Path | None) -> Path:
    """Return the archive's folder."""
    from evenstride.app.place import archive_folder

    return archive_folder(archive, os.environ)


def look_at_waiting(archive: Path | None) -> None:
    """Analyse every run that has not been, or of which something else is said now."""
    from evenstride.app.appraise import appraise
    from evenstride.app.overview import overview
    from evenstride.app.place import open_existing
    from evenstride.app.settings import settings_file
    from evenstride.app.workers import load_limits
    from evenstride.report.archive import issue_lines
    from evenstride.report.terminal import open_console
    from evenstride.report.working import working

    errors, limits = open_console(stderr=True), load_limits(settings_file(os.environ))
    with open_existing(folder_of(archive)) as opened, working(errors, "Analysing") as advance:
        report = appraise(opened, advance, limits=limits)
        overview(opened)  # now, where one waits anyway, and not when the list is asked for
    errors.print(*issue_lines(report.issues), sep="\n", end="")
