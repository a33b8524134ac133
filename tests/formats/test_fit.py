"""The FIT reader on files built byte by byte here, by nothing it shares code with."""

import struct
import time
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evenstride.formats
from evenstride.formats._fit.crc import crc16
from evenstride.formats._fit.messages import Column, Messages, Table
from evenstride.formats._fit.split import LARGEST, MOST_FILES
from evenstride.formats.fit import decode, read, reader
from evenstride.model.recording import Recording
from evenstride.plugins import Reader, discover

NOON = 1_000_000_000  # FIT seconds, in 2021
ENUM, UINT8, UINT16, UINT32, SINT8, SINT16 = 0x00, 0x02, 0x84, 0x86, 0x01, 0x83
TEXT, BYTE, FLOAT32, UINT8Z = 0x07, 0x0D, 0x88, 0x0A
LETTERS = {
    ENUM: "B",
    UINT8: "B",
    UINT16: "H",
    UINT32: "I",
    SINT8: "b",
    SINT16: "h",
    FLOAT32: "f",
    UINT8Z: "B",
    BYTE: "B",
}
FILE_ID, SPORT, SESSION, LAP, RECORD, EVENT, HRV, MEMO = 0, 12, 18, 19, 20, 21, 78, 145
DESCRIPTION, DEVELOPER = 206, 207


def checksum(data: bytes) -> int:
    """Return CRC-16/ARC bit by bit, as its definition says."""
    state = 0
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0xA001 if state & 1 else 0)
    return state


@dataclass(frozen=True)
class Layout:
    """A definition: fields are (number, type, how many), developers' (number, size, index)."""

    local: int
    message: int
    fields: tuple[tuple[int, int, int], ...]
    developers: tuple[tuple[int, int, int], ...] = ()
    order: str = "<"

    @property
    def definition(self) -> bytes:
        head = 0x60 if self.developers else 0x40
        body = struct.pack(
            self.order + "BBHB", 0, self.order == ">", self.message, len(self.fields)
        )
        for number, code, count in self.fields:
            width = 1 if code == TEXT else struct.calcsize(LETTERS[code])
            body += bytes((number, width * count, code))
        if self.developers:
            body += bytes((len(self.developers), *(b for spot in self.developers for b in spot)))
        return bytes((head | self.local,)) + body

    def __call__(self, *values: float | bytes | tuple[int, ...], head: int | None = None) -> bytes:
        """Return one message; developers' values and texts are given as bytes."""
        first = self.local if head is None else head
        parts = [bytes((first,))]
        codes = [code for _, code, _ in self.fields] + [None] * len(self.developers)
        for code, value in zip(codes, values, strict=True):
            if isinstance(value, bytes):
                parts.append(value)
            else:
                many = value if isinstance(value, tuple) else (value,)
                parts.append(struct.pack(f"{self.order}{len(many)}{LETTERS[code or 0]}", *many))
        return b"".join(parts)


def fit(*messages: bytes, header: int = 14) -> bytes:
    """Return messages as a file with its header and checksums."""
    body = b"".join(messages)
    head = struct.pack("<BBHI4s", header, 0x20, 2100, len(body), b".FIT")
    if header == 14:
        head += struct.pack("<H", checksum(head))
    return head + body + struct.pack("<H", checksum(head + body))


FILE = Layout(0, FILE_ID, ((0, ENUM, 1), (1, UINT16, 1), (2, UINT16, 1)))
ACTIVITY = FILE.definition + FILE(4, 1, 2604)  # Garmin fenix 5X
RUN = Layout(1, RECORD, ((253, UINT32, 1), (5, UINT32, 1), (6, UINT16, 1), (4, UINT8, 1)))
ONE_SESSION = Layout(2, SESSION, ((253, UINT32, 1), (2, UINT32, 1), (5, ENUM, 1), (6, ENUM, 1)))
LAPS = Layout(3, LAP, ((253, UINT32, 1), (2, UINT32, 1), (7, UINT32, 1), (24, ENUM, 1)))
TIMER = Layout(4, EVENT, ((253, UINT32, 1), (0, ENUM, 1), (1, ENUM, 1), (3, UINT32, 1)))
BEATS = Layout(5, HRV, ((0, UINT16, 2),))


def seconds(count: int, start: int = NOON) -> bytes:
    """Return a run of `count` seconds at 3 m/s and 85 strides a minute."""
    return b"".join(RUN(start + k, 300 * k, 3000, 85) for k in range(count))


def run(count: int = 60) -> bytes:
    """Return a plain running file."""
    session = ONE_SESSION.definition + ONE_SESSION(NOON + count, NOON, 1, 0)
    return fit(ACTIVITY, RUN.definition, seconds(count), session)


def table_of(data: bytes, message: int) -> Table:
    """Return the only table of a message type."""
    (found,) = [t for t in messages_of(data).tables if t.definition.message == message]
    return found


def messages_of(data: bytes) -> Messages:
    """Return the messages of a file that holds one."""
    (found,) = decode(data).files
    return found


def column(table: Table, name: str) -> Column:
    """Return the last column of that name."""
    return [found for found in table.columns() if found.name == name][-1]


def recording(data: bytes) -> Recording:
    """Return the only recording of a file that has nothing wrong."""
    contents = read(data, "run.fit")
    assert contents.issues == ()
    (found,) = contents.recordings
    return found


def problems(data: bytes) -> str:
    """Return everything said about a file, line by line."""
    contents = read(data, "run.fit")
    issues = [*contents.issues, *(issue for each in contents.recordings for issue in each.issues)]
    return "\n".join(f"{issue.level} {issue.where}: {issue.problem}" for issue in issues)


# --- checksums, byte orders, types ---


@given(st.binary(max_size=700))
def test_the_checksum_is_the_one_taken_bit_by_bit(data: bytes) -> None:
    assert crc16(data) == checksum(data)


def test_the_checksum_of_many_pieces_is_that_of_the_whole() -> None:
    data = np.random.default_rng(1).integers(0, 256, 5001, dtype=np.uint8).tobytes()
    assert crc16(data) == checksum(data)
    assert crc16(data + struct.pack("<H", checksum(data))) == 0


def test_both_byte_orders_give_the_same_values() -> None:
    def values(order: str) -> list[float]:
        layout = replace(RUN, order=order)
        table = table_of(fit(ACTIVITY, layout.definition, layout(NOON, 1234, 3456, 80)), RECORD)
        return [float(found.values[0]) for found in table.columns()]

    assert values("<") == values(">") == [NOON, 12.34, 3.456, 3.456, 80]


