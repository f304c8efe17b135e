"""Put the outputs of an ensemble beside the observed figures, each figure against the output that stands for it.

Published series meet *reported* outputs, restated ones *true* outputs. Units are those of the outputs; shares and
growth are in per cent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from calibration.observed import YEARS, load_observed
from simulator.periods import to_index
from simulator.records import CITIES, PORTS
from simulator.results import EnsembleLike, Results
from simulator.statistics import spread
from simulator.tables import Table
from simulator.world import load_world

FloatArray: TypeAlias = npt.NDArray[np.float64]

HUNDRED_MILLION: Final = 0.1
"""Billion yuan in 100 million yuan."""
THOUSAND: Final = 0.001
PER_CENT: Final = 100.0
TRADE_PARTNERS: Final = ("Japan", "Korea", "Russia")

NOT_COMPARED: Final = {
    "bank_deposits": "no such output; the targets of the calibration derive it",
    "soe_bankruptcies": "of all firms, which are not modelled one by one",
    "fdi_growth_text": "contradicts the table of the same report, which is compared",
    "growth_published": "quotes of the series that is compared as a whole",
    "trade_usd": "the sum of exports and imports",
    "trade_dependence_published": "trade over GDP, which are compared one by one",
    "trade_dependence_census4": "trade over GDP, which are compared one by one",
    "investment_growth_published": "mixed with cleaning of the books",
    "investment_share": "mixed with cleaning of the books",
    "fdi_comparable": "one figure on another basis",
    "revenue_padding_low": "a lower bound",
    "gdp_nominal_census5": "another vintage",
    "wage_on_post": "another basis of the wage",
    "population_census7": "another basis of population",
    "employment_other": "another series of employment",
}
"""Observed variables without a comparison, and why. Jilin and Heilongjiang are controls, not modelled."""


@dataclass(frozen=True)
class Comparison:
    """One series: what was observed and what the runs say.

    Attributes
    ----------
    group : str
        Part of the document.
    title, output, unit : str
        What it is, output of the model that stands for it, unit of both.
    relative : bool
        Whether a miss is in per cent of the figure (levels) or in points (shares and growth).
    periods : tuple of str
        Years or quarters.
    data : ndarray, shape (periods,)
    model : ndarray, shape (runs, periods)
    given : tuple of str
        Periods whose figure the model starts from or is set by: shown, not counted.
    """

    group: str
    title: str
    output: str
    unit: str
    relative: bool
    periods: tuple[str, ...]
    data: FloatArray
    model: FloatArray
    given: tuple[str, ...] = field(default=())

    @cached_property
    def intervals(self) -> FloatArray:
        """Median, 5 % and 95 % quantile over runs, shape (3, periods)."""
        return spread(self.model)

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """Whether the figure lies in the 90 % interval, shape (periods,)."""
        _, low, high = self.intervals
        return np.asarray((low <= self.data) & (self.data <= high))

    @property
    def misses(self) -> FloatArray:
        """Median less data, shape (periods,): per cent of the data if `relative`, else in the unit."""
        median = self.intervals[0]
        return np.asarray(PER_CENT * (median / self.data - 1.0) if self.relative else median - self.data)

    @property
    def counted(self) -> npt.NDArray[np.bool_]:
        """Whether a period counts, shape (periods,)."""
        return np.array([period not in self.given for period in self.periods], dtype=np.bool_)

    @property
    def typical(self) -> float:
        """Root of the mean squared miss over the periods that count; NaN if none does."""
        misses = self.misses[self.counted]
        return float(np.sqrt(np.mean(misses**2))) if len(misses) else float("nan")

    @property
    def worst(self) -> int:
        """Position of the largest miss that counts (of all if none does)."""
        weight = np.where(self.counted, 1.0, 0.0) if self.counted.any() else np.ones(len(self.periods))
        return int(np.argmax(np.abs(self.misses) * weight))


@dataclass(frozen=True)
class _Source:
    """The ensemble and the figures, and how to take series from both."""

    results: Results
    observed: Table

    @property
    def scenario(self) -> str:
        return self.results.base.scenario

    def annual(self, output: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output by year, shape (runs, years); years after the observed ones are left out."""
        return self.results.series(self.scenario, output, level=level, entity=entity)[:, : len(YEARS)]

    def quarterly(self, output: str, level: str = "province", entity: str = "Liaoning") -> FloatArray:
        """Return an output by quarter, shape (runs, quarters)."""
        return self.results.series(self.scenario, output, level=level, entity=entity, freq="Q")[:, : 4 * len(YEARS)]

    def compared(
        self,
        group: str,
        title: str,
        output: str,
        unit: str,
        variable: str,
        model: FloatArray | Callable[[str], FloatArray],
        *,
        entity: str = "Liaoning",
        factor: float = 1.0,
        relative: bool = True,
        given: Sequence[str] = ("2006",),
        periods: Sequence[str] | None = None,
    ) -> Comparison:
        """Return the comparison of an observed variable, times `factor`, with a model series.

        `model` has a column a year, or gives the values of one period, shape (runs,). Figures from before the first
        quarter have no counterpart and are left out.
        """
        figures = self.observed.series(entity, variable)
        chosen = tuple(p for p in periods or figures if p >= YEARS[0])
        columns = [model(p) if callable(model) else model[:, YEARS.index(p)] for p in chosen]
        data = np.array([factor * figures[p] for p in chosen])
        own = tuple(p for p in chosen if p in given)
        return Comparison(group, title, output, unit, relative, chosen, data, np.column_stack(columns), own)


