"""Padding of published figures by year, as a posterior has it, beside what the sources let one see of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from calibration.observed import CONTROLS, YEARS, load_observed
from calibration.run_statistics import FloatArray, Paths, yearly
from simulator.tables import Table
from simulator.text_file import replace_file

if TYPE_CHECKING:
    from pandas import DataFrame

FILE: Final = "padding.csv"
COLUMNS: Final = (
    "series", "year", "median", "p05", "p95", "vintage_ratio", "control_low", "control_high", "statement",
    "statement_kind",
)  # fmt: skip
LIAONING: Final = "Liaoning"
JILIN: Final = "Jilin"
FIRST: Final = YEARS[0]
LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95

Padding: TypeAlias = Callable[[Paths], FloatArray]


def gdp(paths: Paths) -> FloatArray:
    """Return the padding of GDP (cities weighted by nominal GDP), shape (runs, 12)."""
    return paths.annual("padding_gdp")


def fdi(paths: Paths) -> FloatArray:
    """Return published over true FDI, less 1, shape (runs, 12)."""
    return np.asarray(paths.annual("fdi_reported") / paths.annual("fdi") - 1.0)


def revenue(paths: Paths) -> FloatArray:
    """Return the padding of revenue (cities weighted by revenue), shape (runs, 12)."""
    return paths.annual("padding_revenue")


def investment(paths: Paths) -> FloatArray:
    """Return published over true investment at current prices, less 1, shape (runs, 12).

    True investment is the year's, at prices of 2010, times the year's mean price of industry. That is not quite the sum
    of quarters at their own prices: a difference of some tenths of a point in years of fast inflation.
    """
    true = paths.annual("investment") * yearly("price_industry", mean=True)
    return np.asarray(paths.annual("investment_reported") / true - 1.0)


SERIES: Final[Mapping[str, Padding]] = MappingProxyType(
    {"gdp": gdp, "fdi": fdi, "revenue": revenue, "investment": investment}
)


def vintages(entity: str, observed: Table | None = None) -> FloatArray:
    """Return GDP as first published over GDP as restated, by year, shape (12,)."""
    table = observed or load_observed()
    first, restated = (table.series(entity, f"gdp_nominal_{v}") for v in ("first_release", "census4"))
    return np.array([first[year] / restated[year] for year in YEARS])


def control_range(observed: Table | None = None) -> tuple[FloatArray, FloatArray]:
    """Return the lower and the higher of the two controls' vintage ratios over their own means, less 1, by year.

    Neither was accused of padding, so this is how much a ratio moves without Liaoning's hump.
    """
    ratios = np.array([vintages(entity, observed) for entity in CONTROLS])
    moves = ratios / ratios.mean(axis=1, keepdims=True) - 1.0
    return moves.min(axis=0), moves.max(axis=0)


def statements(observed: Table | None = None) -> dict[tuple[str, str], tuple[float, str]]:
    """Return (series, year) -> what a source says of the padding, as a share, and whether it is a least value.

    Revenue of 2011-14 was inflated by at least so much; FDI of 2014 as published is set against what it was on the
    basis of 2015, which also holds the change of the way of recording.
    """
    table = observed or load_observed()
    found = {
        ("revenue", str(year)): (table.value(LIAONING, "revenue_padding_low", "2011-2014"), "at least")
        for year in range(2011, 2015)
    }
    ratio = table.value(LIAONING, "fdi_published", "2014") / table.value(LIAONING, "fdi_comparable", "2014")
    return found | {("fdi", "2014"): (ratio - 1.0, "about")}


def padding_table(paths: Paths, coverage: FloatArray, observed: Table | None = None) -> DataFrame:
    """Return padding by series and year, beside what the sources say.

    Parameters
    ----------
    paths : Paths
        One run of each draw of a posterior.
    coverage : ndarray, shape (runs,)
        The runs' ``census_coverage``, the revision common to the region.
    observed : Table, optional

    Returns
    -------
    DataFrame
        series, year, median, p05, p95: shares, over the runs. For GDP also vintage_ratio, Liaoning's first release over
        restated over (1 + the median of `coverage`), less 1; and control_low, control_high, see :func:`control_range`.
        statement and statement_kind: see :func:`statements`. Empty where nothing is known.
    """
    import pandas as pd

    said = statements(observed)
    low, high = control_range(observed)
    ratio = vintages(LIAONING, observed) / (1.0 + np.median(coverage)) - 1.0
    rows = []
    for series, padding in SERIES.items():
        below, middle, above = np.quantile(padding(paths), (LOW, MIDDLE, HIGH), axis=0)
        for k, year in enumerate(YEARS):
            beside = (ratio[k], low[k], high[k]) if series == "gdp" else (np.nan, np.nan, np.nan)
            statement, kind = said.get((series, year), (np.nan, ""))
            rows.append((series, int(year), middle[k], below[k], above[k], *beside, statement, kind))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def padding_by_revision(paths: Paths, coverage: FloatArray, observed: Table | None = None) -> DataFrame:
    """Return the padding of GDP if the revision common to the region is constant, and if it follows Jilin's.

    Following Jilin, the common revision of a year is ``1 + coverage`` times Jilin's vintage ratio over that of 2006,
    when Liaoning padded least; what the runs publish and their truth stay as they are, so padding is what is left. This
    is arithmetic on a posterior that was fitted with a constant revision, not another fit.

    Returns
    -------
    DataFrame
        year, revision (``constant``, ``jilin``), common (median of the common revision), median, p05, p95, and
        vintage_ratio (Liaoning's vintage ratio over that common revision, less 1).
    """
    import pandas as pd

    jilin = vintages(JILIN, observed)
    mine, own = vintages(LIAONING, observed), gdp(paths)
    rows = []
    for revision, trend in (("constant", np.ones_like(jilin)), ("jilin", jilin / jilin[YEARS.index(FIRST)])):
        below, middle, above = np.quantile((1.0 + own) / trend - 1.0, (LOW, MIDDLE, HIGH), axis=0)
        common = (1.0 + np.median(coverage)) * trend
        for k, year in enumerate(YEARS):
            left = mine[k] / common[k] - 1.0
            rows.append((int(year), revision, common[k] - 1.0, middle[k], below[k], above[k], left))
    return pd.DataFrame(rows, columns=["year", "revision", "common", "median", "p05", "p95", "vintage_ratio"])


def write_padding(folder: Path, table: DataFrame) -> None:
    """Write ``padding.csv``."""
    replace_file(folder / FILE, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
