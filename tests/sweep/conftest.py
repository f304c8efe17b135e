"""What tests of sweeps share: a folder of scenario files, and a world."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.sweep.plan import Plan
from simulator.variables import variables
from simulator.world import World
from tests.sweep.sweeping import KEEP, LITTLE, grid, make, rewrite, sweep_text, swept, write_shelf


@pytest.fixture(scope="session", autouse=True)
def commit() -> Iterator[None]:
    """Let all folders be written by one commit, even if somebody commits while the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulator.manifest.git_commit", lambda: None)
        yield


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the scenario files of ``SHELF``; nothing may be changed in it."""
    return write_shelf(tmp_path_factory.mktemp("shelf"))


class Maker:
    """Makes plans of sweep files that lie beside the scenarios of ``SHELF``."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder

    def __call__(self, text: str, check: bool = False) -> Plan:
        return make(self.world, self.folder, text, check=check)


@pytest.fixture(scope="session")
def plan(world: World, shelf: Path) -> Maker:
    """Return what makes plans; ``plan(sweep_text(...))``."""
    return Maker(world, shelf)


@pytest.fixture(scope="session")
def designed(plan: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished sweep of three scenarios, 4 draws and 3 replications; the design gives "reform" two points."""
    keep = KEEP.removesuffix("]") + ', {level="province", variables=["gdp_real"], freq="Q"}]'
    text = sweep_text(
        "draws = 4", "replications = 3", keep, scenarios="baseline reform subsidy", design=grid([0.1, 0.4])
    )
    return swept(plan.world, plan(text), tmp_path_factory.mktemp("designed") / "sweep")


@pytest.fixture(scope="session")
def separate(plan: Maker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished sweep of two scenarios in 6 runs, as ``compare`` has them, with all variables of two levels."""
    names = {level: ", ".join(f'"{v.name}"' for v in variables()[level]) for level in ("province", "city")}
    keep = ", ".join(f'{{level="{level}", variables=[{found}]}}' for level, found in names.items())
    text = sweep_text("runs = 6", f"keep = [{keep}]", "seed = 3")
    return swept(plan.world, plan(text), tmp_path_factory.mktemp("separate") / "sweep")


@pytest.fixture
def place(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with scenarios and a sweep file, with a world that is loaded already."""
    monkeypatch.setattr("simulator.world.load_world", lambda: world)
    monkeypatch.chdir(tmp_path)
    write_shelf(tmp_path)
    rewrite(tmp_path, LITTLE)
    return tmp_path


@pytest.fixture
def own(designed: Path, tmp_path: Path) -> Path:
    """Return a copy of ``designed`` that a test may spoil."""
    return Path(shutil.copytree(designed, tmp_path / "own"))
