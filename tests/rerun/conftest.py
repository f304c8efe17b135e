"""A stored result that is made once, and copies of it that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.rerun.repeating import make

if TYPE_CHECKING:
    from simulator.world import World


@pytest.fixture(autouse=True)
def commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commit stand still while others work on the sources."""
    monkeypatch.setattr("simulator.manifest.git_commit", lambda: "1234567")


@pytest.fixture(scope="session")
def original(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the stored result that all tests of this folder copy; only read it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("simulator.manifest.git_commit", lambda: "1234567")
        return make(tmp_path_factory.mktemp("original"))


@pytest.fixture
def stored(original: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may spoil, far from the scenario files that it was made of."""
    return Path(shutil.copytree(original, tmp_path / "copy"))
