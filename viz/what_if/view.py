"""What the what-if page shows of an answer: effects, sentences and charts as plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from simulator.headline import HEADLINE, build_headline
from simulator.numbers import span
from simulator.scenario import BASELINE, Scenario, list_scenarios, load_scenario
from simulator.schedule import LAST_INDEX, Entry
from simulator.skill_card import losing
from simulator.wording import phase_text, place_text, quarter_text, scenario_word, size_text
from simulator.words import unit_word
from viz import panels
from viz.compare_tables import Line
from viz.live.answers import Answer
from viz.reports.compare import LEAD_YEARS
from viz.reports.effects import Effects
from viz.reports.provenance import parameters_warning
from viz.svg import FanChart, Marker
from viz.what_if.form import Field
from viz.wording import texts, typographic

LEVELS: Final = tuple(dict.fromkeys(level for level, _ in panels.ENTITY_CHANGES))
"""Levels of the charts of who gains and who loses."""
LEVEL_FIRST: Final = 2010
"""First year of the charts of levels."""


@dataclass(frozen=True)
class View:
    """An answer in the words of one reader.

    Attributes
    ----------
    lines : tuple of Line
        Effects, mean of the last years.
    window : str
        These years, ``2031–2035``.
    sentences : tuple of str
        The effects in words, the most important first.
    warnings : tuple of str
        What must be known of the runs.
    failed : int
        Runs that failed.
    marks : tuple of Marker
        What the policy starts and ends.
    first : int
        First year of the charts of changes.
    fitted_until : int or None
        Last year of the data that the parameters were fitted to.
    """

    lines: tuple[Line, ...]
    window: str
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    failed: int
    marks: tuple[Marker, ...]
    first: int
    fitted_until: int | None


@cache
def shipped_titles(lang: str) -> dict[str, str]:
    """Return name -> title of the shipped scenarios, the baseline first."""
    return {name: typographic(load_scenario(name).text("title", lang)) for name in list_scenarios()}


def titles_of(origin: str, lang: str) -> str:
    """Return the title of a shipped scenario, or of several joined by ``+``."""
    return " + ".join(shipped_titles(lang)[part] for part in origin.split("+"))


def view_of(answer: Answer, lang: str) -> View:
    """Return what the page says of an answer; the figures are those of ``simulator.headline``."""
    results, scenario, words = answer.results, answer.scenario, texts(lang)
    base = load_scenario(BASELINE)
    headline = build_headline(results, {x.name: x.schedule() for x in (base, scenario)})
    effects = Effects(results, headline, scenario.name, lang)
    pairs = len(results.kept())
    marks = _marks(scenario, base, answer, lang)
    begins = min((int(mark.position) for mark in marks), default=panels.HISTORY_END + 1 + LEAD_YEARS)
    calibration = headline.calibration
    return View(
        lines=tuple(_line(effects, name, pairs) for name in HEADLINE),
        window=span(headline.periods[0]),
        sentences=tuple(effects.sentences()),
        warnings=(parameters_warning(headline.parameters, calibration, words), words["not_forecast"]),
        failed=headline.failed,
        marks=marks,
        first=begins - LEAD_YEARS,
        fitted_until=calibration.last_year if calibration else None,
    )


def _line(effects: Effects, name: str, runs: int) -> Line:
    effect = effects.window[name]
    v = effect.variable
    return Line(
        name=name, label=v.label_in(effects.lang), unit=unit_word(v.unit, effects.lang), percent=effect.percent,
        absolute=effect.absolute, better=v.better, rise=effect.prob_positive, runs=runs,
        losing=losing(name, effects.lang) or "",
    )  # fmt: skip


def _marks(scenario: Scenario, base: Scenario, answer: Answer, lang: str) -> tuple[Marker, ...]:
    found = panels.events(scenario, base, lang, texts(lang)["ends"])
    return panels.markers(found, "new", int(answer.results.years[-1]))


def change_of(answer: Answer, view: View, name: str, lang: str) -> FanChart:
    """Return the chart of the paired change of an output."""
    chart = panels.change_chart(
        answer.results, answer.scenario.name, name, lang, texts(lang), view.marks, view.first
    )  # fmt: skip
    return _named(chart, answer, lang)


def level_of(answer: Answer, view: View, name: str, lang: str) -> FanChart:
    """Return the chart of levels of an output, the baseline beside it."""
    results = answer.results
    chart = panels.level_chart(results, results.scenarios, name, lang, texts(lang), view.marks, LEVEL_FIRST)
    return _named(chart, answer, lang)


def places_of(answer: Answer, level: str, lang: str) -> tuple[panels.EntityEffects, ...]:
    """Return the effects on all entities of a level, an output each."""
    names = [name for of, name in panels.ENTITY_CHANGES if of == level]
    return tuple(panels.entity_effects(answer.results, answer.scenario.name, level, name, lang) for name in names)


def _named(chart: FanChart, answer: Answer, lang: str) -> FanChart:
    """Return a chart whose fans are called as readers call them."""
    own = {answer.scenario.name: texts(lang)["what_if_policy"]}
    fans = tuple(replace(fan, label=own.get(fan.label) or scenario_word(fan.label, lang)) for fan in chart.fans)
    return replace(chart, fans=fans)


def lever_text(field: Field, lang: str) -> str:
    """Return what a lever does in words: on what, how much, from when and how fast."""
    entry = Entry(
        field.instrument, "", field.start, field.end, field.phase_in, field.size, field.start, "", 0
    )  # fmt: skip
    words = texts(lang)
    places = place_text(field.instrument, field.targets, lang)
    when = quarter_text(field.start, lang)
    how = "" if field.spec.integer or field.phase_in <= 1 else phase_text(field.phase_in, lang)
    size = words["what_if_in_force" if field.value else "what_if_not_in_force"] if field.spec.integer else size_text(
        (entry,), lang
    )  # fmt: skip
    text = words["what_if_lever"].format(places=places, size=size, start=when)
    text += words["what_if_lever_phase"].format(phase=how) if how else ""
    shortened = field.end < LAST_INDEX
    text += words["what_if_lever_end"].format(end=quarter_text(field.end, lang)) if shortened else ""
    return f"{text[:1].upper()}{text[1:]}{words['app_stop']}"
