"""Whether a fit recovers what is known: truths of the priors, data of the simulator, ranks among posterior draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.fit.emulator import Emulator
from calibration.fit.fit import fit, make_likelihood
from calibration.fit.likelihood import Likelihood
from calibration.reproducible import one_thread, stream
from calibration.run_statistics import RunPaths
from calibration.targets import Row, error_sd, simulated_matrix
from simulator.ensemble import simulate
from simulator.parameters import PRIOR_ROWS, prior_rows, table_of
from simulator.periods import HISTORY_END
from simulator.scenario import load_scenario
from simulator.world import World

if TYPE_CHECKING:
    from pandas import DataFrame

FloatArray: TypeAlias = npt.NDArray[np.float64]
Simulator: TypeAlias = Callable[[FloatArray], FloatArray]
"""From all parameters, shape (points, parameters), to the figures of one run each, shape (points, rows)."""

KEPT: Final = 99
"""Draws that a truth is ranked among, so that a rank is one of 0 to 99."""
COVERED: Final = (5, 94)
"""Ranks within the central 90 % interval: 90 of 100."""
BINS: Final = 10
COVERAGE: Final = 0.90


def simulated_by(world: World, rows: Sequence[Row], seed: int, threads: int | None = None) -> Simulator:
    """Return the simulator of some figures: baseline to 2017, the luck of point k that of run k of the seed.

    The function returned raises ``ArithmeticError`` if a run fails.
    """

    def simulated(values: FloatArray) -> FloatArray:
        ensemble = simulate(
            world, load_scenario("baseline"), runs=len(values), seed=seed, until=HISTORY_END,
            parameters=table_of("file", values), threads=threads,
        )  # fmt: skip
        if ensemble.failures:
            raise ArithmeticError(f"{len(ensemble.failures)} runs with parameters of the prior failed")
        return simulated_matrix(RunPaths(ensemble), rows)

    return simulated


@dataclass(frozen=True)
class Truth:
    """Known coordinates and data that they left; arrays have one row a replication."""

    coordinates: FloatArray
    data: FloatArray


def make_truths(likelihood: Likelihood, simulated: Simulator, replications: int, seed: int) -> Truth:
    """Draw truths from the priors and make data of each.

    Fitted parameters and discrepancies come from their priors, all others are rows of the prior. Data are one run of
    the simulator (never the emulator), a drawn discrepancy and drawn errors of observation.
    """
    generator = stream([seed, 1])
    q = likelihood.space.sample_prior(replications, generator)
    values = prior_rows(generator.integers(PRIOR_ROWS, size=replications))
    values[:, likelihood.space.fitted] = likelihood.space.values(q)
    spread = likelihood.sizes(q)[:, likelihood.group]
    shape = (replications, len(likelihood.group))
    discrepancy = spread * (generator.standard_normal(shape) @ _root(likelihood.correlation).T)
    error = generator.standard_normal(shape) @ _root(likelihood.error).T
    return Truth(q, simulated(values) + discrepancy + error)


def _root(covariance: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(covariance)
    # The symmetric root: it does not depend on which eigenvectors stand for equal eigenvalues.
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def recover(
    simulated: Simulator,
    emulator: Emulator,
    rows: Sequence[Row],
    replications: int,
    seed: int,
    *,
    steps: int = 300,
    processes: int = 1,
    tell: Callable[[float], None] = lambda _: None,
) -> DataFrame:
    """Fit made data again and again, and rank each truth among draws of its posterior.

    Parameters
    ----------
    simulated : callable
        What makes the data; see :func:`simulated_by`.
    emulator : Emulator
        Of these rows; what the fits use.
    rows : sequence of Row
    replications, seed : int
    steps : int
        Of the one ensemble of each fit.
    processes : int
        The numbers do not depend on it.
    tell : callable
        Called with the share that is done.

    Returns
    -------
    DataFrame
        replication, parameter (discrepancies as ``discrepancy_TARGET``), truth, rank (how many of 99 draws are below
        the truth), covered90 (whether the truth lies in the central 90 % interval).
    """
    import pandas as pd

    nothing = make_likelihood(emulator, rows, np.zeros(len(rows)), error_sd(rows))
    with one_thread():
        truth = make_truths(nothing, simulated, replications, seed)
    jobs = [(emulator, tuple(rows), truth.data[k], seed, k, steps) for k in range(replications)]
    posteriors: list[FloatArray] = []
    if processes == 1:
        for job in jobs:
            posteriors.append(_draws(job))
            tell(len(posteriors) / replications)
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=one_thread) as pool:
            for draws in pool.map(_draws, jobs):
                posteriors.append(draws)
                tell(len(posteriors) / replications)
    order = list(dict.fromkeys(name for name, _ in rows))
    called = [*nothing.space.names, *(f"discrepancy_{order[group]}" for group in nothing.sampled)]
    truths = np.concatenate(
        [nothing.space.values(truth.coordinates), nothing.space.discrepancies(truth.coordinates)], axis=1
    )
    # Coordinates rise with what they stand for, so ranks are the same.
    rank = np.array([(d < truth.coordinates[k]).sum(axis=0) for k, d in enumerate(posteriors)])
    return pd.DataFrame(
        {
            "replication": np.repeat(np.arange(replications), len(called)),
            "parameter": called * replications,
            "truth": truths.ravel(),
            "rank": rank.ravel(),
            "covered90": ((rank >= COVERED[0]) & (rank <= COVERED[1])).ravel(),
        }
    )


def _draws(job: tuple[Emulator, tuple[Row, ...], FloatArray, int, int, int]) -> FloatArray:
    """Return draws from the posterior of one replication, nearly independent, shape (99, size)."""
    emulator, rows, data, seed, number, steps = job
    likelihood = make_likelihood(emulator, rows, data, error_sd(rows))
    # The seed of a fit is one number; replications are told apart by a stride that no count of them reaches.
    found = fit(likelihood, seed=seed * 100_003 + number, ensembles=1, steps=steps, most=steps, processes=1)
    generator = stream([seed, 2, number])
    # Chains start far out on purpose; of so short ones only the last quarter has surely forgotten it.
    later = found.chains.draws[:, found.chains.draws.shape[1] // 2 :]
    return replace(found.chains, draws=later).chosen(KEPT, generator)


def coverage_table(recovered: DataFrame) -> DataFrame:
    """Return by parameter: how often the 90 % interval covers, and whether ranks are uniform.

    Returns
    -------
    DataFrame
        parameter, n, coverage, p_coverage (exact binomial test against 90 %, two-sided), chi_square and p_ranks (of the
        histogram of ranks in ten bins).
    """
    import pandas as pd
    from scipy.stats import binomtest, chisquare

    rows = []
    for name, mine in recovered.groupby("parameter", sort=False):
        covered, n = int(mine["covered90"].sum()), len(mine)
        bins = np.bincount(mine["rank"].to_numpy() * BINS // (KEPT + 1), minlength=BINS)
        uniform = chisquare(bins)
        p = binomtest(covered, n, COVERAGE).pvalue
        rows.append((name, n, covered / n, p, float(uniform.statistic), float(uniform.pvalue)))
    return pd.DataFrame(rows, columns=["parameter", "n", "coverage", "p_coverage", "chi_square", "p_ranks"])


@dataclass(frozen=True)
class Recovered:
    """What replications say of all parameters together.

    Attributes
    ----------
    replications, parameters : int
    coverage : float
        Share of all truths that are covered.
    coverage_error : float
        Its standard error over replications: the parameters of one replication depend on each other.
    p_coverage, p_ranks : float
        Family-wise: the smallest p value of a parameter times the number of parameters (Bonferroni), at most 1; holds
        whatever the dependence between parameters.
    """

    replications: int
    parameters: int
    coverage: float
    coverage_error: float
    p_coverage: float
    p_ranks: float

    @property
    def sentence(self) -> str:
        """Say it in words."""
        verdict = "no parameter's interval is refuted" if self.p_coverage >= 0.05 else "at least one interval is wrong"
        return (
            f"In {self.replications} replications 90 % intervals covered {100.0 * self.coverage:.1f} % of the truths"
            f" (standard error {100.0 * self.coverage_error:.1f} points); {verdict} at 5 % over all"
            f" {self.parameters} (p = {self.p_coverage:.2f}; ranks: p = {self.p_ranks:.2f})."
        )


def summary_of(recovered: DataFrame) -> Recovered:
    """Return the coverage over all parameters, with dependence taken into account."""
    table = coverage_table(recovered)
    each = recovered.groupby("replication")["covered90"].mean().to_numpy()
    return Recovered(
        replications=len(each),
        parameters=len(table),
        coverage=float(each.mean()),
        coverage_error=float(each.std(ddof=1) / np.sqrt(len(each))),
        p_coverage=min(1.0, len(table) * float(table["p_coverage"].min())),
        p_ranks=min(1.0, len(table) * float(table["p_ranks"].min())),
    )
