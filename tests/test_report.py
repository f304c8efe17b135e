"""The report: the same numbers as the tables, offline, safe, in both languages, whatever the result."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from simulator.ensemble import simulate
from simulator.headline import build_headline
from simulator.manifest import build_manifest
from simulator.parameters import draw_table
from simulator.results import Results
from simulator.scenario import Scenario, load_scenario
from simulator.world import World
from tests.app.served import chromium
from viz.reports import compare as report
from viz.reports.compare import report_html
from viz.wording import percent, signed, texts, typographic

VOID = {"meta", "br", "img", "input", "hr", "link"}
STORY = """
[scenario]
name = "early_push"
extends = "baseline"
title = "Research <b>push</b> & more"
summary = "A test </style><script>alert(1)</script> story."
sources = ["Assumption <img src=x onerror=alert(1)>"]

[[lever]]
instrument = "rd_support"
cities = ["Dalian", "Shenyang"]
start = "2008Q1"
size = { low = 0.2, mode = 0.5, high = 0.9 }
phase_in = 4
"""


class Page(HTMLParser):
    """Tags in order, attributes, and tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(tag)
        else:
            self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def runs_of(world: World, scenarios: Sequence[Scenario], runs: int, until: str, kind: str = "prior") -> Results:
    table = draw_table(kind, runs, 3)
    return Results([simulate(world, s, runs=runs, seed=3, until=until, parameters=table) for s in scenarios])


def page_of(results: Results, scenarios: Sequence[Scenario], lang: str = "en", **manifest: Any) -> str:
    built = build_manifest(results, ["liaosim", "compare", "a b.toml"], warnings=("a notice",)) | manifest
    return report_html(results, scenarios, built, lang)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("story") / "early_push.toml"
    path.write_text(STORY, encoding="utf-8")
    return load_scenario(path)


@pytest.fixture(scope="module")
def scenarios(story: Scenario) -> list[Scenario]:
    return [load_scenario("baseline"), story]


@pytest.fixture(scope="module")
def results(world: World, scenarios: list[Scenario]) -> Results:
    return runs_of(world, scenarios, 60, "2013Q4")


@pytest.fixture(scope="module")
def english(results: Results, scenarios: list[Scenario]) -> str:
    return page_of(results, scenarios)


@pytest.fixture(scope="module")
def chinese(results: Results, scenarios: list[Scenario]) -> str:
    return page_of(results, scenarios, "zh")


def test_headline_numbers_are_those_of_the_headline(results: Results, english: str) -> None:
    shown = Page(english).text
    effects = [e for e in build_headline(results).effects if e.period == "2009-2013"]
    assert len(effects) == 11
    for effect in effects:
        if effect.variable.name == "policy_cost":
            a = effect.absolute
            row = f"Policy cost {signed(a.median)} {signed(a.p05)} to {signed(a.p95)} bn yuan 100 %"
            assert row in shown
            continue
        assert effect.percent is not None
        p, a = effect.percent, effect.absolute
        row = f"{percent(p.median)} {percent(p.p05)} to {percent(p.p95)} "
        row += f"{signed(a.median)} {signed(a.p05)} to {signed(a.p95)}"
        assert row in shown, effect.variable.name


def test_sentences_say_the_effect_with_its_interval(results: Results, english: str) -> None:
    effect = next(
        e for e in build_headline(results).effects if e.variable.name == "gdp_real" and e.period == "2009-2013"
    )
    assert effect.percent is not None
    p = effect.percent
    said = f"Real GDP, 2009–2013: {percent(p.median)} % against the base (90 % interval {percent(p.p05)} to"
    assert said in Page(english).text


def test_policy_cost_is_told_with_its_share_of_gdp_and_what_revenue_covers(english: str) -> None:
    text = Page(english).text
    assert re.search(
        r"Policy cost, bn yuan at current prices: \+[\d.]+ \(.*?\) a year in 2009–2013, in % of GDP \+", text
    )
    assert "in 2008–2013, not discounted" in text
    assert re.search(r"Revenue gained less policy cost in 2009–2013: −[\d.]+ bn yuan a year", text)


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_the_page_is_well_formed(name: str, request: pytest.FixtureRequest) -> None:
    text: str = request.getfixturevalue(name)
    assert not Page(text).wrong
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(drawings) > 40
    for drawing in drawings:
        ElementTree.fromstring(drawing)
    assert not re.search(r'="[^"]*(?<![A-Za-z])(nan|inf|None)(?![A-Za-z])[^"]*"', " ".join(drawings))


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_nothing_comes_from_outside(name: str, request: pytest.FixtureRequest) -> None:
    text: str = request.getfixturevalue(name)
    page = Page(text)
    assert "default-src 'none'" in text
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.tags}
    ids = {attributes.get("id") for _, attributes in page.tags}
    for tag, attributes in page.tags:
        assert not [key for key in attributes if key in ("src", "srcset", "action") or key.startswith("on")], tag
        if "href" in attributes:
            assert attributes["href"] and attributes["href"][0] == "#" and attributes["href"][1:] in ids
    assert "@import" not in text and "url(" not in text


