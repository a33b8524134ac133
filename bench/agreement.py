"""Felt beside measured over many runs: is it more than chance, and how late is the press.

``python bench/agreement.py`` writes docs/science/agreement.md; ``--quick`` draws a tenth of the
runners and writes nothing.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.stats import binom

from evenstride.app.agreement import agreement
from evenstride.app.agreement_views import ManyRunsView
from evenstride.app.agreement_words import FEWEST_PAIRS
from evenstride.inference._agreement.chance import LIKE, MOST_EXACT
from evenstride.inference.agreement import CLEAR, agree
from evenstride.inference.agreement import DRAWS as ALL_DRAWS
from evenstride.model.agreement import Agreement, Delay, FeltAndMeasured, Measured, WordOnRuns
from evenstride.model.episode import Span
from evenstride.model.intervals import Stretch
from evenstride.model.marks import Mark
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.fit import fit_bytes
from evenstride.simulate.laps import LapButton
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.scenario import START, Scenario
from trials.chance import quantile, share_bounds
from trials.pages import NOBODY, number, percent, table, write
from trials.pool import each, quick

HOUR_S = 3600.0
COUNTS = (5, 10, 20)
RUNNERS = 150
DRAWS = 999
FIRST_SEED = 12_000_000
STATED_SD_S = 12.0
PRESS_SPREAD_S = 10.0
REAL_RUNS, REAL_RUNNERS = 10, 4
PLANTED_SD = 2.0

Off = tuple[float, float] | None
Rng = np.random.Generator


# --- no link ----------------------------------------------------------------------------------


def anywhere(rng: Rng, run_s: float) -> Off:
    """Draw a stretch anywhere, in four runs of five."""
    from_s = rng.uniform(0.05, 0.75) * run_s
    return (from_s, from_s + rng.uniform(300, 1200)) if rng.random() < 0.8 else None


def minute_ten(rng: Rng, _: float) -> Off:
    """Draw a stretch from about minute ten on, in every run."""
    from_s = rng.normal(600, 60)
    return from_s, from_s + rng.normal(900, 120)


def late(rng: Rng, run_s: float) -> Off:
    """Draw the last part of a run, in every run."""
    return float(np.clip(rng.normal(0.6, 0.1), 0.2, 0.95)) * run_s, run_s


def whole_days(rng: Rng, run_s: float) -> Off:
    """Draw a run that is off throughout, or not at all."""
    return (0.0, run_s) if rng.random() < 0.5 else None


def long_runs(rng: Rng, run_s: float) -> Off:
    """Draw a stretch anywhere, nearly always in long runs and hardly ever in short ones."""
    from_s = rng.uniform(0.2, 0.5) * run_s
    return (from_s, from_s + 900) if rng.random() < (0.9 if run_s > HOUR_S else 0.1) else None


def exact_press(_: Rng, __: float) -> Off:
    """Return minute ten to minute twenty-five, in every run."""
    return 600.0, 1500.0


@dataclass(frozen=True)
class Unlinked:
    """A runner whose marks and whose watch know nothing of each other."""

    felt: Callable[[Rng, float], Off]
    seen: Callable[[Rng, float], Off]
    uneven: bool
    says: str


UNLINKED = (
    Unlinked(anywhere, anywhere, uneven=False, says="both anywhere"),
    Unlinked(anywhere, anywhere, uneven=True, says="both anywhere, runs of 30 to 90 min"),
    Unlinked(minute_ten, minute_ten, uneven=False, says="both from about minute ten"),
    Unlinked(exact_press, minute_ten, uneven=False, says="pressed at 10:00 and 25:00 always"),
    Unlinked(late, late, uneven=True, says="both to the end, runs of 30 to 90 min"),
    Unlinked(whole_days, whole_days, uneven=False, says="whole runs or none"),
    Unlinked(long_runs, long_runs, uneven=True, says="both nearly only in long runs"),
)


# --- a link -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Linked:
    """A runner who presses some time after it goes and comes back.

    Attributes
    ----------
    typical_s, spread_s
        Of the delay; drawn normal, or lognormal with this median where `skewed`.
    unrelated
        Share of runs whose marks have nothing to do with what was measured.
    found
        Share of episodes that are measured.
    error
        True SD of a measured moment, in units of `STATED_SD_S`.
    stated
        SD that its interval states, in the same units.
    gross
        Share of measured moments that lie anywhere.
    habit_s
        Spread of the true onset about minute twenty; 0 for anywhere.
    uneven
        True for runs of 30 to 90 minutes instead of an hour each.
    """

    says: str
    typical_s: float = 20.0
    spread_s: float = PRESS_SPREAD_S
    unrelated: float = 0.0
    found: float = 0.9
    error: float = 1.0
    stated: float = 1.0
    gross: float = 0.0
    skewed: bool = False
    habit_s: float = 0.0
    uneven: bool = False


POWER = (
    Linked("marks follow, 90 % measured"),
    Linked("marks follow, 60 % measured", found=0.6),
    Linked("3 of 10 marks unrelated", unrelated=0.3),
    Linked("6 of 10 marks unrelated", unrelated=0.6),
    Linked("runs of 30 to 90 min", uneven=True),
    Linked("it goes at 20 ± 5 min always", habit_s=300.0),
    Linked("it goes at 20 ± 1 min always", habit_s=60.0),
)
DELAYS = (
    Linked("5 ± 10 s", typical_s=5.0),
    Linked("20 ± 10 s"),
    Linked("60 ± 10 s", typical_s=60.0),
    Linked("60 ± 40 s", typical_s=60.0, spread_s=40.0),
    Linked("20 s before, ± 10 s", typical_s=-20.0),
    Linked("20 s, skewed (lognormal, half to twice)", skewed=True),
    Linked("20 ± 10 s, 3 of 10 marks unrelated", unrelated=0.3),
    Linked("20 ± 10 s, 1 of 10 measured moments anywhere", gross=0.1),
    Linked("20 ± 10 s, true error twice the stated", error=2.0),
    Linked("20 ± 10 s, true error a tenth of the stated", error=1.0, stated=10.0),
)


@dataclass(frozen=True)
class Asked:
    """One runner to draw: a world by its place in its list, how many runs, and the seed."""

    world: Literal["unlinked", "power", "delay"]
    place: int
    count: int
    seed: int


@dataclass(frozen=True)
class Answer:
    """What was found."""

    asked: Asked
    found: Agreement


def ask(asked: Asked) -> Answer:
    """Draw a runner and let the agreement be judged."""
    rng = np.random.default_rng(asked.seed)
    if asked.world == "unlinked":
        runs = [unlinked_run(UNLINKED[asked.place], rng) for _ in range(asked.count)]
    else:
        worlds = POWER if asked.world == "power" else DELAYS
        runs = [linked_run(worlds[asked.place], rng) for _ in range(asked.count)]
    return Answer(asked, agree(runs, rng, DRAWS))


def unlinked_run(world: Unlinked, rng: Rng) -> FeltAndMeasured:
    """Draw one run of an unlinked runner."""
    run_s = rng.uniform(1800, 5400) if world.uneven else HOUR_S
    felt, seen = world.felt(rng, run_s), world.seen(rng, run_s)
    return _record(run_s, felt, _seen(seen, run_s))


def linked_run(world: Linked, rng: Rng) -> FeltAndMeasured:
    """Draw one run of a linked runner."""
    run_s = rng.uniform(1800, 5400) if world.uneven else HOUR_S
    truth = _truth(world, run_s, rng)
    seen = _measured_at(world, truth, run_s, rng) if rng.random() < world.found else ()
    if rng.random() < world.unrelated:
        truth = _truth(world, run_s, rng)
    late_s = _delays(world, rng)
    return _record(run_s, (truth[0] + late_s[0], truth[1] + late_s[1]), seen)


def _truth(world: Linked, run_s: float, rng: Rng) -> tuple[float, float]:
    anywhere_s = rng.uniform(300, 0.65 * run_s)
    from_s = rng.normal(1200, world.habit_s) if world.habit_s else anywhere_s
    return from_s, from_s + rng.uniform(400, 1000) * run_s / HOUR_S


def _delays(world: Linked, rng: Rng) -> tuple[float, float]:
    draw = rng.standard_normal(2)
    if world.skewed:
        late_s = world.typical_s * np.exp(0.5 * draw)
    else:
        late_s = world.typical_s + world.spread_s * draw
    return float(late_s[0]), float(late_s[1])


def _measured_at(
    world: Linked, truth: tuple[float, float], run_s: float, rng: Rng
) -> tuple[Measured, ...]:
    onset_s, recovery_s = truth + world.error * STATED_SD_S * rng.standard_normal(2)
    if rng.random() < world.gross:
        onset_s = rng.uniform(60, recovery_s - 60)
    return _seen((onset_s, recovery_s), run_s, world.stated)


def _seen(off: Off, run_s: float, stated: float = 1.0) -> tuple[Measured, ...]:
    if off is None:
        return ()
    reach = 1.645 * stated * STATED_SD_S
    onset, recovery = (Span(at, at - reach, at + reach) for at in off)
    return (Measured(onset, recovery if off[1] < run_s else None, off[0] <= 0),)


def _record(run_s: float, felt: Off, seen: tuple[Measured, ...]) -> FeltAndMeasured:
    marks = () if felt is None else (_press(felt[0], "gone"), _press(felt[1], "back"))
    inside = tuple(mark for mark in marks if mark.t_s < run_s)
    return FeltAndMeasured("", run_s, (Stretch(30.0, run_s),), inside, seen)


def _press(t_s: float, kind: Literal["gone", "back"]) -> Mark:
    return Mark(float(np.rint(t_s)), None, kind, "lap", recalled=False)


def _asked(world: Literal["unlinked", "power", "delay"], places: int, first: int) -> list[Asked]:
    cells = list(product(range(places), COUNTS))
    return [
        Asked(world, place, count, FIRST_SEED + first + 1000 * cell + k)
        for cell, (place, count) in enumerate(cells)
        for k in range(_runners_a_cell())
    ]


def _runners_a_cell() -> int:
    return RUNNERS // 10 if quick() else RUNNERS


# --- tables -----------------------------------------------------------------------------------


def _cell(answers: Sequence[Answer], place: int, count: int) -> list[Agreement]:
    return [a.found for a in answers if (a.asked.place, a.asked.count) == (place, count)]


def _beyond(found: Sequence[Agreement]) -> str:
    return percent(sum(one.verdict == "beyond chance" for one in found), len(found))


def _by_times(found: Sequence[Agreement]) -> str:
    hits = sum(one.other_times is not None and one.other_times.p_value <= CLEAR for one in found)
    return percent(hits, len(found))


def unlinked_part(answers: Sequence[Answer]) -> str:
    """Return how often a link is seen where there is none."""
    head = (
        "felt and measured",
        *(f"{n} runs" for n in COUNTS),
        "in time only, 20 runs",
        "a delay told",
    )
    rows = [
        (
            world.says,
            *(_beyond(_cell(answers, place, count)) for count in COUNTS),
            _by_times(_cell(answers, place, COUNTS[-1])),
            percent(len(_told(_cell(answers, place, COUNTS[-1]))), _runners_a_cell()),
        )
        for place, world in enumerate(UNLINKED)
    ]
    return table(head, rows)


def _told(found: Sequence[Agreement]) -> list[Delay]:
    """Return the delays a runner would be told."""
    linked = (one.onset for one in found if one.verdict == "beyond chance")
    return [one for one in linked if one is not None and one.pairs >= FEWEST_PAIRS]


def power_part(answers: Sequence[Answer]) -> str:
    """Return how often a link is seen where there is one."""
    head = ("the runner", *(f"{n} runs" for n in COUNTS), "coefficient, 20 runs")
    rows = []
    for place, world in enumerate(POWER):
        last = [one.other_runs for one in _cell(answers, place, COUNTS[-1])]
        worth = [c.coefficient for c in last if c is not None and c.coefficient is not None]
        shares = (_beyond(_cell(answers, place, count)) for count in COUNTS)
        rows.append((world.says, *shares, number(quantile(worth, 0.5), 2)))
    return table(head, rows)


def delay_part(answers: Sequence[Answer]) -> str:
    """Return how well the typical delay is told."""
    head = (
        *("delay when it goes", "runs", "told", "median error (s)"),
        *("median width of the interval (s)", "coverage (its 90 % interval)", "spread (s)"),
    )
    rows = []
    for (place, world), count in product(enumerate(DELAYS), COUNTS):
        all_found = [one.onset for one in _cell(answers, place, count)]
        told = [one for one in all_found if one is not None and one.pairs >= FEWEST_PAIRS]
        rows.append(
            (world.says, str(count), percent(len(told), len(all_found)), *_kept(told, world))
        )
    return table(head, rows)


def _kept(told: Sequence[Delay], world: Linked) -> tuple[str, str, str, str]:
    held = sum(one.typical_s.lo <= world.typical_s <= one.typical_s.hi for one in told)
    low, high = share_bounds(held, len(told)) if told else (0.0, 1.0)
    return (
        number(quantile([one.typical_s.value - world.typical_s for one in told], 0.5), 1),
        number(quantile([one.typical_s.hi - one.typical_s.lo for one in told], 0.5)),
        f"{percent(held, len(told))} ({100 * low:.0f} to {100 * high:.0f})",
        number(quantile([one.spread_s.value for one in told], 0.5)),
    )


# --- from files -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Runner:
    """A simulated runner: do the presses follow, and is there anything to measure."""

    says: str
    follows: bool
    planted: bool
    seed: int


def from_files(runner: Runner) -> tuple[Runner, ManyRunsView]:
    """Simulate a runner's files, and ask for the agreement as the command does."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for day, run in enumerate(_simulated(runner)):
            file = Path(folder) / f"{day:02d}.fit"
            file.write_bytes(fit_bytes(run))
            files.append(file)
        return runner, agreement(files, WordOnRuns(laps=("gone", "back")))


