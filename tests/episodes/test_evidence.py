"""The closed form against a Gaussian worked out the long way."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from evenstride.episodes._shift import aspects
from evenstride.episodes._shift.aspects import (
    KIND_PRIOR,
    SIZE_PRIOR_SD,
    Singles,
)
from evenstride.episodes._shift.bins import Bins
from evenstride.episodes._shift.evidence import (
    EARLY_S,
    MOST_ONSETS,
    PRIOR_CLOSED,
    PRIOR_EARLY,
    PRIOR_OPEN,
    PRIOR_START,
    RAMP_PRIOR,
    RAMPS_S,
    SHORTEST_S,
    Evidence,
    weigh,
)
from evenstride.episodes._shift.noise import (
    LEVEL_SD,
    UNSTEADINESS,
    HealthyNoise,
    covariance,
    healthy_noise,
    whiten,
)
from evenstride.episodes._shift.shapes import Shape, templates
from evenstride.model.signal import Floats

BinsOf = Callable[..., Bins]
COUNT = 14
Which = tuple[str, int, int, int]
KNOWN = Shape(240.0, 330.0)
SIZES = np.arange(0.005, 12.0, 0.01)


def drawn(noise: HealthyNoise, count: int, channels: int, seed: int) -> Floats:
    """Return half minutes of a noise without a single large innovation, one column a channel."""
    root = np.linalg.cholesky(covariance(np.arange(float(count)), noise))
    steps = np.random.default_rng(seed).uniform(-1.3, 1.3, (channels, count))
    return np.asarray(root @ steps.T)


def gently(count: int, names: tuple[str, ...], seed: int) -> dict[str, Floats]:
    """Return half-minute levels of healthy noise by quantity."""
    table = drawn(healthy_noise(names), count, len(names), seed)
    return dict(zip(names, table.T, strict=True))


def log_sum(logs: list[float], weights: list[float]) -> float:
    return float(np.logaddexp.reduce(np.array(logs) + np.log(weights)))


class LongWay:
    """One aspect: log N(y; 0, C + change) - log N(y; 0, C) of its bins, all channels at once.

    All bins but the first, given the first.
    """

    def __init__(self, values: Floats, cov: Floats) -> None:
        white = whiten(values, cov)
        mixed = np.linalg.inv(white.unmix)
        self.channels = values.shape[1]
        self.unmix, self.scale = white.unmix, white.scale
        self.between = np.diag(white.scale) @ mixed @ mixed.T @ np.diag(white.scale)
        self.gain = cov[1:, 0] / cov[0, 0]
        self.cov = cov[1:, 1:] - np.outer(self.gain, cov[0, 1:])
        self.rest = (values[1:] - np.outer(self.gain, values[0])).ravel()
        self.noise = np.kron(self.cov, self.between)
        self.none = self._gaussian(self.noise)

    def _gaussian(self, cov: Floats) -> float:
        _, log_det = np.linalg.slogdet(cov)
        return float(-0.5 * (log_det + self.rest @ np.linalg.solve(cov, self.rest)))

    def _given_first(self, shape: Floats) -> Floats:
        return np.asarray(shape[1:] - self.gain * shape[0])

    def _way(self, channels: list[int]) -> Floats:
        """Return a change of one unit along the direction in which these channels move alike."""
        way = np.isin(np.arange(self.channels), channels) * 1.0
        return np.asarray(self.scale * way / np.linalg.norm(self.unmix @ way))

    def together(self, shape: Floats) -> float:
        """Return the evidence for any change of all channels."""
        v = SIZE_PRIOR_SD * self._given_first(shape)
        return self._gaussian(self.noise + np.kron(np.outer(v, v), self.between)) - self.none

    def alone(self, shape: Floats, channel: int) -> float:
        """Return the evidence for a change of one channel."""
        v = SIZE_PRIOR_SD * np.kron(self._given_first(shape), self._way([channel]))
        return self._gaussian(self.noise + np.outer(v, v)) - self.none

    def rising(self, shape: Floats, channels: list[int]) -> float:
        """Return the evidence for a rise of these channels alike, its size summed over."""
        v = np.kron(self._given_first(shape), self._way(channels))
        seen = np.linalg.solve(self.noise, v)
        log = SIZES * (seen @ self.rest) - 0.5 * SIZES**2 * (seen @ v + 1 / SIZE_PRIOR_SD**2)
        half_normal = 2.0 / (SIZE_PRIOR_SD * np.sqrt(2.0 * np.pi))
        return float(np.log(half_normal * 0.01) + np.logaddexp.reduce(log))


class LongRun:
    """Every kind of loss of a run, the long way."""

    def __init__(self, bins: Bins, known: tuple[Shape, ...] = ()) -> None:
        shares = [LEVEL_SD * shape.share(bins.index) for shape in known]
        cov = sum((np.outer(share, share) for share in shares), np.zeros((COUNT, COUNT)))
        noise = healthy_noise(tuple(channel.quantity for channel in bins.channels))
        self.level = LongWay(bins.values, covariance(bins.index, noise) + cov)
        self.usable = np.flatnonzero(np.isfinite(bins.unsteadiness).all(axis=0)).tolist()
        self.unsteady = (
            LongWay(bins.unsteadiness[:, self.usable], covariance(bins.index, UNSTEADINESS) + cov)
            if self.usable
            else None
        )

    def __call__(self, shape: Floats) -> list[float]:
        """Return the log evidence of every kind."""
        channels = self.level.channels
        alone = [self.level.alone(shape, k) for k in range(channels)]
        share = [1.0 / channels] * channels
        shift = log_sum(alone, share)
        if channels > 1:
            shift = log_sum([self.level.together(shape), shift], [0.5, 0.5])
        if self.unsteady is None:
            return [shift]
        count = len(self.usable)
        each = [self.unsteady.rising(shape, [k]) for k in range(count)]
        share = [1.0 / count] * count
        variability = log_sum(each, share)
        if count > 1:
            alike = self.unsteady.rising(shape, list(range(count)))
            variability = log_sum([alike, variability], [0.5, 0.5])
        bursts = [alone[k] + unsteady for k, unsteady in zip(self.usable, each, strict=True)]
        return [shift, variability, log_sum(bursts, share)]


def every_episode(grid_s: Floats) -> Iterator[tuple[Which, float]]:
    """Yield every episode on the grid with its prior, as the method's page states it."""
    for r, (ramp_s, share) in enumerate(zip(RAMPS_S, RAMP_PRIOR, strict=True)):
        longest = max(SHORTEST_S, ramp_s)
        pairs = [
            (i, j)
            for i, onset_s in enumerate(grid_s)
            for j, back_s in enumerate(grid_s)
            if back_s - onset_s >= longest
        ]
        early = {(i, j) for i, j in pairs if grid_s[i] < grid_s[0] + EARLY_S}
        for i, j in pairs:
            prior = PRIOR_CLOSED * share / len(pairs)
            prior += PRIOR_EARLY * share / len(early) if (i, j) in early else 0.0
            yield ("closed", r, i, j), prior
        for i in range(grid_s.size):
            yield ("opened", r, i, 0), PRIOR_OPEN * share / grid_s.size
            yield ("started", r, 0, i), PRIOR_START * share / grid_s.size


