"""The emulator: what the simulator would say of the targets at any parameters, without simulating.

The mean of every target is a polynomial of the parameters (ridge regression of scikit-learn): of second degree in those
that are fitted, linear in all others. What is left from run to run is luck; its standard deviation is a log-linear
function of the fitted parameters, its correlations between targets are constant. Both are checked on points that the
emulator has not seen, each simulated with many lucks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator.parameters import names, parameters

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

PENALTIES: Final = (1.0, 10.0, 100.0, 1000.0)
"""Ridge penalties tried; the best by generalised cross-validation is taken, one for all targets."""
LOG_CHI_SQUARE: Final = -1.2703628454614782
"""Mean of the logarithm of a chi-square variable with one degree of freedom."""


def standardised(values: FloatArray) -> FloatArray:
    """Map parameters to about -1 to 1: less the middle of the prior range, over half its width, (points, all)."""
    low, high = _ranges()
    scaled = np.where(_logarithmic(), np.log(np.maximum(values, 1e-300)), values)
    return np.asarray((scaled - 0.5 * (low + high)) / (0.5 * (high - low)))


def _logarithmic() -> npt.NDArray[np.bool_]:
    return np.array([p.logarithmic for p in parameters()])


def _ranges() -> tuple[FloatArray, FloatArray]:
    """Return lower and upper ends of the priors, on their scales."""
    low = np.array([np.log(p.low) if p.logarithmic else p.low for p in parameters()])
    high = np.array([np.log(p.high) if p.logarithmic else p.high for p in parameters()])
    return low, high


def quadratic(x: FloatArray) -> FloatArray:
    """Return all terms of first and second degree, shape (points, terms); x has shape (points, variables)."""
    n, k = x.shape
    rows, columns = np.triu_indices(k)
    return np.concatenate([x, x[:, rows] * x[:, columns]], axis=1)


@dataclass(frozen=True)
class Emulator:
    """Means and variances of targets as functions of the fitted parameters.

    Attributes
    ----------
    fitted : ndarray of int, shape (fitted,)
        Places of the fitted parameters among all.
    intercept, terms, linear : ndarray, shapes (rows,), (terms, rows), (others, rows)
        Mean: intercept + quadratic terms of the fitted + linear terms of the other parameters, all standardised.
    centre : ndarray, shape (others,)
        Mean of the prior of the other parameters, standardised.
    log_sd, log_sd_slope : ndarray, shapes (rows,), (fitted, rows)
        Of the run-to-run standard deviation.
    luck : ndarray, shape (rows, rows)
        Correlation of targets from run to run.
    others : ndarray, shape (rows, rows)
        Covariance of targets by the parameters that are not fitted, over their priors.
    error : ndarray, shape (rows, rows)
        Covariance of the emulator's own error in the mean.
    """

    fitted: IntArray
    intercept: FloatArray
    terms: FloatArray
    linear: FloatArray
    centre: FloatArray
    log_sd: FloatArray
    log_sd_slope: FloatArray
    luck: FloatArray
    others: FloatArray
    error: FloatArray

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fitted parameters."""
        return tuple(names()[k] for k in self.fitted)

    def mean(self, x: FloatArray) -> FloatArray:
        """Return means over luck and over the other parameters, (points, rows); x: fitted, standardised."""
        return np.asarray(quadratic(x) @ self.terms + (self.intercept + self.centre @ self.linear))

    def mean_at(self, values: FloatArray) -> FloatArray:
        """Return means over luck at given values of all parameters, shape (points, rows)."""
        x = standardised(values)
        rest = np.delete(x, self.fitted, axis=1)
        return np.asarray(quadratic(x[:, self.fitted]) @ self.terms + self.intercept + rest @ self.linear)

    def sd(self, x: FloatArray) -> FloatArray:
        """Return run-to-run standard deviations, shape (points, rows); x: fitted parameters, standardised."""
        return np.asarray(np.exp(self.log_sd + x @ self.log_sd_slope))

    def with_error(self, error: FloatArray) -> Emulator:
        """Return this emulator with another covariance of its own error, shape (rows, rows)."""
        return replace(self, error=error)

    def rows(self, which: npt.ArrayLike) -> Emulator:
        """Return the emulator of some of the targets."""
        k = np.asarray(which)
        return Emulator(
            self.fitted, self.intercept[k], self.terms[:, k], self.linear[:, k], self.centre, self.log_sd[k],
            self.log_sd_slope[:, k], self.luck[np.ix_(k, k)], self.others[np.ix_(k, k)], self.error[np.ix_(k, k)],
        )  # fmt: skip


