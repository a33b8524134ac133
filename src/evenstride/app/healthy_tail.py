"""What healthy running reaches by itself, as the bench measured it."""

from functools import lru_cache
from importlib import resources

import msgspec

from evenstride.model.tail import Tails


@lru_cache(maxsize=1)
def healthy_tails() -> Tails:
    """Return the bench's own table, which ``bench/healthy_tail.py`` writes.

    Examples
    --------
    >>> tail, measured = healthy_tails().of(("contact_time", "vertical_oscillation"))
    >>> measured
    True
    """
    data = resources.files("evenstride.app").joinpath("healthy_tail.json").read_bytes()
    return msgspec.json.decode(data, type=Tails)
