"""The few figures that a comparison is about, as data and as JSON; ``headline_text`` prints them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from simulator.levers import INSTRUMENTS
from simulator.numbers import SMALL
from simulator.parameters import Calibration
from simulator.results import Results
from simulator.schedule import Schedule, changed_instruments
from simulator.statistics import FloatArray, percent_change, probability_positive, spread
from simulator.variables import Variable, variable

HEADLINE: Final = (
    "gdp_real", "exports", "imports", "fdi", "fiscal_revenue", "population", "graduates", "employment",
    "port_throughput", "emissions",
)  # fmt: skip
COST: Final = "policy_cost"
LIKELY: Final = 0.8
"""Share of runs that must agree before a year is said to go against the last years."""
NOTABLE: Final = 0.05
"""Least size of such a year's effect, as a share of that of the last years."""
WINDOW: Final = 5
"""Full years at the end over which the headline averages: single years ride on a long wave of capacity use."""


@dataclass(frozen=True)
class Interval:
    """Median and ends of the 90 % interval over runs."""

    median: float
    p05: float
    p95: float


@dataclass(frozen=True)
class Level:
    """A variable of one scenario in one period: a year, or a mean of years such as ``2031-2035``."""

    scenario: str
    variable: Variable
    period: str
    value: Interval


@dataclass(frozen=True)
class Effect:
    """A paired difference of a scenario from the base in one period.

    ``percent`` is None where the base of some run is not positive. A policy without any effect has exactly 0
    and probability 0.5.
    """

    scenario: str
    variable: Variable
    period: str
    absolute: Interval
    percent: Interval | None
    prob_positive: float


@dataclass(frozen=True)
class Turn:
    """A year in which an effect most likely has the other sign than in the last years: the year where it is largest."""

    scenario: str
    variable: Variable
    year: str
    percent: Interval
    prob_positive: float


@dataclass(frozen=True)
class Cost:
    """Budget cost of a scenario beyond the base's, as far as the model has one.

    Attributes
    ----------
    scenario : str
    period : str
        From the first year in which it costs more or less than the base, to the last; all years if there is none.
    total : Interval
        Sum over these years: bn yuan at current prices, not discounted.
    yearly : Interval
        Mean of the last years (the headline's window): bn yuan a year.
    of_gdp : Interval
        The same, % of the base's nominal GDP of these years.
    paid, unpaid : tuple of str
        Instruments on which the scenario differs from the base: those that the budget pays for in the model, and those
        whose cost is not modelled. Both empty if the policies are not known, as for stored results.
    """

    scenario: str
    period: str
    total: Interval
    yearly: Interval
    of_gdp: Interval
    paid: tuple[str, ...]
    unpaid: tuple[str, ...]

    @property
    def modelled(self) -> bool:
        """Whether the model counts any cost."""
        zero = self.total.p05 == self.total.p95 == 0.0
        return bool(self.paid) or not (self.unpaid or zero)


@dataclass(frozen=True)
class Headline:
    """Headline figures of results; ``effects``, ``turns`` and ``costs`` are empty when there is only one scenario.

    ``periods`` holds the mean of the last years and the last year; it is empty if no full year was simulated.
    """

    base: str
    scenarios: tuple[str, ...]
    periods: tuple[str, ...]
    runs: int
    failed: int
    parameters: str
    levels: tuple[Level, ...]
    effects: tuple[Effect, ...]
    turns: tuple[Turn, ...]
    costs: tuple[Cost, ...]
    calibration: Calibration | None = None


