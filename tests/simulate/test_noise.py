"""The simulated noise has the measured one's memory, loudness, company and tails."""

from dataclasses import replace

import numpy as np
import pytest

from evenstride.model.signal import Floats
from evenstride.simulate.noise import (
    LAGS_S,
    STRAP,
    WRIST,
    ChannelNoise,
    NoiseModel,
    autocorrelation,
    draw_noise,
    spectrum,
)

CHANNELS = [
    pytest.param(model, index, id=f"{kit}-{channel.name}")
    for kit, model in (("wrist", WRIST), ("strap", STRAP))
    for index, channel in enumerate(model.channels)
]


def quiet(model: NoiseModel) -> NoiseModel:
    """Return the model without changing loudness and excursions: a Gaussian process."""
    channels = tuple(replace(channel, excursions_per_h=0.0) for channel in model.channels)
    return replace(model, channels=channels, scale_spread=0.0, volatility=0.0)


def runs(model: NoiseModel, count: int, seed: int) -> Floats:
    """Return one-hour runs in units of their own SD, shape (count, channels, 3600)."""
    rng = np.random.default_rng(seed)
    drawn = [draw_noise(model, 3600, rng) for _ in range(count)]
    return np.array([noise.values / noise.sd[:, None] for noise in drawn])


def products(values: Floats, lag: int) -> Floats:
    """Return each run's mean product of values `lag` seconds apart."""
    return np.asarray((values[:, lag:] * values[:, : values.shape[1] - lag]).mean(axis=1))


def tail_weight(values: Floats) -> float:
    """Return the kurtosis of differences of 30-s medians over all runs."""
    medians = np.median(values.reshape(len(values), -1, 30), axis=2)
    steps = np.diff(medians, axis=1).ravel()
    steps = steps - steps.mean()
    return float(np.mean(steps**4) / np.mean(steps**2) ** 2)


@pytest.fixture(scope="module")
def gaussian() -> dict[NoiseModel, Floats]:
    return {model: runs(quiet(model), 150, 11) for model in (WRIST, STRAP)}


@pytest.fixture(scope="module")
def full() -> dict[NoiseModel, Floats]:
    return {model: runs(model, 300, 12) for model in (WRIST, STRAP)}


@pytest.mark.parametrize(("model", "index"), CHANNELS)
def test_the_memory_is_the_asked_one_within_chance(
    gaussian: dict[NoiseModel, Floats], model: NoiseModel, index: int
) -> None:
    channel = model.channels[index]
    power = spectrum(channel.acf, channel.smoothing_s, 8192)
    asked = np.fft.irfft(power, 8192)
    values = gaussian[model][:, index]
    for lag in LAGS_S:
        found = products(values, lag)
        chance = found.std(ddof=1) / np.sqrt(found.size)
        assert abs(found.mean() - asked[lag]) < 4.5 * chance, lag


@pytest.mark.parametrize(("model", "index"), CHANNELS)
def test_the_memory_is_the_measured_one(model: NoiseModel, index: int) -> None:
    channel = model.channels[index]
    asked = np.fft.irfft(spectrum(channel.acf, channel.smoothing_s, 8192), 8192)
    allowed = 0.07 if channel.smoothing_s else 0.001
    from_lag_s = 10 if channel.smoothing_s else 0
    for lag, measured in zip(LAGS_S, channel.acf, strict=True):
        assert lag < from_lag_s or abs(asked[lag] - measured) < allowed, lag


def test_changing_loudness_and_excursions_leave_the_memory_nearly_alone(
    full: dict[NoiseModel, Floats],
) -> None:
    values = np.clip(full[WRIST][:, 0], -4, 4)
    whole = products(values, 0).mean()
    found = [products(values, lag).mean() / whole for lag in LAGS_S]
    assert np.abs(np.array(found) - WRIST.channels[0].acf).max() < 0.03


def test_nothing_is_remembered_beyond_twenty_minutes() -> None:
    known = autocorrelation(WRIST.channels[0].acf)
    assert known.size == 1201
    assert known[-1] == 0.0
    assert known[600] == pytest.approx(0.018)


@pytest.mark.parametrize(("model", "index"), CHANNELS)
def test_the_loudness_is_the_measured_one(
    full: dict[NoiseModel, Floats], model: NoiseModel, index: int
) -> None:
    assert np.clip(full[model][:, index], -4, 4).std() == pytest.approx(1.0, abs=0.05)


def test_runs_differ_in_loudness_but_are_as_loud_as_measured_together() -> None:
    rng = np.random.default_rng(3)
    sd = np.array([draw_noise(STRAP, 60, rng).sd for _ in range(600)])
    wanted = [channel.sd for channel in STRAP.channels]
    assert np.sqrt((sd**2).mean(axis=0)) == pytest.approx(wanted, rel=0.06)
    assert np.log(sd).std(axis=0) == pytest.approx([0.25] * 4, rel=0.1)


@pytest.mark.parametrize("model", [WRIST, STRAP], ids=["wrist", "strap"])
def test_channels_go_together_as_measured(
    gaussian: dict[NoiseModel, Floats], model: NoiseModel
) -> None:
    together = np.einsum("rct,rdt->cd", gaussian[model], gaussian[model])
    together /= np.sqrt(np.outer(np.diag(together), np.diag(together)))
    assert together == pytest.approx(np.array(model.correlation), abs=0.04)


@pytest.mark.parametrize(
    ("model", "index", "measured"),
    [(WRIST, 0, 182.5), (WRIST, 1, 7.6), (STRAP, 0, 7.2), (STRAP, 1, 98.8)],
    ids=["wrist contact time", "wrist oscillation", "strap balance", "strap contact time"],
)
def test_the_tails_are_as_heavy_as_measured_within_a_factor_of_two(
    full: dict[NoiseModel, Floats], model: NoiseModel, index: int, measured: float
) -> None:
    assert measured / 2 < tail_weight(full[model][:, index]) < measured * 2


def test_balance_has_nearly_all_its_power_below_a_seventeenth_of_a_hertz(
    full: dict[NoiseModel, Floats],
) -> None:
    power = np.abs(np.fft.rfft(full[STRAP][:, 0], axis=1)) ** 2
    slow = np.fft.rfftfreq(3600) < 0.06
    assert power[:, slow].sum() / power.sum() > 0.95


def test_a_memory_that_cannot_be_is_cut_and_keeps_its_loudness() -> None:
    impossible = ChannelNoise("contact_time_ms", 2.0, (1.0, *[0.9, -0.9] * 8, 0.0))
    model = NoiseModel((impossible,), ((1.0,),), scale_spread=0.0, volatility=0.0)
    values = runs(model, 50, 4)
    assert values.std() == pytest.approx(1.0, abs=0.1)
    assert spectrum(impossible.acf, 0.0, 4096).min() >= 0


@pytest.mark.parametrize("seconds", [10, 601, 3600, 14400])
def test_any_length_can_be_drawn(seconds: int) -> None:
    noise = draw_noise(STRAP, seconds, np.random.default_rng(1))
    assert noise.values.shape == (4, seconds)
    assert np.isfinite(noise.values).all()


def test_a_channel_is_asked_for_by_name() -> None:
    noise = draw_noise(WRIST, 60, np.random.default_rng(1))
    assert noise.of("vertical_oscillation_mm").tolist() == noise.values[1].tolist()
    assert noise.sd_of("vertical_oscillation_mm") == noise.sd[1]
