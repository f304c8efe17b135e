"""Growth of the drivers as regressors: by hand from the tables, and which regressors suit which series."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibration.drivers_table import DRIVERS, SUITABLE, driver_growth, drivers_for, realised_drivers
from calibration.observed import load_observed
from simulator.drivers import base_path, years_of
from simulator.errors import InputError
from simulator.records import PARTNERS
from simulator.tables import load_table


def test_growth_of_the_nation_is_that_of_its_table() -> None:
    """Annual means of the quarterly path are the published figures."""
    names = ("national_gdp", "national_gdp_nominal", "national_wage")
    series = [
        years_of(load_table("drivers"), "China", variable)
        for variable in ("gdp_usd_2015", "gdp_nominal", "income_urban_per_capita")
    ]
    growth = realised_drivers(names, 2007, 2017)
    expected = [[math.log(s[year] / s[year - 1]) for s in series] for year in range(2007, 2018)]
    assert growth.shape == (11, 3)
    np.testing.assert_allclose(growth[:, 0], [row[0] for row in expected], rtol=1e-9)
    # Denton acts on prices and quantities: a year's mean of their product differs a little from the product of means.
    np.testing.assert_allclose(growth, expected, atol=0.004)


def test_growth_of_the_partners_is_weighted_by_exports() -> None:
    shares, drivers = load_table("trade_shares"), load_table("drivers")
    weights = {p: shares.value(p, "export_share", "2006") for p in PARTNERS}
    output = {p: years_of(drivers, p, "gdp_usd_2015") for p in PARTNERS}
    by_hand = sum(w * math.log(output[p][2009] / output[p][2008]) for p, w in weights.items()) / sum(weights.values())
    assert realised_drivers(["partner_gdp"], 2009, 2009)[0, 0] == pytest.approx(by_hand, rel=1e-9)
    assert by_hand < 0.0  # the crisis


def test_prices_mix_commodities_and_the_rest() -> None:
    path = base_path()
    means = {
        name: np.log(path[name].reshape(-1, 4).mean(axis=1))
        for name in ("price_commodity", "price_manufactures", "price_industry", "exchange_rate")
    }
    step = {name: values[9] - values[8] for name, values in means.items()}  # 2015
    prices = realised_drivers(["commodity_price", "export_price", "import_price"], 2015, 2015)[0]
    home = step["price_industry"] - step["exchange_rate"]
    expected = [
        step["price_commodity"],
        0.5 * step["price_commodity"] + 0.5 * home,
        0.5 * step["price_commodity"] + 0.5 * step["price_manufactures"],
    ]
    np.testing.assert_allclose(prices, expected, rtol=1e-9)
    assert prices[0] < -0.1  # commodity prices fell


def test_years_and_drivers_are_picked_in_order() -> None:
    whole = realised_drivers(tuple(DRIVERS), 2007, 2017)
    part = realised_drivers(("import_price", "national_gdp"), 2010, 2012)
    names = list(DRIVERS)
    np.testing.assert_array_equal(part, whole[3:6][:, [names.index("import_price"), names.index("national_gdp")]])
    assert realised_drivers((), 2007, 2017).shape == (11, 0)
    assert np.isfinite(whole).all()


def test_another_path_gives_its_own_growth() -> None:
    path = base_path().copy()
    path["gdp"] = np.exp(0.08 * np.repeat(np.arange(len(path) // 4), 4))
    np.testing.assert_allclose(driver_growth(path, ["national_gdp"], 2007, 2020), 0.08, rtol=1e-9)


def test_every_regressor_of_a_series_is_a_driver() -> None:
    observed = {row.variable for row in load_observed().rows}
    for series, names in SUITABLE.items():
        assert series in observed
        assert set(drivers_for(series)) <= set(DRIVERS) and len(names) <= 2
    assert drivers_for("exports_usd") == ("partner_gdp", "export_price")
    assert drivers_for("population") == drivers_for("gdp_share") == ()


@pytest.mark.parametrize(
    ("names", "first", "last", "words"),
    [
        (("national_gpd",), 2008, 2010, 'driver "national_gpd" is not known; did you mean "national_gdp"'),
        (("national_gdp",), 2006, 2010, "years 2006 to 2010: allowed are 2007"),
        (("national_gdp",), 2012, 2010, "years 2012 to 2010"),
        (("national_gdp",), 2012, 2018, "observed to 2017"),
    ],
)
def test_wrong_words_are_named(names: tuple[str, ...], first: int, last: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        realised_drivers(names, first, last)
    assert words in str(caught.value)


def test_unknown_series_is_named() -> None:
    with pytest.raises(InputError, match='series "export_usd" is not known'):
        drivers_for("export_usd")
