"""What runs say: annual figures, intervals over runs, paired differences and the typical run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError, nearest
from simulator.parameters import Calibration
from simulator.periods import labels, years_of
from simulator.statistics import FloatArray, annualise, medoid, percent_change, probability_positive, spread
from simulator.variables import ENTITIES, LEVELS, variables

if TYPE_CHECKING:
    import pandas as pd

IntArray: TypeAlias = npt.NDArray[np.intp]

SUMMARY_COLUMNS: Final = (
    "scenario", "level", "entity", "variable", "unit", "period", "freq", "median", "p05", "p95",
)  # fmt: skip
DIFFERENCE_COLUMNS: Final = (
    "scenario", "base", "level", "entity", "variable", "unit", "measure", "period", "freq",
    "median", "p05", "p95", "prob_positive",
)  # fmt: skip
MEDOID_VARIABLES: Final = ("gdp_real", "exports", "fdi")
QUARTERLY_LEVELS: Final = ("province",)
"""Levels with quarterly rows in the two tables; every level has annual rows."""


class ParametersLike(Protocol):
    """The parameters that the runs used; row i belongs to run i."""

    @property
    def kind(self) -> str:
        """``prior``, ``posterior``, ``point`` or ``file``."""
        ...

    @property
    def hash(self) -> str:
        """Hash of the content, hexadecimal."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        ...

    @property
    def values(self) -> FloatArray:
        """Shape (run, parameter)."""
        ...

    @property
    def calibration(self) -> Calibration | None:
        """The posterior that the values come from, if they do."""
        ...


class ScheduleLike(Protocol):
    """The resolved policy path of a scenario; only its identity matters here."""

    @property
    def hash(self) -> str:
        """Hash of the content, hexadecimal."""
        ...


class EnsembleLike(Protocol):
    """All runs of one scenario, as the engine returns them or as a folder holds them."""

    @property
    def scenario(self) -> str:
        """Name of the scenario."""
        ...

    @property
    def schedule(self) -> ScheduleLike:
        """Its policy path."""
        ...

    @property
    def quarters(self) -> int:
        """Number of quarters from the first."""
        ...

    @property
    def runs(self) -> int:
        """Number of runs asked for, failed ones included."""
        ...

    @property
    def seed(self) -> int:
        """Seed of the runs."""
        ...

    @property
    def engine(self) -> str:
        """``compiled`` or ``mesa``."""
        ...

    @property
    def levels(self) -> Mapping[str, FloatArray]:
        """Level -> quarterly values, shape (run, quarter, entity, variable)."""
        ...

    @property
    def parameters(self) -> ParametersLike:
        """The parameters used."""
        ...

    @property
    def sizes(self) -> Mapping[str, FloatArray]:
        """Lever key -> sampled size, shape (run,)."""
        ...

    @property
    def failures(self) -> tuple[tuple[int, str], ...]:
        """Failed runs: number and message."""
        ...


