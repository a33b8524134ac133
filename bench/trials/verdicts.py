"""Each demand, what was measured, and whether it is reached."""

from collections.abc import Iterator

from trials.chance import poisson_bounds, quantile
from trials.decoys import DECOYS
from trials.design import BOTH
from trials.figures import Limits, Outcomes, found_cell, of_group, onset_errors_s, ours_matched
from trials.other_tables import both_found, decoy_counts, false_alarms
from trials.pages import number, percent, table
from trials.shift_tables import (
    COVERED,
    beside_one_other,
    beside_others,
    chosen,
    coverages,
    key_group,
    unsteady_groups,
)

FOUND = {
    "contact time": {1.0: 0.55, 1.5: 0.90, 2.0: 0.97},
    "balance": {1.0: 0.60, 1.5: 0.75, 2.0: 0.88},
}
LATE_S, DECOYS_AT_MOST, BOTH_FOUND = 10.0, 0.05, 0.80
PER_10_H, LEAST_HOURS = 0.5, 200.0

Verdict = tuple[str, str, bool | None]
WORDS = {True: "reached", False: "**not reached**", None: "too few runs to say"}


def verdict_table(outcomes: Outcomes, limits: Limits, *, whole: bool) -> str:
    """Return every demand with its figure; a reduced run shows figures and judges nothing."""
    rows = [
        [demand, figure, WORDS[reached if whole else None]]
        for demand, figure, reached in verdicts(outcomes, limits)
    ]
    return table(["demand", "measured", "verdict"], rows)


def verdicts(outcomes: Outcomes, limits: Limits) -> Iterator[Verdict]:
    """Yield every demand, what was measured, and whether it is reached."""
    yield from _found(outcomes)
    yield from _late(outcomes)
    yield _covered(outcomes)
    yield from _decoys(outcomes)
    yield from _several(outcomes)
    yield from _unsteady(outcomes, limits)
    yield from _healthy(outcomes)


def _found(outcomes: Outcomes) -> Iterator[Verdict]:
    for what, sizes in FOUND.items():
        for size, least in sizes.items():
            found = ours_matched(key_group(outcomes, what, size))
            share = sum(one.told is not None for one in found) / max(len(found), 1)
            demand = f"{what}, {size:g} SD: found in at least {100 * least:.0f} %"
            yield demand, found_cell(found), share >= least


def _late(outcomes: Outcomes) -> Iterator[Verdict]:
    for what in BOTH:
        errors_s = onset_errors_s(ours_matched(key_group(outcomes, what, 2.0)))
        median_s = quantile(errors_s, 0.5)
        demand = f"{what}, 2 SD: median onset error at most {LATE_S:.0f} s"
        yield demand, f"{number(median_s, 1)} s of {len(errors_s)}", median_s <= LATE_S


def _covered(outcomes: Outcomes) -> Verdict:
    cells = coverages(outcomes)
    low, high = COVERED
    fits = [low <= hits / of <= high for _, hits, of in cells]
    shares = [hits / of for _, hits, of in cells]
    span = f"{100 * min(shares):.0f} to {100 * max(shares):.0f} %" if shares else "–"
    below = sum(share < low for share in shares)
    return (
        "onset intervals hold the truth in 86 to 97 % in every cell with one reading",
        f"{sum(fits)} of {len(cells)} cells; {below} below; {span}",
        all(fits) if cells else None,
    )


def _decoys(outcomes: Outcomes) -> Iterator[Verdict]:
    counted = decoy_counts(outcomes)
    alone = counted.pop("")
    gated = {name: one for name, one in counted.items() if DECOYS[name].gated}
    name, (hits, of) = max(gated.items(), key=lambda item: item[1][0] / max(item[1][1], 1))
    together = [sum(column) for column in zip(*gated.values(), strict=True)]
    worst = f"worst {percent(hits, of)} of {of} ({name})"
    rest = f"all {percent(*together)}, the same runs without a decoy {percent(*alone)}"
    yield "every decoy alarms in at most 5 %", f"{worst}; {rest}", hits <= DECOYS_AT_MOST * of


def _several(outcomes: Outcomes) -> Iterator[Verdict]:
    for what in BOTH:
        group = chosen(of_group(outcomes, "several"), what, count=2)
        both, of = both_found(group), len(group)
        demand = f"{what}: two episodes of 2 SD, both found in at least 80 %"
        yield demand, f"{percent(both, of)} of {of}", both >= BOTH_FOUND * of


def _unsteady(outcomes: Outcomes, limits: Limits) -> Iterator[Verdict]:
    for kind in ("variability", "bursts"):
        groups = [g for g in unsteady_groups(outcomes).values() if g[0].trial.cell.kind == kind]
        if not groups:
            continue
        (ours, best, of), who = beside_one_other(groups, limits)
        yield (
            f"{kind}, all cells together: at equal alarms more found than by any one other method",
            f"{percent(ours, of)} of {of}; best other {percent(best, of)} ({who})",
            ours > best,
        )
        pairs = [beside_others(group, limits)[:2] for group in groups]
        better = sum(ours > best for ours, best in pairs)
        ties = sum(ours == best for ours, best in pairs)
        yield (
            f"{kind}, cell by cell: never fewer than the best of all others in that cell",
            f"more in {better} of {len(pairs)} cells, as many in {ties}",
            better + ties == len(pairs) and better > 0,
        )


def _healthy(outcomes: Outcomes) -> Iterator[Verdict]:
    for kit, count, hours in false_alarms(outcomes):
        low, high = poisson_bounds(count, max(hours, 1e-9))
        rate = 10 * count / max(hours, 1e-9)
        yield (
            f"{kit}: at most 0.5 false alarms in 10 h, over 200 h",
            f"{rate:.2f} ({low:.2f}–{high:.2f}) in {hours:.0f} h",
            rate <= PER_10_H if hours >= LEAST_HOURS else None,
        )
