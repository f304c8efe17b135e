"""Worlds as they could be expected in an earlier year: blind to later figures, and continued by plain rules."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from calibration import extrapolation
from calibration.extrapolation import DEVIATIONS, PlainRule, known_at, world_at
from simulator import world as world_module
from simulator.drivers import QUARTERS, base_path, years_of
from simulator.ensemble import simulate
from simulator.errors import InputError
from simulator.parameters import draw_table
from simulator.records import PARTNERS
from simulator.run import draws_of, prepare
from simulator.scenario import load_scenario
from simulator.tables import Row, Table, load_table
from simulator.world import World, load_world
from tests.whole import SEED

TABLES = ("drivers", "province", "cities", "trade_shares", "soe", "investors", "ports", "tariffs")
ORIGINS = (2009, 2010, 2013, 2016, 2017)
LATER_SHARES = {("cities", "trade_total"), ("ports", "share_bulk"), ("ports", "share_containers"), ("ports", "routes")}
"""Shares of the base quarter that are known for later years only, as the module says."""


def year_of(period: str) -> int:
    return int(period[:4]) if period else 0


def changed(table: Table, where: Callable[[Row], bool], factor: float = -977.0) -> Table:
    """Return a copy of a table with figures multiplied where a row is such; by default with absurd ones."""
    rows = [replace(row, value=factor * row.value) if where(row) else row for row in table.rows]
    index = {(row.entity, row.variable, row.period): row for row in rows}
    return replace(table, rows=tuple(rows), _index=MappingProxyType(index))


def with_absurd(monkeypatch: pytest.MonkeyPatch, where: Callable[[str, Row], bool]) -> None:
    """Let every table that worlds are built from hold absurd figures where a row is such."""

    def table(name: str) -> Table:
        return changed(load_table(name), lambda row: where(name, row))

    monkeypatch.setattr(extrapolation, "load_table", table)
    monkeypatch.setattr(world_module, "load_table", table)


def contents(world: World) -> dict[str, bytes]:
    values = {item.name: getattr(world, item.name) for item in fields(world)}
    return {name: value.tobytes() for name, value in values.items() if isinstance(value, np.ndarray)}


def yearly(world: World, name: str) -> np.ndarray[Any, Any]:
    """Return the annual means of a driver, years from 2006 first."""
    values = np.asarray(world.path[name], dtype=np.float64)
    return np.asarray(values.reshape(-1, 4, *values.shape[1:]).mean(axis=1))


# --- what is known ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ORIGINS)
def test_later_figures_change_nothing(origin: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All figures after the origin, the stated long-run path included, may be absurd: the same bits."""
    before = [contents(world_at(origin, deviations=name)) for name in DEVIATIONS]
    later = {(name, row.variable, row.period) for name in TABLES for row in load_table(name).rows
             if year_of(row.period) > origin and (name, row.variable) not in LATER_SHARES}  # fmt: skip
    assert len(later) > 40
    with_absurd(monkeypatch, lambda name, row: (name, row.variable, row.period) in later)
    assert [contents(world_at(origin, deviations=name)) for name in DEVIATIONS] == before


NOTICED = (
    ("China", "exchange_rate"), ("China", "fdi_net_inflows_bop"), ("China", "va_secondary"), ("Korea", "gdp_usd_2015"),
    ("Russia", "gdp_usd_current"), ("Liaoning", "bank_loans"), ("Liaoning", "students_to_population"),
    ("Jilin", "gdp_real"), ("Liaoning", "growth_target"),
)  # fmt: skip


