"""The workbook and the CSV files for spreadsheets."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from simulator import spreadsheet
from simulator.cli import app
from simulator.headline import build_headline
from simulator.headline_text import cost_sentence, notes
from simulator.levers import INSTRUMENTS
from simulator.manifest import build_manifest, read_manifest
from simulator.parameter_words import meaning
from simulator.parameters import ParameterTable, draw_table, parameters
from simulator.results import Results
from simulator.scenario import Scenario, load_scenario
from simulator.schedule import Range
from simulator.spreadsheet import Column, Sheet, number_format, write_workbook
from simulator.store_read import load_chains, load_results
from simulator.variables import variable
from simulator.workbook import write_results_workbook
from simulator.world import World
from tests.book import Book, Value
from tests.fakes import FakeEnsemble, changed, column, fake_ensemble
from tests.folders import SUBSIDY
from tests.folders import compare as compare_into

NAMES = ["Headline", "Differences", "Summary", "Parameters", "Scenarios", "About"]


def given(names: Sequence[str] = ("baseline", "cjk_fta"), quarters: int = 12, **options: Any) -> Results:
    """Return results of made-up runs of real scenarios, each 2 % above the last in GDP."""
    ensembles: list[FakeEnsemble] = []
    for i, name in enumerate(names):
        ensemble = fake_ensemble(name, quarters=quarters, random=True, **options)
        changed(ensemble, "province", "gdp_real", 1.02**i)
        ensembles.append(replace(ensemble, parameters=draw_table("prior", 4, 1)))  # type: ignore[arg-type]
    return Results(ensembles)


def written(path: Path, results: Results, lang: str = "en", scenarios: Sequence[Scenario] = (), **options: Any) -> Book:
    manifest = build_manifest(results, ["liaosim", "compare", "my policy.toml"], **options)
    stories = scenarios or [load_scenario(name) for name in results.scenarios]
    write_results_workbook(path / "results.xlsx", results, stories, manifest, lang)
    return Book(path / "results.xlsx")


def liaosim(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


# --- the command


def compare(folder: Path, *words: str) -> Path:
    """Compare the baseline with a subsidy, in two short runs."""
    return compare_into(folder, {"subsidy": SUBSIDY}, ["subsidy"], *words, runs=2)


@pytest.fixture(scope="module")
def folders(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("workbook")
    rich = compare(place / "rich", "--xlsx", "--csv-bom", "--lang", "zh")
    return {"plain": compare(place / "plain"), "rich": rich}


def test_nothing_more_is_written_unless_asked(folders: dict[str, Path]) -> None:
    assert not (folders["plain"] / "results.xlsx").exists()
    assert (folders["plain"] / "summary.csv").read_bytes().startswith(b"scenario,")


@pytest.mark.parametrize("name", ["summary.csv", "differences.csv"])
def test_the_mark_is_all_that_csv_files_have_in_addition(folders: dict[str, Path], name: str) -> None:
    rich, plain = ((folders[key] / name).read_bytes() for key in ("rich", "plain"))
    assert rich == b"\xef\xbb\xbf" + plain


def test_a_folder_with_both_is_read_repeated_and_replaced_as_any_other(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(folders["rich"], tmp_path / "rich"))
    assert "results.xlsx" in read_manifest(folder)["files"]
    assert Book(folder / "results.xlsx").names == NAMES
    plain, rich = load_results(folders["plain"]), load_results(folder)
    assert rich.summary.equals(plain.summary)
    assert load_chains(folder).keys() == {"baseline", "subsidy"}
    assert liaosim("rerun", str(folder)).startswith("The same to the bit: ")
    before = (folder / "results.xlsx").read_bytes()
    compare(folder, "--xlsx", "--lang", "zh", "--threads", "1")
    assert (folder / "results.xlsx").read_bytes() == before
    compare(folder)
    assert not (folder / "results.xlsx").exists()


def test_run_has_the_options_too(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    liaosim("run", "baseline", "--runs", "1", "--until", "2006Q4", "--out", str(out), "--xlsx", "--csv-bom")
    book = Book(out / "results.xlsx")
    assert book.table("Differences") == []
    assert book.cells["Differences"][0] == ["Only one scenario was run, so there are no differences."]
    assert (out / "summary.csv").read_bytes()[:3] == b"\xef\xbb\xbf"


# --- what the sheets hold


def test_headline_says_what_the_terminal_says(tmp_path: Path) -> None:
    results = given(("baseline", "cjk_fta", "talent_retention"), quarters=24)
    cost = column("province", "policy_cost")
    results.ensemble("talent_retention").levels["province"][..., cost] += 0.25
    book = written(tmp_path, results)
    headline = build_headline(results)
    rows = book.table("Headline")
    assert [row["Scenario"] for row in rows] == ["cjk_fta"] * 10 + ["talent_retention"] * 12, "costs if there are any"
    gdp = next(x for x in rows if x["Scenario"] == "talent_retention" and x["Variable"] == "Real GDP")
    found = {x.period: x for x in headline.effects if (x.scenario, x.variable.name) == ("talent_retention", "gdp_real")}
    window, last = found["2007-2011"], found["2011"]
    assert window.percent is not None and last.percent is not None
    assert gdp == {
        "Scenario": "talent_retention", "Variable": "Real GDP",
        "2007–2011, %": near(window.percent.median), "5 %": near(window.percent.p05), "95 %": near(window.percent.p95),
        "Change, 2007–2011": near(window.absolute.median), "5 %#1": near(window.absolute.p05),
        "95 %#1": near(window.absolute.p95), "Unit": "bn yuan 2010", "P(>0)": 1.0, "2011, %": near(last.percent.median),
    }  # fmt: skip
    assert window.percent.median == pytest.approx(4.04)
    total = rows[-1]
    assert total["Variable"] == "Policy cost, total 2006–2011"
    assert total["Change, 2007–2011"] == near(headline.costs[1].total.median) == near(6.0)
    below = [row[0] for row in book.cells["Headline"][2 + len(rows) :] if row]
    told = [f"{name}: {cost_sentence(headline, name)}" for name in ("cjk_fta", "talent_retention")]
    assert below == [*told, *notes(headline)]


def near(value: float) -> Any:
    """Return a number as a workbook keeps it, with 16 digits."""
    return pytest.approx(value, rel=1e-14, abs=0)


def test_headline_of_one_scenario_has_its_levels(tmp_path: Path) -> None:
    results = given(("baseline",))
    book = written(tmp_path, results)
    level = next(x for x in build_headline(results).levels if (x.variable.name, x.period) == ("exports", "2008"))
    (row,) = (row for row in book.table("Headline") if row["Variable"] == "Exports")
    assert list(row) == ["Scenario", "Variable", "2006–2008", "5 %", "95 %", "2008", "5 %#1", "95 %#1", "Unit"]
    assert [row["2008"], row["5 %#1"], row["95 %#1"]] == [near(x) for x in (
        level.value.median, level.value.p05, level.value.p95
    )]  # fmt: skip


@pytest.mark.parametrize("sheet", ["Summary", "Differences"])
def test_annual_tables_hold_every_annual_number_of_the_csv(tmp_path: Path, sheet: str) -> None:
    results = given(("baseline", "cjk_fta", "talent_retention"))
    rows = written(tmp_path, results).table(sheet)
    frame = results.summary if sheet == "Summary" else results.differences
    annual = frame[frame["freq"] == "A"]
    names = {"median": "median", "5 %": "p05", "95 %": "p95", "P(>0)": "prob_positive"}
    levels = ["scenario", "level", "entity", "variable"]
    expected: dict[tuple[Any, ...], float] = {}
    for r in annual.to_dict("records"):
        for label, statistic in names.items():
            if statistic in r and (statistic, r.get("measure")) != ("prob_positive", "percent"):  # the same as in units
                key = (*(r[c] for c in levels), r.get("measure"), label, r["period"])
                expected[key] = r[statistic]
    measures = {None: None, "in units": "absolute", "in percent": "percent"}
    found: dict[tuple[Any, ...], Value] = {}
    for row in rows:
        assert row["Variable"] == variable(str(row["Level"]), str(row["Name in files"])).label
        first = (row["Scenario"], row["Level"], row["Entity"], row["Name in files"])
        for year in results.years:
            if row[year] is not None:
                found[*first, measures[row.get("Measured")], row["Statistic"], year] = row[year]  # type: ignore[index]
    assert found.keys() == expected.keys()
    assert len(found) > 15_000
    same = np.array([found[k] for k in expected], float)
    assert same == pytest.approx(np.array([*expected.values()]), rel=5e-10)
    assert np.array_equal(same, [float(f"{x:.9e}") for x in same]), "ten digits, as in the CSV files"


def test_every_parameter_has_its_range_and_the_values_used(tmp_path: Path) -> None:
    results = given()
    rows = written(tmp_path, results).table("Parameters")
    table = results.base.parameters
    assert isinstance(table, ParameterTable)
    assert [row["Name in files"] for row in rows] == [p.name for p in parameters()]
    for j, (row, p) in enumerate(zip(rows, parameters(), strict=True)):
        assert [row[x] for x in ("Low", "Point", "High")] == [p.low, p.point, p.high]
        assert (row["Unit"], row["Status"], row["Source"], row["Meaning"]) == (p.unit, p.status, p.source, p.meaning)
        used = table.values[:, j]
        assert [row[f"Used: {x}"] for x in ("lowest", "highest")] == [near(used.min()), near(used.max())]


def test_every_lever_has_its_row(tmp_path: Path) -> None:
    names = ("baseline", "cjk_fta", "cjk_fta+talent_retention")
    rows = written(tmp_path, given(names)).table("Scenarios")
    stories = [load_scenario(name) for name in names]
    levers = [(s, lever) for s in stories for lever in s.levers]
    assert len(rows) == len(levers) > 3
    for row, (story, lever) in zip(rows, levers, strict=True):
        assert (row["Scenario"], row["Title"], row["Lever"]) == (story.name, story.title, lever.number)
        assert row["Unit"] == INSTRUMENTS[lever.instrument].unit
        size = lever.size
        expected = [size.low, size.mode, size.high] if isinstance(size, Range) else [None, size, None]
        assert [row["Low"], row["Size"], row["High"]] == expected
    assert any(row["Low"] is not None for row in rows) and any(row["Low"] is None for row in rows)
    (subsidy,) = (row for row in rows if row["Instrument"] == INSTRUMENTS["talent_subsidy"].label)
    assert (subsidy["From"], subsidy["To"], subsidy["Low"]) == ("2026Q1", "2035Q4", 0.05)
    assert str(subsidy["Targets"]).startswith("Shenyang, Dalian, ")


def test_a_scenario_without_levers_has_a_row(tmp_path: Path) -> None:
    bare = replace(load_scenario("cjk_fta"), levers=())
    rows = written(tmp_path, given(), scenarios=[load_scenario("baseline"), bare]).table("Scenarios")
    assert [row["Lever"] for row in rows if row["Scenario"] == "cjk_fta"] == [None]


def test_about_says_what_decides_the_figures(tmp_path: Path) -> None:
    results = given(failures=((2, "2006Q2: broken"),))
    book = written(tmp_path, results, warnings=["take care"])
    about = {str(row["Entry"]): row["Value"] for row in book.table("About")}
    manifest = build_manifest(results, ["liaosim", "compare", "my policy.toml"])
    assert about["identity"] == manifest["identity"]
    assert (about["seed"], about["runs"], about["until"], about["command"]) == (
        1,
        4,
        "2008Q4",
        "liaosim compare 'my policy.toml'",
    )
    assert about["scenario cjk_fta"] == manifest["scenarios"][1]["hash"]
    assert (about["failed runs of cjk_fta"], about["warning"]) == (1, "take care")
    assert about["numpy"] == np.__version__
    assert not {"started", "finished", "platform"} & about.keys()


def test_chinese_has_chinese_words_and_the_same_numbers(tmp_path: Path) -> None:
    results = given(quarters=24)
    english, chinese = written(tmp_path, results), written(tmp_path, results, "zh")
    assert chinese.names == NAMES
    for name in NAMES:
        assert re.search("[\u4e00-\u9fff]", str(chinese.cells[name][0][0]))
        assert any(re.search("[\u4e00-\u9fff]", str(heading)) for heading in chinese.cells[name][1])
        numbers = [[x for x in row if isinstance(x, float)] for row in chinese.cells[name]]
        assert numbers == [[x for x in row if isinstance(x, float)] for row in english.cells[name]], name
    rows = chinese.table("Summary")
    assert all(re.search("[\u4e00-\u9fff]", f"{row['变量']}") for row in rows)
    assert {row["对象"] for row in rows if row["层级"] == "城市"} >= {"沈阳", "大连"}
    gdp = rows[0]
    assert (gdp["变量"], gdp["文件中的名称"], gdp["统计量"]) == ("实际地区生产总值", "gdp_real", "中位数")
    meanings = {row["文件中的名称"]: row["含义"] for row in chinese.table("Parameters")}
    assert meanings == {p.name: meaning(p.name, "zh") for p in parameters()}


def test_a_run_without_a_full_year_has_no_rows_but_says_why(tmp_path: Path) -> None:
    book = written(tmp_path, given(quarters=2))
    for name in ("Headline", "Summary", "Differences"):
        assert book.table(name) == []
    assert ["No full year was simulated, so there are no annual figures."] in book.cells["Headline"]


# --- how the sheets are written


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for day in (1, 2):
        moment = datetime(2030, 5, day, tzinfo=UTC)
        written(tmp_path, given(), started=moment, finished=moment)
        contents.append((tmp_path / "results.xlsx").read_bytes())
    assert contents[0] == contents[1]
    core = Book(tmp_path / "results.xlsx").parts["docProps/core.xml"]
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2000-01-01T00:00:00Z"}


def test_texts_are_never_formulas_links_or_numbers(tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "@SUM(A1)", "{=1}", "https://example.org", "00123", "-"]
    sheet = Sheet("Texts", "=note", [Column("=heading", 10)], [[text] for text in texts], below=["=below"])
    write_workbook(tmp_path / "x.xlsx", [sheet], "title")
    book = Book(tmp_path / "x.xlsx")
    assert [row[0] for row in book.cells["Texts"] if row] == ["=note", "=heading", *texts, "=below"]
    assert "<f>" not in book.xml["Texts"] and "<hyperlink" not in book.xml["Texts"]
    stories = [replace(load_scenario("baseline"), title="=cmd()"), load_scenario("cjk_fta")]
    whole = written(tmp_path, given(), scenarios=stories)
    assert whole.table("Scenarios")[0]["Title"] == "=cmd()"
    assert not any("<f>" in xml or "<f " in xml for xml in whole.xml.values())


def test_headings_stay_in_view_and_have_filters(tmp_path: Path) -> None:
    book = written(tmp_path, given())
    held = {"Headline": 2, "Differences": 5, "Summary": 5, "Parameters": 1, "Scenarios": 1, "About": 1}
    for name in NAMES:
        assert f'<pane xSplit="{held[name]}" ySplit="2"' in book.xml[name]
        rows, columns = len(book.table(name)), len(book.cells[name][1])
        last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[columns - 1]
        assert f'<autoFilter ref="A2:{last}{2 + rows}"/>' in book.xml[name]
        assert "<cols>" in book.xml[name]


def test_numbers_that_are_not_finite_are_empty_cells(tmp_path: Path) -> None:
    columns = [Column("a", 5, "number"), Column("b", 5, "series"), Column("c", 5, "series")]
    rows: list[list[Value]] = [[math.nan], [None], [0.0]]
    series = np.array([[math.inf, 1.0], [-math.inf, math.nan], [-2.0, 3.5]])
    write_workbook(tmp_path / "x.xlsx", [Sheet("N", "", columns, rows, series=series)], "title")
    cells = Book(tmp_path / "x.xlsx").cells["N"]
    assert cells[2:] == [[None, None, 1.0], [], [0.0, -2.0, 3.5]]


@pytest.mark.parametrize(
    ("size", "digits", "signed", "text"),
    [
        (0.0, 3, False, "0"),
        (12345.6, 3, False, "#,##0"),
        (123.4, 3, False, "#,##0"),
        (99.95, 3, False, "#,##0"),
        (99.94, 3, False, "#,##0.0"),
        (1.5, 3, False, "#,##0.00"),
        (-0.0123, 3, False, "#,##0.0000"),
        (0.0123, 4, True, "+#,##0.00000;-#,##0.00000;0"),
        (3e-9, 3, False, "0.0E+00"),
        (3e-9, 3, True, "+0.0E+00;-0.0E+00;0"),
        (0.0, 3, True, "+0;-0;0"),
    ],
)
def test_number_formats_show_significant_digits(size: float, digits: int, signed: bool, text: str) -> None:
    assert number_format(size, digits, signed) == text


def test_the_cells_of_a_series_share_a_format(tmp_path: Path) -> None:
    columns = [Column("c", 5, "share"), Column("a", 5, "series"), Column("b", 5, "series")]
    series = np.array([[0.5, 120.0], [0.5, 0.01]])
    write_workbook(tmp_path / "x.xlsx", [Sheet("N", "", columns, [[0.5], [0.5]], series=series)], "title")
    book = Book(tmp_path / "x.xlsx")
    styles = re.findall(r'<c r="[ABC][34]" s="(\d+)">', book.xml["N"])
    assert styles[1] == styles[2] != styles[4] == styles[5]
    assert styles[0] == styles[3]
    codes = re.findall(r'formatCode="([^"]*)"', book.parts["xl/styles.xml"])
    assert set(codes) == {"#,##0.0", "0.000", "#,##0.0000"}


def test_probabilities_among_differences_have_no_sign_and_no_unit(tmp_path: Path) -> None:
    book = written(tmp_path, given(quarters=4))
    rows = book.table("Differences")
    assert {row["Unit"] for row in rows if row["Statistic"] == "P(>0)"} == {""}
    assert "" not in {row["Unit"] for row in rows if row["Statistic"] != "P(>0)"}
    codes = re.findall(r'formatCode="([^"]*)"', book.parts["xl/styles.xml"])
    fonts = re.findall(r'<xf numFmtId="(\d+)"', book.parts["xl/styles.xml"].partition("<cellXfs")[2])
    shown = [codes[int(fonts[int(style)]) - 164] if int(fonts[int(style)]) >= 164 else "" for style in re.findall(
        r'<c r="J(?:3|4|5|6)" s="(\d+)">', book.xml["Differences"]
    )]  # fmt: skip
    percent = [row["Statistic"] for row in rows if row["Measured"] == "in percent"]
    assert len(percent) > 300 and "P(>0)" not in percent
    assert [row["Statistic"] for row in rows[:4]] == ["median", "5 %", "95 %", "P(>0)"]
    assert [code.startswith("+") for code in shown] == [True, True, True, False]
    assert shown[3] == "0.000"


def test_rows_beyond_the_limit_are_cut_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 3)
    columns = [Column("a", 5, "number"), Column("b", 5, "series")]
    sheet = Sheet("N", "Note.", columns, [[float(i)] for i in range(5)], series=np.arange(5.0)[:, None])
    write_workbook(tmp_path / "x.xlsx", [sheet], "title")
    cells = Book(tmp_path / "x.xlsx").cells["N"]
    assert cells[0] == ["Note. Only the first 3 of 5 rows fit."]
    assert cells[2:] == [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]
