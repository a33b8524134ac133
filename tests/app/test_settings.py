"""The settings file: defaults, changes, damage."""

import os
from pathlib import Path

import pytest

from evenstride.app.settings import (
    Settings,
    load_settings,
    replace_file,
    save_flip,
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


@pytest.mark.parametrize("content", ['flipped = "Stryd"', "flipped = [1]", "flipped = {a=1}"])
def test_flipped_devices_that_are_no_list_of_names_are_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content)
    with pytest.raises(EvenstrideError, match="flipped devices") as refused:
        load_settings(file)
    assert "flipped = [" in refused.value.remedy


def test_a_device_is_flipped_once_and_can_be_undone(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    assert save_flip(file, " Garmin  fenix 5X ").flipped == ("Garmin fenix 5X",)
    assert save_flip(file, "garmin FENIX 5x").flipped == ("Garmin fenix 5X",)
    assert save_flip(file, 'Søren\'s "pod" \\ #1').flipped[1:] == ('Søren\'s "pod" \\ #1',)
    assert save_flip(file, "GARMIN fenix 5x", undo=True).flipped == ('Søren\'s "pod" \\ #1',)
    assert save_flip(file, 'søren\'s "pod" \\ #1', undo=True) == Settings()
    assert file.read_text() == "flipped = []\n"


def test_flipping_keeps_every_comment_and_whatever_else_is_there(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        '# mine\nunits = "mi" # miles\nflipped = [ # watches\n  "A", # old ["one"]\n'
        "  'B',\n] # all\ncountry = \"NO\"\n[other]\nflipped = 1\n"
    )
    assert save_flip(file, "C") == Settings("mi", ("A", "B", "C"))
    assert file.read_text() == (
        '# mine\nunits = "mi" # miles\n# watches\n# old ["one"]\n# all\n'
        'flipped = ["A", "B", "C"]\ncountry = "NO"\n[other]\nflipped = 1\n'
    )
    file.write_text('units = "km"\n[other]\nflipped = ["x"]\n')
    save_flip(file, "A")
    assert file.read_text() == 'flipped = ["A"]\nunits = "km"\n[other]\nflipped = ["x"]\n'


def test_a_list_written_in_an_unusual_way_is_left_to_the_runner(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('"flipped" = ["A"]\n')
    with pytest.raises(EvenstrideError, match=r"settings\.toml"):
        save_flip(file, "B")
    file.write_text('note = """\nflipped = []\n"""\nunits = "km"\n')
    with pytest.raises(EvenstrideError, match="cannot change") as refused:
        save_flip(file, "B")
    assert refused.value.remedy == 'Edit it by hand: flipped = ["B"]'
    assert file.read_text().startswith('note = """')


def test_undoing_what_was_never_set_is_told_kindly(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    with pytest.raises(EvenstrideError, match="nothing to undo") as refused:
        save_flip(file, "Stryd", undo=True)
    assert refused.value.remedy == "No device is flipped."
    assert not file.exists()
    save_flip(file, "Garmin fenix 5X")
    with pytest.raises(EvenstrideError, match="nothing to undo") as refused:
        save_flip(file, "fenix 5X", undo=True)
    assert refused.value.remedy == 'Flipped are: "Garmin fenix 5X".'


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "\x7f", "\udce4", "x" * 201])
def test_what_cannot_be_a_devices_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(EvenstrideError, match="no name of a device") as refused:
        save_flip(tmp_path / "settings.toml", name)
    assert "config flip" in refused.value.remedy


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
