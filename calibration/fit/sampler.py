"""Draws from a posterior: independent ensembles of chains, kept as they grow, so that a fit can be stopped.

Hamiltonian Monte Carlo (Mici) with exact slopes, in coordinates in which a normal approximation of the posterior has
unit covariance: one step crosses most of the posterior, whatever the correlations of its parameters.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from calibration.fit.likelihood import Likelihood
from calibration.fit.slopes import LogPosterior
from calibration.reproducible import one_thread, stream
from simulator.text_file import replace_with

FloatArray: TypeAlias = npt.NDArray[np.float64]

ENSEMBLES: Final = 4
WALKERS: Final = 4
"""Chains of an ensemble, each from a start of its own."""
STEP_SIZE: Final = 0.4
LEAPS: Final = (2, 7)
"""Leapfrog steps of a proposal, drawn each time from 2 to 6: about a quarter of a turn, never in phase."""
CHECK_EVERY: Final = 100
BURN_IN: Final = 2
"""One part of so many is burn-in: a half. Chains start wider than the posterior and need time to come in."""
MAX_RHAT: Final = 1.05
"""R-hat above which chains have not found the same posterior."""
LENGTH: Final = 50.0
"""Steps over the autocorrelation time that an ensemble needs."""


@dataclass(frozen=True)
class Reference:
    """A normal approximation of a posterior.

    Attributes
    ----------
    centre : ndarray, shape (size,)
    factor : ndarray, shape (size, size)
        Lower Cholesky factor of its covariance.
    """

    centre: FloatArray
    factor: FloatArray

    def coordinates(self, z: FloatArray) -> FloatArray:
        """Return the coordinates of points given in standard deviations, shape (..., size)."""
        return np.asarray(self.centre + z @ self.factor.T)


def approximate(likelihood: Likelihood, start: FloatArray, steps: int = 60) -> Reference:
    """Find the mode of a posterior and its curvature there, by damped Newton steps on batches of evaluations.

    Parameters
    ----------
    likelihood : Likelihood
    start : ndarray, shape (size,)
    steps : int
        At most.
    """
    q, damping = start.copy(), 1.0
    value = float(likelihood.log_posterior(q[None])[0])
    curvature = np.eye(len(q))
    for _ in range(steps):
        slope, curvature = _derivatives(likelihood, q)
        while True:
            move = np.clip(np.linalg.solve(curvature + damping * np.eye(len(q)), slope), -1.5, 1.5)
            new = float(likelihood.log_posterior((q + move)[None])[0])
            if new > value or damping > 1e6:
                break
            damping *= 4.0
        if new <= value + 1e-4:
            break
        q, value, damping = q + move, new, max(damping / 8.0, 1e-3)
    _, curvature = _derivatives(likelihood, q)
    values, vectors = np.linalg.eigh(curvature)
    covariance = (vectors / np.maximum(values, 0.05)) @ vectors.T
    return Reference(q, np.linalg.cholesky(covariance))


def _derivatives(likelihood: Likelihood, q: FloatArray, width: float = 0.02) -> tuple[FloatArray, FloatArray]:
    """Return gradient and an approximate, positive definite negative Hessian.

    The curvature of the likelihood is that of its mean (Fisher information) plus the diagonal of what the prior and the
    variances add, by differences.
    """
    size = len(q)
    steps = width * np.eye(size)
    points = np.concatenate([q[None], q + steps, q - steps])
    values = likelihood.log_posterior(points)
    plus, minus = values[1 : size + 1], values[size + 1 :]
    slope = (plus - minus) / (2.0 * width)
    second = -(plus - 2.0 * values[0] + minus) / width**2
    mean = likelihood.emulator.mean(likelihood.space.standardised(points))
    jacobian = ((mean[1 : size + 1] - mean[size + 1 :]) / (2.0 * width)).T
    fisher = jacobian.T @ np.linalg.solve(_covariance_at(likelihood, q), jacobian)
    rest = np.maximum(second - np.diag(fisher), 0.1)
    return slope, fisher + np.diag(rest)


def _covariance_at(likelihood: Likelihood, q: FloatArray) -> FloatArray:
    sd = likelihood.emulator.sd(likelihood.space.standardised(q[None]))[0]
    return likelihood.covariance(sd, likelihood.sizes(q[None])[0])


@dataclass(frozen=True)
class Chains:
    """Draws of several independent ensembles.

    Attributes
    ----------
    draws : ndarray, shape (ensembles, steps, walkers, size)
        After burn-in.
    log_posterior : ndarray, shape (ensembles, steps, walkers)
    autocorrelation : ndarray, shape (ensembles, size)
        Autocorrelation times, in steps.
    acceptance : float
    """

    draws: FloatArray
    log_posterior: FloatArray
    autocorrelation: FloatArray
    acceptance: float

    @property
    def flat(self) -> FloatArray:
        """All draws, shape (draws, size), step by step."""
        return np.asarray(self.draws.transpose(1, 0, 2, 3).reshape(-1, self.draws.shape[-1]))

    @property
    def effective_size(self) -> FloatArray:
        """Effective number of independent draws of each coordinate, shape (size,)."""
        _, steps, walkers, _ = self.draws.shape
        return np.asarray((steps * walkers / self.autocorrelation).sum(axis=0))

    @property
    def long_enough(self) -> bool:
        """Whether every ensemble is as many autocorrelation times long as is wanted."""
        return bool(self.draws.shape[1] >= LENGTH * self.autocorrelation.max())

    @property
    def rhat(self) -> FloatArray:
        """Rank-normalised split R-hat of each coordinate over all chains of all ensembles, shape (size,)."""
        arviz = load_arviz()
        _, steps, _, size = self.draws.shape
        chains = self.draws.transpose(0, 2, 1, 3).reshape(-1, steps, size)
        return np.array([float(arviz.rhat(chains[:, :, k], method="rank")) for k in range(size)])

    def chosen(self, count: int, generator: np.random.Generator) -> FloatArray:
        """Return `count` of the draws, spread evenly over steps and ensembles, shape (count, size)."""
        flat = self.flat
        place = np.linspace(0, len(flat) - 1, count).astype(np.int64)
        return np.asarray(flat[generator.permutation(place)])


def load_arviz() -> Any:
    """Import ArviZ without the notice of its coming version."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz
    return arviz


