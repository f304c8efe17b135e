"""Budgets: revenue (E60), transfers and padding (E61), spending and local financing (E17, E60), wealth (E12)."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from simulator import records
from simulator.rules.government import (
    city_adds_investment,
    city_collects_revenue,
    city_spends,
    province_balances,
    province_sets_budget,
)
from tests.rules import builders
from tests.rules.builders import Record

exactly = partial(pytest.approx, rel=1e-12, abs=1e-14)

C = records.N_CITIES
DALIAN = 1


# --- revenue: E60


def taxing() -> Record:
    return builders.par(tax_rate=0.1, zombie_arrears=0.3, rd_intensity=0.0125)


def test_e60_revenue_is_a_share_of_nominal_gdp_at_2010_prices_less_arrears() -> None:
    city = builders.city(gdp_nominal=130.0, gdp=99.0, zombie_output=4.0)
    city_collects_revenue(city, builders.nation(price_gdp=1.3), builders.policy(), taxing())
    assert city["revenue"] == exactly(0.1 * 100.0 - 0.3 * 0.1 * 4.0)


def test_e60_arrears_never_make_revenue_negative() -> None:
    city = builders.city(gdp_nominal=1.0, zombie_output=50.0)
    city_collects_revenue(city, builders.nation(), builders.policy(), taxing())
    assert city["revenue"] == 0.0


def test_e60_policies_of_a_city_cost_what_they_pay() -> None:
    city = builders.city(index=DALIAN, gdp=80.0, gdp_nominal=80.0, talent_cost=0.5, exit_cost=0.25)
    policy = builders.policy(rd_support=[0.3 if c == DALIAN else 0.0 for c in range(C)])
    city_collects_revenue(city, builders.nation(), policy, taxing())
    assert city["rd_cost"] == exactly(0.3 * 0.0125 * 80.0)
    assert city["policy_cost"] == exactly(0.3 + 0.5 + 0.25)
    nothing = builders.city(gdp=80.0, gdp_nominal=80.0)
    city_collects_revenue(nothing, builders.nation(), builders.policy(), taxing())
    assert nothing["policy_cost"] == 0.0


# --- the budget: E60, E61


def budgeting(**values: float) -> Record:
    return builders.par(
        **{
            "transfer_clawback": 0.15,
            "debt_rate_a": 0.04,
            "debt_repayment": 0.01,
            "borrowing": 0.006,
            "land_on_growth": 2.0,
            "spend_consumption": 0.55,
            "spend_infrastructure": 0.25,
            "land_share": 0.6,
            **values,
        }
    )


def taxed_cities() -> np.ndarray:
    """Return cities with revenue of 1 to 14 (105 in all), twice that of the base quarter for the first seven."""
    cities = builders.cities(revenue=np.arange(1.0, C + 1.0), spending_share_0=1.0 / C)
    cities["revenue_0"] = np.where(np.arange(C) < 7, 0.25, 1.0) * cities["revenue"]
    return cities


def indebted(**values: object) -> Record:
    """Return a province with 500 of quarterly GDP, 400 of debt and transfers of 60 in the base quarter."""
    return builders.province(
        **{
            "gdp": 500.0,
            "gdp_past": (500.0, 0.0, 0.0, 0.0, 500.0 / 1.08),
            "debt": 400.0,
            "transfers_0": 60.0,
            "price_gdp_0": 0.8,
            "spending_0": 150.0,
            "land_sales": 1.0,
            **values,
        }
    )


SERVICE = (0.25 * 0.04 + 0.01) * 400.0
AVAILABLE = 105.0 + 60.0 + 0.006 * 500.0 - SERVICE


def national(**values: float) -> Record:
    """Return drivers with nominal GDP and deflator both at base: transfers are those of the base quarter."""
    return builders.nation(**{"price_gdp": 0.8, **values})


def test_e60_spending_is_revenue_transfers_and_borrowing_less_debt_service() -> None:
    province = indebted()
    province_sets_budget(province, taxed_cities(), national(), builders.policy(), budgeting())
    assert province["revenue"] == exactly(105.0)
    assert province["transfers"] == exactly(60.0)
    assert province["interest"] == exactly(4.0)
    assert province["discretionary"] == exactly(AVAILABLE)
    assert province["spending"] == exactly(AVAILABLE)
    assert province["borrowing"] == exactly(3.0)
    assert province["balance"] == exactly(105.0 + 60.0 - AVAILABLE - 4.0)
    assert province["debt"] == exactly(400.0 * 0.99)


def test_e61_transfers_follow_the_national_budget_and_fall_with_padded_revenue() -> None:
    cities = taxed_cities()
    cities["padding"][:, 2] = np.where(np.arange(C) == C - 1, 0.75, 0.0)  # 14 of 105 are padded by three quarters
    province = indebted()
    province_sets_budget(province, cities, national(gdp_nominal=3.0, price_gdp=1.2), builders.policy(), budgeting())
    assert province["padding_revenue"] == exactly(0.1)
    # National nominal GDP has tripled, prices are half as high again: real transfers double.
    assert province["transfers"] == exactly(60.0 * 2.0 * (1.0 - 0.15 * 0.1))


def test_e60_policies_are_paid_out_of_other_spending() -> None:
    cities = taxed_cities()
    cities["policy_cost"] = 0.5
    province = indebted()
    province_sets_budget(province, cities, national(), builders.policy(), budgeting())
    assert province["discretionary"] == exactly(AVAILABLE - 7.0)
    assert province["spending"] == exactly(AVAILABLE)
    assert province["policy_cost"] == exactly(7.0)


def test_e60_extra_public_demand_is_borrowed() -> None:
    province = indebted()
    policy = builders.policy(public_consumption=2.0, public_investment=-0.5)
    province_sets_budget(province, taxed_cities(), national(), policy, budgeting())
    assert province["discretionary"] == exactly(AVAILABLE)
    assert province["spending"] == exactly(AVAILABLE + 1.5)
    assert province["borrowing"] == exactly(3.0 + 1.5)
    assert province["policy_cost"] == exactly(1.5)


def test_e60_a_floor_under_spending_is_borrowed() -> None:
    province = indebted(debt=9000.0)
    province_sets_budget(province, taxed_cities(), national(), builders.policy(), budgeting())
    available = 168.0 - 0.02 * 9000.0
    assert province["discretionary"] == exactly(0.2 * 150.0)
    assert province["borrowing"] == exactly(3.0 + 30.0 - available)


@pytest.mark.parametrize("debt", [0.0, 400.0, 9000.0])
def test_e60_sources_and_uses_agree(debt: float) -> None:
    cities = taxed_cities()
    cities["policy_cost"] = 0.5
    province = indebted(debt=debt)
    policy = builders.policy(public_consumption=2.0, public_investment=3.0)
    province_sets_budget(province, cities, national(), policy, budgeting())
    sources = province["revenue"] + province["transfers"] + province["borrowing"]
    assert province["spending"] + province["interest"] + 0.01 * debt == exactly(sources)


def test_e17_land_financing_adapts_to_growth_and_is_curbed_by_policy() -> None:
    for growth, goal in ((0.08, 1.0), (0.13, 1.1), (-0.02, 0.8), (-0.6, 0.3), (0.9, 1.5)):
        province = indebted(gdp_past=(1.0 + growth, 0.0, 0.0, 0.0, 1.0), land_sales=0.9)
        policy = builders.policy(financing_curb=0.5)
        province_sets_budget(province, taxed_cities(), national(), policy, budgeting())
        assert province["land_sales"] == exactly(0.9 + 0.25 * (goal - 0.9)), growth
        assert province["land_financing"] == exactly(0.5 * province["land_sales"])


# --- spending by city: E60, E17


def spent(policy: Record, nation: Record, cities: np.ndarray) -> Record:
    province = indebted(land_ratio=0.02)
    par = budgeting()
    province_sets_budget(province, cities, nation, policy, par)
    for city in cities:
        city_spends(city, province, nation, policy, par)
    return province


def test_e60_cities_share_by_base_share_and_root_of_revenue_growth() -> None:
    cities = taxed_cities()
    spent(builders.policy(public_consumption=21.0, public_investment=10.5), national(), cities)
    # Revenue of the first seven is four times its base: they weigh two, the others one, 21 in all.
    for city, share in ((cities[0], 2.0 / 21.0), (cities[C - 1], 1.0 / 21.0)):
        budget = AVAILABLE * share
        assert city["public_consumption"] == exactly(0.55 * budget + 21.0 * share)
        assert city["infrastructure_investment"] == exactly(0.25 * budget + 10.5 * share)
        assert city["transfers"] == exactly(0.20 * budget)


def test_e60_what_the_cities_spend_is_what_the_province_spends() -> None:
    cities = taxed_cities()
    cities["gdp"] = 30.0
    for name, cost in (("rd_cost", 0.3), ("talent_cost", 0.15), ("exit_cost", 0.05)):
        cities[name] = cost
    cities["policy_cost"] = 0.5
    policy = builders.policy(public_consumption=2.0, public_investment=3.0)
    province = spent(policy, national(credit=0.15), cities)
    used = sum(float(cities[name].sum()) for name in ("public_consumption", "transfers", "infrastructure_investment"))
    land = float(cities["land_financing"].sum())
    assert land > 0.0
    assert used - land == exactly(province["spending"])
    # Debt: what is left after repayment, new borrowing, and local financing that land does not cover.
    assert province["debt"] == exactly(400.0 * 0.99 + province["borrowing"] + 0.4 * land)


def test_e60_costs_of_policies_go_where_they_are_paid() -> None:
    plain, paying = taxed_cities(), taxed_cities()
    for name, cost in (("rd_cost", 0.3), ("talent_cost", 0.15), ("exit_cost", 0.05)):
        paying[name][DALIAN] = cost
    for cities in (plain, paying):
        spent(builders.policy(), national(), cities)
    assert paying["public_consumption"][DALIAN] - plain["public_consumption"][DALIAN] == exactly(0.3)
    assert paying["transfers"][DALIAN] - plain["transfers"][DALIAN] == exactly(0.15 + 0.05)
    assert paying["public_consumption"][0] == plain["public_consumption"][0]


def test_e17_local_financing_follows_land_sales_and_credit_within_bounds() -> None:
    for credit, ease in ((0.15, 1.0), (0.225, 1.5), (0.9, 2.0), (0.0, 0.5)):
        cities = taxed_cities()
        cities["gdp"] = 30.0
        spent(builders.policy(financing_curb=0.4), national(credit=credit), cities)
        assert list(cities["land_financing"]) == exactly([0.02 * 30.0 * ease * 0.6] * C)


def test_e17_investment_of_a_city_is_the_sum_of_its_investors() -> None:
    city = builders.city(
        soe_investment=1.0, fdi_investment=2.0, infrastructure_investment=4.0, port_investment=8.0,
        private_investment=(16.0, 32.0, 64.0),
    )  # fmt: skip
    city_adds_investment(city)
    assert city["investment"] == exactly(127.0)


# --- external wealth: E12


def test_e12_external_wealth_collects_what_is_produced_and_not_used() -> None:
    cities = builders.cities(
        consumption=3.0, public_consumption=1.0, investment=4.0, exports_total=2.0, imports_total=1.5,
        domestic_sales=3.5, domestic_purchases=3.0,
    )  # fmt: skip
    province = builders.province(gdp=10.0 * C, external_wealth=100.0)
    province_balances(province, cities)
    assert province["external_wealth"] == exactly(100.0 + (10.0 - 3.0 - 1.0 - 4.0) * C)
    assert province["expenditure_gdp"] == exactly(9.0 * C)
    assert province["consumption"] == exactly(3.0 * C)
    assert province["public_consumption"] == exactly(1.0 * C)
    assert province["investment"] == exactly(4.0 * C)
    province_balances(province, cities)  # sums start again, wealth goes on
    assert province["consumption"] == exactly(3.0 * C)
    assert province["external_wealth"] == exactly(100.0 + 4.0 * C)
