"""The city in a quarter: demand for its output, orders, output (E7-E9, E11)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.records import CITY, INDUSTRY, N_CITIES
from simulator.rules.city import city_fills_orders, city_meets_demand, city_produces, province_adds_up
from simulator.rules.soe import soe_produces, soe_takes_orders
from tests.rules import builders
from tests.rules.builders import Record

exactly = pytest.approx


DEMAND = {
    "gateway_spread": 0.4,
    "customer_loyalty_productivity": 2.0,
    "price_elasticity_short": 0.5,
    "price_elasticity_long": 3.0,
    "content_exports": 0.3,
    "content_investment": 0.5,
    "content_public": 0.1,
    "content_consumption": 0.2,
    "customer_mobility": 0.5,
    "services_elasticity": 0.9,
    "services_consumer_share": 0.6,
    "primary_local": 0.4,
    "primary_national": 0.3,
}
BASE_DEMAND = (4 + 0.39 + 1.6 + 0.625, 3 + 0.78 + 1.2 + 0.625, 2 + 1.17 + 0.8 + 0.625, 1 + 1.56 + 0.4 + 0.625)
"""National sales; 0.3 of exports of 13 (0.6 * 15 + 0.4 * 100 * 20 / 200); half of investment 8; a quarter of 2.5."""


def asked(mobility: float = 0.5, sales: float = 0.0, gdp: float = 1.0, **changes: Any) -> Record:
    """Return a city after demand is known; private firms are the only suppliers, 3 in each group.

    Uses and output are last quarter's; in the quarter before the base quarter they were 0.8 of base.
    """
    city = builders.city(
        exports_total=15.0, output=(7.0, 20.0, 9.0), value_added_0=(6.0, 20.0, 8.0), local_content=1.0,
        national_sales_0=(4.0, 3.0, 2.0, 1.0), export_mix=(0.1, 0.2, 0.3, 0.4), investment_mix=(0.4, 0.3, 0.2, 0.1),
        consumption_mix=0.25, investment=8.0, public_consumption=5.0, consumption=10.0, last_0=0.8,
        public_consumption_0=5.0, consumption_0=10.0, potential=(9.0, 12.0, 9.0), potential_0=(9.0, 8.0, 9.0),
        private_mix=0.25, private_mix_0=0.25,
    )  # fmt: skip
    for name, value in changes.items():
        city[name] = value
    province = builders.province(exports=100.0, industry=200.0, national_sales=sales)
    par = builders.par(**{**DEMAND, "customer_mobility": mobility})
    city_meets_demand(city, province, builders.nation(gdp=gdp), par)
    return city


def test_e8_demand_by_group() -> None:
    city = asked()
    assert list(city["demand"]) == exactly(BASE_DEMAND, rel=1e-12)
    assert list(city["demand_exports"]) == exactly([0.39, 0.78, 1.17, 1.56], rel=1e-12)
    assert list(city["demand_investment"]) == exactly([1.6, 1.2, 0.8, 0.4], rel=1e-12)
    assert list(city["demand_public"]) == exactly([0.125] * 4, rel=1e-12)
    assert list(city["demand_consumption"]) == exactly([0.5] * 4, rel=1e-12)


def test_e8_local_content_and_lost_customers() -> None:
    """Half of local content in machinery; a fifth of all demand for steel lost with liquidated enterprises."""
    city = asked(local_content=(1.0, 0.5, 1.0, 1.0), orphaned=(0.2, 0.0, 0.0, 0.0))
    expected = (0.8 * BASE_DEMAND[0], 3.0 + 0.5 * (BASE_DEMAND[1] - 3.0), *BASE_DEMAND[2:])
    assert list(city["demand"]) == exactly(expected, rel=1e-12)


def test_e8_price_elasticity_at_once_and_later() -> None:
    """Price 10 log points up: 0.5 at once, 3 when it has been so for long. National index 20 log points up."""
    city = asked(sales=0.2, price=0.1, price_memory=(0.0, 0.02, 0.1, 0.1))
    expected = [4 * math.exp(0.15), 3 * math.exp(0.1), 2 * math.exp(-0.1), math.exp(-0.1)]
    assert list(city["demand_national"]) == exactly(expected, rel=1e-12)
    assert list(city["demand_exports"]) == exactly([0.39, 0.78, 1.17, 1.56]), "local uses do not react"


@pytest.mark.parametrize(("mobility", "weight"), [(0.0, 2.0), (0.5, math.sqrt(6.0)), (1.0, 3.0)])
def test_e9_weight_of_private_firms(mobility: float, weight: float) -> None:
    """``pot^k pot_0^(1-k)`` of 12 and 8, a quarter in each group; others weigh 1, 2, 3, 0."""
    city = asked(mobility, cell_weight=(1.0, 2.0, 3.0, 0.0))
    assert list(city["private_weight"]) == exactly([weight] * 4, rel=1e-12)
    assert list(city["cell_weight"]) == exactly([weight + k for k in (1.0, 2.0, 3.0, 0.0)], rel=1e-12)
    for h, others in enumerate((1.0, 2.0, 3.0, 0.0)):
        wanted = BASE_DEMAND[h] * weight / (weight + others)
        assert city["private_sold"][h] == exactly(min(wanted, 3.0), rel=1e-12)
        assert city["overflow"][h] == exactly(max(0.0, wanted - 3.0), rel=1e-12)
        assert city["slack"][h] == exactly(max(0.0, 3.0 - wanted), rel=1e-12)


def test_e9_better_firms_win_orders() -> None:
    """Ten log points above the productivity of the base quarter, at an elasticity of 2."""
    better = asked(tfp=(9.0, 0.5, 9.0), tfp_0=(0.0, 0.4, 0.0))
    assert better["private_weight"][0] == exactly(math.sqrt(6.0) * math.exp(0.2), rel=1e-12)


def test_e11_services_and_primary_demand() -> None:
    """Households 13 over 8 (0.8 of 10), with the state 18 over 12; industry 20 over 16; the nation 10 % up."""
    city = asked(gdp=1.1, consumption=13.0)
    assert city["services_demand"] == exactly(8.0 * 1.5 ** (0.9 * 0.6) * 1.25**0.4, rel=1e-12)
    assert city["primary_demand"] == exactly(6.0 * 1.625**0.4 * 1.1**0.3, rel=1e-12)


def test_e11_base_quarter_after_growth() -> None:
    """Uses of the quarter before the base quarter, 0.8 of base, give the base quarter's demand."""
    city = asked(output=16.0, consumption=8.0, public_consumption=4.0)
    assert city["services_demand"] == exactly(8.0, rel=1e-12)
    assert city["primary_demand"] == exactly(6.0, rel=1e-12)


