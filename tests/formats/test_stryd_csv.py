"""Exports of Stryd's PowerCenter."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenstride.app.intake import take_in
from evenstride.formats import garmin_csv, stryd_csv
from evenstride.formats.stryd_csv import read, recognises
from evenstride.model.recording import SAMPLES, Recording
from evenstride.plugins import Contents
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.scenario import Scenario
from evenstride.writers.stryd_csv import write_powercenter

HEADER = (
    "Timestamp,Power (w/kg),Stryd Speed (m/s),Stryd Distance (meters),Watch Speed (m/s),"
    "Stiffness,Stiffness/kg,Ground Time (ms),Cadence (spm),Vertical Oscillation (cm)"
)
START = 1_770_404_846


def table(*rows: str, header: str = HEADER) -> bytes:
    """Return a table with these rows."""
    return ("\n".join((header, *rows)) + "\n").encode()


def row(second: int, contact: str = "250", cadence: str = "176") -> str:
    """Return one row of running."""
    return f"{START + second},3,2.7,{2.7 * second},2.8,12,0.16,{contact},{cadence},6.25"


def seconds(count: int) -> list[str]:
    """Return a row a second."""
    return [
        f"{START + t},3,2.7,{2.7 * t:.2f},2.8,12,0.16,{250 + t % 3},176,6.25" for t in range(count)
    ]


def only(contents: Contents) -> Recording:
    """Return the one recording."""
    assert len(contents.recordings) == 1
    return contents.recordings[0]


def problems(contents: Contents) -> str:
    """Return everything that was said, in one text."""
    own = [issue for recording in contents.recordings for issue in recording.issues]
    return " ".join(issue.problem for issue in (*contents.issues, *own))


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    """Return a simulated run with a pod."""
    return simulate(Scenario(minutes=12, kit="strap+stryd"), seed=3)


def exported(run: SimulatedRun, *, two_pods: bool = False) -> bytes:
    """Return the run as the pod's maker exports it."""
    return write_powercenter(
        run.scenario.start, run.samples, run.developer_fields, two_pods=two_pods
    )


def test_a_written_run_comes_back_second_by_second(run: SimulatedRun) -> None:
    recording = only(read(exported(run), "run.csv"))
    pod = {extra.name: extra.values for extra in run.developer_fields}
    assert recording.start == run.scenario.start
    assert recording.spacing == "every second"
    assert recording.device == "Stryd"
    for ours, theirs, times in (
        ("contact_time_ms", "Ground Time", 1.0),
        ("cadence_spm", "Cadence", 2.0),
        ("vertical_oscillation_mm", "Vertical Oscillation", 10.0),
        ("leg_spring_stiffness_kn_per_m", "Leg Spring Stiffness", 1.0),
        ("power_w", "Power", 1.0),
    ):
        given_values = pod[theirs] * times
        difference = (recording.samples[ours] - given_values).abs().max()
        assert isinstance(difference, float)
        assert difference < 0.01, ours
    assert recording.samples["time_s"].to_list() == run.samples["time_s"].to_list()


def test_with_one_pod_the_file_tells_no_left_and_right(run: SimulatedRun) -> None:
    recording = only(read(exported(run), "run.csv"))
    assert recording.samples["contact_balance_left_pct"].null_count() == recording.samples.height


def test_the_balance_of_two_pods_is_read_as_the_left_foots_and_that_is_said(
    run: SimulatedRun,
) -> None:
    contents = read(exported(run, two_pods=True), "run.csv")
    left = only(contents).samples["contact_balance_left_pct"]
    assert left.to_list() == run.samples["contact_balance_left_pct"].to_list()
    assert "read as the left foot's" in problems(contents)


def test_balance_columns_of_zeros_mean_one_pod() -> None:
    rows = [f"{line},0" for line in seconds(20)]
    contents = read(table(*rows, header=HEADER + ",Ground Time Balance"), "run.csv")
    assert only(contents).samples["contact_balance_left_pct"].null_count() == 20
    assert "one pod was worn" in problems(contents)


