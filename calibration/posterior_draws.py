"""Draws from the posteriors of small normal models: variances, and a regression with a weak conjugate prior.

Normals come in mirrored pairs and the two draws of a pair share their variance, so the median of whatever is linear in
the normals lies exactly at its centre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fit:
    """Posterior draws of a regression: intercepts and deviations of e of shape (samples,), slopes (samples, k)."""

    intercepts: FloatArray
    slopes: FloatArray
    deviations: FloatArray


def regress(
    x: FloatArray,
    y: FloatArray,
    precision: FloatArray,
    *,
    prior_variance: float,
    rng: np.random.Generator,
    samples: int,
) -> Fit:
    """Draw from the posterior of ``y = c + (x - xbar)'b + e``, ``e ~ N(0, s2)``.

    Prior: c flat, ``b ~ N(0, s2/precision)``, ``s2 ~ scaled-inverse-chi2(1, prior_variance)`` (Gelman et al.,
    *Bayesian Data Analysis*, 14.8).

    Parameters
    ----------
    x : ndarray, shape (n, k)
    y : ndarray, shape (n,)
    precision : ndarray, shape (k,)
        In units of s2; above 0, so that any n of 2 or more is enough.
    prior_variance : float
        Worth one observation.
    rng : Generator
    samples : int
        Even.
    """
    centred = x - x.mean(axis=0)
    moment = centred.T @ centred + np.diag(precision)
    product = centred.T @ (y - y.mean())
    mean = np.linalg.solve(moment, product)
    squares = max(0.0, float(((y - y.mean()) ** 2).sum() - mean @ product))
    sd = deviations(rng, len(y), prior_variance + squares, samples)  # 1 + (n - 1) degrees of freedom
    root = np.linalg.cholesky(np.linalg.inv(moment))
    slopes = mean + sd[:, None] * (normals(rng, samples, len(mean)) @ root.T)
    intercepts = y.mean() + sd * normals(rng, samples, 1)[:, 0] / np.sqrt(len(y))
    return Fit(intercepts, slopes, sd)


def deviations(rng: np.random.Generator, degrees: float, squares: float, samples: int) -> FloatArray:
    """Draw standard deviations from a scaled-inverse-chi2 of ``degrees`` and sum of squares, shape (samples,)."""
    half = np.sqrt(squares / rng.chisquare(degrees, samples // 2))
    return np.concatenate([half, half])


def normals(rng: np.random.Generator, samples: int, columns: int) -> FloatArray:
    """Draw standard normals in mirrored pairs, shape (samples, columns)."""
    if samples < 2 or samples % 2:
        raise InputError(f"samples: {samples} is not an even number of 2 or more")
    half = rng.standard_normal((samples // 2, columns))
    return np.concatenate([half, -half])
