"""The page that compares: its figures are those of the results folder, and it says how sure they are."""

from __future__ import annotations

import io
import pickle
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

import viz.doubts
from simulator.errors import InputError
from simulator.headline import HEADLINE, Interval
from simulator.results import Results
from simulator.sensitivity import Driver, EffectDrivers, Lean
from simulator.skill_card import losing
from viz import compare_tables, panels
from viz.compare_tables import CHARTED, Comparison, Line
from viz.components.effect_table import effect_rows
from viz.components.export import file_name
from viz.kept import Kept
from viz.library import Library, Opened
from viz.state import Session
from viz.svg import FanChart
from viz.wording import texts

WORDS = texts("en")
NUMBERS = ("median", "p05", "p95")


@pytest.fixture(scope="module")
def demo(results_folder: Path) -> Opened:
    return Library(results_folder).open("demo")


@pytest.fixture(scope="module")
def trade(demo: Opened) -> Comparison:
    return compare_tables.compare(demo, "cjk_fta", "en")


def stored(demo: Opened, name: str) -> pd.DataFrame:
    return pd.read_csv(demo.folder / name, dtype={"period": str, "base": str}, keep_default_na=False,
                       na_values={"prob_positive": ""})  # fmt: skip


# Figures


@pytest.mark.parametrize("scenario", ["cjk_fta", "talent_retention"])
def test_the_table_holds_the_headline_of_the_folder_in_its_order(demo: Opened, scenario: str) -> None:
    lines = compare_tables.compare(demo, scenario, "en").lines
    assert tuple(line.name for line in lines) == HEADLINE
    told = stored(demo, "headline.csv")
    told = told[(told.scenario == scenario) & (told.period == "2031-2035")].set_index(["variable", "measure"])
    assert len(told) > len(HEADLINE)
    for line in lines:
        for measure, value in (("absolute", line.absolute), ("percent", line.percent)):
            row: Any = told.loc[(line.name, measure)]
            assert value is not None
            assert (value.median, value.p05, value.p95, line.rise) == pytest.approx(
                tuple(row[[*NUMBERS, "prob_positive"]]), rel=1e-8, abs=1e-12
            ), (line.name, measure)


def test_the_exported_table_is_the_part_of_the_folder_s(demo: Opened, trade: Comparison) -> None:
    exported = pd.read_csv(io.StringIO(trade.table.lstrip("\ufeff")), dtype=str, keep_default_na=False)
    whole = pd.read_csv(demo.folder / "headline.csv", dtype=str, keep_default_na=False)
    part = whole[whole.scenario.isin(["baseline", "cjk_fta"])].reset_index(drop=True)
    assert len(part) > 40
    pd.testing.assert_frame_equal(exported, part)


def values(chart: FanChart, fan: int = 0) -> dict[str, tuple[float, ...]]:
    found = chart.fans[fan]
    return {str(year): (float(found.median[i]), float(found.low[i]), float(found.high[i]))
            for i, year in enumerate(chart.years)}  # fmt: skip


@pytest.mark.parametrize("name", CHARTED)
def test_charts_hold_the_figures_of_the_folder(demo: Opened, trade: Comparison, name: str) -> None:
    change = compare_tables.change_of(demo, trade, name, "en")
    measure = "percent" if change.unit == "%" else "absolute"
    told = stored(demo, "differences.csv")
    told = told[(told.scenario == "cjk_fta") & (told.level == "province") & (told.variable == name)
                & (told.measure == measure) & (told.freq == "A")].set_index("period")  # fmt: skip
    shown = values(change)
    assert len(shown) == 12 and min(shown) == "2024"
    for year, figures in shown.items():
        assert figures == pytest.approx(tuple(told.loc[year, list(NUMBERS)]), rel=1e-7, abs=1e-9), year
    level = compare_tables.level_of(demo, trade, name, "en")
    summary = stored(demo, "summary.csv")
    summary = summary[(summary.level == "province") & (summary.variable == name) & (summary.freq == "A")]
    for fan, scenario in enumerate(("baseline", "cjk_fta")):
        part = summary[summary.scenario == scenario].set_index("period")
        shown = values(level, fan)
        assert len(shown) == 30
        for year, figures in shown.items():
            assert figures == pytest.approx(tuple(part.loc[year, list(NUMBERS)]), rel=1e-7), (scenario, year)


