"""Ports and corridors: cost of every way out, choice of gateway, cargo, owner groups, fees, routes, expansion."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import (
    INDUSTRY,
    N_DESTINATIONS,
    N_GATEWAYS,
    N_PARTNERS,
    N_PORTS,
    N_STAGES,
)
from simulator.rules.maths import clip

BULK = 0
CONTAINERS = 1
TIANJIN = 6
RAIL = 7


@rule
def ports_group(province: Any, ports: Any, policy: Any, par: Any) -> None:
    """Owner groups, their utilisation, and concentration of the market (E44).

    Ports with `port_merger` = 1 form one group. The Herfindahl index counts Tianjin and others as outside supply
    (total throughput of the six ports times `market_outside`). Last quarter's throughput.
    """
    first = -1
    for p in range(N_PORTS):
        ports[p].group = p
        if policy.port_merger[p] >= 0.5:
            if first < 0:
                first = p
            ports[p].group = first
    total = 0.0
    for p in range(N_PORTS):
        total += ports[p].throughput[BULK]
    for p in range(N_PORTS):
        for k in range(2):
            ports[p].rival_growth[k] = 0.0
            for q in range(N_PORTS):
                if q != p:
                    ports[p].rival_growth[k] = max(ports[p].rival_growth[k], ports[q].capacity_growth[k])
    province.concentration = 0.0
    for g in range(N_PORTS):
        share = 0.0
        members = 0
        for p in range(N_PORTS):
            if ports[p].group == g:
                share += ports[p].throughput[BULK] / (par.market_outside * total)
                members += 1
        province.concentration += share * share
        for k in range(2):
            used = 0.0
            capacity = 0.0
            for p in range(N_PORTS):
                if ports[p].group == g:
                    used += ports[p].throughput[k]
                    capacity += ports[p].capacity[k]
            province.group_congestion[g, k] = used / capacity if members > 0 else 0.0


@rule
def port_sets_fee(port: Any, province: Any, policy: Any, par: Any) -> None:
    """Fee and handling cost of a port, yuan a tonne (E41, E44): ``fee = mc (1 + mk HHI^z)`` less synergy over 8 q.

    Handling falls with scale only below the minimum efficient scale of 1 m TEU a year (Napier study).
    """
    merged = policy.port_merger[port.index] >= 0.5
    port.merged_quarters = port.merged_quarters + 1.0 if merged else 0.0
    synergy = policy.merger_synergy[port.index] * min(1.0, port.merged_quarters / 8.0)
    port.fee = par.port_unit_cost * (1.0 + par.port_markup * math.pow(province.concentration, par.port_markup_power))
    port.fee *= 1.0 - synergy
    scale = min(4.0 * port.throughput[CONTAINERS], par.efficient_scale) / par.efficient_scale
    scale_0 = min(4.0 * port.throughput_0[CONTAINERS], par.efficient_scale) / par.efficient_scale
    port.handling = par.handling_cost * (1.0 - synergy) * math.pow(scale / scale_0, par.scale_elasticity)
    for k in range(2):
        port.congestion[k] = port.throughput[k] / port.capacity[k]


@rule
def waiting_days(load: float, par: Any) -> float:
    """Days in port (E41): ``q0 (1 + 0.15 min(load, 1.6)^4)``, load = throughput over capacity."""
    x = min(load, 1.6)
    return par.port_days * (1.0 + 0.15 * x * x * x * x)


@rule
def lane_cost(km: float, charges: float, days: float, miles: float, value: float, par: Any) -> float:
    """Generalised cost of a tonne (E40): land haul, charges, time, sea leg; cost and value in yuan a tonne."""
    haul = par.road_cost * par.road_detour * km
    sea = par.sea_cost * miles
    return haul + charges + sea + par.value_of_day * value * (days + miles / par.sea_speed)


@rule
def cargo_value(k: int, par: Any) -> float:
    """Value of a tonne of bulk or containerised cargo, yuan.

    E40; assumption.
    """
    return par.value_bulk if k == BULK else par.value_containers


@rule
def gateway_cost(city: Any, ports: Any, province: Any, policy: Any, par: Any, g: int, d: int, k: int) -> float:
    """Generalised cost of one gateway for one destination and cargo (E40), yuan a tonne; 0 = not available."""
    value = cargo_value(k, par)
    if g < N_PORTS:
        port = ports[g]
        days = waiting_days(port.congestion[k], par)
        return lane_cost(city.gateway_km[g], port.fee + port.handling, days, port.sea_miles[d], value, par)
    if g == TIANJIN:
        charges = par.port_unit_cost + par.handling_cost
        return lane_cost(city.gateway_km[g], charges, par.port_days, province.tianjin_miles[d], value, par)
    if province.rail_days[d] <= 0.0:
        return 0.0
    haul = par.road_cost * par.road_detour * city.gateway_km[g]
    return haul + par.rail_cost + par.value_of_day * value * max(1.0, province.rail_days[d] - policy.rail_corridor)


@rule
def gateway_weight(cost: float, routes: float, par: Any) -> float:
    """Weight of a gateway without its constant (E42): ``exp(b_rt routes) cost^-b``, routes up to 400."""
    if cost <= 0.0:
        return 0.0
    return math.exp(par.route_pull * min(routes, 400.0) - par.port_choice * math.log(cost))


@rule
def gateway_appeal(ports: Any, province: Any, g: int, k: int) -> float:
    """Constant of a gateway in the choice of E42, found by inversion on base shares."""
    if g < N_PORTS:
        return ports[g].appeal[k]
    if g == TIANJIN:
        return province.tianjin_appeal[k]
    return province.rail_appeal[k]


@rule
def inclusive_cost(city: Any, ports: Any, province: Any, policy: Any, par: Any, d: int, k: int) -> tuple[float, float]:
    """Choose among the gateways for one destination and cargo (E42); shares go to ``city.gateway_weight``.

    Returns ln of the inclusive cost, ``-ln(sum of weights)/b`` (its level is arbitrary, only changes mean something),
    and the mean cost in yuan a tonne.
    """
    for g in range(N_GATEWAYS):  # costs first, kept where the weights go: much faster than one loop
        city.gateway_weight[d, g, k] = gateway_cost(city, ports, province, policy, par, g, d, k)
    total = 0.0
    mean = 0.0
    for g in range(N_GATEWAYS):
        cost = city.gateway_weight[d, g, k]
        routes = ports[g].routes if g < N_PORTS else 0.0
        weight = gateway_appeal(ports, province, g, k) * gateway_weight(cost, routes, par)
        city.gateway_weight[d, g, k] = weight
        total += weight
        mean += weight * cost
    for g in range(N_GATEWAYS):
        city.gateway_weight[d, g, k] /= total
    return -math.log(total) / par.port_choice, mean / total


@rule
def city_compares_gateways(city: Any, ports: Any, province: Any, policy: Any, par: Any) -> None:
    """Shares of six ports, Tianjin and the rail corridor in the city's cargo (E42), and freight (E40).

    Freight is the relative change of the inclusive cost since the base quarter, times the mean cost then, over the
    value of cargo: ad valorem, zero in the base quarter.
    """
    for d in range(N_DESTINATIONS):
        freight = 0.0
        worth = 0.0
        for k in range(2):
            log_cost, _ = inclusive_cost(city, ports, province, policy, par, d, k)
            if d < N_PARTNERS:
                part = par.container_share_foreign if k == CONTAINERS else 1.0 - par.container_share_foreign
                change = math.exp(log_cost - city.gateway_log_0[d, k]) - 1.0
                freight += part * city.gateway_mean_0[d, k] * change
                worth += part * cargo_value(k, par)
        if d < N_PARTNERS:
            city.freight[d] = freight / worth


@rule
def cargo_growth(nation: Any, par: Any) -> float:
    """Growth of coastal cargo by containerisation and coastal shipping: a logistic trend around mid-2009 (assumed)."""
    return 1.0 + par.coastal_growth / (1.0 + math.exp(-0.9 * (nation.clock / 4.0 - 3.5)))


@rule
def city_ships(city: Any, ports: Any, province: Any, nation: Any, par: Any) -> None:
    """Cargo of the city by destination, sent through the gateways in the shares of E42 (tonnes are conserved).

    Foreign cargo follows trade with the partner; coastal cargo follows the city's industry and the hinterland
    (Jilin, Heilongjiang). Units: Mt and million TEU a quarter.
    """
    for d in range(N_DESTINATIONS):
        if d < N_PARTNERS:
            grown = 0.5 * (city.exports[d] / city.exports_0[d] + city.imports[d] / city.imports_0[d])
            boxed = par.container_share_foreign
        else:
            part = city.cargo_industry_share
            grown = part * city.output[INDUSTRY] / city.value_added_0[INDUSTRY] / city.last_0
            grown += (1.0 - part) * nation.hinterland
            grown *= cargo_growth(nation, par)
            boxed = par.container_share_coastal
        tonnes = city.cargo_0[d] * grown
        city.cargo_sent[d] = tonnes
        for g in range(N_GATEWAYS):
            loose = tonnes * (1.0 - boxed) * city.gateway_weight[d, g, BULK]
            boxes = tonnes * boxed * city.gateway_weight[d, g, CONTAINERS]
            province.lane[g, d, BULK] += loose
            province.lane[g, d, CONTAINERS] += boxes
            if g < N_PORTS:
                ports[g].throughput[BULK] += loose + boxes
                ports[g].throughput[CONTAINERS] += boxes / par.tonnes_per_teu


@rule
def port_clears(port: Any) -> None:
    """Set throughput to zero before the cities ship.

    E42; Mt and million TEU.
    """
    port.throughput[BULK] = 0.0
    port.throughput[CONTAINERS] = 0.0


@rule
def port_expands(port: Any, province: Any, cities: Any, par: Any) -> None:
    """Routes (E43) and expansion (E45) of a port.

    A separate owner adds berths above a load of 0.75 and copies the fastest rival in proportion to its own size; a
    merged group looks at the load of the group and does not copy. Building takes three stages, berths are scrapped
    slowly.
    """
    goal = port.routes_0 * math.pow(port.throughput[BULK] / port.throughput_0[BULK], par.route_power)
    port.routes += par.route_adjustment * (goal - port.routes)
    merged = port.merged_quarters > 0.0
    rate = N_STAGES / par.port_time_to_build
    for k in range(2):
        load = port.throughput[k] / port.capacity[k]
        order = par.expansion_speed * max(0.0, load - 0.75) * port.capacity[k]
        if merged:
            joint = province.group_congestion[port.group, k]
            order = par.expansion_speed * max(0.0, joint - 0.75) * port.capacity[k]
        else:
            order += par.copy_cat * max(0.0, port.rival_growth[k] - 0.01) * port.capacity[k]
        flow = order
        for stage in range(N_STAGES):
            leaving = rate * port.works[k, stage]
            port.works[k, stage] += flow - leaving
            flow = leaving
        if k == BULK:  # capacity in tonnes includes containers: pay for it once
            port.investment = par.berth_cost * order
        before = port.capacity[k]
        port.capacity[k] = before * (1.0 - par.berth_scrapping) + flow
        port.capacity_growth[k] = clip(port.capacity[k] / before - 1.0, -1.0, 1.0)
    cities[port_city(port.index)].port_investment += port.investment


@rule
def port_city(p: int) -> int:
    """City (index in CITIES) in which a port lies.

    E45.
    """
    if p == 0:
        return 1
    if p == 1:
        return 7
    if p == 2:
        return 6
    if p == 3:
        return 5
    if p == 4:
        return 10
    return 13
