from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from simulator.errors import InputError
from simulator.results import DIFFERENCE_COLUMNS, SUMMARY_COLUMNS, Results
from simulator.statistics import annualise, medoid, percent_change, probability_positive, spread
from simulator.variables import ENTITIES, LEVELS, variables
from tests.fakes import FakeEnsemble, changed, column, fake_ensemble


def at(name: str, level: str = "province") -> int:
    return column(level, name)


def row(frame, **wanted):  # type: ignore[no-untyped-def]
    for key, value in wanted.items():
        frame = frame[frame[key] == value]
    assert len(frame) == 1, f"{len(frame)} rows for {wanted}"
    return frame.iloc[0]


# --- years


def one_run(level: str, **quarters: list[float]) -> np.ndarray:
    size = len(next(iter(quarters.values())))
    values = np.ones((1, size, len(ENTITIES[level]), len(variables()[level])))
    for name, numbers in quarters.items():
        values[0, :, 0, column(level, name)] = numbers
    return values


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gdp_real", [10.0, 26.0]),  # sum
        ("population", [4.0, 8.0]),  # last
        ("employment", [2.5, 6.5]),  # mean
    ],
)
def test_years_follow_the_rule_of_the_variable(name: str, expected: list[float]) -> None:
    annual = annualise(one_run("province", **{name: [1, 2, 3, 4, 5, 6, 7, 8]}), "province")
    assert annual[0, :, 0, at(name)].tolist() == expected


def test_ratio_of_sums_divides_the_annual_sums_and_not_the_mean_of_ratios() -> None:
    values = one_run(
        "province",
        graduates_stayed=[1.0, 0.0, 6.0, 1.0],
        graduates_new=[2.0, 0.0, 12.0, 6.0],
        graduate_stay_rate=[0.5, 9.0, 0.5, 1 / 6],
    )
    annual = annualise(values, "province")
    assert annual[0, 0, 0, at("graduate_stay_rate")] == 8.0 / 20.0


def test_ratio_of_sums_is_missing_where_the_lower_sum_is_zero() -> None:
    annual = annualise(one_run("province", graduates_new=[0.0] * 4), "province")
    assert np.isnan(annual[0, 0, 0, at("graduate_stay_rate")])


def test_every_ratio_of_sums_names_summed_variables_of_its_level() -> None:
    for level in LEVELS:
        rules = {v.name: v.annual for v in variables()[level]}
        for v in variables()[level]:
            assert (v.of is not None) == (v.annual == "ratio_of_sums")
            assert all(rules[name] == "sum" for name in v.of or ())


@pytest.mark.parametrize(("quarters", "years"), [(3, 0), (4, 1), (7, 1), (8, 2)])
def test_an_incomplete_last_year_is_left_out(quarters: int, years: int) -> None:
    results = Results([fake_ensemble(quarters=quarters)])
    assert results.years == ("2006", "2007")[:years]
    assert results.values("baseline", "city").shape[:2] == (4, years)
    assert set(results.summary[results.summary.freq == "A"].period) == set(results.years)


def test_annualise_leaves_its_input_alone() -> None:
    values = one_run("province", gdp_real=[1, 2, 3, 4])
    before = values.copy()
    annualise(values, "province")
    assert np.array_equal(values, before)


# --- intervals


def test_spread_is_the_linear_quantile() -> None:
    assert spread(np.arange(21.0)).tolist() == [10.0, 1.0, 19.0]
    assert spread(np.array([1.0, 2.0])) == pytest.approx([1.5, 1.05, 1.95])


def test_spread_leaves_missing_runs_out_and_agrees_with_numpy() -> None:
    values = np.random.default_rng(0).normal(size=(30, 4, 3))
    values[3:9, 1, 2] = np.nan
    values[5, 0, 0] = np.inf
    expected = values.copy()
    expected[5, 0, 0] = np.nan
    assert spread(values) == pytest.approx(np.nanquantile(expected, (0.5, 0.05, 0.95), axis=0))


def test_spread_of_nothing_is_missing() -> None:
    values = np.full((3, 2), np.nan)
    values[1, 1] = 4.0
    assert spread(values)[:, 1].tolist() == [4.0, 4.0, 4.0]
    assert np.isnan(spread(values)[:, 0]).all()


def test_ties_count_half() -> None:
    assert probability_positive(np.array([1.0, 0.0, 0.0, -1.0, 2.0])) == 3.0 / 5.0
    assert probability_positive(np.zeros(4)) == 0.5
    assert probability_positive(np.array([np.nan, np.inf, 1.0, -1.0])) == 0.5
    assert np.isnan(probability_positive(np.array([np.nan])))


