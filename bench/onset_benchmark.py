"""Finding when coordination goes and returns inside a run: the benchmark, ours and other methods.

``python bench/onset_benchmark.py`` writes docs/science/onset-benchmark.md.

``--share 0.1`` draws a tenth of the runs, and the page says so; ``--quick`` is the same and writes
nothing. ``--half setting`` looks at the half that
settings may be chosen on, and writes nothing. ``--method module:function`` looks at the same runs
with someone else's method instead of the rivals and prints its figures beside ours. ``--json FILE``
writes one row a run for other programs. See bench/README.md.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from trials.comparing import compare
from trials.design import BOTH, HEALTHY_MINUTES, NULL_RUNS, RUNS, real, simulated
from trials.figures import Limits, Outcomes, half, set_limits
from trials.looking import Outcome, look_with
from trials.other_tables import (
    decoy_table,
    early_table,
    foot_table,
    gradual_table,
    healthy_table,
    mix_table,
    not_recovered_table,
    not_recovered_text,
    probability_table,
    real_alone_table,
    real_table,
    several_table,
    slow_table,
)
from trials.pages import NOBODY, write
from trials.planted import MINUTES, Trial
from trials.pool import PROCESSES, each
from trials.shift_tables import (
    compared_table,
    coverage_table,
    named_table,
    ramp_table,
    sudden_table,
    unsteady_table,
)
from trials.strangers import both_tables, limits_text, write_rows
from trials.verdicts import verdict_table

OURS_S, RIVALS_S = 0.18, 0.38
"""CPU seconds a run, about: drawing and searching it, and what the others take of it."""


def page(outcomes: Outcomes, limits: Limits, share: float, half_name: str) -> str:
    """Return docs/science/onset-benchmark.md; all but the limits is of one half."""
    mine = half(outcomes, half_name)
    hours = sum(one.judged_h for one in outcomes)
    return "\n".join(
        (
            _beginning(mine, limits, share),
            _how(hours),
            _shifts(mine),
            _beside(mine, limits),
            _kinds(mine, limits),
            _quiet(mine),
            _beliefs(mine),
            _real(outcomes),
            _end(),
        )
    )


def _reduced(share: float) -> str:
    if share >= 1:
        return ""
    return f"""
**This page was drawn with {100 * share:.0f} % of the planned runs**: it shows that the
benchmark runs, and no figure here is evidence. The whole: `python bench/onset_benchmark.py`.
"""


def _beginning(mine: Outcomes, limits: Limits, share: float) -> str:
    return f"""
# Onset of coordination loss inside a run: the benchmark

What the program finds, how far off it is and how often it is wrong, beside other methods and beside
the most that any method could find. {NOBODY}
So nothing here says how large, how long or how sudden the shifts of a person with dystonia are:
episodes are planted, in simulated runs and in real healthy ones. You can run
[your own method](../../bench/README.md) on the same cases.
{_reduced(share)}

## What it must show

All of the reporting half, at the thresholds the program ships unless the row says "equal alarms".

{verdict_table(mine, limits, whole=share >= 1)}

