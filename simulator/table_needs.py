"""What the tables of figures must hold: units, ranges and the required rows of each file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator import records as r

UNITS: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "0 or 1": (0.0, 1.0),
        "100m yuan": (0.0, 2e6),
        "100m yuan of 2010": (0.0, 2e6),
        "Mt": (0.0, 2000.0),
        "bn USD": (0.0, 2e5),
        "bn constant 2015 USD": (0.0, 2e5),
        "count": (0.0, 1e5),
        "degrees": (-180.0, 180.0),
        "km": (0.0, 2000.0),
        "km2": (1.0, 1e5),
        "million TEU": (0.0, 100.0),
        "million USD": (0.0, 1e6),
        "nautical miles": (1.0, 20000.0),
        "per year": (-0.5, 0.5),
        "preceding year = 100": (80.0, 130.0),
        "ratio": (0.0, 5.0),
        "share": (0.0, 1.0),
        "thousand persons": (1.0, 1e6),
        "tonnes per TEU": (1.0, 30.0),
        "year": (1990.0, 2100.0),
        "yuan per USD": (1.0, 20.0),
        "yuan per year": (100.0, 1e6),
    }
)
"""Allowed units, and the lowest and highest value that each may hold."""

RANGES: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "latitude": (38.0, 44.0),
        "longitude": (117.0, 126.0),
        "rd_intensity": (0.001, 0.1),
        "tariff_export": (0.0, 0.5),
        "tariff_import": (0.0, 0.5),
        "students_to_population": (0.005, 0.1),
        "long_run_growth": (-0.02, 0.1),
        "investment_growth_published": (-0.9, 0.9),
    }
)
"""Own ranges of single variables."""


@dataclass(frozen=True)
class Need:
    """Figures that must be there: every entity with every variable in every period."""

    entities: tuple[str, ...]
    variables: tuple[str, ...]
    periods: tuple[str, ...] = ("",)

    def keys(self) -> Iterable[tuple[str, str, str]]:
        """Return the required (entity, variable, period), in reading order."""
        return ((e, v, p) for e in self.entities for v in self.variables for p in self.periods)


def years(first: int, last: int, *without: int) -> tuple[str, ...]:
    """Return the years from `first` to `last`, both included, as periods."""
    return tuple(str(y) for y in range(first, last + 1) if y not in without)


_LIAONING: Final = ("Liaoning",)
_HARBOURS: Final = (*r.PORTS, "Tianjin")
_ECONOMIES: Final = ("China", *r.PARTNERS)
_DRIVER_YEARS: Final = years(2005, 2020)
_FTA: Final = ("china_duty_free_lines", "china_duty_free_imports", "korea_duty_free_lines", "korea_duty_free_imports")

REQUIRED: Final[Mapping[str, tuple[Need, ...]]] = MappingProxyType(
    {
        "cities": (
            Need(r.CITIES, ("latitude", "longitude", "area_km2", "metro", "coast")),
            Need(
                r.CITIES,
                ("va_primary", "va_secondary", "va_tertiary", "population", "wage", "fdi", "fiscal_expenditure",
                 "fiscal_revenue", "graduate_share", "business_environment", "soe_factor")
                + tuple(f"mix_{g}" for g in r.GROUPS),
                ("2006",),
            ),
            Need(r.CITIES, ("trade_total",), ("2014",)),
        ),
        "distances": (
            Need(tuple(f"{a}>{b}" for i, a in enumerate(r.CITIES) for b in r.CITIES[i + 1 :]), ("km",)),
            Need(tuple(f"{a}>{p}" for a in r.CITIES for p in _HARBOURS), ("km_to_port",)),
            Need(tuple(f"{p}>{d}" for p in _HARBOURS for d in r.DESTINATIONS), ("sea_nautical_miles",)),
        ),
        "province": (
            Need(
                _LIAONING,
                ("gdp_nominal_census4", "exports", "imports", "employment", "fiscal_expenditure", "fiscal_revenue",
                 "household_consumption", "soe_asset_share"),
                ("2006",),
            ),
            Need(_LIAONING, ("rd_intensity",), ("2015",)),
            Need(_LIAONING, ("population", "working_age_population", "fai_price_index", "bank_loans"),
                 years(2005, 2017)),
            Need(_LIAONING, ("students_to_population",), years(2006, 2017)),
            Need(_LIAONING, ("growth_target",), years(2006, 2020)),
            Need(_LIAONING, ("working_age_share_growth", "credit_to_gdp"), ("2018",)),
            Need(("Jilin", "Heilongjiang"), ("gdp_real",), years(2005, 2017)),
            Need(("Jilin", "Heilongjiang"), ("gdp_real_growth",), ("2018",)),
        ),
        "drivers": (
            Need(
                ("China",),
                ("gdp_nominal", "va_secondary", "gfcf_share", "income_urban_per_capita", "fdi_net_inflows_bop",
                 "exchange_rate"),
                _DRIVER_YEARS,
            ),
            Need(("China",), ("household_consumption_share",), years(2006, 2020)),
            Need((*_ECONOMIES, "Australia", "Germany"), ("gdp_usd_2015", "gdp_usd_current"), _DRIVER_YEARS),
            Need(_ECONOMIES, ("long_run_growth", "long_run_growth_sd"), ("2030",)),
            Need(("China",), ("price_investment_growth",), ("2018",)),
            Need(("China",), ("price_gdp_growth", "exchange_rate_growth", "fdi_inflow_growth"), ("2021",)),
            Need(("Rest of world",), ("price_usd_growth",), ("2021",)),
        ),
        "ports": (
            Need(_HARBOURS, ("latitude", "longitude")),
            Need(r.PORTS, ("throughput", "share_bulk", "container_throughput", "share_containers"), ("2012Q1",)),
            Need(r.PORTS, ("routes",), ("2006",)),
            Need(_LIAONING, ("throughput", "container_throughput"), ("2006", "2012Q1")),
            Need(_LIAONING, ("tonnes_per_teu",)),
        ),
        "investors": (
            Need(r.HOMES, tuple(f"count_{k}" for k in r.INVESTOR_TYPES)),
            Need(("Hong Kong", "United States, Singapore and Taiwan"), ("fdi_share",), ("2017",)),
            Need(("Japan and Korea",), ("fdi_share_low", "fdi_share_high"), ("2017",)),
            Need(
                ("All origins",),
                ("fdi_share_secondary", "fdi_share_tertiary", "fdi_share_manufacturing", "fdi_share_real_estate"),
                ("2014",),
            ),
            Need(("All origins",), ("fdi_foreign_enterprises_ftz",), ("2017",)),
        ),
        "soe": (
            Need(_LIAONING, ("count",), ("2006", "2016")),
            Need(_LIAONING, ("count_low", "count_high"), ("2006",)),
            Need(_LIAONING, ("bankruptcies",), ("2008-2014",)),
            Need(_LIAONING, ("soe_share_industrial_assets",), years(2003, 2017, 2004)),
            Need(_LIAONING, ("soe_liability_ratio",), ("2003", "2008", "2009")),
            Need(_LIAONING, ("size_sigma",)),
            Need(_LIAONING, ("capacity_utilisation_low", "capacity_utilisation_high"), ("2016-2017",)),
        ),
        "tariffs": (
            Need(r.PARTNERS, ("tariff_export", "tariff_import")),
            Need(("Japan", "Korea", "EU", "USA"), ("tariff_applied_mean",), years(2006, 2014)),
            Need(("Russia",), ("tariff_applied_mean",), years(2007, 2014)),
            Need(("China",), ("tariff_applied_mean",), years(2006, 2014, 2012, 2013)),
            Need(("ASEAN",), ("tariff_applied_mean",), ("2006-2009",)),
            Need(("RCEP",), ("entry_into_force", "duty_free_eventual", "duty_free_industrial_eventual"), ("2022",)),
            Need(("RCEP China>Japan", "RCEP Japan>China"), ("duty_free_eventual",), ("2022",)),
            Need(
                ("RCEP China-Japan", "RCEP China-Korea"),
                ("duty_free_immediate_low", "duty_free_immediate_high"),
                ("2022",),
            ),
            Need(("RCEP China-ASEAN",), ("duty_free_immediate",), ("2022",)),
            Need(("RCEP Japan>China",), ("duty_free_before",), ("2020",)),
            Need(("China-Korea FTA",), ("entry_into_force", *_FTA), ("2015",)),
        ),
        "trade_shares": (
            Need(r.PARTNERS, ("export_share", "import_share"), ("2006",)),
            Need(("Japan", "Korea", "Russia"), ("exports", "imports"), ("2014",)),
        ),
    }
)  # fmt: skip
"""What each table must hold. A row outside these needs is refused as misspelt or unused."""
