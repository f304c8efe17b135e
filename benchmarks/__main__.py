"""Run the benchmarks, print their tables and write the figures to ``results/benchmarks.json``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks import app_users, commands, engine, functions, hottest, live, profile, steps, sweeps
from benchmarks.measure import ROOT, Section, machine

Parts = Mapping[str, Callable[[], Section | tuple[Section, ...]]]

FULL: Parts = {
    "runs": lambda: engine.runs_on_one_core(40),
    "steps": lambda: steps.steps(runs=5, repeats=9),
    "functions": lambda: functions.functions(20),
    "profile": lambda: profile.profile(20),
    "hottest": lambda: hottest.hottest(repeats=501),
    "mesa": lambda: engine.mesa(24),
    "sizes": lambda: engine.sizes(20),
    "threads": lambda: engine.threads(runs=100, repeats=5),
    "memory": lambda: engine.memory(200),
    "commands": lambda: commands.commands(runs=200, repeats=5, cold=True),
    "batch": lambda: sweeps.batch(4, 400, "2011Q4"),
    "workers": lambda: sweeps.workers(240, 3),
    "overhead": lambda: sweeps.overhead(9),
    "flat": lambda: sweeps.flat(100, 600),
    "branching": lambda: live.branching(30, 9),
    "pictures": lambda: live.pictures((30, 100, 400), 3),
    "users": lambda: app_users.users(10, moves=2),
}
QUICK: Parts = {
    "runs": lambda: engine.runs_on_one_core(3),
    "steps": lambda: steps.steps(runs=1, repeats=1),
    "functions": lambda: functions.functions(2, quarters=1),
    "profile": lambda: profile.profile(2, quarters=1),
    "hottest": lambda: hottest.hottest(repeats=3),
    "mesa": lambda: engine.mesa(3),
    "sizes": lambda: engine.sizes(2),
    "threads": lambda: engine.threads(runs=4, repeats=1),
    "memory": lambda: engine.memory(4),
    "commands": lambda: commands.commands(runs=2, repeats=1, cold=False),
    "batch": lambda: sweeps.batch(1, 3, "2006Q2"),
    "workers": lambda: sweeps.workers(2, 1),
    "overhead": lambda: sweeps.overhead(1),
    "flat": lambda: sweeps.flat(2, 4),
    "branching": lambda: live.branching(2, 1),
    "pictures": lambda: live.pictures((1, 2, 3), 1),
    "users": lambda: app_users.users(1, moves=1, rounds=1, runs=2),
}


def sections(parts: Parts, only: list[str]) -> Iterator[Section]:
    for name, measure in parts.items():
        if not only or name in only:
            found = measure()
            yield from (found,) if isinstance(found, Section) else found


def text(value: str | float) -> str:
    """Return a figure with about three digits."""
    if isinstance(value, str):
        return value
    if value == round(value) or abs(value) >= 100.0:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10.0 else f"{value:.2f}"


def show(console: Console, section: Section) -> None:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for k, column in enumerate(section.columns):
        table.add_column(column, justify="left" if k == 0 else "right")
    for row in section.rows[: section.shown]:
        table.add_row(*(text(value) for value in row))
    console.print(f"\n[bold]{section.title}[/bold]\n{section.what}")
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repeats: does everything still work?")
    parser.add_argument("--only", nargs="+", choices=list(FULL), default=[], metavar="PART", help=", ".join(FULL))
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "benchmarks.json", metavar="FILE")
    chosen = parser.parse_args()
    plain = Console()
    console = plain if plain.is_terminal else Console(width=120)
    about: dict[str, Any] = machine()
    console.print("; ".join(f"{name} {value}" for name, value in about.items()), highlight=False)
    done = []
    for section in sections(QUICK if chosen.quick else FULL, chosen.only):
        show(console, section)
        done.append(section.as_json())
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps({"machine": about, "sections": done}, indent=1) + "\n", encoding="utf-8")
    console.print(f"\nFigures: {chosen.out}", highlight=False)


if __name__ == "__main__":
    main()
