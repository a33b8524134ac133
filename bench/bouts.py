"""Short beginnings: what bouts of running show together, and how often healthy ones mislead.

``python bench/bouts.py`` writes docs/science/bouts.md; ``--quick`` draws a tenth of the runs and
writes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal, TypeAlias

import numpy as np

from evenstride.coordination.deviation import build_signal
from evenstride.episodes.pooled import pool_bouts
from evenstride.model.bouts import LatencySpread, PooledBouts, PooledOnset
from evenstride.model.episode import Span
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Floats, Signal
from evenstride.simulate.episode import Latencies, PlantedEpisode
from evenstride.simulate.pace import PacePlan, RunWalk, Stop
from evenstride.simulate.run import simulate
from evenstride.simulate.scenario import Scenario
from trials.chance import poisson_bounds, quantile, share_bounds
from trials.pages import NOBODY, number, percent, table, write
from trials.pool import each, quick
from trials.real import real_runs

Kit: TypeAlias = Literal["strap", "wrist"]
KITS: tuple[Kit, ...] = ("strap", "wrist")
CHANNEL = {"strap": "contact_balance_left", "wrist": "contact_time"}
COLUMN = {"strap": "contact_balance_left_pct", "wrist": "contact_time_ms"}
NAMED = {"strap": "balance (strap)", "wrist": "contact time (wrist)"}

BOUTS_S = (60.0, 90.0, 120.0, 240.0)
ONSETS_S = (45.0, 60.0, 90.0)
COUNTS = (8, 14, 20)
SIZES = (1.0, 2.0, 3.0)
WALK_S = 60.0
RUNS = 8
HEALTHY_RUNS = 24
HEALTHY_BOUTS_S = (90.0, 120.0, 240.0, 480.0)
PRETENDED_S = (75.0, 105.0, 135.0, 225.0)
FALSE_STARTS: tuple[tuple[float, float], ...] = (
    (15, 2),
    (20, 2),
    (30, 2),
    (45, 1),
    (90, 1),
    (0, 1),
)
"""Decay in seconds (0: a straight trend over two minutes) and size in noise SD, alike in all."""
FALSE_START_RUNS = 3
FIRST_SEED = 70_000_000
VARIED_BOUT_S, VARIED_MEDIAN_S = 180.0, 75.0
SPREADS = (0.0, 0.3, 0.6)
WITHOUT = (0.0, 0.3)
VARIED_COUNTS = (14, 28)
VARIED_SIZES = (2.0, 3.0)
TRENDS = (-0.04, 0.0)
VARIED_RUNS = 8


@dataclass(frozen=True)
class Asked:
    """One run of bouts: `onset_s` and `size_sd` are 0 in a healthy one.

    `false_start` is a decay (s) and a size (SD) added to the beginning of every bout alike.
    """

    kit: Kit
    bout_s: float
    count: int
    onset_s: float
    size_sd: float
    seed: int
    false_start: tuple[float, float] | None = None
    stops: bool = False
    latencies: Latencies = field(default_factory=Latencies)


@dataclass(frozen=True)
class Seen:
    """What pooling made of it."""

    asked: Asked
    running_h: float
    found: PooledBouts | None
    planted: float
    latencies_s: tuple[float | None, ...] = ()

    @property
    def onset(self) -> PooledOnset | None:
        """What was reported, None where nothing was."""
        return None if self.found is None else self.found.onset

    @property
    def spread(self) -> LatencySpread | None:
        """What was said of the latencies, None where nothing was."""
        return None if self.onset is None else self.onset.latencies

    @property
    def share(self) -> float:
        """Measured size over planted size, NaN where the planted channel was not told."""
        name = CHANNEL[self.asked.kit]
        shifts = () if self.onset is None else self.onset.shifts
        return next((s.shift.value / self.planted for s in shifts if s.name == name), float("nan"))


def look(asked: Asked) -> Seen:
    """Draw one run, put it through the pooled search, and keep what it said."""
    run = simulate(_scenario(asked), asked.seed)
    signal, _ = build_signal((run.recording(),), (0.0,))
    if asked.false_start is not None:
        signal = with_false_starts(signal, *asked.false_start)
    running_h = sum(bout.seconds for bout in signal.bouts) / 3600.0
    planted = asked.size_sd * run.truth.noise_sd[COLUMN[asked.kit]]
    return Seen(asked, running_h, pool_bouts(signal), planted, run.truth.bout_latencies_s)


def _scenario(asked: Asked) -> Scenario:
    whole = PlantedEpisode(asked.onset_s, size_sd=((COLUMN[asked.kit], asked.size_sd),))
    minutes = asked.count * (asked.bout_s + WALK_S) / 60.0
    rng = np.random.default_rng((asked.seed, 1))
    pace = PacePlan(wander_share=float(rng.uniform(0.02, 0.08)))
    plain = Scenario(minutes=minutes, kit=asked.kit, pace=pace)
    if asked.stops:
        return replace(plain, stops=_stops(asked, rng))
    return replace(
        plain,
        run_walk=RunWalk(asked.bout_s, WALK_S),
        bout_episode=whole if asked.size_sd else None,
        bout_latencies=asked.latencies,
    )


def _stops(asked: Asked, rng: np.random.Generator) -> tuple[Stop, ...]:
    """Return stops at uneven times: traffic lights, not a plan."""
    lengths = asked.bout_s * rng.uniform(0.4, 1.6, size=asked.count) + WALK_S
    return tuple(
        Stop(float(end_s) - WALK_S, float(rng.uniform(15.0, WALK_S)))
        for end_s in np.cumsum(lengths)
        if end_s < lengths.size * (asked.bout_s + WALK_S)
    )


def with_false_starts(signal: Signal, decay_s: float, size_sd: float) -> Signal:
    """Return the signal with the same false start in every bout and every channel."""
    added = np.zeros(signal.seconds)
    for bout in signal.bouts:
        added[int(bout.from_s) : int(bout.to_s)] = size_sd * _course(bout, decay_s)
    return replace(
        signal,
        channels=tuple(replace(c, values=c.values + added * c.noise_sd) for c in signal.channels),
    )


def _course(bout: Stretch, decay_s: float) -> Floats:
    since_s = np.arange(int(bout.to_s) - int(bout.from_s), dtype=np.float64)
    return np.asarray(np.exp(-since_s / decay_s) if decay_s else since_s / 120.0)


def cells() -> Iterator[tuple[Kit, float, int, float, float]]:
    """Yield kit, bout, count, onset and size of every planted cell."""
    for kit, bout_s, onset_s in product(KITS, BOUTS_S, ONSETS_S):
        if onset_s < bout_s:
            yield from ((kit, bout_s, n, onset_s, size) for n, size in product(COUNTS, SIZES))


def planted_runs(runs: int) -> list[Asked]:
    """Return every run with something in it."""
    return [
        Asked(*cell, FIRST_SEED + 1000 * place + k)
        for place, cell in enumerate(cells())
        for k in range(runs)
    ]


def healthy_runs(runs: int) -> list[Asked]:
    """Return healthy runs, half of them with walk breaks, half with stops at uneven times."""
    shapes = list(product(KITS, HEALTHY_BOUTS_S, COUNTS))
    first = FIRST_SEED + 900_000
    return [
        Asked(kit, bout_s, n, 0.0, 0.0, first + 1000 * place + k, stops=bool(k % 2))
        for place, (kit, bout_s, n) in enumerate(shapes)
        for k in range(runs)
    ]


def false_start_runs(runs: int) -> list[Asked]:
    """Return healthy runs in which every bout begins with the same artefact."""
    plain = [one for one in healthy_runs(2 * runs) if not one.stops]
    return [replace(one, false_start=false) for false in FALSE_STARTS for one in plain]


def varied_runs(runs: int) -> list[Asked]:
    """Return runs in which the latency differs from bout to bout."""
    cells = product(KITS, VARIED_COUNTS, VARIED_SIZES, SPREADS, WITHOUT)
    wanted = [(*cell, 0.0) for cell in cells]
    wanted += [(kit, 28, size, 0.2, 0.0, TRENDS[0]) for kit in KITS for size in VARIED_SIZES]
    return [
        Asked(
            *(kit, VARIED_BOUT_S, count, VARIED_MEDIAN_S, size, FIRST_SEED + 500_000 + 100 * k + n),
            latencies=Latencies(spread, share, trend),
        )
        for k, (kit, count, size, spread, share, trend) in enumerate(wanted)
        for n in range(runs if not trend else 3 * runs)
    ]


def alarms(title: str, seen: Sequence[Seen]) -> tuple[str, ...]:
    """Return a row of false alarms: runs, hours, alarms, rate with its exact 90 % interval."""
    hours = sum(one.running_h for one in seen)
    count = sum(one.onset is not None for one in seen)
    low, high = poisson_bounds(count, hours)
    rate = f"{10 * count / hours:.3f} ({low:.3f} to {high:.3f})"
    return title, str(len(seen)), f"{hours:.0f}", str(count), rate


def covers(one: Seen) -> bool:
    """Return whether the interval holds the planted onset."""
    onset = one.onset
    return onset is not None and onset.onset_s.lo <= one.asked.onset_s <= onset.onset_s.hi


def detection(kit: Kit, size_sd: float, seen: Sequence[Seen]) -> str:
    """Return the table of one channel and size: share found by bout, onset and count."""
    rows = []
    for bout_s, onset_s in product(BOUTS_S, ONSETS_S):
        some = [
            [
                one
                for one in seen
                if (one.asked.kit, one.asked.size_sd) == (kit, size_sd)
                and (one.asked.bout_s, one.asked.onset_s) == (bout_s, onset_s)
                and one.asked.count == count
            ]
            for count in COUNTS
        ]
        if all(some):
            shares = [
                percent(sum(one.onset is not None for one in cell), len(cell)) for cell in some
            ]
            rows.append((f"{bout_s:.0f} s, from {onset_s:.0f} s on", *shares))
    return table(("bouts of", *(f"{count} bouts" for count in COUNTS)), rows)


def quality(title: str, seen: Sequence[Seen]) -> tuple[str, ...]:
    """Return a row of how well the onset is told where something was found."""
    found = [one for one in seen if one.onset is not None]
    errors = [one.onset.onset_s.value - one.asked.onset_s for one in found if one.onset is not None]
    widths = [one.onset.onset_s.hi - one.onset.onset_s.lo for one in found if one.onset is not None]
    held = sum(covers(one) for one in found)
    low, high = share_bounds(held, len(found)) if found else (0.0, 1.0)
    shares = [one.share for one in found if np.isfinite(one.share)]
    return (
        title,
        str(len(found)),
        number(quantile([abs(error) for error in errors], 0.5)),
        number(quantile(errors, 0.5)),
        number(quantile(widths, 0.5)),
        f"{percent(held, len(found))} ({100 * low:.0f} to {100 * high:.0f})",
        number(quantile(shares, 0.5), 2),
    )


def kept_word(seen: Sequence[Seen]) -> tuple[int, int]:
    """Return how often 2 SD was found where the run itself said it would show, of how many."""
    promised = [
        one
        for one in seen
        if one.asked.size_sd == 2.0
        and one.found is not None
        and one.found.earliest_s is not None
        and one.found.earliest_s <= one.asked.onset_s <= one.asked.bout_s - 45.0
    ]
    return sum(one.onset is not None for one in promised), len(promised)


def drawn(title: str, asked: Sequence[Asked]) -> list[Seen]:
    """Draw and search runs on two processes."""
    print(f"{title}: {len(asked)} runs", flush=True)
    return list(each(look, asked))


def _said(false: tuple[float, float]) -> str:
    decay_s, size_sd = false
    way = f"fades over {decay_s:.0f} s" if decay_s else "straight trend over 2 min"
    return f"{size_sd:g} SD, {way}"


def false_alarm_part(healthy: Sequence[Seen], false: Sequence[Seen]) -> str:
    """Return the table of false alarms."""
    head = ("healthy runs", "runs", "hours of running", "alarms", "per 10 h (90 % interval)")
    rows = [
        alarms("with walk breaks", [one for one in healthy if not one.asked.stops]),
        alarms("with stops at uneven times", [one for one in healthy if one.asked.stops]),
        alarms("**all**", healthy),
    ]
    rows += [
        alarms(_said(start), [one for one in false if one.asked.false_start == start])
        for start in FALSE_STARTS
    ]
    return table(head, rows)


def real_part() -> str:
    """Return the table of real running cut into pretended bouts."""
    signals = [build_signal((run.recording,), (0.0,))[0] for run in real_runs()]
    rows = []
    for length_s in PRETENDED_S:
        cut = [pretended(signal, length_s) for signal in signals]
        found = [(pool_bouts(signal), signal) for signal in cut]
        judged = [(one, signal) for one, signal in found if one is not None and one.judged]
        hours = sum(bout.seconds for _, signal in judged for bout in signal.bouts) / 3600.0
        count = sum(one.onset is not None for one, _ in judged)
        rows.append((f"{length_s:.0f} s", str(len(judged)), f"{hours:.1f}", str(count)))
    return table(("pretended bouts of", "runs", "hours", "alarms"), rows)


def pretended(signal: Signal, length_s: float) -> Signal:
    """Return the signal with every long bout cut into short ones, back to back."""
    starts = [
        start
        for bout in signal.bouts
        for start in np.arange(bout.from_s, bout.to_s - length_s + 1.0, length_s)
    ]
    return replace(signal, bouts=tuple(Stretch(float(a), float(a) + length_s) for a in starts))


def quality_part(planted: Sequence[Seen]) -> str:
    """Return the table of how well onset and size are told."""
    head = (
        *("planted", "found", "median error (s)", "median bias (s)", "median width (s)"),
        *("coverage (its 90 % interval)", "size over truth"),
    )
    rows = [
        quality(
            f"{NAMED[kit]}, {size:g} SD",
            [one for one in planted if (one.asked.kit, one.asked.size_sd) == (kit, size)],
        )
        for kit, size in product(KITS, SIZES)
    ]
    rows += [
        quality(f"from {onset:.0f} s on", [one for one in planted if one.asked.onset_s == onset])
        for onset in ONSETS_S
    ]
    return table(head, rows)


def detection_part(planted: Sequence[Seen]) -> str:
    """Return the tables of what was found."""
    return "\n\n".join(
        f"### {NAMED[kit].capitalize()}, {size:g} SD\n\n{detection(kit, size, planted)}"
        for kit, size in product(KITS, SIZES)
    )


Read: TypeAlias = tuple[Seen, LatencySpread]


def holds(span: Span, truth: float) -> bool:
    """Return whether an interval holds the truth."""
    return bool(span.lo <= truth <= span.hi)


def covered(pairs: Sequence[tuple[Span, float]]) -> str:
    """Return how often intervals hold the truth, with the share's exact 90 % interval."""
    held = sum(holds(span, truth) for span, truth in pairs)
    low, high = share_bounds(held, len(pairs)) if pairs else (0.0, 1.0)
    return f"{percent(held, len(pairs))} ({100 * low:.0f} to {100 * high:.0f})"


