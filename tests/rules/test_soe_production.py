"""State-owned enterprises: capacity and orders (E2, E7, E9), labour (E32), productivity (E33)."""

from __future__ import annotations

import math

from simulator.rules.soe import (
    soe_adjusts,
    soe_hires,
    soe_learns,
    soe_plans_capacity,
    soe_produces,
    soe_takes_orders,
)
from tests.rules import builders
from tests.rules.builders import Record
from tests.rules.enterprises import MACHINERY, STEEL, by_group, earner, exactly

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
