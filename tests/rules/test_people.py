"""People: graduates (E50, E51, E53), migration (E52), wages (E18), consumption (E12)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.records import N_CITIES
from simulator.rules.people import (
    city_appeals,
    city_consumes,
    city_receives_people,
    city_sets_wage,
    crowding,
    graduate_appeal,
    labour_market_opens,
)
from tests.rules import builders
from tests.rules.builders import Record

exactly = pytest.approx

PEOPLE = {
    "graduate_mobility": 1.5,
    "graduate_hub": 2.5,
    "congestion": 1.2,
    "subsidy_annuity": 0.2,
    "outside_size_growth": 0.004,
    "outside_size_growth_later": 0.003,
    "outside_hub_growth": 0.0004,
    "graduate_efficiency": 1.7,
    "migration_speed": 0.004,
    "migration_cost_gap": 0.45,
    "natural_decrease": 0.0004,
    "graduate_outflow": 0.006,
}


def town(**changes: Any) -> Record:
    """Return a city of 900 + 100 workers (1000 in the base quarter, of whom 80 were graduates), wage 2."""
    city = builders.city(workers=900.0, graduates=100.0, workers_0=920.0, graduates_0=80.0, wage=2.0, index=1)
    for name, value in changes.items():
        city[name] = value
    return city


def test_e50_crowding() -> None:
    assert crowding(town()) == exactly(0.0, abs=1e-15)
    assert crowding(town(workers=1100.0)) == exactly(math.log(1.2), rel=1e-12)
    assert crowding(town(workers=700.0)) == exactly(math.log(0.8), rel=1e-12)


# --- graduates


def test_e50_appeal_of_a_city() -> None:
    """Wage 2, a tenth of graduates, 1000 workers, a base share of 8 %: ``2^1.5 e^0.25 1000 * 0.08``."""
    assert graduate_appeal(town(), 0.0, builders.par(**PEOPLE)) == exactly(2**1.5 * math.exp(0.25) * 80.0, rel=1e-12)


def test_e50_congestion_lowers_appeal() -> None:
    """A fifth more workers of both kinds: size pulls with 1, living cost pushes with 1.5 * 1.2."""
    par = builders.par(**PEOPLE)
    ratio = graduate_appeal(town(workers=1080.0, graduates=120.0), 0.0, par) / graduate_appeal(town(), 0.0, par)
    assert ratio == exactly(1.2 ** (1.0 - 1.8), rel=1e-12)


def test_e53_subsidy_works_as_a_wage_for_part_of_the_stay() -> None:
    par = builders.par(**PEOPLE)
    ratio = graduate_appeal(town(), 0.5, par) / graduate_appeal(town(), 0.0, par)
    assert ratio == exactly(1.1**1.5, rel=1e-12)  # half a wage for a fifth of the stay
    assert ratio == exactly(graduate_appeal(town(wage=2.2), 0.0, par) / graduate_appeal(town(), 0.0, par), rel=1e-12)


@pytest.mark.parametrize(
    ("clock", "growth"), [(0.0, 0.0), (40.0, 0.16), (60.0, 0.24), (100.0, 0.24 + 0.12)]
)  # 0.004 a quarter to 2020Q4, then 0.003
def test_e50_appeal_of_the_outside(clock: float, growth: float) -> None:
    province = builders.province(appeal_outside_0=50.0, graduates_stayed=7.0, appeal_total=7.0)
    labour_market_opens(province, builders.nation(clock=clock, wage=1.3), builders.par(**PEOPLE))
    expected = 50.0 * 1.3**1.5 * math.exp(growth + 2.5 * 0.0004 * clock)
    assert province["appeal_outside"] == exactly(expected, rel=1e-12)
    assert province["appeal_total"] == province["appeal_outside"]
    assert province["graduates_stayed"] == 0.0


def graduation(subsidies: dict[int, float] | None = None) -> tuple[np.ndarray[Any, np.dtype[Any]], Record, Record]:
    """Let 60 thousand graduates choose between 14 cities of different size and the outside."""
    par = builders.par(**PEOPLE)
    cities = builders.cities(graduates=100.0, graduates_0=80.0, workers_0=920.0, wage=2.0, participation_0=0.5)
    cities["workers"] = np.linspace(500.0, 1800.0, N_CITIES)
    province = builders.province(appeal_outside_0=3000.0, outside_wage_0=2.5)
    nation = builders.nation(graduates=60.0)
    policy = builders.policy()
    for c, size in (subsidies or {}).items():
        policy["talent_subsidy"][c] = size
    labour_market_opens(province, nation, par)
    for city in range(N_CITIES):
        city_appeals(cities[city], province, policy, par)
    for city in range(N_CITIES):
        city_receives_people(cities[city], province, nation, policy, par)
    return cities, province, nation


@pytest.mark.parametrize("subsidies", [{}, {1: 0.5}, dict.fromkeys(range(N_CITIES), 0.3)])
def test_e51_every_graduate_stays_in_one_city_or_leaves(subsidies: dict[int, float]) -> None:
    cities, province, nation = graduation(subsidies)
    left = nation["graduates"] * province["appeal_outside"] / province["appeal_total"]
    assert cities["graduates_arrived"].sum() == exactly(province["graduates_stayed"], rel=1e-12)
    assert province["graduates_stayed"] + left == exactly(60.0, rel=1e-12)
    assert list(cities["graduates"]) == exactly(list(99.4 + cities["graduates_arrived"]), rel=1e-12)


def test_e50_graduates_choose_in_proportion_to_appeal() -> None:
    cities, province, _ = graduation()
    total = cities["appeal"].sum() + 3000.0
    assert province["appeal_total"] == exactly(total, rel=1e-12)
    assert list(cities["graduates_arrived"]) == exactly(list(60.0 * cities["appeal"] / total), rel=1e-12)


def test_e53_a_subsidy_in_one_city_also_pulls_from_the_others() -> None:
    """Odds of the city rise by ``1.1^1.5``; all others, here and outside, lose in the same proportion."""
    without, before, _ = graduation()
    cities, after, _ = graduation({1: 0.5})
    ratio = cities["graduates_arrived"] / without["graduates_arrived"]
    factor = before["appeal_total"] / after["appeal_total"]
    assert ratio[1] == exactly(1.1**1.5 * factor, rel=1e-12)
    assert list(np.delete(ratio, 1)) == exactly([factor] * (N_CITIES - 1), rel=1e-12)
    assert factor < 1.0
    assert after["graduates_stayed"] > before["graduates_stayed"]


def test_e60_subsidy_is_paid_to_all_who_come() -> None:
    """A share 0.5 of a first-year wage of 4 * 2 * 1.7, bn yuan per thousand."""
    cities, _, _ = graduation({1: 0.5})
    assert cities["talent_cost"][1] == exactly(0.5 * 4 * 2.0 * 1.7 * cities["graduates_arrived"][1], rel=1e-12)
    assert not np.delete(cities["talent_cost"], 1).any()


# --- migration


def moved(nation: Record | None = None, outside_wage: float = 2.0, aged: float = 0.0, **changes: Any) -> Record:
    city = town(participation_0=0.5, **changes)
    province = builders.province(outside_wage_0=outside_wage, appeal_total=1.0, working_age_growth=aged)
    nation = builders.nation() if nation is None else nation
    city_receives_people(city, province, nation, builders.policy(), builders.par(**PEOPLE))
    return city


@pytest.mark.parametrize(
    ("changes", "outside_wage", "rate"),
    [
        ({}, 2.0, 0.004 * 0.45),
        ({}, 2.0 * math.exp(0.45), 0.0),  # the wage gap at which nobody moves
        ({}, 2.0 * math.exp(0.65), -0.004 * 0.2),  # two-sided
        ({"wage": 2.2}, 2.0, 0.004 * (0.45 + math.log(1.1))),
        ({"graduates": 300.0}, 2.0, 0.004 * (0.45 - 1.2 * math.log(1.2))),  # congestion
    ],
)
def test_e52_migration(changes: dict[str, float], outside_wage: float, rate: float) -> None:
    city = moved(outside_wage=outside_wage, **changes)
    assert city["workers"] == exactly(900.0 * (1.0 + rate), rel=1e-12)


def test_e52_national_wages_pull_people_out() -> None:
    city = moved(builders.nation(wage=1.1))
    assert city["workers"] == exactly(900.0 * (1.0 + 0.004 * (0.45 - math.log(1.1))), rel=1e-12)


@pytest.mark.parametrize(
    ("clock", "strength"), [(0.0, 0.0), (12.0, 0.0), (28.0, 0.5), (44.0, 1.0), (92.0, 2.5), (200.0, 2.5)]
)  # nothing before 2009Q1, full after eight years, 2.5 times that from 2029
def test_e52_births_less_deaths(clock: float, strength: float) -> None:
    city = moved(builders.nation(clock=clock), outside_wage=2.0 * math.exp(0.45))
    assert city["workers"] == exactly(900.0 * (1.0 - 0.0004 * strength), rel=1e-12)


@pytest.mark.parametrize(("aged", "workers"), [(0.01, 910.0), (-0.02, 880.0), (-0.95, 180.0)])
def test_e52_workers_age(aged: float, workers: float) -> None:
    """The share of working age moves all 1000 workers, of whom those with a degree are replaced by the others."""
    city = moved(outside_wage=2.0 * math.exp(0.45), aged=aged)
    assert city["workers"] == exactly(workers, rel=1e-12)


def test_e52_ageing_leaves_the_number_of_residents() -> None:
    """Fewer workers stand for the same residents: only the graduates who left are missing, with their families."""
    nation = builders.nation(working_age=0.98)
    young, old = moved(outside_wage=2.0 * math.exp(0.45)), moved(nation, 2.0 * math.exp(0.45), aged=-0.02)
    before = 1000.0 / 0.5
    assert before - old["population"] == exactly((before - young["population"]) / 0.98, rel=1e-12)


@pytest.mark.parametrize(("wage", "factor"), [(1e-9, 0.95), (1e9, 1.05)])
def test_e52_rates_are_held(wage: float, factor: float) -> None:
    assert moved(wage=wage)["workers"] == exactly(900.0 * factor, rel=1e-12)


def test_e52_residents_follow_workers_and_participation() -> None:
    """1000 workers at half of the population of base age structure; a smaller share of working age, more residents."""
    city = moved(builders.nation(working_age=0.9), outside_wage=2.0 * math.exp(0.45))
    assert city["population"] == exactly((900.0 + 99.4) / 0.45, rel=1e-12)


def test_e51_graduates_leave_at_a_rate() -> None:
    assert moved()["graduates"] == exactly(100.0 * 0.994, rel=1e-12)


# --- wages

WAGES = {
    "capital_share": 0.5,
    "capital_share_primary": 0.4,
    "graduate_efficiency": 1.7,
    "labour_mobility": 0.1,
    "wage_on_nation": 0.9,
    "wage_on_tightness": 0.12,
    "reemployment": 0.3,
}


def employer(wage_growth: float = 0.0, **changes: Any) -> Record:
    """Return a city after wages are set: labour income outside state firms 6 + 10 + 14, so 15 + 5 jobs at a wage of 2.

    Supply 3 + 1.7 * 10 = 20: in balance.
    """
    city = builders.city(
        workers=3.0, graduates=10.0, private_output=20.0, output=(10.0, 99.0, 28.0), wage=2.0,
        soe_labour_demand=5.0, labour_demand_scale=1.0, labour_weight=(0.2, 0.3, 0.5),
    )  # fmt: skip
    for name, value in changes.items():
        city[name] = value
    city_sets_wage(city, builders.province(wage_growth=wage_growth), builders.par(**WAGES))
    return city


@pytest.mark.parametrize(
    ("changes", "growth"),
    [
        ({}, 0.0),
        ({"wage_growth": 0.02}, 0.018),
        ({"soe_labour_demand": 7.0}, 0.12 * 0.1),
        ({"labour_demand_scale": 0.9}, -0.12 * 0.1),
        ({"wage_growth": 0.02, "soe_labour_demand": 3.0}, 0.018 - 0.012),
        ({"private_output": 24.0}, 0.12 * 0.05),  # one job more of 20
        ({"soe_labour_demand": 500.0}, 0.12 * 0.5),
        ({"labour_demand_scale": 0.0}, -0.12 * 0.5),
    ],
)
def test_e18_wage(changes: dict[str, float], growth: float) -> None:
    assert employer(**changes)["wage"] == exactly(2.0 * (1.0 + growth), rel=1e-12)


def test_e18_labour_moves_to_where_its_product_is() -> None:
    """A tenth of the way from 0.2, 0.3, 0.5 to shares of labour income 6, 10, 14 of 30."""
    weights = employer()["labour_weight"]
    assert list(weights) == exactly([0.18 + 0.02, 0.27 + 1.0 / 30.0, 0.45 + 1.4 / 30.0], rel=1e-12)
    assert sum(weights) == exactly(1.0, rel=1e-14)


def test_e18_weights_that_do_not_add_up_are_mended() -> None:
    assert sum(employer(labour_weight=(0.4, 0.4, 0.4))["labour_weight"]) == exactly(1.0, rel=1e-14)


@pytest.mark.parametrize(
    ("laid_off", "freed", "after"), [(4.0, 0.0, 2.8), (0.0, 3.0, 3.0), (4.0, 3.0, 5.8), (10.0, 9.0, 10.0)]
)  # at most half of the supply of 20
def test_e30_workers_of_exits_find_work_at_a_rate(laid_off: float, freed: float, after: float) -> None:
    assert employer(laid_off=laid_off, freed_labour=freed)["laid_off"] == exactly(after, rel=1e-12)


# --- consumption

CONSUMPTION = {
    "consumption_propensity": 0.6,
    "consumption_rise": 0.0015,
    "graduate_efficiency": 1.7,
    "wage_income_share": 0.9,
    "wealth_spending": 0.01,
    "consumption_adjustment": 0.5,
}


def household(clock: float = 0.0, wealth: float = 0.0, output: float = 400.0, **changes: float) -> Record:
    """Return a city after households have spent; in its base state it consumes 40, of which 36 follow wages."""
    city = builders.city(
        workers=30.0, graduates=100.0, efficient_labour_0=200.0, wage=2.0, wage_0=2.0, transfers=5.0, transfers_0=5.0,
        consumption=40.0, consumption_0=40.0, gdp=100.0,
    )  # fmt: skip
    for name, value in changes.items():
        city[name] = value
    province = builders.province(gdp=output, gdp_0=400.0, external_wealth=wealth)
    city_consumes(city, province, builders.nation(clock=clock), builders.par(**CONSUMPTION))
    return city


@pytest.mark.parametrize(
    ("changes", "goal"),
    [
        ({}, 40.0),
        ({"wage": 2.2}, 36.0 * 1.1 + 4.0),
        ({"workers": 50.0}, 36.0 * 1.1 + 4.0),
        ({"laid_off": 50.0}, 36.0 * 0.85 + 4.0),  # they lose 0.6 of a wage
        ({"transfers": 10.0}, 40.0 + 0.6 * 5.0),  # spent like wages
        ({"transfers": 0.0}, 40.0 - 0.6 * 5.0),
        ({"output": 440.0, "transfers": 5.5}, 36.0 + 4.4),  # other income and transfers grow with output
        ({"wealth": 800.0}, 40.0 + 0.01 * 800.0 / 4.0),  # a quarter of the province's output
        ({"wealth": -800.0}, 40.0 - 2.0),
        ({"clock": 28.0}, 36.0 * 0.63 / 0.6 + 4.0),  # twenty quarters after 2008Q1
        ({"wage": 0.0, "transfers": 0.0}, 8.0),  # never below a fifth of the base
    ],
)
def test_e12_consumption(changes: dict[str, float], goal: float) -> None:
    assert household(**changes)["consumption"] == exactly(40.0 + 0.5 * (goal - 40.0), rel=1e-12)


@pytest.mark.parametrize(("clock", "quarters"), [(7.0, 0), (8.0, 0), (44.0, 36), (119.0, 36)])
def test_e12_propensity_rises_from_2008_to_2016(clock: float, quarters: int) -> None:
    goal = 36.0 * (0.6 + 0.0015 * quarters) / 0.6 + 4.0
    assert household(clock=clock)["consumption"] == exactly(20.0 + 0.5 * goal, rel=1e-12)


@given(st.floats(1.0, 500.0))
def test_e12_consumption_moves_half_way(before: float) -> None:
    assert household(consumption=before)["consumption"] == exactly(0.5 * (before + 40.0), rel=1e-12)