def test_percent_change_needs_a_positive_base_in_every_run() -> None:
    base = np.array([[100.0, 0.0, -1.0], [200.0, 5.0, 2.0]])
    new = np.array([[110.0, 1.0, -2.0], [150.0, 5.0, 2.0]])
    change = percent_change(new, base)
    assert change[:, 0] == pytest.approx([10.0, -25.0])
    assert np.isnan(change[:, 1:]).all()


# --- tables


def test_columns_are_those_of_the_contract() -> None:
    results = Results([fake_ensemble(), fake_ensemble("other")])
    assert tuple(results.summary.columns) == SUMMARY_COLUMNS
    assert tuple(results.differences.columns) == DIFFERENCE_COLUMNS
    assert ",".join(SUMMARY_COLUMNS) == "scenario,level,entity,variable,unit,period,freq,median,p05,p95"
    assert ",".join(DIFFERENCE_COLUMNS) == (
        "scenario,base,level,entity,variable,unit,measure,period,freq,median,p05,p95,prob_positive"
    )


def test_summary_by_hand() -> None:
    frame = Results([fake_ensemble(runs=21)]).summary
    quarter = row(frame, level="province", variable="gdp_real", period="2006Q3", freq="Q")
    assert [quarter["median"], quarter.p05, quarter.p95] == pytest.approx([11.2, 2.2, 20.2])
    year = row(frame, level="province", variable="gdp_real", period="2007", freq="A")
    assert year["median"] == pytest.approx(4 * 11.0 + 2.2)
    assert (year.scenario, year.entity, year.unit) == ("baseline", "Liaoning", "bn yuan 2010")
    lane = row(frame, level="lane", entity="Dalian > Korea", variable="tonnage", period="2006")
    assert lane.freq == "A" and lane["median"] == pytest.approx(4 * 11.0 + 0.6)


def test_quarters_are_of_the_province_only_and_no_row_appears_twice() -> None:
    frame = Results([fake_ensemble()]).summary
    assert set(frame[frame.freq == "Q"].level) == {"province"}
    assert set(frame.level) == set(LEVELS)
    assert not frame.duplicated(["scenario", "level", "entity", "variable", "period"]).any()


def test_differences_are_paired_run_by_run() -> None:
    base, other = fake_ensemble(), fake_ensemble("other")
    changed(other, "province", "gdp_real", np.array([1.1, 1.2, 0.9, 1.0])[:, None, None])
    frame = Results([base, other]).differences
    share = row(frame, variable="gdp_real", level="province", period="2006Q1", measure="percent")
    assert share["median"] == pytest.approx(5.0)
    assert share.p05 == pytest.approx(-10 + 0.15 * 10)
    assert share.prob_positive == 2.5 / 4
    assert share.unit == "%"
    units = row(frame, variable="gdp_real", level="province", period="2006Q1", measure="absolute")
    assert units["median"] == pytest.approx((0.1 + 0.0) / 2)
    assert (units.unit, units.scenario, units.base) == ("bn yuan 2010", "other", "baseline")


def test_no_effect_is_exactly_zero_with_probability_one_half() -> None:
    frame = Results([fake_ensemble(random=True), fake_ensemble("other", random=True)]).differences
    assert (frame[["median", "p05", "p95"]].to_numpy() == 0.0).all()
    assert (frame.prob_positive == 0.5).all()


def test_a_base_of_zero_has_no_percent_row() -> None:
    base, other = fake_ensemble(), fake_ensemble("other")
    base.levels["province"][1, :, 0, at("policy_cost")] = 0.0
    frame = Results([base, other]).differences
    rows = frame[(frame.variable == "policy_cost") & (frame.level == "province")]
    assert set(rows.measure) == {"absolute"}
    assert len(rows) == 8 + 2


def test_rows_without_any_finite_value_are_left_out() -> None:
    base = fake_ensemble()
    base.levels["province"][:, :4, 0, at("gdp_growth_reported")] = np.nan
    frame = Results([base]).summary
    rows = frame[frame.variable == "gdp_growth_reported"]
    assert rows.period.tolist() == ["2007Q1", "2007Q2", "2007Q3", "2007Q4", "2007"]


def test_one_scenario_has_an_empty_table_of_differences() -> None:
    frame = Results([fake_ensemble()]).differences
    assert len(frame) == 0 and tuple(frame.columns) == DIFFERENCE_COLUMNS
    assert frame["median"].dtype == np.float64


