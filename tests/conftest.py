"""Settings and shared objects of all tests. Numba's cache is the user's own, so only a machine's first run compiles."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.ensemble import Ensemble
    from simulator.world import World
    from tests.commands import Engine

pytest.register_assert_rewrite("tests.folders", "tests.rerun.repeating")  # a failed assert there shows its values
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def world() -> World:
    """Return the shipped world; the loop is compiled here, so that no single test waits for it."""
    from simulator.ensemble import simulate
    from simulator.scenario import load_scenario
    from simulator.world import load_world

    loaded = load_world()
    simulate(loaded, load_scenario("baseline"), runs=1, until="2006Q1", check=True)
    return loaded


@pytest.fixture(scope="session")
def base(world: World) -> Ensemble:
    """Return the baseline to 2035Q4 for a few draws of the prior, with the states from which other scenarios branch."""
    from simulator.ensemble import simulate
    from simulator.periods import to_index
    from simulator.scenario import list_scenarios, load_scenario
    from simulator.schedule import first_difference
    from tests.whole import RUNS, SEED

    baseline = load_scenario("baseline")
    first = {first_difference(baseline.schedule(), load_scenario(s).schedule(), 120) for s in list_scenarios()}
    keep = sorted({q for q in first if q is not None} | {to_index("2015Q1"), to_index("2022Q1")})
    ensemble = simulate(world, baseline, runs=RUNS, seed=SEED, keep=keep, check=True)
    assert ensemble.failures == ()
    return ensemble


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """Replace what is slow by a fake with known numbers, and stand in an empty folder."""
    from tests.commands import stand_in

    return stand_in(monkeypatch, tmp_path)


@pytest.fixture
def uncalibrated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ship no posterior and no skill card, whatever this version ships."""
    monkeypatch.setattr("simulator.posterior.POSTERIORS", tmp_path / "no posteriors")


@pytest.fixture
def calibrated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Ship both posteriors and a skill card, all made up, and return their folder."""
    from tests.posteriors import ship

    root = ship(tmp_path / "posteriors")
    monkeypatch.setattr("simulator.posterior.POSTERIORS", root)
    return root
