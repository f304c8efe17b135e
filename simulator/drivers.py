"""Exogenous drivers: from annual figures to the quarterly path that every run starts from.

Annual figures become quarterly by Denton's method with a constant indicator: the path with the smallest squared
first differences whose yearly means are the annual figures. After its last observed year a series follows the stated
long-run path; runs add sampled deviations (``rules/drivers.py``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.periods import HORIZON_END, to_index
from simulator.records import NATION, PARTNERS
from simulator.tables import Table, load_table

FloatArray = npt.NDArray[np.float64]

QUARTERS: Final = to_index(HORIZON_END) + 1
FIRST_YEAR: Final = 2005
LAST_YEAR: Final = 2038
"""Paths are built beyond the horizon: Denton's method flattens the last quarters of a path."""
YEARS: Final = range(FIRST_YEAR, LAST_YEAR + 1)
LONG_RUN_YEAR: Final = 2030

DEVIATING: Final = (
    "activity of China", "fixed investment", "FDI inflow", "commodity prices", "credit", "hinterland",
    *(f"demand of {p}" for p in PARTNERS),
)  # fmt: skip
"""Drivers that deviate from their path after the last observed quarter, in the order of the draws."""


def denton(annual: FloatArray) -> FloatArray:
    """Return the smoothest quarterly path with the given yearly means.

    Parameters
    ----------
    annual : ndarray, shape (years,)

    Returns
    -------
    ndarray, shape (4 * years,)
        Minimises the sum of squared first differences subject to the means (Denton 1971, constant indicator).
    """
    from scipy.linalg import solve_banded

    # Unknowns year by year: four quarters, then the multiplier of the year's mean. In this order the system is
    # banded, and its solution has the same bits whatever the number of threads.
    years = len(annual)
    width = 6
    band = np.zeros((2 * width + 1, 5 * years))
    right = np.zeros(5 * years)
    right[4::5] = annual
    places = [5 * (q // 4) + q % 4 for q in range(4 * years)]

    def add(row: int, column: int, value: float) -> None:
        band[width + row - column, column] += value

    for here, there in zip(places, places[1:], strict=False):
        for a, b in ((here, there), (there, here)):
            add(a, a, 2.0)
            add(a, b, -2.0)
    for q, place in enumerate(places):
        mean = 5 * (q // 4) + 4
        add(place, mean, 0.25)
        add(mean, place, 0.25)
    return np.asarray(solve_banded((width, width), band, right)[places], dtype=np.float64)


def quarterly(annual: Mapping[int, float]) -> FloatArray:
    """Return the quarterly path of 2006Q1 to the horizon, shape (quarters,), of a series known for all `YEARS`."""
    path = denton(np.array([annual[y] for y in YEARS]))
    return path[4 : 4 + QUARTERS]


def years_of(table: Table, entity: str, variable: str) -> dict[int, float]:
    """Return year -> value of an annual series of a table."""
    return {int(period): value for period, value in table.series(entity, variable).items()}


def extend(series: Mapping[int, float], growth: float) -> dict[int, float]:
    """Continue a series with constant growth (per year, compound) to `LAST_YEAR`."""
    full = dict(series)
    for year in range(max(full) + 1, LAST_YEAR + 1):
        full[year] = full[year - 1] * (1.0 + growth)
    return full


def back(series: Mapping[int, float]) -> dict[int, float]:
    """Fill missing first years with the first growth rate observed (only the year before the base is affected)."""
    full = dict(series)
    while min(full) > FIRST_YEAR:
        first = min(full)
        full[first - 1] = full[first] ** 2 / full[first + 1]
    return full


def activity(series: Mapping[int, float], long_run: float) -> dict[int, float]:
    """Continue real GDP: 2021 on the 2015-19 trend less 2 %, growth converging linearly to `long_run` by 2030."""
    full = {year: value for year, value in series.items() if year <= 2020}
    trend = math.log(full[2019] / full[2015]) / 4.0
    full[2021] = full[2019] * math.exp(2.0 * trend) * 0.98
    for year in range(2022, LAST_YEAR + 1):
        part = min(1.0, (year - 2021) / (LONG_RUN_YEAR - 2021))
        full[year] = full[year - 1] * math.exp(trend + part * (math.log1p(long_run) - trend))
    return full


def _rebased(path: FloatArray) -> FloatArray:
    return np.asarray(path / path[0], dtype=np.float64)


def _deflator(table: Table, entity: str, growth: float) -> dict[int, float]:
    """Return the USD GDP deflator of an economy, 2010 = 1, continued with `growth`."""
    current = years_of(table, entity, "gdp_usd_current")
    real = years_of(table, entity, "gdp_usd_2015")
    index = {year: current[year] / real[year] for year in real}
    return extend({year: value / index[2010] for year, value in index.items()}, growth)


def _manufactures(table: Table, growth: float) -> dict[int, float]:
    economies = ("Japan", "Korea", "Germany", "USA")
    current = [years_of(table, e, "gdp_usd_current") for e in economies]
    real = [years_of(table, e, "gdp_usd_2015") for e in economies]
    index = {y: sum(s[y] for s in current) / sum(s[y] for s in real) for y in real[0]}
    return extend({year: value / index[2010] for year, value in index.items()}, growth)


def _industry_price(province: Table, drivers: Table) -> dict[int, float]:
    """Chain the price index of fixed assets to 2010 = 1 and continue it."""
    chain: dict[int, float] = {}
    level = 1.0
    for year, value in sorted(years_of(province, "Liaoning", "fai_price_index").items()):
        level *= value / 100.0
        chain[year] = level
    growth = drivers.value("China", "price_investment_growth", "2018")
    return extend({year: value / chain[2010] for year, value in chain.items()}, growth)


def _credit(province: Table, nominal: Mapping[int, float]) -> dict[int, float]:
    """Return new bank loans over GDP, half-way to 0.16; after 2017 towards the assumed ratio within five years.

    GDP here is that of 2006 moved with the *nation's* nominal GDP, so that no published series of the province that the
    model is judged against enters a driver.
    """
    loans = years_of(province, "Liaoning", "bank_loans")
    gdp = province.value("Liaoning", "gdp_nominal_census4", "2006")
    ratio = {}
    for year in range(2006, 2018):
        ratio[year] = 0.5 * (loans[year] - loans[year - 1]) / (gdp * nominal[year] / nominal[2006]) + 0.08
    later = province.value("Liaoning", "credit_to_gdp", "2018")
    for year in range(2018, LAST_YEAR + 1):
        ratio[year] = ratio[2017] + min(1.0, (year - 2017) / 5.0) * (later - ratio[2017])
    ratio[2005] = ratio[2006]
    return ratio


def _graduates(province: Table) -> dict[int, float]:
    """Return new graduates a year, thousand: enrolment over the mean length of study (3.7 years, assumption)."""
    ratio = years_of(province, "Liaoning", "students_to_population")
    people = years_of(province, "Liaoning", "population")
    return extend(back({year: ratio[year] * people[year] / 3.7 for year in ratio}), 0.0)


def _working_age(province: Table) -> dict[int, float]:
    """Share of ages 15-64: a parabola through the logs of 2005-16, because yearly sample surveys jump by 2 points."""
    aged = years_of(province, "Liaoning", "working_age_population")
    people = years_of(province, "Liaoning", "population")
    years = np.array([year for year in sorted(aged) if year <= 2016], dtype=np.float64)
    share = np.array([math.log(aged[int(year)] / people[int(year)]) for year in years])
    smooth = np.polyval(np.polyfit(years - 2010.0, share, 2), years - 2010.0)
    return extend(dict(zip(years.astype(int).tolist(), np.exp(smooth).tolist(), strict=True)),
                  math.expm1(province.value("Liaoning", "working_age_share_growth", "2018")))


def _hinterland(province: Table) -> dict[int, float]:
    both = [years_of(province, name, "gdp_real") for name in ("Jilin", "Heilongjiang")]
    total = {year: both[0][year] + both[1][year] for year in both[0]}
    return extend(total, province.value("Jilin", "gdp_real_growth", "2018"))


def _targets(province: Table) -> FloatArray:
    """Official growth target of every quarter, per year: a step each year, the last one kept."""
    known = years_of(province, "Liaoning", "growth_target")
    return np.array([known[min(2006 + t // 4, max(known))] for t in range(QUARTERS)])


def _foreign_stock(inflow: FloatArray) -> FloatArray:
    """Return the national FDI stock, index: inflows less 8 % a year, started on its growth path of 3 % a quarter."""
    stock = np.empty_like(inflow)
    stock[0] = inflow[0] / (0.03 + 0.0206)
    for t in range(1, len(inflow)):
        stock[t] = stock[t - 1] * (1.0 - 0.0206) + inflow[t]
    return _rebased(stock)


@cache
def base_path() -> np.ndarray[Any, np.dtype[Any]]:
    """Return the drivers of every quarter to the horizon: `NATION` records, shape (quarters,)."""
    drivers, province = load_table("drivers"), load_table("province")
    china = {v: years_of(drivers, "China", v) for v in ("gdp_usd_2015", "gdp_nominal", "va_secondary")}
    real = activity(china["gdp_usd_2015"], drivers.value("China", "long_run_growth", "2030"))
    price = {year: china["gdp_nominal"][year] / real[year] for year in china["gdp_nominal"]}
    inflation = drivers.value("China", "price_gdp_growth", "2021")
    price = extend({year: value / price[2010] for year, value in price.items()}, inflation)
    nominal = {year: real[year] * price[year] for year in YEARS}

    def following(values: Mapping[int, float]) -> dict[int, float]:
        """Continue a series of China in proportion to its real GDP."""
        full = back(values)
        last = max(full)
        return {**full, **{year: full[last] * real[year] / real[last] for year in range(last + 1, LAST_YEAR + 1)}}

    def share(variable: str) -> dict[int, float]:
        known = years_of(drivers, "China", variable)
        return following({year: known[year] * china["gdp_nominal"][year] / price[year] for year in known})

    def real_value(variable: str) -> dict[int, float]:
        known = years_of(drivers, "China", variable)
        return following({year: known[year] / price[year] for year in known})

    usd = drivers.value("Rest of world", "price_usd_growth", "2021")
    commodity = [_deflator(drivers, entity, usd) for entity in ("Russia", "Australia")]
    path = np.zeros(QUARTERS, NATION)
    path["clock"] = np.arange(QUARTERS)
    path["progress"] = 1.0
    path["gdp"] = _rebased(quarterly(real))
    path["gdp_nominal"] = _rebased(quarterly(nominal))
    path["investment"] = _rebased(quarterly(share("gfcf_share")))
    path["consumption"] = _rebased(quarterly(share("household_consumption_share")))
    path["secondary"] = _rebased(quarterly(real_value("va_secondary")))
    path["wage"] = _rebased(quarterly(real_value("income_urban_per_capita")))
    inflow = extend(
        years_of(drivers, "China", "fdi_net_inflows_bop"), drivers.value("China", "fdi_inflow_growth", "2021")
    )
    path["fdi_inflow"] = quarterly(inflow) / 4.0
    path["fdi_stock"] = _foreign_stock(path["fdi_inflow"])
    path["price_gdp"] = quarterly(price)
    path["price_industry"] = quarterly(_industry_price(province, drivers))
    path["price_other"] = np.exp((np.log(path["price_gdp"]) - 0.45 * np.log(path["price_industry"])) / 0.55)
    path["price_commodity"] = quarterly({y: math.sqrt(commodity[0][y] * commodity[1][y]) for y in YEARS})
    path["price_manufactures"] = quarterly(_manufactures(drivers, usd))
    exchange = years_of(drivers, "China", "exchange_rate")
    path["exchange_rate"] = quarterly(extend(exchange, drivers.value("China", "exchange_rate_growth", "2021")))
    for m, partner in enumerate(PARTNERS):
        output = years_of(drivers, partner, "gdp_usd_2015")
        long_run = drivers.value(partner, "long_run_growth", "2030")
        path["partner_gdp"][:, m] = _rebased(quarterly(activity(output, long_run)))
        path["partner_price"][:, m] = _rebased(quarterly(_deflator(drivers, partner, usd)))
    path["credit"] = quarterly(_credit(province, nominal))
    path["hinterland"] = _rebased(quarterly(_hinterland(province)))
    path["graduates"] = quarterly(_graduates(province)) / 4.0
    path["working_age"] = _rebased(quarterly(_working_age(province)))
    path["growth_target"] = _targets(province)
    path.flags.writeable = False
    return path


def deviation_process() -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Fit an AR(1) in logs around a linear trend to each driver that deviates, on annual means of 2006-17.

    Returns
    -------
    process : ndarray, shape (drivers, 2)
        Persistence and standard deviation of the innovation, per quarter.
    free : ndarray, shape (drivers,)
        First quarter after the last observed one.
    """
    path = base_path()
    columns = [path["gdp"], path["investment"], path["fdi_inflow"], path["price_commodity"], path["credit"]]
    columns += [path["hinterland"], *(path["partner_gdp"][:, m] for m in range(len(PARTNERS)))]
    process = np.empty((len(columns), 2))
    years = np.arange(12.0)
    for k, column in enumerate(columns):
        annual = np.log(column[:48].reshape(12, 4).mean(axis=1))
        rest = annual - np.polyval(np.polyfit(years, annual, 1), years)
        persistence = float(np.clip(rest[1:] @ rest[:-1] / (rest[:-1] @ rest[:-1]), 0.0, 0.95))
        spread = float(rest.std(ddof=2))
        quarterly_persistence = persistence**0.25
        process[k] = quarterly_persistence, spread * math.sqrt(1.0 - quarterly_persistence**2)
    free = np.full(len(columns), to_index("2020Q4") + 1, dtype=np.int64)
    free[4:6] = to_index("2017Q4") + 1
    return process, free
