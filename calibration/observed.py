"""What Liaoning looked like in 2006-2017: the figures that a run without calibration is compared with.

None of these figures enters the model, except those of 2006 that its own tables repeat. GDP stands in
two vintages: ``gdp_nominal_first_release`` is what was published at the time (target of the *reported*
series), ``gdp_nominal_census4`` what the 4th economic census restated (target of the *true* series).
Jilin and Heilongjiang are controls: their ratio of the two vintages has no hump.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from simulator import records as r
from simulator.table_needs import Need, years
from simulator.tables import Table, load_table

YEARS: Final = years(2006, 2017)
CONTROLS: Final = ("Jilin", "Heilongjiang")
_LIAONING: Final = ("Liaoning",)

NEEDS: Final = (
    Need((*_LIAONING, *CONTROLS), ("gdp_nominal_first_release", "gdp_nominal_census4"), YEARS),
    Need(
        _LIAONING,
        ("gdp_real_census4", "growth_reconstructed", "exports_usd", "imports_usd", "fdi_published", "fiscal_revenue",
         "population", "employment", "wage", "household_consumption", "soe_asset_share",
         "secondary_share_first_release", "bank_deposits"),
        YEARS,
    ),
    Need(
        _LIAONING,
        ("trade_usd", "trade_dependence_census4", "investment_growth_published", "gdp_nominal_census5"),
        YEARS,
    ),
    Need(_LIAONING, ("trade_dependence_published",), years(2006, 2015)),
    Need(_LIAONING, ("bank_deposits",), ("2005",)),
    Need(_LIAONING, ("growth_published",), ("2009", *years(2014, 2017))),
    Need(_LIAONING, ("fdi_growth_text",), ("2015",)),
    Need(_LIAONING, ("fdi_comparable",), ("2014",)),
    Need(_LIAONING, ("revenue_padding_low",), ("2011-2014",)),
    Need(_LIAONING, ("wage_on_post",), ("2010", "2012", "2014", "2016")),
    Need(_LIAONING, ("population_census7",), ("2010", "2012", *years(2014, 2017))),
    Need(_LIAONING, ("employment_other",), years(2007, 2010)),
    Need(_LIAONING, ("secondary_share_census4",), years(2010, 2017)),
    Need(r.CITIES, ("gdp_share", "fdi_share"), YEARS),
    Need(r.CITIES, ("investment_share",), years(2006, 2016)),
    Need(("Japan", "Korea", "Russia"), ("exports_to", "imports_from"), years(2014, 2016)),
    Need(("Dalian", "Yingkou", "Jinzhou", "Dandong", "Liaoning"), ("port_throughput",), ("2012Q1",)),
    Need(("Dalian",), ("port_throughput",), ("2014Q1", "2016")),
    Need(("Yingkou",), ("port_throughput",), ("2005", "2008", "2012")),
    Need(("Dandong",), ("port_throughput",), years(2009, 2012)),
    Need(("Liaoning", "Dalian"), ("container_throughput",), ("2012Q1",)),
    Need(("Dalian",), ("container_throughput",), ("2014Q1", *years(2013, 2017))),
    Need(("Yingkou",), ("container_throughput",), ("2005", "2008", *years(2011, 2016))),
    Need(_LIAONING, ("soe_count", "graduate_stay_rate"), ("2016",)),
    Need(_LIAONING, ("soe_bankruptcies",), ("2008-2014",)),
    Need(_LIAONING, ("capacity_utilisation_low", "capacity_utilisation_high"), ("2016-2017",)),
)  # fmt: skip
"""Figures that ``calibration/data/observed.csv`` must hold, and no others."""


OUTPUTS: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(
    {
        "gdp_real": ("gdp_real_census4", 0.1),
        "gdp_nominal": ("gdp_nominal_census4", 0.1),
        "gdp_reported": ("gdp_nominal_first_release", 0.1),
        "gdp_growth_reported": ("growth_reconstructed", 100.0),
        "exports_usd": ("exports_usd", 1.0),
        "imports_usd": ("imports_usd", 1.0),
        "fdi_reported": ("fdi_published", 1.0),
        "fiscal_revenue_reported": ("fiscal_revenue", 0.1),
        "population": ("population", 1.0),
        "employment": ("employment", 1.0),
        "wage": ("wage", 0.001),
        "graduate_stay_rate": ("graduate_stay_rate", 1.0),
        "secondary_share": ("secondary_share_census4", 1.0),
        "secondary_share_reported": ("secondary_share_first_release", 1.0),
        "soe_capital_share": ("soe_asset_share", 1.0),
    }
)
"""Provincial output -> observed series that stands for it, and the factor from its unit to that of the output."""


def load_observed(path: Path | None = None, last_year: int | None = None) -> Table:
    """Return the observed figures, in the units of their sources.

    Parameters
    ----------
    path
        Another file, checked against the same needs; by default the shipped one.
    last_year
        Nothing that ends later is in the table returned: what a forecaster in that year could not have had. (Vintages
        are not undone: figures of early years may have been restated later.)

    Raises
    ------
    simulator.tables.DataError
        If the file is malformed, incomplete or out of range.
    """
    table = load_table("observed", "calibration.data", path=path, needs=NEEDS)
    if last_year is None:
        return table
    kept = tuple(row for row in table.rows if last_year_of(row.period) <= last_year)
    return Table(table.name, kept, MappingProxyType({(row.entity, row.variable, row.period): row for row in kept}))


def last_year_of(period: str) -> int:
    """Return the year in which a period ends: of ``2012``, ``2012Q1`` and ``2008-2012`` alike 2012."""
    return int(period.rpartition("-")[2][:4])
