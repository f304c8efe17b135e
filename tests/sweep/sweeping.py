"""Little sweeps for tests: scenario files whose policies part early, plans made from texts, and what a folder holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.parameters import ParameterTable
from simulator.sweep.file import parse_sweep
from simulator.sweep.plan import Plan
from simulator.sweep.planning import draws_of_spec, make_plan
from simulator.sweep.runner import run_sweep
from simulator.world import World

HEAD = """[scenario]
name = "{name}"
title = "T"
summary = "S"
sources = ["none"]
extends = "{extends}"
"""
REFORM = 'instrument = "rd_support"\ncities = ["{city}"]\nstart = "{start}"\nsize = {size}\n'
SUBSIDY = 'instrument = "talent_subsidy"\ncities = "all"\nstart = "{start}"\nsize = {size}\n'
SAMPLED = "{ low = 0.1, mode = 0.2, high = 0.4 }"

SHELF = {
    # name: what it extends, and its levers; they part from each other in 2006Q2, 2006Q4, 2007Q1 and 2007Q3
    "subsidy": ("baseline", SUBSIDY.format(start="2006Q2", size=SAMPLED)),
    "more": ("subsidy", REFORM.format(city="Shenyang", start="2007Q1", size=0.2)),
    "later": ("subsidy", REFORM.format(city="Dalian", start="2007Q3", size=0.2)),
    "reform": ("baseline", REFORM.format(city="Anshan", start="2006Q4", size=0.3)),
    "against": ("baseline", SUBSIDY.format(start="2006Q3", size=0.1)),
    "same": ("baseline", REFORM.format(city="Anshan", start="2006Q4", size=0.3)),
}
KEEP = 'keep = [{level="province"}, {level="city", variables=["gdp_real", "wage"]}]'
LEVER = """[[design.levers]]
instrument = "rd_support"
cities = ["Fushun"]
start = "2006Q3"
scenarios = ["reform"]
size = {size}
"""


def write_shelf(folder: Path) -> Path:
    """Write the scenario files of ``SHELF`` into a folder."""
    for name, (parent, levers) in SHELF.items():
        write_scenario(folder, name, levers, extends=parent)
    return folder


def write_scenario(folder: Path, name: str, *levers: str, extends: str = "baseline") -> Path:
    path = folder / f"{name}.toml"
    text = "\n[[lever]]\n".join([HEAD.format(name=name, extends=extends), *levers])
    path.write_text(text, encoding="utf-8")
    return path


def sweep_text(*lines: str, scenarios: str = "baseline subsidy", design: str = "", until: str = "2007Q4") -> str:
    """Return a sweep file; scenarios are names of ``SHELF``, combined ones joined by ``+``. Parameters: prior."""
    files = ", ".join(f'"{_files(entry)}"' for entry in scenarios.split())
    head = ["[sweep]", 'name = "little"', f"scenarios = [{files}]", f'until = "{until}"']
    if not any(line.startswith("parameters") for line in lines):
        head.append('parameters = "prior"')
    return "\n".join([*head, *lines, "", design])


def _files(entry: str) -> str:
    return "+".join(name if name == "baseline" else f"{name}.toml" for name in entry.split("+"))


def grid(levers: Sequence[float] = (), parameters: Sequence[float] = ()) -> str:
    """Return a design that adds a lever to "reform" with some sizes, or varies ``content_exports``, or both."""
    found = '[design]\nmethod = "grid"\n'
    found += LEVER.format(size=list(levers)) if levers else ""
    return found + (f"[design.parameters]\ncontent_exports = {list(parameters)}\n" if parameters else "")


def sampled(method: str, n: int, high: float = 0.2) -> str:
    """Return a design of `n` sampled sizes of that lever."""
    return f'[design]\nmethod = "{method}"\nn = {n}\n' + LEVER.format(size=f"{{ low = 0.0, high = {high} }}")


def make(world: World, folder: Path, text: str, table: ParameterTable | None = None, check: bool = False) -> Plan:
    """Return the plan of a sweep file that lies in a folder."""
    spec = parse_sweep(text, "little.toml", folder)
    return make_plan(spec, world, draws_of_spec(spec) if table is None else table, check=check)


def swept(world: World, plan: Plan, folder: Path, **options: Any) -> Path:
    """Run a sweep into a folder and return it."""
    run_sweep(world, plan, folder, **options)
    return folder


def sorted_rows(folder: Path) -> pa.Table:
    """Return all rows of a folder in an order that does not depend on chunks."""
    from simulator.sweep.shards import KEYS, schema

    paths = sorted((folder / "shards").glob("*.parquet"))
    tables = [pq.read_table(path, partitioning=None) for path in paths]
    plain = [table.cast(schema(table.column_names[len(KEYS) :])).replace_schema_metadata(None) for table in tables]
    return pa.concat_tables(plain).sort_by([(key, "ascending") for key in KEYS]).combine_chunks()


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the content of all files of a folder but its lock."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found)}


def everything(plan: Plan) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return all units of a plan."""
    return np.arange(plan.size, dtype=np.int64)


def described(plan: Plan) -> Iterator[tuple[str, str | None, int, int]]:
    """Yield scenario, point, draw and replication of every unit by name."""
    for index in range(plan.size):
        unit = plan.unit(index)
        yield plan.scenarios[unit.scenario].name, plan.point_name(unit.point), unit.draw, unit.replication


LITTLE = sweep_text("draws = 2", "replications = 2", KEEP, scenarios="baseline reform", design=grid([0.1, 0.4]))
"""The sweep file ``little.toml`` of the fixture ``place``."""


def rewrite(place: Path, text: str) -> None:
    (place / "little.toml").write_text(text, encoding="utf-8")


def shards(folder: Path) -> list[Path]:
    return sorted((folder / "shards").glob("*.parquet"))


def unfinished(folder: Path) -> Path:
    """Turn a folder into one of a sweep that is running: its first shard is not there yet."""
    shards(folder)[0].unlink()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"finished": 0, "complete": False}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
