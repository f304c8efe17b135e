"""The emulator learns simulators whose means and variances are known."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.fit.emulator import Emulator, check_emulator, fit_emulator, linear_effects, quadratic, standardised
from simulator.parameters import names, parameters, point_values, quantiles
from tests.calibration.linear import emulator_of, places

POINTS = 6_000
OTHER = names().index("padding_speed")


def drawn(points: int, seed: int) -> np.ndarray:
    """Return parameters from their priors, shape (points, parameters)."""
    return quantiles(np.random.default_rng(seed).random((points, len(names()))))


def spread_out(points: int, seed: int) -> np.ndarray:
    """Return parameters evenly spread between the ends of their priors, shape (points, parameters)."""
    u = np.random.default_rng(seed).random((points, len(names())))
    ends = [(np.log(p.low), np.log(p.high)) if p.logarithmic else (p.low, p.high) for p in parameters()]
    low, high = np.array(ends).T
    scaled = low + (high - low) * u
    return np.where([p.logarithmic for p in parameters()], np.exp(np.minimum(scaled, 50.0)), scaled)


def mean_of(x: np.ndarray) -> np.ndarray:
    """Return two figures: quadratic in the fitted parameters and linear in one other, shape (points, 2)."""
    a, b = x[:, places()].T
    return np.column_stack([1.0 + 2.0 * a - b + 1.5 * a * b + 0.8 * b**2, 0.5 * a + 3.0 * x[:, OTHER]])


def sd_of(x: np.ndarray) -> np.ndarray:
    """Return run-to-run standard deviations: that of the first figure grows with the first fitted parameter."""
    return np.column_stack([0.2 * np.exp(0.6 * x[:, places()[0]]), np.full(len(x), 0.3)])


def simulated(x: np.ndarray, seed: int) -> np.ndarray:
    """Return one run a point; its luck is correlated by 0.6 between the figures."""
    z = np.random.default_rng(seed).standard_normal((len(x), 2))
    z[:, 1] = 0.6 * z[:, 0] + 0.8 * z[:, 1]
    return mean_of(x) + sd_of(x) * z


@pytest.fixture(scope="module")
def emulator() -> Emulator:
    values = spread_out(POINTS, 1)
    return fit_emulator(values, simulated(standardised(values), 2), places(), drawn(1_024, 3))


def test_standardised_ends_and_point() -> None:
    ends = [np.array([[getattr(p, end) for p in parameters()]]) for end in ("low", "high")]
    np.testing.assert_allclose(standardised(ends[0]), -1.0)
    np.testing.assert_allclose(standardised(ends[1]), 1.0)
    assert (np.abs(standardised(point_values()[None])) <= 1.0).all()


def test_quadratic_terms() -> None:
    assert quadratic(np.array([[2.0, 3.0]])).tolist() == [[2.0, 3.0, 4.0, 6.0, 9.0]]


def test_mean_is_recovered(emulator: Emulator) -> None:
    values = drawn(300, 4)
    x = standardised(values)
    miss = emulator.mean_at(values) - mean_of(x)
    assert np.sqrt((miss**2).mean(axis=0)).max() < 0.08
    own = emulator.mean(np.array([[0.5, -0.5]]))[0]
    # The mean over other parameters lies at their mean.
    assert own[0] == pytest.approx(1.0 + 1.0 + 0.5 - 0.375 + 0.2, abs=0.05)
    centre = standardised(drawn(1_024, 3))[:, OTHER].mean()
    assert own[1] == pytest.approx(0.25 + 3.0 * centre, abs=0.05)


def test_variance_follows_the_parameter_it_depends_on(emulator: Emulator) -> None:
    assert emulator.log_sd_slope[0, 0] == pytest.approx(0.6, abs=0.1)
    assert abs(emulator.log_sd_slope[1, 0]) < 0.1
    assert np.abs(emulator.log_sd_slope[:, 1]).max() < 0.1
    at_middle = emulator.sd(np.zeros((1, 2)))[0]
    np.testing.assert_allclose(at_middle, [0.2, 0.3], rtol=0.08)
    assert emulator.luck[0, 1] == pytest.approx(0.6, abs=0.05)


def test_parameters_that_are_not_fitted_become_variance(emulator: Emulator) -> None:
    expected = 9.0 * standardised(drawn(1_024, 3))[:, OTHER].var(ddof=1)
    assert emulator.others[1, 1] == pytest.approx(expected, rel=0.05)
    assert emulator.others[0, 0] < 0.01 * expected


def test_own_error_is_of_the_size_that_is_made(emulator: Emulator) -> None:
    values = spread_out(2_000, 5)
    made = ((emulator.mean_at(values) - mean_of(standardised(values))) ** 2).mean(axis=0)
    np.testing.assert_allclose(np.diag(emulator.error), made, rtol=0.5)


def test_held_out_of_a_perfect_emulator_with_half_the_deviation() -> None:
    exact = emulator_of(np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([3.0, 4.0]), np.array([0.1, 0.1]))
    values = drawn(400, 6)
    noise = 0.2 * np.random.default_rng(7).standard_normal((400, 16, 2))
    held = check_emulator(exact, values, exact.mean_at(values)[:, None] + noise)
    assert held.relative.max() < 0.12  # luck over 16 runs alone would be 0.25
    assert held.explained.min() > 0.99
    np.testing.assert_allclose(held.sd_ratio, 0.5, rtol=0.03)
    assert np.linalg.eigvalsh(held.covariance).min() > -1e-15


def test_what_luck_hides_is_not_called_explained() -> None:
    """Points whose means are all the same: the variance between them comes out below nothing about half of the time."""
    flat = emulator_of(np.zeros((2, 8)), np.zeros(8), np.full(8, 0.2))
    values = drawn(100, 11)
    held = check_emulator(flat, values, 0.2 * np.random.default_rng(12).standard_normal((100, 4, 8)))
    assert 0 < np.isnan(held.explained).sum() < 8
    assert np.isfinite(held.error).all()
    assert np.nanmin(held.explained) > -1e4


def test_held_out_counts_a_constant_miss_in_full() -> None:
    exact = emulator_of(np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([3.0, 4.0]), np.array([0.2, 0.2]))
    values = drawn(400, 8)
    noise = 0.2 * np.random.default_rng(9).standard_normal((400, 16, 2))
    held = check_emulator(exact, values, exact.mean_at(values)[:, None] + noise + np.array([0.5, 0.0]))
    assert held.error[0] == pytest.approx(0.5, rel=0.03)
    assert held.relative[0] == pytest.approx(2.5, rel=0.05)
    assert held.covariance[0, 0] == pytest.approx(0.25, rel=0.05)
    assert held.error[1] < 0.03


def test_rows_are_the_emulator_of_some_figures(emulator: Emulator) -> None:
    second = emulator.rows([1])
    x = standardised(drawn(5, 10))[:, places()]
    np.testing.assert_allclose(second.mean(x)[:, 0], emulator.mean(x)[:, 1], rtol=1e-12)
    np.testing.assert_allclose(second.sd(x)[:, 0], emulator.sd(x)[:, 1], rtol=1e-12)
    assert second.others == emulator.others[1, 1]
    assert emulator.rows([1, 0]).luck.shape == (2, 2)
    assert emulator.names == tuple(names()[k] for k in places())


def test_effect_of_one_standard_deviation() -> None:
    values = drawn(2_000, 11)
    x = standardised(values)
    noise = 0.1 * np.random.default_rng(12).standard_normal(2_000)
    effects, rest = linear_effects(values, np.column_stack([2.0 * x[:, OTHER] + noise, noise]))
    assert effects[OTHER, 0] == pytest.approx(2.0 * x[:, OTHER].std(), rel=0.01)
    assert np.abs(np.delete(effects[:, 0], OTHER)).max() < 0.02
    assert rest[0, 0] == pytest.approx(0.01, rel=0.2)
