"""All bouts together: bouts are the independent units, whatever happens inside them."""

from dataclasses import dataclass

import numpy as np

from evenstride.episodes._pooled.contrast import Contrasts
from evenstride.model.signal import Bools, Floats

LEAST_BOUTS = 6
PRIOR_FREEDOM = 10
"""How many bouts' worth of trust the variance inside bouts deserves as one between them."""
BETWEEN_OVER_INSIDE = 1.2
"""Contrasts of healthy balance vary by up to this much more between bouts than inside them."""
ONE_TRIAL = 4
"""Four onsets in a row, 20 s apart from the next four, see nearly the same seconds."""
_CUT = 2.5
_LOUDEST = 4.0


@dataclass(frozen=True)
class Pooled:
    """A step of the same size in every bout, for every channel and onset tried.

    Attributes
    ----------
    size, error
        Mean size and its standard error in noise SD, shape ``(2, channels, onsets)``, NaN where
        fewer than `LEAST_BOUTS` bouts can tell.
    variance
        Of the bouts' contrasts, in units of what the noise's memory implies, same shape.
    bouts
        How many take part, shape ``(channels, onsets)``.
    """

    size: Floats
    error: Floats
    variance: Floats
    bouts: Floats

    @property
    def freedom(self) -> Floats:
        """Degrees of freedom of `error`, shape ``(channels, onsets)``."""
        return np.asarray(PRIOR_FREEDOM + self.bouts - 1.0)

    @property
    def trials(self) -> int:
        """How many chances there were to be fooled: channels times onsets told apart."""
        return trials(np.isfinite(self.t))

    @property
    def t(self) -> Floats:
        """Student's t of the reading that speaks less for a step, shape ``(channels, onsets)``.

        A step must stand against a fading artefact and against a straight trend alike; 0 where the
        two do not even agree on its direction.
        """
        fading, trend = self.size / self.error
        weaker = np.where(np.abs(fading) < np.abs(trend), fading, trend)
        return np.where(fading * trend < 0, 0.0, weaker)


def trials(tried: Bools) -> int:
    """Return how many chances to be fooled a table of channels by onsets tried holds.

    Examples
    --------
    >>> trials(np.ones((2, 9), dtype=bool))
    6
    """
    return int(np.ceil(tried.sum(axis=-1) / ONE_TRIAL).sum())


def pool(found: Contrasts) -> Pooled:
    """Pool the bouts' contrasts, each weighted by what it can tell.

    A bout far off the others counts as one 2.5 robust SD off. The variance is that seen between
    bouts, steadied by `PRIOR_FREEDOM` degrees of freedom at the variance seen inside them (a
    moderated t, Smyth 2004, 10.2202/1544-6115.1027): six bouts alone tell little about it.
    """
    told = np.isfinite(found.size)
    bouts = told[0].sum(axis=0)
    error = np.where(told, np.sqrt(found.variance), np.inf)
    size = _pulled_in(np.where(bouts >= LEAST_BOUTS, found.size, np.nan), error)
    weight = error**-2
    total = np.where(bouts >= LEAST_BOUTS, weight.sum(axis=1), np.nan)
    mean = (weight * size).sum(axis=1) / total
    between = (weight * (size - mean[:, None]) ** 2).sum(axis=1)
    prior = PRIOR_FREEDOM * BETWEEN_OVER_INSIDE * _inside(found)
    variance = (prior + between) / (PRIOR_FREEDOM + bouts - 1.0)
    return Pooled(mean, np.sqrt(variance / total), variance, bouts.astype(np.float64))


def _inside(found: Contrasts) -> Floats:
    """Return the variance inside bouts, in units of what the noise's memory implies.

    A bout with an excursion counts as one four times as loud as expected; 1 where nothing is known.
    """
    spare = np.where(np.isfinite(found.rest), found.spare[:, :, None], 0.0)
    total = np.nansum(np.minimum(found.rest, _LOUDEST * spare), axis=1)
    count = spare.sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1.0), 1.0)


def _pulled_in(size: Floats, error: Floats) -> Floats:
    """Return sizes with outliers pulled in, and 0 where there is none."""
    middle = _median(size)
    away = (size - middle) / error
    reach = _CUT * 1.4826 * _median(np.abs(away))
    return np.nan_to_num(middle + np.clip(away, -reach, reach) * np.where(error < np.inf, error, 0))


def _median(values: Floats) -> Floats:
    """Return the median over bouts of what is known, 0 where nothing is."""
    known = np.where(np.isfinite(values).any(axis=1, keepdims=True), values, 0.0)
    return np.asarray(np.nanmedian(known, axis=1, keepdims=True))
