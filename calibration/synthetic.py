"""Made data: one run of the simulator with known parameters, read through the operators, with errors of observation.

What a fit recovers from them can be compared with the truth. The truth comes from the simulator, never from an
emulator of it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from calibration.observed import YEARS
from calibration.reproducible import stream
from calibration.run_statistics import FloatArray, Paths, RunPaths
from calibration.targets import Row, TargetData, error_sd, rows, simulated_matrix, target, to_unit
from simulator.ensemble import simulate
from simulator.errors import InputError
from simulator.parameters import ParameterTable, draw_table
from simulator.periods import HISTORY_END
from simulator.scenario import load_scenario
from simulator.world import World

ERROR_STREAM: Final = 7_100


def observe(paths: Paths, chosen: Sequence[Row], seed: int, run: int = 0) -> FloatArray:
    """Return what a statistical office would print of one run, on the scales of the targets, shape (rows,).

    Parameters
    ----------
    paths : Paths
        Of one or more runs.
    chosen : sequence of Row
    seed : int
        Of the errors.
    run : int
        Which run of `paths`; its errors are its own.
    """
    return np.asarray(simulated_matrix(paths, chosen)[run] + observation_errors(chosen, seed, run))


def observation_errors(chosen: Sequence[Row], seed: int, run: int = 0) -> FloatArray:
    """Return normal errors of observation on the scales of the targets, shape (rows,).

    The error of a figure depends on seed, run, target and period only, not on which other figures are asked for. Errors
    of a series that was restated as a whole are alike in neighbouring years (first-order autoregression).
    """
    scores = [_score(seed, run, name, period) for name, period in chosen]
    return np.asarray(error_sd(chosen) * np.array(scores, dtype=np.float64))


def _score(seed: int, run: int, name: str, period: str) -> float:
    """Return the standard normal score of one error; in a series whose errors persist, from all years before it."""
    from scipy.special import ndtri

    kept = target(name).error_persistence
    if kept == 0.0:
        return float(ndtri(_uniform(seed, run, name, period)))
    score = float(ndtri(_uniform(seed, run, name, YEARS[0])))
    for year in YEARS[1 : YEARS.index(period) + 1]:
        score = kept * score + np.sqrt(1.0 - kept**2) * float(ndtri(_uniform(seed, run, name, year)))
    return score


def _uniform(seed: int, run: int, name: str, period: str) -> float:
    """Return a uniform number within (0, 1) at an address."""
    address = [seed, run, ERROR_STREAM, zlib.crc32(name.encode()), zlib.crc32(period.encode())]
    generator = stream(address)
    return float(np.clip(generator.random(), 1e-12, 1.0 - 1e-12))


def synthetic(
    world: World, parameters_file: str | Path, seed: int, scenario: str = "baseline", last_year: int = 2017
) -> TargetData:
    """Return the data that one run with known parameters would leave.

    Parameters
    ----------
    world : World
    parameters_file : path
        TOML ``name = value``; parameters that it does not name are at their points.
    seed : int
        Of the run's luck and of the errors.
    scenario : str
    last_year : int
        Of the figures.

    Raises
    ------
    InputError
        A wrong file, an unknown scenario, or a run that failed.
    """
    table = draw_table("file", 1, seed, parameters_file)
    return synthetic_of(world, table, seed, scenario, last_year)


def synthetic_of(
    world: World, parameters: ParameterTable, seed: int, scenario: str = "baseline", last_year: int = 2017
) -> TargetData:
    """Return the data that one run with the given parameters, one row, would leave; see :func:`synthetic`."""
    ensemble = simulate(
        world, load_scenario(scenario), runs=1, seed=seed, until=HISTORY_END, parameters=parameters, threads=1
    )
    if ensemble.failures:
        raise InputError(f"the run with these parameters failed: {ensemble.failures[0][1]}")
    chosen = rows(last_year)
    values = to_unit(chosen, observe(RunPaths(ensemble), chosen, seed))
    return TargetData(chosen, values, f"synthetic, scenario {scenario}, seed {seed}")
