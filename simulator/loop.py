"""The compiled loop: one run, many quarters, the same rules in the same order as the Mesa model.

The order is that of ``quarter.py``; a test holds the two together.
"""

from __future__ import annotations

from typing import Any

from simulator.compilation import rule
from simulator.links import pass_link
from simulator.records import N_CITIES, N_PARTNERS, N_PORTS
from simulator.rules.base import base_quarter
from simulator.rules.city import (
    city_builds,
    city_counts_firms,
    city_environment,
    city_fills_orders,
    city_invests,
    city_learns,
    city_lends,
    city_meets_demand,
    city_plans_capacity,
    city_produces,
    city_reaches_markets,
    city_sets_prices,
    province_adds_up,
)
from simulator.rules.drivers import drivers_deviate
from simulator.rules.government import (
    city_adds_investment,
    city_collects_revenue,
    city_spends,
    province_balances,
    province_sets_budget,
)
from simulator.rules.invariants import check_quarter
from simulator.rules.investor import (
    city_attracts,
    city_clears_foreign,
    city_improves_business,
    fdi_pool_opens,
    investor_acts,
    investor_reports,
)
from simulator.rules.nation import frontier_moves, market_reference, nation_turns, partner_turns
from simulator.rules.observe import observe_all
from simulator.rules.people import (
    city_appeals,
    city_consumes,
    city_receives_people,
    city_sets_wage,
    labour_market_opens,
)
from simulator.rules.port import (
    city_compares_gateways,
    city_ships,
    port_clears,
    port_expands,
    port_sets_fee,
    ports_group,
)
from simulator.rules.reporting import city_reports, province_reports
from simulator.rules.soe import (
    soe_adjusts,
    soe_births,
    soe_decides,
    soe_is_born,
    soe_plans_capacity,
    soe_produces,
    soe_takes_orders,
)
from simulator.rules.trade import city_exports, city_imports, city_pays_trade_costs, city_trades_with_china

DIRECT, ACCESS, TRADE_COST, PORTS, CREDIT, FDI, PEOPLE, FISCAL, REPORTING = range(9)


@rule
def prepare_run(
    cities: Any,
    soes: Any,
    ports: Any,
    investors: Any,
    partners: Any,
    provinces: Any,
    path: Any,
    no_policy: Any,
    parameters: Any,
    scores: Any,
    process: Any,
    free: Any,
) -> None:
    """Let the drivers deviate and fill the records of the base quarter. `no_policy`: one policy record of zeros."""
    par = parameters[0]
    drivers_deviate(path, scores, process, free, par)
    base_quarter(cities, soes, ports, investors, partners, provinces[0], path[0], no_policy[0], par)


