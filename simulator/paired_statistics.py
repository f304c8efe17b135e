"""What paired differences say: their mean, how sure it is when runs share draws or luck, and their spread."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.statistics import FloatArray, probability_positive, spread

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

CROSSED: Final = 0.5
"""Share of all combinations of draw and luck from which on they count as crossed, not nested."""


class Figures(NamedTuple):
    """Statistics of differences, each of shape (cells,), in the order of the columns of a table."""

    mean: FloatArray
    standard_error: FloatArray
    median: FloatArray
    p05: FloatArray
    p95: FloatArray
    prob_positive: FloatArray
    n: IntArray
    draws: IntArray
    replications: IntArray


def paired_figures(change: FloatArray, draws: IntArray, replications: IntArray) -> Figures:
    """Return the statistics of differences between two scenarios, pair by pair.

    Parameters
    ----------
    change
        Shape (pair, cell). Differences that are not finite are left out, cell by cell.
    draws, replications
        Shape (pair,): which draw (parameters, sampled sizes) and which luck a pair has.

    Returns
    -------
    ``mean`` over the ``n`` finite differences of a cell, with its standard error by :func:`mean_variance`; median, 5 %
    and 95 % quantile and the share of positive differences as in ``Results.differences``; the numbers of different
    draws and lucks that the ``n`` pairs have.
    """
    finite = np.isfinite(change)
    n = finite.sum(axis=0)
    mean = np.full(n.shape, np.nan)
    np.divide(np.where(finite, change, 0.0).sum(axis=0), n, out=mean, where=n > 0)
    residuals = np.where(finite, change - mean, 0.0)
    variance, of_draw, of_luck = _variance(residuals, finite, draws, replications)
    middle, low, high = spread(change)
    share = probability_positive(change)
    return Figures(mean, np.sqrt(variance), middle, low, high, share, n, of_draw, of_luck)


def mean_variance(values: FloatArray, draws: IntArray, replications: IntArray) -> FloatArray:
    """Return the variance of the mean of values that share draws and lucks.

    Two values with the same draw are not independent of each other, nor are two with the same luck. The variance is
    ``V(draw) + V(luck) - V(both)`` (Cameron, Gelbach and Miller 2011, Journal of Business and Economic Statistics
    29(2)), each V with the factor G / (G - 1) for its G clusters. What is the same in both first terms is taken off
    once. Where draws and lucks are crossed, it is what remains of the values beside their means by draw and by luck:
    the residuals as they are would take off too much, a share of 1 / lucks of the variance between draws. In a full
    crossing the sum is then unbiased. It is never taken to be less than V(draw) or V(luck).

    Draws or lucks of which there is only one cannot be judged and drop out: the variance is then given that draw, or
    that luck. If each value has its own draw and its own luck it is the ordinary one.

    Parameters
    ----------
    values
        Shape (value, cell). Values that are not finite are left out.
    draws, replications
        Shape (value,).

    Returns
    -------
    Shape (cell,); NaN where neither two draws nor two lucks are left.
    """
    finite = np.isfinite(values)
    kept = np.where(finite, values, 0.0)
    residuals = np.where(finite, kept - kept.sum(axis=0) / np.maximum(finite.sum(axis=0), 1), 0.0)
    return _variance(residuals, finite, draws, replications)[0]


def _variance(
    residuals: FloatArray, finite: BoolArray, draws: IntArray, replications: IntArray
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the variance of the mean, and the numbers of draws and of lucks; `residuals` are 0 where not finite."""
    draw, luck = (np.unique(codes, return_inverse=True)[1].astype(np.int64) for codes in (draws, replications))
    by_draw, i = _one_way(residuals, finite, draw)
    by_luck, j = _one_way(residuals, finite, luck)
    both, cells = _one_way(residuals, finite, draw * (luck.max(initial=0) + 1) + luck)
    twice = both.copy()
    crossed = (i > 1) & (j > 1) & (cells > CROSSED * i * j) & (cells > np.maximum(i, j))
    left = (cells - 1) * both - (i - 1) * by_draw - (j - 1) * by_luck
    np.divide(left, (i - 1) * (j - 1), out=twice, where=crossed)
    variance = by_draw + by_luck - np.maximum(twice, 0.0)
    variance = np.maximum(variance, np.maximum(by_draw, by_luck))
    variance = np.where(j < 2, by_draw, np.where(i < 2, by_luck, variance))
    return variance, i, j


def _one_way(residuals: FloatArray, finite: BoolArray, codes: IntArray) -> tuple[FloatArray, IntArray]:
    """Return the variance of the mean if only values of one cluster depend on each other, and the clusters there are.

    NaN where there are fewer than two clusters.
    """
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])[: len(codes)]
    if len(starts) < len(codes):
        residuals = np.add.reduceat(residuals[order], starts, axis=0)
        there = np.logical_or.reduceat(finite[order], starts, axis=0)
    else:
        residuals, there = residuals[order], finite
    clusters = there.sum(axis=0)
    n = finite.sum(axis=0)
    variance = np.full(n.shape, np.nan)
    np.divide((residuals**2).sum(axis=0), (clusters - 1.0) * n * n / np.maximum(clusters, 1), out=variance,
              where=clusters > 1)  # fmt: skip
    return variance, clusters
