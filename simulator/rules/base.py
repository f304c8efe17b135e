"""The base quarter 2006Q1: every quantity with suffix 0, by inversion of the rules on the data.

Everything later is in hat form on this quarter, so the base quarter is reproduced exactly. Nothing here is typed in:
data come with the records, constants with the parameters.
"""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import (
    INDUSTRY,
    N_CITIES,
    N_GROUPS,
    N_HOMES,
    N_PARTNERS,
    N_SECTORS,
    N_STAGES,
    PRIMARY,
    SERVICES,
)
from simulator.rules.base_ports import base_cargo, base_ports
from simulator.rules.city import capital_share, efficient_labour, foreign_in, gross_return_a
from simulator.rules.investor import stage_size
from simulator.rules.maths import clip
from simulator.rules.people import graduate_appeal


@rule
def total_capital_0(city: Any, sector: int, par: Any) -> float:
    """All capital of a sector: capital-output ratio (years) times annual value added, bn yuan."""
    ratio = par.capital_output_services
    if sector == PRIMARY:
        ratio = par.capital_output_primary
    elif sector == INDUSTRY:
        ratio = par.capital_output_industry
    return 4.0 * ratio * city.value_added_0[sector]


@rule
def share_state_capital(cities: Any, province: Any, par: Any) -> None:
    """State share of each industry group in each city, scaled so that the province's share is that of the data.

    E28 (base). Share; source: state share of industrial assets 2006, shares by group are assumptions.
    """
    scale = 1.0
    for _ in range(60):
        state = 0.0
        total = 0.0
        for c in range(N_CITIES):
            city = cities[c]
            for h in range(N_GROUPS):
                stock = total_capital_0(city, INDUSTRY, par) * city.group_mix_0[h]
                share = clip(scale * par.state_share[h] * city.soe_factor, 0.05, 0.92)
                city.soe_cell_share_0[h] = share
                state += share * stock
                total += stock
        scale *= province.state_share_0 * total / state


@rule
def base_output(city: Any, par: Any) -> None:
    """Split industrial output of the city between state-owned and other firms by group; capacity at u*.

    E2, E7, E9 (base). bn yuan of 2010 a quarter; source: city value added 2006, productivity gap of Hsieh & Song.
    """
    industry = city.value_added_0[INDUSTRY]
    private = 0.0
    for h in range(N_GROUPS):
        share = city.soe_cell_share_0[h]
        produced = industry * city.group_mix_0[h]
        city.soe_cell_output_0[h] = produced * share * par.state_productivity / (
            share * par.state_productivity + 1.0 - share
        )
        city.private_mix_0[h] = produced - city.soe_cell_output_0[h]
        private += city.private_mix_0[h]
        city.cell_output[h] = produced
        city.utilisation[h] = par.normal_utilisation
    for h in range(N_GROUPS):
        city.private_mix_0[h] /= private
        city.private_mix[h] = city.private_mix_0[h]
    city.private_output = private
    city.potential_0[PRIMARY] = city.value_added_0[PRIMARY]
    city.potential_0[INDUSTRY] = private / par.normal_utilisation
    city.potential_0[SERVICES] = city.value_added_0[SERVICES] / par.normal_utilisation
    city.industry_potential_0 = industry / par.normal_utilisation
    city.gdp_0 = 0.0
    for s in range(N_SECTORS):
        city.gdp_0 += city.value_added_0[s]
        city.output[s] = city.value_added_0[s]
        city.potential[s] = city.potential_0[s]
    city.soe_potential = city.industry_potential_0 - city.potential_0[INDUSTRY]
    city.industry_utilisation = par.normal_utilisation
    city.last_0 = math.exp(-par.growth_before_base)
    city.gdp = city.gdp_0
    for k in range(5):
        city.gdp_past[k] = city.gdp_0 * math.exp(-par.growth_before_base * (k + 1))


@rule
def base_people(city: Any, province: Any, par: Any) -> None:
    """Workers and graduates of the city: employment by population share, graduates by their share of employment.

    E1 (base). Thousand; source: employment and population of 2006; graduates' shares are assumptions.
    """
    employed = province.employment_0 * city.population_0 / province.population_0
    city.graduates_0 = city.graduate_share_0 * employed
    city.workers_0 = employed - city.graduates_0
    city.participation_0 = employed / city.population_0
    city.efficient_labour_0 = efficient_labour(city.workers_0, city.graduates_0, par.graduate_efficiency)
    city.workers = city.workers_0
    city.graduates = city.graduates_0
    city.population = city.population_0
    city.laid_off = 0.0


