"""Charts of the app: options say what the chart says, with JSON alone; exported files parse and hold its values."""

from __future__ import annotations

import io
import json
import re
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from viz import chart_files, charts
from viz.chart_legend import legend_of
from viz.chart_parts import DARK, LIGHT, Palette
from viz.panels import EntityEffects
from viz.svg import Fan, FanChart, IntervalRow, Marker
from viz.wording import texts

WORDS = texts("en")
YEARS = (2015, 2016, 2017, 2018, 2019)
NAN = float("nan")


def fan(label: str = "policy", style: Any = "new", low: Any = None, median: Any = None, high: Any = None) -> Fan:
    middle = np.array([1.0, 2.0, 3.0, 4.0, 5.0] if median is None else median)
    return Fan(
        label, style, middle, middle - 1.0 if low is None else np.array(low),
        middle + 1.0 if high is None else np.array(high), f"{label}_file",
    )  # fmt: skip


def effects(*rows: IntervalRow) -> EntityEffects:
    return EntityEffects("city", "fdi", "bn USD", rows, "cjk_fta", "baseline", "2031-2035")


def chart(**changes: Any) -> FanChart:
    fields: dict[str, Any] = {
        "title": "Real GDP", "unit": "bn yuan", "years": YEARS, "fans": (fan("baseline", "base"), fan()),
        "history_end": 2017,
    }  # fmt: skip
    return FanChart(**fields | changes)


def series(option: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [one for one in option["series"] if one["name"] == name]
    return found


def band(option: dict[str, Any], stack: str = "fan0") -> tuple[list[Any], list[Any]]:
    """Return the ends of a band as ECharts draws it when it stacks whatever the signs."""
    parts = [one for one in option["series"] if one.get("stack") == stack]
    assert len(parts) == 2 and all(one["stackStrategy"] == "all" for one in parts)
    low, width = (one["data"] for one in parts)
    return low, [None if a is None else a + b for a, b in zip(low, width, strict=True)]


def tooltip(option: dict[str, Any], place: int) -> str:
    return str(series(option, "tooltips")["data"][place]["tooltip"]["formatter"])


def test_options_are_strict_json() -> None:
    gap = chart(fans=(fan(median=[NAN, 2.0, 3.0, 4.0, 5.0]),), observed=((2016, 2.5),))
    rows = [IntervalRow("a", NAN, NAN, NAN)]
    for option in (charts.fan_option(gap, WORDS), charts.interval_option(rows, "%", WORDS)):
        json.dumps(option, allow_nan=False)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ([-2.0, -1.0, 0.0, 1.0, -3.0], [1.0, 2.0, 3.0, 4.0, 5.0]),
        ([-9.0, -8.0, -7.0, -6.0, -5.0], [-4.0, -3.0, -2.0, -1.0, -0.5]),
        ([0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0, 5.0]),
    ],
    ids=["across zero", "all negative", "all positive"],
)
def test_the_band_runs_from_low_to_high_whatever_the_signs(low: list[float], high: list[float]) -> None:
    middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    option = charts.fan_option(chart(fans=(fan(low=low, median=middle, high=high),), difference=True), WORDS)
    bottom, top = band(option)
    assert bottom == pytest.approx(low) and top == pytest.approx(high)
    axis = option["yAxis"][0]
    assert axis["min"] <= min(low) and axis["max"] >= max(high)


def test_unknown_years_leave_gaps_and_say_nothing() -> None:
    gap = [1.0, NAN, 3.0, 4.0, 5.0]
    option = charts.fan_option(chart(fans=(fan("policy", "new", gap, gap, gap),)), WORDS)
    assert series(option, "policy")["data"] == [1.0, None, 3.0, 4.0, 5.0]
    assert band(option)[0] == [1.0, None, 3.0, 4.0, 5.0]
    assert series(option, "tooltips")["data"][1]["value"] is None and tooltip(option, 1) == ""


def test_a_half_known_interval_draws_no_band() -> None:
    option = charts.fan_option(chart(fans=(fan(low=[NAN, 1.0, 2.0, 3.0, 4.0]),)), WORDS)
    assert band(option)[0][0] is None and band(option)[1][0] is None


