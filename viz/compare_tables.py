"""What the page that compares shows: figures, sentences and doubts of one scenario against the base, as plain data.

Numbers are those of ``headline.csv`` and ``differences.csv`` of the results folder. Nothing here holds on to the runs,
so that what is kept for all users stays small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from simulator.card import Card, describe
from simulator.headline import COST, HEADLINE, Headline, Interval, build_headline
from simulator.headline_rows import HEADLINE_FILE, headline_rows
from simulator.numbers import plain, probability, span
from simulator.results import Results
from simulator.scenario import Scenario
from simulator.variables import variable
from simulator.words import unit_word
from viz import panels
from viz.chart_files import csv_text
from viz.charts import year_words
from viz.doubts import Doubts, doubts_of, weak_forecast, weak_forecasts
from viz.library import Opened
from viz.reports.compare import LEAD_YEARS, ROUGH_RUNS
from viz.reports.effects import FEW_RUNS, Effects
from viz.reports.provenance import parameters_warning
from viz.scenario_names import label_of, labels_of, said_of
from viz.svg import FanChart, Marker
from viz.wording import certain, ends, percent, signed, texts, typographic

_DOLLARS: Final = tuple(name for name in panels.CHANGES if name not in HEADLINE)
CHARTED: Final = tuple(
    dict.fromkeys(each for name in HEADLINE for each in (name, *(d for d in _DOLLARS if d.startswith(f"{name}_"))))
)
"""Variables of the province whose charts can be chosen: those of the table, trade in dollars beside that in yuan."""
LEVELS: Final = tuple(dict.fromkeys(level for level, _ in panels.ENTITY_CHANGES))
"""Levels of the charts of who gains and who loses."""
TABLE: Final = HEADLINE_FILE.removesuffix(".csv")


@dataclass(frozen=True)
class Line:
    """One variable of the table of effects.

    Attributes
    ----------
    name, label, unit : str
    percent : Interval or None
        Change in %, mean of the last years; None where the base is not positive in some run.
    absolute : Interval
        The same in the unit.
    better : str
        ``up``, ``down`` or ``none``: which direction is good.
    rise : float
        Share of runs with a rise, ties counting half.
    runs : int
    losing : str
        Sentence, if the model forecast the variable worse than no change.
    """

    name: str
    label: str
    unit: str
    percent: Interval | None
    absolute: Interval
    better: str
    rise: float
    runs: int
    losing: str

    @property
    def none(self) -> bool:
        """Whether there is no effect in (nearly) any run."""
        return self.absolute.p05 == self.absolute.p95 == 0.0

    @property
    def certain(self) -> bool:
        """Whether the interval does not hold zero, over runs that are enough to say so."""
        return certain(self.absolute) and self.runs >= FEW_RUNS

    @property
    def probability_better(self) -> float | None:
        """Share of runs in which the scenario is better than the base; None if no direction is good."""
        return {"up": self.rise, "down": 1.0 - self.rise, "none": None}[self.better]

    def probability_text(self, words: Mapping[str, str]) -> str:
        """Return the probability that it is better in words; where no direction is good, that of a rise, so called."""
        if self.none:
            return words["compare_no_effect"]
        better = self.probability_better
        share = f"{100 * float(probability(self.rise if better is None else better, self.runs)):.0f} %"
        return share if better is not None else words["compare_rise"].format(share=share)

    def percent_text(self, to: str) -> tuple[str, str]:
        """Return median and ends of the change in %."""
        if self.percent is None:
            return "–", ""
        return f"{percent(self.percent.median)} %", ends(self.percent, to, in_percent=True)

    def absolute_text(self, to: str) -> tuple[str, str]:
        """Return median and ends of the change in the unit."""
        return signed(self.absolute.median), ends(self.absolute, to)


@dataclass(frozen=True)
class LevelLine:
    """One variable of the table of levels, for results of one scenario: an interval a period."""

    name: str
    label: str
    unit: str
    values: tuple[Interval, ...]


@dataclass(frozen=True)
class CostLine:
    """One figure of what a scenario costs the budget: its name, its unit and the interval."""

    label: str
    unit: str
    value: Interval


@dataclass(frozen=True)
class Comparison:
    """One scenario of a result against its base, for one reader; of a base alone, its levels.

    Attributes
    ----------
    result, base, scenario : str
        Names of the folder and of the scenarios.
    lang : str
        Language of the reader.
    labels : mapping of str to str
        Name of a scenario -> what legends call it.
    against : str
        What the base is called in a sentence.
    runs : int
        Runs that failed in neither.
    periods : tuple of str
        The last years together and the last year.
    lines : tuple of Line
        Empty if there is only one scenario, or no year.
    levels : tuple of LevelLine
        Empty unless there is only one scenario.
    sentences : tuple of str
        The effects in words, the most important first.
    costs : tuple of CostLine
        Empty if the model counts no cost.
    warnings : tuple of str
        What must be known of the runs.
    lost : tuple of str
        What the model forecast worse than no change, of the variables shown.
    card : Card
        What was assumed.
    marks : tuple of Marker
        Events of the base and of the scenario.
    first : int
        First year of the charts of changes.
    fitted_until : int or None
        Last year of the data that the parameters were fitted to.
    table : str
        The figures as CSV.
    """

    result: str
    base: str
    scenario: str
    lang: str
    labels: Mapping[str, str]
    against: str
    runs: int
    periods: tuple[str, ...]
    lines: tuple[Line, ...]
    levels: tuple[LevelLine, ...]
    sentences: tuple[str, ...]
    costs: tuple[CostLine, ...]
    warnings: tuple[str, ...]
    lost: tuple[str, ...]
    card: Card
    marks: tuple[Marker, ...]
    first: int
    fitted_until: int | None
    table: str

    @property
    def alone(self) -> bool:
        """Whether there is nothing to compare with."""
        return self.scenario == self.base

    def events(self, style: str) -> list[str]:
        """Return the events of the scenario (``new``) or of the base as text."""
        return [f"{mark.key}: {mark.text}" for mark in self.marks if mark.style == style]

    def unit_in(self, unit: str, words: Mapping[str, str]) -> str:
        """Return a unit with the last years, of which figures are the mean, and what these years are."""
        return words["compare_unit_in"].format(unit=unit, window=span(self.periods[0]), kind=self.kind(words))

    def about(self, words: Mapping[str, str]) -> str:
        """Return of which scenario and years effects are, in one sentence."""
        return words["compare_effects_of"].format(
            scenario=self.labels[self.scenario], base=self.against, window=span(self.periods[0]), kind=self.kind(words)
        )

    def kind(self, words: Mapping[str, str]) -> str:
        """Return what the last years are: history, held out, what-if."""
        first, _, last = self.periods[0].partition("-")
        return year_words(range(int(first), int(last or first) + 1), words, self.fitted_until)


def pair_of(opened: Opened, scenario: str) -> Results:
    """Return the runs of the base and of one scenario, or of the base alone."""
    base = opened.results.base
    return Results([base] if scenario == base.scenario else [base, opened.results.ensemble(scenario)])


def compare(opened: Opened, scenario: str, lang: str) -> Comparison:
    """Return a scenario of a result against the base.

    Raises
    ------
    InputError
        The result has no such scenario, or its series cannot be read.
    """
    chosen, base, words = opened.scenario(scenario), opened.scenarios[0], texts(lang)
    results = pair_of(opened, scenario)
    alone = chosen.name == base.name
    headline = build_headline(results, {x.name: x.schedule() for x in ((base,) if alone else (base, chosen))})
    pairs = len(results.kept())
    shown = bool(headline.effects) and not alone
    effects = Effects(results, headline, chosen.name, lang)
    marks = _marks(chosen, base, results, lang, words)
    begins = min((int(mark.position) for mark in marks if mark.style == "new"), default=int(results.years[0])
                 if results.years else 0)  # fmt: skip
    calibration = headline.calibration
    return Comparison(
        result=opened.name,
        base=base.name,
        scenario=chosen.name,
        lang=lang,
        labels=labels_of(opened.scenarios, lang),
        against=said_of(base, lang),
        runs=pairs,
        periods=headline.periods,
        lines=tuple(_line(effects, name, pairs) for name in HEADLINE) if shown else (),
        levels=_levels(headline, lang) if alone else (),
        sentences=tuple(effects.sentences()) if shown else (),
        costs=_costs(effects, words) if shown else (),
        warnings=tuple(_warnings(headline, words, label_of(chosen, lang), alone, results.years)),
        lost=weak_forecasts(HEADLINE, lang),
        card=describe(chosen, None if alone else base, lang),
        marks=marks,
        first=begins - LEAD_YEARS,
        fitted_until=calibration.last_year if calibration else None,
        table=_table(headline),
    )


def doubts(opened: Opened, scenario: str, lang: str) -> Doubts:
    """Return what the effects of a scenario lean on; nothing is said for the base."""
    return doubts_of(pair_of(opened, scenario), scenario, lang)


def level_of(opened: Opened, comparison: Comparison, name: str, lang: str) -> FanChart:
    """Return the chart of levels of a variable, the base first."""
    results = pair_of(opened, comparison.scenario)
    chart = panels.level_chart(results, results.scenarios, name, lang, texts(lang), comparison.marks)
    return panels.named(chart, comparison.labels)


def change_of(opened: Opened, comparison: Comparison, name: str, lang: str) -> FanChart:
    """Return the chart of the paired change of a variable."""
    results = pair_of(opened, comparison.scenario)
    marks = [mark for mark in comparison.marks if mark.style == "new"]
    chart = panels.change_chart(results, comparison.scenario, name, lang, texts(lang), marks, comparison.first)
    return panels.named(chart, comparison.labels)


def places_of(opened: Opened, comparison: Comparison, level: str, lang: str) -> tuple[panels.EntityEffects, ...]:
    """Return the effects on all entities of a level, an output each."""
    results = pair_of(opened, comparison.scenario)
    names = [name for of, name in panels.ENTITY_CHANGES if of == level]
    return tuple(panels.entity_effects(results, comparison.scenario, level, name, lang) for name in names)


def _marks(
    scenario: Scenario, base: Scenario, results: Results, lang: str, words: Mapping[str, str]
) -> tuple[Marker, ...]:
    last = int(results.years[-1]) if results.years else None
    found = panels.markers(panels.events(base, None, lang, words["ends"]), "base", last)
    if scenario.name == base.name:
        return found
    return (*found, *panels.markers(panels.events(scenario, base, lang, words["ends"]), "new", last))


def _line(effects: Effects, name: str, runs: int) -> Line:
    effect = effects.window[name]
    v = effect.variable
    return Line(
        name=name,
        label=v.label_in(effects.lang),
        unit=unit_word(v.unit, effects.lang),
        percent=effect.percent,
        absolute=effect.absolute,
        better=v.better,
        rise=effect.prob_positive,
        runs=runs,
        losing=weak_forecast(name, effects.lang),
    )


def _levels(headline: Headline, lang: str) -> tuple[LevelLine, ...]:
    found = {(x.variable.name, x.period): x.value for x in headline.levels}
    return tuple(
        LevelLine(v.name, v.label_in(lang), unit_word(v.unit, lang), tuple(found[v.name, p] for p in headline.periods))
        for v in (variable("province", name) for name in HEADLINE)
        if headline.periods
    )


def _costs(effects: Effects, words: Mapping[str, str]) -> tuple[CostLine, ...]:
    cost = effects.cost
    if not cost.modelled:
        return ()
    unit = unit_word(variable("province", COST).unit, effects.lang)
    window = span(effects.headline.periods[0])
    return (
        CostLine(words["compare_cost_yearly"].format(window=window), unit, cost.yearly),
        CostLine(words["compare_cost_of_gdp"].format(window=window), "%", cost.of_gdp),
        CostLine(words["compare_cost_total"].format(window=span(cost.period)), unit, cost.total),
    )


def _warnings(
    headline: Headline, words: Mapping[str, str], scenario: str, alone: bool, years: Sequence[str]
) -> list[str]:
    """Return what must be known of the runs, as the report says it."""
    found = [parameters_warning(headline.parameters, headline.calibration, words)]
    found += [words["not_forecast"]] if panels.beyond_history(years) else []
    if not headline.periods:
        return [words["no_years"], *found]
    left = headline.runs - headline.failed
    if not alone and not left:
        return [words["no_pair_warning"].format(scenario=scenario), *found]
    if headline.failed:
        found.append(words["failed_warning"].format(failed=headline.failed, runs=headline.runs))
    if left < ROUGH_RUNS:
        found.append(words["rough_warning"].format(runs=left))
    return found


def _table(headline: Headline) -> str:
    """Return the figures as CSV, rows and columns as in ``headline.csv`` of the folder."""
    rows = headline_rows(headline)
    return csv_text(list(rows.columns), rows.itertuples(index=False))


def level_text(value: Interval, to: str) -> tuple[str, str]:
    """Return median and ends of a level."""
    return typographic(plain(value.median)), typographic(f"{plain(value.p05)} {to} {plain(value.p95)}")


def names_of(opened: Opened, lang: str) -> list[tuple[str, str]]:
    """Return (name, label) of the scenarios of a result, the base first."""
    return list(labels_of(opened.scenarios, lang).items())