@rule
def base_wages(cities: Any, province: Any, par: Any) -> None:
    """Wage of each city: published relative wages, level such that wages are the labour share of output.

    E18 (base). bn yuan per thousand efficiency workers and quarter; source: city wages 2006 relative to their mean.
    """
    output = 0.0
    weighted = 0.0
    workers = 0.0
    for c in range(N_CITIES):
        output += cities[c].gdp_0
        weighted += cities[c].wage_relative_0 * cities[c].efficient_labour_0
    level = (1.0 - par.capital_share) * output / weighted
    total = 0.0
    for c in range(N_CITIES):
        city = cities[c]
        city.wage_0 = level * city.wage_relative_0
        city.wage = city.wage_0
        total += city.wage * (city.workers_0 + city.graduates_0)
        workers += city.workers_0 + city.graduates_0
    province.outside_wage_0 = par.outside_wage_ratio * total / workers
    province.gdp_0 = output
    province.gdp = output


@rule
def base_enterprises(soes: Any, cities: Any, par: Any) -> None:
    """Capital, output, labour, debt and productivity of every state-owned enterprise; city sums.

    E28-E33 (base). bn yuan, thousand efficiency workers; source: stated size distribution, leverage of 2003-09.
    """
    for c in range(N_CITIES):
        city = cities[c]
        city.soe_capital = 0.0
        city.soe_labour = 0.0
        city.soe_labour_demand = 0.0
        city.soe_debt = 0.0
        city.soe_count = 0.0
        for h in range(N_GROUPS):
            city.cell_weight[h] = 0.0
    for j in range(len(soes)):
        soe = soes[j]
        city = cities[soe.city]
        stock = total_capital_0(city, INDUSTRY, par) * city.group_mix_0[soe.group] * city.soe_cell_share_0[soe.group]
        soe.capital_0 = stock * soe.size_weight
        soe.output_0 = soe.capital_0 * math.exp(par.state_productivity_spread * soe.luck_output)
        city.cell_weight[soe.group] += soe.output_0
    for j in range(len(soes)):
        soe = soes[j]
        city = cities[soe.city]
        soe.output_0 *= city.soe_cell_output_0[soe.group] / city.cell_weight[soe.group]
        income = 0.0
        for s in range(N_SECTORS):
            income += (1.0 - capital_share(s, par)) * city.value_added_0[s]
        soe.labour_0 = city.efficient_labour_0 * (1.0 - par.capital_share) * soe.output_0 / income
        soe.labour_0 *= 1.0 + par.labour_surplus
        alpha = par.capital_share
        soe.log_anchor = math.log(soe.output_0 / par.normal_utilisation)
        soe.tfp_0 = soe.log_anchor - alpha * math.log(soe.capital_0) - (1.0 - alpha) * math.log(soe.labour_0)
        soe.alive = 1
        soe.capital = soe.capital_0
        soe.labour = soe.labour_0
        soe.tfp = soe.tfp_0
        soe.debt = par.leverage_0 * soe.capital_0 * math.exp(par.leverage_spread * soe.luck_debt)
        soe.growth_expected = par.capital_growth_0
        soe.output = soe.output_0
        soe.output_last = soe.output_0
        soe.utilisation = par.normal_utilisation
        city.soe_capital += soe.capital
        city.soe_labour += soe.labour
        city.soe_labour_demand += soe.labour_0 / (1.0 + par.labour_surplus)
        city.soe_debt += soe.debt
        city.soe_count += 1.0


