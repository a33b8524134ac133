"""What the command line says beside a verb's answer, and who hears it."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import typer

from evenstride.model.errors import EvenstrideError
from evenstride.report.characters import plain

WRONG_REQUEST, UNEXPECTED = 1, 70


def tell(*lines: str) -> None:
    """Print lines on standard error, control characters written out."""
    # Where nobody can be told, the exit code still tells.
    with suppress(OSError):
        for line in lines:
            typer.echo(plain(line), err=True)


def say_unwritten(reason: str) -> NoReturn:
    """Say that the output could not be written, and leave."""
    tell(f"Error: The output could not be written: {reason}. Send it where it can be kept.")
    sys.exit(WRONG_REQUEST)


def somebody_is_there() -> bool:
    """Return whether a person sits at the terminal and can be asked."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


def refuse_a_file(folder: Path | None) -> None:
    """Refuse what ``--out`` names where it is a file, before any work is done."""
    if folder is None:
        return
    try:
        folder.lstat()
    except FileNotFoundError:
        return
    except OSError as reason:
        raise EvenstrideError(
            f"{folder} could not be opened: {reason.strerror}.", "Choose another folder with --out."
        ) from reason
    if not folder.is_dir():
        raise EvenstrideError(
            f"{folder} is a file, and --out wants a folder.",
            "Name a folder; it is made if missing.",
        )
