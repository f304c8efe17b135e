"""The Play page in a browser: the clock, the map and what it says against the stored runs."""

from __future__ import annotations

import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from simulator.periods import to_index, to_label
from simulator.records import CITIES
from simulator.results import Results
from simulator.store_read import load_results
from simulator.words import name_word
from tests.app.looking import Visit, agrees, downloaded, numbers, reached, series_of, until
from viz.wording import texts

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
PAIR = "?scenario=baseline&other=cjk_fta"
Stored = tuple[Results, dict[str, int]]
LAST = "2035Q4"


@pytest.fixture(scope="module")
def stored(results_folder: Path) -> Stored:
    """Return the results that the app shows, read without it, and the typical run of each scenario."""
    folder = results_folder / "demo"
    return load_results(folder), json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["medoids"]


def _player(page: Page) -> Locator:
    player = page.locator(".lp")
    player.wait_for()
    return player


def _index(page: Page) -> int:
    return int(page.locator(".lp").get_attribute("data-index") or -1)


def _pause(page: Page) -> None:
    if _player(page).get_attribute("data-playing") == "true":
        page.locator(".lp-play").click()


def _go(page: Page, quarter: str) -> None:
    """Take the scrubber to a quarter."""
    page.locator(".lp-scrub").fill(str(to_index(quarter)))
    assert page.locator(".lp").get_attribute("data-quarter") == quarter


def _fills(page: Page, which: str = "a") -> dict[str, str]:
    found: dict[str, str] = page.locator(f".lp-map[data-map={which}] .lp-city").evaluate_all(
        "nodes => Object.fromEntries(nodes.map(node => [node.dataset.city, getComputedStyle(node).fill]))"
    )
    return found


def _legend(page: Page, scale: str) -> tuple[list[float], list[str]]:
    """Return the limits between classes and the colours of the classes, as the legend shows them."""
    box = page.locator(f".lp-scale[data-scale={scale}]")
    limits = [numbers(text)[0] for text in box.locator("b").all_text_contents()]
    colours: list[str] = box.locator(".lp-swatch").evaluate_all(
        "nodes => nodes.map(node => getComputedStyle(node).backgroundColor)"
    )
    assert len(colours) == len(limits) + 1 >= 3
    return limits, colours


def _click_city(page: Page, city: str, which: str = "a") -> None:
    page.locator(f".lp-map[data-map={which}] .lp-city[data-city={city}]").click()
    page.mouse.move(2, 2)


def _shown(page: Page, title: str) -> list[float]:
    """Return the numbers of the quarter on a chart of the panel."""
    return numbers(page.locator(f".lp-series[data-series='{title}'] .lp-series-now").inner_text().split(" bn ")[0])


def test_a_first_visit_lands_on_a_baseline_that_plays(visit: Visit) -> None:
    page = visit()
    player = _player(page)
    assert player.get_attribute("data-sides") == "1"
    assert page.locator(".lp-heading").inner_text() == "Baseline"
    assert player.get_attribute("data-playing") == "true"
    first = _index(page)
    until(page, lambda: _index(page), lambda index: index >= first + 2)
    assert "2006Q3" <= page.locator(".lp-quarter").inner_text() < LAST


def test_pause_holds_the_clock_and_play_moves_it_again(visit: Visit) -> None:
    page = visit()
    player, button = _player(page), page.locator(".lp-play")
    button.click()
    assert player.get_attribute("data-playing") == "false"
    assert button.get_attribute("aria-label") == texts("en")["play_w_play"]
    held = _index(page)
    page.evaluate("() => new Promise(done => setTimeout(done, 1200))")  # two quarters, were it playing
    assert _index(page) == held
    button.click()
    assert button.get_attribute("aria-label") == texts("en")["play_w_pause"]
    until(page, lambda: _index(page), lambda index: index > held)


def test_space_plays_and_arrows_step_by_a_quarter_or_a_year(visit: Visit) -> None:
    page = visit("?scenario=baseline")
    player = _player(page)
    assert player.get_attribute("data-playing") == "false"  # only a first visit begins by itself
    _go(page, "2016Q3")
    page.locator(".lp").focus()
    for key, quarter in (("ArrowRight", "2016Q4"), ("ArrowLeft", "2016Q3"), ("Shift+ArrowRight", "2017Q3"),
                         ("End", LAST), ("ArrowRight", LAST), ("Home", "2006Q1"), ("ArrowLeft", "2006Q1")):  # fmt: skip
        page.keyboard.press(key)
        assert player.get_attribute("data-quarter") == quarter, key
    page.keyboard.press("Space")
    assert player.get_attribute("data-playing") == "true"
    until(page, lambda: _index(page), lambda index: index > 0)
    page.keyboard.press("Space")
    assert player.get_attribute("data-playing") == "false"


