"""How probable the observed figures are, given parameters: emulated mean, and everything that can make them differ.

The figures of all targets are jointly normal around the emulated mean. Their covariance adds: luck (correlated between
targets, growing with the emulated deviation), parameters that are not fitted, the emulator's own error, errors of
observation, and model discrepancy. The discrepancy of a target moves from year to year as a first-order autoregression:
a model that is wrong in one year is wrong in the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpotrf, dtrtrs

from calibration.fit.emulator import Emulator
from calibration.fit.space import Space
from calibration.targets import Row, target

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

LOG_2_PI: Final = float(np.log(2.0 * np.pi))
SAMPLED_FROM: Final = 6
"""Figures that a target needs for its discrepancy to be sampled; others keep the prior median."""
PERSISTENCE: Final = 0.8
"""Correlation of model discrepancy from one year to the next (assumption)."""


def year_of(period: str) -> float:
    """Return the middle of a period in years: ``2016`` 2016.5, ``2012Q1`` 2012.125, ``2008-2014`` 2011.5."""
    if "Q" in period:
        return float(period[:4]) + (int(period[5]) - 0.5) / 4.0
    ends = [float(part) for part in period.split("-")]
    return sum(ends) / len(ends) + 0.5


def groups_of(rows: Sequence[Row]) -> IntArray:
    """Return the number of the target of each row, targets numbered as they appear, shape (rows,)."""
    order = list(dict.fromkeys(name for name, _ in rows))
    return np.array([order.index(name) for name, _ in rows])


def discrepancy_correlation(rows: Sequence[Row], persistence: float = PERSISTENCE) -> FloatArray:
    """Return the correlation of discrepancies: within a target by distance in years, none between targets."""
    group, year = groups_of(rows), np.array([year_of(period) for _, period in rows])
    same = group[:, None] == group[None, :]
    return np.where(same, persistence ** np.abs(year[:, None] - year[None, :]), 0.0)


def error_correlation(rows: Sequence[Row]) -> FloatArray:
    """Return the correlation of errors of observation: within a target by its declared persistence."""
    group, year = groups_of(rows), np.array([year_of(period) for _, period in rows])
    kept = np.array([target(name).error_persistence for name, _ in rows])
    apart = np.abs(year[:, None] - year[None, :])
    together = np.where(apart == 0.0, 1.0, kept[:, None] ** np.maximum(apart, 1e-9) * (kept[:, None] > 0.0))
    result = np.where(group[:, None] == group[None, :], together, 0.0)
    np.fill_diagonal(result, 1.0)
    return np.asarray(result)


@dataclass(frozen=True)
class Likelihood:
    """The likelihood of observed figures on an emulator.

    Attributes
    ----------
    emulator : Emulator
        Of just these rows.
    space : Space
    observed : ndarray, shape (rows,)
        On the scales of the targets.
    error : ndarray, shape (rows, rows)
        Covariance of errors of observation.
    group : ndarray of int, shape (rows,)
        Which target, hence which discrepancy, each row has.
    discrepancy : ndarray, shape (groups,)
        Prior medians of all discrepancies.
    sampled : ndarray of int
        Groups whose discrepancy is a coordinate, in order.
    correlation : ndarray, shape (rows, rows)
        Of the discrepancies.
    """

    emulator: Emulator
    space: Space
    observed: FloatArray
    error: FloatArray
    group: IntArray
    discrepancy: FloatArray
    sampled: IntArray
    correlation: FloatArray

    def covariance(self, sd: FloatArray, size: FloatArray) -> FloatArray:
        """Return the covariance of the figures, shape (rows, rows).

        Parameters
        ----------
        sd : ndarray, shape (rows,)
            Run-to-run standard deviations.
        size : ndarray, shape (groups,)
            Standard deviations of discrepancy.
        """
        spread = size[self.group]
        return np.asarray(
            self.emulator.luck * np.outer(sd, sd) + self.correlation * np.outer(spread, spread) + self._fixed
        )

    @cached_property
    def _fixed(self) -> FloatArray:
        return np.asarray(self.emulator.others + self.emulator.error + self.error)

    def sizes(self, q: FloatArray) -> FloatArray:
        """Return the discrepancy of every group, shape (points, groups): sampled, or its prior median."""
        result = np.repeat(self.discrepancy[None], len(q), axis=0)
        result[:, self.sampled] = self.space.discrepancies(q)
        return result

    def log_likelihood(self, q: FloatArray, shift: FloatArray | float = 0.0) -> FloatArray:
        """Return log likelihoods, shape (points,); `shift` is added to the emulated means, shape (points, rows)."""
        x = self.space.standardised(q)
        sd, size = self.emulator.sd(x), self.sizes(q)
        miss = self.observed - (self.emulator.mean(x) + shift)
        return np.array(
            [normal_log_density(miss[k], self.covariance(sd[k], size[k])) for k in range(len(q))], dtype=np.float64
        )

    def log_posterior(self, q: FloatArray) -> FloatArray:
        """Return log posterior densities up to a constant, shape (points,)."""
        return np.asarray(self.log_likelihood(q) + self.space.log_prior(q))


def normal_log_density(miss: FloatArray, covariance: FloatArray) -> float:
    """Return the log density of a centred normal; -inf where the covariance is not positive definite.

    Parameters
    ----------
    miss : ndarray, shape (rows,)
    covariance : ndarray, shape (rows, rows)
        Overwritten.
    """
    factor, failed = dpotrf(covariance.T, lower=0, clean=0, overwrite_a=1)
    if failed:
        return -np.inf
    solved, _ = dtrtrs(factor, miss, lower=0, trans=1)
    half_log = float(np.log(np.diagonal(factor)).sum())
    return float(-0.5 * (solved @ solved) - half_log - 0.5 * len(miss) * LOG_2_PI)
