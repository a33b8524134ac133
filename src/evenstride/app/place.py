"""Where the runner's archive lies, and opening it."""

from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path

from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import Archive, open_archive

ARCHIVE_VARIABLE = "EVENSTRIDE_ARCHIVE"


def archive_folder(chosen: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the archive's folder, whether or not it is there yet.

    Parameters
    ----------
    chosen
        What the runner named; None where they named none.
    environment
        Usually ``os.environ``. ``EVENSTRIDE_ARCHIVE`` names the folder where the runner did not;
        without both it lies in the user's own data folder.

    Examples
    --------
    >>> archive_folder(None, {"EVENSTRIDE_ARCHIVE": "somewhere"}).as_posix()
    'somewhere'
    """
    if chosen is not None:
        return chosen
    named = environment.get(ARCHIVE_VARIABLE)
    if named:
        return Path(named)
    return user_data_path("evenstride", appauthor=False) / "archive"


def open_existing(folder: Path) -> Archive:
    """Open an archive that is there.

    Raises
    ------
    EvenstrideError
        If there is none in this folder: a folder misspelt must not look like an empty archive.
    """
    if not folder.exists():
        raise EvenstrideError(
            f"There is no archive in {folder} yet.",
            "Import your runs: evenstride import FILES. If yours lies elsewhere, name it with"
            f" --archive or {ARCHIVE_VARIABLE}.",
        )
    return open_archive(folder)
