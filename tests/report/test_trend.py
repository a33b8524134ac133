"""The picture of years: legible, complete, the same every time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from evenstride.app.archive_views import (
    TREND_SCHEMA,
    BalanceView,
    DeviceView,
    EventView,
    SpanView,
    TrendRunView,
    TrendView,
)
from evenstride.model.errors import EvenstrideError
from evenstride.report.ink import Dots, Words, text_width
from evenstride.report.sheet import WIDTH
from evenstride.report.trend import draw_trend_picture, trend_marks, write_trend
from evenstride.report.trend_sheet import plan_trend
from evenstride.report.words import NO_DIAGNOSIS, UNTESTED

Box = tuple[float, float, float, float]


def event(gone_s: float, back_s: float | None, *, at_start: bool = False) -> EventView:
    metres = None if back_s is None else 3 * back_s
    return EventView(
        gone_s, 3 * gone_s, back_s, metres, gone_s - 20, gone_s + 20, None, None, at_start
    )


def years(days: Sequence[int], *, balance: bool = True) -> TrendView:
    """Return hourly runs of 9 km; every seventh went, and every fourteenth did not come back."""
    runs = []
    for i, day in enumerate(days):
        went = event(300.0 + i, None if i % 14 == 0 else 1500.0) if i % 7 == 0 else None
        start = datetime(2021, 3, 1, 7, tzinfo=UTC) + timedelta(days=day)
        runs.append(
            TrendRunView(
                run=f"{i:08x}",
                start=start.isoformat(),
                device="Garmin fenix 5X" if day < 400 else "Garmin fenix 5X (2)",
                duration_s=3600.0,
                distance_m=9000.0,
                judged_s=3500.0,
                share=0.6 if went else 1.0,
                measured=went,
                felt=event(290.0, None) if i % 21 == 0 else None,
                off_throughout=None,
                label=None,
                balance=BalanceView(50 + 0.3 * np.sin(i), 50.0, 49.4, 50.6) if balance else None,
            )
        )
    devices = tuple(
        DeviceView(name, own[0].start[:10], own[-1].start[:10], len(own), len(own), flipped=False)
        for name in dict.fromkeys(run.device for run in runs)
        for own in [[run for run in runs if run.device == name]]
    )
    return TrendView(TREND_SCHEMA, 0, devices, (), (), tuple(runs))


LONG = years([*range(0, 300, 3), *range(400, 900, 4)])
SHORT = years([0, 1, 5])
ONE = years([0])
EMPTY_HANDED = years(range(1, 60, 2), balance=False)


def boxes(view: TrendView) -> list[tuple[str, Box]]:
    found = []
    for mark in trend_marks(plan_trend(view, "km")):
        if isinstance(mark, Words) and mark.text:
            wide = text_width(mark.text, mark.how)
            left = mark.at[0] - {"left": 0.0, "center": wide / 2, "right": wide}[mark.align]
            tall = 0.74 * mark.how.size / 72
            found.append((mark.text, (left, mark.at[1], left + wide, mark.at[1] + tall)))
    return found


def touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("view", [LONG, SHORT, ONE, EMPTY_HANDED])
def test_no_text_lies_on_another_and_all_on_the_sheet(view: TrendView) -> None:
    placed = boxes(view)
    assert [(a, b) for (a, x), (b, y) in combinations(placed, 2) if touch(x, y)] == []
    height = plan_trend(view, "km").height
    assert [t for t, (left, low, right, top) in placed if left < 0 or right > WIDTH] == []
    assert [t for t, (_, low, _, top) in placed if low < 0 or top > height] == []


def test_every_picture_says_what_it_was_tested_on_and_names_its_devices() -> None:
    said = " ".join(text for text, _ in boxes(LONG))
    assert UNTESTED in said
    assert NO_DIAGNOSIS in said
    assert "Garmin fenix 5X (2)" in said


def test_what_did_not_come_back_is_drawn_as_lasting_longer_and_said() -> None:
    dots = [mark for mark in trend_marks(plan_trend(LONG, "km")) if isinstance(mark, Dots)]
    censored = [mark for mark in dots if mark.sign == "triangle"]
    assert [(mark.x.size, mark.hollow) for mark in censored] == [(17, True)]
    assert any(text.startswith("not back in ") for text, _ in boxes(LONG))


def test_what_was_felt_stands_beside_what_was_seen() -> None:
    dots = [mark for mark in trend_marks(plan_trend(LONG, "km")) if isinstance(mark, Dots)]
    felt = next(mark for mark in dots if mark.sign == "diamond")
    seen = next(mark for mark in dots if mark.sign == "disc")
    assert np.isfinite(felt.y).sum() == 11
    assert np.isfinite(seen.y).sum() == 33


def test_a_gap_is_hatched() -> None:
    gap = SpanView("2021-12-26", "2022-04-04")
    more = len(trend_marks(plan_trend(replace(LONG, gaps=(gap,)), "km")))
    assert more > len(trend_marks(plan_trend(LONG, "km")))


def test_the_same_years_give_the_same_bytes_and_both_files(tmp_path: Path) -> None:
    written = write_trend(SHORT, tmp_path / "years", "mi")
    assert [path.name for path in written] == ["trend.png", "trend.svg"]
    again = draw_trend_picture(SHORT, "mi")
    assert written[0].read_bytes() == again.png
    assert written[1].read_text(encoding="utf-8") == again.svg


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(EvenstrideError, match="nothing to draw"):
        draw_trend_picture(replace(SHORT, runs=()), "km")