# --- orders


def market(
    demand: float, private: tuple[float, float], state: list[tuple[float, float]]
) -> tuple[Record, list[Record]]:
    """Let private firms and state firms (capacity, weight) of the steel group share demand, as in a quarter."""
    city = builders.city(
        exports_total=1.0, output=1.0, value_added_0=1.0, investment=1.0, consumption=1.0, public_consumption=1.0,
        consumption_0=1.0, public_consumption_0=1.0, last_0=1.0, national_sales_0=(demand, 0.0, 0.0, 0.0),
    )  # fmt: skip
    for suffix, steel in (("", private[0]), ("_0", private[1])):
        sizes = np.array([steel, 1.0, 1.0, 1.0])
        city["potential" + suffix][INDUSTRY] = sizes.sum()
        city["private_mix" + suffix] = sizes / sizes.sum()
    firms = [builders.soe(group=0, potential=size, weight=weight) for size, weight in state]
    city["cell_weight"][0] = sum(weight for _, weight in state)
    par = builders.par(**{**DEMAND, "customer_mobility": 0.0})  # so the weight of private firms is their base capacity
    city_meets_demand(city, builders.province(exports=1.0, industry=1.0), builders.nation(), par)
    for firm in firms:
        soe_takes_orders(firm, city)
    city_fills_orders(city)
    for firm in firms:
        soe_produces(firm, city)
    return city, firms


