"""Garmin Connect's list of activities: averages of runs, in several languages and units."""

import dataclasses
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenstride.app.intake import take_in
from evenstride.formats import stryd_csv
from evenstride.formats.garmin_csv import read, recognises
from evenstride.model.averages import RUN_AVERAGES
from evenstride.model.errors import EvenstrideError
from evenstride.plugins import Contents
from evenstride.writers.garmin_csv import ListStyle, write_activity_list

HEADER = (
    "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Avg Run Cadence,"
    "Avg Stride Length,Avg Vertical Ratio,Avg Vertical Oscillation,Avg Ground Contact Time,"
    "Avg GCT Balance,Moving Time"
)
RUN = (
    'Running,2026-05-10 10:35:22,false,"Easy, flat",8.16,"1,584",00:45:03,129,164,1.10,8.3,9.1,266,'
    '"49.4% L / 50.6% R",00:44:49'
)


def listed(*rows: str, header: str = HEADER) -> bytes:
    """Return a list of activities."""
    return ("\n".join((header, *rows)) + "\n").encode()


def averages(contents: Contents) -> pl.DataFrame:
    """Return the table, which must be there."""
    assert contents.averages is not None
    return contents.averages


def problems(contents: Contents) -> str:
    """Return everything that was said, in one text."""
    return " ".join(issue.problem for issue in contents.issues)


@pytest.fixture(scope="module")
def runs() -> pl.DataFrame:
    """Return averages of three weeks of runs."""
    count = 12
    steps = [1050.0 + 10 * k for k in range(count)]
    cadence = [168.0 + k % 5 for k in range(count)]
    moving = [2400.0 + 60 * k for k in range(count)]
    distance = [s / 1000 * c * m / 60 for s, c, m in zip(steps, cadence, moving, strict=True)]
    return pl.DataFrame(
        {
            "start": [f"2026-05-{k + 1:02d}T07:30:00" for k in range(count)],
            "sport": ["running"] * count,
            "activity": ["Running"] * count,
            "title": [f"Round {k}" for k in range(count)],
            "distance_m": distance,
            "duration_s": [m + 30 for m in moving],
            "moving_s": moving,
            "cadence_spm": cadence,
            "heart_rate_bpm": [140.0 + k for k in range(count)],
            "power_w": [250.0 + k for k in range(count)],
            "contact_time_ms": [255.0 + k for k in range(count)],
            "contact_balance_left_pct": [49.5 + k % 4 / 10 for k in range(count)],
            "vertical_oscillation_mm": [s * 0.08 for s in steps],
            "vertical_ratio_pct": [8.0] * count,
            "step_length_mm": steps,
        }
    ).select(RUN_AVERAGES.names)


STYLES = (
    ListStyle(),
    ListStyle("German"),
    ListStyle("German", decimal=",", encoding="utf-8-sig"),
    ListStyle(miles=True),
    ListStyle("German", decimal=",", miles=True, encoding="utf-16"),
    ListStyle("German", encoding="cp1252"),
)


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_a_written_list_comes_back(runs: pl.DataFrame, style: ListStyle) -> None:
    data = write_activity_list(runs, style)
    assert recognises(data)
    assert not stryd_csv.recognises(data)
    back = averages(read(data, "Activities.csv"))
    assert back["start"].to_list() == runs["start"].to_list()
    assert back["title"].to_list() == runs["title"].to_list()
    for name, within in (("distance_m", 10.0), ("step_length_mm", 6.0), ("contact_time_ms", 0.6)):
        worst = (back[name] - runs[name]).abs().max()
        assert isinstance(worst, float)
        assert worst < within, name
    assert back["contact_balance_left_pct"].round(1).to_list() == [
        round(value, 1) for value in runs["contact_balance_left_pct"].to_list()
    ]


def test_the_list_gives_no_run_and_says_why_and_what_to_give(tmp_path: Path) -> None:
    file = tmp_path / "Activities.csv"
    file.write_bytes(listed(RUN, RUN.replace("05-10", "06-11")))
    taken = take_in([file])[0]
    first = taken.issues[0]
    assert taken.runs == ()
    assert first.level == "error"
    assert "averages of 2 runs from 2026-05-10 to 2026-06-11" in first.problem
    assert "cannot show when" in first.problem
    assert "original FIT file" in first.remedy