def shape_of(which: Which, index: Floats, grid_s: Floats) -> Floats:
    family, r, i, j = which
    if family == "started":
        return 1.0 - templates(index, grid_s[[j]], RAMPS_S[r])[:, 0]
    gone = templates(index, grid_s[[i]], RAMPS_S[r])[:, 0]
    back = templates(index, grid_s[[j]], 0.0)[:, 0] if family == "closed" else 0.0
    return np.asarray(gone - back)


WRIST = ("contact_time", "vertical_oscillation")


def by_the_normal_curve(score: Singles, size: Singles) -> Singles:
    """Return log of twice the share of the size's posterior above none, exactly."""
    away = score * np.sqrt(SIZE_PRIOR_SD**2 / (1.0 + SIZE_PRIOR_SD**2 * np.maximum(size, 1e-9)))
    share = np.vectorize(math.erfc, otypes=[float])(-away / math.sqrt(2.0))
    return np.asarray(np.log(np.maximum(share, 1e-300)), dtype=np.float32)


def changed(bins_of: BinsOf, names: tuple[str, ...], told: tuple[int, ...]) -> Bins:
    """Return a short run whose first channel moves, and whose told channels waver with it."""
    values = gently(COUNT, names, seed=5)
    values[names[0]][5:10] += 1.5
    unsteadiness = np.full((COUNT, len(names)), np.nan)
    unsteadiness[:, list(told)] = drawn(UNSTEADINESS, COUNT, len(told), seed=6)
    unsteadiness[5:10] += 0.8
    return bins_of(values, unsteadiness)


