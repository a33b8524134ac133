"""The archive on the terminal: lists, what was kept, what is wrong."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from evenstride.app.archive_views import (
    AttachedView,
    ClipView,
    DevicesView,
    DoctorView,
    EventView,
    ImportedView,
    KeptView,
    LabelledRunsView,
    LabelledView,
    LabelView,
    OutcomeView,
    RunLineView,
    RunsView,
    ShownView,
    TrendView,
    YearView,
)
from evenstride.app.settings import replace_file
from evenstride.model.errors import EvenstrideError
from evenstride.model.issue import Issue
from evenstride.report.characters import plain
from evenstride.report.delivery import NONE_WORKED, SOME_FAILED, deliver_json
from evenstride.report.terminal import open_console
from evenstride.report.words import (
    LEVELS,
    NO_DIAGNOSIS,
    UNTESTED,
    Units,
    clock,
    counted_presses,
    day_and_time,
    distance,
    pace,
)

_DEVICE_WIDTH, _LEAST_TITLE, _GAP = 20, 8, 2
_MOST_REASONS = 20
_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}
_HEAD = ("run", "date", "distance", "pace", "device", "the watch saw", "you felt", "title")
_LABELS = {"fine": "fine", "off-throughout": "off throughout"}


# --- runs -------------------------------------------------------------------------------------


def draw_runs(view: RunsView, console: Console, units: Units) -> None:
    """Print a line for each run, the latest last.

    Thousands of lines are set here, not by a table of rich, which takes seconds for them.
    """
    if view.runs:
        rows = [_HEAD, *(_cells(line, units) for line in view.runs)]
        console.file.write("".join(f"{row}\n" for row in _aligned(rows, console.width)))
    for line in (*_signs(view.runs), _how_many(view)):
        console.print(Text(line, style="dim"))


def _signs(runs: Sequence[RunLineView]) -> list[str]:
    """Say what a question mark and lap presses in the list ask for."""
    lines = []
    if any(run.offer for run in runs):
        lines.append(
            "?  read from a title or note, and not counted yet: evenstride label RUN --take, or"
            " --refuse."
        )
    if any(run.untold_presses and run.label is None for run in runs):
        lines.append(
            "Lap presses count once you say what they meant: evenstride label RUN --laps gone,back;"
            " --since 2024 in place of RUN says it for all of them."
        )
    return lines


def _how_many(view: RunsView) -> str:
    shown = len(view.runs)
    every = "1 run" if view.in_archive == 1 else f"{view.in_archive} runs"
    said = every if shown == view.in_archive else f"{shown} of {every}"
    wait = (
        f"; {view.waiting} not analysed yet: evenstride import goes on with them"
        if view.waiting
        else ""
    )
    return f"{said} in the archive{wait}."


def _aligned(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return the rows with their columns below each other; the last takes what is left."""
    columns = list(zip(*rows, strict=True))
    widths = [max(cell_len(cell) for cell in column) for column in columns]
    left = width - sum(widths[:-1]) - _GAP * (len(widths) - 1)
    if left < min(widths[-1], _LEAST_TITLE):
        # Better a title less than a line broken in two.
        rows, widths = [row[:-1] for row in rows], widths[:-1]
    else:
        widths[-1] = min(widths[-1], left)
    gap = " " * _GAP
    return [gap.join(map(set_cell_size, row, widths)).rstrip() for row in rows]


def _cells(line: RunLineView, units: Units) -> tuple[str, ...]:
    return (
        line.run,
        line.start[:16].replace("T", " "),
        "–" if line.distance_m is None else distance(line.distance_m, units),
        _pace(line, units),
        shortened(plain(line.device), _DEVICE_WIDTH) or "–",
        seen_words(line),
        said_words(line),
        plain(line.title),
    )


def shortened(text: str, width: int) -> str:
    """Return a text cut to a width, with a sign that it was cut.

    Examples
    --------
    >>> shortened("Garmin Forerunner 965", 12)
    'Garmin Fore…'
    """
    return text if cell_len(text) <= width else f"{set_cell_size(text, width - 1).rstrip()}…"


def _pace(line: RunLineView, units: Units) -> str:
    seconds = line.moving_s or line.duration_s
    return pace(1000 * seconds / line.distance_m, units) if line.distance_m else "–"


def seen_words(line: RunLineView) -> str:
    """Return in a few words what the watch saw of a run."""
    if not line.analysed:
        return "not analysed yet"
    if line.measured is not None:
        more = (line.episodes or 1) - 1
        return f"{event_words(line.measured)}{f' +{more}' if more else ''}"
    if line.off_throughout:
        return "off throughout"
    judged = (line.coordinated_s or 0.0) + (line.off_s or 0.0) > 0
    return "no change" if judged else "cannot judge"


