"""The rank regression behind the drivers: independent oracles, size and coverage, what screening lets pass."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from simulator.rank_regression import (
    by_draw,
    detectable,
    p_values,
    rank,
    rank_regression,
    screen,
    varying,
)
from tests.effects import noise, uniform
from tests.fakes import FloatArray

# ---- Independent oracles


def test_correlations_are_those_of_scipy() -> None:
    x = np.round(uniform(60), 1)  # ties
    y = np.round(x[:, 0] + noise(60), 1)
    fit = rank_regression(y, rank(x), 0.99)
    assert fit is not None
    for column, r in zip(fit.chosen, fit.correlation, strict=True):
        assert r == pytest.approx(spearmanr(x[:, column], y).statistic)
    every = np.array([spearmanr(x[:, k], y).statistic for k in range(x.shape[1])])
    assert p_values(every, 60) == pytest.approx([spearmanr(x[:, k], y).pvalue for k in range(x.shape[1])])


def test_coefficients_are_those_of_least_squares() -> None:
    x = uniform(200)
    x[:, 1] = 0.6 * x[:, 0] + 0.4 * x[:, 1]  # correlated, so that the joint regression matters
    y = x[:, 0] + x[:, 1] + x[:, 2] + noise(200) / 3.0
    fit = rank_regression(y, rank(x), 0.10)
    assert fit is not None and set(fit.chosen) == {0, 1, 2}
    z = np.column_stack([rankdata(v) for v in (*x[:, fit.chosen].T, y)])
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    expected, residual, *_ = np.linalg.lstsq(z[:, :-1], z[:, -1])
    assert fit.coefficient == pytest.approx(expected)
    r2 = 1.0 - residual[0] / 200.0
    assert fit.explained == pytest.approx(1.0 - (1.0 - r2) * 199.0 / 196.0)
    assert fit.share.sum() == pytest.approx(fit.explained)


def test_intervals_are_those_of_leaving_out_each_draw() -> None:
    from scipy.stats import t

    x = np.round(uniform(40, 2), 1)
    y = np.round(x @ [1.0, 2.0] + 0.2 * noise(40), 1)
    fit = rank_regression(y, rank(x), 0.5)
    assert fit is not None and len(fit.chosen) == 2
    left_out = []
    for i in range(40):
        z = np.column_stack([rankdata(np.delete(v, i)) for v in (*x[:, fit.chosen].T, y)])
        z = (z - z.mean(axis=0)) / z.std(axis=0)
        left_out.append(np.linalg.lstsq(z[:, :-1], z[:, -1])[0])
    error = np.sqrt(39.0 / 40.0 * ((left_out - np.mean(left_out, axis=0)) ** 2).sum(axis=0))
    margin = t.ppf(0.95, 37) * error
    assert fit.low == pytest.approx(fit.coefficient - margin)
    assert fit.high == pytest.approx(fit.coefficient + margin)


def test_the_jackknife_does_not_depend_on_its_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    x = uniform(100)
    y = x[:, 0] + x[:, 1] + noise(100) / 5.0
    whole = rank_regression(y, rank(x), 0.1)
    monkeypatch.setattr("simulator.rank_regression.BLOCK", 100 * 3 * 7)
    blocks = rank_regression(y, rank(x), 0.1)
    assert whole is not None and blocks is not None
    assert blocks.low == pytest.approx(whole.low, rel=1e-12)


def test_screening_is_benjamini_and_hochberg_by_hand() -> None:
    from scipy.stats import t

    p = np.array([0.5, 0.001, 0.039, 0.041, 0.019, 0.9, 0.8, 0.7, 0.6, 0.4])
    score = t.isf(p / 2.0, 98)
    r = score / np.sqrt(98 + score**2)
    # thresholds at rate 0.10 are 0.01, 0.02, 0.03, 0.04: the third value misses its own, the fourth misses too
    assert screen(r, 100, 0.10).tolist() == [1, 4]
    # at 0.12 they are 0.012, 0.024, 0.036, 0.048: the fourth meets its own and takes the third with it
    assert screen(r, 100, 0.12).tolist() == [1, 4, 2, 3]


def test_no_more_drivers_than_a_tenth_of_the_draws() -> None:
    r = np.linspace(0.9, 0.95, 50)
    assert screen(r, 100, 0.1).tolist() == list(range(49, 39, -1))
    assert len(screen(r, 1000, 0.1)) == 40


# ---- Size and coverage


def experiments(count: int, draws: int, columns: int, truth: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return ranks, shape (experiment, draw, column), and outcomes that depend on the first `truth` columns."""
    rng = np.random.default_rng(seed)
    x = rng.random((count, draws, columns))
    y = x[:, :, :truth].sum(axis=2) * np.sqrt(12.0) * 0.6 + rng.standard_normal((count, draws))
    return np.argsort(np.argsort(x, axis=1), axis=1) + 1.0, y


