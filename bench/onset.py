"""What the search finds, and how well it tells when: planted episodes in simulated runs.

``python bench/onset.py`` writes docs/science/onset.md; ``--quick`` draws a tenth of the runs and
writes nothing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np

from trials.chance import quantile, share_bounds
from trials.pages import NOBODY, number, percent, table, write
from trials.planted import MINUTES, Cell, Outcome, Trial, look
from trials.pool import each, quick

RUNS_KEY, RUNS_NULL, RUNS, RUNS_RAMPED = 160, 240, 80, 40
FIRST_SEED = 7_000_000
SIZES = (1.0, 1.5, 2.0, 3.0)
LENGTHS = (5.0, 10.0, 20.0, None)
RAMPS_S = (60.0, 180.0, 300.0)
BOTH = ("contact time", "balance")
TARGETS = {
    ("contact time", 1.5): 0.85,
    ("balance", 1.5): 0.65,
    ("contact time", 2.0): 0.9,
    ("balance", 2.0): 0.9,
}
TARGET_ERROR_S, TARGET_COVERAGE = 15.0, (0.85, 0.97)

Outcomes = Sequence[Outcome]


def is_key(cell: Cell) -> bool:
    """Return whether a cell belongs to the row by which the search is judged."""
    planned = cell.what in BOTH and cell.ramp_s == 0 and not cell.mixed
    return planned and cell.minutes in {10.0, 20.0} and cell.size_sd in {1.5, 2.0}


def cells() -> list[tuple[Cell, int]]:
    """Return every cell, and how many runs it is worth."""
    sudden = [Cell(what, size, 0.0, m) for what in BOTH for size in SIZES for m in LENGTHS]
    foot = [Cell("one foot", size, 0.0, m) for size in SIZES for m in LENGTHS[1:]]
    ramped = [
        Cell(what, size, ramp, m)
        for what in BOTH
        for size in SIZES[1:]
        for ramp in RAMPS_S
        for m in LENGTHS[1:]
    ]
    key = [cell for cell in sudden if is_key(cell)]
    return [
        *((Cell(what, 0.0, rivals=True), RUNS_NULL) for what in BOTH),
        *((replace(cell, rivals=True), RUNS_KEY) for cell in key),
        *((cell, RUNS) for cell in sudden if cell not in key),
        *((replace(cell, mixed=True), RUNS) for cell in key),
        *((cell, RUNS) for cell in foot),
        *((cell, RUNS_RAMPED) for cell in ramped),
    ]


def trials() -> list[Trial]:
    """Return every run to be drawn; no two share a seed."""
    return [
        Trial(cell, FIRST_SEED + 1000 * place + k)
        for place, (cell, runs) in enumerate(cells())
        for k in range(runs // (10 if quick() else 1))
    ]


def only_plain(outcomes: Outcomes) -> list[Outcome]:
    """Return what was found and has one reading only."""
    return [one for one in outcomes if one.found and not one.ambiguous]


def covered(outcomes: Outcomes) -> tuple[int, int]:
    """Return how many plain onset intervals hold the truth, of how many."""
    plain = only_plain(outcomes)
    return sum(one.onset_covered for one in plain), len(plain)


def errors_s(outcomes: Outcomes) -> list[float]:
    """Return how far plain onsets lie from the truth."""
    return [abs(one.onset_error_s) for one in only_plain(outcomes)]


def recovery_errors_s(outcomes: Outcomes) -> list[float]:
    """Return how far recoveries lie from the truth, where both are there."""
    known = [one.recovery_error_s for one in only_plain(outcomes)]
    return [abs(error) for error in known if error is not None]


def found_cell(outcomes: Outcomes) -> str:
    """Return the share found with its exact 90 % interval."""
    hits, of = sum(one.found for one in outcomes), len(outcomes)
    low, high = share_bounds(hits, of)
    return f"{percent(hits, of)} ({100 * low:.0f}–{100 * high:.0f})"


def lasted(minutes: float | None) -> str:
    """Return how long an episode lasts, in words."""
    return "to the end" if minutes is None else f"{minutes:.0f} min"


def yes(reached: bool) -> str:  # noqa: FBT001 - one word for one fact
    """Return a verdict."""
    return "reached" if reached else "**not reached**"


def verdict_table(outcomes: Outcomes) -> str:
    """Return the row of the task: sudden, 10 to 20 minutes, 1.5 and 2 SD."""
    rows = []
    for (what, size), target in TARGETS.items():
        group = [
            one
            for one in outcomes
            if is_key(one.trial.cell)
            and (one.trial.cell.what, one.trial.cell.size_sd) == (what, size)
        ]
        error_s = quantile(errors_s(group), 0.5)
        inside, of = covered(group)
        share = sum(one.found for one in group) / max(len(group), 1)
        low, high = TARGET_COVERAGE
        rows.append(
            [
                f"{what}, {size:g} SD",
                found_cell(group),
                f"{100 * target:.0f} %: {yes(share >= target)}",
                number(error_s),
                f"{TARGET_ERROR_S:.0f}: {yes(error_s <= TARGET_ERROR_S)}",
                percent(inside, of),
                f"85–97 %: {yes(low <= inside / max(of, 1) <= high)}",
            ]
        )
    head = ["planted", "found (90 %)", "target", "onset error s", "target", "covered", "target"]
    return table(head, rows)


HEAD = [
    "planted",
    "found (90 %)",
    "onset error s: median",
    "90th",
    "recovery error s: median",
    "90th",
    "onset covered",
    "width s",
    "two readings",
    "first fits",
]


def row(name: str, outcomes: Outcomes) -> list[str]:
    """Return one row of the long tables."""
    found = [one for one in outcomes if one.found]
    plain = only_plain(outcomes)
    onset_s, recovery_s = errors_s(outcomes), recovery_errors_s(outcomes)
    return [
        name,
        found_cell(outcomes),
        number(quantile(onset_s, 0.5)),
        number(quantile(onset_s, 0.9)),
        number(quantile(recovery_s, 0.5)),
        number(quantile(recovery_s, 0.9)),
        f"{percent(*covered(outcomes))} of {len(plain)}",
        number(quantile([one.onset_width_s for one in plain], 0.5)),
        percent(sum(one.ambiguous for one in found), len(found)),
        percent(sum(one.agreed for one in found), len(found)),
    ]


def sudden_table(outcomes: Outcomes, what: str) -> str:
    """Return every size and length of sudden episodes in one channel."""
    chosen = _of(outcomes, what, ramped=False)
    groups = {
        (size, minutes): [
            one
            for one in chosen
            if (one.trial.cell.size_sd, one.trial.cell.minutes) == (size, minutes)
        ]
        for size in SIZES
        for minutes in LENGTHS
    }
    return table(
        HEAD,
        [row(f"{size:g} SD, {lasted(m)}", group) for (size, m), group in groups.items() if group],
    )


def ramp_table(outcomes: Outcomes, what: str) -> str:
    """Return every ramp and size, lengths together."""
    chosen = [
        one
        for one in (*_of(outcomes, what, ramped=False), *_of(outcomes, what, ramped=True))
        if one.trial.cell.size_sd > 1 and one.trial.cell.minutes != 5.0
    ]
    rows = [
        [
            *row(
                f"over {ramp:.0f} s, {size:g} SD" if ramp else f"sudden, {size:g} SD",
                group := [
                    one
                    for one in chosen
                    if (one.trial.cell.ramp_s, one.trial.cell.size_sd) == (ramp, size)
                ],
            ),
            percent(
                sum(one.gradual > 0.5 for one in group if one.found),
                sum(one.found for one in group),
            ),
        ]
        for ramp in (0.0, *RAMPS_S)
        for size in SIZES[1:]
    ]
    return table([*HEAD, "called gradual"], rows)


def coverage_table(outcomes: Outcomes) -> str:
    """Return coverage for each ramp, everything else together."""
    low, high = TARGET_COVERAGE
    rows = []
    for ramp in (0.0, *RAMPS_S):
        group = [
            one
            for one in outcomes
            if one.trial.cell.ramp_s == ramp and one.trial.cell.size_sd and not one.trial.cell.mixed
        ]
        inside, of = covered(group)
        bounds = share_bounds(inside, of)
        found = sum(one.found for one in group)
        rows.append(
            [
                f"over {ramp:.0f} s" if ramp else "sudden",
                str(found),
                str(of),
                f"{percent(inside, of)} ({100 * bounds[0]:.0f}–{100 * bounds[1]:.0f})",
                yes(low <= inside / max(of, 1) <= high),
            ]
        )
    return table(["beginning", "found", "with one reading", "onset covered", "85–97 %"], rows)


def gradual_table(outcomes: Outcomes) -> str:
    """Return how often a beginning believed gradual was, sudden and gradual made equally common."""
    known = [
        one
        for one in outcomes
        if one.found and one.trial.cell.size_sd > 1 and not one.trial.cell.mixed
    ]
    sudden = sum(one.trial.cell.ramp_s == 0 for one in known)
    weights = {True: 0.5 / max(len(known) - sudden, 1), False: 0.5 / max(sudden, 1)}
    edges = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0001)
    rows = []
    for low, high in pairwise(edges):
        group = [one for one in known if low <= one.gradual < high]
        true = sum(weights[True] for one in group if one.trial.cell.ramp_s > 0)
        total = sum(weights[one.trial.cell.ramp_s > 0] for one in group)
        rows.append(
            [
                f"{100 * low:.0f}–{min(100 * high, 100):.0f} %",
                str(len(group)),
                number(100 * float(np.mean([one.gradual for one in group])) if group else np.nan),
                number(100 * true / total if group else np.nan),
            ]
        )
    return table(["believed gradual", "episodes", "mean belief %", "was gradual %"], rows)


def foot_table(outcomes: Outcomes) -> str:
    """Return one foot's own contact time: found, and the foot named."""
    rows = []
    for size in SIZES:
        group = [
            one for one in _of(outcomes, "one foot", ramped=False) if one.trial.cell.size_sd == size
        ]
        found = [one for one in group if one.found]
        rows.append(
            [
                f"{size:g} SD of balance",
                found_cell(group),
                number(quantile(errors_s(group), 0.5)),
                *(percent(sum(one.foot == f for one in found), len(found)) for f in FEET),
            ]
        )
    return table(
        [
            "planted",
            "found (90 %)",
            "onset error s",
            "right foot named",
            "wrong foot named",
            "no foot named",
        ],
        rows,
    )


