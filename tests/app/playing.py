"""A result of known numbers that the player may show, without a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.results import Results
from simulator.scenario import load_scenario
from tests.fakes import FakeEnsemble, FakeParameters, fake_ensemble
from viz.library import Opened

QUARTERS = 52
"""To 2018Q4: a year beyond history."""


def opened(
    *others: FakeEnsemble, name: str = "demo", folder: Path = Path("nowhere"), manifest: dict[str, Any] | None = None,
    **options: Any,
) -> Opened:  # fmt: skip
    """Return a result of four runs of the baseline (value 1 + run + quarter / 10) and of others; run 2 is typical."""
    base = fake_ensemble("baseline", quarters=QUARTERS, **options)
    results = Results([base, *others])
    scenarios = tuple(load_scenario(scenario) for scenario in results.scenarios)
    medoids = dict.fromkeys(results.scenarios, 2)
    return Opened(name, folder, results, scenarios, manifest or {"model_version": "2"}, medoids)


def scenario(name: str = "cjk_fta", **options: Any) -> FakeEnsemble:
    """Return four runs of another scenario, with the same numbers."""
    return fake_ensemble(name, quarters=QUARTERS, **options)


def with_parameters(ensemble: FakeEnsemble, hash_: str) -> FakeEnsemble:
    """Return an ensemble that used other parameters."""
    used = ensemble.parameters
    return replace(ensemble, parameters=FakeParameters(used.kind, hash_, used.names, used.values))
