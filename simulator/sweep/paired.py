"""Paired differences between scenarios of a sweep, with standard errors for any subset of its runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError
from simulator.paired_statistics import IntArray
from simulator.parameters import names as parameter_names
from simulator.query import condition, literal, literals, quoted
from simulator.query_tables import check_name, chosen_names, paired_table
from simulator.statistics import FloatArray
from simulator.sweep.spec import Freq
from simulator.variables import ENTITIES

if TYPE_CHECKING:
    import pandas as pd

    from simulator.sweep.views import Sweep

_WHOLE: Final = ("draw", "replication")


def paired(
    sweep: Sweep,
    scenario: str,
    base: str,
    level: str,
    variable: str,
    entity: str | Sequence[str] | None = None,
    years: Iterable[int | str] | None = None,
    where: str | None = None,
    by: str | Sequence[str] = (),
    *,
    freq: Freq = "A",
) -> pd.DataFrame:
    """Return differences between two scenarios, run by run under the same draw, luck and point of the design.

    Where the design changes nothing of one of the two, its run is paired with every point of the other.

    Parameters
    ----------
    sweep
        An open folder.
    scenario, base
        Two of its scenarios, any two.
    level, variable, freq
        A variable that is kept of a level, yearly (``A``) or quarterly (``Q``).
    entity
        One or more entities of the level, by default all.
    years
        Full calendar years, by default all.
    where
        A condition in SQL on the pairs: over ``point``, ``draw``, ``replication``, ``run``, ``entity``, ``period``,
        ``value`` (of `scenario`), ``base``, ``difference`` and the axes of the design; it may look into other views,
        as ``"draw IN (SELECT draw FROM parameters WHERE capital_share > 0.5)"``.
    by
        One table each: ``point``, ``draw``, ``replication`` or axes of the design.

    Returns
    -------
    One row a value of `by`, entity and period: the columns of `by`, ``entity``, ``variable``, ``unit``, ``period``,
    then over pairs ``mean``, ``standard_error``, ``median``, ``p05``, ``p95``, ``prob_positive`` (ties count half),
    and the numbers of pairs ``n``, of different ``draws`` and of different ``replications``. A period and entity
    without any pair has no row.

    Notes
    -----
    Pairs that share a draw or a luck are not independent, so the standard error of the mean is clustered both ways; see
    ``simulator.paired_statistics.mean_variance``. It says how far the mean of these pairs may lie from that over all
    draws of the prior and all lucks, at the given points of the design. Draws or replications of which a subset has
    one only cannot be judged: the error then holds for that draw, or under that luck, alone. It is missing (NaN) if
    both are one. With few draws or few replications it is itself uncertain: compare with Student's t of one degree of
    freedom less than the smaller number, not with the normal distribution.

    Draws that have the same parameters (the prior repeats after 1024 of them) are one draw here. Where all have the
    same, those with the same sampled sizes of levers are.

    Raises
    ------
    InputError
        A name or year is unknown or not kept, the condition is wrong, or no pair is left.
    """
    import pandas as pd

    sweep.kept(level, freq, variable)
    known = [entry.name for entry in sweep.manifest.scenarios]
    for name in (scenario, base):
        check_name(f"scenario of {sweep.directory}", name, known)
    asked = [entity] if isinstance(entity, str) else entity
    entities = chosen_names(f"entity of {level}", asked, ENTITIES[level])
    periods = sweep.periods(freq, years)
    columns = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    for column in columns:
        check_name("column to group by", column, ("point", *_WHOLE, *sweep.manifest.axes))
    found: list[tuple[tuple[float, ...], int, pd.DataFrame]] = []
    step = max(1, int(sweep.batch(level, freq) * len(ENTITIES[level]) / 4))
    for first in range(0, len(entities), step):
        some = entities[first : first + step]
        pairs = _pairs(sweep, (scenario, base), (level, freq, variable), some, periods, where)
        if len(pairs.change):
            found += [(key, first, t) for key, t in _tables(sweep, pairs, columns, level, variable, some, periods)]
    if not found:
        raise InputError(f"no pair of {scenario} and {base} is there" + (" that meets the condition" if where else ""))
    tables = [table for _, _, table in sorted(found, key=lambda item: item[:2])]
    return pd.concat(tables, ignore_index=True)


class _Pairs(NamedTuple):
    """Differences in no particular order, shape (row,) each: at which place, and how much."""

    number: IntArray
    """Of the point, -1 for none."""
    draw: IntArray
    replication: IntArray
    cell: IntArray
    """Period x number of entities + entity."""
    change: FloatArray


def _pairs(
    sweep: Sweep, scenarios: tuple[str, str], what: tuple[str, Freq, str], entities: Sequence[str],
    periods: Sequence[str], where: str | None,
) -> _Pairs:  # fmt: skip
    """Read the differences that meet a condition."""
    level, freq, variable = what
    keys = ["draw", "replication", "entity", "period"]
    sides = [
        sweep.rows_of(["point", "run", *keys, variable], level, freq, entities, name, periods) for name in scenarios
    ]
    single = any(_is_pointless(sweep, name) for name in scenarios)
    match = " AND ".join(f"a.{key} = b.{key}" for key in (keys if single else [*keys, "point"]))
    v = quoted(variable)
    designed = not sweep.design.empty
    table = sweep.arrow(
        f"WITH a AS ({sides[0]}), b AS ({sides[1]}), "
        "both_sides AS (SELECT coalesce(a.point, b.point) AS point, a.draw, a.replication, a.run, a.entity, a.period, "
        f"a.{v} AS value, b.{v} AS base, a.{v} - b.{v} AS difference FROM a JOIN b ON {match}) "
        f"SELECT {'coalesce(number, -1)' if designed else '-1'} AS number, draw, replication, "
        f"CAST(list_position([{literals(entities)}], entity) - 1 AS INTEGER) AS e, "
        f"CAST(list_position([{literals(periods)}], period) - 1 AS INTEGER) AS t, difference "
        f"FROM both_sides {'LEFT JOIN design USING (point)' if designed else ''} WHERE {condition(where)}"
    )
    number, draw, replication, e, t = (
        table[name].to_numpy().astype(np.int64) for name in ("number", "draw", "replication", "e", "t")
    )
    return _Pairs(number, draw, replication, t * len(entities) + e, table["difference"].to_numpy())


def _is_pointless(sweep: Sweep, scenario: str) -> bool:
    """Tell whether the design changes nothing of a scenario: then no run of it has a point."""
    text = f"SELECT point FROM outcomes WHERE scenario = {literal(scenario)} LIMIT 1"
    return bool(sweep.arrow(text)["point"].null_count)


def _tables(
    sweep: Sweep, pairs: _Pairs, by: Sequence[str], level: str, variable: str, entities: Sequence[str],
    periods: Sequence[str],
) -> Iterator[tuple[tuple[float, ...], pd.DataFrame]]:  # fmt: skip
    """Yield what orders a group of pairs, and its statistics."""
    each = int(pairs.replication.max()) + 1
    wide = (int(pairs.draw.max()) + 1) * each
    units, row = np.unique((pairs.number + 1) * wide + pairs.draw * each + pairs.replication, return_inverse=True)
    number, run = units // wide - 1, units % wide
    draw, replication = run // each, run % each
    cluster = draw_clusters(sweep)[draw]
    keys = _group_keys(sweep, by, number, draw, replication)
    groups, of_unit = np.unique(keys, axis=0, return_inverse=True)
    of_unit = of_unit.reshape(-1)
    cells = len(entities) * len(periods)
    members = _split(of_unit, len(groups)), _split(of_unit[row], len(groups))
    for key, mine, rows in zip(groups, *members, strict=True):
        change = np.full((len(mine), cells), np.nan)
        change[np.searchsorted(mine, row[rows]), pairs.cell[rows]] = pairs.change[rows]
        shaped = change.reshape(len(mine), len(periods), len(entities))
        table = paired_table(shaped, cluster[mine], replication[mine], level, variable, entities, periods)
        for j, column in enumerate(by):
            table.insert(j, column, _values(sweep, column, number, draw, replication)[mine[0]])
        there = np.bincount(pairs.cell[rows], minlength=cells) > 0
        yield tuple(key), table[there.reshape(len(periods), len(entities)).T.reshape(-1)]


def _split(codes: IntArray, count: int) -> list[npt.NDArray[np.intp]]:
    """Return the places of every code from 0 to `count` - 1, ascending."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.searchsorted(codes[order], np.arange(1, count)))


