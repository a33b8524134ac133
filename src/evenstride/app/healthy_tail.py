"""What healthy running reaches by itself, as the bench measured it."""

from functools import lru_cache
from importlib import resources

import msgspec

from evenstride.model.signal import Signal
from evenstride.model.tail import Tails


@lru_cache(maxsize=2)
def healthy_tails(*, personal: bool = False) -> Tails:
    """Return the bench's own table, which ``bench/healthy_tail.py`` writes.

    Parameters
    ----------
    personal
        True for runs searched beside what is normal for the runner, whose table
        ``bench/personal_baseline.py`` writes.

    Examples
    --------
    >>> tail, measured = healthy_tails().of(("contact_time", "vertical_oscillation"))
    >>> measured
    True
    """
    name = "healthy_tail_personal.json" if personal else "healthy_tail.json"
    data = resources.files("evenstride.app").joinpath(name).read_bytes()
    return msgspec.json.decode(data, type=Tails)


def tails_for(signal: Signal) -> Tails:
    """Return the table for a run: the personal one where every searched channel knows its level."""
    searched = signal.searched
    known = bool(searched) and all(channel.level_sd is not None for channel in searched)
    return healthy_tails(personal=known)
