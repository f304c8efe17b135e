"""What the player is told: the figures of the run that is named, their difference, classes, and why there is none."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.errors import InputError
from simulator.records import CITIES
from simulator.scenario import load_scenario
from tests.app.playing import QUARTERS, opened, scenario, with_parameters
from tests.fakes import column
from viz.play.difference import difference
from viz.play.map_classes import difference_limits, level_limits
from viz.play.names import DISTRESS, choices, shipped_name, shown
from viz.play.playback import Side, compact, payload, table, why_apart

N = len(CITIES)


def told(*sides: Side, shade: str = "gdp_real", size: str = "fdi", lang: str = "en") -> dict[str, Any]:
    return payload(sides, shade, size, lang)


def test_a_side_holds_the_figures_of_its_run_and_of_no_other() -> None:
    data = told(Side(opened(), "baseline", 3))
    side = data["sides"][0]
    assert side["shade"] == [round(4.0 + q / 10, 1) for q in range(QUARTERS) for _ in range(N)]
    assert len(side["ports"]) == QUARTERS * 8 and side["ports"][0] == 4
    assert side["lanes"][: len(data["lanes"])] == [4] * len(data["lanes"]) and len(data["lanes"]) == 72
    assert side["province"][:3] == [4, 4.1, 4.2]
    assert (side["run"], side["typical"], side["result"]) == (3, False, "demo")
    assert Side(opened(), "baseline", 2).typical


def test_it_can_be_sent_and_is_small() -> None:
    result = opened(scenario(random=True), random=True)
    sides = (Side(result, "baseline", 2), Side(result, "cjk_fta", 2))
    data = told(*sides)
    data["difference"] = difference(sides, "gdp_real", "fdi", "en", data["lanes"])
    per_quarter = len(json.dumps(data, separators=(",", ":"), allow_nan=False)) / QUARTERS
    assert per_quarter * 120 < 2 * 150_000 + 120_000  # two sides of 120 quarters, their difference and its interval


def test_history_ends_with_2017() -> None:
    data = told(Side(opened(), "baseline", 2))
    assert (data["first"], data["history"], data["quarters"]) == (2006, 48, QUARTERS)


def test_flows_are_by_the_quarter_and_stocks_are_not() -> None:
    data = told(Side(opened(), "baseline", 2), shade="population", size="gdp_real", lang="zh")
    assert data["shade"]["unit"] == "千人" and data["shade"]["label"] == "常住人口"
    assert data["size"]["unit"] == "十亿元（2010年价）/季度"
    assert told(Side(opened(), "baseline", 2), size="")["size"] is None


def test_distress_is_zombies_over_enterprises_and_unknown_without_any() -> None:
    result = opened()
    levels = result.results.base.levels["city"]
    levels[:, :, 0, column("city", "soe_number")] = 0.0
    levels[:, :, 1, column("city", "zombies")] = 2.0
    levels[:, :, 1, column("city", "soe_number")] = 8.0
    ring = told(Side(result, "baseline", 2))["sides"][0]["ring"]
    assert ring[0] is None and ring[1] == 25 and ring[2] == 100
    told_ = told(Side(result, "baseline", 2), shade=DISTRESS)
    assert told_["shade"]["unit"] == told_["distress"]["unit"] == "%" and told_["sides"][0]["shade"][1] == 25
    assert "state-owned" in told_["distress"]["label"] and shown(DISTRESS).unit == "share" and DISTRESS in choices()


@pytest.mark.parametrize(
    ("options", "what"),
    [({"seed": 2}, "seed"), ({"runs": 6}, "runs"), ({"manifest": {"model_version": "1"}}, "model")],
)
def test_results_that_do_not_share_their_luck_have_no_difference(options: dict[str, Any], what: str) -> None:
    old, new = Side(opened(), "baseline", 2), Side(opened(name="other", **options), "baseline", 2)
    apart = why_apart(old, new)
    assert apart is not None and apart[0] == what and apart[1] != apart[2]
    data = told(old, new)
    assert difference((old, new), "gdp_real", "", "en", []) is None
    assert [side["result"] for side in data["sides"]] == ["demo", "other"]


def test_other_parameters_or_another_run_have_no_difference() -> None:
    first = opened()
    base = with_parameters(scenario("baseline"), "cd" * 32)
    other = replace(opened(), results=type(first.results)([base]))
    for new, what in ((Side(other, "baseline", 2), "parameters"), (Side(first, "baseline", 1), "run")):
        apart = why_apart(Side(first, "baseline", 2), new)
        assert apart is not None and apart[0] == what
    assert why_apart(Side(first, "baseline", 1), Side(first, "baseline", 1)) is None


def test_two_sides_share_their_quarters_and_their_classes() -> None:
    short = opened(name="short")
    base = short.results.base
    cut = replace(base, quarters=20, levels={k: 10.0 * v[:, :20] for k, v in base.levels.items()})  # type: ignore[type-var]
    short = replace(short, results=type(short.results)([cut]))
    data = told(Side(opened(), "baseline", 2), Side(short, "baseline", 2))
    assert data["quarters"] == 20
    assert [len(side["shade"]) for side in data["sides"]] == [20 * N, 20 * N]
    limits = data["shade"]["limits"]
    assert min(limits) < 6 and max(limits) > 30
    assert data["most"]["port"] == pytest.approx(10 * (3 + 1.9))


def test_events_of_the_base_come_with_those_of_the_scenario() -> None:
    new = scenario()
    long = opened(new)
    events = told(Side(long, "cjk_fta", 2))["sides"][0]["events"]
    assert [e["label"] for e in events] == sorted(e["label"] for e in events)
    assert {"2016Q1", "2017Q2"} <= {e["label"] for e in events}
    assert not any(e["new"] for e in events)  # it begins in 2026, which is not shown
    assert "free trade zone" in next(e["text"] for e in events if e["label"] == "2017Q2").lower()


def test_runs_that_are_not_there_are_refused() -> None:
    result = opened(failures=((1, "overflow"),))
    for run, message in ((1, "run 1 of baseline failed"), (4, "run 4 is not one of 0 to 3"), (-1, "not")):
        with pytest.raises(InputError, match=message):
            Side(result, "baseline", run)
    with pytest.raises(InputError, match="no scenario"):
        Side(result, "cjk_fta", 0)


def test_without_agents_arrivals_are_the_money_that_comes() -> None:
    side = told(Side(opened(), "baseline", 2))["sides"][0]
    assert side["counted"] is False and side["arrivals"][:N] == [3] * N


def test_the_table_holds_every_city_and_quarter() -> None:
    rows = list(csv.DictReader(io.StringIO(table(Side(opened(), "baseline", 1), "wage"))))
    assert len(rows) == QUARTERS
    assert rows[-1]["period"] == "2018Q4" and rows[-1]["unit"] == "thousand yuan a year" and rows[-1]["run"] == "1"
    assert {rows[5][city] for city in CITIES} == {"2.5"}


def test_the_table_says_that_flows_are_by_the_quarter_and_has_the_digits_that_are_stored() -> None:
    result = opened()
    result.results.base.levels["city"][...] = np.float32(1.1)
    for name, unit, cell in (("gdp_real", "bn yuan 2010 a quarter", "1.1"), ("capacity_utilisation", "%", "110")):
        (row, *_) = csv.DictReader(io.StringIO(table(Side(result, "baseline", 1), name)))
        assert (row["unit"], row["Dalian"]) == (unit, cell)


def test_scenarios_of_other_results_go_by_the_titles_of_the_shipped_ones() -> None:
    assert shipped_name("cjk_fta", "zh") == load_scenario("cjk_fta").title_zh
    assert shipped_name("baseline", "zh") == "基准情景" and shipped_name("mine", "en") == "mine"


def test_numbers_are_short_and_unknown_ones_are_none() -> None:
    assert compact(np.array([[123.456, 2.0], [np.nan, -1.23456e-5]])) == [123.5, 2, None, -1.235e-05]


def test_classes_of_levels_hold_about_as_many_figures_each() -> None:
    limits = level_limits(np.arange(1.0, 601.0))
    assert limits == (100.0, 200.0, 300.0, 400.0, 500.0)
    assert level_limits(np.full(10, 3.0)) == () and level_limits(np.array([np.nan])) == ()


def test_classes_never_leave_one_empty_below_all() -> None:
    limits = level_limits(np.array([0.0] * 90 + [1.0, 2.0, 3.0, 4.0, 5.0]))
    assert all(limit > 0.0 for limit in limits) and len(limits) == len(set(limits))


def test_classes_of_differences_are_the_same_above_and_below_zero() -> None:
    limits = difference_limits(np.array([0.0] * 50 + [-0.4, 0.1, 0.2, 0.31]))
    assert limits == tuple(-limit for limit in reversed(limits)) and len(limits) == 6
    assert limits[5] == 0.4 and limits[4] == 0.1
    assert difference_limits(np.zeros(9)) == ()
