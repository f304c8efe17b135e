"""The report of a sweep: the figures of ``Sweep.paired``, offline, safe, in both languages, finished or not."""

from __future__ import annotations

import math
import re
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import pytest

from simulator.numbers import plain, probability
from simulator.paired_statistics import mean_variance
from simulator.parameters import names, table_of
from simulator.sweep.plan import Plan
from simulator.sweep.views import Sweep
from simulator.variables import variable
from simulator.world import World
from tests.commands import liaosim
from tests.sweep.sweeping import make, sweep_text, swept, write_scenario, write_shelf
from tests.test_report import Page
from viz.sweep_figures import Estimate, Outcome
from viz.sweep_reader import Reader, chosen_variables
from viz.sweep_report import sweep_report_html
from viz.wording import signed, typographic

SHOWN = ("gdp_real", "exports", "fdi", "wage", "population", "fiscal_revenue")
REFORM = """[[design.levers]]
instrument = "business_reform"
cities = ["Fushun", "Dalian"]
start = "2006Q3"
scenarios = ["reform"]
size = {size}
"""
SUBSIDY = """[[design.levers]]
instrument = "talent_subsidy"
cities = "all"
start = "2006Q2"
scenarios = ["reform"]
size = [0.0, 0.3]
"""
GRID = '[design]\nmethod = "grid"\n' + REFORM.format(size=[0.1, 0.2, 0.3]) + SUBSIDY
SOBOL = '[design]\nmethod = "sobol"\nn = 32\n' + REFORM.format(size="{ low = 0.0, high = 0.2 }")
SOBOL += "[design.parameters]\ncontent_exports = { low = 0.2, high = 0.4 }\n"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def gridded(world: World, shelf: Path) -> Path:
    """Return a sweep of three scenarios and a grid of two levers that only one of them has."""
    text = sweep_text("draws = 4", "replications = 3", scenarios="baseline subsidy reform", design=GRID)
    return swept(world, make(world, shelf, text), shelf / "gridded")


@pytest.fixture(scope="module")
def drawn(world: World, shelf: Path) -> Path:
    """Return a sweep of two scenarios with a Sobol design of a lever and a parameter."""
    text = sweep_text("draws = 2", "replications = 2", scenarios="baseline reform", design=SOBOL)
    return swept(world, make(world, shelf, text), shelf / "drawn")


@pytest.fixture(scope="module")
def alone(world: World, shelf: Path) -> Path:
    text = sweep_text("runs = 6", scenarios="baseline")
    return swept(world, make(world, shelf, text), shelf / "alone")


@pytest.fixture(scope="module")
def failed(world: World, shelf: Path) -> Path:
    """Return a sweep without design in which one draw fails, and a scenario whose texts are meant to do harm."""
    write_scenario(shelf, "harm", 'instrument = "business_reform"\ncities = ["Anshan"]\nstart = "2006Q3"\nsize = 0.3\n')
    path = shelf / "harm.toml"
    path.write_text(path.read_text("utf-8").replace('title = "T"', 'title = "</style><script>alert(1)</script>"'))
    plan = make(world, shelf, sweep_text("draws = 3", "replications = 2", scenarios="baseline harm"))
    return swept(world, spoilt(plan), shelf / "failed")


def spoilt(plan: Plan) -> Plan:
    """Return a plan of which draw 1 cannot be simulated."""
    rows = plan.table.values.copy()
    rows[1, list(names()).index("value_of_day")] = -50.0
    return replace(plan, table=table_of("prior", rows))


def text_of(folder: Path, lang: str = "en") -> str:
    return Page(sweep_report_html(folder, lang)).text


# The figures are those of Sweep.paired


@pytest.mark.parametrize("scenario", ["subsidy", "reform"])
def test_effects_are_those_of_paired(gridded: Path, scenario: str) -> None:
    shown = text_of(gridded)
    with Sweep.open(gridded) as sweep:
        for name in SHOWN:
            row = sweep.paired(scenario, "baseline", "province", name, years=[2007]).iloc[0]
            base = sweep.paired("baseline", "baseline", "province", name, years=[2007]).iloc[0]
            assert row["mean"] != 0.0 and base["mean"] == 0.0
            label, unit = variable("province", name).label, variable("province", name).unit
            begin = f"{label} {signed(row['mean'])} {plain(row.standard_error)} {unit} "
            end = f" {signed(row.p05)} to {signed(row.p95)} {probability(row.prob_positive, int(row.n))} "
            assert re.search(re.escape(begin) + r"\S+ \(\S+( 0)?\)" + re.escape(end), shown), name


