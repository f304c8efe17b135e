"""What the rest of the world gives: national demand, relative prices, partners' demand."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import N_CITIES, N_DESTINATIONS, N_GATEWAYS, N_GROUPS, N_HOMES, N_TYPES
from simulator.rules.maths import clip


@rule
def nation_turns(province: Any, nation: Any, par: Any) -> None:
    """Open a quarter: national sales index of each industry group (E8), relative import price, sums set to zero.

    ``d lnN_h = eI dln(investment) + eS dln(industry) + eC dln(consumption) - rel dt``; after 2017Q4 the
    loadings are divided by their sum, so that a balanced growth path exists, and ``rel`` ends.
    Units: indices (ln, base quarter 0); rel per quarter. Source: assumption, loadings sampled.
    """
    investment = math.log(nation.investment)
    industry = math.log(nation.secondary)
    consumption = math.log(nation.consumption)
    d_investment = investment - province.national_last[0]
    d_industry = industry - province.national_last[1]
    d_consumption = consumption - province.national_last[2]
    elapsed = nation.clock - province.clock_last
    history = nation.clock < 47.5
    for h in range(N_GROUPS):
        e_i = par.sales_on_investment[h]
        e_s = par.sales_on_industry[h]
        e_c = par.sales_on_consumption[h]
        step = e_i * d_investment + e_s * d_industry + e_c * d_consumption
        if history:
            step -= par.sales_relocation[h] * elapsed
        else:
            step /= e_i + e_s + e_c
        province.national_sales[h] += step
    province.national_last[0] = investment
    province.national_last[1] = industry
    province.national_last[2] = consumption
    province.clock_last = nation.clock

    price = par.import_commodity_share * math.log(nation.price_commodity) + (
        1.0 - par.import_commodity_share
    ) * math.log(nation.price_manufactures)
    relative = price + math.log(nation.exchange_rate / nation.price_gdp) - province.import_price_0
    province.import_price += par.import_price_adjustment * (relative - province.import_price)

    province.wage_growth = math.log(nation.wage / province.wage_national_last)
    province.wage_national_last = nation.wage

    province.working_age_growth = nation.working_age / province.working_age_last - 1.0
    province.working_age_last = nation.working_age

    province.access_reference = 0.0
    province.exports = 0.0
    province.imports = 0.0
    for h in range(N_HOMES):
        province.fdi_home[h] = 0.0
        province.home_capital[h] = 0.0
        province.home_earned[h] = 0.0
        province.home_present[h] = 0.0
        for k in range(N_TYPES):
            province.attraction_total[h, k] = 0.0
    for g in range(N_GATEWAYS):
        for d in range(N_DESTINATIONS):
            province.lane[g, d, 0] = 0.0
            province.lane[g, d, 1] = 0.0


@rule
def partner_turns(partner: Any, province: Any, nation: Any, par: Any) -> None:
    """Move a partner's demand, its trend, the real exchange rate with it and its memory (E21).

    ``lnT' = lnT + g + a (lnD - lnT - g)``; ``RER = ln(P_I / fx) - ln P_m``, smoothed. Units: ln, base 0; a per quarter.
    """
    m = partner.index
    partner.demand = math.log(nation.partner_gdp[m])
    growth = partner.trend_growth
    partner.trend += growth + par.trend_adjustment * (partner.demand - partner.trend - growth)
    rate = math.log(nation.price_industry / nation.exchange_rate) - province.exchange_0
    rate -= math.log(nation.partner_price[m])
    partner.exchange += par.exchange_adjustment * (rate - partner.exchange)
    partner.exchange_memory += par.export_price_adjustment * (partner.exchange - partner.exchange_memory)
    partner.exports = 0.0
    partner.imports = 0.0
    partner.trade_cost = 0.0


@rule
def frontier_moves(province: Any, nation: Any, par: Any) -> None:
    """Move the technology frontier and national R&D (E13): ``R_n' = R_n (1 - d) + (d + g) Y_n``. Units: ln; index."""
    province.frontier += par.frontier_growth * nation.progress
    before = province.national_rd
    province.national_rd = before * (1.0 - par.rd_depreciation)
    province.national_rd += (par.rd_depreciation + par.rd_base_growth) * nation.gdp
    province.national_rd_growth = math.log(province.national_rd / before)


@rule
def market_reference(province: Any, cities: Any, par: Any) -> None:
    """Relate each city's market access to the province's mean without policy (E4).

    ``ln agg_c = eps [ln MA_c / MA0_c - sum_k s_k ln MA°_k / MA0_k]``: general growth drops out, a cut of travel
    time keeps its gain. Units: ln TFP. Source: Chauvin et al.; World Bank (agglomeration elasticities).
    """
    for c in range(N_CITIES):
        city = cities[c]
        city.agglomeration = par.agglomeration * clip(
            math.log(city.market_access) - province.access_reference, -5.0, 5.0
        )
