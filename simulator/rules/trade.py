"""Trade of the cities with the partners: costs, two-speed response, diversion, imports, the rest of China."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import INDUSTRY, N_GROUPS, N_PARTNERS, PRIMARY, SERVICES
from simulator.rules.maths import clip


@rule
def zone_maturity(city: Any, par: Any) -> float:
    """Strength of a free-trade zone of this age, 0-1: ``1 - exp(-age/12 q)`` (E26; new zones are weak, V18)."""
    if city.zone_age <= 0.0:
        return 0.0
    return 1.0 - math.exp(-city.zone_age / par.zone_maturing)


@rule
def city_pays_trade_costs(city: Any, partners: Any, policy: Any, par: Any) -> None:
    """Ad-valorem trade cost towards each partner, ln change from the base quarter (E20), and its memory (E21).

    Tariffs after agreements in force (`tariff_schedule`) and after a cut of what remains, non-tariff barriers,
    facilitation, freight by way of the ports, days saved in a zone, political shocks. Source of the value of a day:
    Hummels & Schaur (2013).
    """
    days = par.zone_days * zone_maturity(city, par) if policy.free_trade_zone[city.index] > 0.0 else 0.0
    for m in range(N_PARTNERS):
        kept = (1.0 - policy.tariff_schedule[m]) * (1.0 - policy.tariff_cut[m])
        common = city.freight[m] - policy.ntb_cut[m] - policy.trade_facilitation[m] - par.value_of_day * days
        common += par.political_trade_cost * policy.political_shock[m]
        tariff = partners[m].tariff_export
        city.trade_cost[m] = common + math.log1p(tariff * kept) - math.log1p(tariff)
        tariff = partners[m].tariff_import
        city.import_cost[m] = common + math.log1p(tariff * kept) - math.log1p(tariff)
    if policy.free_trade_zone[city.index] > 0.0:
        city.zone_age += policy.free_trade_zone[city.index]


@rule
def felt_cost(cost: float, memory: float, par: Any) -> float:
    """Effect of a trade cost on ln trade, in two speeds (E21): ``theta_0 cost + (theta_l - theta_0) memory``."""
    return par.trade_elasticity_impact * cost + (par.trade_elasticity_long_run - par.trade_elasticity_impact) * memory


@rule
def world_price_gap(city: Any, province: Any, nation: Any, par: Any) -> float:
    """USD price of the city's exports over that of national industry (B4), ln, change from the base quarter.

    The share of its exports that sells at world commodity prices, times the gap between these and prices at home.
    """
    exposure = 0.0
    for h in range(N_GROUPS):
        exposure += city.export_mix[h] * par.export_commodity[h]
    home = math.log(nation.price_industry / nation.exchange_rate) - province.exchange_0
    return exposure * (math.log(nation.price_commodity / province.price_commodity_0) - home)


@rule
def city_exports(city: Any, province: Any, nation: Any, partners: Any, par: Any) -> None:
    """Exports to each partner (E21) and diversion when capacity binds (E22). Units: bn yuan of 2010 a quarter.

    Demand: the partner's trend and a gap above it with `income_elasticity`, a gap below it with the higher
    `income_elasticity_downturn` (Freund 2009). Trade costs: theta_0 at once, the rest through a slow memory (Boehm,
    Levchenko & Pandalai-Nayar 2023). The price that a partner pays is own cost times the real exchange rate: both work
    with the same elasticity, `export_price_short` at once and `export_price_long` in time. Where prices are made on
    world markets, firms supply less when these fall against prices at home (Goldstein & Khan 1985). A member's tariff
    cut lowers exports to others, as it works, in proportion to how far capacity binds.
    """
    binding = clip((city.industry_utilisation - 0.75) / 0.25, 0.0, 1.0)
    resistance = 0.0
    for m in range(N_PARTNERS):
        city.trade_cost_memory[m] += par.trade_adjustment * (city.trade_cost[m] - city.trade_cost_memory[m])
        cost = felt_cost(city.trade_cost[m], city.trade_cost_memory[m], par)
        resistance += city.exports[m] / city.exports_total * cost
    capacity = math.log((city.potential[INDUSTRY] + city.soe_potential) / city.industry_potential_0)
    slow = par.export_price_long - par.export_price_short
    price = par.export_price_short * city.export_price + slow * city.export_price_memory
    supply = par.export_supply * world_price_gap(city, province, nation, par)
    total = 0.0
    for m in range(N_PARTNERS):
        partner = partners[m]
        gap = partner.demand - partner.trend
        income = par.income_elasticity * partner.trend
        income += (par.income_elasticity_downturn if gap < 0.0 else par.income_elasticity) * gap
        cost = felt_cost(city.trade_cost[m], city.trade_cost_memory[m], par)
        rate = par.export_price_short * partner.exchange + slow * partner.exchange_memory
        wanted = par.export_capacity * capacity + supply + income - rate - cost - price + binding * resistance
        goal = city.exports_0[m] * math.exp(clip(wanted, -8.0, 8.0))
        city.exports[m] += par.export_adjustment * (goal - city.exports[m])
        total += city.exports[m]
        partners[m].exports += city.exports[m]
        partners[m].trade_cost += city.exports[m] * city.trade_cost[m]
    city.exports_total = total
    province.exports += total


@rule
def city_imports(city: Any, province: Any, partners: Any, par: Any) -> None:
    """Imports from each partner (E23): for processing (with provincial exports) and for domestic use.

    Import prices are exogenous, so the fall in value of 2015 is forcing, not success. Units: bn yuan of 2010 a quarter.
    """
    use = par.import_industry_weight * city.output[INDUSTRY] / city.value_added_0[INDUSTRY]
    use += (1.0 - par.import_industry_weight) * city.investment / city.investment_0
    use /= city.last_0
    home = math.exp(par.import_elasticity * math.log(use) - par.import_price_elasticity * province.import_price)
    level = par.import_for_exports * province.exports / province.exports_0 + (1.0 - par.import_for_exports) * home
    total = 0.0
    for m in range(N_PARTNERS):
        city.import_cost_memory[m] += par.trade_adjustment * (city.import_cost[m] - city.import_cost_memory[m])
        cost = felt_cost(city.import_cost[m], city.import_cost_memory[m], par)
        city.imports[m] = city.imports_0[m] * level * math.exp(-cost)
        total += city.imports[m]
        partners[m].imports += city.imports[m]
    city.imports_total = total
    province.imports += total


@rule
def city_trades_with_china(city: Any, par: Any) -> None:
    """Sales to and purchases from the rest of China (E12).

    Double entry: what is delivered of each kind of demand is served locally or sold outside; what uses take beyond
    local deliveries and foreign imports is bought in the rest of China, and what is delivered beyond uses is sold
    there. Services follow consumers and industry,
    primary output follows local consumption and the nation. Units: bn yuan of 2010 a quarter.
    """
    sold = 0.0
    local = 0.0
    for h in range(N_GROUPS):
        served = 1.0 - city.unmet[h] / city.demand[h]
        sold += served * city.demand_national[h]
        local += served * (
            city.demand_exports[h] + city.demand_investment[h] + city.demand_public[h] + city.demand_consumption[h]
        )
    outside = sold / (sold + local)
    services_sold = (1.0 - par.services_consumer_share) * outside * city.output[SERVICES]
    primary_sold = par.primary_national / (par.primary_local + par.primary_national) * city.output[PRIMARY]
    city.domestic_sales = sold + services_sold + primary_sold
    delivered = local + (city.output[SERVICES] - services_sold) + (city.output[PRIMARY] - primary_sold)
    uses = city.consumption + city.public_consumption + city.investment + city.exports_total
    missing = uses - delivered - city.imports_total
    city.domestic_purchases = max(0.0, missing)
    city.domestic_sales += max(0.0, -missing)
