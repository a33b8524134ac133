"""Short beginnings: what bouts of running show together, and how often healthy ones mislead.

``python bench/bouts.py`` writes docs/science/bouts.md; ``--quick`` draws a tenth of the runs and
writes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal, TypeAlias

import numpy as np

from evenstride.coordination.deviation import build_signal
from evenstride.episodes.pooled import pool_bouts
from evenstride.model.bouts import PooledBouts, PooledOnset
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Floats, Signal
from evenstride.simulate.episode import PlantedEpisode
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
SIZES = (1.0, 1.5, 2.0, 3.0)
WALK_S = 60.0
RUNS = 16
HEALTHY_RUNS = 60
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
FALSE_START_RUNS = 8
FIRST_SEED = 5_000_000


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


@dataclass(frozen=True)
class Seen:
    """What pooling made of it."""

    asked: Asked
    running_h: float
    found: PooledBouts | None
    planted: float

    @property
    def onset(self) -> PooledOnset | None:
        """What was reported, None where nothing was."""
        return None if self.found is None else self.found.onset

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
    return Seen(asked, running_h, pool_bouts(signal), planted)


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


PAGE = """# Short beginnings

One bout of a minute or two shows almost nothing: its first 30 s are a restart's artefact, its last
15 s a stop's, and a watch smooths over about 10 s. Bouts laid over each other at their start show
more. Bouts are the independent units: each gives its level after some lag minus its level before,
with its own level and an artefact that fades taken out, and again with a straight trend taken out.
A change counts only if it stands against both. Its chance is the tail of a moderated Student's t,
times the number of channels and of onsets told apart (20 s). It is reported where that chance is
below 1 % times the hours of running, at most 1 %. At least six bouts must be judged on both sides.

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

## What is found

Bouts of running with 60 s of walking between, {runs} runs a cell. Bouts of 60 s leave 15 s to
judge, too little to tell a before from an after: these runs say so.

{tables}

What begins before about 40 s into a bout looks the same as a runner who is off all the time: the
first half minute of each bout cannot be judged. There the runner's mark counts.
"""


def main() -> None:
    """Draw, search, and write the page."""
    less = 10 if quick() else 1
    healthy = drawn("healthy", healthy_runs(HEALTHY_RUNS // less))
    false = drawn("false starts", false_start_runs(FALSE_START_RUNS // less))
    planted = drawn("planted", planted_runs(RUNS // less))
    kept, promised = kept_word(planted)
    text = PAGE.format(
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
