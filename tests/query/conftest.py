"""Results folders that the tests of queries share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fakes import fake_ensemble
from tests.query_folders import NAME, ensembles, write


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a results folder that no test changes."""
    return write(tmp_path_factory.mktemp("stored") / NAME, ensembles())


@pytest.fixture
def own(stored: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may spoil."""
    return Path(shutil.copytree(stored, tmp_path / "own"))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a single scenario, without histories of agents."""
    return write(tmp_path_factory.mktemp("alone") / "out", [fake_ensemble(random=True)], agents=False)
