"""The city from quarter to quarter: credit, investment, works, technology, firms, emissions (E13-E19, E31, E63)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.records import INDUSTRY, PRIMARY, SERVICES
from simulator.rules.city import (
    absorptive_capacity,
    city_builds,
    city_counts_firms,
    city_environment,
    city_invests,
    city_learns,
    city_lends,
    gross_return_a,
)
from tests.rules import builders
from tests.rules.builders import Record

exactly = pytest.approx


# --- credit

CREDIT = {"credit_usable": 0.9, "loss_given_default": 0.5, "crowding_out": 0.7, "loss_on_credit": 0.5}


def lent(ratio: float = 0.2, **changes: float) -> Record:
    """Return a city with output 50, so credit 10 at a ratio of 0.2, after banks have lent."""
    city = builders.city(gdp=50.0, **changes)
    city_lends(city, builders.nation(credit=ratio), builders.par(**CREDIT))
    return city


@pytest.mark.parametrize(
    ("asked", "losses", "ration", "private"),
    [
        (0.0, 0.0, 1.0, 9.0),
        (2.0, 0.0, 1.0, 9.0 - 1.4),
        (4.0, 0.0, 1.0, 6.0),  # 9 - 2.8 = 6.2, but only 6 is left of 10
        (4.0, 8.0, 1.0, 9.0 - 2.8 - 3.0),  # losses 8 + (0 - 8)/4 = 6, half of it
        (9.0, 0.0, 1.0, 1.0),  # 9 - 6.3 = 2.7, but only 1 is left of 10
        (18.0, 0.0, 0.5, 1.0),
        (9.0, 8.0, 1.0, 0.2),  # 9 - 6.3 - 3 < 0.2: the floor of 2 %
    ],
)
def test_e31_credit_left_for_private_firms(asked: float, losses: float, ration: float, private: float) -> None:
    city = lent(soe_loans=asked, loan_losses=losses)
    assert city["credit"] == exactly(10.0)
    assert city["soe_ration"] == exactly(ration)
    assert city["private_credit"] == exactly(private, rel=1e-12)


def test_e31_no_credit_at_all() -> None:
    assert lent(0.0)["soe_ration"] == 1.0
    city = lent(0.0, soe_loans=3.0)
    assert city["soe_ration"] == 0.0
    assert city["private_credit"] == 0.0


@given(st.floats(1e-6, 0.5), st.floats(0.0, 100.0), st.floats(0.0, 50.0), st.floats(0.0, 50.0))
def test_e31_nobody_lends_more_than_there_is(ratio: float, asked: float, losses: float, written_off: float) -> None:
    city = lent(ratio, soe_loans=asked, loan_losses=losses, written_off=written_off)
    used = city["soe_ration"] * asked + city["private_credit"]
    assert 0.0 <= city["soe_ration"] <= 1.0
    assert city["private_credit"] >= 0.0
    assert used <= city["credit"] * (1 + 1e-12)


def test_e30_a_loss_is_booked_once_over_some_quarters() -> None:
    """Debt of 8 written off costs banks half of it: 1, 0.75, ... adding up to 4."""
    city = builders.city(gdp=50.0, written_off=8.0)
    booked = []
    for _ in range(120):
        city_lends(city, builders.nation(credit=0.2), builders.par(**CREDIT))
        booked.append(city["loan_losses"])
        city["written_off"] = 0.0
    assert booked[:3] == exactly([1.0, 0.75, 0.5625])
    assert sum(booked) == exactly(4.0, rel=1e-12)


def test_e31_interest_that_nobody_lends_is_lost_in_full_and_once() -> None:
    city = builders.city(gdp=50.0, forgiven=4.0)
    booked = []
    for _ in range(120):
        city_lends(city, builders.nation(credit=0.2), builders.par(**CREDIT))
        booked.append(city["loan_losses"])
        assert city["forgiven"] == 0.0
    assert booked[:2] == exactly([1.0, 0.75])
    assert sum(booked) == exactly(4.0, rel=1e-12)


def test_sums_over_state_firms_start_at_zero() -> None:
    names = ("soe_labour", "soe_labour_demand", "soe_capital", "soe_debt", "soe_investment", "soe_count",
             "zombie_count", "soe_debt_change")  # fmt: skip
    city = lent(**{name: 5.0 for name in names})
    assert not any(city[name] for name in names)
    assert city["soe_capital_last"] == city["soe_debt_last"] == 5.0


# --- investment

INVESTMENT = {
    "capital_share": 0.5,
    "capital_share_primary": 0.45,
    "depreciation": 0.02,
    "investment_speed": 0.2,
    "own_funds": 0.5,
    "freed_capital_reused": 0.4,
    "orphaned_loss": 0.6,
    "orphaned_recovery": 0.15,
}


def firms(**changes: Any) -> Record:
    """Return a city with gross returns 0.18, 0.16, 0.16 a year on 50, 100 + 25 foreign and 80 + 20 foreign."""
    city = builders.city(
        capital=(50.0, 100.0, 80.0), private_output=10.0, output=(5.0, 99.0, 8.0), hurdle_a=(0.10, 0.06, 0.36),
        private_credit=100.0, demand=10.0,
    )  # fmt: skip
    city["foreign_capital"][:5, 0] = 5.0
    city["foreign_capital"][7, 1] = 20.0
    for name, value in changes.items():
        city[name] = value
    return city


def test_e16_gross_return() -> None:
    returns = [gross_return_a(firms(), s, builders.par(**INVESTMENT)) for s in (PRIMARY, INDUSTRY, SERVICES)]
    assert returns == exactly([4 * 0.45 * 5 / 50, 4 * 0.5 * 10 / 125, 4 * 0.5 * 8 / 100], rel=1e-12)


def test_e16_investment_follows_returns() -> None:
    """Replacement 0.02 plus a fifth of the return above the hurdle: +0.016, +0.02, and -0.04 held at -0.02."""
    city = firms()
    city_invests(city, builders.par(**INVESTMENT))
    assert list(city["private_investment"]) == exactly([50 * 0.036, 100 * 0.04, 0.0], rel=1e-12)
    assert list(city["capital"]) == exactly([50 * 1.016, 100 * 1.02, 80 * 0.98], rel=1e-12)
    own = 0.5 * (0.45 * 5 + 0.5 * 10 * 100 / 125 + 0.5 * 8 * 80 / 100)
    assert city["private_loans"] == exactly(5.8 - own, rel=1e-12)
    assert list(city["foreign_return_a"]) == exactly([0.16 - 0.08, 0.16 - 0.08], rel=1e-12)


def test_e16_hurdle_is_where_capital_is_kept() -> None:
    city = firms(hurdle_a=(0.18, 0.16, 0.16))
    city_invests(city, builders.par(**INVESTMENT))
    assert list(city["capital"]) == exactly([50.0, 100.0, 80.0], rel=1e-12)


def test_e16_boom_is_held() -> None:
    city = firms(hurdle_a=-10.0)
    city_invests(city, builders.par(**INVESTMENT))
    assert list(city["capital"]) == exactly([50 * 1.06, 100 * 1.06, 80 * 1.06], rel=1e-12)


def test_e31_short_credit_scales_all_investment() -> None:
    """Wanted 5.8, own funds 4.725, credit 0.5: all is cut to 5.225 / 5.8."""
    city = firms(private_credit=0.5)
    city_invests(city, builders.par(**INVESTMENT))
    assert list(city["private_investment"]) == exactly([1.8 * 5.225 / 5.8, 4.0 * 5.225 / 5.8, 0.0], rel=1e-12)
    assert city["private_loans"] == exactly(0.5, rel=1e-12)


def test_e16_nobody_wants_to_invest() -> None:
    city = firms(hurdle_a=10.0)
    city_invests(city, builders.par(**INVESTMENT))
    assert not city["private_investment"].any()
    assert city["private_loans"] == 0.0
    assert list(city["capital"]) == exactly([49.0, 98.0, 78.4], rel=1e-12)


def test_e16_own_funds_are_enough() -> None:
    city = firms(hurdle_a=(0.18, 0.16, 10.0), private_credit=0.0)
    city_invests(city, builders.par(**INVESTMENT))
    assert list(city["private_investment"]) == exactly([1.0, 2.0, 0.0], rel=1e-12)
    assert city["private_loans"] == 0.0


def test_e30_part_of_freed_capital_is_bought_by_private_industry() -> None:
    without, city = firms(), firms(freed_capital=10.0)
    for case in (without, city):
        city_invests(case, builders.par(**INVESTMENT))
    assert list(city["capital"] - without["capital"]) == exactly([0.0, 4.0, 0.0], abs=1e-12)
    assert list(city["private_investment"]) == list(without["private_investment"])


@pytest.mark.parametrize(
    ("before", "lost", "after"),
    [(0.0, 0.0, 0.0), (0.2, 0.0, 0.17), (0.0, 1.0, 0.06), (0.2, 1.0, 0.23), (0.8, 10.0, 0.9)],
)
def test_e30_orphaned_demand(before: float, lost: float, after: float) -> None:
    """Of demand of 10, 0.6 of the output of liquidated firms is lost and 0.15 of the gap closes a quarter."""
    city = firms(orphaned=(before, 0.0, 0.0, 0.0), orphaned_output=(lost, 0.0, 0.0, 0.0))
    city_invests(city, builders.par(**INVESTMENT))
    assert list(city["orphaned"]) == exactly([after, 0.0, 0.0, 0.0], rel=1e-12)


# --- infrastructure

WORKS = {"time_to_build": 12.0, "cost_overrun": 0.25, "infrastructure_depreciation": 0.01}


def test_e17_works_in_three_stages() -> None:
    city = builders.city(infrastructure=100.0, infrastructure_investment=5.0, works=(8.0, 12.0, 16.0))
    city_builds(city, builders.par(**WORKS))
    assert list(city["works"]) == exactly([8.0 + 4.0 - 2.0, 12.0 + 2.0 - 3.0, 16.0 + 3.0 - 4.0], rel=1e-12)
    assert city["infrastructure"] == exactly(99.0 + 4.0, rel=1e-12)


def test_e17_steady_pipeline_delivers_what_is_paid_less_overrun() -> None:
    city = builders.city(infrastructure=400.0, infrastructure_investment=5.0, works=16.0)
    city_builds(city, builders.par(**WORKS))
    assert list(city["works"]) == exactly([16.0] * 3, rel=1e-12)
    assert city["infrastructure"] == exactly(400.0, rel=1e-12)


def test_e17_what_is_paid_is_delivered_once() -> None:
    """5 bn paid become 4 bn of roads, on average twelve quarters later."""
    city = builders.city(infrastructure_investment=5.0)
    delivered = []
    for _ in range(300):
        before = city["infrastructure"]
        city_builds(city, builders.par(**{**WORKS, "infrastructure_depreciation": 0.0}))
        delivered.append(city["infrastructure"] - before)
        assert city["works"].sum() + city["infrastructure"] == exactly(4.0, rel=1e-12)
        city["infrastructure_investment"] = 0.0
    assert sum(delivered) == exactly(4.0, rel=1e-12)
    assert np.dot(np.arange(300), delivered) / 4.0 == exactly(12.0, rel=1e-9)


# --- technology

TECHNOLOGY = {
    "rd_soe_weight": 0.1,
    "tfp_growth": 0.003,
    "frontier_gap": 0.25,
    "catch_up": 0.002,
    "absorption_graduates": 0.25,
    "absorption_openness": 0.6,
    "rd_elasticity": 0.05,
    "rd_depreciation": 0.04,
    "rd_base_growth": 0.025,
    "city_shock": 0.006,
    "province_shock": 0.004,
}


@pytest.mark.parametrize(
    ("graduates", "openness", "absorbed"),
    [(0.1, 0.3, 0.2), (0.5, 0.3, 0.5), (0.1, 2.0, 0.4), (0.9, 0.9, 1.0), (0.0, 1.0, 0.0)],
)
def test_e14_absorptive_capacity(graduates: float, openness: float, absorbed: float) -> None:
    value = absorptive_capacity(graduates, openness, builders.par(**TECHNOLOGY))
    assert value == exactly(absorbed, rel=1e-12)


def laboratory() -> Record:
    """Return a city with a tenth of graduates and trade of 0.3 of GDP (absorbs 0.2), GDP a fifth above base."""
    return builders.city(
        index=2, workers=900.0, graduates=100.0, exports_total=20.0, imports_total=16.0, gdp=120.0, gdp_0=100.0,
        rd_stock=1.5, rd_base_0=100.0, tfp=(0.5, 0.6, 0.7), tfp_0=(0.4, 0.4, 0.4),
    )  # fmt: skip


def learn(city: Record, progress: float = 1.0, support: float = 0.0, luck: tuple[float, float] = (0.0, 0.0)) -> Record:
    policy = builders.policy()
    policy["rd_support"][2] = support
    province = builders.province(frontier=0.05, national_rd_growth=0.02)
    nation = builders.nation(progress=progress)
    city_learns(city, province, nation, policy, builders.par(**TECHNOLOGY), *luck)
    return city


@pytest.mark.parametrize(("progress", "support", "luck"), [(1.0, 0.0, (0.0, 0.0)), (0.0, 0.3, (1.0, -2.0))])
def test_e13_productivity(progress: float, support: float, luck: tuple[float, float]) -> None:
    """Distance to the frontier 0.25 + 0.05 less what was gained since the base quarter: 0.2, 0.1, 0."""
    city = learn(laboratory(), progress, support, luck)
    stock = 1.5 * 0.96 + 0.065 * 1.2 * (1.0 + support)
    assert city["rd_stock"] == exactly(stock, rel=1e-12)
    common = 0.003 * progress + 0.05 * (math.log(stock / 1.5) - 0.02) + 0.006 * luck[0] + 0.004 * luck[1]
    steps = [common + 0.002 * 0.2 * gap for gap in (0.2, 0.1, 0.0)]
    assert list(city["tfp"]) == exactly([a + b for a, b in zip((0.5, 0.6, 0.7), steps, strict=True)], rel=1e-12)
    assert city["tfp_growth"] == exactly(steps[INDUSTRY], rel=1e-12)


def test_e15_lasting_rd_support_raises_productivity_by_its_elasticity() -> None:
    """R&D a third higher for ever: the stock ends 1.3 times as high, productivity 0.05 ln 1.3 above."""
    without, with_support = laboratory(), laboratory()
    for city in (without, with_support):
        city["imports_total"] = city["exports_total"] = 0.0  # closed: absorbs nothing
    for _ in range(700):
        learn(without)
        learn(with_support, support=0.3)
    assert with_support["rd_stock"] / without["rd_stock"] == exactly(1.3, rel=1e-9)
    gain = with_support["tfp"] - without["tfp"]
    assert list(gain) == exactly([0.05 * math.log(1.3)] * 3, rel=1e-9)


def test_e13_catch_up_stops_at_the_frontier_and_turns_beyond() -> None:
    behind, beyond = laboratory(), laboratory()
    beyond["tfp"] = 1.0
    growth = [learn(city)["tfp_growth"] for city in (behind, beyond)]
    assert growth[0] - growth[1] == exactly(0.002 * 0.2 * 0.4, rel=1e-9)  # gap +0.1 against 0.3 - 0.6


# --- firms and emissions


@pytest.mark.parametrize(
    ("output", "wage", "factor"),
    [
        (20.0, 2.0, 1.0),
        (22.0, 2.0, 1.0 + 0.02 * math.log(1.1)),
        (20.0, 2.2, 1.0 - 0.02 * math.log(1.1)),
        (22.0, 2.2, 1.0),  # fixed cost in labour: growth of output and wages alike brings no entry
        (1.0, 2.0, 1.0 - 0.02 * 0.5),  # exit is held
    ],
)
def test_e19_entry_of_firms(output: float, wage: float, factor: float) -> None:
    city = builders.city(private_output=output * 0.6, output=(9.0, 9.0, output * 0.4), firms=1.0, wage=wage,
                         profit_0=0.5 * 20.0 / 2.0)  # fmt: skip
    city_counts_firms(city, builders.par(capital_share=0.5, entry_speed=0.02))
    assert city["firms"] == exactly(factor, rel=1e-12)


def test_e19_number_of_firms_converges() -> None:
    """Output a tenth higher for ever: a tenth more firms, then profit is what it was."""
    city = builders.city(private_output=22.0, firms=1.0, wage=2.0, profit_0=5.0)
    for _ in range(2000):
        city_counts_firms(city, builders.par(capital_share=0.5, entry_speed=0.02))
    assert city["firms"] == exactly(1.1, rel=1e-9)


@pytest.mark.parametrize(("standard", "output", "after"), [(0.0, 1.0, 1.95), (0.0, 2.0, 2.0), (0.5, 2.0, 1.985)])
def test_e63_emissions(standard: float, output: float, after: float) -> None:
    """Stock 2 decays by a twentieth towards dirty output over base, abated by 0.3 times the standard."""
    par = builders.par(dirtiness=(1.0, 0.5, 0.0, 0.0), abatement=0.3, emission_decay=0.05)
    city = builders.city(emissions=2.0, cell_output=np.array([6.0, 4.0, 9.0, 1.0]) * output,
                         value_added_0=(0.0, 20.0, 0.0), group_mix_0=(0.3, 0.2, 0.45, 0.05))  # fmt: skip
    city_environment(city, builders.policy(environmental_standard=standard), par)
    assert city["emissions"] == exactly(after, rel=1e-12)


def test_e63_clean_groups_do_not_count() -> None:
    par = builders.par(dirtiness=(1.0, 0.5, 0.0, 0.0), abatement=0.3, emission_decay=0.05)
    city = builders.city(emissions=1.0, cell_output=(6.0, 4.0, 99.0, 99.0), value_added_0=(0.0, 20.0, 0.0),
                         group_mix_0=(0.3, 0.2, 0.45, 0.05))  # fmt: skip
    city_environment(city, builders.policy(), par)
    assert city["emissions"] == exactly(1.0, rel=1e-12)


def test_e15_rd_of_state_owned_enterprises_counts_a_tenth() -> None:
    """Output of 120, of which 10 in state-owned enterprises, counts as 111."""
    private, mixed = laboratory(), laboratory()
    mixed["soe_output"] = 10.0
    learn(private)
    learn(mixed)
    kept = 1.5 * (1.0 - TECHNOLOGY["rd_depreciation"])
    pace = TECHNOLOGY["rd_depreciation"] + TECHNOLOGY["rd_base_growth"]
    assert private["rd_stock"] == exactly(kept + pace * 1.2)
    assert mixed["rd_stock"] == exactly(kept + pace * (120.0 - 0.9 * 10.0) / 100.0)
