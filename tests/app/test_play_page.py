"""What stands around the player in a browser: names, the way on and back, the field Run, and what is said of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator.scenario import load_scenario
from tests.app.looking import Visit, until
from viz.wording import texts

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PAIR = "play?scenario=baseline&other=cjk_fta"


def _ready(page: Page) -> Page:
    page.locator(".lp").wait_for()
    return page


def _go(page: Page, quarter: str) -> None:
    page.locator(".lp-scrub").fill(str(4 * (int(quarter[:4]) - 2006) + int(quarter[-1]) - 1))
    until(page, lambda: page.url, lambda url: f"quarter={quarter}" in url)


def _tab(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_text(texts("en")[f"app_tab_{name}"], exact=True).click()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_policies_go_by_their_titles(visit: Visit, lang: str) -> None:
    page = _ready(visit(f"{PAIR}&lang={lang}&place=city:Dalian&quarter=2030Q1"))
    title = load_scenario("cjk_fta").text("title", "en" if lang == "en" else "zh")
    base = texts(lang)["scenario_baseline"]
    difference = texts(lang)["play_w_difference"]
    assert page.locator(".lp-heading").all_inner_texts() == [base, title, difference]
    assert page.locator(".lp-heading").nth(1).get_attribute("title") == "cjk_fta (demo)"
    selected = [page.locator(f".play-{name} .v-select__selection").inner_text() for name in ("scenario", "other")]
    assert selected == [base, title]
    page.locator(".play-agents table").first.wait_for()
    shown = page.locator("body").inner_text()
    assert title in shown and "cjk_fta" not in shown


def test_the_way_on_leads_to_the_effects_of_the_policy_that_was_watched(visit: Visit) -> None:
    """The button and the link of the difference map, also where the baseline is the second side."""
    page = _ready(visit("play?scenario=cjk_fta&other=baseline"))
    want = "/compare?result=demo&scenario=cjk_fta"
    button = page.locator(".play-next a")
    assert want in (button.get_attribute("href") or "")
    link = page.locator(".lp-map[data-map=difference] .lp-compare")
    assert "may be chance" in page.locator(".lp-map[data-map=difference] .lp-run").inner_text()
    assert "level=city" in (link.get_attribute("href") or "")
    link.click()
    page.locator(".liaosim-compare[data-scenario=cjk_fta]").wait_for()
    until(page, lambda: page.url, lambda url: want in url)


def test_the_link_to_trust_names_variable_and_result(visit: Visit) -> None:
    page = _ready(visit("play?scenario=baseline&shade=wage"))
    link = page.locator(".play-foot a").filter(has=page.locator(".play-trust"))
    assert link.get_attribute("href") == "/trust?variable=wage&result=demo"


def test_who_comes_back_finds_quarter_speed_and_place(visit: Visit) -> None:
    page = _ready(visit("play?scenario=talent_retention"))
    _go(page, "2012Q3")
    page.locator(".lp-speed").select_option("4")
    page.locator(".lp-map[data-map=a] .lp-city[data-city=Anshan]").click()
    until(page, lambda: page.url, lambda url: "place=city" in url)
    link = page.url
    _tab(page, "structure")
    page.locator(".structure").first.wait_for()
    _tab(page, "play")
    player = _ready(page).locator(".lp")
    until(page, lambda: player.get_attribute("data-quarter"), "2012Q3".__eq__)
    assert player.get_attribute("data-selected") == "city:Anshan" and player.get_attribute("data-speed") == "4"
    page.locator(".play-agents table").first.wait_for()
    page.reload()
    until(page, lambda: _ready(page).locator(".lp").get_attribute("data-quarter"), "2012Q3".__eq__)
    another = _ready(visit(link.split("/", 3)[3])).locator(".lp")  # a colleague who was given the address
    assert another.get_attribute("data-quarter") == "2012Q3"
    assert another.get_attribute("data-selected") == "city:Anshan"


def test_the_field_run_counts_when_it_is_left_or_enter_is_pressed(visit: Visit) -> None:
    page = _ready(visit("play?scenario=baseline"))
    field = page.locator(".play-run input")
    field.click()
    page.keyboard.type("11", delay=60)
    page.wait_for_timeout(700)
    assert "run=" not in page.url
    page.keyboard.press("Enter")
    said = page.locator(".lp-run").first
    until(page, said.inner_text, lambda text: "no. 11 " in text)
    until(page, lambda: page.url, lambda url: "run=11" in url and "quarter=2035Q4" in url)
    field.fill("99")
    page.keyboard.press("Tab")
    alert = page.get_by_role("alert").first
    alert.wait_for()
    assert "is not one of 0 to 11" in alert.inner_text() and texts("en")["play_advice_run"] in alert.inner_text()
    page.locator(".play-run .v-input__icon--clear button").click()
    until(page, lambda: page.get_by_role("alert").count(), (0).__eq__)
    until(page, lambda: page.url, lambda url: "run=" not in url)


@pytest.mark.parametrize(
    ("query", "advice"),
    [("run=abc", "play_advice_run"), ("shade=foo", "play_advice_variable"), ("scenario=cjk_fat", "play_broken")],
)
def test_errors_speak_chinese_on_the_chinese_page(visit: Visit, query: str, advice: str) -> None:
    page = visit(f"play?{query}&lang=zh")
    alert = page.get_by_role("alert").first
    alert.wait_for()
    said = alert.inner_text()
    assert texts("zh")[advice] in said and "there is" not in said and "is not" not in said


def test_time_line_and_choices_can_be_seen_whole(visit: Visit) -> None:
    """At 1280 by 720 without scrolling, with one map and with three; nothing in a selector is cut."""
    for path in ("play?scenario=cjk_fta", PAIR):
        page = _ready(visit(f"{path}&shade=graduates_arrived"))
        page.locator(".lp-events").wait_for()
        assert page.evaluate("document.querySelector('.lp-time').getBoundingClientRect().bottom") <= 720, path
        cut = page.locator(".v-select__selection").evaluate_all(
            "nodes => nodes.filter(n => n.scrollWidth > n.clientWidth + 1 || n.scrollHeight > n.clientHeight + 2)"
            ".map(n => n.textContent)"
        )
        assert cut == [], path


def test_the_third_map_has_a_row_of_its_own_on_a_tablet(visit: Visit) -> None:
    page = _ready(visit(PAIR, width=820, height=1180))
    first, second, third = (page.locator(f".lp-map[data-map={key}]").bounding_box() for key in ("a", "b", "difference"))
    assert first and second and third
    assert first["y"] == second["y"] < third["y"]
    assert third["x"] == first["x"] and third["width"] > first["width"] + second["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 820


def test_marks_of_events_are_large_enough_to_touch(visit: Visit) -> None:
    page = _ready(visit("play?scenario=baseline"))
    boxes = [mark.bounding_box() for mark in page.locator(".lp-event").all()]
    assert len(boxes) > 3 and all(box and box["width"] >= 24 and box["height"] >= 24 for box in boxes)
