"""A whole run beside the runner's own usual: how often a healthy day misleads, and what shows.

``python bench/whole_run.py`` writes docs/science/whole-run.md; ``--quick`` draws a tenth of the
runners and writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from evenstride.coordination.normal import usual_of
from evenstride.inference.whole_run import (
    FALSE_ALARMS,
    FEWEST_RUNS,
    LATEST_RUNS,
    weigh_whole_run,
)
from evenstride.model.normal import Normal
from evenstride.model.whole_run import RunMeans
from evenstride.simulate.days import (
    ODD_RUN,
    QUARTERLY_STEP_PP,
    ROBUST_SD_PP,
    DayToDay,
    draw_run_means,
)
from trials.chance import share_bounds
from trials.pages import NOBODY, number, percent, table, write
from trials.pool import each, quick

QUANTITY = "contact_balance_left"
COUNTS = (5, 10, 20, 50)
STEPS_PP = (0.0, QUARTERLY_STEP_PP, 2 * QUARTERLY_STEP_PP)
SIZES_PP = (1.0, 1.5, 2.0, 3.0)
RUNNERS = 4000
BATCH = 100
FIRST_SEED = 7_000_000


@dataclass(frozen=True)
class Asked:
    """A batch of runners with so many earlier runs and so much wandering."""

    count: int
    step_pp: float
    seed: int


@dataclass(frozen=True)
class Seen:
    """What was said of each runner's next run: healthy first, then moved by each size.

    Attributes
    ----------
    off
        Whether it was called off, shape ``(runners, 1 + sizes)``.
    right_foot
        Whether a moved run that was called off was told toward the side it moved to.
    band_pp
        Half width of the band in which nine in ten healthy runs should lie, by runner.
    inside
        Whether the healthy run lay in it.
    """

    asked: Asked
    off: list[list[bool]]
    right_foot: list[bool]
    band_pp: list[float]
    inside: list[bool]


def look(asked: Asked) -> Seen:
    """Draw a batch of runners and weigh each one's next run."""
    rng = np.random.default_rng(asked.seed)
    seen = Seen(asked, [], [], [], [])
    for _ in range(BATCH):
        runner = DayToDay(float(rng.uniform(*ROBUST_SD_PP)), asked.step_pp)
        means = draw_run_means(runner, asked.count + 1, rng)
        baseline = Normal("strap", (usual_of(QUANTITY, "pct", means[:-1]),))
        side = float(rng.choice((-1.0, 1.0)))
        weighed = [
            weigh_whole_run(RunMeans("strap", {QUANTITY: float(means[-1]) + side * size}), baseline)
            for size in (0.0, *SIZES_PP)
        ]
        toward = "left" if side > 0 else "right"
        seen.off.append([one.off for one in weighed])
        seen.right_foot.extend(one.toward == toward for one in weighed[1:] if one.off)
        usual, mean = weighed[0].channels[0].usual, weighed[0].channels[0].mean
        seen.band_pp.append(usual.hi - usual.value)
        seen.inside.append(usual.lo <= mean <= usual.hi)
    return seen


def batches(runners: int) -> list[Asked]:
    """Return every batch of every cell."""
    return [
        Asked(count, step_pp, FIRST_SEED + 1000 * cell + k)
        for cell, (count, step_pp) in enumerate(product(COUNTS, STEPS_PP))
        for k in range(runners // BATCH)
    ]


def of(seen: Sequence[Seen], count: int, step_pp: float | None = None) -> list[list[bool]]:
    """Return what was said of the runners of some cells."""
    return [
        row
        for one in seen
        if one.asked.count == count and step_pp in {None, one.asked.step_pp}
        for row in one.off
    ]


def healthy_part(seen: Sequence[Seen]) -> str:
    """Return the table of false alarms."""
    rows = []
    for count, step_pp in product(COUNTS, STEPS_PP):
        off = [row[0] for row in of(seen, count, step_pp)]
        low, high = share_bounds(sum(off), len(off))
        shares = f"{100 * sum(off) / len(off):.2f} ({100 * low:.2f} to {100 * high:.2f})"
        rows.append((f"{count} runs, wandering {step_pp:g} pp a quarter", str(len(off)), shares))
    head = ("known before", "healthy runs", "called off, per 100 (90 % interval)")
    return table(head, rows)


def power_part(seen: Sequence[Seen]) -> str:
    """Return the table of what is found."""
    rows = []
    for count in COUNTS:
        off = np.array(of(seen, count))
        found = [percent(int(column.sum()), len(off)) for column in off.T[1:]]
        rows.append((f"{count} runs", *found))
    return table(("known before", *(f"{size:g} pp" for size in SIZES_PP)), rows)


def band_part(seen: Sequence[Seen]) -> str:
    """Return the table of the band told to the runner."""
    rows = []
    for count in COUNTS:
        some = [one for one in seen if one.asked.count == count]
        widths = [width for one in some for width in one.band_pp]
        inside = [held for one in some for held in one.inside]
        middle = number(float(np.median(widths)), 2)
        rows.append((f"{count} runs", middle, percent(sum(inside), len(inside))))
    return table(("known before", "half width (pp, median)", "healthy runs inside"), rows)


PAGE = """# A whole run beside the runner's own usual

What is lost from the first step to the last makes no change inside a run. Only the runner's other
days on the same device can show it. Each run is one mean of ground contact balance.

Everything here is simulated, after four runners and 1,155 runs: a robust SD of {low:g} to {high:g}
percentage points from run to run with the tails of Student's t with three degrees, one odd run in
{odd:.0f} that lies 4 to 9 pp off, and a mean that wanders from quarter to quarter. The method takes
its tails and what it expects of a runner's SD from the same four runners, so this tests its
arithmetic and its use of few runs, not that other runners are alike.
{nobody}

## False alarms

A run is called off where the runner's own healthy days lie that far away at most once in
{often:.0f}. Fewer than {fewest} known runs are not judged; of more than {latest} the latest count.

{healthy}

## What is found

The whole run moved toward one foot, over all wanderings above.

{power}

The side was told rightly in {right} of {found} runs that were called off.

So one run shows little: with the spread of healthy days, a shift of 1 pp from first step to last
looks like any other day. What changes inside a run is another question.

## The band told to the runner

Where nine in ten healthy runs should lie.

{band}
"""


def main() -> None:
    """Draw, weigh, and write the page."""
    asked = batches(RUNNERS // (10 if quick() else 1))
    print(f"{len(asked) * BATCH} runners", flush=True)
    seen = list(each(look, asked))
    right = [said for one in seen for said in one.right_foot]
    text = PAGE.format(
        low=ROBUST_SD_PP[0],
        high=ROBUST_SD_PP[1],
        odd=1 / ODD_RUN,
        nobody=NOBODY,
        often=1 / FALSE_ALARMS,
        fewest=FEWEST_RUNS,
        latest=LATEST_RUNS,
        healthy=healthy_part(seen),
        power=power_part(seen),
        right=sum(right),
        found=len(right),
        band=band_part(seen),
    )
    if quick():
        print(text)
    else:
        write("whole-run.md", "whole_run.py", text)


if __name__ == "__main__":
    main()