def _group_keys(
    sweep: Sweep, by: Sequence[str], number: IntArray, draw: IntArray, replication: IntArray
) -> npt.NDArray[np.float64]:
    """Return what tells the groups apart and orders them, shape (unit, 1 + columns of `by`); no axis comes first."""
    keys = [np.zeros(len(number))]
    for column in by:
        values = number if column == "point" else _values(sweep, column, number, draw, replication)
        keys.append(np.nan_to_num(np.asarray(values, dtype=np.float64), nan=-np.inf))
    return np.column_stack(keys)


def _values(sweep: Sweep, column: str, number: IntArray, draw: IntArray, replication: IntArray) -> Any:
    """Return the value that each unit has in a column to group by; missing where it has no point."""
    if column in _WHOLE:
        return draw if column == "draw" else replication
    missing: Any = None if column == "point" else np.nan
    values = np.array([*sweep.design[column], missing], dtype=object if column == "point" else np.float64)
    return values[number]  # -1: the last


def draw_clusters(sweep: Sweep) -> IntArray:
    """Return a number of each draw that those which are the same have in common, shape (draws,)."""
    table = sweep.parameters
    unvaried = [name for name in parameter_names() if name in table.columns]
    for columns in (unvaried, [name for name in table.columns if name != "draw"]):
        rows = np.ascontiguousarray(table[columns].to_numpy(dtype=np.float64))
        _, cluster = np.unique(rows.view(f"V{rows.shape[1] * rows.itemsize}")[:, 0], return_inverse=True)
        if cluster.max() > 0:
            break
    return cluster.astype(np.int64)
