"""The verbs that keep the archive: export, backup, restore, forget, doctor."""

import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from evenstride import __version__
from evenstride.app.archive_views import (
    DOCTOR_SCHEMA,
    KEPT_SCHEMA,
    CheckView,
    DoctorView,
    KeptView,
)
from evenstride.model.archive import KnownBackup
from evenstride.model.issue import Issue
from evenstride.store.archive import Archive, open_archive
from evenstride.store.backup import backup
from evenstride.store.exporting import export
from evenstride.store.health import check
from evenstride.store.restoring import restore

_MEGABYTE = 1_000_000


def export_archive(archive: Archive, folder: Path) -> KeptView:
    """Write originals under readable names, and all facts as JSON and CSV, into a new folder.

    Raises
    ------
    EvenstrideError
        If the folder is not empty, lies inside the archive, or cannot be written.
    """
    done = export(archive, folder)
    return KeptView(
        KEPT_SCHEMA,
        f"{_runs(done.runs)} and {_originals(done.originals)} exported to {done.folder}.",
        str(done.folder),
        done.runs,
        ("evenstride import reads the folder into another archive.", *_told(done.issues)),
    )


def backup_archive(archive: Archive, file: Path, now: datetime, *, over: bool = False) -> KeptView:
    """Write the whole archive into one file and read it back.

    Raises
    ------
    EvenstrideError
        If something of that name is there already and `over` was not asked for, or it cannot be
        written.
    """
    done = backup(archive, file, now, over=over)
    size = f"{done.size_bytes / _MEGABYTE:.1f} MB"
    runs = len(archive.runs())
    return KeptView(
        KEPT_SCHEMA,
        f"{_originals(done.originals)} of {_runs(runs)} kept in {done.known.file} ({size}),"
        " read back and found whole.",
        done.known.file,
        runs,
        ("It is not encrypted: keep it where only you can read it.", *_told(done.issues)),
    )


def restore_archive(file: Path, folder: Path, *, over: bool = False) -> KeptView:
    """Put a backup back in place.

    Raises
    ------
    EvenstrideError
        If the backup is damaged, or the archive there holds runs and `over` was not asked for.
    """
    lost = restore(file, folder, over=over)
    with open_archive(folder) as archive:
        runs = len(archive.runs())
    return KeptView(
        KEPT_SCHEMA,
        f"{_runs(runs)} restored from {file} into {folder}.",
        str(folder),
        runs,
        _told(lost),
    )


def forget_run(archive: Archive, text: str) -> KeptView:
    """Erase a run: its facts, its originals, its clips and all that was computed.

    Raises
    ------
    EvenstrideError
        If no run is meant.
    """
    run = archive.find(text)
    with archive.writing() as writing:
        backups = writing.forget(run.run)
    done = f"Run {run.run} of {run.start:%Y-%m-%d %H:%M} is forgotten."
    return KeptView(KEPT_SCHEMA, done, None, 1, _still_in(backups))


def forget_everything(archive: Archive) -> KeptView:
    """Erase all runs, what was said of them, the settings and everything computed."""
    runs = len(archive.runs())
    with archive.writing() as writing:
        backups = writing.forget_everything()
    done = f"{_runs(runs)} forgotten; the archive in {archive.folder} is empty."
    return KeptView(KEPT_SCHEMA, done, None, runs, _still_in(backups))


def _still_in(backups: Sequence[KnownBackup]) -> tuple[str, ...]:
    if not backups:
        return ("No backup that evenstride made still holds it. Copies made otherwise do.",)
    return tuple(
        f"Still in the backup {one.file} of {one.made:%Y-%m-%d}: delete it to be rid of it."
        for one in backups
    )


def doctor(archive: Archive) -> DoctorView:
    """Look at everything, every byte of every original too; change nothing."""
    found = check(archive)
    wrong = tuple(issue for issue in found if issue.level != "info")
    fine = (CheckView(issue.where, _sentence(issue)) for issue in found if issue.level == "info")
    return DoctorView(DOCTOR_SCHEMA, (*_versions(archive), *fine), wrong)


def _versions(archive: Archive) -> tuple[CheckView, ...]:
    runs = archive.runs()
    return (
        CheckView("evenstride", __version__),
        CheckView("Python", f"{platform.python_version()} on {platform.system()}"),
        CheckView("libraries", f"NumPy {np.__version__}, polars {pl.__version__}"),
        CheckView("archive", f"{archive.folder}: {_runs(len(runs))}"),
    )


def _sentence(issue: Issue) -> str:
    return " ".join(part for part in (issue.problem, issue.remedy) if part)


def _told(issues: Sequence[Issue]) -> tuple[str, ...]:
    return tuple(f"{issue.where}: {_sentence(issue)}" for issue in issues)


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _originals(count: int) -> str:
    return "1 original" if count == 1 else f"{count} originals"