def said_words(line: RunLineView) -> str:
    """Return in a few words what the runner felt."""
    if line.felt is not None and line.label in {None, "marks"}:
        return event_words(line.felt, not_back="")
    if line.label is not None:
        return _LABELS.get(line.label, "laps told")
    if line.offer is not None:
        return _offer_in_short(line.offer)
    return counted_presses(line.untold_presses) if line.untold_presses else ""


def _offer_in_short(offer: LabelView) -> str:
    if offer.kind != "marks":
        return f"{_LABELS[offer.kind]}?"
    gone = clock(min(offer.gone_s)) if offer.gone_s else "start"
    back = f"–{clock(min(offer.back_s))}" if offer.back_s else ""
    return f"{gone}{back}?"


def event_words(event: EventView, not_back: str = "not back") -> str:
    """Return from when to when it was gone.

    A runner who only said when it went has not said that it did not come back.

    Examples
    --------
    >>> event_words(EventView(125.0, None, None, None, None, None, None, None, at_start=False))
    '2:05–not back'
    """
    gone = "start" if event.at_start or event.gone_s is None else clock(event.gone_s)
    return f"{gone}–{not_back if event.back_s is None else clock(event.back_s)}"


# --- one run ----------------------------------------------------------------------------------


def draw_about_run(view: ShownView, console: Console) -> None:
    """Print what stands beside a run in the archive: its names, labels and clips."""
    lines = [Text(" · ".join(part for part in (view.run, plain(view.title)) if part), style="bold")]
    lines += [Text(plain(line), style="dim") for line in view.note.splitlines()]
    lines += [Text(line) for line in _label_lines(view.labels)]
    lines += [Text(line) for line in _offer_lines(view.run, view.offer)]
    lines += [Text(line) for line in _clip_lines(view.clips)]
    baseline = view.view.baseline
    if baseline.kind == "personal":
        lines.append(Text(f"Beside your own usual of {baseline.runs} runs on this device."))
    console.print(Group(*lines))


def _label_lines(labels: Iterable[LabelView]) -> list[str]:
    return [f"You said: {label_words(one)}." for one in labels]


def _offer_lines(run: str, offer: LabelView | None) -> list[str]:
    if offer is None:
        return []
    read = f'Your words "{plain(offer.words)}" were read as: {label_words(offer)}.'
    ask = f"To let it count: evenstride label {run} --take. If it is wrong: --refuse."
    return [f"{read} This does not count yet.", ask]


def label_words(label: LabelView) -> str:
    """Return what was said of a run.

    Examples
    --------
    >>> label_words(LabelView("marks", (120.0,), (2280.0,), "", "told"))
    'gone 2:00, back 38:00'
    >>> label_words(LabelView("marks", (), (), "", "told", ("gone", "skip", "back")))
    'lap presses gone, skip, back'
    """
    if label.kind != "marks":
        return _LABELS[label.kind]
    moments = [(second, "gone") for second in label.gone_s]
    moments += [(second, "back") for second in label.back_s]
    said = ", ".join(f"{what} {clock(second)}" for second, what in sorted(moments))
    presses = f"lap presses {', '.join(label.laps)}" if label.laps else ""
    return "; ".join(part for part in (said, presses) if part)


def _clip_lines(clips: Iterable[ClipView]) -> list[str]:
    return [f"Kept with it: {_clip_words(clip)}" for clip in clips]


def _clip_words(clip: ClipView) -> str:
    at = "" if clip.at_s is None else f"at {clock(clip.at_s)}"
    parts = (plain(clip.name), at, plain(clip.view), plain(clip.note))
    return " · ".join(part for part in parts if part)


def draw_labelled(view: LabelledView, console: Console) -> None:
    """Print what is now said of a run."""
    said = "; ".join(label_words(one) for one in view.labels) or "nothing said"
    console.print(f"{view.run} ({day_and_time(view.start)}): {said}.", soft_wrap=True)
    for line in _offer_lines(view.run, view.offer):
        console.print(Text(line), soft_wrap=True)


def deliver_labelled(view: LabelledView | LabelledRunsView, *, as_json: bool) -> int:
    """Print what is now said of a run or of several; return the exit code: 1 where of none."""
    if as_json:
        deliver_json(view)
    elif isinstance(view, LabelledView):
        draw_labelled(view, open_console())
    else:
        draw_labelled_runs(view, open_console())
    return int(isinstance(view, LabelledRunsView) and not view.runs)


