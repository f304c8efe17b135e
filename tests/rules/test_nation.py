"""What comes from outside: national sales (E8), partners (E21), frontier (E13), relative market access (E4)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator import records
from simulator.rules.nation import frontier_moves, market_reference, nation_turns, partner_turns
from tests.rules import builders
from tests.rules.builders import Record

exactly = pytest.approx


def sales_parameters() -> Record:
    return builders.par(
        sales_on_investment=(0.9, 0.8, 0.2, 0.5),
        sales_on_industry=(0.0, 0.1, 0.9, 0.5),
        sales_on_consumption=(0.1, 0.0, 0.5, 1.0),
        sales_relocation=(0.01, 0.007, 0.005, 0.0),
        import_commodity_share=0.6,
        import_price_adjustment=0.2,
    )


def opened(**values: float) -> Record:
    """Return a province at the start of 2006Q1, all ln zero."""
    return builders.province(wage_national_last=1.0, working_age_last=1.0, **values)


def test_e8_national_sales_move_with_their_drivers() -> None:
    province = opened()
    nation = builders.nation(clock=1.0, investment=1.05, secondary=1.03, consumption=1.02)
    nation_turns(province, nation, sales_parameters())
    i, s, c = math.log(1.05), math.log(1.03), math.log(1.02)
    assert list(province["national_sales"]) == exactly(
        [0.9 * i + 0.1 * c - 0.01, 0.8 * i + 0.1 * s - 0.007, 0.2 * i + 0.9 * s + 0.5 * c - 0.005, (i + s) / 2 + c],
        rel=1e-12,
    )
    assert list(province["national_last"]) == exactly([i, s, c], rel=1e-12)
    assert province["clock_last"] == 1.0


def test_e8_level_depends_on_the_drivers_and_not_on_their_path() -> None:
    """Up to 2017Q4, ``lnN = eI lnI + eS lnS + eC lnC - rel t`` however the drivers got there."""
    province = opened()
    for clock, investment in ((1.0, 1.5), (17.0, 0.7), (47.0, 2.0)):
        nation = builders.nation(clock=clock, investment=investment, secondary=investment**2)
        nation_turns(province, nation, sales_parameters())
    ln2 = math.log(2.0)
    assert list(province["national_sales"]) == exactly(
        [0.9 * ln2 - 0.47, 1.0 * ln2 - 0.329, 2.0 * ln2 - 0.235, 1.5 * ln2], rel=1e-12
    )


def test_e8_base_quarter_changes_nothing() -> None:
    province = opened()
    nation_turns(province, builders.nation(), sales_parameters())
    assert not province["national_sales"].any()
    assert province["import_price"] == 0.0
    assert province["wage_growth"] == 0.0


def test_e8_balanced_growth_after_2017() -> None:
    """From 2018Q1 (clock 48) sales of every group grow as the nation does and nothing relocates."""
    province = opened(clock_last=47.0)
    for quarter in range(1, 41):
        level = 1.01**quarter
        nation = builders.nation(clock=47.0 + quarter, investment=level, secondary=level, consumption=level)
        nation_turns(province, nation, sales_parameters())
    assert list(province["national_sales"]) == exactly([40 * math.log(1.01)] * 4, rel=1e-12)


def test_e8_loadings_after_2017_are_shares() -> None:
    province = opened(clock_last=47.0)
    nation_turns(province, builders.nation(clock=48.0, investment=math.exp(0.03)), sales_parameters())
    expected = [0.03 * 0.9 / 1.0, 0.03 * 0.8 / 0.9, 0.03 * 0.2 / 1.6, 0.03 * 0.5 / 2.0]
    assert list(province["national_sales"]) == exactly(expected, rel=1e-12)


def test_e8_relocation_stops_with_the_clock() -> None:
    """A frozen clock (steady-state test) freezes the loss to other provinces."""
    province = opened(clock_last=20.0)
    nation_turns(province, builders.nation(clock=20.0), sales_parameters())
    assert not province["national_sales"].any()


def test_e23_import_price_relative_to_domestic_is_smoothed() -> None:
    """``relM = ln(P_com^0.6 P_man^0.4 fx / P_Y) - base``, a fifth of the way each quarter."""
    base = math.log(8.0 / 0.8)
    province = opened(import_price_0=base)
    nation = builders.nation(price_commodity=1.5, price_manufactures=1.1, exchange_rate=7.0, price_gdp=0.9)
    goal = 0.6 * math.log(1.5) + 0.4 * math.log(1.1) + math.log(7.0 / 0.9) - base
    for quarter in range(1, 4):
        nation_turns(province, nation, sales_parameters())
        assert province["import_price"] == exactly(goal * (1.0 - 0.8**quarter), rel=1e-12)


def test_e18_national_wage_growth_is_the_step_in_ln() -> None:
    province = opened()
    for wage, growth in ((1.02, math.log(1.02)), (1.05, math.log(1.05 / 1.02)), (1.05, 0.0)):
        nation_turns(province, builders.nation(wage=wage), sales_parameters())
        assert province["wage_growth"] == exactly(growth, rel=1e-12, abs=1e-15)


def test_e52_growth_of_the_share_of_working_age() -> None:
    province = opened()
    for share, growth in ((1.01, 0.01), (0.99, -0.02 / 1.01), (0.99, 0.0)):
        nation_turns(province, builders.nation(working_age=share), sales_parameters())
        assert province["working_age_growth"] == exactly(growth, rel=1e-12, abs=1e-15)


def test_sums_over_agents_start_at_zero() -> None:
    names = ("access_reference", "exports", "imports", "fdi_home", "home_capital", "home_earned", "home_present",
             "attraction_total", "lane")  # fmt: skip
    province = opened(**{name: 3.0 for name in names})
    nation_turns(province, builders.nation(), sales_parameters())
    for name in names:
        assert not np.any(province[name]), name


def partner(**values: float) -> Record:
    return builders.record(records.PARTNER, **values)


TRADE = {"trend_adjustment": 0.04, "exchange_adjustment": 0.15}


def test_e21_partner_trend_and_real_exchange_rate() -> None:
    """Korea: lnD 0.10, trend 0.05 + 0.01, moved 4 % of the gap; yuan 10 % stronger, prices there 5 % up."""
    korea = partner(index=1, trend=0.05, trend_growth=0.01, exports=3.0, imports=4.0, trade_cost=5.0)
    province = builders.province(exchange_0=math.log(0.9 / 8.0))
    nation = builders.nation(price_industry=0.99, exchange_rate=7.2)
    nation["partner_gdp"] = np.exp(np.arange(8) / 10.0)
    nation["partner_price"] = 1.0 + np.arange(8) / 20.0
    partner_turns(korea, province, nation, builders.par(**TRADE))
    assert korea["demand"] == exactly(0.1, rel=1e-12)
    assert korea["trend"] == exactly(0.06 + 0.04 * (0.1 - 0.06), rel=1e-12)
    dearer = math.log(1.1) + math.log(8.0 / 7.2) - math.log(1.05)
    assert korea["exchange"] == exactly(0.15 * dearer, rel=1e-12)
    assert korea["exports"] == korea["imports"] == korea["trade_cost"] == 0.0


def test_e21_base_quarter_has_no_gap() -> None:
    """The trend starts one step below, so that demand and trend are both zero in 2006Q1."""
    japan = partner(trend=-0.008, trend_growth=0.008)
    province = builders.province(exchange_0=math.log(1.0 / 8.0))
    partner_turns(japan, province, builders.nation(exchange_rate=8.0), builders.par(**TRADE))
    assert japan["trend"] == exactly(0.0, abs=1e-15)
    assert japan["demand"] == japan["exchange"] == 0.0


def test_e21_trend_follows_steady_growth_without_a_gap() -> None:
    usa = partner(index=5, trend=0.0, trend_growth=0.006)
    nation = builders.nation()
    for quarter in range(1, 21):
        nation["partner_gdp"] = math.exp(0.006 * quarter)
        partner_turns(usa, builders.province(), nation, builders.par(**TRADE))
    assert usa["demand"] - usa["trend"] == exactly(0.0, abs=1e-14)


def test_e13_frontier_and_national_rd() -> None:
    """``R' = R (1 - d) + (d + g) Y``: with d 4 %, g 2.5 %, Y 1.2 and R 1.1."""
    province = builders.province(frontier=0.3, national_rd=1.1)
    par = builders.par(frontier_growth=0.003, rd_depreciation=0.04, rd_base_growth=0.025)
    frontier_moves(province, builders.nation(gdp=1.2), par)
    stock = 1.1 * 0.96 + 0.065 * 1.2
    assert province["frontier"] == exactly(0.303, rel=1e-12)
    assert province["national_rd"] == exactly(stock, rel=1e-12)
    assert province["national_rd_growth"] == exactly(math.log(stock / 1.1), rel=1e-12)


