"""Ports and corridors: costs (E40, E41), choice of gateway (E42), routes (E43), fees (E44), expansion (E45)."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from simulator import records
from simulator.rules.base_ports import base_ports
from simulator.rules.port import (
    cargo_growth,
    cargo_value,
    city_compares_gateways,
    city_ships,
    gateway_appeal,
    gateway_cost,
    gateway_weight,
    inclusive_cost,
    lane_cost,
    port_city,
    port_clears,
    port_expands,
    port_sets_fee,
    ports_group,
    waiting_days,
)
from tests.rules import builders
from tests.rules.builders import Record

exactly = partial(pytest.approx, rel=1e-12, abs=1e-14)

P, G, D, M = records.N_PORTS, records.N_GATEWAYS, records.N_DESTINATIONS, records.N_PARTNERS
BULK, CONTAINERS = 0, 1
TIANJIN, RAIL = 6, 7
JAPAN, RUSSIA, CHINA = 0, 2, M
DALIAN, YINGKOU = 0, 1


# --- owner groups and fees: E44, E41


def test_e44_each_port_is_a_group_of_its_own_without_a_merger() -> None:
    ports = builders.ports(throughput=(10.0, 2.0), capacity=(20.0, 8.0))
    province = builders.province()
    ports_group(province, ports, builders.policy(), builders.par(market_outside=1.25))
    assert list(ports["group"]) == list(range(P))
    assert province["concentration"] == exactly(P * (1.0 / (P * 1.25)) ** 2)
    assert province["group_congestion"] == exactly(np.tile([0.5, 0.25], (P, 1)))


def test_e44_concentration_of_the_six_ports_is_that_of_the_data() -> None:
    """0.18 before and 0.55 after a merger of all, throughput of 2012Q1, outside supply 0.35 of theirs."""
    tonnes = np.array([92.74, 75.32, 20.55, 17.94, 5.0, 3.5])
    ports = builders.ports(capacity=(100.0, 1.0))
    ports["throughput"][:, BULK] = tonnes
    for merged, index in ((0.0, 0.1787), (1.0, 1.0 / 1.35**2)):
        province = builders.province(concentration=9.0)
        ports_group(province, ports, builders.policy(port_merger=merged), builders.par(market_outside=1.35))
        assert province["concentration"] == pytest.approx(index, rel=1e-3)


def test_e44_merged_ports_share_one_group_and_its_load() -> None:
    ports = builders.ports(capacity=(10.0, 4.0))
    ports["throughput"][:, BULK] = [1.0, 8.0, 2.0, 3.0, 4.0, 6.0]
    ports["throughput"][:, CONTAINERS] = 1.0
    province = builders.province()
    policy = builders.policy(port_merger=[0.0, 0.0, 1.0, 1.0, 1.0, 0.0])
    ports_group(province, ports, policy, builders.par(market_outside=1.0))
    assert list(ports["group"]) == [0, 1, 2, 2, 2, 5]
    assert province["concentration"] == exactly((1.0 + 64.0 + 9.0**2 + 36.0) / 24.0**2)
    assert list(province["group_congestion"][:, BULK]) == exactly([0.1, 0.8, 0.3, 0.0, 0.0, 0.6])
    assert province["group_congestion"][2, CONTAINERS] == exactly(0.25)


def pricing(**values: float) -> Record:
    return builders.par(
        **{
            "port_unit_cost": 20.0,
            "port_markup": 0.15,
            "port_markup_power": 2.0,
            "handling_cost": 60.0,
            "efficient_scale": 0.8,
            "scale_elasticity": -0.2,
            **values,
        }
    )


def handler(containers: float = 0.1) -> Record:
    return builders.ports(throughput=(30.0, containers), throughput_0=(20.0, 0.1), capacity=(40.0, 0.2))[DALIAN]


def test_e44_fee_is_cost_and_a_markup_that_rises_with_concentration() -> None:
    for concentration, fee in ((0.0, 20.0), (0.5, 20.0 * (1.0 + 0.15 * 0.25)), (1.0, 23.0)):
        port = handler()
        port_sets_fee(port, builders.province(concentration=concentration), builders.policy(), pricing())
        assert port["fee"] == exactly(fee)
        assert port["handling"] == exactly(60.0)
        assert port["merged_quarters"] == 0.0
        assert list(port["congestion"]) == exactly([0.75, 0.5])


def test_e45_synergy_of_a_merger_settles_in_eight_quarters_and_ends_with_it() -> None:
    port = handler()
    merged = builders.policy(port_merger=1.0, merger_synergy=0.08)
    seen = []
    for _ in range(10):
        port_sets_fee(port, builders.province(), merged, pricing())
        seen.append((float(port["fee"]), float(port["handling"])))
    gain = [0.01 * min(8, q) for q in range(1, 11)]
    assert [fee for fee, _ in seen] == exactly([20.0 * (1.0 - s) for s in gain])
    assert [handling for _, handling in seen] == exactly([60.0 * (1.0 - s) for s in gain])
    port_sets_fee(port, builders.province(), builders.policy(merger_synergy=0.08), pricing())
    assert (port["fee"], port["merged_quarters"]) == (exactly(20.0), 0.0)


def test_e41_scale_lowers_handling_only_up_to_the_efficient_scale() -> None:
    # Base 0.1 million TEU a quarter = half of the efficient scale of 0.8 million a year.
    for boxes, ratio in ((0.1, 1.0), (0.15, 1.5), (0.2, 2.0), (0.25, 2.0), (5.0, 2.0), (0.05, 0.5)):
        port = handler(boxes)
        port_sets_fee(port, builders.province(), builders.policy(), pricing())
        assert port["handling"] == exactly(60.0 * ratio**-0.2), boxes


def test_e41_waiting_grows_with_the_fourth_power_of_load_up_to_a_cap() -> None:
    par = builders.par(port_days=0.8)
    full = 0.8 * (1.0 + 0.15 * 6.5536)
    for load, days in ((0.0, 0.8), (0.5, 0.8 * (1.0 + 0.15 / 16.0)), (1.0, 0.92), (1.6, full), (9.0, full)):
        assert waiting_days(load, par) == exactly(days), load


# --- cost of a lane and choice: E40, E42


def lanes(**values: float) -> Record:
    return builders.par(
        **{
            "road_cost": 0.5,
            "road_detour": 1.2,
            "sea_cost": 0.01,
            "sea_speed": 400.0,
            "value_of_day": 0.01,
            "value_bulk": 2000.0,
            "value_containers": 8000.0,
            "port_choice": 3.0,
            "route_pull": 0.004,
            "port_days": 1.0,
            "port_unit_cost": 20.0,
            "handling_cost": 60.0,
            "rail_cost": 450.0,
            "container_share_foreign": 0.25,
            **values,
        }
    )


def test_e40_cost_of_a_tonne_is_haul_charges_sea_leg_and_time() -> None:
    # 100 km at 0.6 a km, 800 miles at 0.01 and two days; three days in all at 1 % of 2000 a day.
    assert lane_cost(100.0, 85.0, 1.0, 800.0, 2000.0, lanes()) == exactly(60.0 + 85.0 + 8.0 + 60.0)


def test_e40_containers_carry_dearer_goods() -> None:
    assert (cargo_value(BULK, lanes()), cargo_value(CONTAINERS, lanes())) == (2000.0, 8000.0)


TIANJIN_BULK = 0.6 * 350.0 + 80.0 + 8.0 + 0.01 * 2000.0 * (1.0 + 2.0)
"""Cost of bulk cargo of `seaboard` by Tianjin: 350 km, 800 sea miles in two days, a day in port."""


def seaboard() -> tuple[Record, np.ndarray, Record]:
    """Return a city 50 km from the first gateway and 50 km more from each next, ports, and a province."""
    city = builders.city(gateway_km=np.linspace(50.0, 400.0, G))
    ports = builders.ports(
        fee=22.0, handling=58.0, congestion=(1.0, 0.0), sea_miles=400.0, routes=np.linspace(0.0, 500.0, P), appeal=1.0
    )
    rail_days = [15.0 if d == RUSSIA else 0.0 for d in range(D)]
    province = builders.province(tianjin_miles=800.0, tianjin_appeal=1.0, rail_appeal=1.0, rail_days=rail_days)
    return city, ports, province


RAILWAY = 450.0 + 0.6 * 400.0
"""Haul of 400 km to the railhead and freight from there."""


def port_cost(km: float, kind: int) -> float:
    """Generalised cost of `seaboard` by a port: 80 of charges, 400 sea miles (a day), full berths for bulk only."""
    days = 1.15 if kind == BULK else 1.0
    value = 2000.0 if kind == BULK else 8000.0
    return 0.6 * km + 80.0 + 4.0 + 0.01 * value * (days + 1.0)


@pytest.mark.parametrize("kind", [BULK, CONTAINERS])
def test_e40_cost_of_a_port_is_that_of_its_lane(kind: int) -> None:
    city, ports, province = seaboard()
    for g in range(P):
        cost = gateway_cost(city, ports, province, builders.policy(), lanes(), g, JAPAN, kind)
        assert cost == exactly(port_cost(50.0 * (g + 1), kind))


def test_e40_tianjin_has_neither_queue_nor_synergy() -> None:
    city, ports, province = seaboard()
    cost = gateway_cost(city, ports, province, builders.policy(), lanes(), TIANJIN, JAPAN, BULK)
    assert cost == exactly(TIANJIN_BULK)


def test_e40_rail_serves_where_it_goes_and_gains_by_the_days_saved() -> None:
    city, ports, province = seaboard()
    for d, saved, kind, expected in (
        (RUSSIA, 0.0, CONTAINERS, RAILWAY + 80.0 * 15.0),
        (RUSSIA, 5.0, CONTAINERS, RAILWAY + 80.0 * 10.0),
        (RUSSIA, 5.0, BULK, RAILWAY + 20.0 * 10.0),
        (RUSSIA, 20.0, BULK, RAILWAY + 20.0),  # a day at least
        (JAPAN, 5.0, BULK, 0.0),
    ):
        cost = gateway_cost(city, ports, province, builders.policy(rail_corridor=saved), lanes(), RAIL, d, kind)
        assert cost == exactly(expected)


def test_e42_weight_of_a_gateway_is_routes_and_cost() -> None:
    for cost, routes, weight in (
        (100.0, 0.0, 1e-6),
        (200.0, 0.0, 1.25e-7),
        (100.0, 250.0, math.e * 1e-6),
        (100.0, 400.0, math.exp(1.6) * 1e-6),
        (100.0, 900.0, math.exp(1.6) * 1e-6),  # the pull of routes ends at 400
        (0.0, 400.0, 0.0),  # not available
    ):
        assert gateway_weight(cost, routes, lanes()) == exactly(weight), (cost, routes)


def test_e42_constants_belong_to_gateway_and_cargo() -> None:
    ports = builders.ports(appeal=np.arange(2.0 * P).reshape(P, 2))
    province = builders.province(tianjin_appeal=(20.0, 21.0), rail_appeal=(30.0, 31.0))
    for kind in (BULK, CONTAINERS):
        constants = [gateway_appeal(ports, province, g, kind) for g in range(G)]
        assert constants == [2.0 * g + kind for g in range(P)] + [20.0 + kind, 30.0 + kind]


def weighed(ports: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return constants times weights, and costs, of the ways of bulk cargo to Japan from `seaboard`."""
    costs = np.array([port_cost(50.0 * (g + 1), BULK) for g in range(P)] + [TIANJIN_BULK])
    pull = np.array([math.exp(0.004 * min(100.0 * g, 400.0)) for g in range(P)] + [1.0])
    return np.append(ports["appeal"][:, BULK], 1.0) * pull * costs**-3.0, costs


