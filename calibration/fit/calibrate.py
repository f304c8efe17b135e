"""The whole calibration: learn the simulator, draw from the posteriors, simulate the draws again and weigh them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.fit.design import Runs, simulate_points
from calibration.fit.emulator_store import save_emulator
from calibration.fit.fit import Fit, fit
from calibration.fit.learn import Learned, Tell, learn, likelihood_of
from calibration.fit.likelihood import Likelihood
from calibration.fit.reweighting import LEAST_DRAWS, Weights, correction, effective_sizes, weigh
from calibration.fit.sampler import LENGTH, MAX_RHAT
from calibration.fit.settings import Settings, claim, identity
from calibration.reproducible import one_thread, stream
from calibration.targets import Row, TargetData, simulated_matrix
from simulator.parameters import PRIOR_ROWS, prior_rows
from simulator.sweep import Progress
from simulator.sweep.planning import hash_of_data
from simulator.world import World

FloatArray: TypeAlias = npt.NDArray[np.float64]

SHIPPED: Final = "shipped"
VALIDATION: Final = "validation"
WORK: Final = "work"
EMULATOR: Final = "emulator.npz"
FIT_SEEDS: Final = {SHIPPED: 11, VALIDATION: 12}
OTHER_FIT: Final = 13
AGAIN: Final = 16
"""Runs of each draw that weigh it, each with its own luck and its own other parameters."""
MOST_ROUNDS: Final = 3
ENOUGH: Final = 0.5
"""Share of draws that are effective after weighing. With fewer, draws are taken anew from the corrected emulator."""
LAST_YEARS: Final = {SHIPPED: 2017, VALIDATION: 2013}


@dataclass(frozen=True)
class Posterior:
    """One finished fit.

    Attributes
    ----------
    name : str
    data : TargetData
    fit : Fit
    weights : Weights
        Of the draws after they were simulated again, before resampling.
    effective : ndarray, shape (fitted,)
        How many independent draws these are worth by parameter, the luck of the runs that weigh them included.
    coordinates : ndarray, shape (draws, size)
        Draws with equal weights.
    values : ndarray, shape (draws, parameters)
        All parameters of each draw: fitted ones from the posterior, all others row by row from the prior.
    runs : Runs
        One run of each draw: what the model says with this posterior.
    """

    name: str
    data: TargetData
    fit: Fit
    weights: Weights
    effective: FloatArray
    coordinates: FloatArray
    values: FloatArray
    runs: Runs

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against using the draws, as sentences without a full stop."""
        chains, found = self.fit.chains, []
        if not chains.rhat.max() <= MAX_RHAT:
            found.append(f"the chains disagree: R-hat is {chains.rhat.max():.3f}, at most {MAX_RHAT} is wanted")
        if not chains.long_enough:
            found.append(f"the chains are shorter than {LENGTH:g} autocorrelation times")
        if self.weights.effective < LEAST_DRAWS:
            found.append(
                f"{self.weights.effective:.0f} draws are effective after weighing, {LEAST_DRAWS} are wanted:"
                " the emulator does not stand for the simulator"
            )
        return tuple(found)

    @property
    def fitted(self) -> FloatArray:
        """Draws of the fitted parameters, shape (draws, fitted)."""
        return np.asarray(self.values[:, self.fit.likelihood.space.fitted])


@dataclass(frozen=True)
class Calibration:
    """What a calibration found."""

    settings: Settings
    learned: Learned
    posteriors: tuple[Posterior, ...]


def calibrate(
    world: World,
    data: Sequence[tuple[str, TargetData]],
    folder: Path,
    settings: Settings = Settings(),  # noqa: B008
    *,
    data_hash: str = "",
    threads: int | None = None,
    tell: Tell = lambda stage, share: None,
) -> Calibration:
    """Calibrate the model; a calibration that was stopped goes on where it was.

    Parameters
    ----------
    world : World
    data : sequence of (name, TargetData)
        One fit each.
    folder : Path
        Its subfolder ``work`` keeps simulated runs and samplers as they grow.
    settings : Settings
    data_hash : str
        Of the data file, if it is not the observed figures that are fitted.
    threads : int, optional
        Also processes of the samplers. The numbers do not depend on it.
    tell : callable
        Called with the name of a stage and the share of it that is done.

    Raises
    ------
    InputError
        The folder is of another calibration.
    SweepStoppedError
        Something could not be written.
    """
    work = folder / WORK
    claim(work, identity(settings, hash_of_data(world), data_hash))
    learned = learn(world, settings, work, [each for _, each in data], threads=threads, tell=tell)
    save_emulator(work / EMULATOR, learned.emulator, learned.rows)
    posteriors = tuple(
        _posterior(world, name, each, learned, settings, work, threads, tell) for name, each in data
    )
    return Calibration(settings, learned, posteriors)


def _posterior(
    world: World,
    name: str,
    data: TargetData,
    learned: Learned,
    settings: Settings,
    work: Path,
    threads: int | None,
    tell: Tell,
) -> Posterior:
    place = work / name
    seed = settings.seed * 1000 + FIT_SEEDS.get(name, OTHER_FIT)

    def simulated(stage: str, values: FloatArray, luck: int) -> Runs:
        def progress(at: Progress) -> None:
            tell(f"{stage} {name}", at.done / at.total)

        return simulate_points(world, values, place / stage, seed=luck, threads=threads, progress=progress)

    likelihood = likelihood_of(learned.emulator, learned.rows, data)
    for number in range(1, MOST_ROUNDS + 1):
        own, turn = seed + 10 * (number - 1), "" if number == 1 else f"_{number}"
        found = fit(
            likelihood, seed=own, steps=settings.steps, most=settings.most, folder=place / f"chains{turn}",
            processes=threads, progress=partial(tell, f"posterior{turn} {name}"),
        )  # fmt: skip
        generator = stream([own, 100])
        draws = found.chains.chosen(settings.draws, generator)
        repeated = with_others(likelihood, np.repeat(draws, AGAIN, axis=0))
        again = simulated(f"again{turn}", repeated, own + 200)
        with one_thread():
            outcomes = simulated_matrix(again, data.rows)
            missed = correction(likelihood, again.parameters, outcomes)
            weights = weigh(likelihood, draws, missed)
        if weights.effective >= ENOUGH * len(draws) or number == MOST_ROUNDS:
            break
        likelihood = missed.of(likelihood)
    tell(f"weights {name}", 0.0)
    with one_thread():
        effective = effective_sizes(likelihood, draws, again.parameters, outcomes, weights, stream([own, 400]))
    tell(f"weights {name}", 1.0)
    final = draws[weights.resampled(generator)]
    values = with_others(likelihood, final)
    runs = simulated("predicted", values, seed + 300)
    return Posterior(name, data, found, weights, effective, final, values, runs)


def with_others(likelihood: Likelihood, draws: FloatArray) -> FloatArray:
    """Return all parameters of draws: row k of the fitted goes with row k of the prior, shape (draws, parameters)."""
    values = prior_rows(np.arange(len(draws)) % PRIOR_ROWS)
    values[:, likelihood.space.fitted] = likelihood.space.values(draws)
    return values


def predicted(posterior: Posterior, chosen: Sequence[Row]) -> FloatArray:
    """Return what the runs of a posterior say of figures, on the scales of the targets, shape (draws, rows)."""
    return simulated_matrix(posterior.runs, chosen)
