"""How far healthy running goes by itself: alarm thresholds, and how often they are passed.

``python bench/healthy_tail.py`` draws healthy runs, writes the thresholds the program uses
(src/evenstride/app/healthy_tail.json) and docs/science/false-alarms.md. ``--quick`` draws a tenth
of the runs and writes nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from evenstride.coordination.deviation import build_signal
from evenstride.episodes._shift.bins import BIN_S
from evenstride.episodes.shift import statistic
from evenstride.model.tail import Tail, Tails
from trials.chance import poisson_bounds, tail_threshold
from trials.healthy import BALANCE, CONTACT, OSCILLATION, SETS, Asked, Drawn, Quantities, draw
from trials.pages import NOBODY, table, write
from trials.pool import each, quick
from trials.real import real_runs

TABLE = Path(__file__).parents[1] / "src" / "evenstride" / "app" / "healthy_tail.json"
BUDGET_PER_H = 0.05
AIM_PER_H = 0.04
"""A threshold that just keeps the budget breaks it in every second trial of 200 hours."""
RUNS = {15: 800, 30: 600, 60: 1000, 120: 500}
"""How many healthy runs of each length, in minutes, set the thresholds."""
TESTED = 3
"""One in so many of as many other runs tests them."""
SAMPLES = 500
SETTING, TESTING = 0, 1
MAIN = {(BALANCE, CONTACT, OSCILLATION): "strap", (CONTACT, OSCILLATION): "wrist"}
KINDS = (
    "easy",
    "intervals",
    "progression",
    "run and walk",
    "flat",
    "rolling",
    "hilly",
    "without stops",
    "with stops",
    "every second",
    "smart recording",
)


def asked() -> list[Asked]:
    """Return every run, the longest first; even seeds set the thresholds, odd ones test them."""
    lengths = [(minutes, kit) for minutes in sorted(RUNS, reverse=True) for kit in SETS]
    return [
        Asked(kit, minutes, 2 * (100_000 * place + k) + part)
        for place, (minutes, kit) in enumerate(lengths)
        for part in (SETTING, TESTING)
        for k in range(
            RUNS[minutes] // (TESTED if part == TESTING else 1) // (10 if quick() else 1)
        )
    ]


def judged_hours(drawn: Sequence[Drawn]) -> float:
    """Return how much running was judged."""
    return sum(one.judged_h for one in drawn)


@dataclass(frozen=True)
class Limit:
    """A threshold: as estimated, and with its safety margin."""

    estimate: float
    safe: float


@dataclass(frozen=True)
class Measured:
    """One set of quantities: its thresholds and what other runs make of them."""

    limits: tuple[Limit, ...]
    tail: Tail
    tested: tuple[Drawn, ...]

    @property
    def chosen(self) -> Quantities:
        """The set."""
        return self.tail.channels

    def alarms(self, drawn: Sequence[Drawn]) -> int:
        """Return how many runs pass their threshold."""
        return sum(
            one.log_bf[self.chosen] >= self.tail.threshold(60 * one.judged_h) for one in drawn
        )


def of_length(drawn: Sequence[Drawn], minutes: float) -> list[Drawn]:
    """Return the runs of one length."""
    return [one for one in drawn if one.asked.minutes == minutes]


def measure(drawn: Sequence[Drawn], chosen: Quantities) -> Measured:
    """Set the thresholds of one set of quantities on one half, and test them on the other."""
    mine = [one for one in drawn if chosen in one.log_bf]
    tested = tuple(one for one in mine if one.asked.seed % 2 == TESTING)
    setting = [one for one in mine if one.asked.seed % 2 == SETTING]
    limits = _limits(setting, chosen)
    minutes = tuple(float(m) for m in RUNS)
    tail = Tail(chosen, minutes, tuple(round(limit.safe, 3) for limit in limits), 0.0)
    found = Measured(limits, tail, tested)
    rate = round(10 * found.alarms(tested) / judged_hours(tested), 3)
    return replace(found, tail=replace(tail, false_alarms_per_10h=rate))


def _limits(setting: Sequence[Drawn], chosen: Quantities) -> tuple[Limit, ...]:
    """Return the threshold of each length, and the upper end of its one-sided 90 % interval."""
    rng = np.random.default_rng(0)
    limits = []
    for minutes in RUNS:
        values = np.array([one.log_bf[chosen] for one in of_length(setting, minutes)])
        share = AIM_PER_H * minutes / 60
        again = [
            tail_threshold(rng.choice(values, size=values.size), share) for _ in range(SAMPLES)
        ]
        limits.append(Limit(tail_threshold(values, share), float(np.quantile(again, 0.9))))
    return tuple(limits)


def named(chosen: Quantities) -> str:
    """Return a set of quantities for people."""
    words = {BALANCE: "balance", CONTACT: "contact time", OSCILLATION: "oscillation"}
    return ", ".join(words.get(quantity, quantity) for quantity in chosen)


def rate_cells(found: Measured, drawn: Sequence[Drawn]) -> list[str]:
    """Return alarms, hours, rate and exact bounds."""
    count, hours = found.alarms(drawn), judged_hours(drawn)
    low, high = poisson_bounds(count, hours)
    return [str(count), f"{hours:.0f}", f"{10 * count / hours:.2f}", f"{low:.2f}–{high:.2f}"]


RATE_HEAD = ["alarms", "hours", "per 10 h", "90 % interval"]


def all_table(measured: Sequence[Measured]) -> str:
    """Return every set, all lengths together."""
    return table(
        ["channels", *RATE_HEAD],
        [[named(one.chosen), *rate_cells(one, one.tested)] for one in measured],
    )


def length_table(measured: Sequence[Measured]) -> str:
    """Return every set and length."""
    rows = []
    for one in measured:
        for minutes, limit in zip(RUNS, one.limits, strict=True):
            used = one.tail.threshold(minutes)
            tested = of_length(one.tested, minutes)
            rows.append(
                [
                    f"{named(one.chosen)}, {minutes} min",
                    f"{limit.estimate:.2f}",
                    f"{used:.2f}",
                    f"{math.exp(used):.1f}",
                    *rate_cells(one, tested),
                ]
            )
    head = ["channels and length", "estimate", "threshold", "as Bayes factor"]
    return table([*head, *RATE_HEAD], rows)


def kind_table(measured: Sequence[Measured]) -> str:
    """Return what happened in the runs, for the full set of each kit."""
    rows = []
    for one in measured:
        if one.chosen in MAIN:
            kinds = sorted({kind for drawn in one.tested for kind in drawn.kinds}, key=KINDS.index)
            rows += [
                [
                    f"{MAIN[one.chosen]}: {kind}",
                    *rate_cells(one, [drawn for drawn in one.tested if kind in drawn.kinds]),
                ]
                for kind in kinds
            ]
    return table(["runs", *RATE_HEAD], rows)


def real_part(tails: Tails) -> str:
    """Return what the search makes of real recordings, or that they are not here."""
    runs = real_runs()
    if not runs:
        return "The real recordings were not on the machine that wrote this page."
    rows, alarms, hours = [], 0, 0.0
    for run in runs:
        log_bf, bins = statistic(build_signal((run.recording,), (0.0,))[0])
        if not bins.enough:
            continue
        minutes = bins.index.size * BIN_S / 60
        tail, _ = tails.of(tuple(channel.quantity for channel in bins.channels))
        limit = tail.threshold(minutes)
        alarms, hours = alarms + (log_bf >= limit), hours + minutes / 60
        rows.append(
            [run.name, named(tail.channels), f"{minutes:.0f}", f"{log_bf:.2f}", f"{limit:.2f}"]
        )
    low, high = poisson_bounds(alarms, hours)
    head = ["file", "channels", "minutes judged", "log Bayes factor", "threshold"]
    return f"""{alarms} alarms in {hours:.1f} hours of {len(rows)} runs: {10 * alarms / hours:.2f}