def test_a_stored_sentinel_is_no_value() -> None:
    layout = Layout(
        1,
        RECORD,
        ((253, UINT32, 1), (3, UINT8, 1), (13, SINT8, 1), (9, SINT16, 1), (200, FLOAT32, 1)),
    )
    missing = layout(NOON, 0xFF, 0x7F, 0x7FFF, float("nan"))
    there = layout(NOON + 1, 150, -5, -250, 1.5)
    samples = recording(fit(ACTIVITY, layout.definition, missing, there)).samples
    assert samples["heart_rate_bpm"].to_list() == [None, 150.0]
    assert samples["temperature_c"].to_list() == [None, -5.0]
    assert samples["grade_pct"].to_list() == [None, -2.5]
    unknown = column(
        table_of(fit(ACTIVITY, layout.definition, missing, there), RECORD), "unknown_200"
    )
    assert unknown.valid.tolist() == [False, True]


def test_text_survives_bad_bytes_and_a_missing_end() -> None:
    layout = Layout(0, FILE_ID, ((0, ENUM, 1), (8, TEXT, 6)))
    texts = [b"ab\0cde", b"abcdef", b"a\xffb\0\0\0", b"\0\0\0\0\0\0"]
    data = fit(layout.definition, *(layout(4, text) for text in texts))
    name = column(table_of(data, FILE_ID), "product_name")
    assert name.stored.tolist() == ["ab", "abcdef", "a\ufffdb", None]
    assert name.valid.tolist() == [True, True, True, False]


def test_a_list_keeps_each_of_its_values() -> None:
    data = fit(ACTIVITY, BEATS.definition, BEATS((812, 0xFFFF)), BEATS((800, 805)))
    values = column(table_of(data, HRV), "time").values
    assert values[1].tolist() == [0.8, 0.805]
    assert values[0, 0] == 0.812
    assert np.isnan(values[0, 1])


def test_a_size_that_fits_no_value_is_kept_as_bytes() -> None:
    layout = bytearray(RUN.definition)
    layout[-2] = 3  # three bytes of a one-byte field are fine; of a two-byte field they are not
    layout[-1] = UINT16
    data = fit(ACTIVITY, bytes(layout), RUN(NOON, 0, 3000, 80) + b"\1\2")
    stored = column(table_of(data, RECORD), "cadence")
    assert stored.stored.tolist() == [[80, 1, 2]]
    assert recording(data).samples["cadence_spm"].to_list() == [None]


def test_unknown_messages_and_fields_are_kept_by_number() -> None:
    layout = Layout(1, 999, ((7, UINT8, 1),))
    table = table_of(fit(ACTIVITY, layout.definition, layout(42)), 999)
    (found,) = table.columns()
    assert (table.name, found.name, found.values.tolist()) == ("unknown_999", "unknown_7", [42])


# --- framing ---


def test_rows_know_their_byte_and_their_place_in_the_file() -> None:
    data = fit(
        ACTIVITY, RUN.definition, seconds(2), BEATS.definition, BEATS((800, 810)), seconds(1)
    )
    records, beats = table_of(data, RECORD), table_of(data, HRV)
    assert records.order.tolist() == [1, 2, 4]
    assert beats.order.tolist() == [3]
    assert [data[at] for at in records.offsets.tolist()] == [1, 1, 1]


def test_a_local_number_may_be_given_another_layout() -> None:
    other = Layout(1, RECORD, ((253, UINT32, 1), (3, UINT8, 1)))
    data = fit(
        ACTIVITY,
        RUN.definition,
        seconds(2),
        other.definition,
        other(NOON + 2, 150),
        RUN.definition,
        seconds(1, NOON + 3),
    )
    samples = recording(data).samples
    assert samples["time_s"].to_list() == [0, 1, 2, 3]
    assert samples["heart_rate_bpm"].to_list() == [None, None, 150, None]
    assert samples["speed_mps"].to_list() == [3, 3, None, 3]


def test_compressed_times_count_on_and_roll_over() -> None:
    short = Layout(2, RECORD, ((3, UINT8, 1),))
    whole = NOON - NOON % 32 + 30
    offsets = [30, 31, 0, 5, 4]
    body = [short(100 + k, head=0x80 | 2 << 5 | low) for k, low in enumerate(offsets)]
    data = fit(ACTIVITY, RUN.definition, RUN(whole, 0, 3000, 80), short.definition, *body)
    times = messages_of(data).of(RECORD).times - whole
    assert times.tolist() == [0, 0, 1, 2, 7, 38]
    stamp = column(table_of_rows(data, 5), "timestamp")
    assert (stamp.stored - whole).tolist() == [0, 1, 2, 7, 38]


def table_of_rows(data: bytes, rows: int) -> Table:
    """Return the only table with so many rows."""
    (found,) = [table for table in messages_of(data).tables if table.offsets.size == rows]
    return found


def test_chained_files_are_read_one_by_one() -> None:
    contents = read(run(20) + run(30), "two.fit")
    assert [found.samples.height for found in contents.recordings] == [20, 30]
    assert contents.issues == ()


def test_a_short_header_has_no_checksum_of_its_own() -> None:
    data = fit(ACTIVITY, RUN.definition, seconds(12), header=12)
    assert recording(data).samples.height == 12


# --- components and variants ---


def test_speed_and_altitude_are_given_as_their_enhanced_fields_too() -> None:
    layout = Layout(1, RECORD, ((253, UINT32, 1), (2, UINT16, 1), (6, UINT16, 1)))
    data = fit(ACTIVITY, layout.definition, layout(NOON, 2750, 3210))
    table = table_of(data, RECORD)
    assert column(table, "enhanced_altitude").values.tolist() == [50.0]
    assert column(table, "enhanced_speed").values.tolist() == [3.21]
    samples = recording(data).samples
    assert (samples["altitude_m"][0], samples["speed_mps"][0]) == (50.0, 3.21)


