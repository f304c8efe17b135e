"""The sampler on problems whose posterior is known, and fits that are stopped and go on."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from calibration.fit.fit import Fit, fit
from calibration.fit.likelihood import Likelihood, discrepancy_correlation, error_correlation, groups_of
from calibration.fit.sampler import Chains, approximate, sample_one
from calibration.fit.slopes import LogPosterior
from calibration.targets import target
from tests.calibration.linear import ROWS, likelihood_of

EFFECTS = np.array([[0.3, 0.2, 0.0, 0.1], [0.0, 0.2, 0.4, 0.1]])
OBSERVED = np.array([0.05, 0.10, 0.12, 0.03])
SIX = tuple(("gdp_restated", str(year)) for year in range(2007, 2013))


@pytest.fixture(scope="module")
def likelihood() -> Likelihood:
    return likelihood_of(EFFECTS, OBSERVED)


@pytest.fixture(scope="module")
def found(likelihood: Likelihood) -> Fit:
    return fit(likelihood, seed=3, ensembles=4, steps=1_000, most=1_000, processes=1)


def exact(likelihood: Likelihood) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of the places (0 to 1) of the two parameters, by integration on a grid."""
    size = np.array([target(name).discrepancy for name, _ in ROWS])
    covariance = 0.1**2 * np.eye(4) + 0.05**2 * error_correlation(ROWS)
    covariance += discrepancy_correlation(ROWS) * np.outer(size, size)
    assert groups_of(ROWS).tolist() == [0, 0, 1, 2]
    grid = (np.arange(400) + 0.5) / 400
    first, second = (axis.ravel() for axis in np.meshgrid(grid, grid, indexing="ij"))
    a, b = likelihood.space.shapes()
    mean = np.column_stack([2.0 * first - 1.0, 2.0 * second - 1.0]) @ EFFECTS
    log = stats.multivariate_normal(np.zeros(4), covariance).logpdf(OBSERVED - mean)
    log += stats.beta.logpdf(first, a[0], b[0]) + stats.beta.logpdf(second, a[1], b[1])
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    means = np.array([weight @ first, weight @ second])
    return means, np.sqrt([weight @ (first - means[0]) ** 2, weight @ (second - means[1]) ** 2])


def test_posterior_has_the_exact_mean_and_deviation(likelihood: Likelihood, found: Fit) -> None:
    mean, sd = exact(likelihood)
    place = 0.5 * (likelihood.space.standardised(found.chains.flat) + 1.0)
    error = sd / np.sqrt(found.chains.effective_size)
    assert (np.abs(place.mean(axis=0) - mean) < 5.0 * error).all()
    np.testing.assert_allclose(place.std(axis=0), sd, rtol=0.05)
    prior = stats.beta.std(*likelihood.space.shapes())
    assert (sd < 0.9 * prior).all()  # the figures say something, so the test does


