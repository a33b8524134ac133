"""What healthy running reaches by itself, as the bench measured it."""

from dataclasses import replace
from functools import lru_cache
from importlib import resources

import msgspec

from evenstride.model.signal import Signal
from evenstride.model.tail import Tails

TABLE, PERSONAL = "healthy_tail.json", "healthy_tail_personal.json"


@lru_cache(maxsize=1)
def healthy_tails() -> Tails:
    """Return the bench's own table, which ``bench/healthy_tail.py`` writes.

    Examples
    --------
    >>> tail, measured = healthy_tails().of(("contact_time", "vertical_oscillation"))
    >>> measured
    True
    """
    return _read(TABLE)


@lru_cache(maxsize=1)
def personal_tails() -> Tails:
    """Return the table for runs searched beside what is normal for the runner.

    ``bench/personal_baseline.py`` writes it. As long as it was not written, the strictest limit of
    the other table stands for every set of channels, and says that the very set was not measured.
    """
    if resources.files("evenstride.app").joinpath(PERSONAL).is_file():
        return _read(PERSONAL)
    strictest = max(healthy_tails().tails, key=lambda tail: tail.threshold(60.0))
    return Tails((replace(strictest, channels=()),))


def tails_for(signal: Signal) -> Tails:
    """Return the table for a run: the personal one where every searched channel knows its level."""
    searched = signal.searched
    known = bool(searched) and all(channel.level_sd is not None for channel in searched)
    return personal_tails() if known else healthy_tails()


def _read(name: str) -> Tails:
    data = resources.files("evenstride.app").joinpath(name).read_bytes()
    return msgspec.json.decode(data, type=Tails)
