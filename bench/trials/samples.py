"""A sound file or two of every format, made here: nobody's recording."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl

import evenstride.formats
from evenstride.model.averages import RUN_AVERAGES
from evenstride.model.errors import EvenstrideError
from evenstride.plugins import Reader, discover
from evenstride.simulate.device import Kit
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.scenario import Scenario
from evenstride.simulate.xml import gpx_bytes, tcx_bytes
from evenstride.writers.garmin_csv import ListStyle, write_activity_list
from evenstride.writers.stryd_csv import write_powercenter


def run(minutes: float, kit: Kit = "strap+stryd") -> SimulatedRun:
    """Return a simulated run with an episode in its middle third and two lap presses."""
    third_s = minutes * 20
    episode = PlantedEpisode(third_s, 2 * third_s, balance_pp=2.0)
    return simulate(Scenario(minutes=minutes, kit=kit, episodes=(episode,)), 7)


def fit(minutes: float) -> tuple[bytes, ...]:
    """Return a watch with strap and pod, and a watch alone."""
    return fit_bytes(run(minutes)), fit_bytes(run(minutes, "wrist"))


def tcx(minutes: float) -> tuple[bytes, ...]:
    """Return one run, a point a second."""
    return (tcx_bytes(run(minutes)),)


def gpx(minutes: float) -> tuple[bytes, ...]:
    """Return one run, a point a second."""
    return (gpx_bytes(run(minutes)),)


def stryd_csv(minutes: float) -> tuple[bytes, ...]:
    """Return one run by one pod, and by two."""
    made = run(minutes)
    asked = (made.scenario.start, made.samples, made.developer_fields)
    return write_powercenter(*asked), write_powercenter(*asked, two_pods=True)


def garmin_csv(minutes: float) -> tuple[bytes, ...]:
    """Return a list of as many runs as there are seconds, in English and in German."""
    columns = run(minutes).samples.drop_nulls("contact_time_ms")
    rows = columns.select(c for c in columns.columns if c in RUN_AVERAGES.names)
    day = pl.datetime(2020, 3, 1, 7) + pl.duration(days=pl.int_range(rows.height))
    runs = rows.with_columns(
        start=day.dt.strftime("%Y-%m-%dT%H:%M:%S"),
        sport=pl.lit("running"),
        activity=pl.lit("Running"),
        title=pl.lit('A run, "mine"'),
        duration_s=pl.lit(3600.0),
        moving_s=pl.lit(3590.0),
    ).select(RUN_AVERAGES.names)
    german = replace(ListStyle(), language="German", decimal=",", encoding="utf-8-sig")
    return write_activity_list(runs), write_activity_list(runs, german)


SAMPLES: dict[str, Callable[[float], tuple[bytes, ...]]] = {
    "FIT": fit,
    "TCX": tcx,
    "GPX": gpx,
    "Stryd CSV": stryd_csv,
    "Garmin activity list": garmin_csv,
}
"""By name of the reader: sound files of a run of so many minutes, each unlike the others."""


def samples_of(reader: Reader, minutes: float) -> tuple[bytes, ...]:
    """Return sound files for a reader.

    Raises
    ------
    EvenstrideError
        If the format has none here.
    """
    if reader.name not in SAMPLES:
        raise EvenstrideError(
            f"There is no sample of {reader.name}.", "Give it one in bench/trials/samples.py."
        )
    return SAMPLES[reader.name](minutes)


def readers() -> tuple[Reader, ...]:
    """Return every reader there is."""
    return discover(evenstride.formats, Reader)
