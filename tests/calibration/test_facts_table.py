"""The table of stylised facts: the figures of the facts, their classes, what is shown without a band."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.facts import FACTS, HOLDS, SHOWN, judge
from calibration.facts_table import COLUMNS, class_of, facts_table, write_facts
from calibration.run_statistics import RunPaths
from simulator.ensemble import Ensemble, simulate
from simulator.errors import InputError
from simulator.parameters import draw_table
from simulator.scenario import load_scenario
from simulator.world import World

MEASUREMENTS = {
    "fdi published rise", "fdi published fall", "gdp published 2016", "growth published 2016",
    "revenue published 2015", "investment published",
}  # fmt: skip
GIVEN = {"fdi two cities", "fdi hong kong", "leavers", "dalian trade 2014", "dalian trade 2017", "residents"}


def test_the_table_says_what_the_facts_say(history: Ensemble) -> None:
    table, found = facts_table(history), judge(RunPaths(history))
    assert tuple(table.columns) == COLUMNS
    assert len(table) == len(found) == len(FACTS) == table["fact"].nunique()
    for row, one in zip(table.itertuples(index=False), found, strict=True):
        assert row[0] == f"{one.fact.title}, {one.fact.unit}"
        np.testing.assert_array_equal(row[4:7], one.interval)
        if one.verdict == SHOWN:
            assert np.isnan(row[2]) and np.isnan(row[3]) and row[7] is pd.NA
        else:
            assert one.fact.band is not None
            assert (row[2], row[3]) == (one.fact.band.low, one.fact.band.high)
            assert bool(row[7]) is (one.verdict == HOLDS)
    assert table["pass"].notna().sum() == sum(fact.band is not None for fact in FACTS) == 20


def test_classes() -> None:
    found = {fact.key: class_of(fact) for fact in FACTS}
    assert {key for key, name in found.items() if name == "measurement"} == MEASUREMENTS
    assert {key for key, name in found.items() if name == "forcing"} == GIVEN
    assert set(found.values()) == {"emerges", "measurement", "forcing"}


def test_other_parameters_give_other_figures(world: World) -> None:
    """Also runs that go on after 2017."""
    prior, point = (
        facts_table(simulate(world, load_scenario("baseline"), runs=2, until="2018Q4", parameters=table))
        for table in (draw_table("prior", 2, 1), draw_table("point", 2, 1))
    )
    assert (prior["simulated_median"] != point["simulated_median"]).all()


def test_runs_must_reach_2017(world: World) -> None:
    short = simulate(world, load_scenario("baseline"), runs=1, until="2016Q4")
    with pytest.raises(InputError, match="44 quarters; they must reach 2017Q4"):
        facts_table(short)


def test_the_file_keeps_gaps_and_open_ends(history: Ensemble, tmp_path: Path) -> None:
    write_facts(facts_table(history), tmp_path / "facts.csv")
    lines = (tmp_path / "facts.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "fact,class,low,high,simulated_median,p05,p95,pass"
    assert len(lines) == len(FACTS) + 1
    shown = [line for line in lines if line.endswith(",")]
    assert len(shown) == len(FACTS) - 20 and all(",,," in line for line in shown)
    assert any(",-inf,0.0," in line for line in lines)
