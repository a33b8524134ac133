"""What exports tell about their runs, in every language, and what is left alone."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.app.takeouts import (
    Listing,
    Moments,
    Told,
    is_garmin_list,
    is_strava_list,
    moment,
    read_strava_list,
)

ENGLISH = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,"
    "Distance,Max Heart Rate,Relative Effort,Commute,Activity Private Note,Activity Gear,Filename"
)
CZECH = (
    "ID aktivity,Datum aktivity,Název aktivity,Typ aktivity,Popis aktivity,Uplynulý čas,Vzdálenost,"
    "Maximální tepová frekvence,Relativní úsilí,Dojíždění,Soukromá poznámka k aktivitě,"
    "Vybavení na aktivitu,Název souboru"
)
UNKNOWN = ",".join(f"kolom {n}" for n in range(13))
OLD = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,"
    "Distance,Relative Effort,Commute,Activity Gear,Filename"
)
ROW = (
    '9,"May 15, 2017, 5:52:52 PM","Gone, 2min",Run,told,60,1,,,false,secret,Shoes,activities/7.gpx'
)
OLD_ROW = '9,"May 15, 2017, 5:52:52 PM","Gone, 2min",Run,told,60,1,,false,Shoes,activities/7.gpx'
WHEN = datetime(2017, 5, 15, 17, 52, 52, tzinfo=UTC)


def listing(header: str, *rows: str) -> Listing:
    return read_strava_list("\n".join((header, *rows)).encode(), "activities.csv")


@pytest.mark.parametrize("header", [ENGLISH, CZECH, UNKNOWN, "\ufeff" + ENGLISH])
def test_a_list_is_understood_in_any_language(header: str) -> None:
    told = listing(header, ROW).of("activities/7.gpx")
    assert told == Told("Gone, 2min", "told\nsecret", "Shoes", WHEN)


def test_the_older_layout_has_no_private_note() -> None:
    assert listing(OLD, OLD_ROW).of("activities/7.gpx") == Told("Gone, 2min", "told", "Shoes", WHEN)


def test_an_unknown_language_is_told() -> None:
    [issue] = listing(UNKNOWN, ROW).issues
    assert "language not known" in issue.problem
    assert listing(CZECH, ROW).issues == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a,b\n1,2\n",
        b"\xff\xfe\0\0",
        b'"' * 9,
        b"x" * 200_000,
        ("kolom," * 13 + "\nname,x,y,z,a,b,c,d,e,f,g,h,activities/1.fit").encode(),
    ],
)
def test_a_list_that_is_none_says_so(data: bytes) -> None:
    found = read_strava_list(data, "activities.csv")
    assert found.told == {}
    assert "not understood" in found.issues[0].problem


def test_files_packed_or_unpacked_since_are_still_found() -> None:
    told = listing(ENGLISH, ROW.replace("7.gpx", "7.fit.gz"))
    assert (
        told.of("activities/7.fit").title == told.of("activities\\7.fit.gz").title == "Gone, 2min"
    )
    assert told.below("mine/").of("mine/activities/7.fit").gear == "Shoes"
    assert told.of("activities/8.fit") == Told()


def test_activities_without_a_file_are_counted() -> None:
    bare = ROW.replace("activities/7.gpx", "")
    [issue] = listing(ENGLISH, ROW, bare).issues
    assert issue.problem.startswith("1 activities in the list have no file")


def test_names_are_never_paths_out_of_the_export() -> None:
    assert listing(ENGLISH, ROW.replace("activities/7.gpx", "../../etc/passwd")).told == {}


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Jan 2, 2024, 12:00:01 AM", "2024-01-02T00:00:01+00:00"),
        ("Jan 2, 2024, 12:00:01 PM", "2024-01-02T12:00:01+00:00"),
        ("19.07.2026, 14:52:02", "2026-07-19T14:52:02+00:00"),
        ("Feb 30, 2024, 1:00:00 AM", None),
        ("Foo 3, 2024, 1:00:00 AM", None),
        ("03/04/2024 10:00:00", None),
        ("", None),
    ],
)
def test_moments_are_read_where_they_leave_no_doubt(text: str, iso: str | None) -> None:
    found = moment(text)
    assert (found.isoformat() if found else None) == iso


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = moment(text)
    assert found is None or found.tzinfo is UTC


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_none(data: bytes) -> None:
    assert isinstance(read_strava_list(ENGLISH.encode() + b"\n" + data, "x"), Listing)
    Moments().add(data)


def test_garmins_titles_go_to_the_activity_begun_then() -> None:
    moments = Moments()
    began = datetime(2024, 5, 1, 6, tzinfo=UTC)
    data = f'[{{"summarizedActivitiesExport":[{{"beginTimestamp":{began.timestamp() * 1000},'
    data += '"name":"Gone 2min","description":"left","deviceId":7},{"name":"no moment"}]}]'
    assert moments.add(data.encode())
    assert moments.near(began).title == "Gone 2min"
    assert moments.near(began.replace(minute=1)).note == "left"
    assert moments.near(began.replace(minute=5)) == Told()
    assert moments.near(None) == Told()
    assert not moments.add(b"[[1]]")


def test_lists_are_known_by_their_names() -> None:
    assert is_strava_list("export_1/activities.csv")
    assert not is_strava_list("export_1/bikes.csv")
    assert not is_garmin_list("DI_CONNECT/user_profile.json")
