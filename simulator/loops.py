"""The feedback loops of the model as data: which variables, which rules carry each step, with which sign.

An edge says that one field acts on another through named rules of the book. What the rules read and write is taken
from their source, so an edge that the code does not have is found (`check_loop`). A step of the original sketch
that no rule carries is kept with the reason, and its path is open. Signs are measured in ``polarity.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Final, Literal

from simulator.quarter import access

Kind = Literal["reinforcing", "balancing"]
Place = Literal["city", "port", "province"]
Measure = Literal["level", "change", "rate"]
SIGN_OF: Final = {"reinforcing": 1, "balancing": -1}


@dataclass(frozen=True)
class Edge:
    """One step of a loop.

    Attributes
    ----------
    source, target : str
        ``kind.field`` of a record.
    sign : int
        1: the target moves with the source, -1: against it, all else equal.
    rules : tuple of str
        Rules of the book that carry it, in the order in which they act; empty if none does.
    phrase : str
        What happens, in a few words.
    missing : str
        Why no rule carries it; empty if one does.
    across : bool
        The target is that of the others: other cities, or the enterprises whose records are not shaken.
    measure : {"level", "change", "rate"}
        Of a variable that acts on itself: its change, or its rate of growth.
    probe : str
        Field that is shaken instead of the source, where one rule writes both source and target.
    step : float
        Relative change by which the sign is measured (a share where the source is a logarithm; absolute for a lever).
    """

    source: str
    target: str
    sign: int
    rules: tuple[str, ...]
    phrase: str
    missing: str = ""
    across: bool = False
    measure: Measure = "level"
    probe: str = ""
    step: float = 0.01

    @property
    def name(self) -> str:
        """The edge as text, for example ``city.wage -> city.export_price``."""
        return f"{self.source} -> {self.target}"


@dataclass(frozen=True)
class Path:
    """One way round a loop.

    Attributes
    ----------
    name : str
    edges : tuple of Edge
        Each starts where the one before ends; the last ends where the first starts.
    at : {"city", "port", "province"}
        Where it happens. At a city: its own records, its enterprises, all ports. At a port: that port, all cities.
    sites : tuple of int
        Cities or ports in which it is measured; empty: those of ``polarity.SITES``.
    cut : str
        Where and why the path does not close in the code; empty if it closes.
    kind : {"reinforcing", "balancing"} or ""
        If not that of the loop.
    quarters : int
        Horizon of the total effect, everything else free to move; 0: none is measured.
    shake : str
        Field that is changed for the total effect; empty: the first source.
    watch : str
        Target of an edge whose response is the total effect; empty: the source of the last edge.
    """

    name: str
    edges: tuple[Edge, ...]
    at: Place = "city"
    sites: tuple[int, ...] = ()
    cut: str = ""
    kind: Kind | Literal[""] = ""
    quarters: int = 0
    shake: str = ""
    watch: str = ""

    @property
    def sign(self) -> int:
        """Product of the signs: 1 reinforcing, -1 balancing."""
        return prod(edge.sign for edge in self.edges)


@dataclass(frozen=True)
class Loop:
    """A feedback loop: key (R reinforcing, B balancing), names, one sentence in two languages, its paths, a remark."""

    key: str
    name: str
    name_zh: str
    text: str
    text_zh: str
    paths: tuple[Path, ...]
    note: str = ""

    @property
    def kind(self) -> Kind:
        """What the letter of the key says."""
        return "reinforcing" if self.key.startswith("R") else "balancing"

    @property
    def open(self) -> bool:
        """Whether no path of the loop closes in the code."""
        return all(path.cut for path in self.paths)


@cache
def _touched() -> frozenset[str]:
    """Return all fields that a rule reads or writes, as ``kind.field``."""
    from simulator.quarter import ORDER

    used = [access(rule.__name__) for step in ORDER for rule in step.rules]
    return frozenset(f"{kind}.{name}" for part in used for kind, name in part.reads | part.writes)


def check_edge(edge: Edge) -> list[str]:
    """Return what is wrong with an edge: unknown field, no rule that reads the source, idle rule, target not written.

    Rules act in the order given: the first must read the source, each later one something that an earlier one has
    written, the last must write the target.
    """
    wrong = [f"{edge.name}: no rule touches {name}" for name in (edge.source, edge.target) if name not in _touched()]
    if edge.sign not in (1, -1):
        wrong.append(f"{edge.name}: sign {edge.sign}; allowed are 1 and -1")
    if edge.missing:
        return [*wrong, f"{edge.name}: has rules and a reason why it has none"] if edge.rules else wrong
    if not edge.rules:
        return [*wrong, f"{edge.name}: no rule is named"]
    reached = {edge.source}
    written: set[str] = set()
    for name in edge.rules:
        try:
            used = access(name)
        except KeyError:
            return [*wrong, f"{edge.name}: {name} is not a rule of the book"]
        if not reached & {f"{kind}.{field}" for kind, field in used.reads}:
            wrong.append(f"{edge.name}: {name} reads nothing that the edge has reached")
        written = {f"{kind}.{field}" for kind, field in used.writes}
        reached |= written
    if edge.target not in written:
        wrong.append(f"{edge.name}: {edge.rules[-1]} does not write {edge.target}")
    return wrong


def check_loop(loop: Loop) -> list[str]:
    """Return what is wrong with a loop: edges not in the code, a chain that does not close, a product of another kind.

    An edge without a rule is only allowed on a path that says where it is cut.
    """
    wrong = []
    for path in loop.paths:
        place = f"{loop.key} {path.name}"
        wrong += [f"{place}: {text}" for edge in path.edges for text in check_edge(edge)]
        for edge, following in zip(path.edges, path.edges[1:] + path.edges[:1], strict=True):
            if edge.target != following.source:
                wrong.append(f"{place}: {edge.name} does not lead to {following.name}")
        kind = path.kind or loop.kind
        if path.sign != SIGN_OF[kind]:
            wrong.append(f"{place}: the product of the signs is {path.sign:+d}, that of a {kind} loop is not")
        if any(edge.missing for edge in path.edges) and not path.cut:
            wrong.append(f"{place}: an edge has no rule, but the path does not say where it is cut")
    return wrong


@cache
def stocks() -> frozenset[str]:
    """Return the fields that carry themselves over: a rule (or step) writes them and reads their last value.

    The read must be of last quarter's value: a field that another step has set before in the same quarter is a sum in
    the making, not a stock.
    """
    from simulator.quarter import table

    found = set()
    for row in table():
        last = {name.removesuffix(" (t-1)") for name in row.reads if name.endswith(" (t-1)")}
        found |= last & set(row.writes)
    return frozenset(found)


