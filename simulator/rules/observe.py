"""Outputs: what a run reports of each level in a quarter, in the units of ``variables.toml``."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import (
    INDUSTRY,
    N_CITIES,
    N_DESTINATIONS,
    N_GATEWAYS,
    N_GROUPS,
    N_HOMES,
    N_PARTNERS,
    N_PORTS,
    N_SECTORS,
    PRIMARY,
    SERVICES,
)
from simulator.rules.port import BULK, CONTAINERS, RAIL, TIANJIN
from simulator.rules.reporting import FDI, GDP, INVESTMENT, REVENUE
from simulator.rules.trade import world_price_gap


@rule
def export_price(city: Any, province: Any, nation: Any, par: Any) -> float:
    """USD price of the city's exports per yuan of 2010: industrial price in part, commodity prices in part (B4)."""
    return nation.price_industry / nation.exchange_rate * math.exp(world_price_gap(city, province, nation, par))


@rule
def import_price(province: Any, nation: Any, par: Any) -> float:
    """USD price of imports per yuan of 2010: commodities and manufactures.

    E23; source: USD deflators of commodity exporters and of industrial countries.
    """
    price = par.import_commodity_share * math.log(nation.price_commodity)
    price += (1.0 - par.import_commodity_share) * math.log(nation.price_manufactures)
    return math.exp(price) / province.exchange_rate_2010


@rule
def wage_in_yuan(city: Any, nation: Any, par: Any) -> float:
    """Average wage, thousand yuan a year at current prices.

    E18.
    """
    heads = city.workers + city.graduates
    efficiency = (city.workers + par.graduate_efficiency * city.graduates) / heads
    return 4.0e3 * city.wage * efficiency * nation.price_gdp


@rule
def observe_city(city: Any, nation: Any, par: Any, out: Any) -> None:
    """Outputs of one city.

    Units as in ``variables.toml``; reported GDP by E71.
    """
    deflator = nation.price_gdp
    out.gdp_real = city.gdp
    out.gdp_nominal = city.gdp_nominal
    out.gdp_reported = city.gdp_nominal * (1.0 + par.census_coverage) * (1.0 + city.padding[GDP])
    out.industry = city.output[INDUSTRY]
    out.services = city.output[SERVICES]
    out.consumption = city.consumption
    out.investment = city.investment
    out.exports = city.exports_total
    out.imports = city.imports_total
    out.fdi = city.fdi_usd
    out.foreign_capital = 0.0
    for h in range(N_HOMES):
        out.foreign_capital += city.foreign_capital[h, 0] + city.foreign_capital[h, 1]
    out.population = city.population
    out.workers = city.workers
    out.graduates = city.graduates
    out.graduates_arrived = city.graduates_arrived
    out.wage = wage_in_yuan(city, nation, par)
    out.capacity_utilisation = city.industry_utilisation
    out.soe_number = city.soe_count
    out.zombies = city.zombie_count
    out.infrastructure = city.infrastructure
    out.business_environment = city.business_environment
    out.fiscal_revenue = city.revenue * deflator
    out.policy_cost = city.policy_cost * deflator
    out.market_access = city.market_access
    out.padding_gdp = city.padding[GDP]
    out.emissions = city.emissions