Some demands lie beyond what the noise allows: see the ideal test
[below](#beside-other-methods-and-the-most-that-can-be-found). Where a cell of the coverage holds
more than 97 %, its intervals are wider than they need be; below 86 % they promise too much.
"""


def _how(hours: float) -> str:
    return f"""
## How it is measured

* **Simulated runs**: {MINUTES:.0f} minutes at an easy, wandering pace over rolling ground, each
  from a seed of its own. Noise has the autocorrelation and heavy tails of real healthy runs, never
  the search's own model of them. {hours:.0f} hours were judged in all.
* **Planted** before the device smooths and rounds, up or down at random, in units of that run's own
  one-second noise (SD): about 6 ms of contact time at the wrist, 0.8 percentage points of balance
  with a strap. The search is not told the channel.
* **Design**: size, length, ramp and kind are changed one at a time around a base of 1.5 to 2 SD, 10
  to 20 minutes, sudden; then, for coverage, size (1 to 3 SD), length (5 to 20 min) and ramp (none
  in half, else 30 to 300 s) are all drawn at random. Runs in each cell: {_counts()}.
* **Halves**: simulated runs with even seeds are for setting, with odd seeds for reporting. Real
  runs are named in `bench/trials/halves.toml`. This page reports the second half; only the limits
  of "equal alarms" are from the first. The shipped thresholds were set on runs of their own
  ([false alarms](false-alarms.md)).
* **Found**: an alarm with a reading that overlaps the planted episode; with several episodes, each
  needs its own. Shares have exact 90 % intervals.
* **Errors, intervals, coverage**: of found episodes with one reading. Where the run cannot tell
  "gone and not back" from "off at the start, then back", both readings are given, and "two
  readings" counts them; "first fits" counts how often the first overlaps the truth. The true onset
  of a ramp is where it begins to grow. Covered: the 90 % interval holds the truth.
"""


def _counts() -> str:
    named = ", ".join(f"{group} {count}" for group, count in RUNS.items())
    healthy = " and ".join(f"{n} of {m:.0f} min" for m, n in HEALTHY_MINUTES.items())
    return f"{named}; nothing planted {NULL_RUNS} a half and device; healthy mix {healthy} a device"


def _shifts(mine: Outcomes) -> str:
    parts = [
        f"""
## Sudden shifts in {what}

{sudden_table(mine, what)}

Growing over 60, 180 or 300 s, 15 minutes long:

{ramp_table(mine, what)}
"""
        for what in BOTH
    ]
    return (
        "".join(parts)
        + f"""
## Do the intervals hold what they promise?

Every cell with at least 20 onset intervals of one reading. "Of two readings": how often the first
reading's interval holds the onset where the run allows two.

{coverage_table(mine)}
"""
    )


def _beside(mine: Outcomes, limits: Limits) -> str:
    return f"""
## Beside other methods, and the most that can be found

Sudden shifts of 10 and 20 minutes together. All methods but "as shipped" are set to alarm in one of
twenty healthy runs of an hour, on the setting half; the last column is what they then do on this
one. Of the others any alarm counts as found, wherever it lies; of ours only one that overlaps. The
others are told the channel and get half-minute values of it; ours is not told. *Raw*: as recorded.
*Adjusted*: pace and slope taken out. *Whitened*: the running's own memory taken out too, by our
model, as a courtesy. The moving mean is told a length (10 minutes). None of them gives an interval
for the onset.

The *ideal test* is the likelihood ratio in Gaussian noise whose autocorrelation is known exactly,
told the size and the length but not the onset, the sign or the level: no test in that noise finds
more at this rate of false alarms. It has no pace and slope to take out, and no spikes. The
simulated noise is Gaussian but for its spikes and a loudness that wanders within the run; a method
that knew how loud it is at each moment could do a little better.

{compared_table(mine, limits)}
"""


def _kinds(mine: Outcomes, limits: Limits) -> str:
    return f"""
## Several episodes in a run

Two or three episodes of 8 to 10 minutes, to the same side, at least 6 clean minutes between.

{several_table(mine)}

## Variability and bursts

Noise grows by a factor, or single bad seconds come and go; the watch smooths both. Each rival gets
the channel's level as above and two series of its unsteadiness in half a minute: the logarithm of
its steps from second to second, and of its distance from the half minute's median, each plain and
whitened. "Best other" is the best of all methods and series in that row, chosen after the fact.

{unsteady_table(mine, limits)}

Which kind is named:

{named_table(mine)}

## Slow worsening

Growing evenly over 10 to 30 minutes, and staying to the end.

{slow_table(mine)}

## Early onset, late return

More in [early onset, late return](early-onset.md). Beginning right: told as "from the start", or
the interval holds it.

{early_table(mine)}

## One foot's own contact time (strap)

{foot_table(mine)}

## In the unkind mix

Intervals and progressions, hills, stops, walk breaks, smart recording.

{mix_table(mine)}
"""


def _quiet(mine: Outcomes) -> str:
    return f"""
## Decoys: what is no episode

Each of them is put into the same healthy runs of an hour, which may also alarm by themselves: the
first row. The demand is held against both devices together.

{decoy_table(mine)}

A treadmill that changes its speed while the watch does not record it changes the runner, and
nothing in the recording says why. It is reported, and no fault of the search.

## Healthy runs

The unkind mix of [false alarms](false-alarms.md), on seeds of its own, at the shipped thresholds.

{healthy_table(mine)}
"""


def _beliefs(mine: Outcomes) -> str:
    return f"""
## Are the probabilities right?

**An episode at all.** The planted runs of 10 and 20 minutes, all sizes, and the healthy ones, both
made equally common. Below a Bayes factor of 2 nothing is told, and no probability is known. How
often it is right depends on the sizes planted.

{probability_table(mine)}

**Not recovered by the end.** {not_recovered_text(mine)} Weighed so that both are equally common:

{not_recovered_table(mine)}

**Sudden or gradual** (60 s or more), both made equally common:

{gradual_table(mine)}
"""


def _real(outcomes: Outcomes) -> str:
    return f"""
## Planted into real healthy runs

Public recordings of runners who are healthy as far as is known, planted into only where at least
twice the episode can be judged. What is added is smoothed as a watch does (12 s for balance, 6 s
for contact time) and the sum is rounded to the device's own step; 1 SD is that run's own noise.
Several plantings in one run are not independent, so these intervals are too narrow. **Alarms on
these very runs shaped the noise model** ([false alarms](false-alarms.md)): they are no independent
test of it.

As they are:

{real_alone_table(outcomes)}

Reporting half:

{real_table(outcomes, "reporting")}

Setting half, for information:

{real_table(outcomes, "setting")}
"""


def _end() -> str:
    return """
## What this does not mean

* Nothing here is dystonia. A shift may be smaller, shorter, come and go, or touch no channel a
  watch records. Then only the runner's own mark tells.
* Simulated healthy noise is kinder than real running wherever real running does what nobody has
  measured yet.
* Below the sizes and lengths that are found here, "nothing found" means "nothing could be seen".
"""


def asked() -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--share", type=float, default=1.0, help="how much of the planned runs")
    parser.add_argument("--quick", action="store_true", help="a tenth of the runs, nothing written")
    parser.add_argument("--half", choices=("setting", "reporting"), default="reporting")
    parser.add_argument("--method", default="", help="module:function to look with")
    parser.add_argument("--json", type=Path, help="file for one row a run")
    return parser.parse_args()


def trials(share: float, half_name: str) -> list[Trial]:
    """Return every run to be looked at."""
    return [*simulated(share, half_name), *real(share)]


def look_at(runs: Sequence[Trial], method: str = "") -> list[Outcome]:
    """Look at every run, after saying how long that may take."""
    compared = 0 if method else sum(one.cell.compared for one in runs)
    minutes = (len(runs) * OURS_S + compared * RIVALS_S) / 60
    share = minutes / PROCESSES
    print(f"{len(runs)} runs: about {minutes:.0f} CPU minutes, {share:.0f} on {PROCESSES} cores.")
    return list(each(partial(look_with, stranger=method) if method else compare, runs))


def main() -> None:
    """Draw, look, and write or print."""
    wish = asked()
    sys.path.insert(0, str(Path.cwd()))
    began = time.monotonic()
    share = 0.1 if wish.quick else wish.share
    outcomes = look_at(trials(share, wish.half), wish.method)
    print(f"Looked at all of them in {(time.monotonic() - began) / 60:.1f} minutes.")
    limits = set_limits(outcomes)
    if wish.json:
        write_rows(wish.json, outcomes, limits)
    if wish.method:
        print(limits_text(limits, half(outcomes, wish.half), wish.method))
        print(both_tables(half(outcomes, wish.half), wish.method, limits))
    elif wish.quick or wish.half == "setting":
        print(page(outcomes, limits, share, wish.half))
    else:
        write("onset-benchmark.md", "onset_benchmark.py", page(outcomes, limits, share, wish.half))


if __name__ == "__main__":
    main()
