"""Designs for tests: dimensions, scenario files written by hand, the schedule at a point, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.errors import InputError
from simulator.periods import to_index
from simulator.scenario import Scenario, load_scenario
from simulator.schedule import Schedule
from simulator.sweep.design import Variation, check_design
from simulator.sweep.spec import DesignSpec, LeverDimension, ParameterDimension

UNTIL = "2035Q4"


def axis(
    instrument: str = "ntb_cut",
    targets: tuple[str, ...] | None = ("Japan",),
    start: str | None = "2026Q1",
    end: str = "2035Q4",
    **values: Any,
) -> LeverDimension:
    items = {"name": instrument, "phase_in": 0, "scenarios": None, "low": 0.0, "high": 0.1} | values
    first = None if start is None else to_index(start)
    return LeverDimension(instrument=instrument, targets=targets, start=first, end=to_index(end), **items)


def spec(*dimensions: LeverDimension | ParameterDimension) -> DesignSpec:
    return DesignSpec("lhs", 8, dimensions)


class Shelf:
    """A folder in which scenario files are written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str, *levers: str, extends: str = "baseline") -> Scenario:
        return load_scenario(self.write(name, *levers, extends=extends))

    def write(self, name: str, *levers: str, extends: str = "baseline") -> str:
        head = f'[scenario]\nname = "{name}"\ntitle = "T"\nsummary = "S"\nsources = ["A"]\nextends = "{extends}"\n'
        path = self._folder / f"{name}.toml"
        path.write_text("\n[[lever]]\n".join([head, *levers]), encoding="utf-8")
        return str(path)


def lever(instrument: str, targets: str, start: str, size: object, *more: str) -> str:
    return "\n".join([f'instrument = "{instrument}"', targets, f'start = "{start}"', f"size = {size}", *more, ""])


def at(scenario: Scenario, design: DesignSpec, *values: float, until: str = UNTIL) -> Schedule:
    """Return the schedule at the given values of all dimensions, which all apply."""
    return Variation(scenario, design, range(len(design.dimensions)), until).schedule(np.array(values))


def refused(scenarios: list[Scenario], *dimensions: LeverDimension, until: str = UNTIL) -> str:
    with pytest.raises(InputError) as error:
        check_design(spec(*dimensions), scenarios, until)
    return str(error.value)


def both_parts(shelf: Shelf) -> Scenario:
    a = shelf.write("a", lever("public_investment", "", "2026Q1", 3.0))
    b = shelf.write("b", lever("public_investment", "", "2026Q1", 5.0))
    return load_scenario(f"{a}+{b}")
