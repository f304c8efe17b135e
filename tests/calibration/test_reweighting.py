"""Draws weighed after they were simulated: by what the emulator missed, and not by luck."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.fit.likelihood import Likelihood
from calibration.fit.reweighting import Weights, correction, effective_sizes, weigh
from simulator.parameters import point_values
from tests.calibration.linear import likelihood_of

DRAWS = 400
EFFECTS = np.array([[1.0, 0.5, 0.0, 0.2], [0.0, 0.3, 1.0, 0.0]])


@pytest.fixture
def likelihood() -> Likelihood:
    return likelihood_of(EFFECTS, np.array([0.1, 0.2, -0.3, 0.4]))


def values_of(likelihood: Likelihood, q: np.ndarray) -> np.ndarray:
    values = np.repeat(point_values()[None], len(q), axis=0)
    values[:, likelihood.space.fitted] = likelihood.space.values(q)
    return values


def weighed(likelihood: Likelihood, q: np.ndarray, values: np.ndarray, outcomes: np.ndarray) -> Weights:
    return weigh(likelihood, q, correction(likelihood, values, outcomes))


def test_the_corrected_emulator_says_what_runs_say(likelihood: Likelihood) -> None:
    """A second round starts from it, so nothing of a linear miss may be left."""
    q = likelihood.space.sample_prior(DRAWS, np.random.default_rng(6))
    values, x = values_of(likelihood, q), likelihood.space.standardised(q)
    true = likelihood.emulator.mean_at(values) + 0.3 + np.outer(x[:, 1], [0.5, -0.2, 0.0, 0.1])
    corrected = correction(likelihood, values, true).of(likelihood)
    np.testing.assert_allclose(corrected.emulator.mean(x), true, atol=0.02)
    assert np.abs(likelihood.emulator.mean(x) - true).max() > 0.3
    assert weighed(corrected, q, values, true).effective > 0.98 * DRAWS > weighed(likelihood, q, values, true).effective


def test_nothing_missed_means_equal_weights(likelihood: Likelihood) -> None:
    q = likelihood.space.sample_prior(DRAWS, np.random.default_rng(1))
    values = values_of(likelihood, q)
    found = weighed(likelihood, q, values, likelihood.emulator.mean_at(values))
    np.testing.assert_allclose(found.weights, 1.0 / DRAWS, rtol=1e-9)
    np.testing.assert_allclose(found.shift, 0.0, atol=1e-12)
    assert found.effective == pytest.approx(DRAWS)


def test_luck_alone_hardly_moves_weights(likelihood: Likelihood) -> None:
    q = likelihood.space.sample_prior(DRAWS, np.random.default_rng(1))
    values = np.repeat(values_of(likelihood, q), 4, axis=0)
    luck = 0.1 * np.random.default_rng(2).standard_normal((4 * DRAWS, 4))
    found = weighed(likelihood, q, values, likelihood.emulator.mean_at(values) + luck)
    assert found.effective > 0.9 * DRAWS
    assert np.abs(found.shift).max() < 0.03


def test_known_miss_gives_known_weights(likelihood: Likelihood) -> None:
    q = likelihood.space.sample_prior(DRAWS, np.random.default_rng(3))
    values = values_of(likelihood, q)
    x = likelihood.space.standardised(q)
    missed = np.outer(x[:, 0], [0.0, 0.2, 0.0, -0.1])
    found = weighed(likelihood, q, values, likelihood.emulator.mean_at(values) + missed)
    # Ridge regression shrinks the slope by n / (n + 10), n the number of runs.
    np.testing.assert_allclose(found.shift, missed, atol=0.03 * np.abs(missed).max() + 1e-12)
    ratio = likelihood.log_likelihood(q, found.shift) - likelihood.log_likelihood(q)
    expected = np.exp(ratio - ratio.max())
    np.testing.assert_allclose(found.weights, expected / expected.sum(), rtol=1e-9)
    assert found.effective < 0.9 * DRAWS


def test_effective_sizes_count_the_luck_of_the_runs_that_weigh(likelihood: Likelihood) -> None:
    """Means of draws that are weighed again and again by runs with new luck scatter as the bootstrap says."""
    generator = np.random.default_rng(5)
    q = likelihood.space.sample_prior(100, generator)
    values = np.repeat(values_of(likelihood, q), 4, axis=0)
    mean, x = likelihood.emulator.mean_at(values), likelihood.space.standardised(q)
    means, variances, said = [], [], []
    for _ in range(30):
        outcomes = mean + 0.05 * generator.standard_normal(mean.shape)
        weights = weighed(likelihood, q, values, outcomes)
        means.append(weights.weights @ x)
        variances.append(weights.weights @ (x - means[-1]) ** 2)
        sizes = effective_sizes(likelihood, q, values, outcomes, weights, generator)
        said.append(1.0 / sizes - 1.0 / weights.effective)
    luck = np.var(means, axis=0) / np.mean(variances, axis=0)
    assert luck.min() > 0.2 / len(q)
    np.testing.assert_allclose(np.mean(said, axis=0), luck, rtol=0.7)


def test_without_luck_as_many_draws_as_weights_leave(likelihood: Likelihood) -> None:
    q = likelihood.space.sample_prior(DRAWS, np.random.default_rng(1))
    values = values_of(likelihood, q)
    outcomes = likelihood.emulator.mean_at(values)
    weights = weighed(likelihood, q, values, outcomes)
    sizes = effective_sizes(likelihood, q, values, outcomes, weights, np.random.default_rng(2))
    np.testing.assert_allclose(sizes, DRAWS, rtol=1e-6)


def test_effective_number() -> None:
    assert Weights(np.array([0.5, 0.5, 0.0, 0.0]), np.zeros((4, 1))).effective == 2.0


def test_systematic_resampling_takes_each_draw_as_often_as_its_weight_says() -> None:
    weights = np.array([0.5, 0.25, 0.125, 0.125, 0.0, 0.0, 0.0, 0.0])
    places = Weights(weights, np.zeros((8, 1))).resampled(np.random.default_rng(4))
    assert np.bincount(places, minlength=8).tolist() == [4, 2, 1, 1, 0, 0, 0, 0]


def test_resampling_of_equal_weights_takes_each_once_in_random_order() -> None:
    places = Weights(np.full(1_000, 1e-3), np.zeros((1_000, 1))).resampled(np.random.default_rng(5))
    assert sorted(places) == list(range(1_000))
    assert list(places) != sorted(places)
