"""Exogenous drivers: from annual figures to the quarterly path that every run starts from.

Annual figures become quarterly by Denton's method with a constant indicator: the path with the smallest squared
first differences whose yearly means are the annual figures. After its last known year a series goes on by a rule: in
`base_path` the stated long-run path. Runs add sampled deviations (``rules/drivers.py``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from simulator.periods import HORIZON_END, to_index
from simulator.records import NATION, PARTNERS
from simulator.tables import Table, load_table

FloatArray = npt.NDArray[np.float64]
Series: TypeAlias = Mapping[int, float]
"""Year -> annual figure."""

QUARTERS: Final = to_index(HORIZON_END) + 1
FIRST_YEAR: Final = 2005
LAST_YEAR: Final = 2038
"""Paths are built beyond the horizon: Denton's method flattens the last quarters of a path."""
YEARS: Final = range(FIRST_YEAR, LAST_YEAR + 1)
LONG_RUN_YEAR: Final = 2030
PRICE_YEAR: Final = 2010
"""Prices are 1 on average of this year."""
IN_STEP: Final = ("investment", "consumption", "secondary", "wage")
"""Real series of China that the stated path lets grow with its real GDP."""

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


class Continuation(Protocol):
    """The rule by which the known figures of a driver go on to `LAST_YEAR`."""

    def __call__(self, name: str, known: Series, entity: str = "China", gdp: Series | None = None) -> dict[int, float]:
        """Return a figure for every year from the first known one to `LAST_YEAR`.

        Parameters
        ----------
        name : str
            Name of the driver in `NATION`; "price_usd" for the deflators of economies in USD.
        known : mapping
            Annual figures without gaps; may already reach `LAST_YEAR`.
        entity : str
            Economy of the series, in "gdp" and "partner_gdp".
        gdp : mapping, optional
            Real GDP of China in all `YEARS`, for the series in `IN_STEP`.
        """
        ...


@dataclass(frozen=True)
class StatedPath:
    """The long-run path that the rows of the tables state for the years after the last figure."""

    drivers: Table
    province: Table

    def __call__(self, name: str, known: Series, entity: str = "China", gdp: Series | None = None) -> dict[int, float]:
        """Continue a driver as its rows say; see `Continuation`."""
        if name in ("gdp", "partner_gdp"):
            return activity(known, self.drivers.value(entity, "long_run_growth", "2030"))
        if name in IN_STEP and gdp is not None:
            last = max(known)
            later = {year: known[last] * gdp[year] / gdp[last] for year in range(last + 1, LAST_YEAR + 1)}
            return {**known, **later}
        if name == "credit":
            return self._credit(known)
        return extend(known, self._growth(name))

    def _growth(self, name: str) -> float:
        """Return the assumed growth of a driver, per year."""
        if name == "graduates":
            return 0.0
        if name == "hinterland":
            return self.province.value("Jilin", "gdp_real_growth", "2018")
        if name == "working_age":
            return math.expm1(self.province.value("Liaoning", "working_age_share_growth", "2018"))
        row = {
            "price_gdp": ("China", "price_gdp_growth", "2021"),
            "price_industry": ("China", "price_investment_growth", "2018"),
            "price_usd": ("Rest of world", "price_usd_growth", "2021"),
            "fdi_inflow": ("China", "fdi_inflow_growth", "2021"),
            "exchange_rate": ("China", "exchange_rate_growth", "2021"),
        }[name]
        return self.drivers.value(*row)

    def _credit(self, known: Series) -> dict[int, float]:
        """Approach the assumed ratio within five years."""
        full, last = dict(known), max(known)
        later = self.province.value("Liaoning", "credit_to_gdp", "2018")
        for year in range(last + 1, LAST_YEAR + 1):
            full[year] = full[last] + min(1.0, (year - last) / 5.0) * (later - full[last])
        return full


def _rebased(path: FloatArray) -> FloatArray:
    return np.asarray(path / path[0], dtype=np.float64)


def _index(name: str, known: Series, go_on: Continuation) -> dict[int, float]:
    """Continue a price as an index, 2010 = 1; where 2010 is not known yet, the 2010 of the continued series."""
    whole = known if PRICE_YEAR in known else go_on(name, known)
    return go_on(name, {year: value / whole[PRICE_YEAR] for year, value in whole.items()})


