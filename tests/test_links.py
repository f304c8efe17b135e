"""Links between blocks: recorded without a trace, fed to the bit, each the channel of the policies that use it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from simulator import links, records
from simulator.levers import INSTRUMENTS
from simulator.periods import to_index
from simulator.quarter import ORDER
from simulator.records import POLICY
from simulator.run import LinkUse, State, advance, draws_of, new_outputs, policies_of, prepare
from simulator.scenario import list_scenarios, load_scenario
from simulator.world import World
from tests.whole import SEED, Outputs, Records, differing, no_policy, row

RUN = 2
QUARTERS = 120
SHORT = 32
POLICIES = [name for name in list_scenarios() if name != "baseline"]


@dataclass(frozen=True)
class Line:
    """The baseline of one run with all its links on tape."""

    world: World
    start: State
    policies: Records
    use: LinkUse
    outputs: Outputs

    def go(self, policies: Records, use: LinkUse | None = None) -> Outputs:
        """Run with these policies and links; neither is changed."""
        quarters = len(policies)
        outputs, draws = new_outputs(quarters), draws_of(self.world, SEED, RUN, QUARTERS)
        assert advance(self.start.copy(), policies.copy(), draws, 0, quarters, outputs, use) == ""
        return outputs

    def under(self, name: str, *held: str) -> Outputs:
        """Run a shipped scenario, the named links held on the path of the baseline."""
        policies = policies_of(load_scenario(name).schedule(), QUARTERS, SEED, RUN)
        return self.go(policies, self.use.feeding(*held) if held else None)


@pytest.fixture(scope="module")
def line(world: World) -> Line:
    start = prepare(world, row(run=RUN), draws_of(world, SEED, RUN, QUARTERS))
    policies = policies_of(load_scenario("baseline").schedule(), QUARTERS, SEED, RUN)
    use = LinkUse.recording(QUARTERS)
    empty = Line(world, start, policies, use, {})
    return Line(world, start, policies, use, empty.go(policies, use))


def test_recording_changes_nothing(line: Line) -> None:
    assert differing(line.outputs, line.go(line.policies)) == []
    assert line.use.tape.shape == (QUARTERS, links.TAPE_WIDTH)
    assert line.use.tape.any(axis=1).all()


@pytest.mark.parametrize("held", links.NAMES)
def test_a_run_fed_with_its_own_link_is_itself(held: str, line: Line) -> None:
    assert differing(line.outputs, line.go(line.policies, line.use.feeding(held))) == []


@pytest.mark.parametrize("name", list_scenarios())
def test_with_all_links_held_every_scenario_is_the_base(name: str, line: Line) -> None:
    assert differing(line.outputs, line.under(name, *links.NAMES)) == []


def full_policy(name: str, quarters: int) -> Records:
    """Return a policy at full size from the fifth quarter on; a synergy with the merger that it needs."""
    policies = no_policy(quarters)
    policies[name][4:] = INSTRUMENTS[name].high
    if name == "merger_synergy":
        policies["port_merger"][4:] = 1.0
    return policies


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_with_all_links_held_no_instrument_does_anything(name: str, line: Line) -> None:
    """Also those that no shipped scenario uses, on top of a base without policies."""
    use = LinkUse.recording(SHORT)
    base = line.go(no_policy(SHORT), use)
    assert differing(base, line.go(full_policy(name, SHORT))) != []
    assert differing(base, line.go(full_policy(name, SHORT), use.feeding())) == []


CHANNEL = {
    "bri_rail": "ports", "business_environment": "FDI", "capacity_cut": "direct policy", "cjk_fta": "trade cost",
    "environmental_regulation": "direct policy", "metro_integration": "market access", "no_financing_curb": "fiscal",
    "port_consolidation": "ports", "port_consolidation_all": "ports", "rd_push": "direct policy",
    "soe_mixed_ownership": "direct policy", "talent_retention": "people", "zombie_exit": "direct policy",
    "free_trade_zone_expansion": "trade cost", "without_hindsight": "fiscal and reporting",
}  # fmt: skip
"""The link, or links, through which most of a scenario's effect on GDP passes."""


def effect(line: Line, outputs: Outputs) -> float:
    """Return the mean absolute effect on real GDP over all quarters, bn yuan a quarter."""
    return float(np.abs(outputs["province"]["gdp_real"] - line.outputs["province"]["gdp_real"]).mean())


