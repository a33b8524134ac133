"""The plan of the picture of years: what stands where, before anything is drawn; in inches."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from evenstride.app.archive_views import EventView, TrendRunView, TrendView
from evenstride.app.trend import lasted
from evenstride.model.signal import Floats
from evenstride.report.archive import gap_words, trend_headline
from evenstride.report.ink import BODY, HEAD, SMALL, Type, text_width
from evenstride.report.layout import first_fit, wrap
from evenstride.report.sheet import EDGE, LEFT, PLOT, WIDTH, Lane
from evenstride.report.words import METRES, NO_DIAGNOSIS, UNTESTED, Units

DEVICE_ROW = 0.17
_HEIGHTS = {"runs": 0.36, "latency": 1.3, "recovery": 1.0, "share": 0.62, "balance": 1.15}
_BETWEEN, _AXIS = 0.2, 0.36
_LEAST_DAYS = 14
_NOTES = (
    (
        "Filled: what the watch saw, with its 90 % interval. Blue diamonds: what was felt. Hollow"
        " triangles: it had not come back when the recording ended, so it lasted longer than that."
        " Grey dashes: a run this long in which nothing was seen. Of several changes in one run the"
        " first is shown."
    ),
    (
        "Balance band: nine in ten usual runs on the same device. Devices differ in level, even in"
        " sign: a step where the device changes is the device's."
    ),
    f"{UNTESTED} {NO_DIAGNOSIS}",
)


@dataclass(frozen=True)
class DevicePlan:
    """A device's time of use: its ends, its row, and its name where there is room."""

    name: str
    start: float
    end: float
    row: int


@dataclass(frozen=True)
class TrendSheet:
    """Everything placed.

    Attributes
    ----------
    first, last
        Days at the left and right end.
    headline, about, notes
        Lines of text above and below.
    devices
        Their bars.
    lanes
        By name: ``runs``, ``latency``, ``recovery``, ``share``, ``balance``, ``devices``, ``axis``.
    height
        Of the whole sheet.
    """

    view: TrendView
    units: Units
    first: date
    last: date
    headline: tuple[str, ...]
    about: tuple[str, ...]
    notes: tuple[str, ...]
    devices: tuple[DevicePlan, ...]
    lanes: dict[str, Lane]
    height: float

    def x(self, day: date) -> float:
        """Return where a day lies."""
        return _place(day, self.first, self.last)

    @property
    def across(self) -> Floats:
        """Where each run lies."""
        return np.array([self.x(day_of(run)) for run in self.view.runs])

    @property
    def in_metres(self) -> bool:
        """Whether how long it lasted is told as a way: where every such run knows its way."""
        events = [(run.measured, run) for run in self.view.runs if run.measured]
        return all(length_of(event, run)[1] is not None for event, run in events)

    @property
    def unit(self) -> float:
        """Metres of the unit of length."""
        return METRES[self.units]


def day_of(run: TrendRunView) -> date:
    """Return the day of a run."""
    return datetime.fromisoformat(run.start).date()


def length_of(event: EventView, run: TrendRunView) -> tuple[float, float | None]:
    """Return for how many seconds and metres it was gone in a run, at least."""
    return lasted(event, run.duration_s, run.distance_m)


def plan_trend(view: TrendView, units: Units) -> TrendSheet:
    """Return where everything stands; `view` holds at least one run."""
    days = [day_of(run) for run in view.runs]
    first, last = days[0], days[-1]
    if (last - first).days < _LEAST_DAYS:
        last = date.fromordinal(first.toordinal() + _LEAST_DAYS)
    headline = _wrapped(trend_headline(view), Type(HEAD, bold=True))
    about = _wrapped(_about(view, days), Type(BODY))
    notes = tuple(line for note in _NOTES for line in _wrapped(note, Type(SMALL)))
    devices = _devices(view, first, last)
    lanes, height = _lanes((headline, about, notes), devices)
    return TrendSheet(view, units, first, last, headline, about, notes, devices, lanes, height)


def _about(view: TrendView, days: list[date]) -> str:
    runs = "1 run" if len(days) == 1 else f"{len(days)} runs"
    wait = f" · {view.waiting} more not analysed yet" if view.waiting else ""
    return f"{runs} from {gap_words(days[0].isoformat(), days[-1].isoformat())}{wait}"


def _wrapped(text: str, how: Type) -> tuple[str, ...]:
    return wrap(text, WIDTH - 2 * EDGE, lambda line: text_width(line, how))


def _place(day: date, first: date, last: date) -> float:
    return LEFT + PLOT * (day - first).days / (last - first).days


def _devices(view: TrendView, first: date, last: date) -> tuple[DevicePlan, ...]:
    extents = [
        (
            _place(date.fromisoformat(one.first), first, last),
            _place(date.fromisoformat(one.last), first, last),
        )
        for one in view.devices
    ]
    # A device used once is still to be seen.
    extents = [(start, max(end, start + 0.04)) for start, end in extents]
    named = [
        (start, max(end, start + text_width(one.name, Type(SMALL)) + 0.05))
        for one, (start, end) in zip(view.devices, extents, strict=True)
    ]
    rows = first_fit([_inside(extent) for extent in named], 0.06)
    return tuple(
        DevicePlan(one.name, start, end, row)
        for one, (start, end), row in zip(view.devices, extents, rows, strict=True)
    )


def _inside(extent: tuple[float, float]) -> tuple[float, float]:
    """Return an extent moved to the left where it would run off the sheet."""
    over = max(extent[1] - (WIDTH - EDGE), 0.0)
    return extent[0] - over, extent[1] - over


def _lanes(
    texts: tuple[tuple[str, ...], ...], devices: tuple[DevicePlan, ...]
) -> tuple[dict[str, Lane], float]:
    headline, about, notes = texts
    rows = 1 + max((one.row for one in devices), default=0)
    heights = {**_HEIGHTS, "devices": DEVICE_ROW * rows, "axis": _AXIS}
    above = 0.12 + 0.21 * len(headline) + 0.17 * len(about) + 0.08
    below = 0.2 + 0.135 * len(notes)
    height = above + sum(heights.values()) + _BETWEEN * (len(heights) - 1) + below
    top, lanes = height - above, {}
    for name, tall in heights.items():
        lanes[name] = Lane(top - tall, tall)
        top -= tall + _BETWEEN
    return lanes, height
