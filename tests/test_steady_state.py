"""The long run: growth settles and shares stay bounded in a world that stands still or grows evenly.

What is switched off, see ``steady.py``: deviations of drivers, city and province shocks, ageing. Point values only. The
luck of single enterprises and investors moves a decade's growth by 0.06-0.08 points in one run, so means over runs are
judged. Many draws of the prior do not pass: nothing here says that all of it has a steady state.
"""

from __future__ import annotations

import numpy as np
import pytest

from simulator.parameters import draw_table
from simulator.records import CITIES
from tests.steady import GROWTH, START, LongRun, drivers, long_run

KINDS = ("frozen", "balanced")


def test_the_two_largest_cities_come_first() -> None:
    assert set(CITIES[:2]) == {"Dalian", "Shenyang"}


def test_the_frozen_world_stands_still() -> None:
    path = drivers("frozen", START + 40, draw_table("point", 1, 1).records()[0])
    rest = {name for name in path.dtype.names if np.ptp(path[name][START - 1 :], axis=0).any()}
    assert rest <= {"clock", "progress"}
    assert not path["progress"][START:].any() and (path["clock"][START:] == START).all()


def test_the_balanced_world_grows_evenly() -> None:
    parameters = draw_table("point", 1, 1).records()[0]
    path = drivers("balanced", START + 40, parameters)
    for name in ("gdp", "consumption", "wage", "fdi_stock"):
        np.testing.assert_allclose(path[name][START + 4 :] / path[name][START:-4], 1.0 + GROWTH, rtol=1e-12)
    np.testing.assert_allclose(path["partner_gdp"][-1] / path["partner_gdp"][-5], 1.0 + GROWTH, rtol=1e-12)
    for name in ("price_gdp", "credit", "graduates", "working_age", "exchange_rate"):
        assert np.ptp(path[name][START - 1 :]) == 0.0
    technology = 4.0 * path["progress"][START] * max(parameters["tfp_growth"], parameters["frontier_growth"])
    assert technology == pytest.approx((1.0 - parameters["capital_share"]) * np.log(1.0 + GROWTH))


@pytest.mark.parametrize("kind", KINDS)
def test_forty_years_without_acceleration(kind: str) -> None:
    """Mean growth of six runs does not accelerate over four decades; shares stay bounded, utilisation normal."""
    result = long_run(kind, years=40, runs=6)
    assert result.broken == ()
    assert not result.accelerates(), result.decades
    assert result.big_two.max() < 0.60
    assert np.abs(result.utilisation[10:] - result.normal_utilisation).max() < 0.06
    assert np.abs(result.net_sales).max() < 0.20


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
def test_eighty_years(kind: str) -> None:
    """Four criteria on the mean of twelve runs, 80 years on.

    Growth of the last two decades differs by less than 0.1 points, Dalian and Shenyang have less than 65 % of GDP,
    utilisation is within 6 points of normal, net sales to the rest of China are below 10 % of GDP.
    """
    result = long_run(kind, years=80, runs=12)
    assert result.broken == ()
    assert result.failures() == set(), result
    assert not result.accelerates(), result.decades


@pytest.mark.parametrize("kind", KINDS)
def test_acceleration_is_seen(kind: str) -> None:
    """With the textbook effect of variety and close to no substitution, growth accelerates within forty years."""
    result = long_run(kind, years=40, runs=2, changes={"variety_weight": 1.0, "variety_substitution": 2.0})
    assert result.accelerates(), result.decades


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_steady_state_is_seen(kind: str) -> None:
    """With variety in full weight the two largest cities and the surplus with the rest of China outgrow the bounds."""
    result = long_run(kind, years=80, runs=4, changes={"variety_weight": 1.0, "variety_substitution": 3.0})
    assert {"two largest cities", "rest of China"} <= result.failures(), result


def test_criteria_are_judged_one_by_one() -> None:
    flat = np.zeros(80)
    good = LongRun(flat + 2.0, flat + 0.6, flat + 0.8, flat + 0.05, 0.81)
    assert good.failures() == set() and not good.accelerates()
    late = np.where(np.arange(80) < 70, 2.0, 2.2)
    assert LongRun(late, flat + 0.66, flat + 0.7, flat - 0.11, 0.81).failures() == {
        "growth", "two largest cities", "utilisation", "rest of China"
    }  # fmt: skip
    assert LongRun(np.repeat([1.0, 1.2, 1.4, 1.1], 10), *([flat[:40]] * 3), 0.81).accelerates()
    assert LongRun(np.repeat([2.0, 1.0, 1.4, 1.1], 10), *([flat[:40]] * 3), 0.81).accelerates()
