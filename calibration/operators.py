"""What the statistical office would print of a run: from outputs of runs to figures like the published ones (E71-E76).

An operator of years maps paths to all years at once, shape (runs, 12); an operator of periods gives one period, shape
(runs,), where figures of quarters and of years stand side by side. Figures are in the unit of the target: levels as in
``variables.toml``, shares and growth in per cent. All are vectorised over runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from calibration.observed import YEARS, load_observed
from calibration.run_statistics import HUNDRED_MILLION, PER_CENT, FloatArray, Paths, yearly
from simulator.errors import InputError, nearest
from simulator.records import CITIES, PORTS

YearOperator: TypeAlias = Callable[[Paths, str], FloatArray]
PeriodOperator: TypeAlias = Callable[[Paths, str, str], FloatArray]

NONE: Final = "none"
"""Operator of the controls: the model says nothing of them."""


def gdp_first_release(paths: Paths, entity: str) -> FloatArray:
    """Return nominal GDP as first published, bn yuan: latent x (1 + census coverage) x (1 + padding).

    E71.
    """
    return paths.annual("gdp_reported", "province", entity)


def gdp_restated(paths: Paths, entity: str) -> FloatArray:
    """Return nominal GDP as restated, bn yuan: the latent level.

    E71. The error of the revision is the error of this observation, so ``gdp_revised``, which holds a draw of it, would
    count it twice.
    """
    return paths.annual("gdp_nominal", "province", entity)


def gdp_real(paths: Paths, entity: str) -> FloatArray:
    """Return GDP at prices of 2010, bn yuan 2010."""
    return paths.annual("gdp_real", "province", entity)


def growth_published(paths: Paths, entity: str) -> FloatArray:
    """Return real growth on the comparable basis of the statistical office, % a year.

    E72: true growth, a bias, and the change of padding in years without a restatement.
    """
    return paths.annual("gdp_growth_reported", "province", entity)


def household_consumption(paths: Paths, entity: str) -> FloatArray:
    """Return household consumption at current prices, bn yuan: at prices of 2010 times the year's GDP deflator."""
    return paths.annual("consumption", "province", entity) * yearly("price_gdp", mean=True)


def fiscal_revenue_published(paths: Paths, entity: str) -> FloatArray:
    """Return own budget revenue as published, bn yuan, padding included (E70)."""
    return paths.annual("fiscal_revenue_reported", "province", entity)


def revenue_padding(paths: Paths, entity: str) -> FloatArray:
    """Return published over true revenue, less one, %.

    E70.
    """
    return np.asarray(PER_CENT * paths.annual("padding_revenue", "province", entity))


def investment_growth_published(paths: Paths, entity: str) -> FloatArray:
    """Return growth of investment at current prices as published, % a year; NaN in the first year.

    E70. Completed fixed-asset investment, which is published, also counts land and second-hand assets.
    """
    levels = paths.annual("investment_reported", "province", entity)
    growth = np.full(levels.shape, np.nan)
    growth[:, 1:] = PER_CENT * (levels[:, 1:] / levels[:, :-1] - 1.0)
    return growth


def bank_deposits(paths: Paths, entity: str) -> FloatArray:
    """Return bank deposits at the end of the year, bn yuan: those of 2006 and a constant share of saving since.

    Saving is nominal GDP less household and public consumption at the GDP deflator. The share is that of 2006: the rise
    of deposits in that year over the saving of the run. So nothing after 2006 is read, and no national money.
    """
    observed = load_observed(last_year=2006)
    first, base = (HUNDRED_MILLION * observed.value(entity, "bank_deposits", year) for year in ("2005", "2006"))
    bought = paths.annual("consumption", "province", entity) + paths.annual("public_consumption", "province", entity)
    saving = paths.annual("gdp_nominal", "province", entity) - bought * yearly("price_gdp", mean=True)
    since = np.cumsum(saving, axis=1) - saving[:, :1]
    return np.asarray(base + (base - first) / saving[:, :1] * since)


def exports_usd(paths: Paths, entity: str) -> FloatArray:
    """Return exports, bn USD: customs figures, not padded."""
    return paths.annual("exports_usd", "province", entity)


def imports_usd(paths: Paths, entity: str) -> FloatArray:
    """Return imports, bn USD: customs figures, not padded."""
    return paths.annual("imports_usd", "province", entity)


