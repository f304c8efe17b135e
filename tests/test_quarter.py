"""One order of the quarter: declared in ``quarter.py``, walked by the model, compiled in the loop, shown as a table."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator import agents, links, loop, model, quarter, records
from simulator.model import LiaoningModel
from simulator.parameters import record_type
from simulator.quarter import ORDER, Step, table
from simulator.world import World

PACKAGE = Path(quarter.__file__).parent
KINDS = {
    "cities": "city", "soes": "soe", "ports": "port", "investors": "investor", "partners": "partner",
    "province": "province",
}  # fmt: skip
"""Arrays of a state -> kind of record."""


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def called(node: ast.AST) -> list[str]:
    """Return the names of the plain functions that are called in a piece of code, in the order of the text."""
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    calls.sort(key=lambda n: (n.lineno, n.col_offset))
    return [n.func.id for n in calls if isinstance(n.func, ast.Name)]


RULES = {name: node for path in sorted((PACKAGE / "rules").glob("*.py")) for name, node in functions(path).items()}
IN_A_QUARTER = {
    name
    for path in sorted((PACKAGE / "rules").glob("*.py"))
    if path.stem.split("_")[0] not in ("base", "invariants", "maths", "drivers")
    for name in functions(path)
}


# --- the loop --------------------------------------------------------------------------------------------------------


def events() -> list[str]:
    """Return rules and links of the compiled quarter in the order of its text: ``rule`` or ``link: name``."""
    body = functions(PACKAGE / "loop.py")["run_quarters"]
    (over_quarters,) = [n for n in body.body if isinstance(n, ast.For)]
    found = []
    calls = [n for n in ast.walk(over_quarters) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    for call in sorted(calls, key=lambda n: (n.lineno, n.col_offset)):
        assert isinstance(call.func, ast.Name)
        if call.func.id == "pass_link":
            assert isinstance(call.args[0], ast.Name)
            found.append(f"link: {links.NAMES[getattr(loop, call.args[0].id)]}")
        elif call.func.id in RULES:
            found.append(call.func.id)
    return found


def declared() -> list[str]:
    """Return what `events` must find, from the declared order."""
    found = ["link: direct policy"]
    for step in ORDER:
        found += [rule.__name__ for rule in step.rules]
        if step.method == "compare_gateways":
            found.append("link: ports")  # only where it is fed: choices that others make from it
        if step.link:
            found.append(f"link: {step.link}")
    return [*found, "check_quarter"]


def test_the_loop_follows_the_declared_order() -> None:
    assert events() == declared()


def test_the_loop_passes_each_link_by_its_own_mode() -> None:
    for call in ast.walk(functions(PACKAGE / "loop.py")["run_quarters"]):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "pass_link":
            name, mode = ast.unparse(call.args[0]), ast.unparse(call.args[1])
            assert mode in (f"links[{name}]", "2"), ast.unparse(call)
    numbers = [value for name, value in vars(loop).items() if name.isupper() and not name.startswith("N_")]
    assert sorted(numbers) == list(range(len(links.NAMES)))


def test_every_agent_of_a_kind_acts_in_the_loop() -> None:
    """A rule of a city runs over all cities and so on: the bound of the loop around each call."""
    bounds = {"city": "N_CITIES", "soe": "n_soes", "port": "N_PORTS", "investor": "n_investors"}
    bounds["partner"] = "N_PARTNERS"
    body = functions(PACKAGE / "loop.py")["run_quarters"]
    around: dict[str, str] = {}
    for node in ast.walk(body):
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and len(node.iter.args) == 1:
            around |= {name: ast.unparse(node.iter.args[0]) for name in called(node) if name in RULES}
    for step in ORDER:
        for rule in step.rules:
            assert around.get(rule.__name__) == bounds.get(step.agent), rule.__name__


# --- the model -------------------------------------------------------------------------------------------------------

CLASSES = {"city": agents.City, "soe": agents.SOE, "port": agents.Port, "investor": agents.ForeignInvestor}


@pytest.mark.parametrize("step", ORDER, ids=lambda step: f"{step.agent}.{step.method}")
def test_the_method_of_a_step_calls_its_rules(step: Step) -> None:
    owner = CLASSES.get(step.agent, LiaoningModel)
    source = ast.parse(textwrap.dedent(inspect.getsource(getattr(owner, step.method))))
    named = {n.attr for n in ast.walk(source) if isinstance(n, ast.Attribute)} | {
        n.id for n in ast.walk(source) if isinstance(n, ast.Name)
    }
    used = {name for name in named if name in IN_A_QUARTER}
    assert used == {rule.__name__ for rule in step.rules}


def test_no_method_of_an_agent_is_left_out() -> None:
    for kind, owner in CLASSES.items():
        methods = {
            name for name, value in vars(owner).items() if inspect.isfunction(value) and not name.startswith("_")
        }
        assert methods == {step.method for step in ORDER if step.agent == kind}


# --- the rule book ---------------------------------------------------------------------------------------------------


def test_every_rule_acts_once() -> None:
    """Each rule of the quarter is a step, or is called by another rule; none stands in two steps or idle."""
    counts = Counter(rule.__name__ for step in ORDER for rule in step.rules)
    assert set(counts.values()) == {1}
    steps = set(counts)
    inner = {name for rule in IN_A_QUARTER for name in called(RULES[rule]) if name in RULES and name != rule}
    assert not steps & inner, "a step that another rule calls would act twice"
    assert IN_A_QUARTER - steps - inner == set()
    assert steps <= IN_A_QUARTER


def test_headings_are_in_one_piece() -> None:
    headings = [step.heading for step in ORDER]
    assert len(set(headings)) == sum(a != b for a, b in zip(headings, ["", *headings], strict=False))


OWNERS = {**quarter.KINDS, "no_policy": "policy", "path": "nation", "out": "out"}


@cache
def fields_read() -> frozenset[tuple[str, str]]:
    """Return (kind, field) of every field that some rule reads, from the text of the rules."""
    found = set()
    for node in RULES.values():
        targets = set()
        for statement in ast.walk(node):
            if isinstance(statement, ast.Assign):
                for target in statement.targets:
                    inner: ast.AST = target
                    while isinstance(inner, ast.Subscript):
                        inner = inner.value
                    targets.add(id(inner))
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and id(part) not in targets:
                owner: ast.AST = part.value
                while isinstance(owner, ast.Subscript):
                    owner = owner.value
                if isinstance(owner, ast.Name):
                    found.add((OWNERS.get(owner.id, owner.id), part.attr))
    return frozenset(found)


def test_every_policy_is_read_by_a_rule() -> None:
    assert {name for name in records.POLICY.names or () if ("policy", name) not in fields_read()} == set()


def test_every_parameter_is_read_by_a_rule() -> None:
    assert {name for name in record_type().names or () if ("parameter", name) not in fields_read()} == set()


def test_every_driver_is_read_by_a_rule() -> None:
    assert {name for name in records.NATION.names or () if ("nation", name) not in fields_read()} == set()


@cache
def shown() -> frozenset[str]:
    """Return words of the modules that show agents to users: fields that no rule needs to read."""
    nodes = [
        node
        for stem in ("agents", "model", "ensemble")
        for node in ast.walk(ast.parse((PACKAGE / f"{stem}.py").read_text(encoding="utf-8")))
    ]
    return frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


@pytest.mark.parametrize("name", ["partner", "city", "soe", "port", "investor", "province"])
def test_every_field_of_a_record_is_used(name: str) -> None:
    """Read by a rule, or named where agents are shown."""
    fields = getattr(records, name.upper()).names
    assert [field for field in fields if (name, field) not in fields_read() and field not in shown()] == []


def test_no_rule_reads_a_field_that_is_not_declared() -> None:
    known = {
        kind: set(dtype.names or ())
        for kind, dtype in (
            ("partner", records.PARTNER), ("city", records.CITY), ("soe", records.SOE), ("port", records.PORT),
            ("investor", records.INVESTOR), ("province", records.PROVINCE), ("nation", records.NATION),
            ("policy", records.POLICY), ("parameter", record_type()),
        )
    }  # fmt: skip
    assert [(kind, name) for kind, name in fields_read() if kind in known and name not in known[kind]] == []


# --- the table -------------------------------------------------------------------------------------------------------


def rows() -> dict[str, quarter.Row]:
    return {row.rule: row for row in table()}


def test_the_table_has_a_row_for_every_step() -> None:
    assert [row.step for row in table()] == list(range(1, len(ORDER) + 1))
    assert [row.agent for row in table()] == [step.agent for step in ORDER]
    assert [row.link for row in table()] == [step.link for step in ORDER]


@pytest.mark.parametrize(
    ("rule", "read"),
    [
        # from the equations: potential from stocks, price from last quarter's utilisation, trade from this price
        ("city_reaches_markets", "city.gdp (t-1)"),
        ("city_plans_capacity", "city.capital (t-1)"),
        ("city_plans_capacity", "city.agglomeration (t)"),
        ("city_sets_prices", "city.utilisation (t-1)"),
        ("city_sets_prices", "city.padding (t-1)"),
        ("city_sets_prices", "city.wage_0"),
        ("ports_group", "port.throughput (t-1)"),
        ("port_sets_fee", "province.concentration (t)"),
        ("city_compares_gateways", "port.fee (t)"),
        ("city_pays_trade_costs", "city.freight (t)"),
        ("city_pays_trade_costs", "policy.tariff_cut"),
        ("city_exports", "city.export_price (t)"),
        ("city_exports", "city.industry_utilisation (t-1)"),
        ("city_exports", "city.trade_cost (t)"),
        ("city_imports", "city.investment (t-1)"),
        ("city_imports", "city.output (t-1)"),
        ("city_meets_demand", "city.exports_total (t)"),
        ("city_meets_demand", "city.consumption (t-1)"),
        ("city_meets_demand", "city.investment (t-1)"),
        ("soe_produces", "city.fill_share (t)"),
        ("soe_produces", "soe.zombie (t-1)"),
        ("soe_decides", "city.utilisation (t)"),
        ("soe_decides", "soe.debt (t-1)"),
        ("city_lends", "nation.credit"),
        ("city_lends", "city.soe_loans (t)"),
        ("soe_adjusts, soe_is_born", "city.tfp_growth (t-1)"),
        ("city_invests", "city.private_credit (t)"),
        ("port_expands", "port.throughput (t)"),
        ("city_attracts", "city.market_access (t)"),
        ("city_attracts", "city.infrastructure (t-1)"),
        ("investor_acts", "city.foreign_return_a (t)"),
        ("city_receives_people", "city.wage (t-1)"),
        ("city_sets_wage", "city.output (t)"),
        ("province_sets_budget", "city.revenue (t)"),
        ("province_sets_budget", "province.debt (t-1)"),
        ("city_consumes", "city.wage (t)"),
        ("city_consumes", "province.external_wealth (t-1)"),
        ("city_learns", "province.frontier (t)"),
        ("city_reports", "city.gdp_past (t)"),
        ("province_reports", "city.padding (t)"),
    ],
)
def test_a_read_is_of_this_quarter_or_the_last(rule: str, read: str) -> None:
    assert read in rows()[rule].reads


@pytest.mark.parametrize(
    ("rule", "written"),
    [
        ("nation_turns", "province.national_sales"),
        ("soe_decides", "city.freed_capital"),
        ("soe_decides", "soe.alive"),
        ("city_lends", "city.soe_ration"),
        ("investor_acts", "city.fdi_usd"),
        ("city_receives_people", "city.population"),
        ("province_balances", "province.external_wealth"),
    ],
)
def test_a_write_is_listed(rule: str, written: str) -> None:
    assert written in rows()[rule].writes


def test_marks_are_where_they_belong() -> None:
    """Parameters are not listed; constants, drivers and policies carry no mark; everything else carries one."""
    for row in table():
        assert not [read for read in row.reads if read.startswith("parameter.")]
        for read in row.reads:
            marked = read.endswith((" (t)", " (t-1)"))
            constant = read.startswith(("nation.", "policy.")) or read.split(" ")[0].endswith("_0")
            assert not (marked and constant), read
        assert row.reads == sorted(row.reads) and row.writes == sorted(row.writes)


class Watched(LiaoningModel):
    """Note which fields of the records change in each step."""

    changed: list[set[str]]

    def _carry_out(self, step: Step) -> None:
        before = self.records.copy()
        super()._carry_out(step)
        self.changed.append(set(differences(before, self.records)))


def differences(before: Any, after: Any) -> Iterator[str]:
    for place, kind in KINDS.items():
        old, new = getattr(before, place), getattr(after, place)
        for name in old.dtype.names:
            if not np.array_equal(old[name], new[name], equal_nan=True):
                yield f"{kind}.{name}"


def test_the_table_tells_what_happens(world: World) -> None:
    """Nothing changes that a row does not list, and nothing marked last quarter's has changed before in the quarter."""
    watched = Watched("no_financing_curb", parameters="prior", run=1, until="2006Q4", world=world)
    watched.policies["zombie_exit"][:] = 0.5
    watched.policies["free_trade_zone"][1:] = 1.0
    for _ in range(2):
        watched.changed = []
        watched.step()
        seen: set[str] = set()
        for row, changed in zip(table(), watched.changed, strict=True):
            assert changed <= set(row.writes), row.rule
            late = {read.removesuffix(" (t-1)") for read in row.reads if read.endswith("(t-1)")}
            assert not late & seen, row.rule
            seen |= changed
        assert len(seen) > 150


def test_the_model_knows_every_step() -> None:
    assert set(model.AGENT_CLASSES) == {"City", "SOE", "Port", "ForeignInvestor"}
    for step in ORDER:
        assert callable(getattr(CLASSES.get(step.agent, LiaoningModel), step.method))
        assert step.agent in {*CLASSES, "province", "partner"}
        assert step.link in {"", *links.NAMES}
