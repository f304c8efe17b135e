"""Learn the simulator: simulate the design, choose what to fit, fit the emulator, then again near the posteriors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.fit.design import Runs, joined, simulate_points, sobol_points
from calibration.fit.emulator import Emulator, HeldOut, check_emulator, fit_emulator
from calibration.fit.fit import choose_fitted, expected_contraction, make_likelihood, reference_of
from calibration.fit.likelihood import Likelihood
from calibration.fit.sampler import Reference
from calibration.fit.settings import Settings
from calibration.reproducible import one_thread, stream
from calibration.targets import Row, TargetData, error_sd, rows, simulated_matrix
from simulator.parameters import PRIOR_ROWS, prior_rows
from simulator.sweep import Progress
from simulator.world import World

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
Tell: TypeAlias = Callable[[str, float], None]

WIDER: Final = 1.5
"""Standard deviations of the refocused design over those of the approximate posteriors."""
HELD_OUT_SEED: Final = 1_000_003
REFOCUS_SEED: Final = 1_000_033


@dataclass(frozen=True)
class Learned:
    """An emulator of all fitted figures, and how good it is.

    Attributes
    ----------
    rows : tuple of Row
    emulator : Emulator
    expected : ndarray, shape (parameters,)
        Contraction to be expected of every parameter, whatever is observed.
    wide, near : HeldOut
        On points of the priors that it has not seen, and on such points where the posteriors lie.
    first : HeldOut
        Of the emulator before the design was refocused, where the posteriors lie.
    runs : int
        Simulated runs that it learnt from.
    """

    rows: tuple[Row, ...]
    emulator: Emulator
    expected: FloatArray
    wide: HeldOut
    near: HeldOut
    first: HeldOut
    runs: int


def learn(
    world: World, settings: Settings, work: Path, data: Sequence[TargetData], *, threads: int | None, tell: Tell
) -> Learned:
    """Simulate the designs and fit the emulator.

    Parameters
    ----------
    world : World
    settings : Settings
    work : Path
        Folder of the designs; finished runs in it are not simulated again.
    data : sequence of TargetData
        Of the fits to come: around their posteriors the design is refocused.
    threads : int, optional
    tell : callable
        Called with the name of a stage and the share of it that is done.
    """
    def simulated(stage: str, values: FloatArray, seed: int) -> Runs:
        def progress(at: Progress) -> None:
            tell(stage, at.done / at.total)

        return simulate_points(world, values, work / stage, seed=seed, threads=threads, progress=progress)

    chosen = rows()
    values = sobol_points(settings.points, settings.seed)
    runs = simulated("design", values, settings.seed)
    prior = prior_rows(np.arange(PRIOR_ROWS))
    with one_thread():
        tell("emulator", 0.0)
        outcomes = simulated_matrix(runs, chosen)
        check_finite(outcomes, chosen)
        expected = expected_contraction(runs.parameters, outcomes, chosen, error_sd(chosen))
        fitted = choose_fitted(expected)
        first = fit_emulator(runs.parameters, outcomes, fitted, prior)
        tell("emulator", 0.5)
        likelihoods = [likelihood_of(first, chosen, each) for each in data]
        references = [reference_of(each) for each in likelihoods]
        focused = near_points(references, likelihoods, settings.refocused, settings.seed + REFOCUS_SEED)
        tell("emulator", 1.0)
    more = simulated("refocus", focused, settings.seed + REFOCUS_SEED)

    spread = sobol_points(settings.held_out, settings.seed + HELD_OUT_SEED)
    close = near_points(references, likelihoods, settings.held_out, settings.seed + HELD_OUT_SEED)
    points = np.concatenate([spread, close])
    test = simulated("held_out", np.repeat(points, settings.lucks, axis=0), settings.seed + HELD_OUT_SEED)
    with one_thread():
        tell("second emulator", 0.0)
        both = joined((runs, more))
        emulator = fit_emulator(both.parameters, simulated_matrix(both, chosen), fitted, prior)
        tell("second emulator", 0.7)
        truth = blocks(test, points, settings.lucks, chosen)
        half = len(spread)
        wide = check_emulator(emulator, points[:half], truth[:half])
        near = check_emulator(emulator, points[half:], truth[half:])
        before = check_emulator(first, points[half:], truth[half:])
        tell("second emulator", 1.0)
    return Learned(chosen, emulator.with_error(near.covariance), expected, wide, near, before, len(both.parameters))


def likelihood_of(emulator: Emulator, all_rows: Sequence[Row], data: TargetData) -> Likelihood:
    """Return the likelihood of data on an emulator of `all_rows`."""
    place = {row: k for k, row in enumerate(all_rows)}
    return make_likelihood(emulator.rows([place[row] for row in data.rows]), data.rows, data.vector, data.error)


def near_points(
    references: Sequence[Reference], likelihoods: Sequence[Likelihood], count: int, seed: int
) -> FloatArray:
    """Return points around approximate posteriors, equally many of each, shape (count, parameters).

    Fitted parameters: normal around the mode, `WIDER` than the posterior. All others: their priors.
    """
    values = sobol_points(count, seed)
    generator = stream([seed])
    for k, (reference, likelihood) in enumerate(zip(references, likelihoods, strict=True)):
        mine = np.arange(k, count, len(references))
        noise = generator.standard_normal((len(mine), len(reference.centre)))
        q = reference.centre + WIDER * noise @ reference.factor.T
        values[np.ix_(mine, likelihood.space.fitted)] = likelihood.space.values(q)
    return values


def blocks(runs: Runs, points: FloatArray, lucks: int, chosen: Sequence[Row]) -> FloatArray:
    """Return figures by point and luck, shape (points, lucks, rows).

    Raises
    ------
    ArithmeticError
        A run of a point failed: a failure among so few runs is a fault of the model.
    """
    if len(runs.parameters) != len(points) * lucks:
        raise ArithmeticError(f"{len(points) * lucks - len(runs.parameters)} runs that test the emulator failed")
    return simulated_matrix(runs, chosen).reshape(len(points), lucks, len(chosen))


def check_finite(outcomes: FloatArray, chosen: Sequence[Row]) -> None:
    """Raise ``ArithmeticError`` naming the figures that a run left undefined."""
    finite = np.atleast_1d(np.isfinite(outcomes).all(axis=0)).tolist()
    wrong = [row for row, fine in zip(chosen, finite, strict=True) if not fine]
    if wrong:
        raise ArithmeticError(f"runs leave figures undefined: {', '.join(f'{n} {p}' for n, p in wrong[:8])}")
