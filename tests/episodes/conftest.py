"""Signals and bins made by hand, and the limits an alarm has to pass."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from evenstride.episodes._shift.bins import Bins
from evenstride.episodes._shift.noise import covariance, healthy_noise
from evenstride.model.intervals import Stretch
from evenstride.model.signal import Channel, Floats, Signal
from evenstride.model.tail import Tail, Tails

SignalOf = Callable[[Mapping[str, Floats]], Signal]


@pytest.fixture
def signal_of() -> SignalOf:
    """Return a maker of signals from deviations by quantity, one value a second, noise 1."""

    def make(deviations: Mapping[str, Floats]) -> Signal:
        seconds = len(next(iter(deviations.values())))
        level = np.zeros(seconds)
        channels = tuple(
            Channel(name, name, "ms", "", "Watch", True, np.asarray(values), level, 1.0)
            for name, values in deviations.items()
        )
        return Signal(
            channels=channels,
            running=np.ones(seconds, dtype=np.bool_),
            covariates=np.empty((seconds, 0)),
            excluded=(),
            moving_s=float(seconds),
            bouts=(Stretch(0.0, float(seconds)),),
            distance_m=level,
            speed_mps=level,
            grade_pct=level,
        )

    return make


@pytest.fixture
def steady(signal_of: SignalOf) -> Callable[[int, Floats], Signal]:
    """Return a maker of runs of healthy noise, values held for half minutes, with a level added.

    Their steps say nothing, so their level alone is searched.
    """

    def make(seed: int, added: Floats) -> Signal:
        names = ("contact_time", "vertical_oscillation")
        count = added.size // 30
        noise = healthy_noise(names)
        root = np.linalg.cholesky(covariance(np.arange(float(count)), noise))
        rng = np.random.default_rng(seed)
        drawn = noise.innovation_sd * np.repeat(root @ rng.normal(size=(count, 2)), 30, axis=0)
        return signal_of({names[0]: drawn[:, 0] + added, names[1]: drawn[:, 1]})

    return make


@pytest.fixture
def bins_of(signal_of: SignalOf) -> Callable[..., Bins]:
    """Return a maker of bins from half-minute values by quantity, one column each.

    Without `unsteadiness`, shape ``(bins, channels)``, only the level can be searched.
    """

    def make(values: Mapping[str, Floats], unsteadiness: Floats | None = None) -> Bins:
        table = np.column_stack(list(values.values()))
        return Bins(
            signal_of(values).searched,
            np.arange(float(len(table))),
            table,
            np.full(table.shape, np.nan) if unsteadiness is None else unsteadiness,
        )

    return make


def limit(log_bayes_factor: float) -> Tails:
    """Return tails that ask the same of every run and every set of channels."""
    sets = (
        ("contact_time",),
        ("contact_time", "vertical_oscillation"),
        ("contact_balance_left", "contact_time", "vertical_oscillation"),
    )
    return Tails(tuple(Tail(one, (60.0,), (log_bayes_factor,), 0.5) for one in sets))


@pytest.fixture
def usual() -> Tails:
    """Return a limit as healthy running may set it."""
    return limit(3.0)


@pytest.fixture
def strict() -> Tails:
    """Return a limit that noise never passes."""
    return limit(12.0)
