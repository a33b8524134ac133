"""One trial, looked at by ours and, where the cell is compared, by all the rivals."""

from evenstride.model.signal import Signal
from trials.looking import Outcome, outcome_of, see
from trials.planted import QUANTITY, Cell, Trial
from trials.rivals import rivals_told
from trials.telling import OURS, OURS_GRADED, Told, ours, ours_graded


def compare(trial: Trial) -> Outcome:
    """Draw one trial and look at it."""
    seen = see(trial)
    told = {OURS: ours(seen.signal)}
    if trial.cell.compared:
        told[OURS_GRADED] = ours_graded(seen.signal)
        told |= _rivals(trial.cell, seen.signal)
    return outcome_of(seen, told)


def _rivals(cell: Cell, signal: Signal) -> dict[str, tuple[Told, ...]]:
    """Return what the rivals tell, who are told which channel to look at."""
    channel = next(one for one in signal.searched if one.name == QUANTITY[cell.what])
    spread = cell.kind != "shift" or not cell.size_sd
    found = rivals_told(signal, channel, spread=spread)
    return {name: (Told(onset_s, None, score),) for name, (score, onset_s) in found.items()}
