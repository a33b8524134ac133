"""Tables of everything but single shifts: several, slow, early, decoys, healthy, real, beliefs."""

from collections.abc import Callable, Sequence
from itertools import pairwise, product

import numpy as np

from trials.chance import poisson_bounds, quantile
from trials.decoys import DECOYS
from trials.design import BOTH, EARLY, HEALTHY_KITS, SIZES, WORSENING_S
from trials.figures import (
    HEAD,
    Match,
    Outcomes,
    brier,
    covered,
    errors_cells,
    found_cell,
    half,
    matches,
    of_group,
    onset_errors_s,
    onset_times,
    ours_matched,
    plain,
    row,
    share_cell,
    share_of,
)
from trials.looking import Outcome
from trials.pages import number, percent, table
from trials.shift_tables import SINGLE, chosen
from trials.telling import OURS, OURS_GRADED, Told


def both_found(group: Outcomes) -> int:
    """Return in how many runs every planted episode has an own one that overlaps it."""
    return sum(all(match.told for match in matches(one, one.told[OURS])) for one in group)


def several_table(outcomes: Outcomes) -> str:
    """Return runs with two and three episodes."""
    rows = []
    for what, count in product(BOTH, (2, 3)):
        group = chosen(of_group(outcomes, "several"), what, count=count)
        found = ours_matched(group)
        extra = sum(len(one.told[OURS]) > count for one in group)
        rows.append(
            [
                f"{what}, {count} episodes",
                share_cell(both_found(group), len(group)),
                found_cell(found),
                *errors_cells(onset_errors_s(found)),
                share_of(covered(plain(found), onset_times)),
                percent(extra, len(group)),
            ]
        )
    head = ["planted, 2 SD", "all found (90 %)", "each found", "onset error s: median", "90th"]
    return table([*head, "onset covered", "more told than planted"], rows)


def slow_table(outcomes: Outcomes) -> str:
    """Return slow worsening to the end."""
    rows = of_group(outcomes, "worsening")
    return table(
        HEAD,
        [
            row(
                f"{what}, {size:g} SD over {ramp / 60:.0f} min",
                chosen(rows, what, size_sd=size, ramp_s=ramp),
            )
            for what, size, ramp in product(BOTH, (2.0, 3.0), WORSENING_S)
        ],
    )


def early_table(outcomes: Outcomes) -> str:
    """Return early onset with late clearing."""
    rows = []
    for onset_s, minutes in EARLY:
        group = chosen(of_group(outcomes, "early"), "balance", onset_s=onset_s, minutes=minutes)
        found = ours_matched(group)
        pairs = [(one.truth, one.told) for one in found if one.told]
        begun = sum(_began_right(match) for match in found)
        back = [told for _, told in pairs if told.recovery_s is not None]
        errors_s = [abs((told.recovery_s or 0.0) - 60 * minutes) for told in back]
        rows.append(
            [
                f"gone at {onset_s:.0f} s, back at {minutes:.0f} min",
                found_cell(found),
                percent(begun, len(pairs)),
                *errors_cells(errors_s),
                percent(len(pairs) - len(back), len(pairs)),
            ]
        )
    head = ["planted, balance, 2 SD", "found (90 %)", "beginning right"]
    return table([*head, "return error s: median", "90th", "return taken for a loss"], rows)


def _began_right(match: Match) -> bool:
    if match.told is None:
        return False
    span = match.told.onset_90_s or (np.inf, -np.inf)
    return match.told.at_start or span[0] <= match.truth.onset_s <= span[1]


def alarmed(group: Outcomes) -> tuple[int, int]:
    """Return in how many runs anything was told, and of how many."""
    return sum(bool(one.told[OURS]) for one in group), len(group)


def decoy_counts(outcomes: Outcomes) -> dict[str, tuple[int, int]]:
    """Return for each decoy in how many runs it alarmed, and of how many, both devices."""
    rows = of_group(outcomes, "decoy")
    return {
        name: alarmed([one for one in rows if one.trial.cell.decoy == name])
        for name in ("", *DECOYS)
    }


