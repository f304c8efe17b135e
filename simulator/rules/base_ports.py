"""The ports in the base quarter: cargo, throughput, and the constants of the choice of gateway by inversion."""

from __future__ import annotations

from typing import Any

from simulator.compilation import rule
from simulator.records import INDUSTRY, N_CITIES, N_DESTINATIONS, N_GATEWAYS, N_PARTNERS, N_PORTS, N_STAGES
from simulator.rules.port import (
    BULK,
    CONTAINERS,
    TIANJIN,
    cargo_growth,
    gateway_appeal,
    gateway_cost,
    gateway_weight,
    inclusive_cost,
    port_sets_fee,
    ports_group,
)


@rule
def base_cargo(cities: Any, province: Any, nation: Any, par: Any) -> None:
    """Cargo by city and destination: foreign cargo by trade, coastal cargo by industry; Mt a quarter.

    E40 (base); source: tonnage of 2006 (assumption), foreign trade about a fifth of cargo.
    """
    total = 0.25 * province.port_throughput_0 * par.market_outside
    trade = 0.0
    for c in range(N_CITIES):
        for m in range(N_PARTNERS):
            trade += cities[c].exports_0[m] + cities[c].imports_0[m]
    for c in range(N_CITIES):
        city = cities[c]
        for m in range(N_PARTNERS):
            city.cargo_0[m] = total * par.cargo_foreign * (city.exports_0[m] + city.imports_0[m]) / trade
        share = city.value_added_0[INDUSTRY] / province.industry_0
        city.cargo_0[N_PARTNERS] = total * (1.0 - par.cargo_foreign) * share / cargo_growth(nation, par)
        city.cargo_industry_share = par.cargo_industry


@rule
def weigh_gateways(cities: Any, ports: Any, province: Any, policy: Any, par: Any) -> None:
    """Weights of all gateways without their constants, kept in ``city.gateway_weight``.

    E42 (base).
    """
    for c in range(N_CITIES):
        for d in range(N_DESTINATIONS):
            for g in range(N_GATEWAYS):
                routes = ports[g].routes if g < N_PORTS else 0.0
                for k in range(2):
                    cost = gateway_cost(cities[c], ports, province, policy, par, g, d, k)
                    cities[c].gateway_weight[d, g, k] = gateway_weight(cost, routes, par)


@rule
def scale_appeal(ports: Any, province: Any, g: int, k: int, factor: float) -> None:
    """Multiply the constant of a gateway.

    E42 (base).
    """
    if g < N_PORTS:
        ports[g].appeal[k] *= factor
    elif g == TIANJIN:
        province.tianjin_appeal[k] *= factor
    else:
        province.rail_appeal[k] *= factor


@rule
def base_tonnes(city: Any, nation: Any, par: Any, d: int, k: int) -> float:
    """Bulk or containerised cargo of a city for one destination in the base quarter, Mt.

    E40 (base); source: container shares by weight (assumptions).
    """
    boxed = par.container_share_foreign
    tonnes = city.cargo_0[d]
    if d == N_PARTNERS:
        boxed = par.container_share_coastal
        tonnes *= cargo_growth(nation, par)
    return tonnes * (boxed if k == CONTAINERS else 1.0 - boxed)


@rule
def base_throughput(cities: Any, ports: Any, province: Any, nation: Any, par: Any) -> None:
    """Throughput of the six ports by their base shares; capacity, routes and works in progress that go with it.

    The cargo of each kind, Mt, is kept in ``province.lane[0, 0, kind]`` for the inversion that follows.
    """
    for k in range(2):
        province.lane[0, 0, k] = 0.0
        for c in range(N_CITIES):
            for d in range(N_DESTINATIONS):
                province.lane[0, 0, k] += base_tonnes(cities[c], nation, par, d, k)
        province.tianjin_appeal[k] = 1.0
        province.rail_appeal[k] = 1.0
    every = province.lane[0, 0, BULK] + province.lane[0, 0, CONTAINERS]
    for p in range(N_PORTS):
        port = ports[p]
        boxes = province.lane[0, 0, CONTAINERS] / par.market_outside * port.share_0[CONTAINERS]
        port.throughput_0[CONTAINERS] = boxes / par.tonnes_per_teu
        port.throughput_0[BULK] = max(1.05 * boxes, every / par.market_outside * port.share_0[BULK])
        port.routes = port.routes_0
        port.merged_quarters = 0.0
        for k in range(2):
            port.throughput[k] = port.throughput_0[k]
            port.capacity[k] = port.throughput_0[k] / par.port_load_0
            port.capacity_growth[k] = 0.0
            port.appeal[k] = 1.0
            for stage in range(N_STAGES):
                port.works[k, stage] = par.berth_scrapping * port.capacity[k] * par.port_time_to_build / N_STAGES


@rule
def fit_gateways(cities: Any, ports: Any, province: Any, nation: Any, par: Any, k: int, whole: float) -> None:
    """Scale the constants of the gateways until each carries its base share of one kind of cargo (`whole`, Mt)."""
    for _ in range(80):
        for g in range(N_GATEWAYS):
            province.lane[g, 0, k] = 0.0
        for c in range(N_CITIES):
            for d in range(N_DESTINATIONS):
                total = 0.0
                for g in range(N_GATEWAYS):
                    total += cities[c].gateway_weight[d, g, k] * gateway_appeal(ports, province, g, k)
                tonnes = base_tonnes(cities[c], nation, par, d, k) / total
                for g in range(N_GATEWAYS):
                    weight = cities[c].gateway_weight[d, g, k] * gateway_appeal(ports, province, g, k)
                    province.lane[g, 0, k] += tonnes * weight
        for g in range(N_GATEWAYS):
            goal = par.rail_share_0 * whole
            if g < N_PORTS:
                goal = ports[g].throughput_0[CONTAINERS] * par.tonnes_per_teu
                if k == BULK:
                    goal = ports[g].throughput_0[BULK] - goal
            elif g == TIANJIN:
                goal = (1.0 - 1.0 / par.market_outside - par.rail_share_0) * whole
            if province.lane[g, 0, k] > 0.0:
                scale_appeal(ports, province, g, k, goal / province.lane[g, 0, k])


@rule
def base_ports(cities: Any, ports: Any, province: Any, nation: Any, policy: Any, par: Any) -> None:
    """Ports of the base quarter; then freight is zero and every gateway carries its base share.

    E40-E45 (base); source: shares of the first quarter of 2012.
    """
    base_throughput(cities, ports, province, nation, par)
    ports_group(province, ports, policy, par)
    for p in range(N_PORTS):
        port_sets_fee(ports[p], province, policy, par)
    weigh_gateways(cities, ports, province, policy, par)
    for k in range(2):
        fit_gateways(cities, ports, province, nation, par, k, province.lane[0, 0, k])
    for c in range(N_CITIES):
        for m in range(N_PARTNERS):
            cities[c].freight[m] = 0.0
            for k in range(2):
                log_cost, mean = inclusive_cost(cities[c], ports, province, policy, par, m, k)
                cities[c].gateway_log_0[m, k] = log_cost
                cities[c].gateway_mean_0[m, k] = mean
