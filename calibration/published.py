"""Published results of the literature against what the model simulates in their place, failures included.

Policy and base share luck, parameters and sampled sizes run by run, so an effect is a paired difference. No parameter
is tuned to a band: ``published.toml`` holds the bands, what is comparable, and why a result fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.published_file import DIFFERENCE, PERCENT, SIGN, Published, Result, Term, load_published
from simulator.ensemble import Ensemble, simulate
from simulator.errors import InputError
from simulator.parameters import ParameterTable
from simulator.periods import FIRST_YEAR, labels
from simulator.results import Results
from simulator.scenario import load_scenario
from simulator.schedule import Schedule, first_difference
from simulator.statistics import spread
from simulator.text_file import replace_file
from simulator.world import World

if TYPE_CHECKING:
    import pandas as pd

FloatArray: TypeAlias = npt.NDArray[np.float64]
Cell: TypeAlias = tuple[str, str, str]
"""Level, variable, entity."""
Series: TypeAlias = Mapping[tuple[str, Cell], FloatArray]
"""Arm and cell -> annual values, shape (runs, years); NaN in failed runs."""

COLUMNS: Final = ("result", "outcome", "published", "low", "high", "simulated_median", "p05", "p95", "pass")
NEEDED_SHARE: Final = 0.9
"""Part of the runs that must have the published sign."""
BASELINE: Final = "baseline"


@dataclass(frozen=True, eq=False)
class Found:
    """A published result and what the runs say.

    Attributes
    ----------
    result : Result
    values : ndarray, shape (runs,)
        Paired differences in the unit of the result; runs that failed in one of the arms are left out.
    """

    result: Result
    values: FloatArray

    @cached_property
    def interval(self) -> tuple[float, float, float]:
        """Median, 5 % and 95 % quantile over runs."""
        median, low, high = spread(self.values)
        return float(median), float(low), float(high)

    @property
    def share(self) -> float:
        """Share of runs in the band, ends excluded: an effect of exactly zero has no sign."""
        return float(((self.result.low < self.values) & (self.values < self.result.high)).mean())

    @property
    def passed(self) -> bool:
        """Rule "sign": 90 % of the runs in the band, its ends excluded. Rule "median": the median, ends included."""
        if self.result.rule == SIGN:
            return self.share >= NEEDED_SHARE
        return self.result.low <= self.interval[0] <= self.result.high


def published_table(
    world: World,
    parameters: ParameterTable,
    *,
    runs: int = 64,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Simulate every arm once and return one row a published result, columns ``COLUMNS``, without empty cells.

    Parameters
    ----------
    world : World
    parameters : ParameterTable
        One row a run: prior, posterior or point.
    runs, seed, threads : int
    progress : callable, optional
        Called with the name of each arm as it begins.

    Raises
    ------
    InputError
        If the table has not one row a run.
    RuntimeError
        If no run of a result is left.
    """
    return table_of(compare(world, parameters, runs=runs, seed=seed, threads=threads, progress=progress))


def compare(
    world: World,
    parameters: ParameterTable,
    *,
    runs: int = 64,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
    published: Published | None = None,
) -> tuple[Found, ...]:
    """Return every published result of a file (by default the shipped one) with its runs; see `published_table`."""
    if len(parameters.values) != runs:
        raise InputError(f"parameters: {len(parameters.values)} rows given for {runs} runs; one row a run is needed")
    published = published or load_published()
    series = _simulate(world, parameters, published, runs, seed, threads, progress)
    return tuple(Found(result, effect_of(result, series)) for result in published.results)


