"""What the declarations of the model say of a loop, a variable, a rule and the quarter, for the app."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from simulator import records
from simulator.levers import INSTRUMENTS
from simulator.loop_book import LOOPS, edges
from simulator.loops import Edge, Loop, Path
from simulator.parameters import GROUP_SUFFIXES, Parameter, parameters
from simulator.quarter import ORDER, Row, access, table
from simulator.walk import walk
from simulator.words import unit_word
from viz.trust.figures import as_csv
from viz.wording import texts

EQUATION: Final = re.compile(r"\bE(\d+)(?:\s?[-–]\s?E?(\d+))?\b")


@dataclass(frozen=True)
class Rule:
    """A rule of the book.

    Attributes
    ----------
    name, sentence : str
        Its function and the first paragraph of what it says of itself (English).
    equations : str
        ``E21, E22``; empty if it names none.
    step, agent : int, str
        Where in the quarter and for whom it acts.
    parameters : tuple of Parameter
        That it reads; several of a vector.
    """

    name: str
    sentence: str
    equations: str
    step: int
    agent: str
    parameters: tuple[Parameter, ...]

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Its equations that its sentence does not name."""
        said = _numbers(self.sentence)
        return tuple(f"E{number}" for number in _numbers(self.equations) if number not in said)


@dataclass(frozen=True)
class Link:
    """One step of a path: an edge of the loop book, its rules, and the quarters that pass."""

    edge: Edge
    rules: tuple[Rule, ...]
    quarters: int


@dataclass(frozen=True)
class Way:
    """One way round a loop: its links, the quarters that a round takes at least, and its rules in order."""

    path: Path
    kind: str
    links: tuple[Link, ...]
    quarters: int
    rules: tuple[Rule, ...]