def test_every_average_lands_in_its_column_and_unit() -> None:
    row = averages(read(listed(RUN), "a.csv")).row(0, named=True)
    assert row == {
        "start": "2026-05-10T10:35:22",
        "sport": "running",
        "activity": "Running",
        "title": "Easy, flat",
        "distance_m": pytest.approx(8160.0),
        "duration_s": 2703.0,
        "moving_s": 2689.0,
        "cadence_spm": 164.0,
        "heart_rate_bpm": 129.0,
        "power_w": None,
        "contact_time_ms": 266.0,
        "contact_balance_left_pct": 49.4,
        "vertical_oscillation_mm": 91.0,
        "vertical_ratio_pct": 8.3,
        "step_length_mm": pytest.approx(1100.0),
    }


def test_decimal_commas_with_points_between_thousands_are_understood() -> None:
    row = (
        'Running,2026-04-28 19:31:20,false,"Z2-3","9,33","1.645","00:47:42","140","182","1,07",'
        '"5,8","6,4","269","50,6% L / 49,4% R","00:47:41"'
    )
    back = averages(read(listed(row), "a.csv"))
    assert back["distance_m"].to_list() == [pytest.approx(9330.0)]
    assert back["contact_balance_left_pct"].to_list() == [50.6]


def test_where_nothing_tells_kilometres_from_miles_distance_is_left_empty() -> None:
    header = "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR"
    row = 'Running,2026-05-10 10:35:22,false,"x",8.16,584,00:45:03,129'
    contents = read(listed(row, header=header), "a.csv")
    assert averages(contents)["distance_m"].to_list() == [None]
    assert "kilometres or miles" in problems(contents)


def test_in_a_list_of_many_sports_a_runs_cadence_stands_under_the_bicycles() -> None:
    header = HEADER.replace("Avg Run Cadence", "Avg Bike Cadence")
    contents = read(listed(RUN, RUN.replace("Running,", "Cycling,", 1), header=header), "a.csv")
    assert averages(contents)["cadence_spm"].to_list() == [164.0]
    assert "Cycling" in problems(contents)


def test_dashes_zeros_and_clocks_without_hours_mean_what_they_say() -> None:
    row = "Running,2026-05-10 10:35:22,false,x,8.16,--,45:12.3,--,164,1.10,0.0,0.0,0,--,--:--:--"
    back = averages(read(listed(row), "a.csv")).row(0, named=True)
    assert back["duration_s"] == pytest.approx(2712.3)
    assert [back[name] for name in ("moving_s", "heart_rate_bpm", "contact_time_ms")] == [None] * 3
    assert back["contact_balance_left_pct"] is None
    assert back["vertical_ratio_pct"] is None


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("49.4% L / 50.6% R", 49.4),
        ("50.6% R / 49.4% L", 49.4),
        ("49,8 % L / 50,3 % R", 49.8),
        ("左 49.4% / 右 50.6%", 49.4),
        ("49.4% G / 50.6% D", None),
        ("49.4% L / 30.6% R", None),
        ("49.4% / 50.6%", None),
        ("49.4", None),
    ],
)
def test_balance_is_read_only_where_it_names_both_feet(written: str, left: float | None) -> None:
    contents = read(listed(RUN.replace("49.4% L / 50.6% R", written)), "a.csv")
    assert averages(contents)["contact_balance_left_pct"].to_list() == [left]
    assert ("which foot is which" in problems(contents)) == (left is None)


def test_a_balance_column_of_an_unknown_name_is_known_by_its_values_and_that_is_said() -> None:
    header = HEADER.replace("Avg GCT Balance", "Équilibre TCS moyen")
    contents = read(listed(RUN, header=header), "a.csv")
    assert averages(contents)["contact_balance_left_pct"].to_list() == [49.4]
    assert "values name both feet" in problems(contents)


