"""What must hold in every quarter of every run, whatever the parameters and policies."""

from __future__ import annotations

import math
from typing import Any

from simulator.compilation import rule
from simulator.records import N_CITIES, N_DESTINATIONS, N_GATEWAYS, N_GROUPS, N_PARTNERS, N_PORTS, N_SECTORS

MESSAGES = (
    "all invariants hold",
    "a stock or flow is not a finite number",
    "a stock is negative",
    "GDP of the expenditure side differs from GDP of the production side",
    "more credit is used than there is",
    "tonnes through the gateways differ from the cities' cargo",
    "graduates who stay and leave differ from the new graduates",
    "capital of state-owned enterprises is not conserved over exits",
    "debt of state-owned enterprises is not conserved over exits",
    "output of an industry group differs from the orders served",
    "utilisation is above one",
    "spending and its sources differ",
)
"""Meaning of the codes that `check_quarter` returns; 0 = all hold."""


@rule
def near(a: float, b: float, tolerance: float) -> bool:
    """Whether two numbers agree to a tolerance relative to the larger, at least 1e-3 in scale."""
    return abs(a - b) <= tolerance * max(1e-3, abs(a), abs(b))


@rule
def check_city(city: Any, par: Any) -> int:
    """Return the code of the first invariant that a city breaks, 0 if none."""
    if not math.isfinite(city.gdp + city.wage + city.consumption + city.investment + city.exports_total):
        return 1
    for s in range(N_SECTORS):
        if not city.capital[s] >= 0.0 or not city.output[s] >= 0.0:
            return 2
    if not min(city.workers, city.graduates, city.population, city.infrastructure, city.wage, city.laid_off) >= 0.0:
        return 2
    if not min(city.soe_capital, city.soe_debt, city.soe_labour, city.emissions, city.firms, city.consumption) >= 0.0:
        return 2
    for h in range(N_GROUPS):
        if not city.demand[h] >= 0.0 or not 0.0 <= city.orphaned[h] < 1.0:
            return 2
        if city.utilisation[h] > 1.0 + 1e-9:
            return 10
        if not near(city.cell_output[h] + city.unmet[h], city.demand[h], 1e-9):
            return 9
    used = city.soe_ration * city.soe_loans + city.private_loans
    if used > city.credit * (1.0 + 1e-9):
        return 4
    kept = (city.soe_capital_last - city.freed_capital - city.cut_capital) * (1.0 - par.depreciation)
    if not near(kept + city.soe_investment, city.soe_capital, 1e-7):
        return 7
    if not near(city.soe_debt_last - city.written_off + city.soe_debt_change, city.soe_debt, 1e-7):
        return 8
    return 0


@rule
def check_quarter(cities: Any, ports: Any, province: Any, nation: Any, par: Any) -> int:
    """Return the code (index in `MESSAGES`) of the first invariant that is broken, 0 if none."""
    cargo = 0.0
    stayed = 0.0
    spent = 0.0
    for c in range(N_CITIES):
        city = cities[c]
        code = check_city(city, par)
        if code != 0:
            return code
        stayed += city.graduates_arrived
        spent += city.public_consumption + city.transfers + city.infrastructure_investment - city.land_financing
        for d in range(N_DESTINATIONS):
            cargo += city.cargo_sent[d]
        for m in range(N_PARTNERS):
            if not city.exports[m] >= 0.0 or not city.imports[m] >= 0.0:
                return 2
    if not near(province.expenditure_gdp, province.gdp, 1e-9):
        return 3
    carried = 0.0
    handled = 0.0
    inside = 0.0
    for g in range(N_GATEWAYS):
        for d in range(N_DESTINATIONS):
            moved = province.lane[g, d, 0] + province.lane[g, d, 1]
            carried += moved
            if g < N_PORTS:
                inside += moved
    for p in range(N_PORTS):
        handled += ports[p].throughput[0]
        if not ports[p].capacity[0] >= 0.0 or not ports[p].capacity[1] >= 0.0:
            return 2
    if not near(carried, cargo, 1e-9) or not near(handled, inside, 1e-9):
        return 5
    left = nation.graduates * province.appeal_outside / province.appeal_total
    if not near(stayed + left, nation.graduates, 1e-9):
        return 6
    if not near(spent, province.spending, 1e-9):
        return 11
    if not math.isfinite(province.debt + province.external_wealth + province.reported_growth_a):
        return 1
    return 0
