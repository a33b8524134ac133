"""Which runs the benchmark draws: every cell with its number of runs, and its seeds.

One thing at a time is changed around a base of 1.5 to 2 SD, 10 to 20 minutes and a sudden
beginning; then everything at once, drawn at random.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from trials.decoys import DECOYS
from trials.planted import Cell, Trial
from trials.real_planted import half_of, room_for

BOTH = ("contact time", "balance")
SIZES = (0.5, 1.0, 1.5, 2.0, 3.0)
KEY_MINUTES = (10.0, 20.0)
LENGTHS = (2.0, 5.0, None)
RAMPS_S = (60.0, 180.0, 300.0)
WORSENING_S = (600.0, 1200.0, 1800.0)
GAINS = (1.5, 2.0, 3.0)
BURSTS = ((4.0, 3.0, 3.0), (4.0, 3.0, 6.0), (2.0, 5.0, 6.0))
"""Bursts a minute, their length in seconds, their size in SD."""
EARLY = ((30.0, 10.0), (30.0, 30.0), (120.0, 10.0), (120.0, 30.0))
"""Onset in seconds, return in minutes."""
HEALTHY_KITS = ("wrist", "strap", "strap+stryd")
HEALTHY_MINUTES = {60.0: 150, 120.0: 40}
"""How many healthy runs of each length, for each kit: at least 200 judged hours."""
REAL_ONSETS = 3
FIRST_SEED = 60_000_000
_CROSSED = 94
_PLACES = 2000
"""Seeds set apart for each cell."""

NULL_RUNS = 160
RUNS = {
    "size": 50,
    "length": 30,
    "ramp": 30,
    "crossed": 140,
    "several": 50,
    "unsteady": 40,
    "worsening": 20,
    "early": 25,
    "foot": 30,
    "mix": 50,
    "decoy": 40,
}
"""Runs in each cell of a group, in each half."""


def cells() -> list[Cell]:
    """Return every cell of the simulated runs in which something is planted or staged."""
    return [
        *(_shift("size", w, s, m) for w, s, m in product(BOTH, SIZES, KEY_MINUTES)),
        *(_shift("length", w, s, m) for w, s, m in product(BOTH, (1.5, 2.0), LENGTHS)),
        *(
            Cell(w, s, ramp, 15.0, group="ramp")
            for w, s, ramp in product(BOTH, (1.5, 2.0), RAMPS_S)
        ),
        *(Cell(w, group="crossed") for w in BOTH),
        *(Cell(w, 2.0, group="several", count=n) for w, n in product(BOTH, (2, 3))),
        *(_unsteady(w, g) for w, g in product(BOTH, GAINS)),
        *(_bursts(w, *how) for w, how in product(BOTH, BURSTS)),
        *(
            Cell(w, s, ramp, group="worsening")
            for w, s, ramp in product(BOTH, (2.0, 3.0), WORSENING_S)
        ),
        *(Cell("balance", 2.0, 0.0, m, group="early", onset_s=onset) for onset, m in EARLY),
        *(Cell("one foot", s, 0.0, 15.0, group="foot") for s in SIZES[1:]),
        *(Cell(w, s, 0.0, 15.0, mixed=True, group="mix") for w, s in product(BOTH, (1.5, 2.0))),
        *(Cell(w, group="decoy", decoy=name) for w, name in product(BOTH, ("", *DECOYS))),
    ]


def _shift(group: str, what: str, size_sd: float, minutes: float | None) -> Cell:
    return Cell(what, size_sd, 0.0, minutes, group=group, compared=group == "size")


def _unsteady(what: str, gain: float) -> Cell:
    return Cell(what, gain, 0.0, 15.0, compared=True, group="unsteady", kind="variability")


def _bursts(what: str, often: float, burst_s: float, size_sd: float) -> Cell:
    plain = Cell(what, size_sd, 0.0, 15.0, compared=True, group="unsteady", kind="bursts")
    return replace(plain, bursts_per_min=often, burst_s=burst_s)


def simulated(share: float, half: str) -> list[Trial]:
    """Return every simulated run, with `share` of the planned number; healthy ones of both halves.

    No two share a seed, but for decoys: each is put into the same runs, which are also looked at
    without one. Even seeds are the setting half, odd ones the reporting half.
    """
    odd = int(half == "reporting")
    planned = cells()
    decoys = [place for place, cell in enumerate(planned) if cell.group == "decoy"]
    trials = [
        Trial(_crossed(cell, seed) if cell.group == "crossed" else cell, seed)
        for place, cell in enumerate(planned)
        for seed in _seeds(decoys[0] if place in decoys else place, RUNS[cell.group], share, odd)
    ]
    for place, what in enumerate(BOTH, start=len(cells())):
        healthy = Cell(what, compared=True, group="null")
        for part in (0, 1):
            trials += [Trial(healthy, seed) for seed in _seeds(place, NULL_RUNS, share, part)]
    return [*trials, *_healthy(share, odd)]


def _healthy(share: float, odd: int) -> list[Trial]:
    kits = product(HEALTHY_KITS, HEALTHY_MINUTES.items())
    return [
        Trial(Cell(kit, mixed=True, group="healthy", run_minutes=minutes), seed)
        for place, (kit, (minutes, runs)) in enumerate(kits, start=len(cells()) + len(BOTH))
        for seed in _seeds(place, runs, share, odd)
    ]


def _seeds(place: int, runs: int, share: float, odd: int) -> Sequence[int]:
    first = FIRST_SEED + _PLACES * place + odd
    return range(first, first + 2 * max(round(runs * share), 1), 2)


def _crossed(cell: Cell, seed: int) -> Cell:
    """Draw size, length and ramp, each apart from the others."""
    rng = np.random.default_rng((seed, _CROSSED))
    minutes = float(rng.uniform(5, 20))
    ramp_s = float(rng.choice((0.0, rng.uniform(30, 300))))
    return replace(cell, size_sd=float(rng.uniform(1, 3)), minutes=minutes, ramp_s=ramp_s)


def real_cells() -> list[Cell]:
    """Return what is planted into real runs."""
    return [
        *(
            Cell(w, s, 0.0, m, group="real")
            for w, s, m in product(BOTH, SIZES[1:], (5.0, 10.0, 20.0))
        ),
        *(Cell(w, 2.0, 180.0, 10.0, group="real") for w in BOTH),
        *(Cell(w, 2.0, 0.0, 10.0, group="real", kind="variability") for w in BOTH),
        *(Cell(w, 6.0, 0.0, 10.0, group="real", kind="bursts") for w in BOTH),
        *(Cell(w, group="real") for w in BOTH),
    ]


def real(share: float) -> list[Trial]:
    """Return every planting into a real run, and each run once as it is; none without the data."""
    runs = max(round(REAL_ONSETS * share), 1)
    trials = []
    for place, cell in enumerate(real_cells()):
        for at, name in enumerate(room_for(cell)):
            first = FIRST_SEED + 10_000_000 + 1000 * place + 20 * at
            first += int(half_of(name) == "reporting")
            trials += [Trial(cell, first + 2 * k, name) for k in range(runs if cell.size_sd else 1)]
    return trials
