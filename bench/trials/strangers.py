"""Someone else's method beside ours: tables for people, rows for programs."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

from trials.chance import quantile
from trials.figures import Limits, Outcomes, alarms, matches, of_group, share_cell
from trials.looking import Outcome
from trials.pages import number, percent, table
from trials.planted import Cell
from trials.shift_tables import begun, kind_says, lasted
from trials.telling import OURS


def cell_name(cell: Cell) -> str:
    """Return a cell in words."""
    if cell.decoy:
        return f"{cell.what}: {cell.decoy}"
    if cell.kind != "shift":
        return kind_says(cell)
    if not cell.size_sd:
        return f"{cell.what}: nothing planted"
    if cell.group == "crossed":
        return f"{cell.what}: at random"
    many = f"{cell.count} episodes" if cell.count > 1 else lasted(cell.minutes)
    return f"{cell.what}: {begun(cell.ramp_s)}, {cell.size_sd:g} SD, {many}"


def both_tables(outcomes: Outcomes, method: str, limits: Limits) -> str:
    """Return ours and the other method, cell by cell, in Markdown."""
    cells: dict[tuple[str, str], list[Outcome]] = {}
    for one in outcomes:
        cells.setdefault((one.trial.cell.group, cell_name(one.trial.cell)), []).append(one)
    rows = []
    for (group, name), mine in cells.items():
        each = [cell for who in (OURS, method) for cell in _told_of(mine, who, limits)]
        rows.append([group, name, str(len(mine)), *each])
    head = ["part", "cell", "runs"]
    for who in (OURS, method):
        head += [f"{who}: found, or alarmed where nothing is", "onset error s: median", "90th"]
    return table(head, rows)


def _told_of(outcomes: Sequence[Outcome], method: str, limits: Limits) -> list[str]:
    told = [(one, alarms(one, method, limits)) for one in outcomes]
    planted = [(one, said) for one, said in told if one.truths]
    if not planted:
        return [percent(sum(bool(said) for _, said in told), len(told)), "–", "–"]
    found = [match for one, said in planted for match in matches(one, said)]
    late_s = [abs(one.told.onset_s - one.truth.onset_s) for one in found if one.told]
    hits = sum(one.told is not None for one in found)
    errors = [number(quantile(late_s, share)) for share in (0.5, 0.9)]
    return [share_cell(hits, len(found)), *errors]


def limits_text(limits: Limits, outcomes: Outcomes, method: str) -> str:
    """Return the limits a method was set to, and how often it then alarms in healthy runs."""
    null = of_group(outcomes, "null")
    lines = []
    for (name, what), limit in limits.items():
        group = [one for one in null if one.trial.cell.what == what]
        if name == method:
            alarmed = sum(bool(alarms(one, method, limits)) for one in group)
            lines.append(
                f"{what}: score above {limit:.4g} is an alarm; "
                f"{percent(alarmed, len(group))} of healthy runs alarm"
            )
    return "\n".join(lines)


def write_rows(file: Path, outcomes: Outcomes, limits: Limits) -> None:
    """Write one row a case, and the limits, as JSON; what is not a number is null."""
    table_of = [{"method": name, "what": what, "limit": at} for (name, what), at in limits.items()]
    whole = {"limits": table_of, "cases": [one.row() for one in outcomes]}
    file.write_text(json.dumps(_plain(whole), allow_nan=False), encoding="utf-8")


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
