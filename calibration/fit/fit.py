"""One fit: the posterior of the parameters that given figures can inform, on the emulator of a design."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from ctypes import c_double
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

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
from calibration.fit.sampler import ENSEMBLES, WALKERS, Chains, Reference, approximate, gathered, sample_one
from calibration.fit.space import Space
from calibration.reproducible import one_thread
from calibration.targets import Row, target

if TYPE_CHECKING:
    from ctypes import Array

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
Ensemble: TypeAlias = tuple[FloatArray, FloatArray, FloatArray, float]
"""What ``sample_one`` returns."""

LEAST_CONTRACTION: Final = 0.05
"""Contraction that a parameter's posterior must be expected to have for it to be fitted."""
MOST_FITTED: Final = 48
TICK: Final = 0.5
"""Seconds between reports while processes sample."""


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
    walkers: int = WALKERS,
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
    walkers : int
        Chains of an ensemble.
    steps, most : int
        Steps of an ensemble, at least and at most.
    folder : Path, optional
        Where ensembles are kept as they grow, and found again.
    processes : int, optional
        Default: all processors.
    progress : callable
        Called from this thread with the share that is done, 0 to 1, as far as it can be told; it never falls.

    Raises
    ------
    OSError
        A stretch cannot be written, or a process of the samplers was killed. Whole stretches are kept.
    """
    with one_thread():
        reference = reference_of(likelihood)
    jobs = [
        _Job(likelihood, reference, (seed, k), walkers, steps, most, folder / f"ensemble_{k}" if folder else None)
        for k in range(ensembles)
    ]
    workers = min(processes or os.cpu_count() or 1, ensembles)
    told = _Told(ensembles, progress)
    parts = _here(jobs, told) if workers == 1 else _in_processes(jobs, workers, told)
    return Fit(likelihood, reference, gathered(parts))


@dataclass(frozen=True)
class _Job:
    """One ensemble to sample."""

    likelihood: Likelihood
    reference: Reference
    seed: tuple[int, int]
    walkers: int
    steps: int
    most: int
    folder: Path | None

    def run(self, progress: Callable[[float], None]) -> Ensemble:
        return sample_one(
            self.likelihood, self.reference, seed=self.seed, walkers=self.walkers, steps=self.steps, most=self.most,
            folder=self.folder, progress=progress,
        )  # fmt: skip


class _Told:
    """How much of each ensemble is done, told as one share that never falls."""

    def __init__(self, ensembles: int, progress: Callable[[float], None]) -> None:
        self._shares, self._progress, self._last = np.zeros(ensembles), progress, -1.0

    def of(self, number: int) -> Callable[[float], None]:
        def tell(share: float) -> None:
            self._shares[number] = share
            self.all(self._shares)

        return tell

    def all(self, shares: Sequence[float] | FloatArray) -> None:
        share = float(np.mean(np.clip(shares, 0.0, 1.0)))
        if share > self._last:
            self._last = share
            self._progress(share)


def _here(jobs: Sequence[_Job], told: _Told) -> list[Ensemble]:
    return [job.run(told.of(k)) for k, job in enumerate(jobs)]


def _in_processes(jobs: Sequence[_Job], workers: int, told: _Told) -> list[Ensemble]:
    context = get_context("spawn")
    # One number an ensemble, which only its process writes, and a last one that asks all of them to stop.
    board = context.RawArray(c_double, len(jobs) + 1)
    with ProcessPoolExecutor(workers, context, initializer=_start, initargs=(board,)) as pool:
        futures = [pool.submit(_one, job, k) for k, job in enumerate(jobs)]
        try:
            pending: set[Future[Ensemble]] = set(futures)
            while pending:
                finished, pending = wait(pending, timeout=TICK)
                for future in finished:
                    future.result()
                told.all(board[:-1])
        except BrokenProcessPool:
            raise ChildProcessError("A process of the samplers was killed, perhaps for want of memory") from None
        except BaseException:
            board[-1] = 1.0
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]


def reference_of(likelihood: Likelihood) -> Reference:
    """Return a normal approximation of the posterior, found from the middle of the priors."""
    space = likelihood.space
    return approximate(likelihood, space.coordinates(_middle(space), space.discrepancy[None])[0])


_board: Array[c_double] | None = None
"""In a process of the samplers: what it shares with the one that asked."""


def _start(board: Array[c_double]) -> None:
    """Prepare a process of the samplers. An interrupt is for the one that asked: it stops the others by the board."""
    global _board
    _board = board
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    one_thread()


def _one(job: _Job, number: int) -> Ensemble:
    def tell(share: float) -> None:
        assert _board is not None
        if _board[-1]:
            raise InterruptedError(f"ensemble {number} was asked to stop; its whole stretches are kept")
        _board[number] = share

    return job.run(tell)


def _middle(space: Space) -> FloatArray:
    """Return the point values of the fitted parameters, moved inside where they stand at an edge, (1, fitted)."""
    from simulator.parameters import parameters

    chosen = [parameters()[k] for k in space.fitted]
    low, point, high = (np.array([getattr(p, end) for p in chosen]) for end in ("low", "point", "high"))
    return np.asarray(np.clip(point, low + 0.1 * (high - low), high - 0.1 * (high - low))[None])
