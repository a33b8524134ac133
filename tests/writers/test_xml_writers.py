"""What is written is what the published schemas ask for, and what the readers give back."""

from datetime import UTC, datetime, timedelta, timezone
from xml.etree.ElementTree import Element

import polars as pl
import pytest
from defusedxml.ElementTree import fromstring

from evenstride.formats.gpx import reader as gpx
from evenstride.formats.tcx import reader as tcx
from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.recording import LAPS, SAMPLES
from evenstride.simulate.pace import Stop
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.xml import gpx_bytes, tcx_bytes
from evenstride.writers.gpx import GpxTrack, write_gpx
from evenstride.writers.tcx import TcxActivity, write_tcx

START = datetime(2024, 5, 1, 8, tzinfo=timezone(timedelta(hours=2)))
T = "{http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2}"
G = "{http://www.topografix.com/GPX/1/1}"

# The order in which the published schemas ask for elements.
LAP = ["TotalTimeSeconds", "DistanceMeters", "Calories", "Intensity", "TriggerMethod", "Track"]
POINT = ["Time", "AltitudeMeters", "DistanceMeters", "HeartRateBpm", "Extensions"]
ACTIVITY = ["Id", "Lap", "Notes", "Creator"]


def samples(seconds: int = 4) -> pl.DataFrame:
    rows = [
        dict.fromkeys(SAMPLES.names)
        | {
            "time_s": float(s),
            "distance_m": 3.0 * s,
            "speed_mps": 3.0,
            "altitude_m": 12.4,
            "cadence_spm": 171.0,
            "heart_rate_bpm": 150.0,
            "power_w": 250.0,
            "temperature_c": 15.0,
            "contact_time_ms": 240.0,
        }
        for s in range(seconds)
    ]
    return pl.DataFrame(rows, schema=dict(SAMPLES.empty().schema))


def names(element: Element) -> list[str]:
    return list(dict.fromkeys(child.tag.rpartition("}")[2] for child in element))


def test_a_tcx_file_stands_in_the_order_of_its_schema() -> None:
    root = fromstring(write_tcx(TcxActivity(START, samples(), notes="gone & <back>")))
    [activity] = root.iter(f"{T}Activity")
    assert root.tag == f"{T}TrainingCenterDatabase"
    assert activity.attrib == {"Sport": "Running"}
    assert names(activity) == ACTIVITY
    assert names(next(root.iter(f"{T}Lap"))) == LAP
    point = next(root.iter(f"{T}Trackpoint"))
    assert names(point) == POINT
    assert [child.text for child in point.iter() if (child.text or "").strip()] == [
        "2024-05-01T06:00:00Z",
        "12.4",
        "0.00",
        "150",
        "3.000",
        "86",
        "250",
    ]
    assert activity.findtext(f"{T}Notes") == "gone & <back>"


def test_a_gpx_file_stands_in_the_order_of_its_schema_far_out_at_sea() -> None:
    root = fromstring(write_gpx(GpxTrack(START, samples())))
    assert root.attrib["version"] == "1.1"
    assert names(root) == ["metadata", "trk"]
    assert names(root[1]) == ["type", "trkseg"]
    point = next(root.iter(f"{G}trkpt"))
    assert names(point) == ["ele", "time", "extensions"]
    assert names(point[2][0]) == ["atemp", "hr", "cad"]
    for point in root.iter(f"{G}trkpt"):
        assert -49 < float(point.attrib["lat"]) < -47
        assert point.attrib["lon"] == "-123.25000000"


def test_pauses_part_tracks_and_segments_and_laps_keep_their_words() -> None:
    laps = pl.DataFrame(
        [(0.0, 1.5, "manual"), (1.5, 2.0, "distance"), (2.0, 3.0, "session_end")],
        schema=LAPS.empty().schema,
        orient="row",
    )
    paused = samples(4).with_columns(pl.col("time_s").replace(3.0, 30.0))
    pauses = (Stretch(2.0, 30.0),)
    [read] = tcx.read(write_tcx(TcxActivity(START, paused, laps, pauses)), "x").recordings
    assert read.laps["end_s"].to_list() == [1.5, 2.0, 30.0]
    assert read.laps["trigger"].to_list() == ["manual", "distance", "session_end"]
    [track] = gpx.read(write_gpx(GpxTrack(START, paused, pauses)), "x").recordings
    assert [(p.from_s, p.to_s) for p in read.pauses] == [(2.0, 30.0)]
    assert [(p.from_s, p.to_s) for p in track.pauses] == [(2.0, 30.0)]


def test_a_simulated_run_comes_back_as_it_was_as_far_as_the_format_goes() -> None:
    run = simulate(Scenario(minutes=5, stops=(Stop(120, 30, paused=True),)), 5)
    for reader, data in ((tcx, tcx_bytes(run)), (gpx, gpx_bytes(run))):
        contents = reader.read(data, "x")
        assert contents.issues == ()
        [read] = contents.recordings
        assert read.start == run.scenario.start
        assert read.sport == "running"
        assert read.samples["time_s"].to_list() == run.samples["time_s"].to_list()
        for name, within in (("cadence_spm", 1.01), ("heart_rate_bpm", 0.01), ("altitude_m", 0.1)):
            apart = (read.samples[name] - run.samples[name]).abs()
            assert apart.null_count() == 0
            assert apart.max() == pytest.approx(0, abs=within)
        assert len(read.pauses) == 1
    assert tcx_bytes(run) == tcx_bytes(run)


def test_a_run_that_never_has_a_value_has_no_element_for_it() -> None:
    bare = samples().with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in SAMPLES.names if name != "time_s"
    )
    point = next(fromstring(write_tcx(TcxActivity(START, bare))).iter(f"{T}Trackpoint"))
    assert names(point) == ["Time"]
    track = next(fromstring(write_gpx(GpxTrack(START, bare))).iter(f"{G}trkpt"))
    assert names(track) == ["time"]


def test_what_the_formats_cannot_say_is_refused() -> None:
    naive = datetime(2024, 5, 1)  # noqa: DTZ001 - the point of the test
    for kind in (TcxActivity, GpxTrack):
        with pytest.raises(EvenstrideError, match="time zone"):
            kind(naive, samples())
    odd = pl.DataFrame([(0.0, 3.0, "whim")], schema=LAPS.empty().schema, orient="row")
    with pytest.raises(EvenstrideError, match="whim"):
        write_tcx(TcxActivity(datetime(2024, 5, 1, tzinfo=UTC), samples(), odd))
