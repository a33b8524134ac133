"""What a personal baseline buys: 1 SD shifts found, runs off throughout, and at what false alarms.

``python bench/personal_baseline.py`` draws runners with 100 runs each, writes the thresholds the
program uses beside a baseline (src/evenstride/app/healthy_tail_personal.json) and
docs/science/personal-baseline.md. ``--quick`` draws a quarter of the runners and writes nothing.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import msgspec
import numpy as np

from evenstride.coordination.deviation import build_signal
from evenstride.coordination.normal import (
    FEWEST_FOR_EFFECTS,
    LATEST_FOR_EFFECTS,
    LATEST_FOR_LEVEL,
    learn,
    summary_of,
)
from evenstride.model.tail import Tail, Tails
from evenstride.simulate.device import Kit
from evenstride.simulate.years import Life, draw_days
from trials.chance import poisson_bounds, share_bounds, tail_threshold
from trials.pages import NOBODY, number, percent, table, write
from trials.pool import each, quick
from trials.years import (
    NEW_DEVICE_FROM,
    PLACES,
    PLANTED,
    RUNS,
    SEARCHED,
    SIZE_SD,
    WHOLE_SD,
    Asked,
    Looked,
    Seen,
    look,
)

SHIPPED = Path(__file__).parents[1] / "src" / "evenstride" / "app" / "healthy_tail_personal.json"
RUNNERS = 4
"""Of each kit, in each half."""
FIRST_SEED = 8_000
BUDGET_PER_H = 0.05
SAMPLES = 500
LEAST_GAIN = 15
KITS: tuple[Kit, ...] = ("wrist", "strap")


def asked() -> list[Asked]:
    """Return every runner."""
    runners = 2 * (max(RUNNERS // 4, 1) if quick() else RUNNERS)
    return [Asked(kit, FIRST_SEED + k) for k in range(runners) for kit in KITS]


def of(seen: Sequence[Seen], kit: Kit, half: str, place: str) -> list[Looked]:
    """Return the searched runs of a kit, a half and a place; without a place the healthy ones."""
    return [
        run
        for one in seen
        if one.asked.kit == kit and one.asked.half == half
        for run in one.looked
        if run.place == place
    ]


def equal_limits(seen: Sequence[Seen], kit: Kit) -> tuple[float, float]:
    """Return what without and with the baseline must pass to alarm as often: in 5 of 100 runs."""
    healthy = of(seen, kit, "setting", "")
    return (
        tail_threshold(np.array([run.without for run in healthy]), BUDGET_PER_H),
        tail_threshold(np.array([run.having for run in healthy]), BUDGET_PER_H),
    )


def tail_of(seen: Sequence[Seen], kit: Kit) -> Tail:
    """Return the threshold with a baseline, set on one half and tested on the other."""
    setting, tested = of(seen, kit, "setting", ""), of(seen, kit, "reporting", "")
    values = np.array([run.having for run in setting])
    share = BUDGET_PER_H * float(np.mean([run.hours for run in setting]))
    rng = np.random.default_rng(0)
    again = [tail_threshold(rng.choice(values, size=values.size), share) for _ in range(SAMPLES)]
    tail = Tail(SEARCHED[kit], (60.0,), (round(float(np.quantile(again, 0.9)), 3),), 0.0)
    count, hours = _alarms(tail, tested)
    return replace(tail, false_alarms_per_10h=round(10 * count / hours, 3))


def _alarms(tail: Tail, runs: Sequence[Looked]) -> tuple[int, float]:
    count = sum(run.having >= tail.threshold(60 * run.hours) for run in runs)
    return count, sum(run.hours for run in runs)


def found(seen: Sequence[Seen], kits: Sequence[Kit], places: Sequence[str]) -> tuple[int, int, int]:
    """Return how many shifts are found without and with the baseline, of how many."""
    without = having = total = 0
    for kit, place in product(kits, places):
        limits, runs = equal_limits(seen, kit), of(seen, kit, "reporting", place)
        without += sum(run.without >= limits[0] for run in runs)
        having += sum(run.having >= limits[1] for run in runs)
        total += len(runs)
    return without, having, total


def _shares(hits: int, of_all: int) -> str:
    low, high = share_bounds(hits, of_all)
    return f"{percent(hits, of_all)} ({100 * low:.0f}–{100 * high:.0f})"


def gain(seen: Sequence[Seen]) -> float:
    """Return by how many points more shifts are found, all cells together."""
    without, having, total = found(seen, KITS, tuple(PLACES))
    return 100 * (having - without) / total


def found_table(seen: Sequence[Seen]) -> str:
    """Return what is found at equal false alarms."""
    rows = []
    cells = [
        *((PLANTED[kit] + ", " + place, (kit,), (place,)) for kit in KITS for place in PLACES),
        *((f"{PLANTED[kit]}, all", (kit,), tuple(PLACES)) for kit in KITS),
        ("all", KITS, tuple(PLACES)),
    ]
    for says, kits, places in cells:
        without, having, total = found(seen, kits, places)
        more = f"{100 * (having - without) / total:+.0f}"
        rows.append([says, str(total), _shares(without, total), _shares(having, total), more])
    head = ["planted, 1 SD", "runs", "found without", "found with the baseline", "points more"]
    return table(head, rows)


def healthy_table(seen: Sequence[Seen]) -> str:
    """Return false alarms of the reporting half: at equal limits, and at the shipped threshold."""
    rows = []
    for kit in KITS:
        limits, runs = equal_limits(seen, kit), of(seen, kit, "reporting", "")
        hours = sum(run.hours for run in runs)
        for says, count in (
            ("without, equal alarms", sum(run.without >= limits[0] for run in runs)),
            ("with, equal alarms", sum(run.having >= limits[1] for run in runs)),
            ("with, as shipped", _alarms(tail_of(seen, kit), runs)[0]),
        ):
            low, high = poisson_bounds(count, hours)
            rate = f"{10 * count / hours:.2f}"
            rows.append(
                [f"{kit}: {says}", str(count), f"{hours:.0f}", rate, f"{low:.2f}–{high:.2f}"]
            )
    return table(["healthy runs", "alarms", "hours", "per 10 h", "90 % interval"], rows)


def reading_table(seen: Sequence[Seen]) -> str:
    """Return which reading comes first, of the runs found with the baseline."""
    rows = []
    for kit, (place, family) in product(KITS, PLACES.items()):
        limit = equal_limits(seen, kit)[1]
        runs = [run for run in of(seen, kit, "reporting", place) if run.having >= limit]
        rows.append(
            [
                f"{PLANTED[kit]}, {place}",
                str(len(runs)),
                percent(sum(run.first_without == family for run in runs), len(runs)),
                percent(sum(run.first_having == family for run in runs), len(runs)),
                percent(sum(run.other_without for run in runs), len(runs)),
                percent(sum(run.other_having for run in runs), len(runs)),
            ]
        )
    head = ["found with the baseline", "runs", "right reading first, without", "with"]
    return table([*head, "a second reading told, without", "with"], rows)


def whole_table(seen: Sequence[Seen]) -> str:
    """Return runs off throughout, by size."""
    rows = []
    for kit in KITS:
        mine = [one for one in seen if one.asked.kit == kit and one.asked.half == "reporting"]
        for size in WHOLE_SD:
            off = [called for one in mine for called in one.off[size]]
            low, high = share_bounds(sum(off), len(off))
            says = "healthy" if not size else f"{size:g} SD off throughout"
            rows.append(
                [
                    f"{PLANTED[kit]}, {says}",
                    str(len(off)),
                    f"{100 * sum(off) / len(off):.1f} % ({100 * low:.1f}–{100 * high:.1f})",
                ]
            )
    return table(["runs", "of", "called off"], rows)


def device_table(seen: Sequence[Seen]) -> str:
    """Return what a new strap does to healthy runs."""
    rows = []
    for kit in KITS:
        mine = [one for one in seen if one.asked.kit == kit and one.asked.half == "reporting"]
        known = [called for one in mine for called in one.new_device_known]
        mixed = [called for one in mine for called in one.new_device_mixed]
        rows.append(
            [kit, str(len(known)), percent(sum(known), len(known)), percent(sum(mixed), len(mixed))]
        )
    head = ["kit", "healthy runs", "called off, the change known", "called off, taken for one"]
    return table(head, rows)


def cost_table() -> str:
    """Return what learning costs."""
    days = draw_days(Life(runs=RUNS, minutes=(12.0, 12.1)), FIRST_SEED)
    some = [
        summary
        for day in days[:10]
        for summary in summary_of(
            build_signal((day.recording(),), (0.0,))[0], "0" * 8, day.scenario.start
        )
    ]
    rows = []
    for count in (RUNS, 3000):
        many = [
            replace(some[k % len(some)], run=f"{k:08x}", start=day)
            for k, day in enumerate(
                day.scenario.start for day in draw_days(Life(runs=count, every_days=0.73), 1)
            )
        ]
        begun = time.process_time()
        learnt = learn(many)
        took_s = time.process_time() - begun
        rows.append([f"{count} runs", str(len(learnt)), f"{1000 * took_s:.0f}"])
    size = max(len(msgspec.json.encode(one)) for one in some)
    return f"""{table(["learnt from", "months", "CPU ms"], rows)}