def test_colours_of_the_map_are_those_of_the_stored_values(visit: Visit, stored: Stored) -> None:
    """At three quarters every city has the colour that the legend gives to its value."""
    results, medoids = stored
    page = visit("?scenario=baseline")
    _player(page)
    limits, colours = _legend(page, "level")
    seen = []
    for quarter in ("2006Q1", "2017Q2", LAST):
        _go(page, quarter)
        fills = _fills(page)
        assert sorted(fills) == sorted(CITIES)
        for city in CITIES:
            value = series_of(results, "baseline", city, "gdp_real", medoids["baseline"])[to_index(quarter)]
            if all(abs(value - limit) > 0.005 * limit for limit in limits):  # the legend rounds
                assert fills[city] == colours[sum(value >= limit for limit in limits)], (city, quarter, value)
        seen.append(fills)
    assert len({fills["Dalian"] for fills in seen}) > 1


def test_series_of_a_city_are_those_of_the_typical_run(visit: Visit, stored: Stored) -> None:
    results, medoids = stored
    page = visit("?scenario=baseline")
    _pause(page)
    _click_city(page, "Anshan")
    assert page.locator(".lp").get_attribute("data-selected") == "city:Anshan"
    assert page.locator(".lp-place-name").inner_text() == name_word("Anshan", "en")
    title = page.locator(".lp-series").first.get_attribute("data-series") or ""
    path = series_of(results, "baseline", "Anshan", "gdp_real", medoids["baseline"])
    shown = []
    for quarter in ("2008Q3", "2016Q4", "2030Q1"):
        _go(page, quarter)
        (value,) = _shown(page, title)
        assert agrees(value, path[to_index(quarter)]), quarter
        shown.append(value)
    assert len(set(shown)) == 3


def test_the_agents_behind_a_city_are_those_of_the_quarter(visit: Visit, results_folder: Path) -> None:
    page = visit("?scenario=baseline")
    _pause(page)
    _go(page, "2016Q4")
    _click_city(page, "Anshan")
    table = page.locator(".play-agents[data-side=baseline] .play-enterprises tbody tr")
    table.first.wait_for()
    firms = pd.read_parquet(
        results_folder / "demo" / "agents" / "soe.parquet",
        filters=[("scenario", "=", "baseline"), ("city", "=", "Anshan"), ("period", "=", "2016Q4"), ("alive", "=", 1)],
    )
    largest = firms.sort_values("output", ascending=False)["output"].iloc[0]
    assert table.count() == min(20, len(firms)) > 3
    assert agrees(numbers(table.first.locator("td").nth(2).inner_text())[0], largest)
    heading = page.locator(".play-agents h2").first
    assert "2016Q4" in heading.inner_text()
    _go(page, "2012Q2")
    until(page, heading.inner_text, lambda text: "2012Q2" in text)


def test_dragging_the_scrubber_moves_quarter_and_map(visit: Visit) -> None:
    page = visit("?scenario=baseline")
    _player(page)
    _go(page, "2006Q1")
    before = _fills(page)
    box = page.locator(".lp-scrub").bounding_box()
    assert box
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    middle = _index(page)
    assert abs(middle - to_index(LAST) / 2) <= 1.5
    assert page.locator(".lp-quarter").inner_text() == to_label(middle)
    assert _fills(page) != before


def test_events_are_reached_by_their_marks_and_by_the_buttons(visit: Visit) -> None:
    page = visit("?scenario=cjk_fta")
    player = _player(page)
    marks = page.locator(".lp-event")
    places = sorted({mark.get_attribute("data-quarter") or "" for mark in marks.all()})
    assert len(places) >= 3 and page.locator(".lp-event.lp-new").count() >= 1
    page.locator(".lp-event.lp-new").first.click()
    quarter = page.locator(".lp-event.lp-new").first.get_attribute("data-quarter")
    assert player.get_attribute("data-quarter") == quarter
    assert page.locator(".lp-event-text").inner_text().startswith(f"{quarter}: ")
    _go(page, "2006Q1")
    walked = []
    for _ in [place for place in places if place > "2006Q1"]:
        page.locator(".lp-next").click()
        walked.append(player.get_attribute("data-quarter"))
    assert walked == [place for place in places if place > "2006Q1"]
    page.locator(".lp-back").click()
    assert player.get_attribute("data-quarter") == walked[-2]


