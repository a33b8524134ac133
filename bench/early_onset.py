"""Trouble that begins in the first two minutes: what the watch sees, what only the mark sees.

``python bench/early_onset.py`` writes docs/science/early-onset.md; ``--quick`` draws a tenth of
the runs and writes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evenstride.app.analyze import analyze_run
from evenstride.app.same_run import Run
from evenstride.app.views import BoutsView, EpisodeView, RunView
from evenstride.model.marks import RunnersWord
from evenstride.simulate.episode import PlantedEpisode
from evenstride.simulate.pace import RunWalk
from evenstride.simulate.run import SimulatedRun, simulate
from evenstride.simulate.scenario import Scenario
from trials.chance import quantile
from trials.pages import NOBODY, number, percent, table, write
from trials.pool import each, quick

MINUTES = 75.0
ONSETS_S = (30.0, 60.0, 120.0)
CLEARINGS_MIN = (10.0, 20.0, 30.0, 50.0)
SIZES = (1.5, 2.0, 3.0)
RUNS = 40
BOUT_MINUTES, WALK_S = 60.0, 60.0
BOUTS_S = (30.0, 60.0, 90.0, 120.0)
BOUT_ONSETS_S = (20.0, 40.0, 60.0)
BOUT_SIZES = (0.0, 2.0, 3.0)
BOUT_RUNS = 30
FIRST_SEED = 9_000_000
_SIDE = 97
TOLD = RunnersWord(laps=("gone", "back"))


@dataclass(frozen=True)
class Early:
    """A run that is off from `onset_s` to `clearing_s`; `told` where laps have a meaning."""

    size_sd: float
    onset_s: float
    clearing_s: float
    told: bool
    seed: int


@dataclass(frozen=True)
class EarlySeen:
    """What the analysis made of it; `episode` is None where it raised no alarm."""

    asked: Early
    episode: EpisodeView | None

    @property
    def back_error_s(self) -> float:
        """How far the measured return lies from the truth; NaN where none was measured."""
        back_s = None if self.episode is None else self.episode.recovery_s
        return np.nan if back_s is None else back_s - self.asked.clearing_s

    @property
    def back_covered(self) -> bool:
        """Whether the interval of the return holds the truth."""
        span = self.episode and (self.episode.recovery_lo_s, self.episode.recovery_hi_s)
        low, high = span or (None, None)
        return low is not None and high is not None and low <= self.asked.clearing_s <= high

    @property
    def began_right(self) -> bool:
        """Whether the onset is told as from the start, or its interval holds the truth."""
        one = self.episode
        if one is None:
            return False
        return one.present_at_start or one.onset_lo_s <= self.asked.onset_s <= one.onset_hi_s

    @property
    def taken_for_loss(self) -> bool:
        """Whether the return was taken for a loss that never passed."""
        return self.episode is not None and self.episode.recovery_s is None

    @property
    def beside_mark_s(self) -> float:
        """Measured minus felt return; NaN where one is missing."""
        beside = None if self.episode is None else self.episode.felt_agreement
        found = None if beside is None else beside.recovery_difference_s
        return np.nan if found is None else found


@dataclass(frozen=True)
class InBouts:
    """A run/walk session in which every bout goes off `onset_s` after its start; size 0: none."""

    size_sd: float
    onset_s: float
    bout_s: float
    seed: int


@dataclass(frozen=True)
class BoutsSeen:
    """What the analysis made of it."""

    asked: InBouts
    judged_share: float
    alarmed: bool
    shortest_s: float | None
    bouts: BoutsView | None


def see_early(asked: Early) -> EarlySeen:
    """Simulate and analyse one early onset with late clearing."""
    episode = PlantedEpisode(asked.onset_s, asked.clearing_s, size_sd=_size(asked))
    run = simulate(Scenario(minutes=MINUTES, kit="strap", episodes=(episode,)), asked.seed)
    view = _analysed(run, TOLD if asked.told else RunnersWord())
    return EarlySeen(asked, view.episodes[0] if view.episodes else None)


def see_bouts(asked: InBouts) -> BoutsSeen:
    """Simulate and analyse one run/walk session."""
    episode = PlantedEpisode(asked.onset_s, size_sd=_size(asked)) if asked.size_sd else None
    scenario = Scenario(
        minutes=BOUT_MINUTES,
        kit="strap",
        run_walk=RunWalk(run_s=asked.bout_s, walk_s=WALK_S),
        bout_episode=episode,
    )
    run = simulate(scenario, asked.seed)
    view = _analysed(run, RunnersWord())
    running_s = sum(bout.seconds for bout in run.truth.bouts)
    return BoutsSeen(
        asked,
        (view.coordinated_s + view.off_s) / running_s,
        bool(view.episodes),
        view.shortest_judgeable_s,
        view.bouts,
    )


def _size(asked: Early | InBouts) -> tuple[tuple[str, float], ...]:
    side = float(np.random.default_rng((asked.seed, _SIDE)).choice((-1.0, 1.0)))
    return (("contact_balance_left_pct", side * asked.size_sd),)


def _analysed(run: SimulatedRun, word: RunnersWord) -> RunView:
    return analyze_run(Run((run.recording(),)), word).run


def early_runs() -> list[Early]:
    """Return every early onset: all with marks told, the middle size without as well."""
    cells = [
        (size, onset_s, 60 * clearing, told)
        for told in (True, False)
        for size in SIZES
        for onset_s in ONSETS_S
        for clearing in CLEARINGS_MIN
        if told or size == 2.0
    ]
    return [
        Early(*cell, FIRST_SEED + 1000 * place + k)
        for place, cell in enumerate(cells)
        for k in range(_some(RUNS))
    ]


def bout_runs() -> list[InBouts]:
    """Return every run/walk session."""
    cells = [
        (size, onset_s, bout_s)
        for size in BOUT_SIZES
        for bout_s in BOUTS_S
        for onset_s in (BOUT_ONSETS_S if size else BOUT_ONSETS_S[:1])
        if onset_s < bout_s
    ]
    return [
        InBouts(*cell, FIRST_SEED + 500_000 + 1000 * place + k)
        for place, cell in enumerate(cells)
        for k in range(_some(BOUT_RUNS))
    ]


def _some(runs: int) -> int:
    return runs // 10 if quick() else runs


EARLY_HEAD = [
    "planted",
    "seen by the watch",
    "return: error s, median",
    "90th",
    "covered",
    "beginning right",
    "return taken for a loss",
    "mark alone",
]


def early_row(name: str, seen: Sequence[EarlySeen]) -> list[str]:
    """Return one row: what the watch saw, what only the mark saw."""
    alarmed = [one for one in seen if one.episode is not None]
    errors_s = [abs(one.back_error_s) for one in alarmed if not np.isnan(one.back_error_s)]
    return [
        name,
        percent(len(alarmed), len(seen)),
        number(quantile(errors_s, 0.5)),
        number(quantile(errors_s, 0.9)),
        percent(sum(one.back_covered for one in alarmed), len(errors_s)),
        percent(sum(one.began_right for one in alarmed), len(alarmed)),
        percent(sum(one.taken_for_loss for one in alarmed), len(alarmed)),
        percent(len(seen) - len(alarmed), len(seen)),
    ]


def early_table(
    seen: Sequence[EarlySeen], key: Callable[[Early], tuple[float, float]], name: str
) -> str:
    """Return one row for each pair of numbers that `key` gives."""
    groups: dict[tuple[float, float], list[EarlySeen]] = {}
    for one in seen:
        groups.setdefault(key(one.asked), []).append(one)
    return table(
        EARLY_HEAD, [early_row(name.format(*pair), group) for pair, group in groups.items()]
    )


def by_clearing(asked: Early) -> tuple[float, float]:
    """Sort by size and return."""
    return asked.size_sd, asked.clearing_s / 60


def by_onset(asked: Early) -> tuple[float, float]:
    """Sort by size and onset."""
    return asked.size_sd, asked.onset_s


def bout_row(seen: Sequence[BoutsSeen]) -> list[str]:
    """Return one row of the run/walk table."""
    asked = seen[0].asked
    pooled = [one.bouts for one in seen if one.bouts is not None]
    onsets = [one.onset for one in pooled if one.onset is not None]
    errors_s = [abs(one.onset_s - asked.onset_s) for one in onsets]
    inside = sum(one.onset_lo_s <= asked.onset_s <= one.onset_hi_s for one in onsets)
    planted = asked.size_sd > 0
    words = f"{asked.size_sd:g} SD after {asked.onset_s:.0f} s" if planted else "nothing"
    return [
        f"{asked.bout_s:.0f} s bouts, {words}",
        number(100 * float(np.median([one.judged_share for one in seen]))),
        percent(sum(one.alarmed for one in seen), len(seen)),
        _middle([one.earliest_onset_s for one in pooled]),
        _middle([one.shortest_judgeable_s for one in pooled]),
        percent(len(onsets), len(seen)),
        number(quantile(errors_s, 0.5)) if planted else "–",
        percent(inside, len(onsets)) if planted else "–",
    ]


def _middle(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return number(quantile(known, 0.5)) if 2 * len(known) > len(values) else "none"


def bout_table(seen: Sequence[BoutsSeen]) -> str:
    """Return the run/walk table."""
    groups: dict[tuple[float, float, float], list[BoutsSeen]] = {}
    for one in seen:
        asked = one.asked
        groups.setdefault((asked.size_sd, asked.bout_s, asked.onset_s), []).append(one)
    head = [
        "every bout",
        "judged %",
        "alarms, bout by bout",
        "earliest onset judgeable s",
        "shortest bout judgeable s",
        "pooled: found",
        "onset error s",
        "covered",
    ]
    return table(head, [bout_row(group) for group in groups.values()])


def _list(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.0f}" for value in values[:-1]) + f" or {values[-1]:.0f}"


def page(early: Sequence[EarlySeen], bouts: Sequence[BoutsSeen]) -> str:
    """Return docs/science/early-onset.md."""
    told = [one for one in early if one.asked.told]
    untold = [one for one in early if not one.asked.told]
    beside = [abs(one.beside_mark_s) for one in told if not np.isnan(one.beside_mark_s)]
    return f"""
