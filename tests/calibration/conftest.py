"""What tests of targets and fits share: a few runs to 2017Q4, and their paths."""

from __future__ import annotations

import pytest

from calibration.run_statistics import RunPaths
from simulator.ensemble import Ensemble, simulate
from simulator.scenario import load_scenario
from simulator.world import World


@pytest.fixture(scope="session")
def history(world: World) -> Ensemble:
    """Return five runs of the baseline to 2017Q4."""
    return simulate(world, load_scenario("baseline"), runs=5, seed=3, until="2017Q4", threads=1)


@pytest.fixture(scope="session")
def paths(history: Ensemble) -> RunPaths:
    return RunPaths(history)
