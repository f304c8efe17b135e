"""From results to what a chart shows: fans over years, effects by city, port, sector and partner, events.

Pure functions of results, scenarios and observed figures; how a chart is drawn is another module's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from calibration.observed import OUTPUTS, load_observed
from calibration.observed import YEARS as OBSERVED_YEARS
from simulator import periods
from simulator.headline import WINDOW
from simulator.results import IntArray, Results
from simulator.scenario import Scenario
from simulator.statistics import FloatArray, percent_change, spread
from simulator.variables import ENTITIES, variable
from simulator.words import name_word, unit_word
from viz.policy_events import starts
from viz.svg import Fan, FanChart, IntervalRow, Marker

HISTORY_END: Final = int(periods.HISTORY_END[:4])

CHANGES: Final = (
    "gdp_real", "exports_usd", "imports_usd", "fdi", "fiscal_revenue", "population", "graduates", "employment",
    "port_throughput", "emissions",
)  # fmt: skip
"""Provincial outputs charted for every scenario. Trade in dollars, because that is what was observed."""

PAST: Final = (
    "gdp_reported", "gdp_nominal", "gdp_real", "exports_usd", "imports_usd", "fdi_reported",
    "fiscal_revenue_reported", "population", "employment", "wage", "secondary_share", "soe_capital_share",
)  # fmt: skip
"""Provincial outputs of the base charted beside what was observed."""

ENTITY_CHANGES: Final[tuple[tuple[str, str], ...]] = (
    ("city", "gdp_real"), ("city", "graduates"), ("city", "exports"), ("city", "fdi"), ("port", "throughput"),
    ("sector", "value_added"), ("partner", "exports_usd"), ("partner", "imports_usd"), ("origin", "fdi"),
)  # fmt: skip
"""Level and output of the charts of effects by city, port, sector, partner and origin of investors."""


@dataclass(frozen=True)
class Event:
    """What a scenario starts in one year; the text names the quarters."""

    year: int
    text: str


@dataclass(frozen=True)
class EntityEffects:
    """Effects of a scenario on one output of all entities of a level, mean of the last years, ``2031-2035``."""

    level: str
    variable: str
    unit: str
    rows: tuple[IntervalRow, ...]
    scenario: str
    base: str
    period: str

    @property
    def gain(self) -> tuple[str, ...]:
        """Entities whose whole interval lies above zero."""
        return tuple(row.label for row in self.rows if row.sign > 0)

    @property
    def lose(self) -> tuple[str, ...]:
        """Entities whose whole interval lies below zero."""
        return tuple(row.label for row in self.rows if row.sign < 0)

    @property
    def none(self) -> tuple[str, ...]:
        """Entities without an effect in (nearly) any run."""
        return tuple(row.label for row in self.rows if row.low == row.high == 0.0)

    @property
    def unclear(self) -> tuple[str, ...]:
        """Entities whose interval holds zero and is not zero alone."""
        return tuple(row.label for row in self.rows if row.sign == 0 and row.label not in self.none)


def title_of(name: str, lang: str, level: str = "province") -> str:
    """Return the label of an output."""
    return variable(level, name).label_in(lang)


def observed_figures(name: str) -> tuple[tuple[int, float], ...]:
    """Return (year, value) of the observed series of a provincial output, in its unit; empty if there is none."""
    if name not in OUTPUTS:
        return ()
    series, factor = OUTPUTS[name]
    found = load_observed().series("Liaoning", series)
    return tuple((int(year), factor * value) for year, value in sorted(found.items()) if year in OBSERVED_YEARS)


def events(scenario: Scenario, base: Scenario | None, lang: str, ends: str) -> tuple[Event, ...]:
    """Return what a scenario starts or ends that its base does not, a year at a time, in order.

    Equal steps of one path are one event, at its beginning; what holds from the first quarter on is none.

    Parameters
    ----------
    base
        None: everything in force counts.
    ends
        Said of what the base has and the scenario has not.
    """
    stop = "；" if lang == "zh" else "; "
    years: dict[int, list[str]] = {}
    for quarter, text in starts(base.entries if base else (), scenario.entries, lang, ends).items():
        years.setdefault(2006 + quarter // 4, []).append(f"{periods.to_label(quarter)} {text}")
    return tuple(Event(year, stop.join(said)) for year, said in years.items())


def beyond_history(years: Sequence[str]) -> bool:
    """Whether simulated years reach beyond history, so that they must be called a what-if."""
    return bool(years) and int(years[-1]) > HISTORY_END


def _letters(number: int) -> str:
    """Return a, b, ... z, aa, ab, ... for 0, 1, ..."""
    high, low = divmod(number, 26)
    return (_letters(high - 1) if high else "") + chr(ord("a") + low)


def markers(found: Sequence[Event], style: str, last: int | None = None) -> tuple[Marker, ...]:
    """Return markers of events up to year `last`: numbers for a scenario (``new``), letters for the base."""
    return tuple(
        Marker(float(event.year), str(i + 1) if style == "new" else _letters(i), event.text,
               "new" if style == "new" else "base")
        for i, event in enumerate(found)
        if last is None or event.year <= last
    )  # fmt: skip


def level_chart(
    results: Results,
    scenarios: Sequence[str],
    name: str,
    lang: str,
    words: Mapping[str, str],
    marks: Sequence[Marker] = (),
    first: int | None = None,
    last: int | None = None,
) -> FanChart:
    """Return levels of a provincial output by year: the first scenario in the style of the base, others as new."""
    years = [int(y) for y in results.years]
    chosen = [i for i, y in enumerate(years) if (first is None or y >= first) and (last is None or y <= last)]
    fans = []
    for i, scenario in enumerate(scenarios):
        middle, low, high = spread(results.series(scenario, name))[:, chosen]
        fans.append(Fan(scenario, "base" if i == 0 else "new", middle, low, high, scenario))
    shown = [years[i] for i in chosen]
    figures = tuple((y, v) for y, v in observed_figures(name) if y in shown)
    return FanChart(
        title=title_of(name, lang),
        unit=unit_word(variable("province", name).unit, lang),
        years=tuple(shown),
        fans=tuple(fans),
        observed=figures,
        observed_label=words["observed"],
        markers=tuple(marks),
        history_end=HISTORY_END,
        interval_word=words["to"],
        variable=name,
    )


def change_chart(
    results: Results,
    scenario: str,
    name: str,
    lang: str,
    words: Mapping[str, str],
    marks: Sequence[Marker] = (),
    first: int | None = None,
) -> FanChart:
    """Return the paired change of a provincial output by year, in per cent where the base allows, else in its unit."""
    years = [int(y) for y in results.years]
    start = years[0] if first is None else min(first, max(years[0], years[-1] - 1))  # at least the last two years
    chosen = [i for i, y in enumerate(years) if y >= start]
    runs = results.kept(results.base.scenario, scenario)
    old, new = (results.series(s, name, runs=runs) for s in (results.base.scenario, scenario))
    change = percent_change(new, old)
    relative = bool(np.isfinite(change[:, chosen]).any())
    if not relative:
        change = new - old
    middle, low, high = spread(change)[:, chosen]
    unit = "%" if relative else unit_word(variable("province", name).unit, lang)
    return FanChart(
        title=title_of(name, lang),
        unit=unit,
        years=tuple(years[i] for i in chosen),
        fans=(Fan(scenario, "new", middle, low, high, scenario),),
        markers=tuple(marks),
        difference=True,
        history_end=HISTORY_END,
        interval_word=words["to"],
        variable=name,
        base=results.base.scenario,
    )


def named(chart: FanChart, labels: Mapping[str, str]) -> FanChart:
    """Return a chart whose fans are called as readers call them; `labels`: name of a scenario -> what it is called."""
    return replace(chart, fans=tuple(replace(fan, label=labels.get(fan.name, fan.label)) for fan in chart.fans))


def entity_effects(results: Results, scenario: str, level: str, name: str, lang: str) -> EntityEffects:
    """Return paired effects on every entity of a level, mean of the last years, in the order of their medians.

    Per cent if every entity's base is positive in every run, else the unit of the output, so that a chart has one unit.
    """
    runs = results.kept(results.base.scenario, scenario)
    old, new = (_window(results, s, level, name, runs) for s in (results.base.scenario, scenario))
    change = percent_change(new, old)
    unit = "%"
    if not np.isfinite(change).all():
        change = new - old
        unit = unit_word(variable(level, name).unit, lang)
    middle, low, high = spread(change)
    rows = [
        IntervalRow(name_word(entity, lang), float(middle[i]), float(low[i]), float(high[i]))
        for i, entity in enumerate(ENTITIES[level])
    ]
    rows.sort(key=lambda row: -row.median)
    years = results.years[-WINDOW:]
    period = "-".join(dict.fromkeys((years[0], years[-1])))
    return EntityEffects(level, name, unit, tuple(rows), scenario, results.base.scenario, period)


def _window(results: Results, scenario: str, level: str, name: str, runs: IntArray) -> FloatArray:
    """Return the mean of an output over the last years, shape (run, entity)."""
    entities = ENTITIES[level]
    each = [results.series(scenario, name, level=level, entity=e, runs=runs)[:, -WINDOW:] for e in entities]
    return np.asarray(np.stack(each, axis=1).mean(axis=2))


def fit_of(chart: FanChart) -> tuple[int, int, float] | None:
    """Return how the first fan of a chart meets the observed figures after 2006, which the model starts from.

    Figures in the 90 % interval, figures in all, and the root mean square miss of the median in % of the figure. None
    without figures.
    """
    fan, place = chart.fans[0], {year: i for i, year in enumerate(chart.years)}
    pairs = [(place[year], value) for year, value in chart.observed if year > 2006 and year in place]
    if not pairs:
        return None
    inside = sum(bool(fan.low[i] <= value <= fan.high[i]) for i, value in pairs)
    misses = [100.0 * (float(fan.median[i]) / value - 1.0) for i, value in pairs]
    return inside, len(pairs), float(np.sqrt(np.mean(np.square(misses))))
