"""The world before the first quarter is the data of 2006, for point values and for a draw of the prior."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

from simulator import records
from simulator import world as world_module
from simulator.parameters import draw_table
from simulator.records import CITIES, GROUPS, HOMES, INDUSTRY, INVESTOR_TYPES, N_GROUPS, PARTNERS, PORTS
from simulator.run import State, advance, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import load_scenario
from simulator.tables import load_table
from simulator.world import World, load_world
from tests.whole import SEED, Outputs

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