# --- failed runs


def test_failed_runs_are_left_out_on_both_sides_of_a_difference() -> None:
    base, other = fake_ensemble(failures=((0, "broke"),)), fake_ensemble("other", failures=((2, "broke"),))
    base.levels["province"][0], other.levels["province"][2] = np.nan, 1e9
    changed(other, "province", "gdp_real", 2.0)
    results = Results([base, other])
    assert results.kept("baseline").tolist() == [1, 2, 3]
    assert results.kept().tolist() == [1, 3]
    summary = row(results.summary, scenario="baseline", variable="gdp_real", level="province", period="2006Q1")
    assert summary["median"] == 3.0
    change = row(results.differences, measure="absolute", variable="gdp_real", level="province", period="2006Q1")
    assert change["median"] == 3.0  # runs 1 and 3: 2 -> 4 and 4 -> 8
    assert results.medoids["other"] in (0, 1, 3)


def test_a_scenario_whose_runs_all_failed_says_why() -> None:
    with pytest.raises(RuntimeError, match='every run of scenario "baseline" failed; run 0: cash is negative'):
        Results([fake_ensemble(runs=1, failures=((0, "cash is negative"),))])


# --- what belongs together


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (fake_ensemble("other", seed=2), "seed 1 and 2"),
        (fake_ensemble("other", runs=5), "runs 4 and 5"),
        (fake_ensemble("other", quarters=9), "quarters 8 and 9"),
    ],
)
def test_ensembles_that_are_not_paired_are_refused(other: FakeEnsemble, what: str) -> None:
    with pytest.raises(InputError, match=what):
        Results([fake_ensemble(), other])


def test_other_parameters_and_names_given_twice_are_refused() -> None:
    base = fake_ensemble()
    other = replace(fake_ensemble("other"), parameters=replace(base.parameters, hash="cd" * 32))
    with pytest.raises(InputError, match="parameters abab"):
        Results([base, other])
    with pytest.raises(InputError, match='"baseline" is given twice'):
        Results([base, base])
    with pytest.raises(InputError, match="at least one scenario"):
        Results([])


def test_an_unknown_scenario_gets_the_nearest_name() -> None:
    with pytest.raises(InputError, match='no scenario "baselin".*did you mean "baseline"'):
        Results([fake_ensemble()]).ensemble("baselin")


def test_an_array_of_the_wrong_shape_is_refused() -> None:
    base = fake_ensemble()
    base.levels["port"] = base.levels["port"][:, :, :-1]
    with pytest.raises(InputError, match="level port: shape"):
        _ = Results([base]).summary


# --- the typical run


def test_medoid_weighs_series_alike() -> None:
    # Series 2 is a thousand times larger; run 1 is nearest in relative terms, run 2 in absolute ones.
    paths = np.array([[[1.0, 1000.0]], [[2.0, 1100.0]], [[3.0, 1050.0]], [[2.0, 900.0]], [[2.0, 1060.0]]])
    assert medoid(paths) == 4
    assert medoid(paths[:4]) == 1  # medians 2 and 1025: distances 0.52, 0.07, 0.52, 0.12


def test_medoid_copes_with_a_median_of_zero_and_takes_the_first_of_equals() -> None:
    assert medoid(np.zeros((3, 4, 3))) == 0
    paths = np.zeros((3, 4, 1))
    paths[0] = 1.0
    assert medoid(paths) == 1


def test_medoids_are_run_numbers_of_finished_runs() -> None:
    results = Results([fake_ensemble(runs=5), fake_ensemble("other", runs=5, failures=((0, "x"), (1, "x")))])
    assert results.medoids == {"baseline": 2, "other": 3}
    assert json.dumps(results.medoids)


def test_series_equals_values() -> None:
    results = Results([fake_ensemble(random=True)])
    annual = results.series("baseline", "utilisation", level="sector", entity="industry")
    assert np.array_equal(annual, results.values("baseline", "sector")[:, :, 1, at("utilisation", "sector")])
    quarterly = results.series("baseline", "exports", freq="Q")
    assert np.array_equal(quarterly, results.values("baseline", "province", "Q")[:, :, 0, at("exports")])


def test_tables_of_a_full_comparison_are_fast() -> None:
    results = Results([fake_ensemble(name, runs=50, quarters=120, random=True) for name in ("a", "b")])
    start = time.perf_counter()
    assert len(results.summary) + len(results.differences) > 90_000
    assert time.perf_counter() - start < 5.0  # 0.3 s on two cores of 2020