@pytest.mark.parametrize(("count", "draws", "excess"), [(500, 200, 0.0), (1000, 50, 0.0), (1000, 30, 0.03)])
def test_an_irrelevant_world_rarely_has_a_driver(count: int, draws: int, excess: float) -> None:
    """Where nothing drives the effect, any discovery is false: its probability is the rate, 0.10.

    With 30 draws the t test is a little too eager in the far tail: about 0.13.
    """
    columns = 270
    found = 0
    for part in range(10):
        ranks, y = experiments(count // 10, draws, columns, 0, seed=part)
        for i in range(count // 10):
            z = (ranks[i] - ranks[i].mean(axis=0)) / ranks[i].std(axis=0)
            score = rankdata(y[i])
            r = z.T @ (score - score.mean()) / score.std() / draws
            found += len(screen(r, draws, 0.10)) > 0
    share, spread = found / count, np.sqrt(0.09 / count)
    assert 0.10 - 3.0 * spread < share < 0.10 + excess + 3.0 * spread


def test_false_drivers_among_true_ones_are_few() -> None:
    false, missed = [], []
    for part in range(6):
        ranks, y = experiments(25, 200, 270, 5, seed=100 + part)
        for i in range(25):
            fit = rank_regression(y[i], ranks[i], 0.10)
            chosen = set() if fit is None else set(fit.chosen.tolist())
            false.append(len(chosen - set(range(5))) / max(1, len(chosen)))
            missed.append(len(set(range(5)) - chosen) / 5.0)
    assert np.mean(false) < 0.10 + 3.0 * np.std(false) / np.sqrt(len(false))
    assert np.mean(missed) < 0.10


def test_intervals_cover_the_true_coefficient() -> None:
    rng = np.random.default_rng(5)
    weights = np.array([2.0, 3.0, 4.0])

    def draw(n: int) -> tuple[FloatArray, FloatArray]:
        x = rng.random((n, 3))
        return x, np.exp(x @ weights + 0.8 * rng.standard_normal(n))

    x, y = draw(400_000)
    z = np.column_stack([rankdata(v) for v in (*x.T, y)])
    truth = np.linalg.solve(np.corrcoef(z[:, :3], rowvar=False), np.corrcoef(z, rowvar=False)[:3, 3])
    inside = []
    for _ in range(400):
        x, y = draw(200)
        fit = rank_regression(y, rank(x), 0.10)
        assert fit is not None and set(fit.chosen) == {0, 1, 2}
        inside.append((fit.low <= truth[fit.chosen]) & (truth[fit.chosen] <= fit.high))
    assert 0.90 - 0.035 < np.mean(inside) < 0.90 + 0.035


def test_what_is_said_to_be_detectable_is_the_threshold() -> None:
    edge = np.sqrt(detectable(200, 270, 0.10))
    r = np.zeros(270)
    r[7] = edge + 1e-9
    assert screen(r, 200, 0.10).tolist() == [7]
    r[7] = edge - 1e-9
    assert len(screen(r, 200, 0.10)) == 0


# ---- Columns that rank alike or vary with a driver


def test_constant_columns_and_mirrored_ranks_leave_the_test() -> None:
    v = np.array([1.0, 3.0, 2.0, 2.0])
    columns = varying({"a": v, "b": np.ones(4), "c": -v, "d": np.array([1.0, 2.0, 3.0, 4.0])}, 4)
    assert columns.names == (("a", "c"), ("d",))
    assert columns.ranks.tolist() == [[1.0, 1.0], [4.0, 2.0], [2.5, 3.0], [2.5, 4.0]]


def test_a_proxy_leaves_when_its_cause_is_known() -> None:
    """A column that only varies with a driver passes the screening, and stays as rarely as a 90 % interval misses."""
    stayed = 0
    for seed in range(200):
        x = uniform(200, 2, seed=seed)
        y = x[:, 0] + 0.1 * noise(200, seed=1000 + seed)
        x[:, 1] = 0.5 * x[:, 0] + 0.5 * x[:, 1]
        assert p_values(np.array([spearmanr(x[:, 1], y).statistic]), 200) < 1e-6
        fit = rank_regression(y, rank(x), 0.10)
        assert fit is not None and fit.chosen[0] == 0
        stayed += len(fit.chosen) > 1
    assert stayed / 200 < 0.10 + 3.0 * np.sqrt(0.09 / 200)


def test_an_exact_fit_leaves_nothing_to_others() -> None:
    """Rounding must not make a driver of a column whose coefficient is zero to the last digits."""
    x = uniform(200, 3)
    x[:, 1] = 0.5 * x[:, 0] + 0.5 * x[:, 1]
    fit = rank_regression(x[:, 0], rank(x), 0.10)
    assert fit is not None and fit.chosen.tolist() == [0]


def test_differences_by_rounding_are_ties() -> None:
    x = uniform(200)
    step = np.where(x[:, 0] > 0.5, 1.0, 2.0)
    exact = rank_regression(step, rank(x), 0.10)
    rounded = rank_regression(step * (1.0 + 1e-15 * noise(200)), rank(x), 0.10)
    assert exact is not None and rounded is not None
    assert rounded.coefficient.tolist() == exact.coefficient.tolist()


# ---- Repeated draws


def test_averaging_by_draw_by_hand() -> None:
    values = np.array([[1.0], [2.0], [1.0]])
    effect, rows, sizes = by_draw(np.array([1.0, 5.0, 3.0]), values, {"s": np.array([0.0, 7.0, 1.0])})
    assert (effect.tolist(), rows.tolist(), sizes["s"].tolist()) == ([2.0, 5.0], [[1.0], [2.0]], [0.5, 7.0])


def test_repeated_draws_do_not_make_drivers() -> None:
    """Runs of a draw share whatever an unseen parameter does; counted singly, they would name false drivers."""
    named = 0
    for seed in range(60):
        x = uniform(40, 100, seed=1000 + seed)
        hidden = np.repeat(noise(40, seed=2000 + seed), 10)
        fit = rank_regression(*_averaged(hidden + 0.1 * noise(400, seed=seed), np.repeat(x, 10, axis=0)), 0.10)
        named += fit is not None
    assert named < 0.10 * 60 + 3.0 * np.sqrt(60 * 0.09)


def _averaged(effect: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean, rows, _ = by_draw(effect, values, {})
    return mean, rank(rows)