@rule
def base_foreign(cities: Any, investors: Any, province: Any, nation: Any, par: Any) -> None:
    """Foreign capital by city, home and sector, in proportion to base inflows, held by the investors by size.

    E26 (base). bn yuan; source: city shares of FDI 2006; the stock is an assumption.
    """
    private = 0.0
    for c in range(N_CITIES):
        city = cities[c]
        private += total_capital_0(city, INDUSTRY, par) - city.soe_capital
        private += 0.5 * total_capital_0(city, SERVICES, par)
    total = 0.0
    for i in range(len(investors)):
        total += investors[i].scale
    province.investors = float(len(investors))
    busy = 1.5 / (1.0 / par.fdi_activity + 1.5)
    for i in range(len(investors)):
        investor = investors[i]
        investor.stages_left = 0
        if investor.luck_start < busy:
            investor.stages_left = 1 + int(3.0 * investor.luck_start / busy)
            pool = nation.fdi_inflow * par.fdi_awareness
            investor.stage_usd = stage_size(investor.scale, pool, len(investors), par)
            investor.location = N_CITIES - 1
            reached = 0.0
            for c in range(N_CITIES - 1, -1, -1):
                reached += cities[c].fdi_share_0
                if investor.luck_place <= reached:
                    investor.location = c
                    break
    for c in range(N_CITIES):
        city = cities[c]
        cap = total_capital_0(city, INDUSTRY, par) - city.soe_capital
        cap = 0.4 * min(cap, total_capital_0(city, SERVICES, par))
        stock = min(par.foreign_stock_share * city.fdi_share_0 * private, cap)
        for h in range(N_HOMES):
            city.foreign_capital[h, 0] = 0.0
            city.foreign_capital[h, 1] = 0.0
        for i in range(len(investors)):
            investor = investors[i]
            investor.capital[c] = stock * investor.scale / total
            city.foreign_capital[investor.home, investor.sector] += investor.capital[c]
        for h in range(N_HOMES):
            city.foreign_capital_0[h] = city.foreign_capital[h, 0] + city.foreign_capital[h, 1]
        expected = 0.5 * nation.fdi_inflow * par.fdi_awareness * city.fdi_share_0
        city.fdi_investment = par.fdi_fixed_share * expected * nation.exchange_rate / nation.price_gdp


@rule
def base_technology(city: Any, par: Any) -> None:
    """Private capital, labour outside state-owned enterprises, and TFP by inversion of the production function.

    E2, E13, E16, E19 (base). ln TFP, bn yuan, hurdle per year; source: capital-output ratios (assumptions).
    """
    free = city.efficient_labour_0 - city.soe_labour
    income = 0.0
    for s in range(N_SECTORS):
        produced = city.private_output if s == INDUSTRY else city.value_added_0[s]
        city.labour_target_0[s] = (1.0 - capital_share(s, par)) * produced
        income += city.labour_target_0[s]
    demand = city.soe_labour_demand + income / city.wage_0
    city.labour_demand_scale = city.efficient_labour_0 / demand
    for s in range(N_SECTORS):
        city.labour_target_0[s] /= income
        city.labour_weight[s] = city.labour_target_0[s]
        stock = total_capital_0(city, s, par)
        if s == INDUSTRY:
            stock -= city.soe_capital
        foreign = foreign_in(city, s)
        city.capital[s] = stock - foreign
        alpha = capital_share(s, par)
        labour = free * city.labour_weight[s]
        city.tfp_0[s] = math.log(city.potential_0[s]) - alpha * math.log(stock) - (1.0 - alpha) * math.log(labour)
        city.tfp[s] = city.tfp_0[s]
        city.hurdle_a[s] = gross_return_a(city, s, par) - par.capital_growth_0 / par.investment_speed
    for s in range(INDUSTRY, N_SECTORS):
        city.foreign_return_a[s - INDUSTRY] = gross_return_a(city, s, par) - 4.0 * par.depreciation
    foreign = foreign_in(city, INDUSTRY)
    city.foreign_presence_0 = par.joint_venture_share * foreign / (foreign + city.capital[INDUSTRY] + city.soe_capital)
    city.rd_stock = 1.0
    city.rd_base_0 = city.gdp_0
    for h in range(N_GROUPS):
        city.rd_base_0 -= (1.0 - par.rd_soe_weight) * city.soe_cell_output_0[h]
    city.firms = 1.0
    city.profit_0 = par.capital_share * (city.private_output + city.output[SERVICES]) / city.wage_0


