"""Rows of the tables that a calibration leaves: fitted parameters, compared figures, errors of the emulator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.fit.calibrate import Posterior, predicted
from calibration.fit.learn import Learned
from calibration.fit.likelihood import discrepancy_correlation, error_correlation
from calibration.reproducible import stream
from calibration.targets import OBSERVED, Row, error_sd, observed_figure, target, targets, to_unit
from simulator.parameters import PRIOR_ROWS, parameters, prior_rows

FloatArray: TypeAlias = npt.NDArray[np.float64]
Cells: TypeAlias = tuple[object, ...]

FIT_COLUMNS: Final = (
    "target", "period", "unit", "role", "fitted", "observed", "median", "p05", "p95", "predictive_p05",
    "predictive_p95",
)  # fmt: skip
EMULATOR_COLUMNS: Final = (
    "target", "period", "error_near", "relative_near", "explained_near", "sd_ratio_near", "relative_wide",
    "explained_wide",
)  # fmt: skip
SHOWN: Final = ("fit", "compare", "explain")
"""Roles of targets that runs say something of."""


def parameter_rows(posterior: Posterior) -> Iterable[Cells]:
    """Yield what is known of every fitted parameter; columns as ``simulator.posterior.COLUMNS``."""
    space, chains = posterior.fit.likelihood.space, posterior.fit.chains
    rhat, ess = chains.rhat, np.minimum(chains.effective_size[: len(space.fitted)], posterior.effective)
    prior = prior_rows(np.arange(PRIOR_ROWS))
    for k, place in enumerate(space.fitted):
        p, draws = parameters()[place], posterior.fitted[:, k]
        low, middle, high = np.quantile(draws, (0.05, 0.5, 0.95))
        contraction = 1.0 - draws.std() / prior[:, place].std()
        yield p.name, p.unit, p.status, p.low, p.high, middle, low, high, contraction, rhat[k], ess[k]


def fit_rows(posterior: Posterior) -> Iterable[Cells]:
    """Yield every figure that runs say something of: what was observed, what runs say, where it would be printed."""
    shown = tuple((t.name, period) for t in targets().values() if t.role in SHOWN for period in t.periods)
    fitted = set(posterior.data.rows)
    observed = observed_of(posterior, shown)
    simulated = predicted(posterior, shown)
    printed = simulated + noise(posterior, shown)
    simulated, printed = to_unit(shown, simulated), to_unit(shown, printed)
    for k, row in enumerate(shown):
        aim = target(row[0])
        median, low, high = np.quantile(simulated[:, k], (0.5, 0.05, 0.95))
        below, above = np.quantile(printed[:, k], (0.05, 0.95))
        yield *row, aim.unit, aim.role, row in fitted, float(observed[k]), median, low, high, below, above


def observed_of(posterior: Posterior, shown: Sequence[Row]) -> FloatArray:
    """Return what runs of a posterior may be compared with, in the units of the targets, shape (rows,).

    The figures that were fitted. Of the rest the observed ones, if it is these that were fitted; with other data in
    their place only those that every run starts from, whatever was fitted. NaN where there is nothing to compare with.
    """
    data = posterior.data
    given = dict(zip(data.rows, data.values, strict=True))

    def figure(row: Row) -> float:
        if row in given:
            return float(given[row])
        if data.source == OBSERVED or row[1] in target(row[0]).given:
            return observed_figure(row)
        return np.nan

    return np.array([figure(row) for row in shown], dtype=np.float64)


def noise(posterior: Posterior, shown: Sequence[Row]) -> FloatArray:
    """Draw discrepancies and errors of observation for figures, on their scales, shape (runs, rows)."""
    likelihood = posterior.fit.likelihood
    order = list(dict.fromkeys(name for name, _ in posterior.data.rows))
    # Draws are in random order, so the first of them go with the runs even if a run failed.
    sizes = likelihood.sizes(posterior.coordinates[: len(posterior.runs.parameters)])
    generator = stream([len(shown), len(sizes)])
    columns = [
        sizes[:, order.index(name)] if name in order else np.full(len(sizes), target(name).discrepancy)
        for name, _ in shown
    ]
    error = error_sd(shown)
    discrepancy = _correlated(discrepancy_correlation(shown), len(sizes), generator) * np.column_stack(columns)
    return np.asarray(discrepancy + _correlated(error_correlation(shown), len(sizes), generator) * error)


def _correlated(correlation: FloatArray, count: int, generator: np.random.Generator) -> FloatArray:
    """Draw standard normals with a correlation, shape (count, rows).

    The symmetric root: other roots turn with the choice of eigenvectors, which is free where eigenvalues are equal.
    """
    values, vectors = np.linalg.eigh(correlation)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return np.asarray(generator.standard_normal((count, len(correlation))) @ root)


def emulator_rows(learned: Learned) -> Iterable[Cells]:
    """Yield the errors of the emulator by figure, on points where the posteriors lie and on points of the priors."""
    near, wide = learned.near, learned.wide
    for k, row in enumerate(learned.rows):
        figures = (
            near.error[k], near.relative[k], near.explained[k], near.sd_ratio[k], wide.relative[k], wide.explained[k]
        )
        yield *row, *map(float, figures)
