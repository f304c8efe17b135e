"""One fit: the posterior of the parameters that given figures can inform, on the emulator of a design."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.fit.emulator import Emulator, linear_effects
from calibration.fit.likelihood import (
    SAMPLED_FROM,
    Likelihood,
    discrepancy_correlation,
    error_correlation,
    groups_of,
)
from calibration.fit.sampler import ENSEMBLES, Chains, Reference, approximate, gathered, sample_one
from calibration.fit.space import Space
from calibration.targets import Row, target

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

LEAST_CONTRACTION: Final = 0.05
"""Contraction that a parameter's posterior must be expected to have for it to be fitted."""
MOST_FITTED: Final = 48


def discrepancies_of(rows: Sequence[Row]) -> FloatArray:
    """Return the prior median of the discrepancy of each target of some rows, shape (groups,)."""
    return np.array([target(name).discrepancy for name in dict.fromkeys(name for name, _ in rows)])


def expected_contraction(
    values: FloatArray, outcomes: FloatArray, rows: Sequence[Row], error: FloatArray
) -> FloatArray:
    """Return by how much figures of these rows can be expected to narrow each prior, shape (parameters,).

    Uses no observed figure: the posterior of a linear model with normal priors and errors has the same spread whatever
    is observed. Luck, errors of observation and prior medians of discrepancy count as noise; all parameters are learnt
    together, so that those which the data confound are not expected to be told apart.

    Parameters
    ----------
    values, outcomes : ndarray, shapes (points, parameters), (points, rows)
    rows : sequence of Row
    error : ndarray, shape (rows,)
    """
    effects, rest = linear_effects(values, outcomes)
    size = discrepancies_of(rows)[groups_of(rows)]
    noise = rest + error_correlation(rows) * np.outer(error, error)
    noise += discrepancy_correlation(rows) * np.outer(size, size)
    information = np.eye(len(effects)) + effects @ np.linalg.solve(noise, effects.T)
    return np.asarray(1.0 - np.sqrt(np.diag(np.linalg.inv(information))))


def choose_fitted(expected: FloatArray, least: float = LEAST_CONTRACTION, most: int = MOST_FITTED) -> IntArray:
    """Return the places of the parameters that are worth fitting, ascending."""
    order = np.argsort(-expected, kind="stable")[:most]
    return np.sort(order[expected[order] >= least])


def make_likelihood(emulator: Emulator, rows: Sequence[Row], observed: FloatArray, error: FloatArray) -> Likelihood:
    """Put together the likelihood of some figures.

    Parameters
    ----------
    emulator : Emulator
        Of just these rows.
    rows : sequence of Row
    observed, error : ndarray, shape (rows,)
        On the scales of the targets.
    """
    group, discrepancy = groups_of(rows), discrepancies_of(rows)
    sampled = np.flatnonzero(np.bincount(group) >= SAMPLED_FROM)
    space = Space(emulator.fitted, discrepancy[sampled])
    covariance = error_correlation(rows) * np.outer(error, error)
    return Likelihood(
        emulator, space, observed, covariance, group, discrepancy, sampled, discrepancy_correlation(rows)
    )


@dataclass(frozen=True)
class Fit:
    """A likelihood and draws from its posterior."""

    likelihood: Likelihood
    reference: Reference
    chains: Chains


def fit(
    likelihood: Likelihood,
    *,
    seed: int,
    ensembles: int = ENSEMBLES,
    walkers: int | None = None,
    steps: int = 600,
    most: int = 6000,
    folder: Path | None = None,
    processes: int | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Fit:
    """Draw from the posterior with independent ensembles.

    Parameters
    ----------
    likelihood : Likelihood
    seed, ensembles : int
        Ensemble k depends on the seed and k only, not on the number of processes.
    walkers : int, optional
        Default: twice the number of coordinates, and a little more.
    steps, most : int
        Steps of an ensemble, at least and at most.
    folder : Path, optional
        Where ensembles are kept as they grow, and found again.
    processes : int, optional
        Default: all processors.
    progress : callable
        Called with the share that is surely done, 0 to 1.
    """
    space = likelihood.space
    reference = reference_of(likelihood)
    count = walkers or 2 * space.size + 8
    jobs = [
        (likelihood, reference, (seed, k), count, steps, most, folder / f"ensemble_{k}" if folder else None)
        for k in range(ensembles)
    ]
    workers = min(processes or os.cpu_count() or 1, ensembles)
    parts = []
    if workers == 1:
        for k, job in enumerate(jobs):
            parts.append(_one(job))
            progress((k + 1) / ensembles)
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=one_thread) as pool:
            for k, part in enumerate(pool.map(_one, jobs)):
                parts.append(part)
                progress((k + 1) / ensembles)
    return Fit(likelihood, reference, gathered(parts))


def reference_of(likelihood: Likelihood) -> Reference:
    """Return a normal approximation of the posterior, found from the middle of the priors."""
    space = likelihood.space
    return approximate(likelihood, space.coordinates(_middle(space), space.discrepancy[None])[0])


def one_thread() -> None:
    """Let linear algebra use one thread: processes are as many as processors, and bits do not depend on threads."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def _one(job: tuple[Likelihood, Reference, tuple[int, int], int, int, int, Path | None]) -> tuple[
    FloatArray, FloatArray, FloatArray, float
]:
    likelihood, reference, seed, walkers, steps, most, folder = job
    return sample_one(likelihood, reference, seed=seed, walkers=walkers, steps=steps, most=most, folder=folder)


def _middle(space: Space) -> FloatArray:
    """Return the point values of the fitted parameters, moved inside where they stand at an edge, (1, fitted)."""
    from simulator.parameters import parameters

    chosen = [parameters()[k] for k in space.fitted]
    low, point, high = (np.array([getattr(p, end) for p in chosen]) for end in ("low", "point", "high"))
    return np.asarray(np.clip(point, low + 0.1 * (high - low), high - 0.1 * (high - low))[None])
