"""Reads what the page of a sweep is made of: single runs of one year and a few variables, and fans made in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.paired_statistics import IntArray
from simulator.query import literal, quoted
from simulator.statistics import QUANTILES, FloatArray
from simulator.sweep.paired import draw_clusters
from simulator.sweep.views import Sweep
from simulator.variables import variables
from viz.reports.sweep_figures import Outcome

if TYPE_CHECKING:
    import pandas as pd

LEVEL: Final = "province"
PREFERRED: Final = ("gdp_real", "exports", "fdi", "wage", "population", "fiscal_revenue")
MOST: Final = 6
"""Variables of a page."""


def chosen_variables(kept: Sequence[str]) -> tuple[str, ...]:
    """Return at most ``MOST`` of the kept variables: those preferred, then other core ones, then any."""
    core = [v.name for v in variables()[LEVEL] if v.core]
    order = dict.fromkeys([*PREFERRED, *core, *kept])
    return tuple(name for name in order if name in kept)[:MOST]


class Reader:
    """Reads outcomes of a sweep in its last full year.

    Parameters
    ----------
    sweep
        Keeps yearly figures of the province.
    names
        Variables.
    """

    def __init__(self, sweep: Sweep, names: Sequence[str]) -> None:
        self.sweep, self.names = sweep, list(names)
        self.years = sweep.periods("A", None)
        self.first = sweep.manifest.scenarios[0].name
        self._keys = draw_clusters(sweep)

    def outcome(self, scenario: str) -> Outcome:
        """Return the differences of a scenario from the first one, or the levels of the first one itself."""
        mine = self._frame(scenario)
        if scenario == self.first:
            return self._outcome(mine, mine[self.names].to_numpy(), np.full((len(mine), len(self.names)), np.nan))
        keys = ["draw", "replication", *(["point"] if self._pointed(scenario) else [])]
        if "point" not in keys and mine["point"].isna().all():
            both = self._base.merge(mine, on=keys, suffixes=("_base", ""))
            both["number"] = both["number_base"]
        else:
            both = mine.merge(self._base, on=keys, suffixes=("", "_base"))
        old, new = both[[f"{name}_base" for name in self.names]].to_numpy(), both[self.names].to_numpy()
        return self._outcome(both, new - old, old)

    def fans(self, scenario: str) -> dict[str, FloatArray]:
        """Return median, 5 % and 95 % quantile of an outcome by year, shape (3, years) each, over all pairs."""
        keys = ["draw", "replication", "period"]
        new = self._rows(scenario)
        query = f"SELECT period, {', '.join(_quantiles(quoted(name), name) for name in self.names)} FROM ({new}) a"
        if scenario != self.first:
            match = " AND ".join(f"a.{k} = b.{k}" for k in [*keys, *(["point"] if self._pointed(scenario) else [])])
            figures = ", ".join(_quantiles(f"a.{quoted(name)} - b.{quoted(name)}", name) for name in self.names)
            query = f"SELECT a.period AS period, {figures} FROM ({new}) a JOIN ({self._rows(self.first)}) b ON {match}"
        table = self.sweep.sql(f"{query} GROUP BY ALL").set_index("period").reindex(self.years)
        found = {}
        for name in self.names:
            rows = [row if isinstance(row, Sequence | np.ndarray) else [np.nan] * 3 for row in table[name]]
            found[name] = np.array(rows, dtype=np.float64).T
        return found

    def _pointed(self, scenario: str) -> bool:
        """Tell whether the design changes something of both a scenario and the first one."""
        return not (self._pointless(scenario) or self._pointless(self.first))

    def _pointless(self, scenario: str) -> bool:
        text = f"SELECT count(point) AS n FROM (SELECT point FROM outcomes WHERE scenario = {literal(scenario)}"
        return int(self.sweep.arrow(f"{text} AND level = '{LEVEL}' LIMIT 1)")["n"][0].as_py()) == 0

    @cached_property
    def _base(self) -> pd.DataFrame:
        return self._frame(self.first)

    def _frame(self, scenario: str) -> pd.DataFrame:
        frame = self.sweep.frame(self.names, level=LEVEL, scenarios=scenario, years=[self.years[-1]])
        return frame if "number" in frame else frame.assign(number=np.nan)

    def _rows(self, scenario: str) -> str:
        columns = ["point", "draw", "replication", "period", *self.names]
        return self.sweep.rows_of(columns, LEVEL, "A", None, scenario)

    def _outcome(self, frame: pd.DataFrame, values: FloatArray, base: FloatArray) -> Outcome:
        def whole(column: str) -> IntArray:
            return np.asarray(frame[column].fillna(-1).to_numpy(dtype=np.float64), dtype=np.int64)

        draw = whole("draw")
        return Outcome(values, base, whole("number"), self._keys[draw], whole("replication"), whole("run"))


def _quantiles(value: str, name: str) -> str:
    """Return the SQL of median, 5 % and 95 % quantile of finite values, as of ``simulator.statistics.spread``."""
    return f"quantile_cont({value}, [{', '.join(map(str, QUANTILES))}]) FILTER (isfinite({value})) AS {quoted(name)}"

