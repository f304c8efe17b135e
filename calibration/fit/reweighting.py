"""From draws on the emulator to draws on the simulator: simulate them again, correct the emulator, weigh the draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.fit.emulator import standardised
from calibration.fit.likelihood import Likelihood

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

PENALTIES: Final = (10.0, 100.0, 1000.0, 10000.0)
LEAST_DRAWS: Final = 200
"""Effective draws, after weighing, below which the emulator does not stand for the simulator."""
REPETITIONS: Final = 32
"""Of the bootstrap that tells how uncertain weights are."""


@dataclass(frozen=True)
class Correction:
    """What simulated draws add to the emulated means near a posterior: ``offset + x slope``.

    Attributes
    ----------
    offset, slope : ndarray, shapes (rows,), (fitted, rows)
        x are the fitted parameters, standardised.
    """

    offset: FloatArray
    slope: FloatArray

    def of(self, likelihood: Likelihood) -> Likelihood:
        """Return the likelihood on the corrected emulator."""
        emulator = likelihood.emulator
        terms = emulator.terms.copy()
        terms[: len(self.slope)] += self.slope
        return replace(likelihood, emulator=replace(emulator, intercept=emulator.intercept + self.offset, terms=terms))


@dataclass(frozen=True)
class Weights:
    """Weights of draws after they were simulated.

    Attributes
    ----------
    weights : ndarray, shape (draws,)
        Sum to 1.
    shift : ndarray, shape (draws, rows)
        Correction of the emulated means.
    """

    weights: FloatArray
    shift: FloatArray

    @property
    def effective(self) -> float:
        """Effective number of draws, Kish (1965): one over the sum of squared weights."""
        return float(1.0 / (self.weights**2).sum())

    def resampled(self, generator: np.random.Generator) -> IntArray:
        """Return places of as many draws with equal weights (systematic resampling), in random order."""
        count = len(self.weights)
        marks = (generator.random() + np.arange(count)) / count
        places = np.searchsorted(np.cumsum(self.weights), marks, side="left")
        return np.asarray(generator.permutation(np.minimum(places, count - 1)), dtype=np.int64)


def correction(likelihood: Likelihood, values: FloatArray, outcomes: FloatArray) -> Correction:
    """Return what the emulator misses of simulated runs, as a linear function of the fitted parameters.

    It is a regression over all runs, so that luck and the other parameters average out.

    Parameters
    ----------
    likelihood : Likelihood
    values : ndarray, shape (runs, parameters)
        All parameters of each run.
    outcomes : ndarray, shape (runs, rows)
    """
    return _regressed(*_missed(likelihood, values, outcomes))


def _missed(likelihood: Likelihood, values: FloatArray, outcomes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return fitted parameters of runs, standardised, and what the emulator misses, (runs, fitted), (runs, rows)."""
    emulator = likelihood.emulator
    return standardised(values)[:, emulator.fitted], outcomes - emulator.mean_at(values)


def _regressed(x: FloatArray, miss: FloatArray) -> Correction:
    from sklearn.linear_model import RidgeCV

    centre, spread = x.mean(axis=0), x.std(axis=0)
    spread, scale = np.where(spread > 0.0, spread, 1.0), miss.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    model = RidgeCV(alphas=PENALTIES, alpha_per_target=True).fit((x - centre) / spread, miss / scale)
    slope = model.coef_.T * scale / spread[:, None]
    return Correction(np.asarray(model.intercept_ * scale - centre @ slope), np.asarray(slope))


def weigh(likelihood: Likelihood, q: FloatArray, found: Correction) -> Weights:
    """Weigh draws by corrected over emulated likelihood: equally where there is nothing to correct.

    Parameters
    ----------
    likelihood : Likelihood
    q : ndarray, shape (draws, size)
        Coordinates.
    found : Correction
        Of runs of these draws.
    """
    shift = found.offset + likelihood.space.standardised(q) @ found.slope
    log = likelihood.log_likelihood(q, shift) - likelihood.log_likelihood(q)
    weights = np.exp(log - log.max())
    return Weights(weights / weights.sum(), shift)


def effective_sizes(
    likelihood: Likelihood,
    q: FloatArray,
    values: FloatArray,
    outcomes: FloatArray,
    weights: Weights,
    generator: np.random.Generator,
) -> FloatArray:
    """Return how many independent draws would tell a mean as well as weighed draws do, shape (fitted,).

    Two Monte Carlo errors add: draws are few, after weighing fewer, and the runs that weigh them are few and have luck.
    The second is that of a bootstrap: weights are found again with runs of draws taken with replacement.

    Parameters
    ----------
    likelihood : Likelihood
    q : ndarray, shape (draws, size)
        Coordinates.
    values, outcomes : ndarray, shapes (runs, parameters), (runs, rows)
        Of the runs that weighed the draws, several of each.
    weights : Weights
        With all of these runs.
    generator : Generator
    """
    x = likelihood.space.standardised(q)
    mean = weights.weights @ x
    variance = weights.weights @ (x - mean) ** 2
    own, miss = _missed(likelihood, values, outcomes)
    # Runs of one draw share what is not luck, so that draws are taken, not runs.
    draw = np.unique(own, axis=0, return_inverse=True)[1].reshape(-1)
    order, count = np.argsort(draw, kind="stable"), np.bincount(draw)
    start = np.cumsum(count) - count
    means = np.empty((REPETITIONS, x.shape[1]))
    for k in range(REPETITIONS):
        chosen = generator.integers(len(count), size=len(count))
        runs = np.concatenate([order[start[j] : start[j] + count[j]] for j in chosen])
        means[k] = weigh(likelihood, q, _regressed(own[runs], miss[runs])).weights @ x
    luck = means.var(axis=0, ddof=1)
    return np.asarray(1.0 / (1.0 / weights.effective + luck / np.where(variance > 0.0, variance, 1.0)))