def test_two_sides_stay_in_step_while_they_play(visit: Visit) -> None:
    """At every look both maps are at the same moment: the same value gives the same radius where nothing differs."""
    page = visit(PAIR)
    assert _player(page).get_attribute("data-sides") == "2"
    assert page.locator(".lp-map").count() == 3
    _go(page, "2006Q1")
    page.locator(".lp-play").click()
    bubbles = """() => ['a', 'b'].map(which => [...document.querySelectorAll(`[data-map=${which}] .lp-bubble`)]
        .map(node => Number(node.getAttribute('r'))))"""
    seen = []
    for quarter in (2, 4, 6):
        until(page, lambda: _index(page), quarter.__le__)
        first, second = page.evaluate(bubbles)
        assert max(abs(a - b) for a, b in zip(first, second, strict=True)) <= 0.2  # the agreement begins much later
        seen.append(first)
    assert seen[0] != seen[2]
    assert _index(page) < to_index("2018Q1")


def test_the_third_map_is_the_second_minus_the_first(visit: Visit, stored: Stored) -> None:
    results, medoids = stored
    page = visit(PAIR)
    _player(page)
    limits, colours = _legend(page, "difference")
    run = medoids["baseline"]  # of both: only the same run shares its luck

    def pair(city: str, quarter: str) -> list[float]:
        at = to_index(quarter)
        return [series_of(results, name, city, "gdp_real", run)[at] for name in ("baseline", "cjk_fta")]

    largest = 0.0
    for quarter in ("2010Q1", LAST):
        _go(page, quarter)
        fills = _fills(page, "difference")
        for city in CITIES:
            old, new = pair(city, quarter)
            change = 100 * (new / old - 1)
            largest = max(largest, abs(change))
            if all(abs(change - limit) > 0.01 * abs(limit) for limit in limits):
                assert fills[city] == colours[sum(change >= limit for limit in limits)], (city, quarter, change)
    assert largest > 0.01  # else nothing was compared
    page.locator(".lp-map[data-map=difference] .lp-city[data-city=Dalian]").hover()
    tip = page.locator(".lp-tip.lp-open div").first.inner_text()
    old, new = pair("Dalian", LAST)
    assert tip.endswith("%") and abs(numbers(tip.split(":")[-1])[0] - 100 * (new / old - 1)) < 0.02
    captions = page.locator(".lp-map .lp-run").all_text_contents()
    assert len(captions) == 3 and all(run in numbers(caption) for caption in captions)


def test_a_chosen_run_is_the_one_that_is_shown(visit: Visit, stored: Stored) -> None:
    results, medoids = stored
    other = next(run for run in range(12) if run != medoids["baseline"])
    page = visit(f"?scenario=baseline&run={other}")
    _pause(page)
    _go(page, "2016Q4")
    _click_city(page, "Dalian")
    (value,) = _shown(page, page.locator(".lp-series").first.get_attribute("data-series") or "")
    paths = [series_of(results, "baseline", "Dalian", "gdp_real", run)[to_index("2016Q4")]
             for run in (other, medoids["baseline"])]  # fmt: skip
    assert agrees(value, paths[0]) and not agrees(value, paths[1])
    page.get_by_text(f"that is no. {medoids['baseline']}; shown is no. {other}.").wait_for()


def test_controls_change_what_is_shown(visit: Visit) -> None:
    """Another shading from the list changes the legend, the colours and the address."""
    page = visit("?scenario=baseline")
    _player(page)
    _go(page, LAST)
    before, title = _fills(page), page.locator(".lp-scale-title").inner_text()
    page.locator(".play-shade").first.click()
    options = page.locator(".menuable__content__active .v-list-item")
    options.nth(3).click()
    until(page, lambda: page.locator(".lp-scale-title").inner_text(), lambda text: text != title)
    assert "shade=" in page.url
    assert page.locator(".lp").get_attribute("data-quarter") == LAST  # the clock stays where it was
    assert _fills(page) != before


