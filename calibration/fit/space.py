"""What is sampled: fitted parameters and sizes of model discrepancy, as coordinates without bounds.

A parameter between the ends of its prior becomes the logit of its place between them; a discrepancy becomes its
logarithm. Priors: PERT for parameters (on their scales, see ``simulator.parameters``), lognormal for discrepancies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, expit, logit

from simulator.parameters import names, parameters

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

DISCREPANCY_LOG_SD: Final = 0.7
"""Of the lognormal prior of a discrepancy: a factor of two either way is one standard deviation (assumption)."""
EDGE: Final = 1e-9


@dataclass(frozen=True)
class Space:
    """Coordinates: first the fitted parameters, then the discrepancies.

    Attributes
    ----------
    fitted : ndarray of int, shape (fitted,)
        Places of the fitted parameters among all.
    discrepancy : ndarray, shape (groups,)
        Prior medians of the standard deviations of model discrepancy.
    """

    fitted: IntArray
    discrepancy: FloatArray

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return len(self.fitted) + len(self.discrepancy)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fitted parameters."""
        return tuple(names()[k] for k in self.fitted)

    def shapes(self) -> tuple[FloatArray, FloatArray]:
        """Return the two shape parameters of each fitted parameter's beta prior, shapes (fitted,)."""
        a, b = [], []
        for k in self.fitted:
            p = parameters()[k]
            low, mode, high = (np.log(v) if p.logarithmic else v for v in (p.low, p.point, p.high))
            a.append(1.0 + 4.0 * (mode - low) / (high - low))
            b.append(1.0 + 4.0 * (high - mode) / (high - low))
        return np.array(a), np.array(b)

    def log_prior(self, q: FloatArray) -> FloatArray:
        """Return log prior densities of coordinates, shape (points,); q has shape (points, size)."""
        a, b = self.shapes()
        y = q[:, : len(self.fitted)]
        # Density of the place v = expit(y) times dv/dy = v (1 - v); log v = -log(1 + e^-y).
        own = -a * np.logaddexp(0.0, -y) - b * np.logaddexp(0.0, y) - betaln(a, b)
        z = (q[:, len(self.fitted) :] - np.log(self.discrepancy)) / DISCREPANCY_LOG_SD
        return np.asarray(own.sum(axis=1) - 0.5 * (z**2).sum(axis=1))

    def standardised(self, q: FloatArray) -> FloatArray:
        """Return fitted parameters as the emulator takes them, -1 to 1, shape (points, fitted)."""
        return np.asarray(2.0 * expit(q[:, : len(self.fitted)]) - 1.0)

    def discrepancies(self, q: FloatArray) -> FloatArray:
        """Return the standard deviations of discrepancy, shape (points, groups)."""
        return np.asarray(np.exp(q[:, len(self.fitted) :]))

    def values(self, q: FloatArray) -> FloatArray:
        """Return fitted parameters in their units, shape (points, fitted)."""
        place = expit(q[:, : len(self.fitted)])
        result = np.empty_like(place)
        for j, k in enumerate(self.fitted):
            p = parameters()[k]
            low, high = (np.log(v) if p.logarithmic else v for v in (p.low, p.high))
            value = low + (high - low) * place[:, j]
            result[:, j] = np.clip(np.exp(value) if p.logarithmic else value, p.low, p.high)
        return result

    def coordinates(self, values: FloatArray, discrepancies: FloatArray) -> FloatArray:
        """Return coordinates of parameters (points, fitted) in their units and discrepancies (points, groups)."""
        place = np.empty_like(values)
        for j, k in enumerate(self.fitted):
            p = parameters()[k]
            if p.logarithmic:
                place[:, j] = (np.log(values[:, j]) - np.log(p.low)) / (np.log(p.high) - np.log(p.low))
            else:
                place[:, j] = (values[:, j] - p.low) / (p.high - p.low)
        return np.concatenate([logit(np.clip(place, EDGE, 1.0 - EDGE)), np.log(discrepancies)], axis=1)

    def sample_prior(self, count: int, generator: np.random.Generator) -> FloatArray:
        """Draw coordinates from the prior, shape (count, size)."""
        a, b = self.shapes()
        place = np.clip(generator.beta(a, b, size=(count, len(a))), EDGE, 1.0 - EDGE)
        spread = DISCREPANCY_LOG_SD * generator.standard_normal((count, len(self.discrepancy)))
        return np.concatenate([logit(place), np.log(self.discrepancy) + spread], axis=1)