def test_packed_distance_adds_up_over_its_rollover_and_over_layouts() -> None:
    layout = Layout(1, RECORD, ((253, UINT32, 1), (8, BYTE, 3)))
    other = Layout(1, RECORD, ((253, UINT32, 1), (3, UINT8, 1), (8, BYTE, 3)))

    def packed(speed: int, distance: int) -> bytes:
        return (speed | distance << 12).to_bytes(3, "little")

    data = fit(
        ACTIVITY,
        layout.definition,
        layout(NOON, packed(300, 160)),
        layout(NOON + 1, packed(310, 4000)),
        layout(NOON + 2, b"\xff\xff\xff"),
        other.definition,
        other(NOON + 3, 150, packed(320, 64)),
    )
    samples = recording(data).samples
    assert samples["speed_mps"].to_list() == [3.0, 3.1, None, 3.2]
    assert samples["distance_m"].to_list() == [10.0, 250.0, None, 260.0]


def test_a_field_takes_the_meaning_its_message_calls_for() -> None:
    layout = Layout(1, EVENT, ((253, UINT32, 1), (0, ENUM, 1), (3, UINT32, 1), (2, UINT16, 1)))
    data = fit(
        ACTIVITY,
        layout.definition,
        layout(NOON, 11, 3700, 7),
        layout(NOON, 0, 1, 0xFFFF),
        layout(NOON, 42, 0x04030201, 0xFFFF),
        layout(NOON, 99, 5, 0xFFFF),
    )
    table = table_of(data, EVENT)
    shown = {found.name: found for found in table.columns() if not found.expanded}
    assert shown["battery_level"].values[0] == 3.7
    assert shown["timer_trigger"].valid.tolist() == [False, True, False, False]
    assert shown["data"].valid.tolist() == [False, False, False, True]
    assert column(table, "front_gear").values[2] == 4
    unpacked = [found for found in table.columns() if found.expanded and found.number == 3]
    assert [found.name for found in unpacked if found.valid[0]] == ["battery_level"]


# --- developer fields ---


ID = Layout(6, DEVELOPER, ((1, BYTE, 16), (3, UINT8, 1)))
TOLD = Layout(
    7, DESCRIPTION, ((0, UINT8, 1), (1, UINT8, 1), (2, UINT8, 1), (3, TEXT, 8), (8, TEXT, 4))
)


def told(index: int, number: int, code: int, name: bytes, unit: bytes = b"") -> bytes:
    return TOLD(index, number, code, name.ljust(8, b"\0"), unit.ljust(4, b"\0"))


def with_developers() -> bytes:
    """Return a file in which two makers and the watch itself all call something ``Power``."""
    layout = Layout(
        1,
        RECORD,
        ((253, UINT32, 1), (7, UINT16, 1)),
        ((0, 2, 0), (0, 2, 1), (1, 4, 1), (2, 3, 1), (9, 1, 5)),
    )
    rows = [
        layout(
            NOON + k,
            200 + k,
            struct.pack("<H", 300 + k),
            struct.pack("<H", 400 + k if k else 0xFFFF),
            struct.pack("<f", 10.5 + k),
            b"ab\0",
            b"\x07",
        )
        for k in range(3)
    ]
    return fit(
        ACTIVITY,
        ID.definition,
        ID(bytes(range(16)), 0),
        ID(b"\xff" * 16, 1),
        TOLD.definition,
        told(0, 0, UINT16, b"Power", b"W"),
        told(1, 0, 0x04, b"Power", b"W"),  # the type's code without its byte-order bit
        told(1, 1, FLOAT32, b""),
        told(1, 2, TEXT, b"Note"),
        layout.definition,
        *rows,
    )


def test_developer_fields_of_one_name_stay_apart() -> None:
    found = recording(with_developers())
    first = bytes(range(16)).hex()
    fields = {extra.key: extra for extra in found.developer_fields}
    assert fields[first, 0, 0].values.to_list() == [300, 301, 302]
    assert fields["", 1, 0].values.to_list() == [None, 401, 402]
    assert {fields[key].name for key in ((first, 0, 0), ("", 1, 0))} == {"Power"}
    assert found.samples["power_w"].to_list() == [200, 201, 202]


def test_developer_fields_without_name_or_description_are_kept() -> None:
    fields = {extra.key: extra for extra in recording(with_developers()).developer_fields}
    assert (fields["", 1, 1].name, fields["", 1, 1].unit) == (None, None)
    assert fields["", 1, 1].values.to_list() == [10.5, 11.5, 12.5]
    assert fields["", 1, 2].values.to_list() == ["ab", "ab", "ab"]
    assert fields["", 5, 9].name is None


def test_a_description_given_anew_holds_from_there_on() -> None:
    layout = Layout(1, RECORD, ((253, UINT32, 1),), ((0, 1, 0),))
    data = fit(
        ACTIVITY,
        ID.definition,
        ID(b"\1" * 16, 0),
        TOLD.definition,
        told(0, 0, UINT8, b"Old"),
        layout.definition,
        layout(NOON, b"\x05"),
        told(0, 0, SINT8, b"New"),
        layout.definition,
        layout(NOON + 1, b"\xfe"),
    )
    tables = messages_of(data).of(RECORD).tables
    names = {found.name for table in tables for found in table.columns() if found.developer}
    assert names == {"Old", "New"}
    (extra,) = recording(data).developer_fields
    assert extra.values.to_list() == [5, -2]


@pytest.mark.parametrize("repeated", [1, 2])
def test_a_developers_list_is_kept_and_null_where_it_was_not_stored(repeated: int) -> None:
    layout = Layout(1, RECORD, ((253, UINT32, 1),), ((0, 2, 0),))
    bare = Layout(2, RECORD, ((253, UINT32, 1),))
    rows = [layout(NOON, b"\5\6"), layout(NOON + 1, b"\xff\xff"), bare(NOON + 2)]
    data = fit(
        ACTIVITY,
        ID.definition,
        ID(b"\1" * 16, 0),
        TOLD.definition,
        told(0, 0, UINT8, b"Pair"),
        layout.definition,
        bare.definition,
        *(row for row in rows for _ in range(repeated)),
    )
    (found,) = read(data, "a.fit").recordings
    assert found.developer_fields[0].values.to_list() == [[5, 6], None, None]


def test_developers_lists_are_bounded_in_time() -> None:
    layout = Layout(1, RECORD, ((253, UINT32, 1),), tuple((k, 255, k % 3) for k in range(255)))
    rows = (layout(NOON + k, *[b"\1" * 255] * 255) for k in range(200))
    quick(fit_unchecked(ACTIVITY + layout.definition + b"".join(rows)))