def test_a_balance_in_another_unit_is_kept_unused() -> None:
    rows = [f"{line},-1.5" for line in seconds(20)]
    contents = read(table(*rows, header=HEADER + ",Ground Time Balance"), "run.csv")
    recording = only(contents)
    kept = {extra.name: extra.values for extra in recording.developer_fields}
    assert recording.samples["contact_balance_left_pct"].null_count() == 20
    assert kept["Ground Time Balance"].to_list() == [-1.5] * 20


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    names = HEADER.split(",")
    turned = [",".join(reversed(line.split(","))) for line in seconds(15)]
    back = only(read(table(*turned, header=",".join(reversed(names))), "run.csv"))
    assert back.samples.equals(only(read(table(*seconds(15)), "run.csv")).samples)


def test_the_pods_pace_goes_before_the_watchs_and_the_watchs_is_kept() -> None:
    contents = read(table(*seconds(15)), "run.csv")
    recording = only(contents)
    kept = {extra.name: extra.unit for extra in recording.developer_fields}
    assert recording.samples["speed_mps"].to_list() == [2.7] * 15
    assert kept["Watch Speed"] == "m/s"
    assert "are the pod's" in problems(contents)


def test_without_the_pods_pace_the_watchs_is_taken() -> None:
    header = HEADER.replace("Stryd Speed (m/s)", "Form Power (w/kg)")
    recording = only(read(table(*seconds(15), header=header), "run.csv"))
    assert recording.samples["speed_mps"].to_list() == [2.8] * 15


def test_columns_nobody_knows_are_kept_with_their_unit() -> None:
    rows = [f"{line},{k},road" for k, line in enumerate(seconds(15))]
    contents = read(table(*rows, header=HEADER + ",Wind (km/h),Surface"), "run.csv")
    kept = {extra.name: extra for extra in only(contents).developer_fields}
    assert kept["Wind"].unit == "km/h"
    assert kept["Wind"].values.to_list() == [float(k) for k in range(15)]
    assert kept["Surface"].values.to_list() == ["road"] * 15


def test_watts_are_worked_out_where_the_file_holds_the_weight() -> None:
    assert only(read(table(*seconds(15)), "run.csv")).samples["power_w"].to_list() == [225.0] * 15
    without = HEADER.replace("Stiffness/kg", "Something")
    silent = only(read(table(*seconds(15), header=without), "run.csv"))
    assert silent.samples["power_w"].null_count() == 15


def test_zeros_that_mean_no_value_are_empty_and_a_standing_cadence_stays() -> None:
    rows = [row(0, contact="0", cadence="0"), *seconds(15)[1:]]
    contents = read(table(*rows), "run.csv")
    samples = only(contents).samples
    assert samples["contact_time_ms"][0] is None
    assert samples["cadence_spm"][0] == 0.0
    assert "Ground Time (ms) 1" in problems(contents)


def test_values_below_zero_and_words_are_left_empty_and_counted() -> None:
    rows = [row(0, contact="-250"), row(1, contact="nan"), row(2, contact="x"), *seconds(15)[3:]]
    contents = read(table(*rows), "run.csv")
    assert only(contents).samples["contact_time_ms"].null_count() == 3
    assert "hold no number were left empty: Ground Time (ms) 2" in problems(contents)
    assert "below zero" in problems(contents)


@pytest.mark.parametrize("times", [1_000, 1_000_000])
def test_finer_clocks_are_understood(times: int) -> None:
    rows = [
        ",".join((str(int(line.split(",")[0]) * times), *line.split(",")[1:]))
        for line in seconds(15)
    ]
    recording = only(read(table(*rows), "run.csv"))
    assert recording.start == datetime.fromtimestamp(START, UTC)
    assert recording.duration_s == 14


def test_repeated_and_backward_seconds_are_put_right_and_said() -> None:
    lines = seconds(15)
    lines[5], lines[6] = lines[6], lines[5]
    lines.insert(9, row(8, contact="333"))
    contents = read(table(*lines), "run.csv")
    samples = only(contents).samples
    assert samples["time_s"].to_list() == [float(t) for t in range(15)]
    assert samples["contact_time_ms"][8] == 252.0
    assert "went backward once" in problems(contents)
    assert "1 row repeats a second" in problems(contents)


def test_absurd_times_are_left_out() -> None:
    lines = [*seconds(40), "0,3,2.7,1,2.8,12,0.16,250,176,6", "9e15,3,2.7,1,2.8,12,0.16,250,176,6"]
    contents = read(table(*lines), "run.csv")
    assert only(contents).samples.height == 40
    assert "2 rows have no time" in problems(contents)


