"""The world before the first quarter: it is the data of 2006, put together by stated allocations, for every draw."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simulator import drivers, records
from simulator import world as world_module
from simulator.drivers import QUARTERS, activity, base_path, denton, quarterly, years_of
from simulator.parameters import draw_table
from simulator.records import CITIES, GROUPS, HOMES, INDUSTRY, INVESTOR_TYPES, N_GROUPS, PARTNERS, PORTS
from simulator.run import State, advance, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import load_scenario
from simulator.tables import DataError, load_table
from simulator.world import World, gravity_matrix, largest_remainder, load_world
from tests.whole import SEED, Outputs

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("point", "prior")


def column(table: str, variable: str, names: tuple[str, ...], period: str = "2006") -> np.ndarray[Any, Any]:
    """Return a variable of a table for these entities."""
    return np.array([load_table(table).value(name, variable, period) for name in names])


def liaoning(variable: str, period: str = "2006") -> float:
    return load_table("province").value("Liaoning", variable, period)


@pytest.fixture(scope="module", params=KINDS)
def start(request: pytest.FixtureRequest, world: World) -> State:
    """Return the state at the start of 2006Q1, for point values and for a draw of the prior."""
    return prepare(world, draw_table(request.param, 4, SEED).records()[3:], draws_of(world, SEED, 0, 8))


@pytest.fixture(scope="module", params=KINDS)
def first(request: pytest.FixtureRequest, world: World) -> tuple[State, State, Outputs]:
    """Return the states before and after the first quarter, and its outputs."""
    draws = draws_of(world, SEED, 0, 1)
    state = prepare(world, draw_table(request.param, 4, SEED).records()[3:], draws)
    before, outputs = state.copy(), new_outputs(1)
    policies = policies_of(load_scenario("baseline").schedule(), 1, SEED, 0)
    assert advance(state, policies, draws, 0, 1, outputs, check=True) == ""
    return before, state, outputs


# --- output, people, money -------------------------------------------------------------------------------------------


def test_value_added_of_cities(world: World) -> None:
    """Shares of city and sector in 2006 are those published; the sum is the GDP of the quarter, at its prices."""
    path = world.path
    real = world.cities["value_added_0"]
    year_prices = np.array([path[name][0] for name in ("price_other", "price_industry", "price_other")])
    year_prices *= path["price_gdp"][:4].mean() / path["price_gdp"][0]
    nominal = real * year_prices
    published = np.stack([column("cities", f"va_{s}", CITIES) for s in ("primary", "secondary", "tertiary")], axis=1)
    np.testing.assert_allclose(nominal / nominal.sum(), published / published.sum(), rtol=1e-12)
    whole_year = 4.0 * nominal.sum() * path["gdp"][:4].mean() / path["gdp"][0]
    assert whole_year == pytest.approx(0.1 * liaoning("gdp_nominal_census4"), rel=1e-12)


def test_people(start: State) -> None:
    cities = start.cities
    np.testing.assert_allclose(cities["population"], column("cities", "population", CITIES), rtol=1e-12)
    working = cities["workers"] + cities["graduates"]
    np.testing.assert_allclose(working.sum(), liaoning("employment"), rtol=1e-4)
    np.testing.assert_allclose(cities["graduates"] / working, column("cities", "graduate_share", CITIES), rtol=1e-12)
    np.testing.assert_allclose(working / working.sum(), cities["population"] / cities["population"].sum(), rtol=1e-12)


def test_shares_of_cities(start: State) -> None:
    for name, variable in (("fdi_share_0", "fdi"), ("spending_share_0", "fiscal_expenditure")):
        published = column("cities", variable, CITIES)
        np.testing.assert_allclose(start.cities[name], published / published.sum(), rtol=1e-12)
    wages = column("cities", "wage", CITIES)
    np.testing.assert_allclose(start.cities["wage_0"] / start.cities["wage_0"].mean(), wages / wages.mean(), rtol=1e-12)


def test_wages_are_the_labour_share_of_output(start: State) -> None:
    cities = start.cities
    bill = (cities["wage_0"] * cities["efficient_labour_0"]).sum()
    assert bill / cities["gdp_0"].sum() == pytest.approx(1.0 - start.parameters["capital_share"][0], rel=1e-12)


def test_consumption_and_budget(start: State) -> None:
    gdp = liaoning("gdp_nominal_census4")
    assert start.cities["consumption_0"].sum() / start.cities["gdp_0"].sum() == pytest.approx(
        liaoning("household_consumption") / gdp, rel=1e-12
    )
    spent = start.cities["public_consumption_0"] + start.cities["transfers_0"]
    works = start.parameters["spend_infrastructure"][0] * start.province["spending_0"][0]
    assert spent.sum() + works == pytest.approx(liaoning("fiscal_expenditure") / gdp * start.cities["gdp_0"].sum())


def test_industry_mix(start: State) -> None:
    mix = np.stack([column("cities", f"mix_{group}", CITIES) for group in GROUPS], axis=1)
    industry = start.cities["value_added_0"][:, INDUSTRY, np.newaxis]
    np.testing.assert_allclose(start.cities["cell_output"], industry * mix / mix.sum(axis=1, keepdims=True), rtol=1e-9)
    np.testing.assert_allclose(start.cities["demand"], start.cities["cell_output"], rtol=1e-9)


# --- enterprises and investors ---------------------------------------------------------------------------------------


def test_enterprises_are_as_many_as_stated(world: World) -> None:
    assert len(world.soes) == load_table("soe").value("Liaoning", "count", "2006") == 2250
    cells = Counter(zip(world.soes["city"].tolist(), world.soes["group"].tolist(), strict=True))
    assert len(cells) == len(CITIES) * N_GROUPS
    assert world.soes["alive"].all()
    identity = world.soes["identity"].mean()
    assert 0.82 < identity < 0.88
    assert (world.soes["state_share"][world.soes["identity"] == 1] >= 0.7).all()
    assert (world.soes["state_share"][world.soes["identity"] == 0] < 0.5).all()


def test_sizes_of_enterprises(world: World) -> None:
    """Weights of a cell sum to one and are lognormal with the stated spread."""
    cell = world.soes["city"] * N_GROUPS + world.soes["group"]
    sums = np.bincount(cell, world.soes["size_weight"])
    np.testing.assert_allclose(sums, 1.0, rtol=1e-12)
    largest = np.argmax(np.bincount(cell))
    spread = np.log(world.soes["size_weight"][cell == largest]).std()
    assert spread == pytest.approx(load_table("soe").value("Liaoning", "size_sigma"), rel=0.05)


def test_state_share_of_industrial_assets(start: State) -> None:
    cities = start.cities
    state = cities["soe_capital"].sum()
    total = state + cities["capital"][:, INDUSTRY].sum() + cities["foreign_capital"][:, :, 0].sum()
    assert state / total == pytest.approx(liaoning("soe_asset_share"), rel=1e-9) == pytest.approx(0.5615)
    assert start.soes["capital"].sum() == pytest.approx(state, rel=1e-12)


def test_capital_over_output(start: State) -> None:
    cities, par = start.cities, start.parameters[0]
    stock = cities["capital"].copy()
    stock[:, INDUSTRY] += cities["soe_capital"] + cities["foreign_capital"][:, :, 0].sum(axis=1)
    stock[:, records.SERVICES] += cities["foreign_capital"][:, :, 1].sum(axis=1)
    ratios = [par["capital_output_primary"], par["capital_output_industry"], par["capital_output_services"]]
    np.testing.assert_allclose(stock / (4.0 * cities["value_added_0"]), [ratios] * len(CITIES), rtol=1e-12)
    assert (cities["capital"] > 0.0).all()


def test_investors_by_home_and_type(world: World) -> None:
    table = load_table("investors")
    assert len(world.investors) == 400
    for h, home in enumerate(HOMES):
        for k, kind in enumerate(INVESTOR_TYPES):
            mine = (world.investors["home"] == h) & (world.investors["type"] == k)
            assert mine.sum() == table.value(home, f"count_{kind}")
    assert world.investors["scale"].mean() == pytest.approx(1.0, rel=1e-12)
    assert (world.investors["sector"] == (world.investors["type"] == 2)).all()


def test_foreign_capital_is_held_by_the_investors(start: State) -> None:
    held = start.investors["capital"].sum(axis=0)
    np.testing.assert_allclose(held, start.cities["foreign_capital"].sum(axis=(1, 2)), rtol=1e-10)
    np.testing.assert_allclose(held, start.cities["foreign_capital_0"].sum(axis=1), rtol=1e-10)


# --- trade and ports -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flow", ["export", "import"])
def test_trade_by_city_and_partner(flow: str, world: World) -> None:
    """Both margins are met: city shares of 2014, partner shares; the sum is the published value of 2006."""
    matrix = world.cities[f"{flow}s_0"]
    by_city = column("cities", "trade_total", CITIES, "2014")
    by_partner = column("trade_shares", f"{flow}_share", PARTNERS)
    np.testing.assert_allclose(matrix.sum(axis=1) / matrix.sum(), by_city / by_city.sum(), rtol=1e-9)
    np.testing.assert_allclose(matrix.sum(axis=0) / matrix.sum(), by_partner / by_partner.sum(), rtol=1e-9)
    assert (matrix > 0.0).all()


def test_trade_in_dollars(first: tuple[State, State, Outputs]) -> None:
    """The first quarter trades a quarter of the year's value, before the growth within the year."""
    _, _, outputs = first
    for name in ("exports", "imports"):
        published = liaoning(name) / 4.0 * world_module.TRADE_QUARTER
        assert outputs["province"][f"{name}_usd"][0, 0] == pytest.approx(published, rel=0.02)