FEET = ("right", "wrong", "none")


def rival_table(outcomes: Outcomes) -> str:
    """Return every method at one false alarm in twenty healthy runs."""
    looked = [one for one in outcomes if one.verdicts and not one.trial.cell.mixed]
    methods: list[tuple[str, Callable[[Outcome], float], Callable[[Outcome], float]]] = [
        ("evenstride, all channels", lambda one: one.log_bf, lambda one: one.onset_error_s),
        (
            "evenstride, this channel alone",
            lambda one: one.alone_log_bf,
            lambda _: float("nan"),
        ),
    ]
    methods += [
        (
            f"{key[0]}, {key[1]}",
            partial(_rival_statistic, key),
            partial(_rival_error_s, key),
        )
        for key in looked[0].verdicts
    ]
    head = ["method, series", *(f"{what} {size:g} SD" for what in BOTH for size in (1.5, 2.0))]
    return table(
        [*head, "onset error s, 2 SD"],
        [[name, *_at_equal_alarms(looked, says, late)] for name, says, late in methods],
    )


def _rival_statistic(key: tuple[str, str], one: Outcome) -> float:
    return one.verdicts[key].statistic


def _rival_error_s(key: tuple[str, str], one: Outcome) -> float:
    return one.verdicts[key].onset_s - one.onset_s


