"""A fit recovers what is known: a linear simulator here, the model itself in the long tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from calibration.fit.design import simulate_points, sobol_points
from calibration.fit.emulator import Emulator, fit_emulator, standardised
from calibration.fit.fit import choose_fitted, expected_contraction, make_likelihood
from calibration.recovery import coverage_table, make_truths, recover, simulated_by, summary_of
from calibration.targets import error_sd, rows, simulated_matrix
from simulator.parameters import PRIOR_ROWS, prior_rows
from simulator.world import World
from tests.calibration.linear import FITTED, emulator_of, places

ROWS = tuple(("gdp_restated", str(year)) for year in range(2007, 2013))
EFFECTS = np.array([[0.3, 0.2, 0.1, 0.0, 0.0, 0.1], [0.0, 0.0, 0.2, 0.2, 0.3, 0.3]])
SD = np.full(6, 0.05)
TRUTHS = 60


def emulator() -> Emulator:
    return emulator_of(EFFECTS, np.zeros(6), SD)


def linear(values: np.ndarray) -> np.ndarray:
    """Simulate with luck, from all parameters."""
    luck = np.random.default_rng(len(values)).standard_normal((len(values), 6))
    return standardised(values)[:, places()] @ EFFECTS + SD * luck


def shifted(values: np.ndarray) -> np.ndarray:
    """Simulate something that the emulator does not know."""
    return linear(values) + 0.5


@pytest.fixture(scope="module")
def recovered() -> pd.DataFrame:
    return recover(linear, emulator(), ROWS, TRUTHS, 1, steps=200)


def test_one_row_a_replication_and_parameter(recovered: pd.DataFrame) -> None:
    assert list(recovered.columns) == ["replication", "parameter", "truth", "rank", "covered90"]
    assert len(recovered) == 3 * TRUTHS
    assert set(recovered["parameter"]) == {*FITTED, "discrepancy_gdp_restated"}
    assert recovered["rank"].between(0, 99).all()
    assert (recovered["covered90"] == recovered["rank"].between(5, 94)).all()


def test_right_fits_recover_their_truths(recovered: pd.DataFrame) -> None:
    found = summary_of(recovered)
    assert found.replications == TRUTHS
    assert abs(found.coverage - 0.9) < 0.06
    assert found.p_coverage > 0.01
    assert found.p_ranks > 0.01


def test_posteriors_follow_their_truths(recovered: pd.DataFrame) -> None:
    """Without data the rank of a truth would be its rank in the prior, a correlation of 1."""
    for name in FITTED:
        mine = recovered[recovered["parameter"] == name]
        assert abs(stats.spearmanr(mine["truth"], mine["rank"]).statistic) < 0.95


def test_an_emulator_that_is_wrong_is_found_out() -> None:
    found = summary_of(recover(shifted, emulator(), ROWS, 40, 2, steps=200))
    assert found.p_ranks < 0.01


def test_same_seed_same_ranks() -> None:
    one, again, other = (recover(linear, emulator(), ROWS, 2, seed, steps=100) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(one, again)
    assert not one["truth"].equals(other["truth"])


def test_truths_come_from_the_priors_and_data_from_truth_discrepancy_and_error() -> None:
    likelihood = make_likelihood(emulator(), ROWS, np.zeros(6), error_sd(ROWS))
    seen: list[np.ndarray] = []

    def nothing(values: np.ndarray) -> np.ndarray:
        seen.append(values)
        return np.zeros((len(values), 6))

    truth = make_truths(likelihood, nothing, 4_000, 5)
    np.testing.assert_allclose(seen[0][:, places()], likelihood.space.values(truth.coordinates))
    rest = np.delete(seen[0], places(), axis=1)
    known = {row.tobytes() for row in np.delete(prior_rows(np.arange(PRIOR_ROWS)), places(), axis=1)}
    assert {row.tobytes() for row in rest} <= known
    sizes = likelihood.space.discrepancies(truth.coordinates)[:, 0]
    expected = likelihood.error + np.mean(sizes**2) * likelihood.correlation
    np.testing.assert_allclose(np.cov(truth.data.T), expected, rtol=0.2)


# --- tests of coverage -----------------------------------------------------------------------------------------------


def made(ranks: np.ndarray) -> pd.DataFrame:
    """Return a table of ranks, shape (replications, parameters)."""
    n, k = ranks.shape
    return pd.DataFrame(
        {
            "replication": np.repeat(np.arange(n), k),
            "parameter": [f"p{j}" for j in range(k)] * n,
            "truth": 0.0,
            "rank": ranks.ravel(),
            "covered90": ((ranks >= 5) & (ranks <= 94)).ravel(),
        }
    )


def test_coverage_by_hand() -> None:
    ranks = np.column_stack([np.arange(100), np.full(100, 50)])
    table = coverage_table(made(ranks)).set_index("parameter")
    assert table["coverage"].tolist() == [0.9, 1.0]
    assert table.loc["p0", "p_coverage"] == pytest.approx(1.0)
    assert table.loc["p1", "p_coverage"] == pytest.approx(stats.binomtest(100, 100, 0.9).pvalue)
    assert table.loc["p0", "chi_square"] == 0.0
    assert table.loc["p1", "chi_square"] == pytest.approx(900.0)  # 90^2 / 10 + 9 x 10


def test_summary_counts_dependent_parameters_once() -> None:
    one = np.random.default_rng(6).integers(0, 100, (50, 1))
    same = summary_of(made(np.repeat(one, 8, axis=1)))
    alone = summary_of(made(one))
    assert same.coverage == alone.coverage
    assert same.coverage_error == pytest.approx(alone.coverage_error)
    assert same.p_coverage == pytest.approx(min(1.0, 8.0 * alone.p_coverage))
    assert f"covered {100.0 * same.coverage:.1f} % of the truths" in same.sentence


def test_intervals_that_are_too_short_are_refuted() -> None:
    # A truth of unit spread ranked among draws of half that spread.
    truth = 2.0 * np.random.default_rng(7).standard_normal((50, 3))
    found = summary_of(made(np.floor(100.0 * stats.norm.cdf(truth)).astype(int).clip(0, 99)))
    assert found.p_coverage < 0.001
    assert "at least one interval is wrong" in found.sentence


# --- the model itself ------------------------------------------------------------------------------------------------


@pytest.mark.full
def test_the_model_recovers_parameters_from_its_own_data(world: World, tmp_path: Path) -> None:
    """Fifty truths, data from the simulator, fits on an emulator of 4,096 points and the 24 best-informed parameters.

    A smaller emulator knows its means less well, but it knows how well, so coverage is none the worse.
    """
    chosen = rows()
    runs = simulate_points(world, sobol_points(4_096, 21), tmp_path / "design", seed=21)
    outcomes = simulated_matrix(runs, chosen)
    error = error_sd(chosen)
    fitted = choose_fitted(expected_contraction(runs.parameters, outcomes, chosen, error), most=24)
    assert len(fitted) == 24
    learnt = fit_emulator(runs.parameters, outcomes, fitted, prior_rows(np.arange(PRIOR_ROWS)))
    found = summary_of(recover(simulated_by(world, chosen, 22), learnt, chosen, 50, 23, steps=300, processes=2))
    assert abs(found.coverage - 0.9) < 4.0 * found.coverage_error + 0.02, found.sentence
    assert found.p_coverage > 0.01, found.sentence
    assert found.p_ranks > 0.001, found.sentence


def test_simulator_of_the_model_gives_figures_of_each_point(world: World) -> None:
    few = rows(2007)
    values = prior_rows(np.arange(3))
    both = simulated_by(world, few, 1)(values)
    assert both.shape == (3, len(few))
    assert np.isfinite(both).all()
    np.testing.assert_array_equal(both[:2], simulated_by(world, few, 1)(values[:2]))
