"""Write averages of runs as Garmin Connect exports its list of activities.

Names, marks and order stand here a second time, so that a mistake in the reader cannot hide. They
are those of public exports in English and German.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import polars as pl

from evenstride.model.averages import RUN_AVERAGES

Language: TypeAlias = Literal["English", "German"]

_ENGLISH = (
    "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Max HR,Aerobic TE,"
    "Avg Run Cadence,Max Run Cadence,Avg Pace,Best Pace,Total Ascent,Total Descent,"
    "Avg Stride Length,Avg Vertical Ratio,Avg Vertical Oscillation,Avg Ground Contact Time,"
    "Avg GCT Balance,Avg Power,Moving Time,Elapsed Time"
)
_GERMAN = (
    "Aktivitätstyp,Datum,Favorit,Titel,Distanz,Kalorien,Zeit,Ø HF,Max. HF,Aerober TE,"
    "Ø Schrittfrequenz (Laufen),Max. Schrittfrequenz (Laufen),Ø Pace,Beste Pace,"
    "Positiver Höhenunterschied,Negativer Höhenunterschied,Ø Schrittlänge,"
    "Durchschnittliches vertikales Verhältnis,Ø vertikale Bewegung,Ø Bodenkontaktzeit,"
    "Durchschnittliche Balance der Bodenkontaktzeit,Ø Leistung,Zeit in Bewegung,Verstrichene Zeit"
)
_HEADERS: dict[Language, str] = {"English": _ENGLISH, "German": _GERMAN}
_NONE = "--"


@dataclass(frozen=True)
class ListStyle:
    """How an account writes its list.

    Attributes
    ----------
    language
        Of the column names.
    decimal
        What stands before the decimals.
    miles
        Whether distances are miles.
    encoding
        Of the text.
    """

    language: Language = "English"
    decimal: Literal[".", ","] = "."
    miles: bool = False
    encoding: str = "utf-8"


def write_activity_list(averages: pl.DataFrame, style: ListStyle | None = None) -> bytes:
    """Return averages of runs as the bytes of a list of activities, the latest run first.

    Parameters
    ----------
    averages
        A table of `RUN_AVERAGES`.
    style
        How to write it; None writes kilometres in English.

    Examples
    --------
    >>> write_activity_list(RUN_AVERAGES.empty())[:18]
    b'Activity Type,Date'
    """
    RUN_AVERAGES.check(averages)
    style = style or ListStyle()
    text = io.StringIO()
    text.write(_HEADERS[style.language] + "\n")
    writer = csv.writer(text, lineterminator="\n")
    for row in reversed(averages.to_dicts()):
        writer.writerow(_row(row, style))
    return text.getvalue().encode(style.encoding)


def _row(row: dict[str, float | str | None], style: ListStyle) -> Iterator[str]:
    def told(name: str, factor: float = 1.0, places: int = 0) -> str:
        value = row[name]
        if not isinstance(value, float | int):
            return _NONE
        return f"{value * factor:.{places}f}".replace(".", style.decimal)

    yield from (str(row["activity"]), str(row["start"]).replace("T", " "), "false")
    yield str(row["title"])
    yield told("distance_m", 1 / 1609.344 if style.miles else 0.001, 2)
    yield from (
        "400",
        _clock(row["duration_s"]),
        told("heart_rate_bpm"),
        _NONE,
        "3" + style.decimal,
    )
    yield from (told("cadence_spm"), _NONE, "5:30", _NONE, _NONE, _NONE)
    yield told("step_length_mm", 0.001, 2)
    yield told("vertical_ratio_pct", 1.0, 1)
    yield told("vertical_oscillation_mm", 0.1, 1)
    yield told("contact_time_ms")
    yield _balance(row["contact_balance_left_pct"], style)
    yield from (told("power_w"), _clock(row["moving_s"]), _clock(row["duration_s"]))


def _clock(seconds: float | str | None) -> str:
    if not isinstance(seconds, float | int):
        return "--:--:--"
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _balance(left_pct: float | str | None, style: ListStyle) -> str:
    if not isinstance(left_pct, float | int):
        return _NONE
    left = round(left_pct, 1)
    return f"{left:.1f}% L / {100 - left:.1f}% R".replace(".", style.decimal)
