"""Two calibrations with different seeds: the same posterior or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.fit.design import simulate_points, sobol_points
from calibration.fit.emulator import check_emulator, fit_emulator
from calibration.fit.fit import choose_fitted, expected_contraction, fit
from calibration.fit.learn import blocks, likelihood_of
from calibration.stability import added_by_design, stability_table
from calibration.targets import error_sd, observed_data, rows, simulated_matrix
from simulator.parameters import PRIOR_ROWS, prior_rows
from simulator.world import World

NAMES = ["a", "b", "c"]


def draws(seed: int, count: int = 4_000) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, 3))


def test_samples_of_one_distribution_are_the_same() -> None:
    table = stability_table(draws(1), draws(2), NAMES)
    assert table["same"].all()
    assert added_by_design(table) < 0.03


def test_differences_by_hand() -> None:
    one = draws(3)
    other = one.copy()
    other[:, 1] += 0.5
    other[:, 2] *= 2.0
    table = stability_table(one, other, NAMES).set_index("parameter")
    assert table.loc["a", ["median_difference", "sd_difference"]].tolist() == [0.0, 0.0]
    assert table.loc["b", "median_difference"] == pytest.approx(0.5 / one[:, 1].std(ddof=1))
    assert table.loc["c", "sd_difference"] == pytest.approx(np.log(2.0))
    assert table["same"].tolist() == [True, False, False]
    np.testing.assert_allclose(table["median_error"], np.sqrt(np.pi / 2.0 * 2.0 / 4_000))
    np.testing.assert_allclose(table["sd_error"], np.sqrt(1.0 / 4_000))


def test_fewer_effective_draws_allow_more() -> None:
    one, other = draws(4), draws(4) + 0.2
    assert not stability_table(one, other, NAMES)["same"].any()
    assert stability_table(one, other, NAMES, (np.full(3, 100.0), 100.0))["same"].all()


def test_one_table_in_twenty_at_most_calls_equal_samples_different() -> None:
    wrong = sum(not stability_table(draws(k, 400), draws(9_000 + k, 400), NAMES)["same"].all() for k in range(400))
    assert 2 <= wrong <= 34  # binomial of 400 with 5 %: 20, standard deviation 4.4


def test_monte_carlo_error_is_as_large_as_differences_of_repeated_samples() -> None:
    tables = [stability_table(draws(10 + k, 200), draws(500 + k, 200), NAMES) for k in range(100)]
    for kind in ("median", "sd"):
        z = np.concatenate([table[f"{kind}_z"] for table in tables])
        assert 0.85 < z.std() < 1.15


@pytest.mark.full
def test_another_design_gives_the_same_posterior(world: World, tmp_path: Path) -> None:
    """Two designs of 4,096 points: medians differ by Monte Carlo error and a little that such small designs add."""
    chosen, data = rows(), observed_data()
    prior = prior_rows(np.arange(PRIOR_ROWS))
    points = sobol_points(32, 40)
    held = blocks(
        simulate_points(world, np.repeat(points, 8, axis=0), tmp_path / "held_out", seed=40), points, 8, chosen
    )
    fitted, found = None, []
    for seed in (31, 32):
        runs = simulate_points(world, sobol_points(4_096, seed), tmp_path / f"design_{seed}", seed=seed)
        outcomes = simulated_matrix(runs, chosen)
        if fitted is None:
            fitted = choose_fitted(expected_contraction(runs.parameters, outcomes, chosen, error_sd(chosen)), most=24)
        emulator = fit_emulator(runs.parameters, outcomes, fitted, prior)
        emulator = emulator.with_error(check_emulator(emulator, points, held).covariance)
        found.append(fit(likelihood_of(emulator, chosen, data), seed=seed, ensembles=2, steps=600, most=2_000).chains)
    one, other = found
    effective = one.effective_size[: len(fitted)], other.effective_size[: len(fitted)]
    names = [str(k) for k in fitted]
    table = stability_table(one.flat[:, : len(fitted)], other.flat[:, : len(fitted)], names, effective)
    assert added_by_design(table) < 0.35
    assert abs(table["sd_difference"].mean()) < 0.15
    assert table["sd_difference"].abs().max() < 0.4
