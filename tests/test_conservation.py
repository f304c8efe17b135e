"""What must be conserved, each law by itself, on the records of one run in which everything moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

from simulator.periods import to_index
from simulator.records import INDUSTRY, N_CITIES, N_GROUPS, N_HOMES, N_PARTNERS, N_PORTS, PRIMARY, SERVICES
from simulator.rules.government import province_balances
from simulator.rules.invariants import MESSAGES, check_quarter
from simulator.rules.trade import city_trades_with_china
from simulator.run import State, advance, draws_of, new_outputs, policies_of, prepare
from simulator.world import World
from tests.whole import SEED, Outputs, Records, lever, row, schedule

closely = partial(np.testing.assert_allclose, rtol=1e-10, atol=1e-12)


@dataclass(frozen=True)
class Walk:
    """States at the start of every quarter and after the last, and the outputs."""

    states: list[State]
    outputs: Outputs

    @property
    def quarters(self) -> int:
        return len(self.states) - 1

    def before(self, records: str, name: str) -> np.ndarray[Any, Any]:
        """Return a field at the start of every quarter, shape (quarters, records, ...)."""
        return np.stack([np.asarray(getattr(state, records)[name]) for state in self.states[:-1]])

    def after(self, records: str, name: str) -> np.ndarray[Any, Any]:
        """Return a field at the end of every quarter."""
        return np.stack([np.asarray(getattr(state, records)[name]) for state in self.states[1:]])

    def par(self, name: str) -> float:
        return float(self.states[0].parameters[name][0])

    def sum_over_soes(self, values: np.ndarray[Any, Any], by_group: bool = False) -> np.ndarray[Any, Any]:
        """Sum values of enterprises, shape (quarters, enterprises), to cities (and industry groups)."""
        soes = self.states[0].soes
        cell = soes["city"] * N_GROUPS + soes["group"]
        sums = np.stack([np.bincount(cell, row, N_CITIES * N_GROUPS) for row in values])
        sums = sums.reshape(-1, N_CITIES, N_GROUPS)
        return sums if by_group else sums.sum(axis=2)


@pytest.fixture(scope="module")
def walk(world: World) -> Walk:
    """Fourteen years in which everything moves: exits and births of enterprises, cuts, subsidies, mergers, deficits."""
    quarters, start = to_index("2019Q4") + 1, "2009Q1"
    plan = schedule(
        lever("zombie_exit", 0.4, start=start),
        lever("capacity_cut", 0.1, start=start),
        lever("talent_subsidy", 0.2, start=start),
        lever("rd_support", 0.3, start=start),
        lever("public_consumption", 2.0, start=start),
        lever("public_investment", 3.0, start=start),
        lever("port_merger", 1.0, ("Dalian", "Yingkou"), start=start),
        lever("political_shock", 1.0, ("Japan",), start="2012Q4", end="2013Q3"),
        lever("free_trade_zone", 1.0, ("Dalian",), start=start),
    )
    draws, outputs = draws_of(world, SEED, 0, quarters), new_outputs(quarters)
    policies, state = policies_of(plan, quarters, SEED, 0), prepare(world, row(), draws)
    states = [state.copy()]
    for t in range(quarters):
        assert advance(state, policies, draws, t, t + 1, outputs, check=True) == ""
        states.append(state.copy())
    return Walk(states, outputs)


def test_everything_moves_in_the_walk(walk: Walk) -> None:
    """Else the laws below would hold for want of anything to conserve."""
    exits = ("freed_capital", "freed_labour", "written_off", "cut_capital", "orphaned_output")
    for name in (*exits, "fdi_usd", "talent_cost"):
        assert (walk.after("cities", name) > 0.0).any(), name
    alive = walk.after("soes", "alive")
    assert (np.diff(alive, axis=0) < 0).any() and (np.diff(alive, axis=0) > 0).any()
    assert (walk.after("cities", "soe_ration") < 1.0).any()


FLOWS = {
    "consumption": 1.0, "public_consumption": 1.0, "investment": 1.0, "exports_real": 1.0, "imports_real": -1.0,
    "domestic_sales": 1.0, "domestic_purchases": -1.0,
}  # fmt: skip
"""Uses of GDP with their sign, as reported."""


def gap_of(province: Records, without: str = "") -> np.ndarray[Any, Any]:
    """Return the largest gap between uses and value added as share of GDP, with one flow left out."""
    uses = sum(sign * province[name] for name, sign in FLOWS.items() if name != without)
    return np.abs(uses / province["gdp_real"] - 1.0).max()


def test_uses_add_up_to_value_added(walk: Walk) -> None:
    assert gap_of(walk.outputs["province"]) < 1e-9
    whole = walk.outputs["province"]["gdp_real"][:, 0]
    closely(walk.outputs["city"]["gdp_real"].sum(axis=1), whole)
    closely(walk.outputs["sector"]["value_added"][:, :3].sum(axis=1), whole)


@pytest.mark.parametrize("flow", FLOWS)
def test_without_one_use_they_do_not(flow: str, walk: Walk) -> None:
    assert gap_of(walk.outputs["province"], without=flow) > 0.01


DELIVERIES = ("demand_national", "demand_exports", "demand_investment", "demand_public", "demand_consumption")


@pytest.mark.parametrize("flow", ["", *DELIVERIES, "services", "primary output"])
def test_each_delivery_is_needed_to_close_the_accounts(flow: str, walk: Walk) -> None:
    """Double entry: with one kind of delivery lost from the books, the expenditure side misses production."""
    last = walk.states[-1].copy()
    par = last.parameters[0]
    if flow in DELIVERIES:
        last.cities[flow] = 0.0
    elif flow:
        last.cities["output"][:, SERVICES if flow == "services" else PRIMARY] = 0.0
    for city in last.cities:
        city_trades_with_china(city, par)
    province_balances(last.province[0], last.cities)
    gap = abs(last.province["expenditure_gdp"][0] / last.province["gdp"][0] - 1.0)
    code = check_quarter(last.cities, last.ports, last.province[0], last.path[walk.quarters - 1], par)
    if flow:
        assert gap > 1e-3
        assert "expenditure side" in MESSAGES[code]
    else:
        assert gap < 1e-9
        assert code == 0


@pytest.mark.parametrize(
    "flow",
    ["consumption", "public_consumption", "investment", "exports_total", "imports_total", "domestic_sales",
     "domestic_purchases"],
)  # fmt: skip
def test_the_invariant_sees_a_flow_that_is_dropped(flow: str, walk: Walk) -> None:
    last = walk.states[-1].copy()
    last.cities[flow] = 0.0
    province_balances(last.province[0], last.cities)
    code = check_quarter(last.cities, last.ports, last.province[0], last.path[walk.quarters - 1], last.parameters[0])
    assert "expenditure side" in MESSAGES[code]


def test_what_is_bought_and_sold_is_never_negative(walk: Walk) -> None:
    for name in ("domestic_sales", "domestic_purchases"):
        assert (walk.after("cities", name) >= 0.0).all()


def test_demand_is_served_or_unmet(walk: Walk) -> None:
    closely(sum(walk.after("cities", name) for name in DELIVERIES), walk.after("cities", "demand"))
    served = walk.after("cities", "cell_output")
    closely(served + walk.after("cities", "unmet"), walk.after("cities", "demand"))
    closely(served.sum(axis=2), walk.after("cities", "output")[:, :, INDUSTRY])


def test_output_is_the_sum_over_firms(walk: Walk) -> None:
    """Enterprises alive at the start of the quarter produce; those that left keep no output."""
    produced = walk.after("soes", "output") * walk.before("soes", "alive")
    closely(walk.sum_over_soes(produced), walk.after("cities", "soe_output"))
    total = walk.after("cities", "soe_output") + walk.after("cities", "private_output")
    closely(total, walk.after("cities", "output")[:, :, INDUSTRY])


def test_credit_is_not_used_twice(walk: Walk) -> None:
    ration, credit = walk.after("cities", "soe_ration"), walk.after("cities", "credit")
    assert ((ration > 0.0) & (ration <= 1.0)).all()
    asked = walk.sum_over_soes(walk.after("soes", "loan") * walk.before("soes", "alive") * walk.after("soes", "alive"))
    assert (ration * asked + walk.after("cities", "private_loans") <= credit * (1.0 + 1e-12)).all()
    closely(walk.outputs["province"]["credit"][:, 0], credit.sum(axis=1))


def test_capital_of_enterprises_moves_once(walk: Walk) -> None:
    """What enterprises lose beyond wear is what the city books as freed or ordered out; nothing stays with the dead."""
    kept = 1.0 - walk.par("depreciation")
    alive = walk.after("soes", "alive") == 1
    middle = np.where(alive, (walk.after("soes", "capital") - walk.after("soes", "investment")) / kept, 0.0)
    lost = walk.sum_over_soes(walk.before("soes", "capital") - middle)
    booked = walk.after("cities", "freed_capital") + walk.after("cities", "cut_capital")
    np.testing.assert_allclose(lost, booked, rtol=1e-9, atol=1e-9)
    closely(walk.sum_over_soes(walk.after("soes", "capital")), walk.after("cities", "soe_capital"))
    gone = walk.after("soes", "alive") == 0
    for name in ("capital", "debt", "labour"):
        assert not walk.after("soes", name)[gone].any(), name


def test_freed_capital_is_not_multiplied(walk: Walk) -> None:
    """Private industry takes over a share of what exits free, at most all of it."""
    before, after = walk.before("cities", "capital"), walk.after("cities", "capital")
    taken = after - before * (1.0 - walk.par("depreciation")) - walk.after("cities", "private_investment")
    closely(taken[:, :, [PRIMARY, SERVICES]], 0.0, atol=1e-9)
    share = walk.par("freed_capital_reused")
    assert 0.0 <= share <= 1.0
    np.testing.assert_allclose(taken[:, :, INDUSTRY], share * walk.after("cities", "freed_capital"), atol=1e-9)


def test_debt_of_enterprises_moves_once(walk: Walk) -> None:
    closely(walk.sum_over_soes(walk.after("soes", "debt")), walk.after("cities", "soe_debt"))
    change = walk.sum_over_soes(walk.after("soes", "debt") - walk.before("soes", "debt"))
    booked = walk.after("cities", "soe_debt_change") - walk.after("cities", "written_off")
    np.testing.assert_allclose(change, booked, rtol=1e-9, atol=1e-9)


def test_labour_of_enterprises_is_the_sum_over_firms(walk: Walk) -> None:
    closely(walk.sum_over_soes(walk.after("soes", "labour")), walk.after("cities", "soe_labour"))
    closely(walk.after("cities", "labour_weight").sum(axis=2), 1.0)
    died = (walk.before("soes", "alive") == 1) & (walk.after("soes", "alive") == 0)
    lost = walk.sum_over_soes(np.where(died, walk.before("soes", "labour"), 0.0))
    assert (lost <= walk.after("cities", "freed_labour") * (1.0 + 1e-12)).all()


def test_counts_of_enterprises(walk: Walk) -> None:
    alive = walk.after("soes", "alive").sum(axis=1)
    assert walk.outputs["province"]["soe_number"][:, 0].tolist() == alive.tolist()
    assert walk.outputs["city"]["soe_number"].sum(axis=1).tolist() == alive.tolist()
    assert walk.outputs["city"]["zombies"].sum(axis=1).tolist() == walk.after("soes", "zombie").sum(axis=1).tolist()


def test_foreign_capital_is_that_of_the_investors(walk: Walk) -> None:
    first = walk.states[0].investors
    held = walk.after("investors", "capital")
    by_home = np.zeros((walk.quarters, N_CITIES, N_HOMES, 2))
    for i in range(len(first)):
        by_home[:, :, first["home"][i], first["sector"][i]] += held[:, i]
    closely(by_home, walk.after("cities", "foreign_capital"))
    closely(walk.outputs["origin"]["capital"], by_home.sum(axis=(1, 3)))


def test_foreign_investment_arrives_once(walk: Walk) -> None:
    arrived = walk.after("investors", "arrived_usd").sum(axis=1)
    for level, name in (("city", "fdi"), ("origin", "fdi"), ("province", "fdi")):
        closely(walk.outputs[level][name].sum(axis=1), arrived)


def test_exports_and_imports_over_cities_and_partners(walk: Walk) -> None:
    for flow in ("exports", "imports"):
        pairs = walk.after("cities", flow)
        assert pairs.shape[2] == N_PARTNERS
        closely(pairs.sum(axis=1), walk.outputs["partner"][flow])
        closely(pairs.sum(axis=2), walk.outputs["city"][flow])
        closely(pairs.sum(axis=(1, 2)), walk.outputs["province"][f"{flow}_real"][:, 0])


def test_tonnes_leave_through_gateways(walk: Walk) -> None:
    sent = walk.after("cities", "cargo_sent").sum(axis=1)
    lanes = walk.after("province", "lane")[:, 0]
    closely(lanes.sum(axis=(1, 3)), sent)
    closely(walk.after("ports", "throughput")[:, :, 0], lanes[:, :N_PORTS].sum(axis=(2, 3)))
    boxes = lanes[:, :N_PORTS, :, 1].sum(axis=2) / walk.par("tonnes_per_teu")
    closely(walk.after("ports", "throughput")[:, :, 1], boxes)
    closely(walk.outputs["lane"]["tonnage"].sum(axis=1), sent.sum(axis=1))
    closely(walk.outputs["port"]["throughput"].sum(axis=1), sent.sum(axis=1))
    closely(walk.after("cities", "gateway_weight").sum(axis=3), 1.0)


def test_every_graduate_stays_or_leaves(walk: Walk) -> None:
    new = walk.states[0].path["graduates"][: walk.quarters]
    arrived = walk.after("cities", "graduates_arrived")
    outside, total = walk.after("province", "appeal_outside")[:, 0], walk.after("province", "appeal_total")[:, 0]
    closely(arrived.sum(axis=1) + new * outside / total, new)
    closely(arrived.sum(axis=1), walk.outputs["province"]["graduates_stayed"][:, 0])
    kept = walk.before("cities", "graduates") * (1.0 - walk.par("graduate_outflow"))
    closely(kept + arrived, walk.after("cities", "graduates"))


def test_residents_are_workers_over_participation(walk: Walk) -> None:
    people = walk.after("cities", "workers") + walk.after("cities", "graduates")
    aged = walk.states[0].path["working_age"][: walk.quarters, np.newaxis]
    closely(people / (walk.after("cities", "participation_0") * aged), walk.after("cities", "population"))
    out = walk.outputs["province"]
    closely(people.sum(axis=1), (out["employment"] + out["unemployment"])[:, 0])


def test_budget_spends_what_it_has_and_borrows(walk: Walk) -> None:
    """Public consumption, transfers, public works = revenue + transfers received + new debt + land sales - interest."""
    province = {name: walk.after("province", name)[:, 0] for name in ("revenue", "transfers", "interest", "debt")}
    spent = sum(
        walk.after("cities", name).sum(axis=1)
        for name in ("public_consumption", "transfers", "infrastructure_investment")
    )
    land = walk.par("land_share") * walk.after("cities", "land_financing").sum(axis=1)
    new_debt = province["debt"] - walk.before("province", "debt")[:, 0]
    closely(spent, province["revenue"] + province["transfers"] + new_debt + land - province["interest"])


def test_investment_is_the_sum_of_its_kinds(walk: Walk) -> None:
    parts = ("soe_investment", "fdi_investment", "infrastructure_investment", "port_investment")
    total = sum(walk.after("cities", name) for name in parts) + walk.after("cities", "private_investment").sum(axis=2)
    closely(total, walk.after("cities", "investment"))
    alive = walk.after("soes", "alive")
    closely(walk.sum_over_soes(walk.after("soes", "investment") * alive), walk.after("cities", "soe_investment"))
    docks = walk.after("ports", "investment").sum(axis=1)
    closely(docks, walk.after("cities", "port_investment").sum(axis=1))


def test_what_is_not_spent_becomes_wealth(walk: Walk) -> None:
    out = walk.outputs["province"]
    saved = out["gdp_real"] - out["consumption"] - out["public_consumption"] - out["investment"]
    closely(np.cumsum(saved), out["external_wealth"][:, 0])


@pytest.mark.parametrize(
    ("records", "field", "factor", "message"),
    [
        ("cities", "gdp", np.nan, 1),
        ("cities", "capital", -1.0, 2),
        ("province", "expenditure_gdp", 1.001, 3),
        ("cities", "private_loans", 1e6, 4),
        ("cities", "cargo_sent", 1.01, 5),
        ("cities", "graduates_arrived", 1.01, 6),
        ("cities", "freed_capital", 1.01, 7),
        ("cities", "written_off", 1.01, 8),
        ("cities", "unmet", 2.0, 9),
        ("cities", "utilisation", 2.0, 10),
        ("province", "spending", 1.01, 11),
    ],
)
def test_a_broken_law_is_seen(records: str, field: str, factor: float, message: int, walk: Walk) -> None:
    """The check of the engine itself: it accepts every quarter of the walk and names each law that is broken."""
    seen = set()
    for t in range(walk.quarters):
        after = walk.states[t + 1].copy()
        arguments = (after.cities, after.ports, after.province[0], after.path[t], after.parameters[0])
        assert check_quarter(*arguments) == 0
        getattr(after, records)[field] *= factor
        seen.add(int(check_quarter(*arguments)))
    assert seen - {0} == {message}, [MESSAGES[code] for code in seen]