def without(one: Seen) -> float:
    """Return in how many bouts nothing happened before the end."""
    return float(sum(s is None or s >= one.asked.bout_s for s in one.latencies_s))


def readings(seen: Sequence[Seen]) -> list[Read]:
    """Return the runs in which something was found, with what was said of the latencies."""
    return [(one, one.spread) for one in seen if one.spread is not None]


def latency_row(title: str, seen: Sequence[Seen]) -> tuple[str, ...]:
    """Return a row of how well median, spread and bouts without are told."""
    told = readings(seen)
    planted = [one.asked.latencies.spread for one, _ in told]
    bias = [100 * (said.median_s.value / one.asked.onset_s - 1) for one, said in told]
    off = [said.without.value - without(one) for one, said in told]
    wide = [s.spread.value - truth for (_, s), truth in zip(told, planted, strict=True)]
    return (
        *(title, percent(len(told), len(seen)), number(quantile(bias, 0.5))),
        covered([(said.median_s, one.asked.onset_s) for one, said in told]),
        number(quantile(wide, 0.5), 2),
        covered([(s.spread, truth) for (_, s), truth in zip(told, planted, strict=True)]),
        number(quantile(off, 0.5), 1),
        covered([(said.without, without(one)) for one, said in told]),
    )


def latency_part(seen: Sequence[Seen]) -> str:
    """Return the table of how well the latency's distribution is told."""
    level = [one for one in seen if not one.asked.latencies.trend]
    head = (
        *("planted", "found", "median: bias (%)", "median: coverage", "spread: bias"),
        *("spread: coverage", "bouts without: bias", "bouts without: coverage"),
    )
    cells = product(SPREADS, WITHOUT)
    rows = [
        latency_row(
            f"spread {spread:g}, {100 * share:.0f} % without",
            [one for one in level if one.asked.latencies == Latencies(spread, share)],
        )
        for spread, share in cells
    ]
    return table(head, [*rows, latency_row("**all**", level)])


