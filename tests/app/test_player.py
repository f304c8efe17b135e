"""The player in a browser by itself, without a server: what it draws of figures that are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from simulator.periods import to_index
from simulator.records import CITIES
from simulator.results import Results
from tests.app.looking import numbers
from tests.app.playing import opened, scenario
from tests.fakes import column
from viz.components.player import PlayerWidget
from viz.play.difference import difference
from viz.play.map import play_map
from viz.play.playback import Side, payload
from viz.wording import texts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
FROM = to_index("2016Q1")
"""The scenario differs from here on."""
MODEL = """([values, css]) => {
    document.head.append(Object.assign(document.createElement('style'), { textContent: css }));
    const told = window.told = [];
    const model = { get: name => values[name], set: (name, value) => { values[name] = value; },
                    save_changes: () => told.push({ ...values, figures: 0, base: 0 }), on() {}, off() {} };
    const el = document.body.appendChild(document.createElement('div'));
    el.className = 'liaosim';
    render({ model, el });
}"""
Shown = Callable[..., "Page"]


@pytest.fixture
def shown(chrome: Browser) -> Iterator[Shown]:
    """Return a function that shows figures in a player."""
    context = chrome.new_context(viewport={"width": 1280, "height": 720})

    def open_(figures: dict[str, Any], quarter: str = "2018Q4", place: str = "", autoplay: bool = False) -> Page:
        page = context.new_page()
        page.set_content("<!doctype html><title>player</title>")
        page.add_script_tag(content=PlayerWidget._esm.replace("export default { render };", ""))
        asked = {"quarter": quarter, "place": place, "compare": "/compare?result=demo"}
        values = {"base": play_map("en"), "figures": figures, "autoplay": autoplay, "asked": asked, "quarter": 0,
                  "selected": "", "leaving": 0}  # fmt: skip
        page.evaluate(MODEL, [json.loads(json.dumps(values)), PlayerWidget._css])
        page.locator(".lp").wait_for()
        return page

    yield open_
    context.close()


def two(runs: int = 40) -> dict[str, Any]:
    """Return the figures of two sides: Dalian gains in every run, in Anshan runs disagree."""
    base, new = opened(runs=runs), scenario(runs=runs)
    factors = {"Dalian": np.linspace(1.01, 1.02, runs), "Anshan": np.linspace(0.98, 1.03, runs)}
    for city, factor in factors.items():
        new.levels["city"][:, FROM:, CITIES.index(city), column("city", "gdp_real")] *= factor[:, None]
    new.levels["province"][:, FROM:, 0, column("province", "gdp_real")] *= 1.015
    result = replace(opened(new, runs=runs), results=Results([base.results.base, new]))
    sides = (Side(result, "baseline", 2), Side(result, "cjk_fta", 2))
    figures = payload(sides, "gdp_real", "fdi", "en")
    figures["difference"] = difference(sides, "gdp_real", "fdi", "en", figures["lanes"])
    return worded(figures, ["Baseline", "Free trade"])


def one(**shares: float) -> dict[str, Any]:
    """Return the figures of one side in which some cities have a share of zombies."""
    result = opened()
    levels = result.results.base.levels["city"]
    levels[..., column("city", "soe_number")] = 100.0
    levels[..., column("city", "zombies")] = 0.0
    for city, share in shares.items():
        levels[:, :, CITIES.index(city), column("city", "zombies")] = 100.0 * share
    return worded(payload((Side(result, "baseline", 2),), "gdp_real", "fdi", "en"), ["Baseline"])


def worded(figures: dict[str, Any], names: list[str]) -> dict[str, Any]:
    words = {key.removeprefix("play_w_"): text for key, text in texts("en").items() if key.startswith("play_w_")}
    words |= {"next": "Next event", "to": "to", "difference_of": "new minus old", "difference_run": "Run no. 2."}
    runs = (figures["difference"] or {}).get("runs")
    few = (figures["difference"] or {}).get("few")
    words["unsure"] = words["few" if few else "unsure"].format(runs=runs)
    words["interval"] = words["interval"].format(runs=runs)
    for side, name in zip(figures["sides"], names, strict=True):
        side |= {"heading": name, "told": "typical run"}
    return {**figures, "words": words, "file": "maps"}


def hatched(page: Page) -> set[str]:
    found: list[str] = page.locator(".lp-hatch").evaluate_all(
        "nodes => nodes.filter(node => getComputedStyle(node).display !== 'none').map(node => node.dataset.hatch)"
    )
    return set(found)


def said_of(page: Page) -> str:
    """Return what screen readers hear of the hatches."""
    return page.locator(".lp-map[data-map=difference] p.lp-live").inner_text()


def test_only_cities_whose_interval_holds_zero_are_hatched(shown: Shown) -> None:
    page = shown(two())
    assert hatched(page) == {"Anshan"}
    legend = page.locator(".lp-sign[data-sign=hatch]").inner_text()
    assert "may be chance" in legend and "90 % interval of the 40 runs holds zero" in legend
    assert said_of(page) == "May be chance in this quarter: Anshan. The runs agree on: Dalian."
    city = page.locator(".lp-map[data-map=difference] .lp-city[data-city=Anshan]")
    city.dispatch_event("pointerenter")
    said = city.get_attribute("aria-label") or ""
    assert "90 % interval of 40 runs: \N{MINUS SIGN}1.75 to +2.75 %" in said and "holds zero, may be chance" in said
    dalian = page.locator(".lp-map[data-map=difference] .lp-city[data-city=Dalian]")
    dalian.dispatch_event("pointerenter")
    said = dalian.get_attribute("aria-label") or ""
    assert "90 % interval of 40 runs: +1.0" in said and "to +1.9" in said and "chance" not in said
    page.locator(".lp-scrub").fill(str(FROM - 1))
    assert hatched(page) == set() and said_of(page) == ""  # nothing differs yet


def test_with_few_runs_every_difference_may_be_chance(shown: Shown) -> None:
    page = shown(two(runs=8), place="city:Dalian")
    assert hatched(page) == {"Anshan", "Dalian"}
    assert "8 runs are too few" in page.locator(".lp-sign[data-sign=hatch]").inner_text()
    assert page.locator(".lp-series").count() >= 3 and page.locator(".lp-band").count() == 0


def test_lines_of_the_sides_have_a_key(shown: Shown) -> None:
    page = shown(two())
    assert page.locator(".lp-lines .lp-sign").all_inner_texts() == ["Baseline", "Free trade"]
    for which in "ab":
        key, line = (
            page.locator(f"{where} .lp-line.{which}").first.evaluate(
                "node => [getComputedStyle(node).stroke, getComputedStyle(node).strokeDasharray]"
            )
            for where in (f".lp-lines [data-line={which}]", ".lp-series")
        )
        assert key == line
    assert shown(one()).locator(".lp-lines").count() == 0


def test_the_province_has_its_difference_with_an_interval(shown: Shown) -> None:
    page = shown(two())
    assert page.locator(".lp-place-name").inner_text() == texts("en")["play_w_province"]
    chart = page.locator(f".lp-series[data-series='{texts('en')['play_w_difference']}']")
    assert numbers(chart.locator(".lp-series-now").inner_text()) == [1.5]
    assert chart.locator(".lp-band").count() == 1
    assert "90 % interval of 40 runs" in chart.inner_text()


def test_a_ring_is_full_where_all_are_zombies(shown: Shown) -> None:
    page = shown(one(Dalian=1.0, Fushun=0.25))
    drawn: list[str] = page.locator(".lp-ring:not(.lp-halo)").evaluate_all(
        "nodes => nodes.map(node => node.getAttribute('stroke-dasharray'))"
    )
    order: list[str] = page.locator(".lp-city").evaluate_all("nodes => nodes.map(node => node.dataset.city)")
    shares = dict(zip(order, (float(text.split()[0]) for text in drawn), strict=True))
    assert (shares["Dalian"], shares["Fushun"], shares["Anshan"]) == (1.0, 0.25, 0.0)
    assert "100 %" in page.locator(".lp-sign[data-sign=ring]").inner_text()


def test_numbers_of_a_chart_are_not_crossed_by_its_lines(shown: Shown) -> None:
    figures = one()
    figures["sides"][0]["province"] = [
        245.0 + q for q in range(figures["quarters"])
    ]  # a scale that does not begin at 0
    page = shown(figures)
    tops, bottoms = page.locator(".lp-series").first.evaluate(
        """box => { const lines = [...box.querySelectorAll('.lp-line')].map(node => node.getBBox());
            const ticks = [...box.querySelectorAll('.lp-tick-value')].map(node => node.getBBox());
            return [[ticks[0].y + ticks[0].height, Math.min(...lines.map(line => line.y))],
                    [Math.max(...lines.map(line => line.y + line.height)), ticks[1].y]]; }"""
    )
    assert tops[0] <= tops[1] + 2 and bottoms[0] <= bottoms[1] + 2


def test_a_chosen_place_is_let_go_by_escape_and_by_its_button(shown: Shown) -> None:
    page = shown(one(), place="city:Anshan")
    player = page.locator(".lp")
    assert player.get_attribute("data-selected") == "city:Anshan"
    player.focus()
    page.keyboard.press("Escape")
    assert player.get_attribute("data-selected") == ""
    assert page.locator(".lp-place-name").inner_text() == texts("en")["play_w_province"]
    page.locator(".lp-port[data-port=Dalian]").click()
    assert page.locator(".lp-place-name").inner_text() == "Port: Dalian"
    page.locator(".lp-let-go").click()
    assert player.get_attribute("data-selected") == "" and page.locator(".lp-let-go").count() == 0


def test_the_space_bar_plays_after_a_click_on_an_event_or_on_next(shown: Shown) -> None:
    page = shown(one(), quarter="2006Q1")
    player = page.locator(".lp")
    for button in (".lp-event >> nth=0", ".lp-next"):
        page.locator(button).click()
        page.keyboard.press("Space")
        assert player.get_attribute("data-playing") == "true", button
        page.keyboard.press("Space")
        assert player.get_attribute("data-playing") == "false", button


def test_nothing_is_told_to_the_server_while_it_plays(shown: Shown) -> None:
    page = shown(one(), quarter="", autoplay=True)
    page.wait_for_function("document.querySelector('.lp').dataset.index >= 3")
    assert page.evaluate("told.length") == 0
    page.locator(".lp-play").click()
    page.wait_for_function("told.length > 0")
    assert page.evaluate("told.at(-1).quarter") >= 3