@rule
def run_quarters(
    cities: Any,
    soes: Any,
    ports: Any,
    investors: Any,
    partners: Any,
    provinces: Any,
    path: Any,
    policies: Any,
    parameters: Any,
    u_soe: Any,
    u_act: Any,
    u_place: Any,
    u_leave: Any,
    z_city: Any,
    z_province: Any,
    z_revision: Any,
    z_survey: Any,
    first: int,
    last: int,
    out_province: Any,
    out_city: Any,
    out_port: Any,
    out_sector: Any,
    out_partner: Any,
    out_origin: Any,
    out_lane: Any,
    links: Any,
    layout: Any,
    tape: Any,
    as_city: Any,
    as_port: Any,
    as_province: Any,
    as_policy: Any,
    check: bool,
) -> tuple[int, int]:
    """Run quarters `first` up to (not including) `last` on records that are changed in place.

    Draws are laid out (quarters, agents), outputs (quarters, entities) as records of ``variables.toml``; `links`
    says what to do with each link, `layout` where its fields lie, `tape` (quarters, bytes) holds its path, and
    `as_*` are the records as bytes.

    Returns
    -------
    quarter, code : int
        Where an invariant broke and which (index in ``invariants.MESSAGES``); (-1, 0) if none did or none was checked.
    """
    par = parameters[0]
    province = provinces[0]
    n_soes = len(soes)
    n_investors = len(investors)
    for t in range(first, last):
        nation = path[t]
        policy = policies[t]
        row = tape[min(t, len(tape) - 1)]

        # The world and the policy in force
        pass_link(DIRECT, links[DIRECT], layout, row, as_city, as_port, as_province, as_policy[t])
        nation_turns(province, nation, par)
        for m in range(N_PARTNERS):
            partner_turns(partners[m], province, nation, par)

        # Capacity and prices
        for c in range(N_CITIES):
            city_reaches_markets(cities[c], cities, province, policy, par)
        market_reference(province, cities, par)
        pass_link(ACCESS, links[ACCESS], layout, row, as_city, as_port, as_province, as_policy[t])
        for c in range(N_CITIES):
            city_plans_capacity(cities[c], par)
        for j in range(n_soes):
            if soes[j].alive == 1:
                soe_plans_capacity(soes[j], cities[soes[j].city], par)
        for c in range(N_CITIES):
            city_sets_prices(cities[c], province, nation, policy, par)

        # Ports and trade
        ports_group(province, ports, policy, par)
        for p in range(N_PORTS):
            port_sets_fee(ports[p], province, policy, par)
        for c in range(N_CITIES):
            city_compares_gateways(cities[c], ports, province, policy, par)
        if links[PORTS] == 2:
            pass_link(PORTS, 2, layout, row, as_city, as_port, as_province, as_policy[t])
        for c in range(N_CITIES):
            city_pays_trade_costs(cities[c], partners, policy, par)
        pass_link(TRADE_COST, links[TRADE_COST], layout, row, as_city, as_port, as_province, as_policy[t])
        for c in range(N_CITIES):
            city_exports(cities[c], province, nation, partners, par)
        for c in range(N_CITIES):
            city_imports(cities[c], province, partners, par)
        for p in range(N_PORTS):
            port_clears(ports[p])
        for c in range(N_CITIES):
            city_ships(cities[c], ports, province, nation, par)

        # Demand and output
        for c in range(N_CITIES):
            city_meets_demand(cities[c], province, nation, par)
        for j in range(n_soes):
            if soes[j].alive == 1:
                soe_takes_orders(soes[j], cities[soes[j].city])
        for c in range(N_CITIES):
            city_fills_orders(cities[c])
        for j in range(n_soes):
            if soes[j].alive == 1:
                soe_produces(soes[j], cities[soes[j].city])
        for c in range(N_CITIES):
            city_produces(cities[c], nation, par)
        province_adds_up(province, cities)

        # Enterprises, credit, investment
        for j in range(n_soes):
            if soes[j].alive == 1:
                soe_decides(soes[j], cities[soes[j].city], policy, par, u_soe[t, j])
        for c in range(N_CITIES):
            city_lends(cities[c], nation, par)
        pass_link(CREDIT, links[CREDIT], layout, row, as_city, as_port, as_province, as_policy[t])
        soe_births(province, nation, par)
        for j in range(n_soes):
            if soes[j].alive == 1:
                soe_adjusts(soes[j], cities[soes[j].city], province, policy, par)
            else:
                soe_is_born(soes[j], cities[soes[j].city], province, par, u_soe[t, j])
        for c in range(N_CITIES):
            city_invests(cities[c], par)
        for p in range(N_PORTS):
            port_expands(ports[p], province, cities, par)
        pass_link(PORTS, links[PORTS], layout, row, as_city, as_port, as_province, as_policy[t])

        # Foreign investors
        fdi_pool_opens(province, cities, nation, par)
        for c in range(N_CITIES):
            city_attracts(cities[c], province, nation, policy, par)
        for i in range(n_investors):
            investor_acts(
                investors[i], cities, province, nation, policy, par, u_act[t, i], u_place[t, i], u_leave[t, i]
            )
        for c in range(N_CITIES):
            city_clears_foreign(cities[c])
        for i in range(n_investors):
            investor_reports(investors[i], cities, province)
        for c in range(N_CITIES):
            city_improves_business(cities[c], policy, par)
        pass_link(FDI, links[FDI], layout, row, as_city, as_port, as_province, as_policy[t])

        # People
        labour_market_opens(province, nation, par)
        for c in range(N_CITIES):
            city_appeals(cities[c], province, policy, par)
        for c in range(N_CITIES):
            city_receives_people(cities[c], province, nation, policy, par)
        for c in range(N_CITIES):
            city_sets_wage(cities[c], province, par)
        pass_link(PEOPLE, links[PEOPLE], layout, row, as_city, as_port, as_province, as_policy[t])

        # Budget and uses
        for c in range(N_CITIES):
            city_collects_revenue(cities[c], nation, policy, par)
        province_sets_budget(province, cities, nation, policy, par)
        for c in range(N_CITIES):
            city_spends(cities[c], province, nation, policy, par)
        pass_link(FISCAL, links[FISCAL], layout, row, as_city, as_port, as_province, as_policy[t])
        for c in range(N_CITIES):
            city_adds_investment(cities[c])
        for c in range(N_CITIES):
            city_consumes(cities[c], province, nation, par)
        for c in range(N_CITIES):
            city_trades_with_china(cities[c], par)
        province_balances(province, cities)

        # Stocks
        for c in range(N_CITIES):
            city_builds(cities[c], par)
        frontier_moves(province, nation, par)
        for c in range(N_CITIES):
            city_learns(cities[c], province, nation, policy, par, z_city[t, c], z_province[t])
        for c in range(N_CITIES):
            city_counts_firms(cities[c], par)
        for c in range(N_CITIES):
            city_environment(cities[c], policy, par)

        # What is published
        for c in range(N_CITIES):
            city_reports(cities[c], nation, policy, par)
        province_reports(province, cities, policy, par, z_revision[t], z_survey[t])
        pass_link(REPORTING, links[REPORTING], layout, row, as_city, as_port, as_province, as_policy[t])
        observe_all(
            cities,
            ports,
            partners,
            province,
            nation,
            par,
            out_province[t],
            out_city[t],
            out_port[t],
            out_sector[t],
            out_partner[t],
            out_origin[t],
            out_lane[t],
        )
        if check:
            code = check_quarter(cities, ports, province, nation, par)
            if code != 0:
                return t, code
    return -1, 0