def test_percent_is_the_ratio_of_means_with_the_error_of_its_residuals(alone: Path) -> None:
    rng = np.random.default_rng(5)
    base = rng.uniform(90.0, 110.0, (400, 1))
    change = 0.02 * base + rng.normal(0.0, 0.5, (400, 1))
    each = np.arange(400)
    outcome = Outcome(change, base, np.full(400, -1), each, each, each)
    mean, error = outcome.percents()[0]
    assert mean == pytest.approx(100.0 * change.mean() / base.mean(), rel=1e-12)
    assert error == pytest.approx(100.0 * 0.5 / 100.0 / 20.0, rel=0.1)
    assert math.isnan(Outcome(change, base - 95.0, *[each] * 4).percents()[0][0])


@pytest.mark.parametrize(("axis", "values"), [("business_reform", [0.1, 0.2, 0.3]), ("talent_subsidy", [0.0, 0.3])])
def test_answers_of_a_grid_are_those_of_paired_by_axis(gridded: Path, axis: str, values: list[float]) -> None:
    with Sweep.open(gridded) as sweep:
        outcome = Reader(sweep, SHOWN).outcome("reform")
        bins = outcome.answers(sweep.design[axis].to_numpy(), min(values), max(values))
        assert [b.low for b in bins] == [b.high for b in bins] == values
        for j, name in enumerate(SHOWN):
            table = sweep.paired("reform", "baseline", "province", name, years=[2007], by=axis)
            assert [b.estimates[j].mean for b in bins] == pytest.approx(table["mean"].tolist(), rel=1e-9)
            assert [b.estimates[j].error for b in bins] == pytest.approx(table["standard_error"].tolist(), rel=1e-9)
        page = text_of(gridded)
        table = sweep.paired("reform", "baseline", "province", "gdp_real", years=[2007], by=axis)
        assert len(table) == len(values)
        for mean, error in table[["mean", "standard_error"]].to_numpy().tolist():
            assert f" {signed(mean)} ({plain(error)}) " in page


