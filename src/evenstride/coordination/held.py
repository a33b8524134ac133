"""A value repeated for too long: a sensor that lost contact, not a body."""

import numpy as np

from evenstride.model.signal import Bools, Floats

LONGEST_S = 45
"""Straps repeat a value for seconds; contact time, balance or bounce that stay the very same for
three quarters of a minute of running were not measured."""


def held_too_long(values: Floats) -> Bools:
    """Return which seconds belong to a stretch of one value longer than `LONGEST_S`.

    Examples
    --------
    >>> values = np.concatenate([np.arange(5.0), np.full(60, 7.0), np.arange(5.0)])
    >>> int(held_too_long(values).sum())
    60
    """
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    lengths = np.diff(np.concatenate([starts, [values.size]]))
    return np.asarray(np.repeat(lengths > LONGEST_S, lengths))
