"""Made exports look like real ones, and are the same every time."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import fitdecode
import pytest

from evenstride.simulate.takeouts import (
    Takeout,
    side_file,
    write_garmin_export,
    write_strava_export,
)

Writer = Callable[[Path, int, int], Takeout]


@pytest.mark.parametrize("write", [write_garmin_export, write_strava_export])
def test_equal_requests_give_equal_bytes(write: Writer, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.zip", "b.zip")]
    truths = [write(file, 40, 8) for file in files]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert truths[0] == truths[1]
    assert len(truths[0].runs) == 8
    assert len({run.start for run in truths[0].runs}) == 8


def test_garmins_zip_holds_zips_and_stravas_a_list(tmp_path: Path) -> None:
    write_garmin_export(tmp_path / "g.zip", 60, 5)
    write_strava_export(tmp_path / "s.zip", 60, 5)
    with (
        zipfile.ZipFile(tmp_path / "g.zip") as garmin,
        zipfile.ZipFile(tmp_path / "s.zip") as strava,
    ):
        assert garmin.testzip() is None
        assert strava.testzip() is None
        inner = "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip"
        assert inner in garmin.namelist()
        assert any(name.endswith("_summarizedActivities.json") for name in garmin.namelist())
        listed = strava.read("activities.csv").decode().splitlines()
        assert listed[0].startswith("Activity ID,Activity Date,Activity Name")
        assert sum(",Run," in line for line in listed) == 5


def test_a_side_file_is_sound_to_another_decoder() -> None:
    data = side_file(49, datetime(2024, 1, 1, tzinfo=UTC), serial=12, messages=3)
    with fitdecode.FitReader(data, check_crc=fitdecode.CrcCheck.RAISE) as frames:
        found = [one for one in frames if isinstance(one, fitdecode.FitDataMessage)]
    assert [one.name for one in found] == ["file_id", "monitoring", "monitoring", "monitoring"]
    assert found[0].get_value("serial_number") == 12
