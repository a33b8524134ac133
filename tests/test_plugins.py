"""A folder is its registry."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import evenstride.formats
from evenstride.plugins import Contents, Reader, discover

PLUGIN = """
from evenstride.plugins import Contents, Reader

reader = Reader({name!r}, (".x",), "says", lambda head: False, lambda data, name: Contents(()))
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty package that can be imported as ``some_room``."""
    folder = tmp_path / "some_room"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""A room."""\n')
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "some_room"]:
        del sys.modules[name]


def package() -> ModuleType:
    """Import the room as it now stands."""
    return import_module("some_room")


def test_an_empty_folder_offers_nothing(room: Path) -> None:
    assert room.is_dir()
    assert discover(package(), Reader) == ()


def test_a_file_added_is_a_plug_in_added(room: Path) -> None:
    (room / "tcx.py").write_text(PLUGIN.format(name="TCX"))
    (room / "gpx.py").write_text(PLUGIN.format(name="GPX"))
    assert [reader.name for reader in discover(package(), Reader)] == ["GPX", "TCX"]


def test_a_module_without_a_plug_in_is_no_plug_in(room: Path) -> None:
    (room / "numbers_only.py").write_text("answer = 42\n")
    (room / "gpx.py").write_text(PLUGIN.format(name="GPX"))
    assert [reader.name for reader in discover(package(), Reader)] == ["GPX"]
    assert discover(package(), Contents) == ()


def test_every_file_in_formats_ends_in_one_reader() -> None:
    folder = Path(evenstride.formats.__path__[0])
    files = [p for p in folder.glob("*.py") if not p.name.startswith("_")]
    assert len(discover(evenstride.formats, Reader)) == len(files) > 0


def test_readers_are_told_apart_by_name_and_say_what_they_can() -> None:
    readers = discover(evenstride.formats, Reader)
    assert len({reader.name for reader in readers}) == len(readers)
    assert all(reader.says.endswith(".") for reader in readers)
    assert all(s.startswith(".") and s == s.lower() for r in readers for s in r.suffixes)


@pytest.mark.parametrize("reader", discover(evenstride.formats, Reader), ids=lambda r: r.name)
@pytest.mark.parametrize("data", [b"", b"\x00", b"not a run", bytes(range(256)) * 8])
def test_no_reader_claims_or_trips_over_what_is_not_its_own(reader: Reader, data: bytes) -> None:
    assert not reader.recognises(data)
    contents = reader.read(data, "odd.bin")
    assert contents.recordings == ()
    assert contents.issues
