"""What the what-if page shows of an answer: effects, sentences and charts as plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from simulator.headline import HEADLINE, build_headline
from simulator.headline_rows import headline_rows
from simulator.levers import INSTRUMENTS
from simulator.numbers import span
from simulator.periods import to_label, year_of
from simulator.scenario import BASELINE, Scenario, load_scenario
from simulator.schedule import LAST_INDEX, Entry
from simulator.wording import phase_text, place_text, quarter_text, scenario_word, share_reached, size_text
from simulator.words import name_word, unit_word
from viz import panels
from viz.chart_files import csv_text
from viz.compare_tables import Line
from viz.doubts import weak_forecast
from viz.live.answers import Answer
from viz.reports.compare import LEAD_YEARS
from viz.reports.effects import Effects
from viz.reports.provenance import parameters_warning
from viz.scenario_names import shipped_labels
from viz.svg import FanChart, Marker
from viz.what_if.form import Field
from viz.wording import signed, texts

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
        Effects, mean of the last years; each unit with the median change in it.
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
    events : tuple of str
        The same in words, by the signs of the charts.
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
    events: tuple[str, ...]
    first: int
    fitted_until: int | None


def titles_of(origin: str, lang: str) -> str:
    """Return the title of a shipped scenario, or of several joined by ``+``."""
    return " + ".join(shipped_labels(lang)[part] for part in origin.split("+"))


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
        sentences=_sentences(effects, scenario),
        warnings=(parameters_warning(headline.parameters, calibration, words), words["what_if_literature"]),
        failed=headline.failed,
        marks=marks,
        events=tuple(words["what_if_event"].format(sign=mark.key, text=mark.text) for mark in marks),
        first=begins - LEAD_YEARS,
        fitted_until=calibration.last_year if calibration else None,
    )


def _line(effects: Effects, name: str, runs: int) -> Line:
    effect = effects.window[name]
    v = effect.variable
    return Line(
        name=name, label=v.label_in(effects.lang), percent=effect.percent,
        unit=f"{signed(effect.absolute.median)} {unit_word(v.unit, effects.lang)}",
        absolute=effect.absolute, better=v.better, rise=effect.prob_positive, runs=runs,
        losing=weak_forecast(name, effects.lang),
    )  # fmt: skip


def _sentences(effects: Effects, scenario: Scenario) -> tuple[str, ...]:
    """Return the effects in words; where no cost is modelled, what each instrument leaves out."""
    said = effects.sentences()
    if not effects.cost.modelled:
        zh = effects.lang == "zh"
        named = (INSTRUMENTS[name] for name in dict.fromkeys(lever.instrument for lever in scenario.levers))
        costs = dict.fromkeys(spec.cost_zh if zh else spec.cost for spec in named)
        told = [text for text in costs if not any(more != text and more.startswith(text) for more in costs)]
        said = [*said[:-1], ("" if zh else " ").join(told)]
    return tuple(filter(None, said))


def table_of(answer: Answer) -> str:
    """Return the figures of an answer as CSV, with the columns of ``headline.csv``."""
    schedules = {x.name: x.schedule() for x in (load_scenario(BASELINE), answer.scenario)}
    rows = headline_rows(build_headline(answer.results, schedules))
    return csv_text(list(rows.columns), rows.itertuples(index=False))


def _marks(scenario: Scenario, base: Scenario, answer: Answer, lang: str) -> tuple[Marker, ...]:
    words = texts(lang)
    years: dict[int, list[str]] = {}
    for event in (*panels.events(scenario, base, lang, words["ends"]), *_ends(scenario, lang)):
        years.setdefault(event.year, []).append(event.text)
    found = [panels.Event(year, words["what_if_stop"].join(said)) for year, said in sorted(years.items())]
    return panels.markers(found, "new", int(answer.results.years[-1]))


def _ends(scenario: Scenario, lang: str) -> list[panels.Event]:
    """Return where levers of a policy end and nothing of the policy takes over."""
    words = texts(lang)
    found = []
    for lever in scenario.levers:
        after = lever.end + 1
        on = {t for x in scenario.levers if x.instrument == lever.instrument and x.start <= after <= x.end
              for t in x.targets}  # fmt: skip
        left = tuple(target for target in lever.targets if target not in on)
        if after <= LAST_INDEX and left:
            spec = INSTRUMENTS[lever.instrument]
            names = words["what_if_joint"].join(name_word(target, lang) for target in left)
            where = "" if len(left) == len(spec.targets) else words["what_if_where"].format(where=names)
            text = f"{to_label(after)} {spec.label_in(lang)}{where}{words['ends']}"
            found.append(panels.Event(year_of(after), text))
    return found


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
    reached = share_reached(entry, field.end)
    text += words["what_if_lever_part"].format(share=f"{100.0 * reached:.0f}") if how and reached < 1.0 else ""
    return f"{text[:1].upper()}{text[1:]}{words['app_stop']}"
