"""Runs drawn for the terminal: short, readable without colour, safe whatever a file is called."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from evenstride.app.formats import FormatView
from evenstride.app.settings import Units
from evenstride.app.simulation import SimulatedFile, SimulationRequest
from evenstride.app.views import Analysis, EpisodeView, FailedView, RunView, ShiftView
from evenstride.model.intervals import Stretch
from evenstride.model.issue import Issue
from evenstride.model.marks import LAPS, Mark
from evenstride.report.characters import plain
from evenstride.report.facts import felt_alone, measured_alone
from evenstride.report.words import (
    ASSUMED,
    LEVELS,
    NO_DIAGNOSIS,
    NO_FOOT,
    UNTESTED,
    about,
    bouts_beside,
    by_noise_alone,
    change,
    clearly_moved,
    clock,
    counted_presses,
    distance,
    headline,
    limits,
    mean_pace,
    noise_known,
    number,
    numbered,
    onset_words,
    recovery_words,
    sentences,
    short_name,
    told_first,
    untold,
    untold_presses,
)

RED_FLAGS = (
    "First: sudden weakness of face, arm or leg, or new bladder or bowel trouble, needs"
    " emergency care, not this program."
)
_WIDEST = 100
_MOST_CHANNELS = 3
_MOST_ISSUES = 5
_QUIET_S = 1.0
_SAY_SO = "If you felt it go or come back, say so: --gone m:ss --back m:ss"
_EVENTS = {"gone": "went", "back": "came back", "mark": "marked"}
_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}

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
        made.left_out,
        f"Next: evenstride analyze {plain(str(made.file))}",
    ]
    console.print("\n".join(line for line in lines if line), soft_wrap=True)


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
    if not request.times_s:
        return "The runner stays well."
    foot = "left" if request.shift_pp > 0 else "right"
    times = " and ".join(
        f"from {clock(onset_s)} to {'the end' if back_s is None else clock(back_s)}"
        for onset_s, back_s in request.times_s
    )
    unseen = " A wrist watch does not record it." if request.kit == "wrist" else ""
    return f"Contact moves {abs(request.shift_pp):g} pp toward the {foot} foot {times}.{unseen}"


def _pressed(made: SimulatedFile) -> str:
    if not made.presses_s:
        return ""
    return f"The lap button is pressed at {', '.join(clock(at) for at in made.presses_s)}."


def _run(run: RunView, units: Units) -> RenderableType:
    return Group(
        *_title(run, units),
        Text(plain(headline(run))),
        *_one_by_one(run),
        _events(run, units),
        *_moved(run),
        *_can_show(run),
        *(Text(line) for line in _notes(run)),
        *_issues(run.issues),
    )


def _title(run: RunView, units: Units) -> list[Text]:
    files = " + ".join(dict.fromkeys(plain(source.file) for source in run.sources))
    mean = mean_pace(run, units)
    facts = [plain(about(run, units)), *([f"mean {mean}"] if mean else [])]
    return [Text(files, style="bold"), Text(" · ".join(facts), style="dim")]


def _one_by_one(run: RunView) -> list[RenderableType]:
    said = sentences(run)
    if not said:
        return []
    table = Table.grid(padding=(0, 1, 0, 0))
    for index, sentence in enumerate(said):
        table.add_row(Text(numbered(index, run).strip()), Text(plain(sentence)))
    return [table]


@dataclass(frozen=True)
class _Event:
    """One moment, felt or measured or both: a row of the table."""

    at_s: float
    kind: str
    felt: str = "–"
    measured: str = "–"
    apart: str = ""
    which: str = ""


def _events(run: RunView, units: Units) -> RenderableType:
    rows = _paired(run, units)
    if not rows:
        return Text(_presses(run) or _SAY_SO, style="dim")
    cells = [(f"{row.which}{_EVENTS[row.kind]}", row.felt, row.measured, row.apart) for row in rows]
    return _table(("", "you felt", "the watch saw (90 %)", "difference"), cells)


def _paired(run: RunView, units: Units) -> list[_Event]:
    """Return felt and measured moments in order of time, those that belong together in one row."""
    rows: list[_Event] = []
    left = [mark for mark in run.marks if not untold(mark)]
    for index, episode in enumerate(run.episodes):
        for event, difference_s in _measured(episode, units):
            mark = _partner(left, event, difference_s)
            joined = _joined(event, mark, units)
            rows.append(replace(joined, which=numbered(index, run)))
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
    return _Event(mark.t_s, event.kind, _felt(mark, units), event.measured, apart)


def _measured(episode: EpisodeView, units: Units) -> list[tuple[_Event, float | None]]:
    agreement = episode.felt_agreement
    went = _Event(episode.onset_s, "gone", measured=_onset(episode, units))
    out = [(went, agreement.onset_difference_s if agreement else None)]
    if episode.recovery_s is not None:
        back = _Event(episode.recovery_s, "back", measured=_recovery(episode, units))
        out.append((back, agreement.recovery_difference_s if agreement else None))
    return out


def _onset(episode: EpisodeView, units: Units) -> str:
    said = onset_words(episode, episode.kind).removeprefix("gone ")
    if episode.present_at_start:
        return said
    return f"{said}{_place(episode.onset_distance_m, units)}"


def _recovery(episode: EpisodeView, units: Units) -> str:
    said = recovery_words(episode, episode.kind).removeprefix("back ")
    return f"{said}{_place(episode.recovery_distance_m, units)}"


def _place(metres: float | None, units: Units) -> str:
    return "" if metres is None else f", {distance(metres, units)}"


def _felt(mark: Mark, units: Units) -> str:
    recalled = ", recalled" if mark.recalled else ""
    return f"{clock(mark.t_s)}{_place(mark.distance_m, units)}{recalled}"


def _apart(difference_s: float) -> str:
    if round(difference_s) == 0:
        return "agrees"
    return f"watch {clock(abs(difference_s))} {'later' if difference_s > 0 else 'earlier'}"


def _moved(run: RunView) -> list[RenderableType]:
    said: list[RenderableType] = []
    for index, episode in enumerate(run.episodes):
        clear = [shift for shift in told_first(episode) if clearly_moved(shift)]
        if clear:
            says = {channel.name: channel.says for channel in run.channels}
            cells = [_shift(shift, says) for shift in clear[:_MOST_CHANNELS]]
            head = f"{numbered(index, run)}what moved"
            said.append(_table((head, "by", "90 % interval"), cells))
        said += _and_the_rest(clear, len(episode.channels) - len(clear))
    return [*said, *_readings(run)]


def _shift(shift: ShiftView, says: dict[str, str]) -> tuple[str, str, str]:
    return (
        short_name(shift.name, says.get(shift.name, "")),
        f"{'+' if shift.shift > 0 else ''}{change(shift.shift, shift.unit)}",
        f"{number(shift.lo)} to {change(shift.hi, shift.unit)}",
    )


def _and_the_rest(clear: Sequence[ShiftView], unclear: int) -> list[Text]:
    parts = []
    if len(clear) > _MOST_CHANNELS:
        parts.append(f"and {len(clear) - _MOST_CHANNELS} more")
    if unclear:
        channels = "1 channel" if unclear == 1 else f"{unclear} channels"
        parts.append(f"{channels} did not clearly move")
    return [Text("; ".join(parts), style="dim")] if parts else []


def _readings(run: RunView) -> list[Text]:
    return [
        Text(
            f"{numbered(index, run)}This recording alone cannot rule out:"
            f" {plain(episode.other_reading.says)}"
        )
        for index, episode in enumerate(run.episodes)
        if episode.other_reading is not None
    ]


def _can_show(run: RunView) -> list[RenderableType]:
    if not run.channels:
        return []
    if not noise_known(run):
        return [Text("How far two stretches differ by noise alone: too little running to know.")]
    cells = [
        (
            short_name(channel.name, channel.says),
            by_noise_alone(channel.smallest_change_60_s, channel.unit),
            by_noise_alone(channel.smallest_change_300_s, channel.unit),
        )
        for channel in run.channels[:_MOST_CHANNELS]
    ]
    head = ("two stretches differ by noise alone up to", "1 min each", "5 min each")
    return [_table(head, cells), *_and_more(len(run.channels) - _MOST_CHANNELS)]


def _and_more(how_many: int) -> list[Text]:
    if how_many <= 0:
        return []
    return [Text(f"and {how_many} more: --json lists them", style="dim")]


def _notes(run: RunView) -> list[str]:
    elsewhere = {NO_FOOT} if any(issue.where == "balance" for issue in run.issues) else set()
    if normal := _normal(run):
        elsewhere.add(ASSUMED)
    cannot = (said for said in limits(run) if said not in elsewhere)
    apart = (*felt_alone(run), *measured_alone(run))
    lines = [*apart, bouts_beside(run), *cannot, normal, _set_aside(run)]
    return [plain(line) for line in (*lines, _presses(run) if _paired_any(run) else "") if line]


def _paired_any(run: RunView) -> bool:
    """Return True where the table of moments is drawn, which else gives way to the presses."""
    return bool(run.episodes) or any(not untold(mark) for mark in run.marks)


def _normal(run: RunView) -> str:
    """Return how to tell two readings apart, with times that lie inside this run."""
    told = run.normal_part != "assumed"
    if told or all(episode.other_reading is None for episode in run.episodes):
        return ""
    last = f"{clock(0.75 * run.duration_s // 60 * 60)}-{clock(run.duration_s // 1)}"
    return (
        "Which part was normal is assumed. If you know:"
        f" evenstride analyze FILE --normal {last}, or --off-at-start."
    )


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
    how_many = len(untold_presses(run))
    if not how_many:
        return ""
    remedy = next(issue.remedy for issue in run.issues if issue.where == LAPS)
    return f"{counted_presses(how_many)}, meaning not told. {remedy}"


def _issues(issues: Sequence[Issue]) -> list[Text]:
    worst_first = list(LEVELS)
    ranked = sorted(
        (issue for issue in dict.fromkeys(issues) if issue.where != LAPS),
        key=lambda issue: worst_first.index(issue.level),
    )
    shown = [_issue(issue) for issue in ranked[:_MOST_ISSUES]]
    return [*shown, *_and_more(len(ranked) - _MOST_ISSUES)]


def _issue(issue: Issue) -> Text:
    where = f" ({plain(issue.where)})" if issue.where else ""
    said = " ".join(plain(part) for part in (issue.problem, issue.remedy) if part)
    return Text.assemble((LEVELS[issue.level], _STYLES[issue.level]), f"{where}: {said}")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in head:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    return table