def test_the_base_is_dashed_and_grey_and_scenarios_differ_from_it_and_each_other() -> None:
    option = charts.fan_option(chart(fans=(fan("baseline", "base"), fan("one"), fan("two"))), WORDS)
    styles = [(s["lineStyle"]["color"], str(s["lineStyle"]["type"])) for s in map(
        lambda name: series(option, name), ("baseline", "one", "two"))]  # fmt: skip
    assert styles[0] == (LIGHT.base, "[5, 4]") and styles[1] == (LIGHT.accent, "solid")
    assert len({color for color, _ in styles}) == len({dash for _, dash in styles}) == 3


def test_every_line_band_and_dot_has_a_key_that_looks_like_it() -> None:
    drawn = chart(fans=(fan("Baseline", "base"), fan("A policy")), observed=((2016, 2.5),), observed_label="observed")
    keys = legend_of(drawn, WORDS)
    assert [(key.kind, key.label) for key in keys] == [
        ("line", "Baseline"), ("line", "A policy"), ("band", "90 % interval"), ("observed", "observed"),
    ]  # fmt: skip
    base, policy, bands, _ = keys
    assert LIGHT.base in base.samples[0] and "repeating" in base.samples[0]  # dashed
    assert policy.samples == (f"background:{LIGHT.accent}",) and policy.tip == "A policy_file"
    assert len(bands.samples) == 2 and f"1px dashed {LIGHT.base}" in bands.samples[0] and "dash" not in bands.samples[1]
    assert "legend" not in charts.fan_option(drawn, WORDS)  # that of the page is the only one


def test_lines_without_a_value_have_no_key() -> None:
    unknown = fan("nothing", median=[NAN] * 5)
    assert [key.kind for key in legend_of(chart(fans=(unknown,)), WORDS)] == []
    assert legend_of(chart(fans=(fan("Baseline", "base"),)), WORDS, dark=True)[0].samples[0].count(DARK.base) == 1


def test_the_band_of_the_base_has_an_outline_that_shows_below_another() -> None:
    option = charts.fan_option(chart(), WORDS)
    widths = {one["stack"]: one["lineStyle"]["width"] for one in option["series"] if "stack" in one}
    assert widths == {"fan0": 1, "fan1": 0}


@pytest.mark.parametrize(
    ("years", "until", "said"),
    [((2013, 2014), None, "history"), ((2016, 2017, 2018), None, "history and what-if"),
     ((2031, 2035), 2017, "what-if"), ((2013, 2014), 2013, "history and history, held out")],
)  # fmt: skip
def test_the_years_of_a_mean_are_told_as_what_they_are(years: tuple[int, ...], until: int | None, said: str) -> None:
    assert charts.year_words(years, WORDS, until) == said


def test_years_are_named_history_held_out_and_what_if() -> None:
    assert charts.stretches(chart(), WORDS) == [("history", 0, 2), ("what-if", 3, 4)]
    named = charts.stretches(chart(), WORDS, fitted_until=2015)
    assert named == [("history", 0, 0), ("history, held out", 1, 2), ("what-if", 3, 4)]
    areas = series(charts.fan_option(chart(), WORDS), "years")["markArea"]["data"]
    assert [(a["name"], a["xAxis"], b["xAxis"]) for a, b in areas] == [("history", -0.5, 2.5), ("what-if", 2.5, 4.5)]
    assert charts.stretches(chart(history_end=None), WORDS) == []


def test_the_tooltip_of_a_year_says_every_scenario_with_interval_unit_and_events() -> None:
    marker = Marker(2018.0, "1", "2018Q1 FTA", "new")
    text = tooltip(charts.fan_option(chart(observed=((2018, 7.0),), observed_label="observed", markers=(marker,)),
                                     WORDS), 3)  # fmt: skip
    plain = re.sub("<[^>]*>", "|", text)
    assert "2018|, bn yuan (what-if)" in plain
    assert "baseline: 4.00 (3.00 to 5.00)" in plain and "policy: 4.00 (3.00 to 5.00)" in plain
    assert "observed: 7.00" in plain and "1: 2018Q1 FTA" in plain


