"""Labels never lie on one another, whatever the run."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evenstride.report.layout import (
    distance_ticks,
    first_fit,
    flags,
    room,
    smooth,
    time_ticks,
    wrap,
)

poles_and_widths = st.lists(
    st.tuples(st.floats(1.0, 6.5), st.floats(0.2, 1.5)), min_size=1, max_size=8
).map(sorted)


@given(poles_and_widths)
def test_no_flag_covers_another_label_or_a_pole_that_passes(
    made: list[tuple[float, float]],
) -> None:
    poles, widths = [x for x, _ in made], [w for _, w in made]
    placed = flags(poles, widths, 7.4)
    spans = [
        (x - w, x) if flag.leftward else (x, x + w)
        for x, w, flag in zip(poles, widths, placed, strict=True)
    ]
    for i, (start, end) in enumerate(spans):
        for j, (other_start, other_end) in enumerate(spans):
            if i == j:
                continue
            if placed[i].row == placed[j].row:
                assert end <= other_start or other_end <= start
            if placed[j].row > placed[i].row:
                assert not start < poles[j] < end


@given(poles_and_widths)
def test_no_flag_reaches_beyond_the_edge(made: list[tuple[float, float]]) -> None:
    placed = flags([x for x, _ in made], [w for _, w in made], 7.4)
    assert all(flag.leftward or x + w <= 7.4 for (x, w), flag in zip(made, placed, strict=True))


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 3)), max_size=8))
def test_bars_in_one_row_keep_their_distance(made: list[tuple[float, float]]) -> None:
    extents = [(start, start + width) for start, width in made]
    rows = first_fit(extents, 0.1)
    for i, (start, end) in enumerate(extents):
        for j in range(i):
            other_start, other_end = extents[j]
            apart = end + 0.1 <= other_start or other_end + 0.1 <= start
            assert apart or rows[i] != rows[j]


@given(st.text(alphabet="ab ", max_size=60))
def test_wrapping_loses_no_word(text: str) -> None:
    assert " ".join(wrap(text, 7, len)).split() == text.split()


@given(st.floats(1, 200_000))
def test_there_are_never_more_than_eleven_time_ticks(duration_s: float) -> None:
    ticks = time_ticks(duration_s)
    assert ticks[0] == 0
    assert len(ticks) <= 11
    assert ticks[-1] <= duration_s


def test_distance_ticks_skip_what_is_unknown_and_take_the_first_moment_of_a_stop() -> None:
    time_s = np.arange(0.0, 700.0, 100.0)
    covered = np.array([0.0, np.nan, 1000.0, 1000.0, 1000.0, 1500.0, 2000.0])
    assert distance_ticks(covered, time_s, 1000.0) == [
        (0.0, 0.0),
        (100.0, 0.5),
        (200.0, 1.0),
        (500.0, 1.5),
        (600.0, 2.0),
    ]


def test_a_run_without_distance_has_no_distance_ticks() -> None:
    assert distance_ticks(np.full(5, np.nan), np.arange(5.0), 1000.0) == []


def test_the_mean_does_not_fill_a_gap() -> None:
    values = np.array([1.0, 1.0, np.nan, np.nan, 4.0, 4.0])
    assert np.isnan(smooth(values, 3)).tolist() == np.isnan(values).tolist()
    assert smooth(values, 1)[~np.isnan(values)].tolist() == [1.0, 1.0, 4.0, 4.0]


def test_an_axis_without_values_still_holds_the_band() -> None:
    low, high = room(np.full(3, np.nan), (49.0, 51.0))
    assert low < 49.0
    assert high > 51.0