@rule
def observe_province(
    province: Any, cities: Any, ports: Any, nation: Any, par: Any, out: Any
) -> None:
    """Outputs of the province: sums over cities, ports and agents, and the published figures (E71-E76)."""
    deflator = nation.price_gdp
    nominal = 0.0
    reported = 0.0
    industry = 0.0
    industry_capital = 0.0
    potential = 0.0
    soe_potential = 0.0
    soe_output = 0.0
    out.exports_usd = 0.0
    out.fdi = 0.0
    out.fdi_reported = 0.0
    out.fiscal_revenue_reported = 0.0
    out.investment_reported = 0.0
    out.domestic_sales = 0.0
    out.domestic_purchases = 0.0
    out.unmet_demand = 0.0
    out.credit = 0.0
    out.population = 0.0
    out.unemployment = 0.0
    out.graduates = 0.0
    out.soe_number = 0.0
    out.soe_debt = 0.0
    out.emissions = 0.0
    out.land_sales = 0.0
    soe_capital = 0.0
    wages = 0.0
    workers = 0.0
    zombies = 0.0
    for c in range(N_CITIES):
        city = cities[c]
        nominal += city.gdp_nominal
        reported += city.gdp_nominal * (1.0 + city.padding[GDP])
        industry += nation.price_industry * city.output[INDUSTRY]
        potential += city.potential[INDUSTRY] + city.soe_potential
        soe_potential += city.soe_potential
        soe_output += city.soe_output
        out.exports_usd += city.exports_total * export_price(city, province, nation, par)
        out.fdi += city.fdi_usd
        out.fdi_reported += city.fdi_usd * (1.0 + city.padding[FDI])
        out.fiscal_revenue_reported += city.revenue * deflator * (1.0 + city.padding[REVENUE])
        out.investment_reported += city.investment * nation.price_industry * (1.0 + city.padding[INVESTMENT])
        out.domestic_sales += city.domestic_sales
        out.domestic_purchases += city.domestic_purchases
        for h in range(N_GROUPS):
            out.unmet_demand += city.unmet[h]
        out.credit += city.credit
        out.population += city.population
        heads = city.workers + city.graduates
        efficiency = (city.workers + par.graduate_efficiency * city.graduates) / heads
        out.unemployment += city.laid_off / efficiency
        workers += heads
        wages += heads * wage_in_yuan(city, nation, par)
        out.graduates += city.graduates
        out.soe_number += city.soe_count
        out.soe_debt += city.soe_debt
        zombies += city.zombie_count
        soe_capital += city.soe_capital
        industry_capital += city.soe_capital + city.capital[INDUSTRY]
        for h in range(N_HOMES):
            industry_capital += city.foreign_capital[h, 0]
        out.emissions += city.gdp_share_0 * city.emissions
        out.land_sales += city.land_financing
    out.gdp_real = province.gdp
    out.gdp_nominal = nominal
    out.gdp_reported = reported * (1.0 + par.census_coverage)
    out.gdp_revised = nominal * province.revision_error
    out.gdp_growth_reported = 100.0 * province.reported_growth_a
    out.consumption = province.consumption
    out.public_consumption = province.public_consumption
    out.investment = province.investment
    out.exports_real = province.exports
    out.imports_real = province.imports
    out.exports = out.exports_usd * nation.exchange_rate
    out.imports_usd = province.imports * import_price(province, nation, par)
    out.imports = out.imports_usd * nation.exchange_rate
    out.identity_gap = province.expenditure_gdp - province.gdp
    out.external_wealth = province.external_wealth
    out.fiscal_revenue = province.revenue * deflator
    out.fiscal_balance = province.balance * deflator
    out.transfers = province.transfers * deflator
    out.policy_cost = province.policy_cost * deflator
    out.debt = province.debt
    out.employment = workers - out.unemployment
    out.wage = wages / workers
    out.graduates_new = nation.graduates
    out.graduates_stayed = province.graduates_stayed
    out.graduate_stay_rate = province.graduates_stayed / nation.graduates
    out.capacity_utilisation = province.industry / potential
    out.soe_utilisation = soe_output / soe_potential if soe_potential > 0.0 else 0.0
    out.private_utilisation = (province.industry - soe_output) / (potential - soe_potential)
    out.capacity_utilisation_survey = out.capacity_utilisation + province.survey_error
    out.soe_capital_share = soe_capital / industry_capital
    out.zombie_share = zombies / out.soe_number if out.soe_number > 0.0 else 0.0
    out.secondary_value_added = industry
    out.secondary_share = industry / nominal
    excess = par.padding_industry_share * (reported - nominal)
    out.secondary_share_reported = (industry + excess) / reported
    out.padding_gdp = reported / nominal - 1.0
    out.padding_revenue = province.padding_revenue
    out.port_throughput = 0.0
    out.container_throughput = 0.0
    for p in range(N_PORTS):
        out.port_throughput += ports[p].throughput[BULK]
        out.container_throughput += ports[p].throughput[CONTAINERS]


