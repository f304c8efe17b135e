"""The province's budget and the cities': revenue, transfers, local financing, spending, cost of policies."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import N_CITIES, N_SECTORS
from simulator.rules.maths import clip


@rule
def city_collects_revenue(city: Any, nation: Any, policy: Any, par: Any) -> None:
    """Own revenue (E60) less arrears of zombies, and budget cost of the policies in force in the city.

    Real: nominal revenue over the GDP deflator. The cost of R&D support is a share of base R&D. bn yuan 2010 a quarter.
    """
    arrears = par.zombie_arrears * par.tax_rate * city.zombie_output
    city.revenue = max(0.0, par.tax_rate * city.gdp_nominal / nation.price_gdp - arrears)
    city.rd_cost = policy.rd_support[city.index] * par.rd_intensity * city.gdp
    city.policy_cost = city.talent_cost + city.rd_cost + city.exit_cost


@rule
def province_sets_budget(province: Any, cities: Any, nation: Any, policy: Any, par: Any) -> None:
    """Budget of the province and its cities (E60, E61) and the flow of local financing.

    Spending = revenue + transfers + borrowing - interest and repayment. Transfers follow the national budget and
    fall with padded revenue. Policies are paid out of other spending (no free lunch); explicit public consumption
    and investment are borrowed. Land-based financing adapts to growth and is curbed by policy (Document 43 of 2014).
    """
    province.revenue = 0.0
    padded = 0.0
    cost = 0.0
    weight = 0.0
    for c in range(N_CITIES):
        city = cities[c]
        province.revenue += city.revenue
        padded += city.revenue * city.padding[2]
        cost += city.policy_cost
        weight += city.spending_share_0 * math.sqrt(city.revenue / city.revenue_0)
    province.spending_weight = weight
    province.padding_revenue = padded / province.revenue
    province.transfers = province.transfers_0 * nation.gdp_nominal / nation.price_gdp
    province.transfers *= province.price_gdp_0 * (1.0 - par.transfer_clawback * province.padding_revenue)
    explicit = policy.public_consumption + policy.public_investment
    service = (0.25 * par.debt_rate_a + par.debt_repayment) * province.debt
    province.interest = 0.25 * par.debt_rate_a * province.debt
    available = province.revenue + province.transfers + par.borrowing * province.gdp - service - cost
    province.discretionary = max(0.2 * province.spending_0, available)
    province.borrowing = par.borrowing * province.gdp + explicit + (province.discretionary - available)
    province.policy_cost = cost + explicit
    province.spending = province.discretionary + province.policy_cost
    province.balance = province.revenue + province.transfers - province.spending - province.interest

    growth = province.gdp_past[0] / province.gdp_past[4] - 1.0
    goal = clip(1.0 + par.land_on_growth * (growth - 0.08), 0.3, 1.5)
    province.land_sales += 0.25 * (goal - province.land_sales)
    province.land_financing = province.land_sales * (1.0 - policy.financing_curb)
    province.debt -= par.debt_repayment * province.debt


@rule
def city_spends(city: Any, province: Any, nation: Any, policy: Any, par: Any) -> None:
    """Public consumption, infrastructure, transfers to households of the city (E17, E60). bn yuan 2010 a quarter.

    Cities share by their base share and the square root of their revenue growth. Infrastructure is also paid from
    land and local financing vehicles, in proportion to credit; the part not covered by land adds to debt.
    """
    share = city.spending_share_0 * math.sqrt(city.revenue / city.revenue_0) / province.spending_weight
    budget = province.discretionary * share
    city.public_consumption = par.spend_consumption * budget + policy.public_consumption * share
    city.transfers = (1.0 - par.spend_consumption - par.spend_infrastructure) * budget
    city.public_consumption += city.rd_cost
    city.transfers += city.talent_cost + city.exit_cost
    ease = clip(nation.credit / 0.15, 0.5, 2.0)
    city.land_financing = province.land_ratio * city.gdp * ease * province.land_financing
    city.infrastructure_investment = par.spend_infrastructure * budget + city.land_financing
    city.infrastructure_investment += policy.public_investment * share
    province.debt += province.borrowing * share + (1.0 - par.land_share) * city.land_financing


@rule
def city_adds_investment(city: Any) -> None:
    """Gross fixed capital formation of the city: private, state-owned, foreign, infrastructure, ports (E17)."""
    city.investment = city.soe_investment + city.fdi_investment + city.infrastructure_investment + city.port_investment
    for s in range(N_SECTORS):
        city.investment += city.private_investment[s]


@rule
def province_balances(province: Any, cities: Any) -> None:
    """Accounts of the province: GDP from the expenditure side, and external wealth (E12).

    ``C + G + I + X - M + sales to - purchases from the rest of China``, summed over the cities' flows; the production
    side is summed from what firms make. The invariants compare the two. ``V' = V + Y - C - G - I``. bn yuan of 2010.
    """
    province.expenditure_gdp = 0.0
    province.consumption = 0.0
    province.public_consumption = 0.0
    province.investment = 0.0
    for c in range(N_CITIES):
        city = cities[c]
        abroad = city.exports_total - city.imports_total
        china = city.domestic_sales - city.domestic_purchases
        province.expenditure_gdp += city.consumption + city.public_consumption + city.investment + abroad + china
        province.consumption += city.consumption
        province.public_consumption += city.public_consumption
        province.investment += city.investment
    saving = province.gdp - province.consumption - province.public_consumption - province.investment
    province.external_wealth += saving
