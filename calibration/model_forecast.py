"""Forecasts of the model at an origin: simulated draws of a posterior, brought up to what was observed by then.

A fitted series is forecast by conditioning (kriging by Matheron's rule). For posterior draw k, over its past rows p and
future rows f together::

    z = simulated figures + discrepancy + error of observation          one sample of what would have been printed
    C = luck * s s' + others + discrepancy * d d' + error               its covariance, given the parameters
    forecast = z_f + C_fp C_pp^-1 (y_p - z_p)

where y is observed, s are the emulated run-to-run deviations and d the sizes of discrepancy at draw k, luck their
correlation, and `others` the covariance by parameters that are not fitted. The discrepancy of a series is a first-order
autoregression over years, as in the likelihood. So luck and misses of the past go on into the future only as far
as they last, and all figures up to the origin tell of both. (For jointly normal figures this is a draw from the exact
conditional distribution.)

A scored series that is not fitted is anchored at its last figure y_T. With m the simulated figure, on the scale of the
target::

    forecast = y_T + m_(T+h) - m_T + u_h,     u_h = r u_(h-1) + sqrt(1 - r^2) d e_h,    u_0 = 0, e ~ N(0, 1)

with the persistence r of the likelihood and d lognormal around the target's declared discrepancy; errors of observation
and padding are taken to stay as they were at the origin. Total trade is the sum of the draws of exports and imports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.extrapolation import world_at
from calibration.fit.calibrate import with_others
from calibration.fit.emulator import Emulator
from calibration.fit.fit import fit
from calibration.fit.learn import likelihood_of
from calibration.fit.likelihood import PERSISTENCE, Likelihood, discrepancy_correlation, error_correlation
from calibration.fit.space import DISCREPANCY_LOG_SD
from calibration.forecasts import Forecast
from calibration.observed import YEARS, last_year_of
from calibration.reproducible import stream
from calibration.run_statistics import Paths, RunPaths, yearly
from calibration.targets import Row, Target, TargetData, error_sd, observed_data, simulated_matrix
from calibration.validation_series import (
    EXPLAINED,
    EXPLAINED_FROM,
    LAST_YEAR,
    PARTNER,
    PARTNER_ORIGIN,
    Scored,
    years_ahead,
)
from simulator.ensemble import simulate
from simulator.errors import InputError, nearest
from simulator.parameters import table_of
from simulator.scenario import load_scenario
from simulator.world import World

FloatArray: TypeAlias = npt.NDArray[np.float64]

UNTIL: Final = f"{LAST_YEAR}Q4"
REPEATS: Final = 8
"""Samples of discrepancy and error for each simulated run, which cost nothing beside it."""
REALISED: Final = "model_realised"
FROZEN: Final = "model_frozen"
HINDSIGHT: Final = "model_hindsight"
SCENARIOS: Final = {REALISED: "without_hindsight", FROZEN: "without_hindsight", HINDSIGHT: "baseline"}
SUMS: Final = {"trade_usd": ("exports_usd", "imports_usd")}
"""Series that is the sum of two fitted ones."""


@dataclass(frozen=True)
class OriginFit:
    """A posterior that knows nothing after a year.

    Attributes
    ----------
    origin : int
    rows : tuple of Row
        What it was fitted to.
    likelihood : Likelihood
    coordinates : ndarray, shape (draws, size)
        Draws with equal weights.
    """

    origin: int
    rows: tuple[Row, ...]
    likelihood: Likelihood
    coordinates: FloatArray

    def __post_init__(self) -> None:
        """Refuse figures that were not known at the origin."""
        for name, period in self.rows:
            if last_year_of(period) > self.origin:
                raise InputError(f"fit to {self.origin}: {name} of {period} lies after the origin of the forecast")


def fit_to(
    origin: int,
    emulator: Emulator,
    rows: Sequence[Row],
    *,
    seed: int = 1,
    draws: int = 256,
    ensembles: int = 2,
    steps: int = 400,
    most: int | None = None,
    processes: int | None = 1,
    data: TargetData | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> OriginFit:
    """Fit the parameters to what was observed up to a year.

    Parameters
    ----------
    origin : int
    emulator : Emulator
        Of `rows`.
    rows : sequence of Row
    seed, draws, ensembles, steps : int
    most : int, optional
        Steps of an ensemble at most; by default `steps`.
    processes : int, optional
    data : TargetData, optional
        Figures up to the origin; by default the observed ones.
    progress : callable
        Called with the share done.

    Raises
    ------
    InputError
        The data hold figures after the origin.
    """
    data = observed_data(origin) if data is None else data
    likelihood = likelihood_of(emulator, rows, data)
    OriginFit(origin, data.rows, likelihood, np.empty((0, likelihood.space.size)))  # refuses later figures, before work
    found = fit(
        likelihood, seed=seed * 10_000 + origin, ensembles=ensembles, steps=steps, most=most or steps,
        processes=processes, progress=progress,
    )  # fmt: skip
    chosen = found.chains.chosen(draws, _generator(seed, origin, 0))
    return OriginFit(origin, data.rows, likelihood, chosen)


@dataclass(frozen=True)
class Simulated:
    """Runs of the draws of a posterior in one scenario.

    Attributes
    ----------
    method : str
    fit : OriginFit
        Of the runs that did not fail, row by row.
    paths : Paths
    """

    method: str
    fit: OriginFit
    paths: Paths


class AtPricesOf:
    """Paths of a world with other prices than the realised ones, for operators that multiply by the realised price.

    Consumption, at prices of 2010, is multiplied by the deflator of this world over the realised one, so that its
    product with the realised deflator is the value in this world.
    """

    def __init__(self, paths: Paths, world: World) -> None:
        self._paths = paths
        price = np.asarray(world.path["price_gdp"], dtype=np.float64)[: 4 * len(YEARS)].reshape(-1, 4).mean(axis=1)
        self._factor = price / yearly("price_gdp", mean=True)

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output by year, shape (runs, 12)."""
        values = self._paths.annual(output, level, entity)
        return np.asarray(values * self._factor) if output in ("consumption", "public_consumption") else values

    def quarter(self, output: str, period: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output in one quarter, shape (runs,)."""
        return self._paths.quarter(output, period, level, entity)


def simulate_for(
    world: World,
    posterior: OriginFit,
    method: str,
    *,
    seed: int,
    threads: int | None = None,
    deviations: str = "fitted",
) -> Simulated:
    """Simulate every draw of a posterior once to the end of 2017, each with its own luck and other parameters.

    Parameters
    ----------
    world : World
        With drivers as they were.
    posterior : OriginFit
    method : str
        ``model_realised``: drivers as they were, no events scripted with hindsight. ``model_frozen``: drivers as they
        could be expected at the origin. ``model_hindsight``: drivers as they were and the scripted events.
    seed, threads : int
        Runs of all methods share their luck.
    deviations : str
        How drivers stray after the origin with ``model_frozen``, see `calibration.extrapolation.world_at`.

    Raises
    ------
    InputError
        Unknown method.
    RuntimeError
        Every run failed.
    """
    if method not in SCENARIOS:
        raise InputError(f'method "{method}" is not known; allowed: {", ".join(SCENARIOS)}{nearest(method, SCENARIOS)}')
    place = world_at(posterior.origin, world, deviations=deviations) if method == FROZEN else world
    values = with_others(posterior.likelihood, posterior.coordinates)
    ensemble = simulate(
        place, load_scenario(SCENARIOS[method]), runs=len(values), seed=seed * 10_000 + posterior.origin, until=UNTIL,
        threads=threads, parameters=table_of("file", values),
    )  # fmt: skip
    kept = np.setdiff1d(np.arange(len(values)), [run for run, _ in ensemble.failures])
    if not len(kept):
        raise RuntimeError(f"{method} at {posterior.origin}: every run failed: {ensemble.failures[0][1]}")
    paths = RunPaths(ensemble, kept)
    left = OriginFit(posterior.origin, posterior.rows, posterior.likelihood, posterior.coordinates[kept])
    return Simulated(method, left, AtPricesOf(paths, place) if place is not world else paths)


def model_forecasts(
    runs: Simulated,
    emulator: Emulator,
    rows: Sequence[Row],
    series: Sequence[Scored],
    last: dict[tuple[str, str], float],
    *,
    seed: int,
    repeats: int = REPEATS,
) -> tuple[Forecast, ...]:
    """Return the forecasts of the model at the origin of a fit; formulas at the top of this module.

    Parameters
    ----------
    runs : Simulated
    emulator, rows
        Of all fitted figures, those after the origin included, for the covariance of luck.
    series : sequence of Scored
        Partners are left out; series that are explained, too, unless their year is the origin.
    last : mapping of (series, entity) to float
        Figures of the year of the origin, on the scale of the target.
    seed, repeats : int
    """
    origin = runs.fit.origin
    years = years_ahead(origin)
    chosen = [one for one in series if one.kind != PARTNER and (one.kind != EXPLAINED or origin == EXPLAINED_FROM)]
    if runs.method == FROZEN:
        chosen = [one for one in chosen if one.kind != EXPLAINED]
    known = {name for name, _ in runs.fit.rows}
    fitted = [one for one in chosen if one.target.name in known and one.target.role == "fit"]
    future = [(one.target.name, str(year)) for one in fitted for year in years]
    drawn = conditioned(runs, emulator, rows, future, seed=seed, repeats=repeats)
    draws = {
        one.target.name: drawn[:, k * len(years) : (k + 1) * len(years)] for k, one in enumerate(fitted)
    }
    found = []
    for number, one in enumerate(chosen):
        name = one.target.name
        if name in SUMS:
            draws[name] = np.log(np.sum([np.exp(draws[part]) for part in SUMS[name]], axis=0))
        elif name not in draws:
            known_years = tuple(year for year in years if str(year) in one.target.periods)
            generator = _generator(seed, origin, 1000 + number)
            draws[name] = anchored(runs.paths, one.target, origin, known_years, last[one.key], generator, repeats)
        made = draws[name]
        found.append(Forecast(*one.key, origin, runs.method, years[: made.shape[1]], made))
    return tuple(found)


def partner_forecasts(
    runs: Simulated, series: Sequence[Scored], last: dict[tuple[str, str], float], *, seed: int, repeats: int = REPEATS
) -> tuple[Forecast, ...]:
    """Return forecasts of trade with single partners, anchored at `PARTNER_ORIGIN`, the first year observed.

    Parameters
    ----------
    runs : Simulated
        With drivers as they were: yuan are made of USD at the realised exchange rate.
    series, last, seed, repeats
        As `model_forecasts`; `last` of the year `PARTNER_ORIGIN`.
    """
    found = []
    for number, one in enumerate(series):
        if one.kind == PARTNER:
            years = tuple(int(period) for period in one.target.free)
            generator = _generator(seed, PARTNER_ORIGIN, 1000 + number)
            made = anchored(runs.paths, one.target, PARTNER_ORIGIN, years, last[one.key], generator, repeats)
            found.append(Forecast(*one.key, PARTNER_ORIGIN, runs.method, years, made))
    return tuple(found)


def conditioned(
    runs: Simulated, emulator: Emulator, rows: Sequence[Row], future: Sequence[Row], *, seed: int, repeats: int
) -> FloatArray:
    """Return draws of future figures given all that were fitted, shape (draws * repeats, future).

    See the top of this module. The future rows are of targets that were fitted.
    """
    posterior, past = runs.fit, list(runs.fit.rows)
    both = [*past, *future]
    place = {row: k for k, row in enumerate(rows)}
    own = emulator.rows([place[row] for row in both])
    simulated = simulated_matrix(runs.paths, both)
    q = posterior.coordinates
    group = _groups(past, both)
    size = posterior.likelihood.sizes(q)[:, group]
    error = error_sd(both)
    errors = error_correlation(both) * np.outer(error, error)
    deviation = own.sd(posterior.likelihood.space.standardised(q))
    correlation = discrepancy_correlation(both)
    generator = _generator(seed, posterior.origin, 1)
    draws = []
    for k in range(len(q)):
        noise = correlation * np.outer(size[k], size[k]) + errors
        spread = noise + own.luck * np.outer(deviation[k], deviation[k]) + own.others
        sample = np.linalg.cholesky(noise) @ generator.standard_normal((len(both), repeats))
        draws.append(kriged(simulated[k][:, None] + sample, spread, posterior.likelihood.observed))
    return np.concatenate([each.T for each in draws])


def kriged(z: FloatArray, covariance: FloatArray, observed: FloatArray) -> FloatArray:
    """Return z_f + C_fp C_pp^-1 (y_p - z_p), shape (future, samples).

    Parameters
    ----------
    z : ndarray, shape (past + future, samples)
        Unconditional samples.
    covariance : ndarray, shape (past + future, past + future)
    observed : ndarray, shape (past,)
    """
    p = len(observed)
    return np.asarray(
        z[p:] + covariance[p:, :p] @ np.linalg.solve(covariance[:p, :p], observed[:, None] - z[:p])
    )


def anchored(
    paths: Paths,
    aim: Target,
    origin: int,
    years: Sequence[int],
    last: float,
    generator: np.random.Generator,
    repeats: int = REPEATS,
) -> FloatArray:
    """Return draws of a series that starts from its last figure, shape (draws * repeats, years).

    See the top of this module.
    """
    figures = simulated_matrix(paths, [(aim.name, str(year)) for year in (origin, *years)])
    moves = np.repeat(figures[:, 1:] - figures[:, :1], repeats, axis=0)
    size = aim.discrepancy * np.exp(DISCREPANCY_LOG_SD * generator.standard_normal(len(moves)))
    drift = np.zeros_like(moves)
    before = np.zeros(len(moves))
    for h in range(moves.shape[1]):
        step = np.sqrt(1.0 - PERSISTENCE**2) * size * generator.standard_normal(len(moves))
        before = PERSISTENCE * before + step
        drift[:, h] = before
    return np.asarray(last + moves + drift)


def _groups(past: Sequence[Row], both: Sequence[Row]) -> npt.NDArray[np.int64]:
    """Return the number of the discrepancy of each row, as the likelihood of the past numbers them."""
    order = list(dict.fromkeys(name for name, _ in past))
    return np.array([order.index(name) for name, _ in both], dtype=np.int64)


def _generator(seed: int, origin: int, purpose: int) -> np.random.Generator:
    return stream([seed, origin, purpose])
