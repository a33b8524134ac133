"""Which devices take left for right is one list, wherever it is asked for."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evenstride.app.flips import begin_with_settings, flip, flip_in, flips
from evenstride.app.settings import load_settings, save_flip
from evenstride.model.archive import FiledRecording
from evenstride.model.errors import EvenstrideError
from evenstride.store.archive import Archive, open_archive

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    folders = {"EVENSTRIDE_CONFIG": "config", "EVENSTRIDE_ARCHIVE": "archive"}
    return {name: str(tmp_path / folder) for name, folder in folders.items()}


def file_run(archive: Archive) -> None:
    with archive.writing() as writing:
        sha256 = writing.put(b"run", "run.fit", NOW)
        writing.file([FiledRecording(sha256, 0, "FIT", "Garmin fenix 5X", "7", "", NOW, 60.0)])


def test_without_an_archive_the_settings_keep_it(tmp_path: Path, places: dict[str, str]) -> None:
    assert flip(places, "Stryd") == tmp_path / "config" / "settings.toml"
    assert flips(places) == ("Stryd",)
    assert not (tmp_path / "archive").exists()


def test_a_new_archive_begins_with_the_settings_and_keeps_the_list_from_then_on(
    tmp_path: Path, places: dict[str, str]
) -> None:
    settings = tmp_path / "config" / "settings.toml"
    flip(places, "Garmin fenix 5X")
    with open_archive(tmp_path / "archive") as archive:
        assert begin_with_settings(archive, places) == ("Garmin fenix 5X",)
        file_run(archive)
        assert begin_with_settings(archive, places) == ()
    assert flip(places, "Stryd") == tmp_path / "archive" / "settings.toml"
    assert load_settings(settings).flipped == ("Garmin fenix 5X",)
    assert set(flips(places)) == {"Garmin fenix 5X", "Stryd"}


def test_what_is_taken_back_is_gone_from_both(tmp_path: Path, places: dict[str, str]) -> None:
    flip(places, "Garmin fenix 5X")
    with open_archive(tmp_path / "archive") as archive:
        begin_with_settings(archive, places)
        file_run(archive)
    flip(places, "garmin FENIX 5x", undo=True)
    assert flips(places) == ()
    with pytest.raises(EvenstrideError, match="nothing to undo"):
        flip(places, "Garmin fenix 5X", undo=True)


def test_another_archive_is_left_to_itself(tmp_path: Path, places: dict[str, str]) -> None:
    with open_archive(tmp_path / "of somebody else") as archive:
        file_run(archive)
        save_flip(tmp_path / "config" / "settings.toml", "Garmin fenix 5X")
        flip_in(archive, "garmin fenix 5x")
        flip_in(archive, "Garmin fenix 5X", undo=True)
        assert archive.flipped() == ()
    assert flips(places) == ("Garmin fenix 5X",)


def test_what_is_no_name_is_refused(tmp_path: Path, places: dict[str, str]) -> None:
    open_archive(tmp_path / "archive").close()
    with pytest.raises(EvenstrideError, match="no name of a device"):
        flip(places, "\x1b[2J")