def table_of(found: Iterable[Found]) -> pd.DataFrame:
    """Return one row a result, columns ``COLUMNS``."""
    import pandas as pd

    rows = []
    for one in found:
        result = one.result
        median, low, high = one.interval
        rows.append((
            f"{result.key} {result.study}", f"{result.outcome}, {result.unit}", result.published, result.low,
            result.high, median, low, high, one.passed,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def write_published(table: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV, whole or not at all; an open end of a band is ``-inf`` or ``inf``."""
    replace_file(path, table.to_csv(index=False, lineterminator="\n"))


def effect_of(result: Result, series: Series) -> FloatArray:
    """Return the outcome of a result run by run, without runs that failed.

    Raises
    ------
    RuntimeError
        If no run is left.
    """
    values = np.sum([term.weight * _effect(term, series) for term in result.term], axis=0)
    kept = np.asarray(values[np.isfinite(values)])
    if not len(kept):
        raise RuntimeError(f"result {result.key}: no run is left; in every run an arm failed or a base was zero")
    return kept


def _effect(term: Term, series: Series) -> FloatArray:
    """Return the effect of the arm against its base, shape (runs,)."""
    new, old = (_amount(term, name, series) for name in (term.arm, term.base))
    if term.measure == DIFFERENCE:
        return new - old
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = new / old
        return np.asarray(100.0 * (ratio - 1.0) if term.measure == PERCENT else 100.0 * np.log(ratio))


def _amount(term: Term, arm: str, series: Series) -> FloatArray:
    """Return the sum of the term's variables over entities and years, over that of its denominator if it has one."""
    amount = _sum(term, term.of, arm, series)
    return amount / _sum(term, term.over, arm, series) if term.over else amount


def _sum(term: Term, names: Iterable[str], arm: str, series: Series) -> FloatArray:
    columns = [int(year) - FIRST_YEAR for year in term.years]
    parts = [series[arm, (term.level, name, entity)][:, columns] for name in names for entity in term.entities]
    return np.asarray(np.sum(parts, axis=0).sum(axis=1))


def _cells(published: Published) -> dict[str, set[Cell]]:
    """Return which outputs are needed of each arm; an arm that no result uses is not simulated."""
    cells: dict[str, set[Cell]] = {}
    for term in (term for result in published.results for term in result.term):
        needed = {(term.level, name, entity) for name in (*term.of, *term.over) for entity in term.entities}
        for arm in (term.arm, term.base):
            cells.setdefault(arm, set()).update(needed)
    return cells


def _simulate(
    world: World,
    parameters: ParameterTable,
    published: Published,
    runs: int,
    seed: int,
    threads: int | None,
    progress: Callable[[str], None] | None,
) -> dict[tuple[str, Cell], FloatArray]:
    """Simulate every arm that is needed once, each from where it leaves the baseline, and keep its cells."""
    cells = _cells(published)
    trunk = _trunk(published, cells)
    branches = {name: first_difference(trunk, plan, plan.quarters) for name, plan in published.schedules.items()}
    keep = sorted({q for name in cells if (q := branches[name]) is not None})

    def run(schedule: Schedule, base: Ensemble | None) -> Ensemble:
        return simulate(
            world, schedule, runs=runs, seed=seed, until=labels(schedule.quarters)[-1], threads=threads,
            parameters=parameters, base=base, keep=() if base else keep,
        )  # fmt: skip

    base = run(trunk, None)
    series: dict[tuple[str, Cell], FloatArray] = {}
    for name, needed in cells.items():
        if progress is not None:
            progress(name)
        ensemble = base if branches[name] is None else run(published.schedules[name], base)
        results = Results((ensemble,)) if len(ensemble.failures) < runs else None
        for level, variable, entity in needed:
            values = np.full((runs, ensemble.quarters // 4), np.nan)
            if results is not None:
                kept = results.kept()
                values[kept] = results.series(ensemble.scenario, variable, level=level, entity=entity)
            series[name, (level, variable, entity)] = values
    return series


def _trunk(published: Published, cells: Mapping[str, set[Cell]]) -> Schedule:
    """Return the schedule that the others branch from: the shipped baseline to the last quarter that is needed."""
    quarters = max(published.schedules[name].quarters for name in cells)
    return load_scenario(BASELINE).schedule(labels(quarters)[-1])