per 10 h, exact 90 % interval {low:.2f} to {high:.2f}.

{table(head, rows)}"""


def page(measured: Sequence[Measured], drawn: Sequence[Drawn]) -> str:
    """Return docs/science/false-alarms.md."""
    margin = [limit.safe - limit.estimate for one in measured for limit in one.limits]
    each_length = ", ".join(f"{count} of {minutes} min" for minutes, count in RUNS.items())
    return f"""
# False alarms: what healthy running does by itself

An alarm is right to be rare. The budget is {10 * BUDGET_PER_H:g} alarms in 10 hours of healthy
running. This page says how the thresholds that keep to it were set, and how often other healthy
runs pass them. {NOBODY}
The runs of the first three tables are simulated, {judged_hours(drawn):.0f} hours of them; real
runs are in the last.

* **Runs**: {each_length} of judged running to set
  the thresholds (even seeds), a third as many to test them (odd seeds), for a chest strap and for a
  wrist device. The mix is unkind: half easy, the others
  intervals or a progression, with runs in walk-run bouts of 6 to 15 minutes among them (1 in 10);
  flat, rolling and hilly (slope SD 3 %); one to three stops in a third; smart recording in one of
  seven; paces, lengths of intervals and stops drawn at random. Noise has the autocorrelation and
  heavy tails of real healthy runs, never the search's own model of them.