@pytest.mark.parametrize(("progress", "step"), [(0.0, 0.0), (0.5, 0.0015), (1.0, 0.003)])
def test_e13_frontier_stands_still_when_frozen(progress: float, step: float) -> None:
    province = builders.province(national_rd=1.0)
    par = builders.par(frontier_growth=0.003, rd_depreciation=0.04, rd_base_growth=0.025)
    frontier_moves(province, builders.nation(progress=progress), par)
    assert province["frontier"] == exactly(step, abs=1e-15)


def test_e13_base_rd_grows_at_the_rate_before_the_base_quarter() -> None:
    province = builders.province(national_rd=1.0)
    par = builders.par(frontier_growth=0.0, rd_depreciation=0.04, rd_base_growth=0.025)
    frontier_moves(province, builders.nation(), par)
    assert province["national_rd_growth"] == exactly(math.log(1.025), rel=1e-12)


def test_e4_agglomeration_is_relative_to_the_province() -> None:
    cities = builders.cities(market_access=1.5)
    cities["market_access"][3] = 1.2
    market_reference(builders.province(access_reference=math.log(1.4)), cities, builders.par(agglomeration=0.07))
    assert cities["agglomeration"][0] == exactly(0.07 * math.log(1.5 / 1.4), rel=1e-12)
    assert cities["agglomeration"][3] == exactly(0.07 * math.log(1.2 / 1.4), rel=1e-12)


def test_e4_general_growth_drops_out() -> None:
    cities = builders.cities(market_access=3.0)
    market_reference(builders.province(access_reference=math.log(3.0)), cities, builders.par(agglomeration=0.07))
    assert cities["agglomeration"] == exactly(np.zeros(records.N_CITIES), abs=1e-15)


def test_e4_extreme_access_is_held() -> None:
    cities = builders.cities(market_access=math.exp(-9.0))
    cities["market_access"][1] = math.exp(9.0)
    market_reference(builders.province(), cities, builders.par(agglomeration=0.1))
    assert cities["agglomeration"][0] == exactly(-0.5)
    assert cities["agglomeration"][1] == exactly(0.5)