def decoy_table(outcomes: Outcomes) -> str:
    """Return how often each decoy alarms, beside the same runs without one."""
    rows = []
    for name, counted in decoy_counts(outcomes).items():
        each = (chosen(of_group(outcomes, "decoy"), what, decoy=name) for what in BOTH)
        word = "the same runs without a decoy"
        if name:
            word = name if DECOYS[name].gated else f"{name} (reported, not gated)"
        rows.append([word, *(share_cell(*alarmed(group)) for group in each), share_cell(*counted)])
    return table(["decoy", "wrist: alarms (90 %)", "strap: alarms (90 %)", "both (90 %)"], rows)


def false_alarms(outcomes: Outcomes) -> list[tuple[str, int, float]]:
    """Return for each kit the episodes told in healthy runs, and the hours judged."""
    rows = of_group(outcomes, "healthy")
    return [
        (kit, sum(len(one.told[OURS]) for one in group), sum(one.judged_h for one in group))
        for kit in HEALTHY_KITS
        for group in [chosen(rows, kit)]
    ]


def healthy_table(outcomes: Outcomes) -> str:
    """Return false alarms per 10 h with exact bounds."""
    rows = []
    for kit, count, hours in false_alarms(outcomes):
        low, high = poisson_bounds(count, max(hours, 1e-9))
        rate = 10 * count / max(hours, 1e-9)
        rows.append([kit, str(count), f"{hours:.0f}", f"{rate:.2f}", f"{low:.2f}–{high:.2f}"])
    return table(
        ["device kind", "episodes told", "hours judged", "per 10 h", "90 % interval"], rows
    )


def foot_table(outcomes: Outcomes) -> str:
    """Return one foot's own contact time: found, and the foot named."""
    rows = []
    for size in SIZES[1:]:
        group = chosen(of_group(outcomes, "foot"), "one foot", size_sd=size)
        found = ours_matched(group)
        feet = [match.outcome.foot for match in found if match.told]
        rows.append(
            [
                f"{size:g} SD of balance",
                found_cell(found),
                number(quantile(onset_errors_s(found), 0.5)),
                *(percent(feet.count(foot), len(feet)) for foot in ("right", "wrong", "none")),
            ]
        )
    head = ["planted, 15 min", "found (90 %)", "onset error s", "right foot named"]
    return table([*head, "wrong foot named", "no foot named"], rows)


def mix_table(outcomes: Outcomes) -> str:
    """Return shifts in the unkind mix."""
    rows = of_group(outcomes, "mix")
    return table(
        HEAD,
        [
            row(f"{what}, {size:g} SD, 15 min", chosen(rows, what, size_sd=size))
            for what, size in product(BOTH, (1.5, 2.0))
        ],
    )


def real_table(outcomes: Outcomes, half_name: str) -> str:
    """Return what was planted into the real runs of one half."""
    mine = half(of_group(outcomes, "real"), half_name)
    groups: list[tuple[str, list[Outcome]]] = []
    for what in BOTH:
        shifts = [one for one in chosen(mine, what, kind="shift") if one.trial.cell.size_sd]
        sudden = [one for one in shifts if not one.trial.cell.ramp_s]
        groups += [
            (
                f"{what}: sudden, {size:g} SD, {m:g} min",
                chosen(sudden, what, size_sd=size, minutes=m),
            )
            for size, m in product(SIZES[1:], (5.0, 10.0, 20.0))
        ]
        slow = [one for one in shifts if one.trial.cell.ramp_s]
        groups.append((f"{what}: over 180 s, 2 SD, 10 min", slow))
        groups.append((f"{what}: noise × 2, 10 min", chosen(mine, what, kind="variability")))
        groups.append((f"{what}: bursts of 6 SD, 10 min", chosen(mine, what, kind="bursts")))
    return table(HEAD, [row(name, group) for name, group in groups if group])


def real_alone_table(outcomes: Outcomes) -> str:
    """Return the real runs as they are, nothing planted."""
    seen: dict[str, Outcome] = {}
    for one in of_group(outcomes, "real"):
        if not one.trial.cell.size_sd:
            seen.setdefault(one.trial.file, one)
    rows = [
        [name, one.trial.half, f"{60 * one.judged_h:.0f}", str(len(one.told[OURS]))]
        for name, one in sorted(seen.items(), key=lambda item: (item[1].trial.half, item[0]))
    ]
    return table(["file", "half", "minutes judged", "episodes told, nothing planted"], rows)


