"""The order of events in one quarter. ``liaosim quarter`` prints it; the Mesa model walks it; the loop is held to it.

What each rule reads and writes is taken from its source, so the table cannot drift from the code.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Final

from simulator.rules import (
    city,
    government,
    investor,
    maths,
    nation,
    observe,
    people,
    port,
    reporting,
    soe,
    trade,
)

RULE_MODULES: Final[tuple[ModuleType, ...]] = (
    city, government, investor, maths, nation, observe, people, port, reporting, soe, trade,
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step of the quarter: who does what.

    Attributes
    ----------
    heading : str
        Part of the quarter.
    agent : str
        province, partner, city, soe, port or investor; every one of that kind acts, in file order.
    method : str
        Method of the Mesa agent (or of the model, for province and partners) that carries it out.
    rules : tuple of callables
        Rules of the book that it calls.
    link : str
        Link to which the results are handed on after this step, if any.
    """

    heading: str
    agent: str
    method: str
    rules: tuple[Callable[..., Any], ...]
    link: str = ""


ORDER: Final = (
    Step("World", "province", "open_quarter", (nation.nation_turns,)),
    Step("World", "partner", "turn_partners", (nation.partner_turns,)),
    Step("Capacity", "city", "reach_markets", (city.city_reaches_markets,)),
    Step("Capacity", "province", "refer_markets", (nation.market_reference,), "market access"),
    Step("Capacity", "city", "plan_capacity", (city.city_plans_capacity,)),
    Step("Capacity", "soe", "plan_capacity", (soe.soe_plans_capacity,)),
    Step("Prices", "city", "set_prices", (city.city_sets_prices,)),
    Step("Ports", "province", "group_ports", (port.ports_group,)),
    Step("Ports", "port", "set_fee", (port.port_sets_fee,)),
    Step("Ports", "city", "compare_gateways", (port.city_compares_gateways,)),
    Step("Trade", "city", "pay_trade_costs", (trade.city_pays_trade_costs,), "trade cost"),
    Step("Trade", "city", "export", (trade.city_exports,)),
    Step("Trade", "city", "import_goods", (trade.city_imports,)),
    Step("Trade", "port", "clear", (port.port_clears,)),
    Step("Trade", "city", "ship", (port.city_ships,)),
    Step("Output", "city", "meet_demand", (city.city_meets_demand,)),
    Step("Output", "soe", "take_orders", (soe.soe_takes_orders,)),
    Step("Output", "city", "fill_orders", (city.city_fills_orders,)),
    Step("Output", "soe", "produce", (soe.soe_produces,)),
    Step("Output", "city", "produce", (city.city_produces,)),
    Step("Output", "province", "add_up", (city.province_adds_up,)),
    Step("Finance", "soe", "decide", (soe.soe_decides,)),
    Step("Finance", "city", "lend", (city.city_lends,), "credit"),
    Step("Investment", "province", "count_births", (soe.soe_births,)),
    Step("Investment", "soe", "adjust", (soe.soe_adjusts, soe.soe_is_born)),
    Step("Investment", "city", "invest", (city.city_invests,)),
    Step("Investment", "port", "expand", (port.port_expands,), "ports"),
    Step("Foreign investors", "province", "open_fdi_pool", (investor.fdi_pool_opens,)),
    Step("Foreign investors", "city", "attract", (investor.city_attracts,)),
    Step("Foreign investors", "investor", "act", (investor.investor_acts,)),
    Step("Foreign investors", "city", "clear_foreign", (investor.city_clears_foreign,)),
    Step("Foreign investors", "investor", "report", (investor.investor_reports,)),
    Step("Foreign investors", "city", "improve_business", (investor.city_improves_business,), "FDI"),
    Step("People", "province", "open_labour_market", (people.labour_market_opens,)),
    Step("People", "city", "appeal", (people.city_appeals,)),
    Step("People", "city", "receive_people", (people.city_receives_people,)),
    Step("People", "city", "set_wage", (people.city_sets_wage,), "people"),
    Step("Budget", "city", "collect_revenue", (government.city_collects_revenue,)),
    Step("Budget", "province", "set_budget", (government.province_sets_budget,)),
    Step("Budget", "city", "spend", (government.city_spends,), "fiscal"),
    Step("Uses", "city", "add_investment", (government.city_adds_investment,)),
    Step("Uses", "city", "consume", (people.city_consumes,)),
    Step("Uses", "city", "trade_with_china", (trade.city_trades_with_china,)),
    Step("Uses", "province", "balance", (government.province_balances,)),
    Step("Stocks", "city", "build", (city.city_builds,)),
    Step("Stocks", "province", "move_frontier", (nation.frontier_moves,)),
    Step("Stocks", "city", "learn", (city.city_learns,)),
    Step("Stocks", "city", "count_firms", (city.city_counts_firms,)),
    Step("Stocks", "city", "pollute", (city.city_environment,)),
    Step("Statistics", "city", "publish", (reporting.city_reports,)),
    Step("Statistics", "province", "publish", (reporting.province_reports,), "reporting"),
    Step("Statistics", "province", "observe", (observe.observe_all,)),
)
"""The quarter, in order. The link "direct policy" is handed on before the first step."""

