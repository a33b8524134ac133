"""The FIT writer, checked by a decoder that shares nothing with it."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import fitdecode
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.recording import BEATS, LAPS, SAMPLES, DeveloperField, SelfEvaluation
from evenstride.writers.fit import (
    RUNNING_DYNAMICS,
    WATCH,
    Activity,
    Device,
    checksum,
    write_activity,
)

START = datetime(2024, 1, 1, 8, tzinfo=UTC)


def decoded(data: bytes) -> list[fitdecode.FitDataMessage]:
    with fitdecode.FitReader(
        io.BytesIO(data),
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.RAISE,
    ) as reader:
        return [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]


def named(data: bytes, name: str) -> list[fitdecode.FitDataMessage]:
    return [message for message in decoded(data) if message.name == name]


def table(**columns: list[float | None]) -> pl.DataFrame:
    height = len(columns["time_s"])
    empty: list[float | None] = [None] * height
    return pl.DataFrame(
        {name: columns.get(name, empty) for name in SAMPLES.names},
        schema=dict(SAMPLES.empty().schema),
    )


def laps(*rows: tuple[float, float, str]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(LAPS.empty().schema), orient="row")


def column(data: bytes, name: str) -> list[object]:
    return [message.get_value(name, fallback=None) for message in named(data, "record")]


ACTIVITY = Activity(
    START,
    table(
        time_s=[0.0, 1.0, 2.0, 5.0],
        distance_m=[0.0, 2.95, 5.9, 14.75],
        speed_mps=[2.95, None, 3.001, 2.95],
        altitude_m=[-3.2, 0.0, 0.2, None],
        cadence_spm=[176.0, 177.0, None, 180.0],
        contact_balance_left_pct=[49.68, 50.0, None, 51.25],
        contact_time_ms=[251.0, 249.0, 250.0, None],
    ),
)


def test_every_native_column_comes_back_as_it_was_given() -> None:
    given_table = table(
        time_s=[0.0, 1.0],
        distance_m=[0.0, 12345.67],
        speed_mps=[0.0, 3.217],
        altitude_m=[-12.4, 1803.2],
        grade_pct=[-7.25, 3.5],
        cadence_spm=[176.0, 177.0],
        heart_rate_bpm=[61.0, 181.0],
        power_w=[0.0, 312.0],
        contact_time_ms=[251.0, 199.0],
        contact_balance_left_pct=[49.68, 50.31],
        vertical_oscillation_mm=[86.7, 91.2],
        vertical_ratio_pct=[7.37, 6.14],
        step_length_mm=[1208.0, 960.0],
        temperature_c=[-11.0, 24.0],
    )
    names = {
        "distance_m": "distance",
        "speed_mps": "enhanced_speed",
        "altitude_m": "enhanced_altitude",
        "grade_pct": "grade",
        "heart_rate_bpm": "heart_rate",
        "power_w": "power",
        "contact_time_ms": "stance_time",
        "contact_balance_left_pct": "stance_time_balance",
        "vertical_oscillation_mm": "vertical_oscillation",
        "vertical_ratio_pct": "vertical_ratio",
        "step_length_mm": "step_length",
        "temperature_c": "temperature",
    }
    data = write_activity(Activity(START, given_table))
    for ours, theirs in names.items():
        assert column(data, theirs) == pytest.approx(given_table[ours].to_list(), abs=1e-9), ours


def test_cadence_keeps_half_strides() -> None:
    data = write_activity(ACTIVITY)
    assert column(data, "cadence") == [88, 88, None, 90]
    assert column(data, "fractional_cadence") == [0.0, 0.5, None, 0.0]


def test_missing_values_are_missing_and_absent_columns_are_not_written() -> None:
    data = write_activity(ACTIVITY)
    assert column(data, "enhanced_speed") == [2.95, None, 3.001, 2.95]
    assert column(data, "stance_time_balance") == [49.68, 50.0, None, 51.25]
    assert not any(record.has_field("power") for record in named(data, "record"))


def test_records_carry_their_moment() -> None:
    expected = [START + timedelta(seconds=s) for s in (0, 1, 2, 5)]
    assert column(write_activity(ACTIVITY), "timestamp") == expected


def test_developer_fields_with_one_name_stay_apart_and_keep_their_values() -> None:
    first, second = "660a581e5301460c8f2f034c8b6dc90f", "07a19e10580f4adf868eccb7b872b08b"
    fields = (
        DeveloperField(first, 0, 0, "Power", "Watts", pl.Series([280.0, None, 290.0, 0.0])),
        DeveloperField(first, 0, 9, "Leg Spring Stiffness", "KN/m", pl.Series([10.125] * 4)),
        DeveloperField(second, 1, 0, "Power", "Watts", pl.Series([1.0, 2.0, 3.0, 4.0])),
        DeveloperField(second, 1, 1, None, None, pl.Series([-1.5, 0.25, None, 8.0])),
    )
    data = write_activity(replace(ACTIVITY, developer_fields=fields))
    for extra in fields:
        values = [
            field.value
            for record in named(data, "record")
            for field in record.fields
            if isinstance(field.field_def, fitdecode.types.DevFieldDefinition)
            and (field.field_def.dev_data_index, field.field_def.def_num)
            == (extra.developer_index, extra.number)
        ]
        expected = extra.values.to_list()
        assert [v if v == v else None for v in values] == expected  # noqa: PLR0124 - v is NaN
    ids = [message.get_value("application_id") for message in named(data, "developer_data_id")]
    assert [bytes(one).hex() for one in ids] == [first, second]


def test_laps_stand_between_the_records_they_part() -> None:
    pressed = laps((0.0, 1.0, "manual"), (1.0, 2.0, "distance"), (2.0, 5.0, "session_end"))
    data = write_activity(replace(ACTIVITY, laps=pressed))
    order = [m.name for m in decoded(data) if m.name in {"record", "lap"}]
    assert order == ["record", "record", "lap", "record", "lap", "record", "lap"]
    found = named(data, "lap")
    assert [lap.get_value("lap_trigger") for lap in found] == ["manual", "distance", "session_end"]
    assert [lap.get_value("total_elapsed_time") for lap in found] == [1.0, 1.0, 3.0]
    assert found[1].get_value("start_time") == START + timedelta(seconds=1)
    assert found[2].get_value("total_distance") == pytest.approx(8.85)
    assert found[0].get_value("avg_stance_time_balance") == pytest.approx(49.84)


def test_without_laps_one_lap_holds_everything() -> None:
    found = named(write_activity(ACTIVITY), "lap")
    assert [lap.get_value("total_elapsed_time") for lap in found] == [5.0]


def test_pauses_stop_the_timer() -> None:
    data = write_activity(replace(ACTIVITY, pauses=(Stretch(3.0, 5.0),)))
    events = [
        (event.get_value("event_type"), (event.get_value("timestamp") - START).total_seconds())
        for event in named(data, "event")
    ]
    assert events == [("start", 0.0), ("stop_all", 3.0), ("start", 5.0), ("stop_all", 5.0)]
    session = named(data, "session")[0]
    assert session.get_value("total_elapsed_time") == 5.0
    assert session.get_value("total_timer_time") == 3.0


def test_session_says_sport_totals_and_how_it_felt() -> None:
    activity = replace(
        ACTIVITY, sub_sport="trail", evaluation=SelfEvaluation(feel_pct=25.0, effort=6.0)
    )
    session = named(write_activity(activity), "session")[0]
    assert session.get_value("sport") == "running"
    assert session.get_value("sub_sport") == "trail"
    assert session.get_value("total_distance") == 14.75
    assert session.get_value("num_laps") == 1
    raw = {field.def_num: field.raw_value for field in session.fields}
    assert (raw[192], raw[193]) == (25, 60)


def test_devices_are_listed_the_strap_as_a_sensor() -> None:
    strap = Device("strap", serial=77, antplus_type=RUNNING_DYNAMICS)
    data = write_activity(replace(ACTIVITY, devices=(WATCH, strap)))
    watch_info, strap_info = named(data, "device_info")
    assert watch_info.get_value("source_type") == "local"
    assert strap_info.get_value("source_type") == "antplus"
    assert strap_info.get_value("device_index") == 1
    assert strap_info.get_value("serial_number") == 77
    assert named(data, "file_id")[0].get_value("product_name") == WATCH.name


def test_beats_follow_their_record_five_at_most_in_a_message() -> None:
    beats = pl.DataFrame(
        {"time_s": [1.0] * 6 + [2.0], "rr_ms": [400.0, 410.0, 420.0, 430.0, 440.0, 450.0, 460.0]},
        schema=dict(BEATS.empty().schema),
    )
    data = write_activity(replace(ACTIVITY, beats=beats))
    times = [
        [t for t in message.get_value("time") if t is not None] for message in named(data, "hrv")
    ]
    assert times == [[0.4, 0.41, 0.42, 0.43, 0.44], [0.45], [0.46]]
    order = [m.name for m in decoded(data) if m.name in {"record", "hrv"}]
    assert order == ["record", "record", "hrv", "hrv", "record", "hrv", "record"]


def test_local_time_is_kept_beside_the_moment() -> None:
    there = START.astimezone(timezone(timedelta(hours=2)))
    closing = named(write_activity(replace(ACTIVITY, start=there)), "activity")[0]
    raw = {field.name: field.raw_value for field in closing.fields}
    assert raw["local_timestamp"] - raw["timestamp"] == 7200


def test_an_activity_without_samples_is_still_a_whole_file() -> None:
    data = write_activity(Activity(START, SAMPLES.empty()))
    assert named(data, "record") == []
    assert len(named(data, "session")) == 1


def test_equal_activities_give_equal_bytes() -> None:
    assert write_activity(ACTIVITY) == write_activity(replace(ACTIVITY))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"start": datetime(2024, 1, 1, 8)}, "whole second"),  # noqa: DTZ001 - that is the case
        ({"start": START.replace(microsecond=5)}, "whole second"),
        ({"samples": table(time_s=[0.5])}, "whole seconds"),
        (
            {"samples": table(time_s=[0.0], leg_spring_stiffness_kn_per_m=[10.0])},
            "leg spring stiffness",
        ),
    ],
)
def test_what_fit_cannot_say_is_refused(change: dict[str, object], problem: str) -> None:
    with pytest.raises(EvenstrideError, match=problem):
        Activity(**({"start": START, "samples": ACTIVITY.samples} | change))  # type: ignore[arg-type]  # a case is a dict


@pytest.mark.parametrize(
    "change",
    [
        {"samples": table(time_s=[0.0], contact_time_ms=[7000.0])},
        {"samples": table(time_s=[0.0], heart_rate_bpm=[-1.0])},
        {"sport": "chess"},
        {"laps": laps((0.0, 1.0, "sneeze"))},
    ],
)
def test_values_without_room_and_unknown_names_are_refused(change: dict[str, object]) -> None:
    activity = replace(ACTIVITY, **change)  # type: ignore[arg-type]  # a case is a dict
    with pytest.raises(EvenstrideError):
        write_activity(activity)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 9),
            st.none() | st.integers(0, 10000),
            st.none() | st.integers(0, 6000),
            st.none() | st.integers(0, 480),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_column_survives_the_file(
    rows: list[tuple[int, int | None, int | None, int | None]],
) -> None:
    time_s, now = [], 0.0
    for gap, *_ in rows:
        time_s.append(now)
        now += gap
    samples = table(
        time_s=list(time_s),
        contact_balance_left_pct=[None if b is None else b / 100 for _, b, _, _ in rows],
        contact_time_ms=[None if c is None else float(c) for _, _, c, _ in rows],
        cadence_spm=[None if c is None else float(c) for *_, c in rows],
    )
    data = write_activity(Activity(START, samples))
    assert column(data, "stance_time_balance") == samples["contact_balance_left_pct"].to_list()
    assert column(data, "stance_time") == samples["contact_time_ms"].to_list()
    strides = zip(column(data, "cadence"), column(data, "fractional_cadence"), strict=True)
    both = [None if c is None else 2 * (c + f) for c, f in strides]  # type: ignore[operator]  # the decoder is untyped
    assert both == samples["cadence_spm"].to_list()


def test_the_checksum_is_the_published_one() -> None:
    assert checksum(b"123456789") == 0xBB3D
    assert checksum(b"") == 0