def probability_table(outcomes: Outcomes) -> str:
    """Return how often an episode was there, by how probable it was said to be, at even odds."""
    planted, null = of_group(outcomes, "size"), of_group(outcomes, "null")
    weights = {True: 0.5 / max(len(planted), 1), False: 0.5 / max(len(null), 1)}
    said = [(_said(one), bool(one.truths)) for one in (*planted, *null)]
    edges = (-1.0, 0.0, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0001)
    rows = []
    for low, high in pairwise(edges):
        group = [(p, there) for p, there in said if low <= p < high]
        total = sum(weights[there] for _, there in group)
        true = sum(weights[there] for _, there in group if there)
        name = (
            f"{100 * max(low, 0.75):g}–{min(100 * high, 100):g} %" if high > 0 else "nothing told"
        )
        mean = 100 * float(np.mean([p for p, _ in group])) if group and high > 0 else np.nan
        share = 100 * true / total if total else np.nan
        rows.append([name, str(len(group)), number(mean, 1), number(share, 1)])
    return table(["said", "runs", "mean said %", "was there %"], rows)


def _said(one: Outcome) -> float:
    return max((told.probability for told in one.told[OURS_GRADED]), default=-0.5)


Belief = Callable[[Told], float]


def believed(outcomes: Outcomes, belief: Belief) -> list[tuple[Match, float]]:
    """Return every found shift with what is believed of it, where anything is."""
    groups = of_group(outcomes, *SINGLE, "worsening")
    pairs = [(match, belief(match.told)) for match in ours_matched(groups) if match.told]
    return [(match, value) for match, value in pairs if not np.isnan(value)]


def not_recovered_text(outcomes: Outcomes) -> str:
    """Return the Brier score of P(never recovered), beside always saying the base rate."""
    pairs = believed(outcomes, lambda told: told.not_recovered)
    if not pairs:
        return "No probability of not having recovered was told."
    true = [match.truth.recovery_s is None for match, _ in pairs]
    score, reference = brier([value for _, value in pairs], true)
    return (
        f"Over {len(pairs)} found shifts, {percent(sum(true), len(true))} of which lasted to the "
        f"end, the Brier score is {score:.3f}; always saying the base rate scores {reference:.3f}."
    )


def not_recovered_table(outcomes: Outcomes) -> str:
    """Return how often it had not come back, by how probable that was said to be."""
    pairs = believed(outcomes, lambda told: told.not_recovered)
    return _reliability(
        [(value, match.truth.recovery_s is None) for match, value in pairs],
        ("said not recovered", "was not recovered %"),
    )


def gradual_table(outcomes: Outcomes) -> str:
    """Return how often a beginning took 60 s or more, by how probable that was said to be."""
    pairs = believed(outcomes, lambda told: told.gradual)
    return _reliability(
        [(value, match.truth.ramp_s >= 60) for match, value in pairs],
        ("said gradual", "was gradual %"),
    )


def _reliability(pairs: Sequence[tuple[float, bool]], words: tuple[str, str]) -> str:
    """Weigh both answers alike, as the search does before it looks."""
    if not pairs:
        return "Nothing of the kind was told."
    true = sum(was for _, was in pairs)
    weights = {True: 0.5 / max(true, 1), False: 0.5 / max(len(pairs) - true, 1)}
    rows = []
    for low, high in pairwise((0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0001)):
        group = [(value, was) for value, was in pairs if low <= value < high]
        total = sum(weights[was] for _, was in group)
        share = 100 * sum(weights[was] for _, was in group if was) / total if total else np.nan
        mean = 100 * float(np.mean([value for value, _ in group])) if group else np.nan
        name = f"{100 * low:.0f}–{min(100 * high, 100):.0f} %"
        rows.append([name, str(len(group)), number(mean), number(share)])
    return table([words[0], "episodes", "mean said %", words[1]], rows)