def linear_effects(values: FloatArray, outcomes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the effect of one prior standard deviation of every parameter, and the covariance of what is left.

    Parameters
    ----------
    values : ndarray, shape (points, parameters)
    outcomes : ndarray, shape (points, rows)

    Returns
    -------
    effects : ndarray, shape (parameters, rows)
    rest : ndarray, shape (rows, rows)
    """
    from sklearn.linear_model import Ridge

    x = standardised(values)
    sd = x.std(axis=0)
    model = Ridge(alpha=1.0).fit((x - x.mean(axis=0)) / sd, outcomes)
    rest = outcomes - model.predict((x - x.mean(axis=0)) / sd)
    return np.asarray(model.coef_.T), np.cov(rest.T)


def fit_emulator(values: FloatArray, outcomes: FloatArray, fitted: IntArray, prior: FloatArray) -> Emulator:
    """Fit means and variances to simulated runs.

    Parameters
    ----------
    values : ndarray, shape (points, parameters)
    outcomes : ndarray, shape (points, rows)
        Targets of one run a point, on their scales.
    fitted : ndarray of int
        Places of the fitted parameters.
    prior : ndarray, shape (draws, parameters)
        Draws from the priors, for mean and covariance of the parameters that are not fitted.

    Returns
    -------
    Emulator
    """
    from sklearn.linear_model import Ridge, RidgeCV

    x = standardised(values)
    features = np.concatenate([quadratic(x[:, fitted]), np.delete(x, fitted, axis=1)], axis=1)
    centre, spread = features.mean(axis=0), features.std(axis=0)
    features = (features - centre) / spread
    scale = outcomes.std(axis=0)
    target = outcomes / scale
    penalty = RidgeCV(alphas=PENALTIES).fit(features, target).alpha_
    model = Ridge(alpha=penalty).fit(features, target)
    coefficients = model.coef_.T * scale / spread[:, None]
    intercept = model.intercept_ * scale - centre @ coefficients
    rest = outcomes - features @ (model.coef_.T * scale) - model.intercept_ * scale
    degrees = len(features) / max(len(features) - features.shape[1], 1)
    count = len(fitted) * (len(fitted) + 3) // 2
    terms, linear = coefficients[:count], coefficients[count:]

    own = x[:, fitted]
    residual = np.log(np.maximum(rest**2, 1e-300)) - LOG_CHI_SQUARE + np.log(degrees)
    floor = np.quantile(residual, 0.01, axis=0)
    slopes = Ridge(alpha=100.0).fit(own, np.maximum(residual, floor))
    slope = 0.5 * slopes.coef_.T
    # The level of the variance is set by its mean, which is more robust than the mean of its logarithm.
    shape = np.exp(own @ slope)
    log_sd = 0.5 * np.log(np.mean((rest / shape) ** 2, axis=0) * degrees)
    luck = np.corrcoef((rest / shape).T)

    others = np.delete(standardised(prior), fitted, axis=1)
    varied = (others - others.mean(axis=0)) @ linear
    gram = features.T @ features + penalty * np.eye(features.shape[1])
    # Mean variance of a prediction, relative to that of one run: trace of (X'X + a)^-1 X'X / n.
    share = float(np.trace(np.linalg.solve(gram, features.T @ features))) / len(features)
    error = share * np.cov(rest.T)
    return Emulator(
        np.asarray(fitted), intercept, terms, linear, others.mean(axis=0), log_sd, slope, luck,
        np.atleast_2d(np.cov(varied.T)), error,
    )  # fmt: skip


@dataclass(frozen=True)
class HeldOut:
    """How well an emulator does on points that it has not seen, each simulated with several lucks.

    Attributes
    ----------
    error : ndarray, shape (rows,)
        Root mean squared error of the mean, without what is due to the finite number of lucks.
    relative : ndarray, shape (rows,)
        The same over the standard deviation of a run around its mean.
    explained : ndarray, shape (rows,)
        Share of the variance of means over points that the emulator explains; NaN where luck hides it.
    sd_ratio : ndarray, shape (rows,)
        Emulated over simulated run-to-run standard deviation (root mean squares over points).
    covariance : ndarray, shape (rows, rows)
        Of the error of the mean, positive semi-definite.
    """

    error: FloatArray
    relative: FloatArray
    explained: FloatArray
    sd_ratio: FloatArray
    covariance: FloatArray


def check_emulator(emulator: Emulator, values: FloatArray, outcomes: FloatArray) -> HeldOut:
    """Compare an emulator with simulated means and deviations.

    Parameters
    ----------
    values : ndarray, shape (points, parameters)
    outcomes : ndarray, shape (points, lucks, rows)
        Each run with its own luck.
    """
    lucks = outcomes.shape[1]
    mean, inside = outcomes.mean(axis=1), outcomes.var(axis=1, ddof=1)
    miss = emulator.mean_at(values) - mean
    raw = miss.T @ miss / len(miss)
    # The mean over a few lucks is itself uncertain; that is no error of the emulator.
    within = np.einsum("plr,pls->rs", outcomes - mean[:, None], outcomes - mean[:, None])
    within /= len(miss) * (lucks - 1) * lucks
    values_, vectors = np.linalg.eigh(raw - within)
    covariance = (vectors * np.maximum(values_, 0.0)) @ vectors.T
    variance = np.maximum(np.diag(raw) - np.diag(within), 0.0)
    simulated = inside.mean(axis=0)
    emulated = (emulator.sd(standardised(values)[:, emulator.fitted]) ** 2).mean(axis=0)
    between = mean.var(axis=0) - simulated / lucks
    explained = np.where(between > 0.0, 1.0 - variance / np.where(between > 0.0, between, 1.0), np.nan)
    return HeldOut(
        np.sqrt(variance), np.sqrt(variance / simulated), explained, np.sqrt(emulated / simulated),
        np.asarray(covariance),
    )
