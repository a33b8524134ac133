"""Tables of single shifts: by size, length and ramp, coverage, and beside other methods."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from trials.chance import quantile, share_bounds
from trials.design import BOTH, KEY_MINUTES, LENGTHS, RAMPS_S, SIZES
from trials.figures import (
    HEAD,
    Limits,
    Outcomes,
    alarms,
    covered,
    found_count,
    of_group,
    onset_times,
    ours_matched,
    plain,
    recovery_times,
    row,
    share_of,
)
from trials.ideal import IDEALS, detection
from trials.looking import Outcome
from trials.pages import number, percent, table
from trials.planted import Cell
from trials.telling import OURS, OURS_GRADED

LEAST_TO_JUDGE = 20
"""Fewer intervals than that show no coverage."""
COVERED = (0.86, 0.97)
SINGLE = ("size", "length", "ramp", "crossed")


def lasted(minutes: float | None) -> str:
    """Return how long an episode lasts, in words."""
    return "to the end" if minutes is None else f"{minutes:g} min"


def begun(ramp_s: float) -> str:
    """Return how an episode begins, in words."""
    return f"over {ramp_s:.0f} s" if ramp_s else "sudden"


def chosen(outcomes: Outcomes, what: str, **wanted: object) -> list[Outcome]:
    """Return the outcomes whose cell is as wanted."""
    return [
        one
        for one in outcomes
        if one.trial.cell.what == what
        and all(getattr(one.trial.cell, name) == value for name, value in wanted.items())
    ]


def sudden_table(outcomes: Outcomes, what: str) -> str:
    """Return every size and length of sudden shifts."""
    rows = of_group(outcomes, "size", "length")
    lengths = sorted({*KEY_MINUTES, *LENGTHS}, key=lambda m: m or np.inf)
    groups = (
        (f"{size:g} SD, {lasted(m)}", chosen(rows, what, size_sd=size, minutes=m))
        for size, m in product(SIZES, lengths)
    )
    return table(HEAD, [row(name, group) for name, group in groups if group])


def ramp_table(outcomes: Outcomes, what: str) -> str:
    """Return beginnings that take time."""
    rows = of_group(outcomes, "ramp")
    groups = (
        (f"{begun(ramp)}, {size:g} SD", chosen(rows, what, size_sd=size, ramp_s=ramp))
        for ramp, size in product(RAMPS_S, (1.5, 2.0))
    )
    return table(HEAD, [row(name, group) for name, group in groups])


def groups_for_coverage(outcomes: Outcomes) -> Iterator[tuple[str, Outcomes]]:
    """Yield every cell whose intervals are judged."""
    single = of_group(outcomes, *SINGLE)
    for what in BOTH:
        mine = chosen(single, what)
        for size, minutes in product(SIZES, (*LENGTHS, *KEY_MINUTES)):
            cell = chosen(of_group(mine, "size", "length"), what, size_sd=size, minutes=minutes)
            yield f"{what}: sudden, {size:g} SD, {lasted(minutes)}", cell
        for ramp, size in product(RAMPS_S, (1.5, 2.0)):
            cell = chosen(of_group(mine, "ramp"), what, ramp_s=ramp, size_sd=size)
            yield f"{what}: {begun(ramp)}, {size:g} SD, 15 min", cell
        yield from _crossed_groups(of_group(mine, "crossed"), what)


def _crossed_groups(outcomes: Outcomes, what: str) -> Iterator[tuple[str, Outcomes]]:
    for low, high in ((1.0, 1.5), (1.5, 2.0), (2.0, 2.5), (2.5, 3.0)):
        for gradual in (False, True):
            group = [
                one
                for one in outcomes
                if low <= one.trial.cell.size_sd < high and (one.trial.cell.ramp_s > 0) == gradual
            ]
            word = "30–300 s" if gradual else "sudden"
            yield f"{what}: at random, {low:g}–{high:g} SD, {word}", group


def coverages(outcomes: Outcomes) -> list[tuple[str, int, int]]:
    """Return every cell with enough plain intervals of the onset: hits, of how many."""
    counted = (
        (name, *covered(plain(ours_matched(group)), onset_times))
        for name, group in groups_for_coverage(outcomes)
    )
    return [one for one in counted if one[2] >= LEAST_TO_JUDGE]


def coverage_table(outcomes: Outcomes) -> str:
    """Return coverage of onset and recovery for every cell with enough to judge."""
    rows = []
    for name, group in groups_for_coverage(outcomes):
        found = ours_matched(group)
        pairs = plain(found)
        hits, of = covered(pairs, onset_times)
        if of < LEAST_TO_JUDGE:
            continue
        low, high = share_bounds(hits, of)
        unsure = [(one.truth, one.told) for one in found if one.told and not one.plain]
        rows.append(
            [
                name,
                f"{percent(hits, of)} ({100 * low:.0f}–{100 * high:.0f}) of {of}",
                inside(hits, of),
                share_of(covered(pairs, recovery_times)),
                share_of(covered(unsure, onset_times)),
            ]
        )
    head = ["cell", "onset covered (90 %)", "86–97 %", "recovery covered", "of two readings"]
    return table(head, rows)


def inside(hits: int, of: int) -> str:
    """Return whether a coverage lies where it should, and whether chance could explain it."""
    share, (low, high) = hits / of, share_bounds(hits, of)
    if COVERED[0] <= share <= COVERED[1]:
        return "inside"
    reach = low <= COVERED[1] and high >= COVERED[0]
    word = "above" if share > COVERED[1] else "below"
    return f"{word}, within chance" if reach else f"**{word}**"


def key_group(outcomes: Outcomes, what: str, size: float) -> list[Outcome]:
    """Return the runs the search is judged by: sudden, 10 and 20 min."""
    return chosen(of_group(outcomes, "size"), what, size_sd=size)


def methods_of(outcomes: Outcomes) -> list[str]:
    """Return every method that looked at the compared runs, ours first."""
    return list(dict.fromkeys(name for one in outcomes for name in one.told))


def compared_table(outcomes: Outcomes, limits: Limits) -> str:
    """Return every method's detection of sudden shifts of 10 and 20 min, and the ideal test's."""
    compared = of_group(outcomes, "size")
    rows = [ideal_row(k) for k in range(len(IDEALS))]
    for method in methods_of(compared):
        cells = []
        for what, size in product(BOTH, SIZES):
            group = key_group(outcomes, what, size)
            cells.append(percent(found_count(group, method, limits), len(group)))
        rows.append([method, *cells, *_alone(outcomes, method, limits)])
    head = ["method, series", *(f"{w} {s:g} SD" for w, s in product(BOTH, SIZES))]
    return table([*head, "onset error s, 2 SD", "healthy runs alarmed"], rows)


def ideal_row(place: int) -> list[str]:
    """Return one row of the ideal test, 10 and 20 min together."""
    cells = []
    for what in BOTH:
        each = [detection(IDEALS[place], what, SIZES, minutes) for minutes in KEY_MINUTES]
        cells += [f"{100 * share:.0f} %" for share in np.mean(each, axis=0)]
    return [IDEALS[place].says, *cells, "–", "5 %"]


def _alone(outcomes: Outcomes, method: str, limits: Limits) -> list[str]:
    """Return a method's onset error at 2 SD and how many healthy runs of this half it alarms in."""
    errors_s = []
    for what in BOTH:
        for one in key_group(outcomes, what, 2.0):
            told = alarms(one, method, limits)
            if told:
                onset_s = max(told, key=lambda t: t.score).onset_s
                errors_s.append(abs(onset_s - one.truths[0].onset_s))
    null = [one for one in of_group(outcomes, "null") if method in one.told]
    alarmed = sum(bool(alarms(one, method, limits)) for one in null)
    return [number(quantile(errors_s, 0.5)), percent(alarmed, len(null))]


