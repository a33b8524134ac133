"""The command line: parse, call a verb, draw what it returns.

Everything heavy is imported inside the commands, so that ``--help`` answers at once.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from evenstride import __version__
from evenstride.cli import (
    analysing,
    archive_importing,
    archive_keeping,
    archive_reading,
    archive_telling,
    settings,
    simulating,
)
from evenstride.cli.telling import UNEXPECTED, WRONG_REQUEST, say_unwritten, tell
from evenstride.model.errors import EvenstrideError

_EPILOG = """
**Start here:** `evenstride demo`, or with a file of your own: `evenstride analyze run.fit`

**Exit codes:** 0 all went well. 1 the request cannot be met; the message says what to do.
2 a command or option is missing or misspelt. 3 some files gave no result, others did. 4 no file
gave a result. 70 a defect in evenstride; EVENSTRIDE_DEBUG=1 shows where. 130 stopped with Ctrl-C.

Everything stays on this machine. Tested on simulated and healthy running only; no recording of a
person with dystonia was available. Not a diagnosis.
"""

app = typer.Typer(
    name="evenstride",
    help="When one leg stops obeying a runner: when it went, when it came back, felt and measured.",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for family in (
    analysing,
    archive_importing,
    archive_reading,
    archive_telling,
    archive_keeping,
    simulating,
    settings,
):
    app.add_typer(family.app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments
        Without the program's name; those of the process where None.
    """
    for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
        # One run is small: on two cores idle threads cost twice the CPU time they save.
        os.environ.setdefault(threads, "1")
    for stream in (sys.stdout, sys.stderr):
        # A file name or a unit the terminal cannot show must not end the program.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    if sys.stdout is None:
        say_unwritten("standard output is closed")
    try:
        app(args=None if arguments is None else list(arguments), prog_name="evenstride")
    except EvenstrideError as refused:
        tell(f"Error: {refused.problem} {refused.remedy}")
        sys.exit(WRONG_REQUEST)
    except Exception as surprise:
        if os.environ.get("EVENSTRIDE_DEBUG"):
            traceback.print_exc()
        if isinstance(surprise, OSError) and surprise.filename is None:
            # Trouble with a file carries the file's name; only a stream has none.
            say_unwritten(surprise.strerror or str(surprise))
        tell(
            f"Error: Something went wrong inside evenstride ({type(surprise).__name__}:"
            f" {surprise}).",
            "This is a defect, not your fault. EVENSTRIDE_DEBUG=1 before the command shows where.",
        )
        raise SystemExit(UNEXPECTED) from surprise


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"evenstride {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """When one leg stops obeying a runner: when it went, when it came back, felt and measured."""
    del version
