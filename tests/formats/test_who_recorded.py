"""Which device recorded, and which straps and pods it listened to."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from evenstride.formats import fit, tcx
from evenstride.model.recording import SAMPLES, Recording
from evenstride.writers.fit import FOOT_POD, RUNNING_DYNAMICS, Activity, Device, write_activity

WATCH = Device("watch", product=1, serial=3_948_522_231)
STRAP = Device("HRM-Pro", manufacturer=1, serial=3_312_345_678, antplus_type=RUNNING_DYNAMICS)
POD = Device("Stryd", manufacturer=95, serial=3572, antplus_type=FOOT_POD)


def recorded_by(*devices: Device) -> Recording:
    rows = [dict.fromkeys(SAMPLES.names) | {"time_s": float(s)} for s in range(20)]
    samples = pl.DataFrame(rows, schema=SAMPLES.empty().schema)
    start = datetime(2024, 5, 1, 7, tzinfo=UTC)
    (recording,) = fit.read(
        write_activity(Activity(start, samples, devices=devices)), "run.fit"
    ).recordings
    return recording


def test_the_serial_number_is_the_watchs_own() -> None:
    assert recorded_by(WATCH, STRAP).serial == "3948522231"


def test_a_watch_that_keeps_its_number_to_itself_has_none() -> None:
    assert not recorded_by(Device("watch"), STRAP).serial


def test_straps_and_pods_are_named_with_their_numbers() -> None:
    assert recorded_by(WATCH, POD, STRAP).sensors == ("Garmin HRM-Pro 3312345678", "Stryd 3572")


def test_a_sensor_told_of_twice_is_one() -> None:
    assert recorded_by(WATCH, STRAP, STRAP).sensors == ("Garmin HRM-Pro 3312345678",)


def test_of_one_sensor_the_message_that_says_most_names_it() -> None:
    nameless = Device("", manufacturer=1, product=0, serial=STRAP.serial, antplus_type=120)
    assert recorded_by(WATCH, nameless, STRAP, nameless).sensors == ("Garmin HRM-Pro 3312345678",)


def test_what_is_built_into_the_watch_is_no_sensor() -> None:
    assert not recorded_by(WATCH, Device("wrist", manufacturer=1, serial=77)).sensors


def test_a_sensor_without_a_number_is_left_out() -> None:
    assert not recorded_by(WATCH, Device("HRM", manufacturer=1, antplus_type=120)).sensors


def test_a_file_that_names_hundreds_of_sensors_keeps_a_few() -> None:
    many = (Device("x", serial=1000 + i, antplus_type=120) for i in range(200))
    assert len(recorded_by(WATCH, *many).sensors) == 32


TCX = """<?xml version="1.0"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">
<Activities><Activity Sport="Running"><Lap StartTime="2024-05-01T07:00:00Z"><Track>
<Trackpoint><Time>2024-05-01T07:00:00Z</Time><HeartRateBpm><Value>120</Value></HeartRateBpm>
</Trackpoint><Trackpoint><Time>2024-05-01T07:00:01Z</Time></Trackpoint></Track></Lap>
<Creator><Name>Forerunner 265</Name><UnitId>{unit}</UnitId></Creator></Activity></Activities>
</TrainingCenterDatabase>"""


@pytest.mark.parametrize(
    ("unit", "serial"),
    [("3948522231", "3948522231"), ("0", ""), ("", ""), ("no number", ""), ("0007", "7")],
)
def test_tcx_gives_the_serial_number_as_fit_does(unit: str, serial: str) -> None:
    (recording,) = tcx.read(TCX.format(unit=unit).encode(), "run.tcx").recordings
    assert recording.serial == serial


def test_a_real_watch_names_its_strap_and_pod(real_data: Path) -> None:
    file = real_data / "fit" / "fit-parser-js" / "running-with-developer-data.fit"
    (recording,) = fit.read(file.read_bytes(), file.name).recordings
    assert recording.serial == "3948522231"
    assert recording.sensors == ("Garmin hrm4 run 3912342378", "Stryd product 4660 3572")


def test_a_damaged_file_still_names_its_device(real_data: Path) -> None:

    file = real_data / "fit" / "bad" / "made-trunc-50pct.fit"
    (recording,) = fit.read(file.read_bytes(), file.name).recordings
    assert recording.serial == "3948522231"
