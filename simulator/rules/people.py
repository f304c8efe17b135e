"""People: graduates, migration, wages, work, consumption."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import INDUSTRY, N_SECTORS
from simulator.rules.city import capital_share, efficient_labour
from simulator.rules.maths import clip


@rule
def crowding(city: Any) -> float:
    """Congestion of a city: ln of its workers over the base quarter (living cost, housing).

    E50, E52; ln.
    """
    return math.log((city.workers + city.graduates) / (city.workers_0 + city.graduates_0))


@rule
def labour_market_opens(province: Any, nation: Any, par: Any) -> None:
    """Appeal of the rest of China for new graduates (E50): its wage, its growing size and its graduate hubs.

    Relative to the base quarter, when a share `stay_rate_0` stayed. Units: weight of a multinomial logit.
    """
    size = par.outside_size_growth * min(nation.clock, 60.0)
    size += par.outside_size_growth_later * max(0.0, nation.clock - 60.0)
    hub = par.graduate_hub * par.outside_hub_growth * nation.clock
    province.appeal_outside = province.appeal_outside_0 * math.exp(
        par.graduate_mobility * math.log(nation.wage) + size + hub
    )
    province.appeal_total = province.appeal_outside
    province.graduates_stayed = 0.0


@rule
def graduate_appeal(city: Any, subsidy: float, par: Any) -> float:
    """Weight of the city in the choice of new graduates (E50).

    ``exp[k (ln w - kh q) + hub Hs + k ln(1 + subsidy annuity)] (L + H) H0/(L0 + H0)``: wage less congestion, share of
    graduates (Fu & Gabriel), size, and a subsidy as the share of the expected stay for which it is paid (E53).
    """
    share = city.graduates / (city.workers + city.graduates)
    utility = par.graduate_mobility * (math.log(city.wage) - par.congestion * crowding(city)) + par.graduate_hub * share
    utility += par.graduate_mobility * math.log1p(subsidy * par.subsidy_annuity)
    start = city.graduates_0 / (city.workers_0 + city.graduates_0)
    return math.exp(utility) * (city.workers + city.graduates) * start


@rule
def city_appeals(city: Any, province: Any, policy: Any, par: Any) -> None:
    """Put the city's weight into the market for new graduates (E50, E53)."""
    city.appeal = graduate_appeal(city, policy.talent_subsidy[city.index], par)
    province.appeal_total += city.appeal


@rule
def city_receives_people(city: Any, province: Any, nation: Any, policy: Any, par: Any) -> None:
    """New graduates (E51), migration, births less deaths and ageing of workers (E52), residents. Units: thousand.

    Every graduate goes to one of 14 cities or leaves. The subsidy is paid to all who come, also to those who would
    have come anyway (E60). Migration is a rate, two-sided, falling with congestion.
    """
    city.graduates_arrived = nation.graduates * city.appeal / province.appeal_total
    province.graduates_stayed += city.graduates_arrived
    first_wage = 4.0 * city.wage * par.graduate_efficiency
    city.talent_cost = policy.talent_subsidy[city.index] * first_wage * city.graduates_arrived

    gap = math.log(city.wage) - math.log(province.outside_wage_0 * nation.wage)
    net = par.migration_speed * (gap + par.migration_cost_gap - par.congestion * crowding(city))
    fewer_births = par.natural_decrease * clip((nation.clock / 4.0 - 3.0) / 8.0, 0.0, 2.5)
    aged = province.working_age_growth * (city.workers + city.graduates)
    city.workers *= 1.0 + clip(net - fewer_births, -0.05, 0.05)
    city.workers = max(0.2 * city.workers, city.workers + aged)
    city.graduates *= 1.0 - par.graduate_outflow
    city.graduates += city.graduates_arrived
    city.population = (city.workers + city.graduates) / (city.participation_0 * nation.working_age)


@rule
def city_sets_wage(city: Any, province: Any, par: Any) -> None:
    """Wage (E18) and allocation of labour: ``w' = w (1 + dln w_n + b (demand/supply - 1))``.

    Labour outside state-owned enterprises moves slowly to where its marginal product is. Workers freed by exits find
    work at a fixed rate. Units: bn yuan per thousand efficiency workers and quarter.
    """
    supply = efficient_labour(city.workers, city.graduates, par.graduate_efficiency)
    demand = city.soe_labour_demand
    total = 0.0
    for s in range(N_SECTORS):
        produced = city.private_output if s == INDUSTRY else city.output[s]
        income = (1.0 - capital_share(s, par)) * produced
        demand += income / city.wage
        total += income
    demand *= city.labour_demand_scale
    weight = 0.0
    for s in range(N_SECTORS):
        produced = city.private_output if s == INDUSTRY else city.output[s]
        target = (1.0 - capital_share(s, par)) * produced / total
        city.labour_weight[s] += par.labour_mobility * (target - city.labour_weight[s])
        weight += city.labour_weight[s]
    for s in range(N_SECTORS):
        city.labour_weight[s] /= weight
    tightness = clip(demand / supply - 1.0, -0.5, 0.5)
    city.wage *= 1.0 + par.wage_on_nation * province.wage_growth + par.wage_on_tightness * tightness
    city.laid_off = city.laid_off * (1.0 - par.reemployment) + city.freed_labour
    city.laid_off = min(city.laid_off, 0.5 * supply)


@rule
def city_consumes(city: Any, province: Any, nation: Any, par: Any) -> None:
    """Household consumption (E12): wages with a rising propensity, other income, transfers, spending of wealth.

    ``C* = C0 [0.89 (c_t/c_0) w (EL - 0.6 U)/(w0 EL0) + 0.11 Y/Y0] + c_0 (TR - TR0 Y/Y0) + cF V Y_c/Y``; C moves
    half-way. Transfers TR beyond their base share of output are spent like wages. bn yuan of 2010 a quarter.
    """
    rise = clip(nation.clock - 8.0, 0.0, 36.0)
    propensity = 1.0 + par.consumption_rise * rise / par.consumption_propensity
    supply = efficient_labour(city.workers, city.graduates, par.graduate_efficiency)
    earned = city.wage * (supply - 0.6 * city.laid_off) / (city.wage_0 * city.efficient_labour_0)
    grown = province.gdp / province.gdp_0
    goal = city.consumption_0 * (par.wage_income_share * propensity * earned + (1.0 - par.wage_income_share) * grown)
    goal += par.consumption_propensity * (city.transfers - city.transfers_0 * grown)
    goal += par.wealth_spending * province.external_wealth * city.gdp / province.gdp
    goal = max(0.2 * city.consumption_0, goal)
    city.consumption += par.consumption_adjustment * (goal - city.consumption)

