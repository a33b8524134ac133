"""The command config, and what it has set."""

import os
from typing import Annotated, Literal

import typer

from evenstride.cli.archive_folder import look_at_waiting
from evenstride.report.characters import plain

app = typer.Typer()


@app.command(
    epilog="""
**Examples**

`evenstride config` - show the settings and where they are kept

`evenstride config units mi` - distances in miles, pace in minutes per mile

`evenstride config flip "Garmin fenix 5X"` - this device takes left for right; `--undo` takes it
back
""",
)
def config(
    name: Annotated[
        Literal["units", "flip"] | None,
        typer.Argument(help="The setting; leave it out to see all.", show_default=False),
    ] = None,
    value: Annotated[
        str | None,
        typer.Argument(
            help="Units: km or mi. Flip: the device whose left and right are to be exchanged,"
            " named as analyze names its sources. Leave it out to see what is set.",
            show_default=False,
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="With flip: the device is right after all.")
    ] = False,
) -> None:
    """Show or change your settings: units km (default) or mi, and devices with sides exchanged.

    They are kept in settings.toml in your own configuration folder, or in the folder that
    EVENSTRIDE_CONFIG names. Once you have an archive, it keeps the devices with sides exchanged:
    config flip and device flip are then the same list, for kept runs and for analyze.
    """
    from evenstride.app.flips import flip, flips
    from evenstride.app.settings import load_settings, save_units, settings_file

    if undo and (name != "flip" or value is None):
        raise typer.BadParameter("It goes with flip and a device's name.", param_hint="--undo")
    file = settings_file(os.environ)
    if value is not None and name == "flip":
        file = flip(os.environ, value, undo=undo)
        if file != settings_file(os.environ):
            look_at_waiting(None)
    elif value is not None:
        save_units(file, _known_units(value))
    said = {
        "units": load_settings(settings_file(os.environ)).units,
        "flip": plain(", ".join(flips(os.environ))) or "no device",
    }
    for each in [name] if name else said:
        typer.echo(f"{each} {said[each]}")
    if name is None or value is not None:
        typer.echo(f"kept in {plain(str(file))}")


def _known_units(text: str) -> Literal["km", "mi"]:
    from evenstride.app.settings import is_units

    if not is_units(text):
        raise typer.BadParameter(f"{text!r} is no unit. Choose km or mi.", param_hint="VALUE")
    return text


def chosen_units() -> Literal["km", "mi"]:
    """Return the units the runner chose."""
    from evenstride.app.settings import load_settings, settings_file

    return load_settings(settings_file(os.environ)).units


def chosen_flips() -> tuple[str, ...]:
    """Return the devices the runner said take left for right."""
    from evenstride.app.flips import flips

    return flips(os.environ)