def test_the_base_is_always_drawn_and_events_are_marked(demo: Opened, trade: Comparison) -> None:
    level = compare_tables.level_of(demo, trade, "gdp_real", "en")
    assert [(fan.label, fan.name, fan.style) for fan in level.fans] == [
        ("Baseline", "baseline", "base"), ("China-Japan-Korea free trade agreement from 2026", "cjk_fta", "new"),
    ]  # fmt: skip
    assert (level.variable, level.base) == ("gdp_real", "")
    assert dict(level.observed)[2010] > 0.0 and level.history_end == 2017
    assert {mark.style for mark in level.markers} == {"base", "new"}
    change = compare_tables.change_of(demo, trade, "gdp_real", "en")
    assert [mark.position for mark in change.markers] == [2026.0]
    assert [fan.name for fan in change.fans] == ["cjk_fta"] and change.base == "baseline"
    assert "2026Q1" in trade.events("new")[0]


def test_charts_are_named_in_the_reader_s_language(demo: Opened) -> None:
    comparison = compare_tables.compare(demo, "cjk_fta", "zh")
    level = compare_tables.level_of(demo, comparison, "gdp_real", "zh")
    assert (level.title, *(fan.label for fan in level.fans)) == (
        "实际地区生产总值", "基准情景", "2026年起实施中日韩自由贸易协定",
    )  # fmt: skip
    named = [(fan.name, fan.label) for fan in level.fans]
    assert compare_tables.names_of(demo, "zh")[:2] == named
    assert comparison.about(texts("zh")) == (
        "2026年起实施中日韩自由贸易协定：与基准情景相比的变化，2031–2035 年平均（假设）"
    )
    assert comparison.lines[0].label == "实际地区生产总值" and "基准" in comparison.sentences[0]


@pytest.mark.parametrize("level", compare_tables.LEVELS)
def test_effects_by_place_are_those_of_the_panels(demo: Opened, trade: Comparison, level: str) -> None:
    found = compare_tables.places_of(demo, trade, level, "en")
    assert [(one.level, one.variable) for one in found] == [x for x in panels.ENTITY_CHANGES if x[0] == level]
    whole = panels.entity_effects(demo.results, "cjk_fta", level, found[0].variable, "en")
    assert found[0].rows == whole.rows and len(whole.rows) > 3
    assert {(one.scenario, one.base, one.period) for one in found} == {("cjk_fta", "baseline", "2031-2035")}


def test_parameters_say_until_when_history_was_fitted(trade: Comparison) -> None:
    assert trade.fitted_until == 2017


def test_variables_to_choose_are_those_of_the_table_trade_in_dollars_beside_trade_in_yuan() -> None:
    assert set(CHARTED) == {*HEADLINE, *panels.CHANGES}
    assert tuple(name for name in CHARTED if name in HEADLINE) == HEADLINE
    for name in ("exports", "imports"):
        assert CHARTED[CHARTED.index(name) + 1] == f"{name}_usd"


def test_figures_of_history_are_not_called_a_what_if(demo: Opened) -> None:
    """The same folder, cut after 2017, and cut in 2019."""
    for last, kind, warned in ((2017, "history", False), (2019, "history and what-if", True)):
        quarters = 4 * (last - 2005)
        parts = [
            replace(cast(Any, each), quarters=quarters, levels={k: v[:, :quarters] for k, v in each.levels.items()})
            for each in demo.results.ensembles
        ]
        found = compare_tables.compare(replace(demo, results=Results(parts)), "cjk_fta", "en")
        assert found.unit_in("%", WORDS) == f"%, mean of {last - 4}–{last} ({kind})"
        assert (WORDS["not_forecast"] in found.warnings) is warned


# One scenario, and none


def test_the_base_alone_shows_levels_and_no_effects(demo: Opened) -> None:
    alone = compare_tables.compare(demo, "baseline", "en")
    assert alone.alone and not (alone.lines or alone.sentences or alone.costs)
    told = stored(demo, "headline.csv")
    row = told[(told.scenario == "baseline") & (told.variable == "gdp_real") & (told.measure == "level")].iloc[0]
    value = alone.levels[0].values[0]
    assert (value.median, value.p05, value.p95) == pytest.approx(tuple(row[list(NUMBERS)]), rel=1e-8)
    assert [fan.style for fan in compare_tables.level_of(demo, alone, "gdp_real", "en").fans] == ["base"]


