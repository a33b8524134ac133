"""Reports into a folder: for each run a page, a PNG and an SVG under one name."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from itertools import count
from os.path import lexists
from pathlib import Path, PurePosixPath, PureWindowsPath

from evenstride.app.settings import replace_file
from evenstride.app.views import Analysis, RunView
from evenstride.model.errors import EvenstrideError
from evenstride.report import words
from evenstride.report.page import identity, page
from evenstride.report.picture import draw_run

_ENDINGS = (".html", ".png", ".svg")
_LONGEST = 60


def write_report(
    analyses: Iterable[Analysis], folder: Path, units: words.Units
) -> tuple[Path, ...]:
    """Write page, PNG and SVG of each run and return where they are.

    Parameters
    ----------
    analyses
        One for each run.
    folder
        Is made where it is missing.
    units
        Kilometres or miles.

    Returns
    -------
    tuple of Path
        For each run its page, its PNG and its SVG, in this order. Writing the same run again
        replaces its files; another run's are never touched: the new ones get a number.

    Raises
    ------
    EvenstrideError
        Where the folder cannot be written.
    """
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for analysis in analyses:
            written += _write_one(analysis, folder, units)
    except OSError as error:
        raise EvenstrideError(
            f"The report could not be written to {folder}: {error.strerror or error}.",
            "Choose a folder you may write to, with --out.",
        ) from error
    return tuple(written)


def _write_one(analysis: Analysis, folder: Path, units: words.Units) -> list[Path]:
    picture = draw_run(analysis, units)
    contents = (page(analysis, units, picture.svg).encode(), picture.png, picture.svg.encode())
    name = _free_name(folder, safe_name(analysis.run), identity(analysis))
    paths = [folder / f"{name}{ending}" for ending in _ENDINGS]
    for path, content in zip(paths, contents, strict=True):
        # In one step: whoever opens the folder never finds half a file.
        replace_file(path, content)
    return paths


def safe_name(run: RunView) -> str:
    """Return a file name without ending: the start, then the file's own name made harmless.

    Only ASCII letters, digits and hyphens come out, whatever the user's file is called.
    """
    file = run.sources[0].file if run.sources else ""
    # Both kinds of separators, since a recording may come from another system.
    stem = PurePosixPath(PureWindowsPath(file).name).stem
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    tame = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")
    day = _day(run.start)
    if tame.startswith(day):
        day = ""
    return "-".join(part for part in (day, tame) if part) or "run"


def _day(start: str) -> str:
    try:
        return f"{datetime.fromisoformat(start):%Y-%m-%d-%H%M}"
    except ValueError:
        return ""


def _free_name(folder: Path, name: str, run: str) -> str:
    numbered = (name if i == 1 else f"{name}-{i}" for i in count(1))
    return next(wish for wish in numbered if _is_free(folder, wish, run))


def _is_free(folder: Path, name: str, run: str) -> bool:
    written = folder / f"{name}.html"
    if written.is_file():
        return f'name="evenstride-run" content="{run}"' in written.read_text("utf-8", "replace")
    return not any(lexists(folder / f"{name}{ending}") for ending in _ENDINGS)