def test_the_table_of_a_side_is_the_stored_one(visit: Visit, stored: Stored) -> None:
    results, medoids = stored
    page = visit("?scenario=cjk_fta")
    _player(page)
    name, content = downloaded(page, page.locator(".play-foot [data-export=csv]"))
    table = pd.read_csv(BytesIO(content))
    assert name == f"cjk_fta_gdp_real_{medoids['cjk_fta']}.csv"
    assert list(table["period"]) == [to_label(i) for i in range(to_index(LAST) + 1)]
    want = series_of(results, "cjk_fta", "Yingkou", "gdp_real", medoids["cjk_fta"])
    assert set(table["unit"]) == {"bn yuan 2010 a quarter"}
    np.testing.assert_allclose(table["Yingkou"], want, rtol=1e-6)  # as stored


def test_the_picture_of_the_maps_parses(visit: Visit) -> None:
    page = visit(PAIR)
    _player(page)
    _go(page, "2030Q2")
    name, content = downloaded(page, page.locator(".lp-save"))
    assert name == "liaosim_baseline_cjk_fta_gdp_real_2030Q2.svg"
    root = ElementTree.fromstring(content)
    areas = [node for node in root.iter("{http://www.w3.org/2000/svg}path") if node.get("data-city")]
    assert len(areas) == 3 * len(CITIES)
    assert all((node.get("fill") or "").startswith("rgb") for node in areas)  # looks the same without the page
    said = "".join(root.itertext())
    assert "2030Q2" in said and texts("en")["play_w_ring"] in said and "runs are too few" in said  # the signs are told
    hatches = [node for node in root.iter() if node.get("data-hatch") and node.get("display") != "none"]
    assert len(hatches) > 3 and all("#lp-hatch" in (node.get("fill") or "") for node in hatches)


def test_a_damaged_result_is_told_and_the_page_stays_alive(visit: Visit, results_folder: Path) -> None:
    damaged = results_folder / "spoilt"
    shutil.copytree(results_folder / "demo", damaged)
    try:
        with (damaged / "series" / "city.parquet").open("r+b") as file:
            file.truncate(5000)
        page = visit("?result=spoilt")
        alert = page.get_by_role("alert").first
        alert.wait_for()
        said = alert.inner_text()
        assert "/series/city.parquet cannot be read" in said and said.rstrip().endswith(".")
        assert str(results_folder) not in said and "Traceback" not in page.locator("body").inner_text()
        page.get_by_role("navigation").get_by_text(texts("en")["app_tab_structure"], exact=True).click()
        page.locator(".structure[data-view=loops] svg").first.wait_for()
        page.goto(page.url.split("/structure")[0] + "/?result=demo")
        assert _player(page).get_attribute("data-sides") == "1"
    finally:
        shutil.rmtree(damaged)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?scenario=nothing", 'no scenario "nothing"'),
        ("?run=99", "is not one of 0 to 11"),
        ("?result=../../etc", 'no result "../../etc"'),
    ],
)
def test_an_address_that_asks_for_what_is_not_there_is_answered_in_a_sentence(
    visit: Visit, query: str, said: str
) -> None:
    page = visit(query)
    alert = page.get_by_role("alert").first
    alert.wait_for()
    assert said in alert.inner_text()


def test_the_keyboard_reaches_choices_player_and_time_line(visit: Visit) -> None:
    page = visit("?scenario=baseline")
    _player(page)
    found = reached(page, 90, lambda found: "lp-port" in found[-1])
    words = ("liaosim-language", "play-scenario", "lp |", "lp-play", "lp-scrub", "lp-event", "lp-city")
    order = [next((i for i, text in enumerate(found) if word in text), -1) for word in words]
    assert order == sorted(order) and order[0] >= 0, found
    city = next(text for text in found if "lp-city" in text)
    assert any(name_word(name, "en") in city for name in CITIES)
    assert "Port: " in found[-1]  # a city and a port may have the same name


def test_words_change_with_the_language(visit: Visit) -> None:
    page = visit("?scenario=baseline")
    _player(page)
    _go(page, "2012Q1")
    assert page.locator(".lp-kind").inner_text() == texts("en")["play_w_history"]
    page.locator(".liaosim-language").click()
    until(page, lambda: page.locator(".lp-kind").inner_text(), lambda text: text == texts("zh")["play_w_history"])
    assert page.locator("[data-name=Dalian]").first.text_content() == name_word("Dalian", "zh")
    assert page.locator(".lp").get_attribute("data-quarter") == "2012Q1"


def test_less_motion_is_respected(visit: Visit) -> None:
    page = visit("", reduced_motion="reduce")
    assert _player(page).get_attribute("data-playing") == "false"