def _deflator(table: Table, entity: str, go_on: Continuation) -> dict[int, float]:
    """Return the USD GDP deflator of an economy, 2010 = 1."""
    current = years_of(table, entity, "gdp_usd_current")
    real = years_of(table, entity, "gdp_usd_2015")
    return _index("price_usd", {year: current[year] / real[year] for year in real}, go_on)


def _manufactures(table: Table, go_on: Continuation) -> dict[int, float]:
    economies = ("Japan", "Korea", "Germany", "USA")
    current = [years_of(table, e, "gdp_usd_current") for e in economies]
    real = [years_of(table, e, "gdp_usd_2015") for e in economies]
    return _index("price_usd", {y: sum(s[y] for s in current) / sum(s[y] for s in real) for y in real[0]}, go_on)


def _industry_price(province: Table, go_on: Continuation) -> dict[int, float]:
    """Chain the price index of fixed assets to 2010 = 1 and continue it."""
    chain: dict[int, float] = {}
    level = 1.0
    for year, value in sorted(years_of(province, "Liaoning", "fai_price_index").items()):
        level *= value / 100.0
        chain[year] = level
    return _index("price_industry", chain, go_on)


def _credit(province: Table, nominal: Series, go_on: Continuation) -> dict[int, float]:
    """Return new bank loans over GDP, half-way to 0.16.

    GDP here is that of 2006 moved with the *nation's* nominal GDP, so that no published series of the province that the
    model is judged against enters a driver.
    """
    loans = years_of(province, "Liaoning", "bank_loans")
    gdp = province.value("Liaoning", "gdp_nominal_census4", "2006")
    ratio = {}
    for year in sorted(loans)[1:]:
        ratio[year] = 0.5 * (loans[year] - loans[year - 1]) / (gdp * nominal[year] / nominal[2006]) + 0.08
    ratio[2005] = ratio[2006]
    return go_on("credit", ratio)


def _graduates(province: Table, go_on: Continuation) -> dict[int, float]:
    """Return new graduates a year, thousand: enrolment over the mean length of study (3.7 years, assumption)."""
    ratio = years_of(province, "Liaoning", "students_to_population")
    people = years_of(province, "Liaoning", "population")
    return go_on("graduates", back({year: ratio[year] * people[year] / 3.7 for year in ratio}))


def _working_age(province: Table, go_on: Continuation) -> dict[int, float]:
    """Share of ages 15-64: a parabola through the logs of 2005-16, because yearly sample surveys jump by 2 points."""
    aged = years_of(province, "Liaoning", "working_age_population")
    people = years_of(province, "Liaoning", "population")
    years = np.array([year for year in sorted(aged) if year <= 2016], dtype=np.float64)
    share = np.array([math.log(aged[int(year)] / people[int(year)]) for year in years])
    smooth = np.polyval(np.polyfit(years - 2010.0, share, 2), years - 2010.0)
    return go_on("working_age", dict(zip(years.astype(int).tolist(), np.exp(smooth).tolist(), strict=True)))


def _hinterland(province: Table, go_on: Continuation) -> dict[int, float]:
    both = [years_of(province, name, "gdp_real") for name in ("Jilin", "Heilongjiang")]
    return go_on("hinterland", {year: both[0][year] + both[1][year] for year in both[0]})


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


def path_from(drivers: Table, province: Table, go_on: Continuation) -> np.ndarray[Any, np.dtype[Any]]:
    """Return the drivers of every quarter to the horizon, from the figures of two tables and a rule for later years.

    Parameters
    ----------
    drivers, province : Table
        Figures from `FIRST_YEAR` (or the year after) to the last known year, which may differ between series.
    go_on : Continuation

    Returns
    -------
    `NATION` records, shape (quarters,), read-only
    """
    path = np.zeros(QUARTERS, NATION)
    path["clock"] = np.arange(QUARTERS)
    path["progress"] = 1.0
    nominal = _national(path, drivers, go_on)
    inflow = go_on("fdi_inflow", years_of(drivers, "China", "fdi_net_inflows_bop"))
    path["fdi_inflow"] = quarterly(inflow) / 4.0
    path["fdi_stock"] = _foreign_stock(path["fdi_inflow"])
    path["price_industry"] = quarterly(_industry_price(province, go_on))
    path["price_other"] = np.exp((np.log(path["price_gdp"]) - 0.45 * np.log(path["price_industry"])) / 0.55)
    commodity = [_deflator(drivers, entity, go_on) for entity in ("Russia", "Australia")]
    path["price_commodity"] = quarterly({y: math.sqrt(commodity[0][y] * commodity[1][y]) for y in YEARS})
    path["price_manufactures"] = quarterly(_manufactures(drivers, go_on))
    path["exchange_rate"] = quarterly(go_on("exchange_rate", years_of(drivers, "China", "exchange_rate")))
    for m, partner in enumerate(PARTNERS):
        output = go_on("partner_gdp", years_of(drivers, partner, "gdp_usd_2015"), partner)
        path["partner_gdp"][:, m] = _rebased(quarterly(output))
        path["partner_price"][:, m] = _rebased(quarterly(_deflator(drivers, partner, go_on)))
    path["credit"] = quarterly(_credit(province, nominal, go_on))
    path["hinterland"] = _rebased(quarterly(_hinterland(province, go_on)))
    path["graduates"] = quarterly(_graduates(province, go_on)) / 4.0
    path["working_age"] = _rebased(quarterly(_working_age(province, go_on)))
    path["growth_target"] = _targets(province)
    path.flags.writeable = False
    return path