def test_e42_shares_inclusive_and_mean_cost_follow_weights_times_constants() -> None:
    city, ports, province = seaboard()
    ports["appeal"] = np.arange(1.0, 2 * P + 1.0).reshape(P, 2)
    log_cost, mean = inclusive_cost(city, ports, province, builders.policy(), lanes(), JAPAN, BULK)
    weights, costs = weighed(ports)
    assert list(city["gateway_weight"][JAPAN, :, BULK]) == exactly([*(weights / weights.sum()), 0.0])
    assert log_cost == exactly(-math.log(weights.sum()) / 3.0)
    assert mean == exactly(float((weights * costs).sum() / weights.sum()))


def test_e42_shares_add_up_for_every_destination_and_cargo() -> None:
    city, ports, province = seaboard()
    city_compares_gateways(city, ports, province, builders.policy(), lanes())
    assert city["gateway_weight"].sum(axis=1) == exactly(np.ones((D, 2)))
    assert (city["gateway_weight"][RUSSIA, RAIL] > 0.0).all()
    assert not city["gateway_weight"][CHINA, RAIL].any()


def settled(city: Record, ports: np.ndarray, province: Record) -> None:
    """Take the costs of now as those of the base quarter."""
    for m in range(M):
        for kind in (BULK, CONTAINERS):
            log_cost, mean = inclusive_cost(city, ports, province, builders.policy(), lanes(), m, kind)
            city["gateway_log_0"][m, kind], city["gateway_mean_0"][m, kind] = log_cost, mean


