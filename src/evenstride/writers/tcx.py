"""Write a run as Garmin's Training Center XML, version 2, with ActivityExtension version 2.

Every name of the format stands here a second time: the reader's are not used, so that a mistake in
one cannot hide in the other. Elements stand in the order of the published schemas
TrainingCenterDatabasev2.xsd and ActivityExtensionv2.xsd.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

import polars as pl

from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.recording import LAPS, SAMPLES
from evenstride.writers._moments import utc_moment

HOLDS = (
    "time_s",
    "distance_m",
    "speed_mps",
    "altitude_m",
    "cadence_spm",
    "heart_rate_bpm",
    "power_w",
)
"""The columns the format has room for; the others are left out."""

LAP_TRIGGERS = {
    "manual": "Manual",
    "distance": "Distance",
    "time": "Time",
    "position": "Location",
    "session_end": "Manual",  # the format has no word for it; programs write this one
}
SPORTS = {"running": "Running", "cycling": "Biking"}

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- {maker} -->
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"\
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\
 xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">
<Activities>
<Activity Sport={sport}>
<Id>{start}</Id>
"""
_TAIL = """\
{notes}<Creator xsi:type="Device_t">
<Name>{name}</Name>
<UnitId>0</UnitId>
<ProductID>0</ProductID>
<Version><VersionMajor>0</VersionMajor><VersionMinor>0</VersionMinor></Version>
</Creator>
</Activity>
</Activities>
</TrainingCenterDatabase>
"""
_MOST_STRIDES = 254  # in the one byte the schema gives


@dataclass(frozen=True)
class TcxActivity:
    """What is written.

    Attributes
    ----------
    start
        Aware moment of second 0.
    samples
        A table of `SAMPLES` in time order; only the columns of `HOLDS` are written.
    laps
        A table of `LAPS`; where empty, one lap holds everything.
    pauses
        Stretches in which the timer was stopped; each begins a new track.
    device
        Name of the device.
    notes
        The runner's own words.
    sport
        ``"running"``, ``"cycling"``, or anything else, which the format calls other.
    """

    start: datetime
    samples: pl.DataFrame
    laps: pl.DataFrame = field(default_factory=LAPS.empty)
    pauses: tuple[Stretch, ...] = ()
    device: str = "evenstride simulated watch"
    notes: str = ""
    sport: str = "running"

    def __post_init__(self) -> None:
        """Refuse what a TCX file cannot say."""
        SAMPLES.check(self.samples)
        LAPS.check(self.laps)
        if self.start.tzinfo is None:
            raise EvenstrideError(
                "A TCX file needs moments with a time zone.", "Give an aware datetime."
            )

    def moment(self, time_s: float) -> str:
        """Return a moment of the run as the format writes it."""
        return utc_moment(self.start, time_s)


def write_tcx(activity: TcxActivity) -> bytes:
    """Return the activity as a TCX file; equal activities give equal bytes.

    Examples
    --------
    >>> from datetime import UTC
    >>> row = dict.fromkeys(SAMPLES.names) | {"time_s": 0.0, "heart_rate_bpm": 120.0}
    >>> samples = pl.DataFrame([row], schema=dict(SAMPLES.empty().schema))
    >>> data = write_tcx(TcxActivity(datetime(2024, 1, 1, 8, tzinfo=UTC), samples))
    >>> b"<HeartRateBpm><Value>120</Value></HeartRateBpm>" in data
    True
    """
    head = _HEAD.format(
        maker=activity.device.replace("-", " "),
        sport=quoteattr(SPORTS.get(activity.sport, "Other")),
        start=activity.moment(0.0),
    )
    notes = f"<Notes>{escape(activity.notes)}</Notes>\n" if activity.notes else ""
    tail = _TAIL.format(notes=notes, name=escape(activity.device))
    return "".join((head, *_laps(activity), tail)).encode()