def _at_equal_alarms(
    looked: Outcomes, says: Callable[[Outcome], float], late: Callable[[Outcome], float]
) -> list[str]:
    found, late_s = [], []
    for what in BOTH:
        group = [one for one in looked if one.trial.cell.what == what]
        limit = quantile([says(one) for one in group if not one.trial.cell.size_sd], 0.95)
        for size in (1.5, 2.0):
            planted = [one for one in group if one.trial.cell.size_sd == size]
            hits = [one for one in planted if says(one) > limit]
            found.append(percent(len(hits), len(planted)))
            late_s += [abs(late(one)) for one in hits if size == 2.0]
    return [*found, number(quantile([error for error in late_s if not math.isnan(error)], 0.5))]


def usual_penalty(outcomes: Outcomes) -> str:
    """Return how often the textbook penalty alarms in healthy runs, raw and adjusted."""
    null = [one for one in outcomes if one.verdicts and not one.trial.cell.size_sd]
    usual = 2 * math.log(MINUTES * 2)
    shares = [
        percent(
            sum(one.verdicts["PELT (ruptures)", form].statistic > usual for one in null), len(null)
        )
        for form in ("raw", "adjusted")
    ]
    return f"{shares[0]} of healthy runs on the raw series and {shares[1]} on the adjusted one"


def _of(outcomes: Outcomes, what: str, *, ramped: bool) -> list[Outcome]:
    """Return what was planted in one channel of plain runs."""
    return [
        one
        for one in outcomes
        if one.trial.cell.what == what
        and one.trial.cell.size_sd
        and not one.trial.cell.mixed
        and (one.trial.cell.ramp_s > 0) == ramped
    ]


