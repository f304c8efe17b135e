"""Effects with a known truth: real GDP of a made-up reform that depends on parameters as a test says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from simulator.results import Results
from simulator.sensitivity import EffectDrivers, effect_drivers
from tests.fakes import FakeParameters, FloatArray, changed, fake_ensemble

NAMES = (
    "trade_elasticity_long_run", "tax_rate", "port_choice", "rollover_a", "port_markup", "capital_share", "congestion",
)  # fmt: skip


def uniform(runs: int, columns: int = len(NAMES), seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).random((runs, columns))


def world_of(
    effect: FloatArray,
    values: FloatArray,
    *,
    names: tuple[str, ...] = NAMES,
    sizes: Mapping[str, FloatArray] | None = None,
    failures: tuple[tuple[int, str], ...] = (),
) -> Results:
    """Return results in which real GDP of scenario ``reform`` lies `effect` percent above the base, run by run."""
    runs = len(effect)
    parameters = FakeParameters("prior", "ab" * 32, names, values)
    base = replace(fake_ensemble(runs=runs), parameters=parameters)
    reform = fake_ensemble("reform", runs=runs, sizes=dict(sizes or {}), failures=failures)
    reform = replace(reform, parameters=parameters)
    changed(reform, "province", "gdp_real", (1.0 + effect / 100.0)[:, None, None])
    return Results((base, reform))


def drivers_of(effect: FloatArray, values: FloatArray, **more: object) -> EffectDrivers:
    return effect_drivers(world_of(effect, values, **more), "reform", "gdp_real")  # type: ignore[arg-type]


def noise(runs: int, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(runs)
