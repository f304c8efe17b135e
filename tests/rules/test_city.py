"""The city in a quarter: market access, capacity, prices (E1-E6, E10, E19, E24)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.records import INDUSTRY, N_CITIES, PRIMARY, SERVICES
from simulator.rules.city import (
    capital_share,
    city_plans_capacity,
    city_reaches_markets,
    city_sets_prices,
    efficient_labour,
    foreign_in,
    potential_output,
)
from simulator.rules.nation import market_reference
from tests.rules import builders
from tests.rules.builders import Record

exactly = pytest.approx


# --- market access


def three_cities() -> np.ndarray[Any, np.dtype[Any]]:
    """Return cities of which the first three have output 100, 50 and 20, 1, 2 and 3 hours apart, 0.4 h inside.

    Output is last quarter's. Access was 100 in the base quarter, so 80 in the quarter before it.
    """
    cities = builders.cities(hours=50.0, last_0=0.8, market_access_0=100.0)
    cities["gdp"][:3] = 100.0, 50.0, 20.0
    for a, b, hours in ((0, 1, 1.0), (1, 2, 2.0), (0, 2, 3.0), (0, 0, 0.4), (1, 1, 0.4), (2, 2, 0.4)):
        cities["hours"][a, b] = cities["hours"][b, a] = hours
    cities["gdp_share_0"][:3] = 0.6, 0.3, 0.1
    return cities


def access(policy: Record) -> tuple[list[float], float]:
    cities = three_cities()
    province = builders.province()
    for c in range(3):
        city_reaches_markets(cities[c], cities, province, policy, builders.par(access_decay=0.5))
    return list(cities["market_access"][:3]), province["access_reference"]


def test_e3_market_access() -> None:
    reached, reference = access(builders.policy())
    sums = [
        100 * math.exp(-0.2) + 50 * math.exp(-0.5) + 20 * math.exp(-1.5),
        100 * math.exp(-0.5) + 50 * math.exp(-0.2) + 20 * math.exp(-1.0),
        100 * math.exp(-1.5) + 50 * math.exp(-1.0) + 20 * math.exp(-0.2),
    ]
    assert reached == exactly([s / 80 for s in sums], rel=1e-12)
    means = [math.log(s / 80) for s in sums]
    assert reference == exactly(0.6 * means[0] + 0.3 * means[1] + 0.1 * means[2], rel=1e-12)


def test_e3_metro_integration_cuts_time_between_members_only() -> None:
    """Sizes 0.2 and 0.1: both have 0.1, so the hour between them becomes 0.9 h. Time inside a city stays."""
    policy = builders.policy()
    policy["metro_integration"][:2] = 0.2, 0.1
    reached, reference = access(policy)
    without, reference_without = access(builders.policy())
    gain = math.exp(-0.45) - math.exp(-0.5)
    assert reached[0] == exactly(without[0] + 50 * gain / 80, rel=1e-12)
    assert reached[1] == exactly(without[1] + 100 * gain / 80, rel=1e-12)
    assert reached[2] == without[2]
    assert reference == reference_without, "the reference is market access without policy"


def test_e4_mean_agglomeration_is_zero_without_policy() -> None:
    cities = three_cities()
    province = builders.province()
    cities["gdp_share_0"] = np.arange(1, N_CITIES + 1) / 105.0
    for city in range(N_CITIES):
        city_reaches_markets(cities[city], cities, province, builders.policy(), builders.par(access_decay=0.1))
    market_reference(province, cities, builders.par(agglomeration=0.07))
    assert np.dot(cities["gdp_share_0"], cities["agglomeration"]) == exactly(0.0, abs=1e-15)
    assert np.ptp(cities["agglomeration"]) > 0.01


# --- capacity


def test_e1_efficient_labour() -> None:
    assert efficient_labour(1000.0, 200.0, 1.7) == exactly(1340.0)
    assert efficient_labour(1000.0, 0.0, 1.7) == 1000.0


def test_e2_potential_output() -> None:
    assert potential_output(math.log(2.0), 16.0, 4.0, 0.5) == exactly(16.0, rel=1e-14)
    assert potential_output(0.0, 32.0, 1.0, 0.4) == exactly(4.0, rel=1e-14)


@given(st.floats(0.1, 10.0), st.floats(0.38, 0.55))
def test_e2_constant_returns(scale: float, alpha: float) -> None:
    whole = potential_output(0.3, 70.0 * scale, 900.0 * scale, alpha)
    assert whole == exactly(scale * potential_output(0.3, 70.0, 900.0, alpha), rel=1e-12)


def test_e2_capital_share_by_sector() -> None:
    par = builders.par(capital_share=0.48, capital_share_primary=0.45)
    assert [capital_share(s, par) for s in (PRIMARY, INDUSTRY, SERVICES)] == [0.45, 0.48, 0.48]


def test_foreign_capital_by_sector() -> None:
    city = builders.city()
    city["foreign_capital"][:, 0] = np.arange(8)
    city["foreign_capital"][:, 1] = 2.0
    assert [foreign_in(city, s) for s in (PRIMARY, INDUSTRY, SERVICES)] == [0.0, 28.0, 16.0]


CAPACITY = {
    "capital_share": 0.5,
    "capital_share_primary": 0.4,
    "graduate_efficiency": 1.7,
    "public_capital": 0.06,
    "variety_weight": 1.0 / 3.0,
    "variety_substitution": 4.0,
    "joint_venture_share": 0.5,
    "fdi_spillover": 0.03,
    "fdi_presence_sd": 0.1,
}


def workshop(**changes: Any) -> Record:
    """Return a city in its base state: labour 1000 + 1.7 * 100, of it 170 in state-owned enterprises, no lift.

    Output of the quarter before the base quarter was 0.8 of base.
    """
    city = builders.city(
        infrastructure=300.0, infrastructure_0=300.0, gdp=100.0, gdp_0=125.0, last_0=0.8, firms=1.0,
        capital=(32.0, 60.0, 81.0), soe_capital=20.0, foreign_presence_0=0.1,
        workers=1000.0, graduates=100.0, soe_labour=170.0, labour_weight=(0.3, 0.3, 0.4), tfp=(0.1, 0.2, 0.3),
    )  # fmt: skip
    city["foreign_capital"][0, 0] = 12.0
    city["foreign_capital"][3, 0] = 8.0
    city["foreign_capital"][2, 1] = 19.0
    for name, value in changes.items():
        city[name] = value
    return city


def test_e2_capacity_of_the_blocks() -> None:
    city = workshop(cell_potential=9.0, cell_weight=9.0, productivity_gain=9.0)
    city_plans_capacity(city, builders.par(**CAPACITY))
    assert city["lift"] == exactly(0.0, abs=1e-15)
    assert list(city["potential"]) == exactly(
        [
            math.exp(0.1) * 32.0**0.4 * 300.0**0.6,
            math.exp(0.2) * math.sqrt(80.0 * 300.0),
            math.exp(0.3) * math.sqrt(100.0 * 400.0),
        ],
        rel=1e-12,
    )
    assert not city["cell_potential"].any() and not city["cell_weight"].any()
    assert city["productivity_gain"] == 0.0


@pytest.mark.parametrize(
    ("changes", "lift"),
    [
        ({"agglomeration": 0.02}, 0.02),  # E4
        ({"infrastructure": 330.0}, 0.06 * math.log(1.1)),  # E5
        ({"gdp": 125.0}, -0.06 * math.log(1.25)),  # E5: the same roads for more output
        ({"firms": 1.2}, math.log(1.2) / 9.0),  # E19: a third of ln n / (4 - 1)
        ({"foreign_presence_0": 0.06}, 0.03 * 0.4),  # E24: 0.5 * 20 / 100 = 0.10, four tenths of an s.d. above 0.06
        ({"foreign_presence_0": 0.9}, -0.03 * 3.0),  # E24: held at three s.d.
        ({"foreign_presence_0": -0.9}, 0.03 * 3.0),
    ],
)
def test_e6_lift(changes: dict[str, float], lift: float) -> None:
    base, city = workshop(), workshop(**changes)
    city_plans_capacity(base, builders.par(**CAPACITY))
    city_plans_capacity(city, builders.par(**CAPACITY))
    assert city["lift"] == exactly(lift, rel=1e-12)
    ratio = city["potential"] / base["potential"]
    assert list(ratio) == exactly([1.0, math.exp(lift), math.exp(lift)], rel=1e-12), "primary output has no lift"


@pytest.mark.parametrize(("laid_off", "free"), [(0.0, 1000.0), (100.0, 900.0), (5000.0, 0.2 * 1170.0)])
def test_e1_labour_outside_state_firms(laid_off: float, free: float) -> None:
    city = workshop(laid_off=laid_off)
    city_plans_capacity(city, builders.par(**CAPACITY))
    assert city["potential"][SERVICES] == exactly(math.exp(0.3) * math.sqrt(100.0 * 0.4 * free), rel=1e-12)


# --- prices

PRICES = {
    "capital_share": 0.48,
    "levy_on_padding": 0.2,
    "padding_0": 0.0,
    "tax_rate": 0.1,
    "normal_utilisation": 0.8,
    "markup_adjustment": 0.02,
    "price_on_utilisation": 0.05,
    "environment_cost": 0.1,
    "dirtiness": (1.0, 0.3, 0.8, 0.4),
    "price_memory_adjustment": 0.04,
    "export_price_adjustment": 0.05,
}


def priced(
    nation: Record | None = None, policy: Record | None = None, frontier: float = 0.0, **changes: Any
) -> Record:
    """Return a city after it has set prices; private capacity 40, state capacity 60, all of it used normally."""
    city = builders.city(
        wage=2.0, wage_0=2.0, utilisation=0.8, potential=(9.0, 40.0, 9.0),
        private_mix=(0.1, 0.2, 0.3, 0.4), cell_potential=(30.0, 15.0, 10.0, 5.0),
    )  # fmt: skip
    for name, value in changes.items():
        city[name] = value
    city_sets_prices(
        city,
        builders.province(frontier=frontier),
        builders.nation() if nation is None else nation,
        builders.policy() if policy is None else policy,
        builders.par(**PRICES),
    )
    return city


def test_e10_base_quarter_has_no_relative_price() -> None:
    city = priced()
    assert list(city["price"]) == exactly([0.0] * 4, abs=1e-15)
    assert city["export_price"] == exactly(0.0, abs=1e-15)
    assert city["soe_potential"] == exactly(60.0)
    assert list(city["cell_potential"]) == exactly([34.0, 23.0, 22.0, 21.0])


@pytest.mark.parametrize(
    ("case", "price"),
    [
        ({"wage": 2.2}, 0.52 * math.log(1.1)),
        ({"nation": builders.nation(wage=1.1)}, -0.52 * math.log(1.1)),
        ({"wage": 2.2, "nation": builders.nation(wage=1.1)}, 0.0),
        ({"frontier": 0.03}, 0.03),  # the others learn: we become dearer
        ({"lift": 0.03}, -0.03),
        ({"frontier": 0.03, "lift": 0.03}, 0.0),
        ({"tfp": (9.0, 0.3, 9.0), "tfp_0": (0.0, 0.1, 0.0)}, -0.2 * 0.4),  # weight of private capacity 40 of 100
        ({"productivity_gain": 60.0 * 0.1}, -0.1 * 0.6),  # state-owned enterprises 10 % better, 60 of 100
        ({"padding": (9.0, 9.0, 0.5, 9.0)}, math.log(1.0 + 0.2 * 0.5 * 0.1)),  # E61: levy on padded revenue only
    ],
)
def test_e10_unit_cost(case: dict[str, Any], price: float) -> None:
    city = priced(**case)
    assert list(city["price"]) == exactly([price] * 4, rel=1e-12, abs=1e-15)
    assert city["export_price"] == exactly(price, rel=1e-12, abs=1e-15)


def test_e10_price_rises_with_utilisation_and_the_markup_creeps() -> None:
    city = priced(utilisation=(0.88, 0.8, 0.72, 0.8), markup=(0.0, 0.1, 0.0, 0.0))
    tight, loose = math.log(1.1), math.log(0.9)
    assert list(city["markup"]) == exactly([0.02 * tight, 0.1, 0.02 * loose, 0.0], rel=1e-12, abs=1e-15)
    prices = [0.07 * tight, 0.1, 0.07 * loose, 0.0]
    assert list(city["price"]) == exactly(prices, rel=1e-12, abs=1e-15)
    mean = sum(p * k for p, k in zip(prices, (0.34, 0.23, 0.22, 0.21), strict=True))
    assert city["export_price"] == exactly(mean, rel=1e-12)


@pytest.mark.parametrize(("start", "used", "end"), [(0.25, 1.0, 0.25), (-0.8, 0.1, -0.8), (0.9, 0.8, 0.25)])
def test_e10_markup_is_held(start: float, used: float, end: float) -> None:
    assert list(priced(markup=start, utilisation=used)["markup"]) == [end] * 4


def test_e63_environmental_rules_cost_by_dirtiness() -> None:
    city = priced(policy=builders.policy(environmental_standard=0.5))
    assert list(city["price"]) == exactly([0.05, 0.015, 0.04, 0.02], rel=1e-12)
    assert city["export_price"] == exactly(0.34 * 0.05 + 0.23 * 0.015 + 0.22 * 0.04 + 0.21 * 0.02, rel=1e-12)


def test_e8_price_memory_moves_slowly() -> None:
    city = priced(lift=-0.1, price_memory=(0.0, 0.1, 0.2, 0.1), export_price_memory=0.3)
    assert list(city["price_memory"]) == exactly([0.004, 0.1, 0.196, 0.1], rel=1e-12)
    assert city["export_price_memory"] == exactly(0.3 - 0.05 * 0.2, rel=1e-12)
