"""The verb `runs`: what the archive holds, a line a run; and `runs split`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import polars as pl

from evenstride.app.archive_views import (
    KEPT_SCHEMA,
    RUNS_SCHEMA,
    EventView,
    KeptView,
    RunLineView,
    RunsView,
)
from evenstride.app.said import offer_view
from evenstride.model.archive import DeviceSplit, FiledRun, Label, device_known_as
from evenstride.model.overview import OVERVIEW
from evenstride.store.archive import Archive

Row = Mapping[str, object]


def list_runs(
    archive: Archive, overview: pl.DataFrame, since: date | None = None, *, off: bool = False
) -> RunsView:
    """Return the runs of the archive, those not analysed yet too.

    Parameters
    ----------
    archive
        Open; its facts decide which runs there are.
    overview
        What is known of each, a table of `OVERVIEW`.
    since
        Leave out what began before this day.
    off
        Keep only runs in which it went, measured or felt.
    """
    lines = run_lines(archive, overview)
    kept = (
        line
        for line in lines
        if (since is None or datetime.fromisoformat(line.start).date() >= since)
        and (not off or was_off(line))
    )
    waiting = sum(not line.analysed for line in lines)
    return RunsView(RUNS_SCHEMA, len(lines), waiting, tuple(kept))


def run_lines(archive: Archive, overview: pl.DataFrame) -> tuple[RunLineView, ...]:
    """Return a line for every run of the archive, in order of time."""
    rows = rows_by_run(overview)
    said, splits = archive.all_labels(), archive.splits()
    return tuple(
        _line(run, rows.get(run.run), said.get(run.run, ()), splits) for run in archive.runs()
    )


def rows_by_run(overview: pl.DataFrame) -> dict[str, Row]:
    """Return the rows of the overview by the run they are of."""
    return {str(row["run"]): row for row in OVERVIEW.check(overview).iter_rows(named=True)}


def _line(
    run: FiledRun, row: Row | None, said: Sequence[Label], splits: Sequence[DeviceSplit]
) -> RunLineView:
    told = [label for label in said if label.source == "told"]
    line = RunLineView(
        run=run.run,
        start=run.start.isoformat(),
        title=run.title,
        device=device_known_as(run.device, run.start.date(), splits),
        sources=len(run.recordings),
        duration_s=run.duration_s,
        distance_m=run.distance_m,
        moving_s=None,
        analysed=False,
        coordinated_s=None,
        off_s=None,
        episodes=None,
        measured=None,
        felt=felt_event({}, told),
        label=told[0].kind if told else None,
        off_throughout=None,
        untold_presses=None,
        offer=offer_view(said),
    )
    if row is None:
        return line
    throughout = row["off_throughout"]
    return replace(
        line,
        distance_m=_number(row, "distance_m") if line.distance_m is None else line.distance_m,
        moving_s=_number(row, "moving_s"),
        analysed=True,
        coordinated_s=_number(row, "coordinated_s"),
        off_s=_number(row, "off_s"),
        episodes=int(_number(row, "episodes") or 0),
        measured=measured_event(row),
        felt=felt_event(row, told),
        off_throughout=None if throughout is None else bool(throughout),
        untold_presses=int(_number(row, "untold_presses") or 0),
    )


def measured_event(row: Row) -> EventView | None:
    """Return the first episode the watch saw, None where it saw none."""
    if not row["episodes"]:
        return None
    return EventView(
        gone_s=_number(row, "onset_s"),
        gone_m=_number(row, "onset_distance_m"),
        back_s=_number(row, "recovery_s"),
        back_m=_number(row, "recovery_distance_m"),
        gone_lo_s=_number(row, "onset_lo_s"),
        gone_hi_s=_number(row, "onset_hi_s"),
        back_lo_s=_number(row, "recovery_lo_s"),
        back_hi_s=_number(row, "recovery_hi_s"),
        at_start=bool(row["present_at_start"]),
    )


def felt_event(row: Row, said: Sequence[Label]) -> EventView | None:
    """Return what was first felt, None where nothing was: as analysed, else as told since."""
    marks = next((label for label in said if label.kind == "marks"), None)
    gone_s, back_s = _number(row, "felt_gone_s"), _number(row, "felt_back_s")
    if gone_s is None and back_s is None and marks is not None:
        gone_s = min(marks.gone_s, default=None)
        back_s = min((s for s in marks.back_s if s >= (gone_s or 0.0)), default=None)
    if gone_s is None and back_s is None:
        return None
    return EventView(
        gone_s=gone_s,
        gone_m=_number(row, "felt_gone_m"),
        back_s=back_s,
        back_m=_number(row, "felt_back_m"),
        gone_lo_s=None,
        gone_hi_s=None,
        back_lo_s=None,
        back_hi_s=None,
        at_start=gone_s is None or gone_s == 0,
    )


def was_off(line: RunLineView) -> bool:
    """Return whether it went in a run, measured or felt."""
    return bool(
        line.episodes
        or line.off_throughout
        or line.felt is not None
        or line.label == "off-throughout"
    )


def split_run(archive: Archive, text: str) -> KeptView:
    """Take a run that was joined from several sources apart again.

    Raises
    ------
    EvenstrideError
        If `text` names no run, or one with a single source.
    """
    run = archive.find(text)
    with archive.writing() as writing:
        runs = writing.split_run(run.run)
    named = ", ".join(one.run for one in runs)
    return KeptView(
        KEPT_SCHEMA,
        f"{run.run} is now {len(runs)} runs: {named}.",
        None,
        len(runs),
        ("They stay apart, whatever is imported later. Labels and clips stay with the first.",),
    )


def _number(row: Row, name: str) -> float | None:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else None