def test_a_gap_stays_a_gap_and_makes_no_pause() -> None:
    recording = only(read(table(*seconds(40)[:15], *seconds(40)[30:]), "run.csv"))
    assert recording.pauses == ()
    assert recording.samples["time_s"].diff().max() == 16.0
    assert recording.spacing == "every second"
    assert recording.laps.height == 0


def test_runs_days_apart_become_recordings_of_their_own() -> None:
    later = [
        ",".join((str(int(line.split(",")[0]) + 3 * 86_400), *line.split(",")[1:]))
        for line in seconds(40)
    ]
    contents = read(table(*seconds(40), *later), "run.csv")
    assert [recording.duration_s for recording in contents.recordings] == [39.0, 39.0]


def test_a_cut_line_costs_that_line_and_is_named() -> None:
    whole = table(*seconds(15))
    contents = read(whole[:-20], "run.csv")
    assert only(contents).samples.height == 14
    assert "another number of cells" in problems(contents)
    assert contents.issues[0].where == "run.csv, line 16"


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"Timestamp",
        table(),
        table("x"),
        table("nan,inf,1,1,1,1,1,1,1,1"),
        table('"' + ",".join(["1"] * 10)),
        table("\0" * 40),
        table(*seconds(3)).replace(b"\n", b"\r"),
        table(*seconds(3)).decode().encode("utf-16"),
        table(*seconds(3)).decode().encode("utf-16-be"),
        b"\xef\xbb\xbf" + table(*seconds(3)),
        table(*seconds(3)).replace(b",", b";"),
        table(*seconds(3)) + b"\xff\xfe\x80,,,",
    ],
)
def test_whatever_the_bytes_nothing_is_raised_and_something_is_said(damaged: bytes) -> None:
    contents = read(damaged, "run.csv")
    assert contents.recordings or any(issue.level == "error" for issue in contents.issues)


def test_other_encodings_line_ends_and_marks_read_the_same() -> None:
    plain = table(*seconds(15))
    expected = only(read(plain, "a.csv")).samples
    semicolons = plain.replace(b".", b"#").replace(b",", b";").replace(b"#", b",")
    for other in (
        plain.replace(b"\n", b"\r\n"),
        plain.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + plain,
        semicolons,
    ):
        assert recognises(other)
        assert only(read(other, "b.csv")).samples.equals(expected)


def test_only_its_own_files_are_recognised(real_data: Path) -> None:
    files = [*real_data.rglob("*.csv"), *real_data.rglob("*.fit")]
    claimed = {file.parent.name for file in files if recognises(file.read_bytes())}
    assert claimed == {"stryd-powercenter"}
    assert not [file.name for file in files if garmin_csv.recognises(file.read_bytes())]


def test_two_real_exports_are_read_whole(real_data: Path) -> None:
    files = sorted((real_data / "watch-csv" / "stryd-powercenter").glob("*.csv"))
    taken = take_in(files)
    heights = [one.runs[0].samples.height for one in taken]
    assert heights == [1447, 1950]
    for one in taken:
        samples = one.runs[0].samples
        assert 230 < float(str(samples["contact_time_ms"].median())) < 270
        assert (samples["power_w"] - samples["power_w"].round()).abs().max() == 0.0
        assert one.runs[0].spacing == "every second"


@settings(max_examples=40)
@given(
    data=st.binary(max_size=400),
    place=st.integers(0, 900),
    keep=st.integers(0, 900),
)
def test_flipped_and_cut_bytes_never_raise(data: bytes, place: int, keep: int) -> None:
    whole = table(*seconds(12))
    contents = read(whole[:place] + data + whole[place + 7 : place + keep], "run.csv")
    for recording in contents.recordings:
        assert isinstance(SAMPLES.check(recording.samples), pl.DataFrame)
    assert contents.recordings or contents.issues


def test_a_reader_says_which_columns_it_fills() -> None:
    assert set(stryd_csv.reader.columns) < set(SAMPLES.names)
    assert "contact_balance_left_pct" in stryd_csv.reader.columns
    assert garmin_csv.reader.columns == ()
