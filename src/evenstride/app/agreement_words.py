"""Agreement in plain sentences."""

from typing import Literal

from evenstride.model.agreement import Agreement, Chance, Delay

FEWEST_PAIRS = 5
MARK_COUNTS = "Where they differ, your mark counts. Nothing was moved or corrected."
_NOTHING = "No run has both: a word of yours, and a minute or more of running that could be judged."
_TOO_FEW = "Fewer than 5 runs with your word are too few to say whether that is more than chance."
_TOO_ALIKE = (
    "These runs are too alike, or too different in length, to say whether that is more than chance:"
    " marks of one fit the others as well, or cannot be laid over them."
)
_NEVER_SEEN = (
    "The watch saw nothing in any of these runs, so there is nothing to compare your marks with."
)
_NEVER_FELT = "You felt nothing in any of these runs, so there is no mark to compare."
Event = Literal["go", "come back"]


def sentences(found: Agreement) -> tuple[str, ...]:
    """Say how felt and measured agree, what that is worth, and how late the runner presses.

    Examples
    --------
    >>> sentences(Agreement((), 0, None, "too few", None, None, None, None))[0][:16]
    'No run has both:'
    """
    if found.share is None:
        return _NOTHING, MARK_COUNTS
    return _share(found), _worth(found), *delays(found), MARK_COUNTS


def delays(found: Agreement) -> tuple[str, ...]:
    """Say how late the runner presses, where marks follow what was measured from run to run.

    Where they do not, a mark near a measured moment may be there by habit, and no delay is told.
    """
    if found.verdict != "beyond chance":
        return ()
    both = (_delay(found.onset, "go"), _delay(found.recovery, "come back"))
    return tuple(said for said in both if said)


def _share(found: Agreement) -> str:
    runs = "1 run" if found.counted == 1 else f"{found.counted} runs"
    moved = "" if found.other_runs is None else _expected(found.other_runs)
    return (
        f"In {runs} with your word, you and the watch agree in {100 * (found.share or 0):.0f} % of"
        f" the running that could be judged{moved}."
    )


def _expected(chance: Chance) -> str:
    return f"; marks moved to other runs agree in {100 * chance.expected_share:.0f} %"


def _worth(found: Agreement) -> str:
    runs, times = found.other_runs, found.other_times
    if found.verdict == "too few" or runs is None or times is None:
        return _TOO_FEW
    if found.verdict == "too alike":
        return _why_alike(found)
    if found.verdict == "beyond chance":
        return (
            f"That is more than chance: marks moved to other runs agree as well in"
            f" {odds(runs.p_value)}, marks moved to other times in {odds(times.p_value)}."
        )
    if found.verdict == "habit":
        return (
            f"Marks moved to other times agree as well only in {odds(times.p_value)}, but marks of"
            f" other runs do in {odds(runs.p_value)}. Both may simply come at their usual time:"
            " these runs cannot tell."
        )
    return (
        f"That is not clearly more than chance: marks moved to other runs agree as well in"
        f" {odds(runs.p_value)}. It does not say which of the two is right."
    )


def _why_alike(found: Agreement) -> str:
    if found.runs and all(one.both_s + one.only_measured_s == 0 for one in found.runs):
        return _NEVER_SEEN
    if found.runs and all(one.both_s + one.only_felt_s == 0 for one in found.runs):
        return _NEVER_FELT
    return _TOO_ALIKE


def odds(p_value: float) -> str:
    """Return a p-value as a runner reads it.

    Examples
    --------
    >>> odds(0.001), odds(1 / 120), odds(0.31)
    ('1 of 1,000', '1 of 120', '31 of 100')
    """
    return f"1 of {round(1 / p_value):,}" if p_value <= 0.1 else f"{100 * p_value:.0f} of 100"


def _delay(delay: Delay | None, event: Event) -> str:
    if delay is None:
        return ""
    presses = f"{delay.pairs} of {_presses(delay.marks)}"
    if delay.pairs < FEWEST_PAIRS:
        verb = "lies" if delay.pairs == 1 else "lie"
        return (
            f"How late you usually press when it {_TURNS[event]}: too few to say, {presses}"
            f" {verb} near what the watch saw."
        )
    return (
        f"You pressed {_after(delay, event)}, for {presses}; from press to press it differs by"
        f" about {delay.spread_s.value:.0f} s."
    )


_TURNS: dict[Event, str] = {"go": "goes", "come back": "comes back"}


def _presses(count: int) -> str:
    return "1 press" if count == 1 else f"{count} presses"


def _after(delay: Delay, event: Event) -> str:
    middle, lo, hi = (
        round(x) for x in (delay.typical_s.value, delay.typical_s.lo, delay.typical_s.hi)
    )
    saw = f"the watch saw it {event}"
    if lo >= 0:
        return f"{middle} s ({lo} to {hi}) after {saw}"
    if hi <= 0:
        return f"{-middle} s ({-hi} to {-lo}) before {saw}"
    return f"at about the time {saw} (from {-lo} s before to {hi} s after)"