def one_way() -> tuple[Record, np.ndarray, Record]:
    """Return a city 100 km from Dalian and Yingkou of which only Yingkou can be used, as in the base quarter."""
    city, ports, province = seaboard()
    province["rail_days"] = province["tianjin_appeal"] = 0.0
    ports["appeal"], ports["routes"], city["gateway_km"] = 0.0, 0.0, 100.0
    ports["appeal"][YINGKOU] = 1.0
    settled(city, ports, province)
    return city, ports, province


def test_e40_freight_is_the_rise_of_cost_over_the_value_of_cargo() -> None:
    city, ports, province = one_way()
    city_compares_gateways(city, ports, province, builders.policy(), lanes())
    assert list(city["freight"]) == exactly([0.0] * M)
    ports["fee"][YINGKOU] += 8.0
    city_compares_gateways(city, ports, province, builders.policy(), lanes())
    assert list(city["freight"]) == exactly([8.0 / (0.75 * 2000.0 + 0.25 * 8000.0)] * M)


def test_e40_freight_falls_when_a_second_way_out_opens() -> None:
    city, ports, province = one_way()
    ports["appeal"][DALIAN] = 1.0
    city_compares_gateways(city, ports, province, builders.policy(), lanes())
    before = 0.75 * port_cost(100.0, BULK) + 0.25 * port_cost(100.0, CONTAINERS)
    before /= 0.75 * 2000.0 + 0.25 * 8000.0
    assert list(city["freight"]) == exactly([before * (0.5 ** (1.0 / 3.0) - 1.0)] * M)


