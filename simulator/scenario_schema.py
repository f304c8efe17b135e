"""JSON Schema of scenario files, for editors that check and complete TOML while it is written.

Built from the models of ``scenario_file.py`` and the instruments of ``levers.py``. What a schema cannot say is left to
``liaosim scenarios check``: the order of quarters and of the ends of a range, levers that overlap, parents.
"""

from __future__ import annotations

import json
from typing import Any, Final

from simulator.lever_checks import TARGET_KEYS
from simulator.levers import ALL, INSTRUMENTS, TARGETS, Instrument
from simulator.scenario_file import FileModel

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
"""The oldest draft with if and then. A tool that knows only draft 4 passes over them and still checks the rest."""

QUARTER: Final = "^(20(0[6-9]|[12][0-9]|3[0-5]))Q[1-4]$"
"""2006Q1 to 2035Q4."""

_HEADER_TEXTS: Final = {
    "name": "Short name: a-z, 0-9 and _, starting with a letter.",
    "title": "One line that a reader sees in lists and reports.",
    "summary": "Who changes what, when and by how much, in a sentence or two.",
    "sources": 'What the levers rest on, at least one text; write "Assumption" where there is no source.',
    "extends": 'What this scenario is an increment over: a shipped scenario such as "baseline", or a file beside it.',
    "title_zh": "Chinese title.",
    "summary_zh": "Chinese summary.",
    "notes": "What is assumed, and what the reader should know.",
    "notes_zh": "Chinese notes.",
}
_LEVER_TEXTS: Final = {
    "instrument": "What the lever sets.",
    "start": "First quarter in force.",
    "end": "Last quarter in force; without it the lever holds to 2035Q4.",
    "size": "The full effect: a number, or a range that every run samples.",
    "phase_in": "Quarters until the full effect; 0 = at once.",
    "partners": "Trade partners on which the lever works.",
    "cities": "Cities on which the lever works.",
    "ports": "Ports on which the lever works.",
    "sectors": "Groups of industry on which the lever works.",
}
_RANGE_TEXTS: Final = {"low": "Lowest size.", "mode": "Most likely size.", "high": "Highest size."}


def build_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of a scenario file."""
    models = FileModel.model_json_schema()["$defs"]
    return {
        "$schema": DIALECT,
        "title": "Scenario file of liaosim",
        "description": "One policy story: who changes what, when and by how much. See docs/scenarios.md.",
        "type": "object",
        "additionalProperties": False,
        "required": ["scenario"],
        "properties": {
            "scenario": _header(models["_HeaderModel"]),
            "lever": {
                "type": "array",
                "title": "Levers",
                "description": "Each [[lever]] sets one instrument on some targets for some quarters.",
                "maxItems": FileModel.model_json_schema()["properties"]["lever"]["maxItems"],
                "items": _lever(models["_LeverModel"]),
            },
        },
    }


def schema_text() -> str:
    """Return the schema as it stands in ``docs/scenario.schema.json``."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"


def _header(model: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for key, text in _HEADER_TEXTS.items():
        properties[key] = {"title": key, "description": text, **plain(model["properties"][key])}
    return {
        "type": "object",
        "title": "Scenario",
        "additionalProperties": False,
        "required": model["required"],
        "properties": properties,
    }


def plain(declared: dict[str, Any]) -> dict[str, Any]:
    """Return what a pydantic field declares, without its title, its default and the absence that TOML cannot write."""
    options = [option for option in declared.get("anyOf", [declared]) if option.get("type") != "null"]
    return {key: value for key, value in options[0].items() if key not in ("title", "default")}


def _lever(model: dict[str, Any]) -> dict[str, Any]:
    phase = plain(model["properties"]["phase_in"])
    quarter = {"type": "string", "pattern": QUARTER, "examples": ["2026Q1"]}
    shapes: dict[str, Any] = {
        "instrument": {
            "type": "string",
            "enum": list(INSTRUMENTS),
            "oneOf": [{"enum": [i.name], "title": i.label, "description": about(i)} for i in INSTRUMENTS.values()],
        },
        "start": quarter,
        "end": quarter,
        "size": {"anyOf": [{"type": "number"}, _range(None)]},
        "phase_in": phase,
        **{kind: targets(kind) for kind in TARGET_KEYS},
    }
    properties = {key: {"title": key, "description": text, **shapes[key]} for key, text in _LEVER_TEXTS.items()}
    return {
        "type": "object",
        "title": "Lever",
        "additionalProperties": False,
        "required": model["required"],
        "properties": properties,
        "allOf": [_of_instrument(spec) for spec in INSTRUMENTS.values()],
    }


def about(spec: Instrument) -> str:
    """Return what an editor tells about an instrument."""
    span = "0 or 1" if spec.integer else f"{spec.low:g} to {spec.high:g}"
    takes = "no target" if spec.target == "none" else spec.target
    meaning = f"{spec.meaning} {spec.size_meaning}".strip()
    return f"{meaning} Unit: {spec.unit}; {span}; {takes}. {spec.cost}"


def _of_instrument(spec: Instrument) -> dict[str, Any]:
    """Return what holds for the levers of one instrument: its targets, its range, and whether it is a switch."""
    then: dict[str, Any] = {
        "properties": {
            "size": _size(spec),
            **{kind: {"not": {}} for kind in TARGET_KEYS if kind != spec.target},
        }
    }
    if spec.integer:
        then["properties"]["phase_in"] = {"enum": [0], "description": "A switch has no phase-in."}
    if spec.target != "none":
        then["required"] = [spec.target]
    return {"if": {"properties": {"instrument": {"enum": [spec.name]}}, "required": ["instrument"]}, "then": then}


def _size(spec: Instrument) -> dict[str, Any]:
    if spec.integer:
        return {"description": "A switch: 0 or 1.", "enum": [0, 1]}
    text = f"{spec.low:g} to {spec.high:g}, {spec.unit}: a number, or a range that every run samples."
    number = {"type": "number", "minimum": spec.low, "maximum": spec.high}
    return {"description": text, "anyOf": [number, _range(spec)]}


def _range(spec: Instrument | None) -> dict[str, Any]:
    limits = {} if spec is None else {"minimum": spec.low, "maximum": spec.high}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(_RANGE_TEXTS),
        "properties": {key: {"type": "number", "description": text, **limits} for key, text in _RANGE_TEXTS.items()},
    }


def targets(kind: str) -> dict[str, Any]:
    """Return what may stand for targets of a kind: all, or a list of their names."""
    names = {str(key): allowed for key, allowed in TARGETS.items()}
    several = {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": list(names[kind])}}
    return {"anyOf": [{"enum": [ALL], "description": "Every one of them."}, several]}