@pytest.mark.parametrize(
    ("dates", "read_as"),
    [
        (("7/4/2020 15:36", "7/14/2020 9:00"), ["2020-07-04T15:36:00", "2020-07-14T09:00:00"]),
        (("04.07.2020 15:36", "05.07.2020"), ["2020-07-04T15:36:00", "2020-07-05T00:00:00"]),
        (("7/4/2020 15:36", "7/5/2020 9:00"), [None, None]),
        (("2026-02-30 10:00:00", "yesterday"), [None, None]),
    ],
)
def test_dates_are_never_guessed(dates: tuple[str, str], read_as: list[str | None]) -> None:
    rows = [
        RUN.replace("2026-05-10 10:35:22", date).replace("129", str(k + 100))
        for k, date in enumerate(dates)
    ]
    contents = read(listed(*rows), "a.csv")
    assert averages(contents)["start"].to_list() == read_as
    assert ("cannot be told for certain" in problems(contents)) == (None in read_as)


def test_rows_that_do_not_fit_the_header_are_left_out_and_counted() -> None:
    contents = read(listed(RUN, RUN + ",1,2", "Running"), "a.csv")
    assert averages(contents).height == 1
    assert "2 lines have another number of cells" in problems(contents)


def test_the_same_row_twice_is_one_run() -> None:
    assert averages(read(listed(RUN, RUN), "a.csv")).height == 1


def test_values_no_run_has_are_left_empty_and_counted() -> None:
    contents = read(listed(RUN.replace(",266,", ",9000,")), "a.csv")
    assert averages(contents)["contact_time_ms"].to_list() == [None]
    assert "contact time 1" in problems(contents)


@pytest.mark.parametrize(
    "header",
    [
        "Aktivitätstyp,Datum,Favorit,Titel,Distanz,Kalorien,Zeit,Ø Herzfrequenz",
        "Type d'activité,Date,Favori,Titre,Distance,Calories,Durée,Fréquence cardiaque moyenne",
        "Tipo de actividad,Fecha,Título,Distancia,Calorías,Tiempo,Frecuencia cardiaca media",
        "Tipo di attività,Data,Preferita,Titolo,Distanza,Calorie,Tempo,FC Media",
        "Tipo de atividade,Data,Favorito,Título,Distância,Calorias,Tempo total,FC Média",
        "アクティビティタイプ,日付,お気に入り,タイトル,距離,カロリー,タイム,平均心拍数",
        "Typ aktywności,Data,Ulubiony,Tytuł,Dystans,Suma kalorii,Czas,Średnie tętno",
        "Activity Type;Date;Favorite;Title;Distance;Calories;Time;Avg HR",
    ],
)
def test_lists_of_other_languages_are_recognised(header: str) -> None:
    assert recognises(header.encode())


@pytest.mark.parametrize(
    "other",
    [
        b"",
        b"<!DOCTYPE html><title>Activity Type,Date,Title,Distance,Time,Avg HR</title>",
        b"Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance",
        b"Date,Title,Distance,Time",
        b"Timestamp,Power (w/kg),Stryd Speed (m/s)",
        b"\x0e\x10\xd9\x07....FIT",
    ],
)
def test_other_files_are_not_claimed(other: bytes) -> None:
    assert not recognises(other)
    assert read(other, "a.csv").issues[0].level == "error"


def test_a_list_without_a_run_says_so() -> None:
    contents = read(listed(RUN.replace("Running,", "Yoga,", 1)), "a.csv")
    assert contents.averages is None
    assert "no run in this list" in problems(contents)


def test_contents_refuse_averages_that_are_none() -> None:
    with pytest.raises(EvenstrideError):
        Contents((), (), pl.DataFrame({"start": ["2026-05-10"]}))
    assert "averages" in {field.name for field in dataclasses.fields(Contents)}


@settings(max_examples=40)
@given(data=st.binary(max_size=300), place=st.integers(0, 700), keep=st.integers(0, 700))
def test_flipped_and_cut_bytes_never_raise(data: bytes, place: int, keep: int) -> None:
    whole = listed(RUN, RUN.replace("Running,", "Yoga,", 1))
    contents = read(whole[:place] + data + whole[place + 5 : place + keep], "a.csv")
    assert contents.recordings == ()
    assert contents.issues
    if contents.averages is not None:
        RUN_AVERAGES.check(contents.averages)
