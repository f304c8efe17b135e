"""Scenario files for tests: those that are shipped, little ones written by hand, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import scenarios
from simulator.errors import InputError
from simulator.scenario import Scenario, list_scenarios, load_scenario

SHIPPED = list_scenarios()
FOLDER = Path(scenarios.__path__[0])


def write(folder: Path, name: str, levers: str = "", extends: str | None = "baseline", stem: str | None = None) -> str:
    """Write a scenario file and return its path."""
    parent = f'extends = "{extends}"\n' if extends else ""
    head = f'[scenario]\nname = "{name}"\ntitle = "T {name}"\nsummary = "S"\nsources = ["A"]\n{parent}\n'
    path = folder / f"{stem or name}.toml"
    path.write_text(head + levers, encoding="utf-8")
    return str(path)


def lever(instrument: str = "ntb_cut", targets: str = 'partners = ["Japan"]', **values: object) -> str:
    items = {"start": "2026Q1", "size": 0.04} | values
    lines = [f'{key} = "{item}"' if isinstance(item, str) else f"{key} = {item}" for key, item in items.items()]
    return "\n".join(["[[lever]]", f'instrument = "{instrument}"', targets, *lines, "", ""])


def message(name: str, **options: Path) -> str:
    with pytest.raises(InputError) as error:
        load_scenario(name, **options)
    return str(error.value)


def policy(scenario: Scenario, **sizes: float) -> np.ndarray:
    schedule = scenario.schedule()
    modes = {key: span.mode for key, span in schedule.ranges().items()}
    return schedule.policy(120, modes | sizes)