def compare(ensemble: EnsembleLike, observed: Table | None = None) -> tuple[Comparison, ...]:
    """Compare an ensemble with every observed figure that an output stands for.

    Parameters
    ----------
    ensemble
        Runs of 2006Q1 to 2017Q4 or later; failed runs are left out.
    observed
        By default ``calibration/data/observed.csv``.
    """
    source = _Source(Results((ensemble,)), observed or load_observed())
    return (
        *_accounts(source), *_trade(source), *_people(source), *_structure(source),
        *_ports(source), *_partners(source), *_cities(source),
    )  # fmt: skip


def _growth(levels: FloatArray) -> FloatArray:
    """Return growth from the second year on, shape (runs, years - 1), in %."""
    return np.asarray(PER_CENT * (levels[:, 1:] / levels[:, :-1] - 1.0))


def _accounts(source: _Source) -> list[Comparison]:
    group = "Output, demand and budget"
    real = source.annual("gdp_real")
    price = load_world().path["price_gdp"][: 4 * len(YEARS)]
    bought = (source.quarterly("consumption") * price).reshape(len(real), -1, 4).sum(axis=2)
    figures = source.observed.series("Liaoning", "gdp_real_census4")
    restated = np.array([[figures[year] for year in YEARS]])
    restated_growth = Comparison(
        group, "Growth, restated", "gdp_real", "% a year", False, YEARS[1:],
        _growth(restated)[0], _growth(real),
    )  # fmt: skip
    return [
        source.compared(group, "GDP, first release", "gdp_reported", "bn yuan", "gdp_nominal_first_release",
                        source.annual("gdp_reported"), factor=HUNDRED_MILLION),
        source.compared(group, "GDP, 4th census", "gdp_nominal", "bn yuan", "gdp_nominal_census4",
                        source.annual("gdp_nominal"), factor=HUNDRED_MILLION),
        source.compared(group, "Real GDP, 4th census", "gdp_real", "bn yuan 2010", "gdp_real_census4",
                        real, factor=HUNDRED_MILLION),
        restated_growth,
        source.compared(group, "Growth as published", "gdp_growth_reported", "% a year", "growth_reconstructed",
                        source.annual("gdp_growth_reported"), factor=PER_CENT, relative=False, given=()),
        source.compared(group, "Household consumption", "consumption at the GDP deflator", "bn yuan",
                        "household_consumption", bought, factor=HUNDRED_MILLION),
        source.compared(group, "Fiscal revenue as published", "fiscal_revenue_reported", "bn yuan", "fiscal_revenue",
                        source.annual("fiscal_revenue_reported"), factor=HUNDRED_MILLION),
    ]  # fmt: skip


def _trade(source: _Source) -> list[Comparison]:
    group = "Trade and foreign investment"
    return [
        source.compared(group, "Exports", "exports_usd", "bn USD", "exports_usd", source.annual("exports_usd")),
        source.compared(group, "Imports", "imports_usd", "bn USD", "imports_usd", source.annual("imports_usd")),
        source.compared(group, "FDI as published", "fdi_reported", "bn USD", "fdi_published",
                        source.annual("fdi_reported")),
    ]  # fmt: skip


