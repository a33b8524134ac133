"""Files, folders and zips: every input ends as something to read or with a reason."""

import gzip
import io
import os
import struct
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.app import containers
from evenstride.app._taking import zips
from evenstride.app._taking.caps import UnwantedError
from evenstride.app._taking.kinds import fit_file, reader_for, sort_out
from evenstride.app._taking.zips import find_list, members
from evenstride.app.containers import Caps, Entry, Refused, entries, load_caps
from evenstride.app.intake import decode
from evenstride.model.errors import EvenstrideError
from evenstride.plugins import Contents, Reader
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.takeouts import (
    Takeout,
    fit_of,
    side_file,
    write_garmin_export,
    write_strava_export,
)

START = datetime(2024, 5, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def run() -> bytes:
    return fit_of(simulate(Scenario(minutes=2), seed=5), START, serial=77)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def names(path: Path, caps: Caps | None = None) -> dict[str, str]:
    """Return what became of every input, by its name without the outermost one."""
    return {
        item.name.removeprefix(path.name).lstrip("/> "): _fate(item) for item in entries(path, caps)
    }


def _fate(item: Entry | Refused) -> str:
    if isinstance(item, Entry):
        return f"read {len(item.data)}"
    return item.kind or f"failed: {item.issues[0].problem} {item.issues[0].remedy}"


def check_takeout(file: Path, truth: Takeout) -> None:
    """Hold an export against what was put into it: nothing lost, nothing twice."""
    runs, others, seen = {}, {}, []
    for item in entries(file):
        name = item.name.removeprefix(f"{file.name} > ")
        seen.append(name)
        if isinstance(item, Refused):
            others[name] = item.kind
            continue
        found = decode(item.data, item.name)
        if found.runs:
            runs[name] = (found.runs[0].start, item.title, item.note, item.gear)
        else:
            others[name] = found.kinds[0] if found.kinds else found.issues[0].problem
    assert len(seen) == len(set(seen)) == len(truth.runs) + len(truth.others)
    assert runs == {one.name: (one.start, one.title, one.note, one.gear) for one in truth.runs}
    assert others == truth.others


Writer = Callable[[Path, int, int], Takeout]


@pytest.mark.parametrize("write", [write_garmin_export, write_strava_export])
def test_every_run_of_an_export_is_found_and_everything_else_named(
    write: Writer, tmp_path: Path
) -> None:
    file = tmp_path / "export.zip"
    check_takeout(file, write(file, 300, 45))


@pytest.mark.slow
@pytest.mark.parametrize("write", [write_garmin_export, write_strava_export])
def test_ten_thousand_entries_lose_nothing(write: Writer, tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    check_takeout(file, write(file, 10_000, 600))


def test_an_export_unpacked_to_a_folder_gives_the_same(tmp_path: Path) -> None:
    file, folder = tmp_path / "export.zip", tmp_path / "export"
    write_strava_export(file, 60, 12)
    with zipfile.ZipFile(file) as made:
        made.extractall(folder)
    told = [
        sorted(
            (one.title, one.note, one.gear, one.data)
            for one in entries(path)
            if isinstance(one, Entry)
        )
        for path in (file, folder)
    ]
    assert told[0] == told[1]


def test_a_folder_is_walked_by_name_and_its_hidden_parts_are_told(
    run: bytes, tmp_path: Path
) -> None:
    folder = put(
        tmp_path / "runs",
        {
            "b.fit": run,
            "a.fit": run,
            "deep/er/c.fit.gz": gzip.compress(run),
            ".hidden/x.fit": run,
            ".DS_Store": b"x",
            "__MACOSX/._a.fit": b"x",
            "deep/notes.txt": b"hello",
            "deep/what.ever": b"\x01\x02",
        },
    )
    (tmp_path / "outside.fit").write_bytes(run)
    (folder / "link.fit").symlink_to(tmp_path / "outside.fit")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.fit")
    read = f"read {len(run)}"
    found = names(folder)
    assert found == {
        ".DS_Store": "hidden file",
        ".hidden": "hidden file",
        "__MACOSX": "macOS side file",
        "a.fit": read,
        "b.fit": read,
        "deep/er/c.fit.gz": read,
        "deep/notes.txt": "text",
        "deep/what.ever": "file of an unknown kind",
        "link.fit": "link",
        "pipe.fit": "no plain file",
        "up": "link",
    }
    assert list(found) == list(names(folder))


def test_a_zip_that_a_reader_claims_is_one_recording(
    run: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = zipped({"phone.csv": b"x", "run.fit": run}, zipfile.ZIP_STORED)
    phone = Reader(
        "phone", (".zip",), "", lambda head: b"phone.csv" in head, lambda *_: Contents(())
    )

    def claims(head: bytes) -> Reader | None:
        return phone if phone.recognises(head) and head.startswith(b"PK") else reader_for(head)

    monkeypatch.setattr(containers, "reader_for", claims)
    [one] = entries(put(tmp_path, {"phone.zip": data}) / "phone.zip")
    assert isinstance(one, Entry)
    assert one.data == data


def test_damaged_packing_keeps_the_bytes_as_given(run: bytes, tmp_path: Path) -> None:
    packed = gzip.compress(run)[:-9]
    [one] = entries(put(tmp_path, {"run.fit.gz": packed}) / "run.fit.gz")
    assert isinstance(one, Entry)
    assert one.data == packed


@pytest.mark.parametrize(
    ("caps", "setting"),
    [
        (Caps(entries=2), "entries"),
        (Caps(depth=1), "depth"),
        (Caps(ratio=1), "ratio"),
        (Caps(entry_mb=1), "entry_mb"),
        (Caps(total_mb=1), "total_mb"),
    ],
)
def test_each_cap_says_its_own_and_names_its_setting(
    caps: Caps, setting: str, run: bytes, tmp_path: Path
) -> None:
    large = os.urandom(700_000) + bytes(1_300_000)
    files = {"a.fit": run, "b.fit": large, "c.zip": zipped({"d.fit": large}), "e.fit.gz": run}
    found = names(put(tmp_path, {"all.zip": zipped(files)}) / "all.zip", caps)
    said = [fate for fate in found.values() if f"raise {setting} under [import]" in fate]
    assert said
    assert names(tmp_path / "all.zip")["b.fit"] == "read 2000000"


def test_caps_are_settings_and_wrong_ones_are_told(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    assert load_caps(file) == Caps()
    file.write_text('units = "mi"\n[import]\ndepth = 9\nwall_s = 4\n')
    assert load_caps(file) == replace(Caps(), depth=9)
    file.write_text("[import]\ndepth = -1\n")
    with pytest.raises(EvenstrideError, match="depth = -1"):
        load_caps(file)


def test_a_zip_whose_list_breaks_off_still_gives_what_stands_before(
    run: bytes, tmp_path: Path
) -> None:
    data = bytearray(zipped({"a.fit": run, "b.fit": run}))
    data[data.rfind(b"PK\1\2")] = 0
    found = names(put(tmp_path, {"x.zip": bytes(data)}) / "x.zip")
    assert found["a.fit"] == f"read {len(run)}"
    assert "list of what it holds is damaged" in found[""]


def test_a_zip_behind_other_bytes_and_a_zip64_are_read(run: bytes, tmp_path: Path) -> None:
    plain = zipped({"a.fit": run})
    at, size = plain.rfind(b"PK\1\2"), len(plain) - 22
    end = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size - at, at)
    end += struct.pack("<4sIQI", b"PK\6\7", 0, size, 1)
    end += struct.pack("<4s4HIIH", b"PK\5\6", 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, *[0xFFFFFFFF] * 2, 0)
    wide = plain[:size] + end
    put(tmp_path, {"wide.zip": wide, "late.zip": plain[:4] + plain[4:]})
    assert names(tmp_path / "wide.zip") == {"a.fit": f"read {len(run)}"}
    listed = find_list(io.BytesIO(b"stub" * 9 + plain))
    assert [one.at for one in members(io.BytesIO(b"stub" * 9 + plain), listed)] == [36]


def test_a_zip_inside_is_spooled_to_a_file_nobody_else_can_open(
    run: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes, spool = [], tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))

    def looked_at(file: io.BufferedReader) -> zips.Listed:
        if hasattr(file, "fileno"):
            modes.append(
                (os.fstat(file.fileno()).st_mode & 0o777, os.fstat(file.fileno()).st_nlink)
            )
        return find_list(file)

    monkeypatch.setattr(containers, "find_list", looked_at)
    inner = zipped({"a.fit": run})
    assert names(put(tmp_path, {"x.zip": zipped({"y.zip": inner})}) / "x.zip")
    assert modes[1] == (0o600, 0)
    assert list(spool.iterdir()) == []


def test_no_room_for_an_inner_zip_costs_only_that(
    run: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    files = {"a.zip": zipped({"a.fit": run}), "b.fit": run}
    found = names(put(tmp_path, {"x.zip": zipped(files)}) / "x.zip")
    assert "folder for temporary files" in found["a.zip"]
    assert found["b.fit"] == f"read {len(run)}"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.fit", side_file(32, START, 1), "monitoring"),
        ("a.fit", side_file(49, START, 1), "sleep"),
        ("a.fit", side_file(6, START, 1), None),
        ("a.jpg", b"\xff\xd8\xff", "image"),
        ("a.bin", b"%PDF-1.7", "PDF"),
        ("clip.mov", b"\0\0\0\x14ftypqt  ", "video"),
        ("photo.heic", b"\0\0\0\x18ftypheic", "image"),
        ("a.json", b"{}", "JSON"),
        ("a.csv", b"a,b\n", "table"),
        ("a.fit", b"junk", None),
        ("a.gpx", b"<gpx>", None),
    ],
)
def test_what_is_no_run_is_told_by_its_first_bytes(
    name: str, data: bytes, kind: str | None
) -> None:
    assert sort_out(name, data, len(data)) == kind


def test_a_side_file_with_a_run_chained_on_is_read(run: bytes) -> None:
    both = side_file(2, START, 1) + run
    assert sort_out("a.fit", both[:16384], len(both)) is None
    assert len(decode(both, "a.fit").runs) == 1


def test_the_first_message_of_real_files_agrees_with_the_reader(real_data: Path) -> None:
    for file in sorted((real_data / "fit").rglob("*.fit")):
        data = file.read_bytes()
        kind = sort_out(file.name, data[:16384], len(data))
        assert kind is None or not decode(data, file.name).runs, file.name


def test_what_the_runner_named_is_read_so_that_they_hear_why_not(tmp_path: Path) -> None:
    put(tmp_path, {"own.csv": b"a,b\n1,2\n", "own.7z": b"7z\xbc\xaf\x27\x1c", "own.txt": b"hello"})
    assert names(tmp_path / "own.csv") == {"": "read 8"}
    assert "packed by 7z" in names(tmp_path / "own.7z")[""]
    assert names(tmp_path / "own.txt") == {"": "read 5"}
    assert "does not exist" in names(tmp_path / "none.fit")[""]
    assert "does not exist" in names(tmp_path / "no\0ne.fit").popitem()[1]


@given(st.binary(max_size=400), st.integers(0, 3))
def test_any_bytes_behind_a_zips_mark_end_in_words(data: bytes, where: int) -> None:
    base = bytearray(zipped({"a.fit": b"no run", "b/c.fit": data}))
    for n, byte in enumerate(data[:40]):
        base[(byte * 7 + n * 13 + where) % len(base)] = byte
    file = io.BytesIO(bytes(base))
    with suppress(UnwantedError):
        listed = find_list(file)
        assert all(isinstance(one.name, str) for one in members(file, listed))


def test_mutants_of_a_zip_lose_only_what_they_hit(run: bytes, tmp_path: Path) -> None:
    whole = zipped({"a.fit": run, "b.jpg": b"\xff\xd8\xff", "c.fit.gz": gzip.compress(run)})
    for n in range(150):
        data = bytearray(whole)
        for m in range(1 + n % 4):
            data[(n * 7919 + m * 104729) % len(data)] ^= 1 + n % 255
        file = tmp_path / "m.zip"
        file.write_bytes(data)
        found = list(entries(file))
        assert found
        assert all(isinstance(one, Entry) or one.kind or one.issues for one in found)


def test_fit_header_reading_takes_any_bytes() -> None:
    whole = side_file(32, START, 1)
    for n in range(len(whole)):
        fit_file(whole[:n])
        fit_file(whole[:n] + b"\xff" * 40)
    assert fit_file(whole) is not None


def test_a_list_of_activities_beyond_all_measure_is_told_and_left_out(tmp_path: Path) -> None:
    header = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Filename\n"
    (tmp_path / "activities.csv").write_bytes(header.encode() + bytes(20_000_000))
    (tmp_path / "run.gpx").write_text("<gpx/>")
    found = {one.name.rpartition("/")[2]: one for one in entries(tmp_path)}
    listed = found["activities.csv"]
    assert isinstance(listed, Refused)
    assert (listed.fate, listed.kind) == ("skipped", "list of activities")
    assert ["at most 20 MB" in issue.problem for issue in listed.issues] == [True]
    assert isinstance(found["run.gpx"], Entry)