@pytest.mark.parametrize(("entity", "variable"), NOTICED)
def test_a_figure_of_the_origin_counts(entity: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So absurd figures reach the worlds; those after the origin do not."""
    before = contents(world_at(2013))

    def raised(name: str) -> Table:
        key = (entity, variable, "2013")
        return changed(load_table(name), lambda row: (row.entity, row.variable, row.period) == key, factor=1.1)

    monkeypatch.setattr(extrapolation, "load_table", raised)
    assert contents(world_at(2013))["path"] != before["path"]


@pytest.mark.parametrize("origin", [2009, 2013])
def test_nothing_after_the_origin_is_in_the_tables(origin: int) -> None:
    for name in ("drivers", "province"):
        table = known_at(load_table(name), origin)
        assert max(year_of(row.period) for row in table.rows) == origin
        assert set(table._index.values()) == set(table.rows)
        assert len(table.rows) == sum(year_of(row.period) <= origin for row in load_table(name).rows)


def test_students_before_the_first_count_are_cast_back_with_what_is_known() -> None:
    full = years_of(load_table("province"), "Liaoning", "students_to_population")
    known = {o: years_of(known_at(load_table("province"), o), "Liaoning", "students_to_population") for o in
             (2009, 2010, 2012, 2017)}  # fmt: skip
    assert set(known[2009].values()) == {full[2009]}
    assert set(known[2010].values()) == {full[2010]}
    rise = (full[2012] - full[2010]) / 2.0
    assert known[2012][2007] == pytest.approx(full[2010] - 3.0 * rise, rel=1e-12)
    assert known[2012][2011] == full[2011]
    for year in range(2006, 2018):
        assert known[2017][year] == pytest.approx(full[year], abs=2e-6), year


# --- before the origin -----------------------------------------------------------------------------------------------

PUBLISHED = (
    "gdp", "gdp_nominal", "investment", "consumption", "secondary", "wage", "fdi_inflow", "price_gdp", "price_industry",
    "price_commodity", "price_manufactures", "exchange_rate", "partner_gdp", "partner_price", "credit", "hinterland",
)  # fmt: skip


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("name", PUBLISHED)
def test_years_to_the_origin_are_those_of_the_data(origin: int, name: str, world: World) -> None:
    years = origin - 2005
    mine, data = (np.diff(np.log(yearly(w, name)[:years]), axis=0) for w in (world_at(origin), world))
    np.testing.assert_allclose(mine, data, atol=1e-9)
    targets = (w.path["growth_target"][: 4 * years].tolist() for w in (world_at(origin), world))
    assert next(targets) == next(targets)


@pytest.mark.parametrize("origin", [2012, 2013, 2015])
def test_quarters_before_the_origin_are_close_to_the_realised_path(origin: int, world: World) -> None:
    """Only smoothing differs; it looks ahead a few quarters."""
    quarters = 4 * (origin - 2005) - 4
    mine = world_at(origin)
    for name in (*PUBLISHED, "price_other", "fdi_stock", "graduates", "working_age"):
        ratio = np.log(mine.path[name][:quarters] / world.path[name][:quarters])
        assert np.abs(ratio).max() < 0.025, name
    for name in ("cities", "partners"):
        for record in ("value_added_0", "exports_0", "imports_0") if name == "cities" else ("tariff_export",):
            np.testing.assert_allclose(getattr(mine, name)[record], getattr(world, name)[record], rtol=2e-3)
    assert mine.soes.tobytes() == world.soes.tobytes() and mine.investors.tobytes() == world.investors.tobytes()


def test_prices_of_2010_expected_in_2009_are_the_unit_of_quantities(world: World) -> None:
    expected = world_at(2009)
    for name in ("price_gdp", "price_industry", "price_commodity", "price_manufactures"):
        assert yearly(expected, name)[4] == pytest.approx(1.0, rel=1e-9), name
    nominal = [w.cities["value_added_0"][:, 1].sum() * w.path["price_industry"][0] for w in (expected, world)]
    assert nominal[0] == pytest.approx(nominal[1], rel=0.02)


# --- after the origin ------------------------------------------------------------------------------------------------


def growth_known(series: dict[int, float], origin: int) -> float:
    """Return the mean log growth of the last three years."""
    return math.log(series[origin] / series[origin - 3]) / 3.0


@pytest.mark.parametrize("origin", ORIGINS)
def test_activity_and_domestic_prices_keep_their_growth(origin: int) -> None:
    drivers, province = load_table("drivers"), load_table("province")
    real, nominal = (years_of(drivers, "China", v) for v in ("gdp_usd_2015", "gdp_nominal"))
    price = {year: nominal[year] / real[year] for year in nominal}
    part = {
        "investment": years_of(drivers, "China", "gfcf_share"),
        "consumption": years_of(drivers, "China", "household_consumption_share"),
    }
    value = {
        "secondary": years_of(drivers, "China", "va_secondary"),
        "wage": years_of(drivers, "China", "income_urban_per_capita"),
    }
    both = [years_of(province, name, "gdp_real") for name in ("Jilin", "Heilongjiang")]
    expected = {
        "gdp": growth_known(real, origin),
        "gdp_nominal": growth_known(nominal, origin),
        "price_gdp": growth_known(price, origin),
        "hinterland": growth_known({year: both[0][year] + both[1][year] for year in both[0]}, origin),
        "price_industry": sum(
            math.log(years_of(province, "Liaoning", "fai_price_index")[year] / 100.0)
            for year in range(origin - 2, origin + 1)
        ) / 3.0,
        **{n: growth_known({y: s[y] * real[y] for y in s}, origin) for n, s in part.items()},
        **{n: growth_known({y: s[y] / price[y] for y in s}, origin) for n, s in value.items()},
    }  # fmt: skip
    world = world_at(origin)
    for name, growth in expected.items():
        after = np.diff(np.log(yearly(world, name)))[origin - 2006 :]
        assert len(after) == 2035 - origin
        np.testing.assert_allclose(after, growth, atol=1e-9, err_msg=name)
    for m, partner in enumerate(PARTNERS):
        after = np.diff(np.log(yearly(world, "partner_gdp")[:, m]))[origin - 2006 :]
        growth = growth_known(years_of(drivers, partner, "gdp_usd_2015"), origin)
        np.testing.assert_allclose(after, growth, atol=1e-9, err_msg=partner)


@pytest.mark.parametrize("origin", ORIGINS)
def test_world_prices_credit_and_fdi_stay(origin: int) -> None:
    world = world_at(origin)
    for name in ("exchange_rate", "price_commodity", "price_manufactures", "partner_price", "credit", "fdi_inflow"):
        values = yearly(world, name)[origin - 2006 :]
        np.testing.assert_allclose(values, np.broadcast_to(values[0], values.shape), rtol=1e-9, err_msg=name)
    rate, inflow = (years_of(load_table("drivers"), "China", v)[origin] for v in
                    ("exchange_rate", "fdi_net_inflows_bop"))  # fmt: skip
    assert yearly(world, "exchange_rate")[-1] == pytest.approx(rate, rel=1e-9)
    assert 4.0 * yearly(world, "fdi_inflow")[-1] == pytest.approx(inflow, rel=1e-9)
    loans = years_of(load_table("province"), "Liaoning", "bank_loans")
    nominal = years_of(load_table("drivers"), "China", "gdp_nominal")
    gdp = load_table("province").value("Liaoning", "gdp_nominal_census4", "2006") * nominal[origin] / nominal[2006]
    ratio = 0.08 + 0.5 * (loans[origin] - loans[origin - 1]) / gdp
    assert yearly(world, "credit")[-1] == pytest.approx(ratio, rel=1e-9)


@pytest.mark.parametrize("origin", ORIGINS)
def test_people_keep_their_growth(origin: int) -> None:
    """Graduates grow as enrolment did; the share of working age as the parabola through the years that are known."""
    table = known_at(load_table("province"), origin)
    people = years_of(table, "Liaoning", "population")
    students = years_of(table, "Liaoning", "students_to_population")
    aged = years_of(table, "Liaoning", "working_age_population")
    years = [year for year in aged if year <= 2016]
    line = np.polynomial.Polynomial.fit(years, [math.log(aged[y] / people[y]) for y in years], 2)
    ends = float(line(years[-1]) - line(years[-1] - 3)) / 3.0
    world = world_at(origin)
    for name, growth in (
        ("graduates", growth_known({y: students[y] * people[y] for y in students}, origin)),
        ("working_age", ends),
    ):
        after = np.diff(np.log(yearly(world, name)))[origin - 2006 :]
        np.testing.assert_allclose(after, growth, atol=1e-9, err_msg=name)


def test_the_last_growth_target_is_kept(world: World) -> None:
    """The plan for 2014, 8 %, is not out at the end of 2013."""
    target = world_at(2013).path["growth_target"]
    assert set(target[28:].tolist()) == {0.09} and target[27] == 0.10
    assert world.path["growth_target"][32] == 0.08


def test_a_series_keeps_the_growth_of_the_years_there_are() -> None:
    rule = PlainRule()
    assert rule("graduates", {2010: 2.0, 2011: 3.0})[2013] == pytest.approx(2.0 * 1.5**3)
    assert rule("graduates", {2010: 2.0})[2013] == 2.0
    assert rule("gdp", {2009: 9.0, 2010: 1.0, 2011: 5.0, 2012: 7.0, 2013: 8.0})[2016] == pytest.approx(8.0 * 8.0)
    assert rule("credit", {2012: 0.1, 2013: 0.2})[2038] == 0.2


# --- deviations and runs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [2009, 2013, 2017])
def test_drivers_deviate_from_the_quarter_after_the_origin(origin: int) -> None:
    world = world_at(origin)
    first = 4 * (origin - 2005)
    assert world.free.tolist() == [first] * 14
    parameters = draw_table("prior", 1, SEED).records()
    paths = [np.asarray(prepare(world, parameters, draws_of(world, SEED, run, QUARTERS)).path) for run in (0, 1)]
    for name in ("gdp", "investment", "fdi_inflow", "price_commodity", "credit", "hinterland", "partner_gdp"):
        assert np.array_equal(paths[0][name][:first], world.path[name][:first]), name
        assert (paths[0][name][first:48] != paths[1][name][first:48]).all(), name


@pytest.mark.parametrize("origin", ORIGINS)
def test_the_process_is_fitted_to_the_years_that_are_known(origin: int) -> None:
    """For the price of commodities, by hand: residuals about a line, their persistence and spread."""
    world = world_at(origin)
    assert ((world.process[:, 0] >= 0.0) & (world.process[:, 0] < 1.0) & (world.process[:, 1] > 0.0)).all()
    years = np.arange(float(origin - 2005))
    logs = np.log(yearly(world, "price_commodity")[: len(years)])
    rest = logs - np.polynomial.Polynomial.fit(years, logs, 1)(years)
    persistence = min(0.95, max(0.0, float(rest[1:] @ rest[:-1] / (rest[:-1] @ rest[:-1])))) ** 0.25
    spread = math.sqrt(float(rest @ rest) / (len(years) - 2) * (1.0 - persistence**2))
    np.testing.assert_allclose(world.process[3], (persistence, spread), rtol=1e-6)


@pytest.mark.parametrize("origin", ORIGINS)
def test_past_errors_are_those_of_the_rules(origin: int) -> None:
    """Commodity prices were expected to stay, GDP to keep the growth of three years; by hand."""
    process = world_at(origin, deviations="past_errors").process
    world = world_at(origin)
    known = slice(0, origin - 2005)
    prices = np.diff(np.log(yearly(world, "price_commodity")[known]))
    growth = list(np.diff(np.log(yearly(world, "gdp")[known])))
    misses = [g - sum(growth[max(0, t - 3) : t]) / min(3, t) for t, g in enumerate(growth) if t]
    for k, errors in ((3, prices), (0, np.array(misses))):
        first_year = math.sqrt(sum(error**2 for error in errors) / len(errors))
        assert process[k, 1] * math.sqrt(1.0**2 + 0.75**2 + 0.5**2 + 0.25**2) == pytest.approx(first_year, rel=1e-9)
    assert set(process[:, 0]) == {1.0}
    assert world_at(origin, deviations="past_errors").path.tobytes() == world.path.tobytes()


def test_past_errors_are_wider_than_luck_about_a_line() -> None:
    """A random walk of 16 quarters against an AR(1): the variance of the last one."""
    world, wide = world_at(2013), world_at(2013, deviations="past_errors")
    persistence, spread = world.process.T
    luck = spread * np.sqrt((1.0 - persistence**32) / (1.0 - persistence**2))
    assert (wide.process[:, 1] * 4.0 > luck).all()


def test_unknown_deviations_are_named() -> None:
    with pytest.raises(InputError, match='deviations "past_error" are not known; did you mean "past_errors"'):
        world_at(2013, deviations="past_error")


@pytest.mark.parametrize("deviations", ["fitted", "past_errors"])
@pytest.mark.parametrize("origin", [2009, 2013, 2017])
def test_worlds_are_finite_and_simulate(origin: int, deviations: str) -> None:
    world = world_at(origin, deviations=deviations)
    for name in world.path.dtype.names or ():
        assert np.isfinite(world.path[name]).all(), name
    ensemble = simulate(world, load_scenario("baseline"), runs=3, seed=SEED, until="2017Q4", check=True)
    assert ensemble.failures == ()
    assert np.isfinite(ensemble.levels["province"]).all()


def test_the_scale_is_kept() -> None:
    assert len(world_at(2013, load_world(0.1)).soes) == 225


@pytest.mark.parametrize("origin", [2008, 2018])
def test_other_origins_are_refused(origin: int) -> None:
    with pytest.raises(InputError, match=f"origin {origin}: allowed are the years 2009 to 2017"):
        world_at(origin)


def test_the_realised_path_is_untouched() -> None:
    before = base_path().tobytes()
    world_at(2013)
    assert base_path().tobytes() == before