def draw_labelled_runs(view: LabelledRunsView, console: Console) -> None:
    """Print what is now said of several runs, and which were left out."""
    for one in view.runs[:_MOST_REASONS]:
        draw_labelled(one, console)
    if len(view.runs) > _MOST_REASONS:
        console.print(f"and {len(view.runs) - _MOST_REASONS} more")
    lines = issue_lines(view.left_out[:_MOST_REASONS])
    if len(view.left_out) > _MOST_REASONS:
        lines.append(Text(f"and {len(view.left_out) - _MOST_REASONS} more, left out alike"))
    if lines:
        console.print(*lines, sep="\n")
    runs = "1 run" if len(view.runs) == 1 else f"{len(view.runs)} runs"
    left = f"; {len(view.left_out)} left out" if view.left_out else ""
    undo = " --undo takes it back, run by run." if view.runs else ""
    console.print(Text(f"Said of {runs}{left}.{undo}", style="bold"))


def draw_attached(view: AttachedView, console: Console) -> None:
    """Print that a clip is kept, and what is doubtful about it."""
    where = f"{view.run} ({day_and_time(view.start)})"
    console.print(f"Kept with {where}: {_clip_words(view.clip)}", soft_wrap=True)
    if view.issues:
        console.print(*issue_lines(view.issues), sep="\n")


# --- devices and trend ------------------------------------------------------------------------


def draw_devices(view: DevicesView, console: Console) -> None:
    """Print every device with its days and how many runs show left and right."""
    if not view.devices:
        console.print("No device has recorded a run in the archive yet.")
        return
    head = ("device", "from", "to", "runs", "with balance", "")
    rows = [
        (
            plain(one.name),
            one.first,
            one.last,
            str(one.runs),
            str(one.with_balance),
            "flipped" if one.flipped else "",
        )
        for one in view.devices
    ]
    console.print(_table(head, rows))


def draw_trend(view: TrendView, console: Console, units: Units) -> None:
    """Print every year in a line, and where no runs are kept."""
    console.print(Text(trend_headline(view), style="bold"))
    if view.years:
        console.print(_table(_YEAR_HEAD, [_year_cells(year, units) for year in view.years]))
    lines = [f"No runs kept from {gap_words(gap.first, gap.last)}." for gap in view.gaps[-3:]]
    if len(view.gaps) > len(lines):
        lines.append(f"{len(view.gaps) - len(lines)} earlier gaps of four weeks or more.")
    if view.waiting:
        lines.append(f"{view.waiting} runs are not analysed yet and not in here.")
    console.print(Group(*(Text(line) for line in lines)))
    console.print(Text(f"{UNTESTED} {NO_DIAGNOSIS}", style="italic"))


_YEAR_HEAD = (
    "",
    "runs",
    "gone",
    "felt",
    "went after",
    "half back after",
    "not back",
    "coordinated",
)


def trend_headline(view: TrendView) -> str:
    """Return the one thing the years say, in plain words."""
    judged = sum(year.judged for year in view.years)
    off = sum(year.off for year in view.years)
    if not judged:
        return "No run in the archive could be judged yet."
    runs = "the one run" if judged == 1 else f"{judged} runs"
    if not off:
        felt = sum(year.felt for year in view.years)
        if felt:
            return f"It was felt in {felt} of {len(view.runs)} runs; the watch did not show it."
        return f"In {runs} no change beyond this runner's own noise was seen."
    return f"The watch saw a change in {off} of {judged} runs that it could judge."


def _year_cells(year: YearView, units: Units) -> tuple[str, ...]:
    return (
        str(year.year),
        str(year.runs),
        str(year.off) if year.judged else "–",
        str(year.felt),
        "–" if year.latency_s is None else clock(year.latency_s),
        _half_back(year, units),
        f"{year.not_cleared} of {year.off}" if year.off else "–",
        "–" if year.share is None else f"{100 * year.share:.0f} %",
    )


def _half_back(year: YearView, units: Units) -> str:
    if year.recovery_m is not None:
        return distance(year.recovery_m, units)
    return "–" if year.recovery_s is None else clock(year.recovery_s)


def gap_words(first: str, last: str) -> str:
    """Return two days as from when to when.

    Examples
    --------
    >>> gap_words("2023-11-04", "2024-02-01")
    '4 Nov 2023 to 1 Feb 2024'
    """
    return f"{_day(first)} to {_day(last)}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%b} {day.year}"


# --- keeping ----------------------------------------------------------------------------------


def deliver_kept(view: KeptView, *, as_json: bool) -> None:
    """Print what was done: as JSON, or to be read."""
    if as_json:
        deliver_json(view)
    else:
        draw_kept(view, open_console())


def draw_kept(view: KeptView, console: Console) -> None:
    """Print what was done, and what else to know."""
    for line in (view.done, *view.also):
        console.print(plain(line), soft_wrap=True)


def draw_doctor(view: DoctorView, console: Console) -> None:
    """Print how everything stands, then what is wrong with its remedy."""
    console.print(_table(("", ""), [(check.name, check.found) for check in view.checks]))
    lines = issue_lines(view.issues) or [Text("All is well.", style="bold")]
    console.print(*lines, sep="\n")


