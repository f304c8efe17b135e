"""Observation operators: each against figures worked out by hand, together as a matrix, and with errors added."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from calibration import operators
from calibration.observed import YEARS
from calibration.operators import BY_PERIOD, BY_YEAR, NONE, OPERATORS, Remembered, figures
from calibration.run_statistics import RunPaths, yearly
from calibration.synthetic import observation_errors, observe, synthetic
from calibration.targets import error_sd, rows, simulated_figures, simulated_matrix, target, targets
from simulator.ensemble import Ensemble
from simulator.errors import InputError
from simulator.parameters import parameters
from simulator.periods import to_index
from simulator.records import CITIES, PORTS
from simulator.variables import ENTITIES, variables
from simulator.world import World

LIAONING = "Liaoning"


class Made:
    """Paths of two runs: named outputs, one in all others; years grow from 1 to 12 times the number given."""

    def __init__(self, values: Mapping[tuple[str, str], float] | None = None, runs: int = 2) -> None:
        self.values = values or {}
        self.runs = runs
        self.asked: list[tuple[str, str, str]] = []

    def annual(self, output: str, level: str = "province", entity: str = LIAONING) -> np.ndarray:
        self.asked.append((output, level, entity))
        path = self.values.get((output, entity), 1.0) * np.arange(1.0, 13.0)
        return np.outer(np.arange(1.0, self.runs + 1.0), path)

    def quarter(self, output: str, period: str, level: str = "province", entity: str = LIAONING) -> np.ndarray:
        return 0.1 * to_index(period) * self.annual(output, level, entity)[:, 0]


def one(operator: str, values: Mapping[tuple[str, str], float], period: str, entity: str = LIAONING) -> np.ndarray:
    return figures(Made(values), operator, entity, [period])[:, 0]


# --- each ------------------------------------------------------------------------------------------------------------

PLAIN = {
    "gdp_first_release": "gdp_reported", "gdp_restated": "gdp_nominal", "gdp_real": "gdp_real",
    "growth_published": "gdp_growth_reported", "fiscal_revenue_published": "fiscal_revenue_reported",
    "exports_usd": "exports_usd", "imports_usd": "imports_usd", "fdi_published": "fdi_reported",
    "fdi_comparable": "fdi", "population": "population", "employment": "employment", "wage": "wage",
    "soe_number": "soe_number",
}  # fmt: skip
SHARES = {
    "graduate_stay_rate": "graduate_stay_rate", "state_share": "soe_capital_share",
    "secondary_share_first_release": "secondary_share_reported", "secondary_share_restated": "secondary_share",
    "utilisation_survey": "capacity_utilisation", "revenue_padding": "padding_revenue",
}  # fmt: skip


@pytest.mark.parametrize(("operator", "output"), [*PLAIN.items(), *SHARES.items()])
def test_an_output_as_it_is_or_in_per_cent(operator: str, output: str) -> None:
    factor = 100.0 if operator in SHARES else 1.0
    found = one(operator, {(output, LIAONING): 0.07}, "2008")
    np.testing.assert_allclose(found, factor * 0.07 * 3.0 * np.array([1.0, 2.0]))


def test_consumption_is_at_the_prices_of_the_year() -> None:
    expected = 5.0 * 5.0 * yearly("price_gdp", mean=True)[4]
    assert one("household_consumption", {("consumption", LIAONING): 5.0}, "2010")[0] == pytest.approx(expected)


def test_consumption_by_year_is_close_to_consumption_by_quarter(history: Ensemble, world: World) -> None:
    column = [v.name for v in variables()["province"]].index("consumption")
    quarters = history.levels["province"][:, :48, 0, column] * world.path["price_gdp"][:48]
    exact = quarters.reshape(len(quarters), 12, 4).sum(axis=2)
    np.testing.assert_allclose(operators.household_consumption(RunPaths(history), LIAONING), exact, rtol=3e-3)


@pytest.mark.parametrize(("operator", "output"), [("exports_to", "exports_usd"), ("imports_from", "imports_usd")])
def test_trade_with_a_partner_is_in_yuan(operator: str, output: str) -> None:
    rate = yearly("exchange_rate", mean=True)[9]
    assert 6.0 < rate < 6.5
    assert one(operator, {(output, "Korea"): 2.0}, "2015", "Korea")[1] == pytest.approx(2.0 * 2.0 * 10.0 * rate)


def test_trade_and_its_ratio_to_gdp() -> None:
    values = {("exports_usd", LIAONING): 3.0, ("imports_usd", LIAONING): 4.0}
    assert one("trade_usd", values, "2006")[0] == pytest.approx(7.0)
    values = {(name, LIAONING): x for name, x in (("exports", 3.0), ("imports", 4.0), ("gdp_nominal", 20.0))}
    assert one("trade_dependence_restated", values, "2006")[0] == pytest.approx(35.0)
    values["gdp_reported", LIAONING] = 25.0
    assert one("trade_dependence_published", values, "2006")[0] == pytest.approx(28.0)


def test_growth_of_investment() -> None:
    # Years grow as 1, 2, 3: by 100 %, then by 50 %; the first year has no year before it.
    growth = figures(Made(), "investment_growth_published", LIAONING, ["2006", "2007", "2008"])
    np.testing.assert_allclose(growth, [[np.nan, 100.0, 50.0]] * 2)


def test_deposits_are_saving_kept_at_the_share_of_2006() -> None:
    # Saving of 2006 is 600 - 200 x price, and deposits rose by 162.98 bn yuan in that year.
    price = yearly("price_gdp", mean=True)
    values = {(name, LIAONING): x for name, x in (("gdp_nominal", 600.0), ("consumption", 150.0))}
    values["public_consumption", LIAONING] = 50.0
    deposits = figures(Made(values), "bank_deposits", LIAONING, ["2006", "2007", "2008"])
    saving = np.array([600.0, 1200.0, 1800.0]) - np.array([200.0, 400.0, 600.0]) * price[:3]
    share = (1359.68 - 1196.70) / saving[0]
    np.testing.assert_allclose(deposits[0], 1359.68 + share * np.array([0.0, saving[1], saving[1] + saving[2]]))
    np.testing.assert_allclose(deposits[1], deposits[0])  # twice the saving at half the share


def test_shares_of_cities() -> None:
    values = {("fdi", "Dalian"): 3.0, ("fdi", "Shenyang"): 4.0}
    assert one("city_fdi_share", values, "2011", "Dalian")[0] == pytest.approx(100.0 * 3.0 / 19.0)
    assert one("city_fdi_share", values, "2011", "Dalian+Shenyang")[0] == pytest.approx(100.0 * 7.0 / 19.0)
    assert one("city_gdp_share", {("gdp_reported", "Fuxin"): 7.0}, "2011", "Fuxin")[0] == pytest.approx(35.0)
    assert one("city_investment_share", {("investment", "Fuxin"): 7.0}, "2011", "Fuxin")[0] == pytest.approx(35.0)


@pytest.mark.parametrize("operator", ["city_gdp_share", "city_fdi_share", "city_investment_share"])
def test_shares_of_all_cities_add_up(paths: RunPaths, operator: str) -> None:
    total = sum(BY_YEAR[operator](paths, city) for city in CITIES)
    np.testing.assert_allclose(total, np.full((5, 12), 100.0))


def test_ports_by_year_and_by_quarter(paths: RunPaths, history: Ensemble) -> None:
    found = figures(paths, "port_throughput", "Dalian", ["2014Q1", "2016"])
    column = [v.name for v in variables()["port"]].index("throughput")
    tonnes = history.levels["port"][:, :48, ENTITIES["port"].index("Dalian"), column]
    np.testing.assert_allclose(found, np.column_stack([tonnes[:, 32], tonnes[:, 40:44].sum(axis=1)]))


@pytest.mark.parametrize(
    ("operator", "output"), [("port_throughput", "port_throughput"), ("port_containers", "container_throughput")]
)
def test_the_province_is_the_sum_of_its_ports(paths: RunPaths, operator: str, output: str) -> None:
    found = figures(paths, operator, LIAONING, ["2012Q1", "2012"])
    expected = np.column_stack([paths.quarter(output, "2012Q1"), paths.annual(output)[:, 6]])
    np.testing.assert_allclose(found, expected)
    assert (figures(paths, operator, PORTS[0], ["2012"]) < found[:, 1:]).all()


def test_a_span_is_the_mean_of_its_years() -> None:
    found = one("utilisation_survey", {("capacity_utilisation", LIAONING): 0.1}, "2016-2017")
    np.testing.assert_allclose(found, [115.0, 230.0])


def test_a_quarter_of_a_run_is_its_quarter(paths: RunPaths, history: Ensemble) -> None:
    column = [v.name for v in variables()["province"]].index("exports_usd")
    np.testing.assert_array_equal(paths.quarter("exports_usd", "2009Q3"), history.levels["province"][:, 14, 0, column])


# --- together --------------------------------------------------------------------------------------------------------


def test_every_operator_is_used_and_known() -> None:
    assert {t.operator for t in targets().values()} == set(OPERATORS)
    assert set(BY_YEAR) | set(BY_PERIOD) | {NONE} == set(OPERATORS)
    for function in [*BY_YEAR.values(), *BY_PERIOD.values()]:
        assert function.__doc__ and function is getattr(operators, function.__name__)


def test_the_matrix_is_finite_and_on_the_scales(paths: RunPaths) -> None:
    chosen = [*rows(), *rows(role="compare"), *rows(role="explain")]
    matrix, plain = simulated_matrix(paths, chosen), simulated_figures(paths, chosen)
    assert matrix.shape == (5, len(chosen)) and np.isfinite(matrix).all()
    logarithmic = np.array([target(name).scale == "log" for name, _ in chosen])
    np.testing.assert_allclose(np.exp(matrix[:, logarithmic]), plain[:, logarithmic])
    np.testing.assert_array_equal(matrix[:, ~logarithmic], plain[:, ~logarithmic])


def test_a_column_does_not_depend_on_the_others(paths: RunPaths) -> None:
    chosen = rows()
    whole = simulated_matrix(paths, chosen)
    some = [200, 3, 77, 4, 150]
    np.testing.assert_array_equal(simulated_matrix(paths, [chosen[k] for k in some]), whole[:, some])


def test_outputs_are_read_once_whatever_the_number_of_runs() -> None:
    few, many = Made(runs=2), Made(runs=400)
    chosen = [row for row in rows() if "Q" not in row[1]]
    short, long = simulated_matrix(few, chosen), simulated_matrix(many, chosen)
    assert few.asked == many.asked and len(set(few.asked)) == len(few.asked)
    np.testing.assert_array_equal(long[:2], short)


def test_what_was_asked_is_remembered() -> None:
    once = Remembered(Made())
    figures(once, "port_throughput", "Dalian", ["2014Q1", "2016"])
    assert once.asked == (("throughput", "port", "Dalian", "2014Q1"), ("throughput", "port", "Dalian", ""))


def test_a_control_has_no_runs(paths: RunPaths) -> None:
    with pytest.raises(InputError, match='"none" gives no figures of runs'):
        simulated_matrix(paths, rows(role="control")[:1])


# --- errors of observation -------------------------------------------------------------------------------------------


def test_errors_have_the_declared_size() -> None:
    chosen = [("gdp_restated", "2009"), ("gdp_restated", "2010"), ("graduate_stay_rate", "2016"), ("wage", "2011")]
    scaled = np.array([observation_errors(chosen, seed) for seed in range(800)]) / error_sd(chosen)
    # 4.5 standard errors of a mean and of a standard deviation of 800 normal numbers; and none with another, but for
    # neighbouring years of the series that was restated as a whole.
    assert np.abs(scaled.mean(axis=0)).max() < 4.5 / np.sqrt(800)
    assert np.abs(scaled.std(axis=0) - 1.0).max() < 4.5 / np.sqrt(1600)
    declared = np.eye(4)
    declared[0, 1] = declared[1, 0] = target("gdp_restated").error_persistence
    assert declared[0, 1] == 0.9
    assert np.abs(np.corrcoef(scaled.T) - declared).max() < 4.5 / np.sqrt(800)


def test_an_error_has_its_own_address() -> None:
    chosen = rows()
    errors = observation_errors(chosen, 5)
    np.testing.assert_array_equal(observation_errors(chosen, 5), errors)
    np.testing.assert_array_equal(observation_errors([chosen[9], chosen[2]], 5), errors[[9, 2]])
    assert len(np.unique(errors / error_sd(chosen))) == len(chosen)
    assert not np.any(observation_errors(chosen, 6) == errors)
    assert not np.any(observation_errors(chosen, 5, run=1) == errors)


def test_observed_is_simulated_and_an_error(paths: RunPaths) -> None:
    chosen = rows(2013)
    expected = simulated_matrix(paths, chosen)[3] + observation_errors(chosen, 8, run=3)
    np.testing.assert_array_equal(observe(paths, chosen, 8, run=3), expected)


# --- made data -------------------------------------------------------------------------------------------------------


@pytest.fixture
def coverage(tmp_path: Path) -> tuple[Path, Path]:
    """Return two files of parameters that differ in census coverage only."""
    files = tmp_path / "low.toml", tmp_path / "high.toml"
    for path, value in zip(files, (0.07, 0.11), strict=True):
        path.write_text(f"census_coverage = {value}\n", encoding="utf-8")
    return files


def test_made_data_answer_to_the_parameters(world: World, coverage: tuple[Path, Path]) -> None:
    """Same seed, same luck and errors: coverage moves the first release by its ratio, and nothing true."""
    assert "census_coverage" in {p.name for p in parameters()}
    low, high = (synthetic(world, path, seed=4) for path in coverage)
    assert low.rows == rows() and low.source == "synthetic, scenario baseline, seed 4"
    names = np.array([name for name, _ in low.rows])
    moved = high.vector - low.vector
    np.testing.assert_allclose(moved[names == "gdp_first_release"], np.log(1.11 / 1.07))
    np.testing.assert_allclose(moved[np.isin(names, ["gdp_restated", "exports_usd", "population"])], 0.0, atol=1e-12)


def test_made_data_answer_to_the_seed_and_the_year(world: World, coverage: tuple[Path, Path]) -> None:
    first, again, other = (synthetic(world, coverage[0], seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first.values, again.values)
    assert not np.any(first.values == other.values)
    early = synthetic(world, coverage[0], 4, last_year=2013)
    kept = [k for k, row in enumerate(first.rows) if row in early.rows]
    np.testing.assert_array_equal(first.values[kept], early.values)
    assert early.rows == rows(2013) and YEARS[8] not in {period for _, period in early.rows}


def test_a_wrong_parameter_is_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text("census_coverag = 0.07\n", encoding="utf-8")
    with pytest.raises(InputError, match='"census_coverag" is not a parameter; did you mean "census_coverage"'):
        synthetic(world, path, 1)