def mixed_table(outcomes: Outcomes) -> str:
    """Return the row of the task in the unkind mix."""
    return table(
        HEAD,
        [
            row(
                f"{what}, {size:g} SD",
                [
                    one
                    for one in outcomes
                    if one.trial.cell.mixed
                    and (one.trial.cell.what, one.trial.cell.size_sd) == (what, size)
                ],
            )
            for what in BOTH
            for size in (1.5, 2.0)
        ],
    )


def page(outcomes: Outcomes) -> str:
    """Return docs/science/onset.md."""
    return f"""
# Finding an episode, and telling when

Simulated runs with one planted episode, searched as the program searches a file, with the alarm
thresholds it ships ([false alarms](false-alarms.md)). {NOBODY} So this says how well the search
finds a shift of known size in the noise of healthy running. It cannot say how large, how long or
how sudden the shifts of a person with dystonia are.

* **Runs**: {MINUTES:.0f} minutes at an easy, wandering pace over rolling ground, every second
  recorded, no stops; each from a seed of its own, from {FIRST_SEED} on. Noise has the
  autocorrelation and heavy tails measured in real healthy runs, never the search's own model of
  them.
* **Planted**: a shift of contact time (wrist device) or of balance (chest strap), up or down at
  random, in units of that run's own one-second noise (SD). As measured, 1 SD is about 6 ms of
  contact time at the wrist and 0.8 percentage points of balance. The search is not told which
  channel.
* **Found**: an alarm, with a reading that overlaps the planted episode. Shares have exact 90 %
  intervals.
* **Errors, intervals and coverage** are of found episodes with one reading only. Where the run
  itself cannot tell "gone and not back" from "off at the start, then back", both readings are
  given and the column "two readings" counts them; "first fits" counts how often the reading told
  first overlaps the truth. Covered: the 90 % interval holds the planted onset.

## The row it is judged by

Sudden, 10 or 20 minutes long, {RUNS_KEY} runs for each size, length and channel.

{verdict_table(outcomes)}

## Sudden episodes in contact time (wrist)

{sudden_table(outcomes, "contact time")}

## Sudden episodes in balance (strap)

{sudden_table(outcomes, "balance")}

## Beginnings that take time: contact time

The shift grows evenly over 60, 180 or 300 s; 10 and 20 minutes and "to the end" together. The true
onset is where it begins to grow.

{ramp_table(outcomes, "contact time")}

## Beginnings that take time: balance

{ramp_table(outcomes, "balance")}

## Do the intervals hold what they promise?

All channels, sizes and lengths together. Above 97 % the intervals are wider than they need be;
below 85 % they would promise too much.

{coverage_table(outcomes)}

## Sudden or gradual?

How often a beginning was gradual (60 s or more), by how gradual the search believed it to be;
1.5 SD and more, sudden and gradual made equally common, as the search assumes.

{gradual_table(outcomes)}

## One foot's own contact time (strap)

One foot stays on the ground longer; balance and mean contact time move as that makes them. 10 and
20 minutes and "to the end" together.

{foot_table(outcomes)}

## Other methods, at equal false alarms

The runs of the first table. Every method gets half-minute medians of the planted channel alone
(evenstride also all channels of the kit) and is set to alarm in one in twenty of the same
{RUNS_NULL} healthy runs of each kit. *Raw*: as recorded. *Adjusted*: pace and slope taken out.
*Whitened*: the running's own memory taken out too. The moving mean is told the length (10
minutes). None of the others gives an interval for the onset.

{rival_table(outcomes)}

With the textbook penalty (2 log n), PELT alarms in {usual_penalty(outcomes)}.

## In the unkind mix

The first table's episodes in the mix of runs the thresholds were set on: intervals and
progressions, hills, stops, walk breaks, smart recording.

{mixed_table(outcomes)}

## What this does not mean

* Nothing here is dystonia. A shift may be smaller, shorter, come and go, or touch no channel a
  watch records. Then only the runner's own mark tells.
* Simulated healthy noise is kinder than real running wherever real running does what nobody has
  measured yet.
* Below the sizes and lengths that are found here, "nothing found" means "nothing could be seen".
"""


def main() -> None:
    """Draw, and write the page."""
    outcomes = list(each(look, trials()))
    text = page(outcomes)
    if quick():
        print(text)
    else:
        write("onset.md", "onset.py", text)


if __name__ == "__main__":
    main()
