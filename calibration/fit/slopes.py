"""The slope of the log posterior, exactly: what would take hundreds of evaluations by differences takes one."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.special import betaln, expit

from calibration.fit.emulator import Emulator
from calibration.fit.likelihood import Likelihood
from calibration.fit.space import DISCREPANCY_LOG_SD, Space

FloatArray: TypeAlias = npt.NDArray[np.float64]


def mean_slopes(emulator: Emulator, x: FloatArray) -> FloatArray:
    """Return derivatives of the emulated means, shape (fitted, rows); x: fitted parameters, standardised, (fitted,)."""
    k = len(x)
    result = emulator.terms[:k].copy()
    rows, columns = np.triu_indices(k)
    second = emulator.terms[k:]
    np.add.at(result, rows, second * x[columns, None])
    np.add.at(result, columns, second * x[rows, None])
    return result


def slope_of(likelihood: Likelihood, q: FloatArray) -> FloatArray:
    """Return the gradient of the log posterior, shape (size,), at coordinates of shape (size,)."""
    space, emulator = likelihood.space, likelihood.emulator
    count = len(space.fitted)
    x = space.standardised(q[None])[0]
    sd, size = emulator.sd(x[None])[0], likelihood.sizes(q[None])[0]
    inverse = _inverse(likelihood.covariance(sd, size))
    miss = likelihood.observed - emulator.mean(x[None])[0]
    pull = inverse @ miss
    # d log density / d covariance = (pull pull' - inverse) / 2.
    inner = 0.5 * (np.outer(pull, pull) - inverse)
    by_log_sd = 2.0 * (inner * emulator.luck * np.outer(sd, sd)).sum(axis=1)
    spread = size[likelihood.group]
    by_row = 2.0 * (inner * likelihood.correlation * np.outer(spread, spread)).sum(axis=1)
    by_group = np.bincount(likelihood.group, by_row, minlength=len(size))

    place = expit(q[:count])
    by_x = mean_slopes(emulator, x) @ pull + emulator.log_sd_slope @ by_log_sd
    a, b = space.shapes()
    fitted = by_x * 2.0 * place * (1.0 - place) + a * (1.0 - place) - b * place
    rest = by_group[likelihood.sampled] - (q[count:] - np.log(space.discrepancy)) / DISCREPANCY_LOG_SD**2
    return np.concatenate([fitted, rest])


def prior_of_one(space: Space, k: int, q: float) -> float:
    """Return the share of one fitted parameter's coordinate in the log prior."""
    a, b = (shape[k] for shape in space.shapes())
    return float(-a * np.logaddexp(0.0, -q) - b * np.logaddexp(0.0, q) - betaln(a, b))


def _inverse(covariance: FloatArray) -> FloatArray:
    return np.asarray(cho_solve(cho_factor(covariance, lower=True), np.eye(len(covariance))))
