"""The closed form against a Gaussian worked out the long way."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest

from evenstride.episodes._shift.bins import Bins
from evenstride.episodes._shift.evidence import (
    EARLY_S,
    PRIOR_CLOSED,
    PRIOR_EARLY,
    PRIOR_OPEN,
    PRIOR_START,
    RAMP_PRIOR,
    RAMPS_S,
    SHORTEST_S,
    SIZE_PRIOR_SD,
    weigh,
)
from evenstride.episodes._shift.noise import covariance, healthy_noise, templates, whiten
from evenstride.model.signal import Floats

BinsOf = Callable[[Mapping[str, Floats]], Bins]
COUNT = 14
Shape = tuple[str, int, int, int]


def gently(count: int, names: tuple[str, ...], seed: int) -> dict[str, Floats]:
    """Return half-minute values of healthy noise without a single large innovation."""
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(covariance(np.arange(float(count)), healthy_noise(names)))
    return {name: root @ rng.uniform(-1.3, 1.3, count) for name in names}


def gaussian(rest: Floats, cov: Floats) -> float:
    _, log_det = np.linalg.slogdet(cov)
    return float(-0.5 * (log_det + rest @ np.linalg.solve(cov, rest)))


class LongWay:
    """log N(y; 0, C + size prior) - log N(y; 0, C) of all bins but the first, given the first."""

    def __init__(self, bins: Bins) -> None:
        noise = healthy_noise(tuple(channel.quantity for channel in bins.channels))
        cov = covariance(bins.index, noise)
        white = whiten(bins)
        mixed = np.linalg.inv(white.unmix)
        self.unmix = white.unmix
        self.between = np.diag(white.scale) @ mixed @ mixed.T @ np.diag(white.scale)
        self.scale = white.scale
        self.gain = cov[1:, 0] / cov[0, 0]
        self.cov = cov[1:, 1:] - np.outer(self.gain, cov[0, 1:])
        self.rest = bins.values[1:] - np.outer(self.gain, bins.values[0])
        self.none = self._all_channels(np.zeros((COUNT - 1, COUNT - 1)), self.between)

    def _all_channels(self, extra: Floats, sizes: Floats) -> float:
        return gaussian(self.rest.ravel(), np.kron(self.cov, self.between) + np.kron(extra, sizes))

    def __call__(self, shape: Floats) -> float:
        """Return log evidence of a shape: of all channels together, or of one alone."""
        v = shape[1:] - self.gain * shape[0]
        extra = SIZE_PRIOR_SD**2 * np.outer(v, v)
        together = self._all_channels(extra, self.between) - self.none
        channels = self.scale.size
        if channels == 1:
            return together
        alone = []
        for k in range(channels):
            only = np.zeros((channels, channels))
            only[k, k] = (self.scale[k] / np.linalg.norm(self.unmix[:, k])) ** 2
            alone.append(self._all_channels(extra, only) - self.none)
        both = [together + np.log(0.5), *(np.array(alone) + np.log(0.5 / channels))]
        return float(np.logaddexp.reduce(both))


def every_episode(grid_s: Floats) -> Iterator[tuple[Shape, float]]:
    """Yield every episode on the grid with its prior, as the method's page states it."""
    for r, (ramp_s, share) in enumerate(zip(RAMPS_S, RAMP_PRIOR, strict=True)):
        longest = max(SHORTEST_S, ramp_s)
        pairs = [
            (i, j)
            for i, onset_s in enumerate(grid_s)
            for j, back_s in enumerate(grid_s)
            if back_s - onset_s >= longest
        ]
        early = [(i, j) for i, j in pairs if grid_s[i] < grid_s[0] + EARLY_S]
        for i, j in pairs:
            prior = PRIOR_CLOSED * share / len(pairs)
            prior += PRIOR_EARLY * share / len(early) if (i, j) in set(early) else 0.0
            yield ("closed", r, i, j), prior
        for i in range(grid_s.size):
            yield ("opened", r, i, 0), PRIOR_OPEN * share / grid_s.size
            yield ("started", r, 0, i), PRIOR_START * share / grid_s.size


