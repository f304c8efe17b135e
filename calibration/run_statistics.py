"""Single figures of a run, such as its fall of exports in 2009: from simulated outputs or from observed series alike.

A statistic maps paths to one figure a run, shape (runs,). Changes are in per cent, shares and their changes in points.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.observed import OUTPUTS, YEARS, load_observed
from simulator.periods import to_index
from simulator.records import CITIES, PORTS
from simulator.results import EnsembleLike, IntArray, Results
from simulator.tables import Table
from simulator.world import load_world

FloatArray: TypeAlias = npt.NDArray[np.float64]

HUNDRED_MILLION: Final = 0.1
"""Billion yuan in 100 million yuan."""
PER_CENT: Final = 100.0


class Paths(Protocol):
    """Outputs by year, of runs or of the observed province (one run)."""

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output in 2006-2017, shape (runs, 12); NaN where it is not known.

        Raises
        ------
        KeyError
            If nothing is known of this output.
        """
        ...

    def quarter(self, output: str, period: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output in one quarter, such as ``2012Q1``, shape (runs,); a flow is per quarter.

        Raises
        ------
        KeyError
            If nothing is known of this output.
        """
        ...


Statistic: TypeAlias = Callable[[Paths], FloatArray]


class RunPaths:
    """Outputs of the runs of an ensemble from 2006Q1 to 2017Q4 or later.

    Parameters
    ----------
    ensemble : EnsembleLike
    runs : ndarray of int, optional
        Runs to take; by default those that did not fail.
    """

    def __init__(self, ensemble: EnsembleLike, runs: IntArray | None = None) -> None:
        self._results = Results((ensemble,))
        self._scenario = ensemble.scenario
        self._runs = runs

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output by year, shape (runs, 12)."""
        values = self._results.series(self._scenario, output, level=level, entity=entity, runs=self._runs)
        return np.asarray(values[:, : len(YEARS)])

    def quarter(self, output: str, period: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output in one quarter, shape (runs,)."""
        values = self._results.series(self._scenario, output, level=level, entity=entity, freq="Q", runs=self._runs)
        return np.asarray(values[:, to_index(period)])


class ObservedPaths:
    """The figures of ``observed.csv`` under the names of the outputs that stand for them; one run.

    Trade in yuan is trade in USD at the year's mean exchange rate.
    """

    def __init__(self, observed: Table | None = None) -> None:
        self._observed = observed or load_observed()

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an observed series by year, shape (1, 12)."""
        if level == "city" and output == "fdi":  # published shares of the cities in a published total
            return self._years(entity, "fdi_share", 1.0) * self.annual("fdi_reported")
        if level != "province":
            raise KeyError(f"{output} of {entity}")
        if output in ("exports", "imports"):
            return self.annual(f"{output}_usd") * yearly("exchange_rate", mean=True)
        name, factor = OUTPUTS[output]
        return self._years(entity, name, factor)

    def quarter(self, output: str, period: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Raise ``KeyError``: single quarters are compared as targets, not as statistics."""
        raise KeyError(f"{output} of {entity} in {period}")

    def _years(self, entity: str, variable: str, factor: float) -> FloatArray:
        figures = self._observed.series(entity, variable)
        return np.array([[factor * figures.get(year, np.nan) for year in YEARS]])


def yearly(driver: str, mean: bool = False) -> FloatArray:
    """Return a national driver by year, shape (12,): the sum of its quarters or their mean."""
    quarters = np.asarray(load_world().path[driver], dtype=np.float64)[: 4 * len(YEARS)].reshape(-1, 4)
    return np.asarray(quarters.mean(axis=1) if mean else quarters.sum(axis=1))


def at(values: FloatArray, year: str) -> FloatArray:
    """Return the column of a year, shape (runs,)."""
    return values[:, YEARS.index(year)]


def between(values: FloatArray, first: str, last: str) -> FloatArray:
    """Return the columns of `first` to `last`, both included, shape (runs, years)."""
    return values[:, YEARS.index(first) : YEARS.index(last) + 1]


def change(output: str, first: str, last: str) -> Statistic:
    """Return the change of an output from one year to another, in % of the first."""

    def statistic(paths: Paths) -> FloatArray:
        values = paths.annual(output)
        return np.asarray(PER_CENT * (at(values, last) / at(values, first) - 1.0))

    return statistic


def points(output: str, first: str, last: str) -> Statistic:
    """Return the change of a share from one year to another, in points."""

    def statistic(paths: Paths) -> FloatArray:
        values = PER_CENT * paths.annual(output)
        return np.asarray(at(values, last) - at(values, first))

    return statistic


def mean_share(output: str, first: str, last: str) -> Statistic:
    """Return the mean of a share over years, in %."""
    return lambda paths: np.asarray(PER_CENT * between(paths.annual(output), first, last).mean(axis=1))


def total_trade(paths: Paths) -> FloatArray:
    """Return exports plus imports, bn USD, shape (runs, 12)."""
    return paths.annual("exports_usd") + paths.annual("imports_usd")


def trade_change(first: str, last: str) -> Statistic:
    """Return the change of exports plus imports in USD, in %."""
    return lambda paths: np.asarray(PER_CENT * (at(total_trade(paths), last) / at(total_trade(paths), first) - 1.0))


def exports_less_imports(first: str, last: str) -> Statistic:
    """Return by how many points exports change more than imports, both in USD."""
    return lambda paths: change("exports_usd", first, last)(paths) - change("imports_usd", first, last)(paths)


def dependence(gdp: str, first: str, last: str) -> Statistic:
    """Return the change of trade over GDP (`gdp`: published or true, nominal) between two years, in points."""

    def statistic(paths: Paths) -> FloatArray:
        ratio = PER_CENT * (paths.annual("exports") + paths.annual("imports")) / paths.annual(gdp)
        return np.asarray(at(ratio, last) - at(ratio, first))

    return statistic


def entity_share(
    level: str, output: str, entities: tuple[str, ...], of: tuple[str, ...]
) -> Callable[[Paths], FloatArray]:
    """Return the share of some entities in all, by year, in %, shape (runs, 12)."""

    def share(paths: Paths) -> FloatArray:
        values = {entity: paths.annual(output, level, entity) for entity in of}
        part = np.sum([values[entity] for entity in entities], axis=0)
        return np.asarray(PER_CENT * part / np.sum(list(values.values()), axis=0))

    return share


def two_cities(output: str, first: str, last: str) -> Statistic:
    """Return the share of Dalian and Shenyang in all cities, mean over years, in %."""
    share = entity_share("city", output, ("Dalian", "Shenyang"), CITIES)
    return lambda paths: np.asarray(between(share(paths), first, last).mean(axis=1))


def dalian_trade(year: str) -> Statistic:
    """Return Dalian's share in exports plus imports (volumes) of the cities, in %."""

    def statistic(paths: Paths) -> FloatArray:
        flows = {city: paths.annual("exports", "city", city) + paths.annual("imports", "city", city) for city in CITIES}
        return np.asarray(PER_CENT * at(flows["Dalian"] / np.sum(list(flows.values()), axis=0), year))

    return statistic


def hub_share(year: str) -> Statistic:
    """Return Dalian's share in the throughput of the six ports, in %."""
    share = entity_share("port", "throughput", ("Dalian",), PORTS)
    return lambda paths: at(share(paths), year)


def origin_share(home: str, of: tuple[str, ...], first: str, last: str) -> Statistic:
    """Return the share of a home in true FDI, mean over years, in %."""
    share = entity_share("origin", "fdi", (home,), of)
    return lambda paths: np.asarray(between(share(paths), first, last).mean(axis=1))


def difference_of_shares(one: str, other: str, first: str, last: str) -> Statistic:
    """Return one share less another, mean over years, in points."""
    return lambda paths: mean_share(one, first, last)(paths) - mean_share(other, first, last)(paths)


def leavers(year: str) -> Statistic:
    """Return the share of new graduates who leave, in %."""
    return lambda paths: np.asarray(PER_CENT * (1.0 - at(paths.annual("graduate_stay_rate"), year)))


def level(output: str, year: str) -> Statistic:
    """Return an output in one year, in its unit."""
    return lambda paths: at(paths.annual(output), year)


def transfers_against_nation(first: str, last: str) -> Statistic:
    """Return transfers over national nominal GDP, mean of `first` to `last` against 2006, change in %."""

    def statistic(paths: Paths) -> FloatArray:
        ratio = paths.annual("transfers") / yearly("gdp_nominal")
        return np.asarray(PER_CENT * (between(ratio, first, last).mean(axis=1) / at(ratio, YEARS[0]) - 1.0))

    return statistic
