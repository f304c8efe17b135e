"""The figures of the report of a sweep: those of ``Sweep.paired``, what a mean says, and which axes matter."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from simulator.numbers import plain, probability
from simulator.paired_statistics import mean_variance
from simulator.parameters import table_of
from simulator.sweep.views import Sweep
from simulator.variables import variable
from simulator.world import World
from tests.sweep.sweeping import make, sweep_text, swept
from tests.sweep_report.pages import SHOWN, text_of
from viz.reports.sweep import sweep_report_html
from viz.reports.sweep_figures import Estimate, Outcome
from viz.reports.sweep_reader import Reader
from viz.wording import signed

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