A run's summary is {size} bytes as JSON."""


def demands_table(seen: Sequence[Seen]) -> str:
    """Return what was asked, and whether it is reached."""
    more = gain(seen)
    rows = [
        [
            f"a 1 SD shift found at least {LEAST_GAIN} points more often at equal false alarms",
            f"{more:+.0f} points",
            "reached" if more >= LEAST_GAIN else "**not reached**",
        ]
    ]
    for kit in KITS:
        rate = tail_of(seen, kit).false_alarms_per_10h
        verdict = "reached" if rate <= 10 * BUDGET_PER_H else "**not reached**"
        rows.append([f"{kit}: at most 0.5 false alarms in 10 h", f"{rate:.2f}", verdict])
    for kit in KITS:
        mine = [one for one in seen if one.asked.kit == kit and one.asked.half == "reporting"]
        off = [called for one in mine for called in one.off[3.0]]
        share = sum(off) / len(off)
        verdict = "reached" if share >= 0.5 else "**not reached**"
        rows.append(
            [f"{PLANTED[kit]}, 3 SD off throughout: found in half", f"{100 * share:.0f} %", verdict]
        )
    return table(["demand", "measured", "verdict"], rows)


def page(seen: Sequence[Seen]) -> str:
    """Return docs/science/personal-baseline.md."""
    hours = sum(run.hours for one in seen for run in one.looked)
    spread = {
        kit: number(float(np.median([one.spread for one in seen if one.asked.kit == kit])), 2)
        for kit in KITS
    }
    each_half = len({one.asked.seed for one in seen}) // 2
    return f"""
# What a personal baseline buys

From many healthy runs of one runner on one device the program learns what is normal: the answer to
pace, slope and time, the level at like pace, and how far that level goes from day to day. This page
says what that buys, on simulated runners. {NOBODY}

{demands_table(seen)}

## How it is measured

* **Runners**: {each_half} with a wrist device and {each_half} with a strap in each half, each with
  {RUNS} runs of 30 to 75 minutes, one every two days: easy, intervals and progressions, flat to
  hilly, some with stops. Even seeds set every limit; odd seeds are reported. {hours:.0f} hours
  were searched.
* **From day to day** balance goes as measured in four runners and 1,155 runs, with odd runs and a
  course over the quarters. For contact time and oscillation this was not measured: they are
  **assumed** to spread as much beside the wrist's noise as balance does beside the strap's. The
  answer to pace differs by a tenth from day to day, also assumed. What was learnt as robust SD from
  run to run: {spread["strap"]} percentage points of balance, {spread["wrist"]} ms of contact time.
* **Learnt** as the program learns: from all runs, the one looked at among them, the level from the
  {LATEST_FOR_LEVEL} runs nearest to the month, the answers from the {LATEST_FOR_EFFECTS} nearest;
  none below {FEWEST_FOR_EFFECTS} runs.
* **Planted**: a sudden shift of {SIZE_SD:g} SD of that run's own one-second noise, up or down, in
  contact time (wrist) or balance (strap). The search is told neither channel, place nor size.
* **Equal false alarms**: without and with the baseline, each is set to alarm in 5 of 100 healthy
  runs of the setting half.

## Shifts of 1 SD

{found_table(seen)}

The middle of a run shows its own level before and after, so there the gain is only that pace and
slope are known and take no share of the change. Where little of the run is healthy, the level from
other days has to tell; how much it can depends on how far that level goes from day to day.

## False alarms

The last row of each kit is the threshold the program uses, with its safety margin (the upper end of
its one-sided 90 % interval).

{healthy_table(seen)}

## Which half is normal

"Gone and not back" and "off from the start, then back" look the same inside one run. The baseline's
level tells them apart, as far as days differ less than the shift.

{reading_table(seen)}

## Runs off throughout

The whole run moved, weighed at like pace and slope against the runner's other runs
([a whole run beside the runner's own usual](whole-run.md) has few runs and wandering).

{whole_table(seen)}

## A new strap

From run {NEW_DEVICE_FROM + 1} on another device, with a level of its own, measures the same healthy
runner. A device's first five runs are not judged.

{device_table(seen)}

## What learning costs

{cost_table()}
"""


def main() -> None:
    """Draw, learn, search, and write."""
    seen = list(each(look, asked()))
    text = page(seen)
    if quick():
        print(text)
        return
    tails = Tails(tuple(tail_of(seen, kit) for kit in KITS))
    SHIPPED.write_bytes(msgspec.json.format(msgspec.json.encode(tails), indent=1) + b"\n")
    write("personal-baseline.md", "personal_baseline.py", text)


if __name__ == "__main__":
    main()
