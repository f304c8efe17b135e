"""The Structure page in a browser: loops, stocks and the quarter, with the rules behind them and their sources."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pandas as pd
import pytest

from simulator.loop_book import LOOPS
from simulator.parameters import parameters
from simulator.words import unit_word
from tests.app.looking import Visit, downloaded, reached, until
from viz.structure.facts import closed_first, ways

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SVG = "{http://www.w3.org/2000/svg}svg"
LOOP = next(loop for loop in LOOPS if any(rule.parameters for way in ways(loop.key) for rule in way.rules))


def _faint(page: Page) -> int:
    return page.locator(".structure-picture .is-faint").count()


def test_a_loop_that_is_clicked_stands_out_and_shows_its_rules(visit: Visit) -> None:
    page = visit("structure")
    page.locator(".structure-picture svg").first.wait_for()
    assert _faint(page) == 0
    assert page.locator(".structure-list li button").count() == len(LOOPS)
    page.locator(f".structure-list [data-key='loop:{LOOP.key}']").click()
    section = page.locator(f".structure-loop[data-loop='{LOOP.key}']")
    section.wait_for()
    assert _faint(page) > 5 and f"loop={LOOP.key}" in page.url
    assert page.locator(f".structure-list [data-key='loop:{LOOP.key}']").get_attribute("aria-pressed") == "true"
    links = [edge for way in ways(LOOP.key) for edge in way.links]
    assert section.locator(".structure-links tbody tr").count() == len(links)
    rules = {rule.name for way in ways(LOOP.key) for rule in way.rules}
    shown = section.locator("[data-rule]").evaluate_all("nodes => nodes.map(node => node.dataset.rule)")
    assert set(shown) == rules and rules
    page.locator(".structure-whole").click()
    until(page, lambda: _faint(page), lambda count: count == 0)


def test_rules_of_a_loop_name_unit_and_source_of_their_parameters(visit: Visit) -> None:
    page = visit(f"structure?loop={LOOP.key}")
    rule = next(rule for way in closed_first(LOOP.key) for rule in way.rules if rule.parameters)
    known = {p.name: p for p in parameters()}
    chosen = known[rule.parameters[0].name]
    item = page.locator(f".structure-loop [data-parameters={rule.name}]").first
    item.locator("summary").click()
    row = item.locator("tbody tr", has_text=chosen.name).first
    row.wait_for()
    cells = row.locator("td").all_inner_texts()
    assert cells[1] == unit_word(chosen.unit, "en")
    assert chosen.source[:40] in cells[2] and cells[2].startswith(f"{chosen.status}:")


def test_a_badge_of_the_picture_opens_its_loop_by_mouse_and_by_keyboard(visit: Visit) -> None:
    page = visit("structure")
    badge = page.locator(f".structure-badge[data-key='loop:{LOOP.key}']").first
    badge.click()
    page.locator(f".structure-loop[data-loop='{LOOP.key}']").wait_for()
    page.locator(".structure-whole").click()
    other = next(loop.key for loop in LOOPS if loop.key != LOOP.key)
    page.locator(f".structure-badge[data-key='loop:{other}']").first.focus()
    page.keyboard.press("Enter")
    page.locator(f".structure-loop[data-loop='{other}']").wait_for()


def test_a_variable_and_a_stock_show_who_writes_and_reads_them(visit: Visit) -> None:
    page = visit("structure")
    page.locator(".structure-node").first.click()
    page.locator(".structure-detail [data-rule]").first.wait_for()
    assert "node=" in page.url
    page.locator(".trust-topic[data-view=stocks]").click()
    page.locator(".structure[data-view=stocks] .structure-spot").first.click()
    page.locator(".structure-detail [data-rule]").first.wait_for()
    page.locator(".trust-topic[data-view=quarter]").click()
    page.locator(".structure[data-view=quarter] tbody tr").first.wait_for()
    assert page.locator(".structure[data-view=quarter] tbody tr").count() > 10


@pytest.mark.parametrize("view", ["loops", "stocks"])
def test_pictures_are_downloaded(visit: Visit, view: str) -> None:
    page = visit(f"structure?view={view}")
    name, content = downloaded(page, page.locator(".structure-export [data-export=svg]"))
    root = ElementTree.fromstring(content)
    assert name == {"loops": "loops.svg", "stocks": "stocks_and_flows.svg"}[view]
    assert root.tag == SVG and len(list(root.iter())) > 100
    assert len("".join(root.itertext()).split()) > 40


def test_the_links_of_a_loop_are_downloaded(visit: Visit) -> None:
    page = visit(f"structure?loop={LOOP.key}")
    page.locator(f".structure-loop[data-loop='{LOOP.key}']").wait_for()
    name, content = downloaded(page, page.locator(".structure-export [data-export=csv]"))
    table = pd.read_csv(BytesIO(content), encoding="utf-8-sig")
    assert name == f"loop_{LOOP.key}.csv"
    assert len(table) == sum(len(way.links) for way in ways(LOOP.key))


def test_words_change_with_the_language(visit: Visit) -> None:
    page = visit(f"structure?loop={LOOP.key}")
    title = page.locator(".structure-title")
    title.wait_for()
    assert LOOP.name in title.inner_text()
    page.locator(".liaosim-language").click()
    until(page, title.inner_text, lambda text: LOOP.name_zh in text)


def test_the_keyboard_reaches_views_loops_and_the_picture(visit: Visit) -> None:
    page = visit("structure")
    page.locator(".structure-picture svg").first.wait_for()
    words = ("liaosim-theme", "| trust-topics |", '"export":"svg"', "structure-whole")
    found = reached(page, 80, lambda found: "g | structure-" in found[-1])
    order = [next((i for i, text in enumerate(found) if word in text), -1) for word in words]
    assert order == sorted(order) and order[0] >= 0, found
    assert "g | structure-" in found[-1], found