def deliver_imported(view: ImportedView, *, as_json: bool) -> int:
    """Print what became of each input, and return the exit code: 3 some failed, 4 all did."""
    if as_json:
        deliver_json(view)
    else:
        draw_imported(view, open_console())
    if not view.failed:
        return 0
    return NONE_WORKED if view.failed == view.inputs else SOME_FAILED


def save_imported(view: ImportedView, file: Path) -> None:
    """Write what became of each input into a file.

    Raises
    ------
    EvenstrideError
        If it cannot be written.
    """
    try:
        replace_file(file, saved_list(view).encode())
    except OSError as reason:
        raise EvenstrideError(
            f"The list could not be written to {file}: {reason.strerror}.",
            "The import itself is done. Choose a folder you may write to.",
        ) from reason


def draw_imported(view: ImportedView, console: Console) -> None:
    """Print how many inputs ended in which way, and why those that failed did."""
    counts = (
        ("imported", view.imported),
        ("enriched: more of a run that was here", view.enriched),
        ("already here", view.already_here),
        (f"skipped{_kinds(view.outcomes)}", view.skipped),
        ("failed", view.failed),
    )
    for name, count in counts:
        if count:
            console.print(f"{count:>7}  {name}", soft_wrap=True)
    console.print(*_failures(view.outcomes), *_joined(view.outcomes), sep="\n", soft_wrap=True)
    runs = "1 run" if view.in_archive == 1 else f"{view.in_archive} runs"
    console.print(Text(f"{runs} in the archive.", style="bold"))
    if view.offers:
        where = "In 1 run" if view.offers == 1 else f"In {view.offers} runs"
        console.print(
            f"{where} your title or note says what you felt. It counts once you take it:"
            " evenstride runs shows them with a question mark.",
            soft_wrap=True,
        )


def _kinds(outcomes: Iterable[OutcomeView]) -> str:
    counted: dict[str, int] = {}
    for one in outcomes:
        if one.fate == "skipped":
            counted[one.kind or "other"] = counted.get(one.kind or "other", 0) + 1
    kinds = sorted(counted.items(), key=lambda pair: -pair[1])
    said = ", ".join(f"{plain(kind)} {count}" for kind, count in kinds)
    return f" ({said})" if said else ""


def _failures(outcomes: Sequence[OutcomeView]) -> list[Text]:
    failed = [one for one in outcomes if one.fate == "failed"]
    shown = [
        Text.assemble(("Failed", "bold red"), f" {plain(one.name)}: {_reason(one)}")
        for one in failed[:_MOST_REASONS]
    ]
    more = len(failed) - len(shown)
    return [*shown, *([Text(f"and {more} more: --save-list FILE keeps them all")] if more else [])]


def _joined(outcomes: Iterable[OutcomeView]) -> list[Text]:
    """Return which inputs joined a run that was here: nothing is joined silently."""
    told = [one for one in outcomes if one.fate == "enriched"]
    shown = [Text(f"{plain(one.name)}: {_link(one)}") for one in told[:_MOST_REASONS]]
    more = len(told) - len(shown)
    return [*shown, *([Text(f"and {more} more: --save-list FILE keeps them all")] if more else [])]


def _link(outcome: OutcomeView) -> str:
    """Return to which run an input was joined, why, and how to undo it."""
    links = (one for one in outcome.issues if f"runs split {outcome.run}" in one.remedy)
    link = next(links, None)
    return plain(f"{link.problem} {link.remedy}") if link else f"now part of run {outcome.run}"


def _reason(outcome: OutcomeView) -> str:
    worst = [issue for issue in outcome.issues if issue.level == "error"] or outcome.issues
    said = " ".join(part for issue in worst[:1] for part in (issue.problem, issue.remedy) if part)
    return plain(said) or "no reason was told"


def saved_list(view: ImportedView) -> str:
    """Return what became of each input, a line each, as tab-separated text.

    Cells hold no tab and no line break, and none begins like a formula.
    """
    rows = [("input", "fate", "kind", "run", "why")]
    rows += [
        (one.name, one.fate, one.kind, one.run or "", _reason(one) if one.issues else "")
        for one in view.outcomes
    ]
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows)


def _cell(text: str) -> str:
    tame = plain(text)
    return f"'{tame}" if tame[:1] in {"=", "+", "-", "@"} else tame


def issue_lines(issues: Iterable[Issue]) -> list[Text]:
    """Return issues as they are shown, each with its remedy."""
    return [
        Text.assemble(
            (LEVELS[issue.level], _STYLES[issue.level]),
            f"{f' ({plain(issue.where)})' if issue.where else ''}: ",
            " ".join(plain(part) for part in (issue.problem, issue.remedy) if part),
        )
        for issue in issues
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=any(head)
    )
    for column in head:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    return table
