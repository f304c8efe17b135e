"""The Trust page in a browser: every topic opens, held-out years are told, tables and charts can be taken away."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pandas as pd
import pytest

from simulator.parameters import parameters
from simulator.posterior import shipped as shipped_posterior
from tests.app.looking import Visit, downloaded, numbers, reached, until
from viz.trust.figures import FITS, TOPICS
from viz.wording import texts

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SHOWS = {
    "fit": ".trust-fan svg", "skill": ".trust-table", "padding": ".trust-fan svg", "known": "svg",
    "data": ".trust-data tbody tr", "parameters": ".trust-parameters tbody tr",
}  # fmt: skip
"""Topic -> what must be there once it is open."""


def _topic(page: Page, name: str) -> None:
    page.locator(f".trust-topic[data-topic={name}]").click()
    page.locator(f".trust[data-topic={name}]").wait_for()


def _choose(page: Page, number: int, text: str) -> None:
    """Take a value of the selector with a number."""
    page.locator(".trust-choice").nth(number).click()
    page.locator(".menuable__content__active .v-list-item", has_text=text).first.click()


def test_every_topic_opens_and_shows_its_figures(visit: Visit) -> None:
    page = visit("trust")
    assert set(SHOWS) == set(TOPICS)
    for name in reversed(tuple(TOPICS)):
        _topic(page, name)
        page.locator(f".trust {SHOWS[name]}").first.wait_for()
        assert f"topic={name}" in page.url
        until(page, page.locator(".trust-lead").inner_text, texts("en")[TOPICS[name][1]].__eq__)
        page.locator(f".trust-topic[data-topic={name}][aria-current=true]").wait_for()
        assert page.get_by_role("alert").count() == 0


def test_the_fit_to_2013_shows_the_years_that_were_held_out(visit: Visit) -> None:
    page = visit("trust?topic=fit")
    fans = page.locator(".trust-fan svg .unfitted")
    page.locator(".trust-fan svg").first.wait_for()
    before = fans.count()
    assert page.locator(".trust-caution").count() == 0
    _choose(page, 0, texts("en")["trust_fit_held"])
    page.wait_for_url("**fit=held*")
    note = page.locator(".trust-caution").first
    note.wait_for()
    posterior = shipped_posterior(FITS["held"][0])
    assert posterior is not None and posterior.last_year == 2013
    assert note.inner_text() == texts("en")["cal_held_note"].format(first=posterior.first_year, last=2013)
    until(page, fans.count, lambda count: count > before)
    page.locator(".trust-open").first.click()
    page.locator(".trust-detail").wait_for()
    used = {row.locator("th").inner_text(): row.locator("td").first.inner_text()
            for row in page.locator(".trust-detail tbody tr").all()}  # fmt: skip
    assert {used[year] for year in used if year > "2013"} == {texts("en")["cal_not_fitted"]}
    assert texts("en")["cal_is_fitted"] in {used[year] for year in used if year <= "2013"}


def test_a_table_of_parameters_is_downloaded_as_it_is_searched(visit: Visit) -> None:
    page = visit("trust?topic=parameters")
    page.locator(".trust-parameters tbody tr").first.wait_for()
    name, content = downloaded(page, page.locator(".trust-controls [data-export=csv]"))
    table = pd.read_csv(BytesIO(content), encoding="utf-8-sig")
    assert name == "parameters.csv"
    assert list(table["name"]) == [p.name for p in parameters()]
    assert list(table["low"]) == pytest.approx([p.low for p in parameters()], rel=1e-9)
    page.locator(".trust-find input").fill("port")
    few = until(page, page.locator(".trust-parameters tbody tr").count, lambda count: 0 < count < 60)
    assert numbers(page.locator(".trust-count").inner_text())[1] == few
    _, content = downloaded(page, page.locator(".trust-controls [data-export=csv]"))
    found = pd.read_csv(BytesIO(content), encoding="utf-8-sig")
    shown = page.locator(".trust-parameters tbody tr").evaluate_all("rows => rows.map(row => row.dataset.parameter)")
    assert list(found["name"]) == shown


def test_every_shipped_table_of_skill_is_downloaded(visit: Visit) -> None:
    page = visit("trust?topic=skill")
    page.locator(".trust .trust-table").first.wait_for()
    name, content = downloaded(page, page.locator(".trust-controls [data-export=csv]").first)
    table = pd.read_csv(BytesIO(content), encoding="utf-8-sig")
    assert name == "skill.csv" and len(table) > 5 and table.notna().any().all()


def test_a_chart_is_downloaded_as_a_picture(visit: Visit) -> None:
    page = visit("trust?topic=padding")
    page.locator(".trust-fan svg").first.wait_for()
    name, content = downloaded(page, page.locator(".trust-controls [data-export=svg]"))
    root = ElementTree.fromstring(content)
    assert name.endswith(".svg") and root.tag == "{http://www.w3.org/2000/svg}svg"
    assert any(node.get("class", "").startswith("band") for node in root.iter())


def test_data_are_searched_and_name_their_sources(visit: Visit) -> None:
    page = visit("trust?topic=data")
    rows = page.locator(".trust-data tbody tr")
    rows.first.wait_for()
    before = rows.count()
    page.locator(".trust-find input").fill("no such words anywhere")
    until(page, rows.count, lambda count: count == 0)
    page.locator(".trust-find input").fill("")
    until(page, rows.count, lambda count: count == before)
    assert all(text.strip() for text in page.locator(".trust-data tbody td:last-child").all_inner_texts())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_data_fit_a_tablet(visit: Visit, lang: str) -> None:
    page = visit(f"trust?topic=data&lang={lang}", width=820, height=1180)
    page.locator(".trust-data tbody tr").first.wait_for()
    box = page.locator(".wide").first
    until(page, lambda: box.evaluate("box => box.scrollWidth - box.clientWidth"), lambda over: over <= 0)
    assert box.get_attribute("tabindex") is None  # nothing to scroll, nothing to stop at
    lines = page.locator(".trust-data td.is-whole").evaluate_all(
        "cells => cells.map(cell => { const range = document.createRange(); range.selectNodeContents(cell);"
        " return range.getClientRects().length; })"
    )
    assert len(lines) >= 60 and (max(lines) == 1 if lang == "zh" else max(lines) <= 4)  # no word runs downwards


def test_a_table_wider_than_its_box_is_scrolled_by_keyboard(visit: Visit) -> None:
    page = visit("trust?topic=parameters")
    page.locator(".trust-parameters tbody tr").first.wait_for()
    page.set_viewport_size({"width": 420, "height": 800})
    box = page.locator(".wide").first
    until(page, lambda: box.get_attribute("tabindex"), "0".__eq__)
    assert box.get_attribute("role") == "region"
    assert box.get_attribute("aria-label") == texts("en")["trust_topic_parameters"]
    box.focus()
    page.keyboard.press("ArrowRight")
    until(page, lambda: box.evaluate("box => box.scrollLeft"), lambda moved: moved > 0)


@pytest.mark.parametrize("place", [*(f"trust?topic={name}" for name in SHOWS), "structure", "structure?loop=R5",
                                   "structure?view=stocks&stock=debt", "structure?view=quarter"])  # fmt: skip
def test_headings_are_in_order(visit: Visit, place: str) -> None:
    page = visit(place)
    page.locator(".view > *").first.wait_for()
    levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all("nodes => nodes.map(node => Number(node.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1, levels
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), levels


def test_names_and_buttons_of_exports_are_level(visit: Visit) -> None:
    page = visit("trust?topic=skill&part=scores")
    page.locator(".trust .trust-table").first.wait_for()
    parts = page.locator(".trust-controls .trust-choice, .trust-export-of, .trust-controls [data-export]")
    middles = parts.evaluate_all("nodes => nodes.map(node => { const box = node.getBoundingClientRect();"
                                 " return box.top + box.height / 2; })")  # fmt: skip
    assert len(middles) == 5 and max(middles) - min(middles) < 3, middles
    assert ".csv" not in "".join(page.locator(".trust-export-of").all_inner_texts())


def test_words_change_with_the_language(visit: Visit) -> None:
    page = visit("trust?topic=known")
    lead = page.locator(".trust-lead")
    assert lead.inner_text() == texts("en")[TOPICS["known"][1]]
    page.locator(".liaosim-language").click()
    until(page, lead.inner_text, lambda text: text == texts("zh")[TOPICS["known"][1]])
    assert page.locator(".trust[data-topic=known]").count() == 1  # the same place, in other words


def test_the_keyboard_reaches_topics_choices_and_charts(visit: Visit) -> None:
    page = visit("trust?topic=fit")
    page.locator(".trust-open").first.wait_for()
    words = ("liaosim-theme", "| trust-topics |", "trust-choice", '"export":"csv"', "trust-open")
    found = reached(page, 60, lambda found: words[-1] in found[-1])
    order = [next((i for i, text in enumerate(found) if word in text), -1) for word in words]
    assert order == sorted(order) and order[0] >= 0, found
    page.keyboard.press("Enter")
    page.locator(".trust-detail").wait_for()
