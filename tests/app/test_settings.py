"""The settings file: defaults, changes, damage."""

import os
from pathlib import Path

import pytest

from evenstride.app.settings import (
    Settings,
    load_settings,
    replace_file,
    save_units,
    settings_file,
)
from evenstride.model.errors import EvenstrideError


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == Settings(units="km")


def test_the_users_own_folder_is_the_place_unless_told() -> None:
    usual = settings_file({})
    assert usual.name == "settings.toml"
    assert "evenstride" in str(usual.parent).lower()
    assert settings_file({"EVENSTRIDE_CONFIG": "here"}) == Path("here/settings.toml")
    assert settings_file({"EVENSTRIDE_CONFIG": ""}) == usual


def test_what_else_stands_in_the_file_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('# mine\nunits = "km" # plain\ncountry = "NO"\n')
    assert save_units(file, "mi") == Settings(units="mi")
    assert file.read_text() == '# mine\nunits = "mi"\ncountry = "NO"\n'
    file.write_text('country = "NO"\n[device]\nname = "strap"\n')
    assert save_units(file, "mi").units == "mi"
    assert file.read_text().endswith('country = "NO"\n[device]\nname = "strap"\n')


def test_units_inside_another_table_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[other]\nunits = "stone"\n')
    assert save_units(file, "mi").units == "mi"
    assert file.read_text() == 'units = "mi"\n[other]\nunits = "stone"\n'


@pytest.mark.parametrize(
    "content",
    [
        *(b"units = ", b"\xff\xfe", b'units = "m"', b"units = 1", b"units = [1]", b"units = {a=1}"),
        pytest.param(b"units = " + b"[" * 5000, id="deep"),
        pytest.param(b"units = " + b"1" * 5000, id="long"),
    ],
)
def test_a_damaged_file_is_told_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    with pytest.raises(EvenstrideError, match=r"settings\.toml") as refused:
        load_settings(file)
    assert refused.value.remedy


def test_a_damaged_file_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("country = \n")
    with pytest.raises(EvenstrideError, match="not valid TOML"):
        save_units(file, "mi")
    assert file.read_text() == "country = \n"


def test_a_folder_that_cannot_be_made_is_a_wrong_request(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EvenstrideError, match=r"cannot be read|could not be written"):
        save_units(tmp_path / "file" / "settings.toml", "mi")
    with pytest.raises(EvenstrideError, match="EVENSTRIDE_CONFIG"):
        save_units(Path("/proc/nowhere/settings.toml"), "mi")


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("old")

    def broken(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="No space left"):
        replace_file(file, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]
    assert file.read_text() == "old"


def test_no_link_planted_beside_a_file_is_written_through(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    for planted in (
        *("run.html.part", f".run.html.{os.getpid()}.part"),
        *(f".evenstride-{os.getpid()}-{i}.part" for i in range(2)),
    ):
        (tmp_path / planted).symlink_to(precious)
    replace_file(tmp_path / "run.html", b"new")
    assert (tmp_path / "run.html").read_bytes() == b"new"
    assert precious.read_bytes() == b"mine"


def test_a_file_put_in_the_way_at_the_last_moment_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / f".evenstride-{os.getpid()}-0.part"
    theirs.write_bytes(b"theirs")
    monkeypatch.setattr("os.path.lexists", lambda _: False)
    with pytest.raises(FileExistsError):
        replace_file(tmp_path / "run.html", b"new")
    assert theirs.read_bytes() == b"theirs"


def test_the_longest_name_a_folder_takes_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / ("y" * 255)
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"
    with pytest.raises(OSError, match="too long"):
        replace_file(tmp_path / ("y" * 256), b"new")
    assert list(tmp_path.iterdir()) == [file]
