"""Runs drawn for the terminal: short, readable without colour, safe whatever a file is called."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from evenstride.app.formats import FormatView
from evenstride.app.settings import Units
from evenstride.app.simulation import SimulatedFile, SimulationRequest
from evenstride.app.views import Analysis, EpisodeView, FailedView, RunView
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.marks import Mark
from evenstride.report.characters import plain
from evenstride.report.words import (
    NO_DIAGNOSIS,
    UNTESTED,
    about,
    bouts_beside,
    change,
    clock,
    distance,
    headline,
    interval,
    limits,
    pace,
    short_name,
)

RED_FLAGS = (
    "First: sudden weakness of face, arm or leg, or new bladder or bowel trouble, needs"
    " emergency care, not this program."
)
_WIDEST = 100
_MOST_CHANNELS = 4
_MOST_ISSUES = 5
_QUIET_S = 1.0
_EVENTS = {"gone": "went", "back": "came back", "mark": "lap press"}
_LEVELS = {"error": ("Error", "bold red"), "warning": ("Note", "yellow"), "info": ("Info", "dim")}

Advance = Callable[[str, int, int], None]


def open_console(*, stderr: bool = False) -> Console:
    """Return a console that takes nothing in a text for markup, at most 100 columns wide."""
    console = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    console.width = min(console.width, _WIDEST)
    return console


def draw_summary(items: Sequence[Analysis | FailedView], console: Console, units: Units) -> None:
    """Print a readable summary of every run, and why a file gave none."""
    console.print(Text(RED_FLAGS, style="bold"))
    for item in items:
        console.print()
        if isinstance(item, Analysis):
            console.print(_run(item.run, units))
        else:
            console.print(*_issues(item.issues), sep="\n")
    console.print()
    console.print(Text(f"{UNTESTED} {NO_DIAGNOSIS}", style="italic"))


def draw_formats(formats: Sequence[FormatView], console: Console) -> None:
    """Print the files evenstride reads."""
    cells = [(view.name, " ".join(view.suffixes), view.says) for view in formats]
    console.print(_table(("format", "endings", "what it can and cannot show"), cells))


def draw_simulated(made: SimulatedFile, console: Console) -> None:
    """Print what a simulated file holds, and what to do with it."""
    request = made.request
    lines = [
        f"{plain(str(made.file))}: {request.minutes:g} minutes simulated with seed {request.seed}.",
        _planted(request),
        _pressed(made),
        f"Next: evenstride analyze {plain(str(made.file))}",
    ]
    console.print("\n".join(line for line in lines if line), soft_wrap=True)


def unlabelled_presses(run: RunView) -> tuple[Mark, ...]:
    """Return the lap presses whose meaning the runner has not told, in order of time."""
    presses = (mark for mark in run.marks if mark.kind == "mark" and mark.source == "lap")
    return tuple(sorted(presses, key=lambda mark: mark.t_s))


@contextmanager
def progress(console: Console) -> Iterator[Advance]:
    """Give a function that says how far the work is; drawn from the first second on.

    Nothing is drawn where `console` is no terminal, nor for work done within a second.
    """
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task("Reading", total=None)

    def advance(what: str, done: int, total: int) -> None:
        bar.update(task, description=plain(what), completed=done, total=total or None)

    starter = threading.Timer(_QUIET_S, bar.start)
    starter.daemon = True
    starter.start()
    try:
        yield advance
    finally:
        starter.cancel()
        starter.join()
        bar.stop()


def _planted(request: SimulationRequest) -> str:
    if request.onset_s is None:
        return "The runner stays well."
    foot = "left" if request.shift_pp > 0 else "right"
    end = "the end" if request.recovery_s is None else clock(request.recovery_s)
    unseen = " A wrist watch does not record it." if request.kit == "wrist" else ""
    return (
        f"Contact moves {abs(request.shift_pp):g} pp toward the {foot} foot"
        f" from {clock(request.onset_s)} to {end}.{unseen}"
    )


def _pressed(made: SimulatedFile) -> str:
    if not made.presses_s:
        return ""
    return f"The lap button is pressed at {', '.join(clock(at) for at in made.presses_s)}."


def _run(run: RunView, units: Units) -> RenderableType:
    return Group(
        *_title(run, units),
        Text(plain(headline(run))),
        _events(run, units),
        *_moved(run),
        *_can_show(run),
        *(Text(line) for line in _notes(run)),
        *_issues(run.issues),
    )


def _title(run: RunView, units: Units) -> list[Text]:
    files = " + ".join(dict.fromkeys(plain(source.file) for source in run.sources))
    facts = [plain(about(run, units)), *_pace(run, units)]
    return [Text(files, style="bold"), Text(" · ".join(facts), style="dim")]


def _pace(run: RunView, units: Units) -> list[str]:
    if not run.distance_m or run.moving_s <= 0:
        return []
    return [pace(1000 * run.moving_s / run.distance_m, units)]


@dataclass(frozen=True)
class _Event:
    """One moment, felt or measured or both: a row of the table."""

    at_s: float
    kind: str
    felt: str = "–"
    measured: str = "–"
    apart: str = ""


def _events(run: RunView, units: Units) -> RenderableType:
    rows = _paired(run, units)
    if not rows:
        return Text("If you felt it go or come back, say so: --gone m:ss --back m:ss", style="dim")
    cells = [(_EVENTS[row.kind], row.felt, row.measured, row.apart) for row in rows]
    return _table(("", "you felt", "the watch saw (90 %)", "the watch"), cells)


def _paired(run: RunView, units: Units) -> list[_Event]:
    """Return felt and measured moments in order of time, those that belong together in one row."""
    rows: list[_Event] = []
    left = list(run.marks)
    for episode in run.episodes:
        for event, difference_s in _measured(episode, units):
            mark = _partner(left, event, difference_s)
            rows.append(_joined(event, mark, units))
            left = [other for other in left if other is not mark]
    rows += [_Event(mark.t_s, mark.kind, _felt(mark, units)) for mark in left]
    return sorted(rows, key=lambda row: row.at_s)


def _partner(marks: Sequence[Mark], event: _Event, difference_s: float | None) -> Mark | None:
    """Return the mark that the agreement was reckoned with."""
    if difference_s is None:
        return None
    felt_s = event.at_s - difference_s
    same = (mark for mark in marks if mark.kind == event.kind and abs(mark.t_s - felt_s) < 1)
    return next(same, None)


def _joined(event: _Event, mark: Mark | None, units: Units) -> _Event:
    if mark is None:
        return event
    apart = _apart(event.at_s - mark.t_s)
    return _Event(event.at_s, event.kind, _felt(mark, units), event.measured, apart)


def _measured(episode: EpisodeView, units: Units) -> list[tuple[_Event, float | None]]:
    agreement = episode.felt_agreement
    went = _Event(episode.onset_s, "gone", measured=_onset(episode, units))
    out = [(went, agreement.onset_difference_s if agreement else None)]
    if episode.recovery_s is not None:
        back = _Event(episode.recovery_s, "back", measured=_recovery(episode, units))
        out.append((back, agreement.recovery_difference_s if agreement else None))
    return out


def _onset(episode: EpisodeView, units: Units) -> str:
    if episode.present_at_start:
        return "off from the start"
    bounds = interval(episode.onset_lo_s, episode.onset_hi_s)
    return f"{clock(episode.onset_s)} ({bounds}){_place(episode.onset_distance_m, units)}"


def _recovery(episode: EpisodeView, units: Units) -> str:
    moment = clock(episode.recovery_s or 0)
    if episode.recovery_lo_s is not None and episode.recovery_hi_s is not None:
        moment = f"{moment} ({interval(episode.recovery_lo_s, episode.recovery_hi_s)})"
    return moment + _place(episode.recovery_distance_m, units)


def _place(metres: float | None, units: Units) -> str:
    return "" if metres is None else f", {distance(metres, units)}"


def _felt(mark: Mark, units: Units) -> str:
    recalled = ", recalled" if mark.recalled else ""
    return f"{clock(mark.t_s)}{_place(mark.distance_m, units)}{recalled}"


def _apart(difference_s: float) -> str:
    if round(difference_s) == 0:
        return "agrees"
    return f"{clock(abs(difference_s))} {'later' if difference_s > 0 else 'earlier'}"


def _moved(run: RunView) -> list[RenderableType]:
    if not run.episodes:
        return []
    says = {channel.name: channel.says for channel in run.channels}
    cells = [
        (
            short_name(shift.name, says.get(shift.name, "")),
            f"{'+' if shift.shift > 0 else ''}{change(shift.shift, shift.unit)}",
            f"{change(shift.lo, shift.unit)} to {change(shift.hi, shift.unit)}",
        )
        for episode in run.episodes
        for shift in episode.channels[:_MOST_CHANNELS]
    ]
    return [_table(("what moved", "by", "90 % interval"), cells), *_readings(run.episodes)]


def _readings(episodes: Sequence[EpisodeView]) -> list[Text]:
    return [
        Text(f"This recording alone cannot rule out: {plain(episode.other_reading.says)}")
        for episode in episodes
        if episode.other_reading is not None
    ]


def _can_show(run: RunView) -> list[RenderableType]:
    if not run.channels:
        return []
    cells = [
        (
            short_name(channel.name, channel.says),
            _smallest(channel.smallest_change_60_s, channel.unit),
            _smallest(channel.smallest_change_300_s, channel.unit),
        )
        for channel in run.channels[:_MOST_CHANNELS]
    ]
    table = _table(("smallest change this run can show", "over 1 min", "over 5 min"), cells)
    return [table, *_and_more(len(run.channels) - _MOST_CHANNELS)]


def _smallest(value: float | None, unit: str) -> str:
    return "–" if value is None else change(value, unit)


def _and_more(how_many: int) -> list[Text]:
    if how_many <= 0:
        return []
    return [Text(f"and {how_many} more: --json lists them", style="dim")]


def _notes(run: RunView) -> list[str]:
    lines = [bouts_beside(run), *limits(run), _normal(run), _set_aside(run), _presses(run)]
    return [plain(line) for line in lines if line]


def _normal(run: RunView) -> str:
    if run.normal_part != "assumed" or not run.episodes:
        return ""
    return "If you know what was normal: --normal 45:00-60:00, or --off-at-start."


def _set_aside(run: RunView) -> str:
    if not run.excluded:
        return ""
    total = sum(stretch.seconds for stretch in run.excluded)
    reasons = ", ".join(f"{why} {clock(seconds)}" for why, seconds in _by_reason(run.excluded))
    return f"Set aside: {clock(total)} of {clock(run.moving_s)} moving ({reasons})."


def _by_reason(excluded: Sequence[Stretch]) -> list[tuple[str, float]]:
    seconds: dict[str, float] = {}
    for stretch in excluded:
        seconds[stretch.reason] = seconds.get(stretch.reason, 0.0) + stretch.seconds
    return sorted(seconds.items(), key=lambda pair: -pair[1])


def _presses(run: RunView) -> str:
    how_many = len(unlabelled_presses(run))
    if not how_many or any("--laps" in issue.remedy for issue in run.issues):
        return ""
    told = "your lap press" if how_many == 1 else f"your {how_many} lap presses"
    return f"What did {told} mean? Say it with --laps gone,back"


def _issues(issues: Sequence[Issue]) -> list[Text]:
    ranked = sorted(dict.fromkeys(issues), key=lambda issue: list(_LEVELS).index(issue.level))
    shown = [_issue(issue) for issue in ranked[:_MOST_ISSUES]]
    return [*shown, *_and_more(len(ranked) - _MOST_ISSUES)]


def _issue(issue: Issue) -> Text:
    word, style = _LEVELS[issue.level]
    where = f" ({plain(issue.where)})" if issue.where else ""
    said = " ".join(plain(part) for part in (issue.problem, issue.remedy) if part)
    return Text.assemble((word, style), f"{where}: {said}")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in head:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    return table