# --- recordings ---


def test_a_run_becomes_a_recording() -> None:
    found = recording(run(60))
    assert (found.sport, found.sub_sport, found.device) == ("running", "generic", "Garmin fenix5x")
    assert found.start.isoformat() == "2021-09-08T01:46:40+00:00"
    assert found.samples["cadence_spm"].unique().to_list() == [170.0]
    assert found.samples["distance_m"][-1] == 177.0
    assert (found.duration_s, found.spacing) == (59.0, "every second")
    assert found.source.format == "FIT"


@pytest.mark.parametrize(("sport", "steps"), [(1, 170.0), (11, 170.0), (2, None), (5, None)])
def test_only_the_cadence_of_feet_is_counted_in_steps(sport: int, steps: float | None) -> None:
    end = ONE_SESSION.definition + ONE_SESSION(NOON + 5, NOON, sport, 0)
    found = recording(fit(ACTIVITY, RUN.definition, seconds(5), end))
    assert found.samples["cadence_spm"][0] == steps


def test_running_dynamics_have_their_units() -> None:
    fields = ((253, UINT32, 1), (41, UINT16, 1), (84, UINT16, 1), (39, UINT16, 1), (83, UINT16, 1))
    layout = Layout(1, RECORD, (*fields, (85, UINT16, 1), (53, UINT8, 1), (4, UINT8, 1)))
    data = fit(ACTIVITY, layout.definition, layout(NOON, 2410, 4953, 873, 812, 10750, 64, 85))
    row = recording(data).samples.row(0, named=True)
    assert row["contact_time_ms"] == 241.0
    assert row["contact_balance_left_pct"] == 49.53
    assert row["vertical_oscillation_mm"] == 87.3
    assert row["vertical_ratio_pct"] == 8.12
    assert row["step_length_mm"] == 1075.0
    assert row["cadence_spm"] == 171.0  # the sport is not said, but feet touch the ground


def test_laps_tell_presses_from_automatic_ones() -> None:
    laps = [
        LAPS(NOON + 20, NOON, 20_400, 0),
        LAPS(NOON + 40, NOON + 20, 0xFFFFFFFF, 2),
        LAPS(NOON + 60, NOON + 40, 20_000, 7),
        LAPS(NOON + 60, 0xFFFFFFFF, 0xFFFFFFFF, 0),
    ]
    data = fit(ACTIVITY, RUN.definition, seconds(60), LAPS.definition, *laps)
    assert recording(data).laps.rows() == [
        (0.0, 20.4, "manual"),
        (20.0, 40.0, "distance"),
        (40.0, 60.0, "session_end"),
    ]


def test_pauses_lie_between_a_stop_and_the_next_start() -> None:
    timers = [(0, 0, 0), (10, 4, 0), (11, 1, 0), (15, 0, 0), (30, 4, 1), (33, 0, 0), (59, 4, 0)]
    events = [TIMER(NOON + at, 0, kind, how) for at, kind, how in timers]
    data = fit(ACTIVITY, RUN.definition, seconds(60), TIMER.definition, *events)
    pauses = [(found.from_s, found.to_s, found.reason) for found in recording(data).pauses]
    assert pauses == [
        (10.0, 15.0, "the timer was stopped"),
        (30.0, 33.0, "the timer stopped by itself"),
    ]


def test_beats_take_the_time_of_the_record_before_them() -> None:
    data = fit(
        ACTIVITY,
        BEATS.definition,
        BEATS((900, 0xFFFF)),
        RUN.definition,
        seconds(2),
        BEATS((800, 810)),
        seconds(1, NOON + 2),
        BEATS((820, 0xFFFF)),
    )
    beats = recording(data).beats
    assert beats.rows() == [(0.0, 900.0), (1.0, 800.0), (1.0, 810.0), (2.0, 820.0)]


def test_feel_effort_and_notes_are_kept() -> None:
    end = Layout(2, SESSION, ((253, UINT32, 1), (2, UINT32, 1), (192, UINT8, 1), (193, UINT8, 1)))
    memo = Layout(3, MEMO, ((250, UINT32, 1), (0, BYTE, 8), (1, UINT16, 1)))
    data = fit(
        ACTIVITY,
        RUN.definition,
        seconds(3),
        end.definition,
        end(NOON + 3, NOON, 75, 60),
        memo.definition,
        memo(1, b"ft off\0\0", SESSION),
        memo(0, b"gauche: le"[:8], SESSION),
    )
    found = recording(data)
    assert (found.evaluation.feel_pct, found.evaluation.effort) == (75.0, 6.0)
    assert found.notes == ("gauche: ft off",)


def test_each_leg_of_a_multisport_file_is_its_own_recording() -> None:
    ends = [
        ONE_SESSION(NOON + 30, NOON, 2, 0),
        ONE_SESSION(NOON + 60, NOON + 30, 1, 0),
    ]
    laps = [LAPS(NOON + 30, NOON, 30_000, 7), LAPS(NOON + 60, NOON + 30, 30_000, 7)]
    data = fit(
        ACTIVITY,
        RUN.definition,
        seconds(60),
        LAPS.definition,
        *laps,
        ONE_SESSION.definition,
        *ends,
    )
    ride, then = read(data, "tri.fit").recordings
    assert (ride.sport, then.sport) == ("cycling", "running")
    assert (ride.samples.height, then.samples.height) == (30, 30)
    assert ride.samples["cadence_spm"].null_count() == 30
    assert then.samples["distance_m"][0] == 3.0  # counted from where the ride ended
    assert then.laps["start_s"].to_list() == [0.0]


def test_records_after_the_last_session_are_not_given_its_sport() -> None:
    sport = Layout(5, SPORT, ((0, ENUM, 1), (1, ENUM, 1)))
    end = ONE_SESSION.definition + ONE_SESSION(NOON + 10, NOON, 2, 0)
    late = seconds(20, NOON + 200)
    said = sport.definition + sport(1, 3)
    data = fit(ACTIVITY, RUN.definition, seconds(10), end, said, late)
    sports = [(found.sport, found.samples.height) for found in read(data, "a.fit").recordings]
    assert sports == [("cycling", 10), ("running", 20)]


