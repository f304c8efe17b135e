"""Trade with the rest of China: what is sold there and what is bought (E12)."""

from __future__ import annotations

from functools import partial

import pytest

from simulator.rules.trade import city_trades_with_china
from tests.rules import builders
from tests.rules.builders import Record

exactly = partial(pytest.approx, rel=1e-12, abs=1e-14)


def trading() -> Record:
    return builders.par(services_consumer_share=0.75, primary_local=0.3, primary_national=0.1)


def trader(unmet: float) -> Record:
    """Return a city whose four groups ask 10 each (4 national), of which `unmet` is not served, and sell the rest."""
    return builders.city(
        demand=10.0,
        demand_national=4.0,
        demand_exports=2.0,
        demand_investment=2.0,
        demand_public=1.0,
        demand_consumption=1.0,
        unmet=unmet,
        output=(8.0, 4 * (10.0 - unmet), 20.0),
        consumption=25.0,
        public_consumption=9.0,
        investment=22.0,
        exports_total=13.0,
        imports_total=11.0,
    )


def test_e12_sales_to_china_are_national_orders_and_shares_of_services_and_primary_output() -> None:
    city = trader(unmet=0.0)
    city_trades_with_china(city, trading())
    # 16 of 40 of industry; of services the quarter that follows industry, 40 % of it; of primary output a quarter.
    assert city["domestic_sales"] == exactly(16.0 + 20.0 * 0.25 * 0.4 + 8.0 * 0.25)


def test_e12_what_uses_take_beyond_local_output_and_imports_is_bought_in_china() -> None:
    city = trader(unmet=0.0)
    city_trades_with_china(city, trading())
    uses = 25.0 + 9.0 + 22.0 + 13.0
    local = 24.0 + (20.0 - 2.0) + (8.0 - 2.0)
    assert city["domestic_purchases"] == exactly(uses - local - 11.0)


@pytest.mark.parametrize("unmet", [0.0, 2.5])
def test_e12_expenditure_equals_production_and_each_flow_counts(unmet: float) -> None:
    city = trader(unmet)
    city_trades_with_china(city, trading())
    produced = float(city["output"].sum())
    net = city["domestic_sales"] - city["domestic_purchases"]
    assert 25.0 + 9.0 + 22.0 + 13.0 - 11.0 + net == exactly(produced)
    broken = trader(unmet)
    broken["demand_exports"][0] = 0.0  # orders that are produced but delivered to nobody
    city_trades_with_china(broken, trading())
    assert abs(69.0 - 11.0 + broken["domestic_sales"] - broken["domestic_purchases"] - produced) > 1.0


def test_e12_what_is_delivered_beyond_uses_is_sold_in_china() -> None:
    city = trader(unmet=0.0)
    city["consumption"] = 0.0
    city_trades_with_china(city, trading())
    surplus = 24.0 + 18.0 + 6.0 + 11.0 - (9.0 + 22.0 + 13.0)
    assert city["domestic_purchases"] == 0.0
    assert city["domestic_sales"] == exactly(16.0 + 2.0 + 2.0 + surplus)


def test_e12_unmet_orders_are_sold_to_nobody() -> None:
    full, short = trader(0.0), trader(2.5)
    for city in (full, short):
        city_trades_with_china(city, trading())
    services_and_primary = 20.0 * 0.25 * 0.4 + 8.0 * 0.25  # their shares do not change
    assert full["domestic_sales"] - services_and_primary == exactly(16.0)
    assert short["domestic_sales"] - services_and_primary == exactly(16.0 * 0.75)
    # Purchases in the rest of China replace what local firms do not deliver.
    assert short["domestic_purchases"] - full["domestic_purchases"] == exactly(24.0 * 0.25)