def test_texts_of_a_file_are_shown_not_obeyed(english: str) -> None:
    assert "<script" not in english and "<b>push" not in english
    assert "Research <b>push</b> & more" in Page(english).text


def test_a_scenario_name_may_be_a_combination(world: World) -> None:
    names = ["baseline", "talent_retention+rd_push"]
    chosen = [load_scenario(name) for name in names]
    page = Page(page_of(runs_of(world, chosen, 2, "2026Q4"), chosen))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert f"s-{names[1]}" in ids and len(ids) == len(set(ids))


def test_card_events_and_drivers_are_there(english: str) -> None:
    text = Page(english).text
    for part in (
        "What was assumed", "R&D support", "Shenyang and Dalian",
        "1: 2008Q1 R&D support (Shenyang, Dalian)", "a: 2012Q4 Political shock (Japan)", "What drives this effect",
        "The drivers explain", "size of the policy", "not identified", "Leans on", "What this model cannot show",
        "Behind these effects", "Purchases from the rest of China",
    ):  # fmt: skip
        assert part in text, part


def test_the_size_of_the_policy_drives_its_effect(english: str) -> None:
    """Cost and effect of more research rise with the sampled size: the strongest driver by construction."""
    assert re.search(r"<code>rd_support</code></th><td>\+0\.\d+ <small>", english)


def test_levels_show_observed_figures(english: str) -> None:
    assert english.count('class="observed"') > 50


def test_provenance_is_complete(results: Results, english: str) -> None:
    text = Page(english).text
    for part in (
        "liaosim compare 'a b.toml'",
        results.base.parameters.hash[:12],
        "liaosim rerun",
        "numpy 2",
        "a notice",
    ):
        assert part in text, part


def test_both_languages_have_the_same_texts() -> None:
    en, zh = texts("en"), texts("zh")
    assert list(en) == list(zh)
    for key in en:
        fields = [sorted(re.findall(r"\{(\w+)\}", text)) for text in (en[key], zh[key])]
        assert fields[0] == fields[1], key
        words = re.sub(r"\{\w+\}|P\(>0\)", "", en[key])
        assert re.search(r"[\u4e00-\u9fff]", zh[key]) or not re.search("[a-z]", words), key


def test_no_text_is_idle() -> None:
    folder = Path(report.__file__).parent.parent
    code = "".join(p.read_text(encoding="utf-8") for p in [*folder.rglob("*.py"), *folder.rglob("*.html")])
    used = set(re.findall(r"\bt\.(\w+)", code)) | set(re.findall(r"""["'](\w+)["']""", code))
    families = re.compile("|".join([r"reading_\d", r"level_\w+", r"\w+_warning", *put_together(folder)]))
    idle = [key for key in texts("en") if key not in used and not families.fullmatch(key)]
    assert not idle


def put_together(folder: Path) -> list[str]:
    """Return the keys that code puts together, such as ``f"app_tab_{name}"``, as patterns."""
    found = []
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [str(p.value) if isinstance(p, ast.Constant) else "" for p in node.values]
                if re.fullmatch(r"[a-z]\w{3,}", parts[0]) and re.fullmatch(r"\w+", "".join(parts)):
                    found.append("".join(part or r"\w+" for part in parts))
    return found


def test_chinese_page_is_chinese(chinese: str) -> None:
    page = Page(chinese)
    assert dict(page.tags)["html"]["lang"] == "zh-CN"
    for part in ("效果一览", "实际地区生产总值", "大连", "研发支持", "十亿元", "谁受益"):
        assert part in page.text, part
    left = set(re.findall(r"[A-Za-z]{4,}", " ".join(t for t in page.words if re.search(r"[\u4e00-\u9fff]", t))))
    assert not left & {"Real", "Change", "Unit", "higher", "Cities", "from", "over", "nothing", "interval"}, left


def test_one_scenario_alone(world: World) -> None:
    chosen = [load_scenario("baseline")]
    page = Page(page_of(runs_of(world, chosen, 3, "2010Q4"), chosen))
    assert "Effects at a glance" not in page.text
    assert "Over time" in page.text and "The base against what was observed" in page.text


def test_no_full_year(world: World, scenarios: list[Scenario]) -> None:
    page = Page(page_of(runs_of(world, scenarios, 2, "2006Q3"), scenarios))
    assert "No full year was simulated" in page.text and not page.wrong


