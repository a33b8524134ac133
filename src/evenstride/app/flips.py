"""Which devices take left for right: one list, kept with the archive once there is one."""

from collections.abc import Mapping
from pathlib import Path

from evenstride.app.place import archive_folder
from evenstride.app.settings import device_name, load_settings, save_flip, settings_file
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import Archive, open_archive
from evenstride.store.chosen import flipped_devices
from evenstride.store.layout import Layout


def flips(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the devices that take left for right, by the settings or by the runner's archive.

    Parameters
    ----------
    environment
        Usually ``os.environ``: it names the folders of both.
    """
    said = load_settings(settings_file(environment)).flipped
    layout = Layout(archive_folder(None, environment))
    kept = flipped_devices(layout) if layout.facts.exists() else ()
    return tuple({name.casefold(): name for name in (*said, *kept)}.values())


def flip(environment: Mapping[str, str], device: str, *, undo: bool = False) -> Path:
    """Say, or take back, that a device takes left for right; return where that is kept.

    It is kept with the archive where there is one, else in the settings. Taken back, it is gone
    from both.

    Parameters
    ----------
    environment
        Usually ``os.environ``.
    device
        Its name as results name it; capitals and spaces make no difference.
    undo
        True to take it back.

    Raises
    ------
    EvenstrideError
        If the name is none, or was not flipped and is to be taken back.
    """
    file, layout = settings_file(environment), Layout(archive_folder(None, environment))
    if not layout.facts.exists():
        save_flip(file, device, undo=undo)
        return file
    with open_archive(layout.folder) as archive:
        flip_in(archive, device, undo=undo, file=file)
    return layout.settings


def flip_in(archive: Archive, device: str, *, undo: bool = False, file: Path | None = None) -> None:
    """Say, or take back, that a device takes left for right in the runs of an archive.

    Parameters
    ----------
    archive
        Open.
    device
        Its name.
    undo
        True to take it back.
    file
        The settings, from which it is then taken too; None leaves them alone.

    Raises
    ------
    EvenstrideError
        If it is to be taken back and was not flipped.
    """
    name = _spelled(archive, device)
    said = load_settings(file).flipped if file is not None else ()
    in_settings = any(_same(one, name) for one in said)
    if undo and not in_settings and name not in archive.flipped():
        raise EvenstrideError(
            f'"{name}" was not flipped, so there is nothing to undo.',
            "evenstride device list shows what is flipped.",
        )
    if undo and in_settings and file is not None:
        save_flip(file, name, undo=True)
    with archive.writing() as writing:
        writing.flip_device(name, undo=undo)


def begin_with_settings(archive: Archive, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Let an archive without runs begin with what the settings say; return what that is."""
    said = load_settings(settings_file(environment)).flipped
    if not said or archive.runs():
        return ()
    with archive.writing() as writing:
        for device in said:
            writing.flip_device(device)
    return said


def _spelled(archive: Archive, device: str) -> str:
    """Return a device's name as the archive spells it, where it knows it."""
    wanted = device_name(device)
    known = (*archive.flipped(), *(run.device for run in archive.runs()))
    return next((name for name in known if _same(name, wanted)), wanted)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