def test_a_clock_that_goes_backward_is_put_in_order_and_told() -> None:
    data = fit(ACTIVITY, RUN.definition, seconds(5, NOON + 10), seconds(5))
    (found,) = read(data, "a.fit").recordings
    steps = [after - before for before, after in pairwise(found.samples["time_s"].to_list())]
    assert steps == [1, 1, 1, 1, 6, 1, 1, 1, 1]
    assert "went backward" in problems(data)


def test_two_records_of_one_second_become_one_sample_and_are_told() -> None:
    half = Layout(2, RECORD, ((253, UINT32, 1), (3, UINT8, 1)), ((0, 1, 0),))
    other = Layout(3, RECORD, ((253, UINT32, 1), (5, UINT32, 1), (3, UINT8, 1)))
    data = fit(
        ACTIVITY,
        half.definition,
        other.definition,
        *(half(NOON + k, 150 + k, b"\1") + other(NOON + k, 300 * k, 99) for k in range(4)),
    )
    (found,) = read(data, "a.fit").recordings
    assert found.samples["heart_rate_bpm"].to_list() == [150, 151, 152, 153]
    assert found.samples["distance_m"].to_list() == [0, 3, 6, 9]
    assert found.developer_fields[0].values.len() == 4
    assert "4 records repeat" in problems(data)


def test_a_clock_that_was_never_set_is_told() -> None:
    data = fit(ACTIVITY, RUN.definition, seconds(5, 1000))
    assert "did not know the date" in problems(data)


def test_records_written_now_and_then_are_called_smart() -> None:
    rows = [RUN(NOON + 5 * k, 0, 3000, 80) for k in range(20)]
    assert recording(fit(ACTIVITY, RUN.definition, *rows)).spacing == "smart"
    assert recording(fit(ACTIVITY, RUN.definition, *rows[:5])).spacing == "unknown"


def test_a_file_without_activity_is_skipped_by_name() -> None:
    settings_file = fit(FILE.definition, FILE(2, 1, 2604))
    assert read(settings_file, "a.fit").recordings == ()
    assert "info run.fit: Skipped: this is a settings file" in problems(settings_file)
    assert "Skipped: this is a type 77 file" in problems(fit(FILE.definition, FILE(77, 1, 1)))
    assert "no samples" in problems(fit(ACTIVITY))
    assert "belong to no recorded activity" in problems(fit(BEATS.definition, BEATS((1, 2))))
    untimed = Layout(1, RECORD, ((3, UINT8, 1),))
    assert "has a time" in problems(fit(ACTIVITY, untimed.definition, untimed(150)))


def test_a_run_in_a_file_that_calls_itself_something_else_is_read_and_told() -> None:
    end = ONE_SESSION.definition + ONE_SESSION(NOON + 5, NOON, 1, 0)
    odd = fit(FILE.definition, FILE(6, 1, 2604), RUN.definition, seconds(5), end)
    assert read(odd, "a.fit").recordings[0].samples.height == 5
    assert "calls itself a course file" in problems(odd)


def test_more_chained_files_than_any_watch_writes_are_left_out() -> None:
    one = fit(ACTIVITY, RUN.definition, seconds(1))
    contents = read(one * (MOST_FILES + 2), "a.fit")
    assert len(contents.recordings) == MOST_FILES
    assert "the rest was left out" in contents.issues[-1].problem


def test_a_header_whose_mark_stands_but_whose_size_is_wrong_is_passed() -> None:
    data = b"\x00" + run(60)[1:]
    assert times(data) == list(range(60))


def test_a_device_is_called_by_what_the_file_knows() -> None:
    named = Layout(0, FILE_ID, ((0, ENUM, 1), (1, UINT16, 1), (2, UINT16, 1), (8, TEXT, 12)))

    def device(head: bytes) -> str:
        return recording(fit(head, RUN.definition, seconds(1))).device

    assert device(named.definition + named(4, 294, 1, b"COROS PACE 2")) == "COROS PACE 2"
    assert device(FILE.definition + FILE(4, 1, 65000)) == "Garmin product 65000"
    assert device(FILE.definition + FILE(4, 0xFFFF, 0xFFFF)) == "Unknown device"
    info = Layout(2, 23, ((253, UINT32, 1), (0, UINT8, 1), (2, UINT16, 1), (4, UINT16, 1)))
    creator = info.definition + info(NOON, 1, 32, 9) + info(NOON, 0, 1, 2604)
    assert device(FILE.definition + FILE(4, 0xFFFF, 0xFFFF) + creator) == "Garmin fenix5x"


# --- damage ---


def times(data: bytes) -> list[float]:
    """Return the seconds read from a damaged run, counted from its true start."""
    (found,) = read(data, "run.fit").recordings
    shift = found.start.timestamp() - 631_065_600 - NOON
    return [second + shift for second in found.samples["time_s"].to_list()]


def first_record(data: bytes) -> int:
    return int(table_of(data, RECORD).offsets[0])


SIZE = len(RUN(NOON, 0, 0, 0))


