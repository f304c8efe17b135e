"""Published results: effects by hand, rules of passing, pairing, robust signs of a few runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from calibration.published import COLUMNS, Found, compare, effect_of, published_table, table_of, write_published
from calibration.published_file import Result, Term, read_published
from simulator.ensemble import simulate
from simulator.errors import InputError
from simulator.parameters import ParameterTable, draw_table
from simulator.results import Results
from simulator.world import World
from tests.calibration.published_texts import SMALL
from tests.whole import lever, schedule

RUNS = 8
INF = math.inf


@pytest.fixture(scope="module")
def found(world: World) -> dict[str, Found]:
    """Return the shipped results for a few draws of the prior."""
    return {one.result.key: one for one in compare(world, draw_table("prior", RUNS, 1), runs=RUNS)}


def result(rule: Literal["median", "sign"] = "median", low: float = -INF, high: float = INF, *terms: Term) -> Result:
    return Result(
        key="V1", study="s", outcome="o", unit="%", published="p", rule=rule, status="F", comparable="c",
        term=list(terms) or [term()], low=low, high=high,
    )  # fmt: skip


def term(
    weight: float = 1.0,
    measure: Literal["percent", "log", "difference"] = "percent",
    of: Sequence[str] = ("gdp_real",),
    over: Sequence[str] = (),
    years: Sequence[str] = ("2007",),
) -> Term:
    return Term(
        arm="new", base="old", measure=measure, weight=weight, of=list(of), over=list(over), years=list(years)
    )  # fmt: skip


CELL = ("province", "gdp_real", "Liaoning")
OTHER = ("province", "exports", "Liaoning")
SERIES = {
    ("new", CELL): np.array([[1.0, 110.0, 130.0], [1.0, 90.0, 100.0]]),
    ("old", CELL): np.array([[1.0, 100.0, 100.0], [1.0, 100.0, 100.0]]),
    ("new", OTHER): np.array([[1.0, 20.0, 20.0], [1.0, 5.0, 5.0]]),
    ("old", OTHER): np.array([[1.0, 10.0, 10.0], [1.0, 10.0, 10.0]]),
}


# --- effects by hand


def test_measures() -> None:
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, term()), SERIES), [10.0, -10.0])
    logs = effect_of(result("median", 0.0, 1.0, term(measure="log")), SERIES)
    np.testing.assert_allclose(logs, [100.0 * math.log(1.1), 100.0 * math.log(0.9)])
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, term(0.5, "difference")), SERIES), [5.0, -5.0])


def test_years_and_variables_are_added_before_they_are_compared() -> None:
    two = term(years=["2007", "2008"])
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, two), SERIES), [20.0, -5.0])
    both = term(of=["gdp_real", "exports"])
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, both), SERIES), [100 * 20 / 110, -100 * 15 / 110])


def test_ratio_of_two_variables() -> None:
    over = term(over=["exports"])
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0, over), SERIES), [-45.0, 80.0])


def test_terms_are_weighted_and_added() -> None:
    three = result("median", 0.0, 1.0, term(), term(-3.0, of=["exports"]))
    np.testing.assert_allclose(effect_of(three, SERIES), [10.0 - 300.0, -10.0 + 150.0])


def test_failed_runs_are_left_out_and_nothing_left_is_an_error() -> None:
    failed = {**SERIES, ("old", CELL): np.array([[np.nan] * 3, [1.0, 100.0, 100.0]])}
    np.testing.assert_allclose(effect_of(result("median", 0.0, 1.0), failed), [-10.0])
    with pytest.raises(RuntimeError, match="result V1: no run is left"):
        effect_of(result("median", 0.0, 1.0), {**SERIES, ("old", CELL): np.full((2, 3), np.nan)})


# --- rules of passing


def test_sign_needs_nine_runs_of_ten() -> None:
    nine, eight = np.array([1.0] * 9 + [-1.0]), np.array([1.0] * 8 + [-1.0] * 2)
    assert Found(result("sign", low=0.0), nine).passed
    assert not Found(result("sign", low=0.0), eight).passed
    assert Found(result("sign", high=0.0), -nine).passed
    assert not Found(result("sign", high=0.0), nine).passed
    assert Found(result("sign", low=0.0), eight).share == pytest.approx(0.8)


def test_no_effect_has_no_sign() -> None:
    assert not Found(result("sign", low=0.0), np.zeros(10)).passed
    assert not Found(result("sign", high=0.0), np.zeros(10)).passed


def test_median_lies_in_the_band_ends_included() -> None:
    for value, passed in ((1.0, True), (2.0, True), (1.5, True), (0.999, False), (2.001, False)):
        assert Found(result("median", 1.0, 2.0), np.array([-50.0, value, 50.0])).passed is passed


# --- runs


def test_effects_are_those_of_whole_simulations(world: World) -> None:
    """Branching, extending another arm and leaving out cells change nothing, and no policy is exactly no effect."""
    parameters = draw_table("prior", 2, 1)
    nothing, cut, deeper = (
        one.values for one in compare(world, parameters, runs=2, published=read_published(SMALL, "x"))
    )
    assert nothing.tolist() == [0.0, 0.0]
    levers = [lever("ntb_cut", 0.1, ["Korea"], "2007Q1"), lever("tariff_cut", 1.0, ["Korea"], "2006Q2")]
    for values, chosen, flows, years in (
        (cut, levers[:1], ("exports", "imports"), slice(1, 3)), (deeper, levers, ("exports",), slice(1, 2)),
    ):  # fmt: skip
        # By 2008 nothing of the baseline but weak audits is in force.
        audits = [lever(f"audit_{name}", 0.05) for name in ("revenue_fdi", "gdp_investment")]
        new, old = (
            Results((simulate(world, schedule(*audits, *some, until="2008Q4"), runs=2, until="2008Q4",
                              parameters=parameters),))
            for some in (chosen, [])
        )  # fmt: skip
        amounts = [
            sum(one.series("scenario", flow, level="partner", entity="Korea")[:, years].sum(axis=1) for flow in flows)
            for one in (new, old)
        ]
        assert (values > 0.0).all()
        np.testing.assert_allclose(values, 100.0 * (amounts[0] / amounts[1] - 1.0), rtol=1e-9)


def test_the_same_numbers_with_one_thread_or_two(world: World) -> None:
    parameters, small = draw_table("prior", 3, 2), read_published(SMALL, "x")
    one, two = (compare(world, parameters, runs=3, seed=2, threads=n, published=small) for n in (1, 2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.values, b.values)


def test_every_arm_is_named_once_as_it_begins(world: World) -> None:
    names: list[str] = []
    compare(world, draw_table("point", 1, 1), runs=1, published=read_published(SMALL, "x"), progress=names.append)
    assert sorted(names) == ["cut", "deeper", "plain", "same"]


def test_parameters_need_a_row_a_run(world: World) -> None:
    with pytest.raises(InputError, match="3 rows given for 4 runs"):
        published_table(world, draw_table("prior", 3, 1), runs=4)


def test_theory_leaves_no_doubt_of_these(found: dict[str, Found]) -> None:
    """Directions and sizes far from any edge."""
    for key in ("V3a", "V4a", "V18b", "V23", "V30a"):
        assert (found[key].values > 0.0).all(), key
    for key in ("V3b", "V4b"):
        assert (found[key].values < 0.0).all(), key
    assert 0.4 < found["V28"].interval[0] < 1.0
    assert found["V2a"].interval[0] > found["V2b"].interval[0] > 1.0
    assert found["V2c"].interval[0] > 2.0 * found["V2a"].interval[0]
    assert found["V24b"].interval[0] > 3.0 * found["V24a"].interval[0] > 0.0


def test_results_that_share_runs_share_values(found: dict[str, Found]) -> None:
    np.testing.assert_array_equal(found["V8a"].values, -found["V10b"].values)
    np.testing.assert_array_equal(found["V10a"].values, found["V12"].values)
    assert not (found["V8a"].passed and found["V10b"].passed)
    assert {len(one.values) for one in found.values()} == {RUNS}


# --- the table


def test_the_table(found: dict[str, Found], tmp_path: Path) -> None:
    table = table_of(found.values())
    assert tuple(table.columns) == COLUMNS
    assert len(table) == len(found) == len(set(zip(table["result"], table["outcome"], strict=True)))
    assert not table.isna().any(axis=None)
    assert (table["p05"] <= table["simulated_median"]).all() and (table["simulated_median"] <= table["p95"]).all()
    for row, one in zip(table.itertuples(index=False), found.values(), strict=True):
        assert row[0] == f"{one.result.key} {one.result.study}"
        assert row[3:8] == (one.result.low, one.result.high, *one.interval)
        assert bool(row[8]) is one.passed
    write_published(table, tmp_path / "published.csv")
    lines = (tmp_path / "published.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "result,outcome,published,low,high,simulated_median,p05,p95,pass"
    assert len(lines) == len(found) + 1 and all(line.endswith(("True", "False")) for line in lines[1:])
    assert [path.name for path in tmp_path.iterdir()] == ["published.csv"]


@pytest.mark.full
def test_every_failure_has_a_reason(world: World) -> None:
    """With as many runs as the table has by default."""
    some = compare(world, draw_table("prior", 64, 1), runs=64)
    assert [one.result.key for one in some if not one.passed and not one.result.why] == []
    assert sum(one.passed for one in some) >= 20


def test_the_table_takes_any_parameters(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of a posterior, say: the table passes them on as they are."""
    monkeypatch.setattr("calibration.published.load_published", lambda: read_published(SMALL, "x"))
    drawn = draw_table("prior", 2, 1)
    other = ParameterTable("posterior", "0" * 64, drawn.names, drawn.values[::-1].copy())
    first, second = (published_table(world, table, runs=2) for table in (drawn, other))
    assert first["simulated_median"][1] != second["simulated_median"][1]
    assert tuple(second.columns) == COLUMNS and second["pass"].tolist() == [True, True, True]
