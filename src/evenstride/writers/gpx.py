"""Write a run as GPX 1.1 with Garmin's TrackPointExtension version 1, as portals export it.

GPX cannot be without positions: they lie on an invented straight line due north in the South
Pacific, far from any land, as far along as the run had come. Elements stand in the order of the
published schemas gpx.xsd (1.1) and TrackPointExtensionv1.xsd.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

import polars as pl

from evenstride.model.errors import EvenstrideError
from evenstride.model.intervals import Stretch
from evenstride.model.recording import SAMPLES
from evenstride.writers._moments import utc_moment

HOLDS = (
    "time_s",
    "distance_m",
    "altitude_m",
    "cadence_spm",
    "heart_rate_bpm",
    "temperature_c",
)
"""The columns the format has room for, distance as positions; the others are left out."""

_FROM_LATITUDE, _LONGITUDE = -48.5, -123.25
_METRES_A_DEGREE = 6_371_008.8 * math.pi / 180
_MOST_STRIDES = 254  # in the one byte the schema gives

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator={device} xmlns="http://www.topografix.com/GPX/1/1"\
 xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
<metadata><time>{start}</time></metadata>
<trk>
<type>{sport}</type>
"""


@dataclass(frozen=True)
class GpxTrack:
    """What is written.

    Attributes
    ----------
    start
        Aware moment of second 0.
    samples
        A table of `SAMPLES` in time order; only the columns of `HOLDS` are written.
    pauses
        Stretches in which the timer was stopped; each begins a new segment.
    device
        Written as the file's creator.
    sport
        Written as the track's type.
    """

    start: datetime
    samples: pl.DataFrame
    pauses: tuple[Stretch, ...] = ()
    device: str = "evenstride simulated watch"
    sport: str = "running"

    def __post_init__(self) -> None:
        """Refuse what a GPX file cannot say."""
        SAMPLES.check(self.samples)
        if self.start.tzinfo is None:
            raise EvenstrideError(
                "A GPX file needs moments with a time zone.", "Give an aware datetime."
            )

    def moment(self, time_s: float) -> str:
        """Return a moment of the run as the format writes it."""
        return utc_moment(self.start, time_s)


def write_gpx(track: GpxTrack) -> bytes:
    """Return the track as a GPX file; equal tracks give equal bytes.

    Examples
    --------
    >>> from datetime import UTC
    >>> row = dict.fromkeys(SAMPLES.names) | {"time_s": 0.0, "cadence_spm": 171.0}
    >>> samples = pl.DataFrame([row], schema=dict(SAMPLES.empty().schema))
    >>> data = write_gpx(GpxTrack(datetime(2024, 1, 1, 8, tzinfo=UTC), samples))
    >>> b"<gpxtpx:cad>86</gpxtpx:cad>" in data
    True
    """
    head = _HEAD.format(
        device=quoteattr(track.device), start=track.moment(0.0), sport=escape(track.sport)
    )
    return "".join((head, *_segments(track), "</trk>\n</gpx>\n")).encode()


def _segments(track: GpxTrack) -> Iterator[str]:
    """Yield the samples in segments, a new one after each pause."""
    samples = track.samples.with_columns(
        pl.col("distance_m").forward_fill().fill_null(0.0),
    )
    bounds = [float("-inf"), *(pause.to_s for pause in track.pauses), float("inf")]
    times = samples["time_s"]
    for from_s, to_s in pairwise(bounds):
        part = samples.filter((times >= from_s) & (times < to_s))
        if part.height:
            points = (_point(track, row) for row in part.iter_rows(named=True))
            yield f"<trkseg>\n{''.join(points)}</trkseg>\n"


def _point(track: GpxTrack, row: dict[str, float | None]) -> str:
    latitude = _FROM_LATITUDE + (row["distance_m"] or 0.0) / _METRES_A_DEGREE
    altitude = row["altitude_m"]
    return (
        f'<trkpt lat="{latitude:.8f}" lon="{_LONGITUDE:.8f}">'
        f"{'' if altitude is None else f'<ele>{altitude:.1f}</ele>'}"
        f"<time>{track.moment(row['time_s'] or 0.0)}</time>"
        f"{_extension(row['temperature_c'], row['heart_rate_bpm'], row['cadence_spm'])}"
        "</trkpt>\n"
    )


def _extension(warm: float | None, heart: float | None, steps: float | None) -> str:
    """Return what Garmin's extension holds; its cadence counts the strides of one foot, whole."""
    parts = []
    if warm is not None:
        parts.append(f"<gpxtpx:atemp>{warm:.1f}</gpxtpx:atemp>")
    if heart is not None:
        parts.append(f"<gpxtpx:hr>{heart:.0f}</gpxtpx:hr>")
    if steps is not None:
        parts.append(f"<gpxtpx:cad>{min(round(steps / 2), _MOST_STRIDES)}</gpxtpx:cad>")
    inner = "".join(parts)
    if not inner:
        return ""
    return (
        f"<extensions><gpxtpx:TrackPointExtension>{inner}</gpxtpx:TrackPointExtension></extensions>"
    )