# Gone in the first two minutes, back miles later

Some runners lose coordination half a minute to two minutes after they start, and have it back one
to six miles later. For a watch this is the hardest case: the first 30 s are set aside, a strap
smooths, and there is no "before" to compare with. For the runner it is plain, and one press of the
lap button keeps it. This page shows what the watch saw and what only the mark saw. Simulated runs;
{NOBODY.lower()}

## One long run

{MINUTES:.0f} minutes at an easy pace over rolling ground, chest strap, balance shifted to one
side at random by a multiple of the run's own one-second noise (SD, about 0.8 percentage points):
gone {_list(ONSETS_S)} s after the start, back at {_list(CLEARINGS_MIN)} minutes. The runner
presses lap some seconds late, both times, and says afterwards: gone, back. {RUNS} runs for each
size, onset and return; seeds from {FIRST_SEED} on.

* **Seen by the watch**: an alarm.
* **Return**: how far the measured return lies from the true one, and how often its 90 % interval
  holds it, of those that tell a return.
* **Beginning right**: told as "from the start", or the onset's interval holds the truth.
* **Return taken for a loss**: read as gone when it came back, and never back.
* **Mark alone**: no alarm. Without the mark the run would look like any other.

Large errors come from small shifts: the alarm then rests in part on the noise, elsewhere in the
run, and the interval holds less often than it promises.