def test_a_file_cut_anywhere_gives_what_stands_before_the_cut() -> None:
    data = run(10)
    start = first_record(data)
    for cut in range(start + SIZE, len(data)):
        whole = min(10, (cut - start) // SIZE)
        assert times(data[:cut]) == list(range(whole)), cut
        assert "warning" in problems(data[:cut])


def test_a_hole_costs_only_the_messages_it_touches() -> None:
    data = bytearray(run(200))
    start = first_record(bytes(data))
    hole = start + 50 * SIZE + 3
    data[hole : hole + 40 * SIZE] = bytes(40 * SIZE)
    # The message before the hole goes too: nothing shows that the hole did not begin inside it.
    assert times(bytes(data)) == [*range(49), *range(91, 200)]
    assert f"byte {start + 49 * SIZE}: The file is damaged here" in problems(bytes(data))


def test_lost_bytes_cost_only_the_messages_they_stood_in() -> None:
    data = run(200)
    cut = first_record(data) + 80 * SIZE + 5
    read_seconds = times(data[:cut] + data[cut + 3 :])
    assert set(range(200)) - set(map(int, read_seconds)) <= {79, 80}


def test_a_changed_header_byte_is_found_and_passed() -> None:
    data = bytearray(run(200))
    data[first_record(bytes(data)) + 80 * SIZE] = 0x4B
    assert set(range(200)) - set(map(int, times(bytes(data)))) <= {79, 80}


def test_a_time_that_cannot_be_costs_its_own_message() -> None:
    data = bytearray(run(100))
    data[first_record(bytes(data)) + 40 * SIZE + 4] ^= 0x40
    assert set(range(100)) - set(map(int, times(bytes(data)))) == {40}
    assert "time that cannot be" in problems(bytes(data))


def test_messages_whose_definition_is_lost_are_stepped_over() -> None:
    rows = [RUN(NOON + k, 300 * k, 3000, 85) + BEATS((800, 810)) for k in range(100)]
    data = fit(ACTIVITY, RUN.definition, seconds(1, NOON - 1), BEATS.definition, *rows)
    at = data.index(BEATS.definition)
    holed = data[:at] + bytes(len(BEATS.definition)) + data[at + len(BEATS.definition) :]
    assert times(holed)[-95:] == list(range(5, 100))
    assert read(holed, "run.fit").recordings[0].beats.height == 0


def test_after_damage_a_lost_first_time_is_found_again() -> None:
    data = bytearray(run(100))
    data[first_record(bytes(data)) + 2] ^= 0x7F
    assert len(times(bytes(data))) >= 98


def test_a_checksum_that_does_not_fit_is_told_but_costs_nothing() -> None:
    data = bytearray(run(30))
    data[-1] ^= 0xFF
    assert times(bytes(data)) == list(range(30))
    assert "checksum does not fit" in problems(bytes(data))
    data = bytearray(run(30))
    data[12] ^= 0xFF
    assert times(bytes(data)) == list(range(30))
    assert "header's checksum" in problems(bytes(data))


@pytest.mark.parametrize("size", [0, 7, 100, 0x7FFFFFFF])
def test_a_wrong_size_in_the_header_costs_nothing(size: int) -> None:
    data = run(60)
    assert times(data[:4] + struct.pack("<I", size) + data[8:]) == list(range(60))


@pytest.mark.parametrize("skipped", [12, 14])
def test_messages_without_their_header_are_read(skipped: int) -> None:
    data = fit(ACTIVITY, RUN.definition, seconds(60), header=skipped)
    assert times(data[skipped:]) == list(range(60))
    assert times(b"\xee" * skipped + data[skipped:]) == list(range(60))
    assert "header is missing or damaged" in problems(data[skipped:])
    assert reader.recognises(data[skipped:][:32])


def test_bytes_after_the_end_are_left_out_and_told() -> None:
    data = run(30)
    assert times(data + b"\xaa" * 300) == list(range(30))
    assert f"byte {len(data)}: 300 bytes here are no FIT messages" in problems(data + b"\xaa" * 300)


def test_a_damaged_file_in_a_chain_leaves_the_next_one_whole() -> None:
    first = bytearray(run(50))
    first[-10:] = bytes(10)
    contents = read(bytes(first) + run(20), "two.fit")
    assert [found.samples.height for found in contents.recordings][-1] == 20
    assert contents.recordings[0].samples.height >= 48


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08\x00rest", "gzip"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'<?xml version="1.0"?>', "XML"),
        (bytes(1000), "not a FIT file"),
        (b"\x0e", "not a FIT file"),
        (b"hello, runner", "not a FIT file"),
    ],
)
def test_what_is_no_fit_file_is_told_in_one_sentence(data: bytes, says: str) -> None:
    contents = read(data, "run.fit")
    assert contents.recordings == ()
    (issue,) = contents.issues
    assert (issue.level, says in issue.problem, bool(issue.remedy)) == ("error", True, True)
    assert not reader.recognises(data[:32])


def test_a_file_too_large_for_a_run_is_refused_before_it_is_read() -> None:
    (issue,) = read(bytes(LARGEST + 1), "run.fit").issues
    assert "no recorded run is that large" in issue.problem


# --- times, distances and speeds that cannot be ---

DAY = 86_400


def timed(times: list[int], session: bytes = b"") -> bytes:
    """Return a run with a record at each of these seconds, in this order."""
    rows = b"".join(RUN(NOON + at, 300 * k, 3000, 85) for k, at in enumerate(times))
    return fit_unchecked(ACTIVITY + RUN.definition + rows + session)


def lengths(data: bytes) -> list[tuple[int, float]]:
    """Return samples and seconds of each recording."""
    found = read(data, "run.fit").recordings
    return [(each.samples.height, each.duration_s) for each in found]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        *product([1 - NOON, 0x10000000 - NOON, 67 * 365 * DAY, 7 * DAY], [0, 150, 299]),
        (4096, 0),
        (4096, 150),
    ],
)
@pytest.mark.parametrize(
    "session", [b"", ONE_SESSION.definition + ONE_SESSION(NOON + 300, NOON, 1, 0)]
)
def test_a_single_wrong_time_is_left_out_and_told(wrong: int, place: int, session: bytes) -> None:
    data = timed([*range(place), wrong, *range(place + 1, 300)], session)
    assert lengths(data) == [(299, 298.0 if place in {0, 299} else 299.0)]
    at = first_record(data) + place * SIZE
    assert f"warning run.fit, byte {at}: One record bears a time far from all" in problems(data)


def test_a_few_wrong_times_apart_from_each_other_are_left_out() -> None:
    seconds_of = list(range(1000))
    for place in (5, 400, 401, 777):
        seconds_of[place] ^= 1 << 17
    assert lengths(timed(seconds_of)) == [(996, 999.0)]
    assert "4 records bear a time far from all others" in problems(timed(seconds_of))


def test_times_mostly_out_of_order_are_all_kept() -> None:
    order = np.random.default_rng(3).permutation(400).tolist()
    assert lengths(timed(order)) == [(400, 399.0)]
    back = [*range(3600, 3700), *range(200)]
    assert lengths(timed(back)) == [(300, 3699.0)]


def test_one_wrong_time_in_a_run_whose_clock_was_set_back_is_left_out() -> None:
    back = [*range(3600, 3700), 9999, *range(3701, 3710), *range(200)]
    assert lengths(timed(back)) == [(309, 3709.0)]


def test_a_night_is_a_pause_and_two_days_are_not() -> None:
    night = [*range(200), *(k + 14 * 3600 for k in range(200))]
    assert lengths(timed(night)) == [(400, 14 * 3600 + 199.0)]
    days = [*range(200), *(k + 2 * DAY for k in range(200))]
    assert lengths(timed(days)) == [(200, 199.0), (200, 199.0)]
    assert "cut at its largest pauses into 2 parts" in problems(timed(days))


