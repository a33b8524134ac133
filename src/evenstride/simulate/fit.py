"""A simulated run as the file a watch would have left."""

from evenstride.simulate.device import Kit
from evenstride.simulate.run import SimulatedRun
from evenstride.writers.fit import (
    FOOT_POD,
    RUNNING_DYNAMICS,
    WATCH,
    Activity,
    Device,
    write_activity,
)

STRAP_DEVICE = Device("evenstride simulated strap", product=2, antplus_type=RUNNING_DYNAMICS)
POD_DEVICE = Device("evenstride simulated pod", product=3, antplus_type=FOOT_POD)

DEVICES_OF: dict[Kit, tuple[Device, ...]] = {
    "wrist": (WATCH,),
    "strap": (WATCH, STRAP_DEVICE),
    "strap+stryd": (WATCH, STRAP_DEVICE, POD_DEVICE),
}


def fit_bytes(run: SimulatedRun) -> bytes:
    """Return the run as a FIT file, with the samples, laps and pauses of `run`.

    Examples
    --------
    >>> from evenstride.simulate.run import simulate
    >>> from evenstride.simulate.scenario import Scenario
    >>> fit_bytes(simulate(Scenario(minutes=1), seed=7))[8:12]
    b'.FIT'
    """
    return write_activity(
        Activity(
            run.scenario.start,
            run.samples,
            run.laps,
            run.pauses,
            run.developer_fields,
            devices=DEVICES_OF[run.scenario.kit],
        )
    )
