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
    from sklearn.linear_model import RidgeCV

    emulator = likelihood.emulator
    miss = outcomes - emulator.mean_at(values)
    x = standardised(values)[:, emulator.fitted]
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