@rule
def base_uses(city: Any, province: Any, nation: Any, par: Any) -> None:
    """Consumption, public spending, infrastructure and investment of the city in the base quarter.

    E12, E17, E60 (base). bn yuan of 2010 a quarter; source: household consumption and public spending of 2006.
    """
    city.consumption_0 = province.consumption_ratio_0 * city.gdp_0
    budget = province.spending_0 * city.spending_share_0
    city.public_consumption_0 = par.spend_consumption * budget
    city.transfers_0 = (1.0 - par.spend_consumption - par.spend_infrastructure) * budget
    city.infrastructure_investment_0 = par.spend_infrastructure * budget + province.land_ratio * city.gdp_0
    city.infrastructure_0 = 4.0 * par.infrastructure_ratio * city.gdp_0
    city.infrastructure = city.infrastructure_0
    for k in range(N_STAGES):
        flow = city.infrastructure_investment_0 / (1.0 + par.cost_overrun)
        city.works[k] = flow * par.time_to_build / N_STAGES
    growing = par.depreciation + par.capital_growth_0
    city.investment_0 = city.infrastructure_investment_0 + city.fdi_investment + growing * city.soe_capital
    for s in range(N_SECTORS):
        city.private_investment[s] = growing * city.capital[s]
        city.investment_0 += city.private_investment[s]
    city.consumption = city.consumption_0
    city.public_consumption = city.public_consumption_0
    city.transfers = city.transfers_0
    city.infrastructure_investment = city.infrastructure_investment_0
    city.investment = city.investment_0
    nominal = nation.price_industry * city.output[INDUSTRY]
    nominal += nation.price_other * (city.output[PRIMARY] + city.output[SERVICES])
    city.gdp_nominal = nominal
    city.revenue_0 = par.tax_rate * nominal / nation.price_gdp
    city.revenue = city.revenue_0
    city.business_environment = city.business_environment_0
    city.emissions = 1.0
    city.market_access = 1.0
    for k in range(len(city.padding)):
        city.padding[k] = par.padding_0


@rule
def base_mix(city: Any, par: Any) -> None:
    """Composition over industry groups of exports, investment and consumption of the city.

    E8 (base). Shares; source: city industry mix (assumption), loadings (assumptions).
    """
    exports = 0.0
    investment = 0.0
    consumption = 0.0
    for h in range(N_GROUPS):
        city.export_mix[h] = city.group_mix_0[h] * par.export_loading[h]
        city.investment_mix[h] = city.group_mix_0[h] * par.investment_loading[h]
        city.consumption_mix[h] = city.group_mix_0[h] * par.consumption_loading[h]
        exports += city.export_mix[h]
        investment += city.investment_mix[h]
        consumption += city.consumption_mix[h]
    for h in range(N_GROUPS):
        city.export_mix[h] /= exports
        city.investment_mix[h] /= investment
        city.consumption_mix[h] /= consumption


@rule
def base_demand(city: Any, province: Any, par: Any) -> None:
    """Sales of each industry group to the rest of China: base output less local content, at least 2 % of it.

    Orders follow the uses of the quarter before. Where local uses would ask for more than the group produces, local
    content is scaled down, so demand equals output in the base quarter.
    """
    exports = (1.0 - par.gateway_spread) * city.exports_total
    exports += par.gateway_spread * province.exports_0 * city.value_added_0[INDUSTRY] / province.industry_0
    for h in range(N_GROUPS):
        base = city.value_added_0[INDUSTRY] * city.group_mix_0[h]
        local = par.content_investment * city.investment_0 * city.investment_mix[h]
        local += par.content_public * city.public_consumption_0 * city.consumption_mix[h]
        local += par.content_consumption * city.consumption_0 * city.consumption_mix[h]
        local = city.last_0 * local + par.content_exports * exports * city.export_mix[h]
        city.local_content[h] = min(1.0, 0.98 * base / local)
        city.national_sales_0[h] = base - city.local_content[h] * local
        city.demand[h] = base