@pytest.mark.parametrize("name", POLICIES)
def test_holding_the_channel_of_a_policy_takes_most_of_its_effect(name: str, line: Line) -> None:
    whole = effect(line, line.under(name))
    assert whole > 0.0
    assert effect(line, line.under(name, *CHANNEL[name].split(" and "))) < 0.6 * whole


def test_holding_another_link_leaves_the_effect(line: Line) -> None:
    for name, other in (("cjk_fta", "reporting"), ("zombie_exit", "ports"), ("rd_push", "trade cost")):
        whole, rest = effect(line, line.under(name)), effect(line, line.under(name, other))
        assert 0.5 * whole < rest < 1.5 * whole, (name, other)


def test_what_a_held_link_hands_on_is_that_of_the_base(line: Line) -> None:
    """Trade cost under an agreement, throughput under a merger, graduates under a subsidy: exactly the base's."""
    for name, held, level, variable in (
        ("cjk_fta", "trade cost", "partner", "trade_cost"),
        ("port_consolidation_all", "ports", "port", "throughput"),
        ("talent_retention", "people", "province", "graduates_stayed"),
        ("no_financing_curb", "fiscal", "province", "debt"),
        ("business_environment", "FDI", "city", "business_environment"),
    ):
        same = line.outputs[level][variable]
        free, fixed = line.under(name)[level][variable], line.under(name, held)[level][variable]
        assert not np.array_equal(free, same), name
        if variable == "trade_cost":  # a mean weighted by exports, which may move
            np.testing.assert_allclose(fixed, same, atol=1e-3)
            assert np.abs(free - same).max() > 0.02
        else:
            assert np.array_equal(fixed, same), name


def test_fed_before_the_scenario_differs_is_the_base(line: Line) -> None:
    first = to_index("2026Q1")
    for held in links.NAMES:
        assert differing(line.outputs, line.under("cjk_fta", held), 0, first) == []


def test_feeding_reads_and_does_not_write_the_tape(line: Line) -> None:
    before = line.use.tape.copy()
    line.under("zombie_exit", *links.NAMES)
    line.under("zombie_exit", "FDI")
    assert np.array_equal(line.use.tape, before)


# --- declaration -----------------------------------------------------------------------------------------------------


def test_names_are_those_that_the_quarter_hands_on() -> None:
    assert links.NAMES[0] == "direct policy"
    handed = [step.link for step in ORDER if step.link]
    assert sorted(handed) == sorted(links.NAMES[1:])


def test_every_field_belongs_to_its_record_and_to_one_link() -> None:
    kinds = {"city": records.CITY, "port": records.PORT, "province": records.PROVINCE, "policy": POLICY}
    seen: list[tuple[str, str]] = []
    for fields in links.LINKS.values():
        for kind, names in fields.items():
            assert set(names) <= set(kinds[kind].names or ()), kind
            seen += [(kind, name) for name in names]
    assert len(seen) == len(set(seen))


def test_the_tape_has_a_place_of_its_own_for_every_field() -> None:
    taken = np.zeros(links.TAPE_WIDTH, dtype=int)
    for _, _, _, size, count, place in links.SPECIFICATION:
        taken[place : place + size * count] += 1
    assert (taken == 1).all()


def test_modes() -> None:
    assert links.modes().tolist() == [links.IGNORE] * len(links.NAMES)
    assert links.modes(record=True).tolist() == [links.RECORD] * len(links.NAMES)
    held = links.modes(held=("FDI", "people"))
    assert [name for name, mode in zip(links.NAMES, held, strict=True) if mode == links.FEED] == ["FDI", "people"]
    assert set(held.tolist()) == {links.IGNORE, links.FEED}


def test_modes_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValueError, match=r"unknown links \['money'\]; allowed are direct policy, .*reporting"):
        links.modes(held=("money", "FDI"))
    with pytest.raises(ValueError, match="either records its links or is fed"):
        links.modes(record=True, held=("FDI",))


def test_feeding_without_names_holds_all() -> None:
    use = LinkUse.recording(1)
    assert use.feeding().modes.tolist() == use.feeding(*links.NAMES).modes.tolist()
    assert use.feeding().tape is use.tape
