"""Parts of the page that compares: the headline table, charts over years, effects by place, and what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import solara

from simulator.card import Card
from simulator.numbers import span
from simulator.variables import variable as variable_of
from simulator.words import unit_word
from viz import compare_tables, panels
from viz.compare_tables import CHARTED, LEVELS, TABLE, Comparison
from viz.components.effect_table import CostTable, EffectTable, LevelTable
from viz.components.export import ExportButtons
from viz.components.fan_chart import FanChartFigure, IntervalFigure
from viz.components.messages import Problem
from viz.components.working import Working, use_work
from viz.doubts import Doubts
from viz.library import Opened
from viz.state import address, use_session
from viz.svg import FanChart
from viz.wording import texts


@solara.component
def Headline(comparison: Comparison, doubts: Doubts | None, variable: str, pick: Callable[[str], None]) -> None:
    """Draw the table of the headline figures and what must be known of them."""
    session = use_session()
    periods = [span(period) for period in comparison.periods]
    literature = doubts.literature if doubts else frozenset()
    with solara.v.Html(tag="div", class_="liaosim-bar-of"):
        key = "compare_levels" if comparison.alone else "compare_effects"
        _heading(session.text(key, base=comparison.against, window=periods[0]))
        table = session.text("compare_table")
        ExportButtons(f"{comparison.scenario}_{TABLE}", csv=lambda: comparison.table, title=table)
    if comparison.lines:
        EffectTable(comparison.lines, periods[0], comparison.result, variable, pick, literature)
        _paragraph(session.text("compare_note", runs=comparison.runs), "liaosim-note")
    elif comparison.levels:
        LevelTable(comparison.levels, periods, comparison.result, variable, pick)
    for text in comparison.warnings:
        _paragraph(text, "liaosim-note")


@solara.component
def Charts(opened: Opened, comparison: Comparison, variable: str, pick: Callable[[str], None]) -> None:
    """Draw the charts of a variable: the change against the base, and levels with what was observed."""
    session = use_session()
    lang = session.lang.value
    words = texts(lang)
    items = [{"text": _named(name, words, lang), "value": name} for name in CHARTED]
    solara.v.Select(
        label=session.text("compare_variable"), items=items, v_model=variable, on_v_model=pick, dense=True,
        outlined=True, hide_details=True, class_="liaosim-pick-variable",
    )  # fmt: skip
    told = comparison.lang  # that of the page as soon as the comparison has been told in it
    key = (opened.name, str(opened.manifest["finished"]), comparison.scenario, variable, told)

    def make() -> tuple[str, FanChart | None, FanChart]:
        level = compare_tables.level_of(opened, comparison, variable, told)
        change = compare_tables.change_of(opened, comparison, variable, told) if comparison.lines else None
        return variable, change, level

    work = use_work(make, key)
    if work.problem:
        Problem(work.problem)
    elif work.value is None:
        Working(session.text("compare_drawing"))
    else:
        shown, change, level = work.value
        name, until = f"{comparison.scenario}_{shown}", comparison.fitted_until
        if change is not None:
            title = session.text("compare_change_of", variable=level.title, base=comparison.against)
            FanChartFigure(change, f"{name}_change", 225, until, title)
        title = session.text("compare_level_of", variable=level.title)
        FanChartFigure(level, f"{name}_level", 245, until, title)
    for style, title in (("new", "compare_events_new"), ("base", "compare_events_base")):
        events = comparison.events(style)
        if events:
            with _folding(session.text(title), f"events-{style}", style == "new"):
                _list(events)


@solara.component
def Places(opened: Opened, comparison: Comparison, level: str, pick: Callable[[str], None]) -> None:
    """Draw who gains and who loses, a level at a time."""
    session = use_session()
    lang = session.lang.value
    words = texts(lang)
    window = span(comparison.periods[0])
    with solara.v.Html(tag="section", class_="liaosim-places"):
        _heading(words["places"])
        buttons = [
            solara.v.Btn(
                children=[words[f"level_{name}"]], class_="liaosim-level", text=True, small=True,
                attributes={"data-level": name, "aria-pressed": "true" if name == level else "false"},
            )
            for name in LEVELS
        ]  # fmt: skip
        solara.v.BtnToggle(
            v_model=LEVELS.index(level), on_v_model=lambda i: pick(LEVELS[i]), children=buttons, mandatory=True,
            class_="liaosim-pick-level",
        )  # fmt: skip
        key = (opened.name, str(opened.manifest["finished"]), comparison.scenario, level, comparison.lang)
        work = use_work(
            lambda: (level, compare_tables.places_of(opened, comparison, level, comparison.lang)), key
        )
        if work.problem:
            Problem(work.problem)
        elif work.value is None:
            Working(session.text("compare_drawing"))
        else:
            shown, found = work.value
            with solara.v.Html(tag="div", class_="liaosim-grid"):
                for one in found:
                    IntervalFigure(
                        one, panels.title_of(one.variable, lang, one.level), comparison.unit_in(one.unit, words),
                        f"{comparison.scenario}_{shown}_{one.variable}", comparison.about(words),
                    ).key(f"{comparison.scenario} {shown} {one.variable} {lang}")  # fmt: skip
            _paragraph(words["places_note"].format(window=window), "liaosim-note")
            TrustLink(comparison.result)


@solara.component
def Said(comparison: Comparison, doubts: Doubts | None) -> None:
    """Draw the effects in words, what they cost, how sure they are, and what was assumed, each folded."""
    session = use_session()
    if comparison.sentences[1:]:
        with _folding(session.text("compare_in_words"), "words", True):
            _list(comparison.sentences[1:])
    with _folding(session.text("compare_how_sure"), "sure", True):
        _list([*(doubts.said if doubts else ()), *comparison.lost])
        TrustLink(comparison.result)
    if comparison.lines:
        with _folding(session.text("compare_cost"), "cost", bool(comparison.costs)):
            if comparison.costs:
                CostTable(comparison.costs)
            else:
                _paragraph(texts(session.lang.value)["cost_free"])
            _list(comparison.card.costs)
    with _folding(session.text("compare_assumed"), "assumed"):
        _Card(comparison.card)
        _paragraph(session.text("compare_file", name=comparison.scenario), "liaosim-note")


def _named(name: str, words: Mapping[str, str], lang: str) -> str:
    """Return an output of the province with its unit."""
    unit = unit_word(variable_of("province", name).unit, lang)
    return words["compare_variable_in"].format(variable=panels.title_of(name, lang), unit=unit)


@solara.component
def _Card(card: Card) -> None:
    """Draw what a scenario assumes."""
    session = use_session()
    words = texts(session.lang.value)
    if card.summary:
        _paragraph(card.summary)
    _list([change.text for change in card.changes] or [words["no_changes"]])
    if card.untouched:
        _paragraph(card.untouched)
    for heading, lines, lang in ((words["limits"], card.limits, ""), (words["card_sources"], card.sources, "en")):
        if lines:
            solara.v.Html(tag="h3", children=[heading])
            _list(lines, lang)
    if card.notes:
        solara.v.Html(tag="h3", children=[words["card_notes"]])
        _paragraph(card.notes)


@solara.component
def TrustLink(result: str) -> None:
    """Draw a link to what is known of the fit, the forecasts and the data behind the figures."""
    session = use_session()
    with solara.Link(address("trust", result=result)):
        solara.v.Html(tag="span", class_="liaosim-trust", children=[session.text("compare_to_trust")])


def _folding(title: str, name: str, opened: bool = False) -> solara.Element:
    """Return a part of the page that readers fold and unfold, the browser's own."""
    attributes = {"data-part": name, **({"open": "open"} if opened else {})}
    summary = solara.v.Html(tag="summary", children=[title])
    return solara.v.Html(tag="details", class_="liaosim-folded", attributes=attributes, children=[summary])


def _heading(text: str) -> solara.Element:
    return solara.v.Html(tag="h2", class_="liaosim-subheading", children=[text])


def _paragraph(text: str, name: str = "") -> solara.Element:
    return solara.v.Html(tag="p", class_=name, children=[text])


def _list(lines: Iterable[str], lang: str = "") -> solara.Element:
    """Return a list; `lang` if it is in another language than the page."""
    items = [solara.v.Html(tag="li", children=[line]) for line in lines]
    return solara.v.Html(tag="ul", children=items, attributes={"lang": lang} if lang else {})
