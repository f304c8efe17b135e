"""The command line for tests: called in this process or another, with the engine or with a fake of known numbers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import simulator.caveats  # noqa: F401  what it imports must be there before anything is replaced
from simulator.cli import app
from simulator.periods import count_until
from tests.fakes import FakeEnsemble, FakeParameters, fake_ensemble

SHORT = ["--runs", "4", "--until", "2007Q4"]


@dataclass
class Engine:
    """Stands in for world, parameters and ensemble; remembers what it was asked for."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    draws: list[tuple[str, int, int, str | None]] = field(default_factory=list)
    failures: dict[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    interrupt: bool = False
    compiled: bool = True

    def draw_table(self, kind: str, runs: int, seed: int, file: str | None = None) -> FakeParameters:
        self.draws.append((kind, runs, seed, file))
        return FakeParameters(kind, kind.encode().hex(), ("markup",), np.arange(1.0 * runs)[:, None])

    def simulate(self, world: object, scenario: Any, **options: Any) -> FakeEnsemble:
        if self.interrupt:
            raise KeyboardInterrupt
        self.calls.append({"scenario": scenario.name, **options})
        if options["progress"]:
            for done in range(options["runs"]):
                options["progress"](done + 1)
        ensemble = fake_ensemble(
            scenario.name,
            runs=options["runs"],
            quarters=count_until(options["until"]),
            seed=options["seed"],
            failures=self.failures.get(scenario.name, ()),
        )
        schedule = scenario.schedule(options["until"])
        return replace(ensemble, engine=options["engine"], parameters=options["parameters"], schedule=schedule)

    def agent_history(self, world: object, scenario: Any, run: int, like: FakeEnsemble) -> dict[str, pd.DataFrame]:
        return {kind: pd.DataFrame({"run": [run], "capital": [1.5]}) for kind in ("soe", "investor")}


def stand_in(monkeypatch: pytest.MonkeyPatch, place: Path) -> Engine:
    """Replace what is slow, and stand in a folder; the fixture ``engine`` does it in an empty one."""
    fake = Engine()
    stand_ins: dict[str, dict[str, Callable[..., Any]]] = {
        "parameters": {"draw_table": fake.draw_table},
        "world": {"load_world": lambda: "world"},
        "ensemble": {"simulate": fake.simulate, "agent_history": fake.agent_history},
        "compilation": {"is_compiled": lambda: fake.compiled},
    }
    for name, members in stand_ins.items():
        module = ModuleType(f"simulator.{name}")
        for member, function in members.items():
            setattr(module, member, function)
        monkeypatch.setitem(sys.modules, f"simulator.{name}", module)
    page = ModuleType("viz.reports.compare")
    page.write_report = lambda folder, *_: (folder / "report.html").write_text("<!doctype html>")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "viz.reports.compare", page)
    monkeypatch.chdir(place)
    return fake


def liaosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def messages(result: Result) -> list[str]:
    """Return the lines on stderr except the notice on levers of the baseline that start after the short run."""
    return [line for line in lines(result.stderr) if "baseline lever 1 " not in line]


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def in_process(code: str, words: Sequence[str] = (), **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *words], **options)