def _people(source: _Source) -> list[Comparison]:
    group = "People"
    return [
        source.compared(group, "Resident population", "population", "thousand", "population",
                        source.annual("population")),
        source.compared(group, "Employment", "employment", "thousand", "employment", source.annual("employment")),
        source.compared(group, "Average wage", "wage", "thousand yuan a year", "wage", source.annual("wage"),
                        factor=THOUSAND),
        source.compared(group, "Graduates who stay", "graduate_stay_rate", "%", "graduate_stay_rate",
                        PER_CENT * source.annual("graduate_stay_rate"), factor=PER_CENT, relative=False, given=()),
    ]  # fmt: skip


def _structure(source: _Source) -> list[Comparison]:
    group = "Structure"

    def share(title: str, output: str, variable: str, given: tuple[str, ...] = ("2006",)) -> Comparison:
        return source.compared(group, title, output, "%", variable, PER_CENT * source.annual(output),
                               factor=PER_CENT, relative=False, given=given)  # fmt: skip

    ends = [source.observed.value("Liaoning", f"capacity_utilisation_{end}", "2016-2017") for end in ("low", "high")]
    surveyed = PER_CENT * source.annual("capacity_utilisation_survey")[:, -2:]
    utilisation = Comparison(
        group, "Surveyed utilisation, middle of the range", "capacity_utilisation_survey", "%", False, ("2016-2017",),
        np.array([PER_CENT * np.mean(ends)]), surveyed.mean(axis=1, keepdims=True),
    )  # fmt: skip
    return [
        share("State share of industrial assets", "soe_capital_share", "soe_asset_share"),
        share("Secondary sector, first release", "secondary_share_reported", "secondary_share_first_release"),
        share("Secondary sector, 4th census", "secondary_share", "secondary_share_census4"),
        source.compared(group, "State-owned enterprises", "soe_number", "enterprises", "soe_count",
                        source.annual("soe_number"), given=()),
        utilisation,
    ]  # fmt: skip


def _ports(source: _Source) -> list[Comparison]:
    """Ports: single years and quarters. Shares of 2012Q1 set the ports' start, so single ports do not count there."""
    found = []
    for variable, unit, outputs in (
        ("port_throughput", "Mt", ("port_throughput", "throughput")),
        ("container_throughput", "million TEU", ("container_throughput", "containers")),
    ):
        for entity in ("Liaoning", *PORTS):
            if not any(row.entity == entity and row.variable == variable for row in source.observed.rows):
                continue
            output = outputs[0] if entity == "Liaoning" else outputs[1]
            level = "province" if entity == "Liaoning" else "port"

            def at(period: str, output: str = output, level: str = level, entity: str = entity) -> FloatArray:
                if "Q" in period:
                    return source.quarterly(output, level, entity)[:, to_index(period)]
                return source.annual(output, level, entity)[:, YEARS.index(period)]

            name = "All ports" if entity == "Liaoning" else f"Port of {entity}"
            what = "throughput" if unit == "Mt" else "containers"
            found.append(source.compared(
                "Ports", f"{name}, {what}", output, unit, variable, at, entity=entity,
                given=() if entity == "Liaoning" else ("2012Q1",),
            ))  # fmt: skip
    return found


def _partners(source: _Source) -> list[Comparison]:
    """Trade with three partners in yuan: USD outputs at the exchange rate of each quarter."""
    rate = load_world().path["exchange_rate"][: 4 * len(YEARS)]
    found = []
    flows = (("exports_usd", "exports_to", "Exports to"), ("imports_usd", "imports_from", "Imports from"))
    for flow, variable, word in flows:
        for partner in TRADE_PARTNERS:
            quarters = source.quarterly(flow, "partner", partner) * rate
            annual = quarters.reshape(len(quarters), -1, 4).sum(axis=2)
            found.append(source.compared("Partners", f"{word} {partner}", f"{flow} at the exchange rate", "bn yuan",
                                         variable, annual, entity=partner, factor=HUNDRED_MILLION))  # fmt: skip
    return found


def _cities(source: _Source) -> list[Comparison]:
    """Shares of the cities: GDP as published against reported GDP; FDI as published against true FDI."""
    found = []
    for group, output, variable in (
        ("City shares of GDP", "gdp_reported", "gdp_share"), ("City shares of FDI", "fdi", "fdi_share"),
    ):  # fmt: skip
        levels: Mapping[str, FloatArray] = {city: source.annual(output, "city", city) for city in CITIES}
        total = np.sum(list(levels.values()), axis=0)
        found += [
            source.compared(group, city, f"{output} of the city", "%", variable, PER_CENT * levels[city] / total,
                            entity=city, factor=PER_CENT, relative=False)
            for city in CITIES
        ]  # fmt: skip
    return found