def test_an_unknown_scenario_is_told(demo: Opened) -> None:
    with pytest.raises(InputError, match='no scenario "cjk_fat" in demo.*did you mean'):
        compare_tables.compare(demo, "cjk_fat", "en")


def test_a_pair_without_a_common_run_says_so(demo: Opened) -> None:
    base, other = (replace(cast(Any, e), failures=tuple((i, "broken") for i in runs)) for e, runs in (
        (demo.results.base, range(0, 6)), (demo.results.ensemble("cjk_fta"), range(6, 12))))  # fmt: skip
    broken = replace(demo, results=type(demo.results)([base, other]))
    found = compare_tables.compare(broken, "cjk_fta", "en")
    assert found.lines == () and found.runs == 0
    assert found.warnings[0].startswith("No run finished both in the base and in China-Japan-Korea free trade")
    assert compare_tables.doubts(broken, "cjk_fta", "en").said == ()


def test_few_runs_are_warned_of(trade: Comparison) -> None:
    assert any(text.startswith("Only 12 runs") for text in trade.warnings) and trade.runs == 12


# How sure


def line(**changes: Any) -> Line:
    fields: dict[str, Any] = {
        "name": "gdp_real", "label": "Real GDP", "unit": "bn yuan", "percent": Interval(1.0, 0.5, 2.0),
        "absolute": Interval(30.0, 15.0, 60.0), "better": "up", "rise": 0.8, "runs": 100, "losing": "",
    }  # fmt: skip
    return Line(**fields | changes)


@pytest.mark.parametrize(
    ("better", "probability", "said"), [("up", 0.8, "80 %"), ("down", 0.2, "20 %"), ("none", None, "rise: 80 %")]
)
def test_better_is_where_the_variable_says(better: str, probability: float | None, said: str) -> None:
    found = line(better=better)
    assert found.probability_better == (None if probability is None else pytest.approx(probability))
    assert found.probability_text(WORDS) == said


def test_certainty_is_not_claimed_of_rounding_or_of_few_runs() -> None:
    assert line(rise=0.999, runs=1000).probability_text(WORDS) == "99 %" and line(rise=1.0).certain
    assert not line(runs=19).certain and not line(absolute=Interval(1.0, -1.0, 2.0)).certain
    assert line(absolute=Interval(0.0, 0.0, 0.0), rise=0.5).probability_text(WORDS) == "no effect"


def test_numbers_have_signs_and_typographic_minus() -> None:
    found = line(percent=Interval(-1.234, -2.0, 0.5))
    assert found.percent_text("to") == ("−1.23 %", "−2.00 to +0.500")
    assert line(percent=None).percent_text("to") == ("–", "")


def lean(literature: float, explained: float = 0.6, measured: bool = True) -> Lean:
    drivers = tuple(
        Driver(name, f"label of {name}", f"{name}的名称", "parameter", "", 0.5, 0.4, 0.6, share, "none", "L", 0.5, 0.1,
               driven)
        for name, share, driven in (("a", explained * literature, True), ("b", explained * (1 - literature), False))
        if share > 0.0
    )
    effect = EffectDrivers("s", "province", "Liaoning", "gdp_real", "2035", "percent", 100, 5, drivers, explained,
                           0.1, {}, "drivers", measured)  # fmt: skip
    return Lean(effect, 0.5, 0.0, "assumptions")


@pytest.mark.parametrize(
    ("found", "driven"),
    [(lean(0.6), True), (lean(0.4), False), (lean(0.9, explained=0.1), False), (lean(0.9, measured=False), False)],
)
def test_literature_driven_is_what_caveats_say(
    demo: Opened, monkeypatch: pytest.MonkeyPatch, found: Lean, driven: bool
) -> None:
    monkeypatch.setattr(viz.doubts, "leans", lambda results, scenario: (found,))
    doubts = compare_tables.doubts(demo, "cjk_fta", "en")
    assert doubts.literature == ({"gdp_real"} if driven else set())
    assert any("at least half" in text.lower() and "Real GDP" in text for text in doubts.said) is driven
    assert any("were not fitted" in text for text in doubts.said) is driven  # a term is explained where it is used


