"""Ports: owner groups and fees (E44), handling and waiting (E41), routes (E43), mergers and expansion (E45)."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from simulator import records
from simulator.rules.port import (
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

P = records.N_PORTS
BULK, CONTAINERS = 0, 1
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