def test_e40_a_yuan_more_at_every_gateway_is_a_yuan_more_of_freight() -> None:
    """Whatever the constants, routes and number of gateways: freight has a unit."""
    cities = builders.cities(gateway_km=150.0, cargo_0=1.0)
    ports = builders.ports(sea_miles=600.0, share_0=1.0 / P, routes_0=100.0)
    province = builders.province(tianjin_miles=600.0, rail_days=15.0)
    par = builders.point()
    base_ports(cities, ports, province, builders.nation(), builders.policy(), par)
    city_compares_gateways(cities[0], ports, province, builders.policy(), par)
    assert list(cities["freight"][0]) == exactly([0.0] * M)
    par["handling_cost"] += 1.0
    for port in ports:
        port_sets_fee(port, province, builders.policy(), par)
    par["rail_cost"] += 1.0
    city_compares_gateways(cities[0], ports, province, builders.policy(), par)
    boxed = par["container_share_foreign"]
    rise = 1.0 / ((1.0 - boxed) * par["value_bulk"] + boxed * par["value_containers"])
    assert list(cities["freight"][0]) == pytest.approx([rise] * M, rel=0.01)


# --- cargo


def test_coastal_cargo_grows_along_a_logistic_centred_in_mid_2009() -> None:
    par = builders.par(coastal_growth=0.75)
    for clock, growth in ((14.0, 1.375), (0.0, 1.0 + 0.75 / (1.0 + math.exp(3.15))), (400.0, 1.75)):
        assert cargo_growth(builders.nation(clock=clock), par) == exactly(growth)