def test_nearer_ports_trade_more() -> None:
    """The allocation keeps the odds of its gravity seed: Dandong, at the border, trades more with Korea than others."""
    exports = load_world().cities["exports_0"]
    odds = exports[:, PARTNERS.index("Korea")] / exports[:, PARTNERS.index("EU")]
    assert odds[CITIES.index("Dandong")] > odds[CITIES.index("Chaoyang")]


def test_cargo_of_the_ports(start: State) -> None:
    bulk = column("ports", "share_bulk", PORTS, "2012Q1")
    boxes = column("ports", "share_containers", PORTS, "2012Q1")
    throughput = start.ports["throughput_0"]
    np.testing.assert_allclose(throughput[:, 1] / throughput[:, 1].sum(), boxes / boxes.sum(), rtol=1e-12)
    np.testing.assert_allclose(throughput[:, 0] / throughput[:, 0].sum(), bulk / bulk.sum(), rtol=2e-2)
    total = load_table("ports").value("Liaoning", "throughput", "2006")
    assert 4.0 * throughput[:, 0].sum() == pytest.approx(total, rel=2e-2)
    assert start.ports["routes"].tolist() == column("ports", "routes", PORTS).tolist()


def test_base_shares_of_gateways_are_met(first: tuple[State, State, Outputs]) -> None:
    """With the constants of choice found by inversion, base cargo arrives where it did in the base quarter."""
    _, after, _ = first
    cities, ports, par = after.cities, after.ports, after.parameters[0]
    boxed = np.full(9, par["container_share_foreign"])
    boxed[8] = par["container_share_coastal"]
    tonnes = cities["cargo_0"].copy()
    tonnes[:, 8] *= 1.0 + par["coastal_growth"] / (1.0 + math.exp(0.9 * 3.5))
    arrived = np.einsum("cd,d,cdg->g", tonnes, boxed, cities["gateway_weight"][..., 1])
    np.testing.assert_allclose(arrived[:6] / par["tonnes_per_teu"], ports["throughput_0"][:, 1], rtol=1e-6)
    loose = np.einsum("cd,d,cdg->g", tonnes, 1.0 - boxed, cities["gateway_weight"][..., 0])
    np.testing.assert_allclose(loose[:6] + arrived[:6], ports["throughput_0"][:, 0], rtol=1e-6)


