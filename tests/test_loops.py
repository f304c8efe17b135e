"""The feedback loops: every edge is in the code, every sign is as declared, and wrong declarations are caught."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as File

import numpy as np
import pytest

from simulator import loops_page, polarity
from simulator.loop_book import LOOPS, edges
from simulator.loops import SIGN_OF, Edge, Loop, Path, check_edge, check_loop, stocks
from simulator.periods import to_index
from simulator.polarity import Polarity, edge_response, expected_total, shares, sites_of, total_response
from simulator.run import NO_POLICY, advance, new_outputs
from simulator.scenario import load_scenario
from simulator.walk import Moment, carry_out, place_of, sample, snapshots, walk
from simulator.world import World

DOCS = File(__file__).resolve().parents[1] / "docs"
QUARTERS = ("2008Q1", "2013Q1")
"""With seed 2 credit binds in one city in both, so that R5 is active."""
CITY = Path("test", ())


def loop(key: str) -> Loop:
    return next(one for one in LOOPS if one.key == key)


@pytest.fixture(scope="module")
def moments(world: World) -> list[Moment]:
    return sample(world, load_scenario("baseline").schedule("2035Q4"), QUARTERS, runs=1, seed=2)


@pytest.fixture(scope="module")
def results(moments: list[Moment]) -> tuple[Polarity, ...]:
    return polarity.polarity(LOOPS, moments)


# --- declarations ----------------------------------------------------------------------------------------------------


def test_all_loops_of_the_sketch_are_declared() -> None:
    assert [one.key for one in LOOPS] == [f"R{n}" for n in range(1, 8)] + [f"B{n}" for n in range(1, 10)]


@pytest.mark.parametrize("one", LOOPS, ids=[one.key for one in LOOPS])
def test_every_edge_is_in_the_code_and_the_signs_multiply_to_the_kind(one: Loop) -> None:
    assert check_loop(one) == []


def test_what_does_not_close_is_known() -> None:
    """A loop that opens or closes by a change of the rules must be told in the table."""
    assert {one.key for one in LOOPS if one.open} == {"B5", "B8"}
    cut = {edge.name for _, _, edge in edges() if edge.missing}
    assert cut == {
        "city.revenue -> city.soe_loans",
        "city.revenue -> city.rd_stock",
        "city.emissions -> policy.environmental_standard",
        "city.padding -> policy.audit_revenue_fdi",
        "city.workers -> city.wage",
        "port.throughput -> policy.port_merger",
    }


def test_every_closed_loop_turns_on_a_stock() -> None:
    """Else it would be solved within the quarter: something on the way, or a rule of the way, carries over."""
    late = {"city.foreign_capital", "city.gdp", "city.investment", "city.public_consumption", "port.throughput"}
    kept = stocks() | late
    for one in LOOPS:
        for path in one.paths:
            if not path.cut:
                assert {edge.source for edge in path.edges} & kept, f"{one.key} {path.name}"


def test_texts_are_in_two_languages() -> None:
    for one in LOOPS:
        assert one.text.endswith(".") and one.text_zh.endswith("。")
        assert any("一" <= sign <= "鿿" for sign in one.name_zh) and not any("一" <= s <= "鿿" for s in one.name)


def test_an_edge_without_a_carrying_rule_is_caught() -> None:
    emissions = Edge("city.emissions", "city.price", 1, ("city_sets_prices",), "")
    (text,) = check_edge(emissions)
    assert text == "city.emissions -> city.price: city_sets_prices reads nothing that the edge has reached"
    assert check_edge(Edge("city.wage", "city.tfp", 1, ("city_sets_prices",), "")) == [
        "city.wage -> city.tfp: city_sets_prices does not write city.tfp"
    ]
    assert "is not a rule" in check_edge(replace(emissions, rules=("city_dreams",)))[0]
    assert "no rule is named" in check_edge(replace(emissions, rules=()))[0]
    assert "no rule touches city.happiness" in check_edge(replace(emissions, source="city.happiness"))[0]


def test_an_idle_rule_in_a_chain_is_caught() -> None:
    edge = Edge("city.emissions", "city.wage", 1, ("city_environment", "city_sets_wage"), "")
    assert check_edge(edge) == ["city.emissions -> city.wage: city_sets_wage reads nothing that the edge has reached"]


def test_a_wrong_sign_is_caught_by_the_product() -> None:
    one = loop("R2")
    wrong = replace(one.paths[0].edges[0], sign=1)
    broken = replace(one, paths=(replace(one.paths[0], edges=(wrong, *one.paths[0].edges[1:])),))
    (text,) = check_loop(broken)
    assert "the product of the signs is -1" in text


def test_a_gap_in_the_chain_and_an_untold_cut_are_caught() -> None:
    one = loop("R2")
    gap = replace(one, paths=(replace(one.paths[0], edges=one.paths[0].edges[1:]),))
    assert any("does not lead to" in text for text in check_loop(gap))
    untold = replace(loop("B8"), paths=(replace(loop("B8").paths[0], cut=""),))
    assert any("does not say where it is cut" in text for text in check_loop(untold))


# --- signs -----------------------------------------------------------------------------------------------------------


def test_every_sign_is_as_declared(results: tuple[Polarity, ...]) -> None:
    for result in results:
        for edge, values in zip(result.path.edges, result.edges, strict=True):
            if edge.missing:
                assert np.isnan(values).all()
                continue
            agree, _, opposite = shares(values, edge.sign)
            assert opposite == 0.0, f"{result.loop.key}: {edge.name} has the opposite sign in {opposite:.0%}"
            assert agree > 0.0, f"{result.loop.key}: {edge.name} is active in no state"


def test_every_closed_path_has_the_sign_of_its_kind(results: tuple[Polarity, ...]) -> None:
    for result in results:
        if any(edge.missing for edge in result.path.edges):
            continue
        agree, none, _ = shares(result.gain, SIGN_OF[result.path.kind or result.loop.kind])
        assert agree > 0.0 and agree + none == 1.0, f"{result.loop.key} {result.path.name}"


def test_a_wrong_sign_is_caught_by_the_measure(moments: list[Moment]) -> None:
    """Higher wages raise export prices: declared the other way round, the shares say so."""
    edge = Edge("city.wage", "city.export_price", -1, ("city_sets_prices",), "")
    before = snapshots(moments[0], ["city_sets_prices"])["city_sets_prices"]
    values = np.array([edge_response(edge, CITY, before, c) for c in sites_of(CITY)])
    assert shares(values, edge.sign) == (0.0, 0.0, 1.0)


def test_an_edge_that_nothing_carries_is_silent(moments: list[Moment]) -> None:
    edge = Edge("city.emissions", "city.price", 1, ("city_sets_prices",), "")
    before = snapshots(moments[0], ["city_sets_prices"])["city_sets_prices"]
    assert edge_response(edge, CITY, before, 0) == 0.0


def test_response_of_the_export_price_to_wages_is_the_labour_share(moments: list[Moment]) -> None:
    """E10: unit cost rises by the labour share of a rise of wages, in logarithms."""
    edge = next(edge for _, _, edge in edges() if edge.name == "city.wage -> city.export_price")
    before = snapshots(moments[0], ["city_sets_prices"])["city_sets_prices"]
    share = 1.0 - float(before.state.parameters["capital_share"][0])
    assert edge_response(edge, CITY, before, 1) == pytest.approx(share, rel=1e-3)


def test_measuring_changes_no_state(moments: list[Moment]) -> None:
    start = moments[0].copy()
    kept = start.state.cities.tobytes(), start.state.soes.tobytes(), start.policies.tobytes()
    path = loop("R5").paths[1]
    before = snapshots(start, [path.edges[0].rules[0]])[path.edges[0].rules[0]]
    there = before.state.soes.tobytes()
    edge_response(path.edges[0], path, before, 0)
    total_response(path, start, 0)
    assert (start.state.cities.tobytes(), start.state.soes.tobytes(), start.policies.tobytes()) == kept
    assert before.state.soes.tobytes() == there


def test_expected_total_counts_the_signs_up_to_what_is_watched() -> None:
    assert expected_total(loop("R2").paths[0]) == 1  # routes up, in the end cargo up
    assert expected_total(loop("B4").paths[0]) == -1  # debt up, borrowing down
    assert expected_total(loop("R3").paths[0]) == 1  # graduates up, wage up


def test_known_totals_that_go_against_their_loop(results: tuple[Polarity, ...]) -> None:
    """What the page calls outweighed: other channels are stronger than the loop."""
    against = {
        f"{r.loop.key} {r.path.name}"
        for r in results
        if r.total is not None and shares(r.total, expected_total(r.path))[2] > 0.5
    }
    assert against >= {"R3 learning and wages", "R4 agglomeration", "B1 exports"}


def test_full_merger_silences_the_way_back(world: World) -> None:
    """Once all six ports are one group, no port's growth changes concentration."""
    schedule = load_scenario("port_consolidation_all").schedule("2035Q4")
    (moment,) = sample(world, schedule, ("2027Q1",), runs=1)
    path = loop("B9").paths[1]
    before = snapshots(moment, ["ports_group"])["ports_group"]
    assert edge_response(path.edges[0], path, before, 0) == 0.0