def _national(path: np.ndarray[Any, np.dtype[Any]], drivers: Table, go_on: Continuation) -> dict[int, float]:
    """Fill in activity, wage and price of the nation; return its nominal GDP in all `YEARS`."""
    known = {v: years_of(drivers, "China", v) for v in ("gdp_usd_2015", "gdp_nominal")}
    real = go_on("gdp", known["gdp_usd_2015"])
    price = _index("price_gdp", {year: value / real[year] for year, value in known["gdp_nominal"].items()}, go_on)
    nominal = {year: real[year] * price[year] for year in YEARS}

    def share(variable: str) -> dict[int, float]:
        part = years_of(drivers, "China", variable)
        return back({year: part[year] * known["gdp_nominal"][year] / price[year] for year in part})

    def real_value(variable: str) -> dict[int, float]:
        value = years_of(drivers, "China", variable)
        return back({year: value[year] / price[year] for year in value})

    path["gdp"] = _rebased(quarterly(real))
    path["gdp_nominal"] = _rebased(quarterly(nominal))
    path["price_gdp"] = quarterly(price)
    series = {
        "investment": share("gfcf_share"),
        "consumption": share("household_consumption_share"),
        "secondary": real_value("va_secondary"),
        "wage": real_value("income_urban_per_capita"),
    }
    for name, values in series.items():
        path[name] = _rebased(quarterly(go_on(name, values, gdp=real)))
    return nominal


@cache
def base_path() -> np.ndarray[Any, np.dtype[Any]]:
    """Return the drivers as they were, then on the stated path: `NATION` records, shape (quarters,)."""
    drivers, province = load_table("drivers"), load_table("province")
    return path_from(drivers, province, StatedPath(drivers, province))


def fitted_process(path: np.ndarray[Any, np.dtype[Any]], years: int) -> FloatArray:
    """Fit an AR(1) in logs around a linear trend to each driver that deviates, on the annual means of its first years.

    Parameters
    ----------
    path : `NATION` records, shape (quarters,)
    years : int
        From 2006; at least 4.

    Returns
    -------
    ndarray, shape (drivers, 2)
        Persistence and standard deviation of the innovation, per quarter.
    """
    columns = [path["gdp"], path["investment"], path["fdi_inflow"], path["price_commodity"], path["credit"]]
    columns += [path["hinterland"], *(path["partner_gdp"][:, m] for m in range(len(PARTNERS)))]
    process = np.empty((len(columns), 2))
    time = np.arange(float(years))
    for k, column in enumerate(columns):
        annual = np.log(column[: 4 * years].reshape(years, 4).mean(axis=1))
        rest = annual - np.polyval(np.polyfit(time, annual, 1), time)
        persistence = float(np.clip(rest[1:] @ rest[:-1] / (rest[:-1] @ rest[:-1]), 0.0, 0.95))
        spread = float(rest.std(ddof=2))
        quarterly_persistence = persistence**0.25
        process[k] = quarterly_persistence, spread * math.sqrt(1.0 - quarterly_persistence**2)
    return process


def deviation_process() -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Return how drivers deviate after their last observed quarter: the fit to 2006-17.

    Returns
    -------
    process : ndarray, shape (drivers, 2)
        See `fitted_process`.
    free : ndarray, shape (drivers,)
        First quarter after the last observed one.
    """
    process = fitted_process(base_path(), 12)
    free = np.full(len(DEVIATING), to_index("2020Q4") + 1, dtype=np.int64)
    free[4:6] = to_index("2017Q4") + 1
    return process, free