# --- the first quarter -----------------------------------------------------------------------------------------------


def test_the_first_quarter_is_the_base_quarter(first: tuple[State, State, Outputs]) -> None:
    """Everything is in hat form on the base quarter: what the rules compute there is what was put in."""
    start, _, outputs = first
    cities, city, province = start.cities, outputs["city"][0], outputs["province"][0, 0]
    np.testing.assert_allclose(city["gdp_real"], cities["gdp_0"], rtol=1e-9)
    np.testing.assert_allclose(city["industry"], cities["value_added_0"][:, INDUSTRY], rtol=1e-9)
    np.testing.assert_allclose(city["services"], cities["value_added_0"][:, records.SERVICES], rtol=1e-9)
    np.testing.assert_allclose(city["exports"], cities["exports_0"].sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(city["market_access"], 1.0, rtol=1e-9)
    revenue = cities["revenue_0"] * start.path["price_gdp"][0]
    np.testing.assert_allclose(city["fiscal_revenue"], revenue, rtol=1e-9)
    np.testing.assert_allclose(outputs["port"]["throughput"][0, :6], start.ports["throughput_0"][:, 0], rtol=1e-9)
    assert province["graduate_stay_rate"] == pytest.approx(start.parameters["stay_rate_0"][0], rel=1e-9)
    assert province["capacity_utilisation"] == pytest.approx(start.parameters["normal_utilisation"][0], rel=1e-9)
    assert province["unmet_demand"] == pytest.approx(0.0, abs=1e-9)


# --- allocation methods ----------------------------------------------------------------------------------------------


def test_gravity_matrix_by_hand() -> None:
    """Two by two: with margins 3, 1 and 2, 2 and a seed of odds ratio 4, x solves x (x - 1) = 4 (3 - x)(2 - x)."""
    matrix = gravity_matrix(np.array([3.0, 1.0]), np.array([2.0, 2.0]), np.array([[4.0, 1.0], [1.0, 1.0]]))
    x = (19.0 - math.sqrt(19.0**2 - 4.0 * 3.0 * 24.0)) / 6.0
    np.testing.assert_allclose(matrix, [[x, 3.0 - x], [2.0 - x, x - 1.0]], rtol=1e-9)


@given(
    seed=arrays(np.float64, (4, 3), elements=st.floats(0.1, 10.0)),
    rows=arrays(np.float64, 4, elements=st.floats(0.1, 10.0)),
    columns=arrays(np.float64, 3, elements=st.floats(0.1, 10.0)),
)
def test_gravity_matrix(seed: Any, rows: Any, columns: Any) -> None:
    """Margins are met, and the odds between any two rows and columns are those of the seed."""
    columns = columns * rows.sum() / columns.sum()
    matrix = gravity_matrix(rows, columns, seed)
    np.testing.assert_allclose(matrix.sum(axis=1), rows, rtol=1e-8)
    np.testing.assert_allclose(matrix.sum(axis=0), columns, rtol=1e-8)
    odds = [m[0, 0] * m[1:, 1:] / (m[1:, :1] * m[:1, 1:]) for m in (matrix, seed)]
    np.testing.assert_allclose(odds[0], odds[1], rtol=1e-7)


@given(weights=arrays(np.float64, (7, 2), elements=st.floats(0.01, 100.0)), total=st.integers(14, 500))
def test_largest_remainder(weights: Any, total: int) -> None:
    counts = largest_remainder(weights, total)
    assert counts.sum() == total and counts.min() >= 1
    ideal = 1.0 + weights.ravel() / weights.sum() * (total - 14)
    assert np.abs(counts - ideal).max() < 1.0


# --- drivers ---------------------------------------------------------------------------------------------------------

ANNUAL = arrays(np.float64, st.integers(2, 8), elements=st.floats(-100.0, 100.0))


@given(annual=ANNUAL)
def test_denton_keeps_yearly_means(annual: Any) -> None:
    path = denton(annual)
    assert path.shape == (4 * len(annual),)
    np.testing.assert_allclose(path.reshape(-1, 4).mean(axis=1), annual, rtol=1e-9, atol=1e-9)


@given(annual=ANNUAL, seed=st.integers(0, 1000))
def test_denton_is_the_smoothest_path(annual: Any, seed: int) -> None:
    """Any other path with the same yearly means has larger first differences."""
    path = denton(annual)
    other = np.random.default_rng(seed).normal(size=(len(annual), 4))
    other -= other.mean(axis=1, keepdims=True)
    step = np.diff(other.ravel())
    assert np.diff(path) @ step == pytest.approx(0.0, abs=1e-7)
    assert (np.diff(path + other.ravel()) ** 2).sum() > (np.diff(path) ** 2).sum()


def test_denton_by_hand() -> None:
    """A constant stays one; two years 0 and 1 rise by steps that grow to the middle: 1, 2, 3, 4, 3, 2, 1 over 16."""
    np.testing.assert_allclose(denton(np.array([3.0, 3.0, 3.0])), 3.0, rtol=1e-12)
    steps = np.diff(denton(np.array([0.0, 1.0])))
    expected = np.array([1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0])
    np.testing.assert_allclose(steps, expected * (1.0 / (expected @ expected / 4.0)), rtol=1e-9)


def means(name: str) -> np.ndarray[Any, Any]:
    """Return yearly means of a driver, years first."""
    path = base_path()[name]
    return path.reshape(-1, 4, *path.shape[1:]).mean(axis=1)


def test_drivers_have_the_yearly_means_of_the_data() -> None:
    table, province = load_table("drivers"), load_table("province")
    rows = {
        "gdp": years_of(table, "China", "gdp_usd_2015"),
        "gdp_nominal": years_of(table, "China", "gdp_nominal"),
        "wage": years_of(table, "China", "income_urban_per_capita"),
        "fdi_inflow": years_of(table, "China", "fdi_net_inflows_bop"),
        "exchange_rate": years_of(table, "China", "exchange_rate"),
    }
    for name in ("gdp", "gdp_nominal", "fdi_inflow", "exchange_rate"):
        series = np.array([rows[name][year] for year in range(2006, 2018)])
        np.testing.assert_allclose(means(name)[:12] / means(name)[0], series / series[0], rtol=1e-9, err_msg=name)
    for m, partner in enumerate(PARTNERS):
        series = np.array([years_of(table, partner, "gdp_usd_2015")[year] for year in range(2006, 2021)])
        np.testing.assert_allclose(means("partner_gdp")[:15, m] / means("partner_gdp")[0, m], series / series[0])
    assert means("fdi_inflow")[3] * 4.0 == pytest.approx(rows["fdi_inflow"][2009], rel=1e-9)
    assert means("exchange_rate")[4] == pytest.approx(rows["exchange_rate"][2010], rel=1e-9)
    targets = years_of(province, "Liaoning", "growth_target")
    assert base_path()["growth_target"][[0, 3, 4, 47]].tolist() == [targets[y] for y in (2006, 2006, 2007, 2017)]


def test_indices_are_one_in_the_base_quarter() -> None:
    row = base_path()[0]
    for name in ("gdp", "gdp_nominal", "investment", "secondary", "consumption", "wage", "fdi_stock", "hinterland"):
        assert row[name] == pytest.approx(1.0, rel=1e-12), name
    assert row["working_age"] == pytest.approx(1.0) and row["clock"] == 0.0
    np.testing.assert_allclose(row["partner_gdp"], 1.0)
    np.testing.assert_allclose(row["partner_price"], 1.0)


def test_prices_are_one_in_2010() -> None:
    for name in ("price_gdp", "price_industry", "price_commodity", "price_manufactures"):
        assert means(name)[4] == pytest.approx(1.0, rel=1e-6), name
    path = base_path()
    mean = 0.45 * np.log(path["price_industry"]) + 0.55 * np.log(path["price_other"])
    np.testing.assert_allclose(mean, np.log(path["price_gdp"]), atol=1e-12)


def test_drivers_are_finite_positive_and_complete() -> None:
    path = base_path()
    assert len(path) == QUARTERS == 120
    for name in path.dtype.names or ():
        assert np.isfinite(path[name]).all(), name
        assert name == "clock" or (path[name] > 0.0).all(), name


def test_drivers_do_not_jump() -> None:
    """No step of a quarter is beyond a fourth, also where data end and the stated path begins."""
    path = base_path()
    for name in path.dtype.names or ():
        if name in ("clock", "year", "growth_target", "progress", "fdi_inflow", "price_commodity"):
            continue
        growth = np.abs(np.diff(np.log(path[name]), axis=0))
        assert growth.max() < 0.25, name


def test_activity_after_the_last_observed_year() -> None:
    """2021 on the trend of 2015-19 less 2 %, then growth that converges to the long run by 2030, by hand."""
    known = {year: 100.0 * 1.05 ** (year - 2015) for year in range(2015, 2020)} | {2020: 110.0}
    path = activity(known, 0.02)
    assert path[2020] == 110.0
    assert path[2021] == pytest.approx(100.0 * 1.05**6 * 0.98)
    growth = {year: math.log(path[year] / path[year - 1]) for year in range(2022, 2036)}
    assert growth[2024] == pytest.approx(math.log(1.05) + 3.0 / 9.0 * (math.log(1.02) - math.log(1.05)))
    assert growth[2030] == growth[2033] == pytest.approx(math.log(1.02))


def test_deviations_begin_after_the_last_observed_quarter(world: World) -> None:
    """The drivers of every run are the data until then, and differ between runs after."""
    runs = [prepare(world, draw_table("prior", 2, SEED).records()[:1], draws_of(world, SEED, k, 120)) for k in (0, 1)]
    for name, first_free in (("gdp", 60), ("credit", 48), ("hinterland", 48), ("partner_gdp", 60), ("fdi_inflow", 60)):
        paths = [np.asarray(run.path[name]) for run in runs]
        assert np.array_equal(paths[0][:first_free], world.path[name][:first_free]), name
        assert np.array_equal(paths[0][:first_free], paths[1][:first_free]), name
        assert (paths[0][first_free:] != paths[1][first_free:]).all(), name
    assert len(world.process) == len(world.free) == len(drivers.DEVIATING)
    assert ((world.process[:, 0] >= 0.0) & (world.process[:, 0] < 1.0) & (world.process[:, 1] > 0.0)).all()


# --- the object ------------------------------------------------------------------------------------------------------


def test_the_world_is_one_and_cannot_be_changed(world: World) -> None:
    assert load_world() is world
    for name in ("cities", "soes", "ports", "investors", "partners", "province", "path"):
        array = getattr(world, name)
        with pytest.raises(ValueError, match="read-only"):
            array[array.dtype.names[-1]] = 0.0
    with pytest.raises(AttributeError):
        world.scale = 2.0  # type: ignore[misc]


def test_the_world_is_built_alike_each_time(world: World) -> None:
    again = load_world.__wrapped__(1.0)
    for name in ("cities", "soes", "ports", "investors", "partners", "province"):
        assert getattr(again, name).tobytes() == getattr(world, name).tobytes(), name


@pytest.mark.parametrize("scale", [0.1, 2.0])
def test_a_scaled_world_has_the_same_economy(scale: float, world: World) -> None:
    """Fewer or more agents of the same totals."""
    other = load_world(scale)
    assert len(other.soes) == round(2250 * scale) and len(other.investors) == pytest.approx(400 * scale, abs=6)
    parameters = draw_table("point", 1, SEED).records()
    both = [prepare(w, parameters, draws_of(w, SEED, 0, 1)) for w in (world, other)]
    for name in ("soe_capital", "gdp_0", "workers", "exports_0"):
        np.testing.assert_allclose(both[0].cities[name], both[1].cities[name], rtol=1e-9)


def test_preparing_a_run_leaves_the_world_alone(world: World) -> None:
    before = world.cities.tobytes() + world.path.tobytes()
    prepare(world, draw_table("prior", 1, SEED).records(), draws_of(world, SEED, 0, 120))
    assert world.cities.tobytes() + world.path.tobytes() == before


# --- wrong data ------------------------------------------------------------------------------------------------------

TABLES = ("cities", "distances", "province", "trade_shares", "soe", "investors", "ports", "tariffs")


@pytest.mark.parametrize("name", TABLES)
def test_an_incomplete_table_is_an_error_of_the_world(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (ROOT / "simulator" / "data" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    broken = tmp_path / f"{name}.csv"
    broken.write_text("\n".join([lines[0], *lines[2:]]) + "\n", encoding="utf-8")

    def table(asked: str) -> Any:
        return load_table(asked, path=broken) if asked == name else load_table(asked)

    monkeypatch.setattr(world_module, "load_table", table)
    with pytest.raises(DataError, match=f"{name}.csv: missing {lines[1].split(',')[0]}"):
        load_world.__wrapped__(1.0)


def test_incomplete_drivers_are_an_error_of_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (ROOT / "simulator" / "data" / "drivers.csv").read_text(encoding="utf-8").splitlines()
    broken = tmp_path / "drivers.csv"
    broken.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    monkeypatch.setattr(drivers, "load_table", lambda _: load_table("drivers", path=broken))
    with pytest.raises(DataError, match="drivers.csv: missing"):
        base_path.__wrapped__()


def test_wrong_data_end_a_command_with_one_message(tmp_path: Path) -> None:
    """In an installed copy with a damaged table: exit code 2, the file and the line, no traceback."""
    for name in ("simulator", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "simulator" / "data" / "soe.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",2250,", ",many,"), encoding="utf-8")
    code = "from simulator.cli import main; main()"
    words = ["run", "baseline", "--runs", "1", "--until", "2006Q1", "--out", "out"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 2, done.stderr
    assert 'soe.csv, line 3, column value: "many"' in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "out").exists()


def test_quarterly_begins_in_2006() -> None:
    """Years from 2005 are smoothed, quarters from 2006Q1 are returned."""
    path = quarterly({year: float(year) for year in drivers.YEARS})
    assert len(path) == QUARTERS
    assert path[:4].mean() == pytest.approx(2006.0, rel=1e-12)
    assert path[116:].mean() == pytest.approx(2035.0, rel=1e-12)
