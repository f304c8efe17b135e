"""Annual growth of what drives Liaoning from outside: regressors of the naive forecasts that know the drivers.

The figures are the drivers of the model itself, so that such a forecast and the model know the same. Prices in two of
the regressors are mixed with fixed weights, not with parameters that were fitted to anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator.drivers import base_path
from simulator.errors import InputError, nearest
from simulator.records import PARTNERS
from simulator.tables import load_table

FloatArray: TypeAlias = npt.NDArray[np.float64]
Records: TypeAlias = np.ndarray[Any, np.dtype[Any]]

FIRST_GROWTH: Final = 2007
LAST_GROWTH: Final = 2017
"""Growth from 2006, the first year of the path, to the last year in which every driver is observed."""
COMMODITIES: Final = 0.5
"""Share of commodity prices in the regressors of export and import prices, the rest manufactures (assumption)."""


def driver_growth(path: Records, names: Sequence[str], first: int, last: int) -> FloatArray:
    """Return the growth of drivers of the nation and the partners on a path, from year to year.

    Parameters
    ----------
    path : `NATION` records, shape (quarters,)
        Such as `simulator.drivers.base_path()`, or that of `calibration.extrapolation.world_at`.
    names : sequence of str
        Out of `DRIVERS`.
    first, last : int
        First and last year of growth; the first growth is that of 2007.

    Returns
    -------
    ndarray, shape (years, drivers)
        Differences of the logs of annual means.

    Raises
    ------
    InputError
        Unknown driver, or years that the path does not hold.
    """
    for name in names:
        if name not in DRIVERS:
            raise InputError(f'driver "{name}" is not known{nearest(name, DRIVERS)}; allowed: {", ".join(DRIVERS)}')
    end = 2005 + len(path) // 4
    if not FIRST_GROWTH <= first <= last <= end:
        raise InputError(f"years {first} to {last}: allowed are {FIRST_GROWTH} to {end}, the first not after the last")
    growth = np.empty((last - first + 1, len(names)))
    for k, name in enumerate(names):
        growth[:, k] = np.diff(DRIVERS[name](path))[first - FIRST_GROWTH : last - FIRST_GROWTH + 1]
    return growth


def realised_drivers(names: Sequence[str], first: int, last: int) -> FloatArray:
    """Return the growth of drivers as they were, shape (years, drivers); see `driver_growth`.

    Raises
    ------
    InputError
        Unknown driver, or years outside 2007-2017.
    """
    if last > LAST_GROWTH:
        raise InputError(f"years {first} to {last}: drivers are observed to {LAST_GROWTH}")
    return driver_growth(base_path(), names, first, last)


def drivers_for(series: str) -> tuple[str, ...]:
    """Return the one or two drivers, out of `DRIVERS`, that suit a scored series; empty where none does.

    `series` is a variable of ``observed.csv``.

    Raises
    ------
    InputError
        Unknown series.
    """
    if series not in SUITABLE:
        raise InputError(f'series "{series}" is not known{nearest(series, SUITABLE)}; allowed: {", ".join(SUITABLE)}')
    return SUITABLE[series]


def _annual(path: Records, name: str) -> FloatArray:
    """Return the log of the annual means of a field of the path, shape (years, ...)."""
    values = np.asarray(path[name], dtype=np.float64)
    return np.asarray(np.log(values.reshape(-1, 4, *values.shape[1:]).mean(axis=1)))


def _partner_gdp(path: Records) -> FloatArray:
    """Mean log GDP of the partners, weighted by the base shares of Liaoning's exports."""
    table = load_table("trade_shares")
    share = np.array([table.value(partner, "export_share", "2006") for partner in PARTNERS])
    return np.asarray(_annual(path, "partner_gdp") @ (share / share.sum()))


def _export_price(path: Records) -> FloatArray:
    """Log price of exports in USD: commodities at world prices, the rest at the domestic price of industry."""
    home = _annual(path, "price_industry") - _annual(path, "exchange_rate")
    return COMMODITIES * _annual(path, "price_commodity") + (1.0 - COMMODITIES) * home


def _import_price(path: Records) -> FloatArray:
    return COMMODITIES * _annual(path, "price_commodity") + (1.0 - COMMODITIES) * _annual(path, "price_manufactures")


DRIVERS: Final[Mapping[str, Callable[[Records], FloatArray]]] = MappingProxyType(
    {
        "national_gdp": lambda path: _annual(path, "gdp"),
        "national_gdp_nominal": lambda path: _annual(path, "gdp_nominal"),
        "national_investment": lambda path: _annual(path, "investment"),
        "national_wage": lambda path: _annual(path, "wage") + _annual(path, "price_gdp"),
        "partner_gdp": _partner_gdp,
        "commodity_price": lambda path: _annual(path, "price_commodity"),
        "export_price": _export_price,
        "import_price": _import_price,
    }
)
"""Regressor -> log of its annual figure on a path: real and nominal GDP, real investment and nominal wage of China, GDP
of the partners, and prices in USD."""

_TRADE: Final = ("partner_gdp", "national_gdp_nominal")

SUITABLE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "gdp_nominal_census4": ("national_gdp_nominal",),
        "gdp_real_census4": ("national_gdp",),
        "exports_usd": ("partner_gdp", "export_price"),
        "imports_usd": ("national_gdp_nominal", "import_price"),
        "trade_usd": _TRADE,
        "exports_to": _TRADE,
        "imports_from": _TRADE,
        "population": (),
        "employment": ("national_gdp",),
        "wage": ("national_wage",),
        "bank_deposits": ("national_gdp_nominal",),
        "gdp_share": (),
        "fdi_share": (),
    }
)
"""Variable of ``observed.csv`` that is scored -> regressors. Few: 2007-13 are seven figures.

None for population (that of the nation is no driver of the model) and for shares of cities (drivers move all alike).
"""
