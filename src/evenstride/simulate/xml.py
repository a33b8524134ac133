"""A simulated run as the XML a portal would have exported."""

from evenstride.simulate.run import SimulatedRun
from evenstride.writers.gpx import GpxTrack, write_gpx
from evenstride.writers.tcx import TcxActivity, write_tcx


def tcx_bytes(run: SimulatedRun) -> bytes:
    """Return the run as a TCX file: pace, height, laps, cadence and heart rate of `run`.

    Examples
    --------
    >>> from evenstride.simulate.run import simulate
    >>> from evenstride.simulate.scenario import Scenario
    >>> tcx_bytes(simulate(Scenario(minutes=1), seed=7)).count(b"<Trackpoint>")
    60
    """
    return write_tcx(TcxActivity(run.scenario.start, run.samples, run.laps, run.pauses))


def gpx_bytes(run: SimulatedRun) -> bytes:
    """Return the run as a GPX file: positions on an invented line, height, cadence, heart rate.

    Examples
    --------
    >>> from evenstride.simulate.run import simulate
    >>> from evenstride.simulate.scenario import Scenario
    >>> gpx_bytes(simulate(Scenario(minutes=1), seed=7)).count(b"<trkpt ")
    60
    """
    return write_gpx(GpxTrack(run.scenario.start, run.samples, run.pauses))
