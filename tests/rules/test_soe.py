"""State-owned enterprises: orders (E2, E7, E9), finance and exit (E28-E30, E34), labour (E32), productivity (E33)."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from simulator import records
from simulator.rules.city import realised_price
from simulator.rules.soe import (
    soe_adjusts,
    soe_births,
    soe_cuts_capacity,
    soe_decides,
    soe_earns,
    soe_hires,
    soe_invests,
    soe_is_born,
    soe_learns,
    soe_plans_capacity,
    soe_plans_investment,
    soe_produces,
    soe_survives,
    soe_takes_orders,
)
from tests.rules import builders
from tests.rules.builders import Record

exactly = partial(pytest.approx, rel=1e-12, abs=1e-14)

STEEL, MACHINERY = 0, 1
KEEP = 0.85**0.25
"""Chance in a quarter that debt is rolled, when it is 0.85 in a year."""


def by_group(value: float, group: int = STEEL) -> list[float]:
    return [value if h == group else 0.0 for h in range(records.N_GROUPS)]


# --- capacity and orders: E2, E7, E9


def test_e2_capacity_is_cobb_douglas_with_the_lift_of_the_city() -> None:
    city = builders.city(lift=0.05)
    firm = builders.soe(capital=9.0, labour=4.0, tfp=math.log(2.0), tfp_0=math.log(2.0), group=MACHINERY)
    soe_plans_capacity(
        firm, city, builders.par(capital_share=0.5, customer_mobility=1.0, customer_loyalty_productivity=2.0)
    )
    capacity = 2.0 * math.sqrt(9.0 * 4.0) * math.exp(0.05)
    assert firm["potential"] == exactly(capacity)
    assert list(city["cell_potential"]) == exactly([0.0, capacity, 0.0, 0.0])
    assert list(city["cell_weight"]) == exactly([0.0, capacity, 0.0, 0.0])  # mobility 1: customers follow capacity
    assert city["productivity_gain"] == 0.0


def test_e9_weight_mixes_capacity_now_and_then_and_rewards_a_gain_of_productivity() -> None:
    city = builders.city()
    firm = builders.soe(capital=16.0, labour=1.0, tfp=0.1, tfp_0=0.0, log_anchor=math.log(2.0))
    soe_plans_capacity(
        firm, city, builders.par(capital_share=0.5, customer_mobility=0.25, customer_loyalty_productivity=3.0)
    )
    capacity = 4.0 * math.exp(0.1)
    assert firm["weight"] == exactly(capacity**0.25 * 2.0**0.75 * math.exp(3.0 * 0.1))
    assert city["productivity_gain"] == exactly(capacity * 0.1)


def test_e9_in_the_base_quarter_the_weight_is_base_capacity() -> None:
    city = builders.city()
    tfp = math.log(5.0 / (8.0**0.48 * 3.0**0.52))
    firm = builders.soe(capital=8.0, labour=3.0, tfp=tfp, tfp_0=tfp, log_anchor=math.log(5.0))
    soe_plans_capacity(
        firm, city, builders.par(capital_share=0.48, customer_mobility=0.43, customer_loyalty_productivity=2.0)
    )
    assert (firm["potential"], firm["weight"]) == (exactly(5.0), exactly(5.0))


def test_e7_orders_go_by_weight_up_to_capacity_and_none_is_lost() -> None:
    city = builders.city(demand=by_group(100.0), cell_weight=by_group(10.0))
    small = builders.soe(weight=3.0, potential=20.0)
    large = builders.soe(weight=7.0, potential=90.0)
    for firm in (small, large):
        soe_takes_orders(firm, city)
    assert (small["sold"], large["sold"]) == (exactly(20.0), exactly(70.0))
    assert list(city["overflow"]) == exactly(by_group(10.0))
    assert list(city["slack"]) == exactly(by_group(20.0))
    assert small["sold"] + large["sold"] + city["overflow"][STEEL] == exactly(100.0)


def test_e7_reallocated_orders_fill_the_slack_once() -> None:
    city = builders.city(fill_share=by_group(0.5))  # 10 of overflow over 20 of slack
    full = builders.soe(sold=20.0, potential=20.0, zombie=1)
    slack = builders.soe(sold=70.0, potential=90.0)
    for firm in (full, slack):
        soe_produces(firm, city)
    assert (full["output"], slack["output"]) == (exactly(20.0), exactly(80.0))
    assert (full["utilisation"], slack["utilisation"]) == (exactly(1.0), exactly(80.0 / 90.0))
    assert city["soe_output"] == exactly(100.0)
    assert list(city["cell_output"]) == exactly(by_group(100.0))
    assert city["zombie_output"] == exactly(20.0)


# --- earnings and interest cover: E29


def earning(**values: float) -> Record:
    return builders.par(
        **{
            "capital_share": 0.4,
            "maintenance": 0.5,
            "depreciation": 0.02,
            "production_tax": 0.1,
            "social_burden": 0.05,
            "loan_rate_a": 0.08,
            "loan_advantage_a": 0.04,
            **values,
        }
    )


def earner(**values: float) -> Record:
    return builders.soe(
        **{
            "output": 10.0,
            "output_0": 8.0,
            "labour": 6.0,
            "labour_0": 5.0,
            "capital": 50.0,
            "debt": 40.0,
            "identity": 1,
            "state_share": 0.5,
            **values,
        }
    )


def market(price: float = 1.0) -> Record:
    return builders.city(sale_price=np.full(records.N_GROUPS, price), wage=1.2, wage_0=1.0)


def test_e29_profit_is_sales_after_tax_less_wages_and_upkeep() -> None:
    firm = earner()
    soe_earns(firm, market(), earning())
    wages = 1.2 * 0.6 * 8.0 * 6.0 / 5.0
    profit = 10.0 * (1.0 - 0.1 - 0.05) - wages - 0.5 * 0.02 * 50.0
    interest = 40.0 * (0.08 - 0.04 * 0.5) / 4.0
    assert firm["profit"] == exactly(profit)
    assert firm["interest"] == exactly(interest)
    assert firm["coverage"] == exactly(profit / interest)
    assert firm["shortfall"] == 0.0
    assert (firm["distress"], firm["history"], firm["zombie"]) == (0, 0, 0)


def test_e29_price_follows_markup_and_tightness_within_bounds() -> None:
    par = builders.par(normal_utilisation=0.8, price_on_utilisation=0.1)
    price = math.exp(0.05 + 0.1 * math.log(0.9 / 0.8))
    assert realised_price(0.05, 0.9, par) == exactly(price)
    assert realised_price(-0.9, 0.8, par) == exactly(math.exp(-0.3))
    assert realised_price(0.9, 0.8, par) == exactly(math.exp(0.2))
    firm = earner(labour=0.0, capital=0.0)
    soe_earns(firm, market(price), earning())
    assert firm["profit"] == exactly(10.0 * (price - 0.15))


def test_e29_only_state_control_makes_loans_cheap() -> None:
    rates = []
    for identity, share in ((1, 1.0), (1, 0.0), (0, 1.0)):
        firm = earner(identity=identity, state_share=share)
        soe_earns(firm, market(), earning())
        rates.append(4.0 * firm["interest"] / firm["debt"])
    assert rates == exactly([0.04, 0.08, 0.08])


def test_e29_without_debt_interest_is_covered() -> None:
    firm = earner(debt=0.0, output=0.0)
    soe_earns(firm, market(), earning())
    assert firm["profit"] < 0.0
    assert firm["coverage"] == 10.0
    assert firm["distress"] == 0


def test_e29_interest_not_earned_is_the_shortfall() -> None:
    firm = earner(output=7.8, labour=5.0)
    soe_earns(firm, market(), earning())
    profit = 7.8 * 0.85 - 1.2 * 0.6 * 8.0 - 0.5  # 0.37 against interest of 0.6
    assert firm["profit"] == exactly(profit)
    assert firm["coverage"] == exactly(profit / 0.6)
    assert firm["shortfall"] == exactly(0.6 - profit)
    assert (firm["distress"], firm["history"]) == (1, 1)


def test_e30_a_zombie_misses_interest_in_four_of_six_quarters_and_now() -> None:
    bad, good = 0.0, 30.0
    firm = earner()
    seen = []
    for output in (bad, bad, good, bad, bad, good, bad, good, good):
        firm["output"] = output
        soe_earns(firm, market(), earning())
        seen.append((int(firm["distress"]), int(firm["zombie"])))
    # Quarter 5 is the fourth bad one; quarter 6 is good; in quarter 7 four of the last six are bad again.
    assert seen == [(1, 0), (2, 0), (0, 0), (1, 0), (2, 1), (0, 0), (1, 1), (0, 0), (0, 0)]
    assert firm["history"] == 0b110100


# --- roll-over, restructuring, liquidation: E30


def surviving(**values: float) -> Record:
    return builders.par(**{"rollover_a": 0.85, "restructured_share": 0.5, "severance_quarters": 4.0, **values})


def failing(**values: float) -> Record:
    return builders.soe(
        **{
            "capital": 10.0,
            "debt": 8.0,
            "labour": 4.0,
            "output": 3.0,
            "distress": 2,
            "history": 3,
            "zombie": 1,
            "shortfall": 0.2,
            **values,
        }
    )


def state_of(firm: Record) -> tuple[float, ...]:
    return tuple(float(firm[name]) for name in ("alive", "capital", "debt", "labour", "distress", "shortfall"))


def test_e30_a_restructured_firm_starts_with_a_clean_record() -> None:
    firm = failing(history=0b111111)
    soe_survives(firm, builders.city(), builders.policy(), surviving(restructured_share=1.0), 1.0 - 1e-9)
    assert (firm["alive"], firm["distress"], firm["history"], firm["zombie"]) == (1, 0, 0, 0)


@pytest.mark.parametrize("distress", [0, 1])
def test_e30_a_bank_waits_for_two_quarters_without_cover(distress: int) -> None:
    firm, city = failing(distress=distress), builders.city()
    soe_survives(firm, city, builders.policy(zombie_exit=1.0), surviving(), 1.0 - 1e-9)
    assert state_of(firm) == (1.0, 10.0, 8.0, 4.0, distress, 0.2)
    assert city["freed_capital"] == 0.0


def test_e30_rolled_restructured_or_liquidated_with_the_stated_chances() -> None:
    below, above = 1.0 - 1e-9, 1.0 + 1e-9
    middle = KEEP + 0.5 * (1.0 - KEEP)
    for u, expected in (
        (1e-9, (1.0, 10.0, 8.0, 4.0, 2.0, 0.2)),
        (KEEP * below, (1.0, 10.0, 8.0, 4.0, 2.0, 0.2)),
        (KEEP * above, (1.0, 7.0, 4.0, 2.8, 0.0, 0.0)),
        (middle * below, (1.0, 7.0, 4.0, 2.8, 0.0, 0.0)),
        (middle * above, (0.0, 0.0, 0.0, 0.0, 2.0, 0.0)),
        (1.0 - 1e-12, (0.0, 0.0, 0.0, 0.0, 2.0, 0.0)),
    ):
        firm = failing()
        soe_survives(firm, builders.city(), builders.policy(), surviving(), u)
        assert state_of(firm) == exactly(expected), u


@pytest.mark.parametrize("u", [0.5, KEEP + 0.01, 0.999])
def test_e30_capital_debt_and_labour_of_an_exit_move_exactly_once(u: float) -> None:
    firm, city = failing(), builders.city(freed_capital=1.0, freed_labour=2.0, written_off=3.0)
    soe_survives(firm, city, builders.policy(), surviving(), u)
    assert firm["capital"] + city["freed_capital"] == exactly(11.0)
    assert firm["labour"] + city["freed_labour"] == exactly(6.0)
    assert firm["debt"] + city["written_off"] == exactly(11.0)


def test_e30_only_a_liquidation_orphans_customers() -> None:
    for u, orphaned in ((0.5, 0.0), (KEEP + 0.01, 0.0), (0.999, 3.0)):
        city = builders.city()
        soe_survives(failing(group=MACHINERY), city, builders.policy(), surviving(), u)
        assert list(city["orphaned_output"]) == exactly(by_group(orphaned, MACHINERY))


def test_e30_exit_policy_adds_refusals_in_its_group_only() -> None:
    policy = builders.policy(zombie_exit=by_group(0.5))
    keep = KEEP * 0.5**0.25
    for group, threshold in ((STEEL, keep), (MACHINERY, KEEP)):
        for u, capital in ((threshold - 1e-9, 10.0), (threshold + 1e-9, 7.0)):
            firm = failing(group=group)
            soe_survives(firm, builders.city(), policy, surviving(), u)
            assert firm["capital"] == exactly(capital), (group, u)
    firm = failing()
    soe_survives(firm, builders.city(), builders.policy(zombie_exit=1.0), surviving(restructured_share=0.0), 1e-12)
    assert firm["alive"] == 0  # refused to all: nobody is rolled


def test_e34_the_province_pays_severance_only_under_an_exit_policy() -> None:
    policy = builders.policy(zombie_exit=by_group(1.0))
    for rule_in_force, share, cost in (
        (builders.policy(), 0.0, 0.0),
        (policy, 0.0, 4.0 * 0.01 * 4.0),  # liquidated: all four thousand
        (policy, 1.0, 4.0 * 0.01 * 1.2),  # restructured: three in ten
    ):
        city = builders.city(wage=0.01)
        soe_survives(failing(), city, rule_in_force, surviving(restructured_share=share), 1.0 - 1e-9)
        assert city["exit_cost"] == exactly(cost)


# --- ordered cuts: E34


def cutting() -> Record:
    return builders.par(cut_threshold=0.75, cut_write_off=0.5, severance_quarters=4.0)


def test_e34_a_cut_takes_its_share_of_capital_and_labour_and_half_of_the_debt() -> None:
    firm = failing(capital=10.0, debt=8.0, labour=4.0)
    city = builders.city(utilisation=np.full(4, 0.7), wage=0.01)
    soe_cuts_capacity(firm, city, builders.policy(capacity_cut=by_group(0.3)), cutting())
    cut = 1.0 - 0.7**0.25
    assert firm["capital"] == exactly(10.0 * (1.0 - cut))
    assert firm["labour"] == exactly(4.0 * (1.0 - cut))
    assert firm["debt"] == exactly(8.0 * (1.0 - 0.5 * cut))
    assert firm["labour"] + city["freed_labour"] == exactly(4.0)
    assert firm["debt"] + city["written_off"] == exactly(8.0)
    assert firm["capital"] + city["cut_capital"] == exactly(10.0)
    assert city["exit_cost"] == exactly(4.0 * 0.01 * 4.0 * cut)
    assert city["freed_capital"] == 0.0  # torn down, not sold


def test_e34_no_cut_without_an_order_or_where_capacity_is_used() -> None:
    for cut, used in ((0.0, 0.5), (0.3, 0.75), (0.3, 0.9)):
        firm, city = failing(), builders.city(utilisation=np.full(4, used), wage=0.01)
        soe_cuts_capacity(firm, city, builders.policy(capacity_cut=cut), cutting())
        assert state_of(firm) == state_of(failing())
        assert city["written_off"] == city["freed_labour"] == city["exit_cost"] == 0.0


# --- investment: E28, E17, E31


def investing(**values: float) -> Record:
    return builders.par(
        **{
            "expectation_weight": 0.9,
            "normal_utilisation": 0.8,
            "soft_budget": 0.5,
            "depreciation": 0.02,
            "soe_investment_speed": 0.1,
            "cash_reinvested": 0.8,
            "debt_cap": 2.0,
            "zombie_relief": 0.01,
            **values,
        }
    )


def planner(**values: float) -> Record:
    return builders.soe(
        **{
            "capital": 100.0,
            "debt": 50.0,
            "output": 10.0,
            "output_last": 10.0,
            "utilisation": 0.8,
            "identity": 1,
            **values,
        }
    )


def test_e28_at_normal_utilisation_a_firm_replaces_and_grows_as_it_expects() -> None:
    firm = planner(growth_expected=0.01, output=10.2)
    soe_plans_investment(firm, builders.city(), investing())
    expected = 0.9 * 0.01 + 0.1 * math.log(1.02)
    assert firm["growth_expected"] == exactly(expected)
    assert firm["plan"] == exactly(100.0 * (0.02 + expected))
    assert firm["output_last"] == 10.2


def test_e28_a_soft_budget_overreacts_to_tightness_and_underreacts_to_slack() -> None:
    # ratio to normal utilisation 1.2 and 0.8; the pull of 0.1 x 0.2 is half more or half less under a soft budget.
    for identity, used, rate in (
        (1, 0.96, 0.02 + 0.02 * 1.5),
        (0, 0.96, 0.02 + 0.02),
        (1, 0.64, 0.02 - 0.02 * 0.5),
        (0, 0.64, 0.0),
    ):
        firm = planner(identity=identity, utilisation=used)
        soe_plans_investment(firm, builders.city(), investing())
        assert firm["plan"] == exactly(100.0 * rate), (identity, used)


def test_e28_expectations_and_rates_are_bounded() -> None:
    for output, growth in ((100.0, 0.06), (1.0, -0.05)):
        firm = planner(output=output)
        soe_plans_investment(firm, builders.city(), investing())
        assert firm["growth_expected"] == exactly(0.1 * growth)
    pessimist = planner(growth_expected=-0.05, output=1.0)
    soe_plans_investment(pessimist, builders.city(), investing())
    assert pessimist["plan"] == exactly(100.0 * (0.02 - 0.3 * 0.02))
    boom = planner(growth_expected=0.06, utilisation=1.0)
    soe_plans_investment(boom, builders.city(), investing(soe_investment_speed=1.0))
    assert boom["plan"] == exactly(100.0 * 0.08)
    slump = planner(identity=0, utilisation=0.1)
    soe_plans_investment(slump, builders.city(), investing())
    assert slump["plan"] == 0.0


def test_e28_a_zombie_invests_three_tenths_of_depreciation_at_most() -> None:
    firm = planner(zombie=1, utilisation=1.0)
    soe_plans_investment(firm, builders.city(), investing())
    assert firm["plan"] == exactly(0.3 * 0.02 * 100.0)


def test_e28_loans_pay_what_cash_does_not_until_the_debt_cap() -> None:
    # Plan 2.0; cash 0.8 x (1.5 - 0.5) = 0.8; debt over capital 1.7 leaves half of the room: (2.0 - 1.7) / 0.6.
    city = builders.city(soe_loans=3.0)
    firm = planner(profit=1.5, interest=0.5, debt=170.0, shortfall=0.25)
    soe_plans_investment(firm, city, investing())
    assert firm["borrowing"] == exactly(0.5 * 1.2)
    assert firm["plan"] == exactly(0.8 + 0.6)
    assert firm["loan"] == exactly(0.6 + 0.25)
    assert city["soe_loans"] == exactly(3.0 + 0.85)
    for debt, room in ((200.0, 0.0), (500.0, 0.0), (140.0, 1.0), (0.0, 1.0)):
        firm = planner(profit=1.5, interest=0.5, debt=debt)
        soe_plans_investment(firm, builders.city(), investing())
        assert firm["borrowing"] == exactly(room * 1.2), debt


def test_e28_a_rich_firm_borrows_nothing() -> None:
    firm = planner(profit=9.0, interest=1.0)
    soe_plans_investment(firm, builders.city(), investing())
    assert (firm["plan"], firm["borrowing"], firm["loan"]) == (exactly(2.0), 0.0, 0.0)


def test_e17_capital_depreciates_and_grows_by_investment() -> None:
    city = builders.city(soe_ration=1.0, soe_investment=5.0)
    firm = planner(plan=3.0, borrowing=2.0, loan=2.5, shortfall=0.5, profit=1.25)
    soe_invests(firm, city, investing())
    assert firm["investment"] == exactly(3.0)
    assert firm["capital"] == exactly(100.0 * 0.98 + 3.0)
    assert firm["debt"] == exactly(50.0 + 2.5)  # the shortfall is capitalised
    assert city["soe_investment"] == exactly(8.0)


def test_e31_rationed_credit_cuts_the_borrowed_part_of_investment() -> None:
    city = builders.city(soe_ration=0.25)
    firm = planner(plan=3.0, borrowing=2.0, loan=2.0, profit=1.25)
    soe_invests(firm, city, investing())
    assert firm["investment"] == exactly(1.0 + 0.25 * 2.0)
    assert firm["debt"] == exactly(50.0 + 0.5)


def test_e28_half_of_spare_cash_repays_debt_and_debt_stays_positive() -> None:
    for debt, left in ((50.0, 50.0 - 0.5 * (8.0 - 2.0)), (1.0, 0.0)):
        firm = planner(plan=2.0, profit=12.0, interest=2.0, debt=debt)
        soe_invests(firm, builders.city(soe_ration=1.0), investing())
        assert firm["debt"] == exactly(left)


def test_e30_zombies_get_relief() -> None:
    firm = planner(zombie=1, loan=0.5, plan=0.0)
    soe_invests(firm, builders.city(soe_ration=1.0), investing())
    assert firm["debt"] == exactly(50.0 + 0.5 - 0.01 * 50.0)


# --- a quarter settled in order


def deciding() -> Record:
    par = builders.point()
    par["rollover_a"] = 0.85
    return par


def test_e30_a_liquidated_firm_neither_invests_nor_asks_for_loans() -> None:
    firm = earner(output=0.5, distress=1, output_last=0.5, utilisation=0.1)
    city = market()
    policy = builders.policy(zombie_exit=1.0, capacity_cut=0.3)
    par = deciding()
    par["restructured_share"] = 0.0
    soe_decides(firm, city, policy, par, 0.5)
    assert firm["alive"] == 0
    assert (firm["capital"], firm["debt"], firm["labour"]) == (0.0, 0.0, 0.0)
    assert city["soe_loans"] == 0.0
    assert (city["freed_capital"], city["written_off"], city["freed_labour"]) == exactly((50.0, 40.0, 6.0))


def test_e29_a_sound_firm_is_untouched_by_the_dice() -> None:
    results = []
    for u in (0.01, 0.99):
        firm = earner(output_last=10.0, utilisation=0.8)
        soe_decides(firm, market(), builders.policy(), deciding(), u)
        results.append(tuple(firm.tolist()))
    assert results[0] == results[1]


# --- labour and productivity: E32, E33


def test_e32_hiring_is_fast_shedding_slow_and_faster_under_reform() -> None:
    par = builders.par(labour_surplus=0.25, hiring_speed=0.1, firing_speed=0.04, firing_reform=2.0)
    wanted = 10.0 / 1.25 * 1.5 * (1.0 / 1.2)  # output up by half, wage up by a fifth
    for labour, zombie_exit, speed in ((5.0, 0.0, 0.1), (20.0, 0.0, 0.04), (20.0, 0.5, 0.08), (5.0, 0.5, 0.1)):
        city = builders.city(wage=1.2, wage_0=1.0)
        firm = builders.soe(labour=labour, labour_0=10.0, output=3.0, output_0=2.0)
        soe_hires(firm, city, builders.policy(zombie_exit=by_group(zombie_exit)), par)
        assert city["soe_labour_demand"] == exactly(wanted)
        assert firm["labour"] == exactly(labour + speed * (wanted - labour))


def learning() -> Record:
    return builders.par(soe_tfp_follow=0.9, control_catch_up_a=0.19, dilution_effect=-0.003)


def test_e33_enterprises_follow_the_productivity_of_the_city() -> None:
    firm = builders.soe(tfp=1.0, identity=1)
    soe_learns(firm, builders.city(tfp=(0.0, 2.0, 0.0), tfp_growth=0.01), builders.policy(), learning())
    assert firm["tfp"] == exactly(1.009)


def test_e33_loss_of_identity_closes_the_gap_to_private_industry() -> None:
    closed = 1.0 - 0.81**0.25
    for tfp, gain in ((1.0, closed * 1.0), (3.0, 0.0)):  # nothing to learn for one who is ahead
        firm = builders.soe(tfp=tfp, identity=0)
        soe_learns(firm, builders.city(tfp=(9.0, 2.0, 9.0)), builders.policy(), learning())
        assert firm["tfp"] == exactly(tfp + gain)


def test_e33_control_of_the_stated_share_of_firms_is_transferred() -> None:
    policy = builders.policy(control_transfer=by_group(0.3))
    lost = []
    for place in (0.01, 0.29, 0.31, 0.5, 0.99):
        firm = builders.soe(identity=1, luck_control=place)
        soe_learns(firm, builders.city(), policy, learning())
        lost.append(int(firm["identity"]) == 0)
    assert lost == [True, True, False, False, False]
    other = builders.soe(identity=1, luck_control=0.01, group=MACHINERY)
    soe_learns(other, builders.city(), policy, learning())
    assert other["identity"] == 1


def test_e33_dilution_sells_shares_once_and_never_more_than_there_are() -> None:
    policy = builders.policy(ownership_dilution=by_group(0.2))
    firm = builders.soe(identity=1, state_share=0.7)
    for _ in range(3):
        soe_learns(firm, builders.city(), policy, learning())
    assert (firm["state_share"], firm["diluted"]) == exactly((0.5, 0.2))
    assert firm["tfp"] == exactly(10.0 * -0.003 * 0.2)
    assert firm["identity"] == 1
    little = builders.soe(identity=1, state_share=0.05)
    for _ in range(3):
        soe_learns(little, builders.city(), policy, learning())
    assert (little["state_share"], little["diluted"]) == exactly((0.0, 0.05))
    assert little["tfp"] == exactly(10.0 * -0.003 * 0.05)


def test_e17_e32_the_sums_of_the_city_are_those_of_its_enterprises() -> None:
    city = builders.city(soe_ration=1.0, wage=1.0, wage_0=1.0)
    province = builders.province(soe_alive=5.0)
    firms = [earner(loan=1.0, plan=k, zombie=k % 2, capital=10.0 * k, tfp=0.1) for k in (1, 2, 3)]
    for firm in firms:
        soe_adjusts(firm, city, province, builders.policy(), builders.point())
    for name in ("capital", "debt", "labour", "investment"):
        assert city[f"soe_{name}"] == exactly(sum(float(firm[name]) for firm in firms))
    assert city["soe_debt_change"] == exactly(city["soe_debt"] - 3 * 40.0)
    assert (city["soe_count"], city["zombie_count"], province["soe_alive"]) == (3.0, 2.0, 8.0)


# --- births


def test_births_start_in_2018_and_replace_a_share_of_those_alive() -> None:
    par = builders.par(soe_birth_rate=0.005)
    for clock, alive, rate in (
        (47.0, 1750.0, 0.0),
        (48.0, 1750.0, 0.005 * 1750.0 / 500.0),
        (48.0, 2250.0, 0.0),  # no empty place
        (60.0, 2249.0, 1.0),  # a probability at most
    ):
        province = builders.province(soe_slots=2250.0, soe_alive=alive, birth_rate=0.9)
        soe_births(province, builders.nation(clock=clock), par)
        assert province["birth_rate"] == exactly(rate)
        assert province["soe_alive"] == 0.0


def test_a_new_enterprise_has_half_the_size_and_the_productivity_of_its_time() -> None:
    city = builders.city(tfp=(0.0, 0.4, 0.0), tfp_0=(0.0, 0.1, 0.0), soe_capital=7.0)
    par = builders.par(capital_share=0.5, labour_surplus=0.1, normal_utilisation=0.8)
    firm = builders.soe(
        alive=0, capital_0=10.0, labour_0=2.2, output_0=4.0, tfp_0=0.5, history=63, distress=9, zombie=1,
        growth_expected=0.05,
    )  # fmt: skip
    province = builders.province(birth_rate=0.3)
    soe_is_born(firm, city, province, par, 0.3)
    assert (firm["alive"], city["soe_count"], city["soe_capital"]) == (0, 0.0, 7.0)
    soe_is_born(firm, city, province, par, 0.3 - 1e-9)
    assert (firm["alive"], firm["distress"], firm["history"], firm["zombie"]) == (1, 0, 0, 0)
    assert (firm["capital"], firm["debt"], firm["labour"]) == exactly((5.0, 0.0, 1.0))
    assert math.exp(firm["log_anchor"]) == exactly(math.exp(0.5) * math.sqrt(5.0 * 1.0))
    assert firm["tfp"] == exactly(0.5 + 0.4 - 0.1)
    assert (firm["growth_expected"], firm["output_last"]) == exactly((0.0, 2.0))
    assert (city["soe_capital"], city["soe_investment"], city["soe_debt"], city["soe_labour"]) == exactly(
        (12.0, 5.0, 0.0, 1.0)
    )
    assert (city["soe_count"], city["soe_debt_change"], province["soe_alive"]) == exactly((1.0, 0.0, 1.0))
