"""The world before the first quarter: records filled with data, and the drivers. Immutable; one for all runs.

Only data and stated allocations (RAS, size distributions) are put together here. Everything that follows by the model's
equations, each quantity with suffix 0 included, is computed by ``rules/base.py`` for the parameters of a run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator import records as r
from simulator.drivers import base_path, deviation_process
from simulator.parameters import parameters
from simulator.tables import Table, load_table

Records = np.ndarray[Any, np.dtype[Any]]
FloatArray = npt.NDArray[np.float64]

DISTANCE_ELASTICITY: Final = -0.93
"""Seed of the city-partner trade matrix (Head & Mayer 2014, mean of gravity estimates)."""
TRADE_QUARTER: Final = 0.93
"""Trade of 2006Q1 over a quarter of 2006: half a year of growth of 22 % before mid-year (assumption)."""
ROAD_HOURS_PER_KM: Final = 1.3 / 70.0
OWN_CITY_HOURS: Final = 0.35
RAIL_DAYS: Final = {"Russia": 8.0, "EU": 15.0}
"""Rail by Manzhouli: 15 days to Europe against 35 by sea (ADB TA-9036 TR5, para. 124); Russia assumption."""
WORLD_SEED: Final = 2006


@dataclass(frozen=True)
class World:
    """Template records and drivers; arrays are read-only.

    Attributes
    ----------
    cities, soes, ports, investors, partners, province : record arrays
        Data only; ``rules.base.base_quarter`` fills the rest for a parameter draw.
    path : `NATION` records, shape (quarters,)
        Drivers of 2006Q1 to 2035Q4 before deviations.
    process, free : ndarray
        AR(1) of the deviations and first free quarter, see ``drivers.deviation_process``.
    """

    cities: Records
    soes: Records
    ports: Records
    investors: Records
    partners: Records
    province: Records
    path: Records
    process: FloatArray
    free: npt.NDArray[np.int64]
    scale: float = field(default=1.0)

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False


def gravity_matrix(rows: FloatArray, columns: FloatArray, seed: FloatArray) -> FloatArray:
    """Scale a positive seed matrix to given row and column sums (RAS, iterative proportional fitting).

    Parameters
    ----------
    rows, columns : ndarray, shapes (n,), (m,)
        Margins with equal sums.
    seed : ndarray, shape (n, m)

    Returns
    -------
    ndarray, shape (n, m)
    """
    matrix = seed.copy()
    for _ in range(500):
        matrix *= (rows / matrix.sum(axis=1))[:, np.newaxis]
        matrix *= (columns / matrix.sum(axis=0))[np.newaxis, :]
        if np.allclose(matrix.sum(axis=1), rows, rtol=1e-12, atol=0.0):
            break
    return matrix


def _km(distances: Table, a: str, b: str) -> float:
    first, second = sorted((a, b), key=r.CITIES.index)
    return distances.value(f"{first}>{second}", "km")


def _cities(path: Records) -> Records:
    table, distances, province = load_table("cities"), load_table("distances"), load_table("province")
    out = np.zeros(r.N_CITIES, r.CITY)
    nation = path[0]
    sectors = ("va_primary", "va_secondary", "va_tertiary")
    added = np.array([[table.value(c, variable, "2006") for variable in sectors] for c in r.CITIES])
    output = 0.1 * province.value("Liaoning", "gdp_nominal_census4", "2006")
    factor = float(path["gdp"][0] / path["gdp"][:4].mean())
    price = np.array([nation["price_other"], nation["price_industry"], nation["price_other"]])
    # Prices of the year 2006, so that four quarters of 2006 give the published year.
    price *= path["price_gdp"][:4].mean() / nation["price_gdp"]
    out["value_added_0"] = output * added / added.sum() / price / 4.0 * factor
    for c, name in enumerate(r.CITIES):
        city = out[c]
        city["index"] = c
        city["population_0"] = table.value(name, "population", "2006")
        city["graduate_share_0"] = table.value(name, "graduate_share", "2006")
        city["business_environment_0"] = table.value(name, "business_environment", "2006")
        city["soe_factor"] = table.value(name, "soe_factor", "2006")
        city["group_mix_0"] = [table.value(name, f"mix_{g}", "2006") for g in r.GROUPS]
        for k, other in enumerate(r.CITIES):
            city["hours"][k] = OWN_CITY_HOURS if k == c else ROAD_HOURS_PER_KM * _km(distances, name, other)
        for g, port in enumerate((*r.PORTS, "Tianjin")):
            city["gateway_km"][g] = max(10.0, distances.value(f"{name}>{port}", "km_to_port"))
        # The rail corridor starts in Shenyang.
        city["gateway_km"][-1] = 10.0 if name == "Shenyang" else _km(distances, name, "Shenyang")
    wages, inflow, spending = (
        np.array([table.value(c, variable, "2006") for c in r.CITIES])
        for variable in ("wage", "fdi", "fiscal_expenditure")
    )
    out["wage_relative_0"] = wages / wages.mean()
    out["fdi_share_0"] = inflow / inflow.sum()
    out["spending_share_0"] = spending / spending.sum()
    out["group_mix_0"] /= out["group_mix_0"].sum(axis=1, keepdims=True)
    out["exports_0"], out["imports_0"] = _trade(path)
    return out


def _trade(path: Records) -> tuple[FloatArray, FloatArray]:
    """City-partner trade of 2006Q1, bn yuan of 2010 a quarter: 2006 totals, 2014 shares of cities and partners, RAS."""
    table, distances, province = load_table("cities"), load_table("distances"), load_table("province")
    shares = load_table("trade_shares")
    weights = np.array([table.value(c, "trade_total", "2014") for c in r.CITIES])
    weights /= weights.sum()
    seed = np.empty((r.N_CITIES, r.N_PARTNERS))
    for c, city in enumerate(r.CITIES):
        for m, partner in enumerate(r.PARTNERS):
            lengths = [
                distances.value(f"{city}>{p}", "km_to_port")
                + 1.852 * distances.value(f"{p}>{partner}", "sea_nautical_miles")
                for p in r.PORTS
            ]
            seed[c, m] = min(lengths) ** DISTANCE_ELASTICITY
    nation = path[0]
    # A value in USD at the prices of the quarter -> yuan at 2010 prices.
    to_exports = nation["exchange_rate"] / nation["price_industry"]
    manufactures = {p.name: p.point for p in parameters()}["import_commodity_share"]
    price = nation["price_commodity"] ** manufactures * nation["price_manufactures"] ** (1.0 - manufactures)
    to_imports = float(path["exchange_rate"][16:20].mean()) / price
    result = []
    for flow, factor in (("export", to_exports), ("import", to_imports)):
        total = province.value("Liaoning", f"{flow}s", "2006") * TRADE_QUARTER / 4.0 * factor
        partner_shares = np.array([shares.value(p, f"{flow}_share", "2006") for p in r.PARTNERS])
        result.append(gravity_matrix(total * weights, total * partner_shares / partner_shares.sum(), seed))
    return result[0], result[1]


def largest_remainder(weights: FloatArray, total: int) -> npt.NDArray[np.int64]:
    """Split `total` whole units in proportion to `weights`, at least one each. Shape as `weights`, flattened."""
    flat = weights.ravel()
    ideal = flat / flat.sum() * (total - len(flat))
    counts = np.floor(ideal).astype(np.int64)
    short = total - len(flat) - int(counts.sum())
    order = np.argsort(-(ideal - counts), kind="stable")
    counts[order[:short]] += 1
    return np.asarray(counts + 1, dtype=np.int64)


def _soes(cities: Records, scale: float) -> Records:
    """State-owned enterprises, drawn once: stratified lognormal sizes in each city and industry group."""
    from scipy.special import ndtri

    table = load_table("soe")
    point = {p.name: p.point for p in parameters()}
    shares = np.array([point[f"state_share_{g}"] for g in r.GROUPS])
    capital = cities["value_added_0"][:, r.INDUSTRY, np.newaxis] * cities["group_mix_0"]
    capital = capital * np.clip(shares[np.newaxis, :] * cities["soe_factor"][:, np.newaxis], 0.05, 0.92)
    count = round(scale * table.value("Liaoning", "count", "2006"))
    counts = largest_remainder(np.sqrt(capital), count)
    out = np.zeros(count, r.SOE)
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([WORLD_SEED, 1])))
    u = np.clip(generator.random((count, 5)), 1e-12, 1.0 - 1e-12)
    sigma = table.value("Liaoning", "size_sigma")
    start = 0
    for cell, n in enumerate(counts):
        place = slice(start, start + int(n))
        size = np.exp(sigma * ndtri((np.arange(n) + 0.5) / n))
        out["city"][place], out["group"][place] = divmod(cell, r.N_GROUPS)
        out["size_weight"][place] = size / size.sum()
        start += int(n)
    out["luck_output"], out["luck_debt"] = ndtri(u[:, 0]), ndtri(u[:, 1])
    out["identity"] = u[:, 2] < 0.85
    out["state_share"] = np.where(out["identity"] == 1, 0.7 + 0.3 * u[:, 3], 0.2 + 0.3 * u[:, 3])
    out["luck_control"] = u[:, 4]
    out["alive"] = 1
    return out


def _investors(scale: float) -> Records:
    """Foreign investors by home and type as counted in the table; sizes lognormal (0.35) with mean one."""
    from scipy.special import ndtri

    table = load_table("investors")
    rows = [
        (h, k)
        for h, home in enumerate(r.HOMES)
        for k, kind in enumerate(r.INVESTOR_TYPES)
        for _ in range(round(scale * table.value(home, f"count_{kind}")))
    ]
    out = np.zeros(len(rows), r.INVESTOR)
    out["home"] = [h for h, _ in rows]
    out["type"] = [k for _, k in rows]
    out["sector"] = np.where(out["type"] == 2, 1, 0)
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([WORLD_SEED, 2])))
    u = np.clip(generator.random((len(rows), 3)), 1e-12, 1.0 - 1e-12)
    size = np.exp(0.35 * ndtri(u[:, 0]))
    out["scale"] = size / size.mean()
    out["luck_start"], out["luck_place"] = u[:, 1], u[:, 2]
    return out


def _ports() -> Records:
    table, distances = load_table("ports"), load_table("distances")
    out = np.zeros(r.N_PORTS, r.PORT)
    for p, name in enumerate(r.PORTS):
        out[p]["index"] = p
        out[p]["sea_miles"] = [distances.value(f"{name}>{d}", "sea_nautical_miles") for d in r.DESTINATIONS]
        out[p]["share_0"] = [table.value(name, "share_bulk", "2012Q1"), table.value(name, "share_containers", "2012Q1")]
        out[p]["routes_0"] = table.value(name, "routes", "2006")
    out["share_0"] /= out["share_0"].sum(axis=0, keepdims=True)
    return out


def _partners(path: Records) -> Records:
    table = load_table("tariffs")
    out = np.zeros(r.N_PARTNERS, r.PARTNER)
    for m, name in enumerate(r.PARTNERS):
        out[m]["index"] = m
        out[m]["tariff_export"] = table.value(name, "tariff_export")
        out[m]["tariff_import"] = table.value(name, "tariff_import")
        output = path["partner_gdp"][:, m]
        out[m]["trend_growth"] = math.log(output[52:56].mean() / output[:4].mean()) / 52.0
    return out


def _province(path: Records) -> Records:
    table, ports, distances = load_table("province"), load_table("ports"), load_table("distances")
    out = np.zeros(1, r.PROVINCE)
    gdp = table.value("Liaoning", "gdp_nominal_census4", "2006")
    out["employment_0"] = table.value("Liaoning", "employment", "2006")
    out["population_0"] = table.value("Liaoning", "population", "2006")
    out["state_share_0"] = table.value("Liaoning", "soe_asset_share", "2006")
    out["consumption_ratio_0"] = table.value("Liaoning", "household_consumption", "2006") / gdp
    out["spending_ratio_0"] = table.value("Liaoning", "fiscal_expenditure", "2006") / gdp
    out["port_throughput_0"] = ports.value("Liaoning", "throughput", "2006")
    out["exchange_rate_2010"] = path["exchange_rate"][16:20].mean()
    out["tianjin_miles"][0] = [distances.value(f"Tianjin>{d}", "sea_nautical_miles") for d in r.DESTINATIONS]
    out["rail_days"][0] = [RAIL_DAYS.get(d, 0.0) for d in r.DESTINATIONS]
    return out


@cache
def load_world(scale: float = 1.0) -> World:
    """Return the world built from the tables; `scale` multiplies the number of enterprises and investors (benchmarks).

    Raises
    ------
    DataError
        A table is incomplete or wrong; the message names the row.
    """
    return world_on(base_path(), *deviation_process(), scale)


def world_on(path: Records, process: FloatArray, free: npt.NDArray[np.int64], scale: float = 1.0) -> World:
    """Return the world on a given path of the drivers; see `World` for the arguments, `load_world` for errors."""
    cities = _cities(path)
    return World(
        cities=cities,
        soes=_soes(cities, scale),
        ports=_ports(),
        investors=_investors(scale),
        partners=_partners(path),
        province=_province(path),
        path=path,
        process=process,
        free=free,
        scale=scale,
    )
