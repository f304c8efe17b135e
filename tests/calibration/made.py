"""A calibration made up for tests: a few runs repeated stand for its runs, known effects for its emulator."""

from __future__ import annotations

import numpy as np

from calibration.fit.calibrate import SHIPPED, Calibration, Posterior, with_others
from calibration.fit.design import KEPT, Runs
from calibration.fit.emulator import HeldOut
from calibration.fit.fit import fit, make_likelihood
from calibration.fit.learn import Learned
from calibration.fit.reweighting import Weights
from calibration.fit.settings import Settings
from calibration.targets import OBSERVED, Row, TargetData, observed_figure, target
from simulator.ensemble import Ensemble
from simulator.parameters import PRIOR_ROWS, names
from simulator.results import Results
from simulator.variables import ENTITIES
from tests.calibration.linear import emulator_of

FITTED = ("tax_rate", "fdi_wage", "census_coverage")
TARGETS = ("gdp_restated", "fiscal_revenue_published", "wage", "population")


def runs_of(history: Ensemble, count: int = PRIOR_ROWS) -> Runs:
    """Return runs to 2017Q4 again and again, each a little larger or smaller, as a calibration keeps them."""
    results = Results((history,))
    pick = np.arange(count) % len(history.parameters.values)
    size = np.exp(0.01 * np.random.default_rng(4).standard_normal((count, 1, 1, 1)))
    values = {}
    for keep in KEPT:
        found = np.stack(
            [
                np.stack(
                    [
                        results.series(history.scenario, name, level=keep.level, entity=entity, freq=keep.freq)
                        for name in keep.variables
                    ],
                    axis=-1,
                )
                for entity in ENTITIES[keep.level]
            ],
            axis=2,
        )
        values[keep.level, keep.freq] = found[pick] * size
    return Runs(history.parameters.values[pick], values)


def made(
    history: Ensemble, *, name: str = SHIPPED, source: str = OBSERVED, last_year: int = 2017, shift: float = 0.0
) -> tuple[Calibration, Posterior]:
    """Return a calibration with one posterior, fitted to observed figures moved by `shift`."""
    rows: tuple[Row, ...] = tuple(
        (aim, period) for aim in TARGETS for period in target(aim).free if int(period[:4]) <= last_year
    )
    figures = np.array([observed_figure(row) for row in rows]) * np.exp(shift)
    data = TargetData(rows, figures, source)
    effects = np.zeros((3, len(rows)))
    for k, aim in enumerate(("fiscal_revenue_published", "wage", "gdp_restated")):
        effects[k, [row[0] == aim for row in rows]] = 0.4
    emulator = emulator_of(effects, data.vector, np.full(len(rows), 0.03), FITTED)
    likelihood = make_likelihood(emulator, rows, data.vector, data.error)
    found = fit(likelihood, seed=1, steps=200, most=200, processes=1)
    draws = found.chains.chosen(PRIOR_ROWS, np.random.default_rng(2))
    weights = Weights(np.full(PRIOR_ROWS, 1.0 / PRIOR_ROWS), np.zeros((PRIOR_ROWS, len(rows))))
    effective = np.full(len(FITTED), 700.0)
    values = with_others(likelihood, draws)
    posterior = Posterior(name, data, found, weights, effective, draws, values, runs_of(history))
    some = np.full(len(rows), 0.5)
    held = HeldOut(some, some, some, some, 0.01 * np.eye(len(rows)))
    learned = Learned(rows, emulator, np.full(len(names()), 0.3), held, held, held, 1_000)
    return Calibration(Settings(), learned, (posterior,)), posterior
