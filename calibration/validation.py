"""The validation: at every origin a fit that knows nothing later, forecasts of the model and naive ones, and the card.

What it means. The structure of the model was built knowing 2014-17, and eight series of four years have little power.
GDP is forecast in its restated vintage, of which even the early years were not known at the origins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibration.accuracy_table import FILE as TESTS
from calibration.accuracy_table import accuracy_table, write_accuracy
from calibration.facts_table import facts_table, write_facts
from calibration.fit.emulator import Emulator
from calibration.forecasts import Forecast
from calibration.model_forecast import (
    FROZEN,
    HINDSIGHT,
    REALISED,
    UNTIL,
    OriginFit,
    fit_to,
    model_forecasts,
    partner_forecasts,
    simulate_for,
)
from calibration.naive_forecasts import naive_forecasts, no_change_of_partners
from calibration.published import published_table, write_published
from calibration.reproducible import one_thread
from calibration.skill import Truth, skill_points, skill_table, write_skill
from calibration.targets import Row
from calibration.validation_points import POINTS, PORTS, points_table, ports_table, write_points
from calibration.validation_series import (
    EXPLAINED,
    EXPLAINED_FROM,
    PARTNER,
    PARTNER_ORIGIN,
    Scored,
    flags_of,
    scored_series,
    truth_of,
    years_ahead,
)
from simulator.ensemble import simulate
from simulator.parameters import ParameterTable, table_of
from simulator.scenario import load_scenario
from simulator.world import World

if TYPE_CHECKING:
    import pandas as pd

ORIGINS: Final = (2009, 2010, 2011, 2012, 2013)
HEADLINE: Final = 2013
METHODS: Final = (REALISED, FROZEN, HINDSIGHT)
SKILL: Final = "skill.csv"
ROLLING: Final = "skill_rolling.csv"
FACTS: Final = "facts.csv"
PUBLISHED: Final = "published.csv"
PUBLISHED_RUNS: Final = 64
Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Validation:
    """What a validation found.

    Attributes
    ----------
    forecasts : tuple of Forecast
        Of the model and naive ones, from every origin.
    ports : DataFrame
        See :func:`calibration.validation_points.ports_table`; of the last origin, with the drivers as they were.
    """

    forecasts: tuple[Forecast, ...]
    ports: pd.DataFrame


def validation(
    world: World,
    emulator: Emulator,
    rows: Sequence[Row],
    *,
    origins: Sequence[int] = ORIGINS,
    fits: Mapping[int, OriginFit] | None = None,
    draws: int = 256,
    steps: int = 400,
    seed: int = 1,
    threads: int | None = None,
    deviations: str = "fitted",
    tell: Tell = lambda stage, share: None,
) -> Validation:
    """Forecast from every origin with the model and without it.

    Parameters
    ----------
    world : World
        With drivers as they were.
    emulator, rows
        Of all fitted figures.
    origins : sequence of int
        Last years known to a forecaster.
    fits : mapping of int to OriginFit, optional
        Finished fits by origin, such as that to 2013; the others are made here, with two ensembles of `steps` steps.
    draws, steps, seed : int
    threads : int, optional
        Also processes of the samplers. The numbers do not depend on it.
    deviations : str
        How drivers stray after the origin with ``model_frozen``, see `calibration.extrapolation.world_at`.
    tell : callable
        Called with the name of a stage and the share of it that is done.

    Raises
    ------
    InputError
        Nothing after an origin is observed, drivers before it are too short, or a fit knows of later years.
    """
    series, last = scored_series(), max(origins)
    truth = truth_of(series)
    given = dict(fits or {})
    for origin in origins:
        years_ahead(origin)
    found: list[Forecast] = []
    for number, origin in enumerate(origins):
        tell("forecasts", number / len(origins))
        posterior = given.get(origin) or fit_to(
            origin, emulator, rows, seed=seed, draws=draws, steps=steps, processes=threads,
            progress=lambda share, at=origin: tell(f"fit to {at}", share),  # type: ignore[misc]
        )  # fmt: skip
        with one_thread():  # bits must not depend on the number of processors
            found.extend(naive_forecasts(series, truth, origin, seed=seed))
            for method in METHODS:
                tell(f"{method} at {origin}", 0.0)
                runs = simulate_for(world, posterior, method, seed=seed, threads=threads, deviations=deviations)
                known = _figures(series, truth, origin)
                found.extend(model_forecasts(runs, emulator, rows, series, known, seed=seed))
                if origin == last and method == REALISED:
                    ports = ports_table(runs.paths, origin)
                if origin == EXPLAINED_FROM and method == REALISED:
                    found.extend(
                        partner_forecasts(runs, series, _figures(series, truth, PARTNER_ORIGIN), seed=seed)
                    )
                    found.extend(no_change_of_partners(series, truth, known=origin, seed=seed))
                tell(f"{method} at {origin}", 1.0)
    tell("forecasts", 1.0)
    return Validation(tuple(found), ports)


def card(forecasts: Iterable[Forecast], origins: Sequence[int] | None = None) -> pd.DataFrame:
    """Return the skill card of forecasts, all or those made at some origins.

    Trade with partners has an origin of its own, the first year in which it is observed; it goes with the headline.
    """
    series = scored_series()
    chosen = [
        each for each in forecasts if origins is None or (each.origin in origins or each.origin == PARTNER_ORIGIN)
    ]
    return skill_table(chosen, truth_of(series), flags_of(series))


def write_validation(
    folder: Path,
    world: World,
    found: Validation,
    parameters: ParameterTable,
    *,
    seed: int = 1,
    threads: int | None = None,
    tell: Tell = lambda stage, share: None,
) -> tuple[Path, ...]:
    """Write the tables of a validation into a folder, after all of them are made.

    ``skill.csv``: the fit to 2013 and its forecasts of 2014-17, which stand year by year in ``points.csv``; of ports
    single figures in ``ports.csv``. ``skill_rolling.csv``: all origins, with tests of equal accuracy in
    ``accuracy_tests.csv``. ``facts.csv`` and ``published.csv``: what the baseline and the policies say with the given
    parameters.

    Parameters
    ----------
    folder : Path
    world : World
    found : Validation
        With the origin `HEADLINE` among its origins.
    parameters : ParameterTable
        Such as the shipped posterior: one run of each row; published results take the first `PUBLISHED_RUNS`.
    seed, threads : int
    tell : callable

    Returns
    -------
    tuple of Path
        The files written.
    """
    series = scored_series()
    truth = truth_of(series)
    headline, rolling = card(found.forecasts, (HEADLINE,)), card(found.forecasts)
    points = points_table(found.forecasts, truth, series, (HEADLINE, PARTNER_ORIGIN))
    tell("tests of accuracy", 0.0)
    tests = accuracy_table(
        skill_points([each for each in found.forecasts if each.origin <= HEADLINE], truth),
        without=[one.series for one in series if one.kind in (PARTNER, EXPLAINED)], seed=seed,
    )  # fmt: skip
    tell("tests of accuracy", 1.0)
    tell("facts", 0.0)
    runs = simulate(
        world, load_scenario("baseline"), runs=len(parameters.values), seed=seed, until=UNTIL, threads=threads,
        parameters=parameters,
    )  # fmt: skip
    facts = facts_table(runs)
    tell("facts", 1.0)
    few = table_of(parameters.kind, parameters.values[:PUBLISHED_RUNS], parameters.calibration)
    tell("published results", 0.0)
    published = published_table(world, few, runs=len(few.values), seed=seed, threads=threads)
    tell("published results", 1.0)
    folder.mkdir(parents=True, exist_ok=True)
    write_skill(headline, folder / SKILL)
    write_skill(rolling, folder / ROLLING)
    write_accuracy(tests, folder / TESTS)
    write_points(points, folder / POINTS)
    write_points(found.ports, folder / PORTS)
    write_facts(facts, folder / FACTS)
    write_published(published, folder / PUBLISHED)
    return tuple(folder / name for name in (SKILL, ROLLING, TESTS, POINTS, PORTS, FACTS, PUBLISHED))


def _figures(series: Sequence[Scored], truth: Truth, year: int) -> dict[tuple[str, str], float]:
    """Return what was observed of each series in a year."""
    return {one.key: truth[one.key][year] for one in series if year in truth[one.key]}