def test_e7_overflow_goes_to_those_with_slack() -> None:
    """Demand 12, equal weights, capacities 2, 6 and 10: 2 + 4 + 4, and 2 more in proportion to slack 2 and 6."""
    city, firms = market(12.0, (2.0, 1.0), [(6.0, 1.0), (10.0, 1.0)])
    assert city["private_output"] == exactly(2.0)
    assert [firm["output"] for firm in firms] == exactly([4.5, 5.5])
    assert [firm["utilisation"] for firm in firms] == exactly([0.75, 0.55])
    assert city["soe_output"] == exactly(10.0)
    assert city["cell_output"][0] == exactly(12.0)
    assert city["unmet"][0] == 0.0


def test_e7_private_firms_take_overflow_too() -> None:
    city, firms = market(12.0, (10.0, 1.0), [(6.0, 1.0), (2.0, 1.0)])
    assert city["private_output"] == exactly(5.5)
    assert [firm["output"] for firm in firms] == exactly([4.5, 2.0])


def test_e7_demand_beyond_all_capacity_is_unmet() -> None:
    city, firms = market(30.0, (2.0, 1.0), [(6.0, 1.0), (10.0, 1.0)])
    assert city["unmet"][0] == exactly(12.0)
    assert city["private_output"] + sum(firm["output"] for firm in firms) == exactly(18.0)
    assert [firm["utilisation"] for firm in firms] == exactly([1.0, 1.0])


def test_e7_no_floor_under_utilisation() -> None:
    """Goods are not made from nothing: a tenth of capacity asked for is a tenth used."""
    city, firms = market(1.8, (2.0, 2.0), [(6.0, 6.0), (10.0, 10.0)])
    assert [firm["utilisation"] for firm in firms] == exactly([0.1, 0.1])
    assert city["private_output"] == exactly(0.2)


def test_e7_private_firms_alone_when_state_firms_are_gone() -> None:
    city, _ = market(5.0, (4.0, 0.5), [])
    assert city["private_output"] == city["cell_output"][0] == 4.0
    assert city["unmet"][0] == exactly(1.0)
    assert city["soe_output"] == city["zombie_output"] == 0.0


FIRM = st.tuples(st.floats(0.01, 50.0), st.floats(0.01, 50.0))


@given(st.floats(0.0, 200.0), FIRM, st.lists(FIRM, max_size=4))
def test_e7_orders_are_conserved(
    demand: float, private: tuple[float, float], state: list[tuple[float, float]]
) -> None:
    city, firms = market(demand, private, state)
    made = city["private_output"] + sum(firm["output"] for firm in firms)
    assert made + city["unmet"][0] == exactly(demand, rel=1e-12, abs=1e-12)
    assert city["cell_output"][0] == exactly(made, rel=1e-12, abs=1e-12)
    assert city["private_output"] <= private[0] * (1 + 1e-12)
    assert all(firm["output"] <= firm["potential"] * (1 + 1e-12) for firm in firms)
    if city["unmet"][0] > 1e-9:
        assert made == exactly(private[0] + sum(size for size, _ in state), rel=1e-12)


# --- output


