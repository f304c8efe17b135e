"""From draws on the emulator to draws on the simulator: simulate them again, correct the emulator, weigh the draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.fit.emulator import standardised
from calibration.fit.likelihood import Likelihood

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

PENALTIES: Final = (10.0, 100.0, 1000.0, 10000.0)


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


def weigh(likelihood: Likelihood, q: FloatArray, values: FloatArray, outcomes: FloatArray) -> Weights:
    """Weigh draws by corrected over emulated likelihood.

    What the emulator misses of simulated runs is regressed on the fitted parameters, so that luck averages out; the
    fitted miss corrects the emulated mean of every draw. Where it is nothing, all weights are equal.

    Parameters
    ----------
    likelihood : Likelihood
    q : ndarray, shape (draws, size)
        Coordinates.
    values : ndarray, shape (runs, parameters)
        All parameters of each run; runs of a draw follow each other, equally many for each.
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
    own = (likelihood.space.standardised(q) - centre) / spread
    shift = np.asarray(model.predict(own) * scale)
    log = likelihood.log_likelihood(q, shift) - likelihood.log_likelihood(q)
    weights = np.exp(log - log.max())
    return Weights(weights / weights.sum(), shift)
