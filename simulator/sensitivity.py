"""Which parameters and sizes of policies drive an effect, and how much of it rests on what data cannot identify.

The paired differences of a comparison are related to the parameters of the runs, as ``simulator.rank_regression``
says. What the drivers leave unexplained is luck, interactions, and every driver too small to be told apart with this
many runs. How well data identify a parameter is measured where there is a posterior, else judged. Words for people
stand in ``simulator.sensitivity_words``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.errors import InputError, nearest
from simulator.headline import HEADLINE, WINDOW
from simulator.identification import QUALITIES, contractions, informed, literature_driven, worst
from simulator.levers import INSTRUMENTS
from simulator.parameter_words import meaning
from simulator.parameters import STATUSES, parameters
from simulator.rank_regression import (
    LEAST_DRAWS,
    ROUNDING,
    Columns,
    Fit,
    by_draw,
    detectable,
    rank,
    rank_regression,
    varying,
)  # fmt: skip
from simulator.results import Results
from simulator.statistics import FloatArray, percent_change
from simulator.variables import ENTITIES, LEVELS, variables

REST: Final = "rest"
"""Key of what no driver explains: luck, interactions and drivers too small to be found."""
NOTES: Final = ("drivers", "none_found", "fixed", "too_few", "no_effect", "constant")
"""What there is to say: drivers were found; none was; nothing varies over runs, so all is luck; too few runs; the
effect is zero in every run; it is the same in every run."""
VERDICTS: Final = ("assumptions", "size", "data", "unexplained", *NOTES[2:])
"""Of the explained share at least half rests on what data identify weakly or not at all: on parameters, or mostly on
the size of the policy; less than half does; too little is explained to say. Or a note."""
ASSUMED: Final = ("weak", "none")
HALF: Final = 0.5
LEADING: Final = 3
"""Drivers of an effect that lead it: those with the largest coefficients."""
LEAST_EXPLAINED: Final = 0.2
"""Below this adjusted R2 a verdict on the rest of the variance would be about a sliver."""


@dataclass(frozen=True)
class Driver:
    """One parameter, or the size of one instrument, that drives an effect.

    Attributes
    ----------
    name : str
        Parameter or instrument; names joined by `` + `` where their ranks are the same in every run.
    label, label_zh : str
        Meaning of the parameter or name of the instrument.
    kind : str
        ``parameter`` or ``size``.
    unit : str
    coefficient, low, high : float
        Standardised rank regression coefficient with its 90 % interval.
    share : float
        Share of the rank variance of the effect, 0 to 1.
    quality : str
        How well it is identified, see ``simulator.identification``; the worst of names joined.
    status : str
        Evidence: that of the parameter (the weakest of names joined); ``A`` for a size.
    correlation : float
        Spearman's rank correlation with the effect, the other drivers not held.
    contraction : float or None
        By how much data narrowed the parameter, the least of names joined; None if it was not fitted, or nothing was.
    literature : bool
        Whether a posterior is known and the data say little or nothing of the parameter; never of a size.
    """

    name: str
    label: str
    label_zh: str
    kind: str
    unit: str
    coefficient: float
    low: float
    high: float
    share: float
    quality: str
    status: str
    correlation: float
    contraction: float | None = None
    literature: bool = False


@dataclass(frozen=True)
class EffectDrivers:
    """Drivers of the effect of one scenario on one variable.

    Attributes
    ----------
    scenario, level, entity, variable, period : str
    measure : str
        ``percent``, or ``absolute`` where the base is not positive in some run.
    runs : int
        Draws of parameters that enter: failed runs are left out, runs that share a draw are averaged first.
    tested : int
        Parameters and sizes that vary.
    drivers : tuple of Driver
        Largest absolute coefficient first.
    explained : float
        Adjusted R2 of the joint regression, 0 if there is no driver.
    detectable : float
        Share of the rank variance that a lone driver must explain to be found; NaN if nothing was tested.
    by_quality : mapping of str to float
        Quality of identification, or ``rest``, to its share; sums to 1.
    note : str
        One of ``NOTES``.
    measured : bool
        Whether qualities are measured by a posterior; else they are judged.
    """

    scenario: str
    level: str
    entity: str
    variable: str
    period: str
    measure: str
    runs: int
    tested: int
    drivers: tuple[Driver, ...]
    explained: float
    detectable: float
    by_quality: Mapping[str, float]
    note: str
    measured: bool = False


@dataclass(frozen=True)
class Lean:
    """What the effect on one variable leans on.

    ``assumed`` and ``sizes`` are shares of the explained variance, 0 to 1: on parameters and sizes that data identify
    weakly or not at all, and on sizes of policies alone (part of the former). NaN where nothing is explained.
    """

    effect: EffectDrivers
    assumed: float
    sizes: float
    verdict: str

    @property
    def leading(self) -> tuple[Driver, ...]:
        """The drivers that lead the effect, largest coefficient first."""
        return self.effect.drivers[:LEADING]

    @property
    def literature(self) -> float:
        """Share of the explained variance on literature-driven parameters, 0 to 1; 0 where nothing is explained."""
        found = sum(d.share for d in self.effect.drivers if d.literature)
        return found / self.effect.explained if self.effect.explained > 0.0 else 0.0

    @property
    def led_by_literature(self) -> bool:
        """Whether the data inform none of the leading drivers: all are literature-driven or sizes, not sizes alone."""
        kinds = [d.literature or d.kind == "size" for d in self.leading]
        return all(kinds) and any(d.literature for d in self.leading)


def leans(results: Results, scenario: str, variables: Sequence[str] = HEADLINE) -> tuple[Lean, ...]:
    """Return what the effects of a scenario on variables of the province lean on, in the order given.

    Raises
    ------
    InputError
        No such scenario or variable, or no full year.
    """
    return tuple(lean(effect_drivers(results, scenario, name)) for name in variables)


def lean(effect: EffectDrivers) -> Lean:
    """Return what an effect leans on, with one of ``VERDICTS``."""
    if effect.note not in ("drivers", "none_found"):
        return Lean(effect, float("nan"), float("nan"), effect.note)
    if effect.explained <= 0.0:
        return Lean(effect, float("nan"), float("nan"), "unexplained")
    assumed = sum(effect.by_quality[q] for q in ASSUMED) / effect.explained
    sizes = sum(d.share for d in effect.drivers if d.kind == "size") / effect.explained
    if effect.explained < LEAST_EXPLAINED:
        verdict = "unexplained"
    elif assumed < HALF:
        verdict = "data"
    else:
        verdict = "size" if sizes >= HALF else "assumptions"
    return Lean(effect, assumed, sizes, verdict)


def effect_drivers(
    results: Results,
    scenario: str,
    variable: str,
    *,
    level: str = "province",
    entity: str = "Liaoning",
    window: str | None = None,
    rate: float = 0.10,
) -> EffectDrivers:
    """Return what drives the paired effect of a scenario on one variable.

    Parameters
    ----------
    results
        The base and its scenarios.
    scenario, variable, level, entity
        Whose effect on what.
    window
        A year (``2035``) or years (``2031-2035``), averaged; by default the last five full years, as in the headline.
    rate
        Expected share of false drivers among those named, in (0, 1).

    Raises
    ------
    InputError
        No such scenario, level, entity, variable or window, or a wrong rate.
    """
    _check(level, entity, variable, rate)
    period, cut = _window(results.years, window)
    base = results.base.scenario
    runs = results.kept(base, scenario)
    series = (results.series(s, variable, level=level, entity=entity, runs=runs) for s in (base, scenario))
    old, new = (annual[:, cut].mean(axis=1) for annual in series)
    percent = percent_change(new, old)
    measure = "percent" if np.isfinite(percent).any() else "absolute"
    effect = percent if measure == "percent" else new - old
    known = np.isfinite(effect)
    table = results.base.parameters
    sizes = _sizes(results, scenario, runs[known])
    effect, values, sizes = by_draw(effect[known], table.values[runs[known]], sizes)
    columns = varying({**dict(zip(table.names, values.T, strict=True)), **sizes}, len(effect))
    note, fit = _fit(effect, columns, rate)
    contraction = contractions(table.calibration)
    drivers = _drivers(fit, columns, contraction) if fit else ()
    explained = fit.explained if fit else 0.0
    shares = {q: sum(d.share for d in drivers if d.quality == q) for q in QUALITIES}
    return EffectDrivers(
        scenario=scenario,
        level=level,
        entity=entity,
        variable=variable,
        period=period,
        measure=measure,
        runs=len(effect),
        tested=len(columns.names),
        drivers=drivers,
        explained=explained,
        detectable=detectable(len(effect), len(columns.names), rate),
        by_quality=MappingProxyType({**shares, REST: 1.0 - explained}),
        note=note,
        measured=contraction is not None,
    )


def _check(level: str, entity: str, variable: str, rate: float) -> None:
    """Raise ``InputError`` unless level, entity and variable exist and the rate is a share."""
    if level not in LEVELS:
        raise InputError(f'no level "{level}"; levels are {", ".join(LEVELS)}{nearest(level, LEVELS)}')
    names = tuple(v.name for v in variables()[level])
    for what, value, allowed in (("entity", entity, ENTITIES[level]), ("variable", variable, names)):
        if value not in allowed:
            raise InputError(f'level {level} has no {what} "{value}"{nearest(value, allowed)}')
    if not 0.0 < rate < 1.0:
        raise InputError(f"rate = {rate!r} must lie between 0 and 1")


def _window(years: tuple[str, ...], window: str | None) -> tuple[str, slice]:
    """Return label and position of the years to average."""
    if not years:
        raise InputError("no full year was simulated, so there is no annual effect; run to the end of a year")
    first, _, last = (window or f"{years[max(0, len(years) - WINDOW)]}-{years[-1]}").partition("-")
    last = last or first
    if first not in years or last not in years or first > last:
        raise InputError(f'window = "{window}"; write a year or first-last within {years[0]}-{years[-1]}')
    label = first if first == last else f"{first}-{last}"
    return label, slice(years.index(first), years.index(last) + 1)


def _sizes(results: Results, scenario: str, runs: npt.NDArray[np.intp]) -> dict[str, FloatArray]:
    """Return instrument -> sampled size of the runs, for the levers of the base and of the scenario.

    The targets of an instrument share their quantile, so one of them stands for all; were their ranks to differ,
    each lever would stand for itself.
    """
    levers: dict[str, list[tuple[str, FloatArray]]] = {}
    for name in dict.fromkeys((results.base.scenario, scenario)):
        for key, size in results.ensemble(name).sizes.items():
            chosen = np.asarray(size, dtype=np.float64)[runs]
            if len(chosen) and chosen.min() < chosen.max():
                levers.setdefault(key.partition(":")[0], []).append((key, chosen))
    found: dict[str, FloatArray] = {}
    for instrument, members in levers.items():
        first = members[0][1]
        ranks = rank(np.column_stack([size for _, size in members]))
        if (ranks == ranks[:, :1]).all():
            found[instrument] = first
        else:
            found |= dict(members)
    return found


def _fit(effect: FloatArray, columns: Columns, rate: float) -> tuple[str, Fit | None]:
    """Return what there is to say, and the regression if drivers were found."""
    if len(effect) and not effect.any():
        return "no_effect", None
    if len(effect) < LEAST_DRAWS:
        return "too_few", None
    if not columns.names:
        return "fixed", None
    if np.ptp(effect) <= ROUNDING * np.abs(effect).max():
        return "constant", None
    fit = rank_regression(effect, columns.ranks, rate)
    return ("drivers", fit) if fit else ("none_found", None)


def _drivers(fit: Fit, columns: Columns, contraction: Mapping[str, float] | None) -> tuple[Driver, ...]:
    """Return the drivers of a regression, largest absolute coefficient first."""
    order = sorted(range(len(fit.chosen)), key=lambda k: -abs(float(fit.coefficient[k])))
    return tuple(_driver(columns.names[int(fit.chosen[k])], fit, k, contraction) for k in order)


def _driver(names: tuple[str, ...], fit: Fit, k: int, contraction: Mapping[str, float] | None) -> Driver:
    parts = [_described(name, contraction) for name in names]
    labels, labels_zh, units, statuses, kinds, qualities = zip(*parts, strict=True)
    parameter_names = [name for name, kind in zip(names, kinds, strict=True) if kind == "parameter"]
    fitted = [None if contraction is None else contraction.get(name) for name in parameter_names]
    known = [value for value in fitted if value is not None]
    return Driver(
        name=" + ".join(names),
        label="; ".join(dict.fromkeys(labels)),
        label_zh="；".join(dict.fromkeys(labels_zh)),
        kind="parameter" if parameter_names else "size",
        unit="; ".join(dict.fromkeys(units)),
        coefficient=float(fit.coefficient[k]),
        low=float(fit.low[k]),
        high=float(fit.high[k]),
        share=float(fit.share[k]),
        quality=worst(qualities),
        status=max(statuses, key=STATUSES.index),
        correlation=float(fit.correlation[k]),
        contraction=min(known) if known and len(known) == len(fitted) else None,
        literature=contraction is not None and any(literature_driven(name, contraction) for name in parameter_names),
    )


def _described(name: str, contraction: Mapping[str, float] | None) -> tuple[str, str, str, str, str, str]:
    """Return label, Chinese label, unit, status, kind and quality of a column.

    A parameter of stored runs that this version does not know is described by its name alone.
    """
    for p in parameters():
        if p.name == name:
            quality = informed(name, contraction).quality
            return p.meaning, meaning(name, "zh"), p.unit, p.status, "parameter", quality
    instrument, _, target = name.partition(":")
    if instrument in INSTRUMENTS:
        i = INSTRUMENTS[instrument]
        suffix = f" ({target})" if target else ""
        return i.label + suffix, i.label_zh + suffix, i.unit, "A", "size", informed(name, contraction).quality
    return name, name, "", "A", "parameter", "none"