def build_headline(results: Results, schedules: Mapping[str, Schedule] | None = None) -> Headline:
    """Return the headline figures: last full year and mean of the last five (fewer if fewer were run).

    Parameters
    ----------
    results
        The base and its scenarios.
    schedules
        Scenario -> its policy path, to say which policies cost something; by default those of the ensembles, which
        stored ones do not have.
    """
    years = results.years
    spans = _spans(years)
    known = schedules or {e.scenario: e.schedule for e in results.ensembles if isinstance(e.schedule, Schedule)}
    levels: list[Level] = []
    effects: list[Effect] = []
    turns: list[Turn] = []
    costs: list[Cost] = []
    base = results.base.scenario
    for scenario in results.scenarios if spans else ():
        for name in HEADLINE:
            v = variable("province", name)
            series = results.series(scenario, name)
            levels += [Level(scenario, v, p, _interval(series[:, cut].mean(axis=1))) for p, cut in spans.items()]
    for scenario in results.scenarios[1:] if spans else ():
        runs = results.kept(base, scenario)
        if not len(runs):
            continue
        for name in (*HEADLINE, COST):
            old, new = (results.series(s, name, runs=runs) for s in (base, scenario))
            effects += [_effect(scenario, name, p, new[:, cut], old[:, cut]) for p, cut in spans.items()]
            if name in HEADLINE:
                turns += _turn(scenario, name, years, new, old, next(iter(spans.values())))
        costs.append(_cost(results, scenario, known))
    return Headline(
        base=base,
        scenarios=results.scenarios,
        periods=tuple(spans),
        runs=results.base.runs,
        failed=results.base.runs - len(results.kept()),
        parameters=results.base.parameters.kind,
        levels=tuple(levels),
        effects=tuple(effects),
        turns=tuple(turns),
        costs=tuple(costs),
        calibration=results.base.parameters.calibration,
    )


def window_effect(results: Results, scenario: str, name: str) -> Effect:
    """Return the effect of a scenario on any output of the province, mean of the last years."""
    period, cut = next(iter(_spans(results.years).items()))
    runs = results.kept(results.base.scenario, scenario)
    old, new = (results.series(s, name, runs=runs)[:, cut] for s in (results.base.scenario, scenario))
    return _effect(scenario, name, period, new, old)


def net_revenue(results: Results, scenario: str) -> Interval:
    """Return the change of fiscal revenue less that of policy cost, mean of the last years: bn yuan a year, paired."""
    cut = next(iter(_spans(results.years).values()))
    runs = results.kept(results.base.scenario, scenario)
    change = [
        (results.series(scenario, name, runs=runs) - results.series(results.base.scenario, name, runs=runs))[:, cut]
        for name in ("fiscal_revenue", COST)
    ]
    return _interval((change[0] - change[1]).mean(axis=1))


def _turn(
    scenario: str, name: str, years: tuple[str, ...], new: FloatArray, old: FloatArray, window: slice
) -> list[Turn]:
    """Return the year in which the effect goes most against that of the last years, if it does so clearly.

    At least ``LIKELY`` of the runs must agree on the sign in that year, and it must reach ``NOTABLE`` of the median
    effect of the last years.
    """
    change = percent_change(new, old)
    late = percent_change(new[:, window].mean(axis=1), old[:, window].mean(axis=1))
    if not (np.isfinite(change).all() and np.isfinite(late).all()):
        return []
    sign = 1.0 if np.median(late) > 0.0 else -1.0
    against = sign * np.median(change, axis=0)
    against[probability_positive(-sign * change) < LIKELY] = 0.0
    worst = int(np.argmin(against))
    if against[worst] > -max(SMALL, NOTABLE * abs(float(np.median(late)))):
        return []
    year = change[:, worst]
    return [
        Turn(scenario, variable("province", name), years[worst], _interval(year), float(probability_positive(year)))
    ]


