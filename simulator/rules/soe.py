"""The state-owned enterprise: capacity, orders, soft budget, exit, investment, labour."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import INDUSTRY
from simulator.rules.maths import clip, per_quarter


@rule
def soe_plans_capacity(soe: Any, city: Any, par: Any) -> None:
    """Capacity of an enterprise (E2) and its weight among the suppliers of its group (E9).

    ``z = pot^k pot_0^(1-k) exp(theta_f (lnA - lnA_0))``: customers do not follow capacity one for one, cheaper
    suppliers win orders. Units: bn yuan a quarter.
    """
    alpha = par.capital_share
    size = soe.tfp + city.lift + alpha * math.log(soe.capital) + (1.0 - alpha) * math.log(soe.labour)
    gain = soe.tfp - soe.tfp_0
    mobility = par.customer_mobility
    soe.potential = math.exp(size)
    soe.weight = math.exp(
        mobility * size + (1.0 - mobility) * soe.log_anchor + par.customer_loyalty_productivity * gain
    )
    city.cell_potential[soe.group] += soe.potential
    city.cell_weight[soe.group] += soe.weight
    city.productivity_gain += soe.potential * gain


@rule
def soe_takes_orders(soe: Any, city: Any) -> None:
    """Orders up to capacity (E7, E9); what is beyond goes to others of the group. Units: bn yuan a quarter."""
    wanted = city.demand[soe.group] * soe.weight / city.cell_weight[soe.group]
    soe.sold = min(wanted, soe.potential)
    city.overflow[soe.group] += wanted - soe.sold
    city.slack[soe.group] += soe.potential - soe.sold


@rule
def soe_produces(soe: Any, city: Any) -> None:
    """Output = orders served, own and reallocated (E7)."""
    soe.output = soe.sold + (soe.potential - soe.sold) * city.fill_share[soe.group]
    soe.utilisation = soe.output / soe.potential
    city.soe_output += soe.output
    city.cell_output[soe.group] += soe.output
    if soe.zombie == 1:
        city.zombie_output += soe.output


@rule
def soe_earns(soe: Any, city: Any, par: Any) -> None:
    """Profit and interest cover (E29): ``pi = y (p - tau - b) - wages - maintenance``; ``ICR = pi / (r debt)``.

    The price is that of the group's tightness; state-controlled firms borrow cheaper. Units: bn yuan a quarter.
    """
    price = city.sale_price[soe.group]
    wages = city.labour_cost * soe.output_0 * soe.labour / soe.labour_0
    upkeep = par.maintenance * par.depreciation * soe.capital
    soe.profit = soe.output * (price - par.production_tax - par.social_burden) - wages - upkeep
    rate_a = max(0.0, par.loan_rate_a - par.loan_advantage_a * soe.state_share * soe.identity)
    soe.interest = 0.25 * rate_a * soe.debt
    soe.coverage = 10.0 if soe.interest <= 0.0 else clip(soe.profit / soe.interest, -10.0, 10.0)
    soe.shortfall = max(0.0, soe.interest - soe.profit)
    in_distress = 1 if soe.coverage < 1.0 else 0
    soe.distress = soe.distress + 1 if in_distress == 1 else 0
    soe.history = ((soe.history << 1) | in_distress) & 63
    count = 0
    for bit in range(6):
        count += (soe.history >> bit) & 1
    soe.zombie = 1 if count >= 4 and in_distress == 1 else 0


@rule
def soe_survives(soe: Any, city: Any, policy: Any, par: Any, u: float) -> None:
    """Roll-over, restructuring or liquidation of an enterprise that cannot pay its interest (E30).

    With probability `rollover_a` a year banks roll the debt; else it is restructured or liquidated. A liquidation moves
    capital, labour and debt exactly once; part of its customers are lost to the city (orphaned demand).
    Under an exit policy city budgets pay the workers set free (E34). `u` is uniform in (0, 1).
    """
    if soe.distress < 2:
        return
    rolled = (1.0 - per_quarter(1.0 - par.rollover_a)) * (1.0 - per_quarter(policy.zombie_exit[soe.group]))
    if u <= rolled:
        return
    restructured = (u - rolled) < par.restructured_share * (1.0 - rolled)
    labour_before = soe.labour
    if restructured:
        city.freed_capital += 0.3 * soe.capital
        city.written_off += 0.5 * soe.debt
        city.freed_labour += 0.3 * soe.labour
        soe.capital *= 0.7
        soe.debt *= 0.5
        soe.labour *= 0.7
        soe.distress = 0
        soe.history = 0
    else:
        city.freed_capital += soe.capital
        city.written_off += soe.debt
        city.freed_labour += soe.labour
        city.orphaned_output[soe.group] += soe.output
        soe.capital = 0.0
        soe.debt = 0.0
        soe.labour = 0.0
        soe.alive = 0
    soe.zombie = 0
    soe.shortfall = 0.0
    if policy.zombie_exit[soe.group] > 0.0:
        city.exit_cost += par.severance_quarters * city.wage * (labour_before - soe.labour)


@rule
def soe_cuts_capacity(soe: Any, city: Any, policy: Any, par: Any) -> None:
    """Capacity ordered out by the regulator (E34) where utilisation is low; debt is written off in part."""
    if policy.capacity_cut[soe.group] <= 0.0 or city.utilisation[soe.group] >= par.cut_threshold:
        return
    cut = per_quarter(policy.capacity_cut[soe.group])
    city.freed_labour += cut * soe.labour
    city.exit_cost += par.severance_quarters * city.wage * cut * soe.labour
    city.written_off += par.cut_write_off * cut * soe.debt
    city.cut_capital += cut * soe.capital
    soe.capital *= 1.0 - cut
    soe.labour *= 1.0 - cut
    soe.debt *= 1.0 - par.cut_write_off * cut


@rule
def soe_plans_investment(soe: Any, city: Any, par: Any) -> None:
    """Desired investment with a soft budget (E28) and the loan that it needs.

    ``I = k clip(d + g + ik [(1 + soft g) (u/u* - 1)+ - (1 - soft g) (1 - u/u*)+], 0, 0.08)``; expectations g move
    slowly, so capacity overshoots when national demand slows: overcapacity is not imposed. Units: bn yuan a quarter.
    """
    growth = clip(math.log(soe.output / soe.output_last), -0.05, 0.06)
    soe.growth_expected = par.expectation_weight * soe.growth_expected + (1.0 - par.expectation_weight) * growth
    soe.output_last = soe.output
    ratio = soe.utilisation / par.normal_utilisation
    soft = par.soft_budget * soe.identity
    pull = (1.0 + soft) * max(0.0, ratio - 1.0) - (1.0 - soft) * max(0.0, 1.0 - ratio)
    rate = par.depreciation + max(soe.growth_expected, -0.3 * par.depreciation) + par.soe_investment_speed * pull
    soe.plan = soe.capital * clip(rate, 0.0, 0.08)
    if soe.zombie == 1:
        soe.plan = min(soe.plan, 0.3 * par.depreciation * soe.capital)
    cash = par.cash_reinvested * max(0.0, soe.profit - soe.interest)
    room = clip((par.debt_cap - soe.debt / soe.capital) / 0.6, 0.0, 1.0)
    soe.borrowing = room * max(0.0, soe.plan - cash)
    soe.plan = min(soe.plan, cash) + soe.borrowing
    soe.loan = soe.borrowing + soe.shortfall
    city.soe_loans += soe.loan


@rule
def soe_decides(soe: Any, city: Any, policy: Any, par: Any, u: float) -> None:
    """Settle a quarter: earnings, survival, ordered cuts, plans (E28-E30, E34)."""
    soe_earns(soe, city, par)
    soe_survives(soe, city, policy, par, u)
    if soe.alive == 1:
        soe_cuts_capacity(soe, city, policy, par)
        soe_plans_investment(soe, city, par)


@rule
def soe_invests(soe: Any, city: Any, par: Any) -> None:
    """Capital and debt of the next quarter, with credit as rationed (E17, E28, E31).

    Excess cash repays debt. Interest that cannot be rolled and relief for zombies are losses of the lender (E31).
    """
    lent = city.soe_ration * soe.loan
    soe.investment = soe.plan - (1.0 - city.soe_ration) * soe.borrowing
    cash = par.cash_reinvested * max(0.0, soe.profit - soe.interest)
    spare = 0.5 * max(0.0, cash - soe.investment)
    relief = par.zombie_relief * soe.debt if soe.zombie == 1 else 0.0
    city.forgiven += relief + (1.0 - city.soe_ration) * soe.shortfall
    before = soe.debt
    soe.debt = max(0.0, before + lent - spare - relief)
    city.soe_debt_change += soe.debt - before
    soe.capital = soe.capital * (1.0 - par.depreciation) + soe.investment
    city.soe_investment += soe.investment


@rule
def soe_hires(soe: Any, city: Any, policy: Any, par: Any) -> None:
    """Labour with hoarding (E32): fast up, slow down; reform speeds shedding. Units: thousand efficiency workers."""
    base = soe.labour_0 / (1.0 + par.labour_surplus)
    wanted = base * soe.output / soe.output_0 * city.wage_0 / city.wage
    city.soe_labour_demand += wanted
    speed = par.hiring_speed
    if wanted < soe.labour:
        speed = par.firing_speed * (1.0 + par.firing_reform * policy.zombie_exit[soe.group])
    soe.labour += speed * (wanted - soe.labour)


@rule
def soe_learns(soe: Any, city: Any, policy: Any, par: Any) -> None:
    """Productivity (E33): follows the city's industry; loss of state *identity* closes the gap, dilution does not.

    Source: Li et al. (2025), signs; magnitudes are assumptions. Units: ln per quarter.
    """
    soe.tfp += par.soe_tfp_follow * city.tfp_growth
    if soe.luck_control < policy.control_transfer[soe.group]:
        soe.identity = 0
    if soe.identity == 0:
        soe.tfp += per_quarter(par.control_catch_up_a) * max(0.0, city.tfp[INDUSTRY] - soe.tfp)
    sold = policy.ownership_dilution[soe.group] - soe.diluted
    if sold > 0.0:
        sold = min(sold, soe.state_share)
        soe.tfp += 10.0 * par.dilution_effect * sold
        soe.state_share -= sold
        soe.diluted += sold


@rule
def soe_adjusts(soe: Any, city: Any, province: Any, policy: Any, par: Any) -> None:
    """Carry out the quarter's plans: invest, hire, learn; join the city's sums (E17, E28, E32, E33)."""
    soe_invests(soe, city, par)
    soe_hires(soe, city, policy, par)
    soe_learns(soe, city, policy, par)
    city.soe_capital += soe.capital
    city.soe_debt += soe.debt
    city.soe_labour += soe.labour
    city.soe_count += 1.0
    city.zombie_count += soe.zombie
    province.soe_alive += 1.0


@rule
def soe_births(province: Any, nation: Any, par: Any) -> None:
    """Chance that an empty place is taken by a new enterprise, from 2018 on (E30). Assumption, per quarter."""
    province.birth_rate = 0.0
    empty = province.soe_slots - province.soe_alive
    if nation.clock > 47.5 and empty > 0.0:
        province.birth_rate = clip(par.soe_birth_rate * province.soe_alive / empty, 0.0, 1.0)
    province.soe_alive = 0.0


@rule
def soe_is_born(soe: Any, city: Any, province: Any, par: Any, u: float) -> None:
    """Found a new enterprise in an empty place, at half the size of the old one, with its owner's capital and no debt.

    Its capital is investment of this quarter; its workers come from the city's labour. Assumption.
    """
    if u >= province.birth_rate:
        return
    soe.alive = 1
    soe.capital = 0.5 * soe.capital_0
    soe.debt = 0.0
    soe.labour = 0.5 * soe.labour_0 / (1.0 + par.labour_surplus)
    soe.tfp = soe.tfp_0 + city.tfp[INDUSTRY] - city.tfp_0[INDUSTRY]
    soe.log_anchor = soe.tfp_0 + par.capital_share * math.log(soe.capital)
    soe.log_anchor += (1.0 - par.capital_share) * math.log(soe.labour)
    soe.growth_expected = 0.0
    soe.output_last = 0.5 * soe.output_0
    soe.distress = 0
    soe.history = 0
    soe.zombie = 0
    soe.utilisation = par.normal_utilisation
    soe.investment = soe.capital
    city.soe_investment += soe.capital
    city.soe_capital += soe.capital
    city.soe_labour += soe.labour
    city.soe_count += 1.0
    province.soe_alive += 1.0