def test_beyond_the_first_value_compares_run_by_run(gridded: Path) -> None:
    with Sweep.open(gridded) as sweep:
        frame = sweep.frame(["gdp_real"], scenarios="reform", years=[2007])
        outcome = Reader(sweep, ["gdp_real"]).outcome("reform")
        last = outcome.answers(sweep.design["business_reform"].to_numpy(), 0.1, 0.3)[-1]
    means = frame.pivot_table(index="run", columns="business_reform", values="gdp_real")
    change = (means[0.3] - means[0.1]).to_numpy()
    assert last.beyond[0].mean == pytest.approx(change.mean(), rel=1e-6)
    assert last.beyond[0].pairs == 12
    runs = means.index.to_numpy()
    variance = mean_variance(change[:, None], runs // 3, runs % 3)[0]  # run = draw x replications + replication
    assert last.beyond[0].error == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_cells_are_those_of_paired_by_both_levers(gridded: Path) -> None:
    page = sweep_report_html(gridded)
    with Sweep.open(gridded) as sweep:
        axes = ["business_reform", "talent_subsidy"]
        table = sweep.paired("reform", "baseline", "province", "gdp_real", years=[2007], by=axes)
    assert len(table) == 6
    for mean, error in table[["mean", "standard_error"]].to_numpy().tolist():
        assert f">{signed(mean)}<br><small>± {plain(error)}</small></td>" in page


def test_fans_are_those_of_paired(gridded: Path) -> None:
    with Sweep.open(gridded) as sweep:
        for scenario in ("subsidy", "reform"):
            fans = Reader(sweep, ["gdp_real", "fdi"]).fans(scenario)
            for name in ("gdp_real", "fdi"):
                table = sweep.paired(scenario, "baseline", "province", name)
                expected = table[["median", "p05", "p95"]].to_numpy().T
                assert fans[name].shape == (3, 2)
                np.testing.assert_allclose(fans[name], expected, rtol=1e-9, atol=1e-12)


def test_a_design_of_parameters_pairs_points(drawn: Path) -> None:
    with Sweep.open(drawn) as sweep:
        reader = Reader(sweep, SHOWN)
        outcome, fans = reader.outcome("reform"), reader.fans("reform")
        row = sweep.paired("reform", "baseline", "province", "wage", years=[2007]).iloc[0]
    estimate = outcome.estimates()[3]
    assert (estimate.pairs, row.n) == (128, 128)
    assert (estimate.mean, estimate.error) == pytest.approx((row["mean"], row.standard_error), rel=1e-9)
    assert fans["wage"][:, -1] == pytest.approx([row["median"], row.p05, row.p95], rel=1e-9)


def test_draws_that_are_the_same_are_one_cluster(world: World, shelf: Path, tmp_path: Path) -> None:
    plan = make(world, shelf, sweep_text("draws = 4", "replications = 1", scenarios="baseline reform"))
    twice = replace(plan, table=table_of("prior", plan.table.values[[0, 1, 0, 1]]))
    with Sweep.open(swept(world, twice, tmp_path / "twice")) as sweep:
        estimate = Reader(sweep, ["gdp_real"]).outcome("reform").estimates()[0]
        row = sweep.paired("reform", "baseline", "province", "gdp_real", years=[2007]).iloc[0]
    assert (estimate.draws, row.draws) == (2, 2)
    assert estimate.error == pytest.approx(row.standard_error, rel=1e-9)


# What a mean says


@pytest.mark.parametrize(
    ("mean", "error", "draws", "verdict"),
    [
        (2.0, 1.0, 100, "told"),
        (1.9, 1.0, 100, "untold"),
        (-2.0, 1.0, 100, "told"),
        (12.0, 1.0, 2, "untold"),  # Student's t with one degree of freedom
        (13.0, 1.0, 2, "told"),
        (5.0, math.nan, 1, "unknown"),
    ],
)
def test_a_mean_is_told_from_zero_by_students_t(mean: float, error: float, draws: int, verdict: str) -> None:
    estimate = Estimate(mean, error, mean, mean - 3.0, mean + 3.0, 0.7, 100, draws, 1)
    assert estimate.verdict == verdict


def test_the_smaller_number_of_clusters_decides() -> None:
    assert Estimate(1.0, 1.0, 1.0, 0.0, 2.0, 0.7, 100, 50, 3).margin == pytest.approx(4.303, abs=1e-3)


def test_zero_in_every_pair_is_no_effect() -> None:
    assert Estimate(0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 10, 5, 2).verdict == "none"


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


# Which axes matter


def planted(slope: float, points: int = 64, seed: int = 11) -> tuple[Outcome, npt.NDArray[np.float64]]:
    """Return an outcome that follows the first of two axes, with what runs share and noise, and the axes."""
    rng = np.random.default_rng(seed)
    axes = rng.uniform(size=(points, 2))
    number, run = np.repeat(np.arange(points), 6), np.tile(np.arange(6), points)
    shared = 50.0 * rng.normal(size=6)
    values = slope * axes[number, 0] + shared[run] + rng.normal(size=len(run))
    column = values[:, None]
    return Outcome(column, np.full_like(column, np.nan), number, run // 2, run % 2, run), axes


def test_a_planted_axis_is_found_and_an_idle_one_is_not() -> None:
    import pandas as pd

    outcome, axes = planted(4.0)
    design = pd.DataFrame(axes, columns=["strong", "idle"])
    found = outcome.drivers(design, ["strong", "idle"], 0)
    assert (found.note, found.points, found.tested, found.names) == ("drivers", 64, 2, (("strong",),))
    assert found.fit is not None and found.fit.coefficient[0] > 0.8
    assert outcome.correlation(design, "strong", 0) > 0.8 > 0.4 > abs(outcome.correlation(design, "idle", 0))


def test_without_an_effect_an_axis_is_seldom_found() -> None:
    import pandas as pd

    notes = []
    for seed in range(60):
        outcome, axes = planted(0.0, seed=seed)
        notes.append(outcome.drivers(pd.DataFrame(axes, columns=["a", "b"]), ["a", "b"], 0).note)
    assert set(notes) == {"none_found", "drivers"}
    assert notes.count("drivers") <= 12  # one in ten is expected, and twelve of 60 are passed once in a hundred times


def test_few_points_are_not_judged() -> None:
    import pandas as pd

    outcome, axes = planted(4.0, points=20)
    assert outcome.drivers(pd.DataFrame(axes, columns=["a", "b"]), ["a", "b"], 0).note == "too_few"


def test_errors_of_a_sampled_design_hold_what_other_axes_do_by_chance() -> None:
    rng = np.random.default_rng(3)
    strong, idle = rng.uniform(size=(2, 80))
    number, run = np.repeat(np.arange(80), 4), np.tile(np.arange(4), 80)
    column = (5.0 * strong[number] + run + 0.01 * rng.normal(size=320))[:, None]
    outcome = Outcome(column, column, number, run, run, run)
    given, wide = (outcome.answers(idle, 0.0, 1.0, sampled) for sampled in (False, True))
    assert len(given) == len(wide) == 10
    beyond = [[(b.beyond[0].mean / b.beyond[0].error) ** 2 for b in bins[1:]] for bins in (given, wide)]
    assert min(beyond[0]) > 100.0  # taken as given, every range seems to differ from the first
    assert np.mean(beyond[1]) < 2.0
    for b in wide:
        inside = (idle >= b.low) & (idle <= b.high)
        points = column.reshape(80, 4).mean(axis=1)[inside]
        runs = column.reshape(80, 4)[inside].mean(axis=0)
        expected = points.var(ddof=1) / len(points) + runs.var(ddof=1) / 4
        assert b.estimates[0].error == pytest.approx(math.sqrt(expected), rel=1e-9)
        assert b.estimates[0].points == b.points == len(points)


def test_a_range_with_one_point_has_no_error() -> None:
    values = np.array([0.0, 0.1, 0.2, 0.3, 0.05, 0.15, 0.25, 1.0])
    number, run = np.repeat(np.arange(8), 3), np.tile(np.arange(3), 8)
    column = np.random.default_rng(1).normal(size=(24, 1))
    last = Outcome(column, column, number, run, run, run).answers(values, 0.0, 1.0, sampled=True)[-1]
    assert last.points == 1 and math.isnan(last.estimates[0].error) and math.isnan(last.beyond[0].error)
    assert last.estimates[0].verdict == "unknown"


def test_runs_that_lack_points_do_not_shift_the_comparison() -> None:
    """Of an unfinished sweep, a run far above the others is there only at high values of the axis."""
    values = np.array([0.0, 1.0])
    number = np.array([0, 1, 0, 1, 1])
    run = np.array([0, 0, 1, 1, 2])
    column = np.array([[1.0], [2.0], [3.0], [4.5], [1000.0]])
    outcome = Outcome(column, column, number, run, run, run)
    assert outcome.answers(values, 0.0, 1.0)[1].beyond[0].mean == pytest.approx(1.25)


def test_ranges_cover_every_point_of_a_sampled_design(drawn: Path) -> None:
    with Sweep.open(drawn) as sweep:
        outcome = Reader(sweep, ["gdp_real"]).outcome("reform")
        bins = outcome.answers(sweep.design["business_reform"].to_numpy(), 0.0, 0.2)
    assert len(bins) == 8 and sum(b.points for b in bins) == 32
    assert sum(b.estimates[0].pairs for b in bins) == 128
    assert [b.low for b in bins] == pytest.approx(np.arange(8) * 0.025)


def test_a_sampled_design_shows_rank_coefficients_and_warns_of_ranges(drawn: Path, gridded: Path) -> None:
    text = text_of(drawn)
    assert "over 32 points; every point counts once. 2 axes were tested" in text
    assert re.search(r"Business environment reform business_reform [+−]\d\.\d\d \([+−]\d\.\d\d to [+−]\d\.\d\d\)", text)
    assert "The design is sampled" in text and "Variance of ranks explained" in text
    assert "The design is sampled" not in text_of(gridded)


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
