"""What data say of parameters, on problems where the answer is known."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.fit.likelihood import Likelihood
from calibration.fit.sampler import Reference, approximate
from calibration.fit.slopes import LogPosterior, QuadraticMean, prior_of_one
from calibration.fit.space import Space
from calibration.identifiability import (
    DATA,
    LITERATURE,
    contraction_table,
    correlated_pairs,
    identifiability_table,
    never_fitted,
    profile_falls,
    profile_likelihoods,
    write_identifiability,
    write_pairs,
)
from simulator.parameters import PRIOR_ROWS, names, prior_rows
from tests.calibration.linear import FITTED, likelihood_of, places

SIX = tuple(("gdp_restated", str(year)) for year in range(2007, 2013))


def curved() -> Likelihood:
    """Return a likelihood of seven figures with everything in it: curvature, luck, variances, sampled discrepancy."""
    generator = np.random.default_rng(1)
    rows = (*SIX, ("wage", "2009"))
    plain = likelihood_of(generator.normal(0.0, 0.3, (2, 7)), generator.normal(0.0, 0.1, 7), rows)
    emulator = dataclasses.replace(
        plain.emulator,
        terms=generator.normal(0.0, 0.2, (5, 7)),
        log_sd_slope=generator.normal(0.0, 0.5, (2, 7)),
        luck=0.4 + 0.6 * np.eye(7),
        error=0.001 * np.eye(7),
    )
    return dataclasses.replace(plain, emulator=emulator)


# --- slopes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_slope_is_that_of_differences(seed: int) -> None:
    likelihood = curved()
    q = likelihood.space.sample_prior(1, np.random.default_rng(seed))[0]
    step = 1e-5 * np.eye(len(q))
    differences = (likelihood.log_posterior(q + step) - likelihood.log_posterior(q - step)) / 2e-5
    value, slope = LogPosterior(likelihood)(q)
    assert value == pytest.approx(likelihood.log_posterior(q[None])[0], rel=1e-12)
    np.testing.assert_allclose(slope, differences, rtol=1e-5, atol=1e-5)


def test_mean_slopes_are_those_of_differences() -> None:
    emulator = curved().emulator
    x, step = np.array([0.3, -0.6]), 1e-6 * np.eye(2)
    differences = (emulator.mean(x + step) - emulator.mean(x - step)) / 2e-6
    mean, slopes = QuadraticMean(emulator)(x)
    np.testing.assert_allclose(mean, emulator.mean(x[None])[0], atol=1e-12)
    np.testing.assert_allclose(slopes, differences, atol=1e-8)


def test_priors_of_single_parameters_make_the_whole() -> None:
    space = Space(places(), np.array([]))
    q = np.array([0.4, -1.2])
    assert sum(prior_of_one(space, k, q[k]) for k in range(2)) == pytest.approx(space.log_prior(q[None])[0])


# --- contraction -----------------------------------------------------------------------------------------------------


def test_contraction_and_label() -> None:
    space = Space(places(), np.array([]))
    prior = prior_rows(np.arange(PRIOR_ROWS))[:, space.fitted]
    middle = prior.mean(axis=0)
    expected = np.arange(len(names()), dtype=float)
    table = contraction_table(space, middle + (prior - middle) * np.array([0.81, 0.79]), expected)
    assert list(table.columns) == ["parameter", "prior_sd", "posterior_sd", "contraction", "expected", "label"]
    np.testing.assert_allclose(table["contraction"], [0.19, 0.21])
    assert list(table["label"]) == [LITERATURE, DATA]
    np.testing.assert_allclose(table["prior_sd"], prior.std(axis=0))
    assert list(table["expected"]) == list(space.fitted)
    assert tuple(table["parameter"]) == FITTED


def test_parameters_that_were_not_fitted_are_literature_driven() -> None:
    space = Space(places(), np.array([]))
    rest = never_fitted(space, np.zeros(len(names())))
    assert len(rest) == len(names()) - 2
    assert not set(FITTED) & set(rest["parameter"])
    assert set(rest["label"]) == {LITERATURE}


# --- profiles --------------------------------------------------------------------------------------------------------


def test_profile_is_flat_for_a_parameter_without_effect_and_falls_for_one_with() -> None:
    effects = np.array([[0.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]])
    likelihood = likelihood_of(effects, np.zeros(4), sd=0.02, error=0.02)
    reference = approximate(likelihood, np.zeros(2))
    profiles = profile_likelihoods(likelihood, reference)
    assert list(profiles.columns) == ["parameter", "value", "log_profile"]
    assert profiles.groupby("parameter").size().to_dict() == {name: 9 for name in FITTED}
    falls = profile_falls(profiles)
    assert falls["fdi_wage"] == pytest.approx(0.0, abs=1e-6)
    assert falls["census_coverage"] > 1.92
    assert profiles.groupby("parameter")["log_profile"].max().to_dict() == {name: 0.0 for name in FITTED}


def test_profile_of_two_parameters_is_the_maximum_over_the_other() -> None:
    likelihood = likelihood_of(np.array([[0.4, 0.1, 0.3, 0.0], [0.1, 0.4, -0.3, 0.2]]), np.array([0.2, 0.1, 0.1, 0.0]))
    reference = approximate(likelihood, np.zeros(2))
    mine = profile_likelihoods(likelihood, reference, ["census_coverage"], points=5)
    other = np.linspace(-6.0, 6.0, 4_001)
    space, best = likelihood.space, []
    sd = np.sqrt((reference.factor @ reference.factor.T)[1, 1])
    for away in np.linspace(-2.5, 2.5, 5) * sd:
        q = np.column_stack([other, np.full(4_001, reference.centre[1] + away)])
        best.append(likelihood.log_posterior(q).max() - prior_of_one(space, 1, q[0, 1]))
    np.testing.assert_allclose(mine["log_profile"], np.array(best) - max(best), atol=2e-3)
    assert mine["value"].is_monotonic_increasing


def test_search_ends_at_the_top_where_the_likelihood_is_curved() -> None:
    likelihood = curved()
    reference = approximate(likelihood, np.zeros(3))
    found = profile_likelihoods(likelihood, reference, ["fdi_wage"], points=3)["log_profile"].to_numpy()
    axes = np.meshgrid(np.linspace(-5, 5, 121), np.linspace(-7, 3, 121))
    grid = np.column_stack([axis.ravel() for axis in axes])
    sd, best = np.sqrt((reference.factor @ reference.factor.T)[0, 0]), []
    for away in (-2.5 * sd, 0.0, 2.5 * sd):
        own = reference.centre[0] + away
        values = likelihood.log_posterior(np.column_stack([np.full(len(grid), own), grid]))
        best.append(values.max() - prior_of_one(likelihood.space, 0, own))
    np.testing.assert_allclose(found, np.array(best) - max(best), atol=0.02)


def test_a_parameter_that_is_not_fitted_has_no_profile() -> None:
    likelihood = likelihood_of(np.zeros((2, 4)), np.zeros(4))
    with pytest.raises(KeyError, match="padding_speed is not fitted"):
        profile_likelihoods(likelihood, Reference(np.zeros(2), np.eye(2)), ["padding_speed"])


def test_fall_is_to_the_higher_end() -> None:
    profiles = pd.DataFrame(
        {"parameter": ["a"] * 3 + ["b"] * 3, "value": [1.0, 2, 3, 3, 2, 1], "log_profile": [-3.0, 0, -1, 0, -2, -4]}
    )
    assert profile_falls(profiles) == {"a": 1.0, "b": 0.0}


# --- pairs -----------------------------------------------------------------------------------------------------------


def test_pairs_are_sorted_and_signed() -> None:
    z = np.random.default_rng(5).standard_normal((4_000, 4))
    draws = np.column_stack([z[:, 0], -z[:, 0] + 0.2 * z[:, 1], np.exp(z[:, 2]), np.exp(z[:, 2] + 1.2 * z[:, 3])])
    pairs = correlated_pairs(draws, ["a", "b", "c", "d"])
    assert list(zip(pairs["first"], pairs["second"], strict=True)) == [("a", "b"), ("c", "d")]
    assert pairs["correlation"].iloc[0] == pytest.approx(-0.98, abs=0.01)
    assert 0.5 < pairs["correlation"].iloc[1] < 0.7
    assert len(correlated_pairs(draws, ["a", "b", "c", "d"], least=0.9)) == 1
    assert len(correlated_pairs(draws, ["a", "b", "c", "d"], least=0.0)) == 6


def test_a_parameter_without_spread_goes_with_none() -> None:
    draws = np.column_stack([np.arange(10.0), np.ones(10)])
    assert correlated_pairs(draws, ["a", "b"]).empty


# --- files -----------------------------------------------------------------------------------------------------------


def test_files(tmp_path: Path) -> None:
    likelihood = likelihood_of(np.array([[0.0] * 4, [0.5] * 4]), np.zeros(4))
    fitted = likelihood.space.values(likelihood.space.sample_prior(200, np.random.default_rng(6)))
    table, profiles = identifiability_table(
        likelihood, approximate(likelihood, np.zeros(2)), fitted, np.full(len(names()), 0.1), points=3
    )
    assert len(profiles) == 6
    write_identifiability(tmp_path, table)
    again = pd.read_csv(tmp_path / "identifiability.csv")
    assert list(again.columns) == [
        "parameter", "prior_sd", "posterior_sd", "contraction", "expected", "profile_fall", "label"
    ]  # fmt: skip
    np.testing.assert_allclose(again["contraction"], table["contraction"], rtol=1e-5)
    write_pairs(tmp_path, correlated_pairs(fitted, likelihood.space.names))
    assert (tmp_path / "pairs.csv").read_text(encoding="utf-8") == "first,second,correlation\n"
