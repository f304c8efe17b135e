"""Trade abroad: costs (E20), exports in two speeds (E21), diversion (E22), imports (E23)."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from simulator import records
from simulator.rules.trade import (
    city_exports,
    city_imports,
    city_pays_trade_costs,
    felt_cost,
    world_price_gap,
    zone_maturity,
)
from tests.rules import builders
from tests.rules.builders import Record

exactly = partial(pytest.approx, rel=1e-12, abs=1e-14)

JAPAN, KOREA, RUSSIA = 0, 1, 2
SHENYANG, DALIAN = 0, 1
N = records.N_PARTNERS


def one(value: float, m: int) -> list[float]:
    """Return a vector over partners: `value` for one, zero for the others."""
    return [value if k == m else 0.0 for k in range(N)]


# --- E26, E20


def test_e26_a_zone_matures_from_zero_towards_one() -> None:
    par = builders.par(zone_maturing=12.0)
    for age, strength in ((-1.0, 0.0), (0.0, 0.0), (12.0, 1.0 - 1.0 / math.e), (36.0, 1.0 - math.exp(-3.0))):
        assert zone_maturity(builders.city(zone_age=age), par) == exactly(strength)


def costs() -> Record:
    return builders.par(zone_days=2.0, zone_maturing=12.0, value_of_day=0.01, political_trade_cost=0.03)


def test_e20_without_policy_and_change_of_freight_costs_are_those_of_the_base() -> None:
    city = builders.city()
    partners = builders.partners(tariff_export=0.05, tariff_import=0.09)
    city_pays_trade_costs(city, partners, builders.policy(), costs())
    assert not city["trade_cost"].any()
    assert not city["import_cost"].any()
    assert city["zone_age"] == 0.0


def test_e20_tariffs_fall_on_the_side_where_they_are_levied() -> None:
    city = builders.city()
    partners = builders.partners(tariff_export=0.05, tariff_import=0.09)
    policy = builders.policy(tariff_schedule=one(0.6, JAPAN), tariff_cut=one(0.5, JAPAN))
    city_pays_trade_costs(city, partners, policy, costs())
    # The cut takes half of the 40 % that the agreement leaves.
    assert list(city["trade_cost"]) == exactly(one(math.log((1 + 0.05 * 0.2) / 1.05), JAPAN))
    assert list(city["import_cost"]) == exactly(one(math.log((1 + 0.09 * 0.2) / 1.09), JAPAN))


def test_e20_full_liberalisation_removes_the_whole_tariff_and_no_more() -> None:
    for schedule, cut in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
        city = builders.city()
        policy = builders.policy(tariff_schedule=one(schedule, KOREA), tariff_cut=one(cut, KOREA))
        city_pays_trade_costs(city, builders.partners(tariff_export=0.2, tariff_import=0.1), policy, costs())
        assert city["trade_cost"][KOREA] == exactly(-math.log(1.2))
        assert city["import_cost"][KOREA] == exactly(-math.log(1.1))


def test_e20_other_costs_add_up_for_both_directions() -> None:
    city = builders.city(freight=one(0.02, RUSSIA), zone_age=12.0)
    policy = builders.policy(
        ntb_cut=one(0.04, RUSSIA), trade_facilitation=one(0.01, RUSSIA), political_shock=one(0.5, RUSSIA),
        free_trade_zone=1.0,
    )  # fmt: skip
    city_pays_trade_costs(city, builders.partners(tariff_export=0.05), policy, costs())
    zone = -0.01 * 2.0 * (1.0 - math.exp(-1.0))
    expected = [zone + (0.02 - 0.04 - 0.01 + 0.03 * 0.5 if m == RUSSIA else 0.0) for m in range(N)]
    assert list(city["trade_cost"]) == exactly(expected)
    assert list(city["import_cost"]) == exactly(expected)
    policy["free_trade_zone"] = 0.0  # a zone that is closed saves no days
    city_pays_trade_costs(city, builders.partners(tariff_export=0.05), policy, costs())
    assert list(city["trade_cost"]) == exactly([x - zone for x in expected])


def test_e20_a_zone_ages_only_in_its_city_and_while_in_force() -> None:
    policy = builders.policy(free_trade_zone=[1.0 if c == DALIAN else 0.0 for c in range(records.N_CITIES)])
    for index, ages in ((DALIAN, [1.0, 2.0, 3.0]), (SHENYANG, [0.0, 0.0, 0.0])):
        city = builders.city(index=index)
        seen = []
        for _ in range(3):
            city_pays_trade_costs(city, builders.partners(), policy, costs())
            seen.append(float(city["zone_age"]))
        assert seen == ages


# --- E21, E22


def exporting(**values: float) -> Record:
    return builders.par(
        **{
            "trade_adjustment": 0.07,
            "trade_elasticity_impact": 0.1,
            "trade_elasticity_long_run": 3.0,
            "income_elasticity": 0.8,
            "income_elasticity_downturn": 3.6,
            "export_price_short": 0.3,
            "export_price_long": 0.75,
            "export_capacity": 0.5,
            "export_adjustment": 1.0,
            "export_supply": 0.5,
            "export_commodity": (0.8, 0.0, 0.6, 0.4),
            **values,
        }
    )


def exporter(**values: object) -> Record:
    """Return a city that exports 1 to each partner, with spare capacity, as in the base quarter."""
    return builders.city(
        **{
            "exports_0": 1.0,
            "exports": 1.0,
            "exports_total": float(N),
            "potential": (0.0, 6.0, 0.0),
            "soe_potential": 4.0,
            "industry_potential_0": 10.0,
            "industry_utilisation": 0.75,
            **values,
        }
    )


def test_e21_the_base_quarter_reproduces_itself() -> None:
    city, province, partners = exporter(), builders.province(exports=5.0), builders.partners(exports=2.0)
    for _ in range(3):
        city_exports(city, province, builders.nation(), partners, exporting())
    assert list(city["exports"]) == [1.0] * N
    assert city["exports_total"] == exactly(N)
    assert province["exports"] == exactly(5.0 + 3 * N)
    assert list(partners["exports"]) == exactly([5.0] * N)


def test_e21_demand_below_trend_weighs_more_than_above() -> None:
    trend = 0.1
    for gap, elasticity in ((0.02, 0.8), (-0.02, 3.6), (0.0, 0.8)):
        city = exporter()
        partners = builders.partners(trend=trend, demand=trend + gap)
        city_exports(city, builders.province(), builders.nation(), partners, exporting())
        assert list(city["exports"]) == exactly([math.exp(0.8 * trend + elasticity * gap)] * N)


def test_e21_exports_follow_capacity_with_half_weight() -> None:
    city = exporter(potential=(99.0, 7.0, 99.0), soe_potential=5.0)
    city_exports(city, builders.province(), builders.nation(), builders.partners(), exporting())
    assert list(city["exports"]) == exactly([math.sqrt(1.2)] * N)


def test_e21_an_appreciation_and_a_higher_price_lower_exports() -> None:
    city = exporter(export_price=0.04, export_price_memory=0.02)
    partners = builders.partners(exchange=np.linspace(0.0, 0.07, N), exchange_memory=np.linspace(0.0, 0.035, N))
    city_exports(city, builders.province(), builders.nation(), partners, exporting())
    own = -0.3 * 0.04 - (0.75 - 0.3) * 0.02
    rate = [0.3 * 0.01 * m + (0.75 - 0.3) * 0.005 * m for m in range(N)]
    assert list(city["exports"]) == exactly([math.exp(own - each) for each in rate])


def test_e21_own_cost_and_the_exchange_rate_work_with_one_elasticity() -> None:
    """A partner pays their product, so it cannot matter to it which of them has risen."""
    dear, strong = exporter(export_price=0.1, export_price_memory=0.06), exporter()
    partners = builders.partners(exchange=0.1, exchange_memory=0.06)
    city_exports(dear, builders.province(), builders.nation(), builders.partners(), exporting())
    city_exports(strong, builders.province(), builders.nation(), partners, exporting())
    assert list(dear["exports"]) == exactly(list(strong["exports"]))
    assert strong["exports"][JAPAN] < 1.0


def test_e21_firms_that_sell_at_world_prices_supply_less_when_these_fall() -> None:
    world = 0.6
    for elasticity in (0.0, 0.5, 2.0):
        par = exporting(export_supply=elasticity)
        city = exporter(export_mix=(0.25, 0.75, 0.0, 0.0))
        city_exports(city, builders.province(), builders.nation(price_commodity=world), builders.partners(), par)
        falls = elasticity * 0.25 * 0.8 * math.log(world)
        assert list(city["exports"]) == exactly([math.exp(falls)] * N)


def test_b4_what_all_prices_do_alike_opens_no_gap() -> None:
    city, par = exporter(export_mix=(1.0, 0.0, 0.0, 0.0)), exporting(export_commodity=(0.5, 0.0, 0.0, 0.0))
    alike = builders.nation(price_commodity=1.3, price_industry=1.3)
    assert world_price_gap(city, builders.province(), alike, par) == exactly(0.0)
    dear_yuan = builders.nation(exchange_rate=0.9)
    assert world_price_gap(city, builders.province(), dear_yuan, par) == exactly(0.5 * math.log(0.9))


def test_e21_a_cost_acts_a_little_at_once_and_the_rest_through_memory() -> None:
    tau = -0.097
    city = exporter(trade_cost=one(tau, JAPAN))
    partners = builders.partners()
    par = exporting()
    for quarter in range(1, 13):
        city_exports(city, builders.province(), builders.nation(), partners, par)
        memory = tau * (1.0 - 0.93**quarter)
        assert city["trade_cost_memory"][JAPAN] == exactly(memory)
        assert city["exports"][JAPAN] == exactly(math.exp(-0.1 * tau - 2.9 * memory))
        assert city["exports"][KOREA] == exactly(1.0)  # spare capacity: nothing is diverted


@pytest.mark.parametrize(("quarters", "gain"), [(1, 0.018), (4, 0.073), (12, 0.18), (40, 0.32)])
def test_e21_response_to_a_cut_of_costs_is_the_published_one(quarters: int, gain: float) -> None:
    """Checked path of the design: 0.097 off the cost gives +1.8 % after a quarter, +32 % after ten years."""
    city = exporter(trade_cost=one(-0.097, JAPAN))
    par = exporting(export_adjustment=0.6)
    for _ in range(quarters):
        city_exports(city, builders.province(), builders.nation(), builders.partners(), par)
    assert city["exports"][JAPAN] - 1.0 == pytest.approx(gain, rel=0.035)


def test_e21_exports_move_part_of_the_way_in_a_quarter() -> None:
    city = exporter()
    partners = builders.partners(trend=0.5, demand=0.5)
    city_exports(city, builders.province(), builders.nation(), partners, exporting(export_adjustment=0.6))
    assert list(city["exports"]) == exactly([1.0 + 0.6 * (math.exp(0.4) - 1.0)] * N)


def test_e21_an_absurd_shock_is_bounded() -> None:
    city = exporter()
    city_exports(city, builders.province(), builders.nation(), builders.partners(demand=-1e3), exporting())
    assert list(city["exports"]) == exactly([math.exp(-8.0)] * N)


def test_e22_a_members_gain_diverts_others_exports_as_capacity_binds() -> None:
    tau = -0.08
    for used, binding in ((0.5, 0.0), (0.75, 0.0), (0.80, 0.2), (0.9, 0.6), (1.0, 1.0)):
        city = exporter(trade_cost=one(tau, JAPAN), trade_cost_memory=one(tau, JAPAN), industry_utilisation=used)
        city_exports(city, builders.province(), builders.nation(), builders.partners(), exporting())
        diverted = 3.0 * binding * tau / N  # the member's share of the city's exports is an eighth
        assert city["exports"][KOREA] == exactly(math.exp(diverted)), used
        assert city["exports"][JAPAN] == exactly(math.exp(-3.0 * tau + diverted)), used


def test_e22_at_full_capacity_a_cut_for_all_moves_nobody() -> None:
    city = exporter(trade_cost=-0.05, industry_utilisation=1.0)
    for _ in range(3):
        city_exports(city, builders.province(), builders.nation(), builders.partners(), exporting())
        assert list(city["exports"]) == exactly([1.0] * N)


def test_e22_diversion_comes_as_slowly_as_the_gain() -> None:
    tau = -0.08
    city = exporter(trade_cost=one(tau, JAPAN), industry_utilisation=0.9)
    city_exports(city, builders.province(), builders.nation(), builders.partners(), exporting())
    felt = 0.1 * tau + 2.9 * 0.07 * tau
    assert city["exports"][KOREA] == exactly(math.exp(0.6 * felt / N))
    assert city["exports"][JAPAN] == exactly(math.exp(0.6 * felt / N - felt))


def test_e21_a_cost_is_felt_in_two_speeds() -> None:
    par = builders.par(trade_elasticity_impact=0.1, trade_elasticity_long_run=3.0)
    assert felt_cost(0.2, 0.0, par) == exactly(0.02)
    assert felt_cost(0.2, 0.2, par) == exactly(0.6)
    assert felt_cost(0.0, 0.2, par) == exactly(0.58)


def test_e22_a_tariff_cut_never_lowers_exports_to_the_member_itself() -> None:
    exports = [0.3 * N if m == JAPAN else 0.1 * N for m in range(N)]
    city = exporter(trade_cost=one(-0.05, JAPAN), industry_utilisation=1.0, exports=exports, exports_0=exports)
    city_exports(city, builders.province(), builders.nation(), builders.partners(), exporting())
    assert city["exports"][JAPAN] >= exports[JAPAN]


def test_e21_the_mean_cost_of_a_partner_is_weighted_with_exports() -> None:
    partners = builders.partners()
    sold = []
    for cost in (0.1, 0.3):
        city = exporter(trade_cost=cost)
        city_exports(city, builders.province(), builders.nation(), partners, exporting())
        sold.append((cost, float(city["exports"][JAPAN])))
    assert partners["trade_cost"][JAPAN] == exactly(sum(cost * volume for cost, volume in sold))
    assert partners["exports"][JAPAN] == exactly(sum(volume for _, volume in sold))


# --- E23


def importing() -> Record:
    return builders.par(
        import_industry_weight=0.4,
        import_elasticity=1.5,
        import_price_elasticity=0.9,
        import_for_exports=0.3,
        trade_adjustment=0.5,
        trade_elasticity_impact=0.1,
        trade_elasticity_long_run=3.0,
    )


def importer(**values: object) -> Record:
    return builders.city(
        **{
            "imports_0": np.arange(1.0, N + 1.0),
            "output": (0.0, 5.0, 0.0),
            "value_added_0": (0.0, 6.25, 0.0),  # the quarter before the base quarter had 80 % of its size
            "investment": 3.0,
            "investment_0": 3.75,
            "last_0": 0.8,
            **values,
        }
    )


def test_e23_the_base_quarter_reproduces_itself() -> None:
    city, province, partners = importer(), builders.province(exports=7.0, exports_0=7.0), builders.partners()
    city_imports(city, province, partners, importing())
    assert list(city["imports"]) == exactly(np.arange(1.0, N + 1.0))
    assert city["imports_total"] == exactly(36.0)
    assert province["imports"] == exactly(36.0)
    assert list(partners["imports"]) == exactly(list(city["imports"]))


def test_e23_processing_follows_exports_the_rest_domestic_use_and_price() -> None:
    city = importer(output=(0.0, 6.0, 0.0), investment=4.5)
    province = builders.province(exports=14.0, exports_0=7.0, import_price=0.1)
    city_imports(city, province, builders.partners(), importing())
    use = 0.4 * 1.2 + 0.6 * 1.5
    level = 0.3 * 2.0 + 0.7 * use**1.5 * math.exp(-0.9 * 0.1)
    assert list(city["imports"]) == exactly([level * m for m in range(1, N + 1)])


def test_e23_costs_act_in_two_speeds() -> None:
    city = importer(import_cost=one(-0.1, RUSSIA), imports_0=1.0)
    province = builders.province(exports=1.0, exports_0=1.0)
    for memory in (-0.05, -0.075):
        city_imports(city, province, builders.partners(), importing())
        assert city["imports"][RUSSIA] == exactly(math.exp(0.1 * 0.1 - 2.9 * memory))
        assert city["imports"][JAPAN] == exactly(1.0)