@cache
def chinese() -> Mapping[str, Mapping[str, str]]:
    """Return part of ``structure/zh.toml`` -> English -> Chinese."""
    text = files("viz").joinpath("structure", "zh.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def in_words(text: str, lang: str, part: str = "words") -> str:
    """Return what a part of ``zh.toml`` translates in the language of the page."""
    joined = " ".join(text.split())
    return chinese()[part].get(joined, joined) if lang == "zh" else joined


def loop_of(key: str) -> Loop | None:
    """Return a loop by its key; None if there is none."""
    return next((loop for loop in LOOPS if loop.key == key), None)


# Variables


@cache
def _declared(record: str) -> Mapping[str, str]:
    """Return field -> meaning and unit, from the comments of ``records.py``; empty where it says nothing."""
    if not hasattr(records, record):
        return {}
    text = inspect.getsource(records)
    start = text.find(f"\n{record}: Final = _dtype(")
    found = re.findall(r'^\s*\("(\w+)", _[FI].*?\),?(?:\s*# (.*))?$', text[start : text.index("\n)\n", start)], re.M)
    return dict(found)


def meaning_of(field: str, lang: str = "en") -> str:
    """Return what a field means, with its unit; empty where its declaration says nothing."""
    kind, name = field.split(".")
    if kind == "policy" and name in INSTRUMENTS:
        lever = INSTRUMENTS[name]
        label, unit = (lever.label_zh, lever.unit_zh) if lang == "zh" else (lever.label, lever.unit)
        opened, closed = ("（", "）") if lang == "zh" else (" (", ")")
        return f"{label}{opened}{unit or unit_word(lever.unit, lang)}{closed}"
    return in_words(_declared(kind.upper()).get(name, ""), lang, "fields")


def touching(fields: Iterable[str]) -> tuple[list[Rule], list[Rule]]:
    """Return the rules that write one of some fields, and those that only read one, in the order of the quarter."""
    wanted = set(fields)
    writers, readers = [], []
    for name in _book():
        if wanted & _fields(name, "writes"):
            writers.append(rule_of(name))
        elif wanted & _fields(name, "reads"):
            readers.append(rule_of(name))
    return writers, readers


def _fields(rule: str, way: str) -> set[str]:
    return {f"{kind}.{name}" for kind, name in getattr(access(rule), way)}


def loops_through(fields: Iterable[str]) -> list[Loop]:
    """Return the loops with an edge from or to one of some fields."""
    wanted = set(fields)
    found = {loop.key for loop, _, edge in edges() if wanted & {edge.source, edge.target}}
    return [loop for loop in LOOPS if loop.key in found]


# Rules


@cache
def _book() -> Mapping[str, tuple[int, str, Callable[..., Any]]]:
    """Return rule -> step of the quarter, kind of agent and function, in order; without the observation of outputs.

    A rule that only calls others stands in the quarter for its parts, which the walk of the quarter names.
    """
    parts = list(walk())
    named = {rule.__name__ for _, rule in parts}
    found: dict[str, tuple[int, str, Callable[..., Any]]] = {}
    calls = [(number, rule.__name__) for number, step in enumerate(ORDER, 1) for rule in step.rules]
    for place, (number, name) in enumerate(calls):
        following = next((later for _, later in calls[place + 1 :] if later in named), "")
        while parts and (parts[0][1].__name__ == name or (name not in named and parts[0][1].__name__ != following)):
            agent, rule = parts.pop(0)
            found[rule.__name__] = number, agent, rule
            if rule.__name__ == name:
                break
    return found


@cache
def rule_of(name: str) -> Rule:
    """Return what is declared of a rule; ``KeyError`` if the quarter does not call it."""
    number, agent, function = _book()[name] if name in _book() else _called(name)
    said = inspect.getdoc(getattr(function, "py_func", function)) or ""
    first = " ".join(said.split("\n\n")[0].split())
    return Rule(name, first, equations_in(said), number, agent, _parameters(name))


def _called(name: str) -> tuple[int, str, Callable[..., Any]]:
    """Return the same of a rule as a step calls it, whole."""
    for number, step in enumerate(ORDER, 1):
        for rule in step.rules:
            if rule.__name__ == name:
                return number, step.agent, rule
    raise KeyError(name)


def equations_in(text: str) -> str:
    """Return the equations that a text names, ranges spelt out."""
    return ", ".join(f"E{number}" for number in _numbers(text))


def _numbers(text: str) -> list[int]:
    found: set[int] = set()
    for first, last in EQUATION.findall(text):
        found |= set(range(int(first), int(last or first) + 1))
    return sorted(found)


def _parameters(rule: str) -> tuple[Parameter, ...]:
    """Return the parameters that a rule reads, in the order of their declaration."""
    stems = {name for kind, name in access(rule).reads if kind == "parameter"}
    wanted = stems | {f"{stem}_{suffix}" for stem in stems for suffix in GROUP_SUFFIXES}
    return tuple(p for p in parameters() if p.name in wanted)


# Loops


@cache
def ways(key: str) -> tuple[Way, ...]:
    """Return the ways round a loop."""
    loop = loop_of(key)
    if loop is None:
        raise KeyError(key)
    return tuple(_way(loop, path) for path in loop.paths)


def closed_first(key: str) -> tuple[Way, ...]:
    """Return the ways round a loop in the order of the page: those that close before those that do not."""
    return tuple(sorted(ways(key), key=lambda way: bool(way.path.cut)))


def _way(loop: Loop, path: Path) -> Way:
    links = tuple(Link(edge, tuple(map(rule_of, edge.rules)), quarters_of(edge)) for edge in path.edges)
    rules = dict.fromkeys(name for edge in path.edges for name in edge.rules)
    return Way(path, path.kind or loop.kind, links, _round(path), tuple(map(rule_of, rules)))


def quarters_of(edge: Edge) -> int:
    """Return how many times the quarter turns between source and target of an edge; 0: it acts within the quarter.

    It turns where a rule reads a field that is only set later in the quarter, or acts before the one it follows.
    """
    if not edge.rules:
        return 0
    order = list(_book())
    places = [order.index(name) for name in edge.rules]
    written = [place for place, name in enumerate(order) if edge.source in _fields(name, "writes")]
    late = bool(written) and min(written) >= places[0]
    return int(late) + sum(second < first for first, second in zip(places, places[1:], strict=False))


def _round(path: Path) -> int:
    return sum(quarters_of(edge) for edge in path.edges)


def links_csv(keys: Iterable[str], lang: str = "en") -> str:
    """Return the links of some loops as CSV, one a row, in words of the reader's language."""
    head = (
        "loop", "kind", "path", "path_open_because", "source", "source_meaning", "sign", "target", "target_meaning",
        "why", "rules", "equations", "quarters", "not_in_code_because",
    )  # fmt: skip
    rows = []
    for key in keys:
        for way in ways(key):
            for link in way.links:
                edge = link.edge
                numbers = dict.fromkeys(n for name in edge.rules for n in rule_of(name).equations.split(", ") if n)
                said = (
                    in_words(text, lang, "phrases") for text in (way.path.name, way.path.cut, edge.phrase, edge.missing)
                )
                path, cut, phrase, missing = said
                rows.append((
                    key, way.kind, path, cut, edge.source, meaning_of(edge.source, lang),
                    "+" if edge.sign > 0 else "-", edge.target, meaning_of(edge.target, lang), phrase,
                    " ".join(edge.rules), " ".join(numbers), "" if edge.missing else link.quarters, missing,
                ))  # fmt: skip
    return as_csv(head, rows)


# The quarter


@dataclass(frozen=True)
class Turn:
    """One step of the quarter: part, who acts, the rules, what they read and write, and the link handed on after it."""

    step: int
    part: str
    agent: str
    rules: tuple[Rule, ...]
    row: Row


def turns(lang: str) -> list[Turn]:
    """Return the quarter in order."""
    return [
        Turn(row.step, in_words(step.heading, lang, "quarter"), _agent(step.agent, lang),
             tuple(rule_of(rule.__name__) for rule in step.rules), row)
        for step, row in zip(ORDER, table(), strict=True)
    ]  # fmt: skip


def _agent(kind: str, lang: str) -> str:
    return texts(lang)["structure_agent_soe"] if kind == "soe" else in_words(kind, lang, "quarter")


def quarter_csv(lang: str = "en") -> str:
    """Return the quarter as CSV, in words of the reader's language."""
    head = ("step", "part", "agent", "rule", "equations", "says", "reads", "writes", "link_handed_on")
    rows = [
        (t.step, t.part, t.agent, " ".join(r.name for r in t.rules),
         " ".join(r.equations for r in t.rules if r.equations),
         " ".join(in_words(r.sentence, lang, "rules") for r in t.rules), "; ".join(t.row.reads),
         "; ".join(t.row.writes), in_words(t.row.link, lang, "quarter"))
        for t in turns(lang)
    ]  # fmt: skip
    return as_csv(head, rows)
