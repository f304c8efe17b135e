"""Foreign investors: pool (E25), location (E26), stages and exit (E26, E27), business environment (E64)."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from simulator import records
from simulator.rules.investor import (
    city_attracts,
    city_clears_foreign,
    city_improves_business,
    fdi_pool_opens,
    home_partner,
    investor_acts,
    investor_reports,
    stage_size,
)
from tests.rules import builders
from tests.rules.builders import Record

exactly = partial(pytest.approx, rel=1e-12, abs=1e-14)

HOMES, TYPES, C = records.N_HOMES, records.N_TYPES, records.N_CITIES
HONG_KONG, JAPAN, KOREA = 0, 1, 2
MARKET, EFFICIENCY, PROPERTY = 0, 1, 2
SHENYANG, DALIAN, ANSHAN = 0, 1, 2


def in_cities(**values: float) -> list[float]:
    """Return a vector over cities: the values named by city, zero elsewhere."""
    return [values.get(name, 0.0) for name in records.CITIES]


def test_investors_export_to_the_partner_they_come_from() -> None:
    partners = [records.PARTNERS[home_partner(h)] for h in range(HOMES)]
    expected = ["Hong Kong", "Japan", "Korea", "USA", "ASEAN", "Rest of world", "EU", "Rest of world"]
    assert dict(zip(records.HOMES, partners, strict=True)) == dict(zip(records.HOMES, expected, strict=True))


# --- the pool: E25


def pooling() -> Record:
    return builders.par(fdi_awareness=0.1, fdi_return_pull=4.0, fdi_market=0.8, fdi_agglomeration=0.2)


def test_e25_the_pool_is_a_share_of_national_inflow_and_rises_with_returns() -> None:
    cities = builders.cities()
    # 3 in industry at 10 % and 1 in services at 30 %: 15 % on average.
    cities["foreign_capital"][DALIAN, JAPAN] = (3.0, 0.0)
    cities["foreign_capital"][SHENYANG, KOREA] = (0.0, 1.0)
    cities["foreign_return_a"] = (0.1, 0.3)
    for base, factor in ((0.15, 1.0), (0.10, math.exp(0.2)), (0.9, math.exp(-2.0)), (-0.9, math.exp(1.0))):
        province = builders.province(foreign_return_0=base)
        fdi_pool_opens(province, cities, builders.nation(fdi_inflow=20.0), pooling())
        assert province["fdi_pool"] == exactly(2.0 * factor), base


def test_e26_elsewhere_grows_with_the_nation_and_counts_once_for_each_home_and_type() -> None:
    cities = builders.cities(foreign_capital=1.0)
    province = builders.province(attraction_total=99.0)
    fdi_pool_opens(province, cities, builders.nation(gdp=2.0, fdi_stock=3.0), pooling())
    assert province["attraction_outside"] == exactly(2.0**0.8 * 3.0**0.2)
    assert province["attraction_total"] == exactly(np.full((HOMES, TYPES), 2.0**0.8 * 3.0**0.2))


# --- location: E26


def locating(**values: float) -> Record:
    return builders.par(
        **{
            "home_institutions": 0.7,
            "fdi_wage": 0.6,
            "fdi_infrastructure": 0.3,
            "fdi_graduates": 1.5,
            "fdi_distance": 0.4,
            "fdi_zone": 0.25,
            "zone_maturing": 12.0,
            "fdi_agglomeration": 0.2,
            "fdi_floor": 0.2,
            "fdi_housing": 1.0,
            "fdi_market": 0.8,
            "fdi_business": 0.9,
            "fdi_trade_cost": 1.5,
            "fdi_environment": -0.2,
            "growth_before_base": 0.03,
            **values,
        }
    )


def base_city(**values: object) -> Record:
    """Return Dalian as in the base quarter, with growth of 12 % (ln) over the year and a quarter of all inflow."""
    city = builders.city(
        index=DALIAN, fdi_share_0=0.25, graduates=10.0, graduates_0=10.0, workers=90.0, workers_0=90.0,
        business_environment=0.5, business_environment_0=0.5, wage=0.01, wage_0=0.01, infrastructure=7.0,
        infrastructure_0=7.0, gdp=5.0, gdp_0=5.0, gdp_past=5.0 * np.exp(-0.03 * np.arange(5.0)),
        foreign_capital=0.5, foreign_capital_0=1.0, market_access=1.0,
    )  # fmt: skip
    for name, value in values.items():
        city[name] = value
    return city


def odds(city: Record, nation: Record | None = None, policy: Record | None = None, **values: float) -> np.ndarray:
    """Return ln attraction over its base value, shape (homes, types)."""
    province = builders.province()
    nation = builders.nation() if nation is None else nation
    city_attracts(city, province, nation, builders.policy() if policy is None else policy, locating(**values))
    assert province["attraction_total"] == exactly(np.array(city["attraction"]))
    return np.asarray(np.log(city["attraction"] / 0.25))


def everywhere(market: float, efficiency: float, property_: float) -> np.ndarray:
    return np.tile([market, efficiency, property_], (HOMES, 1))


def test_e26_in_the_base_quarter_attraction_is_the_base_share() -> None:
    assert odds(base_city()) == exactly(np.zeros((HOMES, TYPES)))


def test_e26_attraction_of_cities_adds_up_with_elsewhere() -> None:
    province = builders.province(attraction_total=1.0)
    for _ in range(2):
        city_attracts(base_city(), province, builders.nation(), builders.policy(), locating())
    assert province["attraction_total"] == exactly(np.full((HOMES, TYPES), 1.5))


def test_e26_wages_count_relative_to_the_nation() -> None:
    city = base_city(wage=0.01 * math.exp(0.3))
    assert odds(city, builders.nation(wage=math.exp(0.1))) == exactly(everywhere(*[-0.6 * 0.2] * 3))


def test_e26_infrastructure_per_output_and_graduates_attract_all() -> None:
    city = base_city(infrastructure=14.0, gdp=6.0, graduates=30.0, workers=70.0)
    assert odds(city) == exactly(everywhere(*[0.3 * math.log(2.0 / 1.2) + 1.5 * 0.2] * 3))


def test_e26_property_looks_at_growth_where_others_look_at_the_market() -> None:
    city = base_city(market_access=1.5, gdp_past=(5.0, 0.0, 0.0, 0.0, 5.0 * math.exp(-0.2)))
    market = 0.8 * math.log(1.5)
    assert odds(city) == exactly(everywhere(market, market, 0.2 - 4 * 0.03))


def test_e26_business_environment_counts_by_level_and_by_distance_to_homes() -> None:
    # From 0.5 to 0.8 the distance to homes at 0.7 falls from 0.2 to 0.1; property looks at the distance only.
    city = base_city(business_environment=0.8)
    level, distance = 0.9 * 0.3, 0.4 * 0.1
    assert odds(city) == exactly(everywhere(level + distance, level + distance, distance))


def test_e26_capital_of_ones_own_nation_attracts_from_both_sectors() -> None:
    city = base_city()
    city["foreign_capital"][JAPAN] = (2.0, 1.4)
    city["foreign_capital"][KOREA] = 0.0
    expected = everywhere(0.0, 0.0, 0.0)
    expected[JAPAN] = 0.2 * math.log(3.6 / 1.2)
    expected[KOREA] = 0.2 * math.log(0.2 / 1.2)
    assert odds(city) == exactly(expected)


def test_e26_trade_cost_and_environmental_rules_concern_exporters() -> None:
    city = base_city(trade_cost=[-0.1 if p == "Japan" else 0.0 for p in records.PARTNERS])
    expected = everywhere(0.0, 0.0, 0.0)
    expected[JAPAN, EFFICIENCY] = 1.5 * 0.1
    for home in ("Hong Kong", "Taiwan", "Other"):  # homes of low standard
        expected[records.HOMES.index(home), EFFICIENCY] = -0.2 * 0.5
    assert odds(city, policy=builders.policy(environmental_standard=0.5)) == exactly(expected)


def test_e26_opening_of_services_attracts_market_and_property_investors_of_the_partner() -> None:
    opening = [0.3 if p == "Korea" else 0.0 for p in records.PARTNERS]
    expected = everywhere(0.0, 0.0, 0.0)
    expected[KOREA] = (0.3, 0.0, 0.3)
    assert odds(base_city(), policy=builders.policy(services_opening=opening)) == exactly(expected)


def test_e26_a_zone_attracts_as_it_matures_while_in_force() -> None:
    zone = builders.policy(free_trade_zone=in_cities(Dalian=1.0))
    mature = 0.25 * (1.0 - math.exp(-1.0))
    assert odds(base_city(zone_age=12.0), policy=zone) == exactly(everywhere(*[mature] * 3))
    assert odds(base_city(zone_age=0.0), policy=zone) == exactly(np.zeros((HOMES, TYPES)))
    assert odds(base_city(zone_age=12.0)) == exactly(np.zeros((HOMES, TYPES)))
    assert odds(base_city(zone_age=12.0, index=ANSHAN), policy=zone) == exactly(np.zeros((HOMES, TYPES)))


def test_e26_log_odds_are_bounded() -> None:
    assert odds(base_city(wage=1e9), fdi_wage=1.5) == exactly(np.full((HOMES, TYPES), -8.0))


# --- an investor's quarter: E25-E27


def acting(**values: float) -> Record:
    return builders.par(
        **{
            "depreciation": 0.02,
            "exit_hazard": 0.008,
            "exit_return": 10.0,
            "exit_political": 1.5,
            "outside_return_a": 0.12,
            "stage_tolerance_a": 0.02,
            "fdi_activity": 0.1,
            "fdi_fixed_share": 0.5,
            **values,
        }
    )


def market(return_a: float = 0.12) -> tuple[np.ndarray, Record, Record]:
    """Return cities (Shenyang and Dalian attract 0.25 each, elsewhere 0.5), province (pool of 2 bn USD) and nation."""
    cities = builders.cities(foreign_return_a=return_a)
    cities["attraction"][:2] = 0.25
    province = builders.province(attraction_total=1.0, fdi_pool=2.0, investors=400.0)
    return cities, province, builders.nation(exchange_rate=7.0, price_gdp=1.25)


def act(
    investor: Record,
    place: tuple[np.ndarray, Record, Record],
    u_act: float = 0.99,
    u_place: float = 0.99,
    u_exit: float = 0.99,
    policy: Record | None = None,
    **values: float,
) -> None:
    cities, province, nation = place
    policy = builders.policy() if policy is None else policy
    investor_acts(investor, cities, province, nation, policy, acting(**values), u_act, u_place, u_exit)


STAGE = 0.25 * 2.0 / 400.0 * 11.5
"""A quarter of the pool per investor, for each of the 11.5 quarters between decisions, bn USD."""
BUILT = 0.5 * STAGE * 7.0 / 1.25
"""Its fixed investment, bn yuan of 2010."""


def test_e25_stages_are_sized_by_the_quarters_between_decisions() -> None:
    assert stage_size(1.0, 2.0, 400, acting()) == exactly(STAGE)
    assert stage_size(3.0, 2.0, 400, acting()) == exactly(3.0 * STAGE)


def test_e25_expected_inflow_is_half_of_the_pool_when_half_of_the_choices_are_elsewhere() -> None:
    place = market()
    place[1]["investors"] = 1.0
    investor = builders.investor(scale=1.0)
    quarters = 8000
    uniforms = np.random.default_rng(5).random((quarters, 2))
    arrived = 0.0
    for u_act, u_place in uniforms:
        act(investor, place, u_act, u_place, exit_hazard=0.0)
        arrived += float(investor["arrived_usd"])
    assert arrived / quarters == pytest.approx(0.5 * 2.0, rel=0.06)
    assert place[0]["fdi_usd"].sum() == pytest.approx(arrived, rel=1e-12)


def test_e25_an_investor_is_idle_unless_the_draw_is_below_its_activity() -> None:
    for u_act, stages in ((0.1, 0), (0.1 - 1e-9, 3)):
        investor = builders.investor(scale=1.0)
        act(investor, market(), u_act=u_act, u_place=0.1)
        assert investor["stages_left"] == stages


def test_e26_the_place_is_drawn_in_proportion_to_attraction() -> None:
    for u, city in ((0.0, SHENYANG), (0.2499, SHENYANG), (0.2501, DALIAN), (0.4999, DALIAN), (0.5001, None)):
        place = market()
        investor = builders.investor(scale=1.0, location=ANSHAN)
        act(investor, place, u_act=0.0, u_place=u)
        usd = [STAGE if c == city else 0.0 for c in range(C)]
        assert list(place[0]["fdi_usd"]) == exactly(usd), u
        assert investor["stages_left"] == (0 if city is None else 3)


def test_e26_a_project_is_paid_in_four_equal_stages() -> None:
    place = market()
    investor = builders.investor(scale=1.0, home=JAPAN)
    act(investor, place, u_act=0.0, u_place=0.3)
    kept = BUILT
    for left in (2, 1, 0):
        act(investor, place, u_act=0.0, u_place=0.1)  # busy: looks for no other place
        kept = kept * 0.98 + BUILT
        assert (investor["stages_left"], investor["arrived_usd"]) == (left, exactly(STAGE))
    assert list(investor["capital"]) == exactly(in_cities(Dalian=kept))
    assert place[0]["fdi_usd"][DALIAN] == exactly(4.0 * STAGE)
    assert place[0]["fdi_investment"][DALIAN] == exactly(4.0 * BUILT)
    assert place[1]["fdi_home"][JAPAN] == exactly(4.0 * STAGE)
    act(investor, place)
    assert investor["arrived_usd"] == 0.0
    assert investor["capital"][DALIAN] == exactly(kept * 0.98)


def test_e26_a_later_stage_is_cancelled_below_the_outside_return_less_tolerance() -> None:
    for return_a, left in ((0.1001, 1), (0.0999, 0)):
        place = market(return_a)
        investor = builders.investor(stages_left=2, location=DALIAN, stage_usd=0.1)
        investor["capital"][DALIAN] = 1.0
        act(investor, place)
        assert investor["stages_left"] == left
        built = 0.5 * 0.1 * 7.0 / 1.25 if left else 0.0
        assert investor["capital"][DALIAN] == exactly(0.98 + built)  # what is sunk stays
        assert place[0]["fdi_usd"].sum() == exactly(0.1 if left else 0.0)


def test_e27_the_hazard_of_exit_falls_with_the_return_and_rises_with_politics() -> None:
    shock = builders.policy(political_shock=[1.0 if p == "Japan" else 0.0 for p in records.PARTNERS])
    for return_a, policy, home, hazard in (
        (0.12, None, JAPAN, 0.008),
        (0.17, None, JAPAN, 0.008 * math.exp(-0.5)),
        (0.02, None, JAPAN, 0.008 * math.e),
        (-9.0, None, JAPAN, 0.008 * math.exp(3.0)),
        (9.0, None, JAPAN, 0.008 * math.exp(-5.0)),
        (0.12, shock, JAPAN, 0.008 * 2.5),
        (0.12, shock, KOREA, 0.008),
    ):
        for u, stays in ((hazard * 1.0001, True), (hazard * 0.9999, False)):
            investor = builders.investor(home=home)
            investor["capital"][DALIAN] = 1.0
            act(investor, market(return_a), u_exit=u, policy=policy)
            assert (investor["capital"][DALIAN] > 0.0) == stays, (return_a, home, u)


def test_e27_exit_closes_the_plant_with_the_lowest_return_and_its_project() -> None:
    place = market()
    place[0]["foreign_return_a"][SHENYANG] = (0.0, 0.5)  # worst for industry, best for services
    for sector, closed, kept in ((0, SHENYANG, DALIAN), (1, DALIAN, SHENYANG)):
        for location, left in ((closed, 0), (kept, 1)):
            investor = builders.investor(sector=sector, stages_left=2, location=location, stage_usd=0.0)
            investor["capital"][:2] = 1.0
            act(investor, place, u_exit=0.0, stage_tolerance_a=9.0)
            assert (investor["capital"][closed], investor["capital"][kept]) == (0.0, exactly(0.98))
            assert investor["stages_left"] == left


def test_e27_return_is_the_mean_over_plants_and_zero_without_any() -> None:
    place = market()
    place[0]["foreign_return_a"][SHENYANG] = 0.06
    investor = builders.investor(capital=in_cities(Shenyang=0.1, Dalian=0.2))
    act(investor, place)
    assert investor["return_a"] == exactly((0.06 + 2 * 0.12) / 3.0)
    nobody = builders.investor()
    act(nobody, place, u_exit=0.0)
    assert (nobody["return_a"], nobody["arrived_usd"]) == (0.0, 0.0)


def test_e17_foreign_capital_of_a_city_is_the_sum_over_its_investors() -> None:
    cities = builders.cities(foreign_capital=99.0)
    province = builders.province()
    for city in cities:
        city_clears_foreign(city)
    assert not cities["foreign_capital"].any()
    first = builders.investor(home=JAPAN, sector=1, capital=in_cities(Dalian=2.0, Anshan=1.0), return_a=0.1)
    second = builders.investor(home=JAPAN, sector=1, capital=in_cities(Dalian=3.0), return_a=0.2)
    third = builders.investor(home=KOREA, sector=0)
    for investor in (first, second, third):
        investor_reports(investor, cities, province)
    assert (cities["foreign_capital"][DALIAN, JAPAN, 1], cities["foreign_capital"][ANSHAN, JAPAN, 1]) == (5.0, 1.0)
    assert cities["foreign_capital"].sum() == exactly(6.0)
    assert (province["home_capital"][JAPAN], province["home_present"][JAPAN]) == (6.0, 2.0)
    assert province["home_earned"][JAPAN] == exactly(3.0 * 0.1 + 3.0 * 0.2)
    assert province["home_present"][KOREA] == 0.0


# --- E64


def improving() -> Record:
    return builders.par(business_adjustment=0.05, business_zone=0.1, business_state=0.1)


def administered(**values: object) -> Record:
    """Return Dalian with a state share of industrial capital of 0.5 as in the base quarter."""
    city = builders.city(
        index=DALIAN, business_environment=0.4, business_environment_0=0.5, soe_capital=10.0, capital=(7.0, 6.0, 7.0),
        group_mix_0=(0.5, 0.5, 0.0, 0.0), soe_cell_share_0=(0.8, 0.2, 0.9, 0.9),
    )  # fmt: skip
    city["foreign_capital"][KOREA] = (4.0, 99.0)
    for name, value in values.items():
        city[name] = value
    return city


def test_e64_business_environment_returns_to_its_level() -> None:
    city = administered()
    city_improves_business(city, builders.policy(), improving())
    assert city["business_environment"] == exactly(0.4 + 0.05 * 0.1)


def test_e64_reform_zone_and_less_state_raise_the_level() -> None:
    policy = builders.policy(business_reform=in_cities(Dalian=0.2), free_trade_zone=in_cities(Dalian=1.0))
    city = administered(soe_capital=0.0)
    city_improves_business(city, policy, improving())
    goal = 0.5 + 0.2 + 0.1 + 0.1 * 0.5
    assert city["business_environment"] == exactly(0.4 + 0.05 * (goal - 0.4))
    other = administered(index=ANSHAN)
    city_improves_business(other, policy, improving())
    assert other["business_environment"] == exactly(0.4 + 0.05 * 0.1)


def test_e64_the_index_stays_between_zero_and_one() -> None:
    par = builders.par(business_adjustment=1.0, business_zone=0.1, business_state=0.1)
    city = administered(business_environment_0=0.9)
    city_improves_business(city, builders.policy(business_reform=0.3), par)
    assert city["business_environment"] == 1.0
    city = administered(business_environment_0=-0.1)
    city_improves_business(city, builders.policy(), par)
    assert city["business_environment"] == 0.0
