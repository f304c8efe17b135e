"""What the forecasts said year by year, beside what came, and the ports, of which only single figures are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from calibration.csv_file import write_csv
from calibration.forecasts import Forecast
from calibration.observed import last_year_of
from calibration.run_statistics import Paths
from calibration.scores import HIGH, LOW
from calibration.skill import Truth
from calibration.targets import Row, observed_figure, simulated_figures, target, targets, to_unit
from calibration.validation_series import Scored

if TYPE_CHECKING:
    import pandas as pd

POINTS: Final = "points.csv"
POINT_COLUMNS: Final = (
    "series", "entity", "padded", "base_year_known", "origin", "method", "year", "unit", "median", "p05", "p95",
    "observed",
)  # fmt: skip
PORTS: Final = "ports.csv"
PORT_COLUMNS: Final = (
    "target", "entity", "period", "unit", "use", "simulated_median", "p05", "p95", "observed",
)  # fmt: skip
GROUP: Final = "Ports"
"""Group of the targets of ports."""
GIVEN, FITTED, LATER, SHOWN = "given", "fitted", "later", "shown"
"""Use of a figure of a port: the model starts from it, it was fitted, it lies after the origin, or only compared."""


def points_table(
    forecasts: Iterable[Forecast], truth: Truth, series: Sequence[Scored], origins: Collection[int]
) -> pd.DataFrame:
    """Return one row a forecast year, columns ``POINT_COLUMNS``, in the units of the series.

    Parameters
    ----------
    forecasts : iterable of Forecast
    truth : mapping
        (series, entity) -> year -> figure on the scale of the series.
    series : sequence of Scored
        All that were forecast; sets the order.
    origins : collection of int
        Forecasts made at these are shown.
    """
    import pandas as pd

    known = {one.key: one for one in series}
    order = {key: place for place, key in enumerate(known)}
    rows: list[tuple[Any, ...]] = []
    shown = [each for each in forecasts if each.origin in origins and (each.series, each.entity) in known]
    for each in sorted(shown, key=lambda each: (order[each.series, each.entity], each.origin)):
        one = known[each.series, each.entity]
        years: list[Row] = [(one.target.name, str(year)) for year in each.years]
        came = [truth[one.key].get(year, np.nan) for year in each.years]
        figures = to_unit(years, np.vstack([np.quantile(each.draws, (0.5, LOW, HIGH), axis=0), came]))
        flags = (one.target.padded, one.target.base_year_known)
        for k, year in enumerate(each.years):
            rows.append((*one.key, *flags, each.origin, each.method, year, one.target.unit, *figures[:, k]))
    return pd.DataFrame(rows, columns=list(POINT_COLUMNS))


def ports_table(paths: Paths, origin: int) -> pd.DataFrame:
    """Return every figure of a port that is observed, beside what runs say, columns ``PORT_COLUMNS``.

    Parameters
    ----------
    paths : Paths
        Of runs with the drivers as they were.
    origin : int
        Last year that the fit behind the runs knew.
    """
    import pandas as pd

    chosen = [(aim.name, period) for aim in targets().values() if aim.group == GROUP for period in aim.periods]
    middle, low, high = np.quantile(simulated_figures(paths, chosen), (0.5, LOW, HIGH), axis=0)
    rows = []
    for k, row in enumerate(chosen):
        aim = target(row[0])
        figures = (middle[k], low[k], high[k], observed_figure(row))
        rows.append((aim.name, aim.entity, row[1], aim.unit, _use(row, origin), *figures))
    return pd.DataFrame(rows, columns=list(PORT_COLUMNS))


def write_points(table: pd.DataFrame, path: Path) -> None:
    """Write one of the two tables as CSV, whole or not at all: six digits, ``true`` and ``false``."""
    write_csv(path, [str(name) for name in table], table.itertuples(index=False))


def _use(row: Row, origin: int) -> str:
    aim = target(row[0])
    if row[1] not in aim.free:
        return GIVEN
    if last_year_of(row[1]) > origin:
        return LATER
    return FITTED if aim.role == "fit" else SHOWN
