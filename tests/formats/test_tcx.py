"""Training Center XML: what is in it is read, what is not is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.formats._xml import pull
from evenstride.formats.gpx import reader as gpx
from evenstride.formats.tcx import reader as tcx
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.recording import Recording
from evenstride.plugins import Contents

HEAD = (
    '<?xml version="1.0"?>\n<TrainingCenterDatabase xmlns="T" xmlns:x="A">'
    '<Activities><Activity Sport="Running"><Id>2024-05-01T06:00:00Z</Id>\n'
)
TAIL = "</Activity></Activities></TrainingCenterDatabase>"


def point(second: int, inner: str = "", extension: str = "") -> str:
    return (
        f"<Trackpoint><Time>2024-05-01T06:{second // 60:02d}:{second % 60:02d}Z</Time>{inner}"
        f"<Extensions><x:TPX>{extension}</x:TPX></Extensions></Trackpoint>\n"
    )


def track(*seconds: int, inner: str = "", extension: str = "") -> str:
    return f"<Track>{''.join(point(s, inner, extension) for s in seconds)}</Track>"


def lap(start: int, *tracks: str, inner: str = "", trigger: str = "Manual") -> str:
    return (
        f'<Lap StartTime="2024-05-01T06:{start // 60:02d}:{start % 60:02d}Z">{inner}'
        f"<TriggerMethod>{trigger}</TriggerMethod>{''.join(tracks)}</Lap>"
    )


def contents(body: str) -> Contents:
    return tcx.read((HEAD + body + TAIL).encode(), "run.tcx")


def one(body: str) -> Recording:
    [recording] = contents(body).recordings
    return recording


def problems(found: tuple[Issue, ...]) -> str:
    return "\n".join(issue.problem for issue in found)


def test_every_element_of_a_point_lands_in_its_column() -> None:
    inner = (
        "<Position><LatitudeDegrees>1</LatitudeDegrees><LongitudeDegrees>2</LongitudeDegrees>"
        "</Position><AltitudeMeters>12.5</AltitudeMeters><DistanceMeters>7</DistanceMeters>"
        "<HeartRateBpm><Value>150</Value></HeartRateBpm>"
    )
    extension = "<x:Speed>3.1</x:Speed><x:RunCadence>86</x:RunCadence><x:Watts>250</x:Watts>"
    found = one(lap(0, track(0, 1, inner=inner, extension=extension)))
    row = found.samples.row(0, named=True)
    assert {name: value for name, value in row.items() if value is not None} == {
        "time_s": 0.0,
        "distance_m": 7.0,
        "speed_mps": 3.1,
        "altitude_m": 12.5,
        "cadence_spm": 172.0,
        "heart_rate_bpm": 150.0,
        "power_w": 250.0,
    }
    assert set(tcx.columns) == {name for name, value in row.items() if value is not None}
    assert found.issues == (
        Issue(
            "info",
            "run.tcx",
            "TCX holds no contact time: what changes only there cannot be seen.",
            "Give the watch's original FIT file, if there is one.",
        ),
    )


def test_any_prefix_and_the_plain_cadence_of_a_point_serve_as_well() -> None:
    data = HEAD + lap(0, track(0, 1, inner="<Cadence>84</Cadence>")) + TAIL
    prefixed = (
        data.replace("<Cad", "<q:Cad")
        .replace("</Cad", "</q:Cad")
        .replace("xmlns:x", "xmlns:q='z' xmlns:x")
    )
    for text in (data, prefixed):
        [found] = tcx.read(text.encode(), "run.tcx").recordings
        assert found.samples["cadence_spm"].to_list() == [168.0, 168.0]


def test_a_cadence_of_both_feet_is_not_doubled_and_that_is_told() -> None:
    found = one(lap(0, track(*range(20), extension="<x:RunCadence>172</x:RunCadence>")))
    assert found.samples["cadence_spm"].to_list() == [172.0] * 20
    assert "both feet" in problems(found.issues)


def test_the_cadence_of_cranks_is_none_of_feet() -> None:
    body = HEAD.replace("Running", "Biking") + lap(0, track(0, 1, inner="<Cadence>90</Cadence>"))
    [found] = tcx.read((body + TAIL).encode(), "ride.tcx").recordings
    assert found.sport == "cycling"
    assert found.samples["cadence_spm"].count() == 0


def test_laps_end_where_the_next_begins_and_the_last_with_the_run() -> None:
    found = one(
        lap(0, track(0, 30))
        + lap(60, track(61, 90), trigger="Distance")
        + lap(100, track(100, 130))
    )
    assert found.laps.rows() == [
        (0.0, 60.0, "manual"),
        (60.0, 100.0, "distance"),
        (100.0, 130.0, "session_end"),
    ]


def test_laps_all_of_one_length_are_no_presses_whatever_the_program_wrote() -> None:
    even = "<DistanceMeters>{}</DistanceMeters>"
    metres = (1000.1, 1001.6, 997.5, 44.0)
    laps = [
        lap(60 * i, track(60 * i, 60 * i + 30), inner=even.format(m)) for i, m in enumerate(metres)
    ]
    found = one("".join(laps))
    assert found.laps["trigger"].to_list() == ["distance"] * 3 + ["session_end"]
    assert "the watch made by itself" in problems(found.issues)
    uneven = [text.replace("1001.6", "1320.0") for text in laps]
    assert one("".join(uneven)).laps["trigger"].to_list() == ["manual"] * 3 + ["session_end"]


def test_a_new_track_in_a_lap_is_a_pause_and_a_new_lap_is_none() -> None:
    found = one(lap(0, track(0, 1, 2), track(40, 41)) + lap(50, track(50, 51)))
    assert found.pauses == (Stretch(2.0, 40.0, "the timer was stopped"),)


def test_a_silence_the_laps_timer_did_not_count_is_a_pause() -> None:
    inner = "<TotalTimeSeconds>{}</TotalTimeSeconds>"
    stopped = one(lap(0, track(0, 1, 2, 62, 63), inner=inner.format(3)))
    assert stopped.pauses == (Stretch(2.0, 62.0, "the timer was stopped"),)
    assert one(lap(0, track(0, 1, 2, 62, 63), inner=inner.format(63))).pauses == ()


def test_where_there_is_no_speed_it_is_drawn_from_the_distance() -> None:
    points = (point(s, f"<DistanceMeters>{3 * s}</DistanceMeters>") for s in range(60))
    found = one(lap(0, f"<Track>{''.join(points)}</Track>"))
    assert found.samples["speed_mps"].to_list() == pytest.approx([3.0] * 60)
    assert "gives no speed" in problems(found.issues)


def test_notes_device_and_further_activities_are_found() -> None:
    body = (
        lap(0, track(0, 1), inner="<Notes>left foot slaps</Notes>")
        + "<Notes>gone at 2 km</Notes><Creator><Name>Forerunner 265</Name></Creator></Activity>"
        + '<Activity Sport="Other"><Id>x</Id>'
        + lap(100, track(100, 101))
    )
    run, other = contents(body).recordings
    assert run.notes == ("left foot slaps", "gone at 2 km")
    assert run.device == "Forerunner 265"
    assert (other.sport, other.start - run.start) == ("other", timedelta(seconds=100))


@pytest.mark.parametrize("value", ["nan", "inf", "-5", "1_0", "3,5", "9" * 400, "abc", "1e308"])
def test_a_value_that_is_no_such_number_is_left_out_and_named_with_its_line(value: str) -> None:
    found = contents(lap(0, track(0, 1, extension=f"<x:Speed>{value}</x:Speed>")))
    [recording] = found.recordings
    assert recording.samples["speed_mps"].count() == 0
    [issue] = found.issues
    assert issue.where == "run.tcx, line 3"
    assert "Speed (2)" in issue.problem


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2024-05-01T06:00:05", "without a time zone"),
        ("yesterday", "Moments that are none"),
        ("0001-01-01T00:00:00+14:00", "Moments that are none"),
        ("9999-12-31T23:59:59-14:00", "Moments that are none"),
    ],
)
def test_a_moment_nobody_can_place_is_left_out_and_named(moment: str, says: str) -> None:
    body = lap(0, track(0, 1, 2)).replace("2024-05-01T06:00:01Z", moment)
    found = contents(body)
    assert found.recordings[0].samples["time_s"].to_list() == [0.0, 2.0]
    assert says in problems(found.issues)


def test_points_without_a_time_are_counted_and_a_file_of_them_is_an_error() -> None:
    found = contents(lap(0, "<Track><Trackpoint/><Trackpoint/></Track>"))
    assert found.recordings == ()
    assert [issue.level for issue in found.issues] == ["warning", "error"]
    assert "points (2)" in found.issues[0].problem


def test_a_clock_that_goes_backward_and_doubled_moments_are_put_in_order_and_told() -> None:
    found = one(lap(0, track(0, 2, 1, 1, 3)))
    assert found.samples["time_s"].to_list() == [0.0, 1.0, 2.0, 3.0]
    assert "went backward" in problems(found.issues)
    assert "repeat a moment" in problems(found.issues)


def test_a_time_zone_in_the_file_is_kept() -> None:
    found = one(lap(0, track(0, 1)).replace("Z</Time>", "+02:00</Time>"))
    assert found.start.utcoffset() == timedelta(hours=2)


def test_what_no_two_programs_agree_on_is_named_and_not_read() -> None:
    extension = "<x:GroundContactTime>241</x:GroundContactTime>"
    found = contents(lap(0, track(0, 1, extension=extension)))
    assert found.recordings[0].samples["contact_time_ms"].count() == 0
    assert "GroundContactTime (2)" in problems(found.issues)


def test_a_plan_is_no_run() -> None:
    course = (HEAD.partition("<Activities>")[0] + "<Courses/></TrainingCenterDatabase>").encode()
    assert "plans something" in problems(tcx.read(course, "plan.tcx").issues)


@pytest.mark.parametrize("cut", [0.35, 0.6, 0.99])
def test_a_file_cut_short_keeps_its_points_and_says_where_it_ends(cut: float) -> None:
    whole = (HEAD + lap(0, track(*range(50))) + TAIL).encode()
    part = whole[: round(cut * len(whole))]
    found = tcx.read(part, "run.tcx")
    kept = part.count(b"</Trackpoint>")
    assert found.recordings[0].samples.height == kept > 0
    [issue] = found.issues
    assert issue.where == f"run.tcx, line {1 + part.count(chr(10).encode())} (byte {len(part)})"
    assert "ends in the middle" in issue.problem
    assert f"The {kept} points" in issue.problem


def test_the_lap_a_cut_file_ends_in_was_not_ended_by_anything_known() -> None:
    whole = HEAD + lap(0, track(0, 1)) + lap(60, track(60, 61))
    cut = whole[: whole.rindex("</Track>")]
    [found] = tcx.read(cut.encode(), "run.tcx").recordings
    assert found.laps["trigger"].to_list() == ["manual", None]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ('<!DOCTYPE a [<!ENTITY b "cc">]>' + HEAD[22:] + "&b;", "entities"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + HEAD[22:] + "&b;", "entities"),
        (HEAD + "<a>" * 100_000, "deep in each other"),
        (HEAD + "<a " + " ".join(f'b{i}=""' for i in range(100)) + "/>", "attributes"),
        (HEAD + "".join(f"<a{i}/>" for i in range(5000)), "different names"),
        (HEAD + f'<a b="{"x" * 2_000_000}"/>', "no XML"),
        (HEAD + "<a>&undefined;</a>", "undefined entity"),
    ],
    ids=["bomb", "external", "deep", "attributes", "names", "huge", "undefined"],
)
def test_what_means_harm_is_refused_and_told(data: str, says: str) -> None:
    found = tcx.read(data.encode(), "evil.tcx")
    assert found.recordings == ()
    assert says in found.issues[0].problem
    assert found.issues[0].level == "error"


def test_what_is_too_much_is_read_as_far_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (HEAD + lap(0, track(*range(100))) + TAIL).encode()
    monkeypatch.setattr(pull, "MOST_ELEMENTS", 200)
    by_count = tcx.read(whole, "run.tcx")
    assert 40 < by_count.recordings[0].samples.height < 60
    assert "only the first 200 elements" in by_count.issues[0].problem
    monkeypatch.setattr(pull, "MOST_ELEMENTS", 10**9)
    monkeypatch.setattr(pull, "LARGEST_BYTES", 6000)
    by_size = tcx.read(whole, "run.tcx")
    assert by_size.recordings[0].samples.height == whole[:6000].count(b"</Trackpoint>")
    assert "of such a file are read" in by_size.issues[0].problem


@pytest.mark.parametrize(
    "data",
    [
        b"\n\n    " + (HEAD + lap(0, track(0, 1)) + TAIL).encode(),
        b"\xef\xbb\xbf" + (HEAD + lap(0, track(0, 1)) + TAIL).encode(),
        (HEAD + lap(0, track(0, 1)) + TAIL).encode("utf-16"),
        (HEAD.replace("?>", ' encoding="utf-16"?>', 1) + lap(0, track(0, 1)) + TAIL).encode(),
        (HEAD.replace("?>", ' encoding="klingon"?>', 1) + lap(0, track(0, 1)) + TAIL).encode(),
        (HEAD.replace("?>", ' encoding="latin-1"?>', 1) + lap(0, track(0, 1)) + TAIL).encode(),
    ],
    ids=["spaces first", "mark", "utf-16", "said to be utf-16", "unheard of", "latin"],
)
def test_odd_beginnings_and_encodings_are_read(data: bytes) -> None:
    assert tcx.recognises(data)
    [found] = tcx.read(data, "run.tcx").recordings
    assert found.samples.height == 2


@given(st.integers(0, 10**6), st.integers(0, 255))
def test_one_changed_byte_never_raises_and_keeps_what_stands_before(place: int, byte: int) -> None:
    whole = bytearray((HEAD + lap(0, track(*range(12))) + lap(20, track(20, 21)) + TAIL).encode())
    place %= len(whole)
    before = whole[:place].count(b"</Trackpoint>")
    whole[place] = byte
    found = tcx.read(bytes(whole), "run.tcx")
    again = tcx.read(bytes(whole), "run.tcx")
    assert found.issues == again.issues
    kept = sum(recording.samples.height for recording in found.recordings)
    assert kept >= before or found.issues


def test_a_real_run_with_automatic_laps_is_read_whole(real_data: Path) -> None:
    data = (real_data / "gpx-tcx" / "11km.tcx").read_bytes()
    found = tcx.read(data, "11km.tcx")
    [recording] = found.recordings
    assert found.issues == ()
    assert recording.samples.height == data.count(b"<Trackpoint>")
    assert recording.laps["trigger"].to_list() == ["distance"] * 11 + ["session_end"]
    assert recording.samples["distance_m"].to_list()[-1] == pytest.approx(11_035.92, abs=0.01)
    assert recording.samples["cadence_spm"].median() == pytest.approx(172, abs=6)


def test_one_real_run_in_both_formats_agrees(real_data: Path) -> None:
    folder = real_data / "gpx-tcx"
    [a] = tcx.read((folder / "stopped_example.tcx").read_bytes(), "a").recordings
    [b] = gpx.read((folder / "stopped_example.gpx").read_bytes(), "b").recordings
    assert (a.start, a.sport, a.duration_s) == (b.start, b.sport, b.duration_s)
    assert a.samples["time_s"].to_list() == b.samples["time_s"].to_list()
    for name in ("heart_rate_bpm", "cadence_spm"):
        apart = (a.samples[name] - b.samples[name]).drop_nulls()
        assert apart.len() > 0.98 * a.samples.height
        assert apart.abs().max() == 0
    assert b.duration_s == 5127
    assert b.samples["distance_m"].max() == pytest.approx(12_008, rel=0.06)
    off = (a.samples["speed_mps"] - b.samples["speed_mps"]).abs().median()
    assert isinstance(off, float)
    assert off < 0.25
    assert [round(pause.seconds) for pause in a.pauses] == [73, 155, 102]