def shape_of(which: Shape, index: Floats, grid_s: Floats) -> Floats:
    family, r, i, j = which
    if family == "started":
        return 1.0 - templates(index, grid_s[[j]], RAMPS_S[r])[:, 0]
    gone = templates(index, grid_s[[i]], RAMPS_S[r])[:, 0]
    back = templates(index, grid_s[[j]], 0.0)[:, 0] if family == "closed" else 0.0
    return np.asarray(gone - back)


@pytest.mark.parametrize(
    "names", [("contact_time",), ("contact_time", "vertical_oscillation")], ids=["one", "two"]
)
def test_evidence_and_posterior_are_those_of_the_long_way(
    bins_of: BinsOf, names: tuple[str, ...]
) -> None:
    values = gently(COUNT, names, seed=5)
    values[names[0]][5:10] += 1.5
    bins = bins_of(values)
    found = weigh(bins)
    long_way = LongWay(bins)
    closed, opened = np.zeros_like(found.closed), np.zeros_like(found.opened)
    started = np.zeros_like(found.started)
    for which, prior in every_episode(found.grid_s):
        weight = prior * np.exp(long_way(shape_of(which, bins.index, found.grid_s)))
        family, r, i, j = which
        if family == "closed":
            closed[r, i, j] += weight
        elif family == "opened":
            opened[r, i] += weight
        else:
            started[j] += weight
    total = closed.sum() + opened.sum() + started.sum()
    assert found.log_bayes_factor == pytest.approx(np.log(total), abs=0.01)
    assert found.closed == pytest.approx(closed / total, abs=1e-4)
    assert found.opened == pytest.approx(opened / total, abs=1e-4)
    assert found.started == pytest.approx(started / total, abs=1e-4)


def test_the_prior_over_all_episodes_is_one() -> None:
    grid_s = np.arange(30.0, 600.0, 15.0)
    assert sum(prior for _, prior in every_episode(grid_s)) == pytest.approx(1.0)
    assert sum(RAMP_PRIOR) == pytest.approx(1.0)


@pytest.mark.parametrize("count", [12, 60, 300])
def test_the_posterior_is_one_and_holds_no_impossible_episode(bins_of: BinsOf, count: int) -> None:
    found = weigh(bins_of(gently(count, ("contact_time",), seed=count)))
    assert found.closed.sum() + found.opened.sum() + found.started.sum() == pytest.approx(1.0)
    assert min(found.closed.min(), found.opened.min(), found.started.min()) >= 0
    length_s = found.grid_s[None, :] - found.grid_s[:, None]
    for ramp_s, closed in zip(RAMPS_S, found.closed, strict=True):
        assert closed[length_s < max(SHORTEST_S, ramp_s)].sum() == 0


def test_a_long_run_is_searched_on_a_coarser_grid(bins_of: BinsOf) -> None:
    short = weigh(bins_of(gently(120, ("contact_time",), seed=1)))
    long = weigh(bins_of(gently(600, ("contact_time",), seed=1)))
    assert short.step_s == 15.0
    assert long.step_s == 45.0
    assert long.grid_s.size <= 480


def test_the_sign_and_the_unit_of_a_channel_do_not_matter(bins_of: BinsOf) -> None:
    values = gently(60, ("contact_time",), seed=6)["contact_time"]
    values[20:40] += 2.0
    plain, turned = (weigh(bins_of({"contact_time": gain * values})) for gain in (1.0, -7.0))
    assert turned.log_bayes_factor == pytest.approx(plain.log_bayes_factor, abs=1e-6)


def test_half_a_minute_of_nonsense_is_no_evidence(bins_of: BinsOf) -> None:
    values = gently(120, ("contact_time",), seed=7)["contact_time"]
    values[60] += 10.0
    assert weigh(bins_of({"contact_time": values})).log_bayes_factor < 3.0


def test_more_shift_is_more_evidence(bins_of: BinsOf) -> None:
    values = gently(100, ("contact_time",), seed=8)["contact_time"]
    found = []
    for size in (0.0, 1.0, 2.0, 4.0):
        moved = values.copy()
        moved[30:60] += size
        found.append(weigh(bins_of({"contact_time": moved})).log_bayes_factor)
    assert found[-1] > 3.0
    assert found[1:] == sorted(found[1:])