def test_ensembles_agree_and_are_long_enough(found: Fit) -> None:
    chains = found.chains
    assert chains.draws.shape == (4, 500, 4, 2)
    assert chains.log_posterior.shape == (4, 500, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert chains.rhat.max() < 1.02
    assert 1.0 <= chains.autocorrelation.max() < 4.0
    assert chains.effective_size.min() > 4_000
    assert 0.6 < chains.acceptance <= 1.0


def test_ensembles_that_disagree_are_seen() -> None:
    draws = np.random.default_rng(1).standard_normal((4, 200, 6, 2))
    draws[0, ..., 1] += 2.0
    chains = Chains(draws, np.zeros((4, 200, 6)), np.ones((4, 2)), 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rhat = chains.rhat
    assert rhat[0] < 1.02
    assert rhat[1] > 1.2


def test_log_posterior_of_chains_is_that_of_their_draws(likelihood: Likelihood, found: Fit) -> None:
    draws = found.chains.draws[0, -3:].reshape(-1, 2)
    np.testing.assert_allclose(found.chains.log_posterior[0, -3:].ravel(), likelihood.log_posterior(draws))


def test_chosen_draws_are_spread_over_steps_and_ensembles() -> None:
    draws = np.arange(4 * 10 * 3, dtype=float).reshape(4, 10, 3, 1)
    chains = Chains(draws, np.zeros((4, 10, 3)), np.ones((4, 1)), 0.5)
    chosen = chains.chosen(40, np.random.default_rng(2))
    assert len(np.unique(chosen)) == 40
    assert np.bincount((chosen[:, 0] // 30).astype(int), minlength=4).min() >= 8


def test_mode_and_curvature_of_the_reference(likelihood: Likelihood) -> None:
    reference = approximate(likelihood, np.zeros(2))
    top = float(likelihood.log_posterior(reference.centre[None])[0])
    near = reference.centre + 0.05 * np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    assert (likelihood.log_posterior(near) < top).all()
    draws = fit(likelihood, seed=4, ensembles=1, steps=500, most=500, processes=1).chains.flat
    spread = np.sqrt(np.diag(reference.factor @ reference.factor.T))
    np.testing.assert_allclose(spread, draws.std(axis=0), rtol=0.25)


def test_discrepancy_is_learnt_where_it_is_sampled() -> None:
    """Figures that no parameter can explain make the discrepancy large."""
    median = target("gdp_restated").discrepancy
    far = likelihood_of(np.zeros((2, 6)), 20.0 * median * np.array([1.0, -1, 1, -1, 1, -1]), SIX, sd=0.01, error=0.01)
    close = likelihood_of(np.zeros((2, 6)), np.zeros(6), SIX, sd=0.01, error=0.01)
    sizes = [
        np.median(np.exp(fit(one, seed=6, ensembles=1, steps=400, most=400, processes=1).chains.flat[:, 2]))
        for one in (close, far)
    ]
    assert sizes[0] < median < 3.0 * median < sizes[1]


def sampled(
    likelihood: Likelihood, folder: Path | None, steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    reference = approximate(likelihood, np.zeros(2))
    return sample_one(likelihood, reference, seed=(7, 0), walkers=4, steps=steps, most=steps, folder=folder)


@pytest.mark.parametrize("stopped_at", [100, 200])
def test_a_fit_that_was_stopped_goes_on_to_the_same_bits(
    likelihood: Likelihood, tmp_path: Path, stopped_at: int
) -> None:
    whole = sampled(likelihood, tmp_path / "whole", 300)
    sampled(likelihood, tmp_path / "stopped", stopped_at)
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "stopped").iterdir()}
    assert len(kept) == stopped_at // 100
    continued = sampled(likelihood, tmp_path / "stopped", 300)
    in_memory = sampled(likelihood, None, 300)
    for one, other, third in zip(whole, continued, in_memory, strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, third)
    assert whole[0].shape == (150, 4, 2)
    now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "stopped").iterdir()}
    assert kept.items() <= now.items()  # what was there is not made again


def test_a_damaged_stretch_is_made_again(likelihood: Likelihood, tmp_path: Path) -> None:
    whole = sampled(likelihood, tmp_path, 200)
    before = (tmp_path / "0002.npz").read_bytes()
    (tmp_path / "0002.npz").write_bytes(b"damaged")
    again = sampled(likelihood, tmp_path, 200)
    np.testing.assert_array_equal(whole[0], again[0])
    assert len((tmp_path / "0002.npz").read_bytes()) == len(before)


def test_the_seed_and_the_number_of_the_ensemble_decide(likelihood: Likelihood, found: Fit) -> None:
    again = fit(likelihood, seed=3, ensembles=1, steps=1_000, most=1_000, processes=1)
    np.testing.assert_array_equal(again.chains.draws[0], found.chains.draws[0])
    assert not np.array_equal(found.chains.draws[0], found.chains.draws[1])
    other = fit(likelihood, seed=4, ensembles=1, steps=200, most=200, processes=1)
    assert not np.array_equal(other.chains.draws[0, :10], found.chains.draws[0, :10])


def test_an_interrupt_within_a_step_is_raised_and_what_it_broke_is_not_kept(
    likelihood: Likelihood, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library keeps an interrupt to itself and fills up with NaN, in this process at least."""
    fresh = sampled(likelihood, None, 300)
    count = 0
    own = LogPosterior.__call__

    def interrupted(self: LogPosterior, q: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal count
        count += 1
        if count == 2_500:
            raise KeyboardInterrupt
        return own(self, q)

    monkeypatch.setattr(LogPosterior, "__call__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sampled(likelihood, tmp_path, 300)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001.npz"]
    monkeypatch.undo()
    for one, other in zip(sampled(likelihood, tmp_path, 300), fresh, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_stretch_with_gaps_is_made_again(likelihood: Likelihood, tmp_path: Path) -> None:
    whole = sampled(likelihood, tmp_path, 200)
    with np.load(tmp_path / "0002.npz") as kept:
        arrays = dict(kept)
    arrays["draws"][50:] = np.nan
    np.savez(tmp_path / "0002.npz", **arrays)
    np.testing.assert_array_equal(sampled(likelihood, tmp_path, 200)[0], whole[0])