def the_long_way(bins: Bins, known: tuple[Shape, ...], like: Evidence) -> Evidence:
    """Return the evidence for every episode worked out one by one, on the times of `like`."""
    long_way = LongRun(bins, known)
    share = np.array([KIND_PRIOR[kind] for kind in like.kinds])
    of_kind = np.zeros(share.size)
    closed, opened = np.zeros_like(like.closed), np.zeros_like(like.opened)
    started = np.zeros_like(like.started)
    for which, prior in every_episode(like.grid_s):
        logs = long_way(shape_of(which, bins.index, like.grid_s))
        weights = prior * share / share.sum() * np.exp(logs)
        family, r, i, j = which
        early = family == "closed" and like.grid_s[i] < like.grid_s[0] + EARLY_S
        if family == "started" or early:
            weights[1:] = 0.0  # unsteadiness only grows; off from early on is steadier later
        of_kind += weights
        if family == "closed":
            closed[r, i, j] += weights.sum()
        elif family == "opened":
            opened[r, i] += weights.sum()
        else:
            started[r, j] += weights.sum()
    total = of_kind.sum()
    parts = (closed / total, opened / total, started / total)
    kinds = {kind: float(mass / total) for kind, mass in zip(like.kinds, of_kind, strict=True)}
    return Evidence(float(np.log(total)), like.grid_s, like.step_s, *parts, kinds)


@pytest.mark.parametrize("known", [(), (KNOWN,)], ids=["first", "beside another"])
@pytest.mark.parametrize(
    ("names", "told"),
    [(WRIST[:1], ()), (WRIST, ()), (WRIST, (0, 1)), (WRIST, (1,)), (WRIST[:1], (0,))],
    ids=["one level", "two levels", "two, both told", "two, one told", "one, told"],
)
def test_evidence_and_posterior_are_those_of_the_long_way(
    bins_of: BinsOf,
    monkeypatch: pytest.MonkeyPatch,
    names: tuple[str, ...],
    told: tuple[int, ...],
    known: tuple[Shape, ...],
) -> None:
    bins = changed(bins_of, names, told)
    approximate = weigh(bins, known)
    monkeypatch.setattr(aspects, "_rising", by_the_normal_curve)
    found = weigh(bins, known)
    wanted = the_long_way(bins, known, found)
    assert found.log_bayes_factor == pytest.approx(wanted.log_bayes_factor, abs=0.02)
    assert found.closed == pytest.approx(wanted.closed, abs=1e-4)
    assert found.opened == pytest.approx(wanted.opened, abs=1e-4)
    assert found.started == pytest.approx(wanted.started, abs=1e-4)
    assert found.kinds == pytest.approx(wanted.kinds, abs=0.005)
    assert approximate.log_bayes_factor == pytest.approx(found.log_bayes_factor, abs=0.05)
    assert approximate.kinds == pytest.approx(found.kinds, abs=0.02)


def test_a_rise_is_told_from_a_fall_as_the_normal_curve_does() -> None:
    size = np.array(4.0, dtype=np.float32)
    away = np.linspace(-4.0, 8.0, 121)
    score = (away * np.sqrt(1.0 + SIZE_PRIOR_SD**2 * size) / SIZE_PRIOR_SD).astype(np.float32)
    exact, found = by_the_normal_curve(score, size), aspects._rising(score, size)  # noqa: SLF001 - the approximation itself
    matters = away >= -1.0
    assert found[matters] == pytest.approx(exact[matters], abs=0.05)
    assert found[~matters].max() < math.log(0.33), "a fall is evidence against a rise"


def test_the_prior_over_all_episodes_is_one() -> None:
    grid_s = np.arange(30.0, 2700.0, 30.0)
    assert sum(prior for _, prior in every_episode(grid_s)) == pytest.approx(1.0)
    assert sum(RAMP_PRIOR) == pytest.approx(1.0)
    assert sum(KIND_PRIOR.values()) == pytest.approx(1.0)


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
    assert long.step_s == 60.0
    assert long.grid_s.size <= MOST_ONSETS


def test_the_sign_and_the_unit_of_a_channel_do_not_matter(bins_of: BinsOf) -> None:
    values = gently(60, ("contact_time",), seed=6)["contact_time"]
    values[20:40] += 2.0
    plain, turned = (weigh(bins_of({"contact_time": gain * values})) for gain in (1.0, -7.0))
    assert turned.log_bayes_factor == pytest.approx(plain.log_bayes_factor, abs=1e-3)


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
