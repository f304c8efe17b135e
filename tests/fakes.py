"""A small fake ensemble with known numbers, for tests of everything after the runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from simulator.parameters import Calibration
from simulator.variables import ENTITIES, LEVELS, variables

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FakeSchedule:
    hash: str


@dataclass(frozen=True)
class FakeParameters:
    kind: str
    hash: str
    names: tuple[str, ...]
    values: FloatArray
    calibration: Calibration | None = None


@dataclass(frozen=True)
class FakeEnsemble:
    scenario: str
    quarters: int
    runs: int
    levels: dict[str, FloatArray]
    parameters: FakeParameters
    schedule: FakeSchedule
    seed: int = 1
    engine: str = "compiled"
    sizes: dict[str, FloatArray] = field(default_factory=dict)
    failures: tuple[tuple[int, str], ...] = ()


def column(level: str, name: str) -> int:
    """Return the position of a variable in the arrays of its level."""
    return [v.name for v in variables()[level]].index(name)


def fake_ensemble(
    scenario: str = "baseline",
    runs: int = 4,
    quarters: int = 8,
    *,
    seed: int = 1,
    random: bool = False,
    sizes: dict[str, FloatArray] | None = None,
    failures: tuple[tuple[int, str], ...] = (),
) -> FakeEnsemble:
    """Return an ensemble whose value is ``1 + run + quarter / 10`` in every column, or positive random numbers."""
    rng = np.random.default_rng(7)
    levels: dict[str, FloatArray] = {}
    for level in LEVELS:
        shape = (runs, quarters, len(ENTITIES[level]), len(variables()[level]))
        if random:
            levels[level] = rng.lognormal(size=shape)
        else:
            run, quarter = np.arange(runs)[:, None, None, None], np.arange(quarters)[None, :, None, None]
            levels[level] = np.ascontiguousarray(np.broadcast_to(1.0 + run + quarter / 10.0, shape))
    values = np.arange(2.0 * runs).reshape(runs, 2)
    return FakeEnsemble(
        scenario=scenario,
        quarters=quarters,
        runs=runs,
        seed=seed,
        levels=levels,
        parameters=FakeParameters("prior", "ab" * 32, ("trade_elasticity_long_run", "markup"), values),
        schedule=FakeSchedule((scenario.encode().hex() * 64)[:64]),
        sizes=sizes or {},
        failures=failures,
    )


def changed(ensemble: FakeEnsemble, level: str, name: str, factor: float | FloatArray) -> None:
    """Multiply one variable of an ensemble by a factor (shape broadcast to run, quarter, entity)."""
    ensemble.levels[level][..., column(level, name)] *= factor
