"""Value and slope of the log posterior, exactly: one evaluation instead of hundreds by differences."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs
from scipy.special import betaln, expit

from calibration.fit.emulator import Emulator
from calibration.fit.likelihood import LOG_2_PI, Likelihood
from calibration.fit.space import DISCREPANCY_LOG_SD, Space

FloatArray: TypeAlias = npt.NDArray[np.float64]


class QuadraticMean:
    """Emulated means and their slopes at one point after another."""

    def __init__(self, emulator: Emulator) -> None:
        count, rows = len(emulator.fitted), emulator.terms.shape[1]
        first, second = np.triu_indices(count)
        curvature = np.zeros((count, count, rows))
        np.add.at(curvature, (first, second), emulator.terms[count:])
        np.add.at(curvature, (second, first), emulator.terms[count:])
        self._curvature = curvature.reshape(count, -1)
        self._linear = emulator.terms[:count]
        self._at_zero = emulator.intercept + emulator.centre @ emulator.linear

    def __call__(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return means (rows,) and derivatives (fitted, rows); x: fitted parameters, standardised, (fitted,)."""
        bend = (x @ self._curvature).reshape(len(x), -1)
        return self._at_zero + x @ self._linear + 0.5 * (x @ bend), self._linear + bend


class LogPosterior:
    """The log posterior of a likelihood and its slope, at one point after another."""

    def __init__(self, likelihood: Likelihood) -> None:
        self._likelihood, self._mean = likelihood, QuadraticMean(likelihood.emulator)
        self._a, self._b = likelihood.space.shapes()
        self._fixed = likelihood.covariance(np.zeros(len(likelihood.observed)), np.zeros(len(likelihood.discrepancy)))

    def __call__(self, q: FloatArray) -> tuple[float, FloatArray]:
        """Return the log posterior density up to a constant and its gradient, shape (size,).

        Where the covariance is not positive definite they are minus infinity and zeros.

        Parameters
        ----------
        q : ndarray, shape (size,)
        """
        likelihood, space = self._likelihood, self._likelihood.space
        count = len(space.fitted)
        place = expit(q[:count])
        x = 2.0 * place - 1.0
        mean, slopes = self._mean(x)
        sd, size = likelihood.emulator.sd(x[None])[0], likelihood.sizes(q[None])[0]
        spread = size[likelihood.group]
        luck = likelihood.emulator.luck * np.outer(sd, sd)
        discrepancy = likelihood.correlation * np.outer(spread, spread)
        # The transpose of a symmetric array in C order is the same array in the order that LAPACK works on in place.
        factor, failed = dpotrf((luck + discrepancy + self._fixed).T, lower=1, overwrite_a=1)
        if failed:
            return -np.inf, np.zeros(len(q))
        miss = likelihood.observed - mean
        pull, _ = dpotrs(factor, miss, lower=1)
        half_log = float(np.log(np.diagonal(factor)).sum())
        value = -0.5 * float(miss @ pull) - half_log - 0.5 * len(miss) * LOG_2_PI + float(space.log_prior(q[None])[0])

        half, _ = dpotri(factor, lower=1, overwrite_c=1)
        half = np.tril(half)
        inverse = half + half.T
        np.fill_diagonal(inverse, np.diagonal(half))
        # d log density / d covariance = (pull pull' - inverse) / 2.
        inner = np.outer(pull, pull) - inverse
        by_x = slopes @ pull + likelihood.emulator.log_sd_slope @ (inner * luck).sum(axis=1)
        by_group = np.bincount(likelihood.group, (inner * discrepancy).sum(axis=1), minlength=len(size))
        fitted = by_x * 2.0 * place * (1.0 - place) + self._a * (1.0 - place) - self._b * place
        rest = by_group[likelihood.sampled] - (q[count:] - np.log(space.discrepancy)) / DISCREPANCY_LOG_SD**2
        return value, np.concatenate([fitted, rest])


def prior_of_one(space: Space, k: int, q: float) -> float:
    """Return the share of one fitted parameter's coordinate in the log prior."""
    a, b = (shape[k] for shape in space.shapes())
    return float(-a * np.logaddexp(0.0, -q) - b * np.logaddexp(0.0, q) - betaln(a, b))
