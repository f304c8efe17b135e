"""Emulators and likelihoods with known coefficients: each figure is linear in the place of a few parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibration.fit.emulator import Emulator
from calibration.fit.fit import make_likelihood
from calibration.fit.likelihood import Likelihood
from calibration.targets import Row
from simulator.parameters import names

FITTED = ("fdi_wage", "census_coverage")
"""One parameter on a logarithmic scale, one on its own."""
ROWS: tuple[Row, ...] = (("gdp_restated", "2009"), ("gdp_restated", "2011"), ("wage", "2009"), ("population", "2012"))


def places(fitted: Sequence[str] = FITTED) -> np.ndarray:
    """Return the places of parameters among all, ascending."""
    return np.array(sorted(names().index(name) for name in fitted))


def emulator_of(
    effects: np.ndarray, intercept: np.ndarray, sd: np.ndarray, fitted: Sequence[str] = FITTED
) -> Emulator:
    """Return an emulator whose mean is ``intercept + x @ effects`` and whose luck is independent, with fixed sd.

    The other parameters do nothing, and it has no error of its own.
    """
    k, rows = effects.shape
    others = len(names()) - k
    terms = np.concatenate([effects, np.zeros((k * (k + 1) // 2, rows))])
    return Emulator(
        places(fitted), intercept, terms, np.zeros((others, rows)), np.zeros(others), np.log(sd), np.zeros((k, rows)),
        np.eye(rows), np.zeros((rows, rows)), np.zeros((rows, rows)),
    )  # fmt: skip


def likelihood_of(
    effects: np.ndarray,
    observed: np.ndarray,
    rows: Sequence[Row] = ROWS,
    fitted: Sequence[str] = FITTED,
    sd: float = 0.1,
    error: float = 0.05,
) -> Likelihood:
    """Return the likelihood of figures that are linear in the parameters, with intercept 0."""
    count = len(rows)
    emulator = emulator_of(effects, np.zeros(count), np.full(count, sd), fitted)
    return make_likelihood(emulator, rows, observed, np.full(count, error))
