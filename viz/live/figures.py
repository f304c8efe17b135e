"""What the what-if page shows of simulated runs, and no more: years of the province, the last years of the rest.

A whole ensemble takes hundreds of megabytes; its figures take four kilobytes a run, so every user can have some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np

from simulator.ensemble import Ensemble
from simulator.headline import COST, HEADLINE, WINDOW
from simulator.parameters import ParameterTable
from simulator.results import IntArray, Results
from simulator.schedule import Schedule
from simulator.statistics import FloatArray, annualise
from simulator.variables import ENTITIES, variable, variables
from viz.panels import CHANGES, ENTITY_CHANGES

SHOWN: Final = tuple(dict.fromkeys((*HEADLINE, *CHANGES, COST, "gdp_nominal")))
"""Outputs of the province that are kept."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Figures of the first runs of one scenario; in results they stand for its ensemble.

    Attributes
    ----------
    scenario : str
    schedule : Schedule
    quarters, seed : int
    parameters : ParameterTable
        Row i belongs to run i.
    years : dict of str to ndarray, shape (runs, years)
        Output of the province -> annual figures; NaN in failed runs.
    late : dict of (level, output) to ndarray, shape (runs, entities, WINDOW)
        Annual figures of the last years.
    failures : tuple of (run, message)
    """

    scenario: str
    schedule: Schedule
    quarters: int
    seed: int
    parameters: ParameterTable
    years: Mapping[str, FloatArray]
    late: Mapping[tuple[str, str], FloatArray]
    failures: tuple[tuple[int, str], ...] = ()
    engine: str = "compiled"

    @property
    def runs(self) -> int:
        """Number of runs, failed ones included."""
        return len(self.parameters.values)

    @property
    def levels(self) -> Mapping[str, FloatArray]:
        """No quarterly values are kept."""
        return {}

    @property
    def sizes(self) -> Mapping[str, FloatArray]:
        """No sampled sizes are kept."""
        return {}

    def first(self, parameters: ParameterTable) -> Figures:
        """Return those of the first runs, as many as `parameters` has rows."""
        runs = len(parameters.values)
        return replace(
            self,
            parameters=parameters,
            years={key: values[:runs] for key, values in self.years.items()},
            late={key: values[:runs] for key, values in self.late.items()},
            failures=tuple(failure for failure in self.failures if failure[0] < runs),
        )


def figures_of(ensemble: Ensemble, name: str) -> Figures:
    """Return the figures of a part of an ensemble; failed runs have their number in the whole."""
    full = ensemble.quarters // 4
    columns = _columns("province", SHOWN)
    annual = annualise(ensemble.levels["province"][..., list(columns.values())], "province", list(columns))
    late: dict[tuple[str, str], FloatArray] = {}
    for level in dict.fromkeys(level for level, _ in ENTITY_CHANGES):
        wanted = [output for where, output in ENTITY_CHANGES if where == level]
        columns_here = _columns(level, wanted)
        last = ensemble.levels[level][:, 4 * max(0, full - WINDOW) : 4 * full][..., list(columns_here.values())]
        values = annualise(last, level, list(columns_here))
        for output in wanted:
            late[level, output] = np.ascontiguousarray(values[..., list(columns_here).index(output)].swapaxes(1, 2))
    return Figures(
        name, ensemble.schedule, ensemble.quarters, ensemble.seed, ensemble.parameters,
        {output: annual[:, :, 0, list(columns).index(output)].copy() for output in SHOWN}, late,
        tuple((ensemble.first_run + run, message) for run, message in ensemble.failures),
    )  # fmt: skip


def _columns(level: str, wanted: Sequence[str]) -> dict[str, int]:
    """Return name -> column of outputs and of those that they are ratios of."""
    names = [v.name for v in variables()[level]]
    needed = dict.fromkeys(part for name in wanted for part in (name, *(variable(level, name).of or ())))
    return {name: names.index(name) for name in needed}


def joined(parts: Sequence[Figures], parameters: ParameterTable) -> Figures:
    """Return parts that follow each other as one; `parameters` are those of all runs."""
    return replace(
        parts[0],
        parameters=parameters,
        years={key: np.concatenate([part.years[key] for part in parts]) for key in parts[0].years},
        late={key: np.concatenate([part.late[key] for part in parts]) for key in parts[0].late},
        failures=tuple(failure for part in parts for failure in part.failures),
    )


class LiveResults(Results):
    """Results of figures: the annual series that the page shows, read by the same functions as those of a folder.

    Outputs of cities, ports, sectors, partners and origins have the last ``WINDOW`` years only. Quarterly values,
    tables of all outputs and typical runs are not kept.
    """

    def series(
        self,
        scenario: str,
        variable: str,
        *,
        level: str = "province",
        entity: str = "Liaoning",
        freq: str = "A",
        runs: IntArray | None = None,
    ) -> FloatArray:
        """Return one output of one entity, shape (run, year)."""
        figures = cast(Figures, self.ensemble(scenario))
        chosen = self.kept(scenario) if runs is None else runs
        if freq != "A":
            raise ValueError("quarterly values are not kept")
        if level == "province":
            return np.asarray(figures.years[variable][chosen])
        return np.asarray(figures.late[level, variable][chosen, ENTITIES[level].index(entity)])
