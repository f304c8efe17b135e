"""What the what-if page says of an answer: the figures of the headline, levers in words, how far the answer is."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from simulator.headline import HEADLINE, build_headline
from simulator.periods import to_index
from simulator.world import World
from tests.scenario_files import SHIPPED
from viz.components.asking import Asked, larger
from viz.components.what_if_answer import progress_of, progress_text, state_of
from viz.live.answers import Answer, Live
from viz.live.base import Status
from viz.panels import ENTITY_CHANGES
from viz.scenario_names import shipped_labels
from viz.state import Session
from viz.what_if.form import new_field, own_form, scenario_of
from viz.what_if.view import (
    LEVELS,
    change_of,
    level_of,
    lever_text,
    places_of,
    table_of,
    titles_of,
    view_of,
)
from viz.wording import signed, texts


@pytest.fixture(scope="module")
def answer(world: World) -> Answer:
    engine = Live(jobs=1, threads=1, goals=(4, 4, 4))
    return list(engine.answers(scenario_of(own_form("cjk_fta")), engine.ticket()))[-1]


# The answer


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lines_are_the_effects_of_the_headline(lang: str, answer: Answer) -> None:
    view = view_of(answer, lang)
    effects = {e.variable.name: e for e in build_headline(answer.results).effects if e.period == "2031-2035"}
    assert [line.name for line in view.lines] == list(HEADLINE)
    assert view.window == "2031–2035"
    for line in view.lines:
        effect = effects[line.name]
        assert (line.percent, line.absolute, line.rise) == (effect.percent, effect.absolute, effect.prob_positive)
        assert (line.label, line.runs) == (effect.variable.label_in(lang), 4)


def test_the_change_in_its_unit_stands_with_the_unit(answer: Answer) -> None:
    lines = {line.name: line for line in view_of(answer, "en").lines}
    gdp = lines["gdp_real"]
    assert gdp.unit == f"{signed(gdp.absolute.median)} bn yuan 2010"
    assert float(gdp.unit.split()[0].replace("\N{MINUS SIGN}", "-")) == pytest.approx(gdp.absolute.median, rel=0.01)


def test_the_table_to_take_away_has_the_figures_of_the_headline(answer: Answer) -> None:
    rows = list(csv.DictReader(io.StringIO(table_of(answer).removeprefix("\ufeff"))))
    effects = {e.variable.name: e for e in build_headline(answer.results).effects if e.period == "2031-2035"}
    for measure, unit in (("percent", "%"), ("absolute", "bn yuan 2010")):
        (row,) = (r for r in rows if (r["variable"], r["measure"], r["period"]) == ("gdp_real", measure, "2031-2035"))
        value = getattr(effects["gdp_real"], measure)
        assert (row["scenario"], row["base"], row["unit"]) == ("my_policy", "baseline", unit)
        figures = [float(row[name]) for name in ("median", "p05", "p95", "prob_positive")]
        assert figures == pytest.approx([value.median, value.p05, value.p95, effects["gdp_real"].prob_positive])


def test_costs_that_are_not_modelled_are_told_lever_by_lever(answer: Answer) -> None:
    """The three instruments share a sentence, which is told once; no other page is referred to."""
    assert view_of(answer, "en").sentences[-1] == "No budget cost is modelled. Customs revenue forgone is left out."
    assert view_of(answer, "zh").sentences[-1] == "模型不计财政成本。未计关税收入的减少。"


@pytest.mark.parametrize(("lang", "said"), [("en", "1: 2026Q1 Cut of remaining tariffs (Japan, Korea), "),
                                            ("zh", "1：2026Q1 剩余关税削减（日本、韩国）、")])  # fmt: skip
def test_signs_of_the_charts_are_told(lang: str, said: str, answer: Answer) -> None:
    (event,) = view_of(answer, lang).events
    assert event.startswith(said)


def test_the_end_of_a_lever_has_a_sign(answer: Answer) -> None:
    form = own_form("cjk_fta")
    tariff, barriers, services = form.fields
    ended = replace(tariff, end=to_index("2029Q4"))
    later = replace(tariff, start=to_index("2030Q1"), targets=("Japan",))
    form = replace(form, fields=(ended, replace(barriers, end=to_index("2031Q2")), services, later))
    first, second, third = view_of(replace(answer, scenario=scenario_of(form)), "en").events
    assert first.startswith("1: 2026Q1 ")
    assert second.endswith("2030Q1 Cut of remaining tariffs (Korea) ends")
    assert third == "3: 2031Q3 Cut of non-tariff barriers (Japan, Korea) ends"


def test_the_first_sentence_is_about_gdp_and_gives_its_interval(answer: Answer) -> None:
    sentence = view_of(answer, "en").sentences[0]
    assert sentence.startswith("Real GDP, 2031–2035: ")
    assert "90 % interval" in sentence


def test_charts_begin_before_the_policy_and_mark_it(answer: Answer) -> None:
    view = view_of(answer, "en")
    change = change_of(answer, view, "gdp_real", "en")
    assert (change.years[0], change.years[-1], change.difference) == (2024, 2035, True)
    assert [mark.position for mark in change.markers] == [2026.0]
    assert [fan.label for fan in change.fans] == ["Your policy"]


@pytest.mark.parametrize(("lang", "labels"), [("en", ["baseline", "Your policy"]), ("zh", ["基准情景", "您的政策"])])
def test_the_baseline_is_drawn_beside_and_below(lang: str, labels: list[str], answer: Answer) -> None:
    chart = level_of(answer, view_of(answer, lang), "gdp_real", lang)
    assert [fan.label for fan in chart.fans] == labels
    assert [fan.style for fan in chart.fans] == ["base", "new"]
    assert chart.years[0] == 2010
    assert len(chart.observed) == 8


def test_every_level_has_its_charts(answer: Answer) -> None:
    found = [(level, one.variable) for level in LEVELS for one in places_of(answer, level, "en")]
    assert sorted(found) == sorted(ENTITY_CHANGES)


# Levers in words


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (0, "Japan and Korea: 100 % of the remaining tariff, from 2026Q1, over ten years.",
         "日本和韩国：剩余关税的100%，自2026年一季度起，10年内逐步到位。"),
        (1, "Japan and Korea: 2 to 6 points of the traded price, most likely 4 points, from 2026Q1, over five years.",
         "日本和韩国：相当于贸易价格的2至6个百分点，最可能为4个百分点，自2026年一季度起，5年内逐步到位。"),
    ],
)  # fmt: skip
def test_a_lever_in_words(number: int, en: str, zh: str) -> None:
    field = own_form("cjk_fta").fields[number]
    assert (lever_text(field, "en"), lever_text(field, "zh")) == (en, zh)


def test_a_switch_and_an_end_in_words() -> None:
    field = replace(new_field("port_merger"), targets=("Dalian",), end=to_index("2030Q4"))
    assert lever_text(field, "en") == "The port of Dalian: in force, from 2026Q1, until 2030Q4."
    assert lever_text(replace(field, value=0.0), "zh") == "大连港：不生效，自2026年一季度起，至2030年四季度。"


def test_a_lever_that_ends_while_it_is_phased_in_says_how_far_it_came() -> None:
    field = replace(new_field("rd_support"), phase_in=12, end=to_index("2026Q3"))
    assert lever_text(field, "en").endswith("over three years, until 2026Q3; by then it has reached 25 % of that.")
    assert lever_text(field, "zh").endswith("3年内逐步到位，至2026年三季度；届时只达到25%。")
    assert "reached" not in lever_text(replace(field, end=to_index("2028Q4")), "en")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_shipped_lever_has_words(lang: str) -> None:
    for name in SHIPPED:
        for field in own_form(name).fields:
            assert lever_text(field, lang).endswith(texts(lang)["app_stop"])


def test_titles() -> None:
    assert list(shipped_labels("en")) == list(SHIPPED)
    both = titles_of("cjk_fta+talent_retention", "zh")
    assert both == "2026年起实施中日韩自由贸易协定 + 2026年起实施毕业生留辽补贴"


# How far it is


def some(runs: int, total: int = 400) -> Answer:
    return cast(Answer, SimpleNamespace(runs=runs, total=total, last=runs >= total))


def session(lang: str = "en") -> Session:
    holds: Any = SimpleNamespace(value=lang)
    return Session(lang=holds, dark=holds, folder=holds)


@pytest.mark.parametrize(
    ("asked", "state", "text", "progress"),
    [
        (Asked(), "waiting", "Simulating your policy …", (0, 0)),
        (Asked(status=Status("compile")), "waiting",
         "Compiling the model, once on this machine; this takes about a minute …", (0, 0)),
        (Asked(status=Status("base", 40, 400)), "waiting",
         "Simulating the baseline, once for all users: 40 of 400 runs …", (40, 400)),
        (Asked(status=Status("queue", 2)), "waiting", "Other users are being served; 2 before you.", (0, 0)),
        (Asked(status=Status("queue", 0)), "waiting", "Other users are being served; you are next.", (0, 0)),
        (Asked(answer=some(60), status=Status("runs", 80, 400)), "refining",
         "From 60 pairs of runs; refining to 400.", (80, 400)),
        (Asked(answer=some(100), status=Status("queue", 3)), "refining",
         "From 100 pairs of runs; refining to 400. Other users are being served; 3 before you.", (100, 400)),
        (Asked(answer=some(100), stopped=True), "stopped", "From 100 pairs of runs; stopped before 400.", (100, 400)),
        (Asked(answer=some(100), status=Status("queue", 3), stopped=True), "stopped",
         "From 100 pairs of runs; stopped before 400.", (100, 400)),
        (Asked(stopped=True), "stopped", "Stopped before the first answer.", (0, 0)),
        (Asked(answer=some(400), stopped=True), "done", "From 400 pairs of runs.", (400, 400)),
        (Asked(answer=some(100), problem="Broken."), "failed", "", (100, 400)),
    ],
)  # fmt: skip
def test_how_far_a_question_is(asked: Asked, state: str, text: str, progress: tuple[int, int]) -> None:
    assert state_of(asked) == state
    assert progress_text(asked, session()) == text
    assert progress_of(asked) == progress


def test_an_answer_never_shrinks_and_never_is_about_other_levers() -> None:
    form, other = own_form("cjk_fta"), own_form("talent_retention")
    asked = Asked(form=form, answer=some(100))
    again, more = some(30), some(400)
    assert larger(asked, form, again) is asked.answer
    assert larger(asked, form, more) is more
    assert larger(asked, other, again) is again