def test_a_scenario_without_effect(world: World, scenarios: list[Scenario]) -> None:
    page = Page(page_of(runs_of(world, scenarios, 3, "2007Q4"), scenarios))  # its lever starts in 2008
    assert "no effect in any run" in page.text
    assert "Policy cost: not modelled" not in page.text  # it is, only later
    assert "The effect is zero in every run." in page.text


def test_point_parameters_are_said(world: World, scenarios: list[Scenario]) -> None:
    text = Page(page_of(runs_of(world, scenarios, 2, "2009Q4", "point"), scenarios)).text
    assert "Point parameters" in text and "Not calibrated" not in text


def test_failed_runs_are_said(results: Results, scenarios: list[Scenario]) -> None:
    broken = replace(results.ensembles[1], failures=((5, "2009Q1: broke"),))  # type: ignore[type-var]
    text = Page(page_of(Results([results.ensembles[0], broken]), scenarios)).text
    assert "1 of 60 runs failed" in text


def test_a_cost_that_is_not_modelled_is_said_and_is_not_zero(world: World) -> None:
    chosen = [load_scenario("baseline"), load_scenario("port_consolidation")]
    page = Page(page_of(runs_of(world, chosen, 2, "2027Q4"), chosen))
    assert "Policy cost: not modelled." in page.text
    assert "Policy cost, % of GDP not modelled" in page.text
    assert "Policy cost not modelled" in page.text


def test_a_base_without_pairs_has_no_section(results: Results, scenarios: list[Scenario]) -> None:
    broken = [
        replace(e, failures=tuple((run, "broke") for run in range(60) if run % 2 == i))  # type: ignore[type-var]
        for i, e in enumerate(results.ensembles)
    ]
    page = Page(page_of(Results(broken), scenarios))
    assert "No run finished both in the base and in Research <b>push</b> & more" in page.text and not page.wrong


def test_section_names_do_not_clash(world: World, tmp_path: Path) -> None:
    names = ("base", "overview", "levels", "past", "reading", "provenance")
    for name in names:
        text = STORY.replace("early_push", name)
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    chosen = [load_scenario("baseline"), *(load_scenario(tmp_path / f"{name}.toml") for name in names)]
    page = Page(page_of(runs_of(world, chosen, 2, "2008Q4"), chosen))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids)) and {f"s-{name}" for name in names} <= set(ids)


def test_few_runs_are_warned_of_and_nothing_is_bold(world: World, scenarios: list[Scenario]) -> None:
    text = page_of(runs_of(world, scenarios, 3, "2010Q4"), scenarios)
    assert "Only 3 runs" in text
    assert 'class="certain"' not in text


def test_fit_is_told_in_numbers(english: str) -> None:
    said = r"\d of 7 figures after 2006 lie in the 90 % interval; the median misses them by [\d.]+ %"
    assert re.search(said, english)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1.5 (-2 to -1)", "−1.5 (−2 to −1)"),
        ("Cut of non-tariff barriers", "Cut of non-tariff barriers"),
        ("GDP -0.4 % in 2027 (P(>0) 0.05)", "GDP −0.4 % in 2027 (P(>0) 0.05)"),
        ("2031-2035, 2026Q1-4", "2031-2035, 2026Q1-4"),
    ],
)
def test_only_minus_signs_become_typographic(text: str, expected: str) -> None:
    assert typographic(text) == expected


def test_the_report_is_the_same_each_time(results: Results, scenarios: list[Scenario], english: str) -> None:
    again = page_of(results, scenarios)
    clock = re.compile(r"\d{4}-\d\d-\d\d(T[\d:+]+)?")
    assert clock.sub("", again) == clock.sub("", english)


def test_differences_in_charts_match_the_table(results: Results, english: str) -> None:
    """Tooltips of the change of GDP repeat ``differences.csv``."""
    table = results.differences
    row = table[
        (table.level == "province") & (table.variable == "gdp_real") & (table.period == "2013")
        & (table.measure == "percent")
    ].iloc[0]  # fmt: skip
    title = "Research &lt;b&gt;push&lt;/b&gt; &amp; more"
    expected = f"2013, %\n{title}: {signed(row['median'])} ({signed(row.p05)} to {signed(row.p95)})"
    assert expected in english
    assert np.isfinite(row["median"])


@pytest.mark.browser
def test_a_browser_opens_and_prints_it(english: str, chinese: str, tmp_path: Path) -> None:
    common = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    for name, text in (("en", english), ("zh", chinese)):
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        dom = subprocess.run(
            [*common, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=60, check=True
        ).stdout
        assert dom.count("<svg") == text.count("<svg")
        printed = tmp_path / f"{name}.pdf"
        subprocess.run(
            [*common, f"--print-to-pdf={printed}", path.as_uri()], capture_output=True, timeout=60, check=True
        )
        pages = len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
        assert pages >= 5
