# ruff: noqa: E501
"""Sweep files: any text and any tables are right or refused, never a traceback."""
from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import InputError
from tests.sweep.sweep_texts import parse

WORD = st.sampled_from([
    "sweep", "design", "levers", "parameters", "name", "scenarios", "combine", "runs", "draws", "keep", "level", "size",
    "variables", "freq", "method", "n", "instrument", "partners", "start", "end", "phase_in", "low", "high", "<list>",
    "<range>", "<word>", "number", "", "until", "seed", "capital_share", "replications", "a\x1b",
])  # fmt: skip
LEAF = st.one_of(
    st.sampled_from([
        "baseline", "cjk_fta", "baseline+cjk_fta", "x.toml", "+", "prior", "all", "grid", "lhs", "ntb_cut", "Japan", "A",
        "free_trade_zone", "2026Q1", "2035Q4", "city", "wage", "compatible",
    ]),
    st.text(max_size=5), st.integers(-(10**20), 10**20), st.floats(), st.booleans(),
)  # fmt: skip
VALUE: st.SearchStrategy[Any] = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=4), max_leaves=12
)


def toml(value: Any) -> str:
    """Return a value as TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return quoted(value)
    return str(value).lower()


def quoted(text: str) -> str:
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}" for c in text) + '"'


def document(tables: dict[str, Any]) -> str:
    return "".join(f"{quoted(key)} = {toml(value)}\n" for key, value in tables.items())


def refused_or_right(text: str) -> str:
    """Return the message, or nothing for a right file; anything else than an `InputError` goes through."""
    try:
        parse(text)
    except InputError as error:
        return str(error)
    return ""


@given(st.text())
def test_any_text_is_right_or_refused(text: str) -> None:
    assert refused_or_right(text).startswith("s.toml: ")


@given(st.dictionaries(WORD, VALUE, max_size=4))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_tables_are_right_or_refused(tables: dict[str, Any]) -> None:
    assert refused_or_right(document(tables)).startswith("s.toml: ")


RIGHT: dict[str, Any] = {
    "sweep": {
        "name": "x", "scenarios": ["baseline", "cjk_fta", "cjk_fta+rd_push", "mine.toml"], "combine": "compatible",
        "draws": 50, "replications": 4, "until": "2030Q4", "seed": 3, "parameters": "p.toml",
        "keep": [
            {"level": "province", "variables": ["exports", "gdp_real"], "freq": "Q"}, {"level": "city"},
            {"level": "city", "variables": "all", "freq": "A"},
        ],
    },
    "design": {
        "method": "grid", "n": 4,
        "levers": [
            {"instrument": "ntb_cut", "partners": ["Japan", "Korea"], "start": "2026Q1", "end": "2030Q1",
             "phase_in": 4, "size": {"low": 0.0, "high": 0.05}, "scenarios": ["mine", "rd_push"], "name": "ntb"},
            {"instrument": "free_trade_zone", "size": [0, 1]},
        ],
        "parameters": {
            "rd_elasticity": "prior", "capital_share": {"low": 0.45, "high": 0.5}, "graduate_efficiency": [1.5, 2.0],
        },
    },
}  # fmt: skip


def reordered(value: Any, draw: Any) -> Any:
    """Return tables with their keys in another order; lists keep theirs."""
    if isinstance(value, dict):
        return {key: reordered(value[key], draw) for key in draw(st.permutations(list(value)))}
    return [reordered(item, draw) for item in value] if isinstance(value, list) else value


@given(st.data())
def test_the_order_of_keys_does_not_matter(data: st.DataObject) -> None:
    plain = parse(document(RIGHT))
    other = parse(document(reordered(RIGHT, data.draw)))
    assert replace(other, text=plain.text) == plain
    assert plain.design is not None and len(plain.design.dimensions) == 5 and len(plain.keep) == 2


@given(st.data())
@settings(max_examples=300)
def test_one_value_of_a_right_file_that_is_anything(data: st.DataObject) -> None:
    """Whatever stands at any one place of a right file, it is right or refused in sentences."""
    tables: dict[str, Any] = json.loads(json.dumps(RIGHT))
    at: Any = tables
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], dict | list) or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = data.draw(VALUE)
    found = refused_or_right(document(tables))
    assert found == "" or found.startswith("s.toml: ")
    assert "wrong type" not in found