def test_no_recording_is_longer_than_two_days() -> None:
    slow = [60 * k for k in range(5 * 1440)]
    slow = [at + (1800 if at > 40 * 3600 else 0) for at in slow]
    found = lengths(timed(slow))
    assert sum(samples for samples, _ in found) == len(slow)
    assert max(length for _, length in found) <= 2 * DAY
    assert len(found) <= 4
    twice = [at for at in slow for _ in range(2)]
    assert lengths(timed(twice)) == found


def test_a_few_records_beside_a_run_are_no_run_of_their_own() -> None:
    end = ONE_SESSION.definition + ONE_SESSION(NOON + 200, NOON, 1, 0)
    rows = seconds(200) + end + seconds(4, NOON + 900)
    data = fit(ACTIVITY, RUN.definition, rows)
    assert lengths(data) == [(200, 199.0)]
    assert "Left out 4 records" in problems(data)


def test_more_sessions_than_any_race_has_are_left_out() -> None:
    ends = b"".join(ONE_SESSION(NOON + k, NOON + k, 1, 0) for k in range(300))
    data = fit_unchecked(ACTIVITY + RUN.definition + seconds(300) + ONE_SESSION.definition + ends)
    assert len(lengths(data)) == 128
    assert "the rest was left out" in problems(data)


def test_laps_far_outside_the_run_are_left_out_and_told() -> None:
    laps = [LAPS(NOON + 20, NOON, 20_000, 0), LAPS(NOON + 40, NOON + 20, 4_000_000_000, 0)]
    data = fit(ACTIVITY, RUN.definition, seconds(60), LAPS.definition, *laps)
    (found,) = read(data, "a.fit").recordings
    assert found.laps.rows() == [(0.0, 20.0, "manual")]
    assert "far outside the run: 1;" in problems(data)


METRES = Layout(1, RECORD, ((253, UINT32, 1), (5, FLOAT32, 1), (6, UINT16, 1)))


def walked(distances_cm: list[float], speeds: dict[int, int] | None = None) -> bytes:
    """Return a run with these distances, and 3 m/s but for some seconds."""
    wild = speeds or {}
    rows = [METRES(NOON + k, at, wild.get(k, 3000)) for k, at in enumerate(distances_cm)]
    end = ONE_SESSION.definition + ONE_SESSION(NOON + len(rows), NOON, 1, 0)
    return fit(ACTIVITY, METRES.definition, *rows, end)


@pytest.mark.parametrize("wild", [-500.0, 4e9, 70_000.0])
@pytest.mark.parametrize("place", [0, 40, 99])
def test_a_distance_far_from_those_around_is_set_aside(wild: float, place: int) -> None:
    if wild == 70_000.0 and place == 99:
        wild = 4e8
    distances = [300.0 * k for k in range(100)]
    distances[place] = wild
    data = walked(distances)
    column_of = read(data, "a.fit").recordings[0].samples["distance_m"]
    assert column_of.is_null().arg_true().to_list() == [place]
    assert f"second {place}: 1 distance was set aside" in problems(data)


def test_distances_beyond_all_reach_are_set_aside() -> None:
    distances = read(walked([3e38] * 30), "a.fit").recordings[0].samples["distance_m"]
    assert distances.null_count() == 30


def test_a_distance_that_begins_anew_is_told_and_left_as_written() -> None:
    data = walked([300.0 * (k if k < 60 else k - 60) for k in range(100)])
    column_of = read(data, "a.fit").recordings[0].samples["distance_m"]
    assert column_of.to_list() == [3.0 * (k % 60) for k in range(100)]
    assert "second 60: The distance falls back" in problems(data)


def test_speeds_no_runner_reaches_are_set_aside() -> None:
    data = walked([300.0 * k for k in range(100)], {7: 65_000, 8: 15_001, 9: 15_000})
    speeds = read(data, "a.fit").recordings[0].samples["speed_mps"]
    assert speeds.is_null().arg_true().to_list() == [7, 8]
    assert "second 7: 2 speeds were set aside" in problems(data)
    ride = data.replace(ONE_SESSION(NOON + 100, NOON, 1, 0), ONE_SESSION(NOON + 100, NOON, 2, 0))
    assert read(ride, "a.fit").recordings[0].samples["speed_mps"][7] == 65.0


# --- types no device gives a field ---


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 3e38])
@pytest.mark.parametrize(
    ("message", "number"),
    [
        *((SESSION, number) for number in (2, 5, 6, 7, 192, 193)),
        *((LAP, number) for number in (2, 7, 24, 25, 39)),
        *((DESCRIPTION, number) for number in (0, 1, 2, 6, 7)),
        *((FILE_ID, number) for number in (0, 1, 2)),
        *((SPORT, number) for number in (0, 1)),
        *((23, number) for number in (0, 2, 4)),
        *((34, number) for number in (5,)),
    ],
)
def test_a_number_that_is_not_finite_is_missing(message: int, number: int, value: float) -> None:
    plain = {253: NOON + 20, 0: 0, 1: 1, 2: NOON if message == SESSION else 0}
    fields = tuple((known, UINT32, 1) for known in plain if known != number)
    odd = Layout(2, message, (*fields, (number, FLOAT32, 1)))
    row = odd(*(plain[known] for known, _, _ in fields), value)
    head, end = ACTIVITY, b""
    if message == FILE_ID:
        head, end = b"", ONE_SESSION.definition + ONE_SESSION(NOON + 20, NOON, 1, 0)
    data = fit(head, odd.definition, row, RUN.definition, seconds(20), end)
    (found,) = read(data, "a.fit").recordings
    assert found.samples.height == 20


def test_a_measured_number_that_is_not_finite_is_missing() -> None:
    data = walked([0.0, float("inf"), 600.0])
    assert recording(data).samples["distance_m"].to_list() == [0.0, None, 6.0]


def test_an_application_id_given_as_text_is_none() -> None:
    texts = Layout(6, DEVELOPER, ((1, TEXT, 4), (3, UINT8, 1)))
    layout = Layout(1, RECORD, ((253, UINT32, 1),), ((0, 1, 0),))
    told_so = TOLD.definition + told(0, 0, UINT8, b"Power")
    head = ACTIVITY + texts.definition + texts(b"abc\0", 0) + told_so
    data = fit(head, layout.definition, layout(NOON, b"\x05"))
    assert [extra.key for extra in recording(data).developer_fields] == [("", 0, 0)]


