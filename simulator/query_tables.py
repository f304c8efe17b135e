"""Tables that people ask a results folder for: the layout of the IAMC, and paired differences of any runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError, nearest
from simulator.paired_statistics import IntArray, paired_figures
from simulator.periods import years_of
from simulator.query import ResultsQuery, literal, literals, open_results, quoted
from simulator.statistics import FloatArray, annualise
from simulator.variables import ENTITIES, LEVELS, variables
from simulator.variables import variable as known_variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

Statistic: TypeAlias = Literal["median", "p05", "p95"]
STATISTICS: Final = ("median", "p05", "p95")
IAMC_COLUMNS: Final = ("model", "scenario", "region", "variable", "unit")
PLACES: Final = ("province", "city")
"""Levels whose entities are regions; what the others name (a partner, a sector) is part of the variable."""
PAIRED_COLUMNS: Final = (
    "entity", "variable", "unit", "period", "mean", "standard_error", "median", "p05", "p95", "prob_positive", "n",
)  # fmt: skip


def iamc(
    results: ResultsQuery | Path | str,
    scenarios: Sequence[str] | None = None,
    level: str = "province",
    statistic: Statistic = "median",
) -> pd.DataFrame:
    """Return yearly figures in the layout of the IAMC, which pyam and other tools of modellers read.

    Parameters
    ----------
    results
        An open folder, or its path.
    scenarios
        Names of scenarios, by default all.
    level
        One of ``simulator.variables.LEVELS``. Of province and cities the region is the entity; of the others it is
        Liaoning, and the entity follows the variable: ``exports|Japan``.
    statistic
        Over runs: ``median``, ``p05`` or ``p95``.

    Returns
    -------
    Columns ``IAMC_COLUMNS``, then one a year, such as ``2006``; variables and units as in ``variables.toml``, flows
    per year. NaN where no run has a value.

    Raises
    ------
    InputError
        A name is unknown.
    """
    check_name("level", level, LEVELS)
    check_name("statistic", statistic, STATISTICS)
    with _opened(results) as query:
        names = [entry.name for entry in query.manifest.scenarios]
        wanted = chosen_names(f"scenario of {query.directory}", scenarios, names)
        frame = query.sql(
            f"SELECT scenario, entity, variable, unit, period, {statistic} AS value FROM summary "
            f"WHERE freq = 'A' AND level = {literal(level)} AND scenario IN ({literals(wanted)})"
        )
        model = f"liaosim {query.manifest.version}"
    return iamc_layout(frame, level, model)


def iamc_layout(frame: pd.DataFrame, level: str, model: str) -> pd.DataFrame:
    """Return yearly figures in the layout of the IAMC.

    Parameters
    ----------
    frame
        Columns ``scenario``, ``entity``, ``variable``, ``unit``, ``period`` and ``value``; its order is kept.
    level
        Fixes what is a region.
    model
        First column.
    """
    import pandas as pd

    keys = ["scenario", "entity", "variable", "unit"]
    order = frame[keys].drop_duplicates()
    wide = frame.pivot(index=keys, columns="period", values="value").reindex(pd.MultiIndex.from_frame(order))
    wide = wide[sorted(wide.columns)].reset_index()
    wide.columns.name = None
    if level in PLACES:
        wide["region"] = wide["entity"]
    else:
        wide["region"] = ENTITIES["province"][0]
        wide["variable"] = wide["variable"] + "|" + wide["entity"]
    wide["model"] = model
    return wide[[*IAMC_COLUMNS, *sorted(set(frame["period"]))]]


def paired(
    query: ResultsQuery,
    scenario: str,
    base: str,
    level: str,
    variable: str,
    entity: str | Sequence[str] | None = None,
    years: Iterable[int | str] | None = None,
    runs: Iterable[int] | None = None,
) -> pd.DataFrame:
    """Return yearly differences between two scenarios, run by run under the same luck and parameters.

    Parameters
    ----------
    query
        An open folder.
    scenario, base
        Two of its scenarios, any two.
    level, variable
        A level and one of its variables.
    entity
        One or more entities of the level, by default all.
    years
        Full calendar years, by default all.
    runs
        Numbers of runs, by default all; those that failed in either scenario are left out.

    Returns
    -------
    One row an entity and year, columns ``PAIRED_COLUMNS``. ``median``, ``p05``, ``p95`` and ``prob_positive`` are
    those of ``Results.differences``; ``mean`` is over the ``n`` runs with a finite difference, ``standard_error`` its
    standard error (standard deviation over the square root of ``n``, runs taken as independent; NaN for a single run).

    Raises
    ------
    InputError
        A name, year or run is unknown, or no run is left.
    """
    check_name("level", level, LEVELS)
    check_name(f"variable of {level}", variable, [v.name for v in variables()[level]])
    for name in (scenario, base):
        _check_scenario(query, name)
    asked = [entity] if isinstance(entity, str) else entity
    entities = chosen_names(f"entity of {level}", asked, ENTITIES[level])
    periods = chosen_years(query.directory, query.manifest.quarters, years)
    chosen_runs = _runs(query, scenario, base, runs)
    new, old = (_annual(query, s, level, variable, entities, periods, chosen_runs) for s in (scenario, base))
    each = np.arange(len(chosen_runs), dtype=np.int64)
    table = paired_table(new - old, each, each, level, variable, entities, periods)
    return table[list(PAIRED_COLUMNS)]


def paired_table(
    change: FloatArray, draws: IntArray, replications: IntArray, level: str, variable: str, entities: Sequence[str],
    periods: Sequence[str],
) -> pd.DataFrame:  # fmt: skip
    """Return the statistics of differences between two scenarios, one row an entity and period.

    Parameters
    ----------
    change
        Shape (pair, period, entity).
    draws, replications
        Shape (pair,); see ``simulator.paired_statistics.paired_figures``.
    level, variable, entities, periods
        What the differences are of.
    """
    import pandas as pd

    figures = paired_figures(change.reshape(len(change), -1), draws, replications)
    shape = len(periods), len(entities)
    rows = len(periods) * len(entities)
    columns: dict[str, Any] = {
        "entity": np.repeat(np.array(entities, dtype=object), len(periods)),
        "variable": np.full(rows, variable, dtype=object),
        "unit": np.full(rows, known_variable(level, variable).unit, dtype=object),
        "period": np.tile(np.array(periods, dtype=object), len(entities)),
        **{name: figure.reshape(shape).T.reshape(-1) for name, figure in figures._asdict().items()},
    }
    return pd.DataFrame(columns)


def _annual(
    query: ResultsQuery, scenario: str, level: str, variable: str, entities: list[str], years: list[str],
    runs: npt.NDArray[np.intp],
) -> FloatArray:  # fmt: skip
    """Return the yearly values of one variable, shape (run, year, entity), summed from quarters as results are."""
    of = next(v.of for v in variables()[level] if v.name == variable)
    names = [variable, *(of or ())]
    query.view(f"series_{level}")
    table = query.arrow(
        f"SELECT run, period, entity, {', '.join(f'{quoted(n)}::DOUBLE AS {quoted(n)}' for n in names)} "
        f"FROM series_{level} WHERE scenario = {literal(scenario)} AND freq = 'Q' AND entity IN ({literals(entities)}) "
        f"AND left(period, 4) IN ({literals(years)}) AND run IN ({', '.join(str(run) for run in runs)})"
    )
    quarters = [f"{year}Q{quarter}" for year in years for quarter in (1, 2, 3, 4)]
    places = (
        _positions(table["run"], runs.tolist()),
        _positions(table["period"], quarters),
        _positions(table["entity"], entities),
    )
    shape = (len(runs), len(quarters), len(entities))
    cells = np.ravel_multi_index(places, shape)
    if not np.array_equal(np.sort(cells), np.arange(np.prod(shape))):
        raise InputError(f"{query.directory}: the series of {scenario} ({level}) are not whole")
    order = np.argsort(cells)
    values = np.stack([table[name].to_numpy()[order].reshape(shape) for name in names], axis=-1)
    return annualise(values, level, names)[..., 0]


def _positions(column: Any, values: Sequence[object]) -> npt.NDArray[np.intp]:
    """Return the place of every entry of an Arrow column in a list of distinct values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return np.asarray(pc.index_in(column, value_set=pa.array(values, column.type)).to_numpy(), dtype=np.intp)


