"""The archive's folder: what lies where, who may read it, and what is no archive at all."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from evenstride.model.errors import EvenstrideError

FOLDER_MODE = 0o700
FILE_MODE = 0o600
UNFINISHED = ".part"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class Layout:
    """Where the parts of an archive lie.

    Examples
    --------
    >>> Layout(Path("mine")).facts.as_posix()
    'mine/facts.sqlite'
    """

    folder: Path

    @property
    def recordings(self) -> Path:
        """Originals byte for byte, films and photos too, each named by its SHA-256."""
        return self.folder / "recordings"

    @property
    def facts(self) -> Path:
        """One SQLite file: the index of recordings, what the runner said, what is linked."""
        return self.folder / "facts.sqlite"

    @property
    def settings(self) -> Path:
        """What the runner chose, theirs to read and edit: which device takes left for right."""
        return self.folder / "settings.toml"

    @property
    def derived(self) -> Path:
        """Everything computed; free to delete."""
        return self.folder / "derived"

    @property
    def lock(self) -> Path:
        """Held while someone writes; names the process."""
        return self.folder / "lock"

    @property
    def unfinished_lock(self) -> Path:
        """Shared by all who write without being the one writer, so that nobody tidies beneath."""
        return self.folder / "unfinished.lock"

    @property
    def backup_lock(self) -> Path:
        """Held while a backup is made."""
        return self.folder / "backup.lock"

    @property
    def facts_out(self) -> Path:
        """Where the facts lie for a moment on their way into a backup."""
        return self.folder / f"facts-out{UNFINISHED}"

    @property
    def facts_in(self) -> Path:
        """Where the facts lie for a moment on their way out of a backup."""
        return self.folder / f"facts-in{UNFINISHED}"

    def original(self, sha256: str) -> Path:
        """Return where the original with this digest lies, or would lie."""
        return self.recordings / sha256

    def derived_file(self, kind: str, key: str) -> Path:
        """Return where something computed lies, or would lie.

        Raises
        ------
        EvenstrideError
            If kind or key is more than letters, digits, dot, dash and underscore.
        """
        names = (kind, key)
        if not all(_NAME.fullmatch(one) and UNFINISHED not in one for one in names):
            raise EvenstrideError(
                f"{kind}/{key} is no name for something computed.",
                "Use letters, digits, dots, dashes and underscores.",
            )
        return self.derived / kind / key

    def files(self) -> tuple[Path, ...]:
        """Return every file of the archive, in the order of their names."""
        return tuple(sorted(path for path in self.folder.rglob("*") if path.is_file()))

    @property
    def is_new(self) -> bool:
        """Whether nothing lies there, or only what an interrupted beginning leaves behind."""
        if not self.folder.exists():
            return True
        if not self.folder.is_dir() or self.facts.exists():
            return False
        ours = {self.recordings, self.derived, self.lock, self.unfinished_lock, self.backup_lock}
        return set(self.folder.iterdir()) <= ours and not _holds_files(self.recordings)

    def make(self) -> None:
        """Make the folders, readable by their owner only.

        Raises
        ------
        EvenstrideError
            If something that is no archive lies there already.
        """
        if not self.facts.exists():
            self._refuse_what_is_no_archive()
            self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self.folder.chmod(FOLDER_MODE)
        for folder in (self.recordings, self.derived):
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)

    def _refuse_what_is_no_archive(self) -> None:
        if self.is_new:
            return
        if _holds_files(self.recordings):
            raise EvenstrideError(
                f"{self.folder} holds recordings, but its facts.sqlite is missing.",
                "Restore a backup into a new folder: evenstride restore FILE. Without one, import "
                f"{self.recordings} into a new archive: the runs come back, labels do not.",
            )
        raise EvenstrideError(
            f"{self.folder} is not an archive of evenstride.", "Name a new or an empty folder."
        )


def touch_private(path: Path) -> None:
    """Make a file that only its owner may read, where there is none."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE))


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those above it, that only its owner may read."""
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(not p.name.endswith(UNFINISHED) for p in folder.iterdir())
