"""JSON Schema of sweep files, for editors that check and complete TOML while it is written.

Built from the models of ``file_model.py``, the instruments, the variables and the parameters. What a schema cannot say
is left to ``liaosim sweep FILE --plan``: the order of quarters and of the ends of a range, the size of a grid, names of
axes, scenarios that exist.
"""

from __future__ import annotations

import json
from typing import Any, Final

from simulator.lever_checks import TARGET_KEYS
from simulator.levers import ALL, INSTRUMENTS, Instrument
from simulator.parameters import Parameter, parameters
from simulator.scenario_schema import DIALECT, QUARTER, about, plain, targets
from simulator.sweep.file_design import RESERVED
from simulator.sweep.file_model import MAX_VALUES, POSTERIOR, PRIOR, SweepFile
from simulator.variables import LEVELS, variables

_SWEEP_TEXTS: Final = {
    "name": "Short name: a-z, 0-9 and _, starting with a letter.",
    "scenarios": "Shipped names, files (FILE.toml, beside this file) or combinations (A+B); the first is the base.",
    "combine": "Also run every combination of the scenarios: those that contradict each other are refused (true) or "
    'left out ("compatible").',
    "runs": "Runs of each scenario, each with parameters and luck of its own; 200 if nothing is written.",
    "draws": "Draws of parameters; every draw sees the same luck. Together with replications, instead of runs.",
    "replications": "Lucks of every draw. Together with draws, instead of runs.",
    "until": "Last quarter; 2035Q4 if left out.",
    "seed": "Seed of all random numbers; 1 if left out.",
    "parameters": 'Where parameters come from: "posterior" (fitted to data; the default if shipped, else "prior"), '
    '"prior", "point", a TOML file beside this one, or a folder of liaosim calibrate.',
    "keep": "What is kept of every run; the core variables of the province, by year, if left out.",
}
_KEEP_TEXTS: Final = {
    "level": "Whose values.",
    "variables": 'Names, or "all"; the core variables of the level (all if it has none) if left out.',
    "freq": "By year (A, the default) or by quarter (Q).",
}
_DESIGN_TEXTS: Final = {
    "method": "How points are chosen: every combination of values (grid), a Latin hypercube (lhs) or a Sobol sequence.",
    "n": "Number of points; in a grid the number of values of each range.",
    "levers": "Each [[design.levers]] varies the size of one instrument.",
    "parameters": "Parameters that are varied, in every scenario.",
}
_LEVER_TEXTS: Final = {
    "instrument": "What the lever sets.",
    "size": "Lowest and highest size, or in a grid a list of sizes.",
    "partners": "Trade partners on which the lever works.",
    "cities": "Cities on which the lever works.",
    "ports": "Ports on which the lever works.",
    "sectors": "Groups of industry on which the lever works.",
    "start": "First quarter of a lever that is added; without it, the scenario's own levers are varied.",
    "end": "Last quarter in force; without it the lever holds to 2035Q4.",
    "phase_in": "Quarters until the full effect; 0 = at once.",
    "scenarios": "Scenarios that it is varied in, by name; without it all but the first, or all that set it.",
    "name": "Column of the design; the instrument if left out.",
}
_PRIOR: Final[dict[str, Any]] = {"enum": [PRIOR], "description": "As in its declared distribution."}
_RANGE_TEXTS: Final = {"low": "Lowest value.", "high": "Highest value."}


def build_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of a sweep file."""
    models = SweepFile.model_json_schema()["$defs"]
    return {
        "$schema": DIALECT,
        "title": "Sweep file of liaosim",
        "description": "Many runs of many scenarios, and what is kept of them.",
        "type": "object",
        "additionalProperties": False,
        "required": ["sweep"],
        "properties": {"sweep": _sweep(models), "design": _design(models)},
        "definitions": {"range": _range(), "values": _values(), "size": _either(), "varied": _either(_PRIOR)},
    }


def schema_text() -> str:
    """Return the schema as it stands in ``docs/sweep.schema.json``."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"


def _object(title: str, model: dict[str, Any], texts: dict[str, str], shapes: dict[str, Any]) -> dict[str, Any]:
    """Return a table: its keys with their texts, and with their shapes where the model does not say enough."""
    properties = {
        key: {"title": key, "description": text, **(shapes[key] if key in shapes else plain(model["properties"][key]))}
        for key, text in texts.items()
    }
    return {
        "type": "object",
        "title": title,
        "additionalProperties": False,
        "required": model["required"],
        "properties": properties,
    }


def _sweep(models: dict[str, Any]) -> dict[str, Any]:
    shapes = {
        "combine": {"enum": [False, True, "compatible"]},
        "until": {"type": "string", "pattern": QUARTER, "examples": ["2035Q4"]},
        "parameters": {
            "type": "string", "pattern": r"^(posterior|prior|point|.*/.*|.*\.toml)$", "examples": [POSTERIOR, PRIOR],
        },
        "keep": {"type": "array", "minItems": 1, "items": _keep(models["KeepTable"])},
    }
    table = _object("Sweep", models["SweepTable"], _SWEEP_TEXTS, shapes)
    either = {"draws": ["replications"], "replications": ["draws"], "runs": {"not": {"required": ["draws"]}}}
    return {**table, "dependencies": either}


