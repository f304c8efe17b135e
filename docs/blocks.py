"""What the generated blocks of the documents hold, taken from the code and the declarations; ``build.py`` puts it in.

So the documents cannot say anything else than the code.
"""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from importlib.resources import files
from itertools import groupby
from types import ModuleType
from typing import Any, Final

import numpy as np

from calibration.observed import load_observed
from simulator import agents, draws, links, quarter, records
from simulator.lever_checks import TARGET_KEYS
from simulator.levers import INSTRUMENTS, costs_table, instruments_table, limits_table
from simulator.model import LiaoningModel
from simulator.parameters import STATUSES, Parameter, parameters
from simulator.posterior import Fitted, shipped
from simulator.rules import (
    base,
    base_ports,
    city,
    drivers,
    government,
    invariants,
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
from simulator.sweep import file_model
from simulator.sweep.file import DEFAULT_RUNS
from simulator.sweep.schema import build_schema as sweep_schema
from simulator.table_needs import REQUIRED
from simulator.tables import STATUSES as DATA_STATUSES
from simulator.tables import Table, load_table, markdown
from simulator.variables import ENTITIES, LEVELS, variables
from simulator.world import load_world

EQUATION: Final = re.compile(r"\bE(\d+)(?:\s?[-–]\s?E?(\d+))?\b")

MODULES: Final[tuple[tuple[ModuleType, str], ...]] = (
    (nation, "The nation and the partners"),
    (city, "Cities: capacity, prices, demand, output, investment, technology"),
    (soe, "State-owned enterprises"),
    (port, "Ports and corridors"),
    (trade, "Trade"),
    (investor, "Foreign investors"),
    (people, "People"),
    (government, "Budget"),
    (reporting, "Published figures"),
    (observe, "Outputs"),
    (drivers, "Drivers after the last observed quarter"),
    (base, "The base quarter"),
    (base_ports, "The base quarter of the ports"),
    (invariants, "What must hold in every quarter"),
    (maths, "Small helpers"),
)
"""Modules of ``simulator/rules`` and their headings, in the order of ``equations.md``."""

WHO: Final = {
    "city": "each city", "soe": "each enterprise", "port": "each port", "investor": "each investor",
    "partner": "each partner", "province": "the province",
}  # fmt: skip
AGENTS: Final = {"city": agents.City, "soe": agents.SOE, "port": agents.Port, "investor": agents.ForeignInvestor}
STREAM_MEANING: Final = {
    "soe_survival": "does an enterprise in distress survive; is an empty place taken",
    "investor_act": "does an idle investor decide in this quarter",
    "investor_place": "where it settles",
    "investor_exit": "does it close a plant",
    "city_productivity": "productivity shock of a city",
    "province_productivity": "productivity shock common to all cities",
    "drivers": "deviation of a driver from its path after the last observed quarter",
    "revision": "error of the restated GDP",
    "survey": "error of the utilisation survey",
    "lever_size": "sampled size of an instrument, one quantile for all its targets",
}
RECORDS: Final = {
    "CITY": ("City", "agent"),
    "SOE": ("State-owned enterprise", "agent; a place, empty or taken"),
    "PORT": ("Port", "agent"),
    "INVESTOR": ("Foreign investor", "agent"),
    "PROVINCE": ("Province", "markets, sums and the budget"),
    "PARTNER": ("Trade partner", "demand, exchange rate and tariffs"),
    "NATION": ("Nation", "drivers of one quarter"),
    "POLICY": ("Policy in force", "instruments in one quarter"),
}
"""Record type -> who it describes, and as what."""
DATA: Final = (*REQUIRED, "observed")


def rows(head: Iterable[str], body: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table; a bar in a cell is escaped."""
    head = list(head)
    lines = [head, ["---"] * len(head), *([str(cell).replace("|", "\\|") for cell in row] for row in body)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def code(names: Iterable[str]) -> str:
    """Return names as inline code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def equations_in(text: str) -> tuple[int, ...]:
    """Return the equation numbers that a text names, ranges spelt out, ascending."""
    found: set[int] = set()
    for first, last in EQUATION.findall(text):
        found |= set(range(int(first), int(last or first) + 1))
    return tuple(sorted(found))


def plain(function: Any) -> Any:
    """Return the Python function behind a compiled rule."""
    return getattr(function, "py_func", function)


def first_sentence(function: Any) -> str:
    """Return the first line of a docstring without its full stop."""
    return (inspect.getdoc(function) or "").splitlines()[0].rstrip(".")


def rules_of(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the rules that a module defines, in the order of its file."""
    own = [(name, plain(value)) for name, value in vars(module).items() if callable(plain(value))]
    own = [(n, f) for n, f in own if inspect.isfunction(f) and f.__module__ == module.__name__]
    yield from sorted(own, key=lambda item: item[1].__code__.co_firstlineno)


def equations_of(names: str) -> str:
    """Return the equation numbers in the docstrings of rules, given as a list separated by commas."""
    book = {name: f for module, _ in MODULES for name, f in rules_of(module)}
    return numbered(equations_in(" ".join(inspect.getdoc(book[name]) or "" for name in names.split(", "))))


def numbered(numbers: Iterable[int]) -> str:
    """Return equation numbers as text, three or more in a row as a range."""
    groups: list[list[int]] = []
    for n in sorted(set(numbers)):
        if groups and n == groups[-1][-1] + 1:
            groups[-1].append(n)
        else:
            groups.append([n])
    return ", ".join(f"E{g[0]}–E{g[-1]}" if len(g) > 2 else ", ".join(f"E{n}" for n in g) for g in groups)


def linked(names: str) -> str:
    """Return rules as links into ``equations.md``."""
    return ", ".join(f"[`{name}`](equations.md#{name})" for name in names.split(", "))


def task_of(step: quarter.Step) -> str:
    """Return what an agent does in a step, from the docstring of its method."""
    task = first_sentence(getattr(AGENTS.get(step.agent, LiaoningModel), step.method))
    return task[0].lower() + task[1:]


def process() -> str:
    """Return the quarter by its parts: who does what, in order."""
    body = []
    numbered_steps = zip(quarter.ORDER, quarter.table(), strict=True)
    for part, group in groupby(numbered_steps, key=lambda pair: pair[0].heading):
        pairs = list(group)
        who = [f"*{name}*: " + "; ".join(task_of(step) for step, _ in some)
               for name, some in groupby(pairs, key=lambda pair: WHO[pair[0].agent])]
        numbers = equations_in(" ".join(equations_of(row.rule) for _, row in pairs))
        handed = ", ".join(step.link for step, _ in pairs if step.link)
        steps = dict.fromkeys((pairs[0][1].step, pairs[-1][1].step))
        body.append(("–".join(map(str, steps)), part, ". ".join(who), numbered(numbers), handed))
    return rows(("Steps", "Part", "Who does what, in this order", "Equations", "Links handed on"), body)


def steps_table() -> str:
    """Return the quarter, a line a step: who acts, what for, by which rule."""
    body = (
        (row.step, step.heading, WHO[step.agent], task_of(step), linked(row.rule), equations_of(row.rule), step.link)
        for step, row in zip(quarter.ORDER, quarter.table(), strict=True)
    )
    return rows(("Step", "Part", "Who", "Task", "Rule", "Equations", "Link handed on"), body)


def reads_and_writes() -> str:
    """Return what every step reads and writes."""
    body = ((row.step, linked(row.rule), ", ".join(row.reads), ", ".join(row.writes)) for row in quarter.table())
    return rows(("Step", "Rule", "Reads", "Writes"), body)


@cache
def declared(record: str) -> tuple[tuple[str, str, str, str], ...]:
    """Return (part, field, shape, comment) of every field of a record, from the text of ``records.py``."""
    text = inspect.getsource(records)
    start = text.index(f"\n{record}: Final = _dtype(")
    found, part = [], ""
    for line in text[start : text.index("\n)\n", start)].splitlines()[2:]:
        heading = re.fullmatch(r"\s*# --- (.*)", line)
        entry = re.fullmatch(r'\s*\("(\w+)", _[FI](?:, \((.*?),?\))?\),?(?:\s*# (.*))?', line)
        if heading:
            part = heading[1]
        elif entry:
            shape = re.sub(r"n_(\w+)|len\((\w+)\)", r"\1\2", (entry[2] or "").lower())
            found.append((part, entry[1], shape, entry[3] or ""))
        elif not line.strip().startswith("#"):
            raise ValueError(f"records.py: {record}: not understood: {line.strip()}")
    names = getattr(records, record).names
    if tuple(name for _, name, _, _ in found) != names:
        raise ValueError(f"records.py: {record}: the declared fields are not those of the record type")
    return tuple(found)


def entities() -> str:
    """Return who and what the model consists of, with the size of its records."""
    world = load_world()
    number = {
        "CITY": len(world.cities), "SOE": len(world.soes), "PORT": len(world.ports), "INVESTOR": len(world.investors),
        "PROVINCE": 1, "PARTNER": len(world.partners), "NATION": len(world.path), "POLICY": len(world.path),
    }  # fmt: skip
    body = []
    for record, (who, what) in RECORDS.items():
        numbers = sum(int(np.prod(getattr(records, record)[f].shape)) for _, f, _, _ in declared(record))
        anchor = f"[`{record}`](state_variables.md#{record.lower()})"
        body.append((who, what, f"{number[record]:,}", anchor, len(declared(record)), numbers))
    return rows(("Entity", "What", "How many", "Record", "Fields", "Numbers in one"), body)


def state_variables(record: str) -> str:
    """Return the fields of a record: shape, meaning and unit where declared, steps that set it; a table a part."""
    setters: dict[str, list[str]] = {}
    for step in quarter.table():
        for field in step.writes:
            setters.setdefault(field, []).append(str(step.step))
    kind = record.lower()
    parts: dict[str, list[tuple[str, ...]]] = {}
    for part, field, shape, comment in declared(record):
        steps = ", ".join(setters.get(f"{kind}.{field}", []))
        if record == "POLICY":
            comment = f"{INSTRUMENTS[field].label}; {INSTRUMENTS[field].unit}"
        parts.setdefault(part, []).append((f"`{field}`", shape, comment, steps))
    tables = []
    for part, body in parts.items():
        title = f"**{part[0].upper()}{part[1:]}**\n\n" if part else ""
        tables.append(title + rows(("Field", "Shape", "Meaning, unit", "Set in step"), body))
    return "\n".join(tables)


def streams() -> str:
    """Return the streams of random numbers."""
    return rows(("Stream", "Id", "Decides"), ((f"`{n}`", k, STREAM_MEANING[n]) for n, k in draws.STREAMS.items()))


def links_table() -> str:
    """Return the links between blocks: when they are handed on and which fields they hold."""
    after = {step.link: number for number, step in enumerate(quarter.ORDER, start=1) if step.link}
    body = []
    for name, kinds in links.LINKS.items():
        fields = "; ".join(f"{kind}: {code(names)}" for kind, names in kinds.items())
        body.append((name, f"after step {after[name]}" if name in after else "before step 1", fields))
    return rows(("Link", "Handed on", "Fields"), body)


def outputs() -> str:
    """Return the levels of output with the names of their variables."""
    body = (
        (level, len(ENTITIES[level]), len(variables()[level]), code(v.name for v in variables()[level]))
        for level in LEVELS
    )
    return rows(("Level", "Entities", "Variables", "Names"), body)


def variables_table(level: str) -> str:
    """Return the reported variables of a level."""
    body = (
        (f"`{v.name}`" + ("*" if v.core else ""), v.unit, v.kind,
         f"{v.annual.replace('_', ' ')}" + (f": `{v.of[0]}` / `{v.of[1]}`" if v.of else ""),
         v.better, "yes" if v.padded else "", v.label, v.label_zh, v.meaning)
        for v in variables()[level]
    )  # fmt: skip
    return rows(("Variable", "Unit", "Kind", "Year", "Better", "Padded", "Label", "中文", "Meaning"), body)


@cache
def parameter_groups() -> dict[str, tuple[Parameter, ...]]:
    """Return heading -> parameters, as grouped by the comments of ``parameters.toml``."""
    text = files("simulator").joinpath("parameters.toml").read_text(encoding="utf-8")
    known = {p.name: p for p in parameters()}
    groups = {}
    for part in re.split(r"^# ---- ", text, flags=re.M)[1:]:
        heading, _, body = part.partition("\n")
        groups[heading.strip()] = tuple(known[name] for name in tomllib.loads(body))
    if sum(len(group) for group in groups.values()) != len(known):
        raise ValueError("parameters.toml: a parameter stands before the first heading '# ---- '")
    return groups


def fitted_cells(row: Fitted | None) -> tuple[str, str]:
    """Return median and 90 % interval of the posterior, and by how much it narrowed the prior; empty if not fitted."""
    if row is None:
        return "", ""
    return f"{row.median:.4g} ({row.p05:.4g} to {row.p95:.4g})", f"{100.0 * row.contraction:.0f} %"


def parameters_table() -> str:
    """Return all parameters, a table for each heading of ``parameters.toml``; with the posterior, if one is shipped."""
    posterior = shipped()
    fitted = {} if posterior is None else {row.name: row for row in posterior.table}
    more = () if posterior is None else ("Fitted", "Contraction")
    head = ("Parameter", "Symbol", "Meaning", "Unit", "Low", "Point", "High", "Status", *more, "Source")
    parts = []
    for heading, group in parameter_groups().items():
        body = (
            (f"`{p.name}`", p.symbol, p.meaning, p.unit, f"{p.low:g}", f"{p.point:g}",
             f"{p.high:g}" + (" (log)" if p.logarithmic else ""), p.status,
             *(() if posterior is None else fitted_cells(fitted.get(p.name))), p.source)
            for p in group
        )  # fmt: skip
        parts.append(f"## {heading}\n\n" + rows(head, body))
    return "\n".join(parts)


def evidence() -> str:
    """Return how many parameters of each part rest on which evidence."""
    groups: dict[str, tuple[Parameter, ...]] = {**parameter_groups(), "all": parameters()}
    used = [s for s in STATUSES if any(p.status == s for p in parameters())]
    body = (
        (heading, len(group), *(sum(p.status == s for p in group) or "" for s in used))
        for heading, group in groups.items()
    )
    return rows(("Part", "Parameters", *used), body)


def equation_index() -> str:
    """Return equation number -> rules whose docstrings name it."""
    found: dict[int, list[str]] = {}
    for module, _ in MODULES:
        for name, function in rules_of(module):
            for number in equations_in(inspect.getdoc(function) or ""):
                found.setdefault(number, []).append(name)
    body = ((f"E{n}", ", ".join(f"[`{name}`](#{name})" for name in found[n])) for n in sorted(found))
    return rows(("Equation", "Rules"), body)


def equations() -> str:
    """Return every rule with its docstring and the parameters that it reads itself."""
    parts = []
    for module, heading in MODULES:
        parts.append(f"## {heading}\n\n`simulator/rules/{module.__name__.rpartition('.')[2]}.py`\n")
        for name, function in rules_of(module):
            text = inspect.getdoc(function) or ""
            read = dict.fromkeys(re.findall(r"\bpar\.(\w+)", inspect.getsource(function)))
            parts.append(f"### {name}\n\n{text}\n" + (f"\nParameters: {code(read)}\n" if read else ""))
    return "\n".join(parts)


def table_of_data(name: str) -> Table:
    """Return a table of the model, or the observed figures."""
    return load_observed() if name == "observed" else load_table(name)


def data_table(name: str) -> str:
    """Return the overview of a table of data."""
    return markdown(table_of_data(name)).rstrip("\n") + "\n"


def data_status() -> str:
    """Return how many figures of each table have which status."""
    kinds = {name: [row.status for row in table_of_data(name).rows] for name in DATA}
    body = ((f"`{name}.csv`", len(kind), *(kind.count(s) or "" for s in DATA_STATUSES)) for name, kind in kinds.items())
    whole = [status for kind in kinds.values() for status in kind]
    return rows(
        ("Table", "Figures", *DATA_STATUSES), (*body, ("all", len(whole), *(whole.count(s) for s in DATA_STATUSES)))
    )


SWEEP_DEFAULTS: Final = {
    "runs": f"{DEFAULT_RUNS}, unless draws and replications are given",
    "draws": "`runs` counts",
    "replications": "`runs` counts",
    "keep": "core variables of the province, by year",
    "variables": "core variables of the level; all if none is core",
    "n": "required, unless every axis of a grid lists its values",
    "levers": "none",
    "parameters": "none",
    "sweep parameters": "`\"posterior\"` if this version ships one, else `\"prior\"`",
    **dict.fromkeys(TARGET_KEYS, "those of the scenario's own levers; required with `start`"),
    "start": "the scenario's own levers are varied",
    "end": "`2035Q4`",
    "phase_in": "`0`",
    "scenarios": "all but the first; without `start`, all that set the instrument",
    "name": "the instrument",
}
"""What holds if a key of a sweep file that has no plain default is left out."""


def sweep_keys(table: str) -> str:
    """Return the keys of one table of a sweep file: meaning, what is allowed, and what holds without them."""
    whole = sweep_schema()["properties"]
    design = whole["design"]
    shape, model = {
        "sweep": (whole["sweep"], file_model.SweepTable),
        "keep": (whole["sweep"]["properties"]["keep"]["items"], file_model.KeepTable),
        "design": (design, file_model.DesignTable),
        "design.levers": (design["properties"]["levers"]["items"], file_model.LeverTable),
    }[table]
    body = []
    for key, field in model.model_fields.items():
        plain_default = isinstance(field.default, bool | int | str)
        told = SWEEP_DEFAULTS.get(f"{table} {key}", SWEEP_DEFAULTS.get(key))
        default = f"`{toml_value(field.default)}`" if plain_default else told
        what = shape["properties"][key]
        left_out = "required" if field.is_required() else default
        body.append((f"`{key}`", what["description"].rstrip("."), allowed(key, what), left_out))
    return rows(("Key", "Meaning", "Allowed", "If left out"), body)


def toml_value(value: object) -> str:
    """Return a value as a TOML file has it."""
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def allowed(key: str, shape: dict[str, Any]) -> str:
    """Return in words which values a key may have, from its JSON Schema."""
    if key == "instrument":
        return "[instruments](scenarios.md#instruments)"
    if key == "size":
        return f"`{{low = ..., high = ...}}`, or in a grid a list of 2 to {file_model.MAX_VALUES:,} numbers"
    if "enum" in shape:
        return ", ".join(f"`{toml_value(value)}`" for value in shape["enum"])
    if "minimum" in shape:
        most = "2^63 - 1" if shape["maximum"] == file_model.LARGEST_SEED else f"{shape['maximum']:,}"
        return f"whole number, {shape['minimum']} to {most}"
    if any(option.get("enum") == ["all"] for option in shape.get("anyOf", ())):
        return '`"all"` or a list of names'
    if shape.get("type") == "array":
        items = shape["items"]["type"]
        most = f", at most {shape['maxItems']}" if "maxItems" in shape else ""
        return ("list of names" if items == "string" else "list of tables") + most
    if shape.get("type") == "object":
        return "table: name of a parameter = range, list or `\"prior\"`"
    if "examples" in shape and shape["examples"][0].endswith(("Q1", "Q4")):
        return f"quarter, such as `\"{shape['examples'][0]}\"`"
    return "text, at most 60 letters" if key == "name" else "text"


BLOCKS: Final[dict[str, Callable[[], str]]] = {
    "instruments": instruments_table,
    "costs": costs_table,
    "limits": limits_table,
    "process": process,
    "steps": steps_table,
    "reads and writes": reads_and_writes,
    "entities": entities,
    "streams": streams,
    "links": links_table,
    "outputs": outputs,
    "evidence": evidence,
    "parameters": parameters_table,
    "equation index": equation_index,
    "equations": equations,
    **{f"sweep keys {table}": partial(sweep_keys, table) for table in ("sweep", "keep", "design", "design.levers")},
    **{f"variables {level}": partial(variables_table, level) for level in LEVELS},
    **{f"state {record}": partial(state_variables, record) for record in RECORDS},
    "data status": data_status,
    **{f"data {name}": partial(data_table, name) for name in DATA},
}
"""Name of a block -> function that writes it."""
