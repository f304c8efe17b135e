"""Ways out: cost of a lane and freight (E40), choice of gateway and the cargo sent through it (E42)."""

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
    port_sets_fee,
)
from tests.rules import builders
from tests.rules.builders import Record

exactly = partial(pytest.approx, rel=1e-12, abs=1e-14)

P, G, D, M = records.N_PORTS, records.N_GATEWAYS, records.N_DESTINATIONS, records.N_PARTNERS
BULK, CONTAINERS = 0, 1
TIANJIN, RAIL = 6, 7
JAPAN, RUSSIA, CHINA = 0, 2, M
DALIAN, YINGKOU = 0, 1


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
