"""What a reader of the report meets first: titles of scenarios, what years are, and the clearest effects."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.headline import Interval, build_headline
from simulator.results import Results
from simulator.scenario import Scenario, load_scenario
from simulator.world import World
from tests.test_report import STORY, Page, page_of, runs_of
from viz.reports.effects import Effects


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> list[Scenario]:
    path: Path = tmp_path_factory.mktemp("story") / "early_push.toml"
    path.write_text(STORY, encoding="utf-8")
    return [load_scenario("baseline"), load_scenario(path)]


@pytest.fixture(scope="module")
def results(world: World, scenarios: list[Scenario]) -> Results:
    return runs_of(world, scenarios, 20, "2013Q4")


@pytest.fixture(scope="module")
def english(results: Results, scenarios: list[Scenario]) -> str:
    return page_of(results, scenarios)


@pytest.fixture(scope="module")
def chinese(results: Results, scenarios: list[Scenario]) -> str:
    return page_of(results, scenarios, "zh")


def test_titles_stand_in_headings_legends_and_table_heads_and_names_in_small_print(english: str, chinese: str) -> None:
    told = {english: ("Baseline", ", compared with the baseline"), chinese: ("基准情景", "：与基准情景的比较")}
    for text, (base, against) in told.items():
        assert f"Research <b>push</b> & more{against}" in Page(text).text
        legend = re.findall(r'<span class="key (base|new)"></span>([^<]*?) ?(?=<)', text)
        assert ("base", base) in legend and ("new", "Research &lt;b&gt;push&lt;/b&gt; &amp; more") in legend
        assert len(legend) >= 3 and not [said for _, said in legend if said in ("baseline", "early_push")]
        assert re.search(r'<th><a href="#s-early_push">Research .*?</a><br><small>early_push</small></th>', text)
        tips = re.findall(r"<title>[^<]*</title>", text)
        assert len(tips) > 300 and not [one for one in tips if "early_push" in one or re.search(r"\bbaseline:", one)]


def test_charts_of_history_are_no_what_if(english: str) -> None:
    """The result ends in 2013: nothing is said of what follows 2017."""
    drawings = re.findall(r"<svg.*?</svg>", english, re.DOTALL)
    assert sum(">history<" in one for one in drawings) > 20
    assert "what-if<" not in english and "not a forecast" not in english


def test_the_last_year_is_told_where_it_is_less_clear_than_the_last_years(
    results: Results, scenarios: list[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(low: float) -> str:
        headline = build_headline(results, {s.name: s.schedule() for s in scenarios})
        changed = tuple(
            replace(e, percent=Interval(0.2, low if e.period == "2013" else 0.1, 0.3))
            if e.variable.name == "gdp_real" else e
            for e in headline.effects
        )  # fmt: skip
        return Effects(results, replace(headline, effects=changed), "early_push", "en").sentences()[0]

    assert said(-0.1).endswith(" In 2013 alone the direction is not clear (−0.100 to +0.300).")
    assert "alone" not in said(0.05) and said(0.05).endswith("runs).")


def test_what_is_clear_is_told_before_what_is_not(results: Results, scenarios: list[Scenario]) -> None:
    headline = build_headline(results, {s.name: s.schedule() for s in scenarios})
    for low, other, rise, place in ((-1.0, 0.5, 1.0, -1), (0.5, -1.0, 0.6, 1), (-1.0, -1.0, 0.6, -1)):
        changed = tuple(
            replace(e, percent=Interval(1.0, low if e.variable.name == "employment" else other, 2.0),
                    prob_positive=rise if e.variable.name != "employment" else 0.55)
            if e.percent else e for e in headline.effects
        )  # fmt: skip
        told = Effects(results, replace(headline, effects=changed), "early_push", "en").told()
        assert len(told) == 4 and told[0] == "gdp_real" and told[place] == "employment", (low, other)
