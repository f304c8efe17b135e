"""What moves one outcome of many runs: screening of ranks, joint regression of ranks, intervals and shares.

Every run has its own parameters, so an outcome can be related to them without further runs. With y the outcome and x a
parameter:

1. *Screening.* Spearman's rank correlation of y with each x that varies, t test, and the procedure of Benjamini and
   Hochberg (1995): of all columns named, at most the share `rate` is expected to be false.
2. *Joint regression.* Ranks of y on ranks of the survivors, all standardised (Saltelli et al. 2008, standardised rank
   regression coefficients). A coefficient of 0.5 means: a rank of x higher by one s.d. moves the outcome by half an
   s.d. of its rank, the other survivors held. Intervals are the delete-one jackknife's: it ranks again each time, needs
   no random numbers, and does not change when a parameter is rescaled. A survivor whose interval holds zero next to the
   others is dropped: it looked strong because it happens to vary with them.
3. *Shares.* Coefficient times correlation (Pratt 1987) sums to R2 over the survivors. A negative product, which only
   correlated columns can have, counts as nothing; the rest is scaled so that the shares add up to the adjusted R2.

Survivors were chosen because they look strong: coefficients near the threshold are too large on average, and the
intervals do not know of the choice. Drivers that explain less than :func:`detectable` mostly stay unseen, so with few
runs the explained share is too small rather than too large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.statistics import FloatArray

LEAST_DRAWS: Final = 30
DRAWS_PER_COLUMN: Final = 10
MOST_COLUMNS: Final = 40
CONFIDENCE: Final = 0.90
ROUNDING: Final = 1e-10
"""Outcomes that differ by less than this part of the largest are ties, coefficients below it are zero."""
BLOCK: Final = 2_000_000
"""Numbers that the jackknife holds at a time."""


@dataclass(frozen=True)
class Columns:
    """What varies over draws: ranks, shape (draw, column), and the names that each column stands for."""

    ranks: FloatArray
    names: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Fit:
    """Joint regression of ranks: chosen columns with coefficients, intervals and shares, each shape (driver,)."""

    chosen: npt.NDArray[np.intp]
    correlation: FloatArray
    coefficient: FloatArray
    low: FloatArray
    high: FloatArray
    share: FloatArray
    explained: float


def by_draw(
    outcome: FloatArray, values: FloatArray, sizes: Mapping[str, FloatArray]
) -> tuple[FloatArray, FloatArray, dict[str, FloatArray]]:
    """Average outcome and sizes over runs with the same parameters: they are one observation of these, not several.

    Nothing is averaged where all runs have the same parameters. Draws keep the order of their first run.

    Parameters
    ----------
    outcome : ndarray, shape (run,)
    values : ndarray, shape (run, parameter)
    sizes : mapping of str to ndarray, shape (run,)

    Returns
    -------
    The same three with a row a draw.
    """
    first: dict[bytes, int] = {}
    draw = np.array([first.setdefault(row.tobytes(), len(first)) for row in values], dtype=np.intp)
    if len(first) in (1, len(outcome)):
        return outcome, values, dict(sizes)
    count = np.bincount(draw)
    rows = np.unique(draw, return_index=True)[1]
    mean = {key: np.bincount(draw, size) / count for key, size in sizes.items()}
    return np.bincount(draw, outcome) / count, values[rows], mean


def varying(columns: Mapping[str, FloatArray], draws: int) -> Columns:
    """Return the ranks of the columns that vary, columns with the same ranks as one.

    Ranks that run exactly the other way also count as the same: no data can tell such columns apart.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (draw,)
    draws : int
    """
    merged: dict[bytes, list[str]] = {}
    kept: list[FloatArray] = []
    names = [name for name, column in columns.items() if draws and column.min() < column.max()]
    table = rank(np.column_stack([columns[name] for name in names])) if names else np.empty((draws, 0))
    for name, ranks in zip(names, np.ascontiguousarray(table.T), strict=True):
        key, mirror = ranks.tobytes(), (draws + 1.0 - ranks).tobytes()
        if key in merged or mirror in merged:
            merged[key if key in merged else mirror].append(name)
            continue
        merged[key] = [name]
        kept.append(ranks)
    ranked = np.column_stack(kept) if kept else np.empty((draws, 0))
    return Columns(ranked, tuple(tuple(group) for group in merged.values()))


def rank(values: FloatArray) -> FloatArray:
    """Return ranks from 1 along the first axis, ties sharing their mean."""
    import pandas as pd

    table = pd.DataFrame(np.reshape(values, (len(values), -1))).rank(method="average").to_numpy()
    return np.asarray(table.reshape(np.shape(values)), dtype=np.float64)


def rank_regression(outcome: FloatArray, ranks: FloatArray, rate: float) -> Fit | None:
    """Screen the columns, regress the ranks of the outcome on the survivors; None if no column survives.

    Survivors leave one at a time, the least certain first, until no interval holds zero.

    Parameters
    ----------
    outcome : ndarray, shape (draw,)
        Not constant, beyond ``ROUNDING``.
    ranks : ndarray, shape (draw, column)
        Ranks of columns that vary.
    rate : float
        Rate of false discoveries of the screening.
    """
    from scipy.special import stdtrit

    y = rank(np.rint(outcome / (np.abs(outcome).max() * ROUNDING)))
    correlation = (_standard(ranks).T @ _standard(y)) / len(y)
    chosen = screen(correlation, len(y), rate)
    while len(chosen):
        joint = np.column_stack([ranks[:, chosen], y])
        coefficient = _coefficients(np.asarray(np.corrcoef(joint, rowvar=False), dtype=np.float64)[None])[0]
        freedom = len(y) - len(chosen) - 1
        margin = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2.0)) * _jackknife_error(joint)
        if (np.abs(coefficient) > margin + ROUNDING).all():
            break
        chosen = np.delete(chosen, np.argmin(np.abs(coefficient) / np.maximum(margin, np.finfo(float).tiny)))
    else:
        return None
    share, explained = _shares(coefficient * correlation[chosen], len(y))
    return Fit(chosen, correlation[chosen], coefficient, coefficient - margin, coefficient + margin, share, explained)


def _shares(parts: FloatArray, draws: int) -> tuple[FloatArray, float]:
    """Return shares that add up to the adjusted R2, and that; `parts` are coefficient times correlation."""
    left = 1.0 - min(1.0, float(parts.sum()))
    explained = max(0.0, 1.0 - left * (draws - 1) / (draws - len(parts) - 1))
    positive = np.maximum(parts, 0.0)
    return positive / positive.sum() * explained, explained


def _standard(x: FloatArray) -> FloatArray:
    """Return columns with mean 0 and s.d. 1."""
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0), dtype=np.float64)


def screen(correlation: FloatArray, draws: int, rate: float) -> npt.NDArray[np.intp]:
    """Return the columns that pass Benjamini and Hochberg's procedure, strongest first.

    At most one a tenth of the draws, and ``MOST_COLUMNS``: more could not be told apart.
    """
    p = p_values(correlation, draws)
    order = np.argsort(-np.abs(correlation), kind="stable")
    passed = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / len(p))
    count = passed[-1] + 1 if len(passed) else 0
    return np.asarray(order[: min(count, draws // DRAWS_PER_COLUMN, MOST_COLUMNS)], dtype=np.intp)


def p_values(correlation: FloatArray, draws: int) -> FloatArray:
    """Return two-sided p-values of rank correlations by Student's t with draws - 2 degrees of freedom.

    In the far tail, where hundreds of columns are judged, it is exact from about 50 draws; with 30, a third too small.
    """
    from scipy.special import stdtr

    r = np.clip(correlation, -1.0, 1.0)
    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt((draws - 2) / np.maximum(1.0 - r * r, 0.0))
    return np.asarray(2.0 * stdtr(draws - 2, -t), dtype=np.float64)


def detectable(draws: int, tested: int, rate: float) -> float:
    """Return the squared rank correlation that a lone column among `tested` columns must reach to be found."""
    from scipy.special import stdtrit

    if not tested or draws < LEAST_DRAWS:
        return float("nan")
    t = float(stdtrit(draws - 2, 1.0 - rate / (2.0 * tested)))
    return t * t / (draws - 2 + t * t)


def _coefficients(correlations: FloatArray) -> FloatArray:
    """Return regression coefficients of the last column on the others, shape (sample, column - 1).

    Parameters
    ----------
    correlations : ndarray, shape (sample, column, column)
    """
    solved = np.linalg.pinv(correlations[:, :-1, :-1], hermitian=True) @ correlations[:, :-1, -1:]
    return np.asarray(solved[:, :, 0], dtype=np.float64)


def _jackknife_error(joint: FloatArray) -> FloatArray:
    """Return standard errors of the coefficients by leaving out each draw once and ranking again.

    Parameters
    ----------
    joint : ndarray, shape (draw, column + 1)
        Ranks of the columns and, last, of the outcome.
    """
    draws, width = joint.shape
    step = max(1, BLOCK // (draws * width))
    parts = []
    for start in range(0, draws, step):
        left = joint[start : start + step, None, :]
        again = joint - (joint > left) - 0.5 * (joint == left)  # ranks without the draw left out
        again[np.arange(len(left)), np.arange(start, start + len(left))] = np.nan
        again -= np.nanmean(again, axis=1, keepdims=True)
        np.nan_to_num(again, copy=False)
        gram = again.transpose(0, 2, 1) @ again
        scale = np.sqrt(np.diagonal(gram, axis1=1, axis2=2))
        scale = np.where(scale > 0.0, scale, 1.0)
        parts.append(_coefficients(gram / (scale[:, :, None] * scale[:, None, :])))
    found = np.concatenate(parts)
    return np.asarray(np.sqrt((draws - 1) / draws * ((found - found.mean(axis=0)) ** 2).sum(axis=0)))
