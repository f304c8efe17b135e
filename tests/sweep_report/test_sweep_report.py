"""The page of a sweep: what it shows and says of its limits, offline, safe, in both languages, finished or not."""

from __future__ import annotations

import math
import re
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from simulator.numbers import plain
from simulator.parameters import names, table_of
from simulator.sweep.views import Sweep
from simulator.world import World
from tests.commands import liaosim
from tests.sweep.sweeping import make, sweep_text, swept, write_scenario
from tests.sweep_report.pages import SHOWN, text_of
from tests.test_report import Page
from viz.reports.sweep import sweep_report_html
from viz.reports.sweep_reader import chosen_variables
from viz.wording import signed, typographic

# What is shown, and what is said of its limits


def test_a_grid_shows_what_was_run(gridded: Path) -> None:
    text = text_of(gridded)
    for part in (
        "Sweep little", "Grid: every combination of the values, 6 points", "4 draws of parameters × 3 replications of",
        "Runs 96 of 96 runs", "0.1, 0.2, 0.3", "0, 0.3", "Two levers together",
        "72 pairs of runs, year 2007, means over",
        "12 pairs of runs, year 2007 ", "Effects at a glance", "The smaller number of draws or replications is 3",
        "6 points are too few", "Model version", "Seed 1", "numpy 2",
    ):  # fmt: skip
        assert part in text, part


def test_an_axis_is_shown_only_where_it_applies(gridded: Path) -> None:
    page = sweep_report_html(gridded)
    sections = re.split(r'<section id="s-', page)[1:]
    assert [part.partition('"')[0] for part in sections] == ["subsidy", "reform"]
    assert "Along each axis" not in sections[0] and "Along each axis" in sections[1]


def test_one_scenario_shows_levels(alone: Path) -> None:
    text = text_of(alone)
    with Sweep.open(alone) as sweep:
        values = sweep.frame(["gdp_real"], years=[2007])["gdp_real"].to_numpy()
    error = values.std(ddof=1) / math.sqrt(6)
    assert typographic(f"Real GDP {plain(values.mean())} {plain(error)} bn yuan 2010") in text
    assert "There is one scenario, so these are levels" in text
    assert "P(>0)" not in text and "What the design varies" not in text and "Standard error Unit Mean in %" not in text
    assert "Only 6 runs" in text


def test_failures_are_counted_told_and_escaped(failed: Path, tmp_path: Path) -> None:
    text = text_of(failed)
    assert "4 of 12 runs failed and are left out" in text
    assert "ZeroDivisionError: division by zero" in text and "base quarter" in text
    assert "4 pairs of runs" in text and "Failed runs are left out, with their pairs" in text
    spiked = Path(shutil.copytree(failed, tmp_path / "spiked"))
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(spiked / "failures.parquet")
    message = pa.array(["<img src=x onerror=alert(2)>"] * table.num_rows)
    place = table.column_names.index("message")
    pq.write_table(table.set_column(place, "message", message), spiked / "failures.parquet")
    page = sweep_report_html(spiked)
    assert "<img" not in page and "&lt;img src=x onerror=alert(2)&gt;" in page


def test_titles_are_shown_not_obeyed(failed: Path) -> None:
    page = sweep_report_html(failed)
    assert "<script" not in page
    assert "</style><script>alert(1)</script>" in Page(page).text


def test_all_runs_failed(world: World, shelf: Path, tmp_path: Path) -> None:
    plan = make(world, shelf, sweep_text("draws = 1", "replications = 2", scenarios="baseline reform"))
    rows = plan.table.values.copy()
    rows[:, list(names()).index("value_of_day")] = -50.0
    folder = swept(world, replace(plan, table=table_of("prior", rows)), tmp_path / "none")
    text = text_of(folder)
    assert "4 of 4 runs failed" in text
    assert "No run finished both in the base and in reform" in text


def test_a_scenario_that_does_the_same_has_no_effect(world: World, shelf: Path, tmp_path: Path) -> None:
    write_scenario(shelf, "idle", 'instrument = "business_reform"\ncities = ["Anshan"]\nstart = "2010Q3"\nsize = 0.3\n')
    plan = make(world, shelf, sweep_text("runs = 3", scenarios="baseline idle"))
    text = text_of(swept(world, plan, tmp_path / "idle"))
    assert text.count("no effect in any pair") == len(SHOWN)
    assert "told apart " not in text.partition("Over time")[0].partition("P(>0) is")[0].partition("Effects")[2]


def test_preferred_variables_come_first_then_core_ones() -> None:
    assert chosen_variables(["debt", "wage", "investment", "gdp_real"]) == ("gdp_real", "wage", "debt", "investment")
    assert chosen_variables([*SHOWN, "debt"]) == SHOWN
    assert chosen_variables([]) == ()