KINDS: Final = {
    "city": "city", "cities": "city", "soe": "soe", "soes": "soe", "port": "port", "ports": "port",
    "investor": "investor", "investors": "investor", "partner": "partner", "partners": "partner",
    "province": "province", "nation": "nation", "policy": "policy", "par": "parameter",
}  # fmt: skip


@dataclass(frozen=True)
class Access:
    """Fields (kind, name) that a rule reads and writes, those of the rules it calls included.

    `assigned`: written on every path through the rule.
    """

    reads: frozenset[tuple[str, str]]
    writes: frozenset[tuple[str, str]]
    assigned: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Row:
    """One line of the printed quarter; `reads` carry ``(t)`` or ``(t-1)``."""

    step: int
    rule: str
    agent: str
    reads: list[str]
    writes: list[str]
    link: str


class _Reader(ast.NodeVisitor):
    """Collect attribute reads and writes on records in one function, in the order of its statements.

    A field that the function has assigned before it reads it is not a read from outside.
    """

    def __init__(self) -> None:
        self.reads: set[tuple[str, str]] = set()
        self.writes: set[tuple[str, str]] = set()
        self.assigned: set[tuple[str, str]] = set()
        """Written on every path so far."""
        self.calls: dict[str, None] = {}

    def _read(self, field: tuple[str, str] | None) -> None:
        if field is not None and field not in self.assigned:
            self.reads.add(field)

    @staticmethod
    def _field(node: ast.AST) -> tuple[str, str] | None:
        while isinstance(node, ast.Subscript):
            node = node.value
        if not isinstance(node, ast.Attribute):
            return None
        owner: ast.AST = node.value
        while isinstance(owner, ast.Subscript):
            owner = owner.value
        if isinstance(owner, ast.Name) and owner.id in KINDS:
            return KINDS[owner.id], node.attr
        return None

    def _write(self, target: ast.AST) -> None:
        field = self._field(target)
        if field is not None:
            self.writes.add(field)
            self.assigned.add(field)
        if isinstance(target, ast.Subscript):
            self.visit(target.slice)
            if isinstance(target.value, ast.Subscript):
                self.visit(target.value.slice)

    def visit_Assign(self, node: ast.Assign) -> None:  # noqa: N802
        self.visit(node.value)
        for target in node.targets:
            self._write(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        self._read(self._field(node.target))
        self.visit(node.value)
        self._write(node.target)

    def visit_If(self, node: ast.If) -> None:  # noqa: N802
        self.visit(node.test)
        before = set(self.assigned)
        branches = []
        for body in (node.body, node.orelse):
            self.assigned = set(before)
            for statement in body:
                self.visit(statement)
            branches.append(self.assigned)
        self.assigned = branches[0] & branches[1]

    def visit_Attribute(self, node: ast.Attribute) -> None:  # noqa: N802
        self._read(self._field(node))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:  # noqa: N802
        if isinstance(node.func, ast.Name):
            self.calls.setdefault(node.func.id)
        self.generic_visit(node)


@cache
def _book() -> dict[str, Callable[..., Any]]:
    return {
        name: value
        for module in RULE_MODULES
        for name, value in vars(module).items()
        if callable(value) and getattr(value, "__module__", "").startswith("simulator.rules")
    }


@cache
def access(name: str) -> Access:
    """Return what the rule of this name reads and writes."""
    function = _book()[name]
    source = textwrap.dedent(inspect.getsource(getattr(function, "py_func", function)))
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    reader = _Reader()
    for statement in definition.body:
        reader.visit(statement)
    reads, writes, assigned = set(reader.reads), set(reader.writes), set(reader.assigned)
    for called in reader.calls:
        if called in _book():
            inner = access(called)
            reads |= inner.reads - assigned
            writes |= inner.writes
            assigned |= inner.assigned
    return Access(frozenset(reads), frozenset(writes), frozenset(assigned))


def _step_access(step: Step) -> Access:
    parts = [access(rule.__name__) for rule in step.rules]
    reads, writes, assigned = (
        frozenset[tuple[str, str]]().union(*(getattr(part, name) for part in parts))
        for name in ("reads", "writes", "assigned")
    )
    return Access(reads, writes, assigned)


@cache
def table() -> tuple[Row, ...]:
    """Return the quarter as rows. A read of a field that is set later in the order is last quarter's, ``t-1``.

    Constants of the base quarter, parameters, drivers and policies carry no mark.
    """
    all_access = [_step_access(step) for step in ORDER]
    ever = frozenset().union(*(a.writes for a in all_access))
    done: set[tuple[str, str]] = set()
    rows = []
    for number, (step, used) in enumerate(zip(ORDER, all_access, strict=True), start=1):
        reads = []
        for kind, name in sorted(used.reads):
            if kind == "parameter" or name == "index":
                continue
            field = f"{kind}.{name}"
            if (kind, name) in ever:
                field += " (t)" if (kind, name) in done else " (t-1)"
            reads.append(field)
        done |= used.writes
        rules = ", ".join(rule.__name__ for rule in step.rules)
        writes = [f"{kind}.{name}" for kind, name in sorted(used.writes)]
        rows.append(Row(number, rules, step.agent, reads, writes, step.link))
    return tuple(rows)