@dataclass(frozen=True, eq=False)
class Results:
    """The ensembles of one command; the first is the base of every difference.

    Differences are paired: run i of a scenario against run i of the base, which share luck and parameters.
    A failed run is left out of its scenario's intervals, and of differences if it failed on either side.

    Raises
    ------
    InputError
        The ensembles do not belong together: other seed, runs, horizon or parameters, or a name twice.
    RuntimeError
        Every run of a scenario failed.
    """

    ensembles: Sequence[EnsembleLike]

    def __post_init__(self) -> None:
        """Check that the ensembles can be compared run by run."""
        object.__setattr__(self, "ensembles", tuple(self.ensembles))
        if not self.ensembles:
            raise InputError("no ensemble given; results need at least one scenario")
        names = self.scenarios
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise InputError(f'scenario "{twice[0]}" is given twice; name each scenario once')
        for e in self.ensembles:
            _check_together(self.base, e)
            if not len(self.kept(e.scenario)):
                raise RuntimeError(
                    f'every run of scenario "{e.scenario}" failed; run {e.failures[0][0]}: {e.failures[0][1]}'
                )

    @property
    def base(self) -> EnsembleLike:
        """The ensemble that the others are compared with."""
        return self.ensembles[0]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, base first."""
        return tuple(e.scenario for e in self.ensembles)

    @property
    def quarters(self) -> tuple[str, ...]:
        """Labels of the quarters, such as ``2006Q1``."""
        return labels(self.base.quarters)

    @property
    def years(self) -> tuple[str, ...]:
        """Labels of the full calendar years."""
        return years_of(self.base.quarters)

    def ensemble(self, scenario: str) -> EnsembleLike:
        """Return the ensemble of a scenario; ``InputError`` if there is none of this name."""
        for e in self.ensembles:
            if e.scenario == scenario:
                return e
        raise InputError(
            f'no scenario "{scenario}" in these results; they hold {", ".join(self.scenarios)}'
            f"{nearest(scenario, self.scenarios)}"
        )

    def kept(self, *scenarios: str) -> IntArray:
        """Return the numbers of the runs that failed in none of the scenarios (all if none is named), ascending."""
        failed = {run for s in scenarios or self.scenarios for run, _ in self.ensemble(s).failures}
        return np.array([i for i in range(self.base.runs) if i not in failed], dtype=np.intp)

    def values(self, scenario: str, level: str, freq: str = "A", runs: IntArray | None = None) -> FloatArray:
        """Return the values of a level, shape (run, period, entity, variable).

        Parameters
        ----------
        scenario, level
            Name of a scenario of these results and of a level of ``simulator.variables.LEVELS``.
        freq
            ``Q`` for quarters (flows per quarter), ``A`` for full years (flows per year).
        runs
            Runs to take; by default those that did not fail in this scenario.
        """
        quarterly = self._level(scenario, level)
        chosen = self.kept(scenario) if runs is None else runs
        if len(chosen) < len(quarterly) or not np.array_equal(chosen, np.arange(len(quarterly))):
            quarterly = quarterly[chosen]
        return annualise(quarterly, level) if freq == "A" else quarterly

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
        """Return one variable of one entity, shape (run, period); see :meth:`values`."""
        names = [v.name for v in variables()[level]]
        row, column = ENTITIES[level].index(entity), names.index(variable)
        chosen = self.kept(scenario) if runs is None else runs
        if freq == "Q":
            return self._level(scenario, level)[chosen, :, row, column]
        needed = [variable, *(variables()[level][column].of or ())]
        quarterly = self._level(scenario, level)[:, :, row : row + 1, [names.index(name) for name in needed]][chosen]
        return annualise(quarterly, level, needed)[:, :, 0, 0]

    @cached_property
    def medoids(self) -> dict[str, int]:
        """Scenario -> number of its typical run (see :func:`medoid`; quarterly province paths)."""
        names = [v.name for v in variables()["province"]]
        columns = [names.index(name) for name in MEDOID_VARIABLES]
        found: dict[str, int] = {}
        for s in self.scenarios:
            paths = self.values(s, "province", "Q")[:, :, 0, columns]
            found[s] = int(self.kept(s)[medoid(paths)])
        return found

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Median and 90 % interval of every variable: one row a scenario, level, entity, variable and period.

        Columns are ``SUMMARY_COLUMNS``. Years for every level, quarters too for the province. A row in which no
        run has a finite value (growth in the first year) is left out.
        """
        table = _Table(SUMMARY_COLUMNS)
        for scenario in self.scenarios:
            for level, freq, rows in self._parts():
                stats = spread(self.values(scenario, level, freq))
                table.add(rows, stats, scenario=scenario, level=level, freq=freq)
        return table.frame()

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Paired differences from the base, run by run: columns ``DIFFERENCE_COLUMNS``.

        ``measure`` is ``absolute`` (unit of the variable) or ``percent`` (unit ``%``; rows where some run's base
        is not positive are left out, see :func:`percent_change`). Empty when there is only one scenario.
        """
        table = _Table(DIFFERENCE_COLUMNS)
        base = self.base.scenario
        for scenario in self.scenarios[1:]:
            runs = self.kept(base, scenario)
            for level, freq, rows in self._parts() if len(runs) else ():
                old = self.values(base, level, freq, runs)
                new = self.values(scenario, level, freq, runs)
                for measure in ("absolute", "percent"):
                    change = new - old if measure == "absolute" else percent_change(new, old)
                    stats = np.concatenate([spread(change), probability_positive(change)[None]])
                    fixed = {"scenario": scenario, "base": base, "level": level, "freq": freq, "measure": measure}
                    table.add(rows, stats, **fixed, **({"unit": "%"} if measure == "percent" else {}))
        return table.frame()

    def _level(self, scenario: str, level: str) -> FloatArray:
        """Return the quarterly array of a level, all runs; ``InputError`` if its shape is not as declared."""
        ensemble = self.ensemble(scenario)
        values = ensemble.levels[level]
        shape = (ensemble.runs, ensemble.quarters, len(ENTITIES[level]), len(variables()[level]))
        if values.shape != shape:
            raise InputError(f'scenario "{scenario}", level {level}: shape {values.shape}, not {shape}')
        return values

    def _parts(self) -> list[tuple[str, str, dict[str, npt.NDArray[np.object_]]]]:
        """Level, frequency and row labels of the blocks of the two tables."""
        parts: list[tuple[str, str, dict[str, npt.NDArray[np.object_]]]] = []
        for level in LEVELS:
            if level in QUARTERLY_LEVELS:
                parts.append((level, "Q", _row_labels(level, self.quarters)))
            parts.append((level, "A", _row_labels(level, self.years)))
        return parts


def _row_labels(level: str, periods: tuple[str, ...]) -> dict[str, npt.NDArray[np.object_]]:
    """Entity, variable, unit and period of the rows of a block, in the order entity, variable, period."""
    columns = variables()[level]
    entities, periods_ = np.array(ENTITIES[level], dtype=object), np.array(periods, dtype=object)
    names = np.array([v.name for v in columns], dtype=object)
    units = np.array([v.unit for v in columns], dtype=object)
    return {
        "entity": np.repeat(entities, len(columns) * len(periods)),
        "variable": np.tile(np.repeat(names, len(periods)), len(entities)),
        "unit": np.tile(np.repeat(units, len(periods)), len(entities)),
        "period": np.tile(periods_, len(entities) * len(columns)),
    }


class _Table:
    """Collects blocks of rows column by column and makes one frame of them."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.numbers = columns[columns.index("median") :]
        self.parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in columns}

    def add(self, labels: Mapping[str, npt.NDArray[np.object_]], stats: FloatArray, **fixed: str) -> None:
        """Add the rows of a block; stats has shape (statistic, period, entity, variable)."""
        flat = stats.transpose(0, 2, 3, 1).reshape(len(stats), -1)
        known = np.isfinite(flat[0])
        for name in self.columns:
            if name in self.numbers:
                part: npt.NDArray[Any] = flat[self.numbers.index(name)][known]
            elif name in fixed:
                part = np.full(int(known.sum()), fixed[name], dtype=object)
            else:
                part = labels[name][known]
            self.parts[name].append(part)

    def frame(self) -> pd.DataFrame:
        """Return the frame: text columns of strings, number columns of float64."""
        import pandas as pd

        columns = {}
        for name, parts in self.parts.items():
            kind = np.float64 if name in self.numbers else np.object_
            columns[name] = np.concatenate(parts) if parts else np.empty(0, dtype=kind)
        return pd.DataFrame(columns)


def _check_together(base: EnsembleLike, other: EnsembleLike) -> None:
    """Raise ``InputError`` unless run i of both ensembles shares luck, parameters and horizon."""
    for what, a, b in (
        ("seed", base.seed, other.seed),
        ("runs", base.runs, other.runs),
        ("quarters", base.quarters, other.quarters),
        ("parameters", base.parameters.hash, other.parameters.hash),
    ):
        if a != b:
            raise InputError(
                f'scenarios "{base.scenario}" and "{other.scenario}" cannot be compared run by run: '
                f"{what} {a} and {b}; run both with the same {what}"
            )
