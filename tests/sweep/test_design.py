"""Designs on scenarios: where a lever is varied, and the schedule at a point beside a file written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simulator.levers import INSTRUMENTS
from simulator.periods import to_index
from simulator.records import CITIES, PARTNERS
from simulator.scenario import layers_of, list_scenarios, load_scenario, own_levers
from simulator.schedule import build, resolve
from simulator.sweep.design import Variation, applies, lever_columns
from simulator.sweep.spec import LeverDimension, ParameterDimension
from tests.sweep.designing import UNTIL, Shelf, at, axis, both_parts, lever, refused, spec


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


# The layers of a scenario


@pytest.mark.parametrize("name", [*list_scenarios(), "cjk_fta+talent_retention", "port_consolidation_all+rd_push"])
def test_layers_of_a_scenario_give_its_entries_again(name: str) -> None:
    scenario = load_scenario(name)
    layers = layers_of(scenario)
    assert resolve(layers) == scenario.entries
    assert {layer.name for layer in layers} == {source.name for source in scenario.chain}


def test_own_levers_have_the_name_of_their_part() -> None:
    found = own_levers(load_scenario("cjk_fta+rd_push"))
    assert {name for name, _ in found} == {"cjk_fta", "rd_push"}
    assert [lever for name, lever in found if name == "rd_push"] == list(load_scenario("rd_push").levers)


# Where a lever is varied


def names_where(dimension: LeverDimension, *scenarios: str) -> list[str]:
    sweep = [load_scenario(name) for name in scenarios]
    return [scenario.name for scenario in sweep if applies(dimension, scenario, sweep)]


def test_an_added_lever_is_varied_in_all_but_the_first() -> None:
    assert names_where(axis(), "baseline", "cjk_fta", "rd_push", "cjk_fta+rd_push") == [
        "cjk_fta", "rd_push", "cjk_fta+rd_push",
    ]  # fmt: skip


def test_an_added_lever_is_varied_in_the_only_scenario() -> None:
    assert names_where(axis(), "baseline") == ["baseline"]


def test_a_combination_counts_if_a_part_is_named() -> None:
    sweep = ("baseline", "cjk_fta", "rd_push", "cjk_fta+rd_push")
    for start in ("2026Q1", None):
        assert names_where(axis(start=start, scenarios=("rd_push",)), *sweep) == ["rd_push", "cjk_fta+rd_push"]


def test_the_first_is_varied_if_it_is_named() -> None:
    assert names_where(axis(scenarios=("baseline",)), "baseline", "cjk_fta") == ["baseline"]


def test_a_lever_without_start_is_varied_where_the_own_file_sets_it() -> None:
    sweep = ("baseline", "cjk_fta", "rd_push", "cjk_fta+rd_push")
    assert names_where(axis(start=None), *sweep) == ["cjk_fta", "cjk_fta+rd_push"]
    assert names_where(axis(start=None, targets=None), *sweep) == ["cjk_fta", "cjk_fta+rd_push"]
    assert names_where(axis(start=None, targets=("USA",)), *sweep) == []
    assert names_where(axis("tariff_schedule", start=None, targets=None), *sweep) == ["baseline"]


def test_columns_are_those_of_the_levers_that_apply() -> None:
    sweep = [load_scenario(name) for name in ("baseline", "cjk_fta", "rd_push")]
    parameter = ParameterDimension("x", 0.0, 1.0)
    design = spec(parameter, axis(start=None), axis("rail_corridor", ("",)), axis(scenarios=("rd_push",)))
    assert [lever_columns(design, scenario, sweep) for scenario in sweep] == [(), (1, 2), (2, 3)]


# Schedules beside files written by hand


@pytest.mark.parametrize("parent", ["baseline", "cjk_fta"])
def test_an_added_lever_is_a_child_file(parent: str, shelf: Shelf) -> None:
    design = spec(axis(targets=("Japan", "EU"), start="2027Q1", end="2030Q2", phase_in=4))
    found = at(load_scenario(parent), design, 0.031)
    level = lever("ntb_cut", 'partners = ["Japan", "EU"]', "2027Q1", 0.031, 'end = "2030Q2"', "phase_in = 4")
    child = shelf.load("child", level, extends=parent)
    assert found.hash == child.schedule().hash
    modes = {key: span.mode for key, span in found.ranges().items()}
    policy = found.policy(120, modes)
    assert policy.tobytes() == child.schedule().policy(120, modes).tobytes()
    assert policy["ntb_cut"][to_index("2028Q1"), PARTNERS.index("Japan")] == 0.031


def test_an_added_lever_replaces_additive_levers_too(shelf: Shelf) -> None:
    found = at(load_scenario("baseline"), spec(axis("tariff_schedule", ("Korea",), "2026Q1")), 0.5)
    child = shelf.load("child", lever("tariff_schedule", 'partners = ["Korea"]', "2026Q1", 0.5))
    assert found.hash == child.schedule().hash
    path = found.policy(120, {})["tariff_schedule"][:, PARTNERS.index("Korea")]
    assert path[to_index("2026Q1")] == 0.5
    assert 0.0 < path[to_index("2025Q4")] < 0.5


def test_an_added_lever_of_size_zero_takes_away_what_the_scenario_sets(shelf: Shelf) -> None:
    parent = shelf.load("mine", lever("ntb_cut", 'partners = ["Japan", "Korea"]', "2026Q1", 0.04))
    cut = at(parent, spec(axis()), 0.0).policy(120, {})["ntb_cut"]
    assert cut[:, PARTNERS.index("Japan")].tolist() == [0.0] * 120
    assert cut[80:, PARTNERS.index("Korea")].tolist() == [0.04] * 40


def test_two_added_levers_on_an_additive_instrument_add_up(shelf: Shelf) -> None:
    first = axis("public_investment", ("",), "2026Q1", high=4.0, name="a")
    second = axis("public_investment", ("",), "2028Q1", high=4.0, name="b")
    found = at(load_scenario("baseline"), spec(first, second), 3.0, 2.0)
    levers = [lever("public_investment", "", start, size) for start, size in (("2026Q1", 3.0), ("2028Q1", 2.0))]
    assert found.hash == shelf.load("child", *levers).schedule().hash
    assert found.policy(120, {})["public_investment"][[79, 80, 88]].tolist() == [0.0, 3.0, 5.0]


@pytest.mark.parametrize("sizes", [(3.0, 2.0), (2.0, 3.0), (2.0, 2.0), (0.0, 2.0)])
def test_levers_that_add_up_in_the_same_quarters_stand_as_in_a_file(sizes: tuple[float, float], shelf: Shelf) -> None:
    axes = [axis("public_investment", ("",), high=4.0, name=name) for name in ("a", "b")]
    found = at(load_scenario("baseline"), spec(*axes), *sizes)
    child = shelf.load("child", *(lever("public_investment", "", "2026Q1", size) for size in sizes))
    assert found.hash == child.schedule().hash


def test_an_added_lever_on_a_combination(shelf: Shelf) -> None:
    a = shelf.write("a", lever("rail_corridor", "", "2026Q1", 3.0))
    b = shelf.write("b", lever("rd_support", 'cities = "all"', "2026Q1", 0.1))
    c = shelf.write("c", lever("ntb_cut", 'partners = ["Japan"]', "2026Q1", 0.07))
    found = at(load_scenario(f"{a}+{b}"), spec(axis()), 0.07)
    assert found.hash == load_scenario(f"{a}+{b}+{c}").schedule().hash


def test_an_added_lever_replaces_what_every_part_of_a_combination_sets(shelf: Shelf) -> None:
    a, b = (shelf.write(name, lever("public_investment", "", "2026Q1", 3.0)) for name in "ab")
    found = at(load_scenario(f"{a}+{b}"), spec(axis("public_investment", ("",), "2030Q1", high=20.0)), 4.5)
    assert found.policy(120, {})["public_investment"][[95, 96]].tolist() == [6.0, 4.5]


OWN = ('partners = ["Japan", "Korea", "USA"]', "2027Q1")
SPAN = "{ low = 0.01, mode = 0.02, high = 0.06 }"
REST = ('end = "2033Q4"', "phase_in = 6")


@pytest.mark.parametrize("size", [0.03, 0.0, SPAN])
def test_the_size_of_an_own_lever_is_replaced_and_its_timing_stays(size: object, shelf: Shelf) -> None:
    mine = shelf.load("mine", lever("ntb_cut", *OWN, size, *REST), lever("rail_corridor", "", "2026Q1", 3.0))
    by_hand = shelf.load("mine", lever("ntb_cut", *OWN, 0.051, *REST), lever("rail_corridor", "", "2026Q1", 3.0))
    found = at(mine, spec(axis(targets=None, start=None)), 0.051)
    assert found.hash == by_hand.schedule().hash
    assert found.ranges() == {}


@pytest.mark.parametrize("size", [0.03, SPAN])
def test_a_lever_is_split_where_some_of_its_targets_are_varied(size: object, shelf: Shelf) -> None:
    mine = shelf.load("mine", lever("ntb_cut", *OWN, size, *REST))
    parts = [('partners = ["Korea"]', 0.051), ('partners = ["Japan", "USA"]', size)]
    by_hand = shelf.load("mine", *(lever("ntb_cut", names, "2027Q1", value, *REST) for names, value in parts))
    found = at(mine, spec(axis(targets=("Korea",), start=None)), 0.051)
    assert found.hash == by_hand.schedule().hash
    assert set(found.ranges()) == ({"ntb_cut:Japan", "ntb_cut:USA"} if size == SPAN else set())


def test_two_dimensions_split_one_lever(shelf: Shelf) -> None:
    mine = shelf.load("mine", lever("ntb_cut", *OWN, 0.03))
    axes = [axis(targets=(name,), start=None, name=name) for name in ("Korea", "USA")]
    cut = at(mine, spec(*axes), 0.01, 0.02).policy(120, {})["ntb_cut"]
    assert [cut[100, PARTNERS.index(name)] for name in ("Japan", "Korea", "USA")] == [0.03, 0.01, 0.02]


def test_several_own_levers_get_the_size(shelf: Shelf) -> None:
    first = ('partners = ["Japan"]', "2026Q1", 0.02, 'end = "2027Q4"')
    mine = shelf.load("mine", lever("ntb_cut", *first), lever("ntb_cut", 'partners = ["Japan"]', "2030Q1", 0.04))
    cut = at(mine, spec(axis(start=None)), 0.07).policy(120, {})["ntb_cut"][:, PARTNERS.index("Japan")]
    assert cut[[79, 80, 87, 88, 95, 96, 119]].tolist() == [0.0, 0.07, 0.07, 0.0, 0.0, 0.07, 0.07]


def test_own_levers_of_size_zero_uncover_nothing_of_the_parent(shelf: Shelf) -> None:
    shelf.write("parent", lever("ntb_cut", 'partners = ["Japan"]', "2026Q1", 0.09))
    child = shelf.load("child", lever("ntb_cut", 'partners = ["Japan"]', "2030Q1", 0.02), extends="parent")
    cut = at(child, spec(axis(start=None)), 0.0).policy(120, {})["ntb_cut"][:, PARTNERS.index("Japan")]
    assert cut[[80, 95, 96, 119]].tolist() == [0.09, 0.09, 0.0, 0.0]


def test_levers_of_a_parent_are_not_varied_without_start(shelf: Shelf) -> None:
    shelf.write("parent", lever("ntb_cut", 'partners = ["Japan"]', "2026Q1", 0.09))
    child = shelf.load("child", lever("ntb_cut", 'partners = ["Korea"]', "2030Q1", 0.02), extends="parent")
    cut = at(child, spec(axis(start=None, targets=None)), 0.05).policy(120, {})["ntb_cut"]
    assert (cut[110, PARTNERS.index("Japan")], cut[110, PARTNERS.index("Korea")]) == (0.09, 0.05)


@pytest.mark.parametrize(
    ("named", "total"), [(None, 2.0), (("a+b",), 2.0), (("a", "b"), 2.0), (("a",), 6.0), (("b",), 4.0)]
)
def test_of_a_combination_the_parts_that_are_named_vary(
    named: tuple[str, ...] | None, total: float, shelf: Shelf
) -> None:
    design = spec(axis("public_investment", ("",), None, high=10.0, scenarios=named))
    assert at(both_parts(shelf), design, 1.0).policy(120, {})["public_investment"][80] == total


def test_both_forms_together(shelf: Shelf) -> None:
    mine = shelf.load("mine", lever("ntb_cut", *OWN, SPAN))
    shelf.write("resized", lever("ntb_cut", *OWN, 0.012))
    child = shelf.load("child", lever("ntb_cut", 'partners = ["Japan"]', "2030Q1", 0.08), extends="resized")
    design = spec(axis(start=None, targets=None, name="own"), axis(start="2030Q1", name="added"))
    assert at(mine, design, 0.012, 0.08).hash == child.schedule().hash


def test_values_of_dimensions_that_do_not_apply_are_not_read(shelf: Shelf) -> None:
    mine = shelf.load("mine", lever("ntb_cut", *OWN, 0.02))
    design = spec(ParameterDimension("x", 0.0, 1.0), axis("rail_corridor", ("",)), axis(start=None, targets=None))
    found = Variation(mine, design, (2,), UNTIL).schedule(np.array([np.nan, np.nan, 0.05]))
    assert found.hash == shelf.load("mine", lever("ntb_cut", *OWN, 0.05)).schedule().hash


def test_a_point_moves_no_other_point(shelf: Shelf) -> None:
    variation = Variation(shelf.load("mine", lever("ntb_cut", *OWN, SPAN)), spec(axis(start=None)), (0,), UNTIL)
    before, zero, after = (variation.schedule(np.array([size])) for size in (0.05, 0.0, 0.05))
    assert before.entries == after.entries
    assert before.hash == after.hash != zero.hash


@pytest.mark.parametrize("name", [*list_scenarios(), "cjk_fta+talent_retention"])
def test_a_quick_schedule_is_the_one_put_together_from_the_beginning(name: str) -> None:
    scenario = load_scenario(name)
    own = dict.fromkeys(item.instrument for item in scenario.levers)
    switches = [instrument for instrument in own if INSTRUMENTS[instrument].integer]
    axes = [axis(instrument, None, None, high=0.01) for instrument in own if instrument not in switches]
    design = spec(*axes, axis("rail_corridor", ("",), "2028Q1", high=0.01), axis("ntb_cut", ("Japan",), "2030Q1"))
    variation = Variation(scenario, design, range(len(design.dimensions)), UNTIL)
    for row in (*np.random.default_rng(1).random((5, len(design.dimensions))) * 0.01, np.zeros(len(design.dimensions))):
        assert variation.schedule(row).entries == build(variation.entries(row), UNTIL).entries
    assert len(axes) + len(switches) == len(own) > 0


def test_until_cuts_the_schedule_as_it_cuts_the_scenario(shelf: Shelf) -> None:
    more = lever("rail_corridor", "", "2034Q1", 3.0)
    mine = shelf.load("mine", lever("ntb_cut", *OWN, SPAN), more)
    by_hand = shelf.load("mine", lever("ntb_cut", *OWN, 0.05), more).schedule("2030Q4")
    found = at(mine, spec(axis(targets=None, start=None)), 0.05, until="2030Q4")
    assert (found.hash, found.quarters, found.notices) == (by_hand.hash, 100, by_hand.notices)
    assert found.notices[0].startswith("without effect, because the run ends with 2030Q4: mine lever 2")


def test_an_added_lever_without_targets_takes_those_of_the_scenario(shelf: Shelf) -> None:
    mine = shelf.load("mine", lever("rd_support", 'cities = ["Dalian", "Shenyang"]', "2026Q1", 0.1))
    design = spec(axis("rd_support", None, "2030Q1", scenarios=("mine",)))
    path = at(mine, design, 0.4).policy(120, {})["rd_support"]
    assert [path[100, CITIES.index(city)] for city in ("Dalian", "Shenyang", "Anshan")] == [0.4, 0.4, 0.0]
    assert refused([load_scenario("baseline"), mine], axis("talent_subsidy", None, "2030Q1")) == (
        '[[design.levers]] 1 (talent_subsidy): "mine" does not set talent_subsidy itself; name its cities'
    )
