"""The likelihood against densities and covariances worked out by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from calibration.fit.likelihood import (
    PERSISTENCE,
    discrepancy_correlation,
    error_correlation,
    groups_of,
    normal_log_density,
    year_of,
)
from calibration.targets import target
from tests.calibration.linear import ROWS, emulator_of, likelihood_of

SIX = tuple(("gdp_restated", str(year)) for year in range(2007, 2013))


@pytest.mark.parametrize(
    ("period", "year"),
    [("2016", 2016.5), ("2012Q1", 2012.125), ("2012Q4", 2012.875), ("2008-2014", 2011.5), ("2016-2017", 2017.0)],
)
def test_year_of(period: str, year: float) -> None:
    assert year_of(period) == year


def test_groups_are_numbered_as_they_appear() -> None:
    assert groups_of([("wage", "2009"), ("gdp_restated", "2009"), ("wage", "2010")]).tolist() == [0, 1, 0]


def test_normal_log_density_is_that_of_scipy() -> None:
    generator = np.random.default_rng(1)
    root = generator.standard_normal((5, 5))
    covariance, miss = root @ root.T + np.eye(5), generator.standard_normal(5)
    expected = stats.multivariate_normal(np.zeros(5), covariance).logpdf(miss)
    assert normal_log_density(miss, covariance.copy()) == pytest.approx(expected, abs=1e-10)


def test_covariance_that_is_none_has_no_density() -> None:
    assert normal_log_density(np.ones(2), np.array([[1.0, 2.0], [2.0, 1.0]])) == -np.inf


def test_discrepancies_fade_with_years_and_stay_within_a_target() -> None:
    expected = np.eye(4)
    expected[0, 1] = expected[1, 0] = PERSISTENCE**2  # 2009 and 2011
    np.testing.assert_allclose(discrepancy_correlation(ROWS), expected)


def test_errors_persist_as_declared() -> None:
    assert target("gdp_restated").error_persistence > 0.0
    assert target("population").error_persistence == 0.0
    rows = (*ROWS, ("population", "2013"))
    expected = np.eye(5)
    expected[0, 1] = expected[1, 0] = target("gdp_restated").error_persistence ** 2
    np.testing.assert_allclose(error_correlation(rows), expected)


def test_only_targets_with_enough_figures_have_their_discrepancy_sampled() -> None:
    rows = (*SIX, ("wage", "2009"))
    likelihood = likelihood_of(np.zeros((2, 7)), np.zeros(7), rows)
    assert likelihood.sampled.tolist() == [0]
    assert likelihood.space.size == 3
    q = np.array([[0.0, 0.0, np.log(0.5)]])
    np.testing.assert_allclose(likelihood.sizes(q), [[0.5, target("wage").discrepancy]])


def test_covariance_adds_its_parts() -> None:
    plain = likelihood_of(np.zeros((2, 4)), np.zeros(4), error=0.05)
    luck = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    emulator = dataclasses.replace(plain.emulator, luck=luck, others=np.full((4, 4), 0.01), error=0.02 * np.eye(4))
    likelihood = dataclasses.replace(plain, emulator=emulator)
    sd, size = np.array([0.1, 0.2, 0.3, 0.4]), np.array([1.0, 2.0, 3.0])
    spread = np.array([1.0, 1.0, 2.0, 3.0])
    expected = luck * np.outer(sd, sd) + 0.01 + 0.02 * np.eye(4)
    expected += 0.05**2 * error_correlation(ROWS) + discrepancy_correlation(ROWS) * np.outer(spread, spread)
    np.testing.assert_allclose(likelihood.covariance(sd, size), expected)


def test_log_likelihood_is_the_density_of_the_figures_around_the_mean() -> None:
    effects = np.array([[1.0, 0.5, 0.0, 0.2], [0.0, 0.3, 1.0, 0.0]])
    observed = np.array([0.1, 0.2, -0.3, 0.4])
    likelihood = likelihood_of(effects, observed)
    q = np.array([[0.0, np.log(3.0)], [np.log(3.0), 0.0]])
    covariance = likelihood.covariance(np.full(4, 0.1), likelihood.discrepancy)
    for shift in (0.0, 0.7):
        expected = [
            stats.multivariate_normal(np.array(x) @ effects + shift, covariance).logpdf(observed)
            for x in ([0.0, 0.5], [0.5, 0.0])
        ]
        np.testing.assert_allclose(likelihood.log_likelihood(q, shift), expected, atol=1e-9)
    prior = likelihood.space.log_prior(q)
    np.testing.assert_allclose(likelihood.log_posterior(q), likelihood.log_likelihood(q) + prior)


def test_run_to_run_deviation_follows_the_parameters() -> None:
    emulator = emulator_of(np.zeros((2, 4)), np.zeros(4), np.full(4, 0.2))
    slope = np.zeros((2, 4))
    slope[1, 2] = 0.5
    emulator = dataclasses.replace(emulator, log_sd_slope=slope)
    found = emulator.sd(np.array([[1.0, 1.0], [0.0, -1.0]]))
    assert found[0] == pytest.approx([0.2, 0.2, 0.2 * np.exp(0.5), 0.2])
    assert found[1, 2] == pytest.approx(0.2 * np.exp(-0.5))