@rule
def observe_gateway(g: int, ports: Any, province: Any, par: Any, out: Any) -> None:
    """Outputs of one of the six ports, Tianjin or the rail corridor (for these: Liaoning's cargo only)."""
    if g < N_PORTS:
        port = ports[g]
        out.throughput = port.throughput[BULK]
        out.containers = port.throughput[CONTAINERS]
        out.capacity = port.capacity[BULK]
        out.utilisation = port.throughput[BULK] / port.capacity[BULK]
        out.fee = port.fee
        out.routes = port.routes
        out.investment = port.investment
        return
    out.throughput = 0.0
    out.containers = 0.0
    for d in range(N_DESTINATIONS):
        out.throughput += province.lane[g, d, BULK] + province.lane[g, d, CONTAINERS]
        out.containers += province.lane[g, d, CONTAINERS] / par.tonnes_per_teu
    out.capacity = math.nan
    out.utilisation = math.nan
    out.fee = par.rail_cost if g == RAIL else par.port_unit_cost
    out.routes = math.nan
    out.investment = math.nan
    if g == TIANJIN:
        out.fee = par.port_unit_cost


@rule
def observe_lane(g: int, d: int, province: Any, out: Any) -> None:
    """Outputs of one lane: gateway and destination.

    Mt a quarter (E42).
    """
    out.tonnage = province.lane[g, d, BULK] + province.lane[g, d, CONTAINERS]


@rule
def observe_sector(s: int, cities: Any, out: Any) -> None:
    """Outputs of one sector, or (from index 3) of one industry group, summed over cities."""
    out.value_added = 0.0
    out.potential = 0.0
    out.demand = 0.0
    for c in range(N_CITIES):
        city = cities[c]
        if s >= N_SECTORS:
            h = s - N_SECTORS
            out.value_added += city.cell_output[h]
            out.potential += city.cell_potential[h]
            out.demand += city.demand[h]
        elif s == PRIMARY:
            out.value_added += city.output[s]
            out.potential += city.potential[s]
            out.demand += city.primary_demand
        elif s == INDUSTRY:
            out.value_added += city.output[s]
            out.potential += city.potential[s] + city.soe_potential
            for h in range(N_GROUPS):
                out.demand += city.demand[h]
        else:
            out.value_added += city.output[s]
            out.potential += city.potential[s]
            out.demand += city.services_demand
    out.utilisation = out.value_added / out.potential


@rule
def observe_partner(m: int, partners: Any, cities: Any, province: Any, nation: Any, par: Any, out: Any) -> None:
    """Outputs of trade with one partner.

    Units as in ``variables.toml`` (E20-E23).
    """
    partner = partners[m]
    out.exports = partner.exports
    out.imports = partner.imports
    out.exports_usd = 0.0
    for c in range(N_CITIES):
        out.exports_usd += cities[c].exports[m] * export_price(cities[c], province, nation, par)
    out.imports_usd = partner.imports * import_price(province, nation, par)
    out.trade_cost = partner.trade_cost / partner.exports
    out.demand = math.exp(partner.demand)


@rule
def observe_origin(h: int, province: Any, out: Any) -> None:
    """Outputs of the investors of one home.

    Units as in ``variables.toml`` (E25-E27).
    """
    out.fdi = province.fdi_home[h]
    out.capital = province.home_capital[h]
    out.return_a = province.home_earned[h] / out.capital if out.capital > 0.0 else 0.0
    out.investors = province.home_present[h]


@rule
def observe_all(
    cities: Any,
    ports: Any,
    partners: Any,
    province: Any,
    nation: Any,
    par: Any,
    out_province: Any,
    out_city: Any,
    out_port: Any,
    out_sector: Any,
    out_partner: Any,
    out_origin: Any,
    out_lane: Any,
) -> None:
    """Fill the outputs of one quarter for every level; `out_*` are the rows of that quarter, one record an entity."""
    observe_province(province, cities, ports, nation, par, out_province[0])
    for c in range(N_CITIES):
        observe_city(cities[c], nation, par, out_city[c])
    for g in range(N_GATEWAYS):
        observe_gateway(g, ports, province, par, out_port[g])
        for d in range(N_DESTINATIONS):
            observe_lane(g, d, province, out_lane[g * N_DESTINATIONS + d])
    for s in range(N_SECTORS + N_GROUPS):
        observe_sector(s, cities, out_sector[s])
    for m in range(N_PARTNERS):
        observe_partner(m, partners, cities, province, nation, par, out_partner[m])
    for h in range(N_HOMES):
        observe_origin(h, province, out_origin[h])