def _keep(model: dict[str, Any]) -> dict[str, Any]:
    table = _object("Kept variables", model, _KEEP_TEXTS, {"variables": {"anyOf": [_all(), _list({"type": "string"})]}})
    return {**table, "allOf": [_of_level(level) for level in LEVELS]}


def _of_level(level: str) -> dict[str, Any]:
    """Return what holds for the items of one level: the names of its variables."""
    names = [v.name for v in variables()[level]]
    then = {"properties": {"variables": {"anyOf": [_all(), _list({"enum": names})]}}}
    return {"if": {"properties": {"level": {"enum": [level]}}, "required": ["level"]}, "then": then}


def _all() -> dict[str, Any]:
    return {"enum": [ALL], "description": "Every one of them."}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": items}


# The design


def _design(models: dict[str, Any]) -> dict[str, Any]:
    shapes = {
        "levers": {"type": "array", "items": _lever(models["LeverTable"])},
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "properties": {p.name: _parameter(p) for p in parameters()},
        },
    }
    no_lists = {
        "levers": {"items": {"properties": {"size": {"type": "object"}}}},
        "parameters": {"additionalProperties": {"type": ["object", "string"]}},
    }
    return {
        **_object("Design", models["DesignTable"], _DESIGN_TEXTS, shapes),
        "anyOf": [
            {"required": ["levers"], "properties": {"levers": {"minItems": 1}}},
            {"required": ["parameters"], "properties": {"parameters": {"minProperties": 1}}},
        ],
        "if": {"properties": {"method": {"enum": ["lhs", "sobol"]}}, "required": ["method"]},
        "then": {"required": ["n"], "properties": no_lists},
    }


def _values() -> dict[str, Any]:
    return {
        "type": "array",
        "description": "Values of a grid.",
        "minItems": 2,
        "maxItems": MAX_VALUES,
        "uniqueItems": True,
        "items": {"type": "number"},
    }


def _range() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(_RANGE_TEXTS),
        "properties": {key: {"type": "number", "description": text} for key, text in _RANGE_TEXTS.items()},
    }


def _either(*more: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"$ref": "#/definitions/range"}, {"$ref": "#/definitions/values"}, *more]}


def _within(low: float, high: float) -> dict[str, Any]:
    """Return limits of the numbers of a range or a list; they say nothing of a text."""
    limits = {"minimum": low, "maximum": high}
    return {"additionalProperties": limits, "items": limits}


def _parameter(p: Parameter) -> dict[str, Any]:
    text = f"{p.meaning[:1].upper()}{p.meaning[1:]}: {p.low:g} to {p.high:g} ({p.unit}), or its prior."
    return {"description": text, "allOf": [{"$ref": "#/definitions/varied"}], **_within(p.low, p.high)}


def _lever(model: dict[str, Any]) -> dict[str, Any]:
    quarter = {"type": "string", "pattern": QUARTER, "examples": ["2026Q1"]}
    shapes: dict[str, Any] = {
        "instrument": {
            "type": "string",
            "enum": list(INSTRUMENTS),
            "oneOf": [{"enum": [i.name], "title": i.label, "description": about(i)} for i in INSTRUMENTS.values()],
        },
        "size": {"allOf": [{"$ref": "#/definitions/size"}]},
        "start": quarter,
        "end": quarter,
        "scenarios": _list({"type": "string"}),
        **{kind: targets(kind) for kind in TARGET_KEYS},
    }
    table = _object("Lever of the design", model, _LEVER_TEXTS, shapes)
    table["properties"]["name"]["not"] = {"enum": list(RESERVED)}
    return {
        **table,
        "dependencies": {"end": ["start"], "phase_in": ["start"]},
        "allOf": [_of_instrument(spec) for spec in INSTRUMENTS.values()],
    }


def _of_instrument(spec: Instrument) -> dict[str, Any]:
    """Return what holds for the levers of one instrument: its targets, its range, and whether it is a switch."""
    properties: dict[str, Any] = {kind: {"not": {}} for kind in TARGET_KEYS if kind != spec.target}
    if spec.integer:
        properties["size"] = {"description": "A switch: in a grid, [0, 1].", "type": "array", "items": {"enum": [0, 1]}}
        properties["phase_in"] = {"enum": [0], "description": "A switch has no phase-in."}
    else:
        text = f"{spec.low:g} to {spec.high:g}, {spec.unit}."
        properties["size"] = {"description": text, **_within(spec.low, spec.high)}
    then: dict[str, Any] = {"properties": properties}
    if spec.target != "none":
        then["dependencies"] = {"start": [spec.target]}
    return {"if": {"properties": {"instrument": {"enum": [spec.name]}}, "required": ["instrument"]}, "then": then}
