"""Words typed after a run: offered as marks where they leave no doubt, else passed over."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.app.noted import Noted, marks_in
from evenstride.model.recording import SAMPLES

MILE = 1609.344
SPEED = 3.0


def run(seconds: int = 3600, *, distance: bool = True) -> pl.DataFrame:
    """Return an hour at 3 m/s."""
    times = [float(t) for t in range(seconds + 1)]
    columns = {name: [None] * len(times) for name in SAMPLES.names}
    known = {"time_s": times, "distance_m": [SPEED * t for t in times] if distance else None}
    filled = columns | {name: values for name, values in known.items() if values}
    return pl.DataFrame(filled, schema=dict(SAMPLES.empty().schema))


RUN = run()


def told(text: str) -> list[tuple[str, int]]:
    return [(mark.kind, round(mark.t_s)) for mark in marks_in(text, RUN).marks]


def at(metres: float) -> int:
    return -int(-metres // SPEED)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("gone 2min, back mile 4, left", [("gone", 120), ("back", at(4 * MILE))]),
        ("foot turned in at 5k, clear after 6", [("gone", at(5000)), ("back", at(6000))]),
        ("Gone 5:30. Back 25:00", [("gone", 330), ("back", 1500)]),
        ("gone @ 90 s", [("gone", 90)]),
        ("left foot turned in around mile 2", [("gone", at(2 * MILE))]),
        ("no symptoms until 5k", [("gone", at(5000))]),
        (
            "gone mile 2, back mile 4, gone again mile 5",
            [("gone", at(2 * MILE)), ("back", at(4 * MILE)), ("gone", at(5 * MILE))],
        ),
        ("Symptoms started at 2.5 km; cleared 0:31:00", [("gone", at(2500)), ("back", 1860)]),
    ],
)
def test_what_leaves_no_doubt_is_offered(text: str, marks: list[tuple[str, int]]) -> None:
    found = told(text)
    assert [kind for kind, _ in found] == [kind for kind, _ in marks]
    assert [t_s for _, t_s in found] == pytest.approx([t_s for _, t_s in marks], abs=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Morning run",
        "Out and back 10k",
        "back 5k",
        "Gone running 5k",
        "gone for 2 min",
        "gone at 2-3 min",
        "gone 2 to 3 min",
        "gone 5:30/km",
        "gone at 5:30 pace",
        "gone at 7:30 am",
        "gone at 150 bpm",
        "gone 5",
        "gone 2m",
        "gone 2min, back 4",
        "gone at 2,5 km",
        "gone 90 min",
        "gone at 40 km",
        "not gone at 2min",
        "never gone, 5k",
        "was it gone at 2 min?",
        "last week gone 2min",
        "if gone 2min stop",
        "symptoms came back at 6k",
        "lower back pain at 5k",
        "lost it at mile 5",
        "ankle rolled at 2k",
        "went 5k easy",
        "back mile 2, gone mile 3",
        "gone mile 4, back mile 2",
        "gone mile 2, gone mile 4",
        "Clear skies, 6 degrees",
        "my husband gone 2 min",
    ],
)
def test_what_could_be_read_otherwise_is_passed_over(text: str) -> None:
    assert marks_in(text, RUN) == Noted()


@pytest.mark.parametrize("text", ["no symptoms", "Easy. No symptoms today.", "symptom-free!"])
def test_a_run_said_to_be_fine_is_offered_as_fine(text: str) -> None:
    noted = marks_in(text, RUN)
    assert noted.fine
    assert noted.marks == ()


@pytest.mark.parametrize(
    "text",
    [
        "no symptoms but tired",
        "no symptoms first 5k",
        "not symptom-free",
        "no symptoms, later gone",
    ],
)
def test_fine_with_a_but_is_not_fine(text: str) -> None:
    assert marks_in(text, RUN).fine == ""


def test_without_distance_only_times_are_placed() -> None:
    flat = run(distance=False)
    assert marks_in("gone at 2 km", flat) == Noted()
    assert [mark.t_s for mark in marks_in("gone at 2 min", flat).marks] == [120.0]


def test_the_words_are_where_the_span_says() -> None:
    text = "Easy one, gone 2min, back mile 4"
    for mark in marks_in(text, RUN).marks:
        start, end = mark.span
        assert text[start:end].strip() == mark.words
        assert mark.words.split()[0] in {"gone", "back"}


WORDS = st.sampled_from(
    (
        *(
            "gone",
            "back",
            "clear",
            "foot",
            "turned",
            "in",
            "at",
            "after",
            "mile",
            "km",
            "2",
            "4:10",
        ),
        *("6k", "5", "min", "not", "until", ",", ".", "no", "symptoms", "left", "normal", "again"),
        *("leg", "3-4", "/km", "pace", "?", "99", "h", "0", "last", "was", "recovered", "ok"),
    )
)


@given(st.one_of(st.lists(WORDS, max_size=14).map(" ".join), st.text(max_size=80)))
def test_whatever_is_typed_marks_lie_inside_the_run_and_take_turns(text: str) -> None:
    marks = marks_in(text, RUN).marks
    assert all(0 < mark.t_s < 3600 for mark in marks)
    assert [mark.kind for mark in marks] == [("gone", "back")[n % 2] for n in range(len(marks))]
    assert [mark.t_s for mark in marks] == sorted({mark.t_s for mark in marks})
    assert all(text[slice(*mark.span)].strip() == mark.words for mark in marks)


INNOCENT = st.sampled_from(
    (
        *("Morning", "Evening", "Lunch", "run", "jog", "long", "tempo", "intervals", "10k", "5"),
        *("km", "12", "miles", "easy", "trail", "hills", "with", "coach", "6x800", "4:30/km"),
        *("windy", "hot", "21.1", "race", "marathon", "parkrun", "recovery", "strides", "home"),
    )
)


@given(st.lists(INNOCENT, max_size=10).map(" ".join))
def test_a_title_without_a_word_of_losing_offers_nothing(text: str) -> None:
    assert marks_in(text, RUN) == Noted()


def test_a_very_long_text_takes_no_time() -> None:
    assert marks_in("gone at " * 50_000, RUN) == Noted()
    assert marks_in("clear " + " " * 90_000, RUN) == Noted()


@pytest.mark.parametrize(
    "text", ["2min gone, back mile 4 left", "links weg bei 2 min", "parti 2min"]
)
def test_other_orders_and_languages_are_silent(text: str) -> None:
    assert marks_in(text, RUN).marks == ()
