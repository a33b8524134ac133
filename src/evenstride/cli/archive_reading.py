"""Commands that look into the archive: runs, show, trend."""

from pathlib import Path
from typing import Annotated

import typer

from evenstride.cli.archive_folder import (
    ARCHIVE_PANEL,
    ArchiveFolder,
    AsJson,
    RunName,
    folder_of,
)
from evenstride.cli.settings import chosen_units
from evenstride.cli.telling import refuse_a_file
from evenstride.cli.times import day_of

app = typer.Typer()
runs_app = typer.Typer(
    help="List the runs in the archive: when each was, what the watch saw and what you felt."
)
app.add_typer(runs_app, name="runs", rich_help_panel=ARCHIVE_PANEL)


@runs_app.callback(
    invoke_without_command=True,
    epilog="""
**Examples**

```
evenstride runs
# only those in which it went, this year
evenstride runs --since 2026 --off
# two sources that are not the same run after all
evenstride runs split last
```
""",
)
def runs(
    context: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="DAY", help="Leave out what was before: 2024-05-01, 2024-05 or 2024."
        ),
    ] = None,
    off: Annotated[
        bool, typer.Option("--off", help="Only runs in which it went, seen or felt.")
    ] = False,
    as_json: AsJson = False,
    archive: ArchiveFolder = None,
) -> None:
    """List the runs in the archive: when each was, what the watch saw and what you felt."""
    context.obj = archive
    if context.invoked_subcommand is not None:
        return
    first = None if since is None else day_of("--since", since)
    from evenstride.app.overview import overview
    from evenstride.app.place import open_existing
    from evenstride.app.runs import list_runs
    from evenstride.report.archive import draw_runs
    from evenstride.report.delivery import deliver_json
    from evenstride.report.terminal import open_console

    with open_existing(folder_of(archive)) as opened:
        view = list_runs(opened, overview(opened), first, off=off)
    if as_json:
        deliver_json(view)
    else:
        draw_runs(view, open_console(), chosen_units())


@runs_app.command("split")
def split_run(
    context: typer.Context, run: RunName, as_json: AsJson = False, archive: ArchiveFolder = None
) -> None:
    """Take a run apart again that was joined from several sources; they stay apart."""
    from evenstride.app.place import open_existing
    from evenstride.app.runs import split_run as split
    from evenstride.report.archive import deliver_kept

    with open_existing(folder_of(archive or context.obj)) as opened:
        view = split(opened, run)
    deliver_kept(view, as_json=as_json)


@app.command(
    rich_help_panel=ARCHIVE_PANEL,
    epilog="""
**Examples**

```
evenstride show last
# the picture and a page for the doctor
evenstride show 2024-05-01 --out monday
```
""",
)
def show(
    run: RunName,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON (evenstride.show/1) and nothing else.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Also write the picture and one HTML page, as analyze."
        ),
    ] = None,
    archive: ArchiveFolder = None,
) -> None:
    """Show one run in full: what you felt beside what the watch saw, and what is kept with it."""
    refuse_a_file(out)
    from evenstride.app.place import open_existing
    from evenstride.app.show import show as show_run
    from evenstride.report.archive import draw_about_run
    from evenstride.report.delivery import deliver_json, say_written
    from evenstride.report.terminal import draw_summary, open_console

    units = chosen_units()
    with open_existing(folder_of(archive)) as opened:
        shown, analysis = show_run(opened, run)
    if as_json:
        deliver_json(shown)
    else:
        console = open_console()
        draw_about_run(shown, console)
        draw_summary([analysis], console, units)
    if out is not None:
        from evenstride.report.write import write_report

        say_written(write_report([analysis], out, units), stderr=as_json)


@app.command(
    rich_help_panel=ARCHIVE_PANEL,
    epilog="""
**Example**

`evenstride trend --out years`
""",
)
def trend(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Also write the picture: trend.png, trend.svg."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON (evenstride.trend/1) and nothing else.")
    ] = False,
    archive: ArchiveFolder = None,
) -> None:
    """Show your years at a glance: when it went, how long until it came back, what stayed well."""
    refuse_a_file(out)
    from evenstride.app.overview import overview
    from evenstride.app.place import open_existing
    from evenstride.app.trend import trend as over_years
    from evenstride.report.archive import draw_trend
    from evenstride.report.delivery import deliver_json, say_written
    from evenstride.report.terminal import open_console

    units = chosen_units()
    with open_existing(folder_of(archive)) as opened:
        view = over_years(opened, overview(opened))
    if as_json:
        deliver_json(view)
    else:
        draw_trend(view, open_console(), units)
    if out is not None:
        from evenstride.report.trend import write_trend

        say_written(write_trend(view, out, units), stderr=as_json)