By size and time of return, all onsets together:

{early_table(told, by_clearing, "{:g} SD, back at {:.0f} min")}

By size and onset, all returns together:

{early_table(told, by_onset, "{:g} SD, gone at {:.0f} s")}

Where both have a return, mark and watch lie {number(quantile(beside, 0.5))} s apart in the
middle, and {number(quantile(beside, 0.9))} s or more in one of ten.

The same runs at 2 SD with laps pressed but no word of what they meant. A change alone does not say
which side of it is the normal one, so both readings are given and the first is a guess:

{early_table(untold, by_clearing, "{:g} SD, back at {:.0f} min")}

The mark gives the moment of going within seconds, in every one of these runs. All the watch can
say is "from the start", or an interval of minutes. That is why both stand side by side, and why
the mark counts.

## Run and walk

{BOUT_MINUTES:.0f} minutes of running bouts with {WALK_S:.0f} s of walking between, strap; balance
shifts some time after the start of every bout and is back with the next. {BOUT_RUNS} sessions in
each row. After every restart 30 s are set aside, and 15 s before every stop.

* **Judged**: share of running that is left to judge.
* **Alarms, bout by bout**: the search for one lasting shift in the whole session. It was not made
  for this and should stay silent.
* **Earliest onset, shortest bout judgeable**: what the analysis itself says of such a session, for
  a shift of 2 SD ("none": no length of bout would do, with as many).
* **Pooled**: all bouts laid over each other at their start. Found in the rows with nothing planted
  is a false alarm.

{bout_table(bouts)}

An onset before the first 30 s of every bout leaves nothing to compare with, and an onset close to a
bout's end leaves nothing after it. Where nothing is judgeable the watch cannot say whether it went,
and the analysis says so. Longer bouts help; the mark works in a bout of any length.

## What this does not mean

* The planted shifts are simulated. How far balance moves in a person with dystonia is not known.
* "Mark alone" is not "nothing was there". It is what a watch cannot see.
"""


def main() -> None:
    """Draw, and write the page."""
    early = list(each(see_early, early_runs()))
    bouts = list(each(see_bouts, bout_runs()))
    text = page(early, bouts)
    if quick():
        print(text)
    else:
        write("early-onset.md", "early_onset.py", text)


if __name__ == "__main__":
    main()