# --- the runner's own clock ---

CLOSING = Layout(2, 34, ((253, UINT32, 1), (5, UINT32, 1)))


@pytest.mark.parametrize(
    ("ahead_s", "offset"),
    [
        (8 * 3600, "+08:00"),
        (-3.5 * 3600, "-03:30"),
        (5.75 * 3600 + 2, "+05:45"),
        (14 * 3600, "+14:00"),
        (15 * 3600, "+00:00"),
        (1000, "+00:00"),
        (-NOON - 30, "+00:00"),
        (0, "+00:00"),
    ],
)
def test_the_start_tells_the_runners_local_time(ahead_s: float, offset: str) -> None:
    closing = CLOSING.definition + CLOSING(NOON + 30, NOON + 30 + round(ahead_s))
    found = recording(fit(ACTIVITY, RUN.definition, seconds(30), closing))
    assert found.start.isoformat()[-6:] == offset
    assert found.start == recording(run(60)).start


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("garmin-stamina.fit", "2026-05-14T12:05:59+08:00"),
        ("Fenix3-Run-1321421020.fit", "2016-08-25T20:05:16+03:00"),
        ("sample_mulitple_header.fit", "2018-05-27T11:23:41+02:00"),
    ],
)
def test_real_runs_start_at_their_runners_local_time(
    real_data: Path, name: str, start: str
) -> None:
    path = next(found for found in real(real_data) if found.name == name)
    found = [each.start.isoformat() for each in read(path.read_bytes(), name).recordings]
    assert found[-1] == start


# --- hostile files: bounded time and memory ---


def quick(data: bytes) -> None:
    """Read bytes and check that it took less than five seconds of work."""
    start = time.process_time()
    read(data, "hostile.fit")
    assert time.process_time() - start < 5


def test_endless_tiny_messages_are_bounded() -> None:
    tiny = Layout(1, 999, ())
    quick(fit(ACTIVITY, tiny.definition, seconds(0)) + tiny.definition + b"\1" * 3_000_000)
    empty = fit_unchecked(tiny.definition + b"\1" * 3_000_000)
    assert "more messages than any" in problems(empty) or "damaged" in problems(empty)


def fit_unchecked(body: bytes) -> bytes:
    """Return a file with the quick checksum, for bodies too long to sum bit by bit."""
    head = struct.pack("<BBHI4s", 12, 0x20, 2100, len(body), b".FIT")
    return head + body + struct.pack("<H", crc16(head + body))


def test_endless_layouts_are_bounded() -> None:
    layouts = [
        Layout(k % 16, k % 60_000, ((k % 250, UINT8, 1), (1, UINT8, 1))) for k in range(20_000)
    ]
    body = b"".join(layout.definition + layout(1, 2) for layout in layouts)
    quick(fit_unchecked(body))


def test_endless_traps_on_the_way_back_are_bounded() -> None:
    quick(run(20)[:-20] + b"\x40\0\0\0\0\1\1\1\2" * 100_000)
    quick(run(20)[:-20] + (RUN(NOON, 0, 0, 0) + b"\xff") * 50_000)


# --- anything at all ---


@given(st.binary(max_size=600))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    contents = read(data, "any.fit")
    assert contents.recordings or contents.issues


@given(st.binary(max_size=300))
def test_any_messages_are_read_without_an_error(body: bytes) -> None:
    read(fit(body), "any.fit")
    read(fit(ACTIVITY, RUN.definition, seconds(3), body), "any.fit")
    read(fit(ACTIVITY, RUN.definition, seconds(3), body)[:-3], "any.fit")


@dataclass(frozen=True)
class Rich:
    """A file with every kind of message this reader knows, built once."""

    data: bytes = field(
        default_factory=lambda: (
            with_developers()
            + fit(
                ACTIVITY,
                RUN.definition,
                seconds(20),
                BEATS.definition,
                BEATS((800, 810)),
                TIMER.definition,
                TIMER(NOON + 3, 0, 4, 0),
                TIMER(NOON + 5, 0, 0, 0),
                LAPS.definition,
                LAPS(NOON + 20, NOON, 20_000, 0),
                ONE_SESSION.definition,
                ONE_SESSION(NOON + 20, NOON, 1, 0),
            )
        )
    )


RICH = Rich().data


@settings(max_examples=300)
@given(
    flips=st.lists(st.integers(0, 8 * len(RICH) - 1), max_size=40),
    cut=st.integers(0, len(RICH)),
    hole=st.tuples(st.integers(0, len(RICH)), st.integers(0, 200)),
)
def test_any_damage_is_read_without_an_error(
    flips: list[int], cut: int, hole: tuple[int, int]
) -> None:
    data = bytearray(RICH)
    for flip in flips:
        data[flip // 8] ^= 1 << flip % 8
    data[hole[0] : hole[0] + hole[1]] = bytes(hole[1])
    for found in read(bytes(data[:cut]), "any.fit").recordings:
        assert found.samples["time_s"].is_sorted()


# --- the house, and real files ---


def test_the_folder_lists_the_reader_and_none_of_its_parts() -> None:
    assert reader in discover(evenstride.formats, Reader)
    assert reader.recognises(run(1)[:32])


def real(folder: Path) -> list[Path]:
    return sorted((folder / "fit").rglob("*.fit"))


def test_every_real_file_gives_a_recording_or_says_why_not(real_data: Path) -> None:
    for path in real(real_data):
        start = time.process_time()
        contents = read(path.read_bytes(), path.name)
        assert time.process_time() - start < 5, path.name
        assert contents.recordings or contents.issues, path.name
        for issue in contents.issues:
            assert path.name in issue.where


def test_a_hole_in_a_real_run_costs_sixteen_seconds_and_changes_no_other(real_data: Path) -> None:
    folder = real_data / "fit"
    whole = (folder / "fit-parser-js" / "running-with-developer-data.fit").read_bytes()
    holed = (folder / "bad" / "made-1k-zero-hole.fit").read_bytes()
    (expected,), (found,) = (read(data, "run.fit").recordings for data in (whole, holed))
    kept = expected.samples.join(found.samples.select("time_s"), on="time_s", how="semi")
    assert found.samples.equals(kept)
    assert expected.samples.height - found.samples.height == 16
    assert isinstance(found.developer_fields[0].values, pl.Series)