# --- walking ---------------------------------------------------------------------------------------------------------


def test_walking_a_quarter_gives_what_the_loop_gives(moments: list[Moment]) -> None:
    """Rule by rule from Python and in the compiled loop: equal but for the order of some sums."""
    by_hand, compiled = moments[1].copy(), moments[1].copy()
    for place in range(len(walk())):
        carry_out(place, by_hand)
    t = compiled.quarter
    advance(compiled.state, compiled.policies, compiled.draws, t, t + 1, new_outputs(t + 1))
    for records in ("cities", "soes", "ports", "investors", "partners", "province"):
        ours, theirs = getattr(by_hand.state, records), getattr(compiled.state, records)
        for name in theirs.dtype.names:
            np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-9, atol=1e-12, err_msg=f"{records}.{name}")


def test_sample_holds_each_quarter_of_each_run(moments: list[Moment]) -> None:
    assert [m.quarter for m in moments] == [to_index(q) for q in QUARTERS]
    assert moments[0].policies.shape[0] > moments[-1].quarter
    assert moments[0].policies.dtype == NO_POLICY.dtype
    assert place_of("city_sets_wage") > place_of("soe_earns")


# --- the page --------------------------------------------------------------------------------------------------------


def test_page_tells_the_declared_loops() -> None:
    page = (DOCS / "loops.md").read_text(encoding="utf-8")
    assert page.partition(loops_page.MEASURED)[0].strip() == loops_page.structure().strip(), (
        "run: python -m simulator.loops_page --out docs/loops.md"
    )


@pytest.mark.full
def test_page_is_current(world: World) -> None:
    assert (DOCS / "loops.md").read_text(encoding="utf-8") == loops_page.loops_document()
