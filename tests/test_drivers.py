"""Drivers of the nation and the partners: yearly data spread over quarters, and the path after the last of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simulator import drivers
from simulator.drivers import QUARTERS, activity, base_path, denton, quarterly, years_of
from simulator.parameters import draw_table
from simulator.records import PARTNERS
from simulator.run import draws_of, prepare
from simulator.tables import load_table
from simulator.world import World
from tests.whole import SEED

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


def test_quarterly_begins_in_2006() -> None:
    """Years from 2005 are smoothed, quarters from 2006Q1 are returned."""
    path = quarterly({year: float(year) for year in drivers.YEARS})
    assert len(path) == QUARTERS
    assert path[:4].mean() == pytest.approx(2006.0, rel=1e-12)
    assert path[116:].mean() == pytest.approx(2035.0, rel=1e-12)
