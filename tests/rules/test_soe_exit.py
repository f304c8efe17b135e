"""State-owned enterprises: roll-over, restructuring and liquidation (E30), ordered cuts (E34), births."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.rules.soe import (
    soe_births,
    soe_cuts_capacity,
    soe_decides,
    soe_is_born,
    soe_survives,
)
from tests.rules import builders
from tests.rules.builders import Record
from tests.rules.enterprises import MACHINERY, STEEL, by_group, earner, exactly, market

KEEP = 0.85**0.25
"""Chance in a quarter that debt is rolled, when it is 0.85 in a year."""


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
