"""The city: market access, capacity, prices, demand, output, investment, technology."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import INDUSTRY, N_CITIES, N_GROUPS, N_HOMES, N_SECTORS, N_STAGES, PRIMARY, SERVICES
from simulator.rules.maths import clip


@rule
def city_reaches_markets(city: Any, cities: Any, province: Any, policy: Any, par: Any) -> None:
    """Market access (E3): ``MA_c = sum_k Y_k exp(-theta t_ck (1 - i))``, last quarter's output, travel time in hours.

    A metropolitan policy i cuts the time between two cities that both have it. Units: ratio to the base quarter.
    """
    access = 0.0
    reference = 0.0
    for k in range(N_CITIES):
        cut = 0.0
        if k != city.index:
            cut = min(policy.metro_integration[city.index], policy.metro_integration[k])
        near = math.exp(-par.access_decay * city.hours[k])
        nearer = near if cut == 0.0 else math.exp(-par.access_decay * city.hours[k] * (1.0 - cut))
        access += cities[k].gdp * nearer
        reference += cities[k].gdp * near
    base = city.last_0 * city.market_access_0
    city.market_access = access / base
    province.access_reference += city.gdp_share_0 * math.log(reference / base)


@rule
def potential_output(tfp: float, capital: float, labour: float, alpha: float) -> float:
    """Cobb-Douglas capacity (E2): ``exp(lnA) K^a (hl)^(1-a)``. Units: bn yuan a quarter; labour in efficiency units."""
    return math.exp(tfp + alpha * math.log(capital) + (1.0 - alpha) * math.log(labour))


@rule
def efficient_labour(workers: float, graduates: float, premium: float) -> float:
    """Labour in efficiency units (E1): ``L + w_H H``, thousand."""
    return workers + premium * graduates


@rule
def capital_share(sector: int, par: Any) -> float:
    """Output elasticity of capital of a sector (primary, industry, services).

    E2; share; source: Bai, Hsieh & Qian (2006).
    """
    if sector == PRIMARY:
        return par.capital_share_primary
    return par.capital_share


@rule
def foreign_in(city: Any, sector: int) -> float:
    """Foreign capital in industry or services (none in primary production), bn yuan.

    Stock of E26.
    """
    total = 0.0
    if sector != PRIMARY:
        for h in range(N_HOMES):
            total += city.foreign_capital[h, sector - INDUSTRY]
    return total


@rule
def city_plans_capacity(city: Any, par: Any) -> None:
    """Capacity of the blocks outside state-owned enterprises (E2, E4-E6, E19, E24), from last quarter's stocks.

    TFP beyond the city's own: agglomeration, public capital ``(G/Y)^gamma``, variety of firms, foreign spill-over from
    jointly owned plants. All are zero in the base quarter. Sums over state-owned enterprises restart here.
    """
    public = par.public_capital * math.log(
        (city.infrastructure / city.infrastructure_0) / (city.gdp / (city.last_0 * city.gdp_0))
    )
    variety = par.variety_weight * math.log(city.firms) / (par.variety_substitution - 1.0)
    foreign = foreign_in(city, INDUSTRY)
    presence = par.joint_venture_share * foreign / (foreign + city.capital[INDUSTRY] + city.soe_capital)
    spill = par.fdi_spillover * clip((presence - city.foreign_presence_0) / par.fdi_presence_sd, -3.0, 3.0)
    city.lift = city.agglomeration + public + variety + spill

    total = efficient_labour(city.workers, city.graduates, par.graduate_efficiency)
    free = max(0.2 * total, total - city.soe_labour - city.laid_off)
    for s in range(N_SECTORS):
        lift = 0.0 if s == PRIMARY else city.lift
        stock = city.capital[s] + foreign_in(city, s)
        city.potential[s] = potential_output(
            city.tfp[s] + lift, stock, free * city.labour_weight[s], capital_share(s, par)
        )
    for h in range(N_GROUPS):
        city.cell_potential[h] = 0.0
        city.cell_weight[h] = 0.0
    city.productivity_gain = 0.0


@rule
def city_sets_prices(city: Any, province: Any, nation: Any, policy: Any, par: Any) -> None:
    """Producer prices of each industry group relative to the rest of China (E10, E8), in ln, base 0.

    ``lnp_h = lnuc - lnuc_n + mu_h + psi ln(u_h/u*)``; unit cost from wages, productivity, levies on firms that pay for
    padded revenue (E61), environmental rules (E63); the slow mark-up ``mu`` brings utilisation back to u*.
    """
    own = city.potential[INDUSTRY]
    gain = city.productivity_gain + own * (city.tfp[INDUSTRY] - city.tfp_0[INDUSTRY])
    city.soe_potential = 0.0
    for h in range(N_GROUPS):
        city.soe_potential += city.cell_potential[h]
        city.cell_potential[h] += own * city.private_mix[h]
    total = own + city.soe_potential
    levy = math.log1p(par.levy_on_padding * city.padding[2] * par.tax_rate)
    levy -= math.log1p(par.levy_on_padding * par.padding_0 * par.tax_rate)
    unit_cost = (1.0 - par.capital_share) * math.log(city.wage / city.wage_0) - city.lift - gain / total + levy
    unit_cost -= (1.0 - par.capital_share) * math.log(nation.wage) - province.frontier
    mean = 0.0
    for h in range(N_GROUPS):
        tightness = math.log(city.utilisation[h] / par.normal_utilisation)
        city.markup[h] = clip(city.markup[h] + par.markup_adjustment * tightness, -0.8, 0.25)
        price = unit_cost + city.markup[h] + par.price_on_utilisation * tightness
        price += par.environment_cost * policy.environmental_standard * par.dirtiness[h]
        city.price[h] = price
        city.price_memory[h] += par.price_memory_adjustment * (price - city.price_memory[h])
        mean += price * city.cell_potential[h] / total
    city.export_price = mean
    city.export_price_memory += par.export_price_adjustment * (mean - city.export_price_memory)


@rule
def city_meets_demand(city: Any, province: Any, nation: Any, par: Any) -> None:
    """Demand for local output (E8, E11): sales to the rest of China, and local content of exports and local uses.

    Last quarter's consumption, investment and public consumption, this quarter's exports. Weights of private firms
    within each group (E9). Units: bn yuan a quarter.
    """
    exports = (1.0 - par.gateway_spread) * city.exports_total
    exports += par.gateway_spread * province.exports * city.output[INDUSTRY] / province.industry
    boost = math.exp(
        par.customer_loyalty_productivity * (city.tfp[INDUSTRY] - city.tfp_0[INDUSTRY])
    )
    for h in range(N_GROUPS):
        kept = 1.0 - city.orphaned[h]
        reach = province.national_sales[h] - par.price_elasticity_short * city.price[h]
        reach -= (par.price_elasticity_long - par.price_elasticity_short) * city.price_memory[h]
        content = kept * city.local_content[h]
        city.demand_national[h] = kept * city.national_sales_0[h] * math.exp(reach)
        city.demand_exports[h] = content * par.content_exports * exports * city.export_mix[h]
        city.demand_investment[h] = content * par.content_investment * city.investment * city.investment_mix[h]
        city.demand_public[h] = content * par.content_public * city.public_consumption * city.consumption_mix[h]
        city.demand_consumption[h] = content * par.content_consumption * city.consumption * city.consumption_mix[h]
        city.demand[h] = (
            city.demand_national[h]
            + city.demand_exports[h]
            + city.demand_investment[h]
            + city.demand_public[h]
            + city.demand_consumption[h]
        )
        place = city.potential[INDUSTRY] * city.private_mix[h]
        place_0 = city.potential_0[INDUSTRY] * city.private_mix_0[h]
        weight = boost * math.exp(
            par.customer_mobility * math.log(place) + (1.0 - par.customer_mobility) * math.log(place_0)
        )
        city.private_weight[h] = weight
        city.cell_weight[h] += weight
        wanted = city.demand[h] * weight / city.cell_weight[h]
        city.private_sold[h] = min(wanted, place)
        city.overflow[h] = wanted - city.private_sold[h]
        city.slack[h] = place - city.private_sold[h]

    local = (city.consumption + city.public_consumption) / city.last_0
    local /= city.consumption_0 + city.public_consumption_0
    industry = city.output[INDUSTRY] / city.value_added_0[INDUSTRY] / city.last_0
    share = par.services_consumer_share
    city.services_demand = city.value_added_0[SERVICES] * math.exp(
        par.services_elasticity * share * math.log(local) + (1.0 - share) * math.log(industry)
    )
    eaten = math.log(city.consumption / city.consumption_0 / city.last_0)
    city.primary_demand = city.value_added_0[PRIMARY] * math.exp(
        par.primary_local * eaten + par.primary_national * math.log(nation.gdp)
    )


@rule
def city_fills_orders(city: Any) -> None:
    """Reallocate demand beyond capacity once, to firms with slack in the same group (E7, E9); the rest is unmet."""
    city.private_output = 0.0
    for h in range(N_GROUPS):
        place = city.potential[INDUSTRY] * city.private_mix[h]
        slack = city.slack[h]
        city.fill_share[h] = 0.0 if slack <= 0.0 else min(1.0, city.overflow[h] / slack)
        city.unmet[h] = max(0.0, city.overflow[h] - slack)
        produced = city.private_sold[h] + (place - city.private_sold[h]) * city.fill_share[h]
        city.private_output += produced
        city.cell_output[h] = produced
    city.soe_output = 0.0
    city.zombie_output = 0.0


@rule
def realised_price(markup: float, utilisation: float, par: Any) -> float:
    """Price that enters profits (E29), ratio to base: ``exp(clip(mu + psi ln(u/u*), -0.3, 0.2))``."""
    tightness = math.log(utilisation / par.normal_utilisation)
    return math.exp(clip(markup + par.price_on_utilisation * tightness, -0.3, 0.2))


@rule
def city_produces(city: Any, nation: Any, par: Any) -> None:
    """Output and value added: what is produced is what is sold (E7). Real in 2010 prices, nominal by sector prices."""
    city.output[INDUSTRY] = city.private_output + city.soe_output
    city.output[SERVICES] = min(city.services_demand, city.potential[SERVICES])
    city.output[PRIMARY] = min(city.primary_demand, city.potential[PRIMARY])
    capacity = city.potential[INDUSTRY] + city.soe_potential
    city.industry_utilisation = city.output[INDUSTRY] / capacity
    wanted = 0.0
    for h in range(N_GROUPS):
        city.utilisation[h] = city.cell_output[h] / city.cell_potential[h]
        city.sale_price[h] = realised_price(city.markup[h], city.utilisation[h], par)
        wanted += city.demand[h] * city.private_weight[h] / city.cell_weight[h]
    for h in range(N_GROUPS):
        target = city.demand[h] * city.private_weight[h] / city.cell_weight[h] / wanted
        city.private_mix[h] += par.mix_adjustment * (target - city.private_mix[h])
    other = city.output[PRIMARY] + city.output[SERVICES]
    city.gdp = city.output[INDUSTRY] + other
    city.gdp_nominal = nation.price_industry * city.output[INDUSTRY] + nation.price_other * other
    for k in range(4):
        city.gdp_past[4 - k] = city.gdp_past[3 - k]
    city.gdp_past[0] = city.gdp
    city.labour_cost = city.wage / city.wage_0 * (1.0 - par.capital_share)
    city.freed_capital = 0.0
    city.freed_labour = 0.0
    city.written_off = 0.0
    city.cut_capital = 0.0
    city.soe_loans = 0.0
    city.exit_cost = 0.0
    for h in range(N_GROUPS):
        city.orphaned_output[h] = 0.0
    city.port_investment = 0.0
    city.fdi_usd = 0.0
    city.fdi_investment = 0.0


@rule
def province_adds_up(province: Any, cities: Any) -> None:
    """Sum output over cities, keep the last five quarters of GDP (E12). Units: bn yuan a quarter."""
    province.gdp = 0.0
    province.industry = 0.0
    for c in range(N_CITIES):
        province.gdp += cities[c].gdp
        province.industry += cities[c].output[INDUSTRY]
    for k in range(4):
        province.gdp_past[4 - k] = province.gdp_past[3 - k]
    province.gdp_past[0] = province.gdp


@rule
def city_lends(city: Any, nation: Any, par: Any) -> None:
    """New bank credit and what is left of it for private firms (E31, the crowding-out loop R5).

    State-owned enterprises may take up to 0.9 of new credit; private firms get what is left after a part of that
    and of loan losses. Total use never exceeds the credit there is. Units: bn yuan a quarter.
    """
    city.credit = nation.credit * city.gdp
    cap = par.credit_usable * city.credit
    city.soe_ration = 1.0 if city.soe_loans <= cap else cap / city.soe_loans
    used = city.soe_loans * city.soe_ration
    lost = par.loss_given_default * city.written_off + city.forgiven
    city.loan_losses += 0.25 * (lost - city.loan_losses)
    city.forgiven = 0.0
    left = cap - par.crowding_out * used - par.loss_on_credit * city.loan_losses
    city.private_credit = min(max(0.02 * city.credit, left), city.credit - used)
    city.soe_capital_last = city.soe_capital
    city.soe_debt_last = city.soe_debt
    city.soe_debt_change = 0.0
    city.soe_labour = 0.0
    city.soe_labour_demand = 0.0
    city.soe_capital = 0.0
    city.soe_debt = 0.0
    city.soe_investment = 0.0
    city.soe_count = 0.0
    city.zombie_count = 0.0


@rule
def gross_return_a(city: Any, sector: int, par: Any) -> float:
    """Gross return on capital of a sector outside state-owned enterprises, per year: ``4 alpha Y / K``."""
    produced = city.private_output if sector == INDUSTRY else city.output[sector]
    return 4.0 * capital_share(sector, par) * produced / (city.capital[sector] + foreign_in(city, sector))


@rule
def city_invests(city: Any, par: Any) -> None:
    """Private investment (E16) out of own funds and credit, and capital of the next quarter (E17).

    ``I* = K max(0, d + i1 (rk - rb))``, at most 6 % a quarter beyond depreciation; own funds are a share of capital
    income. Part of the capital of liquidated enterprises is bought by private industry. Units: bn yuan a quarter.
    """
    wanted = 0.0
    own = 0.0
    for s in range(N_SECTORS):
        gross = gross_return_a(city, s, par)
        rate = par.depreciation + clip(par.investment_speed * (gross - city.hurdle_a[s]), -par.depreciation, 0.06)
        city.private_investment[s] = city.capital[s] * max(0.0, rate)
        wanted += city.private_investment[s]
        own += par.own_funds * 0.25 * gross * city.capital[s]
    scale = min(1.0, (own + city.private_credit) / wanted) if wanted > 0.0 else 1.0
    city.private_loans = max(0.0, wanted * scale - own)
    for s in range(INDUSTRY, N_SECTORS):
        city.foreign_return_a[s - INDUSTRY] = gross_return_a(city, s, par) - 4.0 * par.depreciation
    for s in range(N_SECTORS):
        city.private_investment[s] *= scale
        city.capital[s] = city.capital[s] * (1.0 - par.depreciation) + city.private_investment[s]
    city.capital[INDUSTRY] += par.freed_capital_reused * city.freed_capital
    for h in range(N_GROUPS):
        lost = par.orphaned_loss * city.orphaned_output[h] / city.demand[h]
        city.orphaned[h] = clip((1.0 - par.orphaned_recovery) * city.orphaned[h] + lost, 0.0, 0.9)


@rule
def city_builds(city: Any, par: Any) -> None:
    """Infrastructure with time to build in three stages and cost overrun (E17). Units: bn yuan; quarters."""
    rate = N_STAGES / par.time_to_build
    flow = city.infrastructure_investment / (1.0 + par.cost_overrun)
    for k in range(N_STAGES):
        leaving = rate * city.works[k]
        city.works[k] += flow - leaving
        flow = leaving
    city.infrastructure = city.infrastructure * (1.0 - par.infrastructure_depreciation) + flow


@rule
def absorptive_capacity(graduate_share: float, openness: float, par: Any) -> float:
    """Absorptive capacity (E14): ``min(1, Hs/0.25) min(1, open/0.6)``. Source: Fleisher, Li & Zhao (2010)."""
    return min(1.0, graduate_share / par.absorption_graduates) * min(1.0, openness / par.absorption_openness)


@rule
def city_learns(
    city: Any, province: Any, nation: Any, policy: Any, par: Any, city_score: float, province_score: float
) -> None:
    """Total factor productivity (E13, E15): own trend, catch-up to the frontier, R&D relative to the nation, luck.

    R&D follows output, that of state-owned enterprises with a tenth of the weight: theirs is hardly productive.

    `city_score` and `province_score` are normal scores: without common shocks thousands of private coins average out
    and bands are false. Units: ln per quarter. Sources: Fleisher, Li & Zhao (2010); China Econ. Rev. 41 (2016).
    """
    share = city.graduates / (city.workers + city.graduates)
    openness = (city.exports_total + city.imports_total) / city.gdp
    absorbed = absorptive_capacity(share, openness, par)
    before = city.rd_stock
    base = city.gdp - (1.0 - par.rd_soe_weight) * city.soe_output
    spending = base / city.rd_base_0 * (1.0 + policy.rd_support[city.index])
    city.rd_stock = before * (1.0 - par.rd_depreciation) + (par.rd_depreciation + par.rd_base_growth) * spending
    learned = par.rd_elasticity * (math.log(city.rd_stock / before) - province.national_rd_growth)
    luck = par.city_shock * city_score + par.province_shock * province_score
    for s in range(N_SECTORS):
        gap = par.frontier_gap + province.frontier - (city.tfp[s] - city.tfp_0[s])
        growth = par.tfp_growth * nation.progress + par.catch_up * gap * absorbed + learned + luck
        city.tfp[s] += growth
        if s == INDUSTRY:
            city.tfp_growth = growth


@rule
def city_counts_firms(city: Any, par: Any) -> None:
    """Entry of firms (E19): ``n' = n (1 + en max(-0.5, ln(profit/profit_0)))``, fixed cost in labour. Index, base 1."""
    income = par.capital_share * (city.private_output + city.output[SERVICES])
    profit = income / (city.firms * city.wage)
    city.firms *= 1.0 + par.entry_speed * max(-0.5, math.log(profit / city.profit_0))


@rule
def city_environment(city: Any, policy: Any, par: Any) -> None:
    """Emission stock (E63): ``E' = E (1 - d) + d * dirty output / base * (1 - ab s)``. Index, 2006Q1 = 1."""
    dirty = 0.0
    base = 0.0
    for h in range(N_GROUPS):
        dirty += par.dirtiness[h] * city.cell_output[h]
        base += par.dirtiness[h] * city.value_added_0[INDUSTRY] * city.group_mix_0[h]
    kept = 1.0 - par.abatement * policy.environmental_standard
    city.emissions += par.emission_decay * (dirty / base * kept - city.emissions)