def chosen_years(directory: Path, quarters: int, years: Iterable[int | str] | int | str | None) -> list[str]:
    """Return the years asked for in their order, by default all; ``InputError`` for one not simulated to its end."""
    full = years_of(quarters)
    asked = [years] if isinstance(years, str | int) else years
    chosen = list(full) if asked is None else sorted({str(year) for year in asked})
    for year in chosen:
        if year not in full:
            span = f"{full[0]} to {full[-1]}" if full else "there are none"
            raise InputError(f"years: {year} is none of the full years of {directory}, {span}")
    if not chosen:
        raise InputError("years: none is given")
    return chosen


def _runs(query: ResultsQuery, scenario: str, base: str, runs: Iterable[int] | None) -> npt.NDArray[np.intp]:
    """Return the runs asked for that failed in neither scenario, ascending."""
    manifest = query.manifest
    chosen = set(range(manifest.runs)) if runs is None else {int(run) for run in runs}
    strange = sorted(run for run in chosen if not 0 <= run < manifest.runs)
    if strange:
        raise InputError(f"runs: {strange[0]} is none of the runs of {query.directory}, 0 to {manifest.runs - 1}")
    left = chosen - {run for name in (scenario, base) for run, _ in manifest.failures[name]}
    if not left:
        raise InputError(f"runs: none is left that failed neither in {scenario} nor in {base}")
    return np.array(sorted(left), dtype=np.intp)


@contextmanager
def _opened(results: ResultsQuery | Path | str) -> Iterator[ResultsQuery]:
    """Open a folder for the time of a block, or use one that is open."""
    if isinstance(results, ResultsQuery):
        yield results
        return
    with open_results(results) as query:
        yield query


def _check_scenario(query: ResultsQuery, name: str) -> None:
    check_name(f"scenario of {query.directory}", name, [entry.name for entry in query.manifest.scenarios])


def check_name(what: str, name: str, allowed: Sequence[str]) -> None:
    """Raise ``InputError`` unless a name is one of those allowed."""
    if name not in allowed:
        raise InputError(f'"{name}" is no {what}{nearest(name, allowed)}; allowed: {", ".join(allowed)}')


def chosen_names(what: str, names: Sequence[str] | None, allowed: Sequence[str]) -> list[str]:
    """Return the names asked for, each once, or all; ``InputError`` for a name that there is not, and for none."""
    chosen = list(dict.fromkeys(allowed if names is None else names))
    if not chosen:
        raise InputError(f"no {what} is given; allowed: {', '.join(allowed)}")
    for name in chosen:
        check_name(what, name, allowed)
    return chosen