def shipping() -> Record:
    return builders.par(
        coastal_growth=0.75, container_share_foreign=0.3, container_share_coastal=0.1, tonnes_per_teu=10.0
    )


def shipper() -> Record:
    """Return a city whose foreign cargo and industry have grown by half (exports have doubled)."""
    weights = np.zeros((D, G, 2))
    weights[:, :, BULK] = [0.4, 0.2, 0.1, 0.0, 0.0, 0.0, 0.25, 0.05]
    weights[:, :, CONTAINERS] = [0.5, 0.0, 0.0, 0.0, 0.0, 0.1, 0.4, 0.0]
    return builders.city(
        cargo_0=2.0,
        exports=2.0,
        exports_0=1.0,
        imports=3.0,
        imports_0=3.0,
        output=(0.0, 6.0, 0.0),
        value_added_0=(0.0, 5.0, 0.0),
        last_0=0.8,
        cargo_industry_share=0.4,
        gateway_weight=weights,
    )


def test_e42_cargo_follows_trade_industry_and_hinterland() -> None:
    city, ports, province = shipper(), builders.ports(), builders.province()
    city_ships(city, ports, province, builders.nation(hinterland=1.25, clock=14.0), shipping())
    coast = 2.0 * (0.4 * 1.5 + 0.6 * 1.25) * 1.375  # in mid-2009 half of the rise of coastal shipping
    assert list(city["cargo_sent"]) == exactly([2.0 * 1.5] * M + [coast])


def test_e42_every_tonne_goes_through_one_gateway() -> None:
    city, ports, province = shipper(), builders.ports(), builders.province()
    for times in (1, 2):  # a second city adds to what the first has sent
        city_ships(city, ports, province, builders.nation(hinterland=1.25, clock=14.0), shipping())
        lane = province["lane"]
        assert lane.sum(axis=(0, 2)) == exactly(times * city["cargo_sent"])
        assert ports["throughput"][:, BULK] == exactly(lane[:P].sum(axis=(1, 2)))
        assert ports["throughput"][:, CONTAINERS] == exactly(lane[:P, :, CONTAINERS].sum(axis=1) / 10.0)
    assert province["lane"][DALIAN, JAPAN] == exactly(2 * np.array([3.0 * 0.7 * 0.4, 3.0 * 0.3 * 0.5]))
    assert province["lane"][TIANJIN, CHINA] == exactly(2 * np.array([3.7125 * 0.9 * 0.25, 3.7125 * 0.1 * 0.4]))
    assert province["lane"][RAIL, RUSSIA] == exactly(2 * np.array([3.0 * 0.7 * 0.05, 0.0]))


def test_ports_are_cleared_before_the_cities_ship() -> None:
    port = handler()
    port_clears(port)
    assert not port["throughput"].any()
    assert port["throughput_0"].all()


# --- routes and expansion: E43, E45


def expanding(**values: float) -> Record:
    return builders.par(
        **{
            "route_power": 0.5,
            "route_adjustment": 0.02,
            "port_time_to_build": 6.0,
            "expansion_speed": 0.2,
            "copy_cat": 0.1,
            "berth_cost": 0.4,
            "tonnes_per_teu": 10.0,
            "berth_scrapping": 0.005,
            **values,
        }
    )


def expand(ports: np.ndarray, p: int, province: Record | None = None, **values: float) -> np.ndarray:
    cities = builders.cities()
    port_expands(ports[p], builders.province() if province is None else province, cities, expanding(**values))
    return cities


def quiet_ports(**values: object) -> np.ndarray:
    """Return ports at a load of 0.75, with the routes that this supports."""
    load = {"throughput": (15.0, 3.0), "throughput_0": (15.0, 3.0), "capacity": (20.0, 4.0)}
    return builders.ports(**{**load, "routes_0": 50.0, "routes": 50.0, **values})