def kind_says(cell: Cell) -> str:
    """Return what an unsteady episode is, in words."""
    if cell.kind == "variability":
        return f"{cell.what}: noise × {cell.size_sd:g}"
    often = f"{cell.bursts_per_min:g} a minute, {cell.burst_s:g} s, {cell.size_sd:g} SD"
    return f"{cell.what}: bursts, {often}"


def unsteady_groups(outcomes: Outcomes) -> dict[str, Outcomes]:
    """Return variability and bursts, by what was planted."""
    groups: dict[str, list[Outcome]] = {}
    for one in of_group(outcomes, "unsteady"):
        groups.setdefault(kind_says(one.trial.cell), []).append(one)
    return dict(groups)


def beside_others(group: Outcomes, limits: Limits) -> tuple[int, int, str]:
    """Return how many runs ours and the best of the others found, and the name of that one."""
    others = [name for name in methods_of(group) if name not in {OURS, OURS_GRADED}]
    best = max(others, key=lambda name: found_count(group, name, limits))
    return (
        found_count(group, OURS_GRADED, limits),
        found_count(group, best, limits),
        best,
    )


def beside_one_other(
    groups: Sequence[Outcomes], limits: Limits
) -> tuple[tuple[int, int, int], str]:
    """Return how many runs of several groups ours found, the best single other, and of how many."""
    others = [name for name in methods_of(groups[0]) if name not in {OURS, OURS_GRADED}]

    def in_all(name: str) -> int:
        return sum(found_count(group, name, limits) for group in groups)

    best = max(others, key=in_all)
    return (in_all(OURS_GRADED), in_all(best), sum(len(group) for group in groups)), best


def unsteady_table(outcomes: Outcomes, limits: Limits) -> str:
    """Return variability and bursts: ours, and the best of all others in each row."""
    rows = []
    for name, group in unsteady_groups(outcomes).items():
        ours, best, who = beside_others(group, limits)
        found = ours_matched(group)
        told = [one.told for one in found if one.told]
        wanted = group[0].trial.cell.kind
        rows.append(
            [
                name,
                percent(sum(one.told is not None for one in found), len(found)),
                percent(ours, len(group)),
                f"{percent(best, len(group))}, {who}",
                percent(sum(one.kind == wanted for one in told), len(told)),
            ]
        )
    head = ["planted, 15 min", "as shipped", "at equal alarms", "best other, which", "kind right"]
    return table(head, rows)


def named_table(outcomes: Outcomes) -> str:
    """Return which kind is named for which planted kind."""
    kinds = ("shift", "variability", "bursts")
    sets = {
        "shift": of_group(outcomes, *SINGLE),
        **{
            kind: [one for one in of_group(outcomes, "unsteady") if one.trial.cell.kind == kind]
            for kind in kinds[1:]
        },
    }
    rows = []
    for kind, group in sets.items():
        told = [one.told.kind for one in ours_matched(group) if one.told]
        counts = [percent(told.count(name), len(told)) for name in kinds]
        rows.append([kind, str(len(told)), *counts])
    return table(["planted", "found", *(f"called {name}" for name in kinds)], rows)