@rule
def base_budget(cities: Any, province: Any, nation: Any, par: Any) -> None:
    """Province-wide constants of the base quarter: budget, local financing, trade, graduates, returns.

    E21, E23, E31, E60 (base). bn yuan of 2010 a quarter; source: public spending 2006, debt ratio (assumption).
    """
    province.spending_0 = province.spending_ratio_0 * province.gdp_0
    province.industry_0 = 0.0
    province.exports_0 = 0.0
    revenue = 0.0
    for c in range(N_CITIES):
        city = cities[c]
        province.industry_0 += city.value_added_0[INDUSTRY]
        city.gdp_share_0 = city.gdp_0 / province.gdp_0
        city.exports_total = 0.0
        city.imports_total = 0.0
        for m in range(N_PARTNERS):
            city.exports[m] = city.exports_0[m]
            city.imports[m] = city.imports_0[m]
            city.exports_total += city.exports_0[m]
            city.imports_total += city.imports_0[m]
        province.exports_0 += city.exports_total
        nominal = nation.price_industry * city.value_added_0[INDUSTRY]
        nominal += nation.price_other * (city.value_added_0[PRIMARY] + city.value_added_0[SERVICES])
        revenue += par.tax_rate * nominal / nation.price_gdp
    province.industry = province.industry_0
    province.debt = 4.0 * par.debt_ratio_0 * province.gdp_0
    service = (0.25 * par.debt_rate_a + par.debt_repayment) * province.debt
    province.transfers_0 = province.spending_0 - revenue - par.borrowing * province.gdp_0 + service
    province.transfers_0 /= 1.0 - par.transfer_clawback * par.padding_0
    province.price_gdp_0 = nation.price_gdp
    works = (par.infrastructure_depreciation + par.infrastructure_growth_0) * 4.0 * par.infrastructure_ratio
    province.land_ratio = max(0.0, works - par.spend_infrastructure * province.spending_ratio_0)
    province.land_sales = 1.0
    province.external_wealth = 0.0
    province.frontier = 0.0
    province.national_rd = 1.0
    province.wage_national_last = 1.0
    province.working_age_last = 1.0
    province.padding_level = math.log1p(par.padding_0)
    for k in range(5):
        province.gdp_past[k] = province.gdp_0 * math.exp(-par.growth_before_base * (k + 1))
        province.reported_log_past[k] = 0.0
    province.import_price_0 = par.import_commodity_share * math.log(nation.price_commodity)
    province.import_price_0 += (1.0 - par.import_commodity_share) * math.log(nation.price_manufactures)
    province.import_price_0 += math.log(nation.exchange_rate / nation.price_gdp)
    province.exchange_0 = math.log(nation.price_industry / nation.exchange_rate)
    province.price_commodity_0 = nation.price_commodity


@rule
def base_markets(cities: Any, province: Any, par: Any) -> None:
    """Market access, appeal of the outside to graduates, and mean foreign return of the base quarter.

    E3, E25, E50 (base). Weights and rates per year; source: stay rate of graduates (assumption).
    """
    appeal = 0.0
    earned = 0.0
    capital = 0.0
    for c in range(N_CITIES):
        city = cities[c]
        city.market_access_0 = 0.0
        for k in range(N_CITIES):
            city.market_access_0 += cities[k].gdp_0 * math.exp(-par.access_decay * city.hours[k])
        appeal += graduate_appeal(city, 0.0, par)
        for k in range(2):
            stock = foreign_in(city, INDUSTRY + k)
            earned += stock * city.foreign_return_a[k]
            capital += stock
    province.appeal_outside_0 = appeal * (1.0 - par.stay_rate_0) / par.stay_rate_0
    province.foreign_return_0 = earned / capital


@rule
def base_last_quarter(cities: Any, province: Any) -> None:
    """Put lagged flows one quarter back on the growth path before the base quarter; else 2006 would begin at rest.

    bn yuan of 2010 a quarter; source: growth quoted for 2005 and reconstructed for 2006.
    """
    for c in range(N_CITIES):
        city = cities[c]
        city.gdp *= city.last_0
        for s in range(N_SECTORS):
            city.output[s] *= city.last_0
        city.private_output *= city.last_0
        city.consumption *= city.last_0
        city.public_consumption *= city.last_0
        city.transfers *= city.last_0
        city.investment *= city.last_0
        city.revenue *= city.last_0
    province.gdp *= cities[0].last_0
    province.industry *= cities[0].last_0


@rule
def base_quarter(
    cities: Any, soes: Any, ports: Any, investors: Any, partners: Any, province: Any, nation: Any, policy: Any, par: Any
) -> None:
    """Fill every record for the start of 2006Q1. `nation` is the base quarter's row, `policy` a row of zeros."""
    share_state_capital(cities, province, par)
    for c in range(N_CITIES):
        base_output(cities[c], par)
        base_people(cities[c], province, par)
    base_wages(cities, province, par)
    base_budget(cities, province, nation, par)
    base_enterprises(soes, cities, par)
    province.soe_slots = float(len(soes))
    province.soe_alive = float(len(soes))
    base_foreign(cities, investors, province, nation, par)
    for c in range(N_CITIES):
        base_technology(cities[c], par)
        base_uses(cities[c], province, nation, par)
        base_mix(cities[c], par)
        base_demand(cities[c], province, par)
    base_markets(cities, province, par)
    base_cargo(cities, province, nation, par)
    base_ports(cities, ports, province, nation, policy, par)
    base_last_quarter(cities, province)
    for m in range(N_PARTNERS):
        partners[m].demand = 0.0
        partners[m].trend = -partners[m].trend_growth
        partners[m].exchange = 0.0
        partners[m].exchange_memory = 0.0
