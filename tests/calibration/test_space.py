"""Coordinates of what is sampled: back and forth, and priors that are the ones of the parameters."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibration.fit.emulator import standardised
from calibration.fit.space import DISCREPANCY_LOG_SD, Space
from simulator.parameters import names, parameters, point_values, quantiles
from tests.calibration.linear import FITTED, places

DISCREPANCY = np.array([0.03, 0.5, 2.0])


@pytest.fixture
def space() -> Space:
    return Space(places(), DISCREPANCY)


def test_fitted_parameters_of_these_tests_are_on_both_scales() -> None:
    assert [parameters()[k].logarithmic for k in places()] == [True, False]


def test_size_and_names(space: Space) -> None:
    assert space.size == 5
    assert set(space.names) == set(FITTED)
    assert [names().index(name) for name in space.names] == list(space.fitted)


def test_coordinates_and_back(space: Space) -> None:
    q = space.sample_prior(50, np.random.default_rng(1))
    again = space.coordinates(space.values(q), space.discrepancies(q))
    np.testing.assert_allclose(again, q, rtol=0, atol=1e-6)


def test_values_by_hand(space: Space) -> None:
    q = np.array([[0.0, np.log(3.0), 0.0, np.log(2.0), -1.0]])  # places 1/2 and 3/4 of the ranges
    log, plain = (parameters()[k] for k in places())
    np.testing.assert_allclose(space.values(q), [[np.sqrt(log.low * log.high), 0.25 * plain.low + 0.75 * plain.high]])
    np.testing.assert_allclose(space.standardised(q), [[0.0, 0.5]], atol=1e-15)
    np.testing.assert_allclose(space.discrepancies(q), [[1.0, 2.0, np.exp(-1.0)]])


def test_standardised_as_the_emulator_does_it(space: Space) -> None:
    q = space.sample_prior(20, np.random.default_rng(2))
    values = np.repeat(point_values()[None], 20, axis=0)
    values[:, space.fitted] = space.values(q)
    np.testing.assert_allclose(space.standardised(q), standardised(values)[:, space.fitted], atol=1e-12)


def test_ends_of_the_prior_are_finite_coordinates_and_far_ones_stay_inside(space: Space) -> None:
    for end in ("low", "high"):
        values = np.array([[getattr(parameters()[k], end) for k in space.fitted]])
        q = space.coordinates(values, DISCREPANCY[None])
        assert np.isfinite(q).all()
        np.testing.assert_allclose(space.values(q), values, rtol=1e-6)
    far = space.values(np.array([[800.0, -800.0, 0.0, 0.0, 0.0]]))[0]
    assert far[0] == parameters()[space.fitted[0]].high
    assert far[1] == parameters()[space.fitted[1]].low


def test_log_prior_is_beta_times_jacobian_and_lognormal(space: Space) -> None:
    q = space.sample_prior(40, np.random.default_rng(3))
    a, b = space.shapes()
    place = 1.0 / (1.0 + np.exp(-q[:, :2]))
    expected = (stats.beta.logpdf(place, a, b) + np.log(place * (1.0 - place))).sum(axis=1)
    expected += stats.norm.logpdf(q[:, 2:], np.log(DISCREPANCY), DISCREPANCY_LOG_SD).sum(axis=1)
    constant = -3.0 * np.log(DISCREPANCY_LOG_SD * np.sqrt(2.0 * np.pi))  # the density is up to this constant
    np.testing.assert_allclose(space.log_prior(q), expected - constant, rtol=0, atol=1e-10)


def test_shapes_are_those_of_the_priors_that_runs_draw_from(space: Space) -> None:
    a, b = space.shapes()
    for j, k in enumerate(space.fitted):
        u = np.full((3, len(names())), 0.5)
        u[:, k] = (0.1, 0.5, 0.9)
        drawn = standardised(quantiles(u))[:, k]
        np.testing.assert_allclose(drawn, 2.0 * stats.beta.ppf([0.1, 0.5, 0.9], a[j], b[j]) - 1.0, atol=1e-9)


def test_sample_prior_has_the_prior_mean_and_medians(space: Space) -> None:
    q = space.sample_prior(20_000, np.random.default_rng(4))
    a, b = space.shapes()
    mean, sd = stats.beta.mean(a, b), stats.beta.std(a, b)
    place = 0.5 * (space.standardised(q) + 1.0)
    assert (np.abs(place.mean(axis=0) - mean) < 4.0 * sd / np.sqrt(20_000)).all()
    np.testing.assert_allclose(np.median(space.discrepancies(q), axis=0), DISCREPANCY, rtol=0.04)
    np.testing.assert_allclose(q[:, 2:].std(axis=0), DISCREPANCY_LOG_SD, rtol=0.03)
