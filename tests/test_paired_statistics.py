"""Standard errors of means whose runs share draws and lucks."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.paired_statistics import mean_variance, paired_figures

SAMPLES = 2000
"""Independent samples of each design, one a column."""


def crossed(draws: int, lucks: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(np.arange(draws), lucks), np.tile(np.arange(lucks), draws)


def additive(draw: np.ndarray, luck: np.ndarray, sizes: tuple[float, float, float], seed: int) -> np.ndarray:
    """Return draw effect + luck effect + noise of known standard deviations, shape (pair, sample)."""
    rng = np.random.default_rng(seed)
    effects = [rng.standard_normal((codes.max() + 1, SAMPLES))[codes] for codes in (draw, luck)]
    return sizes[0] * effects[0] + sizes[1] * effects[1] + sizes[2] * rng.standard_normal((len(draw), SAMPLES))


def true_variance(draw: np.ndarray, luck: np.ndarray, sizes: tuple[float, float, float]) -> float:
    """Return the variance of the mean that follows from the numbers of pairs of each draw and luck."""
    n = len(draw)
    shares = [(np.bincount(codes) ** 2).sum() / n**2 for codes in (draw, luck)]
    return sizes[0] ** 2 * shares[0] + sizes[1] ** 2 * shares[1] + sizes[2] ** 2 / n


@pytest.mark.parametrize("missing", [0.0, 0.1, 0.9])
def test_intervals_cover_the_true_mean_as_often_as_they_say(missing: float) -> None:
    draw, luck = crossed(60, 50)
    kept = np.random.default_rng(5).random(len(draw)) >= missing
    draw, luck, sizes = draw[kept], luck[kept], (1.0, 1.0, 1.0)
    values = additive(draw, luck, sizes, 1)
    variance = mean_variance(values, draw, luck)
    covered = (np.abs(values.mean(axis=0)) <= 1.96 * np.sqrt(variance)).mean()
    naive = (np.abs(values.mean(axis=0)) <= 1.96 * values.std(axis=0, ddof=1) / np.sqrt(len(draw))).mean()
    bound = 4 * np.sqrt(0.95 * 0.05 / SAMPLES)  # four standard deviations of the share
    assert abs(covered - 0.95) < bound
    assert naive < 0.8
    assert variance.mean() == pytest.approx(true_variance(draw, luck, sizes), rel=0.06)


@pytest.mark.parametrize("sizes", [(1.0, 0.0, 0.5), (1.0, 0.1, 0.5), (0.3, 1.0, 0.0)])
@pytest.mark.parametrize("lucks", [2, 3, 5])
def test_few_lucks_take_nothing_off_the_variance_between_draws(sizes: tuple[float, float, float], lucks: int) -> None:
    """Residuals as they are would take off a share of 1 / lucks: half of it with two."""
    draw, luck = crossed(100, lucks)
    found = mean_variance(additive(draw, luck, sizes, 2), draw, luck).mean()
    assert 0.93 < found / true_variance(draw, luck, sizes) < 1.15


def test_a_full_crossing_follows_the_analysis_of_variance() -> None:
    draw, luck = crossed(7, 4)
    grid = np.random.default_rng(1).normal(size=(7, 1)) + np.random.default_rng(2).normal(size=(7, 4)) + np.arange(4)
    rows, columns = grid.mean(axis=1), grid.mean(axis=0)
    left = grid - rows[:, None] - columns + grid.mean()
    between = rows.var(ddof=1) / 7 + columns.var(ddof=1) / 4
    expected = between - (left**2).sum() / (6 * 3) / 28
    assert mean_variance(grid.reshape(-1, 1), draw, luck)[0] == pytest.approx(expected, rel=1e-12)


def test_a_thin_crossing_follows_the_sum_over_pairs() -> None:
    """The factors of Cameron, Gelbach and Miller, each term summed over pairs of values that share a cluster."""
    rng = np.random.default_rng(3)
    draw, luck = np.divmod(np.sort(rng.permutation(30 * 20)[:120]), 20)
    values = rng.normal(size=30)[draw] + rng.normal(size=20)[luck] + rng.normal(size=120)
    residual = values - values.mean()
    products = np.outer(residual, residual) / 120**2

    def term(same: np.ndarray) -> float:
        clusters = len(np.unique(same, axis=0))
        return float(clusters / (clusters - 1) * products[same].sum())

    same_draw, same_luck = draw[:, None] == draw, luck[:, None] == luck
    expected = term(same_draw) + term(same_luck) - term(same_draw & same_luck)
    assert mean_variance(values[:, None], draw, luck)[0] == pytest.approx(expected, rel=1e-12)


def test_runs_of_their_own_draw_and_luck_have_the_ordinary_error() -> None:
    values = np.random.default_rng(4).normal(size=(9, 3))
    own = np.arange(9)
    assert mean_variance(values, own, own) == pytest.approx(values.var(axis=0, ddof=1) / 9, rel=1e-12)
    assert mean_variance(values, own, own[::-1]) == pytest.approx(values.var(axis=0, ddof=1) / 9, rel=1e-12)


def test_what_there_is_one_of_drops_out() -> None:
    values = np.random.default_rng(4).normal(size=(8, 2))
    one, other = np.zeros(8, dtype=int), np.repeat(np.arange(4), 2)
    means = values.reshape(4, 2, 2).mean(axis=1)
    assert mean_variance(values, other, one) == pytest.approx(means.var(axis=0, ddof=1) / 4, rel=1e-12)
    assert mean_variance(values, one, other) == pytest.approx(means.var(axis=0, ddof=1) / 4, rel=1e-12)
    assert np.isnan(mean_variance(values, one, one)).all()


def test_a_negative_sum_gives_way_to_the_larger_of_both() -> None:
    draw, luck = crossed(2, 2)
    values = np.array([[1.0], [-1.0], [-1.0], [1.1]])  # nothing but what draw and luck have together
    rows = np.array([0.0, 0.05])
    assert mean_variance(values, draw, luck)[0] == pytest.approx(rows.var(ddof=1) / 2, rel=1e-12)


def test_missing_values_and_what_they_leave_are_not_counted() -> None:
    draw, luck = crossed(5, 4)
    values = np.random.default_rng(6).normal(size=(20, 3))
    values[draw == 2, 1] = np.nan
    values[3:, 2] = np.nan
    values[1:3, 2] = np.inf
    figures = paired_figures(values, draw, luck)
    alone = paired_figures(values[draw != 2][:, [1]], draw[draw != 2], luck[draw != 2])
    for name, whole, part in zip(figures._fields, figures, alone, strict=True):
        assert whole[1] == pytest.approx(part[0], rel=1e-12), name
    counts = np.array([figures.n, figures.draws, figures.replications])
    assert counts.tolist() == [[20, 16, 1], [5, 4, 1], [4, 4, 1]]
    assert np.isnan(figures.standard_error[2])
    assert figures.mean[2] == values[0, 2]
