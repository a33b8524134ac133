"""Healthy noise written down exactly, and taken out exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenstride.episodes._shift.noise import (
    HEALTHY,
    HealthyNoise,
    ar_covariance,
    covariance,
    healthy_noise,
    whiten,
)
from evenstride.episodes._shift.shapes import templates

CONTACT = healthy_noise(("contact_time",))


@given(
    st.integers(-5, 20),
    st.floats(0, 400),
    st.sampled_from([0.0, 1.0, 45.0, 60.0, 180.0, 360.0, 900.0, 1800.0]),
)
def test_a_template_is_the_mean_of_the_ramp_over_its_half_minute(
    place: int, onset_s: float, ramp_s: float
) -> None:
    exact = templates(np.array([float(place)]), np.array([onset_s]), ramp_s)[0, 0]
    since = place * 30.0 + (np.arange(30000) + 0.5) / 1000.0 - onset_s
    numeric = np.clip(since / ramp_s, 0, 1) if ramp_s else since >= 0
    assert exact == pytest.approx(float(np.mean(numeric)), abs=1e-4)


def test_a_template_grows_from_none_to_all() -> None:
    shape = templates(np.arange(40.0), np.array([300.0, 300.0]), 180.0)
    assert shape[:10].max() == 0.0
    assert (shape[16:] == 1.0).all()
    assert (np.diff(shape, axis=0) >= 0).all()


@pytest.mark.parametrize("noise", HEALTHY.values(), ids=HEALTHY)
def test_the_memory_of_healthy_noise_is_that_of_its_recursion(noise: HealthyNoise) -> None:
    rng = np.random.default_rng(1)
    runs, length, order = 400, 600, len(noise.ar)
    value = np.zeros((runs, length))
    innovation = rng.normal(size=(runs, length))
    for t in range(length):
        past = value[:, max(t - order, 0) : t][:, ::-1]
        value[:, t] = innovation[:, t] + past @ np.array(noise.ar)[: past.shape[1]]
    settled = value[:, 100:]
    seen = [np.mean(settled[:, : -k or None] * settled[:, k:]) for k in range(6)]
    assert ar_covariance(noise.ar, 6) == pytest.approx(np.array(seen), abs=0.02)


def test_a_long_memory_is_cut_only_where_nothing_is_left_of_it() -> None:
    found = ar_covariance((0.5,), 600)
    assert found[:400] == pytest.approx((4 / 3) * 0.5 ** np.arange(400), abs=1e-12)
    assert (found[400:] == 0.0).all()


def test_the_noise_of_several_channels_lies_between_theirs() -> None:
    both = healthy_noise(("contact_time", "vertical_oscillation"))
    one, other = healthy_noise(("contact_time",)), healthy_noise(("vertical_oscillation",))
    assert both.innovation_sd == pytest.approx((one.innovation_sd + other.innovation_sd) / 2)
    assert min(one.ar[0], other.ar[0]) < both.ar[0] < max(one.ar[0], other.ar[0])


def test_contact_time_beside_balance_is_that_of_a_strap() -> None:
    strap = healthy_noise(("contact_balance_left", "contact_time"))
    parts = HEALTHY["contact_balance_left"], HEALTHY["strap contact_time"]
    assert strap.ar[0] == pytest.approx((parts[0].ar[0] + parts[1].ar[0]) / 2)


def test_what_was_never_measured_is_taken_for_oscillation() -> None:
    assert healthy_noise(("cadence",)) == healthy_noise(("vertical_oscillation",))


@given(st.lists(st.integers(0, 300), min_size=2, max_size=60, unique=True))
def test_noise_has_a_covariance_whatever_was_set_aside(places: list[int]) -> None:
    index = np.array(sorted(places), dtype=np.float64)
    found = covariance(index, healthy_noise(("contact_time",)))
    assert np.allclose(found, found.T)
    assert np.linalg.eigvalsh(found).min() > 0


def test_bins_set_aside_leave_the_rest_as_it_was() -> None:
    noise = healthy_noise(("contact_balance_left",))
    whole = covariance(np.arange(80.0), noise)
    kept = np.r_[0, 5:40, 60:80]
    assert np.allclose(covariance(kept.astype(float), noise), whole[np.ix_(kept, kept)])


def test_whitening_leaves_no_memory_and_no_correlation() -> None:
    rng = np.random.default_rng(2)
    noise = covariance(np.arange(240.0), healthy_noise(("contact_time", "vertical_oscillation")))
    drawn = rng.normal(size=(240, 2)) @ np.array([[1.0, 0.6], [0.0, 0.8]])
    white = whiten(np.linalg.cholesky(noise) @ drawn, noise)
    assert white.values.shape == (239, 2)
    assert np.mean(white.values[:, 0] * white.values[:, 1]) == pytest.approx(0.0, abs=0.05)
    for column in white.values.T:
        assert np.mean(column[1:] * column[:-1]) == pytest.approx(0.0, abs=0.15)
        assert column.std() == pytest.approx(1.0, abs=0.1)


def test_the_level_of_a_channel_says_nothing() -> None:
    values = np.random.default_rng(3).normal(size=(60, 1))
    noise = covariance(np.arange(60.0), CONTACT)
    here, there = whiten(values, noise), whiten(values + 5.0, noise)
    assert there.values == pytest.approx(here.values, abs=0.02)


def test_what_is_left_free_says_next_to_nothing() -> None:
    values = np.random.default_rng(3).normal(size=(60, 1))
    wave = np.sin(np.arange(60.0) / 4.0)[:, None]
    noise = covariance(np.arange(60.0), CONTACT)
    for extra, least, most in ((0.0, 1.0, 9.0), (30.0**2, 0.0, 0.2)):
        free = noise + extra * wave @ wave.T
        moved = whiten(values + 5.0 * wave, free).values - whiten(values, free).values
        assert least <= np.abs(moved).max() <= most


def test_two_copies_of_one_channel_do_not_break_it() -> None:
    values = np.random.default_rng(4).normal(size=60)
    white = whiten(np.column_stack([values, values]), covariance(np.arange(60.0), CONTACT))
    assert np.isfinite(white.values).all()
    assert np.abs(white.unmix).max() < 10
