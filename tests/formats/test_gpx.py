"""GPX: distance and speed are drawn from positions, which are then let go."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.formats._xml.tracks import drawn_speed, steps_m
from evenstride.formats.gpx import reader as gpx
from evenstride.formats.gpx import sport_of
from evenstride.model.intervals import Stretch
from evenstride.model.recording import Recording
from evenstride.plugins import Contents

HEAD = '<?xml version="1.0"?>\n<gpx version="1.1" creator="Pocket Run" xmlns="G" xmlns:t="T">'
NORTH = 1 / 111_195.08


def point(second: int, metres: float, inner: str = "") -> str:
    return (
        f'<trkpt lat="{-48.5 + metres * NORTH:.8f}" lon="-123.25">'
        f"<time>2024-05-01T06:{second // 60:02d}:{second % 60:02d}Z</time>{inner}</trkpt>\n"
    )


def segment(*seconds: int, mps: float = 3.0, inner: str = "") -> str:
    return f"<trkseg>{''.join(point(s, mps * s, inner) for s in seconds)}</trkseg>"


def contents(*segments: str, kind: str = "<type>running</type>") -> Contents:
    text = f"{HEAD}<trk>{kind}{''.join(segments)}</trk></gpx>"
    return gpx.read(text.encode(), "run.gpx")


def one(*segments: str, kind: str = "<type>running</type>") -> Recording:
    [recording] = contents(*segments, kind=kind).recordings
    return recording


def problems(recording: Recording) -> str:
    return "\n".join(issue.problem for issue in recording.issues)


def test_distance_and_speed_come_from_positions_and_no_position_is_kept() -> None:
    found = one(segment(*range(60)))
    assert found.samples["distance_m"].to_list() == pytest.approx(
        [3.0 * s for s in range(60)], abs=0.01
    )
    assert found.samples["speed_mps"].to_list() == pytest.approx([3.0] * 60, abs=0.01)
    assert not {name for name in found.samples.columns if "tude" in name} - {"altitude_m"}
    assert "drawn from the positions" in problems(found)
    assert found.device == "Pocket Run"


GARMIN = (
    "<extensions><t:TrackPointExtension><t:hr>150</t:hr><t:cad>86</t:cad><t:atemp>17</t:atemp>"
    "</t:TrackPointExtension><t:PowerInWatts>250</t:PowerInWatts></extensions>"
)
CLUETRUST = (
    "<extensions><t:hr>150</t:hr><t:cadence>86</t:cadence><t:temp>17</t:temp>"
    "<t:power>250</t:power></extensions>"
)


@pytest.mark.parametrize("inner", [GARMIN, CLUETRUST], ids=["Garmin", "ClueTrust"])
def test_extensions_of_either_maker_land_in_their_columns(inner: str) -> None:
    row = one(segment(0, 1, inner="<ele>12.5</ele>" + inner)).samples.row(0, named=True)
    shown = {name: value for name, value in row.items() if value is not None}
    assert shown == pytest.approx(
        {
            "time_s": 0.0,
            "distance_m": 0.0,
            "speed_mps": 3.0,
            "altitude_m": 12.5,
            "cadence_spm": 172.0,
            "heart_rate_bpm": 150.0,
            "power_w": 250.0,
            "temperature_c": 17.0,
        },
        abs=0.01,
    )
    assert set(gpx.columns) == set(shown)


def test_speed_and_distance_given_by_the_file_stand() -> None:
    inner = "<speed>2.5</speed><extensions><t:distance>{}</t:distance></extensions>"
    points = "".join(point(s, 3.0 * s, inner.format(2.5 * s)) for s in range(20))
    found = one(f"<trkseg>{points}</trkseg>")
    assert found.samples["speed_mps"].to_list() == [2.5] * 20
    assert found.samples["distance_m"].to_list()[-1] == 47.5
    assert "drawn" not in problems(found)


def test_between_segments_the_timer_stood_and_no_distance_is_counted() -> None:
    found = one(segment(0, 1, 2), segment(62, 63, 64))
    assert found.pauses == (Stretch(2.0, 62.0, "the timer was stopped"),)
    assert found.samples["distance_m"].to_list() == pytest.approx([0, 3, 6, 6, 9, 12], abs=0.01)
    assert found.samples["speed_mps"].to_list() == pytest.approx([3.0] * 6, abs=0.01)


def test_a_single_position_far_off_is_set_aside_and_told() -> None:
    points = [point(s, 3.0 * s) for s in range(30)]
    points[10] = point(10, 5000.0)
    found = one(f"<trkseg>{''.join(points)}</trkseg>")
    assert found.samples["distance_m"].max() == pytest.approx(87.0, abs=0.1)
    assert found.samples["distance_m"].to_list()[10] is None
    assert "far from those around: 1" in problems(found)


def test_every_track_is_a_recording_and_says_its_sport() -> None:
    text = (
        f"{HEAD}<trk><type>9</type>{segment(0, 1)}</trk>"
        f"<trk><type>cycling</type>{segment(100, 101)}</trk><trk>{segment(200, 201)}</trk></gpx>"
    )
    found = gpx.read(text.encode(), "all.gpx").recordings
    assert [recording.sport for recording in found] == ["running", "cycling", "unknown"]


@pytest.mark.parametrize(
    ("kind", "sport"),
    [
        ("Run", "running"),
        ("running", "running"),
        ("street_running", "running"),
        ("trail_running", "running"),
        ("treadmill-running", "running"),
        ("JOGGING", "running"),
        ("9", "running"),
        ("10", "walking"),
        ("1", "cycling"),
        ("17", "type 17"),
        ("Walking", "walking"),
        ("mountain biking", "cycling"),
        ("brunch", "brunch"),
        ("  ", "unknown"),
    ],
)
def test_a_tracks_type_is_read_as_people_write_it(kind: str, sport: str) -> None:
    assert sport_of(kind) == sport


def test_a_way_without_times_cannot_be_analysed() -> None:
    way = contents('<trkseg><trkpt lat="1" lon="2"/></trkseg>')
    assert way.recordings == ()
    assert way.issues[-1].level == "error"
    assert "not when it was run" in way.issues[-1].problem
    route = gpx.read((HEAD + '<rte><rtept lat="1" lon="2"/></rte></gpx>').encode(), "way.gpx")
    assert "no recorded track" in route.issues[-1].problem


def test_positions_that_are_none_cost_only_themselves() -> None:
    broken = point(1, 3.0).replace('lon="-123.25"', 'lon="999"')
    found = contents(f"<trkseg>{point(0, 0.0)}{broken}{point(2, 6.0)}</trkseg>")
    assert found.recordings[0].samples["distance_m"].to_list() == pytest.approx(
        [0.0, None, 6.0], abs=0.01
    )
    assert "lon (1)" in found.issues[0].problem


@pytest.mark.parametrize("cut", [0.4, 0.7, 0.95])
def test_a_file_cut_short_keeps_its_points(cut: float) -> None:
    whole = f"{HEAD}<trk><type>9</type>{segment(*range(60))}</trk></gpx>".encode()
    part = whole[: round(cut * len(whole))]
    found = gpx.read(part, "run.gpx")
    assert found.recordings[0].samples.height == part.count(b"</trkpt>") > 0
    assert "ends in the middle" in found.issues[0].problem


@given(st.integers(0, 10**6), st.integers(0, 255))
def test_one_changed_byte_never_raises(place: int, byte: int) -> None:
    whole = bytearray(f"{HEAD}<trk><type>9</type>{segment(*range(12))}</trk></gpx>".encode())
    place %= len(whole)
    before = whole[:place].count(b"</trkpt>")
    whole[place] = byte
    found = gpx.read(bytes(whole), "run.gpx")
    kept = sum(recording.samples.height for recording in found.recordings)
    assert kept >= before or found.issues


@given(st.floats(-89, 89), st.floats(-179, 179), st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))
def test_steps_agree_with_the_flat_earth_where_it_is_flat(
    latitude: float, longitude: float, north: float, east: float
) -> None:
    [metres] = steps_m(
        np.array([latitude, latitude + north]), np.array([longitude, longitude + east])
    )
    across = east * math.cos(math.radians(latitude + north / 2))
    assert metres == pytest.approx(math.hypot(north, across) / NORTH, rel=1e-3, abs=0.01)


def test_speed_is_never_drawn_across_a_gap_nor_below_zero() -> None:
    time_s = np.array([0.0, 1.0, 2.0, 60.0, 61.0, 200.0])
    metres = np.array([0.0, 3.0, 6.0, 500.0, 498.0, 900.0])
    speed = drawn_speed(time_s, metres, np.zeros(6, dtype=np.int64))
    assert speed[:3].tolist() == pytest.approx([3.0, 3.0, 3.0])
    assert np.isnan(speed[3:]).all()


def test_a_real_track_of_a_portal_is_read_whole(real_data: Path) -> None:
    data = (real_data / "gpx-tcx" / "stopped_example.gpx").read_bytes()
    found = gpx.read(data, "run.gpx")
    [recording] = found.recordings
    assert found.issues == ()
    assert (recording.sport, recording.spacing) == ("running", "smart")
    assert recording.samples.height == data.count(b"<trkpt ") - 1
