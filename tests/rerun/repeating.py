"""A stored result of three scenarios, one of them a combination, for tests of its repetition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.commands import liaosim
from tests.folders import compare

SCENARIOS = ("baseline", "graduates", "graduates+building")
RUNS, UNTIL = 3, "2007Q2"
GRADUATES = """[scenario]
name = "graduates"
title = "Subsidy to graduates of Dalian"
summary = "A test."
sources = ["none"]
extends = "baseline"

[[lever]]
instrument = "talent_subsidy"
cities = ["Dalian"]
start = "2006Q3"
size = { low = 0.05, mode = 0.1, high = 0.2 }
"""
BUILDING = """[scenario]
name = "building"
title = "Public investment"
summary = "A test."
sources = ["none"]
extends = "baseline"

[[lever]]
instrument = "public_investment"
start = "2006Q4"
size = 0.01
"""


def make(place: Path, *words: str) -> Path:
    """Write a stored result of three scenarios, one of them a combination, one lever sampled."""
    files = {"graduates": GRADUATES, "building": BUILDING}
    return compare(place / "out", files, SCENARIOS[1:], *words, runs=RUNS, until=UNTIL, codes=(0, 3))


def report_of(folder: Path) -> dict[str, Any]:
    """Return the report of `rerun --json` of a folder that differs."""
    result = liaosim("rerun", str(folder), "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    value: dict[str, Any] = json.loads(result.stdout)
    assert value["same"] is False
    return value