def produced(services_demand: float = 9.0, primary_demand: float = 4.0) -> Record:
    city = builders.city(
        private_output=14.0, soe_output=10.0, services_demand=services_demand, primary_demand=primary_demand,
        potential=(5.0, 16.0, 11.0), soe_potential=16.0, cell_output=(8.0, 6.0, 6.0, 4.0),
        cell_potential=(10.0, 6.0, 8.0, 8.0), demand=(8.0, 7.0, 6.0, 4.0), private_weight=(1.0, 1.0, 1.0, 3.0),
        cell_weight=(4.0, 2.0, 3.0, 4.0), private_mix=(0.4, 0.3, 0.2, 0.1), gdp_past=(35.0, 34.0, 33.0, 32.0, 31.0),
        freed_capital=1.0, freed_labour=1.0, written_off=1.0, cut_capital=1.0, soe_loans=1.0, exit_cost=1.0,
        orphaned_output=1.0, port_investment=1.0, fdi_usd=1.0, fdi_investment=1.0, markup=(0.0, 0.1, -0.1, -0.7),
        wage=1.2, wage_0=0.8,
    )  # fmt: skip
    nation = builders.nation(price_industry=1.1, price_other=0.9)
    par = builders.par(mix_adjustment=0.02, normal_utilisation=0.8, price_on_utilisation=0.05, capital_share=0.4)
    city_produces(city, nation, par)
    return city


def test_e7_output_and_value_added() -> None:
    city = produced()
    assert list(city["output"]) == exactly([4.0, 24.0, 9.0])
    assert city["gdp"] == exactly(37.0)
    assert city["gdp_nominal"] == exactly(1.1 * 24.0 + 0.9 * 13.0, rel=1e-12)
    assert city["industry_utilisation"] == exactly(0.75)
    assert list(city["utilisation"]) == exactly([0.8, 1.0, 0.75, 0.5])
    assert list(city["gdp_past"]) == exactly([37.0, 35.0, 34.0, 33.0, 32.0])


def test_e29_price_of_each_group() -> None:
    """Mark-up and a twentieth of ln(u / 0.8) at utilisation 0.8, 1, 0.75 and 0.5; a fall is held at 30 log points."""
    expected = [1.0, math.exp(0.1) * 1.25**0.05, math.exp(-0.1) * 0.9375**0.05, math.exp(-0.3)]
    assert list(produced()["sale_price"]) == exactly(expected, rel=1e-12)


def test_e29_labour_cost_of_enterprises_follows_the_wage() -> None:
    assert produced()["labour_cost"] == exactly(1.5 * 0.6, rel=1e-12)


def test_e7_services_and_primary_output_stop_at_capacity() -> None:
    assert list(produced(services_demand=30.0, primary_demand=6.0)["output"]) == exactly([5.0, 24.0, 11.0])


def test_e9_private_capacity_follows_its_orders() -> None:
    """Orders of private firms: 2, 3.5, 2, 3 of 10.5; a fiftieth of the way from 0.4, 0.3, 0.2, 0.1."""
    mix = produced()["private_mix"]
    shares = (2.0 / 10.5, 3.5 / 10.5, 2.0 / 10.5, 3.0 / 10.5)
    expected = [m + 0.02 * (s - m) for m, s in zip((0.4, 0.3, 0.2, 0.1), shares, strict=True)]
    assert list(mix) == exactly(expected, rel=1e-12)
    assert sum(mix) == exactly(1.0, rel=1e-14)


def test_sums_over_enterprises_and_investors_start_at_zero() -> None:
    city = produced()
    for name in ("freed_capital", "freed_labour", "written_off", "cut_capital", "soe_loans", "exit_cost",
                 "orphaned_output", "port_investment", "fdi_usd", "fdi_investment"):  # fmt: skip
        assert not np.any(city[name]), name


def test_province_adds_up() -> None:
    cities = np.zeros(N_CITIES, CITY)
    cities["gdp"] = np.arange(1.0, 15.0)
    cities["output"][:, INDUSTRY] = np.arange(1.0, 15.0) / 2.0
    province = builders.province(gdp=9.0, industry=9.0, gdp_past=(104.0, 103.0, 102.0, 101.0, 100.0))
    province_adds_up(province, cities)
    assert province["gdp"] == 105.0
    assert province["industry"] == 52.5
    assert list(province["gdp_past"]) == [105.0, 104.0, 103.0, 102.0, 101.0]
