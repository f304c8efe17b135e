"""Designs on scenarios: what is refused, and with which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.scenario import Scenario, load_scenario
from simulator.sweep.design import check_design, lever_columns
from simulator.sweep.spec import ParameterDimension
from tests.sweep.designing import UNTIL, Shelf, axis, both_parts, lever, refused, spec


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def sweep() -> list[Scenario]:
    return [load_scenario(name) for name in ("baseline", "cjk_fta", "talent_retention", "cjk_fta+talent_retention")]


def test_a_design_that_fits_is_accepted(sweep: list[Scenario]) -> None:
    own = axis(start=None, targets=("Japan",))
    talent = axis("talent_subsidy", None, None, high=0.4, scenarios=("talent_retention",))
    check_design(spec(own, talent, axis("rail_corridor", ("",), high=5.0)), sweep, UNTIL)


def test_a_named_scenario_that_is_not_in_the_sweep(sweep: list[Scenario]) -> None:
    parameter = ParameterDimension("x", 0.0, 1.0)
    with pytest.raises(InputError) as error:
        check_design(spec(axis(), parameter, axis(name="b", scenarios=("cjk_fat",))), sweep, UNTIL)
    assert str(error.value) == (
        '[[design.levers]] 2 (ntb_cut), scenarios: "cjk_fat" is not a scenario of this sweep; did you mean "cjk_fta"?;'
        " allowed: baseline, cjk_fta, talent_retention, cjk_fta+talent_retention"
    )


def test_a_named_scenario_that_does_not_set_the_instrument(sweep: list[Scenario]) -> None:
    assert refused(sweep, axis(start=None, scenarios=("cjk_fta", "talent_retention"))) == (
        '[[design.levers]] 1 (ntb_cut): "talent_retention" does not set ntb_cut itself; write start to add it there'
    )


def test_no_scenario_sets_the_instrument(sweep: list[Scenario]) -> None:
    assert refused(sweep, axis("rail_corridor", ("",), None)) == (
        "[[design.levers]] 1 (rail_corridor): no scenario of this sweep sets rail_corridor itself;"
        " write start to add it there"
    )


def test_targets_that_the_scenario_does_not_set(sweep: list[Scenario]) -> None:
    assert refused(sweep, axis(start=None, targets=("Japan", "USA", "EU"), scenarios=("cjk_fta",))) == (
        '[[design.levers]] 1 (ntb_cut), partners: "cjk_fta" does not set ntb_cut itself for USA, EU;'
        " allowed: Japan, Korea"
    )


@pytest.mark.parametrize("targets", [("USA",), ("Japan", "USA")])
def test_targets_that_no_scenario_sets(targets: tuple[str, ...], sweep: list[Scenario]) -> None:
    assert refused(sweep, axis(start=None, targets=targets)) == (
        "[[design.levers]] 1 (ntb_cut), partners: no scenario of this sweep sets ntb_cut itself for USA;"
        " allowed: Japan, Korea"
    )


def test_targets_may_be_set_by_different_scenarios(shelf: Shelf) -> None:
    a = shelf.load("a", lever("ntb_cut", 'partners = ["Japan"]', "2026Q1", 0.02))
    b = shelf.load("b", lever("ntb_cut", 'partners = ["Korea"]', "2026Q1", 0.02))
    sweep = [load_scenario("baseline"), a, b]
    design = spec(axis(start=None, targets=("Japan", "Korea")))
    check_design(design, sweep, UNTIL)
    assert [lever_columns(design, scenario, sweep) for scenario in sweep] == [(), (0,), (0,)]


def test_an_added_lever_after_the_end_of_the_runs(sweep: list[Scenario]) -> None:
    assert refused(sweep, axis(start="2031Q1"), until="2030Q4") == (
        '[[design.levers]] 1 (ntb_cut), start: "2031Q1" is after until, "2030Q4"; nothing would be varied'
    )
    check_design(spec(axis(start="2030Q4")), sweep, "2030Q4")


def test_own_levers_after_the_end_of_the_runs(sweep: list[Scenario]) -> None:
    assert refused(sweep, axis(start=None), until="2025Q4") == (
        '[[design.levers]] 1 (ntb_cut): the levers that it varies begin in 2026Q1, after until, "2025Q4"'
    )


def test_two_added_levers_on_one_thing(sweep: list[Scenario]) -> None:
    assert refused(sweep, axis("rail_corridor", ("",)), axis(), axis(name="b", start="2030Q1")) == (
        "[[design.levers]]: lever 2 and lever 3 both set ntb_cut for Japan in 2030Q1 to 2035Q4;"
        " keep one of them, or end one before the other starts"
    )


def test_two_added_levers_in_different_scenarios_do_not_meet(sweep: list[Scenario]) -> None:
    apart = [axis(name=name, scenarios=(name,)) for name in ("cjk_fta", "talent_retention")]
    check_design(spec(*apart), sweep[:3], UNTIL)
    assert "lever 1 and lever 2 both set ntb_cut for Japan" in refused(sweep, *apart)


def test_two_dimensions_on_one_own_lever(sweep: list[Scenario]) -> None:
    assert refused(sweep, axis(start=None), axis(start=None, targets=None, name="b")) == (
        '[[design.levers]]: lever 1 and lever 2 both vary ntb_cut for Japan of "cjk_fta"; keep one of them'
    )


def test_added_levers_that_add_up_to_too_much(sweep: list[Scenario]) -> None:
    axes = [axis("public_investment", ("",), name=name, high=high) for name, high in (("a", 12.0), ("b", 8.5))]
    text = refused(sweep, *axes)
    who = "[[design.levers]] 1 (public_investment) and [[design.levers]] 2 (public_investment)"
    assert text.startswith(f"{who}, all sizes at their highest: ")
    assert "add up to 20.5 for public_investment in 2026Q1 to 2035Q4; allowed: 0 to 20" in text


def test_own_levers_of_a_combination_that_add_up_to_too_much(shelf: Shelf) -> None:
    sweep = [load_scenario("baseline"), both_parts(shelf)]
    check_design(spec(axis("public_investment", ("",), None, high=10.0)), sweep, UNTIL)
    text = refused(sweep, axis("public_investment", ("",), None, high=10.5))
    assert text == (
        "[[design.levers]] 1 (public_investment), all sizes at their highest: a (lever 1) and b (lever 1) add up to 21"
        " for public_investment in 2026Q1 to 2035Q4; allowed: 0 to 20 (bn yuan 2010 per quarter)"
    )


def test_the_lowest_sizes_are_checked_as_well(sweep: list[Scenario]) -> None:
    axes = [axis("public_investment", ("",), name=name, low=-1.0, high=1.0) for name in ("a", "b")]
    assert "all sizes at their lowest: " in refused(sweep, *axes)