def test_e43_routes_move_towards_what_throughput_supports() -> None:
    ports = quiet_ports(throughput_0=(15.0 / 4.0, 3.0))
    expand(ports, YINGKOU)
    assert ports["routes"][YINGKOU] == exactly(50.0 + 0.02 * (50.0 * 2.0 - 50.0))
    steady = quiet_ports()
    expand(steady, YINGKOU)
    assert steady["routes"][YINGKOU] == exactly(50.0)


def test_e45_nothing_is_ordered_at_normal_load_and_old_berths_are_scrapped() -> None:
    ports = quiet_ports()
    cities = expand(ports, YINGKOU)
    assert ports["investment"][YINGKOU] == 0.0
    assert ports["capacity"][YINGKOU] == exactly(np.array([20.0, 4.0]) * 0.995)
    assert list(ports["capacity_growth"][YINGKOU]) == exactly([-0.005, -0.005])
    assert not cities["port_investment"].any()


def test_e45_a_full_port_orders_berths_and_its_city_pays() -> None:
    ports = quiet_ports(throughput=(19.0, 3.6))  # loads 0.95 and 0.90
    cities = expand(ports, YINGKOU)
    orders = np.array([0.2 * 0.2 * 20.0, 0.2 * 0.15 * 4.0])
    assert list(ports["works"][YINGKOU, :, 0]) == exactly(list(orders))
    cost = 0.4 * orders[BULK]  # tonnes of capacity include containers
    assert ports["investment"][YINGKOU] == exactly(cost)
    assert cities["port_investment"][records.CITIES.index("Yingkou")] == exactly(cost)
    assert cities["port_investment"].sum() == exactly(cost)


def test_e45_works_pass_three_stages_and_none_is_lost() -> None:
    ports = quiet_ports(works=np.array([[4.0, 2.0, 1.0], [0.4, 0.2, 0.1]]))
    expand(ports, YINGKOU)
    # Half of each stage moves on (three stages in six quarters), nothing is added.
    assert ports["works"][YINGKOU] == exactly(np.array([[2.0, 3.0, 1.5], [0.2, 0.3, 0.15]]))
    assert ports["capacity"][YINGKOU] == exactly(np.array([20.0 * 0.995 + 0.5, 4.0 * 0.995 + 0.05]))
    before, after = 20.0 * 0.995 + 7.0, ports["capacity"][YINGKOU, BULK] + ports["works"][YINGKOU, BULK].sum()
    assert after == exactly(before)


def test_e45_a_separate_owner_copies_the_fastest_rival_in_proportion_to_its_size() -> None:
    growth = np.zeros((P, 2))
    growth[2], growth[3], growth[YINGKOU] = (0.05, 0.0), (0.03, 0.0), (0.9, 0.9)  # its own growth does not count
    ports = quiet_ports(capacity_growth=growth)
    ports_group(builders.province(), ports, builders.policy(), builders.par(market_outside=1.35))
    expand(ports, YINGKOU)
    assert ports["works"][YINGKOU, BULK, 0] == exactly(0.1 * (0.05 - 0.01) * 20.0)
    assert ports["works"][YINGKOU, CONTAINERS, 0] == 0.0


def test_e45_a_merged_port_looks_at_the_load_of_its_group_and_copies_nobody() -> None:
    ports = quiet_ports(
        throughput=(20.0, 4.0), merged_quarters=1.0, group=DALIAN, capacity_growth=np.full((P, 2), 0.5)
    )
    congestion = np.zeros((P, 2))
    for joint, order in ((0.70, 0.0), (0.85, 0.2 * 0.10 * 20.0)):
        congestion[DALIAN] = joint
        ports["works"] = 0.0
        ports["capacity"] = (20.0, 4.0)
        expand(ports, YINGKOU, builders.province(group_congestion=congestion))
        assert ports["works"][YINGKOU, BULK, 0] == exactly(order)


def test_ports_lie_in_the_city_of_their_name() -> None:
    assert [records.CITIES[port_city(p)] for p in range(P)] == list(records.PORTS)
