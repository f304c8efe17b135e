"""The foreign investor: when to act, where to settle, staged commitment, exit."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import HOME_PARTNER, INDUSTRY, N_CITIES, N_HOMES, N_TYPES
from simulator.rules.city import foreign_in
from simulator.rules.maths import clip
from simulator.rules.trade import zone_maturity

EFFICIENCY = 1
PROPERTY = 2


@rule
def home_partner(home: int) -> int:
    """Trade partner (index in PARTNERS) of an investor's home.

    E26.
    """
    return HOME_PARTNER[home]


@rule
def fdi_pool_opens(province: Any, cities: Any, nation: Any, par: Any) -> None:
    """Foreign capital that looks at the province this quarter (E25), bn USD.

    National inflow times the share of investors who know Liaoning, more when returns rise. National, never
    Liaoning's published, FDI: the reported rise and collapse cannot be written in.
    """
    earned = 0.0
    capital = 0.0
    for c in range(N_CITIES):
        for k in range(2):
            stock = foreign_in(cities[c], INDUSTRY + k)
            earned += stock * cities[c].foreign_return_a[k]
            capital += stock
    gap = earned / capital - province.foreign_return_0
    province.fdi_pool = nation.fdi_inflow * par.fdi_awareness * math.exp(clip(par.fdi_return_pull * gap, -2.0, 1.0))
    province.attraction_outside = math.exp(
        par.fdi_market * math.log(nation.gdp) + par.fdi_agglomeration * math.log(nation.fdi_stock)
    )
    for h in range(N_HOMES):
        for k in range(N_TYPES):
            province.attraction_total[h, k] = province.attraction_outside


@rule
def city_attracts(city: Any, province: Any, nation: Any, policy: Any, par: Any) -> None:
    """Location utility of the city for each home and type of investor (E26), relative to the base quarter.

    Market access, wages relative to the nation, own-nationality capital, infrastructure per output, business
    environment and institutional distance, free-trade zone, environmental rules (dirty projects of low-standard homes
    only), trade cost for exporters, human capital. Sources of signs: Amiti & Javorcik; Cheng & Kwan; Head & Ries;
    Bénassy-Quéré et al.; Cai et al.
    """
    share = city.graduates / (city.workers + city.graduates)
    share_0 = city.graduates_0 / (city.workers_0 + city.graduates_0)
    quality = city.business_environment - city.business_environment_0
    distance = abs(city.business_environment - par.home_institutions) - abs(
        city.business_environment_0 - par.home_institutions
    )
    wages = math.log(city.wage / city.wage_0) - math.log(nation.wage)
    roads = math.log((city.infrastructure / city.infrastructure_0) / (city.gdp / city.gdp_0))
    common = -par.fdi_wage * wages + par.fdi_infrastructure * roads
    common += par.fdi_graduates * (share - share_0) - par.fdi_distance * distance
    if policy.free_trade_zone[city.index] > 0.0:
        common += par.fdi_zone * zone_maturity(city, par)
    housing = math.log(city.gdp_past[0] / city.gdp_past[4]) - 4.0 * par.growth_before_base
    market = par.fdi_market * math.log(city.market_access) + par.fdi_business * quality
    for h in range(N_HOMES):
        own = city.foreign_capital[h, 0] + city.foreign_capital[h, 1]
        near = par.fdi_agglomeration * math.log(
            (own + par.fdi_floor) / (city.foreign_capital_0[h] + par.fdi_floor)
        )
        partner = home_partner(h)
        opening = policy.services_opening[partner]
        low_standard = h == 0 or h == 5 or h == 7
        for k in range(N_TYPES):
            value = common + near
            if k == PROPERTY:
                value += par.fdi_housing * housing + opening
            else:
                value += market
                if k == EFFICIENCY:
                    value -= par.fdi_trade_cost * city.trade_cost[partner]
                    if low_standard:
                        value += par.fdi_environment * policy.environmental_standard
                else:
                    value += opening
            city.attraction[h, k] = city.fdi_share_0 * math.exp(clip(value, -8.0, 8.0))
            province.attraction_total[h, k] += city.attraction[h, k]


@rule
def stage_size(size: float, pool: float, investors: int, par: Any) -> float:
    """Amount of one of four stages, bn USD, such that expected inflow is half the pool in the base quarter.

    An idle investor decides with probability `fdi_activity` a quarter; half of the decisions bind it for three more.
    """
    pace = 1.0 / (1.0 / par.fdi_activity + 1.5)
    return 0.25 * size * pool / (investors * pace)


@rule
def investor_acts(
    investor: Any, cities: Any, province: Any, nation: Any, policy: Any, par: Any, u_act: float, u_place: float,
    u_exit: float
) -> None:
    """One quarter of an investor (E25-E27): exit, continue the project in progress, or look for a place.

    A project is paid in four equal stages; a later stage is cancelled when the return falls below the outside return
    less a tolerance. Exit closes the plant with the lowest return; political shocks raise the hazard.
    Units: bn USD and bn yuan of 2010; uniforms in (0, 1).
    """
    worst = -1
    lowest = 0.0
    earned = 0.0
    total = 0.0
    for c in range(N_CITIES):
        owned = investor.capital[c] * (1.0 - par.depreciation)
        investor.capital[c] = owned
        if owned > 0.0:
            rate = cities[c].foreign_return_a[investor.sector]
            if worst < 0 or rate < lowest:
                worst = c
                lowest = rate
            earned += rate * owned
            total += owned
    investor.return_a = earned / total if total > 0.0 else 0.0
    if worst >= 0:
        shock = policy.political_shock[home_partner(investor.home)]
        hazard = par.exit_hazard * math.exp(clip(-par.exit_return * (lowest - par.outside_return_a), -5.0, 3.0))
        if u_exit < hazard * (1.0 + par.exit_political * shock):
            investor.capital[worst] = 0.0
            if investor.location == worst:
                investor.stages_left = 0

    investor.arrived_usd = 0.0
    if investor.stages_left == 0:
        if u_act >= par.fdi_activity:
            return
        threshold = u_place * province.attraction_total[investor.home, investor.type]
        place = -1
        reached = 0.0
        for c in range(N_CITIES):
            reached += cities[c].attraction[investor.home, investor.type]
            if place < 0 and threshold < reached:
                place = c
        if place < 0:
            return
        investor.location = place
        investor.stages_left = 4
        investor.stage_usd = stage_size(investor.scale, province.fdi_pool, int(province.investors), par)
    elif cities[investor.location].foreign_return_a[investor.sector] < par.outside_return_a - par.stage_tolerance_a:
        investor.stages_left = 0
        return
    city = cities[investor.location]
    investor.stages_left -= 1
    investor.arrived_usd = investor.stage_usd
    built = par.fdi_fixed_share * investor.stage_usd * nation.exchange_rate / nation.price_gdp
    investor.capital[investor.location] += built
    city.fdi_usd += investor.stage_usd
    city.fdi_investment += built
    province.fdi_home[investor.home] += investor.stage_usd


@rule
def city_clears_foreign(city: Any) -> None:
    """Set foreign capital to zero before the investors report theirs.

    E26; bn yuan.
    """
    for h in range(N_HOMES):
        city.foreign_capital[h, 0] = 0.0
        city.foreign_capital[h, 1] = 0.0


@rule
def investor_reports(investor: Any, cities: Any, province: Any) -> None:
    """Add the investor's plants to the foreign capital of the cities: the stock is the sum over investors."""
    total = 0.0
    for c in range(N_CITIES):
        if investor.capital[c] > 0.0:
            cities[c].foreign_capital[investor.home, investor.sector] += investor.capital[c]
            total += investor.capital[c]
    province.home_capital[investor.home] += total
    province.home_earned[investor.home] += total * investor.return_a
    if total > 0.0:
        province.home_present[investor.home] += 1.0


@rule
def city_improves_business(city: Any, policy: Any, par: Any) -> None:
    """Business environment (E64): ``B' = B + k (B* - B)``, B* = base + policy + zone - change of the state share.

    The state share is that of industrial capital.
    """
    stock = city.soe_capital + city.capital[INDUSTRY] + foreign_in(city, INDUSTRY)
    base = 0.0
    for h in range(4):
        base += city.group_mix_0[h] * city.soe_cell_share_0[h]
    goal = city.business_environment_0 + policy.business_reform[city.index]
    goal += par.business_zone * policy.free_trade_zone[city.index]
    goal -= par.business_state * (city.soe_capital / stock - base)
    city.business_environment = clip(
        city.business_environment + par.business_adjustment * (goal - city.business_environment), 0.0, 1.0
    )