def trade_usd(paths: Paths, entity: str) -> FloatArray:
    """Return exports plus imports, bn USD: customs figures, not padded."""
    return exports_usd(paths, entity) + imports_usd(paths, entity)


def trade_dependence_published(paths: Paths, entity: str) -> FloatArray:
    """Return trade over GDP as first published, %.

    E74: unpadded trade over padded GDP.
    """
    return _dependence(paths, entity, "gdp_reported")


def trade_dependence_restated(paths: Paths, entity: str) -> FloatArray:
    """Return trade over restated GDP, %."""
    return _dependence(paths, entity, "gdp_nominal")


def fdi_comparable(paths: Paths, entity: str) -> FloatArray:
    """Return the FDI that truly arrived, bn USD: what stands for figures on the basis after the break of 2015."""
    return paths.annual("fdi", "province", entity)


def fdi_published(paths: Paths, entity: str) -> FloatArray:
    """Return FDI as published, bn USD: true inflow x (1 + padding).

    E75.
    """
    return paths.annual("fdi_reported", "province", entity)


def exports_to(paths: Paths, entity: str) -> FloatArray:
    """Return exports to a partner, bn yuan: USD at the year's mean exchange rate."""
    return paths.annual("exports_usd", "partner", entity) * yearly("exchange_rate", mean=True)


def imports_from(paths: Paths, entity: str) -> FloatArray:
    """Return imports from a partner, bn yuan: USD at the year's mean exchange rate."""
    return paths.annual("imports_usd", "partner", entity) * yearly("exchange_rate", mean=True)


def population(paths: Paths, entity: str) -> FloatArray:
    """Return residents at the end of the year, thousand."""
    return paths.annual("population", "province", entity)


def employment(paths: Paths, entity: str) -> FloatArray:
    """Return persons employed, mean of the year, thousand."""
    return paths.annual("employment", "province", entity)


def wage(paths: Paths, entity: str) -> FloatArray:
    """Return the average wage at current prices, thousand yuan a year."""
    return paths.annual("wage", "province", entity)


def graduate_stay_rate(paths: Paths, entity: str) -> FloatArray:
    """Return the share of new graduates who stay, %."""
    return np.asarray(PER_CENT * paths.annual("graduate_stay_rate", "province", entity))


def state_share(paths: Paths, entity: str) -> FloatArray:
    """Return the capital of state-owned enterprises over industrial capital, %."""
    return np.asarray(PER_CENT * paths.annual("soe_capital_share", "province", entity))


def soe_number(paths: Paths, entity: str) -> FloatArray:
    """Return the number of state-owned enterprises at the end of the year."""
    return paths.annual("soe_number", "province", entity)


def secondary_share_first_release(paths: Paths, entity: str) -> FloatArray:
    """Return the secondary sector over GDP as first published, %.

    E73: padding lies in industry more than elsewhere.
    """
    return np.asarray(PER_CENT * paths.annual("secondary_share_reported", "province", entity))


def secondary_share_restated(paths: Paths, entity: str) -> FloatArray:
    """Return the secondary sector over GDP, %, as restated."""
    return np.asarray(PER_CENT * paths.annual("secondary_share", "province", entity))


def utilisation_survey(paths: Paths, entity: str) -> FloatArray:
    """Return capacity utilisation of industry, %.

    E76: the error of the survey is the error of this observation.
    """
    return np.asarray(PER_CENT * paths.annual("capacity_utilisation", "province", entity))


def city_gdp_share(paths: Paths, entity: str) -> FloatArray:
    """Return the share of cities in the published GDP of the 14 cities, %; `entity` is one city or ``A+B``."""
    return _share_of_cities(paths, "gdp_reported", entity)


def city_fdi_share(paths: Paths, entity: str) -> FloatArray:
    """Return the share of cities in the FDI of the 14 cities, %.

    Published figures against true ones: the model pads all cities alike.
    """
    return _share_of_cities(paths, "fdi", entity)


def city_investment_share(paths: Paths, entity: str) -> FloatArray:
    """Return the share of cities in the investment of the 14 cities, %.

    Published figures against true ones at constant prices.
    """
    return _share_of_cities(paths, "investment", entity)


