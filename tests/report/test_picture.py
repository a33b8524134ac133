"""The picture: legible, complete, the same every time."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenstride.app.views import Analysis
from evenstride.model.marks import Mark, MarkKind
from evenstride.report import ink, words
from evenstride.report.ink import Shape, Words, text_width
from evenstride.report.picture import draw_run, marks_of
from evenstride.report.sheet import WIDTH, Sheet, plan, plan_flags

Made = Callable[[str], Analysis]
Box = tuple[float, float, float, float]


def boxes(sheet: Sheet) -> list[tuple[str, Box]]:
    """Return every text with the box its letters fill, inches."""
    found = []
    for mark in marks_of(sheet):
        if isinstance(mark, Words) and mark.text:
            wide = text_width(mark.text, mark.how)
            left = mark.at[0] - {"left": 0.0, "center": wide / 2, "right": wide}[mark.align]
            tall = 0.74 * mark.how.size / 72
            found.append((mark.text, (left, mark.at[1], left + wide, mark.at[1] + tall)))
    return found


def touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def texts(analysis: Analysis, units: words.Units = "km") -> str:
    return "\n".join(text for text, _ in boxes(plan(analysis, units)))


def test_no_text_lies_on_another(each_run: Analysis) -> None:
    for units in ("km", "mi"):
        placed = boxes(plan(each_run, units))
        assert [(a, b) for (a, x), (b, y) in combinations(placed, 2) if touch(x, y)] == []


def test_every_text_lies_on_the_sheet(each_run: Analysis) -> None:
    sheet = plan(each_run, "km")
    outside = [
        text
        for text, (left, low, right, high) in boxes(sheet)
        if left < 0 or low < 0 or right > WIDTH or high > sheet.height
    ]
    assert outside == []


@settings(max_examples=40, deadline=None)
@given(
    made_marks=st.lists(
        st.tuples(st.integers(0, 3600), st.sampled_from(["gone", "back", "mark"]), st.booleans()),
        max_size=30,
    )
)
def test_marks_anywhere_and_in_any_number_stay_legible(
    quiet: Analysis,
    made_marks: list[tuple[int, MarkKind, bool]],
) -> None:
    marks = tuple(Mark(float(t), None, kind, "lap", recalled) for t, kind, recalled in made_marks)
    sheet = plan(replace(quiet, run=replace(quiet.run, marks=marks)), "km")
    placed = boxes(sheet)
    assert [(a, b) for (a, x), (b, y) in combinations(placed, 2) if touch(x, y)] == []
    assert sheet.height < 9.0


def test_every_picture_says_what_it_was_tested_on_and_what_it_is_not(each_run: Analysis) -> None:
    said = " ".join(texts(each_run).split())
    assert words.UNTESTED in said
    assert words.NO_DIAGNOSIS in said
    assert " ".join(words.headline(each_run.run).split()) in said


def test_the_flags_say_what_was_felt_and_whether_it_was_recalled(made: Made) -> None:
    assert "felt: gone 2:00\n" in texts(made("early_matching"))
    assert "felt: gone 2:00, recalled" in texts(made("felt_only"))
    assert "lap 1:06" in texts(made("ten_minutes"))


def test_a_press_of_untold_meaning_is_grey_and_no_flag(made: Made) -> None:
    marks = marks_of(plan(made("run_walk"), "km"))
    felt = [mark for mark in marks if isinstance(mark, Shape) and mark.how.colour == ink.FELT]
    assert felt == []
    assert "felt:" not in texts(made("run_walk"))


def test_a_run_that_could_not_be_judged_has_neither_band_nor_mean(made: Made) -> None:
    said = texts(made("too_short"))
    assert "too little running to judge" in said
    assert "9 in 10" not in said
    assert "thick line:" not in said
    bands = [m for m in marks_of(plan(made("too_short"), "km")) if isinstance(m, Shape)]
    assert ink.BAND not in {shape.how.colour for shape in bands}


def test_a_channel_without_any_value_can_be_drawn(made: Made) -> None:
    short = made("too_short")
    empty = tuple(
        replace(line, values=line.values * np.nan, band_lo=np.nan, band_hi=np.nan)
        for line in short.strip.lines
    )
    blind = replace(short, strip=replace(short.strip, lines=empty))
    assert "too little running to judge" in texts(blind)
    assert draw_run(blind, "km").png.startswith(b"\x89PNG")


def test_the_axis_has_values_a_rise_can_be_read_by(made: Made) -> None:
    said = texts(made("early_matching")).splitlines()
    assert [tick for tick in ("49", "50", "51", "52") if tick in said] == ["49", "50", "51", "52"]


def test_the_pace_on_the_picture_is_the_pace_in_the_summary(made: Made) -> None:
    run = made("early_matching").run
    assert f"mean {words.mean_pace(run, 'km')}" in texts(made("early_matching"))
    unknown = replace(made("early_matching"), run=replace(run, distance_m=None))
    assert "mean " not in texts(unknown).replace("1-minute mean", "")


def test_many_presses_are_counted_where_they_cannot_be_named(made: Made) -> None:
    assert "40 lap presses" in texts(made("run_walk"))


def test_a_recalled_mark_whose_word_had_no_room_is_explained(made: Made) -> None:
    assert "○ recalled later" in texts(made("four_hours"))


def test_felt_moments_keep_their_words_when_presses_lose_theirs(made: Made) -> None:
    placed = plan_flags(made("four_hours").run)
    assert all(bool(flag.text) == (flag.mark.kind != "mark") for flag in placed)


def test_the_other_reading_is_drawn_with_words(made: Made) -> None:
    said = texts(made("ambiguous"))
    assert "or: off from the start" in said
    assert "not back by the end" in said


def test_directions_stand_at_the_axis(made: Made) -> None:
    said = texts(made("nothing_found")).replace("\n", " ")
    assert "↑ more on the left foot" in said
    assert "↓ more on the right foot" in said


def test_a_channel_without_known_directions_is_drawn_without_them(made: Made) -> None:
    calm = made("wrist_only")
    line = replace(calm.strip.lines[0], name="new_thing", says="something new")
    said = texts(replace(calm, strip=replace(calm.strip, lines=(line,))))
    assert "something\nnew" in said or "something new" in said
    assert "quicker" not in said


def test_pace_and_distance_follow_the_units(made: Made) -> None:
    assert "/mi" in texts(made("nothing_found"), "mi")
    assert "Distance, mi" in texts(made("nothing_found"), "mi")
    assert "/km" in texts(made("nothing_found"), "km")


def test_what_is_missing_is_named(made: Made) -> None:
    calm = made("nothing_found")
    unknown = np.full_like(calm.strip.time_s, np.nan)
    bare = replace(
        calm,
        strip=replace(calm.strip, pace_s_per_km=unknown, grade_pct=unknown, distance_m=unknown),
    )
    said = texts(bare)
    assert said.count("not recorded") == 2
    assert "Distance, km" not in said


def test_what_was_not_judged_is_hatched_and_the_episode_is_not(made: Made) -> None:
    shapes = [m for m in marks_of(plan(made("measured_only"), "km")) if isinstance(m, Shape)]
    assert {m.how.hatch for m in shapes if m.how.colour is None} == {"//////"}
    assert all(not m.how.hatch for m in shapes if m.how.colour == ink.TINT)


def test_the_same_run_gives_the_same_bytes(made: Made) -> None:
    analysis = made("early_matching")
    assert draw_run(analysis, "km") == draw_run(analysis, "km")


def test_the_bytes_know_neither_date_nor_version(made: Made) -> None:
    picture = draw_run(made("ten_minutes"), "km")
    assert "<dc:date>" not in picture.svg
    assert "Matplotlib" not in picture.svg
    assert b"Software" not in picture.png


def test_a_strange_file_or_device_name_is_drawn_as_text(hostile: Analysis) -> None:
    picture = draw_run(hostile, "km")
    assert "<script>" not in picture.svg
    assert "&lt;script&gt;" in picture.svg
    assert "$x^$" in picture.svg


def test_a_strip_of_one_step_can_be_drawn(made: Made) -> None:
    calm = made("nothing_found")
    short = replace(
        calm.strip,
        time_s=calm.strip.time_s[:1],
        distance_m=calm.strip.distance_m[:1],
        pace_s_per_km=calm.strip.pace_s_per_km[:1],
        grade_pct=calm.strip.grade_pct[:1],
        lines=tuple(replace(line, values=line.values[:1]) for line in calm.strip.lines),
    )
    analysis = replace(calm, strip=short, run=replace(calm.run, duration_s=10.0))
    assert draw_run(analysis, "km").png.startswith(b"\x89PNG")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [ink.INK, ink.MUTED, ink.FELT, ink.MEASURED])
def test_words_stand_out_from_paper(colour: str) -> None:
    assert contrast(colour, ink.PAPER) >= 4.5


def test_tint_bar_and_band_differ_in_black_and_white() -> None:
    greys = [luminance(colour) for colour in (ink.BAR, ink.TINT, ink.BAND, ink.PAPER)]
    assert np.diff(greys).min() > 0.1


def test_a_picture_of_an_hour_costs_less_than_a_second(made: Made) -> None:
    analysis = made("early_matching")
    draw_run(analysis, "km")
    started = time.process_time()
    draw_run(analysis, "km")
    assert time.process_time() - started < 1.0


def test_the_words_and_the_door_are_there_without_matplotlib() -> None:
    script = (
        "import sys, evenstride.report.write, evenstride.report.words;"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