def _laps(activity: TcxActivity) -> Iterator[str]:
    """Yield the laps: each holds the samples from its start to the start of the next."""
    times = activity.samples["time_s"]
    end_s = float(times[-1]) if times.len() else 0.0
    laps = [(float(a), float(b), str(t)) for a, b, t in activity.laps.iter_rows()]
    laps = laps or [(0.0, end_s, "session_end")]
    froms = [float("-inf"), *(lap[0] for lap in laps[1:]), float("inf")]
    for place, lap in enumerate(laps):
        inside = activity.samples.filter(
            (times >= froms[place]) & (times < froms[place + 1]),
        )
        yield _lap(activity, lap, inside)


def _lap(activity: TcxActivity, lap: tuple[float, float, str], inside: pl.DataFrame) -> str:
    start_s, end_s, trigger = lap
    if trigger not in LAP_TRIGGERS:
        raise EvenstrideError(
            f"No word is known for the lap trigger {trigger!r}.",
            f"Choose from {', '.join(LAP_TRIGGERS)}.",
        )
    stopped_s = sum(
        max(0.0, min(end_s, pause.to_s) - max(start_s, pause.from_s)) for pause in activity.pauses
    )
    covered = inside["distance_m"].drop_nulls()
    metres = float(covered[-1]) - float(covered[0]) if covered.len() else 0.0
    return (
        f'<Lap StartTime="{activity.moment(start_s)}">\n'
        f"<TotalTimeSeconds>{end_s - start_s - stopped_s:.1f}</TotalTimeSeconds>\n"
        f"<DistanceMeters>{metres:.2f}</DistanceMeters>\n"
        "<Calories>0</Calories>\n<Intensity>Active</Intensity>\n"
        f"<TriggerMethod>{LAP_TRIGGERS[trigger]}</TriggerMethod>\n"
        f"{''.join(_tracks(activity, inside))}</Lap>\n"
    )


def _tracks(activity: TcxActivity, inside: pl.DataFrame) -> Iterator[str]:
    """Yield the samples of a lap as tracks, a new one after each pause."""
    ends = [pause.to_s for pause in activity.pauses]
    bounds = [float("-inf"), *ends, float("inf")]
    times = inside["time_s"]
    for from_s, to_s in pairwise(bounds):
        part = inside.filter((times >= from_s) & (times < to_s))
        if part.height:
            points = (_point(activity, row) for row in part.iter_rows(named=True))
            yield f"<Track>\n{''.join(points)}</Track>\n"


def _point(activity: TcxActivity, row: dict[str, float | None]) -> str:
    altitude, distance, heart = (
        row[name] for name in ("altitude_m", "distance_m", "heart_rate_bpm")
    )
    parts = [f"<Trackpoint><Time>{activity.moment(row['time_s'] or 0.0)}</Time>"]
    if altitude is not None:
        parts.append(f"<AltitudeMeters>{altitude:.1f}</AltitudeMeters>")
    if distance is not None:
        parts.append(f"<DistanceMeters>{distance:.2f}</DistanceMeters>")
    if heart is not None:
        parts.append(f"<HeartRateBpm><Value>{heart:.0f}</Value></HeartRateBpm>")
    parts.append(_extension(row["speed_mps"], row["cadence_spm"], row["power_w"]))
    parts.append("</Trackpoint>\n")
    return "".join(parts)


def _extension(speed: float | None, steps: float | None, power: float | None) -> str:
    """Return what Garmin's extension holds; its cadence counts the strides of one foot, whole."""
    parts = []
    if speed is not None:
        parts.append(f"<ns3:Speed>{speed:.3f}</ns3:Speed>")
    if steps is not None:
        strides = min(round(steps / 2), _MOST_STRIDES)
        parts.append(f"<ns3:RunCadence>{strides}</ns3:RunCadence>")
    if power is not None:
        parts.append(f"<ns3:Watts>{power:.0f}</ns3:Watts>")
    return f"<Extensions><ns3:TPX>{''.join(parts)}</ns3:TPX></Extensions>" if parts else ""