def unfinished(folder: Path, place: Path) -> Path:
    """Copy a sweep and take it back to the state after half of its chunks."""
    copied = Path(shutil.copytree(folder, place))
    shards = sorted((copied / "shards").glob("*.parquet"))
    for path in shards[1::2]:
        path.unlink()
    manifest = copied / "manifest.json"
    text = re.sub(r'"finished": \d+', '"finished": 0', manifest.read_text("utf-8"))
    manifest.write_text(text.replace('"complete": true', '"complete": false'), "utf-8")
    return copied


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_unfinished_sweep_has_a_page(gridded: Path, tmp_path: Path, lang: str) -> None:
    folder = unfinished(gridded, tmp_path / "half")
    with Sweep.open(folder) as sweep:
        there = sweep.there
        row = sweep.paired("reform", "baseline", "province", "gdp_real", years=[2007]).iloc[0]
    assert 0 < there < 96
    page = Page(sweep_report_html(folder, lang))
    assert not page.wrong
    said = f"Not finished: {96 - there} of 96 runs are still missing" if lang == "en" else f"还缺 {96 - there} 次"
    assert said in page.text
    assert f"{signed(row['mean'])} {plain(row.standard_error)}" in page.text


def test_a_sweep_that_has_only_begun(gridded: Path, tmp_path: Path) -> None:
    folder = unfinished(gridded, tmp_path / "begun")
    for path in (folder / "shards").glob("*.parquet"):
        path.unlink()
    text = text_of(folder)
    assert "0 of 96 runs, not finished" in text and "No run finished both in the base and in reform" in text


def test_a_sweep_that_keeps_no_provincial_years(world: World, shelf: Path, tmp_path: Path) -> None:
    text = sweep_text("runs = 2", 'keep = [{level="city", variables=["wage"], freq="Q"}]', scenarios="baseline reform")
    page = Page(sweep_report_html(swept(world, make(world, shelf, text), tmp_path / "city")))
    assert "No yearly figures of the province are kept" in page.text and not page.wrong
    assert "Runs 4 of 4 runs" in page.text and "Failed runs 0" in page.text


def test_one_draw_and_one_luck_are_said(world: World, shelf: Path, tmp_path: Path) -> None:
    plan = make(world, shelf, sweep_text("draws = 1", "replications = 1", scenarios="baseline reform"))
    text = text_of(swept(world, plan, tmp_path / "one"))
    assert "one draw of parameters: everything holds for that draw alone" in text
    assert "one replication: everything holds under that luck alone" in text
    assert "cannot be judged" in text


# The page itself


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["gridded", "drawn", "alone", "failed"])
def test_the_page_is_well_formed_and_takes_nothing_from_outside(
    name: str, lang: str, request: pytest.FixtureRequest
) -> None:
    text = sweep_report_html(request.getfixturevalue(name), lang)
    page = Page(text)
    assert not page.wrong
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(drawings) >= 6
    for drawing in drawings:
        ElementTree.fromstring(drawing)
    assert not re.search(r'="[^"]*(?<![A-Za-z])(nan|inf|None)(?![A-Za-z])[^"]*"', " ".join(drawings))
    assert "default-src 'none'" in text and "@import" not in text and "url(" not in text
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.tags}
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in page.tags:
        assert not [key for key in attributes if key in ("src", "srcset", "action") or key.startswith("on")], tag
        assert tag != "a" or (attributes["href"] or "").removeprefix("#") in ids


def test_chinese_page_is_chinese(gridded: Path) -> None:
    page = Page(sweep_report_html(gridded, "zh"))
    for part in ("批量模拟 little", "实际地区生产总值", "营商环境", "十亿元", "无法判断的内容", "可区分"):
        assert part in page.text, part
    left = set(re.findall(r"[A-Za-z]{4,}", " ".join(t for t in page.words if re.search(r"[\u4e00-\u9fff]", t))))
    assert not left & {"Real", "Mean", "Unit", "runs", "Runs", "points", "from", "over", "share", "error"}, left


def test_the_page_is_the_same_each_time(drawn: Path) -> None:
    assert sweep_report_html(drawn) == sweep_report_html(drawn)


# The command


def test_the_command_writes_the_page_and_the_sweep_goes_on(gridded: Path, world: World, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(gridded, tmp_path / "copy"))
    result = liaosim("report", str(folder), "--lang", "zh")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"Report: {folder}/report.html\n", "")
    assert (folder / "report.html").read_text("utf-8") == sweep_report_html(folder, "zh")
    assert liaosim("report", str(folder)).exit_code == 0, "an earlier report is replaced"
    assert liaosim("sweep", str(folder)).exit_code == 0


@pytest.mark.parametrize("name", ["page.html", "shards/report.html"])
def test_only_one_place_in_the_folder_is_for_the_report(gridded: Path, name: str) -> None:
    result = liaosim("report", str(gridded), "--out", f"{gridded}/{name}")
    assert result.exit_code == 2 and "the only report inside" in result.stderr
    assert not (gridded / name).exists()


def test_a_report_is_not_put_into_the_folder_of_another_sweep(gridded: Path, drawn: Path) -> None:
    result = liaosim("report", str(gridded), "--out", f"{drawn}/report.html")
    assert result.exit_code == 2 and f"is inside the results folder {drawn}" in result.stderr
    assert not (drawn / "report.html").exists()


def test_a_folder_that_is_neither_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", "utf-8")
    result = liaosim("report", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "") and result.stderr.startswith("Error: ")
    assert not (tmp_path / "report.html").exists()


def test_a_damaged_sweep_is_refused(gridded: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(gridded, tmp_path / "damaged"))
    path = next((folder / "shards").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-50])
    result = liaosim("report", str(folder))
    assert result.exit_code == 2 and path.name in result.stderr
    assert not (folder / "report.html").exists()