def _cost(results: Results, scenario: str, schedules: Mapping[str, Schedule]) -> Cost:
    """Return what a scenario costs the budget beyond the base."""
    base, years = results.base.scenario, results.years
    runs = results.kept(base, scenario)
    old, new = (results.series(s, COST, runs=runs) for s in (base, scenario))
    gdp = results.series(base, "gdp_nominal", runs=runs)
    change, cut = new - old, next(iter(_spans(years).values()))
    differs = np.flatnonzero((change != 0.0).any(axis=0))
    first = int(differs[0]) if len(differs) else 0
    changed: tuple[str, ...] = ()
    if base in schedules and scenario in schedules:
        changed = changed_instruments(schedules[scenario], schedules[base])
    return Cost(
        scenario=scenario,
        period=years[-1] if first == len(years) - 1 else f"{years[first]}-{years[-1]}",
        total=_interval(change.sum(axis=1)),
        yearly=_interval(change[:, cut].mean(axis=1)),
        of_gdp=_interval(100.0 * change[:, cut].mean(axis=1) / gdp[:, cut].mean(axis=1)),
        paid=tuple(name for name in changed if INSTRUMENTS[name].paid),
        unpaid=tuple(name for name in changed if not INSTRUMENTS[name].paid),
    )


def _spans(years: tuple[str, ...]) -> dict[str, slice]:
    """Period -> years in it: the last years together, and the last one."""
    if not years:
        return {}
    last = {years[-1]: slice(len(years) - 1, len(years))}
    if len(years) == 1:
        return last
    first = max(0, len(years) - WINDOW)
    return {f"{years[first]}-{years[-1]}": slice(first, len(years)), **last}


def _effect(scenario: str, name: str, period: str, new: FloatArray, old: FloatArray) -> Effect:
    """Return the effect on a variable; new and old have shape (run, year)."""
    new_mean, old_mean = new.mean(axis=1), old.mean(axis=1)
    change = new_mean - old_mean
    percent = _interval(percent_change(new_mean, old_mean))
    return Effect(
        scenario=scenario,
        variable=variable("province", name),
        period=period,
        absolute=_interval(change),
        percent=percent if np.isfinite(percent.median) else None,
        prob_positive=float(probability_positive(change)),
    )


def _interval(values: FloatArray) -> Interval:
    return Interval(*(float(x) for x in spread(values)))


def as_json(headline: Headline, lang: str = "en") -> dict[str, Any]:
    """Return the headline as plain data for ``--json``; only labels depend on the language."""
    return {
        "base": headline.base,
        "scenarios": list(headline.scenarios),
        "runs": headline.runs,
        "failed": headline.failed,
        "parameters": headline.parameters,
        "levels": [
            {"scenario": x.scenario, **_named(x.variable, lang), "period": x.period, **_plain(x.value)}
            for x in headline.levels
        ],
        "effects": [
            {
                "scenario": x.scenario,
                **_named(x.variable, lang),
                "period": x.period,
                "absolute": _plain(x.absolute),
                "percent": _plain(x.percent) if x.percent else None,
                "prob_positive": _number(x.prob_positive),
            }
            for x in headline.effects
        ],
        "turns": [
            {
                "scenario": x.scenario,
                **_named(x.variable, lang),
                "year": x.year,
                "percent": _plain(x.percent),
                "prob_positive": _number(x.prob_positive),
            }
            for x in headline.turns
        ],
        "policy_cost": [
            {
                "scenario": x.scenario,
                "modelled": x.modelled,
                "not_modelled": list(x.unpaid),
                "unit": variable("province", COST).unit,
                "period": x.period,
                **_plain(x.total),
                "yearly": _plain(x.yearly),
                "percent_of_gdp": _plain(x.of_gdp),
            }
            for x in headline.costs
        ],
    }


def _named(v: Variable, lang: str) -> dict[str, str]:
    return {"variable": v.name, "label": v.label_in(lang), "unit": v.unit}


def _plain(interval: Interval) -> dict[str, float | None]:
    return {"median": _number(interval.median), "p05": _number(interval.p05), "p95": _number(interval.p95)}


def _number(value: float) -> float | None:
    """Return a number that JSON can hold: no negative zero, None for what is not finite."""
    return value + 0.0 if np.isfinite(value) else None
