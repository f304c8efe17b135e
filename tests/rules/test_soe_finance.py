"""State-owned enterprises: earnings and interest cover (E29), zombies (E30), investment and credit (E28, E17, E31)."""

from __future__ import annotations

import math

from simulator.rules.city import realised_price
from simulator.rules.soe import (
    soe_earns,
    soe_invests,
    soe_plans_investment,
)
from tests.rules import builders
from tests.rules.builders import Record
from tests.rules.enterprises import earner, exactly, market

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