def port_throughput(paths: Paths, entity: str, period: str) -> FloatArray:
    """Return tonnage of a port or of all, Mt in the year or the quarter of `period`."""
    return _at_port(paths, "throughput", entity, period)


def port_containers(paths: Paths, entity: str, period: str) -> FloatArray:
    """Return containers of a port or of all, million TEU in the year or the quarter of `period`."""
    return _at_port(paths, "containers", entity, period)


BY_YEAR: Final[Mapping[str, YearOperator]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            gdp_first_release, gdp_restated, gdp_real, growth_published, household_consumption,
            fiscal_revenue_published, revenue_padding, investment_growth_published, bank_deposits, exports_usd,
            imports_usd, trade_usd, trade_dependence_published, trade_dependence_restated, fdi_comparable,
            fdi_published, exports_to, imports_from, population, employment, wage, graduate_stay_rate, state_share,
            soe_number, secondary_share_first_release, secondary_share_restated, utilisation_survey, city_gdp_share,
            city_fdi_share, city_investment_share,
        )
    }
)  # fmt: skip
"""Operators that give all years at once."""

BY_PERIOD: Final[Mapping[str, PeriodOperator]] = MappingProxyType(
    {function.__name__: function for function in (port_throughput, port_containers)}
)
"""Operators that give one year or quarter."""

OPERATORS: Final = (*BY_YEAR, *BY_PERIOD, NONE)


def figures(paths: Paths, operator: str, entity: str, periods: Sequence[str]) -> FloatArray:
    """Return what an operator says of some periods, shape (runs, periods), in the unit of its target.

    A span of years such as ``2016-2017`` is the mean of its years.

    Raises
    ------
    InputError
        Unknown operator, or the one of the controls.
    """
    if operator in BY_YEAR:
        annual = BY_YEAR[operator](paths, entity)
        return np.column_stack([_mean_of(annual, period) for period in periods])
    if operator in BY_PERIOD:
        at = BY_PERIOD[operator]
        return np.column_stack([at(paths, entity, period) for period in periods])
    raise InputError(f'"{operator}" gives no figures of runs{nearest(operator, (*BY_YEAR, *BY_PERIOD))}')


class Remembered:
    """Paths that keep what was asked of them, so that targets that share an output read it once."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._kept: dict[tuple[str, str, str, str], FloatArray] = {}

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output by year, shape (runs, 12)."""
        key = (output, level, entity, "")
        if key not in self._kept:
            self._kept[key] = self._paths.annual(output, level, entity)
        return self._kept[key]

    def quarter(self, output: str, period: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output in a quarter, shape (runs,)."""
        key = (output, level, entity, period)
        if key not in self._kept:
            self._kept[key] = self._paths.quarter(output, period, level, entity)
        return self._kept[key]

    @property
    def asked(self) -> tuple[tuple[str, str, str, str], ...]:
        """What was asked: output, level, entity, and the quarter, or an empty text for all years."""
        return tuple(self._kept)


def _mean_of(annual: FloatArray, period: str) -> FloatArray:
    first, _, last = period.partition("-")
    columns = slice(YEARS.index(first), YEARS.index(last or first) + 1)
    return np.asarray(annual[:, columns].mean(axis=1))


def _dependence(paths: Paths, entity: str, gdp: str) -> FloatArray:
    trade = paths.annual("exports", "province", entity) + paths.annual("imports", "province", entity)
    return np.asarray(PER_CENT * trade / paths.annual(gdp, "province", entity))


def _share_of_cities(paths: Paths, output: str, entity: str) -> FloatArray:
    members = entity.split("+")
    total = np.sum([paths.annual(output, "city", city) for city in CITIES], axis=0)
    part = np.sum([paths.annual(output, "city", city) for city in members], axis=0)
    return np.asarray(PER_CENT * part / total)


def _at_port(paths: Paths, output: str, entity: str, period: str) -> FloatArray:
    """Return an output of one port, or summed over all of them for the province."""
    ports = PORTS if entity == "Liaoning" else (entity,)
    if "Q" in period:
        return np.asarray(np.sum([paths.quarter(output, period, "port", port) for port in ports], axis=0))
    return np.asarray(np.sum([_mean_of(paths.annual(output, "port", port), period) for port in ports], axis=0))