def sample_one(
    likelihood: Likelihood,
    reference: Reference,
    *,
    seed: Sequence[int],
    walkers: int,
    steps: int,
    most: int,
    folder: Path | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Run one ensemble until it is long enough.

    It moves in stretches of `CHECK_EVERY` steps, each with random numbers of its own and each kept in a file once it is
    whole: an ensemble that was stopped goes on from its last whole stretch and ends with the same bits.

    Parameters
    ----------
    likelihood : Likelihood
    reference : Reference
    seed : sequence of int
    walkers, steps, most : int
        Number of chains; steps at least and at most.
    folder : Path, optional
        Where stretches are kept.
    progress : callable
        Called before each stretch with the share that is done, 0 to 1: of the steps that the autocorrelation time so
        far asks for, or of `most` while it is not known.

    Returns
    -------
    draws (steps, walkers, size), log posterior (steps, walkers), autocorrelation times (size,), acceptance
    """
    hamiltonian = _Hamiltonian(likelihood, reference)
    stretches = _kept(folder)
    if stretches:
        z = stretches[-1].last
    else:
        first = _generator(seed, 0)
        scale = np.sqrt(4.0 / first.chisquare(4.0, size=(walkers, 1)))
        z = 1.3 * scale * first.standard_normal((walkers, len(reference.centre)))
    while True:
        done = CHECK_EVERY * len(stretches)
        share = done / most
        if done >= steps:
            burnt = np.concatenate([s.draws for s in stretches])[done // BURN_IN :]
            time = autocorrelation(burnt)
            share = max(share, float(len(burnt) / (LENGTH * time.max())))
            if len(burnt) >= LENGTH * time.max() or done >= most:
                break
        progress(share)
        with one_thread():  # the order of sums, and so the bits, must not depend on the number of threads
            stretch = hamiltonian.walk(z, CHECK_EVERY, _generator(seed, 1 + len(stretches)))
        z = stretch.last
        stretches.append(stretch)
        _keep(folder, len(stretches), stretch)
    progress(1.0)
    log = np.concatenate([s.log for s in stretches])[done // BURN_IN :]
    return burnt, log, time, float(np.mean([s.accepted for s in stretches]))


class _Stretch(NamedTuple):
    """Steps of all chains of an ensemble: (steps, walkers, size), (steps, walkers); where they are, in deviations."""

    draws: FloatArray
    log: FloatArray
    last: FloatArray
    accepted: float


class _Hamiltonian:
    """Chains in coordinates in which the normal approximation of the posterior has unit covariance."""

    def __init__(self, likelihood: Likelihood, reference: Reference) -> None:
        from mici.integrators import LeapfrogIntegrator
        from mici.systems import EuclideanMetricSystem

        density = LogPosterior(likelihood)

        def slope(z: FloatArray) -> tuple[FloatArray, float]:
            value, gradient = density(reference.coordinates(z))
            return -reference.factor.T @ gradient, -value

        self._reference = reference
        self._system = EuclideanMetricSystem(lambda z: slope(z)[1], grad_neg_log_dens=slope)
        self._leapfrog = LeapfrogIntegrator(self._system, step_size=STEP_SIZE)

    def walk(self, z: FloatArray, steps: int, generator: np.random.Generator) -> _Stretch:
        """Move chains from where they are, shape (walkers, size)."""
        from mici.samplers import RandomMetropolisHMC

        sampler = RandomMetropolisHMC(self._system, self._leapfrog, generator, n_step_range=LEAPS)
        logging.getLogger("mici").setLevel(logging.CRITICAL)  # it logs an interrupt with a traceback
        found = sampler.sample_chains(
            0, steps, list(z), display_progress=False,
            trace_funcs=[lambda state: {"z": state.pos, "log": -self._system.neg_log_dens(state)}],
        )  # fmt: skip
        path = np.stack(found.traces["z"], axis=1)
        log = np.stack(found.traces["log"], axis=1)
        if np.isnan(path).any() or np.isnan(log).any():
            raise KeyboardInterrupt  # the library keeps it to itself; what it did not reach is NaN
        accepted = float(np.mean([chain.mean() for chain in found.statistics["accept_stat"]]))
        return _Stretch(self._reference.coordinates(path), log, path[-1], accepted)


def _generator(seed: Sequence[int], number: int) -> np.random.Generator:
    return stream([*seed, number])


def autocorrelation(draws: FloatArray) -> FloatArray:
    """Return steps per independent draw of each coordinate, (size,), of chains (steps, walkers, size); at least 1."""
    steps, walkers, size = draws.shape
    ess = load_arviz().ess
    found = np.array([float(ess(draws[:, :, k].T, method="mean")) for k in range(size)])
    return np.asarray(np.maximum(steps * walkers / found, 1.0))


def _keep(folder: Path | None, number: int, stretch: _Stretch) -> None:
    """Write a stretch aside and give it its name."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.asarray(value) for name, value in stretch._asdict().items()}
    replace_with(folder / f"{number:04d}.npz", lambda file: np.savez(file, allow_pickle=False, **arrays))


def _kept(folder: Path | None) -> list[_Stretch]:
    """Read the stretches of a folder, as far as there is no gap and none is damaged."""
    found: list[_Stretch] = []
    while folder is not None and (path := folder / f"{len(found) + 1:04d}.npz").is_file():
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                one = _Stretch(kept["draws"], kept["log"], kept["last"], float(kept["accepted"]))
        except (OSError, EOFError, ValueError, KeyError, BadZipFile):
            break
        if not (np.isfinite(one.draws).all() and np.isfinite(one.last).all()):
            break
        found.append(one)
    return found


def gathered(parts: Sequence[tuple[FloatArray, FloatArray, FloatArray, float]]) -> Chains:
    """Return ensembles as one, each cut to the length of the shortest."""
    shortest = min(len(draws) for draws, _, _, _ in parts)
    return Chains(
        np.stack([draws[-shortest:] for draws, _, _, _ in parts]),
        np.stack([log[-shortest:] for _, log, _, _ in parts]),
        np.stack([time for _, _, time, _ in parts]),
        float(np.mean([accepted for _, _, _, accepted in parts])),
    )