def _simulated(runner: Runner) -> list[SimulatedRun]:
    rng = np.random.default_rng(runner.seed)
    runs, pressed = [], []
    for day in range(REAL_RUNS):
        onset_s = float(rng.uniform(600, 1500))
        episode = PlantedEpisode(
            onset_s,
            onset_s + float(rng.uniform(900, 1500)),
            size_sd=(("contact_time_ms", PLANTED_SD),),
        )
        scenario = Scenario(
            minutes=60,
            episodes=(episode,),
            laps=LapButton(delay_s=20.0, delay_spread=0.47),
            start=START + timedelta(days=day),
        )
        seed = 100 * runner.seed + day
        pressed.append(simulate(scenario, seed).laps)
        planted = scenario if runner.planted else replace(scenario, episodes=())
        runs.append(simulate(planted, seed))
    # Whose presses do not follow has those of the day before.
    moved = pressed if runner.follows else pressed[-1:] + pressed[:-1]
    return [replace(run, laps=laps) for run, laps in zip(runs, moved, strict=True)]


def _runners() -> list[Runner]:
    kinds = (
        ("presses follow", True, True),
        ("presses of the day before", False, True),
        ("presses, but nothing a watch could see", True, False),
    )
    each_kind = 1 if quick() else REAL_RUNNERS
    return [
        Runner(*kind, FIRST_SEED // 1000 + 10 * place + k)
        for place, kind in enumerate(kinds)
        for k in range(each_kind)
    ]


def files_part(seen: Sequence[tuple[Runner, ManyRunsView]]) -> str:
    """Return one row for each simulated runner."""
    head = (
        *("the runner", "both", "only felt", "agree", "moved to other runs", "p"),
        *("verdict", "delay when it goes (s)", "when it is back (s)"),
    )
    return table(head, [_file_row(*one) for one in seen])


def _file_row(runner: Runner, view: ManyRunsView) -> tuple[str, ...]:
    chance = view.other_runs
    standings = [run.standing for run in view.runs]
    return (
        runner.says,
        str(standings.count("both")),
        str(standings.count("only felt")),
        number(100 * (view.share or 0)) + " %",
        "–" if chance is None else number(100 * chance.expected_share) + " %",
        "–" if chance is None else f"{chance.p_value:.4f}",
        view.verdict,
        *(
            "not told"
            if delay is None or delay.pairs < FEWEST_PAIRS or view.verdict != "beyond chance"
            else f"{delay.typical_s:.0f} ({delay.typical_lo_s:.0f} to {delay.typical_hi_s:.0f})"
            for delay in (view.onset_delay, view.recovery_delay)
        ),
    )


PAGE = """# You and the watch

Over many runs: do a runner's marks and what the watch saw agree better than chance would have it,
and how late does the runner usually press? `evenstride agreement` says so. Nothing here corrects a
mark or a measurement, and where they differ, the mark counts. {nobody}

## How it is judged

* **Blind.** Every run is analysed without a word of the runner. Marks are laid beside it
  afterwards.
* **Agreement** is the share of judged seconds on which both say "gone" or both say "fine".
* **Moved to other runs.** The marks of one run are laid over another, minute for minute from the
  start, and again from start to end in proportion; the less favourable of the two counts. If a
  runner always presses at minute ten, and the watch always sees something there, moved marks fit as
  well, and so this is no link. Marks change places among runs of like length only, the longest at
  most {like:g} times the shortest. All orders up to {most_exact:,}, {all_draws:,} drawn ones beyond
  ({draws} on this page). "More than chance" is said where at most 5 % agree as well.
* **Moved to other times** of the same run. Shown beside it; by itself it takes a habit for a link.
* **Delay**: mark minus measured moment. A mark belongs to a measured moment of its run, with a
  normal delay and that moment's own uncertainty (peaked, with tails as long as its interval), or it
  is a stray: mostly as the marks of the other runs lie, else anywhere in the run. Typical delay,
  spread and share of strays have a posterior on a grid. It is told where there is more than chance
  and from {pairs} pairs on. It holds the watch's own lateness too.
* A run without a press and without the word that it was fine counts nowhere.
* Fewer than 5 runs: too few to say. With 5, the smallest possible p is 1 of 120; with 4 it is 1 of
  24, and with 3 it is 1 of 6.

## No link: how often one is seen

Marks and measured stretches drawn apart from each other, {runners} runners in every cell. "More
than chance" should be said of at most 5 % of them ({runners} runners at 5 % give {low:.0f} to
{high:.0f} %, nine times in ten). The last columns are what moving marks in time alone would have
said, and how often a delay is told though there is none.

{unlinked}

Moved in time only, every habit of pressing early or late looks like a link: that is why it is not
what decides. The last row is where the test falls short: runs of like length still differ in
length, and what both share through it is taken for a link more often than it should be.

## A link: how often it is seen

Runs of an hour unless told; it goes anywhere between minute 5 and 39 unless told, for 7 to 17 min;
presses 20 ± 10 s later; measured moments with an error of {sd:.0f} s.

{power}

Five runs of very different lengths leave few places to change, so a link is mostly not seen. Who
goes at nearly the same minute in every run has marks that fit other runs almost as well: the
coefficient falls. That is the price for not taking a habit for a link.

## The typical delay

The same runs. "Told": more than chance, and five pairs or more. The true middle of a skewed delay
is its median. The last rows show what it costs when the measured moment is surer of itself than it
should be, or far less sure. The spread told holds part of the measured moments' own error, so it
comes out wider than the ± planted; with five runs, and with skewed delays, the interval of the
typical delay holds it somewhat less often than nine times in ten.

{delay}

## From files

{real_runners} simulated runners of each kind with {real_runs} runs of an hour, chest strap, contact
time longer by {planted:g} SD of its one-second noise for 15 to 25 min, read from FIT files and
analysed as the command does. Presses come 20 s after the truth (lognormal, two of three between 12
and 32 s). Days are independent, so a press of the day before knows nothing of today.

{files}

The watch's own moment is some seconds off, so a delay near 20 s is what to expect, not exactly 20.

## What this does not mean

* Agreement does not prove that what was measured is what was felt, and a lack of it does not prove
  either wrong. A watch that misses an episode lowers agreement as much as a stray press does.
* Runs are taken as equal draws in no order. A season in which everything changes makes for
  agreement of its own.
* Everything on this page is simulated.
"""


def _usual_share() -> tuple[float, float]:
    """Return between which shares of a cell an event of 5 % falls nine times in ten."""
    return tuple(binom.ppf((0.05, 0.95), RUNNERS, CLEAR) / RUNNERS)


def main() -> None:
    """Draw, judge, and write the page."""
    unlinked = list(each(ask, _asked("unlinked", len(UNLINKED), 0)))
    power = list(each(ask, _asked("power", len(POWER), 100_000)))
    delay = list(each(ask, _asked("delay", len(DELAYS), 200_000)))
    files = list(each(from_files, _runners()))
    low, high = _usual_share()
    text = PAGE.format(
        nobody=NOBODY,
        draws=DRAWS,
        all_draws=ALL_DRAWS,
        like=LIKE,
        most_exact=MOST_EXACT,
        low=100 * low,
        high=100 * high,
        pairs=FEWEST_PAIRS,
        runners=RUNNERS,
        unlinked=unlinked_part(unlinked),
        sd=STATED_SD_S,
        power=power_part(power),
        delay=delay_part(delay),
        real_runners=REAL_RUNNERS,
        real_runs=REAL_RUNS,
        planted=PLANTED_SD,
        files=files_part(files),
    )
    if quick():
        print(text)
    else:
        write("agreement.md", "agreement.py", text)


if __name__ == "__main__":
    main()
