"""What tests of targets, fits and the page share: a few runs to 2017Q4, and their paths; made-up tables of a page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from calibration.document import DOCS, PAGE
from calibration.document_source import Source
from calibration.run_statistics import RunPaths
from simulator.ensemble import Ensemble, simulate
from simulator.scenario import load_scenario
from simulator.world import World
from tests.calibration.documents import made_source


@pytest.fixture(scope="session")
def history(world: World) -> Ensemble:
    """Return five runs of the baseline to 2017Q4."""
    return simulate(world, load_scenario("baseline"), runs=5, seed=3, until="2017Q4", threads=1)


@pytest.fixture(scope="session")
def paths(history: Ensemble) -> RunPaths:
    return RunPaths(history)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Return every table of the page on calibration, all made up."""
    return made_source(tmp_path_factory.mktemp("document"))


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Return a copy of the page on calibration."""
    place = tmp_path / "docs"
    place.mkdir()
    shutil.copy(DOCS / PAGE, place)
    return place
