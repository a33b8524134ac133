"""Student's t, as far as it is needed: its tail, and where the tail has a given size."""

import math

_LEAST = 1e-12
_FURTHEST = 100.0


def two_sided(t: float, freedom: int) -> float:
    """Return the chance of a t at least this far from 0, at least 1e-12.

    The finite series for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).

    Examples
    --------
    >>> round(two_sided(2.228, 10), 4), round(two_sided(-3.182, 3), 4)
    (0.05, 0.05)
    """
    angle = math.atan2(abs(t), math.sqrt(freedom))
    cosine = math.cos(angle)
    first = freedom % 2
    term = cosine if first else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(first + 2, freedom, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    inside = math.sin(angle) * total
    if first:
        inside = (angle + inside) * 2.0 / math.pi
    return max(1.0 - inside, _LEAST)


def critical(p: float, freedom: int) -> float:
    """Return how far from 0 a t must be for a two-sided chance of `p`, at most 100.

    Examples
    --------
    >>> round(critical(0.05, 10), 3)
    2.228
    """
    low, high = 0.0, _FURTHEST
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if two_sided(middle, freedom) > p else (low, middle)
    return 0.5 * (low + high)
