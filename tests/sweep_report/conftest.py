"""Little sweeps of which reports are made: a grid, a sampled design, a single scenario, and one that fails in part."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.world import World
from tests.sweep.sweeping import make, sweep_text, swept, write_scenario, write_shelf
from tests.sweep_report.pages import spoilt

REFORM = """[[design.levers]]
instrument = "business_reform"
cities = ["Fushun", "Dalian"]
start = "2006Q3"
scenarios = ["reform"]
size = {size}
"""
SUBSIDY = """[[design.levers]]
instrument = "talent_subsidy"
cities = "all"
start = "2006Q2"
scenarios = ["reform"]
size = [0.0, 0.3]
"""
GRID = '[design]\nmethod = "grid"\n' + REFORM.format(size=[0.1, 0.2, 0.3]) + SUBSIDY
SOBOL = '[design]\nmethod = "sobol"\nn = 32\n' + REFORM.format(size="{ low = 0.0, high = 0.2 }")
SOBOL += "[design.parameters]\ncontent_exports = { low = 0.2, high = 0.4 }\n"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def gridded(world: World, shelf: Path) -> Path:
    """Return a sweep of three scenarios and a grid of two levers that only one of them has."""
    text = sweep_text("draws = 4", "replications = 3", scenarios="baseline subsidy reform", design=GRID)
    return swept(world, make(world, shelf, text), shelf / "gridded")


@pytest.fixture(scope="module")
def drawn(world: World, shelf: Path) -> Path:
    """Return a sweep of two scenarios with a Sobol design of a lever and a parameter."""
    text = sweep_text("draws = 2", "replications = 2", scenarios="baseline reform", design=SOBOL)
    return swept(world, make(world, shelf, text), shelf / "drawn")


@pytest.fixture(scope="module")
def alone(world: World, shelf: Path) -> Path:
    text = sweep_text("runs = 6", scenarios="baseline")
    return swept(world, make(world, shelf, text), shelf / "alone")


@pytest.fixture(scope="module")
def failed(world: World, shelf: Path) -> Path:
    """Return a sweep without design in which one draw fails, and a scenario whose texts are meant to do harm."""
    write_scenario(shelf, "harm", 'instrument = "business_reform"\ncities = ["Anshan"]\nstart = "2006Q3"\nsize = 0.3\n')
    path = shelf / "harm.toml"
    path.write_text(path.read_text("utf-8").replace('title = "T"', 'title = "</style><script>alert(1)</script>"'))
    plan = make(world, shelf, sweep_text("draws = 3", "replications = 2", scenarios="baseline harm"))
    return swept(world, spoilt(plan), shelf / "failed")