def test_changes_have_signs_and_a_zero_line() -> None:
    option = charts.fan_option(chart(fans=(fan(median=[-2.0] * 5),), difference=True), WORDS)
    assert "−2.00 (−3.00 to −1.00)" in tooltip(option, 0)
    lines = {one["yAxis"]: one["lineStyle"]["color"] for one in series(option, "grid")["markLine"]["data"]}
    assert lines[0.0] == LIGHT.ink != lines[-1.0]


def test_small_changes_are_told_as_in_the_table() -> None:
    option = charts.fan_option(chart(fans=(fan(median=[0.0004] * 5, low=[0.0001] * 5, high=[0.00161] * 5),),
                                     difference=True), WORDS)  # fmt: skip
    assert "+0.0004 (+0.0001 to +0.00161)" in tooltip(option, 0)
    assert ": +0.0004 (" in chart_files.fan_svg(chart(fans=(fan(median=[0.0004] * 5),), difference=True), WORDS)


def test_lines_of_the_grid_stand_where_their_labels_say() -> None:
    option = charts.fan_option(chart(fans=(fan(median=[0.0, 0.01, 0.03, 0.05, 0.07], low=[0.0] * 5, high=[0.08] * 5),),
                                     difference=True), WORDS)  # fmt: skip
    grid = series(option, "grid")["markLine"]
    assert [one["yAxis"] for one in grid["data"]] == [0.0, 0.02, 0.04, 0.06, 0.08]
    assert [one["label"]["formatter"] for one in grid["data"]] == ["0", "+0.02", "+0.04", "+0.06", "+0.08"]
    rows = series(charts.interval_option([IntervalRow("a", 0.0015, 0.001, 0.002)], "%", WORDS), "grid")["markLine"]
    for lines in (grid, rows):
        assert lines["precision"] >= 9, "else ECharts rounds them to two digits"


def test_names_are_no_markup_and_no_places_of_echarts() -> None:
    text = tooltip(charts.fan_option(chart(fans=(fan("<b>{a}"),)), WORDS), 0)
    assert "<b>{" not in text and "&lt;b&gt;&#123;a&#125;" in text


def test_events_stand_where_they_start_and_share_a_line() -> None:
    marks = (Marker(2016.0, "a", "x", "base"), Marker(2016.0, "1", "y", "new"), Marker(2030.0, "2", "z", "new"))
    (line,) = series(charts.fan_option(chart(markers=marks), WORDS), "events")["markLine"]["data"]
    assert (line["xAxis"], line["label"]["formatter"]) == (1.0, "a 1")


def test_observed_points_stand_at_their_years() -> None:
    option = charts.fan_option(chart(observed=((2016, 2.5), (1990, 1.0)), observed_label="observed"), WORDS)
    assert series(option, "observed")["data"] == [[1, 2.5]]


def test_interval_rows_are_drawn_from_low_to_high() -> None:
    rows = [IntervalRow("Dalian", 2.0, 1.0, 3.0), IntervalRow("Jinzhou", -2.0, -3.0, -1.0),
            IntervalRow("Fushun", 0.5, -1.0, 2.0)]  # fmt: skip
    option = charts.interval_option(rows, "%", WORDS)
    assert [one["coords"] for one in series(option, "interval")["data"]] == [
        [[1.0, 0], [3.0, 0]], [[-3.0, 1], [-1.0, 1]], [[-1.0, 2], [2.0, 2]],
    ]  # fmt: skip
    filled = [one["itemStyle"]["color"] != LIGHT.ground for one in series(option, "median")["data"]]
    assert filled == [True, True, False]
    assert tooltip(option, 1) == "Jinzhou: −2.00 (−3.00 to −1.00) %"
    assert option["yAxis"][0]["data"] == ["Dalian", "Jinzhou", "Fushun"] and option["yAxis"][0]["inverse"]


