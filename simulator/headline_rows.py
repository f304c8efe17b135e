"""The figures of the headline as a table: what ``headline.csv`` of a results folder holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.headline import COST, Headline, Interval
from simulator.variables import variable

if TYPE_CHECKING:
    import pandas as pd

HEADLINE_FILE: Final = "headline.csv"
TEXTS: Final = ("scenario", "base", "variable", "unit", "measure", "period")
NUMBERS: Final = ("median", "p05", "p95", "prob_positive")
"""Columns of numbers, as in the other CSV files of a results folder; all others are text, periods too."""


def headline_rows(headline: Headline) -> pd.DataFrame:
    """Return every figure that terminal and report quote, one a row.

    Columns are ``TEXTS`` and ``NUMBERS``. ``measure`` is ``level`` (of one scenario; no base and no probability),
    ``absolute`` or ``percent`` (paired differences from the base), and of the policy cost, where the model counts
    one, ``total`` (over the period), ``yearly`` (mean of the period) or ``percent_of_gdp``. Effects of a single year
    that goes against the last years are among the percents.
    """
    import pandas as pd

    unique = list({row[: len(TEXTS)]: row for row in _rows(headline)}.values())  # a turn may be the last year
    columns: dict[str, Any] = {name: np.array([row[j] for row in unique], object) for j, name in enumerate(TEXTS)}
    for j, name in enumerate(NUMBERS, start=len(TEXTS)):
        columns[name] = np.array([row[j] for row in unique], np.float64)
    return pd.DataFrame(columns)


def _rows(headline: Headline) -> Iterator[tuple[Any, ...]]:
    base = headline.base
    for level in headline.levels:
        v = level.variable
        yield (level.scenario, "", v.name, v.unit, "level", level.period, *_cells(level.value), np.nan)
    for scenario in headline.scenarios[1:]:
        for x in headline.effects:
            if x.scenario != scenario or x.variable.name == COST:
                continue
            v = x.variable
            yield (scenario, base, v.name, v.unit, "absolute", x.period, *_cells(x.absolute), x.prob_positive)
            if x.percent is not None:
                yield (scenario, base, v.name, "%", "percent", x.period, *_cells(x.percent), x.prob_positive)
        for turn in headline.turns:
            if turn.scenario == scenario:
                figures = (*_cells(turn.percent), turn.prob_positive)
                yield (scenario, base, turn.variable.name, "%", "percent", turn.year, *figures)
        for cost in headline.costs:
            if cost.scenario == scenario and cost.modelled:
                unit, window = variable("province", COST).unit, headline.periods[0]
                for measure, of, period, value in (
                    ("total", unit, cost.period, cost.total),
                    ("yearly", unit, window, cost.yearly),
                    ("percent_of_gdp", "% of GDP", window, cost.of_gdp),
                ):
                    yield (scenario, base, COST, of, measure, period, *_cells(value), np.nan)


def _cells(interval: Interval) -> tuple[float, float, float]:
    return interval.median, interval.p05, interval.p95