def varied_part(seen: Sequence[Seen]) -> str:
    """Return the table of what was found, by spread, size and number of bouts."""
    rows = []
    for kit, size, spread in product(KITS, VARIED_SIZES, SPREADS):
        some = [
            one
            for one in seen
            if (one.asked.kit, one.asked.size_sd) == (kit, size)
            and one.asked.latencies.spread == spread
        ]
        cells = [[one for one in some if one.asked.count == count] for count in VARIED_COUNTS]
        shares = [percent(len(readings(cell)), len(cell)) for cell in cells]
        rows.append((f"{NAMED[kit]}, {size:g} SD, spread {spread:g}", *shares))
    return table(("planted", *(f"{count} bouts" for count in VARIED_COUNTS)), rows)


def trend_part(seen: Sequence[Seen]) -> str:
    """Return the table of how well a trend over the session is told."""
    rows = []
    for trend in TRENDS:
        told = [
            (one, said)
            for one, said in readings(seen)
            if one.asked.latencies.trend == trend and one.asked.count == VARIED_COUNTS[-1]
        ]
        said = [spread.trends for _, spread in told]
        rows.append(
            (
                *(f"{trend:g} a bout", str(len(told))),
                *(percent(said.count(one), len(said)) for one in ("earlier", "later")),
                percent(said.count("cannot tell"), len(said)),
                covered([(spread.trend, trend) for _, spread in told]),
            )
        )
    return table(("trend", "found", "earlier", "later", "cannot tell", "coverage"), rows)


