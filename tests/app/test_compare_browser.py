"""The Compare page in a browser: its table, its charts and its files against the files of the results folder."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from simulator.headline import HEADLINE
from simulator.numbers import probability
from simulator.records import CITIES
from simulator.scenario import load_scenario
from simulator.store_read import load_results
from simulator.variables import variable
from simulator.words import name_word
from tests.app.looking import Visit, downloaded, drawn, numbers, reached, until
from viz.panels import CHANGES
from viz.wording import percent, signed, texts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser
NAME = "cjk_fta"
ADDRESS = f"compare?scenario={NAME}"
RUNS = 12
TINT = 18
"""Blue above red of a pixel of the band over white; less on the grid and the ground."""


@pytest.fixture(scope="module")
def headline(results_folder: Path) -> Any:
    """Return ``headline.csv`` of the folder."""
    return pd.read_csv(results_folder / "demo" / "headline.csv", dtype={"period": str})


@pytest.fixture(scope="module")
def yearly(results_folder: Path) -> Any:
    """Return the changes of the province by year of ``differences.csv`` of the folder, in per cent."""
    table = pd.read_csv(results_folder / "demo" / "differences.csv", dtype={"period": str})
    wanted = (table["scenario"] == NAME) & (table["level"] == "province") & (table["freq"] == "A")
    return table[wanted & (table["measure"] == "percent")].set_index(["variable", "period"])


def _compared(page: Page) -> Locator:
    """Return the comparison once nothing of it is being made."""
    box = page.locator(".liaosim-compare[aria-busy=false]")
    box.wait_for()
    return box


def _change(page: Page, name: str) -> Locator:
    figure = page.locator(f"figure[data-chart='{NAME}_{name}_change']")
    figure.wait_for()
    return figure


def _series(option: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in option["series"] if one["name"] == name)
    return found


def test_the_table_says_what_the_folder_says(visit: Visit, headline: Any) -> None:
    """Every figure of every row as ``headline.csv`` has it, rounded for readers."""
    page = visit(ADDRESS)
    _compared(page)
    rows = page.locator(".liaosim-effects tbody tr")
    assert [row.get_attribute("data-variable") for row in rows.all()] == list(HEADLINE)
    window = headline[(headline["scenario"] == NAME) & (headline["base"] == "baseline")]
    window = window[window["period"] == "2031-2035"].set_index(["variable", "measure"])
    to = texts("en")["to"]
    for name in HEADLINE:
        row = page.locator(f".liaosim-effects tr[data-variable={name}]")
        for measure, say, sign in (("percent", percent, " %"), ("absolute", signed, "")):
            value = window.loc[(name, measure)]
            cell = row.locator(f"td[data-cell={measure}]")
            assert cell.locator(".liaosim-median").inner_text() == f"{say(value['median'])}{sign}", name
            ends = cell.locator(".liaosim-ends")
            said = ends.inner_text() if ends.count() else ""
            none = value["p05"] == value["p95"] == 0.0
            assert said == ("" if none else f"{say(value['p05'])} {to} {say(value['p95'])}"), name
        _check_probability(row, name, window.loc[(name, "absolute")])


def _check_probability(row: Locator, name: str, value: Mapping[str, float]) -> None:
    said = row.locator("td[data-cell=probability]").inner_text()
    better = variable("province", name).better
    share = 1.0 - value["prob_positive"] if better == "down" else value["prob_positive"]
    if value["p05"] == value["p95"] == 0.0:
        assert said == texts("en")["compare_no_effect"], name
    else:
        assert numbers(said) == [round(100 * float(probability(share, RUNS)))], name
        assert said.startswith("rise") == (better == "none"), name


def test_rows_whose_interval_holds_zero_are_not_printed_as_certain(visit: Visit, headline: Any) -> None:
    page = visit(ADDRESS)
    _compared(page)
    few = page.locator(".liaosim-effects tr.liaosim-certain").count()
    said = page.locator(".liaosim-compare").inner_text()
    assert few == 0 and f"{RUNS} pairs of runs" in said  # of so few runs nothing is called certain


def test_charts_hold_the_yearly_figures_of_the_folder(visit: Visit, yearly: Any) -> None:
    page = visit(ADDRESS)
    _compared(page)
    option = drawn(_change(page, HEADLINE[0]))
    years = option["xAxis"][0]["data"]
    stored = yearly.loc[HEADLINE[0]].loc[years]
    low, band = (np.array(_series(option, f"fan0 {part}")["data"], float) for part in ("low", "band"))
    median = option["series"][[one["name"] for one in option["series"]].index("fan0 band") + 1]
    np.testing.assert_allclose(np.array(median["data"], float), stored["median"], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(low, stored["p05"], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(low + band, stored["p95"], rtol=1e-7, atol=1e-9)
    assert np.ptp(stored["median"]) > 0.0


def test_every_chart_says_what_its_years_are_and_shows_what_was_observed(visit: Visit) -> None:
    page = visit(ADDRESS)
    _compared(page)
    option = drawn(page.locator(f"figure[data-chart='{NAME}_gdp_real_level']"))
    kinds = [area[0]["name"] for area in _series(option, "years")["markArea"]["data"]]
    assert kinds[0] == texts("en")["chart_history"] and kinds[-1] == texts("en")["chart_what_if"]
    observed = next(one for one in option["series"] if one["type"] == "scatter")
    assert len(observed["data"]) >= 5
    keys = page.locator(f"figure[data-chart='{NAME}_gdp_real_level'] .liaosim-legend li")
    title = load_scenario(NAME).title
    assert keys.all_inner_texts() == [texts("en")["scenario_baseline"], title, texts("en")["chart_band"], "observed"]
    assert NAME in (keys.nth(1).get_attribute("title") or "")
    assert keys.last.bounding_box()["y"] - keys.first.bounding_box()["y"] < 5  # type: ignore[index]  # in one line


def _negative(yearly: Any) -> str:
    """Return the charted variable whose interval of 2033 reaches farthest to both sides of zero, by its shorter arm."""
    last = {name: yearly.loc[(name, "2033")] for name in CHANGES if (name, "2033") in yearly.index}
    arms = {name: min(-x["p05"], x["p95"]) / (x["p95"] - x["p05"]) for name, x in last.items() if x["p95"] > x["p05"]}
    name = max(arms, key=lambda one: arms[one])
    assert arms[name] > 0.05, arms
    return name


BAND = """(node, [year, low, high, tint]) => {
  const chart = node.__vue__.chart, canvas = node.querySelector('canvas'), { grid, xAxis } = chart.getOption();
  const place = (value) => chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [xAxis[0].data.indexOf(year), value]);
  const ratio = canvas.width / canvas.clientWidth, blue = [];
  const column = canvas.getContext('2d').getImageData(Math.round(place(0)[0] * ratio), 0, 1, canvas.height).data;
  for (let y = Math.ceil(grid[0].top * ratio); y < canvas.height - grid[0].bottom * ratio - 1; y += 1) {
    if (column[4 * y + 2] - column[4 * y] >= tint) blue.push(y / ratio);
  }
  return { top: Math.min(...blue), bottom: Math.max(...blue), low: place(low)[1], high: place(high)[1], zero: place(0)[1] };
}"""  # noqa: E501
"""Where the pixels of a band begin and end in a year, and where they should, in pixels from above."""
APART = """node => node.__vue__.chart.setOption({
  series: node.__vue__.chart.getOption().series.map(({ name }) => ({ name, stackStrategy: 'samesign' })),
})"""
"""Stack values of unlike signs apart, as ECharts does unless it is told not to."""


def test_bands_below_zero_are_drawn_where_they_are(visit: Visit, yearly: Any) -> None:
    """Pixels of the band begin at the 95th and end at the 5th percentile of the folder, one above, one below zero."""
    name = _negative(yearly)
    page = visit(f"{ADDRESS}&variable={name}")
    _compared(page)
    figure = _change(page, name)
    drawn(figure)
    value = yearly.loc[(name, "2033")]
    asked = ["2033", value["p05"], value["p95"], TINT]
    chart = figure.locator(".liaosim-chart")
    found = chart.evaluate(BAND, asked)
    assert found["low"] - 4.0 > found["zero"] > found["high"] + 4.0  # pixels count downwards
    assert abs(found["top"] - found["high"]) <= 2.0
    assert abs(found["bottom"] - found["low"]) <= 2.0
    chart.evaluate(APART)
    wrong = until(page, lambda: chart.evaluate(BAND, asked), lambda found: found["bottom"] < found["low"] - 2.0)
    assert wrong["low"] == found["low"]  # only the stacking has changed: the pixels above could have told


def test_pointing_at_a_year_shows_its_values(visit: Visit, yearly: Any) -> None:
    page = visit(ADDRESS)
    _compared(page)
    figure = _change(page, "gdp_real")
    drawn(figure)
    place = figure.locator(".liaosim-chart").evaluate(
        """node => { const chart = node.__vue__.chart; const at = chart.getOption().xAxis[0].data.indexOf('2031');
        return chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [at, 0]); }"""
    )
    box = figure.locator(".liaosim-chart").bounding_box()
    assert box
    page.mouse.move(box["x"] + place[0], box["y"] + place[1] - 12)
    tip = figure.locator(".liaosim-chart").get_by_text("2031", exact=False).first
    tip.wait_for()
    value = yearly.loc[("gdp_real", "2031")]
    said = until(page, lambda: figure.locator(".liaosim-chart").inner_text(), lambda text: "2031" in text)
    want = [float(signed(value[key]).replace("\N{MINUS SIGN}", "-")) for key in ("median", "p05", "p95")]
    assert [n for n in numbers(said) if n in want][:3] == want


def test_variable_scenario_and_level_are_chosen_and_stand_in_the_address(visit: Visit) -> None:
    page = visit(ADDRESS)
    _compared(page)
    page.locator(".liaosim-effects tr[data-variable=exports] button").click()
    page.wait_for_url("**variable=exports*")
    assert drawn(_change(page, "exports"))["series"]
    assert page.locator(".liaosim-effects tr.liaosim-chosen").get_attribute("data-variable") == "exports"
    page.locator(".liaosim-pick-scenario").first.click()
    page.locator(".menuable__content__active .v-list-item", has_text="Subsidy for graduates").click()
    page.locator(".liaosim-compare[data-scenario=talent_retention][aria-busy=false]").wait_for()
    page.locator("figure[data-chart=talent_retention_exports_change] canvas").first.wait_for()
    page.locator("[data-level=port]").click()
    page.locator("figure[data-chart=talent_retention_port_throughput] canvas").first.wait_for()
    again = visit(page.url.split("/", 3)[3])
    again.locator(".liaosim-compare[data-scenario=talent_retention][aria-busy=false]").wait_for()
    again.locator("figure[data-chart=talent_retention_exports_change] canvas").first.wait_for()
    again.locator("figure[data-chart=talent_retention_port_throughput] canvas").first.wait_for()


def test_effects_by_city_are_those_of_the_stored_runs(visit: Visit, results_folder: Path) -> None:
    page = visit(ADDRESS)
    _compared(page)
    option = drawn(page.locator(f"figure[data-chart={NAME}_city_gdp_real]"))
    order = option["yAxis"][0]["data"]
    results = load_results(results_folder / "demo")
    dots = next(one for one in option["series"] if one["name"] == "median")["data"]
    shown = {order[place]: value for value, place in (dot["value"] for dot in dots)}
    assert len(shown) == len(CITIES)
    for city in ("Dalian", "Fuxin"):
        old, new = (
            results.series(name, "gdp_real", level="city", entity=city)[:, -5:].mean(axis=1)
            for name in ("baseline", NAME)
        )
        assert shown[name_word(city, "en")] == pytest.approx(float(np.median(100 * (new / old - 1))), rel=1e-6), city
    assert list(shown.values()) == sorted(shown.values(), reverse=True)


def test_the_table_is_downloaded_as_it_is_in_the_folder(visit: Visit, headline: Any) -> None:
    page = visit(ADDRESS)
    _compared(page)
    name, content = downloaded(page, page.locator(".liaosim-bar-of [data-export=csv]").first)
    assert name == f"{NAME}_headline.csv"
    mine = pd.read_csv(BytesIO(content), dtype={"period": str}, encoding="utf-8-sig")
    assert list(mine.columns) == list(headline.columns)
    stored = headline[headline["scenario"].isin(["baseline", NAME])].reset_index(drop=True)
    key = ["scenario", "variable", "unit", "measure", "period"]
    both = mine.merge(stored, on=key, how="outer", indicator=True)
    assert set(both["_merge"]) == {"both"} and len(both) == len(stored) > 40
    for column in ("median", "p05", "p95"):
        np.testing.assert_allclose(both[f"{column}_x"], both[f"{column}_y"], rtol=1e-9)


def test_charts_are_downloaded_as_table_and_as_picture(visit: Visit, yearly: Any) -> None:
    page = visit(f"{ADDRESS}&variable=fiscal_revenue")
    _compared(page)
    figure = _change(page, "fiscal_revenue")
    name, content = downloaded(page, figure.locator("[data-export=csv]"))
    table = pd.read_csv(BytesIO(content), encoding="utf-8-sig", dtype={"year": str}).set_index("year")
    assert name == f"{NAME}_fiscal_revenue_change.csv"
    stored = yearly.loc["fiscal_revenue"].loc[list(table.index)]
    for column in ("median", "p05", "p95"):
        np.testing.assert_allclose(table[column], stored[column], rtol=1e-8, atol=1e-12)
    assert set(table["years_are"]) <= {"history", "held_out", "what_if"} and table.loc["2035", "years_are"] == "what_if"
    name, content = downloaded(page, figure.locator("[data-export=svg]"))
    root = ElementTree.fromstring(content)
    assert name.endswith(".svg") and root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "2035" in "".join(root.itertext())
    assert any(node.get("class", "").startswith("band") for node in root.iter())


def test_a_picture_of_places_says_of_which_scenario_and_years_it_is(visit: Visit) -> None:
    page = visit(f"{ADDRESS}&lang=zh")
    _compared(page)
    figure = page.locator(f"figure[data-chart={NAME}_city_fdi]")
    figure.locator("canvas").first.wait_for()
    _, content = downloaded(page, figure.locator("[data-export=svg]"))
    said = "".join(ElementTree.fromstring(content).itertext())
    assert load_scenario(NAME).title_zh in said and "2031–2035" in said and texts("zh")["chart_what_if"] in said
    assert NAME not in said
    _, content = downloaded(page, figure.locator("[data-export=csv]"))
    table = pd.read_csv(BytesIO(content), encoding="utf-8-sig")
    told = table[["variable", "scenario", "base", "level", "period"]].drop_duplicates()
    assert told.to_numpy().tolist() == [["fdi", NAME, "baseline", "city", "2031-2035"]] and len(table) == len(CITIES)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 820])
def test_no_selector_is_cut(visit: Visit, width: int, lang: str) -> None:
    for scenario in ("baseline", NAME, "talent_retention"):
        page = visit(f"compare?scenario={scenario}&variable=emissions&lang={lang}", width=width, height=720)
        _compared(page)
        page.locator("figure canvas").first.wait_for()
        cut = page.locator(".v-select__selection").evaluate_all(
            "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth).map(node => node.textContent)"
        )
        assert page.locator(".v-select__selection").count() == 3 and cut == []


def test_the_report_opens_alone_and_asks_nobody(visit: Visit, chrome: Browser, tmp_path: Path) -> None:
    page = visit(ADDRESS)
    _compared(page)
    with page.expect_download(timeout=50_000) as waiting:
        page.locator("[data-export=html]").click()
    place = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(place)
    assert place.suffix == ".html"
    asked: list[str] = []
    context = chrome.new_context()
    try:
        report = context.new_page()
        report.on("request", lambda request: asked.append(request.url))
        report.goto(place.as_uri())
        said = report.locator("body").inner_text()
        assert report.locator("svg").count() >= 10 and report.locator("table").count() >= 3
    finally:
        context.close()
    assert "2031–2035" in said and NAME in place.read_text(encoding="utf-8")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []




@pytest.mark.parametrize(
    ("query", "said"),
    [("scenario=nothing", 'no scenario "nothing"'), ("variable=gdp", 'no variable "gdp"'), ("result=gone", '"gone"'),
     ("variable=gdp_rael&lang=zh", "这里没有变量“gdp_rael”；是否指“gdp_real”？")],
)
def test_a_wrong_address_is_answered_in_a_sentence(visit: Visit, query: str, said: str) -> None:
    page = visit(f"compare?{query}")
    alert = page.get_by_role("alert").first
    alert.wait_for()
    assert said in alert.inner_text()


def test_numbers_lead_to_where_trust_in_them_is_told(visit: Visit) -> None:
    page = visit(ADDRESS)
    _compared(page)
    page.locator("tr[data-variable=gdp_real] .liaosim-notes a").last.click()
    page.wait_for_url("**/trust?*variable=gdp_real*")
    page.locator(".trust[data-topic=fit] .trust-fan.is-marked").first.wait_for()


def test_words_change_with_the_language(visit: Visit) -> None:
    page = visit(ADDRESS)
    _compared(page)
    name = page.locator("tr[data-variable=gdp_real] th button")
    assert name.inner_text() == variable("province", "gdp_real").label_in("en")
    page.locator(".liaosim-language").click()
    until(page, name.inner_text, lambda text: text == variable("province", "gdp_real").label_in("zh"))
    box = page.locator("figure", has=page.locator("canvas")).first
    until(page, lambda: drawn(box)["series"][0]["markArea"]["data"][-1][0]["name"],
          lambda kind: kind == texts("zh")["chart_what_if"])  # fmt: skip


def test_the_keyboard_reaches_choices_rows_and_exports(visit: Visit) -> None:
    page = visit(ADDRESS)
    _compared(page)
    page.locator("figure canvas").first.wait_for()
    label = variable("province", HEADLINE[0]).label_in("en")
    words = ("liaosim-theme", "liaosim-pick-scenario", f"| {label} |", "liaosim-pick-variable", '"export":"svg"')
    found = reached(page, 80, lambda found: words[-1] in found[-1])
    order = [next((i for i, text in enumerate(found) if word in text), -1) for word in words]
    assert order == sorted(order) and order[0] >= 0, found
