"""Tables that people ask a results folder for: the layout of the IAMC, and paired differences of any runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError, nearest
from simulator.periods import years_of
from simulator.query import Query, open_results
from simulator.statistics import FloatArray, annualise, probability_positive, spread
from simulator.variables import ENTITIES, LEVELS, variables

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
    results: Query | Path | str,
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
    import pandas as pd

    _check("level", level, LEVELS)
    _check("statistic", statistic, STATISTICS)
    with _opened(results) as query:
        names = [entry.name for entry in query.manifest.scenarios]
        wanted = _chosen(f"scenario of {query.directory}", scenarios, names)
        frame = query.sql(
            f"SELECT scenario, entity, variable, unit, period, {statistic} AS value FROM summary "
            f"WHERE freq = 'A' AND level = {_text(level)} AND scenario IN ({_texts(wanted)})"
        )
        model = f"liaosim {query.manifest.version}"
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
    query: Query,
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
    _check("level", level, LEVELS)
    _check(f"variable of {level}", variable, [v.name for v in variables()[level]])
    for name in (scenario, base):
        _check_scenario(query, name)
    asked = [entity] if isinstance(entity, str) else entity
    entities = _chosen(f"entity of {level}", asked, ENTITIES[level])
    chosen_years = _years(query, years)
    chosen_runs = _runs(query, scenario, base, runs)
    new, old = (_annual(query, s, level, variable, entities, chosen_years, chosen_runs) for s in (scenario, base))
    return _table(new - old, level, variable, entities, chosen_years)


def _table(change: FloatArray, level: str, variable: str, entities: list[str], years: list[str]) -> pd.DataFrame:
    """Return the statistics of differences of shape (run, year, entity), one row an entity and year."""
    import pandas as pd

    finite = np.isfinite(change)
    n = finite.sum(axis=0)
    mean, error = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    np.divide(np.where(finite, change, 0.0).sum(axis=0), n, out=mean, where=n > 0)
    squares = np.where(finite, (change - mean) ** 2, 0.0).sum(axis=0)
    np.divide(squares, n * (n - 1.0), out=error, where=n > 1)
    middle, low, high = spread(change)
    unit = next(v.unit for v in variables()[level] if v.name == variable)
    rows = n.T.size
    figures = (mean, np.sqrt(error), middle, low, high, probability_positive(change), n)
    columns: dict[str, Any] = {
        "entity": np.repeat(np.array(entities, dtype=object), len(years)),
        "variable": np.full(rows, variable, dtype=object),
        "unit": np.full(rows, unit, dtype=object),
        "period": np.tile(np.array(years, dtype=object), len(entities)),
        **{name: figure.T.reshape(-1) for name, figure in zip(PAIRED_COLUMNS[4:], figures, strict=True)},
    }
    return pd.DataFrame(columns)


def _annual(
    query: Query, scenario: str, level: str, variable: str, entities: list[str], years: list[str],
    runs: npt.NDArray[np.intp],
) -> FloatArray:  # fmt: skip
    """Return the yearly values of one variable, shape (run, year, entity), summed from quarters as results are."""
    of = next(v.of for v in variables()[level] if v.name == variable)
    names = [variable, *(of or ())]
    query.view(f"series_{level}")
    table = query.arrow(
        f"SELECT run, period, entity, {', '.join(f'{_name(n)}::DOUBLE AS {_name(n)}' for n in names)} "
        f"FROM series_{level} WHERE scenario = {_text(scenario)} AND freq = 'Q' AND entity IN ({_texts(entities)}) "
        f"AND left(period, 4) IN ({_texts(years)}) AND run IN ({', '.join(str(run) for run in runs)})"
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


def _years(query: Query, years: Iterable[int | str] | None) -> list[str]:
    """Return the years asked for in their order; ``InputError`` for one that was not simulated to its end."""
    full = years_of(query.manifest.quarters)
    chosen = list(full) if years is None else sorted({str(year) for year in years})
    for year in chosen:
        if year not in full:
            raise InputError(f"years: {year} is none of the full years of {query.directory}, {full[0]} to {full[-1]}")
    if not chosen:
        raise InputError("years: none is given")
    return chosen


def _runs(query: Query, scenario: str, base: str, runs: Iterable[int] | None) -> npt.NDArray[np.intp]:
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
def _opened(results: Query | Path | str) -> Iterator[Query]:
    """Open a folder for the time of a block, or use one that is open."""
    if isinstance(results, Query):
        yield results
        return
    with open_results(results) as query:
        yield query


def _check_scenario(query: Query, name: str) -> None:
    _check(f"scenario of {query.directory}", name, [entry.name for entry in query.manifest.scenarios])


def _check(what: str, name: str, allowed: Sequence[str]) -> None:
    if name not in allowed:
        raise InputError(f'"{name}" is no {what}{nearest(name, allowed)}; allowed: {", ".join(allowed)}')


def _chosen(what: str, names: Sequence[str] | None, allowed: Sequence[str]) -> list[str]:
    """Return the names asked for, each once, or all; ``InputError`` for a name that there is not, and for none."""
    chosen = list(dict.fromkeys(allowed if names is None else names))
    if not chosen:
        raise InputError(f"no {what} is given; allowed: {', '.join(allowed)}")
    for name in chosen:
        _check(what, name, allowed)
    return chosen


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _texts(values: Iterable[str]) -> str:
    return ", ".join(_text(value) for value in values)


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