PAGE = """# Short beginnings

One bout of a minute or two shows almost nothing: its first 30 s are a restart's artefact, its last
15 s a stop's, and a watch smooths over about 10 s. Bouts laid over each other at their start show
more. Bouts are the independent units: each gives its level after some lag minus its level before,
with its own level and an artefact that fades taken out, and again with a straight trend taken out.
A change counts only if it stands against both. Its chance is the tail of a moderated Student's t,
times the number of channels and of onsets told apart (20 s). It is reported where that chance is
below 1 % times the hours of running, at most 1 %. At least six bouts must be judged on both sides.

A second search looks for a step whose latency differs from bout to bout: log-normal latencies, and
a share of bouts in which nothing happens, against none of it, with noise fitted to either. One bout
adds little to its evidence, evidence for a step the other way is taken off, and the rest counts
with half its logarithm. It reports at the same chance. What either finds is read with a latency of
its own for each bout.

Everything here is simulated but for one table. Sizes are in units of the channel's one-second
noise.
{nobody}

## False alarms

Share of the budget of 0.5 alarms in 10 h that all searches have together: 0.1. In the lower rows
every bout of a healthy run begins, in every channel, with the same added artefact, as no restart
measured so far does.

{alarms}

Real healthy running without stops, cut into pretended bouts, shows what the noise of real watches
does; it has no restarts, so it says nothing of their artefacts.

{real}

## How well it tells when and how much

Over all bouts and counts below; an interval that holds the truth nine times in ten should cover
90 %. It is told to the nearest 5 s, and is at least 15 s wide.

{quality}

A run states the earliest onset at which its bouts would show 2 SD nine times in ten. Where it did,
and 2 SD began there or later and 45 s or more before a bout's end, it was found in {kept} of
{promised} runs ({share}).

## When it differs from bout to bout

Bouts of {varied_bout:.0f} s, the median latency {varied_median:.0f} s, {varied_runs} runs a cell.
The spread is the standard deviation of the logarithm of the latency: at 0.3 half of the bouts lie
within a factor of 1.22 of the median, at 0.6 within 1.5. "Without" are bouts in which it did not
come before the end, late latencies among them.

### Found

{varied}

### The latency's distribution, where something was found

Only what is found is read: of small sizes and wide spreads these are the clearer runs. A spread
below 0.1 cannot be told from 0.

{latency}

### Earlier or later as the session goes on

{varied_count} bouts; without a trend all spreads together, with one a spread of 0.2.

{trend}

A bout that looks the same all through had it from before its first 30 s were over, or not at all.
Only its level beside the other bouts' tells which; where levels wander, the bout is called unclear.

## What is found at one latency

Bouts of running with 60 s of walking between, {runs} runs a cell. Bouts of 60 s leave 15 s to
judge, too little to tell a before from an after: these runs say so.

{tables}

What begins before about 40 s into a bout looks the same as a runner who is off all the time: the
first half minute of each bout cannot be judged. There the runner's mark counts.
"""


def main() -> None:
    """Draw, search, and write the page."""
    less = 10 if quick() else 1
    healthy = drawn("healthy", healthy_runs(max(HEALTHY_RUNS // less, 1)))
    false = drawn("false starts", false_start_runs(max(FALSE_START_RUNS // less, 1)))
    planted = drawn("planted", planted_runs(max(RUNS // less, 1)))
    kept, promised = kept_word(planted)
    varied = drawn("varied", varied_runs(max(VARIED_RUNS // less, 1)))
    text = PAGE.format(
        varied_bout=VARIED_BOUT_S,
        varied_median=VARIED_MEDIAN_S,
        varied_runs=VARIED_RUNS,
        varied_count=VARIED_COUNTS[-1],
        varied=varied_part([one for one in varied if not one.asked.latencies.trend]),
        latency=latency_part(varied),
        trend=trend_part(varied),
        nobody=NOBODY,
        runs=RUNS,
        real=real_part(),
        alarms=false_alarm_part(healthy, false),
        quality=quality_part(planted),
        kept=kept,
        promised=promised,
        share=percent(kept, promised),
        tables=detection_part(planted),
    )
    if quick():
        print(text)
    else:
        write("bouts.md", "bouts.py", text)


if __name__ == "__main__":
    main()