def test_what_drives_effects_is_told_in_words_and_only_if_it_can_be_told(
    demo: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viz.doubts, "leans", lambda results, scenario: (lean(1.0),))
    (led, meaning) = compare_tables.doubts(demo, "cjk_fta", "en").said
    assert led.endswith("what drives these effects most: label of a.") and "not fitted" in meaning
    (led, _) = compare_tables.doubts(demo, "cjk_fta", "zh").said
    assert "a的名称" in led and "label" not in led
    for none in (lean(1.0, measured=False), lean(0.9, explained=0.1)):
        monkeypatch.setattr(viz.doubts, "leans", lambda results, scenario, none=none: (none,))
        assert compare_tables.doubts(demo, "cjk_fta", "en").said == ()


def session_in(lang: str) -> Session:
    class Held:
        value = lang

    return cast(Session, SimpleNamespace(lang=Held(), text=lambda key: texts(lang)[key]))


def test_about_zero_is_never_bold_and_small_changes_have_a_digit() -> None:
    found = line(absolute=Interval(0.0004, 2e-7, 0.00161), percent=Interval(0.0001, 0.00005, 0.0002))
    assert found.certain and found.absolute_text("to") == ("+0.0004", "≈ 0 to +0.00161")
    (row,) = effect_rows([found], frozenset(), "demo", session_in("en"))
    assert [(cell["text"], cell["about"]) for cell in row["cells"][:2]] == [("≈ 0 %", True), ("+0.0004", False)]


def test_every_row_leads_to_how_sure_it_is() -> None:
    rows = effect_rows([line(losing="Exports: worse."), line(name="fdi")], frozenset({"gdp_real"}), "my run",
                       session_in("en"))  # fmt: skip
    assert rows[0]["trust"] == "/trust?variable=gdp_real&result=my+run"
    assert [(note["text"], note["trust"].split("&")[0]) for note in rows[0]["notes"]] == [
        ("weak forecast", "/trust?topic=skill"), ("literature", "/trust?topic=known"),
    ]  # fmt: skip
    assert rows[0]["notes"][0]["title"] == "Exports: worse." and rows[1]["notes"] == []


def test_forecasts_that_lost_are_marked(trade: Comparison) -> None:
    marked = {one.name for one in trade.lines if one.losing}
    assert marked == {name for name in HEADLINE if losing(name)} and marked
    (said,) = trade.lost
    assert "Exports (1.4 times as much)" in said and "RMSE" not in said
    exports = next(one for one in trade.lines if one.name == "exports").losing
    assert exports.startswith("Exports: in years that it had not seen, the model missed by 1.4 times as much")


# What is kept for all


def test_a_comparison_holds_no_runs(trade: Comparison) -> None:
    assert len(pickle.dumps(trade)) < 100_000


def test_one_thread_computes_and_the_others_wait() -> None:
    kept, started, go = Kept(2), threading.Event(), threading.Event()
    made: list[int] = []

    def make() -> int:
        started.set()
        assert go.wait(10)
        made.append(1)
        return 7

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("key", make))) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert started.wait(10)
    go.set()
    for thread in threads:
        thread.join(10)
    assert found == [7, 7, 7] and made == [1]


def test_an_error_is_told_and_not_kept() -> None:
    kept = Kept(2)

    def fail() -> int:
        raise InputError("no")

    with pytest.raises(InputError, match="no"):
        kept.get("key", fail)
    assert kept.get("key", lambda: 3) == 3


def test_the_least_recently_used_is_dropped() -> None:
    kept = Kept(2)
    for key in ("a", "b"):
        kept.get(key, lambda: 1)
    kept.get("a", lambda: 2)
    kept.get("c", lambda: 1)
    assert kept.get("a", lambda: 2) == 1 and kept.get("b", lambda: 2) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [("cjk_fta_gdp", "cjk_fta_gdp.csv"), ("../../etc/passwd", "etc_passwd.csv"), ("辽宁 2035", "辽宁_2035.csv"),
     ("", "liaosim.csv"), ("a" * 200, "a" * 80 + ".csv")],
)  # fmt: skip
def test_names_of_files_are_safe(name: str, expected: str) -> None:
    assert file_name(name, "csv") == expected


def test_levels_are_written_without_signs() -> None:
    assert compare_tables.level_text(Interval(1234.5, 1000.0, 2000.0), "to") == ("1,234", "1,000 to 2,000")