* **Sets of channels**: what a recording lacks is left out of the search before it begins.
* **Threshold**: the log Bayes factor that healthy runs of h hours pass with probability
  {AIM_PER_H:g} h, four fifths of the budget, since what just keeps a budget breaks it in every
  second trial: the plain quantile of each length's own runs; then the upper end of its one-sided
  90 % interval ({SAMPLES} bootstrap samples). This safety margin is {np.median(margin):.2f} in the
  middle and at most {max(margin):.2f}.
* **Between the lengths** the threshold is interpolated over the logarithm of judged time. However
  quiet healthy running is, a Bayes factor below 2 raises no alarm; so some sets stay below budget.

## Tested on other runs

All lengths together. The rate of its own set of channels is shown with every analysis as
`false_alarms_per_10h`.

{all_table(measured)}

## By length

Estimate: the plain quantile. Threshold: with the margin, and never below 2 as Bayes
factor. Even so a Bayes factor of 2 is weak evidence by itself: the rate of false alarms is what the
threshold is set by, and the Bayes factor is shown beside every alarm.

{length_table(measured)}

## By what happened in the run

All channels of the kit, all lengths. A run counts in each row that is true of it.

{kind_table(measured)}

## Real runs

Every public recording at hand in which running could be judged: of runners who are healthy as far
as is known, of many devices. None of them set a threshold. **They are no independent test**: two
terms of the search's noise model, warming up and trend, were added after looking at these very
runs, and so was the step that takes pace out of unsteadiness; without them some of these runs do
raise an alarm ([what each part of the noise model buys](noise-terms.md)). They are too few to show
a rate, and nothing beyond the interval is claimed.

{real_part(Tails(tuple(one.tail for one in measured)))}

## What this does not mean

* A false alarm rate says how often healthy running is taken for a change. It says nothing of what
  caused a change that is really there: a blister, a stone in the shoe, a moved strap and a leg
  that stops obeying look alike to a watch.
* Real running does things nobody has measured yet. The rate holds for noise like that of the runs
  the simulation was made from: one runner's wrist device, five runners' straps.
* Nothing here is dystonia, and no alarm is a diagnosis.
"""


def main() -> None:
    """Draw, set, test, and write."""
    drawn = list(each(draw, asked()))
    measured = [measure(drawn, chosen) for sets in SETS.values() for chosen in sets]
    text = page(measured, drawn)
    if quick():
        print(text)
        return
    tails = Tails(tuple(one.tail for one in measured))
    TABLE.write_bytes(msgspec.json.format(msgspec.json.encode(tails), indent=1) + b"\n")
    write("false-alarms.md", "healthy_tail.py", text)


if __name__ == "__main__":
    main()
