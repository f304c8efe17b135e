"""The scenario for judging forecasts: what it leaves in is small, what it leaves out is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulator.ensemble import Ensemble, simulate
from simulator.results import Results
from simulator.scenario import load_scenario
from simulator.world import World
from tests.whole import SEED

HEAD = '[scenario]\nname = "{name}"\ntitle = "T"\nsummary = "S"\nsources = ["Test"]\nextends = "without_hindsight"\n'
LEFT_IN = """
[[lever]]
instrument = "tariff_schedule"
partners = ["Korea"]
start = "2016Q1"
size = 0
[[lever]]
instrument = "political_shock"
partners = ["Korea"]
start = "2016Q3"
size = 0
[[lever]]
instrument = "free_trade_zone"
cities = ["Dalian", "Shenyang", "Yingkou"]
start = "2017Q2"
size = 0
"""
RUNS = 8
YEARS = slice(8, 12)
"""2014 to 2017, of the years from 2006."""


def history(world: World, name: str) -> Ensemble:
    ensemble = simulate(world, load_scenario(name), runs=RUNS, seed=SEED, until="2017Q4", check=True)
    assert ensemble.failures == ()
    return ensemble


@pytest.fixture(scope="module")
def without(world: World) -> Ensemble:
    return history(world, "without_hindsight")


def annual(ensemble: Ensemble, output: str) -> np.ndarray[Any, Any]:
    return np.asarray(Results((ensemble,)).series(ensemble.scenario, output, level="province", entity="Liaoning"))


def test_what_is_left_in_changes_trade_by_less_than_one_per_cent(
    world: World, without: Ensemble, tmp_path: Any
) -> None:
    path = tmp_path / "strict.toml"
    path.write_text(HEAD.format(name="strict") + LEFT_IN, encoding="utf-8")
    strict = history(world, str(path))
    trade = [annual(e, "exports_usd") + annual(e, "imports_usd") for e in (strict, without)]
    change = np.abs(trade[0] / trade[1] - 1.0)[:, YEARS]
    assert 0.0 < change.max() < 0.01


def test_padding_goes_on_where_nobody_audits(world: World, without: Ensemble) -> None:
    """Reported GDP of 2016 stands a fifth or more above that of the baseline; in 2013 the two are one."""
    ratio = np.median(annual(without, "gdp_reported") / annual(history(world, "baseline"), "gdp_reported"), axis=0)
    assert ratio[7] == 1.0
    assert 1.15 < ratio[10] < 1.5


def test_more_is_built_without_the_curb(world: World, without: Ensemble) -> None:
    """True nominal GDP of 2015 is higher in every run."""
    assert (annual(without, "gdp_nominal")[:, 9] > annual(history(world, "baseline"), "gdp_nominal")[:, 9]).all()