@pytest.mark.parametrize(("block", "colors"), [(".liaosim {", LIGHT), (".liaosim-dark {", DARK)])
def test_colours_are_those_of_the_pages(block: str, colors: Palette) -> None:
    sheet = files("viz").joinpath("components", "app.css").read_text(encoding="utf-8")
    body = sheet[sheet.index(block) :]
    told = dict(re.findall(r"--(\w+): (#\w+);", body[: body.index("}")]))
    for name in ("ink", "quiet", "line", "ground", "panel", "accent", "base", "up", "down"):
        assert getattr(colors, name) == told[name], name


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("p", [LIGHT, DARK])
def test_words_and_lines_have_enough_contrast(p: Palette) -> None:
    def contrast(a: str, b: str) -> float:
        high, low = sorted((luminance(a), luminance(b)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for color in (p.ink, p.quiet, p.accent):  # words
        assert contrast(color, p.ground) >= 4.5 and contrast(color, p.panel) >= 4.5
    for color in (p.base, p.up, p.down, *p.more):  # lines and dots
        assert contrast(color, p.ground) >= 3.0


def test_a_chart_is_told_in_words() -> None:
    said = charts.spoken(chart(observed=((2016, 2.5),), observed_label="observed"), WORDS)
    assert said == ("Real GDP, bn yuan. baseline 2019: 5.00 (4.00 to 6.00); policy 2019: 5.00 (4.00 to 6.00);"
                    " observed 2016: 2.50.")  # fmt: skip
    rows = charts.spoken_rows([IntervalRow("Dalian", 2.0, 1.0, 3.0)], "City", "%", WORDS)
    assert rows == "City, %. Dalian: +2.00 (+1.00 to +3.00)."


# Files


def read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(text.encode("utf-8")), encoding="utf-8-sig")


def test_the_table_of_a_chart_holds_its_values() -> None:
    table = read(chart_files.fan_csv(chart(fans=(fan("辽宁", median=[NAN, 2.0, 3.0, 4.0, 1 / 3]),),
                                           observed=((2016, 2.5),), observed_label="observed"), 2016))  # fmt: skip
    assert list(table.columns) == list(chart_files.FAN_COLUMNS)
    model = table[table.series == "辽宁"]
    assert set(model.scenario) == {"辽宁_file"}
    assert list(model.year) == [2016, 2017, 2018, 2019] and list(model["median"])[:3] == [2.0, 3.0, 4.0]
    assert list(model["median"])[3] == pytest.approx(1 / 3, rel=1e-9)
    assert list(model.years_are) == ["history", "held_out", "what_if", "what_if"]
    (figure,) = table[table.series == "observed"].to_dict("records")
    assert (figure["year"], figure["median"]) == (2016, 2.5) and np.isnan(figure["p05"])


def test_the_table_of_rows_holds_their_values() -> None:
    table = read(chart_files.interval_csv(effects(IntervalRow('Da"lian, 大连', -2.0, -3.0, 1.0))))
    assert table.to_dict("records") == [{
        "variable": "fdi", "scenario": "cjk_fta", "base": "baseline", "level": "city", "name": 'Da"lian, 大连',
        "period": "2031-2035", "unit": "bn USD", "median": -2.0, "p05": -3.0, "p95": 1.0,
    }]  # fmt: skip


def test_a_change_names_variable_scenario_and_base_and_a_level_no_base() -> None:
    told = read(chart_files.fan_csv(chart(variable="fdi", base="baseline", fans=(fan("A policy"),))))
    assert set(map(tuple, told[["variable", "scenario", "base", "series"]].to_numpy())) == {
        ("fdi", "A policy_file", "baseline", "A policy")
    }
    assert read(chart_files.fan_csv(chart(variable="fdi"))).base.isna().all()


SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("kind", ["fan", "interval"])
def test_a_picture_opens_alone(kind: str) -> None:
    drawn = chart(title="GDP <实际> & more", observed=((2016, 2.5),), observed_label="observed")
    rows = effects(IntervalRow("Dalian & 大连", 2.0, 1.0, 3.0))
    text = (
        chart_files.fan_svg(drawn, WORDS, 2015) if kind == "fan"
        else chart_files.interval_svg(rows, drawn.title, "A policy & more", WORDS)
    )  # fmt: skip
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert root.tag == SVG + "svg" and float(root.get("width", "0")) > 0
    (style,) = root.findall(SVG + "style")
    assert style.text is not None and "var(" not in style.text and "url(" not in style.text
    styled = set(re.findall(r"\.([a-z]+)", style.text))
    used = {one for e in root.iter() for one in e.get("class", "").split()} - {"unit", "tick", "base", "new"}
    assert used and used <= styled
    titles = [e.text for e in root.iter(SVG + "text") if e.get("class") == "heading"]
    assert titles == ["GDP <实际> & more"]


def test_the_picture_of_fans_names_its_lines() -> None:
    root = ElementTree.fromstring(chart_files.fan_svg(chart(observed=((2016, 2.5),), observed_label="seen"), WORDS))
    keys = [e.text for e in root.iter(SVG + "text") if e.get("class") == "key"]
    assert keys == ["baseline", "policy", "band: 90 % interval over runs", "seen", "shaded: history to 2017"]


def words_of(text: str, kind: str) -> list[tuple[float, str]]:
    """Return height and words of the texts of a class."""
    root = ElementTree.fromstring(text)
    return [(float(e.get("y", "")), e.text or "") for e in root.iter(SVG + "text") if e.get("class") == kind]


def test_a_picture_says_of_what_and_when_it_is() -> None:
    about = "A policy: change against the baseline, mean of 2031–2035 (what-if)"
    rows = effects(IntervalRow("Dalian", 2.0, 1.0, 3.0))
    text = chart_files.interval_svg(rows, "City: FDI inflow", about, WORDS)
    assert [said for _, said in words_of(text, "heading")] == ["City: FDI inflow"]
    assert " ".join(said for _, said in words_of(text, "about")).endswith("mean of 2031–2035 (what-if)")
    assert LIGHT.up in text and "#0b67b2" not in text  # the colours of the page, not those of the report


def test_a_picture_of_fans_says_what_its_years_are() -> None:
    text = chart_files.fan_svg(chart(years=tuple(range(2006, 2036)), fans=(fan(median=np.arange(30.0)),)), WORDS, 2013)
    named = [said for _, said in words_of(text, "tick") if said[-1].isalpha()]
    assert named == ["history", "what-if"]  # "held out" has no room, but its years have a tint with a key
    assert text.count('class="heldout"') == 2 and "history, held out" in [said for _, said in words_of(text, "key")]
    wide = chart_files.fan_svg(chart(), WORDS, 2015)
    assert "history, held out" in [said for _, said in words_of(wide, "tick")]
    assert 'class="heldout"' not in chart_files.fan_svg(chart(), WORDS)


@pytest.mark.parametrize("title", ["A long title of a scenario of somebody " * 5, "一个很长的情景（名称）" * 12])
def test_words_above_a_picture_stay_within_it_and_apart(title: str) -> None:
    drawn = chart(title=title, fans=(fan("Baseline", "base"), fan(title[:80])), observed=((2016, 2.5),),
                  observed_label="observed")  # fmt: skip
    text = chart_files.fan_svg(drawn, WORDS)
    root = ElementTree.fromstring(text)
    top, width = (float(root.get("viewBox", "").split()[i]) for i in (1, 2))
    lines = words_of(text, "heading")
    assert len(lines) > 2 and "".join("".join(said for _, said in lines).split()) == "".join(title.split())
    assert not [said for _, said in lines if said[0] in "）" or said[-1] in "（"]
    size = chart_files.LINES["heading"][0]
    for y, said in lines:
        assert y > top and sum(size if ord(c) > 0x2E80 else 0.5 * size for c in said) <= width
    heights = sorted({y for kind in ("heading", "key") for y, _ in words_of(text, kind)})
    assert min(np.diff(heights)) >= 14 and heights[-1] <= -chart_files.SIDE
